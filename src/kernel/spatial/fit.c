/* One model from its columns to its coefficients, and those nested in it (fit.h).
 *
 * Called by spatial models and spatial convergence. All memory is one block of the caller's, whose
 * size sw_spatial_workspace finds by laying out every model that will be fitted in it; nothing here
 * allocates. A model that cannot be fitted returns its reason, never a partial fit. */
#include "kernel/spatial/fit.h"

#include "kernel/spatial/model.h"
#include "kernel/spatial/variants.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* ---- memory --------------------------------------------------------------------------------- */

/* What a fit by likelihood lays out in the memory of the caller. */
typedef struct parts {
  sw_spatial_model model;
  sw_spatial_curve curve;
  double *work;
} parts;

/* What the fit keeps comes first: nested models are fitted in what is behind it, with the same
 * table of ln|A|, which is returned. Counted and taken by the same function, so both agree. */
static sw_spatial_table *room_for_fit(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                                      sw_spatial_room *room, sw_spatial_fit *fit) {
  size_t count = (size_t)sw_spatial_terms_of(spec, k, true).count;
  sw_spatial_table *table =
      (sw_spatial_table *)sw_spatial_take(room, 2 * sizeof(sw_spatial_table) / sizeof(double));
  fit->coefficient = sw_spatial_take(room, count);
  fit->vcov = sw_spatial_take(room, count * count);
  fit->uncorrected = sw_spatial_take(room, count);
  fit->residual = sw_spatial_take(room, (size_t)(n * periods));
  return table;
}

static void room_for_model(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                           sw_spatial_room *room, parts *p) {
  sw_spatial_model_room(spec, n, periods, k, room, &p->model);
  p->curve = sw_spatial_curve_room(&p->model, room);
  p->work = sw_spatial_take(room, sw_spatial_covariance_room(&p->model));
}

/* Without rho and lambda all estimators are least squares. The generalised moments differ from
 * maximum likelihood in these two alone. */
static bool by_moments(const sw_spatial_spec *spec) {
  return spec->method == SW_SPATIAL_GM &&
         (sw_spatial_has_rho(spec->form) || sw_spatial_has_lambda(spec->form));
}

/* As sw_spatial_estimate and sw_spatial_restrict take it: the fit, then the largest of the model
 * and those nested in it, which follow one another in the same memory. i of -1 is the model
 * itself. */
size_t sw_spatial_workspace(const sw_spatial_spec *spec, int64_t n, int periods, int k) {
  sw_spatial_restriction nested[SW_SPATIAL_RESTRICTIONS];
  sw_spatial_terms terms = sw_spatial_terms_of(spec, k, true);
  sw_spatial_room room = {0};
  sw_spatial_fit fit;
  parts p;
  room_for_fit(spec, n, periods, k, &room, &fit);
  if (by_moments(spec)) {
    sw_spatial_gm_room(spec, n, periods, k, &room);
    return room.used;
  }
  if (spec->fixed == SW_SPATIAL_RANDOM) {
    sw_spatial_random_room(spec, n, periods, k, &room);
    return room.used;
  }
  size_t own = room.used, most = 0;
  int count = sw_spatial_restrictions_of(spec, &terms, nested);
  for (int i = -1; i < count; i++) {
    sw_spatial_spec other = *spec;
    if (i >= 0) other.form = nested[i].against;
    room.used = own;
    room_for_model(&other, n, periods, k, &room, &p);
    if (room.used > most) most = room.used;
  }
  return most;
}

/* ---- results -------------------------------------------------------------------------------- */

/* e = B (A y - Z b) from lags that are there already: B = I - lambda W2 is linear. B (A y - Z b) =
 * (A y - Z b) - lambda (W2 A y - W2 Z b). */
