/* A results file read in a child before a process reads it that must not crash (tried.h): all that
 * HDF5 follows from place to place, as there it goes astray in a damaged file. Names by both their
 * indices, attributes, axes, texts, indices of chunks. Numbers lead nowhere and are not read but
 * for a few; those that are compressed are read as they lie.
 *
 * Only whether it ends matters; what HDF5 itself finds wrong is said by who reads the file then. */
#include <stdlib.h>

#include "store/h5/shape.h"
#include "store/layout/contents.h"
#include "store/layout/tried.h"

/* SMALL: as many values as HDF5 may hold in the header of a dataset. */
enum { BYTES_PER_SECOND = 10000000, SMALL = 1 << 16 };

/* ---- values ------------------------------------------------------------------------------ */

/* Reads n values of an attribute or, at what is selected of `space`, of a dataset. Texts are given
 * back by HDF5, which has allocated them. */
static void read_values(hid_t object, hid_t file_type, hid_t space, hsize_t n) {
  hid_t type = H5Tget_native_type(file_type, H5T_DIR_DEFAULT);
  hid_t memory = H5Screate_simple(1, &n, NULL);
  void *values = type >= 0 && n > 0 ? calloc(n, H5Tget_size(type)) : NULL;
  if (values) {
    herr_t code = H5Iget_type(object) == H5I_ATTR
                      ? H5Aread(object, type, values)
                      : H5Dread(object, type, memory, space, H5P_DEFAULT, values);
    if (code >= 0) H5Dvlen_reclaim(type, memory, H5P_DEFAULT, values);
  }
  free(values);
  H5Sclose(memory);
  if (type >= 0) H5Tclose(type);
}

/* For H5Aiterate2. */
static herr_t read_attribute(hid_t object, const char *name, const H5A_info_t *info, void *self) {
  (void)info, (void)self;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return 0;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  hssize_t n = H5Sget_simple_extent_npoints(space);
  if (n > 0 && !sw_h5_is_longer_than_file(attribute, (hsize_t)n))
    read_values(attribute, type, space, (hsize_t)n);
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return 0;
}

/* ---- datasets ---------------------------------------------------------------------------- */

/* Whether each chunk that is compressed has the filter that the dataset says, or, where that could
 * not make it smaller, all bytes of a chunk: HDF5 copies as many in any case. The bytes are read as
 * they lie, and not inflated. `room`: bytes of a chunk. */
static bool are_sound(hid_t dataset, const sw_h5_shape *shape, const hsize_t chunk[H5S_MAX_RANK],
                      hsize_t room) {
  hsize_t at[H5S_MAX_RANK] = {0};
  bool sound = true;
  for (int a = 0; a >= 0 && sound;) {
    hsize_t bytes = 0;
    uint32_t unfiltered = 0;
    H5Dget_chunk_storage_size(dataset, at, &bytes);
    void *stored = bytes > 0 ? malloc(bytes) : NULL;
    if (stored && H5Dread_chunk(dataset, H5P_DEFAULT, at, &unfiltered, stored) >= 0)
      sound = unfiltered == 0 || bytes == room;
    free(stored);
    /* The next one: the last axis runs fastest. */
    for (a = shape->rank - 1; a >= 0 && (at[a] += chunk[a]) >= shape->extent[a]; a--)
      at[a] = 0;
  }
  return sound;
}

/* A dataset by chunks. Asking how much is stored makes HDF5 walk the whole index; of chunks that
 * are not compressed it reads as many bytes as that says, and copies as many as a chunk has. */
static sw_status read_chunked(sw_error *err, const char *path, hid_t dataset, hid_t list,
                              hid_t type, const sw_h5_shape *shape) {
  hsize_t chunk[H5S_MAX_RANK], bytes = H5Tget_size(type), chunks = 1;
  hsize_t stored = H5Dget_storage_size(dataset);
  if (H5Pget_chunk(list, H5S_MAX_RANK, chunk) != shape->rank) return SW_OK;
  for (int a = 0; a < shape->rank; a++) {
    if (shape->extent[a] == 0 || chunk[a] == 0) return SW_OK;
    bytes *= chunk[a];
    chunks *= (shape->extent[a] - 1) / chunk[a] + 1;
  }
  /* Each takes a byte at least. Products of damaged lengths may come to zero. */
  if (bytes == 0 || sw_h5_is_longer_than_file(dataset, chunks)) return SW_OK;
  if (H5Pget_nfilters(list) > 0 ? are_sound(dataset, shape, chunk, bytes) : stored % bytes == 0)
    return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: is damaged: parts of a dataset have not their size; write it again with "
                 "spillway run",
                 path);
}

