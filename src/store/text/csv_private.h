/* What csv.c and csv_split.c share. */
#ifndef SW_STORE_TEXT_CSV_PRIVATE_H
#define SW_STORE_TEXT_CSV_PRIVATE_H

#include "base/hash.h"
#include "store/text/csv.h"

struct sw_csv_private {
  _Alignas(64) sw_arena *arena;
  const char *begin;    /* of the text, behind a byte order mark */
  const char *at, *end; /* what is left of it */
  int64_t next_line;    /* number of the line at `at`, empty ones counted */
  char separator;       /* between fields: a comma, or what the first line shows (separator.c) */
  sw_field *field;      /* room for `capacity` fields: the widest record so far */
  int capacity;
  char *copy; /* the fields of the present record that had quotes taken out */
  size_t copy_size;
  bool in_header; /* the header is being read: no record is hollow */
  sw_map *notes;  /* lines to skip, NULL: none; owned by the reader they were given to */
  bool borrows_notes;
  int64_t skipped, hollow; /* lines passed over, over all texts of this reader */
};

/* Not isspace: the locale has no say. A tab that separates fields is no blank. */
static inline bool sw_csv_is_blank(char c, char separator) {
  return c == ' ' || (c == '\t' && separator != '\t');
}

static inline sw_field sw_csv_trimmed(const char *from, const char *to, char separator) {
  while (from < to && sw_csv_is_blank(*from, separator))
    from++;
  while (from < to && sw_csv_is_blank(to[-1], separator))
    to--;
  return (sw_field){from, (size_t)(to - from)};
}

/* separator.c: what separates the fields of the text at `at`, of which this is the first line; an
 * Excel line `sep=;` is passed over. */
void sw_csv_separate(sw_csv *csv);
/* For "no such column": where a name of the header has another separator in it, what would make the
 * file be parted there; else "". */
const char *sw_csv_other_separator(const sw_csv *csv, char *room, size_t size);

/* The record that begins at `from`, its fields where they stand; *to is the end of its line, *next
 * the beginning of the one after it. False where the line wants a closer look: a doubled quote,
 * more fields than ever before, or something to refuse. */
bool sw_csv_split(sw_csv *csv, const char *from, const char *end, const char **to,
                  const char **next);
/* The closer look at the line [from, to): its fields, or what is wrong. */
sw_status sw_csv_split_closely(sw_error *err, sw_csv *csv, const char *from, const char *to);

#endif
