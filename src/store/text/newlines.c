/* Where lines begin and end in a text. */
#include "store/text/lines.h"

#include <string.h>

/* In runs short enough for a byte to count them, which the compiler makes vectors of. */
int64_t sw_lines_count(const char *text, size_t length) {
  int64_t count = 0;
  for (size_t at = 0; at < length;) {
    size_t end = length - at < 255 ? length : at + 255;
    uint8_t run = 0;
    for (; at < end; at++)
      run = (uint8_t)(run + (text[at] == '\n'));
    count += run;
  }
  return count;
}

/* Blank lines at the end of a file belong to no footer. */
static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t sw_lines_last(const char *text, size_t length, int64_t lines) {
  while (length > 0 && is_space(text[length - 1]))
    length--;
  for (; lines > 0 && length > 0; lines--) {
    const char *newline = memrchr(text, '\n', length);
    length = newline ? (size_t)(newline - text) : 0;
  }
  return length ? length + 1 : 0;
}

size_t sw_lines_first(const char *text, size_t length) {
  size_t at = 0;
  if (length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) at = 3;
  while (at < length && is_space(text[at]))
    at++;
  const char *newline = memchr(text + at, '\n', length - at);
  return newline ? (size_t)(newline - text) + 1 : 0;
}
