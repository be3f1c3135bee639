/* Version of the HDF5 library, e.g. "1.10.8 (parallel)". */
#ifndef SW_STORE_VERSION_H
#define SW_STORE_VERSION_H

const char *sw_store_version(void);

#endif
