/* Polygons as rings of points, and which points are one vertex. */
#ifndef SW_KERNEL_WEIGHTS_VERTICES_H
#define SW_KERNEL_WEIGHTS_VERTICES_H

#include "spillway/status.h"

/* Rings of n units, in any order; each is closed, its last point is its first. A unit has any
 * number of them, holes among them. */
typedef struct sw_rings {
  int64_t n, n_rings, n_points;
  const int64_t *start; /* n_rings + 1 */
  const int32_t *unit;  /* n_rings */
  const double *x, *y;  /* n_points, finite */
  bool degrees;         /* x is a longitude: -180 and 180 are one */
} sw_rings;

/* vertex[k]: the vertex of point k, from 0 in the order of first appearance; *count: how many.
 * Points are one vertex where they lie within `snap` of each other, by the straight line, or are
 * joined by a chain of such points. 0: equal numbers only. O(points). */
sw_status sw_vertices_find(sw_error *err, const sw_rings *rings, double snap, int32_t *vertex,
                           int64_t *count);

#endif
