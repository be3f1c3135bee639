/* Between the steps that make arcs out of rings. */
#ifndef SW_KERNEL_TOPOLOGY_PRIVATE_H
#define SW_KERNEL_TOPOLOGY_PRIVATE_H

#include "kernel/topology/topology.h"

/* A step of a ring, from a vertex to the next, the unit at its left. */
typedef struct sw_topology_step {
  int32_t from, to, unit;
} sw_topology_step;

/* Who uses an edge or an arc, and which way. */
typedef struct sw_topology_use {
  int32_t of, unit; /* the edge or arc; ~of: backwards */
} sw_topology_use;

/* Different edges, from the lower vertex to the higher, in ascending order. */
typedef struct sw_topology_edges {
  int64_t n, n_uses;
  int32_t *lo, *hi;     /* n */
  int64_t *use_start;   /* n + 1 */
  sw_topology_use *use; /* n_uses */
} sw_topology_edges;

/* edges.c: vertices with their numbers by place, and edges without those within a unit. */
sw_status sw_topology_find_edges(sw_error *err, const sw_rings *rings, const uint8_t *hole,
                                 const uint8_t *part, double snap, sw_topology *topology,
                                 sw_topology_edges *edges);
void sw_topology_close_edges(sw_topology_edges *edges);

/* arcs.c: arcs, their sides, and who uses them. *uses: to be released by the caller. */
sw_status sw_topology_find_arcs(sw_error *err, const sw_topology_edges *edges,
                                sw_topology *topology, sw_topology_use **uses, int64_t *n_uses);

/* rings.c: the uses of each unit in the order of its rings. */
sw_status sw_topology_find_rings(sw_error *err, sw_topology_use *uses, int64_t n_uses,
                                 sw_topology *topology);

#endif
