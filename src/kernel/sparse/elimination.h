/* What CHOLMOD does here: it finds an order of elimination with little fill, and in it the columns
 * of the factor that are eliminated together. Symbols alone: its arithmetic calls a BLAS, whose
 * last bits differ from machine to machine. */
#ifndef SW_KERNEL_SPARSE_ELIMINATION_H
#define SW_KERNEL_SPARSE_ELIMINATION_H

#include "spillway/status.h"

/* Of a symmetric pattern, positions 0 .. n - 1 being the order of elimination. A front is a run of
 * positions that are eliminated together; its rows are these, then the later positions that the
 * elimination reaches, ascending. Fronts are numbered so that children stand before their parents,
 * subtree by subtree. */
typedef struct sw_elimination {
  int64_t n, fronts;
  int32_t *order;  /* n: the unknown at a position */
  int32_t *first;  /* fronts + 1: positions */
  int64_t *row_at; /* fronts + 1 */
  int32_t *row;    /* row_at[fronts]: positions */
} sw_elimination;

/* The pattern of A + A' with its whole diagonal, of rows `to[row_start[i] .. row_start[i + 1])`. */
sw_status sw_elimination_create(sw_error *err, int64_t n, const int64_t *row_start,
                                const int32_t *to, sw_elimination *out);
void sw_elimination_destroy(sw_elimination *elimination);

#endif
