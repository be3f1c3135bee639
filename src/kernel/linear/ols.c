/* Least squares by a QR factorisation of [X y] (ols.h): n k^2 operations, in the caller's memory.
 * Covariances are formed in the coordinates of R, where X'X is the identity, so that they lose no
 * digits to the scale of X.
 *
 * Called by the spatial tests and Hausman's test, and by measure/model/convergence.c, each from one
 * thread with its own workspace. */
#include "kernel/linear/ols.h"

#include "kernel/linear/qr.h"

#include <math.h>
#include <string.h>

/* [X y], its triangle, b, root, residuals. */
size_t sw_ols_workspace(int64_t n, int k) {
  size_t side = (size_t)k + 1;
  return ((size_t)n * side + side * side + (size_t)k * side + (size_t)n) * sizeof(double);
}

/* Twice through the values: the first mean is right to rounding, the sum about it is corrected by
 * what the deviations add up to. */
static double squares_about_mean(const double *y, int64_t n) {
  double mean = 0, rest = 0, sum = 0;
  for (int64_t i = 0; i < n; i++)
    mean += y[i];
  mean /= (double)n;
  for (int64_t i = 0; i < n; i++) {
    rest += y[i] - mean;
    sum += (y[i] - mean) * (y[i] - mean);
  }
  return sum - rest * rest / (double)n;
}

/* Residuals from the coefficients, rss from the triangle: y's last diagonal element is its length
 * beyond X, and keeps its digits where the fit is close. Residuals by y - X b and not from the
 * reflections, which are not kept: each is right to the rounding of y. */
int sw_ols_fit(const double *const *x, const double *y, int64_t n, int k, void *workspace,
               sw_ols *fit) {
  int side = k + 1;
  double *a = workspace, *r = a + (int64_t)side * n;
  *fit = (sw_ols){.n = n, .k = k, .b = r + side * side};
  fit->root = fit->b + k;
  fit->residual = fit->root + k * k;
  for (int j = 0; j < side; j++)
    /* The factorisation uses up its input, so X and y are copied; the caller's columns stay as they
     * are. */
    memcpy(a + j * n, j < k ? x[j] : y, (size_t)n * sizeof *a);
  memset(r, 0, (size_t)(side * side) * sizeof *r);
  sw_qr_append(r, side, a, n);
  int dependent = sw_qr_solve(r, k, fit->b, fit->root);
  if (dependent >= 0) return dependent;
  memcpy(fit->residual, y, (size_t)n * sizeof *y);
  for (int j = 0; j < k; j++)
    for (int64_t i = 0; i < n; i++)
      fit->residual[i] -= fit->b[j] * x[j][i];
  /* The subtraction of squares of fitted values from those of y would lose as many digits as R^2
   * has nines. */
  fit->rss = r[k * side + k] * r[k * side + k];
  fit->tss = squares_about_mean(y, n);
  return -1;
}

/* factor root C root', C symmetric (NULL: the identity). The lower half is a copy of the upper one,
 * so that the matrix is symmetric to the bit. (X'X)^-1 is root root', so every covariance here is
 * root C root' of some C; the loops skip the zeros below root's diagonal. O(k^4) for a full C, of a
 * k of some tens. */
static void wrap(const double *root, int k, const double *c, double factor, double *v) {
  for (int i = 0; i < k; i++)
    for (int j = i; j < k; j++) {
      double sum = 0;
      for (int p = i; p < k; p++)
        for (int q = c ? j : p; q < (c ? k : p + 1); q++)
          sum += root[p * k + i] * (c ? c[q * k + p] : 1) * root[q * k + j];
      v[j * k + i] = v[i * k + j] = factor * sum;
    }
}

void sw_ols_classical(const double *root, int k, double s2, double *vcov) {
  wrap(root, k, NULL, s2, vcov);
}

/* C = root' M root puts the meat into R's coordinates, of size 1 whatever the scale of X. */
void sw_ols_sandwich(const double *root, int k, const double *meat, double factor, double *work,
                     double *vcov) {
  /* C = root' M root */
  for (int p = 0; p < k; p++)
    for (int q = p; q < k; q++) {
      double sum = 0;
      for (int i = 0; i <= p; i++)
        for (int j = 0; j <= q; j++)
          sum += root[p * k + i] * meat[j * k + i] * root[q * k + j];
      work[q * k + p] = work[p * k + q] = sum;
    }
  wrap(root, k, work, factor, vcov);
}

/* MacKinnon & White 1985: the meat sums x x' e^2, scaled by n/(n - k). The simplest factor for
 * small samples; the caller names it in the output. */
void sw_ols_hc1(const sw_ols *fit, const double *const *x, double *work, double *vcov) {
  int k = fit->k;
  double *meat = work + k * k, n = (double)fit->n;
  for (int p = 0; p < k; p++)
    for (int q = p; q < k; q++) {
      double sum = 0;
      for (int64_t i = 0; i < fit->n; i++)
        sum += x[p][i] * x[q][i] * fit->residual[i] * fit->residual[i];
      meat[q * k + p] = meat[p * k + q] = sum;
    }
  sw_ols_sandwich(fit->root, k, meat, n / (n - k), work, vcov);
}
