/* Tries in a child process what may kill the process or never end: libraries crash on some damaged
 * files. */
#ifndef SW_BASE_CHILD_H
#define SW_BASE_CHILD_H

#include <sys/types.h>

/* Runs body(self) in a child, which leaves no core, says nothing on stderr, has `seconds` of
 * processor time and ends with the body; what the body gives to stdout is flushed. Returns the
 * child, or -1 (errno says why). Only the calling thread lives on in the child, so the body must
 * start no threads and must not talk by MPI. The caller waits with sw_child_wait. */
pid_t sw_child_start(void (*body)(void *self), void *self, unsigned seconds);
/* What became of a child. UNKNOWN: the system does not report it (SIGCHLD is ignored), or the child
 * was killed from outside (out of memory), or could not begin. None says anything about what was
 * tried. */
typedef enum sw_child_end {
  SW_CHILD_ENDED,
  SW_CHILD_CRASHED,
  SW_CHILD_ENDLESS,
  SW_CHILD_UNKNOWN
} sw_child_end;

/* Waits for the child to end, once. */
sw_child_end sw_child_wait(pid_t child);

#endif
