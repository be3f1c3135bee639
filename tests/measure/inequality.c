/* Inequality of the Mexican states by period and by region (oracles), and what is refused. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_inequality;

Test(inequality, mexico) {
  REAL_OPEN(table, "mx32_long.csv");
  static const double theil[7] = {.20894344, .15222451, .10472941, .10194725,
                                  .09560113, .10511256, .10660832};
  static const double between[7] = {.0345889,  .02816853, .05260921, .05931219,
                                    .03205257, .02963731, .03635872};
  enum { N = 32, T = 7 };
  static double x[T * N];
  static int32_t region[N];
  static const char *const label[] = {"0", "1", "2", "3", "4", "5"};
  cr_assert_eq(table->rows, N * T);
  for (int r = 0; r < N * T; r++) {
    x[(r % T) * N + r / T] = real_number(table, r, "pcgdp");
    region[r / T] = (int32_t)real_number(table, r, "hanson98");
  }
  harness *h = harness_new(&sw_measure_inequality, N, T);
  const sw_grouping grouping = {"hanson98", 6, label, region};
  h->units.n_groupings = 1;
  h->units.grouping = &grouping;
  harness_column(h, "of", "pcgdp", x);
  static const char *const groups[1] = {"hanson98"};
  sw_arg *arg = harness_arg(h, "groups");
  arg->count = 1;
  arg->texts = groups;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int t = 0; t < T; t++) {
    NEAR(harness_result(h, "theil_t", 0)[t], theil[t], 5e-9);
    NEAR(harness_result(h, "theil_t_between", 0)[t], between[t], 5e-9);
    NEAR(harness_result(h, "theil_t_within", 0)[t], theil[t] - between[t], 1e-8);
    NEAR(harness_result(h, "n_used", 0)[t], N, 0);
  }
  NEAR(harness_result(h, "gini", 0)[0], .35372371, 5e-9);
  NEAR(harness_result(h, "gini_within", 0)[0], .05970572, 5e-9);
  NEAR(harness_result(h, "gini_between_net", 0)[0], .14066086, 5e-9);
  NEAR(harness_result(h, "gini_transvariation", 0)[0], .15335713, 5e-9);
  cr_expect(harness_noted(h, "looks like a variable per head"));
  harness_free(h);
}

Test(inequality, weights_are_repetitions) {
  static const double x[3] = {1, 4, 9}, w[3] = {2, 1, 3};
  static const double each[6] = {1, 1, 4, 9, 9, 9};
  harness *a = harness_new(&sw_measure_inequality, 3, 1);
  harness *b = harness_new(&sw_measure_inequality, 6, 1);
  harness_column(a, "of", "gdp_pc", x);
  harness_column(a, "weight", "population", w);
  harness_column(b, "of", "x", each);
  cr_assert_eq(harness_run(a), SW_OK, "%s", a->err.text);
  cr_assert_eq(harness_run(b), SW_OK, "%s", b->err.text);
  static const char *const names[] = {"gini", "theil_t", "theil_l", "hoover", "cv"};
  for (int q = 0; q < 5; q++)
    NEAR(harness_result(a, names[q], 0)[0], harness_result(b, names[q], 0)[0], 1e-15);
  cr_expect_not(harness_noted(a, "per head"));
  cr_expect(a->job.result[3].off, "no parts without groups");
  harness_free(a);
  harness_free(b);
}

Test(inequality, idle_parameter) {
  static const double x[3] = {1, 4, 9};
  harness *h = harness_new(&sw_measure_inequality, 3, 1);
  harness_column(h, "of", "x", x);
  harness_arg(h, "er_alpha")->given = true;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "`er_alpha` is of the polarisation of groups"));
  harness_free(h);
}

Test(inequality, refusals) {
  static const double x[4] = {1, 2, 3, -4}, zero[4] = {1, 0, 3, 4};
  harness *h = harness_new(&sw_measure_inequality, 2, 2);
  harness_column(h, "of", "x", x);
  HARNESS_FAILS(h, "'x' of unit 00000001 in 2002 is -4");
  harness_free(h);
  h = harness_new(&sw_measure_inequality, 2, 2);
  harness_column(h, "of", "x", zero);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(harness_result(h, "theil_l", 0)[0]));
  cr_expect(isfinite(harness_result(h, "theil_l", 0)[1]));
  cr_expect(harness_noted(h, "Theil L is undefined"));
  harness_free(h);
}
