/* What the two files of `granger` share: the state of a job, and the tests of all its pairs. */
#ifndef SW_MEASURE_PAIR_GRANGER_H
#define SW_MEASURE_PAIR_GRANGER_H

#include "kernel/causality/discovery.h"
#include "kernel/causality/granger.h"
#include "measure/transform/transform.h"
#include "spillway/measure.h"

/* Passes that look for what is rejected. The second collects what the first leaves in question, but
 * of very many pairs; those that are not needed are empty. */
enum { SW_GRANGER_ROUNDS = 4 };
enum { SW_GRANGER_CHUNK = 256 }; /* pairs of a row at a time */

/* Outputs, in the order of the descriptor. */
enum {
  SW_GRANGER_F,
  SW_GRANGER_P,
  SW_GRANGER_SIGNIFICANT,
  SW_GRANGER_ENTROPY,
  SW_GRANGER_THRESHOLD,
  SW_GRANGER_REJECTED,
  SW_GRANGER_TESTS
};

/* The receiver's variable, and the sender's, which may be the same. */
enum { SW_GRANGER_OF, SW_GRANGER_FROM };

/* Whether all rows of the test are there of a unit, or enough to test it over fewer, or not. */
enum { SW_GRANGER_WHOLE, SW_GRANGER_GAPS, SW_GRANGER_NOTHING };

/* What the pass over units counts of a variable. */
typedef struct sw_granger_units {
  int64_t gaps; /* of SW_GRANGER_GAPS, by side */
  int64_t walks,
      tried; /* in levels: whole units, and those in which a random walk is not refused */
} sw_granger_units;

typedef struct sw_granger_job {
  int lags, variables;
  int operands, rounds, pairs; /* passes, the first of the rounds */
  sw_transform series[2];
  int rows, df; /* of a pair without gaps */
  const int *row;
  sw_discovery_law rule;
  const sw_f_law **law; /* by df; NULL until needed */
  /* Ready after prepare of a pass behind the operands. */
  sw_granger kernel;
  double *value[2];           /* with gaps: series by unit */
  const double *made_from[2]; /* the same, of changes: the size of what those are made of */
  unsigned char *state[2];    /* of each unit, as receiver and as sender */
  bool has_gaps;              /* some unit has: pairs are ordered by p */
  bool counts;                /* what is rejected is counted where sums of pairs are made */
  double from;                /* p of a smaller F decides nothing */
  sw_discovery now;           /* what the rounds know; behind the last: what is rejected */
} sw_granger_job;

static inline int sw_granger_variable(const sw_granger_job *g, int variable) {
  return variable < g->variables ? variable : 0;
}

/* granger.c: `count` F of row i from column j0 on, which the kernel has made, with those of pairs
 * with gaps. p and entropy where they are not NULL; p of a pair without gaps is 1 where F is below
 * `from`. `room`: sw_granger_room doubles. */
size_t sw_granger_room(const sw_granger_job *g);
void sw_granger_complete(const sw_granger_job *g, int64_t i, int64_t j0, int64_t count, double from,
                         double *f, double *p, double *entropy, double *room);

/* granger_tests.c: which pairs are rejected. In resolve, after rows are known. */
sw_status sw_granger_tests_resolve(sw_error *err, sw_job *job, sw_granger_job *g);
/* In prepare of the first round or a later pass, when has_gaps is known. */
sw_status sw_granger_tests_prepare(sw_error *err, sw_job *job, sw_granger_job *g, int pass);
/* A round: its partial, tile and what follows. */
void sw_granger_tests_start(const sw_granger_job *g, sw_discovery_count *all);
size_t sw_granger_tests_workspace(const sw_granger_job *g);
void sw_granger_tests_tile(const sw_job *job, const sw_granger_job *g, const sw_tile *tile,
                           sw_discovery_count *count, double *workspace);
void sw_granger_tests_merge(const sw_granger_job *g, sw_discovery_count *all,
                            const sw_discovery_count *part);
void sw_granger_tests_finish(sw_job *job, const sw_granger_job *g, int pass,
                             const sw_discovery_count *all, sw_discovery *result);
/* Behind the pairs, where they were counted there. */
void sw_granger_tests_counted(sw_job *job, const sw_granger_job *g, const sw_reached *counted);
/* 1 where a pair is rejected, else 0; NaN without a value. */
void sw_granger_tests_mark(const sw_granger_job *g, int64_t count, const double *f, const double *p,
                           double *out);

#endif
