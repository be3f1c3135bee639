/* Where the file of a verb goes: written beside its place, and moved there once it is whole. Called
 * by report, table, export: looked at before any work, opened when it is written, closed in any
 * case. */
#include "cli/session/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* The endings are listed in the message as they are tried. */
sw_status sw_target_kind(sw_error *err, const char *path, const char *const *ending, int n,
                         int *kind) {
  char list[128] = "";
  for (int k = 0; k < n; k++) {
    size_t length = strlen(list);
    *kind = k;
    if (sw_ends_with(path, ending[k])) return SW_OK;
    snprintf(list + length, sizeof list - length, "%s%s",
             k == 0       ? ""
             : k + 1 == n ? " or "
                          : ", ",
             ending[k]);
  }
  return sw_fail(err, SW_EINPUT, "%s: unknown kind of file; expected %s", path, list);
}

/* With the rights that a new file gets, which mkstemp does not give. */
sw_status sw_target_open(sw_error *err, sw_target *target) {
  snprintf(target->temporary, sizeof target->temporary, "%s.XXXXXX", target->path);
  int file = mkstemp(target->temporary);
  mode_t mask = umask(0);
  umask(mask);
  if (file >= 0) fchmod(file, 0666 & ~mask);
  target->out = file >= 0 ? fdopen(file, "w") : NULL;
  if (target->out) return SW_OK;
  int reason = errno;
  if (file >= 0) {
    close(file);
    unlink(target->temporary);
  }
  bool no_folder = reason == ENOENT || reason == ENOTDIR;
  return sw_fail(err, no_folder ? SW_EINPUT : SW_EIO, "%s: cannot be written: %s", target->path,
                 no_folder ? "there is no such folder" : strerror(reason));
}

static bool is_file(const struct stat *file, const char *path) {
  struct stat other;
  return path && stat(path, &other) == 0 && other.st_dev == file->st_dev &&
         other.st_ino == file->st_ino;
}

/* What is there and is to be replaced: never what the file is made of, whatever its name, nor a
 * device or a pipe, whose place a file would take. */
static sw_status may_replace(sw_error *err, const struct stat *there, const char *path, int n,
                             const sw_target_source *source, bool force) {
  if (S_ISDIR(there->st_mode))
    return sw_fail(err, SW_EINPUT, "%s: is a folder; expected a file to write", path);
  if (!S_ISREG(there->st_mode))
    return sw_fail(err, SW_EINPUT, "%s: is no plain file; expected a file to write", path);
  for (int k = 0; k < n; k++)
    if (is_file(there, source[k].path))
      return sw_fail(err, SW_EINPUT, "%s: %s; choose another -o", path, source[k].what);
  if (!force)
    return sw_fail(err, SW_EINPUT, "%s: is there already; overwrite it with --force", path);
  return SW_OK;
}

/* A link is followed first: the file that it points to is replaced, and the link stays. */
sw_status sw_target_look(sw_error *err, const char *path, int n, const sw_target_source *source,
                         bool force, sw_target *target) {
  *target = (sw_target){.out = NULL};
  SW_TRY(sw_file_follow(err, path, target->path));
  struct stat there;
  if (stat(target->path, &there) == 0) return may_replace(err, &there, path, n, source, force);
  const char *slash = strrchr(target->path, '/');
  char folder[sizeof target->path];
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - target->path) : 1,
           slash ? target->path : ".");
  if (*folder && (stat(folder, &there) != 0 || !S_ISDIR(there.st_mode)))
    return sw_fail(err, SW_EINPUT, "%s: cannot be written: there is no such folder", path);
  return SW_OK;
}

/* After any failure nothing is left beside the place. fclose tells what the disk refused late. */
sw_status sw_target_close(sw_error *err, sw_status status, sw_target *target) {
  if (!target->out) return status;
  bool failed = ferror(target->out) != 0;
  errno = 0;
  if (fclose(target->out) != 0) failed = true;
  target->out = NULL;
  if (status == SW_OK && (failed || rename(target->temporary, target->path) != 0))
    status = sw_fail(err, SW_EIO, "%s: cannot be written: %s", target->path,
                     errno ? strerror(errno) : "not all of it");
  if (status != SW_OK) unlink(target->temporary);
  return status;
}
