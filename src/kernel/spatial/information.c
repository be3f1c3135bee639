/* See model.h: covariances of coefficients from the information matrix in closed form.
 *
 * Parameters are b, rho, lambda and ln sigma2; the last has no scale, and what is asked of sigma2
 * follows from it. b is eliminated by the root of (Z'B'B Z)^-1 of the factorisation, so that a 3 x
 * 3 matrix is left to invert. With g = B G Z b, G = W A^-1 and H = W2 B^-1, the expected
 * information is
 *
 *   b, b       Z'B'B Z/s2                   rho, rho        T tr(GG + G'G) + g'g/s2
 *   b, rho     Z'B' g/s2                    lambda, lambda  T tr(HH + H'H)
 *   rho, ln    T tr G                       lambda, ln      T tr H
 *   ln, ln     N/2                          rho, lambda     T tr(H'K + HK), K = B G B^-1
 *
 * with tr K'K in place of tr G'G where there is a lambda. The observed information is made of
 * second derivatives of the sum of squares, which the search has at hand, and of tr GG and tr HH.
 *
 *
 * Called by fit.c after the search, once. Expected information of sac is the dearest part of the
 * program: 3 n solves; the others cost a few selected inverses. */
#include "kernel/linear/cholesky.h"
#include "kernel/linear/ols.h"
#include "kernel/linear/qr.h"
#include "kernel/spatial/model.h"

#include <math.h>
#include <string.h>

enum { RHO, LAMBDA, LOG_S2, BLOCK = SW_FILTER_LANES };

/* What the elimination of b needs: of rho and lambda. b has no row of its own in the corner: it is
 * eliminated before. */
typedef struct information {
  double corner[3][3];
  double *mixed[2]; /* slopes: s2 times the elements b, rho and b, lambda */
} information;

/* ---- the expectation of y ------------------------------------------------------------------- */

/* spare[0] is A^-1 Z b, the expected y; spare[1] is B W A^-1 Z b = B G Z b. Called also for pseudo
 * R2. */
void sw_spatial_expect(sw_spatial_model *model, const double *b, double lambda) {
  double *f = model->spare[0], *g = model->spare[1], *other = model->spare[2];
  memset(f, 0, (size_t)model->values * sizeof *f);
  for (int j = 0; j < model->terms.slopes; j++)
    for (int64_t i = 0; i < model->values; i++)
      f[i] += b[j] * model->z[j][i];
  if (!model->has_rho) return;
  sw_filter_solve(model->w, model->periods, f, f);
  sw_spatial_lag_column(model, model->w, f, g);
  if (!model->has_lambda) return;
  sw_spatial_lag_column(model, model->w2, g, other);
  for (int64_t i = 0; i < model->values; i++)
    g[i] -= lambda * other[i];
}

/* ---- expected ------------------------------------------------------------------------------- */

typedef struct joint_traces {
  double kk, hk, hk2; /* tr K'K, tr H'K, tr HK */
} joint_traces;

/* Inner products of the eight columns of two blocks, added to `sum`; of a transformed model less
 * those of their means. The mean of the columns is the part along 1 that the transformation takes
 * out. */
static double inner(const sw_spatial_model *model, const double *a, const double *b) {
  double dot[BLOCK] = {0}, x[BLOCK] = {0}, y[BLOCK] = {0}, sum = 0;
  for (int64_t i = 0; i < model->n; i++)
    for (int l = 0; l < BLOCK; l++) {
      dot[l] += a[i * BLOCK + l] * b[i * BLOCK + l];
      x[l] += a[i * BLOCK + l];
      y[l] += b[i * BLOCK + l];
    }
  for (int l = 0; l < BLOCK; l++)
    sum += model->transformed ? dot[l] - x[l] * y[l] / (double)model->n : dot[l];
  return sum;
}

/* Column by column, as the two filters do not share eigenvectors unless W2 is W: n solves with A
 * and 2n with B. `work`: four blocks. Per eight columns: e -> B^-1 e -> H e, A^-1 B^-1 e -> W . ->
 * B . = K e. */
