/* What the study asks to be done with the numbers, in their order: fill, aggregate (aggregate.c),
 * derive, then refuse, drop or keep what is still missing. The last step of a panel: rows are in
 * their cells, each rank works on its own units, and what comes out are the panel's columns.
 *
 * The order is documented (interface): members are filled before they are summed, as a sum with a
 * hole has nothing to be filled from; derived indicators (derive.c) see filled ones and sums, and
 * are not filled themselves, nor summed. Values depend on another rank's only in shares of a group.
 * The arithmetic itself is in panel/treat.c. */
#include "store/panel/build.h"

#include "base/log.h"
#include "panel/treat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Units the panel will have here. While rows are placed, filled and summed it is build->n_here that
 * counts: with `aggregate` those are the fine ones. */
static int64_t units_here(const sw_panel_build *build) {
  return build->panel->hi - build->panel->lo;
}

/* ---- fill -------------------------------------------------------------------------------- */

/* Members of a coarser unit mark it; without one the loop is of plain bytes and doubles. */
static void mark_known(const double *row, int64_t n, const int64_t *parent, uint8_t *known) {
  if (!parent)
    for (int64_t i = 0; i < n; i++)
      known[i] |= row[i] == row[i];
  else
    for (int64_t i = 0; i < n; i++)
      known[parent[i]] |= row[i] == row[i];
}

/* Units that no indicator knows in any period, on this rank, for a warning: with `aggregate` coarse
 * ones, by what is known of any member. Counted before filling, which would hide them under zeros.
 * Without indicators (a study of distances alone) there are none. */
static sw_status count_without_data(sw_error *err, sw_panel_build *build) {
  int64_t n = units_here(build);
  uint8_t *known = NULL;
  if (build->n_cells == 0) return SW_OK;
  SW_TRY(sw_calloc(err, (size_t)n, sizeof *known, (void **)&known));
  for (int c = 0; c < build->n_cells; c++)
    for (int t = 0; t < build->panel->periods.n; t++)
      mark_known(build->cells[c].row[t], build->n_here, build->parent, known);
  for (int64_t u = 0; u < n; u++)
    build->panel->units_without_data += !known[u];
  sw_free(known);
  return SW_OK;
}

/* Periods may be unevenly spaced: a value is weighed by time, as the periods are counted. Where
 * their order is unknown nothing is interpolated (periods.c), and places stand for it. Cells of all
 * columns, also of those that only derived indicators use. `keep`, `error` and drop-units fill
 * nothing. */
static sw_status fill(sw_error *err, sw_panel_build *build) {
  const sw_periods *periods = &build->panel->periods;
  sw_panel *panel = build->panel;
  double *at = NULL;
  SW_NEW(err, build->arena, at, periods->n);
  for (int t = 0; t < periods->n; t++)
    at[t] = periods->value ? (double)periods->value[t] : t;
  /* Each column for itself: nothing is filled from another. */
  SW_NEW(err, build->arena, build->unfilled, build->n_cells);
  for (int c = 0; c < build->n_cells; c++) {
    double *const *row = build->cells[c].row;
    build->unfilled[c].name = build->cells[c].name;
    if (build->spec->missing == SW_MISSING_INTERPOLATE) {
      panel->filled += sw_treat_fill_interpolate(build->n_here, periods->n, at, periods->n_breaks,
                                                 periods->break_period, row);
      build->unfilled[c].count = sw_treat_count_missing(build->n_here, periods->n, row);
    }
    if (build->spec->missing == SW_MISSING_ZERO)
      panel->filled += sw_treat_fill_zero(build->n_here, periods->n, row);
  }
  build->n_unfilled = build->n_cells;
  return SW_OK;
}

/* What interpolate could not fill, over all ranks: the columns with some. Collective. */
static sw_status sum_unfilled(sw_error *err, sw_panel_build *build) {
  sw_panel *panel = build->panel;
  int64_t *count = NULL;
  int n = build->n_unfilled;
  if (n == 0) return SW_OK; /* on all ranks alike */
  sw_status status = sw_arena_alloc(err, build->arena, (size_t)n, sizeof *count, (void **)&count);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  for (int c = 0; c < n; c++)
    count[c] = build->unfilled[c].count;
  SW_TRY(build->team->sum_i64(build->team, err, count, n));
  for (int c = 0; c < n; c++)
    if (count[c] > 0)
      build->unfilled[panel->n_unfilled++] = (sw_counted){build->unfilled[c].name, count[c]};
  panel->unfilled = build->unfilled;
  return SW_OK;
}

