/* Moran's I of one variable with its moments (methods.md section 10), over the units that have a
 * value. Sums run in the order of units. */
#ifndef SW_KERNEL_SPACE_MORAN_H
#define SW_KERNEL_SPACE_MORAN_H

#include "kernel/space/in_use.h"

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

size_t sw_moran_workspace(int64_t n);
/* x: n values, missing NaN. Without two values, or without variation: NaN. */
sw_moran sw_moran_compute(const sw_links *links, bool row_standardised, sw_islands islands,
                          const double *x, void *workspace);

#endif
