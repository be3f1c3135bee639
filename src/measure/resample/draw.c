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
  double **to;                       /* by output, as measures are handed it */
  void *own[2];                      /* the measure's; of the earlier period */
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

/* Of one moment (sw_intervals_moments). */
static bool is_change(const sw_job *job, const sw_interval_plan *plan, int moment) {
  return !plan->together && moment == job->n_periods;
}

static void evaluate(const sw_job *job, const sw_interval_plan *plan, int moment,
                     const int32_t *times, room *r, double *value) {
  if (is_change(job, plan, moment)) {
    ask(job, plan, plan->from, times, r, r->own[1], r->before);
    ask(job, plan, plan->to, times, r, r->own[0], value);
    subtract(plan, value, r->before);
    return;
  }
  ask(job, plan, moment, times, r, r->own[0], value);
  if (plan->together && plan->change) add_changes(plan, value);
}

/* And the numbers of all units once. */
static void begin(const sw_job *job, const sw_interval_plan *plan, int moment, room *r) {
  void (*own)(const sw_job *, int, void *) = job->measure->resample->begin;
  bool change = is_change(job, plan, moment);
  if (own && change) own(job, plan->from, r->own[1]);
  if (own) own(job, change ? plan->to : moment, r->own[0]);
  for (int64_t i = 0; i < job->n; i++)
    r->times[0][i] = 1;
  evaluate(job, plan, moment, r->times[0], r, r->estimate);
}

/* ---- draws ------------------------------------------------------------------------------ */

static void keep(const sw_interval_plan *plan, const room *r, int64_t length, int64_t draw) {
  for (int64_t v = 0; v < length; v++)
    r->draw[v * plan->draws + draw] = r->value[v];
}

/* False: the run was asked to stop. */
static bool draw_all(const sw_job *job, const sw_interval_plan *plan, int moment, room *r,
                     int64_t length) {
  for (int64_t b = 0; b < plan->draws; b += 2) {
    if (sw_job_stops(job)) return false;
    sw_resample_pair(job->seed, job->units->key, &r->strata, b / 2, r->times[0], r->times[1]);
    for (int k = 0; k < 2 && b + k < plan->draws; k++) {
      evaluate(job, plan, moment, r->times[k], r, r->value);
      keep(plan, r, length, b + k);
    }
  }
  return true;
}

/* ---- what is kept ----------------------------------------------------------------------- */

/* `pull`: by number; NULL: percentiles. */
static void bound(const sw_interval_plan *plan, room *r, int64_t length, const sw_pull *pull,
                  sw_interval_kept *kept) {
  for (int64_t v = 0; v < length; v++) {
    double *draw = r->draw + v * plan->draws;
    sw_bounds b =
        pull ? sw_bounds_bca(draw, plan->draws, plan->level, r->estimate[v],
                             sw_pull_acceleration(&pull[v], 1, 0), r->scratch)
             : sw_bounds_percentile(draw, plan->draws, plan->level, r->estimate[v], r->scratch);
    kept[v] = (sw_interval_kept){b.lo, b.hi, (double)b.undefined};
  }
}

/* Before bounds put the draws in order. */
static void keep_pairs(const sw_interval_plan *plan, const room *r, const sw_pull *pull,
                       void *record) {
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
      if (pull) *pair.pull = pull[w];
    }
  }
}

/* A stop leaves the record as it is: the item is dropped (`leaves_off`). */
void sw_intervals_draw(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                       void *record, void *workspace) {
  room r;
  bool change = tile->pass == plan->of_change;
  int moment = change ? job->n_periods : (int)tile->lo;
  int64_t length = sw_intervals_length(plan, tile->pass);
  const sw_pull *pull = NULL;
  if (plan->left_out >= 0)
    pull = (const sw_pull *)job->folded[plan->left_out] +
           moment * sw_intervals_length(plan, plan->left_out);
  lay_out(job, plan, &r, workspace);
  begin(job, plan, moment, &r);
  if (!draw_all(job, plan, moment, &r, length)) return;
  if (change) keep_pairs(plan, &r, pull, record);
  bound(plan, &r, length, pull, record);
}

/* ---- units left out --------------------------------------------------------------------- */

