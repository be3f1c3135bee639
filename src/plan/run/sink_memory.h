/* A sink that keeps stored pairs in memory, for tests and small programs: dense results as
 * [t][i][j] doubles (through float, unless `float64`), top as [t][i][r], entries in a row. */
#ifndef SW_PLAN_RUN_SINK_MEMORY_H
#define SW_PLAN_RUN_SINK_MEMORY_H

#include "plan/run/engine.h"

typedef struct sw_memory_result {
  double *value[8]; /* by quantity among the measure's pair outputs */
  int32_t *partner; /* top and entries */
  int64_t k;
} sw_memory_result;

/* Room for every pair result of the run (after sw_run_first); `result` by entry. */
sw_status sw_sink_memory(sw_error *err, const sw_run *run, sw_sink **sink,
                         sw_memory_result **result);
void sw_sink_memory_destroy(sw_sink *sink);

#endif
