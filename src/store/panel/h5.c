/* Panel files in HDF5: datasets at the root, the unit's codes (text), the periods (whole numbers,
 * texts, or times by their units) and each indicator (time, unit) or (unit, time), (unit) in a
 * cross-section. netCDF-4 is such a file; its conventions are heeded by store/netcdf/.
 *
 * Every rank opens the file for itself and reads the units of its own range, by hyperslabs; the
 * rows then go the way of all rows. A range is of units as the file has them, not those the rank
 * will own: codes must be read before it is known who owns what.
 *
 * A file may be damaged: what may crash the library is tried in a child. Handles are closed on all
 * ways out. */
#include "store/netcdf/netcdf.h"
#include "store/panel/rows.h"

#include "base/child.h"

#include <math.h>
#include <string.h>

typedef struct reading {
  sw_team *team;
  sw_arena *arena;
  const sw_panel_spec *spec;
  const sw_panel_plan *plan;
  sw_panel_rows *rows;
  sw_netcdf file;
  sw_netcdf_axis unit, time;            /* one period in a cross-section, without a name */
  hsize_t lo, hi;                       /* this rank's range of the file's units */
  int64_t *unit_number, *period_number; /* in the dictionaries of the rows */
} reading;

/* An indicator's dataset while it is read. */
typedef struct indicator {
  const reading *in;
  int k; /* which value of a row it is */
  sw_netcdf_variable variable;
  int unit_axis;
} indicator;

/* Where the study says `key` of the panel, else where its panel begins; "" without a place. */
static const char *place_of(const reading *in, const char *key) {
  const sw_node *node = in->spec->node, *value = sw_node_get(node, key);
  if (value) node = value;
  return node ? sw_arena_printf(in->arena, "%s:%d:%d", node->file, node->line, node->column) : "";
}

/* ---- axes -------------------------------------------------------------------------------- */

/* Codes must be text: as numbers they would have lost their leading zeros long ago. The range of
 * units is a rank's share of the file, to be read by it alone. */
static sw_status open_axes(sw_error *err, reading *in) {
  SW_TRY(sw_netcdf_open_axis(err, &in->file, place_of(in, "unit"), in->spec->unit, &in->unit));
  if (!in->unit.text)
    return sw_fail(
        err, SW_EINPUT,
        "%s: %s is not text; expected the codes of units as text, with their leading zeros",
        in->rows->file, in->spec->unit);
  if (in->spec->time)
    SW_TRY(sw_netcdf_open_axis(err, &in->file, place_of(in, "time"), in->spec->time, &in->time));
  if (in->unit.n == 0 || in->time.n == 0)
    return sw_fail(err, SW_EINPUT, "%s: no unit or no period; a panel needs both", in->rows->file);
  /* Their number is bounded by the file's bytes: the product does not overflow. */
  in->lo = in->unit.n * (hsize_t)in->team->rank / (hsize_t)in->team->size;
  in->hi = in->unit.n * (hsize_t)(in->team->rank + 1) / (hsize_t)in->team->size;
  return SW_OK;
}

/* The callback of sw_netcdf_texts; i counts the file's units. */
static sw_status number_unit(sw_error *err, void *self, hsize_t i, const char *text,
                             size_t length) {
  reading *in = self;
  return sw_panel_codes_number(err, &in->rows->units, text, length, &in->unit_number[i - in->lo]);
}

/* The same for periods, which every rank reads all of. */
static sw_status number_period(sw_error *err, void *self, hsize_t t, const char *text,
                               size_t length) {
  reading *in = self;
  return sw_panel_codes_number(err, &in->rows->periods, text, length, &in->period_number[t]);
}

/* Periods become texts, as those of a CSV are, and periods.c makes numbers of them again: so files
 * of both kinds may have the same periods. A cross-section has one, "0", as in a CSV. Each may
 * stand but once: with fewer texts than periods one appears twice. */
static sw_status read_periods(sw_error *err, reading *in) {
  SW_NEW(err, in->arena, in->period_number, in->time.n);
  if (!in->time.name) return number_period(err, in, 0, "0", 1);
  SW_TRY(sw_netcdf_times(err, &in->file, &in->time, false, number_period, in));
  if (in->rows->periods.n == (int64_t)in->time.n) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: a period appears twice; give each period once: indicators are (%s, %s)",
                 in->rows->file, in->spec->time, in->spec->time, in->spec->unit);
}

/* A damaged text fails here, on whichever rank meets it. */
static sw_status read_labels(sw_error *err, reading *in) {
  SW_NEW(err, in->arena, in->unit_number, in->hi - in->lo);
  SW_TRY(sw_netcdf_texts(err, &in->file, &in->unit, in->lo, in->hi, number_unit, in));
  return read_periods(err, in);
}

/* ---- indicators -------------------------------------------------------------------------- */

