/* Vertices and edges out of rings.
 *
 * Vertices are numbered by part, x and y, each at the least of the places that are one with it: a
 * number then says nothing of where in the file a vertex was met. A vertex that lies on an edge of
 * another ring parts it, as a border may have its vertices in one of its two polygons alone. Rings
 * are walked with their unit at the left. Where a unit walks an edge both ways, the border is
 * within it and vanishes: so features of a unit become one. */
#include "kernel/topology/private.h"

#include "base/arena.h"
#include "kernel/weights/meeting.h"

#include <math.h>
#include <stdlib.h>

/* ---- vertices ---------------------------------------------------------------------------- */

typedef struct place {
  double x, y;
  int32_t vertex; /* as found by sw_vertices_find */
  uint8_t part;
} place;

/* Vertices by place. number[first[v] + k]: of found vertex v in the k-th of its parts. A vertex at
 * the border of two parts of the map is drawn in both and needs a number in each. */
typedef struct numbering {
  uint16_t *parts; /* of found vertices, as bits */
  int64_t *first;
  int32_t *number;
  double *x, *y; /* of found vertices: the least place */
} numbering;

/* By part, then by place, so that vertices are numbered in an order that does not depend on the
 * file. */
static int compare_places(const void *a, const void *b) {
  const place *p = a, *q = b;
  if (p->part != q->part) return p->part < q->part ? -1 : 1;
  if (p->x != q->x) return p->x < q->x ? -1 : 1;
  if (p->y != q->y) return p->y < q->y ? -1 : 1;
  return 0; /* never of two: equal places are one vertex */
}

static void close_numbering(numbering *by) {
  sw_free(by->parts);
  sw_free(by->first);
  sw_free(by->number);
  sw_free(by->x);
  sw_free(by->y);
}

/* The place of a part among those of the vertex: the number of set bits below its own. */
static int64_t slot_of(const numbering *by, int32_t vertex, uint8_t part) {
  return by->first[vertex] + __builtin_popcount(by->parts[vertex] & ((1u << part) - 1));
}

/* The parts that each found vertex is in, and its least place. Parts are at most 16, as the bits of
 * `parts` allow (number_vertices). */
static sw_status gather(sw_error *err, const sw_rings *rings, const uint8_t *part,
                        const sw_vertices *found, const sw_meeting *met, numbering *by) {
  size_t count = (size_t)found->n_vertices;
  SW_TRY(sw_calloc(err, count, sizeof *by->parts, (void **)&by->parts));
  SW_TRY(sw_alloc(err, count + 1, sizeof *by->first, (void **)&by->first));
  SW_TRY(sw_alloc(err, count, sizeof *by->x, (void **)&by->x));
  SW_TRY(sw_alloc(err, count, sizeof *by->y, (void **)&by->y));
  for (size_t v = 0; v < count; v++)
    by->x[v] = by->y[v] = INFINITY;
  for (int64_t k = 0; k < rings->n_points; k++) {
    int32_t v = found->vertex[k];
    double x = rings->x[k], y = rings->y[k];
    /* Points of one vertex may differ a little; the least does not depend on the order of rings. */
    if (x < by->x[v] || (x == by->x[v] && y < by->y[v])) by->x[v] = x, by->y[v] = y;
  }
  for (int64_t r = 0; r < met->rings.n_rings; r++)
    for (int64_t k = met->start[r]; k < met->start[r + 1]; k++)
      by->parts[met->vertex[k]] |= (uint16_t)(1u << (part ? part[rings->unit[r]] : 0));
  by->first[0] = 0;
  for (size_t v = 0; v < count; v++)
    by->first[v + 1] = by->first[v] + __builtin_popcount(by->parts[v]);
  return SW_OK;
}

/* Places of vertices in their order, and the number of each. */
static sw_status take_places(sw_error *err, const place *at, int64_t count, numbering *by,
                             sw_topology *topology) {
  topology->n_vertices = count;
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *topology->x, (void **)&topology->x));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *topology->y, (void **)&topology->y));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *topology->part, (void **)&topology->part));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *by->number, (void **)&by->number));
  for (int64_t k = 0; k < count; k++) {
    topology->x[k] = at[k].x;
    topology->y[k] = at[k].y;
    topology->part[k] = at[k].part;
    by->number[slot_of(by, at[k].vertex, at[k].part)] = (int32_t)k;
  }
  return SW_OK;
}

