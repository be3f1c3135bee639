/* Entries of the inverse on the pattern of the factor, from the roots down: what a front needs of
 * A^-1 at the rows below its pivots stands in its parent's front, which waits until all its
 * children are done (Takahashi, Fagan & Chin 1973; Erisman & Tinney 1975). No column of A^-1 is
 * formed: the work is of the order of the factor's, the memory that of the fronts on one path from
 * a root.
 *
 * Sums over entries go from the last front to the first, and within a front in the order of the
 * rows of V: their bits rest on the pattern alone.
 *
 * Called for log-likelihoods' derivatives and for variances: traces of A^-1 V and row sums of
 * squares. The same thread and area as the factor. */
#include "kernel/sparse/factor.h"

#include <string.h>

#include "kernel/hot.h"

/* ---- a front out of its parent's ------------------------------------------------------------- */

/* The parent has all rows below the child's pivots (plan.c), so nothing is looked up elsewhere. A
 * root has none. */
SW_HOT static void take(const sw_fronts *f, int64_t s, const double *above, double *to) {
  if (f->parent[s] < 0) return;
  sw_front front = sw_front_of(f, s), parent = sw_front_of(f, f->parent[s]);
  const int32_t *place = f->relative + f->row_at[s] + front.pivots;
  int rest = front.rows - front.pivots;
  for (int a = 0; a < rest; a++) {
    const double *row = above + place[a] * parent.stride;
    double *out = to + (front.pivots + a) * front.stride + front.pivots;
    for (int b = 0; b < rest; b++)
      out[b] = row[place[b]];
  }
}

/* The part of the path that belongs to the parent; a root has none. */
static const double *above(const sw_fronts *f, int64_t s, const double *path) {
  return f->parent[s] < 0 ? NULL : path + f->path_at[f->parent[s]];
}

/* ---- what is read from a front ------------------------------------------------------------- */

static void put_diagonal(const sw_fronts *f, int64_t s, const double *z, double *diagonal) {
  sw_front front = sw_front_of(f, s);
  if (!diagonal) return;
  for (int k = 0; k < front.pivots; k++)
    diagonal[f->order[f->first[s] + k]] = z[k * front.stride + k];
}

/* (V Z)_ii = sum_j v_ij z_ji, over the entries whose two places are in the front. The entries of V
 * have both places in the front of their first position, so each is read exactly once. */
SW_HOT static void put_weighted(const sw_fronts *f, int64_t s, const double *value, const double *z,
                                double *weighted) {
  sw_front front = sw_front_of(f, s);
  const int32_t *row = f->row + f->row_at[s];
  if (!weighted) return;
  for (int64_t e = f->entry_at[s]; e < f->entry_at[s + 1]; e++) {
    const sw_sparse_entry *entry = &f->entry[e];
    double *sum = &weighted[f->order[row[entry->row]]];
    *sum = __builtin_fma(value[entry->from], z[entry->column * front.stride + entry->row], *sum);
  }
}

static void zero(double *x, int64_t n) {
  if (x) memset(x, 0, (size_t)n * sizeof *x);
}

/* ---- walks -------------------------------------------------------------------------------- */

/* From the last front to the first: parents have higher numbers than their children. */
static void walk_plain(sw_sparse *s, const double *value, const sw_sparse_inverse *out) {
  sw_fronts f = sw_fronts_of(s->plan);
  double *work = s->area, *path = work + SW_DENSE_WORK(s->plan->stride);
  /* Children of a front may overwrite each other's place on the path; their parent stays until all
   * are done (stack_paths of plan.c). */
  for (int64_t k = f.count - 1; k >= 0; k--) {
    double *z = path + f.path_at[k];
    take(&f, k, above(&f, k, path), z);
    sw_dense_invert(sw_front_of(&f, k), sw_front_part_of(&f, k, s->factor), z, work);
    put_diagonal(&f, k, z, out->diagonal);
    put_weighted(&f, k, value, z, out->weighted);
  }
}

/* The tangent of the factor is computed first: its walk uses the memory of the path. */
static void walk_tangent(sw_sparse *s, const double *value, const sw_sparse_inverse *out) {
  sw_fronts f = sw_fronts_of(s->plan);
  double *work = s->area, *path = work + SW_DENSE_WORK(s->plan->stride);
  double *slopes = path + s->plan->path;
  sw_sparse_factor_tangent(s, value);
  for (int64_t k = f.count - 1; k >= 0; k--) {
    double *z = path + f.path_at[k], *slope = slopes + f.path_at[k];
    take(&f, k, above(&f, k, path), z);
    take(&f, k, above(&f, k, slopes), slope);
    sw_dense_invert_tangent(sw_front_of(&f, k), sw_front_part_of(&f, k, s->factor),
                            sw_front_part_of(&f, k, s->tangent), z, slope, work);
    put_diagonal(&f, k, z, out->diagonal);
    put_weighted(&f, k, value, z, out->weighted);
    put_diagonal(&f, k, slope, out->diagonal_slope);
    put_weighted(&f, k, value, slope, out->weighted_slope);
  }
}

/* Entries of the inverse, and with derivatives by rho a second walk that carries them. */
void sw_sparse_invert(sw_sparse *s, const double *value, const sw_sparse_inverse *out) {
  /* Added to over all fronts, so it must begin at zero; diagonals are written once each. */
  zero(out->weighted, s->plan->n);
  zero(out->weighted_slope, s->plan->n);
  if (out->diagonal_slope || out->weighted_slope)
    walk_tangent(s, value, out);
  else
    walk_plain(s, value, out);
}

/* As walk_tangent: the factor's corner before the path, in the same memory. The diagonal of (A
 * A')^-1 is the sum of squares of a column of A^-1, without any column. */
void sw_sparse_gram(sw_sparse *s, double *column) {
  sw_fronts f = sw_fronts_of(s->plan);
  double *work = s->area, *path = work + SW_DENSE_WORK(s->plan->stride);
  double *corners = path + s->plan->path;
  sw_sparse_factor_gram(s);
  for (int64_t k = f.count - 1; k >= 0; k--) {
    double *z = path + f.path_at[k], *x = corners + f.path_at[k];
    take(&f, k, above(&f, k, path), z);
    take(&f, k, above(&f, k, corners), x);
    sw_dense_invert_gram(sw_front_of(&f, k), sw_front_part_of(&f, k, s->factor),
                         sw_front_part_of(&f, k, s->tangent), z, x, work);
    put_diagonal(&f, k, x, column);
  }
}
