/* The HDF5 library that runs, which may differ from the one compiled against. */
#include "store/h5/version.h"

#include <hdf5.h>
#include <stdio.h>

const char *sw_h5_version(void) {
  static char text[64];
  unsigned major = 0, minor = 0, release = 0;
  if (H5get_libversion(&major, &minor, &release) < 0) return "unknown";
  snprintf(text, sizeof text, "%u.%u.%u (parallel)", major, minor, release);
  return text;
}

void sw_h5_start(void) {
  H5open();
}
