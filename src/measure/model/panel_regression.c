/* Regression over a panel with effects of units and periods (methods-regions.md section 14):
 *
 *   y_it = x_it' b + a_i + c_t + u_it
 *
 * by the within estimator: effects are taken out of y and x exactly, balanced or not
 * (kernel/linear/within.h), and b is of least squares on what is left. Standard errors are those
 * of panel_errors.c. s^2 = RSS/(n - k - effects), R^2 of what is left, F = b' V^-1 b/k of the
 * slopes with the covariance in force.
 *
 * Three passes over units, four with Conley's errors: sums for the effects; the triangle of a QR
 * factorisation; scores; neighbours. A cell is used where y and all x have a value. Units with one
 * period are nothing but their own effect, and are left out and counted.
 *
 * Sources: Wooldridge 2010, chapter 10; Wansbeek & Kapteyn 1989; Arellano 1987; Driscoll & Kraay
 * 1998.
 *
 * Time: O(n T k^2) for the triangle. Memory: a unit's rows per thread; no pass keeps [X y] of the
 * panel. Triangles of blocks are joined in block order, which makes the coefficients the same for
 * any ranks and threads.
 * A QR of [X y] rather than X'X: the condition of X is not squared. */
#include "kernel/linear/cholesky.h"
#include "kernel/linear/qr.h"
#include "measure/model/panel_errors.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { COEFFICIENT, STD_ERROR, T, P_VALUE, VCOV, R2_WITHIN, F, N_USED };
enum { EFFECTS, FIT, SCORES, NEIGHBOURS }; /* passes */

/* Of its length, what is left of a variable that effects account for: 1e-10 lies between rounding
 * (1e-15) and what a real variable has left. */
static const double smallest = 1e-10;

/* Set by resolve. Without any effects a constant comes before x. */
typedef struct regression {
  sw_within within;
  sw_panel_errors errors;
  int k; /* coefficients */
  bool constant;
} regression;

/* What the pass EFFECTS leaves: effect[v * n_periods + t] of x and y; behind them the length of
 * each before effects of periods were taken out. */
typedef struct known {
  sw_within_counts counts;
  double effect[];
} known;

/* What the pass FIT leaves: k coefficients, then root, k x k. root: the inverse of the triangle of
 * X, with (X'X)^-1 = root root' (k x k behind b). */
typedef struct fitted {
  double rss, tss;
  double b[];
} fitted;

/* ---- a unit ------------------------------------------------------------------------------ */

/* Its values in the periods that have them all: x, then y, variable by variable. */
static int read_unit(const sw_job *job, int64_t unit, int *t, double *x) {
  int count = 0;
  for (int s = 0; s < job->n_periods; s++) {
    bool whole = true;
    for (int i = 0; whole && i < job->n_inputs; i++)
      whole = !isnan(sw_view_at(job->input[i].view, s, unit));
    if (whole) t[count++] = s;
  }
  for (int i = 0; i < job->n_inputs; i++) {
    /* Variables stand as x .. y, inputs as y, x .. */
    int v = i == 0 ? job->n_inputs - 1 : i - 1; /* y is the first input */
    for (int c = 0; c < count; c++)
      x[v * count + c] = sw_view_at(job->input[i].view, t[c], unit);
  }
  return count;
}

/* The rows of [X y] of a unit, after the effects; 0: it is not used. */
static int rows_of(const sw_job *job, int64_t unit, int *t, double *rows) {
  const regression *m = job->state;
  const known *found = job->folded[EFFECTS];
  int count = read_unit(job, unit, t, rows);
  /* A unit with one period is its own effect: sw_within_uses says which units count. */
  if (!sw_within_uses(&m->within, count)) return 0;
  sw_within_take(&m->within, found->effect, t, rows, count);
  if (!m->constant) return count;
  /* One column more in front; rows has room for it (workspace_regression). */
  memmove(rows + count, rows, (size_t)(count * job->n_inputs) * sizeof *rows);
  for (int c = 0; c < count; c++)
    rows[c] = 1;
  return count;
}

