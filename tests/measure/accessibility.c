/* Accessibility: cases by hand, what is not reached, limits. */
#include "measure/flows.h"

extern const sw_measure sw_measure_accessibility;

enum { T = 2 };
static const double mass[T][FLOWS_N] = {{4, 2, 1, 3}, {4, NAN, 1, 0}};

static harness *hand(const char *within) {
  harness *h = harness_new(&sw_measure_accessibility, FLOWS_N, T);
  harness_column(h, "mass", "people", &mass[0][0]);
  flows_give(h, flows_distance, true);
  harness_set(h, "within", within);
  return h;
}

/* Of a unit output by limit. */
static double at(harness *h, const char *name, int limit, int t, int unit) {
  return harness_result(h, name, limit * T + t)[unit];
}

Test(accessibility, by_hand) {
  harness *h = hand("[1, 2]");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "mean_time", 0)[0], (2 * 1 + 1 * 2 + 3 * 2) / 6., 1e-15);
  NEAR(harness_result(h, "potential", 0)[0], 2 + .5 + 1.5, 1e-15);
  NEAR(harness_result(h, "reached", 0)[0], 1, 0);
  NEAR(at(h, "count_within", 0, 0, 0), 2, 0);
  NEAR(at(h, "count_within", 1, 0, 0), 4, 0);
  NEAR(at(h, "mass_within", 0, 0, 0), 6, 0);
  NEAR(at(h, "mass_within", 0, 0, 2), 1 + 2 + 3, 0);
  NEAR(at(h, "mass_within", 1, 0, 1), 2 + 4 + 1, 0);
  harness_free(h);
}

/* Unit 1 has no mass: nobody reaches it; it is counted within its own circle, as every unit is. */
Test(accessibility, missing) {
  harness *h = hand("[1, 2]");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "mean_time", 1)[0], 2, 1e-15);
  NEAR(at(h, "count_within", 0, 1, 0), 1, 0);
  NEAR(at(h, "count_within", 0, 1, 1), 3, 0);
  NEAR(at(h, "mass_within", 0, 1, 1), 5, 0);
  NEAR(harness_result(h, "reached", 1)[1], 1, 0);
  harness_free(h);
}

Test(accessibility, not_reached) {
  static const double d[FLOWS_N][FLOWS_N] = {
      {0, 1, NAN, NAN}, {1, 0, NAN, NAN}, {1, NAN, 0, NAN}, {NAN, NAN, NAN, 0}};
  harness *h = hand("[1, 2]");
  flows_give(h, d, false);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "reached", 0)[0], 2 / 6., 1e-15);
  NEAR(harness_result(h, "mean_time", 0)[2], 1, 1e-15);
  cr_expect(isnan(harness_result(h, "mean_time", 0)[3]), "nothing reached");
  cr_expect(isnan(harness_result(h, "potential", 0)[3]), "nothing reached");
  NEAR(harness_result(h, "reached", 0)[3], 0, 0);
  NEAR(at(h, "count_within", 0, 0, 3), 1, 0);
  NEAR(at(h, "mass_within", 0, 0, 3), 3, 0);
  harness_free(h);
}

/* Many units by great circle, in km. */
Test(accessibility, plain) {
  enum { MANY = 600 };
  static double m[MANY];
  harness *h = harness_new(&sw_measure_accessibility, MANY, 1);
  sw_distance d;
  for (int i = 0; i < MANY; i++)
    m[i] = i % 11 ? 1 + i % 7 : NAN;
  harness_column(h, "mass", "people", m);
  flows_sphere(h, MANY, &d);
  harness_set(h, "within", "[1500]");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < MANY; i += 53) {
    double sum = 0, times = 0, near = 0, number = isnan(m[i]) ? 1 : 0;
    for (int j = 0; j < MANY; j++) {
      if (isnan(m[j])) continue;
      double km = flows_km(&d, i, j);
      bool within = i == j || km <= 1500;
      number += within, near += within ? m[j] : 0;
      if (i != j) sum += m[j], times += m[j] * km;
    }
    NEAR(harness_result(h, "mean_time", 0)[i], times / sum, 1e-10 * times / sum);
    NEAR(harness_result(h, "count_within", 0)[i], number, 0);
    NEAR(harness_result(h, "mass_within", 0)[i], near, 0);
    NEAR(harness_result(h, "reached", 0)[i], 1, 0);
  }
  harness_free(h);
}

Test(accessibility, refused) {
  harness *h = hand("[60, 60]");
  HARNESS_FAILS(h, "60 comes after 60; limits ascend");
  harness_free(h);
}

Test(accessibility, no_limits) {
  harness *h = hand("[]");
  HARNESS_FAILS(h, "within: the list is empty");
  harness_free(h);
}
