/* Rows of several periods side by side, woven: the number of unit j in period l stands at
 * [j * SW_WOVEN + l], and all periods of a unit in one cache line. */
#ifndef SW_KERNEL_ROWS_WOVEN_H
#define SW_KERNEL_ROWS_WOVEN_H

#include "kernel/hot.h"

#include <stdint.h>

enum { SW_WOVEN = 8 };

/* Of each period: the sum of a segment, its greatest number and how many numbers it has. */
typedef struct sw_woven_sums {
  double sum[SW_WOVEN], greatest[SW_WOVEN], numbers[SW_WOVEN];
} sw_woven_sums;

/* Takes in a woven segment v of n units, for `periods` of its periods at least. NaN are left out.
 * Each period has the bits of sw_lanes_scan_gaps over its own row: number k goes to lane k mod 8,
 * and the sum of nothing is -0.0. Numbers are added to `column`, woven as v is, as sw_lanes_take
 * adds them; NULL: nowhere. */
void sw_woven_take(const double *v, int64_t n, int periods, double *column, sw_woven_sums *sums);

/* Of the first `periods`: woven[j * SW_WOVEN + l] = row[l][j], and back. The former gives the rest
 * of a line the last period's numbers. */
void sw_woven_weave(int64_t n, int periods, const double *const *row, double *woven);
void sw_woven_unweave(int64_t n, int periods, const double *woven, double *const *row);

#endif
