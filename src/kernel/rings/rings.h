/* A row of pairs by ring of distance: each value goes into the sums of the ring that the key of its
 * pair lies in. Keys ascend with the distance (kernel/space/distances.h); one that is NaN lies in
 * no ring. */
#ifndef SW_KERNEL_RINGS_RINGS_H
#define SW_KERNEL_RINGS_RINGS_H

#include "spillway/fold.h"

/* Adds v[0 .. count): element j to lane j mod 8 of its row and to column j. NaN are left out; a sum
 * that nothing was added to stays -0.0, where it begins with that (kernel/pairs/lanes.h). */
void sw_rings_add(const sw_ring_limits *rings, int64_t count, const double *key, const double *v,
                  const sw_ring_lanes *to);

#endif