static void fill_residual(const sw_spatial_model *model, const sw_spatial_peak *peak,
                          const double *b, double *e) {
  for (int64_t i = 0; i < model->values; i++) {
    double left = model->y[i], lag = model->has_lambda ? model->w2y[i] : 0;
    if (model->has_rho) left -= peak->rho * model->wy[i];
    if (model->w2wy) lag -= peak->rho * model->w2wy[i];
    for (int j = 0; j < model->terms.slopes; j++) {
      left -= b[j] * model->z[j][i];
      if (model->has_lambda) lag -= b[j] * model->wz[j][i];
    }
    e[i] = left - peak->lambda * lag;
  }
}

/* Deviations from means in a second pass: sums of raw squares would lose digits. */
double sw_spatial_correlation2(const double *x, const double *y, int64_t n) {
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (int64_t i = 0; i < n; i++) {
    mx += x[i];
    my += y[i];
  }
  mx /= (double)n;
  my /= (double)n;
  for (int64_t i = 0; i < n; i++) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy * xy / (xx * yy);
}

/* The expected information has the smaller error in small samples but needs traces of n columns;
 * beyond the limits the observed one is taken. The choice is reported. */
static sw_spatial_information information_of(const sw_spatial_spec *spec,
                                             const sw_spatial_model *model) {
  bool both = model->has_rho && model->has_lambda;
  /* The expected information of sac has two factors at a time, and memory for so many units. */
  if (both && (model->n > SW_SPATIAL_SAC_MOST || model->w == model->w2)) return SW_SPATIAL_OBSERVED;
  if (spec->information != SW_SPATIAL_AUTO) return spec->information;
  return model->n > SW_SPATIAL_EXPECTED_MOST ? SW_SPATIAL_OBSERVED : SW_SPATIAL_EXPECTED;
}

/* The criterion counts sigma2 among the coefficients. The divisor of sigma2 is `effective`, which
 * Lee and Yu's transformation lowers. */
void sw_spatial_fill_fit(const sw_spatial_model *model, const sw_spatial_peak *peak,
                         const sw_spatial_curve *curve, sw_spatial_fit *fit) {
  fit->spec = model->spec;
  fit->spec.information = information_of(&model->spec, model);
  fit->terms = model->terms;
  memcpy(fit->coefficient, curve->b, (size_t)model->terms.slopes * sizeof(double));
  if (model->has_rho) fit->coefficient[model->terms.rho] = peak->rho;
  if (model->has_lambda) fit->coefficient[model->terms.lambda] = peak->lambda;
  fill_residual(model, peak, curve->b, fit->residual);
  fit->n = model->n;
  fit->periods = model->periods;
  fit->first = model->first;
  fit->n_used = model->values;
  fit->effective = model->effective;
  fit->sigma2 = curve->sse / model->effective;
  fit->phi = fit->phi_se = NAN;
  fit->loglik = peak->loglik;
  fit->aic = 2 * (model->terms.count + 1) - 2 * peak->loglik;
  fit->warnings = model->warnings | (peak->at_edge ? SW_SPATIAL_AT_EDGE : 0) |
                  (peak->runner_up ? SW_SPATIAL_RUNNER_UP : 0);
  fit->edge = peak->edge;
  fit->other_rho = peak->other_rho;
  fit->other_lambda = peak->other_lambda;
  fit->other_loglik = peak->other_loglik;
}

/* ---- maximum likelihood, fixed effects or none ---------------------------------------------- */

/* SINGULAR, EXACT and the like are reasons that the measure puts into words. */
static sw_spatial_wrong maximise(const sw_spatial_spec *spec, const sw_spatial_data *data, parts *p,
                                 sw_spatial_peak *peak) {
  sw_spatial_wrong wrong = sw_spatial_model_make(spec, data, &p->model);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  if (sw_spatial_is_exact(&p->model)) return (sw_spatial_wrong){SW_SPATIAL_EXACT, 0};
  *peak = sw_spatial_search(&p->model, &p->curve);
  return wrong;
}

/* At an end of the interval the information may have no inverse. The fit is still reported, without
 * standard errors. */
