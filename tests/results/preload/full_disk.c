/* Preloaded by test_writer.py: a disk that is full after FULL_DISK_BYTES have been written to the
 * partial results file. Blocks can be reserved (or not) as on such a disk; small writes in place
 * still work, as they do there. FREE_DISK_BYTES: what a look at the file system finds free. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { IN_PLACE = 2000 };
static size_t written;

static size_t room(void) {
  const char *text = getenv("FULL_DISK_BYTES");
  return text ? strtoull(text, NULL, 10) : (size_t)-1;
}

static int is_full(int fd, size_t bytes) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  if (!strstr(path, ".h5.partial")) return 0;
  written += bytes;
  if (bytes < IN_PLACE || written <= room()) return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t pwrite64(int fd, const void *from, size_t bytes, off_t at) {
  ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite64");
  return is_full(fd, bytes) ? -1 : real(fd, from, bytes, at);
}

ssize_t pwrite(int fd, const void *from, size_t bytes, off_t at) {
  return pwrite64(fd, from, bytes, at);
}

ssize_t pwritev64(int fd, const struct iovec *part, int count, off_t at) {
  ssize_t (*real)(int, const struct iovec *, int, off_t) = dlsym(RTLD_NEXT, "pwritev64");
  size_t bytes = 0;
  for (int i = 0; i < count; i++)
    bytes += part[i].iov_len;
  return is_full(fd, bytes) ? -1 : real(fd, part, count, at);
}

ssize_t pwritev(int fd, const struct iovec *part, int count, off_t at) {
  return pwritev64(fd, part, count, at);
}

ssize_t write(int fd, const void *from, size_t bytes) {
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  return is_full(fd, bytes) ? -1 : real(fd, from, bytes);
}

/* The whole file is reserved when it is laid out; what is written by then is small. */
int fallocate64(int fd, int mode, off_t at, off_t bytes) {
  (void)fd, (void)mode, (void)at, (void)bytes;
  errno = room() < 500000 ? ENOSPC : EOPNOTSUPP;
  return -1;
}

int fallocate(int fd, int mode, off_t at, off_t bytes) {
  return fallocate64(fd, mode, at, bytes);
}

int statvfs(const char *path, struct statvfs *fs) {
  int (*real)(const char *, struct statvfs *) = dlsym(RTLD_NEXT, "statvfs");
  const char *text = getenv("FREE_DISK_BYTES");
  int code = real(path, fs);
  if (code == 0 && text) fs->f_bavail = strtoull(text, NULL, 10) / fs->f_frsize;
  return code;
}
