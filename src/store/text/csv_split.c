/* One line to fields. Nearly every line is taken in one pass, eight bytes at a time, and nothing is
 * copied; a line with anything unusual in it is looked at again, slowly, with words for each thing
 * that can be wrong. The fast path never refuses: it returns false, and the slow path decides. Both
 * give the same fields where both apply, so a file means the same whichever way its lines go.
 *
 * Called by csv.c only, by each thread with a reader of its own. */
#include "store/text/csv_private.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- in one pass ------------------------------------------------------------------------- */

/* The separator is an argument of all of this, and a constant where it is a comma: the functions
 * are compiled twice (see sw_csv_split), and the common case pays nothing for the others. */

/* What ends a field or needs a look (comma, tab, quote, newline, CR, NUL, blanks) lies below '-',
 * what may be no UTF-8 above 0x7F: digits, points, minus signs and letters lie between. '+' and a
 * few more lie below '-' too: they are stopped at for nothing, and the callers go on. One
 * comparison does for both ends, as what is below '-' wraps around. */
static inline bool is_stop(char c, char separator) {
  return (unsigned char)(c - '-') > 0x7F - '-' || (separator != ',' && c == separator);
}

/* is_stop for eight bytes at once: the high bit of each byte of the result. To the low seven bits
 * of a byte 0x80 - '-' is added, which reaches the high bit exactly from '-' on; the complement has
 * it below '-'; or-ing the word adds the bytes that had it from the start. No carry runs from byte
 * to byte: 0x7F + 0x53 is below 0x100. */
static inline uint64_t stops_of(uint64_t word, char separator) {
  const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F), high = ~low, ones = low / 0x7F;
  uint64_t stops = (~((word & low) + ones * (0x80 - '-')) | word) & high;
  if (separator == ',') return stops;
  /* A byte that is the separator is zero here; the lowest such byte gets its high bit, and bytes
   * that get it wrongly by the borrow lie above it. */
  uint64_t same = word ^ ones * (unsigned char)separator;
  return stops | ((same - ones) & ~same & high);
}

/* The first byte of [at, end) that is_stop, or `end`. The lowest set bit is the first byte only
 * where words are little-endian; elsewhere the loop by bytes does everything. Never reads beyond
 * `end`: the text may end at the end of a page. */
static inline const char *next_stop(const char *at, const char *end, char separator) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (uint64_t word; end - at >= (ptrdiff_t)sizeof word; at += sizeof word) {
    memcpy(&word, at, sizeof word);
    uint64_t stops = stops_of(word, separator);
    if (stops) return at + __builtin_ctzll(stops) / 8;
  }
#endif
  while (at < end && !is_stop(*at, separator))
    at++;
  return at;
}

/* Past the quoted field at `at`, of which *field is told; NULL: a closer look. `seen` gathers the
 * bits of all bytes stopped at, so that one test at the end of the line tells whether any was above
 * 0x7F. A doubled quote is not recognised here: the field seems to end at its first half, the
 * second half is no comma, and sw_csv_split gives the line up. */
static inline const char *take_quoted(const char *at, const char *end, char separator,
                                      sw_field *field, unsigned *seen) {
  const char *open = ++at;
  for (;; at++) {
    at = next_stop(at, end, separator);
    if (at == end || *at == '\n' || *at == '\r' || *at == '\0') return NULL;
    if (*at == '"') break;
    *seen |= (unsigned char)*at;
  }
  *field = sw_csv_trimmed(open, at++, separator);
  while (at < end && sw_csv_is_blank(*at, separator))
    at++;
  return at;
}

/* The same for a field without quotes. A quote or a NUL inside it is a mistake, which the slow way
 * puts into words: NULL. The end of the line is left for the caller. */
