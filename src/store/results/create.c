/* Laying out the results file from its schema: rank 0, alone, with the serial driver, as MPI-IO
 * cannot write variable-length text. Called for OUT.h5.partial, for the file that resume.c lays out
 * beside it, and for the compressed copy (deflate.c): always the same run gives the same layout.
 *
 * Invariants: after this every group, axis, dataset and attribute is there, at its final size; what
 * comes later writes numbers into places that exist, so a kill at any moment leaves a readable file
 * whose `state` is incomplete. Objects are made in the order of the study, and nothing depends on
 * the clock or on ranks: two runs lay out equal files.
 *
 * The layout is the whole of the file but its numbers; a resumed run makes it again and compares
 * (resume.c). Cost: O(variables + axes) small writes, before any pair is computed. */
#include "store/results/private.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "measure/show.h"
#include "plan/run/describe.h"
#include "spillway/version.h"
#include "store/h5/version.h"
#include "store/root/root.h"

/* One file while it is laid out. Errors leave handles open: closing the file closes them. */
typedef struct layout {
  sw_error *err;
  sw_results *results;
  const sw_run *run;
  const char *path; /* where it is laid out: need not be results->partial */
  sw_h5_room room;
  hid_t file;
} layout;

/* SW_EIO with HDF5's reason when `code`, whatever HDF5 returned, is negative. `what` completes the
 * sentence "cannot ...". */
static sw_status done(layout *l, int64_t code, const char *what) {
  return code >= 0 ? SW_OK : sw_h5_fail(l->err, l->path, what);
}

/* `text` NULL: its maker had no memory. Attributes of text have the length of the text; those that
 * are replaced later get room (sw_h5_put_text). */
static sw_status put_text(layout *l, hid_t object, const char *name, const char *text) {
  if (!text) return sw_fail(l->err, SW_ENOMEM, "out of memory for the attribute %s", name);
  return done(l, sw_h5_put_text(object, name, text, 0), "write an attribute");
}

/* 64 bits. */
static sw_status put_integer(layout *l, hid_t object, const char *name, int64_t value) {
  return done(l, sw_h5_put_integer(object, name, value), "write an attribute");
}

/* ---- the root --------------------------------------------------------------------------- */

/* Said only with `aggregate`, as otherwise there are no members. */
static sw_status put_member_missing(layout *l) {
  const sw_panel_spec *spec = &l->run->study->panel;
  bool at_least = spec->member_missing == SW_MEMBERS_AT_LEAST;
  const char *text =
      at_least ? sw_arena_printf(l->results->arena, "at_least %.17g", spec->at_least)
               : sw_arena_text(l->results->arena,
                               spec->member_missing == SW_MEMBERS_SKIP ? "skip" : "refuse");
  return put_text(l, l->file, SW_ATTR_AGGREGATE_MISSING, text);
}

/* All that is needed to make the file again, and to know what was done to the data: `verify` and
 * `check --since` read `study`, `inputs`, `version` and `build`. Except `state`, nothing here
 * changes later. `state` has room, so that it is replaced in place. Notes are those of the panel
 * and the weights. The precision is the study's; of an entry it stands in its parameters. */
