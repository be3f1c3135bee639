/* Intervals against the plain way: each draw's units as rows of a panel of its own, of which the
 * measure is asked as ever. The picks are made here, by the public random numbers. */
#include "measure/resample/intervals.h"

#include "measure/harness.h"
#include "spillway/rng.h"

extern const sw_measure sw_measure_inequality, sw_measure_convergence, sw_measure_roll_up;

enum { N = 9, T = 3, DRAWS = 39, MOST = 64 };

static const sw_measure *extended(const sw_measure *plain, bool change) {
  static sw_arena *arena = NULL;
  const sw_measure *measure = NULL;
  sw_error err = {0};
  if (!arena) cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_eq(sw_intervals_extend(&err, arena, plain, change, &measure), SW_OK);
  return measure;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The unit that unit u picks in a draw, of n. */
static int pick(const harness *h, int u, int draw, int n) {
  sw_rng rng = sw_rng_make(0, UINT64_C(0x626f6f7473747261), h->units.key[u]);
  rng.draw = (uint64_t)draw;
  return (int)((unsigned __int128)sw_rng_u64(&rng) * (unsigned)n >> 64);
}

/* A quantity of the picked rows, in period t. */
static double again(const harness *h, const sw_measure *plain, const double *x, int n, int periods,
                    int draw, const char *name, int t) {
  double rows[N * T];
  for (int s = 0; s < periods; s++)
    for (int u = 0; u < n; u++)
      rows[s * n + u] = x[s * n + pick(h, u, draw, n)];
  harness *other = harness_new(plain, n, periods);
  harness_column(other, "of", "x", rows);
  double value = harness_run(other) == SW_OK ? harness_result(other, name, 0)[t] : NAN;
  harness_free(other);
  return value;
}

/* 39 draws at a level of .95: the least and the largest of those that have a value. */
static void expect_ends(const harness *h, const char *name, int t, double *value, int count) {
  char lo[80], hi[80];
  snprintf(lo, sizeof lo, "%s_lo", name);
  snprintf(hi, sizeof hi, "%s_hi", name);
  qsort(value, (size_t)count, sizeof *value, compare);
  NEAR(harness_result(h, lo, 0)[t], value[0], 1e-12);
  NEAR(harness_result(h, hi, 0)[t], value[count - 1], 1e-12);
}

/* Three units, so that a draw is one of 27 samples: the Gini of 1, 2, 6 by hand is 10/27. */
Test(intervals, three_units) {
  static const double x[3] = {1, 2, 6};
  harness *h = harness_new(extended(&sw_measure_inequality, false), 3, 1);
  double value[DRAWS];
  harness_column(h, "of", "x", x);
  harness_set(h, "intervals.draws", "39");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "gini", 0)[0], 10. / 27, 1e-15);
  for (int b = 0; b < DRAWS; b++) {
    double y[3], sum = 0, apart = 0;
    for (int u = 0; u < 3; u++)
      sum += y[u] = x[pick(h, u, b, 3)];
    for (int u = 0; u < 9; u++)
      apart += fabs(y[u / 3] - y[u % 3]);
    value[b] = apart / (6 * sum);
  }
  expect_ends(h, "gini", 0, value, DRAWS);
  harness_free(h);
}

static const double panel[N * T] = {4,  9,  2.5, 7, 1, 30, 12,  5, 8, 5,  9,  3, 8, 2,
                                    28, 15, 5,   9, 7, 10, 4.5, 9, 3, 27, 19, 6, 11};

