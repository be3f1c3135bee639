/* Centres by code or by size (centres.h). They are positions of axes, which stand in the results
 * file before anything is computed: so what decides is a column of the panel and no result.
 *
 * Called while entries are bound, by all ranks: `top` gathers one column of n values, and each rank
 * picks the same centres from it. O(n log n) and, with apart_km, O(n top). The result lies in the
 * run's arena. */
#include "plan/task/centres.h"

#include "base/arena.h"
#include "kernel/space/neighbours.h"
#include "panel/same_code.h"
#include "panel/unit_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Centres while they are found. */
typedef struct finding {
  sw_run *run;
  const sw_entry *entry;
  const sw_centres_spec *spec;
  const char *by; /* what decides, as the study calls it */
  int64_t *centre;
} finding;

/* ---- by code ---------------------------------------------------------------------------- */

/* With the code that is meant, where it is written in another way. O(units); only on the way of a
 * failure. */
static sw_status refuse_code(sw_error *err, const finding *f, const char *code) {
  const sw_units *units = &f->run->panel->units;
  char words[SW_CODE_WORDS];
  int64_t i = 0;
  while (i < units->n && !sw_code_differs(code, sw_unit_code(units, i), words))
    i++;
  bool found = i < units->n;
  return sw_fail(err, SW_EINPUT, "%s: %s: centres: no unit has the code '%s'%s%s%s", f->spec->where,
                 f->entry->name, code, found ? "; did you mean '" : "",
                 found ? sw_unit_code(units, i) : "", found ? "'?" : "");
}

/* In the order of the study, which is that of the axis. Binary search for each code. */
static sw_status find_codes(sw_error *err, const finding *f) {
  for (int c = 0; c < f->spec->n_codes; c++) {
    f->centre[c] = sw_units_find(&f->run->panel->units, f->spec->code[c]);
    if (f->centre[c] < 0) return refuse_code(err, f, f->spec->code[c]);
  }
  return SW_OK;
}

/* ---- by size ---------------------------------------------------------------------------- */

typedef struct candidate {
  double value;
  int64_t unit;
} candidate;

/* From the largest down, ties by code. Values that are equal go by the order of units, which is
 * that of their codes. */
static int compare(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->value != y->value) return x->value > y->value ? -1 : 1;
  return (x->unit > y->unit) - (x->unit < y->unit);
}

/* By great circle; NaN without coordinates. The distance is that of places, whatever distance the
 * entry uses: it only keeps centres apart. */
static double km_between(const sw_units *units, int64_t a, int64_t b) {
  const double lon[2] = {units->lon[a], units->lon[b]}, lat[2] = {units->lat[a], units->lat[b]};
  double x[2], y[2], z[2];
  sw_sphere_vectors(2, lon, lat, x, y, z);
  return sw_neighbours_km(sw_chord2(x, y, z, 0, 1));
}

/* A place that is not known is apart from none. NaN compares as not far enough: with apart_km above
 * 0 a unit without coordinates is no centre, unless it is the largest. */
static bool is_apart(const finding *f, int64_t count, int64_t unit) {
  for (int64_t c = 0; f->spec->apart_km > 0 && c < count; c++)
    if (!(km_between(&f->run->panel->units, f->centre[c], unit) >= f->spec->apart_km)) return false;
  return true;
}

/* Three mistakes, three messages: too few values, too far apart for two, too far apart for all.
 * Always fails; `found` were taken, `valued` have a value. */
static sw_status too_few(sw_error *err, const finding *f, int64_t found, int64_t valued) {
  const sw_centres_spec *spec = f->spec;
  if (valued < spec->top)
    return sw_fail(err, SW_EINPUT, "%s: %s: centres: top: %lld, but %lld unit%s a value of %s",
                   spec->where, f->entry->name, (long long)spec->top, (long long)valued,
                   valued == 1 ? " has" : "s have", f->by);
  if (found == 1)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: centres: top: %lld, but none is %g km from the largest; give a lower "
                   "apart_km",
                   spec->where, f->entry->name, (long long)spec->top, spec->apart_km);
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: centres: top: %lld, but only %lld units are %g km apart; ask for fewer, "
                 "or a lower apart_km",
                 spec->where, f->entry->name, (long long)spec->top, (long long)found,
                 spec->apart_km);
}