static joint_traces join_traces(const sw_spatial_model *model, double rho, double lambda,
                                double *work) {
  int64_t n = model->n, size = n * BLOCK;
  double *z = work, *h = z + size, *k = h + size, *other = k + size;
  joint_traces t = {0, 0, 0};
  for (int64_t from = 0; from < n; from += BLOCK) {
    memset(z, 0, (size_t)size * sizeof *z);
    int count = n - from < BLOCK ? (int)(n - from) : BLOCK;
    for (int l = 0; l < count; l++)
      z[(from + l) * BLOCK + l] = 1;
    sw_filter_solve_block(model->w2, z, z);
    sw_filter_lag_block(model->w2, z, h);
    sw_filter_solve_block(model->w, z, z);
    sw_filter_lag_block(model->w, z, k);
    sw_filter_lag_block(model->w2, k, other);
    for (int64_t i = 0; i < size; i++)
      k[i] -= lambda * other[i];
    t.kk += inner(model, k, k);
    t.hk += inner(model, h, k);
    sw_filter_solve_block(model->w2, k, z);
    sw_filter_lag_block(model->w2, z, other);
    for (int l = 0; l < count; l++)
      t.hk2 += other[(from + l) * BLOCK + l];
  }
  /* tr HK along 1: H and K both have the eigenvector 1. */
  if (model->transformed) t.hk2 -= 1 / (1 - rho) / (1 - lambda);
  return t;
}

/* Traces use the spare columns of g: its products come first. rho, lambda and b are uncorrelated
 * with each other as the head says; only rho has a mixed part with b. */
static void expected(sw_spatial_model *model, double rho, double lambda, double s2, double *work,
                     information *info) {
  double times = model->times, *g = model->spare[1];
  for (int j = 0; j < model->terms.slopes; j++) {
    info->mixed[RHO][j] = model->has_rho ? sw_dot(model->z[j], g, model->values) : 0;
    if (model->has_rho && model->has_lambda)
      info->mixed[RHO][j] -= lambda * sw_dot(model->wz[j], g, model->values);
    info->mixed[LAMBDA][j] = 0;
  }
  if (model->has_rho) {
    /* g'g/s2 is the part that grows with the signal, times tr the part of the noise. */
    info->corner[RHO][RHO] = sw_dot(g, g, model->values) / s2;
    sw_spatial_traces t = sw_spatial_traces_at(
        model, model->w, rho, model->has_lambda ? SW_TRACE_G | SW_TRACE_GG : SW_TRACE_ALL);
    info->corner[RHO][LOG_S2] = times * t.g;
    info->corner[RHO][RHO] += times * (t.gg + (model->has_lambda ? 0 : t.gtg));
  }
  if (model->has_lambda) {
    sw_spatial_traces t = sw_spatial_traces_at(model, model->w2, lambda, SW_TRACE_ALL);
    info->corner[LAMBDA][LOG_S2] = times * t.g;
    info->corner[LAMBDA][LAMBDA] = times * (t.gg + t.gtg);
  }
  if (model->has_rho && model->has_lambda) {
    joint_traces t = join_traces(model, rho, lambda, work);
    info->corner[RHO][RHO] += times * t.kk;
    info->corner[RHO][LAMBDA] = times * (t.hk + t.hk2);
  }
}

/* ---- observed ------------------------------------------------------------------------------- */

/* All second derivatives of the sum of squares are over s2; those of ln|A| are traces. */
static void observed(sw_spatial_model *model, double rho, double lambda, double s2,
                     const sw_spatial_curve *curve, information *info) {
  double times = model->times;
  for (int j = 0; j < model->terms.slopes; j++) {
    info->mixed[RHO][j] = curve->mixed[RHO][j];
    info->mixed[LAMBDA][j] = curve->mixed[LAMBDA][j];
  }
  info->corner[RHO][LOG_S2] = -curve->slope[RHO] / s2;
  info->corner[LAMBDA][LOG_S2] = -curve->slope[LAMBDA] / s2;
  info->corner[RHO][LAMBDA] = curve->joint[1] / s2;
  info->corner[RHO][RHO] = curve->joint[0] / s2;
  info->corner[LAMBDA][LAMBDA] = curve->joint[2] / s2;
  if (model->has_rho)
    info->corner[RHO][RHO] += times * sw_spatial_traces_at(model, model->w, rho, SW_TRACE_GG).gg;
  if (model->has_lambda)
    info->corner[LAMBDA][LAMBDA] +=
        times * sw_spatial_traces_at(model, model->w2, lambda, SW_TRACE_GG).gg;
}

/* ---- the inverse ---------------------------------------------------------------------------- */

/* to = root root' v. (Z'B'B Z)^-1 is root root'. */
static void through(const double *root, int s, const double *v, double *to) {
  memset(to, 0, (size_t)s * sizeof *to);
  for (int j = 0; j < s; j++) {
    double a = 0;
    for (int i = 0; i <= j; i++)
      a += root[j * s + i] * v[i];
    for (int i = 0; i <= j; i++)
      to[i] += root[j * s + i] * a;
  }
}

/* The inverse of the parameters of `which`, symmetric; scaled to a unit diagonal before, so that
 * the test of Cholesky does not depend on the scales of rho, lambda and ln s2. */
