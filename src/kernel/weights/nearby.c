/* Kernel weights. Which units are nearer than the width is decided by the same rounded quotient as
 * their weight, so that no link weighs 0. Called row by row where weights are made from
 * coordinates; a search in the tree costs O(log n + neighbours). Nothing allocates. */
#include "kernel/weights/nearby.h"

#include "kernel/space/neighbours.h"

#include <math.h>
#include <string.h>

/* The bandwidth is a little more than the k-th distance, so that the k-th neighbour itself has a
 * weight, as in libpysal. */
static const double hair = 1.0000001;

/* u is the distance over the width. Only Epanechnikov's form has its constant factor: a factor
 * common to all weights of a row changes no average. */
double sw_kernel_value(sw_kernel_form form, double u) {
  switch (form) {
  case SW_KERNEL_TRIANGULAR:
    return 1 - u;
  case SW_KERNEL_EPANECHNIKOV:
    return .75 * (1 - u * u);
  case SW_KERNEL_BISQUARE:
    return (1 - u * u) * (1 - u * u);
  case SW_KERNEL_GAUSSIAN:
    return exp(-u * u / 2);
  case SW_KERNEL_UNIFORM:
    return 1;
  }
  return NAN;
}

/* to and chord2 have room for k; they are overwritten. */
double sw_nearby_width(const sw_kdtree *tree, int64_t i, int64_t k, int32_t *to, double *chord2) {
  sw_kdtree_nearest(tree, i, k, to, chord2);
  return sw_neighbours_km(chord2[k - 1]) * hair;
}

/* The greatest squared chord whose distance is below `km`: doubles above zero are ordered as their
 * bits, so bisection over these needs 64 steps at most and no tolerance. 4.5 is beyond any chord of
 * the unit sphere, whose square is at most 4. */
double sw_nearby_chord2_below(double km) {
  double top = 4.5;
  if (sw_neighbours_km(top) / km < 1) return top;
  /* A width of 0 has no neighbours: no squared chord is below -1. */
  if (!(km > 0)) return -1;
  uint64_t below = 0, above;
  memcpy(&above, &top, sizeof above);
  while (above - below > 1) {
    uint64_t middle = below + (above - below) / 2;
    double chord2;
    memcpy(&chord2, &middle, sizeof chord2);
    if (sw_neighbours_km(chord2) / km < 1)
      below = middle;
    else
      above = middle;
  }
  double limit;
  memcpy(&limit, &below, sizeof limit);
  return limit;
}

/* The width may be one for all or the unit's own. */
void sw_nearby_kernel_row(const double *x, const double *y, const double *z, int64_t i,
                          int64_t count, const int32_t *to, sw_kernel_form form, double km,
                          double *value) {
  for (int64_t k = 0; k < count; k++)
    value[k] = sw_kernel_value(form, sw_neighbours_km(sw_chord2(x, y, z, i, to[k])) / km);
}

/* Rows ascend: the unit itself goes to its place among its neighbours. O(count); `to` and `value`
 * have room for one more. */
void sw_nearby_put_own(int64_t i, int64_t count, int32_t *to, double *value, double own) {
  int64_t k = count;
  for (; k > 0 && to[k - 1] > i; k--) {
    to[k] = to[k - 1];
    value[k] = value[k - 1];
  }
  to[k] = (int32_t)i;
  value[k] = own;
}