static sw_status put_root_attributes(layout *l) {
  static const char *const missing[] = {"error", "keep", "drop-units", "interpolate", "zero"};
  const sw_study *study = l->run->study;
  const sw_panel *panel = l->run->panel;
  SW_TRY(put_text(l, l->file, SW_ATTR_TITLE,
                  study->title.in[SW_PLAIN] ? study->title.in[SW_PLAIN] : study->name));
  SW_TRY(done(l, sw_h5_put_text(l->file, SW_ATTR_STATE, SW_STATE_INCOMPLETE, SW_STATE_ROOM),
              "write state"));
  SW_TRY(put_text(l, l->file, SW_ATTR_VERSION, SW_VERSION));
  SW_TRY(put_text(l, l->file, SW_ATTR_BUILD, sw_run_build(l->results->arena, sw_h5_version())));
  /* The study byte for byte: `verify` parses it again. */
  SW_TRY(put_text(l, l->file, SW_ATTR_STUDY, study->text));
  SW_TRY(put_text(l, l->file, SW_ATTR_INPUTS, l->results->inputs));
  SW_TRY(put_integer(l, l->file, SW_ATTR_SEED, (int64_t)study->seed));
  SW_TRY(put_integer(l, l->file, SW_ATTR_TILE_SIDE, study->tile));
  SW_TRY(put_text(l, l->file, SW_ATTR_PRECISION, study->float64 ? "float64" : "float32"));
  if (study->n_weights > 0)
    SW_TRY(
        put_text(l, l->file, SW_ATTR_WEIGHTS, sw_results_text_weights(l->results->arena, study)));
  SW_TRY(put_text(l, l->file, SW_ATTR_UNMATCHED, study->units.drop_unmatched ? "drop" : "error"));
  SW_TRY(put_text(l, l->file, SW_ATTR_MISSING, missing[study->panel.missing]));
  if (study->panel.aggregate_by) SW_TRY(put_member_missing(l));
  SW_TRY(put_text(l, l->file, SW_ATTR_MISSING_CELLS,
                  sw_results_text_missing(l->results->arena, panel)));
  SW_TRY(done(l, sw_results_put_notes(l->results, l->file), "write an attribute"));
  SW_TRY(put_integer(l, l->file, SW_ATTR_CELLS_FILLED, panel->filled));
  SW_TRY(put_integer(l, l->file, SW_ATTR_LOGARITHMS_UNDEFINED, panel->log_of_nonpositive));
  SW_TRY(put_integer(l, l->file, SW_ATTR_UNITS_WITHOUT_DATA, panel->units_without_data));
  SW_TRY(put_integer(l, l->file, SW_ATTR_UNITS_DROPPED, panel->units_dropped));
  return put_integer(l, l->file, SW_ATTR_ROWS_OF_UNKNOWN_UNITS, panel->rows_unknown_unit);
}

/* Makes `dataset` the values of the axis of that name, and closes it. An invalid dataset is a
 * failure of the call that should have made it. The dataset becomes a dimension scale, by which
 * netCDF and xarray know it as a coordinate. */
static sw_status make_scale(layout *l, hid_t dataset, const char *name) {
  if (dataset < 0) return done(l, -1, "write an axis");
  herr_t code = H5DSset_scale(dataset, name);
  if (H5Dclose(dataset) < 0) code = -1;
  return done(l, code, "write an axis");
}

/* Axis `place` of the dataset is the scale `axis` of the group. Scales are attached by name within
 * the group: coordinates are looked for there. */
static sw_status attach(layout *l, hid_t group, hid_t dataset, const char *axis, int place) {
  hid_t scale = H5Dopen2(group, axis, H5P_DEFAULT);
  herr_t code = scale < 0 ? -1 : H5DSattach_scale(dataset, scale, (unsigned)place);
  if (scale >= 0) H5Dclose(scale);
  return done(l, code, "attach an axis");
}

/* The codes of the units, twice: in a matrix of units by units each axis needs a dimension of its
 * own name. Memory: a pointer for each unit. Both datasets have the same codes. */
static sw_status put_units(layout *l) {
  const sw_units *units = &l->run->panel->units;
  const char **code = calloc((size_t)units->n + 1, sizeof *code);
  if (!code) return sw_fail(l->err, SW_ENOMEM, "out of memory for the codes of the units");
  for (int64_t i = 0; i < units->n; i++)
    code[i] = sw_unit_code(units, i);
  hsize_t n = (hsize_t)units->n;
  sw_status status = SW_OK;
  for (sw_root_part part = SW_ROOT_UNIT; part <= SW_ROOT_UNIT_TO && status == SW_OK; part++) {
    const sw_layout_text *axis = sw_layout_root(part);
    status = make_scale(l, sw_h5_labels(l->file, axis->name, axis->long_name, n, code), axis->name);
  }
  free(code);
  return status;
}

/* `time` itself: numbers, with which readers can compute; texts where their order is unknown. Days
 * are written with their unit and calendar, so that readers turn them into dates (CF
 * conventions). */