/* x_it u_it of the unit, in the place of x. */
static void make_scores(const regression *m, const double *b, double *rows, int count) {
  for (int c = 0; c < count; c++) {
    double residual = rows[m->k * count + c];
    for (int j = 0; j < m->k; j++)
      residual -= b[j] * rows[j * count + c];
    for (int j = 0; j < m->k; j++)
      rows[j * count + c] *= residual;
  }
}

/* Scores by period as operands, zero where there is no cell. */
static void place_scores(const sw_job *job, int64_t unit, const int *t, const double *s,
                         int count) {
  const regression *m = job->state;
  sw_view to = job->operand_local[SCORES];
  for (int j = 0; j < m->k; j++) {
    /* Every period is set: a neighbour reads zero where the unit has no cell. */
    for (int p = 0; p < job->n_periods; p++)
      to.row[j * job->n_periods + p][unit - to.first] = 0;
    for (int c = 0; c < count; c++)
      to.row[j * job->n_periods + t[c]][unit - to.first] = s[j * count + c];
  }
}

/* ---- tiles ------------------------------------------------------------------------------- */

/* The workspace: periods; rows; two rows of coefficients. That of neighbours begins anew. */
static size_t workspace_regression(const sw_job *job) {
  const regression *m = job->state;
  size_t columns = (size_t)m->k + 1, periods = (size_t)job->n_periods;
  /* int64_t room for ints, which keeps the doubles behind them aligned. */
  size_t own = periods * sizeof(int64_t) + (columns * periods + 2 * columns) * sizeof(double);
  size_t near = sw_panel_errors_neighbour_work(&m->errors, job->n);
  return own > near ? own : near;
}

/* Scores need the fit of all units: hence a pass of their own, which reads every unit again instead
 * of keeping n T k numbers. */
static void tile_unit(const sw_job *job, int pass, int64_t unit, double *out, int *t,
                      double *rows) {
  const regression *m = job->state;
  if (pass == EFFECTS) {
    int count = read_unit(job, unit, t, rows);
    sw_within_add(&m->within, out, t, rows, count);
    return;
  }
  /* Effects are taken out again in each pass from the small table of effects. */
  int count = rows_of(job, unit, t, rows);
  if (pass == FIT) {
    sw_qr_append(out, m->k + 1, rows, count);
    return;
  }
  const fitted *fit = job->folded[FIT];
  make_scores(m, fit->b, rows, count);
  sw_panel_errors_add(&m->errors, unit, t, rows, count, out, rows + (m->k + 1) * job->n_periods);
  if (m->errors.form == SW_PANEL_CONLEY) place_scores(job, unit, t, rows, count);
}

/* A tile of units in either kind of pass; `rows` has the unit's variables. */
static void tile_regression(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const regression *m = job->state;
  int *t = workspace;
  double *rows = (double *)workspace + job->n_periods;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    if (tile->pass == NEIGHBOURS)
      sw_panel_errors_neighbours(&m->errors, job, SCORES, unit, out, workspace);
    else
      tile_unit(job, tile->pass, unit, out, t, rows);
}

/* The triangle of another block is used up by joining: the engine does not look at it again.
 * merge_regression may not look at it as const: sw_qr_join uses it as scratch. */
static void merge_regression(const sw_job *job, int pass, void *all, const void *part) {
  const regression *m = job->state;
  size_t count = job->pass[pass].partial / sizeof(double);
  double *to = all;
  const double *from = part;
  if (pass == EFFECTS)
    sw_within_merge(&m->within, to, from);
  else if (pass == FIT)
    sw_qr_join(to, m->k + 1, (double *)from);
  else
    for (size_t i = 0; i < count; i++)
      to[i] += from[i];
}

/* ---- effects ----------------------------------------------------------------------------- */

/* y is the first of the inputs and the last of the variables. */
static const char *name_of(const sw_job *job, int variable) {
  return job->input[variable == job->n_inputs - 1 ? 0 : variable + 1].name;
}

static const char *param_of(const sw_job *job, int variable) {
  return variable == job->n_inputs - 1 ? "y" : "x";
}

