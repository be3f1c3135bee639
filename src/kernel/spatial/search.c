/* See model.h: where the likelihood is greatest, b and sigma2 concentrated out.
 *
 * A coarse grid over the whole interval finds the hill, or hills; there the search goes on by ln|A|
 * interpolated, which costs nothing, and ends with Newton's steps on exact derivatives, which take
 * traces.
 * The order of all steps follows from the data alone. */
#include "kernel/spatial/model.h"

#include <float.h>
#include <math.h>

enum { COARSE = 10, NEAREST = 5, COARSE_BOTH = 16, MOST_PEAKS = 8, MOST_STEPS = 60 };

static const double within = 1e-9; /* of the interval: how near to its ends the search goes */
static const double edge = 1e-6;   /* of the interval: what counts as its end */
/* Newton's last step: what is left after it is about its square. What may be left after others. */
static const double settled = 1e-7, still = 1e-13;

/* ---- an interval ---------------------------------------------------------------------------- */

typedef struct span {
  double lo, hi;
} span;

/* Without an end, which a matrix without negative eigenvalues has: eight times the other side. */
static span span_of(const sw_filter *w) {
  const sw_filter_plan *plan = sw_filter_plan_of(w);
  span s = {plan->least, plan->most};
  if (isinf(s.lo) && isinf(s.hi)) return (span){-1, 1};
  if (isinf(s.lo)) s.lo = -8 * s.hi;
  if (isinf(s.hi)) s.hi = -8 * s.lo;
  return s;
}

/* Points of the grid, closer to each other near the ends, where ln|A| bends. */
static double grid_point(span s, int j, int count) {
  return s.lo + (s.hi - s.lo) * (1 - cos(M_PI * (j + .5) / count)) / 2;
}

static double near_logdet(const sw_spatial_model *model, sw_filter *w, double x) {
  double all = sw_filter_logdet_near(w, x, NULL);
  return model->transformed ? all - log1p(-x) : all;
}

/* ---- one parameter -------------------------------------------------------------------------- */

/* Along rho with lambda 0, or along lambda with rho 0. */
typedef struct line {
  sw_spatial_model *model;
  sw_spatial_curve *curve;
  sw_filter *w;
  bool rho;
  double x[COARSE], logdet[COARSE]; /* of the grid */
  int first;                        /* of the NEAREST points by which ln|A| is interpolated */
} line;

static double height(const line *l, double x, double logdet) {
  double sse = sw_spatial_sse(l->model, l->rho ? x : 0, l->rho ? 0 : x);
  return sw_spatial_profile(l->model, logdet, sse);
}

/* Lagrange's polynomial of ln|A|. */
static double interpolate(const line *l, double x) {
  double sum = 0;
  for (int i = l->first; i < l->first + NEAREST; i++) {
    double weight = 1;
    for (int j = l->first; j < l->first + NEAREST; j++)
      if (j != i) weight *= (x - l->x[j]) / (l->x[i] - l->x[j]);
    sum += weight * l->logdet[i];
  }
  return sum;
}

/* Golden section for the greatest height in [lo, hi], ln|A| interpolated: no factor is made. */
static double climb(const line *l, double lo, double hi) {
  const double golden = .6180339887498949;
  double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
  double fa = height(l, a, interpolate(l, a)), fb = height(l, b, interpolate(l, b));
  for (int round = 0; round < 20; round++)
    if (fa >= fb) {
      hi = b, b = a, fb = fa;
      a = hi - golden * (hi - lo);
      fa = height(l, a, interpolate(l, a));
    } else {
      lo = a, a = b, fa = fb;
      b = lo + golden * (hi - lo);
      fb = height(l, b, interpolate(l, b));
    }
  return (lo + hi) / 2;
}

/* tr G at x; from a table of ln|A| where the filter has one, unless it must be exact. Returns
 * whether it is. */
static bool trace_at(const line *l, double x, bool exact, double *g) {
  if (exact) {
    *g = sw_spatial_traces_at(l->model, l->w, x, SW_TRACE_G).g;
    return true;
  }
  double slope;
  sw_filter_logdet_near(l->w, x, &slope);
  *g = l->model->transformed ? -slope - 1 / (1 - x) : -slope;
  return sw_filter_rho(l->w) == x;
}

/* Slope of the log-likelihood at x with tr G and about tr GG; `bend`: its second derivative. */
static double slope_at(const line *l, double x, double g, double gg, double *bend) {
  int which = l->rho ? 0 : 1, twice = l->rho ? 0 : 2;
  sw_spatial_curve_at(l->model, l->rho ? x : 0, l->rho ? 0 : x, l->curve);
  double n = l->model->searched, s = l->curve->slope[which] / l->curve->sse;
  *bend = -l->model->times * gg - n * (l->curve->cross[twice] / l->curve->sse - 2 * s * s);
  return -l->model->times * g - n * s;
}

