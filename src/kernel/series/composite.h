/* Arithmetic of composites and of synergy (methods.md sections 1, 7; methods-regions.md).
 *
 * Normalising an indicator: x' of a value x within its pool.
 *   min-max  (x - lo)/(hi - lo), in [0,1] for x in [lo, hi]; values beyond are clamped
 *   rank     (average rank - 1)/(m - 1), in [0,1]
 *   z-score  (x - mean)/sd, sd with divisor m - 1
 * A negative indicator is turned round: hi - x, 1 - rank, mean - x. A constant one is 0.
 *
 * How far a row of x' is from the ideal:
 *   TOPSIS     closeness d-/(d+ + d-), d+ and d- the distances of v to the best and the worst value
 * of each indicator. Weights inside: v = w x', d = sqrt(sum (v - v0)^2); outside: d = sqrt(sum w
 * (x' - x0)^2). Both 0, as where nothing varies: NaN obstacles  O_j = w_j (1 - x'_j) / sum_k w_k (1
 * - x'_k), the shares of what a row lacks
 *
 * Order of a subsystem and synergy of several:
 *   order degree of an indicator  u = (e - b)/(a - b), of a negative one (a - e)/(a - b), in [0,1]
 *                                 for e in [b, a] and not clipped beyond
 *   synergy of changes du_1 .. du_k  sign(min du) (prod |du|)^(1/k), or sign(min du) sum l |du|;
 *                                 0 where the least change is 0
 *
 * Sources: Hwang & Yoon 1981 (TOPSIS); Meng & Han 2000 (synergy). */
#ifndef SW_KERNEL_SERIES_COMPOSITE_H
#define SW_KERNEL_SERIES_COMPOSITE_H

#include <math.h>
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

/* ---- the ideal -------------------------------------------------------------------------- */

/* `best` and `worst`: of x', not weighted. */
static inline double sw_topsis(int p, const double *weight, const double *x, const double *best,
                               const double *worst, bool outside) {
  double above = 0, below = 0;
  for (int j = 0; j < p; j++) {
    double up = best[j] - x[j], down = x[j] - worst[j];
    double w = outside ? weight[j] : weight[j] * weight[j];
    above += w * (up * up);
    below += w * (down * down);
  }
  double least = sqrt(below);
  return least / (sqrt(above) + least);
}

/* What an indicator takes from the score that all x' = 1 would have. x' above 1 is of rounding. */
static inline double sw_shortfall(double weight, double x) {
  return x < 1 ? weight * (1 - x) : 0;
}

/* `lack`: in, n numbers of zero or more; out, the shares. Returns their sum; 0: all shares NaN. */
static inline double sw_shares_of(int n, double *lack) {
  double sum = 0;
  for (int k = 0; k < n; k++)
    sum += lack[k];
  for (int k = 0; k < n; k++)
    lack[k] /= sum;
  return sum;
}

/* ---- order and synergy ------------------------------------------------------------------ */

static inline double sw_order_degree(double e, double b, double a, bool negative) {
  return (negative ? a - e : e - b) / (a - b);
}

/* Mean of order degrees with weights of sum 1, arithmetic or geometric; a weight of 0 leaves its
 * degree out. Geometric: 0 with a degree of 0, NaN with one below. */
static inline double sw_order_of(int n, const double *u, const double *weight, bool geometric) {
  double sum = 0;
  for (int j = 0; j < n; j++) {
    if (!(weight[j] > 0)) continue;
    if (geometric && u[j] < 0) return NAN;
    sum += weight[j] * (geometric ? log(u[j]) : u[j]);
  }
  return geometric ? exp(sum) : sum;
}

/* `weight`: l, of sum 1; NULL: the geometric form. NaN passes. */
static inline double sw_synergy(int k, const double *change, const double *weight) {
  double least = INFINITY, logs = 0, sum = 0;
  for (int j = 0; j < k; j++) {
    if (isnan(change[j])) return NAN;
    least = change[j] < least ? change[j] : least;
    logs += log(fabs(change[j])) / k;
    sum += weight ? weight[j] * fabs(change[j]) : 0;
  }
  if (least == 0) return 0;
  double size = weight ? sum : exp(logs); /* exp(-inf) is 0: a change of 0 beside others */
  return least < 0 ? -size : size;
}

#endif
