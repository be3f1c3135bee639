/* Data sets of Stata (.dta), SPSS (.sav) and SAS (.sas7bdat) as lines of CSV, so that all that is
 * made of a file of text is made of them, too: a line for each row, whose number it has in
 * messages. Only columns that are asked for are told; the others are empty.
 *
 * A number is told in digits that read back as the same, a whole one without a point: a code that
 * was stored as a number has lost its leading zeros. What is missing, by the system, by a letter
 * (.a) or as the file defines it, is empty. */
#ifndef SW_STORE_FOREIGN_FOREIGN_H
#define SW_STORE_FOREIGN_FOREIGN_H

#include "base/arena.h"
#include "store/text/lines.h"

/* How a column is told. */
typedef enum sw_foreign_as {
  SW_FOREIGN_NOT,    /* not at all */
  SW_FOREIGN_VALUE,  /* as it is stored */
  SW_FOREIGN_LABEL,  /* a number by the text that the file has for it, where there is one */
  SW_FOREIGN_PERIOD, /* a date by its format: 2001-02-15, 2001-02, 2001Q1, 2001H1, 2001 */
} sw_foreign_as;

/* What the number of a date counts, and what of the date is meant. */
typedef enum sw_foreign_date {
  SW_FOREIGN_PLAIN, /* it is none */
  SW_FOREIGN_DAYS,
  SW_FOREIGN_MONTH_OF_DAYS,
  SW_FOREIGN_QUARTER_OF_DAYS,
  SW_FOREIGN_YEAR_OF_DAYS,
  SW_FOREIGN_MONTHS, /* Stata: since 1960 */
  SW_FOREIGN_QUARTERS,
  SW_FOREIGN_HALVES,
  SW_FOREIGN_WEEKS /* of Stata, 52 in each year: of no calendar, so they are refused */
} sw_foreign_date;

typedef struct sw_foreign_column {
  const char *name;
  bool text;
  const char *format; /* as the file has it; "": none */
  sw_foreign_date date;
  double scale;       /* of a date: what a day has */
  const char *set;    /* labels of its numbers, NULL: none ... */
  int64_t label, end; /* ... and where these begin and end */
} sw_foreign_column;

typedef struct sw_foreign_label {
  const char *set;
  double value;
  const char *text;
} sw_foreign_label;

typedef struct sw_foreign {
  const char *file, *path;
  sw_arena *arena;
  int64_t rows;  /* -1: the file does not say */
  int64_t epoch; /* of its days, in days since 1970-01-01 */
  int n;
  sw_foreign_column *column;
  int64_t n_labels;
  sw_foreign_label *label;
  const char *header; /* the names of the columns, as a line of CSV */
} sw_foreign;

/* By the ending of its name. */
bool sw_foreign_is(const char *path);
/* Its columns and labels. Local, and the same on every rank. */
sw_status sw_foreign_open(sw_error *err, sw_arena *arena, const char *file, const char *path,
                          sw_foreign *foreign);
/* The index of the column of that name, or -1. */
int sw_foreign_find(const sw_foreign *foreign, const char *name);
/* This rank's rows to `taker`, by one thread, in pieces that it places at once. Collective; of the
 * errors of all ranks that of the lowest row is told. */
sw_status sw_foreign_deal(sw_error *err, sw_team *team, const sw_foreign *foreign,
                          const sw_foreign_as *as, sw_lines_taker taker);
/* The header and all rows as one text, in the arena: line 0 is the header. Local. */
sw_status sw_foreign_text(sw_error *err, const sw_foreign *foreign, const sw_foreign_as *as,
                          const char **text, size_t *length);

#endif
