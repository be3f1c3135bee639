/* What measures by distance do before their loops. */
#ifndef SW_MEASURE_SHARE_DISTANCE_H
#define SW_MEASURE_SHARE_DISTANCE_H

#include "kernel/space/distances.h"
#include "spillway/measure.h"

/* The parameter, among others of a measure's list. */
#define SW_PARAM_DISTANCE                                                                          \
  {                                                                                                \
    .name = "distance", .type = SW_P_DISTANCE, .fallback = "great-circle",                         \
    .help = "great-circle | geodesic | {file: d.csv} | {network: {...}}"                           \
  }

/* In `prepare`, on every rank, for the distance that the parameter `param` names: refuses given
 * distances of zero or less between two units (zeros of coordinates are refused where they are
 * read), and makes of great circles the points that sw_distances_inverse_squares wants. O(n), or of
 * the links given. */
sw_status sw_share_distances(sw_error *err, sw_job *job, const char *param, sw_arc_points *points);

/* In resolve, for a measure that looks at all periods by one distance: that of `param`, which must
 * be the same in all of the job's periods; NULL where it was left out. */
sw_status sw_share_distance_steady(sw_error *err, const sw_job *job, const char *param,
                                   const sw_distance **distance);

/* Natural logarithms of what sw_distances_inverse_squares may give, least and most: by the lengths
 * that a sphere and doubles allow, or by the distances given. In `prepare`. */
void sw_share_distance_range(const sw_distance *distance, double *least, double *most);

/* Logarithms within which a product of doubles is safe: e^690 is 1e299. */
#define SW_SHARE_SAFE 690

/* The factor of inverse distances to a decay that makes them of the distance's own unit: of the
 * result, or, where it would vanish, of the inverse squares before the power is taken (*before,
 * else 1). */
double sw_share_distance_factor(const sw_distance *distance, double decay, double *before);

/* The distance within a unit: the mean from the centre of a disc of its area, 2/3 sqrt(area/pi), in
 * km; where `distance` is a network that units reach at a speed, in minutes at that speed. NaN
 * without an area; an area of zero has no inside. */
double sw_share_distance_within(const sw_distance *distance, const sw_units *units, int64_t unit);

/* In resolve: notes that the distance within a unit is in km while those between units may not be.
 * `unit`, `key`: "a unit", and what leaves it out, "own: none". */
void sw_share_distance_note_within(sw_job *job, const sw_distance *distance, const char *unit,
                                   const char *key);

#endif
