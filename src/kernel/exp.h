/* Own logarithm and exponential for hot loops, as they vectorise on every instruction set with the
 * same bits, which a mathematics library does not promise: neither between its versions nor between
 * its scalar and its vector functions. */
#ifndef SW_KERNEL_EXP_H
#define SW_KERNEL_EXP_H

#include "kernel/hot.h"

#include <stdint.h>
#include <string.h>

SW_INLINE uint64_t sw_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

SW_INLINE double sw_from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* ln x, x positive and normal; about 1 ulp. x = 2^k m with sqrt(1/2) <= m < sqrt(2), and ln m =
 * 2 atanh(s), s = (m - 1)/(m + 1): the series s + s^3/3 + ..., fitted (error 3e-20). ln 2 is
 * taken in two parts, the first of few digits, so that k times it is exact. */
SW_INLINE double sw_ln(double x) {
  const uint64_t root_half = 0x3fe6a09e667f3bcdu, one = (uint64_t)1 << 52;
  /* Shifting by the bits of sqrt(1/2) lets the exponent field step where m does: it holds k +
   * 1024 then, above zero for every x. OR-ing it into the bits of 2^52 makes a double of it
   * without a conversion, which AVX2 lacks for 64 bits. */
  uint64_t shifted = sw_bits(x) - root_half + 1024 * one;
  double k = sw_from_bits((shifted >> 52) | 0x4330000000000000u) - (0x1p52 + 1024);
  double m = sw_from_bits((shifted & (one - 1)) + root_half);
  double f = m - 1, s = f / (m + 1), z = s * s;
  double p = 0.13086767009948173713;
  p = __builtin_fma(p, z, 0.13268759668560612686);
  p = __builtin_fma(p, z, 0.15386240205813477879);
  p = __builtin_fma(p, z, 0.181817956308847532);
  p = __builtin_fma(p, z, 0.22222222391800469329);
  p = __builtin_fma(p, z, 0.28571428570803230015);
  p = __builtin_fma(p, z, 0.40000000000000877606);
  p = __builtin_fma(p, z, 0.66666666666666666465);
  /* 2s = f - s f, so the rounding of s is not felt. */
  double tail = __builtin_fma(k, 1.6465949582897081281e-12, s * __builtin_fma(p, z, -f));
  return __builtin_fma(k, 0x1.62e42fefa0000p-1, f + tail);
}

/* Results of sw_exp beyond which its argument may have been cut. */
#define SW_EXP_MOST 0x1.7p1021
#define SW_EXP_LEAST 0x1.8p-1022

/* e^y; y is held within +-708, where the result is normal; about 1 ulp. y = n ln 2 + r with |r|
 * <= ln(2)/2: a polynomial for e^r, and n added to its exponent. */
SW_INLINE double sw_exp(double y) {
  y = y > 708 ? 708 : y; /* so that NaN stays */
  y = y < -708 ? -708 : y;
  /* Adding 1.5 * 2^52 rounds y / ln 2 to the integer n and leaves n in the low bits of `shift`,
   * from where it is moved into the exponent at the end. */
  double shift = __builtin_fma(y, 0x1.71547652b82fep+0, 0x1.8p52), n = shift - 0x1.8p52;
  double r = __builtin_fma(n, -0x1.62e42fefa0000p-1, y);
  r = __builtin_fma(n, -1.6465949582897081281e-12, r);
  double p = 2.5100385495510319078e-8;
  p = __builtin_fma(p, r, 2.7620088445409748161e-7);
  p = __builtin_fma(p, r, 2.7557268459997064772e-6);
  p = __builtin_fma(p, r, 0.000024801521295954375131);
  p = __builtin_fma(p, r, 0.00019841269863053616878);
  p = __builtin_fma(p, r, 0.0013888888917213716901);
  p = __builtin_fma(p, r, 0.0083333333333300618325);
  p = __builtin_fma(p, r, 0.041666666666624127873);
  p = __builtin_fma(p, r, 0.16666666666666667453);
  p = __builtin_fma(p, r, 0.50000000000000010221);
  p = 1 + __builtin_fma(p, r * r, r);
  return sw_from_bits(sw_bits(p) + (sw_bits(shift) << 52));
}

#endif
