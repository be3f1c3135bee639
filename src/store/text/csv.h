/* CSV text, line by line: a record is one line, always.
 *
 *  - fields are separated by commas, or by the tabs, ';' or '|' that the first line has more of, or
 *    by what an Excel line `sep=;` before the header names; blanks around a field and the quotes of
 *    a quoted one are not part of it; a doubled quote inside a quoted field is one quote;
 *  - LF and CRLF end a line, a byte order mark before the first is skipped, empty lines are
 *    skipped but counted, so that a line number is what an editor shows; so are records of
 *    nothing but empty fields, which sw_csv_hollow counts;
 *  - NUL, bytes that are not UTF-8, a quoted newline and, below a header, a record with another
 *    number of fields are refused as "FILE:LINE: what is wrong; what would be right". */
#ifndef SW_STORE_TEXT_CSV_H
#define SW_STORE_TEXT_CSV_H

#include "base/arena.h"
#include "base/text.h"
#include "spillway/status.h"

typedef struct sw_field {
  const char *text; /* not zero-terminated */
  size_t length;
} sw_field;

typedef struct sw_csv sw_csv;
struct sw_csv {                  /* on cache lines of its own: each thread of a panel has one */
  _Alignas(64) const char *file; /* for messages */
  int64_t line;                  /* of the record in `field`, from 1 */
  int n;                         /* fields of the record */
  const sw_field *field;         /* valid until the next record */
  int n_columns;                 /* of the header, 0 before it was read */
  const char *const *column;     /* names of the columns, for as long as the arena lives */
  const char *wanted;            /* what a cell may hold, for messages; NULL: a number or nothing */
  const char *single;            /* what a record of one field may be, for messages; or NULL */
  const sw_number_form *form;    /* how it writes numbers; NULL: as sw_parse_number reads them */
  bool form_keys;                /* the study can say so: for messages */
  char separator;                /* of its fields, as the study says; 0: its first line tells */
  struct sw_csv_private *private;
};

/* A reader whose messages name `file`; `column` is put into `arena`. */
sw_status sw_csv_create(sw_error *err, sw_arena *arena, const char *file, sw_csv **csv);
/* Another reader for the same file, for another thread: the model's header and notes, which must
 * outlive it. */
sw_status sw_csv_like(sw_error *err, sw_arena *arena, const sw_csv *model, sw_csv **csv);
void sw_csv_destroy(sw_csv *csv);

/* Read from text[0..length), which is borrowed and begins with line `first_line` of the file. Line
 * 1 decides what separates fields. May be called again for another piece of the same file: the
 * header and the separator stay. */
void sw_csv_text(sw_csv *csv, const char *text, size_t length, int64_t first_line);
/* The same where a table begins, maybe below other lines: `first_line` decides, whatever it is. */
void sw_csv_begin(sw_csv *csv, const char *text, size_t length, int64_t first_line);
/* The length of the line `sep=;` that text begins with, its newline included; 0: there is none.
 * `separator` may be NULL. */
size_t sw_csv_sep_line(const char *text, size_t length, char *separator);
/* Skip all of a line that is equal to `note` (blanks and CR at its end apart). */
sw_status sw_csv_skip(sw_error *err, sw_csv *csv, const char *note, size_t length);
int64_t sw_csv_skipped(const sw_csv *csv); /* lines skipped for that reason so far */
int64_t sw_csv_hollow(const sw_csv *csv);  /* records of empty fields skipped so far */
void sw_csv_say_hollow(const sw_csv *csv); /* a warning when there are any */

/* The first record, as names of columns; an empty text or two columns of one name are errors. */
sw_status sw_csv_header(sw_error *err, sw_csv *csv);
/* The next record; *more is false at the end of the text. */
sw_status sw_csv_next(sw_error *err, sw_csv *csv, bool *more);

/* The index of the column `name`. `where` is the place in the study file that names it (NULL: the
 * header's own place is told); the nearest column is suggested. */
sw_status sw_csv_column(sw_error *err, const sw_csv *csv, const char *where, const char *name,
                        int *index);
/* The index of that column, or -1. */
int sw_csv_find(const sw_csv *csv, const char *name);

bool sw_csv_field_is(sw_field field, const char *text);
/* SW_EINPUT "FILE:LINE: <message>" at the record in `field`. */
sw_status sw_csv_fail(sw_error *err, const sw_csv *csv, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Field `index` as a finite number: anything else is an error that names `column` and says what
 * the text is. An empty field gives NaN. */
sw_status sw_csv_number(sw_error *err, const sw_csv *csv, int index, const char *column,
                        double *value);
/* The same of a file with a `form`, which must not be NULL. */
sw_status sw_csv_number_as(sw_error *err, const sw_csv *csv, int index, const char *column,
                           double *value);

#endif
