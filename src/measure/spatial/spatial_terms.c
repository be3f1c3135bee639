/* The axes of a spatial model: its terms and its variables, of a grid those of all models, in the
 * order of their first mention; which of them a model has. Which outputs there are. */
#include "measure/spatial/spatial_model.h"
#include "measure/spatial/spatial_outputs.h"

#include <stdlib.h>
#include <string.h>

/* ---- terms --------------------------------------------------------------------------------- */

/* Names in the order of their coming. */
typedef struct names {
  const char **name;
  int count;
} names;

/* Linear: lists are short, and this runs once per entry. */
static int find(const names *list, const char *name) {
  for (int i = 0; i < list->count; i++)
    if (strcmp(list->name[i], name) == 0) return i;
  return -1;
}

/* Quadratic in the number of names, of which there are some hundreds at most. */
static int add(names *list, const char *name) {
  int at = find(list, name);
  if (at >= 0) return at;
  list->name[list->count] = name;
  return list->count++;
}

/* Variables of all models: the axis `effect_term`. Models that share a list of variables share the
 * places, too. */
static sw_status list_variables(sw_error *err, sw_job *job, sw_spatial_state *s, names *x) {
  SW_NEW(err, job->arena, x->name, job->n_inputs + 1);
  for (int m = 0; m < s->n_models; m++) {
    sw_spatial_one *one = &s->model[m];
    int *effect = NULL;
    bool same = m > 0 && one->x == one[-1].x;
    if (same) one->effect = one[-1].effect;
    if (same) continue;
    SW_NEW(err, job->arena, effect, one->k);
    for (int j = 0; j < one->k; j++)
      effect[j] = add(x, job->input[one->x[j]].name);
    one->effect = effect;
  }
  s->n_effects = x->count;
  return SW_OK;
}

/* Lags are named after their variable, here alone. */
static sw_status lags_of(sw_error *err, sw_job *job, const names *x, const char **lag) {
  for (int j = 0; j < x->count; j++) {
    lag[j] = sw_arena_printf(job->arena, "lag.%s", x->name[j]);
    if (!lag[j]) return sw_fail(err, SW_ENOMEM, "%s: out of memory", job->name);
  }
  return SW_OK;
}

/* Whether any model has a term. offsetof picks the same member of each model's terms. */
static bool any(const sw_spatial_state *s, size_t member) {
  for (int m = 0; m < s->n_models; m++)
    if (*(const int *)((const char *)&s->model[m].terms + member) >= 0) return true;
  return false;
}
#define ANY(s, term) any(s, offsetof(sw_spatial_terms, term))

/* All terms, in the order that each model has them in, so that tables of different models line up.
 * `lag`: of the variables. */
static void list_terms(const sw_spatial_state *s, const names *x, const char *const *lag,
                       names *all) {
  if (ANY(s, constant)) add(all, "constant");
  for (int j = 0; j < x->count; j++)
    add(all, x->name[j]);
  if (ANY(s, lag_constant)) add(all, "lag.constant");
  for (int j = 0; j < x->count && ANY(s, lag_x); j++)
    add(all, lag[j]);
  if (ANY(s, y_before)) add(all, "y(-1)");
  if (ANY(s, lag_y_before)) add(all, "lag.y(-1)");
  if (ANY(s, rho)) add(all, "rho");
  if (ANY(s, lambda)) add(all, "lambda");
}

/* -1: the model lacks the term. */
static void place_term(int *place, int term, const names *all, const char *name) {
  if (term >= 0) place[term] = find(all, name);
}

