/* Entries of the inverse on dense fronts. Of A = LDU, Z = A^-1 satisfies, for rows and columns r
 * beyond a pivot k,
 *
 *   z_rk = -sum_j z_rj l_jk,  z_kr = -sum_j u_kj z_jr,  z_kk = 1/d_k - sum_j u_kj z_jk,  j > k
 *
 * Panels of eight pivots go from the last to the first: the sums over all rows beyond the panel are
 * products with eight columns of L and eight rows of U; what the panel's own pivots add comes
 * after. The derivative differentiates these; (A A')^-1 is the corner of the inverse of [0 A; A'
 * -I]. */
#include "kernel/sparse/dense.h"

#include <string.h>

#include "kernel/sparse/vector.h"

enum { PANEL = 8 };

/* Pivots k0 .. k1 - 1, `rest` rows beyond them; columns from j0, a whole vector, `length`. */
typedef struct panel {
  int k0, k1, q;
  int64_t rest, j0, length;
} panel;

/* Panels begin at multiples of eight, so the last one, which comes first, may be shorter. Columns
 * j0 .. k1 - 1 fill the first vector of products; nobody reads them. The panels of elimination need
 * not be these: L and U do not know in which panels they were made. */
static panel panel_before(sw_front front, int k1) {
  int k0 = (k1 - 1) & ~7;
  int64_t j0 = k1 & ~7;
  return (panel){k0, k1, k1 - k0, front.rows - k1, j0, front.stride - j0};
}

/* ---- products ------------------------------------------------------------------------------- */

/* t[r][0 .. 8) += sum_j z[r][j] l[j][0 .. 8) The tile of four rows by eight pivots stays in
 * registers; z is read once per panel. */
SW_HOT static void multiply_right(int64_t count, const double *z, int64_t stride, const double *l,
                                  double *t) {
  int64_t r = 0;
  for (; r + 4 <= count; r += 4) {
    const double *a = z + r * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    double *to = t + r * 8;
    sw_tile sum = sw_tile_load(to, to + 8, to + 16, to + 24);
    for (int64_t j = 0; j < count; j++)
      sum = sw_tile_fma(a[j], b[j], c[j], d[j], sw_v8_load(l + 8 * j), sum);
    sw_tile_store(sum, to, to + 8, to + 16, to + 24);
  }
  for (; r < count; r++) {
    sw_v8 sum = sw_v8_load(t + r * 8);
    for (int64_t j = 0; j < count; j++)
      sum = sw_v8_fma(z[r * stride + j], sw_v8_load(l + 8 * j), sum);
    sw_v8_store(t + r * 8, sum);
  }
}

/* s[k][r] += sum_j u[j][k] z[j][r], k < 8, r < length, whole vectors; u is 0 from k = q on. By
 * fours: with q below 8 half of the work may be left out; u is padded with zeros to 8. */
SW_HOT static void multiply_left(int q, int64_t count, int64_t length, const double *u,
                                 const double *z, int64_t stride, double *s) {
  for (int k = 0; k < q; k += 4)
    for (int64_t r = 0; r < length; r += 8) {
      double *to = s + k * length + r;
      sw_tile sum = sw_tile_load(to, to + length, to + 2 * length, to + 3 * length);
      for (int64_t j = 0; j < count; j++) {
        const double *v = u + 8 * j + k;
        sum = sw_tile_fma(v[0], v[1], v[2], v[3], sw_v8_load(z + j * stride + r), sum);
      }
      sw_tile_store(sum, to, to + length, to + 2 * length, to + 3 * length);
    }
}

/* sum[0 .. 8) += sum_j x[j * step] v[j][0 .. 8) Two sums side by side, as one chain of dependent
 * fma would wait for itself. */
SW_HOT static void multiply_row(int64_t count, const double *x, int64_t step, const double *v,
                                double *sum) {
  sw_v8 a = sw_v8_load(sum), b = {{0}, {0}};
  int64_t j = 0;
  for (; j + 2 <= count; j += 2) {
    a = sw_v8_fma(x[j * step], sw_v8_load(v + 8 * j), a);
    b = sw_v8_fma(x[(j + 1) * step], sw_v8_load(v + 8 * j + 8), b);
  }
  if (j < count) a = sw_v8_fma(x[j * step], sw_v8_load(v + 8 * j), a);
  sw_v8_store(sum, (sw_v8){a.low + b.low, a.high + b.high});
}

/* ---- panels packed -------------------------------------------------------------------------- */

