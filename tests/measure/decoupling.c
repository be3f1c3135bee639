/* Decoupling: states and elasticities over spans, breaks and holes, counts, what is refused. */
#include "measure/harness.h"

extern const sw_measure sw_measure_decoupling;

enum { N = 4, T = 4 };

/* Pressure and driver by period and unit. Unit 1 has a gap, unit 2 a driver that stays, unit 3 a
 * driver of zero at first. */
static const double pressure[T][N] = {{100, 100, 100, 100},
                                      {110, NAN, 90, 80},
                                      {104.5, 108, 95, 90},
                                      {110, 95, 90, 80}},
                    driver[T][N] = {{100, 100, 100, 0},
                                    {120, 110, 100, 100},
                                    {132, 121, 100, 90},
                                    {118.8, 110, 90, 81}};

static harness *four(const char *span) {
  harness *h = harness_new(&sw_measure_decoupling, N, T);
  harness_set(h, "span", span);
  harness_column(h, "of", "emissions", &pressure[0][0]);
  harness_column(h, "driver", "gdp", &driver[0][0]);
  return h;
}

static void expect_states(const harness *h, int t, const int *state) {
  for (int i = 0; i < N; i++)
    cr_expect_eq((int)harness_result(h, "state", t)[i], state[i], "period %d, unit %d: %g", t, i,
                 harness_result(h, "state", t)[i]);
}

