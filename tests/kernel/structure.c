/* Indices of structure: by hand, bounds, shares of zero, equal shares that differ by rounding. */
#include "kernel/series/structure.h"

#include <criterion/criterion.h>
#include <math.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

/* Hand cases of the oracles (regions.md, Structure). */
Test(structure, published) {
  static const double y[3] = {.1, .4, .5}, l[3] = {.3, .3, .4}, later[3] = {5, 35, 60};
  NEAR(sw_structure_theil(3, y, l), .116783376, 5e-10);
  NEAR(sw_structure_deviation(3, y, l), .325, 1e-15);
  NEAR(sw_structure_fu(y), 6.748397130, 5e-10);
  NEAR(sw_structure_angle(3, y, later), .167696842, 5e-10);
}

Test(structure, by_hand) {
  static const double s[3] = {.5, .25, .25}, b[3] = {.25, .25, .5};
  static const double all[3] = {30, 40, 50}, own[3] = {10, 20, 50};
  double share[3];
  NEAR(sw_structure_distance(3, s, b), .5, 0);
  NEAR(sw_structure_most(3, s, b), 2, 0);
  NEAR(sw_structure_concentration(3, s), .375, 0);
  cr_assert(sw_structure_shares(3, own, share));
  NEAR(share[1], .25, 0);
  cr_assert(sw_structure_rest(3, all, own, share));
  NEAR(share[0], .5, 0);
  NEAR(share[1], .5, 0);
  NEAR(share[2], 0, 0);
}

Test(structure, zeros) {
  static const double s[2] = {1, 0}, other[2] = {0, 1}, none[2] = {0, 0};
  double share[2];
  NEAR(sw_structure_distance(2, s, other), 2, 0);
  cr_expect(isnan(sw_structure_most(2, s, other)), "the base lacks what the unit has");
  NEAR(sw_structure_most(2, s, s), 1, 0);
  cr_expect(isnan(sw_structure_theil(2, s, other)), "output without labour");
  NEAR(sw_structure_theil(2, s, s), 0, 0);
  cr_expect(isnan(sw_structure_deviation(2, s, other)));
  static const double half[2] = {.5, .5};
  NEAR(sw_structure_theil(2, s, half), log(2), 1e-15); /* labour without output adds nothing */
  NEAR(sw_structure_deviation(2, s, half), 1, 0);
  cr_expect(isnan(sw_structure_angle(2, s, none)));
  NEAR(sw_structure_angle(2, s, other), M_PI_2, 1e-15);
  cr_expect(!sw_structure_shares(2, none, share));
  cr_expect(!sw_structure_rest(2, s, s, share), "nothing is left");
}

/* Sums of thirds in another order differ in their last bits. */
Test(structure, rounding) {
  double a[3] = {.1 + .2, .3, .4}, b[3] = {.3, .1 + .2, .4}, share[3];
  NEAR(sw_structure_distance(3, a, b), 0, 0);
  NEAR(sw_structure_theil(3, a, b), 0, 0);
  NEAR(sw_structure_deviation(3, a, b), 0, 0);
  double all[3] = {.1 + .2, 1, 1}, own[3] = {.3, .5, .5};
  cr_assert(sw_structure_rest(3, all, own, share));
  NEAR(share[0], 0, 0);
}

/* Against the arc cosine, and where that loses all digits. */
Test(structure, angles) {
  static const double u[3] = {3, 4, 0}, v[3] = {4, 3, 0};
  NEAR(sw_structure_angle(3, u, v), acos(24.0 / 25), 1e-15);
  double near[3] = {3, 4, 5e-12};
  NEAR(sw_structure_angle(3, u, near), 1e-12, 1e-24);
  NEAR(sw_structure_angle(3, u, u), 0, 0);
}
