/* Spillway: the program as a library. For a program that brings measures of its own, the command
 * line as one function; for one that computes studies among other things, a session.
 *
 *   int main(int argc, char **argv) {
 *     static const sw_measure *const own[] = {&my_measure, NULL};
 *     return sw_main(argc, argv, own);
 *   }
 *
 * Either starts MPI, which is possible once in a process: one of the two, once. */
#ifndef SPILLWAY_PROGRAM_H
#define SPILLWAY_PROGRAM_H

#include "spillway/measure.h"

#pragma GCC visibility push(default)

/* What `spillway` does with these words; returns the exit status. `extra`: measures besides the
 * catalogue's, ended by NULL, or NULL; each needs a name of its own. */
int sw_main(int argc, char **argv, const sw_measure *const *extra);

typedef struct sw_program sw_program;

/* How to run a study; zeros are the defaults of `spillway run`. */
typedef struct sw_run_options {
  const char *output;  /* OUT.h5; NULL: the study's own */
  const char *reuse;   /* earlier results of which unchanged periods are taken; NULL: none */
  const char *threads; /* a number, a rank; NULL: OMP_NUM_THREADS, else the rank's share of cores */
  bool force;          /* write over a finished output */
  bool restart;        /* begin again where an unfinished run could be continued */
  bool summary;        /* progress and summary, as on the command line */
} sw_run_options;

/* Start MPI and the libraries; all ranks. Release with sw_program_stop, also after a failure. */
sw_status sw_program_start(sw_error *err, int *argc, char ***argv, const sw_measure *const *extra,
                           sw_program **program);
int sw_program_rank(const sw_program *program);
/* Compute a study file into its results file, as often as wanted. SW_ESTOPPED: ended by a signal,
 * as are all further runs of this process; another one goes on from there. Collective. */
sw_status sw_program_run(sw_error *err, sw_program *program, const char *study,
                         const sw_run_options *options);
/* Finalise MPI. Collective. */
void sw_program_stop(sw_program *program);

#pragma GCC visibility pop

#endif
