/* See file.h. */
#include "base/file.h"

#include <errno.h>
#include <unistd.h>

int64_t sw_read_at(int file, void *bytes, size_t length, uint64_t at) {
  char *to = bytes;
  size_t got = 0;
  while (got < length) {
    ssize_t now = pread(file, to + got, length - got, (off_t)(at + got));
    if (now < 0 && errno == EINTR) continue;
    if (now < 0) return -1;
    if (now == 0) break;
    got += (size_t)now;
  }
  return (int64_t)got;
}

bool sw_write_at(int file, const void *bytes, size_t length, uint64_t at) {
  const char *from = bytes;
  size_t done = 0;
  while (done < length) {
    ssize_t now = pwrite(file, from + done, length - done, (off_t)(at + done));
    if (now < 0 && errno == EINTR) continue;
    if (now == 0) errno = ENOSPC;
    if (now <= 0) return false;
    done += (size_t)now;
  }
  return true;
}

bool sw_sync(int file) {
  int code = fsync(file);
  while (code != 0 && errno == EINTR)
    code = fsync(file);
  return code == 0;
}
