/* Axes: texts of labels, and which way round a variable lies along them.
 *
 * Ranks ask for the labels of their own rows of a panel, and memory is that of these. Handles are
 * closed here; the dataset of an axis is the caller's. */
#include "store/netcdf/netcdf.h"

#include "base/text.h"
#include "store/h5/shape.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

/* A row of a character table is one label; more is a damaged size. */
enum { MOST_CHARACTERS = 1 << 16 /* of a label in a table of characters */ };

/* ---- labels -------------------------------------------------------------------------------- */

/* Whether a dataset is a dimension without coordinates, which netCDF keeps as a dataset of
 * nothing. */
static bool is_bare(const sw_netcdf *file, hid_t dataset) {
  const char *name = sw_h5_get_text(file->arena, dataset, "NAME");
  return name && !strncmp(name, SW_H5_BARE, strlen(SW_H5_BARE));
}

/* Whether texts are of one character each, in two dimensions: what netCDF's char is. */
static bool is_characters(hid_t type) {
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) <= 0 &&
         H5Tget_size(type) == 1;
}

/* Opens the dataset of an axis. It is left open, also on failure after it was opened. */
sw_status sw_netcdf_open_axis(sw_error *err, const sw_netcdf *file, const char *where,
                              const char *name, sw_netcdf_axis *axis) {
  hsize_t size[2] = {0, 0};
  axis->name = name;
  if (!sw_netcdf_has(file, name)) {
    char hint[SW_HINT_ROOM];
    const char *near = sw_nearest(name, file->link, file->n_names);
    return sw_fail(err, SW_EINPUT, "%s: %s has no dataset '%s'%s", where, file->name, name,
                   sw_did_you_mean(name, near, hint));
  }
  axis->dataset = H5Dopen2(file->id, name, H5P_DEFAULT);
  if (axis->dataset < 0) return sw_netcdf_broken(err, file, -1, name);
  if (is_bare(file, axis->dataset))
    return sw_fail(err, SW_EINPUT,
                   "%s: %s is a dimension without labels; name the variable that has them",
                   file->name, name);
  int dims = sw_netcdf_shape(axis->dataset, size);
  hid_t type = H5Dget_type(axis->dataset);
  axis->text = H5Tget_class(type) == H5T_STRING;
  bool characters = is_characters(type);
  H5Tclose(type);
  if (dims != 1 && !(dims == 2 && characters))
    return sw_fail(err, SW_EINPUT, "%s: %s does not have one dimension; expected a list of labels",
                   file->name, name);
  axis->n = size[0];
  /* A damaged file must not ask for memory without bounds. */
  bool too_long = sw_netcdf_is_longer(file, size[0]) || (dims == 2 && size[1] > MOST_CHARACTERS);
  return too_long ? sw_netcdf_broken(err, file, axis->dataset, name) : SW_OK;
}

/* Hands on a label, as the lines of a CSV would have it. Text of fixed length is padded with zeros
 * (h5py, C) or blanks (Fortran). Blanks at both ends are taken off, as the reader of CSV does. */
static sw_status take_label(sw_error *err, const sw_netcdf *file, const char *name, hsize_t i,
                            const char *text, size_t length, sw_netcdf_label *take, void *self) {
  while (length && (text[length - 1] == ' ' || text[length - 1] == '\0'))
    length--;
  while (length && *text == ' ')
    text++, length--;
  if (!length) return sw_fail(err, SW_EINPUT, "%s: %s: a label is empty", file->name, name);
  if (!sw_is_utf8(text, length))
    return sw_fail(err, SW_EINPUT, "%s: %s: a label is not UTF-8", file->name, name);
  return take(err, self, i, text, length);
}

/* How the texts are in memory: text of fixed length has a byte more than in the file, for the zero
 * that strnlen stops at; characters are read as they are; text of varying length is pointers, which
 * HDF5 allocates and H5Dvlen_reclaim frees. The character set is that of the file, as the library
 * converts none. H5Dread needs the memory type of the file's kind: it converts neither lengths nor
 * character sets of text by itself. */
