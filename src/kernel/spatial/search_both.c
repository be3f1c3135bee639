/* The search along rho and lambda at once (search.h). The likelihood may have two maxima, as rho
 * and lambda can exchange their roles: each hill of the grid is climbed.
 *
 * The grid needs no factor of its own, as ln|A| is tabulated along each axis; a climb is on
 * interpolated values; only the last steps, by Newton's method, factor both matrices. Up to 500
 * units ln|A| is exact throughout. All ranks and threads come to the same maximum: nothing is
 * random. */
#include "kernel/spatial/search.h"

#include <math.h>

/* A point of the surface; loglik is exact only where it is said. */
typedef struct place {
  double rho, lambda, loglik;
} place;

/* The likelihood by rho and lambda together, with the tables of both determinants. */
typedef struct surface {
  sw_spatial_model *model;
  sw_spatial_curve *curve;
  sw_search_span rho, lambda;
  const sw_spatial_table *of_rho, *of_lambda;
} surface;

/* Not too near an end, where ln|A| has a pole. A step may not reach an end. */
static bool inside(const surface *s, double rho, double lambda) {
  double a = SW_SEARCH_MARGIN * (s->rho.hi - s->rho.lo),
         b = SW_SEARCH_MARGIN * (s->lambda.hi - s->lambda.lo);
  return rho > s->rho.lo + a && rho < s->rho.hi - a && lambda > s->lambda.lo + b &&
         lambda < s->lambda.hi - b;
}

/* Gradient and second derivatives rr, rl, ll of the log-likelihood. Through `curve`, which is
 * overwritten by each call. */
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

/* Newton's step uphill. Where the surface is not a hill, its derivatives are bent until it is; the
 * result is then false, and convergence must be judged more strictly. */
static bool step_of(const double g[2], double h[3], double step[2]) {
  double mean = (h[0] + h[2]) / 2, half = hypot((h[0] - h[2]) / 2, h[1]);
  /* Bent by so much that the greatest curvature is -1e-3 of the spread. */
  double largest = mean + half, spread = fabs(mean) + half;
  double bent = largest < -1e-10 * spread ? 0 : largest + 1e-3 * spread;
  double a = h[0] - bent, c = h[2] - bent, det = a * c - h[1] * h[1];
  step[0] = -(c * g[0] - h[1] * g[1]) / det;
  step[1] = -(a * g[1] - h[1] * g[0]) / det;
  return bent == 0;
}

/* The part of a step that leads nine tenths of the way to an end at most. 1: the whole step. */
static double fitting(sw_search_span span, double x, double step) {
  double way = .9 * (step > 0 ? span.hi - x : x - span.lo);
  return fabs(step) > way ? way / fabs(step) : 1;
}

/* To the top of the hill that the place is on. A step is halved until it leads upward; the last
 * ones, whose rise is lost in rounding, are taken as they are. Converges quadratically at the end;
 * SW_SEARCH_STEPS bounds it. */
static void settle_both(const surface *s, place *p) {
  for (int round = 0; round < SW_SEARCH_STEPS; round++) {
    double g[2], h[3], step[2];
    derive(s, p, g, h);
    bool newton = step_of(g, h, step);
    double size = fmax(fabs(step[0]), fabs(step[1]));
    double part = fmin(fitting(s->rho, p->rho, step[0]), fitting(s->lambda, p->lambda, step[1]));
    place next;
    for (;; part /= 2) {
      next = (place){p->rho + part * step[0], p->lambda + part * step[1], -INFINITY};
      if (!inside(s, next.rho, next.lambda) || part * size < SW_SEARCH_STILL) return;
      next.loglik = sw_spatial_loglik(s->model, next.rho, next.lambda);
      if (next.loglik >= p->loglik || size < 1e-6) break;
    }
    *p = next;
    if (part * size <= (newton && part == 1 ? SW_SEARCH_SETTLED : SW_SEARCH_STILL)) return;
  }
}

enum { FINE = 32, MOST_PEAKS = 8, EXACT_MOST = 500 };

/* Plateaus count as tops at each of their points; the climbs then meet. */
static bool is_top(double height[FINE][FINE], int i, int j) {
  for (int a = i > 0 ? i - 1 : 0; a <= i + 1 && a < FINE; a++)
    for (int b = j > 0 ? j - 1 : 0; b <= j + 1 && b < FINE; b++)
      if (height[a][b] > height[i][j]) return false;
  return true;
}

/* Keeps the highest MOST_PEAKS places, in order. Insertion into a list of eight. */
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

/* By ln|A| interpolated through the points from the i-th, and from the j-th. Cheap: no factor, one
 * small least squares. */
static double guess(const surface *s, int i, int j, double rho, double lambda) {
  double logdet =
      sw_search_interpolate(s->of_rho, i, rho) + sw_search_interpolate(s->of_lambda, j, lambda);
  return sw_spatial_profile(s->model, logdet, sw_spatial_sse(s->model, rho, lambda));
}

