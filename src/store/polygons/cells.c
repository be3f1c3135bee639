/* Voronoi cells by GEOS, cut by a hull: the concave hull of the places (edges up to `concave` of
 * the way from the shortest to the longest of the Delaunay triangulation), wider by half the
 * distance that places have. Cells within the hull are taken as they are; only those at its border
 * are cut, which is what costs time.
 *
 * Called by the report's map where units have places and no polygons. n log n by GEOS; one
 * thread. */
#include "store/polygons/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/polygons/geos.h"

/* GEOS's measure of concavity: 0 is the tightest hull, 1 the convex one. */
static const double concave = .12;
static const double off_circles = 1e-5; /* of the distance that places have */
enum { QUARTER = 8 };                   /* steps of a quarter circle of the hull */

typedef struct site {
  double x, y;
  int32_t unit;
} site;

typedef struct maker {
  const sw_geos *geos;
  GEOSContextHandle_t context;
  site *site; /* by x */
  int64_t n_sites;
  GEOSGeometry *places, *diagram, *hull;
  const GEOSPreparedGeometry *prepared;
  sw_cells *out;
  int64_t room_rings, room_points;
  double *buffer; /* x, y of one ring */
  int64_t room_buffer;
} maker;

/* ---- places ------------------------------------------------------------------------------ */

static int compare_sites(const void *a, const void *b) {
  const site *s = a, *t = b;
  if (s->x != t->x) return s->x < t->x ? -1 : 1;
  if (s->y != t->y) return s->y < t->y ? -1 : 1;
  return (s->unit > t->unit) - (s->unit < t->unit);
}

/* -1 .. 1 of a number, without a pattern. A mixing of bits as in SplitMix64: it is deterministic,
 * so the map is the same in each run. */
static double scatter(uint64_t k) {
  k = (k + 1) * UINT64_C(0x9E3779B97F4A7C15);
  k = (k ^ (k >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  return (double)(k >> 11) / 4503599627370496.0 - 1;
}

/* Where more than three places lie on one circle, as in a grid, GEOS 3.11 gives cells that cross
 * themselves, lie over each other or are missing. Each is moved by less than what can be seen. 1e-5
 * of the mean spacing is far below a pixel. */
static void move_off_circles(maker *m) {
  double low = INFINITY, high = -INFINITY, count = (double)m->n_sites;
  if (m->n_sites < 3) return;
  for (int64_t k = 0; k < m->n_sites; k++)
    low = fmin(low, m->site[k].y), high = fmax(high, m->site[k].y);
  double width = m->site[m->n_sites - 1].x - m->site[0].x;
  double most = off_circles * sqrt(width * (high - low) / count);
  for (int64_t k = 0; k < m->n_sites; k++) {
    m->site[k].x += most * scatter(2 * (uint64_t)k);
    m->site[k].y += most * scatter(2 * (uint64_t)k + 1);
  }
  qsort(m->site, (size_t)m->n_sites, sizeof *m->site, compare_sites);
}

/* Places without numbers have no cell; of several units at one place the first has it. After
 * sorting, places that are one stand side by side. */
static sw_status take_sites(sw_error *err, maker *m, int64_t count, const int32_t *unit,
                            const double *x, const double *y) {
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *m->site, (void **)&m->site));
  for (int64_t k = 0; k < count; k++)
    if (isfinite(x[k]) && isfinite(y[k])) m->site[m->n_sites++] = (site){x[k], y[k], unit[k]};
  qsort(m->site, (size_t)m->n_sites, sizeof *m->site, compare_sites);
  int64_t kept = 0;
  for (int64_t k = 0; k < m->n_sites; k++)
    if (kept == 0 || m->site[kept - 1].x != m->site[k].x || m->site[kept - 1].y != m->site[k].y)
      m->site[kept++] = m->site[k];
  m->n_sites = kept;
  move_off_circles(m);
  return SW_OK;
}

/* GEOS takes the vertices of any geometry for places. An error of GEOS shows as NULL and is handled
 * by make_diagram. */
static sw_status make_places(sw_error *err, maker *m) {
  double *at;
  SW_TRY(sw_alloc(err, 2 * (size_t)m->n_sites, sizeof *at, (void **)&at));
  for (int64_t k = 0; k < m->n_sites; k++)
    at[2 * k] = m->site[k].x, at[2 * k + 1] = m->site[k].y;
  GEOSCoordSequence *all =
      m->geos->GEOSCoordSeq_copyFromBuffer_r(m->context, at, (unsigned)m->n_sites, 0, 0);
  m->places = all ? m->geos->GEOSGeom_createLineString_r(m->context, all) : NULL;
  sw_free(at);
  return SW_OK;
}

/* False where GEOS cannot: places in one line, say. spacing: the mean distance of places, by area
 * for a surface and by length for places along a line. */
