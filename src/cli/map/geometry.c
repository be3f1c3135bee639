/* The map of a report, step by step: what is there, which of it is drawn beside, each zone on a
 * plane, arcs, the frame, pixels (geometry.h). Called by cli/report/report.c. The page gets arcs,
 * each once though two units share it, as differences in 1/32 px: fewer bytes than whole rings, and
 * no gap when they are simplified. Order matters: zones before projections, as each has its own;
 * arcs before the frame, which is fitted to what is drawn; simplified last, in pixels. */
#include "cli/map/geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/map/geometry_private.h"

/* In degrees and metres: what is nearer is one vertex, as neighbouring polygons are digitised
 * separately. */
static const double same_degrees = 1e-6, same_metres = .1; /* vertices that are one */
static const double same_cells = 1e-3;                     /* m */
static const double thinned = .01; /* px^2, of the triangle that a vertex spans */
static const double per_px = 32;
enum { WIDTH = 960, MOST_CELLS = 20000 };

/* While a map is made. Units and vertices are on the plane of their zone, later in the frame. Freed
 * by sw_report_geometry_make in all cases. */
typedef struct maker {
  const sw_geometry_input *in;
  sw_report_geometry *out;
  sw_geometry_source source;
  uint8_t *zone; /* n */
  sw_projection projection[SW_GEOMETRY_ZONES];
  sw_topology topology;
  sw_map_box box[SW_GEOMETRY_ZONES];
  sw_map_frame frame;
  double *x, *y; /* n: places of units */
} maker;

/* ---- zones ------------------------------------------------------------------------------- */

/* Zones are found by places in degrees, before anything is projected. */
static sw_status find_zones(sw_error *err, maker *m) {
  int32_t *unit = NULL;
  double *x = NULL, *y = NULL;
  sw_spots spots;
  sw_status status = sw_geometry_spots(err, &m->source, &unit, &x, &y, &spots);
  if (status == SW_OK) status = sw_zones_find(err, &spots, m->zone, &m->out->n_zones);
  sw_free(unit);
  sw_free(x);
  sw_free(y);
  return status;
}

/* Insets of the study, or those found. The study's insets are numbered from 1; the main map is
 * 0. */
static sw_status divide(sw_error *err, maker *m) {
  const sw_insets *given = m->in->insets;
  size_t n = (size_t)m->in->n;
  SW_TRY(sw_calloc(err, n, sizeof *m->zone, (void **)&m->zone));
  m->out->n_zones = 1;
  if (!given) return find_zones(err, m);
  if (given->n >= SW_GEOMETRY_ZONES)
    return sw_fail(err, SW_EINPUT, "insets: %d are named; a map has %d at most", given->n,
                   SW_GEOMETRY_ZONES - 1);
  m->out->n_zones = given->n + 1;
  if (given->n > 0) memcpy(m->zone, given->zone, n);
  return SW_OK;
}

/* ---- planes ------------------------------------------------------------------------------ */

/* Places of units, of polygons too: where the study has them. A place beyond the poles is none. */
static sw_status project_places(sw_error *err, maker *m) {
  const sw_geometry_input *in = m->in;
  for (int64_t i = 0; i < in->n; i++) {
    bool known = m->source.degrees && in->lon && in->lat && fabs(in->lat[i]) <= 90;
    m->x[i] = known ? in->lon[i] : NAN;
    m->y[i] = known ? in->lat[i] : NAN;
  }
  for (int64_t i = 0, end; i < in->n; i = end) { /* runs of units of one zone */
    for (end = i; end < in->n && m->zone[end] == m->zone[i];)
      end++;
    SW_TRY(sw_projection_apply(err, &m->projection[m->zone[i]], end - i, m->x + i, m->y + i));
  }
  return SW_OK;
}

/* Vertices are sorted by part, so each projection is set up once. */
static sw_status project_vertices(sw_error *err, maker *m) {
  sw_topology *t = &m->topology;
  for (int64_t v = 0, end; v < t->n_vertices; v = end) { /* in the order of their parts */
    for (end = v; end < t->n_vertices && t->part[end] == t->part[v];)
      end++;
    SW_TRY(sw_projection_apply(err, &m->projection[t->part[v]], end - v, t->x + v, t->y + v));
  }
  for (int64_t v = 0; v < t->n_vertices; v++)
    if (!isfinite(t->x[v]) || !isfinite(t->y[v]))
      return sw_fail(err, SW_EINPUT, "%s: a point has no place on the map", m->in->polygons->file);
  return SW_OK;
}

