/* See granger.h. Called by `granger` for blocks of pairs (sw_granger_block), for units once
 * (sw_granger_unit), and pair by pair where series have gaps (sw_granger_pair). One and two lags
 * have a kernel whose products stay in registers (granger_set.h); for more the products are made by
 * kernel/pairs/block.h, lag by lag, and F of them for a row of columns at a time. Nothing is
 * allocated, any thread. */
#include "kernel/causality/granger.h"

#include "kernel/hot.h"
#include "kernel/pairs/block.h"
#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

#define SINGULAR SW_GRANGER_SINGULAR
#define ROUNDING SW_GRANGER_ROUNDING
#define PREDICTED 1e-20 /* of a unit's squares: less beside its lags is rounding */
enum { ONE_ROWS = 4, TWO_ROWS = 2 };

/* ---- a unit ------------------------------------------------------------------------------- */

/* In eight lanes, as few numbers are added and bits must not depend on the instruction set. */
static double product(const double *x, const double *y, int n) {
  double lane[SW_LANES] = {0};
  for (int r = 0; r < n; r++)
    lane[r % SW_LANES] += x[r] * y[r];
  return sw_lanes_join(lane);
}

/* Takes the mean out of x and returns the sum of its squares. */
static double centre(double *x, int n) {
  double mean = 0;
  for (int r = 0; r < n; r++)
    mean += x[r];
  mean /= n;
  for (int r = 0; r < n; r++)
    x[r] -= mean;
  return product(x, x, n);
}

/* Takes out of x what it has of the basis, and returns the squares that are left. Twice, as the
 * first turn leaves rounding of what it took (Gram-Schmidt with reorthogonalisation). */
static double take_out(double *x, const double *basis, int count, int n) {
  for (int turn = 0; turn < 2; turn++)
    for (int l = 0; l < count; l++) {
      double part = product(x, basis + l * n, n);
      for (int r = 0; r < n; r++)
        x[r] -= part * basis[l * n + r];
    }
  return product(x, x, n);
}

/* Divides x by its length; a number below SW_GRANGER_LEAST becomes 0 (see granger.h). */
static void over_length(double *x, double squares, int n) {
  double length = sqrt(squares);
  for (int r = 0; r < n; r++) {
    x[r] /= length;
    if (fabs(x[r]) < SW_GRANGER_LEAST) x[r] = 0;
  }
}

/* NaN operands make every pair of the unit NaN, without a test per pair. */
static void fill_nan(double *x, int n) {
  for (int r = 0; x && r < n; r++)
    x[r] = NAN;
}

/* Values `lag` before those of the rows, less their mean; returns their squares. */
static double lagged(int rows, const int *row, const double *v, int lag, double *x) {
  for (int r = 0; r < rows; r++)
    x[r] = v[row[r] - lag];
  return centre(x, rows);
}

/* Gram-Schmidt over the lags, nearest first. A lag that the others explain up to rounding makes the
 * unit useless. */
bool sw_granger_unit(int lags, int rows, const int *row, const double *v, double size,
                     double *basis, double *rest, double *pivot) {
  /* Rounding of the values themselves: what is left of a lag must be more than 1e-12 of their
   * size. */
  double rounding = rows * (1e-12 * size) * (1e-12 * size);
  for (int l = 0; l < lags; l++) {
    double *x = basis + l * rows, all = lagged(rows, row, v, l + 1, x);
    double own = take_out(x, basis, l, rows);
    pivot[l] = SINGULAR * all / own;
    if (!(own > rounding && own > SINGULAR * all)) { /* so is NaN */
      fill_nan(basis, lags * rows);
      fill_nan(rest, rows);
      fill_nan(pivot, lags);
      return false;
    }
    over_length(x, own, rows);
  }
  if (!rest) return true;
  double all = lagged(rows, row, v, 0, rest), left = take_out(rest, basis, lags, rows);
  if (left > rounding && left > PREDICTED * all)
    over_length(rest, left, rows);
  else
    fill_nan(rest, rows);
  return true;
}

/* ---- F of products ------------------------------------------------------------------------ */

SW_INLINE double larger(double x, double y) {
  return x > y ? x : y;
}

/* F of one lag: g = c^2/(1 - b^2). `by` is df/p. */
SW_INLINE double of_one(double b, double c, double by) {
  double a = 1 - b * b, num = c * c, rest = larger(a - num, ROUNDING);
  return a >= SINGULAR ? by * num / rest : NAN;
}

