/* The verbs. Each takes its own arguments (argv[0] is "spillway VERB"), prints its results on
 * standard output and returns the exit status. All ranks call it with the same arguments; only rank
 * 0 prints results and errors. */
#ifndef SW_CLI_VERBS_COMMANDS_H
#define SW_CLI_VERBS_COMMANDS_H

#include "cli/session/fail.h"
#include "spillway/program.h"

/* What the verbs work with: the ranks that work together, and measures besides the catalogue's. */
struct sw_program {
  sw_team *team;
  const sw_measure *const *extra;
  int n_extra;
};

int sw_cmd_run(sw_program *program, int argc, char **argv);
int sw_cmd_check(sw_program *program, int argc, char **argv);
int sw_cmd_measures(sw_program *program, int argc, char **argv);
int sw_cmd_synth(sw_program *program, int argc, char **argv);
int sw_cmd_info(sw_program *program, int argc, char **argv);
int sw_cmd_verify(sw_program *program, int argc, char **argv);
int sw_cmd_diff(sw_program *program, int argc, char **argv);
int sw_cmd_weights(sw_program *program, int argc, char **argv);
int sw_cmd_report(sw_program *program, int argc, char **argv);
int sw_cmd_table(sw_program *program, int argc, char **argv);
int sw_cmd_export(sw_program *program, int argc, char **argv);

/* compute.c: checks all descriptors and keeps `extra` (ended by NULL, or NULL), which must outlive
 * the program. SW_EINTERNAL when a measure is not what a descriptor promises (plan/descriptor/),
 * SW_EINPUT when it has the name of another. */
sw_status sw_program_measures(sw_error *err, sw_program *program, const sw_measure *const *extra);

#endif
