/* F of the products of pairs, in the registers of one instruction set: the operations of of_one and
 * of_two in granger.c, in the same order. Included by files that vec_each.h includes. */

SW_INLINE reg SW_SET(of_one)(reg b, reg c, double by) {
  reg one = reg_spread(1), a = reg_sub(one, reg_mul(b, b)), num = reg_mul(c, c);
  reg rest = reg_larger(reg_sub(a, num), reg_spread(SW_GRANGER_ROUNDING));
  return reg_where(a, reg_spread(SW_GRANGER_SINGULAR), reg_div(reg_mul(reg_spread(by), num), rest));
}

SW_INLINE reg SW_SET(of_two)(reg b11, reg b12, reg c1, reg b21, reg b22, reg c2, reg pivot,
                             double by) {
  reg one = reg_spread(1), d1 = reg_sub(one, reg_fma(b12, b12, reg_mul(b11, b11)));
  reg t = reg_fma(b12, b22, reg_mul(b11, b21)), m = reg_div(t, d1);
  reg a22 = reg_sub(one, reg_fma(b22, b22, reg_mul(b21, b21)));
  reg d2 = reg_sub(a22, reg_mul(m, t)), u = reg_fma(m, c1, c2);
  reg num = reg_fma(reg_mul(u, u), d1, reg_mul(reg_mul(c1, c1), d2)), den = reg_mul(d1, d2);
  reg rest = reg_larger(reg_sub(den, num), reg_mul(reg_spread(SW_GRANGER_ROUNDING), den));
  reg f = reg_div(reg_mul(reg_spread(by), num), rest);
  return reg_where(d1, reg_spread(SW_GRANGER_SINGULAR), reg_where(d2, pivot, f));
}