/* Greedy, from the largest down: each is taken that lies far enough from all taken before.
 * Deterministic: sorted first. Memory: 16 bytes per unit, for the call. */
static sw_status pick_top(sw_error *err, const finding *f, const double *value) {
  int64_t n = f->run->panel->units.n, count = 0, found = 0;
  candidate *all = NULL;
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *all, (void **)&all));
  for (int64_t i = 0; i < n; i++)
    if (!isnan(value[i])) all[count++] = (candidate){value[i], i};
  qsort(all, (size_t)count, sizeof *all, compare);
  for (int64_t c = 0; found < f->spec->top && c < count; c++)
    if (is_apart(f, found, all[c].unit)) f->centre[found++] = all[c].unit;
  sw_free(all);
  return found == f->spec->top ? SW_OK : too_few(err, f, found, count);
}

/* This rank's values in the last period of the entry (not of the panel); NULL when the column has
 * none there. */
static const double *last_values(const finding *f, const sw_column *by) {
  const sw_job *job = &f->run->job[f->entry - f->run->study->entry];
  if (by && by->timeless) return by->row[0];
  for (int t = 0; by && t < by->n_periods; t++)
    if (by->period[t] == job->period[job->n_periods - 1]) return by->row[t];
  return NULL;
}

/* Every rank sees all values and comes to the same centres. Memory: 8 n bytes on every rank, for
 * the call. */
static sw_status find_top(sw_error *err, const finding *f, const sw_column *by) {
  sw_team *team = f->run->team;
  size_t own = (size_t)(f->run->panel->hi - f->run->panel->lo) * sizeof(double), *counts = NULL;
  const double *mine = last_values(f, by);
  double *all = NULL;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  if (!mine)
    status = sw_fail(err, SW_EINPUT,
                     "%s: %s: centres: '%s' has no values in the entry's last period; give an "
                     "indicator of the panel or a derived one",
                     f->spec->where, f->entry->name, f->by);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = team->all_gather(team, err, mine, own, (void **)&all, counts);
  if (status == SW_OK) status = pick_top(err, f, all);
  sw_free(all);
  sw_free(counts);
  return sw_team_agree(team, err, status, 0);
}

/* What can be seen before any value is. SW_EINPUT on all ranks alike, since study and units are the
 * same everywhere. */
static sw_status check_top(sw_error *err, const finding *f) {
  const sw_units *units = &f->run->panel->units;
  if (f->spec->top > units->n)
    return sw_fail(err, SW_EINPUT, "%s: %s: centres: top: %lld of %lld units", f->spec->where,
                   f->entry->name, (long long)f->spec->top, (long long)units->n);
  if (f->spec->apart_km > 0 && (!units->lon || !units->lat))
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: centres: apart_km needs coordinates: give `lon` and `lat` in `units`",
                   f->spec->where, f->entry->name);
  return SW_OK;
}

/* Centres by code, or the largest by a column. Collective: sizes are spread over the ranks. */
sw_status sw_centres_find(sw_error *err, sw_run *run, int entry, const sw_centres_spec *spec,
                          const sw_column *by, int *count, const int64_t **centre) {
  finding f = {.run = run, .entry = &run->study->entry[entry], .spec = spec, .by = spec->by};
  if (spec->by) by = sw_panel_column(run->panel, spec->by);
  if (!f.by && by) f.by = by->name;
  *count = spec->top ? (int)spec->top : spec->n_codes;
  sw_status status = check_top(err, &f);
  if (status == SW_OK)
    status = sw_arena_alloc(err, run->arena, (size_t)*count, sizeof *f.centre, (void **)&f.centre);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  *centre = f.centre;
  if (spec->top) return find_top(err, &f, by);
  return sw_team_agree(run->team, err, find_codes(err, &f), 0);
}
