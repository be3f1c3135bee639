/* Attributes as numbers with all their digits, or as texts; anything else is refused by name: an
 * attribute that is passed over silently would change what a number means.
 *
 * Called while a dataset is opened, by rules.c and time.c; the arena owns what is returned. */
#include "store/netcdf/netcdf.h"

#include <string.h>

/* Opens an attribute, which the caller closes; -1: there is none. */
static hid_t open_attribute(hid_t dataset, const char *name) {
  return H5Aexists(dataset, name) > 0 ? H5Aopen(dataset, name, H5P_DEFAULT) : -1;
}

/* Refuses an attribute. `wanted` is the end of the message: what it should be. */
static sw_status refuse(sw_error *err, const sw_netcdf *file, const char *of, const char *name,
                        const char *what, const char *wanted) {
  return sw_fail(err, SW_EINPUT, "%s: %s: the attribute %s %s; expected %s", file->name, of, name,
                 what, wanted);
}

/* Reads n numbers by the widest type of their class; a double holds every float. 128 bits hold both
 * signed and unsigned 64-bit integers. */
static sw_status read_numbers(sw_error *err, const sw_netcdf *file, hid_t attribute, hid_t type,
                              const char *name, int n, sw_netcdf_number **number) {
  bool whole = H5Tget_class(type) == H5T_INTEGER;
  bool natural = whole && H5Tget_sign(type) == H5T_SGN_NONE;
  union {
    double real;
    int64_t integer;
    uint64_t natural;
  } *cell = NULL;
  SW_NEW(err, file->arena, cell, n);
  SW_NEW(err, file->arena, *number, n);
  hid_t memory = natural ? H5T_NATIVE_UINT64 : whole ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
  if (H5Aread(attribute, memory, cell) < 0) return sw_netcdf_broken(err, file, -1, name);
  for (int i = 0; i < n; i++) {
    sw_netcdf_number *to = &(*number)[i];
    to->whole = whole;
    to->bytes = H5Tget_size(type);
    to->integer = natural ? (__int128_t)cell[i].natural : whole ? cell[i].integer : 0;
    to->real = whole ? (double)to->integer : cell[i].real;
  }
  return SW_OK;
}

/* Reads an attribute of `least` to `most` numbers. No attribute is no error: *n is 0. The type is
 * judged before the count, so that the message names what is wrong first. */
sw_status sw_netcdf_numbers(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *of,
                            const char *name, int least, int most, const char *wanted, int *n,
                            sw_netcdf_number **number) {
  hid_t attribute = open_attribute(dataset, name);
  *n = 0;
  if (attribute < 0) return SW_OK;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  H5T_class_t class = H5Tget_class(type);
  hssize_t count = H5Sget_simple_extent_npoints(space);
  sw_status status = SW_OK;
  if (class == H5T_STRING)
    status = refuse(err, file, of, name, "is text", wanted);
  else if (class != H5T_INTEGER && class != H5T_FLOAT)
    status = refuse(err, file, of, name, "is no number", wanted);
  else if (count < least || count > most)
    status = refuse(err, file, of, name,
                    count > most ? "has too many values" : "has too few values", wanted);
  if (!status) status = read_numbers(err, file, attribute, type, name, (int)count, number);
  if (!status) *n = (int)count;
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return status;
}

/* Reads a text attribute, of varying or fixed length. *text is NULL without the attribute, which is
 * no error. */
sw_status sw_netcdf_text(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *of,
                         const char *name, const char *wanted, const char **text) {
  hid_t attribute = open_attribute(dataset, name);
  *text = NULL;
  if (attribute < 0) return SW_OK;
  hid_t type = H5Aget_type(attribute);
  bool is_text = H5Tget_class(type) == H5T_STRING && sw_h5_is_single(attribute);
  H5Tclose(type);
  H5Aclose(attribute);
  if (!is_text) return refuse(err, file, of, name, "is no text", wanted);
  *text = sw_h5_attribute_text(file->arena, dataset, name);
  return *text ? SW_OK : sw_netcdf_broken(err, file, -1, name);
}
