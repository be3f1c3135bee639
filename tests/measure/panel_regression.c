/* The within estimator against dummies in plain least squares, its identities, what effects leave
 * nothing of, what is refused. Produc against plm and Conley's errors against R are in
 * tests/real/test_models.py. */
#include "measure/harness.h"

#include "kernel/linear/ols.h"

extern const sw_measure sw_measure_panel_regression;

enum { N = 290, PERIODS = 6, CELLS = N * PERIODS };

static double y[CELLS], a[CELLS], b[CELLS];

static double next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 40) / 0x1p24 - .5;
}

static void fill(void) {
  uint64_t state = 5;
  for (int t = 0; t < PERIODS; t++)
    for (int i = 0; i < N; i++) {
      int c = t * N + i;
      a[c] = next(&state) + (double)(i % 7) / 7 + t * .1;
      b[c] = next(&state) * 100 + t * t;
      y[c] = 2 * a[c] - .01 * b[c] + (double)(i % 11) + .3 * t + next(&state);
    }
}

static harness *of(const char *fixed) {
  harness *h = harness_new(&sw_measure_panel_regression, N, PERIODS);
  harness_column(h, "y", "y", y);
  harness_column(h, "x", "a", a);
  harness_column(h, "x", "b", b);
  harness_set(h, "fixed", fixed);
  harness_set_node(h, "errors", harness_scalar(h, "cluster"));
  return h;
}

static double value(const harness *h, const char *name, int at) {
  return harness_result(h, name, 0)[at];
}

/* Least squares on a, b and a dummy for each unit (small panels) and period but the first. */
enum { FEW = 12 };

static sw_ols dummies(int units, bool with_units, bool with_periods, void **room) {
  static double column[2 + FEW + PERIODS][FEW * PERIODS], left[FEW * PERIODS];
  static const double *at[2 + FEW + PERIODS];
  int rows = 0, k = 2;
  for (int i = 0; i < units; i++)
    for (int t = 0; t < PERIODS; t++) {
      int c = t * N + i;
      if (isnan(y[c] + a[c] + b[c])) continue;
      for (int j = 0; j < 2 + FEW + PERIODS; j++)
        column[j][rows] = 0;
      column[0][rows] = a[c];
      column[1][rows] = b[c];
      int next_column = 2;
      if (with_units) column[next_column + i][rows] = 1;
      next_column += with_units ? units : 0;
      if (with_periods && !(with_units && t == 0)) column[next_column + t - with_units][rows] = 1;
      left[rows++] = y[c];
    }
  k += (with_units ? units : 0) + (with_periods ? PERIODS - with_units : 0);
  for (int j = 0; j < k; j++)
    at[j] = column[j];
  sw_ols fit;
  *room = malloc(sw_ols_workspace(rows, k));
  cr_assert_eq(sw_ols_fit(at, left, rows, k, *room, &fit), -1);
  return fit;
}

/* All but the first units are missing. */
static void keep_few(bool gaps) {
  fill();
  for (int i = 0; i < N; i++)
    for (int t = 0; t < PERIODS; t++)
      if (i >= FEW || (gaps && (i * 5 + t * 3) % 7 < 2)) b[t * N + i] = NAN;
}

Test(panel_regression, dummies) {
  static const char *const fixed[] = {"two-way", "unit", "time"};
  for (int gaps = 0; gaps < 2; gaps++)
    for (int f = 0; f < 3; f++) {
      void *room = NULL;
      keep_few(gaps);
      harness *h = of(fixed[f]);
      harness_set_node(h, "errors", harness_scalar(h, "conventional"));
      cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
      sw_ols fit = dummies(FEW, f != 2, f != 1, &room);
      double s2 = fit.rss / (double)(fit.n - fit.k), *vcov = malloc(sizeof(double) * 400);
      sw_ols_classical(fit.root, fit.k, s2, vcov);
      for (int j = 0; j < 2; j++) {
        NEAR(value(h, "coefficient", j), fit.b[j], 1e-12);
        NEAR(value(h, "std_error", j), sqrt(vcov[j * fit.k + j]), 1e-12);
      }
      NEAR(value(h, "vcov", 1), vcov[1], 1e-13);
      cr_expect_eq(value(h, "vcov", 1), value(h, "vcov", 2));
      cr_expect_eq(value(h, "n_used", 0), fit.n);
      free(vcov);
      free(room);
      harness_free(h);
    }
}

