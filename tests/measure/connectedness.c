/* Connectedness: numbers of a dense script on the income of the US states, two series by hand, what
 * is undefined, windows, draws, what is refused, and the bits of pairs. */
#include "pair_fixture.h"
#include "states.h"

#include "spillway/rng.h"

extern const sw_measure sw_measure_connectedness;

enum { RIDGES = 13 };

/* As pair_start, with rows for the other outputs. */
static sw_status begin(harness *h) {
  SW_TRY(harness_resolve(h));
  harness_rows(h);
  int last = h->job.n_passes - 1;
  for (int pass = 0; pass < last; pass++)
    SW_TRY(harness_pass(h, pass));
  return h->job.measure->prepare(&h->err, &h->job, last);
}

/* The form of an output that is on; its numbers. */
static double *numbers(harness *h, const char *name) {
  for (int q = 0; q < harness_outputs(h); q++)
    if (!h->job.result[q].off && strcmp(h->job.result[q].output->name, name) == 0)
      return h->result[q][0];
  cr_assert_fail("%s is off", name);
  return NULL;
}

static double *at_period(harness *h, const char *name, int t) {
  for (int q = 0; q < harness_outputs(h); q++)
    if (!h->job.result[q].off && strcmp(h->job.result[q].output->name, name) == 0)
      return h->result[q][t];
  cr_assert_fail("%s is off", name);
  return NULL;
}

static bool is_noted(const harness *h, const char *part) {
  for (int k = 0; k < h->notes.count; k++)
    if (strstr(h->notes.text[k], part)) return true;
  return false;
}

/* ---- US states --------------------------------------------------------------------------- */

#define OPEN_STATES(s)                                                                             \
  states_income s;                                                                                 \
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv")

/* From a year on. */
static harness *of_states(const states_income *s, int first, const char *ridge,
                          const char *shrink) {
  harness *h = harness_new(&sw_measure_connectedness, s->n, STATES_YEARS - first);
  harness_column(h, "of", "income", s->income + first * s->n);
  harness_set(h, "ridge", ridge);
  harness_set(h, "shrink", shrink);
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  return h;
}

static double total_of(const states_income *s, const char *ridge, const char *shrink) {
  harness *h = of_states(s, 0, ridge, shrink);
  double total = *numbers(h, "total_connectedness");
  harness_free(h);
  return total;
}

/* A dense script of its own (oracles/space.md, "Pairs of series"). */
Test(connectedness, us_states) {
  OPEN_STATES(s);
  NEAR(total_of(&s, "10", "0"), .8528943595, 1e-10);
  NEAR(total_of(&s, "10", "1"), .6017791620, 1e-10);
  harness *h = of_states(&s, 0, "10", "0.1");
  int64_t ca = states_find(&s, "06"), ny = states_find(&s, "36"), tx = states_find(&s, "48");
  NEAR(*numbers(h, "total_connectedness"), .8327242613, 1e-10);
  NEAR(numbers(h, "from")[ca], .8351073664, 1e-10);
  NEAR(numbers(h, "from")[ny], .8556433055, 1e-10);
  NEAR(numbers(h, "from")[tx], .8240315623, 1e-10);
  NEAR(numbers(h, "to")[ca], .8933986355, 1e-10);
  NEAR(numbers(h, "to")[ny], 1.0410849669, 1e-10);
  NEAR(numbers(h, "to")[tx], .9179197456, 1e-10);
  NEAR(pair_value(h, 0, ny, ca), .04245498216, 1e-11); /* 36 sends, 06 receives */
  NEAR(*numbers(h, "lambda"), 10, 0);
  NEAR(*numbers(h, "delta"), .1, 0);
  pair_expect_bits(h, 0);
  harness_free(h);
}

Test(connectedness, us_states_by_leave_one_out) {
  OPEN_STATES(s);
  harness *h = of_states(&s, 0, "auto", "0.1");
  const double *missed = numbers(h, "leave_out");
  NEAR(missed[6], .86577135, 1e-8);
  NEAR(missed[7], .86308296, 1e-8);
  NEAR(missed[8], .8934585, 1e-7);
  NEAR(*numbers(h, "lambda") / sqrt(10), 48.43411774, 1e-8);
  NEAR(*numbers(h, "total_connectedness"), .7369848183, 1e-10);
  NEAR(numbers(h, "by_ridge")[7], *numbers(h, "total_connectedness"), 0);
  cr_expect(!is_noted(h, "leave-one-out"));
  harness_free(h);
  /* 20 values of growth, 1989 to 2009. */
  h = of_states(&s, 60, "auto", "0.1");
  missed = numbers(h, "leave_out");
  NEAR(missed[0], .00318372, 1e-8);
  for (int k = 1; k < RIDGES; k++)
    cr_expect_gt(missed[k], missed[0]);
  cr_expect(is_noted(h, "leave-one-out ends at the smallest ridge that was tried, c = 0.001"));
  harness_free(h);
}

