/* Grey relational grades: numbers of a plain script on the income of the US states, by hand, holes,
 * equal images, what is refused, and the bits of pairs. */
#include "pair_fixture.h"
#include "states.h"

extern const sw_measure sw_measure_grey_relational_grade;

/* A plain script (oracles/space.md, "Pairs of series"): levels 1929 to 2009. */
Test(grey_relational_grade, us_states) {
  states_income s;
  if (!states_open(&s)) cr_skip("skipped: shared data is not here: us48_income_long.csv");
  int64_t ca = states_find(&s, "06"), ny = states_find(&s, "36"), tx = states_find(&s, "48");
  static const struct {
    const char *image, *bounds;
    double ca_ny, ca_tx, ny_tx;
  } wanted[] = {{"initial", "pair", .6754971459, .7588463020, .7400096452},
                {"mean", "pair", .7964833009, .7454337444, .7176340751},
                {"initial", "panel", .9767330710, NAN, NAN}};
  for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
    harness *h = harness_new(&sw_measure_grey_relational_grade, s.n, STATES_YEARS);
    harness_column(h, "of", "income", s.income);
    harness_set(h, "image", wanted[k].image);
    harness_set(h, "bounds", wanted[k].bounds);
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    NEAR(pair_value(h, 0, ca, ny), wanted[k].ca_ny, 1e-10);
    if (!isnan(wanted[k].ca_tx)) {
      NEAR(pair_value(h, 0, ca, tx), wanted[k].ca_tx, 1e-10);
      NEAR(pair_value(h, 0, ny, tx), wanted[k].ny_tx, 1e-10);
    }
    pair_expect_bits(h, 0);
    harness_free(h);
  }
}

enum { N = 5, T = 3 };

/* Units by column: 1 2 3; twice that; 1 3 2; one with a hole; one that begins with 0. */
static const double level[N * T] = {1, 2, 1, 2, 0, 2, 4, 3, NAN, 1, 3, 6, 2, 4, 1};

static harness *start(const char *image, const char *bounds) {
  harness *h = harness_new(&sw_measure_grey_relational_grade, N, T);
  harness_column(h, "of", "x", level);
  harness_set(h, "image", image);
  harness_set(h, "bounds", bounds);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  return h;
}

#define VALUE(i, j, wanted) NEAR(pair_value(h, 0, i, j), wanted, 4e-16)

Test(grey_relational_grade, by_hand) {
  harness *h = start("initial", "pair");
  VALUE(0, 1, 1);                        /* equal images */
  VALUE(0, 2, (1 + 2 * (.5 / 1.5)) / 3); /* apart by 0 1 1: .5/.5, .5/1.5 twice */
  VALUE(0, 3, (1 + .5 / 1.5) / 2);       /* 1 . 2: apart by 0 and 1 in two periods */
  cr_expect(isnan(pair_value(h, 0, 0, 4)), "a series that begins with 0 has no image");
  cr_expect(
      harness_noted(h, "1 unit has no image, as the first value of 'x' is 0 (1) or missing (0)"));
  pair_expect_bits(h, 0);
  harness_free(h);
  h = start("mean", "pair");
  VALUE(0, 2, (1 + 2 * (.25 / .75)) / 3); /* .5 1 1.5 and .5 1.5 1 */
  cr_expect_not(isnan(pair_value(h, 0, 0, 4)), "its mean is not 0");
  harness_free(h);
}

/* A series, its treble and a fifth of it: the images differ by rounding, which is no difference. */
Test(grey_relational_grade, rounding) {
  static const double x[T] = {1.1, 2.3, 3.7};
  double levels[N * T];
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++)
      levels[t * N + i] = x[t] * (i == 1 ? 3 : i == 2 ? .2 : 1.7) + (i == 3 ? t * t : 0);
  for (int turn = 0; turn < 4; turn++) {
    harness *h = harness_new(&sw_measure_grey_relational_grade, N, T);
    harness_column(h, "of", "x", levels);
    harness_set(h, "image", turn % 2 ? "mean" : "initial");
    harness_set(h, "bounds", turn / 2 ? "panel" : "pair");
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    NEAR(pair_value(h, 0, 0, 1), 1, turn / 2 ? 1e-14 : 0); /* beside the panel's greatest */
    NEAR(pair_value(h, 0, 0, 2), 1, turn / 2 ? 1e-14 : 0);
    NEAR(pair_value(h, 0, 1, 2), 1, turn / 2 ? 1e-14 : 0);
    cr_expect_lt(pair_value(h, 0, 0, 3), .9);
    pair_expect_bits(h, 0);
    harness_free(h);
  }
}

/* Images 1 2 3 (twice), 1 3 2, 1 . 2: the greatest difference is 1, the least 0. */
Test(grey_relational_grade, of_the_panel) {
  harness *h = start("initial", "panel");
  VALUE(0, 1, 1);
  VALUE(0, 2, (1 + 2 * (.5 / 1.5)) / 3);
  VALUE(2, 3, 1); /* apart by 0 where both have a value */
  pair_expect_bits(h, 0);
  harness_free(h);
}

Test(grey_relational_grade, refusals) {
  harness *h = harness_new(&sw_measure_grey_relational_grade, N, 1);
  harness_column(h, "of", "x", level);
  PAIR_FAILS(h, "of: 1 period; expected 2 or more");
  harness_free(h);
  h = harness_new(&sw_measure_grey_relational_grade, N, T);
  harness_column(h, "of", "x", level);
  harness_set(h, "rho", "0");
  PAIR_FAILS(h, "rho: rho is 0; expected a number above 0, up to 1");
  harness_free(h);
}
