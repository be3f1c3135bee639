/* Which rows a new state can change: a railway is far from most units, and what they reach within
 * the limit stays as it was.
 *
 * States only gain arcs, and a unit may gain a nearer vertex of a mode, which takes the place of
 * the one it had. So a path that is new, or is lost, passes by one of these: an end of what has
 * opened, a vertex that is new, the vertex by which a unit enters now or entered before where these
 * differ. A unit that reaches none of them within the limit has the row it had. Of a directed
 * network all rows are taken to be touched: what reaches these vertices would need a search against
 * the arcs.
 *
 * Called once per state after the first; cost: one search from all marked vertices at a time. What
 * is said to be untouched may be copied from the state before. */
#include <string.h>

#include "base/arena.h"
#include "kernel/roads/roads.h"

typedef struct work {
  const sw_roads *before, *roads;
  uint8_t *marked; /* by vertex: it is one of these */
  int32_t *vertex; /* those marked */
  int32_t *place;  /* by vertex of `before`: its place in `copy` */
  sw_ticks *ticks;
} work;

static void mark(work *w, int32_t vertex) {
  if (vertex >= 0) w->marked[vertex] = 1;
}

/* Ends of what has opened. Of a transfer all copies of its ends. A transfer belongs to no mode, so
 * it may open at any copy of both nodes. */
static void mark_opened(work *w) {
  const sw_roads_plan *plan = w->roads->plan;
  for (int64_t e = 0; e < plan->n_edges; e++) {
    const sw_roads_edge *edge = &plan->edge[e];
    if (edge->state != w->roads->state) continue;
    for (int mode = 0; mode < plan->n_modes; mode++) {
      if (edge->mode >= 0 && edge->mode != mode) continue;
      mark(w, w->roads->copy[(int64_t)edge->from * plan->n_modes + mode]);
      mark(w, w->roads->copy[(int64_t)edge->to * plan->n_modes + mode]);
    }
  }
}

/* Vertices that are new; on the way, which place each one of before has. `place` translates numbers
 * of the state before to nodes and modes, which both states share. */
static void mark_new(work *w) {
  int64_t places = w->roads->plan->n_nodes * w->roads->plan->n_modes;
  for (int64_t p = 0; p < places; p++) {
    if (w->before->copy[p] >= 0)
      w->place[w->before->copy[p]] = (int32_t)p;
    else
      mark(w, w->roads->copy[p]);
  }
}

/* Where units enter by another vertex than before. A unit whose vertex of before is gone does not
 * occur: states only gain. */
static void mark_access(work *w) {
  int64_t places = w->roads->plan->n_units * w->roads->plan->n_modes;
  for (int64_t k = 0; k < places; k++) {
    int32_t was = w->before->access[k], is = w->roads->access[k];
    int32_t same = was >= 0 ? w->roads->copy[w->place[was]] : -1;
    if (same == is) continue;
    mark(w, same);
    mark(w, is);
  }
}

/* Undirected: a time from the marked vertices is also the time to them. */
static sw_status find(sw_error *err, work *w, uint8_t *touched) {
  const sw_roads_plan *plan = w->roads->plan;
  sw_roads_search *search = NULL;
  int64_t count = 0;
  SW_TRY(sw_roads_search_create(err, w->roads, &search));
  for (int64_t v = 0; v < w->roads->n_vertices; v++)
    if (w->marked[v]) w->vertex[count++] = (int32_t)v;
  sw_roads_from(search, count, w->vertex, w->ticks);
  sw_roads_search_destroy(search);
  memset(touched, 0, (size_t)plan->n_units);
  for (int64_t k = 0; k < plan->n_units * plan->n_modes; k++) {
    int32_t at = w->roads->access[k];
    if (at >= 0 && w->ticks[at] < SW_ROADS_NEVER &&
        w->ticks[at] + w->roads->access_ticks[k] <= plan->within)
      touched[k / plan->n_modes] = 1;
  }
  return SW_OK;
}

/* Which units' rows may differ between two states of the network: those that reach something new.
 * The others keep their rows, and need no search. */
sw_status sw_roads_touched(sw_error *err, const sw_roads *before, const sw_roads *roads,
                           uint8_t *touched) {
  work w = {.before = before, .roads = roads};
  size_t n = (size_t)roads->n_vertices + 1;
  /* Directed: what leads to a new place cannot be found from there, so every unit counts as
   * touched. */
  if (roads->plan->directed) {
    memset(touched, 1, (size_t)roads->plan->n_units);
    return SW_OK;
  }
  sw_status status = sw_calloc(err, n, sizeof *w.marked, (void **)&w.marked);
  if (status == SW_OK) status = sw_alloc(err, n, sizeof *w.vertex, (void **)&w.vertex);
  if (status == SW_OK) status = sw_alloc(err, n, sizeof *w.ticks, (void **)&w.ticks);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)before->n_vertices + 1, sizeof *w.place, (void **)&w.place);
  if (status == SW_OK) {
    mark_opened(&w);
    mark_new(&w);
    mark_access(&w);
    status = find(err, &w, touched);
  }
  sw_free(w.marked);
  sw_free(w.vertex);
  sw_free(w.ticks);
  sw_free(w.place);
  return status;
}
