/* Rows of a composite, one unit in one period: read, and what scales their indicators. Shared by
 * the passes that find bounds and weights (composite/composite.c) and by the one that scores
 * (composite/scores.c): whoever leaves rows out does it by sw_composite_read_row, or counts and
 * sums would not match. */
#ifndef SW_MEASURE_COMPOSITE_ROWS_H
#define SW_MEASURE_COMPOSITE_ROWS_H

#include "measure/composite/spec.h"

#include <math.h>

/* A thread's workspace: p scales of a pool, a row of p values, p means; behind these, for ranks,
 * the scratch of the sort; for scores, what scores.h says. */
typedef struct sw_composite_bench {
  sw_scaling *scale;
  double *x, *mean;
} sw_composite_bench;

/* sw_scaling holds doubles and pointers, so what follows an array of them is aligned. */
static inline sw_composite_bench sw_composite_bench_of(const sw_composite_spec *spec,
                                                       void *workspace) {
  sw_scaling *scale = workspace;
  double *x = (double *)(scale + spec->p);
  return (sw_composite_bench){scale, x, x + spec->p};
}

static inline size_t sw_composite_bench_bytes(const sw_composite_spec *spec) {
  return (size_t)spec->p * (sizeof(sw_scaling) + 2 * sizeof(double));
}

/* `t`: the job's own period. */
static inline int sw_composite_pool(const sw_composite_spec *spec, int t) {
  return spec->per_period ? t : 0;
}

/* False when the row lacks a value: a score of the remaining indicators would be another score. All
 * of x is filled either way. */
static inline bool sw_composite_read_row(const sw_job *job, int p, int t, int64_t unit, double *x) {
  bool complete = true;
  for (int j = 0; j < p; j++) {
    x[j] = sw_view_at(job->input[j].view, t, unit);
    complete = complete && !isnan(x[j]);
  }
  return complete;
}

/* Most values that a pool can have: room for rows that turn out incomplete, too. */
static inline size_t sw_composite_sorted_doubles(const sw_job *job, const sw_composite_spec *spec) {
  return (size_t)job->n * (size_t)(spec->per_period ? 1 : job->n_periods);
}

/* How each indicator is scaled in the pool, out of what the passes so far have left; asked for once
 * per tile and pool, in the thread's workspace. Without rows mean is 0/0, but then there is no row
 * to scale. Given bounds replace those of the data. */
static inline void sw_composite_scales(const sw_job *job, const sw_composite_spec *spec, int pool,
                                       sw_scaling *scale) {
  sw_composite_range r = sw_composite_range_at(spec, job->folded[spec->range], pool);
  for (int j = 0; j < spec->p; j++) {
    scale[j] = (sw_scaling){.by = spec->normalise,
                            .negative = j >= spec->n_positive,
                            .constant = sw_composite_constant(spec, r, j),
                            .lo = spec->lo ? spec->lo[j] : r.lo[j],
                            .hi = spec->hi ? spec->hi[j] : r.hi[j],
                            .mean = r.sum[j] / *r.rows,
                            .m = (int64_t)*r.rows};
    if (spec->spread >= 0 && job->folded[spec->spread]) /* not yet while it is being folded */
      scale[j].sd = ((const double *)job->folded[spec->spread])[pool * spec->p + j];
    if (spec->sorted >= 0)
      scale[j].sorted = (const double *)job->folded[spec->sorted] +
                        (size_t)(pool * spec->p + j) * sw_composite_sorted_doubles(job, spec);
  }
}

/* Behind the ranges when they do not depend on x' (finish.c), else the result of `second`. */
static inline const double *sw_composite_weights(const sw_job *job, const sw_composite_spec *spec,
                                                 int pool) {
  const double *all = spec->second >= 0 ? job->folded[spec->second]
                                        : (const double *)job->folded[spec->range] +
                                              sw_composite_range_doubles(spec);
  return all + pool * spec->p;
}

#endif