/* What effects of units alone take out of a variable. */
static sw_status check_within_units(sw_error *err, const sw_job *job, const double *sums) {
  const regression *m = job->state;
  bool units = m->within.effects == SW_EFFECTS_TWO_WAY || m->within.effects == SW_EFFECTS_UNIT;
  for (int v = 0; units && v < m->within.variables; v++)
    /* Sums of squares about the units' means, against the whole: nothing left means constant within
     * units. */
    if (!(sw_within_about_units(&m->within, sums, v) > 1e-12 * sw_within_size(&m->within, sums, v)))
      return sw_job_fail(
          err, job, param_of(job, v),
          "'%s' is constant within units: their effects leave nothing of it; %s", name_of(job, v),
          v == job->n_inputs - 1 ? "write fixed: time" : "leave it out, or write fixed: time");
  return SW_OK;
}

/* Lengths before effects of periods are kept behind the effects: what is left of a variable is
 * judged by them in the next pass. */
static sw_status finish_effects(sw_error *err, sw_job *job, const double *sums, known *found) {
  const regression *m = job->state;
  double *work = NULL;
  SW_NEW(err, job->arena, work, sw_within_work(&m->within) + 1);
  /* Effects of periods are solved for with those of units; a panel in two parts without a unit in
   * both has no unique ones. */
  if (!sw_within_solve(&m->within, sums, found->effect, &found->counts, work))
    return sw_job_fail(err, job, "fixed", "the effects of periods cannot be told apart");
  const sw_within_counts *counts = &found->counts;
  for (int v = 0; v < m->within.variables; v++)
    found->effect[m->within.variables * m->within.periods + v] =
        sw_within_about_units(&m->within, sums, v);
  if (counts->single > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s with a single period left out: %s own effect",
            job->where, job->name, (long long)counts->single, counts->single == 1 ? "" : "s",
            counts->single == 1 ? "it is nothing but its" : "they are nothing but their");
  if (counts->cells == 0)
    return sw_job_fail(err, job, "y", "no unit has a value of every variable in %s",
                       sw_within_uses(&m->within, 1) ? "any period" : "two periods");
  /* No degree of freedom would be left. */
  if (counts->cells <= m->k + counts->absorbed)
    return sw_job_fail(err, job, "y",
                       "%lld values of all variables for %lld coefficients and effects; expected "
                       "more values",
                       (long long)counts->cells, (long long)(m->k + counts->absorbed));
  return check_within_units(err, job, sums);
}

/* ---- fit --------------------------------------------------------------------------------- */

/* What effects of periods, beside those of units or alone, take out of a variable: found by how
 * little of its length is left. */
static sw_status check_after_effects(sw_error *err, const sw_job *job, const double *r) {
  const regression *m = job->state;
  /* Kept by finish_effects behind the effects. */
  const double *before =
      ((const known *)job->folded[EFFECTS])->effect + m->within.variables * m->within.periods;
  bool periods = m->within.effects == SW_EFFECTS_TWO_WAY || m->within.effects == SW_EFFECTS_TIME;
  for (int v = 0; periods && v < m->within.variables; v++)
    if (!(sw_qr_length(r, m->k + 1, v) > smallest * before[v]))
      return sw_job_fail(
          err, job, param_of(job, v),
          "'%s' is %s: the effects leave nothing of it; %swrite fixed: unit", name_of(job, v),
          m->within.effects == SW_EFFECTS_TIME ? "the same for all units of a period"
                                               : "an effect of units plus one of periods",
          v == job->n_inputs - 1 ? "" : "leave it out, or ");
  return SW_OK;
}

static const char *term_of(const sw_job *job, int j) {
  return sw_job_find_axis(job, "term")->label[j];
}

/* Of y about its mean where there is a constant, whose row of the triangle comes first: y's element
 * in it is sqrt(n) times the mean. */
static double total_squares(const regression *m, const double *r) {
  const double *y = r + m->k * (m->k + 1);
  return sw_dot(y + m->constant, y + m->constant, m->k + 1 - m->constant);
}