/* INT32_MAX: numbers of vertices are int32 throughout, and ~ marks direction. */
static sw_status number_vertices(sw_error *err, int64_t n_found, numbering *by,
                                 sw_topology *topology) {
  int64_t count = by->first[n_found], k = 0;
  place *at = NULL;
  if (count > INT32_MAX)
    return sw_fail(err, SW_EINPUT, "polygons have %lld vertices; at most %d are possible",
                   (long long)count, INT32_MAX);
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *at, (void **)&at));
  for (int64_t v = 0; v < n_found; v++)
    for (uint8_t part = 0; part < 16; part++)
      if (by->parts[v] >> part & 1) at[k++] = (place){by->x[v], by->y[v], (int32_t)v, part};
  qsort(at, (size_t)count, sizeof *at, compare_places);
  sw_status status = take_places(err, at, count, by, topology);
  sw_free(at);
  return status;
}

/* ---- steps ------------------------------------------------------------------------------- */

/* Twice the signed area by the shoelace formula about the ring's first latitude, so that digits are
 * not lost to large coordinates. */

/* Twice the area that a ring encloses, above zero where it lies at the left. A step over the date
 * line is taken as the short one that it is. */
static double area_of(const sw_rings *rings, int64_t r) {
  double sum = 0, x = 0, y0 = rings->start[r] < rings->start[r + 1] ? rings->y[rings->start[r]] : 0;
  for (int64_t k = rings->start[r]; k + 1 < rings->start[r + 1]; k++) {
    double dx = rings->x[k + 1] - rings->x[k];
    if (rings->degrees) dx -= 360 * round(dx / 360);
    sum += x * (rings->y[k + 1] - y0) - (x + dx) * (rings->y[k] - y0);
    x += dx;
  }
  return sum;
}

/* Holes are walked the other way, so that the unit is at the left there too. A step between equal
 * vertices has no length and is dropped. */
static int64_t steps_of(const sw_rings *rings, const uint8_t *hole, const uint8_t *part,
                        const sw_meeting *met, const numbering *by, sw_topology_step *step) {
  int64_t count = 0;
  for (int64_t r = 0; r < rings->n_rings; r++) {
    int32_t unit = rings->unit[r];
    uint8_t of = part ? part[unit] : 0;
    bool back = area_of(rings, r) < 0;
    if (hole && hole[r]) back = !back;
    for (int64_t k = met->start[r]; k + 1 < met->start[r + 1]; k++) {
      int32_t a = by->number[slot_of(by, met->vertex[k], of)],
              b = by->number[slot_of(by, met->vertex[k + 1], of)];
      if (a != b) step[count++] = (sw_topology_step){back ? b : a, back ? a : b, unit};
    }
  }
  return count;
}

/* Steps of one edge stand together, whichever way they go, by unit and direction: a total order. */
static int compare_steps(const void *a, const void *b) {
  const sw_topology_step *s = a, *t = b;
  int32_t s_lo = s->from < s->to ? s->from : s->to, t_lo = t->from < t->to ? t->from : t->to;
  if (s_lo != t_lo) return s_lo < t_lo ? -1 : 1;
  /* s->from ^ s->to ^ s_lo is the other end. */
  int32_t s_hi = s->from ^ s->to ^ s_lo, t_hi = t->from ^ t->to ^ t_lo;
  if (s_hi != t_hi) return s_hi < t_hi ? -1 : 1;
  if (s->unit != t->unit) return s->unit < t->unit ? -1 : 1;
  return (s->from > t->from) - (s->from < t->from);
}

/* ---- edges ------------------------------------------------------------------------------- */

static bool same_edge(const sw_topology_step *s, const sw_topology_step *t) {
  return (s->from == t->from && s->to == t->to) || (s->from == t->to && s->to == t->from);
}

