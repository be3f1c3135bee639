/* How passes over units and over items are cut into tasks: by numbers of the pass alone, so that
 * any number of ranks has the same tasks, and the journal of one run serves another. */
#ifndef SW_PLAN_WALK_TILING_H
#define SW_PLAN_WALK_TILING_H

#include "spillway/measure.h"

/* Most tasks of a pass over items: so many marks cost a fraction of a second. */
enum { SW_ITEM_TASKS = 4096 };

typedef struct sw_tiling {
  sw_domain domain;
  int64_t whole; /* units or items */
  int64_t grain; /* of them in a task; the last one may have fewer */
  int64_t tasks;
  size_t slot; /* bytes a task leaves for the fold: its partial, or the records of its items */
  int rows;    /* UNITS: rows of results and operands of which a task fills its units */
} sw_tiling;

/* Whether tiles may fill a result by unit: others are made of pairs. */
static inline bool sw_tiling_fills(const sw_result *result) {
  const sw_output *output = result->output;
  return output->shape == SW_UNIT && !result->off && !output->by_row && !output->of_pairs;
}

/* Of a pass that is not over pairs; after `resolve`. */
sw_tiling sw_tiling_make(const sw_job *job, int pass);
/* Cuts a pass as `whole` is cut, the same pass of the job with all its periods. */
void sw_tiling_keep_grain(sw_tiling *tiling, const sw_tiling *whole);
/* Units or items [lo, hi) of a task. */
void sw_tiling_range(const sw_tiling *tiling, int64_t task, int64_t *lo, int64_t *hi);
/* Bytes of all that a task computes: its slot, then its units of each row. */
size_t sw_tiling_share(const sw_tiling *tiling);

#endif
