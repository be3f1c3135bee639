/* See convergence.h.
 *
 * Called by measure/model/convergence.c once per variable and period or span; pure, so by any
 * thread. O(n) each, but for the trend, O(n lags). */
#include "kernel/linear/convergence.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* ---- dispersion ------------------------------------------------------------------------- */

/* Deviations from the rounded mean sum to what its rounding cost: taken off again, so that the
 * result hardly depends on the order of the values. */
sw_spread sw_spread_of(const double *x, int64_t n) {
  double sum = 0, rest = 0, squares = 0;
  for (int64_t i = 0; i < n; i++)
    sum += x[i];
  double mean = sum / (double)n;
  for (int64_t i = 0; i < n; i++) {
    double apart = x[i] - mean;
    rest += apart;
    squares += apart * apart;
  }
  squares -= rest * rest / (double)n;
  double variance = squares > 0 ? squares / (double)(n - 1) : 0;
  return (sw_spread){mean + rest / (double)n, n < 2 ? NAN : sqrt(variance)};
}

/* ---- trend ------------------------------------------------------------------------------ */

static double mean_of(const double *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[i];
  return sum / n;
}

/* Scores are x e with x about its mean, so that the slope's part of the sandwich stands alone.
 * Newey & West 1987: the sum of autocovariances with Bartlett's weights 1 - l/(L + 1), which keep
 * it from being negative in exact arithmetic. L = floor(4 (n/100)^(2/9)) is their rule of thumb. */
static double long_run_sum(const double *score, int n) {
  int lags = (int)floor(4 * pow(n / 100., 2. / 9));
  double sum = 0;
  /* Lags beyond the series are not there: with n of 8 or more L is 2 or more and below n anyway. */
  for (int lag = 0; lag <= lags && lag < n; lag++) {
    double weight = (lag == 0 ? 1 : 2) * (1 - (double)lag / (lags + 1)), products = 0;
    for (int i = lag; i < n; i++)
      products += score[i] * score[i - lag];
    sum += weight * products;
  }
  return sum;
}

/* The error is that of a sandwich: sqrt(long-run sum of x e)/sum x^2. A sum that rounding makes
 * negative gives NaN. */
sw_sigma_trend sw_sigma_trend_of(const double *time, const double *y, int n, double *scratch) {
  sw_sigma_trend out = {NAN, NAN, NAN};
  double xx = 0, xy = 0;
  if (n < SW_SIGMA_LEAST) return out;
  /* Deviations from the mean of time: a year near 2000 squared would cost seven digits. */
  double t0 = mean_of(time, n), y0 = mean_of(y, n);
  for (int i = 0; i < n; i++) {
    xx += (time[i] - t0) * (time[i] - t0);
    xy += (time[i] - t0) * (y[i] - y0);
  }
  out.slope = xy / xx;
  for (int i = 0; i < n; i++) {
    double x = time[i] - t0;
    scratch[i] = x * (y[i] - y0 - out.slope * x);
  }
  out.se = sqrt(long_run_sum(scratch, n)) / xx;
  double t = fabs(out.slope) / out.se;
  /* The normal theory of the sandwich is asymptotic; n - 2 degrees of freedom are the usual, more
   * careful choice. */
  out.p = isnan(t) ? NAN : 2 * gsl_cdf_tdist_Q(t, n - 2);
  return out;
}

/* ---- two dispersions -------------------------------------------------------------------- */

/* u + v and u - v are uncorrelated where u and v vary as much. Pitman's and Morgan's argument:
 * cov(u + v, u - v) = var u - var v. */
static double correlation(const double *u, const double *v, int64_t n) {
  double mean_sum = 0, mean_difference = 0, ss = 0, dd = 0, sd = 0;
  double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY}, most = 0;
  for (int64_t i = 0; i < n; i++) {
    /* Both are formed again in the second pass, which is cheaper than memory for them. */
    double two[2] = {u[i] + v[i], u[i] - v[i]};
    mean_sum += two[0];
    mean_difference += two[1];
    most = fabs(u[i]) > most ? fabs(u[i]) : most;
    most = fabs(v[i]) > most ? fabs(v[i]) : most;
    for (int k = 0; k < 2; k++) {
      lo[k] = two[k] < lo[k] ? two[k] : lo[k];
      hi[k] = two[k] > hi[k] ? two[k] : hi[k];
    }
  }
  /* Sum and difference have the rounding of what they are made of, whatever their own size. */
  double rounding = most * 0x1p-50;
  if (!(hi[0] - lo[0] > rounding) || !(hi[1] - lo[1] > rounding)) return NAN;
  mean_sum /= (double)n;
  mean_difference /= (double)n;
  for (int64_t i = 0; i < n; i++) {
    double s = u[i] + v[i] - mean_sum, d = u[i] - v[i] - mean_difference;
    ss += s * s;
    dd += d * d;
    sd += s * d;
  }
  double r = sd / sqrt(ss * dd);
  /* Rounding may pass 1 by a last bit, which would make the root of 1 - r^2 a NaN. */
  return r > 1 ? 1 : r < -1 ? -1 : r;
}

/* u and v vary alike if and only if u + v and u - v are uncorrelated: t tests that correlation, T2
 * the likelihood ratio of it, with Carree & Klomp's n - 2.5. */
sw_two_spreads sw_two_spreads_of(const double *u, const double *v, int64_t n) {
  sw_two_spreads out = {NAN, NAN, NAN, NAN};
  if (n < 3) return out;
  double r = correlation(u, v, n), df = (double)(n - 2);
  if (isnan(r)) return out;
  /* r of 1 or -1 gives an infinite t and p = 0, which is right: one of the two has no dispersion of
   * its own. */
  out.t = r * sqrt(df / (1 - r * r));
  out.p = 2 * gsl_cdf_tdist_Q(fabs(out.t), df);
  /* log1p keeps the digits of a small r^2. */
  out.t2 = -((double)n - 2.5) * log1p(-r * r);
  out.t2_p = gsl_cdf_chisq_Q(out.t2, 1);
  return out;
}

/* ---- speed ------------------------------------------------------------------------------ */

/* Solves b = -(1 - exp(-speed T))/T. Without a gap that closes, or with one that closes beyond
 * zero, there is no speed. se: delta method. */
sw_speed sw_speed_of(double b, double se, double periods) {
  /* The share of the gap that is left after T periods; at 0 or less the gap would have closed
   * within them. */
  double left = 1 + b * periods; /* of the gap at the end */
  if (!(b < 0) || !(left > 0)) return (sw_speed){NAN, NAN, NAN};
  /* d speed / d b = -1/(1 + bT), so the error is se over what is left. */
  double speed = -log1p(b * periods) / periods;
  return (sw_speed){speed, se / left, M_LN2 / speed};
}
