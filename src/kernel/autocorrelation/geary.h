/* Geary's C of one variable with its moments (methods-space.md section 10), over the units that
 * have a value. Sums run in the order of units. */
#ifndef SW_KERNEL_AUTOCORRELATION_GEARY_H
#define SW_KERNEL_AUTOCORRELATION_GEARY_H

#include "kernel/space/moran.h"

typedef struct sw_geary {
  double c, expected, variance_normality, variance_randomisation, z, p_value;
  double n_used;     /* values in the mean */
  int64_t undefined; /* why C is not defined: an sw_moran_reason */
} sw_geary;

size_t sw_geary_workspace(int64_t n);
/* x: n values, missing NaN. Without two values, or without variation: NaN. */
sw_geary sw_geary_compute(const sw_links *links, bool row_standardised, sw_islands islands,
                          const double *x, void *workspace);

#endif
