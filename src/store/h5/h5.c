/* HDF5 as the results file uses it; src/store/results/ and src/store/diff/ build on it.
 *
 * Invariants:
 *   - the format is bounded at v18 from both sides: older files cannot keep attributes as long
 *     as a study's text, nor their order; newer ones shut out older readers, and resume.c counts
 *     on the superblock of this one;
 *   - the creation order of links and attributes is tracked, as netCDF-4 asks for it; times are
 *     not, so that two runs leave equal files;
 *   - a dataset has its place in the file from the beginning and is never filled with zeros first;
 *     a compressed one cannot, since nobody knows its size before it is written;
 *   - the writer of a dataset checks what closing it returns: the close may be what writes;
 *   - closing the file closes what is still open in it, so error paths need not.
 *
 * One thread per rank calls HDF5, which is not thread-safe. */
#include "store/h5/h5.h"
#include "store/h5/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"

enum { SW_DEFLATE_LEVEL = 4 };

/* ---- errors ----------------------------------------------------------------------------- */

/* The innermost words about the last failure. They are copied when the failure happens, because the
 * next call of HDF5 clears its error stack. A static buffer will do: one thread per rank calls
 * HDF5. */
static char reason[SW_ERROR_TEXT / 2];

/* The same of the first failure that was not the file's own: the system refused a read, or memory
 * ended. Kept beside failures that callers take for something that is not there. */
static char refusal[SW_ERROR_TEXT / 2];

/* How HDF5 says that a filter is missing; deeper it says where it looked for plug-ins. */
static const char filter_words[] = "required filter";

/* Called by H5Ewalk2 for each entry of the error stack, the innermost first. Keeps the first entry
 * that has a description, or that of a missing filter. Descriptions of the file drivers contain
 * dozens of numbers besides; of these only the words of the operating system or of MPI are kept, up
 * to the quote that ends them. */
static herr_t innermost(unsigned depth, const H5E_error2_t *entry, void *into) {
  bool *found = into;
  (void)depth;
  if (!entry->desc || (*found && strncmp(entry->desc, filter_words, strlen(filter_words)) != 0))
    return 0;
  static const char *const before[] = {"error message = '", "MPI error string is '"};
  const char *said = entry->desc, *ends = "\n";
  for (int k = 0; k < 2; k++) {
    const char *found_at = strstr(said, before[k]);
    if (!found_at) continue;
    said = found_at + strlen(before[k]);
    ends = "'\n"; /* an apostrophe of HDF5's own words ends nothing */
  }
  snprintf(reason, sizeof reason, "%s", said);
  reason[strcspn(reason, ends)] = '\0';
  *found = true;
  bool memory = entry->min_num == H5E_NOSPACE || entry->min_num == H5E_CANTALLOC;
  if (!refusal[0] && (memory || said != entry->desc)) memcpy(refusal, reason, sizeof refusal);
  return 0;
}

/* HDF5's error handler, called at the end of each call that failed. It prints nothing. */
static herr_t remember(hid_t stack, void *unused) {
  bool found = false;
  (void)unused;
  return H5Ewalk2(stack, H5E_WALK_UPWARD, innermost, &found);
}

/* Also clears what an earlier failure left, which would else be reported for a later one. */
void sw_h5_quiet(void) {
  reason[0] = '\0';
  refusal[0] = '\0';
  H5Eset_auto2(H5E_DEFAULT, remember, NULL);
}

/* `reason` is used once: a failure that is not HDF5's own (a missing place in a file, say) must not
 * be reported with the words of an earlier one. */
sw_status sw_h5_fail(sw_error *err, const char *path, const char *what) {
  bool filter = strncmp(reason, filter_words, strlen(filter_words)) == 0;
  sw_status status =
      sw_fail(err, filter ? SW_EINPUT : SW_EIO, "%s: cannot %s: %s%s", path, what,
              reason[0] ? reason : "HDF5 does not say why", filter ? SW_H5_REPACK : "");
  reason[0] = '\0';
  return status;
}

sw_status sw_h5_whole(sw_error *err, const char *path) {
  return refusal[0] ? sw_fail(err, SW_EIO, "%s: cannot be read: %s", path, refusal) : SW_OK;
}

/* ---- files and groups ------------------------------------------------------------------- */

/* The caller closes the list. Every file of results that is written is opened with it, by whatever
 * driver, so that all ranks and all phases of a run agree on where bytes lie. */
