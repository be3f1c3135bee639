/* Join counts against spdep on Columbus (oracles), all permutations of a few values, and what is
 * refused. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_join_count;

static harness *set_up(const sw_links *links, int periods, const double *x, const char *draws) {
  harness *h = harness_new(&sw_measure_join_count, links->n, periods);
  harness_arg(h, "weights")->weights = links;
  harness_column(h, "of", "x", x);
  harness_set(h, "permutations", draws);
  return h;
}

static harness *run(const sw_links *links, int periods, const double *x, const char *draws) {
  harness *h = set_up(links, periods, x, draws);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  return h;
}

static double value(const harness *h, const char *name) {
  return harness_result(h, name, 0)[0];
}

/* spdep: CRIME > 35, 24 of 49. Row-standardised weights are the same links. */
Test(join_count, columbus) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  static const char *const kind[3] = {"bb", "ww", "bw"};
  static const double count[3] = {54, 34, 28};
  static const double expected[3] = {27.2244897959, 29.5918367347, 59.1836734694};
  static const double variance[3] = {17.8883798417, 18.8954956711, 26.2333070441};
  real_sample s = real_sample_of(table, "POLYID");
  double *x = real_column(table, &s, "CRIME");
  for (int i = 0; i < 49; i++)
    x[i] = x[i] > 35;
  for (int row = 0; row < 2; row++) {
    harness *h = run(real_links(edges, s.code, s.n, row), 1, x, "999");
    for (int k = 0; k < 3; k++) {
      char name[32];
      NEAR(value(h, kind[k]), count[k], 0);
      snprintf(name, sizeof name, "%s_expected", kind[k]);
      NEAR(value(h, name), expected[k], 5e-11);
      snprintf(name, sizeof name, "%s_variance", kind[k]);
      NEAR(value(h, name), variance[k], 5e-11);
      snprintf(name, sizeof name, "%s_z", kind[k]);
      NEAR(value(h, name), (count[k] - expected[k]) / sqrt(variance[k]), 1e-9);
      snprintf(name, sizeof name, "%s_p_sim", kind[k]);
      cr_expect_leq(value(h, name), k == 1 ? .4 : .001);
    }
    NEAR(value(h, "n_used"), 49, 0);
    NEAR(value(h, "n_ones"), 24, 0);
    harness_free(h);
  }
}

/* Links in one direction and in both; the last unit is an island. */
enum { N = 7 };
static const int64_t start[N + 1] = {0, 2, 4, 6, 7, 9, 10, 10};
static const int32_t to[10] = {1, 3, 0, 2, 1, 4, 0, 3, 5, 4};
static const double weight[10] = {1, 2, 1, 1, 7, 1, 1, 1, .5, 1};
static const sw_links links = {.n = N, .row_start = start, .to = to, .value = weight, .islands = 1};

static void plain(const double *x, double out[3]) {
  out[0] = out[1] = out[2] = 0;
  for (int i = 0; i < N; i++)
    for (int64_t e = start[i]; e < start[i + 1]; e++) {
      double a = x[i], b = x[to[e]];
      out[0] += a * b / 2;
      out[1] += (1 - a) * (1 - b) / 2;
      out[2] += (a - b) * (a - b) / 2;
    }
}

/* Moments are those of all ways to place three ones, islands included; p_sim tends to the nearer
 * tail, in which equal counts are. */
Test(join_count, all_permutations) {
  static const double x[N] = {1, 1, 0, 0, 1, 0, 0};
  static const char *const kind[3] = {"bb", "ww", "bw"};
  double sum[3] = {0}, squares[3] = {0}, at_least[3] = {0}, at_most[3] = {0}, all = 0, seen[3];
  plain(x, seen);
  for (unsigned ways = 0; ways < 1u << N; ways++) {
    double y[N], out[3];
    if (__builtin_popcount(ways) != 3) continue;
    for (int i = 0; i < N; i++)
      y[i] = ways >> i & 1;
    plain(y, out);
    all += 1;
    for (int k = 0; k < 3; k++) {
      sum[k] += out[k];
      squares[k] += out[k] * out[k];
      at_least[k] += out[k] >= seen[k];
      at_most[k] += out[k] <= seen[k];
    }
  }
  harness *h = run(&links, 1, x, "100000");
  for (int k = 0; k < 3; k++) {
    char name[32];
    double mean = sum[k] / all;
    NEAR(value(h, kind[k]), seen[k], 0);
    snprintf(name, sizeof name, "%s_expected", kind[k]);
    NEAR(value(h, name), mean, 1e-14);
    snprintf(name, sizeof name, "%s_variance", kind[k]);
    NEAR(value(h, name), squares[k] / all - mean * mean, 1e-13);
    snprintf(name, sizeof name, "%s_p_sim", kind[k]);
    NEAR(value(h, name), fmin(at_least[k], at_most[k]) / all, .008);
  }
  cr_expect(harness_noted(h, "1 unit has no neighbour"));
  harness_free(h);
}

/* A missing value takes its unit out; all ones have counts and expectations, and no z. */
Test(join_count, missing_and_constant) {
  static const double x[2 * N] = {1, NAN, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  harness *h = run(&links, 2, x, "9");
  NEAR(value(h, "n_used"), 6, 0);
  NEAR(value(h, "bb") + value(h, "ww") + value(h, "bw"), 3, 0);
  NEAR(harness_result(h, "bb", 0)[1], 5, 0);
  NEAR(harness_result(h, "bb_expected", 0)[1], 5, 1e-15);
  cr_expect(isnan(harness_result(h, "bb_z", 0)[1]));
  cr_expect(isnan(harness_result(h, "bb_p_sim", 0)[1]));
  harness_free(h);
}

Test(join_count, refused) {
  static const double x[N] = {1, 0, 0, 2, 1, 0, 0};
  harness *h = set_up(&links, 1, x, "9");
  HARNESS_FAILS(h, "'x' is 2 for unit 00000003 in period 2001; expected 0 or 1");
  harness_free(h);
}

/* The second of two classes counts as one; what is of neither is missing. */
Test(join_count, two_classes) {
  static const double x[N] = {5, 4, 4, -1, 5, 4, 4};
  harness *h = set_up(&links, 1, x, "9");
  h->input[0].n_classes = 2;
  h->input[0].class_first = 4;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "n_used"), 6, 0);
  NEAR(value(h, "n_ones"), 2, 0);
  harness_free(h);
  h = set_up(&links, 1, x, "9");
  h->input[0].n_classes = 3;
  HARNESS_FAILS(h, "'x' has 3 classes; expected 2, or zeros and ones");
  harness_free(h);
}
