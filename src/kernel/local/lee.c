/* L = n/sum_i w_i^2 . sum_i (W zx)_i (W zy)_i / sqrt(SSx SSy), w_i the sum of row i.
 *
 * Its numerator is zx'P zy with P = W'W, symmetric. Under permutation units carry both values
 * along. P is a diagonal d and the rest G; with c_a = zx_a zy_a and B_ab = (zx_a zy_b + zx_b
 * zy_a)/2 the numerator is sum d_i c_i + sum G_ij B_ij, a linear statistic and one of Mantel's,
 * whose variances and covariance follow from sums over d, G, c and B (Lee 2004; Mantel 1967). G is
 * never stored: the sum of its squares is that of W W', row by row, by the columns of W.
 *
 * Pure: one period of one pair of variables, by any thread. W W' by rows costs sum over
 * links of column lengths. */
#include "kernel/local/lee.h"

#include <math.h>

#include "kernel/series/stats.h"

typedef struct scratch {
  double *x, *y;        /* deviations; 0 where not used */
  double *row, *column; /* of W: sums of rows; (W' row) */
  double *d;            /* sums of squares of columns */
  double *own;          /* row k of W W' under way */
  double *weight;       /* of W by links, 0 where not used */
  double *turned;       /* of W by columns */
  int64_t *column_start;
  int32_t *from;
} scratch;

size_t sw_lee_workspace(const sw_links *links) {
  size_t n = (size_t)links->n, e = (size_t)links->row_start[links->n];
  return (6 * n + 2 * e) * sizeof(double) + (n + 2) * sizeof(int64_t) + e * sizeof(int32_t);
}

/* One array of doubles, then the integers behind it: the alignment of both is 8. */
static scratch scratch_of(const sw_links *links, double *at) {
  int64_t n = links->n, e = links->row_start[n];
  scratch s = {.x = at,
               .y = at + n,
               .row = at + 2 * n,
               .column = at + 3 * n,
               .d = at + 4 * n,
               .own = at + 5 * n,
               .weight = at + 6 * n,
               .turned = at + 6 * n + e};
  s.column_start = (int64_t *)(at + 6 * n + 2 * e);
  s.from = (int32_t *)(s.column_start + n + 2);
  return s;
}

/* ---- values ----------------------------------------------------------------------------- */

/* Deviations of x where both are there, scaled by a power of two; their sum of squares, NaN where
 * they do not vary. *count: how many. A power of two changes no digit and keeps squares within
 * range. The mean in two rounds. */
static double deviations(const double *x, const double *other, int64_t n, double *z,
                         double *count) {
  double lo = INFINITY, hi = -INFINITY, mean = 0, squares = 0;
  int exponent = 0;
  *count = 0;
  for (int64_t i = 0; i < n; i++) {
    if (isnan(x[i]) || isnan(other[i])) continue;
    *count += 1;
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  if (*count > 0) frexp(fabs(lo) > fabs(hi) ? lo : hi, &exponent);
  for (int time = 0; time < 2; time++) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
      if (!isnan(x[i]) && !isnan(other[i])) sum += ldexp(x[i], -exponent) - mean;
    mean += sum / *count;
  }
  for (int64_t i = 0; i < n; i++) {
    z[i] = isnan(x[i]) || isnan(other[i]) ? 0 : ldexp(x[i], -exponent) - mean;
    squares += z[i] * z[i];
  }
  return sw_stats_vary(lo, hi) ? squares : NAN;
}

/* ---- weights ---------------------------------------------------------------------------- */

/* Row i among the units in use, as in moran: taken as it is where all its links are. Links out of
 * use have weight 0 rather than being taken out, so that both arrays keep the places of the
 * links. */
