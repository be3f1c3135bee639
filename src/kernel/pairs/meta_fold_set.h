/* Coupling of a few rows against a packed block of columns, in the registers of one instruction
 * set; included by meta_fold.c.
 *
 * A pair is a long chain of products, a quotient and a root. So each turn takes roots for eight
 * pairs while it multiplies for the next. A root keeps the divider as busy as all products of a
 * pair keep the multipliers: the quotient goes by steps. The numbers of one register of pairs fill
 * the registers: those of a turn are multiplied one after the other. */
#include "kernel/meta_vec.h"

#if SW_VEC_BITS == 256
enum { SW_SET(ROWS) = 1 };
#else
enum { SW_SET(ROWS) = 2 };
#endif

/* Number s of a column stands at to[s * BLOCK]. */
SW_INLINE ratio SW_SET(products)(const triple *t, const double *to) {
  triples c;
  _Pragma("GCC unroll 3") for (int k = 0; k < 3; k++) {
    c.s[k] = reg_load(to + k * BLOCK), c.f[k] = reg_load(to + (3 + k) * BLOCK);
    c.r[k] = reg_load(to + (6 + k) * BLOCK), c.e[k] = reg_load(to + (9 + k) * BLOCK);
  }
  return SW_SET(multiply)(t, &c);
}

/* Scores are 0 or within SW_META_TINY and 1, so both parts and C are in range (vec.h). */
SW_INLINE reg SW_SET(quotient)(ratio c) {
  return reg_div_by_steps(c.over, c.under);
}

/* D^2 of C and the halves of T. */
SW_INLINE reg SW_SET(squared)(reg coupling, reg half, const double *to) {
  return reg_mul(coupling, reg_add(half, reg_load(to + 12 * BLOCK)));
}

/* D, into the sums. */
SW_INLINE void SW_SET(add)(reg d, reg *sum, double *column, reg *top) {
  *sum = reg_add(*sum, d);
  reg_store(column, reg_add(reg_load(column), d));
  *top = reg_larger(d, *top);
}

/* Rows r, r + 1, ... of the square, `rows` of them, a constant in both callers. */
SW_INLINE void SW_SET(group)(const block *b, int64_t r, int rows, const sw_lane_sums *sums,
                             reg *most) {
  triple t[SW_SET(ROWS)];
  vec sum[SW_SET(ROWS)], coupling[SW_SET(ROWS)];
  reg top = *most;
  double *column[SW_SET(ROWS)];
  /* Copies: sums are stored in between, and might be these. */
  const double *const first = b->column;
  const int64_t last = b->padded - SW_LANES;
  _Pragma("GCC unroll 2") for (int q = 0; q < rows; q++) {
    SW_SET(spread_row)(b->meta, b->first + r + q, &t[q]);
    sum[q] = vec_load(sums->row + (r + q) * SW_LANES);
    column[q] = sums->column + (r + q) % SW_LANES * sums->stride + b->place;
    SW_EACH_REG coupling[q].r[k] = SW_SET(quotient)(SW_SET(products)(&t[q], first + k * SW_WIDTH));
  }
  for (int64_t j = 0; j < last; j += SW_LANES)
    _Pragma("GCC unroll 2") for (int q = 0; q < rows; q++) SW_EACH_REG {
      const double *to = first + j + k * SW_WIDTH;
      reg d = SW_SET(squared)(coupling[q].r[k], t[q].half, to);
      ratio next = SW_SET(products)(&t[q], to + SW_LANES);
      d = reg_root(d);
      coupling[q].r[k] = SW_SET(quotient)(next);
      SW_SET(add)(d, &sum[q].r[k], column[q] + j + k * SW_WIDTH, &top);
    }
  _Pragma("GCC unroll 2") for (int q = 0; q < rows; q++) {
    SW_EACH_REG {
      const double *to = first + last + k * SW_WIDTH;
      reg d = reg_root(SW_SET(squared)(coupling[q].r[k], t[q].half, to));
      SW_SET(add)(d, &sum[q].r[k], column[q] + last + k * SW_WIDTH, &top);
    }
    vec_store(sums->row + (r + q) * SW_LANES, sum[q]);
  }
  *most = top;
}

/* Rows [0, count) of the square. `most`: the greatest by lanes, of which one
 * register is used. */
static void SW_SET(rows)(const block *b, int64_t count, const sw_lane_sums *sums, double *most) {
  reg top = reg_load(most);
  int64_t r = 0;
  for (; r + SW_SET(ROWS) <= count; r += SW_SET(ROWS))
    SW_SET(group)(b, r, SW_SET(ROWS), sums, &top);
  for (; r < count; r++)
    SW_SET(group)(b, r, 1, sums, &top);
  reg_store(most, top);
}

#undef triple
#undef triples
#undef ratio
