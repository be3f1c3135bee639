/* Beginning or taking up a journal: its header, its fingerprint, and what differs from the run that
 * began it.
 *
 * A journal may only be taken up by a run that would compute the same bits for the same tasks. The
 * fingerprint says so: it is a text with a line for everything that the results depend on (study,
 * inputs, program, libraries, instruction set), kept whole and not just as a hash, so that a
 * refusal can name what differs. Ranks and threads are not part of it: tasks are numbered without
 * them. A journal of another run is never overwritten, as it may stand for days of work; one whose
 * beginning is damaged is useless and begins again. */
#include "plan/task/journal_private.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, SAID = 3 }; /* SAID: differing lines that a refusal names */

/* The last digit is that of the format; a journal of another format is damaged to this program. */
static const char magic[8] = "SWJRNL1";

typedef struct header {
  char magic[8];
  uint64_t regions;                       /* hash of the regions: where everything lies */
  uint64_t fingerprint, fingerprint_hash; /* bytes, and their hash */
  uint64_t own;
} header;

/* A page is the least that a disk spoils. */
static uint64_t page_up(uint64_t bytes) {
  return (bytes + PAGE - 1) / PAGE * PAGE;
}

/* Where everything lies, worked out alike by every rank from the regions. Records first, then
 * shares: records are small and read for every task, shares only for those that are sound. Places
 * are fixed and the file is sparse: a task that is not done takes no space. 64: the size of a
 * record. Offsets are 64 bits; a sparse file may be larger than the disk. */
static void lay_out(sw_journal *journal, size_t fingerprint) {
  uint64_t at = PAGE + page_up(fingerprint);
  for (int r = 0; r < journal->n_regions; r++) {
    journal->place[r].records = at;
    at += 64 * (uint64_t)journal->place[r].region.tasks;
  }
  for (int r = 0; r < journal->n_regions; r++) {
    journal->place[r].shares = at = page_up(at);
    at += journal->place[r].region.share * (uint64_t)journal->place[r].region.tasks;
  }
  journal->end = page_up(at);
}

/* The header of a run that begins now. A journal with the same fingerprint but other regions is not
 * ours to read: its records lie elsewhere. The hash of regions covers numbers of tasks and bytes of
 * shares. */
static header make_header(const sw_journal *journal, const char *fingerprint) {
  header h = {.fingerprint = strlen(fingerprint),
              .fingerprint_hash = sw_hash64(fingerprint, strlen(fingerprint), 0)};
  memcpy(h.magic, magic, sizeof magic);
  for (int r = 0; r < journal->n_regions; r++) {
    uint64_t shape[2] = {(uint64_t)journal->place[r].region.tasks, journal->place[r].region.share};
    h.regions = sw_hash64(shape, sizeof shape, h.regions);
  }
  h.own = sw_hash64(&h, offsetof(header, own), 0);
  return h;
}

/* ---- what differs ----------------------------------------------------------------------- */

/* The line of that label in a fingerprint, and its length; NULL when there is none. Labels end with
 * a tab. */
static const char *line_of(const char *text, const char *label, size_t length, size_t *line) {
  for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    *line = strcspn(at, "\n");
    if (*line > length && at[length] == '\t' && strncmp(at, label, length) == 0) return at;
  }
  return NULL;
}

/* Writes the labels of the lines of `one` that `other` lacks, or has with another value unless
 * only_lacking. `said`: how many differ so far; only the first SAID are written. Returns the new
 * count. Quadratic in the lines, and only on the way to a refusal. */
static int add_differing(FILE *out, const char *one, const char *other, bool only_lacking,
                         int said) {
  for (const char *at = one; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t line = strcspn(at, "\n"), label = strcspn(at, "\t"), there = 0;
    const char *found = line_of(other, at, label, &there);
    if (found && (only_lacking || (there == line && memcmp(found, at, line) == 0))) continue;
    if (said < SAID) fprintf(out, "%s%.*s", said ? ", " : "", (int)label, at);
    said++;
  }
  return said;
}

/* SW_EINPUT, with the labels that differ: first lines of this run that are new or changed, then
 * lines that only the old one has. No line differs when only the regions do. Always fails. */
static sw_status refuse(sw_error *err, const sw_journal *journal, const char *old,
                        const char *now) {
  char *what = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&what, &length);
  if (!out) return sw_fail(err, SW_ENOMEM, "out of memory: cannot list the differences");
  int said = add_differing(out, now, old, false, 0);
  said = add_differing(out, old, now, true, said);
  if (said == 0) fputs("how the work is divided", out);
  if (said > SAID) fprintf(out, " and %d more", said - SAID);
  fclose(out);
  sw_status status = sw_fail(
      err, SW_EINPUT,
      "%s: belongs to an unfinished run that differs from this one in: %s; give --restart to "
      "begin again, or another -o",
      journal->path, what);
  free(what);
  return status;
}

/* ---- the file --------------------------------------------------------------------------- */

/* Empties the file and writes a new beginning; records and shares read as zeros, that is as not
 * done. The header comes last and is synced, so that a kill in here leaves a journal that begins
 * again. Called by rank 0 alone, while no other has the file open. */