/* The triangle is that of [X y]: its last diagonal element is the length of the residuals. */
static sw_status finish_fit(sw_error *err, sw_job *job, const double *r, fitted *fit) {
  const regression *m = job->state;
  int k = m->k;
  SW_TRY(check_after_effects(err, job, r));
  int dependent = sw_qr_solve(r, k, fit->b, fit->b + k);
  if (dependent >= 0)
    return sw_job_fail(err, job, "x",
                       "'%s' is a linear combination of the variables before it%s; leave one out",
                       term_of(job, dependent), m->constant ? " and the constant" : "");
  fit->rss = r[k * (k + 1) + k] * r[k * (k + 1) + k];
  fit->tss = total_squares(m, r);
  /* sqrt(tss) against the length of y: 1e-12 tells a constant from rounding. */
  if (!(sqrt(fit->tss) > 1e-12 * sw_qr_length(r, k + 1, k)))
    return sw_job_fail(err, job, "y", "'%s' is constant", job->input[0].name);
  return SW_OK;
}

/* ---- results ----------------------------------------------------------------------------- */

/* b' V^-1 b/q of the q slopes: the constant is left out. */
static sw_status place_f(sw_error *err, sw_job *job, const fitted *fit, const double *vcov) {
  const regression *m = job->state;
  int k = m->k, from = m->constant, q = k - from;
  double *v = NULL, *work = NULL;
  SW_NEW(err, job->arena, v, q * q);
  SW_NEW(err, job->arena, work, q * q + q);
  for (int i = 0; i < q; i++)
    for (int j = 0; j < q; j++)
      v[j * q + i] = vcov[(j + from) * k + i + from];
  /* NaN: V is not positive definite, as uniform Conley kernels may give. */
  double f = sw_cholesky_form(v, q, fit->b + from, work) / q;
  job->result[F].row[0][0] = f;
  if (isnan(f)) sw_job_undefined(job, F, 0, "the covariance is singular");
  return SW_OK;
}

/* The table of terms: coefficients, errors, t and p by Student's law with df. */
static void place_terms(sw_job *job, const fitted *fit, const double *vcov, double df) {
  int k = ((const regression *)job->state)->k;
  for (int j = 0; j < k; j++) {
    /* A variance below zero comes from an indefinite kernel. */
    double se = vcov[j * k + j] >= 0 ? sqrt(vcov[j * k + j]) : NAN, t = fit->b[j] / se;
    job->result[COEFFICIENT].row[0][j] = fit->b[j];
    job->result[STD_ERROR].row[0][j] = se;
    job->result[T].row[0][j] = t;
    job->result[P_VALUE].row[0][j] = isnan(t) ? NAN : 2 * gsl_cdf_tdist_Q(fabs(t), df);
    if (isnan(se))
      for (int q = STD_ERROR; q <= P_VALUE; q++)
        sw_job_undefined(job, q, 0, "the kernel gives a variance below zero");
    for (int i = 0; i < k; i++)
      job->result[VCOV].row[0][i * k + j] = vcov[j * k + i];
  }
}

/* A line for each term, as papers have it, and one of what all rest on. */
static void say(sw_job *job, const fitted *fit, const sw_within_counts *counts, double df) {
  const regression *m = job->state;
  for (int j = 0; j < m->k; j++)
    sw_job_say(job, "%s %.6g (standard error %.6g, p %.4g)", term_of(job, j), fit->b[j],
               job->result[STD_ERROR].row[0][j], job->result[P_VALUE].row[0][j]);
  sw_job_say(job,
             "%lld values of %lld units in %d period%s; %s %.4g; t with %.0f degree%s of freedom",
             (long long)counts->cells, (long long)counts->units, counts->periods,
             counts->periods == 1 ? "" : "s", m->constant ? "R2" : "R2 within",
             1 - fit->rss / fit->tss, df, df == 1 ? "" : "s");
}

/* Degrees of freedom: cells less coefficients and effects. */
static sw_status finish_errors(sw_error *err, sw_job *job, const fitted *fit, const double *sums,
                               const double *neighbours) {
  const regression *m = job->state;
  const known *found = job->folded[EFFECTS];
  sw_panel_fit of = {.effects = m->within.effects,
                     /* absorbed: effects that take degrees of freedom. */
                     .counts = found->counts,
                     .df = found->counts.cells - m->k - found->counts.absorbed,
                     .root = fit->b + m->k};
  double *vcov = NULL, df = 0;
  SW_NEW(err, job->arena, vcov, m->k * m->k);
  of.s2 = fit->rss / (double)of.df;
  SW_TRY(sw_panel_errors_covariance(err, job, &m->errors, &of, sums, neighbours, vcov, &df));
  place_terms(job, fit, vcov, df);
  job->result[R2_WITHIN].row[0][0] = 1 - fit->rss / fit->tss;
  job->result[N_USED].row[0][0] = (double)found->counts.cells;
  say(job, fit, &found->counts, df);
  return place_f(err, job, fit, vcov);
}