static void forget_errors(sw_spatial_fit *fit) {
  for (int i = 0; i < fit->terms.count * fit->terms.count; i++)
    fit->vcov[i] = NAN;
  fit->sigma2_se = NAN;
}

/* The search, the covariance at its peak, the correction of a dynamic panel's bias; what depends on
 * the coefficients (residuals, expected values) is made after the correction, with the filter set
 * to the corrected rho. */
static sw_spatial_wrong fit_likelihood(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                       sw_spatial_room *room, sw_spatial_table *table,
                                       sw_spatial_fit *fit) {
  parts p;
  sw_spatial_peak peak;
  room_for_model(spec, data->n, data->periods, data->k, room, &p);
  table[0].plan = table[1].plan = NULL;
  p.model.table = table;
  sw_spatial_wrong wrong = maximise(spec, data, &p, &peak);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  sw_spatial_fill_fit(&p.model, &peak, &p.curve, fit);
  /* At an edge the information may be singular: the estimates stand, without errors. */
  if (!sw_spatial_covariance(&p.model, &p.curve, peak.rho, peak.lambda, p.work, fit)) {
    if (!(fit->warnings & SW_SPATIAL_AT_EDGE)) return (sw_spatial_wrong){SW_SPATIAL_SINGULAR, 0};
    forget_errors(fit);
  }
  if (sw_spatial_corrects_bias(spec)) {
    sw_spatial_correct_bias(&p.model, fit);
    peak.rho = p.model.has_rho ? fit->coefficient[p.model.terms.rho] : 0;
    fill_residual(&p.model, &peak, fit->coefficient, fit->residual);
    if (p.model.has_rho) sw_filter_set(p.model.w, peak.rho);
    sw_spatial_expect(&p.model, fit->coefficient, 0);
  } else
    fit->uncorrected = NULL;
  fit->pseudo_r2 = sw_spatial_correlation2(p.model.spare[0], p.model.y, p.model.values);
  return wrong;
}

/* ---- dispatch ------------------------------------------------------------------------------- */

/* Combinations that no estimator covers are refused here and nowhere else. */
sw_spatial_wrong sw_spatial_estimate(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                     void *workspace, sw_spatial_fit *fit) {
  sw_spatial_room room = {.at = workspace};
  *fit = (sw_spatial_fit){0};
  sw_spatial_table *table = room_for_fit(spec, data->n, data->periods, data->k, &room, fit);
  if (by_moments(spec)) {
    if (!sw_spatial_gm_offers(spec)) return (sw_spatial_wrong){SW_SPATIAL_NOT_POSSIBLE, 0};
    return sw_spatial_gm_fit(spec, data, &room, fit);
  }
  /* Random effects and y(-1) are correlated; the correction of bias is that of lag models. */
  if (spec->dynamic != SW_SPATIAL_STATIC &&
      (spec->fixed == SW_SPATIAL_RANDOM || sw_spatial_has_lambda(spec->form)))
    return (sw_spatial_wrong){SW_SPATIAL_NOT_POSSIBLE, 0};
  if (spec->fixed == SW_SPATIAL_RANDOM) {
    if (!sw_spatial_random_offers(spec)) return (sw_spatial_wrong){SW_SPATIAL_NOT_POSSIBLE, 0};
    return sw_spatial_random_fit(spec, data, &room, fit);
  }
  return fit_likelihood(spec, data, &room, table, fit);
}

/* ---- nested models -------------------------------------------------------------------------- */

