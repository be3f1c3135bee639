/* What the parts of multiscale regression share: its model, what its passes leave, and the fits
 * (mgwr_fit.c). */
#ifndef SW_MEASURE_MODEL_MGWR_H
#define SW_MEASURE_MODEL_MGWR_H

#include "measure/model/gwr.h"

enum { SW_MGWR_BACKFIT, SW_MGWR_SPREAD, SW_MGWR_PLACE }; /* passes */
enum { SW_MGWR_ROUNDS = 200, SW_MGWR_COLUMNS = 256 };
enum { SW_MGWR_COLLINEAR = -1 }; /* why, beside those of gwr.h */

typedef struct sw_mgwr_model {
  sw_gwr_model all, one; /* the GWR to begin with; the regressions on one term */
  int k;
  int64_t n, chunks;       /* units; items of SW_MGWR_SPREAD in a period */
  const double *bandwidth; /* given, k of them, or NULL */
} sw_mgwr_model;

/* What SW_MGWR_BACKFIT leaves of a period; behind it, by observation: coefficients, residual, unit,
 * and the condition number; then the bandwidth of the start and of each round and term. */
typedef struct sw_mgwr_fitted {
  double why, n, rounds, rss, mean, scale;
  double number[];
} sw_mgwr_fitted;

static inline size_t sw_mgwr_fitted_bytes(const sw_mgwr_model *m) {
  size_t n = (size_t)m->n, k = (size_t)m->k;
  return sizeof(sw_mgwr_fitted) + (n * (k + 3) + 1 + SW_MGWR_ROUNDS * k) * sizeof(double);
}

static inline double *sw_mgwr_residuals(const sw_mgwr_model *m, sw_mgwr_fitted *f) {
  return f->number + m->n * m->k;
}
static inline double *sw_mgwr_units(const sw_mgwr_model *m, sw_mgwr_fitted *f) {
  return sw_mgwr_residuals(m, f) + m->n;
}
static inline double *sw_mgwr_conditions(const sw_mgwr_model *m, sw_mgwr_fitted *f) {
  return sw_mgwr_units(m, f) + m->n;
}
static inline double *sw_mgwr_steps(const sw_mgwr_model *m, sw_mgwr_fitted *f) {
  return sw_mgwr_conditions(m, f) + m->n;
}

/* Of an item: sums of squares by observation and term, then traces by term. */
static inline size_t sw_mgwr_spread_doubles(const sw_mgwr_model *m) {
  return (size_t)m->n * (size_t)m->k + (size_t)m->k;
}

size_t sw_mgwr_workspace(const sw_job *job);
/* Backfitting of period t. */
void sw_mgwr_backfit(const sw_job *job, int t, sw_mgwr_fitted *f, void *workspace);
/* An item of the pass SPREAD: what some columns of y do, after the steps of the backfitting. */
void sw_mgwr_spread(const sw_job *job, int64_t item, double *out, void *workspace);

#endif
