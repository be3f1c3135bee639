/* Links as lines of words, in the formats of spatial software: .gal and .gwt (GeoDa, PySAL); lines
 * and words of .mtx (market.c) are taken here, too. One thread walks through the whole text, on
 * every node's first rank. Empty lines are skipped and counted, so that the line in a message is
 * what an editor shows; the size that a file declares is checked against what it holds, since a
 * truncated file looks complete otherwise.
 *
 * Complexity: O(text), and a look-up of a code for each word. Words point into the text, so nothing
 * is copied. */
#include "store/links/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A header may have words behind those that count: `0 n layer key`. */
enum { MAX_WORDS = 8 };

/* CR too: lines may end in CRLF. */
static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/* Skips a byte order mark, which would else be part of the first word. The text is the caller's and
 * must stay. */
sw_links_lines sw_links_lines_of(const sw_links_list *list, const char *text, size_t length) {
  if (length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) {
    text += 3;
    length -= 3;
  }
  return (sw_links_lines){.list = list, .at = text, .end = text + length};
}

/* The next line that is not empty, without blanks around it; *more is false at the end. Bytes that
 * are no text are refused here, before they get into messages. lines->line counts all lines from 1,
 * empty ones too; lines->begin is where this one begins, for columns in messages. */
sw_status sw_links_lines_next(sw_error *err, sw_links_lines *lines, bool *more) {
  *more = false;
  while (lines->at < lines->end && !*more) {
    /* The last line may lack its newline. */
    const char *from = lines->at, *newline = memchr(from, '\n', (size_t)(lines->end - from));
    const char *to = newline ? newline : lines->end;
    lines->at = newline ? newline + 1 : lines->end;
    lines->line++;
    lines->begin = from;
    if (memchr(from, '\0', (size_t)(to - from)) || !sw_is_utf8(from, (size_t)(to - from)))
      return sw_links_list_fail(err, lines->list, lines->line,
                                "the line is not UTF-8 text; convert the file");
    while (from < to && is_blank(*from))
      from++;
    while (from < to && is_blank(to[-1]))
      to--;
    lines->rest = (sw_field){from, (size_t)(to - from)};
    *more = from < to;
  }
  return SW_OK;
}

/* Takes the next word off the line; false when there is none. *word is empty at the end of the
 * line. */
static bool next_word(sw_links_lines *lines, sw_field *word) {
  const char *from = lines->rest.text, *end = from + lines->rest.length;
  while (from < end && is_blank(*from))
    from++;
  const char *to = from;
  while (to < end && !is_blank(*to))
    to++;
  *word = (sw_field){from, (size_t)(to - from)};
  lines->rest = (sw_field){to, (size_t)(end - to)};
  return to > from;
}

/* Up to `capacity` words of the line; returns their number. A line of more returns capacity + 1,
 * without being counted through. */
int sw_links_lines_words(sw_links_lines *lines, int capacity, sw_field *word) {
  sw_field one;
  int count = 0;
  for (; count <= capacity && next_word(lines, &one); count++)
    if (count < capacity) word[count] = one;
  return count;
}

/* Walks over the line again: only for messages. `rest` ends where the line does, without blanks. ""
 * where nothing is left. Cut after 60 bytes at the end of a character. */
const char *sw_links_lines_left(const sw_links_lines *lines, int count, char room[SW_LINKS_LEFT]) {
  enum { SHOWN = 60 };
  const char *end = lines->rest.text + lines->rest.length;
  sw_links_lines again = {.rest = {lines->begin, (size_t)(end - lines->begin)}};
  sw_field word = again.rest;
  bool more = true;
  for (int k = 0; k <= count && more; k++)
    more = next_word(&again, &word);
  room[0] = '\0';
  if (!more) return room;
  size_t length = (size_t)(end - word.text);
  int shown = length < SHOWN ? (int)length : SHOWN;
  while ((size_t)shown < length && (word.text[shown] & 0xC0) == 0x80)
    shown--; /* not within a character */
  snprintf(room, SW_LINKS_LEFT, "; '%.*s' is left from column %lld on", shown, word.text,
           (long long)(word.text - lines->begin) + 1);
  return room;
}

/* A whole number from 0. Negative numbers and fractions are no counts. */
bool sw_links_count_of(sw_field word, int64_t *count) {
  return sw_parse_integer(word.text, word.length, count) && *count >= 0;
}

/* ---- GeoDa and PySAL --------------------------------------------------------------------- */

/* The first line of .gal and .gwt: "n" (PySAL), or "0 n layer key" (GeoDa). *n is the number of
 * units; that of links is nowhere said. Other words of GeoDa's header, the layer and the key, are
 * not checked: they name what the writer had before it. */
static sw_status read_header(sw_error *err, sw_links_lines *lines, int64_t *n) {
  sw_field word[MAX_WORDS];
  bool more = false;
  SW_TRY(sw_links_lines_next(err, lines, &more));
  if (!more) return sw_links_list_fail(err, lines->list, 1, "the file is empty");
  int words = sw_links_lines_words(lines, MAX_WORDS, word);
  /* "0" alone is n; before other words it is what GeoDa's headers begin with. */
  if ((words == 1 && sw_links_count_of(word[0], n)) ||
      (words >= 2 && sw_csv_field_is(word[0], "0") && sw_links_count_of(word[1], n)))
    return SW_OK;
  return sw_links_list_fail(err, lines->list, lines->line,
                            "the first line must be `0 n layer key` or `n`, n the number of units");
}

