/* See root.h: title, noun, names of the units and missing cells.
 *
 * Invariant: all of it follows from the study and its data, the same for any number of ranks, as
 * counts are summed over them before rank 0 writes. Errors leave handles open: closing the file
 * closes them.
 *
 * Called by store/results when the file is created, on rank 0, except for sw_root_missing, which
 * all ranks call. */
#include "store/root/root.h"

#include <hdf5_hl.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "panel/unit_table.h"
#include "store/layout/layout.h"

/* Every HDF5 code passes here, so that messages name the file. */
sw_status sw_root_done(sw_root *root, int64_t code, const char *what) {
  return code >= 0 ? SW_OK : sw_h5_fail(root->err, root->path, what);
}

/* Hard links, as readers look for coordinates in the group alone. netCDF-4 looks for the variable
 * of a dimension in the same group. */
sw_status sw_root_group(sw_root *root, const char *path, const char *const *axis, hid_t *group) {
  *group = sw_h5_group(root->file, path);
  SW_TRY(sw_root_done(root, *group, path));
  for (; *axis; axis++)
    SW_TRY(sw_root_done(root,
                        H5Lcreate_hard(root->file, *axis, *group, *axis, H5P_DEFAULT, H5P_DEFAULT),
                        "link an axis"));
  return SW_OK;
}

/* Closes the dataset in any case. A scale that is missing counts as a failure to write. */
sw_status sw_root_over(sw_root *root, hid_t group, hid_t dataset, int rank,
                       const char *const *axis) {
  herr_t code = dataset < 0 ? -1 : 0;
  for (int a = 0; a < rank && code >= 0; a++) {
    hid_t scale = H5Dopen2(group, axis[a], H5P_DEFAULT);
    code = scale < 0 ? -1 : H5DSattach_scale(dataset, scale, (unsigned)a);
    if (scale >= 0) H5Dclose(scale);
  }
  if (dataset >= 0 && H5Dclose(dataset) < 0) code = -1;
  return sw_root_done(root, code, "write what results rest on");
}

/* ---- words ------------------------------------------------------------------------------ */

/* Each language an attribute of its own; of `title` the plain one is there already. A language that
 * the study does not give has no attribute. */
static sw_status put_words(sw_root *root, const sw_words *words, const char *const *attribute) {
  for (int k = 0; k < SW_TONGUES; k++)
    if (words->in[k] && attribute[k])
      SW_TRY(sw_root_done(root, sw_h5_put_text(root->file, attribute[k], words->in[k], 0),
                          "write an attribute"));
  return SW_OK;
}

/* Names of units in each language that the study has. */
static sw_status put_names(sw_root *root) {
  static const char *const over[] = {SW_NAME_UNIT};
  const sw_units *units = &root->run->panel->units;
  for (int k = 0; k < SW_TONGUES; k++) {
    const sw_layout_text *text = sw_layout_root((sw_root_part)(SW_ROOT_NAME + k));
    if (!units->name[k]) continue;
    hid_t dataset =
        sw_h5_labels(root->file, text->name, text->long_name, (hsize_t)units->n, units->name[k]);
    SW_TRY(sw_root_over(root, root->file, dataset, 1, over));
  }
  return SW_OK;
}

/* ---- missing cells ---------------------------------------------------------------------- */

/* In the order of the file: period by indicator. */
static int64_t count_nan(const double *value, int64_t n) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; i++)
    count += isnan(value[i]) != 0;
  return count;
}

/* Of the panel as the run has it: after cells were filled and units dropped. Collective: each rank
 * counts its units, one sum of n_periods x n_columns numbers makes them whole. */
sw_status sw_root_missing(sw_error *err, sw_arena *arena, const sw_run *run,
                          const int64_t **missing) {
  const sw_panel *panel = run->panel;
  int n = panel->periods.n, columns = panel->n_columns;
  int64_t *count = NULL;
  sw_status status =
      sw_arena_alloc(err, arena, (size_t)n * (size_t)columns + 1, sizeof *count, (void **)&count);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  for (int c = 0; c < columns; c++)
    for (int t = 0; t < n && panel->column[c].row; t++)
      count[(size_t)t * (size_t)columns + (size_t)c] =
          count_nan(panel->column[c].row[t], panel->hi - panel->lo);
  *missing = count;
  return run->team->sum_i64(run->team, err, count, n * columns);
}

/* The dataset is closed by sw_root_over, which takes an invalid one as a failure. The counts are
 * whole, as they have been summed over ranks. */
