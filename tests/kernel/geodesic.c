/* Geodesics against published distances; many at a time against PROJ, pair by pair. */
#include "kernel/space/geodesic.h"
#include "kernel/hot.h"

/* The same loops for any x86-64, under other names: to compare bits with the variant in force. */
#undef SW_HOT
#define SW_HOT
#define sw_geodesic_km plain_km
#define sw_geodesic_vectors plain_vectors
#define sw_geodesic_values plain_values
double plain_km(double lon1, double lat1, double lon2, double lat2);
void plain_vectors(int64_t n, const double *lon, const double *lat, double *x, double *y,
                   double *z);
void plain_values(const sw_distance *d, int64_t i, int64_t j0, int64_t j1, double *out);
#include "kernel/space/geodesic.c"
#undef sw_geodesic_km
#undef sw_geodesic_vectors
#undef sw_geodesic_values

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* GeographicLib: the example of GeodSolve (JFK to LHR), and the first two of its geodtest cases. */
static const double published[][5] = {
    {-73.8, 40.6, -0.5, 51.6, 5551.759400},
    {-139.44815, 35.60777, -69.95921, -11.17491, 8935.2445604818305},
    {106.05087, 55.52454, 197.18234 - 360, 77.03196, 4105.0861713924406}};

Test(geodesic, published) {
  for (int k = 0; k < 3; k++) {
    const double *p = published[k];
    cr_expect_lt(fabs(sw_geodesic_km(p[0], p[1], p[2], p[3]) - p[4]), k ? 1e-10 : 5e-7);
  }
  cr_expect(isnan(sw_geodesic_km(NAN, 40, 0, 51)));
}

/* ---- many at a time --------------------------------------------------------------------- */

enum { N = 400 };

static double lon[N], lat[N], x[N], y[N], z[N];
static const sw_distance places = {
    .kind = SW_GEODESIC, .x = x, .y = y, .z = z, .lon = lon, .lat = lat};

static double between(double lo, double hi) {
  return lo + (hi - lo) * rand() / RAND_MAX;
}

/* The greatest error in km of the rows `step` apart, and how often PROJ was asked. */
static double worst(int step, int *asked) {
  double out[N], most = 0;
  *asked = 0;
  sw_geodesic_vectors(N, lon, lat, x, y, z);
  for (int i = 0; i < N; i += step) {
    sw_geodesic_values(&places, i, 0, N, out);
    for (int j = 0; j < N; j++) {
      if (i == j) continue;
      int a = i < j ? i : j, b = i < j ? j : i;
      double km = sw_geodesic_km(lon[a], lat[a], lon[b], lat[b]);
      double error = km == 0 ? !isinf(out[j]) : fabs(1 / sqrt(out[j]) - km);
      *asked += out[j] == 1 / (km * km);
      if (!(error <= most)) most = error;
    }
  }
  return most;
}

Test(geodesic, published_many_at_a_time) {
  double out[2];
  for (int k = 0; k < 3; k++) {
    const double *p = published[k];
    lon[0] = p[0], lat[0] = p[1], lon[1] = p[2], lat[1] = p[3];
    sw_geodesic_vectors(2, lon, lat, x, y, z);
    sw_geodesic_values(&places, 0, 1, 2, out);
    cr_expect_lt(fabs(1 / sqrt(out[0]) - p[4]), k ? 1e-10 : 5e-7);
  }
}

/* Of all pairs within a country, PROJ is asked for none; where the last bits agree by chance it
 * looks as if. */
Test(geodesic, country) {
  int asked;
  srand(5);
  for (int k = 0; k < N; k++)
    lon[k] = between(74, 134), lat[k] = between(18, 53);
  cr_expect_lt(worst(1, &asked), 2e-11);
  cr_expect_lt(asked, N * N / 2);
}

Test(geodesic, whole_earth) {
  int asked;
  srand(6);
  for (int round = 0; round < 4; round++) {
    for (int k = 0; k < N; k++)
      lon[k] = between(-180, 180),
      lat[k] = round % 2 ? between(-90, 90) : asin(between(-1, 1)) * 180 / M_PI;
    cr_expect_lt(worst(1, &asked), 2e-10);
  }
}

/* From a millimetre on, in every direction, at every latitude; right in relation, too. */
Test(geodesic, short_distances) {
  int asked;
  double out[N];
  srand(7);
  for (int k = 0; k < N; k += 2) {
    double degrees = pow(10, between(-8, 0)), turn = between(0, 2 * M_PI);
    lon[k] = between(-179, 178), lat[k] = between(-88, 88);
    lon[k + 1] = lon[k] + degrees * cos(turn), lat[k + 1] = lat[k] + degrees * sin(turn);
  }
  cr_expect_lt(worst(1, &asked), 2e-10);
  for (int k = 0; k < N; k += 2) {
    double km = sw_geodesic_km(lon[k], lat[k], lon[k + 1], lat[k + 1]);
    sw_geodesic_values(&places, k, k + 1, k + 2, out);
    cr_expect_lt(fabs(1 / sqrt(out[0]) - km), 4e-12 + 1e-13 * km, "%.17g km", km);
  }
}

