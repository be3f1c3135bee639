/* Opening finished results files, and the one walk over them. A file that is not ours, or not
 * complete, is refused before anything is read from it. Names of a group are read at once, objects
 * are opened one at a time, so a file of many results takes little memory beside their names.
 *
 * Invariant: level[0 .. depth] are the groups from where the walk began to the one at hand, all of
 * them open but level[0], which is the caller's.
 *
 * Called by everything that reads results: info, diff, check, the report and weights out of
 * results. One thread; the walk itself allocates in the caller's arena alone. */
#include "store/layout/contents.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/h5/shape.h"
#include "store/layout/layout.h"
#include "store/text/file.h"

/* Longer than any name that a study may give. */
enum { NAME_ROOM = 1024 };

/* ---- a file ------------------------------------------------------------------------------ */

/* Opens with the serial driver, so any number of processes may read the file at a time. *out is the
 * caller's to close; on failure it is invalid. */
sw_status sw_contents_open(sw_error *err, sw_arena *arena, const char *path, hid_t *out) {
  /* Of a damaged file the library would print at exit that it cannot close it. Without this HDF5
   * would print a page of its own messages at exit. */
  H5dont_atexit();
  sw_h5_quiet();
  *out = H5I_INVALID_HID;
  SW_TRY(sw_file_refuse_stream(err, path, "a results file of spillway run"));
  hid_t file = access(path, R_OK) == 0 && H5Fis_hdf5(path) > 0
                   ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT)
                   : H5I_INVALID_HID;
  if (file < 0) return sw_h5_refuse(err, path, "a results file of spillway run");
  /* `unit` too: any HDF5 file may have an attribute called `state`. */
  const char *state = NULL;
  sw_status status = sw_h5_read_text(err, arena, file, SW_ATTR_STATE, &state);
  htri_t has_units = H5Lexists(file, SW_NAME_UNIT, H5P_DEFAULT);
  if (state && strcmp(state, SW_STATE_COMPLETE) == 0 && has_units > 0) {
    *out = file;
    return SW_OK;
  }
  /* That memory ended is not the file's fault. */
  if (status == SW_OK && (has_units < 0 || (!state && H5Aexists(file, SW_ATTR_STATE) < 0)))
    status = sw_h5_fail(err, path, "look for its contents");
  H5Fclose(file);
  SW_TRY(status);
  if (state && strcmp(state, SW_STATE_INCOMPLETE) == 0)
    return sw_fail(err, SW_EINPUT, "%s: is incomplete: its run did not finish", path);
  return sw_fail(err, SW_EINPUT, "%s: is an HDF5 file, but not a results file of spillway run",
                 path);
}

/* ---- one group -------------------------------------------------------------------------- */

/* Bytes, as in the file; no locale. */
static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A foreign file need not have kept the order of creation: asked for, it would fail. Opened again,
 * as the root may be given as its file, which has no creation list of a group. Links that were
 * created without an order can be read by name only. */
static bool keeps_order(hid_t group) {
  unsigned flags = 0;
  hid_t again = H5Gopen2(group, ".", H5P_DEFAULT);
  hid_t creation = again < 0 ? H5I_INVALID_HID : H5Gget_create_plist(again);
  bool kept = creation >= 0 && H5Pget_link_creation_order(creation, &flags) >= 0 &&
              (flags & H5P_CRT_ORDER_TRACKED) != 0;
  if (creation >= 0) H5Pclose(creation);
  if (again >= 0) H5Gclose(again);
  return kept;
}

/* Names longer than NAME_ROOM are cut, and then lead nowhere: no results file has such. */
sw_status sw_contents_names(sw_error *err, sw_arena *arena, hid_t group, sw_order order,
                            sw_names *names) {
  H5G_info_t info = {0};
  *names = (sw_names){0};
  if (H5Gget_info(group, &info) < 0) return sw_h5_fail(err, "a group", "be read");
  bool as_made = order == SW_AS_MADE && keeps_order(group);
  SW_NEW(err, arena, names->name, info.nlinks + 1);
  for (hsize_t i = 0; i < info.nlinks; i++) {
    char name[NAME_ROOM] = "";
    if (H5Lget_name_by_idx(group, ".", as_made ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME, H5_ITER_INC, i,
                           name, sizeof name, H5P_DEFAULT) < 0)
      return sw_h5_fail(err, "a group", "be read");
    if (!(names->name[names->count++] = sw_arena_text(arena, name)))
      return sw_fail(err, SW_ENOMEM, "out of memory for names");
  }
  /* HDF5's own order of names is that of bytes, but nothing promises it. */
  if (!as_made) qsort(names->name, (size_t)names->count, sizeof *names->name, by_name);
  return SW_OK;
}

/* Only values are counted when they are undefined. A scale whose values are results
 * (SW_ATTR_UNDEFINED counts them) is a variable to readers. */
bool sw_contents_is_computed(hid_t scale) {
  return H5Aexists(scale, SW_ATTR_UNDEFINED) > 0;
}

/* What an object of a results file is, by what it has and not by its name. */
static sw_item_kind kind_of(hid_t object) {
  switch (H5Iget_type(object)) {
  case H5I_GROUP:
    return H5Aexists(object, SW_ATTR_MEASURE) > 0 ? SW_ITEM_RESULT : SW_ITEM_FOLDER;
  case H5I_DATASET:
    return H5DSis_scale(object) > 0 && !sw_contents_is_computed(object) ? SW_ITEM_AXIS
                                                                        : SW_ITEM_VARIABLE;
  default:
    return SW_ITEM_OTHER;
  }
}

