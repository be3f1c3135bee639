/* The axes of what a results file has. Those of the root are shared by all results; others are a
 * result's own. A file of another program may have axes without a scale: their positions are
 * numbered.
 *
 * Called by page.c for each axis of each variable; an axis that is known is found again by its id,
 * "time" or "result/name". Names come from the places of scales in the file, which the walk has
 * noted: asking HDF5 for the name of an object searches the file. */
#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/page/private.h"

static int find_axis(const sw_page *page, const char *id) {
  for (int a = 0; a < page->n_axes; a++)
    if (strcmp(page->axis[a].id, id) == 0) return a;
  return -1;
}

/* Adds an axis; the room was counted before (page.c). */
static sw_status add_axis(sw_page_reading *in, sw_page_axis axis, int *place) {
  if (!axis.id || !axis.name)
    return sw_fail(in->err, SW_ENOMEM, "out of memory for the axes of a results file");
  *place = in->page->n_axes;
  in->page->axis[in->page->n_axes++] = axis;
  return SW_OK;
}

/* ---- names ------------------------------------------------------------------------------ */

/* The address of an object: two handles of one dataset agree in it. The address does not change
 * while the file is open. */
static haddr_t place_of(hid_t object) {
  H5O_info_t info;
  return H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0 ? HADDR_UNDEF : info.addr;
}

static const char *name_at(const sw_page_reading *in, haddr_t at) {
  for (int k = 0; k < in->n_scales; k++)
    if (in->scale[k].at == at) return in->scale[k].name;
  return NULL;
}

/* Also one whose positions are values, which the walk takes for a variable. Scales come before the
 * variables that use them in files of this program. */
void sw_page_note_scale(sw_page_reading *in, const sw_item *item) {
  bool scale = item->kind == SW_ITEM_AXIS ||
               (item->kind == SW_ITEM_VARIABLE && H5DSis_scale(item->object) > 0);
  haddr_t at = scale ? place_of(item->object) : HADDR_UNDEF;
  if (at == HADDR_UNDEF || name_at(in, at)) return;
  in->scale[in->n_scales++] = (sw_page_scale){at, sw_h5_last_part(item->path)};
}

static herr_t keep_place(hid_t dataset, unsigned dimension, hid_t scale, void *into) {
  (void)dataset, (void)dimension;
  *(haddr_t *)into = place_of(scale);
  return 1; /* one scale is attached */
}

/* The name of an axis, "" without one; `room` may be needed for it. "" means that no scale is
 * attached. */
static const char *axis_name(const sw_page_reading *in, hid_t dataset, int axis,
                             char room[SW_H5_PATH_ROOM]) {
  haddr_t at = HADDR_UNDEF;
  H5DSiterate_scales(dataset, (unsigned)axis, NULL, keep_place, &at);
  const char *name = at == HADDR_UNDEF ? "" : name_at(in, at);
  if (name) return name;
  sw_h5_axis_path(dataset, axis, room); /* of a file whose axes come behind their variables */
  return sw_h5_last_part(room);
}

/* ---- time ------------------------------------------------------------------------------- */

/* Labels are compared, not counted: another result may have as many periods, but others. */
static bool are_all_periods(const sw_page *page, int64_t n, const char *const *label) {
  if (n != page->n_periods) return false;
  for (int64_t t = 0; t < n; t++)
    if (strcmp(label[t], page->period[t]) != 0) return false;
  return true;
}

/* Of a result that is computed for some periods, in its own order. at[k] is the period of the root,
 * by which the page joins series of several results and looks up arrays: one that the root does not
 * have is of a damaged file. */
