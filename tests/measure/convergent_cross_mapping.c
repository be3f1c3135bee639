/* Cross mapping: numbers of pyEDM and of a plain script on the income of the US states; by hand;
 * a coupled map whose direction is known; libraries; what is missing, and what is refused. */
#include "pair_fixture.h"
#include "states.h"

extern const sw_measure sw_measure_convergent_cross_mapping;

static harness *of_series(int64_t n, int periods, const double *x, const char *transform) {
  harness *h = harness_new(&sw_measure_convergent_cross_mapping, n, periods);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", transform);
  return h;
}

/* Passes over units with results, then ready for pairs. */
static void start(harness *h) {
  cr_assert_eq(harness_resolve(h), SW_OK, "%s", h->err.text);
  harness_rows(h);
  for (int pass = 0; pass < h->job.n_passes - 1; pass++)
    cr_assert_eq(harness_pass(h, pass), SW_OK, "%s", h->err.text);
  cr_assert_eq(h->job.measure->prepare(&h->err, &h->job, h->job.n_passes - 1), SW_OK);
}

/* oracles/space.md: "library 06 predicts 36" is row 36, column 06. */
Test(convergent_cross_mapping, us_states) {
  states_income s;
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv");
  int64_t ca = states_find(&s, "06"), ny = states_find(&s, "36"), tx = states_find(&s, "48");
  harness *h = of_series(s.n, STATES_YEARS, s.income, "relative-growth");
  h->periods.value = NULL; /* 1930 on */
  int64_t year[STATES_YEARS];
  for (int t = 0; t < STATES_YEARS; t++)
    year[t] = 1929 + t;
  h->periods.value = year;
  start(h);
  const double *dimension = harness_result(h, "dimension", 0);
  cr_expect_eq(dimension[ca], 2);
  cr_expect_eq(dimension[ny], 2);
  cr_expect_eq(dimension[tx], 8);
  NEAR(pair_value(h, 0, ny, ca), .1288948797, 1e-10);
  NEAR(pair_value(h, 0, ca, ny), .4686432935, 1e-10);
  NEAR(pair_value(h, 0, tx, ny), .3905616898, 1e-10);
  NEAR(pair_value(h, 0, ca, tx), .2555931937, 1e-10);
  pair_expect_bits(h, 0);
  harness_free(h);
  h = of_series(s.n, STATES_YEARS, s.income, "relative-growth");
  harness_set_node(h, "dimension", harness_scalar(h, "3"));
  start(h);
  NEAR(pair_value(h, 0, ny, ca), .3289498633, 1e-10);
  cr_expect_eq(harness_result(h, "dimension", 0)[tx], 3);
  harness_free(h);
}

/* By target the table is of the dimension of the row's series. */
Test(convergent_cross_mapping, dimension_of_target) {
  states_income s;
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv");
  int64_t ca = states_find(&s, "06"), tx = states_find(&s, "48");
  harness *h = of_series(s.n, STATES_YEARS, s.income, "relative-growth");
  harness_set(h, "dimension_of", "target");
  start(h);
  NEAR(pair_value(h, 0, states_find(&s, "36"), ca), .1288948797, 1e-10);
  pair_expect_bits(h, 0);
  harness *given = of_series(s.n, STATES_YEARS, s.income, "relative-growth");
  harness_set_node(given, "dimension", harness_scalar(given, "8"));
  start(given);
  for (int64_t j = 0; j < s.n; j++)
    if (j != tx)
      cr_expect_eq(pair_value(h, 0, tx, j), pair_value(given, 0, tx, j), "column %d", (int)j);
  cr_expect_neq(pair_value(h, 0, ca, tx), pair_value(given, 0, ca, tx));
  harness_free(given);
  harness_free(h);
}

enum { N = 4, T = 6 };

/* Unit 0 is 0 1 0 1 0 1. In dimension 1 the neighbours of an even period are the two others at
 * distance 0: the ramp of unit 1 is predicted as 4 5 3 4 2 3, and r = -6.5/sqrt(17.5 5.5). The
 * first two of equally near ones are taken: of unit 2, 0 1 9 1 9 1, the neighbours of period 0 are
 * 1 and 3, not 5. Unit 3 is constant. */
static const double small[T * N] = {0, 1, 0, 7, 1, 2, 1, 7, 0, 3, 9, 7, /**/
                                    1, 4, 1, 7, 0, 5, 9, 7, 1, 6, 1, 7};

