/* See sphere.h. The mean of places is the direction of the sum of their vectors: it does not
 * depend on where longitudes begin, and a turn of the sphere turns the mean. */
#include "kernel/space/sphere.h"

#include <math.h>

/* Vectors of length 1 whose mean is shorter than this cancel: what is left of them is rounding. On
 * the Earth two places would have to lie within some millimetres of opposite ends. */
static const double shortest = 1e-9;

/* One place, one vector: a pole at any longitude, 180 east as 180 west. cos and sin of these
 * angles are not exactly zero in floating point, and units at one point must be found out as
 * such. */
void sw_sphere_vectors(int64_t n, const double *lon, const double *lat, double *x, double *y,
                       double *z) {
  const double degree = M_PI / 180.0;
  for (int64_t i = 0; i < n; i++) {
    double across = fabs(lat[i]) == 90 ? 0 : cos(lat[i] * degree);
    x[i] = across * cos(lon[i] * degree);
    y[i] = fabs(lon[i]) == 180 ? 0 : across * sin(lon[i] * degree);
    z[i] = sin(lat[i] * degree);
  }
}

/* One place at a time, in the order of units; the caller keeps the sum. */
void sw_sphere_add(sw_sphere_sum *sum, double weight, double lon, double lat) {
  double x, y, z;
  sw_sphere_vectors(1, &lon, &lat, &x, &y, &z);
  sum->x += weight * x;
  sum->y += weight * y;
  sum->z += weight * z;
  sum->weight += weight;
}

/* Neither coordinate where the sum of vectors vanishes. */
bool sw_sphere_mean(const sw_sphere_sum *sum, double *lon, double *lat) {
  double across = hypot(sum->x, sum->y);
  *lon = *lat = NAN;
  if (!(hypot(across, sum->z) > shortest * sum->weight)) return false;
  *lon = atan2(sum->y, sum->x) * (180.0 / M_PI);
  *lat = atan2(sum->z, across) * (180.0 / M_PI);
  return true;
}
