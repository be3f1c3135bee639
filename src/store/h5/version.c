/* The HDF5 library that runs, which may differ from the one compiled against: it stands in results
 * files, and in the fingerprint by which an unfinished run is gone on with. */
#include "store/h5/version.h"

#include <hdf5.h>
#include <stdio.h>

/* The text is static, the same at every call. */
const char *sw_h5_version(void) {
  static char text[64];
  unsigned major = 0, minor = 0, release = 0;
  if (H5get_libversion(&major, &minor, &release) < 0) return "unknown";
  snprintf(text, sizeof text, "%u.%u.%u (parallel)", major, minor, release);
  return text;
}

/* Started after MPI_Init, HDF5 hangs its end on MPI_Finalize, as an attribute of MPI_COMM_SELF;
 * started before, it ends at exit. */
void sw_h5_start(void) {
  H5open();
}
