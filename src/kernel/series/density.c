/* Bandwidths and densities. The sum of kernels takes n exponentials for each point, which is all
 * the cost there is: they are the own ones of kernel/exp.h, four or eight at a time. A kernel below
 * the least normal double counts as 0.
 *
 * Sheather & Jones as R has it (bw.SJ, method "ste"), so that numbers can be held against that:
 * distances of bins instead of values, and the same bracket for the root.
 *
 * Called by measure/global/distribution.c, per period: pure, by any thread. The 1000 bins of
 * Sheather & Jones live on the stack, 16 KiB. */
#include "kernel/series/density.h"

#include <math.h>

#include "kernel/exp.h"
#include "kernel/series/quantile.h"
#include "kernel/series/stats.h"

/* ---- spread ----------------------------------------------------------------------------- */

/* From the first value and not from zero, so that values far from zero with a small spread keep
 * their digits. */
static double deviation_of(const double *x, int64_t n) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < n; i++)
    sum += x[i] - x[0];
  double mean = sum / (double)n;
  for (int64_t i = 0; i < n; i++)
    squares += (x[i] - x[0] - mean) * (x[i] - x[0] - mean);
  return sqrt(squares / (double)(n - 1));
}

/* The lesser of the standard deviation and of the range of quartiles over `normal`, which it is of
 * a standard normal: 1.34 as Silverman rounds it, 1.349 as Sheather & Jones do; R has both. Half of
 * the values may be equal: the range is 0 then and does not count. */
static double spread_of(const double *sorted, int64_t n, double normal) {
  double s = deviation_of(sorted, n);
  double range = sw_quantile(sorted, n, 3, 4) - sw_quantile(sorted, n, 1, 4);
  return range > 0 && range / normal < s ? range / normal : s;
}

static bool have_spread(const double *sorted, int64_t n) {
  return n >= 2 && sw_stats_vary(sorted[0], sorted[n - 1]);
}

/* Silverman 1986, equation 3.31: .9 A n^(-1/5). */
double sw_density_silverman(const double *sorted, int64_t n) {
  if (!have_spread(sorted, n)) return NAN;
  return .9 * spread_of(sorted, n, 1.34) * pow((double)n, -.2);
}

/* ---- Sheather and Jones ----------------------------------------------------------------- */

enum { BINS = 1000 };

/* pairs[d]: pairs of values whose bins are d apart. */
typedef struct distances {
  double n, width;
  double pairs[BINS];
} distances;

/* Counts pairs of values by their distance, in BINS bins: what the functionals of Sheather & Jones
 * need, in O(n + BINS^2). */
static void count_distances(const double *sorted, int64_t n, distances *out) {
  double bin[BINS] = {0};
  /* 1.01: the range is widened by a hundredth, so the largest value does not fall beyond the last
   * bin. */
  *out = (distances){.n = (double)n, .width = (sorted[n - 1] - sorted[0]) * 1.01 / BINS};
  double first = trunc(sorted[0] / out->width);
  for (int64_t i = 0; i < n; i++) {
    double place = trunc(sorted[i] / out->width) - first;
    /* Values much larger than their range are at most a bin or two off. */
    bin[(int)fmin(fmax(place, 0), BINS - 1)]++;
  }
  for (int i = 0; i < BINS; i++) {
    if (bin[i] == 0) continue;
    /* Pairs within one bin are at distance 0; values of a bin with themselves are added in
     * `functional`. */
    out->pairs[0] += bin[i] * (bin[i] - 1) / 2;
    for (int j = 0; j < i; j++)
      out->pairs[i - j] += bin[i] * bin[j];
  }
}

/* The estimate with bandwidth h of the integral of f times its derivative of this order, 4 or 6:
 * the sum of the kernel's derivative over all pairs, each value with itself too. Phi of order 4:
 * z^4 - 6 z^2 + 3, of order 6: z^6 - 15 z^4 + 45 z^2 - 15, times the normal density. Each pair
 * counts twice; a value with itself gives the value at 0, 3 or -15. */
static double functional(const distances *d, int order, double h) {
  double sum = 0;
  for (int k = 0; k < BINS; k++) {
    double z = k * d->width / h, q = z * z;
    if (q >= 1000) break; /* below any double's digits */
    double polynomial = order == 4 ? q * q - 6 * q + 3 : q * q * q - 15 * (q * q) + 45 * q - 15;
    sum += exp(-q / 2) * polynomial * d->pairs[k];
  }
  sum = 2 * sum + (order == 4 ? 3 : -15) * d->n;
  return sum / (d->n * (d->n - 1) * pow(h, order + 1) * sqrt(2 * M_PI));
}

