/* Coupling of three systems, in the registers of one instruction set; included by the files that
 * store or sum it. The formula and what holds of its bits are in meta.c. */

#define triple SW_SET(triple)
#define triples SW_SET(triples)
#define ratio SW_SET(ratio)

/* A row's unit: scores, sums of the two others, roots and mates (halved), half of the development.
 */
typedef struct triple {
  reg s[3], f[3], r[3], e[3], half;
} triple;

/* The same of as many columns as a register holds, not halved. */
typedef struct triples {
  reg s[3], f[3], r[3], e[3];
} triples;

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
 * summands. */
SW_INLINE ratio SW_SET(fraction)(const triple *t, int k, const triples *to) {
  reg a = reg_add(t->f[k], to->s[k]), b = reg_add(to->f[k], t->s[k]);
  return (ratio){
      reg_add(reg_mul(reg_mul(t->e[k], to->r[k]), b), reg_mul(reg_mul(to->e[k], t->r[k]), a)),
      reg_mul(a, b)};
}

/* C: three fractions on one denominator. */
SW_INLINE ratio SW_SET(multiply)(const triple *t, const triples *to) {
  ratio x = SW_SET(fraction)(t, 0, to), y = SW_SET(fraction)(t, 1, to);
  ratio z = SW_SET(fraction)(t, 2, to);
  reg two = reg_fma(x.over, y.under, reg_mul(y.over, x.under)), under = reg_mul(x.under, y.under);
  return (ratio){reg_fma(two, z.under, reg_mul(z.over, under)), reg_mul(under, z.under)};
}
