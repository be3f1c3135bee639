/* Places in degrees as unit vectors on the sphere, and the mean of places. */
#ifndef SW_KERNEL_SPACE_SPHERE_H
#define SW_KERNEL_SPACE_SPHERE_H

#include <stdbool.h>
#include <stdint.h>

/* Two distances are the same where they differ by less than a micrometre, 1.57e-13 of the Earth's
 * radius: this much of a chord of unit vectors. Vectors of places in degrees are right to 2e-16 in
 * each axis, so rounding takes some 5e-16 of a chord, however short it is; a regular grid has many
 * that differ by that alone. No two units are told apart by a micrometre. */
#define SW_SPHERE_SAME 1.57e-13

/* Unit vectors of places in degrees; not finite where a coordinate is NaN. */
void sw_sphere_vectors(int64_t n, const double *lon, const double *lat, double *x, double *y,
                       double *z);

/* A sum of weighted places under way; zeros to begin with. */
typedef struct sw_sphere_sum {
  double x, y, z, weight;
} sw_sphere_sum;

/* Weights are zero or more, and some of them above zero. */
void sw_sphere_add(sw_sphere_sum *sum, double weight, double lon, double lat);
/* The mean place in degrees; false where there is none, as the places lie opposite to each other.
 * A mean of longitudes as numbers would put 179 and -179 degrees at 0. */
bool sw_sphere_mean(const sw_sphere_sum *sum, double *lon, double *lat);

#endif