static void read_axes(hid_t dataset, const sw_h5_shape *shape) {
  char path[SW_H5_PATH_ROOM];
  for (int a = 0; a < shape->rank; a++)
    sw_h5_axis_path(dataset, a, path);
}

static sw_status read_dataset(sw_error *err, const char *path, hid_t dataset) {
  sw_h5_shape shape = sw_h5_shape_of(dataset);
  hsize_t n = sw_h5_length(dataset);
  hid_t type = H5Dget_type(dataset), list = H5Dget_create_plist(dataset);
  sw_status status = SW_OK;
  read_axes(dataset, &shape);
  if (type >= 0 && list >= 0 && H5Pget_layout(list) == H5D_CHUNKED)
    status = read_chunked(err, path, dataset, list, type, &shape);
  bool all = shape.number == SW_H5_TEXT || n <= SMALL;
  if (status == SW_OK && type >= 0 && all && n > 0 && !sw_h5_is_longer_than_file(dataset, n)) {
    hid_t space = H5Dget_space(dataset);
    read_values(dataset, type, space, n);
    H5Sclose(space);
  }
  if (list >= 0) H5Pclose(list);
  if (type >= 0) H5Tclose(type);
  return status;
}

/* ---- the file ---------------------------------------------------------------------------- */

typedef struct trial {
  const char *path;
  sw_error *err;
  sw_arena *arena;
  sw_order order;
  int depth; /* of the group at hand */
} trial;

/* A group or dataset alone. Read but once: by the other order there are only names. */
static sw_status read_object(const trial *of, hid_t object) {
  if (of->order != SW_BY_NAME) return SW_OK;
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, read_attribute, NULL);
  return H5Iget_type(object) == H5I_DATASET ? read_dataset(of->err, of->path, object) : SW_OK;
}

/* A group and all below it. What cannot be opened is passed over, as who reads the file may do so,
 * too. */
static sw_status read_group(trial *of, hid_t group) {
  sw_error unsaid = {0};
  sw_names names;
  sw_item item;
  sw_status status = read_object(of, group);
  if (++of->depth == SW_CONTENTS_DEEPEST)
    return sw_fail(of->err, SW_EINPUT,
                   "%s: is damaged: groups are nested deeper than in any results file", of->path);
  sw_contents_names(&unsaid, of->arena, group, of->order, &names);
  for (int k = 0; k < names.count && status == SW_OK; k++) {
    sw_contents_open_item(&unsaid, of->arena, group, "", names.name[k], &item);
    H5I_type_t kind = item.object < 0 ? H5I_BADID : H5Iget_type(item.object);
    if (kind == H5I_GROUP) status = read_group(of, item.object);
    if (kind == H5I_DATASET) status = read_object(of, item.object);
    if (item.object >= 0) H5Oclose(item.object);
  }
  of->depth--;
  return status;
}

/* Runs in the child. */
static sw_status read_file(sw_error *err, void *self) {
  trial of = {.path = self, .err = err, .depth = -1};
  hid_t file = H5I_INVALID_HID;
  SW_TRY(sw_arena_create(err, &of.arena));
  sw_status status = sw_contents_open(err, of.arena, of.path, &file);
  if (status == SW_OK) {
    of.order = SW_BY_NAME;
    status = read_group(&of, file);
    of.order = SW_AS_MADE;
    if (status == SW_OK) status = read_group(&of, file);
    H5Fclose(file);
  }
  sw_arena_destroy(of.arena);
  return status;
}

sw_status sw_tried_read(sw_error *err, const char *path) {
  sw_tried tried = {.path = path,
                    .body = read_file,
                    .self = (void *)(uintptr_t)path,
                    .bytes_per_second = BYTES_PER_SECOND};
  sw_status status = sw_tried_run(err, &tried);
  if (status == SW_OK || status == SW_EINPUT) return status;
  sw_error_clear(err); /* it could not be tried, which is no fault of the file */
  return SW_OK;
}
