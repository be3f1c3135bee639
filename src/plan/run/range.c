/* Values so large or so small that squares of them, or of their rounding, leave the range of
 * doubles. Most measures come through, some do not, and what is missing then would look like any
 * other missing value: so one line says it of each indicator, with the first such unit. Results of
 * other entries are not looked at: their unit is not for the study to choose.
 *
 * Collective, once per run after the panel is read; a pass over the columns that entries take, by
 * vectors. */
#include "plan/run/private.h"

#include "kernel/hot.h"

#include <math.h>

/* Squares of numbers beyond these are beyond 1e300 or below 1e-300, near the end of doubles
 * (1.8e308, 2.2e-308): a sum of some of them, or a product with another, may overflow or vanish. */
static const double least = 1e-150, most = 1e150;

/* Of a column on this rank; `unit` INFINITY: none. Doubles throughout, so that minima over ranks
 * can be taken of all three. */
typedef struct extreme {
  double unit, period, value;
} extreme;

/* Zero is a value like any other, and not small. */
static bool is_extreme(double x) {
  double size = fabs(x);
  return size > most || (size > 0 && size < least); /* NaN is neither */
}

/* Whether one of them is extreme. Without a branch for each, so that they go by vectors: nearly all
 * panels have none, and this is all that they cost. */
SW_HOT static int any_extreme(const double *x, int64_t count) {
  int any = 0;
  for (int64_t k = 0; k < count; k++) {
    double size = fabs(x[k]);
    any |= (size > most) | ((size > 0) & (size < least));
  }
  return any;
}

/* The first by unit, then period, as measures tell of a first value; returns how many there are. */
static int64_t find(const sw_run *run, const sw_column *column, extreme *first) {
  int64_t own = run->panel->hi - run->panel->lo, count = 0;
  *first = (extreme){INFINITY, INFINITY, INFINITY};
  for (int t = 0; t < column->n_periods; t++) {
    if (!any_extreme(column->row[t], own)) continue;
    for (int64_t k = 0; k < own; k++) {
      double unit = (double)(run->panel->lo + k);
      if (!is_extreme(column->row[t][k])) continue;
      if (count++ == 0 || unit < first->unit)
        *first = (extreme){unit, column->period[t], column->row[t][k]};
    }
  }
  return count;
}

/* The first of all ranks, by three minima: of the unit, then of its period and value, which only
 * its rank still has. */
static sw_status join(sw_error *err, sw_run *run, extreme *first) {
  sw_team *team = run->team;
  double unit = first->unit;
  SW_TRY(team->min_f64(team, err, &unit, 1));
  if (first->unit != unit) first->period = first->value = INFINITY;
  first->unit = unit;
  SW_TRY(team->min_f64(team, err, &first->period, 1));
  return team->min_f64(team, err, &first->value, 1);
}

/* On every rank alike, as notes are. */
static void note(sw_run *run, const sw_column *column, int64_t count, const extreme *first) {
  const sw_periods *periods = &run->panel->periods;
  bool timed = !periods->cross_section;
  sw_note(&run->private->notes,
          "%s of unit %s%s%s is %g; values beyond %g to %g (%lld in all) have squares and products "
          "that no double holds: what is made of them may be missing or 0; give %s in another unit",
          column->name, sw_unit_code(&run->panel->units, (int64_t)first->unit), timed ? " in " : "",
          timed ? periods->label[(int)first->period] : "", first->value, least, most,
          (long long)count, column->name);
}

/* used[c]: an entry takes that column of the panel. The same on every rank. Derived columns count
 * as columns of the panel. */
static void find_used(const sw_run *run, bool *used) {
  for (int e = 0; e < run->study->n_entries; e++) {
    const sw_entry *entry = &run->study->entry[e];
    for (int i = 0; i < entry->n_needs; i++) {
      const sw_need *need = &entry->need[i];
      if (need->entry >= 0 || need->group >= 0) continue;
      const sw_column *column = sw_panel_column(run->panel, need->name);
      if (column) used[column - run->panel->column] = true;
    }
  }
}

/* The same notes in the same order on every rank. */
sw_status sw_run_note_ranges(sw_error *err, sw_run *run) {
  int n = run->panel->n_columns;
  extreme *first = NULL;
  int64_t *count = NULL;
  bool *used = NULL;
  sw_status status = sw_arena_alloc(err, run->arena, (size_t)n + 1, sizeof *first, (void **)&first);
  if (status == SW_OK)
    status = sw_arena_alloc(err, run->arena, (size_t)n + 1, sizeof *count, (void **)&count);
  if (status == SW_OK)
    status = sw_arena_alloc(err, run->arena, (size_t)n + 1, sizeof *used, (void **)&used);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  find_used(run, used);
  for (int c = 0; c < n; c++)
    if (used[c]) count[c] = find(run, &run->panel->column[c], &first[c]);
  SW_TRY(run->team->sum_i64(run->team, err, count, n));
  for (int c = 0; c < n; c++) {
    if (count[c] == 0) continue;
    SW_TRY(join(err, run, &first[c]));
    note(run, &run->panel->column[c], count[c], &first[c]);
  }
  return SW_OK;
}
