/* Order statistics of draws, and how far their places move by bias and acceleration (bounds.h). One
 * order of operations; nothing allocates. */
#include "kernel/resample/bounds.h"

#include "kernel/series/stats.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* (1 - .95)/2 is not .025 to the bit: a place as near to a whole number as this is that number. */
static const double nearly = 1e-9;

static double whole(double place) {
  double near = nearbyint(place);
  return fabs(place - near) < nearly * near ? near : place;
}

int64_t sw_bounds_least(double level) {
  return (int64_t)ceil(whole(2 / (1 - level))) - 1;
}

/* Place from 1 to m, with a fraction. */
static double at_place(const double *sorted, int64_t m, double place) {
  int64_t below = (int64_t)floor(place);
  double part = place - (double)below;
  if (below >= m) return sorted[m - 1];
  return part == 0 ? sorted[below - 1]
                   : sorted[below - 1] + part * (sorted[below] - sorted[below - 1]);
}

/* Values that are there first, ascending: how many. */
static int64_t put_in_order(double *draw, int64_t count, double *scratch) {
  int64_t m = 0;
  for (int64_t b = 0; b < count; b++)
    if (!isnan(draw[b])) draw[m++] = draw[b];
  sw_stats_sort_values(draw, m, scratch);
  return m;
}

sw_bounds sw_bounds_percentile(double *draw, int64_t count, double level, double estimate,
                               double *scratch) {
  int64_t m = put_in_order(draw, count, scratch);
  sw_bounds bounds = {NAN, NAN, count - m};
  if (isnan(estimate) || m < sw_bounds_least(level)) return bounds;
  double place = whole((double)(m + 1) * ((1 - level) / 2));
  bounds.lo = at_place(draw, m, place);
  bounds.hi = at_place(draw, m, (double)(m + 1) - place);
  return bounds;
}

/* Where the quantile z of the normal law is moved to; NaN: nowhere. */
static double moved(int64_t m, double z0, double acceleration, double z) {
  double left = 1 - acceleration * (z0 + z);
  if (!(left > 0)) return NAN;
  double place = whole((double)(m + 1) * gsl_cdf_ugaussian_P(z0 + (z0 + z) / left));
  return fmin(fmax(place, 1), (double)m);
}

/* What rounding may make of values that are equal in exact arithmetic, as of a group that was drawn
 * twice as often throughout: a draw is below the estimate by more than that. */
static double slack_of(const double *sorted, int64_t m) {
  return 0x1p-40 * fmax(fabs(sorted[0]), fabs(sorted[m - 1]));
}

/* Draws that are all equal have their ends for bounds, whatever lies below the estimate. */
sw_bounds sw_bounds_bca(double *draw, int64_t count, double level, double estimate,
                        double acceleration, double *scratch) {
  int64_t m = put_in_order(draw, count, scratch), below = 0;
  sw_bounds bounds = {NAN, NAN, count - m};
  if (isnan(estimate) || m < sw_bounds_least(level)) return bounds;
  double slack = slack_of(draw, m);
  if (draw[m - 1] - draw[0] <= slack) {
    bounds.lo = draw[0];
    bounds.hi = draw[m - 1];
    return bounds;
  }
  while (below < m && draw[below] < estimate - slack)
    below++;
  if (below == 0 || below == m) return bounds;
  double z0 = gsl_cdf_ugaussian_Pinv((double)below / (double)m);
  double z = gsl_cdf_ugaussian_Pinv((1 - level) / 2);
  double lo = moved(m, z0, acceleration, z), hi = moved(m, z0, acceleration, -z);
  if (isnan(lo) || isnan(hi)) return bounds;
  bounds.lo = at_place(draw, m, lo);
  bounds.hi = at_place(draw, m, hi);
  return bounds;
}

/* ---- acceleration ----------------------------------------------------------------------- */

void sw_jackknife_add(sw_jackknife *sums, double x, double y) {
  if (isnan(x) || isnan(y)) return;
  sums->n += 1;
  sums->x += x;
  sums->y += y;
  sums->xx += x * x;
  sums->xy += x * y;
  sums->yy += y * y;
  sums->xxx += x * x * x;
  sums->xxy += x * x * y;
  sums->xyy += x * y * y;
  sums->yyy += y * y * y;
}

void sw_jackknife_join(sw_jackknife *sums, const sw_jackknife *more) {
  sums->n += more->n;
  sums->x += more->x;
  sums->y += more->y;
  sums->xx += more->xx;
  sums->xy += more->xy;
  sums->yy += more->yy;
  sums->xxx += more->xxx;
  sums->xxy += more->xxy;
  sums->xyy += more->xyy;
  sums->yyy += more->yyy;
}

void sw_pull_join(sw_pull *whole_sums, const sw_pull *more) {
  whole_sums->xx += more->xx;
  whole_sums->xy += more->xy;
  whole_sums->yy += more->yy;
  whole_sums->xxx += more->xxx;
  whole_sums->xxy += more->xxy;
  whole_sums->xyy += more->xyy;
  whole_sums->yyy += more->yyy;
}

/* Sums about the means out of plain ones. What is added is small already, an estimate less one
 * without a single unit, and the acceleration is wanted to a few digits. */
void sw_jackknife_close(sw_jackknife *s, sw_pull *whole_sums) {
  double n = s->n, weight = (n - 1) / n, square = weight * weight, cube = square * weight;
  if (n > 1) {
    double x = s->x / n, y = s->y / n;
    whole_sums->xx += square * (s->xx - n * x * x);
    whole_sums->xy += square * (s->xy - n * x * y);
    whole_sums->yy += square * (s->yy - n * y * y);
    whole_sums->xxx += cube * (s->xxx - 3 * x * s->xx + 2 * n * x * x * x);
    whole_sums->xxy += cube * (s->xxy - y * s->xx - 2 * x * s->xy + 2 * n * x * x * y);
    whole_sums->xyy += cube * (s->xyy - x * s->yy - 2 * y * s->xy + 2 * n * x * y * y);
    whole_sums->yyy += cube * (s->yyy - 3 * y * s->yy + 2 * n * y * y * y);
  }
  *s = (sw_jackknife){0};
}

/* 0 where no unit moves the estimate. */
double sw_pull_acceleration(const sw_pull *w, double a, double b) {
  double square = a * a * w->xx + 2 * a * b * w->xy + b * b * w->yy;
  double cube =
      a * a * a * w->xxx + 3 * a * a * b * w->xxy + 3 * a * b * b * w->xyy + b * b * b * w->yyy;
  return square > 0 ? cube / (6 * square * sqrt(square)) : 0;
}