hid_t sw_h5_access(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  /* Large pieces begin on pages: two ranks that write neighbouring squares never write to one
   * page. */
  H5Pset_alignment(access, SW_ALIGN_FROM, SW_ALIGN_TO);
  /* HDF5 gathers small writes to contiguous datasets in this buffer and writes them at the close,
   * where a disk error is lost silently. Without it they are written at once. */
  H5Pset_sieve_buf_size(access, 0);
  return access;
}

/* For any kind of object: HDF5's creation lists share these two properties. */
static void set_order(hid_t creation) {
  H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(creation, false);
}

/* H5F_ACC_EXCL: the caller has removed what was there; what appears in between is not ours: do not
 * overwrite it. The ledger, when open, takes the place of the plain driver here. */
hid_t sw_h5_create(const char *path) {
  hid_t access = sw_h5_access(), creation = H5Pcreate(H5P_FILE_CREATE);
  set_order(creation);
  H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  sw_h5_ledger_watch(access);
  hid_t file = H5Fcreate(path, H5F_ACC_EXCL, creation, access);
  H5Pclose(creation);
  H5Pclose(access);
  return file;
}

/* A name is asked for, and leads nowhere. It grows by a page at a time. */
hid_t sw_h5_create_in_memory(void) {
  hid_t access = sw_h5_access(), creation = H5Pcreate(H5P_FILE_CREATE);
  set_order(creation);
  H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  hid_t file = H5Pset_fapl_core(access, SW_ALIGN_FROM, false) < 0
                   ? H5I_INVALID_HID
                   : H5Fcreate("memory", H5F_ACC_TRUNC, creation, access);
  H5Pclose(creation);
  H5Pclose(access);
  return file;
}

/* The file descriptor below a file of the serial driver, still HDF5's; -1 when there is none. The
 * ledger's driver is a copy of the serial one and answers the same. */
static int descriptor_of(hid_t file) {
  void *handle = NULL;
  return H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 ? -1 : *(int *)handle;
}

/* Takes the disk blocks of the whole file now, so that no later write finds the disk full: early
 * allocation in HDF5 only sets the length of the file, which costs a sparse file nothing. Keeps the
 * contents. A file system that cannot do it (ENOTSUP, EINVAL) is accepted: the free space was
 * checked, and no more can be done there. */
static sw_status reserve(sw_error *err, hid_t file, const char *path) {
  haddr_t end = 0;
  if (H5Fget_eoa(file, &end) < 0) return sw_h5_fail(err, path, "be measured");
  if (fallocate(descriptor_of(file), 0, 0, (off_t)end) == 0) return SW_OK;
  if (errno != ENOSPC && errno != EDQUOT && errno != EFBIG) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: cannot be written: %s", path, strerror(errno));
}

/* Turns the descriptor of a file that is given up into one of memory, so that what HDF5 still
 * writes on closing succeeds and goes nowhere. The file on disk stays as it is. */
static void divert(hid_t file) {
  int memory = memfd_create("spillway", MFD_CLOEXEC), descriptor = descriptor_of(file);
  if (memory >= 0 && descriptor >= 0) dup2(memory, descriptor);
  if (memory >= 0) close(memory);
}

/* HDF5 1.10 corrupts its own tables when a flush or close cannot write what is left, and the
 * process dies at exit. So a close is not allowed to fail: before it, room for all that may be
 * written is made sure of; a file that is lost (`status` is not SW_OK) is closed into memory. */
sw_status sw_h5_close(sw_error *err, sw_status status, hid_t file, const char *path) {
  if (status == SW_OK) status = reserve(err, file, path);
  if (status != SW_OK) divert(file);
  if (H5Fclose(file) < 0 && status == SW_OK) status = sw_h5_fail(err, path, "be closed");
  return status;
}

/* The caller closes it; negative on failure. Its links keep the order in which they are made, by
 * which `info` lists results as the study has them. */
