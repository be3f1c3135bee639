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

/* out[t][parent[i]] is the sum of row[t][i] in the order of i; missing when a member is. */
void sw_treat_sum_members(int64_t n, int n_periods, const int64_t *parent, double *const *row,
                          int64_t n_coarse, double *const *out);
/* out = numerator / denominator; by zero: missing. */
void sw_treat_ratio_of(int64_t n, int n_periods, double *const *numerator,
                       double *const *denominator, double *const *out);

#endif
