/* Sums of Granger's F over a square of pairs and over the square opposite, the same units the other
 * way round, without the values. Q serves a unit as sender and as receiver, so the products of two
 * units' Q are those of both orders: with p lags p (p + 2) products for two values, not 2 p (p +
 * 1).
 *
 * The bits are those of adding the values of sw_granger_block: a row's in eight lanes by column,
 * left to right, a column's in eight lanes by row, top to bottom. What is at least sums->from is
 * counted as well. */
#ifndef SW_KERNEL_CAUSALITY_GRANGER_BOTH_H
#define SW_KERNEL_CAUSALITY_GRANGER_BOTH_H

#include "kernel/causality/granger.h"
#include "spillway/fold.h"

/* False where it does not serve: more than two lags, or senders of another variable. */
bool sw_granger_folds_both(const sw_granger *g);

/* Adds the pairs of rows [i0, i1) with columns [j0, j1), which are other units, in both orders. A
 * pair without a value makes the sum of its row NaN, in `row` or in `back_row`. */
size_t sw_granger_both_workspace(int lags, int rows);
void sw_granger_fold_both(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                          sw_fold_both *sums, void *workspace);

#endif