/* place[]: of each term of the model, its place on the axis of all. */
static sw_status place_terms(sw_error *err, sw_job *job, sw_spatial_one *one, const names *all,
                             const char *const *lag) {
  const sw_spatial_terms *t = &one->terms;
  int *place = NULL;
  SW_NEW(err, job->arena, place, t->count);
  place_term(place, t->constant, all, "constant");
  place_term(place, t->lag_constant, all, "lag.constant");
  place_term(place, t->y_before, all, "y(-1)");
  place_term(place, t->lag_y_before, all, "lag.y(-1)");
  place_term(place, t->rho, all, "rho");
  place_term(place, t->lambda, all, "lambda");
  for (int j = 0; j < one->k; j++) {
    place_term(place, t->x + j, all, job->input[one->x[j]].name);
    if (t->lag_x >= 0) place_term(place, t->lag_x + j, all, lag[one->effect[j]]);
  }
  one->place = place;
  return SW_OK;
}

/* Which terms a model has follows from its form, and from the sums of rows of its weights. Sizes of
 * records and workspaces are those of the largest model. */
static void count_terms(sw_spatial_state *s) {
  for (int i = 0; i < s->n_matrices; i++)
    s->matrix[i].lag_constant = sw_filters_lag_constant(s->matrix[i].links);
  for (int m = 0; m < s->n_models; m++) {
    sw_spatial_one *one = &s->model[m];
    bool lagged = s->matrix[one->w].lag_constant;
    int periods = one->to - one->from + 1;
    one->terms = sw_spatial_terms_of(&s->spec, one->k, lagged);
    s->most_k = one->k > s->most_k ? one->k : s->most_k;
    s->most_terms = one->terms.count > s->most_terms ? one->terms.count : s->most_terms;
    s->most_periods = periods > s->most_periods ? periods : s->most_periods;
  }
}

/* A variable called "lag.x" beside one called x would be two terms of one name. Labels of an axis
 * must differ. */
static sw_status check_names(sw_error *err, const sw_job *job, const sw_spatial_state *s,
                             const names *x, const char *const *lag) {
  const char *param = sw_job_arg(job, "x")->given ? "x" : "grid.x";
  for (int j = 0; j < x->count; j++)
    if (ANY(s, lag_x) && find(x, lag[j]) >= 0)
      return sw_job_fail(err, job, param,
                         "'%s' is the lag of '%s', which the model has; leave it "
                         "out",
                         lag[j], x->name[j]);
  return SW_OK;
}

/* term and term_to, as the covariance has both; effect_term has no constant and no lags. */
static sw_status declare_terms(sw_error *err, sw_job *job, sw_spatial_state *s) {
  names x = {0}, all = {0};
  const char **lag = NULL;
  count_terms(s);
  SW_TRY(list_variables(err, job, s, &x));
  SW_NEW(err, job->arena, lag, x.count + 1);
  SW_NEW(err, job->arena, all.name, 2 * x.count + 6);
  SW_TRY(lags_of(err, job, &x, lag));
  SW_TRY(check_names(err, job, s, &x, lag));
  list_terms(s, &x, lag, &all);
  for (int m = 0; m < s->n_models; m++)
    SW_TRY(place_terms(err, job, &s->model[m], &all, lag));
  s->n_terms = all.count;
  sw_job_axis(job, (sw_axis){.name = "term", .n = all.count, .label = all.name});
  sw_job_axis(job, (sw_axis){.name = "term_to", .n = all.count, .label = all.name});
  sw_job_axis(job, (sw_axis){.name = "effect_term", .n = x.count, .label = x.name});
  return SW_OK;
}

/* ---- other axes ------------------------------------------------------------------------------ */

const char *sw_spatial_form_name(sw_spatial_form form) {
  static const char *const name[] = {"lag", "error", "durbin", "durbin_error", "slx", "sac", "ols"};
  return name[form];
}

/* The forms that are nested within the entry's form, such as error and slx in Durbin: the same for
 * all models of a grid. */
