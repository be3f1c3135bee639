/* How the program says that it failed. */
#ifndef SW_CLI_SESSION_FAIL_H
#define SW_CLI_SESSION_FAIL_H

#include "plan/ports/team.h"

/* Print "spillway: <text>" on standard error from rank 0 and return the exit status of the error.
 */
int sw_cli_fail(const sw_team *team, const sw_error *err);
/* After a failure, before anything is closed: a rank that failed alone ends the others, as they may
 * wait for it for ever. */
void sw_cli_settle(sw_team *team, const sw_error *err);
/* Exit status of a status: 0, 2, 75, 1. */
int sw_cli_exit_status(sw_status status);

#endif
