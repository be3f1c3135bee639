/* A result by group as a short table: the last period in which any group has a value, a line for
 * each group, the largest first; of many groups the first ones, and how far down the others go. A
 * further axis of a few positions, such as the quantities of roll_up, makes columns. Values stand
 * before names, which may be of any script and width.
 *
 * Called by headline.c. All numbers of one period are in memory at once, groups x columns; there
 * are few of both. */
#include "store/layout/group_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/outputs.h"
#include "store/layout/contents.h"
#include "store/layout/layout.h"

/* Up to twelve lines are shown whole; of more, ten and how many follow. */
enum { WHOLE = 12, FIRST = 10 }; /* groups that are all shown; of more, so many */
enum { COLUMNS = 6 };            /* at most */

typedef struct row {
  const double *value; /* of each column */
  const char *label;
} row;

/* The axes of the figure, as they are used here. */
typedef struct axes {
  int group, column;
  const char *name; /* of the group column */
  int64_t n, n_columns;
  const char *const *label, *const *heading; /* of groups; of columns, NULL: there is but one */
} axes;

/* ---- which ------------------------------------------------------------------------------ */

/* Whether an axis has centres, or the groups of a column of the units: the root has that column. It
 * is called after the column, or as the column's own dataset where its name was taken. */
static bool is_of_groups(sw_arena *arena, hid_t group, const char *axis) {
  bool whole = strncmp(axis, SW_NAME_GROUP_PREFIX, strlen(SW_NAME_GROUP_PREFIX)) == 0;
  const char *column = sw_arena_printf(arena, "/%s%s", whole ? "" : SW_NAME_GROUP_PREFIX, axis);
  if (strcmp(axis, SW_AXIS_CENTRE) == 0) return true;
  return column && H5Lexists(group, column, H5P_DEFAULT) > 0;
}

/* Labels must be as many as the axis is long: a damaged file has no table. */
static bool read_labels(sw_arena *arena, hid_t group, const sw_figure *f, int axis,
                        const char **name, const char *const **label) {
  char path[SW_H5_PATH_ROOM];
  sw_error ignored = {0};
  int64_t count = 0;
  sw_h5_axis_path(f->dataset, axis, path);
  *name = sw_arena_text(arena, sw_h5_last_part(path));
  return *name && **name &&
         sw_contents_labels(&ignored, arena, group, *name, &count, label) == SW_OK && count > 0 &&
         count == sw_figure_length(f, axis);
}

/* One axis of groups beside time, and at most one more; false: there is no table of it. */
static bool find_axes(sw_arena *arena, hid_t group, const sw_figure *f, axes *out) {
  *out = (axes){.group = SW_NO_AXIS, .column = SW_NO_AXIS, .n_columns = 1};
  int own = f->shape.rank - (f->time >= 0);
  if (f->unit >= 0 || own < 1 || own > 2) return false;
  for (int a = 0; a < f->shape.rank; a++) {
    const char *name = NULL;
    const char *const *label = NULL;
    if (a == f->time) continue;
    if (!read_labels(arena, group, f, a, &name, &label)) return false;
    /* The first axis of groups names the rows; any other, of groups or not, the columns. */
    if (out->group < 0 && is_of_groups(arena, group, name)) {
      out->group = a;
      out->name = name;
      out->label = label;
    } else if (out->column < 0) {
      out->column = a;
      out->heading = label;
    }
  }
  if (out->group < 0) return false;
  out->n = sw_figure_length(f, out->group);
  out->n_columns = sw_figure_length(f, out->column);
  return out->n_columns <= COLUMNS;
}

/* ---- its numbers ------------------------------------------------------------------------ */

/* All numbers of period t, group by group; false: they cannot be read. `room` for one column. */
static bool read_period(const sw_figure *f, const axes *of, int64_t t, double *room,
                        double *value) {
  for (int64_t c = 0; c < of->n_columns; c++) {
    if (!sw_figure_read_at(f, t, of->group, of->column, c, room)) return false;
    for (int64_t k = 0; k < of->n; k++)
      value[k * of->n_columns + c] = room[k];
  }
  return true;
}

/* The last period that has a value of any group, or -1; `value` has its numbers then. From the last
 * period backwards, as recent periods may lack data. */