static sw_status declare_restrictions(sw_error *err, sw_job *job, sw_spatial_state *s) {
  const char **label = NULL;
  s->n_restrictions = sw_spatial_restrictions_of(&s->spec, &s->model[0].terms, s->restriction);
  if (s->n_restrictions == 0) return SW_OK;
  SW_NEW(err, job->arena, label, s->n_restrictions);
  for (int r = 0; r < s->n_restrictions; r++)
    label[r] = sw_spatial_form_name(s->restriction[r].against);
  sw_job_axis(job, (sw_axis){.name = "restriction", .n = s->n_restrictions, .label = label});
  return SW_OK;
}

/* Labels of the grid, which differ as their parts do. */
static sw_status declare_models(sw_error *err, sw_job *job, const sw_spatial_state *s) {
  const char **label = NULL;
  if (!s->grid) return SW_OK;
  SW_NEW(err, job->arena, label, s->n_models);
  for (int m = 0; m < s->n_models; m++)
    label[m] = s->model[m].label;
  sw_job_axis(job, (sw_axis){.name = "model", .n = s->n_models, .label = label});
  return SW_OK;
}

/* ---- orders of neighbours ----------------------------------------------------------------------
 */

/* Traces and sums of powers of W, [2][orders]. A resource, as it depends on W alone: all models of
 * a matrix share it. */
static sw_status orders_begin(sw_error *err, const sw_resource *resource, const void *base,
                              void **object, size_t *bytes) {
  (void)base;
  *bytes = 2 * SW_SPATIAL_ORDERS * sizeof(double);
  *object = aligned_alloc(64, (sw_orders_workspace(resource->links[0]) + 63) / 64 * 64 + 64);
  return *object ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for powers of the weights");
}

/* Second half of the resource: traces of powers of W, for effects by order. */
static sw_status orders_fill(sw_error *err, const sw_resource *resource, const void *base,
                             void *object, void *out) {
  (void)err, (void)base;
  double *trace = out;
  sw_orders_of(resource->links[0], SW_SPATIAL_ORDERS, object, trace, trace + SW_SPATIAL_ORDERS);
  return SW_OK;
}

/* Of a matrix of nearly all pairs the powers would cost more than all else. Powers fill up: beyond
 * 100 links per unit they become dense. */
static bool has_orders(const sw_links *links) {
  return links->n <= 500 || links->row_start[links->n] <= 100 * links->n;
}

/* From about eight models of one matrix on, a grid of its determinant is worth its price: ln|I -
 * rho W| on a grid of rho costs about as much as a few fits. */
static void ask_resources(sw_job *job, sw_spatial_state *s) {
  int also = s->n_models >= 8 * s->n_matrices ? SW_FILTERS_GRID : 0;
  bool errors = s->spec.form == SW_SPATIAL_ERROR || s->spec.form == SW_SPATIAL_DURBIN_ERROR;
  bool ridge =
      s->spec.fixed == SW_SPATIAL_RANDOM && errors && s->spec.effects_form == SW_SPATIAL_BALTAGI;
  if (ridge) also |= SW_FILTERS_RIDGE;
  for (int i = 0; i < s->n_matrices; i++) {
    sw_spatial_matrix *matrix = &s->matrix[i];
    matrix->filters = sw_filters_ask(job, matrix->links, &s->logdet, also);
    /* No table by order is on: powers of W are not needed. */
    if (job->result[SW_SPATIAL_OUT_ORDER_DIRECT].off &&
        job->result[SW_SPATIAL_OUT_COUNT + SW_SPATIAL_OUT_ORDER_DIRECT].off)
      continue;
    matrix->orders =
        sw_job_resource(job, (sw_resource){.name = "powers of weights",
                                           .links = {matrix->links},
                                           .bytes = 2 * SW_SPATIAL_ORDERS * sizeof(double),
                                           .begin = orders_begin,
                                           .fill = orders_fill,
                                           .end = free});
  }
}

