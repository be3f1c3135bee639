/* The journal's records: writing a mark, finding one, and collecting checksums. The file is a
 * header, the fingerprint (journal_open.c), records, shares, and at the end what is said of the
 * results file's layout; each part begins on a page of its own, so that a damaged page spoils one
 * part.
 *
 * Nothing is trusted because of the order of writes. Marks are written by many ranks and threads
 * without order or sync, as syncing each would cost more than most tasks; a kill or a lost page
 * leaves records, shares or stored bytes that do not match each other, and then the task counts as
 * not done. That costs a task computed again, never a wrong result.
 *
 * Every rank has the file open and writes to the places of its own tasks, which do not overlap, so
 * no rank needs to know of another. */
#include "plan/task/journal.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/stop.h"
#include "plan/task/journal_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- bytes ------------------------------------------------------------------------------ */

/* Why sw_journal_read has returned false: SW_OK when the bytes are not there, a failure when the
 * disk cannot give them. Taking the second for the first would begin a run again that need not. To
 * be called right after it, as errno carries the difference. Zero errno: the file is shorter than
 * that. */
sw_status sw_journal_unread(sw_error *err, const sw_journal *journal) {
  if (errno == 0) return SW_OK;
  return sw_fail(err, SW_EIO,
                 "%s: cannot be read: %s; the same command tries again, --restart begins again",
                 journal->path, strerror(errno));
}

static sw_status failed(sw_error *err, const sw_journal *journal, const char *what) {
  return sw_fail(err, SW_EIO, "%s: cannot be %s: %s", journal->path, what, strerror(errno));
}

/* `at` counts from the beginning of the file; any thread, any rank. */
sw_status sw_journal_write(sw_error *err, const sw_journal *journal, const void *bytes,
                           size_t length, uint64_t at) {
  return sw_write_at(journal->fd, bytes, length, at) ? SW_OK : failed(err, journal, "written");
}

/* errno is set to 0 unless reading failed, so that a short file is told from a bad one. */
bool sw_journal_read(const sw_journal *journal, void *bytes, size_t length, uint64_t at) {
  int64_t got = sw_read_at(journal->fd, bytes, length, at);
  if (got >= 0) errno = 0;
  return got == (int64_t)length;
}

/* Waits until the disk has everything of this descriptor. */
sw_status sw_journal_sync(sw_error *err, const sw_journal *journal) {
  return sw_sync(journal->fd) ? SW_OK : failed(err, journal, "synced");
}

/* ---- records ---------------------------------------------------------------------------- */

/* 64 bytes, as journal_open.c lays them out. Two checksums: of a square and of the one opposite,
 * where the task stores both. */
typedef struct record {
  uint64_t checksum[2];
  int64_t undefined;
  double greatest;
  uint64_t share, shares; /* bytes, and their checksum */
  uint64_t name;          /* region and task: a record that lies elsewhere is not one */
  uint64_t own;           /* checksum of all the above */
} record;

/* Never 0, so that a place that was never written has no name. Tasks stay below 2^40. With the
 * region in front, a record that was moved is told. */
static uint64_t name_of(int region, int64_t task) {
  return ((uint64_t)region + 1) << 40 ^ (uint64_t)task;
}

static uint64_t record_at(const sw_journal *journal, int region, int64_t task) {
  return journal->place[region].records + (uint64_t)task * sizeof(record);
}

static uint64_t shares_at(const sw_journal *journal, int region, int64_t task) {
  return journal->place[region].shares + (uint64_t)task * journal->place[region].region.share;
}

/* Any thread. realloc, not sw_alloc: the list grows, and its length is not known before. The lock
 * is held for a copy of 32 bytes, except when the list doubles. Order does not matter: checksums
 * are placed by task at the end. */
sw_status sw_journal_keep(sw_error *err, sw_journal *journal, int region, int64_t task,
                          const sw_mark *mark) {
  sw_status status = SW_OK;
  pthread_mutex_lock(&journal->lock);
  if (journal->n_known == journal->room) {
    int64_t room = journal->room ? 2 * journal->room : 1024;
    sw_known *more = realloc(journal->known, (size_t)room * sizeof *more);
    if (more) {
      journal->known = more;
      journal->room = room;
    } else {
      status = sw_fail(err, SW_ENOMEM, "out of memory: %lld marks", (long long)room);
    }
  }
  if (status == SW_OK)
    journal->known[journal->n_known++] =
        (sw_known){region, task, {mark->checksum[0], mark->checksum[1]}};
  pthread_mutex_unlock(&journal->lock);
  return status;
}

/* Called by the writing thread for packets, and by any thread for tasks that store no pairs. The
 * shares are written first: a record without its shares would only fail its checksum, but this way
 * a kill in between leaves no record at all. One write for shares and one for the record, both of
 * this task alone. */
sw_status sw_journal_mark(sw_error *err, sw_journal *journal, int region, int64_t task,
                          const sw_mark *mark, const void *shares) {
  record r = {.checksum = {mark->checksum[0], mark->checksum[1]},
              .undefined = mark->undefined,
              .greatest = mark->greatest,
              .share = mark->share,
              .shares = sw_hash64(shares, mark->share, 0),
              .name = name_of(region, task)};
  r.own = sw_hash64(&r, offsetof(record, own), 0);
  SW_TRY(sw_journal_write(err, journal, shares, mark->share, shares_at(journal, region, task)));
  SW_TRY(sw_journal_write(err, journal, &r, sizeof r, record_at(journal, region, task)));
  sw_status status = sw_journal_keep(err, journal, region, task, mark);
  /* Tests hold the process here, where some tasks are marked and others are not. */
  sw_stop_hold();
  return status;
}