static void weigh_row(const sw_links *links, bool row_standardised, const double *x,
                      const double *y, int64_t i, scratch s) {
  double sum = 0;
  int64_t count = 0, lo = links->row_start[i], hi = links->row_start[i + 1];
  bool used = !isnan(x[i]) && !isnan(y[i]);
  for (int64_t e = lo; e < hi; e++) {
    int64_t j = links->to[e];
    s.weight[e] = used && !isnan(x[j]) && !isnan(y[j]) ? links->value[e] : 0;
    count += !isnan(x[j]) && !isnan(y[j]);
    sum += s.weight[e];
  }
  double factor = !row_standardised || count == hi - lo ? 1 : sum == 0 ? 0 : 1 / sum;
  s.row[i] = 0;
  for (int64_t e = lo; e < hi; e++) {
    s.weight[e] *= factor;
    s.row[i] += s.weight[e];
  }
}

/* The columns of W, each in the order of rows. start is kept two places on while counting and one
 * while filling, so it ends as starts. */
static void turn(const sw_links *links, scratch s) {
  int64_t n = links->n, *start = s.column_start;
  for (int64_t j = 0; j < n + 2; j++)
    start[j] = 0;
  for (int64_t e = 0; e < links->row_start[n]; e++)
    start[links->to[e] + 2]++;
  for (int64_t j = 0; j < n; j++)
    start[j + 2] += start[j + 1];
  for (int64_t i = 0; i < n; i++)
    for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++) {
      int64_t at = start[links->to[e] + 1]++;
      s.from[at] = (int32_t)i;
      s.turned[at] = s.weight[e];
    }
}

/* The sum of the squares of all elements of W W': row k is a sum over the columns of its links. Two
 * walks: the first adds up, the second takes the squares and clears. Clearing by the same walk
 * costs what filling did, not n a row. */
static double squares_of_product(const sw_links *links, scratch s) {
  double sum = 0;
  for (int64_t k = 0; k < links->n; k++)
    s.own[k] = 0;
  for (int64_t k = 0; k < links->n; k++) {
    int64_t lo = links->row_start[k], hi = links->row_start[k + 1];
    for (int64_t e = lo; e < hi; e++)
      for (int64_t f = s.column_start[links->to[e]]; f < s.column_start[links->to[e] + 1]; f++)
        s.own[s.from[f]] += s.weight[e] * s.turned[f];
    for (int64_t e = lo; e < hi; e++)
      for (int64_t f = s.column_start[links->to[e]]; f < s.column_start[links->to[e] + 1]; f++) {
        sum += s.own[s.from[f]] * s.own[s.from[f]];
        s.own[s.from[f]] = 0;
      }
  }
  return sum;
}

/* Sums over d, over G and over its rows g. The trace of P is sum d, the sum of P is sum of squares
 * of W's row sums; G is P without its diagonal. */
typedef struct sums {
  double d, d2, g, g_rows, squares, dg; /* d, d^2, G, g^2, G^2, d g */
  double rows;                          /* squares of the sums of rows of W */
} sums;

/* Sums over the weights that the moments of L need: O(links), but for the squares of the product
 * W'W. */
static sums sum_weights(const sw_links *links, scratch s) {
  sums w = {0};
  /* column: W'r, with the row sums r; d: the diagonal of W'W. */
  for (int64_t j = 0; j < links->n; j++) {
    s.column[j] = s.d[j] = 0;
    for (int64_t f = s.column_start[j]; f < s.column_start[j + 1]; f++) {
      s.column[j] += s.turned[f] * s.row[s.from[f]];
      s.d[j] += s.turned[f] * s.turned[f];
    }
  }
  for (int64_t j = 0; j < links->n; j++) {
    double g = s.column[j] - s.d[j];
    w.rows += s.row[j] * s.row[j];
    w.d += s.d[j];
    w.d2 += s.d[j] * s.d[j];
    w.g += g;
    w.g_rows += g * g;
    w.dg += s.d[j] * g;
  }
  w.squares = squares_of_product(links, s) - w.d2;
  return w;
}

/* ---- L ---------------------------------------------------------------------------------- */

