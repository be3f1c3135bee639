/* A dataset as its file has it: type, lengths, and which scale each axis has. The file may be of an
 * older version, another program's or damaged, so nothing is assumed but HDF5's own limits. */
#ifndef SW_STORE_H5_SHAPE_H
#define SW_STORE_H5_SHAPE_H

#include "store/h5/h5.h"

typedef enum sw_h5_number {
  SW_H5_REAL,
  SW_H5_INTEGER, /* enumerations too */
  SW_H5_NATURAL, /* unsigned */
  SW_H5_TEXT,    /* of any length */
  SW_H5_BYTES,   /* text of a fixed length */
  SW_H5_OTHER
} sw_h5_number;

typedef struct sw_h5_shape {
  sw_h5_number number;
  size_t width;                 /* bytes of a value in the file */
  int rank;                     /* -1: it has no extent that can be asked for */
  hsize_t extent[H5S_MAX_RANK]; /* zeros beyond rank */
} sw_h5_shape;

enum { SW_H5_PATH_ROOM = 1024 };

sw_h5_shape sw_h5_shape_of(hid_t dataset);
/* The same lengths on as many axes. */
bool sw_h5_same_extent(const sw_h5_shape *a, const sw_h5_shape *b);
/* In the words of NumPy and netCDF: "float32", "uint64", "text"; NULL: none of these. */
const char *sw_h5_number_name(const sw_h5_shape *shape);
/* The path of an axis's scale, from the root; "" without one. */
void sw_h5_axis_path(hid_t dataset, int axis, char path[SW_H5_PATH_ROOM]);
/* What follows the last slash: the name of an axis, of its path. */
const char *sw_h5_last_part(const char *path);
/* "(time 20, unit 3080)", by the scales' names; without `lengths` "(time, unit)". An axis without a
 * scale is "-", or its length alone. NULL: no memory. */
const char *sw_h5_shape_text(sw_arena *arena, hid_t dataset, const sw_h5_shape *shape,
                             bool lengths);

#endif
