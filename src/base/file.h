/* Bytes of open files, where a call that was interrupted or did only a part is continued; and the
 * folders that files lie in. */
#ifndef SW_BASE_FILE_H
#define SW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spillway/status.h"

/* Bytes read: fewer than `length` only where the file ends; -1: errno says why. */
int64_t sw_read_at(int file, void *bytes, size_t length, uint64_t at);
/* False: not all is written; errno says why. */
bool sw_write_at(int file, const void *bytes, size_t length, uint64_t at);
/* False: errno says why. */
bool sw_sync(int file);

/* Opens /dev/null where standard input, output or error is closed, before any other file is opened:
 * that would get its number, and what is printed would be written into it. */
void sw_descriptors_fill(void);

enum { SW_PATH_ROOM = 4096 }; /* bytes of a path, with its end */

/* The file that is meant by `path`: where the links lead that are its last part, so that what is
 * written there and renamed does not take the place of a link. Another file system may be meant,
 * so the folder must be there: SW_EINPUT when it is not, and for links in a circle. A path that is
 * no link is returned as it is, whatever it is. */
sw_status sw_file_follow(sw_error *err, const char *path, char to[SW_PATH_ROOM]);

/* Makes the folder `path` and every missing folder above it. `path` is written to meanwhile, and
 * left as it was. *made: the length of the part of `path` that names the uppermost folder made; 0:
 * all were there. False: errno says why, and *made tells what was made before the failure. */
bool sw_folder_make(char *path, size_t *made);
/* Undoes it: removes `path` and the folders above it down to the length `made`, as long as they
 * are empty. made == 0: nothing. */
void sw_folder_unmake(char *path, size_t made);

#endif
