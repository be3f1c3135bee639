/* Tiles of packed rows and columns whose pairs are added up in both orders, in the registers of one
 * instruction set; included by granger_both.c. A tile is some rows by some registers of columns,
 * and all products of its pairs stay in registers, from the first number to the sums. Loops over a
 * tile are unrolled, else its products would be an array in memory. */

#include "kernel/causality/granger_of_set.h"

#define EACH(k, n) _Pragma("GCC unroll 4") for (int k = 0; k < (n); k++)
/* Rows and registers of a tile, by lags: 24 products of 32 registers, 12 or 8 of 16. */
#if SW_VEC_BITS == 512
#define ONE_ROWS 4
#define ONE_REGS 2
#define TWO_ROWS 3
#else
#define ONE_ROWS 4
#define ONE_REGS 1
#define TWO_ROWS 1
#endif
enum { SW_SET(ONE_TILE) = ONE_ROWS, SW_SET(ONE_PANEL) = ONE_REGS * SW_WIDTH };
enum { SW_SET(TWO_TILE) = TWO_ROWS, SW_SET(TWO_PANEL) = SW_WIDTH };

typedef struct SW_SET(both_sums) {
  reg b[2][2], c[2], d[2]; /* [lag of the row][of the column]; Q of the row by e of the column; Q of
                              the column by e of the row */
} SW_SET(both_sums);

/* lags, rows and regs are constants in all callers. */
SW_INLINE void SW_SET(both_products)(int count, int lags, int rows, int regs, const double *row,
                                     const double *column, SW_SET(both_sums) (*sum)[2]) {
  EACH(i, rows) EACH(v, regs) EACH(a, lags) {
    EACH(q, lags) sum[i][v].b[a][q] = reg_spread(0);
    sum[i][v].c[a] = sum[i][v].d[a] = reg_spread(0);
  }
  for (int s = 0; s < count; s++) {
    reg y[3][2];
    EACH(q, lags + 1)
    EACH(v, regs) y[q][v] = reg_load(column + (q * regs + v) * SW_WIDTH);
    EACH(i, rows) {
      EACH(a, lags) {
        reg x = reg_spread(row[a * rows + i]);
        EACH(v, regs) {
          EACH(q, lags) sum[i][v].b[a][q] = reg_fma(x, y[q][v], sum[i][v].b[a][q]);
          sum[i][v].c[a] = reg_fma(x, y[lags][v], sum[i][v].c[a]);
        }
      }
      reg e = reg_spread(row[lags * rows + i]);
      EACH(v, regs) EACH(q, lags) sum[i][v].d[q] = reg_fma(e, y[q][v], sum[i][v].d[q]);
    }
    row += (lags + 1) * rows;
    column += (lags + 1) * regs * SW_WIDTH;
  }
}

/* F of the row as the sender, and of the column. */
SW_INLINE reg SW_SET(there)(const SW_SET(both_sums) * s, int lags, double pivot, double by) {
  return lags == 1 ? SW_SET(of_one)(s->b[0][0], s->c[0], by)
                   : SW_SET(of_two)(s->b[0][0], s->b[0][1], s->c[0], s->b[1][0], s->b[1][1],
                                    s->c[1], reg_spread(pivot), by);
}

SW_INLINE reg SW_SET(here)(const SW_SET(both_sums) * s, int lags, const double *pivot, double by) {
  return lags == 1 ? SW_SET(of_one)(s->b[0][0], s->d[0], by)
                   : SW_SET(of_two)(s->b[0][0], s->b[1][0], s->d[0], s->b[0][1], s->b[1][1],
                                    s->d[1], reg_load(pivot), by);
}

SW_INLINE void SW_SET(add_to)(double *sum, reg x) {
  reg_store(sum, reg_add(reg_load(sum), x));
}

/* Rows r, r + 1, ... of the pack against the panel from column `place` on. `splits`: its columns
 * are of two segments. */
SW_INLINE void SW_SET(both_tile)(const both *b, int lags, int rows, int regs, bool splits,
                                 int64_t r, const double *column, const double *pivot,
                                 int64_t place, const back *to) {
  SW_SET(both_sums) sum[4][2];
  SW_SET(both_products)
  (b->count, lags, rows, regs, b->row + r * (lags + 1) * b->count, column, sum);
  /* Copies: sums are stored in between, and might be these. */
  const sw_granger_sums s = *b->sums;
  const int64_t left = b->rows - r, at = b->at + r;
  const double by = b->by;
  double *const first = to->lanes[0] + r * SW_LANES, *const second = to->lanes[1] + r * SW_LANES;
  const double *const own = b->row_pivot + r;
  reg top = reg_load(b->most);
  EACH(i, rows) if (i < left) {
    double *row = s.row + (at + i) * SW_LANES;
    double *down = s.column + (at + i) % SW_LANES * s.stride + place;
    double *across = s.back_row + (s.row_at + at + i) % SW_LANES * s.stride + place;
    EACH(v, regs) {
      const int64_t lane = (place + v * SW_WIDTH) % SW_LANES;
      reg f = SW_SET(there)(&sum[i][v], lags, own[i], by);
      reg g = SW_SET(here)(&sum[i][v], lags, pivot + v * SW_WIDTH, by);
      top = reg_larger(f, reg_larger(g, top));
      SW_SET(add_to)(row + lane, f);
      SW_SET(add_to)(down + v * SW_WIDTH, f);
      SW_SET(add_to)(across + v * SW_WIDTH, g);
      if (splits) {
        double *one = first + i * SW_LANES + lane, *two = second + i * SW_LANES + lane;
        reg_store(one, reg_fma(g, reg_load(to->share[0] + v * SW_WIDTH), reg_load(one)));
        reg_store(two, reg_fma(g, reg_load(to->share[1] + v * SW_WIDTH), reg_load(two)));
      } else {
        SW_SET(add_to)(first + i * SW_LANES + lane, g);
      }
    }
  }
  reg_store(b->most, top);
}

/* The pack against all panels of the chunk, which are columns [place, end). */
SW_INLINE void SW_SET(both_panels)(const both *b, int lags, int rows, int regs, int64_t place,
                                   int64_t end) {
  const double *column = b->column, *pivot = b->column_pivot;
  for (; place < end; place += regs * SW_WIDTH) {
    back to;
    if (find_back(b, place, regs * SW_WIDTH, end, &to))
      for (int64_t r = 0; r < b->rows; r += rows)
        SW_SET(both_tile)(b, lags, rows, regs, true, r, column, pivot, place, &to);
    else
      for (int64_t r = 0; r < b->rows; r += rows)
        SW_SET(both_tile)(b, lags, rows, regs, false, r, column, pivot, place, &to);
    column += (lags + 1) * b->count * regs * SW_WIDTH;
    pivot += regs * SW_WIDTH;
  }
}

static void SW_SET(fold_both)(const both *b, int64_t place, int64_t end) {
  if (b->lags == 1)
    SW_SET(both_panels)(b, 1, ONE_ROWS, ONE_REGS, place, end);
  else
    SW_SET(both_panels)(b, 2, TWO_ROWS, 1, place, end);
}

#undef EACH
#undef ONE_ROWS
#undef ONE_REGS
#undef TWO_ROWS
