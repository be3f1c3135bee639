/* Links as comma-separated text: lists (`.csv`), square tables, and distances as either. Every
 * node's first rank parses the whole text, one thread; so all fail on the same line. What a code or
 * value may be is decided in list.c, which column is what in columns.c; here are the shapes of
 * files.
 *
 * Complexity: O(text) for lists; a square table is O(n^2) numbers and as many look-ups of columns
 * at worst. Memory: the text, which the caller holds, and 24 bytes a link in the list. */
#include "store/links/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A reader over the whole text, with an arena of its own for the names of columns, which a table
 * has as many of as units. Released with the file. */
struct source {
  sw_arena *arena;
  sw_csv *csv;
};

/* On failure too, source_close releases what there is. The reader does not copy the text: it must
 * stay until source_close. */
static sw_status source_open(sw_error *err, const char *file, const char *text, size_t length,
                             struct source *source) {
  SW_TRY(sw_arena_create(err, &source->arena));
  SW_TRY(sw_csv_create(err, source->arena, file, &source->csv));
  sw_csv_text(source->csv, text, length, 1);
  return SW_OK;
}

/* Says how many rows of empty cells were skipped: as spreadsheets leave below their data. */
static void source_close(struct source *source) {
  if (source->csv) sw_csv_say_hollow(source->csv);
  sw_csv_destroy(source->csv);
  sw_arena_destroy(source->arena);
}

/* True for a unit of the panel only: a code outside it does not count, even if such codes are left
 * out. O(1) by the panel's table of codes. */
static bool is_unit(const sw_links_list *list, sw_field field) {
  return sw_map_find(list->unit_of, field.text, field.length) >= 0;
}

/* As sw_csv_next, but a file without any is refused. The file's first line is named although it has
 * none: an editor opens there. */
static sw_status first_record(sw_error *err, sw_csv *csv) {
  bool more = false;
  SW_TRY(sw_csv_next(err, csv, &more));
  return more ? SW_OK : sw_fail(err, SW_EINPUT, "%s:1: the file is empty", csv->file);
}

/* ---- from, to[, value] ------------------------------------------------------------------- */

/* A code of the row; -1 in *unit: one that may be left out (list.c). Where the file leaves out what
 * repeats the row above, an empty `from` is that of the last row that has one; elsewhere it is a
 * mistake, also in a file that knows more units than the panel. */
static sw_status end_of(sw_error *err, const sw_links_list *list, const sw_csv *csv, int column,
                        int64_t *unit) {
  if (csv->field[column].length)
    return sw_links_list_unit(err, list, csv->line, csv->field[column], unit);
  return sw_csv_fail(err, csv,
                     "column %d, a code of a unit, is empty; give both codes in every row (some "
                     "files leave out a code that repeats the one above)",
                     column + 1);
}

/* *above: the sender of the row above, where rows repeat it. The Census file repeats a county by
 * leaving its two columns empty; both must be empty, so that a lost code is not taken for a
 * repetition. Links of a unit with itself, which that file has for each county, are counted and not
 * added. */
static sw_status list_record(sw_error *err, sw_links_list *list, const sw_csv *csv,
                             const sw_links_columns *columns, int64_t *above) {
  int64_t from = *above, to;
  double value = 1.0;
  bool repeats = columns->repeats && csv->line > 1 && !csv->field[columns->from].length &&
                 !csv->field[columns->from - 1].length;
  if (!repeats) SW_TRY(end_of(err, list, csv, columns->from, &from));
  SW_TRY(end_of(err, list, csv, columns->to, &to));
  *above = from;
  if (columns->own_links && from == to && from >= 0) {
    list->own++;
    return SW_OK;
  }
  if (columns->value >= 0)
    SW_TRY(sw_links_list_value(err, list, csv->line, csv->field[columns->value], &value));
  return sw_links_list_add(err, list, csv->line, from, to, value);
}

/* The first record says what the columns are, and may be a link itself. After the first record the
 * widths are compared with it, as a row with a field more has mostly a comma within a name that was
 * not quoted. */
