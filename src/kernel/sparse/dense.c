/* Elimination on dense fronts, and what is carried along with it. A panel of 8 pivots (32 in large
 * fronts) is eliminated within its own rows and columns; then all else receives its updates at
 * once. Pivots are not exchanged: sparse.h says for which matrices that is stable.
 *
 * Nearly all time of a factor is spent in `subtract`: tiles of four rows by eight columns stay in
 * registers while the panel's pivots go by. Each number receives its updates in the order of the
 * pivots, with one fma each, on every instruction set: the bits do not depend on the set. */
#include "kernel/sparse/dense.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/sparse/vector.h"

/* ---- updates by a panel ---------------------------------------------------------------------- */

/* A front is rows x rows numbers at distance `stride`, a multiple of eight; its first `pivots` rows
 * and columns are eliminated. */

/* A panel: pivots k0 .. k1 - 1 of a front; columns from j0, a whole vector, are updated.
 * Coefficients of a row stand `width` apart. */
typedef struct panel {
  int k0, k1, q, width;
  int64_t j0, length;
} panel;

/* Large fronts pass through the caches once a panel: fewer, wider ones. 128 rows of 128 doubles are
 * 128 KiB: up to there a front stays in the second-level cache. */
static int width_of(sw_front front) {
  return front.rows > 128 ? SW_DENSE_PANEL : 8;
}

/* j0 is k1 rounded down to a whole vector; the columns between j0 and k1 belong to the panel
 * itself. */
static panel panel_at(sw_front front, int k0) {
  int width = width_of(front), k1 = k0 + width < front.pivots ? k0 + width : front.pivots;
  int64_t j0 = k1 & ~7;
  return (panel){k0, k1, k1 - k0, width, j0, front.stride - j0};
}

/* A tile of four rows by eight columns: each load of `vec` serves four rows. */
SW_INLINE void update_four(panel p, const double *coef, const double *vec, double *f,
                           int64_t stride) {
  const double *b = coef + p.width, *c = b + p.width, *d = c + p.width;
  for (int64_t j = 0; j < p.length; j += 8) {
    double *at = f + j;
    sw_tile t = sw_tile_load(at, at + stride, at + 2 * stride, at + 3 * stride);
    for (int k = 0; k < p.q; k++)
      t = sw_tile_fma(-coef[k], -b[k], -c[k], -d[k], sw_v8_load(vec + k * p.length + j), t);
    sw_tile_store(t, at, at + stride, at + 2 * stride, at + 3 * stride);
  }
}

/* f -= sum of coef[k] vec[k], for one row, eight columns at a time. */
SW_INLINE void update_one(panel p, const double *coef, const double *vec, double *f) {
  for (int64_t j = 0; j < p.length; j += 8) {
    sw_v8 x = sw_v8_load(f + j);
    for (int k = 0; k < p.q; k++)
      x = sw_v8_fma(-coef[k], sw_v8_load(vec + k * p.length + j), x);
    sw_v8_store(f + j, x);
  }
}

/* f[r][j] -= sum_k coef[r][k] vec[k][j] of `rows` rows from column j0. 4 x 8 numbers take eight of
 * sixteen vector registers in AVX2, which leaves room for factors and loads. */
SW_HOT static void subtract(panel p, int64_t rows, const double *coef, const double *vec, double *f,
                            int64_t stride) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4)
    update_four(p, coef + r * p.width, vec, f + r * stride, stride);
  for (; r < rows; r++)
    update_one(p, coef + r * p.width, vec, f + r * stride);
}

/* Rows of the panel from column j0, with zeros before k1: columns of the panel stay as they are. */
static void pack_rows(panel p, const double *f, int64_t stride, double *vec) {
  /* Copied side by side, so that the loop over j reads `vec` in order whatever the stride. */
  for (int k = 0; k < p.q; k++) {
    memcpy(vec + k * p.length, f + (p.k0 + k) * stride + p.j0, (size_t)p.length * sizeof *vec);
    for (int64_t j = p.j0; j < p.k1; j++)
      vec[k * p.length + j - p.j0] = 0;
  }
}

/* Row i of L: of a pivot it ends left of the diagonal; below the pivots it lies in `low` and is as
 * wide as there are pivots. */
SW_INLINE const double *lower_row(sw_front front, sw_front_part factor, int i) {
  return i < front.pivots ? factor.top + i * front.stride
                          : factor.low + (int64_t)(i - front.pivots) * front.pivots;
}

/* ---- elimination ---------------------------------------------------------------------------- */

/* Rows of the panel: U right of the diagonal, and L times D below it. A subnormal pivot counts as
 * 0: its reciprocal may overflow. */