typedef struct texts {
  hid_t type;
  bool varying;
  int dims;
  size_t size;      /* bytes of a label */
  hsize_t count[2]; /* labels; characters of each, where there are two dimensions */
} texts;

/* How the texts of an axis are read: see `texts`. The caller closes the type. */
static texts texts_of(const sw_netcdf_axis *axis, hsize_t count) {
  hsize_t size[2] = {0, 0};
  hid_t stored = H5Dget_type(axis->dataset);
  texts of = {.type = H5Tcopy(H5T_C_S1), .varying = H5Tis_variable_str(stored) > 0};
  of.dims = sw_netcdf_shape(axis->dataset, size);
  of.count[0] = count;
  of.count[1] = size[1];
  size_t one = H5Tget_size(stored) + (of.dims == 1);
  of.size = of.varying ? sizeof(char *) : of.dims == 2 ? size[1] : one;
  H5Tset_size(of.type, of.varying ? H5T_VARIABLE : one);
  if (of.dims == 2) H5Tset_strpad(of.type, H5T_STR_NULLPAD); /* no zero behind each character */
  H5Tset_cset(of.type, H5Tget_cset(stored));
  H5Tclose(stored);
  return of;
}

/* Hands on the labels that were read, one by one; no array of them is made here. A pointer may be
 * NULL: an empty text. */
static sw_status take_labels(sw_error *err, const sw_netcdf *file, const sw_netcdf_axis *axis,
                             const texts *of, hsize_t lo, char *bytes, sw_netcdf_label *take,
                             void *self) {
  for (hsize_t i = 0; i < of->count[0]; i++) {
    const char *text = of->varying ? ((char **)(void *)bytes)[i] : bytes + i * of->size;
    if (!text) text = "";
    size_t length = of->varying ? strlen(text) : strnlen(text, of->size);
    SW_TRY(take_label(err, file, axis->name, lo + i, text, length, take, self));
  }
  return SW_OK;
}

/* Reads the labels of rows [lo, hi): each rank reads its own. `size` 0 means that no label has a
 * character. */
sw_status sw_netcdf_texts(sw_error *err, const sw_netcdf *file, const sw_netcdf_axis *axis,
                          hsize_t lo, hsize_t hi, sw_netcdf_label *take, void *self) {
  texts of = texts_of(axis, hi - lo);
  hsize_t start[2] = {lo, 0};
  hid_t space = H5Dget_space(axis->dataset), memory = H5Screate_simple(of.dims, of.count, NULL);
  char *bytes = NULL;
  bool any = hi > lo && of.size;
  sw_status status = sw_calloc(err, of.count[0], of.size, (void **)&bytes);
  if (any) H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, of.count, NULL);
  if (!status && any && H5Dread(axis->dataset, of.type, memory, space, H5P_DEFAULT, bytes) < 0)
    status = sw_netcdf_broken(err, file, axis->dataset, axis->name);
  if (!status) status = take_labels(err, file, axis, &of, lo, bytes, take, self);
  if (of.varying && any && bytes) H5Dvlen_reclaim(of.type, memory, H5P_DEFAULT, bytes);
  sw_free(bytes);
  H5Sclose(memory);
  H5Sclose(space);
  H5Tclose(of.type);
  return status;
}

/* ---- which way round ----------------------------------------------------------------------- */

/* What the scales say of a question; UNKNOWN: nothing. */
typedef enum verdict { UNKNOWN, YES, NO } verdict;

/* What is looked for among the scales of a dimension. Addresses in the file tell whether two
 * handles are one object; names would not, as links may be several. */
typedef struct looking {
  haddr_t at[2]; /* of what is looked for: the axis itself, the scale that the axis lies along */
  bool seen, found;
} looking;

static haddr_t address_of(hid_t object) {
  H5O_info_t info;
  return H5Oget_info(object, &info) < 0 ? HADDR_UNDEF : info.addr;
}

/* Looks at one scale; nonzero ends the iteration. */
static herr_t look(hid_t dataset, unsigned dimension, hid_t scale, void *self) {
  looking *for_it = self;
  haddr_t at = address_of(scale);
  (void)dataset, (void)dimension;
  for_it->seen = true;
  for_it->found |= at != HADDR_UNDEF && (at == for_it->at[0] || at == for_it->at[1]);
  return for_it->found;
}

