/* Edges joined to arcs. Of each vertex its edges are listed, by their other end; then each junction
 * in ascending order is left along each of its edges that no arc has yet, until the next junction.
 * What remains is closed, and begins at its lowest vertex. So arcs have one order and direction.
 *
 * Called by sw_topology_build (rings.c). O(vertices + edges + uses); the walker's arrays live in
 * this file alone. */
#include "kernel/topology/private.h"

#include "base/arena.h"

/* Edges by vertex, and which have been walked. Lists of edges by vertex, in which each edge stands
 * twice. */
typedef struct walker {
  const sw_topology_edges *edges;
  sw_topology *out;
  int64_t *start; /* n_vertices + 1 */
  int32_t *edge;
  bool *walked, *junction;
  int64_t written;
  sw_topology_use *uses;
  int64_t n_uses;
} walker;

static int32_t other_end(const walker *w, int32_t edge, int32_t vertex) {
  return w->edges->lo[edge] == vertex ? w->edges->hi[edge] : w->edges->lo[edge];
}

/* ---- sides ------------------------------------------------------------------------------- */

/* The unit at the left of an edge walked from its lower vertex, or back; the lowest where polygons
 * overlap; -1: none. Uses of an edge are sorted by unit, so the first that fits is the lowest. */
static int32_t left_of(const sw_topology_edges *edges, int32_t edge, bool back) {
  for (int64_t u = edges->use_start[edge]; u < edges->use_start[edge + 1]; u++)
    if ((edges->use[u].of < 0) == back) return edges->use[u].unit;
  return -1;
}

/* Whether the same units walk both edges of a vertex, each the same way through. An arc must have
 * one pair of units along its whole length, so a vertex at which they change ends it. */
static bool passes(const walker *w, int32_t vertex) {
  const sw_topology_edges *edges = w->edges;
  int32_t a = w->edge[w->start[vertex]], b = w->edge[w->start[vertex] + 1];
  int64_t count = edges->use_start[a + 1] - edges->use_start[a];
  if (count != edges->use_start[b + 1] - edges->use_start[b]) return false;
  /* `turned`: both edges run from the vertex or both to it, so left and right change places. */
  bool turned = (edges->lo[a] == vertex) == (edges->lo[b] == vertex);
  return left_of(edges, a, false) == left_of(edges, b, turned) &&
         left_of(edges, a, true) == left_of(edges, b, !turned);
}

/* ---- edges by vertex --------------------------------------------------------------------- */

/* A counting sort. Edges are in ascending order of both ends, so those of a vertex come first by
 * their lower ends, then by their higher ones: ascending by the other end. */
static sw_status list_edges(sw_error *err, walker *w) {
  const sw_topology_edges *edges = w->edges;
  size_t vertices = (size_t)w->out->n_vertices;
  SW_TRY(sw_calloc(err, vertices + 2, sizeof *w->start, (void **)&w->start));
  SW_TRY(sw_alloc(err, 2 * (size_t)edges->n, sizeof *w->edge, (void **)&w->edge));
  int64_t *at = w->start + 1; /* one place on, so that at[v] runs from the start to the end */
  for (int64_t e = 0; e < edges->n; e++)
    at[edges->lo[e] + 1]++, at[edges->hi[e] + 1]++;
  for (size_t v = 1; v <= vertices; v++)
    at[v] += at[v - 1];
  for (int64_t e = 0; e < edges->n; e++)
    w->edge[at[edges->hi[e]]++] = (int32_t)e;
  for (int64_t e = 0; e < edges->n; e++)
    w->edge[at[edges->lo[e]]++] = (int32_t)e;
  return SW_OK;
}

/* A junction ends arcs: a vertex of any other number of edges than two, or where the units on both
 * sides change. A vertex of degree 0 belongs to edges that have vanished. */
