/* One model of a spatial entry, an item: its columns out of the gathered inputs, the fit, nested
 * forms, tests, effects and, without a grid, what there is of each unit. All of it goes into the
 * record of the item.
 *
 * Invariant: a record depends on its own model alone, whichever models the thread had before, since
 * every model starts with filters of its own. Records have one size, that of the largest model, and
 * are zeroed by the engine; a model that cannot be fitted leaves only why.
 *
 * A thread's workspace: filters of W and of W2, the ridge, the columns, the estimator's own, and
 * behind it, as the estimator's must last, what the others need one after the other. */
#include "measure/spatial/spatial_model.h"

#include <math.h>
#include <string.h>

/* ---- the record --------------------------------------------------------------------------------
 */

/* The arrays of a record, as there is room for the largest model. Returns their doubles; `at` NULL:
 * only counts them. The order of the parts is that of sw_spatial_arrays. A grid has no values by
 * unit, so n is 0 there. */
static size_t lay_out(const sw_job *job, double *at, sw_spatial_arrays *a) {
  const sw_spatial_state *s = job->state;
  size_t terms = (size_t)s->most_terms, k = (size_t)s->most_k, used = 0;
  size_t effects = (size_t)(s->runs * SW_EFFECTS) * k, orders = SW_SPATIAL_ORDERS * k;
  size_t n = s->grid ? 0 : (size_t)job->n, values = n * (size_t)s->most_periods;
  size_t each[] = {terms,
                   terms * terms,
                   effects * sizeof(sw_effect) / sizeof(double),
                   s->draws ? effects * SW_EFFECT_PERCENTILES : 0,
                   orders,
                   orders,
                   values,
                   n * sizeof(sw_unit_multiplier) / sizeof(double)};
  double *part[8];
  for (int i = 0; i < 8; used += each[i++])
    part[i] = at ? at + used : NULL;
  if (a)
    *a = (sw_spatial_arrays){
        part[0], part[1], (sw_effect *)part[2], part[3],
        part[4], part[5], n ? part[6] : NULL,   n ? (sw_unit_multiplier *)part[7] : NULL};
  return used;
}

/* A multiple of 8, as records stand one behind the other. */
size_t sw_spatial_record(const sw_job *job) {
  return sizeof(sw_spatial_found) + lay_out(job, NULL, NULL) * sizeof(double);
}

/* Arrays are found again from the record alone: `finish` and later passes have nothing else. */
sw_spatial_arrays sw_spatial_arrays_of(const sw_job *job, const sw_spatial_found *found) {
  sw_spatial_arrays a;
  lay_out(job, (double *)(found + 1), &a);
  return a;
}

/* Which coefficient is a variable's own and which that of its lag; -1: no such term. */
sw_effects_model sw_spatial_effects_of(const sw_spatial_found *found, const sw_spatial_arrays *a,
                                       int *own, int *lagged) {
  const sw_spatial_terms *t = &found->terms;
  for (int j = 0; j < t->k; j++) {
    own[j] = t->x + j;
    lagged[j] = t->lag_x < 0 ? -1 : t->lag_x + j;
  }
  return (sw_effects_model){.n_terms = t->count,
                            .coefficient = a->coefficient,
                            .vcov = a->vcov,
                            .n_effects = t->k,
                            .own = own,
                            .lagged = lagged,
                            .rho = t->rho,
                            .past = t->y_before,
                            .past_lag = t->lag_y_before};
}

/* ---- the workspace ------------------------------------------------------------------------- */

/* What a thread fits one model in, cut out of its workspace (lay_bench). */
typedef struct bench {
  sw_filter *w, *w2;
  sw_ridge *ridge;
  double *values;   /* y, then x, each periods * n */
  const double **x; /* k */
  int *own, *lagged;
  sw_effect_draws *drawn;
  void *fit, *work;
} bench;

