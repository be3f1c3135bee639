/* The draws of an item, a period or the change between two, from end to end: samples as counts of
 * units, the measure's numbers of each, and bounds of the numbers. Draws are kept by number, as
 * each is put in order by itself: numbers x draws doubles of a thread, whatever the units.
 *
 * Periods of one entry have the same samples, as a pick knows nothing of the period: differences of
 * periods are of the same units. O(draws) times what the numbers of a sample take; by bca as often
 * again for each unit. */
#include "kernel/resample/draws.h"
#include "measure/resample/plan.h"

#include <math.h>
#include <string.h>

/* What an item works in. */
typedef struct room {
  int32_t *times[2]; /* n each */
  sw_strata strata;
  double *value, *before, *estimate; /* a sample's numbers; of the earlier period; of all once */
  double *draw, *scratch;            /* by number `draws`; `draws` */
  sw_jackknife *jackknife;           /* by number, of the stratum at hand */
  sw_pull *pull;
  double **to;  /* by output, as measures are handed it */
  void *own[2]; /* the measure's; of the earlier period */
} room;

/* ---- workspace -------------------------------------------------------------------------- */

/* Takes bytes from `*at` on, and returns where they begin; NULL where only the size is asked. */
static void *take(char *base, size_t *at, size_t bytes) {
  void *from = base ? base + *at : NULL;
  *at += (bytes + 63) / 64 * 64;
  return from;
}

static size_t lay_out(const sw_job *job, const sw_interval_plan *plan, room *r, void *workspace) {
  size_t n = (size_t)job->n, at = 0, longest = (size_t)(plan->numbers + plan->behind);
  size_t outputs = SW_MAX_INTERVALS, number = longest * sizeof(double);
  const sw_resample *of = job->measure->resample;
  int groups = plan->within ? plan->within->n_groups : 1;
  *r = (room){0};
  for (int k = 0; k < 2; k++)
    r->times[k] = take(workspace, &at, n * sizeof(int32_t));
  void *strata = take(workspace, &at, sw_strata_workspace(job->n, groups));
  r->value = take(workspace, &at, number);
  r->before = take(workspace, &at, number);
  r->estimate = take(workspace, &at, number);
  r->draw = take(workspace, &at, number * (size_t)plan->draws);
  r->scratch = take(workspace, &at, (size_t)plan->draws * sizeof(double));
  r->jackknife = take(workspace, &at, plan->bca ? longest * sizeof(sw_jackknife) : 0);
  r->pull = take(workspace, &at, plan->bca ? longest * sizeof(sw_pull) : 0);
  r->to = take(workspace, &at, outputs * sizeof(double *));
  for (int k = 0; of->workspace && k < (plan->of_change >= 0 ? 2 : 1); k++)
    r->own[k] = take(workspace, &at, of->workspace(job));
  if (workspace)
    r->strata = sw_strata_make(plan->within ? plan->within->of : NULL, groups, job->n, strata);
  return at;
}

size_t sw_intervals_draw_workspace(const sw_job *job, const sw_interval_plan *plan) {
  room r;
  return lay_out(job, plan, &r, NULL);
}

/* ---- numbers of a sample ---------------------------------------------------------------- */

/* What a measure does not fill of a sample is undefined. */
static void ask(const sw_job *job, const sw_interval_plan *plan, int t, const int32_t *times,
                room *r, void *own, double *value) {
  for (int64_t v = 0; v < plan->numbers; v++)
    value[v] = NAN;
  for (int q = 0; q < SW_MAX_INTERVALS; q++)
    r->to[q] = NULL;
  for (int k = 0; k < plan->n_at; k++)
    r->to[plan->at[k].output] = value + plan->at[k].first;
  job->measure->resample->numbers(job, t, times, r->to, own);
}

/* Together: changes stand behind the numbers of all periods. */
static void add_changes(const sw_interval_plan *plan, double *value) {
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    for (int j = 0; at->behind >= 0 && j < at->width; j++)
      value[plan->numbers + at->behind + j] =
          value[at->first + (int64_t)plan->to * at->width + j] -
          value[at->first + (int64_t)plan->from * at->width + j];
  }
}

/* The pass of changes: differences; by unit both periods, as a unit weighs them differently. */
static void subtract(const sw_interval_plan *plan, double *value, const double *before) {
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    for (int j = 0; j < at->width; j++)
      if (at->behind >= 0)
        value[plan->numbers + at->behind + j] = before[at->first + j];
      else
        value[at->first + j] -= before[at->first + j];
  }
}

static void evaluate(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                     const int32_t *times, room *r, double *value) {
  if (tile->pass == plan->of_change) {
    ask(job, plan, plan->from, times, r, r->own[1], r->before);
    ask(job, plan, plan->to, times, r, r->own[0], value);
    subtract(plan, value, r->before);
    return;
  }
  ask(job, plan, (int)tile->lo, times, r, r->own[0], value);
  if (plan->together && plan->change) add_changes(plan, value);
}