static sw_status find_junctions(sw_error *err, walker *w) {
  size_t vertices = (size_t)w->out->n_vertices;
  SW_TRY(sw_calloc(err, vertices, sizeof *w->junction, (void **)&w->junction));
  for (size_t v = 0; v < vertices; v++) {
    int64_t degree = w->start[v + 1] - w->start[v];
    w->junction[v] = degree != 0 && (degree != 2 || !passes(w, (int32_t)v));
  }
  return SW_OK;
}

/* ---- arcs -------------------------------------------------------------------------------- */

/* Along an edge from a vertex, to a junction or round to where it began. Every use of the first
 * edge is a use of the arc, since the same units walk all edges of an arc. */
static void walk_arc(walker *w, int32_t from, int32_t edge) {
  sw_topology *t = w->out;
  const sw_topology_edges *edges = w->edges;
  int32_t arc = (int32_t)t->n_arcs++, vertex = from;
  bool back = edges->lo[edge] != from;
  t->left[arc] = left_of(edges, edge, back);
  t->right[arc] = left_of(edges, edge, !back);
  for (int64_t u = edges->use_start[edge]; u < edges->use_start[edge + 1]; u++)
    w->uses[w->n_uses++] =
        (sw_topology_use){(edges->use[u].of < 0) == back ? arc : ~arc, edges->use[u].unit};
  t->arc_vertex[w->written++] = from;
  for (;;) {
    w->walked[edge] = true;
    vertex = other_end(w, edge, vertex);
    t->arc_vertex[w->written++] = vertex;
    if (w->junction[vertex] || vertex == from) break;
    int64_t at = w->start[vertex];
    /* A vertex that is no junction has exactly two edges. */
    edge = w->edge[at] == edge ? w->edge[at + 1] : w->edge[at];
  }
  t->arc_start[t->n_arcs] = w->written;
}

/* Closed arcs come second: a walk from a vertex that is no junction must not cut an arc that begins
 * at one. */
static void walk_arcs(walker *w) {
  int64_t vertices = w->out->n_vertices;
  w->out->arc_start[0] = 0;
  for (int closed = 0; closed <= 1; closed++)
    for (int64_t v = 0; v < vertices; v++)
      for (int64_t k = w->start[v]; (closed || w->junction[v]) && k < w->start[v + 1]; k++)
        if (!w->walked[w->edge[k]]) walk_arc(w, (int32_t)v, w->edge[k]);
}

/* An arc of k edges has k + 1 vertices, and there are at most as many arcs as edges: hence 2 *
 * edges. */
static sw_status open_arcs(sw_error *err, walker *w) {
  sw_topology *t = w->out;
  size_t edges = (size_t)w->edges->n;
  SW_TRY(sw_alloc(err, edges + 1, sizeof *t->arc_start, (void **)&t->arc_start));
  SW_TRY(sw_alloc(err, 2 * edges, sizeof *t->arc_vertex, (void **)&t->arc_vertex));
  SW_TRY(sw_alloc(err, edges, sizeof *t->left, (void **)&t->left));
  SW_TRY(sw_alloc(err, edges, sizeof *t->right, (void **)&t->right));
  SW_TRY(sw_calloc(err, edges, sizeof *w->walked, (void **)&w->walked));
  return sw_alloc(err, (size_t)w->edges->n_uses, sizeof *w->uses, (void **)&w->uses);
}

/* On failure the caller releases `uses` and what the topology has got. */
sw_status sw_topology_find_arcs(sw_error *err, const sw_topology_edges *edges,
                                sw_topology *topology, sw_topology_use **uses, int64_t *n_uses) {
  walker w = {.edges = edges, .out = topology};
  sw_status status = list_edges(err, &w);
  if (status == SW_OK) status = find_junctions(err, &w);
  if (status == SW_OK) status = open_arcs(err, &w);
  if (status == SW_OK) walk_arcs(&w);
  *uses = w.uses;
  *n_uses = w.n_uses;
  sw_free(w.start);
  sw_free(w.edge);
  sw_free(w.walked);
  sw_free(w.junction);
  return status;
}
