/* Granger's test of all pairs: numbers of statsmodels and of a plain script on the income of the US
 * states, discovery rates against sorted p-values, breaks, gaps, random walks, what is refused. */
#include <gsl/gsl_cdf.h>

#include "pair_fixture.h"
#include "states.h"

extern const sw_measure sw_measure_granger;

/* In the order of the descriptor. */
enum { F, P, SIGNIFICANT, ENTROPY, THRESHOLD, REJECTED, TESTS };

static sw_status start(harness *h) {
  SW_TRY(harness_resolve(h));
  harness_rows(h);
  int last = h->job.n_passes - 1;
  for (int pass = 0; pass < last; pass++)
    SW_TRY(harness_pass(h, pass));
  return h->job.measure->prepare(&h->err, &h->job, last);
}

/* All quantities of one pair. */
static void of_pair(harness *h, int64_t i, int64_t j, double *value) {
  double *out[] = {value, value + 1, value + 2, value + 3};
  void *workspace = harness_bytes(h->job.measure->workspace(&h->job));
  h->job.measure->block(&h->job, 0, i, i + 1, j, j + 1, out, 0, workspace);
  free(workspace);
}

static double table(const harness *h, int output) {
  return h->job.result[output].row[0][0];
}

#define PAIR(i, j, f, p, entropy)                                                                  \
  do {                                                                                             \
    double v_[4];                                                                                  \
    of_pair(h, i, j, v_);                                                                          \
    NEAR(v_[F], f, 1e-10);                                                                         \
    if ((p) > 0) NEAR(v_[P], p, 1e-9);                                                             \
    if ((entropy) > 0) NEAR(v_[ENTROPY], entropy, 1e-9);                                           \
  } while (0)

static harness *of_states(const states_income *s, int first, const char *lags, const char *fdr,
                          const char *alpha) {
  harness *h = harness_new(&sw_measure_granger, s->n, STATES_YEARS - first);
  harness_column(h, "of", "income", s->income + first * s->n);
  harness_set(h, "lags", lags);
  harness_set(h, "fdr", fdr);
  harness_set(h, "alpha", alpha);
  cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
  return h;
}

/* statsmodels and a plain script (oracles/space.md, "Pairs of series"). */
Test(granger, us_states) {
  states_income s;
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv");
  int64_t ca = states_find(&s, "06"), ny = states_find(&s, "36"), tx = states_find(&s, "48");
  harness *h = of_states(&s, 0, "1", "bh", "0.05");
  PAIR(ny, tx, 15.5764680636, 1.753783848e-4, .09322049976);
  PAIR(tx, ny, .8270568840, .3660000516, .0054117705);
  pair_expect_bits(h, 0);
  harness_free(h);
  h = of_states(&s, 0, "2", "bh", "0.05");
  PAIR(ny, tx, 10.8269357042, 7.624887946e-5, .129883669);
  PAIR(ny, ca, .6063979652, 0, 0);
  PAIR(ca, ny, 3.8188233233, .02646385222, 0);
  pair_expect_bits(h, 0);
  harness_free(h);
}

static void expect_rejected(const states_income *s, int first, const char *lags, const char *fdr,
                            const char *alpha, double rejected, double threshold) {
  harness *h = of_states(s, first, lags, fdr, alpha);
  cr_expect_eq(table(h, TESTS), 2256);
  cr_expect_eq(table(h, REJECTED), rejected, "%s lags, %s %s: %g, not %g", lags, fdr, alpha,
               table(h, REJECTED), rejected);
  if (threshold > 0) NEAR(table(h, THRESHOLD), threshold, 1e-11);
  if (rejected == 0) cr_expect(isinf(table(h, THRESHOLD)));
  double v[4], count = 0, sum = 0, most = 0;
  for (int64_t i = 0; i < s->n; i++)
    for (int64_t j = 0; j < s->n; j++) {
      if (i == j) continue;
      of_pair(h, i, j, v);
      count += v[SIGNIFICANT];
      sum += v[F] / 2256;
      most = fmax(most, v[F]);
    }
  cr_expect_eq(count, rejected, "%g pairs are marked", count);
  if (first == 0) NEAR(sum, *lags == '1' ? 3.8233735838 : 3.2821858592, 1e-10);
  if (first == 0) NEAR(most, *lags == '1' ? 59.7188193300 : 29.7840102136, 1e-10);
  harness_free(h);
}

