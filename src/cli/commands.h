/* The verbs. Each takes its own arguments (argv[0] is "spillway VERB"), prints its results on
 * standard output and returns the exit status. Only rank 0 prints. */
#ifndef SW_CLI_COMMANDS_H
#define SW_CLI_COMMANDS_H

#include "plan/team.h"
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

/* program.c: SW_EINTERNAL when a measure is not what a descriptor promises (plan/descriptor.h),
 * SW_EINPUT when it has the name of another. */
sw_status sw_program_measures(sw_error *err, sw_program *program, const sw_measure *const *extra);

/* Print "spillway: <text>" on standard error from rank 0 and return the exit status of the error.
 */
int sw_cli_fail(const sw_team *team, const sw_error *err);
/* After a failure, before anything is closed: a rank that failed alone ends the others, as they may
 * wait for it for ever. */
void sw_cli_settle(sw_team *team, const sw_error *err);
/* Exit status of a status: 0, 2, 75, 1. */
int sw_cli_exit_status(sw_status status);

#endif
