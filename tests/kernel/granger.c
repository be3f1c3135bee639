/* Granger's test of all pairs against least squares on each, every instruction set that this
 * machine runs, every ragged edge. */
#include "kernel/causality/granger.h"

#include "kernel/causality/granger_both.h"
#include "kernel/causality/granger_sieve.h"
#include "kernel/hot.h"
#include "kernel/pairs/lanes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 61, LENGTH = 40, STRIDE = 70 };

#define BOTH_UNITS N
#define BOTH_STRIDE STRIDE
#include "fold_both.h"

static double series[N][LENGTH], operand[2][(SW_GRANGER_LAGS + 1) * LENGTH][N];
static double pivots[SW_GRANGER_LAGS][N];
static const double *sender[SW_GRANGER_LAGS * LENGTH], *pivot[SW_GRANGER_LAGS];
static const double *receiver[(SW_GRANGER_LAGS + 1) * LENGTH];
static int row[LENGTH];
static sw_granger g;

static void draw(int lags) {
  srand(11 + lags);
  for (int i = 0; i < N; i++)
    for (int t = 0; t < LENGTH; t++) {
      double before = t ? .5 * series[i][t - 1] : 0, other = t && i ? .4 * series[i - 1][t - 1] : 0;
      series[i][t] = before + other + rand() / (double)RAND_MAX - .5;
    }
  for (int t = 0; t < LENGTH; t++)
    series[40][t] = 7; /* constant: no value as sender, none as receiver */
}

/* Operands of all units. */
static void place(int lags) {
  int rows = 0;
  for (int t = lags; t < LENGTH; t++)
    row[rows++] = t;
  for (int i = 0; i < N; i++) {
    double basis[SW_GRANGER_LAGS * LENGTH], rest[LENGTH], least[SW_GRANGER_LAGS];
    sw_granger_unit(lags, rows, row, series[i], 1, basis, rest, least);
    for (int k = 0; k < lags * rows; k++)
      operand[0][k][i] = basis[k];
    for (int r = 0; r < rows; r++)
      operand[0][lags * rows + r][i] = rest[r];
    for (int l = 0; l < lags; l++)
      pivots[l][i] = least[l];
  }
  for (int k = 0; k < (lags + 1) * rows; k++) {
    receiver[k] = operand[0][k];
    if (k < lags * rows) sender[k] = operand[0][k];
  }
  for (int l = 0; l < lags; l++)
    pivot[l] = pivots[l];
  g = (sw_granger){lags, rows, sender, receiver, pivot};
}

/* Residual squares of y on the columns of x, by elimination of normal equations in long double. */
static long double squares_left(int rows, int columns, long double (*x)[64], const double *y) {
  long double a[64][65] = {{0}}, left = 0;
  for (int k = 0; k < columns; k++)
    for (int r = 0; r < rows; r++) {
      for (int l = 0; l < columns; l++)
        a[k][l] += x[r][k] * x[r][l];
      a[k][columns] += x[r][k] * y[r];
    }
  for (int k = 0; k < columns; k++)
    for (int l = 0; l < columns; l++) {
      long double by = l == k ? 0 : a[l][k] / a[k][k];
      for (int c = k; c <= columns && l != k; c++)
        a[l][c] -= by * a[k][c];
    }
  for (int r = 0; r < rows; r++) {
    long double e = y[r];
    for (int k = 0; k < columns; k++)
      e -= a[k][columns] / a[k][k] * x[r][k];
    left += e * e;
  }
  return left;
}

/* F over the rows that both have. */
static double by_least_squares(int lags, const double *from, const double *of, int *df) {
  static long double x[LENGTH][64];
  double y[LENGTH];
  int rows = 0;
  for (int t = lags; t < LENGTH; t++) {
    bool there = !isnan(of[t]);
    for (int l = 1; l <= lags; l++)
      there = there && !isnan(of[t - l]) && !isnan(from[t - l]);
    if (!there) continue;
    x[rows][0] = 1;
    for (int l = 1; l <= lags; l++) {
      x[rows][l] = of[t - l];
      x[rows][lags + l] = from[t - l];
    }
    y[rows++] = of[t];
  }
  *df = rows - 2 * lags - 1;
  if (*df < 1) return NAN;
  long double without = squares_left(rows, 1 + lags, x, y);
  long double with = squares_left(rows, 1 + 2 * lags, x, y);
  return (double)((without - with) / lags / (with / *df));
}

