/* The order of all units by their distance from one: what depends on the pair of places alone, and
 * so is the same in every period. */
#ifndef SW_KERNEL_SPACE_ORDER_H
#define SW_KERNEL_SPACE_ORDER_H

#include "kernel/hot.h"
#include "spillway/weights.h"

/* key[j], j in [0, n): a number that grows with the distance from i to j, for comparisons within
 * the row alone: the squared chord, the square of a geodesic in km, a given distance itself. NaN
 * where there is no distance, and at i. */
void sw_order_keys(const sw_distance *d, int64_t i, int64_t n, double *key);

/* Doubles of work that sw_order_sort wants for n keys. */
static inline int64_t sw_order_work(int64_t n) {
  return 2 * n;
}

/* How far apart the roots of keys may be that are the same distance: a micrometre on the sphere and
 * the ellipsoid, where rounding alone would tell them apart; 0, which is not at all, of distances
 * given, as they are written. */
double sw_order_same(const sw_distance *d);

/* order[k]: the index of the k-th smallest key; equal keys by index, NaN last. Keys are zero or
 * more (no -0). Returns how many are not NaN. With `same` above zero keys whose roots are as near
 * to that of the first of them are equal. O(n): a radix sort of quantised keys, whose buckets are
 * then put in order by the keys themselves. n below 2^31. */
int64_t sw_order_sort(const double *key, int64_t n, double same, double *work, int32_t *order);

#endif
