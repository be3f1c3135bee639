/* What a unit reaches: sums over a list of others with a time, and a mass each, which may be
 * missing (NaN) and is left out then. In eight lanes, element k in lane k mod 8. */
#ifndef SW_KERNEL_FLOWS_REACH_H
#define SW_KERNEL_FLOWS_REACH_H

#include "kernel/hot.h"

#include <stdint.h>

/* m[k] = mass[to[k]] */
void sw_reach_gather(int64_t count, const int32_t *to, const double *mass, double *m);

typedef struct sw_reach_sums {
  double number, mass, mass_time, mass_over_time; /* of those with a mass */
} sw_reach_sums;

sw_reach_sums sw_reach_all(int64_t count, const double *m, const double *time);
/* Of those within `limit`, which belongs to it: how many have a mass, and its sum. */
void sw_reach_within(int64_t count, const double *m, const double *time, double limit,
                     double *number, double *mass);

#endif
