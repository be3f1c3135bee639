/* The one place that calls igraph. It keeps an error handler, a stack of what is to be freed, and a
 * generator of random numbers for the whole process (IGRAPH_THREAD_SAFE is 0 in Debian). All three
 * are set at each call, so that nothing rests on what was called before.
 *
 * The result depends on the
 * graph, the quality and the seed alone. */
#include "kernel/graph/igraph.h"

#include <igraph.h>
#include <math.h>
#include <string.h>

#include "base/stop.h"

const char *sw_igraph_version(void) {
  return IGRAPH_VERSION;
}

/* ---- failures --------------------------------------------------------------------------- */

/* What igraph had made when a call failed is not freed: the run ends. In Leiden of 0.10.2, without
 * memory for the graph of a later level, what stands on the stack of things to free breaks the
 * heap. Only empties the stack; see above for why the objects themselves are left. */
static void leave_all(void) {
  IGRAPH_FINALLY_CLEAN(IGRAPH_FINALLY_STACK_SIZE());
}

/* Called in place of igraph's own handler, which would abort the program. */
static void leave_after_error(const char *reason, const char *file, int line, igraph_error_t code) {
  (void)reason, (void)file, (void)line, (void)code;
  leave_all();
}

/* Long computations ask this now and then. */
static igraph_error_t ask_to_stop(void *data) {
  (void)data;
  if (!sw_stop_asked()) return IGRAPH_SUCCESS;
  leave_all();
  return IGRAPH_INTERRUPTED;
}

/* The default handler of errors ends the program, that of warnings prints. */
static void set_handlers(void) {
  igraph_set_error_handler(leave_after_error);
  igraph_set_warning_handler(igraph_warning_handler_ignore);
  igraph_set_interruption_handler(ask_to_stop);
}

/* ENOMEM is kept apart, as the user can do something about it. Anything else is an error of this
 * program, which gave igraph what it does not take. */
static sw_status status_of(sw_error *err, igraph_error_t code, const char *what) {
  if (code == IGRAPH_SUCCESS) return SW_OK;
  if (code == IGRAPH_INTERRUPTED)
    return sw_fail(err, SW_ESTOPPED,
                   "stopped by a signal; what is done is kept, and the same command goes on from "
                   "it");
  if (code == IGRAPH_ENOMEM) return sw_fail(err, SW_ENOMEM, "out of memory: igraph, %s", what);
  return sw_fail(err, SW_EINTERNAL, "igraph, %s: %s", what, igraph_strerror(code));
}

/* ---- objects ---------------------------------------------------------------------------- */

/* Of Leiden. It settles within some tens; each raises the quality, or changes nothing. */
enum { MOST_ROUNDS = 1000, REST = 2 };

/* What a call works with. Zeros, then made one by one. */
typedef struct objects {
  igraph_t graph;
  igraph_vector_int_t edge, membership;
  igraph_vector_t weight, vertex;
  bool has_edge, has_weight, has_vertex, has_membership, has_graph;
} objects;

/* In the reverse order in which they were made. */
static void destroy(objects *o) {
  if (o->has_graph) igraph_destroy(&o->graph);
  if (o->has_membership) igraph_vector_int_destroy(&o->membership);
  if (o->has_vertex) igraph_vector_destroy(&o->vertex);
  if (o->has_weight) igraph_vector_destroy(&o->weight);
  if (o->has_edge) igraph_vector_int_destroy(&o->edge);
}

/* Vectors for `edges` edges and n vertices. */
static igraph_error_t make_vectors(objects *o, int64_t n, int64_t edges) {
  igraph_error_t code = igraph_vector_int_init(&o->edge, 2 * edges);
  o->has_edge = code == IGRAPH_SUCCESS;
  if (code == IGRAPH_SUCCESS) {
    code = igraph_vector_init(&o->weight, edges);
    o->has_weight = code == IGRAPH_SUCCESS;
  }
  if (code == IGRAPH_SUCCESS) {
    code = igraph_vector_init(&o->vertex, n);
    o->has_vertex = code == IGRAPH_SUCCESS;
  }
  if (code == IGRAPH_SUCCESS) {
    code = igraph_vector_int_init(&o->membership, n);
    o->has_membership = code == IGRAPH_SUCCESS;
  }
  return code;
}

/* The graph of the edges that were put into o->edge. */
static igraph_error_t make_graph(objects *o, int64_t n) {
  igraph_error_t code = igraph_create(&o->graph, &o->edge, n, IGRAPH_UNDIRECTED);
  o->has_graph = code == IGRAPH_SUCCESS;
  return code;
}

/* ---- communities ------------------------------------------------------------------------ */

/* A power of two, 1 but for weights whose products leave the range of a double, with which igraph's
 * Leiden would never end. Powers of two change no digit, and both sides of the quality scale alike,
 * so the partition is that of the weights as they are. */
static double scale_of(const sw_graph *g) {
  return g->total > 1e100 || g->total < 1e-100 ? ldexp(1, -ilogb(g->total)) : 1;
}

/* Edges i < j of u with their weights; returns how many. `o` NULL: counts only. Vertices without
 * ties remain isolated vertices of the graph. A tie holds w_ij + w_ji, once per pair. */
