/* Geodesic distances on the WGS84 ellipsoid, by the geodesic library of PROJ. It is not
 * symmetric to the last bit in its two points, so the lower index always comes first, and an
 * undirected matrix has the same bits from both sides. geod_init is a few dozen operations: done
 * for each segment, so that there is no state to share between threads. */
#include "kernel/space/geodesic.h"

#include <geodesic.h>
#include <math.h>
#include <stddef.h>

/* Metres, and the flattening of WGS84. */
static struct geod_geodesic wgs84(void) {
  struct geod_geodesic ellipsoid;
  geod_init(&ellipsoid, 6378137.0, 1 / 298.257223563);
  return ellipsoid;
}

/* NaN is sorted out first: what the library makes of it is not specified. The library takes
 * latitude before longitude. */
static double kilometres(const struct geod_geodesic *ellipsoid, double lon1, double lat1,
                         double lon2, double lat2) {
  if (isnan(lon1 + lat1 + lon2 + lat2)) return NAN;
  double metres;
  geod_inverse(ellipsoid, lat1, lon1, lat2, lon2, &metres, NULL, NULL);
  return metres / 1000;
}

double sw_geodesic_km(double lon1, double lat1, double lon2, double lat2) {
  struct geod_geodesic ellipsoid = wgs84();
  return kilometres(&ellipsoid, lon1, lat1, lon2, lat2);
}

void sw_geodesic_values(const double *lon, const double *lat, int64_t i, int64_t j0, int64_t j1,
                        double *out) {
  struct geod_geodesic ellipsoid = wgs84();
  for (int64_t j = j0; j < j1; j++) {
    int64_t a = i < j ? i : j, b = i < j ? j : i;
    double km = kilometres(&ellipsoid, lon[a], lat[a], lon[b], lat[b]);
    /* The diagonal is infinite, which the engine passes over. */
    out[j - j0] = 1 / (km * km);
  }
}