/* Of the numbers behind a change, which are of two periods, x is the later. */
static void add_without(const sw_interval_plan *plan, bool change, const room *r,
                        sw_interval_part *part, bool last) {
  int64_t plain = plan->numbers + (change ? 0 : plan->together ? plan->behind : 0);
  for (int64_t v = 0; v < plain; v++)
    sw_jackknife_add(last ? &part[v].last : &part[v].first, r->estimate[v] - r->value[v], 0);
  for (int k = 0; change && k < plan->n_at; k++) {
    const sw_interval_at *at = &plan->at[k];
    for (int j = 0; at->behind >= 0 && j < at->width; j++) {
      int64_t v = at->first + j, w = plan->numbers + at->behind + j;
      sw_jackknife_add(last ? &part[w].last : &part[w].first, r->estimate[v] - r->value[v],
                       r->estimate[w] - r->value[w]);
    }
  }
}

/* Units stand by stratum. A stratum that ends within the item, but for the first, is one between.
 */
void sw_intervals_leave_out(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                            sw_interval_part *part, void *workspace) {
  room r;
  int moment = (int)(tile->lo / plan->chunks);
  int64_t length = sw_intervals_length(plan, plan->left_out);
  int64_t from = tile->lo % plan->chunks * plan->chunk, to = from + plan->chunk;
  bool change = is_change(job, plan, moment), last = false;
  lay_out(job, plan, &r, workspace);
  begin(job, plan, moment, &r);
  const sw_strata *strata = &r.strata;
  for (int g = 0; g < strata->count; g++) {
    int64_t lo = strata->start[g] > from ? strata->start[g] : from;
    int64_t hi = strata->start[g + 1] < to ? strata->start[g + 1] : to;
    if (lo >= hi) continue;
    for (int64_t v = 0; last && v < length; v++)
      sw_jackknife_close(&part[v].last, &part[v].between);
    last = lo > from;
    for (int64_t k = lo; k < hi; k++) {
      if (sw_job_stops(job)) return;
      r.times[0][strata->member[k]] = 0;
      evaluate(job, plan, moment, r.times[0], &r, r.value);
      r.times[0][strata->member[k]] = 1;
      add_without(plan, change, &r, part, last);
    }
  }
}

/* ---- units left out, all items ---------------------------------------------------------- */

/* The stratum at a place of `member`. */
static int stratum_at(const sw_strata *strata, int64_t place) {
  int g = 0;
  while (strata->start[g + 1] <= place)
    g++;
  return g;
}

/* Items in order: a stratum goes on from one to the next until another begins. */
static void join(const sw_strata *strata, const sw_interval_plan *plan,
                 const sw_interval_part *part, int64_t stride, sw_pull *pull) {
  sw_jackknife open = {0};
  int at = -1;
  for (int64_t c = 0; c < plan->chunks; c++, part += stride) {
    int64_t from = c * plan->chunk, to = from + plan->chunk;
    int first = stratum_at(strata, from);
    int last = stratum_at(strata, (to < strata->n ? to : strata->n) - 1);
    if (first != at) sw_jackknife_close(&open, pull);
    sw_jackknife_join(&open, &part->first);
    at = first;
    if (last == first) continue;
    sw_jackknife_close(&open, pull);
    sw_pull_join(pull, &part->between);
    open = part->last;
    at = last;
  }
  sw_jackknife_close(&open, pull);
}

sw_status sw_intervals_join(sw_error *err, sw_job *job, const sw_interval_plan *plan,
                            const sw_interval_part *parts, sw_pull *pull) {
  int groups = plan->within ? plan->within->n_groups : 1;
  int64_t length = sw_intervals_length(plan, plan->left_out);
  char *space = NULL;
  SW_NEW(err, job->arena, space, (int64_t)sw_strata_workspace(job->n, groups));
  sw_strata strata = sw_strata_make(plan->within ? plan->within->of : NULL, groups, job->n, space);
  for (int m = 0; m < sw_intervals_moments(job, plan); m++)
    for (int64_t v = 0; v < length; v++)
      join(&strata, plan, parts + m * plan->chunks * length + v, length, &pull[m * length + v]);
  return SW_OK;
}
