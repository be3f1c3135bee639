/* Coupling coordination of units: published rows through the measure, classes, what is refused. */
#include "measure/harness.h"

extern const sw_measure sw_measure_coupling_coordination;

static harness *couple(int64_t n, int systems, const double *const *u) {
  static const char *const names[] = {"economy", "ecology", "society", "science"};
  harness *h = harness_new(&sw_measure_coupling_coordination, n, 1);
  for (int s = 0; s < systems; s++)
    harness_column(h, "systems", names[s], u[s]);
  return h;
}

/* CRAN coupling's vignette, recomputed; the first unit of each of two blocks. */
Test(coupling_coordination, published) {
  static const double row[2][4] = {{.8179733, .3246648, .6590316, .1308531},
                                   {.3020233, .1318888, .4046987, .5173794}};
  static const double d[3][2] = {{.6237105, .5497290}, {.4776480, .4588675}, {.4711049, .4928249}};
  static const char *const form[3] = {"product", "wang2021", "dispersion"};
  static double u[4][257];
  const double *systems[4] = {u[0], u[1], u[2], u[3]};
  for (int s = 0; s < 4; s++)
    for (int i = 0; i < 257; i++)
      u[s][i] = row[i == 256][s];
  for (int f = 0; f < 3; f++) {
    harness *h = couple(257, 4, systems);
    harness_set(h, "form", form[f]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    const double *coordination = harness_result(h, "coordination", 0);
    NEAR(coordination[0], d[f][0], 1e-7);
    NEAR(coordination[255], d[f][0], 1e-7);
    NEAR(coordination[256], d[f][1], 1e-7);
    NEAR(harness_result(h, "lagging", 0)[0], 3, 0);
    NEAR(harness_result(h, "lagging", 0)[256], 1, 0);
    NEAR(harness_result(h, "balance", 0)[0], .1308531 / .8179733, 1e-15);
    harness_free(h);
  }
}

/* Systems that are all k^2/100 have D = k/10, a break, and are of the class above it; so have those
 * whose scores differ and whose D is the same but for rounding: with the product form any with the
 * geometric mean k^2/100. A thousandth below it is below. */
Test(coupling_coordination, borders) {
  static const char *const form[3] = {"product", "wang2021", "dispersion"};
  enum { UNITS = 30 };
  double u[4][UNITS], part[4] = {1, .5, 2, 1};
  const double *systems[4] = {u[0], u[1], u[2], u[3]};
  for (int f = 0; f < 3; f++)
    for (int k = 2; k <= 4; k++) {
      for (int i = 0; i < UNITS; i++)
        for (int s = 0; s < k; s++) {
          int q = i % 10 + 1;
          bool differ = i >= 10 && i < 20 && f == 0 && k > 2 && q <= 7;
          u[s][i] = q * q / 100.0 * (differ ? part[s] : i >= 20 ? .999 : 1);
        }
      harness *h = couple(UNITS, k, systems);
      harness_set(h, "form", form[f]);
      cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
      for (int i = 0; i < UNITS; i++) {
        int q = i % 10 + 1, upper = q < 10 ? q + 1 : 10;
        NEAR(harness_result(h, "class", 0)[i], i < 20 ? upper : q, 0);
        if (i < 10) NEAR(harness_result(h, "coordination", 0)[i], q / 10.0, 0);
        if (i < 10) NEAR(harness_result(h, "coupling", 0)[i], 1, 0);
      }
      harness_free(h);
    }
}

/* 0.1 + 0.2 is 0.3 but for rounding: the first named lags. A score that passes 1 by rounding is in
 * [0,1]. */
Test(coupling_coordination, ties_up_to_rounding) {
  static const double a[3] = {.1 + .2, .4, 1}, b[3] = {.3, .3, 1 + 0x1p-52};
  const double *systems[2] = {a, b};
  harness *h = couple(3, 2, systems);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "lagging", 0)[0], 0, 0);
  NEAR(harness_result(h, "lagging", 0)[1], 1, 0);
  NEAR(harness_result(h, "class", 0)[2], 10, 0);
  harness_free(h);
}

/* Two equal scores have D = U: breaks are half-open. */
Test(coupling_coordination, classes) {
  static const double u[7] = {.3, .1 + .2, .25, 1, 0, NAN, .95};
  static const double want[7] = {4, 4, 3, 10, 0, 0, 10};
  const double *systems[2] = {u, u};
  harness *h = couple(7, 2, systems);
  harness_set(h, "form", "dispersion"); /* C is 1 to the bit, D = sqrt(U) */
  harness_set(h, "breaks", "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]");
  double square[7];
  for (int i = 0; i < 7; i++)
    square[i] = u[i] * u[i];
  for (int s = 0; s < 2; s++)
    memcpy(h->whole[s][0], square, sizeof square);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < 7; i++)
    NEAR(harness_result(h, "class", 0)[i], want[i], 0);
  cr_expect(isnan(harness_result(h, "coordination", 0)[4]), "all zero");
  NEAR(harness_result(h, "lagging", 0)[4], -1, 0);
  cr_expect_eq(strcmp(h->job.axis[0].label[9], "quality coordination"), 0);
  NEAR(harness_result(h, "class_from", 0)[3], .3, 0);
  harness_free(h);
}

Test(coupling_coordination, weights_and_labels) {
  static const double a[2] = {.5, .5}, b[2] = {.1, .5};
  static const char *const alpha[2] = {"1", "3"};
  const double *systems[2] = {a, b};
  harness *h = couple(2, 2, systems);
  harness_set_node(h, "alpha", harness_list(h, 2, alpha));
  harness_set(h, "breaks", "[0.3, 0.5, 0.8]");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "development", 0)[0], .25 * .5 + .75 * .1, 1e-16);
  NEAR(harness_result(h, "alpha", 0)[1], .75, 0);
  NEAR(harness_result(h, "lagging", 0)[1], 0, 0); /* a tie: the first named */
  cr_expect_eq(strcmp(h->job.axis[0].label[3], "class 4"), 0);
  harness_free(h);
}

Test(coupling_coordination, refusals) {
  static double a[600], b[600];
  const double *systems[2] = {a, b};
  b[300] = 1.5;
  b[400] = -1;
  harness *h = couple(600, 2, systems);
  HARNESS_FAILS(h, "'ecology' of unit 00000300 in 2001 is 1.5, outside [0,1] (2 such scores)");
  harness_free(h);
  h = couple(600, 2, systems);
  h->input[1].unbounded = true;
  HARNESS_FAILS(h, "composite of z-scores");
  harness_free(h);
  h = couple(600, 1, systems);
  HARNESS_FAILS(h, "1 system; expected");
  harness_free(h);
  h = couple(600, 2, systems);
  harness_set(h, "breaks", "[0.5, 0.5]");
  HARNESS_FAILS(h, "0.5 after 0.5");
  harness_free(h);
  h = couple(600, 2, systems);
  static const char *const three[3] = {"1", "1", "1"};
  harness_set_node(h, "alpha", harness_list(h, 3, three));
  HARNESS_FAILS(h, "3 weights for 2 systems");
  harness_free(h);
}
