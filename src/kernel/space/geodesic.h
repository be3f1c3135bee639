/* Geodesic distances on the WGS84 ellipsoid: many at a time by own loops, single ones by PROJ. The
 * two agree to 2e-10 km (tests/kernel/geodesic.c). */
#ifndef SW_KERNEL_SPACE_GEODESIC_H
#define SW_KERNEL_SPACE_GEODESIC_H

#include "spillway/weights.h"

#include <stdint.h>

/* Increased when their numbers change; results that rest on them are then computed again. */
enum { SW_GEODESIC_VERSION = 2 };

/* Kilometres between two points in degrees, by PROJ; NaN without coordinates. */
double sw_geodesic_km(double lon1, double lat1, double lon2, double lat2);

/* Places in degrees as unit vectors on the auxiliary sphere of WGS84, whose latitudes are the
 * reduced ones: what a distance of kind SW_GEODESIC has as x, y, z. Not finite where a coordinate
 * is NaN. */
void sw_geodesic_vectors(int64_t n, const double *lon, const double *lat, double *x, double *y,
                         double *z);

/* out[j - j0] = 1/km^2 between i and j, the same bits for (i, j) and (j, i), whatever the segment.
 * At i itself it is infinite, or NaN. */
void sw_geodesic_values(const sw_distance *d, int64_t i, int64_t j0, int64_t j1, double *out);

#endif
