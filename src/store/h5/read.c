/* Reading what the file alone knows: lengths of datasets, labels, attributes of any kind. The file
 * may be another program's or damaged, so no size is used before it is checked against the file's
 * own. */
#include "store/h5/h5.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

/* How many elements a dataset has. H5Sget_simple_extent_npoints is negative on failure, also of a
 * dataset that is not valid. */
hsize_t sw_h5_length(hid_t dataset) {
  hid_t space = H5Dget_space(dataset);
  hssize_t n = H5Sget_simple_extent_npoints(space);
  H5Sclose(space);
  return n > 0 ? (hsize_t)n : 0;
}

/* Whether n elements cannot all be in the file, whatever their size: guards allocations. A length
 * that cannot be checked counts as too long. */
bool sw_h5_is_longer_than_file(hid_t dataset, hsize_t n) {
  hsize_t bytes = 0;
  hid_t file = H5Iget_file_id(dataset);
  bool known = file >= 0 && H5Fget_filesize(file, &bytes) >= 0;
  if (file >= 0) H5Fclose(file);
  return !known || n > bytes;
}

/* Puts n labels into label[]: variable-length texts, or numbers as texts, since periods that are
 * years are stored as numbers, and so are axes of distances. Real numbers are shown in the fewest
 * digits that read back. Memory: the labels twice for a moment. */
static sw_status labels_of(sw_error *err, sw_arena *arena, hid_t dataset, hsize_t n,
                           const char **label) {
  hid_t type = H5Dget_type(dataset);
  H5T_class_t class = H5Tget_class(type);
  bool text = class == H5T_STRING, real = class == H5T_FLOAT;
  H5Tclose(type);
  int64_t *number = NULL;
  double *value = NULL;
  char **read = NULL, shown[SW_NUMBER_ROOM];
  SW_NEW(err, arena, number, n + 1);
  SW_NEW(err, arena, value, n + 1);
  SW_NEW(err, arena, read, n + 1);
  hid_t memory = text ? sw_h5_text_type() : H5Tcopy(real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64);
  herr_t code = H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                        text   ? (void *)read
                        : real ? (void *)value
                               : number);
  bool room = true;
  /* HDF5 allocates each variable-length text, so each is given back here, also after a failed
   * copy. */
  for (hsize_t i = 0; i < n && code >= 0; i++) {
    label[i] = text   ? sw_arena_text(arena, read[i] ? read[i] : "")
               : real ? sw_arena_text(arena, sw_show_number(value[i], shown))
                      : sw_arena_printf(arena, "%lld", (long long)number[i]);
    room = room && label[i];
    if (text) H5free_memory(read[i]);
  }
  H5Tclose(memory);
  if (!room) return sw_fail(err, SW_ENOMEM, "out of memory for labels");
  return code >= 0 ? SW_OK : sw_h5_fail(err, "a results file", "read labels");
}

/* Reads the labels of a dataset. The length is checked before any memory is asked for. *labels is
 * NULL after a failure; the texts are the arena's. */
sw_status sw_h5_read_labels(sw_error *err, sw_arena *arena, hid_t group, const char *name,
                            int64_t *count, const char *const **labels) {
  hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
  if (dataset < 0) return sw_h5_fail(err, name, "be read");
  const char **label = NULL;
  hsize_t n = sw_h5_length(dataset);
  sw_status status = SW_OK;
  if (sw_h5_is_longer_than_file(dataset, n))
    status =
        sw_fail(err, SW_EINPUT, "is damaged: '%s' has more labels than the file has bytes", name);
  if (status == SW_OK) status = sw_arena_alloc(err, arena, n + 1, sizeof *label, (void **)&label);
  if (status == SW_OK) status = labels_of(err, arena, dataset, n, label);
  H5Dclose(dataset);
  *count = (int64_t)n;
  *labels = label;
  return status;
}

/* ---- attributes ------------------------------------------------------------------------- */

/* A text of any length, copied from HDF5's memory into the arena; NULL when it cannot be read. */
static char *variable_text(sw_arena *arena, hid_t attribute) {
  hid_t type = sw_h5_text_type();
  char *read = NULL, *text = NULL;
  if (H5Aread(attribute, type, &read) >= 0 && read) text = sw_arena_text(arena, read);
  if (read) H5free_memory(read);
  H5Tclose(type);
  return text;
}

/* Shows all numbers of an attribute, whatever its shape, separated by blanks, with 17 digits, which
 * are enough for any double. NULL where they cannot be read. */
static char *numbers_text(sw_arena *arena, hid_t attribute, bool real, size_t n) {
  char *text = NULL;
  double *value = calloc(n + 1, sizeof *value);
  int64_t *whole = calloc(n + 1, sizeof *whole);
  size_t length = 0;
  FILE *out = value && whole ? open_memstream(&text, &length) : NULL;
  bool read = out && (real ? H5Aread(attribute, H5T_NATIVE_DOUBLE, value)
                           : H5Aread(attribute, H5T_NATIVE_INT64, whole)) >= 0;
  for (size_t i = 0; read && i < n; i++) {
    if (real)
      fprintf(out, "%s%.17g", i > 0 ? " " : "", value[i]);
    else
      fprintf(out, "%s%lld", i > 0 ? " " : "", (long long)whole[i]);
  }
  /* A memory stream has its text only once it is closed. */
  bool whole_text = out && fclose(out) == 0 && read;
  if (!out || (read && !whole_text)) sw_arena_run_out(arena);
  char *copy = whole_text ? sw_arena_text(arena, text) : NULL;
  free(text);
  free(value);
  free(whole);
  return copy;
}

/* An attribute as text. NULL: it is not there, or is neither text nor numbers. Texts of fixed
 * length are read by sw_h5_get_text. */
const char *sw_h5_attribute_text(sw_arena *arena, hid_t object, const char *name) {
  if (H5Aexists(object, name) <= 0) return NULL;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return NULL;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  H5T_class_t kind = H5Tget_class(type);
  hssize_t n = H5Sget_simple_extent_npoints(space);
  const char *text = NULL;
  if (kind == H5T_STRING && n == 1)
    text = H5Tis_variable_str(type) > 0 ? variable_text(arena, attribute)
                                        : sw_h5_get_text(arena, object, name);
  else if (kind == H5T_INTEGER || kind == H5T_FLOAT)
    text = numbers_text(arena, attribute, kind == H5T_FLOAT, n > 0 ? (size_t)n : 0);
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return text;
}

/* An attribute of one whole number; 0 where it is not there, or has several. */
int64_t sw_h5_get_integer(hid_t object, const char *name) {
  int64_t value = 0;
  hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
  if (attribute < 0) return 0;
  if (sw_h5_is_single(attribute)) H5Aread(attribute, H5T_NATIVE_INT64, &value);
  H5Aclose(attribute);
  return value;
}