/* What the bandwidth h should be by the curvature that it gives, less h. Sheather & Jones 1991: h =
 * (R(K)/(n S(alpha(h))))^(1/5), R(K) = 1/(2 sqrt pi), and alpha(h) = factor h^(5/7). */
static double excess(const distances *d, double factor, double h) {
  double curvature = functional(d, 4, factor * pow(h, 5. / 7));
  return pow(1 / (2 * sqrt(M_PI) * d->n * curvature), .2) - h;
}

/* The ends are moved in turn until they have different signs between them, then halved down to
 * neighbouring doubles. A NaN of one end is neither sign: then there is no root. The same bracket
 * and steps of 1.2 as bw.SJ of R, up to 99 of them; R stops at a tolerance, here the root is exact
 * to a double. */
static double root_of(const distances *d, double factor, double lo, double hi) {
  double at_lo = excess(d, factor, lo), at_hi = excess(d, factor, hi);
  for (int k = 1; at_lo * at_hi > 0; k++) {
    if (k > 99) return NAN;
    if (k % 2 == 1)
      at_hi = excess(d, factor, hi *= 1.2);
    else
      at_lo = excess(d, factor, lo /= 1.2);
  }
  /* Not <= is true of NaN. */
  if (!(at_lo * at_hi <= 0)) return NAN;
  for (;;) {
    double middle = lo + (hi - lo) / 2;
    /* hi and lo are neighbours: no double lies between. */
    if (!(middle > lo && middle < hi)) return middle;
    if (excess(d, factor, middle) * at_lo > 0)
      lo = middle;
    else
      hi = middle;
  }
}

/* The bandwidth of Sheather & Jones (1991), the "solve the equation" one. NaN: too little spread,
 * or no root. */
double sw_density_sheather_jones(const double *sorted, int64_t n) {
  distances d;
  if (!have_spread(sorted, n)) return NAN;
  count_distances(sorted, n, &d);
  double scale = spread_of(sorted, n, 1.349);
  /* Pilot bandwidths a and b of the paper, for the derivatives of order 4 and 6: 1.24 and 1.23 are
   * its 0.920 and 0.912 times 1.349, as R rounds them. */
  double a = 1.24 * scale * pow(d.n, -1. / 7), b = 1.23 * scale * pow(d.n, -1. / 9);
  double fourth = functional(&d, 4, a), sixth = -functional(&d, 6, b);
  if (!(fourth > 0 && sixth > 0)) return NAN;
  double factor = 1.357 * pow(fourth / sixth, 1. / 7), most = 1.144 * scale * pow(d.n, -.2);
  return root_of(&d, factor, .1 * most, most);
}

/* ---- density ---------------------------------------------------------------------------- */

/* The exponential is computed and then dropped rather than branched over, so that eight lanes run
 * alike. */
SW_INLINE double kernel(double distance, double inverse) {
  double z = distance * inverse, y = -.5 * (z * z), value = sw_exp(y);
  return y > -708 ? value : 0;
}

/* The rest goes into the lanes that it would have in a longer run. */
SW_HOT static double sum_kernels(int64_t n, const double *restrict x, double at, double inverse) {
  double lane[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int l = 0; l < 8; l++)
      lane[l] += kernel(at - x[i + l], inverse);
  /* i % 8 goes on where the whole groups ended, as n - n % 8 is a multiple of 8. */
  for (; i < n; i++)
    lane[i % 8] += kernel(at - x[i], inverse);
  return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

void sw_density_at(const double *x, int64_t n, double bandwidth, const double *at, int points,
                   double *density) {
  for (int k = 0; k < points; k++)
    /* 1/h once for all values; n h sqrt(2 pi) is divided by once per place. */
    density[k] = sum_kernels(n, x, at[k], 1 / bandwidth) / ((double)n * bandwidth * sqrt(2 * M_PI));
}

/* A plateau is walked as one; a maximum at either end counts, as the density falls to zero
 * outside. */
int sw_density_modes(const double *density, int points, double least) {
  double most = 0;
  int modes = 0;
  for (int k = 0; k < points; k++)
    most = density[k] > most ? density[k] : most;
  for (int k = 0, end; k < points; k = end) {
    for (end = k + 1; end < points && density[end] == density[k];)
      end++;
    bool rises = k == 0 || density[k - 1] < density[k];
    bool falls = end == points || density[end] < density[k];
    modes += rises && falls && density[k] > 0 && density[k] >= least * most;
  }
  return modes;
}
