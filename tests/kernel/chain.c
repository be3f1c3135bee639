/* Chains: matrices worked by hand, those of the 48 states (giddy), properties of chains of any
 * form, eigenvalues. */
#include "kernel/linear/chain.h"
#include "kernel/linear/eigen.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>

static const double inf = INFINITY;

#define NEAR(got, want, tolerance)                                                                 \
  cr_expect((got) == (want) || fabs((got) - (want)) <= (tolerance), "%s = %.12g, wanted %.12g",    \
            #got, (double)(got), (double)(want))

static void expect_rows(const char *what, int n, const double *got, const double *want,
                        double tolerance) {
  for (int i = 0; i < n; i++)
    cr_expect(got[i] == want[i] || fabs(got[i] - want[i]) <= tolerance,
              "%s: [%d] is %.12g, not %.12g", what, i, got[i], want[i]);
}

static sw_chain made(int classes, const double *count) {
  static sw_chain chain;
  sw_chain_make(classes, count, &chain);
  return chain;
}

/* P = .5 .25 .25 / .5 0 .5 / .25 .25 .5 (the land of Oz, Kemeny & Snell). */
Test(chain, one_closed_class) {
  static const double count[9] = {2, 1, 1, 2, 0, 2, 1, 1, 2};
  static const double passage[9] = {2.5, 4, 10 / 3., 8 / 3., 5, 8 / 3., 10 / 3., 4, 2.5};
  double row[9], steps[9], limit[3];
  sw_chain chain = made(3, count);
  cr_expect(chain.n == 3 && chain.n_closed == 1 && chain.only_entered == 0 && !chain.cycles);
  sw_chain_stationary(&chain, row);
  expect_rows("shares", 3, row, (double[]){.4, .2, .4}, 1e-15);
  sw_chain_passage(&chain, steps);
  expect_rows("passage", 9, steps, passage, 1e-14);
  sw_chain_limit(&chain, row, (double[]){0, 5, 0}, limit);
  expect_rows("limit", 3, limit, row, 0);
  /* lambda 1, 1/4, -1/4. */
  sw_mobility m = sw_chain_mobility(&chain, row);
  NEAR(m.shorrocks, 1, 1e-15);
  NEAR(m.det, 1 - 1 / 16., 1e-14);
  NEAR(m.eigen, .75, 1e-14);
  NEAR(m.half_life, .5, 1e-14);
  NEAR(m.bartholomew, 3 * (1 - .4) / 2, 1e-14);
  NEAR(m.bartholomew_steps, (.4 * .75 + .2 * 1 + .4 * .75) / 2, 1e-14);
}

Test(chain, a_class_of_its_own) {
  static const double count[9] = {1, 1, 0, 1, 4, 0, 0, 0, 7};
  static const double rows[6] = {2 / 7., 5 / 7., 0, 0, 0, 1};
  static const double passage[9] = {3.5, 2, inf, 5, 1.4, inf, inf, inf, 1};
  double row[9], steps[9], limit[3];
  sw_chain chain = made(3, count);
  cr_expect_eq(chain.n_closed, 2);
  sw_chain_stationary(&chain, row);
  expect_rows("shares", 6, row, rows, 1e-15);
  sw_chain_passage(&chain, steps);
  expect_rows("passage", 9, steps, passage, 1e-14);
  sw_chain_limit(&chain, row, (double[]){1, 2, 1}, limit);
  expect_rows("limit", 3, limit, (double[]){.75 * 2 / 7, .75 * 5 / 7, .25}, 1e-15);
  sw_mobility m = sw_chain_mobility(&chain, limit);
  NEAR(m.eigen, 0, 0);
  NEAR(m.half_life, inf, 0);
}

/* From state 3 half of the way to either end. */
Test(chain, absorption) {
  static const double count[16] = {9, 1, 0, 0, 2, 8, 0, 0, 0, 1, 8, 1, 0, 0, 0, 3};
  static const double rows[8] = {2 / 3., 1 / 3., 0, 0, 0, 0, 0, 1};
  static const double passage[16] = {1.5, 10,  inf, inf, 5,   3,   inf, inf,
                                     inf, inf, inf, inf, inf, inf, inf, 1};
  double row[16], steps[16], limit[4];
  sw_chain chain = made(4, count);
  cr_expect(chain.n_closed == 2 && chain.closed[2] == -1);
  sw_chain_stationary(&chain, row);
  expect_rows("shares", 8, row, rows, 1e-15);
  sw_chain_passage(&chain, steps);
  expect_rows("passage", 16, steps, passage, 1e-13);
  sw_chain_limit(&chain, row, (double[]){0, 0, 1, 0}, limit);
  expect_rows("limit", 4, limit, (double[]){1 / 3., 1 / 6., 0, .5}, 1e-15);
}

/* Class 2 never occurs; class 4 is only entered, so that it absorbs. */
Test(chain, classes_out_of_use) {
  static const double count[16] = {3, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2, 1, 0, 0, 0, 0};
  double row[9], limit[3];
  sw_chain chain = made(4, count);
  cr_expect(chain.n == 3 && chain.of[0] == 0 && chain.of[1] == 2 && chain.of[2] == 3);
  cr_expect(chain.only_entered == 1 && chain.n_closed == 1);
  cr_expect_eq(chain.p[8], 1);
  sw_chain_stationary(&chain, row);
  expect_rows("shares", 3, row, (double[]){0, 0, 1}, 0);
  sw_chain_limit(&chain, row, (double[]){1, 1, 1}, limit);
  expect_rows("limit", 3, limit, row, 0);
  chain = made(4, (double[16]){0});
  cr_expect(chain.n == 0 && chain.n_closed == 0);
  chain = made(1, (double[]){6});
  cr_expect(isnan(sw_chain_mobility(&chain, (double[]){1}).shorrocks));
}

/* There and back: it never settles, and the share of time is a half each. */
Test(chain, cycles) {
  static const double count[16] = {0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0};
  double row[4];
  sw_chain chain = made(4, count);
  cr_expect(chain.cycles);
  sw_chain_stationary(&chain, row);
  expect_rows("shares", 4, row, (double[]){.25, .25, .25, .25}, 1e-15);
  sw_mobility m = sw_chain_mobility(&chain, row);
  NEAR(m.eigen, 0, 0);
  NEAR(m.half_life, inf, 0);
  NEAR(m.det, 0, 1e-14);
  chain = made(2, (double[]){0, 1, 1, 1});
  cr_expect(!chain.cycles);
}

/* The 48 states 1929-2009, quintiles of each period (shared oracles, regions.md; giddy). */
Test(chain, states_per_period) {
  static const double count[25] = {729, 71, 1, 0, 0,  72,  567, 80, 3, 0, 0,  81, 631,
                                   86,  2,  0, 3, 86, 573, 56,  0,  0, 1, 57, 741};
  static const double shares[5] = {.20774716, .18725774, .20740537, .18821787, .20937187};
  static const double from_1[5] = {4.813544, 11.502927, 29.609212, 53.38595, 103.598167};
  double row[25], steps[25];
  sw_chain chain = made(5, count);
  sw_chain_stationary(&chain, row);
  expect_rows("shares", 5, row, shares, 5e-9);
  sw_chain_passage(&chain, steps);
  expect_rows("passage", 5, steps, from_1, 5e-7);
  sw_mobility m = sw_chain_mobility(&chain, row);
  NEAR(m.shorrocks, .19758992, 5e-9);
  NEAR(m.det, .606848546, 5e-10);
  NEAR(m.eigen, .039782002, 5e-10);
  NEAR(m.half_life, 17.07471895, 5e-9);
  NEAR(m.bartholomew, .194872597, 5e-10);
  NEAR(m.bartholomew_steps, .039625624, 5e-10);
  m = sw_chain_mobility(&chain, (double[]){.2, .2, .2, .2, .2});
  NEAR(m.bartholomew, .197589920, 5e-10);
  NEAR(m.bartholomew_steps, .040184654, 5e-10);
}

/* The same of levels, pooled quintiles: everything ends in class 5. */
Test(chain, states_pooled_levels) {
  static const double count[25] = {727, 51, 0, 0, 0, 4,   722, 51, 0, 0, 0, 3,  727,
                                   48,  0,  0, 0, 0, 729, 48,  0,  0, 0, 0, 730};
  static const double to_5[5] = {65.109477124, 49.854575163, 33.422818147, 16.1875, 1};
  double row[25], steps[25];
  sw_chain chain = made(5, count);
  cr_expect(chain.n_closed == 1 && chain.only_entered == 0);
  sw_chain_stationary(&chain, row);
  expect_rows("shares", 5, row, (double[]){0, 0, 0, 0, 1}, 0);
  sw_chain_passage(&chain, steps);
  for (int i = 0; i < 5; i++)
    NEAR(steps[i * 5 + 4], to_5[i], 5e-10);
  NEAR(steps[0], inf, 0);
}

/* ---- any chain ---------------------------------------------------------------------------- */

static uint64_t state = 3;
static int draw(int below) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (int)((state >> 33) % (uint64_t)below);
}

