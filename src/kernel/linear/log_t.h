/* The log t test of Phillips & Sul for one set of units (methods-regions.md section 9b): relative
 * levels h = z/mean over the set, their dispersion H_t = mean (h - 1)^2, and the regression
 *
 *   ln(H_1/H_t) - 2 ln ln t = a + b ln t,  t = cut + 1 .. T
 *
 * with t of b by the long-run variance of its residuals. A set is kept as running means and sums of
 * squares about them, by period, so that a unit more costs O(T) whatever the set's size; equal
 * series have an H of exactly 0. Nothing allocates. Sums over a set run in the order in which its
 * units are added.
 *
 * Sources: Phillips & Sul 2007, Econometrica 75:1771-1855; 2009, J. Applied Econometrics
 * 24:1153-1185; the bandwidth: Andrews 1991. */
#ifndef SW_KERNEL_LINEAR_LOG_T_H
#define SW_KERNEL_LINEAR_LOG_T_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SW_LOG_T_LEAST = 4 }; /* points of the regression */

/* Convergence is rejected at or below it: 5%, one-sided. A t that is NaN rejects it too. */
#define SW_LOG_T_CRITICAL (-1.65)

static inline bool sw_log_t_converges(double t) {
  return t > SW_LOG_T_CRITICAL;
}

/* ---- a set of units --------------------------------------------------------------------- */

typedef struct sw_running {
  int width; /* periods */
  int64_t count;
  double *mean, *squares; /* width each: of z, and of (z - mean)^2 summed */
} sw_running;

/* An empty set; `room`: 2 * width doubles. */
sw_running sw_running_make(int width, double *room);
void sw_running_clear(sw_running *set);
/* `z`: width values of the unit. */
void sw_running_add(sw_running *set, const double *z);
void sw_running_copy(sw_running *to, const sw_running *from);
/* H by period of z - shift; the first period whose mean is not above 0, where h has no meaning, or
 * -1. */
int sw_running_h(const sw_running *set, double shift, double *h);
/* The same of the set and one unit more, which is not added. */
int sw_running_h_with(const sw_running *set, const double *z, double *h);

/* ---- the regression --------------------------------------------------------------------- */

/* What does not depend on the set. `points`: T - cut. */
typedef struct sw_log_t_plan {
  int periods, cut, points;
  double *x;       /* ln t less their mean */
  double *penalty; /* 2 ln ln t */
  double squares;  /* sum of x^2 */
} sw_log_t_plan;

typedef struct sw_log_t {
  double b, t; /* NaN where an H is 0 */
} sw_log_t;

/* Periods to leave out: trim of them, rounded half to even. */
int sw_log_t_cut(int periods, double trim);
/* Whether these can be left out: one or more, as ln ln 1 does not exist, and enough stay. */
bool sw_log_t_cut_is_good(int periods, int cut);
size_t sw_log_t_room(int periods);
sw_log_t_plan sw_log_t_prepare(int periods, int cut, double *room);
/* H of the first period and of the `points` behind the cut; `scratch`: as many doubles. */
sw_log_t sw_log_t_of(const sw_log_t_plan *plan, double first, const double *h, double *scratch);

#endif