static sw_status put_time_axis(layout *l, hid_t group, hsize_t count, const int64_t *value,
                               const char *const *label) {
  const sw_periods *periods = &l->run->panel->periods;
  const sw_layout_text *axis = sw_layout_root(SW_ROOT_TIME);
  bool days = sw_periods_in_days(periods);
  hid_t dataset = periods->value
                      ? sw_h5_numbers(group, axis->name, axis->long_name,
                                      days ? SW_TEXT_DAYS : axis->units, SW_CELL_I64, count, value)
                      : sw_h5_labels(group, axis->name, axis->long_name, count, label);
  if (dataset >= 0 && days && sw_h5_put_text(dataset, SW_ATTR_CALENDAR, SW_TEXT_CALENDAR, 0) < 0) {
    H5Dclose(dataset);
    dataset = H5I_INVALID_HID;
  }
  return make_scale(l, dataset, axis->name);
}

/* What the panel writes, beside numbers that are others. Only where it differs from the number
 * (sw_results_has_time_label), e.g. "2001Q1". */
static sw_status put_time_label(layout *l, hid_t group, hsize_t count, const char *const *label) {
  const sw_layout_text *text = sw_layout_root(SW_ROOT_TIME_LABEL);
  hid_t dataset = sw_h5_labels(group, text->name, text->long_name, count, label);
  if (dataset < 0) return done(l, -1, "write the labels of periods");
  sw_status status = attach(l, group, dataset, SW_NAME_TIME, 0);
  herr_t code = H5Dclose(dataset);
  return status == SW_OK ? done(l, code, "write the labels of periods") : status;
}

/* The periods at `index` (all when NULL) as the axis `time` of a group. `index`: an entry's periods
 * among the panel's. */
static sw_status put_time(layout *l, hid_t group, int count, const int *index) {
  const sw_periods *periods = &l->run->panel->periods;
  int64_t *value = calloc((size_t)count + 1, sizeof *value);
  const char **label = calloc((size_t)count + 1, sizeof *label);
  for (int t = 0; value && label && t < count; t++) {
    int from = index ? index[t] : t;
    if (periods->value) value[t] = sw_periods_axis(periods, from);
    label[t] = periods->label[from];
  }
  sw_status status = value && label ? put_time_axis(l, group, (hsize_t)count, value, label)
                                    : sw_fail(l->err, SW_ENOMEM, "out of memory for the periods");
  if (status == SW_OK && sw_results_has_time_label(periods))
    status = put_time_label(l, group, (hsize_t)count, label);
  free(value);
  free(label);
  return status;
}

/* Attaches a variable over the units at the root, and closes it. Takes the dataset over: it is
 * closed also after a failure. */
static sw_status over_units(layout *l, hid_t dataset) {
  if (dataset < 0) return done(l, -1, "write the table of units");
  sw_status status = attach(l, l->file, dataset, SW_NAME_UNIT, 0);
  /* Closed in any case; of two failures the first is reported. */
  herr_t code = H5Dclose(dataset);
  return status == SW_OK ? done(l, code, "write the table of units") : status;
}

/* A label for each unit, as text: readers need no second table. */
static sw_status put_grouping(layout *l, const sw_grouping *grouping, hsize_t n) {
  const char **label = calloc((size_t)n + 1, sizeof *label);
  if (!label) return sw_fail(l->err, SW_ENOMEM, "out of memory for the groups of the units");
  for (hsize_t i = 0; i < n; i++)
    label[i] = grouping->label[grouping->of[i]];
  const char *name = sw_arena_printf(l->results->arena, SW_NAME_GROUP_PREFIX "%s", grouping->name);
  const char *say = sw_arena_printf(l->results->arena, "%s of the unit", grouping->name);
  sw_status status = name && say ? over_units(l, sw_h5_labels(l->file, name, say, n, label))
                                 : sw_fail(l->err, SW_ENOMEM, "out of memory for names");
  free(label);
  return status;
}

/* `value` NULL: the study has none. As the units file has them. */
static sw_status put_degrees(layout *l, sw_root_part part, const double *value) {
  const sw_layout_text *at = sw_layout_root(part);
  hsize_t n = (hsize_t)l->run->panel->units.n;
  if (!value) return SW_OK;
  return over_units(
      l, sw_h5_numbers(l->file, at->name, at->long_name, at->units, SW_CELL_F64, n, value));
}

/* What the sums of `aggregate` rest on. Period by unit by column, NaN where there is no sum. It is
 * the only data that is written while the file is laid out, besides positions of rows. */
