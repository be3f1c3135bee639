/* Means of places on the sphere, by hand: where longitudes turn over, at the pole, by weight, and
 * where there is none. */
#include <criterion/criterion.h>
#include <math.h>

#include "kernel/space/sphere.h"

#define NEAR(a, b) cr_expect(fabs((a) - (b)) <= 1e-13 * 180, "%.17g for %.17g", a, (double)(b))

static bool mean_of(int n, const double (*place)[3], double *lon, double *lat) {
  sw_sphere_sum sum = {0};
  for (int i = 0; i < n; i++)
    sw_sphere_add(&sum, place[i][2], place[i][0], place[i][1]);
  return sw_sphere_mean(&sum, lon, lat);
}

/* Longitude, latitude, weight. */
Test(sphere, date_line) {
  static const double fiji[][3] = {{179, 0, 1}, {-179, 0, 1}},
                      uneven[][3] = {{179, 0, 3}, {-179, 0, 1}};
  double lon, lat;
  cr_assert(mean_of(2, fiji, &lon, &lat));
  NEAR(fabs(lon), 180);
  NEAR(lat, 0);
  cr_assert(mean_of(2, uneven, &lon, &lat)); /* atan(tan(1 degree) / 2) short of 180 */
  NEAR(lon, 180 - atan(tan(M_PI / 180) / 2) * 180 / M_PI);
}

/* (3, 1, 0) points at atan(1/3); (1/2, 1/2, sqrt 3) at 45 degrees, atan(sqrt 6) high. */
Test(sphere, by_hand) {
  static const double weighted[][3] = {{0, 0, 3}, {90, 0, 1}},
                      north[][3] = {{0, 60, 1}, {90, 60, 1}};
  double lon, lat;
  cr_assert(mean_of(2, weighted, &lon, &lat));
  NEAR(lon, 18.434948822922010648);
  cr_assert(mean_of(2, north, &lon, &lat));
  NEAR(lon, 45);
  NEAR(lat, 67.792345701403068);
}

Test(sphere, poles_and_opposites) {
  static const double over[][3] = {{0, 80, 1}, {180, 80, 1}},
                      three[][3] = {{0, 0, 1}, {120, 0, 1}, {-120, 0, 1}};
  static const double opposite[][3] = {{10, 20, 1}, {-170, -20, 1}},
                      poles[][3] = {{0, 90, 2}, {7, -90, 2}};
  double lon, lat;
  cr_assert(mean_of(2, over, &lon, &lat));
  NEAR(lat, 90);
  cr_expect(!mean_of(3, three, &lon, &lat));
  cr_expect(!mean_of(2, poles, &lon, &lat));
  cr_expect(!mean_of(2, opposite, &lon, &lat) && isnan(lon) && isnan(lat));
}