static inline const char *take_plain(const char *at, const char *end, char separator,
                                     sw_field *field, unsigned *seen) {
  const char *open = at;
  for (;; at++) {
    at = next_stop(at, end, separator);
    if (at == end || *at == separator || *at == '\n' || *at == '\r') break;
    if (*at == '"' || *at == '\0') return NULL;
    *seen |= (unsigned char)*at;
  }
  *field = sw_csv_trimmed(open, at, separator);
  return at;
}

/* Blanks before a field are no part of it, also before a quote. Not inlined: few fields come here,
 * and the loop over all others keeps its registers. */
__attribute__((noinline)) static const char *
take_field(const char *at, const char *end, char separator, sw_field *field, unsigned *seen) {
  while (at < end && sw_csv_is_blank(*at, separator))
    at++;
  return at < end && *at == '"' ? take_quoted(at, end, separator, field, seen)
                                : take_plain(at, end, separator, field, seen);
}

__attribute__((always_inline)) static inline bool split(sw_csv *csv, char separator,
                                                        const char *from, const char *end,
                                                        const char **to, const char **next) {
  sw_field *field = csv->private->field;
  int n = 0, capacity = csv->private->capacity;
  unsigned seen = 0;
  const char *at = from;
  for (;; at++) {
    if (n == capacity) return false; /* add_field grows the array, at most a few times per file */
    const char *stop = next_stop(at, end, separator);
    /* Blanks, quotes and bytes above 0x7F are stops too: where the first stop is a separator or the
     * end of the line the field holds none of them, and needs no trimming. */
    if (stop < end && (*stop == separator || *stop == '\n')) {
      field[n++] = (sw_field){at, (size_t)(stop - at)};
      at = stop;
    } else if (!(at = take_field(at, end, separator, &field[n++], &seen))) {
      return false;
    }
    if (at == end || *at != separator) break;
  }
  /* CRLF ends a line, and so does CR at the very end of the text. Anything else is unusual. */
  const char *newline = at < end && *at == '\r' ? at + 1 : at;
  if (newline < end && *newline != '\n') return false;
  /* UTF-8 is checked once per line, and only where the line holds a byte that is not ASCII. */
  if ((seen & 0x80) && !sw_is_utf8(from, (size_t)(at - from))) return false;
  csv->n = n;
  *to = at;
  *next = newline < end ? newline + 1 : end;
  return true;
}

/* Functions of their own, so that the registers of one are no matter of the other. */
__attribute__((noinline)) static bool split_commas(sw_csv *csv, const char *from, const char *end,
                                                   const char **to, const char **next) {
  return split(csv, ',', from, end, to, next);
}

__attribute__((noinline)) static bool split_others(sw_csv *csv, const char *from, const char *end,
                                                   const char **to, const char **next) {
  return split(csv, csv->private->separator, from, end, to, next);
}

/* See csv_private.h. Where it returns false nothing but the array of fields was changed, and the
 * slow way begins again at `from`. */
bool sw_csv_split(sw_csv *csv, const char *from, const char *end, const char **to,
                  const char **next) {
  return csv->private->separator == ',' ? split_commas(csv, from, end, to, next)
                                        : split_others(csv, from, end, to, next);
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
                     "a quotation mark inside a field; quote the whole field and double "
                     "the quotation marks inside it");
}

/* The quoted field at *at, its doubled quotes made single, written behind *copy; *at is moved past
 * the field and the blanks behind it. Doubled quotes make a text shorter, never longer:
 * split_fields has made room for the whole line, so that no length is checked here. */
static sw_status unquote(sw_error *err, sw_csv *csv, const char **at, const char *to, char **copy) {
  char *out = *copy, *begin = out;
  for (const char *from = *at + 1;; from = *at + 1) {
    const char *quote = memchr(from, '"', (size_t)(to - from));
    if (!quote)
      return sw_csv_fail(err, csv,
                         "a quote is not closed on this line; a record must not contain a newline");
    memcpy(out, from, (size_t)(quote - from));
    out += quote - from;
    *at = quote + 1;
    /* A quote behind the quote: one of the text. Anything else: the field has ended. */
    if (*at == to || **at != '"') break;
    *out++ = '"';
  }
  char separator = csv->private->separator;
  while (*at < to && sw_csv_is_blank(**at, separator))
    ++*at;
  *copy = out;
  return *at < to && **at != separator ? refuse_inner_quote(err, csv)
                                       : add_field(err, csv, sw_csv_trimmed(begin, out, separator));
}

