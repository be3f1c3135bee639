/* Panel files as comma-separated text, in the three layouts. */
#include "store/panel_rows.h"
#include "store/panel_text.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOOTER "if notes follow the data, write `footer: N`, N lines of them, under panel"

typedef struct reading {
  sw_team *team;
  sw_arena *arena;
  const sw_panel_spec *spec;
  const sw_panel_plan *plan;
  sw_panel_rows *rows;
  sw_panel_text text;
  sw_csv *csv;
  int unit, time, indicator; /* columns, -1: not there */
  const int *from;           /* header column of each value */
  sw_codes indicators;       /* wide by indicator: codes met */
  int *raw_of;               /* file column of each of them, -1: not needed */
  int64_t raw_capacity;
  int64_t last_unit; /* of the row before: most files are sorted by unit */
} reading;

static const char *place_of(reading *in, const char *key) {
  const sw_node *node = in->spec->node, *value = sw_node_get(node, key);
  if (value) node = value;
  return node ? sw_arena_printf(in->arena, "%s:%d:%d", node->file, node->line, node->column) : NULL;
}

/* ---- the header -------------------------------------------------------------------------- */

/* Only the columns that are needed are ever turned into numbers. */
static sw_status plan_long(sw_error *err, reading *in) {
  int *from = NULL, *column = NULL;
  SW_NEW(err, in->arena, from, in->plan->n_raw);
  SW_NEW(err, in->arena, column, in->plan->n_raw);
  for (int c = 0; c < in->plan->n_raw; c++) {
    int at = sw_csv_find(in->csv, in->plan->raw[c].name);
    in->rows->has_column[c] = at >= 0;
    if (at < 0) continue;
    from[in->rows->width] = at;
    column[in->rows->width++] = c;
  }
  in->from = from;
  in->rows->column = column;
  in->rows->n_names = in->csv->n_columns;
  in->rows->name = in->csv->column;
  if (in->spec->time)
    SW_TRY(sw_csv_column(err, in->csv, place_of(in, "time"), in->spec->time, &in->time));
  return SW_OK;
}

/* Columns PREFIX<period>: those of `periods`, else all whose rest is a whole number. */
static sw_status plan_periods(sw_error *err, reading *in, const char *prefix) {
  const sw_panel_spec *spec = in->spec;
  const sw_csv *csv = in->csv;
  int *from = NULL, most = spec->n_periods > csv->n_columns ? spec->n_periods : csv->n_columns;
  const char **label = NULL;
  SW_NEW(err, in->arena, from, most);
  SW_NEW(err, in->arena, label, most);
  size_t skip = strlen(prefix);
  int64_t value;
  int n = 0;
  for (int k = 0; k < spec->n_periods; k++, n++) {
    char *name = sw_arena_printf(in->arena, "%s%s", prefix, spec->period[k]);
    if (!name) return sw_fail(err, SW_ENOMEM, "out of memory");
    SW_TRY(sw_csv_column(err, csv, place_of(in, "layout"), name, &from[n]));
    label[n] = spec->period[k];
  }
  for (int c = 0; c < csv->n_columns && !spec->n_periods; c++) {
    const char *name = csv->column[c];
    if (strncmp(name, prefix, skip) || !sw_parse_integer(name + skip, strlen(name + skip), &value))
      continue;
    from[n] = c;
    label[n++] = name + skip;
  }
  if (n == 0)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s has no column '%s' followed by a whole number; name the periods of its "
                   "columns under `wide: {periods: [...]}`",
                   place_of(in, "layout"), csv->file, prefix);
  in->from = from;
  in->rows->label = label;
  in->rows->width = n;
  return SW_OK;
}

