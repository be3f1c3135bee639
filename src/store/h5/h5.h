/* HDF5 as it is used here: errors in one line, files, groups, attributes, datasets, labels. */
#ifndef SW_STORE_H5_H5_H
#define SW_STORE_H5_H5_H

#include <hdf5.h>

#include "base/arena.h"

/* Types of numbers on disk. In memory: double, float, int64_t, int32_t, uint64_t. */
typedef enum sw_h5_cell {
  SW_CELL_F64,
  SW_CELL_F32,
  SW_CELL_I64,
  SW_CELL_I32,
  SW_CELL_U64
} sw_h5_cell;

size_t sw_h5_cell_bytes(sw_h5_cell cell);

/* What netCDF-4 asks of a dataset: attributes of each, and the name of a dimension scale that is a
 * dimension alone, without coordinates, before its length in ten places. */
#define SW_H5_LONG_NAME "long_name"
#define SW_H5_UNITS "units"
#define SW_H5_BARE "This is a netCDF dimension but not a netCDF variable."

/* Bytes. A dataset or chunk of at least SW_ALIGN_FROM begins at a multiple of SW_ALIGN_TO, a page;
 * smaller ones are packed. Who estimates the size of a file counts with it. */
enum { SW_ALIGN_FROM = 1 << 16, SW_ALIGN_TO = 4096 };

/* What cures a file with a filter that HDF5 lacks; SW_EINPUT then. */
#define SW_H5_REPACK                                                                               \
  "; name the folder of its plug-in in HDF5_PLUGIN_PATH, or where it can be read write the file "  \
  "anew: h5repack -f GZIP=4 OLD NEW"
/* SW_EIO: "PATH: cannot WHAT: <HDF5's innermost words>". */
sw_status sw_h5_fail(sw_error *err, const char *path, const char *what);
void sw_h5_quiet(void); /* no error stacks on standard error; what they say is kept for the above */
/* Fails when since sw_h5_quiet the system has refused a read, or memory ended within HDF5: for
 * those who take what cannot be read for what is not there. */
sw_status sw_h5_whole(sw_error *err, const char *path);
/* Why HDF5 cannot open a file that is there to be read (open.c): by the system's answers and its
 * first bytes, with what would cure it. `expected`: the file to be given. Never SW_OK. */
sw_status sw_h5_refuse(sw_error *err, const char *path, const char *expected);
/* The access list of every results file; the caller closes it. */
hid_t sw_h5_access(void);
hid_t sw_h5_create(const char *path); /* noted in the ledger, when one is open */
hid_t sw_h5_create_in_memory(void);   /* of which nothing is left once it is closed */
/* Closes a file of the serial driver. `status`: of what was done with it; when it is not SW_OK the
 * file is lost, nothing more is written to it, and `status` is returned. */
sw_status sw_h5_close(sw_error *err, sw_status status, hid_t file, const char *path);
/* A new group, or negative. The caller closes it, as everything below that returns hid_t, except
 * memory types. */
hid_t sw_h5_group(hid_t file, const char *path);
hid_t sw_h5_memory_type(sw_h5_cell cell);
hid_t sw_h5_text_type(void); /* variable-length UTF-8 */
/* Text of a fixed length: of `room` bytes, or as long as it is when room is 0. */
herr_t sw_h5_put_text(hid_t object, const char *name, const char *text, size_t room);
herr_t sw_h5_put_integer(hid_t object, const char *name, int64_t value);
/* Write an attribute that is there already; a text one was put with room. */
herr_t sw_h5_set_text(hid_t object, const char *name, const char *text);
herr_t sw_h5_set_integer(hid_t object, const char *name, int64_t value);
/* Is it one value? A file of another program may hold an array by the same name. */
bool sw_h5_is_single(hid_t attribute);
/* The text of an attribute, or NULL. The second tells: NULL when there is none, SW_ENOMEM. */
const char *sw_h5_get_text(sw_arena *arena, hid_t object, const char *name);
sw_status sw_h5_read_text(sw_error *err, sw_arena *arena, hid_t object, const char *name,
                          const char **text);
/* A dataset as it is made; chunk[0] == 0: contiguous. */
typedef struct sw_h5_form {
  const char *name, *long_name, *units;
  sw_h5_cell cell;
  int rank;
  const hsize_t *extent, *chunk;
} sw_h5_form;
/* When a dataset gets its room. */
typedef enum sw_h5_room {
  SW_H5_AT_ONCE,  /* all of it, now */
  SW_H5_DEFLATED, /* as its chunks come, compressed; at once where it has none */
  SW_H5_WRITTEN   /* as it is written, which it may never be */
} sw_h5_room;
/* A new dataset with long_name and units. */
hid_t sw_h5_dataset(hid_t group, const sw_h5_form *form, sw_h5_room room);
/* A new list of labels, or of numbers in the memory type of `cell`, with all its n values. */
hid_t sw_h5_labels(hid_t group, const char *name, const char *long_name, hsize_t n,
                   const char *const *label);
hid_t sw_h5_numbers(hid_t group, const char *name, const char *long_name, const char *units,
                    sw_h5_cell cell, hsize_t n, const void *value);

/* ---- reading (read.c) -------------------------------------------------------------------- */

/* Numbers in the dataset, all axes together; 0 when it cannot be asked. */
hsize_t sw_h5_length(hid_t dataset);
/* The labels of the axis `name`, from the arena; an axis of whole numbers as their decimal digits.
 * SW_EINPUT when the file is damaged. */
sw_status sw_h5_read_labels(sw_error *err, sw_arena *arena, hid_t group, const char *name,
                            int64_t *count, const char *const **labels);
/* For datasets that are stored uncompressed: true if the file has fewer bytes than the dataset
 * claims values, so that reading them could exhaust memory. A sound file has more than one byte per
 * value. */
bool sw_h5_is_longer_than_file(hid_t dataset, hsize_t n);
/* An attribute of any kind as text: one text, or numbers with all their digits. NULL when it
 * is not there, or is neither. */
const char *sw_h5_attribute_text(sw_arena *arena, hid_t object, const char *name);
/* A whole number; 0 when there is none, or more than one. */
int64_t sw_h5_get_integer(hid_t object, const char *name);

#endif
