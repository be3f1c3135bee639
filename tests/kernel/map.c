/* What a map is drawn on: projections by extent, units drawn beside, the frame. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/map/layout.h"
#include "kernel/map/projection.h"
#include "kernel/map/zones.h"

static sw_error err;

/* ---- projections ---------------------------------------------------------------------------- */

static sw_projection of_box(double west, double south, double east, double north) {
  sw_extent extent;
  sw_extent_begin(&extent);
  for (int k = 0; k < 100; k++) {
    double a = west + (east - west) * k / 100, b = west + (east - west) * (k + 1) / 100;
    sw_extent_add(&extent, a, south, b, south);
    sw_extent_add(&extent, a, north, b, north);
  }
  return sw_projection_choose(&extent);
}

/* Snyder 1987, page 291: the ellipsoid of Clarke 1866 differs from WGS84, so the parallels alone.
 */
Test(projection, middle_latitudes) {
  sw_projection p = of_box(-124.5, 24.5, -67, 49.4);
  cr_assert_eq(p.kind, SW_PROJECTION_ALBERS);
  cr_assert_float_eq(p.lat_1, 24.5 + 24.9 / 6, 1e-9);
  cr_assert_float_eq(p.lat_2, 49.4 - 24.9 / 6, 1e-9);
  cr_assert_float_eq(p.lon_0, -95.75, .5);
  cr_assert(!p.round);
  p = of_box(141, -43, 154, -10);
  cr_assert_eq(p.kind, SW_PROJECTION_ALBERS);
  cr_assert(p.lat_1 < 0 && p.lat_2 < 0);
}

Test(projection, elsewhere) {
  cr_assert_eq(of_box(-75, 60, -12, 84).kind, SW_PROJECTION_LAMBERT);    /* Greenland */
  cr_assert_eq(of_box(95, -11, 141, 6).kind, SW_PROJECTION_CYLINDRICAL); /* Indonesia */
  cr_assert_eq(of_box(-17, -35, 51, 37).kind, SW_PROJECTION_LAMBERT);    /* Africa */
  sw_projection world = of_box(-180, -56, 180, 83);
  cr_assert_eq(world.kind, SW_PROJECTION_EQUAL_EARTH);
  cr_assert(world.round);
  cr_assert_eq(world.lon_0, 0);
}

/* Across the date line the middle is near it, in either way to count longitudes. */
Test(projection, date_line) {
  sw_extent extent;
  sw_extent_begin(&extent);
  sw_extent_add(&extent, 172, 52, 179.5, 54);
  sw_extent_add(&extent, 179.5, 54, -178, 55);
  sw_extent_add(&extent, -178, 55, -130, 70);
  sw_projection p = sw_projection_choose(&extent);
  cr_assert_float_eq(p.lon_0, -159, .6);
  sw_extent_begin(&extent);
  sw_extent_add(&extent, 172, 52, 230, 70);
  cr_assert_float_eq(sw_projection_choose(&extent).lon_0, -159, .6);
  double x[] = {172, 179.9, -179.9, -130}, y[] = {52, 52, 52, 52};
  cr_assert_eq(sw_projection_apply(&err, &p, 4, x, y), SW_OK);
  cr_assert(x[0] < x[1] && x[1] < x[2] && x[2] < x[3]);
  cr_assert(x[2] - x[1] < 15000);
}

/* Equal areas: a degree square has the same area at all latitudes that it has on the ellipsoid,
 * by the authalic sphere. */
Test(projection, equal_area) {
  sw_projection p[] = {of_box(-124.5, 24.5, -67, 49.4), of_box(-75, 60, -12, 84),
                       of_box(95, -11, 141, 6), of_box(-180, -56, 180, 83)};
  const double lat[] = {30, 70, -5, 50}, lon[] = {-100, -40, 100, 20};
  for (int k = 0; k < 4; k++) {
    const double d = .01;
    double x[] = {lon[k], lon[k] + d, lon[k] + d, lon[k]},
           y[] = {lat[k], lat[k], lat[k] + d, lat[k] + d}, area = 0;
    cr_assert_eq(sw_projection_apply(&err, &p[k], 4, x, y), SW_OK);
    for (int i = 0; i < 4; i++)
      area += (x[i] * y[(i + 1) % 4] - x[(i + 1) % 4] * y[i]) / 2;
    /* On the ellipsoid: M N cos(lat) dlat dlon. */
    const double a = 6378137, e2 = .0066943799901413, degree = M_PI / 180;
    double at = (lat[k] + d / 2) * degree, w = 1 - e2 * sin(at) * sin(at);
    double wanted = a * a * (1 - e2) / (w * w) * cos(at) * d * degree * d * degree;
    cr_assert(fabs(area / wanted - 1) < 1e-5, "%d: %.9g for %.9g", k, area, wanted);
  }
}

