/* The log t regression of Phillips & Sul 2007, Econometrica 75:1771-1855 (log_t.h). The cost of a
 * test is O(T) for H and O(m^2) for the long-run variance of m points, which has a weight for each
 * lag.
 *
 * Clubs are found by many tests of growing sets: a set keeps means and squares by period, so that
 * one more unit is tried in O(T) (sw_running_h_with) and added in O(T). All memory is the
 * caller's. */
#include "kernel/linear/log_t.h"

#include <math.h>
#include <string.h>

/* ---- a set of units --------------------------------------------------------------------- */

/* Sets are values with borrowed memory; copying one copies its numbers, not its pointers. */
sw_running sw_running_make(int width, double *room) {
  sw_running set = {.width = width, .mean = room, .squares = room + width};
  sw_running_clear(&set);
  return set;
}

void sw_running_clear(sw_running *set) {
  set->count = 0;
  memset(set->mean, 0, (size_t)set->width * sizeof *set->mean);
  memset(set->squares, 0, (size_t)set->width * sizeof *set->squares);
}

/* Welford 1962: no difference of large sums, so that a tight club far from the others keeps its
 * digits. */
void sw_running_add(sw_running *set, const double *z) {
  double count = (double)++set->count;
  for (int t = 0; t < set->width; t++) {
    double apart = z[t] - set->mean[t];
    set->mean[t] += apart / count;
    set->squares[t] += apart * (z[t] - set->mean[t]);
  }
}

void sw_running_copy(sw_running *to, const sw_running *from) {
  to->count = from->count;
  memcpy(to->mean, from->mean, (size_t)from->width * sizeof *to->mean);
  memcpy(to->squares, from->squares, (size_t)from->width * sizeof *to->squares);
}

/* H_t = mean (z/mean - 1)^2 = squares/(n mean^2), the cross-section variance of relative z. Returns
 * the first period whose mean is not positive, where relative transition paths are undefined, or
 * -1. The shift moves all of z down at once, so levels of several origins need no second set. */
int sw_running_h(const sw_running *set, double shift, double *h) {
  int wrong = -1;
  /* From the last period to the first, so that `wrong` is the first one in the end. */
  for (int t = set->width - 1; t >= 0; t--) {
    double mean = set->mean[t] - shift;
    if (!(mean > 0)) wrong = t;
    h[t] = set->squares[t] / ((double)set->count * mean * mean);
  }
  return wrong;
}

/* The same as if z had been added, without changing the set. Welford's step, its results used and
 * not stored. */
int sw_running_h_with(const sw_running *set, const double *z, double *h) {
  double count = (double)set->count + 1;
  int wrong = -1;
  for (int t = set->width - 1; t >= 0; t--) {
    double apart = z[t] - set->mean[t], mean = set->mean[t] + apart / count;
    double squares = set->squares[t] + apart * (z[t] - mean);
    if (!(mean > 0)) wrong = t;
    h[t] = squares / (count * mean * mean);
  }
  return wrong;
}

/* ---- the regression --------------------------------------------------------------------- */

/* Halves go to the even number. */
int sw_log_t_cut(int periods, double trim) {
  return (int)nearbyint(trim * periods);
}

/* ln ln 1 does not exist, so the first period must be cut. */
bool sw_log_t_cut_is_good(int periods, int cut) {
  return cut >= 1 && periods - cut >= SW_LOG_T_LEAST;
}

size_t sw_log_t_room(int periods) {
  return 2 * (size_t)periods;
}

/* What all tests of a length share: ln t less its mean, and the penalty 2 ln ln t. 2 ln ln t is the
 * slowly varying function L(t) of the paper: without it a set that is just not converging would
 * pass. */
sw_log_t_plan sw_log_t_prepare(int periods, int cut, double *room) {
  sw_log_t_plan plan = {periods, cut, periods - cut, room, room + (periods - cut), 0};
  double sum = 0;
  for (int s = 0; s < plan.points; s++) {
    /* t counts from 1, so the first point is cut + 1. */
    plan.x[s] = log(cut + 1 + s);
    plan.penalty[s] = 2 * log(plan.x[s]);
    sum += plan.x[s];
  }
  for (int s = 0; s < plan.points; s++) {
    plan.x[s] -= sum / plan.points;
    plan.squares += plan.x[s] * plan.x[s];
  }
  return plan;
}

/* The quadratic spectral kernel, 3/z^2 (sin z/z - cos z). Near 0 it is a difference of equal
 * numbers, and its series is exact. Below z = 0.01 the two terms of the series are right to a
 * double: the next is z^6/15120. */
static double spectral(double z) {
  double square = z * z;
  if (square < 1e-4) return 1 - square / 10 + square * square / 280;
  return 3 / square * (sin(z) / z - cos(z));
}

/* As the program of Phillips & Sul has it: a first-order coefficient without a mean, the sums of
 * lags without their last term, a divisor of m - 1. A bandwidth of 0 weighs lags by 0. Andrews 1991
 * for the quadratic spectral kernel, S_T = 1.3221 (alpha m)^(1/5), alpha = 4 q^2/(1 - q)^4 for an
 * AR(1). Divergences from textbooks are kept on purpose, so that published t values come out. */
static double long_run_variance(const double *u, int m) {
  const double pi = 3.14159265358979323846;
  double products = 0, squares = 0;
  for (int s = 0; s + 1 < m; s++) {
    products += u[s] * u[s + 1];
    squares += u[s] * u[s];
  }
  double q = squares > 0 ? products / squares : 0;
  /* q of 1 makes the bandwidth infinite, every weight 1. */
  double rest = (1 - q) * (1 - q);
  double bandwidth = 1.3221 * pow(4 * q * q * m / (rest * rest), .2);
  double sum = squares + u[m - 1] * u[m - 1];
  for (int lag = 1; lag <= m - 2 && bandwidth > 0; lag++) {
    double with = 0;
    for (int s = 0; s + lag < m - 1; s++)
      with += u[s] * u[s + lag];
    sum += 2 * spectral(1.2 * pi * lag / bandwidth) * with;
  }
  return sum / (m - 1);
}

/* b of ln(H_1/H_t) - 2 ln ln t on ln t. A set that has no spread left has no logarithm: NaN. t is b
 * over the root of variance/sum x^2; the mean of x has been taken out of the plan. */
sw_log_t sw_log_t_of(const sw_log_t_plan *plan, double first, const double *h, double *scratch) {
  int m = plan->points;
  double sum = 0, products = 0;
  if (!(first > 0)) return (sw_log_t){NAN, NAN};
  for (int s = 0; s < m; s++) {
    if (!(h[s] > 0)) return (sw_log_t){NAN, NAN};
    scratch[s] = log(first / h[s]) - plan->penalty[s];
    sum += scratch[s];
  }
  for (int s = 0; s < m; s++) {
    scratch[s] -= sum / m;
    products += plan->x[s] * scratch[s];
  }
  double b = products / plan->squares;
  for (int s = 0; s < m; s++)
    scratch[s] -= b * plan->x[s];
  /* A variance below zero, which the cut-off sums allow, has no root. */
  double variance = long_run_variance(scratch, m) / plan->squares;
  return (sw_log_t){b, variance >= 0 ? b / sqrt(variance) : NAN};
}
