/* A block of rows against a block of columns, each unit a vector of k numbers: what a matrix
 * product has, with the product in it or a distance in its place. The vectors lie k-major, as
 * operands of passes over units do: x[s] is number s of all units, from unit 0.
 *
 * The bits of a pair depend on its numbers alone: they are added in the order s = 0, 1, ... from 0
 * on, a product by fma, so neither the block, nor the place of a pair in it, nor the instruction
 * set matters, and exchanging the two units changes no bit. NaN in a vector makes its pairs NaN. */
#ifndef SW_KERNEL_PAIRS_BLOCK_H
#define SW_KERNEL_PAIRS_BLOCK_H

#include "kernel/pairs/lanes.h"

#include <stddef.h>
#include <stdint.h>

/* Rows of a tile. Blocks of a multiple are fastest; of many rows, up to 64, whose columns are then
 * packed once for all. */
enum { SW_BLOCK_ROWS = 4 };

/* Bytes of workspace for vectors of k numbers; what folds takes more, which does for both. */
size_t sw_block_workspace(int k);
size_t sw_block_fold_workspace(int k);

/* out[(i - i0) * stride + j - j0] = sum over s of from[s][i] to[s][j], for rows [i0, i1) and
 * columns [j0, j1); nothing is written beyond them. */
void sw_block_products(int k, const double *const *from, int64_t i0, int64_t i1,
                       const double *const *to, int64_t j0, int64_t j1, double *out, int64_t stride,
                       void *workspace);
/* The same with the sum over s of |from[s][i] - to[s][j]|. */
void sw_block_distances(int k, const double *const *from, int64_t i0, int64_t i1,
                        const double *const *to, int64_t j0, int64_t j1, double *out,
                        int64_t stride, void *workspace);

/* Adds the block to the sums (kernel/pairs/lanes.h) instead of writing its values; row i0 is the
 * first of the segment, and column j0. A NaN shows in the sums of its row. Rows of a block stay
 * packed in the workspace for the next one of the same: `open` forgets them, to be called before
 * the first block, and when the numbers change. */
void sw_block_fold_open(int k, void *workspace);
void sw_block_fold_products(int k, const double *const *from, int64_t i0, int64_t i1,
                            const double *const *to, int64_t j0, int64_t j1, sw_lane_sums *sums,
                            void *workspace);
void sw_block_fold_distances(int k, const double *const *from, int64_t i0, int64_t i1,
                             const double *const *to, int64_t j0, int64_t j1, sw_lane_sums *sums,
                             void *workspace);

#endif
