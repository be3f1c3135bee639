/* Plain files by byte ranges, each read once, by the thread that takes its lines. */
#include "store/text/lines.h"

#include "base/file.h"
#include "store/text/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The rows of a piece fill a few large pages; TAIL: what is read at once to find the end of a line.
 */
#ifdef SW_SMALL_PIECES /* the fuzzer's: every seam between pieces is met */
enum { PIECE = 256, LEAST_PIECE = 64, TAIL = 16, LOOK = 16 };
#else
enum { PIECE = 1 << 22, LEAST_PIECE = 1 << 12, TAIL = 1 << 12, LOOK = 1 << 16 };
#endif

/* Bytes [at, at + count), all of which the file had when its size was asked for. */
static sw_status read_at(sw_error *err, const char *path, int file, int64_t at, char *bytes,
                         size_t count) {
  int64_t got = sw_read_at(file, bytes, count, (uint64_t)at);
  if (got < 0) return sw_file_fail(err, path, errno);
  if (got == (int64_t)count) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: the file became shorter while it was read", path);
}

static sw_status keep(sw_error *err, sw_arena *arena, const char *bytes, size_t length,
                      const char **out) {
  *out = sw_arena_textn(arena, bytes, length);
  return *out ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory: %zu bytes", length);
}

/* The window grows until it holds the first line; a file without a newline is all header. */
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
    if (!status) length = sw_lines_first(bytes, window);
    if (!status && !length && window < (size_t)size) continue;
    if (!length) length = window;
    if (!status) status = keep(err, arena, bytes, length, &text->header);
    text->header_length = length;
    text->begin = (int64_t)length;
    sw_free(bytes);
    return status;
  }
}

/* Backwards from the end, in windows that grow until they hold the footer. */
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

static sw_status look(sw_error *err, sw_arena *arena, int64_t footer, sw_lines *text) {
  if (text->gz) return sw_gz_look(err, arena, footer, text);
  /* A pipe without a writer would keep open() waiting; files know no O_NONBLOCK. */
  int file = open(text->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return sw_file_fail(err, text->path, errno);
  struct stat stat;
  sw_status status = SW_OK;
  if (fstat(file, &stat))
    status = sw_file_fail(err, text->path, errno);
  else if (!S_ISREG(stat.st_mode))
    status = sw_fail(err, SW_EINPUT, "%s: not a file; a .csv, .csv.gz or .h5 file is wanted",
                     text->path);
  text->end = (int64_t)stat.st_size;
  if (!status) status = look_header(err, arena, file, text->end, text);
  if (!status && footer > 0) status = look_notes(err, arena, file, footer, text);
  close(file);
  return status;
}

/* What rank 0 saw, to the others. */
static sw_status share(sw_error *err, sw_team *team, sw_arena *arena, sw_lines *text) {
  int64_t numbers[4] = {text->begin, text->end, (int64_t)text->header_length,
                        (int64_t)text->notes_length};
  SW_TRY(team->broadcast(team, err, numbers, sizeof numbers, 0));
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

sw_status sw_lines_open(sw_error *err, sw_team *team, sw_arena *arena, const char *file,
                        const char *path, int64_t footer, sw_lines *text) {
  *text = (sw_lines){.file = file, .path = path, .gz = sw_file_ends_with(path, ".gz")};
  sw_status status = team->rank == 0 ? look(err, arena, footer, text) : SW_OK;
  SW_TRY(sw_team_agree(team, err, status, 0));
  return share(err, team, arena, text);
}

/* ---- a rank's range ---------------------------------------------------------------------- */

typedef struct range {
  const sw_lines *text;
  int file;
  int64_t lo, hi, size; /* the range, and the bytes of a piece */
} range;

/* More of the file behind what is in the buffer, which begins at `from`. */
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

/* The lines that begin in [lo, hi) of the file: from the byte before, which tells whether one
 * begins at lo, to the end of the last one. */
static sw_status fetch(const void *source, sw_error *err, int64_t k, sw_lines_piece *piece) {
  const range *in = source;
  int64_t lo = in->lo + k * in->size, hi = lo + in->size < in->hi ? lo + in->size : in->hi;
  int64_t end = in->text->end, from = lo > in->text->begin ? lo - 1 : lo;
  size_t have = 0, inside = (size_t)(hi - from);
  *piece = (sw_lines_piece){.buffer = piece->buffer, .size = piece->size};
  SW_TRY(read_on(err, in, from, inside, piece, &have));
  const char *newline = from < lo ? memchr(piece->buffer, '\n', inside) : piece->buffer;
  if (!newline || (from < lo && newline == piece->buffer + inside - 1)) return SW_OK; /* no line */
  size_t begin = from < lo ? (size_t)(newline - piece->buffer) + 1 : 0;
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

/* Small files in small pieces, so that all threads have some. */
static int64_t piece_size(int64_t bytes, int threads) {
  int64_t size = bytes / (4 * (int64_t)threads) + 1;
  return size < LEAST_PIECE ? LEAST_PIECE : size > PIECE ? PIECE : size;
}

static sw_status deal_ranges(sw_error *err, sw_team *team, const sw_lines *text, int file,
                             sw_lines_taker taker) {
  int64_t size = text->end - text->begin;
  range in = {.text = text,
              .file = file,
              .lo = text->begin + (int64_t)((__int128)size * team->rank / team->size),
              .hi = text->begin + (int64_t)((__int128)size * (team->rank + 1) / team->size)};
  in.size = piece_size(in.hi - in.lo, taker.threads);
  sw_lines_pieces pieces = {
      .n = (in.hi - in.lo + in.size - 1) / in.size, .fetch = fetch, .source = &in};
  int64_t *counts = NULL, first_line = text->begin_line, count = 0;
  size_t *bytes = NULL;
  sw_status status = sw_lines_pieces_take(err, &pieces, taker);
  if (!status) status = sw_alloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes);
  if (!status) count = sw_lines_pieces_lines(&pieces);
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = team->all_gather(team, err, &count, sizeof count, (void **)&counts, bytes);
  for (int r = 0; r < team->rank && !status; r++)
    first_line += counts[r];
  /* A rank's first line is right unless a lower one failed, whose error then goes before. */
  if (!status) {
    status = sw_lines_pieces_place(err, &pieces, taker, first_line);
    status = sw_team_agree(team, err, status, team->rank);
  }
  sw_free(pieces.lines);
  sw_free(counts);
  sw_free(bytes);
  return status;
}

sw_status sw_lines_deal(sw_error *err, sw_team *team, const sw_lines *text, sw_lines_taker taker) {
  if (text->gz) return sw_gz_deal(err, team, text, taker);
  int file = open(text->path, O_RDONLY | O_CLOEXEC);
  sw_status status = file < 0 ? sw_file_fail(err, text->path, errno) : SW_OK;
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = deal_ranges(err, team, text, file, taker);
  if (file >= 0) close(file);
  return status;
}
