/* Links as a MatrixMarket file (.mtx): entries by row and column, which are numbers. The format
 * does not say which units the rows are, and a wrong order scrambles the matrix while every number
 * in it stays plausible. So the order must be told; the first of these that is there counts:
 *
 *   order: codes.txt     in the study: one code per line, or a .csv with the column of codes
 *   % code: 01001        comment lines before the size, one for each row
 *   w.codes              a file beside w.mtx, as codes.txt
 *
 * Without any of them the rows are taken as the units in the order of their codes, where the rows
 * of the units file and of the panel are in that order, too: then there is only one order that can
 * be meant. A line says so.
 *
 * Called on every node's first rank with the whole text (weights.c). O(text) time; the codes take 8
 * bytes per row in an arena that ends with the call. */
#include "store/links/links.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"

/* What the first lines of a .mtx say. Of a symmetric matrix one triangle is stored; a pattern has
 * no values, each entry is 1. */
struct market {
  bool pattern, symmetric;
  int64_t rows, entries;
  sw_arena *arena;
  bool sized;          /* the size was read: codes stand before it */
  int64_t n, capacity; /* codes so far */
  int64_t *unit;       /* by row: the unit; -1: outside the panel and left out */
  const char *codes;   /* the file that has them; NULL: none */
};

/* Whatever the case, as MatrixMarket wants it. */
static bool is_word(sw_field word, const char *text) {
  return word.length == strlen(text) && !strncasecmp(word.text, text, word.length);
}

/* ---- which units the rows are ------------------------------------------------------------ */

/* Doubling; outgrown arrays stay in the arena, together no more than the last. */
static sw_status add_code(sw_error *err, struct market *market, int64_t unit) {
  if (market->n == market->capacity) {
    int64_t *grown = NULL, capacity = market->capacity ? 2 * market->capacity : 256;
    SW_NEW(err, market->arena, grown, capacity);
    if (market->n) memcpy(grown, market->unit, (size_t)market->n * sizeof *grown);
    market->unit = grown;
    market->capacity = capacity;
  }
  market->unit[market->n++] = unit;
  return SW_OK;
}

/* The column of codes: the only one, or that which has the study's name of it. *header: the first
 * record is the names. In one column names are told by what the study calls its codes; a file of
 * one column without a header is the common case. */
static sw_status find_codes(sw_error *err, const sw_links_list *list, const sw_csv *csv,
                            int *column, bool *header) {
  const char *const names[] = {list->study->panel.unit, list->study->units.unit};
  *column = 0;
  *header = false;
  for (int c = 0; c < csv->n && !*header; c++)
    for (int k = 0; k < 2 && !*header; k++)
      if (names[k] && sw_csv_field_is(csv->field[c], names[k])) {
        *header = true;
        *column = c;
      }
  /* A unit may be called what the column is called. */
  if (csv->n == 1 && sw_map_find(list->unit_of, csv->field[0].text, csv->field[0].length) >= 0)
    *header = false;
  if (csv->n == 1 || *header) return SW_OK;
  return sw_csv_fail(err, csv,
                     "%d columns, none of them '%s'; expected one code per line, in the "
                     "order of the matrix's rows",
                     csv->n, names[0] ? names[0] : "unit");
}

/* Messages about a code are of this file, not of the matrix. `of` is a copy of the list with the
 * other file's name: the maps are shared, nothing is added to it. */
static sw_status read_codes(sw_error *err, const sw_links_list *list, sw_csv *csv,
                            struct market *market) {
  sw_links_list of = *list;
  bool more = false, header = false;
  int column = 0;
  of.file = list->order_file;
  SW_TRY(sw_csv_next(err, csv, &more));
  if (more) SW_TRY(find_codes(err, list, csv, &column, &header));
  if (header) SW_TRY(sw_csv_next(err, csv, &more));
  for (; more;) {
    int64_t unit = -1;
    if (column >= csv->n)
      return sw_csv_fail(err, csv, "%d fields; expected the code in field %d", csv->n, column + 1);
    SW_TRY(sw_links_list_unit(err, &of, csv->line, csv->field[column], &unit));
    SW_TRY(add_code(err, market, unit));
    SW_TRY(sw_csv_next(err, csv, &more));
  }
  return SW_OK;
}

/* Codes of comments, if any were read, are dropped: a file that is named counts more. */
static sw_status read_order(sw_error *err, const sw_links_list *list, struct market *market) {
  sw_csv *csv = NULL;
  SW_TRY(sw_csv_create(err, market->arena, list->order_file, &csv));
  sw_csv_text(csv, list->order, list->order_length, 1);
  market->n = 0;
  market->codes = list->order_file;
  sw_status status = read_codes(err, list, csv, market);
  sw_csv_destroy(csv);
  return status;
}

/* `% code: 01001`, blanks as one likes; what follows the colon is the code. Other comments are
 * passed over. In any case of letters. Lines behind the size are refused: a code there would come
 * too late for the entries above it, and ignoring it would hide a mistake. */
