/* Numbers of a variable for the page: a part of a column in some periods, all parts of a period,
 * all of a small one. A column may have its axes in any order in the file; what is given is by
 * period, then by unit. A part is a position on all axes besides time and unit, counted with the
 * last axis fastest.
 *
 * Called by the report for each picture. Memory is that of what is asked; datasets are opened for
 * one read. */
#include <math.h>
#include <string.h>

#include "store/page/private.h"

typedef struct slab {
  hsize_t start[SW_PAGE_DIMS], count[SW_PAGE_DIMS];
  hsize_t n; /* numbers */
} slab;

/* Opens a variable's dataset, which the caller closes. */
static sw_status open_variable(sw_error *err, const sw_page *page, const sw_page_variable *v,
                               hid_t *dataset) {
  *dataset = H5Dopen2(page->in->file, v->id, H5P_DEFAULT);
  return *dataset >= 0 ? SW_OK : sw_h5_fail(err, v->id, "be read");
}

/* Reads a part of a dataset as doubles. In whole numbers, which have no NaN of their own, -1 is
 * missing (layout.h), and becomes NaN. */
static sw_status read_slab(sw_error *err, const sw_page_variable *v, hid_t dataset,
                           const slab *part, double *to) {
  if (part->n == 0) return SW_OK;
  hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &part->n, NULL);
  if (v->n_dims > 0)
    H5Sselect_hyperslab(space, H5S_SELECT_SET, part->start, NULL, part->count, NULL);
  herr_t code = H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, to);
  H5Sclose(memory);
  H5Sclose(space);
  if (code < 0) return sw_h5_fail(err, v->id, "be read");
  for (hsize_t k = 0; v->integer && k < part->n; k++)
    if (to[k] == -1) to[k] = NAN;
  return SW_OK;
}

/* Turns values from `unit` slowest to `time` slowest. A copy is simpler than turning in place, and
 * as large as the result. */
static sw_status turn(sw_error *err, int64_t units, int periods, double *values) {
  double *copy = NULL;
  size_t n = (size_t)(units * periods);
  SW_TRY(sw_alloc(err, n + 1, sizeof *copy, (void **)&copy));
  memcpy(copy, values, n * sizeof *copy);
  for (int64_t i = 0; i < units; i++)
    for (int t = 0; t < periods; t++)
      values[t * units + i] = copy[i * periods + t];
  sw_free(copy);
  return SW_OK;
}

/* Reads a part of a column in some periods: count x n numbers into `to`, period by period. `part`
 * is taken apart from its last axis. */
sw_status sw_page_read_periods(sw_error *err, const sw_page *page, const sw_page_variable *v,
                               int64_t part, int first, int count, double *to) {
  slab at = {.n = (hsize_t)(page->n * count)};
  int64_t place = part;
  for (int d = v->n_dims - 1; d >= 0; d--) {
    hsize_t extent = (hsize_t)page->axis[v->dim[d]].n;
    at.count[d] = d == v->time ? (hsize_t)count : d == v->unit ? extent : 1;
    at.start[d] = d == v->time ? (hsize_t)first : 0;
    if (d == v->time || d == v->unit || extent == 0) continue;
    at.start[d] = (hsize_t)place % extent;
    place /= (int64_t)extent;
  }
  hid_t dataset = H5I_INVALID_HID;
  SW_TRY(open_variable(err, page, v, &dataset));
  sw_status status = read_slab(err, v, dataset, &at, to);
  H5Dclose(dataset);
  if (status == SW_OK && v->time > v->unit && count > 1) status = turn(err, page->n, count, to);
  return status;
}

sw_status sw_page_read(sw_error *err, const sw_page *page, const sw_page_variable *v, int64_t part,
                       double *to) {
  return sw_page_read_periods(err, page, v, part, 0, v->n_periods, to);
}

/* How far apart two units lie in what is read of one period. Time is 1 long there, so it does not
 * count. */
static void strides_of(const sw_page *page, const sw_page_variable *v, int64_t *unit) {
  *unit = 1;
  for (int d = v->unit + 1; d < v->n_dims; d++)
    if (d != v->time) *unit *= page->axis[v->dim[d]].n;
}

/* Reads all parts of one period in one piece, which is much faster than each part alone where parts
 * are the fastest axis. Parts before the unit's axis are slower than it, those behind it faster.
 * `stride` is at least n, so that parts may be padded. */
