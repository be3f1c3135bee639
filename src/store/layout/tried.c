/* A child that reads results files and answers through a pipe: its error first, also when there is
 * none, as its absence tells that the child died; then what it has to say. Called by report, table,
 * export and diff for all that they do, by verify, run and weights before they read. */
#include "store/layout/tried.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Processor seconds of a child, beside those for the bytes of the file: a damaged one can keep HDF5
 * busy for ever. */
enum { SECONDS = 60 };

/* ---- the child --------------------------------------------------------------------------- */

typedef struct work {
  const sw_tried *of;
  int ends[2]; /* of the pipe */
} work;

/* A pipe may take a part; EINTR is no failure. */
static bool write_all(int file, const void *from, size_t length) {
  size_t at = 0;
  for (ssize_t n; at < length && (n = write(file, (const char *)from + at, length - at)) != 0;) {
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) at += (size_t)n;
  }
  return at == length;
}

/* The child: runs the body, then tells its error and its answer, whatever happened. */
static void tell(void *self) {
  work *w = self;
  sw_error err = {0};
  close(w->ends[0]); /* else writing would not fail when nobody reads any more */
  w->of->body(&err, w->of->self);
  if (!write_all(w->ends[1], &err, sizeof err) ||
      !write_all(w->ends[1], w->of->answer, w->of->size))
    _exit(1);
}

/* ---- the parent -------------------------------------------------------------------------- */

/* The file is only at fault where the child died of itself: one that was killed may have been so by
 * a machine without memory. */
sw_status sw_tried_blame(sw_error *err, const char *path, sw_child_end end) {
  if (end == SW_CHILD_UNKNOWN)
    return sw_fail(err, SW_EIO,
                   "%s: the process that reads it was ended from outside; is the machine out of "
                   "memory?",
                   path);
  return sw_fail(err, SW_EINPUT,
                 "%s: is damaged: HDF5 %s reading it; write it again with spillway run", path,
                 end == SW_CHILD_ENDLESS ? "does not finish" : "crashes");
}

/* Of two files each is read by itself, to know which of them HDF5 does not bear. Where it bears
 * either alone, both are named. */
static sw_status blame(sw_error *err, const sw_tried *tried, sw_child_end end) {
  if (!tried->other || end == SW_CHILD_UNKNOWN) return sw_tried_blame(err, tried->path, end);
  SW_TRY(sw_tried_read(err, tried->path));
  SW_TRY(sw_tried_read(err, tried->other));
  return sw_fail(err, SW_EINPUT,
                 "%s or %s: is damaged: HDF5 %s reading both; write them again with spillway run",
                 tried->path, tried->other,
                 end == SW_CHILD_ENDLESS ? "does not finish" : "crashes");
}

/* 0 without a file: there is nothing to read. */
static int64_t bytes_of(const char *path) {
  struct stat file;
  return path && stat(path, &file) == 0 ? (int64_t)file.st_size : 0;
}

/* Processor seconds that the child may take: some for any file, and more for larger ones. */
static unsigned seconds_for(const sw_tried *tried) {
  int64_t bytes = bytes_of(tried->path) + bytes_of(tried->other);
  return SECONDS + (unsigned)(bytes / tried->bytes_per_second);
}

/* False where the pipe ended before: the child died. */
static bool read_all(int file, void *to, size_t length) {
  size_t at = 0;
  for (ssize_t n; at < length && (n = read(file, (char *)to + at, length - at)) != 0;) {
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) at += (size_t)n;
  }
  return at == length;
}

/* The writing end is closed here first, so that a dead child ends the reading. The child is waited
 * for in any case. */
sw_status sw_tried_run(sw_error *err, const sw_tried *tried) {
  work w = {.of = tried};
  sw_error said;
  if (pipe2(w.ends, O_CLOEXEC))
    return sw_fail(err, SW_EIO, "cannot create a pipe: %s", strerror(errno));
  pid_t child = sw_child_start(tell, &w, seconds_for(tried));
  int reason = errno;
  close(w.ends[1]);
  bool told = child > 0 && read_all(w.ends[0], &said, sizeof said) &&
              read_all(w.ends[0], tried->answer, tried->size);
  close(w.ends[0]);
  if (child <= 0)
    return sw_fail(err, SW_EIO, "cannot start a process to read %s: %s", tried->path,
                   strerror(reason));
  sw_child_end end = sw_child_wait(child);
  if (!told) return blame(err, tried, end);
  *err = said; /* both are the same program, so the struct can be copied as it is */
  return said.status;
}

/* HDF5's words are told behind the file's name. */
sw_status sw_tried_damaged(sw_error *err, sw_status status, const char *path) {
  sw_error said = *err;
  size_t length = strlen(path);
  bool named = strncmp(said.text, path, length) == 0 && strncmp(said.text + length, ": ", 2) == 0;
  if (status != SW_EIO) return status;
  sw_error_clear(err);
  return sw_fail(err, SW_EINPUT, "%s: is damaged: %s; write it again with spillway run", path,
                 said.text + (named ? length + 2 : 0));
}