/* Columns k0 .. k1 of the lower part beyond the panel, eight beside each other; zeros after them.
 *
 * Zeros after the last pivot of a short panel make its products whole vectors. */
static void pack_lower(panel p, sw_front front, sw_front_part part, double *l) {
  memset(l, 0, (size_t)p.rest * PANEL * sizeof *l);
  for (int64_t j = 0; j < p.rest; j++) {
    int64_t row = p.k1 + j;
    const double *from = row < front.pivots ? part.top + row * front.stride
                                            : part.low + (row - front.pivots) * front.pivots;
    for (int k = 0; k < p.q; k++)
      l[j * PANEL + k] = from[p.k0 + k];
  }
}

/* Rows k0 .. k1 of the upper part, transposed. */
static void pack_upper(panel p, sw_front front, const double *top, double *u) {
  memset(u, 0, (size_t)p.rest * PANEL * sizeof *u);
  for (int k = 0; k < p.q; k++) {
    const double *from = top + (p.k0 + k) * front.stride + p.k1;
    for (int64_t j = 0; j < p.rest; j++)
      u[j * PANEL + k] = from[j];
  }
}

/* Scratch of one panel: packed factor, products t (by row) and s (by pivot), sums of pivots. */
typedef struct sums {
  double *l, *u, *t, *s;
  double row[PANEL][PANEL], column[PANEL][PANEL]; /* [k']: of z_k'j l_j, of u_j z_jk' */
} sums;

/* t and s are summed into, so they begin at zero. */
static sums sums_at(panel p, sw_front front, double *work) {
  int64_t size = PANEL * front.stride;
  sums x = {.l = work, .u = work + size, .t = work + 2 * size, .s = work + 3 * size};
  memset(x.t, 0, (size_t)size * sizeof *work);
  memset(x.s, 0, (size_t)(p.length * PANEL) * sizeof *work);
  return x;
}

/* ---- the inverse ---------------------------------------------------------------------------- */

/* Row and column of pivot k beyond the panel. First from the products over all rows beyond, then
 * what the panel's later pivots add. */
SW_HOT static void rim(panel p, sw_front front, const double *top, int k, sums *x, double *z) {
  int64_t stride = front.stride;
  const double *u = top + k * stride, *s = x->s + (k - p.k0) * p.length - p.j0;
  for (int64_t r = p.k1; r < front.rows; r++) {
    double sum = x->t[(r - p.k1) * PANEL + k - p.k0];
    for (int j = k + 1; j < p.k1; j++)
      sum = __builtin_fma(z[r * stride + j], top[j * stride + k], sum);
    z[r * stride + k] = -sum;
  }
  double *row = z + k * stride;
  for (int64_t r = p.k1; r < front.rows; r++)
    row[r] = -s[r];
  for (int j = k + 1; j < p.k1; j++)
    sw_subtract_row(p.k1, front.rows, u[j], z + j * stride, row);
}

/* The entries of pivot k within the panel, once its rim is there. Downwards from the last pivot: z
 * at k needs z at all j > k. */
SW_HOT static void within(panel p, sw_front front, const double *top, int k, sums *x, double *z) {
  int64_t stride = front.stride;
  const double *u = top + k * stride;
  int at = k - p.k0;
  memset(x->row[at], 0, sizeof x->row[at]);
  memset(x->column[at], 0, sizeof x->column[at]);
  multiply_row(p.rest, z + k * stride + p.k1, 1, x->l, x->row[at]);
  multiply_row(p.rest, z + p.k1 * stride + k, stride, x->u, x->column[at]);
  for (int other = k + 1; other < p.k1; other++) {
    double down = x->row[other - p.k0][at], across = x->column[other - p.k0][at];
    for (int j = k + 1; j < p.k1; j++) {
      down = __builtin_fma(z[other * stride + j], top[j * stride + k], down);
      across = __builtin_fma(u[j], z[j * stride + other], across);
    }
    z[other * stride + k] = -down;
    z[k * stride + other] = -across;
  }
  /* The diagonal last, as it reads the column just filled. */
  double sum = x->column[at][at];
  for (int j = k + 1; j < p.k1; j++)
    sum = __builtin_fma(u[j], z[j * stride + k], sum);
  z[k * stride + k] = 1 / u[k] - sum;
}

/* The products with all that is beyond the panel: most of the work, by tiles of four rows and eight
 * columns. */
