/* Location quotients and co-agglomeration: by hand, given base, own sums with gaps, refusals. */
#include "measure/harness.h"

extern const sw_measure sw_measure_location_quotient, sw_measure_coagglomeration;

/* Two periods of three units; the second industry lacks a cell in 2002. */
static const double total[6] = {10, 20, 0, 10, 20, 30};
static const double first[6] = {5, 5, 0, 2, 4, 6}, second[6] = {1, 0, 0, 3, NAN, 9};

static harness *quotient(bool with_second) {
  harness *h = harness_new(&sw_measure_location_quotient, 3, 2);
  harness_column(h, "industries", "first", first);
  if (with_second) harness_column(h, "industries", "second", second);
  harness_column(h, "total", "total", total);
  return h;
}

Test(location_quotient, own_sums) {
  harness *h = quotient(false);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "value", 0)[0], .5 / (10.0 / 30), 1e-15);
  NEAR(harness_result(h, "value", 1)[2], 1, 1e-15);
  cr_expect(isnan(harness_result(h, "value", 0)[2]), "total of zero");
  NEAR(harness_result(h, "coverage", 0)[0], 1, 0);
  harness_free(h);
}

Test(location_quotient, own_sums_with_gaps) {
  harness *h = quotient(true);
  HARNESS_FAILS(h, "'second' lacks 1 of 3 units in 2002");
  harness_free(h);
  h = quotient(true);
  harness_set(h, "base_over", "complete");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  /* rows: industry * periods + period */
  NEAR(harness_result(h, "value", 3)[0], (3.0 / 10) / (12.0 / 40), 1e-15);
  NEAR(harness_result(h, "value", 1)[0], (2.0 / 10) / (12.0 / 60), 1e-15);
  cr_expect(isnan(harness_result(h, "value", 3)[1]));
  NEAR(harness_result(h, "coverage", 0)[3], 2.0 / 3, 1e-15);
  NEAR(harness_result(h, "coverage_total", 0)[3], 40.0 / 60, 1e-15);
  harness_free(h);
}

/* The same base as rows of years and as rows of industries. */
Test(location_quotient, given_base) {
  static const char *const years[2] = {"2001", "2002"}, *const names[2] = {"first", "total"};
  static const double by_year[4] = {20, 100, 30, 120}, by_name[4] = {20, 30, 100, 120};
  const sw_table tables[2] = {{"nation.csv", 2, 2, years, names, by_year},
                              {"nation.csv", 2, 2, names, years, by_name}};
  for (int k = 0; k < 2; k++) {
    harness *h = quotient(false);
    harness_arg(h, "base")->table = &tables[k];
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    NEAR(harness_result(h, "value", 1)[0], .2 / .25, 1e-15);
    harness_free(h);
    h = quotient(true);
    harness_arg(h, "base")->table = &tables[k];
    HARNESS_FAILS(h, k ? "nation.csv has no row 'second'" : "nation.csv has no column 'second'");
    harness_free(h);
  }
  sw_table one = {"nation.csv", 1, 2, years, names, by_year};
  harness *h = quotient(false);
  harness_arg(h, "base")->table = &one;
  HARNESS_FAILS(h, "nation.csv has no period '2002'; did you mean '2001'?");
  harness_free(h);
}

/* (1.2, .8): plain .8, augmented 2.8; (.02, .02): plain 1; two absent ones: undefined. */
Test(coagglomeration, from_quotients) {
  static const double a[4] = {1.2, .02, 0, NAN}, b[4] = {.8, .02, 0, 1};
  for (int plain = 0; plain < 2; plain++) {
    harness *h = harness_new(&sw_measure_coagglomeration, 4, 1);
    harness_column(h, "a", "lq.value[a]", a);
    harness_column(h, "b", "lq.value[b]", b);
    if (plain) harness_set(h, "form", "plain");
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    NEAR(harness_result(h, "plain", 0)[0], .8, 1e-15);
    NEAR(harness_result(h, "augmented", 0)[0], 2.8, 1e-15);
    NEAR(harness_result(h, "value", 0)[0], plain ? .8 : 2.8, 1e-15);
    NEAR(harness_result(h, "plain", 0)[1], 1, 0);
    cr_expect(isnan(harness_result(h, "value", 0)[2]));
    cr_expect(isnan(harness_result(h, "value", 0)[3]));
    harness_free(h);
  }
}

Test(coagglomeration, from_industries) {
  harness *h = harness_new(&sw_measure_coagglomeration, 3, 2);
  harness_column(h, "a", "first", first);
  harness_column(h, "b", "second", second);
  harness_column(h, "total", "total", total);
  harness_set(h, "base_over", "complete");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double a = (2.0 / 10) / (12.0 / 60), b = (3.0 / 10) / (12.0 / 40);
  NEAR(harness_result(h, "value", 1)[0], 1 - fabs(a - b) / (a + b) + a + b, 1e-14);
  harness_free(h);
  h = harness_new(&sw_measure_coagglomeration, 3, 2);
  harness_column(h, "a", "first", first);
  harness_column(h, "b", "second", second);
  harness_set(h, "base_over", "complete");
  HARNESS_FAILS(h, "`base` needs `total`");
  harness_free(h);
}
