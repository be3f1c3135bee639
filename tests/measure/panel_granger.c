/* Causality in a panel against plain regressions, gaps and holes, units left out, what is refused.
 * Grunfeld against plm is in tests/real/test_models.py. */
#include "measure/harness.h"

#include "kernel/linear/ols.h"

extern const sw_measure sw_measure_panel_granger;

enum { N = 300, PERIODS = 18 };

static double x[PERIODS * N], y[PERIODS * N];

static double next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 40) / 0x1p24 - .5;
}

static void fill(void) {
  uint64_t state = 77;
  for (int i = 0; i < N; i++)
    for (int t = 0; t < PERIODS; t++) {
      x[t * N + i] = next(&state) + (t ? .5 * x[(t - 1) * N + i] : 0);
      y[t * N + i] = 1e3 + next(&state) + (t ? .3 * x[(t - 1) * N + i] : 0);
    }
}

static harness *of(const char *lags) {
  harness *h = harness_new(&sw_measure_panel_granger, N, PERIODS);
  harness_column(h, "y", "y", y);
  harness_column(h, "x", "x", x);
  harness_set(h, "lags", lags);
  return h;
}

static double one(const harness *h, const char *name) {
  return harness_result(h, name, 0)[0];
}

/* Residual sum of squares of y on a constant, its lags and (`with`) those of x, periods [lo, hi).
 */
static double residual(int unit, int lags, bool with, int lo, int hi) {
  double column[8][PERIODS], left[PERIODS];
  const double *at[8];
  int k = 1 + lags * (1 + with), rows = hi - lo - lags;
  for (int r = 0; r < rows; r++) {
    int t = lo + lags + r;
    column[0][r] = 1;
    left[r] = y[t * N + unit];
    for (int l = 1; l <= lags; l++) {
      column[l][r] = y[(t - l) * N + unit];
      if (with) column[lags + l][r] = x[(t - l) * N + unit];
    }
  }
  for (int j = 0; j < k; j++)
    at[j] = column[j];
  sw_ols fit;
  void *room = malloc(sw_ols_workspace(rows, k));
  cr_assert_eq(sw_ols_fit(at, left, rows, k, room, &fit), -1);
  free(room);
  return fit.rss;
}

static double wald(int unit, int lags, int lo, int hi) {
  double rss = residual(unit, lags, true, lo, hi);
  return (residual(unit, lags, false, lo, hi) - rss) / (rss / (hi - lo - 3 * lags - 1));
}

Test(panel_granger, plain) {
  fill();
  for (int lags = 1; lags <= 3; lags++) {
    char text[4];
    snprintf(text, sizeof text, "%d", lags);
    harness *h = of(text);
    double sum = 0, k = lags, t = PERIODS;
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    for (int i = 0; i < N; i++) {
      double want = wald(i, lags, 0, PERIODS);
      NEAR(harness_result(h, "wald", 0)[i], want, 1e-9 * (1 + want));
      sum += want / N;
    }
    NEAR(one(h, "w_bar"), sum, 1e-9);
    NEAR(one(h, "z_bar"), sqrt(N / (2 * k)) * (sum - k), 1e-8);
    /* The formula of one T for all. */
    double tilde = sqrt(N * (t - 3 * k - 5) / (2 * k * (t - 2 * k - 3))) *
                   ((t - 3 * k - 3) / (t - 3 * k - 1) * sum - k);
    NEAR(one(h, "z_tilde"), tilde, 1e-8);
    NEAR(one(h, "z_tilde_p"), erfc(fabs(tilde) / sqrt(2)), 1e-12);
    cr_expect_not_null(strstr(harness_said(h), "taken as independent"), "%s", harness_said(h));
    harness_free(h);
  }
}

/* A constant added to either, or another unit of measure, changes nothing. */
Test(panel_granger, scale) {
  fill();
  harness *h = of("2");
  cr_assert_eq(harness_run(h), SW_OK);
  double before = one(h, "z_tilde");
  harness_free(h);
  for (int i = 0; i < N * PERIODS; i++) {
    x[i] = 1e4 * x[i] - 7;
    y[i] = y[i] * .01 + 3;
  }
  h = of("2");
  cr_assert_eq(harness_run(h), SW_OK);
  NEAR(one(h, "z_tilde"), before, 1e-8);
  harness_free(h);
}

