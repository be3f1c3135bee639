/* A composite's weights out of a finished results file: tables given as {from: OUT.h5}. */
#include "store/results/private.h"

#include <string.h>

#include "base/arena.h"

/* ---- weights of a composite -------------------------------------------------------------- */

/* The table of a composite's weights, from the arena: a row for each indicator and the column
 * `weight`; where weights differ by period, a row for each period and a column for each indicator.
 * The sizes are checked against each other before any value is read. n is checked against both
 * axes: a damaged file cannot make it read beyond its room. */
static sw_status read_weights(sw_error *err, sw_arena *arena, hid_t group, hid_t dataset,
                              sw_table *table) {
  static const char *const weight[] = {SW_NAME_WEIGHT};
  int64_t indicators = 0, periods = 0;
  const char *const *indicator = NULL, *const *period = NULL;
  hsize_t n = sw_h5_length(dataset);
  double *value = NULL;
  SW_TRY(sw_h5_read_labels(err, arena, group, SW_NAME_INDICATOR, &indicators, &indicator));
  SW_TRY(sw_contents_labels(err, arena, group, SW_NAME_TIME, &periods, &period));
  /* Two axes: weights by period. */
  hid_t space = H5Dget_space(dataset);
  bool by_period = H5Sget_simple_extent_ndims(space) == 2;
  H5Sclose(space);
  if (sw_h5_is_longer_than_file(dataset, n) ||
      n != (hsize_t)(by_period ? indicators * periods : indicators))
    return sw_fail(err, SW_EINPUT, "the weights do not match their indicators");
  SW_NEW(err, arena, value, n + 1);
  if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
    return sw_h5_fail(err, SW_NAME_WEIGHT, "be read");
  *table = (sw_table){.n_rows = (int)(by_period ? periods : indicators),
                      .n_columns = (int)(by_period ? indicators : 1),
                      .row = by_period ? period : indicator,
                      .column = by_period ? indicator : weight,
                      .value = value};
  return SW_OK;
}

/* Looks for each link of the path in turn: H5Lexists of a path fails where its parent is missing.
 * The group may be missing altogether: that is told as a composite without weights. */
static sw_status weights_of(sw_error *err, sw_arena *arena, hid_t file, const char *path,
                            const char *composite, sw_table *table) {
  const char *place = sw_arena_printf(arena, "/" SW_NAME_COMPOSITES "/%s", composite);
  if (!place) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  bool there = H5Lexists(file, SW_NAME_COMPOSITES, H5P_DEFAULT) > 0 &&
               H5Lexists(file, place, H5P_DEFAULT) > 0;
  hid_t group = there ? H5Gopen2(file, place, H5P_DEFAULT) : H5I_INVALID_HID;
  hid_t dataset = group >= 0 ? H5Dopen2(group, SW_NAME_WEIGHT, H5P_DEFAULT) : H5I_INVALID_HID;
  sw_status status =
      dataset >= 0
          ? read_weights(err, arena, group, dataset, table)
          : sw_fail(err, SW_EINPUT, "%s: has no weights of a composite '%s'", path, composite);
  if (dataset >= 0) H5Dclose(dataset);
  if (group >= 0) H5Gclose(group);
  return status;
}

/* One rank reads; table.c sends the table to the others. The file is closed before the return;
 * labels and values are the arena's. *table is set in any case. */
sw_status sw_results_composite_weights(sw_error *err, sw_arena *arena, const char *path,
                                       const char *composite, sw_table **table) {
  hid_t file = H5I_INVALID_HID;
  SW_TRY(sw_contents_open(err, arena, path, &file));
  SW_NEW(err, arena, *table, 1);
  sw_status status = weights_of(err, arena, file, path, composite, *table);
  /* For messages about the table; borrowed from the caller. */
  (*table)->file = path;
  H5Fclose(file);
  return status;
}
