/* Cross-correlation of series: numbers of a plain script on the income of the US states, ties, lags
 * over breaks and holes, what is refused, and the bits of pairs. */
#include "pair_fixture.h"
#include "states.h"

extern const sw_measure sw_measure_cross_correlation;

/* Both quantities of one pair. */
static double lag_of(harness *h, int64_t i, int64_t j, double *lag) {
  double value = 0;
  double *out[] = {&value, lag};
  void *workspace = harness_bytes(h->job.measure->workspace(&h->job));
  h->job.measure->block(&h->job, 0, i, i + 1, j, j + 1, out, 1, workspace);
  free(workspace);
  return value;
}

#define PAIR(i, j, wanted, wanted_lag)                                                             \
  do {                                                                                             \
    double lag_ = 0, value_ = lag_of(h, i, j, &lag_);                                              \
    NEAR(value_, wanted, 1e-10);                                                                   \
    cr_expect_eq(lag_, wanted_lag, "lag %g", lag_);                                                \
  } while (0)

static harness *of_states(const states_income *s, int first, const char *lags) {
  harness *h = harness_new(&sw_measure_cross_correlation, s->n, STATES_YEARS - first);
  harness_column(h, "of", "income", s->income + first * s->n);
  harness_set(h, "lags", lags);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  return h;
}

/* A plain script (oracles/space.md, "Pairs of series"): New York leads Texas by a year; in 1989 to
 * 2009 Texas leads both by four. */
Test(cross_correlation, us_states) {
  states_income s;
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv");
  int64_t ca = states_find(&s, "06"), ny = states_find(&s, "36"), tx = states_find(&s, "48");
  harness *h = of_states(&s, 0, "5");
  PAIR(ny, tx, -.4082995862, 1);
  PAIR(tx, ny, -.4082995862, -1);
  pair_expect_bits(h, 0);
  harness_free(h);
  h = of_states(&s, 60, "5");
  PAIR(ca, tx, -.5139798885, -4);
  PAIR(ny, tx, -.6467693376, -4);
  harness_free(h);
}

/* What is said of lags, against those of all pairs: there are fewer units than are told of. */
Test(cross_correlation, lags_are_told) {
  states_income s;
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv");
  harness *h = of_states(&s, 0, "5");
  int none = 0, upto[6] = {0}, median = 0;
  for (int64_t i = 0; i < s.n; i++)
    for (int64_t j = 0; j < s.n; j++) {
      double lag = 0;
      if (i == j) continue;
      lag_of(h, i, j, &lag);
      none += lag == 0;
      for (int l = (int)fabs(lag); l <= 5; l++)
        upto[l]++;
    }
  while (2 * upto[median] < 48 * 47)
    median++;
  char want[128];
  snprintf(want, sizeof want,
           "strongest at lag 0 in %.1f%% of 2256 ordered pairs; median |lag| %d period%s",
           100. * none / (48 * 47), median, median == 1 ? "" : "s");
  cr_expect_str_eq(h->said.text, want);
  harness_free(h);
}

enum { N = 3, T = 8 };

/* Unit 1 repeats unit 0 a period later; unit 2 is constant. */
static const double level[N * T] = {1, 9, 7, 4, 1, 7, 2, 4, 7, 8, 2, 7, 5, 8, 7, /**/
                                    7, 5, 7, 3, 7, 7, 6, 3, 7};

static harness *start(const double *x, const char *lags) {
  harness *h = harness_new(&sw_measure_cross_correlation, N, T);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "level");
  harness_set(h, "lags", lags);
  return h;
}

Test(cross_correlation, repeats) {
  harness *h = start(level, "2");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  double lag = 0;
  PAIR(0, 1, 1, 1);
  PAIR(1, 0, 1, -1);
  cr_expect(isnan(lag_of(h, 0, 2, &lag)) && isnan(lag), "a constant has no correlation");
  cr_expect(h->job.directed);
  cr_expect_eq(h->job.by, SW_BY_ABSOLUTE);
  harness_free(h);
}

