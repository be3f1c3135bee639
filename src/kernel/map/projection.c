/* See projection.h. The tool of choice for a nation is a cone with two standard parallels (Snyder
 * 1987, Map Projections: A Working Manual, USGS Professional Paper 1395, chapter 14); the rule of
 * sixths for these is Deetz and Adams' (1934).
 *
 * Called when a page or map is written, once per map. PROJ does the arithmetic; here only the
 * choice is made, from the extent alone. */
#include "kernel/map/projection.h"

#include <math.h>
#include <proj.h>
#include <stdio.h>

/* Half a degree each. */
enum { BINS = 720 };           /* of sw_extent */
static const double gap = 5.0; /* degrees without land that a map can be cut in */

/* ---- extent ------------------------------------------------------------------------------ */

void sw_extent_begin(sw_extent *extent) {
  *extent = (sw_extent){.south = INFINITY, .north = -INFINITY, .west = INFINITY, .east = -INFINITY};
}

/* Rounding can put a longitude just beyond the last bin. */
static int bin_of(double lon) {
  int bin = (int)floor((lon - 360 * floor(lon / 360)) * (BINS / 360.0));
  return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}

/* A segment is followed along the shorter way round, so that one across the date line is short. */
void sw_extent_add(sw_extent *extent, double lon0, double lat0, double lon1, double lat1) {
  double step = lon1 - lon0;
  step -= 360 * round(step / 360);
  int from = bin_of(step < 0 ? lon0 + step : lon0), to = bin_of(step < 0 ? lon0 : lon0 + step);
  for (int bin = from;; bin = (bin + 1) % BINS) {
    extent->has[bin] = true;
    if (bin == to) break;
  }
  extent->south = fmin(extent->south, fmin(lat0, lat1));
  extent->north = fmax(extent->north, fmax(lat0, lat1));
  extent->west = fmin(extent->west, fmin(lon0, lon1));
  extent->east = fmax(extent->east, fmax(lon0, lon1));
}

/* The longest run of bins without land, round the globe: its first bin and length. Twice round, so
 * that a run across the first bin is found whole. */
static int longest_gap(const sw_extent *extent, int *first) {
  int best = 0, run = 0;
  *first = 0;
  for (int k = 0; k < 2 * BINS; k++) {
    run = extent->has[k % BINS] ? 0 : run + 1;
    if (run > best && run <= BINS) best = run, *first = k - run + 1;
  }
  return best;
}

/* ---- choice ------------------------------------------------------------------------------ */

/* Of the world Equal Earth; near a pole Lambert's azimuthal; of middle latitudes a cone, if both
 * parallels lie on one side of the equator; else a cylinder, or Lambert's where the map is tall.
 * All keep areas. 66 degrees: north of it parallels of a cone are too near the pole; 12 degrees: a
 * cone near the equator degenerates. Limits of taste, fixed so that maps do not change. */
static sw_projection_kind kind_of(double south, double north, double span) {
  double middle = (south + north) / 2, tall = north - south;
  if (span > 200 || tall > 110) return SW_PROJECTION_EQUAL_EARTH;
  if (fabs(middle) > 66 || north > 83 || south < -83) return SW_PROJECTION_LAMBERT;
  double lat_1 = south + tall / 6, lat_2 = north - tall / 6;
  if (fabs(middle) >= 12 && lat_1 * lat_2 > 0) return SW_PROJECTION_ALBERS;
  return tall <= 40 ? SW_PROJECTION_CYLINDRICAL : SW_PROJECTION_LAMBERT;
}