/* ---- arcs -------------------------------------------------------------------------------- */

/* A map of the world is not joined at the date line: it is cut there. snap is in the units of the
 * file. */
static sw_status arcs_of_polygons(sw_error *err, maker *m) {
  sw_rings rings = m->source.rings;
  double snap = rings.degrees ? same_degrees : same_metres / m->source.polygons.metres;
  if (m->projection[0].round) rings.degrees = false;
  SW_TRY(sw_topology_build(err, &rings, m->source.hole, m->zone, snap, &m->topology));
  return project_vertices(err, m);
}

/* Cells are made on the plane, in each zone by itself, and added to the same rings. */
static sw_status arcs_of_cells(sw_error *err, maker *m) {
  const sw_geometry_input *in = m->in;
  sw_cells *cells = &m->source.cells;
  int32_t *unit;
  double *x, *y;
  size_t n = (size_t)in->n;
  sw_arena *arena;
  SW_TRY(sw_arena_create(err, &arena));
  sw_status status = sw_arena_alloc(err, arena, n, sizeof *unit, (void **)&unit);
  if (status == SW_OK) status = sw_arena_alloc(err, arena, n, sizeof *x, (void **)&x);
  if (status == SW_OK) status = sw_arena_alloc(err, arena, n, sizeof *y, (void **)&y);
  for (int z = 0; status == SW_OK && z < m->out->n_zones; z++) {
    int64_t count = 0;
    for (int64_t i = 0; i < in->n; i++)
      if (m->zone[i] == z && !isnan(m->x[i]))
        unit[count] = (int32_t)i, x[count] = m->x[i], y[count++] = m->y[i];
    status = sw_cells_add(err, count, unit, x, y, cells);
  }
  sw_arena_destroy(arena);
  SW_TRY(status);
  if (cells->n_rings == 0) return SW_OK;
  /* A view: the arrays stay those of `cells`. */
  sw_rings rings = {in->n,       cells->n_rings, cells->n_points, cells->start,
                    cells->unit, cells->x,       cells->y,        false};
  m->out->cells = true;
  return sw_topology_build(err, &rings, cells->hole, m->zone, same_cells, &m->topology);
}

/* ---- frame ------------------------------------------------------------------------------- */

/* Boxes are in metres of each zone's projection. */

/* What has no place does not widen the box. */
static void widen(sw_map_box *box, double x, double y) {
  if (isnan(x) || isnan(y)) return;
  box->left = fmin(box->left, x), box->right = fmax(box->right, x);
  box->low = fmin(box->low, y), box->high = fmax(box->high, y);
}

/* Places of units with polygons may lie outside these; they do not make the map larger. source.x is
 * not NaN for units that are drawn as points. */
static bool is_drawn(const maker *m, int64_t i) {
  return m->topology.n_rings == 0 || !isnan(m->source.x[i]);
}

/* The outline is of the main map alone: insets look for room in what it leaves free. The layout is
 * decided before simplification, so the frame does not depend on it. */
static void lay_out(maker *m) {
  const sw_topology *t = &m->topology;
  sw_outline outline;
  int zones = m->out->n_zones;
  for (int z = 0; z < zones; z++)
    m->box[z] = (sw_map_box){INFINITY, -INFINITY, INFINITY, -INFINITY};
  for (int64_t v = 0; v < t->n_vertices; v++)
    widen(&m->box[t->part[v]], t->x[v], t->y[v]);
  /* Places that are drawn need room, as polygons do. */
  for (int64_t i = 0; i < m->in->n; i++)
    if (is_drawn(m, i)) widen(&m->box[m->zone[i]], m->x[i], m->y[i]);
  sw_outline_begin(&outline, m->box[0]);
  for (int64_t a = 0; a < t->n_arcs; a++)
    for (int64_t k = t->arc_start[a]; k + 1 < t->arc_start[a + 1]; k++) {
      int32_t v = t->arc_vertex[k], w = t->arc_vertex[k + 1];
      if (t->part[v] == 0) sw_outline_add(&outline, t->x[v], t->y[v], t->x[w], t->y[w]);
    }
  for (int64_t i = 0; i < m->in->n; i++)
    if (is_drawn(m, i) && m->zone[i] == 0 && !isnan(m->x[i]))
      sw_outline_add(&outline, m->x[i], m->y[i], m->x[i], m->y[i]);
  sw_map_layout(zones, m->box, &outline, WIDTH, &m->frame);
}

