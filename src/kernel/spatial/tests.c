/* See tests.h. All is of one regression by least squares, whose columns model.h makes. Nothing is
 * solved with W and nothing factored: traces of W are in its plan, and the rest is a few products
 * of W per column and period.
 *
 * Moments of Moran's I follow from U, an orthonormal basis of the columns: with Q the projection
 * that takes effects out, M = Q - UU' is that of the regression, and traces of products of M and W
 * are those of Q and W, which sums of W know, less inner products of W U and W'U.
 *
 * Called once per model where the study asks for tests; one thread, all memory the caller's. The
 * cost is one least squares and O(links) for each column and period. */
#include "kernel/spatial/tests.h"

#include "kernel/linear/ols.h"
#include "kernel/linear/qr.h"
#include "kernel/series/stats.h"
#include "kernel/spatial/variants.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

typedef struct regression {
  sw_spatial_model model;
  double *ols;     /* workspace */
  double *lag[3];  /* values each */
  double *inner;   /* slopes squared: U'WU */
  double *sums[2]; /* n each: W1, W'1 */
  sw_ols fit;
} regression;

/* ---- the regression ------------------------------------------------------------------------ */

/* The model under the null: no spatial term of y or of the errors. Random effects of units are
 * taken out as fixed ones, which is right whatever they are. */
static sw_spatial_spec plain_spec(const sw_spatial_spec *spec) {
  sw_spatial_spec plain = *spec;
  plain.form = spec->form == SW_SPATIAL_SLX ? SW_SPATIAL_SLX : SW_SPATIAL_OLS;
  plain.method = SW_SPATIAL_ML;
  if (spec->fixed == SW_SPATIAL_RANDOM) plain.fixed = SW_SPATIAL_UNIT;
  return plain;
}

/* Counts the room where `room` has no memory, and hands it out where it has: one list for both. */
static void take_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                      sw_spatial_room *room, regression *r) {
  sw_spatial_model_room(spec, n, periods, k, room, &r->model);
  size_t values = (size_t)n * (size_t)periods, s = (size_t)r->model.terms.slopes;
  r->ols = sw_spatial_take(room, sw_ols_workspace(n * periods, (int)s) / sizeof(double));
  for (int j = 0; j < 3; j++)
    r->lag[j] = sw_spatial_take(room, values);
  r->inner = sw_spatial_take(room, s * s + 2 * s);
  for (int j = 0; j < 2; j++)
    r->sums[j] = sw_spatial_take(room, (size_t)n);
}

/* Counted by the code that divides it. */
size_t sw_spatial_tests_workspace(const sw_spatial_spec *spec, int64_t n, int periods, int k) {
  sw_spatial_spec plain = plain_spec(spec);
  sw_spatial_room room = {0};
  regression r;
  take_room(&plain, n, periods, k, &room, &r);
  return room.used;
}

/* Lee & Yu's transformation needs rows that sum to 1, of the weights that are tested. The model's
 * own flag was set by both matrices of the data; the matrix that is tested may differ. */
static void lags_as(sw_spatial_model *model, const sw_filter_plan *plan) {
  model->transformed = model->transformed && plan->rows_sum_to_1 && plan->islands == 0;
}

/* ---- traces ---------------------------------------------------------------------------------- */

/* Of JWJ, J taking the mean over units out where `means`: tr JW, tr JWJW + tr JWJW'. J = I - 11'/n.
 * Its products with W follow from W's row and column sums alone. */
typedef struct traces {
  double w, squares, total; /* total: 1'W1 */
} traces;

/* Traces of the transformed weights, for the tests; `means`: of W without its means, as effects of
 * time take them out. */
static traces traces_of(const regression *r, sw_filter *w, bool means) {
  const sw_filter_plan *plan = sw_filter_plan_of(w);
  int64_t n = plan->n;
  double *rows = r->sums[0], *columns = r->sums[1], *one = r->lag[2];
  for (int64_t i = 0; i < n; i++)
    one[i] = 1;
  sw_filter_lag(w, one, rows);
  sw_filter_lag_transposed(w, one, columns);
  traces t = {plan->trace_w, plan->trace_ww + plan->trace_wtw, sw_dot(rows, one, n)};
  if (!means) return t;
  double whole = t.total / (double)n;
  /* Terms of -11'W/n, -W11'/n and their squares. */
  double both = sw_dot(rows, rows, n) + sw_dot(columns, columns, n) + 2 * sw_dot(columns, rows, n);
  t.w -= whole;
  t.squares += 2 * whole * whole - both / (double)n;
  return t;
}

/* ---- Lagrange multipliers ----------------------------------------------------------------- */

