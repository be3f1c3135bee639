/* Moran's I of one variable with its moments (methods.md section 10), over the units that have a
 * value. Sums run in the order of units. */
#ifndef SW_KERNEL_SPACE_MORAN_H
#define SW_KERNEL_SPACE_MORAN_H

#include "spillway/weights.h"

/* Units without a neighbour: `adjust` counts them in the mean and z'z, not in the scale n; `zero`
 * gives them a zero lag and counts them; `remove` leaves them out and takes the mean anew. */
typedef enum sw_islands { SW_ISLANDS_ADJUST, SW_ISLANDS_ZERO, SW_ISLANDS_REMOVE } sw_islands;

#define SW_ISLANDS_CHOICES "adjust|zero|remove"

typedef enum sw_moran_reason {
  SW_MORAN_DEFINED,
  SW_MORAN_FEW,      /* fewer than 2 values */
  SW_MORAN_CONSTANT, /* all values are equal */
  SW_MORAN_NO_LINKS  /* the weights among the units with a value sum to zero */
} sw_moran_reason;

typedef struct sw_moran {
  double i, expected, variance_normality, variance_randomisation, z, p_value;
  double n_used;     /* values in the mean */
  int64_t undefined; /* why I is not defined: an sw_moran_reason */
} sw_moran;

/* All rows with a link sum to 1: a row-standardised matrix, standardised anew where values are
 * missing. */
bool sw_links_row_standardised(const sw_links *links);

size_t sw_moran_workspace(int64_t n);
/* x: n values, missing NaN. Without two values, or without variation: NaN. */
sw_moran sw_moran_compute(const sw_links *links, bool row_standardised, sw_islands islands,
                          const double *x, void *workspace);

#endif
