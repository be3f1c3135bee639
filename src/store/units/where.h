/* `where` on the rows of the units file: whether a row stays. */
#ifndef SW_STORE_UNITS_WHERE_H
#define SW_STORE_UNITS_WHERE_H

#include "plan/study/study.h"
#include "store/text/csv.h"

typedef struct sw_units_where {
  int n;
  const sw_condition *condition;
  const sw_units_spec *spec;
  int code;           /* the column of codes */
  int64_t first_line; /* of the text */
  int *column;        /* of each, in the file (slice.h) */
  bool *as_text;      /* of each: a number of the study is compared by its characters, too */
} sw_units_where;

/* What the columns of the conditions hold, in the whole file: which of them are texts. Warns where
 * a comparison is of two kinds, or with a code that is written in another way. */
sw_status sw_units_where_look(sw_error *err, sw_arena *arena, sw_units_where *where,
                              const char *file, const char *text, size_t length);
/* Of the record in `csv`. */
sw_status sw_units_where_keeps(sw_error *err, const sw_units_where *where, const sw_csv *csv,
                               bool *keeps);

#endif