static sums begin_panel(panel p, sw_front front, sw_front_part factor, const double *z,
                        double *work) {
  sums x = sums_at(p, front, work);
  pack_lower(p, front, factor, x.l);
  pack_upper(p, front, factor.top, x.u);
  multiply_right(p.rest, z + p.k1 * front.stride + p.k1, front.stride, x.l, x.t);
  multiply_left(p.q, p.rest, p.length, x.u, z + p.k1 * front.stride + p.j0, front.stride, x.s);
  return x;
}

/* From the last panel to the first: each needs the inverse of all rows beyond it. */
void sw_dense_invert(sw_front front, sw_front_part factor, double *z, double *work) {
  for (int k1 = front.pivots; k1 > 0;) {
    panel p = panel_before(front, k1);
    sums x = begin_panel(p, front, factor, z, work);
    for (int k = p.k1 - 1; k >= p.k0; k--) {
      rim(p, front, factor.top, k, &x, z);
      within(p, front, factor.top, k, &x, z);
    }
    k1 = p.k0;
  }
}

/* ---- its derivative ------------------------------------------------------------------------- */

/* Differentiating z_rk = -sum z_rj l_jk gives -sum (z'_rj l_jk + z_rj l'_jk); z itself has been
 * computed first and is read only. */
SW_HOT static void tangent_rim(panel p, sw_front front, const double *top, const double *slopes,
                               int k, sums *x, const double *z, double *slope) {
  int64_t stride = front.stride;
  const double *u = top + k * stride, *v = slopes + k * stride;
  const double *s = x->s + (k - p.k0) * p.length - p.j0;
  for (int64_t r = p.k1; r < front.rows; r++) {
    double sum = x->t[(r - p.k1) * PANEL + k - p.k0];
    for (int j = k + 1; j < p.k1; j++) {
      sum = __builtin_fma(slope[r * stride + j], top[j * stride + k], sum);
      sum = __builtin_fma(z[r * stride + j], slopes[j * stride + k], sum);
    }
    slope[r * stride + k] = -sum;
  }
  double *row = slope + k * stride;
  for (int64_t r = p.k1; r < front.rows; r++)
    row[r] = -s[r];
  for (int j = k + 1; j < p.k1; j++) {
    sw_subtract_row(p.k1, front.rows, u[j], slope + j * stride, row);
    sw_subtract_row(p.k1, front.rows, v[j], z + j * stride, row);
  }
}

/* a b' + a' b */
SW_INLINE double product(double a, double a_slope, double b, double b_slope, double sum) {
  return __builtin_fma(a, b_slope, __builtin_fma(a_slope, b, sum));
}

/* `x`, `y`: the factor and its derivative, packed; sums stand in x. */
SW_HOT static void tangent_within(panel p, sw_front front, const double *top, const double *slopes,
                                  int k, sums *x, const sums *y, const double *z, double *slope) {
  int64_t stride = front.stride;
  const double *u = top + k * stride, *v = slopes + k * stride;
  int at = k - p.k0;
  memset(x->row[at], 0, sizeof x->row[at]);
  memset(x->column[at], 0, sizeof x->column[at]);
  multiply_row(p.rest, slope + k * stride + p.k1, 1, x->l, x->row[at]);
  multiply_row(p.rest, z + k * stride + p.k1, 1, y->l, x->row[at]);
  multiply_row(p.rest, slope + p.k1 * stride + k, stride, x->u, x->column[at]);
  multiply_row(p.rest, z + p.k1 * stride + k, stride, y->u, x->column[at]);
  for (int other = k + 1; other < p.k1; other++) {
    double down = x->row[other - p.k0][at], across = x->column[other - p.k0][at];
    for (int j = k + 1; j < p.k1; j++) {
      down = product(z[other * stride + j], slope[other * stride + j], top[j * stride + k],
                     slopes[j * stride + k], down);
      across = product(u[j], v[j], z[j * stride + other], slope[j * stride + other], across);
    }
    slope[other * stride + k] = -down;
    slope[k * stride + other] = -across;
  }
  double sum = x->column[at][at];
  for (int j = k + 1; j < p.k1; j++)
    sum = product(u[j], v[j], z[j * stride + k], slope[j * stride + k], sum);
  /* (1/d)' = -d'/d^2, d' the tangent's pivot v[k]. */
  slope[k * stride + k] = -(v[k] / (u[k] * u[k])) - sum;
}

/* The inverse of a front and its derivative by rho, from the last pivot back: each panel needs
 * those behind it. */
