/* What may kill the process, or never end, is tried in a child of it: libraries crash on some
 * damaged files. */
#ifndef SW_BASE_CHILD_H
#define SW_BASE_CHILD_H

#include <sys/types.h>

/* Runs body(self) in a child, which leaves no core, says nothing on stderr, has so many seconds of
 * processor time and ends with the body; what the body gives to stdout is flushed. Returns the
 * child, or -1 (errno). One thread goes on in it: the body starts none and does not talk by MPI. */
pid_t sw_child_start(void (*body)(void *self), void *self, unsigned seconds);
/* What became of it. UNKNOWN: the system does not say, as where SIGCHLD is ignored, or it was
 * killed from outside. */
typedef enum sw_child_end {
  SW_CHILD_ENDED,
  SW_CHILD_CRASHED,
  SW_CHILD_ENDLESS,
  SW_CHILD_UNKNOWN
} sw_child_end;

/* Waits for it. */
sw_child_end sw_child_wait(pid_t child);

#endif
