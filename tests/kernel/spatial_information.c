/* Information matrices of spatial models against dense algebra: the expected one written out with
 * G, H and K as full matrices, the observed one by differences of the full log-likelihood. Lee &
 * Yu's against the model in the n - 1 dimensions and T - 1 periods that it stands for. */
#include "kernel/spatial_data.h"

#include <criterion/criterion.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

/* A model in full: y and the columns of z are n * periods long. */
typedef struct dense {
  size_t n, periods, slopes;
  gsl_matrix *w, *w2; /* n x n */
  double *y, **z;
  bool rho, lambda;
} dense;

static gsl_matrix *product(const gsl_matrix *a, const gsl_matrix *b) {
  gsl_matrix *c = gsl_matrix_calloc(a->size1, b->size2);
  gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, a, b, 0, c);
  return c;
}

/* I - rho W. */
static gsl_matrix *filter_of(const gsl_matrix *w, double rho) {
  gsl_matrix *a = gsl_matrix_calloc(w->size1, w->size1);
  for (size_t i = 0; i < w->size1; i++)
    for (size_t j = 0; j < w->size1; j++)
      gsl_matrix_set(a, i, j, (i == j) - rho * gsl_matrix_get(w, i, j));
  return a;
}

static gsl_matrix *inverse_of(const gsl_matrix *a, double *logdet) {
  gsl_matrix *lu = gsl_matrix_calloc(a->size1, a->size1),
             *x = gsl_matrix_calloc(a->size1, a->size1);
  gsl_permutation *p = gsl_permutation_alloc(a->size1);
  int sign;
  gsl_matrix_memcpy(lu, a);
  gsl_linalg_LU_decomp(lu, p, &sign);
  gsl_linalg_LU_invert(lu, p, x);
  *logdet = gsl_linalg_LU_lndet(lu);
  return x;
}

static double logdet_of(const gsl_matrix *a) {
  gsl_matrix *lu = gsl_matrix_calloc(a->size1, a->size1);
  gsl_permutation *p = gsl_permutation_alloc(a->size1);
  int sign;
  gsl_matrix_memcpy(lu, a);
  gsl_linalg_LU_decomp(lu, p, &sign);
  double logdet = gsl_linalg_LU_lndet(lu);
  gsl_matrix_free(lu);
  gsl_permutation_free(p);
  return logdet;
}

static double trace_of(const gsl_matrix *a, const gsl_matrix *b, bool transposed) {
  double sum = 0;
  for (size_t i = 0; i < a->size1; i++)
    for (size_t j = 0; j < a->size1; j++)
      sum += gsl_matrix_get(a, i, j) *
             (transposed ? gsl_matrix_get(b, i, j) : gsl_matrix_get(b, j, i));
  return sum;
}

/* M x by period. */
static double *apply(const dense *d, const gsl_matrix *m, const double *x) {
  double *out = calloc(d->n * d->periods, sizeof *out);
  for (size_t t = 0; t < d->periods; t++)
    for (size_t i = 0; i < d->n; i++)
      for (size_t j = 0; j < d->n; j++)
        out[t * d->n + i] += gsl_matrix_get(m, i, j) * x[t * d->n + j];
  return out;
}

static double dot(const dense *d, const double *a, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < d->n * d->periods; i++)
    sum += a[i] * b[i];
  return sum;
}

/* Parameters: slopes, rho, lambda, sigma2; rho and lambda are there in any case, `used` or not. */
static double loglik(const dense *d, const double *p) {
  double rho = p[d->slopes], lambda = p[d->slopes + 1], s2 = p[d->slopes + 2];
  gsl_matrix *a = filter_of(d->w, rho), *b = filter_of(d->w2, lambda);
  double logdet = logdet_of(a) + logdet_of(b);
  double *u = apply(d, a, d->y), size = (double)(d->n * d->periods);
  for (size_t j = 0; j < d->slopes; j++)
    for (size_t i = 0; i < d->n * d->periods; i++)
      u[i] -= p[j] * d->z[j][i];
  double *e = apply(d, b, u);
  gsl_matrix_free(a);
  gsl_matrix_free(b);
  return (double)d->periods * logdet - size / 2 * log(2 * M_PI * s2) - dot(d, e, e) / (2 * s2);
}

