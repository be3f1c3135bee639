/* Eigenvalues by the QR algorithm: Householder's reduction to a Hessenberg matrix, then steps with
 * a complex shift, by plane rotations, until the matrix is triangular but for rounding (Golub & Van
 * Loan 2013, sections 7.4 and 7.5). Complex throughout: pairs of eigenvalues need no case of their
 * own, and matrices are small.
 *
 * Called for the mobility of Markov chains (chain.c) and for weights matrices that no symmetric one
 * is similar to (sparse/spectrum.c). It works in the caller's scratch alone, so any thread may
 * call. */
#include "kernel/linear/eigen.h"

#include <float.h>
#include <math.h>

/* Steps for one eigenvalue; two or three are usual. The count starts anew with each eigenvalue that
 * is found. */
enum { MOST_STEPS = 200 };

/* The matrix, and the part of it that is not yet triangular: rows and columns lo .. hi. */
typedef struct work {
  int n, lo, hi;
  double complex *a;
} work;

static double complex *at(const work *w, int i, int j) {
  return &w->a[i * w->n + j];
}

/* ---- Hessenberg --------------------------------------------------------------------------- */

/* Reflects by I - 2 v v'/v'v from both sides; v stands in rows k + 1 .. n - 1. O(n^2) a reflection:
 * nothing is formed but the product with v. */
static void reflect(const work *w, int k, const double *v, double squares) {
  for (int j = 0; j < w->n; j++) {
    double complex sum = 0;
    for (int i = k + 1; i < w->n; i++)
      sum += v[i] * *at(w, i, j);
    for (int i = k + 1; i < w->n; i++)
      *at(w, i, j) -= 2 * v[i] / squares * sum;
  }
  for (int i = 0; i < w->n; i++) {
    double complex sum = 0;
    for (int j = k + 1; j < w->n; j++)
      sum += v[j] * *at(w, i, j);
    for (int j = k + 1; j < w->n; j++)
      *at(w, i, j) -= 2 * v[j] / squares * sum;
  }
}

/* The matrix is real until here. Columns that are reduced already are left as they are. `v` is
 * complex scratch's tail, read as doubles. */
static void reduce(const work *w, double *v) {
  for (int k = 0; k < w->n - 2; k++) {
    double below = 0, squares = 0;
    for (int i = k + 1; i < w->n; i++) {
      v[i] = creal(*at(w, i, k));
      squares += v[i] * v[i];
      if (i > k + 1) below += fabs(v[i]);
    }
    /* The column has its shape already, and a reflection by a zero vector would divide by 0. */
    if (below == 0) continue;
    double length = sqrt(squares);
    /* The sign of the first element makes the sum grow, so that nothing cancels. */
    v[k + 1] += v[k + 1] < 0 ? -length : length;
    squares = 0;
    for (int i = k + 1; i < w->n; i++)
      squares += v[i] * v[i];
    reflect(w, k, v, squares);
    /* What the reflection makes of them is rounding. */
    for (int i = k + 2; i < w->n; i++)
      *at(w, i, k) = 0;
  }
}

/* ---- steps -------------------------------------------------------------------------------- */

/* Whether the number left of the diagonal in row i is rounding beside its neighbours. */
static bool is_split(const work *w, int i) {
  double size = cabs(*at(w, i, i)) + cabs(*at(w, i - 1, i - 1));
  /* Two zeros on the diagonal have no scale of their own; then the number is held against 1. */
  if (size == 0) size = 1;
  return cabs(*at(w, i, i - 1)) <= DBL_EPSILON * size;
}

/* The eigenvalue of the last two rows that is nearer to the last number. Now and then another, as
 * some matrices would be led in a circle. Wilkinson's shift, by which convergence is quadratic.
 * With a plain QR step a permutation matrix would come back as it was; the exceptional shift at
 * every eleventh step breaks such circles. */
