/* See variants.h. With e = u - lambda W u, the moments of a part are
 *
 *   e'e/N - s2,  (We)'We/N - s2 tr W'W/n,  e'We/N - s2 tr W/n
 *
 * each a quadratic in lambda, linear in s2. Taking the direction of s2 out of them leaves
 * quadratics in lambda alone, whose sum of squares is a quartic: its least value in an interval is
 * found for sure, without a start.
 *
 * Sources: Kelejian & Prucha 1999, Int. Economic Review 40:509-533; Kapoor, Kelejian & Prucha 2007,
 * J. Econometrics 140:97-130. */
#include "kernel/linear/cholesky.h"
#include "kernel/spatial/variants.h"

#include <math.h>
#include <string.h>

enum { MOMENTS = 3, POWERS = 3, BLOCK = SW_FILTER_LANES };

/* Of a part: the moments as power[0] + lambda power[1] + lambda^2 power[2] + s2 scale. */
typedef struct quadratics {
  double power[POWERS][MOMENTS], scale[MOMENTS];
} quadratics;

/* e'e = uu - 2 lambda uv + lambda^2 vv and so on, with v = Wu, w = WWu; over N. */
static quadratics quadratics_of(const sw_spatial_moments *m) {
  double n = m->divisor;
  return (quadratics){.power = {{-m->uu / n, -m->vv / n, -m->uv / n},
                                {2 * m->uv / n, 2 * m->vw / n, (m->uw + m->vv) / n},
                                {-m->vv / n, -m->ww / n, -m->vw / n}},
                      .scale = {1, m->trace[0], m->trace[1]}};
}