/* Parts begin on cache lines, as the filters' factors are read by vectors. */
static size_t rounded(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

static size_t larger(size_t a, size_t b) {
  return a > b ? a : b;
}

/* What is needed behind the estimator's own, one after the other. Tests, effects, draws and
 * multipliers follow each other, so the largest need is enough. */
static size_t work_bytes(const sw_job *job, const sw_spatial_one *one) {
  const sw_spatial_state *s = job->state;
  int periods = one->to - one->from + 1;
  sw_effects_model shape = {.n_terms = one->terms.count, .n_effects = one->k};
  size_t bytes = sw_multiplier_workspace(job->n);
  bytes = larger(bytes, sw_spatial_tests_workspace(&s->spec, job->n, periods, one->k));
  if (sw_spatial_has_hausman(&s->spec))
    bytes = larger(bytes, sw_spatial_hausman_workspace(&s->spec, job->n, periods, one->k));
  if (s->draws) bytes = larger(bytes, sw_effects_draws_workspace(&shape, job->n, s->n_draws));
  if (!s->grid) bytes = larger(bytes, sw_unit_multipliers_workspace(job->n));
  return rounded(bytes);
}

/* The parts in order; with memory the bench of a model there. Filters and columns have room for the
 * largest model, so that they begin at the same place for all. W and W2 may be one matrix; each
 * then has a filter of its own, since rho and lambda set them apart. */
static size_t lay_bench(const sw_job *job, const sw_spatial_one *one, char *at, bench *b) {
  const sw_spatial_state *s = job->state;
  size_t filter = 0, ridge = 0;
  for (int i = 0; i < s->n_matrices; i++) {
    filter = larger(filter, sw_filters_workspace(job, &s->matrix[i].filters));
    ridge = larger(ridge, sw_filters_ridge_workspace(job, &s->matrix[i].filters));
  }
  size_t k = (size_t)s->most_k, values = (k + 1) * (size_t)s->most_periods * (size_t)job->n;
  int periods = one->to - one->from + 1;
  size_t each[] = {filter,
                   filter,
                   ridge,
                   rounded(values * sizeof(double)),
                   rounded((k + 1) * sizeof(double *)),
                   rounded((k + 1) * sizeof(int)),
                   rounded((k + 1) * sizeof(int)),
                   rounded(SW_EFFECTS * (k + 1) * sizeof(sw_effect_draws)),
                   rounded(sw_spatial_workspace(&s->spec, job->n, periods, one->k)),
                   work_bytes(job, one)};
  size_t used = 0;
  void *part[10];
  for (int i = 0; i < 10; used += each[i++])
    part[i] = at ? at + used : NULL;
  if (b)
    *b = (bench){.values = part[3],
                 .x = part[4],
                 .own = part[5],
                 .lagged = part[6],
                 .drawn = part[7],
                 .fit = part[8],
                 .work = part[9],
                 .w = sw_filters_at(job, &s->matrix[one->w].filters, part[0]),
                 .w2 = sw_filters_at(job, &s->matrix[one->w2].filters, part[1]),
                 .ridge = sw_filters_ridge_at(job, &s->matrix[one->w2].filters, part[2])};
  return used;
}

/* Models of a grid differ in little, but there may be many: each kind is looked at once. O(models):
 * the largest workspace over them, before any model is fitted. */
size_t sw_spatial_item_workspace(const sw_job *job) {
  const sw_spatial_state *s = job->state;
  size_t most = 0;
  for (int m = 0; m < s->n_models; m++) {
    const sw_spatial_one *one = &s->model[m];
    if (m > 0 && one->k == one[-1].k && one->terms.count == one[-1].terms.count &&
        one->to - one->from == one[-1].to - one[-1].from)
      continue;
    most = larger(most, lay_bench(job, one, NULL, NULL));
  }
  return most;
}

/* ---- the fit ------------------------------------------------------------------------------- */

/* The estimators want a variable as periods x units in one piece; inputs are rows by period. */
static void read_column(const sw_job *job, const sw_spatial_one *one, int input, double *to) {
  for (int t = one->from; t <= one->to; t++, to += job->n)
    memcpy(to, job->input[input].view.row[t], (size_t)job->n * sizeof *to);
}

/* The variables of a model, period by period, in one array. */
static sw_spatial_data read_data(const sw_job *job, const sw_spatial_one *one, bench *b) {
  int periods = one->to - one->from + 1;
  size_t column = (size_t)periods * (size_t)job->n;
  read_column(job, one, one->y, b->values);
  for (int j = 0; j < one->k; j++) {
    double *to = b->values + (size_t)(j + 1) * column;
    read_column(job, one, one->x[j], to);
    b->x[j] = to;
  }
  return (sw_spatial_data){.n = job->n,
                           .periods = periods,
                           .k = one->k,
                           .y = b->values,
                           .x = b->x,
                           .w = b->w,
                           .w2 = b->w2,
                           .ridge = b->ridge};
}

/* The fit's arrays lie in the workspace, which the next model takes. Only what later steps and
 * outputs need; residuals stay where a single model asks for them. */
static void keep(const sw_spatial_fit *fit, sw_spatial_found *to, const sw_spatial_arrays *a) {
  size_t terms = (size_t)fit->terms.count;
  to->terms = fit->terms;
  to->spec = fit->spec;
  to->warnings = fit->warnings;
  to->first = fit->first;
  to->periods = fit->periods;
  to->edge = fit->edge;
  to->other_rho = fit->other_rho;
  to->other_lambda = fit->other_lambda;
  to->other_loglik = fit->other_loglik;
  to->sigma2 = fit->sigma2;
  to->sigma2_se = fit->sigma2_se;
  to->phi = fit->phi;
  to->phi_se = fit->phi_se;
  to->loglik = fit->loglik;
  to->aic = fit->aic;
  to->pseudo_r2 = fit->pseudo_r2;
  to->n_used = (double)fit->n_used;
  memcpy(a->coefficient, fit->coefficient, terms * sizeof(double));
  memcpy(a->vcov, fit->vcov, terms * terms * sizeof(double));
  if (a->residual) memcpy(a->residual, fit->residual, (size_t)fit->n_used * sizeof(double));
}

/* ---- effects ------------------------------------------------------------------------------- */

/* A stream of draws for each model of a grid: 64 bits of its label (FNV-1a), so that those of the
 * others stay when a model is added. */
static uint64_t stream_of(const sw_spatial_one *one) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (const char *at = one->label; *at; at++)
    hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
  return hash;
}

