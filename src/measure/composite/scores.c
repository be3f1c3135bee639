/* See scores.h. Each unit and period stands for itself, once bounds and weights are known. Units of
 * a period are independent, so only the partial has an order: that of units within a block, and of
 * blocks.
 *
 * Called by composite.c from the pass `score`, by any thread for its tile; `say` on rank 0. The
 * ideal and the scales of a pool are made once per tile and period: p numbers, not worth
 * keeping. */
#include "measure/composite/scores.h"

#include "kernel/series/composite.h"
#include "measure/composite/rows.h"
#include "measure/share/series.h"

#include <string.h>

static const sw_composite_spec *spec_of(const sw_job *job) {
  return job->state;
}

/* ---- scores ----------------------------------------------------------------------------- */

/* What a thread has for the pool at hand, behind its bench. */
typedef struct desk {
  sw_composite_bench bench;
  double *best, *worst; /* x' of the ideal and of its contrary; TOPSIS */
  double *lack;         /* of each base indicator; obstacles */
} desk;

/* Divides the workspace behind the part that all passes share. */
static desk desk_of(const sw_composite_spec *spec, void *workspace) {
  desk d = {.bench = sw_composite_bench_of(spec, workspace)};
  d.best = d.bench.mean + spec->p;
  d.worst = d.best + spec->p;
  d.lack = d.worst + spec->p;
  return d;
}

size_t sw_composite_scores_workspace(const sw_composite_spec *spec) {
  return (2 * (size_t)spec->p + (size_t)spec->n_leaves) * sizeof(double);
}

/* x' is monotone in x, so its extremes in the pool are at those of x. */
static void make_ideal(const sw_job *job, const sw_composite_spec *spec, int pool, const desk *d) {
  sw_composite_range r = sw_composite_range_at(spec, job->folded[spec->range], pool);
  for (int j = 0; j < spec->p; j++) {
    double a = sw_scaled(&d->bench.scale[j], r.lo[j]), b = sw_scaled(&d->bench.scale[j], r.hi[j]);
    d->best[j] = spec->ideal_bounds ? 1 : a > b ? a : b;
    d->worst[j] = spec->ideal_bounds ? 0 : a > b ? b : a;
  }
}

/* Weights sum to 1 up to rounding: a bounded score is kept within [0,1], as measures of coupling
 * refuse anything above. It cannot fall below 0. Z-scores have no bounds. `x`: x'. */
static double weighted_score(const sw_composite_spec *spec, const double *x, const double *weight) {
  double score = 0;
  for (int j = 0; j < spec->p; j++)
    score += weight[j] * x[j];
  return spec->normalise != SW_NORMALISE_Z_SCORE && score > 1 ? 1 : score;
}

/* ---- obstacles -------------------------------------------------------------------------- */

/* Of a composite whose indicators are composites (with positive sense), what each base indicator
 * takes from the whole is its share of what the inner composite lacks, times the outer weight: the
 * product of weights. An inner composite that lacks nothing has no shares. Returns what the unit
 * lacks in all. O_j = (1 - x'_j) w_j / sum (methods.md section 1). */
static double find_obstacles(const sw_job *job, const sw_composite_spec *spec, int t, int64_t unit,
                             const double *x, const double *weight, double *lack) {
  memset(lack, 0, (size_t)spec->n_leaves * sizeof *lack);
  for (int j = 0; j < spec->p; j++)
    if (spec->leaf_of[j] >= 0) lack[spec->leaf_of[j]] += sw_shortfall(weight[j], x[j]);
  for (int k = 0; k < spec->n_parts; k++) {
    const sw_composite_part *part = &spec->part[k];
    double whole = sw_view_at(job->input[spec->shortfall[part->indicator]].view, t, unit);
    double share = sw_view_at(job->input[part->input].view, t, unit);
    lack[part->leaf] += whole > 0 ? weight[part->indicator] * whole * share : 0;
  }
  return sw_shares_of(spec->n_leaves, lack);
}

/* The largest obstacles first, ties in the order of the study; those of zero are none. An insertion
 * into SW_OBSTACLES_SAID places: first come, first kept among equals. */
