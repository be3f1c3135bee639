/* The decomposition of decomposition.h, which has its formulas. Called by `connectedness`
 * (measure/pair/connectedness.c): once per ridge, then chunk by chunk for the units. All matrices
 * are T x T or T x CHUNK and lie in the caller's workspace; nothing is allocated, any thread.
 * Products of matrices go by the block kernel, whose bits are those of plain sums in order, so that
 * results do not depend on the instruction set. */
#include "kernel/causality/decomposition.h"

#include "kernel/linear/cholesky.h"
#include "kernel/pairs/block.h"

#include <math.h>
#include <string.h>

enum { CHUNK = SW_DECOMPOSITION_CHUNK, MATRICES = 8 };

/* The workspace: SQUARES matrices T x T; CHUNKS matrices T x CHUNK, of which the last two are for
 * whoever is at work; NUMBERS rows of CHUNK. Each function below names those that it uses, as
 * nothing else keeps two of them apart. */
enum { SCRATCH, SUM, LEFT, RIGHT, GRAM, SQUARES };
enum { Y, Z, E, U, W, MW, ONE, OTHER, CHUNKS };
/* By unit of a chunk: s, d (the sum of the row), the own part, and a part of a sum under way. */
enum { VARIANCE, ROW_SUM, OWN, PART, NUMBERS };

/* The workspace, cut into square matrices, pieces of the series, and numbers of the units of a
 * piece. */
typedef struct space {
  int rows;
  double *square[SQUARES], *chunk[CHUNKS], *number[NUMBERS];
  bool *present;
  const double **left, **right; /* rows of two matrices */
  void *block;
} space;

/* ---- workspace ----------------------------------------------------------------------------- */

