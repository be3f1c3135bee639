/* Cholesky's factor of a small dense matrix, column by column (cholesky.h): n^3 / 3 operations, for
 * the few coefficients of a model. Sums run in the order of columns. No pivots: a matrix that is
 * singular to rounding is refused, and the caller says what depends on what.
 *
 * Used for information matrices of the spatial models, for effects of periods and for Newton steps.
 * The matrices are of a side of a few tens, so no blocking and no BLAS, whose last bits differ
 * between processors. Pure: any thread, the caller's memory. */
#include "kernel/linear/cholesky.h"

#include <math.h>
#include <string.h>

/* Of a diagonal element, what is left of it where the matrix is singular. Compared with the element
 * before anything was taken off, so the test does not depend on the scale of a row; 1e-12 leaves
 * room for the rounding of the matrix's own sums. */
static const double smallest = 1e-12;

/* In place: the upper triangle of a becomes R, a = R'R. False: not positive definite up to
 * rounding. O(n^3/3), sums in order. */
bool sw_cholesky_factor(double *a, int n) {
  for (int j = 0; j < n; j++) {
    double whole = a[j * n + j], rest = whole;
    for (int l = 0; l < j; l++)
      rest -= a[l * n + j] * a[l * n + j];
    /* Not > rather than <=: a NaN is refused as well. */
    if (!(rest > smallest * fabs(whole))) return false;
    a[j * n + j] = sqrt(rest);
    for (int i = j + 1; i < n; i++) {
      double sum = a[j * n + i];
      for (int l = 0; l < j; l++)
        sum -= a[l * n + i] * a[l * n + j];
      a[j * n + i] = sum / a[j * n + j];
    }
  }
  return true;
}

/* L z = x. By columns, so that the inner loop runs through memory in order. */
static void solve_lower(const double *l, int n, double *x) {
  for (int j = 0; j < n; j++) {
    x[j] /= l[j * n + j];
    for (int i = j + 1; i < n; i++)
      x[i] -= l[j * n + i] * x[j];
  }
}

/* L z = x, then L' x = z. */
void sw_cholesky_solve(const double *l, int n, double *x) {
  solve_lower(l, n, x);
  for (int j = n - 1; j >= 0; j--) {
    double sum = x[j];
    for (int i = j + 1; i < n; i++)
      sum -= l[j * n + i] * x[i];
    x[j] = sum / l[j * n + j];
  }
}

/* x'A^-1 x as the square of L^-1 x: never negative. `work`: n n + n numbers; A stays as it is. */
double sw_cholesky_form(const double *a, int n, const double *x, double *work) {
  double *z = work + n * n, sum = 0;
  memcpy(work, a, (size_t)(n * n) * sizeof *work);
  memcpy(z, x, (size_t)n * sizeof *z);
  if (!sw_cholesky_factor(work, n)) return NAN;
  solve_lower(work, n, z);
  for (int i = 0; i < n; i++)
    sum += z[i] * z[i];
  return sum;
}
