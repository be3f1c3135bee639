/* Observed flows out of HDF5: datasets at the root that are as long as each other, with an element
 * for each flow: codes of the two units as text, the flow, and its period where the study names
 * one. In messages the number of an element, from 1, stands where text has its line.
 *
 * Memory: 28 bytes per flow while it reads, besides the links (flows.c).
 *
 * One thread of rank 0, as HDF5 wants; pieces are read one after the other (store/netcdf), so the
 * values are never in memory as a whole. Rooms of indices are the arena's. */
#include "store/links/flows.h"
#include "store/netcdf/netcdf.h"

#include "base/arena.h"
#include "base/child.h"
#include "measure/names.h"
#include "store/layout/layout.h"

#include <math.h>

typedef struct table {
  sw_flows_reading *r;
  sw_netcdf file;
  sw_netcdf_axis from, to, time; /* labels, of each flow one */
  sw_netcdf_variable value;
  hsize_t n;
  int64_t *from_unit, *to_unit; /* of the panel; -1: left out */
  int *matrix;                  /* NULL: the flows have no periods */
} table;

/* ---- datasets ---------------------------------------------------------------------------- */

/* Codes that are numbers in the file have lost their leading zeros, and would match other units:
 * text alone is accepted. */
static sw_status open_codes(sw_error *err, table *t, const char *key, const char *name,
                            sw_netcdf_axis *axis) {
  const char *where = sw_flows_place(t->r, key);
  if (!where) return sw_fail(err, SW_ENOMEM, "%s: out of memory", t->file.name);
  SW_TRY(sw_netcdf_open_axis(err, &t->file, where, name, axis));
  if (axis->text) return SW_OK;
  return sw_fail(
      err, SW_EINPUT,
      "%s: %s is not text; expected the codes of units as text, with their leading zeros",
      t->file.name, name);
}

/* Whether the dataset is there, and is numbers in two dimensions or more. Handles are closed on
 * every path. *dims is set only for a dataset that is there. */
static bool is_grid(const table *t, const char *name, int *dims) {
  hsize_t size[2] = {0, 0};
  hid_t dataset = sw_netcdf_has(&t->file, name) ? H5Dopen2(t->file.id, name, H5P_DEFAULT) : -1;
  if (dataset < 0) return false;
  hid_t type = H5Dget_type(dataset);
  bool text = H5Tget_class(type) == H5T_STRING;
  *dims = sw_netcdf_shape(dataset, size);
  H5Tclose(type);
  H5Dclose(dataset);
  return !text && *dims > 1;
}

/* What is in HDF5 but no list of flows: a matrix, as of unit and unit, and our own results. Said
 * before datasets are looked for, since the lack of a column would mislead. */
static sw_status refuse_others(sw_error *err, const table *t) {
  int dims = 0;
  if (is_grid(t, t->r->spec->value, &dims))
    return sw_fail(err, SW_EINPUT,
                   "%s: %s has %d dimensions, as a matrix or a grid has; expected a list: three "
                   "datasets of one length, which for each flow have the code of its sender, that "
                   "of its receiver and the flow",
                   t->file.name, t->r->spec->value, dims);
  if (H5Aexists(t->file.id, SW_ATTR_STUDY) > 0 && H5Aexists(t->file.id, SW_ATTR_BUILD) > 0)
    return sw_fail(
        err, SW_EINPUT,
        "%s: is a results file; expected a table of flows. Pairs of earlier results are "
        "taken as weights, {kind: result, of: NAME, file: %s}; as flows, write them as a "
        "table first",
        t->file.name, t->file.name);
  return SW_OK;
}

/* NaN and the study's missing numbers are found by the rules; both are refused later, with the
 * number of the element. */
