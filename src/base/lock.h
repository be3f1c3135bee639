/* A file that one process holds at a time: by the operating system's lock, which ends with its
 * holder however it ends, so that a lock left behind is none. */
#ifndef SW_BASE_LOCK_H
#define SW_BASE_LOCK_H

#include "spillway/status.h"

typedef struct sw_lock sw_lock;

/* SW_EINPUT when another process holds it, naming what that process wrote of itself. */
sw_status sw_lock_take(sw_error *err, const char *path, sw_lock **lock);
/* Removes the file. */
void sw_lock_release(sw_lock *lock);

#endif
