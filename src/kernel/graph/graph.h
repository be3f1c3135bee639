/* Arithmetic of weighted, directed networks (methods-regions.md 5b). A graph is made of links: a
 * link is there where its weight is above 0 and it leads to another vertex. Rows have ascending
 * partners, and all sums run in the order of vertices, so that a result depends on the links
 * alone. */
#ifndef SW_KERNEL_GRAPH_GRAPH_H
#define SW_KERNEL_GRAPH_GRAPH_H

#include "spillway/weights.h"

/* Rows of links out of each vertex, and of those into it. Zeros to begin with; used for one graph
 * after another it keeps its memory, up to 48 bytes per link and 60 per vertex. */
typedef struct sw_graph {
  int64_t n, n_links;            /* vertices: units but those outside the network */
  int32_t *unit;                 /* n: of a vertex, ascending */
  int64_t *out_start, *in_start; /* n + 1 */
  int32_t *to, *from;
  double *out, *in;   /* weights, by row out of, and into a vertex */
  int64_t *tie_start; /* n + 1: both rows of a vertex joined, by ascending partner ... */
  int32_t *tie_to;
  double *tie;             /* ... u = w + w' */
  double *sent, *received; /* sums of rows */
  double total;            /* of all weights */
  double refused;          /* what sw_graph_fill has failed with */
  double backbone;      /* level of significance in (0, 1]; 0: every link is taken. Set it first */
  int64_t all_links;    /* before the backbone was taken: how many links ... */
  double all_weight;    /* ... and the sum of their weights */
  double *spare;        /* 2n, for whoever computes */
  int64_t *spare_index; /* n + 1 */
  int64_t room_n, room_links, room_ties;
} sw_graph;

/* Makes the graph of these links, or of their backbone. SW_EINPUT: a weight is below 0 or infinite,
 * and wrong[0], wrong[1] are its units; or the weights add up to too much, and wrong[1] is -1 (else
 * both are untouched); `refused` is the weight, or the sum. */
sw_status sw_graph_fill(sw_error *err, sw_graph *graph, const sw_links *links, int64_t wrong[2]);
/* The same, rows out of vertices alone: out_start, to, out, sent, total. */
sw_status sw_graph_rows(sw_error *err, sw_graph *graph, const sw_links *links, int64_t wrong[2]);
void sw_graph_free(sw_graph *graph);
/* What stands by vertex in the first places of `value` is put by unit, of n of them; NaN outside
 * the network. */
void sw_graph_spread(const sw_graph *graph, int64_t n, double *value);

/* A link or two between i and a vertex j: w_ij and w_ji, 0 where it is not there. */
typedef struct sw_graph_tie {
  int64_t j;
  double out, in;
} sw_graph_tie;

/* Where a walk over the ties of a vertex is. */
typedef struct sw_graph_walk {
  const sw_graph *graph;
  int64_t out, out_end, in, in_end;
} sw_graph_walk;

/* The ties of vertex i in the order of j; false when there are no more. */
sw_graph_walk sw_graph_ties(const sw_graph *graph, int64_t i);
bool sw_graph_next(sw_graph_walk *walk, sw_graph_tie *tie);

/* How often an iteration may go over all links before it is given up: 20,000 times, fewer where
 * that would take longer than some seconds. All of them leave off where the run is asked to stop,
 * and what they leave then is nothing. */
int64_t sw_graph_rounds(const sw_graph *graph);

/* ---- centrality.c ----------------------------------------------------------------------- */

/* PageRank: rank = (1 - d)/n + d (W'S^-1 rank + what vertices without links have, spread to all);
 * to 1e-15 in sum, and sums to 1. damping in [0, 1). */
void sw_graph_pagerank(const sw_graph *graph, double damping, double *rank);
/* Kleinberg's hubs and authorities, the leading vectors of WW' and W'W met from the vector of ones,
 * each with the maximum 1. NaN without links, and where the vectors do not settle. */
void sw_graph_hubs(const sw_graph *graph, double *hub, double *authority);

/* ---- structure.c ------------------------------------------------------------------------ */

double sw_graph_density(const sw_graph *graph);     /* links / n(n - 1) */
double sw_graph_reciprocity(const sw_graph *graph); /* sum min(w_ij, w_ji) / sum w; no links: NaN */
/* Links of both over links of either; sum of the smaller over sum of the larger weights. NaN when
 * neither has links. Of the graphs' rows alone; vertices go by their units. */
void sw_graph_change(const sw_graph *a, const sw_graph *b, double *jaccard, double *overlap);

/* ---- community.c ------------------------------------------------------------------------ */

/* What communities are the best in. Modularity: resolution is a multiple of what chance has between
 * two vertices. The constant Potts model: it is a weight, what a pair within has at least, in mean.
 */
typedef struct sw_graph_quality {
  double resolution;
  bool is_cpm;
} sw_graph_quality;

/* In all of these: group 0 .. n - 1, or -1 for vertices without links; there is a link.
 * (1/2m) sum_ij (u_ij - resolution k_i k_j / 2m) within groups, u = w + w'. */
double sw_graph_modularity(const sw_graph *graph, double resolution, const int32_t *group);
/* sum_(i != j) (w_ij - resolution) within groups / sum w (Traag, Van Dooren & Nesterov 2011). */
double sw_graph_cpm(const sw_graph *graph, double resolution, const int32_t *group);
/* Moves vertices, in their order, to where the quality rises, until none is better off
 * elsewhere. */
void sw_graph_move_vertices(const sw_graph *graph, const sw_graph_quality *quality, int32_t *group);
/* Groups become 0, 1, ... in the order of the first vertex of each. */
void sw_graph_number_groups(const sw_graph *graph, int32_t *group);

/* ---- core.c ----------------------------------------------------------------------------- */

/* NONE: no pattern of a core is defined (fewer than 4 vertices, equal weights). BOUNDLESS: a centre
 * whose coreness has no least sum, as that of a star; the larger it is, and the smaller all others,
 * the better; the order of vertices is that of the limit. UNSETTLED: the best that was found. */
typedef enum sw_graph_core_kind {
  SW_CORE_NONE,
  SW_CORE_SETTLED,
  SW_CORE_BOUNDLESS,
  SW_CORE_UNSETTLED
} sw_graph_core_kind;

/* Coreness of each vertex, and *size, the number of those of largest coreness (ties: first comes
 * first) whose pattern correlates most with the weights, *r. order: the vertices by coreness. With
 * SW_CORE_NONE all of it is NaN and *size 0. */
sw_graph_core_kind sw_graph_core(const sw_graph *graph, double *coreness, int32_t *order,
                                 int64_t *size, double *r);

#endif
