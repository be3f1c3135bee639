/* Beta convergence with a spatial lag of growth, spatial errors, or lags of all terms: growth on
 * the initial value and the controls by the fit of kernel/spatial/fit.h, over all units: a lag over
 * a unit that is not used would be undefined, so a missing value is refused (convergence_words.c).
 * Errors are of the information matrix, p-values normal. */
#include "measure/model/convergence.h"

#include "measure/space/filters.h"

#include <math.h>

/* As convergence's choices stand after slx. */
static const sw_spatial_form form_of[] = {SW_SPATIAL_SLX, SW_SPATIAL_LAG, SW_SPATIAL_ERROR,
                                          SW_SPATIAL_DURBIN};

static sw_spatial_spec spec_of(const convergence_state *state) {
  return (sw_spatial_spec){.form = form_of[state->spatial]};
}

static const char *lag_name(const sw_job *job, const char *name) {
  return sw_arena_printf(job->arena, "W_%s", name);
}

/* ---- resolve -------------------------------------------------------------------------------- */

sw_status sw_convergence_spatial_resolve(sw_error *err, sw_job *job, convergence_state *state) {
  /* The determinant by the usual choice for the matrix and n (methods-space.md 12: eigenvalues to n
   * = 4,000, else Cholesky). */
  static const sw_logdet logdet = SW_LOGDET_AUTO;
  sw_spatial_spec spec = spec_of(state);
  if (state->hc1)
    return sw_job_fail(err, job, "se",
                       "hc1 is of least squares; errors of a spatial model follow from its "
                       "information: leave it out");
  state->filters = sw_filters_ask(job, state->weights, &logdet, 0);
  /* The constant's lag is a term of its own where rows do not sum to 1; else it is the constant
   * again. */
  state->fit_terms = sw_spatial_terms_of(&spec, 1 + state->controls.count,
                                         sw_filters_lag_constant(state->weights));
  state->terms = state->fit_terms.count;
  return SW_OK;
}

/* Labels behind the controls. */
sw_status sw_convergence_spatial_terms(sw_error *err, const sw_job *job,
                                       const convergence_state *state, const char **label) {
  const sw_spatial_terms *t = &state->fit_terms;
  if (t->lag_constant >= 0) label[t->lag_constant] = "W_constant";
  if (t->lag_x >= 0)
    /* W_initial, then W_NAME of each control, in the order of the terms they are lags of. */
    for (int c = 0; c <= state->controls.count; c++)
      label[t->lag_x + c] = lag_name(job, label[INITIAL + c]);
  if (t->rho >= 0) label[t->rho] = "rho";
  if (t->lambda >= 0) label[t->lambda] = "lambda";
  /* lag_name gives NULL when memory is out; also a term that no rule above has named. */
  for (int k = 0; k < t->count; k++)
    if (!label[k]) return sw_fail(err, SW_ENOMEM, "%s: out of memory for its terms", job->name);
  return SW_OK;
}

/* ---- the fit ----------------------------------------------------------------------------------
 */

size_t sw_convergence_spatial_workspace(const sw_job *job, const convergence_state *state) {
  sw_spatial_spec spec = spec_of(state);
  /* 64 bytes more, to begin on a cache line whatever the engine's alignment is. */
  return sw_filters_workspace(job, &state->filters) +
         sw_spatial_workspace(&spec, job->n, 1, 1 + state->controls.count) + 64;
}

/* `column`: constant, initial value, controls; values of all units. `value`: coefficients, errors,
 * p-values. */
void sw_convergence_spatial_fit(const sw_job *job, double *const *column, const double *growth,
                                void *workspace, convergence_found *out, double *value) {
  const convergence_state *state = job->state;
  sw_spatial_spec spec = spec_of(state);
  char *at = (char *)workspace + (64 - (uintptr_t)workspace % 64) % 64;
  sw_filter *filter = sw_filters_at(job, &state->filters, at);
  sw_spatial_data data = {.n = job->n,
                          .periods = 1,
                          .k = 1 + state->controls.count,
                          .y = growth,
                          /* x begins with `initial`: the fit adds the constant itself. */
                          .x = (const double *const *)column + INITIAL,
                          .w = filter,
                          /* w2, the matrix of the errors, is the same one. */
                          .w2 = filter};
  sw_spatial_fit fit;
  int terms = state->terms;
  out->fit =
      sw_spatial_estimate(&spec, &data, at + sw_filters_workspace(job, &state->filters), &fit);
  /* ABSORBED: a term that the constant accounts for. Both name a term in `index`. */
  if (out->fit.code != SW_SPATIAL_FITTED) {
    bool dependent = out->fit.code == SW_SPATIAL_DEPENDENT || out->fit.code == SW_SPATIAL_ABSORBED;
    out->wrong = dependent ? DEPENDENT : UNFITTED;
    out->term = out->fit.index;
    return;
  }
  for (int k = 0; k < terms; k++) {
    double se = sqrt(fit.vcov[k * terms + k]);
    value[k] = fit.coefficient[k];
    value[terms + k] = se;
    /* erfc(|z|/sqrt 2) is the two-sided p of a normal z, without the cancellation of 1 - Phi. */
    value[2 * terms + k] = erfc(fabs(fit.coefficient[k] / se) / sqrt(2));
  }
  out->r2 = fit.pseudo_r2;
  out->loglik = fit.loglik;
  out->at_edge = (fit.warnings & SW_SPATIAL_AT_EDGE) != 0;
  /* The speed follows from b itself; of a lag model growth also spreads through rho. */
  out->speed = sw_speed_of(fit.coefficient[INITIAL], value[terms + INITIAL], state->years);
}
