/* Datasets of a file held against the schema before anything is read from them: a file that was
 * damaged or made by hand may have longer ones, or ones of more axes, and what is read of these
 * would run over memory that is made for the right ones. Called by `verify`, and where results are
 * taken from an earlier file, in which some axes may differ (may_differ). */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/h5/shape.h"
#include "store/results/private.h"

/* The shape that the schema wants, of little-endian numbers of the cell's type. Of big-endian
 * numbers or other types the width or the kind differs, and they do not fit. */
static sw_h5_shape wanted(const sw_variable *variable) {
  static const sw_h5_number number[] = {[SW_CELL_F64] = SW_H5_REAL,
                                        [SW_CELL_F32] = SW_H5_REAL,
                                        [SW_CELL_I64] = SW_H5_INTEGER,
                                        [SW_CELL_I32] = SW_H5_INTEGER,
                                        [SW_CELL_U64] = SW_H5_NATURAL};
  sw_h5_shape shape = {.number = number[variable->cell],
                       .width = sw_h5_cell_bytes(variable->cell),
                       .rank = variable->rank};
  memcpy(shape.extent, variable->extent, (size_t)variable->rank * sizeof *shape.extent);
  return shape;
}

/* Whether an axis of an earlier file may be of another length: the periods may be others, and with
 * them the entries kept; values that are neither by unit nor by pair are only read to be hashed. In
 * the file that is verified every axis must be as the study says. */
static bool may_differ(const sw_variable *variable, int a) {
  return variable->source == SW_FROM_GLOBAL || variable->source == SW_FROM_TABLE ||
         strcmp(variable->axis[a], SW_NAME_TIME) == 0 ||
         strcmp(variable->axis[a], SW_NAME_ENTRY) == 0;
}

/* Only the shape; values are checked by their checksums. */
static bool fits(const sw_results *results, const sw_variable *variable, const sw_h5_shape *is) {
  sw_h5_shape want = wanted(variable);
  if (is->number != want.number || is->width != want.width || is->rank != want.rank) return false;
  for (int a = 0; a < want.rank; a++)
    if (is->extent[a] != want.extent[a] && !(results->is_past && may_differ(variable, a)))
      return false;
  return true;
}

/* "float64 (time 20, unit 3080)". NULL: no memory. */
static const char *words_of(sw_arena *arena, const sw_variable *variable) {
  sw_h5_shape shape = wanted(variable);
  const char *text = sw_arena_printf(arena, "%s (", sw_h5_number_name(&shape));
  for (int a = 0; text && a < variable->rank; a++)
    text = sw_arena_printf(arena, "%s%s%s %llu", text, a > 0 ? ", " : "", variable->axis[a],
                           (unsigned long long)variable->extent[a]);
  return text ? sw_arena_printf(arena, "%s)", text) : NULL;
}

/* Always fails, with SW_EIO: bytes on disk are not what they should be. Both forms are told. */
static sw_status tell(sw_error *err, const sw_results *results, const sw_group *group,
                      const sw_variable *variable, hid_t dataset, const sw_h5_shape *is) {
  const char *number = sw_h5_number_name(is);
  const char *shape = sw_h5_shape_text(results->arena, dataset, is, true);
  const char *want = words_of(results->arena, variable);
  if (!shape || !want)
    return sw_fail(err, SW_ENOMEM, "out of memory for the contents of a results file");
  return sw_fail(err, SW_EIO,
                 "%s: %s/%s is %s %s, and by the study %s: from another study, or damaged",
                 results->partial, group->path, variable->name, number ? number : "of another type",
                 shape, want);
}

/* *out is the caller's to close; H5I_INVALID_HID after a failure. */
sw_status sw_results_open_fitting(sw_error *err, const sw_results *results, const sw_group *group,
                                  const sw_variable *variable, hid_t *out) {
  *out = H5I_INVALID_HID;
  hid_t dataset = sw_results_open_dataset(results, group, variable);
  if (dataset < 0) {
    char what[512];
    snprintf(what, sizeof what, "open %.200s/%.200s", group->path, variable->name);
    return sw_h5_fail(err, results->partial, what);
  }
  sw_h5_shape is = sw_h5_shape_of(dataset);
  if (fits(results, variable, &is)) {
    *out = dataset;
    return SW_OK;
  }
  sw_status status = tell(err, results, group, variable, dataset, &is);
  H5Dclose(dataset);
  return status;
}

/* Reads the whole dataset. *values is the caller's to free, also after a failure. */
sw_status sw_results_read_fitting(sw_error *err, const sw_results *results, const sw_group *group,
                                  const sw_variable *variable, hid_t type, void **values,
                                  size_t *count) {
  hid_t dataset = H5I_INVALID_HID;
  *count = 1;
  for (int a = 0; a < variable->rank; a++)
    *count *= variable->extent[a];
  SW_TRY(sw_calloc(err, *count + 1, H5Tget_size(type), values));
  SW_TRY(sw_results_open_fitting(err, results, group, variable, &dataset));
  /* Of the past it may be longer, and still fit. */
  herr_t code = sw_h5_length(dataset) == *count
                    ? H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *values)
                    : -1;
  H5Dclose(dataset);
  if (code >= 0) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: %s/%s cannot be read", results->path, group->path,
                 variable->name);
}
