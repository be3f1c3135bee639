/* The HDF5 library that runs, which may differ from the one compiled against. */
#include "store/version.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *sw_store_version(void) {
  static char text[64];
  unsigned major = 0, minor = 0, release = 0;
  if (H5get_libversion(&major, &minor, &release) < 0) return "unknown";
  snprintf(text, sizeof text, "%u.%u.%u (parallel)", major, minor, release);
  return text;
}

void sw_store_start(void) {
  /* It is stronger than what an open asks for, and where all ranks open one file none may lock. */
  const char *locking = getenv("HDF5_USE_FILE_LOCKING");
  if (locking && strcmp(locking, "FALSE") != 0 && strcmp(locking, "0") != 0)
    unsetenv("HDF5_USE_FILE_LOCKING");
  H5open();
}
