/* Sums of squares of products, of a few rows against a range of columns:
 *
 *   out(r, j) = sum over h of (sum over s of q[h][s][r] to[s][j])^2
 *
 * A row has `terms` vectors of k numbers, a column has one. The bits of a pair depend on its
 * numbers alone: both sums are added in order from 0 on, by fma, on each instruction set. NaN in a
 * vector makes its pairs NaN. */
#ifndef SW_KERNEL_CAUSALITY_SQUARES_H
#define SW_KERNEL_CAUSALITY_SQUARES_H

#include <stdint.h>

/* Rows of a call, at most, and how far apart the numbers of one are. */
enum { SW_SQUARES_ROWS = 16 };

/* q[(h * k + s) * SW_SQUARES_ROWS + r] of rows 0 .. rows - 1; value (r, j) of columns [j0, j1) goes
 * to out[r * stride + j - j0], and nothing is written beyond them. */
void sw_squares_block(int terms, int k, const double *q, int rows, const double *const *to,
                      int64_t j0, int64_t j1, double *out, int64_t stride);

#endif
