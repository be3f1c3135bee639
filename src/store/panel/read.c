/* The walk of a panel, from the study's names to const columns: sw_panel_read, of the engine's
 * ports. Each step is a file (build.h). Between steps all ranks have the same status, so any of
 * them may end the walk; what was allocated hangs on sw_panel_build at every moment, and `clean`
 * frees it from wherever the walk ended.
 *
 * What the walk leaves is the panel: units, periods and columns, which nobody changes
 * afterwards. */
#include "store/panel/build.h"

#include "base/log.h"
#include "base/text.h"
#include "panel/time.h"
#include "panel/treat.h"
#include "store/text/file.h"

#include <stdlib.h>
#include <string.h>

/* ---- words ------------------------------------------------------------------------------- */

/* A word or an ending of one, of one thing or of several. */
static const char *one(int64_t n, const char *singular, const char *plural) {
  return n == 1 ? singular : plural;
}

/* ---- files ------------------------------------------------------------------------------- */

/* The ending of the name says what a file is; sw_study_parse let no other through. Rows of all
 * files are held until all are read, as the units and periods of all must be known before a cell
 * can be. */
static sw_status read_file(sw_error *err, sw_panel_build *build, int f) {
  const sw_panel_spec *spec = build->spec;
  sw_panel_rows *rows = &build->rows[f];
  /* Room is agreed on before the readers, which begin with a collective call. */
  sw_status status = sw_panel_rows_create(err, build->arena, spec->file[f], spec->path[f],
                                          build->plan.n_raw, rows);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  bool h5 = sw_ends_with(spec->path[f], ".h5") || sw_ends_with(spec->path[f], ".nc");
  return (h5 ? sw_panel_h5_read : sw_panel_csv_read)(err, build->team, build->arena, spec,
                                                     &build->plan, rows);
}

/* The nearest name that any file offers, or NULL. Optional: without memory the message goes out
 * without a suggestion. */
static const char *nearest_name(const sw_panel_build *build, const char *name) {
  int n = 0;
  const char **all = NULL;
  sw_error none = {0};
  for (int f = 0; f < build->spec->n_files; f++)
    n += build->rows[f].n_names;
  if (sw_arena_alloc(&none, build->arena, (size_t)n, sizeof *all, (void **)&all)) return NULL;
  n = 0;
  for (int f = 0; f < build->spec->n_files; f++)
    for (int k = 0; k < build->rows[f].n_names; k++)
      all[n++] = build->rows[f].name[k];
  return sw_nearest(name, all, n);
}

/* Every column the study needs must be in some file. Told with the place of the study that asks for
 * it first. */
static sw_status refuse_unknown(sw_error *err, const sw_panel_build *build) {
  for (int c = 0; c < build->plan.n_raw; c++) {
    bool found = false;
    for (int f = 0; f < build->spec->n_files; f++)
      found |= build->rows[f].has_column[c];
    if (found) continue;
    const sw_wanted *wanted = &build->plan.raw[c];
    char hint[SW_HINT_ROOM];
    sw_did_you_mean(wanted->name, nearest_name(build, wanted->name), hint);
    /* In wide files indicators are no columns: the message says what was looked for. */
    bool codes = build->spec->layout != SW_LAYOUT_LONG;
    return sw_fail(err, SW_EINPUT, "%s: %s%s no %s '%s'%s", wanted->where, build->spec->file[0],
                   build->spec->n_files > 1 ? " and the other files have" : " has",
                   codes ? "indicator" : "column", wanted->name, hint);
  }
  return SW_OK;
}

