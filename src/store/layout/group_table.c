/* A result by group as a short table: the last period in which any group has a value, a line for
 * each group, the largest first; of many groups the first ones, and how far down the others go.
 * Values stand before names, which may be of any script and width. */
#include "store/layout/group_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/layout/contents.h"
#include "store/layout/layout.h"

enum { WHOLE = 12, FIRST = 10 }; /* groups that are all shown; of more, so many */

typedef struct row {
  double value;
  const char *label;
} row;

/* The largest first; equal ones by label, without a value last. */
static int by_value(const void *a, const void *b) {
  const row *x = a, *y = b;
  if (isnan(x->value) != isnan(y->value)) return isnan(x->value) ? 1 : -1;
  if (x->value != y->value && !isnan(x->value)) return x->value < y->value ? 1 : -1;
  return strcmp(x->label, y->label);
}

/* Whether an axis has the groups of a column of the units: the root has that column. It is called
 * after the column, or as the column's own dataset where its name was taken. */
static bool is_of_groups(sw_arena *arena, hid_t group, const char *axis) {
  bool whole = strncmp(axis, SW_NAME_GROUP_PREFIX, strlen(SW_NAME_GROUP_PREFIX)) == 0;
  const char *column = sw_arena_printf(arena, "/%s%s", whole ? "" : SW_NAME_GROUP_PREFIX, axis);
  return column && H5Lexists(group, column, H5P_DEFAULT) > 0;
}

/* The one axis beside time, when it is one of groups; its name in `path`. */
static int find_axis(sw_arena *arena, hid_t group, const sw_figure *f, char *path) {
  int found = SW_NO_AXIS;
  if (f->unit >= 0 || f->shape.rank != 1 + (f->time >= 0)) return found;
  for (int a = 0; a < f->shape.rank; a++)
    if (a != f->time) found = a;
  sw_h5_axis_path(f->dataset, found, path);
  return *path && is_of_groups(arena, group, sw_h5_last_part(path)) ? found : SW_NO_AXIS;
}

/* The last period that has a value of any group, or -1. `value`: room for all groups, which has
 * them then. */
static int64_t find_period(const sw_figure *f, int axis, int64_t n_periods, double *value) {
  int64_t n = sw_figure_length(f, axis), t = sw_figure_periods(f) - 1;
  if (f->time >= 0 && t >= n_periods) t = n_periods - 1;
  for (; t >= 0; t--) {
    if (!sw_figure_read(f, t, axis, value)) return -1;
    for (int64_t k = 0; k < n; k++)
      if (!isnan(value[k])) return t;
  }
  return -1;
}

/* An empty label is that of the units which the column leaves out. */
static const char *label_of(const row *r) {
  return *r->label ? r->label : "(the rest)";
}

static const char *say_rows(sw_arena *arena, const char *text, const row *r, int64_t n) {
  int64_t with = 0;
  while (with < n && !isnan(r[with].value))
    with++;
  int64_t shown = with > WHOLE ? FIRST : with;
  for (int64_t k = 0; text && k < shown; k++)
    text = sw_arena_printf(arena, "%s\n  %10.4g  %s", text, r[k].value, label_of(&r[k]));
  if (text && shown < with)
    text = sw_arena_printf(arena, "%s\n  and %lld more, down to %.4g  %s", text,
                           (long long)(with - shown), r[with - 1].value, label_of(&r[with - 1]));
  if (text && with < n)
    text = sw_arena_printf(arena, "%s\n  without a value: %lld", text, (long long)(n - with));
  return text;
}

static sw_status make_table(sw_error *err, sw_arena *arena, const sw_figure *f, const char *axis,
                            const char *when, int64_t n, const double *value,
                            const char *const *label, const char **text) {
  row *r = NULL;
  SW_NEW(err, arena, r, n);
  for (int64_t k = 0; k < n; k++)
    r[k] = (row){value[k], label[k]};
  qsort(r, (size_t)n, sizeof *r, by_value);
  *text = say_rows(
      arena, sw_arena_printf(arena, "%s%s%s by %s:", f->name, *when ? " in " : "", when, axis), r,
      n);
  return *text ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a table");
}

/* What cannot be read, as in a damaged file, is left out. */
sw_status sw_group_table(sw_error *err, sw_arena *arena, hid_t group, const sw_figure *f,
                         int64_t n_periods, const char *const *period, const char **text) {
  char path[SW_H5_PATH_ROOM] = "";
  sw_error ignored = {0};
  const char *const *label = NULL;
  double *value = NULL;
  int64_t count = 0;
  int axis = find_axis(arena, group, f, path);
  const char *name = sw_h5_last_part(path);
  *text = "";
  if (axis < 0 || sw_contents_labels(&ignored, arena, group, name, &count, &label) != SW_OK ||
      count != sw_figure_length(f, axis) || count == 0)
    return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *value, (void **)&value));
  int64_t t = find_period(f, axis, n_periods, value);
  const char *when = f->time >= 0 && n_periods > 1 && t >= 0 ? period[t] : "";
  sw_status status =
      t < 0 ? SW_OK : make_table(err, arena, f, name, when, count, value, label, text);
  sw_free(value);
  return status;
}
