/* The lock of an output: at most one run writes OUT.h5, its partial file and its journal. Rank 0
 * takes it before it touches any of them (store/results/claim.c) and keeps it to the end.
 *
 * The lock is the operating system's, on an open file. The lock ends when its holder ends, in any
 * way. A killed run leaves a file but no lock, and the next run continues. Open-file-description
 * locks rather than classic ones of fcntl, which vanish as soon as the process closes any
 * descriptor of that file.
 *
 * A file system may have no locks (some mounts of NFS, DVS, Lustre without flock). There HDF5 opens
 * no file, unless HDF5_USE_FILE_LOCKING=FALSE tells it to do without; the same word is heeded here.
 * Both ways to lock are tried, as a file system may have one of them: this one and HDF5's flock.
 *
 * Invariant: the file that is locked is the one at the path. A holder removes it before letting go.
 * Somebody may have opened it before that and get the lock on a file without a name, while a third
 * process locks a new file at the path; a process that finds itself there tries again. */
#include "base/lock.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- file systems without locks ----------------------------------------------------------- */

bool sw_lock_is_missing(int error_number) {
  return error_number == ENOLCK || error_number == EOPNOTSUPP || error_number == ENOSYS;
}

/* As HDF5 reads it. */
bool sw_lock_is_waived(void) {
  const char *text = getenv("HDF5_USE_FILE_LOCKING");
  return text && (strcmp(text, "FALSE") == 0 || strcmp(text, "0") == 0);
}

sw_status sw_lock_fail_missing(sw_error *err, const char *path, int error_number) {
  return sw_fail(err, SW_EINPUT,
                 "%s: its file system gives no locks (%s); set HDF5_USE_FILE_LOCKING=FALSE to do "
                 "without, or use another file system",
                 path, strerror(error_number));
}

/* Takes the lock of an open file, without waiting: who holds it may do so for hours. */
sw_status sw_lock_try(sw_error *err, const char *path, int file) {
  if (sw_lock_is_waived() || flock(file, LOCK_EX | LOCK_NB) == 0) return SW_OK;
  if (errno == EWOULDBLOCK)
    return sw_fail(err, SW_EINPUT, "%s: another program has it open; wait until it has closed it",
                   path);
  return sw_lock_is_missing(errno)
             ? sw_lock_fail_missing(err, path, errno)
             : sw_fail(err, SW_EIO, "%s: cannot be locked: %s", path, strerror(errno));
}

/* ---- the lock of an output ----------------------------------------------------------------- */

struct sw_lock {
  char *path;
  int fd; /* open while the lock is held, else -1 */
};

/* The name is only for the message. It is empty when the holder has the lock but has not written
 * it yet. */
static sw_status held_by(sw_error *err, const sw_lock *lock) {
  char who[256] = "";
  int64_t length = sw_read_at(lock->fd, who, sizeof who - 1, 0);
  who[length > 0 ? length : 0] = '\0';
  who[strcspn(who, "\n")] = '\0';
  return sw_fail(err, SW_EINPUT,
                 "%s: another run (%s) is writing this output; wait for it or choose another -o",
                 lock->path, who[0] ? who : "process unknown");
}

/* Inode and device together name a file, whatever path it has. */
static bool is_at_path(const sw_lock *lock) {
  struct stat mine, there;
  return fstat(lock->fd, &mine) == 0 && stat(lock->path, &there) == 0 &&
         mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

/* Failures are ignored: the lock holds without a name. A longer name of an earlier holder is cut
 * off first. */
static void write_name(const sw_lock *lock) {
  char host[128] = "", who[256];
  gethostname(host, sizeof host - 1);
  int length = snprintf(who, sizeof who, "process %ld on %s\n", (long)getpid(), host);
  if (ftruncate(lock->fd, 0) == 0 && !sw_write_at(lock->fd, who, (size_t)length, 0)) return;
}

/* Does not wait: a second run should say so at once rather than hang in a batch queue. *again:
 * the file was removed while we got it. On failure the caller closes lock->fd. */
static sw_status try_once(sw_error *err, sw_lock *lock, bool *again) {
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  *again = false;
  lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock->fd < 0)
    return sw_fail(err, SW_EINPUT, "%s: cannot be written: %s; choose another -o", lock->path,
                   strerror(errno));
  if (fcntl(lock->fd, F_OFD_SETLK, &whole) != 0) {
    if (errno == EAGAIN || errno == EACCES) return held_by(err, lock);
    if (!sw_lock_is_missing(errno))
      return sw_fail(err, SW_EIO, "%s: cannot be locked: %s", lock->path, strerror(errno));
    if (!sw_lock_is_waived()) {
      sw_lock_fail_missing(err, lock->path, errno);
      unlink(lock->path); /* it locks nothing, so it is nobody's */
      return SW_EINPUT;
    }
    sw_log(SW_LOG_WARN, "%s: without locks nothing keeps another run from this output", lock->path);
  }
  /* The answer is valid only while the lock is held. */
  *again = !is_at_path(lock);
  if (*again) {
    close(lock->fd);
    lock->fd = -1;
  } else {
    write_name(lock);
  }
  return SW_OK;
}

/* Takes the lock of a path, creating its file where there is none. *out is set on success only. */
sw_status sw_lock_take(sw_error *err, const char *path, sw_lock **out) {
  sw_lock *lock = calloc(1, sizeof *lock);
  if (lock) lock->path = strdup(path);
  if (!lock || !lock->path) {
    free(lock);
    return sw_fail(err, SW_ENOMEM, "out of memory: cannot create the lock");
  }
  lock->fd = -1;
  bool again = true;
  sw_status status = SW_OK;
  /* Each round means that another holder has just ended, so this does not spin. */
  while (status == SW_OK && again)
    status = try_once(err, lock, &again);
  if (status == SW_OK) {
    *out = lock;
    return SW_OK;
  }
  if (lock->fd >= 0) close(lock->fd);
  free(lock->path);
  free(lock);
  return status;
}

/* Unlink first: after the close the next holder may already be at work at that path, and its
 * file must stay. */
void sw_lock_release(sw_lock *lock) {
  if (!lock) return;
  unlink(lock->path);
  close(lock->fd);
  free(lock->path);
  free(lock);
}