/* What the definitions say, put back into their equations. */
static void check_equations(const sw_chain *chain) {
  double row[144], steps[144];
  int n = chain->n;
  sw_chain_stationary(chain, row);
  for (int c = 0; c < chain->n_closed; c++)
    for (int j = 0; j < n; j++) {
      double share = 0;
      for (int i = 0; i < n; i++)
        share += row[c * n + i] * chain->p[i * n + j];
      cr_assert_float_eq(share, row[c * n + j], 1e-13);
    }
  sw_chain_passage(chain, steps);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double want = 1;
      for (int k = 0; k < n; k++)
        if (k != j && chain->p[i * n + k] > 0) want += chain->p[i * n + k] * steps[k * n + j];
      cr_assert(want == steps[i * n + j] || fabs(want - steps[i * n + j]) < 1e-9 * want);
    }
  for (int c = 0; c < chain->n_closed; c++) /* the return time is one over the share */
    for (int i = 0; i < n; i++)
      if (chain->closed[i] == c) cr_assert(fabs(steps[i * n + i] * row[c * n + i] - 1) < 1e-11);
}

Test(chain, any_chain) {
  for (int round = 0; round < 400; round++) {
    double count[144];
    int k = 2 + draw(11), density = 1 + draw(9);
    for (int i = 0; i < k * k; i++)
      count[i] = draw(10) < density ? draw(50) : 0;
    sw_chain chain = made(k, count);
    check_equations(&chain);
  }
}

