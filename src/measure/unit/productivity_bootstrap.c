/* `bootstrap` of productivity: how far efficiencies are from true ones, as the frontier of a sample
 * lies within that of the population. Simar and Wilson's smoothed bootstrap, by period: of each
 * draw an efficiency d for every unit,
 *
 *   one of the estimates e at random, plus h times a standard normal number, drawn towards 1 by
 *   1/sqrt(1 + h^2/r^2), r^2 the mean of (e - 1)^2, and reflected at 1
 *
 * (of the estimates and their reflections, whose mean is 1, the variance stays; drawn towards the
 * mean of the estimates, as in the paper of 1998, no unit would come near to the frontier)
 *
 * puts it at another distance from the frontier (inputs times e/d, or outputs times d/e), and the
 * units as they are are measured by the frontier of the units so moved. With the estimates e_b of
 * the draws b
 *
 *   efficiency_corrected = 2 e - mean e_b,
 *   efficiency_lo, _hi = 2 e less the quantiles .975 and .025 of e_b
 *
 * h is Silverman's bandwidth of the m estimates below 1 and their reflections, brought to all n:
 * h = 0.9 min(s_2m, iqr_2m/1.34) (2m)^(-1/5) (2m/n)^(1/5) s_n/s_2m (Simar & Wilson 2008).
 *
 * Draws are keyed by the unit's code, the period's label and the number of the draw. A tile makes
 * the units of a draw once for all of its own units.
 *
 * Sources: Simar & Wilson 1998, Management Science 44:49-61; 2008, in Fried, Lovell & Schmidt. */
#include "measure/unit/productivity.h"

#include <math.h>

#include "kernel/series/density.h"
#include "kernel/series/quantile.h"
#include "kernel/series/stats.h"
#include "spillway/rng.h"

/* Periods of a thread's own frontier: units as they are, units as they were drawn. */
enum { AS_THEY_ARE, AS_DRAWN, SIDES };

struct sw_productivity_sample {
  int64_t count; /* estimates of the period */
  double *estimate;
  double deviation, bandwidth, spread; /* of estimates; h; of these and their reflections, r */
  uint64_t key;                        /* of the period, for draws */
};

typedef struct thread {
  sw_error *err;
  sw_frontier_solver *solver;
  sw_frontier f;
  const double *value[SW_FRONTIER_MOST * SIDES];
  const unsigned char *used[SIDES];
  double *row;   /* of the variables that are moved, n each */
  double *found; /* by unit of the tile and draw */
  double *order; /* to sort a unit's draws */
  double *mean, *start_value;
  int64_t *start;
} thread;

/* ---- a period's estimates --------------------------------------------------------------- */

static double spread_of(const double *x, int64_t n) {
  double squares = 0;
  for (int64_t i = 0; i < n; i++)
    squares += (x[i] - 1) * (x[i] - 1);
  return sqrt(squares / (double)n);
}

/* Silverman's rule of the estimates below 1 and their reflections, put to the number and the spread
 * of all estimates. 0 where fewer than two are below 1: then nothing is smoothed. `both`: 2n
 * numbers, and 2n to sort them. */
static double bandwidth_of(const double *estimate, int64_t n, double deviation, double *both) {
  int64_t m = 0;
  for (int64_t i = 0; i < n; i++)
    if (estimate[i] < 1) {
      both[m++] = estimate[i];
      both[m++] = 2 - estimate[i];
    }
  if (m < 4) return 0;
  sw_stats_sort_values(both, m, both + 2 * n);
  double rule = sw_density_silverman(both, m);
  if (isnan(rule)) return 0; /* below 1 by rounding alone */
  return rule * pow((double)m / (double)n, .2) * deviation / sw_stats_deviation(both, m);
}

/* FNV-1a of the label, so that a panel with one period more has the same in the others. */
static uint64_t key_of(const sw_job *job, int t) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (const char *at = sw_job_period(job, t); *at; at++)
    hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
  return hash ^ UINT64_C(0x656e76656c6f70); /* "envelop" */
}

static double efficiency_at(const sw_job *job, int t, int64_t unit) {
  const sw_view *from = &job->operand[((const sw_productivity *)job->state)->programs];
  return from->row[sw_productivity_peers(job) * job->n_periods + t][unit];
}