static void begin(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile, room *r) {
  void (*own)(const sw_job *, int, void *) = job->measure->resample->begin;
  bool change = tile->pass == plan->of_change;
  if (own && change) own(job, plan->from, r->own[1]);
  if (own) own(job, change ? plan->to : (int)tile->lo, r->own[0]);
}

/* ---- draws ------------------------------------------------------------------------------ */

static void keep(const sw_interval_plan *plan, const room *r, int64_t length, int64_t draw) {
  for (int64_t v = 0; v < length; v++)
    r->draw[v * plan->draws + draw] = r->value[v];
}

/* False: the run was asked to stop. */
static bool draw_all(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile, room *r,
                     int64_t length) {
  for (int64_t b = 0; b < plan->draws; b += 2) {
    if (sw_job_stops(job)) return false;
    sw_resample_pair(job->seed, job->units->key, &r->strata, b / 2, r->times[0], r->times[1]);
    for (int k = 0; k < 2 && b + k < plan->draws; k++) {
      evaluate(job, plan, tile, r->times[k], r, r->value);
      keep(plan, r, length, b + k);
    }
  }
  return true;
}

/* The other number of a linear combination: by unit, that of the earlier period. */
static void add_without(const sw_interval_plan *plan, const sw_tile *tile, room *r,
                        int64_t length) {
  for (int64_t v = 0; v < length; v++)
    sw_jackknife_add(&r->jackknife[v], r->estimate[v] - r->value[v], 0);
  if (tile->pass != plan->of_change) return;
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    for (int j = 0; at->behind >= 0 && j < at->width; j++) {
      int64_t v = at->first + j, w = plan->numbers + at->behind + j;
      sw_jackknife_add(&r->jackknife[w], r->estimate[v] - r->value[v],
                       r->estimate[w] - r->value[w]);
    }
  }
}

/* All units but one, stratum by stratum. The numbers behind are of both periods, x the later. */
static bool leave_out_each(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                           room *r, int64_t length) {
  const sw_strata *strata = &r->strata;
  bool pairs = tile->pass == plan->of_change;
  memset(r->jackknife, 0, (size_t)length * sizeof *r->jackknife);
  memset(r->pull, 0, (size_t)length * sizeof *r->pull);
  for (int64_t i = 0; i < job->n; i++)
    r->times[0][i] = 1;
  for (int g = 0; g < strata->count; g++) {
    for (int64_t k = strata->start[g]; k < strata->start[g + 1]; k++) {
      if (sw_job_stops(job)) return false;
      r->times[0][strata->member[k]] = 0;
      evaluate(job, plan, tile, r->times[0], r, r->value);
      r->times[0][strata->member[k]] = 1;
      add_without(plan, tile, r, pairs ? plan->numbers : length);
    }
    for (int64_t v = 0; v < length; v++)
      sw_jackknife_close(&r->jackknife[v], &r->pull[v]);
  }
  return true;
}

/* ---- what is kept ----------------------------------------------------------------------- */

static void bound(const sw_interval_plan *plan, room *r, int64_t length, sw_interval_kept *kept) {
  for (int64_t v = 0; v < length; v++) {
    double *draw = r->draw + v * plan->draws;
    sw_bounds b = plan->bca ? sw_bounds_bca(draw, plan->draws, plan->level, r->estimate[v],
                                            sw_pull_acceleration(&r->pull[v], 1, 0), r->scratch)
                            : sw_bounds_percentile(draw, plan->draws, plan->level, r->estimate[v],
                                                   r->scratch);
    kept[v] = (sw_interval_kept){b.lo, b.hi, (double)b.undefined};
  }
}

/* Before bounds put the draws in order. */
static void keep_pairs(const sw_interval_plan *plan, const room *r, void *record) {
  size_t bytes = (size_t)plan->draws * sizeof(double);
  for (int k = 0; k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    for (int j = 0; at->behind >= 0 && j < at->width; j++) {
      int64_t v = at->first + j, w = plan->numbers + at->behind + j;
      sw_interval_pair pair = sw_intervals_pair(plan, record, at->behind + j);
      memcpy(pair.later, r->draw + v * plan->draws, bytes);
      memcpy(pair.earlier, r->draw + w * plan->draws, bytes);
      pair.estimate[0] = r->estimate[v];
      pair.estimate[1] = r->estimate[w];
      if (plan->bca) *pair.pull = r->pull[w];
    }
  }
}

/* A stop leaves the record as it is: the item is dropped (`leaves_off`). */
void sw_intervals_draw(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                       void *record, void *workspace) {
  room r;
  int64_t length = sw_intervals_length(plan, tile->pass);
  lay_out(job, plan, &r, workspace);
  begin(job, plan, tile, &r);
  for (int64_t i = 0; i < job->n; i++)
    r.times[0][i] = 1;
  evaluate(job, plan, tile, r.times[0], &r, r.estimate);
  if (!draw_all(job, plan, tile, &r, length)) return;
  if (plan->bca && !leave_out_each(job, plan, tile, &r, length)) return;
  if (tile->pass == plan->of_change) keep_pairs(plan, &r, record);
  bound(plan, &r, length, record);
}