static sw_status take_comment(sw_error *err, const sw_links_lines *lines, struct market *market) {
  static const char word[] = "code:";
  sw_field rest = lines->rest;
  int64_t unit = -1;
  while (rest.length && (*rest.text == '%' || *rest.text == ' ' || *rest.text == '\t')) {
    rest.text++;
    rest.length--;
  }
  if (rest.length < sizeof word - 1 || strncasecmp(rest.text, word, sizeof word - 1)) return SW_OK;
  rest.text += sizeof word - 1;
  rest.length -= sizeof word - 1;
  while (rest.length && (*rest.text == ' ' || *rest.text == '\t')) {
    rest.text++;
    rest.length--;
  }
  if (market->sized)
    return sw_links_list_fail(err, lines->list, lines->line,
                              "a code behind the size; `%% code:` lines stand before it");
  /* A file of codes that the study names counts more, whatever stands here. */
  if (lines->list->order_file && !lines->list->order_is_beside) return SW_OK;
  SW_TRY(sw_links_list_unit(err, lines->list, lines->line, rest, &unit));
  market->codes = lines->list->file;
  return add_code(err, market, unit);
}

/* Nothing tells the order: it is that of the codes where no other can be meant. Both conditions are
 * needed: with as many rows as units and files in the order of codes there is no other order that a
 * program could have written. The warning stays, as it is still an assumption. */
static sw_status assume_order(sw_error *err, const sw_links_lines *lines, struct market *market) {
  const sw_links_list *list = lines->list;
  const sw_units *units = list->units;
  if (market->rows != units->n)
    return sw_links_list_fail(
        err, list, lines->line,
        "the matrix is %lld x %lld and the panel has %lld units; say which units its rows are with "
        "`order: codes.txt`",
        (long long)market->rows, (long long)market->rows, (long long)units->n);
  if (!units->is_file_order)
    return sw_links_list_fail(
        err, list, lines->line,
        "which units are the rows? the study's files have another order than the codes (%s, %s, "
        "...); write the codes in the order of the rows into a file, one per line: `order: "
        "codes.txt`",
        sw_unit_code(units, 0), sw_unit_code(units, 1));
  for (int64_t i = 0; i < units->n; i++)
    SW_TRY(add_code(err, market, i));
  sw_log(
      SW_LOG_WARN,
      "%s: no codes; its rows are taken as the units in the order of their codes, which is that of "
      "the study's files (%s, %s, ...)",
      list->file, sw_unit_code(units, 0), sw_unit_code(units, 1));
  return SW_OK;
}

/* Each row another unit, and every unit of the panel a row. A row outside the panel has unit -1 and
 * may be there several times. */
static sw_status check_order(sw_error *err, sw_links_list *list, const struct market *market) {
  bool *seen = NULL;
  SW_NEW(err, market->arena, seen, list->units->n);
  if (market->n != market->rows)
    return sw_fail(err, SW_EINPUT, "%s: %lld codes, and %s has %lld rows; give one for each row",
                   market->codes, (long long)market->n, list->file, (long long)market->rows);
  for (int64_t r = 0; r < market->n; r++) {
    int64_t unit = market->unit[r];
    if (unit >= 0 && seen[unit])
      return sw_fail(err, SW_EINPUT, "%s: the code '%s' stands twice; each row is another unit",
                     market->codes, sw_unit_code(list->units, unit));
    if (unit >= 0) seen[unit] = true;
  }
  return sw_links_list_check_seen(err, list, seen);
}

/* A file beside the matrix is a convention, codes in its comments are part of it: the latter count
 * more. */
static sw_status settle_order(sw_error *err, sw_links_list *list, const sw_links_lines *lines,
                              struct market *market) {
  if (list->order_file && !(list->order_is_beside && market->n > 0))
    SW_TRY(read_order(err, list, market));
  else if (market->n == 0)
    return assume_order(err, lines, market);
  return check_order(err, list, market);
}

/* ---- the matrix -------------------------------------------------------------------------- */

/* Of the format only what can be weights is taken: coordinates, not arrays; real numbers, or a
 * pattern, of weight 1. Skew-symmetric matrices have negative weights, which no style could use. */
static sw_status market_banner(sw_error *err, sw_links_lines *lines, struct market *market) {
  sw_field word[5];
  bool more = false;
  SW_TRY(sw_links_lines_next(err, lines, &more));
  if (!more) return sw_links_list_fail(err, lines->list, 1, "the file is empty");
  /* Five words exactly; fields other than these (complex, skew-symmetric, hermitian) are
   * refused. */
  bool right = sw_links_lines_words(lines, 5, word) == 5 && is_word(word[0], "%%MatrixMarket") &&
               is_word(word[1], "matrix") && is_word(word[2], "coordinate");
  if (right) {
    market->pattern = is_word(word[3], "pattern");
    market->symmetric = is_word(word[4], "symmetric");
    right = (market->pattern || is_word(word[3], "real") || is_word(word[3], "integer")) &&
            (market->symmetric || is_word(word[4], "general"));
  }
  return right ? SW_OK
               : sw_links_list_fail(err, lines->list, lines->line,
                                    "the first line must be `%%%%MatrixMarket matrix coordinate "
                                    "real|integer|pattern general|symmetric`");
}

