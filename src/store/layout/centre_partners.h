/* The strongest partners of each centre of a pair result, in words. */
#ifndef SW_STORE_LAYOUT_CENTRE_PARTNERS_H
#define SW_STORE_LAYOUT_CENTRE_PARTNERS_H

#include "store/h5/h5.h"

/* *text: a line for each of the first centres, of the last period, "" where the result has none.
 * Codes with the largest values stand first, ties by code; a line has both ways where they differ.
 */
sw_status sw_centre_partners(sw_error *err, sw_arena *arena, hid_t group, int64_t n_periods,
                             const char *const *period, const char **text);

#endif
