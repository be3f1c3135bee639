/* Types, lengths and axes of datasets, for all that read results files by what these say: info,
 * diff, verify, the page. Nothing here fails: what is not as expected has a type, a rank or a name
 * that the caller does not ask for. */
#include "store/h5/shape.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

/* The class of a type. An enumeration is what HDF5 makes of booleans. */
static sw_h5_number number_of(hid_t type) {
  switch (H5Tget_class(type)) {
  case H5T_FLOAT:
    return SW_H5_REAL;
  case H5T_INTEGER:
    return H5Tget_sign(type) == H5T_SGN_NONE ? SW_H5_NATURAL : SW_H5_INTEGER;
  case H5T_ENUM:
    return SW_H5_INTEGER;
  case H5T_STRING:
    return H5Tis_variable_str(type) > 0 ? SW_H5_TEXT : SW_H5_BYTES;
  default:
    return SW_H5_OTHER;
  }
}

/* The shape of a dataset. A rank below 0 says that there is no simple extent. */
sw_h5_shape sw_h5_shape_of(hid_t dataset) {
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  sw_h5_shape shape = {.number = number_of(type), .width = H5Tget_size(type)};
  shape.rank = H5Sget_simple_extent_dims(space, shape.extent, NULL);
  H5Sclose(space);
  H5Tclose(type);
  return shape;
}

/* Beyond the rank extents are 0, so whole arrays can be compared. */
bool sw_h5_same_extent(const sw_h5_shape *a, const sw_h5_shape *b) {
  return a->rank == b->rank && memcmp(a->extent, b->extent, sizeof a->extent) == 0;
}

/* The type in the words of `info`. */
const char *sw_h5_number_name(const sw_h5_shape *shape) {
  static const char *const name[][2] = {
      [SW_H5_REAL] = {"float32", "float64"},  [SW_H5_INTEGER] = {"int32", "int64"},
      [SW_H5_NATURAL] = {"uint32", "uint64"}, [SW_H5_TEXT] = {"text", "text"},
      [SW_H5_BYTES] = {"text", "text"},       [SW_H5_OTHER] = {NULL, NULL}};
  return name[shape->number][shape->width == 8];
}

/* ---- axes ------------------------------------------------------------------------------- */

/* Finds the path of a scale that lies where results files have it, or a link to it: beside its
 * dataset or in a group above. H5Iget_name of a scale searches the whole file, which in one of 600
 * results took `diff` minutes. */
static bool find_near(hid_t dataset, hid_t scale, char path[SW_H5_PATH_ROOM]) {
  char name[SW_H5_PATH_ROOM / 2], group[SW_H5_PATH_ROOM / 2];
  ssize_t length = H5DSget_scale_name(scale, name, sizeof name);
  if (length <= 0 || (size_t)length >= sizeof name || strchr(name, '/')) return false;
  length = H5Iget_name(dataset, group, sizeof group); /* cheap: it was opened by this path */
  if (length <= 0 || (size_t)length >= sizeof group) return false;
  H5O_info_t wanted, there;
  if (H5Oget_info2(scale, &wanted, H5O_INFO_BASIC) < 0) return false;
  for (char *slash; (slash = strrchr(group, '/'));) {
    *slash = '\0';
    snprintf(path, SW_H5_PATH_ROOM, "%s/%s", group, name);
    if (H5Lexists(dataset, path, H5P_DEFAULT) > 0 &&
        H5Oget_info_by_name2(dataset, path, &there, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
        there.fileno == wanted.fileno && there.addr == wanted.addr)
      return true;
  }
  return false;
}

/* For H5DSiterate_scales: keeps the path of a dimension's scale, "" when it has no name. A return
 * of 1 ends the iteration: a results file attaches one scale to a dimension. */
static herr_t keep_path(hid_t dataset, unsigned dimension, hid_t scale, void *into) {
  (void)dimension;
  if (!find_near(dataset, scale, into) && H5Iget_name(scale, into, SW_H5_PATH_ROOM) <= 0)
    *(char *)into = '\0';
  return 1;
}

/* "" where the axis has no scale. */
void sw_h5_axis_path(hid_t dataset, int axis, char path[SW_H5_PATH_ROOM]) {
  *path = '\0';
  H5DSiterate_scales(dataset, (unsigned)axis, NULL, keep_path, path);
}

const char *sw_h5_last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* "(time, unit)", with `lengths` "(time 18, unit 3116)"; NULL: no memory. */
const char *sw_h5_shape_text(sw_arena *arena, hid_t dataset, const sw_h5_shape *shape,
                             bool lengths) {
  const char *text = "(";
  for (int a = 0; text && a < shape->rank; a++) {
    char path[SW_H5_PATH_ROOM];
    sw_h5_axis_path(dataset, a, path);
    const char *name = sw_h5_last_part(path), *comma = a > 0 ? ", " : "";
    text = lengths ? sw_arena_printf(arena, "%s%s%s%s%llu", text, comma, name, *name ? " " : "",
                                     (unsigned long long)shape->extent[a])
                   : sw_arena_printf(arena, "%s%s%s", text, comma, *name ? name : "-");
  }
  return text ? sw_arena_printf(arena, "%s)", text) : NULL;
}
