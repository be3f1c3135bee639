/* Sparse systems A = shift + scale V, V given by compressed rows, for any number of values on one
 * pattern: factor, ln|A|, solves of eight right-hand sides, and entries of A^-1 on the pattern
 * without its columns.
 *
 * A = LDU, L and U unit triangular, in an order of elimination with little fill, without exchange
 * of rows: A must be such that this is stable, as are matrices that are positive definite after a
 * diagonal scaling, M-matrices and quasi-definite ones. The factor has the pattern of A + A'. It is
 * computed by dense fronts (Duff & Reid 1983; Liu 1992, SIAM Review 34:82-109) and the entries of
 * the inverse by the same fronts, from the last to the first (Takahashi, Fagan & Chin 1973; Erisman
 * & Tinney 1975).
 *
 * A plan is flat bytes without pointers and const after it is made. A sw_sparse belongs to a
 * thread; it lies in memory of the caller, and nothing but the making of a plan allocates. All sums
 * have one order, which rests on the pattern alone. */
#ifndef SW_KERNEL_SPARSE_SPARSE_H
#define SW_KERNEL_SPARSE_SPARSE_H

#include "spillway/status.h"

enum { SW_SPARSE_LANES = 8 };

/* ---- the plan --------------------------------------------------------------------------- */

/* The head; the rest is found by sw_sparse_plan's own offsets (plan.h). */
typedef struct sw_sparse_plan {
  int64_t n, entries, fronts;
  int64_t factor;   /* numbers of a factor */
  int64_t greatest; /* numbers of the greatest front */
  int64_t updates;  /* numbers of all updates that wait for their parents at a time, at most */
  int64_t path;     /* numbers of the fronts of a path from a root, at most */
  int64_t stride;   /* of the widest front */
  double flops;     /* of a factor */
  size_t bytes;
  int64_t at[16]; /* offsets in bytes */
} sw_sparse_plan;

/* Made with sw_alloc; release with sw_free. */
sw_status sw_sparse_plan_create(sw_error *err, int64_t n, const int64_t *row_start,
                                const int32_t *to, sw_sparse_plan **plan);
/* n unknowns in the order of elimination. */
const int32_t *sw_sparse_order(const sw_sparse_plan *plan);

/* ---- a factor --------------------------------------------------------------------------- */

/* Values of A: `value` in the order of the pattern's rows. */
typedef struct sw_sparse_values {
  const double *value;
  double scale;
  const double *shift; /* n, or NULL: ones */
} sw_sparse_values;

typedef struct sw_sparse {
  const sw_sparse_plan *plan;
  double *factor, *tangent, *area, *block; /* tangent NULL: no slopes, no gram */
  double logdet;                           /* ln |det A| */
  int64_t negative;                        /* pivots below 0 */
} sw_sparse;

size_t sw_sparse_workspace(const sw_sparse_plan *plan, bool tangent);
/* 64-byte aligned. */
sw_sparse sw_sparse_at(const sw_sparse_plan *plan, bool tangent, void *workspace);

/* False: a pivot is 0 or no number. */
bool sw_sparse_factor(sw_sparse *s, const sw_sparse_values *a);

/* ---- entries of the inverse --------------------------------------------------------------- */

/* n numbers each, or NULL. `weighted`: (V A^-1)_ii; slopes: the derivatives of both where A changes
 * as -V does, that is (A^-1 V A^-1)_ii and (V A^-1 V A^-1)_ii. */
typedef struct sw_sparse_inverse {
  double *diagonal, *weighted, *diagonal_slope, *weighted_slope;
} sw_sparse_inverse;

/* `value`: those of the factor. Slopes need a tangent. */
void sw_sparse_invert(sw_sparse *s, const double *value, const sw_sparse_inverse *out);
/* column[j]: sum_i (A^-1)_ij^2, the diagonal of (A A')^-1; needs a tangent. */
void sw_sparse_gram(sw_sparse *s, double *column);

/* ---- solves ------------------------------------------------------------------------------ */

/* x = A^-1 b, A'^-1 b of SW_SPARSE_LANES right-hand sides b[i * SW_SPARSE_LANES + c]; x may be b.
 */
void sw_sparse_solve(sw_sparse *s, const double *b, double *x);
void sw_sparse_solve_transposed(sw_sparse *s, const double *b, double *x);
/* Columns of A^-1 (rows: of the transposed one), unit[0 .. count), count <= SW_SPARSE_LANES. */
void sw_sparse_columns(sw_sparse *s, int count, const int32_t *unit, double *x);
void sw_sparse_rows(sw_sparse *s, int count, const int32_t *unit, double *x);

#endif