static sw_status put_coverage(layout *l) {
  const sw_panel *panel = l->run->panel;
  const sw_layout_text *axis = sw_layout_root(SW_ROOT_SUMMED);
  const sw_layout_text *text = sw_layout_root(SW_ROOT_COVERAGE);
  static const char *const over[] = {SW_NAME_TIME, SW_NAME_UNIT, SW_NAME_SUMMED};
  const hsize_t extent[] = {(hsize_t)panel->periods.n, (hsize_t)panel->units.n,
                            (hsize_t)panel->n_summed};
  if (!panel->coverage || panel->n_summed == 0) return SW_OK;
  SW_TRY(make_scale(l, sw_h5_labels(l->file, axis->name, axis->long_name, extent[2], panel->summed),
                    axis->name));
  sw_h5_form form = {.name = text->name,
                     .long_name = text->long_name,
                     .units = text->units,
                     .cell = SW_CELL_F64,
                     .rank = 3,
                     .extent = extent,
                     .chunk = (const hsize_t[]){0, 0, 0}};
  hid_t dataset = sw_h5_dataset(l->file, &form, false);
  if (dataset < 0) return done(l, -1, "write the coverage of sums");
  sw_status status = SW_OK;
  for (int a = 0; a < 3 && status == SW_OK; a++)
    status = attach(l, l->file, dataset, over[a], a);
  herr_t code =
      H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, panel->coverage);
  if (H5Dclose(dataset) < 0) code = -1;
  return status == SW_OK ? done(l, code, "write the coverage of sums") : status;
}

/* Each is optional in a study. Order: places, groups, coverage; as all of the root, the same in
 * every file. */
static sw_status put_places(layout *l) {
  const sw_units *units = &l->run->panel->units;
  hsize_t n = (hsize_t)units->n;
  SW_TRY(put_degrees(l, SW_ROOT_LON, units->lon));
  SW_TRY(put_degrees(l, SW_ROOT_LAT, units->lat));
  for (int g = 0; g < units->n_groupings; g++)
    SW_TRY(put_grouping(l, &units->grouping[g], n));
  return put_coverage(l);
}

/* ---- groups ----------------------------------------------------------------------------- */

/* A dimension without coordinate, exactly as the netCDF-4 library writes one: a dimension scale of
 * that length, big-endian float without storage, told by this name with the length in ten places.
 * Without it netCDF would list a variable of nothing. */
