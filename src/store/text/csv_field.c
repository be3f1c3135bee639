/* A field by itself, and what is wrong with one. Apart from csv.c because csv_split.c and csv.c
 * both call it: files of a room do not use each other in a circle. */
#include "store/text/csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool sw_csv_field_is(sw_field field, const char *text) {
  return strlen(text) == field.length && !memcmp(text, field.text, field.length);
}

/* The line is that of the last record asked for. While a panel's pieces are read for the first time
 * it is only relative (see lines.h): such a text is never shown, the piece is read again. */
sw_status sw_csv_fail(sw_error *err, const sw_csv *csv, const char *format, ...) {
  char text[SW_ERROR_TEXT];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return sw_fail(err, SW_EINPUT, "%s:%lld: %s", csv->file, (long long)csv->line, text);
}
