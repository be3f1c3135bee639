/* Turns MPI's return codes into errors of Spillway. The communicators of a team return errors
 * instead of ending the program (MPI_ERRORS_RETURN, set in start.c), so that the failing rank can
 * name the call. Other ranks do not see this error: they may wait in the collective, and
 * sw_comm_meet ends the run. */
#include "comm/private.h"

/* Turns a code of MPI into an error of ours. MPI's handlers return instead of aborting (start.c),
 * so each call is checked. */
sw_status sw_comm_check(sw_error *err, int code, const char *call) {
  if (code == MPI_SUCCESS) return SW_OK;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  return sw_fail(err, SW_EINTERNAL, "MPI failed in %.40s: %s", call, text);
}
