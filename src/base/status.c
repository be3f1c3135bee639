/* The one way a failure is recorded. */
#include "spillway/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Bytes of the character that begins with `first`; a wrong one is found out by sw_is_utf8. */
static size_t bytes_of(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* One line of UTF-8, whatever a file name or a field held and wherever a text was cut. */
static void make_line(char *text) {
  for (char *c = text; *c;) {
    size_t bytes = bytes_of((unsigned char)*c);
    bool whole = strnlen(c, bytes) == bytes && sw_is_utf8(c, bytes);
    if (!whole) *c = '?';
    if ((unsigned char)*c < 0x20 || *c == 0x7F) *c = ' ';
    c += whole ? bytes : 1;
  }
}

sw_status sw_fail(sw_error *err, sw_status status, const char *format, ...) {
  if (!err || err->status != SW_OK) return status;
  err->status = status;
  va_list list;
  va_start(list, format);
  vsnprintf(err->text, sizeof err->text, format, list);
  va_end(list);
  make_line(err->text);
  return status;
}

void sw_error_clear(sw_error *err) {
  err->status = SW_OK;
  err->shared = false;
  err->text[0] = '\0';
}
