/* Points within `snap` of each other become one vertex. Each distinct point stands in a cell of a
 * grid, and the cells in a hash table; a cell is a few times as wide as `snap`, so the points that
 * may be one with another lie in its own cell or, near its border, in up to three more. Points
 * that are equal to the bit, which is what neighbouring polygons mostly have, are found first and
 * cost one look. What is joined is joined by union-find, so no order of points matters. */
#include "kernel/weights/vertices.h"

#include "base/arena.h"
#include "kernel/space/disjoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells so many times as wide as `snap`: wider ones have fewer neighbours to look at and more
 * points to compare with. */
static const double width = 4.0;

/* While vertices are found. Distinct points are numbered in the order of their appearance. Arrays
 * are as long as the points, the bound of distinct ones. */
typedef struct finder {
  const sw_rings *rings;
  double snap, scale; /* of a coordinate in cells; 0: a cell for each point */
  uint64_t mask;
  int32_t *slot;   /* the last distinct point of a cell, by hash; -1: none */
  int32_t *next;   /* of a distinct point, the one before it in the slot; -1 */
  int32_t *parent; /* of a distinct point, towards the one that stands for the vertex */
  double *x, *y;   /* of distinct points */
  int64_t count;
  sw_vertices *out;
  int64_t room; /* pairs that out->near has room for */
  bool failed;  /* no memory for them */
} finder;

/* ---- cells ------------------------------------------------------------------------------- */

/* A cell along one axis, as a double: it has no limit, and is exact to 2^53. Coordinates of degrees
 * with snaps of 1e-12 stay below. */
static double cell_of(const finder *f, double at) {
  return (f->scale > 0 ? floor(at * f->scale) : at) + 0.0; /* -0 is 0 */
}

/* A hash of two doubles' bits; equal cells have equal bits, as -0 was made 0. */
static uint64_t slot_of(const finder *f, double cx, double cy) {
  uint64_t a, b;
  memcpy(&a, &cx, sizeof a);
  memcpy(&b, &cy, sizeof b);
  uint64_t h = (a * 0x9e3779b97f4a7c15u) ^ (b * 0xc2b2ae3d27d4eb4fu + (a >> 31));
  h ^= h >> 29;
  h *= 0xbf58476d1ce4e5b9u;
  return (h ^ h >> 32) & f->mask;
}

/* A slot may hold points of several cells: those elsewhere are too far or not equal. */
static int32_t find_equal(const finder *f, uint64_t slot, double x, double y) {
  for (int32_t k = f->slot[slot]; k >= 0; k = f->next[k])
    if (f->x[k] == x && f->y[k] == y) return k;
  return -1;
}

/* A failure is noted and reported after the walk, so that the inner loop has no status. */
static void note_near(finder *f, int32_t a, int32_t b) {
  sw_vertices *v = f->out;
  if (v->n_near == f->room) {
    int64_t room = f->room ? 2 * f->room : 64;
    int32_t *grown = realloc(v->near, (size_t)room * 2 * sizeof *grown);
    f->failed |= !grown;
    if (!grown) return;
    v->near = grown;
    f->room = room;
  }
  v->near[2 * v->n_near] = a;
  v->near[2 * v->n_near++ + 1] = b;
}

/* Joins the distinct point `of` with those near (x, y), which is its place, or that place on the
 * other side of the date line. Up to four cells are looked at: a cell is four times as wide as
 * snap. */
static void join_near(finder *f, int32_t of, double x, double y) {
  double left = cell_of(f, x - f->snap), right = cell_of(f, x + f->snap);
  double low = cell_of(f, y - f->snap), high = cell_of(f, y + f->snap);
  for (double cx = left; cx <= right; cx++)
    for (double cy = low; cy <= high; cy++)
      for (int32_t k = f->slot[slot_of(f, cx, cy)]; k >= 0; k = f->next[k]) {
        double dx = f->x[k] - x, dy = f->y[k] - y;
        if (k == of || !(dx * dx + dy * dy <= f->snap * f->snap)) continue;
        sw_disjoint_join(f->parent, of, k);
        note_near(f, of, k);
      }
}

/* The distinct point at this place, made where there is none yet. Equal points cost one look; a new
 * point is compared with those before it only, so each pair is met once. */
