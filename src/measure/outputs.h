/* What the outputs of a measure say of it, before any job of it is bound. */
#ifndef SW_MEASURE_OUTPUTS_H
#define SW_MEASURE_OUTPUTS_H

#include "spillway/measure.h"

enum { SW_MAX_QUANTITIES = 8 }; /* pair outputs of a measure */

bool sw_measure_has_shape(const sw_measure *measure, sw_shape shape);
/* What an entry may ask for (`keep`, strengths) follows from the outputs, not from the kind: pair
 * outputs of the result itself, not those of groups below it. */
bool sw_measure_has_pairs(const sw_measure *measure);
/* The first pair output of a group (NULL: of none), or NULL. */
const sw_output *sw_measure_first_pair(const sw_measure *measure, const char *group);
/* Whether a table is the coordinate of its axis: it has the name of the axis, and its numbers are
 * the positions, which follow from values. */
bool sw_output_is_coordinate(const sw_output *output);
/* Positions of the output's axes, multiplied; 1 without any, 0 where `resolve` did not declare one,
 * which an output that is off may have. The order of the axes is that of the file's dimensions, the
 * last fastest. */
int sw_output_width(const sw_job *job, const sw_output *output);
/* Whether an axis of the job has its positions from an output. */
bool sw_job_has_coordinate(const sw_job *job, const char *axis);
/* Whether one of these says which pairs are found (SW_SIGNIFICANT). */
bool sw_measure_tests_pairs(const sw_measure *measure);
/* Whether a pair output is one of that group (NULL: of none). */
bool sw_output_is_of(const sw_output *output, const char *group);
/* Its pairs come in whole rows, which are walked in strips whatever is kept of them. */
bool sw_measure_fills_rows(const sw_measure *measure);

/* Axes of the sums over pairs by distance, and from and to centres (plan/sums). */
#define SW_AXIS_RING "ring"
#define SW_AXIS_CENTRE "centre"

#endif