static sw_status put_bare_scale(layout *l, hid_t group, const sw_scale *scale) {
  char name[80];
  snprintf(name, sizeof name, SW_H5_BARE "%10llu", (unsigned long long)scale->n);
  hid_t space = H5Screate_simple(1, &scale->n, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(creation, false);
  hid_t dataset =
      H5Dcreate2(group, scale->name, H5T_IEEE_F32BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  H5Pclose(creation);
  H5Sclose(space);
  return make_scale(l, dataset, name);
}

/* A scale that the group has for itself: labels, or numbers from `first` on, as int32. */
static sw_status put_scale(layout *l, hid_t group, const sw_scale *scale) {
  if (scale->bare) return put_bare_scale(l, group, scale);
  if (scale->label)
    return make_scale(l, sw_h5_labels(group, scale->name, scale->name, scale->n, scale->label),
                      scale->name);
  if (scale->number)
    return make_scale(l,
                      sw_h5_numbers(group, scale->name, scale->name, scale->units, SW_CELL_F64,
                                    scale->n, scale->number),
                      scale->name);
  int32_t *value = calloc((size_t)scale->n + 1, sizeof *value);
  if (!value) return sw_fail(l->err, SW_ENOMEM, "out of memory for the axis %s", scale->name);
  for (hsize_t i = 0; i < scale->n; i++)
    value[i] = scale->first + (int32_t)i;
  hid_t dataset = sw_h5_numbers(group, scale->name, scale->name, "1", SW_CELL_I32, scale->n, value);
  free(value);
  return make_scale(l, dataset, scale->name);
}

/* Written now, not at the end: the counting pass of `above` came before the file, so positions are
 * known, and they are part of the structure that a resumed run checks. The plan keeps the matrices
 * joined, the last edge of one being the first of the next; in the file each has its own n + 1.
 * Memory: one matrix's edges after the other, all of them once: (n + 1) * 8 bytes a matrix. */
static sw_status put_row_start(layout *l, int job, hid_t dataset) {
  const sw_pair_plan *plan = &l->run->pair[job];
  hsize_t n = (hsize_t)l->run->job[job].n, matrices = (hsize_t)plan->summary.n_periods;
  int64_t *edge = calloc((size_t)(matrices * (n + 1)), sizeof *edge);
  if (!edge) return sw_fail(l->err, SW_ENOMEM, "out of memory for " SW_NAME_ROW_START);
  for (hsize_t t = 0; t < matrices; t++)
    memcpy(edge + t * (n + 1), plan->row_start + t * n, (size_t)(n + 1) * sizeof *edge);
  herr_t code = H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, edge);
  free(edge);
  return done(l, code, "write " SW_NAME_ROW_START);
}

/* Names of classes in the words of the job, a line each. "" where the axis has no labels. NULL: no
 * memory. */
static const char *class_names(layout *l, const sw_job *job, const sw_output *output) {
  const sw_axis *axis = sw_job_find_axis(job, output->classes);
  const char *text = "";
  for (int k = 0; axis && axis->label && text && k < axis->n; k++)
    text = sw_arena_printf(l->results->arena, "%s%s%s", text, k > 0 ? "\n" : "", axis->label[k]);
  return text;
}

/* How it is looked at. Only what differs from what a reader would assume is written: a palette
 * where the view has one, a centre where it diverges. */
static sw_status put_look(layout *l, const sw_job *job, hid_t dataset, const sw_output *output) {
  sw_show show = sw_output_show(output);
  sw_palette palette = sw_output_palette(output);
  SW_TRY(put_text(l, dataset, SW_ATTR_SHOW, sw_show_name(show)));
  bool diverging = palette == SW_DIVERGING_0 || palette == SW_DIVERGING_1;
  if (diverging || sw_show_has_palette(show))
    SW_TRY(put_text(l, dataset, SW_ATTR_PALETTE, sw_palette_name(palette)));
  if (diverging) SW_TRY(put_integer(l, dataset, SW_ATTR_CENTRE, sw_palette_centre(palette)));
  if (output->log) SW_TRY(put_integer(l, dataset, SW_ATTR_LOGARITHMIC, 1));
  if (output->with[0])
    SW_TRY(put_text(l, dataset, SW_ATTR_SHOWN_WITH,
                    sw_arena_printf(l->results->arena, "%s%s%s", output->with[0],
                                    output->with[1] ? " " : "",
                                    output->with[1] ? output->with[1] : "")));
  if (!output->classes) return SW_OK;
  SW_TRY(put_text(l, dataset, SW_ATTR_CLASS_NAMES, class_names(l, job, output)));
  return put_integer(l, dataset, SW_ATTR_CLASS_FIRST, output->class_first);
}

/* Everything of a variable but its numbers. `undefined` is put now and set at the end. `undefined`
 * must be there before anything is written, since a kill between would leave a file without it. */
static sw_status put_variable(layout *l, const sw_group *at, hid_t group,
                              const sw_variable *variable) {
  sw_h5_form form = {.name = variable->name,
                     .long_name = variable->long_name,
                     .units = variable->units,
                     .cell = variable->cell,
                     .rank = variable->rank,
                     .extent = variable->extent,
                     .chunk = variable->chunk};
  hid_t dataset = sw_h5_dataset(group, &form, l->room);
  if (dataset < 0) {
    char what[256];
    snprintf(what, sizeof what, "create %s/%s", at->path, variable->name);
    return done(l, -1, what);
  }
  sw_status status = SW_OK;
  /* Scales are there: put_axes comes before the variables, and of these the coordinates. */
  if (variable->scale) status = done(l, H5DSset_scale(dataset, variable->name), "write an axis");
  for (int a = 0; a < variable->rank && !variable->scale && status == SW_OK; a++)
    status = attach(l, group, dataset, variable->axis[a], a);
  if (status == SW_OK && variable->counted) status = put_integer(l, dataset, SW_ATTR_UNDEFINED, 0);
  if (status == SW_OK && variable->output)
    status = put_look(l, &l->run->job[at->job], dataset, variable->output);
  if (status == SW_OK && variable->source == SW_FROM_ROW_START)
    status = put_row_start(l, at->job, dataset);
  herr_t code = H5Dclose(dataset);
  return status == SW_OK ? done(l, code, "write a dataset") : status;
}

/* The output that a summary shows: the measure's headline when it is on, else the first one by
 * unit, else the first by period, else, without pairs, the first table. NULL: none. An entry that
 * has nothing of the kind has no headline. */
static const char *headline(const sw_job *job, bool pairs) {
  static const sw_shape order[] = {SW_UNIT, SW_GLOBAL, SW_TABLE};
  const sw_output *output = job->measure->output;
  const char *found = NULL;
  for (int s = 0; !found && s < (pairs ? 2 : 3); s++)
    for (int q = 0; !found && output[q].name; q++)
      if (job->result[q].output->shape == order[s] && !output[q].of_pairs && !job->result[q].off)
        found = output[q].name;
  for (int q = 0; job->measure->headline && output[q].name; q++)
    if (output[q].shape != SW_PAIR && !job->result[q].off &&
        strcmp(output[q].name, job->measure->headline) == 0)
      return output[q].name;
  return found;
}

/* Why values are undefined is said of those that `finish` may speak of. Room is kept for a text of
 * known greatest length, as attributes of text cannot grow in place. */
static sw_status put_room_for_reasons(layout *l, const sw_job *job, hid_t group) {
  bool any = false;
  for (int q = 0; job->measure->output[q].name; q++)
    any |= job->result[q].output->shape != SW_PAIR && !job->measure->output[q].of_pairs &&
           !job->result[q].off;
  if (!any) return SW_OK;
  return done(l, sw_h5_put_text(group, SW_ATTR_UNDEFINED_IN, "", SW_REASONS_ROOM),
              "write an attribute");
}

/* `undefined` is filled in when all values are there, so it gets room. Attributes stand in one
 * order in every file. What is said by the measure (sw_results_put_said) has room, too. */
static sw_status put_group_attributes(layout *l, const sw_group *at, hid_t group) {
  const sw_job *job = &l->run->job[at->job];
  const sw_measure *measure = job->measure;
  SW_TRY(put_text(l, group, SW_ATTR_MEASURE, measure->name));
  SW_TRY(put_integer(l, group, SW_ATTR_MEASURE_VERSION, measure->version));
  SW_TRY(put_text(l, group, SW_H5_LONG_NAME, measure->title));
  SW_TRY(put_text(l, group, SW_ATTR_FORMULA, sw_job_formula(job)));
  SW_TRY(put_text(l, group, SW_ATTR_SOURCE, measure->source));
  SW_TRY(put_text(l, group, SW_ATTR_PARAMETERS,
                  sw_run_parameters(l->results->arena, l->run, at->job)));
  if (l->run->study->entry[at->job].is_pair)
    SW_TRY(put_text(l, group, SW_ATTR_ORIENTATION, "row: sender, column: receiver"));
  const char *weights =
      sw_results_text_weights_of(l->results->arena, l->run->study, &l->run->study->entry[at->job]);
  if (!weights || *weights) SW_TRY(put_text(l, group, SW_ATTR_WEIGHTS, weights));
  const char *shown = headline(job, l->run->study->entry[at->job].is_pair);
  if (shown) SW_TRY(put_text(l, group, SW_ATTR_HEADLINE, shown));
  SW_TRY(put_room_for_reasons(l, job, group));
  SW_TRY(done(l, sw_results_put_said(l->results, group, at->job), "write an attribute"));
  return done(l, sw_h5_put_text(group, SW_ATTR_UNDEFINED, "", SW_UNDEFINED_ROOM),
              "write an attribute");
}

/* Hard links to the axes of the root, as readers look for the coordinates of a variable in its
 * group alone; they cost no space. An entry of other periods than the panel has a `time` of its
 * own. */
static sw_status put_axes(layout *l, const sw_group *at, hid_t group) {
  static const char *const root[] = {SW_NAME_UNIT, SW_NAME_UNIT_TO, SW_NAME_TIME,
                                     SW_NAME_TIME_LABEL};
  const sw_job *job = &l->run->job[at->job];
  bool labelled = sw_results_has_time_label(&l->run->panel->periods);
  for (int i = 0; i < (at->own_time ? 2 : 3 + labelled); i++)
    SW_TRY(done(l, H5Lcreate_hard(l->file, root[i], group, root[i], H5P_DEFAULT, H5P_DEFAULT),
                "link an axis"));
  /* In the job's own order, which is that of its results. */
  if (at->own_time) SW_TRY(put_time(l, group, job->n_periods, job->period));
  for (int i = 0; i < at->n_scales; i++)
    SW_TRY(put_scale(l, group, &at->scale[i]));
  return SW_OK;
}

/* Coordinates before the variables that refer to them. */
static sw_status fill_group(layout *l, const sw_group *at, hid_t group) {
  SW_TRY(put_group_attributes(l, at, group));
  SW_TRY(put_axes(l, at, group));
  for (int scales = 1; scales >= 0; scales--)
    for (int v = at->first; v < at->first + at->count; v++)
      if (l->results->schema.variable[v].scale == (scales == 1))
        SW_TRY(put_variable(l, at, group, &l->results->schema.variable[v]));
  return SW_OK;
}

/* Groups that hold results and are none: /composites, and what lies between a result and the
 * matrices below it. HDF5 here makes no intermediate groups. A group is made once, though several
 * results may lie below it. */
static sw_status put_parents(layout *l, const char *path) {
  for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
    char *parent = sw_arena_textn(l->results->arena, path, (size_t)(end - path));
    if (!parent) return sw_fail(l->err, SW_ENOMEM, "out of memory for the names of results");
    if (H5Lexists(l->file, parent, H5P_DEFAULT) > 0) continue;
    hid_t group = sw_h5_group(l->file, parent);
    SW_TRY(done(l, group < 0 ? -1 : H5Gclose(group), parent));
  }
  return SW_OK;
}

