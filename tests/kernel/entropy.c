/* Weights of indicators from sums over rows. */
#include "kernel/series/entropy.h"

#include <criterion/criterion.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.12g, wanted %.12g", #actual,         \
            (double)(actual), (double)(wanted))

static const bool varying[4] = {false, false, false, false};

/* Sums, p ln p, squared deviations and cross products of rows x p values. */
typedef struct sums {
  double sum[4], p_log_p[4], square[4], cross[10];
} sums;

static sums sums_of(const double *x, int rows, int p) {
  sums s = {0};
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < p; j++)
      s.sum[j] += x[i * p + j];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < p; j++) {
      double apart = x[i * p + j] - s.sum[j] / rows;
      s.p_log_p[j] += sw_p_log_p(x[i * p + j], s.sum[j]);
      s.square[j] += apart * apart;
      for (int k = 0; k <= j; k++)
        s.cross[sw_packed(j, k)] += apart * (x[i * p + k] - s.sum[k] / rows);
    }
  return s;
}

/* By hand, x' given directly: three units, three indicators, no shift. */
Test(entropy, hand_case) {
  static const double x[9] = {1, 0, .2, .5, 1, .4, 0, .25, 1};
  static const double e[3] = {.579380, .455486, .819448}, w[3] = {.367134, .475274, .157593};
  sums s = sums_of(x, 3, 3);
  double weight[3];
  for (int j = 0; j < 3; j++)
    NEAR(sw_entropy(s.p_log_p[j], s.sum[j], 3), e[j], 5e-7);
  cr_expect(sw_entropy_weights(3, 3, s.sum, s.p_log_p, varying, weight));
  for (int j = 0; j < 3; j++)
    NEAR(weight[j], w[j], 5e-7);
}

Test(entropy, a_constant_has_no_weight) {
  static const double x[9] = {1, 0, 0, .5, 0, .4, 0, 0, 1};
  static const bool constant[3] = {false, true, false};
  sums s = sums_of(x, 3, 3);
  double weight[3];
  cr_expect(sw_entropy_weights(3, 3, s.sum, s.p_log_p, constant, weight));
  cr_expect_eq(weight[1], 0);
  NEAR(weight[0] + weight[2], 1, 1e-15);
}

Test(entropy, nothing_tells_them_apart) {
  static const double x[4] = {.3, .7, .3, .7};
  sums s = sums_of(x, 2, 2);
  double weight[2];
  cr_expect_not(sw_entropy_weights(2, 2, s.sum, s.p_log_p, varying, weight));
  NEAR(weight[0], .5, 0);
  NEAR(weight[1], .5, 0);
}

Test(entropy, one_alone_has_all_weight) {
  static const double x[6] = {.1, .5, .2, .5, .9, .5};
  static const bool constant[2] = {false, true};
  sums s = sums_of(x, 3, 2);
  double weight[2];
  cr_expect(sw_critic_weights(2, s.cross, constant, weight));
  NEAR(weight[0], 1, 0);
  NEAR(weight[1], 0, 0);
}

Test(entropy, all_constant_is_undefined) {
  static const bool constant[2] = {true, true};
  double weight[2] = {1, 1};
  sw_weights_normalise(2, constant, weight);
  cr_expect(isnan(weight[0]) && isnan(weight[1]));
}

/* sd 1/sqrt(12)-like columns by hand: x = (0, .5, 1), (0, 1, 0), sd .408248 and .471405, r = 0:
 * CRITIC weights are then as the sd, for one conflict each. */
Test(entropy, critic_hand_case) {
  static const double x[6] = {0, 0, .5, 1, 1, 0};
  sums s = sums_of(x, 3, 2);
  double weight[2], a = sqrt(1.0 / 6), b = sqrt(2.0 / 9);
  cr_expect(sw_critic_weights(2, s.cross, varying, weight));
  NEAR(weight[0], a / (a + b), 1e-15);
  NEAR(weight[1], b / (a + b), 1e-15);
}

Test(entropy, variation_hand_case) {
  static const double x[6] = {0, 0, .5, 1, 1, 0};
  sums s = sums_of(x, 3, 2);
  double weight[2], a = sqrt(1.0 / 6) / .5, b = sqrt(2.0 / 9) * 3;
  cr_expect(sw_cv_weights(2, 3, s.sum, s.square, varying, weight));
  NEAR(weight[0], a / (a + b), 1e-15);
}