static bool invert(const double corner[3][3], int count, const int *which, double inverse[3][3]) {
  double a[9], scale[3];
  for (int i = 0; i < count; i++)
    scale[i] = 1 / sqrt(corner[which[i]][which[i]]);
  for (int j = 0; j < count; j++)
    for (int i = 0; i < count; i++)
      a[j * count + i] = corner[which[i]][which[j]] * scale[i] * scale[j];
  if (!sw_cholesky_factor(a, count)) return false;
  for (int j = 0; j < count; j++) {
    double x[3] = {0};
    x[j] = 1;
    sw_cholesky_solve(a, count, x);
    for (int i = j; i < count; i++)
      inverse[which[i]][which[j]] = inverse[which[j]][which[i]] = x[i] * scale[i] * scale[j];
  }
  return true;
}

/* vcov of b, of b with the others, of the others, from their inverse. `to`: 2 x slopes. The block
 * inverse: V_bb = s2 (Z'Z)^-1 + along inverse along', V_b,rho = -along inverse. */
static void fill_vcov(const sw_spatial_model *model, const sw_spatial_curve *curve,
                      const information *info, double inverse[3][3], double s2, double *to,
                      double *v) {
  int s = model->terms.slopes, count = model->terms.count;
  double *along[2] = {to, to + s}, *bb = to + 2 * s;
  const int at[2] = {model->terms.rho, model->terms.lambda};
  for (int a = 0; a < 2; a++)
    through(curve->root, s, info->mixed[a], along[a]);
  sw_ols_classical(curve->root, s, s2, bb);
  for (int j = 0; j < s; j++)
    for (int i = 0; i <= j; i++) {
      double sum = bb[j * s + i];
      for (int a = 0; a < 2; a++)
        for (int c = 0; c < 2; c++)
          sum += along[a][i] * inverse[a][c] * along[c][j];
      v[j * count + i] = v[i * count + j] = sum;
    }
  for (int a = 0; a < 2; a++) {
    if (at[a] < 0) continue;
    for (int i = 0; i < s; i++)
      v[at[a] * count + i] = v[i * count + at[a]] =
          -(along[0][i] * inverse[0][a] + along[1][i] * inverse[1][a]);
    for (int c = 0; c < 2; c++)
      if (at[c] >= 0) v[at[a] * count + at[c]] = inverse[a][c];
  }
}

/* Four blocks of 8 n numbers for sac's joint traces alone. */
size_t sw_spatial_covariance_room(const sw_spatial_model *model) {
  size_t s = (size_t)model->terms.slopes;
  size_t joint = model->has_rho && model->has_lambda && model->n <= SW_SPATIAL_SAC_MOST;
  return 2 * s + 2 * s + s * s + joint * 4 * BLOCK * (size_t)model->n;
}

/* The filters are left at rho and lambda. b is taken out of the corner first (Schur), so that only
 * three parameters are inverted. False: the information is not positive definite. sigma2's own
 * error follows from that of ln sigma2: d s2 = s2 d ln s2. */
bool sw_spatial_covariance(sw_spatial_model *model, const sw_spatial_curve *curve, double rho,
                           double lambda, double *work, sw_spatial_fit *fit) {
  int s = model->terms.slopes, which[3], count = 0;
  double s2 = fit->sigma2, inverse[3][3] = {{0}}, *rest = work + 4 * s + s * s;
  information info = {.mixed = {work, work + s}};
  if (model->has_rho) which[count++] = RHO;
  if (model->has_lambda) which[count++] = LAMBDA;
  which[count++] = LOG_S2;
  info.corner[LOG_S2][LOG_S2] = model->effective / 2;
  if (model->has_rho) sw_filter_set(model->w, rho);
  if (model->has_lambda && model->w2 != model->w) sw_filter_set(model->w2, lambda);
  sw_spatial_expect(model, curve->b, lambda);
  if (fit->spec.information == SW_SPATIAL_OBSERVED)
    observed(model, rho, lambda, s2, curve, &info);
  else
    expected(model, rho, lambda, s2, rest, &info);
  /* Only the upper half was filled. */
  for (int a = 0; a < 3; a++)
    for (int c = 0; c < a; c++)
      info.corner[a][c] = info.corner[c][a];
  double *along = work + 2 * s;
  for (int a = 0; a < 2; a++) {
    through(curve->root, s, info.mixed[a], along);
    for (int c = 0; c < 2; c++)
      info.corner[c][a] -= sw_dot(along, info.mixed[c], s) / s2;
  }
  if (!invert((const double(*)[3])info.corner, count, which, inverse)) return false;
  fill_vcov(model, curve, &info, inverse, s2, along, fit->vcov);
  fit->sigma2_se = s2 * sqrt(inverse[LOG_S2][LOG_S2]);
  return true;
}
