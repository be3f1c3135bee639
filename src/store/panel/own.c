/* Which rank owns which unit, and the empty cells of those here: between periods.c and send.c,
 * which calls it, when units and periods are known and no row has moved yet. Not collective: every
 * rank holds the whole table of units and works out the same.
 *
 * Ownership is a function of the numbers of units and ranks, in whole blocks (sw_partition), so
 * that no rank has to ask where a unit is, and sums by blocks do not depend on the ranks. */
#include "store/panel/build.h"

#include <stdlib.h>
#include <string.h>

/* Sets owner and place of every unit of the table, and this rank's units of the panel.
 *
 * `parent`: the coarse unit of each unit, or NULL; n_owned: units that are partitioned, the coarse
 * ones if there are any. Members follow their coarse unit: the rank that owns it has all its
 * members, in code order, and adds them up alone and in one order. O(n). Places count within the
 * owner. */
static sw_status place_units(sw_error *err, sw_panel_build *build, int64_t n_owned,
                             const int64_t *parent) {
  const sw_team *team = build->team;
  int64_t lo = 0, hi = 0, n = build->table.n, *here = NULL;
  sw_partition(n_owned, team->rank, team->size, &lo, &hi);
  SW_NEW(err, build->arena, build->owner, n);
  SW_NEW(err, build->arena, build->place, n);
  SW_NEW(err, build->arena, here, team->size);
  if (parent) SW_NEW(err, build->arena, build->parent, n);
  for (int64_t i = 0; i < n; i++) {
    /* The place counts the units of each rank in code order. Without aggregation these are the
     * units from lo on; members of coarse units come from anywhere in the table. */
    int owner = sw_owner(n_owned, parent ? parent[i] : i, team->size);
    build->owner[i] = owner;
    if (owner == team->rank && parent) build->parent[here[owner]] = parent[i] - lo;
    build->place[i] = (int32_t)here[owner]++;
  }
  build->n_here = here[team->rank];
  build->n_coarse = hi - lo;
  build->panel->lo = lo;
  build->panel->hi = hi;
  return SW_OK;
}

/* Bytes, as the table is sorted. */
static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The coarse units, in code order, and which one each unit belongs to. `coarse` becomes their
 * table: coordinates, areas and groups out of those of the members. units.c made sure that every
 * unit has a label in that column. n_members and member_of are kept for whoever has data of the
 * members (polygons). */
static sw_status coarsen(sw_error *err, sw_panel_build *build, sw_unit_table *coarse,
                         int64_t **parent) {
  const char **code = NULL, **of = build->table.group[build->units_file.by];
  int64_t n = build->table.n, n_coarse = 0;
  SW_NEW(err, build->arena, code, n);
  SW_NEW(err, build->arena, *parent, n);
  memcpy(code, of, (size_t)n * sizeof *code);
  qsort(code, (size_t)n, sizeof *code, by_text);
  for (int64_t i = 0; i < n; i++)
    if (i == 0 || strcmp(code[i], code[n_coarse - 1]) != 0) code[n_coarse++] = code[i];
  for (int64_t i = 0; i < n; i++) {
    /* Found for certain: all labels went into `code`. */
    const char **found = bsearch(&of[i], code, (size_t)n_coarse, sizeof *code, by_text);
    (*parent)[i] = found - code;
  }
  SW_TRY(sw_unit_table_merge(err, build->arena, build->study->units.file, &build->table, *parent,
                             n_coarse, code, coarse));
  coarse->n_groups = build->units_file.by; /* the column aggregated by is the last */
  coarse->n_members = n;
  coarse->member = build->table.code;
  coarse->member_of = of;
  if (n_coarse < 2)
    return sw_fail(err, SW_EINPUT,
                   "%s: aggregate: leaves one unit (%s); a panel needs at least two",
                   sw_panel_place(build, "aggregate"), code[0]);
  return SW_OK;
}

/* Raw cells now, derived ones behind them later; `aggregate` has an array of its own. */
static sw_status make_cells(sw_error *err, sw_panel_build *build) {
  int capacity =
      build->plan.n_raw + build->spec->n_sum + build->spec->n_ratio + build->plan.n_derived;
  SW_NEW(err, build->arena, build->cells, capacity);
  for (int c = 0; c < build->plan.n_raw; c++, build->n_cells++)
    SW_TRY(sw_panel_cells_make(err, build->arena, build->plan.raw[c].name, build->n_here,
                               build->panel->periods.n, &build->cells[c]));
  return SW_OK;
}

sw_status sw_panel_own_codes(sw_error *err, sw_panel_build *build) {
  SW_TRY(place_units(err, build, build->table.n, NULL));
  return make_cells(err, build);
}

/* Rows of `table` are still the fine units after this, as the rows that travel are theirs; the
 * panel has the coarse ones. After it all cells are there, all NaN. */
sw_status sw_panel_own(sw_error *err, sw_panel_build *build) {
  sw_unit_table coarse = build->table;
  int64_t *parent = NULL;
  if (build->spec->aggregate_by) SW_TRY(coarsen(err, build, &coarse, &parent));
  SW_TRY(place_units(err, build, coarse.n, parent));
  SW_TRY(sw_units_build(err, build->arena, &coarse, &build->panel->units));
  SW_TRY(make_cells(err, build));
  /* Kept for drop-units, which builds the units anew. */
  if (build->spec->aggregate_by)
    build->units_file.table = coarse;
  else
    build->units_file.table = build->table;
  return SW_OK;
}