/* F of two lags, by the factor L D L' of A, whose entry of L is -m. Written out, as it runs once
 * per pair. */
SW_INLINE double of_two(const double *b, const double *c, double pivot, double by) {
  double d1 = 1 - __builtin_fma(b[1], b[1], b[0] * b[0]);
  double t = __builtin_fma(b[1], b[3], b[0] * b[2]), m = t / d1;
  double a22 = 1 - __builtin_fma(b[3], b[3], b[2] * b[2]);
  double d2 = a22 - m * t, u = __builtin_fma(m, c[0], c[1]);
  double num = __builtin_fma(u * u, d1, c[0] * c[0] * d2), den = d1 * d2;
  double f = by * num / larger(den - num, ROUNDING * den);
  return d1 >= SINGULAR && d2 >= pivot ? f : NAN;
}

enum { LANES = 64 }; /* columns at a time of more lags */

/* Row k of A from its products: A = I - B B', in the place of `a`, up to the diagonal. */
SW_INLINE void make_row(int lags, int k, const double (*b)[LANES], int n, double (*a)[LANES]) {
  for (int l = 0; l <= k; l++) {
    for (int c = 0; c < n; c++)
      a[l][c] = 0;
    for (int q = 0; q < lags; q++)
      for (int c = 0; c < n; c++)
        a[l][c] = __builtin_fma(b[k * lags + q][c], b[l * lags + q][c], a[l][c]);
    for (int c = 0; c < n; c++)
      a[l][c] = (l == k) - a[l][c];
  }
}

/* Of many lags, for n <= LANES columns: b[k * lags + q] and c[k] by column. A = L D L', row by row:
 * a[k * lags + l] becomes D_l L_kl below the diagonal and D_k on it, u = L^-1 c, and g the sum of
 * u_k^2/D_k. `pivot`: of the sender. */
SW_INLINE void of_many(int lags, const double (*b)[LANES], const double (*c)[LANES],
                       const double *pivot, double by, int n, double (*a)[LANES],
                       double (*u)[LANES], double *out) {
  double g[LANES] = {0}, least[LANES];
  for (int x = 0; x < n; x++)
    least[x] = INFINITY;
  for (int k = 0; k < lags; k++) {
    double(*row)[LANES] = a + k * lags;
    make_row(lags, k, b, n, row);
    for (int x = 0; x < n; x++)
      u[k][x] = c[k][x];
    for (int l = 0; l < k; l++) {
      for (int q = 0; q < l; q++)
        for (int x = 0; x < n; x++)
          row[l][x] -= row[q][x] * a[l * lags + q][x] / a[q * lags + q][x];
      for (int x = 0; x < n; x++) {
        double ratio = row[l][x] / a[l * lags + l][x];
        row[k][x] -= ratio * row[l][x];
        u[k][x] -= ratio * u[l][x];
      }
    }
    for (int x = 0; x < n; x++) {
      double over = row[k][x] - pivot[k];
      g[x] += u[k][x] * u[k][x] / row[k][x];
      least[x] = over >= least[x] ? least[x] : over; /* NaN stays */
    }
  }
  for (int x = 0; x < n; x++)
    out[x] = least[x] >= 0 ? by * g[x] / larger(1 - g[x], ROUNDING) : NAN;
}

/* ---- one and two lags --------------------------------------------------------------------- */

/* Senders, packed: the numbers of some rows beside each other, [r][lag][row], and what the second
 * pivot of each must reach. */
typedef struct packed {
  const double *value, *pivot;
} packed;

/* A pair by plain code: the bits that every variant must have, and the edges of blocks that vectors
 * leave. */
static double plain_pair(const sw_granger *g, int lags, int rows, const packed *row, int i,
                         int64_t j, double by) {
  double b[4] = {0}, c[2] = {0};
  for (int r = 0; r < g->rows; r++)
    for (int a = 0; a < lags; a++) {
      double x = row->value[(int64_t)(r * lags + a) * rows + i];
      for (int q = 0; q < lags; q++)
        b[a * lags + q] = __builtin_fma(x, g->receiver[q * g->rows + r][j], b[a * lags + q]);
      c[a] = __builtin_fma(x, g->receiver[lags * g->rows + r][j], c[a]);
    }
  return lags == 1 ? of_one(b[0], c[0], by) : of_two(b, c, row->pivot[i], by);
}

