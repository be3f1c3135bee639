/* Fields of centres over a run of units. Every pair's bits depend on the pair alone; sums go from
 * centre to centre. A missing number is NaN. */
#ifndef SW_KERNEL_FLOWS_FIELDS_H
#define SW_KERNEL_FLOWS_FIELDS_H

#include "kernel/hot.h"

#include <stdbool.h>
#include <stdint.h>

/* field[c][u] = z[c] w[c * stride + u] of k centres, and whose are the strongest and the second
 * strongest field at each unit, as a double, as it is stored; NaN: nobody's. What is zero or
 * missing is no field. Centres are asked in the order order[0 .. k): of equal fields the earlier
 * one goes first. `fetched`: the rows of `field` went through sw_fields_fetch just before. */
void sw_fields_strongest(int64_t n, int k, const int *order, const double *z, const double *w,
                         int64_t stride, double *const *field, bool fetched, double *first_of,
                         double *second_of);

/* Asks for the lines of a row that sw_fields_strongest will write: they arrive while its weights
 * are computed. Changes nothing. */
void sw_fields_fetch(int64_t n, const double *row);

/* w[u] = exp(-rate d), of inverse squares of distances 1/(scale d^2) in w. */
void sw_fields_exponential(int64_t n, double rate, double scale, double *w);

/* Shares: sum[u] += a w[u] where it is a number, then share[u] = a w[u] / sum[u]. */
void sw_fields_add(int64_t n, double a, const double *w, double *sum);
void sw_fields_share(int64_t n, double a, const double *w, const double *sum, double *share);
/* The sum of v m over the units that have both, in eight lanes. */
double sw_fields_product(int64_t n, const double *v, const double *m);

#endif