static sw_status parse_list(sw_error *err, sw_links_list *list, const struct source *source) {
  sw_csv *csv = source->csv;
  sw_links_columns columns;
  int64_t above = -1;
  SW_TRY(first_record(err, csv));
  int width = csv->n;
  SW_TRY(sw_links_columns_find(err, source->arena, list, csv, &columns));
  if (!columns.is_header) SW_TRY(list_record(err, list, csv, &columns, &above));
  for (bool more = true;;) {
    SW_TRY(sw_csv_next(err, csv, &more));
    if (!more) return SW_OK;
    /* Without a header the reader does not count fields, so it is done here. */
    if (csv->n != width)
      return sw_csv_fail(err, csv, "%d fields; the first line has %d", csv->n, width);
    SW_TRY(list_record(err, list, csv, &columns, &above));
  }
}

/* The list keeps what was read before a failure; the caller destroys it. */
sw_status sw_links_parse_csv(sw_error *err, sw_links_list *list, const char *text, size_t length) {
  struct source source = {0};
  sw_status status = source_open(err, list->file, text, length, &source);
  if (status == SW_OK) status = parse_list(err, list, &source);
  source_close(&source);
  return status;
}

/* ---- square tables ----------------------------------------------------------------------- */

/* What is known of a square table while its rows come. By column: 0 is the column of codes, unused.
 * `seen` is checked for all units at once, after the header. */
struct square {
  int64_t *unit; /* of the column; -1: outside the panel, left out */
  bool *has_row; /* by column */
  bool *seen;    /* by unit */
};

/* The codes in the first row. Every unit of the panel must be among them, unless list->may_lack.
 * The reader has refused duplicate codes. The corner is not looked at, as programs write anything
 * there. A column of a unit outside the panel is kept as -1: its numbers are parsed, and left
 * out. */
static sw_status read_columns(sw_error *err, sw_links_list *list, const struct source *source,
                              struct square *square) {
  sw_csv *csv = source->csv;
  SW_TRY(sw_csv_header(err, csv));
  if (csv->n_columns < 2)
    return sw_csv_fail(
        err, csv, "one column; expected a square table with codes in the first row and column");
  SW_NEW(err, source->arena, square->unit, csv->n_columns);
  SW_NEW(err, source->arena, square->has_row, csv->n_columns);
  SW_NEW(err, source->arena, square->seen, list->units->n);
  /* Column 0 is the corner, whatever it says. */
  for (int c = 1; c < csv->n_columns; c++) {
    SW_TRY(sw_links_list_unit(err, list, csv->line, csv->field[c], &square->unit[c]));
    if (square->unit[c] >= 0) square->seen[square->unit[c]] = true;
  }
  return sw_links_list_check_seen(err, list, square->seen);
}

/* Finds the column that the row belongs to: rows may stand in another order than columns, mostly
 * they do not, so the column at the row's own place is tried first. Else a walk over the columns:
 * n^2 comparisons for a table of n^2 numbers. *column is never -1 on success. O(1) for a table in
 * order. */
static sw_status match_row(sw_error *err, const sw_csv *csv, struct square *square, int row,
                           int *column) {
  sw_field code = csv->field[0];
  *column = row < csv->n_columns && sw_csv_field_is(code, csv->column[row]) ? row : -1;
  for (int c = 1; c < csv->n_columns && *column < 0; c++)
    if (sw_csv_field_is(code, csv->column[c])) *column = c;
  int shown = code.length > 60 ? 60 : (int)code.length;
  if (*column < 0)
    return sw_csv_fail(err, csv, "row '%.*s' has no column; expected a square table", shown,
                       code.text);
  if (square->has_row[*column])
    return sw_csv_fail(err, csv, "row '%.*s' appears twice; give each unit one row", shown,
                       code.text);
  square->has_row[*column] = true;
  return SW_OK;
}

