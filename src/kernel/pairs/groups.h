/* Sums of a row of a pair matrix by group. NaN are left out. In eight lanes each, element k of what
 * is summed in lane k mod 8: the bits rest on the row and on the division of its columns alone. */
#ifndef SW_KERNEL_PAIRS_GROUPS_H
#define SW_KERNEL_PAIRS_GROUPS_H

#include "kernel/hot.h"

#include <stdint.h>

/* Columns unit[0 .. count) of v: their sum, and how many have a value. */
void sw_groups_sum(int64_t count, const int32_t *unit, const double *v, double *sum,
                   double *values);
/* The same of columns that stand one after the other, v[0 .. count). */
void sw_groups_sum_run(int64_t count, const double *v, double *sum, double *values);
/* sum[j] += v[j]. A sum that nothing was added to stays -0.0, where it begins with that
 * (kernel/pairs/lanes.h). */
void sw_groups_add(int64_t n, const double *v, double *sum);

#endif
