/* Kernel density of values on a line, with the gaussian kernel (methods-regions.md section 9):
 *
 *   f(x) = sum_i exp(-((x - x_i)/h)^2/2) / (n h sqrt(2 pi))
 *
 * summed over all values, not over bins of them. */
#ifndef SW_KERNEL_SERIES_DENSITY_H
#define SW_KERNEL_SERIES_DENSITY_H

#include <stdint.h>

/* Bandwidths of n ascending values; NaN of fewer than two, and where they do not vary.
 * Silverman's rule of thumb: .9 min(s, IQR/1.34) n^(-1/5), s with n - 1; without a range of
 * quartiles s alone. */
double sw_density_silverman(const double *sorted, int64_t n);
/* Sheather and Jones 1991, where the bandwidth solves the equation for the least mean squared error
 * out of estimates of the curvature, on distances between 1000 bins. NaN also where the values are
 * too sparse for these. */
double sw_density_sheather_jones(const double *sorted, int64_t n);

/* f at each of `points` places, of n values in any order: their sum is in eight lanes by place, so
 * that its bits follow from the order of the values alone. */
void sw_density_at(const double *x, int64_t n, double bandwidth, const double *at, int points,
                   double *density);

/* Local maxima that reach `least` of the largest value; a plateau is one. Beyond both ends there is
 * nothing. */
int sw_density_modes(const double *density, int points, double least);

#endif
