/* Moran's I of one period, of weights among the units with a value (in_use.h) and of their
 * deviations from the mean (centred.h).
 *
 * Called once per period by moran's tile: pure, by any thread, in the thread's workspace. Sums run
 * in the order of units and, within a row, of links. */
#include "kernel/space/moran.h"

#include <math.h>

#include "kernel/series/stats.h"
#include "kernel/space/centred.h"

size_t sw_moran_workspace(int64_t n) {
  return (size_t)n * sizeof(double) + sw_in_use_workspace(n);
}

/* z'Wz, row by row: z_i times the spatial lag of z at i. Islands have lag 0. */
static double cross_product(const sw_in_use *s, const double *z) {
  const sw_links *links = s->links;
  double sum = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double lag = 0;
    for (int64_t e = links->row_start[i]; s->used[i] && e < links->row_start[i + 1]; e++)
      lag += links->value[e] * z[links->to[e]]; /* z is 0 where not used */
    sum += z[i] * (lag * s->factor[i]);
  }
  return sum;
}

/* The variance under randomisation, Cliff & Ord 1981, as a sum of two parts that are not negative.
 * Symmetric weights s_ij are a mean, effects of rows a_i + a_j and a rest e_ij without either;
 * their shares of z'Wz are uncorrelated under permutation. With A = sum a_i^2, T = sum e_ij^2 and
 * the kurtosis k = N F/Q^2:
 *
 *   S0^2 Var = 4 A n (k - 1)/(n - 1) + 2 T n (n^2 - 3n + 3 - k (n - 1))/((n - 1)(n - 2)(n - 3))
 *
 * The textbook's form is the same polynomial, but subtracts numbers n^3 times its result. T of
 * weights that are all equal is zero: then nothing varies. Source: methods.md; the derivation is by
 * orthogonal parts of the weights matrix. */
static double randomisation(sw_weight_sums w, const sw_centred *v, double n) {
  sw_weight_parts part = sw_weight_sums_parts(w, n);
  double rows = 4 * part.effects * n / (n - 1) * -sw_centred_remainder(v, 1, v->count);
  double links = 2 * part.rest * n / ((n - 1) * (n - 2) * (n - 3)) *
                 sw_centred_remainder(v, n * n - 3 * n + 3, (n - 1) * v->count);
  return (rows + links) / (w.s0 * w.s0);
}

/* n is the scale, which with islands: adjust is below the number of values, and kurtosis is that of
 * all values used. Too few units for a variance: NaN, and so are z and p. */
static void moments(sw_moran *m, sw_weight_sums w, double n, const sw_centred *v) {
  double s02 = w.s0 * w.s0, n2 = n * n;
  m->expected = -1 / (n - 1);
  double e2 = m->expected * m->expected;
  /* Cliff & Ord's formula under normality, from S0, S1 and S2 alone. */
  m->variance_normality = n > 2 ? (n2 * w.s1 - n * w.s2 + 3 * s02) / (s02 * (n2 - 1)) - e2 : NAN;
  m->variance_randomisation = n > 3 ? randomisation(w, v, n) : NAN;
  if (m->variance_randomisation > 0) m->z = (m->i - m->expected) / sqrt(m->variance_randomisation);
  m->p_value = sw_normal_two_sided(m->z);
}

/* Nothing varies, or no units are linked: I is undefined, n_used is reported all the same. */
sw_moran sw_moran_compute(const sw_links *links, bool row_standardised, sw_islands islands,
                          const double *x, void *workspace) {
  double *z = workspace;
  sw_in_use s = sw_in_use_of(links, row_standardised, islands, x, z + links->n);
  sw_moran m = {NAN, NAN, NAN, NAN, NAN, NAN, s.count, SW_MORAN_DEFINED};
  sw_weight_sums w = sw_in_use_sums(&s);
  sw_centred v = {0};
  if (m.n_used < 2)
    m.undefined = SW_MORAN_FEW;
  else if (!(v = sw_centre(x, links->n, s.used, z)).varies)
    m.undefined = SW_MORAN_CONSTANT;
  else if (s.scale < 2 || w.s0 == 0)
    m.undefined = SW_MORAN_NO_LINKS;
  if (m.undefined != SW_MORAN_DEFINED) return m;
  m.i = s.scale / w.s0 * cross_product(&s, z) / v.square;
  moments(&m, w, s.scale, &v);
  return m;
}