Test(projection, no_place) {
  sw_projection p = of_box(0, 40, 10, 50), none = {.kind = SW_PROJECTION_NONE};
  double x[] = {NAN, 5, 1e6}, y[] = {45, INFINITY, 2e6};
  cr_assert_eq(sw_projection_apply(&err, &p, 2, x, y), SW_OK);
  cr_assert(isnan(x[0]) && isnan(y[0]) && isnan(x[1]) && isnan(y[1]));
  cr_assert_eq(sw_projection_apply(&err, &none, 3, x, y), SW_OK);
  cr_assert(x[2] == 1e6 && y[2] == 2e6);
}

/* ---- zones ---------------------------------------------------------------------------------- */

enum { MOST = 4000 };
static int32_t unit[MOST];
static double lon[MOST], lat[MOST];
static uint8_t zone[MOST];
static int64_t count;

static void grid(double west, double south, double step, int columns, int rows) {
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++, count++) {
      unit[count] = (int32_t)count;
      lon[count] = west + c * step, lat[count] = south + r * step;
      if (lon[count] > 180) lon[count] -= 360;
    }
}

static int zones_of(bool degrees, bool single) {
  int zones;
  sw_spots spots = {count, count, unit, lon, lat, degrees, single};
  cr_assert_eq(sw_zones_find(&err, &spots, zone, &zones), SW_OK);
  return zones;
}

/* A bulk, one group in the far north-west across the date line, one island in the south. */
Test(zones, far_groups) {
  grid(-120, 30, 1, 50, 18);
  int64_t north = count;
  grid(175, 55, 1, 40, 12);
  int64_t south = count;
  grid(-158, 20, .5, 3, 2);
  cr_assert_eq(zones_of(true, true), 3);
  for (int64_t i = 0; i < count; i++)
    cr_assert_eq(zone[i], i < north ? 0 : i < south ? 1 : 2, "%d: %d", (int)i, zone[i]);
  /* The order of points does not matter, nor their unit; only that it is the same one. */
  uint8_t before[MOST];
  memcpy(before, zone, sizeof zone);
  for (int64_t k = 0; k < count / 2; k++) {
    int64_t j = count - 1 - k;
    double x = lon[k], y = lat[k];
    int32_t u = unit[k];
    lon[k] = lon[j], lat[k] = lat[j], unit[k] = unit[j];
    lon[j] = x, lat[j] = y, unit[j] = u;
  }
  cr_assert_eq(zones_of(true, true), 3);
  cr_assert(!memcmp(before, zone, (size_t)count));
}

/* What costs the bulk little of its size is drawn with it: an island off the coast, within the
 * frame that the bulk has anyway. */
Test(zones, near_group) {
  grid(0, 40, .5, 40, 10);
  grid(8, 37, .5, 4, 2);
  cr_assert_eq(zones_of(true, false), 1);
}

/* Two islands of an archipelago are one inset, though they lie apart. */
Test(zones, archipelago) {
  grid(-8, 37, .2, 40, 30);
  int64_t islands = count;
  grid(-17, 28, .1, 4, 3);
  grid(-14.5, 28.5, .1, 4, 3);
  cr_assert_eq(zones_of(true, false), 2);
  for (int64_t i = 0; i < count; i++)
    cr_assert_eq(zone[i], i >= islands);
}

Test(zones, none) {
  grid(0, 40, 1, 3, 3); /* too few */
  grid(120, 40, 1, 1, 1);
  count--;
  cr_assert_eq(zones_of(true, true), 1);
  count = 0;
  grid(-180, -50, 10, 36, 12); /* the world */
  cr_assert_eq(zones_of(true, true), 1);
  count = 0;
  grid(0, 0, 1, 10, 10); /* two halves: none is the bulk */
  grid(100, 0, 1, 10, 10);
  cr_assert_eq(zones_of(true, true), 1);
  count = 0;
  grid(5, 5, 0, 20, 1); /* one point */
  cr_assert_eq(zones_of(true, true), 1);
  count = 0;
  int zones;
  sw_spots spots = {0, 0, unit, lon, lat, true, true};
  cr_assert_eq(sw_zones_find(&err, &spots, zone, &zones), SW_OK);
  cr_assert_eq(zones, 1);
}

/* A map in metres has insets, too. */
Test(zones, plane) {
  grid(0, 0, 1, 40, 30);
  int64_t bulk = count;
  for (int64_t k = 0; k < 20; k++, count++)
    unit[count] = (int32_t)count, lon[count] = -200 + (double)k, lat[count] = -50;
  for (int64_t k = 0; k < count; k++)
    lon[k] *= 20000, lat[k] *= 20000;
  cr_assert_eq(zones_of(false, true), 2);
  for (int64_t i = 0; i < count; i++)
    cr_assert_eq(zone[i], i >= bulk);
}

