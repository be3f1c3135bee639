/* What measures ask of their job: arguments and inputs by the name of their parameter, results by
 * the name of their output, and failures with a place. Names are searched linearly, a handful each;
 * measures ask in `resolve` and `finish`, or once per unit, never per pair. */
#include "spillway/measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name that the measure does not declare is a slip in the measure that its first run finds: it
 * aborts rather than return something that could be taken for an answer. */
static int param_index(const sw_job *job, const char *name) {
  for (int i = 0; job->measure->param[i].name; i++)
    if (strcmp(job->measure->param[i].name, name) == 0) return i;
  abort(); /* a measure asking for a parameter it does not declare */
}

/* Beyond the room passes are only counted, and one too many is found when `resolve` is done
 * (sw_job_check), with the measure's name; the same holds for axes. So `resolve` need not check. */
int sw_job_pass(sw_job *job, sw_pass pass) {
  if (job->n_passes < SW_MAX_PASSES) job->pass[job->n_passes] = pass;
  return job->n_passes++;
}

void sw_job_axis(sw_job *job, sw_axis axis) {
  if (job->n_axes < SW_MAX_AXES) job->axis[job->n_axes] = axis;
  job->n_axes++;
}

const sw_arg *sw_job_arg(const sw_job *job, const char *name) {
  return &job->arg[param_index(job, name)];
}

const sw_links *sw_job_weights(const sw_job *job, const char *name) {
  return sw_job_arg(job, name)->weights;
}

const sw_distance *sw_job_distance(const sw_job *job, const char *name) {
  return sw_job_arg(job, name)->distance;
}

sw_inputs sw_job_inputs(const sw_job *job, const char *name) {
  /* Inputs stand in the order of the parameters, so those before this one are skipped. */
  sw_inputs inputs = {0, 0};
  int end = param_index(job, name);
  for (int i = 0; i <= end; i++) {
    sw_ptype type = job->measure->param[i].type;
    inputs.first += inputs.count;
    inputs.count = type == SW_P_COLUMN || type == SW_P_COLUMNS ? job->arg[i].count : 0;
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

const char *sw_job_period(const sw_job *job, int t) {
  return job->periods->label[job->period[t]];
}