hid_t sw_h5_group(hid_t file, const char *path) {
  hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
  set_order(creation);
  H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  hid_t group = H5Gcreate2(file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
  H5Pclose(creation);
  return group;
}

/* ---- types ------------------------------------------------------------------------------ */

/* Little-endian on disk whatever the machine, so that files compare byte for byte. */
static hid_t file_type(sw_h5_cell cell) {
  return cell == SW_CELL_F64   ? H5T_IEEE_F64LE
         : cell == SW_CELL_F32 ? H5T_IEEE_F32LE
         : cell == SW_CELL_I64 ? H5T_STD_I64LE
         : cell == SW_CELL_U64 ? H5T_STD_U64LE
                               : H5T_STD_I32LE;
}

size_t sw_h5_cell_bytes(sw_h5_cell cell) {
  return cell == SW_CELL_F32 || cell == SW_CELL_I32 ? 4 : 8;
}

/* Predefined types of HDF5: not to be closed. */
hid_t sw_h5_memory_type(sw_h5_cell cell) {
  return cell == SW_CELL_F64   ? H5T_NATIVE_DOUBLE
         : cell == SW_CELL_F32 ? H5T_NATIVE_FLOAT
         : cell == SW_CELL_I64 ? H5T_NATIVE_INT64
         : cell == SW_CELL_U64 ? H5T_NATIVE_UINT64
                               : H5T_NATIVE_INT32;
}

/* The caller closes it. */
hid_t sw_h5_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/* `filled`: the text takes all of `size` and has no terminator, so it is padded with NULs. One that
 * may be replaced later by a shorter or longer one ends at the first NUL. */
static hid_t fixed_text_type(size_t size, bool filled) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  H5Tset_strpad(type, filled ? H5T_STR_NULLPAD : H5T_STR_NULLTERM);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/* ---- attributes ------------------------------------------------------------------------- */

/* Writes at most `size` bytes of `text` and zeros after them. A text that is too long is cut before
 * a character of UTF-8, never within: bytes 10xxxxxx continue one. */
static herr_t write_text(hid_t attribute, hid_t type, const char *text, size_t size) {
  char *padded = calloc(H5Tget_size(type) + 1, 1);
  if (!padded) return -1;
  size_t length = strlen(text);
  if (length > size)
    for (length = size; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
      length--;
  memcpy(padded, text, length);
  herr_t code = H5Awrite(attribute, type, padded);
  free(padded);
  return code;
}

/* HDF5 knows no text of length 0: an empty one takes one NUL. With room, one byte of it is the
 * terminator's.
 *
 * Texts are of fixed length, because variable-length ones live in the file's global heap, which
 * MPI-IO cannot write and which could not be replaced in place. */
herr_t sw_h5_put_text(hid_t object, const char *name, const char *text, size_t room) {
  size_t size = room > 0 ? room : strlen(text) > 0 ? strlen(text) : 1;
  hid_t type = fixed_text_type(size, room == 0), space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t code = attribute < 0 ? -1 : write_text(attribute, type, text, room > 0 ? room - 1 : size);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  return code;
}

/* A new attribute, 64 bits little-endian whatever the machine. */
herr_t sw_h5_put_integer(hid_t object, const char *name, int64_t value) {
  hid_t space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate2(object, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t code = attribute < 0 ? -1 : H5Awrite(attribute, H5T_NATIVE_INT64, &value);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return code;
}

/* In place: the attribute keeps the room it was made with, so nothing in the file moves. The last
 * byte of the room stays the terminator. */
herr_t sw_h5_set_text(hid_t object, const char *name, const char *text) {
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return -1;
  hid_t type = H5Aget_type(attribute);
  herr_t code = write_text(attribute, type, text, H5Tget_size(type) - 1);
  H5Tclose(type);
  H5Aclose(attribute);
  return code;
}

/* An attribute that is there; its space in the file stays where it is. */
herr_t sw_h5_set_integer(hid_t object, const char *name, int64_t value) {
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return -1;
  herr_t code = H5Awrite(attribute, H5T_NATIVE_INT64, &value);
  H5Aclose(attribute);
  return code;
}

/* Asked before every H5Aread into one variable, which would else be overrun by an array of another
 * program's file. */
bool sw_h5_is_single(hid_t attribute) {
  hid_t space = H5Aget_space(attribute);
  hssize_t n = H5Sget_simple_extent_npoints(space);
  H5Sclose(space);
  return n == 1;
}

/* NULL for anything else than one text of fixed length, which is all that this program writes. Read
 * as the file's own type, whose size bounds the buffer. */
sw_status sw_h5_read_text(sw_error *err, sw_arena *arena, hid_t object, const char *name,
                          const char **text) {
  *text = NULL;
  hid_t attribute =
      H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : H5I_INVALID_HID;
  if (attribute < 0) return SW_OK;
  hid_t type = H5Aget_type(attribute);
  sw_status status = SW_OK;
  if (H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type) && sw_h5_is_single(attribute)) {
    /* + 1: a text of full length has no zero at its end. */
    char *bytes = calloc(H5Tget_size(type) + 1, 1);
    bool read = bytes && H5Aread(attribute, type, bytes) >= 0;
    if (read) *text = sw_arena_text(arena, bytes);
    if (!bytes || (read && !*text))
      status = sw_fail(err, SW_ENOMEM, "out of memory for the attribute %s", name);
    free(bytes);
  }
  H5Tclose(type);
  H5Aclose(attribute);
  return status;
}

const char *sw_h5_get_text(sw_arena *arena, hid_t object, const char *name) {
  sw_error ignored = {0};
  const char *text = NULL;
  sw_h5_read_text(&ignored, arena, object, name, &text);
  return text;
}

/* ---- datasets --------------------------------------------------------------------------- */

static herr_t describe(hid_t dataset, const char *long_name, const char *units) {
  if (sw_h5_put_text(dataset, SW_H5_LONG_NAME, long_name, 0) < 0) return -1;
  return sw_h5_put_text(dataset, SW_H5_UNITS, units, 0);
}

/* Takes over `dataset`: closes it and returns an invalid one when it cannot be described. An
 * invalid one is passed on. */
static hid_t described(hid_t dataset, const char *long_name, const char *units) {
  if (dataset >= 0 && describe(dataset, long_name, units) < 0) {
    H5Dclose(dataset);
    return H5I_INVALID_HID;
  }
  return dataset;
}

/* A scalar has no chunk; chunk[0] == 0 asks for contiguous. A dataset with an axis of length 0 has
 * chunks of 0 there, which HDF5 refuses, so it is contiguous too. */
static bool is_chunked(const sw_h5_form *form) {
  for (int a = 0; a < form->rank; a++)
    if (form->chunk[a] == 0) return false;
  return form->rank > 0;
}

/* The caller closes it. Early allocation gives every number its place now: later writes change no
 * metadata, so ranks write independently and a kill leaves a readable file. Fill is switched off:
 * to write zeros first would write the file twice. A dataset with filters is allocated as chunks
 * come, by the serial driver alone. */
hid_t sw_h5_dataset(hid_t group, const sw_h5_form *form, sw_h5_room room) {
  hid_t space =
      form->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(form->rank, form->extent, NULL);
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  set_order(creation);
  H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
  if (is_chunked(form)) H5Pset_chunk(creation, form->rank, form->chunk);
  if (is_chunked(form) && room == SW_H5_DEFLATED) {
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, SW_DEFLATE_LEVEL);
  } else {
    H5Pset_alloc_time(creation, room == SW_H5_WRITTEN ? H5D_ALLOC_TIME_LATE : H5D_ALLOC_TIME_EARLY);
  }
  hid_t dataset = H5Dcreate2(group, form->name, file_type(form->cell), space, H5P_DEFAULT, creation,
                             H5P_DEFAULT);
  H5Pclose(creation);
  H5Sclose(space);
  return described(dataset, form->long_name, form->units);
}

/* A contiguous dataset of one axis, written at once by its maker and never again. */
static hid_t new_list(hid_t group, const char *name, hid_t type, hsize_t n) {
  hid_t space = H5Screate_simple(1, &n, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
  set_order(creation);
  hid_t dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  H5Pclose(creation);
  H5Sclose(space);
  return dataset;
}

/* Labels are of variable length, as netCDF-4 reads them. The dataset is the caller's to close, but
 * after a failed write, when it stays open until the file closes. */
hid_t sw_h5_labels(hid_t group, const char *name, const char *long_name, hsize_t n,
                   const char *const *label) {
  hid_t type = sw_h5_text_type(), dataset = new_list(group, name, type, n);
  herr_t code = dataset < 0 ? -1 : H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, label);
  H5Tclose(type);
  if (code < 0) return H5I_INVALID_HID;
  return described(dataset, long_name, "1");
}

/* The same of numbers: `value` is of the memory type of `cell`. */
hid_t sw_h5_numbers(hid_t group, const char *name, const char *long_name, const char *units,
                    sw_h5_cell cell, hsize_t n, const void *value) {
  hid_t dataset = new_list(group, name, file_type(cell), n);
  if (dataset < 0 ||
      H5Dwrite(dataset, sw_h5_memory_type(cell), H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
    return H5I_INVALID_HID;
  return described(dataset, long_name, units);
}