/* ---- frame ---------------------------------------------------------------------------------- */

static bool apart(const sw_map_frame *f, int a, int b) {
  return f->x[a] + f->w[a] <= f->x[b] || f->x[b] + f->w[b] <= f->x[a] ||
         f->y[a] + f->h[a] <= f->y[b] || f->y[b] + f->h[b] <= f->y[a];
}

static void expect_inside(const sw_map_frame *f, int zones) {
  for (int z = 0; z < zones; z++) {
    cr_assert(f->x[z] >= 0 && f->x[z] + f->w[z] <= f->width, "%d", z);
    cr_assert(f->y[z] >= 0 && f->y[z] + f->h[z] <= f->height, "%d", z);
    for (int y = 1; y < z; y++)
      cr_assert(apart(f, z, y));
  }
  cr_assert(f->height >= 300 && f->height < 1000);
}

/* An outline that fills its box. */
static sw_outline full(sw_map_box b) {
  sw_outline o;
  sw_outline_begin(&o, b);
  sw_outline_add(&o, b.left, b.low, b.left, b.high);
  sw_outline_add(&o, b.right, b.low, b.right, b.high);
  sw_outline_add(&o, b.left, b.low, b.right, b.low);
  sw_outline_add(&o, b.left, b.high, b.right, b.high);
  return o;
}

Test(layout, alone) {
  const sw_map_box boxes[] = {
      {0, 4000, 0, 2500}, {0, 100, 0, 4000}, {0, 4000, 0, 100}, {3, 3, 5, 5}};
  for (int k = 0; k < 4; k++) {
    sw_outline o = full(boxes[k]);
    sw_map_frame f;
    sw_map_layout(1, &boxes[k], &o, 960, &f);
    expect_inside(&f, 1);
    double x = boxes[k].right, y = boxes[k].low;
    sw_map_place(&f, &boxes[k], 0, 1, &x, &y);
    cr_assert_float_eq(x, f.x[0] + f.w[0], 1e-9);
    cr_assert_float_eq(y, f.y[0] + f.h[0], 1e-9);
    cr_assert_float_eq(x, 960 - f.x[0], 1e-9); /* in the middle */
  }
}

/* Insets never lie on each other, nor on the main map where that fills its box; at the left below.
 */
Test(layout, insets) {
  sw_map_box box[SW_ZONES];
  for (int zones = 2; zones <= SW_ZONES; zones++) {
    box[0] = (sw_map_box){0, 4600, 0, 2900};
    for (int z = 1; z < zones; z++)
      box[z] = (sw_map_box){0, 3000.0 / z, 0, z % 2 ? 1800 : 700};
    sw_outline o = full(box[0]);
    sw_map_frame f;
    sw_map_layout(zones, box, &o, 960, &f);
    expect_inside(&f, zones);
    for (int z = 1; z < zones; z++) {
      cr_assert(apart(&f, 0, z));
      cr_assert(f.scale[z] <= f.scale[0] * (1 + 1e-9));
    }
  }
}

/* In a bay at the lower left, where the main map keeps its full size. */
Test(layout, bay) {
  sw_map_box box[] = {{0, 4600, 0, 2900}, {0, 3000, 0, 2000}};
  sw_outline o;
  sw_outline_begin(&o, box[0]);
  const double corner[][2] = {{0, 1200}, {2000, 1200}, {2000, 0},
                              {4600, 0}, {4600, 2900}, {0, 2900}};
  for (int k = 0; k < 6; k++)
    sw_outline_add(&o, corner[k][0], corner[k][1], corner[(k + 1) % 6][0], corner[(k + 1) % 6][1]);
  sw_map_frame f;
  sw_map_layout(2, box, &o, 960, &f);
  cr_assert_float_eq(f.w[0], 944, 1e-9);
  expect_inside(&f, 2);
  cr_assert(f.x[1] + f.w[1] < f.x[0] + f.w[0] * 2000 / 4600);
  cr_assert(f.y[1] > f.y[0] + f.h[0] * 1700 / 2900);
}

/* A dot of an island is drawn larger than the main map. */
Test(layout, dot) {
  sw_map_box box[] = {
      {0, 4000, 0, 2000}, {0, 12, 0, 6}, {7, 7, 7, 7}, {INFINITY, -INFINITY, INFINITY, -INFINITY}};
  sw_outline o = full(box[0]);
  sw_map_frame f;
  sw_map_layout(4, box, &o, 960, &f);
  cr_assert_float_eq(f.w[1], 44, 1e-9);
  for (int z = 0; z < 4; z++)
    cr_assert(isfinite(f.x[z]) && isfinite(f.y[z]) && isfinite(f.w[z]) && isfinite(f.scale[z]));
}
