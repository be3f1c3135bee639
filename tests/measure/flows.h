/* Four units with given distances, the hand case of oracles/regions.md: what tests of measures of
 * centres and of times share. */
#ifndef TESTS_MEASURE_FLOWS_H
#define TESTS_MEASURE_FLOWS_H

#include "measure/harness.h"

enum { FLOWS_N = 4 };

static const double flows_distance[FLOWS_N][FLOWS_N] = {
    {0, 1, 2, 2}, {1, 0, 1, 3}, {2, 1, 0, 1}, {2, 3, 1, 0}};

/* Pairs that are NaN have no distance. */
static inline void flows_give(harness *h, const double d[FLOWS_N][FLOWS_N], bool symmetric) {
  int64_t *start = NULL, k = 0;
  int32_t *to = NULL;
  double *value = NULL;
  sw_links *links = NULL;
  sw_distance *given = NULL;
  HARNESS_NEW(h, start, FLOWS_N + 1);
  HARNESS_NEW(h, to, FLOWS_N * FLOWS_N);
  HARNESS_NEW(h, value, FLOWS_N * FLOWS_N);
  HARNESS_NEW(h, links, 1);
  HARNESS_NEW(h, given, 1);
  for (int i = 0; i < FLOWS_N; i++) {
    for (int j = 0; j < FLOWS_N; j++)
      if (j != i && !isnan(d[i][j])) to[k] = j, value[k++] = d[i][j];
    start[i + 1] = k;
  }
  *links = (sw_links){.n = FLOWS_N, .row_start = start, .to = to, .value = value};
  *given = (sw_distance){.kind = SW_GIVEN, .links = links, .symmetric = symmetric};
  harness_arg(h, "distance")->distance = given;
}

static inline void flows_centres(harness *h, int count, const int64_t *unit) {
  harness_arg(h, "centres")->count = count;
  harness_arg(h, "centres")->centres = unit;
}

/* An area such that 2/3 sqrt(area / pi) is `within`. */
static inline double flows_area(double within) {
  return acos(-1) * (1.5 * within) * (1.5 * within);
}

static inline void flows_areas(harness *h, const double within[FLOWS_N]) {
  double *area = NULL;
  HARNESS_NEW(h, area, FLOWS_N);
  for (int i = 0; i < FLOWS_N; i++)
    area[i] = flows_area(within[i]);
  h->units.area = area;
}

/* Places on the sphere, spread evenly: enough for blocks and for every kind of loop. */
static inline void flows_sphere(harness *h, int64_t n, sw_distance *d) {
  double *x = NULL, *y = NULL, *z = NULL;
  HARNESS_NEW(h, x, n);
  HARNESS_NEW(h, y, n);
  HARNESS_NEW(h, z, n);
  for (int64_t i = 0; i < n; i++) {
    double lon = fmod((double)i * .61803398875, 1) * 6.28;
    double lat = asin(1 - 2 * fmod((double)i * .7548776662, 1));
    x[i] = cos(lat) * cos(lon), y[i] = cos(lat) * sin(lon), z[i] = sin(lat);
  }
  *d = (sw_distance){.kind = SW_GREAT_CIRCLE, .x = x, .y = y, .z = z, .symmetric = true};
  harness_arg(h, "distance")->distance = d;
}

static inline double flows_km(const sw_distance *d, int64_t i, int64_t j) {
  double x = d->x[i] - d->x[j], y = d->y[i] - d->y[j], z = d->z[i] - d->z[j];
  return 6371.0088 * 2 * asin(sqrt(x * x + y * y + z * z) / 2);
}

#endif
