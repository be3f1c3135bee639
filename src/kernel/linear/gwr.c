/* Weighted least squares at one place (gwr.h): the order by distance, weights, the two ways to a
 * fit.
 *
 * A trial fit costs O(m k^2) for the m observations within the bandwidth, and k^3; the reported fit
 * by QR about twice that, and it alone gives standard errors and condition numbers. Sums run in the
 * order of distance (sw_gwr_walk), ties by index, or in that of the observations. Called by gwr.c,
 * gwr_search.c and mgwr_fit.c; all memory is the caller's. */
#include "kernel/linear/gwr.h"

#include "kernel/exp.h"
#include "kernel/hot.h"
#include "kernel/linear/cholesky.h"
#include "kernel/linear/qr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a QR step, and of a step of sums; values that are sorted by insertion; columns. */
enum { PIECE = 256, NEAR = 32, SMALL = 24, MOST_STRIDE = (SW_GWR_MOST_TERMS + 8) / 8 * 8 };

/* Of X'WX, below which a fit is none. A reciprocal condition number; the square root of it, 1e-6,
 * is what X itself may have. */
static const double least_rcond = 1e-12;

/* ---- observations ------------------------------------------------------------------------ */

/* A column whose deviation is rounding (1e-12 of its mean) counts as constant: the local designs
 * would be singular to rounding. */
int sw_gwr_standardise(sw_gwr_rows *rows) {
  rows->mean[0] = 0, rows->scale[0] = 1;
  for (int j = 1; j <= rows->k; j++) {
    double *x = rows->row + j, sum = 0, squares = 0;
    for (int64_t i = 0; i < rows->n; i++)
      sum += x[i * rows->stride];
    double mean = sum / (double)rows->n;
    for (int64_t i = 0; i < rows->n; i++) {
      double about = x[i * rows->stride] - mean;
      squares += about * about;
    }
    double sd = sqrt(squares / (double)rows->n);
    if (!(sd > 1e-12 * fabs(mean))) return j;
    rows->mean[j] = mean;
    /* y is centred and not scaled: residuals stay in its units. */
    rows->scale[j] = j < rows->k ? sd : 1;
    for (int64_t i = 0; i < rows->n; i++)
      x[i * rows->stride] = (x[i * rows->stride] - mean) / rows->scale[j];
  }
  return -1;
}

/* ---- order by distance ------------------------------------------------------------------- */

/* A total order, so the result does not depend on the method of sorting: small buckets by
 * insertion, large ones by a heap. */
static bool before(const double *d2, int32_t a, int32_t b) {
  return d2[a] < d2[b] || (d2[a] == d2[b] && a < b);
}

/* Down the heap of `n` indices, the last in order on top. */
static void sift(const double *d2, int32_t *heap, int64_t n, int64_t at) {
  for (int64_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && before(d2, heap[child], heap[child + 1])) child++;
    if (!before(d2, heap[at], heap[child])) return;
    int32_t other = heap[at];
    heap[at] = heap[child];
    heap[child] = other;
  }
}

/* In place, unlike a merge: `work` holds the buckets' ends meanwhile. */
static void heap_sort(const double *d2, int32_t *order, int64_t n) {
  for (int64_t at = n / 2 - 1; at >= 0; at--)
    sift(d2, order, n, at);
  for (int64_t last = n - 1; last > 0; last--) {
    int32_t top = order[0];
    order[0] = order[last];
    order[last] = top;
    sift(d2, order, last, 0);
  }
}

/* Orders few rows by distance, ties by number: insertion sort beats a heap below SMALL. */
static void sort_few(const double *d2, int32_t *order, int64_t n) {
  if (n > SMALL) {
    heap_sort(d2, order, n);
    return;
  }
  for (int64_t i = 1; i < n; i++) {
    int32_t moved = order[i];
    int64_t at = i;
    for (; at > 0 && before(d2, moved, order[at - 1]); at--)
      order[at] = order[at - 1];
    order[at] = moved;
  }
}