/* Every rank reads the header for itself: the same bytes give the same plan. */
static sw_status read_header(sw_error *err, reading *in) {
  const sw_panel_spec *spec = in->spec;
  sw_csv_text(in->csv, in->text.header, in->text.header_length, 1);
  SW_TRY(sw_csv_header(err, in->csv));
  SW_TRY(sw_csv_column(err, in->csv, place_of(in, "unit"), spec->unit, &in->unit));
  const char *at = in->text.notes, *end = at + in->text.notes_length;
  while (at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at)), *to = newline ? newline : end;
    SW_TRY(sw_csv_skip(err, in->csv, at, (size_t)(to - at)));
    at = to + 1;
  }
  in->rows->wide = spec->layout != SW_LAYOUT_LONG;
  if (spec->layout == SW_LAYOUT_LONG) return plan_long(err, in);
  if (spec->layout == SW_LAYOUT_WIDE_INDICATOR) {
    SW_TRY(
        sw_csv_column(err, in->csv, place_of(in, "layout"), spec->wide_indicator, &in->indicator));
    return plan_periods(err, in, "");
  }
  int column = sw_panel_plan_raw(in->plan, spec->wide_name);
  if (column >= 0) in->rows->has_column[column] = true;
  in->rows->name = &spec->wide_name;
  in->rows->n_names = 1;
  return plan_periods(err, in, spec->wide_prefix);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* A row for a unit that is not needed is counted all the same: `unmatched` speaks of all codes. */
static sw_status number_unit(sw_error *err, reading *in, int64_t *unit) {
  sw_field field = in->csv->field[in->unit];
  sw_codes *units = &in->rows->units;
  if (!field.length)
    return sw_csv_fail(err, in->csv, "%s is empty; a row needs the code of its unit",
                       in->spec->unit);
  if (in->last_unit < units->n && sw_field_is(field, units->text[in->last_unit])) {
    units->count[in->last_unit]++;
    *unit = in->last_unit;
    return SW_OK;
  }
  SW_TRY(sw_codes_number(err, units, field.text, field.length, unit));
  in->last_unit = *unit;
  return SW_OK;
}

/* The file column an indicator's code means. */
static int raw_of_code(const reading *in, const char *code) {
  const sw_panel_spec *spec = in->spec;
  for (int k = 0; k < spec->n_wide_names; k++)
    if (!strcmp(spec->wide_code[k], code)) return sw_panel_plan_raw(in->plan, spec->wide_label[k]);
  size_t skip = strlen(spec->wide_indicator);
  for (int c = 0; c < in->plan->n_raw; c++) {
    const char *name = in->plan->raw[c].name;
    if (!strncmp(name, spec->wide_indicator, skip) && name[skip] == '_' &&
        !strcmp(name + skip + 1, code))
      return c;
  }
  return -1;
}

/* What an indicator's code means is looked up at its first sight only. */
static sw_status number_indicator(sw_error *err, reading *in, int64_t *raw) {
  sw_field field = in->csv->field[in->indicator];
  int64_t code = 0, before = in->indicators.n;
  SW_TRY(sw_codes_number(err, &in->indicators, field.text, field.length, &code));
  if (code == before) { /* a new one */
    if (code == in->raw_capacity) {
      int64_t capacity = 2 * in->raw_capacity + 64;
      int *grown = realloc(in->raw_of, (size_t)capacity * sizeof *grown);
      if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory");
      in->raw_of = grown;
      in->raw_capacity = capacity;
    }
    in->raw_of[code] = raw_of_code(in, in->indicators.text[code]);
  }
  *raw = in->raw_of[code];
  return SW_OK;
}

/* A note under the data, as a spreadsheet saves it: "Source: BEA,,,". */
static bool is_like_a_note(const sw_csv *csv) {
  for (int i = 1; i < csv->n; i++)
    if (csv->field[i].length) return false;
  return csv->field[0].length > 0;
}

static sw_status number_period(sw_error *err, reading *in, int64_t *period) {
  if (in->time < 0) return sw_codes_number(err, &in->rows->periods, "0", 1, period);
  sw_field field = in->csv->field[in->time];
  if (!field.length)
    return sw_csv_fail(err, in->csv, "%s is empty; a row needs its period%s", in->spec->time,
                       is_like_a_note(in->csv) ? "; " FOOTER : "");
  return sw_codes_number(err, &in->rows->periods, field.text, field.length, period);
}

/* A handful of texts at most; a linear search beats a table. */
static bool is_missing_value(const sw_panel_spec *spec, sw_field field) {
  for (int k = 0; k < spec->n_missing_values; k++)
    if (sw_field_is(field, spec->missing_value[k])) return true;
  return false;
}

static sw_status read_values(sw_error *err, reading *in, double *value) {
  for (int k = 0; k < in->rows->width; k++) {
    int column = in->from[k];
    if (is_missing_value(in->spec, in->csv->field[column]))
      value[k] = NAN;
    else
      SW_TRY(sw_csv_number(err, in->csv, column, in->csv->column[column], &value[k]));
  }
  return SW_OK;
}

