/* What a results file says of that which its results rest on, as lines for people. */
#ifndef SW_STORE_LAYOUT_REST_H
#define SW_STORE_LAYOUT_REST_H

#include "store/h5/h5.h"

/* Title, noun and names of the units, missing cells by indicator and period, weights matrices: a
 * line for each, "" for none; from the arena. */
sw_status sw_layout_rest(sw_error *err, sw_arena *arena, hid_t file, const char **lines);

#endif
