/* Least squares by hand, in pieces, without a unique solution; covariances; small systems. */
#include "kernel/linear/ols.h"
#include "kernel/linear/cholesky.h"
#include "kernel/linear/qr.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.17g, wanted %.17g", #actual,         \
            (double)(actual), (double)(wanted))

static const double one[] = {1, 1, 1, 1};
static const double x[] = {0, 1, 2, 3}, y[] = {1, 3, 4, 4};

/* Slope 5/5, constant 3 - 1.5, residuals -.5 .5 .5 -.5, s^2 = 1/2. HC1: the slope's is
 * 2 sum (x - 1.5)^2 / 4 / 25. */
Test(ols, by_hand) {
  const double *const columns[] = {one, x};
  double vcov[4], work[8];
  sw_ols fit;
  void *room = malloc(sw_ols_workspace(4, 2));
  cr_assert_eq(sw_ols_fit(columns, y, 4, 2, room, &fit), -1);
  NEAR(fit.b[0], 1.5, 1e-15);
  NEAR(fit.b[1], 1, 1e-15);
  NEAR(fit.rss, 1, 1e-15);
  NEAR(fit.tss, 6, 1e-15);
  NEAR(fit.residual[0], -.5, 1e-15);
  NEAR(fit.residual[2], .5, 1e-15);
  sw_ols_classical(fit.root, 2, fit.rss / 2, vcov);
  NEAR(vcov[3], .1, 1e-15);
  NEAR(vcov[0], .35, 1e-15);
  NEAR(vcov[1], -.15, 1e-15);
  cr_expect_eq(vcov[1], vcov[2]);
  sw_ols_hc1(&fit, columns, work, vcov);
  NEAR(vcov[3], .1, 1e-15);
  cr_expect_eq(vcov[1], vcov[2]);
  free(room);
}

/* With s = x e and no factor the sandwich is (X'X)^-1 (sum e^2 x x') (X'X)^-1, here in full. */
Test(ols, sandwich) {
  const double *const columns[] = {one, x};
  double meat[4] = {0}, work[4], vcov[4];
  sw_ols fit;
  void *room = malloc(sw_ols_workspace(4, 2));
  sw_ols_fit(columns, y, 4, 2, room, &fit);
  for (int i = 0; i < 4; i++)
    for (int p = 0; p < 2; p++)
      for (int q = 0; q < 2; q++)
        meat[q * 2 + p] += columns[p][i] * columns[q][i] * fit.residual[i] * fit.residual[i];
  sw_ols_sandwich(fit.root, 2, meat, 3, work, vcov);
  /* e^2 is .25 throughout: .25 (X'X)^-1, (X'X)^-1 = {.7 -.3; -.3 .2}. */
  NEAR(vcov[0], 3 * .25 * .7, 1e-15);
  NEAR(vcov[1], 3 * .25 * -.3, 1e-15);
  NEAR(vcov[3], 3 * .25 * .2, 1e-15);
  free(room);
}

enum { N = 61, K = 4 };

/* Values that only need to be alike in every run. */
static void fill(double *to, int64_t n) {
  uint64_t state = 12345;
  for (int64_t i = 0; i < n; i++) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    to[i] = (double)(state >> 40) / 0x1p24 - .5;
  }
}

/* Rows of columns [from, to) of a matrix of N rows. */
static void piece(const double *a, int from, int to, double *out) {
  for (int j = 0; j < K; j++)
    memcpy(out + j * (to - from), a + j * N + from, (size_t)(to - from) * sizeof *out);
}

Test(ols, pieces) {
  static const int cut[] = {0, 1, 3, 20, 20, 60, N};
  double a[N * K], part[N * K], whole[K * K] = {0}, r[K * K] = {0}, half[2][K * K] = {{0}};
  fill(a, N * K);
  memcpy(part, a, sizeof a);
  sw_qr_append(whole, K, part, N);
  for (int c = 0; c < 6; c++) {
    piece(a, cut[c], cut[c + 1], part);
    sw_qr_append(r, K, part, cut[c + 1] - cut[c]);
    piece(a, cut[c], cut[c + 1], part);
    sw_qr_append(half[c % 2], K, part, cut[c + 1] - cut[c]);
  }
  sw_qr_join(half[0], K, half[1]);
  for (int j = 0; j < K; j++)
    for (int i = 0; i <= j; i++) {
      NEAR(fabs(r[j * K + i]), fabs(whole[j * K + i]), 1e-14);
      NEAR(fabs(half[0][j * K + i]), fabs(whole[j * K + i]), 1e-14);
      double squares = 0;
      for (int l = 0; l <= i; l++)
        squares += r[i * K + l] * r[j * K + l];
      NEAR(squares, sw_dot(a + i * N, a + j * N, N), 1e-14);
    }
}