/* Everything into the frame. From here on all coordinates are pixels. */
static void place_all(maker *m) {
  sw_topology *t = &m->topology;
  for (int64_t v = 0; v < t->n_vertices; v++)
    sw_map_place(&m->frame, m->box, t->part[v], 1, &t->x[v], &t->y[v]);
  for (int64_t i = 0; i < m->in->n; i++)
    sw_map_place(&m->frame, m->box, m->zone[i], 1, &m->x[i], &m->y[i]);
  m->out->width = WIDTH;
  m->out->height = (int)ceil(m->frame.height);
  for (int z = 0; z < m->out->n_zones; z++) {
    sw_geometry_zone *zone = &m->out->zone_of[z];
    zone->x = m->frame.x[z], zone->y = m->frame.y[z];
    zone->w = m->frame.w[z], zone->h = m->frame.h[z];
  }
}

/* ---- what the page gets ------------------------------------------------------------------ */

static bool is_within(const sw_geometry_zone *zone, double x, double y) {
  return x >= zone->x && x <= zone->x + zone->w && y >= zone->y && y <= zone->y + zone->h;
}

/* Units without a place of their own, or one off the map, get one within their polygon. A place
 * outside of its inset's box would be drawn in another zone. */
static sw_status take_places(sw_error *err, maker *m) {
  sw_report_geometry *g = m->out;
  size_t n = (size_t)m->in->n;
  double *x = NULL, *y = NULL;
  SW_TRY(sw_alloc(err, n, sizeof *g->x, (void **)&g->x));
  SW_TRY(sw_alloc(err, n, sizeof *g->y, (void **)&g->y));
  sw_status status = sw_alloc(err, n, sizeof *x, (void **)&x);
  if (status == SW_OK) status = sw_alloc(err, n, sizeof *y, (void **)&y);
  if (status == SW_OK) status = sw_topology_places(err, &m->topology, m->in->n, x, y);
  for (size_t i = 0; status == SW_OK && i < n; i++) {
    bool own = isnan(x[i]) || is_within(&g->zone_of[m->zone[i]], m->x[i], m->y[i]);
    g->x[i] = (float)(own ? m->x[i] : x[i]);
    g->y[i] = (float)(own ? m->y[i] : y[i]);
  }
  sw_free(x);
  sw_free(y);
  return status;
}

/* All places lie in the frame, which 15 bits span; so do all differences. 960 px times 32 is
 * 30,720, below 2^15; the height is bounded likewise. */
static sw_status take_arcs(sw_error *err, maker *m) {
  sw_report_geometry *g = m->out;
  sw_topology *t = &m->topology;
  size_t points = (size_t)t->arc_start[t->n_arcs];
  g->n_arcs = t->n_arcs, g->n_points = (int64_t)points;
  SW_TRY(sw_alloc(err, (size_t)t->n_arcs + 1, sizeof *g->arc_start, (void **)&g->arc_start));
  SW_TRY(sw_alloc(err, points, sizeof *g->arc_x, (void **)&g->arc_x));
  SW_TRY(sw_alloc(err, points, sizeof *g->arc_y, (void **)&g->arc_y));
  g->arc_start[0] = 0;
  for (int64_t a = 0; a < t->n_arcs; a++) {
    /* The first point as it is, then differences: small numbers compress better. */
    int32_t x = 0, y = 0;
    for (int64_t k = t->arc_start[a]; k < t->arc_start[a + 1]; k++) {
      int32_t at_x = (int32_t)lround(t->x[t->arc_vertex[k]] * per_px),
              at_y = (int32_t)lround(t->y[t->arc_vertex[k]] * per_px);
      g->arc_x[k] = (int16_t)(at_x - x), g->arc_y[k] = (int16_t)(at_y - y);
      x = at_x, y = at_y;
    }
    g->arc_start[a + 1] = (uint32_t)t->arc_start[a + 1];
  }
  /* The page has them from here on: the topology must not free them. */
  g->arc_left = t->left, g->arc_right = t->right;
  t->left = t->right = NULL;
  return SW_OK;
}

/* Rings and the list of units without any both ascend by unit, so one merge finds the latter.
 * Arrays are handed over, not copied. */
