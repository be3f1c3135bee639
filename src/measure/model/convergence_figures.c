/* The numbers of `convergence` (convergence.c has their definitions): of the units as they are, one
 * item; of units drawn anew, for bounds. Both go the same way: a list of units, in which one may
 * stand several times; what they have at both ends and by period; the regression.
 *
 * One item, which sees whole columns: O(nT), and O(n k^2) of k terms.
 *
 * A tile has no status: what can go wrong (too few units, a constant, terms that depend on each
 * other) is left as a code in its record. The record is a convergence_found, then sd and cv by
 * period, then coefficient, error and p by term. */
#include "kernel/linear/ols.h"
#include "kernel/series/stats.h"
#include "kernel/space/links.h"
#include "measure/model/convergence.h"
#include "measure/share/series.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

size_t sw_convergence_record(const sw_job *job, const convergence_state *state) {
  return sizeof(convergence_found) +
         (2 * (size_t)job->n_periods + 3 * (size_t)state->terms) * sizeof(double);
}

/* ---- workspace -------------------------------------------------------------------------- */

/* n each: units used; their values in one period, plain and in logs; those at both ends, growth; ln
 * x_0 of all units, missing where not used. Then terms, and what the fit asks for. */
typedef struct room {
  int32_t *use;
  int64_t n_used;
  double *level, *log, *start, *end, *growth, *whole;
  const double *lag_of; /* by unit, where it is that of other units than these; else NULL */
  double **column;      /* by term; the initial value is `start` */
  double *time, *sigma, *scratch;
  double *vcov, *work;
  /* Counts in sw_convergence_workspace follow this order; pointers stand first, as they need the
   * strictest alignment, and integers last. */
  void *fit;
} room;

static room room_of(const sw_job *job, void *workspace) {
  const convergence_state *state = job->state;
  int64_t n = job->n, terms = state->terms, periods = job->n_periods;
  room r = {.column = workspace};
  double *at = (double *)workspace + terms;
  double **each[] = {&r.level, &r.log, &r.start, &r.end, &r.growth, &r.whole};
  for (int k = 0; k < 6; k++, at += n)
    *each[k] = at;
  for (int64_t k = 0; k < terms; k++) {
    r.column[k] = k == INITIAL ? r.start : at;
    if (k != INITIAL) at += n;
  }
  r.time = at;
  r.sigma = at += periods;
  r.scratch = at += periods;
  r.vcov = at += periods;
  r.work = at += terms * terms;
  r.use = (int32_t *)(at += 2 * terms * terms);
  r.fit = at + (n + 1) / 2;
  return r;
}

/* In the order of room_of: pointers, 6 + terms - 1 columns, 3 rows of periods, 3 squares of terms.
 *
 * `initial` is one of the terms but has no column of its own: it is `start`. */
size_t sw_convergence_workspace(const sw_job *job) {
  const convergence_state *state = job->state;
  size_t n = (size_t)job->n, terms = (size_t)state->terms;
  /* Six arrays of n and a column for each term but INITIAL: 5 + terms. */
  size_t doubles = terms + (5 + terms) * n + 3 * (size_t)job->n_periods + 3 * terms * terms;
  size_t fit = sw_convergence_is_model(state) ? sw_convergence_spatial_workspace(job, state)
                                              : sw_ols_workspace(job->n, state->terms);
  return (doubles + (n + 1) / 2) * sizeof(double) + fit;
}

/* ---- the units -------------------------------------------------------------------------- */

/* Keeps those of the list that have a value, above 0 if asked. Units stay in the order of codes, so
 * sums over them have one order. */
static void keep(room *r, const double *x, bool positive) {
  int64_t kept = 0;
  for (int64_t k = 0; k < r->n_used; k++)
    if (positive ? x[r->use[k]] > 0 : !isnan(x[r->use[k]])) r->use[kept++] = r->use[k];
  r->n_used = kept;
}

/* One set for all figures, so that sigma and beta are of the same units. Controls count at `from`
 * alone, which is when the regression looks at them. */
static void find_units(const sw_job *job, room *r) {
  const convergence_state *state = job->state;
  r->n_used = job->n;
  for (int64_t i = 0; i < job->n; i++)
    r->use[i] = (int32_t)i;
  for (int t = state->from; t <= state->to; t++)
    keep(r, job->input[0].view.row[t], state->logs);
  for (int c = 0; c < state->controls.count; c++)
    keep(r, job->input[state->controls.first + c].view.row[state->from], false);
}