/* Plain least squares with a constant; HC0 where each cell is a cluster of its own, in one period.
 */
Test(panel_regression, no_effects) {
  fill();
  harness *h = harness_new(&sw_measure_panel_regression, N, 1);
  harness_column(h, "y", "y", y);
  harness_column(h, "x", "a", a);
  harness_column(h, "x", "b", b);
  harness_set(h, "fixed", "none");
  harness_set_node(h, "errors", harness_scalar(h, "cluster"));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double one[N], vcov[9], work[18];
  for (int i = 0; i < N; i++)
    one[i] = 1;
  const double *const x[] = {one, a, b};
  void *room = malloc(sw_ols_workspace(N, 3));
  sw_ols fit;
  sw_ols_fit(x, y, N, 3, room, &fit);
  /* G/(G-1) (n-1)/(n-K) of clusters of one is n/(n-K), the factor of HC1. */
  sw_ols_hc1(&fit, x, work, vcov);
  for (int j = 0; j < 3; j++) {
    NEAR(value(h, "coefficient", j), fit.b[j], 1e-12);
    NEAR(value(h, "std_error", j), sqrt(vcov[j * 3 + j]), 1e-12);
  }
  NEAR(value(h, "r2_within", 0), 1 - fit.rss / fit.tss, 1e-12);
  cr_expect_not_null(strstr(harness_said(h), "constant "), "%s", harness_said(h));
  cr_expect_not_null(strstr(harness_said(h), " in 1 period; R2 0"), "%s", harness_said(h));
  cr_expect_null(strstr(harness_said(h), "within"), "%s", harness_said(h));
  free(room);
  harness_free(h);
}

/* A constant added to y, an effect of units added to x, and other units of measure change no slope
 * and no t. */
Test(panel_regression, identities) {
  fill();
  harness *h = of("two-way");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double slope = value(h, "coefficient", 1), t = value(h, "t", 1), r2 = value(h, "r2_within", 0);
  double f = value(h, "f", 0);
  harness_free(h);
  for (int c = 0; c < CELLS; c++) {
    y[c] += 1000 + c % N;
    a[c] += 3 * (c / N);
    b[c] *= 1024;
  }
  h = of("two-way");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "coefficient", 1) * 1024, slope, 1e-12);
  NEAR(value(h, "t", 1), t, 1e-8);
  NEAR(value(h, "r2_within", 0), r2, 1e-9);
  NEAR(value(h, "f", 0), f, 1e-6);
  harness_free(h);
}

/* Clusters of single units by a group column are those of units; of two units at a time there are
 * half as many. One cluster alone has no variance. */
