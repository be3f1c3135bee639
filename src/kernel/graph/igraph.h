/* What igraph computes of a graph: communities. The library is not thread-safe: one thread of a
 * process at a time may call it. Its failures come back as statuses: out of memory SW_ENOMEM, a
 * word to stop SW_ESTOPPED. */
#ifndef SW_KERNEL_GRAPH_IGRAPH_H
#define SW_KERNEL_GRAPH_IGRAPH_H

#include "kernel/graph/graph.h"

/* The version of the library, on which communities depend. */
const char *sw_igraph_version(void);

/* Leiden's communities of u = w + w' by that quality, until nothing changes, with random numbers of
 * `seed` (Traag, Waltman & van Eck 2019). community[i]: 0, 1, ... by the first vertex of each; -1
 * for vertices without links. There is a link. */
sw_status sw_igraph_communities(sw_error *err, const sw_graph *graph,
                                const sw_graph_quality *quality, uint64_t seed, int32_t *community);

#endif