/* Unit 0: 0.1 over 0.2; -5.5/110 over 12/120; 5.5/104.5 over -13.2/132. */
Test(decoupling_measure, by_hand) {
  static const int state[T][N] = {{0}, {2, 0, 0, 0}, {1, 0, 0, 5}, {5, 8, 6, 7}};
  harness *h = four("1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int t = 0; t < T; t++)
    expect_states(h, t, state[t]);
  NEAR(harness_result(h, "elasticity", 1)[0], .5, 1e-15);
  NEAR(harness_result(h, "elasticity", 2)[0], -.5, 1e-15);
  NEAR(harness_result(h, "elasticity", 3)[0], -5.5 / 104.5 * 10, 1e-13);
  NEAR(harness_result(h, "elasticity", 3)[1], (13. / 108) / (11. / 121), 1e-14);
  for (int i = 0; i < N; i++)
    cr_expect(isnan(harness_result(h, "elasticity", 0)[i]));
  cr_expect(isnan(harness_result(h, "elasticity", 2)[2]), "the driver stays");
  harness_free(h);
}

/* The table counts units by period and state. */
Test(decoupling_measure, counts) {
  harness *h = four("1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *count = harness_result(h, "state_count", 0), *used = harness_result(h, "n_used", 0);
  for (int s = 0; s < 8; s++)
    NEAR(count[s], 0, 0);
  NEAR(count[8 + 1], 1, 0);
  NEAR(count[16 + 0], 1, 0);
  NEAR(count[16 + 4], 1, 0);
  for (int s = 4; s < 8; s++)
    NEAR(count[24 + s], 1, 0);
  for (int t = 0; t < T; t++) {
    static const double want[T] = {0, 1, 2, 4};
    double sum = 0;
    for (int s = 0; s < 8; s++)
      sum += count[8 * t + s];
    NEAR(used[t], want[t], 0);
    NEAR(sum, want[t], 0);
  }
  const sw_axis *axis = sw_job_find_axis(&h->job, "state_label");
  cr_assert_eq(axis->n, 8);
  cr_expect_str_eq(axis->label[0], "strong decoupling");
  cr_expect_str_eq(sw_measure_decoupling.output[1].classes,
                   "state_label"); /* as markov takes them */
  cr_expect_eq(sw_measure_decoupling.output[1].class_first, 1);
  cr_expect_str_eq(axis->label[7], "recessive decoupling");
  cr_expect(h->job.pooled);
  cr_expect_str_eq(
      harness_said(h),
      "2001 to 2002: 1 weak decoupling, 3 none\n"
      "2003 to 2004: 1 strong negative decoupling, 1 weak negative decoupling, 1 recessive "
      "coupling, 1 recessive decoupling");
  harness_free(h);
}

/* Over two periods: of unit 0 4.5 over 32, then none over -1.2 from 110 and 120. */
Test(decoupling_measure, span) {
  static const int state[T][N] = {{0}, {0}, {2, 2, 0, 0}, {6, 0, 6, 6}};
  harness *h = four("2");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int t = 0; t < T; t++)
    expect_states(h, t, state[t]);
  NEAR(harness_result(h, "elasticity", 2)[0], 4.5 / 32, 1e-15);
  NEAR(harness_result(h, "elasticity", 3)[0], 0, 0);
  harness_free(h);
}

/* Nothing steps over a break, nor into a hole: 2001, 2002, 2004, 2005. */
Test(decoupling_measure, breaks_and_holes) {
  static const int at[] = {2}, none[N] = {0};
  static const int64_t year[] = {2001, 2002, 2004, 2005};
  harness *h = four("1");
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect_states(h, 2, none);
  cr_expect_eq((int)harness_result(h, "state", 3)[0], 5);
  cr_expect(harness_noted(h, "the panel has a break before 2003"));
  harness_free(h);
  h = four("1");
  h->periods.value = year;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect_states(h, 2, none);
  cr_expect_eq((int)harness_result(h, "state", 3)[0], 5);
  harness_free(h);
  h = four("3"); /* from 2001 to 2004, and from 2002 to 2005 */
  h->periods.value = year;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_eq((int)harness_result(h, "state", 2)[0], 2);
  cr_expect_eq((int)harness_result(h, "state", 3)[0], 6);
  harness_free(h);
}

/* Units in another order, over several blocks: each has what it had. */
Test(decoupling_measure, relabelled) {
  enum { MANY = 600, PERIODS = 3 };
  static double c[PERIODS][MANY], g[PERIODS][MANY], c2[PERIODS][MANY], g2[PERIODS][MANY];
  for (int t = 0; t < PERIODS; t++)
    for (int i = 0; i < MANY; i++) {
      c[t][i] = 50 + 100 * fmod((i + 1) * (t + 1) * .61803398875, 1);
      g[t][i] = 50 + 100 * fmod((i + 1) * (t + 1) * .7548776662, 1);
      c2[t][MANY - 1 - i] = c[t][i];
      g2[t][MANY - 1 - i] = g[t][i];
    }
  harness *a = harness_new(&sw_measure_decoupling, MANY, PERIODS);
  harness *b = harness_new(&sw_measure_decoupling, MANY, PERIODS);
  harness_column(a, "of", "c", &c[0][0]);
  harness_column(a, "driver", "g", &g[0][0]);
  harness_column(b, "of", "c", &c2[0][0]);
  harness_column(b, "driver", "g", &g2[0][0]);
  cr_assert_eq(harness_run(a), SW_OK, "%s", a->err.text);
  cr_assert_eq(harness_run(b), SW_OK, "%s", b->err.text);
  double count[9] = {0};
  for (int i = 0; i < MANY; i++) {
    double state = harness_result(a, "state", 2)[i];
    cr_expect_eq(state, harness_result(b, "state", 2)[MANY - 1 - i]);
    count[(int)state]++;
  }
  for (int s = 1; s <= 8; s++) {
    cr_expect_gt(count[s], 0, "state %d", s);
    NEAR(harness_result(a, "state_count", 0)[16 + s - 1], count[s], 0);
    NEAR(harness_result(b, "state_count", 0)[16 + s - 1], count[s], 0);
  }
  harness_free(a);
  harness_free(b);
}

Test(decoupling_measure, refusals) {
  harness *h = four("4");
  HARNESS_FAILS(h, "job: span: no two periods");
  harness_free(h);
  h = four("1");
  h->periods.integer = false;
  h->periods.value = NULL;
  HARNESS_FAILS(h, "whose spacing is unknown");
  harness_free(h);
  h = four("1");
  h->input[1].per_period_normalised = true;
  HARNESS_FAILS(h, "'gdp' is normalised per period");
  harness_free(h);
  h = harness_new(&sw_measure_decoupling, N, 1);
  harness_column(h, "of", "emissions", &pressure[0][0]);
  harness_column(h, "driver", "gdp", &driver[0][0]);
  HARNESS_FAILS(h, "1 period; expected 2 or more");
  harness_free(h);
}
