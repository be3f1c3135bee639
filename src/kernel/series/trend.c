/* See trend.h. The slopes of all pairs are sorted, so the cost per series is that of a sort of
 * n (n - 1) / 2 numbers.
 *
 * Sources: Mann 1945; Kendall 1975 (ties); Sen 1968; Hamed & Rao 1998; Pettitt 1979.
 *
 * Called by measure/unit/trend.c for each unit, by any thread with a scratch of its own, which is
 * quadratic in n: some tens or hundreds of periods. */
#include "kernel/series/trend.h"

#include "kernel/series/stats.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Of the standard normal, two-sided at 5%. Two-sided 5%, also Hamed & Rao's choice for which lags
 * count. */
static const double z_95 = 1.959963984540054;

static int64_t pairs_of(int n) {
  return (int64_t)n * (n - 1) / 2;
}

/* Parts of the scratch. `sort` has room for either sort: from 3 values on there are as many pairs.
 */
typedef struct bench {
  double *slope, *sort;         /* by pair */
  double *sorted, *rest, *rank; /* by value */
} bench;

size_t sw_trend_scratch(int n) {
  return (size_t)(2 * pairs_of(n) + 3 * (int64_t)n);
}

static bench make_bench(double *scratch, int n) {
  int64_t pairs = pairs_of(n);
  double *values = scratch + 2 * pairs;
  return (bench){scratch, scratch + pairs, values, values + n, values + 2 * n};
}

static double sign(double x) {
  return (double)((x > 0) - (x < 0));
}

/* ---- least squares ----------------------------------------------------------------------- */

static double mean_of(const double *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[i];
  return sum / n;
}

/* Values that are all equal have a mean that is not, by its rounding: their slope would be some
 * 1e-17, with a p-value. */
static bool is_constant(const double *x, int n) {
  for (int i = 1; i < n; i++)
    if (x[i] != x[0]) return false;
  return true;
}

/* Deviations from the means, so that years near 2000 cost no digits. Squares of residuals are of a
 * size near 1, by a power of two, so that those of very large or very small values are there. A
 * line without residuals has t infinite and p 0; a constant series 0/0. ilogb of the largest
 * deviation makes residuals of size 1: squares of values near 1e-170 would underflow to 0 and feign
 * a perfect line. */
static void fit_line(const double *time, const double *x, int n, sw_trend *out) {
  double t0 = mean_of(time, n), x0 = is_constant(x, n) ? x[0] : mean_of(x, n), most = 0;
  double xx = 0, xy = 0, residual = 0;
  for (int i = 0; i < n; i++) {
    xx += (time[i] - t0) * (time[i] - t0);
    xy += (time[i] - t0) * (x[i] - x0);
    most = fmax(most, fabs(x[i] - x0));
  }
  int size = most > 0 && isfinite(most) ? ilogb(most) : 0;
  out->slope = xy / xx;
  out->intercept = x0 - out->slope * t0;
  for (int i = 0; i < n; i++) {
    double e = scalbn((x[i] - x0) - out->slope * (time[i] - t0), -size);
    residual += e * e;
  }
  out->slope_se = scalbn(sqrt(residual / (n - 2) / xx), size);
  /* 0/0 of a constant series is NaN, and then so is p. */
  double t = fabs(out->slope) / out->slope_se;
  out->p_value = isnan(t) ? NAN : 2 * gsl_cdf_tdist_Q(t, n - 2);
}

/* ---- Mann & Kendall, Sen ----------------------------------------------------------------- */

/* The slopes of all pairs, ascending, and S. Ties of time do not occur, so no slope is infinite. */
static double pair_slopes(const double *time, const double *x, int n, double *slope,
                          double *scratch) {
  double s = 0;
  int64_t count = 0;
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++) {
      s += sign(x[j] - x[i]);
      slope[count++] = (x[j] - x[i]) / (time[j] - time[i]);
    }
  sw_stats_sort_values(slope, count, scratch);
  return s;
}

/* 18 times the variance of S where values are independent: n (n - 1)(2n + 5), less t (t - 1)(2t +
 * 5) for each run of t equal values (Kendall). */
static double variance_of_s(const double *sorted, int n) {
  double variance = (double)n * (n - 1) * (2.0 * n + 5);
  for (int i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && sorted[end] == sorted[i];)
      end++;
    double t = end - i;
    variance -= t * (t - 1) * (2 * t + 5);
  }
  return variance / 18;
}

