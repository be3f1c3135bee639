/* Matches the axes of two files by label: codes of units, periods, industries. Positions do not
 * serve: a unit that is added shifts all that follow it. An axis without labels, or on which a
 * label appears twice, is matched by position, which is all that is left.
 *
 * Each axis is read and told once and kept in a list, because most variables share the axes of
 * units and time. Cost: one pass over the labels when they are the same in both files, else a hash
 * table of each side. */
#include "store/diff/private.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

enum { TOLD = 10 }; /* TOLD: labels that a note names */

/* The axis that two scales stand for, by their paths. Several entries may share one axis. */
struct sw_axis_entry {
  const char *path[2];
  sw_diff_axis *axis;
  sw_axis_entry *next;
};

/* Whether the scale holds labels that can be read: texts of any length or numbers, as many as the
 * axis is long. A dimension without coordinates is a dataset too, but its values mean nothing;
 * netCDF marks it by this NAME. */
static bool has_labels(sw_diff *diff, hid_t scale, int64_t n) {
  hid_t type = H5Dget_type(scale);
  bool readable = H5Tget_class(type) == H5T_INTEGER || H5Tget_class(type) == H5T_FLOAT ||
                  (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0);
  H5Tclose(type);
  const char *name = sw_h5_get_text(diff->arena, scale, "NAME");
  bool bare = name && strncmp(name, SW_H5_BARE, sizeof SW_H5_BARE - 1) == 0;
  /* Positions that follow from values are values: they are compared, and match by place. */
  return readable && !bare && !sw_contents_is_computed(scale) && (int64_t)sw_h5_length(scale) == n;
}

/* *label stays NULL when the axis has no scale, or its scale no labels. */
static sw_status read_labels(sw_diff *diff, int side, const char *path, int64_t n,
                             const char *const **label) {
  *label = NULL;
  if (*path == '\0') return SW_OK;
  hid_t scale = H5Dopen2(diff->file[side], path, H5P_DEFAULT);
  if (scale < 0) return sw_h5_fail(diff->err, path, "be read");
  bool labels = has_labels(diff, scale, n);
  H5Dclose(scale);
  int64_t count = 0;
  return labels ? sw_contents_labels(diff->err, diff->arena, diff->file[side], path, &count, label)
                : SW_OK;
}

/* ---- matching --------------------------------------------------------------------------- */

static bool same_labels(int64_t n, const char *const *a, const char *const *b) {
  if (!a || !b) return !a && !b;
  for (int64_t i = 0; i < n; i++)
    if (strcmp(a[i], b[i]) != 0) return false;
  return true;
}

/* A hash table from each label to its position. *twice becomes true when a label is there twice,
 * and is left alone otherwise: one variable serves both files. */
static sw_status map_of(sw_diff *diff, int64_t n, const char *const *label, sw_map **map,
                        bool *twice) {
  SW_TRY(sw_map_create(diff->err, (size_t)n, map));
  sw_status status = SW_OK;
  for (int64_t i = 0; i < n && status == SW_OK; i++) {
    int64_t existing = -1;
    status = sw_map_put(diff->err, *map, label[i], strlen(label[i]), i, &existing);
    *twice |= existing >= 0;
  }
  return status;
}

/* Fills in the common positions. `map` is of the new file's labels, NULL to match by position up to
 * the shorter length. Goes through the old file, so its positions ascend; those of the new file do
 * not when units changed their order. */
static void match(sw_diff_axis *axis, const sw_map *map, int64_t *old_at, int64_t *new_at) {
  int64_t least = axis->n[SW_OLD] < axis->n[SW_NEW] ? axis->n[SW_OLD] : axis->n[SW_NEW];
  for (int64_t i = 0; i < (map ? axis->n[SW_OLD] : least); i++) {
    const char *label = map ? axis->label[SW_OLD][i] : NULL;
    int64_t to = map ? sw_map_find(map, label, strlen(label)) : i;
    /* Removed: the new file has no such label. */
    if (to < 0) continue;
    old_at[axis->n_common] = i;
    new_at[axis->n_common++] = to;
  }
}

/* The table of the old file is made only to find a label that appears twice in it. Two equal
 * positions would be matched with one, so then the whole axis goes by position. */