/* ---- derive ------------------------------------------------------------------------------ */

/* The cells that entries name become the panel's columns, in byte order, and with them their
 * memory; the others, read only to be derived from, are given back. Nothing may write a column
 * afterwards but drop_units, which moves it. */
static sw_status take_columns(sw_error *err, sw_panel_build *build) {
  sw_panel *panel = build->panel;
  int *period = NULL;
  SW_NEW(err, build->arena, period, panel->periods.n);
  for (int t = 0; t < panel->periods.n; t++)
    period[t] = t;
  SW_NEW(err, build->arena, panel->column, build->plan.n_used);
  SW_NEW(err, build->arena, build->absent, build->plan.n_used);
  /* `used` has each name once, so no cells are asked for twice. */
  for (int u = 0; u < build->plan.n_used; u++) {
    sw_panel_cells *cells = sw_panel_find_cells(build, build->plan.used[u].name);
    panel->column[panel->n_columns++] = (sw_column){
        .name = cells->name, .n_periods = panel->periods.n, .period = period, .row = cells->row};
    build->absent[u] = cells->absent;
    cells->row = NULL;
  }
  for (int c = 0; c < build->n_cells; c++)
    sw_panel_cells_free(&build->cells[c]);
  build->n_cells = 0;
  return SW_OK;
}

/* Whether the cells of a column's period are missing for want of a period before: such are no gap
 * of the data, and neither refused nor a reason to drop a unit. */
static bool is_absent(const sw_panel_build *build, int column, int period) {
  return build->absent[column] && build->absent[column][period];
}

/* Over all ranks, for the log, `check` and the decision below, which all ranks take alike; *gaps:
 * of columns, the cells that are missing though they have a period before where they need one.
 * Collective. */
static sw_status count_missing(sw_error *err, sw_panel_build *build, int64_t *gaps) {
  sw_panel *panel = build->panel;
  int64_t *count = NULL, n = units_here(build);
  int columns = panel->n_columns;
  sw_status status = sw_calloc(err, 2 * (size_t)columns, sizeof *count, (void **)&count);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  for (int c = 0; c < columns; c++)
    for (int t = 0; t < panel->periods.n; t++) {
      int64_t missing = sw_treat_count_missing(n, 1, &panel->column[c].row[t]);
      count[c] += missing;
      count[columns + c] += is_absent(build, c, t) ? 0 : missing;
    }
  status = build->team->sum_i64(build->team, err, count, 2 * columns);
  for (int c = 0; c < columns; c++) {
    panel->column[c].missing = count[c];
    if (gaps) gaps[c] = count[columns + c];
  }
  sw_free(count);
  return status;
}

/* ---- what is still missing --------------------------------------------------------------- */

/* Whether unit i (counted from this rank's first) misses a cell, and the first one: column by
 * column, in each by period. */
static bool has_gap(const sw_panel_build *build, int64_t i, int *column, int *period) {
  const sw_panel *panel = build->panel;
  for (*column = 0; *column < panel->n_columns; ++*column)
    for (*period = 0; *period < panel->periods.n; ++*period)
      if (isnan(panel->column[*column].row[*period][i]) && !is_absent(build, *column, *period))
        return true;
  return false;
}

/* Each rank tells its first unit with a gap; the lowest of them all is the one reported, so that
 * the message is the same on any number of ranks. Ranks without a gap agree as well: the early
 * return is taken by all or none, as counts are over all ranks. */
static sw_status refuse_missing(sw_error *err, sw_panel_build *build, const int64_t *gaps) {
  const sw_panel *panel = build->panel;
  int64_t cells = 0, unit = 0, n = units_here(build);
  int indicators = 0, column = 0, period = 0;
  for (int c = 0; c < panel->n_columns; c++) {
    cells += gaps[c];
    indicators += gaps[c] > 0;
  }
  if (cells == 0) return SW_OK;
  /* This rank's first, n if it has none. */
  while (unit < n && !has_gap(build, unit, &column, &period))
    unit++;
  sw_status status = SW_OK;
  char parts[SW_RECODE_ROOM + 16] = "";
  if (build->recoding && build->recoding->lacking) {
    strcpy(parts, "; crosswalk: ");
    sw_panel_say_lacking(build, parts + strlen(parts));
  }
  if (unit < n)
    status =
        sw_fail(err, SW_EINPUT,
                "%s: missing: %lld cell%s of %d indicator%s, first %s of unit %s in period %s%s; "
                "write `missing: keep`, drop-units, interpolate or zero, or leave such units "
                "out with `where`",
                sw_panel_place(build, "missing"), (long long)cells, cells > 1 ? "s" : "",
                indicators, indicators > 1 ? "s" : "", panel->column[column].name,
                sw_unit_code(&panel->units, panel->lo + unit), panel->periods.label[period], parts);
  return sw_team_agree(build->team, err, status, panel->lo + unit);
}