/* Negative second derivatives by differences, which is what models must not use themselves. */
static void observed(const dense *d, const double *p, gsl_matrix *info) {
  size_t count = d->slopes + 3;
  double step[32], at[32];
  for (size_t i = 0; i < count; i++)
    step[i] = 1e-4 * fmax(fabs(p[i]), i < d->slopes ? 1e-2 : 1e-1 * (i < d->slopes + 2));
  step[d->slopes + 2] = 1e-4 * p[d->slopes + 2];
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j <= i; j++) {
      double sum = 0;
      for (int a = -1; a <= 1; a += 2)
        for (int b = -1; b <= 1; b += 2) {
          memcpy(at, p, count * sizeof *at);
          at[i] += a * step[i];
          at[j] += b * step[j];
          sum += a * b * loglik(d, at);
        }
      gsl_matrix_set(info, i, j, -sum / (4 * step[i] * step[j]));
      gsl_matrix_set(info, j, i, -sum / (4 * step[i] * step[j]));
    }
}

static void set_both(gsl_matrix *m, size_t i, size_t j, double x) {
  gsl_matrix_set(m, i, j, x);
  gsl_matrix_set(m, j, i, x);
}

static void expected(const dense *d, const double *p, gsl_matrix *info) {
  size_t s = d->slopes;
  double rho = p[s], lambda = p[s + 1], s2 = p[s + 2], unused, times = (double)d->periods;
  gsl_matrix *a = filter_of(d->w, rho), *b = filter_of(d->w2, lambda);
  gsl_matrix *b1 = inverse_of(b, &unused), *g = product(d->w, inverse_of(a, &unused));
  gsl_matrix *h = product(d->w2, b1), *k = product(product(b, g), b1);
  double *fitted = calloc(d->n * d->periods, sizeof *fitted), *bz[16];
  for (size_t j = 0; j < s; j++) {
    for (size_t i = 0; i < d->n * d->periods; i++)
      fitted[i] += p[j] * d->z[j][i];
    bz[j] = apply(d, b, d->z[j]);
  }
  double *bgf = apply(d, b, apply(d, g, fitted));
  for (size_t i = 0; i < s; i++) {
    for (size_t j = 0; j <= i; j++)
      set_both(info, i, j, dot(d, bz[i], bz[j]) / s2);
    set_both(info, i, s, dot(d, bz[i], bgf) / s2);
  }
  double tr_g = 0, tr_h = 0;
  for (size_t i = 0; i < d->n; i++) {
    tr_g += gsl_matrix_get(g, i, i);
    tr_h += gsl_matrix_get(h, i, i);
  }
  set_both(info, s, s,
           times * (trace_of(g, g, false) + trace_of(k, k, true)) + dot(d, bgf, bgf) / s2);
  set_both(info, s + 1, s + 1, times * (trace_of(h, h, false) + trace_of(h, h, true)));
  set_both(info, s, s + 1, times * (trace_of(h, k, true) + trace_of(h, k, false)));
  set_both(info, s, s + 2, times * tr_g / s2);
  set_both(info, s + 1, s + 2, times * tr_h / s2);
  set_both(info, s + 2, s + 2, times * (double)d->n / (2 * s2 * s2));
}

/* The covariance of the parameters that the model has, against that of the fit. */
static void compare(const dense *d, const sw_spatial_fit *fit, double tolerance) {
  size_t s = d->slopes, kept[32], count = 0;
  double p[32] = {0};
  memcpy(p, fit->coefficient, s * sizeof *p);
  if (d->rho) p[s] = fit->coefficient[fit->terms.rho];
  if (d->lambda) p[s + 1] = fit->coefficient[fit->terms.lambda];
  p[s + 2] = fit->sigma2;
  gsl_matrix *info = gsl_matrix_calloc(s + 3, s + 3);
  if (fit->spec.information == SW_SPATIAL_OBSERVED)
    observed(d, p, info);
  else
    expected(d, p, info);
  for (size_t i = 0; i < s + 3; i++)
    if (i < s || (i == s && d->rho) || (i == s + 1 && d->lambda) || i == s + 2) kept[count++] = i;
  gsl_matrix *part = gsl_matrix_calloc(count, count);
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      gsl_matrix_set(part, i, j, gsl_matrix_get(info, kept[i], kept[j]));
  double unused;
  gsl_matrix *v = inverse_of(part, &unused);
  for (size_t i = 0; i + 1 < count; i++)
    for (size_t j = 0; j + 1 < count; j++) {
      double wanted = gsl_matrix_get(v, i, j);
      double size = sqrt(gsl_matrix_get(v, i, i) * gsl_matrix_get(v, j, j));
      cr_expect(fabs(fit->vcov[i * (count - 1) + j] - wanted) <= tolerance * size,
                "vcov(%zu, %zu) = %.12g, wanted %.12g of %.3g", i, j,
                fit->vcov[i * (count - 1) + j], wanted, size);
      cr_expect_eq(fit->vcov[i * (count - 1) + j], fit->vcov[j * (count - 1) + i]);
    }
  double se = sqrt(gsl_matrix_get(v, count - 1, count - 1));
  cr_expect(fabs(fit->sigma2_se - se) <= tolerance * se, "se of sigma2 %g, wanted %g",
            fit->sigma2_se, se);
}

