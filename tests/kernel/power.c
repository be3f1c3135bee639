/* Own logarithm and exponential against long double, and the loops that use them. */
#include "kernel/pairs/power.h"

#include <criterion/criterion.h>
#include <math.h>

Test(power, logarithm_and_exponential) {
  double worst_ln = 0, worst_exp = 0;
  for (int k = -30000; k <= 30000; k++) {
    double x = exp(k * 0.0229), y = k * 0.0235;
    double ln = fabs(sw_ln(x) - (double)logl(x)) / fmax(fabs(log(x)), 1e-300);
    double ex = fabs(sw_exp(y) / (double)expl(y) - 1);
    if (k && ln > worst_ln) worst_ln = ln;
    if (ex > worst_exp) worst_exp = ex;
  }
  cr_expect_lt(worst_ln, 3e-16);
  cr_expect_lt(worst_exp, 4e-16);
  cr_expect_eq(sw_ln(1), 0);
  cr_expect_eq(sw_exp(0), 1);
  cr_expect_lt(fabs(sw_ln(1 + 1e-9) / (1e-9 - 0.5e-18 + 1e-9 * 8.274037e-8) - 1), 1e-12);
}

Test(power, decays) {
  const double decay[] = {0.5, 1, 1.5, 2, 3, 4, 7.25};
  double v[37];
  for (int k = 0; k < 7; k++) {
    for (int j = 0; j < 37; j++)
      v[j] = 1 / (0.3 * (j + 1) * 0.3 * (j + 1));
    v[20] = NAN;
    sw_power_decay_each(37, decay[k], v);
    for (int j = 0; j < 37; j++)
      if (j != 20) cr_expect_lt(fabs(v[j] * pow(0.3 * (j + 1), decay[k]) - 1), 1e-14);
    cr_expect(isnan(v[20]));
  }
}

/* The bits of an element do not depend on its place in a segment. */
Test(power, place_does_not_matter) {
  double v[67], one[1];
  for (int j = 0; j < 67; j++)
    v[j] = 1e-4 * (j + 1);
  sw_power_decay_each(67, 1.3, v);
  for (int j = 0; j < 67; j++) {
    one[0] = 1e-4 * (j + 1);
    sw_power_decay_each(1, 1.3, one);
    cr_expect_eq(one[0], v[j]);
  }
}