static void expect_pairs(int lags) {
  static double out[N * STRIDE];
  void *workspace = malloc(sw_granger_workspace(lags, g.rows));
  int df = 0;
  sw_granger_block(&g, 0, N, 0, N, out, STRIDE, workspace);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      double got = out[i * STRIDE + j];
      if (i == 40 || j == 40) cr_expect(isnan(got), "constant");
      if (i == 40 || j == 40 || i == j) continue;
      double want = by_least_squares(lags, series[i], series[j], &df);
      cr_expect(fabs(got - want) <= 1e-11 * (1 + want), "%d lags, %d to %d: %.17g, not %.17g", lags,
                i, j, got, want);
    }
  free(workspace);
}

Test(granger, least_squares) {
  for (int lags = 1; lags <= 6; lags++) {
    draw(lags);
    place(lags);
    expect_pairs(lags);
  }
}

/* The whole and any part of it, on every set, to the bit; nothing is written beyond. */
static void expect_part(int64_t i0, int64_t i1, int64_t j0, int64_t j1, const double *whole,
                        void *workspace) {
  static double part[N * STRIDE];
  for (int64_t k = 0; k < N * STRIDE; k++)
    part[k] = -5;
  sw_granger_block(&g, i0, i1, j0, j1, part, STRIDE, workspace);
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = 0; j < STRIDE; j++) {
      double beyond = -5;
      const double *want =
          i < i1 - i0 && j < j1 - j0 ? &whole[(i + i0) * STRIDE + j + j0] : &beyond;
      const double *got = &part[i * STRIDE + j];
      cr_expect((isnan(*want) && isnan(*got)) || memcmp(want, got, sizeof *want) == 0,
                "%d lags [%d %d) [%d %d): %d %d", g.lags, (int)i0, (int)i1, (int)j0, (int)j1,
                (int)i, (int)j);
    }
}

Test(granger, bits) {
  static double whole[N * STRIDE];
  for (int lags = 1; lags <= 3; lags++) {
    draw(lags);
    place(lags);
    void *workspace = malloc(sw_granger_workspace(lags, g.rows));
    sw_set_at_most(SW_SET_PLAIN);
    sw_granger_block(&g, 0, N, 0, N, whole, STRIDE, workspace);
    for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
      if (!sw_set_runs(set)) continue;
      sw_set_at_most(set);
      for (int k = 0; k < N; k += 3) {
        expect_part(0, N, 0, N - k, whole, workspace);
        expect_part(k, N, k / 2, N, whole, workspace);
        expect_part(k, k + 1, k, k + 1, whole, workspace);
        expect_part(k / 2, k, 3, 3 + (k < 40 ? k : 40), whole, workspace);
      }
    }
    free(workspace);
  }
}

Test(granger, gaps) {
  for (int lags = 1; lags <= 4; lags++) {
    draw(lags);
    int df = 0, wanted = 0;
    int rows = 0;
    for (int t = lags; t < LENGTH; t++)
      row[rows++] = t;
    for (int i = 0; i < 40; i++)
      series[i][(i * 7) % LENGTH] = NAN;
    for (int t = 3; t < LENGTH - 4; t++)
      series[7][t] = NAN;
    double *work = malloc(sw_granger_pair_room(lags, rows) * sizeof *work);
    for (int i = 0; i < 40; i += 3)
      for (int j = 1; j < 40; j += 2) {
        if (i == j) continue;
        double want = by_least_squares(lags, series[i], series[j], &wanted);
        double got = sw_granger_pair(lags, rows, row, series[i], 0, series[j], 0, work, &df);
        cr_expect_eq(df, wanted);
        cr_expect((isnan(want) && isnan(got)) || fabs(got - want) <= 1e-10 * (1 + want),
                  "%d lags, %d to %d: %.17g, not %.17g", lags, i, j, got, want);
      }
    free(work);
  }
}

/* A sender that is the receiver's own past adds nothing to it; one that is its future tells all. */
Test(granger, extremes) {
  static double out[N * STRIDE];
  draw(1);
  for (int t = 0; t < LENGTH; t++) {
    series[1][t] = 2 * series[0][t] + 3;
    series[2][t] = t + 1 < LENGTH ? series[0][t + 1] : 0;
  }
  place(1);
  void *workspace = malloc(sw_granger_workspace(1, g.rows));
  sw_granger_block(&g, 0, 3, 0, 3, out, STRIDE, workspace);
  cr_expect(isnan(out[1 * STRIDE]), "the same past");
  cr_expect(isnan(out[1]), "the same past");
  cr_expect_gt(out[2 * STRIDE], 1e12);
  cr_expect(isfinite(out[2 * STRIDE]));
  free(workspace);
}

/* ---- sums of both orders ------------------------------------------------------------------ */

static void *room;

static void fold(int64_t i0, int64_t i1, int64_t j0, int64_t j1, sw_fold_both *sums) {
  sw_granger_fold_both(&g, i0, i1, j0, j1, sums, room);
}