/* One column of all packed rows. */
static void plain_column(const sw_granger *g, int lags, int rows, const packed *row, int count,
                         int64_t j, double by, double *out, int64_t stride) {
  for (int k = 0; k < count; k++) {
    packed at = {row->value + (int64_t)k * rows * lags * g->rows, row->pivot + k * rows};
    for (int i = 0; i < rows; i++)
      out[(k * rows + i) * stride] = plain_pair(g, lags, rows, &at, i, j, by);
  }
}

#define SW_VEC_FILE "kernel/causality/granger_set.h"
#include "kernel/vec_each.h"

static void (*const granger_rows[])(const sw_granger *g, const packed *row, int rows, int count,
                                    int64_t j0, int64_t j1, double by, double *out,
                                    int64_t stride) = SW_SETS(granger_rows);

/* Packs `count` times `rows` senders, from i on: a tile of the kernel reads them in one line. */
static void pack(const sw_granger *g, int64_t i, int rows, int count, double *value,
                 double *pivot) {
  for (int k = 0; k < count; k++, i += rows)
    for (int r = 0; r < g->rows; r++)
      for (int a = 0; a < g->lags; a++, value += rows)
        memcpy(value, g->sender[a * g->rows + r] + i, (size_t)rows * sizeof *value);
  i -= count * rows;
  for (int k = 0; k < count * rows; k++)
    pivot[k] = g->lags > 1 ? g->pivot[1][i + k] : 0;
}

/* One or two lags: rows go in packs of SW_GRANGER_GRAIN, so that columns are read once per pack.
 * Fewer rows than a tile go one by one. */
static void few_lags(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1, double by,
                     double *out, int64_t stride, double *workspace) {
  double *pivot = workspace, *value = workspace + SW_GRANGER_GRAIN;
  packed row = {value, pivot};
  int full = g->lags == 1 ? ONE_ROWS : TWO_ROWS;
  for (int64_t i = i0, count; i < i1; i += count) {
    int64_t left = i1 - i < SW_GRANGER_GRAIN ? i1 - i : SW_GRANGER_GRAIN;
    int rows = left >= full ? full : 1;
    count = left / rows * rows;
    pack(g, i, rows, (int)(count / rows), value, pivot);
    granger_rows[sw_set()](g, &row, rows, (int)(count / rows), j0, j1, by, out + (i - i0) * stride,
                           stride);
  }
}

/* ---- more lags ---------------------------------------------------------------------------- */

enum { ROWS = 8 }; /* senders at a time */

/* Doubles of the parts of a workspace: products of ROWS senders by (lag, operand), then a row's
 * products side by side, A and u. */
static size_t many_room(int lags) {
  size_t p = (size_t)lags;
  return p * (p + 1) * ROWS * LANES + (p * (p + 1) + p * p + p) * LANES;
}

/* Copies row i's products side by side, factorises for LANES columns at once. The first pivot is
 * always SINGULAR: it is that of 1 - b^2. */
SW_HOT static void row_of_many(const sw_granger *g, int64_t i, const double *product, int n,
                               double by, double *work, double *out) {
  int p = g->lags, q = p + 1;
  double(*b)[LANES] = (double(*)[LANES])work, (*c)[LANES] = b + p * p, (*a)[LANES] = c + p;
  double pivot[SW_GRANGER_LAGS];
  for (int k = 0; k < p; k++) {
    pivot[k] = k ? g->pivot[k][i] : SINGULAR;
    for (int l = 0; l < q; l++)
      memcpy(l < p ? b[k * p + l] : c[k], product + (size_t)(k * q + l) * ROWS * LANES,
             (size_t)n * sizeof *product);
  }
  of_many(p, (const double(*)[LANES])b, (const double(*)[LANES])c, pivot, by, n, a, a + p * p, out);
}

/* More than two lags: p (p + 1) products of ROWS x LANES pairs each, which stay in cache until
 * their F is made. */
static void many_lags(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      double by, double *out, int64_t stride, double *workspace) {
  int p = g->lags, q = p + 1;
  double *product = workspace + sw_block_workspace(g->rows) / sizeof *workspace;
  double *work = product + (size_t)(p * q) * ROWS * LANES;
  for (int64_t i = i0; i < i1; i += ROWS)
    for (int64_t j = j0; j < j1; j += LANES) {
      int64_t i_end = i + ROWS < i1 ? i + ROWS : i1, j_end = j + LANES < j1 ? j + LANES : j1;
      for (int k = 0; k < p; k++)
        for (int l = 0; l < q; l++)
          sw_block_products(g->rows, g->sender + k * g->rows, i, i_end, g->receiver + l * g->rows,
                            j, j_end, product + (size_t)(k * q + l) * ROWS * LANES, LANES,
                            workspace);
      for (int64_t r = i; r < i_end; r++)
        row_of_many(g, r, product + (r - i) * LANES, (int)(j_end - j), by, work,
                    out + (r - i0) * stride + j - j0);
    }
}

