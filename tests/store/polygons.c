/* Contiguity out of polygon files: the US and China against the oracles, in three formats; what is
 * wrong with a file, in one line. */
#include "weights_fixture.h"

#include <dlfcn.h>
#include <gdal_utils.h>

#include "store/polygons/gdal.h"
#include "store/polygons/polygons.h"

TestSuite(polygons, .init = setup, .fini = teardown);

static sw_weights_spec contiguity(const char *path, const char *key, sw_rule rule) {
  study.units.polygons =
      (sw_polygons_spec){.node = &place, .file = strrchr(path, '/') + 1, .path = path, .key = key};
  return (sw_weights_spec){.name = "w",
                           .node = &place,
                           .kind = SW_W_CONTIGUITY,
                           .style = SW_STYLE_BINARY,
                           .rule = rule,
                           .snap = -1,
                           .q = 1};
}

/* All keys of a file become the units. */
static sw_units units_of_file(const char *path, const char *key) {
  static struct unit_row row[4000];
  sw_polygons_spec spec = {.node = &place, .file = path, .path = path, .key = key};
  sw_polygons p;
  cr_assert_eq(sw_polygons_read(&err, arena, &spec, false, &p), SW_OK, "%s", err.text);
  for (int64_t f = 0; f < p.n; f++)
    row[f] = (struct unit_row){p.key[f], NAN, NAN};
  sw_units units = units_of(row, p.n, false);
  sw_polygons_destroy(&p);
  return units;
}

static bool same_links(const sw_links *a, const sw_links *b) {
  int64_t count = a->row_start[a->n];
  return a->n == b->n && count == b->row_start[b->n] &&
         !memcmp(a->row_start, b->row_start, (size_t)(a->n + 1) * sizeof *a->row_start) &&
         !memcmp(a->to, b->to, (size_t)count * sizeof *a->to);
}

