/* Inequality within each group and between each two, Atkinson, ratios of quantiles and
 * polarisation: hand cases and the numbers of oracles/regions.md. */
#include "measure/harness.h"

extern const sw_measure sw_measure_inequality;

static const char *const label[] = {"a", "b", "c", "d"};
static const char *const by_region[] = {"region"};

/* One period, with the groups of each unit as the column `region`. `weight` NULL: none. */
static harness *make(int64_t n, const double *x, const double *weight, int groups,
                     const int32_t *of, sw_grouping *grouping) {
  harness *h = harness_new(&sw_measure_inequality, n, 1);
  *grouping = (sw_grouping){"region", groups, label, of};
  h->units.n_groupings = 1;
  h->units.grouping = grouping;
  harness_column(h, "of", "x", x);
  if (weight) harness_column(h, "weight", "w", weight);
  for (int k = 0; k < 2; k++) {
    sw_arg *arg = harness_arg(h, k ? "groups" : "matrices");
    arg->count = 1;
    arg->texts = by_region;
  }
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  return h;
}

static double at(const harness *h, const char *name, int place) {
  return harness_result(h, name, 0)[place];
}

static const double eight[] = {1, 2, 3, 4, 2, 6, 6, 10};
static const int32_t halves[] = {0, 0, 0, 0, 1, 1, 1, 1};

/* Within, net and overlap as they are, out of the shares of the matrices: of pairs, one place. */
static void expect_parts(const harness *h, int groups, double gini, double within, double net,
                         double overlap) {
  double w = 0, n = 0, o = 0;
  for (int j = 0; j < groups; j++) {
    w += at(h, "share_within_gini", j);
    for (int k = 0; k < j; k++) {
      n += at(h, "share_net", j * groups + k);
      o += at(h, "share_transvariation", j * groups + k);
      cr_expect_eq(at(h, "share_net", k * groups + j), at(h, "share_net", j * groups + k));
    }
    cr_expect_eq(at(h, "share_net", j * groups + j), 0);
    cr_expect_eq(at(h, "share_transvariation", j * groups + j), 0);
    cr_expect_eq(at(h, "overlap", j * groups + j), 1);
    NEAR(at(h, "between_gini", j * groups + j), at(h, "group_gini", j), 1e-15);
  }
  NEAR(at(h, "gini", 0), gini, 5e-10);
  NEAR(w * at(h, "gini", 0), within, 5e-10);
  NEAR(n * at(h, "gini", 0), net, 5e-10);
  NEAR(o * at(h, "gini", 0), overlap, 5e-10);
  NEAR(w + n + o, 1, 1e-14);
  NEAR(at(h, "gini_within", 0), within, 5e-10);
  NEAR(at(h, "gini_between_net", 0), net, 5e-10);
  NEAR(at(h, "gini_transvariation", 0), overlap, 5e-10);
}

Test(inequality_groups, by_hand) {
  sw_grouping grouping;
  harness *h = make(8, eight, NULL, 2, halves, &grouping);
  expect_parts(h, 2, .352941176, .125, .205882353, .022058824);
  NEAR(at(h, "between_gini", 1), .455882353, 5e-10);
  NEAR(1 - at(h, "overlap", 2), .903225806, 5e-10);
  for (int g = 0; g < 2; g++) {
    NEAR(at(h, "group_gini", g), .25, 1e-15);
    NEAR(at(h, "group_n", g), 4, 0);
    NEAR(at(h, "group_mean", g), g ? 6 : 2.5, 1e-15);
  }
  /* T of (1 2 3 4): sum y/10 ln(y/2.5). */
  double t = .1 * log(.4) + .2 * log(.8) + .3 * log(1.2) + .4 * log(1.6);
  NEAR(at(h, "group_theil_t", 0), t, 1e-15);
  NEAR(at(h, "share_within_theil_t", 0), 10. / 34 * t / at(h, "theil_t", 0), 1e-15);
  NEAR(at(h, "share_within_theil_t", 0) + at(h, "share_within_theil_t", 1),
       at(h, "theil_t_within", 0) / at(h, "theil_t", 0), 1e-15);
  /* The part of b: .25 x .5 x 24/34 / G, and half of the 64.6% between them. */
  static const char *const lines[] = {"Gini by region: 35.4% within, 58.3% between (net), ",
                                      "part of each region in the Gini, ",
                                      "\n   57.29%       4           6  0.2500  b\n   42.71%  ",
                                      "\nthe most between two: a and b, 58.3% of the Gini (net)"};
  for (int k = 0; k < 4; k++)
    cr_expect(strstr(harness_said(h), lines[k]), "%s", harness_said(h));
  harness_free(h);
}