/* One row of values. An empty weight is refused, since it may be a mistake where 0 was meant; an
 * empty distance is a pair without one. A weight of 0 is no link; a distance of 0 goes on to be
 * refused by sw_links_list_add, except on the diagonal. Rows outside the panel (from -1) are read
 * through as well: a wrong number in them is still a fault of the file. */
static sw_status square_row(sw_error *err, sw_links_list *list, const sw_csv *csv,
                            const struct square *square, int64_t from) {
  for (int c = 1; c < csv->n; c++) {
    double value = 0;
    bool absent = csv->field[c].length == 0;
    if (absent && !list->distance)
      return sw_csv_fail(err, csv,
                         "column '%s': the weight is empty; write 0 where there is no link",
                         csv->column[c]);
    if (absent) continue;
    SW_TRY(sw_links_list_value(err, list, csv->line, csv->field[c], &value));
    if (list->distance || value != 0)
      SW_TRY(sw_links_list_add(err, list, csv->line, from, square->unit[c], value));
  }
  return SW_OK;
}

/* In the end every column must have had its row: else a truncated table would pass as one with
 * fewer links. The same records as a list has, but each must have the header's number of fields,
 * which the reader checks after sw_csv_header. */
static sw_status parse_square(sw_error *err, sw_links_list *list, const struct source *source) {
  sw_csv *csv = source->csv;
  struct square square = {0};
  SW_TRY(read_columns(err, list, source, &square));
  for (int row = 1;; row++) {
    bool more = false;
    int column = 0;
    SW_TRY(sw_csv_next(err, csv, &more));
    if (!more) break;
    SW_TRY(match_row(err, csv, &square, row, &column));
    SW_TRY(square_row(err, list, csv, &square, square.unit[column]));
  }
  /* After the last row, so the message has no line. */
  for (int c = 1; c < csv->n_columns; c++)
    if (!square.has_row[c])
      return sw_fail(err, SW_EINPUT, "%s: column '%s' has no row; expected a square table",
                     list->file, csv->column[c]);
  return SW_OK;
}

/* A square table of links or distances: the whole text is in memory. */
sw_status sw_links_parse_table(sw_error *err, sw_links_list *list, const char *text,
                               size_t length) {
  struct source source = {0};
  sw_status status = source_open(err, list->file, text, length, &source);
  if (status == SW_OK) status = parse_square(err, list, &source);
  source_close(&source);
  return status;
}

/* ---- distances --------------------------------------------------------------------------- */

/* Tells the two forms of distances apart by the first line. Three columns are a list, unless the
 * line is the header of a table of two units: two codes after a corner that is none. More are a
 * table, unless their names are those of a list. Asked of the first record alone; codes decide,
 * numbers would not: a table of two units has three columns, as a list has. */
static bool is_table(const sw_links_list *list, const struct source *source) {
  const sw_csv *csv = source->csv;
  if (list->columns) return false;
  bool all_units = csv->n > 3;
  for (int c = 1; c < csv->n && all_units; c++)
    all_units = is_unit(list, csv->field[c]);
  if (csv->n != 3)
    return all_units || (csv->n > 3 && !sw_links_columns_known(source->arena, list, csv));
  return is_unit(list, csv->field[1]) && is_unit(list, csv->field[2]) &&
         !is_unit(list, csv->field[0]);
}

/* Looks at the first record, then begins again from the first line. The text is parsed twice as far
 * as the first line. */
sw_status sw_links_parse_distance(sw_error *err, sw_links_list *list, const char *text,
                                  size_t length) {
  struct source source = {0};
  sw_status status = source_open(err, list->file, text, length, &source);
  if (status == SW_OK) status = first_record(err, source.csv);
  bool table = status == SW_OK && is_table(list, &source);
  /* Rewinds: both readers want the first record themselves. */
  if (status == SW_OK) sw_csv_text(source.csv, text, length, 1);
  if (status == SW_OK)
    status = table ? parse_square(err, list, &source) : parse_list(err, list, &source);
  source_close(&source);
  return status;
}
