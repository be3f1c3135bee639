/* Coupling of a row against a segment of columns, in the registers of one instruction set; included
 * by meta.c.
 *
 * A pair is a long chain of products, a quotient and a root. So each turn takes roots for eight
 * pairs while it multiplies for the next. */
#include "kernel/meta_vec.h"

SW_INLINE ratio SW_SET(products)(const triple *t, const struct triple_columns *to, int64_t j) {
  triples c;
  _Pragma("GCC unroll 3") for (int k = 0; k < 3; k++) {
    c.s[k] = reg_load(to->s[k] + j);
    c.r[k] = reg_load(to->r[k] + j);
    c.e[k] = reg_load(to->e[k] + j);
  }
  c.f[0] = reg_add(c.s[1], c.s[2]);
  c.f[1] = reg_add(c.s[0], c.s[2]);
  c.f[2] = reg_add(c.s[0], c.s[1]);
  return SW_SET(multiply)(t, &c);
}

/* D of C and of the halves of T; or C alone. */
SW_INLINE void SW_SET(store)(const triple *t, const struct triple_columns *to, int64_t j, reg c,
                             bool only_coupling, double *out) {
  if (!only_coupling) c = reg_root(reg_mul(c, reg_add(t->half, reg_load(to->half + j))));
  reg_store(out + j, c);
}

/* Scores are 0 or within SW_META_TINY and 1, so both parts and C are in range (vec.h); what is not
 * is mended. The divider is free for quotients where there are no roots. */
SW_INLINE reg SW_SET(quotient)(ratio c, bool only_coupling) {
  return only_coupling ? reg_div(c.over, c.under) : reg_div_by_steps(c.over, c.under);
}

/* Whole vectors of columns alone; returns how many columns they are. */
SW_INLINE int64_t SW_SET(triple_loop)(const triple *row, const struct triple_columns *columns,
                                      int64_t n, bool only_coupling, double *out) {
  /* Copies: what is written to `out` cannot change them. */
  const triple t = *row;
  const struct triple_columns to = *columns;
  const int64_t last = n - n % TURN - TURN;
  reg c[SW_REGS];
  if (last < 0) return 0;
  SW_EACH_REG c[k] = SW_SET(quotient)(SW_SET(products)(&t, &to, k * SW_WIDTH), only_coupling);
  for (int64_t j = 0; j < last; j += TURN)
    SW_EACH_REG {
      const int64_t at = j + k * SW_WIDTH;
      ratio next = SW_SET(products)(&t, &to, at + TURN);
      SW_SET(store)(&t, &to, at, c[k], only_coupling, out);
      c[k] = SW_SET(quotient)(next, only_coupling);
    }
  SW_EACH_REG SW_SET(store)(&t, &to, last + k * SW_WIDTH, c[k], only_coupling, out);
  return last + TURN;
}

static int64_t SW_SET(triple_row)(const sw_meta *m, int64_t i, const struct triple_columns *to,
                                  int64_t n, bool only_coupling, double *out) {
  triple t;
  SW_SET(spread_row)(m, i, &t);
  return only_coupling ? SW_SET(triple_loop)(&t, to, n, true, out)
                       : SW_SET(triple_loop)(&t, to, n, false, out);
}

#undef triple
#undef triples
#undef ratio
