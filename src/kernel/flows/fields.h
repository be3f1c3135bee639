/* Fields of centres over a run of units: loops over units for one centre in one period. Every
 * pair's bits depend on the pair alone; sums go from centre to centre. A missing number is NaN, and
 * none is infinite. */
#ifndef SW_KERNEL_FLOWS_FIELDS_H
#define SW_KERNEL_FLOWS_FIELDS_H

#include "kernel/hot.h"

#include <stdint.h>

/* The two strongest fields at each unit so far, and whose they are (a number of a centre as a
 * double, as it is stored); 0 and NaN before the first. */
typedef struct sw_fields_best {
  double *first, *first_of, *second, *second_of;
} sw_fields_best;

void sw_fields_begin(int64_t n, const sw_fields_best *best);
/* field[u] = z w[u], of centre number `of`. What is zero or missing is no field; of equal ones the
 * first that is taken stays first. */
void sw_fields_take(int64_t n, double z, const double *w, double of, double *field,
                    const sw_fields_best *best);

/* w[u] = exp(-rate d), of inverse squares of distances 1/(scale d^2) in w. */
void sw_fields_exponential(int64_t n, double rate, double scale, double *w);

/* Shares: sum[u] += a w[u] where it is a number, then share[u] = a w[u] / sum[u]. */
void sw_fields_add(int64_t n, double a, const double *w, double *sum);
void sw_fields_share(int64_t n, double a, const double *w, const double *sum, double *share);
/* The sum of v m over the units that have both, in eight lanes. */
double sw_fields_product(int64_t n, const double *v, const double *m);

#endif
