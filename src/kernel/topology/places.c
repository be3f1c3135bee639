/* A place within each unit, out of its rings: where the map puts a label or a dot. The centroid of
 * the largest ring, if it lies within the unit; else the middle of the widest stretch at half the
 * ring's height (a crescent's centroid lies outside it). O(points), and a sort of the crossings of
 * one line. One outline's memory serves all units and grows to the largest.
 *
 * Called for labels and dots of maps, after the topology is built. */
#include "kernel/topology/topology.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

/* The points of a unit's rings, one ring after the other, each closed. */
typedef struct outline {
  const sw_topology *t;
  int64_t n_rings, room;
  int64_t *start; /* n_rings + 1 */
  double *x, *y, *cut;
} outline;

typedef struct centre {
  double x, y, area;
} centre;

/* ---- points ------------------------------------------------------------------------------ */

/* The number of points before they are copied, for make_room. */
static int64_t length_of(const sw_topology *t, int64_t first, int64_t end) {
  int64_t count = 0;
  for (int64_t k = t->ring_start[first]; k < t->ring_start[end]; k++) {
    int32_t arc = t->ring_arc[k] < 0 ? ~t->ring_arc[k] : t->ring_arc[k];
    count += t->arc_start[arc + 1] - t->arc_start[arc];
  }
  return count;
}

/* A failure leaves null pointers or owned ones: the caller frees all four. Room is doubled, so that
 * growing from unit to unit costs little. */
static sw_status make_room(sw_error *err, outline *o, int64_t rings, int64_t points) {
  int64_t wanted = points > rings + 1 ? points : rings + 1;
  if (wanted <= o->room) return SW_OK;
  sw_free(o->start), sw_free(o->x), sw_free(o->y), sw_free(o->cut);
  o->start = NULL, o->x = o->y = o->cut = NULL;
  o->room = 2 * wanted;
  SW_TRY(sw_alloc(err, (size_t)o->room, sizeof *o->start, (void **)&o->start));
  SW_TRY(sw_alloc(err, (size_t)o->room, sizeof *o->x, (void **)&o->x));
  SW_TRY(sw_alloc(err, (size_t)o->room, sizeof *o->y, (void **)&o->y));
  return sw_alloc(err, (size_t)o->room, sizeof *o->cut, (void **)&o->cut);
}

/* The rings [first, end), which are of one unit. An arc that is stored as its complement is walked
 * backward. */
static void trace(outline *o, int64_t first, int64_t end) {
  const sw_topology *t = o->t;
  int64_t count = 0;
  o->n_rings = end - first;
  for (int64_t r = first; r < end; r++) {
    o->start[r - first] = count;
    for (int64_t k = t->ring_start[r]; k < t->ring_start[r + 1]; k++) {
      int32_t of = t->ring_arc[k], arc = of < 0 ? ~of : of;
      int64_t a = t->arc_start[arc], b = t->arc_start[arc + 1];
      for (int64_t p = a; p < b; p++, count++) {
        int32_t vertex = t->arc_vertex[of < 0 ? a + b - 1 - p : p];
        o->x[count] = t->x[vertex], o->y[count] = t->y[vertex];
      }
    }
  }
  o->start[o->n_rings] = count;
}

/* ---- places ------------------------------------------------------------------------------ */

/* Centroid and area of one ring, about its first point: the products keep their digits. A ring
 * without area has its first point as centre. */
static centre centre_of(const outline *o, int64_t r) {
  double sum = 0, sx = 0, sy = 0;
  int64_t a = o->start[r];
  for (int64_t k = a; k + 1 < o->start[r + 1]; k++) {
    double x = o->x[k] - o->x[a], y = o->y[k] - o->y[a], nx = o->x[k + 1] - o->x[a],
           ny = o->y[k + 1] - o->y[a], cross = x * ny - nx * y;
    sum += cross;
    sx += (x + nx) * cross;
    sy += (y + ny) * cross;
  }
  if (!(fabs(sum) > 0)) return (centre){o->x[a], o->y[a], 0};
  return (centre){o->x[a] + sx / (3 * sum), o->y[a] + sy / (3 * sum), fabs(sum) / 2};
}

/* NaN do not occur, as vertices are places. */
static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Where a line at `y` crosses the rings, ascending; how often. A point on the line counts to one
 * side only, so that the number is even. */
static int64_t cross(outline *o, double y) {
  int64_t count = 0;
  for (int64_t r = 0; r < o->n_rings; r++)
    for (int64_t k = o->start[r]; k + 1 < o->start[r + 1]; k++) {
      double y0 = o->y[k], y1 = o->y[k + 1];
      if ((y0 <= y) == (y1 <= y)) continue;
      o->cut[count++] = o->x[k] + (y - y0) / (y1 - y0) * (o->x[k + 1] - o->x[k]);
    }
  qsort(o->cut, (size_t)count, sizeof *o->cut, compare_numbers);
  return count;
}

/* The middle of the widest stretch within the unit at a height. Crossings are paired: the interior
 * lies between each first and second. */
static bool widest(outline *o, double y, double *x) {
  int64_t count = cross(o, y);
  double best = -1;
  for (int64_t k = 0; k + 1 < count; k += 2)
    if (o->cut[k + 1] - o->cut[k] > best) {
      best = o->cut[k + 1] - o->cut[k];
      *x = (o->cut[k] + o->cut[k + 1]) / 2;
    }
  return best > 0;
}

/* By the even-odd rule: holes are rings like others. A place on the border counts as outside. */
static bool is_within(outline *o, double x, double y) {
  int64_t count = cross(o, y);
  for (int64_t k = 0; k + 1 < count; k += 2)
    if (o->cut[k] < x && x < o->cut[k + 1]) return true;
  return false;
}

/* If even the middle of the widest stretch fails, which takes a ring without area, the centroid
 * stays. */
static void place_of(outline *o, double *x, double *y) {
  centre largest = centre_of(o, 0);
  int64_t which = 0;
  for (int64_t r = 1; r < o->n_rings; r++) {
    centre c = centre_of(o, r);
    if (c.area > largest.area) largest = c, which = r;
  }
  *x = largest.x, *y = largest.y;
  if (is_within(o, *x, *y)) return;
  double low = INFINITY, high = -INFINITY;
  for (int64_t k = o->start[which]; k < o->start[which + 1]; k++)
    low = fmin(low, o->y[k]), high = fmax(high, o->y[k]);
  double inside = *x;
  if (widest(o, (low + high) / 2, &inside)) *x = inside, *y = (low + high) / 2;
}

/* A unit without rings has no place: NaN. */
sw_status sw_topology_places(sw_error *err, const sw_topology *topology, int64_t n, double *x,
                             double *y) {
  const sw_topology *t = topology;
  outline o = {.t = t};
  sw_status status = SW_OK;
  for (int64_t i = 0; i < n; i++)
    x[i] = y[i] = NAN;
  for (int64_t r = 0, end; status == SW_OK && r < t->n_rings; r = end) {
    int32_t unit = t->ring_unit[r];
    for (end = r; end < t->n_rings && t->ring_unit[end] == unit;)
      end++;
    status = make_room(err, &o, end - r, length_of(t, r, end));
    if (status != SW_OK) break;
    trace(&o, r, end);
    place_of(&o, &x[unit], &y[unit]);
  }
  sw_free(o.start), sw_free(o.x), sw_free(o.y), sw_free(o.cut);
  return status;
}