static sw_composite_lacking largest_of(const sw_composite_spec *spec, const double *share,
                                       int64_t unit, double score) {
  sw_composite_lacking found = {.score = score, .unit = unit};
  for (int k = 0; k < spec->n_leaves; k++) {
    int at = found.count;
    while (at > 0 && share[k] > found.share[at - 1])
      at--;
    if (!(share[k] > 0) || at == SW_OBSTACLES_SAID) continue;
    found.count += found.count < SW_OBSTACLES_SAID;
    for (int m = found.count - 1; m > at; m--) {
      found.leaf[m] = found.leaf[m - 1];
      found.share[m] = found.share[m - 1];
    }
    found.leaf[at] = k;
    found.share[at] = share[k];
  }
  return found;
}

/* Units come in their order, in a block and from block to block: equal scores keep it. The same for
 * units, by score. */
static void keep_lowest(sw_composite_obstacles *o, const sw_composite_lacking *one) {
  int64_t at = o->kept;
  while (at > 0 && one->score < o->lowest[at - 1].score)
    at--;
  if (at == SW_UNITS_SAID) return;
  o->kept += o->kept < SW_UNITS_SAID;
  memmove(&o->lowest[at + 1], &o->lowest[at], (size_t)(o->kept - 1 - at) * sizeof *one);
  o->lowest[at] = *one;
}

/* A unit without an obstacle, or without a score, is not counted. Share 0 throughout: nothing is
 * lacking, so nothing stands in the way. */
static void count_obstacles(const sw_composite_spec *spec, const double *share, int64_t unit,
                            double score, void *partial) {
  sw_composite_obstacles *o = partial;
  double *first = sw_obstacles_first(o), *sum = first + spec->n_leaves;
  sw_composite_lacking one = largest_of(spec, share, unit, score);
  if (one.count == 0) return;
  o->units += 1;
  first[one.leaf[0]] += 1;
  for (int k = 0; k < spec->n_leaves; k++)
    sum[k] += share[k];
  keep_lowest(o, &one);
}

/* `at`: of the unit in this rank's rows. Unit outputs with an axis: row[k * periods + t]. */
static void place_obstacles(const sw_job *job, int t, int64_t at, double shortfall,
                            const double *share) {
  const sw_composite_spec *spec = spec_of(job);
  const sw_result *result = &job->result[spec->n_parts ? SW_COMPOSITE_BASE : SW_COMPOSITE_OBSTACLE];
  for (int k = 0; k < spec->n_leaves; k++)
    result->row[k * job->n_periods + t][at] = share ? share[k] : NAN;
  job->result[SW_COMPOSITE_SHORTFALL].row[t][at] = shortfall;
}

/* ---- the pass --------------------------------------------------------------------------- */

/* Every output of one unit and period. Obstacles are counted for the last period alone, which the
 * summary is of. */
static double score_row(const sw_job *job, const sw_composite_spec *spec, int t, int64_t unit,
                        const double *weight, const desk *d, void *partial) {
  double *x = d->bench.x;
  int64_t at = unit - job->input[0].view.first;
  if (!sw_composite_read_row(job, spec->p, t, unit, x)) {
    if (spec->obstacles) place_obstacles(job, t, at, NAN, NULL);
    return NAN;
  }
  for (int j = 0; j < spec->p; j++)
    x[j] = sw_scaled(&d->bench.scale[j], x[j]);
  double score = spec->topsis ? sw_topsis(spec->p, weight, x, d->best, d->worst, spec->outside)
                              : weighted_score(spec, x, weight);
  if (!spec->obstacles) return score;
  double shortfall = find_obstacles(job, spec, t, unit, x, weight, d->lack);
  place_obstacles(job, t, at, shortfall, d->lack);
  if (t == job->n_periods - 1) count_obstacles(spec, d->lack, unit, score, partial);
  return score;
}

/* An incomplete row has no score. The pool's weights and scales, then unit by unit. */
void sw_composite_score_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_composite_spec *spec = spec_of(job);
  int64_t first = job->input[0].view.first;
  desk d = desk_of(spec, workspace);
  for (int t = 0; t < job->n_periods; t++) {
    int pool = sw_composite_pool(spec, t);
    const double *weight = sw_composite_weights(job, spec, pool);
    double *score = job->result[SW_COMPOSITE_SCORE].row[t];
    sw_composite_scales(job, spec, pool, d.bench.scale);
    if (spec->topsis) make_ideal(job, spec, pool, &d);
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      score[unit - first] = score_row(job, spec, t, unit, weight, &d, out);
  }
}

