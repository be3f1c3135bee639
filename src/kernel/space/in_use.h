/* Weights among the units that have a value (methods.md section 10): w_ij f_i, f_i scaling row i
 * back to sum 1 where the matrix is row-standardised and some of its links lead to missing values.
 * So a gap costs a factor per row, not a copy of the matrix. Also the sums that moments need of
 * them. */
#ifndef SW_KERNEL_SPACE_IN_USE_H
#define SW_KERNEL_SPACE_IN_USE_H

#include "spillway/weights.h"

/* Units without a neighbour: `adjust` counts them in the mean and z'z, not in the scale n; `zero`
 * gives them a zero lag and counts them; `remove` leaves them out and takes the mean anew. */
typedef enum sw_islands { SW_ISLANDS_ADJUST, SW_ISLANDS_ZERO, SW_ISLANDS_REMOVE } sw_islands;

#define SW_ISLANDS_CHOICES "adjust|zero|remove"

/* All rows with a link sum to 1: a row-standardised matrix, standardised anew where values are
 * missing. */
bool sw_links_row_standardised(const sw_links *links);

typedef struct sw_in_use {
  const sw_links *links;
  bool *used;      /* has a value, and is not left out as an island */
  double *factor;  /* f_i; 0 where not used, and where the row sums to 0 */
  double *column;  /* by sw_in_use_sums: sums of columns */
  bool adjusts;    /* units without a neighbour are not in the scale */
  int64_t islands; /* units in use without a neighbour in use */
  double count;    /* units in use */
  double scale;    /* n of the statistics: fewer, where it adjusts */
} sw_in_use;

/* S0 = sum w_ij, S1 = sum (w_ij + w_ji)^2 / 2, S2 = sum_i (w_i. + w_.i)^2, and S2/4 - S0^2/n, taken
 * from centred rows. */
typedef struct sw_weight_sums {
  double s0, s1, s2, spread;
} sw_weight_sums;

/* Symmetric weights (w_ij + w_ji)/2 off the diagonal are a mean, effects of rows a_i + a_j and a
 * rest without either: the sums of squares of a_i and of the rest, which are not negative. */
typedef struct sw_weight_parts {
  double effects, rest;
} sw_weight_parts;

size_t sw_in_use_workspace(int64_t n);
/* x: n values, missing NaN. `row_standardised`: of sw_links_row_standardised, asked once. */
sw_in_use sw_in_use_of(const sw_links *links, bool row_standardised, sw_islands islands,
                       const double *x, void *workspace);
sw_weight_sums sw_in_use_sums(const sw_in_use *in_use);
/* n: the scale. */
sw_weight_parts sw_weight_sums_parts(sw_weight_sums sums, double n);

#endif
