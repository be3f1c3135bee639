/* A file that one process holds at a time: by the operating system's lock, which ends with its
 * holder however it ends, so that a file left behind locks nothing. */
#ifndef SW_BASE_LOCK_H
#define SW_BASE_LOCK_H

#include "spillway/status.h"

typedef struct sw_lock sw_lock;

/* SW_EINPUT when another process holds it, naming that process by what it wrote into the file. */
sw_status sw_lock_take(sw_error *err, const char *path, sw_lock **lock);
/* Removes the file. */
void sw_lock_release(sw_lock *lock);

/* Whether errno, after a lock was not given, says that the file system has none. */
bool sw_lock_is_missing(int error_number);
/* SW_EINPUT: `path` lies on such a file system; and what may be done. */
sw_status sw_lock_fail_missing(sw_error *err, const char *path, int error_number);
/* The user has said to do without: HDF5_USE_FILE_LOCKING=FALSE, which HDF5 heeds, too. */
bool sw_lock_is_waived(void);
/* Whether a program can lock `path` by the call that HDF5 makes for a file it writes. An empty file
 * is as good as any. */
sw_status sw_lock_try(sw_error *err, const char *path, int file);

#endif
