/* Loops over a row of pairs for models of flows: logarithms of distances, expected flows, and their
 * sums. A row is read several times while it is in the second cache. Called by the tiles of
 * `calibrate` (measure/calibrate/tile.c), n columns per call and no allocation. `ok` and `open` are
 * 0 or 1 and multiply, so that pairs that do not count cost no branch and add 0. */
#include "kernel/flows/row.h"

#include "kernel/exp.h"
#include "kernel/pairs/lanes.h"

/* ---- values ------------------------------------------------------------------------------ */

/* ln d = -(ln v + shift)/2: v is 1/d^2 up to a scale whose logarithm is `shift`. v of 0 or infinity
 * (no distance, the pair with itself) does not count. */
SW_HOT static void logs(int64_t n, double shift, double *restrict l, double *restrict ok) {
  for (int64_t j = 0; j < n; j++) {
    double v = l[j], there = v > 0 && v < __builtin_inf() ? 1.0 : 0.0;
    /* 1 has a logarithm: what is not there is looked at by no sum. */
    double one = there > 0 ? v : 1.0;
    l[j] = there > 0 ? -0.5 * (sw_ln(one) + shift) : 0.0;
    ok[j] = there;
  }
}

/* See `logs`; in place, l comes in as v. */
void sw_row_logs(int64_t n, double shift, double *l, double *ok) {
  logs(n, shift, l, ok);
}

/* mu = exp(k + b x + g l), masked. */
SW_HOT static void flows(int64_t n, double k, double b, double g, const double *restrict x,
                         const double *restrict l, const double *restrict ok,
                         const double *restrict open, double *restrict mu) {
  for (int64_t j = 0; j < n; j++)
    mu[j] = ok[j] * open[j] * sw_exp(__builtin_fma(g, l[j], __builtin_fma(b, x[j], k)));
}

void sw_row_flows(int64_t n, double k, double b, double g, const double *x, const double *l,
                  const double *ok, const double *open, double *mu) {
  flows(n, k, b, g, x, l, ok, open, mu);
}

/* 1 where a pair counts: both masks are 0 or 1. */
void sw_row_mask(int64_t n, const double *ok, const double *open, double *mu) {
  for (int64_t j = 0; j < n; j++)
    mu[j] = ok[j] * open[j];
}

void sw_row_square(int64_t n, double *mu) {
  for (int64_t j = 0; j < n; j++)
    mu[j] *= mu[j];
}

/* ---- sums -------------------------------------------------------------------------------- */

/* What is added to lane j % 8 for column j. Six sums are what a Newton step for b and g needs of a
 * row: w, wx, wl, wxx, wxl, wll. */
SW_INLINE void take(double w, double x, double l, int at, double lane[SW_ROW_SUMS][SW_LANES]) {
  double wx = w * x, wl = w * l;
  lane[SW_ROW_1][at] += w;
  lane[SW_ROW_X][at] += wx;
  lane[SW_ROW_L][at] += wl;
  lane[SW_ROW_XX][at] = __builtin_fma(wx, x, lane[SW_ROW_XX][at]);
  lane[SW_ROW_XL][at] = __builtin_fma(wx, l, lane[SW_ROW_XL][at]);
  lane[SW_ROW_LL][at] = __builtin_fma(wl, l, lane[SW_ROW_LL][at]);
}

/* Sums of a row for one Newton step, by weights mu. */
SW_HOT static void moments(int64_t n, const double *restrict mu, const double *restrict x,
                           const double *restrict l, double *restrict sum) {
  double lane[SW_ROW_SUMS][SW_LANES] = {{0}};
  int64_t j = 0;
  for (; j + SW_LANES <= n; j += SW_LANES)
    for (int at = 0; at < SW_LANES; at++)
      take(mu[j + at], x[j + at], l[j + at], at, lane);
  for (; j < n; j++)
    take(mu[j], x[j], l[j], (int)(j % SW_LANES), lane);
  for (int q = 0; q < SW_ROW_SUMS; q++)
    sum[q] = sw_lanes_join(lane[q]);
}

void sw_row_moments(int64_t n, const double *mu, const double *x, const double *l,
                    double sum[SW_ROW_SUMS]) {
  moments(n, mu, x, l, sum);
}

/* ---- sums of columns --------------------------------------------------------------------- */

/* out += factor mu: a row's part of the columns' sums. */
SW_HOT static void add(int64_t n, double factor, const double *restrict mu, double *restrict out) {
  for (int64_t j = 0; j < n; j++)
    out[j] = __builtin_fma(factor, mu[j], out[j]);
}

void sw_row_add(int64_t n, double factor, const double *mu, double *out) {
  add(n, factor, mu, out);
}

/* One pass makes both: the column sums of one vector, and a scalar for the next step. */
SW_HOT static double turn(int64_t n, double factor, double mean, double y,
                          const double *restrict mu, const double *restrict z,
                          const double *restrict l, double *restrict out) {
  double lane[SW_LANES] = {0};
  int64_t j = 0;
  for (; j + SW_LANES <= n; j += SW_LANES)
    for (int at = 0; at < SW_LANES; at++) {
      double d = factor * mu[j + at] * (__builtin_fma(y, l[j + at], z[j + at]) - mean);
      out[j + at] += d;
      lane[at] = __builtin_fma(d, l[j + at], lane[at]);
    }
  for (; j < n; j++) {
    double d = factor * mu[j] * (__builtin_fma(y, l[j], z[j]) - mean);
    out[j] += d;
    lane[j % SW_LANES] = __builtin_fma(d, l[j], lane[j % SW_LANES]);
  }
  return sw_lanes_join(lane);
}

double sw_row_turn(int64_t n, double factor, double mean, double y, const double *mu,
                   const double *z, const double *l, double *out) {
  return turn(n, factor, mean, y, mu, z, l, out);
}