/* What is received and sent, out of the pairs; shares of a receiver sum to 1 with its own. */
Test(connectedness, pairs_and_units_agree) {
  OPEN_STATES(s);
  harness *h = of_states(&s, 40, "auto", "auto");
  double all = 0;
  for (int64_t i = 0; i < s.n; i++) {
    double to = 0, from = 0;
    for (int64_t j = 0; j < s.n; j++) {
      if (j == i) continue;
      to += pair_value(h, 0, i, j);
      from += pair_value(h, 0, j, i);
    }
    NEAR(numbers(h, "to")[i], to, 1e-11);
    NEAR(numbers(h, "from")[i], from, 1e-11);
    NEAR(numbers(h, "net")[i], to - from, 1e-11);
    cr_expect(from > 0 && from < 1);
    all += from;
  }
  NEAR(*numbers(h, "total_connectedness"), all / (double)s.n, 1e-12);
  harness_free(h);
}

/* ---- by hand ----------------------------------------------------------------------------- */

enum { N = 5, T = 7 };

/* Units by column: two series, a constant, one with a hole, one more. */
static const double level[N * T] = {1, 4, 7, 1,   2, /**/
                                    3, 2, 7, 2,   1, /**/
                                    2, 6, 7, NAN, 4, /**/
                                    4, 5, 7, 9,   3, /**/
                                    5, 3, 7, 4,   6, /**/
                                    3, 8, 7, 1,   2, /**/
                                    6, 1, 7, 5,   5};

static harness *start(int64_t n, const double *x, const char *horizon) {
  harness *h = harness_new(&sw_measure_connectedness, n, T);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "level");
  harness_set(h, "horizon", horizon);
  harness_set(h, "ridge", "2");
  harness_set(h, "shrink", "0.2");
  return h;
}

/* Two series, one step ahead and two: Phi by the inverse of a 2 x 2 matrix. */
Test(connectedness, two_series) {
  double pair[2 * T], x[2][T], y[2][T - 1], z[2][T - 1], e[2][T - 1], phi[2][2], s[2][2];
  for (int i = 0; i < 2; i++) {
    double mean = 0, squares = 0, mean_y = 0, mean_z = 0;
    for (int t = 0; t < T; t++)
      mean += (pair[2 * t + i] = level[N * t + i]) / T;
    for (int t = 0; t < T; t++)
      squares += (pair[2 * t + i] - mean) * (pair[2 * t + i] - mean) / T;
    for (int t = 0; t < T; t++)
      x[i][t] = (pair[2 * t + i] - mean) / sqrt(squares);
    for (int t = 1; t < T; t++) {
      mean_y += x[i][t] / (T - 1);
      mean_z += x[i][t - 1] / (T - 1);
    }
    for (int t = 1; t < T; t++) {
      y[i][t - 1] = x[i][t] - mean_y;
      z[i][t - 1] = x[i][t - 1] - mean_z;
    }
  }
  double zz[2][2] = {{2, 0}, {0, 2}}, yz[2][2] = {{0}};
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++)
      for (int t = 0; t < T - 1; t++) {
        zz[i][j] += z[i][t] * z[j][t];
        yz[i][j] += y[i][t] * z[j][t];
      }
  double det = zz[0][0] * zz[1][1] - zz[0][1] * zz[1][0];
  for (int i = 0; i < 2; i++) {
    phi[i][0] = (yz[i][0] * zz[1][1] - yz[i][1] * zz[1][0]) / det;
    phi[i][1] = (yz[i][1] * zz[0][0] - yz[i][0] * zz[0][1]) / det;
    for (int t = 0; t < T - 1; t++)
      e[i][t] = y[i][t] - phi[i][0] * z[0][t] - phi[i][1] * z[1][t];
  }
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) {
      s[i][j] = 0;
      for (int t = 0; t < T - 1; t++)
        s[i][j] += e[i][t] * e[j][t] / (T - 1);
      if (i != j) s[i][j] *= .8;
    }
  for (int steps = 1; steps <= 2; steps++) {
    harness *h = start(2, pair, steps == 1 ? "1" : "2");
    cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
    for (int i = 0; i < 2; i++) {
      double part[2];
      for (int j = 0; j < 2; j++) {
        double next = phi[i][0] * s[0][j] + phi[i][1] * s[1][j];
        part[j] = (s[i][j] * s[i][j] + (steps == 2 ? next * next : 0)) / s[j][j];
      }
      double share = part[!i] / (part[0] + part[1]);
      NEAR(pair_value(h, 0, !i, i), share, 1e-14);
      NEAR(numbers(h, "from")[i], share, 1e-14);
      NEAR(numbers(h, "to")[!i], share, 1e-14);
    }
    harness_free(h);
  }
}

