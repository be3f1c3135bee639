/* The tables of a spatial entry out of the records of its models, on rank 0 in finish: every number
 * is copied to its model's part of a table and to the place of its term on the axes that all models
 * share. What a model of a grid lacks, a term or a variable of another one, is missing. */
#include "measure/spatial/spatial_model.h"
#include "measure/spatial/spatial_outputs.h"

#include <math.h>
#include <string.h>

/* The model that is being placed, and its part of each table. */
typedef struct placing {
  sw_job *job;
  const sw_spatial_state *s;
  const sw_spatial_one *one;
  const sw_spatial_found *found;
  sw_spatial_arrays a;
  int model;
} placing;

/* Numbers of the model in a table; NULL: the table is off. `width`: how many it has of a model.
 * Tables of a grid stand in the second half of the descriptor. */
static double *part(const placing *p, int table, size_t width) {
  const sw_result *result = &p->job->result[table + (p->s->grid ? SW_SPATIAL_OUT_COUNT : 0)];
  return result->off ? NULL : result->row[0] + (size_t)p->model * width;
}

/* One number of a model. */
static void put(const placing *p, int table, double value) {
  double *to = part(p, table, 1);
  if (to) *to = value;
}

/* Everything is missing until it is placed. Terms that a model lacks are never written, hence NaN
 * first. */
static void clear(const sw_job *job) {
  for (int q = 0; q < 2 * SW_SPATIAL_OUT_COUNT; q++)
    for (int i = 0; !job->result[q].off && i < job->result[q].width; i++)
      job->result[q].row[0][i] = NAN;
}

/* ---- terms --------------------------------------------------------------------------------- */

/* The covariance of a model of a grid is spread over the axis: rows and columns of terms that it
 * lacks stay missing. place[i] is the position of term i on the axis of all models. */
static void place_terms(const placing *p) {
  size_t width = (size_t)p->s->n_terms;
  double *b = part(p, SW_SPATIAL_OUT_COEFFICIENT, width);
  double *se = part(p, SW_SPATIAL_OUT_STD_ERROR, width), *z = part(p, SW_SPATIAL_OUT_Z, width);
  double *pv = part(p, SW_SPATIAL_OUT_P_VALUE, width);
  double *vcov = part(p, SW_SPATIAL_OUT_VCOV, width * width);
  int count = p->found->terms.count;
  for (int i = 0; i < count; i++) {
    int at = p->one->place[i];
    double v = p->a.vcov[i * count + i];
    b[at] = p->a.coefficient[i];
    /* v < 0 comes of rounding at an end of the interval. */
    se[at] = v >= 0 ? sqrt(v) : NAN;
    z[at] = b[at] / se[at];
    pv[at] = erfc(fabs(z[at]) / sqrt(2));
    for (int j = 0; j < count; j++)
      vcov[(size_t)at * width + (size_t)p->one->place[j]] = p->a.vcov[i * count + j];
  }
}

/* ---- effects ------------------------------------------------------------------------------- */

/* `table`: of the value; standard error, p and both ends follow it. Five tables in a row for each
 * effect: value, error, p, lower and upper end. */
static void place_effect(const placing *p, int table, const sw_effect *effect) {
  size_t width = (size_t)p->s->n_effects;
  double *to[SW_SPATIAL_EFFECT_NUMBERS];
  for (int q = 0; q < SW_SPATIAL_EFFECT_NUMBERS; q++)
    to[q] = part(p, table + q, width);
  for (int r = 0; to[0] && r < p->one->k; r++) {
    int at = p->one->effect[r];
    const double each[] = {effect[r].value, effect[r].se, effect[r].p, effect[r].lo, effect[r].hi};
    for (int q = 0; q < SW_SPATIAL_EFFECT_NUMBERS; q++)
      to[q][at] = each[q];
  }
}

/* Percentiles are of the one run that a static model has. */
static void place_percentiles(const placing *p) {
  size_t width = (size_t)p->s->n_effects * SW_EFFECT_PERCENTILES;
  for (int kind = 0; kind < SW_EFFECTS; kind++) {
    double *to = part(p, SW_SPATIAL_OUT_PERCENTILES + kind, width);
    const double *from = p->a.percentile + kind * p->one->k * SW_EFFECT_PERCENTILES;
    for (int r = 0; to && r < p->one->k; r++)
      memcpy(to + p->one->effect[r] * SW_EFFECT_PERCENTILES, from + r * SW_EFFECT_PERCENTILES,
             SW_EFFECT_PERCENTILES * sizeof *to);
  }
}

