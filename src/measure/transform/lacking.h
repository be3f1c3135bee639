/* Which units lack an operand, so that the pairs of all others are left to a kernel without a look
 * at each. */
#ifndef SW_MEASURE_TRANSFORM_LACKING_H
#define SW_MEASURE_TRANSFORM_LACKING_H

#include "spillway/measure.h"

typedef struct sw_lacking {
  const bool *unit;    /* by unit */
  const int64_t *next; /* the first unit from there on that lacks one, or n; n + 1 of them */
} sw_lacking;

/* In prepare, of what is gathered then. `lacks` is asked of each unit. */
sw_status sw_lacking_find(sw_error *err, sw_job *job,
                          bool (*lacks)(const sw_job *job, const void *of, int64_t unit),
                          const void *of, sw_lacking *lacking);

/* From column j on, the first that is to be looked at: any where the row lacks an operand. */
static inline int64_t sw_lacking_next(const sw_lacking *columns, bool row, int64_t j) {
  return row ? j : columns->next[j];
}

#endif