/* A constant and a series with a hole take no part; the others are as if alone. */
Test(connectedness, absent) {
  double three[3 * T];
  for (int t = 0; t < T; t++)
    for (int k = 0; k < 3; k++)
      three[3 * t + k] = level[N * t + (k == 2 ? 4 : k)];
  harness *h = start(N, level, "4"), *alone = start(3, three, "4");
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(begin(alone), SW_OK, "%s", alone->err.text);
  NEAR(*numbers(h, "n_used"), 3, 0);
  NEAR(*numbers(h, "total_connectedness"), *numbers(alone, "total_connectedness"), 1e-15);
  NEAR(numbers(h, "to")[4], numbers(alone, "to")[2], 1e-14);
  NEAR(pair_value(h, 0, 4, 1), pair_value(alone, 0, 2, 1), 1e-15);
  cr_expect(isnan(numbers(h, "from")[2]), "a constant");
  cr_expect(isnan(numbers(h, "to")[3]), "a hole");
  cr_expect(isnan(pair_value(h, 0, 2, 0)) && isnan(pair_value(h, 0, 0, 3)));
  cr_expect(is_noted(h, "2 of 5 units lack a value of a period or do not vary, and take no part"));
  pair_expect_bits(h, 0);
  harness_free(h);
  harness_free(alone);
}

/* No lag leads over a period in which no unit has a value. */
Test(connectedness, empty_period) {
  double x[3 * 12];
  for (int k = 0; k < 36; k++)
    x[k] = sin(k * 1.7) + k % 5;
  for (int i = 0; i < 3; i++)
    x[3 * 6 + i] = NAN;
  harness *h = harness_new(&sw_measure_connectedness, 3, 12);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "level");
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  NEAR(*numbers(h, "n_used"), 3, 0);
  cr_expect(*numbers(h, "total_connectedness") > 0);
  cr_expect(is_noted(h, "in 1 of 12 periods no unit has a value"));
  cr_expect_not_null(strstr(h->said.text, "3 series of 9 rows"), "%s", h->said.text);
  harness_free(h);
}

/* One series is noise, the others follow it a period later: it sends most, and receives least. */
Test(connectedness, planted_sender) {
  enum { SERIES = 20, PERIODS = 60, SENDER = 13 };
  double x[SERIES * PERIODS];
  sw_rng rng = sw_rng_make(1, 2, 3);
  for (int t = 0; t < PERIODS; t++)
    for (int i = 0; i < SERIES; i++)
      x[t * SERIES + i] =
          (t > 0 && i != SENDER ? .8 * x[(t - 1) * SERIES + SENDER] : 0) + sw_rng_normal(&rng);
  harness *h = harness_new(&sw_measure_connectedness, SERIES, PERIODS);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "level");
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  const double *net = numbers(h, "net");
  for (int i = 0; i < SERIES; i++)
    cr_expect(i == SENDER || net[i] < net[SENDER] / 4, "%d: %g of %g", i, net[i], net[SENDER]);
  cr_expect(!is_noted(h, "leave-one-out"), "of 59 rows it finds a ridge");
  harness_free(h);
}

/* ---- windows and draws ------------------------------------------------------------------- */

static void set_window(harness *h, const char *length, const char *step) {
  static const char *const keys[] = {"length", "step"};
  sw_node *item[] = {harness_scalar(h, length), harness_scalar(h, step)};
  harness_set_node(h, "window", harness_many(h, 2, keys, item));
}

/* A window is what the measure gives of its periods alone; results have the last period of each,
 * and no others. */
Test(connectedness, windows) {
  OPEN_STATES(s);
  harness *h = harness_new(&sw_measure_connectedness, s.n, STATES_YEARS);
  harness_column(h, "of", "income", s.income);
  harness_set(h, "transform", "level");
  harness_set(h, "ridge", "30");
  set_window(h, "25", "28");
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(h->job.n_periods, 3);
  for (int w = 0; w < 3; w++) {
    cr_expect_eq(h->job.period[w], 24 + 28 * w);
    cr_expect_not(isnan(numbers(h, "total_connectedness")[w]));
  }
  harness *one = harness_new(&sw_measure_connectedness, s.n, 25);
  harness_column(one, "of", "income", s.income + 28 * s.n);
  harness_set(one, "transform", "level");
  harness_set(one, "ridge", "30");
  cr_assert_eq(begin(one), SW_OK, "%s", one->err.text);
  NEAR(numbers(h, "total_connectedness")[1], *numbers(one, "total_connectedness"), 0);
  NEAR(numbers(h, "delta")[1], *numbers(one, "delta"), 0);
  for (int64_t i = 0; i < s.n; i++)
    NEAR(at_period(h, "net", 1)[i], numbers(one, "net")[i], 0);
  NEAR(pair_value(h, 1, 3, 7), pair_value(one, 0, 3, 7), 0);
  pair_expect_bits(h, 2);
  cr_expect_null(strstr(harness_said(h), "in no window"), "%s", harness_said(h));
  harness_free(h);
  harness_free(one);
}

