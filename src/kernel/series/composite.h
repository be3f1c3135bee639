/* Normalising an indicator: x' of a value x within its pool (methods.md section 1).
 *   min-max  (x - lo)/(hi - lo), in [0,1] for x in [lo, hi]; values beyond are clamped
 *   rank     (average rank - 1)/(m - 1), in [0,1]
 *   z-score  (x - mean)/sd, sd with divisor m - 1
 * A negative indicator is turned round: hi - x, 1 - rank, mean - x. A constant one is 0. */
#ifndef SW_KERNEL_SERIES_COMPOSITE_H
#define SW_KERNEL_SERIES_COMPOSITE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/series/stats.h"

typedef enum sw_normalise {
  SW_NORMALISE_MIN_MAX,
  SW_NORMALISE_RANK,
  SW_NORMALISE_Z_SCORE
} sw_normalise; /* in the order of SW_NORMALISE_CHOICES */

#define SW_NORMALISE_CHOICES "min-max|rank|z-score"

/* How one indicator is scaled in one pool. */
typedef struct sw_scaling {
  sw_normalise by;
  bool negative, constant;
  double lo, hi;        /* min-max */
  double mean, sd;      /* z-score */
  int64_t m;            /* rank: values of the pool ... */
  const double *sorted; /* ... ascending */
} sw_scaling;

/* Values beyond given bounds are clamped, and counted elsewhere; within a pool's own bounds only
 * rounding can pass 0 or 1. NaN stays: both comparisons are false. */
static inline double sw_min_max(const sw_scaling *scale, double x) {
  double part = scale->negative ? (scale->hi - x) / (scale->hi - scale->lo)
                                : (x - scale->lo) / (scale->hi - scale->lo);
  return part < 0 ? 0 : part > 1 ? 1 : part;
}

/* A constant indicator is 0 whatever its direction, as there is nothing to divide by. For ranks
 * x must be one of the pool's values. */
static inline double sw_scaled(const sw_scaling *scale, double x) {
  if (scale->constant) return 0;
  if (scale->by == SW_NORMALISE_MIN_MAX) return sw_min_max(scale, x);
  if (scale->by == SW_NORMALISE_Z_SCORE)
    return (scale->negative ? scale->mean - x : x - scale->mean) / scale->sd;
  double rank = (sw_stats_average_rank(scale->sorted, scale->m, x) - 1) / (double)(scale->m - 1);
  return scale->negative ? 1 - rank : rank;
}

#endif
