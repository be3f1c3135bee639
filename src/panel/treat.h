/* Arithmetic on a rank's own columns: filling and aggregating. A column is n_periods rows of n
 * units. */
#ifndef SW_PANEL_TREAT_H
#define SW_PANEL_TREAT_H

#include "spillway/panel.h"

/* Linear in time between known periods, at[t] being the time of period t; never across a break
 * (break_period[b] is the first period after it); ends stay missing. Returns the cells filled. */
int64_t sw_treat_fill_interpolate(int64_t n, int n_periods, const double *at, int n_breaks,
                                  const int *break_period, double *const *row);
/* Missing becomes 0. */
int64_t sw_treat_fill_zero(int64_t n, int n_periods, double *const *row);
int64_t sw_treat_count_missing(int64_t n, int n_periods, double *const *row);

/* Whether period t is one step after t - 1, without a break: else it has no period before. */
bool sw_treat_has_before(const sw_periods *periods, int t);
/* In place: the value of the period before, and the growth from it, x_t / x_(t-1) - 1 (from zero:
 * missing). Missing where there is no period before. */
void sw_treat_lag(int64_t n, const sw_periods *periods, double *const *row);
void sw_treat_growth(int64_t n, const sw_periods *periods, double *const *row);
/* sum[g]: of all n units of a group, in their order; missing when a member is. */
void sw_treat_group_sums(int64_t n, const sw_grouping *grouping, const double *value, double *sum);
/* In place: value[i] of the unit first + i over the sum of its group; over zero: missing. */
void sw_treat_share(int64_t first, int64_t n, const sw_grouping *grouping, const double *sum,
                    double *value);

/* out[t][parent[i]] is the sum of row[t][i] in the order of i, over the members that have a value
 * in `row` and in `also` (NULL: `row` alone); of[t][parent[i]] is how many those are. */
void sw_treat_sum_members(int64_t n, int n_periods, const int64_t *parent, double *const *row,
                          double *const *also, int64_t n_coarse, double *const *out,
                          double *const *of);
/* Counts become shares of `members`; a sum over nothing, or over less than the share `least` of its
 * members, becomes missing. */
void sw_treat_cover(int64_t n_coarse, int n_periods, const int64_t *members, double least,
                    double *const *sum, double *const *of);
/* In words, for the log, `check` and the summary: what interpolate has left missing, and the sums
 * of `aggregate` that rest on a part of their members. */
enum { SW_UNFILLED_ROOM = 400 };
const char *sw_treat_say_unfilled(const sw_panel *panel, char text[SW_UNFILLED_ROOM]);
const char *sw_treat_say_partial(const sw_panel *panel, char text[SW_UNFILLED_ROOM]);

/* out = numerator / denominator; by zero: missing. */
void sw_treat_ratio_of(int64_t n, int n_periods, double *const *numerator,
                       double *const *denominator, double *const *out);

#endif
