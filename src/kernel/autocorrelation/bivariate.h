/* Bivariate Moran's I of x and the spatial lag of y (methods-space.md section 10), over the units
 * that have both:
 *
 *   I = n/S0 zx'W zy / sqrt(zx'zx zy'zy)
 *
 * Under permutation of y alone it is linear in what is permuted: expectation 0 and an exact
 * variance. There is none under normality. */
#ifndef SW_KERNEL_AUTOCORRELATION_BIVARIATE_H
#define SW_KERNEL_AUTOCORRELATION_BIVARIATE_H

#include "kernel/space/moran.h"

size_t sw_moran_bivariate_workspace(int64_t n);
sw_moran sw_moran_bivariate(const sw_links *links, bool row_standardised, sw_islands islands,
                            const double *x, const double *y, void *workspace);

#endif