Test(panel_regression, groups) {
  int32_t own[N], pairs[N], all[N] = {0};
  const char *label[N];
  for (int i = 0; i < N; i++) {
    own[i] = i;
    pairs[i] = i / 2;
    label[i] = "g";
  }
  sw_grouping grouping[] = {
      {"own", N, label, own}, {"pairs", N / 2, label, pairs}, {"all", 1, label, all}};
  fill();
  double se[3];
  static const char *const by[] = {"unit", "own", "pairs"};
  for (int k = 0; k < 3; k++) {
    harness *h = of("two-way");
    h->units.n_groupings = 3;
    h->units.grouping = grouping;
    harness_set(h, "cluster", by[k]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    se[k] = value(h, "std_error", 0);
    harness_free(h);
  }
  NEAR(se[1], se[0], 1e-15);
  cr_expect(se[2] != se[0] && fabs(se[2] / se[0] - 1) < .3);
  harness *h = of("two-way");
  h->units.n_groupings = 3;
  h->units.grouping = grouping;
  harness_set(h, "cluster", "all");
  HARNESS_FAILS(h, "all values are of one cluster");
  harness_free(h);
  h = of("two-way");
  harness_set(h, "cluster", "province");
  HARNESS_FAILS(h, "'province' is not a group column");
  harness_free(h);
}

/* With all lags at hand and none: h h' of the periods alone. Periods are few: a warning. */
Test(panel_regression, driscoll_kraay) {
  fill();
  harness *h = of("unit");
  harness_set_node(h, "errors", harness_scalar(h, "driscoll-kraay"));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  /* T = 6: floor(4 .06^(2/9)) = 2 */
  double two = value(h, "std_error", 0);
  cr_expect(harness_noted(h, "Driscoll-Kraay errors of 6 periods are too small"));
  harness_free(h);
  h = of("unit");
  harness_set_node(
      h, "errors",
      harness_pair(h, "driscoll-kraay", harness_pair(h, "lags", harness_scalar(h, "2"))));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_eq(value(h, "std_error", 0), two);
  harness_free(h);
  h = of("unit");
  h->periods.integer = false;
  harness_set_node(h, "errors", harness_scalar(h, "driscoll-kraay"));
  HARNESS_FAILS(h, "periods whose order is known");
  harness_free(h);
}

static harness *with_lags(const char *lags) {
  harness *h = of("unit");
  harness_set_node(
      h, "errors",
      harness_pair(h, "driscoll-kraay", harness_pair(h, "lags", harness_scalar(h, lags))));
  return h;
}

/* Lags are steps of the panel. Where every period lies in a hole there is none of one step; of
 * every third year none of two, and three reach the one before with 1 - 3/4. */
Test(panel_regression, holes) {
  static const bool none[PERIODS] = {false};
  static int64_t third[PERIODS];
  double se[4];
  fill();
  for (int k = 0; k < 4; k++) {
    static const char *const lags[] = {"0", "1", "2", "3"};
    harness *h = with_lags(lags[k]);
    for (int t = 0; t < PERIODS; t++)
      third[t] = 2001 + 3 * t;
    if (k > 0) h->periods.follows = none;
    if (k > 1) {
      h->periods.value = third;
      h->periods.step = 1;
    }
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    se[k] = value(h, "std_error", 0);
    harness_free(h);
  }
  cr_expect_eq(se[1], se[0]);
  cr_expect_eq(se[2], se[0]);
  cr_expect_neq(se[3], se[0]);
}

static harness *conley(const char *cutoff, const char *lags, double *lon, double *lat) {
  harness *h = of("unit");
  sw_node *item[] = {harness_scalar(h, cutoff), harness_scalar(h, lags)};
  static const char *const keys[] = {"cutoff_km", "lags"};
  harness_set_node(h, "errors", harness_pair(h, "conley", harness_many(h, 2, keys, item)));
  h->units.lon = lon;
  h->units.lat = lat;
  return h;
}

/* Units far from each other, and all lags with a weight near 1: clusters by unit without a factor,
 * up to 1/(L+1). Without lags: cells on their own. */
Test(panel_regression, conley) {
  double lon[N], lat[N];
  fill();
  for (int i = 0; i < N; i++) {
    lon[i] = i - 150;
    lat[i] = 0;
  }
  harness *h = of("unit");
  harness_set(h, "small", "none");
  cr_assert_eq(harness_run(h), SW_OK);
  double want = value(h, "std_error", 1);
  harness_free(h);
  h = conley("1", "1000000000", lon, lat);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "std_error", 1), want, 1e-8 * want);
  h->job.measure->destroy(&h->job);
  harness_free(h);
  h = conley("1", "1", lon, NULL);
  HARNESS_FAILS(h, "conley needs coordinates");
  harness_free(h);
  lat[7] = NAN;
  h = conley("1", "1", lon, lat);
  HARNESS_FAILS(h, "unit 00000007 has no coordinates");
  harness_free(h);
  h = conley("-1", "1", lon, lat);
  HARNESS_FAILS(h, "cutoff_km is -1; expected more than 0");
  harness_free(h);
}

/* What a reader must know: errors by few clusters, and that no cell has all variables. */
Test(panel_regression, few_clusters) {
  fill();
  for (int c = 0; c < CELLS; c++)
    if (c % N >= 7) y[c] = NAN;
  harness *h = of("unit");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "errors by 7 clusters are too small; they are meant for 20"));
  harness_free(h);
  for (int c = 0; c < CELLS; c++)
    y[c] = NAN;
  h = of("unit");
  HARNESS_FAILS(h, "no unit has a value of every variable in two periods");
  harness_free(h);
}

/* The variable that is explained cannot be left out. */
Test(panel_regression, nothing_to_explain) {
  fill();
  for (int c = 0; c < CELLS; c++)
    y[c] = c % N % 13;
  harness *h = of("unit");
  HARNESS_FAILS(
      h, "y: 'y' is constant within units: their effects leave nothing of it; write fixed: time");
  harness_free(h);
  for (int c = 0; c < CELLS; c++)
    y[c] = c / N;
  h = of("time");
  HARNESS_FAILS(h, "'y' is the same for all units of a period: the effects leave nothing of it; "
                   "write fixed: unit");
  harness_free(h);
}