static bool make_diagram(maker *m) {
  const sw_geos *g = m->geos;
  m->diagram = m->places ? g->GEOSVoronoiDiagram_r(m->context, m->places, NULL, 0, 0) : NULL;
  GEOSGeometry *tight = m->diagram ? g->GEOSConcaveHull_r(m->context, m->places, concave, 0) : NULL;
  if (!tight) return false;
  double area = 0, length = 0, count = (double)m->n_sites;
  g->GEOSArea_r(m->context, tight, &area);
  g->GEOSLength_r(m->context, tight, &length);
  double spacing = fmax(sqrt(area / count), length / 2 / count);
  m->hull = g->GEOSBuffer_r(m->context, tight, spacing / 2, QUARTER);
  g->GEOSGeom_destroy_r(m->context, tight);
  m->prepared = m->hull ? g->GEOSPrepare_r(m->context, m->hull) : NULL;
  return m->prepared != NULL;
}

/* ---- rings ------------------------------------------------------------------------------- */

/* Room is doubled, so rings of all sizes cost little. */
static sw_status grow(sw_error *err, void **array, size_t size, int64_t room) {
  void *grown = realloc(*array, (size_t)room * size);
  if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory for the cells of a map");
  *array = grown;
  return SW_OK;
}

/* Room for a ring of so many points; all arrays grow by doubling. */
static sw_status make_room(sw_error *err, maker *m, int64_t points) {
  sw_cells *c = m->out;
  if (c->n_rings + 1 >= m->room_rings) {
    m->room_rings = 2 * c->n_rings + 1024;
    SW_TRY(grow(err, (void **)&c->start, sizeof *c->start, m->room_rings));
    SW_TRY(grow(err, (void **)&c->unit, sizeof *c->unit, m->room_rings));
    SW_TRY(grow(err, (void **)&c->hole, sizeof *c->hole, m->room_rings));
  }
  if (c->n_points + points > m->room_points) {
    m->room_points = 2 * (c->n_points + points) + 1024;
    SW_TRY(grow(err, (void **)&c->x, sizeof *c->x, m->room_points));
    SW_TRY(grow(err, (void **)&c->y, sizeof *c->y, m->room_points));
  }
  if (points <= m->room_buffer) return SW_OK;
  m->room_buffer = 2 * points + 64;
  return grow(err, (void **)&m->buffer, 2 * sizeof *m->buffer, m->room_buffer);
}

/* The points of a ring into the buffer; how many. The buffer holds x and y alternately, as GEOS
 * copies them. */
static sw_status fetch(sw_error *err, maker *m, const GEOSGeometry *ring, unsigned *count) {
  const GEOSCoordSequence *points = ring ? m->geos->GEOSGeom_getCoordSeq_r(m->context, ring) : NULL;
  *count = 0;
  if (!points) return SW_OK;
  m->geos->GEOSCoordSeq_getSize_r(m->context, points, count);
  SW_TRY(make_room(err, m, *count));
  m->geos->GEOSCoordSeq_copyToBuffer_r(m->context, points, m->buffer, 0, 0);
  return SW_OK;
}

/* Fewer than four points (the first repeated) enclose nothing. `c->start` has one entry more than
 * rings. */
static sw_status add_ring(sw_error *err, maker *m, const GEOSGeometry *ring, int32_t unit,
                          bool hole) {
  sw_cells *c = m->out;
  unsigned count;
  SW_TRY(fetch(err, m, ring, &count));
  if (count < 4) return SW_OK;
  if (c->n_rings == 0) c->start[0] = 0;
  for (unsigned k = 0; k < count; k++) {
    c->x[c->n_points] = m->buffer[2 * k];
    c->y[c->n_points++] = m->buffer[2 * k + 1];
  }
  c->unit[c->n_rings] = unit;
  c->hole[c->n_rings++] = hole;
  c->start[c->n_rings] = c->n_points;
  return SW_OK;
}

/* A cell that the hull has cut may be in pieces; lines and points of it are left out. A hole may
 * arise where the hull has one. */
static sw_status add_pieces(sw_error *err, maker *m, const GEOSGeometry *all, int32_t unit) {
  const sw_geos *g = m->geos;
  int pieces = g->GEOSGetNumGeometries_r(m->context, all);
  for (int k = 0; k < pieces; k++) {
    const GEOSGeometry *piece = g->GEOSGetGeometryN_r(m->context, all, k);
    if (g->GEOSGeomTypeId_r(m->context, piece) != GEOS_POLYGON) continue;
    SW_TRY(add_ring(err, m, g->GEOSGetExteriorRing_r(m->context, piece), unit, false));
    int holes = g->GEOSGetNumInteriorRings_r(m->context, piece);
    for (int h = 0; h < holes; h++)
      SW_TRY(add_ring(err, m, g->GEOSGetInteriorRingN_r(m->context, piece, h), unit, true));
  }
  return SW_OK;
}

