/* What studies say of indicators by their names: bounds and weights. Indicators are the first
 * inputs of a job; one that is there twice has what is said of its name. Called from `resolve`:
 * pure, no values are seen. */
#ifndef SW_MEASURE_SHARE_INDICATORS_H
#define SW_MEASURE_SHARE_INDICATORS_H

#include "spillway/measure.h"

struct sw_node;

/* {indicator: [lowest, highest], ...} for each of the first n inputs: n numbers each, from the
 * arena. */
sw_status sw_indicators_bounds(sw_error *err, const sw_job *job, int n, const struct sw_node *map,
                               const double **lo, const double **hi);
/* {indicator: weight, ...} for each of them, as written. */
sw_status sw_indicators_weights(sw_error *err, const sw_job *job, int n, const struct sw_node *map,
                                double *weight);

#endif
