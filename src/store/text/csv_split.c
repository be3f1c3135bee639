/* One line to fields. Nearly every line is taken in one pass, eight bytes at a time, and nothing is
 * copied; a line with anything unusual in it is looked at again, slowly, with words for each thing
 * that can be wrong. Both give the same fields where both apply. */
#include "store/text/csv_private.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- in one pass ------------------------------------------------------------------------- */

/* What ends a field or needs a look (comma, quote, newline, NUL, blanks) lies below '-', what may
 * be no UTF-8 above 0x7F: digits, points, minus signs and letters lie between. */
static bool is_stop(char c) {
  return (unsigned char)(c - '-') > 0x7F - '-';
}

/* The high bit of every byte that is_stop; no carry runs from byte to byte. */
static inline uint64_t stops_of(uint64_t word) {
  const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F), high = ~low;
  return (~((word & low) + UINT64_C(0x0101010101010101) * (0x80 - '-')) | word) & high;
}

static inline const char *next_stop(const char *at, const char *end) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (uint64_t word; end - at >= (ptrdiff_t)sizeof word; at += sizeof word) {
    memcpy(&word, at, sizeof word);
    uint64_t stops = stops_of(word);
    if (stops) return at + __builtin_ctzll(stops) / 8;
  }
#endif
  while (at < end && !is_stop(*at))
    at++;
  return at;
}

/* Past the field at `at`, of which *field is told; NULL: a closer look. `seen` gathers the bits of
 * bytes passed over. */
static const char *take_quoted(const char *at, const char *end, sw_field *field, unsigned *seen) {
  const char *open = ++at;
  for (;; at++) {
    at = next_stop(at, end);
    if (at == end || *at == '\n' || *at == '\r' || *at == '\0') return NULL;
    if (*at == '"') break;
    *seen |= (unsigned char)*at;
  }
  *field = sw_csv_trimmed(open, at++);
  while (at < end && sw_csv_is_blank(*at))
    at++;
  return at;
}

static const char *take_plain(const char *at, const char *end, sw_field *field, unsigned *seen) {
  const char *open = at;
  for (;; at++) {
    at = next_stop(at, end);
    if (at == end || *at == ',' || *at == '\n' || *at == '\r') break;
    if (*at == '"' || *at == '\0') return NULL;
    *seen |= (unsigned char)*at;
  }
  *field = sw_csv_trimmed(open, at);
  return at;
}

static const char *take_field(const char *at, const char *end, sw_field *field, unsigned *seen) {
  while (at < end && sw_csv_is_blank(*at))
    at++;
  return at < end && *at == '"' ? take_quoted(at, end, field, seen)
                                : take_plain(at, end, field, seen);
}

bool sw_csv_split(sw_csv *csv, const char *from, const char *end, const char **to,
                  const char **next) {
  sw_field *field = csv->private->field;
  int n = 0, capacity = csv->private->capacity;
  unsigned seen = 0;
  const char *at = from;
  for (;; at++) {
    if (n == capacity) return false;
    const char *stop = next_stop(at, end);
    /* Blanks and quotes are stops too: where the first is the end there was none of them. */
    if (stop < end && (*stop == ',' || *stop == '\n')) {
      field[n++] = (sw_field){at, (size_t)(stop - at)};
      at = stop;
    } else if (!(at = take_field(at, end, &field[n++], &seen))) {
      return false;
    }
    if (at == end || *at != ',') break;
  }
  const char *newline = at < end && *at == '\r' ? at + 1 : at;
  if (newline < end && *newline != '\n') return false;
  if ((seen & 0x80) && !sw_is_utf8(from, (size_t)(at - from))) return false;
  csv->n = n;
  *to = at;
  *next = newline < end ? newline + 1 : end;
  return true;
}

/* ---- a closer look ----------------------------------------------------------------------- */

/* The array of fields grows to the widest record of the file and stays. */
static sw_status add_field(sw_error *err, sw_csv *csv, sw_field field) {
  struct sw_csv_private *own = csv->private;
  if (csv->n == own->capacity) {
    int capacity = own->capacity ? 2 * own->capacity : 64;
    sw_field *grown = realloc(own->field, (size_t)capacity * sizeof *grown);
    if (!grown) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
    own->field = grown;
    own->capacity = capacity;
    csv->field = grown;
  }
  own->field[csv->n++] = field;
  return SW_OK;
}