static sw_status open_values(sw_error *err, table *t) {
  const char *name = t->r->spec->value, *where = sw_flows_place(t->r, "value");
  sw_netcdf_axis axis = {.dataset = -1}; /* for its message where there is no such dataset */
  hsize_t size[2] = {0, 0};
  t->value.name = name;
  if (!where) return sw_fail(err, SW_ENOMEM, "%s: out of memory", t->file.name);
  sw_status status = sw_netcdf_open_axis(err, &t->file, where, name, &axis);
  t->value.dataset = axis.dataset;
  SW_TRY(status);
  if (axis.text)
    return sw_fail(err, SW_EINPUT, "%s: %s is text; expected numbers of 0 or more", t->file.name,
                   name);
  t->value.dims = sw_netcdf_shape(t->value.dataset, size);
  return sw_netcdf_rules_of(err, &t->file, t->value.dataset, name,
                            t->r->study->panel.n_missing_numbers, t->r->study->panel.missing_number,
                            &t->value.rules);
}

/* Lengths are compared with that of the senders' codes, the first dataset that is read. */
static sw_status check_length(sw_error *err, const table *t, const char *name, hsize_t n) {
  if (n == t->n) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s has %llu elements and %s has %llu; expected one of each for each flow",
                 t->file.name, name, (unsigned long long)n, t->from.name, (unsigned long long)t->n);
}

/* Rooms are for n + 1, as there may be none. Every handle that was opened is in *t, for
 * close_table. */
static sw_status open_table(sw_error *err, table *t) {
  const sw_flow_spec *spec = t->r->spec;
  SW_TRY(sw_netcdf_open(err, &t->file));
  SW_TRY(refuse_others(err, t));
  SW_TRY(open_codes(err, t, "unit_from", spec->from, &t->from));
  SW_TRY(open_codes(err, t, SW_NAME_UNIT_TO, spec->to, &t->to));
  SW_TRY(open_values(err, t));
  t->n = t->from.n;
  SW_TRY(check_length(err, t, spec->to, t->to.n));
  SW_TRY(check_length(err, t, spec->value, sw_h5_length(t->value.dataset)));
  SW_NEW(err, t->r->arena, t->from_unit, t->n + 1);
  SW_NEW(err, t->r->arena, t->to_unit, t->n + 1);
  if (!spec->time) return SW_OK;
  const char *where = sw_flows_place(t->r, "time");
  if (!where) return sw_fail(err, SW_ENOMEM, "%s: out of memory", t->file.name);
  SW_TRY(sw_netcdf_open_axis(err, &t->file, where, spec->time, &t->time));
  SW_TRY(check_length(err, t, spec->time, t->time.n));
  SW_NEW(err, t->r->arena, t->matrix, t->n + 1);
  return SW_OK;
}

/* Handles are -1 until they are opened, so any failure may end here. */
static void close_table(table *t) {
  const hid_t dataset[] = {t->from.dataset, t->to.dataset, t->time.dataset, t->value.dataset};
  for (int k = 0; k < 4; k++)
    if (dataset[k] >= 0) H5Dclose(dataset[k]);
  sw_netcdf_close(&t->file);
}

/* ---- labels ------------------------------------------------------------------------------ */

/* Units that may be left out stay -1 without an error; the rest of the element is still read. */
static sw_status take_from(sw_error *err, void *self, hsize_t i, const char *text, size_t length) {
  table *t = self;
  return sw_links_list_unit(err, &t->r->codes, (int64_t)i + 1, (sw_field){text, length},
                            &t->from_unit[i]);
}

static sw_status take_to(sw_error *err, void *self, hsize_t i, const char *text, size_t length) {
  table *t = self;
  return sw_links_list_unit(err, &t->r->codes, (int64_t)i + 1, (sw_field){text, length},
                            &t->to_unit[i]);
}

static sw_status take_time(sw_error *err, void *self, hsize_t i, const char *text, size_t length) {
  table *t = self;
  (void)err;
  t->matrix[i] = sw_flows_matrix(t->r, text, length);
  return SW_OK;
}

