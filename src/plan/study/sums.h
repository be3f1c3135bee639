/* `blocks`, `rings` and `centres` of a pair entry: sums over all its pairs by group of units, by
 * ring of distance, from and to chosen units. What they give are outputs of the entry, as if its
 * measure had them: they are written, taken as inputs and compared like any other. */
#ifndef SW_PLAN_STUDY_SUMS_H
#define SW_PLAN_STUDY_SUMS_H

#include "measure/outputs.h"
#include "plan/study/centres.h"
#include "spillway/measure.h"

/* As a study writes them; all zero: nothing is asked for. */
typedef struct sw_sums_spec {
  const char *blocks; /* a group column of the units; NULL: none */
  int n_rings;        /* limits, ascending, above zero; 0: none */
  const double *ring;
  sw_centres_spec centres;
  const char *blocks_where, *rings_where;
} sw_sums_spec;

/* The outputs that they give, in the order of the descriptor that an entry gets with them. */
typedef enum sw_sum {
  SW_SUM_BLOCK,
  SW_SUM_BLOCK_COUNT,
  SW_SUM_SENT,
  SW_SUM_RECEIVED,
  SW_SUM_RING,
  SW_SUM_RING_COUNT,
  SW_SUM_RING_OUT,
  SW_SUM_FROM_CENTRE,
  SW_SUM_TO_CENTRE,
  SW_SUMS
} sw_sum;

/* Axes of these outputs, as they are declared to the job; groups are called by their column in the
 * file. */
#define SW_AXIS_BLOCK "block_from"
#define SW_AXIS_BLOCK_TO "block_to"

const char *sw_sums_name(sw_sum sum);

#endif
