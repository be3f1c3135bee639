/* The HDF5 library: its beginning, and its version. */
#ifndef SW_STORE_H5_VERSION_H
#define SW_STORE_H5_VERSION_H

/* To be called before MPI is started: HDF5 that begins later ends within MPI's end, where 1.10 dies
 * of a file that could not be closed. */
void sw_h5_start(void);
/* E.g. "1.10.8 (parallel)". */
const char *sw_h5_version(void);

#endif
