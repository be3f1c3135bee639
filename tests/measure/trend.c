/* Trends: the hand cases of pyMannKendall and pyHomogeneity, uneven spacing, missing values, what
 * is undefined, what is refused. */
#include "measure/harness.h"

extern const sw_measure sw_measure_trend;

/* Of one unit: x[t] of period t. */
static harness *of(const double *x, int periods, const char *autocorrelation) {
  harness *h = harness_new(&sw_measure_trend, 1, periods);
  harness_set(h, "autocorrelation", autocorrelation);
  harness_column(h, "of", "x", x);
  return h;
}

static double result(const harness *h, const char *name) {
  return harness_result(h, name, 0)[0];
}

static const double eight[] = {1, 3, 2, 5, 4, 7, 5, 9};

/* S 21, Var 64.333333; Sen and Pettitt by pyMannKendall and pyHomogeneity. The line by hand: sums
 * of t - mean squared 42, of products 40. */
Test(trend, eight_values) {
  harness *h = of(eight, 8, "none");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(result(h, "mk_s"), 21, 0);
  NEAR(result(h, "mk_z"), 2.493514905, 1e-9);
  NEAR(result(h, "mk_p"), .012648527, 1e-9);
  NEAR(result(h, "sen"), 1, 0);
  NEAR(result(h, "sen_lo"), .413975429, 1e-9);
  NEAR(result(h, "sen_hi"), 1.629398857, 1e-9);
  NEAR(result(h, "change_point"), 2003, 0);
  NEAR(result(h, "pettitt_p"), .191934172, 1e-9);
  NEAR(result(h, "n_used"), 8, 0);
  NEAR(result(h, "slope"), 40. / 42, 1e-14);
  NEAR(result(h, "intercept"), 4.5 - 40. / 42 * 2004.5, 1e-10);
  /* Squares of x 48 less those of the line 40^2/42, over 6 and 42; t = 4.804, 6 df. */
  double se = sqrt((48 - 40. * 40 / 42) / 6 / 42);
  NEAR(result(h, "slope_se"), se, 1e-14);
  double t = 40. / 42 / se, w = t * t / (t * t + 6), c = 1 - w;
  NEAR(result(h, "p_value"), 1 - sqrt(w) * (1 + c / 2 + 3 * c * c / 8), 1e-12);
  cr_expect(h->job.whole_series);
  cr_expect_str_eq(harness_said(h), "Mann-Kendall at 5%: 1 rising, 0 falling, 0 neither");
  harness_free(h);
}

/* The correction is -.0616438: no variance is left. */
Test(trend, correction_beyond_zero) {
  harness *h = of(eight, 8, "hamed-rao");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(result(h, "mk_s"), 21, 0);
  NEAR(result(h, "sen"), 1, 0);
  static const char *const none[] = {"mk_z", "mk_p", "sen_lo", "sen_hi"};
  for (int i = 0; i < 4; i++)
    cr_expect(isnan(result(h, none[i])), "%s", none[i]);
  NEAR(result(h, "pettitt_p"), .191934172, 1e-9);
  cr_expect_not_null(strstr(harness_said(h), "0 rising, 0 falling, 0 neither, 1 without a test"));
  cr_expect(harness_noted(h, "of 1 unit the correction by Hamed and Rao leaves no variance"));
  harness_free(h);
}

/* 2 x - 3 in years 2001, 2003, 2004, 2009: every slope is 2, whatever the spacing. */
Test(trend, uneven_spacing) {
  static const int64_t year[] = {2001, 2003, 2004, 2009};
  double x[4];
  for (int t = 0; t < 4; t++)
    x[t] = 2 * (double)year[t] - 3;
  harness *h = of(x, 4, "none");
  h->periods.value = year;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(result(h, "slope"), 2, 1e-14);
  NEAR(result(h, "intercept"), -3, 1e-10);
  NEAR(result(h, "sen"), 2, 0);
  NEAR(result(h, "mk_s"), 6, 0);
  NEAR(result(h, "p_value"), 0, 1e-12);
  cr_expect(isnan(result(h, "sen_lo")), "its rank, .117, lies before the first slope");
  harness_free(h);
}

