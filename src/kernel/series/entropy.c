/* Weights from sums, in a fixed order; sums over rows are the caller's. */
#include "kernel/series/entropy.h"

/* Below this the differences 1 - e are rounding, not information. */
static const double NOTHING = 1e-13;

double sw_entropy(double sum_p_log_p, double sum, double m) {
  if (!(sum > 0) || m < 2) return 1;
  double e = -sum_p_log_p / log(m);
  return e > 1 ? 1 : e;
}

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

bool sw_cv_weights(int p, double m, const double *sum, const double *square, const bool *constant,
                   double *weight) {
  for (int j = 0; j < p; j++)
    weight[j] = sum[j] > 0 ? sqrt(square[j] / m) / (sum[j] / m) : 0;
  return sw_weights_normalise(p, constant, weight);
}

bool sw_critic_weights(int p, const double *cross, const bool *constant, double *weight) {
  for (int j = 0; j < p; j++) {
    double own = cross[sw_packed(j, j)], conflict = 0;
    for (int k = 0; k < p; k++) {
      double other = cross[sw_packed(k, k)];
      /* The diagonal adds 1 - 1. Two of the same direction add nothing but rounding. */
      if (k == j || constant[k] || !(own > 0) || !(other > 0)) continue;
      double both = cross[k < j ? sw_packed(j, k) : sw_packed(k, j)];
      double apart = 1 - both / sqrt(own * other);
      conflict += apart > 0 ? apart : 0;
    }
    weight[j] = own > 0 ? sqrt(own) * conflict : 0;
  }
  /* The common divisor of sigma cancels only in sums of the same rows: scaled before the test
   * for nothing, so that the size of the pool does not matter. */
  double largest = 0;
  for (int j = 0; j < p; j++)
    largest = cross[sw_packed(j, j)] > largest ? cross[sw_packed(j, j)] : largest;
  for (int j = 0; largest > 0 && j < p; j++)
    weight[j] /= sqrt(largest);
  return sw_weights_normalise(p, constant, weight);
}
