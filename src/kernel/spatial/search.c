/* See model.h: where the likelihood is greatest, b and sigma2 concentrated out.
 *
 * A coarse grid over the whole interval finds the hill, or hills; there the search goes on by ln|A|
 * alone, which is cheap, and ends with Newton's steps on the exact derivatives, which take traces.
 * The order of all steps follows from the data alone. */
#include "kernel/spatial/model.h"

#include <float.h>
#include <math.h>

enum { COARSE = 12, COARSE_BOTH = 16, MOST_PEAKS = 8, MOST_STEPS = 60 };

static const double within = 1e-9; /* of the interval: how near to its ends the search goes */
static const double edge = 1e-6;   /* of the interval: what counts as its end */
/* Newton's last step: what is left after it is about its square. Of any other step, and at most. */
static const double settled = 1e-7, still = 1e-12;

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
} line;

static double height(const line *l, double x) {
  double sse = sw_spatial_sse(l->model, l->rho ? x : 0, l->rho ? 0 : x);
  return sw_spatial_profile(l->model, near_logdet(l->model, l->w, x), sse);
}

/* Slope of the log-likelihood; `bend`: its second derivative. */
static double slope(const line *l, double x, double *bend) {
  int which = l->rho ? 0 : 1, twice = l->rho ? 0 : 2;
  sw_spatial_traces t = sw_spatial_traces_at(l->model, l->w, x, false);
  sw_spatial_curve_at(l->model, l->rho ? x : 0, l->rho ? 0 : x, l->curve);
  double n = l->model->searched, s = l->curve->slope[which] / l->curve->sse;
  *bend = -l->model->times * t.gg - n * (l->curve->cross[twice] / l->curve->sse - 2 * s * s);
  return -l->model->times * t.g - n * s;
}

/* Golden section with parabolas (Brent 1973) for the greatest height in (lo, hi), from the point x
 * of height fx, to `tolerance`; the interval shrinks with it. */
static double climb(const line *l, double *lo, double *hi, double x, double fx, double tolerance) {
  const double golden = .3819660112501051;
  double w = x, v = x, fw = fx, fv = fx, step = 0, before = 0;
  for (int round = 0; round < MOST_STEPS; round++) {
    double middle = (*lo + *hi) / 2;
    if (fabs(x - middle) <= 2 * tolerance - (*hi - *lo) / 2) break;
    double r = (x - w) * (fx - fv), q = (x - v) * (fx - fw), p = (x - v) * q - (x - w) * r;
    double bottom = 2 * (q - r);
    double parabola = bottom != 0 ? -p / bottom : NAN;
    bool good = fabs(parabola) < fabs(before) / 2 && x + parabola > *lo && x + parabola < *hi;
    before = good ? step : (x < middle ? *hi : *lo) - x;
    step = good ? parabola : golden * before;
    double u = x + (fabs(step) >= tolerance ? step : step > 0 ? tolerance : -tolerance);
    double fu = height(l, u);
    if (fu >= fx) {
      *(u >= x ? lo : hi) = x;
      v = w, fv = fw, w = x, fw = fx, x = u, fx = fu;
      continue;
    }
    *(u < x ? lo : hi) = u;
    if (fu >= fw || w == x)
      v = w, fv = fw, w = u, fw = fu;
    else if (fu >= fv || v == x || v == w)
      v = u, fv = fu;
  }
  return x;
}

/* The zero of the slope in [lo, hi] by Newton's steps; where one leads outside, by halving. */
static double settle(const line *l, double lo, double hi, double x) {
  for (int round = 0; round < MOST_STEPS; round++) {
    double bend, up = slope(l, x, &bend);
    *(up > 0 ? &lo : &hi) = x;
    double next = bend < 0 ? x - up / bend : NAN;
    bool newton = next >= lo && next <= hi;
    if (!newton) next = (lo + hi) / 2;
    double moved = fabs(next - x);
    x = next;
    if (moved <= (newton ? settled : still)) break;
  }
  return x;
}

static double search_line(const line *l) {
  span s = span_of(l->w);
  double best = -INFINITY, x = 0, margin = within * (s.hi - s.lo);
  int at = 0;
  for (int j = 0; j < COARSE; j++) {
    double h = height(l, grid_point(s, j, COARSE));
    if (h > best) {
      best = h;
      at = j;
    }
  }
  double lo = at > 0 ? grid_point(s, at - 1, COARSE) : s.lo + margin;
  double hi = at < COARSE - 1 ? grid_point(s, at + 1, COARSE) : s.hi - margin;
  double a = lo, b = hi;
  x = climb(l, &a, &b, grid_point(s, at, COARSE), best, 1e-4 * (s.hi - s.lo));
  /* The bracket of heights may lie beside the zero of the slope by rounding. */
  return settle(l, fmax(lo, a - .1 * (b - a)), fmin(hi, b + .1 * (b - a)), x);
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
  sw_spatial_traces r = sw_spatial_traces_at(model, model->w, p->rho, false);
  sw_spatial_traces l = sw_spatial_traces_at(model, model->w2, p->lambda, false);
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
    peak.rho = search_line(&(line){model, curve, model->w, true});
  else if (model->has_lambda)
    peak.lambda = search_line(&(line){model, curve, model->w2, false});
  if (model->has_rho) note_edge(model->w, peak.rho, &peak);
  if (model->has_lambda) note_edge(model->w2, peak.lambda, &peak);
  peak.loglik = sw_spatial_loglik(model, peak.rho, peak.lambda);
  sw_spatial_curve_at(model, peak.rho, peak.lambda, curve);
  return peak;
}
