/* Sums of Granger's F over a square of pairs and over the square opposite, the same units the other
 * way round, without the values. Q serves a unit as sender and as receiver, so the products of two
 * units' Q are those of both orders: with p lags p (p + 2) products for two values, not 2 p (p +
 * 1).
 *
 * The bits are those of adding the values of sw_granger_block: a row's in eight lanes by column,
 * left to right, a column's in eight lanes by row, top to bottom. */
#ifndef SW_KERNEL_CAUSALITY_GRANGER_BOTH_H
#define SW_KERNEL_CAUSALITY_GRANGER_BOTH_H

#include "kernel/causality/granger.h"

/* Running sums over a square of pairs and the square opposite, as sw_fold_both of spillway/measure.h
 * has them, of which a call is asked for some rows and columns. They are counted from the square's
 * first ones: the call's are row_at and column_at. The value at row r and column c is added to
 *
 *   row[(r - row_at) * 8 + c % 8]   and   column[((r - row_at) % 8) * stride + c],
 *
 * the one at row c and column r of the square opposite, of whose rows `high` are a segment, to
 *
 *   back_row[(r % 8) * stride + c]   and   back_column[(c / high * high + r - row_at) * 8 + c % 8],
 *
 * in column and row order. From a multiple of 8 before column_at on to the next multiple of 16
 * behind the last column there is room too, to which 0 may be added. */
typedef struct sw_granger_sums {
  double *row, *column, *back_row, *back_column;
  int64_t stride, high, row_at, column_at;
  double greatest;
} sw_granger_sums;

/* False where it does not serve: more than two lags, or senders of another variable. */
bool sw_granger_folds_both(const sw_granger *g);

/* Adds the pairs of rows [i0, i1) with columns [j0, j1), which are other units, in both orders. A
 * pair without a value makes the sum of its row NaN, in `row` or in `back_row`. */
size_t sw_granger_both_workspace(int lags, int rows);
void sw_granger_fold_both(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                          sw_granger_sums *sums, void *workspace);

#endif
