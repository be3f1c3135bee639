/* See tests.h. Least squares of errors u = B^-1 e has the covariance s2 (X'X)^-1 X'B^-1 B'^-1 X
 * (X'X)^-1: with U = X R^-1 orthonormal it is s2 R^-1 (B'^-1 U)'(B'^-1 U) R'^-1. (spatialreg 1.2
 * has B^-1 B^-1 in the middle, which is right for symmetric W alone.)
 *
 * Covariances of fixed and random effects are those of the whole model, rho among its coefficients,
 * and follow `correction`. (splm takes rho of random effects as known, and prints the absolute
 * value of what may be negative.)
 *
 * Sources: Hausman 1978, Econometrica 46:1251-1271; Pace & LeSage 2008, Economics Letters
 * 101:282-284; Mutl & Pfaffermayr 2011, Econometrics Journal 14:48-76.
 *
 * Called after a fit, where the study asks for it; it fits the other model in memory of its own.
 * The cost is that of the other fit, or of one least squares and k solves. */
#include "kernel/linear/cholesky.h"
#include "kernel/linear/ols.h"
#include "kernel/linear/qr.h"
#include "kernel/spatial/tests.h"
#include "kernel/spatial/variants.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

typedef struct parts {
  double *d, *v, *work; /* differences of coefficients, of covariances; scratch */
  void *other;          /* the memory of the other fit, or of the regression */
} parts;

/* The two kinds of comparison. SAC has no random effects here, and so nothing to be compared with.
 * Fixed effects and random effects: consistent against efficient. Error models: least squares is
 * consistent too. */
static bool of_effects(const sw_spatial_spec *spec) {
  bool either = spec->fixed == SW_SPATIAL_RANDOM || spec->fixed == SW_SPATIAL_UNIT;
  return either && spec->form != SW_SPATIAL_SAC;
}

static bool of_errors(const sw_spatial_spec *spec) {
  bool error = spec->form == SW_SPATIAL_ERROR || spec->form == SW_SPATIAL_DURBIN_ERROR;
  return error && spec->fixed == SW_SPATIAL_NONE;
}

bool sw_spatial_has_hausman(const sw_spatial_spec *spec) {
  return spec->method == SW_SPATIAL_ML && spec->dynamic == SW_SPATIAL_STATIC &&
         (of_effects(spec) || of_errors(spec));
}

/* The model that the fit is compared with: the other effects, or the same without lambda. Both
 * models have the same slopes in the same order. */
static sw_spatial_spec other_spec(const sw_spatial_spec *spec) {
  sw_spatial_spec other = *spec;
  if (of_effects(spec))
    other.fixed = spec->fixed == SW_SPATIAL_RANDOM ? SW_SPATIAL_UNIT : SW_SPATIAL_RANDOM;
  else
    other.form = spec->form == SW_SPATIAL_ERROR ? SW_SPATIAL_OLS : SW_SPATIAL_SLX;
  return other;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* The regression: its columns, least squares, U and what the filter makes of it. */
typedef struct regression {
  sw_spatial_model model;
  double *ols, *u, *inner, *vcov;
  sw_ols fit;
} regression;

/* Room for one of the two regressions that are compared. */
static void room_for_regression(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                                sw_spatial_room *room, regression *r) {
  sw_spatial_model_room(spec, n, periods, k, room, &r->model);
  size_t s = (size_t)r->model.terms.slopes;
  r->ols = sw_spatial_take(room, sw_ols_workspace(n * periods, (int)s) / sizeof(double));
  r->u = sw_spatial_take(room, (size_t)(n * periods) * s);
  r->inner = sw_spatial_take(room, s * s);
  r->vcov = sw_spatial_take(room, 2 * s * s);
}

/* One list for counting and for handing out, as in tests.c. Behind the differences lies what the
 * other model needs. The other fit is counted by its own workspace function. */
static parts take_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                       sw_spatial_room *room) {
  sw_spatial_spec other = other_spec(spec);
  size_t count = (size_t)sw_spatial_terms_of(spec, k, true).count;
  sw_spatial_room own = {0};
  regression r;
  parts p = {.d = sw_spatial_take(room, count)};
  p.v = sw_spatial_take(room, count * count);
  p.work = sw_spatial_take(room, count * count + count);
  room_for_regression(&other, n, periods, k, &own, &r);
  size_t bytes = of_effects(spec) ? sw_spatial_workspace(&other, n, periods, k) : own.used;
  p.other = sw_spatial_take(room, (bytes + sizeof(double) - 1) / sizeof(double));
  return p;
}

