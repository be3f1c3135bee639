/* TOPSIS, obstacles, entropy and sign of composites, by numbers computed apart and by hand. */
#include "measure/composite/scores.h"
#include "measure/harness.h"

extern const sw_measure sw_measure_composite;

enum { P = 3 };

static harness *composite(int64_t n, int periods) {
  return harness_new(&sw_measure_composite, n, periods);
}

/* oracles/regions.md of the shared data, "Structure", the last case: x' by unit, with bounds [0,1]
 * so that values are what is given, and weights as given. */
static harness *three(const char *first) {
  static const double x[P][3] = {{1, 0, .2}, {.5, 1, .4}, {0, .25, 1}};
  static const char *const names[P] = {"a", "b", "c"}, *const ends[2] = {"0", "1"};
  static const char *const given[P] = {".5", ".3", ".2"};
  harness *h = composite(3, 1);
  sw_node *bounds[P], *weight[P];
  for (int j = 0; j < P; j++) {
    harness_column(h, j == 0 ? first : "negative", names[j], x[j]);
    bounds[j] = harness_list(h, 2, ends);
    weight[j] = harness_scalar(h, given[j]);
    for (int i = 0; j > 0 && i < 3; i++)
      h->whole[j][0][i] = 1 - x[j][i]; /* turned round twice */
  }
  harness_set_node(h, "over", harness_pair(h, "bounds", harness_many(h, P, names, bounds)));
  harness_set_node(h, "weights", harness_many(h, P, names, weight));
  return h;
}

static void expect_scores(harness *h, const double *want) {
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < 3; i++)
    NEAR(harness_result(h, "score", 0)[i], want[i], 5e-10);
}

Test(composite_scores, topsis) {
  static const double inside[3] = {.667065829, .263554338, .337651676};
  static const double outside[3] = {.574909252, .307262311, .417572186};
  static const double bounds[3] = {.676172232, .368137573, .366506971};
  harness *h = three("positive");
  harness_set(h, "score", "topsis");
  expect_scores(h, inside);
  cr_expect(h->job.pooled, "the best is one of all periods");
  cr_expect(h->job.result[SW_COMPOSITE_ENTROPY].off);
  harness_free(h);
  h = three("positive");
  harness_set(h, "score", "topsis");
  harness_set(h, "weighting", "outside");
  expect_scores(h, outside);
  harness_free(h);
  h = three("positive");
  harness_set(h, "score", "topsis");
  harness_set(h, "ideal", "bounds");
  expect_scores(h, bounds);
  cr_expect_not(h->job.pooled, "nothing rests on other periods");
  harness_free(h);
}

Test(composite_scores, obstacles_and_signs) {
  static const double want[3][P] = {
      {0, .428571, .571429}, {.769231, 0, .230769}, {.689655, .310345, 0}};
  harness *h = three("positive");
  harness_set(h, "obstacles", "true");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < P; j++)
      NEAR(harness_result(h, "obstacle", j)[i], want[i][j], 5e-7);
    NEAR(harness_result(h, "shortfall", 0)[i], 1 - harness_result(h, "score", 0)[i], 1e-15);
  }
  const char *said = harness_said(h);
  cr_expect_not_null(
      strstr(said, "obstacles in 2001 of 3 units: a first for 2, mean 48.6%; c first for 1, "
                   "mean 26.7%; b mean 24.6%"),
      "%s", said);
  cr_expect_not_null(strstr(said, "\n00000001 (0.350): a 76.9%, c 23.1%"), "%s", said);
  NEAR(harness_result(h, "sign", 0)[0], 1, 0);
  NEAR(harness_result(h, "sign", 0)[2], -1, 0);
  harness_free(h);
}

/* Ranks, pools of a period, two blocks and gaps: shares sum to 1, a row that lacks a value has
 * none, one that is best in all has none either. */
Test(composite_scores, obstacles_of_periods) {
  enum { N = 300, T = 2 };
  static double a[T * N], b[T * N];
  for (int i = 0; i < T * N; i++) {
    a[i] = i % N;
    b[i] = i % 7 == 3 ? NAN : (i * 37) % N;
  }
  b[N - 1] = N; /* the best of the first period in both */
  harness *h = composite(N, T);
  harness_column(h, "positive", "a", a);
  harness_column(h, "positive", "b", b);
  harness_set(h, "normalise", "rank");
  harness_set(h, "over", "period");
  harness_set(h, "weights", "equal");
  harness_set(h, "obstacles", "true");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++) {
      double one = harness_result(h, "obstacle", t)[i],
             two = harness_result(h, "obstacle", T + t)[i];
      if (isnan(b[t * N + i]) || (t == 0 && i == N - 1))
        cr_assert(isnan(one) && isnan(two), "%d %d", t, i);
      else
        cr_assert(fabs(one + two - 1) < 1e-15 && one >= 0 && two >= 0, "%d %d", t, i);
    }
  NEAR(harness_result(h, "shortfall", 0)[N - 1], 0, 0);
  harness_free(h);
}

/* Of two composites, by the product of weights: the outer has .6 and .4; the first inner composite
 * lacks .5 in shares of .2 and .8, the second lacks nothing and has no shares; then an indicator
 * that stands in both is one. */
