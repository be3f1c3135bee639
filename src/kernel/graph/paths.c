/* Shortest paths by Dijkstra's algorithm with a heap in which a vertex moves up, and the sums of
 * Brandes backwards over them (2001, Journal of Mathematical Sociology 25:163-177): O(links + n log
 * n) for each source. Vertices before one another are kept while paths are found: they stand where
 * the links into a vertex do, so no list grows.
 *
 * Sources are dealt to tiles [lo, hi); a tile adds up its own and the caller adds tiles in order. A
 * link is as long as the greatest weight over its own. */
#include "kernel/graph/paths.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/stop.h"

/* There may be an upward move for each link, and one removal for each vertex. */
enum { CHILDREN = 4 }; /* of a place in the heap: flatter than two, with less to look up */

/* Paths whose lengths differ by so little of them are equally long. Sums of the same links in
 * another order differ by some 1e-15; a real difference of weights is larger. */
static const double same_length = 1e-10;

/* ---- memory ----------------------------------------------------------------------------- */

/* One sw_paths per thread, kept from tile to tile. */
static sw_status make_room(sw_error *err, sw_paths *p, int64_t n, int64_t links) {
  size_t vertices = (size_t)n + 1;
  if (n > p->room_n || !p->length) {
    /* Freed first, so that old and new arrays are never held together. */
    sw_paths_free(p);
    SW_TRY(sw_alloc(err, vertices, sizeof *p->length, (void **)&p->length));
    SW_TRY(sw_alloc(err, vertices, sizeof *p->count, (void **)&p->count));
    SW_TRY(sw_alloc(err, vertices, sizeof *p->share, (void **)&p->share));
    SW_TRY(sw_alloc(err, vertices, sizeof *p->n_before, (void **)&p->n_before));
    SW_TRY(sw_alloc(err, vertices, sizeof *p->heap, (void **)&p->heap));
    SW_TRY(sw_alloc(err, vertices, sizeof *p->slot, (void **)&p->slot));
    SW_TRY(sw_alloc(err, vertices, sizeof *p->reached, (void **)&p->reached));
    p->room_n = n;
  }
  if (links > p->room_links || !p->before) {
    p->room_links = 0;
    sw_free(p->before);
    p->before = NULL;
    SW_TRY(sw_alloc(err, (size_t)links + 1, sizeof *p->before, (void **)&p->before));
    p->room_links = links;
  }
  return SW_OK;
}

/* Also what a failure of make_room leaves is freed by it: members are NULL or allocated. */
void sw_paths_free(sw_paths *p) {
  sw_free(p->length);
  sw_free(p->count);
  sw_free(p->share);
  sw_free(p->n_before);
  sw_free(p->before);
  sw_free(p->heap);
  sw_free(p->slot);
  sw_free(p->reached);
  *p = (sw_paths){0};
}

/* ---- the heap --------------------------------------------------------------------------- */

/* Vertices that are met and not yet taken, the nearest first. `slot` is -1 for all others. */
static void put(sw_paths *p, int64_t at, int32_t vertex) {
  p->heap[at] = vertex;
  p->slot[vertex] = (int32_t)at;
}

/* O(log_4 n); the slot of each vertex that moves is kept up to date. */
static void move_up(sw_paths *p, int64_t at, int32_t vertex) {
  double length = p->length[vertex];
  while (at > 0 && length < p->length[p->heap[(at - 1) / CHILDREN]]) {
    put(p, at, p->heap[(at - 1) / CHILDREN]);
    at = (at - 1) / CHILDREN;
  }
  put(p, at, vertex);
}

static int64_t least_child(const sw_paths *p, int64_t at, int64_t size) {
  int64_t first = at * CHILDREN + 1, least = first;
  for (int64_t child = first + 1; child < first + CHILDREN && child < size; child++)
    if (p->length[p->heap[child]] < p->length[p->heap[least]]) least = child;
  return least;
}