/* By every rank, in the order of units. */
sw_status sw_productivity_sample_periods(sw_error *err, sw_job *job) {
  sw_productivity *p = job->state;
  double *both = NULL;
  SW_NEW(err, job->arena, p->sample, job->n_periods);
  SW_NEW(err, job->arena, both, 4 * job->n + 1);
  for (int t = 0; t < job->n_periods; t++) {
    struct sw_productivity_sample *sample = &p->sample[t];
    SW_NEW(err, job->arena, sample->estimate, job->n + 1);
    for (int64_t unit = 0; unit < job->n; unit++) {
      double e = efficiency_at(job, t, unit);
      if (!isnan(e)) sample->estimate[sample->count++] = e;
    }
    sample->deviation = sw_stats_deviation(sample->estimate, sample->count);
    sample->spread = spread_of(sample->estimate, sample->count);
    sample->bandwidth = bandwidth_of(sample->estimate, sample->count, sample->deviation, both);
    sample->key = key_of(job, t);
  }
  return SW_OK;
}

/* ---- a thread --------------------------------------------------------------------------- */

static int moved_of(const sw_frontier *f) {
  return f->orientation == SW_TO_INPUT ? f->inputs : f->outputs;
}

static int first_moved(const sw_frontier *f) {
  return f->orientation == SW_TO_INPUT ? 0 : f->inputs;
}

size_t sw_productivity_draw_workspace(const sw_job *job) {
  const sw_productivity *p = job->state;
  const sw_frontier *f = &p->frontier;
  if (p->draws == 0) return 0;
  size_t starts = (size_t)sw_frontier_start_count(f) * SIDES;
  return sizeof(thread) + sizeof(double) * ((size_t)moved_of(f) * (size_t)job->n +
                                            (SW_DRAW_GRAIN + 1) * (size_t)p->draws +
                                            SIDES * (size_t)sw_frontier_variables(f) + 2 * starts);
}

sw_status sw_productivity_draw_open(sw_error *err, const sw_job *job, void *workspace) {
  const sw_productivity *p = job->state;
  const sw_frontier *f = &p->frontier;
  thread *w = workspace;
  *w = (thread){.err = err, .f = *f};
  size_t starts = (size_t)f->starts * SIDES;
  w->row = (double *)(w + 1);
  w->found = w->row + (size_t)moved_of(f) * (size_t)job->n;
  w->order = w->found + SW_DRAW_GRAIN * (size_t)p->draws;
  w->mean = w->order + p->draws;
  w->start_value = w->mean + SIDES * (size_t)sw_frontier_variables(f);
  w->start = (int64_t *)(w->start_value + starts);
  w->f.who = NULL;
  w->f.periods = SIDES;
  w->f.value = w->value;
  w->f.used = w->used;
  w->f.mean = w->mean;
  w->f.start = w->start;
  w->f.start_value = w->start_value;
  sw_status status = sw_frontier_open(err, &w->f, &w->solver);
  if (status != SW_OK) sw_frontier_close(w->solver);
  return status;
}

void sw_productivity_draw_close(void *workspace) {
  sw_frontier_close(((thread *)workspace)->solver);
}

/* ---- draws ------------------------------------------------------------------------------ */

/* Units of period t, as they are on both sides; drawn ones are filled in later. */
static void take_period(const sw_job *job, thread *w, int t) {
  const sw_frontier *f = &((const sw_productivity *)job->state)->frontier;
  int variables = sw_frontier_variables(f), first = first_moved(f);
  for (int v = 0; v < variables; v++) {
    bool moves = v >= first && v < first + moved_of(f);
    w->value[v * SIDES + AS_THEY_ARE] = f->value[v * f->periods + t];
    w->value[v * SIDES + AS_DRAWN] =
        moves ? w->row + (v - first) * job->n : f->value[v * f->periods + t];
    for (int side = 0; side < SIDES; side++)
      w->mean[side * variables + v] = f->mean[t * variables + v];
  }
  w->used[AS_THEY_ARE] = w->used[AS_DRAWN] = f->used[t];
}

static sw_rng numbers_of(const sw_job *job, const struct sw_productivity_sample *sample,
                         int64_t unit, uint64_t place) {
  sw_rng rng = sw_rng_make(job->seed, sample->key, job->units->key[unit]);
  rng.draw = place;
  return rng;
}

