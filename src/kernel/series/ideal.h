/* How far a row of normalised values x' is from the ideal (methods-regions.md, composites).
 *
 *   TOPSIS: closeness d-/(d+ + d-), d+ and d- the distances of v to the best and the worst value of
 *           each indicator. Weights inside: v = w x', d = sqrt(sum (v - v0)^2); outside:
 *           d = sqrt(sum w (x' - x0)^2). Both 0, as where nothing varies: NaN
 *   obstacles: O_j = w_j (1 - x'_j) / sum_k w_k (1 - x'_k), the shares of what a row lacks
 *
 * Sources: Hwang & Yoon 1981 (TOPSIS). */
#ifndef SW_KERNEL_SERIES_IDEAL_H
#define SW_KERNEL_SERIES_IDEAL_H

#include <math.h>
#include <stdbool.h>

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

#endif
