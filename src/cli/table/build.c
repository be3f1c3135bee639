/* Builds a table from a sheet. Called by make.c once per sheet that is not pairs. What a row is
 * follows from the axes: a unit, else a label, else a period; a quantity with labels has a row for
 * each label. Columns are periods where there is one quantity (all of a few, or the first and the
 * last of many); several quantities show the last period, or have rows by period where periods were
 * asked for. With --by a row is a group of units, and its numbers are means over the units that
 * have a value. The sheet is walked once, and memory holds the table alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table/table.h"

enum { MOST_PERIODS = 8 }; /* side by side, where none are asked for */

/* The heading of quantity k. `mixed`: the sheet joins several results, so that the name alone would
 * be ambiguous. NULL: no memory, which callers check. */
const char *sw_grid_quantity(const sw_grid_request *r, const sw_sheet *s, int k, bool mixed) {
  const sw_page_variable *v = &r->page->variable[s->variable[k]];
  return mixed ? sw_arena_printf(r->arena, "%s.%s", r->page->result[v->result].name, v->name)
               : v->name;
}

/* NULL where names were not asked for or the file has none: then the column of names is left
 * out. */
const char *const *sw_grid_names(const sw_grid_request *r) {
  return r->options->names ? sw_sheet_names(r->page) : NULL;
}

/* ---- columns ----------------------------------------------------------------------------- */

typedef struct builder {
  const sw_grid_request *request;
  const sw_sheet *sheet;
  sw_grid *table;
  /* Rows are of a period each: there is no unit and no label, or there would be too many
   * columns. */
  bool by_period;
  bool mixed;
  int n_periods, *period;
  double *count; /* of --by: how many values are in a mean, as table->value */
} builder;

/* Whether each row is a unit. A sheet by unit loses its units once they are averaged by group. */
static bool has_units(const builder *b) {
  return b->sheet->unit >= 0 && b->request->group < 0;
}

/* Chooses the periods that become columns. Periods that the user named are taken as they are; by
 * default a table stays as wide as a terminal: one period for several quantities, else all of up to
 * MOST_PERIODS, or the first and the last, which show the change. */
static sw_status choose_periods(sw_error *err, builder *b) {
  const sw_sheet *s = b->sheet;
  SW_TRY(sw_periods_of_sheet(err, b->request->arena, &b->request->periods, s, &b->n_periods,
                             &b->period));
  if (s->time < 0 || b->by_period || b->request->periods.taken) return SW_OK;
  /* The list is the arena's, so it is shortened in place. */
  if (s->n > 1 && b->n_periods > 1) {
    b->period[0] = b->period[b->n_periods - 1];
    b->n_periods = 1;
  } else if (b->n_periods > MOST_PERIODS) {
    b->period[1] = b->period[b->n_periods - 1];
    b->n_periods = 2;
  }
  return SW_OK;
}

/* The name of a column: the quantity, the period, or both. */
static const char *column_name(const builder *b, int k, int p) {
  const sw_sheet *s = b->sheet;
  const char *name = sw_grid_quantity(b->request, s, k, b->mixed);
  bool timed = s->time >= 0 && !b->by_period && b->n_periods > 1;
  const char *period = timed ? sw_sheet_period(s, b->period[p]) : "";
  if (!timed || !name) return name;
  return s->n == 1 ? period : sw_arena_printf(b->request->arena, "%s %s", name, period);
}

/* Heads of all columns, in the order in which take_row and take_member fill them: the group or the
 * unit, its name, the period, the labels; then the count of units, then the numbers by quantity and
 * period. */
static sw_status name_columns(sw_error *err, builder *b) {
  const sw_sheet *s = b->sheet;
  sw_grid *t = b->table;
  int at = 0, values = 0, each = b->by_period ? 1 : b->n_periods;
  if (b->request->group >= 0)
    t->head[at++] = b->request->page->group[b->request->group].name;
  else if (s->unit >= 0)
    t->head[at++] = SW_NAME_UNIT;
  if (has_units(b) && sw_grid_names(b->request)) t->head[at++] = SW_NAME_NAME;
  if (b->by_period) t->head[at++] = SW_NAME_TIME;
  for (int k = 0; k < s->n_labels; k++)
    t->head[at++] = s->page->axis[s->label[k]].name;
  if (b->request->group >= 0)
    t->column[values++] = (sw_grid_column){.name = "units", .integer = true};
  for (int k = 0; k < s->n; k++)
    for (int p = 0; p < each; p++) {
      const sw_page_variable *v = &s->page->variable[s->variable[k]];
      /* A mean of classes is no class and a mean of whole numbers is not whole, so both are shown
       * as plain numbers. */
      bool mean = b->request->group >= 0;
      t->column[values++] = (sw_grid_column){.name = column_name(b, k, p),
                                             .of = b->request->options->names && !mean ? v : NULL,
                                             .integer = v->integer && !mean};
      if (!t->column[values - 1].name)
        return sw_fail(err, SW_ENOMEM, "out of memory for the names of columns");
    }
  return SW_OK;
}