Test(granger, us_states_rejected) {
  states_income s;
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv");
  expect_rejected(&s, 0, "1", "none", "0.05", 692, 0);
  expect_rejected(&s, 0, "1", "bh", "0.05", 367, 7.395281536939);
  expect_rejected(&s, 0, "1", "by", "0.05", 123, 14.217566519044);
  expect_rejected(&s, 0, "1", "bh", "0.10", 533, 0);
  expect_rejected(&s, 0, "2", "none", "0.05", 843, 0);
  expect_rejected(&s, 0, "2", "bh", "0.05", 556, 4.673385590859);
  expect_rejected(&s, 0, "2", "by", "0.05", 171, 8.601595617510);
  expect_rejected(&s, 0, "2", "bh", "0.10", 735, 0);
  expect_rejected(&s, 60, "1", "none", "0.05", 128, 0);
  expect_rejected(&s, 60, "1", "bh", "0.05", 0, 0);
  expect_rejected(&s, 60, "1", "by", "0.05", 0, 0);
  expect_rejected(&s, 60, "2", "none", "0.05", 134, 0);
  expect_rejected(&s, 60, "2", "bh", "0.05", 0, 0);
}

/* ---- discovery rates ---------------------------------------------------------------------- */

enum { N = 300, T = 24 };

/* Chains of units that follow the one before; with `kinds`, so many different series, and all pairs
 * of two kinds tie. A hole costs a unit some rows. */
static double *drawn(int kinds, bool holes) {
  double *x = malloc(N * T * sizeof *x);
  srand(21);
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++) {
      double before = t && i % 4 ? 4 * x[(t - 1) * N + i - 1] : 0;
      x[t * N + i] = i < kinds ? before + rand() / (double)RAND_MAX - .5 : x[t * N + i % kinds];
    }
  for (int i = 0; holes && i < N; i += 9)
    x[(i * 5 % T) * N + i] = NAN;
  return x;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* All pairs by themselves, their p-values sorted. `by`: divided by 1 + 1/2 + ... */
static void expect_sorted(const double *x, const char *fdr, const char *lags, double alpha,
                          bool holes) {
  harness *h = harness_new(&sw_measure_granger, N, T);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "level");
  harness_set(h, "fdr", fdr);
  harness_set(h, "lags", lags);
  harness_arg(h, "alpha")->number = alpha;
  cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
  double *p = malloc(N * N * sizeof *p), *sorted = malloc(N * N * sizeof *sorted), v[4 * N];
  int64_t m = 0, rejected = 0, marked = 0;
  void *workspace = harness_bytes(h->job.measure->workspace(&h->job));
  double *mark = malloc(N * N * sizeof *mark);
  for (int64_t i = 0; i < N; i++) {
    double *out[] = {v, p + i * N, mark + i * N, NULL};
    h->job.measure->block(&h->job, 0, i, i + 1, 0, N, out, N, workspace);
    p[i * N + i] = NAN;
    for (int64_t j = 0; j < N; j++)
      if (!isnan(p[i * N + j])) sorted[m++] = p[i * N + j];
  }
  qsort(sorted, (size_t)m, sizeof *sorted, ascending);
  double sum = 0, least = -1;
  for (int64_t k = m; k > 0; k--)
    sum += 1.0 / (double)k;
  double level = strcmp(fdr, "by") ? alpha : alpha / sum;
  for (int64_t k = 0; k < m; k++)
    if (sorted[k] <= level * (double)(k + 1) / (double)m) least = sorted[k];
  for (int64_t k = 0; k < m; k++)
    rejected += sorted[k] <= least;
  for (int64_t k = 0; k < N * N; k++) {
    if (k / N == k % N || isnan(p[k])) continue;
    marked += mark[k] == 1;
    cr_expect_eq(mark[k], p[k] <= least, "pair %d", (int)k);
  }
  cr_expect_eq(table(h, TESTS), (double)m);
  cr_expect_eq(table(h, REJECTED), (double)rejected, "%s, %s lags, %g: %g, not %lld", fdr, lags,
               alpha, table(h, REJECTED), (long long)rejected);
  cr_expect_eq(marked, rejected);
  cr_expect_gt(rejected, 0, "nothing to see");
  /* With fewer rows the same p takes a larger F: no one F parts all pairs. */
  cr_expect_eq(strstr(harness_said(h), ": p of ") != NULL, holes, "%s", harness_said(h));
  cr_expect_eq(strstr(harness_said(h), "without missing rows F of ") != NULL, holes);
  free(mark);
  free(workspace);
  free(sorted);
  free(p);
  harness_free(h);
}

