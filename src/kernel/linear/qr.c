/* Householder's triangle of a matrix that comes in pieces of rows (qr.h). A reflection of column j
 * touches row j of the triangle and the new rows alone, as the rows between are zero in that
 * column: so appending m rows costs m k^2, whatever came before, and the memory is one piece and
 * the triangle.
 *
 * All least squares of the program rest on this: X'X is never formed, which would square the
 * condition number. The bits depend on how rows are cut into pieces, which callers fix.
 *
 * Pure, any thread. Parts of the rows may be reduced by several threads or ranks and their
 * triangles joined; the order of joining is fixed by the caller, as it shows in the last bits. */
#include "kernel/linear/qr.h"

#include <math.h>

enum { LANES = 8 };

/* Of its length, what is left of a column that depends on others: rounding leaves 1e-15. */
static const double smallest = 1e-10;

/* Eight lanes, joined in one order: the same bits on every instruction set. Lanes do not depend on
 * the width of vectors: 8 doubles are one AVX-512 register, two of AVX2, four of SSE2. The
 * remainder goes into the lanes that it would have in a longer run. */
double sw_dot(const double *a, const double *b, int64_t n) {
  double lane[LANES] = {0};
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++)
      lane[l] += a[i + l] * b[i + l];
  for (int l = 0; i < n; i++, l++)
    lane[l] += a[i] * b[i];
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* The reflection that takes (r_jj, a_j) to (-+length, 0), applied to the columns behind it. Its
 * first element has the sign of r_jj, so that nothing cancels. The normalising factor 2/(v'v) is
 * applied once per column, so no root is taken but the length. */
static void reflect(double *r, int k, double *a, int64_t m, int j) {
  double *column = a + (int64_t)j * m, *corner = &r[j * k + j];
  double rest = sw_dot(column, column, m);
  /* Nothing to turn: the new rows are zero in this column. */
  if (rest == 0) return;
  double length = sqrt(*corner * *corner + rest);
  double head = *corner >= 0 ? *corner + length : *corner - length;
  for (int l = j + 1; l < k; l++) {
    double *other = a + (int64_t)l * m;
    double scale = (head * r[l * k + j] + sw_dot(column, other, m)) * 2 / (head * head + rest);
    r[l * k + j] -= scale * head;
    for (int64_t i = 0; i < m; i++)
      other[i] -= scale * column[i];
  }
  *corner = *corner >= 0 ? -length : length;
}

void sw_qr_append(double *r, int k, double *a, int64_t m) {
  for (int j = 0; j < k; j++)
    reflect(r, k, a, m, j);
}

/* A triangle is k rows like any others. */
void sw_qr_join(double *r, int k, double *other) {
  sw_qr_append(r, k, other, k);
}

/* R^-1 column by column, by substitution from the diagonal upward. n^3 / 6 multiplications; the
 * zeros below the diagonal are written, as callers read whole columns. */
static void invert(const double *r, int side, int k, double *root) {
  for (int j = 0; j < k; j++) {
    for (int i = k - 1; i > j; i--)
      root[j * k + i] = 0;
    root[j * k + j] = 1 / r[j * side + j];
    for (int i = j - 1; i >= 0; i--) {
      double sum = 0;
      for (int l = i + 1; l <= j; l++)
        sum += r[l * side + i] * root[j * k + l];
      root[j * k + i] = -sum / r[i * side + i];
    }
  }
}

/* The length of column j, of which the triangle keeps it all. */
double sw_qr_length(const double *r, int k, int j) {
  return sqrt(sw_dot(r + j * k, r + j * k, j + 1));
}

/* The diagonal is what a column has beyond those before it. Relative to the column's own length, so
 * units of measurement do not matter. Not >: a NaN counts as dependent. */
int sw_qr_dependent(const double *r, int k, int count) {
  for (int j = 0; j < count; j++)
    if (!(fabs(r[j * k + j]) > smallest * sw_qr_length(r, k, j))) return j;
  return -1;
}

/* The last column of r is y: r holds [X y] reduced. `root` receives R^-1, so that (X'X)^-1 = root
 * root'. */
int sw_qr_solve(const double *r, int k, double *b, double *root) {
  int side = k + 1, dependent = sw_qr_dependent(r, side, k);
  if (dependent >= 0) return dependent;
  /* Back substitution with the last column of r as right side. */
  for (int i = k - 1; i >= 0; i--) {
    double sum = r[k * side + i];
    for (int l = i + 1; l < k; l++)
      sum -= r[l * side + i] * b[l];
    b[i] = sum / r[i * side + i];
  }
  invert(r, side, k, root);
  return -1;
}