static sw_status own_time(sw_page_reading *in, const char *result, const char *id, int64_t n,
                          const char *const *label, int *place) {
  int *at = NULL;
  SW_NEW(in->err, in->arena, at, n + 1);
  for (int64_t k = 0; k < n; k++) {
    at[k] = -1;
    for (int t = 0; at[k] < 0 && t < in->page->n_periods; t++)
      if (strcmp(label[k], in->page->period[t]) == 0) at[k] = t;
    if (at[k] < 0)
      return sw_fail(in->err, SW_EINPUT, "is damaged: %s has a period %.80s, which the file lacks",
                     result, label[k]);
  }
  sw_page_axis axis = {.id = sw_arena_text(in->arena, id),
                       .name = SW_NAME_TIME,
                       .kind = SW_PAGE_TIME,
                       .n = n,
                       .label = label,
                       .at = at,
                       .units = ""};
  return add_axis(in, axis, place);
}

/* The root's periods where they fit; else the result's own, by its own labels. Neither: the file is
 * damaged, as no number could be placed. */
static sw_status time_axis(sw_page_reading *in, const char *result, hid_t group, int64_t extent,
                           int *place) {
  const char *const *label = NULL;
  int64_t n = 0;
  sw_error ignored = {0};
  if (sw_contents_labels(&ignored, in->arena, group, SW_NAME_TIME, &n, &label) != SW_OK ||
      n != extent)
    label = extent == in->page->n_periods ? in->page->period : NULL;
  const char *id = SW_NAME_TIME;
  if (label && !are_all_periods(in->page, extent, label))
    id = sw_arena_printf(in->arena, "%s/" SW_NAME_TIME, result);
  if (!id) return sw_fail(in->err, SW_ENOMEM, "out of memory for the axes of a results file");
  if (!label)
    return sw_fail(in->err, SW_EINPUT, "is damaged: the periods of %s cannot be read", result);
  *place = find_axis(in->page, id);
  if (*place >= 0 && in->page->axis[*place].n == extent) return SW_OK;
  return own_time(in, result, id, extent, label, place);
}

/* ---- labels ----------------------------------------------------------------------------- */

/* The values of an axis of numbers; NULL: it has none that can be read. Texts and references have
 * no values. */
static sw_status read_values(sw_page_reading *in, hid_t scale, int64_t n, const double **value) {
  char name[128] = "";
  double *read = NULL;
  H5DSget_scale_name(scale, name, sizeof name);
  if (strncmp(name, SW_H5_BARE, strlen(SW_H5_BARE)) == 0) return SW_OK; /* nothing is stored */
  sw_h5_shape shape = sw_h5_shape_of(scale);
  if (shape.number != SW_H5_REAL && shape.number != SW_H5_INTEGER && shape.number != SW_H5_NATURAL)
    return SW_OK;
  SW_NEW(in->err, in->arena, read, n + 1);
  if (H5Dread(scale, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) >= 0) *value = read;
  return SW_OK;
}

/* Numbers from 1 where the scale has none. */
static sw_status number_labels(sw_page_reading *in, const double *value, int64_t n,
                               const char *const **label) {
  const char **text = NULL;
  char room[SW_NUMBER_ROOM];
  SW_NEW(in->err, in->arena, text, n + 1);
  for (int64_t k = 0; k < n; k++)
    if (!(text[k] =
              sw_arena_text(in->arena, sw_show_number(value ? value[k] : (double)(k + 1), room))))
      return sw_fail(in->err, SW_ENOMEM, "out of memory for the labels of an axis");
  *label = text;
  return SW_OK;
}

/* Labels of axis->n positions; numbers where the scale has none. `scale` may be invalid. A scale of
 * another length than the axis is damaged and not used. */