/* Reads the neighbours of `from`: `count` of them, all on the line that follows. A unit without any
 * has no such line, or an empty one, so this is called for `count` > 0 only. The neighbours must
 * stand on one line, as GeoDa and PySAL write them. A line that is missing would otherwise take the
 * next unit's for neighbours, so the count is checked both ways. */
static sw_status gal_neighbours(sw_error *err, sw_links_list *list, sw_links_lines *lines,
                                int64_t from, int64_t count) {
  bool more = false;
  sw_field word;
  int64_t found = 0, to = -1, head = lines->line; /* head: the line that says `count` */
  bool extra = false;
  char left[SW_LINKS_LEFT];
  SW_TRY(sw_links_lines_next(err, lines, &more));
  while (more && !extra && next_word(lines, &word)) {
    /* A surplus word is reported as such, before it is looked up as a unit. */
    extra = found == count;
    if (extra) break;
    SW_TRY(sw_links_list_unit(err, list, lines->line, word, &to));
    SW_TRY(sw_links_list_add(err, list, lines->line, from, to, 1.0));
    found++;
  }
  if (found == count && !extra) return SW_OK;
  return sw_links_list_fail(err, list, more ? lines->line : head,
                            "%s neighbours than the %lld announced on line %lld%s",
                            extra ? "more" : "fewer", (long long)count, (long long)head,
                            extra ? sw_links_lines_left(lines, (int)count, left) : "");
}

/* A line `code count`, and the neighbours after it. A unit outside the panel (from < 0) is read
 * through all the same, as its neighbours' line must be passed, and its links are counted as left
 * out. Codes with blanks cannot be told from two words, which the message says. */
static sw_status gal_unit(sw_error *err, sw_links_list *list, sw_links_lines *lines, bool *seen) {
  sw_field word[2];
  int64_t from = -1, count = 0;
  char left[SW_LINKS_LEFT];
  if (sw_links_lines_words(lines, 2, word) != 2)
    return sw_links_list_fail(err, list, lines->line,
                              "expected `code count`, no blanks in the code%s",
                              sw_links_lines_left(lines, 2, left));
  if (!sw_links_count_of(word[1], &count))
    return sw_links_list_fail(
        err, list, lines->line,
        "expected `code count`, no blanks in the code; '%.*s' is not a number "
        "of neighbours",
        word[1].length > 60 ? 60 : (int)word[1].length, word[1].text);
  SW_TRY(sw_links_list_unit(err, list, lines->line, word[0], &from));
  if (from >= 0 && seen[from])
    return sw_links_list_fail(err, list, lines->line,
                              "unit '%s' appears twice; give each unit once",
                              sw_unit_code(list->units, from));
  if (from >= 0) seen[from] = true;
  return count ? gal_neighbours(err, list, lines, from, count) : SW_OK;
}

/* Units are counted against the header, and every unit of the panel must be there: in a .gal a unit
 * without neighbours has a line of its own. *seen is by unit of the panel. */
static sw_status read_gal(sw_error *err, sw_links_list *list, sw_links_lines *lines, bool *seen) {
  int64_t n = 0, units = 0;
  SW_TRY(read_header(err, lines, &n));
  for (bool more = true;; units++) {
    SW_TRY(sw_links_lines_next(err, lines, &more));
    if (!more) break;
    SW_TRY(gal_unit(err, list, lines, seen));
  }
  /* Too many are refused like too few. */
  if (units != n)
    return sw_links_list_fail(err, list, lines->line,
                              "the file ends after %lld unit%s; its first line announces %lld",
                              (long long)units, units == 1 ? "" : "s", (long long)n);
  return sw_links_list_check_seen(err, list, seen);
}

/* `seen`: which units of the panel have had their line. O(text). The list keeps what came before a
 * failure. */
sw_status sw_links_parse_gal(sw_error *err, sw_links_list *list, const char *text, size_t length) {
  bool *seen = NULL;
  SW_TRY(sw_calloc(err, (size_t)list->units->n, sizeof *seen, (void **)&seen));
  sw_links_lines lines = sw_links_lines_of(list, text, length);
  sw_status status = read_gal(err, list, &lines, seen);
  sw_free(seen);
  return status;
}

/* A line for each link. Units without any are not in the file, so none can be missed, and the
 * header's n cannot be checked. GeoDa writes distances where PySAL reads weights; the caller warns
 * of it where it matters (value_is_distance). Codes are any words; two on each line and a
 * number. */
sw_status sw_links_parse_gwt(sw_error *err, sw_links_list *list, const char *text, size_t length) {
  sw_links_lines lines = sw_links_lines_of(list, text, length);
  int64_t n = 0;
  /* Before anything can fail: it is a property of the format. */
  list->value_is_distance = true;
  SW_TRY(read_header(err, &lines, &n));
  for (bool more = true;;) {
    sw_field word[3];
    int64_t from, to;
    double value;
    char left[SW_LINKS_LEFT];
    SW_TRY(sw_links_lines_next(err, &lines, &more));
    if (!more) return SW_OK;
    if (sw_links_lines_words(&lines, 3, word) != 3)
      return sw_links_list_fail(err, list, lines.line,
                                "expected `from to value`, no blanks in the codes%s",
                                sw_links_lines_left(&lines, 3, left));
    SW_TRY(sw_links_list_unit(err, list, lines.line, word[0], &from));
    SW_TRY(sw_links_list_unit(err, list, lines.line, word[1], &to));
    SW_TRY(sw_links_list_value(err, list, lines.line, word[2], &value));
    SW_TRY(sw_links_list_add(err, list, lines.line, from, to, value));
  }
}