/* The steps of one unit along one edge, count[0] from its lower vertex and count[1] back: the two
 * ways cancel each other. What remains is how often the unit has the edge on one side more than on
 * the other. */
static void use_edge(sw_topology_edges *edges, int32_t unit, int64_t forward, int64_t backward) {
  int32_t e = (int32_t)edges->n;
  for (; forward > backward; forward--)
    edges->use[edges->n_uses++] = (sw_topology_use){e, unit};
  for (; backward > forward; backward--)
    edges->use[edges->n_uses++] = (sw_topology_use){~e, unit};
}

/* Out of sorted steps. An edge that nobody is left to use is none. */
static void fill_edges(const sw_topology_step *step, int64_t count, sw_topology_edges *edges) {
  for (int64_t k = 0, end; k < count; k = end) {
    int64_t before = edges->n_uses;
    for (end = k; end < count && same_edge(&step[k], &step[end]);) {
      int64_t ways[2] = {0};
      int32_t unit = step[end].unit;
      for (; end < count && step[end].unit == unit && same_edge(&step[k], &step[end]); end++)
        ways[step[end].from > step[end].to]++;
      use_edge(edges, unit, ways[0], ways[1]);
    }
    if (edges->n_uses == before) continue;
    edges->lo[edges->n] = step[k].from < step[k].to ? step[k].from : step[k].to;
    edges->hi[edges->n] = step[k].from < step[k].to ? step[k].to : step[k].from;
    edges->use_start[edges->n++] = before;
  }
  edges->use_start[edges->n] = edges->n_uses;
}

/* There are no more edges than steps. Room for all steps; what is not used is freed with the
 * edges. */
static sw_status open_edges(sw_error *err, int64_t count, sw_topology_edges *edges) {
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *edges->lo, (void **)&edges->lo));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *edges->hi, (void **)&edges->hi));
  SW_TRY(sw_alloc(err, (size_t)count + 1, sizeof *edges->use_start, (void **)&edges->use_start));
  return sw_alloc(err, (size_t)count, sizeof *edges->use, (void **)&edges->use);
}

void sw_topology_close_edges(sw_topology_edges *edges) {
  sw_free(edges->lo);
  sw_free(edges->hi);
  sw_free(edges->use_start);
  sw_free(edges->use);
  *edges = (sw_topology_edges){0};
}

/* ---- all --------------------------------------------------------------------------------- */

/* All edges, each once, with the rings that use it: sorted, as both uses of an edge are then
 * neighbours. O(points log points). */
static sw_status walk_rings(sw_error *err, const sw_rings *rings, const uint8_t *hole,
                            const uint8_t *part, const sw_meeting *met, const numbering *by,
                            sw_topology_edges *edges) {
  sw_topology_step *step = NULL;
  SW_TRY(sw_alloc(err, (size_t)met->rings.n_points, sizeof *step, (void **)&step));
  int64_t count = steps_of(rings, hole, part, met, by, step);
  qsort(step, (size_t)count, sizeof *step, compare_steps);
  sw_status status = open_edges(err, count, edges);
  if (status == SW_OK) fill_edges(step, count, edges);
  sw_free(step);
  return status;
}

/* Everything but the edges and the topology's places is freed here, also after a failure. */
sw_status sw_topology_find_edges(sw_error *err, const sw_rings *rings, const uint8_t *hole,
                                 const uint8_t *part, double snap, sw_topology *topology,
                                 sw_topology_edges *edges) {
  sw_vertices found;
  sw_meeting met = {0};
  numbering by = {0};
  sw_status status = sw_vertices_find(err, rings, snap, &found);
  if (status == SW_OK)
    status = sw_meeting_find(err, rings, snap, found.vertex, found.n_vertices, &met);
  if (status == SW_OK) status = gather(err, rings, part, &found, &met, &by);
  if (status == SW_OK) status = number_vertices(err, found.n_vertices, &by, topology);
  if (status == SW_OK) status = walk_rings(err, rings, hole, part, &met, &by, edges);
  close_numbering(&by);
  sw_meeting_destroy(&met);
  sw_vertices_destroy(&found);
  return status;
}
