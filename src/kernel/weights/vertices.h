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

/* Which points are one. A place is one pair of numbers, a vertex is a place with those near it:
 * within `snap` by the straight line, or joined by a chain of such places. */
typedef struct sw_vertices {
  int32_t *place, *vertex; /* n_points: of each point, from 0 in the order of first appearance */
  int64_t n_places, n_vertices;
  int32_t *near; /* 2 * n_near: each two places within `snap`, without chains */
  int64_t n_near;
} sw_vertices;

/* `snap` of 0: equal numbers only. O(points). To be destroyed also on failure. */
sw_status sw_vertices_find(sw_error *err, const sw_rings *rings, double snap,
                           sw_vertices *vertices);
void sw_vertices_destroy(sw_vertices *vertices);

#endif