/* A rate that is called by another name would be added up. */
static sw_status refuse_unknown_means(sw_error *err, const sw_panel_build *build) {
  const sw_crosswalk_spec *spec = &build->spec->crosswalk;
  for (int m = 0; m < spec->n_means; m++) {
    bool found = sw_panel_plan_raw(&build->plan, spec->mean[m].name) >= 0;
    for (int f = 0; f < build->spec->n_files && !found; f++)
      for (int k = 0; k < build->rows[f].n_names && !found; k++)
        found = !strcmp(build->rows[f].name[k], spec->mean[m].name);
    char hint[SW_HINT_ROOM];
    sw_did_you_mean(spec->mean[m].name, nearest_name(build, spec->mean[m].name), hint);
    if (!found)
      return sw_node_fail(err, sw_node_get(spec->node, "mean"),
                          "crosswalk: mean: the panel has no column '%s'%s", spec->mean[m].name,
                          hint);
  }
  return SW_OK;
}

/* Long by a column: whether any file has a label, and the total is one of them. The same on every
 * rank. */
static sw_status refuse_labels(sw_error *err, const sw_panel_build *build) {
  const sw_panel_spec *spec = build->spec;
  const sw_node *by = sw_node_get(sw_node_get(spec->node, "layout"), "long");
  const char **all = NULL;
  int64_t n = 0;
  if (spec->layout != SW_LAYOUT_LONG_BY) return SW_OK;
  for (int f = 0; f < spec->n_files; f++)
    n += build->rows[f].n_labels;
  if (n == 0)
    return sw_node_fail(err, sw_node_get(by, "by"), "by: no file of the panel has a column '%s'",
                        spec->by);
  SW_NEW(err, build->arena, all, n);
  n = 0;
  for (int f = 0; f < spec->n_files; f++)
    for (int64_t l = 0; l < build->rows[f].n_labels; l++) {
      all[n++] = build->rows[f].all_labels[l];
      if (spec->total && !strcmp(spec->total, all[n - 1])) return SW_OK;
    }
  if (!spec->total) return SW_OK;
  char hint[SW_HINT_ROOM];
  return sw_node_fail(err, sw_node_get(by, "total"), "total: no row has the %s '%s'%s", spec->by,
                      spec->total,
                      sw_did_you_mean(spec->total, sw_nearest(spec->total, all, (int)n), hint));
}

/* Warnings here are of whole files, summed over ranks: one warning per rank would be a thousand
 * lines. Collective. Files are read one after the other, each by all ranks. */
static sw_status read_files(sw_error *err, sw_panel_build *build) {
  for (int f = 0; f < build->spec->n_files; f++)
    SW_TRY(read_file(err, build, f));
  SW_TRY(sw_team_agree(build->team, err, refuse_labels(err, build), 0));
  SW_TRY(sw_team_agree(build->team, err, refuse_unknown(err, build), 0));
  SW_TRY(sw_team_agree(build->team, err, refuse_unknown_means(err, build), 0));
  /* Lines with data, lines equal to a note, lines of empty cells: of all files, then of all
   * ranks. */
  int64_t counts[3] = {0, 0, 0};
  for (int f = 0; f < build->spec->n_files; f++) {
    counts[0] += build->rows[f].read;
    counts[1] += build->rows[f].notes;
    counts[2] += build->rows[f].hollow;
  }
  SW_TRY(build->team->sum_i64(build->team, err, counts, 3));
  build->panel->rows_read = counts[0];
  if (counts[1])
    sw_log(SW_LOG_WARN, "panel: %lld line%s equal to lines of the footer %s skipped",
           (long long)counts[1], one(counts[1], "", "s"), one(counts[1], "is", "are"));
  if (counts[2])
    sw_log(SW_LOG_WARN, "panel: %lld row%s of empty cells %s skipped", (long long)counts[2],
           one(counts[2], "", "s"), one(counts[2], "is", "are"));
  return SW_OK;
}

/* ---- what was read, in words ------------------------------------------------------------- */

static void say_recoded(const sw_panel_build *build) {
  const sw_panel_recoding *recoding = build->recoding;
  char text[SW_RECODE_ROOM];
  sw_log(SW_LOG_INFO, "panel: crosswalk: %lld code%s of the panel %s others",
         (long long)recoding->changed, one(recoding->changed, "", "s"),
         one(recoding->changed, "becomes", "become"));
  if (recoding->fresh)
    sw_log(SW_LOG_INFO,
           "panel: crosswalk: %lld unit%s no value before a change into %s, and %s as new with it",
           (long long)recoding->fresh, one(recoding->fresh, " has", "s have"),
           one(recoding->fresh, "it", "them"), one(recoding->fresh, "counts", "count"));
  if (recoding->lacking)
    sw_log(SW_LOG_WARN, "panel: crosswalk: %s", sw_panel_say_lacking(build, text));
}

