/* Look-ups by name, and the partition of the units: blocks of SW_BLOCK units, dealt to the ranks
 * as evenly as they come. The blocks, which are the grain of sums over units, do not depend on
 * the ranks; only who holds them does. */
#include "spillway/panel.h"

#include <string.h>

/* NULL: the units have no such column. Linear; there are a few. */
const sw_grouping *sw_units_grouping(const sw_units *units, const char *name) {
  for (int g = 0; g < units->n_groupings; g++)
    if (!strcmp(units->grouping[g].name, name)) return &units->grouping[g];
  return NULL;
}

/* Linear in the columns; asked when studies are bound, never per unit. */
sw_column *sw_panel_column(const sw_panel *panel, const char *name) {
  for (int c = 0; c < panel->n_columns; c++)
    if (!strcmp(panel->column[c].name, name)) return &panel->column[c];
  return NULL;
}

/* Blocks of n units; the last one may be short. */
static int64_t blocks(int64_t n) {
  return (n + SW_BLOCK - 1) / SW_BLOCK;
}

/* Rank r of K holds blocks [B r / K, B (r + 1) / K), rounded down: every block once, and no rank
 * more than one block more than another. With more ranks than blocks some have none (lo == hi).
 * The last block may end beyond n, hence the limits. */
void sw_partition(int64_t n, int rank, int ranks, int64_t *lo, int64_t *hi) {
  *lo = blocks(n) * rank / ranks * SW_BLOCK;
  *hi = blocks(n) * (rank + 1) / ranks * SW_BLOCK;
  if (*lo > n) *lo = n;
  if (*hi > n) *hi = n;
}

/* The inverse, without a search: the r with floor(B r / K) <= b < floor(B (r + 1) / K). The
 * right half says b + 1 <= B (r + 1) / K, so r + 1 is (b + 1) K / B rounded up, and r that
 * rounded down after taking 1 from the numerator. Readers of a panel ask it for each unit. */
int sw_owner(int64_t n, int64_t unit, int ranks) {
  int64_t block = unit / SW_BLOCK;
  return (int)(((block + 1) * ranks - 1) / blocks(n));
}
