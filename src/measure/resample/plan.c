/* An entry's `intervals` read: what is drawn, how many numbers a draw has, which passes there are;
 * and what a study may not ask. */
#include "measure/resample/plan.h"

#include "measure/outputs.h"
#include "measure/resample/intervals.h"
#include "measure/share/series.h"

#include <math.h>
#include <string.h>

/* Bytes of draws that a thread keeps at most. */
static const double most_bytes = 2147483648.0;

/* Items of a moment with units left out; bytes of all that these leave. */
enum { MOST_CHUNKS = 64, MOST_PARTS_BYTES = 1 << 26 };

/* ---- outputs ---------------------------------------------------------------------------- */

static int outputs_of(const sw_measure *measure) {
  int count = 0;
  while (measure->output[count].name)
    count++;
  return count;
}

/* Whether the descriptor was extended by changes, too: it was where the study has the key, be its
 * value `none`. */
static bool has_changes(const sw_job *job, int outputs) {
  int bounds = 0;
  for (int q = 0; q < outputs; q++)
    bounds += job->measure->output[q].interval ? SW_INTERVAL_CHANGE : 0;
  return outputs_of(job->measure) > outputs + bounds;
}

/* The outputs that are on, and where their numbers stand; outputs off keep the places of their
 * bounds in the descriptor. */
static void list_outputs(const sw_job *job, sw_interval_plan *plan) {
  const sw_output *output = job->measure->output;
  int outputs = outputs_of(job->measure->plain), lo = outputs;
  bool changes = has_changes(job, outputs);
  for (int q = 0; q < outputs; q++) {
    if (!output[q].interval) continue;
    bool timed = sw_intervals_has_change(&output[q]), by_unit = output[q].shape == SW_UNIT;
    if (!job->result[q].off && plan->n_at < SW_MAX_INTERVALS) {
      int width = sw_output_width(job, &output[q]);
      bool all = plan->together && output[q].shape == SW_GLOBAL;
      bool behind = plan->change && timed && (plan->together || by_unit);
      plan->at[plan->n_at++] =
          (sw_interval_at){.output = q,
                           .lo = lo,
                           .change = plan->change && timed ? lo + SW_INTERVAL_CHANGE : -1,
                           .width = width,
                           .by_unit = by_unit,
                           .first = plan->numbers,
                           .count = (int64_t)width * (all ? job->n_periods : 1),
                           .behind = behind ? plan->behind : -1};
      plan->numbers += plan->at[plan->n_at - 1].count;
      plan->behind += behind ? width : 0;
      plan->by_unit |= by_unit;
    }
    lo += changes && timed ? SW_INTERVAL_NAMES : SW_INTERVAL_CHANGE;
  }
}

/* ---- arguments -------------------------------------------------------------------------- */

static const sw_arg *arg_of(const sw_job *job, int k) {
  return sw_job_arg(job, sw_intervals_params[k].name);
}

enum { DRAWS, LEVEL, WITHIN, METHOD, CHANGE, ARGS }; /* in the order of sw_intervals_params */

/* The job's period that a text means; -1: none. */
static int find_period(const sw_job *job, const char *const *text) {
  for (int t = 0; t < job->n_periods; t++)
    if (sw_series_find(job, text, 1, t) == 0) return t;
  return -1;
}

static void read_arguments(const sw_job *job, sw_interval_plan *plan) {
  for (int k = 0; k < ARGS; k++)
    plan->given |= arg_of(job, k)->given;
  if (!plan->given) return;
  const sw_arg *within = arg_of(job, WITHIN), *change = arg_of(job, CHANGE);
  plan->draws = (int64_t)arg_of(job, DRAWS)->number;
  plan->level = arg_of(job, LEVEL)->number;
  plan->bca = arg_of(job, METHOD)->number != 0;
  if (within->count) plan->within = sw_units_grouping(job->units, within->texts[0]);
  if (change->count != 2) return;
  plan->change = true;
  plan->from = find_period(job, &change->texts[0]);
  plan->to = find_period(job, &change->texts[1]);
}

/* In `resolve` the job has the measure's passes alone, behind which those of the intervals are to
 * stand; `declared`: they are there. */
