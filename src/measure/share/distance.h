/* What measures by distance do before their loops. */
#ifndef SW_MEASURE_SHARE_DISTANCE_H
#define SW_MEASURE_SHARE_DISTANCE_H

#include "kernel/space/distances.h"
#include "spillway/measure.h"

/* The parameter, among others of a measure's list. */
#define SW_PARAM_DISTANCE                                                                          \
  {                                                                                                \
    .name = "distance", .type = SW_P_DISTANCE, .fallback = "great-circle",                         \
    .help = "great-circle | geodesic | {file: d.csv}"                                              \
  }

/* In `prepare`, on every rank, for the distance that the parameter `param` names: refuses given
 * distances of zero or less between two units (zeros of coordinates are refused where they are
 * read), and makes of great circles the points that sw_distances_inverse_squares wants. O(n), or of
 * the links given. */
sw_status sw_share_distances(sw_error *err, sw_job *job, const char *param, sw_arc_points *points);

#endif
