/* Results as tables for people: few digits, aligned, long ones cut. A table has columns of texts,
 * which name its rows, and then columns of numbers; it is built from sheets (cli/export/sheet.h)
 * and written in the form that is asked for. */
#ifndef SW_CLI_TABLE_TABLE_H
#define SW_CLI_TABLE_TABLE_H

#include <stdio.h>

#include "cli/export/rows.h"

typedef struct sw_grid_options {
  const char *path; /* of the results */
  int n_names;
  const char *const
      *name;          /* NAME[.quantity[label]]; none: the figures that results are headed by */
  const char *output; /* NULL: the terminal */
  const char *by, *periods, *units;
  int64_t top; /* 0: not asked for */
  int digits;  /* 0: not asked for */
  bool names, force;
} sw_grid_options;

typedef struct sw_grid_column {
  const char *name;
  const sw_page_variable *of; /* with the names of its classes shown; else NULL */
  bool integer;
  bool apart;   /* its numbers are of different quantities: each has digits of its own */
  int decimals; /* number.c; below 0: so many digits, with an exponent */
} sw_grid_column;

typedef struct sw_grid {
  sw_arena *arena;
  const char *title, *note; /* note: below it; NULL: none */
  int n_texts;
  const char **head; /* of the columns of texts */
  int n_values;
  sw_grid_column *column;
  int *width;        /* of the columns on a screen, texts first; write.c */
  int64_t n, room;   /* rows */
  const char **text; /* by row, then column */
  double *value;
} sw_grid;

/* ---- tables ------------------------------------------------------------------------------ */

sw_status sw_grid_create(sw_error *err, sw_arena *arena, int n_texts, int n_values, sw_grid *table);
void sw_grid_destroy(sw_grid *table);
/* A new last row: empty texts, NaN. */
sw_status sw_grid_add(sw_error *err, sw_grid *table, const char ***text, double **value);
/* The rows with the `most` largest values of the column, largest first; `last` rows at the end
 * stay where they are and are not counted. */
sw_status sw_grid_top(sw_error *err, sw_grid *table, int column, int64_t most, int64_t last);

/* ---- number.c: numbers as people read them ------------------------------------------------- */

enum { SW_GRID_DIGITS = 4, SW_GRID_NUMBER = 64 };
/* Sets the decimals of each column by the rows that are there: as many that the largest number has
 * `digits` digits; none of whole numbers. */
void sw_grid_measure(sw_grid *table, int digits);
/* "" where missing; of classes their names. */
const char *sw_grid_number(const sw_grid_column *column, double value, char text[SW_GRID_NUMBER]);

/* ---- build.c, pairs.c, overview.c ------------------------------------------------------------ */

/* What is asked for, found in the file. */
typedef struct sw_grid_request {
  sw_arena *arena;
  const sw_page *page;
  const sw_grid_options *options;
  sw_period_choice periods;
  const bool *unit; /* by unit: is asked for; NULL: all */
  int group;        /* of --by; -1 */
  int64_t most;     /* rows at most; 0: all */
} sw_grid_request;

/* The quantities of the sheet; rows by unit, label or period. */
sw_status sw_grid_of_sheet(sw_error *err, const sw_grid_request *request, const sw_sheet *sheet,
                           bool mixed, sw_grid *table);
sw_status sw_grid_of_pairs(sw_error *err, const sw_grid_request *request, const sw_sheet *sheet,
                           sw_grid *table);
sw_status sw_grid_of_all(sw_error *err, const sw_grid_request *request, sw_grid *table);
/* "ccd.coordination", or "coordination" where all are of one result. */
const char *sw_grid_quantity(const sw_grid_request *request, const sw_sheet *sheet, int k,
                             bool mixed);
/* The names of units: one column more in tables by unit. */
const char *const *sw_grid_names(const sw_grid_request *request);

/* ---- write.c -------------------------------------------------------------------------------- */

typedef struct sw_grid_form sw_grid_form;
/* By the ending of a file's name; NULL: the terminal's. SW_EINPUT with the endings that are known.
 */
sw_status sw_grid_form_of(sw_error *err, const char *path, const sw_grid_form **form);
/* Where tables go, one after the other. */
typedef struct sw_grid_out {
  FILE *file;
  const char *place; /* where it is, for a library that writes it itself */
  int tables;        /* written */
  void *book;        /* xlsx.c */
} sw_grid_out;

sw_status sw_grid_write(sw_error *err, const sw_grid_form *form, sw_grid *table, int digits,
                        sw_grid_out *out);
/* Heads and cells as they are shown; numbers stand at the right. */
const char *sw_grid_head(const sw_grid *table, int c);
const char *sw_grid_cell(const sw_grid *table, int64_t row, int c, char text[SW_GRID_NUMBER]);
bool sw_grid_is_right(const sw_grid *table, int c);
/* tex.c */
void sw_grid_tex(const sw_grid *table, bool exact, bool first, FILE *out);
/* xlsx.c: a sheet of the book, which is begun with the first, and its end in any case. */
sw_status sw_grid_xlsx(sw_error *err, const sw_grid *table, sw_grid_out *out);
sw_status sw_grid_xlsx_end(sw_error *err, sw_status status, sw_grid_out *out);

/* ---- make.c: the whole ------------------------------------------------------------------------
 */

typedef struct sw_grid_said {
  int64_t tables, rows;
} sw_grid_said;

sw_status sw_grid_make(sw_error *err, const sw_grid_options *options, const sw_grid_form *form,
                       FILE *out, const char *place, sw_grid_said *said);

#endif
