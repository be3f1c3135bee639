/* See effects.h. Every effect is b m0 + t m1 of two numbers of the multiplier, so that one gradient
 * serves all: of the whole, of a unit, of the short and of the long run.
 *
 * Called by the spatial models after a fit (measure/spatial/spatial_fit.c). The multiplier costs
 * one factor at rho, one selected inverse with its derivative and two solves; the variables of the
 * model then cost nothing but arithmetic. All memory is the caller's. */
#include "kernel/effects/effects.h"

#include "kernel/series/stats.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* 0 for a term that the model lacks. */
static double at(const sw_effects_model *model, int term) {
  return term < 0 ? 0 : model->coefficient[term];
}

/* ---- the multiplier ---------------------------------------------------------------------------
 */

static double mean(const double *x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double)n;
}

size_t sw_multiplier_workspace(int64_t n) {
  return 2 * (size_t)n * sizeof(double);
}

/* x <- A^-1 x, lag <- W x, or by A' and W'. The transposed form gives what a unit hands out, the
 * plain one what it receives. */
static void solve_and_lag(sw_filter *filter, bool transposed, double *x, double *lag) {
  (transposed ? sw_filter_solve_transposed : sw_filter_solve)(filter, 1, x, x);
  (transposed ? sw_filter_lag_transposed : sw_filter_lag)(filter, x, lag);
}

/* x goes through A^-1 1 and A^-1 W A^-1 1 = d(A^-1 1)/drho, `lag` through G1 and GG1. After the
 * first round the vectors hold A^-1 1 and G1; fed back, A^-1 W A^-1 1 and W A^-1 W A^-1 1. */
bool sw_multiplier_at(sw_filter *filter, double rho, void *work, sw_multiplier *out) {
  int64_t n = sw_filter_plan_of(filter)->n;
  double *x = work, *lag = x + n;
  sw_filter_traces tr;
  *out = (sw_multiplier){rho, {NAN, NAN}, {NAN, NAN}, {NAN, NAN}, {NAN, NAN}};
  if (!sw_filter_set(filter, rho)) return false;
  sw_filter_traces_of(filter, SW_TRACE_G | SW_TRACE_GG, &tr);
  out->trace[0] = tr.inverse / (double)n;
  out->trace[1] = tr.g / (double)n;
  /* tr(A^-1 W A^-1) = tr(G A^-1), and A^-1 = I + rho G. */
  out->trace_slope[0] = (tr.g + rho * tr.gg) / (double)n; /* G A^-1 = G + rho GG */
  out->trace_slope[1] = tr.gg / (double)n;
  for (int64_t i = 0; i < n; i++)
    x[i] = 1;
  solve_and_lag(filter, false, x, lag);
  out->sum[0] = mean(x, n);
  out->sum[1] = mean(lag, n);
  memcpy(x, lag, (size_t)n * sizeof *x);
  solve_and_lag(filter, false, x, lag);
  out->sum_slope[0] = mean(x, n);
  out->sum_slope[1] = mean(lag, n);
  return true;
}

/* ---- the multiplier of a unit ------------------------------------------------------------- */

size_t sw_unit_multipliers_workspace(int64_t n) {
  return 4 * (size_t)n * sizeof(double);
}

/* Sums of rows (of columns, transposed) of A^-1 and G, and of their derivatives. `off` holds whole
 * sums until the diagonal is taken off. */
static void sums_of_units(sw_filter *filter, int way, int64_t n, double *work,
                          sw_unit_multiplier *out) {
  double *x = work, *lag = work + n;
  for (int64_t i = 0; i < n; i++)
    x[i] = 1;
  solve_and_lag(filter, way == SW_UNIT_GIVES, x, lag);
  for (int64_t i = 0; i < n; i++) {
    out[i].off[way][0] = x[i];
    out[i].off[way][1] = lag[i];
    x[i] = lag[i];
  }
  solve_and_lag(filter, way == SW_UNIT_GIVES, x, lag);
  for (int64_t i = 0; i < n; i++) {
    out[i].slope[way][0] = x[i];
    out[i].slope[way][1] = lag[i];
  }
}

/* The sums of rows and columns less the diagonal: what others contribute. One set of diagonals
 * serves both ways. */
bool sw_unit_multipliers(sw_filter *filter, double rho, void *work, sw_unit_multiplier *out) {
  static const sw_unit_multiplier none = {{{NAN, NAN}, {NAN, NAN}}, {{NAN, NAN}, {NAN, NAN}}};
  int64_t n = sw_filter_plan_of(filter)->n;
  double *x = work;
  sw_filter_diagonals own = {x, x + n, x + 2 * n, x + 3 * n};
  bool regular = sw_filter_set(filter, rho);
  /* I - rho W is singular at this rho. */
  for (int64_t i = 0; !regular && i < n; i++)
    out[i] = none;
  if (!regular) return false;
  sums_of_units(filter, SW_UNIT_RECEIVES, n, x, out);
  sums_of_units(filter, SW_UNIT_GIVES, n, x, out);
  sw_filter_diagonals_of(filter, &own);
  for (int64_t i = 0; i < n; i++)
    for (int way = SW_UNIT_RECEIVES; way <= SW_UNIT_GIVES; way++) {
      out[i].off[way][0] -= own.inverse[i];
      out[i].off[way][1] -= own.g[i];
      out[i].slope[way][0] -= own.inverse_slope[i];
      out[i].slope[way][1] -= own.g_slope[i];
    }
  return true;
}

