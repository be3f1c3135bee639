/* Orders and synergy through their passes: by hand, with gaps, breaks and holes; on two blocks
 * against a plain reading of the formula. */
#include "measure/harness.h"

extern const sw_measure sw_measure_synergy;

enum { N = 300, T = 3, P = 4 };

static const char *const names[2] = {"economy", "ecology"};

/* Two systems: (a, b negative) and (c). Columns of periods by n. */
static harness *two(int64_t n, int periods, const double *a, const double *b, const double *c) {
  static const int counts[4] = {1, 1, 1, 0};
  harness *h = harness_new(&sw_measure_synergy, n, periods);
  harness_column(h, "systems", "a", a);
  harness_column(h, "systems", "b", b);
  harness_column(h, "systems", "c", c);
  harness_names(h, "systems", 2, names, counts);
  return h;
}

/* a in [0, 4], b in [0, 10], c in [1, 3]. Orders of economy: unit 0: 0, .5, .75, unit 1: 1, .5, 0.
 */
static const double A[6] = {0, 4, 2, 2, 3, 0}, B[6] = {10, 0, 5, 5, 2.5, 10},
                    C[6] = {1, 3, 2, 3, 3, 1};

Test(synergy, by_hand) {
  harness *h = two(2, 3, A, B, C);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "order", 0)[0], 0, 0);
  NEAR(harness_result(h, "order", 1)[0], .5, 0);
  NEAR(harness_result(h, "order", 2)[0], .75, 0);
  NEAR(harness_result(h, "order", 3)[1], 1, 0);
  NEAR(harness_result(h, "order", 4)[0], .5, 0);
  cr_expect(isnan(harness_result(h, "synergy", 0)[0]), "the base period");
  NEAR(harness_result(h, "synergy", 1)[0], .5, 1e-15);
  NEAR(harness_result(h, "synergy", 2)[0], sqrt(.75), 1e-15);
  NEAR(harness_result(h, "synergy", 1)[1], -0., 0); /* -.5 beside 0: the product is 0 */
  NEAR(harness_result(h, "synergy", 2)[1], -1, 1e-15);
  cr_expect_str_eq(harness_said(h),
                   "2003 against 2001: synergy above 0 in 1 of 2 units, below 0 in 1\n"
                   "mean order, 2001 to 2003: economy 0.500 to 0.375; ecology 0.500 to 0.500");
  harness_free(h);
  h = two(2, 3, A, B, C);
  harness_set(h, "base", "previous");
  harness_set(h, "form", "weighted");
  sw_node *alpha = harness_list(h, 2, (const char *const[]){"1", "3"});
  harness_set_node(h, "alpha", alpha);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "synergy", 1)[1], -.125, 1e-15);
  NEAR(harness_result(h, "synergy", 2)[0], .25 * .25 + .75 * .5, 1e-15);
  harness_free(h);
}

/* What lies outside given bounds is counted and not clipped. */
Test(synergy, beyond_bounds) {
  static const char *const of[3] = {"a", "b", "c"};
  static const char *const ends[3][2] = {{"0", "2"}, {"0", "10"}, {"1", "3"}};
  harness *h = two(2, 3, A, B, C);
  sw_node *bounds[3];
  for (int j = 0; j < 3; j++)
    bounds[j] = harness_list(h, 2, ends[j]);
  harness_set_node(h, "bounds", harness_many(h, 3, of, bounds));
  harness_set_node(h, "weights",
                   harness_many(h, 3, of,
                                (sw_node *[]){harness_scalar(h, "3"), harness_scalar(h, "1"),
                                              harness_scalar(h, "5")}));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h,
                          "2 values of 'a' lie outside its bounds [0, 2]: their order degrees lie "
                          "outside [0, 1]"));
  NEAR(harness_result(h, "order", 0)[1], .75 * 2 + .25, 1e-15);
  NEAR(harness_result(h, "order", 2)[0], .75 * 1.5 + .25 * .75, 1e-15);
  harness_free(h);
}

/* A break: no change across it. A hole: none from period to period. */
Test(synergy, breaks_and_holes) {
  static const int third[1] = {2};
  static const bool follows[3] = {true, true, false};
  for (int base = 0; base < 2; base++) {
    harness *h = two(2, 3, A, B, C);
    harness_set(h, "base", base ? "previous" : "first");
    h->periods.n_breaks = 1;
    h->periods.break_period = third;
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    cr_expect_not(isnan(harness_result(h, "synergy", 1)[0]));
    cr_expect(isnan(harness_result(h, "synergy", 2)[0]), "across the break");
    harness_free(h);
    h = two(2, 3, A, B, C);
    harness_set(h, "base", base ? "previous" : "first");
    h->periods.holes = 1;
    h->periods.follows = follows;
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    cr_expect_eq(isnan(harness_result(h, "synergy", 2)[0]) != 0, base == 1, "across the hole");
    harness_free(h);
  }
}

