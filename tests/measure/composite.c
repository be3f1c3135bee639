/* Composites through their passes: by hand, and on two blocks with gaps against a plain reading of
 * the formula. */
#include "measure/harness.h"

extern const sw_measure sw_measure_composite;

enum { N = 300, T = 2, P = 3 };

static harness *composite(int64_t n, int periods) {
  return harness_new(&sw_measure_composite, n, periods);
}

/* Values with gaps: the third indicator lacks every fifth cell. */
static double panel[P][T * N];

static void make_panel(void) {
  uint64_t state = 11;
  for (int j = 0; j < P; j++)
    for (int i = 0; i < T * N; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      panel[j][i] = (double)(state >> 44) * (j + 1);
      if (j == 2 && i % 5 == 0) panel[j][i] = NAN;
    }
}

static harness *on_panel(void) {
  harness *h = composite(N, T);
  harness_column(h, "positive", "a", panel[0]);
  harness_column(h, "positive", "b", panel[1]);
  harness_column(h, "negative", "c", panel[2]);
  return h;
}

/* Entropy weights of the cells [from, to) as the formula reads. */
static void entropy_by_formula(int from, int to, double *weight) {
  double d[P], all = 0;
  for (int j = 0; j < P; j++) {
    double lo = INFINITY, hi = -INFINITY, sum = 0, e = 0, m = 0;
    for (int i = from; i < to; i++) {
      if (isnan(panel[2][i])) continue;
      lo = fmin(lo, panel[j][i]);
      hi = fmax(hi, panel[j][i]);
      m += 1;
    }
    for (int i = from; i < to; i++)
      if (!isnan(panel[2][i])) sum += j == 2 ? (hi - panel[j][i]) : (panel[j][i] - lo);
    for (int i = from; i < to; i++) {
      if (isnan(panel[2][i])) continue;
      double p = (j == 2 ? (hi - panel[j][i]) : (panel[j][i] - lo)) / sum;
      if (p > 0) e -= p * log(p) / log(m);
    }
    d[j] = 1 - e;
    all += d[j];
  }
  for (int j = 0; j < P; j++)
    weight[j] = d[j] / all;
}

/* The hand case of the entropy weights, with bounds [0,1] so that x' is what is given. */
Test(composite, hand_case) {
  static const double x[P][3] = {{1, .5, 0}, {0, 1, .25}, {.2, .4, 1}};
  static const double w[P] = {.367134, .475274, .157593};
  static const char *const names[P] = {"a", "b", "c"}, *const unit[2] = {"0", "1"};
  harness *h = composite(3, 1);
  sw_node *bounds[P];
  for (int j = 0; j < P; j++) {
    harness_column(h, "positive", names[j], x[j]);
    bounds[j] = harness_list(h, 2, unit);
  }
  harness_set_node(h, "over", harness_pair(h, "bounds", harness_many(h, P, names, bounds)));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int j = 0; j < P; j++) {
    NEAR(harness_result(h, "weight", 0)[j], w[j], 5e-7);
    NEAR(harness_result(h, "upper", 0)[j], 1, 0);
  }
  for (int i = 0; i < 3; i++)
    NEAR(harness_result(h, "score", 0)[i], w[0] * x[0][i] + w[1] * x[1][i] + w[2] * x[2][i], 2e-6);
  harness_free(h);
}

Test(composite, rows_are_listwise, .init = make_panel) {
  harness *h = on_panel();
  double weight[P];
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  entropy_by_formula(0, T * N, weight);
  for (int j = 0; j < P; j++)
    NEAR(harness_result(h, "weight", 0)[j], weight[j], 1e-12);
  for (int i = 0; i < T * N; i++) {
    double score = harness_result(h, "score", i / N)[i % N];
    cr_assert_eq(isnan(score) != 0, i % 5 == 0, "cell %d: %g", i, score);
    cr_assert(isnan(score) || (score >= 0 && score <= 1));
  }
  cr_expect_not(h->job.scores_per_period);
  harness_free(h);
}

