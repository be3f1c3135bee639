/* How the program says that it failed: one line, from one rank. */
#include "cli/commands.h"

#include <stdio.h>

int sw_cli_exit_status(sw_status status) {
  switch (status) {
  case SW_OK:
    return 0;
  case SW_EINPUT:
    return 2;
  case SW_ESTOPPED:
    return 75;
  default:
    return 1;
  }
}

int sw_cli_fail(const sw_team *team, const sw_error *err) {
  if (team->rank == 0) fprintf(stderr, "spillway: %s\n", err->text);
  return sw_cli_exit_status(err->status);
}
