/* One row to its cells, or to its line while duplicates are looked for. Called for rows that came
 * from other ranks (send.c), by several threads, and for this rank's own rows where keep.c has no
 * faster way. In the first pass threads meet in any order; what they leave does not depend on it as
 * long as each cell has one row, which find_duplicates makes sure of afterwards. */
#include "store/panel/send.h"

/* The place of a row's mark: slot by slot, the units of this rank within a slot. Only rows of this
 * rank's units come here: `place` of any other unit is a place on another rank. Within the marks of
 * this rank. */
static int64_t cell_of(const sw_sending *out, sw_row_head head) {
  return head.slot * out->build->n_here + out->build->place[head.unit];
}

/* The second pass: one thread, no values. Keeps the lowest line of every cell, and of all pairs of
 * lines met the one whose second line is lowest. Rows come in any order (those of other ranks come
 * after the own ones), so a later row may have the lower line: the two are swapped, and the cell
 * keeps the lower. Lines count from 1; 0 is "none yet". */
static void see_line(sw_sending *out, sw_row_head head) {
  int64_t *line = &out->line[cell_of(out, head)];
  int64_t first = *line, second = head.line;
  if (first == 0 || second < first) *line = second;
  if (first == 0) return;
  if (second < first) {
    int64_t swap = first;
    first = second;
    second = swap;
  }
  if (out->duplicate.second == 0 || second < out->duplicate.second)
    out->duplicate = (sw_duplicate_row){first, second, head};
}

/* Conflicts of the input are rare, and end the run: a critical section costs nothing. The lowest
 * line is kept, so that the message does not depend on which thread came first. The ranks then
 * agree on the lowest of theirs. */
void sw_panel_send_conflict(sw_sending *out, sw_conflict seen) {
#pragma omp critical(sw_panel_conflict)
  if (out->conflict.line == 0 || seen.line < out->conflict.line) out->conflict = seen;
}

/* The mark first: it counts rows, also rows whose values are all missing. Both are relaxed atomics,
 * as two threads meet in a cell where the file has a duplicate; all that is needed then is that the
 * one byte is 1. Missing values of a row are set, too: they are NaN already. */
void sw_panel_send_take(sw_sending *out, sw_row_head head, const double *value) {
  const sw_panel_rows *rows = out->rows;
  if (out->again) {
    see_line(out, head);
    return;
  }
  __atomic_store_n(&out->seen[cell_of(out, head)], 1, __ATOMIC_RELAXED);
  for (int k = 0; k < rows->width; k++) {
    /* A row of a wide file is one indicator over its periods, of a long file one period of
     * several. */
    int column = rows->wide ? head.slot : rows->column[k];
    int period = rows->wide ? out->period_of[k] : head.slot;
    double before, *cell = &out->build->cells[column].row[period][out->build->place[head.unit]];
    if (!sw_panel_send_set(cell, value[k], &before))
      sw_panel_send_conflict(out,
                             (sw_conflict){head.line, head.unit, column, period, value[k], before});
  }
}

/* Turns what is local to the file (codes of periods) into what all ranks share. Lines are those of
 * the file by now: all pieces were placed when reading ended. */
sw_row_head sw_panel_send_head(const sw_sending *out, const sw_panel_block *block, int64_t i,
                               int64_t unit) {
  int32_t slot = out->rows->wide ? block->slot[i] : out->period_of[block->slot[i]];
  return (sw_row_head){(int32_t)unit, slot, sw_panel_block_line(block, i)};
}
