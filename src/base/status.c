/* The one way a failure is recorded: a status and one line of text in the caller's sw_error. It
 * allocates nothing, so that lack of memory can be reported too, and the struct holds no pointer,
 * so that sw_team_agree can send it to other ranks as it is. */
#include "spillway/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Bytes of the character that begins with `first`. A byte that begins none gets some length;
 * sw_is_utf8 then finds out. */
static size_t bytes_of(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Makes one line of UTF-8 of it, whatever a file name or a field held and wherever a text was
 * cut: by `%.20s`, or at the end of the buffer. Other bytes become '?', control characters
 * blanks. */
static void make_line(char *text) {
  for (char *c = text; *c;) {
    size_t bytes = bytes_of((unsigned char)*c);
    bool whole = strnlen(c, bytes) == bytes && sw_is_utf8(c, bytes);
    if (!whole) *c = '?';
    if ((unsigned char)*c < 0x20 || *c == 0x7F) *c = ' ';
    c += whole ? bytes : 1;
  }
}

/* The first failure recorded wins: later ones are mostly its consequences. `err` may be NULL
 * where nobody reads the text. The status is returned in any case, so that a caller can end with
 * `return sw_fail(...)`. */
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