static gsl_matrix *full(const sw_links *w) {
  gsl_matrix *m = gsl_matrix_calloc((size_t)w->n, (size_t)w->n);
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      gsl_matrix_set(m, (size_t)i, (size_t)w->to[e], w->value[e]);
  return m;
}

/* ---- a cross-section ------------------------------------------------------------------------- */

/* `other`: errors go along another matrix, a ring of the units in their order. */
static void check_columbus(sw_spatial_form form, bool lags, bool other,
                           sw_spatial_information information, double tolerance) {
  static int64_t start[50];
  static int32_t to[98];
  spatial_set set = spatial_columbus();
  sw_links *links = set.links;
  if (other) {
    for (int i = 0; i < 49; i++) {
      start[i + 1] = 2 * i + 2;
      to[2 * i] = i == 0 ? 1 : i == 48 ? 0 : i - 1;
      to[2 * i + 1] = i == 0 ? 48 : i == 48 ? 47 : i + 1;
    }
    spatial_set ring = {.links = spatial_links(49, start, to, NULL, true)};
    spatial_filters(&ring);
    links = ring.links;
    set.other = ring.other;
  }
  sw_spatial_fit fit = spatial_fit(
      &set, (sw_spatial_spec){.form = form, .lags_of_x = lags, .information = information});
  dense d = {.n = 49,
             .periods = 1,
             .w = full(set.links),
             .w2 = full(links),
             .y = set.y,
             .slopes = (size_t)fit.terms.slopes,
             .rho = fit.terms.rho >= 0,
             .lambda = fit.terms.lambda >= 0};
  d.z = calloc(8, sizeof *d.z);
  d.z[0] = calloc(49, sizeof(double));
  for (int i = 0; i < 49; i++)
    d.z[0][i] = 1;
  for (int j = 0; j < 2; j++) {
    d.z[1 + j] = set.x[j];
    d.z[3 + j] = apply(&d, d.w, set.x[j]);
  }
  cr_expect_eq(fit.spec.information, information);
  compare(&d, &fit, tolerance);
}

Test(spatial_information, expected) {
  check_columbus(SW_SPATIAL_LAG, false, false, SW_SPATIAL_EXPECTED, 1e-9);
  check_columbus(SW_SPATIAL_DURBIN, false, false, SW_SPATIAL_EXPECTED, 1e-9);
  check_columbus(SW_SPATIAL_ERROR, false, false, SW_SPATIAL_EXPECTED, 1e-9);
  check_columbus(SW_SPATIAL_SAC, false, false, SW_SPATIAL_EXPECTED, 1e-9);
  check_columbus(SW_SPATIAL_SAC, true, false, SW_SPATIAL_EXPECTED, 1e-9);
  check_columbus(SW_SPATIAL_SAC, false, true, SW_SPATIAL_EXPECTED, 1e-9);
  check_columbus(SW_SPATIAL_DURBIN_ERROR, false, true, SW_SPATIAL_EXPECTED, 1e-9);
}

Test(spatial_information, observed) {
  check_columbus(SW_SPATIAL_LAG, false, false, SW_SPATIAL_OBSERVED, 1e-5);
  check_columbus(SW_SPATIAL_DURBIN_ERROR, false, false, SW_SPATIAL_OBSERVED, 1e-5);
  check_columbus(SW_SPATIAL_SAC, false, false, SW_SPATIAL_OBSERVED, 1e-5);
  check_columbus(SW_SPATIAL_SAC, true, true, SW_SPATIAL_OBSERVED, 1e-5);
}

/* ---- Lee & Yu ----------------------------------------------------------------------------------
 */

