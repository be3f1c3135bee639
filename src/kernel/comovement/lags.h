/* Of pairs of series, the product of greatest size among those at several lags.
 *
 * A lag has operands of two ends, rows of series by unit, such as standardised series: the product
 * of i and j at lag l is the sum over its rows of x_i y_j, added by fma in their order. Lags come
 * in the order 0, 1, -1, 2, -2, ...; of sizes that are equal but for rounding the first stays. So
 * the bits of a pair depend on its numbers alone. */
#ifndef SW_KERNEL_COMOVEMENT_LAGS_H
#define SW_KERNEL_COMOVEMENT_LAGS_H

#include <stddef.h>
#include <stdint.h>

#include "spillway/fold.h"

/* `rows[l]`: of lags l and -l. The product at l >= 0 is of early[l][row][i] and to_late[l][row][j],
 * that at -l of late[l][row][i] and to_early[l][row][j]. */
typedef struct sw_lags {
  int lags;
  const int *rows;
  const double *const *const *early, *const *const *late;
  const double *const *const *to_early, *const *const *to_late;
  const double *packed; /* columns, by sw_lags_pack; NULL: they are packed for each block */
} sw_lags;

#define SW_LAGS_LARGER (1 - 1e-12) /* so much of a size is still larger, or both are equal */
enum { SW_LAGS_ROWS = 64 };        /* of a block, of which all share what is read of a column */

/* Packs the columns of n units into as many bytes, once for all blocks. */
size_t sw_lags_packed_bytes(const sw_lags *lags, int64_t n);
void sw_lags_pack(const sw_lags *lags, int64_t n, double *out);

size_t sw_lags_workspace(const sw_lags *lags);
/* Rows [i0, i1), at most SW_LAGS_ROWS, against columns [j0, j1), into value[(i - i0) * stride + j -
 * j0], and the lag of each into `lag` (NULL: not wanted). All products must be numbers. */
void sw_lags_strongest(const sw_lags *lags, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                       double *value, double *lag, int64_t stride, void *workspace);
/* Adds these values and those of the opposite square, of series that are the same for rows and
 * columns: `early` is `to_early`, `late` is `to_late`. Any number of rows; the units of rows and of
 * columns are others. */
void sw_lags_fold_both(const sw_lags *lags, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                       sw_fold_both *sums, void *workspace);

#endif