/* The indicators that the study needs and this file has. The width of the rows must be known before
 * there are rows. In the order of the plan, which is that of the cells. */
static sw_status find_indicators(sw_error *err, reading *in) {
  int *column = NULL;
  SW_NEW(err, in->arena, column, in->plan->n_raw);
  for (int c = 0; c < in->plan->n_raw; c++) {
    in->rows->has_column[c] = sw_netcdf_has(&in->file, in->plan->raw[c].name);
    if (in->rows->has_column[c]) column[in->rows->width++] = c;
  }
  in->rows->column = column;
  return SW_OK;
}

/* What the numbers mean, and which way round they lie. The order of the axes is told by their names
 * or, without these, by their lengths (store/netcdf). */
static sw_status look_at(sw_error *err, const reading *in, indicator *of) {
  sw_netcdf_variable *variable = &of->variable;
  bool time_first = true;
  hsize_t size[2];
  SW_TRY(sw_netcdf_rules_of(err, &in->file, variable->dataset, variable->name,
                            in->spec->n_missing_numbers, in->spec->missing_number,
                            &variable->rules));
  variable->dims = sw_netcdf_shape(variable->dataset, size);
  SW_TRY(sw_netcdf_order(err, &in->file, variable, &in->time, &in->unit, &time_first));
  of->unit_axis = variable->dims == 2 && time_first;
  return SW_OK;
}

/* The dataset is the caller's to close. */
static sw_status open_indicator(sw_error *err, const reading *in, int k, indicator *of) {
  *of = (indicator){.in = in, .k = k};
  of->variable.name = in->plan->raw[in->rows->column[k]].name;
  of->variable.dataset = H5Dopen2(in->file.id, of->variable.name, H5P_DEFAULT);
  if (of->variable.dataset < 0) return sw_netcdf_broken(err, &in->file, -1, of->variable.name);
  return SW_OK;
}

/* ---- what may crash the library ---------------------------------------------------------- */

/* Runs in the child. Only whether it ends matters; what is wrong the parent will find for itself,
 * and say. */
static void look_to_try(void *self) {
  reading *in = self;
  sw_error unsaid = {0};
  indicator of;
  (void)read_labels(&unsaid, in);
  for (int k = 0; k < in->rows->width; k++)
    if (!open_indicator(&unsaid, in, k, &of)) (void)look_at(&unsaid, in, &of);
}

/* Texts of varying length alone are risky; asking does not read them. */
static bool is_risky(const reading *in) {
  bool risky = sw_netcdf_is_risky(in->unit.dataset) || sw_netcdf_is_risky(in->time.dataset);
  sw_error unsaid = {0};
  for (int k = 0; k < in->rows->width && !risky; k++) {
    indicator of;
    if (open_indicator(&unsaid, in, k, &of)) continue;
    risky = sw_netcdf_is_risky(of.variable.dataset);
    H5Dclose(of.variable.dataset);
  }
  return risky;
}

/* HDF5 1.10 follows the links of damaged texts of varying length wherever they lead: it crashes, or
 * runs in a circle. With texts of fixed length it was never seen to, so they are not tried. Only a
 * process alone tries: memory that a network card knows of does not bear a fork everywhere. On
 * several ranks such a file may still end the run without a message of ours.
 *
 * No child (no process left, SIGCHLD ignored) is no reason to refuse the file. */
static sw_status try_in_child(sw_error *err, reading *in) {
  if (in->team->size > 1 || !is_risky(in)) return SW_OK;
  hsize_t seconds = 20 + (in->unit.n + in->time.n) / 5000; /* ten times what it takes */
  pid_t child = sw_child_start(look_to_try, in, (unsigned)seconds);
  sw_child_end end = child < 0 ? SW_CHILD_UNKNOWN : sw_child_wait(child);
  if (end == SW_CHILD_ENDED || end == SW_CHILD_UNKNOWN) return SW_OK; /* the trial is optional */
  return sw_fail(
      err, SW_EINPUT, "%s: is damaged: HDF5 %s reading the texts of %s%s%s; write it again",
      in->rows->file, end == SW_CHILD_ENDLESS ? "does not finish" : "crashes", in->spec->unit,
      in->spec->time ? " or " : "", in->spec->time ? in->spec->time : "");
}

/* ---- values ------------------------------------------------------------------------------ */

/* Into the rows, which stand unit by unit, period by period in each, as make_rows laid them. Walks
 * the values in their order and works out the row of each: i from the unit axis, t from the other.
 * Infinities are refused, as in a CSV. */