/* A value slightly below 0 is rounding and counts as 0. */
static sw_spatial_test chi_square(double value, int df) {
  double p = isnan(value) ? NAN : gsl_cdf_chisq_Q(fmax(value, 0), df);
  return (sw_spatial_test){value, p, df};
}

/* The sum of squares of a lagged column that X does not explain; the column becomes its residual.
 * The root of (X'X)^-1 is at hand; a second round mends what the first loses to rounding. Gram and
 * Schmidt by the root, applied twice. */
static double left_over(regression *r, double *lagged) {
  const sw_spatial_model *model = &r->model;
  const double *root = r->fit.root;
  int s = model->terms.slopes;
  double *along = r->inner, *b = along + s;
  for (int round = 0; round < 2; round++) {
    memset(along, 0, 2 * (size_t)s * sizeof *along);
    for (int j = 0; j < s; j++) {
      double product = sw_dot(model->z[j], lagged, model->values);
      for (int l = j; l < s; l++)
        along[l] += root[l * s + j] * product;
    }
    for (int l = 0; l < s; l++)
      for (int j = 0; j <= l; j++)
        b[j] += root[l * s + j] * along[l];
    for (int j = 0; j < s; j++)
      for (int64_t i = 0; i < model->values; i++)
        lagged[i] -= b[j] * model->z[j][i];
  }
  return sw_dot(lagged, lagged, model->values);
}

typedef struct scores {
  double of_lag, of_error, trace, information; /* a, c, t, J */
} scores;

/* By the names of tests.h: a, c, t and J of one matrix. W X b is W y - W e, as y = X b + e. Under
 * the null hypothesis sigma2 is rss over the dimensions that are left. */
static scores scores_at(regression *r, sw_filter *w) {
  sw_spatial_model *model = &r->model;
  const double *e = r->fit.residual;
  double dimensions = model->effective, s2 = r->fit.rss / dimensions;
  traces t = traces_of(r, w, model->transformed);
  sw_spatial_lag_column(model, w, model->y, r->lag[0]);
  sw_spatial_lag_column(model, w, e, r->lag[1]);
  scores out = {.of_lag = sw_dot(e, r->lag[0], model->values) / s2,
                .of_error = sw_dot(e, r->lag[1], model->values) / s2,
                .trace = model->times * t.squares};
  for (int64_t i = 0; i < model->values; i++) /* W X b */
    r->lag[0][i] -= r->lag[1][i];
  out.information = out.trace + left_over(r, r->lag[0]) / s2;
  return out;
}

/* The forms of tests.h. The robust ones and SARMA rest on a and c of one matrix; where J = t, W X b
 * is a combination of X, and the lag cannot be told from the error. Anselin, Bera, Florax & Yoon
 * 1996 give the robust forms. */
static void put_multipliers(regression *r, const sw_spatial_data *data, sw_spatial_tests *out) {
  sw_filter *w = r->model.w, *w2 = r->model.w2;
  bool one_matrix = !data->w || !data->w2 || sw_filter_plan_of(w) == sw_filter_plan_of(w2);
  scores lag = scores_at(r, w), error = one_matrix ? lag : scores_at(r, w2);
  double a = lag.of_lag, c = error.of_error, t = error.trace, j = lag.information;
  bool robust = one_matrix && j > t && t > 0;
  double of_lag = robust ? (a - c) * (a - c) / (j - t) : NAN;
  double shifted = c - t * a / j;
  out->lm_lag = chi_square(j > 0 ? a * a / j : NAN, 1);
  out->lm_error = chi_square(t > 0 ? c * c / t : NAN, 1);
  out->rlm_lag = chi_square(of_lag, 1);
  out->rlm_error = chi_square(robust ? shifted * shifted / (t * (1 - t / j)) : NAN, 1);
  out->sarma = chi_square(of_lag + out->lm_error.value, 2);
}

/* ---- Moran's I of the residuals ----------------------------------------------------------------
 */

/* Z becomes U = Z R^-1, last column first. In place: column j needs columns 0 .. j only, which are
 * still those of Z when the last is made first. */
static void make_basis(regression *r) {
  sw_spatial_model *model = &r->model;
  int s = model->terms.slopes;
  for (int j = s - 1; j >= 0; j--)
    for (int64_t i = 0; i < model->values; i++) {
      double sum = 0;
      for (int l = 0; l <= j; l++)
        sum += model->z[l][i] * r->fit.root[j * s + l];
      model->z[j][i] = sum;
    }
}

/* W or W' of each period. */
static void lag_periods(const sw_spatial_model *model, sw_filter *w, bool transposed,
                        const double *x, double *to) {
  for (int64_t from = 0; from < model->values; from += model->n) {
    if (transposed)
      sw_filter_lag_transposed(w, x + from, to + from);
    else
      sw_filter_lag(w, x + from, to + from);
  }
}