static int32_t distinct_at(finder *f, double x, double y) {
  uint64_t slot = slot_of(f, cell_of(f, x), cell_of(f, y));
  int32_t found = find_equal(f, slot, x, y);
  if (found >= 0) return found;
  int32_t made = (int32_t)f->count++;
  f->x[made] = x, f->y[made] = y;
  f->parent[made] = made;
  f->next[made] = f->slot[slot];
  f->slot[slot] = made;
  if (f->scale > 0) {
    join_near(f, made, x, y);
    /* Near 180 degrees the same place may have the other sign. */
    if (f->rings->degrees && fabs(x) >= 180.0 - f->snap)
      join_near(f, made, x > 0 ? x - 360.0 : x + 360.0, y);
  }
  return made;
}

/* Some files count longitudes from 0 to 360. With no snap the date line itself is one by this. */
static double longitude(const finder *f, double x) {
  if (!f->rings->degrees) return x;
  if (x > 180.0) return x - 360.0;
  if (x < -180.0) return x + 360.0;
  return x == -180.0 ? 180.0 : x;
}

/* ---- all --------------------------------------------------------------------------------- */

/* On failure the caller closes what there is. */
static sw_status open_finder(sw_error *err, finder *f) {
  size_t points = (size_t)f->rings->n_points, slots = 64;
  if (points > INT32_MAX)
    return sw_fail(err, SW_EINPUT, "polygons have %zu points; at most 2147483647 are possible",
                   points);
  while (slots < 2 * points)
    slots *= 2;
  f->mask = slots - 1;
  SW_TRY(sw_alloc(err, slots, sizeof *f->slot, (void **)&f->slot));
  memset(f->slot, 0xff, slots * sizeof *f->slot);
  SW_TRY(sw_alloc(err, points, sizeof *f->next, (void **)&f->next));
  SW_TRY(sw_alloc(err, points, sizeof *f->parent, (void **)&f->parent));
  SW_TRY(sw_alloc(err, points, sizeof *f->x, (void **)&f->x));
  return sw_alloc(err, points, sizeof *f->y, (void **)&f->y);
}

static void close_finder(finder *f) {
  sw_free(f->slot);
  sw_free(f->next);
  sw_free(f->parent);
  sw_free(f->x);
  sw_free(f->y);
}

/* Vertices are numbered as they appear. The root of a vertex is its first distinct point, so it has
 * its number before the others ask for it. Vertices and places have numbers of their own: places
 * are distinct points, vertices what snapping makes of them. */
static void number(finder *f) {
  sw_vertices *v = f->out;
  int32_t *of = f->next; /* no longer needed */
  for (int32_t k = 0; k < f->count; k++) {
    int32_t root = sw_disjoint_root(f->parent, k);
    of[k] = root == k ? (int32_t)v->n_vertices++ : of[root];
  }
  for (int64_t k = 0; k < f->rings->n_points; k++)
    v->vertex[k] = of[v->place[k]];
  v->n_places = f->count;
}

/* A snap below the spacing of doubles is none: its cells could not be told apart. 1e-15: two
 * doubles of that size that differ do so by more. */
static double scale_of(const sw_rings *rings, double snap) {
  double greatest = 0;
  for (int64_t k = 0; k < rings->n_points; k++)
    greatest = fmax(greatest, fmax(fabs(rings->x[k]), fabs(rings->y[k])));
  return snap > greatest * 1e-15 ? 1.0 / (width * snap) : 0.0;
}

/* Finds equal places of all points: a hash of cells, then union of what is within the snap. */
static sw_status find_all(sw_error *err, finder *f) {
  const sw_rings *rings = f->rings;
  size_t points = (size_t)rings->n_points;
  SW_TRY(open_finder(err, f));
  SW_TRY(sw_alloc(err, points, sizeof(int32_t), (void **)&f->out->place));
  SW_TRY(sw_alloc(err, points, sizeof(int32_t), (void **)&f->out->vertex));
  for (int64_t k = 0; k < rings->n_points; k++)
    f->out->place[k] = distinct_at(f, longitude(f, rings->x[k]) + 0.0, rings->y[k] + 0.0);
  if (f->failed) return sw_fail(err, SW_ENOMEM, "out of memory for the vertices of polygons");
  number(f);
  return SW_OK;
}

sw_status sw_vertices_find(sw_error *err, const sw_rings *rings, double snap,
                           sw_vertices *vertices) {
  *vertices = (sw_vertices){0};
  finder f = {.rings = rings, .snap = snap, .scale = scale_of(rings, snap), .out = vertices};
  sw_status status = find_all(err, &f);
  close_finder(&f);
  return status;
}

void sw_vertices_destroy(sw_vertices *vertices) {
  sw_free(vertices->place);
  sw_free(vertices->vertex);
  free(vertices->near);
  *vertices = (sw_vertices){0};
}
