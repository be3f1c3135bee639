/* See file.h. */
#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
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

/* ---- folders ---------------------------------------------------------------------------- */

static bool is_folder(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) return false;
  if (!S_ISDIR(info.st_mode)) errno = ENOTDIR;
  return S_ISDIR(info.st_mode);
}

bool sw_folder_make(char *path, size_t *made) {
  size_t length = strlen(path);
  *made = 0;
  for (size_t end = 1; end <= length; end++) {
    if (path[end] != '/' && path[end] != '\0') continue;
    char kept = path[end];
    path[end] = '\0';
    bool there = is_folder(path), fresh = !there && errno == ENOENT && mkdir(path, 0777) == 0;
    if (fresh && *made == 0) *made = end;
    /* Another rank's or run's folder, made since the look, is as good. */
    if (!there && !fresh && errno == EEXIST) there = is_folder(path);
    path[end] = kept;
    if (!there && !fresh) return false;
  }
  return true;
}

void sw_folder_unmake(char *path, size_t made) {
  for (size_t end = strlen(path); made > 0 && end >= made; end--) {
    if (path[end] != '/' && path[end] != '\0') continue;
    char kept = path[end];
    path[end] = '\0';
    bool gone = rmdir(path) == 0;
    path[end] = kept;
    if (!gone) return;
  }
}