SW_HOT static bool eliminate_panel(panel p, int64_t stride, double *f, double *reciprocal) {
  /* Each pivot of the panel updates the panel's own rows at once; rows below wait for
   * `eliminate_rows`. */
  for (int k = p.k0; k < p.k1; k++) {
    double *row = f + k * stride, d = row[k];
    /* A pivot that is too small or no number stops the factor: the caller decides what that means
     * for its rho. */
    if (!(fabs(d) >= DBL_MIN && fabs(d) <= DBL_MAX)) return false;
    double r = reciprocal[k - p.k0] = 1 / d;
    for (int64_t j = k + 1; j < stride; j++)
      row[j] *= r;
    for (int i = k + 1; i < p.k1; i++)
      sw_subtract_row(k + 1, stride, f[i * stride + k], row, f + i * stride);
  }
  return true;
}

/* Columns of the panel in the rows below it: L times D. `coef` keeps L D of these rows side by
 * side, for `subtract`. */
SW_HOT static void eliminate_rows(panel p, sw_front front, double *f, double *coef) {
  int64_t stride = front.stride;
  for (int i = p.k1; i < front.rows; i++, coef += p.width) {
    double *row = f + i * stride;
    for (int k = p.k0; k < p.k1; k++) {
      double a = coef[k - p.k0] = row[k];
      sw_subtract_row(k + 1, p.k1, a, f + k * stride, row);
    }
  }
}

/* L D becomes L, last: the updates above needed L D. */
SW_HOT static void scale_lower(panel p, sw_front front, const double *reciprocal, double *f) {
  for (int i = p.k0 + 1; i < front.rows; i++) {
    double *row = f + i * front.stride;
    int end = i < p.k1 ? i : p.k1;
    for (int k = p.k0; k < end; k++)
      row[k] *= reciprocal[k - p.k0];
  }
}

/* LU of the pivots of a front, panel by panel, and the update of the rest (the Schur complement).
 * False: a pivot is 0. */
bool sw_dense_eliminate(sw_front front, double *f, double *work) {
  int64_t stride = front.stride;
  double *coef = work, *vec = work + SW_DENSE_PANEL * stride, reciprocal[SW_DENSE_PANEL];
  for (int k0 = 0; k0 < front.pivots; k0 += width_of(front)) {
    panel p = panel_at(front, k0);
    if (!eliminate_panel(p, stride, f, reciprocal)) return false;
    eliminate_rows(p, front, f, coef);
    pack_rows(p, f, stride, vec);
    subtract(p, front.rows - p.k1, coef, vec, f + p.k1 * stride + p.j0, stride);
    scale_lower(p, front, reciprocal, f);
  }
  return true;
}

/* ---- its derivative ------------------------------------------------------------------------- */

/* The product rule, step by step, on the same panels: each update of the factor gives two here.
 * Costs twice the factor. */

/* f_ij' -= a_ik' u_kj + a_ik u_kj', a = L D. */
SW_HOT static void tangent_panel(panel p, sw_front front, sw_front_part factor, double *f) {
  int64_t stride = front.stride;
  for (int k = p.k0; k < p.k1; k++) {
    const double *u = factor.top + k * stride;
    double *row = f + k * stride, d = u[k], slope = row[k];
    for (int64_t j = k + 1; j < stride; j++)
      row[j] = __builtin_fma(-slope, u[j], row[j]) / d;
    for (int i = k + 1; i < p.k1; i++) {
      sw_subtract_row(k + 1, stride, f[i * stride + k], u, f + i * stride);
      sw_subtract_row(k + 1, stride, factor.top[i * stride + k] * d, row, f + i * stride);
    }
  }
}

/* `coef` receives L D of the factor, `coef_slope` its derivative. */
SW_HOT static void tangent_rows(panel p, sw_front front, sw_front_part factor, double *f,
                                double *coef, double *coef_slope) {
  int64_t stride = front.stride;
  for (int i = p.k1; i < front.rows; i++, coef += p.width, coef_slope += p.width) {
    const double *l = lower_row(front, factor, i);
    double *row = f + i * stride;
    for (int k = p.k0; k < p.k1; k++) {
      const double *u = factor.top + k * stride, *u_slope = f + k * stride;
      double a = coef[k - p.k0] = l[k] * u[k], a_slope = coef_slope[k - p.k0] = row[k];
      sw_subtract_row(k + 1, p.k1, a_slope, u, row);
      sw_subtract_row(k + 1, p.k1, a, u_slope, row);
    }
  }
}

