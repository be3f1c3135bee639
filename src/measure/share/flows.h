/* What flows between units share: masses are not negative. */
#ifndef SW_MEASURE_SHARE_FLOWS_H
#define SW_MEASURE_SHARE_FLOWS_H

#include "spillway/measure.h"

/* Negative inputs: how many, and the first by unit, then period. A partial of the pass over units
 * that places operands, as a tile cannot fail: `merge` and `finish` of the measure are these. */
typedef struct sw_negatives {
  int64_t count, unit;
  int period, input;
  double value;
} sw_negatives;

/* Looks at all inputs of the unit in period t. Units outside, periods inside. */
void sw_flows_see(const sw_job *job, int64_t unit, int t, sw_negatives *seen);
void sw_flows_merge(const sw_job *job, int pass, void *all, const void *part);
sw_status sw_flows_finish(sw_error *err, sw_job *job, int pass, const void *all, void *result);

#endif