/* The projection by the extent alone, so that the same country always looks the same. */
sw_projection sw_projection_choose(const sw_extent *extent) {
  int first, bins = longest_gap(extent, &first);
  /* A map without a gap of 5 degrees goes round the globe and must be cut somewhere. */
  double empty = bins * (360.0 / BINS), tall = extent->north - extent->south;
  sw_projection p = {.round = empty < gap};
  if (p.round)
    p.lon_0 = (extent->west + extent->east) / 2;
  else
    /* The middle of the land is opposite to the middle of the gap. */
    p.lon_0 = (first + bins / 2.0) * (360.0 / BINS) + 180;
  p.lon_0 -= 360 * round(p.lon_0 / 360);
  if (p.round && extent->west >= -180 && extent->east <= 180 && extent->east - extent->west > 340)
    p.lon_0 = 0; /* the world as most files have it */
  p.kind = kind_of(extent->south, extent->north, 360 - empty);
  /* A sixth of the height within each edge. */
  p.lat_0 = (extent->south + extent->north) / 2;
  p.lat_1 = extent->south + tall / 6;
  p.lat_2 = extent->north - tall / 6;
  if (p.kind == SW_PROJECTION_CYLINDRICAL)
    /* The cylinder is true to scale at half the greatest latitude. */
    p.lat_1 = fmax(fabs(extent->south), fabs(extent->north)) / 2;
  return p;
}

/* ---- applied ----------------------------------------------------------------------------- */

/* Digits enough that the same extent gives the same map. `+over` keeps longitudes beyond 180 where
 * they are, for maps that go round. */
static void definition(const sw_projection *p, char *text, size_t room) {
  static const char *const common = "+ellps=WGS84 +units=m";
  const char *over = p->round ? " +over" : "";
  switch (p->kind) {
  case SW_PROJECTION_ALBERS:
    snprintf(text, room, "+proj=aea +lat_1=%.6f +lat_2=%.6f +lat_0=%.6f +lon_0=%.6f %s%s", p->lat_1,
             p->lat_2, p->lat_0, p->lon_0, common, over);
    break;
  case SW_PROJECTION_LAMBERT:
    snprintf(text, room, "+proj=laea +lat_0=%.6f +lon_0=%.6f %s%s", p->lat_0, p->lon_0, common,
             over);
    break;
  case SW_PROJECTION_CYLINDRICAL:
    snprintf(text, room, "+proj=cea +lat_ts=%.6f +lon_0=%.6f %s%s", p->lat_1, p->lon_0, common,
             over);
    break;
  default:
    snprintf(text, room, "+proj=eqearth +lon_0=%.6f %s%s", p->lon_0, common, over);
  }
}

/* PROJ takes radians and gives HUGE_VAL where it has no place. Values that are no numbers are not
 * given to PROJ. */
static void transform(PJ *pj, int64_t n, double *x, double *y) {
  for (int64_t k = 0; k < n; k++) {
    PJ_COORD at = proj_coord(proj_torad(x[k]), proj_torad(y[k]), 0, 0);
    bool known = isfinite(x[k]) && isfinite(y[k]);
    if (known) at = proj_trans(pj, PJ_FWD, at);
    known = known && isfinite(at.xy.x) && isfinite(at.xy.y);
    x[k] = known ? at.xy.x : NAN;
    y[k] = known ? at.xy.y : NAN;
  }
}

/* In place; what has no place on the map is NaN. A context of its own: PROJ's default one is
 * shared. It is made once per call and not per point. */
sw_status sw_projection_apply(sw_error *err, const sw_projection *projection, int64_t n, double *x,
                              double *y) {
  char text[256];
  if (projection->kind == SW_PROJECTION_NONE) return SW_OK;
  definition(projection, text, sizeof text);
  PJ_CONTEXT *context = proj_context_create();
  if (context) proj_log_level(context, PJ_LOG_NONE);
  PJ *pj = context ? proj_create(context, text) : NULL;
  sw_status status = SW_OK;
  if (pj)
    transform(pj, n, x, y);
  else
    status = sw_fail(err, SW_EINTERNAL, "PROJ does not take '%s'", text);
  proj_destroy(pj);
  proj_context_destroy(context);
  return status;
}