/* The length of the file when all is marked, without its layout. */
uint64_t sw_journal_bytes(const sw_journal *journal) {
  return journal->end;
}

/* Without the lock: asked when no thread marks. In tasks, of this rank. */
int64_t sw_journal_known(const sw_journal *journal) {
  return journal->n_known;
}

/* A read that fails is a task that is not done, like any other damage; it need not be told apart
 * here. `shares` may be written to even when the answer is false. mark->share says on entry how
 * many bytes the caller expects. */
bool sw_journal_find(const sw_journal *journal, int region, int64_t task, sw_mark *mark,
                     void *shares) {
  record r;
  if (!sw_journal_read(journal, &r, sizeof r, record_at(journal, region, task))) return false;
  /* A place that was never written fails the first test; another length is of another layout. */
  if (r.name != name_of(region, task) || r.own != sw_hash64(&r, offsetof(record, own), 0) ||
      r.share != mark->share)
    return false;
  /* Of mark->share bytes, which the caller has room for, not of what the record says. */
  if (!sw_journal_read(journal, shares, mark->share, shares_at(journal, region, task)) ||
      r.shares != sw_hash64(shares, mark->share, 0))
    return false;
  *mark = (sw_mark){{r.checksum[0], r.checksum[1]}, r.undefined, r.greatest, r.share};
  return true;
}

/* ---- all checksums ---------------------------------------------------------------------- */

/* This rank's marks of one region. O(marks of the rank). */
static sw_status collect(sw_error *err, const sw_journal *journal, int region, sw_known **mine,
                         size_t *count) {
  *count = 0;
  SW_TRY(sw_alloc(err, (size_t)journal->n_known + 1, sizeof **mine, (void **)mine));
  for (int64_t k = 0; k < journal->n_known; k++)
    if (journal->known[k].region == region) (*mine)[(*count)++] = journal->known[k];
  return SW_OK;
}

/* Puts all ranks' marks at their tasks; what nobody has marked stays 0. O(tasks of the region) on
 * rank 0. */
static sw_status place(sw_error *err, const sw_journal *journal, int region, const sw_known *all,
                       size_t count, uint64_t **checksum) {
  size_t tasks = (size_t)journal->place[region].region.tasks;
  SW_TRY(sw_calloc(err, 2 * tasks + 1, sizeof **checksum, (void **)checksum));
  for (size_t k = 0; k < count; k++)
    memcpy(*checksum + 2 * all[k].task, all[k].checksum, sizeof all[k].checksum);
  return SW_OK;
}

/* From memory, not from the file: tiles taken from earlier results have no record there, and a
 * record may be one whose stored bytes did not match. The caller owns *checksum (rank 0; NULL
 * elsewhere). Collective. */
sw_status sw_journal_checksums(sw_error *err, sw_team *team, sw_journal *journal, int region,
                               uint64_t **checksum) {
  sw_known *mine = NULL, *all = NULL;
  size_t count = 0, *counts = NULL, total = 0;
  *checksum = NULL;
  sw_status status = collect(err, journal, region, &mine, &count);
  if (status == SW_OK) status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = team->gather(team, err, mine, count * sizeof *mine, 0, (void **)&all, counts);
  if (status == SW_OK && team->rank == 0) {
    for (int r = 0; r < team->size; r++)
      total += counts[r] / sizeof *all;
    status = place(err, journal, region, all, total, checksum);
  }
  sw_free(mine);
  sw_free(all);
  sw_free(counts);
  return sw_team_agree(team, err, status, 0);
}

/* ---- the layout of the results file ------------------------------------------------------- */

/* Stands behind all shares; the layout's bytes follow it. `own`: hash of the other two. `own`
 * guards the two others: a tail that was written by half is told. */
typedef struct tail {
  uint64_t length, hash, own;
} tail;

/* The hash of all that stands before it in the tail. */
static uint64_t tail_own(const tail *t) {
  return sw_hash64(t, offsetof(tail, own), 0);
}

/* Synced, unlike marks: on a resume it decides whether the results file as a whole is continued
 * (store/results/resume.c). The tail comes after the bytes it describes. Rank 0. Written once per
 * start of a run that lays out or mends the file. */
sw_status sw_journal_put_layout(sw_error *err, sw_journal *journal, const void *bytes,
                                size_t length) {
  tail t = {.length = length, .hash = sw_hash64(bytes, length, 0)};
  t.own = tail_own(&t);
  SW_TRY(sw_journal_write(err, journal, bytes, length, journal->end + sizeof t));
  SW_TRY(sw_journal_write(err, journal, &t, sizeof t, journal->end));
  return sw_journal_sync(err, journal);
}

/* *bytes (sw_free) stays NULL when no sound layout is there: the run was killed before the file was
 * laid out, or the tail is damaged. Its length is checked against the file's before memory is
 * allocated. */
sw_status sw_journal_get_layout(sw_error *err, const sw_journal *journal, void **bytes,
                                size_t *length) {
  struct stat info;
  tail t;
  *bytes = NULL;
  if (!sw_journal_read(journal, &t, sizeof t, journal->end)) return sw_journal_unread(err, journal);
  if (t.own != tail_own(&t) || fstat(journal->fd, &info) != 0 ||
      journal->end + sizeof t + t.length > (uint64_t)info.st_size)
    return SW_OK;
  SW_TRY(sw_alloc(err, t.length + 1, 1, bytes));
  *length = t.length;
  bool read = sw_journal_read(journal, *bytes, t.length, journal->end + sizeof t);
  sw_status status = read ? SW_OK : sw_journal_unread(err, journal);
  if (read && sw_hash64(*bytes, t.length, 0) == t.hash) return SW_OK;
  sw_free(*bytes);
  *bytes = NULL;
  return status;
}
