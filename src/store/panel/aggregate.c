/* Sums over the members of coarser units: between filling and deriving (treat.c). All rows of
 * members are on the rank that owns the coarse unit (own.c), so no number is sent, and a sum has
 * one order.
 *
 * A sum of some counties of a state is no sum of the state. So the first member without a value is
 * refused, unless the study says that such members are skipped, or how many of them it bears; the
 * share of members in each sum goes into the results. `missing: drop-units` drops members first,
 * from all sums and periods, so that a series is of the same members.
 *
 * Complexity: O(members x periods) for each column and sum. Memory: the members' cells until the
 * end, two further columns of coarse units for each ratio, and on rank 0 the coverage of all
 * sums. */
#include "store/panel/build.h"

#include "panel/treat.h"

#include <math.h>
#include <string.h>

/* The cells of one sum or ratio, and how many members are in it, by period of coarse units. */
typedef struct summing {
  sw_panel_build *build;
  int64_t *members; /* of each coarse unit here */
  sw_panel_cells *coarse, *of;
  int n;
} summing;

/* ---- members without a value ------------------------------------------------------------- */

/* Whether member i lacks a cell, and the first one. With `aggregate` no other columns are read than
 * those that are summed. O(columns x periods) for one member; *column and *period name the first
 * cell that is missing, in the order of the cells. */
static bool has_gap(const sw_panel_build *build, int64_t i, int *column, int *period) {
  for (*column = 0; *column < build->n_cells; ++*column)
    for (*period = 0; *period < build->panel->periods.n; ++*period)
      if (isnan(build->cells[*column].row[*period][i])) return true;
  return false;
}

/* All cells of such members become missing, which the sums then skip. Returns how many members of
 * this rank were dropped. A member is dropped from all sums, so that sums of different indicators
 * stay comparable. */
static int64_t drop_members(const sw_panel_build *build) {
  int64_t dropped = 0;
  int column, period;
  for (int64_t i = 0; i < build->n_here; i++) {
    if (!has_gap(build, i, &column, &period)) continue;
    dropped++;
    for (int c = 0; c < build->n_cells; c++)
      for (int t = 0; t < build->panel->periods.n; t++)
        build->cells[c].row[t][i] = NAN;
  }
  return dropped;
}

/* Member i of this rank as a row of the table of all units. Only on the way of a failure: O(n). */
static int64_t row_of(const sw_panel_build *build, int64_t i) {
  int64_t row = 0;
  while (build->owner[row] != build->team->rank || build->place[row] != i)
    row++;
  return row;
}

/* Each rank tells its first; the lowest of all is reported, so the message does not depend on the
 * ranks. Collective. */
static sw_status refuse_gaps(sw_error *err, const sw_panel_build *build) {
  const sw_panel *panel = build->panel;
  sw_status status = SW_OK;
  int64_t i = 0, row = 0;
  int column = 0, period = 0;
  while (i < build->n_here && !has_gap(build, i, &column, &period))
    i++;
  if (i < build->n_here) {
    row = row_of(build, i);
    status = sw_fail(
        err, SW_EINPUT,
        "%s: aggregate: %s of unit %s in period %s is missing, so %s has no sum; fill it with "
        "`missing: interpolate` or zero of the panel, or write `missing: skip` or {at_least: 0.9} "
        "under aggregate",
        sw_panel_place(build, "aggregate"), build->cells[column].name, build->table.code[row],
        panel->periods.label[period], sw_unit_code(&panel->units, panel->lo + build->parent[i]));
  }
  return sw_team_agree(build->team, err, status, row);
}

/* ---- sums -------------------------------------------------------------------------------- */

/* Cells begin as NaN; the sums set every one. */
static sw_status make_cells(sw_error *err, const summing *s, const char *name,
                            sw_panel_cells *out) {
  return sw_panel_cells_make(err, s->build->arena, name, s->build->n_coarse,
                             s->build->panel->periods.n, out);
}

/* A sum of `name` over the members that have it, and `also` where it is not NULL. of->row is made
 * by the first of the two sums of a ratio, which have the same members. */