/* Every figure is over all ranks; the logger lets rank 0 alone speak. */
static void say(const sw_panel_build *build) {
  const sw_panel *panel = build->panel;
  const sw_periods *periods = &panel->periods;
  long long cells = (long long)panel->units.n * periods->n;
  char time[SW_TIME_ROOM];
  sw_log(SW_LOG_INFO, "panel: %lld rows, %lld units, %s", (long long)panel->rows_read,
         (long long)panel->units.n, sw_time_say(periods, time));
  if (build->recoding) say_recoded(build);
  for (int c = 0; c < panel->n_columns; c++)
    if (panel->column[c].missing)
      sw_log(SW_LOG_INFO, "panel: %s: %lld of %lld cells %s missing", panel->column[c].name,
             (long long)panel->column[c].missing, cells,
             one(panel->column[c].missing, "is", "are"));
  if (panel->filled)
    sw_log(SW_LOG_INFO, "panel: %lld missing cell%s %s filled by `missing: %s`",
           (long long)panel->filled, one(panel->filled, "", "s"), one(panel->filled, "was", "were"),
           build->spec->missing == SW_MISSING_ZERO ? "zero" : "interpolate");
  char text[SW_UNFILLED_ROOM];
  if (panel->n_unfilled) sw_log(SW_LOG_WARN, "panel: %s", sw_treat_say_unfilled(panel, text));
  if (panel->members_dropped)
    sw_log(SW_LOG_WARN, "panel: aggregate: members with missing cells, left out of all sums: %lld",
           (long long)panel->members_dropped);
  if (panel->partial_sums)
    sw_log(SW_LOG_WARN, "panel: aggregate: %s", sw_treat_say_partial(panel, text));
  if (panel->log_of_nonpositive)
    sw_log(SW_LOG_WARN, "panel: %lld derived %s missing: logarithms of zero or less",
           (long long)panel->log_of_nonpositive,
           one(panel->log_of_nonpositive, "cell is", "cells are"));
  if (panel->units_without_data)
    sw_log(SW_LOG_WARN, "panel: %lld %s no data in any indicator the study reads",
           (long long)panel->units_without_data,
           one(panel->units_without_data, "unit has", "units have"));
  if (panel->units_dropped)
    sw_log(SW_LOG_INFO, "panel: %lld %s dropped", (long long)panel->units_dropped,
           one(panel->units_dropped, "unit was", "units were"));
}

/* ---- the walk ---------------------------------------------------------------------------- */

/* The order matters. Units before rows: `where` decides what a code is worth. All files before the
 * universe, which is of all their codes; units before periods, as only theirs count; both before
 * any row is sent, as the cells are made of them. */
static sw_status walk(sw_error *err, sw_panel_build *build) {
  const sw_study *study = build->study;
  sw_status status = sw_panel_plan_make(err, build->arena, study, &build->plan);
  if (!status)
    status = sw_arena_alloc(err, build->arena, (size_t)build->spec->n_files, sizeof *build->rows,
                            (void **)&build->rows);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  if (study->units.given)
    SW_TRY(sw_units_file_read(err, build->team, build->arena, &study->units,
                              build->spec->aggregate_by, sw_panel_place(build, "aggregate"),
                              &build->units_file));
  /* From here on each step agrees for itself. */
  SW_TRY(read_files(err, build));
  SW_TRY(sw_panel_universe(err, build));
  SW_TRY(sw_panel_periods(err, build));
  if (build->recoding) SW_TRY(sw_panel_recode_units(err, build));
  bool is_file_order = false;
  SW_TRY(sw_panel_file_order(err, build, &is_file_order));
  SW_TRY(sw_panel_send(err, build));
  if (build->recoding) SW_TRY(sw_panel_recode(err, build));
  SW_TRY(sw_panel_treat(err, build));
  build->panel->units.is_file_order = is_file_order;
  say(build);
  return SW_OK;
}

