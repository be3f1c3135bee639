/* Order of a subsystem, and synergy of several (methods-regions.md, composites and synergy).
 *
 *   order degree of an indicator  u = (e - b)/(a - b), of a negative one (a - e)/(a - b), in [0,1]
 *                                 for e in [b, a] and not clipped beyond
 *   synergy of changes du_1 .. du_k  sign(min du) (prod |du|)^(1/k), or sign(min du) sum l |du|;
 *                                 0 where the least change is 0
 *
 * Source: Meng & Han 2000. */
#ifndef SW_KERNEL_SERIES_SYNERGY_H
#define SW_KERNEL_SERIES_SYNERGY_H

#include <math.h>
#include <stdbool.h>

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
