/* The inequality of each group and between each two of them in a period, as a measure keeps it in a
 * record, writes it and says it in the summary (kernel/classes/dagum.h has the arithmetic). */
#ifndef SW_MEASURE_GLOBAL_INEQUALITY_GAPS_H
#define SW_MEASURE_GLOBAL_INEQUALITY_GAPS_H

#include "kernel/classes/dagum.h"
#include "spillway/measure.h"

/* A record; the numbers of an sw_dagum follow. */
typedef struct sw_gaps {
  sw_inequality whole;
  double mean;
  int64_t n; /* units used */
} sw_gaps;

size_t sw_gaps_bytes(int groups);
/* `scratch`: sw_dagum_scratch numbers. */
void sw_gaps_compute(sw_gaps *out, const sw_sample *sample, const sw_grouping *grouping,
                     double *scratch);

/* The outputs, in this order from `first` on: of each group, then of each two. */
enum {
  SW_GAPS_N,
  SW_GAPS_MEAN,
  SW_GAPS_GINI,
  SW_GAPS_THEIL_T,
  SW_GAPS_SHARE_GINI,
  SW_GAPS_SHARE_THEIL_T,
  SW_GAPS_BETWEEN,
  SW_GAPS_OVERLAP,
  SW_GAPS_NET,
  SW_GAPS_TRANSVARIATION,
  SW_GAPS_OUTPUTS
};

/* The numbers of a record: to[SW_GAPS_...], in the order of the axes; SW_GAPS_N NULL: not wanted.
 */
void sw_gaps_put(const sw_gaps *gaps, const sw_grouping *grouping, double *const *to);
/* In finish: fills them for period t, and says why some are undefined. */
void sw_gaps_place(sw_job *job, int first, int t, const sw_gaps *gaps, const sw_grouping *grouping);
/* In finish, of the records of all periods: how much is within, between and by overlap in the first
 * and the last period with a Gini, and whose gap it is in the last. */
sw_status sw_gaps_say(sw_error *err, sw_job *job, const void *records, const sw_grouping *grouping);

#endif