static sw_status read_row(sw_error *err, reading *in) {
  int64_t unit = 0, slot = 0;
  double *value = NULL;
  in->rows->read++;
  SW_TRY(number_unit(err, in, &unit));
  if (in->spec->layout == SW_LAYOUT_LONG)
    SW_TRY(number_period(err, in, &slot));
  else if (in->spec->layout == SW_LAYOUT_WIDE_INDICATOR)
    SW_TRY(number_indicator(err, in, &slot));
  else
    slot = sw_panel_plan_raw(in->plan, in->spec->wide_name);
  if (slot < 0) return SW_OK; /* an indicator the study does not use */
  SW_TRY(sw_panel_rows_add(err, in->rows, unit, slot, in->csv->line, &value));
  return read_values(err, in, value);
}

/* One piece of whole lines; the header and the dictionaries live on between pieces. */
static sw_status take(void *self, sw_error *err, const char *text, size_t length,
                      int64_t first_line, int64_t *line) {
  reading *in = self;
  sw_status status = SW_OK;
  sw_csv_text(in->csv, text, length, first_line);
  for (bool more = true; more && !status;) {
    status = sw_csv_next(err, in->csv, &more);
    if (!status && more) status = read_row(err, in);
  }
  *line = in->csv->line;
  return status;
}

/* Wide by indicator: which indicators the file has is known only now. */
static sw_status gather_indicators(sw_error *err, reading *in) {
  const sw_panel_spec *spec = in->spec;
  int64_t n = 0;
  const char *const *code = NULL;
  SW_TRY(
      sw_codes_gather(err, in->team, in->arena, in->indicators.text, in->indicators.n, &n, &code));
  const char **name = NULL;
  SW_NEW(err, in->arena, name, n);
  for (int64_t i = 0; i < n; i++) {
    int raw = raw_of_code(in, code[i]);
    if (raw >= 0) in->rows->has_column[raw] = true;
    for (int k = 0; k < spec->n_wide_names; k++)
      if (!strcmp(spec->wide_code[k], code[i])) name[i] = spec->wide_label[k];
    if (!name[i]) name[i] = sw_arena_printf(in->arena, "%s_%s", spec->wide_indicator, code[i]);
    if (!name[i]) return sw_fail(err, SW_ENOMEM, "out of memory");
  }
  in->rows->name = name;
  in->rows->n_names = (int)n;
  return SW_OK;
}

/* A rank may well have no row; all of them together may not. */
static sw_status refuse_empty(sw_error *err, reading *in) {
  int64_t count = in->rows->read;
  SW_TRY(in->team->sum_i64(in->team, err, &count, 1));
  if (count > 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: no row follows the header%s; a row for each unit%s is wanted",
                 in->rows->file, in->spec->footer ? " once the footer is left out" : "",
                 in->spec->time ? " and period" : "");
}

sw_status sw_panel_csv_read(sw_error *err, sw_team *team, sw_arena *arena,
                            const sw_panel_spec *spec, const sw_panel_plan *plan,
                            sw_panel_rows *rows) {
  reading in = {.team = team,
                .arena = arena,
                .spec = spec,
                .plan = plan,
                .rows = rows,
                .unit = -1,
                .time = -1,
                .indicator = -1};
  rows->has_lines = true;
  SW_TRY(sw_panel_text_open(err, team, arena, rows->file, rows->path, spec->footer, &in.text));
  sw_status status = sw_codes_create(err, arena, &in.indicators);
  if (!status) status = sw_csv_create(err, arena, rows->file, &in.csv);
  if (!status) {
    in.csv->wanted = "a number, an empty cell or a text listed under missing_values is wanted";
    in.csv->single = FOOTER;
    status = read_header(err, &in);
  }
  status = sw_team_agree(team, err, status, 0);
  if (!status)
    status = sw_panel_text_deal(err, team, &in.text, (sw_line_taker){.take = take, .self = &in});
  if (!status) status = refuse_empty(err, &in);
  if (!status && spec->layout == SW_LAYOUT_WIDE_INDICATOR)
    status = sw_team_agree(team, err, gather_indicators(err, &in), 0);
  if (in.csv) {
    rows->notes = sw_csv_skipped(in.csv);
    rows->hollow = sw_csv_hollow(in.csv);
  }
  sw_csv_destroy(in.csv);
  sw_codes_destroy(&in.indicators);
  free(in.raw_of);
  return status;
}
