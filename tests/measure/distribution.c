/* Kernel densities: bandwidths and a maximum as R has them, the plain sum, the one grid, and what
 * is undefined or refused. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_distribution;

static double at(const harness *h, const char *name, int place) {
  return harness_result(h, name, 0)[place];
}

/* ln income of the 48 states: R's bw.nrd0, and bw.SJ with tol 1e-12 (oracles/regions.md). 1929
 * needs the widened bracket. */
Test(distribution, states) {
  REAL_OPEN(table, "us48_income_long.csv");
  enum { N = 48 };
  static const char *const rule[] = {"silverman", "sheather-jones"};
  static const double want[2][2] = {{.153272006547, .0577126300991},
                                    {.206167346119, .0658988158668}};
  static double x[2 * N];
  int count[2] = {0};
  for (int64_t r = 0; r < table->rows; r++)
    for (int t = 0; t < 2; t++)
      if (real_number(table, r, "year") == (t ? 2009 : 1929))
        x[t * N + count[t]++] = log(real_number(table, r, "income"));
  cr_assert(count[0] == N && count[1] == N);
  for (int k = 0; k < 2; k++) {
    harness *h = harness_new(&sw_measure_distribution, N, 2);
    harness_column(h, "of", "ln_income", x);
    harness_set(h, "bandwidth", rule[k]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    for (int t = 0; t < 2; t++) {
      NEAR(at(h, "bandwidth", t), want[k][t], 1e-11 * want[k][t]);
      NEAR(at(h, "n_used", t), N, 0);
    }
    harness_free(h);
  }
}

/* Two periods with a missing value and a stray: one grid from the lower end of one to the upper end
 * of the other, the plain sum at each point, and an area of 1. */
Test(distribution, plain_sum) {
  enum { N = 7, POINTS = 50 };
  static const double x[2 * N] = {1, 2, 2.5, NAN, 3, 3, 40, 5, 6, 7, 8, 9, 9, 9.5};
  harness *h = harness_new(&sw_measure_distribution, N, 2);
  harness_column(h, "of", "x", x);
  harness_arg(h, "points")->number = POINTS;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *point = harness_result(h, "point", 0);
  NEAR(point[0], 1 - 3 * at(h, "bandwidth", 0), 1e-15);
  NEAR(point[POINTS - 1], 40 + 3 * at(h, "bandwidth", 0), 0);
  NEAR(at(h, "n_used", 0), 6, 0);
  for (int t = 0; t < 2; t++) {
    double width = at(h, "bandwidth", t), area = 0;
    for (int k = 0; k < POINTS; k++) {
      double sum = 0, n = 0;
      for (int i = 0; i < N; i++) {
        double z = (point[k] - x[t * N + i]) / width;
        if (isnan(z)) continue;
        sum += exp(-z * z / 2) / sqrt(2 * M_PI);
        n++;
      }
      double want = sum / (n * width), got = at(h, "density", t * POINTS + k);
      NEAR(got, want, 1e-11 * want + 1e-300);
      area += got * (point[1] - point[0]);
    }
    NEAR(area, 1, .05);
  }
  harness_free(h);
}

/* A long tail stretches the grid: points too far apart for the bandwidth are warned of. */
Test(distribution, coarse_grid) {
  static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1000};
  for (int k = 0; k < 2; k++) {
    harness *h = harness_new(&sw_measure_distribution, 10, 1);
    harness_column(h, "of", "x", x);
    harness_arg(h, "points")->number = k ? 2000 : 200;
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    cr_expect_eq(harness_noted(h, "more than the bandwidth in 1 of 1 periods"), k == 0);
    harness_free(h);
  }
}

/* Equal distances: two values are two modes with a narrow bandwidth, one with a wide one. */
Test(distribution, given_bandwidth) {
  static const double x[] = {0, 10};
  static const char *const width[] = {"1", "20"};
  for (int k = 0; k < 2; k++) {
    harness *h = harness_new(&sw_measure_distribution, 2, 1);
    harness_column(h, "of", "x", x);
    harness_set(h, "bandwidth", width[k]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    NEAR(at(h, "modes", 0), k ? 1 : 2, 0);
    NEAR(at(h, "bandwidth", 0), k ? 20 : 1, 0);
    NEAR(at(h, "point", 0), k ? -60 : -3, 0);
    harness_free(h);
  }
}

/* Periods: constant, one value, none, and one that has a density. */
Test(distribution, undefined) {
  static const double x[4 * 3] = {7, 7, 7, NAN, 1, NAN, NAN, NAN, NAN, 1, 2, 4};
  harness *h = harness_new(&sw_measure_distribution, 3, 4);
  harness_column(h, "of", "x", x);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int t = 0; t < 4; t++) {
    cr_expect_eq(isnan(at(h, "bandwidth", t)) != 0, t < 3);
    cr_expect_eq(isnan(at(h, "modes", t)) != 0, t < 3);
    cr_expect_eq(isnan(at(h, "density", 200 * t + 199)) != 0, t < 3);
  }
  NEAR(at(h, "point", 0), 1 - 3 * at(h, "bandwidth", 3), 1e-15);
  harness_free(h);
  /* All periods: no grid either. */
  h = harness_new(&sw_measure_distribution, 3, 1);
  harness_column(h, "of", "x", x);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(at(h, "point", 0)) && isnan(at(h, "density", 0)));
  harness_free(h);
}

Test(distribution, refusals) {
  static const double x[] = {1, 2};
  static const char *const wrong[] = {"normal", "0", "-1", "nan"};
  for (int k = 0; k < 4; k++) {
    harness *h = harness_new(&sw_measure_distribution, 2, 1);
    harness_column(h, "of", "x", x);
    harness_set(h, "bandwidth", wrong[k]);
    HARNESS_FAILS(h, "expected silverman, sheather-jones or a number above 0");
    harness_free(h);
  }
}
