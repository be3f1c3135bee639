/* Coupling of a few rows against a packed block of columns, in the registers of one instruction
 * set; included by meta_fold.c. The operations and their order are those of triple_ratio and
 * triple_store (kernel/pairs/meta.c), which has the formula.
 *
 * A pair is a long chain of products, a quotient and a root. So each turn takes roots for eight
 * pairs while it multiplies for the next. A root keeps the divider as busy as all products of a pair
 * keep the multipliers: the quotient goes by steps. The numbers of one register of pairs fill the
 * registers: those of a turn are multiplied one after the other. */

#if SW_VEC_BITS == 256
enum { SW_SET(ROWS) = 1 };
#else
enum { SW_SET(ROWS) = 2 };
#endif

#define triple SW_SET(triple)
#define ratio SW_SET(ratio)

/* A row's unit: scores, sums of the two others, roots and mates (halved), half of the development.
 */
typedef struct triple {
  reg s[3], f[3], r[3], e[3], half;
} triple;

typedef struct ratio {
  reg over, under;
} ratio;

SW_INLINE void SW_SET(spread_row)(const sw_meta *m, int64_t i, triple *t) {
  const double s[3] = {m->score[0][i], m->score[1][i], m->score[2][i]};
  _Pragma("GCC unroll 3") for (int k = 0; k < 3; k++) {
    t->s[k] = reg_spread(s[k]);
    t->r[k] = reg_spread(0.5 * m->root[k][i]);
    t->e[k] = reg_spread(0.5 * m->mate[k][i]);
  }
  t->f[0] = reg_spread(s[1] + s[2]);
  t->f[1] = reg_spread(s[0] + s[2]);
  t->f[2] = reg_spread(s[0] + s[1]);
  t->half = reg_spread(m->half_from[i]);
}

/* Vector k and its complement as one fraction: no fma, as exchanging the units exchanges the two
 * summands. `to`: number s of a column at to[s * BLOCK]. */
SW_INLINE ratio SW_SET(fraction)(const triple *t, int k, reg s, reg f, const double *to) {
  reg a = reg_add(t->f[k], s), b = reg_add(f, t->s[k]);
  reg r = reg_load(to + (3 + k) * BLOCK), e = reg_load(to + (6 + k) * BLOCK);
  return (ratio){reg_add(reg_mul(reg_mul(t->e[k], r), b), reg_mul(reg_mul(e, t->r[k]), a)),
                 reg_mul(a, b)};
}

/* C: three fractions on one denominator. */
SW_INLINE ratio SW_SET(multiply)(const triple *t, const double *to) {
  reg s0 = reg_load(to), s1 = reg_load(to + BLOCK), s2 = reg_load(to + 2 * BLOCK);
  ratio x = SW_SET(fraction)(t, 0, s0, reg_add(s1, s2), to);
  ratio y = SW_SET(fraction)(t, 1, s1, reg_add(s0, s2), to);
  ratio z = SW_SET(fraction)(t, 2, s2, reg_add(s0, s1), to);
  reg two = reg_fma(x.over, y.under, reg_mul(y.over, x.under)), under = reg_mul(x.under, y.under);
  return (ratio){reg_fma(two, z.under, reg_mul(z.over, under)), reg_mul(under, z.under)};
}

/* Scores are 0 or within SW_META_TINY and 1, so both parts and C are in range (vec.h). */
SW_INLINE reg SW_SET(quotient)(ratio c) {
  return reg_div_by_steps(c.over, c.under);
}

/* D^2 of C and the halves of T. */
SW_INLINE reg SW_SET(squared)(reg coupling, reg half, const double *to) {
  return reg_mul(coupling, reg_add(half, reg_load(to + 9 * BLOCK)));
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
    SW_EACH_REG coupling[q].r[k] = SW_SET(quotient)(SW_SET(multiply)(&t[q], first + k * SW_WIDTH));
  }
  for (int64_t j = 0; j < last; j += SW_LANES)
    _Pragma("GCC unroll 2") for (int q = 0; q < rows; q++) SW_EACH_REG {
      const double *to = first + j + k * SW_WIDTH;
      reg d = SW_SET(squared)(coupling[q].r[k], t[q].half, to);
      ratio next = SW_SET(multiply)(&t[q], to + SW_LANES);
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
#undef ratio
