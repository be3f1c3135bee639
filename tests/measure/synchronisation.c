/* Synchronisation of series: numbers of numpy on the income of the US states, by hand with holes,
 * what is undefined, what is refused, and the bits of pairs. */
#include "pair_fixture.h"
#include "states.h"

extern const sw_measure sw_measure_synchronisation;

/* ---- US states --------------------------------------------------------------------------- */

#define OPEN_STATES(s)                                                                             \
  states_income s;                                                                                 \
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv")

static harness *of_states(const states_income *s, const char *form) {
  harness *h = harness_new(&sw_measure_synchronisation, s->n, STATES_YEARS);
  harness_column(h, "of", "income", s->income);
  harness_set(h, "form", form);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  return h;
}

static double between(harness *h, const states_income *s, int t, const char *from, const char *to) {
  return pair_value(h, t, states_find(s, from), states_find(s, to));
}

/* Run with numpy, and a plain script (oracles/space.md, "Pairs of series"). */
Test(synchronisation, us_states) {
  OPEN_STATES(s);
  double sum = 0;
  harness *h = of_states(&s, "pearson");
  NEAR(between(h, &s, 0, "06", "36"), .5488443433, 1e-10);
  NEAR(between(h, &s, 0, "06", "48"), .2488433321, 1e-10);
  NEAR(between(h, &s, 0, "36", "48"), .1218620648, 1e-10);
  for (int64_t i = 0; i < s.n; i++)
    for (int64_t j = 0; j < s.n; j++)
      if (i != j) sum += pair_value(h, 0, i, j);
  NEAR(sum / (double)(s.n * (s.n - 1)), .006273714278, 1e-12);
  pair_expect_bits(h, 0);
  harness_free(h);
  h = of_states(&s, "concordance");
  NEAR(between(h, &s, 0, "06", "36"), .6875, 0);
  NEAR(between(h, &s, 0, "06", "48"), .625, 0);
  NEAR(between(h, &s, 0, "36", "48"), .5125, 0);
  harness_free(h);
  h = of_states(&s, "corrected");
  NEAR(between(h, &s, 0, "06", "36"), .3662864385, 1e-10);
  NEAR(between(h, &s, 0, "06", "48"), .2551210428, 1e-10);
  NEAR(between(h, &s, 0, "36", "48"), .0262172285, 1e-10);
  pair_expect_bits(h, 0);
  harness_free(h);
}

/* The mean of the quasi-correlations of all periods is r, to rounding. */
Test(synchronisation, us_states_by_year) {
  OPEN_STATES(s);
  double sum = 0;
  harness *h = of_states(&s, "quasi");
  NEAR(between(h, &s, 80, "06", "36"), .1562930405, 1e-10);
  NEAR(between(h, &s, 1, "06", "36"), 1.5661759144, 1e-10);
  cr_expect(isnan(between(h, &s, 0, "06", "36")), "there is no change before the first year");
  for (int t = 1; t < STATES_YEARS; t++)
    sum += between(h, &s, t, "06", "36");
  NEAR(sum / (STATES_YEARS - 1), .5488443433, 1e-10);
  pair_expect_bits(h, 7);
  harness_free(h);
}

/* ---- by hand ----------------------------------------------------------------------------- */

enum { N = 6, T = 5 };

/* Units by column: a series, its double (1), the opposite (2), a constant (3), one with a hole (4),
 * one with three values (5). */
static const double level[N * T] = {1, 2,  5, 7, 1,   NAN, /**/
                                    3, 6,  3, 7, 2,   4,   /**/
                                    2, 4,  4, 7, NAN, 1,   /**/
                                    4, 8,  2, 7, 9,   NAN, /**/
                                    5, 10, 1, 7, 4,   6};

static harness *start(const char *form, const char *transform) {
  harness *h = harness_new(&sw_measure_synchronisation, N, T);
  harness_column(h, "of", "x", level);
  harness_set(h, "form", form);
  harness_set(h, "transform", transform);
  return h;
}

#define VALUE(i, j, wanted) NEAR(pair_value(h, 0, i, j), wanted, 4e-16)