/* ---- the coefficients in force ------------------------------------------------------------- */

/* What the coefficients are multiplied by: 1, or 1/(1-g) of the long run. */
static double scale_of(const sw_effects_model *model, int run) {
  return run == SW_LONG_RUN ? 1 / (1 - at(model, model->past)) : 1;
}

/* rho* = (rho + d)/(1 - g), d the coefficient of W y(-1), g that of y(-1). */
double sw_effects_rho(const sw_effects_model *model, int run) {
  double rho = at(model, model->rho);
  if (run == SW_SHORT_RUN) return rho;
  return (rho + at(model, model->past_lag)) * scale_of(model, run);
}

/* ---- the delta method ---------------------------------------------------------------------- */

/* The derivatives of an effect by the terms that it depends on: b, t, rho, and in the long run the
 * coefficients of W y(-1) and y(-1). Five at most; terms that a model does not have are left
 * out. */
typedef struct gradient {
  int n, term[5];
  double by[5];
} gradient;

/* A term that the model lacks adds nothing to the variance. */
static void by_term(gradient *g, int term, double derivative) {
  if (term < 0) return;
  g->term[g->n] = term;
  g->by[g->n++] = derivative;
}

/* The quadratic form with the model's covariance of coefficients. */
static double variance(const sw_effects_model *model, const gradient *g) {
  double sum = 0;
  for (int a = 0; a < g->n; a++)
    for (int b = 0; b < g->n; b++)
      sum += g->by[a] * model->vcov[(int64_t)g->term[a] * model->n_terms + g->term[b]] * g->by[b];
  return sum;
}

/* The effect s (b m0 + t m1) of variable r and its standard error; `slope`: of m by rho. In the
 * long run s and rho* = s (rho + d) depend on g too: ds/dg = s^2. */
static void effect_of(const sw_effects_model *model, int run, int r, const double m[2],
                      const double slope[2], double *value, double *se) {
  double b = at(model, model->own[r]), t = at(model, model->lagged[r]);
  double s = scale_of(model, run), by_rho = s * (b * slope[0] + t * slope[1]);
  gradient g = {0};
  *value = s * (b * m[0] + t * m[1]);
  by_term(&g, model->own[r], s * m[0]);
  by_term(&g, model->lagged[r], s * m[1]);
  by_term(&g, model->rho, s * by_rho);
  if (run == SW_LONG_RUN) {
    by_term(&g, model->past_lag, s * by_rho);
    by_term(&g, model->past, s * (*value + by_rho * sw_effects_rho(model, run)));
  }
  *se = sqrt(variance(model, &g));
}

/* By the normal law, two-sided; without a standard error, or with one of 0, there is no p. */
static sw_effect tested(double value, double se, double level) {
  double z = gsl_cdf_ugaussian_Pinv(1 - (1 - level) / 2);
  return (sw_effect){.value = value,
                     .se = se,
                     .p = se > 0 ? sw_normal_two_sided(value / se) : NAN,
                     .lo = value - z * se,
                     .hi = value + z * se};
}

static void less(const double a[2], const double b[2], double out[2]) {
  for (int k = 0; k < 2; k++)
    out[k] = a[k] - b[k];
}

/* Indirect is total less direct, in value and in slope alike. */
void sw_effects_exact(const sw_effects_model *model, int run, const sw_multiplier *m, double level,
                      sw_effect *out) {
  double off[2], off_slope[2], value = NAN, se = NAN;
  less(m->sum, m->trace, off);
  less(m->sum_slope, m->trace_slope, off_slope);
  const double *of[SW_EFFECTS] = {m->trace, off, m->sum};
  const double *slope[SW_EFFECTS] = {m->trace_slope, off_slope, m->sum_slope};
  for (int kind = 0; kind < SW_EFFECTS; kind++)
    for (int r = 0; r < model->n_effects; r++) {
      effect_of(model, run, r, of[kind], slope[kind], &value, &se);
      out[kind * model->n_effects + r] = tested(value, se, level);
    }
}

void sw_effects_of_unit(const sw_effects_model *model, const sw_unit_multiplier *unit, int r,
                        int way, double *value, double *se) {
  effect_of(model, SW_SHORT_RUN, r, unit->off[way], unit->slope[way], value, se);
}