static void expect_rates(int kinds, bool holes) {
  double *x = drawn(kinds, holes);
  for (int lags = 1; lags <= 3; lags++) {
    char text[] = {(char)('0' + lags), 0};
    expect_sorted(x, "bh", text, .05, holes);
    expect_sorted(x, "by", text, .2, holes);
    expect_sorted(x, "bh", text, .5, holes);
  }
  free(x);
}

Test(granger, sorted) {
  expect_rates(N, false);
}

Test(granger, thousands_tie) {
  expect_rates(12, false);
}

Test(granger, gaps_order_by_p) {
  expect_rates(N, true);
}

/* ---- small cases -------------------------------------------------------------------------- */

enum { SMALL = 3, PERIODS = 9 };

/* By hand: y = (0 1 0 2 1 3 1 2 0), x is y a period ahead but for the last, z constant. */
static const double small[PERIODS * SMALL] = {0, 1, 5, 1, 0, 5, 0, 2, 5, 2, 1, 5, 1, 3,
                                              5, 3, 1, 5, 1, 2, 5, 2, 0, 5, 0, 4, 5};

static harness *of_small(const double *x, const char *lags) {
  harness *h = harness_new(&sw_measure_granger, SMALL, PERIODS);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "level");
  harness_set(h, "lags", lags);
  return h;
}

/* x_t-1 = y_t: RSS1 is 0 but for rounding. */
Test(granger, ahead) {
  harness *h = of_small(small, "1");
  cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
  double v[4];
  of_pair(h, 1, 0, v);
  cr_expect_gt(v[F], 1e12);
  cr_expect_lt(v[P], 1e-30);
  of_pair(h, 0, 2, v);
  cr_expect(isnan(v[F]) && isnan(v[P]) && isnan(v[SIGNIFICANT]) && isnan(v[ENTROPY]), "constant");
  cr_expect_eq(table(h, TESTS), 2);
  cr_expect(h->job.directed && h->job.whole_series);
  harness_free(h);
}

/* Rows on both sides of a break before period 5, none across: the first part is periods 0 to 4, and
 * of one lag each part has its own rows, 1-4 and 6-8. */
Test(granger, breaks) {
  static const int at[] = {5};
  double x[PERIODS * SMALL];
  memcpy(x, small, sizeof x);
  harness *h = of_small(x, "1");
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
  double v[4], w[4];
  of_pair(h, 0, 1, v);
  harness_free(h);
  /* The same rows, by a hole: a missing value in a period of its own between the parts. */
  double with_hole[(PERIODS + 1) * SMALL];
  for (int t = 0; t <= PERIODS; t++)
    for (int i = 0; i < SMALL; i++)
      with_hole[t * SMALL + i] = t == 5 ? NAN : small[(t - (t > 5)) * SMALL + i];
  h = harness_new(&sw_measure_granger, SMALL, PERIODS + 1);
  harness_column(h, "of", "x", with_hole);
  harness_set(h, "transform", "level");
  cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
  of_pair(h, 0, 1, w);
  for (int k = 0; k < 4; k++)
    cr_expect(k == SIGNIFICANT || fabs(v[k] - w[k]) <= 1e-12 * (1 + fabs(v[k])), "%d: %g %g", k,
              v[k], w[k]);
  harness_free(h);
}

