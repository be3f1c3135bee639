/* Indices of the structure of one unit: its industries against a base, against labour, against
 * another period. All take shares, which sum to 1; nothing allocates. What is not defined is NaN.
 *
 * Shares that differ by less than their sums are rounded, 2^-43 of the larger, are equal: a unit
 * whose structure is that of the base has a distance of exactly 0. */
#ifndef SW_KERNEL_SERIES_STRUCTURE_H
#define SW_KERNEL_SERIES_STRUCTURE_H

#include <stdbool.h>

/* share[k] = value[k]/sum. False where the sum is not above zero. They may be one array. */
bool sw_structure_shares(int n, const double *value, double *share);
/* The shares of what is left of `all` without the unit's own `value`; false where that is
 * nothing. */
bool sw_structure_rest(int n, const double *all, const double *value, double *share);

/* sum |s - b|, in [0,2] (Krugman 1991). */
double sw_structure_distance(int n, const double *s, const double *b);
/* max s/b over the industries that the base or the unit has; NaN where the base lacks one that the
 * unit has. */
double sw_structure_most(int n, const double *s, const double *b);
/* sum s^2. */
double sw_structure_concentration(int n, const double *s);
/* sum y ln(y/l), 0 where the two are equal; y = 0 adds 0; l = 0 < y: NaN. */
double sw_structure_theil(int n, const double *y, const double *l);
/* sum y |y/l - 1|, likewise. */
double sw_structure_deviation(int n, const double *y, const double *l);

/* The angle between two vectors, in radians: 2 atan2(|u - v|, |u + v|) of unit vectors, which loses
 * nothing at small angles. NaN where one is zero. */
double sw_structure_angle(int n, const double *u, const double *v);
/* 3 t1 + 2 t2 + t3, t the angles of the shares of three sectors to their axes (Fu 2010). */
double sw_structure_fu(const double s[3]);

#endif
