/* Betweenness by shortest paths, where a link is 1/w long and paths are equal within 1e-10 of their
 * length (Brandes 2001). Own code, as that of igraph is for one thread of a process. */
#ifndef SW_KERNEL_GRAPH_PATHS_H
#define SW_KERNEL_GRAPH_PATHS_H

#include "kernel/graph/graph.h"

/* What a thread works with. Zeros to begin with; it keeps its memory from graph to graph: 4 bytes
 * per link and 52 per vertex. */
typedef struct sw_paths {
  double *length;       /* n: of the shortest path found so far */
  double *count;        /* n: of paths of that length */
  double *share;        /* n: of paths that lead on from the vertex */
  int64_t *n_before;    /* n: vertices before it on shortest paths ... */
  int32_t *before;      /* ... of vertex i from in_start[i] on: as many as links into it at most */
  int32_t *heap, *slot; /* n each: vertices by length; where each is, -1: not there */
  int32_t *reached;     /* n: in the order of length */
  int64_t room_n, room_links;
} sw_paths;

/* What leads from vertices [lo, hi) to all others through each vertex: the sum over all sources is
 * betweenness, of ordered pairs. Where the run is asked to stop it returns at once, with a part. */
sw_status sw_graph_betweenness(sw_error *err, const sw_graph *graph, sw_paths *paths, int64_t lo,
                               int64_t hi, double *betweenness);
void sw_paths_free(sw_paths *paths);

#endif