static void number_passes(const sw_job *job, sw_interval_plan *plan, bool declared) {
  bool any = plan->given && plan->n_at > 0, bca = any && plan->bca;
  bool change = any && plan->change && !plan->together;
  int mine = any ? bca + 1 + change + plan->by_unit : 0;
  plan->first = declared ? job->n_passes - mine : job->n_passes;
  plan->left_out = bca ? plan->first : -1;
  plan->of_draws = any ? plan->first + bca : -1;
  plan->of_change = change ? plan->of_draws + 1 : -1;
  plan->of_units = any && plan->by_unit ? plan->of_draws + 1 + change : -1;
}

/* Units left out by an item: few where each takes long, more where what items leave would take too
 * much. By the panel's periods, so that an entry of some of them is cut in the same way. */
static void cut_units(const sw_job *job, sw_interval_plan *plan) {
  double bytes = (double)(plan->numbers + plan->behind) * sizeof(sw_interval_part) *
                 (double)(job->periods->n + 1);
  double most = bytes > 0 ? floor(MOST_PARTS_BYTES / bytes) : 1;
  int64_t chunks = most < 1 ? 1 : most > MOST_CHUNKS ? MOST_CHUNKS : (int64_t)most;
  plan->chunk = (job->n + chunks - 1) / chunks;
  plan->chunks = plan->chunk ? (job->n + plan->chunk - 1) / plan->chunk : 1;
}

static void make_plan(const sw_job *job, sw_interval_plan *plan, bool declared) {
  *plan = (sw_interval_plan){.together = job->measure->resample->together};
  read_arguments(job, plan);
  if (plan->given) list_outputs(job, plan);
  number_passes(job, plan, declared);
  if (plan->given) cut_units(job, plan);
}

void sw_intervals_plan(const sw_job *job, sw_interval_plan *plan) {
  make_plan(job, plan, true);
}

int sw_intervals_first(const sw_job *job) {
  sw_interval_plan plan;
  sw_intervals_plan(job, &plan);
  return plan.first;
}

/* ---- records ---------------------------------------------------------------------------- */

static size_t pair_doubles(const sw_interval_plan *plan) {
  return 2 * (size_t)plan->draws + 2 + sizeof(sw_pull) / sizeof(double);
}

size_t sw_intervals_record(const sw_interval_plan *plan, int pass) {
  size_t length = (size_t)sw_intervals_length(plan, pass);
  if (pass == plan->left_out) return length * sizeof(sw_interval_part);
  size_t bytes = length * sizeof(sw_interval_kept);
  if (pass == plan->of_change) bytes += (size_t)plan->behind * pair_doubles(plan) * sizeof(double);
  return bytes;
}

sw_interval_pair sw_intervals_pair(const sw_interval_plan *plan, const void *record,
                                   int64_t behind) {
  const sw_interval_kept *kept = record;
  double *at = (double *)(kept + sw_intervals_length(plan, plan->of_change));
  at += (size_t)behind * pair_doubles(plan);
  return (sw_interval_pair){.later = at,
                            .earlier = at + plan->draws,
                            .estimate = at + 2 * plan->draws,
                            .pull = (sw_pull *)(at + 2 * plan->draws + 2)};
}

/* ---- resolve ---------------------------------------------------------------------------- */

static sw_status check_draws(sw_error *err, const sw_job *job, const sw_interval_plan *plan) {
  int64_t least = sw_bounds_least(plan->level);
  double bytes = (double)(plan->numbers + plan->behind) * (double)plan->draws * sizeof(double);
  if (plan->draws < least)
    return sw_job_fail(err, job, sw_intervals_params[DRAWS].name,
                       "%lld draws have no bounds at a level of %g; expected %lld or more",
                       (long long)plan->draws, plan->level, (long long)least);
  if (bytes > most_bytes)
    return sw_job_fail(err, job, sw_intervals_params[DRAWS].name,
                       "%lld draws of %lld numbers take %.1f GB of each thread; expected %.0f GB "
                       "at most: fewer draws, or fewer groups",
                       (long long)plan->draws, (long long)(plan->numbers + plan->behind),
                       bytes / 1e9, most_bytes / 1e9);
  return SW_OK;
}