/* Parts begin on cache lines, since the block kernel loads whole vectors. */
static size_t whole(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

/* Of the longer side of a matrix: products run over rows here and over units of a chunk there. */
static size_t longest(int rows) {
  return rows > CHUNK ? (size_t)rows : CHUNK;
}

/* The parts in the order of `cut`. */
size_t sw_decomposition_workspace(int rows) {
  size_t t = (size_t)rows;
  return SQUARES * whole(t * t * sizeof(double)) + CHUNKS * whole(t * CHUNK * sizeof(double)) +
         NUMBERS * CHUNK * sizeof(double) + whole(CHUNK * sizeof(bool)) +
         2 * whole(longest(rows) * sizeof(double *)) +
         whole(sw_block_workspace((int)longest(rows)));
}

/* Takes the next part of the workspace. */
static void *take(char **at, size_t bytes) {
  void *taken = *at;
  *at += whole(bytes);
  return taken;
}

/* Cuts the workspace in the order that sw_decomposition_workspace counts. Cheap, so that each
 * function cuts it again instead of sharing a struct. */
static space cut(int rows, void *work) {
  size_t t = (size_t)rows;
  char *at = work;
  space r = {.rows = rows};
  for (int k = 0; k < SQUARES; k++)
    r.square[k] = take(&at, t * t * sizeof(double));
  for (int k = 0; k < CHUNKS; k++)
    r.chunk[k] = take(&at, t * CHUNK * sizeof(double));
  for (int k = 0; k < NUMBERS; k++)
    r.number[k] = take(&at, CHUNK * sizeof(double));
  r.present = take(&at, CHUNK * sizeof(bool));
  r.left = take(&at, longest(rows) * sizeof(double *));
  r.right = take(&at, longest(rows) * sizeof(double *));
  r.block = at;
  return r;
}

size_t sw_grams_doubles(int rows) {
  return 3 * (size_t)rows * (size_t)rows;
}

void sw_grams_place(sw_grams *grams, int rows, double *room) {
  size_t square = (size_t)rows * (size_t)rows;
  *grams = (sw_grams){rows, 0, room, room + square, room + 2 * square};
}

size_t sw_decomposition_doubles(int rows) {
  return MATRICES * (size_t)rows * (size_t)rows;
}

/* One array holds the eight matrices, so that a decomposition travels as plain bytes. */
void sw_decomposition_place(sw_decomposition *of, int rows, int horizon, double *room) {
  double **matrix[MATRICES] = {&of->m,     &of->c,       &of->ct,     &of->gt,
                               &of->shock, &of->receive, &of->spread, &of->send};
  of->rows = rows;
  of->horizon = horizon;
  for (int k = 0; k < MATRICES; k++)
    *matrix[k] = room + (size_t)k * (size_t)rows * (size_t)rows;
}

/* ---- matrices ------------------------------------------------------------------------------ */

static void clear(const space *r, double *square) {
  memset(square, 0, (size_t)r->rows * (size_t)r->rows * sizeof *square);
}

/* out = a' of rows x columns numbers. */
static void transpose(int rows, int columns, const double *a, double *out) {
  for (int s = 0; s < rows; s++)
    for (int c = 0; c < columns; c++)
      out[(size_t)c * (size_t)rows + (size_t)s] = a[(size_t)s * (size_t)columns + (size_t)c];
}

/* out = a x, of T rows and `columns` columns; `at` is a'. The kernel takes a matrix as pointers to
 * rows and sums over the first index, hence the transpose. */
static void times(const space *r, const double *at, const double *x, int columns, double *out) {
  int t = r->rows;
  for (int k = 0; k < t; k++) {
    r->left[k] = at + (size_t)k * (size_t)t;
    r->right[k] = x + (size_t)k * (size_t)columns;
  }
  sw_block_products(t, r->left, 0, t, r->right, 0, columns, out, columns, r->block);
}

/* out = a x a' of a symmetric x; `at` is a', which may be a. Uses LEFT and RIGHT. */
static void sandwich(const space *r, const double *at, const double *x, double *out) {
  times(r, at, x, r->rows, r->square[LEFT]);
  transpose(r->rows, r->rows, r->square[LEFT], r->square[RIGHT]);
  times(r, at, r->square[RIGHT], r->rows, out);
}

/* out = sum over h < terms of a^h x a'^h; x is written over. Horner's scheme would need as many
 * products; here each term is the last one between a and a'. Uses LEFT, RIGHT and SCRATCH. O(terms
 * T^3). */
static void sum_powers(const space *r, int terms, const double *at, double *x, double *out) {
  size_t square = (size_t)r->rows * (size_t)r->rows;
  clear(r, out);
  for (int h = 0; h < terms; h++) {
    for (size_t k = 0; k < square; k++)
      out[k] += x[k];
    if (h + 1 == terms) break;
    sandwich(r, at, x, r->square[SCRATCH]);
    memcpy(x, r->square[SCRATCH], square * sizeof *x);
  }
}

/* to += x x2' of a chunk: the sum over its units of x_u x2_u'. Transposed first, so that the kernel
 * reads along units. Absent units are zeros and add nothing. Uses ONE, OTHER and GRAM. */
static void add_gram(const space *r, const double *x, const double *x2, double *to) {
  int t = r->rows;
  transpose(t, CHUNK, x, r->chunk[ONE]);
  transpose(t, CHUNK, x2, r->chunk[OTHER]);
  for (int u = 0; u < CHUNK; u++) {
    r->left[u] = r->chunk[ONE] + (size_t)u * (size_t)t;
    r->right[u] = r->chunk[OTHER] + (size_t)u * (size_t)t;
  }
  sw_block_products(CHUNK, r->left, 0, t, r->right, 0, t, r->square[GRAM], t, r->block);
  for (size_t k = 0; k < (size_t)t * (size_t)t; k++)
    to[k] += r->square[GRAM][k];
}

/* m = (zz + lambda I)^-1 by Cholesky; false: not positive definite, so lambda is too small.
 * Rounding leaves m slightly asymmetric, and `sandwich` relies on symmetry: the mean of both halves
 * is taken. Uses SCRATCH. */
static bool invert(const space *r, const double *zz, double lambda, double *m) {
  int t = r->rows;
  double *l = r->square[SCRATCH];
  memcpy(l, zz, (size_t)t * (size_t)t * sizeof *l);
  for (int s = 0; s < t; s++)
    l[s * t + s] += lambda;
  if (!sw_cholesky_factor(l, t)) return false;
  clear(r, m);
  for (int s = 0; s < t; s++) {
    m[s * t + s] = 1;
    sw_cholesky_solve(l, t, m + s * t);
  }
  for (int s = 0; s < t; s++)
    for (int k = 0; k < s; k++)
      m[s * t + k] = m[k * t + s] = (m[s * t + k] + m[k * t + s]) / 2;
  return true;
}

/* ---- Gram matrices, and the ridge ---------------------------------------------------------- */

/* Units of the chunk that begins at `first`. */
static int count_of(const sw_series_source *from, int64_t first) {
  return (int)(from->n - first < CHUNK ? from->n - first : CHUNK);
}

/* Asked once per chunk: a long search is to answer a signal within seconds. */
static bool stops(const sw_series_source *from) {
  return from->stops && from->stops(from->context);
}

/* A chunk of series; what is absent stays zero, and `present` tells it from series of zeros. */
static void load(const space *r, const sw_series_source *from, int64_t first, int count) {
  memset(r->chunk[Y], 0, (size_t)r->rows * CHUNK * sizeof(double));
  memset(r->chunk[Z], 0, (size_t)r->rows * CHUNK * sizeof(double));
  memset(r->present, 0, CHUNK * sizeof *r->present);
  from->load(from->context, first, count, r->chunk[Y], r->chunk[Z], r->present);
}

/* One pass over all series: O(n T^2). Each ridge that is tried rests on these sums alone. */
void sw_grams_find(const sw_series_source *from, sw_grams *grams, void *work) {
  space r = cut(from->rows, work);
  clear(&r, grams->zz);
  clear(&r, grams->zy);
  clear(&r, grams->yy);
  grams->used = 0;
  for (int64_t first = 0; first < from->n && !stops(from); first += CHUNK) {
    load(&r, from, first, count_of(from, first));
    for (int u = 0; u < CHUNK; u++)
      grams->used += r.present[u];
    add_gram(&r, r.chunk[Z], r.chunk[Z], grams->zz);
    add_gram(&r, r.chunk[Z], r.chunk[Y], grams->zy);
    add_gram(&r, r.chunk[Y], r.chunk[Y], grams->yy);
  }
}

double sw_grams_scale(const sw_grams *grams) {
  double sum = 0;
  for (int s = 0; s < grams->rows; s++)
    sum += grams->zz[s * grams->rows + s];
  return sum / grams->rows;
}

/* The mean square of the errors of leaving out one row at a time, without a second fit: the error
 * of row t is e_t/(1 - h_t) (Allen 1974, PRESS). 1 - h_t = lambda m_tt and e = lambda MY, so lambda
 * goes out of the quotient. */
double sw_grams_leave_out(const sw_grams *grams, double lambda, void *work) {
  space r = cut(grams->rows, work);
  int t = grams->rows;
  double *m = r.square[LEFT], *my = r.square[RIGHT], sum = 0;
  if (grams->used == 0 || !invert(&r, grams->zz, lambda, m)) return NAN;
  times(&r, m, grams->yy, t, my);
  for (int s = 0; s < t; s++) {
    double missed = 0;
    for (int k = 0; k < t; k++)
      missed += my[s * t + k] * m[s * t + k];
    sum += missed / (m[s * t + s] * m[s * t + s]);
  }
  return sum / t / (double)grams->used;
}

/* ---- a chunk ------------------------------------------------------------------------------- */

/* Column u of x times root[u]. */
static void scale(const space *r, const double *x, const double *root, double *out) {
  for (int t = 0; t < r->rows; t++)
    for (int u = 0; u < CHUNK; u++)
      out[t * CHUNK + u] = x[t * CHUNK + u] * root[u];
}

/* out[u] = x_u' x2_u */
static void dots(const space *r, const double *x, const double *x2, double *out) {
  memset(out, 0, CHUNK * sizeof *out);
  for (int t = 0; t < r->rows; t++)
    for (int u = 0; u < CHUNK; u++)
      out[u] += x[t * CHUNK + u] * x2[t * CHUNK + u];
}

/* out[u] = x_u' a x_u of a symmetric a. Uses ONE. */
static void forms(const space *r, const double *a, const double *x, double *out) {
  times(r, a, x, CHUNK, r->chunk[ONE]);
  dots(r, x, r->chunk[ONE], out);
}

/* Residuals E = lambda M Y, their variances s (1 of what is absent, to divide by), and u =
 * e/sqrt(s). */
static void find_residuals(const space *r, const sw_decomposition *of) {
  double *s = r->number[VARIANCE], root[CHUNK];
  times(r, of->m, r->chunk[Y], CHUNK, r->chunk[E]);
  for (int k = 0; k < of->rows * CHUNK; k++)
    r->chunk[E][k] *= of->lambda;
  dots(r, r->chunk[E], r->chunk[E], s);
  for (int u = 0; u < CHUNK; u++) {
    s[u] = r->present[u] ? s[u] / of->rows : 1;
    root[u] = 1 / sqrt(s[u]);
  }
  scale(r, r->chunk[E], root, r->chunk[U]);
}

/* What each unit sends: w = delta sqrt(s) z + (1 - delta) (ZE'/T) u, and M w. */
static void find_sent(const space *r, const sw_decomposition *of) {
  double *w = r->chunk[W], keep = 1 - of->delta;
  times(r, of->gt, r->chunk[U], CHUNK, w);
  for (int u = 0; u < CHUNK; u++) {
    double root = of->delta * sqrt(r->number[VARIANCE][u]);
    for (int t = 0; t < of->rows; t++)
      w[t * CHUNK + u] = keep * w[t * CHUNK + u] + root * r->chunk[Z][t * CHUNK + u];
  }
  times(r, of->m, w, CHUNK, r->chunk[MW]);
}

/* d_i, the sum of row i over all j: `shock` gives that of h = 0, `receive` those of h >= 1. The own
 * part of h = 0 is s_i and not its shrunken value, which is put right here. Uses ONE. */
static void find_row_sums(const space *r, const sw_decomposition *of) {
  double keep = (1 - of->delta) * (1 - of->delta), rows = of->rows;
  double *sum = r->number[ROW_SUM], *part = r->number[PART];
  forms(r, of->shock, r->chunk[E], part);
  for (int u = 0; u < CHUNK; u++)
    sum[u] = (1 - keep) * r->number[VARIANCE][u] + keep * part[u] / (rows * rows);
  forms(r, of->receive, r->chunk[Y], part);
  for (int u = 0; u < CHUNK; u++)
    sum[u] = r->present[u] ? sum[u] + part[u] : 1;
}

/* The own part of row and column for h >= 1: sum of (y'C^(h-1) M w)^2. Three buffers take turns, as
 * a product cannot be made in place. Uses ONE and OTHER; MW stays. */
static void find_own(const space *r, const sw_decomposition *of) {
  double *own = r->number[OWN], *part = r->number[PART];
  double *now = r->chunk[MW], *next = r->chunk[ONE], *spare = r->chunk[OTHER];
  memset(own, 0, CHUNK * sizeof *own);
  for (int h = 1; h < of->horizon; h++) {
    dots(r, r->chunk[Y], now, part);
    for (int u = 0; u < CHUNK; u++)
      own[u] += part[u] * part[u];
    if (h + 1 == of->horizon) break;
    times(r, of->ct, now, CHUNK, next);
    double *free = now == r->chunk[MW] ? spare : now;
    now = next;
    next = free;
  }
}

/* All that a row of theta needs of a unit of its own. */
static void find_rows(const space *r, const sw_decomposition *of) {
  find_residuals(r, of);
  find_sent(r, of);
  find_row_sums(r, of);
  find_own(r, of);
}

/* theta_ii, the share of a unit's variance that comes from itself. */
static double own_share(const space *r, int u) {
  return (r->number[VARIANCE][u] + r->number[OWN][u]) / r->number[ROW_SUM][u];
}

/* ---- a decomposition ----------------------------------------------------------------------- */

/* One pass over the series: SUM = sum s z z', `shock`, and the sum of the fourth powers of u, which
 * `shrinkage` needs. */
static double find_moments(const space *r, const sw_series_source *from, sw_decomposition *of) {
  double fourth = 0, root[CHUNK];
  clear(r, r->square[SUM]);
  clear(r, of->shock);
  for (int64_t first = 0; first < from->n && !stops(from); first += CHUNK) {
    load(r, from, first, count_of(from, first));
    find_residuals(r, of);
    for (int k = 0; k < of->rows * CHUNK; k++) {
      double square = r->chunk[U][k] * r->chunk[U][k];
      fourth += square * square;
    }
    for (int u = 0; u < CHUNK; u++)
      root[u] = sqrt(r->number[VARIANCE][u]);
    scale(r, r->chunk[Z], root, r->chunk[W]);
    add_gram(r, r->chunk[U], r->chunk[U], of->shock);
    add_gram(r, r->chunk[W], r->chunk[W], r->square[SUM]);
  }
  return fourth;
}

/* The intensity of Schafer & Strimmer 2005: the sum over i != j of the variance of r_ij, over that
 * of r_ij^2, held to [0, 1]. With p_t = u_it u_jt, r = mean p and Var r = (mean p^2 - r^2)/(T - 1);
 * sums over i and j are those over T x T of `shock`, and i = j is taken off: there r is 1. So n^2
 * correlations cost T^2. */
static double shrinkage(const sw_decomposition *of, double fourth) {
  int t = of->rows;
  double rows = t, squares = 0, products = 0;
  for (int k = 0; k < t * t; k++)
    squares += of->shock[k] * of->shock[k];
  for (int s = 0; s < t; s++)
    products += of->shock[s * t + s] * of->shock[s * t + s];
  double correlation = squares / (rows * rows) - (double)of->used;
  double variance = ((products - fourth) / rows - correlation) / (rows - 1);
  if (!(correlation > 0)) return 1;
  return fmin(1, fmax(0, variance / correlation));
}

/* M, C and EZ'/T of a ridge: all that depends on lambda and not on the units. False: there is no
 * inverse, or fewer than two series. Uses SUM. */
static bool begin(const space *r, const sw_grams *grams, sw_decomposition *of) {
  int t = of->rows;
  if (grams->used < 2 || !(of->lambda > 0) || !invert(r, grams->zz, of->lambda, of->m))
    return false;
  times(r, of->m, grams->zy, t, of->c);
  transpose(t, t, of->c, of->ct);
  transpose(t, t, grams->zy, r->square[SUM]);
  times(r, of->m, r->square[SUM], t, of->gt);
  for (int k = 0; k < t * t; k++)
    of->gt[k] *= of->lambda / t;
  return true;
}

/* SUM = sum_j w_j w_j' = delta^2 sum s z z' + 2 delta (1 - delta) T GG' + (1 - delta)^2 G (sum u
 * u') G', G = ZE'/T; of it `receive`. */
static void find_receive(const space *r, sw_decomposition *of) {
  int t = of->rows;
  double delta = of->delta, keep = 1 - delta, *sum = r->square[SUM], *part = r->square[SCRATCH];
  times(r, of->gt, of->gt, t, part);
  for (int k = 0; k < t * t; k++)
    sum[k] = delta * delta * sum[k] + 2 * delta * keep * t * part[k];
  sandwich(r, of->gt, of->shock, part);
  for (int k = 0; k < t * t; k++)
    sum[k] += keep * keep * part[k];
  sandwich(r, of->m, sum, part);
  memcpy(sum, part, (size_t)t * (size_t)t * sizeof *sum);
  sum_powers(r, of->horizon - 1, of->ct, sum, of->receive);
}

/* One pass over the series: the total; `sends`: also `spread`, and SUM = sum y y'/d. Searches want
 * the total alone and leave the rest out. */
static void sum_rows(const space *r, const sw_series_source *from, bool sends,
                     sw_decomposition *of) {
  double total = 0, root[CHUNK];
  clear(r, r->square[SUM]);
  clear(r, of->spread);
  for (int64_t first = 0; first < from->n && !stops(from); first += CHUNK) {
    load(r, from, first, count_of(from, first));
    find_rows(r, of);
    for (int u = 0; u < CHUNK; u++) {
      if (r->present[u]) total += 1 - own_share(r, u);
      root[u] = 1 / sqrt(r->number[ROW_SUM][u]);
    }
    if (!sends) continue;
    /* sum y y'/d is the Gram matrix of y/sqrt(d). */
    scale(r, r->chunk[Y], root, r->chunk[W]);
    add_gram(r, r->chunk[W], r->chunk[W], r->square[SUM]);
    scale(r, r->chunk[E], root, r->chunk[W]);
    add_gram(r, r->chunk[W], r->chunk[W], of->spread);
  }
  of->total = total / (double)of->used;
}

/* Three passes over the series at most, O(n T^2) each, and O(H T^3). SUM carries the sum of one
 * step to the next. */
bool sw_decomposition_find(const sw_series_source *from, const sw_grams *grams, double lambda,
                           double delta, bool sends, sw_decomposition *out, void *work) {
  space r = cut(from->rows, work);
  out->lambda = lambda;
  out->delta = out->total = NAN;
  out->used = grams->used;
  if (!begin(&r, grams, out)) return false;
  double fourth = find_moments(&r, from, out);
  out->delta = delta < 0 ? shrinkage(out, fourth) : delta;
  find_receive(&r, out);
  sum_rows(&r, from, sends, out);
  if (!sends) return true;
  sum_powers(&r, out->horizon - 1, out->c, r.square[SUM], out->send);
  sandwich(&r, out->m, out->send, r.square[SUM]);
  memcpy(out->send, r.square[SUM], (size_t)out->rows * (size_t)out->rows * sizeof *out->send);
  return true;
}

/* ---- units --------------------------------------------------------------------------------- */

/* What each unit sends to the others: its column's sum, less what is the column's own of it. Both
 * terms are quadratic forms, as those of rows are. W is still that of find_rows. Uses ONE. */
static void find_to(const space *r, const sw_decomposition *of, double *to) {
  double keep = (1 - of->delta) * (1 - of->delta), rows = of->rows, *part = r->number[PART];
  forms(r, of->send, r->chunk[W], to);
  forms(r, of->spread, r->chunk[U], part);
  for (int u = 0; u < CHUNK; u++) {
    double own = r->number[OWN][u] + keep * r->number[VARIANCE][u];
    to[u] += keep * part[u] / (rows * rows) - own / r->number[ROW_SUM][u];
    if (!r->present[u]) to[u] = NAN;
  }
}

/* What pairs are made of: vectors whose products give theta_ij (see decomposition.h). Absent units
 * get NaN by `there`, which passes through every product. */
void sw_decomposition_chunk(const sw_series_source *from, const sw_decomposition *of, int64_t first,
                            int count, const sw_decomposition_units *out, void *work) {
  space r = cut(from->rows, work);
  double keep = 1 - of->delta, by_row[CHUNK], shock[CHUNK], there[CHUNK];
  load(&r, from, first, count);
  find_rows(&r, of);
  find_to(&r, of, out->to);
  for (int u = 0; u < CHUNK; u++) {
    there[u] = r.present[u] ? 1 : NAN;
    out->own[u] = there[u] * own_share(&r, u);
    by_row[u] = there[u] / sqrt(r.number[ROW_SUM][u]);
    shock[u] = there[u] * keep * of->lambda / of->rows;
  }
  scale(&r, r.chunk[Y], by_row, out->receiver);
  times(&r, of->m, r.chunk[U], CHUNK, r.chunk[ONE]);
  scale(&r, r.chunk[ONE], shock, out->first);
  scale(&r, r.chunk[MW], there, out->second);
}