/* ---- eigenvalues -------------------------------------------------------------------------- */

Test(eigen, known) {
  double complex scratch[SW_EIGEN_SCRATCH(4)];
  double size[4];
  /* A companion of (x - 1)(x + 2)(x^2 + 9): 1, 2, 3, 3. */
  static const double companion[16] = {-1, -7, -9, 18, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  cr_assert(sw_eigen_sizes(4, companion, size, scratch));
  expect_rows("companion", 4, size, (double[]){3, 3, 2, 1}, 1e-12);
  cr_assert(sw_eigen_sizes(4, (double[16]){0}, size, scratch));
  expect_rows("zero", 4, size, (double[4]){0}, 0);
  cr_assert(sw_eigen_sizes(1, (double[]){-3}, size, scratch));
  NEAR(size[0], 3, 0);
  /* A wheel, on which steps without an odd shift turn for ever. */
  static const double wheel[16] = {0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  cr_assert(sw_eigen_sizes(4, wheel, size, scratch));
  expect_rows("wheel", 4, size, (double[]){1, 1, 1, 1}, 1e-12);
}

/* The product of all is |det|, by elimination; the largest of a stochastic matrix is 1. */
Test(eigen, product_is_determinant) {
  for (int round = 0; round < 300; round++) {
    int n = 2 + draw(20);
    double a[22 * 22], lu[22 * 22], size[22], product = 1, det = 1;
    double complex scratch[SW_EIGEN_SCRATCH(22)];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int j = 0; j < n; j++)
        sum += a[i * n + j] = draw(1000) + (i == j ? 2000 : 1);
      for (int j = 0; j < n; j++)
        lu[i * n + j] = a[i * n + j] /= sum;
    }
    for (int k = 0; k < n; k++) {
      det *= fabs(lu[k * n + k]);
      for (int i = k + 1; i < n; i++) {
        double part = lu[i * n + k] / lu[k * n + k];
        for (int j = k; j < n; j++)
          lu[i * n + j] -= part * lu[k * n + j];
      }
    }
    cr_assert(sw_eigen_sizes(n, a, size, scratch));
    for (int i = 0; i < n; i++)
      product *= size[i];
    cr_assert(fabs(size[0] - 1) < 1e-12, "largest %.16g of %d", size[0], n);
    cr_assert(fabs(product / det - 1) < 1e-6 || det < 1e-13, "%g, %g of %d", product, det, n);
  }
}