enum { N = 6, T = 4 };

/* Rows orthogonal to each other and to 1 (Helmert): size - 1 of them. */
static gsl_matrix *helmert(size_t size) {
  gsl_matrix *f = gsl_matrix_calloc(size - 1, size);
  for (size_t i = 0; i + 1 < size; i++) {
    double k = (double)i + 1, scale = 1 / sqrt(k * (k + 1));
    for (size_t j = 0; j <= i; j++)
      gsl_matrix_set(f, i, j, scale);
    gsl_matrix_set(f, i, i + 1, -k * scale);
  }
  return f;
}

/* F_n X F_T' of a panel x[t * N + i]. */
static double *transform(const double *x) {
  gsl_matrix *fn = helmert(N), *ft = helmert(T);
  double *out = calloc((N - 1) * (T - 1), sizeof *out);
  for (size_t s = 0; s < T - 1; s++)
    for (size_t k = 0; k < N - 1; k++)
      for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < N; i++)
          out[s * (N - 1) + k] +=
              gsl_matrix_get(ft, s, t) * gsl_matrix_get(fn, k, i) * x[t * N + i];
  return out;
}

/* Links of a ring and one chord. */
static spatial_set small_panel(void) {
  static const int64_t start[] = {0, 3, 5, 7, 10, 12, 14};
  static const int32_t to[] = {1, 3, 5, 0, 2, 1, 3, 0, 2, 4, 3, 5, 0, 4};
  spatial_set set = {.n = N, .periods = T, .k = 2};
  uint64_t state = 7;
  double *column[3];
  for (int v = 0; v < 3; v++) {
    column[v] = calloc(N * T, sizeof(double));
    for (int i = 0; i < N * T; i++) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      column[v][i] = (double)(state >> 40) / 0x1p24 + i % N;
    }
  }
  for (int i = 0; i < N * T; i++)
    column[0][i] += 2 * column[1][i] - column[2][i];
  set.y = column[0];
  set.x[0] = column[1];
  set.x[1] = column[2];
  set.links = spatial_links(N, start, to, NULL, true);
  spatial_filters(&set);
  return set;
}

static void check_lee_yu(sw_spatial_form form) {
  spatial_set set = small_panel();
  sw_spatial_fit fit =
      spatial_fit(&set, (sw_spatial_spec){.form = form, .fixed = SW_SPATIAL_TWO_WAY});
  gsl_matrix *f = helmert(N), *back = gsl_matrix_calloc(N, N - 1);
  gsl_matrix_transpose_memcpy(back, f);
  gsl_matrix *w = product(product(f, full(set.links)), back);
  dense d = {.n = N - 1,
             .periods = T - 1,
             .slopes = (size_t)fit.terms.slopes,
             .w = w,
             .w2 = w,
             .y = transform(set.y),
             .rho = fit.terms.rho >= 0,
             .lambda = fit.terms.lambda >= 0};
  d.z = calloc(8, sizeof *d.z);
  for (int j = 0; j < 2; j++) {
    d.z[j] = transform(set.x[j]);
    d.z[2 + j] = apply(&d, w, d.z[j]);
  }
  double p[8] = {0};
  memcpy(p, fit.coefficient, d.slopes * sizeof *p);
  if (d.rho) p[d.slopes] = fit.coefficient[fit.terms.rho];
  if (d.lambda) p[d.slopes + 1] = fit.coefficient[fit.terms.lambda];
  p[d.slopes + 2] = fit.sigma2;
  NEAR(fit.loglik, loglik(&d, p), 1e-11);
  compare(&d, &fit, 1e-9);
  /* It is the maximum. */
  for (size_t i = 0; i < d.slopes + 3; i++)
    for (int sign = -1; sign <= 1; sign += 2) {
      double at[8];
      memcpy(at, p, sizeof at);
      at[i] += sign * 1e-4 * fmax(1e-2, fabs(p[i]));
      bool absent = (i == d.slopes && !d.rho) || (i == d.slopes + 1 && !d.lambda);
      cr_expect(absent || loglik(&d, at) < fit.loglik, "parameter %zu", i);
    }
}

Test(spatial_information, lee_yu) {
  check_lee_yu(SW_SPATIAL_LAG);
  check_lee_yu(SW_SPATIAL_DURBIN);
  check_lee_yu(SW_SPATIAL_ERROR);
  check_lee_yu(SW_SPATIAL_SAC);
}
