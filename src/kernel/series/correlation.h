/* Pearson's correlation of two series of a few values each. A series that does not vary has none;
 * rounding of a constant is told from variation by the size of its values. */
#ifndef SW_KERNEL_SERIES_CORRELATION_H
#define SW_KERNEL_SERIES_CORRELATION_H

#include <stdbool.h>

/* The series v of n values about its mean, over its length (`variance`: over its standard
 * deviation, divisor n), in place; all NaN where it does not vary, or has a NaN. `size`: of what
 * the values were made of, whose rounding they have. The product of two series over their lengths
 * is r. */
void sw_correlation_standardise(double *v, int n, double size, bool variance);
/* Several series side by side, over their lengths: value s of the k-th is v[s * SW_SERIES + k]. */
enum { SW_SERIES = 8 };
void sw_correlation_standardise_all(double *v, int n, const double size[SW_SERIES]);
/* r; NaN of fewer than `least` values, or where one of the two does not vary. from_x, from_y: the
 * size of what values were made of, where it is larger than theirs; 0: it is not. Exchanging the
 * two series changes no bit. */
double sw_correlation(const double *x, double from_x, const double *y, double from_y, int n,
                      int least);

#endif
