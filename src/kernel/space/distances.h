/* Distances from one unit to a run of others, whatever their kind, as the inverse squares that
 * decays are made of: a power of them needs no square root. */
#ifndef SW_KERNEL_SPACE_DISTANCES_H
#define SW_KERNEL_SPACE_DISTANCES_H

#include "kernel/space/arc.h"
#include "spillway/weights.h"

/* out[j - j0] = v with 1/d_ij^2 = v * sw_distances_scale(d); NaN where there is no distance. The
 * value at i itself is undefined. `points`: of great circles (arc.h), else not read. */
void sw_distances_inverse_squares(const sw_distance *d, const sw_arc_points *points, int64_t i,
                                  int64_t j0, int64_t j1, double *out);
double sw_distances_scale(const sw_distance *d);

/* out[j - j0]: a key that ascends with the distance and costs least to make; NaN where there is no
 * distance. By it pairs are told apart by limits. */
void sw_distances_keys(const sw_distance *d, const sw_arc_points *points, int64_t i, int64_t j0,
                       int64_t j1, double *out);
/* The largest key of what is at most `limit` away, in the unit of the distance. */
double sw_distances_key(const sw_distance *d, double limit);

#endif