Test(composite, weights_of_each_period, .init = make_panel) {
  harness *h = on_panel();
  harness_set(h, "over", "period");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int t = 0; t < T; t++) {
    double weight[P];
    entropy_by_formula(t * N, (t + 1) * N, weight);
    for (int j = 0; j < P; j++)
      NEAR(harness_result(h, "weight", 0)[t * P + j], weight[j], 1e-12);
  }
  cr_expect_eq(h->job.result[2].output->shape, SW_GLOBAL);
  double most = -INFINITY;
  for (int i = 0; i < N; i++)
    if (!isnan(h->whole[0][1][i] + h->whole[1][1][i])) most = fmax(most, h->whole[2][1][i]);
  NEAR(harness_result(h, "upper", 0)[P + 2], most, 0);
  cr_expect(h->job.scores_per_period);
  harness_free(h);
}

Test(composite, z_scores, .init = make_panel) {
  harness *h = on_panel();
  harness_set(h, "normalise", "z-score");
  HARNESS_FAILS(h, "entropy weights need values of zero or more");
  harness_free(h);
  h = on_panel();
  harness_set(h, "normalise", "z-score");
  harness_set(h, "weights", "equal");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double sum = 0, count = 0, square = 0;
  for (int i = 0; i < T * N; i++) {
    double z = harness_result(h, "score", i / N)[i % N];
    if (isnan(z)) continue;
    sum += z;
    square += z * z;
    count += 1;
  }
  cr_expect_eq(count, T * N * 4 / 5);
  NEAR(sum, 0, 1e-10);
  cr_expect_gt(square, 1);
  cr_expect(h->job.scores_unbounded);
  harness_free(h);
}

/* One indicator: its z-scores have variance 1 with divisor m - 1. */
Test(composite, z_score_divisor) {
  static const double x[4] = {1, 2, 3, 6};
  harness *h = composite(4, 1);
  harness_column(h, "negative", "a", x);
  harness_set(h, "normalise", "z-score");
  harness_set(h, "weights", "critic");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "score", 0)[3], -3 / sqrt(14.0 / 3), 1e-14);
  harness_free(h);
}

Test(composite, ranks_share_ties) {
  static const double x[5] = {10, 30, 30, NAN, 5}, y[5] = {1, 2, 3, 4, 5};
  static const double want[5] = {1.0 / 3, 5.0 / 6, 5.0 / 6, NAN, 0};
  harness *h = composite(5, 1);
  harness_column(h, "positive", "x", x);
  harness_column(h, "positive", "y", y);
  harness_set(h, "normalise", "rank");
  sw_node *weight[2] = {harness_scalar(h, "3"), harness_scalar(h, "0")};
  static const char *const names[2] = {"x", "y"};
  harness_set_node(h, "weights", harness_many(h, 2, names, weight));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "weight", 0)[0], 1, 0);
  for (int i = 0; i < 5; i++)
    if (i == 3)
      cr_expect(isnan(harness_result(h, "score", 0)[i]));
    else
      NEAR(harness_result(h, "score", 0)[i], want[i], 1e-15);
  harness_free(h);
}

Test(composite, ranks_of_periods, .init = make_panel) {
  harness *h = on_panel();
  harness_set(h, "normalise", "rank");
  harness_set(h, "over", "period");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  /* Without ties ranks are uniform: entropy weights of all indicators agree. */
  for (int k = 0; k < T * P; k++)
    NEAR(harness_result(h, "weight", 0)[k], 1.0 / 3, 1e-3);
  harness_free(h);
}

Test(composite, constants_have_no_weight) {
  static const double x[4] = {1, 2, 3, 4}, same[4] = {7, 7, 7, 7};
  harness *h = composite(4, 1);
  harness_column(h, "positive", "x", x);
  harness_column(h, "positive", "same", same);
  harness_set(h, "weights", "equal");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "weight", 0)[0], 1, 0);
  NEAR(harness_result(h, "weight", 0)[1], 0, 0);
  NEAR(harness_result(h, "score", 0)[1], 1.0 / 3, 1e-15);
  cr_expect(harness_noted(h, "'same' is constant in the panel: weight 0"));
  harness_free(h);
  /* Constant but for rounding. */
  static const double nearly[4] = {.3, .1 + .2, .3, .3};
  h = composite(4, 1);
  harness_column(h, "positive", "x", x);
  harness_column(h, "positive", "nearly", nearly);
  harness_set(h, "weights", "equal");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "weight", 0)[1], 0, 0);
  cr_expect(harness_noted(h, "'nearly' is constant in the panel: weight 0"));
  harness_free(h);
  h = composite(4, 1);
  harness_column(h, "positive", "same", same);
  HARNESS_FAILS(h, "no indicator varies");
  harness_free(h);
}

