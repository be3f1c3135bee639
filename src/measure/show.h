/* How an output is looked at: what its descriptor says, else what follows from its shape, its axes
 * and what its numbers are. The results file, `info` and `measures` say it by these words, and who
 * draws a result reads them there: no view knows a measure by name. */
#ifndef SW_MEASURE_SHOW_H
#define SW_MEASURE_SHOW_H

#include "spillway/measure.h"

/* By default: by unit a map, of classes also their shares; pairs as flows; by period a line, one
 * for each label of an axis; a table along an axis as bars; along an axis and its mate `..._to`, by
 * period or not, a matrix; all else a table. */
sw_show sw_output_show(const sw_output *output);
/* By default: categories of classes, else sequential. */
sw_palette sw_output_palette(const sw_output *output);
/* "map", "diverging". */
const char *sw_show_name(sw_show show);
const char *sw_palette_name(sw_palette palette);
/* The value about which a palette diverges; of others it means nothing. */
int sw_palette_centre(sw_palette palette);
/* Lines, bars and tables have no colours of their own, unless they diverge. */
bool sw_show_has_palette(sw_show show);
/* "map, diverging around 1, logarithmic; with expected", into `text`. */
const char *sw_output_look(const sw_output *output, char *text, size_t size);

#endif
