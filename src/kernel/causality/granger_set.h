/* One variant of the block kernel of granger.c, for the registers of vec.h. Included by vec_each.h.
 *
 * A tile is some rows, senders, by some registers of columns, receivers: all p (p + 1) products of
 * its pairs stay in registers while r runs over the rows of the test, and F is made of them there.
 * rows, registers and lags are constants in all callers and loops over them unrolled, else the sums
 * would be an array in memory. */

#define EACH(k, n) _Pragma("GCC unroll 4") for (int k = 0; k < (n); k++)
/* Rows and registers of a full tile, by lags. */
#if SW_VEC_BITS == 512 /* 32 registers */
#define ONE_REGS 3
#define TWO_REGS 2
#else
#define ONE_REGS 1
#define TWO_REGS 1
#endif

typedef struct SW_SET(granger_sums) {
  reg of[2][3][ONE_ROWS][ONE_REGS]; /* lag of the sender, operand of the receiver, row, register */
} SW_SET(granger_sums);

#include "kernel/causality/granger_of_set.h"

/* `row`: packed senders, `to`: operands of receivers, from column 0. */
SW_INLINE void SW_SET(granger_tile)(const sw_granger *g, int lags, int rows, int regs,
                                    const packed *row, int64_t j, double by, double *out,
                                    int64_t stride) {
  SW_SET(granger_sums) sum;
  EACH(a, lags) EACH(b, lags + 1) EACH(i, rows) EACH(v, regs) sum.of[a][b][i][v] = reg_spread(0);
  for (int r = 0; r < g->rows; r++) {
    const double *x = row->value + (int64_t)r * lags * rows;
    reg y[3][ONE_REGS];
    EACH(b, lags + 1)
    EACH(v, regs) y[b][v] = reg_load(g->receiver[b * g->rows + r] + j + v * SW_WIDTH);
    EACH(a, lags) EACH(i, rows) {
      reg one = reg_spread(x[a * rows + i]);
      EACH(b, lags + 1)
      EACH(v, regs) sum.of[a][b][i][v] = reg_fma(one, y[b][v], sum.of[a][b][i][v]);
    }
  }
  EACH(i, rows) EACH(v, regs) {
    SW_SET(fraction) f;
    if (lags == 1) {
      f = SW_SET(one_lag)(sum.of[0][0][i][v], sum.of[0][1][i][v], by);
    } else {
      SW_SET(two_lags)
      two = SW_SET(two_begin)(sum.of[0][0][i][v], sum.of[0][1][i][v], sum.of[0][2][i][v],
                              sum.of[1][0][i][v], sum.of[1][1][i][v], sum.of[1][2][i][v]);
      f = SW_SET(two_end)(two, reg_div(two.t, two.d1), reg_spread(row->pivot[i]), by);
    }
    reg_store(out + i * stride + v * SW_WIDTH, reg_div(f.over, f.under));
  }
}

/* All packed rows for the columns of a tile, so that these stay in the first cache. */
SW_INLINE void SW_SET(granger_tiles)(const sw_granger *g, int lags, int rows, int regs,
                                     const packed *row, int count, int64_t j, double by,
                                     double *out, int64_t stride) {
  for (int k = 0; k < count; k++) {
    packed at = {row->value + (int64_t)k * rows * lags * g->rows, row->pivot + k * rows};
    SW_SET(granger_tile)(g, lags, rows, regs, &at, j, by, out + k * rows * stride, stride);
  }
}

/* What full tiles leave goes by single registers, the last of which is moved back to end with the
 * last column: it computes some pairs again, with the same bits. Fewer columns than a register has
 * go one by one. */
SW_INLINE void SW_SET(granger_columns)(const sw_granger *g, int lags, int rows, int regs,
                                       const packed *row, int count, int64_t j0, int64_t j1,
                                       double by, double *out, int64_t stride) {
  int64_t j = j0;
  for (; j + regs * SW_WIDTH <= j1; j += regs * SW_WIDTH)
    SW_SET(granger_tiles)(g, lags, rows, regs, row, count, j, by, out + (j - j0), stride);
  for (; j < j1 && j1 - j0 >= SW_WIDTH; j += SW_WIDTH) {
    if (j > j1 - SW_WIDTH) j = j1 - SW_WIDTH;
    SW_SET(granger_tiles)(g, lags, rows, 1, row, count, j, by, out + (j - j0), stride);
  }
  for (; j < j1; j++)
    plain_column(g, lags, rows, row, count, j, by, out + (j - j0), stride);
}

static void SW_SET(granger_rows)(const sw_granger *g, const packed *row, int rows, int count,
                                 int64_t j0, int64_t j1, double by, double *out, int64_t stride) {
  if (g->lags == 1 && rows == ONE_ROWS)
    SW_SET(granger_columns)(g, 1, ONE_ROWS, ONE_REGS, row, count, j0, j1, by, out, stride);
  else if (g->lags == 1)
    SW_SET(granger_columns)(g, 1, 1, ONE_REGS, row, count, j0, j1, by, out, stride);
  else if (rows == TWO_ROWS)
    SW_SET(granger_columns)(g, 2, TWO_ROWS, TWO_REGS, row, count, j0, j1, by, out, stride);
  else
    SW_SET(granger_columns)(g, 2, 1, TWO_REGS, row, count, j0, j1, by, out, stride);
}

#undef EACH
#undef ONE_REGS
#undef TWO_REGS
