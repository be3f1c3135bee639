/* The trend of a series by the filter of Hodrick & Prescott: (I + lambda D'D)^-1 x, D the second
 * differences. The matrix has five diagonals and depends on the length alone, so it is factored
 * once for all series: O(T) for the factors, O(T) a series. Fewer than three values are their own
 * trend. A line is its own trend too, so a constant may be added before or after.
 *
 * Source: Hodrick & Prescott 1997, Journal of Money, Credit and Banking 29:1-16. */
#ifndef SW_KERNEL_LINEAR_HP_H
#define SW_KERNEL_LINEAR_HP_H

#include <stddef.h>

/* LDL': the diagonal, and the two diagonals of L below it. */
typedef struct sw_hp {
  int n;
  double *d, *below, *second;
} sw_hp;

/* Doubles that the factors of series of n values take. */
size_t sw_hp_room(int n);
/* The factors, in `room`. lambda > 0. */
sw_hp sw_hp_factor(int n, double lambda, double *room);
/* out[0..n); may be x itself. */
void sw_hp_trend(const sw_hp *hp, const double *x, double *out);

#endif