static sw_status put_counts(sw_root *root, hid_t group) {
  static const char *const over[] = {SW_NAME_TIME, SW_NAME_INDICATOR};
  const sw_panel *panel = root->run->panel;
  const sw_layout_text *text = sw_layout_root(SW_ROOT_MISSING);
  const hsize_t extent[] = {(hsize_t)panel->periods.n, (hsize_t)panel->n_columns};
  sw_h5_form form = {.name = text->name,
                     .long_name = text->long_name,
                     .units = text->units,
                     .cell = SW_CELL_I64,
                     .rank = 2,
                     .extent = extent,
                     .chunk = (const hsize_t[]){0, 0}};
  hid_t dataset = sw_h5_dataset(group, &form, SW_H5_AT_ONCE);
  if (dataset >= 0 &&
      H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, root->missing) < 0) {
    H5Dclose(dataset);
    dataset = H5I_INVALID_HID;
  }
  return sw_root_over(root, group, dataset, 2, over);
}

/* ---- members of coarser units ------------------------------------------------------------- */

/* Which units as read `aggregate` has summed to which: a map can then be drawn of their polygons.
 *
 * member_of -1: the coarser unit was dropped by `where` or for want of data. */
static sw_status put_members(sw_root *root, hid_t group) {
  static const char *const over[] = {SW_NAME_MEMBER};
  const sw_units *units = &root->run->panel->units;
  const sw_layout_text *text = sw_layout_root(SW_ROOT_MEMBER);
  int32_t *of = NULL;
  if (units->n_members == 0) return SW_OK;
  SW_NEW(root->err, root->arena, of, units->n_members);
  for (int64_t k = 0; k < units->n_members; k++)
    of[k] = (int32_t)sw_units_find(units, units->member_of[k]); /* -1: it was dropped */
  hid_t scale =
      sw_h5_labels(group, text->name, text->long_name, (hsize_t)units->n_members, units->member);
  herr_t code = scale < 0 ? -1 : H5DSset_scale(scale, text->name);
  if (scale >= 0 && H5Dclose(scale) < 0) code = -1;
  SW_TRY(sw_root_done(root, code, "write an axis"));
  text = sw_layout_root(SW_ROOT_MEMBER_OF);
  hid_t dataset = sw_h5_numbers(group, text->name, text->long_name, text->units, SW_CELL_I32,
                                (hsize_t)units->n_members, of);
  return sw_root_over(root, group, dataset, 1, over);
}

/* ---- the group of the panel ---------------------------------------------------------------- */

/* Without columns, or where cells were not counted, there is no group. The axis `indicator` belongs
 * to this group alone. */
static sw_status put_panel(sw_root *root) {
  static const char *const axis[] = {SW_NAME_TIME, NULL};
  const sw_panel *panel = root->run->panel;
  const sw_layout_text *text = sw_layout_root(SW_ROOT_INDICATOR);
  const char **name = NULL;
  hid_t group = H5I_INVALID_HID;
  if (panel->n_columns == 0 || !root->missing) return SW_OK;
  SW_NEW(root->err, root->arena, name, panel->n_columns);
  for (int c = 0; c < panel->n_columns; c++)
    name[c] = panel->column[c].name;
  SW_TRY(sw_root_group(root, SW_NAME_PANEL, axis, &group));
  hid_t scale = sw_h5_labels(group, text->name, text->long_name, (hsize_t)panel->n_columns, name);
  herr_t code = scale < 0 ? -1 : H5DSset_scale(scale, text->name);
  if (scale >= 0 && H5Dclose(scale) < 0) code = -1;
  SW_TRY(sw_root_done(root, code, "write an axis"));
  SW_TRY(put_counts(root, group));
  SW_TRY(put_members(root, group));
  return sw_root_done(root, H5Gclose(group), "write what is told of the panel");
}

/* ---- the whole -------------------------------------------------------------------------- */

/* What results rest on goes to the root: words, names, the panel, weights. */
sw_status sw_root_put(sw_root *root) {
  static const char *const title[] = {NULL, SW_ATTR_TITLE_EN, SW_ATTR_TITLE_ZH},
                           *const noun[] = {SW_ATTR_NOUN, SW_ATTR_NOUN_EN, SW_ATTR_NOUN_ZH};
  SW_TRY(put_words(root, &root->run->study->title, title));
  SW_TRY(put_words(root, &root->run->study->units.noun, noun));
  SW_TRY(put_names(root));
  SW_TRY(put_panel(root));
  return sw_root_put_weights(root);
}

/* A label has some 48 bytes besides its own. Part of the estimate that `check` and `run` give of
 * the file's size. */
double sw_root_bytes(const sw_run *run) {
  const sw_panel *panel = run->panel;
  double bytes = 4096 + (64.0 + 8.0 * panel->periods.n) * panel->n_columns;
  for (int k = 0; k < SW_TONGUES; k++)
    for (int64_t i = 0; panel->units.name[k] && i < panel->units.n; i++)
      bytes += 48.0 + (double)strlen(panel->units.name[k][i]);
  for (int64_t i = 0; i < panel->units.n_members; i++)
    bytes += 52.0 + (double)strlen(panel->units.member[i]);
  return bytes + sw_root_weights_bytes(run);
}