Test(inequality_groups, weighted_by_hand) {
  static const double w[] = {1, 2, 1, 2, 1, 1, 3, 1};
  sw_grouping grouping;
  harness *h = make(8, eight, w, 2, halves, &grouping);
  expect_parts(h, 2, .307692308, .099358974, .192307692, .016025641);
  NEAR(at(h, "between_gini", 1), .416666667, 5e-10);
  NEAR(1 - at(h, "overlap", 1), .923076923, 5e-10);
  NEAR(at(h, "group_gini", 0), .229166667, 5e-10);
  NEAR(at(h, "group_gini", 1), .185185185, 5e-10);
  harness_free(h);
}

/* The last group has one unit. */
Test(inequality_groups, constant_groups) {
  static const double x[] = {3, 3, 3, 5, 5, 8};
  static const int32_t of[] = {0, 0, 0, 1, 1, 2};
  sw_grouping grouping;
  harness *h = make(6, x, NULL, 3, of, &grouping);
  expect_parts(h, 3, .203703704, 0, .203703704, 0);
  for (int g = 0; g < 3; g++)
    cr_expect(at(h, "group_gini", g) == 0 && at(h, "group_theil_t", g) == 0);
  cr_expect_eq(at(h, "overlap", 1), 0);
  harness_free(h);
}

/* Of groups of zeros, without units, and where all are equal: what is undefined is NaN, and what
 * adds nothing is 0. */
Test(inequality_groups, undefined) {
  static const double x[] = {0, 0, 2, 4, 0, NAN}, same[] = {.1, .1, .1, .1, .1, .1};
  static const int32_t of[] = {0, 0, 1, 1, 2, 3};
  sw_grouping grouping;
  harness *h = make(6, x, NULL, 4, of, &grouping);
  cr_expect(isnan(at(h, "group_gini", 0)) && isnan(at(h, "group_theil_t", 0)));
  cr_expect_eq(at(h, "share_within_gini", 0), 0);
  cr_expect_eq(at(h, "share_within_theil_t", 0), 0);
  NEAR(at(h, "between_gini", 1), 1, 1e-15);
  cr_expect(isnan(at(h, "between_gini", 2)), "two groups of zeros");
  cr_expect_eq(at(h, "share_net", 2), 0);
  cr_expect_eq(at(h, "group_n", 3), 0);
  cr_expect(isnan(at(h, "group_mean", 3)) && isnan(at(h, "share_net", 3)), "no unit");
  cr_expect(isnan(at(h, "overlap", 15)) && isnan(at(h, "share_within_gini", 3)));
  cr_expect(isnan(at(h, "p90_p10", 0)), "the lower one is zero");
  harness_free(h);
  h = make(6, same, NULL, 4, of, &grouping);
  cr_expect(isnan(at(h, "share_net", 1)) && isnan(at(h, "share_within_gini", 1)), "0/0");
  cr_expect_eq(at(h, "between_gini", 1), 0);
  for (int k = 0; k < 3; k++)
    cr_expect_eq(at(h, "atkinson", k), 0);
  cr_expect_eq(at(h, "polarisation", 0), 0);
  NEAR(at(h, "p90_p10", 0), 1, 0);
  cr_expect_str_eq(harness_said(h), "", "there is no gap");
  harness_free(h);
}

Test(inequality_groups, atkinson) {
  static const double four[] = {1, 2, 3, 4}, zero[] = {0, 1, 2},
                      want[] = {.055585857, .114654464, .232};
  harness *h = harness_new(&sw_measure_inequality, 4, 1);
  harness_column(h, "of", "x", four);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int k = 0; k < 3; k++)
    NEAR(at(h, "atkinson", k), want[k], 5e-10);
  cr_expect(sw_job_result(&h->job, "polarisation")->off, "without groups");
  cr_expect(sw_job_result(&h->job, "between_gini")->off);
  harness_free(h);
  h = harness_new(&sw_measure_inequality, 3, 1);
  harness_column(h, "of", "x", zero);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(at(h, "atkinson", 0), .352396986, 5e-10);
  cr_expect(at(h, "atkinson", 1) == 1 && at(h, "atkinson", 2) == 1, "a zero");
  harness_free(h);
}

