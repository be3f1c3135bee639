/* Shortest times between units over a network of roads, railways and the like: a graph of one state
 * of the network, and the row of a unit out of it.
 *
 * Times are whole numbers of ticks, 1e-10 minutes. Sums of them are exact, so that a time does not
 * depend on the order in which a path is walked: it is the same in both directions, on any machine
 * and for any numbering of the vertices, and a path that is as long as the limit is within it.
 *
 * A vertex is a node as a copy for one mode, made where an edge of that mode meets it. A unit
 * reaches the network at one vertex of each mode. */
#ifndef SW_KERNEL_ROADS_ROADS_H
#define SW_KERNEL_ROADS_ROADS_H

#include "spillway/status.h"

typedef uint64_t sw_ticks;
#define SW_ROADS_A_MINUTE 1e10
/* No time, and what no time may exceed: two of them can be added. */
#define SW_ROADS_NEVER (UINT64_C(1) << 62)
#define SW_ROADS_MOST_MINUTES 4e8

/* Minutes of 0 .. SW_ROADS_MOST_MINUTES as ticks; a decimal fraction of ten digits is exact. */
sw_ticks sw_roads_ticks(double minutes);
sw_ticks sw_roads_travel(double km, double kmh);
static inline double sw_roads_minutes(sw_ticks ticks) {
  return (double)ticks / SW_ROADS_A_MINUTE;
}

enum { SW_ROADS_TRANSFER = -1 }; /* in place of a mode */

/* From a node to a node, and back unless the network is directed. A transfer joins the copies of
 * its ends that are of different modes, in both directions. */
typedef struct sw_roads_edge {
  sw_ticks ticks;
  int32_t from, to;
  int32_t mode;
  int32_t state; /* from this one on it is there */
} sw_roads_edge;

/* What a network is made of, and the units that use it. */
typedef struct sw_roads_plan {
  int64_t n_nodes, n_edges, n_units;
  int n_modes;
  bool directed;
  const sw_roads_edge *edge;
  sw_ticks transfer;        /* between the copies of a node; SW_ROADS_NEVER: none */
  sw_ticks within;          /* the longest time that counts, included */
  const double *node[3];    /* unit vectors of the nodes; NULL: units are nodes */
  const double *unit[3];    /* of the units */
  const int32_t *unit_node; /* where units are nodes: which */
  const double *access_kmh; /* by mode, to the nearest node; 0: no access by that mode */
  double direct_kmh;        /* from unit to unit past the network; 0: not at all */
} sw_roads_plan;

typedef struct sw_roads_arc {
  sw_ticks ticks;
  int32_t to;
} sw_roads_arc;

/* One state of it. Const after it was made: any number of threads may search. */
typedef struct sw_roads {
  const sw_roads_plan *plan;
  int state;
  int64_t n_vertices, n_arcs;
  int32_t *copy;   /* [node * modes + mode]: its vertex; -1: none */
  int64_t *arc_at; /* n_vertices + 1 */
  sw_roads_arc *arc;
  /* [unit * modes + mode]: the vertex and the time to it; -1: none. By vertex, the same: which
   * places of these two belong to it. */
  int32_t *access;
  sw_ticks *access_ticks;
  int64_t *at_vertex; /* n_vertices + 1 */
  int32_t *accessed;
  int64_t n_used;         /* vertices that some unit reaches */
  struct sw_kdtree *near; /* of units, where there are direct ways and a limit */
  double near_chord2;
} sw_roads;

sw_status sw_roads_create(sw_error *err, const sw_roads_plan *plan, int state, sw_roads **roads);
void sw_roads_destroy(sw_roads *roads);

/* A thread's buffers, used for one row after another. */
typedef struct sw_roads_search sw_roads_search;
sw_status sw_roads_search_create(sw_error *err, const sw_roads *roads, sw_roads_search **search);
void sw_roads_search_destroy(sw_roads_search *search);
/* How many other units are within the limit of `unit`; then these, ascending, and their minutes. */
int64_t sw_roads_row(sw_roads_search *search, int64_t unit);
void sw_roads_row_take(sw_roads_search *search, int32_t *to, double *minutes);
/* Instead of that, where only their number was wanted. */
void sw_roads_row_drop(sw_roads_search *search);
/* Times from the nearest of some vertices to all: ticks[n_vertices], SW_ROADS_NEVER where there is
 * no path within the limit. */
void sw_roads_from(sw_roads_search *search, int64_t count, const int32_t *vertex, sw_ticks *ticks);

/* touched[unit]: 1 where the row of a unit may differ from that in `before`, the state before; 0:
 * it does not. */
sw_status sw_roads_touched(sw_error *err, const sw_roads *before, const sw_roads *roads,
                           uint8_t *touched);

#endif
