/* Programs of data envelopment analysis: how far an observation (a unit in a period) is from the
 * frontier that other observations span.
 *
 * An observation has inputs x, outputs y and bad outputs b, none negative, each row of data scaled
 * so that units of measurement do not matter. The technology of periods [from, to) is
 *
 *   T = {(x, y, b): sum l x_j <= x, sum l y_j >= y, sum l b_j = b, l >= 0}
 *
 * over its observations j, sum l = 1 besides under variable returns to scale; bad outputs are
 * weakly disposable. With a the observation asked for, rho is the optimum of
 *
 *   input         min theta: (theta x_a, y_a, b_a) in T
 *   output        max phi:   (x_a, phi y_a, b_a) in T
 *   directional   max beta:  ((1 - beta) x_a, (1 + beta) y_a) in T; with bad outputs
 *                            (x_a, (1 + beta) y_a, (1 - beta) b_a) in T
 *
 * The observation need not belong to the technology; then there may be no such point. */
#ifndef SW_KERNEL_FRONTIER_FRONTIER_H
#define SW_KERNEL_FRONTIER_FRONTIER_H

#include "spillway/status.h"

enum { SW_FRONTIER_MOST = 60 }; /* variables */

typedef enum sw_orientation { SW_TO_OUTPUT, SW_TO_INPUT, SW_TO_DIRECTION } sw_orientation;

/* What all programs look at. Variables in the order inputs, outputs, bad outputs. */
typedef struct sw_frontier {
  int inputs, outputs, bad;
  int periods;
  int64_t n;
  sw_orientation orientation;
  const double *const *value;       /* [variable * periods + t]: n values */
  const unsigned char *const *used; /* [t]: n, whether the observation spans the frontier; then no
                                       value is missing, an input and an output are above 0 */
  /* NULL, or by period the observations that a solution may use, packed: which units they are, in
   * order, how many, and their values as in `value`. All others lie before those of their period.
   */
  const int32_t *const *who;
  const int64_t *who_count;
  const double *const *packed;
  const double *mean; /* [t * variables + variable], over those */
  /* Observations that programs begin with: `starts` by period, and what each is the best in; the
   * greatest of several periods is taken. -1: none. By sw_frontier_starts. */
  int starts;
  const int64_t *start;
  const double *start_value;
} sw_frontier;

static inline int sw_frontier_variables(const sw_frontier *f) {
  return f->inputs + f->outputs + f->bad;
}

/* How many starts a period has; those of period t. */
int sw_frontier_start_count(const sw_frontier *f);
void sw_frontier_starts(const sw_frontier *f, int t, int64_t *start, double *value);

typedef enum sw_frontier_state {
  SW_FRONTIER_SOLVED,
  SW_FRONTIER_INFEASIBLE, /* no multiple of the observation is in the technology */
  SW_FRONTIER_FAILED      /* the solver has found no optimum */
} sw_frontier_state;

typedef struct sw_frontier_found {
  sw_frontier_state state;
  double rho;
} sw_frontier_found;

/* A thread's programs, one at a time: what is found depends on what is asked since begin alone. */
typedef struct sw_frontier_solver sw_frontier_solver;
sw_status sw_frontier_open(sw_error *err, const sw_frontier *f, sw_frontier_solver **solver);
void sw_frontier_close(sw_frontier_solver *solver); /* NULL is allowed */

/* The observation (unit, t) before the technology of periods [from, to); `without`: not with itself
 * in it. */
sw_status sw_frontier_begin(sw_error *err, sw_frontier_solver *s, int64_t unit, int t, int from,
                            int to, bool without);
sw_status sw_frontier_solve(sw_error *err, sw_frontier_solver *s, bool variable_returns,
                            sw_frontier_found *found);
/* Behind a solve that was solved: by input and output the slack that is left at rho, where the sum
 * of all, each in units of its variable's mean in the observation's period, is greatest. False
 * *solved: all NaN. */
sw_status sw_frontier_slacks(sw_error *err, sw_frontier_solver *s, double *slack, bool *solved);
/* The observations with l > 0 at the last solution, up to `most`: unit * periods + t, and l. */
int sw_frontier_peers(const sw_frontier_solver *s, int most, int64_t *at, double *lambda);

/* ---- within ----------------------------------------------------------------------------- */

/* Of observations [lo, lo + count): cost = constant + sum price_v z_v, size = sum scale_v z_v.
 * Returns whether cost < least size for one of them. */
enum { SW_FRONTIER_BLOCK = 64 };
bool sw_frontier_reduced(int variables, const double *const *row, int64_t lo, int count,
                         const double *price, const double *scale, double constant, double least,
                         double *cost, double *size);

#endif