/* ---- a block ------------------------------------------------------------------------------ */

static double by_of(int lags, int rows) {
  return (double)sw_granger_df(lags, rows) / lags;
}

size_t sw_granger_workspace(int lags, int rows) {
  if (lags > 2) return sw_block_workspace(rows) + many_room(lags) * sizeof(double);
  return (size_t)SW_GRANGER_GRAIN * (size_t)(lags * rows + 1) * sizeof(double);
}

/* The number of lags chooses the way; the bits of a pair are the same in blocks of any size. */
void sw_granger_block(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      double *out, int64_t stride, void *workspace) {
  (g->lags > 2 ? many_lags : few_lags)(g, i0, i1, j0, j1, by_of(g->lags, g->rows), out, stride,
                                       workspace);
}

/* ---- a pair with gaps --------------------------------------------------------------------- */

size_t sw_granger_pair_room(int lags, int rows) {
  size_t p = (size_t)lags, n = (size_t)rows;
  return (2 * p + 1) * n + (n + 1) / 2 + (2 * p * p + 2 * p) * LANES + 2 * p;
}

/* Whether all that a row of the test needs is there, of both series. */
static bool is_complete(int lags, const double *sender, const double *receiver) {
  bool there = !isnan(*receiver);
  for (int l = 1; l <= lags; l++)
    there = there && !isnan(sender[-l]) && !isnan(receiver[-l]);
  return there;
}

/* The size of the values that the rows use, by which rounding is judged. */
static double size_of(const double *v, int rows, const int *row, int lags) {
  double size = 0;
  for (int r = 0; r < rows; r++)
    for (int l = 0; l <= lags; l++)
      if (fabs(v[row[r] - l]) > size) size = fabs(v[row[r] - l]); /* NaN is not larger */
  return size;
}

/* The products of one pair in the order of rows, and F by the same code as blocks: a pair without
 * gaps has the bits of its block. */
static double pair_of(int lags, int rows, const double *x, const double *y, const double *pivot,
                      double *work) {
  double(*b)[LANES] = (double(*)[LANES])work, (*c)[LANES] = b + lags * lags, by, f = NAN;
  double(*a)[LANES] = c + lags, few[6];
  by = by_of(lags, rows);
  for (int k = 0; k < lags; k++)
    for (int l = 0; l <= lags; l++) {
      double sum = 0;
      for (int r = 0; r < rows; r++)
        sum = __builtin_fma(x[k * rows + r], y[l * rows + r], sum);
      if (lags <= 2) few[l < lags ? k * lags + l : lags * lags + k] = sum;
      *(l < lags ? b[k * lags + l] : c[k]) = sum;
    }
  if (lags == 1) return of_one(few[0], few[1], by);
  if (lags == 2) return of_two(few, few + 4, pivot[1], by);
  of_many(lags, (const double(*)[LANES])b, (const double(*)[LANES])c, pivot, by, 1, a,
          a + lags * lags, &f);
  return f;
}

/* A pair with gaps has rows of its own, so both units are made anew: O(rows lags^2) per pair, far
 * more than a pair of a block costs. */
double sw_granger_pair(int lags, int rows, const int *row, const double *sender, double from_sender,
                       const double *receiver, double from_receiver, double *work, int *df) {
  size_t p = (size_t)lags, n = (size_t)rows;
  double *x = work, *y = x + p * n, *pivot = y + (p + 1) * n, *rest = pivot + 2 * p;
  double *lanes = rest + (n + 1) / 2;
  int *at = (int *)rest, count = 0;
  for (int r = 0; r < rows; r++)
    if (is_complete(lags, sender + row[r], receiver + row[r])) at[count++] = row[r];
  *df = sw_granger_df(lags, count);
  if (*df < 1) return NAN;
  double size_x = fmax(size_of(sender, count, at, lags), from_sender);
  double size_y = fmax(size_of(receiver, count, at, lags), from_receiver);
  if (!sw_granger_unit(lags, count, at, sender, size_x, x, NULL, pivot)) return NAN;
  if (!sw_granger_unit(lags, count, at, receiver, size_y, y, y + p * (size_t)count, pivot + p))
    return NAN;
  return pair_of(lags, count, x, y, pivot, lanes);
}
