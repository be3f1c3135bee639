/* A state of a network as a graph: vertices, their arcs side by side, and where units enter. A node
 * has a vertex, its copy, for each mode of an edge that is there in this state; transfers lead from
 * copy to copy.
 *
 * Vertices are numbered in breadth-first order: neighbours then stand near each other in memory,
 * whatever the order of the files. No time depends on it (roads.h).
 *
 * Cost: two walks over the edges, one over the arcs, and a look-up in a tree per unit and mode. The
 * caller owns the graph; the plan must outlive it. */
#include "kernel/roads/roads.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/space/neighbours.h"

/* Times are whole numbers, so that sums of them are exact and no order of edges changes a row. */
sw_ticks sw_roads_ticks(double minutes) {
  return (sw_ticks)llrint(minutes * SW_ROADS_A_MINUTE);
}

/* A way that would take longer than any time may is none. */
sw_ticks sw_roads_travel(double km, double kmh) {
  double minutes = km / kmh * 60;
  return minutes <= SW_ROADS_MOST_MINUTES ? sw_roads_ticks(minutes) : SW_ROADS_NEVER;
}

/* While a graph is made. Owned by sw_roads_create and gone when it returns. */
typedef struct maker {
  const sw_roads_plan *plan;
  int state;
  sw_roads *roads;
  int32_t *copy;   /* that of `roads` */
  int64_t *at;     /* n_vertices + 1: while arcs are counted and placed */
  int32_t *number; /* new numbers of vertices */
} maker;

/* From a node to itself only a transfer leads, between its modes. */
static bool is_there(const maker *m, const sw_roads_edge *edge) {
  return edge->state <= m->state && (edge->from != edge->to || edge->mode == SW_ROADS_TRANSFER);
}

/* ---- vertices --------------------------------------------------------------------------- */

/* Copies are numbered by node, then mode; renumber gives them their places. 0 marks a copy while
 * they are found; numbers follow in the order of nodes and modes. -1 (0xff bytes): none. */
static void find_copies(maker *m) {
  const sw_roads_plan *plan = m->plan;
  int64_t places = plan->n_nodes * plan->n_modes, count = 0;
  memset(m->copy, 0xff, (size_t)places * sizeof *m->copy);
  for (int64_t e = 0; e < plan->n_edges; e++) {
    const sw_roads_edge *edge = &plan->edge[e];
    if (edge->mode == SW_ROADS_TRANSFER || !is_there(m, edge)) continue;
    m->copy[(int64_t)edge->from * plan->n_modes + edge->mode] = 0;
    m->copy[(int64_t)edge->to * plan->n_modes + edge->mode] = 0;
  }
  for (int64_t k = 0; k < places; k++)
    if (m->copy[k] == 0) m->copy[k] = (int32_t)count++;
  m->roads->n_vertices = count;
}

/* ---- arcs ------------------------------------------------------------------------------- */

/* Edges and transfers become arcs in two calls of put_arcs: the first counts, the second places. */

/* An arc is met twice, once counted and once placed (arc not NULL), so that it needs no list. */
static void put(maker *m, sw_roads_arc *arc, int32_t from, int32_t to, sw_ticks ticks) {
  if (arc) arc[m->at[from]] = (sw_roads_arc){ticks, to};
  m->at[from]++;
}

/* Between all copies of two nodes, of one mode too: from station to station. Of one node, between
 * its copies, `from` < `to` by mode. */
static void put_transfers(maker *m, sw_roads_arc *arc, int64_t from, int64_t to, sw_ticks ticks) {
  int modes = m->plan->n_modes;
  /* A transfer that is slower than any time is none. */
  if (ticks >= SW_ROADS_NEVER) return;
  for (int a = 0; a < modes; a++)
    for (int b = from == to ? a + 1 : 0; b < modes; b++) {
      int32_t x = m->copy[from * modes + a], y = m->copy[to * modes + b];
      if (x < 0 || y < 0) continue;
      put(m, arc, x, y, ticks);
      put(m, arc, y, x, ticks);
    }
}

/* Transfers go both ways, also where edges are directed. */
static void put_arcs(maker *m, sw_roads_arc *arc) {
  const sw_roads_plan *plan = m->plan;
  for (int64_t e = 0; e < plan->n_edges; e++) {
    const sw_roads_edge *edge = &plan->edge[e];
    if (!is_there(m, edge)) continue;
    if (edge->mode == SW_ROADS_TRANSFER) {
      put_transfers(m, arc, edge->from, edge->to, edge->ticks);
      continue;
    }
    int32_t from = m->copy[(int64_t)edge->from * plan->n_modes + edge->mode];
    int32_t to = m->copy[(int64_t)edge->to * plan->n_modes + edge->mode];
    put(m, arc, from, to, edge->ticks);
    if (!plan->directed) put(m, arc, to, from, edge->ticks);
  }
  for (int64_t node = 0; plan->n_modes > 1 && node < plan->n_nodes; node++)
    put_transfers(m, arc, node, node, plan->transfer);
}

/* Counts in at[v], to where the arcs of v begin. As in every counting sort here: while rows are
 * filled, each start runs to the row's end. */