/* item->object is open on success, and the caller's or the walk's to close. */
sw_status sw_contents_open_item(sw_error *err, sw_arena *arena, hid_t group, const char *where,
                                const char *name, sw_item *item) {
  *item = (sw_item){.name = name, .object = H5I_INVALID_HID};
  item->path = sw_arena_printf(arena, "%s%s%s", where, *where ? "/" : "", name);
  if (!item->path) return sw_fail(err, SW_ENOMEM, "out of memory for names");
  item->object = H5Oopen(group, name, H5P_DEFAULT);
  if (item->object < 0) return sw_h5_fail(err, item->path, "be read");
  item->kind = kind_of(item->object);
  return SW_OK;
}

/* Returns an open dataset, or an invalid handle where there is none or it is no variable. Nothing
 * is reported. */
hid_t sw_contents_variable(hid_t group, const char *name) {
  if (H5Lexists(group, name, H5P_DEFAULT) <= 0) return H5I_INVALID_HID;
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object >= 0 && kind_of(object) == SW_ITEM_VARIABLE) return object;
  if (object >= 0) H5Oclose(object);
  return H5I_INVALID_HID;
}

/* ---- labels ------------------------------------------------------------------------------ */

/* Texts of variable length, one for each position of the axis: what else has the name is not ours,
 * and the axis is told by its numbers. */
static bool are_labels(hid_t group, const char *path, const char *axis) {
  if (H5Lexists(group, path, H5P_DEFAULT) <= 0) return false;
  hid_t dataset = H5Dopen2(group, path, H5P_DEFAULT), scale = H5Dopen2(group, axis, H5P_DEFAULT);
  hid_t type = dataset < 0 ? H5I_INVALID_HID : H5Dget_type(dataset);
  bool fit = type >= 0 && scale >= 0 && H5Tget_class(type) == H5T_STRING &&
             H5Tis_variable_str(type) > 0 && sw_h5_length(dataset) == sw_h5_length(scale);
  if (type >= 0) H5Tclose(type);
  if (scale >= 0) H5Dclose(scale);
  if (dataset >= 0) H5Dclose(dataset);
  return fit;
}

/* Of `time` the labels that the panel has are preferred to the days that the axis holds. */
sw_status sw_contents_labels(sw_error *err, sw_arena *arena, hid_t group, const char *path,
                             int64_t *count, const char *const **label) {
  const char *last = sw_h5_last_part(path);
  if (strcmp(last, SW_NAME_TIME) == 0) {
    const char *beside =
        sw_arena_printf(arena, "%.*s" SW_NAME_TIME_LABEL, (int)(last - path), path);
    if (!beside) return sw_fail(err, SW_ENOMEM, "out of memory for labels");
    if (are_labels(group, beside, path)) path = beside;
  }
  return sw_h5_read_labels(err, arena, group, path, count, label);
}

/* ---- all of it -------------------------------------------------------------------------- */

/* Makes `group` the one at hand. It becomes the walk's to close, but for the first. The depth is
 * bounded, so a file with a cycle of hard links cannot make the walk endless. */
static sw_status enter(sw_contents *in, hid_t group, const char *path) {
  if (in->depth + 1 == SW_CONTENTS_DEEPEST)
    return sw_fail(in->err, SW_EINPUT, "%.200s: groups are nested deeper than in any results file",
                   path);
  struct sw_contents_level *level = &in->level[++in->depth];
  *level = (struct sw_contents_level){.group = group, .path = path};
  return sw_contents_names(in->err, in->arena, group, in->order, &level->names);
}

/* A group that was told is not closed here, but entered. */
static void close_item(sw_contents *in) {
  if (in->item.object >= 0) H5Oclose(in->item.object);
  in->item.object = H5I_INVALID_HID;
}

sw_status sw_contents_begin(sw_error *err, sw_arena *arena, hid_t group, sw_order order,
                            sw_contents *in) {
  *in = (sw_contents){
      .err = err, .arena = arena, .order = order, .item = {.object = H5I_INVALID_HID}, .depth = -1};
  return in->status = enter(in, group, "");
}

/* Before the next item, the last one is closed; if it is a group, what is in it comes next. */
bool sw_contents_next(sw_contents *in, sw_item *item) {
  if (in->status != SW_OK) return false;
  sw_item last = in->item;
  if (last.object >= 0 && (last.kind == SW_ITEM_FOLDER || last.kind == SW_ITEM_RESULT)) {
    in->status = enter(in, last.object, last.path);
    if (in->status != SW_OK) return false;
    in->item.object = H5I_INVALID_HID;
  }
  close_item(in);
  while (in->depth > 0 && in->level[in->depth].next == in->level[in->depth].names.count)
    H5Oclose(in->level[in->depth--].group);
  struct sw_contents_level *level = &in->level[in->depth];
  if (level->next == level->names.count) return false;
  in->status = sw_contents_open_item(in->err, in->arena, level->group, level->path,
                                     level->names.name[level->next++], &in->item);
  *item = in->item;
  return in->status == SW_OK;
}

/* Called in any case, also after a failure; returns the first failure of both. */
sw_status sw_contents_end(sw_contents *in, sw_status status) {
  /* A group that could not be entered for want of names is both the item and a level. */
  if (in->depth > 0 && in->level[in->depth].group == in->item.object)
    in->item.object = H5I_INVALID_HID;
  close_item(in);
  for (; in->depth > 0; in->depth--)
    H5Oclose(in->level[in->depth].group);
  return status == SW_OK ? in->status : status;
}