/* Around a point of a plane squared distances are spread evenly, so as many buckets as values hold
 * about one each. Crowded buckets are sorted by a heap, so the worst case is n log n. Buckets
 * behind that of the last one wanted are left alone, but for the next: distances that are about the
 * same stay together. */
int64_t sw_gwr_order(const double *d2, int64_t n, int64_t most, int32_t *order, int32_t *work) {
  /* The farthest point decides the width of a bucket. */
  double far = 0;
  for (int64_t i = 0; i < n; i++)
    far = d2[i] > far ? d2[i] : far; /* NaN is not larger */
  double scale = far > 0 ? (double)(n - 1) / far : 0;
  memset(work, 0, (size_t)(n + 2) * sizeof *work);
  for (int64_t i = 0; i < n; i++)
    if (!isnan(d2[i])) work[(int64_t)(d2[i] * scale) + 2]++;
  /* Counts become places by a running sum; buckets are shifted by 2 so that dealing, which moves
   * each start to its end, leaves the ends one place before. */
  int64_t end = 0; /* of the buckets wanted */
  for (int64_t b = 2; b <= n + 1; b++) {
    work[b] += work[b - 1];
    if (work[b - 1] < most) end = b; /* bucket b - 2 is wanted, and the next */
  }
  if (end > n) end = n;
  for (int64_t i = 0; i < n; i++) {
    /* Not < is true of NaN: those are left out here as they were in the count. */
    if (!(d2[i] * scale < (double)end)) continue;
    order[work[(int64_t)(d2[i] * scale) + 1]++] = (int32_t)i;
  }
  /* Now work[b + 1] is where bucket b ends. */
  for (int64_t b = 0, from = 0; b < end; from = work[++b])
    if (work[b + 1] - from > 1) sort_few(d2, order + from, work[b + 1] - from);
  return work[end];
}

/* ---- weights ----------------------------------------------------------------------------- */

/* Weights of the Gaussian and the exponential kernel. */
SW_HOT static void exponentials(int64_t n, const double *d2, double h2, bool root, double *w) {
  for (int64_t i = 0; i < n; i++) {
    double u2 = d2[i] / h2;
    double y = root ? -sqrt(u2) : -.5 * u2;
    /* Below -700 the result would be subnormal, slow and without a use. */
    w[i] = y >= -700 ? sw_exp(y) : 0; /* NaN: 0 */
  }
}

/* Weights of the bisquare kernel: 0 beyond h. */
SW_HOT static void bisquares(int64_t n, const double *d2, double h2, double *w) {
  for (int64_t i = 0; i < n; i++) {
    /* 1 - u^2 of squares: no root is taken. */
    double rest = 1 - d2[i] / h2;
    w[i] = rest > 0 ? rest * rest : 0;
  }
}

/* Beyond the bandwidth a bisquare weight is 0; the others only fade, and are cut where e^y
 * underflows. */
void sw_gwr_weights(sw_gwr_kernel kernel, int64_t n, const double *d2, double h2, double *w) {
  if (kernel == SW_GWR_BISQUARE)
    bisquares(n, d2, h2, w);
  else
    exponentials(n, d2, h2, kernel == SW_GWR_EXPONENTIAL, w);
}

/* ---- trial fits -------------------------------------------------------------------------- */

/* Row a of the sums, eight columns of it, over the rows of a piece: what is added to stays in
 * registers. z: the piece, whole rows; u: what row a is multiplied by, observation by observation.
 *
 * `lane` is a copy in registers: the compiler cannot keep sums in memory there, as they might
 * overlap z. */
