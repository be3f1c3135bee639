/* Neighbours on the sphere, row by row, for weights matrices made from coordinates. Units are unit
 * vectors; rows come with `to` ascending, as links have them. A row depends on nothing but its
 * unit, so rows may be made in any order by any thread. */
#ifndef SW_KERNEL_SPACE_NEIGHBOURS_H
#define SW_KERNEL_SPACE_NEIGHBOURS_H

#include "kernel/space/kdtree.h"
#include "kernel/space/sphere.h"

/* Kilometres of the arc over a squared chord. */
double sw_neighbours_km(double chord2);

/* The k nearest to unit i, `to` ascending. Of units as far as the k-th, to SW_SPHERE_SAME, the
 * lower ones are taken. `chord2`: k numbers of work. */
void sw_neighbours_nearest(const sw_kdtree *tree, int64_t i, int64_t k, int32_t *to,
                           double *chord2);

/* The largest squared chord whose arc is at most `km`, to SW_SPHERE_SAME: a unit at the very limit
 * is within. */
double sw_neighbours_chord2_limit(double km);

/* Units other than i within squared chord `limit`, counted, and listed with `to` ascending; the
 * list has exactly the counted length. */
int64_t sw_neighbours_count(const sw_kdtree *tree, int64_t i, double limit);
void sw_neighbours_within(const sw_kdtree *tree, int64_t i, double limit, int64_t count,
                          int32_t *to);

/* value[k] = 1 / d(i, to[k])^power, d the arc in km. Returns the first k whose value is not a
 * finite number above zero (units at one point, a power too large), or -1. */
int64_t sw_neighbours_inverse_distance_row(const double *x, const double *y, const double *z,
                                           int64_t i, int64_t count, const int32_t *to,
                                           double power, double *value);

#endif
