/* See model.h: a model at one rho and lambda, on the triangle. With E the m x m triangle of
 * [Z, W2 Z, y, W y, W2 y, W2 W y], a linear combination of columns has the inner products of the
 * same combination of columns of E, whatever their number of rows was. So the filtered columns
 * B Z = Z - lambda W2 Z and B y are m-vectors, and least squares on them is a QR factorisation of
 * an m x (slopes + 2) matrix. No cross products are formed, which would lose half of the digits. */
#include "kernel/linear/qr.h"
#include "kernel/spatial/model.h"

#include <math.h>
#include <string.h>

/* ---- traces ------------------------------------------------------------------------------- */

/* Lee & Yu's transformation takes out the eigenvalue 1 of W, with its ln(1 - rho). ln|A| on n - 1
 * dimensions. */
double sw_spatial_logdet(const sw_spatial_model *model, sw_filter *w, double rho) {
  double all = sw_filter_logdet(w, rho);
  return model->transformed ? all - log1p(-rho) : all;
}

/* With rows that sum to 1, G 1 = 1/(1 - rho) 1: that dimension is taken out of the traces, and of
 * G'G what the columns of G have along 1. A'^-1 1 and W' of it give 1'G; its squared length over n
 * is what G'G has along 1. */
static double along_ones(const sw_spatial_model *model, sw_filter *w) {
  int64_t n = model->n;
  double *ones = model->spare[1], *sums = model->spare[2];
  for (int64_t i = 0; i < n; i++)
    ones[i] = 1;
  sw_filter_solve_transposed(w, 1, ones, ones);
  sw_filter_lag_transposed(w, ones, sums);
  return sw_dot(sums, sums, n) / (double)n;
}

/* -infinity and infinity where A is singular: a search turns away from there. */
sw_spatial_traces sw_spatial_traces_at(const sw_spatial_model *model, sw_filter *w, double rho,
                                       int which) {
  sw_filter_traces all;
  sw_spatial_traces t = {-INFINITY, INFINITY, INFINITY};
  if (!sw_filter_set(w, rho)) return t;
  sw_filter_traces_of(w, which, &all);
  t = (sw_spatial_traces){all.g, all.gg, all.gtg};
  if (!model->transformed) return t;
  double g = 1 / (1 - rho);
  t.g -= g;
  t.gg -= g * g;
  if (which & SW_TRACE_GTG) t.gtg -= along_ones(model, w);
  return t;
}

/* ---- least squares ------------------------------------------------------------------------ */

static const double *column(const sw_spatial_model *model, int at) {
  return model->r + at * model->m;
}

/* to = a - factor b, of m numbers; without b: a. m-vectors stand for columns of data; no pass over
 * observations. */
static void less(const sw_spatial_model *model, int a, double factor, int b, double *to) {
  const double *x = column(model, a);
  for (int i = 0; i < model->m; i++)
    to[i] = x[i];
  if (b < 0) return;
  const double *y = column(model, b);
  for (int i = 0; i < model->m; i++)
    to[i] -= factor * y[i];
}

/* [B Z, B y, B W y] at lambda, and its triangle. Remembered for one lambda: a search along rho asks
 * again and again at the same lambda. */
static void filter_columns(sw_spatial_model *model, double lambda) {
  if (model->lambda == lambda) return;
  int s = model->terms.slopes, m = model->m, side = s + 1 + model->has_rho;
  for (int j = 0; j < s; j++)
    less(model, j, lambda, model->has_lambda ? model->at_wz + j : -1, model->filtered + j * m);
  less(model, model->at_y, lambda, model->at_w2y, model->filtered + s * m);
  if (model->has_rho)
    less(model, model->at_wy, lambda, model->at_w2wy, model->filtered + (s + 1) * m);
  /* The factorisation uses its matrix up: it works in `small`, the triangle is zeroed first. */
  memset(model->triangle, 0, (size_t)(side * side) * sizeof(double));
  memcpy(model->small, model->filtered, (size_t)(m * side) * sizeof(double));
  sw_qr_append(model->triangle, side, model->small, m);
  model->lambda = lambda;
}

/* With B y and B W y reduced to the same triangle, the sum of squares is a parabola in rho. The
 * residual of B y - rho B W y beyond Z: its part along B y's own, and across. */
double sw_spatial_sse(sw_spatial_model *model, double rho, double lambda) {
  filter_columns(model, lambda);
  int s = model->terms.slopes, side = s + 1 + model->has_rho;
  const double *y = model->triangle + s * side, *wy = y + side;
  if (!model->has_rho) return y[s] * y[s];
  double along = y[s] - rho * wy[s], across = rho * wy[s + 1];
  return along * along + across * across;
}

/* Nothing is left of y beyond Z: no likelihood has a maximum. Relative to the length of y. */
bool sw_spatial_is_exact(sw_spatial_model *model) {
  double size = sw_dot(model->y, model->y, model->values);
  return !(sw_spatial_sse(model, 0, 0) > SW_SPATIAL_NOTHING * SW_SPATIAL_NOTHING * size);
}

/* The concentrated log-likelihood: sigma2 = sse / n is put in. Also the likelihood of a model
 * without rho and lambda, with a logdet of 0. */