static sw_status sum_cells(sw_error *err, const summing *s, const char *name, const char *also,
                           sw_panel_cells *out, sw_panel_cells *of) {
  sw_panel_build *build = s->build;
  const sw_panel_spec *spec = build->spec;
  bool at_least = spec->member_missing == SW_MEMBERS_AT_LEAST;
  SW_TRY(make_cells(err, s, name, out));
  if (!of->row) SW_TRY(make_cells(err, s, name, of));
  sw_treat_sum_members(
      build->n_here, build->panel->periods.n, build->parent, sw_panel_find_cells(build, name)->row,
      also ? sw_panel_find_cells(build, also)->row : NULL, build->n_coarse, out->row, of->row);
  sw_treat_cover(build->n_coarse, build->panel->periods.n, s->members,
                 at_least ? spec->at_least : 0, out->row, of->row);
  return SW_OK;
}

/* A ratio of sums, not a mean of ratios: income per head of a state is its income divided by its
 * heads. Both sums are over the members that have both. They are given back, even where the study
 * asks for one of them as well, which has its own. *out is the ratio, *of the coverage of both
 * sums. */
static sw_status ratio_cells(sw_error *err, const summing *s, const sw_ratio *ratio,
                             sw_panel_cells *out, sw_panel_cells *of) {
  sw_panel_cells above = {0}, below = {0};
  sw_status status = sum_cells(err, s, ratio->numerator, ratio->denominator, &above, of);
  if (!status) status = sum_cells(err, s, ratio->denominator, ratio->numerator, &below, of);
  if (!status) status = make_cells(err, s, ratio->name, out);
  if (!status)
    sw_treat_ratio_of(s->build->n_coarse, s->build->panel->periods.n, above.row, below.row,
                      out->row);
  sw_panel_cells_free(&above);
  sw_panel_cells_free(&below);
  return status;
}

/* Room for derived indicators is part of the new array. On a failure what was made is in s. s->n
 * counts the sums as they are begun, so what is half made is freed by the caller. */
static sw_status sum_all(sw_error *err, summing *s) {
  sw_panel_build *build = s->build;
  const sw_panel_spec *spec = build->spec;
  int kept = spec->n_sum + spec->n_ratio;
  SW_NEW(err, build->arena, s->coarse, kept + build->plan.n_derived);
  SW_NEW(err, build->arena, s->of, kept);
  SW_NEW(err, build->arena, s->members, build->n_coarse);
  for (int64_t i = 0; i < build->n_here; i++)
    s->members[build->parent[i]]++;
  for (int k = 0; k < spec->n_sum; k++)
    if (build->plan.sum_needed[k]) {
      int at = s->n++;
      SW_TRY(sum_cells(err, s, spec->sum[k], NULL, &s->coarse[at], &s->of[at]));
    }
  for (int r = 0; r < spec->n_ratio; r++)
    if (build->plan.ratio_needed[r]) {
      int at = s->n++;
      SW_TRY(ratio_cells(err, s, &spec->ratio[r], &s->coarse[at], &s->of[at]));
    }
  return SW_OK;
}

/* ---- what the sums rest on --------------------------------------------------------------- */

/* Of all ranks' coverage, hence right on rank 0 alone, which has it; elsewhere nothing is
 * partial. */
static void count_partial(sw_panel *panel) {
  size_t count = (size_t)panel->n_summed * (size_t)panel->units.n * (size_t)panel->periods.n;
  panel->partial_sums = 0;
  panel->least_coverage = 1;
  for (size_t k = 0; panel->coverage && k < count; k++) {
    panel->partial_sums += panel->coverage[k] < 1;
    panel->least_coverage = fmin(panel->least_coverage, panel->coverage[k]);
  }
}

/* This rank's shares, sum by sum in the order of the file: period, unit. *bytes is 0 for a rank
 * without units, which still takes part in the gather. */
static sw_status pack(sw_error *err, const summing *s, double **out, size_t *bytes) {
  int64_t n = s->build->n_coarse;
  int n_periods = s->build->panel->periods.n;
  *bytes = (size_t)s->n * (size_t)n_periods * (size_t)n * sizeof **out;
  SW_TRY(sw_alloc(err, *bytes, 1, (void **)out));
  double *to = *out;
  for (int t = 0; t < n_periods; t++)
    for (int64_t u = 0; u < n; u++)
      for (int k = 0; k < s->n; k++)
        *to++ = s->of[k].row[t][u];
  return SW_OK;
}

