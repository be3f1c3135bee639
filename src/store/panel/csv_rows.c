/* Lines of a panel to rows, in the three layouts. Several threads do this at once, each with a
 * reader of its own; what they share (layout, plan, study) they only read. The innermost loop of
 * reading: a row costs two look-ups of codes and a number for each column that is needed, and no
 * allocation.
 *
 * A row goes into a block as numbers of the reader's dictionaries; csv.c turns these into the
 * rows'. */
#include "store/panel/csv.h"

#include "base/text.h"
#include "store/text/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row that is not needed is counted all the same: what `unmatched` says is about all codes of the
 * file. An empty code is refused, as a unit called "" would be found in no units file. */
static sw_status number_unit(sw_error *err, sw_panel_csv_reader *in, int64_t *unit) {
  sw_field field = in->csv->field[in->layout->unit];
  if (field.length) return sw_panel_codes_number(err, &in->units, field.text, field.length, unit);
  return sw_csv_fail(err, in->csv, "%s is empty; a row needs the code of its unit",
                     in->layout->spec->unit);
}

/* Long by: a label is a part, the last one if it is not needed. A code of a wide file is an
 * indicator by the study's `names`, or by COLUMN_CODE without one: `LineCode_12`. Linear in the
 * names of the study; asked once for each code that a reader meets. */
int sw_panel_csv_raw_of(const sw_panel_csv_layout *layout, const char *code) {
  const sw_panel_spec *spec = layout->spec;
  const sw_panel_rows *rows = layout->rows;
  if (spec->layout == SW_LAYOUT_LONG_BY) {
    for (int l = 0; l < rows->parts - 1; l++)
      if (!strcmp(rows->part[l], code)) return l;
    return rows->parts - 1;
  }
  for (int k = 0; k < spec->n_wide_names; k++)
    if (!strcmp(spec->wide_code[k], code))
      return sw_panel_plan_raw(layout->plan, spec->wide_label[k]);
  size_t skip = strlen(spec->wide_indicator);
  for (int c = 0; c < layout->plan->n_raw; c++) {
    const char *name = layout->plan->raw[c].name;
    if (!strncmp(name, spec->wide_indicator, skip) && name[skip] == '_' &&
        !strcmp(name + skip + 1, code))
      return c;
  }
  return -1;
}

/* *raw: what sw_panel_csv_raw_of says. What a code means is looked up at its first sight only;
 * codes are numbered in that order, so a code that gets the number `before` is new. The table
 * raw_of grows with the codes; its room doubles. */
static sw_status number_indicator(sw_error *err, sw_panel_csv_reader *in, int64_t *raw) {
  sw_field field = in->csv->field[in->layout->indicator];
  int64_t code = 0, before = in->indicators.n;
  SW_TRY(sw_panel_codes_number(err, &in->indicators, field.text, field.length, &code));
  if (code == before) { /* a new one */
    if (code == in->raw_capacity) {
      int64_t capacity = 2 * in->raw_capacity + 64;
      int *grown = realloc(in->raw_of, (size_t)capacity * sizeof *grown);
      if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory");
      in->raw_of = grown;
      in->raw_capacity = capacity;
    }
    in->raw_of[code] = sw_panel_csv_raw_of(in->layout, in->indicators.text[code]);
  }
  *raw = in->raw_of[code];
  return SW_OK;
}

/* A note under the data, as a spreadsheet saves it: "Source: BEA,,,". It has as many fields as a
 * row, so it is found out by its empty period; the message then speaks of `footer`. Only texts in
 * the first column, nothing else. */
static bool is_like_a_note(const sw_csv *csv) {
  for (int i = 1; i < csv->n; i++)
    if (csv->field[i].length) return false;
  return csv->field[0].length > 0;
}

/* A cross-section has one period, "0", so that all later steps know nothing of it. */
static sw_status number_period(sw_error *err, sw_panel_csv_reader *in, int64_t *period) {
  if (in->layout->time < 0) return sw_panel_codes_number(err, &in->periods, "0", 1, period);
  sw_field field = in->csv->field[in->layout->time];
  if (field.length)
    return sw_panel_codes_number(err, &in->periods, field.text, field.length, period);
  return sw_csv_fail(err, in->csv, "%s is empty; a row needs its period%s", in->layout->spec->time,
                     is_like_a_note(in->csv) ? "; " SW_FOOTER_HINT : "");
}

/* Long by: the period with the part that the row's label is. */
static sw_status number_part(sw_error *err, sw_panel_csv_reader *in, int64_t *slot) {
  const sw_panel_csv_layout *layout = in->layout;
  int64_t part = 0;
  if (!in->csv->field[layout->indicator].length)
    return sw_csv_fail(err, in->csv, "%s is empty; a row needs its label", layout->spec->by);
  SW_TRY(number_indicator(err, in, &part));
  *slot = *slot * layout->rows->parts + part;
  if (*slot <= INT32_MAX) return SW_OK;
  return sw_csv_fail(err, in->csv, "%lld periods of %d labels of %s are too many",
                     (long long)in->periods.n, layout->rows->parts - 1, layout->spec->by);
}

/* Texts of `missing_values`, compared with the trimmed field. A handful at most: a linear search
 * beats a table. Both are trimmed of blanks by the reader of the file. */
