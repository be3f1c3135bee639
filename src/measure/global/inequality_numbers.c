/* Indices of a sample, each in its place; and the same of units drawn anew. A sample of these has
 * the sorted values of the period, each as often as its unit was drawn: nothing is sorted again,
 * and the arithmetic is that of the period itself. What is unweighted counts a unit as often, too.
 */
#include "measure/global/inequality_numbers.h"

#include "kernel/series/quantile.h"

#include <math.h>
#include <string.h>

/* ---- a sample --------------------------------------------------------------------------- */

/* The columns are views from unit 0 (gathered), as groups are indexed by unit of the whole panel.
 * The weight, where there is one, is input 1: `of` and `weight` are the parameters in this order.
 */
sw_sample sw_inequality_sample_of(const sw_job *job, int t, void *workspace) {
  const inequality_state *state = job->state;
  return sw_inequality_sample_make(job->input[0].view.row[t],
                                   state->weighted ? job->input[1].view.row[t] : NULL, job->n,
                                   workspace);
}

/* Quantiles of the values, each counted once: p90/p10, p80/p20, p90/p50. Over zero: undefined.
 * Tenths of whole numbers: a position such as 0.9 (n - 1) in floating point can miss a value by an
 * ulp (methods-regions.md, quantiles). */
static void compute_ratios(const double *up, int64_t n, double *ratio) {
  static const int tenths[RATIOS][2] = {{9, 1}, {8, 2}, {9, 5}};
  for (int k = 0; k < RATIOS; k++) {
    double upper = sw_quantile(up, n, tenths[k][0], 10);
    double lower = sw_quantile(up, n, tenths[k][1], 10);
    ratio[k] = lower > 0 ? upper / lower : NAN;
  }
}

/* `polarised` is NULL where the study has no groups; `polarisation` is off then. Groups are those
 * of one column: sums by group need room, which the workspace has for most_groups. */
void sw_inequality_whole(const sw_job *job, const sw_sample *sample, const double *up, int64_t n,
                         inequality_record *r, void *workspace) {
  const inequality_state *state = job->state;
  const sw_grouping *polarised = state->polarised;
  r->whole = sw_inequality_compute(sample);
  compute_ratios(up, n, r->ratio);
  for (int k = 0; k < state->n_aversions; k++)
    r->atkinson[k] = sw_inequality_atkinson(sample, state->aversion[k]);
  if (polarised)
    r->polarisation = sw_inequality_polarisation(sample, polarised->of, polarised->n_groups,
                                                 state->alpha, job->n, workspace);
}

/* ---- places ----------------------------------------------------------------------------- */

/* N_USED is an integer output; results are doubles until they are written. */
void sw_inequality_put(const inequality_state *state, const inequality_record *r,
                       double *const *to) {
  const struct {
    int output;
    double value;
  } single[] = {{GINI, r->whole.gini},       {THEIL_T, r->whole.theil_t},
                {THEIL_L, r->whole.theil_l}, {HOOVER, r->whole.hoover},
                {CV, r->whole.cv},           {N_USED, (double)r->n},
                {P90_P10, r->ratio[0]},      {P80_P20, r->ratio[1]},
                {P90_P50, r->ratio[2]},      {POLARISATION, r->polarisation}};
  for (size_t k = 0; k < sizeof single / sizeof *single; k++)
    if (to[single[k].output]) *to[single[k].output] = single[k].value;
  if (to[ATKINSON])
    memcpy(to[ATKINSON], r->atkinson, (size_t)state->n_aversions * sizeof *r->atkinson);
}

/* By the output's axis `grouping`. The outputs of the parts stand in the order of `value`. */
void sw_inequality_put_parts(const sw_inequality_parts *p, int grouping, double *const *to) {
  const double value[] = {p->theil_t_between,    p->theil_t_within, p->theil_l_between,
                          p->theil_l_within,     p->gini_within,    p->gini_between_net,
                          p->gini_transvariation};
  for (int q = 0; q < 7; q++)
    if (to[T_BETWEEN + q]) to[T_BETWEEN + q][grouping] = value[q];
}

/* ---- units drawn anew ------------------------------------------------------------------- */

/* The period's own sample, which all draws share; that of a draw, with room for its parts; all
 * values of a draw, ascending; of matrices a record, and their scratch. */
typedef struct room {
  void *own, *drawn;
  double *up;
  sw_gaps *gaps;
  double *scratch;
  sw_sample *sample;
} room;

/* Bytes from `*at` on; NULL where only the size is asked. */
static void *take(char *base, size_t *at, size_t bytes) {
  void *from = base ? base + *at : NULL;
  *at += (bytes + 63) / 64 * 64;
  return from;
}

/* Returns the bytes that all takes. */
static size_t room_of(const sw_job *job, void *workspace, room *r) {
  const inequality_state *state = job->state;
  const sw_grouping *matrices = state->matrices;
  size_t one = sw_inequality_workspace(job->n, state->most_groups), at = 0;
  size_t gaps = matrices ? sw_gaps_bytes(matrices->n_groups) : 0;
  size_t scratch = matrices ? sw_dagum_scratch(matrices->n_groups) * sizeof(double) : 0;
  r->own = take(workspace, &at, one);
  r->drawn = take(workspace, &at, one);
  r->up = take(workspace, &at, (size_t)job->n * sizeof(double));
  r->gaps = take(workspace, &at, gaps);
  r->scratch = take(workspace, &at, scratch);
  r->sample = take(workspace, &at, sizeof(sw_sample));
  return at;
}

static size_t workspace_again(const sw_job *job) {
  room r;
  return room_of(job, NULL, &r);
}

static void begin_again(const sw_job *job, int t, void *workspace) {
  room r;
  room_of(job, workspace, &r);
  *r.sample = sw_inequality_sample_of(job, t, r.own);
}

/* How many values there are, a unit's as often as it was drawn. */
static int64_t repeat(const sw_sample *sample, const int32_t *times, double *up) {
  int64_t n = 0;
  for (int64_t k = 0; k < sample->n; k++)
    for (int32_t c = times[sample->unit[sample->order[k]]]; c > 0; c--)
      up[n++] = sample->y_up[k];
  return n;
}

/* Values and weights below zero have been refused by the first pass. */
static void numbers_again(const sw_job *job, int t, const int32_t *times, double *const *to,
                          void *workspace) {
  (void)t;
  const inequality_state *state = job->state;
  inequality_record record;
  room r;
  room_of(job, workspace, &r);
  sw_sample sample = sw_inequality_sample_again(r.sample, times, job->n, r.drawn);
  record.n = repeat(r.sample, times, r.up);
  sw_inequality_whole(job, &sample, r.up, record.n, &record, r.drawn);
  sw_inequality_put(state, &record, to);
  for (int g = 0; g < state->n_groupings; g++) {
    const sw_grouping *grouping = state->grouping[g];
    record.parts =
        sw_inequality_by_group(&sample, grouping->of, grouping->n_groups, job->n, r.drawn);
    sw_inequality_put_parts(&record.parts, g, to);
  }
  if (!state->matrices) return;
  sw_gaps_compute(r.gaps, &sample, state->matrices, r.scratch);
  sw_gaps_put(r.gaps, state->matrices, to + BY_GROUP);
}

const sw_resample sw_inequality_resample = {
    .workspace = workspace_again, .begin = begin_again, .numbers = numbers_again};