static harness *nested(double second, double second_share) {
  static const double score[2][2] = {{.5, 1}, {1, 0}};
  static const char *const names[2] = {"s", "r"}, *const given[2] = {".6", ".4"};
  double lack[2] = {second, 0}, shares[2] = {second_share, NAN};
  static const double half[2] = {.5, 0}, x[2] = {.2, NAN}, y[2] = {.8, NAN};
  const double *extra[5] = {half, x, y, lack, shares};
  static const char *const label[5] = {NULL, "x", "y", NULL, "y"};
  harness *h = composite(2, 1);
  sw_node *weight[2];
  for (int j = 0; j < 2; j++) {
    harness_column(h, "positive", names[j], score[j]);
    weight[j] = harness_scalar(h, given[j]);
  }
  for (int k = 0; k < 5; k++) {
    sw_input *input = harness_column(h, "positive", "inner", extra[k]);
    harness_arg(h, "positive")->count--; /* behind those of the parameters */
    input->part_of = k < 3 ? 1 : 2;
    input->label = label[k];
  }
  harness_set_node(h, "weights", harness_many(h, 2, names, weight));
  harness_set(h, "obstacles", "true");
  return h;
}

Test(composite_scores, nested) {
  harness *h = nested(0, NAN);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_str_eq(sw_job_find_axis(&h->job, "base_indicator")->label[1], "y");
  NEAR(harness_result(h, "shortfall", 0)[0], .3, 1e-16);
  NEAR(harness_result(h, "obstacle", 0)[0], .2, 1e-15);
  NEAR(harness_result(h, "obstacle", 1)[0], .8, 1e-15);
  cr_expect(isnan(harness_result(h, "obstacle", 0)[1]), "lacks nothing in either");
  harness_free(h);
  h = nested(.25, 1);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "shortfall", 0)[0], .6 * .5 + .4 * .25, 1e-15);
  NEAR(harness_result(h, "obstacle", 0)[0], .06 / .4, 1e-15);
  NEAR(harness_result(h, "obstacle", 1)[0], (.24 + .1) / .4, 1e-15);
  harness_free(h);
}

/* The entropies of README.md of the oracles, by hand; a constant indicator has 1. */
Test(composite_scores, entropy) {
  static const double x[4][3] = {{1, .5, 0}, {0, 1, .25}, {.2, .4, 1}, {2, 2, 2}};
  static const double want[4] = {.579380, .455486, .819448, 1};
  static const char *const name[4] = {"a", "b", "c", "same"};
  harness *h = composite(3, 1);
  static const char *const ends[2] = {"0", "1"}, *const wide[2] = {"2", "3"};
  sw_node *bounds[4];
  for (int j = 0; j < 4; j++) {
    harness_column(h, "positive", name[j], x[j]);
    bounds[j] = harness_list(h, 2, j < 3 ? ends : wide);
  }
  harness_set_node(h, "over", harness_pair(h, "bounds", harness_many(h, 4, name, bounds)));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int j = 0; j < 4; j++)
    NEAR(harness_result(h, "entropy", 0)[j], want[j], 5e-7);
  harness_free(h);
}

/* The summary's numbers: first obstacles, their sums, the lowest scores in order, ties by code. */
Test(composite_scores, what_is_said) {
  enum { MANY = 20 };
  _Alignas(16) char room[2][4096] = {{0}};
  sw_composite_spec spec = {.obstacles = true, .n_leaves = 2};
  sw_composite_obstacles *all = (void *)room[0], *part = (void *)room[1];
  for (int i = 0; i < MANY; i++) {
    memset(room[1], 0, sizeof room[1]);
    part->units = 1;
    part->kept = 1;
    part->lowest[0] = (sw_composite_lacking){.score = (i * 7) % 10, .unit = i, .count = 1};
    sw_obstacles_first(part)[i % 2] = 1;
    sw_obstacles_first(part)[2] = .25;
    sw_composite_scores_merge(&spec, all, part);
  }
  cr_assert_leq(sw_composite_scores_partial(&spec), sizeof room[0]);
  NEAR(all->units, MANY, 0);
  cr_expect_eq(all->kept, SW_UNITS_SAID);
  NEAR(sw_obstacles_first(all)[1], MANY / 2, 0);
  NEAR(sw_obstacles_first(all)[2], MANY / 4, 0);
  for (int i = 0; i < SW_UNITS_SAID; i++)
    NEAR(all->lowest[i].score, i / 2, 0);
  cr_expect_lt(all->lowest[0].unit, all->lowest[1].unit);
}

Test(composite_scores, refusals) {
  harness *h = three("positive");
  harness_set(h, "ideal", "bounds");
  HARNESS_FAILS(h, "ideal: goes with score: topsis");
  harness_free(h);
  h = three("positive");
  harness_set(h, "weighting", "outside");
  HARNESS_FAILS(h, "weighting: goes with score: topsis");
  harness_free(h);
  static const double x[3] = {1, 2, 3};
  for (int k = 0; k < 2; k++) {
    h = composite(3, 1);
    harness_column(h, "positive", "x", x);
    harness_set(h, "normalise", "z-score");
    harness_set(h, "weights", "equal");
    harness_set(h, "score", "topsis");
    harness_set(h, k ? "obstacles" : "ideal", k ? "true" : "bounds");
    HARNESS_FAILS(h, k ? "z-scores have no best value" : "z-scores have no bounds");
    harness_free(h);
  }
}
