/* Panel files to whole lines. Plain files by byte ranges: every byte is read once, by the thread
 * that takes its lines, and no rank waits for another to read. Files of text are cut into ranges
 * without looking for lines; which range a line belongs to is decided by where it begins:
 *
 *   a range has the lines that begin in [lo, hi), and reads on behind hi for the end of the last
 *
 * so that ranks and threads need not talk to cut a file. The line numbers, which nobody knows while
 * pieces are taken, are added up once all ranks are done. A .gz cannot be entered in the middle:
 * gz.c.
 *
 * Called by panel/csv.c, in this order: sw_lines_open, sw_lines_deal. Both are collective. */
#include "store/text/lines.h"

#include "base/file.h"
#include "base/text.h"
#include "store/text/file.h"
#include "store/text/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes. PIECE: of a thread's turn at most; the rows of a piece then fill a few large pages.
 * LEAST_PIECE: smaller ones would be turns without work. TAIL: what is read at once, behind a
 * piece, to find the end of its last line. LOOK: the first window for the header and the footer. */
#ifdef SW_SMALL_PIECES /* the fuzzer's: every seam between pieces is met */
enum { PIECE = 256, LEAST_PIECE = 64, TAIL = 16, LOOK = 16 };
#else
enum { PIECE = 1 << 22, LEAST_PIECE = 1 << 12, TAIL = 1 << 12, LOOK = 1 << 16 };
#endif

/* Bytes [at, at + count), all of which the file had when its size was asked for. The ranges follow
 * from that size: a file that has shrunk since would leave lines out without a word. */
static sw_status read_at(sw_error *err, const char *path, int file, int64_t at, char *bytes,
                         size_t count) {
  int64_t got = sw_read_at(file, bytes, count, (uint64_t)at);
  if (got < 0) return sw_file_fail(err, path, errno);
  if (got == (int64_t)count) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: the file became shorter while it was read", path);
}

/* A copy in the arena, zero-terminated, which outlives the windows. `bytes` may hold zeros. */
static sw_status keep(sw_error *err, sw_arena *arena, const char *bytes, size_t length,
                      const char **out) {
  *out = sw_arena_textn(arena, bytes, length);
  return *out ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory: %zu bytes", length);
}

/* Before a line is looked for: what is no text may hold none in gigabytes. */
static sw_status look_kind(sw_error *err, int file, int64_t size, const sw_lines *text) {
  char bytes[SW_FILE_KIND_BYTES];
  size_t count = size < SW_FILE_KIND_BYTES ? (size_t)size : SW_FILE_KIND_BYTES;
  SW_TRY(read_at(err, text->path, file, 0, bytes, count));
  return sw_file_refuse_kind(err, text->path, bytes, count);
}

/* Sets header, header_length and begin. The window grows until it holds the first line that is not
 * empty; a file without a newline is all header, and has no rows. */
static sw_status look_header(sw_error *err, sw_arena *arena, int file, int64_t size,
                             sw_lines *text) {
  char *bytes = NULL;
  for (size_t window = LOOK;; window *= 4) {
    sw_free(bytes);
    bytes = NULL;
    if (window > (size_t)size) window = (size_t)size;
    SW_TRY(sw_alloc(err, window, 1, (void **)&bytes));
    size_t length = 0;
    sw_status status = read_at(err, text->path, file, 0, bytes, window);
    if (!status) length = sw_lines_first(bytes, window, text->above);
    if (!status && !length && window < (size_t)size) continue;
    if (!length) length = window; /* the whole file is in it, and no newline ends a line of it */
    if (!status) status = keep(err, arena, bytes, length, &text->header);
    text->header_length = length;
    text->begin = (int64_t)length;
    sw_free(bytes);
    return status;
  }
}

/* Sets notes and notes_length, and moves `end` to before them. Backwards from the end, in windows
 * that grow until they hold the footer: a file of gigabytes is not read for its last four lines. A
 * window whose first line counts (at == 0) may begin in the middle of that line: it grows, unless
 * it is the whole body. Then all lines below the header are notes. */
static sw_status look_notes(sw_error *err, sw_arena *arena, int file, int64_t footer,
                            sw_lines *text) {
  int64_t body = text->end - text->begin;
  char *bytes = NULL;
  for (int64_t window = LOOK;; window *= 4) {
    sw_free(bytes);
    bytes = NULL;
    if (window > body) window = body;
    SW_TRY(sw_alloc(err, (size_t)window, 1, (void **)&bytes));
    size_t got = (size_t)window, at = 0;
    sw_status status = read_at(err, text->path, file, text->end - window, bytes, got);
    if (!status) at = sw_lines_last(bytes, got, footer);
    if (!status && !at && window < body) continue;
    if (!status) status = keep(err, arena, bytes + at, got - at, &text->notes);
    text->notes_length = got - at;
    text->end -= (int64_t)(got - at);
    sw_free(bytes);
    return status;
  }
}

