/* Where the page goes: written beside its place, and moved there once it is whole, so that a page
 * that was there stays until the new one is complete. Called by cli/verbs/report.c: looked at
 * before any work (sw_report_target_look), opened when the page is written, closed in any case. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/report/report.h"

/* A dot that begins the file's name is no ending: ".results" gets ".results.html". NULL without
 * memory. */
const char *sw_report_default_path(sw_arena *arena, const char *results) {
  const char *slash = strrchr(results, '/'), *dot = strrchr(results, '.');
  bool ending = dot && dot > (slash ? slash + 1 : results);
  return sw_arena_printf(arena, "%.*s.html",
                         (int)(ending ? (size_t)(dot - results) : strlen(results)), results);
}

/* With the rights that a new file gets, which mkstemp does not give. mkstemp gives 0600, which
 * would keep colleagues and web servers from reading the page. umask can only be read by setting
 * it, which is safe here, as no other thread makes files. */
static sw_status open_beside(sw_error *err, sw_report_target *target) {
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
  /* A missing folder is the user's mistake (status 2), a full disk is not (status 1). */
  bool no_folder = reason == ENOENT || reason == ENOTDIR;
  return sw_fail(err, no_folder ? SW_EINPUT : SW_EIO, "%s: cannot be written: %s", target->path,
                 no_folder ? "there is no such folder" : strerror(reason));
}

/* By device and inode: two paths may lead to one file. */
static bool is_file(const struct stat *file, const char *path) {
  struct stat other;
  return path && stat(path, &other) == 0 && other.st_dev == file->st_dev &&
         other.st_ino == file->st_ino;
}

/* What is there and is to be replaced: never what the page is made of, whatever its name, nor a
 * device or a pipe, whose place a file would take. */
static sw_status may_replace(sw_error *err, const struct stat *there, const char *path,
                             const sw_report_options *o) {
  if (S_ISDIR(there->st_mode))
    return sw_fail(err, SW_EINPUT, "%s: is a folder; expected a file to write", path);
  if (!S_ISREG(there->st_mode))
    return sw_fail(err, SW_EINPUT, "%s: is no plain file; expected a file to write", path);
  if (is_file(there, o->path) || is_file(there, o->against))
    return sw_fail(err, SW_EINPUT, "%s: is the results file itself; choose another -o", path);
  if (is_file(there, o->polygons))
    return sw_fail(err, SW_EINPUT, "%s: is the file of --polygons; choose another -o", path);
  if (!o->force)
    return sw_fail(err, SW_EINPUT, "%s: is there already; overwrite it with --force", path);
  return SW_OK;
}

/* A link is followed first: the file that it points to is replaced, and the link stays. Only looks:
 * another process may still take the place before the page is moved there; it is then replaced as
 * with --force, whole for whole. */
sw_status sw_report_target_look(sw_error *err, const char *path, const sw_report_options *options,
                                sw_report_target *target) {
  *target = (sw_report_target){.out = NULL};
  if (!sw_ends_with(path, ".html") && !sw_ends_with(path, ".htm"))
    return sw_fail(err, SW_EINPUT, "%s: a report is a page; expected a name that ends with .html",
                   path);
  SW_TRY(sw_file_follow(err, path, target->path));
  struct stat there;
  if (stat(target->path, &there) == 0) return may_replace(err, &there, path, options);
  /* Without a slash the folder is the current one; "/r.html" has an empty one, the root, which is
   * there. */
  const char *slash = strrchr(target->path, '/');
  char folder[sizeof target->path];
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - target->path) : 1,
           slash ? target->path : ".");
  if (*folder && (stat(folder, &there) != 0 || !S_ISDIR(there.st_mode)))
    return sw_fail(err, SW_EINPUT, "%s: cannot be written: there is no such folder", path);
  return SW_OK;
}

/* On success out is open and temporary is to be removed or renamed by sw_report_target_close. */
sw_status sw_report_target_open(sw_error *err, const char *path, const sw_report_options *options,
                                sw_report_target *target) {
  SW_TRY(sw_report_target_look(err, path, options, target));
  return open_beside(err, target);
}

/* After any failure nothing is left beside the place. fclose tells what the disk refused late. */
sw_status sw_report_target_close(sw_error *err, sw_status status, sw_report_target *target) {
  if (!target->out) return status;
  bool failed = ferror(target->out) != 0;
  errno = 0;
  if (fclose(target->out) != 0) failed = true;
  target->out = NULL;
  /* rename is atomic within a folder: a reader has the old page or the new one. */
  if (status == SW_OK && (failed || rename(target->temporary, target->path) != 0))
    status = sw_fail(err, SW_EIO, "%s: cannot be written: %s", target->path,
                     errno ? strerror(errno) : "not all of it");
  if (status != SW_OK) unlink(target->temporary);
  return status;
}