/* ---- whose cell it is -------------------------------------------------------------------- */

/* By the even-odd rule. A place on the border belongs to one of the two cells. */
static bool contains(const double *at, unsigned count, const site *s) {
  bool in = false;
  for (unsigned k = 0; k + 1 < count; k++) {
    const double *p = at + 2 * (size_t)k, *q = p + 2;
    if ((p[1] > s->y) != (q[1] > s->y) &&
        s->x < p[0] + (s->y - p[1]) / (q[1] - p[1]) * (q[0] - p[0]))
      in = !in;
  }
  return in;
}

/* Sites are sorted by x: the first that is not left of x. */
static int64_t first_from(const maker *m, double x) {
  int64_t lo = 0, hi = m->n_sites;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    if (m->site[middle].x < x)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

/* GEOS gives cells in no order. A cell has one place within: sought among those of its width. The
 * loop looks at places within the cell's width only, some sqrt(n). */
static sw_status find_unit(sw_error *err, maker *m, const GEOSGeometry *cell, int32_t *unit) {
  unsigned count;
  double left = INFINITY, right = -INFINITY, low = INFINITY, high = -INFINITY;
  *unit = -1;
  SW_TRY(fetch(err, m, m->geos->GEOSGetExteriorRing_r(m->context, cell), &count));
  for (unsigned k = 0; k < count; k++) {
    left = fmin(left, m->buffer[2 * k]), right = fmax(right, m->buffer[2 * k]);
    low = fmin(low, m->buffer[2 * k + 1]), high = fmax(high, m->buffer[2 * k + 1]);
  }
  for (int64_t k = first_from(m, left); k < m->n_sites && m->site[k].x <= right; k++) {
    const site *s = &m->site[k];
    if (s->y < low || s->y > high || !contains(m->buffer, count, s)) continue;
    *unit = s->unit;
    return SW_OK;
  }
  return SW_OK;
}

/* ---- all --------------------------------------------------------------------------------- */

/* A cell without a site of ours is left out. Only cells that cross the hull are cut. Prepared, so
 * the test of a whole cell costs a logarithm. */
static sw_status add_cell(sw_error *err, maker *m, const GEOSGeometry *cell) {
  const sw_geos *g = m->geos;
  int32_t unit;
  SW_TRY(find_unit(err, m, cell, &unit));
  if (unit < 0) return SW_OK;
  if (g->GEOSPreparedContains_r(m->context, m->prepared, cell) == 1)
    return add_pieces(err, m, cell, unit);
  GEOSGeometry *cut = g->GEOSIntersection_r(m->context, cell, m->hull);
  sw_status status = cut ? add_pieces(err, m, cut, unit) : SW_OK;
  if (cut) g->GEOSGeom_destroy_r(m->context, cut);
  return status;
}

/* GEOS's objects before their context. A geometry may not outlive its context. */
static void close_maker(maker *m) {
  const sw_geos *g = m->geos;
  if (m->prepared) g->GEOSPreparedGeom_destroy_r(m->context, m->prepared);
  if (m->hull) g->GEOSGeom_destroy_r(m->context, m->hull);
  if (m->diagram) g->GEOSGeom_destroy_r(m->context, m->diagram);
  if (m->places) g->GEOSGeom_destroy_r(m->context, m->places);
  if (m->context) g->GEOS_finish_r(m->context);
  sw_free(m->site);
  free(m->buffer);
}

/* Fewer than three places have no cells, and without GEOS there are none: the map draws places
 * then. The arrays grow by realloc and are freed with free. cells may hold rings already: those of
 * another part of the map are added behind them. */
sw_status sw_cells_add(sw_error *err, int64_t count, const int32_t *unit, const double *x,
                       const double *y, sw_cells *cells) {
  maker m = {.geos = sw_geos_load(), .out = cells};
  if (!m.geos) return SW_OK;
  m.room_rings = cells->start ? cells->n_rings + 1 : 0, m.room_points = cells->n_points;
  m.context = m.geos->GEOS_init_r();
  sw_status status = m.context ? take_sites(err, &m, count, unit, x, y)
                               : sw_fail(err, SW_ENOMEM, "out of memory for the cells of a map");
  if (status == SW_OK && m.n_sites >= 3) status = make_places(err, &m);
  int cells_made = status == SW_OK && m.n_sites >= 3 && make_diagram(&m)
                       ? m.geos->GEOSGetNumGeometries_r(m.context, m.diagram)
                       : 0;
  for (int k = 0; status == SW_OK && k < cells_made; k++)
    status = add_cell(err, &m, m.geos->GEOSGetGeometryN_r(m.context, m.diagram, k));
  close_maker(&m);
  return status;
}

void sw_cells_destroy(sw_cells *cells) {
  free(cells->start);
  free(cells->unit);
  free(cells->hole);
  free(cells->x);
  free(cells->y);
  *cells = (sw_cells){0};
}