static double complex shift_of(const work *w, int step) {
  double complex d = *at(w, w->hi, w->hi), a = *at(w, w->hi - 1, w->hi - 1);
  double complex bc = *at(w, w->hi, w->hi - 1) * *at(w, w->hi - 1, w->hi);
  if (step % 11 == 10) return d + cabs(*at(w, w->hi, w->hi - 1));
  /* The roots of the 2 x 2 matrix as offsets from d: half the difference of the diagonal, plus or
   * minus the root, so that d itself is not squared. */
  double complex half = (a - d) / 2, root = csqrt(half * half + bc);
  double complex plus = half + root, minus = half - root;
  return d + (cabs(plus) < cabs(minus) ? plus : minus);
}

/* One step A - s = QR, RQ + s, over the open part: n rotations of neighbouring rows, then of
 * columns. Only eigenvalues are wanted, so the rest of the matrix is not turned along. */
static void turn(const work *w, double complex s, double *cosine, double complex *sine) {
  for (int i = w->lo; i <= w->hi; i++)
    *at(w, i, i) -= s;
  for (int i = w->lo; i < w->hi; i++) {
    double complex x = *at(w, i, i), y = *at(w, i + 1, i);
    /* hypot, as the squares of very small numbers would underflow. */
    double length = hypot(cabs(x), cabs(y));
    bool plain = length == 0 || cabs(x) == 0;
    /* x = 0 is turned by a quarter and x = y = 0 not at all; x / |x| is not defined there. */
    cosine[i] = plain ? (length == 0 ? 1 : 0) : cabs(x) / length;
    sine[i] = length == 0 ? 0 : plain ? 1 : x / cabs(x) * conj(y) / length;
    for (int j = i; j <= w->hi; j++) {
      double complex upper = *at(w, i, j), lower = *at(w, i + 1, j);
      *at(w, i, j) = cosine[i] * upper + sine[i] * lower;
      *at(w, i + 1, j) = cosine[i] * lower - conj(sine[i]) * upper;
    }
  }
  /* From the right by the same rotations; column j + 1 has numbers down to row j + 1 only. */
  for (int j = w->lo; j < w->hi; j++)
    for (int i = w->lo; i <= j + 1; i++) {
      double complex left = *at(w, i, j), right = *at(w, i, j + 1);
      *at(w, i, j) = cosine[j] * left + conj(sine[j]) * right;
      *at(w, i, j + 1) = cosine[j] * right - sine[j] * left;
    }
  for (int i = w->lo; i <= w->hi; i++)
    *at(w, i, i) += s;
}

/* From the last row upwards, each open part by itself. */
static bool iterate(work *w, double *cosine, double complex *sine) {
  for (int step = 0; w->hi > 0 && step < MOST_STEPS; step++) {
    /* Up to the first split: a matrix of blocks is solved block by block, each with shifts of its
     * own. */
    w->lo = w->hi;
    while (w->lo > 0 && !is_split(w, w->lo))
      w->lo--;
    if (w->lo > 0) *at(w, w->lo, w->lo - 1) = 0;
    if (w->lo < w->hi) {
      turn(w, shift_of(w, step), cosine, sine);
      continue;
    }
    w->hi--;
    step = -1; /* counted anew for the next */
  }
  return w->hi == 0;
}

/* The eigenvalues are then on the diagonal of scratch. Behind the matrix stand the sines, then the
 * cosines, whose place Householder's vector takes before. O(n^3) in all. */
static bool find(int n, const double *a, double complex *scratch) {
  work w = {.n = n, .hi = n - 1, .a = scratch};
  double complex *sine = scratch + n * n;
  double *cosine = (double *)(sine + n);
  for (int i = 0; i < n * n; i++)
    scratch[i] = a[i];
  reduce(&w, cosine);
  return iterate(&w, cosine, sine);
}

bool sw_eigen_values(int n, const double *a, double complex *value, double complex *scratch) {
  bool found = find(n, a, scratch);
  for (int i = 0; i < n; i++)
    value[i] = found ? scratch[i * n + i] : NAN;
  return found;
}

/* Descending, by insertion. Few numbers, and the order of equal sizes is without meaning. */
bool sw_eigen_sizes(int n, const double *a, double *size, double complex *scratch) {
  bool found = find(n, a, scratch);
  for (int i = 0; i < n; i++) {
    double value = found ? cabs(scratch[i * n + i]) : NAN;
    int place = i;
    for (; place > 0 && size[place - 1] < value; place--)
      size[place] = size[place - 1];
    size[place] = value;
  }
  return found;
}
