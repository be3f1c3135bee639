/* The places of the units on the report's map: borders as shared arcs, cut out of polygons or made
 * of the units' places (Voronoi cells), points, or nothing; in pixels of a frame `width` wide.
 *
 * One call makes all of it. The arrays have the names and the meaning of the page's `geometry`. */
#ifndef SW_CLI_REPORT_GEOMETRY_H
#define SW_CLI_REPORT_GEOMETRY_H

#include "base/arena.h"
#include "plan/study/study.h"

typedef enum sw_geometry_kind {
  SW_GEOMETRY_NONE,    /* no unit has a place */
  SW_GEOMETRY_POINTS,  /* x, y alone */
  SW_GEOMETRY_POLYGONS /* arcs and rings, too: of a file, or cells */
} sw_geometry_kind;

enum { SW_GEOMETRY_ZONES = 9 }; /* at most, the main map among them */

/* Parts of the map that are drawn beside it. zone[u]: 0 the main map, k the inset name[k - 1]. */
typedef struct sw_insets {
  int n; /* 0: none are wanted */
  const char *const *name;
  const uint8_t *zone;
} sw_insets;

typedef struct sw_geometry_input {
  int64_t n; /* units, in the order of their codes */
  const char *const *code;
  const double *lon, *lat;          /* degrees; NULL: none; NaN: none of this unit */
  const sw_polygons_spec *polygons; /* NULL: none; its `node` may be NULL: messages then name no
                                       place in a study */
  int64_t n_members; /* units that were summed to these, whose polygons they may be; 0: none */
  const char *const *member;
  const int32_t *member_of; /* the unit; -1: none */
  const sw_insets *insets;  /* NULL: found, as groups of units far from the others */
  const char *const *label; /* n: what an inset is called that is found, where all its
                               units have the same (the state); NULL: no name */
} sw_geometry_input;

/* A rectangle of the frame. */
typedef struct sw_geometry_zone {
  const char *name; /* "" where it has none */
  double x, y, w, h;
} sw_geometry_zone;

typedef struct sw_report_geometry {
  sw_geometry_kind kind;
  bool cells; /* the polygons are Voronoi cells of the units' places */
  int width, height;
  const char *projection_en, *projection_zh; /* a sentence for the caption, with its full stop; ""
                                                where there is no map */
  int n_zones;                               /* 1 without insets; 0 of kind none */
  sw_geometry_zone zone_of[SW_GEOMETRY_ZONES];
  int64_t n;
  uint8_t *zone; /* n; NULL where n_zones < 2 */
  float *x, *y;  /* n, px; NaN: no place; NULL of kind none */
  int64_t n_arcs, n_points;
  uint32_t *arc_start;    /* n_arcs + 1 */
  int16_t *arc_x, *arc_y; /* n_points: of an arc the first point, then differences; 1/32 px */
  int32_t *arc_left, *arc_right; /* n_arcs: the unit on that side of who walks along the arc, as
                                    seen on the page; -1: none */
  int64_t n_rings, n_ring_arcs;
  uint32_t *ring_start; /* n_rings + 1 */
  int32_t *ring_arc;    /* n_ring_arcs: an arc, or ~arc: walked backwards */
  int32_t *ring_unit;   /* n_rings, ascending */
  int64_t n_without_polygon;
  int32_t *without_polygon; /* units, ascending; of all units where only some have polygons */
  int64_t without_unit;     /* features of the polygon file that are of no unit */
  int64_t vertices, before; /* of the map; points of arcs before they were simplified */
} sw_report_geometry;

/* `arena`: texts. To be destroyed also on failure. SW_EINPUT: the polygon file cannot be read, none
 * of its features is of a unit, or codes differ by leading zeros and the like alone, as for weights
 * of polygons. */
sw_status sw_report_geometry_make(sw_error *err, sw_arena *arena, const sw_geometry_input *input,
                                  sw_report_geometry *geometry);
void sw_report_geometry_destroy(sw_report_geometry *geometry);

#endif
