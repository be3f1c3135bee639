/* The rows of a file on their way to the ranks that own their units: what send.c, which sends
 * them, and put.c, which puts them in place, share. */
#ifndef SW_STORE_PANEL_SEND_H
#define SW_STORE_PANEL_SEND_H

#include "store/panel/build.h"

#include <math.h>

/* What travels before a row's values: numbers that mean the same on every rank. 16 bytes, so that
 * the doubles behind it are aligned. */
typedef struct sw_row_head {
  int32_t unit; /* of the table */
  int32_t slot; /* long: the panel's period, with the part; wide: the file column */
  int64_t line;
} sw_row_head;

typedef struct sw_duplicate_row {
  int64_t first, second; /* lines, first < second; second 0: none */
  sw_row_head head;      /* of the row that was met later */
} sw_duplicate_row;

/* A cell that an earlier file, or another column of the row, gave another value. */
typedef struct sw_conflict {
  int64_t line; /* 0: none */
  int64_t unit;
  int column, period;
  double value, other; /* of the row; of the cell */
} sw_conflict;

typedef struct sw_sending {
  sw_panel_build *build;
  sw_panel_rows *rows;
  const int64_t *unit_of; /* of this file: row of the table of each local code, or < 0 */
  int *period_of;         /* of each value (wide) or local period (long); -1: not in the panel */
  bool picks;         /* some rows stay behind: of periods that are left out (`periods`, `join`),
                         of labels that are not needed */
  size_t size;        /* bytes of a row on its way, head and values */
  int64_t block, row; /* where the next round begins */
  int64_t per_round, rounds;      /* rows looked at in a round; rounds that this rank needs */
  int64_t n_slots, n_local_slots; /* of the cells, of the rows */
  uint8_t *seen;                  /* [slot][unit here]: 1 once a row was placed there */
  int64_t placed;                 /* rows, own and received; as many as marks, or there are twins */
  sw_conflict conflict;           /* of the lowest line */
  bool again;                     /* looking for duplicates */
  int64_t *line;                  /* then: [slot][unit here]: lowest line seen, 0: none */
  sw_duplicate_row duplicate;
  size_t *sent, *received, *at; /* of each rank: bytes of the round, where its next row goes */
} sw_sending;

/* Whether the cell has the value now, else *before is what it has. A cell that an earlier file gave
 * already may only be given again with the same. NaN sets nothing and never conflicts: another file
 * may have the value. Two steps, not one atomic one: two threads meet in a cell only where the file
 * has a duplicate row, which is refused whatever the cell then holds. */
static inline bool sw_panel_send_set(double *cell, double value, double *before) {
  if (isnan(value)) return true;
  __atomic_load(cell, before, __ATOMIC_RELAXED);
  if (isnan(*before)) __atomic_store(cell, &value, __ATOMIC_RELAXED);
  return isnan(*before) || *before == value;
}

/* Whether the panel has the row's period, and the row something for it. */
static inline bool sw_panel_send_wants(const sw_sending *out, int32_t slot) {
  if (!out->picks) return true;
  return out->period_of[sw_panel_rows_period(out->rows, slot)] >= 0 &&
         sw_panel_rows_counts(out->rows, slot);
}

/* A row to its cells, or, looking for duplicates, to its line. `value`: the row's. */
void sw_panel_send_take(sw_sending *out, sw_row_head head, const double *value);
/* Row i of a block, of `unit` of the table. */
sw_row_head sw_panel_send_head(const sw_sending *out, const sw_panel_block *block, int64_t i,
                               int64_t unit);
/* Called by any thread: of all that are noted the one of the lowest line stays. */
void sw_panel_send_conflict(sw_sending *out, sw_conflict seen);
/* The rows of this rank's own units, where they stand; counts them in `placed`. */
sw_status sw_panel_send_keep(sw_error *err, sw_sending *out);

#endif
