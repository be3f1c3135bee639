/* See model.h: where the likelihood is greatest, b and sigma2 concentrated out.
 *
 * A coarse grid over the whole interval finds the hill, or hills; there the search goes on by ln|A|
 * interpolated, which costs nothing, and ends with Newton's steps on exact derivatives, which take
 * traces. The order of all steps follows from the data alone. */
#include "kernel/spatial/search.h"

#include <math.h>

static const double edge = 1e-6; /* of the interval: what counts as its end */

/* ---- the table ------------------------------------------------------------------------------ */

/* Five points: a polynomial of degree 4, which is good to some 1e-4 between the table's points. */
enum { NEAREST = 5 }; /* points of an interpolation */

/* Without an end, which a matrix without negative eigenvalues has: eight times the other side. */
sw_search_span sw_search_span_of(const sw_filter *w) {
  const sw_filter_plan *plan = sw_filter_plan_of(w);
  sw_search_span s = {plan->least, plan->most};
  if (isinf(s.lo) && isinf(s.hi)) return (sw_search_span){-1, 1};
  if (isinf(s.lo)) s.lo = -8 * s.hi;
  if (isinf(s.hi)) s.hi = -8 * s.lo;
  return s;
}

/* Lee & Yu's transformation of rows that sum to 1 takes the eigenvalue 1 out of W. The table holds
 * what the model maximises. */
static double near_logdet(const sw_spatial_model *model, sw_filter *w, double x) {
  double all = sw_filter_logdet_near(w, x, NULL);
  return model->transformed ? all - log1p(-x) : all;
}

/* Chebyshev points of the first kind, j = 0 .. count - 1. */
double sw_search_point(sw_search_span s, int j, int count) {
  return s.lo + (s.hi - s.lo) * (1 - cos(M_PI * (j + .5) / count)) / 2;
}

/* A few points, closer near the ends (Chebyshev's), where ln|A| bends most. */
static void fill_table(const sw_spatial_model *model, sw_filter *w, sw_spatial_table *table) {
  sw_search_span s = sw_search_span_of(w);
  for (int j = 0; j < SW_SPATIAL_COARSE; j++) {
    table->x[j] = sw_search_point(s, j, SW_SPATIAL_COARSE);
    table->logdet[j] = near_logdet(model, w, table->x[j]);
  }
  table->plan = sw_filter_plan_of(w);
  table->transformed = model->transformed;
}

/* Filled once per matrix, and shared by the models that are fitted with it. Beyond two matrices a
 * new one takes the place of w's or w2's. Keyed by the plan's address: a matrix has one plan in a
 * run. */
const sw_spatial_table *sw_search_table(sw_spatial_model *model, sw_filter *w) {
  int at = 0;
  for (; at < 2 && model->table[at].plan; at++)
    if (model->table[at].plan == sw_filter_plan_of(w) &&
        model->table[at].transformed == model->transformed)
      return &model->table[at];
  if (at == 2) at = w == model->w2; /* of other matrices than these */
  fill_table(model, w, &model->table[at]);
  return &model->table[at];
}

/* The five that lie around x, shifted at the ends. */
int sw_search_near(const sw_spatial_table *table, double x) {
  int at = 0;
  while (at + 1 < SW_SPATIAL_COARSE && fabs(table->x[at + 1] - x) <= fabs(table->x[at] - x))
    at++;
  int first = at < NEAREST / 2 ? 0 : at - NEAREST / 2;
  return first > SW_SPATIAL_COARSE - NEAREST ? SW_SPATIAL_COARSE - NEAREST : first;
}

/* Lagrange's form. NEAREST^2 operations, beside a factor nothing. */
double sw_search_interpolate(const sw_spatial_table *table, int first, double x) {
  const double *at = table->x + first;
  double sum = 0;
  for (int i = 0; i < NEAREST; i++) {
    double weight = 1;
    for (int j = 0; j < NEAREST; j++)
      if (j != i) weight *= (x - at[j]) / (at[i] - at[j]);
    sum += weight * table->logdet[first + i];
  }
  return sum;
}

/* ---- one parameter -------------------------------------------------------------------------- */

/* Along rho with lambda 0, or along lambda with rho 0. The other parameter is absent from the
 * model, so it is 0. */
typedef struct line {
  sw_spatial_model *model;
  sw_spatial_curve *curve;
  sw_filter *w;
  bool rho;
  const sw_spatial_table *table;
  int first; /* of the points by which ln|A| is interpolated */
} line;

/* Least squares at x costs a small QR, or nothing along rho. */
static double height(const line *l, double x, double logdet) {
  double sse = sw_spatial_sse(l->model, l->rho ? x : 0, l->rho ? 0 : x);
  return sw_spatial_profile(l->model, logdet, sse);
}

/* By the interpolated ln|A|, which is cheap, and near enough to choose where to search. */
static double guess(const line *l, double x) {
  return height(l, x, sw_search_interpolate(l->table, l->first, x));
}

/* Golden section for the greatest height in [lo, hi], ln|A| interpolated: no factor is made. Twenty
 * rounds leave 7e-5 of the bracket, near enough for Newton's steps. */
static double climb(const line *l, double lo, double hi) {
  const double golden = .6180339887498949;
  double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
  double fa = guess(l, a), fb = guess(l, b);
  for (int round = 0; round < 20; round++)
    if (fa >= fb) {
      hi = b, b = a, fb = fa;
      a = hi - golden * (hi - lo);
      fa = guess(l, a);
    } else {
      lo = a, a = b, fa = fb;
      b = lo + golden * (hi - lo);
      fb = guess(l, b);
    }
  return (lo + hi) / 2;
}