/* Along meridians, over the poles and to them; along the equator and near it. */
Test(geodesic, meridians_and_equator) {
  int asked;
  srand(8);
  for (int k = 0; k < N; k++) {
    lon[k] = k % 2 ? 30 : -150, lat[k] = between(-90, 90);
    if (k % 50 == 7) lat[k] = k % 100 == 7 ? 90 : -90, lon[k] = between(-180, 180);
    if (k % 50 == 8) lat[k] = 0;
  }
  cr_expect_lt(worst(1, &asked), 2e-10);
  for (int k = 0; k < N; k++) {
    lon[k] = k % 40 ? between(-180, 180) : k % 80 ? 180 : -180;
    lat[k] = k % 2 ? 0 : pow(10, between(-16, 0)) * (k % 4 - 1);
  }
  cr_expect_lt(worst(1, &asked), 2e-10);
}

/* Up to 30 degrees from the antipode of a point, down to it, and the antipode itself: beyond 157.7
 * degrees of arc it is PROJ that answers, to the bit. */
Test(geodesic, nearly_opposite) {
  int asked;
  double out[N];
  srand(9);
  for (int round = 0; round < 8; round++) {
    double at = between(-80, 80);
    lon[0] = round < 7 ? between(-170, -10) : -90, lat[0] = round % 3 ? at : 0;
    for (int k = 1; k < N; k++) {
      double off = k == 1 ? 0 : 30 * pow(10, -between(0, round)), turn = between(0, 2 * M_PI);
      lon[k] = lon[0] + 180 + off * cos(turn);
      lat[k] = fmax(-90, fmin(90, -lat[0] + off * sin(turn)));
      if (lon[k] > 180) lon[k] -= 360;
    }
    cr_expect_lt(worst(N, &asked), 2e-10);
    sw_geodesic_values(&places, 0, 0, N, out);
    for (int k = 1; k < N; k++) {
      double km = sw_geodesic_km(lon[0], lat[0], lon[k], lat[k]);
      if (x[0] * x[k] + y[0] * y[k] + z[0] * z[k] < -.93)
        cr_expect_eq(out[k], 1 / (km * km), "%.17g km", km);
    }
  }
}

/* Points in one place are infinitely near, as is a point to itself; without coordinates it is NaN,
 * and only that. */
Test(geodesic, coincident_and_unplaced) {
  double out[N];
  for (int k = 0; k < N; k++)
    lon[k] = 10 + k % 100, lat[k] = 20 + k % 7;
  lon[3] = lon[103] = 13, lat[3] = lat[103] = 25;
  lon[104] = nextafter(13, 14), lat[104] = 25;
  lat[5] = NAN, lon[6] = NAN;
  sw_geodesic_vectors(N, lon, lat, x, y, z);
  sw_geodesic_values(&places, 3, 0, N, out);
  cr_expect(isinf(out[3]) && isinf(out[103]) && out[103] > 0);
  double km = sw_geodesic_km(13, 25, lon[104], 25);
  cr_expect(out[104] == 1 / (km * km) && km > 0, "%g", km);
  for (int k = 0; k < N; k++)
    cr_expect_eq(isnan(out[k]), k == 5 || k == 6, "%d", k);
  sw_geodesic_values(&places, 5, 0, N, out);
  for (int k = 0; k < N; k++)
    cr_expect(k == 5 || isnan(out[k]));
}

/* ---- bits ------------------------------------------------------------------------------- */

/* From both sides, in any segment, by any variant; PROJ's among them. */
Test(geodesic, same_bits) {
  double row[N], part[N], back[1], plain[N];
  srand(10);
  for (int k = 0; k < N; k++)
    lon[k] = k % 3 ? between(74, 134) : between(-180, 180), lat[k] = between(-60, 60);
  lon[9] = lon[8] + 1e-9, lat[9] = lat[8];
  sw_geodesic_vectors(N, lon, lat, x, y, z);
  for (int i = 0; i < N; i++) {
    sw_geodesic_values(&places, i, 0, N, row);
    plain_values(&places, i, 0, N, plain);
    int j0 = (i * 37) % N, j1 = j0 + (N - j0) * 2 / 3;
    sw_geodesic_values(&places, i, j0, j1, part);
    cr_expect_eq(memcmp(part, row + j0, (size_t)(j1 - j0) * sizeof *row), 0);
    cr_expect_eq(memcmp(plain, row, sizeof row), 0);
    for (int j = 0; j < N; j++) {
      sw_geodesic_values(&places, j, i, i + 1, back);
      cr_expect_eq(row[j], back[0]);
    }
  }
}