/* In the order of the schema, which is that of the study. */
static sw_status put_groups(layout *l) {
  const sw_results_schema *schema = &l->results->schema;
  for (int g = 0; g < schema->n_groups; g++) {
    const sw_group *at = &schema->group[g];
    SW_TRY(put_parents(l, at->path));
    hid_t group = sw_h5_group(l->file, at->path);
    if (group < 0) return done(l, -1, at->path);
    sw_status status = fill_group(l, at, group);
    H5Gclose(group);
    SW_TRY(status);
  }
  return SW_OK;
}

/* What the results rest on. Indicators' missing cells and weights, as far as they are known now
 * (store/root). */
static sw_status put_rest(layout *l) {
  sw_root root = {.err = l->err,
                  .arena = l->results->arena,
                  .run = l->run,
                  .path = l->path,
                  .file = l->file,
                  .missing = l->results->missing,
                  .weights = sw_results_text_weights(l->results->arena, l->run->study)};
  return sw_root_put(&root);
}

/* Axes of the root come before groups, which link to them. */
static sw_status fill_file(layout *l) {
  SW_TRY(put_root_attributes(l));
  SW_TRY(put_units(l));
  SW_TRY(put_time(l, l->file, l->run->panel->periods.n, NULL));
  SW_TRY(put_places(l));
  SW_TRY(put_rest(l));
  return put_groups(l);
}

