/* Rows of neighbours out of the k-d tree, for weights matrices made of coordinates
 * (store/links/weights_place.c): the k nearest, or all within a distance. Threads make rows in
 * any order; a row's bits depend on its unit alone. */
#include "kernel/space/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/space/arc.h"

/* Kilometres of the arc over a squared chord, from half the chord: the dot product would lose short
 * arcs. Rounding can make the chord of antipodes longer than 2. NaN stays NaN, which fmin would not
 * keep. Monotone in the chord, which the bisection below relies on. */
double sw_neighbours_km(double chord2) {
  double half = sqrt(chord2 / 4.0);
  return 2.0 * SW_EARTH_KM * asin(half > 1.0 ? 1.0 : half);
}

/* Indices differ, so the sort has one result. */
static int compare_units(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* The tree gives the nearest to the last bit. Where more than k are as near as the k-th, it is
 * asked again, with those as equals: ties are of one distance, that of the k-th, so that no chain
 * of nearly equal ones can join what lies apart. Links want `to` ascending; `chord2` no longer
 * belongs to `to` after that. The second question is rare: only where ties pass the k-th place. */
void sw_neighbours_nearest(const sw_kdtree *tree, int64_t i, int64_t k, int32_t *to,
                           double *chord2) {
  if (k < 1) return;
  sw_kdtree_nearest(tree, i, k, to, chord2);
  double last = sqrt(chord2[k - 1]), nearer = fmax(0, last - SW_SPHERE_SAME);
  double lo = nearer * nearer, hi = (last + SW_SPHERE_SAME) * (last + SW_SPHERE_SAME);
  if (sw_kdtree_within(tree, i, hi, 0, NULL) > k)
    sw_kdtree_nearest_among(tree, i, k, lo, hi, to, chord2);
  qsort(to, (size_t)k, sizeof *to, compare_units);
}

/* The tree compares squared chords, the user gives kilometres. Converting km to a chord would
 * decide pairs at the edge by rounding; instead the largest double whose arc is at most `km` is
 * found by bisection. Doubles above zero are ordered as their bits are, so the bisection runs
 * over the bits: at most 64 steps. Then what is the same distance is added, as a unit that lies at
 * the limit would be within or not by its last bit. */
double sw_neighbours_chord2_limit(double km) {
  double top = 4.5; /* beyond any chord that rounding can give */
  if (sw_neighbours_km(top) <= km) return top;
  uint64_t below = 0, above;
  memcpy(&above, &top, sizeof above);
  while (above - below > 1) {
    uint64_t middle = below + (above - below) / 2;
    double chord2;
    memcpy(&chord2, &middle, sizeof chord2);
    if (sw_neighbours_km(chord2) <= km)
      below = middle;
    else
      above = middle;
  }
  double limit;
  memcpy(&limit, &below, sizeof limit);
  double chord = sqrt(limit) + SW_SPHERE_SAME;
  return chord * chord;
}

/* First counted, then listed: rows of the matrix lie side by side in shared memory, whose size
 * must be known before it is filled. */
int64_t sw_neighbours_count(const sw_kdtree *tree, int64_t i, double limit) {
  return sw_kdtree_within(tree, i, limit, 0, NULL);
}

/* Sorted, as rows of links ascend. */
void sw_neighbours_within(const sw_kdtree *tree, int64_t i, double limit, int64_t count,
                          int32_t *to) {
  sw_kdtree_within(tree, i, limit, count, to);
  qsort(to, (size_t)count, sizeof *to, compare_units);
}

/* Pure, so it cannot fail: the caller is told the first link that cannot be a weight and words the
 * message. Two units at one point give infinity, a large power zero or infinity. The first that is
 * wrong, in the order of the links. */
int64_t sw_neighbours_inverse_distance_row(const double *x, const double *y, const double *z,
                                           int64_t i, int64_t count, const int32_t *to,
                                           double power, double *value) {
  int64_t wrong = -1;
  for (int64_t k = 0; k < count; k++) {
    value[k] = 1.0 / pow(sw_neighbours_km(sw_chord2(x, y, z, i, to[k])), power);
    if (wrong < 0 && !(value[k] > 0.0 && isfinite(value[k]))) wrong = k;
  }
  return wrong;
}
