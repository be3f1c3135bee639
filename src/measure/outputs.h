/* What the outputs of a measure say of it, before any job of it is bound. */
#ifndef SW_MEASURE_OUTPUTS_H
#define SW_MEASURE_OUTPUTS_H

#include "spillway/measure.h"

enum { SW_MAX_QUANTITIES = 8 }; /* pair outputs of a measure */

bool sw_measure_has_shape(const sw_measure *measure, sw_shape shape);
/* What an entry may ask for (`keep`, strengths) follows from the outputs, not from the kind. */
bool sw_measure_has_pairs(const sw_measure *measure);
/* Its pairs come in whole rows, which are walked in strips whatever is kept of them. */
bool sw_measure_fills_rows(const sw_measure *measure);

#endif
