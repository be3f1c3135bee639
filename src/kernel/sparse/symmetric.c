/* Eigenvalues of a dense symmetric matrix: Householder's reduction to three diagonals, from the
 * last row up, then QL steps with implicit shifts (Golub & Van Loan 2013, sections 8.3; Wilkinson &
 * Reinsch 1971, II/2 and II/4). The reduction is bound by memory: a reflection is applied to the
 * matrix in the pass that multiplies it by the next one. 4/3 n^3 operations, the lower triangle of
 * n x n numbers, which is overwritten. Called by spectrum.c for the weights matrices of some
 * thousands of units. */
#include "kernel/sparse/symmetric.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/hot.h"

/* ---- three diagonals ---------------------------------------------------------------------- */

/* Row i loses v_i w + w_i v, columns up to i. A - v w' - w v' by rows of the lower triangle. */
SW_HOT static void reflect_row(int64_t i, const double *restrict v, const double *restrict w,
                               double *restrict row) {
  double a = -v[i], b = -w[i];
  for (int64_t j = 0; j <= i; j++)
    row[j] = __builtin_fma(a, w[j], __builtin_fma(b, v[j], row[j]));
}

/* The same of row i, whose product with u, and what it adds to the products of the rows before it
 * by symmetry, go to p. In eight lanes. One read and one write of the row for both steps; two
 * passes would take twice the time, as the matrix does not fit the caches. */
SW_HOT static void reflect_and_multiply(int64_t i, const double *restrict v,
                                        const double *restrict w, const double *restrict u,
                                        double *restrict row, double *restrict p) {
  double a = -v[i], b = -w[i], own = u[i], lane[8] = {0};
  int64_t j = 0;
  for (; j + 8 <= i; j += 8)
    for (int l = 0; l < 8; l++) {
      double x = __builtin_fma(a, w[j + l], __builtin_fma(b, v[j + l], row[j + l]));
      row[j + l] = x;
      lane[l] = __builtin_fma(x, u[j + l], lane[l]);
      p[j + l] = __builtin_fma(x, own, p[j + l]);
    }
  for (; j < i; j++) {
    double x = __builtin_fma(a, w[j], __builtin_fma(b, v[j], row[j]));
    row[j] = x;
    lane[j % 8] = __builtin_fma(x, u[j], lane[j % 8]);
    p[j] = __builtin_fma(x, own, p[j]);
  }
  row[i] = __builtin_fma(a, w[i], __builtin_fma(b, v[i], row[i]));
  double sum =
      ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
  p[i] += __builtin_fma(row[i], own, sum);
}