/* sum (W zx)_i (W zy)_i. */
static double numerator(const sw_links *links, scratch s) {
  double sum = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double a = 0, b = 0;
    for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++) {
      a += s.weight[e] * s.x[links->to[e]];
      b += s.weight[e] * s.y[links->to[e]];
    }
    sum += a * b;
  }
  return sum;
}

/* Of the numerator. c and c2: sums of c and of its squares; the rows of B sum to -c, all of B to
 * -c; b2: the sum of its squares. A linear part d'c, a Mantel part sum G B, and their covariance,
 * each exact under permutation. Terms by how many units two pairs share: both, one, none. */
static void moments(const sums *w, double n, double c, double c2, double b2, double *mean,
                    double *variance) {
  double pairs = n * (n - 1), triples = pairs * (n - 2), fours = triples * (n - 3);
  double b = -c, linear = w->d * c / n, mantel = w->g * b / pairs;
  double of_linear = (w->d2 - w->d * w->d / n) * (c2 - c * c / n) / (n - 1);
  double both = 2 * w->dg * -c2 / pairs + (w->d * w->g - 2 * w->dg) * (c * b + 2 * c2) / triples;
  double of_pairs = 2 * w->squares * b2 / pairs;
  double of_triples = 4 * (w->g_rows - w->squares) * (c2 - b2) / triples;
  double of_fours =
      (w->g * w->g + 2 * w->squares - 4 * w->g_rows) * (b * b + 2 * b2 - 4 * c2) / fours;
  *mean = linear + mantel;
  *variance = of_linear + 2 * (both - linear * mantel) +
              (of_pairs + of_triples + of_fours - mantel * mantel);
}

/* B is zx_a zy_b made symmetric, as G is. Lee 2004 and spdep take the squares of zx_a zy_b itself,
 * which is no variance of L unless both variables are one. Published values are `variance`; `exact`
 * is the variance of L itself. */
static void put_moments(const sums *w, double n, double ssx, double ssy, scratch s, int64_t units,
                        sw_lee *lee) {
  double c = 0, c2 = 0, scale = n / w->rows / (sqrt(ssx) * sqrt(ssy));
  for (int64_t i = 0; i < units; i++) {
    c += s.x[i] * s.y[i];
    c2 += s.x[i] * s.y[i] * s.x[i] * s.y[i];
  }
  double apart = ssx * ssy - c2;
  moments(w, n, c, c2, apart, &lee->expected, &lee->variance);
  moments(w, n, c, c2, (apart + (c * c - c2)) / 2, &lee->expected, &lee->exact);
  lee->expected *= scale;
  lee->variance *= scale * scale;
  lee->exact *= scale * scale;
}

/* Lee's L of one period. NaN with the reason where it is undefined. */
sw_lee sw_lee_compute(const sw_links *links, bool row_standardised, const double *x,
                      const double *y, void *workspace) {
  sw_lee lee = {NAN, NAN, NAN, NAN, SW_LEE_DEFINED};
  scratch s = scratch_of(links, workspace);
  double n;
  /* Both calls count the same units: those with both values. */
  double ssx = deviations(x, y, links->n, s.x, &n), ssy = deviations(y, x, links->n, s.y, &n);
  for (int64_t i = 0; i < links->n; i++)
    weigh_row(links, row_standardised, x, y, i, s);
  turn(links, s);
  sums w = sum_weights(links, s);
  if (n < 4)
    lee.undefined = SW_LEE_FEW;
  else if (isnan(ssx) || isnan(ssy))
    lee.undefined = SW_LEE_CONSTANT;
  else if (w.rows == 0)
    lee.undefined = SW_LEE_NO_LINKS;
  if (lee.undefined != SW_LEE_DEFINED) return lee;
  lee.l = n / w.rows / (sqrt(ssx) * sqrt(ssy)) * numerator(links, s);
  put_moments(&w, n, ssx, ssy, s, links->n, &lee);
  return lee;
}
