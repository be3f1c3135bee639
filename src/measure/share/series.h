/* What measures of change over time ask of their entry: periods whose spacing is known, and inputs
 * that mean the same in each of them. */
#ifndef SW_MEASURE_SHARE_SERIES_H
#define SW_MEASURE_SHARE_SERIES_H

#include "spillway/measure.h"

/* Whether the order and the spacing of the periods are known. */
bool sw_series_is_known(const sw_job *job);
/* In resolve, of the inputs of `param`: refuses periods of unknown order and spacing, fewer than
 * `least` of them, scores normalised per period, and what has no time; warns of each break of the
 * panel within the periods. */
sw_status sw_series_check(sw_error *err, sw_job *job, const char *param, int least);
/* The same of the job's periods from `from` to `to` alone. */
sw_status sw_series_check_between(sw_error *err, sw_job *job, const char *param, int least,
                                  int from, int to);
/* The job's period t as a number: in what the panel's periods are counted. */
double sw_series_time(const sw_job *job, int t);
/* The time from the job's period s to its period t, in years of whole numbers, else in steps of the
 * panel. */
double sw_series_passed(const sw_job *job, int s, int t);
/* The job's first period that is not as far from the one before as the second is from the first;
 * 0: all are. */
int sw_series_uneven(const sw_job *job);
/* Whether the panel has a break after the job's period s, up to t. */
bool sw_series_broken(const sw_job *job, int s, int t);
/* In resolve: which of the job's periods are one step after the one before, without a break
 * between; in the arena. A step is the entry's own, the least between two of its periods: of every
 * fifth year it is five years. Warns where there are holes; `what` is left out there: "lags",
 * "changes". */
sw_status sw_series_follow(sw_error *err, sw_job *job, const char *what, const bool **follows);

/* The job's period `span` before its period t (years of whole numbers, else steps of the panel), if
 * the entry has it and no break lies between; -1. */
int sw_series_before(const sw_job *job, int t, int span);
/* The same of all periods, in the arena; *any: whether one has an earlier one. */
sw_status sw_series_all_before(sw_error *err, sw_job *job, int span, const int **before, bool *any);
/* In resolve, of a measure of change over `span`: what sw_series_check refuses (`of`: a parameter
 * with inputs), and a span that leads from no period of the entry to another. Periods without an
 * earlier one for another reason (the first, holes) are left to the measure. */
sw_status sw_series_check_span(sw_error *err, sw_job *job, const char *of, const char *param,
                               int span);

/* " in 2005"; of a cross-section, whose one period has no name, nothing. */
const char *sw_series_when(const sw_job *job, int t);

/* Which of `count` labels of a table is the job's period t, by its text or by its meaning; -1. */
int sw_series_find(const sw_job *job, const char *const *label, int count, int t);
/* In resolve: the job's period that a parameter of texts names; left out: *at stays. */
sw_status sw_series_period(sw_error *err, const sw_job *job, const char *param, int *at);

#endif