/* Units with a single period are left out of everything. */
Test(panel_regression, single) {
  fill();
  for (int t = 1; t < PERIODS; t++)
    a[t * N + 3] = a[t * N + 4] = NAN;
  harness *h = of("two-way");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double slope = value(h, "coefficient", 0);
  NEAR(value(h, "n_used", 0), (N - 2) * PERIODS, 0);
  cr_expect(harness_noted(h, "2 units with a single period left out"));
  harness_free(h);
  a[3] = a[4] = NAN;
  h = of("two-way");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "coefficient", 0), slope, 1e-14);
  harness_free(h);
}

/* One line that names the variable. */
Test(panel_regression, nothing_left) {
  fill();
  for (int c = 0; c < CELLS; c++)
    b[c] = .1 * (c % N % 13);
  harness *h = of("two-way");
  HARNESS_FAILS(h, "x: 'b' is constant within units");
  harness_free(h);
  h = of("time");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  harness_free(h);
  for (int c = 0; c < CELLS; c++)
    b[c] = 2001.1 + c / N;
  h = of("two-way");
  HARNESS_FAILS(h, "x: 'b' is an effect of units plus one of periods");
  harness_free(h);
  h = of("time");
  HARNESS_FAILS(h, "x: 'b' is the same for all units of a period");
  harness_free(h);
  for (int c = 0; c < CELLS; c++)
    b[c] = 3 * a[c] + c % N + 7. * (c / N);
  h = of("two-way");
  HARNESS_FAILS(h, "x: 'b' is a linear combination of the variables before it; leave one out");
  harness_free(h);
  for (int c = 0; c < CELLS; c++)
    b[c] = 3 * a[c] + 1;
  h = of("none");
  HARNESS_FAILS(h, "'b' is a linear combination of the variables before it and the constant");
  harness_free(h);
  fill();
  for (int c = 0; c < CELLS; c++)
    y[c] = .1 * (c % N);
  h = of("unit");
  HARNESS_FAILS(h, "y: 'y' is constant within units");
  harness_free(h);
  for (int c = 0; c < CELLS; c++)
    y[c] = .1;
  h = of("none");
  HARNESS_FAILS(h, "y: 'y' is constant");
  harness_free(h);
}

Test(panel_regression, refused) {
  fill();
  harness *h = harness_new(&sw_measure_panel_regression, N, PERIODS);
  harness_column(h, "y", "y", y);
  harness_column(h, "x", "y", y);
  HARNESS_FAILS(h, "'y' is y, too");
  harness_free(h);
  h = of("unit");
  harness_set_node(h, "errors", harness_scalar(h, "robust"));
  HARNESS_FAILS(h, "errors: expected cluster, conventional, driscoll-kraay");
  harness_free(h);
  static const char *const wrong[] = {"cutoff", "kernel"};
  static const char *const said[] = {"unknown key 'cutoff'; did you mean 'cutoff_km'?",
                                     "'cutoff_km' is missing"};
  for (int k = 0; k < 2; k++) {
    h = of("unit");
    sw_node *map = harness_pair(h, wrong[k], harness_scalar(h, "bartlett"));
    harness_set_node(h, "errors", harness_pair(h, "conley", map));
    HARNESS_FAILS(h, said[k]);
    harness_free(h);
  }
  h = of("unit");
  harness_set_node(h, "errors", harness_scalar(h, "conventional"));
  harness_set(h, "small", "none");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "`small` is of errors: cluster and changes nothing here"));
  harness_free(h);
  h = harness_new(&sw_measure_panel_regression, N, 1);
  harness_column(h, "y", "y", y);
  harness_column(h, "x", "a", a);
  HARNESS_FAILS(h, "one period: effects of units leave nothing");
  harness_free(h);
  /* Two units of two periods: four cells for one slope and three effects. */
  for (int c = 0; c < CELLS; c++)
    if (c % N > 1 || c / N > 1) a[c] = NAN;
  h = of("two-way");
  HARNESS_FAILS(h, "4 values of all variables for 5 coefficients and effects");
  harness_free(h);
}
