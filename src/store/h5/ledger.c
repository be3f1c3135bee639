/* Which bytes of a new file HDF5 writes while the file is laid out: all of its structure, labels
 * and other constants, but not the places of numbers to come, which are allocated without a write.
 *
 * store/results/resume.c keeps this list in the journal with a hash of the bytes: a later run goes
 * on with the file only where they are still the same, and can put them back where they are not.
 * HDF5 has no call for this, but its file drivers see every write, so the plain driver (sec2) is
 * taken with one of its functions replaced. One ledger at a time; rank 0, one thread. */
#include "store/h5/ledger.h"

#include <stdlib.h>
#include <string.h>

/* The largest address asked of H5FDopen; of no consequence for /dev/null. */
enum { PORTION = 1 << 20 };

/* A driver's functions get no pointer of ours, so the ledger that is open stands here. */
static sw_h5_ledger *open_ledger;
static H5FD_class_t plain;               /* the driver as it is; set once, with `watching` */
static hid_t watching = H5I_INVALID_HID; /* our copy of it, registered with HDF5 */

/* Writes mostly follow each other: one that begins where the last ended lengthens it, which keeps
 * the list short. Without memory the ledger is marked as lost: a list with gaps would let a damaged
 * file pass as sound. */
static void note(sw_h5_ledger *ledger, uint64_t at, uint64_t length) {
  if (ledger->count > 0) {
    sw_h5_extent *last = &ledger->extent[ledger->count - 1];
    if (last->at + last->length == at) {
      last->length += length;
      return;
    }
  }
  if (ledger->count == ledger->room) {
    size_t room = ledger->room ? 2 * ledger->room : 256;
    sw_h5_extent *more = realloc(ledger->extent, room * sizeof *more);
    if (!more) {
      ledger->lost = true;
      return;
    }
    ledger->extent = more;
    ledger->room = room;
  }
  ledger->extent[ledger->count++] = (sw_h5_extent){at, length};
}

/* In the place of sec2's write; all else of a file's life goes through sec2 unchanged. The driver
 * stays registered, so a file may outlive its ledger. */
static herr_t write_noted(H5FD_t *file, H5FD_mem_t type, hid_t list, haddr_t at, size_t length,
                          const void *bytes) {
  if (open_ledger) note(open_ledger, at, length);
  return plain.write(file, type, list, at, length, bytes);
}

/* HDF5 does not hand out the class of a driver, but the class of an open file is public: any file
 * will do to learn of it. Leaves `watching` invalid on failure. */
static void register_driver(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_sec2(access);
  H5FD_t *file = H5FDopen("/dev/null", H5F_ACC_RDWR, access, PORTION);
  if (file) {
    plain = *file->cls;
    H5FD_class_t noted = plain;
    noted.name = "sec2, noted";
    noted.write = write_noted;
    watching = H5FDregister(&noted);
    H5FDclose(file);
  }
  H5Pclose(access);
}

/* Nothing when no ledger is open. A driver that cannot be had makes the ledger lost, not the
 * file. */
void sw_h5_ledger_watch(hid_t access) {
  if (!open_ledger) return;
  if (watching < 0) register_driver();
  if (watching < 0 || H5Pset_driver(access, watching, NULL) < 0) open_ledger->lost = true;
}

void sw_h5_ledger_open(sw_h5_ledger *ledger) {
  *ledger = (sw_h5_ledger){0};
  open_ledger = ledger;
}

/* By position; equal ones in any order, as they are joined. */
static int compare(const void *a, const void *b) {
  const sw_h5_extent *x = a, *y = b;
  return (x->at > y->at) - (x->at < y->at);
}

/* Sorts the extents and joins those that overlap or touch, as HDF5 writes some places again and
 * again: each byte is then hashed and copied once. The extents are the caller's to free, also on
 * failure. */
sw_status sw_h5_ledger_close(sw_error *err, sw_h5_ledger *ledger) {
  open_ledger = NULL;
  if (ledger->lost)
    return sw_fail(err, SW_ENOMEM, "out of memory: cannot note how the results file is laid out");
  if (ledger->count == 0) return SW_OK; /* below, extent[0] is there */
  qsort(ledger->extent, ledger->count, sizeof *ledger->extent, compare);
  size_t kept = 0;
  for (size_t k = 1; k < ledger->count; k++) {
    sw_h5_extent *last = &ledger->extent[kept], next = ledger->extent[k];
    if (next.at > last->at + last->length)
      ledger->extent[++kept] = next;
    else if (next.at + next.length > last->at + last->length)
      last->length = next.at + next.length - last->at;
  }
  ledger->count = kept + 1;
  return SW_OK;
}