/* Steps of a thousandth from a million on are alike but for the rounding of a million: such a unit
 * neither leads nor follows one with a hole. */
Test(granger, rounding_of_levels) {
  enum { UNITS = 2, YEARS = 14 };
  double x[YEARS * UNITS];
  for (int t = 0; t < YEARS; t++) {
    x[t * UNITS] = 1e6 + t * .001;
    x[t * UNITS + 1] = t == 3 ? NAN : t * t * t % 11;
  }
  harness *h = harness_new(&sw_measure_granger, UNITS, YEARS);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "difference");
  cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
  double v[4];
  of_pair(h, 0, 1, v);
  cr_expect(isnan(v[F]), "%g", v[F]);
  of_pair(h, 1, 0, v);
  cr_expect(isnan(v[F]), "%g", v[F]);
  harness_free(h);
}

/* Another variable of the sender: F of x against sums by hand, over the 8 rows of a lag. */
Test(granger, another_variable) {
  double other[PERIODS * SMALL];
  for (int t = 0; t < PERIODS; t++)
    for (int i = 0; i < SMALL; i++)
      other[t * SMALL + i] =
          small[t * SMALL + (i + 1) % SMALL]; /* unit i has what i + 1 has in `of` */
  harness *h = of_small(small, "1");
  harness_column(h, "from", "other", other);
  cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
  harness *same = of_small(small, "1");
  cr_assert_eq(start(same), SW_OK, "%s", same->err.text);
  double v[4], w[4];
  of_pair(h, 2, 1, v); /* unit 2 has the values of unit 0 */
  of_pair(same, 0, 1, w);
  NEAR(v[F], w[F], 1e-13);
  NEAR(v[P], gsl_cdf_fdist_Q(w[F], 1, 5), 1e-12);
  harness_free(same);
  harness_free(h);
}

static bool is_noted(const harness *h, const char *part) {
  for (int k = 0; k < h->notes.count; k++)
    if (strstr(h->notes.text[k], part)) return true;
  return false;
}

Test(granger, random_walks) {
  double *x = drawn(N, false);
  for (int turn = 0; turn < 2; turn++) {
    harness *h = harness_new(&sw_measure_granger, N, T);
    harness_column(h, "of", "x", x);
    harness_set(h, "transform", "level");
    cr_assert_eq(start(h), SW_OK, "%s", h->err.text);
    cr_expect_eq(is_noted(h, "may be random walks"), turn == 1);
    harness_free(h);
    for (int k = N; k < N * T; k++)
      x[k] += x[k - N];
  }
  free(x);
}

Test(granger, refusals) {
  harness *h = of_small(small, "3");
  PAIR_FAILS(h, "lags: 3 lags need 11 periods, and there are 9; expected at most 2");
  harness_free(h);
  h = harness_new(&sw_measure_granger, SMALL, 5);
  harness_column(h, "of", "x", small);
  PAIR_FAILS(h, "of: 5 periods; expected 6 or more");
  harness_free(h);
  static const int at[] = {4};
  h = of_small(small, "2");
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  PAIR_FAILS(h, "lags: 5 rows of a period and the 2 before it without a hole or a break between; "
                "expected 6 or more");
  harness_free(h);
}

/* What can be found at all: 20 values of growth, 2,256 pairs of states (methods.md, section 4). */
Test(granger, foreseen) {
  harness *h = harness_new(&sw_measure_granger, SMALL, 21);
  h->job.n = 3080; /* resolve sees no values */
  harness_arg(h, "of")->count = 1;
  h->job.n_inputs = 1;
  h->input[0] = (sw_input){.name = "x", .where = "test.yaml:1:1"};
  cr_assert_eq(harness_resolve(h), SW_OK, "%s", h->err.text);
  cr_assert_not_null(h->job.foreseen);
  cr_expect_not_null(strstr(h->job.foreseen, "19 rows, 1 lag: by Benjamini and Hochberg at 0.05"),
                     "%s", h->job.foreseen);
  double r = atof(strstr(h->job.foreseen, "partial r of ") + 13);
  cr_expect(r > .93 && r < .97, "%s", h->job.foreseen);
  harness_free(h);
}
