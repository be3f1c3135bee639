/* What the unfinished file of an earlier run is good for. Rank 0, from sw_results_create.
 *
 * When the file is laid out, the ledger (store/h5/ledger.c) notes which bytes HDF5 writes: its
 * structure. The journal keeps their places and a hash. A later run goes on with the file only when
 * the structure is, byte for byte, as it was laid out; HDF5 never has to make sense of a damaged
 * file. Else the file is laid out anew beside it and its structure copied over, which keeps what
 * tasks have stored in the places of numbers: the same run gives the same layout. Whether those
 * numbers are sound is found later, task by task (plan/pairs/marks.c).
 *
 * The usual kill, while pairs are computed, changes no structure. One while the file is completed
 * does: attributes are written then.
 *
 * Cost: the structure is read once at each start, some MB at most; numbers are not looked at. All
 * functions run on rank 0. */
#include "store/results/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

enum { PORTION = 1 << 20, SUPERBLOCK = 48 }; /* bytes; a superblock of version 2, as of v18 */

/* What the journal keeps of a layout, as these bytes: written and read by the same program, as the
 * fingerprint makes sure. The superblock is apart because HDF5 marks in it that the file is open
 * for writing, which a killed run leaves marked: it is not hashed but always put back. */
typedef struct structure {
  uint64_t bytes, hash, count; /* length of the file; of the extents' bytes; of extents */
  char superblock[SUPERBLOCK]; /* the file's first bytes, once it was closed */
  sw_h5_extent extent[];       /* without the superblock */
} structure;

/* Always fails; errno is that of the call before. */
static sw_status lost(sw_error *err, const char *path, const char *what) {
  return sw_fail(err, SW_EIO, "%s: cannot be %s: %s", path, what, strerror(errno));
}

/* ---- the bytes of extents --------------------------------------------------------------- */

/* Shown each portion, and where in the file it is; false ends the visit. */
typedef bool (*portion_visit)(void *self, char *bytes, size_t length, uint64_t at);

/* Shows every portion of every extent of the file; false: some bytes are not there, or `see`
 * failed. `buffer`: PORTION bytes. In the order of the extents, portion by portion; O(bytes of the
 * structure). */
static bool visit(int fd, const sw_h5_extent *extent, uint64_t count, char *buffer,
                  portion_visit see, void *self) {
  for (uint64_t k = 0; k < count; k++)
    for (uint64_t done = 0; done < extent[k].length;) {
      size_t now = extent[k].length - done < PORTION ? extent[k].length - done : PORTION;
      if (sw_read_at(fd, buffer, now, extent[k].at + done) != (int64_t)now) return false;
      if (!see(self, buffer, now, extent[k].at + done)) return false;
      done += now;
    }
  return true;
}

/* `self` is the hasher. */
static bool see_hash(void *self, char *bytes, size_t length, uint64_t at) {
  (void)at;
  sw_hasher_add(self, bytes, length);
  return true;
}

/* To the file whose descriptor `self` points at, at the same place. */
static bool see_copy(void *self, char *bytes, size_t length, uint64_t at) {
  return sw_write_at(*(int *)self, bytes, length, at);
}

/* *hash of the extents in a file; *there: all of them could be read. A file that is missing or too
 * short is no error: it is laid out again. *hash is of all portions in a row. */
static sw_status hash_extents(sw_error *err, const char *path, const sw_h5_extent *extent,
                              uint64_t count, uint64_t *hash, bool *there) {
  sw_hasher *hasher = NULL;
  char *buffer = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  *there = false;
  if (fd < 0) return SW_OK;
  sw_status status = sw_alloc(err, PORTION, 1, (void **)&buffer);
  if (status == SW_OK) status = sw_hasher_create(err, &hasher);
  if (status == SW_OK) {
    *there = visit(fd, extent, count, buffer, see_hash, hasher);
    *hash = sw_hasher_end(hasher);
  }
  sw_hasher_destroy(hasher);
  sw_free(buffer);
  close(fd);
  return status;
}

/* ---- laying out ------------------------------------------------------------------------- */

/* False when it cannot be read whole. The file is closed by then, so the bytes are those on
 * disk. */
static bool read_superblock(const char *path, char *superblock) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  bool whole = fd >= 0 && sw_read_at(fd, superblock, SUPERBLOCK, 0) == SUPERBLOCK;
  if (fd >= 0) close(fd);
  return whole;
}

/* Writes the superblock back as it was after the layout was closed: with it HDF5 opens a file that
 * a killed run had open for writing. False when it cannot be written. */
static bool put_superblock(const char *path, const char *superblock) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool whole = fd >= 0 && sw_write_at(fd, superblock, SUPERBLOCK, 0);
  if (fd >= 0) close(fd);
  return whole;
}

/* Lays out the file at `path` under a ledger. *out (free): its structure, of the bytes as they are
 * read back from the closed file; NULL on failure. The hash is made of what is read back: a disk
 * that loses writes is noticed before a run relies on it. The caller frees *out. */
