/* See detector.h. With strata h of N_h units, means Y_h and population variances,
 *
 *   q = 1 - sum N_h s_h^2/(N s^2),  F = (N - L) q/((L - 1)(1 - q))
 *   lambda = [sum Y_h^2 - (sum sqrt(N_h) Y_h)^2/N]/s^2
 *
 * lambda of unequal strata changes when a constant is added to y; it is there because papers use
 * it.
 *
 * Source: Wang et al. 2010, 2016, Ecological Indicators 67:250-256.
 *
 * Called by measure/model/geodetector.c per factor, pair of factors and period; O(n) each, pure, in
 * the caller's workspace. */
#include "kernel/classes/detector.h"

#include "kernel/series/stats.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* The workspace. Joint strata are as many as units at most. */
typedef struct bench {
  double *mean;            /* by stratum */
  int64_t *count;          /* by stratum */
  int32_t *cell;           /* by unit: its joint stratum */
  int32_t *order;          /* units by the class of the first factor */
  int32_t *start, *number; /* by class: where it begins in `order`; its joint stratum */
} bench;

/* Joint strata are n at most, but a single factor may have more classes than units. */
static int64_t strata_room(int64_t n, int classes) {
  return n > classes ? n : classes;
}

size_t sw_detector_workspace(int64_t n, int classes) {
  size_t strata = (size_t)strata_room(n, classes);
  return strata * (sizeof(double) + sizeof(int64_t)) +
         (2 * (size_t)n + 2 * (size_t)classes + 2) * sizeof(int32_t);
}

/* ---- strata ------------------------------------------------------------------------------ */

/* Counts and means, about a value near y so that no digits go to its level. A stratum of one unit
 * has its own value as mean and counts nowhere. */
static void average(const double *y, const int32_t *stratum, int64_t n, int strata, double *mean,
                    int64_t *count) {
  double origin = n > 0 ? y[0] : 0;
  for (int h = 0; h < strata; h++) {
    mean[h] = 0;
    count[h] = 0;
  }
  for (int64_t i = 0; i < n; i++) {
    mean[stratum[i]] += y[i] - origin;
    count[stratum[i]]++;
  }
  for (int h = 0; h < strata; h++)
    mean[h] = origin + mean[h] / (double)count[h];
}

/* N, L, and the mean over the units used. Strata of a single unit have no variance within and are
 * left out of all sums; how many is reported. */
static double count_strata(const double *y, const int32_t *stratum, int64_t n, int strata,
                           const int64_t *count, sw_detector *d) {
  double lo = INFINITY, hi = -INFINITY, sum = 0, origin = n > 0 ? y[0] : 0;
  for (int h = 0; h < strata; h++) {
    d->strata += count[h] > 1;
    d->single += count[h] == 1;
  }
  for (int64_t i = 0; i < n; i++) {
    if (count[stratum[i]] < 2) continue;
    lo = fmin(lo, y[i]);
    hi = fmax(hi, y[i]);
    sum += y[i] - origin;
    d->n++;
  }
  d->varies = d->n > 0 && sw_stats_vary(lo, hi);
  return origin + sum / (double)d->n;
}

/* The formula of the source, kept as it is (see above). */
static double noncentrality(const double *mean, const int64_t *count, int strata, double n,
                            double variance) {
  double squares = 0, sum = 0;
  for (int h = 0; h < strata; h++) {
    if (count[h] < 2) continue;
    squares += mean[h] * mean[h];
    sum += sqrt((double)count[h]) * mean[h];
  }
  return (squares - sum * sum / n) / variance;
}

/* q of one stratification, with F and its noncentrality: two passes over the units, in their
 * order. */
static sw_detector detect(const double *y, const int32_t *stratum, int64_t n, int strata,
                          double *mean, int64_t *count) {
  sw_detector d = {.q = NAN, .f = NAN, .lambda = NAN};
  double within = 0, total = 0, rest = 0;
  average(y, stratum, n, strata, mean, count);
  double middle = count_strata(y, stratum, n, strata, count, &d);
  if (d.strata < 2 || !d.varies) return d;
  /* Two-pass sums with the correction for the rounding of the mean. */
  for (int64_t i = 0; i < n; i++) {
    if (count[stratum[i]] < 2) continue;
    double about = y[i] - middle, own = y[i] - mean[stratum[i]];
    total += about * about;
    rest += about;
    within += own * own;
  }
  double all = (double)d.n, between = d.strata - 1;
  /* Total and within are sums of squares, so N cancels in q. */
  total -= rest * rest / all;
  d.q = 1 - within / total;
  d.f = (all - d.strata) * d.q / (between * (1 - d.q));
  d.lambda = noncentrality(mean, count, strata, all, total / all);
  return d;
}

/* The workspace begins with the means, as in bench_of. */
sw_detector sw_detector_of(const double *y, const int32_t *stratum, int64_t n, int strata,
                           void *workspace) {
  double *mean = workspace;
  return detect(y, stratum, n, strata, mean, (int64_t *)(mean + strata_room(n, strata)));
}

