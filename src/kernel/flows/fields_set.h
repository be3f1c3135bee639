/* The two strongest fields of a few units, in the registers of one instruction set; included by
 * fields.c. */

/* Registers of units: each has four numbers under way while centres go by. */
#if SW_VEC_BITS == 512
enum { SW_SET(ABREAST) = 4 };
#else
enum { SW_SET(ABREAST) = 2 };
#endif

/* One centre's fields v at the units of a register: they are stored, and compared. Comparisons
 * choose and do not branch: a unit's best changes with nearly every centre at first. What is
 * missing is above nothing. */
SW_INLINE void SW_SET(meet)(reg v, reg of, reg *first, reg *second, reg *of_first, reg *of_second) {
  reg next = reg_if_above(v, *second, of, *of_second);
  *of_second = reg_if_above(v, *first, *of_first, next);
  *of_first = reg_if_above(v, *first, of, *of_first);
  *second = reg_larger(reg_smaller(*first, v), *second);
  *first = reg_larger(v, *first);
}

/* Units from u on, so many registers of them, a constant in all callers; or, of one register, the
 * last `left` units. The results of so many centres lie far apart: unless they were fetched before,
 * what the next units will be written to is asked for meanwhile, else each line would be waited
 * for. */
SW_INLINE void SW_SET(strongest)(const fields *f, int64_t u, int regs, int left, bool fetched) {
  reg first[SW_SET(ABREAST)], second[SW_SET(ABREAST)];
  reg of_first[SW_SET(ABREAST)], of_second[SW_SET(ABREAST)];
  const int units = regs * SW_WIDTH;
  const int64_t ahead = u + 2 * units <= f->n ? units : 0;
  double few[SW_WIDTH] = {0};
  _Pragma("GCC unroll 4") for (int r = 0; r < regs; r++) {
    first[r] = second[r] = reg_spread(0);
    of_first[r] = of_second[r] = reg_spread(__builtin_nan(""));
  }
  for (int k = 0; k < f->k; k++) {
    const int c = f->order[k];
    const double *near = f->w + c * f->stride + u;
    double *to = f->field[c] + u;
    const reg mass = reg_spread(f->z[c]), of = reg_spread(c);
    if (left) memcpy(few, near, (size_t)left * sizeof *few);
    for (int at = 0; at < units && !left && !fetched; at += LINE)
      __builtin_prefetch(to + ahead + at, 1);
    _Pragma("GCC unroll 4") for (int r = 0; r < regs; r++) {
      reg v = reg_mul(mass, reg_load(left ? few : near + r * SW_WIDTH));
      reg_store(left ? few : to + r * SW_WIDTH, v);
      SW_SET(meet)(v, of, &first[r], &second[r], &of_first[r], &of_second[r]);
    }
    if (left) memcpy(to, few, (size_t)left * sizeof *few);
  }
  _Pragma("GCC unroll 4") for (int r = 0; r < regs; r++) {
    reg_store(left ? few : f->first_of + u + r * SW_WIDTH, of_first[r]);
    if (left) memcpy(f->first_of + u, few, (size_t)left * sizeof *few);
    reg_store(left ? few : f->second_of + u + r * SW_WIDTH, of_second[r]);
    if (left) memcpy(f->second_of + u, few, (size_t)left * sizeof *few);
  }
}

static void SW_SET(all_units)(const fields *f) {
  const int64_t step = SW_SET(ABREAST) * SW_WIDTH;
  int64_t u = 0;
  for (; u + step <= f->n && f->fetched; u += step)
    SW_SET(strongest)(f, u, SW_SET(ABREAST), 0, true);
  for (; u + step <= f->n; u += step)
    SW_SET(strongest)(f, u, SW_SET(ABREAST), 0, false);
  for (; u + SW_WIDTH <= f->n; u += SW_WIDTH)
    SW_SET(strongest)(f, u, 1, 0, false);
  if (u < f->n) SW_SET(strongest)(f, u, 1, (int)(f->n - u), false);
}
