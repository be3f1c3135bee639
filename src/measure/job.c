/* What measures ask of their job: arguments and inputs by the name of their parameter, results by
 * the name of their output, and failures with a place. Names are searched linearly, a handful each;
 * measures ask in `resolve` and `finish`, or once per unit, never per pair.
 *
 * Nothing here is collective and nothing is locked: `resolve` runs on one thread of each rank,
 * `finish` on rank 0, and tiles only read. Texts made here live in the job's arena, until the run
 * ends. */
#include "spillway/measure.h"
#include "spillway/node.h"

#include "measure/names.h"
#include "measure/outputs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name that the measure does not declare is an error in the measure, found in its first run:
 * abort, rather than return something that looks like an answer. */
static int param_index(const sw_job *job, const char *name) {
  for (int i = 0; job->measure->param[i].name; i++)
    if (strcmp(job->measure->param[i].name, name) == 0) return i;
  abort(); /* a measure asking for a parameter it does not declare */
}

/* Beyond the room passes are only counted, and n_passes tells that there were too many when
 * `resolve` is done (sw_job_check), with the measure's name; the same holds for axes. So `resolve`
 * need not check. */
int sw_job_pass(sw_job *job, sw_pass pass) {
  if (job->n_passes < SW_MAX_PASSES) job->pass[job->n_passes] = pass;
  return job->n_passes++;
}

void sw_job_axis(sw_job *job, sw_axis axis) {
  if (job->n_axes < SW_MAX_AXES) job->axis[job->n_axes] = axis;
  job->n_axes++;
}

/* Axes are found by the descriptor's name; the file may show them under another (sw_axis_name). */
const sw_axis *sw_job_find_axis(const sw_job *job, const char *name) {
  for (int a = 0; a < job->n_axes; a++)
    if (strcmp(job->axis[a].name, name) == 0) return &job->axis[a];
  return NULL;
}

/* A pointer into the job; the study's name for the axis goes before the measure's. */
const char *sw_axis_name(const sw_axis *axis) {
  return axis->as ? axis->as : axis->name;
}

/* Whether a dataset of the result's group may not be called COLUMN or COLUMN_to: outputs and axes
 * that were declared before have their names. What pair outputs bring along counts for all
 * measures, so that readers need not know which have pairs; axes of sums over rings and centres for
 * those that may have them: names are not to change with `keep`. */
static bool is_name_taken(const sw_job *job, const char *column, const char *to) {
  for (const sw_output *output = job->measure->output; output->name; output++)
    if (strcmp(output->name, column) == 0 || strcmp(output->name, to) == 0) return true;
  for (int a = 0; a < job->n_axes && a < SW_MAX_AXES; a++) {
    const char *axis = sw_axis_name(&job->axis[a]);
    if (strcmp(axis, column) == 0 || strcmp(axis, to) == 0) return true;
  }
  if (sw_measure_has_pairs(job->measure) &&
      (strcmp(column, SW_AXIS_RING) == 0 || strcmp(column, SW_AXIS_CENTRE) == 0))
    return true;
  return sw_name_is_taken(column, true) || sw_name_is_taken(to, true) ||
         strcmp(column, SW_NAME_VALUE) == 0;
}

/* COLUMN and COLUMN_to are renamed together, so that readers recognise the pair. */
sw_status sw_job_group_axes(sw_error *err, sw_job *job, const char *name, const char *to,
                            const sw_grouping *grouping) {
  const char *as = grouping->name, *as_to = sw_arena_printf(job->arena, "%s_to", as);
  if (as_to && is_name_taken(job, as, as_to)) {
    as = sw_arena_printf(job->arena, SW_NAME_GROUP_PREFIX "%s", grouping->name);
    as_to = sw_arena_printf(job->arena, "%s_to", as ? as : "");
  }
  if (!as || !as_to) return sw_fail(err, SW_ENOMEM, "%s: out of memory for its axes", job->name);
  sw_axis axis = {.name = name, .n = grouping->n_groups, .label = grouping->label, .as = as};
  /* Labels are borrowed from the grouping, which lives as long as the units. */
  sw_job_axis(job, axis);
  axis.name = to;
  axis.as = as_to;
  if (to) sw_job_axis(job, axis);
  return SW_OK;
}

/* Of one job only pointers need be compared: what is equal otherwise is found by content when it is
 * made. */
static bool is_same(const sw_resource *a, const sw_resource *b) {
  return a->name && b->name && strcmp(a->name, b->name) == 0 && a->fill == b->fill &&
         a->links[0] == b->links[0] && a->links[1] == b->links[1] && a->distance == b->distance &&
         a->base == b->base && a->setting_bytes == b->setting_bytes &&
         (a->setting_bytes == 0 || memcmp(a->setting, b->setting, a->setting_bytes) == 0);
}

/* `prepare` may run twice for a pass, and asks twice then. */
int sw_job_resource(sw_job *job, sw_resource resource) {
  for (int k = 0; k < job->n_resources && k < SW_MAX_RESOURCES; k++)
    if (is_same(&job->resource[k], &resource)) return k;
  if (job->n_resources < SW_MAX_RESOURCES) job->resource[job->n_resources] = resource;
  return job->n_resources++;
}