size_t sw_spatial_hausman_workspace(const sw_spatial_spec *spec, int64_t n, int periods, int k) {
  sw_spatial_room room = {0};
  if (sw_spatial_has_hausman(spec)) take_room(spec, n, periods, k, &room);
  return room.used;
}

/* ---- fixed and random effects ---------------------------------------------------------------- */

/* The terms of x and its lags: of `count` variables those that are their `number`. Constant and
 * spatial parameters take no part. */
static int slopes_of(const sw_spatial_terms *t, int count, const int *number, int *at) {
  int all = 0;
  for (int j = 0; j < count; j++)
    at[all++] = t->x + number[j];
  for (int j = 0; t->lag_x >= 0 && j < count; j++)
    at[all++] = t->lag_x + number[j];
  return all;
}

/* V is that of fixed effects less that of random ones, whichever of them was fitted; the sign of d
 * does not matter. Variables that do not vary within units have no fixed-effects slope and are left
 * out. V should be positive definite; in small samples it need not be, and the test then has no
 * p-value. */
static sw_spatial_wrong against_effects(const sw_spatial_data *data, const sw_spatial_fit *fit,
                                        parts *p, int *df) {
  enum { MOST = SW_SPATIAL_MOST_VARIABLES };
  int here[2 * MOST], there[2 * MOST], number[MOST], own_number[MOST];
  const double *x[MOST];
  sw_spatial_spec spec = other_spec(&fit->spec);
  sw_spatial_data own = *data;
  sw_spatial_fit other;
  own.k = sw_spatial_varying(data, x, number);
  own.x = x;
  for (int j = 0; j < own.k; j++)
    own_number[j] = j;
  sw_spatial_wrong wrong = sw_spatial_estimate(&spec, &own, p->other, &other);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  int count = *df = slopes_of(&fit->terms, own.k, number, here);
  slopes_of(&other.terms, own.k, own_number, there);
  double sign = fit->spec.fixed == SW_SPATIAL_UNIT ? 1 : -1;
  for (int j = 0; j < count; j++) {
    p->d[j] = fit->coefficient[here[j]] - other.coefficient[there[j]];
    for (int i = 0; i < count; i++)
      p->v[j * count + i] = sign * (fit->vcov[here[j] * fit->terms.count + here[i]] -
                                    other.vcov[there[j] * other.terms.count + there[i]]);
  }
  return wrong;
}

/* ---- least squares and the error model ---------------------------------------------------------
 */

/* (B'^-1 U)'(B'^-1 U). U has X's span with orthonormal columns: S = (B'^-1 U)'(B'^-1 U) is the
 * identity without lambda. */
static bool make_inner(regression *r, double lambda) {
  sw_spatial_model *model = &r->model;
  int s = model->terms.slopes;
  int64_t values = model->values;
  for (int j = 0; j < s; j++)
    for (int64_t i = 0; i < values; i++) {
      double sum = 0;
      for (int l = 0; l <= j; l++)
        sum += model->z[l][i] * r->fit.root[j * s + l];
      r->u[j * values + i] = sum;
    }
  if (!sw_filter_set(model->w2, lambda)) return false;
  sw_filter_solve_transposed(model->w2, s * model->periods, r->u, r->u);
  for (int j = 0; j < s; j++)
    for (int i = 0; i < s; i++)
      r->inner[j * s + i] = sw_dot(r->u + j * values, r->u + i * values, values);
  return true;
}

/* root C root' times factor. Upper triangular factors: half of each product is left out. */
static void wrap(const double *root, int s, const double *c, double factor, double *work,
                 double *v) {
  for (int j = 0; j < s; j++)
    for (int i = 0; i < s; i++) {
      double sum = 0;
      for (int l = i; l < s; l++)
        sum += root[l * s + i] * c[j * s + l];
      work[j * s + i] = sum;
    }
  for (int j = 0; j < s; j++)
    for (int i = 0; i < s; i++) {
      double sum = 0;
      for (int l = j; l < s; l++)
        sum += work[l * s + i] * root[l * s + j];
      v[j * s + i] = factor * sum;
    }
}