/* Rank 0 only. */
static sw_status look(sw_error *err, sw_arena *arena, int64_t footer, sw_lines *text) {
  if (text->gz) return sw_gz_look(err, arena, footer, text);
  /* Ranges need a file that can be read at any place. */
  SW_TRY(sw_file_refuse_stream(err, text->path, "a .csv, .csv.gz, .h5 or .nc"));
  int file = open(text->path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return sw_file_fail(err, text->path, errno);
  struct stat stat;
  sw_status status = SW_OK;
  if (fstat(file, &stat))
    status = sw_file_fail(err, text->path, errno);
  else if (!S_ISREG(stat.st_mode))
    status = sw_fail(err, SW_EINPUT, "%s: not a file; expected a .csv, .csv.gz, .h5 or .nc file",
                     text->path);
  text->end = (int64_t)stat.st_size;
  if (!status) status = look_kind(err, file, text->end, text);
  if (!status) status = look_header(err, arena, file, text->end, text);
  if (!status && footer > 0) status = look_notes(err, arena, file, footer, text);
  close(file);
  return status;
}

/* What rank 0 saw, to the others: two broadcasts, first the sizes, then header and notes in one.
 * Rank 0 too has them in the copy afterwards, so that all ranks hold the same. */
static sw_status share(sw_error *err, sw_team *team, sw_arena *arena, sw_lines *text) {
  int64_t numbers[4] = {text->begin, text->end, (int64_t)text->header_length,
                        (int64_t)text->notes_length};
  SW_TRY(team->broadcast(team, err, numbers, sizeof numbers, 0));
  /* From here on every rank has rank 0's numbers; the texts are still rank 0's alone. */
  size_t length = (size_t)(numbers[2] + numbers[3]);
  char *both = NULL;
  sw_status status = sw_arena_alloc(err, arena, length + 1, 1, (void **)&both);
  SW_TRY(sw_team_agree(team, err, status, 0));
  if (team->rank == 0) {
    memcpy(both, text->header, text->header_length);
    if (text->notes) memcpy(both + numbers[2], text->notes, text->notes_length);
  }
  SW_TRY(team->broadcast(team, err, both, length, 0));
  text->begin = numbers[0];
  text->end = numbers[1];
  text->header = both;
  text->header_length = (size_t)numbers[2];
  text->notes = both + numbers[2];
  text->notes_length = (size_t)numbers[3];
  text->begin_line = 1 + sw_lines_count(text->header, text->header_length);
  return SW_OK;
}

/* A .gz is one by its name: what a file holds is not guessed, here as in read.c. */
sw_status sw_lines_open(sw_error *err, sw_team *team, sw_arena *arena, const char *file,
                        const char *path, int64_t above, int64_t footer, sw_lines *text) {
  *text = (sw_lines){.file = file, .path = path, .gz = sw_ends_with(path, ".gz"), .above = above};
  sw_status status = team->rank == 0 ? look(err, arena, footer, text) : SW_OK;
  SW_TRY(sw_team_agree(team, err, status, 0));
  return share(err, team, arena, text);
}

/* ---- a rank's range ---------------------------------------------------------------------- */

/* This rank's share of a plain file, the same for all its threads. Nobody writes it while pieces
 * are taken; reading at a place moves no common position, so that one descriptor serves all
 * threads. */
typedef struct range {
  const sw_lines *text;
  int file;
  int64_t lo, hi, size; /* bytes: where this rank's lines begin; a piece, but for the last */
} range;

/* Appends bytes to the buffer of a piece, which begins at byte `from` of the file and holds *have.
 * It at least doubles when it grows: a line of megabytes is found by steps of TAIL. The buffer is
 * the thread's and is used again for its next piece. */
static sw_status read_on(sw_error *err, const range *in, int64_t from, size_t count,
                         sw_lines_piece *piece, size_t *have) {
  if (piece->size < *have + count) {
    char *grown = NULL;
    size_t size = *have + count > 2 * piece->size ? *have + count : 2 * piece->size;
    SW_TRY(sw_alloc(err, size, 1, (void **)&grown));
    if (*have) memcpy(grown, piece->buffer, *have);
    sw_free(piece->buffer);
    piece->buffer = grown;
    piece->size = size;
  }
  SW_TRY(
      read_at(err, in->text->path, in->file, from + (int64_t)*have, piece->buffer + *have, count));
  *have += count;
  return SW_OK;
}

/* The lines that begin in piece k. The byte before the piece is read too: only where it is a
 * newline does a line begin at the first byte of the piece. No text (a piece in the middle of a
 * long line) is no failure. */
static sw_status fetch(const void *source, sw_error *err, int64_t k, sw_lines_piece *piece) {
  const range *in = source;
  int64_t lo = in->lo + k * in->size, hi = lo + in->size < in->hi ? lo + in->size : in->hi;
  int64_t end = in->text->end, from = lo > in->text->begin ? lo - 1 : lo;
  size_t have = 0, inside = (size_t)(hi - from);
  *piece = (sw_lines_piece){.buffer = piece->buffer, .size = piece->size};
  SW_TRY(read_on(err, in, from, inside, piece, &have));
  /* Where the first line of this piece begins. The file's first piece begins behind the header,
   * with a line; any other passes over the rest of a line that belongs to an earlier piece. A
   * newline that is the last byte begins a line of the next piece. */
  const char *newline = from < lo ? memchr(piece->buffer, '\n', inside) : piece->buffer;
  if (!newline || (from < lo && newline == piece->buffer + inside - 1)) return SW_OK; /* no line */
  size_t begin = from < lo ? (size_t)(newline - piece->buffer) + 1 : 0;
  /* To the end of the last line, which may lie far behind the piece, or nowhere: the last line of a
   * file may lack its newline. */
  const char *last = piece->buffer + inside - 1;
  newline = *last == '\n' ? last : NULL;
  while (!newline && from + (int64_t)have < end) {
    int64_t left = end - from - (int64_t)have;
    size_t before = have;
    SW_TRY(read_on(err, in, from, left < TAIL ? (size_t)left : TAIL, piece, &have));
    newline = memchr(piece->buffer + before, '\n', have - before);
  }
  size_t to = newline ? (size_t)(newline - piece->buffer) + 1 : have;
  piece->text = piece->buffer + begin;
  piece->length = to - begin;
  return SW_OK;
}

/* Four pieces per thread where the file is small, so that all threads have some and a slow one
 * holds up no more than a quarter of its share. Never zero, as the caller divides by it. */
static int64_t piece_size(int64_t bytes, int threads) {
  int64_t size = bytes / (4 * (int64_t)threads) + 1;
  return size < LEAST_PIECE ? LEAST_PIECE : size > PIECE ? PIECE : size;
}

/* The cut of the file depends on the number of ranks and threads; what is read does not, as lines
 * are whole and every later step sorts.
 *
 * Collective: whatever fails locally is kept until the next agreement. */
static sw_status deal_ranges(sw_error *err, sw_team *team, const sw_lines *text, int file,
                             sw_lines_taker taker) {
  int64_t size = text->end - text->begin;
  range in = {.text = text,
              .file = file,
              /* In 128 bits: a file of 2^63 / ranks bytes would overflow. */
              .lo = text->begin + (int64_t)((__int128)size * team->rank / team->size),
              .hi = text->begin + (int64_t)((__int128)size * (team->rank + 1) / team->size)};
  in.size = piece_size(in.hi - in.lo, taker.threads);
  sw_lines_pieces pieces = {
      .n = (in.hi - in.lo + in.size - 1) / in.size, .fetch = fetch, .source = &in};
  /* Take all pieces, and count their lines; which of them failed is not looked at yet. */
  int64_t *counts = NULL, first_line = text->begin_line, count = 0;
  size_t *bytes = NULL;
  sw_status status = sw_lines_pieces_take(err, &pieces, taker);
  if (!status) status = sw_alloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes);
  if (!status) count = sw_lines_pieces_lines(&pieces);
  status = sw_team_agree(team, err, status, 0);
  /* Where this rank's lines begin: behind the header and the lines of all lower ranks. */
  if (!status) status = team->all_gather(team, err, &count, sizeof count, (void **)&counts, bytes);
  for (int r = 0; r < team->rank && !status; r++)
    first_line += counts[r];
  /* A rank that failed counts only the lines before its failure, so the lines of higher ranks come
   * out too low: but of two errors of the input that of the lower rank is the one told, and it is
   * right. */
  if (!status) {
    status = sw_lines_pieces_place(err, &pieces, taker, first_line);
    status = sw_team_agree(team, err, status, team->rank);
  }
  sw_free(pieces.lines);
  sw_free(counts);
  sw_free(bytes);
  return status;
}

/* Every rank opens the file for itself. One that cannot (a node without the file system) ends the
 * run on all. */
sw_status sw_lines_deal(sw_error *err, sw_team *team, const sw_lines *text, sw_lines_taker taker) {
  if (text->gz) return sw_gz_deal(err, team, text, taker);
  int file = open(text->path, O_RDONLY | O_CLOEXEC);
  sw_status status = file < 0 ? sw_file_fail(err, text->path, errno) : SW_OK;
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = deal_ranges(err, team, text, file, taker);
  if (file >= 0) close(file);
  return status;
}