/* The second is the first to rounding; the third is twice the first plus the constant. */
Test(ols, dependent) {
  double same[] = {0.1, 0.3, 0.2, 0.7}, third[4];
  for (int i = 0; i < 4; i++)
    third[i] = 2 * same[i] + 1;
  const double *const two[] = {one, same, third}, *const twice[] = {same, same},
                      *const constant[] = {one, third + 0};
  sw_ols fit;
  void *room = malloc(sw_ols_workspace(4, 3));
  cr_expect_eq(sw_ols_fit(two, y, 4, 3, room, &fit), 2);
  cr_expect_eq(sw_ols_fit(twice, y, 4, 2, room, &fit), 1);
  cr_expect_eq(sw_ols_fit(constant, y, 4, 2, room, &fit), -1);
  double zero[4] = {0};
  const double *const nothing[] = {zero, one};
  cr_expect_eq(sw_ols_fit(nothing, y, 4, 2, room, &fit), 0);
  free(room);
}

/* A column in other units has its coefficient in these, and no other number changes. */
Test(ols, scale) {
  double a[N * K], large[N], vcov[9], other[9];
  fill(a, N * K);
  for (int i = 0; i < N; i++)
    large[i] = 0x1p40 * a[N + i];
  const double *const plain[] = {a, a + N, a + 2 * N}, *const scaled[] = {a, large, a + 2 * N};
  sw_ols fit, again;
  void *room = malloc(sw_ols_workspace(N, 3)), *second = malloc(sw_ols_workspace(N, 3));
  cr_assert_eq(sw_ols_fit(plain, a + 3 * N, N, 3, room, &fit), -1);
  cr_assert_eq(sw_ols_fit(scaled, a + 3 * N, N, 3, second, &again), -1);
  sw_ols_classical(fit.root, 3, 1, vcov);
  sw_ols_classical(again.root, 3, 1, other);
  NEAR(again.b[1] * 0x1p40, fit.b[1], 1e-14);
  NEAR(again.b[2], fit.b[2], 1e-14);
  NEAR(other[4] * 0x1p80, vcov[4], 1e-13 * vcov[4]);
  NEAR(again.rss, fit.rss, 1e-13);
  free(room);
  free(second);
}

/* A polynomial of degree 5 over 1 .. 20, exactly: cross products have a condition of 1e17, and
 * would give the coefficients to no digit. */
Test(ols, ill_conditioned) {
  double power[6][20], sum[20];
  const double *column[6];
  for (int i = 0; i < 20; i++) {
    sum[i] = 0;
    for (int j = 0; j < 6; j++)
      sum[i] += power[j][i] = pow(i + 1, j);
  }
  for (int j = 0; j < 6; j++)
    column[j] = power[j];
  sw_ols fit;
  void *room = malloc(sw_ols_workspace(20, 6));
  cr_assert_eq(sw_ols_fit(column, sum, 20, 6, room, &fit), -1);
  for (int j = 0; j < 6; j++)
    NEAR(fit.b[j], 1, 1e-7);
  free(room);
}

/* {4 2; 2 3}: L = {2 0; 1 sqrt 2}; the inverse is {3 -2; -2 4}/8. */
Test(cholesky, by_hand) {
  double a[] = {4, 2, 2, 3}, v[] = {2, 1}, work[6];
  NEAR(sw_cholesky_form(a, 2, v, work), (3 * 4 - 2 * 2 * 2 + 4) / 8., 1e-15);
  cr_assert(sw_cholesky_factor(a, 2));
  NEAR(a[3], sqrt(2), 1e-15);
  sw_cholesky_solve(a, 2, v);
  NEAR(v[0], .5, 1e-15);
  NEAR(v[1], 0, 1e-15);
  double singular[] = {1, 2, 2, 4}, indefinite[] = {1, 2, 2, 1};
  cr_expect(isnan(sw_cholesky_form(singular, 2, v, work)));
  cr_expect_not(sw_cholesky_factor(indefinite, 2));
}
