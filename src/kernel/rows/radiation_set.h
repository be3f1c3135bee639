/* Flows of a row in several periods, in the registers of one instruction set; included by
 * radiation.c. */

/* The flow to a unit of mass m behind the mass s, as `flow` has it. */
SW_INLINE void SW_SET(step)(const double *from, double *to, reg mine, reg scale, bool by_steps,
                            reg *s) {
  reg m = reg_load(from), with = reg_add(mine, *s);
  reg over = reg_mul(scale, m), under = reg_mul(with, reg_add(with, m));
  reg_store(to, by_steps ? reg_div_by_steps(over, under) : reg_div(over, under));
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