static sw_status check_within(sw_error *err, const sw_job *job, const sw_interval_plan *plan) {
  const sw_arg *within = arg_of(job, WITHIN);
  if (within->count > 1)
    return sw_job_fail(err, job, sw_intervals_params[WITHIN].name, "%d group columns; expected one",
                       within->count);
  if (within->count == 0 || plan->within) return SW_OK;
  return sw_job_fail(err, job, sw_intervals_params[WITHIN].name,
                     "'%s' is not a group column of the units; list it under groups there",
                     within->texts[0]);
}

/* Two periods of the entry, of which values can be compared. */
static sw_status check_change(sw_error *err, const sw_job *job, const sw_interval_plan *plan) {
  const char *name = sw_intervals_params[CHANGE].name;
  const sw_arg *change = arg_of(job, CHANGE);
  int timed = 0;
  if (!change->given) return SW_OK;
  if (change->count != 2)
    return sw_job_fail(err, job, name, "%d period%s; expected two, [from, to]", change->count,
                       change->count == 1 ? "" : "s");
  for (int k = 0; k < 2; k++)
    if ((k ? plan->to : plan->from) < 0)
      return sw_job_fail(err, job, name, "'%s' is not a period of the entry; it has %s to %s",
                         change->texts[k], sw_job_period(job, 0),
                         sw_job_period(job, job->n_periods - 1));
  if (plan->from >= plan->to)
    return sw_job_fail(err, job, name,
                       "%s is not before %s; a change is from an earlier period to a later one",
                       change->texts[0], change->texts[1]);
  if (sw_series_broken(job, plan->from, plan->to))
    return sw_job_fail(err, job, name,
                       "the panel has a break between %s and %s, which measure different things",
                       change->texts[0], change->texts[1]);
  for (int i = 0; i < job->n_inputs; i++)
    if (job->input[i].per_period_normalised)
      return sw_job_fail(err, job, name,
                         "'%s' is normalised per period and cannot be compared over time; "
                         "normalise over the panel, or by bounds",
                         job->input[i].name);
  for (int k = 0; k < plan->n_at; k++)
    timed += plan->at[k].change >= 0;
  return timed ? SW_OK : sw_job_fail(err, job, name, "no quantity with bounds is by period");
}

/* Bounds are on where their quantity is. */
static void switch_outputs(sw_job *job, const sw_interval_plan *plan) {
  for (int q = outputs_of(job->measure->plain); job->measure->output[q].name; q++)
    job->result[q].off = true;
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    for (int b = 0; b < SW_INTERVAL_CHANGE; b++)
      job->result[at->lo + b].off = false;
    for (int b = SW_INTERVAL_CHANGE; at->change >= 0 && b < SW_INTERVAL_NAMES; b++)
      job->result[at->lo + b].off = false;
  }
}

static void declare_passes(sw_job *job, const sw_interval_plan *plan) {
  size_t of_draws = sw_intervals_record(plan, plan->of_draws);
  int64_t items = plan->together ? 1 : job->n_periods;
  if (plan->left_out >= 0) {
    size_t moments = (size_t)sw_intervals_moments(job, plan);
    size_t length = (size_t)sw_intervals_length(plan, plan->left_out);
    sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                               .items = (int64_t)moments * plan->chunks,
                               .record = sw_intervals_record(plan, plan->left_out),
                               .result = moments * length * sizeof(sw_pull)});
  }
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = items,
                             .record = of_draws,
                             .result = plan->by_unit ? (size_t)items * of_draws : 0});
  if (plan->of_change >= 0) {
    size_t bytes = sw_intervals_record(plan, plan->of_change);
    sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                               .items = 1,
                               .record = bytes,
                               .result = plan->by_unit ? bytes : 0});
  }
  if (plan->of_units >= 0) sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
}

/* A change rests on two periods: then nothing of the entry is of one period alone. */
sw_status sw_intervals_resolve(sw_error *err, sw_job *job) {
  sw_interval_plan plan;
  make_plan(job, &plan, false);
  switch_outputs(job, &plan);
  if (!plan.given) return SW_OK;
  SW_TRY(check_within(err, job, &plan));
  SW_TRY(check_change(err, job, &plan));
  SW_TRY(check_draws(err, job, &plan));
  job->pooled = job->pooled || plan.change;
  if (plan.n_at > 0) declare_passes(job, &plan);
  return SW_OK;
}
