/* An entry of a spatial model read: its form and effects, its weights, and which models it has. A
 * grid makes one of each outcome, list of variables, weights matrix and window of periods, in this
 * order, the last fastest; what it does not name the entry gives itself.
 *
 * Everything that follows from names and counts is refused here, before any value is looked at:
 * what the estimators do not offer together, what is given and would be without meaning, too few
 * periods. What follows from values is left to spatial_refuse.c.
 *
 * Called by resolve on every rank, from the same study: no value is read, and each refusal names
 * the key that mends it. */
#include "measure/spatial/spatial_model.h"

#include "measure/share/series.h"
#include "measure/space/neighbours.h"
#include "spillway/node.h"

#include <stdio.h>
#include <string.h>

/* ---- form and effects ---------------------------------------------------------------------- */

/* The place of the text among the choices of the parameter. Choices stand in the order of the
 * enumerators, so the index is the value. */
static int choice(const sw_job *job, const char *name) {
  return (int)sw_job_arg(job, name)->number;
}

static bool given(const sw_job *job, const char *name) {
  return sw_job_arg(job, name)->given;
}

static bool has_lambda(sw_spatial_form form) {
  return form == SW_SPATIAL_ERROR || form == SW_SPATIAL_DURBIN_ERROR || form == SW_SPATIAL_SAC;
}

static bool has_unit_effects(const sw_spatial_spec *spec) {
  return spec->fixed == SW_SPATIAL_UNIT || spec->fixed == SW_SPATIAL_TWO_WAY;
}

static const char *form_of(const sw_job *job) {
  return sw_job_arg(job, "form")->text;
}

/* What is given and would be without meaning. A key without effect is refused: the study would seem
 * to ask for something that is not done. */
static sw_status check_idle(sw_error *err, const sw_job *job, const sw_spatial_state *s) {
  const sw_spatial_spec *spec = &s->spec;
  if (given(job, "error_weights") && !has_lambda(spec->form))
    return sw_job_fail(err, job, "error_weights",
                       "a model of form %s has no spatial errors; leave "
                       "it out",
                       form_of(job));
  bool errors = spec->form == SW_SPATIAL_ERROR || spec->form == SW_SPATIAL_DURBIN_ERROR;
  if (given(job, "effects_form") && (spec->fixed != SW_SPATIAL_RANDOM || !errors))
    return sw_job_fail(err, job, "effects_form",
                       "it is of random effects beside spatial errors; write form: error and "
                       "fixed: random, or leave it out");
  if (given(job, "draws") && !s->draws)
    return sw_job_fail(err, job, "draws",
                       "standard errors are of the delta method; write se: "
                       "draws, or leave it out");
  bool likelihood = spec->method == SW_SPATIAL_ML && spec->form != SW_SPATIAL_SLX;
  const char *of = spec->method == SW_SPATIAL_GM ? "method: gm" : "form: slx";
  if (given(job, "information") && !likelihood)
    return sw_job_fail(err, job, "information", "%s has no likelihood of rho; leave it out", of);
  if (given(job, "logdet") && !likelihood)
    return sw_job_fail(err, job, "logdet", "%s needs no determinant; leave it out", of);
  if (given(job, "correction") &&
      (spec->fixed == SW_SPATIAL_NONE || spec->fixed == SW_SPATIAL_RANDOM))
    return sw_job_fail(
        err, job, "correction",
        "it is of fixed effects; write fixed: unit, time or two-way, or leave it out");
  if (given(job, "se") && spec->form == SW_SPATIAL_ERROR)
    return sw_job_fail(
        err, job, "se",
        "it is of effects, and in a model of form error a coefficient is the effect; "
        "leave it out");
  return SW_OK;
}

/* Forms that the estimators offer together. What is left out is either not defined (dynamic error
 * models) or has no estimator here. */
