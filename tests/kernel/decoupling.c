/* Decoupling: Tapio's states by hand (oracles/regions.md of the shared data), borders that only
 * rounding moves, what has no state. */
#include "kernel/series/decoupling.h"

#include <criterion/criterion.h>
#include <math.h>

/* C0 C1 G0 G1. */
static sw_decoupling_state of(double c0, double c1, double g0, double g1) {
  double e;
  return sw_decoupling(c0, c1, g0, g1, &e);
}

static double elasticity(double c0, double c1, double g0, double g1) {
  double e;
  sw_decoupling(c0, c1, g0, g1, &e);
  return e;
}

Test(decoupling, eight_states) {
  cr_expect_eq(of(100, 110, 100, 120), SW_DECOUPLING_WEAK);
  cr_expect_eq(of(100, 110, 100, 110), SW_COUPLING_EXPANSIVE);
  cr_expect_eq(of(100, 120, 100, 110), SW_NEGATIVE_EXPANSIVE);
  cr_expect_eq(of(100, 95, 100, 110), SW_DECOUPLING_STRONG);
  cr_expect_eq(of(100, 80, 100, 90), SW_DECOUPLING_RECESSIVE);
  cr_expect_eq(of(100, 90, 100, 90), SW_COUPLING_RECESSIVE);
  cr_expect_eq(of(100, 97, 100, 90), SW_NEGATIVE_WEAK);
  cr_expect_eq(of(100, 105, 100, 90), SW_NEGATIVE_STRONG);
}

/* The numbers of the catalogue: what results hold. */
Test(decoupling, numbers) {
  cr_expect_eq(SW_DECOUPLING_NONE, 0);
  cr_expect_eq(SW_DECOUPLING_STRONG, 1);
  cr_expect_eq(SW_DECOUPLING_WEAK, 2);
  cr_expect_eq(SW_COUPLING_EXPANSIVE, 3);
  cr_expect_eq(SW_NEGATIVE_EXPANSIVE, 4);
  cr_expect_eq(SW_NEGATIVE_STRONG, 5);
  cr_expect_eq(SW_NEGATIVE_WEAK, 6);
  cr_expect_eq(SW_COUPLING_RECESSIVE, 7);
  cr_expect_eq(SW_DECOUPLING_RECESSIVE, 8);
  cr_expect_str_eq(sw_decoupling_label[SW_DECOUPLING_RECESSIVE], "recessive decoupling");
}

/* The borders belong to coupling, and a pressure that stays has an elasticity of 0. */
Test(decoupling, borders) {
  cr_expect_eq(of(100, 108, 100, 110), SW_COUPLING_EXPANSIVE);
  cr_expect_eq(of(100, 112, 100, 110), SW_COUPLING_EXPANSIVE);
  cr_expect_eq(of(100, 92, 100, 90), SW_COUPLING_RECESSIVE);
  cr_expect_eq(of(100, 88, 100, 90), SW_COUPLING_RECESSIVE);
  cr_expect_eq(of(100, 100, 100, 110), SW_DECOUPLING_WEAK);
  cr_expect_eq(of(100, 100, 100, 90), SW_NEGATIVE_WEAK);
  cr_expect_eq(elasticity(100, 108, 100, 110), .8);
  cr_expect_eq(elasticity(100, 100, 100, 90), 0);
  cr_expect_not(signbit(elasticity(100, 100, 100, 90)));
}

/* The same in units in which they are no whole numbers: 1.08 of 1, 0.0108 of 0.01, 10.8 of 10. */
Test(decoupling, borders_up_to_rounding) {
  static const double unit[] = {1, .1, .01, .7, .3, 1e-5, 1 / 3., 12345.678, 1e150, 1e300, 1e-200};
  for (int i = 0; i < 11; i++)
    for (int j = 0; j < 11; j++) {
      double c = unit[i], g = unit[j];
      cr_expect_eq(of(c, c * 1.08, g, g * 1.1), SW_COUPLING_EXPANSIVE, "%g %g", c, g);
      cr_expect_eq(of(c, c * 1.12, g, g * 1.1), SW_COUPLING_EXPANSIVE, "%g %g", c, g);
      cr_expect_eq(of(c, c * .92, g, g * .9), SW_COUPLING_RECESSIVE, "%g %g", c, g);
      cr_expect_eq(of(c, c * 1.0799999, g, g * 1.1), SW_DECOUPLING_WEAK, "%g %g", c, g);
      cr_expect_eq(of(c, c * 1.1200001, g, g * 1.1), SW_NEGATIVE_EXPANSIVE, "%g %g", c, g);
    }
}

Test(decoupling, none) {
  cr_expect_eq(of(100, 105, 100, 100), SW_DECOUPLING_NONE, "the driver stays");
  static const double bad[][4] = {{0, 5, 100, 110},     {-1, 5, 100, 110},
                                  {100, 5, 0, 110},     {100, 5, -3, 110},
                                  {NAN, 5, 100, 110},   {100, NAN, 100, 110},
                                  {100, 5, NAN, 110},   {100, 5, 100, NAN},
                                  {100, 105, 100, 100}, {1, 1e300, 1e300, 1e300 * (1 + 1e-15)}};
  for (int i = 0; i < 10; i++) {
    double e = 7;
    cr_expect_eq(sw_decoupling(bad[i][0], bad[i][1], bad[i][2], bad[i][3], &e), SW_DECOUPLING_NONE,
                 "case %d", i);
    cr_expect(isnan(e), "case %d", i);
  }
}

/* Products and sums beyond the range of doubles. */
Test(decoupling, ends_of_the_range) {
  cr_expect_eq(of(1e308, 1.7e308, 1e-300, 2e-300), SW_DECOUPLING_WEAK);
  cr_expect_eq(of(1e-300, 2e-300, 1e308, 1.7e308), SW_NEGATIVE_EXPANSIVE);
  cr_expect_float_eq(elasticity(1e-200, 1.05e-200, 1e-200, 1.1e-200), .5, 1e-12);
  cr_expect_float_eq(elasticity(1e200, 1.05e200, 1e200, 1.1e200), .5, 1e-12);
}

/* What C and G are counted in has no say. */
Test(decoupling, units_have_no_say) {
  static const double change[] = {-.3, -.1, -.05, -.01, 0, .02, .07, .11, .4};
  for (int i = 0; i < 9; i++)
    for (int j = 0; j < 9; j++) {
      if (j == 4) continue;
      double c = 1 + change[i], g = 1 + change[j];
      double e = elasticity(1, c, 1, g), other = elasticity(1024, 1024 * c, 1. / 64, g / 64);
      cr_expect_eq(e, other);
      cr_expect_eq(of(1, c, 1, g), of(1024, 1024 * c, 1. / 64, g / 64));
      cr_expect_float_eq(e, change[i] / change[j], 1e-12);
    }
}
