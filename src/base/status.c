/* The one way a failure is recorded. */
#include "spillway/status.h"

#include <stdarg.h>
#include <stdio.h>

sw_status sw_fail(sw_error *err, sw_status status, const char *format, ...) {
  if (!err || err->status != SW_OK) return status;
  err->status = status;
  va_list list;
  va_start(list, format);
  vsnprintf(err->text, sizeof err->text, format, list);
  va_end(list);
  /* One line, whatever a file name or a field held. */
  for (char *c = err->text; *c; c++)
    if ((unsigned char)*c < 0x20) *c = ' ';
  return status;
}

void sw_error_clear(sw_error *err) {
  err->status = SW_OK;
  err->text[0] = '\0';
}