/* ---- sigma ------------------------------------------------------------------------------ */

/* The period's values in `level` and, in logs if asked, in `log`. */
static void read_period(const sw_job *job, room *r, int t) {
  const convergence_state *state = job->state;
  const double *x = job->input[0].view.row[t];
  for (int64_t k = 0; k < r->n_used; k++) {
    r->level[k] = x[r->use[k]];
    r->log[k] = state->logs ? log(r->level[k]) : r->level[k];
  }
}

/* Values at both ends are kept for what follows. cv is of levels, and needs a mean above 0; sd of
 * logarithms, if asked. */
static void spread_by_period(const sw_job *job, room *r, double *sd, double *cv) {
  const convergence_state *state = job->state;
  size_t bytes = (size_t)r->n_used * sizeof(double);
  /* Periods outside from .. to are NaN: the set of units is that of from .. to. */
  for (int t = 0; t < job->n_periods; t++) {
    sd[t] = cv[t] = NAN;
    if (t < state->from || t > state->to) continue;
    read_period(job, r, t);
    sw_spread level = sw_spread_of(r->level, r->n_used);
    /* The spread is taken about the mean with n - 1, as sd in the methods. */
    sd[t] = sw_spread_of(r->log, r->n_used).sd;
    if (level.mean > 0) cv[t] = level.sd / level.mean;
    r->time[t - state->from] = sw_series_passed(job, state->from, t);
    r->sigma[t - state->from] = sd[t];
    if (t == state->from) memcpy(r->start, r->log, bytes);
    if (t == state->to) memcpy(r->end, r->log, bytes);
  }
}

/* ---- beta ------------------------------------------------------------------------------- */

/* Values of units that are not used are hidden from the lag by NaN: the lag then standardises a row
 * anew over the neighbours that are left. */
static void spread_start(const sw_job *job, room *r) {
  for (int64_t i = 0; i < job->n; i++)
    r->whole[i] = NAN;
  for (int64_t k = 0; k < r->n_used; k++)
    r->whole[r->use[k]] = r->start[k];
}

/* The last term: of a unit's neighbours that are used. */
static void fill_lag(const sw_job *job, room *r, convergence_found *out) {
  const convergence_state *state = job->state;
  double *lag = r->column[state->terms - 1];
  for (int64_t k = 0; r->lag_of && k < r->n_used; k++)
    lag[k] = r->lag_of[r->use[k]];
  if (r->lag_of) return;
  spread_start(job, r);
  for (int64_t k = 0; k < r->n_used; k++) {
    lag[k] = sw_links_lag(state->weights, state->standardised, r->whole, r->use[k]);
    /* NaN: no neighbour that is used. The coefficient of the lag is then of the others; `lonely`
     * counts these units, and a note gives the number. */
    if (!isnan(lag[k])) continue;
    lag[k] = 0;
    out->lonely++;
  }
}

static void fill_terms(const sw_job *job, room *r, convergence_found *out) {
  const convergence_state *state = job->state;
  for (int64_t k = 0; k < r->n_used; k++) {
    r->column[CONSTANT_TERM][k] = 1;
    /* Growth per year (or step), so that b is per year and T enters the speed alone. */
    r->growth[k] = (r->end[k] - r->start[k]) / state->years;
  }
  for (int c = 0; c < state->controls.count; c++) {
    const double *x = job->input[state->controls.first + c].view.row[state->from];
    for (int64_t k = 0; k < r->n_used; k++)
      r->column[CONTROLS + c][k] = x[r->use[k]];
  }
  /* A spatial model makes its own lags, inside the fit. */
  if (state->weights && !sw_convergence_is_model(state)) fill_lag(job, r, out);
}

static bool varies(const double *x, int64_t n) {
  double lo = INFINITY, hi = -INFINITY;
  for (int64_t k = 0; k < n; k++) {
    lo = x[k] < lo ? x[k] : lo;
    hi = x[k] > hi ? x[k] : hi;
  }
  return sw_stats_vary(lo, hi);
}