/* A break before period 4: no row of a lag leads over it. Of lag 1 there are rows 0-1 1-2 2-3 and
 * 4-5 5-6 6-7, in which unit 1 still repeats unit 0. */
Test(cross_correlation, breaks) {
  static const int at[] = {4};
  harness *h = start(level, "1");
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  PAIR(0, 1, 1, 1);
  harness_free(h);
  h = start(level, "3");
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  PAIR_FAILS(h, "lags: 2 rows of a lag of 3 without a hole or a break between; expected 4 or more");
  harness_free(h);
}

/* A missing value costs the rows it is in, and no lag is counted over it as if it were closed up.
 */
Test(cross_correlation, holes) {
  double with_hole[N * T];
  memcpy(with_hole, level, sizeof level);
  with_hole[3 * N] = NAN;
  harness *h = start(with_hole, "2");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  PAIR(0, 1, 1, 1);
  pair_expect_bits(h, 0);
  harness_free(h);
}

/* Steps of a thousandth from a million on are alike but for the rounding of a million. */
Test(cross_correlation, rounding_of_levels) {
  double steps[N * T];
  for (int t = 0; t < T; t++) {
    steps[t * N] = 1e6 + t * .001;
    steps[t * N + 1] = t * t % 7;
    steps[t * N + 2] = t == 3 ? NAN : t * t % 5;
  }
  harness *h = start(steps, "1");
  harness_set(h, "transform", "difference");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  double lag = 0;
  cr_expect(isnan(lag_of(h, 0, 1, &lag)) && isnan(lag), "not one that varies");
  cr_expect(isnan(lag_of(h, 2, 0, &lag)) && isnan(lag), "nor beside a hole");
  pair_expect_bits(h, 0);
  harness_free(h);
}

/* A wave of period 4 and its opposite: r is -1 at lag 0 and 1 at lags 2 and -2. */
Test(cross_correlation, ties) {
  double wave[N * T];
  for (int t = 0; t < T; t++) {
    wave[t * N] = t % 2 ? 0 : t % 4 - 1;
    wave[t * N + 1] = -wave[t * N];
    wave[t * N + 2] = t;
  }
  harness *h = start(wave, "2");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  PAIR(0, 1, -1, 0);
  harness_free(h);
}

/* Series that repeat every three periods: over whole repeats, at lags 0, 3 and 6 of 12 periods, r
 * is the same but for rounding. */
Test(cross_correlation, ties_to_rounding) {
  enum { UNITS = 12, PERIODS = 12 };
  double x[PERIODS * UNITS], gap[PERIODS * UNITS];
  for (int t = 0; t < PERIODS; t++)
    for (int i = 0; i < UNITS; i++) {
      x[t * UNITS + i] = 1 / (1.3 + (t % 3 + 1) * (i + 1) % 7);
      gap[t * UNITS + i] = i == 0 && t == 2 ? NAN : x[t * UNITS + i];
    }
  for (int turn = 0; turn < 2; turn++) {
    harness *h = harness_new(&sw_measure_cross_correlation, UNITS, PERIODS);
    harness_column(h, "of", "x", turn ? gap : x);
    harness_set(h, "transform", "level");
    harness_set(h, "lags", "6");
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    for (int64_t i = 0; i < UNITS; i++)
      for (int64_t j = 0; j < UNITS; j++) {
        double lag = 0, r = lag_of(h, i, j, &lag);
        cr_expect(isnan(r) || lag == 0 || (int)lag % 3 || (turn && (i == 0 || j == 0)),
                  "%lld %lld: %g", (long long)i, (long long)j, lag);
      }
    pair_expect_bits(h, 0);
    harness_free(h);
  }
}

Test(cross_correlation, refusals) {
  harness *h = start(level, "5");
  PAIR_FAILS(h, "lags: lags of up to 5 need 9 periods, and there are 8; expected at most 4");
  harness_free(h);
}
