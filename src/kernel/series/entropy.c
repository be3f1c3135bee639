/* Weights of a composite's indicators, out of sums over the complete rows of a pool. The sums are
 * the caller's (measure/composite), who adds them by blocks in a fixed order; here everything runs
 * over the p indicators in their order. Called once per pool by `finish`, on rank 0. */
#include "kernel/series/entropy.h"

/* A sum of weights below this, made of differences like 1 - e, is rounding and not information. */
static const double NOTHING = 1e-13;

/* e of an indicator; `m` rows. Limited to 1, which rounding may pass; equal values give 1 and so
 * no weight. All zero, or a single row: nothing tells the rows apart, 1. */
double sw_entropy(double sum_p_log_p, double sum, double m) {
  if (!(sum > 0) || m < 2) return 1;
  double e = -sum_p_log_p / log(m);
  return e > 1 ? 1 : e;
}

/* See entropy.h. A constant indicator gets no weight whatever `weight` says: it cannot tell units
 * apart, but given weights may be on it. Where only one indicator varies, weight 1 is the only
 * choice and needs no note, so the answer is true. */
bool sw_weights_normalise(int p, const bool *constant, double *weight) {
  double sum = 0, varying = 0;
  for (int j = 0; j < p; j++) {
    if (constant[j]) weight[j] = 0;
    sum += weight[j];
    varying += constant[j] ? 0 : 1;
  }
  bool told_apart = sum > NOTHING;
  for (int j = 0; j < p; j++) {
    if (varying == 0)
      weight[j] = NAN;
    else if (told_apart)
      weight[j] /= sum;
    else
      weight[j] = constant[j] ? 0 : 1 / varying;
  }
  return told_apart || varying <= 1;
}

bool sw_entropy_weights(int p, double m, const double *sum, const double *p_log_p,
                        const bool *constant, double *weight) {
  for (int j = 0; j < p; j++)
    weight[j] = 1 - sw_entropy(p_log_p[j], sum[j], m);
  return sw_weights_normalise(p, constant, weight);
}

/* sd / mean, the sd of the population. A mean of zero or less has no coefficient of variation:
 * weight 0. */
bool sw_cv_weights(int p, double m, const double *sum, const double *square, const bool *constant,
                   double *weight) {
  for (int j = 0; j < p; j++)
    weight[j] = sum[j] > 0 ? sqrt(square[j] / m) / (sum[j] / m) : 0;
  return sw_weights_normalise(p, constant, weight);
}

/* CRITIC: contrast (sigma) times conflict (how little the indicator correlates with the others).
 * cross(j, k) is a sum, not yet divided by the rows: in correlations the divisor cancels, and in
 * sigma it is common to all indicators, so that it cancels when the weights are scaled to 1.
 * Quadratic in p. */
bool sw_critic_weights(int p, const double *cross, const bool *constant, double *weight) {
  for (int j = 0; j < p; j++) {
    double own = cross[sw_packed(j, j)], conflict = 0;
    for (int k = 0; k < p; k++) {
      double other = cross[sw_packed(k, k)];
      /* The diagonal would add 1 - 1; a constant has no correlation. */
      if (k == j || constant[k] || !(own > 0) || !(other > 0)) continue;
      double both = cross[k < j ? sw_packed(j, k) : sw_packed(k, j)];
      double apart = 1 - both / sqrt(own * other);
      /* Two indicators in full agreement give 0 or, by rounding, a little less. */
      conflict += apart > 0 ? apart : 0;
    }
    weight[j] = own > 0 ? sqrt(own) * conflict : 0;
  }
  /* Scaled by the largest sigma before the test against NOTHING, so that the number of rows does
   * not decide what counts as nothing. */
  double largest = 0;
  for (int j = 0; j < p; j++)
    largest = cross[sw_packed(j, j)] > largest ? cross[sw_packed(j, j)] : largest;
  for (int j = 0; largest > 0 && j < p; j++)
    weight[j] /= sqrt(largest);
  return sw_weights_normalise(p, constant, weight);
}