/* L' of L D' + L' D. */
SW_HOT static void tangent_lower(panel p, sw_front front, sw_front_part factor, double *f) {
  int64_t stride = front.stride;
  for (int i = p.k0 + 1; i < front.rows; i++) {
    const double *l = lower_row(front, factor, i);
    double *row = f + i * stride;
    int end = i < p.k1 ? i : p.k1;
    for (int k = p.k0; k < end; k++)
      row[k] = __builtin_fma(-l[k], f[k * stride + k], row[k]) / factor.top[k * stride + k];
  }
}

/* The same for the derivative of the front by rho, along the factor that was found: the product
 * rule, panel by panel. */
void sw_dense_eliminate_tangent(sw_front front, sw_front_part factor, double *f, double *work) {
  int64_t stride = front.stride;
  double *coef = work, *coef_slope = work + SW_DENSE_PANEL * stride,
         *vec = work + 2 * SW_DENSE_PANEL * stride;
  for (int k0 = 0; k0 < front.pivots; k0 += width_of(front)) {
    panel p = panel_at(front, k0);
    double *below = f + p.k1 * stride + p.j0;
    tangent_panel(p, front, factor, f);
    tangent_rows(p, front, factor, f, coef, coef_slope);
    pack_rows(p, factor.top, stride, vec);
    subtract(p, front.rows - p.k1, coef_slope, vec, below, stride);
    pack_rows(p, f, stride, vec);
    subtract(p, front.rows - p.k1, coef, vec, below, stride);
    tangent_lower(p, front, factor, f);
  }
}

/* ---- the corner ----------------------------------------------------------------------------- */

/* For the sums of squares of columns of A^-1, (A A')^-1, the corner of the inverse of [0 A; A' -I]
 * is eliminated along with A, in pairs of a row and a column. Symmetric, so c stands for both
 * halves. */

/* c_ij -= u_i c_kj + e_i u_j, e_i = c_ki - u_i c_kk. */
SW_HOT static void gram_panel(panel p, sw_front front, sw_front_part factor, double *f) {
  int64_t stride = front.stride;
  for (int k = p.k0; k < p.k1; k++) {
    const double *u = factor.top + k * stride;
    double *row = f + k * stride;
    /* Lower rows of the panel use the upper entries of row k, by symmetry. */
    for (int i = k + 1; i < p.k1; i++) {
      double e = __builtin_fma(-u[i], row[k], row[i]);
      sw_subtract_row(k + 1, stride, u[i], row, f + i * stride);
      sw_subtract_row(k + 1, stride, e, u, f + i * stride);
    }
  }
}

/* Coefficients of the rows below the panel, and those of their correction. */
SW_HOT static void gram_rows(panel p, sw_front front, sw_front_part factor, const double *f,
                             double *coef, double *coef_e) {
  for (int k = p.k0; k < p.k1; k++) {
    const double *u = factor.top + k * front.stride, *row = f + k * front.stride;
    for (int i = p.k1; i < front.rows; i++) {
      coef[(i - p.k1) * p.width + k - p.k0] = u[i];
      coef_e[(i - p.k1) * p.width + k - p.k0] = __builtin_fma(-u[i], row[k], row[i]);
    }
  }
}

/* Ends a panel of the Gram factor: the rest of its rows. */
SW_HOT static void gram_finish(panel p, sw_front front, sw_front_part factor, double *f) {
  for (int k = p.k0; k < p.k1; k++) {
    const double *u = factor.top + k * front.stride;
    double *row = f + k * front.stride, d = u[k], c = row[k];
    for (int64_t j = k + 1; j < front.stride; j++)
      row[j] = __builtin_fma(-u[j], c, row[j]) / d;
  }
}

/* As the tangent, for the product of the matrix with its transpose. */
void sw_dense_eliminate_gram(sw_front front, sw_front_part factor, double *f, double *work) {
  int64_t stride = front.stride;
  double *coef = work, *coef_e = work + SW_DENSE_PANEL * stride,
         *vec = work + 2 * SW_DENSE_PANEL * stride;
  for (int k0 = 0; k0 < front.pivots; k0 += width_of(front)) {
    panel p = panel_at(front, k0);
    double *below = f + p.k1 * stride + p.j0;
    gram_panel(p, front, factor, f);
    gram_rows(p, front, factor, f, coef, coef_e);
    pack_rows(p, f, stride, vec);
    subtract(p, front.rows - p.k1, coef, vec, below, stride);
    pack_rows(p, factor.top, stride, vec);
    subtract(p, front.rows - p.k1, coef_e, vec, below, stride);
    gram_finish(p, front, factor, f);
  }
}
