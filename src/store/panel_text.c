/* Plain files by byte ranges. Newlines are counted in a first sweep, so that every message can tell
 * the line as an editor shows it; the second sweep finds the file in the page cache. */
#include "store/panel_text.h"

#include "store/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef SW_SMALL_PIECES /* the fuzzer's: every seam between pieces is met */
enum { BLOCK = 64, LOOK = 16 };
#else
enum { BLOCK = 4 << 20, LOOK = 1 << 16 };
#endif

int64_t sw_count_newlines(const char *text, size_t length) {
  int64_t count = 0;
  const char *end = text + length;
  while (text < end && (text = memchr(text, '\n', (size_t)(end - text)))) {
    count++;
    text++;
  }
  return count;
}

/* Blank lines at the end of a file belong to no footer. */
static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t sw_last_lines(const char *text, size_t length, int64_t lines) {
  while (length > 0 && is_space(text[length - 1]))
    length--;
  for (; lines > 0 && length > 0; lines--) {
    const char *newline = memrchr(text, '\n', length);
    length = newline ? (size_t)(newline - text) : 0;
  }
  return length ? length + 1 : 0;
}

size_t sw_first_line(const char *text, size_t length) {
  size_t at = 0;
  if (length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) at = 3;
  while (at < length && is_space(text[at]))
    at++;
  const char *newline = memchr(text + at, '\n', length - at);
  return newline ? (size_t)(newline - text) + 1 : 0;
}