static sw_status match_axis(sw_diff *diff, sw_diff_axis *axis) {
  const char *const *const *label = axis->label;
  int64_t *at[2] = {NULL, NULL};
  sw_map *map[2] = {NULL, NULL};
  bool twice = false;
  for (int s = 0; s < 2; s++)
    SW_NEW(diff->err, diff->arena, at[s], axis->n[SW_OLD] + 1);
  /* The usual case: nothing changed, and positions match as they are. */
  axis->same = axis->n[SW_OLD] == axis->n[SW_NEW] &&
               same_labels(axis->n[SW_OLD], label[SW_OLD], label[SW_NEW]);
  sw_status status = SW_OK;
  if (!axis->same && label[SW_OLD] && label[SW_NEW])
    for (int s = 0; s < 2 && status == SW_OK; s++)
      status = map_of(diff, axis->n[s], label[s], &map[s], &twice);
  if (status == SW_OK) match(axis, twice ? NULL : map[SW_NEW], at[SW_OLD], at[SW_NEW]);
  sw_map_destroy(map[SW_OLD]);
  sw_map_destroy(map[SW_NEW]);
  axis->at[SW_OLD] = at[SW_OLD];
  axis->at[SW_NEW] = at[SW_NEW];
  return status;
}

/* ---- what is told ----------------------------------------------------------------------- */

/* "units: 2 removed: 06037, 06059": the labels of one file without a counterpart; the first TOLD by
 * name. 80 bytes are more than one more label takes, so no label is cut in the middle. */
static sw_status tell_labels(sw_diff *diff, const sw_diff_axis *axis, const char *where, int side) {
  int64_t n = axis->n[side], count = n - axis->n_common;
  if (count <= 0) return SW_OK;
  bool *common = NULL;
  SW_NEW(diff->err, diff->arena, common, n);
  for (int64_t i = 0; i < axis->n_common; i++)
    common[axis->at[side][i]] = true;
  char text[512] = "";
  size_t length = 0;
  int told = 0;
  for (int64_t i = 0; i < n && told < TOLD && length < sizeof text - 80; i++)
    if (!common[i])
      length += (size_t)snprintf(text + length, sizeof text - length, "%s%.60s",
                                 told++ > 0 ? ", " : "", axis->label[side][i]);
  return sw_diff_note(diff, "%s: %lld %s: %s%s", where, (long long)count,
                      side == SW_OLD ? "removed" : "added", text, count > told ? ", ..." : "");
}

/* Tells how the labels of an axis differ. Without labels all there is to tell is its length. */
static sw_status tell_axis(sw_diff *diff, const sw_diff_axis *axis, const char *where) {
  bool unit = strcmp(axis->name, SW_NAME_UNIT) == 0, time = strcmp(axis->name, SW_NAME_TIME) == 0;
  const char *name = unit ? "units" : time ? "periods" : axis->name;
  /* unit_to repeats the labels of unit, whose differences are told there; the length of `rank`
   * follows from `keep`, which is told as a parameter. */
  if (axis->same || strcmp(name, SW_NAME_UNIT_TO) == 0 || strcmp(name, SW_NAME_RANK) == 0)
    return SW_OK;
  char full[512];
  snprintf(full, sizeof full, "%.250s%s%.250s", where, *where && *name ? ": " : "", name);
  if (!axis->label[SW_OLD] || !axis->label[SW_NEW])
    return axis->n[SW_OLD] == axis->n[SW_NEW]
               ? SW_OK
               : sw_diff_note(diff, "%s: %lld positions became %lld", full,
                              (long long)axis->n[SW_OLD], (long long)axis->n[SW_NEW]);
  SW_TRY(tell_labels(diff, axis, full, SW_OLD));
  SW_TRY(tell_labels(diff, axis, full, SW_NEW));
  /* Not the same, yet nothing was added or removed. */
  if (axis->n_common == axis->n[SW_OLD] && axis->n_common == axis->n[SW_NEW])
    return sw_diff_note(diff, "%s: in another order", full);
  return SW_OK;
}

/* ---- the axes met so far ---------------------------------------------------------------- */

/* The axis of two scales met before. The lengths are compared too: nothing in HDF5 makes a dataset
 * as long as its scale. A dimension without scale has no path and is never found. */
