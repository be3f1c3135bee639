/* Convergence clubs as a measure: who is in, what is said at other choices, what is refused. The
 * search itself is tested in tests/kernel/clubs.c, real panels in tests/real/test_clubs.py. */
#include "measure/harness.h"

extern const sw_measure sw_measure_convergence_clubs;

enum { N = 9, YEARS = 18 };

static uint64_t state = 1;
static double draw(void) { /* in [-1, 1) */
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) * 0x1p-52 - 1;
}

/* Two groups that close up in logs, at levels 9 and 11; unit i of group i % 2. */
static void two_groups(double x[YEARS * N]) {
  state = 4;
  double gap[N];
  for (int i = 0; i < N; i++)
    gap[i] = draw();
  for (int t = 0; t < YEARS; t++)
    for (int i = 0; i < N; i++)
      x[t * N + i] = exp((i % 2 ? 11 : 9) + gap[i] / (t + 1) + .01 * draw());
}

static harness *of(const double *x, int64_t n, int years) {
  harness *h = harness_new(&sw_measure_convergence_clubs, n, years);
  harness_column(h, "of", "income", x);
  return h;
}

static double value(const harness *h, const char *name, int at) {
  return harness_result(h, name, 0)[at];
}

Test(convergence_clubs, two_groups) {
  double x[YEARS * N];
  two_groups(x);
  harness *h = of(x, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < N; i++)
    NEAR(value(h, "club", i), i % 2 ? 1 : 2, 0);
  NEAR(value(h, "size", 0), 4, 0);
  NEAR(value(h, "size", 1), 5, 0);
  NEAR(value(h, "size", 2), 0, 0);
  cr_expect(isnan(value(h, "t", 2)) && value(h, "t", 0) > -1.65 && value(h, "t", 1) > -1.65);
  cr_expect(value(h, "log_t", 0) <= -1.65);
  NEAR(value(h, "n_used", 0), N, 0);
  cr_expect_eq(sw_job_find_axis(&h->job, "club_label")->n, N / 2);
  cr_expect_not_null(strstr(harness_said(h), "2 clubs of 4, 5 units, led by 0000000"));
  cr_expect_not_null(strstr(harness_said(h), "0 of 9 diverge; all together t -"));
  cr_expect(h->job.whole_series);
  harness_free(h);
}

/* A unit without a value above 0 in some period is -1 in the file, and counted. */
Test(convergence_clubs, left_out) {
  double x[YEARS * N];
  two_groups(x);
  x[5 * N + 3] = 0;
  x[17 * N + 4] = NAN;
  harness *h = of(x, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(value(h, "club", 3)) && isnan(value(h, "merged", 4)));
  NEAR(value(h, "club", 1), 1, 0);
  NEAR(value(h, "n_used", 0), N - 2, 0);
  cr_expect(harness_noted(h, "2 of 9 units lack a value above 0 of 'income' in some period"));
  harness_free(h);
}

/* t of all units at other choices is that of an entry that makes them. */
Test(convergence_clubs, sensitivity_is_exact) {
  double x[YEARS * N], small[YEARS * N];
  two_groups(x);
  for (int k = 0; k < YEARS * N; k++)
    small[k] = x[k] / 1000;
  harness *h = of(x, N, YEARS), *other = of(small, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(harness_run(other), SW_OK, "%s", other->err.text);
  NEAR(value(h, "log_t_thousand", 0), value(other, "log_t", 0), 1e-8);
  cr_expect(fabs(value(h, "log_t", 0) - value(other, "log_t", 0)) > 1e-3);
  harness_free(other);
  static const char *const trims[] = {".2", ".25", ".3", ".3333333333333333", ".4"};
  for (int k = 0; k < 5; k++) {
    other = of(x, N, YEARS);
    harness_set(other, "trim", trims[k]);
    cr_assert_eq(harness_run(other), SW_OK, "%s", other->err.text);
    NEAR(value(h, "log_t_trim", k), value(other, "log_t", 0), 0);
    NEAR(value(other, "log_t_trim", k), value(other, "log_t", 0), 0);
    harness_free(other);
  }
  other = of(x, N, YEARS);
  harness_set(other, "filter", "none");
  cr_assert_eq(harness_run(other), SW_OK, "%s", other->err.text);
  NEAR(value(h, "log_t_filter", 2), value(other, "log_t", 0), 1e-9);
  NEAR(value(other, "log_t_filter", 0), value(h, "log_t", 0), 1e-9);
  harness_free(other);
  other = of(x, N, YEARS);
  harness_set(other, "lambda", "6.25");
  cr_assert_eq(harness_run(other), SW_OK, "%s", other->err.text);
  NEAR(value(h, "log_t_filter", 1), value(other, "log_t", 0), 1e-9);
  harness_free(other);
  harness_free(h);
}

/* Without logs the unit of x cancels in h. */
Test(convergence_clubs, without_logs) {
  double x[YEARS * N];
  two_groups(x);
  harness *h = of(x, N, YEARS);
  harness_set(h, "logs", "false");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "log_t_thousand", 0), value(h, "log_t", 0), 0);
  cr_expect_null(strstr(harness_said(h), "thousands"));
  harness_free(h);
}

