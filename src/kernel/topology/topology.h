/* Polygons as shared arcs: a border that two units share is one line, so that it is stored once and
 * simplified once, and neighbours do not tear.
 *
 * A junction is a vertex at which other than two different borders meet; an arc runs from junction
 * to junction, or is closed. Of several features of a unit the borders between them vanish. Nothing
 * depends on the order of rings, nor on the vertex that a ring begins with. */
#ifndef SW_KERNEL_TOPOLOGY_TOPOLOGY_H
#define SW_KERNEL_TOPOLOGY_TOPOLOGY_H

#include "kernel/weights/vertices.h"

typedef struct sw_topology {
  int64_t n_vertices;
  double *x, *y; /* of the rings; the caller may put others in their place: a projection */
  uint8_t *part; /* n_vertices */
  int64_t n_arcs;
  int64_t *arc_start;    /* n_arcs + 1 */
  int32_t *arc_vertex;   /* from end to end; closed: the first again */
  int32_t *left, *right; /* n_arcs: the unit at that side of who walks along; -1: none. The lower
                            one is at the left */
  int64_t n_rings;
  int64_t *ring_start; /* n_rings + 1 */
  int32_t *ring_arc;   /* an arc; ~arc: walked backwards. The unit is at the left */
  int32_t *ring_unit;  /* n_rings, ascending */
} sw_topology;

/* Which rings are holes: those within an odd number of the other rings of their polygon, which
 * follow each other; rings->unit is the polygon here. hole[]: as the file says on entry, which stays
 * for polygons of over 2,000 rings. */
sw_status sw_topology_find_holes(sw_error *err, const sw_rings *rings, uint8_t *hole);
/* Points within `snap` of each other are one vertex (sw_vertices_find). `hole`: n_rings, whether a
 * ring is one; NULL: none is. `part`: n units; borders of units of two parts are not shared, as
 * these are drawn at two places; NULL: all are of one. O(points log points). To be destroyed also
 * on failure. */
sw_status sw_topology_build(sw_error *err, const sw_rings *rings, const uint8_t *hole,
                            const uint8_t *part, double snap, sw_topology *topology);
/* Takes vertices out of the arcs as long as one spans with its two neighbours a triangle below
 * `area` (Visvalingam and Whyatt 1993, Cartographic Journal 30). Ends stay; so do four points of a
 * ring. */
sw_status sw_topology_simplify(sw_error *err, sw_topology *topology, double area);
/* For each of n units a place within it: the centroid of its largest ring, or where that lies
 * outside, the middle of the widest stretch at half its height. NaN: it has no ring. */
sw_status sw_topology_places(sw_error *err, const sw_topology *topology, int64_t n, double *x,
                             double *y);
void sw_topology_destroy(sw_topology *topology);

#endif
