/* What of a results file is written as a table of rows: quantities of a result over the same axes,
 * and which of their rows. No measure is known by name: all follows from what the file says
 * (store/page/page.h). */
#ifndef SW_CLI_EXPORT_SHEET_H
#define SW_CLI_EXPORT_SHEET_H

#include "store/page/page.h"

/* Quantities of one result on the same axes; or its pairs, kept or dense. */
typedef struct sw_sheet {
  const sw_page *page;
  int result;
  int n;
  const int *variable;
  int64_t part; /* NAME.quantity[label]: this part alone; -1: all */
  bool is_pairs;
  sw_page_pairs pairs;               /* then: how they are kept */
  int time, unit;                    /* axes of the page, -1: none */
  int n_labels, label[SW_PAGE_DIMS]; /* the further axes, in the order of the file */
} sw_sheet;

/* All sheets of a result; the main one first: its pairs, or that of the figure it is headed by. */
sw_status sw_sheets_of(sw_error *err, sw_arena *arena, const sw_page *page, int result, int *count,
                       sw_sheet **sheet);
/* What is called "NAME", "NAME.quantity" or "NAME.quantity[label,label]", NAME as the file has it
 * or what follows its last slash: all sheets of a result, or one of one quantity. SW_EINPUT with
 * the nearest name. */
sw_status sw_sheets_named(sw_error *err, sw_arena *arena, const sw_page *page, const char *name,
                          int *count, sw_sheet **sheet);
/* "time 20, unit 2850", in the order in which rows have them; "one row" without axes. */
const char *sw_sheet_axes(sw_arena *arena, const sw_sheet *sheet);
/* Names of its quantities with commas. */
const char *sw_sheet_quantities(sw_arena *arena, const sw_sheet *sheet);
/* Names of units: as the study has them, else in English, else in Chinese; NULL: none. */
const char *const *sw_sheet_names(const sw_page *page);
/* The periods of its own; 1 without time. */
int sw_sheet_periods(const sw_sheet *sheet);
const char *sw_sheet_period(const sw_sheet *sheet, int t);

/* ---- periods that are asked for ------------------------------------------------------------- */

/* `text`: "2001,2005..2010,last", NULL: all. Each period named must be one of the file. */
typedef struct sw_period_choice {
  const sw_page *page;
  const bool *taken; /* by period of the page; NULL: all */
} sw_period_choice;

sw_status sw_periods_choose(sw_error *err, sw_arena *arena, const sw_page *page, const char *text,
                            sw_period_choice *choice);
/* Of a sheet's own periods those that are taken, from the arena; *count how many, all without
 * time. */
sw_status sw_periods_of_sheet(sw_error *err, sw_arena *arena, const sw_period_choice *choice,
                              const sw_sheet *sheet, int *count, int **period);

#endif
