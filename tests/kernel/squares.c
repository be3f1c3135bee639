/* Sums of squares of products against plain loops, to the bit: every instruction set that this
 * machine runs, ragged rows and columns, nothing written beyond them. */
#include "kernel/causality/squares.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/hot.h"

enum { N = 90, K = 7, TERMS = 3, STRIDE = 96 };

static double q[TERMS * K * SW_SQUARES_ROWS], vector[K][N];

static double plain(int r, int64_t j) {
  double total = 0;
  for (int h = 0; h < TERMS; h++) {
    double sum = 0;
    for (int s = 0; s < K; s++)
      sum = fma(q[(h * K + s) * SW_SQUARES_ROWS + r], vector[s][j], sum);
    total = fma(sum, sum, total);
  }
  return total;
}

static bool same(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

static void expect(int rows, int64_t j0, int64_t j1) {
  static double out[(SW_SQUARES_ROWS + 1) * STRIDE];
  const double *to[K];
  for (int s = 0; s < K; s++)
    to[s] = vector[s];
  for (int k = 0; k < (SW_SQUARES_ROWS + 1) * STRIDE; k++)
    out[k] = -7;
  sw_squares_block(TERMS, K, q, rows, to, j0, j1, out, STRIDE);
  for (int r = 0; r <= SW_SQUARES_ROWS; r++)
    for (int64_t c = 0; c < STRIDE; c++) {
      double want = r < rows && c < j1 - j0 ? plain(r, j0 + c) : -7;
      cr_assert(same(out[r * STRIDE + c], want), "row %d of %d, column %d of %d-%d", r, rows,
                (int)c, (int)j0, (int)j1);
    }
}

Test(squares, bits) {
  srand(3);
  for (int k = 0; k < TERMS * K * SW_SQUARES_ROWS; k++)
    q[k] = rand() / (double)RAND_MAX - .5;
  for (int s = 0; s < K; s++)
    for (int j = 0; j < N; j++)
      vector[s][j] = rand() / (double)RAND_MAX - .5;
  vector[2][41] = NAN;
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs((sw_set_of)set)) continue;
    sw_set_at_most((sw_set_of)set);
    for (int rows = 1; rows <= SW_SQUARES_ROWS; rows++)
      expect(rows, 3, N);
    for (int64_t columns = 0; columns < 75; columns++)
      expect(5, 1, 1 + columns);
  }
}