/* `value`: coefficients, errors, p-values. */
static void regress(const sw_job *job, room *r, convergence_found *out, double *value) {
  const convergence_state *state = job->state;
  int terms = state->terms;
  /* Degrees of freedom of t: values less terms. */
  double df = (double)(r->n_used - terms);
  sw_ols fit;
  /* Without a spread of ln x_0 the slope is not defined: said as such rather than as a singular
   * matrix. */
  if (!varies(r->start, r->n_used)) {
    out->wrong = CONSTANT;
    return;
  }
  fill_terms(job, r, out);
  if (sw_convergence_is_model(state)) {
    sw_convergence_spatial_fit(job, r->column, r->growth, r->fit, out, value);
    return;
  }
  const double *const *x = (const double *const *)r->column;
  int dependent = sw_ols_fit(x, r->growth, r->n_used, terms, r->fit, &fit);
  if (dependent >= 0) {
    out->wrong = DEPENDENT;
    out->term = dependent;
    return;
  }
  if (state->hc1)
    sw_ols_hc1(&fit, x, r->work, r->vcov);
  else
    sw_ols_classical(fit.root, terms, fit.rss / df, r->vcov);
  for (int k = 0; k < terms; k++) {
    double se = sqrt(r->vcov[k * terms + k]), t = fabs(fit.b[k]) / se;
    value[k] = fit.b[k];
    value[terms + k] = se;
    /* A slope without error (an exact fit) has t = x/0 or 0/0; the latter has no p. */
    value[2 * terms + k] = isnan(t) ? NAN : 2 * gsl_cdf_tdist_Q(t, df);
  }
  out->r2 = fit.tss > 0 ? 1 - fit.rss / fit.tss : NAN;
  out->speed = sw_speed_of(fit.b[INITIAL], value[terms + INITIAL], state->years);
}

/* ---- tile ------------------------------------------------------------------------------- */

/* Behind a record: sd and cv by period, then coefficient, error and p by term. */
static double *sd_in(const convergence_found *found) {
  return (double *)(found + 1);
}

static double *terms_in(const sw_job *job, const convergence_found *found) {
  return sd_in(found) + 2 * job->n_periods;
}

/* NaN first: `finish` places all numbers, whether they were reached or not. False: the units are
 * too few, or not all where all are needed. */
static bool begin_record(const sw_job *job, const room *r, convergence_found *found) {
  const convergence_state *state = job->state;
  *found = (convergence_found){.n_used = r->n_used,
                               .trend = {NAN, NAN, NAN},
                               .two = {NAN, NAN, NAN, NAN},
                               .speed = {NAN, NAN, NAN},
                               .r2 = NAN,
                               .loglik = NAN};
  for (int k = 0; k < 2 * job->n_periods + 3 * state->terms; k++)
    sd_in(found)[k] = NAN;
  /* A spatial model is of all units: a lag over a unit that is left out would be undefined. */
  if (r->n_used <= state->terms)
    found->wrong = TOO_FEW;
  else if (sw_convergence_is_model(state) && r->n_used < job->n)
    found->wrong = NOT_ALL;
  return found->wrong == NOTHING;
}

/* Everything is found in one item: whole columns are gathered for it. What cannot be computed
 * leaves a reason, and finish refuses on rank 0. */
void sw_convergence_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)tile;
  const convergence_state *state = job->state;
  convergence_found *found = out;
  room r = room_of(job, workspace);
  find_units(job, &r);
  if (!begin_record(job, &r, found)) return;
  spread_by_period(job, &r, sd_in(found), sd_in(found) + job->n_periods);
  /* Figures of periods alone stay; what compares the two ends would compare what was measured in
   * two ways. */
  if (state->broken) return;
  found->trend = sw_sigma_trend_of(r.time, r.sigma, state->to - state->from + 1, r.scratch);
  found->two = sw_two_spreads_of(r.start, r.end, r.n_used);
  regress(job, &r, found, terms_in(job, found));
}

/* ---- numbers, in the order of outputs ---------------------------------------------------- */

/* By the order of outputs: by period, by term, single numbers. to[q]: where those of output q go;
 * NULL: it is off (the log-likelihood without a spatial model), or not wanted. */
