/* Walks two groups side by side: a name in both is compared, a name in one is told as added or
 * removed. Called for the root by diff.c and by itself for every group below.
 *
 * Invariant: names come in the order of strcmp, so that the same two files give the same report. */
#include "store/diff/private.h"

#include <string.h>

/* ---- one name --------------------------------------------------------------------------- */

/* Tells a name that only one file has. Axes are skipped: axes.c tells them when a variable that
 * uses them is compared. */
static sw_status tell_only(sw_diff *diff, const char *where, hid_t group, const char *name,
                           int side) {
  /* Opened only to say what it is. */
  sw_item item;
  SW_TRY(sw_contents_open_item(diff->err, diff->arena, group, where, name, &item));
  bool result = item.kind == SW_ITEM_RESULT;
  const char *measure = result ? sw_h5_get_text(diff->arena, item.object, SW_ATTR_MEASURE) : NULL;
  H5Oclose(item.object);
  if (item.kind == SW_ITEM_AXIS) return SW_OK;
  return sw_diff_note(diff, "%s: %s%s%s", item.path,
                      item.kind == SW_ITEM_VARIABLE ? "variable "
                      : measure                     ? "result "
                                                    : "group ",
                      side == SW_OLD ? "removed" : "added",
                      measure ? sw_arena_printf(diff->arena, " (%s)", measure) : "");
}

/* One name that both groups have, both objects open. What is neither group nor dataset (a named
 * type) is not written by this program and is skipped. */
static sw_status compare_items(sw_diff *diff, const char *where, const sw_item item[2]) {
  const sw_item *old = &item[SW_OLD], *new = &item[SW_NEW];
  const hid_t object[2] = {old->object, new->object};
  if (H5Iget_type(old->object) != H5Iget_type(new->object))
    return sw_diff_note(diff, "%s: a group in one file, a variable in the other", old->path);
  /* Compared by label when a variable uses it. */
  if (old->kind == SW_ITEM_OTHER || (old->kind == SW_ITEM_AXIS && new->kind == SW_ITEM_AXIS))
    return SW_OK;
  if (old->kind == SW_ITEM_VARIABLE || old->kind == SW_ITEM_AXIS)
    return sw_diff_dataset(diff, where, old->name, object);
  diff->results += old->kind == SW_ITEM_RESULT && new->kind == SW_ITEM_RESULT;
  if (!diff->options.values) SW_TRY(sw_diff_attributes(diff, old->path, object));
  return sw_diff_group(diff, old->path, object);
}

/* Opens both objects and closes them whatever comes of it. */
static sw_status compare_name(sw_diff *diff, const char *where, const char *name,
                              const hid_t group[2]) {
  sw_item item[2] = {{.object = H5I_INVALID_HID}, {.object = H5I_INVALID_HID}};
  sw_status status = SW_OK;
  for (int s = 0; s < 2 && status == SW_OK; s++)
    status = sw_contents_open_item(diff->err, diff->arena, group[s], where, name, &item[s]);
  if (status == SW_OK) status = compare_items(diff, where, item);
  for (int s = 0; s < 2; s++)
    if (item[s].object >= 0) H5Oclose(item[s].object);
  return status;
}

/* ---- all names -------------------------------------------------------------------------- */

/* Compares partners, with the values kept of them. All such values go in one call, because a row of
 * partners is matched once for all of them. */
static sw_status compare_partners(sw_diff *diff, const char *where, const hid_t group[2],
                                  const sw_names *old) {
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
static sw_status merge(sw_diff *diff, const char *where, const hid_t group[2],
                       const sw_names list[2], bool partners) {
  for (int i = 0, j = 0; (i < list[0].count || j < list[1].count) && !sw_diff_enough(diff);) {
    int order = i == list[0].count   ? 1
                : j == list[1].count ? -1
                                     : strcmp(list[0].name[i], list[1].name[j]);
    const char *name = order <= 0 ? list[0].name[i] : list[1].name[j];
    /* Both lists move on when both have the name. */
    i += order <= 0;
    j += order >= 0;
    if (sw_layout_is_hash(name)) continue;
    /* One file only; group[1] is the new one. */
    if (order != 0)
      SW_TRY(tell_only(diff, where, group[order > 0], name, order > 0));
    else if (!(partners && (sw_diff_is_kept(group, name) || strcmp(name, SW_NAME_PARTNER) == 0 ||
                            strcmp(name, SW_NAME_ROW_START) == 0)))
      SW_TRY(compare_name(diff, where, name, group));
  }
  return SW_OK;
}

static int depth_of(const char *where) {
  int depth = *where != '\0';
  for (; *where; where++)
    depth += *where == '/';
  return depth;
}

/* Partners first: merge() then skips what was compared with them. */
sw_status sw_diff_group(sw_diff *diff, const char *where, const hid_t group[2]) {
  sw_names list[2];
  if (depth_of(where) > SW_CONTENTS_DEEPEST)
    return sw_fail(diff->err, SW_EINPUT,
                   "%.200s: groups are nested deeper than in any results file", where);
  for (int s = 0; s < 2; s++)
    SW_TRY(sw_contents_names(diff->err, diff->arena, group[s], SW_BY_NAME, &list[s]));
  bool partners = sw_diff_has_partners(group);
  if (partners) SW_TRY(compare_partners(diff, where, group, &list[SW_OLD]));
  return merge(diff, where, group, list, partners);
}