/* Cells of a column on their way from old owners to new ones. */
typedef struct moving {
  sw_panel_build *build;
  int64_t old_lo, old_hi, n; /* this rank's units before; n: units there will be, on all ranks */
  const int64_t *now;        /* of each old unit: its new number, < 0: dropped */
  size_t *sent, *received;   /* of each rank: bytes of one column */
} moving;

/* What goes to rank r stands together, period by period, units ascending. Room for all of this
 * rank's cells, as if none were dropped. */
static sw_status pack_column(sw_error *err, const moving *out, const sw_column *column,
                             char **bytes) {
  int ranks = out->build->team->size;
  double *value = NULL;
  SW_TRY(sw_alloc(err, (size_t)(out->old_hi - out->old_lo) * (size_t)column->n_periods,
                  sizeof *value, (void **)&value));
  *bytes = (char *)value;
  for (int r = 0; r < ranks; r++) {
    int64_t lo, hi;
    double *start = value;
    sw_partition(out->n, r, ranks, &lo, &hi);
    for (int t = 0; t < column->n_periods; t++)
      for (int64_t u = out->old_lo; u < out->old_hi; u++)
        if (out->now[u] >= lo && out->now[u] < hi) *value++ = column->row[t][u - out->old_lo];
    out->sent[r] = (size_t)(value - start) * sizeof *value;
  }
  return SW_OK;
}

/* One column at a time, so that at most one is held twice: on its way it is packed, then freed,
 * then received. New units keep the order of the old ones and blocks are contiguous, so what comes
 * from lower ranks are lower units: parts are put one behind the other, `first` being where the
 * next goes. Collective. */
static sw_status move_column(sw_error *err, moving *out, sw_column *column) {
  sw_team *team = out->build->team;
  sw_panel_cells cells = {.name = column->name, .row = column->row};
  char *bytes = NULL;
  double *got = NULL;
  int64_t lo, hi, first = 0;
  sw_partition(out->n, team->rank, team->size, &lo, &hi);
  SW_TRY(sw_team_agree(team, err, pack_column(err, out, column, &bytes), 0));
  sw_panel_cells_free(&cells);
  column->row = NULL; /* freed: sw_panel_destroy may come next */
  sw_status status = team->all_to_all(team, err, bytes, out->sent, (void **)&got, out->received);
  sw_free(bytes);
  if (status) return status;
  status =
      sw_panel_cells_make(err, out->build->arena, column->name, hi - lo, column->n_periods, &cells);
  const double *from = got;
  for (int r = 0; r < team->size && !status; r++) {
    /* What came from rank r is n_periods rows of that many units. */
    int64_t units = (int64_t)(out->received[r] / sizeof *got) / column->n_periods;
    for (int t = 0; t < column->n_periods; t++, from += units)
      if (units) memcpy(cells.row[t] + first, from, (size_t)units * sizeof *from);
    first += units;
  }
  sw_free(got);
  column->row = cells.row;
  return sw_team_agree(team, err, status, 0);
}

/* (*drop)[u] of every unit, on every rank (sw_alloc, the caller's): parts of the ranks in their
 * order are the units in theirs. One byte per unit. A unit is dropped for a gap in any column that
 * entries name, not for one in a column that is only derived from. */
static sw_status gather_drops(sw_error *err, sw_panel_build *build, uint8_t **drop) {
  sw_team *team = build->team;
  int64_t n = units_here(build);
  int column, period;
  uint8_t *mine = NULL;
  size_t *counts = NULL;
  sw_status status = sw_alloc(err, (size_t)n, 1, (void **)&mine);
  if (!status) status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  /* 1 for a unit with a gap, in the order of this rank's units. */
  for (int64_t i = 0; i < n && !status; i++)
    mine[i] = has_gap(build, i, &column, &period);
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = team->all_gather(team, err, mine, (size_t)n, (void **)drop, counts);
  sw_free(mine);
  sw_free(counts);
  return status;
}