/* A title that stands without the file: the quantity, its unit of measurement, the period where all
 * numbers are of one, and what a mean is over:
 * "ccd.coordination: coupling coordination degree D, in km; 2020; mean of units by province". */
static sw_status put_title(sw_error *err, builder *b) {
  const sw_sheet *s = b->sheet;
  const sw_page *page = s->page;
  const sw_page_variable *v = &page->variable[s->variable[0]];
  const char *result = page->result[v->result].name;
  sw_arena *arena = b->request->arena;
  /* Several results have no common title; several quantities of one result have that of the
   * result. */
  const char *text = s->n > 1 && b->mixed ? "several results"
                     : s->n > 1
                         ? sw_arena_printf(arena, "%s: %s", result, page->result[v->result].title)
                         : sw_arena_printf(arena, "%s.%s: %s%s%s", result, v->name, v->title,
                                           *v->units ? ", in " : "", v->units);
  if (text && s->time >= 0 && !b->by_period && b->n_periods == 1 && !page->cross_section)
    text = sw_arena_printf(arena, "%s; %s", text, sw_sheet_period(s, b->period[0]));
  if (text && b->request->group >= 0)
    text = sw_arena_printf(arena, "%s; mean of units with a value, by %s", text,
                           page->group[b->request->group].name);
  b->table->title = text;
  return text ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a title");
}

/* ---- rows -------------------------------------------------------------------------------- */

/* The labels of a row, from text column `at` on. They follow the unit, its name and the period. */
static void put_labels(const builder *b, const sw_row *row, const char **text, int at) {
  const sw_sheet *s = b->sheet;
  for (int k = 0; k < s->n_labels; k++)
    text[at++] = s->page->axis[s->label[k]].label[row->label[k]];
}

/* Takes one row of the walk (sw_rows_walk): texts are borrowed from the page, which outlives the
 * table, and numbers are copied. */
static sw_status take_row(sw_error *err, void *self, const sw_row *row) {
  builder *b = self;
  const char **text;
  double *value;
  int at = 0;
  if (row->unit >= 0 && b->request->unit && !b->request->unit[row->unit]) return SW_OK;
  SW_TRY(sw_grid_add(err, b->table, &text, &value));
  if (row->unit >= 0) text[at++] = b->request->page->code[row->unit];
  const char *const *name = sw_grid_names(b->request);
  if (row->unit >= 0 && name) text[at++] = name[row->unit];
  if (b->by_period) text[at++] = sw_sheet_period(b->sheet, row->period);
  put_labels(b, row, text, at);
  memcpy(value, row->value, (size_t)b->table->n_values * sizeof *value);
  return SW_OK;
}

/* ---- groups ------------------------------------------------------------------------------ */

/* Rows are ordered by group, then by part; the last of them are of all units. A sheet whose walk is
 * cut to one part (sheet->part) has a single part, whatever the variable has. */
static int64_t parts_of(const builder *b) {
  return b->sheet->part >= 0 ? 1 : b->sheet->page->variable[b->sheet->variable[0]].n_parts;
}

/* Adds a unit's values to row `at`. Column 0 counts units, with or without values; `count` counts
 * the values in each mean, as a unit may lack some of them. */
static void add_to(builder *b, int64_t at, const sw_row *row) {
  sw_grid *t = b->table;
  double *value = t->value + at * t->n_values, *count = b->count + at * t->n_values;
  value[0]++;
  for (int c = 1; c < t->n_values; c++)
    if (!isnan(row->value[c - 1])) {
      value[c] += row->value[c - 1];
      count[c]++;
    }
}

/* Takes one unit of the walk into its group and into "all". A unit without a group counts only in
 * "all". The rows are there already (walk_groups), so nothing can fail here. */
static sw_status take_member(sw_error *err, void *self, const sw_row *row) {
  builder *b = self;
  const sw_page_group *group = &b->request->page->group[b->request->group];
  int64_t part = 0, parts = parts_of(b);
  (void)err;
  /* The part's number, with the last axis fastest: the order in which the file has them. */
  for (int k = 0; k < b->sheet->n_labels && parts > 1; k++)
    part = part * b->sheet->page->axis[b->sheet->label[k]].n + row->label[k];
  if (b->request->unit && !b->request->unit[row->unit]) return SW_OK;
  if (group->of[row->unit] >= 0) add_to(b, group->of[row->unit] * parts + part, row);
  add_to(b, group->n * parts + part, row);
  put_labels(b, row, b->table->text + (group->n * parts + part) * b->table->n_texts, 1);
  if (group->of[row->unit] >= 0)
    put_labels(b, row, b->table->text + (group->of[row->unit] * parts + part) * b->table->n_texts,
               1);
  return SW_OK;
}

/* Means by group. Sums run in the order of units in the file, so the figures are the same at each
 * call. Cost: one pass over the sheet; groups without a value get NaN and not 0. */
