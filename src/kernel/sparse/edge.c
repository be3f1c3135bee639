/* The end of the interval in which all pivots are positive. Halving alone would take fifty factors;
 * of a symmetric matrix a few halvings, then Lanczos' method on the inverse near the end, whose
 * greatest eigenvalue stands well apart, gives all digits. The signs of pivots decide whether it is
 * taken.
 *
 * Called by spectrum.c once or twice for a W. Cost: a factor for each test of r; with Lanczos 24
 * solves more. The result is a lower bound of the end by construction: every r that is returned has
 * been factored with positive pivots. */
#include "kernel/sparse/edge.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "kernel/hot.h"

/* 24 steps suffice because the search comes within 3% of the end first: the greatest eigenvalue of
 * the inverse is 33 or more there. */
enum { STEPS = 24, LANES = SW_SPARSE_LANES };

typedef struct probe {
  sw_sparse sparse;
  const double *value;
  double sign;
  double *basis, *block; /* Lanczos' vectors, (STEPS + 1) n; a block of right-hand sides */
} probe;

/* Of a symmetric V all pivots are positive where I - sign r V is positive definite (Sylvester). Of
 * a V without negative entries I - r V is an M-matrix, with positive pivots just while r is below
 * the reciprocal of the spectral radius. A pivot that is 0 or no number makes the factor fail,
 * which counts as not positive. */
static bool positive(probe *p, double r) {
  sw_sparse_values values = {p->value, -p->sign * r, NULL};
  return sw_sparse_factor(&p->sparse, &values) && p->sparse.negative == 0;
}

/* ---- Lanczos ------------------------------------------------------------------------------ */

