/* Preloaded by test_surroundings.py: a file system without locks, as many mounts of NFS and DVS are.
 *
 *   LOCK_ERRNO   the number with which a lock is refused
 *   LOCK_WHICH   flock, HDF5's call; ofd, the one of the output's lock; both (without it) */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static int refuses(const char *call) {
  const char *number = getenv("LOCK_ERRNO"), *which = getenv("LOCK_WHICH");
  if (!number || (which && strcmp(which, call) != 0)) return 0;
  errno = atoi(number);
  return 1;
}

int flock(int file, int operation) {
  return refuses("flock") ? -1 : (int)syscall(SYS_flock, file, operation);
}

static int control(int file, int command, void *argument) {
  if (command == F_OFD_SETLK && refuses("ofd")) return -1;
  return (int)syscall(SYS_fcntl, file, command, argument);
}

int fcntl(int file, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return control(file, command, argument);
}

int fcntl64(int file, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return control(file, command, argument);
}
