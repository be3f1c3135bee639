/* Which bytes of a new file are written while it is laid out: all its structure, labels and other
 * constants, but not the places of numbers to come. HDF5 has no call that tells; its file drivers
 * are told of every write, so the plain driver is taken with one function of our own. */
#include "store/h5/ledger.h"

#include <stdlib.h>
#include <string.h>

enum { PORTION = 1 << 20 };

static sw_h5_ledger *open_ledger;
static H5FD_class_t plain; /* the driver as it is */
static hid_t watching = H5I_INVALID_HID;

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

static herr_t write_noted(H5FD_t *file, H5FD_mem_t type, hid_t list, haddr_t at, size_t length,
                          const void *bytes) {
  if (open_ledger) note(open_ledger, at, length);
  return plain.write(file, type, list, at, length, bytes);
}

/* A file's driver is public, drivers by themselves are not: any file will do to learn of one. */
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

void sw_h5_ledger_watch(hid_t access) {
  if (!open_ledger) return;
  if (watching < 0) register_driver();
  if (watching < 0 || H5Pset_driver(access, watching, NULL) < 0) open_ledger->lost = true;
}

void sw_h5_ledger_open(sw_h5_ledger *ledger) {
  *ledger = (sw_h5_ledger){0};
  open_ledger = ledger;
}

static int compare(const void *a, const void *b) {
  const sw_h5_extent *x = a, *y = b;
  return (x->at > y->at) - (x->at < y->at);
}

sw_status sw_h5_ledger_close(sw_error *err, sw_h5_ledger *ledger) {
  open_ledger = NULL;
  if (ledger->lost)
    return sw_fail(err, SW_ENOMEM, "no memory to note how the results file is laid out");
  if (ledger->count == 0) return SW_OK;
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