static sw_status read_positions(sw_page_reading *in, hid_t group, hid_t scale, sw_page_axis *axis) {
  if (scale >= 0 && (int64_t)sw_h5_length(scale) == axis->n) {
    sw_h5_shape shape = sw_h5_shape_of(scale);
    sw_error ignored = {0};
    int64_t n = 0;
    if (shape.number == SW_H5_TEXT &&
        sw_h5_read_labels(&ignored, in->arena, group, axis->name, &n, &axis->label) == SW_OK)
      return SW_OK;
    axis->label = NULL;
    const char *unit = sw_page_text(in, scale, SW_H5_UNITS);
    if (strcmp(unit, "1") != 0) axis->units = unit;
    if (!sw_h5_is_longer_than_file(scale, (hsize_t)axis->n))
      SW_TRY(read_values(in, scale, axis->n, &axis->value));
  }
  return number_labels(in, axis->value, axis->n, &axis->label);
}

/* Axes of entries and of ranks have no labels to read: they are only positions. */
static sw_status label_axis(sw_page_reading *in, const char *id, hid_t group, const char *name,
                            int64_t extent, int *place) {
  sw_page_axis axis = {.id = id,
                       .name = sw_arena_text(in->arena, name),
                       .kind = SW_PAGE_LABELS,
                       .n = extent,
                       .units = ""};
  if (strcmp(name, SW_NAME_RANK) == 0) axis.kind = SW_PAGE_RANK;
  if (strcmp(name, SW_NAME_ENTRY) == 0 || strcmp(name, SW_NAME_UNIT_EDGE) == 0)
    axis.kind = SW_PAGE_ENTRY;
  if (axis.kind == SW_PAGE_LABELS && axis.name) {
    hid_t scale = group >= 0 && H5Lexists(group, name, H5P_DEFAULT) > 0
                      ? H5Dopen2(group, name, H5P_DEFAULT)
                      : H5I_INVALID_HID;
    sw_status status = read_positions(in, group, scale, &axis);
    if (scale >= 0) H5Dclose(scale);
    SW_TRY(status);
  }
  return add_axis(in, axis, place);
}

/* ---- any -------------------------------------------------------------------------------- */

/* Units have no labels of their own here: their codes are the page's. `place` is the dimension of
 * the dataset. An axis of the same id but another length gets an id of its own. */
sw_status sw_page_axis_of(sw_page_reading *in, const char *result, hid_t group, hid_t dataset,
                          int place, int64_t extent, int *axis) {
  char path[SW_H5_PATH_ROOM], numbered[SW_H5_PATH_ROOM];
  const char *name = axis_name(in, dataset, place, path);
  bool to = strcmp(name, SW_NAME_UNIT_TO) == 0;
  if ((to || strcmp(name, SW_NAME_UNIT) == 0) && extent == in->page->n) {
    if ((*axis = find_axis(in->page, name)) >= 0) return SW_OK;
    sw_page_axis units = {.id = to ? SW_NAME_UNIT_TO : SW_NAME_UNIT,
                          .name = to ? SW_NAME_UNIT_TO : SW_NAME_UNIT,
                          .kind = to ? SW_PAGE_UNIT_TO : SW_PAGE_UNIT,
                          .n = extent,
                          .units = ""};
    return add_axis(in, units, axis);
  }
  if (strcmp(name, SW_NAME_TIME) == 0) return time_axis(in, result, group, extent, axis);
  if (!*name && H5DSis_scale(dataset) > 0 && H5Iget_name(dataset, path, sizeof path) > 0)
    name = sw_h5_last_part(path); /* an axis whose positions are values */
  if (!*name) {
    snprintf(numbered, sizeof numbered, "axis_%lld", (long long)extent);
    name = numbered;
  }
  const char *id = sw_arena_printf(in->arena, "%s/%s", result, name);
  if (!id) return sw_fail(in->err, SW_ENOMEM, "out of memory for the axes of a results file");
  *axis = find_axis(in->page, id);
  if (*axis >= 0 && in->page->axis[*axis].n != extent) { /* a damaged file */
    id = sw_arena_printf(in->arena, "%s_%lld", id, (long long)extent);
    *axis = id ? find_axis(in->page, id) : -1;
  }
  return *axis >= 0 ? SW_OK : label_axis(in, id, group, name, extent, axis);
}
