/* Bytes of files, for one rank; messages say which file and why. */
#ifndef SW_STORE_TEXT_FILE_H
#define SW_STORE_TEXT_FILE_H

#include "base/arena.h"
#include "spillway/status.h"

/* SW_EINPUT for what the user can correct (no such file, a folder, not allowed), else SW_EIO. */
sw_status sw_file_fail(sw_error *err, const char *path, int error_number);
/* For what is read at any place, or twice: SW_EINPUT for a pipe, a device or a socket, before it is
 * opened, as to open a pipe may wait for ever. SW_OK also where there is nothing, or a folder: who
 * opens it says so. `expected`: the file to be given. */
sw_status sw_file_refuse_stream(sw_error *err, const char *path, const char *expected);
/* What gzerror said of a .gz. */
sw_status sw_gz_fail(sw_error *err, const char *path, int code, int error_number, const char *text);
/* The file beside a matrix that may hold the codes of its rows: endings count in any case. */
typedef enum sw_codes_beside { SW_NO_CODES, SW_CODES_SMALL, SW_CODES_CAPITALS } sw_codes_beside;
/* "w.codes" (or "w.CODES") of "w.mtx" or "w.mtx.gz"; from the arena, NULL without memory or for
 * another file. */
char *sw_file_codes_beside(sw_arena *arena, const char *matrix, sw_codes_beside which);
/* Which of them there is; w.codes counts more. Fails without memory alone. */
sw_status sw_file_find_codes(sw_error *err, sw_arena *arena, const char *matrix,
                             sw_codes_beside *which);
/* All bytes of a file, a .gz inflated; not zero-terminated. The buffer is released with free();
 * NULL where it fails. Not collective. */
sw_status sw_file_read(sw_error *err, const char *path, char **bytes, size_t *length);

#endif