static double dot3(const double *a, const double *b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* x = L^-1 x times `factor`; l by column. Forward substitution: moments then have the identity as
 * covariance. */
static void whiten(const double *l, double factor, double *x) {
  for (int i = 0; i < MOMENTS; i++) {
    for (int j = 0; j < i; j++)
      x[i] -= l[j * MOMENTS + i] * x[j];
    x[i] /= l[i * MOMENTS + i];
  }
  for (int i = 0; i < MOMENTS; i++)
    x[i] *= factor;
}

/* Takes the direction of s2 out of the powers; s2 at lambda is then left_out[0] + lambda
 * left_out[1] + lambda^2 left_out[2]. Projection along the vector of s2's coefficients; its value
 * is kept to give s2 at the end. */
static void take_scale_out(quadratics *q, double *left_out) {
  double size = dot3(q->scale, q->scale);
  for (int p = 0; p < POWERS; p++) {
    left_out[p] = -dot3(q->power[p], q->scale) / size;
    for (int i = 0; i < MOMENTS; i++)
      q->power[p][i] += left_out[p] * q->scale[i];
  }
}

/* ---- the quartic ---------------------------------------------------------------------------- */

/* Both polynomials are evaluated by Horner's scheme. */
static double value_at(const double *c, double x) {
  return (((c[4] * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
}

static double slope_at(const double *c, double x) {
  return ((4 * c[4] * x + 3 * c[3]) * x + 2 * c[2]) * x + c[1];
}

/* Where it is least in [from, to]: the best of many points, then a root of the slope beside it. 512
 * points find the right valley of a quartic, which has two at most; halving then runs to
 * neighbouring doubles. */
static double least_at(const double *c, double from, double to, bool *at_edge) {
  enum { POINTS = 512 };
  int best = 0;
  double step = (to - from) / POINTS;
  for (int i = 1; i <= POINTS; i++)
    if (value_at(c, from + i * step) < value_at(c, from + best * step)) best = i;
  double lo = from + (best > 0 ? best - 1 : 0) * step;
  double hi = from + (best < POINTS ? best + 1 : POINTS) * step;
  /* At an end the slope points outward. */
  *at_edge = (best == 0 && slope_at(c, from) >= 0) || (best == POINTS && slope_at(c, to) <= 0);
  if (*at_edge) return best == 0 ? from : to;
  for (int i = 0; i < 100 && hi > lo; i++) {
    double middle = lo + (hi - lo) / 2;
    if (middle == lo || middle == hi) break;
    if (slope_at(c, middle) > 0)
      hi = middle;
    else
      lo = middle;
  }
  return lo + (hi - lo) / 2;
}

/* With weights (Kapoor, Kelejian & Prucha 2007) each part's moments are whitened by the root of
 * their covariance; a covariance that is not definite counts as none. c: the quartic, from the
 * constant on. The variance is that of the weighted fit; without weights it is the caller's to
 * find. Parts: of a cross-section one; of random effects deviations from units' means, and the
 * means. */
sw_spatial_moment_fit sw_spatial_fit_moments(const sw_spatial_moments *part, int parts,
                                             const double *weight, const double *covariance,
                                             double least, double most) {
  double l[MOMENTS * MOMENTS], s2[2][POWERS], c[5] = {0};
  quadratics q[2] = {0};
  sw_spatial_moment_fit fit = {.variance = NAN, .s2 = {NAN, NAN}};
  if (weight) {
    memcpy(l, covariance, sizeof l);
    if (!sw_cholesky_factor(l, MOMENTS)) weight = NULL;
  }
  for (int k = 0; k < parts; k++) {
    q[k] = quadratics_of(&part[k]);
    for (int p = 0; weight && p < POWERS; p++)
      whiten(l, sqrt(weight[k]), q[k].power[p]);
    if (weight) whiten(l, sqrt(weight[k]), q[k].scale);
    take_scale_out(&q[k], s2[k]);
    for (int a = 0; a < POWERS; a++)
      for (int b = 0; b < POWERS; b++)
        c[a + b] += dot3(q[k].power[a], q[k].power[b]);
  }
  /* The information of lambda is the squared length of the derivative of whitened moments. */
  double x = fit.lambda = least_at(c, least, most, &fit.at_edge), information = 0;
  for (int k = 0; k < parts; k++) {
    double slope[MOMENTS];
    for (int i = 0; i < MOMENTS; i++)
      slope[i] = q[k].power[1][i] + 2 * x * q[k].power[2][i];
    information += dot3(slope, slope);
    fit.s2[k] = s2[k][0] + x * (s2[k][1] + x * s2[k][2]);
  }
  if (weight) fit.variance = 1 / information;
  return fit;
}

/* ---- variances ------------------------------------------------------------------------------ */

/* The delta method for the unweighted fit: g'Vg/(g'g)^2, g the derivative of the moments that are
 * left after s2. */
double sw_spatial_moment_variance(const sw_spatial_moments *part, double lambda, const double *v) {
  double unused[POWERS], slope[MOMENTS], sum = 0;
  quadratics q = quadratics_of(part);
  take_scale_out(&q, unused);
  for (int i = 0; i < MOMENTS; i++)
    slope[i] = q.power[1][i] + 2 * lambda * q.power[2][i];
  for (int i = 0; i < MOMENTS; i++)
    sum += slope[i] * dot3(v + i * MOMENTS, slope);
  double size = dot3(slope, slope);
  return sum / (size * size);
}

/* tr W'WW'W is the square of a = W'W, and tr W'WW its product with b = W: sums over columns, of
 * which eight at a time take 2n products of W and vectors, O(n links), and room for two blocks. */
void sw_spatial_moment_covariance(const sw_filter *w, double *work, double *covariance) {
  const sw_filter_plan *plan = sw_filter_plan_of(w);
  int64_t n = plan->n, size = n * BLOCK;
  double *b = work, *a = work + size, squares = 0, cubes = 0;
  for (int64_t from = 0; from < n; from += BLOCK) {
    memset(a, 0, (size_t)size * sizeof *a);
    for (int64_t i = from; i < n && i < from + BLOCK; i++)
      a[i * BLOCK + i - from] = 1;
    sw_filter_lag_block(w, a, b);
    sw_filter_lag_transposed_block(w, b, a);
    double square[BLOCK] = {0}, cube[BLOCK] = {0};
    for (int64_t i = 0; i < n; i++)
      for (int c = 0; c < BLOCK; c++) {
        square[c] += a[i * BLOCK + c] * a[i * BLOCK + c];
        cube[c] += a[i * BLOCK + c] * b[i * BLOCK + c];
      }
    for (int c = 0; c < BLOCK; c++) {
      squares += square[c];
      cubes += cube[c];
    }
  }
  /* Covariances of quadratic forms e'A e of normal errors over s2^2: tr AB + tr AB'. Source:
   * Kelejian & Prucha 1999. */
  const double part[MOMENTS][MOMENTS] = {{2 * (double)n, 2 * plan->trace_wtw, 0},
                                         {2 * plan->trace_wtw, 2 * squares, 2 * cubes},
                                         {0, 2 * cubes, plan->trace_ww + plan->trace_wtw}};
  for (int i = 0; i < MOMENTS; i++)
    for (int j = 0; j < MOMENTS; j++)
      covariance[i * MOMENTS + j] = part[i][j] / (double)n;
}