static sw_diff_axis *find_by_path(const sw_diff *diff, const char *const path[2],
                                  const int64_t n[2]) {
  for (sw_axis_entry *e = diff->axes; e && *path[SW_OLD] && *path[SW_NEW]; e = e->next)
    if (strcmp(e->path[SW_OLD], path[SW_OLD]) == 0 && strcmp(e->path[SW_NEW], path[SW_NEW]) == 0 &&
        e->axis->n[SW_OLD] == n[SW_OLD] && e->axis->n[SW_NEW] == n[SW_NEW])
      return e->axis;
  return NULL;
}

/* An axis of the same name and with the same labels, met under other paths: a scale may be linked
 * into several groups. Using the first one tells differences once, and lets count_units() (most.c)
 * know the units by the address of their axis. Axes without labels are kept apart, as equal lengths
 * prove nothing. */
static sw_diff_axis *find_equal(const sw_diff *diff, const sw_diff_axis *axis) {
  for (sw_axis_entry *e = diff->axes; e; e = e->next) {
    bool equal = strcmp(e->axis->name, axis->name) == 0;
    for (int s = 0; s < 2; s++)
      equal = equal && e->axis->n[s] == axis->n[s] && axis->label[s] &&
              same_labels(axis->n[s], e->axis->label[s], axis->label[s]);
    if (equal) return e->axis;
  }
  return NULL;
}

/* Remembers an axis, as most datasets share theirs: paths are compared, not labels. */
static sw_status keep_axis(sw_diff *diff, const char *const path[2], sw_diff_axis *axis) {
  sw_axis_entry *entry = NULL;
  SW_NEW(diff->err, diff->arena, entry, 1);
  for (int s = 0; s < 2; s++)
    if (!(entry->path[s] = sw_arena_text(diff->arena, path[s])))
      return sw_fail(diff->err, SW_ENOMEM, "out of memory for axes");
  entry->axis = axis;
  entry->next = diff->axes;
  diff->axes = entry;
  return SW_OK;
}

/* The axis of two scales: one met before, or read, matched, kept and told. It is entered in the
 * list before it is matched, also when it turns out equal to another, so that its labels are not
 * read again. */
static sw_status make_axis(sw_diff *diff, const char *where, const char *const path[2],
                           const int64_t n[2], sw_diff_axis **out) {
  if ((*out = find_by_path(diff, path, n))) return SW_OK;
  sw_diff_axis *axis = NULL;
  SW_NEW(diff->err, diff->arena, axis, 1);
  if (!(axis->name = sw_arena_text(diff->arena, sw_h5_last_part(path[SW_OLD]))))
    return sw_fail(diff->err, SW_ENOMEM, "out of memory for axes");
  for (int s = 0; s < 2; s++) {
    axis->n[s] = n[s];
    SW_TRY(read_labels(diff, s, path[s], n[s], &axis->label[s]));
  }
  sw_diff_axis *met = find_equal(diff, axis);
  *out = met ? met : axis;
  SW_TRY(keep_axis(diff, path, *out));
  if (met) return SW_OK;
  SW_TRY(match_axis(diff, axis));
  return tell_axis(diff, axis, where);
}

/* An axis of the root, without a dataset that has it. */
sw_status sw_diff_root_axis(sw_diff *diff, const char *name, sw_diff_axis **axis) {
  char path[64];
  int64_t n[2] = {0, 0};
  /* No dataset of this axis is needed: the scale itself says how long it is. */
  snprintf(path, sizeof path, "/%s", name);
  for (int s = 0; s < 2; s++) {
    hid_t scale = H5Dopen2(diff->file[s], path, H5P_DEFAULT);
    if (scale < 0) return sw_h5_fail(diff->err, path, "be read");
    n[s] = (int64_t)sw_h5_length(scale);
    H5Dclose(scale);
  }
  return make_axis(diff, "", (const char *const[2]){path, path}, n, axis);
}

/* The length is the dataset's, not the scale's: values are what is compared. */
sw_status sw_diff_axis_of(sw_diff *diff, const char *where, const hid_t dataset[2], int dimension,
                          sw_diff_axis **axis) {
  char path[2][SW_H5_PATH_ROOM];
  int64_t n[2] = {0, 0};
  for (int s = 0; s < 2; s++) {
    n[s] = (int64_t)sw_h5_shape_of(dataset[s]).extent[dimension];
    sw_h5_axis_path(dataset[s], dimension, path[s]);
  }
  return make_axis(diff, where, (const char *const[2]){path[SW_OLD], path[SW_NEW]}, n, axis);
}
