/* Geodesics against published distances. */
#include "kernel/space/geodesic.h"

#include <criterion/criterion.h>
#include <math.h>

/* GeographicLib: the example of GeodSolve (JFK to LHR), and the first two of its geodtest cases. */
Test(geodesic, published) {
  cr_expect_lt(fabs(sw_geodesic_km(-73.8, 40.6, -0.5, 51.6) - 5551.759400), 5e-7);
  cr_expect_lt(
      fabs(sw_geodesic_km(-139.44815, 35.60777, -69.95921, -11.17491) - 8935.2445604818305), 1e-10);
  cr_expect_lt(fabs(sw_geodesic_km(106.05087, 55.52454, 197.18234, 77.03196) - 4105.0861713924406),
               1e-10);
  cr_expect(isnan(sw_geodesic_km(NAN, 40, 0, 51)));
}

Test(geodesic, same_bits_both_ways) {
  double lon[40], lat[40], row[40], back[1];
  for (int k = 0; k < 40; k++)
    lon[k] = 80 + 1.37 * k, lat[k] = 20 + fmod(7.77 * k, 30);
  for (int i = 0; i < 40; i++) {
    sw_geodesic_values(lon, lat, i, 0, 40, row);
    for (int j = 0; j < 40; j++) {
      if (i == j) continue;
      sw_geodesic_values(lon, lat, j, i, i + 1, back);
      cr_expect_eq(row[j], back[0]);
      double km = sw_geodesic_km(lon[i], lat[i], lon[j], lat[j]);
      cr_expect_lt(fabs(row[j] * km * km - 1), 1e-12);
    }
  }
}