/* SW_LAY_SPARSE closes without reserving disk blocks for the numbers: the file beside is only there
 * for its structure to be copied, and the disk may not have room for two. `path` need not exist;
 * what stands there is replaced. After a failure the file is closed, and left to be removed or
 * overwritten by the caller. */
sw_status sw_results_lay_out(sw_error *err, sw_results *results, const char *path,
                             sw_laying laying) {
  layout l = {.err = err,
              .results = results,
              .run = results->run,
              .path = path,
              .room = laying == SW_LAY_DEFLATE ? SW_H5_DEFLATED : SW_H5_AT_ONCE};
  l.file = sw_h5_create(path);
  if (l.file < 0) return sw_h5_fail(err, path, "be created");
  sw_status status = fill_file(&l);
  if (status == SW_OK && laying == SW_LAY_SPARSE)
    return H5Fclose(l.file) < 0 ? sw_h5_fail(err, path, "be closed") : SW_OK;
  return sw_h5_close(err, status, l.file, path);
}

/* For `verify`: the structure without a disk. The caller closes *file. */
sw_status sw_results_lay_out_in_memory(sw_error *err, sw_results *results, hid_t *file) {
  layout l = {.err = err,
              .results = results,
              .run = results->run,
              .path = results->path,
              .room = SW_H5_WRITTEN};
  *file = l.file = sw_h5_create_in_memory();
  if (l.file < 0) return sw_h5_fail(err, results->path, "be laid out in memory");
  return fill_file(&l);
}
