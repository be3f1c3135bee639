/* Bounds of a quantity out of its values in samples of units (kernel/resample/draws.h).
 *
 *   percentile  the values at the places (B + 1)(1 - L)/2 and (B + 1)(1 + L)/2 of B ascending ones,
 *               between two neighbours in proportion; 999 draws make these places whole
 *   bca         the places (B + 1) F(z0 + (z0 + z)/(1 - a (z0 + z))), z the normal quantiles of
 *               (1 - L)/2 and (1 + L)/2, F the normal law; z0 the quantile of the share of draws
 *               below the estimate; a = sum D^3/(6 (sum D^2)^1.5), D_i the mean of the estimates
 *               without one unit, less that without unit i. With strata D_i is of the stratum's
 *               mean, times (n_g - 1)/n_g
 *
 * Draws without a value are left out, and counted; bounds are of the rest. Fewer than a bound takes
 * (39 at a level of 0.95): no bounds. By bca a place beyond either end is that end; no bounds where
 * all draws lie on one side of the estimate, unless all are equal.
 *
 * Sources: Efron 1987, JASA 82:171-185; Efron & Tibshirani 1993; Davison & Hinkley 1997 (5.28). */
#ifndef SW_KERNEL_RESAMPLE_BOUNDS_H
#define SW_KERNEL_RESAMPLE_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sw_bounds {
  double lo, hi;
  int64_t undefined; /* draws without a value */
} sw_bounds;

/* The fewest draws that have bounds of that level. */
int64_t sw_bounds_least(double level);
/* `draw`: `count` values, put in order; `scratch`: as many. NaN where the estimate is. */
sw_bounds sw_bounds_percentile(double *draw, int64_t count, double level, double estimate,
                               double *scratch);
sw_bounds sw_bounds_bca(double *draw, int64_t count, double level, double estimate,
                        double acceleration, double *scratch);

/* ---- acceleration ----------------------------------------------------------------------- */

/* Of a x + b y for any a and b, where x and y are two quantities of one sample, such as a quantity
 * in two periods. Zeroed to begin with; y stays 0 where there is one quantity. */
typedef struct sw_jackknife { /* of a stratum: sums of estimates less those without a unit */
  double n, x, y, xx, xy, yy, xxx, xxy, xyy, yyy;
} sw_jackknife;

typedef struct sw_pull { /* of all strata: the same about their means */
  double xx, xy, yy, xxx, xxy, xyy, yyy;
} sw_pull;

/* NaN is left out. */
void sw_jackknife_add(sw_jackknife *sums, double x, double y);
/* The sums of two parts of a stratum. */
void sw_jackknife_join(sw_jackknife *sums, const sw_jackknife *more);
/* Adds the stratum to the whole, and begins the next. */
void sw_jackknife_close(sw_jackknife *sums, sw_pull *whole);
void sw_pull_join(sw_pull *whole, const sw_pull *more);
double sw_pull_acceleration(const sw_pull *whole, double a, double b);

#endif