/* Exact middle of both for even counts. */
static double median_of(const double *sorted, int64_t count) {
  return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* The value at a rank from 1, between two by their distance; beyond the ends there is none. Sen's
 * limits stand at ranks (N -+ z sd)/2, which need not be whole. */
static double value_at_rank(const double *sorted, int64_t count, double rank) {
  if (!(rank >= 1 && rank <= (double)count)) return NAN;
  int64_t below = (int64_t)rank;
  if (below == count) return sorted[count - 1];
  double share = rank - (double)below;
  return sorted[below - 1] + share * (sorted[below] - sorted[below - 1]);
}

/* What the variance of S is multiplied by. Autocorrelations are of the ranks of x less Sen's line,
 * those that differ from zero at 5%; lags count values, not time. All ranks equal: none. Hamed &
 * Rao 1998: 1 + 2/(n (n-1)(n-2)) sum (n-k)(n-k-1)(n-k-2) rho_k. The factor may be zero or negative
 * for series that alternate; the caller then has no variance. */
static double hamed_rao_factor(const double *time, const double *x, int n, double sen,
                               const bench *b) {
  double *rank = b->rank, squares = 0, sum = 0;
  for (int i = 0; i < n; i++)
    b->rest[i] = b->sorted[i] = x[i] - sen * time[i];
  /* Ranks, as the statistic rests on ranks alone; their mean (n + 1)/2 is exact. */
  sw_stats_sort_values(b->sorted, n, b->sort);
  for (int i = 0; i < n; i++) {
    rank[i] = sw_stats_average_rank(b->sorted, n, b->rest[i]) - (n + 1) / 2.0;
    squares += rank[i] * rank[i];
  }
  for (int k = 1; k < n && squares > 0; k++) {
    double products = 0;
    for (int i = 0; i + k < n; i++)
      products += rank[i] * rank[i + k];
    double rho = products / squares;
    if (fabs(rho) > z_95 / sqrt(n)) sum += (double)(n - k) * (n - k - 1) * (n - k - 2) * rho;
  }
  return 1 + 2 * sum / ((double)n * (n - 1) * (n - 2));
}

/* Everything that rests on the variance of S is undefined where the correction leaves none.
 * Continuity: S is moved by 1 towards 0, which sign() leaves alone where S is 0. */
static void test_monotone(const double *time, const double *x, int n, bool hamed_rao,
                          double *scratch, sw_trend *out) {
  int64_t count = pairs_of(n);
  bench b = make_bench(scratch, n);
  out->mk_s = pair_slopes(time, x, n, b.slope, b.sort);
  out->sen = median_of(b.slope, count);
  for (int i = 0; i < n; i++)
    b.sorted[i] = x[i];
  sw_stats_sort_values(b.sorted, n, b.sort);
  double variance = variance_of_s(b.sorted, n);
  if (hamed_rao) variance *= hamed_rao_factor(time, x, n, out->sen, &b);
  double sd = variance > 0 ? sqrt(variance) : NAN;
  out->mk_z = (out->mk_s - sign(out->mk_s)) / sd;
  out->mk_p = sw_normal_two_sided(out->mk_z);
  out->sen_lo = value_at_rank(b.slope, count, ((double)count - z_95 * sd) / 2);
  out->sen_hi = value_at_rank(b.slope, count, ((double)count + z_95 * sd) / 2 + 1);
}

/* ---- Pettitt ----------------------------------------------------------------------------- */

/* U_t = U_(t-1) + sum_j sgn(x_t - x_j); the first of the largest |U|. None where all are equal.
 * O(n^2), no worse than the pairs before. Pettitt's approximation p = 2 exp(-6 K^2/(n^3 + n^2))
 * passes 1 where K is small. */
static void find_change(const double *time, const double *x, int n, sw_trend *out) {
  double u = 0, most = 0;
  out->change = NAN;
  for (int t = 0; t < n - 1; t++) {
    for (int j = 0; j < n; j++)
      u += sign(x[t] - x[j]);
    if (fabs(u) > most) {
      most = fabs(u);
      out->change = time[t];
    }
  }
  double cube = (double)n * n * n, p = 2 * exp(-6 * most * most / (cube + (double)n * n));
  out->pettitt_p = p < 1 ? p : 1;
}

/* All statistics of one series; NaN where it is too short. */
sw_trend sw_trend_of(const double *time, const double *x, int n, bool hamed_rao, double *scratch) {
  sw_trend out = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (n < SW_TREND_LEAST) return out;
  fit_line(time, x, n, &out);
  test_monotone(time, x, n, hamed_rao, scratch, &out);
  find_change(time, x, n, &out);
  return out;
}