/* ---- two factors ------------------------------------------------------------------------- */

/* Divides the workspace; sw_detector_workspace counts the same parts. */
static bench bench_of(int64_t n, int classes, void *workspace) {
  int64_t strata = strata_room(n, classes);
  bench w = {.mean = workspace};
  w.count = (int64_t *)(w.mean + strata);
  w.cell = (int32_t *)(w.count + strata);
  w.order = w.cell + n;
  w.start = w.order + n;
  w.number = w.start + classes + 1;
  return w;
}

/* Units by class of `a`, in their order within a class. Counting sort, O(n + classes). */
static void sort_by_class(const int32_t *a, int n_a, int64_t n, bench *w) {
  memset(w->start, 0, ((size_t)n_a + 1) * sizeof *w->start);
  for (int64_t i = 0; i < n; i++)
    w->start[a[i] + 1]++;
  for (int h = 0; h < n_a; h++)
    w->start[h + 1] += w->start[h];
  for (int64_t i = 0; i < n; i++)
    w->order[w->start[a[i]]++] = (int32_t)i;
  /* Each start has moved to the next class's: back by one. */
  for (int h = n_a; h > 0; h--)
    w->start[h] = w->start[h - 1];
  w->start[0] = 0;
}

/* Numbers the joint strata that are present, class of `a` by class. The table of numbers is one row
 * of classes, reused from class to class of `a`, so joint strata cost n and not n_a n_b. */
static int number_cells(const int32_t *b, int n_a, int n_b, bench *w) {
  int cells = 0;
  for (int h = 0; h < n_a; h++) {
    for (int g = 0; g < n_b; g++)
      w->number[g] = -1;
    for (int32_t at = w->start[h]; at < w->start[h + 1]; at++) {
      int32_t unit = w->order[at];
      if (w->number[b[unit]] < 0) w->number[b[unit]] = cells++;
      w->cell[unit] = w->number[b[unit]];
    }
  }
  return cells;
}

/* q of two factors together: the strata are the pairs of classes that occur, numbered by
 * sorting. */
sw_detector sw_detector_cross(const double *y, const int32_t *a, int n_a, const int32_t *b, int n_b,
                              int64_t n, void *workspace) {
  bench w = bench_of(n, n_a > n_b ? n_a : n_b, workspace);
  sort_by_class(a, n_a, n, &w);
  int cells = number_cells(b, n_a, n_b, &w);
  return detect(y, w.cell, n, cells, w.mean, w.count);
}

/* Wang's five kinds of interaction by where q of both lies: below both, between, above both, at or
 * above their sum. 1e-12 is the rounding of three quotients. */
sw_interaction sw_detector_interaction(double q1, double q2, double q) {
  double least = fmin(q1, q2), most = fmax(q1, q2), sum = q1 + q2;
  if (isnan(q1) || isnan(q2) || isnan(q)) return SW_INTERACTION_NONE;
  if (fabs(q - sum) <= 1e-12) return SW_INTERACTION_INDEPENDENT;
  if (q > sum) return SW_INTERACTION_NONLINEAR_ENHANCEMENT;
  if (q > most) return SW_INTERACTION_TWO_FACTOR;
  return q >= least ? SW_INTERACTION_ONE_FACTOR_WEAKENING : SW_INTERACTION_NONLINEAR_WEAKENING;
}

/* ---- the test ---------------------------------------------------------------------------- */

/* Upper tail of the noncentral F: the sum over j of Poisson(j; lambda/2) times the tail of
 * Beta(df1/2 + j, df2/2). All j within 12 standard deviations of the Poisson law count, and 40
 * more, as one of small mean has a longer tail than its deviation says. */
static double noncentral_tail(double f, double df1, double df2, double lambda) {
  double half = lambda / 2, reach = 12 * sqrt(half) + 40, tail = 0;
  double x = df1 * f / (df1 * f + df2);
  for (double j = fmax(0, floor(half - reach)); j <= half + reach; j++) {
    /* By logarithms, as (lambda/2)^j overflows. */
    double weight = exp(j * log(half) - half - lgamma(j + 1));
    tail += weight * gsl_cdf_beta_Q(x, df1 / 2 + j, df2 / 2);
  }
  return fmin(tail, 1);
}

/* The study chooses between the noncentral and the central law. */
double sw_detector_p(const sw_detector *d, bool noncentral) {
  double df1 = d->strata - 1, df2 = (double)d->n - d->strata;
  if (isnan(d->f)) return NAN;
  if (isinf(d->f)) return 0; /* nothing lies within strata */
  if (noncentral && d->lambda > 0) return noncentral_tail(fmax(d->f, 0), df1, df2, d->lambda);
  return gsl_cdf_fdist_Q(fmax(d->f, 0), df1, df2);
}
