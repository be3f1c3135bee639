/* Between the steps that make the map of a report. */
#ifndef SW_CLI_REPORT_GEOMETRY_PRIVATE_H
#define SW_CLI_REPORT_GEOMETRY_PRIVATE_H

#include "cli/map/geometry.h"
#include "kernel/map/layout.h"
#include "kernel/map/projection.h"
#include "kernel/topology/topology.h"
#include "store/polygons/cells.h"
#include "store/polygons/polygons.h"

/* What units have before it is a map. */
typedef struct sw_geometry_source {
  const sw_geometry_input *input;
  sw_polygons polygons; /* rings of units alone, their `feature` the unit */
  sw_rings rings;       /* of these, or of the cells; none: units are points */
  const uint8_t *hole;  /* of rings */
  sw_cells cells;
  bool degrees;
  double *x, *y;    /* n: places of units that are drawn by them, in the plane of the rings;
                       NaN: none, or a polygon stands for the unit */
  bool *has_rings;  /* n */
  int64_t n_places; /* that are no NaN */
  int64_t without_unit;
} sw_geometry_source;

/* geometry_source.c: reads and matches the polygons; finds the places. To be closed also on
 * failure. */
sw_status sw_geometry_open(sw_error *err, sw_arena *arena, const sw_geometry_input *input,
                           sw_geometry_source *source);
/* Points of rings and places, each with its unit; arrays to be released by the caller. */
sw_status sw_geometry_spots(sw_error *err, const sw_geometry_source *source, int32_t **unit,
                            double **x, double **y, sw_spots *spots);
/* The projection of a zone; zone: of units, NULL where there is one. */
sw_projection sw_geometry_projection(const sw_geometry_source *source, const uint8_t *zone, int of);
void sw_geometry_close(sw_geometry_source *source);

/* geometry_words.c: the sentences of the caption, and names of insets. */
sw_status sw_geometry_say(sw_error *err, sw_arena *arena, const sw_projection *main,
                          sw_report_geometry *geometry);
sw_status sw_geometry_name_zones(sw_error *err, sw_arena *arena, const sw_geometry_input *input,
                                 const uint8_t *zone, sw_report_geometry *geometry);

#endif
