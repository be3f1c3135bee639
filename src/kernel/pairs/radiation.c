/* The loops of the radiation model. Masses are met in the order of distance, so every step reads
 * and writes at a place of its own: what bounds them is the second-level cache, not arithmetic.
 * Several periods side by side cost little more than one, as a place then holds all of them; and
 * the running sum, a chain of additions, goes on in each lane by itself.
 *
 * The sum is taken one mass after another, never by blocks: it is the same whether a period is
 * alone or in a lane. */
#include "kernel/pairs/radiation.h"

#include <string.h>

enum { LANES = SW_RADIATION_LANES };

typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t m4 __attribute__((vector_size(32), aligned(8), may_alias));
_Static_assert(LANES == 4, "a lane of a vector is a period");

/* The formula, of one pair; `s`: the mass that is nearer. */
SW_INLINE double flow(double own, double factor, double mass, double s) {
  double with = own + s;
  return factor * mass / (with * (with + mass));
}

/* ---- one period ------------------------------------------------------------------------- */

double sw_radiation_before(sw_radiation_row row, const double *restrict mass,
                           double *restrict before) {
  const int32_t *restrict order = row.order;
  double s = 0;
  for (int64_t k = 0; k < row.placed; k++) {
    double m = mass[order[k]];
    before[order[k]] = s;
    s += m == m ? m : 0;
  }
  return s;
}

SW_HOT void sw_radiation_flows(int64_t n, double own, double factor, const double *restrict mass,
                               double *restrict out) {
  for (int64_t j = 0; j < n; j++)
    out[j] = flow(own, factor, mass[j], out[j]);
}

/* ---- several periods -------------------------------------------------------------------- */

SW_HOT void sw_radiation_weave(int64_t n, const double *const *mass, double *restrict woven) {
  for (int l = 0; l < LANES; l++)
    for (int64_t j = 0; j < n; j++)
      woven[j * LANES + l] = mass[l][j];
}

/* Only where the factor of a row depends on the sum of its masses. x == x masks NaN to 0. */
SW_HOT void sw_radiation_totals(sw_radiation_row row, const double *restrict woven,
                                double *restrict all) {
  v4 s = {0};
  for (int64_t k = 0; k < row.placed; k++) {
    v4 m = *(const v4 *)(woven + (int64_t)row.order[k] * LANES);
    s += (v4)((m4)m & (m == m));
  }
  *(v4 *)all = s;
}

/* One unit of the row; *s: the masses nearer than it, by lanes. */
SW_INLINE void lanes_step(int64_t at, const double *restrict woven, const v4 *mine, const v4 *scale,
                          v4 *s, double *restrict out) {
  v4 m = *(const v4 *)(woven + at), with = *mine + *s;
  *(v4 *)(out + at) = *scale * m / (with * (with + m));
  *s += (v4)((m4)m & (m == m));
}

/* How many units ahead masses are fetched: they come in no order that the machine could foresee,
 * and of some thousands of units they do not fit into the second-level cache. Flows need no such
 * help, as nothing waits for what is stored. */
enum { AHEAD = 16 };

SW_HOT void sw_radiation_lanes(sw_radiation_row row, const double *restrict own,
                               const double *restrict factor, const double *restrict woven,
                               double *restrict out) {
  v4 s = {0}, mine = *(const v4 *)own, scale = *(const v4 *)factor;
  int64_t k = 0;
  for (; k < row.placed - AHEAD; k++) {
    __builtin_prefetch(woven + (int64_t)row.order[k + AHEAD] * LANES);
    lanes_step((int64_t)row.order[k] * LANES, woven, &mine, &scale, &s, out);
  }
  for (; k < row.placed; k++)
    lanes_step((int64_t)row.order[k] * LANES, woven, &mine, &scale, &s, out);
}

/* Four units by four periods at a time: read as four vectors, written as four. */
SW_HOT void sw_radiation_unweave(int64_t n, const double *restrict woven, double *const *out) {
  int64_t j = 0;
  for (; j + LANES <= n; j += LANES) {
    const v4 *at = (const v4 *)(woven + j * LANES);
    v4 even01 = __builtin_shufflevector(at[0], at[1], 0, 4, 2, 6);
    v4 odd01 = __builtin_shufflevector(at[0], at[1], 1, 5, 3, 7);
    v4 even23 = __builtin_shufflevector(at[2], at[3], 0, 4, 2, 6);
    v4 odd23 = __builtin_shufflevector(at[2], at[3], 1, 5, 3, 7);
    *(v4 *)(out[0] + j) = __builtin_shufflevector(even01, even23, 0, 1, 4, 5);
    *(v4 *)(out[1] + j) = __builtin_shufflevector(odd01, odd23, 0, 1, 4, 5);
    *(v4 *)(out[2] + j) = __builtin_shufflevector(even01, even23, 2, 3, 6, 7);
    *(v4 *)(out[3] + j) = __builtin_shufflevector(odd01, odd23, 2, 3, 6, 7);
  }
  for (; j < n; j++)
    for (int l = 0; l < LANES; l++)
      out[l][j] = woven[j * LANES + l];
}
