/* Lee's L of two variables, with its moments under permutation, over the units that have both. */
#ifndef SW_KERNEL_LOCAL_LEE_H
#define SW_KERNEL_LOCAL_LEE_H

#include "spillway/weights.h"

typedef enum sw_lee_reason {
  SW_LEE_DEFINED,
  SW_LEE_FEW,      /* fewer than 4 values */
  SW_LEE_CONSTANT, /* a variable does not vary */
  SW_LEE_NO_LINKS  /* no links among the units with values */
} sw_lee_reason;

typedef struct sw_lee {
  double l, expected;
  double variance;   /* by Lee's formula */
  double exact;      /* over all permutations of units */
  int64_t undefined; /* why: an sw_lee_reason */
} sw_lee;

/* 64-byte aligned. */
size_t sw_lee_workspace(const sw_links *links);
/* x, y: n values, missing NaN. `row_standardised`: rows are standardised anew where values are
 * missing. */
sw_lee sw_lee_compute(const sw_links *links, bool row_standardised, const double *x,
                      const double *y, void *workspace);

#endif
