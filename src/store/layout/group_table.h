/* The table below the headline of a result by group. */
#ifndef SW_STORE_LAYOUT_GROUP_TABLE_H
#define SW_STORE_LAYOUT_GROUP_TABLE_H

#include "store/layout/figure.h"

/* Lines separated by newlines; "" where the figure is not by one group column, time and at most one
 * axis more. */
sw_status sw_group_table(sw_error *err, sw_arena *arena, hid_t group, const sw_figure *figure,
                         int64_t n_periods, const char *const *period, const char **text);

#endif
