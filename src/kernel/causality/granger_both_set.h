/* Tiles of packed rows and columns whose pairs are added up in both orders, in the registers of one
 * instruction set; included by granger_both.c. A tile is some rows by some registers of columns,
 * and all products of its pairs stay in registers. Loops over a tile are unrolled, else its
 * products would be an array in memory.
 *
 * The divider alone would take as long as the products, and longer than the machine, which looks
 * some hundreds of operations ahead, has work for meanwhile. So F of one order is divided by steps,
 * in the pipes of the products. */

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
enum { SW_SET(ONE_TILE) = ONE_ROWS, SW_SET(TWO_TILE) = TWO_ROWS };

/* ---- products ----------------------------------------------------------------------------- */

typedef struct SW_SET(both_sums) {
  reg b[2][2], c[2], d[2]; /* [lag of the row][of the column]; Q of the row by e of the column; Q of
                              the column by e of the row */
} SW_SET(both_sums);

/* Number `s` of all operands. lags, rows and regs are constants in all callers. */
SW_INLINE void SW_SET(both_step)(int lags, int rows, int regs, const double *row,
                                 const double *column, SW_SET(both_sums) (*sum)[2]) {
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
}

SW_INLINE void SW_SET(both_products)(int count, int lags, int rows, int regs, const double *row,
                                     const double *column, SW_SET(both_sums) (*sum)[2]) {
  const int down = (lags + 1) * rows, across = (lags + 1) * regs * SW_WIDTH;
  EACH(i, rows) EACH(v, regs) EACH(a, lags) {
    EACH(k, lags) sum[i][v].b[a][k] = reg_spread(0);
    sum[i][v].c[a] = sum[i][v].d[a] = reg_spread(0);
  }
  for (int s = 0; s < count; s++, row += down, column += across)
    SW_SET(both_step)(lags, rows, regs, row, column, sum);
}

/* ---- values ------------------------------------------------------------------------------- */

/* F with the row as sender, and with the column. */
typedef struct SW_SET(orders) {
  reg there, back;
} SW_SET(orders);

SW_INLINE SW_SET(orders) SW_SET(divide)(SW_SET(fraction) f, SW_SET(fraction) g) {
  return (SW_SET(orders)){reg_div(f.over, f.under), reg_div_by_steps(g.over, g.under)};
}

SW_INLINE SW_SET(orders) SW_SET(both_of_one)(const SW_SET(both_sums) * s, double by) {
  return SW_SET(divide)(SW_SET(one_lag)(s->b[0][0], s->c[0], by),
                        SW_SET(one_lag)(s->b[0][0], s->d[0], by));
}

SW_INLINE SW_SET(orders)
    SW_SET(both_of_two)(const SW_SET(both_sums) * s, reg row_pivot, reg column_pivot, double by) {
  SW_SET(two_lags)
  f = SW_SET(two_begin)(s->b[0][0], s->b[0][1], s->c[0], s->b[1][0], s->b[1][1], s->c[1]),
  g = SW_SET(two_begin)(s->b[0][0], s->b[1][0], s->d[0], s->b[0][1], s->b[1][1], s->d[1]);
  return SW_SET(divide)(SW_SET(two_end)(f, reg_div(f.t, f.d1), row_pivot, by),
                        SW_SET(two_end)(g, reg_div(g.t, g.d1), column_pivot, by));
}

/* ---- sums --------------------------------------------------------------------------------- */

SW_INLINE void SW_SET(add_to)(double *sum, reg x) {
  reg_store(sum, reg_add(reg_load(sum), x));
}

/* Values of row `at` of the call by the columns of a panel, from `place` on. Its registers meet in
 * the same lanes of a row, or there is one. */
SW_INLINE void SW_SET(add_row)(const sw_fold_both *s, const back *to, int regs, int64_t at,
                               int64_t place, const SW_SET(orders) * f) {
  const int64_t own = at * SW_LANES + (place & (SW_LANES - 1));
  double *down = s->column + (at & (SW_LANES - 1)) * s->stride + place;
  double *across = s->back_row + ((s->row_at + at) & (SW_LANES - 1)) * s->stride + place;
  reg row = reg_load(s->row + own), lanes[2] = {reg_load(to->lanes[0] + own)};
  EACH(v, regs) {
    row = reg_add(row, f[v].there);
    SW_SET(add_to)(down + v * SW_WIDTH, f[v].there);
    SW_SET(add_to)(across + v * SW_WIDTH, f[v].back);
  }
  reg_store(s->row + own, row);
  if (!to->splits) {
    EACH(v, regs) lanes[0] = reg_add(lanes[0], f[v].back);
    reg_store(to->lanes[0] + own, lanes[0]);
    return;
  }
  lanes[1] = reg_load(to->lanes[1] + own);
  EACH(k, 2) {
    EACH(v, regs)
    lanes[k] = reg_fma(f[v].back, reg_load(to->share[k] + v * SW_WIDTH), lanes[k]);
    reg_store(to->lanes[k] + own, lanes[k]);
  }
}

