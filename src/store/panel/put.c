/* One row to its cells, or to its line while duplicates are looked for. */
#include "store/panel/send.h"

static int64_t cell_of(const sw_sending *out, sw_row_head head) {
  return head.slot * out->build->n_here + out->build->place[head.unit];
}

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

void sw_panel_send_conflict(sw_sending *out, sw_conflict seen) {
#pragma omp critical(sw_panel_conflict)
  if (out->conflict.line == 0 || seen.line < out->conflict.line) out->conflict = seen;
}

void sw_panel_send_take(sw_sending *out, sw_row_head head, const double *value) {
  const sw_panel_rows *rows = out->rows;
  if (out->again) {
    see_line(out, head);
    return;
  }
  __atomic_store_n(&out->seen[cell_of(out, head)], 1, __ATOMIC_RELAXED);
  for (int k = 0; k < rows->width; k++) {
    int column = rows->wide ? head.slot : rows->column[k];
    int period = rows->wide ? out->period_of[k] : head.slot;
    double before, *cell = &out->build->cells[column].row[period][out->build->place[head.unit]];
    if (!sw_panel_send_set(cell, value[k], &before))
      sw_panel_send_conflict(out,
                             (sw_conflict){head.line, head.unit, column, period, value[k], before});
  }
}

sw_row_head sw_panel_send_head(const sw_sending *out, const sw_panel_block *block, int64_t i,
                               int64_t unit) {
  int32_t slot = out->rows->wide ? block->slot[i] : out->period_of[block->slot[i]];
  return (sw_row_head){(int32_t)unit, slot, sw_panel_block_line(block, i)};
}
