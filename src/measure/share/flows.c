/* Inputs of flows; see flows.h.
 *
 * Partials count, keep the first by unit and period, and are merged in block order, so the message
 * is the same for any ranks. A tile cannot fail; finish does, on rank 0. */
#include "measure/share/flows.h"

/* NaN is not below zero and passes: a missing mass is no error. */
static void see(sw_negatives *seen, int64_t unit, int period, int input, double value) {
  if (!(value < 0)) return;
  if (seen->count++ == 0) {
    seen->unit = unit;
    seen->period = period;
    seen->input = input;
    seen->value = value;
  }
}

/* All inputs of a measure of flows are masses, none of which may be negative. */
void sw_flows_see(const sw_job *job, int64_t unit, int t, sw_negatives *seen) {
  for (int k = 0; k < job->n_inputs; k++)
    see(seen, unit, t, k, sw_view_at(job->input[k].view, t, unit));
}

/* `all` comes first in the order of units, so its place is kept. */
void sw_flows_merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)job, (void)pass;
  sw_negatives *sum = all;
  const sw_negatives *more = part;
  int64_t count = sum->count + more->count;
  if (sum->count == 0) *sum = *more;
  sum->count = count;
}

/* The parameter that names the input. */
static const sw_param *role_of(const sw_job *job, int input) {
  const sw_param *param = job->measure->param;
  /* param[1].name: the last parameter is returned without a look, since the input must belong to
   * one. */
  for (; param[1].name; param++) {
    sw_inputs in = sw_job_inputs(job, param->name);
    if (input >= in.first && input < in.first + in.count) break;
  }
  return param;
}

/* No result: later passes need nothing but the operands. */
sw_status sw_flows_finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)pass, (void)result;
  const sw_negatives *seen = all;
  if (seen->count == 0) return SW_OK;
  const char *role = role_of(job, seen->input)->name;
  return sw_fail(
      err, SW_EINPUT,
      "%s: %s: %s is negative: unit %s, period %s: %s is %g (%lld in all); expected 0 or more",
      sw_job_arg(job, role)->where, job->name, role, sw_unit_code(job->units, seen->unit),
      sw_job_period(job, seen->period), job->input[seen->input].name, seen->value,
      (long long)seen->count);
}