/* Slopes come first among the terms of both models, in one order. The covariance of least squares
 * under the error model, less that of maximum likelihood. */
static sw_spatial_wrong against_least_squares(const sw_spatial_data *data,
                                              const sw_spatial_fit *fit, parts *p, int *df) {
  sw_spatial_spec spec = other_spec(&fit->spec);
  sw_spatial_room room = {.at = p->other};
  regression r;
  room_for_regression(&spec, data->n, data->periods, data->k, &room, &r);
  sw_spatial_wrong wrong = sw_spatial_model_make(&spec, data, &r.model);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  int s = *df = r.model.terms.slopes;
  int dependent =
      sw_ols_fit((const double *const *)r.model.z, r.model.y, r.model.values, s, r.ols, &r.fit);
  if (dependent >= 0) return (sw_spatial_wrong){SW_SPATIAL_DEPENDENT, dependent};
  if (!make_inner(&r, fit->coefficient[fit->terms.lambda]))
    return (sw_spatial_wrong){SW_SPATIAL_SINGULAR, 0};
  wrap(r.fit.root, s, r.inner, fit->sigma2, r.vcov, r.vcov + s * s);
  for (int j = 0; j < s; j++) {
    p->d[j] = r.fit.b[j] - fit->coefficient[j];
    for (int i = 0; i < s; i++)
      p->v[j * s + i] = r.vcov[s * s + j * s + i] - fit->vcov[j * fit->terms.count + i];
  }
  return wrong;
}

/* d'v^-1 d of a symmetric matrix that need not be definite, by elimination with row exchanges. Uses
 * d and v up. For an indefinite V the form is reported without a test. */
static double form_of(double *v, int n, double *d, double *x) {
  double sum = 0;
  /* Partial pivoting by rows; V is symmetric only at the start. */
  memcpy(x, d, (size_t)n * sizeof *x);
  for (int j = 0; j < n; j++) {
    int best = j;
    for (int i = j + 1; i < n; i++)
      if (fabs(v[j * n + i]) > fabs(v[j * n + best])) best = i;
    for (int k = 0; k < n; k++) {
      double kept = v[k * n + j];
      v[k * n + j] = v[k * n + best];
      v[k * n + best] = kept;
    }
    double kept = x[j];
    x[j] = x[best];
    x[best] = kept;
    for (int i = j + 1; i < n; i++) {
      double factor = v[j * n + i] / v[j * n + j];
      for (int k = j; k < n; k++)
        v[k * n + i] -= factor * v[k * n + j];
      x[i] -= factor * x[j];
    }
  }
  for (int i = n - 1; i >= 0; i--) {
    for (int k = i + 1; k < n; k++)
      x[i] -= v[k * n + i] * x[k];
    x[i] /= v[i * n + i];
    sum += x[i] * d[i];
  }
  return sum;
}

/* ---- the test ---------------------------------------------------------------------------------
 */

/* The form comes second: it uses up d and V, which the test by Cholesky's factor leaves. The value
 * by Cholesky is NaN where V is not positive definite, which is how that is found. */
sw_spatial_wrong sw_spatial_hausman_of(const sw_spatial_data *data, const sw_spatial_fit *fit,
                                       void *workspace, sw_spatial_hausman *out) {
  sw_spatial_room room = {.at = workspace};
  *out = (sw_spatial_hausman){.test = {NAN, NAN, 0}, .form = NAN};
  if (!sw_spatial_has_hausman(&fit->spec)) return (sw_spatial_wrong){SW_SPATIAL_NOT_POSSIBLE, 0};
  parts p = take_room(&fit->spec, data->n, data->periods, data->k, &room);
  int df = 0;
  sw_spatial_wrong wrong = of_effects(&fit->spec) ? against_effects(data, fit, &p, &df)
                                                  : against_least_squares(data, fit, &p, &df);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  out->test.df = df;
  out->test.value = sw_cholesky_form(p.v, df, p.d, p.work);
  out->indefinite = isnan(out->test.value);
  out->form = form_of(p.v, df, p.d, p.work);
  if (!out->indefinite) out->test.p = gsl_cdf_chisq_Q(out->test.value, df);
  return wrong;
}