/* Linear in the number of parameters; tiles that run per pair keep the pointer in their state. */
const sw_arg *sw_job_arg(const sw_job *job, const char *name) {
  return &job->arg[param_index(job, name)];
}

const sw_links *sw_job_weights(const sw_job *job, const char *name) {
  return sw_job_arg(job, name)->weights;
}

const sw_distance *sw_job_distance(const sw_job *job, const char *name) {
  return sw_job_arg(job, name)->distance;
}

/* Which inputs a parameter has. */
sw_inputs sw_job_inputs(const sw_job *job, const char *name) {
  /* Inputs stand in the order of the parameters, so those before this one are skipped. */
  sw_inputs inputs = {0, 0};
  int end = param_index(job, name);
  for (int i = 0; i <= end; i++) {
    sw_ptype type = job->measure->param[i].type;
    inputs.first += inputs.count;
    bool columns = type == SW_P_COLUMN || type == SW_P_COLUMNS || type == SW_P_COLUMN_MAP;
    inputs.count = columns ? job->arg[i].count : 0;
  }
  return inputs;
}

/* The place is that of the argument in the study, or of the entry where the argument was left out.
 * The message is made first, in half the room, as the place comes before it. */
sw_status sw_job_fail(sw_error *err, const sw_job *job, const char *param, const char *format,
                      ...) {
  char text[SW_ERROR_TEXT / 2];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return sw_fail(err, SW_EINPUT, "%s: %s: %s: %s", sw_job_arg(job, param)->where, job->name, param,
                 text);
}

/* The first of that name: of variants it may be the one that is off. */
sw_result *sw_job_result(const sw_job *job, const char *name) {
  for (int i = 0; job->measure->output[i].name; i++)
    if (strcmp(job->measure->output[i].name, name) == 0) return &job->result[i];
  return NULL;
}

/* Tables and timeless outputs have one row, whatever the number of periods. */
int sw_result_periods(const sw_job *job, const sw_result *result) {
  bool timed = result->output->shape == SW_GLOBAL ||
               (result->output->shape == SW_UNIT && !result->output->timeless);
  return timed ? job->n_periods : 1;
}

/* The value of a parameter in the words of variants. */
static const char *in_words(const sw_param *param, const sw_arg *arg) {
  const char *fallback = param->fallback ? param->fallback : "";
  if (param->type == SW_P_BOOL) return arg->number != 0 ? "true" : "false";
  if (param->type == SW_P_CHOICE) return arg->text;
  if (!arg->given) return fallback;
  bool plain = arg->node && arg->node->kind == SW_NODE_SCALAR;
  bool text = param->type == SW_P_NODE || param->type == SW_P_TABLE;
  return plain && text ? arg->node->text : "*";
}

/* A choice that stands among the variants is meant by its own; "*" is what is left. */
static bool is_in_force(const sw_job *job, const sw_variant *variant) {
  int p = param_index(job, variant->param);
  const char *value = in_words(&job->measure->param[p], &job->arg[p]);
  if (strcmp(variant->choice, "*") != 0 || strcmp(value, "*") == 0)
    return strcmp(variant->choice, value) == 0;
  for (const sw_variant *other = job->measure->variant; other->param; other++)
    if (strcmp(other->param, variant->param) == 0 && strcmp(other->choice, value) == 0)
      return false;
  return job->arg[p].given;
}

/* Formulas of variants follow the measure's own, in the order of the descriptor. NULL: out of
 * memory. */
const char *sw_job_formula(const sw_job *job) {
  const char *text = job->measure->formula;
  for (const sw_variant *v = job->measure->variant; text && v && v->param; v++)
    if (is_in_force(job, v)) text = sw_arena_printf(job->arena, "%s; %s", text, v->formula);
  return text;
}

/* Kept by output and period; without room for reasons (a check, a test) the call does nothing. */
void sw_job_undefined(sw_job *job, int output, int t, const char *why) {
  if (job->why) job->why[output * job->n_periods + t] = why;
}

const char *sw_job_period(const sw_job *job, int t) {
  return job->periods->label[job->period[t]];
}

/* From here on n_periods counts results; inputs keep the periods they were bound with. */
sw_status sw_job_results_at(sw_error *err, sw_job *job, int count, const int *t) {
  int *period = NULL;
  SW_NEW(err, job->arena, period, count + 1);
  for (int k = 0; k < count; k++)
    period[k] = job->period[t[k]];
  job->n_seen = job->n_periods;
  job->seen = job->period;
  job->n_periods = count;
  job->period = period;
  return SW_OK;
}

/* Periods that the measure looks at: more than it has results for where `seen` is set. */
int sw_job_seen(const sw_job *job) {
  return job->seen ? job->n_seen : job->n_periods;
}

int sw_job_seen_at(const sw_job *job, int t) {
  return job->seen ? job->seen[t] : job->period[t];
}

const char *sw_job_seen_period(const sw_job *job, int t) {
  return job->periods->label[sw_job_seen_at(job, t)];
}

/* A run without a stop function, as in tests, is never asked to stop. */
bool sw_job_stops(const sw_job *job) {
  return job->stops && job->stops();
}
