/* Sums of a row of a pair matrix by group. NaN are left out. In eight lanes each, element k of what
 * is summed in lane k mod 8: the bits rest on the row and on the division of its columns alone. */
#ifndef SW_KERNEL_PAIRS_GROUPS_H
#define SW_KERNEL_PAIRS_GROUPS_H

#include "kernel/hot.h"
#include "kernel/pairs/lanes.h"

#include <stdint.h>

/* Columns unit[0 .. count) of v: their sum, and how many have a value. */
void sw_groups_sum(int64_t count, const int32_t *unit, const double *v, double *sum,
                   double *values);
/* The same of columns that stand one after the other, v[0 .. count). */
void sw_groups_sum_run(int64_t count, const double *v, double *sum, double *values);
/* Rows of numbers without NaN: sum[r] in lanes by the place in the row. */
void sw_groups_sum_rows(const sw_lane_rows *of, double *sum);
/* Columns [place, place + n) of row r, of which v has no NaN, into the lanes of their groups;
 * `place` is a multiple of eight. */
void sw_groups_add_row(const sw_lane_groups *groups, int64_t stride, int64_t r, int64_t place,
                       int64_t n, const double *v);
/* out[r] = the join of lanes[r * 8 .. r * 8 + 8); these become zero. */
void sw_groups_join(double *lanes, int64_t rows, double *out);
/* out[c] = the join of lanes 0 .. 7 of column c, `stride` apart; all of these lanes become zero. */
void sw_groups_join_columns(double *lanes, int64_t stride, int64_t n, double *out);
/* sum[c] += the sum of share[c], share[stride + c], ..., `groups` of them in this order. */
void sw_groups_add_shares(int64_t n, int64_t groups, const double *share, int64_t stride,
                          double *sum);
/* A share of sums joins them: the first is set, the others are added; with the last, what has no
 * number becomes NaN: a sum of nothing and an infinite one. */
void sw_groups_place(int64_t n, const double *share, bool first, bool last, double *sum);
/* sum[j] += v[j]. A sum that nothing was added to stays -0.0, where it begins with that
 * (kernel/pairs/lanes.h). */
void sw_groups_add(int64_t n, const double *v, double *sum);

#endif