/* To the top by steps of half the length each round, in eight directions. Thirteen halvings take a
 * tenth of the interval to 1e-5 of it. */
static place climb(const surface *s, place p) {
  double a = .1 * (s->rho.hi - s->rho.lo), b = .1 * (s->lambda.hi - s->lambda.lo);
  int i = sw_search_near(s->of_rho, p.rho), j = sw_search_near(s->of_lambda, p.lambda);
  p.loglik = guess(s, i, j, p.rho, p.lambda);
  for (int round = 0; round < 13; round++, a /= 2, b /= 2)
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

/* ln|A| at the points of the grid: exactly where that costs little, as the surface of few units is
 * so flat that interpolation may lose a hill. Above 500 units interpolation and exact values differ
 * by less than the surface bends. */
static void fill_axis(const surface *s, sw_filter *w, sw_search_span span,
                      const sw_spatial_table *table, double *x, double *logdet) {
  for (int i = 0; i < FINE; i++) {
    x[i] = sw_search_point(span, i, FINE);
    logdet[i] = s->model->n <= EXACT_MOST
                    ? sw_spatial_logdet(s->model, w, x[i])
                    : sw_search_interpolate(table, sw_search_near(table, x[i]), x[i]);
  }
}

/* Places above their eight neighbours on a grid through the whole square, the highest first. From
 * its four corners some of them are reached; all of them are tried. 32 x 32 points; lambda
 * outermost, as filtering for one lambda serves all rho. */
static int find_hills(const surface *s, place *hill) {
  double top[FINE][FINE], rho[FINE], lambda[FINE], of_rho[FINE], of_lambda[FINE];
  int count = 0;
  fill_axis(s, s->model->w, s->rho, s->of_rho, rho, of_rho);
  fill_axis(s, s->model->w2, s->lambda, s->of_lambda, lambda, of_lambda);
  for (int j = 0; j < FINE; j++)
    for (int i = 0; i < FINE; i++)
      top[i][j] = sw_spatial_profile(s->model, of_rho[i] + of_lambda[j],
                                     sw_spatial_sse(s->model, rho[i], lambda[j]));
  for (int i = 0; i < FINE; i++)
    for (int j = 0; j < FINE; j++) {
      place p = {rho[i], lambda[j], top[i][j]};
      if (is_top(top, i, j)) keep_hill(hill, &count, s->model->n <= EXACT_MOST ? p : climb(s, p));
    }
  return count;
}

/* ---- the highest ---------------------------------------------------------------------------- */

/* In the sum of both distances, as rho and lambda have similar scales. Equal peaks reached from two
 * hills. */
static bool is_near(const place *a, const place *b, double distance) {
  return fabs(a->rho - b->rho) + fabs(a->lambda - b->lambda) < distance;
}

/* Puts a settled peak in its place among the best two. Two peaks nearer than 1e-6 are one. */
static void rank_peak(place p, place *best, place *next) {
  if (is_near(&p, best, 1e-6)) return;
  if (p.loglik > best->loglik) {
    *next = *best;
    *best = p;
  } else if (p.loglik > next->loglik)
    *next = p;
}

/* From the true height of a place to the top of its hill. */
static place settled(const surface *s, place p) {
  p.loglik = sw_spatial_loglik(s->model, p.rho, p.lambda);
  settle_both(s, &p);
  return p;
}

/* A runner-up within 2 of the log-likelihood is told: data decide little between the two. */
sw_spatial_peak sw_search_both(sw_spatial_model *model, sw_spatial_curve *curve) {
  surface s = {model, curve, sw_search_span_of(model->w), sw_search_span_of(model->w2), NULL, NULL};
  s.of_rho = sw_search_table(model, model->w);
  s.of_lambda = sw_search_table(model, model->w2);
  place hill[MOST_PEAKS], best = {NAN, NAN, -INFINITY}, next = best;
  int count = find_hills(&s, hill);
  for (int i = 0; i < count; i++) {
    bool again = false;
    for (int j = 0; j < i && !again; j++)
      again = is_near(&hill[i], &hill[j], 1e-2);
    if (!again) rank_peak(settled(&s, hill[i]), &best, &next);
  }
  /* With their roles exchanged: a hill that the grid does not show. */
  place other = {best.lambda, best.rho, NAN};
  if (inside(&s, other.rho, other.lambda)) {
    if (model->n > EXACT_MOST) other = climb(&s, other);
    if (!is_near(&other, &best, .05) && !is_near(&other, &next, .05))
      rank_peak(settled(&s, other), &best, &next);
  }
  return (sw_spatial_peak){.rho = best.rho,
                           .lambda = best.lambda,
                           .runner_up = next.loglik > best.loglik - 2,
                           .other_rho = next.rho,
                           .other_lambda = next.lambda,
                           .other_loglik = next.loglik};
}
