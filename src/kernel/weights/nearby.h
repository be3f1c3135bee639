/* Kernel weights by the distance on the sphere, row by row. */
#ifndef SW_KERNEL_WEIGHTS_NEARBY_H
#define SW_KERNEL_WEIGHTS_NEARBY_H

#include "kernel/space/kdtree.h"

typedef enum sw_kernel_form {
  SW_KERNEL_TRIANGULAR,
  SW_KERNEL_EPANECHNIKOV,
  SW_KERNEL_BISQUARE,
  SW_KERNEL_GAUSSIAN, /* cut at its width, as the others are */
  SW_KERNEL_UNIFORM
} sw_kernel_form;

/* What a unit weighs in its own row. */
typedef enum sw_kernel_diagonal {
  SW_DIAGONAL_NONE,
  SW_DIAGONAL_ONE,
  SW_DIAGONAL_KERNEL
} sw_kernel_diagonal;

/* Above 0 for 0 <= u < 1, the distance in widths. */
double sw_kernel_value(sw_kernel_form form, double u);
/* The width at unit i: a hair more than the km to the k-th other unit. `to`, `chord2`: k numbers of
 * work. */
double sw_nearby_width(const sw_kdtree *tree, int64_t i, int64_t k, int32_t *to, double *chord2);
/* The greatest squared chord that is nearer than `km`; < 0: none. */
double sw_nearby_chord2_below(double km);
void sw_nearby_kernel_row(const double *x, const double *y, const double *z, int64_t i,
                          int64_t count, const int32_t *to, sw_kernel_form form, double km,
                          double *value);
/* Puts unit i, which weighs `own`, into its row of `count` others; `to` stays ascending. */
void sw_nearby_put_own(int64_t i, int64_t count, int32_t *to, double *value, double own);

#endif