/* tr G at x; from the filter's grid where it has one, which costs nothing. d ln|A|/dx = -tr G,
 * which the grid's slope gives. */
static double trace_at(const line *l, double x, bool exact) {
  double slope;
  if (exact) return sw_spatial_traces_at(l->model, l->w, x, SW_TRACE_G).g;
  sw_filter_logdet_near(l->w, x, &slope);
  return l->model->transformed ? -slope - 1 / (1 - x) : -slope;
}

/* Slope of the log-likelihood at x with tr G and about tr GG; `bend`: its second derivative. `bend`
 * comes from tr GG by interpolation or by the last two steps, so it is approximate; the zero is
 * not. */
static double slope_at(const line *l, double x, double g, double gg, double *bend) {
  int which = l->rho ? 0 : 1, twice = l->rho ? 0 : 2;
  sw_spatial_curve_at(l->model, l->rho ? x : 0, l->rho ? 0 : x, l->curve);
  double n = l->model->searched, s = l->curve->slope[which] / l->curve->sse;
  *bend = -l->model->times * gg - n * (l->curve->cross[twice] / l->curve->sse - 2 * s * s);
  return -l->model->times * g - n * s;
}

/* About tr GG. -d2 ln|A|/dx2 by central differences of the interpolation. */
static double bend_of(const line *l, double x, double h) {
  const sw_spatial_table *t = l->table;
  double sides =
      sw_search_interpolate(t, l->first, x - h) + sw_search_interpolate(t, l->first, x + h);
  return (2 * sw_search_interpolate(t, l->first, x) - sides) / h / h;
}

/* The zero of the slope in [lo, hi] by Newton's steps; where one leads outside, by halving. tr GG,
 * which costs more than tr G, is the slope of tr G between two steps: the zero is as exact as tr G,
 * and the last step so much shorter than the one before that what it leaves is nothing. Returns x;
 * the caller computes the likelihood there. */
static double settle(const line *l, double lo, double hi, double x) {
  double apart = l->table->x[l->first + 1] - l->table->x[l->first], before = NAN, g_before = NAN;
  double gg = bend_of(l, x, apart / 20);
  bool last = false;
  for (int round = 0; round < SW_SEARCH_STEPS; round++) {
    bool exact = last || !sw_filter_on_grid(l->w, x);
    double g = trace_at(l, x, exact), bend;
    if (fabs(x - before) > 1e-6) {
      gg = (g - g_before) / (x - before);
      apart = fabs(x - before);
    }
    double up = slope_at(l, x, g, gg, &bend);
    *(up > 0 ? &lo : &hi) = x;
    double next = bend < 0 ? x - up / bend : NAN;
    bool newton = next >= lo && next <= hi;
    if (!newton) next = (lo + hi) / 2;
    /* With a secant for the curvature, what a step leaves is about that step times the one
     * before. */
    double moved = fabs(next - x), left = newton ? moved * fmin(1, apart) : moved;
    before = x;
    g_before = g;
    x = next;
    if (left <= SW_SEARCH_STILL && exact) break;
    last = left <= SW_SEARCH_STILL;
  }
  return x;
}

/* The bracket: both neighbours of the best point, or an end of the interval less a margin, which
 * keeps off the pole of ln|A|. */
static double search_line(line *l) {
  sw_search_span s = sw_search_span_of(l->w);
  const sw_spatial_table *t = l->table = sw_search_table(l->model, l->w);
  double best = -INFINITY, margin = SW_SEARCH_MARGIN * (s.hi - s.lo);
  int at = 0, last = SW_SPATIAL_COARSE - 1;
  for (int j = 0; j <= last; j++) {
    double h = height(l, t->x[j], t->logdet[j]);
    if (h > best) {
      best = h;
      at = j;
    }
  }
  l->first = sw_search_near(t, t->x[at]);
  double lo = at > 0 ? t->x[at - 1] : s.lo + margin;
  double hi = at < last ? t->x[at + 1] : s.hi - margin;
  /* Beyond the points of the table a polynomial says nothing. */
  return settle(l, lo, hi, fmin(fmax(climb(l, lo, hi), t->x[0]), t->x[last]));
}

/* ---- all ------------------------------------------------------------------------------------ */

/* Reported as a warning: an estimate at an end is no maximum inside. */
static void note_edge(const sw_filter *w, double x, sw_spatial_peak *peak) {
  sw_search_span s = sw_search_span_of(w);
  double near = edge * (s.hi - s.lo);
  if (x - s.lo < near || s.hi - x < near) {
    peak->at_edge = true;
    peak->edge = x - s.lo < near ? s.lo : s.hi;
  }
}

/* The curve is left at the peak, for the fit. */
sw_spatial_peak sw_spatial_search(sw_spatial_model *model, sw_spatial_curve *curve) {
  sw_spatial_peak peak = {.rho = 0};
  if (model->has_rho && model->has_lambda)
    peak = sw_search_both(model, curve);
  else if (model->has_rho)
    peak.rho = search_line(&(line){.model = model, .curve = curve, .w = model->w, .rho = true});
  else if (model->has_lambda)
    peak.lambda = search_line(&(line){.model = model, .curve = curve, .w = model->w2});
  if (model->has_rho) note_edge(model->w, peak.rho, &peak);
  if (model->has_lambda) note_edge(model->w2, peak.lambda, &peak);
  peak.loglik = sw_spatial_loglik(model, peak.rho, peak.lambda);
  sw_spatial_curve_at(model, peak.rho, peak.lambda, curve);
  return peak;
}
