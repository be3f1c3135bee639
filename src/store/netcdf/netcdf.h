/* Tables in HDF5 and netCDF-4 as other programs write them: axes with labels, and variables of
 * numbers along them with the conventions of netCDF. The panel's reader takes its rows from here.
 *
 * A file may be damaged. What HDF5 says of it becomes one line of ours (SW_EIO); sizes that it
 * claims are held against its bytes before memory is asked for; texts and links between datasets
 * may crash the library: who reads them tries that in a child first (sw_netcdf_is_risky). */
#ifndef SW_STORE_NETCDF_NETCDF_H
#define SW_STORE_NETCDF_NETCDF_H

#include "store/h5/h5.h"

typedef struct sw_netcdf {
  const char *name, *path; /* in messages; on disk */
  sw_arena *arena;
  hid_t id;    /* -1: not open */
  int n_names; /* of all that is linked at the root, in their order */
  const char *const *link;
} sw_netcdf;

/* ---- the file (file.c) ------------------------------------------------------------------- */

/* `name`, `path` and `arena` are set. By the serial driver: ranks need not talk. Whatever the
 * status, sw_netcdf_close closes what is open. */
sw_status sw_netcdf_open(sw_error *err, sw_netcdf *file);
void sw_netcdf_close(sw_netcdf *file);
/* A group of that name is no dataset. */
bool sw_netcdf_has(const sw_netcdf *file, const char *name);
/* SW_EIO: HDF5 failed on a file that it did open. With a filter that this HDF5 lacks, SW_EINPUT and
 * its name; `dataset`: of which, or -1. */
sw_status sw_netcdf_broken(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *what);
/* The number of dimensions; `size` is set only where there are one or two. */
int sw_netcdf_shape(hid_t dataset, hsize_t size[2]);
/* A dataset of more labels than the file can have bytes of. */
bool sw_netcdf_is_longer(const sw_netcdf *file, hsize_t n);
/* HDF5 1.10 may crash on it where the file is damaged: texts of varying length, links to axes.
 * False for a handle that is not open. */
bool sw_netcdf_is_risky(hid_t dataset);

/* ---- attributes (attribute.c) ------------------------------------------------------------ */

/* A number of an attribute with all its digits. */
typedef struct sw_netcdf_number {
  bool whole;         /* of an integer type: `integer` is the number */
  size_t bytes;       /* of its type */
  __int128_t integer; /* of any integer type, signed or not */
  double real;        /* the number, rounded where it is a large integer */
} sw_netcdf_number;

/* The numbers of an attribute, at most `most`, none where it is not there. Text, another type and
 * other counts are refused by the attribute's name; `wanted`: what would be right. */
sw_status sw_netcdf_numbers(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *of,
                            const char *name, int least, int most, const char *wanted, int *n,
                            sw_netcdf_number **number);
/* An attribute that is a text, else NULL; one that is there and no text is refused. */
sw_status sw_netcdf_text(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *of,
                         const char *name, const char *wanted, const char **text);

/* ---- what stored numbers mean (rules.c) ---------------------------------------------------- */

/* A stored number in memory. Integers keep all their digits, as 64 bits do not fit into a double.
 */
typedef union sw_netcdf_cell {
  double real;
  int64_t integer; /* unsigned ones less 2^63, so that all are in the order of int64_t */
} sw_netcdf_cell;

/* What the conventions make of a dataset's numbers. First the marks of a missing value, all of
 * stored numbers, then the limits of what is valid, then value = stored * scale + offset. */
typedef struct sw_netcdf_rules {
  bool real;                     /* stored as floating point; else integers */
  hid_t memory;                  /* what HDF5 converts to; a predefined type */
  bool stored_signed, is_signed; /* of integers: in the file; as they are meant (_Unsigned) */
  unsigned bits;                 /* of an integer in the file */
  int n_marks;
  sw_netcdf_cell *mark;
  sw_netcdf_cell least, most; /* what is valid */
  bool packed;
  double scale, offset;
} sw_netcdf_rules;

/* `missing`: the study's numbers that mean missing. What an attribute asks for and cannot be had is
 * refused by the name of the attribute. */
sw_status sw_netcdf_rules_of(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *of,
                             int n_missing, const double *missing, sw_netcdf_rules *rules);
/* n numbers as rules->memory has them become values, in their place: NaN where missing. */
void sw_netcdf_unpack(const sw_netcdf_rules *rules, void *numbers, size_t n);

/* ---- variables (variable.c) ---------------------------------------------------------------- */

/* A dataset of numbers. Axes are those of the dataset: axis 1 runs along the file, neighbours on
 * axis 0 lie far apart. A dataset of one dimension is treated as if it had a second, of length 1;
 * HDF5 is only told of `dims`. */
typedef struct sw_netcdf_variable {
  const char *name;
  hid_t dataset;
  int dims;
  sw_netcdf_rules rules;
} sw_netcdf_variable;

/* The values of a piece, in the order of the file. */
typedef sw_status sw_netcdf_take(sw_error *err, void *self, const double *value,
                                 const hsize_t start[2], const hsize_t count[2]);
/* All values from lo to before hi, by pieces of whole chunks. */
sw_status sw_netcdf_read(sw_error *err, const sw_netcdf *file, const sw_netcdf_variable *of,
                         const hsize_t lo[2], const hsize_t hi[2], sw_netcdf_take *take,
                         void *self);

/* ---- axes (axis.c) ------------------------------------------------------------------------- */

/* The labels of an axis: a list of texts or numbers, or netCDF's table of characters. */
typedef struct sw_netcdf_axis {
  const char *name; /* of the dataset; NULL: there is none, one label */
  hid_t dataset;    /* -1: not open */
  hsize_t n;
  bool text;
} sw_netcdf_axis;

/* `where`: the place in the study that names it. The caller closes the dataset, also on failure. */
sw_status sw_netcdf_open_axis(sw_error *err, const sw_netcdf *file, const char *where,
                              const char *name, sw_netcdf_axis *axis);
/* Label i, without blanks at its ends, never empty, UTF-8. */
typedef sw_status sw_netcdf_label(sw_error *err, void *self, hsize_t i, const char *text,
                                  size_t length);
/* Texts lo to before hi. A range may be empty. */
sw_status sw_netcdf_texts(sw_error *err, const sw_netcdf *file, const sw_netcdf_axis *axis,
                          hsize_t lo, hsize_t hi, sw_netcdf_label *take, void *self);
/* All labels of an axis of time (time.c): texts; whole numbers; times by their units and calendar
 * as years, months or days. `is_list`: not an axis, whose times are different ones, but a time for
 * each of many things. */
sw_status sw_netcdf_times(sw_error *err, const sw_netcdf *file, const sw_netcdf_axis *axis,
                          bool is_list, sw_netcdf_label *take, void *self);

/* Which way round a variable lies: *first_is_first where its axes are (first, second). Told by the
 * scales that netCDF attaches, where there are some, else by the lengths; where these are equal,
 * (first, second). A variable along other axes of these lengths is refused. */
sw_status sw_netcdf_order(sw_error *err, const sw_netcdf *file, const sw_netcdf_variable *of,
                          const sw_netcdf_axis *first, const sw_netcdf_axis *second,
                          bool *first_is_first);

#endif
