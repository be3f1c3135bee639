/* Which bytes of a new file are written while it is laid out. */
#ifndef SW_STORE_H5_LEDGER_H
#define SW_STORE_H5_LEDGER_H

#include <hdf5.h>

#include "spillway/status.h"

/* While a ledger is open, files made with sw_h5_create note where bytes are written to. One at a
 * time; no second thread. */
typedef struct sw_h5_extent {
  uint64_t at, length; /* bytes of the file */
} sw_h5_extent;
typedef struct sw_h5_ledger {
  size_t count, room;
  sw_h5_extent *extent; /* malloc, the caller's; once closed: ascending, apart */
  bool lost;            /* no memory for all of them */
} sw_h5_ledger;
/* Begins an empty ledger, which must live until it is closed. Closing may fail with SW_ENOMEM. */
void sw_h5_ledger_open(sw_h5_ledger *ledger);
sw_status sw_h5_ledger_close(sw_error *err, sw_h5_ledger *ledger);
/* The driver that writes into the open ledger, for a file access list. */
void sw_h5_ledger_watch(hid_t access);

#endif
