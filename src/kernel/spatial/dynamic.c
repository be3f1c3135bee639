/* See variants.h: the bias of dynamic models with effects of units (Yu, de Jong & Lee 2008),
 *
 *   y = rho W y + g y(-1) + d W y(-1) + X b + mu + e
 *
 * conditional on the first period, T' others. With S the information over nT' and
 * H = ((1 - g) I - (rho + d) W)^-1, the sum of the responses to an error over time, the estimate
 * has a bias of -S^-1 q / T' with
 *
 *   q of g tr H/n, of d tr WH/n, of b 0, of rho [g tr GH + d tr GWH + tr G]/n, of s2 1/(2 s2)
 *
 * G, W and H are functions of one matrix: H = A(rho*)^-1/(1 - g) with rho* = (rho + d)/(1 - g), and
 * products of A^-1 and A(rho*)^-1 are differences of the two over rho* - rho. So traces at two
 * values of rho are all that is needed. Effects of periods are taken out by the transformation to n
 * - 1 dimensions before (Lee & Yu 2010), in which traces lack the eigenvalue 1 of W.
 *
 * Source: Yu, de Jong & Lee 2008, J. Econometrics 146:118-134.
 *
 * Called after the fit of a dynamic model, once; two factors and their traces. */
#include "kernel/spatial/variants.h"

#include <math.h>
#include <string.h>

/* Below this distance of rho* and rho a difference quotient loses more than the mean of the two
 * derivatives is off. */
static const double near = 1e-4;

/* Traces of A^-1, G and GG. Of W's own spectrum, less the eigenvalue 1 where effects of periods are
 * taken out. */
typedef struct traces {
  double rho, inverse, g, gg;
} traces;

/* Traces at rho: with the filter set there. False: no factor. */
static bool traces_at(const sw_spatial_model *model, double rho, traces *t) {
  sw_filter_traces all;
  if (!sw_filter_set(model->w, rho)) return false;
  sw_filter_traces_of(model->w, SW_TRACE_G | SW_TRACE_GG, &all);
  double one = model->transformed ? 1 / (1 - rho) : 0;
  *t = (traces){rho, all.inverse - one, all.g - one, all.gg - one * one};
  return true;
}

/* tr G A*^-1 and tr G G*, * being at rho*. tr G A^-1 = tr G + rho tr GG. A^-1 and A*^-1 commute, so
 * products are divided differences. */
static void join(const traces *a, const traces *b, double *inverse, double *g) {
  double distance = b->rho - a->rho;
  if (fabs(distance) > near) {
    *inverse = (b->inverse - a->inverse) / distance;
    *g = (b->g - a->g) / distance;
    return;
  }
  *inverse = (a->g + a->rho * a->gg + b->g + b->rho * b->gg) / 2;
  *g = (a->gg + b->gg) / 2;
}

bool sw_spatial_corrects_bias(const sw_spatial_spec *spec) {
  return spec->dynamic != SW_SPATIAL_STATIC && spec->correction == SW_SPATIAL_LEE_YU &&
         sw_spatial_has_units(spec);
}

/* n q in the order of terms. False: there is no stationary solution, and no H. Terms of b stay
 * 0. */
static bool scores(const sw_spatial_model *model, const sw_spatial_fit *fit, double *q,
                   double *trace_g) {
  const sw_spatial_terms *t = &model->terms;
  double rho = t->rho >= 0 ? fit->coefficient[t->rho] : 0, g = fit->coefficient[t->y_before];
  double d = t->lag_y_before >= 0 ? fit->coefficient[t->lag_y_before] : 0;
  traces now, later;
  double inverse, products;
  if (!(g < 1) || !traces_at(model, (rho + d) / (1 - g), &later) || !traces_at(model, rho, &now))
    return false;
  join(&now, &later, &inverse, &products);
  memset(q, 0, (size_t)t->count * sizeof *q);
  q[t->y_before] = later.inverse / (1 - g);
  if (t->lag_y_before >= 0) q[t->lag_y_before] = later.g / (1 - g);
  if (t->rho >= 0) q[t->rho] = (g * inverse + d * products) / (1 - g) + now.g;
  *trace_g = now.g;
  return true;
}

/* Whether rho is in its interval and nothing grows without end: along an eigenvector of W y(t) is
 * (g + d w)/(1 - rho w) y(t - 1), which is monotone in w, so that the ends decide. Eigenvalues of W
 * lie between `least` and `most`'s reciprocals. */
static bool is_stable(const sw_spatial_model *model, const double *coefficient) {
  const sw_spatial_terms *t = &model->terms;
  double rho = t->rho >= 0 ? coefficient[t->rho] : 0, g = coefficient[t->y_before];
  double d = t->lag_y_before >= 0 ? coefficient[t->lag_y_before] : 0;
  if (t->rho < 0 && t->lag_y_before < 0) return fabs(g) < 1;
  const sw_filter_plan *plan = sw_filter_plan_of(model->w);
  double end[2] = {1 / plan->least, 1 / plan->most}; /* of the eigenvalues; 0: there is no end */
  for (int i = 0; i < 2; i++)
    if (!(fabs(g + d * end[i]) < 1 - rho * end[i])) return false;
  return true;
}

/* The inverse information has, between coefficients and s2, -V_(.,rho) times `along`; and of s2
 * alone 2 s2^2/N + V_(rho,rho) along^2. The correction is one step; the corrected values are
 * reported beside the uncorrected. */
void sw_spatial_correct_bias(sw_spatial_model *model, sw_spatial_fit *fit) {
  const sw_spatial_terms *t = &model->terms;
  int count = t->count;
  double *q = model->small, trace_g, s2 = fit->sigma2, dimensions = fit->effective / model->periods;
  memcpy(fit->uncorrected, fit->coefficient, (size_t)count * sizeof(double));
  /* Then the estimate stays as it is, with a warning. */
  if (!scores(model, fit, q, &trace_g)) {
    fit->warnings |= SW_SPATIAL_NOT_STATIONARY;
    return;
  }
  double along = t->rho >= 0 ? 2 * s2 * trace_g / dimensions : 0, of_s2 = dimensions / (2 * s2);
  double moved = of_s2 * 2 * s2 * s2 / fit->effective;
  for (int i = 0; i < count; i++) {
    double change = 0;
    for (int j = 0; j < count; j++)
      change += fit->vcov[j * count + i] * q[j];
    if (t->rho >= 0) change -= fit->vcov[t->rho * count + i] * along * of_s2;
    fit->coefficient[i] += change;
    if (i == t->rho) moved -= along * change;
  }
  /* A correction that leaves the stable region is not taken. */
  if (!is_stable(model, fit->coefficient)) {
    memcpy(fit->coefficient, fit->uncorrected, (size_t)count * sizeof(double));
    fit->warnings |= SW_SPATIAL_NOT_STATIONARY;
    return;
  }
  fit->sigma2 += moved;
}
