/* See outputs.h. Asked of the descriptor, while the study is parsed; whether a job really has pairs
 * is known after `resolve` only (sw_job_has_pairs in plan/descriptor). */
#include "measure/outputs.h"

bool sw_measure_has_shape(const sw_measure *measure, sw_shape shape) {
  for (const sw_output *output = measure->output; output->name; output++)
    if (output->shape == shape) return true;
  return false;
}

bool sw_measure_has_pairs(const sw_measure *measure) {
  return sw_measure_has_shape(measure, SW_PAIR);
}

bool sw_measure_fills_rows(const sw_measure *measure) {
  return measure->whole_row || measure->row_periods;
}
