/* Sums to twice the digits of a double (Neumaier 1974): what each addition rounds off is added up
 * beside. The result is the exact sum rounded, but for the rarest cases, so it depends on the order
 * of what is added even less than on its rounding. For figures that are small differences of sums.
 */
#ifndef SW_KERNEL_SERIES_SUMS_H
#define SW_KERNEL_SERIES_SUMS_H

#include <math.h>

typedef struct sw_sum {
  double sum, rest; /* zeros to begin with */
} sw_sum;

static inline void sw_sum_add(sw_sum *to, double value) {
  double sum = to->sum + value;
  if (fabs(to->sum) >= fabs(value))
    to->rest += (to->sum - sum) + value;
  else
    to->rest += (value - sum) + to->sum;
  to->sum = sum;
}

static inline double sw_sum_value(sw_sum s) {
  return s.sum + s.rest;
}

#endif
