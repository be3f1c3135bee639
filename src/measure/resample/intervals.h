/* `intervals` of an entry: the parameters, and the descriptor that the entry has by them. One for
 * all measures that have a `resample` (spillway/resample.h). */
#ifndef SW_MEASURE_RESAMPLE_INTERVALS_H
#define SW_MEASURE_RESAMPLE_INTERVALS_H

#include "spillway/resample.h"

/* The key of an entry; the parameters within it, which end with {0}. */
#define SW_INTERVALS "intervals"
#define SW_INTERVALS_CHANGE "change"
/* What stands behind the name of a quantity that has bounds. */
#define SW_INTERVALS_LOWER "_lo"
#define SW_INTERVALS_UPPER "_hi"
extern const sw_param sw_intervals_params[];

/* A copy of the measure with these parameters, with bounds beside each output that says `interval`
 * and, with `change`, of the difference of two periods; and with passes that fill them. Outputs of
 * the measure itself keep their places. */
sw_status sw_intervals_extend(sw_error *err, sw_arena *arena, const sw_measure *plain, bool change,
                              const sw_measure **extended);

/* The names that an output has so: NAME_lo, NAME_hi, NAME_change, NAME_change_lo, NAME_change_hi.
 */
enum { SW_INTERVAL_LO, SW_INTERVAL_HI, SW_INTERVAL_CHANGE, SW_INTERVAL_NAMES = 5 };
const char *sw_intervals_name(sw_arena *arena, const sw_output *output, int which);

#endif