static harness *by_hand(const double *x) {
  harness *h = of_series(N, T, x, "level");
  harness_set_node(h, "dimension", harness_scalar(h, "1"));
  return h;
}

Test(convergent_cross_mapping, by_hand) {
  harness *h = by_hand(small);
  start(h);
  NEAR(pair_value(h, 0, 1, 0), -6.5 / sqrt(17.5 * 5.5), 1e-15);
  /* Of column 2: 0 of 1 3; 1 of 3 5; 2 of 4 and, at 8 of distance 0, 1 by 1e-6; and so on. */
  double w = 1 / (1 + 1e-6), v = 1e-6 * w;
  double p[T] = {3, 5, w * 5 + v * 2, 4, w * 3 + v * 2, 3}, sum = 0, ss = 0, with = 0;
  for (int t = 0; t < T; t++)
    sum += p[t] / T;
  for (int t = 0; t < T; t++) {
    ss += (p[t] - sum) * (p[t] - sum);
    with += (p[t] - sum) * (t - 2.5);
  }
  NEAR(pair_value(h, 0, 1, 2), with / sqrt(ss * 17.5), 1e-14);
  for (int64_t i = 0; i < 3; i++) {
    cr_expect(isnan(pair_value(h, 0, 3, i)), "a constant is not predicted");
    cr_expect(isnan(pair_value(h, 0, i, 3)), "nor does it predict");
  }
  cr_expect(isnan(harness_result(h, "dimension", 0)[3]));
  cr_expect(strstr(harness_said(h), "dimension 1 of 3 units; 1 unit has none") != NULL, "%s",
            harness_said(h));
  cr_expect(h->job.directed && h->job.whole_series);
  pair_expect_bits(h, 0);
  harness_free(h);
}

/* A missing value of what is predicted costs its point and those predicted of it; one of what is
 * embedded costs the points it is in, and is warned of. */
Test(convergent_cross_mapping, missing) {
  double x[T * N];
  memcpy(x, small, sizeof small);
  x[5 * N + 1] = NAN; /* of the ramp; period 3 is predicted of 1 and 5, 1 of 3 and 5 */
  harness *h = by_hand(x);
  start(h);
  /* Left: periods 0, 2, 4 with 1, 3, 5 predicted as 4, 3, 2. */
  NEAR(pair_value(h, 0, 1, 0), -1, 1e-15);
  cr_expect(
      harness_noted(h, "1 point of 1 unit with a missing value in the embedding is left out"));
  pair_expect_bits(h, 0);
  harness_free(h);
}

enum { LONG = 400 };

/* Sugihara et al. 2012, figure 1: x drives y five times as strongly as y drives x. */
static void logistic(double *x, double from_y, double from_x) {
  double a = .4, b = .2;
  for (int t = 0; t < LONG + 100; t++) {
    if (t >= 100) {
      x[(t - 100) * 2] = a;
      x[(t - 100) * 2 + 1] = b;
    }
    double next = a * (3.8 - 3.8 * a - from_y * b);
    b = b * (3.5 - 3.5 * b - from_x * a);
    a = next;
  }
}

static harness *of_logistic(double from_y, double from_x, const char *const *sizes) {
  double x[LONG * 2];
  logistic(x, from_y, from_x);
  harness *h = of_series(2, LONG, x, "level");
  harness_set_node(h, "dimension", harness_scalar(h, "2"));
  if (sizes) harness_set_node(h, "library", harness_list(h, 3, sizes));
  start(h);
  return h;
}

Test(convergent_cross_mapping, coupled_logistic) {
  static const char *const sizes[] = {"20", "80", "399"};
  harness *h = of_logistic(.02, .1, sizes);
  double drives = pair_value(h, 0, 0, 1), back = pair_value(h, 0, 1, 0);
  cr_expect(drives > .9 && back < .5, "%g %g", drives, back);
  const double *mean = harness_result(h, "by_library", 0);
  cr_expect(mean[0] + .05 < mean[1] && mean[1] + .02 < mean[2], "it converges: %g %g %g", mean[0],
            mean[1], mean[2]);
  NEAR(mean[2], (drives + back) / 2, 1e-14);
  cr_expect(strstr(harness_said(h), "with libraries of 20 points") != NULL, "%s", harness_said(h));
  harness_free(h);
  h = of_logistic(0, .3, NULL); /* one way alone */
  drives = pair_value(h, 0, 0, 1);
  back = pair_value(h, 0, 1, 0);
  cr_expect(drives > .9 && back < .5, "%g %g", drives, back);
  harness_free(h);
}