static sw_status begin(sw_error *err, const sw_journal *journal, const char *fingerprint) {
  header h = make_header(journal, fingerprint);
  if (ftruncate(journal->fd, 0) != 0)
    return sw_fail(err, SW_EIO, "%s: cannot be emptied: %s", journal->path, strerror(errno));
  SW_TRY(sw_journal_write(err, journal, fingerprint, h.fingerprint, PAGE));
  SW_TRY(sw_journal_write(err, journal, &h, sizeof h, 0));
  return sw_journal_sync(err, journal);
}

/* *text (sw_free): the fingerprint that is there; NULL when header or fingerprint are not sound.
 * Bytes that cannot be read are a failure: they may be a good journal on a bad day. The length is
 * checked against the file's own before memory is asked for. */
static sw_status read_fingerprint(sw_error *err, const sw_journal *journal, header *h,
                                  char **text) {
  struct stat info;
  *text = NULL;
  if (!sw_journal_read(journal, h, sizeof *h, 0)) return sw_journal_unread(err, journal);
  if (memcmp(h->magic, magic, sizeof magic) != 0 ||
      h->own != sw_hash64(h, offsetof(header, own), 0) || fstat(journal->fd, &info) != 0 ||
      PAGE + h->fingerprint > (uint64_t)info.st_size)
    return SW_OK;
  SW_TRY(sw_calloc(err, h->fingerprint + 1, 1, (void **)text));
  bool read = sw_journal_read(journal, *text, h->fingerprint, PAGE);
  sw_status status = read ? SW_OK : sw_journal_unread(err, journal);
  if (read && sw_hash64(*text, h->fingerprint, 0) == h->fingerprint_hash) return SW_OK;
  sw_free(*text);
  *text = NULL;
  return status;
}

/* Rank 0. *found: the journal is that of this very run. An empty file is one that open_file has
 * just made, or one that was killed before its beginning was written. The caller tells the other
 * ranks. */
static sw_status take_up(sw_error *err, const sw_journal *journal, const char *fingerprint,
                         bool *found) {
  struct stat info;
  header h = {0}, now = make_header(journal, fingerprint);
  char *old = NULL;
  *found = false;
  if (fstat(journal->fd, &info) == 0 && info.st_size == 0) return begin(err, journal, fingerprint);
  SW_TRY(read_fingerprint(err, journal, &h, &old));
  if (!old) {
    sw_log(SW_LOG_WARN, "%s: is damaged at its beginning: the run begins again", journal->path);
    return begin(err, journal, fingerprint);
  }
  sw_status status = SW_OK;
  if (strcmp(old, fingerprint) != 0 || h.regions != now.regions)
    status = refuse(err, journal, old, fingerprint);
  *found = status == SW_OK;
  sw_free(old);
  return status;
}

/* The descriptor is closed by sw_journal_destroy. */
static sw_status open_file(sw_error *err, sw_journal *journal, bool create) {
  journal->fd = open(journal->path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
  if (journal->fd >= 0) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: cannot be opened: %s", journal->path, strerror(errno));
}

/* The journal in memory, without its file. *out is set even when it fails, for sw_journal_destroy,
 * which takes a descriptor of -1 and NULL arrays. The lock is made here and destroyed there,
 * whatever fails between. */
static sw_status make(sw_error *err, const char *path, const sw_region *region, int n_regions,
                      size_t fingerprint, sw_journal **out) {
  sw_journal *journal = calloc(1, sizeof *journal);
  if (!journal) return sw_fail(err, SW_ENOMEM, "out of memory: cannot create the journal");
  *out = journal;
  journal->fd = -1;
  pthread_mutex_init(&journal->lock, NULL);
  journal->n_regions = n_regions;
  journal->path = strdup(path);
  journal->place = calloc((size_t)n_regions + 1, sizeof *journal->place);
  if (!journal->path || !journal->place)
    return sw_fail(err, SW_ENOMEM, "out of memory: cannot create the journal");
  for (int r = 0; r < n_regions; r++)
    journal->place[r].region = region[r];
  lay_out(journal, fingerprint);
  return SW_OK;
}

/* Rank 0 creates the file and decides; only when that has gone well do the others open it, without
 * creating: a rank on a node that does not see the file must fail, not make one of its own. Each
 * step is agreed on before the next. *found is the same on all ranks. */
sw_status sw_journal_open(sw_error *err, sw_team *team, const char *path, const char *fingerprint,
                          const sw_region *region, int n_regions, sw_journal **out, bool *found) {
  *out = NULL;
  *found = false;
  sw_status status = make(err, path, region, n_regions, strlen(fingerprint), out);
  if (status == SW_OK && team->rank == 0) status = open_file(err, *out, true);
  if (status == SW_OK && team->rank == 0) status = take_up(err, *out, fingerprint, found);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK && team->rank != 0) status = open_file(err, *out, false);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = team->broadcast(team, err, found, sizeof *found, 0);
  if (status == SW_OK) return SW_OK;
  sw_journal_destroy(*out);
  *out = NULL;
  return status;
}

/* NULL is allowed. The file stays. */
void sw_journal_destroy(sw_journal *journal) {
  if (!journal) return;
  if (journal->fd >= 0) close(journal->fd);
  pthread_mutex_destroy(&journal->lock);
  free(journal->known);
  free(journal->place);
  free(journal->path);
  free(journal);
}
