/* Order degrees and synergy by hand. */
#include <criterion/criterion.h>
#include <stdint.h>

#include "kernel/series/composite.h"

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

static double from_to(int k, const double *from, const double *to, const double *weight) {
  double change[3];
  for (int j = 0; j < k; j++)
    change[j] = to[j] - from[j];
  return sw_synergy(k, change, weight);
}

/* oracles/regions.md of the shared data, "Structure", the last case. */
Test(synergy, published) {
  static const double from[3] = {.2, .3, .4}, up[3] = {.3, .5, .45}, apart[3] = {.3, .2, .45};
  static const double third[3] = {1. / 3, 1. / 3, 1. / 3}, still[2] = {.2, .5};
  NEAR(from_to(3, from, up, NULL), .1, 1e-15);
  NEAR(from_to(3, from, apart, NULL), -.079370053, 5e-10);
  NEAR(from_to(2, from, still, NULL), 0, 0);
  NEAR(from_to(3, from, up, third), .35 / 3, 1e-15);
  NEAR(from_to(3, from, apart, third), -.25 / 3, 1e-15);
  NEAR(from_to(2, from, still, third), 0, 0);
}

Test(synergy, missing_and_falling) {
  static const double missing[2] = {NAN, .5}, from[2] = {.5, .5}, falling[2] = {.4, .5};
  cr_expect(isnan(from_to(2, from, missing, NULL)));
  cr_expect(isnan(sw_synergy(2, (double[]){.1, NAN}, NULL)), "missing in any place");
  NEAR(from_to(2, from, falling, NULL), 0, 0);
}

Test(synergy, order) {
  static const double u[3] = {.25, .64, 5}, w[3] = {.5, .5, 0}, zero[3] = {0, .64, 1};
  static const double below[3] = {-.1, .5, 1};
  NEAR(sw_order_degree(3, 1, 5, false), .5, 0);
  NEAR(sw_order_degree(2, 1, 5, true), .75, 0);
  NEAR(sw_order_degree(7, 1, 5, false), 1.5, 0);
  NEAR(sw_order_degree(0, 1, 5, true), 1.25, 0);
  NEAR(sw_order_of(3, u, w, false), .445, 1e-16);
  NEAR(sw_order_of(3, u, w, true), .4, 1e-15);
  NEAR(sw_order_of(3, zero, w, true), 0, 0);
  cr_expect(isnan(sw_order_of(3, below, w, true)));
  NEAR(sw_order_of(3, below, w, false), .2, 1e-16);
}