/* ---- tiles -------------------------------------------------------------------------------- */

/* What becomes of all values, by lanes. */
typedef struct SW_SET(found) {
  reg top, there, back;
} SW_SET(found);

SW_INLINE void SW_SET(find)(reg limit, const SW_SET(orders) * f, SW_SET(found) * found) {
  found->top = reg_larger(f->there, reg_larger(f->back, found->top));
  found->there = reg_add_above(f->there, limit, found->there, reg_spread(1));
  found->back = reg_add_above(f->back, limit, found->back, reg_spread(1));
}

/* Rows from r of the pack on against a packed panel. */
SW_INLINE void SW_SET(both_tile)(const both *b, const sw_fold_both *s, const back *to, int lags,
                                 int rows, int regs, int64_t r, int64_t place,
                                 SW_SET(found) * found) {
  SW_SET(both_sums) sum[4][2];
  const int count = b->g->rows;
  SW_SET(both_products)
  (count, lags, rows, regs, b->row + r * (lags + 1) * count, b->column, sum);
  EACH(i, rows) if (r + i < b->rows) {
    SW_SET(orders) f[2];
    EACH(v, regs) {
      f[v] = lags == 1 ? SW_SET(both_of_one)(&sum[i][v], b->by)
                       : SW_SET(both_of_two)(&sum[i][v], reg_spread(b->row_pivot[r + i]),
                                             reg_load(b->column_pivot), b->by);
      SW_SET(find)(reg_spread(b->limit), &f[v], found);
    }
    SW_SET(add_row)(s, to, regs, b->at + r + i, place, f);
  }
}

/* Columns from j on, number by number; those outside of the call are zeros. */
SW_INLINE void SW_SET(pack_panel)(const both *b, int lags, int regs, int64_t j) {
  const sw_granger *g = b->g;
  const int width = regs * SW_WIDTH;
  bool whole = j >= b->j0 && j + width <= b->j1;
  double *out = b->column;
  for (int r = 0; r < g->rows; r++)
    EACH(q, lags + 1) {
      const double *x = g->receiver[q * g->rows + r];
      if (whole)
        EACH(v, regs) reg_store(out + v * SW_WIDTH, reg_load(x + j + v * SW_WIDTH));
      else
        copy_edge(x, j, b->j0, b->j1, width, out);
      out += width;
    }
  if (lags == 2 && whole)
    reg_store(b->column_pivot, reg_load(g->pivot[1] + j));
  else if (lags == 2)
    copy_edge(g->pivot[1], j, b->j0, b->j1, width, b->column_pivot);
}

/* The pack against all columns, from a multiple of eight in the square on: each row meets them from
 * left to right, and each column the rows from top to bottom, as their lanes want. */
SW_INLINE void SW_SET(both_panels)(const both *b, int lags, int rows, int regs) {
  const sw_fold_both s = *b->sums; /* a copy: sums are stored in between, and might be these */
  const int64_t origin = b->j0 - s.column_at, end = b->j1 - origin;
  SW_SET(found)
  found = {reg_load(b->most), reg_load(b->reached[0]), reg_load(b->reached[1])};
  for (int64_t place = s.column_at / SW_LANES * SW_LANES; place < end; place += regs * SW_WIDTH) {
    back to;
    find_back(&s, place, regs * SW_WIDTH, end, &to);
    SW_SET(pack_panel)(b, lags, regs, origin + place);
    for (int64_t r = 0; r < b->rows; r += rows)
      SW_SET(both_tile)(b, &s, &to, lags, rows, regs, r, place, &found);
  }
  reg_store(b->most, found.top);
  reg_store(b->reached[0], found.there);
  reg_store(b->reached[1], found.back);
}

static void SW_SET(fold_both)(const both *b) {
  if (b->g->lags == 1)
    SW_SET(both_panels)(b, 1, ONE_ROWS, ONE_REGS);
  else
    SW_SET(both_panels)(b, 2, TWO_ROWS, 1);
}

#undef EACH
#undef ONE_ROWS
#undef ONE_REGS
#undef TWO_ROWS
