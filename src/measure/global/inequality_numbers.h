/* The numbers of `inequality` out of a sample, and where they go: of the period as it is, and of
 * units drawn anew (spillway/resample.h). */
#ifndef SW_MEASURE_GLOBAL_INEQUALITY_NUMBERS_H
#define SW_MEASURE_GLOBAL_INEQUALITY_NUMBERS_H

#include "measure/global/inequality_gaps.h"
#include "spillway/resample.h"

/* The outputs. */
enum {
  GINI,
  THEIL_T,
  THEIL_L,
  T_BETWEEN,
  T_WITHIN,
  L_BETWEEN,
  L_WITHIN,
  G_WITHIN,
  G_BETWEEN_NET,
  G_TRANSVARIATION,
  HOOVER,
  CV,
  N_USED,
  P90_P10,
  P80_P20,
  P90_P50,
  POLARISATION,
  ATKINSON,
  BY_GROUP, /* with `matrices`: the outputs of measure/global/inequality_gaps.h */
  OUTPUTS = BY_GROUP + SW_GAPS_OUTPUTS
};

enum { MOST_AVERSIONS = 16, RATIOS = 3 };

/* Set by resolve. most_groups: of any grouping, for the size of the workspace. `matrices` and
 * `polarised`: NULL where the study has no groups for them. */
typedef struct inequality_state {
  bool weighted;
  int n_groupings, most_groups, n_aversions;
  const sw_grouping **grouping, *matrices, *polarised;
  const double *aversion;
  double alpha;
} inequality_state;

/* What an item leaves: one of `whole` and `parts`, and what the sample was like. `wrong`: the first
 * unit with a negative value or weight, -1 for none; a tile cannot fail, so `finish` does. */
typedef struct inequality_record {
  sw_inequality whole;  /* of a period, as the three lines below it */
  double ratio[RATIOS]; /* of quantiles */
  double atkinson[MOST_AVERSIONS];
  double polarisation;
  sw_inequality_parts parts; /* of a period and a grouping */
  int64_t n, zeros, wrong;
  double wrong_value;
  bool wrong_weight;
} inequality_record;

/* The sample of period t, inputs gathered; in sw_inequality_workspace bytes. */
sw_sample sw_inequality_sample_of(const sw_job *job, int t, void *workspace);
/* `up`: all values ascending, a unit's as often as it stands in the sample. The workspace is that
 * of the sample. */
void sw_inequality_whole(const sw_job *job, const sw_sample *sample, const double *up, int64_t n,
                         inequality_record *r, void *workspace);
/* to[q]: where the numbers of output q go; NULL: nowhere. */
void sw_inequality_put(const inequality_state *state, const inequality_record *r,
                       double *const *to);
void sw_inequality_put_parts(const sw_inequality_parts *parts, int grouping, double *const *to);

extern const sw_resample sw_inequality_resample;

#endif
