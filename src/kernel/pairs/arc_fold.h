/* Flows by great circle with a decay of 2 (kernel/space/arc.h), added up where they are made: a
 * square's sums of rows and of columns and its greatest value, without a value in memory. */
#ifndef SW_KERNEL_PAIRS_ARC_FOLD_H
#define SW_KERNEL_PAIRS_ARC_FOLD_H

#include "kernel/pairs/lanes.h"
#include "kernel/rings/rings.h"
#include "kernel/space/arc.h"

#include <stddef.h>

size_t sw_arc_fold_workspace(void);

/* Adds sw_arc_flows of rows i in [i0, i1), weights a[i], against columns [j0, j1), weights b. The
 * bits of values and sums are those of adding the flows by sw_lanes_row. A NaN shows in the sums of
 * its row. Flows are taken to be 0 or more. With `rings` (NULL: none) also by sw_rings_add, by
 * chords, to the same places of `ring`: row r of the square to its row + r * 8 and to its column +
 * (r % 8) * stride. */
void sw_arc_fold_flows(const sw_arc_points *points, const double *a, const double *b, int64_t i0,
                       int64_t i1, int64_t j0, int64_t j1, sw_lane_sums *sums,
                       const sw_ring_limits *rings, const sw_ring_lanes *ring, void *workspace);

#endif