static void expect_square(const double *f, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                          int64_t high, int64_t row_at, int64_t column_at) {
  double from = row_at == 1 ? NAN : f[i0 * STRIDE + j0];
  expect_both(fold, f, from, i0, i1, j0, j1, high, row_at, column_at);
}

/* Any place of segments, rows and columns; with a unit without values, 40, and before it. */
Test(granger, both_orders) {
  static double f[N * STRIDE];
  for (int lags = 1; lags <= 2; lags++) {
    draw(lags);
    place(lags);
    cr_expect(sw_granger_folds_both(&g));
    void *workspace = malloc(sw_granger_workspace(lags, g.rows));
    room = malloc(sw_granger_both_workspace(lags, g.rows));
    sw_granger_block(&g, 0, N, 0, N, f, STRIDE, workspace);
    for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
      if (!sw_set_runs(set)) continue;
      sw_set_at_most(set);
      for (int k = 0; k < 18; k++) {
        expect_square(f, 0, 5 + k, 22 + k, 40, 30, k, k);
        expect_square(f, k, 24, 25, 61, 33 + k, 0, 0);
        expect_square(f, 41, 42 + k, k, 20 + k, 20 + k, 3, 2);
      }
    }
    free(workspace);
    free(room);
  }
  g.lags = 3;
  cr_expect_not(sw_granger_folds_both(&g));
}

/* ---- the sieve ---------------------------------------------------------------------------- */

typedef struct seen {
  const double *f; /* of all pairs */
  double to;
  bool done[N][N];
  int64_t tests, above;
} seen;

static void see(void *to, int64_t i, int64_t rows, int64_t j, int64_t columns) {
  seen *s = to;
  for (int64_t r = i; r < i + rows; r++)
    for (int64_t c = j; c < j + columns; c++) {
      double f = s->f[r * STRIDE + c];
      s->done[r][c] = true;
      s->tests += r != c && !isnan(f);
      s->above += r != c && f >= s->to;
    }
}

/* Whether what is sure and what is seen are all tests, all at `to` or above, and all between. */
static void expect_sifted(const double *f, double from, double to, bool both) {
  static seen s;
  sw_granger_sieve sieve;
  sw_granger_sure sure = {0};
  int64_t tests = 0, above = 0;
  memset(&s, 0, sizeof s);
  s.f = f;
  s.to = to;
  cr_assert(sw_granger_sieve_make(&g, from, to, &sieve));
  void *workspace = malloc(sw_granger_sieve_workspace(g.lags, g.rows));
  for (int i = 0; i < N; i += 30) {
    int end = i + 30 < N ? i + 30 : N;
    sw_granger_sift(&sieve, i, end, both ? i : 0, both ? end : N, false, see, &s, &sure, workspace);
    if (both && end < N) sw_granger_sift(&sieve, i, end, end, N, true, see, &s, &sure, workspace);
  }
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      double one = f[i * STRIDE + j];
      if (i == j) continue;
      tests += !isnan(one);
      above += one >= to;
      cr_expect(s.done[i][j] || !(one >= from && one < to), "%d to %d: %g", i, j, one);
    }
  cr_expect_eq(s.tests + sure.tests, tests, "%d lags: tests", g.lags);
  cr_expect_eq(s.above + sure.above, above, "%d lags, %g: above", g.lags, to);
  if (from == to) cr_expect_gt(sure.tests, 0, "%d lags, %g", g.lags, from);
  free(workspace);
}

/* At thresholds that pairs have themselves too; with units that are alike, and one without lags. */
Test(granger, sieve) {
  static double f[N * STRIDE];
  for (int lags = 1; lags <= 2; lags++) {
    draw(lags);
    for (int t = 0; t < LENGTH; t++)
      series[9][t] = 2 * series[8][t] + 3;
    place(lags);
    void *workspace = malloc(sw_granger_workspace(lags, g.rows));
    sw_granger_block(&g, 0, N, 0, N, f, STRIDE, workspace);
    for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
      if (!sw_set_runs(set)) continue;
      sw_set_at_most(set);
      for (double from = .5; from < 20; from *= 2) {
        for (int both = 0; both < 2; both++) {
          expect_sifted(f, from, from, both);
          expect_sifted(f, from, from * 1.2, both);
          expect_sifted(f, from, INFINITY, both);
        }
      }
      for (int k = 0; k < 50; k++)
        if (f[k * STRIDE + k + 5] > .2)
          expect_sifted(f, f[k * STRIDE + k + 5], f[k * STRIDE + k + 5], k % 2);
    }
    free(workspace);
  }
  g.lags = 3;
  sw_granger_sieve sieve;
  cr_expect_not(sw_granger_sieve_make(&g, 4, 4, &sieve));
  g.lags = 1;
  cr_expect_not(sw_granger_sieve_make(&g, 1e-9, 4, &sieve), "all reach it");
}
