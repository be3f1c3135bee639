/* Sorting and small statistics with one fixed order of operations. Sorts are stable, so that
 * equal values stay in the order of their units (by code); nothing allocates. */
#ifndef SW_KERNEL_SERIES_STATS_H
#define SW_KERNEL_SERIES_STATS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* `order`: in, n indices; out, the same by ascending key, equal keys in the order they came.
 * `scratch`: n. No key may be NaN. */
void sw_stats_sort_index(const double *key, int64_t n, int32_t *order, int32_t *scratch);

/* x[0..n) ascending; `scratch`: n. No value may be NaN. */
void sw_stats_sort_values(double *x, int64_t n, double *scratch);

/* Average rank of `x`, from 1, among n ascending values of which it is one: ties share the mean of
 * their ranks. */
double sw_stats_average_rank(const double *sorted, int64_t n, double x);

/* Standard deviation of a sample, with the divisor n - 1; n of 2 or more. In the order of x. */
double sw_stats_deviation(const double *x, int64_t n);

/* Two-sided p-value of a standard normal z; NaN passes. */
static inline double sw_normal_two_sided(double z) {
  return erfc(fabs(z) * M_SQRT1_2);
}

/* Whether values from lo to hi vary, by more than rounding does: results that are equal in exact
 * arithmetic, such as ratios, differ in their last bits, 2^-53 each, and dividing by their range
 * would make numbers of that. */
static inline bool sw_stats_vary(double lo, double hi) {
  double size = fabs(lo) > fabs(hi) ? fabs(lo) : fabs(hi);
  return hi - lo > size * 0x1p-50;
}

#endif