/* The axis of orders, from 0. */
static sw_status declare_orders(sw_error *err, sw_job *job) {
  double *number = NULL;
  SW_NEW(err, job->arena, number, SW_SPATIAL_ORDERS);
  for (int q = 0; q < SW_SPATIAL_ORDERS; q++)
    number[q] = q;
  sw_job_axis(job, (sw_axis){.name = "order", .n = SW_SPATIAL_ORDERS, .number = number});
  return SW_OK;
}

/* ---- which outputs there are --------------------------------------------------------------------
 */

/* Whether a table has a meaning, by the form, the effects and the method: known from the entry
 * alone, before any fit. */
static bool is_on(const sw_job *job, const sw_spatial_state *s, int table) {
  (void)job;
  bool effects = s->spec.form != SW_SPATIAL_ERROR;
  if (table <= SW_SPATIAL_OUT_VCOV) return true;
  if (table == SW_SPATIAL_OUT_LOGLIK || table == SW_SPATIAL_OUT_AIC)
    return s->spec.method == SW_SPATIAL_ML;
  if (table == SW_SPATIAL_OUT_PHI || table == SW_SPATIAL_OUT_PHI_SE)
    return s->spec.fixed == SW_SPATIAL_RANDOM;
  if (table >= SW_SPATIAL_OUT_DIRECT && table < SW_SPATIAL_OUT_SHORT) return effects && !s->dynamic;
  if (table >= SW_SPATIAL_OUT_SHORT && table < SW_SPATIAL_OUT_PERCENTILES) return s->dynamic;
  if (table >= SW_SPATIAL_OUT_PERCENTILES && table < SW_SPATIAL_OUT_ORDER_DIRECT)
    return s->draws && effects && !s->dynamic;
  if (table == SW_SPATIAL_OUT_ORDER_DIRECT || table == SW_SPATIAL_OUT_ORDER_INDIRECT) {
    for (int i = 0; i < s->n_matrices; i++)
      if (!has_orders(s->matrix[i].links)) return false;
    return effects && !s->dynamic;
  }
  if (table == SW_SPATIAL_OUT_LR || table == SW_SPATIAL_OUT_LR_P) return s->n_restrictions > 0;
  if (table == SW_SPATIAL_OUT_HAUSMAN || table == SW_SPATIAL_OUT_HAUSMAN_P)
    return sw_spatial_has_hausman(&s->spec);
  return true;
}

/* Each table is there once, with the axis `model` or without. By unit there is only what one model
 * has: of a grid it would be larger than all else. Both halves of the descriptor list the same
 * tables. */
static void choose_outputs(sw_job *job, const sw_spatial_state *s) {
  bool effects = s->spec.form != SW_SPATIAL_ERROR;
  for (int q = 0; q < SW_SPATIAL_OUT_COUNT; q++) {
    bool on = is_on(job, s, q);
    job->result[q].off = s->grid || !on;
    job->result[SW_SPATIAL_OUT_COUNT + q].off = !s->grid || !on;
  }
  for (int q = SW_SPATIAL_OUT_RESIDUAL; q <= SW_SPATIAL_OUT_GIVEN_SE; q++)
    job->result[q].off = s->grid || (q > SW_SPATIAL_OUT_RESIDUAL && !effects);
}

/* Outputs before resources: powers of W are asked for only where a table needs them, and has_orders
 * says where it can have them. */
sw_status sw_spatial_declare(sw_error *err, sw_job *job, sw_spatial_state *s) {
  SW_TRY(declare_terms(err, job, s));
  SW_TRY(declare_restrictions(err, job, s));
  SW_TRY(declare_models(err, job, s));
  SW_TRY(declare_orders(err, job));
  choose_outputs(job, s);
  if (s->draws) {
    static const double percent[SW_EFFECT_PERCENTILES] = {2.5, 15.87, 50, 84.13, 97.5};
    sw_job_axis(job, (sw_axis){.name = "percentile",
                               .n = SW_EFFECT_PERCENTILES,
                               .number = percent,
                               .units = "percent"});
  }
  ask_resources(job, s);
  return SW_OK;
}
