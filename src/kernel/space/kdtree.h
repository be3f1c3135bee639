/* A k-d tree over points in three dimensions, for neighbours on the sphere: points are unit
 * vectors and nearness is the squared chord, which ascends with the arc.
 *
 * Exact: the squared chord of a pair is the rounded sum sw_chord2 gives, the same for (a, b) and
 * (b, a), and a branch is left out only when the rounded square of the distance to its plane is
 * larger than what is sought; rounding is monotone, so the answer is that of trying every point.
 * Ties go to the lower index. Const after creation: any number of threads may ask. */
#ifndef SW_KERNEL_SPACE_KDTREE_H
#define SW_KERNEL_SPACE_KDTREE_H

#include "spillway/status.h"

typedef struct sw_kdtree sw_kdtree;

/* Squared chord between points i and j. */
static inline double sw_chord2(const double *x, const double *y, const double *z, int64_t i,
                               int64_t j) {
  double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
  return dx * dx + dy * dy + dz * dz;
}

/* Of n points (n < 2^31); coordinates are copied and must be finite. */
sw_status sw_kdtree_create(sw_error *err, int64_t n, const double *x, const double *y,
                           const double *z, sw_kdtree **tree);
void sw_kdtree_destroy(sw_kdtree *tree);

/* The k points nearest to point `self`, itself left out, nearest first; k < n. `chord2`: k numbers,
 * their squared chords. */
void sw_kdtree_nearest(const sw_kdtree *tree, int64_t self, int64_t k, int32_t *to, double *chord2);

/* The same k, but points with a squared chord in [lo, hi] are as near as each other, so that the
 * lowest of their indices are taken; in no meaningful order. k points at least lie within hi. */
void sw_kdtree_nearest_among(const sw_kdtree *tree, int64_t self, int64_t k, double lo, double hi,
                             int32_t *to, double *chord2);

/* The point nearest to the place at[3], and its squared chord; there is one at least. */
int64_t sw_kdtree_nearest_to(const sw_kdtree *tree, const double at[3], double *chord2);

/* How many points other than `self` lie within squared chord `limit` (included); the first
 * `capacity` of them in no meaningful order are put into `to`. */
int64_t sw_kdtree_within(const sw_kdtree *tree, int64_t self, double limit, int64_t capacity,
                         int32_t *to);

#endif