/* Unit 0 begins late, 1 has a gap, 2 ends too early, 3 is constant, 4 has nothing. */
Test(panel_granger, units_left_out) {
  fill();
  for (int t = 0; t < PERIODS; t++) {
    if (t < 5) y[t * N] = NAN;
    if (t == 9) x[t * N + 1] = NAN;
    if (t >= 4) y[t * N + 2] = NAN;
    y[t * N + 3] = 5;
    x[t * N + 4] = NAN;
  }
  harness *h = of("1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *w = harness_result(h, "wald", 0);
  NEAR(w[0], wald(0, 1, 5, PERIODS), 1e-9);
  for (int i = 1; i < 5; i++)
    cr_expect(isnan(w[i]), "unit %d", i);
  double sum = w[0], expected = 0, variance = 0;
  for (int i = 5; i < N; i++)
    sum += w[i];
  for (int i = 4; i < N; i++) {
    double t = i == 4 ? PERIODS - 5 : PERIODS;
    expected += (t - 4) / (t - 6) / (N - 4);
    variance += 2 * (t - 4) * (t - 4) * (t - 5) / ((t - 6) * (t - 6) * (t - 8)) / (N - 4);
  }
  NEAR(one(h, "w_bar"), sum / (N - 4), 1e-12);
  NEAR(one(h, "z_tilde"), sqrt(N - 4) * (sum / (N - 4) - expected) / sqrt(variance), 1e-9);
  cr_expect(harness_noted(h, "4 of 300 units are left out: 1 without values, 1 with a gap, 1 with "
                             "fewer than 5 periods, 1 constant or predicted exactly"));
  harness_free(h);
}

/* x is constant everywhere: no statistic is said, and only the reasons that there are. */
Test(panel_granger, nobody_left) {
  fill();
  for (int c = 0; c < N * PERIODS; c++)
    x[c] = 1;
  harness *h = of("1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(one(h, "w_bar")));
  cr_expect(harness_noted(h, "300 of 300 units are left out: 300 constant or predicted exactly"));
  cr_expect_str_eq(harness_said(h), "");
  harness_free(h);
}

/* Between 3K + 1 and 5 + 3K periods W has no variance: z_tilde is undefined, of some units or all.
 */
Test(panel_granger, few_periods) {
  fill();
  harness *h = harness_new(&sw_measure_panel_granger, N, 8);
  harness_column(h, "y", "y", y);
  harness_column(h, "x", "x", x);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(one(h, "w_bar") > 0 && isnan(one(h, "z_tilde")) && isnan(one(h, "z_tilde_p")));
  cr_expect_not_null(strstr(harness_said(h), "1 lag: no z_tilde, as no unit has more than 8"));
  harness_free(h);
  for (int t = 0; t < 10; t++)
    y[t * N] = NAN;
  h = of("1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "z_tilde is of the 299 units with more than 8 periods"));
  harness_free(h);
}

/* A hole after the ninth period, and a break there: rows that would step over either are left out,
 * so that two halves of nine have 2 (9 - K) rows. */
Test(panel_granger, holes_and_breaks) {
  static bool follows[PERIODS];
  static const int broken[] = {9};
  fill();
  for (int t = 0; t < PERIODS; t++)
    follows[t] = t > 0 && t != 9;
  for (int way = 0; way < 2; way++) {
    harness *h = of("2");
    h->periods.follows = way ? NULL : follows;
    h->periods.holes = !way;
    h->periods.n_breaks = way;
    h->periods.break_period = broken;
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    /* 14 rows of y on 5 columns: against the sums of squares of stacked halves. */
    double column[5][14], left[14];
    const double *at[] = {column[0], column[1], column[2], column[3], column[4]};
    int r = 0;
    for (int t = 2; t < PERIODS; t++) {
      if (t == 9 || t == 10) continue;
      column[0][r] = 1;
      for (int l = 1; l <= 2; l++) {
        column[l][r] = y[(t - l) * N + 7];
        column[2 + l][r] = x[(t - l) * N + 7];
      }
      left[r++] = y[t * N + 7];
    }
    sw_ols whole, part;
    void *room = malloc(sw_ols_workspace(14, 5)), *second = malloc(sw_ols_workspace(14, 3));
    sw_ols_fit(at, left, 14, 5, room, &whole);
    sw_ols_fit(at, left, 14, 3, second, &part);
    NEAR(harness_result(h, "wald", 0)[7], (part.rss - whole.rss) / (whole.rss / 9), 1e-9);
    cr_expect(harness_noted(h, way ? "the panel has a break before 2010"
                                   : "2010 is more than one step after 2009"));
    free(room);
    free(second);
    harness_free(h);
  }
}

/* Of every second period a lag is two years. */
Test(panel_granger, own_step) {
  fill();
  static const int every_second[] = {0, 2, 4, 6, 8, 10, 12, 14, 16};
  harness *h = of("1");
  h->job.period = every_second;
  h->job.n_periods = 9;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_not(isnan(one(h, "z_tilde")));
  cr_expect_not(harness_noted(h, "more than one step"));
  harness_free(h);
}

Test(panel_granger, refused) {
  fill();
  harness *h = of("6");
  HARNESS_FAILS(h, "18 periods; expected 20 or more");
  harness_free(h);
  h = harness_new(&sw_measure_panel_granger, N, PERIODS);
  harness_column(h, "y", "y", y);
  harness_column(h, "x", "y", y);
  HARNESS_FAILS(h, "'y' is y, too");
  harness_free(h);
  h = of("1");
  h->input[1].per_period_normalised = true;
  HARNESS_FAILS(h, "'x' is normalised per period");
  harness_free(h);
  h = of("1");
  h->periods.integer = false;
  HARNESS_FAILS(h, "whose spacing is unknown");
  harness_free(h);
}
