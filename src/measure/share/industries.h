/* Sums of industries over units, and the units they are over: what measures of structure share
 * (industrial_structure, shift_share, ellison_glaeser).
 *
 * A unit is whole in a period when it has a value of every column of the set; of shares, a value of
 * zero or more. Sums are over the whole units alone, so that all columns are summed over the same
 * ones. With `before` a unit is whole when it is so in the period before as well, and the columns
 * are summed in both: a ratio of the two is then no matter of units that came or went. */
#ifndef SW_MEASURE_SHARE_INDUSTRIES_H
#define SW_MEASURE_SHARE_INDUSTRIES_H

#include "measure/share/table.h"

typedef struct sw_industries {
  int n;             /* columns ... */
  const int *input;  /* ... and where they stand among the inputs */
  bool shares;       /* they become shares: a value below zero counts as missing */
  const int *before; /* by period the one before, -1: none; NULL: nothing is compared */
  bool complete;     /* base_over: complete */
  double *given;     /* n_periods * n: a base by a table; NULL: the sums */
} sw_industries;

/* The columns that the parameters name, one after another, in the arena. */
sw_status sw_industries_of(sw_error *err, sw_job *job, const char *const *params, int n_params,
                           sw_industries *set);
/* The axis `industry`, of the columns of `industries`, and unless NULL the axis `to` of the same.
 */
sw_status sw_industries_axes(sw_error *err, sw_job *job, const char *to);
/* Reads `base` and `base_over` (SW_PARAM_BASE, SW_PARAM_BASE_OVER) for the set. A total that was
 * left out is no column of the set. */
sw_status sw_industries_base(sw_error *err, sw_job *job, sw_industries *set);

/* The fold over units. `flags`: SW_BLOCK bytes of workspace. */
size_t sw_industries_bytes(const sw_job *job, const sw_industries *set);
void sw_industries_fold(const sw_job *job, const sw_industries *set, int64_t lo, int64_t hi,
                        double *sums, char *flags);
void sw_industries_merge(const sw_job *job, const sw_industries *set, double *all,
                         const double *part);
/* In finish: refuses own sums of columns that have missing cells, unless `base_over: complete`. */
sw_status sw_industries_check(sw_error *err, const sw_job *job, const sw_industries *set,
                              const double *sums);
/* In finish: warns of values below zero, where they count as missing. */
void sw_industries_warn(const sw_job *job, const sw_industries *set, const double *sums);

/* In finish: a line on the units used, where not all are: "2227 of 3109 units have WHAT". */
void sw_industries_say(sw_job *job, const sw_industries *set, const double *sums, const char *what);
/* In finish: by column of the set the share of the units with a value, and the whole units. */
void sw_industries_coverage(const sw_job *job, const sw_industries *set, const double *sums, int t,
                            double *coverage, double *whole);

/* What the fold has of period t: the whole units; the sums of the n columns over them; the same in
 * the period before, where there is one; by column the units with a value; sums over these. */
double sw_industries_whole(const sw_industries *set, const double *sums, int t);
const double *sw_industries_sums(const sw_industries *set, const double *sums, int t);
const double *sw_industries_sums_before(const sw_industries *set, const double *sums, int t);
const double *sw_industries_there(const sw_industries *set, const double *sums, int t);
const double *sw_industries_sums_there(const sw_industries *set, const double *sums, int t);
/* The base of period t: given by the table, else the sums; and in the period before t. */
const double *sw_industries_base_at(const sw_industries *set, const double *sums, int t);
const double *sw_industries_base_before(const sw_industries *set, const double *sums, int t);

/* The columns of a unit in period t; false: not whole. */
static inline bool sw_industries_read(const sw_job *job, const sw_industries *set, int t,
                                      int64_t unit, double *value) {
  bool whole = true;
  for (int k = 0; k < set->n; k++) {
    value[k] = sw_view_at(job->input[set->input[k]].view, t, unit);
    whole &= set->shares ? value[k] >= 0 : value[k] == value[k];
  }
  return whole;
}

#endif
