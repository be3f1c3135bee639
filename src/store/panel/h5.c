/* Panel files in HDF5: datasets at the root, the unit's codes (text), the periods (whole numbers or
 * text) and each indicator (time, unit) or (unit, time), (unit) in a cross-section. netCDF-4 is
 * such a file.
 *
 * Every rank opens the file for itself and reads the units of its own range, by hyperslabs of whole
 * chunks that fit into BUFFER (or of one chunk, where that is larger); the rows then go the way of
 * all rows. A range is of units as the file has them, not those the rank will own: codes must be
 * read before it is known who owns what. One thread reads: HDF5 is not thread-safe.
 *
 * A file may be damaged. What HDF5 says of it becomes one line of ours (SW_EIO); sizes that it
 * claims are held against its bytes before memory is asked for; texts that may crash the library
 * are tried in a child. Handles of every function are closed on all its ways out. */
#include "store/panel/rows.h"

#include "base/child.h"
#include "base/text.h"
#include "store/h5/h5.h"

#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  BUFFER = 1 << 19, /* values read at once, 4 MB */
  INFLATED = 1032   /* bytes that deflate makes of one, at most */
};

typedef struct reading {
  sw_team *team;
  sw_arena *arena;
  const sw_panel_spec *spec;
  const sw_panel_plan *plan;
  sw_panel_rows *rows;
  hid_t file, unit, time;     /* open handles, -1: not open; time: -1 in a cross-section */
  hsize_t n_units, n_periods; /* of the file; one period in a cross-section */
  hsize_t lo, hi;             /* this rank's range of the file's units */
  int64_t *unit_number, *period_number; /* in the dictionaries of the rows */
} reading;

/* Where HDF5 fails on a file that it did open: the file is damaged, or the disk is. */
static sw_status broken(sw_error *err, const reading *in, const char *what) {
  return sw_fail(err, SW_EIO, "%s: %s cannot be read; is the HDF5 file complete?", in->rows->file,
                 what);
}

/* Where the study says `key` of the panel, else where its panel begins; "" without a place. */
static const char *place_of(const reading *in, const char *key) {
  const sw_node *node = in->spec->node, *value = sw_node_get(node, key);
  if (value) node = value;
  return node ? sw_arena_printf(in->arena, "%s:%d:%d", node->file, node->line, node->column) : "";
}

/* ---- what is in the file ----------------------------------------------------------------- */

/* Names of all that is linked at the root, in their order: for look-ups, and for the nearest name
 * in messages. Each is asked for twice, first for its length. */
static sw_status list_names(sw_error *err, reading *in) {
  H5G_info_t info;
  if (H5Gget_info(in->file, &info) < 0) return broken(err, in, "the root group");
  const char **name = NULL;
  SW_NEW(err, in->arena, name, info.nlinks);
  for (hsize_t i = 0; i < info.nlinks; i++) {
    ssize_t length =
        H5Lget_name_by_idx(in->file, ".", H5_INDEX_NAME, H5_ITER_INC, i, NULL, 0, H5P_DEFAULT);
    char *copy = NULL;
    if (length < 0) return broken(err, in, "the root group");
    SW_NEW(err, in->arena, copy, length + 1);
    H5Lget_name_by_idx(in->file, ".", H5_INDEX_NAME, H5_ITER_INC, i, copy, (size_t)length + 1,
                       H5P_DEFAULT);
    name[i] = copy;
  }
  in->rows->name = name;
  in->rows->n_names = (int)info.nlinks;
  return SW_OK;
}

/* A group of that name is no column. Only names that were listed are asked for, as
 * H5Oget_info_by_name would also follow a path such as "a/b", or complain of a name that is not
 * there. */
static bool has_dataset(const reading *in, const char *name) {
  for (int i = 0; i < in->rows->n_names; i++)
    if (!strcmp(in->rows->name[i], name)) {
      H5O_info_t info;
      return H5Oget_info_by_name(in->file, name, &info, H5P_DEFAULT) >= 0 &&
             info.type == H5O_TYPE_DATASET;
    }
  return false;
}

/* The number of dimensions; `size` is set only where there are one or two. */
static int shape_of(hid_t dataset, hsize_t size[2]) {
  hid_t space = H5Dget_space(dataset);
  int rank = H5Sget_simple_extent_ndims(space);
  if (rank == 1 || rank == 2) H5Sget_simple_extent_dims(space, size, NULL);
  H5Sclose(space);
  return rank;
}

