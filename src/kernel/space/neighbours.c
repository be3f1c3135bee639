/* Rows of neighbours out of the k-d tree. */
#include "kernel/space/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/space/arc.h"

/* From half the chord: the dot product would lose the short arcs. */
static double arc_km(double chord2) {
  return 2.0 * SW_EARTH_KM * asin(fmin(1.0, sqrt(chord2 / 4.0)));
}

void sw_sphere_vectors(int64_t n, const double *lon, const double *lat, double *x, double *y,
                       double *z) {
  const double degree = M_PI / 180.0;
  for (int64_t i = 0; i < n; i++) {
    /* One place, one vector: a pole at any longitude, 180 east as 180 west. */
    double across = fabs(lat[i]) == 90 ? 0 : cos(lat[i] * degree);
    x[i] = across * cos(lon[i] * degree);
    y[i] = fabs(lon[i]) == 180 ? 0 : across * sin(lon[i] * degree);
    z[i] = sin(lat[i] * degree);
  }
}

static int compare_units(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

void sw_neighbours_nearest(const sw_kdtree *tree, int64_t i, int64_t k, int32_t *to,
                           double *chord2) {
  sw_kdtree_nearest(tree, i, k, to, chord2);
  qsort(to, (size_t)k, sizeof *to, compare_units);
}

/* Doubles above zero are ordered as their bits are, so the limit is found among the bits: then
 * `chord2 <= limit` and `arc <= km` say the same of every pair. */
double sw_neighbours_chord2_limit(double km) {
  double top = 4.5; /* beyond any chord that rounding can give */
  if (arc_km(top) <= km) return top;
  uint64_t below = 0, above;
  memcpy(&above, &top, sizeof above);
  while (above - below > 1) {
    uint64_t middle = below + (above - below) / 2;
    double chord2;
    memcpy(&chord2, &middle, sizeof chord2);
    if (arc_km(chord2) <= km)
      below = middle;
    else
      above = middle;
  }
  double limit;
  memcpy(&limit, &below, sizeof limit);
  return limit;
}

int64_t sw_neighbours_count(const sw_kdtree *tree, int64_t i, double limit) {
  return sw_kdtree_within(tree, i, limit, 0, NULL);
}

void sw_neighbours_within(const sw_kdtree *tree, int64_t i, double limit, int64_t count,
                          int32_t *to) {
  sw_kdtree_within(tree, i, limit, count, to);
  qsort(to, (size_t)count, sizeof *to, compare_units);
}

int64_t sw_neighbours_inverse_distance_row(const double *x, const double *y, const double *z,
                                           int64_t i, int64_t count, const int32_t *to,
                                           double power, double *value) {
  int64_t wrong = -1;
  for (int64_t k = 0; k < count; k++) {
    value[k] = 1.0 / pow(arc_km(sw_chord2(x, y, z, i, to[k])), power);
    if (wrong < 0 && !(value[k] > 0.0 && isfinite(value[k]))) wrong = k;
  }
  return wrong;
}
