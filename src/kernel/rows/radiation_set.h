/* Flows of a row in several periods, in the registers of one instruction set; included by
 * radiation.c. */

#if SW_VEC_BITS == 512
/* a / b as the division rounds it, by steps of fma: 1/b from 14 bits to within half a unit of the
 * last place, then the quotient, corrected twice by its remainder; the first makes it one of the
 * two neighbours of a/b, whose remainder is exact, and then the second rounds as it should
 * (Markstein 1990). Where 1/b, the remainders or the quotient leave the range of normal numbers
 * this does not hold; the caller sees to it. NaN and a = 0 come out as from a division. */
SW_INLINE reg SW_SET(quotient)(reg a, reg b) {
  reg y = _mm512_rcp14_pd(b), one = reg_spread(1);
  _Pragma("GCC unroll 3") for (int k = 0; k < 3; k++) y =
      reg_fma(y, _mm512_fnmadd_pd(b, y, one), y);
  reg q = reg_mul(a, y);
  q = reg_fma(_mm512_fnmadd_pd(b, q, a), y, q);
  return reg_fma(_mm512_fnmadd_pd(b, q, a), y, q);
}
#endif

/* The flow to a unit of mass m behind the mass s, as `flow` has it. */
SW_INLINE void SW_SET(step)(const double *from, double *to, reg mine, reg scale, bool by_steps,
                            reg *s) {
  reg m = reg_load(from), with = reg_add(mine, *s);
  reg over = reg_mul(scale, m), under = reg_mul(with, reg_add(with, m));
#if SW_VEC_BITS == 512
  reg_store(to, by_steps ? SW_SET(quotient)(over, under) : reg_div(over, under));
#else
  (void)by_steps;
  reg_store(to, reg_div(over, under));
#endif
  *s = reg_add_if(m, *s, m);
}

/* One unit, by registers of its periods; `regs` is a constant in all callers. */
SW_INLINE void SW_SET(unit)(const double *from, double *to, int regs, const reg *mine,
                            const reg *scale, bool by_steps, reg *s) {
  _Pragma("GCC unroll 4") for (int r = 0; r < regs; r++)
      SW_SET(step)(from + r * SW_WIDTH, to + r * SW_WIDTH, mine[r], scale[r], by_steps, &s[r]);
}

/* Half of the quotients by steps, which the pipes of multiplication take while the divider has the
 * other half. `by_steps` is a constant in all callers, too. */
SW_INLINE void SW_SET(walk)(sw_radiation_row row, const sw_radiation_lanes *lanes, int regs,
                            bool by_steps, const double *restrict woven, double *restrict out) {
  const int32_t *restrict order = row.order;
  reg s[SW_REGS], mine[SW_REGS], scale[SW_REGS];
  int64_t k = 0;
  for (int r = 0; r < regs; r++) {
    s[r] = reg_spread(0);
    mine[r] = reg_load(lanes->own + r * SW_WIDTH);
    scale[r] = reg_load(lanes->factor + r * SW_WIDTH);
  }
  for (; k + 1 < row.placed - AHEAD; k += 2) {
    int64_t at = (int64_t)order[k] * LANES, next = (int64_t)order[k + 1] * LANES;
    __builtin_prefetch(woven + (int64_t)order[k + AHEAD] * LANES);
    __builtin_prefetch(woven + (int64_t)order[k + 1 + AHEAD] * LANES);
    SW_SET(unit)(woven + at, out + at, regs, mine, scale, false, s);
    SW_SET(unit)(woven + next, out + next, regs, mine, scale, by_steps, s);
  }
  for (; k < row.placed; k++) {
    int64_t at = (int64_t)order[k] * LANES;
    SW_SET(unit)(woven + at, out + at, regs, mine, scale, false, s);
  }
}

/* Few periods leave the second half of a line. */
static void SW_SET(together)(sw_radiation_row row, const sw_radiation_lanes *lanes,
                             const double *restrict woven, double *restrict out) {
#if SW_VEC_BITS == 512
  if (lanes->in_range)
    SW_SET(walk)(row, lanes, 1, true, woven, out);
  else
    SW_SET(walk)(row, lanes, 1, false, woven, out);
#else
  if (lanes->periods > LANES / 2)
    SW_SET(walk)(row, lanes, SW_REGS, false, woven, out);
  else
    SW_SET(walk)(row, lanes, SW_REGS / 2, false, woven, out);
#endif
}