/* In dollars one club, in thousands none, or the other way: here levels of e^6 to e^8 keep their
 * distance, which weighs little beside a mean of 7, much beside one of .1. */
Test(convergence_clubs, warns_of_the_unit) {
  double x[YEARS * N];
  for (int t = 0; t < YEARS; t++)
    for (int i = 0; i < N; i++)
      x[t * N + i] = exp(7 + .05 * t + (i - 4.) / 4);
  harness *h = of(x, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  bool own = value(h, "log_t", 0) > -1.65, thousand = value(h, "log_t_thousand", 0) > -1.65;
  cr_assert(own != thousand, "t %g, in thousands %g", value(h, "log_t", 0),
            value(h, "log_t_thousand", 0));
  cr_expect(harness_noted(h, "clubs of logarithms depend on the unit of 'income'"));
  cr_expect_not_null(strstr(harness_said(h), "the verdict depends on the unit"));
  harness_free(h);
}

/* Levels of e^6 and e^7 in thousands have logarithms around zero, which no test can take. */
Test(convergence_clubs, thousands_without_a_mean) {
  double x[YEARS * N];
  for (int t = 0; t < YEARS; t++)
    for (int i = 0; i < N; i++)
      x[t * N + i] = exp(6.8 + (i - 4.) / 10 * (1 + .1 * t));
  harness *h = of(x, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(value(h, "log_t_thousand", 0)));
  cr_expect_null(strstr(harness_said(h), "nan"));
  cr_expect_not_null(strstr(harness_said(h), "in thousands no t (the mean of the logarithm"));
  harness_free(h);
}

/* A parameter that changes nothing is named. */
Test(convergence_clubs, idle_lambda) {
  double x[YEARS * N];
  two_groups(x);
  harness *h = of(x, N, YEARS);
  harness_set(h, "filter", "none");
  harness_arg(h, "lambda")->given = true;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "`lambda` is of filter: hp"));
  harness_free(h);
}

