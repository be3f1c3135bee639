/* A field by itself, and what is wrong with one. */
#include "store/text/csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool sw_csv_field_is(sw_field field, const char *text) {
  return strlen(text) == field.length && !memcmp(text, field.text, field.length);
}

sw_status sw_csv_fail(sw_error *err, const sw_csv *csv, const char *format, ...) {
  char text[SW_ERROR_TEXT];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return sw_fail(err, SW_EINPUT, "%s:%lld: %s", csv->file, (long long)csv->line, text);
}