static int64_t put_edges(const sw_graph *g, objects *o) {
  const double scale = scale_of(g);
  int64_t edges = 0;
  for (int64_t i = 0; i < g->n; i++) {
    for (int64_t k = g->tie_start[i]; k < g->tie_start[i + 1]; k++) {
      if (g->tie_to[k] < i) continue;
      if (o) {
        VECTOR(o->edge)[2 * edges] = i;
        VECTOR(o->edge)[2 * edges + 1] = g->tie_to[k];
        VECTOR(o->weight)[edges] = scale * g->tie[k];
      }
      edges++;
    }
  }
  return edges;
}

/* One generator for the life of the process, as igraph keeps a copy or the address of its default
 * one. The seed sets all of its state. The upper half of the seed, which igraph_uint_t holds in
 * every build. */
static igraph_error_t seed_generator(uint64_t seed) {
  static igraph_rng_t generator;
  static bool is_made;
  if (!is_made) {
    igraph_error_t code = igraph_rng_init(&generator, &igraph_rngtype_mt19937);
    if (code != IGRAPH_SUCCESS) return code;
    is_made = true;
  }
  igraph_error_t code = igraph_rng_seed(&generator, (igraph_uint_t)(seed >> 32));
  igraph_rng_set_default(&generator);
  return code;
}

/* Whether the partition is that of the round before, which is in `before`, whatever its groups are
 * called; it then is the one before. Groups are compared by a map from new numbers to old ones; the
 * counts must agree too, as two old groups may have become one. */
static bool is_same(const objects *o, const sw_graph *g, int32_t *before) {
  int64_t *called = g->spare_index;
  bool same = true;
  int32_t groups = 0, groups_before = 0;
  for (int64_t i = 0; i < g->n; i++)
    called[i] = -1;
  for (int64_t i = 0; i < g->n; i++) {
    int32_t now = (int32_t)VECTOR(o->membership)[i];
    if (called[now] < 0) called[now] = before[i];
    same = same && called[now] == before[i];
    groups = now >= groups ? now + 1 : groups;
    groups_before = before[i] >= groups_before ? before[i] + 1 : groups_before;
    before[i] = now;
  }
  return same && groups == groups_before;
}

/* Round by round until REST of them, with other random numbers each, change nothing. What igraph
 * itself takes for a change may be none where vertices are best alone, and until there is none it
 * would then never end.
 *
 * Vertices count by their strengths in modularity; in the constant Potts model each counts once,
 * and an edge is both ways of a pair. 0.01 is igraph's default randomness of the refinement; round
 * > 0 starts from the partition that is there; 1 iteration, as the loop here counts. */
static igraph_error_t run_leiden(const sw_graph *g, objects *o, const sw_graph_quality *quality,
                                 int32_t *community) {
  const double scale = scale_of(g);
  for (int64_t i = 0; i < g->n; i++)
    VECTOR(o->vertex)[i] = quality->is_cpm ? 1 : scale * (g->sent[i] + g->received[i]);
  double per_pair = quality->is_cpm ? 2 * scale * quality->resolution
                                    : quality->resolution / (2 * (scale * g->total));
  igraph_error_t code = IGRAPH_SUCCESS;
  int rest = 0;
  memset(community, -1, (size_t)g->n * sizeof *community);
  for (int round = 0; code == IGRAPH_SUCCESS && rest < REST && round < MOST_ROUNDS; round++) {
    code = igraph_community_leiden(&o->graph, &o->weight, &o->vertex, per_pair, 0.01, round > 0, 1,
                                   &o->membership, NULL, NULL);
    /* A round that changes nothing is followed by another: other random numbers may find a
     * change. */
    if (code == IGRAPH_SUCCESS) rest = is_same(o, g, community) ? rest + 1 : 0;
    if (code == IGRAPH_SUCCESS && sw_stop_asked()) code = IGRAPH_INTERRUPTED;
  }
  return code;
}

/* What igraph numbers as it likes; a vertex without links is alone there, and of no group here. */
static void take_groups(const objects *o, const sw_graph *g, int32_t *community) {
  for (int64_t i = 0; i < g->n; i++)
    community[i] = g->sent[i] + g->received[i] > 0 ? (int32_t)VECTOR(o->membership)[i] : -1;
}

/* igraph's Leiden may leave off with vertices that are better off elsewhere, by a little. The last
 * moves are made here in a fixed order, to the quality's own rounding, so that the partition is a
 * local optimum. */
sw_status sw_igraph_communities(sw_error *err, const sw_graph *g, const sw_graph_quality *quality,
                                uint64_t seed, int32_t *community) {
  objects o = {0};
  set_handlers();
  igraph_error_t code = make_vectors(&o, g->n, put_edges(g, NULL));
  if (code == IGRAPH_SUCCESS) put_edges(g, &o);
  if (code == IGRAPH_SUCCESS) code = make_graph(&o, g->n);
  if (code == IGRAPH_SUCCESS) code = seed_generator(seed);
  if (code == IGRAPH_SUCCESS) code = run_leiden(g, &o, quality, community);
  if (code == IGRAPH_SUCCESS) {
    take_groups(&o, g, community);
    sw_graph_move_vertices(g, quality, community);
    sw_graph_number_groups(g, community);
  }
  destroy(&o);
  return status_of(err, code, "communities");
}