/* The zero of the slope in [lo, hi] by Newton's steps; where one leads outside, by halving. tr GG,
 * which costs more than tr G, is the slope of tr G between two steps: the zero is as exact as tr G,
 * and the last step so much shorter than the one before that what it leaves is nothing. */
static double settle(const line *l, double lo, double hi, double x) {
  double apart = l->x[l->first + 1] - l->x[l->first], h = apart / 20, before = NAN, g_before = NAN;
  double gg = (2 * interpolate(l, x) - interpolate(l, x - h) - interpolate(l, x + h)) / h / h;
  bool exact = false;
  for (int round = 0; round < MOST_STEPS; round++) {
    double g, bend;
    bool is_exact = trace_at(l, x, exact, &g);
    if (fabs(x - before) > 1e-6) {
      gg = (g - g_before) / (x - before);
      apart = fabs(x - before);
    }
    double up = slope_at(l, x, g, gg, &bend);
    *(up > 0 ? &lo : &hi) = x;
    double next = bend < 0 ? x - up / bend : NAN;
    bool newton = next >= lo && next <= hi;
    if (!newton) next = (lo + hi) / 2;
    double moved = fabs(next - x), left = newton ? moved * fmin(1, apart) : moved;
    before = x;
    g_before = g;
    x = next;
    if (left <= still && is_exact) break;
    exact = left <= still;
  }
  return x;
}

static double search_line(line *l) {
  span s = span_of(l->w);
  double best = -INFINITY, margin = within * (s.hi - s.lo);
  int at = 0;
  for (int j = 0; j < COARSE; j++) {
    l->x[j] = grid_point(s, j, COARSE);
    l->logdet[j] = near_logdet(l->model, l->w, l->x[j]);
    double h = height(l, l->x[j], l->logdet[j]);
    if (h > best) {
      best = h;
      at = j;
    }
  }
  l->first = at < NEAREST / 2 ? 0 : at - NEAREST / 2;
  if (l->first > COARSE - NEAREST) l->first = COARSE - NEAREST;
  double lo = at > 0 ? l->x[at - 1] : s.lo + margin;
  double hi = at < COARSE - 1 ? l->x[at + 1] : s.hi - margin;
  return settle(l, lo, hi, climb(l, lo, hi));
}

/* ---- rho and lambda ------------------------------------------------------------------------- */

typedef struct place {
  double rho, lambda, loglik;
} place;

typedef struct surface {
  sw_spatial_model *model;
  sw_spatial_curve *curve;
  span rho, lambda;
} surface;

static bool inside(const surface *s, double rho, double lambda) {
  double a = within * (s->rho.hi - s->rho.lo), b = within * (s->lambda.hi - s->lambda.lo);
  return rho > s->rho.lo + a && rho < s->rho.hi - a && lambda > s->lambda.lo + b &&
         lambda < s->lambda.hi - b;
}

/* Gradient and second derivatives rr, rl, ll of the log-likelihood. */
static void derive(const surface *s, const place *p, double g[2], double h[3]) {
  sw_spatial_model *model = s->model;
  sw_spatial_traces r = sw_spatial_traces_at(model, model->w, p->rho, SW_TRACE_G | SW_TRACE_GG);
  sw_spatial_traces l = sw_spatial_traces_at(model, model->w2, p->lambda, SW_TRACE_G | SW_TRACE_GG);
  sw_spatial_curve_at(model, p->rho, p->lambda, s->curve);
  double n = model->searched, sse = s->curve->sse;
  double a = s->curve->slope[0] / sse, b = s->curve->slope[1] / sse;
  g[0] = -model->times * r.g - n * a;
  g[1] = -model->times * l.g - n * b;
  h[0] = -model->times * r.gg - n * (s->curve->cross[0] / sse - 2 * a * a);
  h[1] = -n * (s->curve->cross[1] / sse - 2 * a * b);
  h[2] = -model->times * l.gg - n * (s->curve->cross[2] / sse - 2 * b * b);
}

/* Newton's step uphill; where the surface is not a hill, its derivatives are bent until it is, and
 * the result is false. */
static bool step_of(const double g[2], double h[3], double step[2]) {
  double mean = (h[0] + h[2]) / 2, half = hypot((h[0] - h[2]) / 2, h[1]);
  double largest = mean + half, spread = fabs(mean) + half;
  double bent = largest < -1e-10 * spread ? 0 : largest + 1e-3 * spread;
  double a = h[0] - bent, c = h[2] - bent, det = a * c - h[1] * h[1];
  step[0] = -(c * g[0] - h[1] * g[1]) / det;
  step[1] = -(a * g[1] - h[1] * g[0]) / det;
  return bent == 0;
}

