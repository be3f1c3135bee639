/* The arcs of each unit, in the order of its rings. A unit has it at the left of all its arcs, so
 * at each vertex as many end as begin. Where more than one begins, the ring turns into the one that
 * bounds the same corner of the unit: the first clockwise from where it came. */
#include "kernel/topology/private.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The arcs of one unit, by where they begin. Sorted by `from`, so that the arcs that leave a vertex
 * are found by bisection. */
typedef struct opening {
  int32_t from;
  int32_t use; /* among those of the unit; -1: taken */
} opening;

/* The arcs of a unit while they are joined to rings. */
typedef struct joiner {
  sw_topology *out;
  opening *opening;
  bool *taken;
  int64_t count; /* arcs of the unit */
} joiner;

/* ---- ends of arcs ------------------------------------------------------------------------ */

/* The vertex of an arc, walked as the unit does, `k` from its beginning; -1 - k from its end. A
 * complement (~arc) is walked backwards. */
static int32_t vertex_at(const sw_topology *t, int32_t of, int64_t k) {
  int32_t arc = of < 0 ? ~of : of;
  int64_t first = t->arc_start[arc], last = t->arc_start[arc + 1] - 1;
  if (of < 0) return t->arc_vertex[k >= 0 ? last - k : first - 1 - k];
  return t->arc_vertex[k >= 0 ? first + k : last + 1 + k];
}

static double direction(const sw_topology *t, int32_t from, int32_t to) {
  return atan2(t->y[to] - t->y[from], t->x[to] - t->x[from]);
}

/* By how much clockwise of where `into` came from the arc `out` leaves, above 0 to a full turn. The
 * full turn is excluded at 0, so that the way back along the same direction is the last choice. */
static double turn(const sw_topology *t, int32_t into, int32_t out) {
  const double full = 6.283185307179586;
  double angle = direction(t, vertex_at(t, into, -1), vertex_at(t, into, -2)) -
                 direction(t, vertex_at(t, out, 0), vertex_at(t, out, 1));
  while (angle <= 0)
    angle += full;
  while (angle > full)
    angle -= full;
  return angle;
}

/* ---- rings ------------------------------------------------------------------------------- */

/* By unit, then by arc, so that rings do not depend on the order of the file. */
static int compare_uses(const void *a, const void *b) {
  const sw_topology_use *s = a, *t = b;
  int32_t s_arc = s->of < 0 ? ~s->of : s->of, t_arc = t->of < 0 ? ~t->of : t->of;
  if (s->unit != t->unit) return s->unit < t->unit ? -1 : 1;
  if (s_arc != t_arc) return s_arc < t_arc ? -1 : 1;
  return (s->of < 0) - (t->of < 0);
}

static int compare_openings(const void *a, const void *b) {
  const opening *s = a, *t = b;
  if (s->from != t->from) return s->from < t->from ? -1 : 1;
  return (s->use > t->use) - (s->use < t->use);
}