static int64_t begin_rows(int64_t n, int64_t *at) {
  int64_t sum = 0;
  for (int64_t v = 0; v <= n; v++) {
    int64_t count = v < n ? at[v] : 0;
    at[v] = sum;
    sum += count;
  }
  return sum;
}

/* After placing, at[v] is where v ends. */
static int64_t row_begin(const maker *m, int64_t v) {
  return v ? m->at[v - 1] : 0;
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* number[v], and its inverse `queue`: the vertices in their new order. Components follow one
 * another. */
static void number_by_breadth(maker *m, const sw_roads_arc *arc, int32_t *queue) {
  int64_t n = m->roads->n_vertices, head = 0, tail = 0;
  for (int64_t v = 0; v < n; v++)
    m->number[v] = -1;
  for (int64_t first = 0; first < n; first++) {
    if (m->number[first] >= 0) continue;
    m->number[first] = (int32_t)tail;
    queue[tail++] = (int32_t)first;
    for (; head < tail; head++)
      for (int64_t k = row_begin(m, queue[head]); k < m->at[queue[head]]; k++) {
        int32_t to = arc[k].to;
        if (m->number[to] >= 0) continue;
        m->number[to] = (int32_t)tail;
        queue[tail++] = to;
      }
  }
}

/* The order of the arcs of a vertex stays what it was. */
static void renumber(maker *m, const sw_roads_arc *arc, const int32_t *queue) {
  sw_roads *roads = m->roads;
  int64_t at = 0;
  for (int64_t v = 0; v < roads->n_vertices; v++) {
    roads->arc_at[v] = at;
    for (int64_t k = row_begin(m, queue[v]); k < m->at[queue[v]]; k++)
      roads->arc[at++] = (sw_roads_arc){arc[k].ticks, m->number[arc[k].to]};
  }
  roads->arc_at[roads->n_vertices] = at;
  int64_t places = m->plan->n_nodes * m->plan->n_modes;
  for (int64_t k = 0; k < places; k++)
    if (m->copy[k] >= 0) m->copy[k] = m->number[m->copy[k]];
}

/* The arcs by old numbers and the queue live here alone: at most two lists of arcs at a time.
 * `roads->arc` belongs to the graph and stays; a failure frees it with the graph. */
static sw_status make_arcs(sw_error *err, maker *m) {
  sw_roads *roads = m->roads;
  size_t n = (size_t)roads->n_vertices;
  sw_roads_arc *arc = NULL;
  int32_t *queue = NULL;
  memset(m->at, 0, (n + 1) * sizeof *m->at);
  /* Once to count, once to fill. */
  put_arcs(m, NULL);
  roads->n_arcs = begin_rows(roads->n_vertices, m->at);
  size_t room = (size_t)roads->n_arcs + 1;
  sw_status status = sw_alloc(err, room, sizeof *arc, (void **)&arc);
  if (status == SW_OK) status = sw_alloc(err, n + 1, sizeof *queue, (void **)&queue);
  if (status == SW_OK) status = sw_alloc(err, room, sizeof *arc, (void **)&roads->arc);
  if (status == SW_OK)
    status = sw_alloc(err, n + 1, sizeof *roads->arc_at, (void **)&roads->arc_at);
  if (status == SW_OK) {
    put_arcs(m, arc);
    number_by_breadth(m, arc, queue);
    renumber(m, arc, queue);
  }
  sw_free(arc);
  sw_free(queue);
  return status;
}

/* ---- units ------------------------------------------------------------------------------ */

/* Each unit to the nearest of the nodes that have a copy of that mode; of equally near ones the
 * first. A tree of these nodes serves for one mode. Without such a node units have no access by
 * it. */
static sw_status find_nearest(sw_error *err, maker *m, int mode) {
  const sw_roads_plan *plan = m->plan;
  int64_t count = 0, modes = plan->n_modes, room = m->roads->n_vertices + 1;
  double *place = NULL;
  int32_t *node = NULL;
  sw_kdtree *tree = NULL;
  sw_status status = sw_alloc(err, (size_t)(3 * room), sizeof *place, (void **)&place);
  if (status == SW_OK) status = sw_alloc(err, (size_t)room, sizeof *node, (void **)&node);
  for (int64_t k = 0; status == SW_OK && k < plan->n_nodes; k++) {
    if (m->copy[k * modes + mode] < 0) continue;
    for (int c = 0; c < 3; c++)
      place[c * room + count] = plan->node[c][k];
    node[count++] = (int32_t)k;
  }
  if (status == SW_OK && count)
    status = sw_kdtree_create(err, count, place, place + room, place + 2 * room, &tree);
  for (int64_t i = 0; status == SW_OK && count && i < plan->n_units; i++) {
    double at[3] = {plan->unit[0][i], plan->unit[1][i], plan->unit[2][i]}, chord2 = 0;
    int64_t nearest = sw_kdtree_nearest_to(tree, at, &chord2);
    m->roads->access[i * modes + mode] = m->copy[node[nearest] * modes + mode];
    m->roads->access_ticks[i * modes + mode] =
        sw_roads_travel(sw_neighbours_km(chord2), plan->access_kmh[mode]);
  }
  sw_kdtree_destroy(tree);
  sw_free(place);
  sw_free(node);
  return status;
}

/* Where the study names the node of each unit the way to it takes no time. access -1: the unit
 * cannot enter by this mode. A speed of 0 switches entering by a mode off. */
static sw_status find_access(sw_error *err, maker *m) {
  const sw_roads_plan *plan = m->plan;
  int64_t modes = plan->n_modes, places = plan->n_units * modes;
  for (int64_t k = 0; k < places; k++)
    m->roads->access[k] = -1, m->roads->access_ticks[k] = 0;
  for (int mode = 0; mode < modes; mode++) {
    for (int64_t i = 0; plan->unit_node && i < plan->n_units; i++)
      m->roads->access[i * modes + mode] = m->copy[plan->unit_node[i] * modes + mode];
    if (!plan->unit_node && plan->access_kmh[mode] > 0) SW_TRY(find_nearest(err, m, mode));
  }
  return SW_OK;
}

/* The same by vertex: a counting sort. n_used: at how many vertices units enter or leave, after
 * which a search may end early. */
static void sort_access(const sw_roads_plan *plan, sw_roads *roads) {
  int64_t places = plan->n_units * plan->n_modes, n = roads->n_vertices, *at = roads->at_vertex;
  memset(at, 0, (size_t)(n + 1) * sizeof *at);
  for (int64_t k = 0; k < places; k++)
    if (roads->access[k] >= 0) at[roads->access[k]]++;
  for (int64_t v = 0; v < n; v++)
    roads->n_used += at[v] > 0;
  begin_rows(n, at);
  for (int64_t k = 0; k < places; k++)
    if (roads->access[k] >= 0) roads->accessed[at[roads->access[k]]++] = (int32_t)k;
  memmove(at + 1, at, (size_t)n * sizeof *at);
  at[0] = 0;
}

/* Ways past the network are looked for within reach of the limit. Without a limit every unit may be
 * reached directly, and a tree saves nothing. 1e-12 covers rounding; what lies beyond the limit is
 * dropped when its time is known. */
static sw_status plant_units(sw_error *err, const sw_roads_plan *plan, sw_roads *roads) {
  if (!(plan->direct_kmh > 0) || plan->within >= SW_ROADS_NEVER) return SW_OK;
  double km = sw_roads_minutes(plan->within) / 60 * plan->direct_kmh;
  roads->near_chord2 = sw_neighbours_chord2_limit(km * (1 + 1e-12));
  return sw_kdtree_create(err, plan->n_units, plan->unit[0], plan->unit[1], plan->unit[2],
                          &roads->near);
}

/* ---- all -------------------------------------------------------------------------------- */

/* In case of a failure the caller destroys what there is. */
static sw_status make(sw_error *err, maker *m) {
  const sw_roads_plan *plan = m->plan;
  sw_roads *roads = m->roads;
  size_t places = (size_t)plan->n_nodes * (size_t)plan->n_modes + 1;
  size_t units = (size_t)plan->n_units * (size_t)plan->n_modes + 1;
  SW_TRY(sw_alloc(err, places, sizeof *m->copy, (void **)&roads->copy));
  m->copy = roads->copy;
  find_copies(m);
  size_t n = (size_t)roads->n_vertices + 1;
  SW_TRY(sw_alloc(err, n, sizeof *m->at, (void **)&m->at));
  SW_TRY(sw_alloc(err, n, sizeof *m->number, (void **)&m->number));
  SW_TRY(make_arcs(err, m));
  SW_TRY(sw_alloc(err, units, sizeof *roads->access, (void **)&roads->access));
  SW_TRY(sw_alloc(err, units, sizeof *roads->access_ticks, (void **)&roads->access_ticks));
  SW_TRY(sw_alloc(err, n, sizeof *roads->at_vertex, (void **)&roads->at_vertex));
  SW_TRY(sw_alloc(err, units, sizeof *roads->accessed, (void **)&roads->accessed));
  SW_TRY(find_access(err, m));
  sort_access(plan, roads);
  return plant_units(err, plan, roads);
}

/* The graph of one state of the network: what is open then. O(vertices + arcs). */
sw_status sw_roads_create(sw_error *err, const sw_roads_plan *plan, int state, sw_roads **roads) {
  maker m = {.plan = plan, .state = state};
  *roads = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *m.roads, (void **)&m.roads));
  m.roads->plan = plan;
  m.roads->state = state;
  sw_status status = make(err, &m);
  sw_free(m.at);
  sw_free(m.number);
  if (status == SW_OK)
    *roads = m.roads;
  else
    sw_roads_destroy(m.roads);
  return status;
}

void sw_roads_destroy(sw_roads *roads) {
  if (!roads) return;
  sw_free(roads->copy);
  sw_free(roads->arc_at);
  sw_free(roads->arc);
  sw_free(roads->access);
  sw_free(roads->access_ticks);
  sw_free(roads->at_vertex);
  sw_free(roads->accessed);
  sw_kdtree_destroy(roads->near);
  sw_free(roads);
}
