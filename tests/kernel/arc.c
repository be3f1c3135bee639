/* Inverse squared arcs against long double on the same unit vectors. */
#include "kernel/space/arc.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { N = 700 };

static double x[N], y[N], z[N];

static void put(int k, double lon, double lat) {
  const double degree = M_PI / 180;
  x[k] = cos(lat * degree) * cos(lon * degree);
  y[k] = cos(lat * degree) * sin(lon * degree);
  z[k] = sin(lat * degree);
}

/* The definition: 2 asin(chord / 2), beyond a quarter circle pi less the arc to the antipode. */
static double wanted(int i, int j) {
  long double dx = (long double)x[i] - x[j], dy = (long double)y[i] - y[j],
              dz = (long double)z[i] - z[j], sx = (long double)x[i] + x[j],
              sy = (long double)y[i] + y[j], sz = (long double)z[i] + z[j];
  long double u = dx * dx + dy * dy + dz * dz, v = sx * sx + sy * sy + sz * sz;
  long double arc = u > 2 ? M_PIl - 2 * asinl(sqrtl(v) / 2) : 2 * asinl(sqrtl(u) / 2);
  return (double)(1 / (SW_ARC_SCALE * arc * arc));
}

static double worst_of_row(const sw_arc_points *points, int i, const double *value) {
  double worst = 0;
  (void)points;
  for (int j = 0; j < N; j++) {
    double error = i == j ? 0 : fabs(value[j] / wanted(i, j) - 1);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

static void scatter(double lon0, double lon1, double lat0, double lat1) {
  srand(7);
  for (int k = 0; k < N; k++)
    put(k, lon0 + (lon1 - lon0) * rand() / RAND_MAX, lat0 + (lat1 - lat0) * rand() / RAND_MAX);
}

static double worst(void) {
  sw_arc_ball ball[(N + SW_ARC_CHUNK - 1) / SW_ARC_CHUNK];
  double value[N], greatest = 0;
  sw_arc_cover(N, x, y, z, ball);
  sw_arc_points points = {x, y, z, ball, false};
  for (int i = 0; i < N; i++) {
    sw_arc_values(&points, i, 0, N, value);
    double error = worst_of_row(&points, i, value);
    if (!(error <= greatest)) greatest = error;
  }
  return greatest;
}

Test(arc, country_of_a_few_ulp) {
  scatter(74, 134, 18, 53);
  cr_expect_lt(worst(), 1.2e-15);
}

Test(arc, whole_sphere) {
  scatter(-180, 180, -90, 90);
  cr_expect_lt(worst(), 5e-15);
}

/* 50 m, 1 km, 1,000 km, both sides of the near limit, of a quarter circle, and the antipodes. */
Test(arc, chosen_distances) {
  const double km[] = {0.05, 1, 1000, 6107, 6106.5, 6107.5, 10007, 10008, 20015, 20015.0868};
  for (int k = 0; k < N; k++)
    put(k, 110, 30);
  int count = (int)(sizeof km / sizeof km[0]);
  for (int k = 1; k <= count; k++)
    put(k, 110, 30 - km[k - 1] / SW_EARTH_KM * 180 / M_PI);
  sw_arc_ball ball[3];
  double value[N];
  sw_arc_cover(N, x, y, z, ball);
  sw_arc_points points = {x, y, z, ball, false};
  sw_arc_values(&points, 0, 0, N, value);
  for (int k = 1; k <= count; k++) {
    cr_expect_lt(fabs(value[k] / wanted(0, k) - 1), 5e-15, "%g km", km[k - 1]);
    double distance = SW_EARTH_KM / sqrt(SW_ARC_SCALE * value[k]);
    cr_expect_lt(fabs(distance - km[k - 1]), 1e-9 + 1e-11 * km[k - 1], "%.17g", distance);
  }
}

/* A pair's bits are the same from either side, for any segment, by the short or the long loop. */
Test(arc, bits_belong_to_the_pair) {
  scatter(-120, -30, -50, 50);
  sw_arc_ball ball[3], nowhere[3];
  sw_arc_cover(N, x, y, z, ball);
  for (int c = 0; c < 3; c++)
    nowhere[c] = (sw_arc_ball){0, 0, 0, -1};
  sw_arc_points points = {x, y, z, ball, false}, always_long = {x, y, z, nowhere, false};
  double row[N], back[N], other[N];
  for (int i = 0; i < N; i += 13) {
    sw_arc_values(&points, i, 0, N, row);
    sw_arc_values(&always_long, i, 0, N, other);
    int j0 = (i * 31) % N, j1 = j0 + (N - j0) / 2;
    sw_arc_values(&points, i, j0, j1, back);
    for (int j = j0; j < j1; j++)
      cr_expect(i == j || back[j - j0] == row[j]);
    for (int j = 0; j < N; j++) {
      if (i == j) continue;
      cr_expect_eq(row[j], other[j]);
      sw_arc_values(&points, j, i, i + 1, back);
      cr_expect_eq(row[j], back[0]);
    }
  }
}

Test(arc, unplaced_points_are_nan) {
  scatter(70, 80, 20, 30);
  x[5] = y[5] = z[5] = NAN;
  sw_arc_ball ball[3];
  double value[N], b[N];
  for (int k = 0; k < N; k++)
    b[k] = 1;
  sw_arc_cover(N, x, y, z, ball);
  sw_arc_points points = {x, y, z, ball, false};
  sw_arc_values(&points, 0, 0, N, value);
  cr_expect(isnan(value[5]));
  cr_expect_not(isnan(value[6]));
  sw_arc_flows(&points, 5, 0, N, 1, b, value);
  for (int j = 0; j < N; j++)
    cr_expect(isnan(value[j]));
}