SW_INLINE void add_products(const double *z, int stride, int m, int a, int v, const double *u,
                            double *sums) {
  double lane[8];
  memcpy(lane, sums + a * stride + v, sizeof lane);
  for (int c = 0; c < m; c++) {
    double za = z[c * stride + a] * u[c];
    for (int l = 0; l < 8; l++)
      lane[l] = __builtin_fma(za, z[c * stride + v + l], lane[l]);
  }
  memcpy(sums + a * stride + v, lane, sizeof lane);
}

/* The same for factors 1, d and d^2 at once. */
SW_INLINE void add_walk(const double *z, int stride, int m, int a, int v, const double *d,
                        double *sums, int64_t square) {
  double zero[8], first[8], second[8], *at = sums + a * stride + v;
  memcpy(zero, at, sizeof zero);
  memcpy(first, at + square, sizeof first);
  memcpy(second, at + 2 * square, sizeof second);
  for (int c = 0; c < m; c++) {
    double za = z[c * stride + a], zd = za * d[c], zdd = zd * d[c];
    for (int l = 0; l < 8; l++) {
      double other = z[c * stride + v + l];
      zero[l] = __builtin_fma(za, other, zero[l]);
      first[l] = __builtin_fma(zd, other, first[l]);
      second[l] = __builtin_fma(zdd, other, second[l]);
    }
  }
  memcpy(at, zero, sizeof zero);
  memcpy(at + square, first, sizeof first);
  memcpy(at + 2 * square, second, sizeof second);
}

/* Rows lie anywhere, so a piece of them is first brought together. Products right of the diagonal
 * are enough, but whole vectors are as fast. NEAR observations of up to 40 terms fit in the
 * first-level cache. */
SW_HOT void sw_gwr_walk(const sw_gwr_rows *rows, const int32_t *order, int64_t from, int64_t to,
                        const double *d2, double *sums) {
  int k = rows->k, stride = rows->stride;
  double z[NEAR * MOST_STRIDE], d[NEAR];
  for (int64_t at = from; at < to; at += NEAR) {
    int m = (int)(to - at < NEAR ? to - at : NEAR);
    for (int c = 0; c < m; c++) {
      const double *row = rows->row + (int64_t)order[at + c] * stride;
      for (int l = 0; l < stride; l++)
        z[c * stride + l] = row[l];
      d[c] = d2[order[at + c]];
    }
    for (int a = 0; a < k; a++)
      for (int v = a / 8 * 8; v < stride; v += 8)
        add_walk(z, stride, m, a, v, d, sums, (int64_t)k * stride);
  }
}

/* Observations without weight are passed over before anything is multiplied. With a bisquare kernel
 * most weights are 0. */
SW_HOT void sw_gwr_sum(const sw_gwr_rows *rows, const double *w, double *sums) {
  int k = rows->k, stride = rows->stride;
  double z[NEAR * MOST_STRIDE], u[NEAR];
  memset(sums, 0, (size_t)(k * stride) * sizeof *sums);
  for (int64_t i = 0; i < rows->n;) {
    int m = 0;
    for (; i < rows->n && m < NEAR; i++) {
      if (w[i] == 0) continue;
      for (int l = 0; l < stride; l++)
        z[m * stride + l] = rows->row[i * stride + l];
      u[m++] = w[i];
    }
    for (int a = 0; a < k; a++)
      for (int v = a / 8 * 8; v < stride; v += 8)
        add_products(z, stride, m, a, v, u, sums);
  }
}

/* One variable against many columns: the step of mgwr's second pass. Returns x'Wx. mgwr refines one
 * variable at a time, so it needs one row of X'W times the smoothed columns and not the whole of
 * X'WX. */
SW_HOT double sw_gwr_combine(const sw_gwr_rows *rows, const double *w, int j, const double *values,
                             int64_t columns, double *sums) {
  double length = 0;
  memset(sums, 0, (size_t)columns * sizeof *sums);
  for (int64_t i = 0; i < rows->n; i++) {
    if (w[i] == 0) continue;
    double x = rows->row[i * rows->stride + j], wx = w[i] * x;
    const double *value = values + i * columns;
    length += wx * x;
    for (int64_t c = 0; c < columns; c++)
      sums[c] = __builtin_fma(wx, value[c], sums[c]);
  }
  return length;
}

