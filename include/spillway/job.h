/* Spillway: what a measure calls on its job: in resolve to declare passes, axes and resources and to
 * read its arguments; later to find its results and to say what numbers alone do not. measure.h, which
 * defines the job, includes this file. */
#ifndef SPILLWAY_JOB_H
#define SPILLWAY_JOB_H

#include "spillway/measure.h"

#pragma GCC visibility push(default)

/* In resolve: add a pass, whose index is returned, or an axis. */
int sw_job_pass(sw_job *job, sw_pass pass);
void sw_job_axis(sw_job *job, sw_axis axis);
/* In resolve: add the axis `name` and, unless NULL, the axis `to`, whose labels are the groups of a
 * column. In the file they are named after the column, COLUMN and COLUMN_to, or group_COLUMN and
 * group_COLUMN_to where COLUMN is the name of an output, of an axis, or one of the engine's own. */
sw_status sw_job_group_axes(sw_error *err, sw_job *job, const char *name, const char *to,
                            const sw_grouping *grouping);
/* The axis that outputs refer to as `name`, or NULL; its name in the file. */
const sw_axis *sw_job_find_axis(const sw_job *job, const char *name);
const char *sw_axis_name(const sw_axis *axis);
/* Number of periods of a result of the job; 1 for one without time. */
int sw_result_periods(const sw_job *job, const sw_result *result);
/* In resolve and prepare: request a resource. Returns its index in job->made; a repeated request
 * returns the same index. */
int sw_job_resource(sw_job *job, sw_resource resource);
/* The argument of the parameter called `name`, which the measure must have. */
const sw_arg *sw_job_arg(const sw_job *job, const char *name);
/* The links or the distance of that parameter; NULL when it was left out. Call it in resolve and keep
 * the pointer in the state: it searches by name. */
const sw_links *sw_job_weights(const sw_job *job, const char *name);
const sw_distance *sw_job_distance(const sw_job *job, const char *name);
/* The distance in the job's period t: itself, or the state that a network is in. */
static inline const sw_distance *sw_job_distance_in(const sw_job *job, const sw_distance *distance,
                                                    int t) {
  return distance->state ? &distance->state[distance->state_of[job->period[t]]] : distance;
}
/* The inputs of that parameter; count 0 when it was left out. */
sw_inputs sw_job_inputs(const sw_job *job, const char *name);
/* SW_EINPUT with the place of that parameter: "study.yaml:31:5: gravity_gdp: decay: <message>". */
sw_status sw_job_fail(sw_error *err, const sw_job *job, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The result called `name` of the job, or NULL. */
sw_result *sw_job_result(const sw_job *job, const char *name);
/* The formula of the variant in force, from the job's arena; NULL: no memory. */
const char *sw_job_formula(const sw_job *job);
/* In finish: why an output, by its place in the descriptor, has no value in period t (0 of a table;
 * of an output by unit: no unit has one). A text that stays: "constant", "fewer than 2 values". The
 * summary says it on the result's line, and so does the results file. */
void sw_job_undefined(sw_job *job, int output, int t, const char *why);
/* In finish: a line of text on the result as a whole, for what a number alone does not say: "12 of
 * 464 units leapt up by a class or more: 01001, 06037". `run` prints it below the entry's headline,
 * and `info` does; the results file keeps all lines as the attribute `summary` of the result's group.
 * Each call is a line, in the order of the calls, of any length; a newline within becomes a blank.
 * Some 32,000 bytes are kept of an entry: a longer line ends in "...", and further lines are counted.
 * The words may rest on what the operand hash covers (codes of units, groups, labels of periods,
 * parameters) and on nothing else, since --reuse takes them from an earlier file. A line is of all
 * periods together, so an entry that has said something is taken whole or computed whole. */
void sw_job_say(sw_job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* In resolve: a line that `spillway check` prints of the entry, for what its parameters let it find at
 * all: "999 permutations give no p below 0.001: 63 units of 3107 must have it". One line, the last. */
void sw_job_foresee(sw_job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* In a tile that takes seconds or more: whether the run was asked to stop. The tile may then return
 * at once: what it leaves is dropped, and computed when the run goes on. The descriptor says that it
 * does so by `leaves_off`. */
bool sw_job_stops(const sw_job *job);
/* The period label of the job's period t, e.g. "2005". */
const char *sw_job_period(const sw_job *job, int t);
/* In resolve, of a measure that pools periods and before it declares passes: results have only these
 * of the job's periods, ascending, as the last ones of windows. From here on they are the job's
 * periods. Inputs still have all, counted as before: how many these are, which of the panel's, and
 * their labels. */
sw_status sw_job_results_at(sw_error *err, sw_job *job, int count, const int *t);
int sw_job_seen(const sw_job *job);
int sw_job_seen_at(const sw_job *job, int t);
const char *sw_job_seen_period(const sw_job *job, int t);

#pragma GCC visibility pop
#endif
