/* What the coupling measures share in reading their entries. */
#ifndef SW_MEASURE_SHARE_SYSTEMS_H
#define SW_MEASURE_SHARE_SYSTEMS_H

#include "spillway/measure.h"

/* Weights of the k systems named by `systems`, out of the parameter `param`: `equal`, a list of k
 * numbers, or {system: weight, ...}; none negative, scaled to sum 1. */
sw_status sw_systems_weights(sw_error *err, const sw_job *job, const char *systems,
                             const char *param, const double **alpha);

/* Scores must lie in [0,1]: composites of z-scores among the inputs of `systems` are refused. */
sw_status sw_systems_bounded(sw_error *err, const sw_job *job, const char *systems);

/* Whether a score is not in [0,1]. Weighted sums of numbers in [0,1] may pass 1 by rounding, by far
 * less than the 1e-14 that is let through. NaN is not outside. */
static inline bool sw_systems_is_outside(double score) {
  return score < 0 || score > 1 + 1e-14;
}

#endif
