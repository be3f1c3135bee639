/* Coupling C of k >= 2 scores in [0,1] (methods.md section 2). Every form is symmetric in the
 * scores up to rounding; with the same scores in the same order the bits are the same, wherever it
 * is called from: no state, a fixed order of sums, `fma` nowhere.
 *
 *   product     GM(U) / AM(U)
 *   wang2021    sqrt([1 - mean_{i>j} |U_i - U_j|] * (prod_i U_i / max U)^(1/(k-1)))
 *   dispersion  1 - 2 sd(U), sd of the population
 *
 * All scores zero, or any NaN: NaN. Equal scores u have C = 1 and T = u exactly, in every form and
 * for any number of them: roots and sums alone would leave the last bits to chance. */
#ifndef SW_KERNEL_SERIES_COUPLING_H
#define SW_KERNEL_SERIES_COUPLING_H

#include <math.h>

typedef enum sw_coupling_form {
  SW_COUPLING_PRODUCT,
  SW_COUPLING_WANG2021,
  SW_COUPLING_DISPERSION
} sw_coupling_form; /* in the order of SW_COUPLING_FORMS */

#define SW_COUPLING_FORMS "product|wang2021|dispersion"

/* x^(1/k), x >= 0 or NaN: by roots, which are correctly rounded or nearly so, for the numbers of
 * systems that studies have. 0 and NaN pass through unchanged. */
static inline double sw_root(double x, int k) {
  if (k == 1) return x;
  if (k == 2) return sqrt(x);
  if (k == 3) return cbrt(x);
  if (k == 4) return sqrt(sqrt(x));
  return x > 0 ? exp(log(x) / k) : x;
}

/* NaN equals nothing. */
static inline int sw_scores_are_equal(const double *u, int k) {
  for (int s = 0; s < k; s++)
    if (u[s] != u[0]) return 0;
  return 1;
}

/* Scores lie in [0,1] and are few, so their product does not underflow before it means zero. */
static inline double sw_coupling_product(const double *u, int k) {
  double product = u[0], sum = u[0];
  for (int s = 1; s < k; s++) {
    product *= u[s];
    sum += u[s];
  }
  double c = k * sw_root(product, k) / sum;
  return c > 1 ? 1 : c; /* nearly equal scores, rounding */
}

/* Each score is divided by the largest before they are multiplied, so the largest itself gives 1
 * and the root is over k - 1 factors. */
static inline double sw_coupling_wang2021(const double *u, int k) {
  double largest = u[0], apart = 0, ratio = 1;
  for (int s = 1; s < k; s++)
    largest = u[s] > largest ? u[s] : largest;
  for (int s = 0; s < k; s++) {
    for (int r = 0; r < s; r++)
      apart += fabs(u[s] - u[r]);
    ratio *= u[s] / largest; /* 0/0 for all zero: NaN */
  }
  double near = 1 - apart / (0.5 * k * (k - 1));
  return sqrt((near < 0 ? 0 : near) * sw_root(ratio, k - 1)); /* below zero by rounding only */
}

static inline double sw_coupling_dispersion(const double *u, int k) {
  double sum = 0, square = 0;
  for (int s = 0; s < k; s++)
    sum += u[s];
  for (int s = 0; s < k; s++)
    square += (u[s] - sum / k) * (u[s] - sum / k);
  double c = 1 - 2 * sqrt(square / k);
  return sum == 0 ? NAN : c < 0 ? 0 : c; /* below zero by rounding only */
}

static inline double sw_coupling(sw_coupling_form form, const double *u, int k) {
  if (sw_scores_are_equal(u, k)) return u[0] == 0 ? NAN : 1;
  if (form == SW_COUPLING_PRODUCT) return sw_coupling_product(u, k);
  if (form == SW_COUPLING_WANG2021) return sw_coupling_wang2021(u, k);
  return sw_coupling_dispersion(u, k);
}

/* `alpha` sums to 1, so T is a mean of the scores. */
static inline double sw_development(const double *u, const double *alpha, int k) {
  double sum = 0;
  if (sw_scores_are_equal(u, k)) return u[0];
  for (int s = 0; s < k; s++)
    sum += alpha[s] * u[s];
  return sum;
}

#endif