/* Conventional errors need no scores; the others wait for the sums that their form takes. */
static sw_status finish_regression(sw_error *err, sw_job *job, int pass, const void *all,
                                   void *result) {
  const regression *m = job->state;
  bool conley = m->errors.form == SW_PANEL_CONLEY;
  switch (pass) {
  case EFFECTS:
    return finish_effects(err, job, all, result);
  case FIT:
    SW_TRY(finish_fit(err, job, all, result));
    if (m->errors.form != SW_PANEL_CONVENTIONAL) return SW_OK;
    return finish_errors(err, job, result, NULL, NULL);
  case SCORES: /* Conley's wait for those of neighbours */
    if (conley) memcpy(result, all, job->pass[SCORES].result);
    return conley ? SW_OK : finish_errors(err, job, job->folded[FIT], all, NULL);
  default:
    return finish_errors(err, job, job->folded[FIT], job->folded[SCORES], all);
  }
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Names that would clash on the axis of terms, and models that leave nothing to explain. */
static sw_status check_names(sw_error *err, const sw_job *job, const regression *m) {
  for (int i = 1; i < job->n_inputs; i++) {
    const char *x = job->input[i].name;
    if (strcmp(x, job->input[0].name) == 0)
      return sw_job_fail(err, job, "x", "'%s' is y, too; leave it out", x);
    if (m->constant && strcmp(x, "constant") == 0)
      return sw_job_fail(err, job, "x", "the model has a constant of its own; leave it out");
  }
  /* With one period, effects of units are the values themselves. */
  if (job->n_periods == 1 && !sw_within_uses(&m->within, 1))
    return sw_job_fail(err, job, "fixed",
                       "one period: effects of units leave nothing; write fixed: none");
  return SW_OK;
}

/* Terms: x as the study names them. */
static sw_status declare_terms(sw_error *err, sw_job *job, const regression *m) {
  const char **label = NULL;
  SW_NEW(err, job->arena, label, m->k);
  if (m->constant) label[0] = "constant";
  for (int i = 1; i < job->n_inputs; i++)
    label[m->constant + i - 1] = job->input[i].name;
  sw_job_axis(job, (sw_axis){.name = "term", .n = m->k, .label = label});
  sw_job_axis(job, (sw_axis){.name = "term_to", .n = m->k, .label = label});
  return SW_OK;
}

/* Means first, then products of what is left of them; further passes are those of the errors. */
static void declare_passes(sw_job *job, const regression *m) {
  size_t k = (size_t)m->k, variables = (size_t)m->within.variables;
  /* Effects by variable and period, and a length per variable behind. */
  size_t effects = variables * ((size_t)job->n_periods + 1);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .partial = sw_within_sums(&m->within) * sizeof(double),
                             .result = sizeof(known) + effects * sizeof(double)});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .partial = (k + 1) * (k + 1) * sizeof(double),
                             .result = sizeof(fitted) + k * (k + 1) * sizeof(double)});
  sw_panel_errors_declare(&m->errors, job);
}

/* Effects before names: the constant depends on them. */
static sw_status resolve_regression(sw_error *err, sw_job *job) {
  regression *m = NULL;
  SW_NEW(err, job->arena, m, 1);
  job->state = m;
  m->within = (sw_within){.effects = (sw_effects)(int)sw_job_arg(job, "fixed")->number,
                          .periods = job->n_periods,
                          .variables = job->n_inputs};
  m->constant = m->within.effects == SW_EFFECTS_NONE;
  m->k = job->n_inputs - 1 + m->constant;
  SW_TRY(check_names(err, job, m));
  SW_TRY(sw_panel_errors_read(err, job, m->k, &m->errors));
  SW_TRY(declare_terms(err, job, m));
  declare_passes(job, m);
  /* Effects of units rest on all periods. */
  job->pooled = true;
  return SW_OK;
}