/* Quantiles at places of their own: the 10th, 20th, 50th, 80th and 90th of 0 .. 10, and between. */
Test(inequality_groups, ratios) {
  double x[11];
  for (int i = 0; i < 11; i++)
    x[(4 * i) % 11] = 1 + i;
  harness *h = harness_new(&sw_measure_inequality, 11, 1);
  harness_column(h, "of", "x", x);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(at(h, "p90_p10", 0), 10. / 2, 0);
  NEAR(at(h, "p80_p20", 0), 9. / 3, 0);
  NEAR(at(h, "p90_p50", 0), 10. / 6, 0);
  harness_free(h);
  h = harness_new(&sw_measure_inequality, 4, 1);
  harness_column(h, "of", "x", (const double[]){4, 1, 2, 3});
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(at(h, "p90_p10", 0), 3.7 / 1.3, 1e-15);
  harness_free(h);
}

/* Means 1, 3, 6 of groups with shares .5, .3, .2. */
Test(inequality_groups, polarisation) {
  static const double x[] = {1, 1, 1, 1, 1, 2, 3, 4, 6, 6};
  static const int32_t of[] = {0, 0, 0, 0, 0, 1, 1, 1, 2, 2};
  static const double alpha[] = {1.3, 1}, want[] = {.195832034, .261538462};
  for (int k = 0; k < 2; k++) {
    sw_grouping grouping = {"region", 3, label, of};
    harness *h = harness_new(&sw_measure_inequality, 10, 1);
    h->units.n_groupings = 1;
    h->units.grouping = &grouping;
    harness_column(h, "of", "x", x);
    sw_arg *arg = harness_arg(h, k ? "groups" : "matrices");
    arg->count = 1;
    arg->texts = by_region;
    harness_arg(h, "er_alpha")->number = alpha[k];
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    NEAR(at(h, "polarisation", 0), want[k], 5e-10);
    harness_free(h);
  }
}

/* Which unit stands where changes no number by more than rounding; groups are by label. */
Test(inequality_groups, order_of_units) {
  double x[8];
  int32_t of[8];
  sw_grouping first, second;
  for (int i = 0; i < 8; i++) {
    x[(3 * i) % 8] = eight[i];
    of[(3 * i) % 8] = halves[i];
  }
  harness *a = make(8, eight, NULL, 2, halves, &first), *b = make(8, x, NULL, 2, of, &second);
  static const char *const names[] = {"between_gini", "overlap", "share_net",
                                      "share_transvariation"};
  for (int q = 0; q < 4; q++)
    for (int k = 0; k < 4; k++)
      NEAR(at(a, names[q], k), at(b, names[q], k), 1e-15);
  NEAR(at(a, "polarisation", 0), at(b, "polarisation", 0), 1e-15);
  harness_free(a);
  harness_free(b);
}

Test(inequality_groups, refusals) {
  static const char *const two[] = {"region", "region"};
  harness *h = harness_new(&sw_measure_inequality, 4, 1);
  harness_column(h, "of", "x", eight);
  harness_set(h, "epsilon", "[1, 2, 1]");
  HARNESS_FAILS(h, "epsilon: 1 is listed twice");
  harness_free(h);
  h = harness_new(&sw_measure_inequality, 4, 1);
  harness_column(h, "of", "x", eight);
  harness_arg(h, "matrices")->count = 2;
  harness_arg(h, "matrices")->texts = two;
  HARNESS_FAILS(h, "matrices: 2 group columns; expected one");
  harness_free(h);
  h = harness_new(&sw_measure_inequality, 4, 1);
  harness_column(h, "of", "x", eight);
  harness_arg(h, "matrices")->count = 1;
  harness_arg(h, "matrices")->texts = by_region;
  HARNESS_FAILS(h, "matrices: 'region' is not a group column of the units");
  harness_free(h);
}