Test(composite, a_period_without_variation_is_missing) {
  static const double x[4] = {1, 2, 5, 5};
  harness *h = composite(2, 2);
  harness_column(h, "positive", "x", x);
  harness_set(h, "over", "period");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "score", 0)[1], 1, 0);
  cr_expect(isnan(harness_result(h, "score", 1)[0]));
  cr_expect(harness_noted(h, "in 2002 no indicator varies"));
  harness_free(h);
}

Test(composite, beyond_given_bounds) {
  static const double x[4] = {-1, 2, 3, 11};
  static const char *const ends[2] = {"0", "10"}, *const turned[2] = {"10", "0"};
  harness *h = composite(4, 1);
  harness_column(h, "negative", "x", x);
  harness_set_node(h, "over",
                   harness_pair(h, "bounds", harness_pair(h, "x", harness_list(h, 2, ends))));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "2 values of 'x' lie outside its bounds [0, 10]"));
  NEAR(harness_result(h, "score", 0)[0], 1, 0);
  NEAR(harness_result(h, "score", 0)[1], .8, 1e-15);
  NEAR(harness_result(h, "score", 0)[3], 0, 0);
  harness_free(h);
  h = composite(4, 1);
  harness_column(h, "negative", "x", x);
  harness_set_node(h, "over",
                   harness_pair(h, "bounds", harness_pair(h, "x", harness_list(h, 2, turned))));
  HARNESS_FAILS(h, "10 is not below 0");
  harness_free(h);
}

Test(composite, weights_out_of_a_table) {
  static const double x[4] = {1, 2, 3, 4}, y[4] = {4, 0, 1, 1};
  static const char *const rows[2] = {"y", "x"}, *const columns[1] = {"weight"};
  static const double value[2] = {1, 3};
  sw_table table = {"old.h5", 2, 1, rows, columns, value};
  harness *h = composite(4, 1);
  harness_column(h, "positive", "x", x);
  harness_column(h, "positive", "y", y);
  harness_arg(h, "weights")->table = &table;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "weight", 0)[0], .75, 0);
  cr_expect(harness_noted(h, "the weights sum to 4, not to 1; each is divided by it"));
  NEAR(harness_result(h, "score", 0)[3], .75 + .25 * .25, 1e-15);
  harness_free(h);
  h = composite(4, 1);
  harness_column(h, "positive", "z", x);
  harness_arg(h, "weights")->table = &table;
  HARNESS_FAILS(h, "old.h5 has no weight of 'z'");
  harness_free(h);
}

Test(composite, refusals) {
  static const double x[4] = {1, 2, 3, 4};
  harness *h = composite(4, 1);
  HARNESS_FAILS(h, "no indicators");
  harness_free(h);
  h = composite(4, 1);
  harness_column(h, "positive", "x", x);
  harness_column(h, "negative", "x", x);
  HARNESS_FAILS(h, "'x' is listed twice; list it once");
  harness_free(h);
  h = composite(4, 1);
  harness_column(h, "positive", "x", x);
  harness_set(h, "weights", "entrpy");
  HARNESS_FAILS(h,
                "did you mean 'entropy'? Expected entropy, equal, critic, cv, {indicator: weight, "
                "...}, {from: results.h5} or {file: w.csv}");
  harness_free(h);
  h = composite(4, 1);
  harness_column(h, "positive", "x", x);
  harness_set_node(h, "weights", harness_pair(h, "y", harness_scalar(h, "1")));
  HARNESS_FAILS(h, "'y' is not an indicator of it");
  harness_free(h);
  h = composite(4, 1);
  harness_column(h, "positive", "x", x);
  harness_set(h, "over", "panels");
  HARNESS_FAILS(h, "expected panel, period or {bounds:");
  harness_free(h);
}