/* On rank 0: what the ranks have sent, one behind the other, becomes one table. A rank's units are
 * consecutive, so each period of each rank is one copy. */
static void join(sw_panel *panel, int ranks, const double *all, const size_t *bytes) {
  for (int r = 0; r < ranks; r++) {
    size_t row = bytes[r] / sizeof *all / (size_t)panel->periods.n;
    int64_t lo, hi;
    sw_partition(panel->units.n, r, ranks, &lo, &hi);
    for (int t = 0; t < panel->periods.n; t++, all += row)
      if (row)
        memcpy(panel->coverage + (t * panel->units.n + lo) * panel->n_summed, all,
               row * sizeof *all);
  }
}

/* Rank 0 writes them into the results: they are few, as coarse units are. Collective. After a
 * failure panel->n_summed is 0 on all ranks. The coverage is freed by sw_panel_destroy. */
static sw_status gather_shares(sw_error *err, const summing *s) {
  sw_team *team = s->build->team;
  sw_panel *panel = s->build->panel;
  double *mine = NULL, *all = NULL;
  const char **name = NULL;
  size_t bytes = 0, *counts = NULL;
  sw_status status = pack(err, s, &mine, &bytes);
  if (!status) status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  if (!status)
    status = sw_arena_alloc(err, s->build->arena, (size_t)s->n, sizeof *name, (void **)&name);
  if (!status && team->rank == 0)
    status = sw_alloc(err, (size_t)s->n * (size_t)panel->units.n * (size_t)panel->periods.n,
                      sizeof *panel->coverage, (void **)&panel->coverage);
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = team->gather(team, err, mine, bytes, 0, (void **)&all, counts);
  for (int k = 0; !status && k < s->n; k++)
    name[k] = s->coarse[k].name;
  panel->summed = name;
  panel->n_summed = status ? 0 : s->n;
  if (!status && team->rank == 0) join(panel, team->size, all, counts);
  count_partial(panel);
  sw_free(mine);
  sw_free(all);
  sw_free(counts);
  return status;
}

/* Called when units are dropped after the sums: now[u] is the new place of unit u, or -1. In place
 * and in ascending order, so nothing is overwritten before it is moved. */
void sw_panel_cover_select(sw_panel *panel, int64_t before, const int64_t *now) {
  int64_t k = panel->n_summed;
  for (int t = 0; panel->coverage && t < panel->periods.n; t++)
    for (int64_t u = 0; u < before; u++)
      if (now[u] >= 0)
        memmove(panel->coverage + (t * panel->units.n + now[u]) * k,
                panel->coverage + (t * before + u) * k, (size_t)k * sizeof *panel->coverage);
  count_partial(panel);
}

/* ---- together ---------------------------------------------------------------------------- */

/* What was read is given back. Collective. Cells of members are given back before anything is
 * derived, so both are not held longer than needed. */
sw_status sw_panel_aggregate(sw_error *err, sw_panel_build *build) {
  summing s = {.build = build};
  const sw_panel_spec *spec = build->spec;
  if (spec->missing == SW_MISSING_DROP_UNITS) {
    build->panel->members_dropped = drop_members(build);
    SW_TRY(build->team->sum_i64(build->team, err, &build->panel->members_dropped, 1));
  } else if (spec->member_missing == SW_MEMBERS_REFUSE) {
    SW_TRY(refuse_gaps(err, build));
  }
  sw_status status = sw_team_agree(build->team, err, sum_all(err, &s), 0);
  if (!status) status = gather_shares(err, &s);
  for (int k = 0; s.of && k < s.n; k++)
    sw_panel_cells_free(&s.of[k]);
  for (int c = 0; c < build->n_cells; c++)
    sw_panel_cells_free(&build->cells[c]);
  build->cells = s.coarse;
  build->n_cells = s.coarse ? s.n : 0;
  return status;
}