/* As an input clubs are classes, those that diverge among them. */
Test(convergence_clubs, classes) {
  double x[YEARS * N];
  two_groups(x);
  harness *h = of(x, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const sw_output *club = sw_measure_convergence_clubs.output;
  for (int q = 0; q < 2; q++) {
    cr_assert_not_null(club[q].classes);
    const sw_axis *axis = sw_job_find_axis(&h->job, club[q].classes);
    cr_assert_eq(axis->n, N / 2 + 1);
    cr_expect_eq(club[q].class_first, 0);
    cr_expect_str_eq(axis->label[0], "diverges");
    cr_expect_str_eq(axis->label[2], "2");
  }
  harness_free(h);
}

/* Codes may be dealt out anew: the same units are together. */
Test(convergence_clubs, relabelling) {
  double x[YEARS * N], turned[YEARS * N];
  two_groups(x);
  for (int t = 0; t < YEARS; t++)
    for (int i = 0; i < N; i++)
      turned[t * N + i] = x[t * N + N - 1 - i];
  harness *h = of(x, N, YEARS), *other = of(turned, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(harness_run(other), SW_OK, "%s", other->err.text);
  for (int i = 0; i < N; i++)
    NEAR(value(h, "club", i), value(other, "club", N - 1 - i), 0);
  static const char *const names[] = {"t",         "b", "merged_t", "log_t", "log_t_thousand",
                                      "log_t_trim"};
  for (int q = 0; q < 6; q++)
    NEAR(value(h, names[q], 0), value(other, names[q], 0), 0);
  harness_free(other);
  harness_free(h);
}

/* All series begin at 100: no dispersion to begin with, so that nothing can be said of any set. */
Test(convergence_clubs, index_numbers) {
  double x[YEARS * N];
  two_groups(x);
  for (int i = 0; i < N; i++)
    x[i] = 100;
  harness *h = of(x, N, YEARS);
  harness_set(h, "filter", "none");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(value(h, "log_t", 0)));
  for (int i = 0; i < N; i++)
    NEAR(value(h, "club", i), 0, 0);
  cr_expect_not_null(strstr(harness_said(h), "no test: all 9 units are equal in some period"));
  cr_expect_null(strstr(harness_said(h), "nan"));
  harness_free(h);
}

/* A hundred pairs and more: the tables have room for the first, units have all their numbers. */
Test(convergence_clubs, many_clubs) {
  enum { PAIRS = 105 };
  double *x = calloc((size_t)YEARS * 2 * PAIRS, sizeof *x);
  for (int t = 0; t < YEARS; t++)
    for (int i = 0; i < 2 * PAIRS; i++)
      x[t * 2 * PAIRS + i] = 50 + 5 * (i / 2) + (i % 2 ? 1 : -1) / (t + 1.);
  harness *h = of(x, 2 * PAIRS, YEARS);
  harness_set(h, "logs", "false");
  harness_set(h, "filter", "none");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_eq(sw_job_find_axis(&h->job, "club_label")->n, 100);
  NEAR(value(h, "club", 0), PAIRS, 0);
  NEAR(value(h, "club", 2 * PAIRS - 1), 1, 0);
  NEAR(value(h, "size", 99), 2, 0);
  cr_expect(harness_noted(h, "105 clubs; tables by club have the first 100"));
  cr_expect_not_null(
      strstr(harness_said(h), "105 clubs of 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, ... "));
  harness_free(h);
  free(x);
}

Test(convergence_clubs, refusals) {
  static const int64_t hole[YEARS] = {2001, 2002, 2004, 2005, 2006, 2007, 2008, 2009, 2010,
                                      2011, 2012, 2013, 2014, 2015, 2016, 2017, 2018, 2019};
  double x[YEARS * N], low[YEARS * N];
  two_groups(x);
  harness *h = of(x, N, YEARS);
  h->periods.value = hole;
  HARNESS_FAILS(h,
                "of: 2003 is not as far from 2002 as the first two periods are apart; log t needs "
                "even steps");
  harness_free(h);
  h = of(x, N, YEARS);
  harness_set(h, "trim", ".9");
  HARNESS_FAILS(h, "trim: 0.9 of 18 periods leaves out 16; expected one or more, and 4 that stay");
  harness_free(h);
  h = of(x, N, YEARS);
  harness_set(h, "trim", "0");
  HARNESS_FAILS(h, "leaves out 0");
  harness_free(h);
  h = of(x, N, 4);
  HARNESS_FAILS(h, "of: 4 periods; expected 5 or more");
  harness_free(h);
  for (int k = 0; k < YEARS * N; k++)
    low[k] = x[k] / 20000; /* ln of Mt */
  h = of(low, N, YEARS);
  HARNESS_FAILS(h, "of: the mean of the logarithm of 'income' is -");
  cr_expect_not_null(strstr(h->err.text, "count it in a smaller unit, or take logs: false"));
  harness_free(h);
  for (int k = 0; k < YEARS * N; k++)
    low[k] = k % N == 0 ? 5 : 0;
  h = of(low, N, YEARS);
  HARNESS_FAILS(h,
                "1 of 9 units have a value of 'income' above 0 in every period from 2001 to 2018");
  harness_free(h);
}

/* The mean of all is above 0, that of the lower half is not. */
Test(convergence_clubs, refuses_a_low_set) {
  double x[YEARS * N];
  state = 9;
  for (int t = 0; t < YEARS; t++)
    for (int i = 0; i < N; i++)
      x[t * N + i] = exp((i < 4 ? 6 + i : -1.) + .2 * draw());
  harness *h = of(x, N, YEARS);
  HARNESS_FAILS(h, "the mean of the logarithm of 'income' over a set of ");
  harness_free(h);
}