static sw_status refuse_inner_quote(sw_error *err, const sw_csv *csv) {
  return sw_csv_fail(err, csv,
                     "a quotation mark stands inside a field; quote the whole field and double "
                     "the quotation marks inside it");
}

/* The quoted field at *at, its doubled quotes made single behind `copy`; *at is moved past it. */
static sw_status unquote(sw_error *err, sw_csv *csv, const char **at, const char *to, char **copy) {
  char *out = *copy, *begin = out;
  for (const char *from = *at + 1;; from = *at + 1) {
    const char *quote = memchr(from, '"', (size_t)(to - from));
    if (!quote)
      return sw_csv_fail(err, csv,
                         "a quote is opened and not closed on this line; a record may not hold a "
                         "newline");
    memcpy(out, from, (size_t)(quote - from));
    out += quote - from;
    *at = quote + 1;
    if (*at == to || **at != '"') break;
    *out++ = '"';
  }
  while (*at < to && sw_csv_is_blank(**at))
    ++*at;
  *copy = out;
  return *at < to && **at != ',' ? refuse_inner_quote(err, csv)
                                 : add_field(err, csv, sw_csv_trimmed(begin, out));
}

static sw_status split_fields(sw_error *err, sw_csv *csv, const char *from, const char *to) {
  struct sw_csv_private *own = csv->private;
  size_t length = (size_t)(to - from);
  if (own->copy_size < length) {
    char *grown = realloc(own->copy, 2 * length);
    if (!grown) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
    own->copy = grown;
    own->copy_size = 2 * length;
  }
  char *copy = own->copy;
  csv->n = 0;
  for (const char *at = from;; at++) {
    while (at < to && sw_csv_is_blank(*at))
      at++;
    if (at < to && *at == '"') {
      SW_TRY(unquote(err, csv, &at, to, &copy));
    } else {
      const char *open = at, *comma = memchr(at, ',', (size_t)(to - at));
      at = comma ? comma : to;
      if (memchr(open, '"', (size_t)(at - open))) return refuse_inner_quote(err, csv);
      SW_TRY(add_field(err, csv, sw_csv_trimmed(open, at)));
    }
    if (at == to) return SW_OK;
  }
}

/* The bytes of the character at `from`, or 0 where there is none. */
static int character(const char *from, const char *to) {
  if (!(*from & 0x80)) return 1;
  for (int k = 2; k <= 4 && from + k <= to; k++)
    if (sw_is_utf8(from, (size_t)k)) return k;
  return 0;
}

/* Shows the field around the first bad byte, with a question mark in its place. */
static sw_status not_utf8(sw_error *err, const sw_csv *csv, const char *from, const char *to) {
  enum { AROUND = 20 };
  const char *bad = from, *word = from;
  for (int k = character(bad, to); k > 0 && bad < to; k = bad < to ? character(bad, to) : 0) {
    if (*bad == ',' || *bad == '"') word = bad + 1;
    bad += k;
  }
  if (bad - word > AROUND) word = bad - AROUND;
  while (word < bad && (*word & 0xC0) == 0x80)
    word++; /* not from the middle of a character */
  const char *last = bad + 1;
  while (last < to && *last != ',' && *last != '"' && !(*last & 0x80) && last - bad < AROUND)
    last++;
  return sw_csv_fail(err, csv,
                     "byte 0x%02X in '%.*s?%.*s' is not UTF-8; convert the file, e.g. iconv -f "
                     "latin1 -t utf-8",
                     (unsigned char)*bad, (int)(bad - word), word, (int)(last - bad - 1), bad + 1);
}

sw_status sw_csv_split_closely(sw_error *err, sw_csv *csv, const char *from, const char *to) {
  size_t length = (size_t)(to - from);
  if (memchr(from, '\0', length))
    return sw_csv_fail(err, csv, "a NUL byte; a text file is wanted (save a UTF-16 file as UTF-8)");
  if (!sw_is_utf8(from, length)) return not_utf8(err, csv, from, to);
  if (memchr(from, '\r', length))
    return sw_csv_fail(err, csv,
                       "a carriage return inside the line; lines end with LF or CRLF, and a record "
                       "may not hold a newline");
  return split_fields(err, csv, from, to);
}
