/* Whether gaps close (methods-regions.md section 9b): the dispersion of a cross-section, its trend
 * with an error that allows for autocorrelation, the test of two dispersions of the same units, and
 * the speed that a slope means. Nothing allocates; sums run in the order of the values.
 *
 * Sources: Barro & Sala-i-Martin 1992, J. Political Economy 100:223-251; Newey & West 1987; Pitman
 * 1939 and Morgan 1939, Biometrika 31; Carree & Klomp 1997, Rev. Economics and Statistics
 * 79:683-686. */
#ifndef SW_KERNEL_LINEAR_CONVERGENCE_H
#define SW_KERNEL_LINEAR_CONVERGENCE_H

#include <stdint.h>

typedef struct sw_spread {
  double mean, sd; /* sd with n - 1; NaN of fewer than two values */
} sw_spread;

sw_spread sw_spread_of(const double *x, int64_t n);

enum { SW_SIGMA_LEAST = 8 }; /* values of a series whose trend is tested */

typedef struct sw_sigma_trend {
  double slope, se, p; /* NaN of fewer values; p with n - 2 degrees of freedom */
} sw_sigma_trend;

/* Least squares on time, Newey & West's error with floor(4 (n/100)^(2/9)) lags, Bartlett weights,
 * no prewhitening and no factor for small samples. Times ascend; lags count values. `scratch`: n.
 */
sw_sigma_trend sw_sigma_trend_of(const double *time, const double *y, int n, double *scratch);

typedef struct sw_two_spreads {
  double t, p;     /* Pitman & Morgan, n - 2 df: above 0 where the first is wider */
  double t2, t2_p; /* Carree & Klomp's T2, chi-square with 1 df */
} sw_two_spreads;

/* Whether the same n units are as far apart in u as in v. NaN where n < 3, or where the sums or the
 * differences do not vary. */
sw_two_spreads sw_two_spreads_of(const double *u, const double *v, int64_t n);

typedef struct sw_speed {
  double speed, se, half_life;
} sw_speed;

/* Of the slope b of mean growth over T periods on the initial value, with its error: -ln(1 + bT)/T.
 * NaN where b >= 0 or 1 + bT <= 0. */
sw_speed sw_speed_of(double b, double se, double periods);

#endif