/* Every rank for itself, out of the same drops: the new table, and what each unit is now called. *n
 * stays below two where it fails for that. */
static sw_status rebuild_units(sw_error *err, sw_panel_build *build, const uint8_t *drop,
                               int64_t *now, int64_t *n) {
  sw_panel *panel = build->panel;
  int64_t *index = NULL;
  sw_unit_table kept;
  SW_NEW(err, build->arena, index, panel->units.n);
  *n = 0;
  for (int64_t u = 0; u < panel->units.n; u++) {
    now[u] = drop[u] ? -1 : *n;
    if (!drop[u]) index[(*n)++] = u;
  }
  /* The same on every rank, as the drops are. */
  if (*n < 2)
    return sw_fail(err, SW_EINPUT,
                   "%s: drop-units leaves %lld of %lld units; a panel needs at least two, see "
                   "`spillway check` for the missing cells by indicator",
                   sw_panel_place(build, "missing"), (long long)*n, (long long)panel->units.n);
  SW_TRY(sw_unit_table_select(err, build->arena, &build->units_file.table, *n, index, &kept));
  build->units_file.table = kept;
  return sw_units_build(err, build->arena, &kept, &panel->units);
}

/* The blocks of the units that stay are dealt out anew: ownership is a function of a unit's number
 * among all (sw_partition), and a panel with units dropped must be the one that would have been
 * read without them, to the last bit of what is computed from it. Collective. */
static sw_status drop_units(sw_error *err, sw_panel_build *build) {
  sw_team *team = build->team;
  sw_panel *panel = build->panel;
  int64_t before = panel->units.n, *now = NULL;
  moving out = {.build = build, .old_lo = panel->lo, .old_hi = panel->hi};
  uint8_t *drop = NULL;
  SW_TRY(gather_drops(err, build, &drop));
  sw_status status = sw_arena_alloc(err, build->arena, (size_t)before, sizeof *now, (void **)&now);
  if (!status) status = rebuild_units(err, build, drop, now, &out.n);
  if (!status) status = sw_alloc(err, 2 * (size_t)team->size, sizeof *out.sent, (void **)&out.sent);
  status = sw_team_agree(team, err, status, 0);
  out.now = now;
  out.received = out.sent ? out.sent + team->size : NULL;
  for (int c = 0; c < panel->n_columns && !status; c++)
    status = move_column(err, &out, &panel->column[c]);
  /* Only now: has_gap and pack_column went by the old range. */
  sw_partition(out.n, team->rank, team->size, &panel->lo, &panel->hi);
  panel->units_dropped += before - out.n;
  if (!status) sw_panel_cover_select(panel, before, now);
  sw_free(out.sent);
  sw_free(drop);
  return status ? status : count_missing(err, build, NULL);
}

/* Filling is local, aggregating and deriving are not (the first member that lacks a cell, shares of
 * groups), hence an agreement between. Then counts, which all ranks have alike, so that all go the
 * same way below. `keep`, `interpolate` and `zero` leave what is missing as it is: NaN, which
 * measures count as undefined.
 */
sw_status sw_panel_treat(sw_error *err, sw_panel_build *build) {
  sw_team *team = build->team;
  sw_panel *panel = build->panel;
  int64_t *gaps = NULL;
  sw_status status = count_without_data(err, build);
  if (!status) status = fill(err, build);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(sum_unfilled(err, build));
  if (build->spec->aggregate_by) SW_TRY(sw_panel_aggregate(err, build));
  SW_TRY(sw_panel_derive(err, build));
  status = take_columns(err, build);
  if (!status)
    status =
        sw_arena_alloc(err, build->arena, (size_t)panel->n_columns, sizeof *gaps, (void **)&gaps);
  SW_TRY(sw_team_agree(team, err, status, 0));
  /* Sums of integers: they do not depend on the ranks. */
  int64_t counts[3] = {panel->units_without_data, panel->filled, panel->log_of_nonpositive};
  SW_TRY(team->sum_i64(team, err, counts, 3));
  panel->units_without_data = counts[0];
  panel->filled = counts[1];
  panel->log_of_nonpositive = counts[2];
  SW_TRY(count_missing(err, build, gaps));
  if (build->spec->missing == SW_MISSING_ERROR) return refuse_missing(err, build, gaps);
  /* It counts the columns again: nothing is missing in what is left. */
  if (build->spec->missing == SW_MISSING_DROP_UNITS) return drop_units(err, build);
  return SW_OK;
}
