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

#endif