/* Read bytes [at, at + count), fewer only at the end of the file. */
static sw_status read_at(sw_error *err, const char *path, int file, int64_t at, char *bytes,
                         size_t count, size_t *got) {
  for (*got = 0; *got < count;) {
    ssize_t n = pread(file, bytes + *got, count - *got, (off_t)(at + (int64_t)*got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sw_file_fail(err, path, errno);
    if (n == 0) return SW_OK;
    *got += (size_t)n;
  }
  return SW_OK;
}

static sw_status keep(sw_error *err, sw_arena *arena, const char *bytes, size_t length,
                      const char **out) {
  *out = sw_arena_textn(arena, bytes, length);
  return *out ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory: %zu bytes", length);
}

/* The window grows until it holds the first line; a file without a newline is all header. */
static sw_status look_header(sw_error *err, sw_arena *arena, int file, int64_t size,
                             sw_panel_text *text) {
  char *bytes = NULL;
  for (size_t window = LOOK;; window *= 4) {
    sw_free(bytes);
    bytes = NULL;
    if (window > (size_t)size) window = (size_t)size;
    SW_TRY(sw_alloc(err, window, 1, (void **)&bytes));
    size_t got = 0, length = 0;
    sw_status status = read_at(err, text->path, file, 0, bytes, window, &got);
    if (!status) length = sw_first_line(bytes, got);
    if (!status && !length && got < (size_t)size) continue;
    if (!length) length = got;
    if (!status) status = keep(err, arena, bytes, length, &text->header);
    text->header_length = length;
    text->begin = (int64_t)length;
    sw_free(bytes);
    return status;
  }
}

/* Backwards from the end, in windows that grow until they hold the footer. */
static sw_status look_notes(sw_error *err, sw_arena *arena, int file, int64_t footer,
                            sw_panel_text *text) {
  int64_t body = text->end - text->begin;
  char *bytes = NULL;
  for (int64_t window = LOOK;; window *= 4) {
    sw_free(bytes);
    bytes = NULL;
    if (window > body) window = body;
    SW_TRY(sw_alloc(err, (size_t)window, 1, (void **)&bytes));
    size_t got = 0, at = 0;
    sw_status status =
        read_at(err, text->path, file, text->end - window, bytes, (size_t)window, &got);
    if (!status) at = sw_last_lines(bytes, got, footer);
    if (!status && !at && window < body) continue;
    if (!status) status = keep(err, arena, bytes + at, got - at, &text->notes);
    text->notes_length = got - at;
    text->end -= (int64_t)(got - at);
    sw_free(bytes);
    return status;
  }
}

static sw_status look(sw_error *err, sw_arena *arena, int64_t footer, sw_panel_text *text) {
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
static sw_status share(sw_error *err, sw_team *team, sw_arena *arena, sw_panel_text *text) {
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
  text->begin_line = 1 + sw_count_newlines(text->header, text->header_length);
  return SW_OK;
}

sw_status sw_panel_text_open(sw_error *err, sw_team *team, sw_arena *arena, const char *file,
                             const char *path, int64_t footer, sw_panel_text *text) {
  *text = (sw_panel_text){.file = file, .path = path, .gz = sw_ends_with(path, ".gz")};
  sw_status status = team->rank == 0 ? look(err, arena, footer, text) : SW_OK;
  SW_TRY(sw_team_agree(team, err, status, 0));
  return share(err, team, arena, text);
}

/* ---- a rank's range ---------------------------------------------------------------------- */

/* The first line that begins at or after `at`. */
static sw_status line_start(sw_error *err, const sw_panel_text *text, int file, int64_t at,
                            char *block, int64_t *start) {
  *start = at;
  if (at <= text->begin || at >= text->end) return SW_OK;
  for (int64_t from = at - 1; from < text->end; from += BLOCK) {
    size_t got = 0;
    SW_TRY(read_at(err, text->path, file, from, block, BLOCK, &got));
    const char *newline = memchr(block, '\n', got);
    *start = newline ? from + (newline - block) + 1 : text->end;
    if (newline || !got) break;
  }
  if (*start > text->end) *start = text->end;
  return SW_OK;
}

/* Newlines of this rank's range; the sums over the lower ranks give its first line's number. */
static sw_status count_range(sw_error *err, const sw_panel_text *text, int file, char *block,
                             int64_t from, int64_t to, int64_t *count) {
  size_t got = 1;
  for (*count = 0; from < to && got; from += (int64_t)got) {
    size_t want = to - from < BLOCK ? (size_t)(to - from) : BLOCK;
    SW_TRY(read_at(err, text->path, file, from, block, want, &got));
    *count += sw_count_newlines(block, got);
  }
  return SW_OK;
}

/* Hand over [from, to), which begins and ends with a line, in blocks of whole lines. */
static sw_status give_range(sw_error *err, const sw_panel_text *text, int file, char *block,
                            int64_t from, int64_t to, int64_t first_line, sw_line_taker taker,
                            int64_t *line) {
  char *own = NULL; /* a larger block, where a line does not fit into the first */
  size_t size = BLOCK;
  sw_status status = SW_OK;
  while (from < to && !status) {
    size_t want = to - from < (int64_t)size ? (size_t)(to - from) : size, got = 0;
    char *bytes = own ? own : block;
    if ((status = read_at(err, text->path, file, from, bytes, want, &got))) break;
    const char *newline = memrchr(bytes, '\n', got);
    size_t whole = from + (int64_t)got >= to ? got : newline ? (size_t)(newline - bytes) + 1 : 0;
    if (got < want) {
      status = sw_fail(err, SW_EIO, "%s: the file became shorter while it was read", text->path);
    } else if (!whole) {
      sw_free(own);
      own = NULL;
      size *= 2;
      status = sw_alloc(err, size, 1, (void **)&own);
    } else {
      status = taker.take(taker.self, err, bytes, whole, first_line, line);
      first_line += sw_count_newlines(bytes, whole);
      from += (int64_t)whole;
    }
  }
  sw_free(own);
  return status;
}

static sw_status deal_ranges(sw_error *err, sw_team *team, const sw_panel_text *text, int file,
                             char *block, sw_line_taker taker) {
  int64_t size = text->end - text->begin, from = 0, to = 0, count = 0, line = 0;
  int64_t lo = text->begin + (int64_t)((__int128)size * team->rank / team->size);
  int64_t hi = text->begin + (int64_t)((__int128)size * (team->rank + 1) / team->size);
  sw_status status = line_start(err, text, file, lo, block, &from);
  if (!status) status = line_start(err, text, file, hi, block, &to);
  if (!status && team->size > 1) status = count_range(err, text, file, block, from, to, &count);
  SW_TRY(sw_team_agree(team, err, status, 0));
  int64_t *counts = NULL, first_line = text->begin_line;
  size_t *bytes = NULL;
  SW_TRY(sw_alloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes));
  status = team->all_gather(team, err, &count, sizeof count, (void **)&counts, bytes);
  for (int r = 0; r < team->rank && !status; r++)
    first_line += counts[r];
  sw_free(counts);
  sw_free(bytes);
  if (!status) status = give_range(err, text, file, block, from, to, first_line, taker, &line);
  return sw_team_agree(team, err, status, line);
}

sw_status sw_panel_text_deal(sw_error *err, sw_team *team, const sw_panel_text *text,
                             sw_line_taker taker) {
  if (text->gz) return sw_gz_deal(err, team, text, taker);
  char *block = NULL;
  int file = open(text->path, O_RDONLY | O_CLOEXEC);
  sw_status status = file < 0 ? sw_file_fail(err, text->path, errno) : SW_OK;
  if (!status) status = sw_alloc(err, BLOCK, 1, (void **)&block);
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = deal_ranges(err, team, text, file, block, taker);
  sw_free(block);
  if (file >= 0) close(file);
  return status;
}