/* Standard errors and ends by draws, where they are asked for, in place of those that find_effects
 * has placed. */
static void draw(const sw_job *job, uint64_t stream, int run, const sw_effects_model *model,
                 bench *b, sw_spatial_found *found, sw_effect *effect, double *percentile) {
  const sw_spatial_state *s = job->state;
  sw_effects_drawn how = {0};
  sw_effects_plan plan = {
      .run = run, .seed = job->seed, .stream = stream, .draws = s->n_draws, .level = .95};
  sw_effects_draw(b->w, model, &plan, b->work, b->drawn, &how);
  found->drawn_outside[run] = (double)how.outside;
  for (int e = 0; e < SW_EFFECTS * model->n_effects; e++) {
    const sw_effect_draws *d = &b->drawn[e];
    effect[e].se = d->sd;
    effect[e].lo = d->lo;
    effect[e].hi = d->hi;
    /* Two-sided, normal, with the sd of the draws. */
    effect[e].p = erfc(fabs(effect[e].value / d->sd) / sqrt(2));
    memcpy(percentile + e * SW_EFFECT_PERCENTILES, d->percentile, sizeof d->percentile);
  }
}

/* Effects of the short run are those of W and rho; the long run has a rho of its own, and so a
 * factor of its own. no_effects has a bit per run: I - rho W has no inverse of a stable process
 * there. */
static void find_effects(const sw_job *job, const sw_spatial_one *one, bench *b,
                         sw_spatial_found *found, const sw_spatial_arrays *a) {
  const sw_spatial_state *s = job->state;
  sw_effects_model model = sw_spatial_effects_of(found, a, b->own, b->lagged);
  int each = SW_EFFECTS * one->k;
  for (int run = 0; run < s->runs; run++) {
    sw_effect *effect = a->effect + run * each;
    sw_multiplier at;
    if (!sw_multiplier_at(b->w, sw_effects_rho(&model, run), b->work, &at))
      found->no_effects |= 1 << run;
    sw_effects_exact(&model, run, &at, .95, effect);
    if (s->draws)
      draw(job, stream_of(one), run, &model, b, found, effect,
           a->percentile + run * each * SW_EFFECT_PERCENTILES);
  }
  /* Tables by order need traces of powers of W, which were made once per node. */
  if (s->matrix[one->w].orders < 0) return;
  const double *trace = job->made[s->matrix[one->w].orders];
  sw_effects_by_order(&model, SW_SPATIAL_ORDERS, trace, trace + SW_SPATIAL_ORDERS, a->order_direct,
                      a->order_indirect);
}

/* Four numbers of each unit, from which a pass over units makes what it receives and gives, in
 * O(n): the matrix itself is never made here. */
static void find_units(bench *b, sw_spatial_found *found, const sw_spatial_arrays *a) {
  double rho = found->terms.rho < 0 ? 0 : a->coefficient[found->terms.rho];
  if (!sw_unit_multipliers(b->w, rho, b->work, a->unit)) found->no_effects |= 1;
}

/* ---- the item ------------------------------------------------------------------------------ */

/* Everything of one model in one item: items run on any rank and thread, and records come back in
 * item order. */
void sw_spatial_item(const sw_job *job, int64_t item, sw_spatial_found *found, void *workspace) {
  const sw_spatial_state *s = job->state;
  const sw_spatial_one *one = &s->model[item];
  sw_spatial_arrays a = sw_spatial_arrays_of(job, found);
  sw_spatial_fit fit;
  bench b;
  lay_bench(job, one, workspace, &b);
  sw_spatial_data data = read_data(job, one, &b);
  found->wrong = sw_spatial_estimate(&s->spec, &data, b.fit, &fit);
  if (found->wrong.code != SW_SPATIAL_FITTED) return;
  keep(&fit, found, &a);
  /* Nested forms use the columns that the estimator has left. */
  if (s->n_restrictions > 0) sw_spatial_restrict(&data, &fit, b.fit, found->restriction);
  if (sw_spatial_has_hausman(&s->spec)) sw_spatial_hausman_of(&data, &fit, b.work, &found->hausman);
  sw_spatial_tests_of(&s->spec, &data, b.work, &found->tests);
  /* Without rho or lagged x a coefficient is the effect already. */
  if (s->spec.form == SW_SPATIAL_ERROR) return;
  find_effects(job, one, &b, found, &a);
  if (!s->grid) find_units(&b, found, &a);
}