void sw_dense_invert_tangent(sw_front front, sw_front_part factor, sw_front_part tangent, double *z,
                             double *slope, double *work) {
  int64_t stride = front.stride, size = 4 * PANEL * stride;
  sw_dense_invert(front, factor, z, work);
  for (int k1 = front.pivots; k1 > 0;) {
    panel p = panel_before(front, k1);
    int64_t corner = p.k1 * stride + p.k1, edge = p.k1 * stride + p.j0;
    sums x = begin_panel(p, front, factor, slope, work), y = sums_at(p, front, work + size);
    pack_lower(p, front, tangent, y.l);
    pack_upper(p, front, tangent.top, y.u);
    multiply_right(p.rest, z + corner, stride, y.l, x.t);
    multiply_left(p.q, p.rest, p.length, y.u, z + edge, stride, x.s);
    for (int k = p.k1 - 1; k >= p.k0; k--) {
      tangent_rim(p, front, factor.top, tangent.top, k, &x, z, slope);
      tangent_within(p, front, factor.top, tangent.top, k, &x, &y, z, slope);
    }
    k1 = p.k0;
  }
}

/* ---- (A A')^-1 ------------------------------------------------------------------------------ */

/* X = (A A')^-1 is symmetric, so only its upper half is computed, and copied. */

/* x_rk = -sum_j (l_jk x_jr + e_kj z_jr), symmetric; x_kk = -c_k/d_k^2 - the same sum at r = k. */
SW_HOT static void gram_rim(panel p, sw_front front, const double *top, const double *gram, int k,
                            const double *s, const double *z, double *x) {
  int64_t stride = front.stride;
  const double *e = gram + k * stride;
  double *row = x + k * stride;
  for (int64_t r = p.k1; r < front.rows; r++)
    row[r] = -s[r];
  for (int j = k + 1; j < p.k1; j++) {
    sw_subtract_row(p.k1, front.rows, top[j * stride + k], x + j * stride, row);
    sw_subtract_row(p.k1, front.rows, e[j], z + j * stride, row);
  }
  for (int64_t r = p.k1; r < front.rows; r++)
    x[r * stride + k] = row[r];
}

/* The entries within a panel, row k, from the right: each needs those right of and below it. */
SW_HOT static void gram_within(panel p, sw_front front, const double *top, const double *gram,
                               int k, sums *w, const double *z, double *x) {
  int64_t stride = front.stride;
  const double *e = gram + k * stride;
  int at = k - p.k0;
  memset(w->row[at], 0, sizeof w->row[at]);
  multiply_row(p.rest, x + k * stride + p.k1, 1, w->l, w->row[at]);
  multiply_row(p.rest, z + p.k1 * stride + k, stride, w->u, w->row[at]);
  for (int other = k + 1; other < p.k1; other++) {
    double sum = w->row[other - p.k0][at];
    for (int j = k + 1; j < p.k1; j++) {
      sum = __builtin_fma(top[j * stride + k], x[j * stride + other], sum);
      sum = __builtin_fma(e[j], z[j * stride + other], sum);
    }
    x[other * stride + k] = x[k * stride + other] = -sum;
  }
  double sum = w->row[at][at], d = top[k * stride + k];
  for (int j = k + 1; j < p.k1; j++) {
    sum = __builtin_fma(top[j * stride + k], x[j * stride + k], sum);
    sum = __builtin_fma(e[j], z[j * stride + k], sum);
  }
  x[k * stride + k] = -(e[k] / (d * d)) - sum;
}

/* As the tangent, for the Gram matrix. */
void sw_dense_invert_gram(sw_front front, sw_front_part factor, sw_front_part gram, double *z,
                          double *x, double *work) {
  int64_t stride = front.stride;
  sw_dense_invert(front, factor, z, work);
  for (int k1 = front.pivots; k1 > 0;) {
    panel p = panel_before(front, k1);
    int64_t edge = p.k1 * stride + p.j0;
    sums w = sums_at(p, front, work);
    pack_lower(p, front, factor, w.l);
    pack_upper(p, front, gram.top, w.u);
    multiply_left(p.q, p.rest, p.length, w.l, x + edge, stride, w.s);
    multiply_left(p.q, p.rest, p.length, w.u, z + edge, stride, w.s);
    for (int k = p.k1 - 1; k >= p.k0; k--) {
      gram_rim(p, front, factor.top, gram.top, k, w.s + (k - p.k0) * p.length - p.j0, z, x);
      gram_within(p, front, factor.top, gram.top, k, &w, z, x);
    }
    k1 = p.k0;
  }
}
