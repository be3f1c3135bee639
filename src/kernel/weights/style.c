/* Styles of weights matrices (Tiefelsdorf, Griffith & Boots 1999; Kelejian & Prucha 2010). Sums run
 * over rows in their order, on one thread, so the bits depend on the matrix alone.
 *
 * The greatest absolute eigenvalue of a matrix without negative numbers is its Perron root. Of a
 * symmetric one Lanczos's process finds it, in some hundred products; rounding spoils the lesser
 * eigenvalues there, not the greatest. Else powers are taken, until the bounds of Collatz and
 * Wielandt meet or the growth of the sum does not change any more. */
#include "kernel/weights/style.h"

#include "base/arena.h"

#include <math.h>
#include <string.h>

/* Convergence is looked at every 20 steps; the limits bound matrices whose greatest eigenvalues lie
 * together. */
enum { LOOK = 20, MOST_STEPS = 20000, MOST_POWERS = 200000 };

/* A step of the greatest eigenvalue that is none, relative to it. */
static const double still = 1e-14;

/* The rows of the matrix whose eigenvalue is sought. */
typedef struct matrix {
  int64_t n;
  const int64_t *row_start;
  const int32_t *to;
  const double *value;
} matrix;

/* Row by row: as memory has it. */
static void multiply(const matrix *m, const double *x, double *out) {
  for (int64_t i = 0; i < m->n; i++) {
    double sum = 0;
    for (int64_t k = m->row_start[i]; k < m->row_start[i + 1]; k++)
      sum += m->value[k] * x[m->to[k]];
    out[i] = sum;
  }
}