/* A unit has eight numbers for a draw: the first few pick an estimate, the fifth and sixth smooth
 * it. */
static double pick(const sw_job *job, const struct sw_productivity_sample *sample, int b,
                   int64_t unit) {
  sw_rng rng = numbers_of(job, sample, unit, 8 * (uint64_t)b);
  return sample->estimate[sw_rng_below(&rng, (uint64_t)sample->count)];
}

static double noise(const sw_job *job, const struct sw_productivity_sample *sample, int b,
                    int64_t unit) {
  sw_rng rng = numbers_of(job, sample, unit, 8 * (uint64_t)b + 4);
  return sw_rng_normal(&rng);
}

/* Moves all units to where draw b has them. No efficiency is below a thousandth of the unit's. */
static void draw_units(const sw_job *job, thread *w, int t, int b) {
  const sw_productivity *p = job->state;
  const sw_frontier *f = &p->frontier;
  const struct sw_productivity_sample *sample = &p->sample[t];
  double h = sample->bandwidth, r = sample->spread, towards = 1 / sqrt(1 + h * h / (r * r));
  for (int64_t unit = 0; unit < job->n; unit++) {
    if (!f->used[t][unit]) continue;
    double e = efficiency_at(job, t, unit);
    double at = pick(job, sample, b, unit) + h * noise(job, sample, b, unit);
    double drawn = fmax(1 - fabs(at - 1) * towards, 1e-3 * e);
    double factor = f->orientation == SW_TO_INPUT ? e / drawn : drawn / e;
    for (int v = 0; v < moved_of(f); v++)
      w->row[v * job->n + unit] = factor * f->value[(first_moved(f) + v) * f->periods + t][unit];
  }
  sw_frontier_starts(&w->f, AS_DRAWN, w->start + w->f.starts, w->start_value + w->f.starts);
}

/* A unit as it is by the frontier of the draw, which it may lie beyond. */
static double measure(const sw_job *job, thread *w, int64_t unit) {
  const sw_productivity *p = job->state;
  sw_frontier_found found = {SW_FRONTIER_FAILED, NAN};
  if (sw_frontier_begin(w->err, w->solver, unit, AS_THEY_ARE, AS_DRAWN, SIDES, false) != SW_OK ||
      sw_frontier_solve(w->err, w->solver, p->variable_returns, &found) != SW_OK)
    return NAN;
  return p->frontier.orientation == SW_TO_INPUT ? found.rho : 1 / found.rho;
}

static void place(const sw_job *job, int output, int t, int64_t unit, double value) {
  job->result[output].row[t][unit - job->first] = value;
}

/* Out of the estimates of all draws, which are put in order. NaN among them: none. */
static void place_unit(const sw_job *job, int t, int64_t unit, double *found, double *order) {
  int draws = ((const sw_productivity *)job->state)->draws;
  double e = efficiency_at(job, t, unit), sum = 0;
  for (int b = 0; b < draws; b++)
    sum += found[b];
  bool there = !isnan(e) && !isnan(sum);
  if (there) sw_stats_sort_values(found, draws, order);
  place(job, CORRECTED, t, unit, there ? 2 * e - sum / draws : NAN);
  place(job, LOWER, t, unit, there ? 2 * e - sw_quantile(found, draws, 39, 40) : NAN);
  place(job, UPPER, t, unit, there ? 2 * e - sw_quantile(found, draws, 1, 40) : NAN);
}

/* Where all estimates are equal nothing can be drawn. */
void sw_productivity_draw_tile(const sw_job *job, const sw_tile *tile, void *workspace) {
  const sw_productivity *p = job->state;
  thread *w = workspace;
  for (int t = 0; t < job->n_periods; t++) {
    bool varies = p->sample[t].deviation > 0;
    take_period(job, w, t);
    for (int b = 0; b < p->draws && varies; b++) {
      if (sw_job_stops(job)) return;
      draw_units(job, w, t, b);
      for (int64_t unit = tile->lo; unit < tile->hi; unit++)
        w->found[(unit - tile->lo) * p->draws + b] =
            p->frontier.used[t][unit] ? measure(job, w, unit) : NAN;
    }
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      double *found = w->found + (unit - tile->lo) * p->draws;
      if (!varies) found[0] = NAN;
      place_unit(job, t, unit, found, w->order);
    }
  }
}