/* The slow way. The copy is for the whole record: its fields stay valid together until the next
 * one. It may be moved only here, before the first field points into it. */
static sw_status split_fields(sw_error *err, sw_csv *csv, const char *from, const char *to) {
  struct sw_csv_private *own = csv->private;
  size_t length = (size_t)(to - from);
  if (own->copy_size < length) {
    char *grown = realloc(own->copy, 2 * length);
    if (!grown) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
    own->copy = grown;
    own->copy_size = 2 * length;
  }
  char *copy = own->copy, separator = own->separator;
  csv->n = 0;
  for (const char *at = from;; at++) {
    while (at < to && sw_csv_is_blank(*at, separator))
      at++;
    if (at < to && *at == '"') {
      SW_TRY(unquote(err, csv, &at, to, &copy));
    } else {
      const char *open = at, *next = memchr(at, separator, (size_t)(to - at));
      at = next ? next : to;
      if (memchr(open, '"', (size_t)(at - open))) return refuse_inner_quote(err, csv);
      SW_TRY(add_field(err, csv, sw_csv_trimmed(open, at, separator)));
    }
    if (at == to) return SW_OK;
  }
}

/* The length of the UTF-8 character at `from`, or 0 where the bytes are none. By trial: it is used
 * for a message only. */
static int character(const char *from, const char *to) {
  if (!(*from & 0x80)) return 1;
  for (int k = 2; k <= 4 && from + k <= to; k++)
    if (sw_is_utf8(from, (size_t)k)) return k;
  return 0;
}

/* Shows the field around the first bad byte, with a question mark in its place, as the byte itself
 * must not get into a message. At most AROUND bytes to either side; to the right only ASCII, as
 * what follows a bad byte is likely to be bad too. iconv is named because the cause is nearly
 * always a file in Latin-1. */
static sw_status not_utf8(sw_error *err, const sw_csv *csv, const char *from, const char *to) {
  enum { AROUND = 20 };
  const char *bad = from, *word = from;
  for (int k = character(bad, to); k > 0 && bad < to; k = bad < to ? character(bad, to) : 0) {
    if (*bad == csv->private->separator || *bad == '"') word = bad + 1;
    bad += k;
  }
  if (bad - word > AROUND) word = bad - AROUND;
  while (word < bad && (*word & 0xC0) == 0x80)
    word++; /* not from the middle of a character */
  const char *last = bad + 1;
  while (last < to && *last != csv->private->separator && *last != '"' && !(*last & 0x80) &&
         last - bad < AROUND)
    last++;
  return sw_csv_fail(err, csv,
                     "byte 0x%02X in '%.*s?%.*s' is not UTF-8; convert the file, e.g. iconv -f "
                     "latin1 -t utf-8",
                     (unsigned char)*bad, (int)(bad - word), word, (int)(last - bad - 1), bad + 1);
}

/* In this order: a NUL indicates UTF-16, for which the other messages would make no sense; they
 * must not quote text that is not UTF-8. */
sw_status sw_csv_split_closely(sw_error *err, sw_csv *csv, const char *from, const char *to) {
  size_t length = (size_t)(to - from);
  if (memchr(from, '\0', length))
    return sw_csv_fail(err, csv, "a NUL byte; expected a text file (save a UTF-16 file as UTF-8)");
  if (!sw_is_utf8(from, length)) return not_utf8(err, csv, from, to);
  if (memchr(from, '\r', length))
    return sw_csv_fail(err, csv,
                       "a carriage return inside the line; lines end with LF or CRLF, and a record "
                       "must not contain a newline");
  return split_fields(err, csv, from, to);
}
