/* How the program says that it failed. */
#ifndef SW_CLI_SESSION_FAIL_H
#define SW_CLI_SESSION_FAIL_H

#include "plan/ports/team.h"

/* Prints "spillway: <text>" on standard error, on rank 0 only, and returns the exit status of the
 * error. The ranks have agreed on it, or sw_cli_settle came before. */
int sw_cli_fail(const sw_team *team, const sw_error *err);
/* To be called by every rank when the work has ended, before anything is closed. When this rank has
 * failed and the others do not know it, they may wait for it in a collective for ever: it prints
 * its error and aborts them. Does nothing without an error, when the ranks have agreed on it, or
 * when all of them come here with errors of their own. */
void sw_cli_settle(sw_team *team, const sw_error *err);
/* The exit status of a status: 0 done; 2 the user's input; 75 stopped early; 1 anything else. */
int sw_cli_exit_status(sw_status status);

#endif
