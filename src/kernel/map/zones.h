/* Which units a map draws beside it, as they lie so far from the others that the others would be
 * small: islands overseas, an exclave. By distances alone. */
#ifndef SW_KERNEL_MAP_ZONES_H
#define SW_KERNEL_MAP_ZONES_H

#include "spillway/status.h"

enum { SW_ZONES = 9 }; /* at most, with the main map */

/* Points of n units: vertices of their polygons, or their places. */
typedef struct sw_spots {
  int64_t n, count;
  const int32_t *unit; /* count */
  const double *x, *y; /* longitude and latitude, or a plane */
  bool degrees;
  bool single; /* a point a unit, which borders do not join */
} sw_spots;

/* zone[u], n: 0 the main map, from 1 insets, the larger first. *zones: how many, 1 where
 * no group lies far from the bulk or there is no bulk. The order of points does not matter.
 *
 * Units are one group where less than a gap lies between them: a fifth of the bulk's radius, which
 * is that of 80% of the units about their median; of places alone at least 2.5 times the distance
 * to the nearest that 90% of them have. The bulk is the largest group, and has 60% of the units.
 * Groups that shrink it by a tenth at most when they are drawn with it are. Two others are one
 * inset where they are half as far from each other as from the bulk, and not further than a third
 * of the bulk's length or one and a half times their own. */
sw_status sw_zones_find(sw_error *err, const sw_spots *spots, uint8_t *zone, int *zones);

#endif