/* The first opening at a vertex or beyond it. */
static int64_t find_opening(const joiner *j, int32_t vertex) {
  int64_t lo = 0, hi = j->count;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    if (j->opening[middle].from < vertex)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

/* The arc that follows one in its ring; -1: there is none, which only a ring that is closed has.
 * The cost is linear in the arcs that leave the vertex, which are few. */
static int32_t next_use(const joiner *j, const sw_topology_use *use, int32_t at) {
  int32_t vertex = vertex_at(j->out, use[at].of, -1), best = -1;
  double least = INFINITY;
  for (int64_t k = find_opening(j, vertex); k < j->count && j->opening[k].from == vertex; k++) {
    int32_t candidate = j->opening[k].use;
    if (j->taken[candidate]) continue;
    double angle = turn(j->out, use[at].of, use[candidate].of);
    if (angle < least) least = angle, best = candidate;
  }
  return best;
}

/* From the lowest arc that no ring has yet, round to its beginning. Stops where it began even if
 * other arcs leave there: two rings may touch in a point. */
static void walk_ring(joiner *j, const sw_topology_use *use, int32_t at) {
  sw_topology *t = j->out;
  int64_t written = t->ring_start[t->n_rings];
  int32_t begin = vertex_at(t, use[at].of, 0);
  t->ring_unit[t->n_rings++] = use[at].unit;
  while (at >= 0) {
    j->taken[at] = true;
    t->ring_arc[written++] = use[at].of;
    if (vertex_at(t, use[at].of, -1) == begin) break;
    at = next_use(j, use, at);
  }
  t->ring_start[t->n_rings] = written;
}

/* A feature that a file has twice gives the same ring twice; the second would undo the first where
 * pages fill by the even-odd rule. Only rings of the same unit are compared. */
static void drop_repeated(sw_topology *t, int64_t first) {
  int64_t last = t->n_rings - 1, length = t->ring_start[last + 1] - t->ring_start[last];
  for (int64_t r = first; r < last; r++)
    if (t->ring_start[r + 1] - t->ring_start[r] == length &&
        !memcmp(t->ring_arc + t->ring_start[r], t->ring_arc + t->ring_start[last],
                (size_t)length * sizeof *t->ring_arc)) {
      t->n_rings--;
      return;
    }
}

/* Only where an arc is used twice in one direction can a ring come twice. Openings are sorted once
 * per unit; arcs already taken are skipped. */
static void join_unit(joiner *j, const sw_topology_use *use) {
  bool repeated = false;
  int64_t first = j->out->n_rings;
  for (int32_t k = 0; k < j->count; k++) {
    j->opening[k] = (opening){vertex_at(j->out, use[k].of, 0), k};
    j->taken[k] = false;
    repeated |= k > 0 && use[k].of == use[k - 1].of;
  }
  qsort(j->opening, (size_t)j->count, sizeof *j->opening, compare_openings);
  for (int32_t k = 0; k < j->count; k++) {
    if (j->taken[k]) continue;
    walk_ring(j, use, k);
    if (repeated) drop_repeated(j->out, first);
  }
}

/* Rings are never more than uses. */
static sw_status open_joiner(sw_error *err, joiner *j, size_t count) {
  sw_topology *t = j->out;
  SW_TRY(sw_alloc(err, count + 1, sizeof *t->ring_start, (void **)&t->ring_start));
  SW_TRY(sw_alloc(err, count, sizeof *t->ring_arc, (void **)&t->ring_arc));
  SW_TRY(sw_alloc(err, count, sizeof *t->ring_unit, (void **)&t->ring_unit));
  SW_TRY(sw_alloc(err, count, sizeof *j->opening, (void **)&j->opening));
  return sw_alloc(err, count, sizeof *j->taken, (void **)&j->taken);
}

/* O(uses log uses) for sorting. Every use begins or continues one ring. */
sw_status sw_topology_find_rings(sw_error *err, sw_topology_use *uses, int64_t n_uses,
                                 sw_topology *topology) {
  joiner j = {.out = topology};
  sw_status status = open_joiner(err, &j, (size_t)n_uses);
  qsort(uses, (size_t)n_uses, sizeof *uses, compare_uses);
  if (status == SW_OK) topology->ring_start[0] = 0;
  for (int64_t k = 0, end; status == SW_OK && k < n_uses; k = end) {
    for (end = k; end < n_uses && uses[end].unit == uses[k].unit;)
      end++;
    j.count = end - k;
    join_unit(&j, uses + k);
  }
  sw_free(j.opening);
  sw_free(j.taken);
  return status;
}

/* ---- order of arcs ----------------------------------------------------------------------- */

/* Written to pages and archives, where small differences compress. */

/* Arcs numbered as rings meet them, and turned so that the first to meet one walks it forward.
 * Units near each other in the order of their codes mostly lie near each other, so numbers of arcs,
 * sides and places then change little from one to the next, which is what compresses well. */
typedef struct order {
  int64_t *start; /* the arcs in their new order */
  int32_t *vertex, *left, *right;
  int32_t *number; /* of an old arc its new one; ~: turned */
  bool *known;
} order;

/* A turned arc exchanges its left and right units. */
static void take_arc(order *o, const sw_topology *t, int32_t arc, int32_t number, bool turned) {
  int64_t length = t->arc_start[arc + 1] - t->arc_start[arc], to = o->start[number];
  for (int64_t k = 0; k < length; k++)
    o->vertex[to + k] =
        t->arc_vertex[turned ? t->arc_start[arc + 1] - 1 - k : t->arc_start[arc] + k];
  o->start[number + 1] = to + length;
  o->left[number] = turned ? t->right[arc] : t->left[arc];
  o->right[number] = turned ? t->left[arc] : t->right[arc];
  o->number[arc] = turned ? ~number : number;
  o->known[arc] = true;
}

/* Arcs that no ring uses are dropped. */
static void take_all(order *o, sw_topology *t) {
  int32_t count = 0;
  o->start[0] = 0;
  for (int64_t k = 0; k < t->ring_start[t->n_rings]; k++) {
    int32_t of = t->ring_arc[k], arc = of < 0 ? ~of : of;
    if (!o->known[arc]) take_arc(o, t, arc, count++, of < 0);
    t->ring_arc[k] = of < 0 ? ~o->number[arc] : o->number[arc];
  }
  t->n_arcs = count;
}

static sw_status open_order(sw_error *err, order *o, const sw_topology *t) {
  size_t arcs = (size_t)t->n_arcs, points = (size_t)t->arc_start[t->n_arcs];
  SW_TRY(sw_alloc(err, arcs + 1, sizeof *o->start, (void **)&o->start));
  SW_TRY(sw_alloc(err, points, sizeof *o->vertex, (void **)&o->vertex));
  SW_TRY(sw_alloc(err, arcs, sizeof *o->left, (void **)&o->left));
  SW_TRY(sw_alloc(err, arcs, sizeof *o->right, (void **)&o->right));
  SW_TRY(sw_alloc(err, arcs, sizeof *o->number, (void **)&o->number));
  return sw_calloc(err, arcs, sizeof *o->known, (void **)&o->known);
}

static void close_order(order *o) {
  sw_free(o->start);
  sw_free(o->vertex);
  sw_free(o->left);
  sw_free(o->right);
  sw_free(o->number);
  sw_free(o->known);
}

/* The topology takes the new arrays; the old ones leave with `order`. */
static void exchange(order *o, sw_topology *t) {
  order old = {t->arc_start, t->arc_vertex, t->left, t->right, o->number, o->known};
  t->arc_start = o->start, t->arc_vertex = o->vertex, t->left = o->left, t->right = o->right;
  *o = old;
}

static sw_status order_arcs(sw_error *err, sw_topology *topology) {
  order o = {0};
  sw_status status = open_order(err, &o, topology);
  if (status == SW_OK) {
    take_all(&o, topology);
    exchange(&o, topology);
  }
  close_order(&o);
  return status;
}

/* ---- all --------------------------------------------------------------------------------- */

/* Edges, arcs, rings, then the order of arcs; each step releases what only it has needed. snap and
 * parts apply to the first step alone. */
sw_status sw_topology_build(sw_error *err, const sw_rings *rings, const uint8_t *hole,
                            const uint8_t *part, double snap, sw_topology *topology) {
  sw_topology_edges edges = {0};
  sw_topology_use *uses = NULL;
  int64_t n_uses = 0;
  *topology = (sw_topology){0};
  sw_status status = sw_topology_find_edges(err, rings, hole, part, snap, topology, &edges);
  if (status == SW_OK) status = sw_topology_find_arcs(err, &edges, topology, &uses, &n_uses);
  if (status == SW_OK) status = sw_topology_find_rings(err, uses, n_uses, topology);
  if (status == SW_OK) status = order_arcs(err, topology);
  sw_free(uses);
  sw_topology_close_edges(&edges);
  return status;
}

void sw_topology_destroy(sw_topology *t) {
  sw_free(t->x);
  sw_free(t->y);
  sw_free(t->part);
  sw_free(t->arc_start);
  sw_free(t->arc_vertex);
  sw_free(t->left);
  sw_free(t->right);
  sw_free(t->ring_start);
  sw_free(t->ring_arc);
  sw_free(t->ring_unit);
  *t = (sw_topology){0};
}
