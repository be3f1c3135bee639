/* Geary's C of one period: of the same weights and deviations as Moran's I. Pure, by any thread, in
 * the thread's workspace; sums run in the order of units and, within a row, of links. */
#include "kernel/autocorrelation/geary.h"

#include <math.h>

#include "kernel/series/stats.h"
#include "kernel/space/centred.h"

size_t sw_geary_workspace(int64_t n) {
  return (size_t)n * sizeof(double) + sw_in_use_workspace(n);
}

/* sum w_ij (z_i - z_j)^2 A pair enters where both units are used; links that lead out of use weigh
 * nothing. */
static double square_differences(const sw_in_use *s, const double *z) {
  const sw_links *links = s->links;
  double sum = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double row = 0;
    for (int64_t e = links->row_start[i]; s->used[i] && e < links->row_start[i + 1]; e++) {
      double apart = z[i] - z[links->to[e]];
      if (s->used[links->to[e]]) row += links->value[e] * (apart * apart);
    }
    sum += row * s->factor[i];
  }
  return sum;
}

/* The variance under randomisation, Cliff & Ord 1981, as a sum of two parts that are not negative,
 * as that of Moran's I: of the parts of the weights, row effects a_i give 2 n sum a_i z_i^2, the
 * rest e_ij gives -2 sum e_ij z_i z_j, and both are uncorrelated under permutation. With A = sum
 * a_i^2, T = sum e_ij^2 and the kurtosis k = N F/Q^2:
 *
 *   S0^2 Var = A n (n - 1)(k - 1) + 2 T (n - 1)(n^2 - 3n + 3 - k (n - 1))/(n (n - 2)(n - 3))
 *
 * It is the polynomial of the textbook, which subtracts numbers far above its result. Undefined
 * below 4 units, where (n - 2)(n - 3) vanishes. */
static double randomisation(sw_weight_sums w, const sw_centred *v, double n) {
  sw_weight_parts part = sw_weight_sums_parts(w, n);
  double rows = part.effects * n * (n - 1) * -sw_centred_remainder(v, 1, v->count);
  double links = 2 * part.rest * (n - 1) / (n * (n - 2) * (n - 3)) *
                 sw_centred_remainder(v, n * n - 3 * n + 3, (n - 1) * v->count);
  return (rows + links) / (w.s0 * w.s0);
}

/* n is the scale, as for Moran's I. The normality form needs no values, so it exists for three
 * units. */
static void moments(sw_geary *g, sw_weight_sums w, double n, const sw_centred *v) {
  double s02 = w.s0 * w.s0;
  g->expected = 1;
  g->variance_normality =
      n > 2 ? ((2 * w.s1 + w.s2) * (n - 1) - 4 * s02) / (2 * (n + 1) * s02) : NAN;
  g->variance_randomisation = n > 3 ? randomisation(w, v, n) : NAN;
  if (g->variance_randomisation > 0) g->z = (g->c - 1) / sqrt(g->variance_randomisation);
  g->p_value = sw_normal_two_sided(g->z);
}

/* Geary's C of one period, with moments under both assumptions. O(links). See geary.h for formulas;
 * figures that are undefined stay NaN, with the reason. */
sw_geary sw_geary_compute(const sw_links *links, bool row_standardised, sw_islands islands,
                          const double *x, void *workspace) {
  double *z = workspace;
  sw_in_use s = sw_in_use_of(links, row_standardised, islands, x, z + links->n);
  sw_geary g = {NAN, NAN, NAN, NAN, NAN, NAN, s.count, SW_MORAN_DEFINED};
  sw_weight_sums w = sw_in_use_sums(&s);
  sw_centred v = {0};
  if (g.n_used < 2)
    g.undefined = SW_MORAN_FEW;
  else if (!(v = sw_centre(x, links->n, s.used, z)).varies)
    g.undefined = SW_MORAN_CONSTANT;
  else if (s.scale < 2 || w.s0 == 0)
    g.undefined = SW_MORAN_NO_LINKS;
  if (g.undefined != SW_MORAN_DEFINED) return g;
  /* C = (n - 1)/(2 S0) sum w_ij (z_i - z_j)^2/sum z^2. */
  g.c = (s.scale - 1) / (2 * w.s0) * square_differences(&s, z) / v.square;
  moments(&g, w, s.scale, &v);
  return g;
}
