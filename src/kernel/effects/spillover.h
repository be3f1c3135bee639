/* The matrix of effects itself (effects.h), S = b A^-1 + t G with S_ij = dy_i / dx_j, by columns:
 * column j is what a change in unit j does everywhere. Eight columns at a time go through the one
 * factor of A that the filter holds; they stay interleaved, so that each step of the solution is a
 * vector's. The bits of a column do not depend on which others are computed with it.
 *
 * A row of pairs whose rows send is a column of S. */
#ifndef SW_KERNEL_SPATIAL_SPILLOVER_H
#define SW_KERNEL_SPATIAL_SPILLOVER_H

#include "kernel/spatial/filter.h"

#include <stddef.h>
#include <stdint.h>

typedef struct sw_spillover {
  sw_filter *filter; /* set to rho */
  int64_t n;
  double own, lagged; /* b, t */
  int count;          /* of the columns that are there */
  int32_t unit[SW_FILTER_LANES];
  double *column; /* [c * n + i], of unit[c] */
  double *block, *lag;
} sw_spillover;

/* Bytes for the columns, 64-byte aligned, beside the filter's own. */
size_t sw_spillover_workspace(int64_t n);
/* The filter stays the caller's, and set to rho as long as this is used. */
sw_spillover sw_spillover_begin(sw_filter *filter, double own, double lagged, void *workspace);
/* Computes columns unit[0 .. count), count <= SW_FILTER_LANES: cheapest of as many, near each
 * other. */
void sw_spillover_solve(sw_spillover *s, int count, const int32_t *unit);
/* What unit j gives to all: S_ij of all i, the diagonal among them. Where it has not been computed
 * it is now, and those that were are lost. The row stays until then. */
const double *sw_spillover_row(sw_spillover *s, int64_t j);

#endif