static sw_status check_offered(sw_error *err, const sw_job *job, const sw_spatial_spec *spec) {
  bool simple = spec->form == SW_SPATIAL_LAG || spec->form == SW_SPATIAL_DURBIN;
  if (spec->fixed == SW_SPATIAL_RANDOM && spec->form == SW_SPATIAL_SAC)
    return sw_job_fail(err, job, "fixed",
                       "form sac has no random effects; choose another form, or fixed: unit");
  if (spec->dynamic != SW_SPATIAL_STATIC && !simple)
    return sw_job_fail(err, job, "dynamic", "it is of the forms lag and durbin, not of %s",
                       form_of(job));
  if (spec->dynamic != SW_SPATIAL_STATIC && !has_unit_effects(spec))
    return sw_job_fail(err, job, "dynamic",
                       "a dynamic panel has effects of units; write fixed: unit or fixed: two-way");
  if (spec->dynamic != SW_SPATIAL_STATIC && spec->method == SW_SPATIAL_GM)
    return sw_job_fail(err, job, "method", "a dynamic panel is fitted by ml");
  if (spec->form == SW_SPATIAL_SLX && spec->method == SW_SPATIAL_GM)
    return sw_job_fail(err, job, "method", "slx is ordinary least squares; leave it out");
  return SW_OK;
}

/* Enumerators of the kernel stand in the order of the choices. */
static sw_status read_form(sw_error *err, const sw_job *job, sw_spatial_state *s) {
  s->spec = (sw_spatial_spec){.form = (sw_spatial_form)choice(job, "form"),
                              .fixed = (sw_spatial_fixed)choice(job, "fixed"),
                              .correction = (sw_spatial_correction)choice(job, "correction"),
                              .dynamic = (sw_spatial_dynamic)choice(job, "dynamic"),
                              .effects_form = (sw_spatial_effects_form)choice(job, "effects_form"),
                              .method = (sw_spatial_method)choice(job, "method"),
                              .information = (sw_spatial_information)choice(job, "information")};
  s->logdet = (sw_logdet)choice(job, "logdet");
  s->dynamic = s->spec.dynamic != SW_SPATIAL_STATIC;
  s->draws = choice(job, "se") != 0;
  /* `draws` counts for se: draws alone. */
  s->n_draws = (int64_t)sw_job_arg(job, "draws")->number;
  s->runs = s->dynamic ? 2 : 1;
  SW_TRY(check_idle(err, job, s));
  return check_offered(err, job, &s->spec);
}

/* ---- weights ------------------------------------------------------------------------------- */

/* A matrix without links has nothing to say of neighbours. The same links under two names are one
 * matrix: filters and resources are shared. */
static sw_status add_matrix(sw_error *err, sw_job *job, sw_spatial_state *s, const char *param,
                            const char *name, const sw_links *links, int *index) {
  SW_TRY(sw_job_off_diagonal(err, job, links, &links));
  for (*index = 0; *index < s->n_matrices; ++*index)
    if (s->matrix[*index].links == links) return SW_OK;
  if (links->row_start[job->n] == 0)
    return sw_job_fail(err, job, param, "'%s': no unit has a neighbour; a lag needs links", name);
  s->matrix[s->n_matrices++] = (sw_spatial_matrix){.name = name, .links = links, .orders = -1};
  return SW_OK;
}

/* ---- names of variables -----------------------------------------------------------------------
 */

/* Those that terms of the model have of their own. "constant", "rho" and "lambda" would be two
 * labels of one axis. */