/* ---- against the formula ---------------------------------------------------------------- */

static double panel[P][T * N];

/* Cells without a value in every indicator; the third indicator is constant. */
static void make_panel(void) {
  uint64_t state = 5;
  for (int j = 0; j < P; j++)
    for (int i = 0; i < T * N; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      panel[j][i] = j == 2 ? 7 : (double)(state >> 44);
      if (j != 2 && (state >> 20) % 11 == 0) panel[j][i] = NAN;
    }
}

/* The range of indicator j over the rows complete in indicators [from, to). */
static void range_of(int j, int from, int to, double *lo, double *hi) {
  *lo = INFINITY;
  *hi = -INFINITY;
  for (int i = 0; i < T * N; i++) {
    bool whole = true;
    for (int k = from; k < to; k++)
      whole = whole && !isnan(panel[k][i]);
    if (!whole) continue;
    *lo = fmin(*lo, panel[j][i]);
    *hi = fmax(*hi, panel[j][i]);
  }
}

Test(synergy, by_formula, .init = make_panel) {
  static const int counts[4] = {1, 1, 2, 0};
  harness *h = harness_new(&sw_measure_synergy, N, T);
  static const char *const column[P] = {"a", "b", "c", "d"};
  for (int j = 0; j < P; j++)
    harness_column(h, "systems", column[j], panel[j]);
  harness_names(h, "systems", 2, names, counts);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "'c' is constant in the panel: weight 0"));
  double lo[P], hi[P];
  for (int j = 0; j < P; j++)
    range_of(j, j < 2 ? 0 : 2, j < 2 ? 2 : 4, &lo[j], &hi[j]);
  for (int i = 0; i < N; i++) {
    double order[2][T];
    for (int t = 0; t < T; t++) {
      const double *cell[P] = {panel[0] + t * N, panel[1] + t * N, panel[2] + t * N,
                               panel[3] + t * N};
      order[0][t] =
          ((cell[0][i] - lo[0]) / (hi[0] - lo[0]) + (hi[1] - cell[1][i]) / (hi[1] - lo[1])) / 2;
      order[1][t] = (cell[3][i] - lo[3]) / (hi[3] - lo[3]);
      for (int s = 0; s < 2; s++) {
        double got = harness_result(h, "order", s * T + t)[i];
        cr_assert(isnan(order[s][t]) ? isnan(got) : fabs(got - order[s][t]) < 1e-14, "%d %d", i, t);
      }
      double x = order[0][t] - order[0][0], y = order[1][t] - order[1][0];
      double want = t == 0 ? NAN : (fmin(x, y) < 0 ? -1 : 1) * sqrt(fabs(x * y));
      double got = harness_result(h, "synergy", t)[i];
      cr_assert(isnan(want) ? isnan(got) : fabs(got - want) < 1e-13, "%d %d: %g", i, t, got);
    }
  }
  harness_free(h);
}

Test(synergy, refusals) {
  static const double same[6] = {1, 1, 1, 1, 1, 1};
  static const int counts[2] = {2, 1};
  harness *h = two(2, 3, A, B, same);
  HARNESS_FAILS(h, "systems: ecology: no indicator varies");
  harness_free(h);
  h = two(2, 3, A, B, C);
  harness_names(h, "systems", 1, names, counts);
  HARNESS_FAILS(h, "1 system; expected 2 to 32");
  harness_free(h);
  h = two(2, 1, A, B, C);
  HARNESS_FAILS(h, "1 period; expected 2 or more");
  harness_free(h);
  h = two(2, 3, A, B, C);
  h->input[1].per_period_normalised = true;
  HARNESS_FAILS(h, "normalised per period");
  harness_free(h);
  h = two(2, 3, A, B, C);
  harness_set_node(h, "alpha", harness_list(h, 2, (const char *const[]){"1", "3"}));
  HARNESS_FAILS(h, "alpha: goes with form: weighted");
  harness_free(h);
  h = two(2, 3, A, B, C);
  harness_set_node(h, "bounds", harness_scalar(h, "panels"));
  HARNESS_FAILS(h, "'panels' is unknown; expected panel, or {indicator: [lowest, highest], ...}");
  harness_free(h);
}