static sw_status place_values(sw_error *err, void *self, const double *value,
                              const hsize_t start[2], const hsize_t count[2]) {
  const indicator *of = self;
  const reading *in = of->in;
  double *row = in->rows->block->value + of->k;
  hsize_t width = (hsize_t)in->rows->width, at[2];
  for (at[0] = start[0]; at[0] < start[0] + count[0]; at[0]++)
    for (at[1] = start[1]; at[1] < start[1] + count[1]; at[1]++, value++) {
      hsize_t i = at[of->unit_axis] - in->lo, t = at[!of->unit_axis];
      if (isinf(*value))
        return sw_fail(err, SW_EINPUT,
                       "%s: %s: unit %s, period %s is infinite; expected a finite number or NaN",
                       in->rows->file, of->variable.name, in->rows->units.text[in->unit_number[i]],
                       in->rows->periods.text[in->period_number[t]]);
      row[(i * in->time.n + t) * width] = *value;
    }
  return SW_OK;
}

/* One dataset to the k-th value of all rows. All of it is read, also of units that are not in the
 * panel, as codes are held against the units file only later. Memory: a piece of the dataset at a
 * time (store/netcdf), straight into the rows. */
static sw_status read_indicator(sw_error *err, const reading *in, int k) {
  indicator of;
  hsize_t lo[2] = {0, 0}, hi[2] = {1, 1};
  SW_TRY(open_indicator(err, in, k, &of));
  sw_status status = look_at(err, in, &of);
  if (!status) {
    lo[of.unit_axis] = in->lo;
    hi[of.unit_axis] = in->hi;
    hi[!of.unit_axis] = in->time.n;
    status = sw_netcdf_read(err, &in->file, &of.variable, lo, hi, place_values, &of);
  }
  H5Dclose(of.variable.dataset);
  return status;
}

/* One block with a row for each unit of the range and each period, row i * n_periods + t, values
 * not yet filled in. The "line" of a row is the place of its unit in the file, from 1: it is what
 * messages say, and what tells two units of one code apart. SW_ENOMEM where the numbers of rows
 * would not fit 64 bits. */
static sw_status make_rows(sw_error *err, reading *in) {
  hsize_t n = in->hi - in->lo;
  int64_t rows = 0;
  if (__builtin_mul_overflow(n, in->time.n, &rows))
    return sw_fail(err, SW_ENOMEM, "%s: out of memory", in->rows->file);
  SW_TRY(sw_panel_rows_extend(err, in->rows, 1));
  sw_panel_block *block = in->rows->block;
  SW_TRY(sw_panel_block_make(err, in->rows, rows, block));
  for (hsize_t i = 0; i < n; i++)
    for (hsize_t t = 0; t < in->time.n; t++)
      SW_TRY(sw_panel_block_add(err, block, in->unit_number[i], in->period_number[t], (int64_t)i));
  block->first_line = (int64_t)in->lo + 1;
  in->rows->read = block->n;
  /* Counts are of rows, and a unit was counted once, when its code was read. */
  for (hsize_t i = 0; i < n; i++)
    in->rows->units.count[in->unit_number[i]] += (int64_t)in->time.n - 1;
  return SW_OK;
}

/* Indicator by indicator: each is one dataset. */
static sw_status read_values(sw_error *err, reading *in) {
  SW_TRY(make_rows(err, in));
  for (int k = 0; k < in->rows->width; k++)
    SW_TRY(read_indicator(err, in, k));
  return SW_OK;
}

/* ---- the file ---------------------------------------------------------------------------- */

/* Order: what the file has, a trial in a child where it may be damaged, labels, values. */
static sw_status read_file(sw_error *err, reading *in) {
  if (in->spec->layout != SW_LAYOUT_LONG)
    return sw_fail(err, SW_EINPUT,
                   "%s: this layout is for .csv; the datasets of %s are (%s, %s) already",
                   place_of(in, "layout"), in->rows->file, "time", "unit");
  SW_TRY(sw_netcdf_open(err, &in->file));
  in->rows->name = in->file.link;
  in->rows->n_names = in->file.n_names;
  SW_TRY(open_axes(err, in));
  SW_TRY(find_indicators(err, in));
  SW_TRY(try_in_child(err, in));
  SW_TRY(read_labels(err, in));
  return read_values(err, in);
}

/* Collective by its one agreement at the end: nothing before it talks, so each rank may stop where
 * it fails. A rank's lo is its order: the error of the first unit in the file is told. */
sw_status sw_panel_h5_read(sw_error *err, sw_team *team, sw_arena *arena, const sw_panel_spec *spec,
                           const sw_panel_plan *plan, sw_panel_rows *rows) {
  reading in = {.team = team,
                .arena = arena,
                .spec = spec,
                .plan = plan,
                .rows = rows,
                .file = {.name = rows->file, .path = rows->path, .arena = arena, .id = -1},
                .unit = {.dataset = -1},
                .time = {.dataset = -1, .n = 1}};
  sw_status status = read_file(err, &in);
  if (in.time.dataset >= 0) H5Dclose(in.time.dataset);
  if (in.unit.dataset >= 0) H5Dclose(in.unit.dataset);
  sw_netcdf_close(&in.file);
  return sw_team_agree(team, err, status, (int64_t)in.lo);
}