/* Eight lanes joined in one order, as everywhere. */
static double dot(int64_t n, const double *x, const double *y) {
  double lane[8] = {0};
  for (int64_t i = 0; i < n; i++)
    lane[i % 8] += x[i] * y[i];
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* ---- symmetric: Lanczos ------------------------------------------------------------------ */

/* How many eigenvalues of the tridiagonal matrix lie above x, by the signs of its pivots
 * (Sylvester's law of inertia); a pivot of exactly 0 is moved by 1e-300. */
static int count_above(int k, const double *a, const double *b, double x) {
  int count = 0;
  double pivot = 1;
  for (int i = 0; i < k; i++) {
    double off = i > 0 ? b[i - 1] * b[i - 1] : 0;
    pivot = a[i] - x - off / (pivot == 0 ? 1e-300 : pivot);
    count += pivot > 0;
  }
  return count;
}

/* The greatest eigenvalue of the tridiagonal matrix, by bisection below Gershgorin's bound. lo is
 * lowered a little, so that count_above(lo) is above 0 at the start. */
static double greatest(int k, const double *a, const double *b) {
  double lo = a[0], hi = a[0];
  for (int i = 0; i < k; i++) {
    double reach = (i > 0 ? fabs(b[i - 1]) : 0) + (i + 1 < k ? fabs(b[i]) : 0);
    lo = fmax(lo, a[i]);
    hi = fmax(hi, a[i] + reach);
  }
  lo -= fabs(lo) * 1e-12 + 1e-300;
  for (int step = 0; step < 200 && lo < hi; step++) {
    double middle = lo + (hi - lo) / 2;
    if (middle <= lo || middle >= hi) break;
    if (count_above(k, a, b, middle) > 0)
      lo = middle;
    else
      hi = middle;
  }
  return hi;
}

/* One step: v is the vector, before it `last`; w becomes the next direction, not yet of length 1.
 *
 * The three-term recurrence without reorthogonalisation. */
static void step_lanczos(const matrix *m, const double *v, const double *last, double before,
                         double *w, double *a, double *b) {
  multiply(m, v, w);
  *a = dot(m->n, w, v);
  for (int64_t i = 0; i < m->n; i++)
    w[i] -= *a * v[i] + before * last[i];
  *b = sqrt(dot(m->n, w, w));
}

/* From the vector of ones, which has a part of the Perron vector of every component, where the
 * matrix falls into several. */
static double lanczos(const matrix *m, double *v, double *last, double *w, double *a, double *b) {
  double found = 0, before = 0;
  memset(last, 0, (size_t)m->n * sizeof *last);
  for (int64_t i = 0; i < m->n; i++)
    v[i] = 1 / sqrt((double)m->n);
  for (int k = 0; k < MOST_STEPS; k++) {
    step_lanczos(m, v, last, before, w, &a[k], &b[k]);
    before = b[k];
    /* The Krylov space is exhausted. */
    bool ends = !(before > 1e-13 * (fabs(a[0]) + 1e-300));
    if (ends || (k + 1) % LOOK == 0) {
      double now = greatest(k + 1, a, b);
      if (ends || fabs(now - found) <= still * now) return now;
      found = now;
    }
    double *spare = last;
    last = v, v = w, w = spare;
    for (int64_t i = 0; i < m->n; i++)
      v[i] /= before;
  }
  return NAN;
}

/* ---- any: powers ------------------------------------------------------------------------- */

/* Of m + s, s the mean row sum, which has one greatest eigenvalue where m has several of one size
 * (a chessboard). The bounds of Collatz and Wielandt: for x > 0 the root lies between the least and
 * the greatest y_i/x_i. */
static double powers(const matrix *m, double *x, double *y) {
  double shift = 0, before = 0;
  int same = 0;
  for (int64_t k = 0; k < m->row_start[m->n]; k++)
    shift += m->value[k];
  shift /= (double)m->n;
  for (int64_t i = 0; i < m->n; i++)
    x[i] = 1;
  for (int step = 0; step < MOST_POWERS; step++) {
    double lo = INFINITY, hi = 0, sum = 0;
    multiply(m, x, y);
    for (int64_t i = 0; i < m->n; i++) {
      y[i] += shift * x[i];
      if (x[i] > 0) lo = fmin(lo, y[i] / x[i]), hi = fmax(hi, y[i] / x[i]);
      sum += y[i];
    }
    double mean = 0;
    for (int64_t i = 0; i < m->n; i++)
      mean += x[i];
    double growth = sum / mean;
    if (hi - lo <= still * hi) return hi - shift;
    /* `growth` unchanged for 20 steps also ends it: in a reducible matrix the bounds never meet. */
    same = fabs(growth - before) <= still * growth ? same + 1 : 0;
    if (same == LOOK) return growth - shift;
    before = growth;
    for (int64_t i = 0; i < m->n; i++)
      x[i] = y[i] / sum * (double)m->n;
  }
  return NAN;
}

/* Room for both ways: three vectors, and the tridiagonal matrix of MOST_STEPS rows. */
sw_status sw_spectral_radius(sw_error *err, int64_t n, const int64_t *row_start, const int32_t *to,
                             const double *value, double *radius) {
  matrix m = {n, row_start, to, value};
  sw_links links = {.n = n, .row_start = row_start, .to = to, .value = value};
  double *work = NULL;
  bool symmetric = false;
  SW_TRY(sw_links_symmetric(err, &links, &symmetric));
  SW_TRY(sw_alloc(err, 3 * (size_t)n + 2 * MOST_STEPS, sizeof *work, (void **)&work));
  double *a = work + 3 * n;
  *radius = symmetric ? lanczos(&m, work, work + n, work + 2 * n, a, a + MOST_STEPS)
                      : powers(&m, work, work + n);
  sw_free(work);
  return SW_OK;
}

/* ---- styles ------------------------------------------------------------------------------ */

/* The sum of all; *units: with a link. */
static double sum_of_all(const matrix *m, int64_t *units) {
  double sum = 0;
  *units = 0;
  for (int64_t i = 0; i < m->n; i++)
    *units += m->row_start[i + 1] > m->row_start[i];
  for (int64_t k = 0; k < m->row_start[m->n]; k++)
    sum += m->value[k];
  return sum;
}

/* Each row to a length of 1, the first step of style S. */
static void divide_by_length(const matrix *m, double *value) {
  for (int64_t i = 0; i < m->n; i++) {
    double squares = 0;
    for (int64_t k = m->row_start[i]; k < m->row_start[i + 1]; k++)
      squares += value[k] * value[k];
    double length = sqrt(squares);
    for (int64_t k = m->row_start[i]; k < m->row_start[i + 1]; k++)
      value[k] /= length;
  }
}

/* The spectral radius is at most the greatest row sum and at most the greatest column sum. */
static sw_status lesser_sum(sw_error *err, const matrix *m, double *lesser) {
  double *column = NULL, row_most = 0, column_most = 0;
  SW_TRY(sw_calloc(err, (size_t)m->n, sizeof *column, (void **)&column));
  for (int64_t i = 0; i < m->n; i++) {
    double sum = 0;
    for (int64_t k = m->row_start[i]; k < m->row_start[i + 1]; k++) {
      sum += m->value[k];
      column[m->to[k]] += m->value[k];
    }
    row_most = fmax(row_most, sum);
  }
  for (int64_t j = 0; j < m->n; j++)
    column_most = fmax(column_most, column[j]);
  sw_free(column);
  *lesser = fmin(row_most, column_most);
  return SW_OK;
}

/* What all values are multiplied by. W of style C has sum n, of U sum 1; S divides rows by their
 * lengths first (Tiefelsdorf, Griffith & Boots 1999). */
static sw_status factor_of(sw_error *err, const matrix *m, sw_style style, double *factor) {
  int64_t units;
  double by = 0, sum = sum_of_all(m, &units);
  if (style == SW_STYLE_SPECTRAL)
    SW_TRY(sw_spectral_radius(err, m->n, m->row_start, m->to, m->value, &by));
  else if (style == SW_STYLE_MINMAX)
    SW_TRY(lesser_sum(err, m, &by));
  else
    by = style == SW_STYLE_U ? sum : sum / (double)units;
  *factor = by;
  return SW_OK;
}

/* By row where a style is; else all values by one factor. *wrong: the row, or n, that cannot be
 * scaled. A factor that is not above 0 leaves the values as they are, and the caller words the
 * message. */
sw_status sw_style_rows(sw_error *err, int64_t n, const int64_t *row_start, const int32_t *to,
                        double *value, sw_style style, int64_t *wrong) {
  matrix m = {n, row_start, to, value};
  double by = 1;
  *wrong = -1;
  if (sw_style_by_row(style)) {
    for (int64_t i = 0; i < n && *wrong < 0; i++)
      if (!sw_links_style_row(value + row_start[i], row_start[i + 1] - row_start[i], style))
        *wrong = i;
    return SW_OK;
  }
  if (style == SW_STYLE_S) divide_by_length(&m, value);
  SW_TRY(factor_of(err, &m, style, &by));
  if (!(by > 0) || !isfinite(by)) *wrong = n;
  for (int64_t k = 0; k < row_start[n] && *wrong < 0; k++)
    value[k] /= by;
  return SW_OK;
}
