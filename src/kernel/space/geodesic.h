/* Geodesic distances on the WGS84 ellipsoid (Karney's inverse problem, PROJ). */
#ifndef SW_KERNEL_SPACE_GEODESIC_H
#define SW_KERNEL_SPACE_GEODESIC_H

#include <stdint.h>

/* Kilometres between two points in degrees; NaN without coordinates. */
double sw_geodesic_km(double lon1, double lat1, double lon2, double lat2);
/* out[j - j0] = 1/km^2 between i and j, the same bits for (i, j) and (j, i). */
void sw_geodesic_values(const double *lon, const double *lat, int64_t i, int64_t j0, int64_t j1,
                        double *out);

#endif
