/* Shared arcs of small polygons, by hand: borders once, features of a unit as one, islands, holes,
 * junctions, order of the file, neighbours after simplification. */
#include "kernel/topology/topology.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static sw_error err;

/* Rings as points, -1 -1 after each. */
typedef struct map {
  int64_t start[64], count;
  int32_t unit[64];
  uint8_t hole[64];
  double x[4096], y[4096];
  sw_rings rings;
} map;

static void add(map *m, int32_t unit, bool hole, int n, const double (*at)[2]) {
  int64_t r = m->rings.n_rings++;
  m->unit[r] = unit, m->hole[r] = hole, m->start[r] = m->count;
  for (int k = 0; k <= n; k++)
    m->x[m->count] = at[k % n][0], m->y[m->count++] = at[k % n][1];
  m->start[r + 1] = m->count;
  m->rings.n_points = m->count;
  m->rings.start = m->start, m->rings.unit = m->unit, m->rings.x = m->x, m->rings.y = m->y;
  if (unit >= m->rings.n) m->rings.n = unit + 1;
}

static void box(map *m, int32_t unit, bool hole, double x0, double y0, double x1, double y1) {
  const double at[][2] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
  add(m, unit, hole, 4, at);
}

static sw_topology built(const map *m) {
  sw_topology t;
  cr_assert_eq(sw_topology_build(&err, &m->rings, m->hole, NULL, 1e-6, &t), SW_OK, "%s", err.text);
  return t;
}

/* Twice the area that rings [first, end) enclose. */
static double area_of(const sw_topology *t, int64_t first, int64_t end) {
  double sum = 0;
  for (int64_t k = t->ring_start[first]; k < t->ring_start[end]; k++) {
    int32_t of = t->ring_arc[k], arc = of < 0 ? ~of : of;
    for (int64_t p = t->arc_start[arc]; p + 1 < t->arc_start[arc + 1]; p++) {
      int32_t a = t->arc_vertex[p], b = t->arc_vertex[p + 1];
      sum += (of < 0 ? -1 : 1) * (t->x[a] * t->y[b] - t->x[b] * t->y[a]);
    }
  }
  return sum;
}

static int64_t points_of(const sw_topology *t, int64_t ring) {
  int64_t count = 1;
  for (int64_t k = t->ring_start[ring]; k < t->ring_start[ring + 1]; k++) {
    int32_t arc = t->ring_arc[k] < 0 ? ~t->ring_arc[k] : t->ring_arc[k];
    count += t->arc_start[arc + 1] - t->arc_start[arc] - 1;
  }
  return count;
}

/* The arc with these two units at its sides; there must be one. */
static int64_t between(const sw_topology *t, int32_t a, int32_t b) {
  int64_t found = -1;
  for (int64_t k = 0; k < t->n_arcs; k++)
    if ((t->left[k] == a && t->right[k] == b) || (t->left[k] == b && t->right[k] == a)) {
      cr_assert_eq(found, -1, "two arcs between %d and %d", a, b);
      found = k;
    }
  cr_assert_neq(found, -1, "no arc between %d and %d", a, b);
  return found;
}

static int64_t arc_points(const sw_topology *t, int64_t arc) {
  return t->arc_start[arc + 1] - t->arc_start[arc];
}

/* Whichever way the rings run: one border, two outlines. */
Test(topology, two_squares) {
  for (int way = 0; way < 2; way++) {
    map m = {0};
    box(&m, 0, false, 0, 0, 1, 1);
    if (way)
      box(&m, 1, false, 1, 1, 2, 0);
    else
      box(&m, 1, false, 1, 0, 2, 1);
    sw_topology t = built(&m);
    cr_assert_eq(t.n_vertices, 6);
    cr_assert_eq(t.n_arcs, 3);
    int64_t shared = between(&t, 0, 1);
    cr_assert_eq(arc_points(&t, shared), 2);
    /* It runs from (1, 0) up: the first unit is at its left. */
    cr_assert_eq(t.left[shared], 0);
    cr_assert_eq(t.n_rings, 2);
    cr_assert_eq(t.ring_unit[0], 0);
    cr_assert_eq(t.ring_unit[1], 1);
    cr_assert_float_eq(area_of(&t, 0, 1), 2, 1e-12);
    cr_assert_float_eq(area_of(&t, 1, 2), 2, 1e-12);
    sw_topology_destroy(&t);
  }
}