/* For likelihood ratios: which simpler forms a form contains. */
int sw_spatial_restrictions_of(const sw_spatial_spec *spec, const sw_spatial_terms *terms,
                               sw_spatial_restriction *out) {
  static const sw_spatial_form lag[] = {SW_SPATIAL_OLS},
                               durbin[] = {SW_SPATIAL_LAG, SW_SPATIAL_ERROR, SW_SPATIAL_SLX},
                               durbin_error[] = {SW_SPATIAL_ERROR, SW_SPATIAL_SLX},
                               sac[] = {SW_SPATIAL_LAG, SW_SPATIAL_ERROR, SW_SPATIAL_OLS},
                               sac_lags[] = {SW_SPATIAL_DURBIN, SW_SPATIAL_DURBIN_ERROR,
                                             SW_SPATIAL_SLX};
  const sw_spatial_form *form = lag;
  int count = 1;
  if (spec->method == SW_SPATIAL_GM || spec->fixed == SW_SPATIAL_RANDOM) return 0;
  switch (spec->form) {
  case SW_SPATIAL_OLS:
    return 0;
  case SW_SPATIAL_LAG:
  case SW_SPATIAL_ERROR:
  case SW_SPATIAL_SLX:
    break;
  case SW_SPATIAL_DURBIN:
    form = durbin, count = 3;
    break;
  case SW_SPATIAL_DURBIN_ERROR:
    form = durbin_error, count = 2;
    break;
  case SW_SPATIAL_SAC:
    form = spec->lags_of_x ? sac_lags : sac, count = 3;
    break;
  }
  for (int i = 0; i < count; i++) {
    sw_spatial_spec other = *spec;
    /* df is the difference of the numbers of terms. */
    other.form = form[i];
    int left = sw_spatial_terms_of(&other, terms->k, terms->lag_constant >= 0).count;
    out[i] = (sw_spatial_restriction){form[i], terms->count - left, NAN, NAN, NAN};
  }
  return count;
}

/* With effects of periods the common factor B X takes lags of demeaned columns, W X of a Durbin
 * model demeaned lags: the same where rows sum to 1. */
static bool is_nested(const sw_spatial_data *data, const sw_spatial_fit *fit, sw_spatial_form in) {
  if (fit->spec.form != SW_SPATIAL_DURBIN || in != SW_SPATIAL_ERROR) return true;
  const sw_filter_plan *plan = sw_filter_plan_of(data->w);
  return !sw_spatial_has_periods(&fit->spec) || (plan->rows_sum_to_1 && plan->islands == 0);
}

/* Each nested model is fitted in the memory behind the fit, which must stay, with the same table of
 * ln|A|. One that cannot be fitted, or is not nested, stays NaN. */
int sw_spatial_restrict(const sw_spatial_data *data, const sw_spatial_fit *fit, void *workspace,
                        sw_spatial_restriction *out) {
  int count = sw_spatial_restrictions_of(&fit->spec, &fit->terms, out);
  for (int i = 0; i < count; i++) {
    sw_spatial_spec spec = fit->spec;
    sw_spatial_data own = *data;
    sw_spatial_room room = {.at = workspace};
    sw_spatial_fit unused;
    sw_spatial_peak peak;
    parts p;
    if (!is_nested(data, fit, out[i].against)) continue;
    spec.form = out[i].against;
    /* Under the common factor the Durbin model's W X is lambda W X, so the errors must have W, not
     * W2. */
    if (fit->spec.form == SW_SPATIAL_DURBIN) own.w2 = own.w; /* the common factor is that of W */
    sw_spatial_table *table =
        room_for_fit(&fit->spec, data->n, data->periods, data->k, &room, &unused);
    room_for_model(&spec, data->n, data->periods, data->k, &room, &p);
    p.model.table = table;
    if (maximise(&spec, &own, &p, &peak).code != SW_SPATIAL_FITTED) continue;
    out[i].loglik = peak.loglik;
    /* Below 0 by more than rounding: not nested, as with islands, whose W 1 the Durbin model lacks.
     *
     * An LR within rounding of 0 counts as 0. */
    double lr = 2 * (fit->loglik - peak.loglik);
    if (lr < -1e-6) continue;
    out[i].lr = fmax(0, lr);
    out[i].p = gsl_cdf_chisq_Q(out[i].lr, out[i].df);
  }
  return count;
}