/* tr MW, and tr MWMW' + tr MWMW. U lies within Q, so one of two lags of U goes through Q. tr MWMW =
 * tr QWQW - 2 tr U'WQW U + tr (U'WU)^2, and likewise with W'. */
static void projected(regression *r, sw_filter *w, double *first, double *second) {
  sw_spatial_model *model = &r->model;
  bool units = sw_spatial_has_units(&model->spec), times = sw_spatial_has_periods(&model->spec);
  traces t = traces_of(r, w, times);
  int s = model->terms.slopes;
  double *ahead = r->lag[0], *back = r->lag[1];
  *first = (model->periods - units) * t.w;
  *second = (model->periods - units) * t.squares;
  for (int j = 0; j < s; j++) {
    lag_periods(model, w, false, model->z[j], ahead);
    lag_periods(model, w, true, model->z[j], back);
    sw_spatial_demean(model->n, model->periods, units, times, ahead, model->mean);
    sw_spatial_demean(model->n, model->periods, units, times, back, model->mean);
    for (int l = 0; l < s; l++)
      r->inner[j * s + l] = sw_dot(model->z[l], ahead, model->values);
    *first -= r->inner[j * s + j];
    *second -= sw_dot(ahead, ahead, model->values) + sw_dot(back, back, model->values) +
               2 * sw_dot(back, ahead, model->values);
  }
  for (int j = 0; j < s; j++)
    for (int l = 0; l < s; l++)
      *second += r->inner[j * s + l] * (r->inner[j * s + l] + r->inner[l * s + j]);
}

/* Cliff & Ord 1981: with d degrees of freedom E I = (n/S0) tr MW/d and E I^2 = (n/S0)^2 (tr MWMW' +
 * tr MWMW + (tr MW)^2)/(d (d + 2)). The basis takes the place of the columns, so this comes last. E
 * I follows the null hypothesis of no autocorrelation of errors, given X. */
static void put_moran(regression *r, sw_filter *w, sw_spatial_tests *out) {
  sw_spatial_model *model = &r->model;
  bool units = sw_spatial_has_units(&model->spec), times = sw_spatial_has_periods(&model->spec);
  const double *e = r->fit.residual;
  double first, second, s0 = traces_of(r, w, false).total, scale = (double)model->n / s0;
  double free =
      (double)(model->periods - units) * (double)(model->n - times) - (double)model->terms.slopes;
  lag_periods(model, w, false, e, r->lag[0]);
  out->moran = scale * sw_dot(e, r->lag[0], model->values) / sw_dot(e, e, model->values);
  make_basis(r);
  projected(r, w, &first, &second);
  double mean = first / free;
  out->moran_expected = scale * mean;
  out->moran_variance =
      scale * scale * ((second + first * first) / (free * (free + 2)) - mean * mean);
  out->moran_z = (out->moran - out->moran_expected) / sqrt(out->moran_variance);
  out->moran_p = sw_normal_two_sided(out->moran_z);
}

/* ---- all ----------------------------------------------------------------------------------------
 */

/* Multipliers before Moran's I, whose basis takes the place of the columns. With random effects
 * only regressors that vary within units can be used. */
sw_spatial_wrong sw_spatial_tests_of(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                     void *workspace, sw_spatial_tests *out) {
  const sw_spatial_test none = {NAN, NAN, 0};
  *out = (sw_spatial_tests){none, none, none, none, none, NAN, NAN, NAN, NAN, NAN};
  sw_spatial_spec plain = plain_spec(spec);
  const double *x[SW_SPATIAL_MOST_VARIABLES];
  int number[SW_SPATIAL_MOST_VARIABLES];
  sw_spatial_data own = *data;
  if (spec->fixed == SW_SPATIAL_RANDOM) {
    own.k = sw_spatial_varying(data, x, number);
    own.x = x;
  }
  sw_spatial_room room = {workspace, 0};
  regression r;
  take_room(&plain, data->n, data->periods, data->k, &room, &r);
  sw_spatial_wrong wrong = sw_spatial_model_make(&plain, &own, &r.model);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  lags_as(&r.model, sw_filter_plan_of(r.model.w));
  int dependent = sw_ols_fit((const double *const *)r.model.z, r.model.y, r.model.values,
                             r.model.terms.slopes, r.ols, &r.fit);
  if (dependent >= 0) return (sw_spatial_wrong){SW_SPATIAL_DEPENDENT, dependent};
  put_multipliers(&r, &own, out);
  put_moran(&r, r.model.w2, out);
  return wrong;
}