/* The next line that is not a comment; they may stand anywhere after the first. *more is false at
 * the end of the text. */
static sw_status market_line(sw_error *err, sw_links_lines *lines, struct market *market,
                             bool *more) {
  for (;;) {
    SW_TRY(sw_links_lines_next(err, lines, more));
    if (!*more || lines->rest.text[0] != '%') return SW_OK;
    SW_TRY(take_comment(err, lines, market));
  }
}

/* `rows columns entries`. Rows and entries are limits that what follows is checked against; no
 * memory is taken by them yet. */
static sw_status market_size(sw_error *err, sw_links_lines *lines, struct market *market) {
  sw_field word[3];
  int64_t columns = 0;
  bool more = false;
  SW_TRY(market_line(err, lines, market, &more));
  if (!more || sw_links_lines_words(lines, 3, word) != 3 ||
      !sw_links_count_of(word[0], &market->rows) || !sw_links_count_of(word[1], &columns) ||
      !sw_links_count_of(word[2], &market->entries))
    return sw_links_list_fail(err, lines->list, lines->line,
                              "expected the line `rows columns entries`");
  market->sized = true;
  if (market->rows != columns)
    return sw_links_list_fail(err, lines->list, lines->line,
                              "the matrix is %lld x %lld; expected a square one, of the same units",
                              (long long)market->rows, (long long)columns);
  return SW_OK;
}

/* From 1 in the file. A row may be of a unit that is left out. Checked against the size, not
 * against the number of codes: these are equal by then. */
static sw_status market_position(sw_error *err, const sw_links_lines *lines,
                                 const struct market *market, sw_field word, int64_t *unit) {
  int64_t n = market->rows;
  if (!sw_parse_integer(word.text, word.length, unit) || *unit < 1 || *unit > n)
    return sw_links_list_fail(err, lines->list, lines->line, "position '%.*s' is not in 1 .. %lld",
                              word.length > 60 ? 60 : (int)word.length, word.text, (long long)n);
  *unit = market->unit[*unit - 1];
  return SW_OK;
}

/* Of a symmetric matrix each entry off the diagonal stands for two links. On the diagonal nothing
 * is doubled: there only 0 passes, which is no link. A repeated entry is found when the rows are
 * made, like in any list; so is an entry above the diagonal of a symmetric matrix beside its
 * mirror. */
static sw_status market_entry(sw_error *err, sw_links_list *list, sw_links_lines *lines,
                              const struct market *market) {
  sw_field word[3];
  int64_t from, to;
  double value = 1.0;
  char left[SW_LINKS_LEFT];
  int wanted = market->pattern ? 2 : 3;
  if (sw_links_lines_words(lines, 3, word) != wanted)
    return sw_links_list_fail(err, list, lines->line, "expected `row column%s`%s",
                              market->pattern ? "" : " value",
                              sw_links_lines_left(lines, wanted, left));
  SW_TRY(market_position(err, lines, market, word[0], &from));
  SW_TRY(market_position(err, lines, market, word[1], &to));
  if (!market->pattern) SW_TRY(sw_links_list_value(err, list, lines->line, word[2], &value));
  SW_TRY(sw_links_list_add(err, list, lines->line, from, to, value));
  return market->symmetric ? sw_links_list_add(err, list, lines->line, to, from, value) : SW_OK;
}

/* A truncated file is told by the count of its entries. */
static sw_status read_market(sw_error *err, sw_links_list *list, sw_links_lines *lines,
                             struct market *market) {
  int64_t entries = 0;
  SW_TRY(market_banner(err, lines, market));
  SW_TRY(market_size(err, lines, market));
  SW_TRY(settle_order(err, list, lines, market));
  for (bool more = true;; entries++) {
    SW_TRY(market_line(err, lines, market, &more));
    if (!more) break;
    SW_TRY(market_entry(err, list, lines, market));
  }
  if (entries > market->entries)
    return sw_links_list_fail(err, list, lines->line,
                              "the file has %lld entries; its line of sizes announces %lld",
                              (long long)entries, (long long)market->entries);
  if (entries < market->entries)
    return sw_links_list_fail(err, list, lines->line, "the file ends after %lld of %lld entries",
                              (long long)entries, (long long)market->entries);
  return SW_OK;
}

/* A Matrix Market file; its codes come from a file beside it. */
sw_status sw_links_parse_mtx(sw_error *err, sw_links_list *list, const char *text, size_t length) {
  sw_links_lines lines = sw_links_lines_of(list, text, length);
  struct market market = {0};
  SW_TRY(sw_arena_create(err, &market.arena));
  sw_status status = read_market(err, list, &lines, &market);
  sw_arena_destroy(market.arena);
  return status;
}