/* A damaged file may claim any number of labels, and memory would be asked for them. Each label
 * takes a byte at least, and of a byte in the file deflate makes INFLATED at most. */
static bool is_longer_than_file(const reading *in, hsize_t n) {
  hsize_t bytes = 0;
  return H5Fget_filesize(in->file, &bytes) < 0 || n / INFLATED > bytes;
}

/* The labels of an axis: the dataset, which the caller closes, and how many there are. `key` is the
 * study's for it, for messages. */
static sw_status open_axis(sw_error *err, reading *in, const char *key, const char *name,
                           hid_t *dataset, hsize_t *n) {
  hsize_t size[2];
  if (!has_dataset(in, name)) {
    const char *near = sw_nearest(name, in->rows->name, in->rows->n_names);
    return sw_fail(err, SW_EINPUT, "%s: %s has no dataset '%s'%s%s%s", place_of(in, key),
                   in->rows->file, name, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
  }
  *dataset = H5Dopen2(in->file, name, H5P_DEFAULT);
  if (*dataset < 0) return broken(err, in, name);
  if (shape_of(*dataset, size) != 1)
    return sw_fail(err, SW_EINPUT, "%s: %s does not have one dimension; expected a list of labels",
                   in->rows->file, name);
  *n = size[0];
  return is_longer_than_file(in, *n) ? broken(err, in, name) : SW_OK;
}

/* ---- labels ------------------------------------------------------------------------------ */

/* Numbers a label as the lines of a CSV would be: without blanks at its ends, never empty, UTF-8.
 * Text of fixed length is padded with zeros (h5py, C) or blanks (Fortran). */
static sw_status add_label(sw_error *err, const reading *in, sw_panel_codes *codes,
                           const char *name, const char *text, size_t length, int64_t *number) {
  while (length && (text[length - 1] == ' ' || text[length - 1] == '\0'))
    length--;
  while (length && *text == ' ')
    text++, length--;
  if (!length) return sw_fail(err, SW_EINPUT, "%s: %s: a label is empty", in->rows->file, name);
  if (!sw_is_utf8(text, length))
    return sw_fail(err, SW_EINPUT, "%s: %s: a label is not UTF-8", in->rows->file, name);
  return sw_panel_codes_number(err, codes, text, length, number);
}

/* Texts [lo, hi) of the dataset: their numbers in `codes`. In memory text of fixed length gets a
 * byte more than in the file, for the zero that strnlen stops at; text of varying length is
 * pointers, which HDF5 allocates and H5Dvlen_reclaim frees. A pointer may be NULL: an empty text.
 * The character set is that of the file, as the library converts none. A range may be empty, where
 * ranks are many. */
static sw_status read_texts(sw_error *err, reading *in, hid_t dataset, const char *name, hsize_t lo,
                            hsize_t hi, sw_panel_codes *codes, int64_t *number) {
  hid_t stored = H5Dget_type(dataset), space = H5Dget_space(dataset), type = H5Tcopy(H5T_C_S1);
  bool varying = H5Tis_variable_str(stored) > 0;
  size_t size = varying ? sizeof(char *) : H5Tget_size(stored) + 1;
  hsize_t count = hi - lo;
  hid_t memory = H5Screate_simple(1, &count, NULL);
  char *bytes = NULL;
  sw_status status = sw_calloc(err, count, size, (void **)&bytes);
  H5Tset_size(type, varying ? H5T_VARIABLE : size);
  H5Tset_cset(type, H5Tget_cset(stored));
  if (count) H5Sselect_hyperslab(space, H5S_SELECT_SET, &lo, NULL, &count, NULL);
  if (!status && count && H5Dread(dataset, type, memory, space, H5P_DEFAULT, bytes) < 0)
    status = broken(err, in, name);
  for (hsize_t i = 0; i < count && !status; i++) {
    const char *text = varying ? ((char **)(void *)bytes)[i] : bytes + i * size;
    if (!text) text = "";
    status =
        add_label(err, in, codes, name, text, strnlen(text, varying ? SIZE_MAX : size), &number[i]);
  }
  if (varying && count && bytes) H5Dvlen_reclaim(type, memory, H5P_DEFAULT, bytes);
  sw_free(bytes);
  H5Sclose(memory);
  H5Sclose(space);
  H5Tclose(type);
  H5Tclose(stored);
  return status;
}

/* Periods that are numbers, as doubles, which hold every whole number a period can be; whatever
 * type the file has, HDF5 converts. They become texts, as those of a CSV are, and periods.c makes
 * numbers of them again: so files of both kinds may have the same periods. 9e15 is just below
 * 2^53. */
static sw_status read_whole_numbers(sw_error *err, reading *in, int64_t *number) {
  double *value = NULL;
  SW_TRY(sw_alloc(err, in->n_periods, sizeof *value, (void **)&value));
  sw_status status = SW_OK;
  if (H5Dread(in->time, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
    status = broken(err, in, in->spec->time);
  for (hsize_t t = 0; t < in->n_periods && !status; t++) {
    char text[32];
    if (value[t] != floor(value[t]) || fabs(value[t]) > 9e15)
      status =
          sw_fail(err, SW_EINPUT, "%s: %s: %g is not a period; expected whole numbers or texts",
                  in->rows->file, in->spec->time, value[t]);
    snprintf(text, sizeof text, "%.0f", value[t]);
    if (!status)
      status = sw_panel_codes_number(err, &in->rows->periods, text, strlen(text), &number[t]);
  }
  sw_free(value);
  return status;
}

static H5T_class_t class_of(hid_t dataset) {
  hid_t type = H5Dget_type(dataset);
  H5T_class_t class = H5Tget_class(type);
  H5Tclose(type);
  return class;
}

/* period_number[t]: number of the file's t-th period in the dictionary. A cross-section has one,
 * "0", as in a CSV. Each may stand but once: with fewer texts than periods one appears twice. */
static sw_status read_periods(sw_error *err, reading *in) {
  SW_NEW(err, in->arena, in->period_number, in->n_periods);
  if (in->time < 0)
    return sw_panel_codes_number(err, &in->rows->periods, "0", 1, &in->period_number[0]);
  H5T_class_t class = class_of(in->time);
  SW_TRY(class == H5T_STRING ? read_texts(err, in, in->time, in->spec->time, 0, in->n_periods,
                                          &in->rows->periods, in->period_number)
                             : read_whole_numbers(err, in, in->period_number));
  if (in->rows->periods.n == (int64_t)in->n_periods) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: a period appears twice; give each period once: indicators are (%s, %s)",
                 in->rows->file, in->spec->time, in->spec->time, in->spec->unit);
}

/* Names, axes and this rank's range. Codes must be text: as numbers they would have lost their
 * leading zeros long ago. */
static sw_status open_axes(sw_error *err, reading *in) {
  SW_TRY(list_names(err, in));
  SW_TRY(open_axis(err, in, "unit", in->spec->unit, &in->unit, &in->n_units));
  if (class_of(in->unit) != H5T_STRING)
    return sw_fail(
        err, SW_EINPUT,
        "%s: %s is not text; expected the codes of units as text, with their leading zeros",
        in->rows->file, in->spec->unit);
  in->n_periods = 1;
  if (in->spec->time) SW_TRY(open_axis(err, in, "time", in->spec->time, &in->time, &in->n_periods));
  if (in->n_units == 0 || in->n_periods == 0)
    return sw_fail(err, SW_EINPUT, "%s: no unit or no period; a panel needs both", in->rows->file);
  /* n_units is bounded by the file's bytes: the product does not overflow. */
  in->lo = in->n_units * (hsize_t)in->team->rank / (hsize_t)in->team->size;
  in->hi = in->n_units * (hsize_t)(in->team->rank + 1) / (hsize_t)in->team->size;
  return SW_OK;
}

static sw_status read_labels(sw_error *err, reading *in) {
  SW_NEW(err, in->arena, in->unit_number, in->hi - in->lo);
  SW_TRY(read_texts(err, in, in->unit, in->spec->unit, in->lo, in->hi, &in->rows->units,
                    in->unit_number));
  return read_periods(err, in);
}

/* False for a handle that is not open. */
static bool is_varying(hid_t dataset) {
  hid_t type = dataset < 0 ? -1 : H5Dget_type(dataset);
  bool varying = type >= 0 && H5Tis_variable_str(type) > 0;
  if (type >= 0) H5Tclose(type);
  return varying;
}

/* Runs in the child. Only whether it ends matters; what is wrong with the labels the parent will
 * find for itself, and say. */
static void read_labels_to_try(void *self) {
  sw_error unsaid = {0};
  (void)read_labels(&unsaid, self);
}

/* HDF5 1.10 follows the links of damaged texts of varying length wherever they lead: it crashes, or
 * runs in a circle. With texts of fixed length it was never seen to, so they are not tried. Only a
 * process alone tries: memory that a network card knows of does not bear a fork everywhere. On
 * several ranks such a file may still end the run without a message of ours.
 *
 * No child (no process left, SIGCHLD ignored) is no reason to refuse the file. */
static sw_status try_labels(sw_error *err, reading *in) {
  if (in->team->size > 1 || (!is_varying(in->unit) && !is_varying(in->time))) return SW_OK;
  hsize_t seconds = 20 + (in->n_units + in->n_periods) / 5000; /* ten times what it takes */
  pid_t child = sw_child_start(read_labels_to_try, in, (unsigned)seconds);
  sw_child_end end = child < 0 ? SW_CHILD_UNKNOWN : sw_child_wait(child);
  if (end == SW_CHILD_ENDED || end == SW_CHILD_UNKNOWN) return SW_OK; /* the trial is optional */
  return sw_fail(
      err, SW_EINPUT, "%s: is damaged: HDF5 %s reading the texts of %s%s%s; write it again",
      in->rows->file, end == SW_CHILD_ENDLESS ? "does not finish" : "crashes", in->spec->unit,
      in->spec->time ? " or " : "", in->spec->time ? in->spec->time : "");
}

/* ---- values ------------------------------------------------------------------------------ */

/* *time_first: the dataset is (time, unit). Where both axes are as long only the attached scale of
 * netCDF can tell; without one time comes first. A cross-section may have one dimension or two. */
static sw_status find_shape(sw_error *err, const reading *in, hid_t dataset, const char *name,
                            int *dims, bool *time_first) {
  hsize_t size[2] = {0, 0};
  *dims = shape_of(dataset, size);
  *time_first = true;
  if (*dims == 1 && in->time < 0 && size[0] == in->n_units) return SW_OK;
  bool tu = *dims == 2 && size[0] == in->n_periods && size[1] == in->n_units;
  bool ut = *dims == 2 && size[0] == in->n_units && size[1] == in->n_periods;
  if (tu && ut)
    ut = H5DSis_attached(dataset, in->unit, 0) > 0;
  else if (!tu && !ut)
    return sw_fail(err, SW_EINPUT, "%s: %s has the wrong shape; expected (%s, %s) of %llu x %llu",
                   in->rows->file, name, in->spec->time ? in->spec->time : "one period",
                   in->spec->unit, (unsigned long long)in->n_periods,
                   (unsigned long long)in->n_units);
  *time_first = !ut;
  return SW_OK;
}

/* netCDF's mark of a missing value, NaN without one: nothing equals NaN, so no value is taken for
 * it. An attribute of several values, or of text, is none. It must hold one, as there is room for
 * one. */
static double fill_value(hid_t dataset) {
  double value = NAN;
  if (H5Aexists(dataset, "_FillValue") > 0) {
    hid_t attribute = H5Aopen(dataset, "_FillValue", H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(space) != 1 ||
        H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
      value = NAN;
    H5Sclose(space);
    H5Aclose(attribute);
  }
  return value;
}

/* An indicator's dataset while it is read. Axes are those of the dataset: axis 1 runs along the
 * file, neighbours on axis 0 lie far apart. A dataset of one dimension is treated as if it had a
 * second, of length 1; HDF5 is only told of `dims`. */
typedef struct indicator {
  const char *name;
  int k; /* which value of a row it is */
  hid_t dataset;
  int dims, unit_axis;
  double fill;          /* this value means missing; NaN: none does */
  hsize_t lo[2], hi[2]; /* what this rank wants */
  hsize_t step[2];      /* what is read at once, whole chunks */
  double *values;       /* of one piece, in the order of the file */
} indicator;

/* 1 x 1 where the dataset is not chunked: any cut is good then. A second dimension that is not
 * there stays 1. */
static void find_chunk(const indicator *of, hsize_t chunk[2]) {
  hid_t list = H5Dget_create_plist(of->dataset);
  chunk[0] = chunk[1] = 1;
  if (H5Pget_layout(list) == H5D_CHUNKED) H5Pget_chunk(list, 2, chunk);
  H5Pclose(list);
}

/* The largest multiple of `chunk` up to `most`, one chunk at least. */
static hsize_t whole_chunks(hsize_t most, hsize_t chunk) {
  return most < chunk ? chunk : most / chunk * chunk;
}

/* As much as can be had of axis 1, then of axis 0, a buffer in all. Pieces begin at multiples of
 * the steps, not at lo, so that no chunk is inflated twice by a rank: a chunk larger than HDF5's
 * cache is inflated anew for each call that touches it. `inner` is what a piece really has of axis
 * 1; it is 0 where the rank has no units. */
static void choose_steps(indicator *of) {
  hsize_t chunk[2];
  find_chunk(of, chunk);
  of->step[1] = whole_chunks(BUFFER / chunk[0], chunk[1]);
  hsize_t inner = of->hi[1] - of->lo[1] < of->step[1] ? of->hi[1] - of->lo[1] : of->step[1];
  of->step[0] = whole_chunks(BUFFER / (inner ? inner : 1), chunk[0]);
}

/* One piece into of->values, as doubles whatever its type. */
static sw_status read_slab(sw_error *err, const reading *in, const indicator *of,
                           const hsize_t start[2], const hsize_t count[2]) {
  hid_t space = H5Dget_space(of->dataset), memory = H5Screate_simple(of->dims, count, NULL);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  herr_t failed = H5Dread(of->dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, of->values);
  H5Sclose(memory);
  H5Sclose(space);
  return failed < 0 ? broken(err, in, of->name) : SW_OK;
}

/* Into the rows, which stand unit by unit, period by period in each, as make_rows laid them. Walks
 * `values` in their order and works out the row of each: i from the unit axis, t from the other.
 * Infinities are refused, as in a CSV; the fill value becomes NaN. */
static sw_status place_values(sw_error *err, const reading *in, const indicator *of,
                              const hsize_t start[2], const hsize_t count[2]) {
  double *row = in->rows->block->value + of->k;
  hsize_t width = (hsize_t)in->rows->width, at[2];
  const double *value = of->values;
  for (at[0] = start[0]; at[0] < start[0] + count[0]; at[0]++)
    for (at[1] = start[1]; at[1] < start[1] + count[1]; at[1]++, value++) {
      hsize_t i = at[of->unit_axis] - in->lo, t = at[!of->unit_axis];
      if (isinf(*value))
        return sw_fail(err, SW_EINPUT,
                       "%s: %s: unit %s, period %s is infinite; expected a finite number or NaN",
                       in->rows->file, of->name, in->rows->units.text[in->unit_number[i]],
                       in->rows->periods.text[in->period_number[t]]);
      row[(i * in->n_periods + t) * width] = *value == of->fill ? NAN : *value;
    }
  return SW_OK;
}

/* How far a piece that begins at `start` goes: to the next multiple of the step, or the end. Only
 * the first piece begins elsewhere than at a multiple, and is shorter. */
static hsize_t piece_of(const indicator *of, int axis, hsize_t start) {
  hsize_t end = (start / of->step[axis] + 1) * of->step[axis];
  return (end < of->hi[axis] ? end : of->hi[axis]) - start;
}

/* The buffer is as large as the largest piece, which is less than a step where the rank's range
 * is. In the loops count[0] is set before it is added, so that each piece begins where the last
 * ended. */
static sw_status read_slabs(sw_error *err, const reading *in, indicator *of) {
  hsize_t start[2], count[2];
  choose_steps(of);
  for (int axis = 0; axis < 2; axis++) { /* no more than there is */
    hsize_t all = of->hi[axis] - of->lo[axis];
    count[axis] = of->step[axis] < all ? of->step[axis] : all;
  }
  SW_TRY(sw_alloc(err, count[0] * count[1], sizeof(double), (void **)&of->values));
  sw_status status = SW_OK;
  for (start[0] = of->lo[0]; start[0] < of->hi[0] && !status; start[0] += count[0]) {
    count[0] = piece_of(of, 0, start[0]);
    for (start[1] = of->lo[1]; start[1] < of->hi[1] && !status; start[1] += count[1]) {
      count[1] = piece_of(of, 1, start[1]);
      status = read_slab(err, in, of, start, count);
      if (!status) status = place_values(err, in, of, start, count);
    }
  }
  sw_free(of->values);
  return status;
}

/* One dataset to the k-th value of all rows. All of it is read, also of units that are not in the
 * panel, as codes are held against the units file only later. */
static sw_status read_indicator(sw_error *err, reading *in, int k) {
  indicator of = {.name = in->plan->raw[in->rows->column[k]].name, .k = k};
  of.dataset = H5Dopen2(in->file, of.name, H5P_DEFAULT);
  if (of.dataset < 0) return broken(err, in, of.name);
  H5T_class_t class = class_of(of.dataset);
  bool time_first = true;
  sw_status status = SW_OK;
  if (class != H5T_INTEGER && class != H5T_FLOAT)
    status = sw_fail(err, SW_EINPUT, "%s: %s does not contain numbers", in->rows->file, of.name);
  if (!status) status = find_shape(err, in, of.dataset, of.name, &of.dims, &time_first);
  if (!status) {
    of.unit_axis = of.dims == 2 && time_first;
    of.fill = fill_value(of.dataset);
    of.lo[of.unit_axis] = in->lo;
    of.hi[of.unit_axis] = in->hi;
    of.hi[!of.unit_axis] = in->n_periods;
    status = read_slabs(err, in, &of);
  }
  H5Dclose(of.dataset);
  return status;
}

/* One block with a row for each unit of the range and each period, row i * n_periods + t, values
 * not yet filled in. The "line" of a row is the place of its unit in the file, from 1: it is what
 * messages say, and what tells two units of one code apart. */
static sw_status make_rows(sw_error *err, reading *in) {
  hsize_t n = in->hi - in->lo;
  int64_t rows = 0;
  if (__builtin_mul_overflow(n, in->n_periods, &rows))
    return sw_fail(err, SW_ENOMEM, "%s: out of memory", in->rows->file);
  SW_TRY(sw_panel_rows_extend(err, in->rows, 1));
  sw_panel_block *block = in->rows->block;
  SW_TRY(sw_panel_block_make(err, in->rows, rows, block));
  for (hsize_t i = 0; i < n; i++)
    for (hsize_t t = 0; t < in->n_periods; t++)
      SW_TRY(sw_panel_block_add(err, block, in->unit_number[i], in->period_number[t], (int64_t)i));
  block->first_line = (int64_t)in->lo + 1;
  in->rows->read = block->n;
  /* Counts are of rows, and a unit was counted once, when its code was read. */
  for (hsize_t i = 0; i < n; i++)
    in->rows->units.count[in->unit_number[i]] += (int64_t)in->n_periods - 1;
  return SW_OK;
}

/* The indicators that the study needs and this file has. The width of the rows must be known before
 * there are rows. */
static sw_status read_values(sw_error *err, reading *in) {
  int *column = NULL;
  SW_NEW(err, in->arena, column, in->plan->n_raw);
  for (int c = 0; c < in->plan->n_raw; c++) {
    in->rows->has_column[c] = has_dataset(in, in->plan->raw[c].name);
    if (in->rows->has_column[c]) column[in->rows->width++] = c;
  }
  in->rows->column = column;
  SW_TRY(make_rows(err, in));
  for (int k = 0; k < in->rows->width; k++)
    SW_TRY(read_indicator(err, in, k));
  return SW_OK;
}

/* The serial driver: ranks read disjoint ranges and need not talk. */
static sw_status open_file(sw_error *err, reading *in) {
  sw_h5_quiet(); /* its own report would be many lines */
  in->file = H5Fopen(in->rows->path, H5F_ACC_RDONLY, H5P_DEFAULT);
  return in->file < 0 ? sw_h5_refuse(err, in->rows->path, "a panel in HDF5 or netCDF-4") : SW_OK;
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
                .file = -1,
                .unit = -1,
                .time = -1};
  sw_status status = SW_OK;
  if (spec->layout != SW_LAYOUT_LONG)
    status = sw_fail(err, SW_EINPUT,
                     "%s: a wide layout is for .csv; the datasets of %s are "
                     "(%s, %s) already",
                     place_of(&in, "layout"), rows->file, "time", "unit");
  if (!status) status = open_file(err, &in);
  if (!status) status = open_axes(err, &in);
  if (!status) status = try_labels(err, &in);
  if (!status) status = read_labels(err, &in);
  if (!status) status = read_values(err, &in);
  if (in.time >= 0) H5Dclose(in.time);
  if (in.unit >= 0) H5Dclose(in.unit);
  if (in.file >= 0) H5Fclose(in.file);
  return sw_team_agree(team, err, status, (int64_t)in.lo);
}
