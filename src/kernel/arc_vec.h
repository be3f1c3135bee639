/* Near pairs, eight at a time, in the registers of one instruction set; included by the files that
 * make or sum flows. The formula is in arc.c; the operations and their order are the same wherever
 * a pair is made, so that its bits are. */

/* Squared chords of a row's point p = (x, y, z) to eight columns from these on. */
SW_INLINE vec SW_SET(chords)(const vec p[3], const double *x, const double *y, const double *z) {
  vec u = vec_sub(p[0], vec_load(x)), v = vec_sub(p[1], vec_load(y));
  vec w = vec_sub(p[2], vec_load(z));
  return vec_fma(w, w, vec_fma(v, v, vec_mul(u, u)));
}

/* N and u D. */
SW_INLINE void SW_SET(near_ratio)(vec u, vec *over, vec *under) {
  vec n = vec_sub(u, vec_spread(52.957369847139837848));
  vec d = vec_sub(u, vec_spread(214.40758958717790138));
  n = vec_fma(n, u, vec_spread(794.73191621307163718));
  d = vec_fma(d, u, vec_spread(5157.1685873530390226));
  n = vec_fma(n, u, vec_spread(-4482.894496168392406));
  d = vec_fma(d, u, vec_spread(-37808.959425707002493));
  *over = vec_fma(n, u, vec_spread(8466.6769981727979115));
  *under = vec_mul(u, vec_fma(d, u, vec_spread(84746.517347421187278)));
}

/* Quotient q of several that do not wait for each other. `by_steps`, a constant in all callers:
 * every fourth, which keeps the divider and the multipliers busy for about as long. */
SW_INLINE vec SW_SET(quotient)(vec over, vec under, int q, bool by_steps) {
  return by_steps && q % 4 == 1 ? vec_div_by_steps(over, under) : vec_div(over, under);
}
