/* Coupling coordination D of pairs of three systems in the product form (kernel/pairs/meta.h),
 * added up where it is made: a square's sums of rows and of columns and its greatest value, without
 * a value in memory. */
#ifndef SW_KERNEL_PAIRS_META_FOLD_H
#define SW_KERNEL_PAIRS_META_FOLD_H

#include "kernel/pairs/lanes.h"
#include "kernel/pairs/meta.h"

#include <stddef.h>

size_t sw_meta_fold_workspace(void);

/* Whether sw_meta_fold serves these columns: three systems, product, no tiny score. */
bool sw_meta_folds(const sw_meta *meta);

/* Adds D of rows [i0, i1) against columns [j0, j1). The bits of values and sums are those of adding
 * what sw_meta_segment gives by sw_lanes_row. A NaN shows in the sums of its row. */
void sw_meta_fold(const sw_meta *meta, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  sw_lane_sums *sums, void *workspace);

#endif