sw_status sw_page_read_parts(sw_error *err, const sw_page *page, const sw_page_variable *v,
                             int period, int64_t stride, double *to) {
  slab at = {.n = (hsize_t)(page->n * v->n_parts)};
  double *read = NULL;
  int64_t behind = 1;
  for (int d = 0; d < v->n_dims; d++) {
    at.count[d] = d == v->time ? 1 : (hsize_t)page->axis[v->dim[d]].n;
    at.start[d] = d == v->time ? (hsize_t)period : 0;
  }
  strides_of(page, v, &behind);
  hid_t dataset = H5I_INVALID_HID;
  SW_TRY(sw_alloc(err, at.n + 1, sizeof *read, (void **)&read));
  sw_status status = open_variable(err, page, v, &dataset);
  if (status == SW_OK) status = read_slab(err, v, dataset, &at, read);
  if (dataset >= 0) H5Dclose(dataset);
  for (int64_t part = 0; status == SW_OK && part < v->n_parts; part++) {
    /* Of one unit the `behind` parts after its axis stand side by side. */
    const double *from = read + part / behind * page->n * behind + part % behind;
    for (int64_t i = 0; i < page->n; i++)
      to[part * stride + i] = from[i * behind];
  }
  sw_free(read);
  return status;
}

int64_t sw_page_count(const sw_page *page, const sw_page_variable *v) {
  int64_t n = 1;
  for (int d = 0; d < v->n_dims; d++)
    n *= page->axis[v->dim[d]].n;
  return n;
}

/* Reads all numbers of a small variable, one without an axis of units, in the order of the file. */
sw_status sw_page_read_small(sw_error *err, const sw_page *page, const sw_page_variable *v,
                             double *to) {
  slab at = {.n = (hsize_t)sw_page_count(page, v)};
  for (int d = 0; d < v->n_dims; d++)
    at.count[d] = (hsize_t)page->axis[v->dim[d]].n;
  hid_t dataset = H5I_INVALID_HID;
  SW_TRY(open_variable(err, page, v, &dataset));
  sw_status status = read_slab(err, v, dataset, &at, to);
  H5Dclose(dataset);
  return status;
}

/* ---- by period -------------------------------------------------------------------------- */

/* For the curves beside maps: a value by period. */

/* The course of a column: means over the units with a value, by period; one period is in memory at
 * a time. */
static sw_status column_course(sw_error *err, const sw_page *page, const sw_page_variable *v,
                               int64_t part, double *mean, int64_t *n) {
  double *value = NULL;
  sw_status status = sw_alloc(err, (size_t)page->n + 1, sizeof *value, (void **)&value);
  for (int t = 0; t < v->n_periods && status == SW_OK; t++) {
    status = sw_page_read_periods(err, page, v, part, t, 1, value);
    double sum = 0;
    n[t] = 0;
    for (int64_t i = 0; status == SW_OK && i < page->n; i++)
      if (!isnan(value[i])) sum += value[i], n[t]++;
    mean[t] = n[t] > 0 ? sum / (double)n[t] : NAN;
  }
  sw_free(value);
  return status;
}

/* The course of a small variable, whose further axes are parts, too. The axes before time are
 * slower, those behind it faster: part is taken apart accordingly. */
static sw_status small_course(sw_error *err, const sw_page *page, const sw_page_variable *v,
                              int64_t part, double *mean, int64_t *n) {
  double *value = NULL;
  int64_t count = sw_page_count(page, v), behind = 1;
  for (int d = v->time + 1; v->time >= 0 && d < v->n_dims; d++)
    behind *= page->axis[v->dim[d]].n;
  if (part >= v->n_parts) return SW_OK;
  sw_status status = sw_alloc(err, (size_t)count + 1, sizeof *value, (void **)&value);
  if (status == SW_OK) status = sw_page_read_small(err, page, v, value);
  for (int t = 0; t < v->n_periods && status == SW_OK; t++) {
    mean[t] = v->time < 0 ? value[part]
                          : value[(part / behind * v->n_periods + t) * behind + part % behind];
    n[t] = 0;
  }
  sw_free(value);
  return status;
}

/* The course of a part: `mean` and `n` by period; n is 0 where there are no units. */
sw_status sw_page_course(sw_error *err, const sw_page *page, const sw_page_variable *v,
                         int64_t part, double *mean, int64_t *n) {
  return v->use == SW_PAGE_COLUMN ? column_course(err, page, v, part, mean, n)
                                  : small_course(err, page, v, part, mean, n);
}
