/* Bivariate Moran's I; see bivariate.h. Sums run in the order of units and, within a row, of links.
 *
 *
 * Called once per pair of variables and period, by any thread in its own workspace. O(links +
 * n). */
#include "kernel/autocorrelation/bivariate.h"

#include <math.h>

#include "kernel/series/stats.h"
#include "kernel/space/centred.h"

size_t sw_moran_bivariate_workspace(int64_t n) {
  return 3 * (size_t)n * sizeof(double) + sw_in_use_workspace(n);
}

/* What a value of y counts: weight[j] = sum_i zx_i w_ij. zx is 0 where a unit is not used, and
 * factor scales rows that lost neighbours to gaps. */
static void weigh(const sw_in_use *s, const double *zx, double *weight) {
  const sw_links *links = s->links;
  for (int64_t j = 0; j < links->n; j++)
    weight[j] = 0;
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t e = links->row_start[i]; s->used[i] && e < links->row_start[i + 1]; e++)
      weight[links->to[e]] += zx[i] * (links->value[e] * s->factor[i]);
}

/* zx'W zy, row by row as for one variable, so that I of a variable with itself is Moran's I. The
 * row's factor is applied once, after the sum. */
static double cross_product(const sw_in_use *s, const double *zx, const double *zy) {
  const sw_links *links = s->links;
  double sum = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double lag = 0;
    for (int64_t e = links->row_start[i]; s->used[i] && e < links->row_start[i + 1]; e++)
      lag += links->value[e] * zy[links->to[e]]; /* 0 where not used */
    sum += zx[i] * (lag * s->factor[i]);
  }
  return sum;
}

/* sum (a - mean a)^2 over the units used. The mean is taken off before squaring, as weights of a
 * standardised W are nearly equal. */
static double spread_of(const sw_in_use *s, const double *weight) {
  double sum = 0, squares = 0;
  for (int64_t j = 0; j < s->links->n; j++)
    if (s->used[j]) sum += weight[j];
  double mean = sum / s->count;
  for (int64_t j = 0; j < s->links->n; j++)
    if (s->used[j]) squares += (weight[j] - mean) * (weight[j] - mean);
  return squares;
}

/* I = (n/S0) zx'W zy/(|zx||zy|). Under permutation of y alone, x and W held, it is a linear
 * statistic of y: expectation 0 and the variance of a weighted sum of values drawn without
 * replacement, exactly, from the spread of the weights. */
sw_moran sw_moran_bivariate(const sw_links *links, bool row_standardised, sw_islands islands,
                            const double *x, const double *y, void *workspace) {
  double *zx = workspace, *zy = zx + links->n, *weight = zy + links->n;
  for (int64_t i = 0; i < links->n; i++)
    /* A unit enters with both values only; `weight` serves as scratch before it is needed. */
    weight[i] = isnan(y[i]) ? NAN : x[i]; /* who has both */
  sw_in_use s = sw_in_use_of(links, row_standardised, islands, weight, weight + links->n);
  sw_moran m = {NAN, NAN, NAN, NAN, NAN, NAN, s.count, SW_MORAN_DEFINED};
  sw_weight_sums w = sw_in_use_sums(&s);
  sw_centred of_x = {0}, of_y = {0};
  if (m.n_used < 2)
    m.undefined = SW_MORAN_FEW;
  else if (!(of_x = sw_centre(x, links->n, s.used, zx)).varies ||
           !(of_y = sw_centre(y, links->n, s.used, zy)).varies)
    m.undefined = SW_MORAN_CONSTANT;
  else if (s.scale < 2 || w.s0 == 0)
    m.undefined = SW_MORAN_NO_LINKS;
  if (m.undefined != SW_MORAN_DEFINED) return m;
  /* Roots of each square rather than of the product, which could overflow. */
  double scale = s.scale / w.s0, size = sqrt(of_x.square) * sqrt(of_y.square);
  m.i = scale * cross_product(&s, zx, zy) / size;
  m.expected = 0;
  weigh(&s, zx, weight);
  m.variance_randomisation = scale * scale * spread_of(&s, weight) / (of_x.square * (s.count - 1));
  if (m.variance_randomisation > 0) m.z = m.i / sqrt(m.variance_randomisation);
  m.p_value = sw_normal_two_sided(m.z);
  return m;
}