/* Values that a step leaves over. */
Test(connectedness, no_window) {
  harness *h = start(N, level, "2");
  set_window(h, "5", "3");
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  cr_expect_not_null(strstr(harness_said(h), " are in no window"), "%s", harness_said(h));
  harness_free(h);
  h = start(N, level, "2");
  set_window(h, "6", "3");
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  cr_expect_not_null(strstr(harness_said(h), " is in no window"), "%s", harness_said(h));
  harness_free(h);
}

/* Draws go with the code and their number: more of them change none. */
Test(connectedness, draws) {
  OPEN_STATES(s);
  double null[2][20], total = 0;
  for (int k = 0; k < 2; k++) {
    harness *h = harness_new(&sw_measure_connectedness, s.n, STATES_YEARS);
    harness_column(h, "of", "income", s.income);
    harness_set(h, "transform", "growth");
    harness_set(h, "permutations", k ? "20" : "10");
    h->job.seed = 5;
    cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
    memcpy(null[k], numbers(h, "null"), (k ? 20 : 10) * sizeof(double));
    total = *numbers(h, "total_connectedness");
    harness_free(h);
  }
  cr_expect_arr_eq(null[0], null[1], 10 * sizeof(double));
  for (int d = 0; d < 20; d++)
    cr_expect(null[1][d] > 0 && null[1][d] < total, "states move together: %g", null[1][d]);
}

/* ---- refused ----------------------------------------------------------------------------- */

#define REFUSED(param, text, part)                                                                 \
  do {                                                                                             \
    harness *bad = start(N, level, "2");                                                           \
    harness_set(bad, param, text);                                                                 \
    PAIR_FAILS(bad, part);                                                                         \
    harness_free(bad);                                                                             \
  } while (0)

#define WINDOW_REFUSED(length, step, part)                                                         \
  do {                                                                                             \
    harness *bad = start(N, level, "2");                                                           \
    set_window(bad, length, step);                                                                 \
    PAIR_FAILS(bad, part);                                                                         \
    harness_free(bad);                                                                             \
  } while (0)

Test(connectedness, refused) {
  REFUSED("ridge", "-1", "found '-1'; expected auto, each or a number above 0");
  REFUSED("ridge", "0", "expected auto, each or a number above 0");
  REFUSED("ridge", "best", "found 'best'");
  REFUSED("shrink", "1.5", "found '1.5'; expected auto or a number from 0 to 1");
  REFUSED("window", "20", "found '20'; expected none, or {length: 20, step: 1}");
  WINDOW_REFUSED("8", "1", "length is 8, and a series has 7 values; expected 7 at most");
  WINDOW_REFUSED("3", "1", "length is 3; expected 4 values or more");
  WINDOW_REFUSED("5", "0", "step is 0; expected 1 or more");
  WINDOW_REFUSED("5", "x", "x");
  static const char *const wrong[] = {"length", "stp"};
  harness *bad = start(N, level, "2");
  sw_node *item[] = {harness_scalar(bad, "5"), harness_scalar(bad, "1")};
  harness_set_node(bad, "window", harness_many(bad, 2, wrong, item));
  PAIR_FAILS(bad, "unknown key 'stp'");
  harness_free(bad);
  static const char *const alone[] = {"step"};
  bad = start(N, level, "2");
  item[0] = harness_scalar(bad, "1");
  harness_set_node(bad, "window", harness_many(bad, 1, alone, item));
  PAIR_FAILS(bad, "window: 'length' is missing; expected {length: 20, step: 1}");
  harness_free(bad);
  harness *h = harness_new(&sw_measure_connectedness, N, 3);
  harness_column(h, "of", "x", level);
  PAIR_FAILS(h, "3 periods; expected 5 or more");
  harness_free(h);
}

/* Nothing to connect: said, not computed. */
Test(connectedness, one_series) {
  harness *h = start(1, (const double[]){1, 3, 2, 4, 5, 3, 6}, "3");
  cr_assert_eq(begin(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(*numbers(h, "total_connectedness")));
  cr_expect(isnan(numbers(h, "from")[0]));
  cr_expect(isnan(pair_value(h, 0, 0, 0)));
  harness_free(h);
}
