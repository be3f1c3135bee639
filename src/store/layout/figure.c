/* Numbers of a result, read back for what is said of it: headlines, tables by group, partners of
 * centres (headline.c, group_table.c, centre_partners.c). A figure is an open dataset and the
 * places of its time and unit axes, found by the names of its scales; the caller closes it. Each
 * read is one hyperslab: never more than one axis of the data is in memory. */
#include "store/layout/figure.h"

#include <math.h>
#include <string.h>

#include "store/layout/contents.h"
#include "store/layout/layout.h"

/* False for what is no number or not there: older files lack some, and that is no error. On true
 * the dataset is open until sw_figure_close. */
bool sw_figure_open(hid_t group, const char *name, sw_figure *f) {
  *f = (sw_figure){.dataset = sw_contents_variable(group, name), .name = name};
  f->time = f->unit = SW_NO_AXIS;
  if (f->dataset < 0) return false;
  f->shape = sw_h5_shape_of(f->dataset);
  bool number = f->shape.number == SW_H5_REAL || f->shape.number == SW_H5_INTEGER;
  if (!number || f->shape.rank < 0) {
    H5Dclose(f->dataset);
    return false;
  }
  for (int a = 0; a < f->shape.rank; a++) {
    char path[SW_H5_PATH_ROOM];
    sw_h5_axis_path(f->dataset, a, path);
    if (strcmp(sw_h5_last_part(path), SW_NAME_TIME) == 0) f->time = a;
    if (strcmp(sw_h5_last_part(path), SW_NAME_UNIT) == 0) f->unit = a;
  }
  return true;
}

void sw_figure_close(sw_figure *f) {
  if (f->dataset >= 0) H5Dclose(f->dataset);
  f->dataset = H5I_INVALID_HID;
}

/* 1 for an axis that is not there, so that products of lengths hold. */
int64_t sw_figure_length(const sw_figure *f, int axis) {
  return axis < 0 ? 1 : (int64_t)f->shape.extent[axis];
}

int64_t sw_figure_periods(const sw_figure *f) {
  return sw_figure_length(f, f->time);
}

/* The first position on every axis that is neither time nor `along`. */
bool sw_figure_read(const sw_figure *f, int64_t t, int along, double *to) {
  return sw_figure_read_at(f, t, along, SW_NO_AXIS, 0, to);
}

/* Period t, `place` on `axis`, all of `along`; 0 on any further axis. In whole numbers -1 is
 * missing. `to` must have room for all of `along`. False: it could not be read, and `to` is not
 * defined. */
bool sw_figure_read_at(const sw_figure *f, int64_t t, int along, int axis, int64_t place,
                       double *to) {
  hsize_t start[H5S_MAX_RANK] = {0}, count[H5S_MAX_RANK], n = (hsize_t)sw_figure_length(f, along);
  for (int a = 0; a < f->shape.rank; a++) {
    if (f->shape.extent[a] == 0) return false;
    count[a] = a == along ? n : 1;
    start[a] = a == f->time ? (hsize_t)t : a == axis ? (hsize_t)place : 0;
  }
  hid_t space = H5Dget_space(f->dataset), memory = H5Screate_simple(1, &n, NULL);
  if (f->shape.rank > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  herr_t code = H5Dread(f->dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, to);
  H5Sclose(memory);
  H5Sclose(space);
  for (hsize_t k = 0; code >= 0 && k < n; k++)
    if (f->shape.number == SW_H5_INTEGER && to[k] == -1) to[k] = NAN;
  return code >= 0;
}

/* Whether `least` values may be undefined, by the attribute that counts them. Whole numbers have
 * none: they may. */
bool sw_figure_may_lack(const sw_figure *f, int64_t least) {
  if (H5Aexists(f->dataset, SW_ATTR_UNDEFINED) <= 0) return true;
  return sw_h5_get_integer(f->dataset, SW_ATTR_UNDEFINED) >= least;
}
