/* G = sum w_ij x_i x_j / sum_{i != j} x_i x_j, i != j. Under permutation the denominator stays.
 * With x = m + z the numerator is m^2 S0 + m sum c_i z_i + z'Wz, c_i the sums of row and column i,
 * so its variance has three parts,
 *
 *   m^2 V_z sum (c_i - mean)^2 n/(n - 1)  -  2 m n m3 sum (c_i - mean)^2/((n - 1)(n - 2))  +  Var
 * z'Wz
 *
 * with V_z and m3 the second and third moments of z, and the last from Moran's I. The textbook's
 * form (Getis and Ord 1992) is the same polynomial in sums of powers of x, which cancel where x
 * varies little about its mean.
 *
 * Pure: one period of one variable, by any thread. Values must not be negative, as
 * the ratio has no meaning otherwise. */
#include "kernel/local/general_g.h"

#include <math.h>

#include "kernel/space/moran.h"

size_t sw_general_g_workspace(int64_t n) {
  return (size_t)n * sizeof(double) + (sw_moran_workspace(n) + 63) / 64 * 64;
}

/* The factor of row i, as in moran: 1 where all its links are in use, 0 where it has lost all. */
static double factor_of(const sw_links *links, bool row_standardised, const double *x, int64_t i) {
  double sum = 0;
  int64_t count = 0, all = links->row_start[i + 1] - links->row_start[i];
  for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++) {
    if (isnan(x[links->to[e]])) continue;
    sum += links->value[e];
    count++;
  }
  return !row_standardised || count == all ? 1 : sum == 0 ? 0 : 1 / sum;
}

/* Sums over the links: c of every unit, S0 and z'Wx. c_i is row plus column sum; both directions of
 * a link count. */
static void sum_links(const sw_links *links, bool row_standardised, const double *x, double *c,
                      double *s0, double *products) {
  for (int64_t i = 0; i < links->n; i++)
    c[i] = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double factor, lag = 0, row = 0;
    if (isnan(x[i])) continue;
    factor = factor_of(links, row_standardised, x, i);
    for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++) {
      int64_t j = links->to[e];
      if (isnan(x[j])) continue;
      double w = links->value[e] * factor;
      c[j] += w;
      row += w;
      lag += w * x[j];
    }
    c[i] += row;
    *s0 += row;
    *products += x[i] * lag;
  }
}

typedef struct powers {
  double n, sum, squares, mean, z2, z3, least;
  int64_t above;
} powers;

/* Two passes: powers about the mean keep their digits. */
static powers powers_of(const double *x, int64_t n) {
  powers p = {.least = INFINITY};
  for (int64_t i = 0; i < n; i++) {
    if (isnan(x[i])) continue;
    p.n += 1;
    p.sum += x[i];
    p.squares += x[i] * x[i];
    p.above += x[i] > 0;
    p.least = x[i] < p.least ? x[i] : p.least;
  }
  p.mean = p.sum / p.n;
  for (int64_t i = 0; i < n; i++) {
    double z = x[i] - p.mean;
    if (isnan(x[i])) continue;
    p.z2 += z * z;
    p.z3 += z * z * z;
  }
  return p;
}

/* `among`: of the units with a value, sum (c_i - mean)^2. The three parts of the head comment; the
 * last is Moran's variance, taken from I to z'Wz by (S0 z2/n)^2. */
static double variance_of(const powers *p, double s0, double among, double moran) {
  double n = p->n, of_squares = s0 * p->z2 / n;
  double linear = p->mean * p->mean * p->z2 / (n - 1) * among;
  double both = -2 * p->mean * p->z3 * among / ((n - 1) * (n - 2));
  return linear + both + (p->z2 > 0 ? of_squares * of_squares * moran : 0);
}

/* Getis and Ord's general G, whose variance is that of Moran's I of the same weights, rescaled. */
sw_general_g sw_general_g_compute(const sw_links *links, bool row_standardised, const double *x,
                                  void *workspace) {
  sw_general_g g = {NAN, NAN, NAN, NAN, SW_GENERAL_G_DEFINED};
  double *c = workspace, s0 = 0, products = 0, among = 0;
  powers p = powers_of(x, links->n);
  sum_links(links, row_standardised, x, c, &s0, &products);
  /* Four units: the third and fourth moments under permutation divide by n - 3 (in Moran's
   * part). */
  if (p.n < 4)
    g.undefined = SW_GENERAL_G_FEW;
  else if (p.least < 0)
    g.undefined = SW_GENERAL_G_NEGATIVE;
  else if (p.above < 2)
    g.undefined = SW_GENERAL_G_NOTHING;
  else if (s0 == 0)
    g.undefined = SW_GENERAL_G_NO_LINKS;
  if (g.undefined != SW_GENERAL_G_DEFINED) return g;
  for (int64_t i = 0; i < links->n; i++)
    /* 2 S0/n is the mean of c. */
    if (!isnan(x[i])) among += (c[i] - 2 * s0 / p.n) * (c[i] - 2 * s0 / p.n);
  double all = p.sum * p.sum - p.squares;
  sw_moran moran = sw_moran_compute(links, row_standardised, SW_ISLANDS_ZERO, x, c + links->n);
  g.g = products / all;
  g.expected = s0 / (p.n * (p.n - 1));
  g.variance = variance_of(&p, s0, among, moran.variance_randomisation) / (all * all);
  if (g.variance > 0) g.z = (g.g - g.expected) / sqrt(g.variance);
  return g;
}
