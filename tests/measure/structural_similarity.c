/* Similarity of industries: by hand, what is undefined, what is refused, and the bits of pairs. */
#include "pair_fixture.h"

enum { N = 7, T = 2 };

extern const sw_measure sw_measure_structural_similarity;

/* Units by column: the same structure at another size (0, 1), the opposite (2), all of one (3), a
 * missing value (4), one below zero (5), nothing (6). In period 1 all have the same. */
static double industry[3][N * T] = {{2, 20, 0, 1, NAN, -1, 0, 1, 1, 1, 1, 1, 1, 1},
                                    {1, 10, 1, 0, 1, 2, 0, 1, 1, 1, 1, 1, 1, 1},
                                    {1, 10, 3, 0, 1, 3, 0, 2, 2, 2, 2, 2, 2, 2}};
static double demand[3][N * T] = {{1, 1, 4, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                                  {1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                                  {2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};

static harness *start(const char *form) {
  static const char *const name[3] = {"a", "b", "c"};
  harness *h = harness_new(&sw_measure_structural_similarity, N, T);
  for (int k = 0; k < 3; k++)
    harness_column(h, "shares", name[k], industry[k]);
  harness_set(h, "form", form);
  return h;
}

static harness *ready(const char *form) {
  harness *h = start(form);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  return h;
}

#define VALUE(i, j, wanted) NEAR(pair_value(h, 0, i, j), wanted, 4e-16)

/* Units 4, 5 and 6 have no structure: none of their pairs has a value, all others have. */
static void expect_gaps(harness *h) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      cr_expect_eq(isnan(pair_value(h, 0, i, j)) != 0, i > 3 || j > 3, "%d %d", i, j);
}

Test(structural_similarity, cosine) {
  harness *h = ready("cosine");
  cr_expect_not(h->job.directed);
  cr_expect_eq(h->job.by, SW_BY_LARGEST);
  VALUE(0, 1, 1);
  VALUE(0, 2, 4 / sqrt(6 * 10)); /* (2,1,1) and (0,1,3) */
  VALUE(0, 3, 2 / sqrt(6));
  VALUE(2, 3, 0);
  expect_gaps(h);
  NEAR(pair_value(h, 1, 4, 6), 1, 4e-16);
  pair_expect_bits(h, 0);
  pair_expect_bits(h, 1);
  harness_free(h);
}

Test(structural_similarity, krugman) {
  harness *h = ready("krugman");
  cr_expect_not(h->job.directed);
  cr_expect_eq(h->job.by, SW_BY_SMALLEST, "a distance: the nearest come first");
  VALUE(0, 1, 0);
  VALUE(0, 2, 1); /* (1/2, 1/4, 1/4) and (0, 1/4, 3/4) */
  VALUE(0, 3, 1); /* and (1, 0, 0) */
  VALUE(2, 3, 2);
  expect_gaps(h);
  NEAR(pair_value(h, 1, 4, 6), 0, 0);
  pair_expect_bits(h, 0);
  harness_free(h);
}

Test(structural_similarity, complementarity) {
  static const char *const name[3] = {"da", "db", "dc"};
  harness *h = start("complementarity");
  for (int k = 0; k < 3; k++)
    harness_column(h, "demand", name[k], demand[k]);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(h->job.directed);
  cr_expect_eq(h->job.by, SW_BY_LARGEST);
  VALUE(2, 0, .75); /* supply (0, 1/4, 3/4), demand (1/4, 1/4, 1/2) */
  VALUE(0, 2, .5);  /* supply (1/2, 1/4, 1/4), demand (1, 0, 0) */
  VALUE(3, 1, 1);   /* supplies what is wanted */
  VALUE(2, 1, 0);   /* nothing of it */
  for (int j = 0; j < N; j++)
    cr_expect(isnan(pair_value(h, 0, 4, j)) && isnan(pair_value(h, 0, j, 3)),
              "no supply; no demand: %d", j);
  cr_expect_not(isnan(pair_value(h, 0, 0, 4)), "what it wants is known");
  pair_expect_bits(h, 0);
  harness_free(h);
}

/* Very large and very small values: shares are taken before they are squared. */
Test(structural_similarity, any_size) {
  static const double size[2] = {1e200, 1e-200};
  static const char *const name[3] = {"a", "b", "c"};
  double wide[3][2];
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < 2; i++)
      wide[k][i] = industry[k][0] * size[i];
  harness *h = harness_new(&sw_measure_structural_similarity, 2, 1);
  for (int k = 0; k < 3; k++)
    harness_column(h, "shares", name[k], wide[k]);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  VALUE(0, 1, 1);
  harness_free(h);
}

Test(structural_similarity, refusals) {
  harness *h = harness_new(&sw_measure_structural_similarity, N, T);
  harness_column(h, "shares", "a", industry[0]);
  PAIR_FAILS(h, "shares: 1 industry; expected at least two");
  harness_free(h);
  h = start("krugman");
  harness_column(h, "demand", "da", demand[0]);
  PAIR_FAILS(h, "demand: `demand` is only for form: complementarity; remove one of the two");
  harness_free(h);
  h = start("complementarity");
  PAIR_FAILS(h, "form: complementarity needs `demand`: as many columns as `shares`, in the same "
                "order");
  harness_free(h);
  h = start("complementarity");
  harness_column(h, "demand", "da", demand[0]);
  PAIR_FAILS(h, "demand: 1 given, and 3 under `shares`; expected as many, in the same order");
  harness_free(h);
}