/* The file in another format, by GDAL itself; its path. */
static const char *converted(const char *from, const char *driver, const char *name) {
  const sw_gdal *gdal;
  const char *path = sw_arena_printf(arena, "%s/%s", folder, name);
  cr_assert_eq(sw_gdal_load(&err, &gdal), SW_OK, "%s", err.text);
  void *library = dlopen(SW_GDAL_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  __typeof__(GDALVectorTranslate) *translate = dlsym(library, "GDALVectorTranslate");
  __typeof__(GDALVectorTranslateOptionsNew) *options =
      dlsym(library, "GDALVectorTranslateOptionsNew");
  char *words[] = {"-f", (char *)driver, "-nlt", "PROMOTE_TO_MULTI", NULL};
  GDALDatasetH in = gdal->GDALOpenEx(from, GDAL_OF_VECTOR, NULL, NULL, NULL);
  int failed = 0;
  GDALDatasetH out = translate(path, NULL, 1, &in, options(words, NULL), &failed);
  cr_assert(in && out && !failed);
  gdal->GDALClose(out);
  gdal->GDALClose(in);
  return path;
}

static sw_links *links_of(const char *path, const char *key, sw_rule rule, const sw_units *units) {
  sw_weights_spec spec = contiguity(path, key, rule);
  return read_weights(&spec, units);
}

/* oracles/space.md: 18,626 and 17,938 links, and the islands. */
Test(polygons, us_counties) {
  static const char *const islands[] = {"02016", "15001", "15003", "15007", "25019",
                                        "36085", "53055", "72049", "72147"};
  const char *path = shared("us_counties_polygons.geojson");
  sw_units units = units_of_file(path, "id");
  cr_assert_eq(units.n, 3221);
  sw_links *queen = links_of(path, "id", SW_QUEEN, &units);
  sw_links *rook = links_of(path, "id", SW_ROOK, &units);
  cr_assert_eq(queen->row_start[queen->n], 18626);
  cr_assert_eq(rook->row_start[rook->n], 17938, "%d", (int)rook->row_start[rook->n]);
  cr_assert(queen->symmetric && rook->symmetric);
  cr_assert_eq(queen->islands, 9);
  for (int k = 0; k < 9; k++) {
    int64_t i = unit_of(&units, islands[k]);
    cr_assert_eq(queen->row_start[i], queen->row_start[i + 1]);
  }
  static const char *const as[][2] = {{"GPKG", "us.gpkg"}, {"ESRI Shapefile", "us.shp"}};
  for (int k = 0; k < 2; k++) {
    sw_links *other = links_of(converted(path, as[k][0], as[k][1]), "id", SW_QUEEN, &units);
    cr_assert(same_links(queen, other), "%s", as[k][0]);
    sw_links_destroy(team, other);
  }
  sw_links_destroy(team, queen);
  sw_links_destroy(team, rook);
}

/* oracles/space.md: vertices within a snap, as spdep has them. */
Test(polygons, us_counties_by_snap) {
  static const struct {
    double snap;
    int64_t queen;
  } known[] = {{1e-6, 18628}, {1e-4, 18640}, {1e-3, 18678}};
  const char *path = shared("us_counties_polygons.geojson");
  sw_units units = units_of_file(path, "id");
  sw_weights_spec spec = contiguity(path, "id", SW_QUEEN);
  for (int k = 0; k < 3; k++) {
    spec.snap = known[k].snap;
    sw_links *links = read_weights(&spec, &units);
    cr_assert_eq(links->row_start[links->n], known[k].queen, "snap %g: %d", spec.snap,
                 (int)links->row_start[links->n]);
    sw_links_destroy(team, links);
  }
}

/* oracles/space.md: 16,268 and 16,200; equal to the shared list, in three formats; a .dbf cuts no
 * name of ten letters. */
Test(polygons, china) {
  const char *path = shared("cn_county_polygons.geojson");
  sw_units units = units_of_file(path, "RegionCode");
  cr_assert_eq(units.n, 2848);
  sw_weights_spec edges = file_spec(shared("cn_county_queen_edges.csv"), SW_STYLE_BINARY);
  sw_links *list = read_weights(&edges, &units);
  sw_links *queen = links_of(path, "RegionCode", SW_QUEEN, &units);
  sw_links *rook = links_of(path, "RegionCode", SW_ROOK, &units);
  cr_assert_eq(queen->row_start[queen->n], 16268);
  cr_assert(same_links(queen, list));
  cr_assert_eq(rook->row_start[rook->n], 16200);
  static const char *const as[][2] = {{"GPKG", "cn.gpkg"}, {"ESRI Shapefile", "cn.shp"}};
  for (int k = 0; k < 2; k++) {
    const char *key = k == 0 ? "regioncode" : "RegionCode"; /* case is forgiven */
    sw_links *other = links_of(converted(path, as[k][0], as[k][1]), key, SW_ROOK, &units);
    cr_assert(same_links(rook, other), "%s", as[k][0]);
    sw_links_destroy(team, other);
  }
  static const double snap[] = {1e-4, 1e-3};
  static const int64_t at_queen[] = {16270, 16272}, at_rook[] = {0, 0};
  for (int k = 0; k < 4; k++) {
    sw_weights_spec spec = contiguity(path, "RegionCode", k % 2 ? SW_ROOK : SW_QUEEN);
    spec.snap = snap[k / 2];
    sw_links *links = read_weights(&spec, &units);
    int64_t known = (k % 2 ? at_rook : at_queen)[k / 2];
    cr_assert(!known || links->row_start[links->n] == known, "snap %g, %d: %d", spec.snap, k,
              (int)links->row_start[links->n]);
    sw_links_destroy(team, links);
  }
  sw_links_destroy(team, list);
  sw_links_destroy(team, queen);
  sw_links_destroy(team, rook);
}

/* ---- small files -------------------------------------------------------------------------- */

/* A feature with this code, of this geometry. */
#define FEATURE(code, geometry)                                                                    \
  "{\"type\":\"Feature\",\"properties\":{\"code\":" code "},\"geometry\":" geometry "}"
#define POLYGON(rings) "{\"type\":\"Polygon\",\"coordinates\":[" rings "]}"
#define FILE_OF(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

#define LEFT POLYGON("[[0,0],[1,0],[1,1],[0,1],[0,0]]")
#define RIGHT POLYGON("[[1,0],[2,0],[2,1],[1,1],[1,0]]")
#define A FEATURE("\"A\"", LEFT)
#define B FEATURE("\"B\"", RIGHT)

static void refuse(const char *text, const char *key, const char *layer, const char *codes,
                   const char *message) {
  sw_units units = units_named(codes);
  sw_weights_spec spec = contiguity(write_text("t.dat", text), key, SW_QUEEN);
  study.units.polygons.layer = layer;
  sw_links *links = NULL;
  sw_error_clear(&err);
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &spec, &units, &links), SW_EINPUT, "%s",
               message);
  cr_assert_null(links);
  cr_assert(strstr(err.text, message), "wanted: %s\ngot: %s", message, err.text);
  cr_assert_null(strchr(err.text, '\n'));
  cr_assert_eq(strncmp(err.text, "study.yaml:7:9: ", 16), 0, "%s", err.text);
}