/* All quantities by period, of weighted sums of what stands twice: the plain rows say the same. */
Test(intervals, rows_of_their_own) {
  static const char *const names[] = {"gini", "theil_t", "theil_l", "hoover",
                                      "cv",   "p90_p10", "p90_p50"};
  harness *h = harness_new(extended(&sw_measure_inequality, true), N, T);
  static const char *const change[] = {"2001", "2003"};
  harness_column(h, "of", "x", panel);
  harness_set(h, "intervals.draws", "39");
  harness_arg(h, "intervals.change")->count = 2;
  harness_arg(h, "intervals.change")->texts = change;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (size_t q = 0; q < sizeof names / sizeof *names; q++) {
    double value[T][DRAWS], apart[DRAWS];
    char name[80];
    for (int b = 0; b < DRAWS; b++) {
      for (int t = 0; t < T; t++)
        value[t][b] = again(h, &sw_measure_inequality, panel, N, T, b, names[q], t);
      apart[b] = value[2][b] - value[0][b];
    }
    for (int t = 0; t < T; t++)
      expect_ends(h, names[q], t, value[t], DRAWS);
    snprintf(name, sizeof name, "%s_change", names[q]);
    expect_ends(h, name, 0, apart, DRAWS);
    cr_expect_eq(harness_result(h, name, 0)[0],
                 harness_result(h, names[q], 0)[2] - harness_result(h, names[q], 0)[0]);
  }
  harness_free(h);
}

/* Draws whose units are too few for the regression have no speed: they are counted. */
Test(intervals, convergence) {
  static const char *const names[] = {"sd", "cv", "coefficient", "speed", "half_life", "r2"};
  harness *h = harness_new(extended(&sw_measure_convergence, false), N, T);
  harness_column(h, "of", "x", panel);
  harness_set(h, "intervals.draws", "39");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (size_t q = 0; q < sizeof names / sizeof *names; q++) {
    double value[DRAWS];
    int there = 0;
    for (int b = 0; b < DRAWS; b++) {
      value[there] = again(h, &sw_measure_convergence, panel, N, T, b, names[q], 0);
      there += !isnan(value[there]);
    }
    char lo[80];
    snprintf(lo, sizeof lo, "%s_lo", names[q]);
    if (there == DRAWS)
      expect_ends(h, names[q], 0, value, there);
    else
      cr_expect(isnan(harness_result(h, lo, 0)[0]), "%s: %d draws", names[q], there);
  }
  harness_free(h);
}

/* Equal values: every index is 0 in every draw, by either method. */
Test(intervals, equal_values) {
  static const double x[4] = {.1, .1, .1, .1};
  for (int bca = 0; bca < 2; bca++) {
    harness *h = harness_new(extended(&sw_measure_inequality, false), 4, 1);
    harness_column(h, "of", "x", x);
    harness_set(h, "intervals.draws", "99");
    harness_set(h, "intervals.method", bca ? "bca" : "percentile");
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    cr_expect_eq(harness_result(h, "theil_l_lo", 0)[0], 0);
    cr_expect_eq(harness_result(h, "theil_l_hi", 0)[0], 0);
    cr_expect_eq(harness_result(h, "p90_p10_hi", 0)[0], 1);
    harness_free(h);
  }
}

static harness *asked(const char *param, const char *text) {
  harness *h = harness_new(extended(&sw_measure_inequality, true), N, T);
  harness_column(h, "of", "x", panel);
  if (text) harness_set(h, param, text);
  return h;
}

static void expect_change(const char *from, const char *to, const char *part) {
  const char *texts[] = {from, to};
  harness *h = asked(NULL, NULL);
  harness_arg(h, "intervals.change")->count = to ? 2 : 1;
  harness_arg(h, "intervals.change")->texts = texts;
  HARNESS_FAILS(h, part);
  harness_free(h);
}

Test(intervals, refusals) {
  harness *h = asked("intervals.draws", "38");
  HARNESS_FAILS(h,
                "intervals.draws: 38 draws have no bounds at a level of 0.95; expected 39 or more");
  harness_free(h);
  h = asked("intervals.level", "0.999");
  HARNESS_FAILS(h, "999 draws have no bounds at a level of 0.999; expected 1999 or more");
  harness_free(h);
  expect_change("1999", "2002", "'1999' is not a period of the entry; it has 2001 to 2003");
  expect_change("2002", "2001", "2002 is not before 2001");
  expect_change("2002", "2002", "2002 is not before 2002");
  expect_change("2002", NULL, "1 period; expected two, [from, to]");
}
