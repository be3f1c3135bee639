/* Before a run: its output is looked at and locked, so that a run that could not write its results
 * is refused before it computes for hours. Rank 0 alone, from sw_results_start; the others learn of
 * the outcome there.
 *
 * Invariant: while the lock is held nobody else touches OUT.h5, its partial or its journal.
 *
 * Called first of all that concerns the output. What is refused here is SW_EINPUT: the user can
 * choose another output. */
#include "store/results/private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"

/* "/" for a file at the root, "." for a bare name. The arena's; NULL: no memory. */
static char *folder_of(sw_arena *arena, const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return sw_arena_text(arena, ".");
  return sw_arena_textn(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

/* Refuses an output that is not to be replaced. A link is followed: what counts is what it leads
 * to. Without --force a finished file is refused, an unfinished one is not: it is continued. */
static sw_status look(sw_error *err, const sw_results *results, bool force) {
  struct stat info;
  const char *path = results->path;
  bool exists = stat(path, &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    return sw_fail(err, SW_EINPUT, "%s: is a folder; give the name of a file with -o", path);
  if (exists && !S_ISREG(info.st_mode)) /* a device would be replaced by the file */
    return sw_fail(err, SW_EINPUT, "%s: is not a regular file; choose another -o", path);
  if (exists && !force)
    return sw_fail(err, SW_EINPUT, "%s exists; give --force to overwrite it, or another -o", path);
  return SW_OK;
}

/* Makes the folder of the output where it is missing, and notes how much of its path is new: a run
 * that leaves nothing in it, as one that is refused, takes it away again (sw_results_destroy). */
static sw_status make_folder(sw_error *err, sw_results *results) {
  results->folder = folder_of(results->arena, results->path);
  if (!results->folder) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  if (!sw_folder_make(results->folder, &results->folder_made))
    return sw_fail(
        err, SW_EINPUT,
        "%s: the folder of the output is missing and cannot be created: %s; choose another -o",
        results->folder, strerror(errno));
  if (results->folder_made > 0)
    sw_log(SW_LOG_INFO, "%s: the folder was missing and is created", results->folder);
  return SW_OK;
}

/* Finds out whether the partial can be written, by opening it: permissions alone do not tell of
 * read-only file systems; and whether HDF5 will get its lock. Does not truncate: keep what an
 * unfinished run has left. An empty file is the probe's own, or holds nothing to lose. HDF5 takes a
 * lock of its own when it opens a file; some file systems grant none, and it is better to know
 * now. */
static sw_status probe(sw_error *err, const char *partial) {
  int fd = open(partial, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return sw_fail(err, SW_EINPUT, "%s: cannot be written: %s; choose another -o", partial,
                   strerror(errno));
  struct stat info;
  bool empty = fstat(fd, &info) == 0 && info.st_size == 0;
  sw_status status = sw_lock_try(err, partial, fd);
  close(fd);
  if (empty) unlink(partial);
  return status;
}

/* Links and devices under one of our names were not ours: do not remove them. Only plain files are
 * removed; a missing one is no failure. */
static sw_status remove_old(sw_error *err, const char *path) {
  struct stat info;
  if (lstat(path, &info) != 0) return SW_OK;
  if (S_ISREG(info.st_mode) && unlink(path) == 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: cannot be removed; remove it or choose another -o", path);
}

/* Rank 0 follows for all, as nodes may see different links. The partial and its journal then stand
 * beside the file itself: a rename cannot cross file systems. *link is NULL where the path is the
 * file itself. */
sw_status sw_results_follow(sw_error *err, sw_team *team, sw_arena *arena, const char **path,
                            const char **link) {
  char to[SW_PATH_ROOM] = "";
  sw_status status = team->rank == 0 ? sw_file_follow(err, *path, to) : SW_OK;
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->broadcast(team, err, to, sizeof to, 0));
  bool follows = strcmp(*path, to) != 0;
  const char *file = follows ? sw_arena_text(arena, to) : *path;
  *link = follows ? *path : NULL;
  if (file) *path = file;
  status = file ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a path");
  return sw_team_agree(team, err, status, 0);
}

/* Looks twice: before the lock, so that a plain mistake leaves no trace; and with it, because the
 * run that held it until now may have written OUT.h5 meanwhile. The folder comes before the lock,
 * which lies in it.
 *
 * A partial without its journal cannot be continued, as nothing records which of its numbers are
 * there: it is removed. A journal without its partial is kept: its tasks will not match what is
 * stored, and are computed. In this order: look, folder, lock, look again, what remains of another
 * run, probe. After a failure the lock that was taken is given back by sw_results_destroy. */
sw_status sw_results_claim(sw_error *err, sw_results *results, bool force, bool restart) {
  struct stat info;
  char *lock = sw_arena_printf(results->arena, "%s.lock", results->partial);
  if (!lock) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  SW_TRY(look(err, results, force));
  SW_TRY(make_folder(err, results));
  SW_TRY(sw_lock_take(err, lock, &results->lock));
  SW_TRY(look(err, results, force)); /* a run that held the lock may have ended meanwhile */
  if (restart) {
    SW_TRY(remove_old(err, results->partial));
    SW_TRY(remove_old(err, results->journal_path));
  }
  /* Only where the journal is certainly absent: one that cannot be looked at may be there. */
  if (stat(results->partial, &info) == 0 && stat(results->journal_path, &info) != 0 &&
      errno == ENOENT) {
    sw_log(SW_LOG_WARN, "%s: its journal is missing: the run begins again", results->partial);
    SW_TRY(remove_old(err, results->partial));
  }
  return probe(err, results->partial);
}
