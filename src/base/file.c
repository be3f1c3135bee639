/* Whole reads and writes of open files, and the folders of an output. Used by the journal, by
 * resume, by the readers of text and by `synth`.
 *
 * read, write and fsync may stop half way: at a signal (a stop is asked for by SIGUSR1 or SIGTERM),
 * on network file systems, above 2 GB. A short call must not be taken for the end of the file: a
 * healthy file would look damaged. So the loops are here, once. Positions are given with each call
 * and no file offset is shared, so any number of threads may use one descriptor. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A count below `length` therefore means the end of the file and nothing else. */
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

/* Writes all bytes at a place of the file, whatever a single call takes. False: errno says why. */
bool sw_write_at(int file, const void *bytes, size_t length, uint64_t at) {
  const char *from = bytes;
  size_t done = 0;
  while (done < length) {
    ssize_t now = pwrite(file, from + done, length - done, (off_t)(at + done));
    if (now < 0 && errno == EINTR) continue;
    /* A write of 0 bytes would loop for ever. It sets no errno; the usual reason is a full disk. */
    if (now == 0) errno = ENOSPC;
    if (now <= 0) return false;
    done += (size_t)now;
  }
  return true;
}

/* The rest of fsync's errors are final: the kernel may have dropped the pages, so trying again
 * could report a success that is none. */
bool sw_sync(int file) {
  int code = fsync(file);
  while (code != 0 && errno == EINTR)
    code = fsync(file);
  return code == 0;
}

/* open() takes the lowest number that is free, so the order of the loop is that of the numbers. */
void sw_descriptors_fill(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0) return;
}

/* ---- folders ---------------------------------------------------------------------------- */

/* True for a folder or a link to one. False leaves errno: ENOENT, ENOTDIR for anything else at
 * that path, or what stat said. */
static bool is_folder(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) return false;
  if (!S_ISDIR(info.st_mode)) errno = ENOTDIR;
  return S_ISDIR(info.st_mode);
}

/* Where the link `at` leads, into `next`: relative ones from the link's folder. False: it is no
 * link, or (*problem) cannot be followed. */
static bool follow_once(const char *at, char *next, const char **problem) {
  char text[SW_PATH_ROOM];
  ssize_t length = readlink(at, text, sizeof text);
  if (length < 0) return false;
  const char *slash = strrchr(at, '/');
  size_t folder = slash && text[0] != '/' ? (size_t)(slash - at) + 1 : 0;
  *problem = folder + (size_t)length >= SW_PATH_ROOM ? "its path is too long" : NULL;
  if (*problem) return false;
  memcpy(next, at, folder);
  memcpy(next + folder, text, (size_t)length);
  next[folder + (size_t)length] = '\0';
  return true;
}

/* As many links in a row as Linux follows. */
sw_status sw_file_follow(sw_error *err, const char *path, char to[SW_PATH_ROOM]) {
  enum { MOST = 40 };
  char next[SW_PATH_ROOM], folder[SW_PATH_ROOM];
  const char *problem = NULL;
  int links = 0;
  if (strlen(path) >= SW_PATH_ROOM)
    return sw_fail(err, SW_EINPUT, "%.500s...: the path is too long", path);
  memcpy(to, path, strlen(path) + 1);
  for (; !problem && follow_once(to, next, &problem); links++) {
    if (links == MOST) problem = "it leads in a circle, or through too many others";
    memcpy(to, next, sizeof next);
  }
  if (problem)
    return sw_fail(err, SW_EINPUT, "%.500s: the link cannot be followed: %s", path, problem);
  memcpy(folder, to, sizeof folder);
  char *slash = strrchr(folder, '/');
  /* "/name" is in the folder "/", which must not become the empty path. */
  if (slash) slash[slash == folder ? 1 : 0] = '\0';
  if (links == 0 || !slash || is_folder(folder)) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%.400s: is a link to %.400s, whose folder cannot be entered: %s; is its disk "
                 "mounted?",
                 path, to, strerror(errno));
}

/* Walks down the path and cuts it at each slash for the time of a call (so `path` must be
 * writable). It starts at 1: the root is always there. The caller keeps *made, the length of the
 * uppermost folder it made, so that a run that leaves nothing behind can remove exactly its own
 * folders. */
bool sw_folder_make(char *path, size_t *made) {
  size_t length = strlen(path);
  *made = 0;
  for (size_t end = 1; end <= length; end++) {
    if (path[end] != '/' && path[end] != '\0') continue;
    char kept = path[end];
    path[end] = '\0';
    bool there = is_folder(path), fresh = !there && errno == ENOENT && mkdir(path, 0777) == 0;
    if (fresh && *made == 0) *made = end;
    /* Another rank or run has created it since the check: not ours to remove. */
    if (!there && !fresh && errno == EEXIST) there = is_folder(path);
    path[end] = kept;
    if (!there && !fresh) return false;
  }
  return true;
}

/* From the longest prefix up to `made`. rmdir removes only empty folders, so somebody else's
 * file in one of them ends the walk and everything above it stays. */
void sw_folder_unmake(char *path, size_t made) {
  for (size_t end = strlen(path); made > 0 && end >= made; end--) {
    if (path[end] != '/' && path[end] != '\0') continue;
    char kept = path[end];
    path[end] = '\0';
    /* A doubled slash names the same folder twice: it is already removed. */
    bool gone = rmdir(path) == 0 || errno == ENOENT;
    path[end] = kept;
    if (!gone) return;
  }
}
