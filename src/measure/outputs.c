/* Questions about the outputs of a measure (outputs.h). Asked of the descriptor, while the study is
 * parsed; whether a job really has pairs is known after `resolve` only (sw_job_has_pairs in
 * plan/descriptor). */
#include "measure/outputs.h"

#include <string.h>

/* Of the descriptor: an output that resolve may switch off still counts. */
bool sw_measure_has_shape(const sw_measure *measure, sw_shape shape) {
  for (const sw_output *output = measure->output; output->name; output++)
    if (output->shape == shape) return true;
  return false;
}

/* Pair outputs of the result itself have no group (NULL), and are of none. */
bool sw_output_is_of(const sw_output *output, const char *group) {
  if (output->shape != SW_PAIR) return false;
  return group && output->group ? strcmp(group, output->group) == 0 : group == output->group;
}

/* A table along the one axis that it is named for: its values are the positions of that axis. */
bool sw_output_is_coordinate(const sw_output *output) {
  return output->shape == SW_TABLE && output->axis[0] && !output->axis[1] &&
         strcmp(output->axis[0], output->name) == 0;
}

int sw_output_width(const sw_job *job, const sw_output *output) {
  int width = 1;
  for (int a = 0; a < SW_MAX_OWN && output->axis[a]; a++) {
    const sw_axis *axis = sw_job_find_axis(job, output->axis[a]);
    width *= axis ? axis->n : 0;
  }
  return width;
}

/* Whether an output gives the positions on that axis (a coordinate of the file). */
bool sw_job_has_coordinate(const sw_job *job, const char *axis) {
  for (int q = 0; job->measure->output[q].name; q++)
    if (!job->result[q].off && strcmp(job->measure->output[q].name, axis) == 0 &&
        sw_output_is_coordinate(&job->measure->output[q]))
      return true;
  return false;
}

/* The first pair output of a group is stored as `value`. */
const sw_output *sw_measure_first_pair(const sw_measure *measure, const char *group) {
  for (const sw_output *output = measure->output; output->name; output++)
    if (sw_output_is_of(output, group)) return output;
  return NULL;
}

bool sw_measure_has_pairs(const sw_measure *measure) {
  return sw_measure_first_pair(measure, NULL) != NULL;
}

/* `keep: significant` is only offered where such an output exists. */
bool sw_measure_tests_pairs(const sw_measure *measure) {
  for (const sw_output *output = measure->output; output && output->name; output++)
    if (sw_output_is_of(output, NULL) && strcmp(output->name, SW_SIGNIFICANT) == 0) return true;
  return false;
}

/* Whole rows bring their unit outputs along (by_row). */
bool sw_measure_fills_rows(const sw_measure *measure) {
  return measure->whole_row || measure->row_periods;
}