/* What the walk needed besides the arena; safe at any point of it, also after columns have taken
 * their cells. Readers, rows, dictionaries and units' tables are given back before anything is
 * computed. */
static void clean(sw_panel_build *build) {
  for (int c = 0; c < build->n_cells; c++)
    sw_panel_cells_free(&build->cells[c]);
  for (int f = 0; build->rows && f < build->spec->n_files; f++)
    sw_panel_rows_destroy(&build->rows[f]);
  sw_units_file_destroy(&build->units_file);
  sw_map_destroy(build->period_of);
}

/* ---- labels alone ------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of all files, each once, but for the total. */
static sw_status join_labels(sw_error *err, const sw_panel_build *build, int *n,
                             const char *const **label) {
  const char **all = NULL;
  int64_t count = 0, kept = 0;
  for (int f = 0; f < build->spec->n_files; f++)
    count += build->rows[f].n_labels;
  SW_NEW(err, build->arena, all, count);
  count = 0;
  for (int f = 0; f < build->spec->n_files; f++)
    for (int64_t l = 0; l < build->rows[f].n_labels; l++)
      all[count++] = build->rows[f].all_labels[l];
  if (count) qsort(all, (size_t)count, sizeof *all, by_text);
  for (int64_t i = 0; i < count; i++)
    if (!(build->spec->total && !strcmp(all[i], build->spec->total)) &&
        (!kept || strcmp(all[i], all[kept - 1]) != 0))
      all[kept++] = all[i];
  *n = (int)kept;
  *label = all;
  return SW_OK;
}

static sw_status walk_labels(sw_error *err, sw_panel_build *build, int *n,
                             const char *const **label) {
  for (int f = 0; f < build->spec->n_files; f++)
    SW_TRY(read_file(err, build, f));
  SW_TRY(refuse_labels(err, build));
  return join_labels(err, build, n, label);
}

/* By a plan that asks for nothing. What the labels become is not known yet: the same files are read
 * once more, by a study that names what they are called. */
sw_status sw_panel_labels(sw_error *err, sw_team *team, const sw_study *study, sw_arena *arena,
                          int *n, const char *const **label) {
  sw_panel_build build = {.team = team, .study = study, .spec = &study->panel, .arena = arena};
  sw_status status = sw_arena_alloc(err, arena, (size_t)build.spec->n_files, sizeof *build.rows,
                                    (void **)&build.rows);
  SW_TRY(sw_team_agree(team, err, status, 0));
  status = walk_labels(err, &build, n, label);
  clean(&build);
  return sw_team_agree(team, err, status, 0);
}

/* ---- the panel --------------------------------------------------------------------------- */

/* *panel is NULL where it fails. The panel's columns are freed by sw_panel_destroy, all else with
 * the arena. Collective. */
sw_status sw_panel_read(sw_error *err, sw_team *team, const sw_study *study, sw_arena *arena,
                        sw_panel **panel) {
  sw_panel_build build = {.team = team, .study = study, .spec = &study->panel, .arena = arena};
  *panel = NULL;
  sw_status status = sw_arena_alloc(err, arena, 1, sizeof *build.panel, (void **)&build.panel);
  SW_TRY(sw_team_agree(team, err, status, 0));
  status = walk(err, &build);
  clean(&build);
  if (status)
    sw_panel_destroy(build.panel);
  else
    *panel = build.panel;
  return status;
}

/* The rest lives in the arena. Not collective; NULL is allowed. */
void sw_panel_destroy(sw_panel *panel) {
  if (!panel) return;
  for (int c = 0; c < panel->n_columns; c++)
    if (panel->column[c].row) sw_free(panel->column[c].row[0]);
  sw_free(panel->coverage);
  panel->coverage = NULL;
  panel->n_columns = 0;
}
