/* The report's map as a whole: the US and China from their polygons, cells, points, insets of a
 * study, what is listed, what is refused. */
#include "cli/map/geometry.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel/topology/topology.h"
#include "store/polygons/polygons.h"

static sw_error err;
static sw_arena *arena;
static char folder[] = "/tmp/spillway-map-XXXXXX";
static sw_polygons_spec spec;

static void setup(void) {
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_not_null(mkdtemp(folder));
  sw_log_setup(SW_LOG_ERROR, 0);
}

static void teardown(void) {
  char path[128];
  snprintf(path, sizeof path, "%s/map.geojson", folder);
  unlink(path);
  rmdir(folder);
  sw_arena_destroy(arena);
}

TestSuite(geometry, .init = setup, .fini = teardown);

static const char *shared(const char *name) {
  const char *path = sw_arena_printf(arena, "%s/data/%s", SPILLWAY_SHARED, name);
  if (access(path, R_OK) != 0) cr_skip_test("%s is missing: not tested on real data", path);
  return path;
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All keys of a file, sorted, each once. */
static sw_geometry_input all_units(const char *path, const char *key) {
  sw_polygons p;
  spec = (sw_polygons_spec){.file = strrchr(path, '/') + 1, .path = path, .key = key};
  cr_assert_eq(sw_polygons_read(&err, arena, &spec, false, &p), SW_OK, "%s", err.text);
  const char **code;
  cr_assert_eq(sw_arena_alloc(&err, arena, (size_t)p.n, sizeof *code, (void **)&code), SW_OK);
  int64_t n = 0;
  qsort(p.key, (size_t)p.n, sizeof *p.key, compare_texts);
  for (int64_t k = 0; k < p.n; k++)
    if (n == 0 || strcmp(code[n - 1], p.key[k]) != 0) code[n++] = p.key[k];
  sw_polygons_destroy(&p);
  return (sw_geometry_input){.n = n, .code = code, .polygons = &spec};
}

static int64_t unit_of(const sw_geometry_input *in, const char *code) {
  for (int64_t i = 0; i < in->n; i++)
    if (strcmp(in->code[i], code) == 0) return i;
  cr_assert(false, "no unit %s", code);
  return -1;
}

static sw_report_geometry made(const sw_geometry_input *in) {
  sw_report_geometry g;
  cr_assert_eq(sw_report_geometry_make(&err, arena, in, &g), SW_OK, "%s", err.text);
  return g;
}

/* What must hold of every map. Arcs in pixels are written to x, y where these are given. */
static void check(const sw_report_geometry *g) {
  cr_assert_eq(g->width, 960);
  cr_assert(g->height >= 300 && g->height < 1000, "%d", g->height);
  for (int64_t a = 0; a < g->n_arcs; a++) {
    int32_t x = 0, y = 0;
    cr_assert(g->arc_start[a + 1] >= g->arc_start[a] + 2);
    cr_assert(g->arc_left[a] >= 0 && g->arc_left[a] != g->arc_right[a]);
    for (uint32_t k = g->arc_start[a]; k < g->arc_start[a + 1]; k++) {
      x += g->arc_x[k], y += g->arc_y[k];
      cr_assert(x >= 0 && x <= 32 * g->width && y >= 0 && y <= 32 * g->height);
    }
  }
  int64_t *uses = calloc((size_t)g->n_arcs + 1, sizeof *uses);
  for (int64_t r = 0; r < g->n_rings; r++) {
    int64_t points = 1;
    cr_assert(r == 0 || g->ring_unit[r] >= g->ring_unit[r - 1]);
    for (uint32_t k = g->ring_start[r]; k < g->ring_start[r + 1]; k++) {
      int32_t of = g->ring_arc[k], arc = of < 0 ? ~of : of;
      /* The unit stands at the left of its rings. */
      cr_assert_eq(of < 0 ? g->arc_right[arc] : g->arc_left[arc], g->ring_unit[r]);
      points += g->arc_start[arc + 1] - g->arc_start[arc] - 1;
      uses[arc]++;
    }
    cr_assert(points >= 4);
  }
  for (int64_t a = 0; a < g->n_arcs; a++)
    cr_assert_eq(uses[a], 1 + (g->arc_right[a] >= 0), "arc %d: %d", (int)a, (int)uses[a]);
  free(uses);
  for (int64_t k = 0; k < g->n_without_polygon; k++)
    cr_assert(k == 0 || g->without_polygon[k] > g->without_polygon[k - 1]);
}

static int compare_pairs(const void *a, const void *b) {
  const int32_t *p = a, *q = b;
  return p[0] != q[0] ? (p[0] > q[0]) - (p[0] < q[0]) : (p[1] > q[1]) - (p[1] < q[1]);
}

/* How many different pairs of units share an arc. */
static int64_t neighbours(const sw_report_geometry *g) {
  int32_t(*pair)[2] = malloc(((size_t)g->n_arcs + 1) * sizeof *pair);
  int64_t count = 0, different = 0;
  for (int64_t a = 0; a < g->n_arcs; a++)
    if (g->arc_right[a] >= 0) pair[count][0] = g->arc_left[a], pair[count++][1] = g->arc_right[a];
  qsort(pair, (size_t)count, sizeof *pair, compare_pairs);
  for (int64_t k = 0; k < count; k++)
    different += k == 0 || compare_pairs(pair[k - 1], pair[k]) != 0;
  free(pair);
  return different;
}

/* A step of a ring between two vertices, the lower first, and its unit. */
typedef struct edge_of {
  int32_t lo, hi, unit;
} edge_of;

static int compare_steps(const void *a, const void *b) {
  const edge_of *s = a, *t = b;
  if (s->lo != t->lo) return s->lo < t->lo ? -1 : 1;
  if (s->hi != t->hi) return s->hi < t->hi ? -1 : 1;
  return (s->unit > t->unit) - (s->unit < t->unit);
}

/* The same out of the rings themselves: pairs of units that have an edge in common. */
static int64_t touching(const sw_rings *rings) {
  sw_vertices v;
  cr_assert_eq(sw_vertices_find(&err, rings, 1e-6, &v), SW_OK);
  edge_of *all = malloc((size_t)rings->n_points * sizeof *all);
  int32_t(*pair)[2] = malloc((size_t)rings->n_points * sizeof *pair);
  int64_t count = 0, pairs = 0, different = 0;
  for (int64_t r = 0; r < rings->n_rings; r++)
    for (int64_t k = rings->start[r]; k + 1 < rings->start[r + 1]; k++) {
      int32_t a = v.vertex[k], b = v.vertex[k + 1];
      if (a != b) all[count++] = (edge_of){a < b ? a : b, a < b ? b : a, rings->unit[r]};
    }
  qsort(all, (size_t)count, sizeof *all, compare_steps);
  for (int64_t k = 1; k < count; k++)
    if (all[k].lo == all[k - 1].lo && all[k].hi == all[k - 1].hi && all[k].unit != all[k - 1].unit)
      pair[pairs][0] = all[k - 1].unit, pair[pairs++][1] = all[k].unit;
  qsort(pair, (size_t)pairs, sizeof *pair, compare_pairs);
  for (int64_t k = 0; k < pairs; k++)
    different += k == 0 || compare_pairs(pair[k - 1], pair[k]) != 0;
  sw_vertices_destroy(&v);
  free(all), free(pair);
  return different;
}

/* ---- real maps ------------------------------------------------------------------------------ */

/* Each different edge of the file is in one arc, once; each two units that have an edge in common
 * have an arc in common. */
static void expect_shared(const char *path, const char *key) {
  sw_geometry_input in = all_units(path, key);
  sw_polygons p;
  sw_topology t;
  cr_assert_eq(sw_polygons_read(&err, arena, &spec, false, &p), SW_OK);
  int32_t *unit = malloc((size_t)p.n * sizeof *unit);
  cr_assert_eq(sw_polygons_match(&err, &spec, &p, in.n, in.code, unit), SW_OK);
  for (int64_t r = 0; r < p.n_rings; r++)
    p.feature[r] = unit[p.feature[r]];
  sw_rings rings = {in.n, p.n_rings, p.n_points, p.start, p.feature, p.x, p.y, true};
  cr_assert_eq(sw_topology_build(&err, &rings, NULL, NULL, 1e-6, &t), SW_OK);
  int64_t edges = t.arc_start[t.n_arcs] - t.n_arcs, count = 0;
  int32_t(*edge)[2] = malloc((size_t)edges * sizeof *edge);
  for (int64_t a = 0; a < t.n_arcs; a++)
    for (int64_t k = t.arc_start[a]; k + 1 < t.arc_start[a + 1]; k++, count++) {
      int32_t v = t.arc_vertex[k], w = t.arc_vertex[k + 1];
      edge[count][0] = v < w ? v : w, edge[count][1] = v < w ? w : v;
    }
  qsort(edge, (size_t)count, sizeof *edge, compare_pairs);
  for (int64_t k = 1; k < count; k++)
    cr_assert(compare_pairs(edge[k - 1], edge[k]) != 0, "an edge is in two arcs");
  sw_report_geometry g = made(&in);
  cr_assert_eq(neighbours(&g), touching(&rings));
  sw_report_geometry_destroy(&g);
  sw_topology_destroy(&t);
  sw_polygons_destroy(&p);
  free(unit), free(edge);
}

Test(geometry, shared_borders) {
  expect_shared(shared("us_counties_polygons.geojson"), "id");
  expect_shared(shared("cn_county_polygons.geojson"), "RegionCode");
}

/* The lower 48, and Alaska, Puerto Rico and Hawaii beside it: found without their names. */
Test(geometry, us_counties) {
  sw_geometry_input in = all_units(shared("us_counties_polygons.geojson"), "id");
  const char **state;
  cr_assert_eq(sw_arena_alloc(&err, arena, (size_t)in.n, sizeof *state, (void **)&state), SW_OK);
  for (int64_t i = 0; i < in.n; i++)
    state[i] = sw_arena_textn(arena, in.code[i], 2);
  in.label = state;
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert_eq(g.kind, SW_GEOMETRY_POLYGONS);
  cr_assert_eq(g.n_zones, 4);
  cr_assert_str_eq(g.zone_of[1].name, "02");
  for (int64_t i = 0; i < in.n; i++) {
    const char *name = g.zone_of[g.zone[i]].name;
    bool far = !strcmp(state[i], "02") || !strcmp(state[i], "15") || !strcmp(state[i], "72");
    cr_assert(far ? !strcmp(name, state[i]) : g.zone[i] == 0, "%s in '%s'", in.code[i], name);
    const sw_geometry_zone *z = &g.zone_of[g.zone[i]];
    cr_assert(g.x[i] >= z->x && g.x[i] <= z->x + z->w && g.y[i] >= z->y && g.y[i] <= z->y + z->h);
  }
  cr_assert_eq(g.n_without_polygon, 0);
  cr_assert(g.n_points < 50000 && g.before > 70000, "%d of %d", (int)g.n_points, (int)g.before);
  /* Seattle, Miami, San Diego, Maine: north up, west at the left. */
  int64_t king = unit_of(&in, "53033"), dade = unit_of(&in, "12086"), diego = unit_of(&in, "06073"),
          aroostook = unit_of(&in, "23003");
  cr_assert(g.x[king] < 150 && g.y[king] < 120 && g.x[dade] > 700 && g.y[dade] > 450);
  cr_assert(g.x[diego] < 200 && g.y[diego] > 300 && g.x[aroostook] > 850 && g.y[aroostook] < 150);
  cr_assert_not_null(
      strstr(g.projection_en, "Albers equal area, standard parallels 28.7°N and 45.2°N."));
  cr_assert_not_null(strstr(g.projection_en, "Insets at their own scale: 02, 15, 72."));
  cr_assert_not_null(strstr(g.projection_zh, "附图比例尺各自不同：02、15、72。"));
  sw_report_geometry_destroy(&g);
}

Test(geometry, china) {
  sw_geometry_input in = all_units(shared("cn_county_polygons.geojson"), "RegionCode");
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert_eq(g.n_zones, 1);
  cr_assert_null(g.zone);
  cr_assert_not_null(
      strstr(g.projection_zh, "阿尔伯斯等积圆锥投影，标准纬线为北纬24.0°和北纬47.7°。"));
  sw_report_geometry_destroy(&g);
}

/* How far vertices that were taken out lie from the line that is left, in pixels. */
Test(geometry, displaced_little) {
  sw_geometry_input in = all_units(shared("us_counties_polygons.geojson"), "id");
  sw_polygons p;
  sw_topology t;
  cr_assert_eq(sw_polygons_read(&err, arena, &spec, false, &p), SW_OK);
  sw_rings rings = {in.n, p.n_rings, p.n_points, p.start, p.feature, p.x, p.y, true};
  cr_assert_eq(sw_topology_build(&err, &rings, p.hole, NULL, 1e-6, &t), SW_OK);
  for (int64_t v = 0; v < t.n_vertices; v++) /* 944 px for 58 degrees, about as the page has them */
    t.x[v] *= 14, t.y[v] *= 18;
  int64_t points = t.arc_start[t.n_arcs], over = 0, gone = 0;
  int64_t *start = malloc(((size_t)t.n_arcs + 1) * sizeof *start);
  int32_t *vertex = malloc((size_t)points * sizeof *vertex);
  memcpy(start, t.arc_start, ((size_t)t.n_arcs + 1) * sizeof *start);
  memcpy(vertex, t.arc_vertex, (size_t)points * sizeof *vertex);
  cr_assert_eq(sw_topology_simplify(&err, &t, .01), SW_OK);
  double worst = 0;
  for (int64_t a = 0; a < t.n_arcs; a++)
    for (int64_t k = start[a], at = t.arc_start[a]; k < start[a + 1]; k++) {
      if (vertex[k] == t.arc_vertex[at]) {
        at++;
        continue;
      }
      int32_t v = vertex[k], s = t.arc_vertex[at - 1], e = t.arc_vertex[at];
      double ex = t.x[e] - t.x[s], ey = t.y[e] - t.y[s], px = t.x[v] - t.x[s], py = t.y[v] - t.y[s];
      double along = (px * ex + py * ey) / (ex * ex + ey * ey);
      along = along >= 0 ? fmin(along, 1) : 0;
      double off = hypot(px - along * ex, py - along * ey);
      gone++;
      over += off > .12;
      worst = fmax(worst, off);
    }
  cr_log_info("US counties: %d of %d vertices of arcs taken out; worst %.2f px, %d over .12 px",
              (int)gone, (int)points, worst, (int)over);
  cr_assert(worst < 1, "%g", worst);
  cr_assert(over * 50 < gone, "%d of %d", (int)over, (int)gone);
  sw_topology_destroy(&t);
  sw_polygons_destroy(&p);
  free(start), free(vertex);
}

/* ---- made by hand --------------------------------------------------------------------------- */

static const char *write_map(const char *text) {
  const char *path = sw_arena_printf(arena, "%s/map.geojson", folder);
  FILE *file = fopen(path, "w");
  cr_assert_not_null(file);
  fputs(text, file);
  cr_assert_eq(fclose(file), 0);
  return path;
}

#define SQUARE(code, x0, y0, x1, y1)                                                               \
  "{\"type\":\"Feature\",\"properties\":{\"code\":\"" code "\"},\"geometry\":{\"type\":"           \
  "\"Polygon\",\"coordinates\":[[[" #x0 "," #y0 "],[" #x1 "," #y0 "],[" #x1 "," #y1 "],[" #x0      \
  "," #y1 "],[" #x0 "," #y0 "]]]}}"
#define METRES                                                                                     \
  "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::3857\"}},"
#define MAP_IN(system, features)                                                                   \
  "{\"type\":\"FeatureCollection\"," system "\"features\":[" features "]}"
#define MAP(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

/* Four squares, one of a unit in two features, one of no unit; a unit without a polygon. */
#define FIRST SQUARE("a", 0, 40, 1, 41) "," SQUARE("b", 1, 40, 2, 41)
#define SECOND SQUARE("b", 2, 40, 3, 41) "," SQUARE("x", 3, 40, 4, 41)

static sw_geometry_input three(const char *map) {
  static const char *const code[] = {"a", "b", "c"};
  static const double lon[] = {NAN, NAN, 1.5}, lat[] = {NAN, NAN, 40.5};
  spec = (sw_polygons_spec){.file = "map.geojson", .path = write_map(map), .key = "code"};
  return (sw_geometry_input){.n = 3, .code = code, .lon = lon, .lat = lat, .polygons = &spec};
}

Test(geometry, listed) {
  sw_geometry_input in = three(MAP(FIRST "," SECOND));
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert_eq(g.n_rings, 2);
  cr_assert_eq(g.n_arcs, 3);
  cr_assert_eq(g.without_unit, 1);
  cr_assert_eq(g.n_without_polygon, 1);
  cr_assert_eq(g.without_polygon[0], 2);
  cr_assert(!isnan(g.x[2]) && !isnan(g.x[0]) && g.x[0] < g.x[2] && g.x[2] < g.x[1]);
  sw_report_geometry_destroy(&g);
}

/* The same bytes whatever the order of the file. */
Test(geometry, order_of_the_file) {
  sw_geometry_input in = three(MAP(FIRST "," SECOND));
  sw_report_geometry g = made(&in);
  in = three(MAP(SECOND "," FIRST));
  sw_report_geometry h = made(&in);
  cr_assert(g.n_arcs == h.n_arcs && g.n_points == h.n_points && g.n_ring_arcs == h.n_ring_arcs);
  cr_assert(!memcmp(g.arc_x, h.arc_x, (size_t)g.n_points * sizeof *g.arc_x));
  cr_assert(!memcmp(g.arc_y, h.arc_y, (size_t)g.n_points * sizeof *g.arc_y));
  cr_assert(!memcmp(g.ring_arc, h.ring_arc, (size_t)g.n_ring_arcs * sizeof *g.ring_arc));
  cr_assert(!memcmp(g.x, h.x, 3 * sizeof *g.x) && !memcmp(g.y, h.y, 3 * sizeof *g.y));
  sw_report_geometry_destroy(&g);
  sw_report_geometry_destroy(&h);
}

/* Insets of the study; none are wanted. */
Test(geometry, insets_of_the_study) {
  static const char *const name[] = {"B"};
  const uint8_t zone[] = {0, 1, 0};
  sw_insets insets = {1, name, zone};
  sw_geometry_input in = three(MAP(FIRST "," SECOND));
  in.insets = &insets;
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert_eq(g.n_zones, 2);
  cr_assert_eq(g.n_arcs, 2, "borders of two zones are not shared");
  cr_assert_str_eq(g.zone_of[1].name, "B");
  cr_assert_eq(g.zone[1], 1);
  sw_report_geometry_destroy(&g);
  insets = (sw_insets){0};
  g = made(&in);
  cr_assert_eq(g.n_zones, 1);
  sw_report_geometry_destroy(&g);
}

/* A map in a plane of its own is drawn as it is; degrees of units say nothing there. */
Test(geometry, plane) {
  sw_geometry_input in = three(
      MAP_IN(METRES, SQUARE("a", 4000, 6000, 5000, 7000) "," SQUARE("b", 5000, 6000, 6000, 7000)));
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert_str_eq(g.projection_en, "Drawn in the coordinates of the polygon file.");
  cr_assert_eq(g.zone_of[0].x, 8);
  cr_assert(isnan(g.x[2]) && isnan(g.y[2]));
  cr_assert(fabs(g.x[0] - 244) < 1e-3 && fabs(g.x[1] - 716) < 1e-3);
  sw_report_geometry_destroy(&g);
}

/* The longest step of an arc, in px. */
static double longest_step(const sw_report_geometry *g) {
  double longest = 0;
  for (int64_t a = 0; a < g->n_arcs; a++)
    for (uint32_t k = g->arc_start[a] + 1; k < g->arc_start[a + 1]; k++)
      longest = fmax(longest, hypot(g->arc_x[k], g->arc_y[k]) / 32);
  return longest;
}

/* A grid of squares of 10 degrees from `west` on, as many columns; each a unit. */
static sw_geometry_input squares(int west, int south, int columns, int rows) {
  char *text = malloc((size_t)(columns * rows) * 300 + 100), *at = text;
  const char **code;
  int n = columns * rows;
  cr_assert_eq(sw_arena_alloc(&err, arena, (size_t)n, sizeof *code, (void **)&code), SW_OK);
  at += sprintf(at, "{\"type\":\"FeatureCollection\",\"features\":[");
  for (int k = 0; k < n; k++) {
    int x = west + k % columns * 10, y = south + k / columns * 10, e = x + 10;
    if (x >= 180) x -= 360, e -= 360;
    code[k] = sw_arena_printf(arena, "u%04d", k);
    at += sprintf(
        at,
        "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"%s\"},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[%d,%d],[%d,%d],[%d,%d],[%d,%d],[%d,%d]]]}}",
        k ? "," : "", code[k], x, y, e, y, e, y + 10, x, y + 10, x, y);
  }
  strcpy(at, "]}");
  spec = (sw_polygons_spec){.file = "map.geojson", .path = write_map(text), .key = "code"};
  free(text);
  return (sw_geometry_input){.n = n, .code = code, .polygons = &spec};
}

/* The world is cut at the date line: nothing runs across the page. */
Test(geometry, world) {
  sw_geometry_input in = squares(-180, -60, 36, 14);
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert_not_null(strstr(g.projection_en, "Equal Earth"));
  cr_assert_eq(g.n_rings, 36 * 14);
  cr_assert(longest_step(&g) < 60, "%g", longest_step(&g));
  sw_report_geometry_destroy(&g);
}

/* A nation across it is in one piece: the squares at both its sides share their border. */
Test(geometry, date_line) {
  sw_geometry_input in = squares(150, 40, 6, 2);
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert_eq(neighbours(&g), 2 * 5 + 6);
  cr_assert(longest_step(&g) < 400, "%g", longest_step(&g));
  for (int k = 1; k < 6; k++)
    cr_assert(g.x[k] > g.x[k - 1]);
  sw_report_geometry_destroy(&g);
}

static void expect_refused(const sw_geometry_input *in, const char *text) {
  sw_report_geometry g;
  sw_error_clear(&err);
  cr_assert_eq(sw_report_geometry_make(&err, arena, in, &g), SW_EINPUT);
  cr_assert_not_null(strstr(err.text, text), "%s", err.text);
  cr_assert_null(strchr(err.text, '\n'));
  sw_report_geometry_destroy(&g);
}

Test(geometry, refused) {
  static const char *const codes[] = {"0101", "0102"};
  sw_geometry_input in = three(MAP(SQUARE("x", 0, 40, 1, 41)));
  expect_refused(&in, "no code of map.geojson is a unit (the first is 'x'; a unit is 'a')");
  in = three(MAP(SQUARE("101", 0, 40, 1, 41)));
  in.n = 2, in.code = codes;
  expect_refused(&in, "differ by leading zeros alone");
  in = three("{}");
  expect_refused(&in, "map.geojson");
  spec.path = "/nowhere.geojson";
  expect_refused(&in, "GDAL cannot read map.geojson");
}

/* ---- without polygons ----------------------------------------------------------------------- */

static sw_geometry_input places(int64_t n, double step) {
  int64_t side = (int64_t)ceil(sqrt((double)n));
  const char **code;
  double *lon, *lat;
  cr_assert_eq(sw_arena_alloc(&err, arena, (size_t)n, sizeof *code, (void **)&code), SW_OK);
  cr_assert_eq(sw_arena_alloc(&err, arena, (size_t)n, sizeof *lon, (void **)&lon), SW_OK);
  cr_assert_eq(sw_arena_alloc(&err, arena, (size_t)n, sizeof *lat, (void **)&lat), SW_OK);
  for (int64_t i = 0; i < n; i++) {
    code[i] = sw_arena_printf(arena, "%06d", (int)i);
    lon[i] = 10 + step * ((double)(i % side) + .3 * sin((double)i));
    lat[i] = 40 + step * ((double)(i / side) + .3 * cos(7 * (double)i));
  }
  return (sw_geometry_input){.n = n, .code = code, .lon = lon, .lat = lat};
}

static bool same(const sw_report_geometry *g, const sw_report_geometry *h) {
  return g->n_points == h->n_points && g->n_ring_arcs == h->n_ring_arcs &&
         !memcmp(g->arc_x, h->arc_x, (size_t)g->n_points * sizeof *g->arc_x) &&
         !memcmp(g->ring_arc, h->ring_arc, (size_t)g->n_ring_arcs * sizeof *g->ring_arc);
}

/* A cell a unit, all in one hull. */
Test(geometry, cells) {
  sw_geometry_input in = places(400, .2);
  sw_report_geometry g = made(&in), again = made(&in);
  check(&g);
  cr_assert(g.kind == SW_GEOMETRY_POLYGONS && g.cells);
  cr_assert_eq(g.n_rings, 400);
  cr_assert_eq(g.n_without_polygon, 0);
  cr_assert(neighbours(&g) > 1000);
  cr_assert_not_null(strstr(g.projection_en, "each cell is the ground nearest"));
  cr_assert(same(&g, &again));
  sw_report_geometry_destroy(&g);
  sw_report_geometry_destroy(&again);
}

/* Of a grid four places lie on a circle, everywhere, and more along a row: all have their cell. */
Test(geometry, cells_of_a_grid) {
  for (int side = 5; side <= 16; side++) {
    int64_t n = (int64_t)side * side;
    sw_geometry_input in = places(n, .2);
    for (int64_t i = 0; i < n; i++) {
      ((double *)in.lon)[i] = 100 + .5 * (double)(i % side);
      ((double *)in.lat)[i] = 30 + .5 * (double)(i / side);
    }
    sw_report_geometry g = made(&in);
    check(&g);
    cr_assert_eq(g.n_rings, n, "%d", side);
    cr_assert_eq(g.n_without_polygon, 0, "%d", side);
    sw_report_geometry_destroy(&g);
  }
}

/* Two units in one place have one cell; a unit without a place has nothing. */
Test(geometry, cells_in_one_place) {
  sw_geometry_input in = places(30, .2);
  double *lon = (double *)in.lon, *lat = (double *)in.lat;
  lon[7] = lon[3], lat[7] = lat[3], lon[20] = NAN;
  sw_report_geometry g = made(&in);
  check(&g);
  cr_assert(g.n_rings >= 28); /* the hull may cut a cell in two */
  cr_assert_eq(g.n_without_polygon, 2);
  cr_assert(g.without_polygon[0] == 7 && g.without_polygon[1] == 20);
  cr_assert(!isnan(g.x[7]) && isnan(g.x[20]));
  sw_report_geometry_destroy(&g);
}

/* Two places, places in a line, very many: no cells, or narrow ones; points in the frame. */
Test(geometry, points) {
  static const double lon[] = {5, 6, 7, 8}, lat[] = {45, 45, 45, 45};
  sw_geometry_input in = places(4, 1);
  in.lon = lon, in.lat = lat;
  for (in.n = 1; in.n <= 4; in.n++) {
    sw_report_geometry g = made(&in);
    check(&g);
    cr_assert(in.n < 3 ? g.kind == SW_GEOMETRY_POINTS : g.kind != SW_GEOMETRY_NONE);
    for (int64_t i = 0; i < in.n; i++)
      cr_assert(g.x[i] >= 0 && g.x[i] <= 960 && g.y[i] >= 0 && g.y[i] <= (float)g.height);
    sw_report_geometry_destroy(&g);
  }
  in = places(25000, .02);
  sw_report_geometry g = made(&in);
  cr_assert(g.kind == SW_GEOMETRY_POINTS && !g.cells && g.n_arcs == 0);
  cr_assert(!isnan(g.x[24999]));
  sw_report_geometry_destroy(&g);
}

Test(geometry, none) {
  sw_geometry_input in = places(5, 1);
  in.lon = in.lat = NULL;
  sw_report_geometry g = made(&in);
  cr_assert_eq(g.kind, SW_GEOMETRY_NONE);
  cr_assert_str_eq(g.projection_en, "");
  sw_report_geometry_destroy(&g);
  in.n = 0;
  g = made(&in);
  cr_assert_eq(g.kind, SW_GEOMETRY_NONE);
  sw_report_geometry_destroy(&g);
}
