/* What open.c and rows.c share. */
#ifndef SW_STORE_FOREIGN_PRIVATE_H
#define SW_STORE_FOREIGN_PRIVATE_H

#include "store/foreign/foreign.h"
#include "store/foreign/library.h"

typedef readstat_error_t sw_foreign_parse(readstat_parser_t *parser, const char *path, void *self);
/* By the ending of the name. */
sw_foreign_parse *sw_foreign_parser(const sw_readstat *lib, const char *path);
/* What the library says of the file. */
sw_status sw_foreign_fail(sw_error *err, const sw_foreign *foreign, const sw_readstat *lib,
                          readstat_error_t code);

/* Lines while they are written; `text` is the caller's to free. */
typedef struct sw_foreign_line {
  char *text;
  size_t length, size;
} sw_foreign_line;

sw_status sw_foreign_put(sw_error *err, sw_foreign_line *line, const char *text, size_t length);
/* As a field, in quotes where it needs them; a line's end within it becomes a blank. */
sw_status sw_foreign_put_text(sw_error *err, sw_foreign_line *line, const char *text);

#endif