/* Position q * effects + r, as the axes are order, then effect_term. */
static void place_orders(const placing *p) {
  size_t width = (size_t)(SW_SPATIAL_ORDERS * p->s->n_effects);
  double *direct = part(p, SW_SPATIAL_OUT_ORDER_DIRECT, width);
  double *indirect = part(p, SW_SPATIAL_OUT_ORDER_INDIRECT, width);
  for (int q = 0; direct && q < SW_SPATIAL_ORDERS; q++)
    for (int r = 0; r < p->one->k; r++) {
      int to = q * p->s->n_effects + p->one->effect[r], from = q * p->one->k + r;
      direct[to] = p->a.order_direct[from];
      indirect[to] = p->a.order_indirect[from];
    }
}

/* A dynamic model has other tables: its effects depend on how long one waits. Short and long run
 * are tables of their own, one behind the other. */
static void place_effects(const placing *p) {
  int first = p->s->dynamic ? SW_SPATIAL_OUT_SHORT : SW_SPATIAL_OUT_DIRECT;
  for (int run = 0; run < p->s->runs; run++)
    for (int kind = 0; kind < SW_EFFECTS; kind++)
      place_effect(p, first + (run * SW_EFFECTS + kind) * SW_SPATIAL_EFFECT_NUMBERS,
                   p->a.effect + (run * SW_EFFECTS + kind) * p->one->k);
  if (p->s->draws) place_percentiles(p);
  place_orders(p);
}

/* ---- numbers and tests --------------------------------------------------------------------- */

/* Figures of a fit, in the order of the outputs. */
static void place_numbers(const placing *p) {
  const sw_spatial_found *f = p->found;
  put(p, SW_SPATIAL_OUT_LOGLIK, f->loglik);
  put(p, SW_SPATIAL_OUT_SIGMA2, f->sigma2);
  put(p, SW_SPATIAL_OUT_SIGMA2_SE, f->sigma2_se);
  put(p, SW_SPATIAL_OUT_PHI, f->phi);
  put(p, SW_SPATIAL_OUT_PHI_SE, f->phi_se);
  put(p, SW_SPATIAL_OUT_AIC, f->aic);
  put(p, SW_SPATIAL_OUT_PSEUDO_R2, f->pseudo_r2);
  put(p, SW_SPATIAL_OUT_N_USED, f->n_used);
}

/* Each test is followed by its p in the list of outputs. */
static void place_test(const placing *p, int table, sw_spatial_test test) {
  put(p, table, test.value);
  put(p, table + 1, test.p);
}

/* A test is followed by its p. Those that the form has no use for are NaN in the record. */
static void place_tests(const placing *p) {
  const sw_spatial_tests *t = &p->found->tests;
  size_t width = (size_t)p->s->n_restrictions;
  double *lr = part(p, SW_SPATIAL_OUT_LR, width), *lr_p = part(p, SW_SPATIAL_OUT_LR_P, width);
  place_test(p, SW_SPATIAL_OUT_LM_LAG, t->lm_lag);
  place_test(p, SW_SPATIAL_OUT_LM_ERROR, t->lm_error);
  place_test(p, SW_SPATIAL_OUT_RLM_LAG, t->rlm_lag);
  place_test(p, SW_SPATIAL_OUT_RLM_ERROR, t->rlm_error);
  place_test(p, SW_SPATIAL_OUT_SARMA, t->sarma);
  place_test(p, SW_SPATIAL_OUT_HAUSMAN, p->found->hausman.test);
  put(p, SW_SPATIAL_OUT_MORAN, t->moran);
  put(p, SW_SPATIAL_OUT_MORAN_EXPECTED, t->moran_expected);
  put(p, SW_SPATIAL_OUT_MORAN_VARIANCE, t->moran_variance);
  put(p, SW_SPATIAL_OUT_MORAN_P, t->moran_p);
  for (int r = 0; lr && r < p->s->n_restrictions; r++) {
    lr[r] = p->found->restriction[r].lr;
    lr_p[r] = p->found->restriction[r].p;
  }
}

/* ---- all models ---------------------------------------------------------------------------- */

/* A model that cannot be fitted leaves its part missing. O(models x terms^2), on rank 0. */
void sw_spatial_place(sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  size_t record = sw_spatial_record(job);
  clear(job);
  for (int m = 0; m < s->n_models; m++) {
    placing p = {.job = job, .s = s, .one = &s->model[m], .model = m};
    p.found = (const sw_spatial_found *)(records + (size_t)m * record);
    p.a = sw_spatial_arrays_of(job, p.found);
    if (p.found->wrong.code != SW_SPATIAL_FITTED) continue;
    place_terms(&p);
    place_numbers(&p);
    place_tests(&p);
    if (s->spec.form != SW_SPATIAL_ERROR) place_effects(&p);
  }
}