void sw_convergence_put(const sw_job *job, const convergence_found *r, double *const *to) {
  const convergence_state *state = job->state;
  const double *by_period = sd_in(r), *by_term = terms_in(job, r);
  const double value[] = {[SIGMA_SLOPE] = r->trend.slope,
                          [SIGMA_SE] = r->trend.se,
                          [SIGMA_P] = r->trend.p,
                          [PITMAN_T] = r->two.t,
                          [PITMAN_P] = r->two.p,
                          [T2] = r->two.t2,
                          [T2_P] = r->two.t2_p,
                          [SPEED] = r->speed.speed,
                          [SPEED_SE] = r->speed.se,
                          [HALF_LIFE] = r->speed.half_life,
                          [R2] = r->r2,
                          [N_USED] = (double)r->n_used,
                          [LOGLIK] = r->loglik};
  for (int q = SD; q <= LOGLIK; q++) {
    if (!to[q]) continue;
    if (q <= CV)
      memcpy(to[q], by_period + q * job->n_periods, (size_t)job->n_periods * sizeof **to);
    else if (q >= COEFFICIENT && q <= P_VALUE)
      memcpy(to[q], by_term + (q - COEFFICIENT) * state->terms, (size_t)state->terms * sizeof **to);
    else
      *to[q] = value[q];
  }
}

/* ---- units drawn anew ------------------------------------------------------------------- */

/* A draw is of the units used, each as often as it was drawn, with the lag that it has: neighbours
 * that were not drawn count for it as ever. */

/* Behind the workspace of an item: the units used, their lags by unit, a record. */
typedef struct again {
  int64_t *n_used;
  int32_t *use;
  double *lag;
  convergence_found *found;
} again;

static again again_in(const sw_job *job, void *workspace) {
  char *at = (char *)workspace + (sw_convergence_workspace(job) + 7) / 8 * 8;
  again a = {.n_used = (int64_t *)at, .lag = (double *)at + 1};
  a.found = (convergence_found *)(a.lag + job->n);
  a.use = (int32_t *)((char *)a.found + sw_convergence_record(job, job->state));
  return a;
}

static size_t workspace_again(const sw_job *job) {
  size_t n = (size_t)job->n, own = (sw_convergence_workspace(job) + 7) / 8 * 8;
  return own + (1 + n) * sizeof(double) + sw_convergence_record(job, job->state) +
         n * sizeof(int32_t);
}

static sw_status resolve_again(sw_error *err, sw_job *job) {
  if (!sw_convergence_is_model(job->state)) return SW_OK;
  return sw_job_fail(err, job, "spatial",
                     "%s is of units beside their neighbours, which units that are drawn are not; "
                     "intervals are of slx, or without weights",
                     sw_job_arg(job, "spatial")->text);
}

static void begin_again(const sw_job *job, int t, void *workspace) {
  (void)t;
  const convergence_state *state = job->state;
  room r = room_of(job, workspace);
  again a = again_in(job, workspace);
  find_units(job, &r);
  *a.n_used = r.n_used;
  memcpy(a.use, r.use, (size_t)r.n_used * sizeof *a.use);
  if (!state->weights) return;
  read_period(job, &r, state->from);
  memcpy(r.start, r.log, (size_t)r.n_used * sizeof *r.start);
  spread_start(job, &r);
  for (int64_t k = 0; k < r.n_used; k++) {
    double lag = sw_links_lag(state->weights, state->standardised, r.whole, a.use[k]);
    a.lag[a.use[k]] = isnan(lag) ? 0 : lag;
  }
}

/* Tests of both ends have no bounds, and are left out. */
static void numbers_again(const sw_job *job, int t, const int32_t *times, double *const *to,
                          void *workspace) {
  (void)t;
  const convergence_state *state = job->state;
  room r = room_of(job, workspace);
  again a = again_in(job, workspace);
  r.lag_of = a.lag;
  for (int64_t k = 0; k < *a.n_used; k++)
    for (int32_t c = times[a.use[k]]; c > 0; c--)
      r.use[r.n_used++] = a.use[k];
  if (begin_record(job, &r, a.found)) {
    spread_by_period(job, &r, sd_in(a.found), sd_in(a.found) + job->n_periods);
    if (!state->broken) {
      a.found->trend = sw_sigma_trend_of(r.time, r.sigma, state->to - state->from + 1, r.scratch);
      regress(job, &r, a.found, terms_in(job, a.found));
    }
  }
  sw_convergence_put(job, a.found, to);
}

const sw_resample sw_convergence_resample = {.together = true,
                                             .resolve = resolve_again,
                                             .workspace = workspace_again,
                                             .begin = begin_again,
                                             .numbers = numbers_again};
