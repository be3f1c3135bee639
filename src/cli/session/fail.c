/* How the program says that it failed: one line, from one rank, and an exit status that scripts can
 * tell apart. Called by every verb. */
#include "cli/session/fail.h"
#include "comm/comm.h"

#include <stdio.h>

/* Scripts and schedulers depend on these numbers: they are part of the interface. */
int sw_cli_exit_status(sw_status status) {
  switch (status) {
  case SW_OK:
    return 0;
  case SW_EINPUT:
    return 2;
  /* EX_TEMPFAIL of sysexits.h: a scheduler may start the same command again. */
  case SW_ESTOPPED:
    return 75;
  default:
    return 1;
  }
}

/* The common cases come first and cost nothing: no error, one that is agreed on (err->shared), one
 * rank alone. Only then does it wait for the others (sw_comm_meet), in case they fail as well. */
void sw_cli_settle(sw_team *team, const sw_error *err) {
  if (err->status == SW_OK || err->shared || team->size == 1 || sw_comm_meet(team)) return;
  fprintf(stderr, "spillway: %s\n", err->text);
  sw_comm_abort(team, sw_cli_exit_status(err->status));
}

/* All ranks call this; one line is printed, as the ranks have agreed on the error. */
int sw_cli_fail(const sw_team *team, const sw_error *err) {
  if (team->rank == 0) fprintf(stderr, "spillway: %s\n", err->text);
  return sw_cli_exit_status(err->status);
}
