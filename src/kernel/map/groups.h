/* Groups of units that lie apart, made the main map and insets: the second half of zones.c. */
#ifndef SW_KERNEL_MAP_GROUPS_H
#define SW_KERNEL_MAP_GROUPS_H

#include "kernel/map/zones.h"

typedef struct sw_groups {
  const sw_spots *spots;
  const int32_t *group; /* of units; -1: without a point */
  int n;                /* groups, numbered by their lowest unit */
  int64_t n_cells;
  const int32_t *of_cell;  /* their groups */
  const double *x, *y, *z; /* middles of cells */
  int64_t least;           /* units that the bulk has at least */
} sw_groups;

/* zone[]: zeros on entry; *zones: 1 on entry. */
sw_status sw_groups_to_zones(sw_error *err, const sw_groups *groups, uint8_t *zone, int *zones);

#endif