/* The bisquare kernel as a polynomial in d^2: sums of 1, d^2 and d^4 give those of any bandwidth.
 * (1 - d^2/h^2)^2 = 1 - 2 d^2/h^2 + d^4/h^4. Exact for the observations of the walk only: it must
 * end at the last one within the bandwidth. */
void sw_gwr_at(const sw_gwr_rows *rows, const double *walked, double h2, double *sums) {
  int64_t count = (int64_t)rows->k * rows->stride;
  double first = -2 / h2, second = 1 / (h2 * h2);
  for (int64_t l = 0; l < count; l++)
    sums[l] = walked[l] + first * walked[count + l] + second * walked[2 * count + l];
}

/* x'(X'WX)^-1 x and x'(X'WX)^-1 X'Wy by halves: L^-1 x and L^-1 X'Wy. The place's own weight is 1.
 *
 * O(k^3 / 3) for the factor; both triangular solutions run in one loop. */
bool sw_gwr_try(const sw_gwr_rows *rows, const double *sums, int64_t i, double *work,
                double *residual, double *leverage) {
  int k = rows->k;
  const double *x = rows->row + i * rows->stride;
  double *l = work, *z = work + k * k, *v = z + k, hat = 0, fitted = 0;
  /* A copy, as the factor is made in place and the sums are used again. */
  for (int a = 0; a < k; a++) {
    for (int b = a; b < k; b++)
      l[a * k + b] = sums[a * rows->stride + b];
    z[a] = x[a];
    v[a] = sums[a * rows->stride + k];
  }
  if (!sw_cholesky_factor(l, k)) return false;
  for (int a = 0; a < k; a++) {
    z[a] /= l[a * k + a];
    v[a] /= l[a * k + a];
    for (int b = a + 1; b < k; b++) {
      z[b] -= l[a * k + b] * z[a];
      v[b] -= l[a * k + b] * v[a];
    }
    hat += z[a] * z[a];
    fitted += z[a] * v[a];
  }
  *residual = x[k] - fitted;
  *leverage = hat;
  return true;
}

/* ---- conditions -------------------------------------------------------------------------- */

/* Turns columns p and q, of k, until they are orthogonal; false: they were. One-sided Jacobi:
 * rotating columns diagonalises A'A without forming it, so small singular values keep their
 * digits. */
