/* Bounds into outputs: of what is by period and of tables in `finish`, on rank 0; of what is by
 * unit in a pass over units, out of the bounds of its numbers. */
#include "measure/resample/intervals.h"
#include "measure/resample/plan.h"

#include <math.h>
#include <string.h>

enum { LO, HI, BOTH }; /* bounds, in the order of outputs */

/* ---- what is not by unit ---------------------------------------------------------------- */

/* Of an output in period t (of a table 0), or of a change. */
static void say_why(sw_job *job, const sw_interval_plan *plan, int output, int t) {
  const char *why = plan->bca ? "the quantity has no value, too few draws have one, or all lie on "
                                "one side of it"
                              : "the quantity has no value, or too few draws have one";
  for (int b = LO; b < BOTH; b++)
    sw_job_undefined(job, output + b, t, why);
}

static void put(const sw_job *job, int output, int64_t at, const sw_interval_kept *kept) {
  job->result[output + LO].row[0][at] = kept->lo;
  job->result[output + HI].row[0][at] = kept->hi;
}

/* `t`: the period of the record; together it has all of them. */
static void place_bounds(sw_job *job, const sw_interval_plan *plan, int t,
                         const sw_interval_kept *kept) {
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    bool table = job->measure->output[at->output].shape == SW_TABLE;
    int first = plan->together ? 0 : t;
    for (int s = 0; s < (table ? 1 : plan->together ? job->n_periods : 1); s++)
      say_why(job, plan, at->lo, first + s);
    for (int64_t j = 0; !at->by_unit && j < at->count; j++)
      put(job, at->lo, (int64_t)first * at->width + j, &kept[at->first + j]);
  }
}

/* The change itself is of the results, so that it is their difference to the bit. `kept` of the
 * output's first label. */
static void place_change(sw_job *job, const sw_interval_plan *plan, const sw_interval_at *at,
                         const sw_interval_kept *kept) {
  const double *value = job->result[at->output].row[0];
  sw_job_undefined(job, at->change, 0, "the quantity has no value in one of the two periods");
  say_why(job, plan, at->change + 1, 0);
  for (int j = 0; !at->by_unit && j < at->width; j++) {
    job->result[at->change].row[0][j] =
        value[(int64_t)plan->to * at->width + j] - value[(int64_t)plan->from * at->width + j];
    put(job, at->change + 1, j, &kept[j]);
  }
}

static void place_changes(sw_job *job, const sw_interval_plan *plan, const sw_interval_kept *kept) {
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    if (at->change < 0) continue;
    place_change(job, plan, at, kept + (plan->together ? plan->numbers + at->behind : at->first));
  }
}

/* One note for an output, however many periods and labels lack draws. Without any bounds there is
 * nothing to be said of them. */
static void note_undefined(const sw_job *job, const sw_interval_plan *plan,
                           const sw_interval_at *at, const sw_interval_kept *kept, int64_t length,
                           int64_t items) {
  double most = 0;
  int64_t some = 0;
  for (int64_t i = 0; i < items; i++)
    for (int64_t j = 0; j < at->count; j++) {
      const sw_interval_kept *one = &kept[i * length + at->first + j];
      if (isnan(one->lo) || !(one->undefined > 0)) continue;
      most = fmax(most, one->undefined);
      some++;
    }
  if (some > 0)
    sw_note(job->notes,
            "%s: %s: intervals: %s has no value in up to %.0f of %lld draws (%lld of %lld bounds): "
            "these are left out",
            job->where, job->name, job->measure->output[at->output].name, most,
            (long long)plan->draws, (long long)some, (long long)(items * at->count));
}

sw_status sw_intervals_finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  sw_interval_plan plan;
  sw_intervals_plan(job, &plan);
  if (pass == plan.of_units) return SW_OK;
  if (pass == plan.left_out) return sw_intervals_join(err, job, &plan, all, result);
  const sw_interval_kept *kept = all;
  int64_t length = sw_intervals_length(&plan, pass);
  int64_t items = plan.together || pass == plan.of_change ? 1 : job->n_periods;
  if (plan.by_unit) memcpy(result, all, (size_t)items * sw_intervals_record(&plan, pass));
  if (pass == plan.of_change) {
    place_changes(job, &plan, kept);
    return SW_OK;
  }
  for (int64_t i = 0; i < items; i++)
    place_bounds(job, &plan, (int)i, kept + i * length);
  if (plan.together && plan.change) place_changes(job, &plan, kept);
  for (int k = 0; k < plan.n_at; k++)
    note_undefined(job, &plan, &plan.at[k], kept, length, items);
  return SW_OK;
}

