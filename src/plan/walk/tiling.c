/* How passes over units and items are cut into tasks; see tiling.h. Asked when the journal's
 * regions are laid out and again when a pass opens: the same job must give the same answer, as the
 * place of a task's share rests on it. */
#include "plan/walk/tiling.h"

#include "spillway/panel.h"

/* Rows of which a task over units fills its own part: operand columns and unit outputs by period. A
 * row has a number for each unit. */
static int rows_of(const sw_job *job, int pass) {
  int rows = job->pass[pass].operand * job->n_periods;
  for (int q = 0; job->measure->output[q].name; q++)
    if (sw_tiling_fills(&job->result[q]))
      rows += job->result[q].width * sw_result_periods(job, &job->result[q]);
  return rows;
}

/* Items are put together so that there are SW_ITEM_TASKS tasks at most, however many items a
 * measure has; the last task may have fewer, and its slot is then not filled to the end. Units go
 * by blocks, or by the measure's grain, a divisor of SW_BLOCK, so that tasks do not cross the
 * bounds of ranks. A pass without items has no tasks. */
sw_tiling sw_tiling_make(const sw_job *job, int pass) {
  const sw_pass *p = &job->pass[pass];
  sw_tiling tiling = {.domain = p->domain};
  if (p->domain == SW_ITEMS) {
    tiling.whole = p->items;
    tiling.grain = p->items > SW_ITEM_TASKS ? (p->items + SW_ITEM_TASKS - 1) / SW_ITEM_TASKS : 1;
    tiling.slot = (size_t)tiling.grain * p->record;
  } else {
    tiling.whole = job->n;
    tiling.grain = p->grain ? p->grain : SW_BLOCK;
    tiling.slot = p->partial;
    tiling.rows = rows_of(job, pass);
  }
  tiling.tasks = (tiling.whole + tiling.grain - 1) / tiling.grain;
  return tiling;
}

/* A pass over some of the periods has as many units or fewer items: with the grain of the whole it
 * has no more tasks, and its slots are no larger. slot is a multiple of grain. */
void sw_tiling_keep_grain(sw_tiling *tiling, const sw_tiling *whole) {
  if (tiling->domain == SW_ITEMS)
    tiling->slot = tiling->slot / (size_t)tiling->grain * (size_t)whole->grain;
  tiling->grain = whole->grain;
  tiling->tasks = (tiling->whole + tiling->grain - 1) / tiling->grain;
}

void sw_tiling_range(const sw_tiling *tiling, int64_t task, int64_t *lo, int64_t *hi) {
  *lo = task * tiling->grain;
  *hi = *lo + tiling->grain < tiling->whole ? *lo + tiling->grain : tiling->whole;
}

/* The last task has fewer units and a share as large: places in the journal are products. Bytes.
 * Rows are doubles. */
size_t sw_tiling_share(const sw_tiling *tiling) {
  return tiling->slot + (size_t)tiling->rows * (size_t)tiling->grain * sizeof(double);
}
