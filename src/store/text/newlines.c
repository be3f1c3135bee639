/* Where lines begin and end in a text: bytes alone, without files, ranks or threads. Used by
 * lines.c and gz.c, by the panel to make room for rows, and by the tests. */
#include "store/text/csv.h"
#include "store/text/lines.h"

#include <string.h>

/* Newlines in text[0..length). In runs of 255 bytes, as many as a byte can count: a sum in
 * bytes, without a branch, is what the compiler makes vectors of, and every byte of a panel
 * passes here. */
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

/* Not isspace: the locale has no say. */
static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Blank lines at the end of a file belong to no footer: editors add them, and `footer: 2` means the
 * two lines that a reader sees. Each step back goes to the newline before a line; what is returned
 * is the byte behind it. A caller that sees only the end of a file takes 0 as "it may begin
 * before": it looks at more, or has seen all there is. */
size_t sw_lines_last(const char *text, size_t length, int64_t lines) {
  while (length > 0 && is_space(text[length - 1]))
    length--;
  for (; lines > 0 && length > 0; lines--) {
    const char *newline = memrchr(text, '\n', length);
    length = newline ? (size_t)(newline - text) : 0;
  }
  return length ? length + 1 : 0;
}

/* Where the text begins behind so many lines. */
size_t sw_lines_above(const char *text, size_t length, int64_t above) {
  size_t at = 0;
  for (; above > 0 && at < length; above--) {
    const char *newline = memchr(text + at, '\n', length - at);
    at = newline ? (size_t)(newline - text) + 1 : length;
  }
  return at;
}

/* Empty lines before the header are part of what is returned, so that they are counted in line
 * numbers; so is Excel's line `sep=;`. A text that ends without a newline gives 0: more of the line
 * may follow. */
size_t sw_lines_first(const char *text, size_t length, int64_t above) {
  size_t at = sw_lines_above(text, length, above);
  if (at == 0 && length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) at = 3;
  while (at < length && is_space(text[at]))
    at++;
  /* A line that is not whole yet is no such line, but then there is no newline either. */
  at += sw_csv_sep_line(text + at, length - at, NULL);
  while (at < length && is_space(text[at]))
    at++;
  const char *newline = memchr(text + at, '\n', length - at);
  return newline ? (size_t)(newline - text) + 1 : 0;
}