/* A value that is missing is left out; three are too few; equal ones have no order. */
Test(trend, missing_few_constant) {
  static const double gap[] = {1, NAN, 3, 2, 5, NAN, 4}, few[] = {1, 2, 3, NAN, NAN, NAN, NAN},
                      same[] = {7, 7, 7, 7, 7, 7, 7};
  harness *h = of(gap, 7, "none");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(result(h, "n_used"), 5, 0);
  NEAR(result(h, "mk_s"), 6, 0); /* eight pairs rise, two fall */
  /* Ten slopes: .25 1/3 .5 .5 2/3 | 2/3 1 1 1.5 -1 and so on, sorted: the middle two. */
  NEAR(result(h, "sen"), (.5 + 2. / 3) / 2, 1e-15);
  harness_free(h);
  h = of(few, 7, "hamed-rao");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(result(h, "n_used"), 3, 0);
  cr_expect(isnan(result(h, "slope")) && isnan(result(h, "mk_s")) && isnan(result(h, "pettitt_p")));
  harness_free(h);
  h = of(same, 7, "hamed-rao");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(result(h, "slope"), 0, 0);
  NEAR(result(h, "mk_s"), 0, 0);
  NEAR(result(h, "pettitt_p"), 1, 0);
  cr_expect(isnan(result(h, "mk_z")) && isnan(result(h, "change_point")), "no order, no change");
  cr_expect(isnan(result(h, "p_value")), "0/0");
  cr_expect_eq(h->notes.count, 0, "nothing to correct");
  harness_free(h);
}

/* Of 26 times 3.3 the mean is not 3.3, by its rounding: no trend is made of that. */
Test(trend, constant_to_the_bit) {
  double x[26];
  for (int t = 0; t < 26; t++)
    x[t] = 3.3;
  harness *h = of(x, 26, "none");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(result(h, "slope"), 0, 0);
  NEAR(result(h, "slope_se"), 0, 0);
  NEAR(result(h, "intercept"), 3.3, 0);
  cr_expect(isnan(result(h, "p_value")), "0/0");
  harness_free(h);
}

/* Squares of the residuals are beyond the range of doubles. */
Test(trend, ends_of_the_range) {
  static const double scale[] = {1, 0x1p600, 0x1p-600};
  double p[3], se[3];
  for (int i = 0; i < 3; i++) {
    double x[8];
    for (int t = 0; t < 8; t++)
      x[t] = scale[i] * eight[t];
    harness *h = of(x, 8, "none");
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    p[i] = result(h, "p_value");
    se[i] = result(h, "slope_se") / scale[i];
    harness_free(h);
  }
  cr_expect(p[0] > 0 && p[0] < 1);
  for (int i = 1; i < 3; i++) {
    NEAR(p[i], p[0], 0);
    NEAR(se[i], se[0], 0);
  }
}

/* The trend of a trend. */
Test(trend, what_has_no_time) {
  harness *h = of(eight, 8, "none");
  h->input[0].timeless = true;
  HARNESS_FAILS(h, "has one value for all periods and does not change; expected values by period");
  harness_free(h);
}

Test(trend, refusals) {
  harness *h = of(eight, 3, "none");
  HARNESS_FAILS(h, "test.yaml:1:1: job: of: 3 periods; expected 4 or more");
  harness_free(h);
  h = of(eight, 8, "none");
  h->periods.integer = false;
  HARNESS_FAILS(h, "the periods are texts such as '2001', whose spacing is unknown");
  harness_free(h);
  h = of(eight, 8, "none");
  h->input[0].per_period_normalised = true;
  HARNESS_FAILS(h, "'x' is normalised per period and cannot be compared over time");
  harness_free(h);
}

Test(trend, warns_of_breaks) {
  static const int at[] = {0, 3}; /* the first parts nothing */
  harness *h = of(eight, 8, "none");
  h->periods.n_breaks = 2;
  h->periods.break_period = at;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_eq(h->notes.count, 1);
  cr_expect(harness_noted(h, "the panel has a break before 2004, within its periods"));
  harness_free(h);
}
