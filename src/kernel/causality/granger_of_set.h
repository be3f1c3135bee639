/* F of the products of pairs, in the registers of one instruction set: the operations of of_one and
 * of_two in granger.c, in the same order. Included by files that vec_each.h includes. What is
 * before a division and what is behind it stand apart, for those who have other work to do
 * meanwhile. */

/* F = over/under; of a pair without a value `over` is the NaN that a quotient then is. */
typedef struct SW_SET(fraction) {
  reg over, under;
} SW_SET(fraction);

SW_INLINE SW_SET(fraction) SW_SET(one_lag)(reg b, reg c, double by) {
  reg one = reg_spread(1), a = reg_sub(one, reg_mul(b, b)), num = reg_mul(c, c);
  reg rest = reg_larger(reg_sub(a, num), reg_spread(SW_GRANGER_ROUNDING));
  return (SW_SET(fraction)){
      reg_where(a, reg_spread(SW_GRANGER_SINGULAR), reg_mul(reg_spread(by), num)), rest};
}

/* A, and c. */
typedef struct SW_SET(two_lags) {
  reg d1, t, a22, c1, c2;
} SW_SET(two_lags);

SW_INLINE SW_SET(two_lags) SW_SET(two_begin)(reg b11, reg b12, reg c1, reg b21, reg b22, reg c2) {
  reg one = reg_spread(1);
  return (SW_SET(two_lags)){reg_sub(one, reg_fma(b12, b12, reg_mul(b11, b11))),
                            reg_fma(b12, b22, reg_mul(b11, b21)),
                            reg_sub(one, reg_fma(b22, b22, reg_mul(b21, b21))), c1, c2};
}

/* m: t/d1. */
SW_INLINE SW_SET(fraction) SW_SET(two_end)(SW_SET(two_lags) a, reg m, reg pivot, double by) {
  reg d2 = reg_sub(a.a22, reg_mul(m, a.t)), u = reg_fma(m, a.c1, a.c2);
  reg num = reg_fma(reg_mul(u, u), a.d1, reg_mul(reg_mul(a.c1, a.c1), d2));
  reg den = reg_mul(a.d1, d2);
  reg rest = reg_larger(reg_sub(den, num), reg_mul(reg_spread(SW_GRANGER_ROUNDING), den));
  reg over = reg_where(d2, pivot, reg_mul(reg_spread(by), num));
  return (SW_SET(fraction)){reg_where(a.d1, reg_spread(SW_GRANGER_SINGULAR), over), rest};
}
