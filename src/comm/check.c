/* Calls of MPI that are looked at. */
#include "comm/private.h"

sw_status sw_comm_check(sw_error *err, int code, const char *call) {
  if (code == MPI_SUCCESS) return SW_OK;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  return sw_fail(err, SW_EINTERNAL, "MPI failed in %.40s: %s", call, text);
}