static sw_status lay_out(sw_error *err, sw_results *results, const char *path, sw_laying laying,
                         structure **out) {
  sw_h5_ledger ledger;
  struct stat info;
  bool there = false;
  *out = NULL;
  sw_h5_ledger_open(&ledger);
  sw_status status = sw_results_lay_out(err, results, path, laying);
  /* Closed also when laying out failed: the next file must not be noted there. */
  sw_status noted = sw_h5_ledger_close(err, &ledger);
  if (status == SW_OK) status = noted;
  if (status == SW_OK) {
    *out = malloc(sizeof **out + ledger.count * sizeof *ledger.extent);
    if (!*out) status = sw_fail(err, SW_ENOMEM, "out of memory for the layout of the results file");
  }
  if (status == SW_OK) {
    (*out)->count = ledger.count;
    ledger.extent[0].at += SUPERBLOCK; /* the first extent begins at 0, with it */
    ledger.extent[0].length -= SUPERBLOCK;
    memcpy((*out)->extent, ledger.extent, ledger.count * sizeof *ledger.extent);
    status = hash_extents(err, path, (*out)->extent, ledger.count, &(*out)->hash, &there);
  }
  if (status == SW_OK &&
      (!there || !read_superblock(path, (*out)->superblock) || stat(path, &info) != 0))
    status =
        sw_fail(err, SW_EIO, "%s: does not read back as it was written; is the disk full?", path);
  if (status == SW_OK) (*out)->bytes = (uint64_t)info.st_size;
  free(ledger.extent);
  if (status == SW_OK) return SW_OK;
  free(*out);
  *out = NULL;
  return status;
}

/* Synced by the journal. */
static sw_status keep_structure(sw_error *err, sw_results *results, const structure *s) {
  return sw_journal_put_layout(err, results->journal, s, sizeof *s + s->count * sizeof *s->extent);
}

/* From nothing. The structure goes to the journal after the file is whole: a kill in between leaves
 * a journal without layout, and the next run begins here again. What stood there is removed
 * first. */
static sw_status begin(sw_error *err, sw_results *results) {
  structure *now = NULL;
  unlink(results->partial);
  sw_status status = lay_out(err, results, results->partial, SW_LAY_PLAIN, &now);
  if (status == SW_OK) status = keep_structure(err, results, now);
  free(now);
  return status;
}

/* ---- mending ---------------------------------------------------------------------------- */

/* Puts the structure of `from` into `to`: its extents, its superblock, its length. Other bytes of
 * `to`, the numbers that tasks have stored, stay. Extends or cuts it: what lies beyond the layout
 * was added while the file was completed. `to` is not opened by HDF5: bytes are put in place,
 * whatever state it was in. */
static sw_status copy_structure(sw_error *err, const char *from, const char *to,
                                const structure *s) {
  char *buffer = NULL;
  struct stat info = {0};
  int source = open(from, O_RDONLY | O_CLOEXEC);
  /* Made where it is missing: a journal whose partial is gone is repaired too. */
  int target = open(to, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  sw_status status = source < 0 || target < 0 || fstat(target, &info) != 0
                         ? lost(err, to, "opened")
                         : sw_alloc(err, PORTION, 1, (void **)&buffer);
  /* The length first: extents may lie beyond the end of a file that was cut. */
  if (status == SW_OK && (uint64_t)info.st_size != s->bytes && ftruncate(target, (off_t)s->bytes))
    status = lost(err, to, "given its length");
  if (status == SW_OK && (!visit(source, s->extent, s->count, buffer, see_copy, &target) ||
                          !put_superblock(to, s->superblock)))
    status = lost(err, to, "mended");
  sw_free(buffer);
  if (source >= 0) close(source);
  if (target >= 0) close(target);
  return status;
}

/* A kill here is harmless: the structure does not match the journal and is repaired again. Beside
 * the file, since the numbers of the partial must stay where they are. */
static sw_status mend(sw_error *err, sw_results *results) {
  structure *now = NULL;
  const char *beside = sw_arena_printf(results->arena, "%s.layout", results->partial);
  if (!beside) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  sw_log(SW_LOG_WARN,
         "%s: its structure has changed (its run was killed while completing it, or it is "
         "damaged): it is laid out anew",
         results->partial);
  /* Of a mending that was killed. */
  unlink(beside);
  sw_status status = lay_out(err, results, beside, SW_LAY_SPARSE, &now);
  /* The file first: with the old layout in the journal a kill in between is detected. */
  if (status == SW_OK) status = copy_structure(err, beside, results->partial, now);
  if (status == SW_OK) status = keep_structure(err, results, now);
  unlink(beside);
  free(now);
  return status;
}

/* Whether the bytes of the journal are one structure; the journal has checked them. A journal of
 * another layout of this struct cannot come here: its fingerprint would differ. */
static bool is_whole(const structure *s, size_t length) {
  return length >= sizeof *s && length == sizeof *s + s->count * sizeof *s->extent;
}

/* The new layout must not be larger than the file: a shorter file has lost numbers' places. Three
 * ways: no layout kept, then a new file; the structure as it was, then the file goes on as it is;
 * else it is mended. */
sw_status sw_results_lay_out_or_resume(sw_error *err, sw_results *results) {
  structure *old = NULL;
  size_t length = 0;
  uint64_t hash = 0;
  bool there = false;
  SW_TRY(sw_journal_get_layout(err, results->journal, (void **)&old, &length));
  /* No layout was kept: the run before was killed while it laid out, if there was one. */
  if (!old || !is_whole(old, length)) {
    sw_free(old);
    return begin(err, results);
  }
  sw_status status = hash_extents(err, results->partial, old->extent, old->count, &hash, &there);
  struct stat info;
  /* Only now is the file touched: the superblock goes back, and HDF5 will open it. */
  bool same = there && hash == old->hash && stat(results->partial, &info) == 0 &&
              (uint64_t)info.st_size >= old->bytes &&
              put_superblock(results->partial, old->superblock);
  sw_free(old);
  return status != SW_OK || same ? status : mend(err, results);
}
