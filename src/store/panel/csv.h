/* A panel of comma-separated text: what its header says (csv.c), and what each thread that
 * turns lines into rows has of its own (csv_rows.c). */
#ifndef SW_STORE_PANEL_CSV_H
#define SW_STORE_PANEL_CSV_H

#include "store/panel/rows.h"

#define SW_FOOTER_HINT "if notes follow the data, write `footer: N`, N lines of them, under panel"

typedef struct sw_panel_csv_layout {
  const sw_panel_spec *spec;
  const sw_panel_plan *plan;
  sw_panel_rows *rows;
  int unit, time, indicator; /* columns, -1: not there */
  const int *from;           /* header column of each value of a row */
  const int *value;          /* long by: which of the layout's values each of them is */
  const size_t *missing;     /* lengths of the texts that mean missing, in the order of the study */
  int64_t first_block;       /* of the rows, for the first piece of what is dealt out now */
} sw_panel_csv_layout;

/* A thread's, on cache lines of its own: it changes with every line. */
typedef struct sw_panel_csv_reader {
  _Alignas(64) const sw_panel_csv_layout *layout;
  int width; /* of the rows */
  sw_arena *arena;
  sw_csv *csv;
  sw_panel_codes units, periods, indicators;
  int *raw_of; /* of each code in `indicators`: index in plan->raw, -1: not needed */
  int64_t raw_capacity;
  int64_t (*percent)[2]; /* cells of each value without a per cent sign and with one; or NULL */
  int64_t read;          /* lines with data, also those of indicators that are not needed */
  int32_t *number[3]; /* of its units, periods, indicators in the dictionaries of the rows; set when
                         the readers are joined */
} sw_panel_csv_reader;

/* The index in plan->raw of the column that an indicator's code means, or -1: the study does not
 * use it. */
int sw_panel_csv_raw_of(const sw_panel_csv_layout *layout, const char *code);
/* One piece of whole lines into a block. Called by a thread with its own reader and its own block;
 * for a piece that failed, once more with its line. The block owns what it gets also on failure. */
sw_status sw_panel_csv_rows_take(sw_error *err, sw_panel_csv_reader *in, sw_panel_block *block,
                                 const char *text, size_t length, int64_t first_line);

#endif
