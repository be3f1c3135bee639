/* Where units lie, as the page draws it: arrays for its blocks, in pixels of a frame 960 x 600. From
 * polygons where there are, else cells about points, else points. geometry.c makes it, once, from
 * the model; arrays are its own. Members as the page's manifest has them. */
#ifndef SW_CLI_REPORT_GEOMETRY_H
#define SW_CLI_REPORT_GEOMETRY_H

#include "cli/report/model.h"

typedef struct sw_geometry_zone {
  const char *name; /* of an inset; of the main map "" */
  double x, y, width, height;
} sw_geometry_zone;

typedef struct sw_geometry {
  enum { SW_GEOMETRY_NONE, SW_GEOMETRY_POINTS, SW_GEOMETRY_POLYGONS } kind;
  double width, height;
  const char *projection_en, *projection_zh; /* in words, with its parameters */
  int n_zones;
  const sw_geometry_zone *zone;
  uint8_t *zone_of; /* n units; NULL: one zone */
  float *x, *y;     /* n units; NaN: no place; NULL: kind none */
  /* Of polygons; in the terms of the manifest. */
  int64_t n_arcs, n_arc_points, n_rings, n_ring_arcs;
  uint32_t *arc_start;          /* n_arcs + 1 */
  int16_t *arc_x, *arc_y;       /* n_arc_points */
  int32_t *arc_left, *arc_right; /* n_arcs */
  uint32_t *ring_start;         /* n_rings + 1 */
  int32_t *ring_arc;            /* n_ring_arcs */
  int32_t *ring_unit;           /* n_rings */
  int64_t n_without_polygon;
  int64_t *without_polygon;
  int64_t without_unit;
  /* A line for people on what could not be had, "" without: "polygons: c.gpkg is not there; units
   * are drawn as points". */
  const char *note;
} sw_geometry;

/* `spec` NULL: no polygons are given. report->page has codes, lon, lat and groups. What is missing is
 * no failure: *geometry is then of a lower kind and says so in `note`; but polygons that were asked
 * for on the command line (report->options->polygons) are refused with a line. To be destroyed in any
 * case. */
sw_status sw_geometry_make(sw_error *err, const sw_report *report, const sw_polygons_spec *spec,
                           sw_geometry **geometry);
void sw_geometry_destroy(sw_geometry *geometry);

#endif