static bool turn(double *p, double *q, int k) {
  double pp = sw_dot(p, p, k), qq = sw_dot(q, q, k), pq = sw_dot(p, q, k);
  if (fabs(pq) <= 1e-15 * sqrt(pp * qq)) return false;
  double zeta = (qq - pp) / (2 * pq);
  /* The smaller of both angles, so that the sweeps converge. */
  double t = (zeta >= 0 ? 1 : -1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
  double c = 1 / sqrt(1 + t * t), s = c * t;
  for (int i = 0; i < k; i++) {
    double old = p[i];
    p[i] = c * old - s * q[i];
    q[i] = s * old + c * q[i];
  }
  return true;
}

/* Largest over smallest singular value of the k x k matrix with columns scaled to length 1, by
 * Jacobi's method from one side. */
double sw_gwr_condition(double *a, int k) {
  double least = INFINITY, most = 0;
  for (int j = 0; j < k; j++) {
    double length = sqrt(sw_dot(a + j * k, a + j * k, k));
    for (int i = 0; i < k; i++)
      a[j * k + i] /= length;
  }
  /* A few sweeps are usual; 40 bounds a matrix with NaN, whose columns never pass the test. */
  for (int sweep = 0, turned = 1; sweep < 40 && turned; sweep++) {
    turned = 0;
    for (int p = 0; p < k; p++)
      for (int q = p + 1; q < k; q++)
        turned |= turn(a + p * k, a + q * k, k);
  }
  for (int j = 0; j < k; j++) {
    double value = sqrt(sw_dot(a + j * k, a + j * k, k));
    /* A NaN must come out and not be lost in a comparison. */
    least = value < least || isnan(value) ? value : least;
    most = value > most ? value : most;
  }
  return most / least;
}

/* ---- the fit ----------------------------------------------------------------------------- */

/* Both pieces of rows, two triangles, R^-1, G and a copy, and b. */
size_t sw_gwr_work(int k) {
  size_t side = (size_t)k + 1;
  return PIECE * (2 * side) + 5 * side * side + side;
}

/* Triangles of sqrt(w) [X y] and of w X. The second triangle is for the variance of coefficients
 * and for the condition, where weights enter squared: A A' = (X'WX)^-1 X'W^2 X (X'WX)^-1. */
static void triangles(const sw_gwr_rows *rows, const double *w, double *work, double *r,
                      double *s) {
  int k = rows->k, side = k + 1;
  int64_t at[PIECE];
  double *a = work, *b = work + PIECE * side;
  memset(r, 0, (size_t)(side * side) * sizeof *r);
  memset(s, 0, (size_t)(k * k) * sizeof *s);
  /* Pieces of PIECE observations with weight; their cut depends on the weights alone, so bits
   * follow from the place and its bandwidth. */
  for (int64_t i = 0; i < rows->n;) {
    int m = 0;
    for (; i < rows->n && m < PIECE; i++)
      if (w[i] > 0) at[m++] = i;
    for (int c = 0; c < m; c++) {
      const double *z = rows->row + at[c] * rows->stride;
      double root = sqrt(w[at[c]]);
      for (int j = 0; j < side; j++)
        a[j * m + c] = root * z[j];
      for (int j = 0; j < k; j++)
        b[j * m + c] = w[at[c]] * z[j];
    }
    sw_qr_append(r, side, a, m);
    sw_qr_append(s, k, b, m);
  }
}

/* The condition of X'WX is the square of that of sqrt(W) X. Columns are scaled to length 1 before:
 * the condition does not depend on units of measurement. */
static bool is_sound(const double *r, int k, double *copy) {
  for (int j = 0; j < k; j++)
    memcpy(copy + j * k, r + j * (k + 1), (size_t)k * sizeof *copy);
  double condition = sw_gwr_condition(copy, k);
  return condition * condition * least_rcond <= 1; /* NaN: not */
}

/* G = R_2 (X'WX)^-1 by column, of which A A' = G'G; X'WX^-1 = root root'. Both factors are
 * triangular, so half of each product is left out. */
static void spread(const double *s, const double *root, int k, double *half, double *g) {
  for (int j = 0; j < k; j++)
    for (int i = 0; i < k; i++) {
      double sum = 0;
      for (int l = i; l <= j; l++)
        sum += s[l * k + i] * root[j * k + l];
      half[j * k + i] = sum;
    }
  for (int j = 0; j < k; j++)
    for (int i = 0; i < k; i++) {
      double sum = 0;
      for (int l = j; l < k; l++)
        sum += half[l * k + i] * root[l * k + j];
      g[j * k + i] = sum;
    }
}

/* Row i of the hat matrix: its length by G x, its own element by root' x; and the fitted value. */
static void own_row(const sw_gwr_rows *rows, int64_t i, const double *b, const double *root,
                    const double *g, sw_gwr_fit *fit) {
  int k = rows->k;
  const double *x = rows->row + i * rows->stride;
  fit->leverage = fit->squares = 0;
  fit->fitted = rows->mean[k];
  for (int j = 0; j < k; j++) {
    double hat = 0, row = 0;
    for (int l = 0; l <= j; l++)
      hat += root[j * k + l] * x[l];
    for (int l = 0; l < k; l++)
      row += g[l * k + j] * x[l];
    fit->leverage += hat * hat;
    fit->squares += row * row;
    fit->fitted += b[j] * x[j];
  }
}

/* Back to the variables as they were: b_j/s_j, and the constant less mean_j b_j/s_j. What is done
 * to b is done to the columns of G. The caller reports coefficients per unit of the variable;
 * standardising served the arithmetic alone. */
static void unscale(const sw_gwr_rows *rows, const double *b, double *g, sw_gwr_fit *fit) {
  int k = rows->k;
  fit->b[0] = b[0] + rows->mean[k];
  for (int j = 1; j < k; j++) {
    fit->b[j] = b[j] / rows->scale[j];
    fit->b[0] -= rows->mean[j] * fit->b[j];
    for (int l = 0; l < k; l++) {
      g[j * k + l] /= rows->scale[j];
      g[l] -= rows->mean[j] * g[j * k + l];
    }
  }
  for (int j = 0; j < k; j++)
    fit->root[j] = sqrt(sw_dot(g + j * k, g + j * k, k));
}

/* Of w X as it was: x_j = mean_j + s_j z_j, so that its triangle's columns are as simple sums. It
 * is reported for the design as users gave it, constant included, as limits in the literature are
 * meant for that. */
static double condition_as_was(const sw_gwr_rows *rows, const double *s, double *copy) {
  int k = rows->k;
  for (int j = 0; j < k; j++)
    for (int l = 0; l < k; l++)
      copy[j * k + l] = rows->mean[j] * s[l] + rows->scale[j] * s[j * k + l];
  return sw_gwr_condition(copy, k);
}

/* One local regression. Not sound: NaN throughout, as a fit that rounding decides is worse than
 * none. */
bool sw_gwr_solve(const sw_gwr_rows *rows, const double *w, int64_t i, double *work,
                  sw_gwr_fit *fit) {
  int k = rows->k, side = k + 1, square = side * side;
  double *r = work + PIECE * 2 * side, *s = r + square, *root = s + square, *g = root + square;
  double *other = g + square, *b = other + square;
  triangles(rows, w, work, r, s);
  if (!is_sound(r, k, other) || sw_qr_solve(r, k, b, root) >= 0) {
    for (int j = 0; j < k; j++)
      fit->b[j] = fit->root[j] = NAN;
    fit->fitted = fit->leverage = fit->squares = fit->condition = NAN;
    return false;
  }
  spread(s, root, k, other, g);
  own_row(rows, i, b, root, g, fit);
  unscale(rows, b, g, fit);
  fit->condition = condition_as_was(rows, s, other);
  return true;
}

/* R^2 over the neighbours, by weight, with the residual that each has in its own fit. As
 * Fotheringham, Brunsdon & Charlton 2002. y need not be centred. */
double sw_gwr_local_r2(int64_t n, const double *w, const double *y, const double *e) {
  double weight = 0, sum = 0, about = 0, rest = 0;
  for (int64_t j = 0; j < n; j++)
    if (w[j] > 0 && !isnan(e[j])) {
      weight += w[j];
      sum += w[j] * y[j];
    }
  double mean = sum / weight;
  for (int64_t j = 0; j < n; j++)
    if (w[j] > 0 && !isnan(e[j])) {
      about += w[j] * (y[j] - mean) * (y[j] - mean);
      rest += w[j] * e[j] * e[j];
    }
  return about > 0 ? 1 - rest / about : NAN;
}

/* Hurvich, Simonoff & Tsai 1998, as Fotheringham et al. 2002 give it. Undefined without degrees of
 * freedom, or where the fit is exact. The trace of the hat matrix counts as the number of
 * parameters. */
double sw_gwr_aicc(double n, double rss, double trace) {
  if (!(n - 2 - trace > 0) || !(rss > 0)) return NAN;
  return n * log(rss / n) + n * log(2 * acos(-1)) + n * (n + trace) / (n - 2 - trace);
}
