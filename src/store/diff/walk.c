/* Walks two groups side by side: a name in both is compared, a name in one is told as added or
 * removed. Called for the root by diff.c and by itself for every group below.
 *
 * Invariant: names come in the order of strcmp, so that the same two files give the same report. */
#include "store/diff/private.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The recursion ends at DEEPEST: in a damaged or foreign file a group can contain itself. */
enum { NAME_ROOM = 1024, DEEPEST = 16 };

typedef struct names {
  int count;
  const char **name;
} names;

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a group, sorted as merge() compares them: it passes over two sorted lists once. */
static sw_status read_names(sw_diff *diff, hid_t group, names *out) {
  H5G_info_t info = {0};
  if (H5Gget_info(group, &info) < 0) return sw_h5_fail(diff->err, "a group", "be read");
  SW_NEW(diff->err, diff->arena, out->name, info.nlinks + 1);
  for (hsize_t i = 0; i < info.nlinks; i++) {
    char name[NAME_ROOM] = "";
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name,
                           H5P_DEFAULT) < 0)
      return sw_h5_fail(diff->err, "a group", "be read");
    if (!(out->name[out->count++] = sw_arena_text(diff->arena, name)))
      return sw_fail(diff->err, SW_ENOMEM, "no memory for names");
  }
  qsort(out->name, (size_t)out->count, sizeof *out->name, by_name);
  return SW_OK;
}

/* ---- one name --------------------------------------------------------------------------- */

/* An axis, which HDF5 keeps as a dataset beside the variables. */
static bool is_scale(hid_t object) {
  return H5Iget_type(object) == H5I_DATASET && H5DSis_scale(object) > 0;
}

/* The group of a result, not a folder of results such as /composites. */
static bool is_result(hid_t object) {
  return H5Iget_type(object) == H5I_GROUP && H5Aexists(object, SW_ATTR_MEASURE) > 0;
}

/* Tells a name that only one file has. Axes are passed over: axes.c tells them when a variable that
 * uses them is compared. */
static sw_status tell_only(sw_diff *diff, const char *full, hid_t group, const char *name,
                           int side) {
  /* Opened only to say what it is. */
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return sw_h5_fail(diff->err, full, "be read");
  bool scale = is_scale(object), dataset = H5Iget_type(object) == H5I_DATASET;
  const char *measure =
      is_result(object) ? sw_h5_get_text(diff->arena, object, SW_ATTR_MEASURE) : NULL;
  H5Oclose(object);
  if (scale) return SW_OK;
  return sw_diff_note(diff, "%s: %s%s%s", full,
                      dataset   ? "variable "
                      : measure ? "result "
                                : "group ",
                      side == SW_OLD ? "removed" : "added",
                      measure ? sw_arena_printf(diff->arena, " (%s)", measure) : "");
}

/* One name that both groups have, both objects open. What is neither group nor dataset (a named
 * type) is not of our making and is passed over. */
static sw_status compare_objects(sw_diff *diff, const char *where, const char *name,
                                 const char *full, const hid_t object[2]) {
  H5I_type_t type = H5Iget_type(object[SW_OLD]);
  if (type != H5Iget_type(object[SW_NEW]))
    return sw_diff_note(diff, "%s: a group in one file, a variable in the other", full);
  /* Compared by label when a variable uses it. */
  if (is_scale(object[SW_OLD]) && is_scale(object[SW_NEW])) return SW_OK;
  if (type == H5I_DATASET) return sw_diff_dataset(diff, where, name, object);
  if (type != H5I_GROUP) return SW_OK;
  diff->results += is_result(object[SW_OLD]) && is_result(object[SW_NEW]);
  if (!diff->options.values) SW_TRY(sw_diff_attributes(diff, full, object));
  return sw_diff_group(diff, full, object);
}

/* Opens both objects and closes them whatever comes of it. */
static sw_status compare_name(sw_diff *diff, const char *where, const char *name, const char *full,
                              const hid_t group[2]) {
  hid_t object[2] = {H5Oopen(group[SW_OLD], name, H5P_DEFAULT),
                     H5Oopen(group[SW_NEW], name, H5P_DEFAULT)};
  sw_status status = object[SW_OLD] >= 0 && object[SW_NEW] >= 0
                         ? compare_objects(diff, where, name, full, object)
                         : sw_h5_fail(diff->err, full, "be read");
  for (int s = 0; s < 2; s++)
    if (object[s] >= 0) H5Oclose(object[s]);
  return status;
}

/* ---- all names -------------------------------------------------------------------------- */

static const char *full_name(sw_diff *diff, const char *where, const char *name) {
  return sw_arena_printf(diff->arena, "%s%s%s", where, *where ? "/" : "", name);
}

/* Compares partners, with the values kept of them. All such values go in one call, because a row of
 * partners is matched once for all of them. */
static sw_status compare_partners(sw_diff *diff, const char *where, const hid_t group[2],
                                  const names *old) {
  const char **kept = NULL;
  int count = 0;
  SW_NEW(diff->err, diff->arena, kept, old->count + 1);
  for (int i = 0; i < old->count; i++)
    if (sw_diff_is_kept(group, old->name[i])) kept[count++] = old->name[i];
  return sw_diff_partners(diff, where, group, count, kept);
}

/* Merges two sorted lists of names: order < 0 is a name of the old file only, > 0 of the new one
 * only. `partners`: the partners, their rows and the values kept of them have been compared
 * already. */
static sw_status merge(sw_diff *diff, const char *where, const hid_t group[2], const names list[2],
                       bool partners) {
  for (int i = 0, j = 0; (i < list[0].count || j < list[1].count) && !sw_diff_enough(diff);) {
    int order = i == list[0].count   ? 1
                : j == list[1].count ? -1
                                     : strcmp(list[0].name[i], list[1].name[j]);
    const char *name = order <= 0 ? list[0].name[i] : list[1].name[j];
    const char *full = full_name(diff, where, name);
    if (!full) return sw_fail(diff->err, SW_ENOMEM, "no memory for names");
    /* Both lists move on when both have the name. */
    i += order <= 0;
    j += order >= 0;
    if (sw_layout_is_hash(name)) continue;
    /* One file only; group[1] is the new one. */
    if (order != 0)
      SW_TRY(tell_only(diff, full, group[order > 0], name, order > 0));
    else if (!(partners && (sw_diff_is_kept(group, name) || strcmp(name, SW_NAME_PARTNER) == 0 ||
                            strcmp(name, SW_NAME_ROW_START) == 0)))
      SW_TRY(compare_name(diff, where, name, full, group));
  }
  return SW_OK;
}

static int depth_of(const char *where) {
  int depth = *where != '\0';
  for (; *where; where++)
    depth += *where == '/';
  return depth;
}

/* Partners first: merge() then passes over what was compared with them. */
sw_status sw_diff_group(sw_diff *diff, const char *where, const hid_t group[2]) {
  names list[2] = {{0}, {0}};
  if (depth_of(where) > DEEPEST)
    return sw_fail(diff->err, SW_EINPUT, "%.200s: groups go deeper than any results file's", where);
  for (int s = 0; s < 2; s++)
    SW_TRY(read_names(diff, group[s], &list[s]));
  bool partners = sw_diff_has_partners(group);
  if (partners) SW_TRY(compare_partners(diff, where, group, &list[SW_OLD]));
  return merge(diff, where, group, list, partners);
}
