/* Tiles of packed rows and columns whose pairs are added up in both orders, in the registers of one
 * instruction set; included by granger_both.c. A tile is some rows by some registers of columns,
 * and all products of its pairs stay in registers. Loops over a tile are unrolled, else its
 * products would be an array in memory.
 *
 * Divisions take as long as the products, and the machine does not look far enough ahead to do both
 * at once. So those of a tile are done one by one between the products of the next: tiles go
 * through a line, with one lag of two stages, products and sums, with two of three, as the second
 * division of a pair rests on the first. */

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

/* ---- products ----------------------------------------------------------------------------- */

typedef struct SW_SET(both_sums) {
  reg b[2][2], c[2], d[2]; /* [lag of the row][of the column]; Q of the row by e of the column; Q of
                              the column by e of the row */
} SW_SET(both_sums);

/* Divisions that wait, in the order in which they came. */
enum { SW_SET(WAITING) = 16 };
typedef struct SW_SET(quotients) {
  double over[SW_SET(WAITING)][SW_WIDTH], under[SW_SET(WAITING)][SW_WIDTH];
  double value[SW_SET(WAITING)][SW_WIDTH];
} SW_SET(quotients);

SW_INLINE void SW_SET(divide)(SW_SET(quotients) * q, int k) {
  reg_store(q->value[k], reg_div(reg_load(q->over[k]), reg_load(q->under[k])));
}

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

/* All products of a tile, and the first `waiting` divisions: two for three numbers, which take as
 * long; those that are left are under way while the tile's values are made. */
SW_INLINE void SW_SET(both_products)(int count, int lags, int rows, int regs, const double *row,
                                     const double *column, int waiting, SW_SET(quotients) * q,
                                     SW_SET(both_sums) (*sum)[2]) {
  const int down = (lags + 1) * rows, across = (lags + 1) * regs * SW_WIDTH;
  int s = 0, done = 0;
  EACH(i, rows) EACH(v, regs) EACH(a, lags) {
    EACH(k, lags) sum[i][v].b[a][k] = reg_spread(0);
    sum[i][v].c[a] = sum[i][v].d[a] = reg_spread(0);
  }
  for (; s + 3 <= count && done + 2 <= waiting; s += 3, done += 2) {
    EACH(k, 3) {
      if (k < 2) SW_SET(divide)(q, done + k);
      SW_SET(both_step)(lags, rows, regs, row + k * down, column + k * across, sum);
    }
    row += 3 * down;
    column += 3 * across;
  }
  for (; s < count; s++, row += down, column += across) {
    if (done < waiting) SW_SET(divide)(q, done++);
    SW_SET(both_step)(lags, rows, regs, row, column, sum);
  }
  for (; done < waiting; done++)
    SW_SET(divide)(q, done);
}

/* ---- the line ----------------------------------------------------------------------------- */

/* Where a tile's values go. */
typedef struct SW_SET(stage) {
  int64_t left, at, place; /* rows that are none of what fills up; the first; the first column */
  const double *row_pivot, *column_pivot;
  const back *to;
} SW_SET(stage);

/* Waiting are, of each pair, the order in which the row sends, then the other: with two lags the
 * first divisions of the last tile, then the second ones of the tile before. */
typedef struct SW_SET(line) {
  SW_SET(quotients) quotients;
  SW_SET(stage) stage[2]; /* of the last tile, and of the one before */
  double kept[2 * TWO_ROWS][3][SW_WIDTH];
} SW_SET(line);

SW_INLINE void SW_SET(put)(SW_SET(line) * line, int k, SW_SET(fraction) f) {
  reg_store(line->quotients.over[k], f.over);
  reg_store(line->quotients.under[k], f.under);
}

SW_INLINE void SW_SET(put_two)(SW_SET(line) * line, int k, SW_SET(two_lags) a) {
  double(*kept)[SW_WIDTH] = line->kept[k];
  SW_SET(put)(line, k, (SW_SET(fraction)){a.t, a.d1});
  reg_store(kept[0], a.a22);
  reg_store(kept[1], a.c1);
  reg_store(kept[2], a.c2);
}

/* The tile's products go into the line. */
SW_INLINE void SW_SET(enter)(SW_SET(line) * line, int lags, int rows, int regs, double by,
                             SW_SET(both_sums) (*sum)[2]) {
  EACH(i, rows) EACH(v, regs) {
    const SW_SET(both_sums) *s = &sum[i][v];
    const int k = 2 * (i * regs + v);
    if (lags == 1) {
      SW_SET(put)(line, k, SW_SET(one_lag)(s->b[0][0], s->c[0], by));
      SW_SET(put)(line, k + 1, SW_SET(one_lag)(s->b[0][0], s->d[0], by));
    } else {
      SW_SET(put_two)
      (line, k,
       SW_SET(two_begin)(s->b[0][0], s->b[0][1], s->c[0], s->b[1][0], s->b[1][1], s->c[1]));
      SW_SET(put_two)
      (line, k + 1,
       SW_SET(two_begin)(s->b[0][0], s->b[1][0], s->d[0], s->b[0][1], s->b[1][1], s->d[1]));
    }
  }
}

