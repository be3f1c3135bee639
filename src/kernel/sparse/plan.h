/* The insides of a plan, for the files of this room. */
#ifndef SW_KERNEL_SPARSE_PLAN_H
#define SW_KERNEL_SPARSE_PLAN_H

#include "kernel/sparse/sparse.h"

/* Where an entry of V stands in its front. */
typedef struct sw_sparse_entry {
  int64_t from; /* index into the values */
  int32_t row, column;
} sw_sparse_entry;

/* Pointers into a plan. */
typedef struct sw_fronts {
  int64_t n, count;
  const int32_t *order, *place;  /* unknown at a position, position of an unknown */
  const int32_t *first;          /* count + 1 */
  const int64_t *row_at;         /* count + 1 */
  const int32_t *row, *relative; /* positions; the same as rows of the parent's front */
  const int32_t *parent;         /* -1: a root */
  const int64_t *child_at;       /* count + 1 */
  const int32_t *child;          /* ascending */
  const int64_t *factor_at;      /* count + 1: where its part of the factor begins */
  const int64_t *update_at;      /* where its update waits */
  const int64_t *path_at;        /* where its front stands among those of its ancestors */
  const int64_t *entry_at;       /* count + 1 */
  const sw_sparse_entry *entry;  /* in the order of the rows of V */
} sw_fronts;

sw_fronts sw_fronts_of(const sw_sparse_plan *plan);

/* A front: `rows` rows, of which the first `pivots` are eliminated, in rows of `stride` numbers. */
typedef struct sw_front {
  int pivots, rows;
  int64_t stride;
} sw_front;

/* Rows are whole vectors, padded with zeros. */
static inline int64_t sw_front_stride(int64_t rows) {
  return (rows + 7) & ~(int64_t)7;
}

static inline sw_front sw_front_of(const sw_fronts *f, int64_t s) {
  int rows = (int)(f->row_at[s + 1] - f->row_at[s]);
  return (sw_front){f->first[s + 1] - f->first[s], rows, sw_front_stride(rows)};
}

/* The part of a front in the factor: `pivots` rows of `stride` numbers (L below the diagonal, D, U
 * above it), then rows - pivots rows of `pivots` numbers, L. */
static inline int64_t sw_front_factor(sw_front f) {
  int64_t size = f.pivots * f.stride + (int64_t)(f.rows - f.pivots) * f.pivots;
  return (size + 7) & ~(int64_t)7;
}

#endif
