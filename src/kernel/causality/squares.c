/* See squares.h. Called by connectedness for each few rows of a square; nothing is allocated, any
 * thread. A variant for each instruction set (squares_set.h), all with the same bits. */
#include "kernel/causality/squares.h"

#include "kernel/hot.h"

/* Rows of a tile: each number of a column is loaded once for all of them. */
enum { SW_SQUARES_TILE = 4 };
/* Unrolled, else sums would be an array in memory. */
#define SW_UNROLL _Pragma("GCC unroll 4")

#define SW_VEC_FILE "kernel/causality/squares_set.h"
#include "kernel/vec_each.h"

static void (*const squares[])(int terms, int k, const double *q, int rows, const double *const *to,
                               int64_t j0, int64_t j1, double *out,
                               int64_t stride) = SW_SETS(squares);

void sw_squares_block(int terms, int k, const double *q, int rows, const double *const *to,
                      int64_t j0, int64_t j1, double *out, int64_t stride) {
  squares[sw_set()](terms, k, q, rows, to, j0, j1, out, stride);
}