static sw_status prepare_regression(sw_error *err, sw_job *job, int pass) {
  regression *m = job->state;
  return pass == NEIGHBOURS ? sw_panel_errors_prepare(err, job, &m->errors) : SW_OK;
}

/* Called also after a failure in resolve, with whatever was made by then. */
static void destroy_regression(sw_job *job) {
  regression *m = job->state;
  if (m) sw_kdtree_destroy(m->errors.tree);
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "y", .type = SW_P_COLUMN, .help = "the variable that is explained"},
    {.name = "x", .type = SW_P_COLUMNS, .distinct = true, .help = "the variables that explain it"},
    {.name = "fixed",
     .type = SW_P_CHOICE,
     .fallback = "two-way",
     .choices = "two-way|unit|time|none",
     .help = "effects that are taken out; none: a constant"},
    {.name = "errors",
     .type = SW_P_NODE,
     .fallback = "cluster",
     .help = "cluster | conventional | driscoll-kraay | {driscoll-kraay: {lags: 3}} | {conley: "
             "{cutoff_km: 100, lags: 0, kernel: bartlett}}, or kernel: uniform"},
    {.name = "cluster",
     .type = SW_P_TEXTS,
     .fallback = "unit",
     .help = "whose errors go together: unit, or a group column of the units"},
    {.name = "small",
     .type = SW_P_CHOICE,
     .fallback = "stata",
     .choices = "stata|none|sss",
     .help = "factor of clustered errors: G/(G-1) (n-1)/(n-K), K with effects of periods (stata) "
             "or without (sss), or none"},
    {0}};

#define BY_TERM .units = "1", .shape = SW_TABLE, .axis = {"term"}
#define ONE .units = "1", .shape = SW_TABLE

static const sw_output outputs[] = {
    {.name = "coefficient",
     .with = {"std_error"},
     .palette = SW_DIVERGING_0,
     .long_name = "coefficient",
     BY_TERM},
    {.name = "std_error", .long_name = "standard error", BY_TERM},
    {.name = "t", .long_name = "coefficient over its standard error", BY_TERM},
    {.name = "p_value", .long_name = "two-sided p-value of t", BY_TERM},
    {.name = "vcov",
     .palette = SW_DIVERGING_0,
     .long_name = "covariance of coefficients",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"term", "term_to"}},
    {.name = "r2_within", .long_name = "R squared, effects taken out", ONE},
    {.name = "f", .long_name = "F of all slopes, with the covariance in force", ONE},
    {.name = "n_used", .long_name = "values that all variables have", .number = SW_INT32, ONE},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"fixed", "two-way", "effects a_i + c_t"},
    {"fixed", "unit", "effects a_i"},
    {"fixed", "time", "effects c_t"},
    {"fixed", "none", "a constant"},
    {"errors", "cluster", "V = B [sum_g s_g s_g'] B x factor, s_g the scores x u of a cluster"},
    {"errors", "conventional", "V = s^2 B, s^2 = RSS/(n - k - effects)"},
    {"errors", "driscoll-kraay",
     "V = B [sum_t h_t h_t' + sum_l (1 - l/(L+1)) sum_t (h_t h_(t-l)' + h_(t-l) h_t')] B, h_t the "
     "scores of a period, L = floor(4 (T/100)^(2/9))"},
    {"errors", "*", "V = B [weighted products of scores, as given] B"},
    {0}};

const sw_measure sw_measure_panel_regression = {
    .name = "panel_regression",
    .title = "Regression over a panel with fixed effects",
    .formula = "y_it = x_it' b + effects + u_it by the within estimator; B = (X'X)^-1 of what the "
               "effects leave; F = b' V^-1 b/k",
    .variant = variants,
    .source = "Wooldridge 2010, Econometric Analysis of Cross Section and Panel Data; Wansbeek and "
              "Kapteyn 1989; Arellano 1987; Driscoll and Kraay 1998; Hoechle 2007; Conley 1999",
    .version = 1,
    .headline = "coefficient",
    .kind = SW_KIND_MODEL,
    .param = params,
    .output = outputs,
    .resolve = resolve_regression,
    .prepare = prepare_regression,
    .tile = tile_regression,
    .merge = merge_regression,
    .finish = finish_regression,
    .destroy = destroy_regression,
    .workspace = workspace_regression,
};
