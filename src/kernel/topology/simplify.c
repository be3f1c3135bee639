/* Arcs simplified by areas (Visvalingam & Whyatt 1993, Cartographic Journal 30:46-51). The vertex
 * with the smallest triangle goes first, ties by its place in the arc; its neighbours then have new
 * triangles. A heap holds them: O(n log n) of an arc. Arcs are shared by the two polygons of a
 * border, so no gap opens between them. Called for the report's map (cli/map). */
#include "kernel/topology/topology.h"

#include "base/arena.h"

#include <math.h>
#include <string.h>

/* One arc at a time; places count from its beginning. */
typedef struct thinner {
  const sw_topology *t;
  const int32_t *vertex; /* of the arc */
  int32_t *before, *after;
  double *area;       /* of the triangle at a place */
  int32_t *heap, *at; /* at[place]: where in the heap */
  int32_t count;
} thinner;

/* ---- heap -------------------------------------------------------------------------------- */

/* A total order: equal areas go by place, so the result does not depend on the heap. */
static bool is_less(const thinner *s, int32_t a, int32_t b) {
  return s->area[a] < s->area[b] || (s->area[a] == s->area[b] && a < b);
}

static void put(thinner *s, int32_t slot, int32_t place) {
  s->heap[slot] = place;
  s->at[place] = slot;
}

static void rise(thinner *s, int32_t slot) {
  int32_t place = s->heap[slot];
  for (; slot > 0 && is_less(s, place, s->heap[(slot - 1) / 2]); slot = (slot - 1) / 2)
    put(s, slot, s->heap[(slot - 1) / 2]);
  put(s, slot, place);
}

/* The invariant is that at[] of each place in the heap is its slot. */
static void sink(thinner *s, int32_t slot) {
  int32_t place = s->heap[slot];
  for (int32_t child; (child = 2 * slot + 1) < s->count; slot = child) {
    if (child + 1 < s->count && is_less(s, s->heap[child + 1], s->heap[child])) child++;
    if (!is_less(s, s->heap[child], place)) break;
    put(s, slot, s->heap[child]);
  }
  put(s, slot, place);
}

/* ---- triangles --------------------------------------------------------------------------- */

/* Half the cross product of both sides. */
static double triangle(const thinner *s, int32_t place) {
  const double *x = s->t->x, *y = s->t->y;
  int32_t a = s->vertex[s->before[place]], b = s->vertex[place], c = s->vertex[s->after[place]];
  return fabs((x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a])) / 2;
}

/* The ends of an arc have no triangle. An area may have grown or shrunk. Both directions are tried,
 * of which one ends at once. */
static void change(thinner *s, int32_t place, int32_t last) {
  if (place == 0 || place == last) return;
  s->area[place] = triangle(s, place);
  rise(s, s->at[place]);
  sink(s, s->at[place]);
}

/* Of an arc of `length` vertices at least `least` stay. In `after`, what stays is linked. The two
 * ends always stay, so an arc of two vertices is left alone. `area` is the limit in square units of
 * the map. */
static void thin(thinner *s, int32_t length, int32_t least, double area) {
  int32_t last = length - 1, kept = length;
  for (int32_t k = 0; k < length; k++)
    s->before[k] = k - 1, s->after[k] = k + 1;
  s->count = 0;
  for (int32_t k = 1; k < last; k++) {
    s->area[k] = triangle(s, k);
    put(s, s->count++, k);
  }
  for (int32_t k = s->count / 2; k-- > 0;)
    sink(s, k);
  while (s->count > 0 && kept > least && s->area[s->heap[0]] < area) {
    int32_t gone = s->heap[0], moved = s->heap[--s->count];
    put(s, 0, moved);
    if (s->count > 0) sink(s, 0);
    s->after[s->before[gone]] = s->after[gone];
    s->before[s->after[gone]] = s->before[gone];
    kept--;
    change(s, s->before[gone], last);
    change(s, s->after[gone], last);
  }
}

/* ---- all --------------------------------------------------------------------------------- */

/* How many vertices of each arc must stay: two ends; four of a closed one, which may be a ring; one
 * between the ends where two arcs make a ring, which would have no area without it. */
static void find_least(const sw_topology *t, int32_t *least) {
  for (int64_t a = 0; a < t->n_arcs; a++)
    least[a] = t->arc_vertex[t->arc_start[a]] == t->arc_vertex[t->arc_start[a + 1] - 1] ? 4 : 2;
  for (int64_t r = 0; r < t->n_rings; r++) {
    if (t->ring_start[r + 1] - t->ring_start[r] != 2) continue;
    for (int64_t k = t->ring_start[r]; k < t->ring_start[r + 1]; k++) {
      int32_t arc = t->ring_arc[k] < 0 ? ~t->ring_arc[k] : t->ring_arc[k];
      if (least[arc] < 3) least[arc] = 3;
    }
  }
}

/* One set of arrays for the longest arc. */
static sw_status open_thinner(sw_error *err, thinner *s) {
  size_t longest = 0;
  for (int64_t a = 0; a < s->t->n_arcs; a++) {
    size_t length = (size_t)(s->t->arc_start[a + 1] - s->t->arc_start[a]);
    if (length > longest) longest = length;
  }
  SW_TRY(sw_alloc(err, longest, sizeof *s->before, (void **)&s->before));
  SW_TRY(sw_alloc(err, longest, sizeof *s->after, (void **)&s->after));
  SW_TRY(sw_alloc(err, longest, sizeof *s->area, (void **)&s->area));
  SW_TRY(sw_alloc(err, longest, sizeof *s->heap, (void **)&s->heap));
  return sw_alloc(err, longest, sizeof *s->at, (void **)&s->at);
}

static void close_thinner(thinner *s) {
  sw_free(s->before);
  sw_free(s->after);
  sw_free(s->area);
  sw_free(s->heap);
  sw_free(s->at);
}

/* In place: what stays of an arc never lies beyond where it lay. The vertices themselves stay in
 * the topology; arcs only stop naming them. */
static void thin_arcs(thinner *s, sw_topology *t, const int32_t *least, double area) {
  int64_t written = 0, start = 0;
  for (int64_t a = 0; a < t->n_arcs; a++) {
    int64_t length = t->arc_start[a + 1] - start;
    s->vertex = t->arc_vertex + start;
    thin(s, (int32_t)length, least[a], area);
    for (int64_t k = 0; k < length; k = s->after[k])
      t->arc_vertex[written++] = t->arc_vertex[start + k];
    start = t->arc_start[a + 1];
    t->arc_start[a + 1] = written;
  }
}

/* Removes vertices whose triangle is below `area`, arc by arc. */
sw_status sw_topology_simplify(sw_error *err, sw_topology *topology, double area) {
  thinner s = {.t = topology};
  int32_t *least = NULL;
  sw_status status = sw_alloc(err, (size_t)topology->n_arcs, sizeof *least, (void **)&least);
  if (status == SW_OK) status = open_thinner(err, &s);
  if (status == SW_OK) {
    find_least(topology, least);
    thin_arcs(&s, topology, least, area);
  }
  close_thinner(&s);
  sw_free(least);
  return status;
}
