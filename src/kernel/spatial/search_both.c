/* See search.h: the search along rho and lambda at once. The likelihood may have two maxima, as rho
 * and lambda can exchange their roles: each hill of the grid is climbed. */
#include "kernel/spatial/search.h"

#include <math.h>

typedef struct place {
  double rho, lambda, loglik;
} place;

typedef struct surface {
  sw_spatial_model *model;
  sw_spatial_curve *curve;
  sw_search_span rho, lambda;
  const sw_spatial_table *of_rho, *of_lambda;
} surface;

static bool inside(const surface *s, double rho, double lambda) {
  double a = SW_SEARCH_MARGIN * (s->rho.hi - s->rho.lo),
         b = SW_SEARCH_MARGIN * (s->lambda.hi - s->lambda.lo);
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
  for (int round = 0; round < SW_SEARCH_STEPS; round++) {
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
    if (part * size <= (newton && part == 1 ? SW_SEARCH_SETTLED : SW_SEARCH_STILL)) break;
  }
}

enum { G = SW_SPATIAL_COARSE, MOST_PEAKS = 8 };

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

/* By ln|A| interpolated between the points of the tables, near the i-th and the j-th. */
static double guess(const surface *s, int i, int j, double rho, double lambda) {
  double logdet = sw_search_interpolate(s->of_rho, sw_search_near(i), rho) +
                  sw_search_interpolate(s->of_lambda, sw_search_near(j), lambda);
  return sw_spatial_profile(s->model, logdet, sw_spatial_sse(s->model, rho, lambda));
}

/* To the top by steps of half the length each round, in eight directions. */
static place climb(const surface *s, int i, int j, double height) {
  place p = {s->of_rho->x[i], s->of_lambda->x[j], height};
  double a = .2 * (s->rho.hi - s->rho.lo), b = .2 * (s->lambda.hi - s->lambda.lo);
  for (int round = 0; round < 14; round++, a /= 2, b /= 2)
    for (int moves = 0; moves < 4; moves++) {
      place best = p;
      for (int at = 0; at < 9; at++) {
        double rho = p.rho + (at / 3 - 1) * a, lambda = p.lambda + (at % 3 - 1) * b;
        if (at == 4 || !inside(s, rho, lambda)) continue;
        double up = guess(s, i, j, rho, lambda);
        if (up > best.loglik) best = (place){rho, lambda, up};
      }
      if (best.loglik <= p.loglik) break;
      p = best;
    }
  return p;
}

/* Points of the grid above their eight neighbours, the highest first. From the four corners of the
 * square some of them are reached; all of them are tried. */
static int find_hills(const surface *s, place *hill) {
  double top[G][G];
  int count = 0;
  for (int j = 0; j < G; j++)
    for (int i = 0; i < G; i++)
      top[i][j] = sw_spatial_profile(s->model, s->of_rho->logdet[i] + s->of_lambda->logdet[j],
                                     sw_spatial_sse(s->model, s->of_rho->x[i], s->of_lambda->x[j]));
  for (int i = 0; i < G; i++)
    for (int j = 0; j < G; j++)
      if (is_top(top, i, j)) keep_hill(hill, &count, climb(s, i, j, top[i][j]));
  return count;
}

/* The highest peak, and the next one that is another. */
sw_spatial_peak sw_search_both(sw_spatial_model *model, sw_spatial_curve *curve) {
  surface s = {model, curve, sw_search_span_of(model->w), sw_search_span_of(model->w2), NULL, NULL};
  s.of_rho = sw_search_table(model, model->w);
  s.of_lambda = sw_search_table(model, model->w2);
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