/* To the top of the hill that the place is on. A step is halved until it leads upward; the last
 * ones, whose rise is lost in rounding, are taken as they are. */
static void settle_both(const surface *s, place *p) {
  for (int round = 0; round < MOST_STEPS; round++) {
    double g[2], h[3], step[2], part = 1;
    derive(s, p, g, h);
    bool newton = step_of(g, h, step);
    double size = fmax(fabs(step[0]), fabs(step[1])), up = -INFINITY;
    for (int halving = 0; halving < 40; halving++, part /= 2) {
      double rho = p->rho + part * step[0], lambda = p->lambda + part * step[1];
      if (!inside(s, rho, lambda)) continue;
      up = sw_spatial_loglik(s->model, rho, lambda);
      if (up >= p->loglik || part * size < 1e-6) break;
    }
    if (!isfinite(up)) break;
    p->rho += part * step[0];
    p->lambda += part * step[1];
    p->loglik = up;
    if (part * size <= (newton && part == 1 ? settled : still)) break;
  }
}

enum { G = COARSE_BOTH };

static bool is_top(double height[G][G], int i, int j) {
  for (int a = i > 0 ? i - 1 : 0; a <= i + 1 && a < G; a++)
    for (int b = j > 0 ? j - 1 : 0; b <= j + 1 && b < G; b++)
      if (height[a][b] > height[i][j]) return false;
  return true;
}

/* Keeps the highest MOST_PEAKS places, in order. */
static void keep_hill(place *hill, int *count, place p) {
  int at = *count;
  if (at == MOST_PEAKS && !(p.loglik > hill[at - 1].loglik)) return;
  if (at == MOST_PEAKS)
    at--;
  else
    ++*count;
  for (; at > 0 && p.loglik > hill[at - 1].loglik; at--)
    hill[at] = hill[at - 1];
  hill[at] = p;
}

/* Points of the grid above their eight neighbours, the highest first. From the four corners of the
 * square some of them are reached; all of them are tried. */
static int find_hills(const surface *s, place *hill) {
  double top[G][G], rho[G], lambda[G], logdet[G];
  int count = 0;
  for (int i = 0; i < G; i++) {
    rho[i] = grid_point(s->rho, i, G);
    lambda[i] = grid_point(s->lambda, i, G);
    logdet[i] = near_logdet(s->model, s->model->w, rho[i]);
  }
  for (int j = 0; j < G; j++) {
    double own = near_logdet(s->model, s->model->w2, lambda[j]);
    for (int i = 0; i < G; i++)
      top[i][j] = sw_spatial_profile(s->model, logdet[i] + own,
                                     sw_spatial_sse(s->model, rho[i], lambda[j]));
  }
  for (int i = 0; i < G; i++)
    for (int j = 0; j < G; j++)
      if (is_top(top, i, j)) keep_hill(hill, &count, (place){rho[i], lambda[j], top[i][j]});
  return count;
}

/* The highest peak, and the next one that is another. */
static sw_spatial_peak search_both(sw_spatial_model *model, sw_spatial_curve *curve) {
  surface s = {model, curve, span_of(model->w), span_of(model->w2)};
  place hill[MOST_PEAKS], best = {NAN, NAN, -INFINITY}, next = best;
  int count = find_hills(&s, hill);
  for (int i = 0; i < count; i++) {
    hill[i].loglik = sw_spatial_loglik(model, hill[i].rho, hill[i].lambda);
    settle_both(&s, &hill[i]);
    bool same = fabs(hill[i].rho - best.rho) + fabs(hill[i].lambda - best.lambda) < 1e-6;
    if (hill[i].loglik > best.loglik && !same) {
      next = best;
      best = hill[i];
    } else if (!same && hill[i].loglik > next.loglik)
      next = hill[i];
  }
  return (sw_spatial_peak){.rho = best.rho,
                           .lambda = best.lambda,
                           .runner_up = next.loglik > best.loglik - 2,
                           .other_rho = next.rho,
                           .other_lambda = next.lambda,
                           .other_loglik = next.loglik};
}

/* ---- all ------------------------------------------------------------------------------------ */

static void note_edge(const sw_filter *w, double x, sw_spatial_peak *peak) {
  span s = span_of(w);
  double near = edge * (s.hi - s.lo);
  if (x - s.lo < near || s.hi - x < near) {
    peak->at_edge = true;
    peak->edge = x - s.lo < near ? s.lo : s.hi;
  }
}

sw_spatial_peak sw_spatial_search(sw_spatial_model *model, sw_spatial_curve *curve) {
  sw_spatial_peak peak = {.rho = 0};
  if (model->has_rho && model->has_lambda)
    peak = search_both(model, curve);
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
