/* Files read whole by one rank: study, units, tables, links. Rank 0 touches the disk, the others
 * are told (sw_text_read, the engine's port). Also what is wrong with a file, in words, for lines.c
 * and gz.c. A file is held whole in memory: panels, which are large, go through lines.c instead. */
#include "store/text/file.h"

#include "base/text.h"
#include "plan/ports/reader.h"
#include "store/text/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#ifdef SW_SMALL_PIECES /* see lines.c */
enum { PIECE = 64 };
#else
enum { PIECE = 1 << 20 };
#endif

/* A wrong path is for the user to correct (exit status 2); a failing disk is not (1). */
sw_status sw_file_fail(sw_error *err, const char *path, int error_number) {
  bool user = error_number == ENOENT || error_number == EACCES || error_number == EISDIR ||
              error_number == ENOTDIR || error_number == ENAMETOOLONG || error_number == EPERM ||
              error_number == ELOOP;
  return sw_fail(err, user ? SW_EINPUT : SW_EIO, "%s: cannot be read: %s", path,
                 strerror(error_number));
}

/* A pipe can come from a shell's <(...) or from |, where whoever wrote it sees no file at all. */
sw_status sw_file_refuse_stream(sw_error *err, const char *path, const char *expected) {
  struct stat there;
  if (stat(path, &there) || S_ISREG(there.st_mode) || S_ISDIR(there.st_mode)) return SW_OK;
  if (S_ISFIFO(there.st_mode))
    return sw_fail(err, SW_EINPUT,
                   "%s: is a pipe, which can be read only once and in order; give an ordinary "
                   "file: %s",
                   path, expected);
  return sw_fail(err, SW_EINPUT, "%s: is a %s; give an ordinary file: %s", path,
                 S_ISSOCK(there.st_mode) ? "socket" : "device", expected);
}

/* Z_ERRNO: the system failed, and errno says how. Else the bytes are no gzip or are cut short. zlib
 * puts the name of the file, or of the descriptor, before its text: all up to the last ": "
 * goes. */
sw_status sw_gz_fail(sw_error *err, const char *path, int code, int error_number,
                     const char *text) {
  if (code == Z_ERRNO) return sw_file_fail(err, path, error_number);
  for (const char *colon; (colon = strstr(text, ": "));)
    text = colon + 2;
  return sw_fail(err, SW_EINPUT, "%s: cannot be decompressed (%s); is the gzip file complete?",
                 path, text);
}

/* The name of the file with the codes of a matrix; NULL: another ending, or no memory. */
char *sw_file_codes_beside(sw_arena *arena, const char *matrix, sw_codes_beside which) {
  size_t length = strlen(matrix), tail = sw_ends_with(matrix, ".mtx")      ? 4
                                         : sw_ends_with(matrix, ".mtx.gz") ? 7
                                                                           : 0;
  const char *ending = which == SW_CODES_CAPITALS ? "CODES" : "codes";
  return tail ? sw_arena_printf(arena, "%.*s.%s", (int)(length - tail), matrix, ending) : NULL;
}

/* Which file of codes lies beside a matrix; on some file systems both spellings are one. */
sw_status sw_file_find_codes(sw_error *err, sw_arena *arena, const char *matrix,
                             sw_codes_beside *which) {
  for (*which = SW_CODES_SMALL; *which <= SW_CODES_CAPITALS; ++*which) {
    const char *path = sw_file_codes_beside(arena, matrix, *which);
    if (!path) return sw_fail(err, SW_ENOMEM, "%s: out of memory", matrix);
    if (access(path, F_OK) == 0) return SW_OK;
  }
  *which = SW_NO_CODES;
  return SW_OK;
}

/* From PIECE on it doubles: every byte is copied about once. */
static sw_status grow(sw_error *err, const char *path, char **bytes, size_t *size) {
  size_t larger = *size ? 2 * *size : PIECE;
  char *grown = realloc(*bytes, larger);
  if (!grown) return sw_fail(err, SW_ENOMEM, "%s: out of memory", path);
  *bytes = grown;
  *size = larger;
  return SW_OK;
}

/* gzdopen takes the descriptor over, and gzclose closes it, so it gets one of its own. A .gz that
 * is cut short gives its bytes first and then Z_BUF_ERROR, with no error of gzread's: gzerror is
 * asked after every call. zlib may leave errno alone, so it is cleared before. */
static sw_status read_gz(sw_error *err, const char *path, int file, char **bytes, size_t *length) {
  gzFile gz = gzdopen(dup(file), "rb");
  if (!gz) return sw_fail(err, SW_ENOMEM, "%s: out of memory", path);
  size_t size = 0;
  sw_status status = SW_OK;
  for (int got = 1; got > 0 && !status;) {
    /* gzread is asked for PIECE bytes, so there must always be room for as many. */
    if (size - *length < PIECE) status = grow(err, path, bytes, &size);
    if (status) break;
    errno = 0;
    got = gzread(gz, *bytes + *length, PIECE);
    /* Kept before another call can change it. */
    int error_number = errno;
    if (got > 0) *length += (size_t)got;
    int code = Z_OK;
    const char *text = gzerror(gz, &code);
    if (code != Z_OK && code != Z_STREAM_END)
      status = sw_gz_fail(err, path, code, error_number, text);
  }
  gzclose(gz);
  return status;
}

/* The size is not asked for: a pipe has none, and a study may come through one (<(...)). */
static sw_status read_plain(sw_error *err, const char *path, int file, char **bytes,
                            size_t *length) {
  size_t size = 0;
  for (;;) {
    if (size == *length) SW_TRY(grow(err, path, bytes, &size));
    ssize_t got = read(file, *bytes + *length, size - *length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sw_file_fail(err, path, errno);
    if (got == 0) return SW_OK;
    *length += (size_t)got;
  }
}

/* Empty files give no bytes and no error: what an empty one means is for the caller to say. */
sw_status sw_file_read(sw_error *err, const char *path, char **bytes, size_t *length) {
  *bytes = NULL;
  *length = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return sw_file_fail(err, path, errno);
  sw_status status = sw_ends_with(path, ".gz") ? read_gz(err, path, file, bytes, length)
                                               : read_plain(err, path, file, bytes, length);
  close(file);
  if (!status) return SW_OK;
  free(*bytes);
  *bytes = NULL;
  return status;
}

/* Broadcast, not read by every rank: a thousand ranks opening one small file is what file systems
 * are slow at, and two ranks could see two versions of it. Failures are agreed on before each
 * broadcast. The arena hands out zeros, which terminates the text. */
sw_status sw_text_read(sw_error *err, sw_team *team, sw_arena *arena, const char *path,
                       const char **text, size_t *length) {
  char *bytes = NULL, *copy = NULL;
  uint64_t size = 0;
  sw_status status = SW_OK;
  if (team->rank == 0) {
    status = sw_file_read(err, path, &bytes, length);
    if (!status) status = sw_file_refuse_kind(err, path, bytes, *length);
    size = *length;
  }
  if ((status = sw_team_agree(team, err, status, 0))) goto done;
  if ((status = team->broadcast(team, err, &size, sizeof size, 0))) goto done;
  status = sw_arena_alloc(err, arena, size + 1, 1, (void **)&copy);
  /* Rank 0 alone has bytes; the others receive into their copies. */
  if (!status && bytes) memcpy(copy, bytes, size);
  if ((status = sw_team_agree(team, err, status, 0))) goto done;
  if ((status = team->broadcast(team, err, copy, size, 0))) goto done;
  *text = copy;
  *length = size;
done:
  free(bytes);
  return status;
}
