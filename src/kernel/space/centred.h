/* Values less their mean, and the sums of powers that moments need: in twice the digits of a
 * double, as the variance of nearly equal values is a small difference of theirs. Sums run in the
 * order of units. */
#ifndef SW_KERNEL_SPACE_CENTRED_H
#define SW_KERNEL_SPACE_CENTRED_H

#include <stdbool.h>
#include <stdint.h>

/* hi + lo, twice the digits of a double: where nearly all values are equal, moments of theirs
 * differ in the last digits alone. */
typedef struct sw_wide {
  double hi, lo;
} sw_wide;

/* Of the values used, about their mean: count, sums of squares and of fourth powers. */
typedef struct sw_centred {
  double count, square;
  sw_wide squares, fourths;
  bool varies; /* else there is nothing else here */
} sw_centred;

/* z = (x - mean) times a power of two that brings the largest value near 1, which changes no bit of
 * a ratio; 0 where not used. Two values at least. */
sw_centred sw_centre(const double *x, int64_t n, const bool *used, double *z);

/* a Q^2 - b F over Q^2, Q the squares and F the fourth powers: b F/Q^2 is near a where nearly all
 * values are equal. */
double sw_centred_remainder(const sw_centred *values, double a, double b);

#endif
