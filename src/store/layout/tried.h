/* Work on results files in a child process: HDF5 1.10 crashes on some damaged files, and of others
 * it never finds the end. Either the work itself is done there, or all is read there first that
 * HDF5 follows. No MPI, as a child may not talk by it. */
#ifndef SW_STORE_LAYOUT_TRIED_H
#define SW_STORE_LAYOUT_TRIED_H

#include <stddef.h>

#include "base/child.h"
#include "spillway/status.h"

typedef struct sw_tried {
  const char *path;  /* of the results, for messages */
  const char *other; /* a second results file that the body reads, or NULL */
  /* Runs in the child; what it writes to files stays, what it leaves in memory is lost but for
   * `answer`. By one thread that may start others. */
  sw_status (*body)(sw_error *err, void *self);
  void *self;
  void *answer;              /* `size` bytes that the body fills, plain; copied to the parent */
  size_t size;               /* below what a pipe takes at once: some pages */
  unsigned bytes_per_second; /* of the files: processor time, beside a minute */
} sw_tried;

/* The body's status and error; SW_EINPUT where HDF5 crashed or did not finish, of the file at which
 * it does. */
sw_status sw_tried_run(sw_error *err, const sw_tried *tried);
/* What is said of a child that died without an answer: by HDF5, or from outside. */
sw_status sw_tried_blame(sw_error *err, const char *path, sw_child_end end);
/* For a body: SW_EIO of HDF5, which read the file, becomes "PATH: is damaged: ..."; all else stays.
 */
sw_status sw_tried_damaged(sw_error *err, sw_status status, const char *path);

/* Before a results file is read by a process that nothing may crash: all in it that HDF5 follows is
 * read by a child (trial.c). SW_EINPUT: HDF5 crashes or does not finish, or cannot open it. What
 * else is wrong is left to who reads it then, and so is a file for which no child could be had.
 *
 * For a process alone: memory that a network card knows of does not bear a fork everywhere, so of
 * several ranks none tries. */
sw_status sw_tried_read(sw_error *err, const char *path);

#endif