Test(synchronisation, holes) {
  harness *h = start("pearson", "level");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  VALUE(0, 1, 1);
  VALUE(0, 2, -1);
  cr_expect(isnan(pair_value(h, 0, 0, 3)), "a constant");
  /* 1 3 4 5 and 1 2 9 4, about 3.25 and 4 */
  VALUE(0, 4, 11 / sqrt(8.75 * 38));
  /* 3 2 5 and 4 1 6, about 10/3 and 11/3 */
  VALUE(0, 5, (22.0 / 3) / sqrt((14.0 / 3) * (38.0 / 3)));
  cr_expect(isnan(pair_value(h, 0, 4, 5)), "two periods that both have");
  pair_expect_bits(h, 0);
  harness_free(h);
}

/* Changes: + - + + of unit 0; of unit 4 + . . -, with the hole between. */
Test(synchronisation, concordance) {
  harness *h = start("concordance", "difference");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  VALUE(0, 1, 1);
  VALUE(0, 2, 0);
  VALUE(0, 3, .25); /* a constant is never above 0: alike where the other falls */
  VALUE(0, 4, .5);
  pair_expect_bits(h, 0);
  harness_free(h);
  h = start("corrected", "difference");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  VALUE(0, 1, 1);
  VALUE(0, 2, -.375 / .625); /* E = 2 * 3/16 */
  VALUE(0, 3, 0);            /* C = E = .25 */
  harness_free(h);
}

/* What all have in common is taken out: two units are each other's opposite then. */
Test(synchronisation, relative_growth) {
  static const double x[2 * T] = {1, 1, 2, 4, 8, 4, 16, 32, 64, 32};
  harness *h = harness_new(&sw_measure_synchronisation, 2, T);
  harness_column(h, "of", "x", x);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  VALUE(0, 1, -1);
  harness_free(h);
}

/* Where all grow alike, what the mean leaves is rounding: no series, and nothing above zero. */
Test(synchronisation, no_relative_growth) {
  static const double rate[T] = {1, 1.03, .97, 1.1, 1.02};
  double x[3 * T], all = 1;
  for (int t = 0; t < T; t++)
    for (int i = 0; i < 3; i++)
      x[t * 3 + i] = (i + 1.7) * (all *= i ? 1 : rate[t]);
  harness *h = harness_new(&sw_measure_synchronisation, 3, T);
  harness_column(h, "of", "x", x);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(pair_value(h, 0, 0, 1)) && isnan(pair_value(h, 0, 1, 2)));
  harness_free(h);
  h = harness_new(&sw_measure_synchronisation, 3, T);
  harness_column(h, "of", "x", x);
  harness_set(h, "form", "concordance");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  VALUE(0, 1, 1);
  VALUE(1, 2, 1);
  harness_free(h);
}

/* Steps of a thousandth from a million on are all alike, but for the rounding of a million: no
 * series, whether the other has all its values or not. */
Test(synchronisation, rounding_of_levels) {
  double x[3 * T];
  for (int t = 0; t < T; t++) {
    x[t * 3] = 1e6 + t * .001;
    x[t * 3 + 1] = t * t % 7;
    x[t * 3 + 2] = t == 1 ? NAN : t * t % 5;
  }
  harness *h = harness_new(&sw_measure_synchronisation, 3, T);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "difference");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(pair_value(h, 0, 0, 1)), "%g", pair_value(h, 0, 0, 1));
  cr_expect(isnan(pair_value(h, 0, 0, 2)), "%g", pair_value(h, 0, 0, 2));
  pair_expect_bits(h, 0);
  harness_free(h);
}

Test(synchronisation, growth_needs_logarithms) {
  static const double x[2 * T] = {1, 1, 2, 4, 8, 0, 16, 32, -1, 32};
  harness *h = harness_new(&sw_measure_synchronisation, 2, T);
  harness_column(h, "of", "x", x);
  harness_set(h, "transform", "growth");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "2 values of x not above 0 have no logarithm: missing"));
  cr_expect(isnan(pair_value(h, 0, 0, 1)), "no three changes of both");
  harness_free(h);
}

Test(synchronisation, refusals) {
  harness *h = harness_new(&sw_measure_synchronisation, N, 3);
  harness_column(h, "of", "x", level);
  PAIR_FAILS(h, "of: 3 periods; expected 4 or more");
  harness_free(h);
}