Test(polygons, what_is_wrong_is_one_line) {
  refuse("no polygons at all", "code", NULL, "A B", "GDAL cannot read t.dat");
  refuse(FILE_OF(A "," B), "kode", NULL, "A B",
         "has no field 'kode', which tells the units; name it by `key`: code");
  refuse(FILE_OF(A "," B), "code", "map", "A B", "has no layer 'map'; it has: ");
  refuse(FILE_OF(A "," B), "code", NULL, "A B C", "no polygon for unit 'C' of the panel");
  refuse(FILE_OF(A "," B), "code", NULL, "X Y",
         "no code of t.dat is a unit of the panel (the first is 'A'; a unit is 'X')");
  refuse(FILE_OF(A "," B "," A), "code", NULL, "A B", "features 0 and 2 both have code 'A'");
  refuse(FILE_OF(A "," FEATURE("null", RIGHT)), "code", NULL, "A B", "feature 1 has no 'code'");
  refuse(FILE_OF(FEATURE("1", LEFT) "," FEATURE("2", RIGHT)), "code", NULL, "01 02",
         "'1' and '01' of the panel");
  refuse(FILE_OF(A "," FEATURE("\"B\"", "{\"type\":\"Point\",\"coordinates\":[1,2]}")), "code",
         NULL, "A B", "feature 1 ('B') is a POINT; expected polygons");
  refuse(FILE_OF(A "," FEATURE(
             "\"B\"",
             POLYGON("[[500000,4000000],[500001,4000000],[500001,4000001],[500000,4000000]]"))),
         "code", NULL, "A B", "says that its coordinates are degrees, and 500000, 4e+06 are none");
  refuse(FILE_OF(A "," FEATURE("\"B\"", POLYGON("[[5,0],[6,0],[6,1],[5,0]]"))), "code", NULL, "A B",
         "no polygons of t.dat touch");
}

/* An empty polygon is an island, a crossed one counts as it is, one of no unit is left out, numbers
 * are codes, collections are opened. */
Test(polygons, what_is_bad_is_counted) {
  const char *text = FILE_OF(FEATURE("1", LEFT) "," FEATURE("2", "null") "," FEATURE(
      "3",
      POLYGON(
          "[[1,0],[2,1],[2,0],[1,1],[1,0]]")) "," FEATURE("9",
                                                          RIGHT) "," FEATURE("4",
                                                                             "{\"type\":"
                                                                             "\"GeometryCollection"
                                                                             "\",\"geometries\":[{"
                                                                             "\"type\":"
                                                                             "\"MultiPolygon\","
                                                                             "\"coordinates\":[[[["
                                                                             "2,0],[3,0],[3,1],[2,"
                                                                             "1],[2,0]]]]}]}"));
  sw_units units = units_named("1 2 3 4");
  sw_weights_spec spec = contiguity(write_text("t.dat", text), "code", SW_QUEEN);
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[4], 4);
  cr_assert_eq(links->islands, 1);
  cr_assert_eq(link_value(links, &units, "1", "3"), 1.0);
  cr_assert_eq(link_value(links, &units, "3", "4"), 1.0);
  sw_links_destroy(team, links);
  spec.q = 2; /* 1 and 4 are two links apart */
  links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[4], 2);
  cr_assert_eq(link_value(links, &units, "1", "4"), 1.0);
  sw_links_destroy(team, links);
  spec.lower = true;
  links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[4], 6);
  sw_links_destroy(team, links);
}

/* `unmatched: drop`: a unit without a polygon has no links. */
Test(polygons, a_unit_without_a_polygon) {
  sw_units units = units_named("A B C");
  study.units.drop_unmatched = true;
  sw_weights_spec spec = contiguity(write_text("t.dat", FILE_OF(A "," B)), "code", SW_ROOK);
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[3], 2);
  cr_assert_eq(links->islands, 1);
  sw_links_destroy(team, links);
}