/* Takes the nearest vertex; `size` is what is left. */
static int32_t take_nearest(sw_paths *p, int64_t size) {
  int32_t nearest = p->heap[0], vertex = p->heap[size];
  int64_t at = 0;
  p->slot[nearest] = -1;
  if (size == 0) return nearest;
  while (at * CHILDREN + 1 < size) {
    int64_t child = least_child(p, at, size);
    if (!(p->length[p->heap[child]] < p->length[vertex])) break;
    put(p, at, p->heap[child]);
    at = child;
  }
  put(p, at, vertex);
  return nearest;
}

/* ---- one source ------------------------------------------------------------------------- */

/* A path of that length to `to` by way of `from`. What has been taken has its paths; a length
 * beyond all numbers, of a weight of next to nothing, is no path. Counts are doubles: the number of
 * shortest paths may pass 2^63. */
static void meet(const sw_graph *g, sw_paths *p, int32_t from, int32_t to, double length,
                 int64_t *size) {
  double known = p->length[to];
  bool is_new = isinf(known);
  /* Taken vertices are final, as links are at least 1 long and lengths are taken in ascending
   * order. */
  if ((!is_new && p->slot[to] < 0) || isinf(length)) return;
  if (is_new || length < known * (1 - same_length)) {
    p->length[to] = length;
    p->count[to] = p->count[from];
    p->n_before[to] = 1;
    /* A shorter path forgets all predecessors before; the list starts anew. */
    p->before[g->in_start[to]] = from;
    move_up(p, is_new ? (*size)++ : p->slot[to], to);
  } else if (length <= known * (1 + same_length)) {
    p->count[to] += p->count[from];
    p->before[g->in_start[to] + p->n_before[to]++] = from;
  }
}

/* Returns how many vertices are reached, the source among them. Lengths are in units of the
 * shortest link: all links are 1 long or more. most/weight: a strong link is short. Each link is
 * looked at once per source. */
static int64_t find_paths(const sw_graph *g, double most, sw_paths *p, int32_t source) {
  int64_t size = 1, count = 0;
  for (int64_t i = 0; i < g->n; i++) {
    p->length[i] = INFINITY;
    p->slot[i] = -1;
  }
  p->length[source] = 0;
  p->count[source] = 1;
  p->n_before[source] = 0;
  put(p, 0, source);
  while (size > 0) {
    int32_t i = take_nearest(p, --size);
    p->reached[count++] = i;
    for (int64_t k = g->out_start[i]; k < g->out_start[i + 1]; k++)
      meet(g, p, i, g->to[k], p->length[i] + most / g->out[k], &size);
  }
  return count;
}

/* From the furthest vertex back: what a vertex has of the paths of those behind it. Brandes:
 * delta_i = sum over successors j of (count_i/count_j)(1 + delta_j), in descending order of length.
 * The source itself (k = 0) gets nothing. */
static void add_shares(const sw_graph *g, sw_paths *p, int64_t count, double *betweenness) {
  for (int64_t k = 0; k < count; k++)
    p->share[p->reached[k]] = 0;
  for (int64_t k = count - 1; k > 0; k--) {
    int32_t i = p->reached[k];
    double each = (1 + p->share[i]) / p->count[i];
    for (int64_t b = 0; b < p->n_before[i]; b++) {
      int32_t before = p->before[g->in_start[i] + b];
      p->share[before] += p->count[before] * each;
    }
    betweenness[i] += p->share[i];
  }
}

/* Left early when the run is asked to stop: the tile is then not used. */
sw_status sw_graph_betweenness(sw_error *err, const sw_graph *g, sw_paths *p, int64_t lo,
                               int64_t hi, double *betweenness) {
  double most = 0;
  SW_TRY(make_room(err, p, g->n, g->n_links));
  /* The greatest weight of the whole graph, so all tiles measure in the same unit. */
  memset(betweenness, 0, (size_t)g->n * sizeof *betweenness);
  for (int64_t k = 0; k < g->n_links; k++)
    most = fmax(most, g->out[k]);
  for (int64_t source = lo; source < hi && !sw_stop_asked(); source++) {
    int64_t count = find_paths(g, most, p, (int32_t)source);
    add_shares(g, p, count, betweenness);
  }
  return SW_OK;
}