/* In eight lanes. The lanes are the same on every instruction set. */
SW_HOT static double dot(int64_t n, const double *x, const double *y) {
  double lane[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int l = 0; l < 8; l++)
      lane[l] = __builtin_fma(x[i + l], y[i + l], lane[l]);
  for (; i < n; i++)
    lane[i % 8] = __builtin_fma(x[i], y[i], lane[i % 8]);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

SW_HOT static void subtract(int64_t n, double part, const double *restrict x, double *restrict y) {
  for (int64_t i = 0; i < n; i++)
    y[i] = __builtin_fma(-part, x[i], y[i]);
}

/* v becomes a unit vector; returns its length, 0 left as it is. */
static double normalise(int64_t n, double *v) {
  double length = sqrt(dot(n, v, v));
  for (int64_t i = 0; i < n && length > 0; i++)
    v[i] /= length;
  return length;
}

/* The same start on each machine and in each run. A fixed seed; a random vector has a part along
 * every eigenvector with probability 1. */
static void random_unit(int64_t n, double *v) {
  sw_rng rng = sw_rng_make(0, 0, 0);
  for (int64_t i = 0; i < n; i++)
    v[i] = sw_rng_uniform(&rng) - .5;
  normalise(n, v);
}

/* One vector in a block of eight lanes, the others zero. The solver works on eight right-hand
 * sides; seven of them are spent on zeros, which costs no time, as it is bound by reading the
 * factor. */
static void apply_inverse(probe *p, const double *v, double *out) {
  int64_t n = p->sparse.plan->n;
  memset(p->block, 0, (size_t)(n * LANES) * sizeof *out);
  for (int64_t i = 0; i < n; i++)
    p->block[i * LANES] = v[i];
  sw_sparse_solve(&p->sparse, p->block, p->block);
  for (int64_t i = 0; i < n; i++)
    out[i] = p->block[i * LANES];
}

/* The tridiagonal matrix of the factor's inverse: diagonal a, beside it b; returns its size. */
static int tridiagonal(probe *p, double *a, double *b) {
  int64_t n = p->sparse.plan->n;
  int most = n < STEPS ? (int)n : STEPS;
  random_unit(n, p->basis);
  for (int k = 0; k < most; k++) {
    double *v = p->basis + k * n, *next = v + n;
    apply_inverse(p, v, next);
    a[k] = dot(n, v, next);
    /* Once would leave parts of the earlier vectors that grow from step to step, and with them
     * false copies of eigenvalues. */
    for (int twice = 0; twice < 2; twice++) /* against all before, as rounding brings them back */
      for (int l = k; l >= 0; l--)
        subtract(n, dot(n, p->basis + l * n, next), p->basis + l * n, next);
    b[k] = normalise(n, next);
    /* The space is exhausted: the eigenvalues are exact. */
    if (b[k] <= 1e-14 * fabs(a[k])) return k + 1;
  }
  return most;
}

/* Whether all eigenvalues of the tridiagonal matrix are below x (Sturm). q are the pivots of x - T;
 * all positive means T < x. */
static bool all_below(int size, const double *a, const double *b, double x) {
  double q = 1;
  for (int k = 0; k < size; k++) {
    q = x - a[k] - (k > 0 ? b[k - 1] * b[k - 1] / q : 0);
    if (!(q > 0)) return false;
  }
  return true;
}

/* By halving between the greatest diagonal entry and Gershgorin's bound, to the last bit. */
static double greatest_eigenvalue(int size, const double *a, const double *b) {
  double low = 0, high = 0;
  for (int k = 0; k < size; k++) {
    low = fmax(low, a[k]);
    high = fmax(high, a[k] + fabs(b[k]) + (k > 0 ? fabs(b[k - 1]) : 0));
  }
  for (int step = 0; step < 100 && high - low > 1e-16 * high; step++) {
    double middle = low + (high - low) / 2;
    if (all_below(size, a, b, middle))
      high = middle;
    else
      low = middle;
  }
  return high;
}

/* The end of the interval of rho, 1/lambda. Lanczos runs on (I - low V)^-1, whose eigenvalues are
 * 1/(1 - low lambda): with m the greatest of them lambda = (1 - 1/m)/low. */
static double estimate(probe *p, double low) {
  double a[STEPS], b[STEPS];
  if (!positive(p, low)) return NAN;
  double greatest = greatest_eigenvalue(tridiagonal(p, a, b), a, b);
  return low / (1 - 1 / greatest);
}

/* ---- the end ------------------------------------------------------------------------------ */

/* Halves [low, high] to `share` of its end; a factor each time. */
static void halve(probe *p, double *low, double *high, double share) {
  while (*high - *low > share * *high) {
    double middle = *low + (*high - *low) / 2;
    if (positive(p, middle))
      *low = middle;
    else
      *high = middle;
  }
}

/* The greatest of a few numbers below the estimate that is within; false: none is. The estimate may
 * be above the end by rounding, so it is lowered by powers of ten until the pivots agree. False
 * leaves a narrower bracket for halving. */
static bool settle(probe *p, double *low, double *high) {
  double end = estimate(p, *low);
  for (double slack = 1e-14; slack < 1e-4; slack *= 10) {
    double r = end * (1 - slack);
    if (!(*low < r && r < *high)) continue;
    if (positive(p, r)) {
      *low = r;
      return true;
    }
    *high = r;
  }
  return false;
}

/* Doubles r to enclose the end. None within 1e9 times the start: no eigenvalue of that sign bounds
 * r. */
static double find(probe *p, bool symmetric, double within) {
  /* The caller grants that `within` is within. */
  double low = within, high = 2 * within;
  for (; positive(p, high); high *= 2) {
    low = high;
    if (high > 1e9 * within) return INFINITY;
  }
  if (symmetric) {
    halve(p, &low, &high, .03);
    if (settle(p, &low, &high)) return low;
  }
  /* Nine digits for a W that is not symmetric: some thirty factors. */
  halve(p, &low, &high, 1e-9);
  return low;
}

/* The end of the interval from 0 in direction `sign`; everything that is allocated is freed
 * here. */
sw_status sw_sparse_edge(sw_error *err, const sw_sparse_plan *plan, const double *value,
                         bool symmetric, double sign, double within, double *out) {
  /* Vectors of Lanczos only where they are used. */
  size_t n = (size_t)plan->n, vectors = symmetric ? STEPS + 1 + LANES : 0;
  void *workspace = NULL;
  double *basis = NULL;
  sw_status status = sw_alloc(err, sw_sparse_workspace(plan, false), 1, &workspace);
  if (status == SW_OK) status = sw_alloc(err, vectors * n + 1, sizeof *basis, (void **)&basis);
  if (status == SW_OK) {
    probe p = {sw_sparse_at(plan, false, workspace), value, sign, basis, NULL};
    if (symmetric) p.block = basis + (STEPS + 1) * n;
    *out = find(&p, symmetric, within);
  }
  sw_free(workspace);
  sw_free(basis);
  return status;
}