static herr_t keep_address(hid_t dataset, unsigned dimension, hid_t scale, void *at) {
  (void)dataset, (void)dimension;
  *(haddr_t *)at = address_of(scale);
  return 1;
}

/* Whether a dimension lies along an axis: its labels are the dimension's own, or of another name
 * and lie along it. Without scales on both sides nothing is known: UNKNOWN lets the shape
 * decide. */
static verdict lies_along(hid_t dataset, unsigned dimension, const sw_netcdf_axis *axis) {
  if (!axis->name) return UNKNOWN;
  looking for_it = {.at = {HADDR_UNDEF, HADDR_UNDEF}};
  if (H5DSis_scale(axis->dataset) > 0) for_it.at[0] = address_of(axis->dataset);
  H5DSiterate_scales(axis->dataset, 0, NULL, keep_address, &for_it.at[1]);
  if (for_it.at[0] == HADDR_UNDEF && for_it.at[1] == HADDR_UNDEF) return UNKNOWN;
  H5DSiterate_scales(dataset, dimension, NULL, look, &for_it);
  return for_it.found ? YES : for_it.seen ? NO : UNKNOWN;
}

static const char *name_of(const sw_netcdf_axis *axis) {
  return axis->name ? axis->name : "one period";
}

/* The message names both what the file has and what is expected. */
static sw_status refuse_axes(sw_error *err, const sw_netcdf *file, const sw_netcdf_variable *of,
                             const sw_netcdf_axis *first, const sw_netcdf_axis *second) {
  char path[SW_H5_PATH_ROOM], other[SW_H5_PATH_ROOM] = "";
  sw_h5_axis_path(of->dataset, 0, path);
  if (of->dims == 2) sw_h5_axis_path(of->dataset, 1, other);
  return sw_fail(err, SW_EINPUT, "%s: %s lies along (%.60s%s%.60s); expected (%s, %s)", file->name,
                 of->name, sw_h5_last_part(path), *other ? ", " : "", sw_h5_last_part(other),
                 name_of(first), name_of(second));
}

/* Which way round a variable lies. A square one fits both ways: scales decide, and where they say
 * nothing it is (first, second). A variable of one dimension is that of a single period.
 * *first_is_first false: the variable is turned, and the reader swaps the axes. */
sw_status sw_netcdf_order(sw_error *err, const sw_netcdf *file, const sw_netcdf_variable *of,
                          const sw_netcdf_axis *first, const sw_netcdf_axis *second,
                          bool *first_is_first) {
  hsize_t size[2] = {0, 0};
  int dims = sw_netcdf_shape(of->dataset, size);
  *first_is_first = true;
  if (dims == 1 && !first->name && size[0] == second->n)
    return lies_along(of->dataset, 0, second) == NO ? refuse_axes(err, file, of, first, second)
                                                    : SW_OK;
  bool straight = dims == 2 && size[0] == first->n && size[1] == second->n;
  bool turned = dims == 2 && size[0] == second->n && size[1] == first->n;
  if (!straight && !turned)
    return sw_fail(err, SW_EINPUT, "%s: %s has the wrong shape; expected (%s, %s) of %llu x %llu",
                   file->name, of->name, name_of(first), second->name, (unsigned long long)first->n,
                   (unsigned long long)second->n);
  verdict at[2] = {lies_along(of->dataset, 0, second), lies_along(of->dataset, 1, second)};
  verdict other[2] = {lies_along(of->dataset, 0, first), lies_along(of->dataset, 1, first)};
  bool can_straight = straight && at[1] != NO && other[0] != NO;
  bool can_turned = turned && at[0] != NO && other[1] != NO;
  if (!can_straight && !can_turned) return refuse_axes(err, file, of, first, second);
  bool told_turned = at[0] == YES || other[1] == YES;
  *first_is_first = can_straight && !(can_turned && told_turned);
  return SW_OK;
}
