/* The trend of one series: a line by least squares, the tests of Mann & Kendall and of Pettitt, and
 * Sen's slope (methods-regions.md section 9c). Times ascend and may be unevenly spaced; values are
 * all there. Nothing allocates; sums run in the order of time. */
#ifndef SW_KERNEL_SERIES_TREND_H
#define SW_KERNEL_SERIES_TREND_H

#include <stdbool.h>
#include <stddef.h>

enum { SW_TREND_LEAST = 4 }; /* values; of fewer nothing is defined */

typedef struct sw_trend {
  double slope, slope_se, intercept, p_value;
  double mk_s, mk_z, mk_p;
  double sen, sen_lo, sen_hi;
  double change; /* the last time before the change */
  double pettitt_p;
} sw_trend;

/* Doubles that sw_trend_of needs of a series of n values. */
size_t sw_trend_scratch(int n);
/* `hamed_rao`: the variance of Mann & Kendall's S is corrected for autocorrelation. */
sw_trend sw_trend_of(const double *time, const double *x, int n, bool hamed_rao, double *scratch);

#endif