/* Labels before values: a value is then added at once, and no second array of flows is held. Three
 * passes over labels, each in the file's own order; texts are not kept. */
static sw_status read_labels(sw_error *err, table *t) {
  SW_TRY(sw_netcdf_texts(err, &t->file, &t->from, 0, t->n, take_from, t));
  SW_TRY(sw_netcdf_texts(err, &t->file, &t->to, 0, t->n, take_to, t));
  return t->matrix ? sw_netcdf_times(err, &t->file, &t->time, true, take_time, t) : SW_OK;
}

/* Runs in the child. Only whether it ends matters: what is wrong the parent finds for itself. */
static void look_to_try(void *self) {
  sw_error unsaid = {0};
  (void)read_labels(&unsaid, self);
}

/* Damaged texts of varying length may crash HDF5 or never end (store/panel/h5.c has more). Only a
 * process that runs alone may start a child: under MPI forking is not safe. 20 seconds, and one for
 * each 5,000 flows, of processor time; a sound file takes far less. */
static sw_status try_in_child(sw_error *err, table *t, bool alone) {
  bool risky = sw_netcdf_is_risky(t->from.dataset) || sw_netcdf_is_risky(t->to.dataset) ||
               sw_netcdf_is_risky(t->time.dataset);
  if (!alone || !risky) return SW_OK;
  pid_t child = sw_child_start(look_to_try, t, (unsigned)(20 + t->n / 5000));
  sw_child_end end = child < 0 ? SW_CHILD_UNKNOWN : sw_child_wait(child);
  if (end == SW_CHILD_ENDED || end == SW_CHILD_UNKNOWN) return SW_OK; /* the trial is optional */
  return sw_fail(err, SW_EINPUT, "%s: is damaged: HDF5 %s reading its texts; write it again",
                 t->file.name, end == SW_CHILD_ENDLESS ? "does not finish" : "crashes");
}

/* ---- values ------------------------------------------------------------------------------ */

/* A piece of the dataset: `start` counts elements from 0. Elements come in order, so the first
 * fault of the file is the one that is told. */
static sw_status take_values(sw_error *err, void *self, const double *value, const hsize_t start[2],
                             const hsize_t count[2]) {
  table *t = self;
  const char *name = t->r->spec->value;
  for (hsize_t k = 0; k < count[0]; k++) {
    int64_t i = (int64_t)(start[0] + k);
    if (isnan(value[k]))
      return sw_links_list_fail(
          err, &t->r->codes, i + 1,
          "'%s' is missing; write 0, or leave the flow out, where nothing flows", name);
    if (isinf(value[k]))
      return sw_links_list_fail(err, &t->r->codes, i + 1,
                                "'%s' is infinite; a flow is a finite number of 0 or more", name);
    SW_TRY(sw_flows_add(err, t->r, i + 1, t->from_unit[i], t->to_unit[i],
                        t->matrix ? t->matrix[i] : 0, value[k]));
  }
  return SW_OK;
}

/* Order: shapes, the trial in a child, labels, values. */
static sw_status read_table(sw_error *err, table *t, bool alone) {
  SW_TRY(open_table(err, t));
  SW_TRY(try_in_child(err, t, alone));
  SW_TRY(read_labels(err, t));
  return sw_netcdf_read(err, &t->file, &t->value, (hsize_t[2]){0, 0}, (hsize_t[2]){t->n, 1},
                        take_values, t);
}

/* After a failure everything is closed; the links read so far belong to the reading (flows.c). */
sw_status sw_flows_read_h5(sw_error *err, sw_flows_reading *r, bool alone) {
  table t = {.r = r,
             .file = {.name = r->spec->file, .path = r->spec->path, .arena = r->arena, .id = -1},
             .from = {.dataset = -1},
             .to = {.dataset = -1},
             .time = {.dataset = -1},
             .value = {.dataset = -1}};
  sw_status status = read_table(err, &t, alone);
  close_table(&t);
  return status;
}