static bool is_missing_text(const sw_panel_csv_layout *layout, sw_field field) {
  for (int k = 0; k < layout->spec->n_missing_values; k++)
    if (layout->missing[k] == field.length &&
        !memcmp(layout->spec->missing_value[k], field.text, field.length))
      return true;
  return false;
}

/* The values of a row where the file writes numbers in a form of its own. in->percent counts cells
 * with and without a per cent sign, by column. */
static sw_status read_formed(sw_error *err, sw_panel_csv_reader *in, double *value) {
  const sw_panel_csv_layout *layout = in->layout;
  for (int k = 0; k < in->width; k++) {
    int column = layout->from[k];
    sw_field field = in->csv->field[column];
    value[k] = NAN;
    if (is_missing_text(layout, field)) continue;
    SW_TRY(sw_csv_number_as(err, in->csv, column, in->csv->column[column], &value[k]));
    if (field.length) in->percent[k][field.text[field.length - 1] == '%']++;
    if (sw_panel_spec_is_missing(layout->spec, value[k])) value[k] = NAN;
  }
  return SW_OK;
}

/* The same where the study lists what means missing. */
static sw_status read_listed(sw_error *err, sw_panel_csv_reader *in, double *value) {
  const sw_panel_csv_layout *layout = in->layout;
  for (int k = 0; k < in->width; k++) {
    int column = layout->from[k];
    value[k] = NAN;
    if (is_missing_text(layout, in->csv->field[column])) continue;
    SW_TRY(sw_csv_number(err, in->csv, column, in->csv->column[column], &value[k]));
    if (sw_panel_spec_is_missing(layout->spec, value[k])) value[k] = NAN;
  }
  return SW_OK;
}

/* `value`: width doubles. An empty cell is NaN, as a text or a number that means missing is. What a
 * plain file does not need is asked for once per row, not with every cell. Three loops, so that the
 * plain one has no test that plain files do not need. */
static sw_status read_values(sw_error *err, sw_panel_csv_reader *in, double *value) {
  const sw_panel_spec *spec = in->layout->spec;
  if (in->csv->form) return read_formed(err, in, value);
  if (spec->n_missing_values || spec->n_missing_numbers) return read_listed(err, in, value);
  for (int k = 0; k < in->width; k++) {
    int column = in->layout->from[k];
    SW_TRY(sw_csv_number(err, in->csv, column, in->csv->column[column], &value[k]));
  }
  return SW_OK;
}

/* The row is added before its values are read: if one fails the whole piece fails. Columns that are
 * not needed are not even looked at, so a text in one of them is no error. Where an indicator is
 * not needed the row is not added, but its unit has been counted; long by, it is added without
 * values, for its period. */
static sw_status read_row(sw_error *err, sw_panel_csv_reader *in, sw_panel_block *block) {
  const sw_panel_csv_layout *layout = in->layout;
  int64_t unit = 0, slot = 0;
  in->read++;
  SW_TRY(number_unit(err, in, &unit));
  if (layout->spec->layout == SW_LAYOUT_WIDE_PREFIX)
    slot = sw_panel_plan_raw(layout->plan, layout->spec->wide_name);
  else if (layout->spec->layout == SW_LAYOUT_WIDE_INDICATOR)
    SW_TRY(number_indicator(err, in, &slot));
  else
    SW_TRY(number_period(err, in, &slot));
  if (layout->rows->parts > 1) SW_TRY(number_part(err, in, &slot));
  if (slot < 0) return SW_OK; /* an indicator the study does not use; its unit is counted */
  /* The line relative to the block's first, which may not be known yet. */
  double *value = block->value + block->n * in->width;
  SW_TRY(sw_panel_block_add(err, block, unit, slot, in->csv->line - block->first_line));
  return sw_panel_rows_counts(layout->rows, (int32_t)slot) ? read_values(err, in, value) : SW_OK;
}

/* To the end of the piece, then the block gives back what it has too much. Rows are appended in the
 * order of the lines. */
static sw_status read_rows(sw_error *err, sw_panel_csv_reader *in, sw_panel_block *block) {
  for (bool more = true;;) {
    SW_TRY(sw_csv_next(err, in->csv, &more));
    if (!more) return sw_panel_block_fit(err, in->layout->rows, block);
    SW_TRY(read_row(err, in, block));
  }
}

/* The block is filled on the stack: those of other threads are its neighbours in the array, and n
 * changes with every row. There is room for as many rows as there are lines, so that rows are never
 * moved; the last line of a file may lack its newline. After a failure *block has what was read; it
 * is freed with the rows. */
sw_status sw_panel_csv_rows_take(sw_error *err, sw_panel_csv_reader *in, sw_panel_block *block,
                                 const char *text, size_t length, int64_t first_line) {
  sw_panel_block_free(block); /* of the first try, where a piece is taken again */
  sw_panel_block mine = {.first_line = first_line, .reader = block->reader};
  if (length) {
    int64_t capacity = sw_lines_count(text, length) + (text[length - 1] != '\n');
    SW_TRY(sw_panel_block_make(err, in->layout->rows, capacity, &mine));
    sw_csv_text(in->csv, text, length, first_line);
  }
  sw_status status = length ? read_rows(err, in, &mine) : SW_OK;
  *block = mine;
  return status;
}