/* Two lags: the last tile's first quotients are there, and give its second ones. */
SW_INLINE void SW_SET(go_on)(SW_SET(line) * line, int rows, double by) {
  const SW_SET(stage) *s = &line->stage[0];
  EACH(i, rows) for (int order = 0; order < 2; order++) {
    const int k = 2 * i + order;
    double(*kept)[SW_WIDTH] = line->kept[k];
    SW_SET(two_lags)
    a = {reg_load(line->quotients.under[k]), reg_load(line->quotients.over[k]), reg_load(kept[0]),
         reg_load(kept[1]), reg_load(kept[2])};
    reg pivot = order ? reg_load(s->column_pivot) : reg_spread(s->row_pivot[i]);
    SW_SET(put)
    (line, 2 * rows + k, SW_SET(two_end)(a, reg_load(line->quotients.value[k]), pivot, by));
  }
}

SW_INLINE void SW_SET(add_to)(double *sum, reg x) {
  reg_store(sum, reg_add(reg_load(sum), x));
}

/* Values of a tile, from quotient `first` on, into the sums. */
SW_INLINE void SW_SET(leave)(const both *b, const SW_SET(line) * line, const SW_SET(stage) * stage,
                             int first, int rows, int regs) {
  /* Copies: sums are stored in between, and might be these. */
  const sw_fold_both s = *b->sums;
  const int64_t left = stage->left, at = stage->at, place = stage->place;
  const back *to = stage->to;
  const bool splits = to->splits;
  reg top = reg_load(b->most);
  EACH(i, rows) if (i < left) {
    double *row = s.row + (at + i) * SW_LANES;
    double *down = s.column + (at + i) % SW_LANES * s.stride + place;
    double *across = s.back_row + (s.row_at + at + i) % SW_LANES * s.stride + place;
    EACH(v, regs) {
      const int64_t lane = (place + v * SW_WIDTH) % SW_LANES, own = (at + i) * SW_LANES + lane;
      const double(*value)[SW_WIDTH] = line->quotients.value + first + 2 * (i * regs + v);
      reg f = reg_load(value[0]), g = reg_load(value[1]);
      top = reg_larger(f, reg_larger(g, top));
      SW_SET(add_to)(row + lane, f);
      SW_SET(add_to)(down + v * SW_WIDTH, f);
      SW_SET(add_to)(across + v * SW_WIDTH, g);
      if (!splits) {
        SW_SET(add_to)(to->lanes[0] + own, g);
        continue;
      }
      for (int k = 0; k < 2; k++) {
        double *lanes = to->lanes[k] + own;
        reg share = reg_load(to->share[k] + v * SW_WIDTH);
        reg_store(lanes, reg_fma(g, share, reg_load(lanes)));
      }
    }
  }
  reg_store(b->most, top);
}

/* One tile goes in, one comes out. `row` NULL: none goes in, of those that are left. */
SW_INLINE void SW_SET(pass)(const both *b, SW_SET(line) * line, int lags, int rows, int regs,
                            const double *row, const double *column, SW_SET(stage) next) {
  SW_SET(both_sums) sum[4][2];
  const int waiting = lags * 2 * rows * regs, out = waiting - 2 * rows * regs;
  SW_SET(both_products)
  (row ? b->count : 0, lags, rows, regs, row, column, waiting, &line->quotients, sum);
  SW_SET(leave)(b, line, &line->stage[lags - 1], out, rows, regs);
  if (lags == 2) SW_SET(go_on)(line, rows, b->by);
  SW_SET(enter)(line, lags, rows, regs, b->by, sum);
  line->stage[1] = line->stage[0];
  line->stage[0] = next;
}

/* The pack against all panels of the chunk, which are columns [place, end). The line begins with
 * tiles of which no row counts. */
SW_INLINE void SW_SET(both_panels)(const both *b, int lags, int rows, int regs, int64_t place,
                                   int64_t end) {
  const double *column = b->column, *pivot = b->column_pivot;
  back backs[LINE] = {{.splits = false}};
  SW_SET(line) line __attribute__((aligned(64)));
  SW_SET(stage) stage = {.to = backs, .row_pivot = b->row_pivot, .column_pivot = pivot};
  memset(&line, 0, sizeof line);
  line.stage[0] = line.stage[1] = stage;
  for (int panel = 0; place < end; place += regs * SW_WIDTH, panel++) {
    back *to = &backs[panel % LINE];
    find_back(b, place, regs * SW_WIDTH, end, to);
    for (int64_t r = 0; r < b->rows; r += rows) {
      stage = (SW_SET(stage)){b->rows - r, b->at + r, place, b->row_pivot + r, pivot, to};
      SW_SET(pass)
      (b, &line, lags, rows, regs, b->row + r * (lags + 1) * b->count, column, stage);
    }
    column += (lags + 1) * b->count * regs * SW_WIDTH;
    pivot += regs * SW_WIDTH;
  }
  stage.left = 0;
  for (int k = 0; k < lags; k++)
    SW_SET(pass)(b, &line, lags, rows, regs, NULL, NULL, stage);
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