static sw_status walk_groups(sw_error *err, builder *b) {
  const sw_page_group *group = &b->request->page->group[b->request->group];
  sw_grid *t = b->table;
  int64_t parts = parts_of(b), n = (group->n + 1) * parts;
  for (int64_t row = 0; row < n; row++) {
    const char **text;
    double *value;
    SW_TRY(sw_grid_add(err, t, &text, &value));
    text[0] = row / parts < group->n ? group->label[row / parts] : "all";
    for (int c = 0; c < t->n_values; c++)
      value[c] = 0;
  }
  /* sw_grid_of_sheet frees it, whatever happens here. */
  SW_TRY(sw_calloc(err, (size_t)(n * t->n_values) + 1, sizeof *b->count, (void **)&b->count));
  SW_TRY(sw_rows_walk_wide(err, b->sheet, b->n_periods, b->period, take_member, b));
  for (int64_t at = 0; at < n * t->n_values; at++)
    if (at % t->n_values > 0) t->value[at] = b->count[at] > 0 ? t->value[at] / b->count[at] : NAN;
  return SW_OK;
}

/* ---- all --------------------------------------------------------------------------------- */

/* Scalars have no axis to stand along, so each quantity is a row: its name, what it is, the number.
 * Their magnitudes differ, so each has digits of its own (`apart`). */
static sw_status take_scalars(sw_error *err, void *self, const sw_row *row) {
  builder *b = self;
  const sw_sheet *s = b->sheet;
  for (int k = 0; k < s->n; k++) {
    const char **text;
    double *value;
    SW_TRY(sw_grid_add(err, b->table, &text, &value));
    text[0] = sw_grid_quantity(b->request, s, k, b->mixed);
    if (!text[0]) return sw_fail(err, SW_ENOMEM, "out of memory for a table");
    text[1] = s->page->variable[s->variable[k]].title;
    value[0] = row->value[k];
  }
  return SW_OK;
}

/* A table of a sheet without any axis. */
static sw_status of_scalars(sw_error *err, builder *b) {
  const sw_grid_request *r = b->request;
  SW_TRY(sw_grid_create(err, r->arena, 2, 1, b->table));
  b->table->head[0] = "quantity", b->table->head[1] = "what it is";
  b->table->column[0] = (sw_grid_column){.name = "value", .apart = true};
  const sw_page_result *result = &r->page->result[b->sheet->result];
  b->table->title = b->mixed ? "several results"
                             : sw_arena_printf(r->arena, "%s: %s", result->name, result->title);
  if (!b->table->title) return sw_fail(err, SW_ENOMEM, "out of memory for a title");
  int none = 0;
  return sw_rows_walk(err, b->sheet, 1, &none, take_scalars, b);
}

/* Applies --top: the first quantity in the last period orders the rows. The rows of all units at
 * the end of a table by group stay where they are and are not counted. The note names the column,
 * as a reader cannot see why rows are missing. */
static sw_status order(sw_error *err, builder *b) {
  const sw_grid_request *r = b->request;
  sw_grid *t = b->table;
  int column = (r->group >= 0) + (b->by_period ? 0 : b->n_periods - 1);
  if (r->options->top == 0) return SW_OK;
  int64_t n = t->n, last = r->group >= 0 ? parts_of(b) : 0;
  SW_TRY(sw_grid_top(err, t, column, r->options->top, last));
  if (t->n < n)
    t->note = sw_arena_printf(r->arena, "the largest %lld of %lld by %s", (long long)(t->n - last),
                              (long long)(n - last), t->column[column].name);
  return SW_OK;
}

/* Which of the three kinds of table the sheet makes; see the head of the file. */
sw_status sw_grid_of_sheet(sw_error *err, const sw_grid_request *r, const sw_sheet *s, bool mixed,
                           sw_grid *table) {
  builder b = {.request = r, .sheet = s, .table = table, .mixed = mixed};
  if (s->unit < 0 && s->n_labels == 0 && (s->time < 0 || r->page->cross_section))
    return of_scalars(err, &b);
  b.by_period = s->unit < 0 && s->n_labels == 0;
  SW_TRY(choose_periods(err, &b));
  /* Several quantities in several periods would be too many columns. choose_periods leaves more
   * than one only where the user asked for them. */
  if (s->n > 1 && s->time >= 0 && b.n_periods > 1 && r->group < 0) b.by_period = true;
  int texts = (s->unit >= 0) + (has_units(&b) && sw_grid_names(r)) + b.by_period + s->n_labels;
  SW_TRY(sw_grid_create(err, r->arena, texts,
                        (r->group >= 0) + s->n * (b.by_period ? 1 : b.n_periods), table));
  SW_TRY(name_columns(err, &b));
  SW_TRY(put_title(err, &b));
  sw_status status = r->group >= 0 ? walk_groups(err, &b)
                     : b.by_period ? sw_rows_walk(err, s, b.n_periods, b.period, take_row, &b)
                                   : sw_rows_walk_wide(err, s, b.n_periods, b.period, take_row, &b);
  /* Freed on both ways; NULL where there are no groups. */
  sw_free(b.count);
  return status == SW_OK ? order(err, &b) : status;
}
