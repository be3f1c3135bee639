/* The three forms of coupling against published rows, and what holds for any scores. */
#include "kernel/series/coupling.h"

#include <criterion/criterion.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.12g, wanted %.12g", #actual,         \
            (double)(actual), (double)(wanted))

/* The vignette of CRAN's package coupling, recomputed: seven digits of scores. */
Test(coupling, four_systems) {
  static const double u[2][4] = {{.8179733, .3246648, .6590316, .1308531},
                                 {.3020233, .1318888, .4046987, .5173794}};
  static const double c[3][2] = {{.8051958, .8914577}, {.4722274, .6211236}, {.4593785, .7164548}};
  static const double d[3][2] = {{.6237105, .5497290}, {.4776480, .4588675}, {.4711049, .4928249}};
  static const double alpha[4] = {.25, .25, .25, .25};
  for (int form = 0; form < 3; form++)
    for (int row = 0; row < 2; row++) {
      double value = sw_coupling((sw_coupling_form)form, u[row], 4);
      NEAR(value, c[form][row], 1e-7);
      NEAR(sqrt(value * sw_development(u[row], alpha, 4)), d[form][row], 1e-7);
    }
}

/* The same source, three systems. */
Test(coupling, three_systems) {
  static const double u[6][3] = {{.0162, .2720, .2655}, {.1782, .6824, .3721},
                                 {.5490, .0593, .5729}, {.6730, .4812, .9082},
                                 {.0207, .8891, .2017}, {.9875, .5573, .8984}};
  static const double product[6] = {.57090373, .86722673, .67354472,
                                    .96736213, .41791447, .97094404};
  static const double wang[6] = {.44720835, .50051001, .455091, .66949703, .17493197, .71486957};
  for (int row = 0; row < 6; row++) {
    NEAR(sw_coupling_product(u[row], 3), product[row], 6e-9);
    NEAR(sw_coupling_wang2021(u[row], 3), wang[row], 6e-9);
  }
}

Test(coupling, two_systems_are_the_textbook_form) {
  const double u[2] = {.2, .45};
  NEAR(sw_coupling_product(u, 2), 2 * sqrt(.2 * .45) / .65, 1e-15);
}

/* Five systems take the logarithmic root. */
Test(coupling, roots_agree) {
  const double u[5] = {.9, .1, .4, .7, .3};
  NEAR(sw_coupling_product(u, 5), pow(.9 * .1 * .4 * .7 * .3, .2) / .48, 1e-15);
  cr_expect_eq(sw_root(0, 5), 0);
}

Test(coupling, edges) {
  const double none[3] = {0, 0, 0}, some[3] = {.5, 0, .2}, lost[3] = {.5, NAN, .2};
  const double same[3] = {.1, .1, .1};
  for (int form = 0; form < 3; form++) {
    cr_expect(isnan(sw_coupling((sw_coupling_form)form, none, 3)), "form %d", form);
    cr_expect(isnan(sw_coupling((sw_coupling_form)form, lost, 3)), "form %d", form);
    cr_expect_eq(sw_coupling((sw_coupling_form)form, same, 3), 1, "form %d", form);
  }
  cr_expect_eq(sw_coupling_product(some, 3), 0);
  cr_expect_eq(sw_coupling_wang2021(some, 3), 0);
}

/* In every form, for any number of them, whatever the bits of the score. */
Test(coupling, equal_scores_are_exact) {
  double u[32], alpha[32];
  for (int k = 2; k <= 32; k++)
    for (int form = 0; form < 3; form++)
      for (int q = 1; q <= 100; q++) {
        for (int s = 0; s < k; s++)
          u[s] = q / 100.0, alpha[s] = 1.0 / k;
        cr_expect(sw_coupling((sw_coupling_form)form, u, k) == 1, "%d of %g", k, u[0]);
        cr_expect(sw_development(u, alpha, k) == u[0], "%d of %g", k, u[0]);
      }
}

/* Scores as far apart as they go: what rounding takes below zero has no root. */
Test(coupling, far_apart) {
  static const double two[2] = {0, 1}, over[2] = {0, 1 + 1e-15};
  for (int form = 0; form < 3; form++) {
    cr_expect_eq(sw_coupling((sw_coupling_form)form, two, 2), 0);
    cr_expect_eq(sw_coupling((sw_coupling_form)form, over, 2), 0);
  }
}
