/* Bytes of open files: a call that was interrupted, or did only a part, is gone on with. */
#ifndef SW_BASE_FILE_H
#define SW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes read: fewer than `length` only where the file ends; -1: errno says why. */
int64_t sw_read_at(int file, void *bytes, size_t length, uint64_t at);
/* False: not all is written; errno says why. */
bool sw_write_at(int file, const void *bytes, size_t length, uint64_t at);
/* False: errno says why. */
bool sw_sync(int file);

#endif