/* Features of one unit: what they share vanishes. */
Test(topology, dissolved) {
  map m = {0};
  box(&m, 0, false, 0, 0, 1, 1);
  box(&m, 0, false, 1, 0, 2, 1);
  box(&m, 1, false, 2, 0, 3, 1);
  sw_topology t = built(&m);
  cr_assert_eq(t.n_arcs, 3);
  cr_assert_eq(t.n_rings, 2);
  cr_assert_eq(points_of(&t, 0), 7);
  cr_assert_float_eq(area_of(&t, 0, 1), 4, 1e-12);
  sw_topology_destroy(&t);
}

/* A frame of four features of a unit leaves a hole, which another unit fills. */
Test(topology, hole_of_features) {
  map m = {0};
  box(&m, 0, false, 0, 0, 3, 1);
  box(&m, 0, false, 0, 2, 3, 3);
  box(&m, 0, false, 0, 1, 1, 2);
  box(&m, 0, false, 2, 1, 3, 2);
  box(&m, 1, false, 1, 1, 2, 2);
  sw_topology t = built(&m);
  cr_assert_eq(t.n_arcs, 2);
  cr_assert_eq(t.n_rings, 3);
  cr_assert_float_eq(area_of(&t, 0, 2), 16, 1e-12);
  cr_assert_float_eq(area_of(&t, 2, 3), 2, 1e-12);
  int64_t inner = between(&t, 0, 1);
  cr_assert_eq(arc_points(&t, inner), 5);
  sw_topology_destroy(&t);
}

/* An island is a ring of one arc; a hole, whichever way it runs, has its unit outside. */
Test(topology, island_and_hole) {
  map m = {0};
  box(&m, 0, false, 0, 0, 10, 10);
  box(&m, 0, true, 2, 2, 4, 4);
  box(&m, 0, false, 20, 0, 21, 1);
  sw_topology t = built(&m);
  cr_assert_eq(t.n_arcs, 3);
  cr_assert_eq(t.n_rings, 3);
  for (int64_t r = 0; r < 3; r++)
    cr_assert_eq(t.ring_start[r + 1] - t.ring_start[r], 1);
  cr_assert_float_eq(area_of(&t, 0, 3), 2 * (100 - 4 + 1), 1e-12);
  for (int64_t a = 0; a < 3; a++)
    cr_assert_eq((t.left[a] == 0) + (t.right[a] == 0), 1);
  sw_topology_destroy(&t);
}

/* Holes by where rings lie, whatever the file says: one, with an island in it, and a part beside
 * that shares a border. */
Test(topology, holes) {
  map m = {0};
  box(&m, 0, false, 0, 0, 10, 10);
  box(&m, 0, false, 2, 2, 8, 8);
  box(&m, 0, true, 4, 4, 6, 6);
  box(&m, 0, true, 10, 0, 12, 10);
  box(&m, 1, true, 3, 3, 4, 4);
  cr_assert_eq(sw_topology_find_holes(&err, &m.rings, m.hole), SW_OK);
  const uint8_t wanted[] = {0, 1, 0, 0, 1}; /* a single ring stays as it was */
  cr_assert(!memcmp(m.hole, wanted, sizeof wanted));
}

/* Three units about a point; the third has no vertex where the two others meet on its edge. */
Test(topology, t_junction) {
  map m = {0};
  box(&m, 0, false, 0, 1, 1, 2);
  box(&m, 1, false, 1, 1, 2, 2);
  box(&m, 2, false, 0, 0, 2, 1);
  sw_topology t = built(&m);
  cr_assert_eq(t.n_arcs, 6);
  cr_assert_eq(arc_points(&t, between(&t, 0, 2)), 2);
  cr_assert_eq(arc_points(&t, between(&t, 1, 2)), 2);
  cr_assert_eq(points_of(&t, 2), 6);
  sw_topology_destroy(&t);
}

/* Squares of one unit that touch at a corner are two rings, not one that crosses itself. */
Test(topology, corner) {
  map m = {0};
  box(&m, 0, false, 0, 0, 1, 1);
  box(&m, 0, false, 1, 1, 2, 2);
  sw_topology t = built(&m);
  cr_assert_eq(t.n_arcs, 2);
  cr_assert_eq(t.n_rings, 2);
  cr_assert_float_eq(area_of(&t, 0, 1), 2, 1e-12);
  sw_topology_destroy(&t);
}

/* Units of two parts share nothing, though they touch. */
Test(topology, parts) {
  map m = {0};
  const uint8_t part[] = {0, 1};
  box(&m, 0, false, 0, 0, 1, 1);
  box(&m, 1, false, 1, 0, 2, 1);
  sw_topology t;
  cr_assert_eq(sw_topology_build(&err, &m.rings, m.hole, part, 1e-6, &t), SW_OK);
  cr_assert_eq(t.n_vertices, 8);
  cr_assert_eq(t.n_arcs, 2);
  cr_assert_eq(t.part[0], 0);
  cr_assert_eq(t.part[7], 1);
  sw_topology_destroy(&t);
}

