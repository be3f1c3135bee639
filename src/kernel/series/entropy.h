/* Weights of indicators out of their normalised values x' (methods.md section 1), from sums over
 * the complete rows of a pool. Every function writes p weights that sum to 1.
 *
 * `constant[j]`: the indicator does not vary, and gets weight 0. When nothing is left to tell the
 * others apart (all e = 1) they share equally, and the function returns false. When every
 * indicator is constant the weights are NaN. */
#ifndef SW_KERNEL_SERIES_ENTROPY_H
#define SW_KERNEL_SERIES_ENTROPY_H

#include <math.h>
#include <stdbool.h>

/* p ln p of x among values that sum to `sum`; 0 ln 0 = 0. */
static inline double sw_p_log_p(double x, double sum) {
  double p = x / sum;
  return p > 0 ? p * log(p) : 0;
}

/* e = -sum p ln p / ln m of m values; 1 when they are all zero. */
double sw_entropy(double sum_p_log_p, double sum, double m);

/* Scale `weight`, none negative, to sum 1; false when they are all zero or next to it, and then
 * those that are not constant, two or more, are made equal. */
bool sw_weights_normalise(int p, const bool *constant, double *weight);

/* Entropy weights (1 - e_j)/sum(1 - e): `p_log_p` the sums of p ln p, `sum` of x', m rows. */
bool sw_entropy_weights(int p, double m, const double *sum, const double *p_log_p,
                        const bool *constant, double *weight);
/* Coefficients of variation: `square` the sums of (x' - mean)^2. */
bool sw_cv_weights(int p, double m, const double *sum, const double *square, const bool *constant,
                   double *weight);
/* CRITIC, sigma_j sum_k (1 - r_jk), k over the indicators that vary: `cross` the sums of
 * (x'_j - mean_j)(x'_k - mean_k) for k <= j, packed by rows. */
bool sw_critic_weights(int p, const double *cross, const bool *constant, double *weight);

/* Place of (j, k), k <= j, in a packed triangle. */
static inline int sw_packed(int j, int k) {
  return j * (j + 1) / 2 + k;
}

#endif
