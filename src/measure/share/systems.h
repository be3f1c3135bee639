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

#endif