/* Halves of units that a file has cut at the date line are one. */
Test(topology, date_line) {
  map m = {0};
  box(&m, 0, false, 179, 0, 180, 1);
  box(&m, 0, false, -180, 0, -179, 1);
  box(&m, 1, false, 179, 1, 180, 2);
  box(&m, 1, false, -180, 1, -179, 2);
  m.rings.degrees = true;
  sw_topology t = built(&m);
  cr_assert_eq(t.n_rings, 2);
  between(&t, 0, 1);
  sw_topology_destroy(&t);
}

/* ---- order -------------------------------------------------------------------------------- */

static void expect_same(const sw_topology *a, const sw_topology *b) {
  cr_assert_eq(a->n_vertices, b->n_vertices);
  cr_assert_eq(a->n_arcs, b->n_arcs);
  cr_assert_eq(a->n_rings, b->n_rings);
  int64_t points = a->arc_start[a->n_arcs], of = a->ring_start[a->n_rings];
#define SAME(member, count)                                                                        \
  cr_assert(!memcmp(a->member, b->member, (size_t)(count) * sizeof *a->member), #member)
  SAME(x, a->n_vertices);
  SAME(y, a->n_vertices);
  SAME(arc_start, a->n_arcs + 1);
  SAME(arc_vertex, points);
  SAME(left, a->n_arcs);
  SAME(right, a->n_arcs);
  SAME(ring_start, a->n_rings + 1);
  SAME(ring_arc, of);
  SAME(ring_unit, a->n_rings);
#undef SAME
}

static double noise(int a, int b) {
  return sin(a * 12.9898 + b * 78.233) * .3;
}

/* A grid of cells whose borders are bent: point k of 8 along an edge. */
static void bent(double ax, double ay, double bx, double by, int k, double at[2]) {
  bool back = ax > bx || (ax == bx && ay > by);
  double x0 = back ? bx : ax, y0 = back ? by : ay, x1 = back ? ax : bx, y1 = back ? ay : by;
  double s = (back ? 8 - k : k) / 8.0,
         off = k % 8 ? noise((int)(10 * x0 + x1), (int)(80 * s + 9 * y0 + y1)) / 4 : 0;
  at[0] = x0 + s * (x1 - x0) + off * (y1 - y0);
  at[1] = y0 + s * (y1 - y0) + off * (x1 - x0);
}

static void cell(map *m, int32_t unit, int i, int j, int begin, bool back) {
  double at[32][2], turned[32][2];
  const double corner[5][2] = {{i, j}, {i + 1, j}, {i + 1, j + 1}, {i, j + 1}, {i, j}};
  for (int side = 0; side < 4; side++)
    for (int k = 0; k < 8; k++)
      bent(corner[side][0], corner[side][1], corner[side + 1][0], corner[side + 1][1], k,
           at[8 * side + k]);
  for (int k = 0; k < 32; k++)
    memcpy(turned[k], at[(begin + (back ? 31 - k : k)) % 32], sizeof *at);
  add(m, unit, false, 32, turned);
}

/* Rings in another order, another beginning, the other way round. */
Test(topology, order) {
  map a = {0}, b = {0};
  for (int k = 0; k < 25; k++)
    cell(&a, k % 7, k / 5, k % 5, 0, false);
  for (int k = 24; k >= 0; k--)
    cell(&b, k % 7, k / 5, k % 5, 3 * k, k % 2);
  sw_topology s = built(&a), t = built(&b);
  expect_same(&s, &t);
  cr_assert_eq(sw_topology_simplify(&err, &s, .002), SW_OK);
  cr_assert_eq(sw_topology_simplify(&err, &t, .002), SW_OK);
  expect_same(&s, &t);
  sw_topology_destroy(&s);
  sw_topology_destroy(&t);
}

/* ---- simplified ---------------------------------------------------------------------------- */

/* Areas of all units add up to that of the outline: nothing tears and nothing overlaps. */
Test(topology, simplified) {
  map m = {0};
  for (int k = 0; k < 25; k++)
    cell(&m, k, k / 5, k % 5, 0, false);
  sw_topology t = built(&m);
  int64_t before = t.arc_start[t.n_arcs];
  cr_assert_eq(sw_topology_simplify(&err, &t, .01), SW_OK);
  cr_assert(t.arc_start[t.n_arcs] < before);
  double outline = 0;
  for (int64_t a = 0; a < t.n_arcs; a++)
    for (int64_t p = t.arc_start[a]; p + 1 < t.arc_start[a + 1]; p++) {
      int32_t v = t.arc_vertex[p], w = t.arc_vertex[p + 1];
      double twice = t.x[v] * t.y[w] - t.x[w] * t.y[v];
      outline += t.right[a] < 0 ? twice : t.left[a] < 0 ? -twice : 0;
    }
  cr_assert_float_eq(area_of(&t, 0, t.n_rings), outline, 1e-9);
  sw_topology_destroy(&t);
}

/* However coarse: four points of a closed arc, and of a ring of two. */
Test(topology, no_collapse) {
  map m = {0};
  double island[40][2];
  for (int k = 0; k < 40; k++)
    island[k][0] = 50 + .1 * cos(k * .157), island[k][1] = .1 * sin(k * .157);
  add(&m, 0, false, 40, island);
  /* The two share one bent border; the rest of each outline is an arc, too. */
  cell(&m, 1, 0, 0, 0, false);
  cell(&m, 2, 1, 0, 0, false);
  sw_topology t = built(&m);
  cr_assert_eq(t.n_rings, 3);
  cr_assert_eq(t.n_arcs, 4);
  cr_assert_eq(sw_topology_simplify(&err, &t, 1e9), SW_OK);
  for (int64_t r = 0; r < t.n_rings; r++) {
    cr_assert(points_of(&t, r) >= 4, "ring %d: %d", (int)r, (int)points_of(&t, r));
    cr_assert(area_of(&t, r, r + 1) > 0);
  }
  sw_topology_destroy(&t);
}

/* A square whose sides have points between: the corners alone stay; the first vertex, too. */
Test(topology, straight) {
  map m = {0};
  double at[40][2];
  for (int k = 0; k < 40; k++) {
    int side = k / 10, s = k % 10;
    at[k][0] = side == 0 ? s : side == 1 ? 10 : side == 2 ? 10 - s : 0;
    at[k][1] = side == 0 ? 0 : side == 1 ? s : side == 2 ? 10 : 10 - s;
  }
  add(&m, 0, false, 40, at);
  sw_topology t = built(&m);
  cr_assert_eq(sw_topology_simplify(&err, &t, .01), SW_OK);
  cr_assert_eq(points_of(&t, 0), 5);
  cr_assert_float_eq(area_of(&t, 0, 1), 200, 1e-12);
  sw_topology_destroy(&t);
}

/* ---- places -------------------------------------------------------------------------------- */

/* The centroid of the larger part; of a C, whose centroid lies outside, a place within; around a
 * hole, too. */
Test(topology, places) {
  map m = {0};
  static const double c[][2] = {{0, 0}, {6, 0}, {6, 1}, {1, 1}, {1, 5}, {6, 5}, {6, 6}, {0, 6}};
  box(&m, 0, false, 10, 0, 12, 2);
  box(&m, 0, false, 20, 0, 21, 1);
  add(&m, 1, false, 8, c);
  box(&m, 2, false, 30, 0, 40, 10);
  box(&m, 2, true, 34, 4, 36, 6);
  box(&m, 4, false, 50, 0, 51, 1);
  sw_topology t = built(&m);
  double x[5], y[5];
  cr_assert_eq(sw_topology_places(&err, &t, 5, x, y), SW_OK);
  cr_assert(fabs(x[0] - 11) < 1e-12 && fabs(y[0] - 1) < 1e-12);
  cr_assert(fabs(x[1] - .5) < 1e-12 && fabs(y[1] - 3) < 1e-12);
  cr_assert(x[2] < 34 || x[2] > 36);
  cr_assert(isnan(x[3]) && isnan(y[3]));
  cr_assert(fabs(x[4] - 50.5) < 1e-12);
  sw_topology_destroy(&t);
}

/* Nothing: no rings, and rings without extent. */
Test(topology, empty) {
  map m = {0};
  m.rings.start = m.start, m.rings.unit = m.unit, m.rings.x = m.x, m.rings.y = m.y;
  sw_topology t = built(&m);
  cr_assert_eq(t.n_arcs, 0);
  cr_assert_eq(sw_topology_simplify(&err, &t, .01), SW_OK);
  sw_topology_destroy(&t);
  static const double same[][2] = {{1, 1}, {1, 1}, {1, 1}}, line[][2] = {{0, 0}, {1, 0}};
  add(&m, 0, false, 3, same);
  add(&m, 0, false, 2, line);
  t = built(&m);
  cr_assert_eq(t.n_arcs, 0);
  cr_assert_eq(t.n_rings, 0);
  sw_topology_destroy(&t);
}