/* ---- what is by unit -------------------------------------------------------------------- */

/* A factor below zero turns the bounds round. */
static sw_interval_kept times(const sw_interval_kept *kept, double factor) {
  double a = kept->lo * factor, b = kept->hi * factor;
  return factor < 0 ? (sw_interval_kept){b, a, kept->undefined}
                    : (sw_interval_kept){a, b, kept->undefined};
}

static void place_units(const sw_job *job, const sw_interval_plan *plan, const sw_interval_at *at,
                        int t, int label, const sw_tile *tile) {
  const sw_interval_kept *kept = job->folded[plan->of_draws];
  const sw_interval_kept *one =
      &kept[t * sw_intervals_length(plan, plan->of_draws) + at->first + label];
  double *lo = job->result[at->lo + LO].row[label * job->n_periods + t] - job->first;
  double *hi = job->result[at->lo + HI].row[label * job->n_periods + t] - job->first;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    double factor = job->measure->resample->factor(job, at->output, t, label, unit);
    sw_interval_kept its = times(one, factor);
    lo[unit] = its.lo;
    hi[unit] = its.hi;
  }
}

/* A unit weighs both periods, so its draws are put together from those of the numbers. `draw`,
 * `scratch`: of as many. */
static sw_bounds bounds_of_change(const sw_interval_plan *plan, const sw_interval_pair *pair,
                                  double later, double earlier, double *draw, double *scratch) {
  double estimate = later * pair->estimate[0] - earlier * pair->estimate[1];
  for (int64_t b = 0; b < plan->draws; b++)
    draw[b] = later * pair->later[b] - earlier * pair->earlier[b];
  if (plan->bca)
    return sw_bounds_bca(draw, plan->draws, plan->level, estimate,
                         sw_pull_acceleration(pair->pull, later, -earlier), scratch);
  return sw_bounds_percentile(draw, plan->draws, plan->level, estimate, scratch);
}

static void place_change_of_units(const sw_job *job, const sw_interval_plan *plan,
                                  const sw_interval_at *at, int label, const sw_tile *tile,
                                  double *workspace) {
  const sw_resample *of = job->measure->resample;
  sw_interval_pair pair = sw_intervals_pair(plan, job->folded[plan->of_change], at->behind + label);
  double *const *row = job->result[at->output].row + (ptrdiff_t)label * job->n_periods;
  double *change = job->result[at->change].row[label] - job->first;
  double *lo = job->result[at->change + 1 + LO].row[label] - job->first;
  double *hi = job->result[at->change + 1 + HI].row[label] - job->first;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    double later = of->factor(job, at->output, plan->to, label, unit);
    double earlier = of->factor(job, at->output, plan->from, label, unit);
    sw_bounds b = bounds_of_change(plan, &pair, later, earlier, workspace, workspace + plan->draws);
    change[unit] = row[plan->to][unit - job->first] - row[plan->from][unit - job->first];
    lo[unit] = b.lo;
    hi[unit] = b.hi;
  }
}

void sw_intervals_place(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                        void *workspace) {
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    for (int label = 0; at->by_unit && label < at->width; label++) {
      for (int t = 0; t < job->n_periods; t++)
        place_units(job, plan, at, t, label, tile);
      if (at->change >= 0) place_change_of_units(job, plan, at, label, tile, workspace);
    }
  }
}

size_t sw_intervals_place_workspace(const sw_interval_plan *plan) {
  return plan->of_units >= 0 ? 2 * (size_t)plan->draws * sizeof(double) : 0;
}

/* ---- passes ----------------------------------------------------------------------------- */

void sw_intervals_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  sw_interval_plan plan;
  sw_intervals_plan(job, &plan);
  if (tile->pass == plan.of_units)
    sw_intervals_place(job, &plan, tile, workspace);
  else if (tile->pass == plan.left_out)
    sw_intervals_leave_out(job, &plan, tile, out, workspace);
  else
    sw_intervals_draw(job, &plan, tile, out, workspace);
}

size_t sw_intervals_workspace(const sw_job *job) {
  sw_interval_plan plan;
  sw_intervals_plan(job, &plan);
  if (!plan.given || plan.n_at == 0) return 0;
  size_t draw = sw_intervals_draw_workspace(job, &plan);
  size_t place = sw_intervals_place_workspace(&plan);
  return draw > place ? draw : place;
}