static sw_status check_name(sw_error *err, const sw_job *job, const char *param, const char *x) {
  static const char *const own[] = {"constant", "rho", "lambda"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (strcmp(x, own[i]) == 0)
      return sw_job_fail(err, job, param,
                         "'%s' is a term of the model; rename the column by "
                         "`derive`",
                         x);
  return SW_OK;
}

/* Of one model: y does not explain itself. */
static sw_status check_variables(sw_error *err, const sw_job *job, const char *param,
                                 const sw_spatial_one *one) {
  for (int j = 0; j < one->k; j++) {
    const char *x = job->input[one->x[j]].name;
    SW_TRY(check_name(err, job, param, x));
    if (strcmp(x, job->input[one->y].name) == 0)
      return sw_job_fail(err, job, param, "'%s' is y, too; leave it out", x);
  }
  return SW_OK;
}

/* ---- the grid ----------------------------------------------------------------------------------
 */

/* What the models differ by: `n` values of each, with labels, NULL where the entry has one. */
typedef struct choices {
  int n_y, n_x, n_w, n_windows;
  const int *y, *x_first, *x_count, *w, *from, *to;
  const char *const *y_label, *const *x_label, *const *w_label, *const *window_label;
} choices;

/* Exactly one of the entry's own parameter and the grid's. A grid replaces the key that it names,
 * so both together would be ambiguous. */
static sw_status check_once(sw_error *err, const sw_job *job, const char *own, const char *grid) {
  bool a = given(job, own), b = sw_job_arg(job, grid)->count > 0;
  if (given(job, grid) && !b)
    return sw_job_fail(err, job, grid,
                       "the list is empty; give at least one, or leave the key out");
  if (a && b) return sw_job_fail(err, job, grid, "`%s` is given, too; leave one of them out", own);
  if (!a && !b)
    return sw_job_fail(err, job, own, "it is missing: %s",
                       strcmp(own, "y") == 0   ? "the variable that is explained"
                       : strcmp(own, "x") == 0 ? "the variables that explain it"
                                               : "a weights matrix of the "
                                                 "study");
  return SW_OK;
}

/* Inputs stand in the order of the parameters, so a list of them is a range. Without a grid there
 * is one outcome and no label. */
static sw_status read_outcomes(sw_error *err, const sw_job *job, choices *c) {
  SW_TRY(check_once(err, job, "y", "grid.y"));
  bool own = given(job, "y");
  sw_inputs inputs = sw_job_inputs(job, own ? "y" : "grid.y");
  int *y = NULL;
  SW_NEW(err, job->arena, y, inputs.count);
  for (int i = 0; i < inputs.count; i++)
    y[i] = inputs.first + i;
  c->n_y = inputs.count;
  c->y = y;
  c->y_label = own ? NULL : sw_job_arg(job, "grid.y")->texts;
  return SW_OK;
}

/* Each list of the grid is a run of the inputs; the entry's own is all of them. grid.x is a map of
 * lists: counts by name. */
static sw_status read_specifications(sw_error *err, const sw_job *job, choices *c) {
  SW_TRY(check_once(err, job, "x", "grid.x"));
  bool own = given(job, "x");
  const sw_arg *grid = sw_job_arg(job, "grid.x");
  if (own && sw_job_arg(job, "x")->count == 0)
    return sw_job_fail(err, job, "x", "the list is empty; give at least one variable");
  sw_inputs inputs = sw_job_inputs(job, own ? "x" : "grid.x");
  int *first = NULL, *count = NULL, at = inputs.first;
  c->n_x = own ? 1 : grid->n_names;
  SW_NEW(err, job->arena, first, c->n_x);
  SW_NEW(err, job->arena, count, c->n_x);
  for (int i = 0; i < c->n_x; at += count[i++]) {
    first[i] = at;
    count[i] = own ? inputs.count : grid->column_counts[i];
  }
  c->x_first = first;
  c->x_count = count;
  c->x_label = own ? NULL : grid->names;
  return SW_OK;
}

/* `error_weights` are the same for all models; without them each has its own W for its errors.
 * s->matrix has room for the weights of the grid and one of the errors. */
static sw_status read_matrices(sw_error *err, sw_job *job, sw_spatial_state *s, choices *c,
                               int *error_weights) {
  SW_TRY(check_once(err, job, "weights", "grid.weights"));
  const sw_arg *own = sw_job_arg(job, "weights"), *grid = sw_job_arg(job, "grid.weights");
  const sw_arg *errors = sw_job_arg(job, "error_weights");
  int *w = NULL;
  c->n_w = own->given ? 1 : grid->count;
  SW_NEW(err, job->arena, s->matrix, c->n_w + 1);
  SW_NEW(err, job->arena, w, c->n_w);
  for (int i = 0; i < c->n_w; i++)
    SW_TRY(own->given ? add_matrix(err, job, s, "weights", own->text, own->weights, &w[i])
                      : add_matrix(err, job, s, "grid.weights", grid->texts[i],
                                   grid->weights_list[i], &w[i]));
  *error_weights = -1;
  if (errors->given)
    SW_TRY(add_matrix(err, job, s, "error_weights", errors->text, errors->weights, error_weights));
  c->w = w;
  c->w_label = own->given ? NULL : grid->texts;
  return SW_OK;
}

/* The job's period that a window names. By the label as the study writes it. */
static sw_status find_period(sw_error *err, const sw_job *job, const sw_node *node, int *at) {
  const char *text = NULL;
  SW_TRY(sw_node_text(err, node, &text));
  for (*at = 0; *at < job->n_periods; ++*at)
    if (strcmp(sw_job_period(job, *at), text) == 0) return SW_OK;
  return sw_node_fail(
      err, node, "%s: grid.periods: there is no period '%s'; the entry has %s to %s", job->name,
      text, sw_job_period(job, 0), sw_job_period(job, job->n_periods - 1));
}

/* A single period is a window of one; both ends belong to it. Labels of windows are parts of the
 * models' labels, so windows differ. */
static sw_status read_window(sw_error *err, const sw_job *job, const sw_node *node, int *from,
                             int *to, const char **label) {
  bool one = node->kind == SW_NODE_SCALAR;
  if (!one && (node->kind != SW_NODE_LIST || node->count != 2))
    return sw_node_fail(err, node,
                        "%s: grid.periods: expected windows, as [[1990, 1999], [2000, "
                        "2009]]",
                        job->name);
  SW_TRY(find_period(err, job, one ? node : node->item[0], from));
  SW_TRY(find_period(err, job, one ? node : node->item[1], to));
  if (*from > *to)
    return sw_node_fail(err, node, "%s: grid.periods: %s is not before %s", job->name,
                        sw_job_period(job, *from), sw_job_period(job, *to));
  *label = one ? sw_job_period(job, *from)
               : sw_arena_printf(job->arena, "%s-%s", sw_job_period(job, *from),
                                 sw_job_period(job, *to));
  return *label ? SW_OK : sw_fail(err, SW_ENOMEM, "%s: out of memory", job->name);
}

/* Without the key one window of all periods, which has no label. */
static sw_status read_windows(sw_error *err, const sw_job *job, choices *c) {
  const sw_arg *grid = sw_job_arg(job, "grid.periods");
  const sw_node *list = grid->given ? grid->node : NULL;
  int *from = NULL, *to = NULL;
  const char **label = NULL;
  if (list && (list->kind != SW_NODE_LIST || list->count == 0))
    return sw_job_fail(err, job, "grid.periods",
                       "expected a list of windows, as [[1990, 1999], "
                       "[2000, 2009]]");
  c->n_windows = list ? list->count : 1;
  SW_NEW(err, job->arena, from, c->n_windows);
  SW_NEW(err, job->arena, to, c->n_windows);
  SW_NEW(err, job->arena, label, c->n_windows);
  to[0] = job->n_periods - 1;
  for (int i = 0; list && i < c->n_windows; i++) {
    SW_TRY(read_window(err, job, list->item[i], &from[i], &to[i], &label[i]));
    for (int j = 0; j < i; j++)
      if (from[j] == from[i] && to[j] == to[i])
        return sw_node_fail(err, list->item[i], "%s: grid.periods: %s is listed twice", job->name,
                            label[i]);
  }
  c->from = from;
  c->to = to;
  c->window_label = list ? label : NULL;
  return SW_OK;
}

/* "ln_gdp, base, queen, 1990-1999": what the grid names. The label is also the stream of the
 * model's draws. */
static const char *label_of(const sw_job *job, const choices *c, int y, int x, int w, int t) {
  const char *part[] = {c->y_label ? c->y_label[y] : NULL, c->x_label ? c->x_label[x] : NULL,
                        c->w_label ? c->w_label[w] : NULL,
                        c->window_label ? c->window_label[t] : NULL};
  const char *label = "";
  for (int k = 0; k < 4 && label; k++)
    if (part[k]) label = sw_arena_printf(job->arena, "%s%s%s", label, *label ? ", " : "", part[k]);
  return label;
}

/* A list of variables may be the same in many models. 100,000 models: beyond that the tables alone
 * would be larger than any reader takes. */
static sw_status make_models(sw_error *err, sw_job *job, sw_spatial_state *s, const choices *c,
                             int error_weights) {
  int **x = NULL;
  int64_t count = (int64_t)c->n_y * c->n_x * c->n_w * c->n_windows;
  if (count > 100000)
    return sw_job_fail(err, job, "grid.y", "%lld models; 100,000 at most", (long long)count);
  SW_NEW(err, job->arena, s->model, count);
  SW_NEW(err, job->arena, x, c->n_x);
  for (int i = 0; i < c->n_x; i++) {
    SW_NEW(err, job->arena, x[i], c->x_count[i]);
    for (int j = 0; j < c->x_count[i]; j++)
      x[i][j] = c->x_first[i] + j;
  }
  for (int64_t m = 0; m < count; m++) {
    /* The last of the four varies fastest. */
    int t = (int)(m % c->n_windows), w = (int)(m / c->n_windows % c->n_w);
    int i = (int)(m / c->n_windows / c->n_w % c->n_x);
    int y = (int)(m / c->n_windows / c->n_w / c->n_x);
    s->model[m] = (sw_spatial_one){.y = c->y[y],
                                   .k = c->x_count[i],
                                   .x = x[i],
                                   .w = c->w[w],
                                   .w2 = error_weights >= 0 ? error_weights : c->w[w],
                                   .from = c->from[t],
                                   .to = c->to[t],
                                   .label = label_of(job, c, y, i, w, t)};
    if (!s->model[m].label) return sw_fail(err, SW_ENOMEM, "%s: out of memory", job->name);
    SW_TRY(check_variables(err, job, c->x_label ? "grid.x" : "x", &s->model[m]));
  }
  s->n_models = (int)count;
  s->grid = c->y_label || c->x_label || c->w_label || c->window_label;
  return SW_OK;
}

/* ---- periods -----------------------------------------------------------------------------------
 */

/* Effects need periods to be told apart; what came before needs to be known. 3 for dynamic: two
 * changes beside the first; 2 for effects of units. */
static sw_status check_periods(sw_error *err, sw_job *job, const sw_spatial_state *s) {
  const char *of = given(job, "y") ? "y" : "grid.y";
  bool panel = has_unit_effects(&s->spec) || s->spec.fixed == SW_SPATIAL_RANDOM;
  int needed = s->dynamic ? 3 : panel ? 2 : 1;
  for (int m = 0; m < s->n_models; m++) {
    int periods = s->model[m].to - s->model[m].from + 1;
    if (periods >= needed) continue;
    return sw_job_fail(err, job, s->dynamic ? "dynamic" : "fixed",
                       "%s%s%d period%s; %s needs %d or more%s", s->model[m].label,
                       s->grid ? ": " : "", periods, periods == 1 ? "" : "s",
                       s->dynamic ? "a dynamic panel" : "an effect of each unit", needed,
                       panel && !s->dynamic ? "; or write fixed: none" : "");
  }
  if (!s->dynamic) return SW_OK;
  SW_TRY(sw_series_check(err, job, of, 3));
  int odd = sw_series_uneven(job);
  if (odd > 0)
    return sw_job_fail(
        err, job, "dynamic",
        "%s is not as far from %s as %s is from %s; y(-1) is of the period before, and "
        "periods must be equally far apart",
        sw_job_period(job, odd), sw_job_period(job, odd - 1), sw_job_period(job, 1),
        sw_job_period(job, 0));
  return SW_OK;
}

/* ---- spillover ---------------------------------------------------------------------------------
 */

/* A matrix of n x n for each of many models would be no result that anyone reads. `spillover` names
 * variables of the one model. */
static sw_status check_spillover(sw_error *err, const sw_job *job, const sw_spatial_state *s) {
  const sw_arg *arg = sw_job_arg(job, "spillover");
  if (arg->count == 0) return SW_OK;
  if (s->grid)
    return sw_job_fail(err, job, "spillover",
                       "it is of one model, and `grid` makes %d; ask for it "
                       "in an entry of its own",
                       s->n_models);
  if (s->spec.form == SW_SPATIAL_ERROR)
    return sw_job_fail(err, job, "spillover",
                       "in a model of form error a variable acts in its own "
                       "unit alone; choose another form");
  for (int k = 0; k < arg->count; k++) {
    bool found = false;
    for (int j = 0; j < s->model[0].k; j++)
      found |= strcmp(job->input[s->model[0].x[j]].name, arg->texts[k]) == 0;
    if (!found)
      return sw_job_fail(err, job, "spillover", "'%s' is none of the variables of x",
                         arg->texts[k]);
  }
  return SW_OK;
}

/* Checks in the order of the keys; periods last, as windows belong to models. Each step relies on
 * the ones before. */
sw_status sw_spatial_read(sw_error *err, sw_job *job, sw_spatial_state *s) {
  choices c = {0};
  int error_weights = -1;
  SW_TRY(read_form(err, job, s));
  SW_TRY(read_outcomes(err, job, &c));
  SW_TRY(read_specifications(err, job, &c));
  SW_TRY(read_matrices(err, job, s, &c, &error_weights));
  SW_TRY(read_windows(err, job, &c));
  SW_TRY(make_models(err, job, s, &c, error_weights));
  SW_TRY(check_periods(err, job, s));
  return check_spillover(err, job, s);
}