double sw_spatial_profile(const sw_spatial_model *model, double logdet, double sse) {
  double n = model->searched;
  return model->times * logdet - n / 2 * (log(2 * M_PI * sse / n) + 1);
}

double sw_spatial_loglik(sw_spatial_model *model, double rho, double lambda) {
  double sse = sw_spatial_sse(model, rho, lambda), logdet = 0;
  if (model->has_rho) logdet += sw_spatial_logdet(model, model->w, rho);
  if (model->has_lambda) logdet += sw_spatial_logdet(model, model->w2, lambda);
  return sw_spatial_profile(model, logdet, sse);
}

/* ---- derivatives --------------------------------------------------------------------------- */

/* In the order of sw_spatial_curve's use; called without memory it only counts. s + 1: so that no
 * array is empty. */
sw_spatial_curve sw_spatial_curve_room(const sw_spatial_model *model, sw_spatial_room *room) {
  size_t s = (size_t)model->terms.slopes, m = (size_t)model->m;
  sw_spatial_curve c = {.b = sw_spatial_take(room, s + 1)};
  c.root = sw_spatial_take(room, s * s + 1);
  c.mixed[0] = sw_spatial_take(room, s + 1);
  c.mixed[1] = sw_spatial_take(room, s + 1);
  c.work = sw_spatial_take(room, 4 * m + (s + 1) * (s + 1));
  return c;
}

/* b and root at rho: the triangle of [B Z, B A y]. B A y is a difference of two columns of the
 * triangle. */
static void solve(const sw_spatial_model *model, double rho, sw_spatial_curve *curve) {
  int s = model->terms.slopes, side = s + 1 + model->has_rho;
  double *r = curve->work;
  for (int j = 0; j <= s; j++)
    for (int i = 0; i <= s; i++)
      r[j * (s + 1) + i] = model->triangle[j * side + i];
  for (int i = 0; model->has_rho && i <= s; i++)
    r[s * (s + 1) + i] -= rho * model->triangle[(s + 1) * side + i];
  sw_qr_solve(r, s, curve->b, curve->root);
}

/* e = B (A y - Z b); q = W2 (A y - Z b), zero without lambda. In the coordinates of the m x m
 * triangle. */
static void residuals(const sw_spatial_model *model, double rho, double lambda, const double *b,
                      double *e, double *q) {
  int m = model->m;
  less(model, model->at_y, rho, model->at_wy, e);
  for (int j = 0; j < model->terms.slopes; j++)
    for (int i = 0; i < m; i++)
      e[i] -= b[j] * column(model, j)[i];
  memset(q, 0, (size_t)m * sizeof *q);
  if (!model->has_lambda) return;
  less(model, model->at_w2y, rho, model->at_w2wy, q);
  for (int j = 0; j < model->terms.slopes; j++)
    for (int i = 0; i < m; i++)
      q[i] -= b[j] * column(model, model->at_wz + j)[i];
  for (int i = 0; i < m; i++)
    e[i] -= lambda * q[i];
}

/* u'(root root') v, of vectors of slopes. root root' is (Z'B'B Z)^-1. */
static double through(const double *root, int s, const double *u, const double *v) {
  double sum = 0;
  for (int j = 0; j < s; j++) {
    double a = 0, b = 0;
    for (int i = 0; i <= j; i++) {
      a += root[j * s + i] * u[i];
      b += root[j * s + i] * v[i];
    }
    sum += a * b;
  }
  return sum;
}

/* The sum of squares and its derivatives by rho and lambda, b being free: `joint` are those at
 * fixed b, `mixed` by b and each of both, `cross` what is left once b follows. By differentiation
 * of e'e/2 with e = B (A y - Z b): d/d rho gives -p with p = B W y, d/d lambda gives -q. */
void sw_spatial_curve_at(sw_spatial_model *model, double rho, double lambda,
                         sw_spatial_curve *curve) {
  int s = model->terms.slopes, m = model->m;
  filter_columns(model, lambda);
  solve(model, rho, curve);
  double *e = curve->work, *q = e + m, *p = q + m;
  residuals(model, rho, lambda, curve->b, e, q);
  memset(p, 0, (size_t)m * sizeof *p);
  if (model->has_rho) memcpy(p, model->filtered + (s + 1) * m, (size_t)m * sizeof *p);
  curve->sse = sw_dot(e, e, m);
  curve->slope[0] = -sw_dot(e, p, m);
  curve->slope[1] = -sw_dot(e, q, m);
  curve->joint[0] = sw_dot(p, p, m);
  curve->joint[2] = sw_dot(q, q, m);
  curve->joint[1] = sw_dot(q, p, m);
  if (model->at_w2wy >= 0) curve->joint[1] += sw_dot(e, column(model, model->at_w2wy), m);
  for (int j = 0; j < s; j++) {
    const double *bz = model->filtered + j * m;
    curve->mixed[0][j] = sw_dot(bz, p, m);
    curve->mixed[1][j] = sw_dot(bz, q, m);
    if (model->has_lambda) curve->mixed[1][j] += sw_dot(e, column(model, model->at_wz + j), m);
  }
  /* Schur complement: b follows rho and lambda. */
  for (int a = 0, at = 0; a < 2; a++)
    for (int c = a; c < 2; c++, at++)
      curve->cross[at] =
          curve->joint[at] - through(curve->root, s, curve->mixed[a], curve->mixed[c]);
}