static sw_status take_rings(sw_error *err, maker *m) {
  sw_report_geometry *g = m->out;
  sw_topology *t = &m->topology;
  g->n_rings = t->n_rings, g->n_ring_arcs = t->ring_start[t->n_rings];
  SW_TRY(sw_alloc(err, (size_t)t->n_rings + 1, sizeof *g->ring_start, (void **)&g->ring_start));
  for (int64_t r = 0; r <= t->n_rings; r++)
    g->ring_start[r] = (uint32_t)t->ring_start[r];
  g->ring_arc = t->ring_arc, g->ring_unit = t->ring_unit;
  t->ring_arc = t->ring_unit = NULL;
  SW_TRY(sw_alloc(err, (size_t)m->in->n, sizeof *g->without_polygon, (void **)&g->without_polygon));
  for (int64_t i = 0, r = 0; i < m->in->n; i++) {
    while (r < g->n_rings && g->ring_unit[r] < i)
      r++;
    if (r == g->n_rings || g->ring_unit[r] > i)
      g->without_polygon[g->n_without_polygon++] = (int32_t)i;
  }
  return SW_OK;
}

/* ---- all --------------------------------------------------------------------------------- */

/* Freed by the caller, also after a failure. */
static sw_status open_maker(sw_error *err, sw_arena *arena, maker *m) {
  size_t n = (size_t)m->in->n;
  SW_TRY(sw_alloc(err, n, sizeof *m->x, (void **)&m->x));
  SW_TRY(sw_alloc(err, n, sizeof *m->y, (void **)&m->y));
  return sw_geometry_open(err, arena, m->in, &m->source);
}

/* Without polygons cells about the places; of too many units these take long and say little. Above
 * MOST_CELLS a cell is smaller than a pixel or two. */
static sw_status make_arcs(sw_error *err, maker *m) {
  if (m->source.rings.n_rings > 0) return arcs_of_polygons(err, m);
  return m->source.n_places <= MOST_CELLS ? arcs_of_cells(err, m) : SW_OK;
}

/* Without polygons and places there is no map (SW_GEOMETRY_NONE). g->kind tells the page what to
 * draw. */
static sw_status make(sw_error *err, sw_arena *arena, maker *m) {
  sw_report_geometry *g = m->out;
  SW_TRY(open_maker(err, arena, m));
  g->without_unit = m->source.without_unit;
  if (m->source.rings.n_rings == 0 && m->source.n_places == 0) return SW_OK;
  SW_TRY(divide(err, m));
  for (int z = 0; z < g->n_zones; z++)
    m->projection[z] = sw_geometry_projection(&m->source, m->zone, z);
  SW_TRY(project_places(err, m));
  SW_TRY(make_arcs(err, m));
  lay_out(m);
  place_all(m);
  g->kind = m->topology.n_rings > 0 ? SW_GEOMETRY_POLYGONS : SW_GEOMETRY_POINTS;
  SW_TRY(take_places(err, m));
  SW_TRY(sw_geometry_name_zones(err, arena, m->in, m->zone, g));
  SW_TRY(sw_geometry_say(err, arena, &m->projection[0], g));
  if (g->n_zones > 1) g->zone = m->zone, m->zone = NULL;
  if (g->kind != SW_GEOMETRY_POLYGONS) return SW_OK;
  g->vertices = m->topology.n_vertices;
  g->before = m->topology.arc_start[m->topology.n_arcs];
  SW_TRY(sw_topology_simplify(err, &m->topology, thinned));
  SW_TRY(take_arcs(err, m));
  return take_rings(err, m);
}

/* On failure the caller destroys what there is, too. The geometry owns its arrays; texts lie in the
 * arena. */
sw_status sw_report_geometry_make(sw_error *err, sw_arena *arena, const sw_geometry_input *input,
                                  sw_report_geometry *geometry) {
  *geometry = (sw_report_geometry){.n = input->n, .projection_en = "", .projection_zh = ""};
  maker m = {.in = input, .out = geometry};
  sw_status status = make(err, arena, &m);
  sw_free(m.x);
  sw_free(m.y);
  sw_free(m.zone);
  sw_topology_destroy(&m.topology);
  sw_geometry_close(&m.source);
  return status;
}

void sw_report_geometry_destroy(sw_report_geometry *g) {
  sw_free(g->zone);
  sw_free(g->x);
  sw_free(g->y);
  sw_free(g->arc_start);
  sw_free(g->arc_x);
  sw_free(g->arc_y);
  sw_free(g->arc_left);
  sw_free(g->arc_right);
  sw_free(g->ring_start);
  sw_free(g->ring_arc);
  sw_free(g->ring_unit);
  sw_free(g->without_polygon);
  *g = (sw_report_geometry){0};
}
