/* What a file is that is no text, by its first bytes. A file is taken for what its name says; the
 * bytes only tell what is wrong where it is something else. */
#ifndef SW_STORE_TEXT_KIND_H
#define SW_STORE_TEXT_KIND_H

#include "spillway/status.h"

/* Bytes from the beginning of a file that are enough. */
enum { SW_FILE_KIND_BYTES = 4096 };

/* "an Excel workbook (.xlsx)", and in *cure what to do with it; NULL: nothing is known against its
 * being text. */
const char *sw_file_kind(const char *bytes, size_t length, const char **cure);
/* SW_EINPUT "FILE: is WHAT, not text; CURE" where the bytes are known to be no text. */
sw_status sw_file_refuse_kind(sw_error *err, const char *file, const char *bytes, size_t length);

#endif