/* Eight lanes, joined in a fixed order: the same bits with any vectors. */
SW_INLINE double dot(int64_t n, const double *x, const double *y) {
  double lane[8] = {0};
  for (int64_t i = 0; i < n; i++)
    lane[i % 8] = __builtin_fma(x[i], y[i], lane[i % 8]);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* w of A - v w' - w v', the reflected matrix, of the product p = A u. w = factor (p - half u), half
 * = factor p'u/2: so that v w' + w v' is the whole of both reflections. */
SW_HOT static void second_vector(int64_t n, double factor, const double *u, const double *p,
                                 double *v, double *w) {
  double half = factor * dot(n, p, u) / 2;
  for (int64_t j = 0; j < n; j++) {
    v[j] = u[j];
    w[j] = factor * __builtin_fma(-half, u[j], p[j]);
  }
}

/* u, of x[0 .. n): I - factor u u' takes x to a multiple of its last unit vector, which is
 * returned. The sign is that of the last element, so nothing cancels. factor is 2/(u'u). */
static double reflection(int64_t n, const double *x, double *u, double *factor) {
  double size = sqrt(dot(n, x, x)), last = x[n - 1];
  memcpy(u, x, (size_t)n * sizeof *u);
  *factor = 0;
  /* A row that is zero already needs no reflection: factor 0 makes w zero. */
  if (size == 0) return 0;
  u[n - 1] = last + copysign(size, last);
  *factor = 1 / (size * (size + fabs(last)));
  return -copysign(size, last);
}

/* diagonal[n], beside[i] between i - 1 and i. work: four vectors. Columns from the last to the
 * first. In round i the rows below are final; the reflection found in a round is applied in the
 * next. */
static void reduce(int64_t n, double *a, double *diagonal, double *beside, double *work) {
  double *v = work, *w = v + n + 8, *u = w + n + 8, *p = u + n + 8;
  memset(work, 0, (size_t)(4 * (n + 8)) * sizeof *work);
  for (int64_t i = n - 1; i >= 1; i--) {
    double *row = a + i * n, factor;
    reflect_row(i, v, w, row);
    diagonal[i] = row[i];
    beside[i] = reflection(i, row, u, &factor);
    memset(p, 0, (size_t)i * sizeof *p);
    for (int64_t r = 0; r < i; r++)
      reflect_and_multiply(r, v, w, u, a + r * n, p);
    second_vector(i, factor, u, p, v, w);
  }
  /* Row 0 has only its diagonal left. */
  reflect_row(0, v, w, a);
  diagonal[0] = a[0];
  beside[0] = 0;
}

/* ---- QL ----------------------------------------------------------------------------------- */

/* The first row from `from` whose number beside the next one is rounding. */
static int64_t open_to(int64_t n, int64_t from, const double *d, const double *e) {
  int64_t m = from;
  while (m < n - 1 && fabs(e[m]) > DBL_EPSILON * (fabs(d[m]) + fabs(d[m + 1])))
    m++;
  return m;
}

/* A step over rows from .. to, shifted by the eigenvalue of the first two rows that is nearer.
 * Implicit shift: the matrix d - shift is never formed, a bulge is chased from `to` up to
 * `from`. */
static void turn(int64_t from, int64_t to, double *d, double *e) {
  double half = (d[from + 1] - d[from]) / (2 * e[from]);
  /* The stable form of Wilkinson's shift: the sum in the denominator has equal signs. */
  double g = d[to] - d[from] + e[from] / (half + copysign(hypot(half, 1), half));
  double sine = 1, cosine = 1, moved = 0;
  for (int64_t i = to - 1; i >= from; i--) {
    double f = sine * e[i], b = cosine * e[i], r = hypot(f, g);
    e[i + 1] = r;
    /* An off-diagonal became 0 on the way: the block splits there and the caller begins anew. */
    if (r == 0) { /* it has come apart */
      d[i + 1] -= moved;
      e[to] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - moved;
    r = (d[i] - g) * sine + 2 * cosine * b;
    moved = sine * r;
    d[i + 1] = g + moved;
    g = cosine * r - b;
  }
  d[from] -= moved;
  e[from] = g;
  e[to] = 0;
}

/* Three steps for an eigenvalue are usual; a hundred mean that something is no number. From the
 * first row on, each time the block that is still connected to it. */
static bool ql(int64_t n, double *d, double *e) {
  for (int64_t from = 0; from < n; from++) {
    int64_t to;
    int steps = 0;
    while ((to = open_to(n, from, d, e)) > from) {
      if (++steps > 100) return false;
      turn(from, to, d, e);
    }
  }
  return true;
}

/* Ascending order is the result's contract. */
static void sift(double *x, int64_t root, int64_t n) {
  for (int64_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && x[child + 1] > x[child]) child++;
    if (!(x[child] > x[root])) return;
    double held = x[root];
    x[root] = x[child];
    x[child] = held;
  }
}

/* A heap: the order of equal values is of no account, and no memory is needed. */
static void sort(double *x, int64_t n) {
  for (int64_t k = n / 2 - 1; k >= 0; k--)
    sift(x, k, n);
  for (int64_t end = n - 1; end > 0; end--) {
    double held = x[0];
    x[0] = x[end];
    x[end] = held;
    sift(x, 0, end);
  }
}

/* Eigenvalues only, ascending; false: the iteration did not end. */
bool sw_symmetric_eigenvalues(int64_t n, double *a, double *value, double *work) {
  if (n == 0) return true;
  double *beside = work + 4 * (n + 8);
  reduce(n, a, value, beside, work);
  memmove(beside, beside + 1, (size_t)(n - 1) * sizeof *beside); /* between i and i + 1 */
  beside[n - 1] = 0;
  if (!ql(n, value, beside)) return false;
  sort(value, n);
  return true;
}