/* ---- what the summary says -------------------------------------------------------------- */

/* See scores.h: the record, then counts and sums of n_leaves numbers each. */
size_t sw_composite_scores_partial(const sw_composite_spec *spec) {
  if (!spec->obstacles) return 0;
  return sizeof(sw_composite_obstacles) + 2 * (size_t)spec->n_leaves * sizeof(double);
}

/* Blocks merge in their order, so sums have the same bits for any ranks and ties keep the order of
 * units. */
void sw_composite_scores_merge(const sw_composite_spec *spec, void *all, const void *part) {
  sw_composite_obstacles *into = all;
  const sw_composite_obstacles *from = part;
  double *sums = sw_obstacles_first(into);
  const double *more = sw_obstacles_first(from);
  into->units += from->units;
  for (int k = 0; k < 2 * spec->n_leaves; k++)
    sums[k] += more[k];
  for (int64_t k = 0; k < from->kept; k++)
    keep_lowest(into, &from->lowest[k]);
}

/* Base indicators by how often they come first, then by their mean, as papers print them. */
static int next_leaf(const sw_composite_spec *spec, const double *first, const bool *said) {
  const double *sum = first + spec->n_leaves;
  int best = -1;
  for (int k = 0; k < spec->n_leaves; k++) {
    if (said[k] || !(sum[k] > 0)) continue;
    if (best < 0 || first[k] > first[best] || (first[k] == first[best] && sum[k] > sum[best]))
      best = k;
  }
  return best;
}

/* Only rank 0 has the merged partial. */
static void say_leaves(sw_job *job, const sw_composite_obstacles *o) {
  enum { SAID = 6 };
  const sw_composite_spec *spec = spec_of(job);
  const double *first = sw_obstacles_first(o), *sum = first + spec->n_leaves;
  const char *text = "";
  bool *said = NULL;
  sw_error ignored = {0};
  if (sw_arena_alloc(&ignored, job->arena, (size_t)spec->n_leaves, sizeof *said, (void **)&said) !=
      SW_OK)
    return;
  for (int count = 0; text && count < SAID; count++) {
    int k = next_leaf(spec, first, said);
    if (k < 0) break;
    said[k] = true;
    text = sw_arena_printf(job->arena, "%s%s%s ", text, count ? "; " : "", spec->leaf[k]);
    if (text && first[k] > 0)
      text = sw_arena_printf(job->arena, "%sfirst for %.0f, ", text, first[k]);
    if (text) text = sw_arena_printf(job->arena, "%smean %.1f%%", text, 100 * sum[k] / o->units);
  }
  if (text)
    sw_job_say(job, "obstacles%s of %.0f units: %s", sw_series_when(job, job->n_periods - 1),
               o->units, text);
}

/* All units where there are at most FEW, else those that are furthest behind. */
static void say_units(sw_job *job, const sw_composite_obstacles *o) {
  enum { FEW = 5 };
  const sw_composite_spec *spec = spec_of(job);
  int64_t count = o->units > SW_UNITS_SAID && o->kept > FEW ? FEW : o->kept;
  if (count < o->units) sw_job_say(job, "the largest obstacles of the %d lowest scores:", FEW);
  for (int64_t i = 0; i < count; i++) {
    const sw_composite_lacking *one = &o->lowest[i];
    const char *text = "";
    for (int k = 0; text && k < one->count; k++)
      text = sw_arena_printf(job->arena, "%s%s%s %.1f%%", text, k ? ", " : "",
                             spec->leaf[one->leaf[k]], 100 * one->share[k]);
    if (text)
      sw_job_say(job, "%s (%.3f): %s", sw_unit_code(job->units, one->unit), one->score, text);
  }
}

void sw_composite_say(sw_job *job, const void *all) {
  const sw_composite_obstacles *o = all;
  if (o->units == 0) return;
  say_leaves(job, o);
  say_units(job, o);
}
