/* A run that stops where a call is to fail: see forks.c. */
#ifndef PRELOAD_FORKS_H
#define PRELOAD_FORKS_H

#include <stdint.h>

/* Called at the `now`-th call that counts, by the process that counts it. NULL: it goes on; else
 * this is a child, which goes on with what is named: fail, on, kill, or none. `object`: addresses
 * of the two objects that a stack is told apart by. */
const char *forks_stop(long now, uintptr_t object[2][2]);

/* 1 while calls are this library's own: they do not count. */
int forks_busy(void);

#endif