static int64_t find_period(const sw_figure *f, const axes *of, int64_t n_periods, double *room,
                           double *value) {
  int64_t t = sw_figure_periods(f) - 1;
  if (f->time >= 0 && t >= n_periods) t = n_periods - 1;
  for (; t >= 0; t--) {
    if (!read_period(f, of, t, room, value)) return -1;
    for (int64_t k = 0; k < of->n * of->n_columns; k++)
      if (!isnan(value[k])) return t;
  }
  return -1;
}

/* By the first column: the largest first, equal ones by label, without a value last. A total order
 * by label, so that the table does not depend on the file's order. */
static int by_value(const void *a, const void *b) {
  const row *x = a, *y = b;
  double u = *x->value, v = *y->value;
  if (isnan(u) != isnan(v)) return isnan(u) ? 1 : -1;
  if (u != v && !isnan(u)) return u < v ? 1 : -1;
  return strcmp(x->label, y->label);
}

/* ---- words ------------------------------------------------------------------------------ */

/* Ten characters are room for four digits with an exponent and a sign. */
static const char *say_row(sw_arena *arena, const char *text, const axes *of, const row *r) {
  text = sw_arena_printf(arena, "%s\n ", text);
  for (int64_t c = 0; text && c < of->n_columns; c++)
    text = isnan(r->value[c]) ? sw_arena_printf(arena, "%s %10s", text, "-")
                              : sw_arena_printf(arena, "%s %10.4g", text, r->value[c]);
  /* An empty label is that of the units which the column leaves out. */
  if (text) text = sw_arena_printf(arena, "%s  %s", text, *r->label ? r->label : "(the rest)");
  return text;
}

/* "value in 2018 by state (population, income):". */
static const char *say_heading(sw_arena *arena, const sw_figure *f, const axes *of,
                               const char *when) {
  const char *columns = "";
  for (int64_t c = 0; columns && of->heading && c < of->n_columns; c++)
    columns = sw_arena_printf(arena, "%s%s%s", columns, c ? ", " : " (", of->heading[c]);
  if (!columns) return NULL;
  return sw_arena_printf(arena, "%s%s%s by %s%s%s:", f->name, *when ? " in " : "", when, of->name,
                         columns, *columns ? ")" : "");
}

/* The smallest value stands at the end of a shortened list, so that the range is seen. */
static const char *say_rows(sw_arena *arena, const char *text, const axes *of, const row *r) {
  int64_t with = 0;
  while (with < of->n && !isnan(*r[with].value))
    with++;
  int64_t shown = with > WHOLE ? FIRST : with;
  for (int64_t k = 0; text && k < shown; k++)
    text = say_row(arena, text, of, &r[k]);
  if (text && shown < with)
    text = sw_arena_printf(arena, "%s\n  and %lld more, down to", text, (long long)(with - shown));
  if (text && shown < with) text = say_row(arena, text, of, &r[with - 1]);
  if (text && with < of->n)
    text = sw_arena_printf(arena, "%s\n  without a value: %lld", text, (long long)(of->n - with));
  return text;
}

/* A table of a figure by group, largest first, as lines of text. */
static sw_status make_table(sw_error *err, sw_arena *arena, const sw_figure *f, const axes *of,
                            const char *when, const double *value, const char **text) {
  row *r = NULL;
  SW_NEW(err, arena, r, of->n);
  for (int64_t k = 0; k < of->n; k++)
    r[k] = (row){value + k * of->n_columns, of->label[k]};
  qsort(r, (size_t)of->n, sizeof *r, by_value);
  const char *heading = say_heading(arena, f, of, when);
  *text = heading ? say_rows(arena, heading, of, r) : NULL;
  return *text ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a table");
}

/* What cannot be read, as in a damaged file, is left out. */
sw_status sw_group_table(sw_error *err, sw_arena *arena, hid_t group, const sw_figure *f,
                         int64_t n_periods, const char *const *period, const char **text) {
  axes of;
  double *value = NULL;
  *text = "";
  if (!find_axes(arena, group, f, &of)) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)of.n * (size_t)(of.n_columns + 1), sizeof *value, (void **)&value));
  int64_t t = find_period(f, &of, n_periods, value + of.n * of.n_columns, value);
  const char *when = f->time >= 0 && n_periods > 1 && t >= 0 ? period[t] : "";
  sw_status status = t < 0 ? SW_OK : make_table(err, arena, f, &of, when, value, text);
  sw_free(value);
  return status;
}