/* No point lies over a break: two stretches of 200 give 199 points each of dimension 2. */
Test(convergent_cross_mapping, breaks) {
  static const int at[] = {200};
  static const char *const sizes[] = {"20", "80", "398"};
  double x[LONG * 2];
  logistic(x, .02, .1);
  harness *h = of_series(2, LONG, x, "level");
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  harness_set_node(h, "dimension", harness_scalar(h, "2"));
  harness_set_node(h, "library", harness_list(h, 3, sizes));
  start(h);
  cr_expect(pair_value(h, 0, 0, 1) > .9);
  NEAR(harness_result(h, "by_library", 0)[2], (pair_value(h, 0, 0, 1) + pair_value(h, 0, 1, 0)) / 2,
       1e-14);
  harness_free(h);
}

/* Predictions hardly vary about a mean far from zero, or values are huge or tiny. */
Test(convergent_cross_mapping, sizes_of_values) {
  double x[LONG * 2], far[LONG * 2];
  logistic(x, .02, .1);
  harness *h = of_logistic(.02, .1, NULL);
  double want = pair_value(h, 0, 0, 1);
  harness_free(h);
  for (int scale = 0; scale < 3; scale++) {
    for (int k = 0; k < LONG * 2; k++)
      far[k] = scale == 0 ? ldexp(x[k], 400) : scale == 1 ? ldexp(x[k], -400) : x[k] + 1024;
    h = of_series(2, LONG, far, "level");
    harness_set_node(h, "dimension", harness_scalar(h, "2"));
    start(h);
    NEAR(pair_value(h, 0, 0, 1), want, scale == 2 ? 1e-9 : 1e-13);
    harness_free(h);
  }
}

/* White noise, and its sums; 5 rows are the fewest that are tried. */
Test(convergent_cross_mapping, random_walks) {
  enum { UNITS = 20, PERIODS = 40 };
  double x[UNITS * PERIODS];
  uint64_t state = 1;
  for (int k = 0; k < UNITS * PERIODS; k++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x[k] = (double)(state >> 33) / 2147483648. - .5;
  }
  for (int turn = 0; turn < 2; turn++) {
    harness *h = of_series(UNITS, PERIODS, x, "level");
    harness_set_node(h, "dimension", harness_scalar(h, "2"));
    start(h);
    cr_expect_eq(harness_noted(h, "may be random walks (Dickey and Fuller), and levels of such map "
                                  "each other well"),
                 turn == 1);
    harness_free(h);
    for (int k = UNITS; k < UNITS * PERIODS; k++)
      x[k] += x[k - UNITS];
  }
}

#define REFUSED(h, part)                                                                           \
  do {                                                                                             \
    cr_expect_eq(harness_resolve(h), SW_EINPUT);                                                   \
    cr_expect_not_null(strstr((h)->err.text, part), "said: %s", (h)->err.text);                    \
    harness_free(h);                                                                               \
  } while (0)

Test(convergent_cross_mapping, refusals) {
  static const char *const low[] = {"2", "5"}, *const high[] = {"3", "7"},
                           *const twice[] = {"4", "4"};
  harness *h = of_series(N, 4, small, "level");
  REFUSED(h, "of: 4 periods; expected 5 or more");
  h = of_series(N, 5, small, "growth");
  REFUSED(h, "of: 5 periods; expected 6 or more");
  h = of_series(N, T, small, "level");
  harness_set_node(h, "dimension", harness_scalar(h, "4"));
  REFUSED(h, "of: 6 periods; expected 9 or more");
  h = of_series(N, T, small, "level");
  harness_set_node(h, "dimension", harness_scalar(h, "many"));
  REFUSED(h, "dimension: 'many': expected auto or a whole number from 1 to 20");
  h = of_series(N, T, small, "level");
  harness_set_node(h, "library", harness_scalar(h, "40"));
  REFUSED(h, "library: expected whole, or a list of numbers of points");
  h = by_hand(small);
  harness_set_node(h, "library", harness_list(h, 2, low));
  REFUSED(h, "library: 2 points are too few: with dimension");
  h = by_hand(small);
  harness_set_node(h, "library", harness_list(h, 2, high));
  REFUSED(h, "library: 7 points are too many: with dimension");
  h = by_hand(small);
  harness_set_node(h, "library", harness_list(h, 2, twice));
  REFUSED(h, "library: 4 stands twice");
}
