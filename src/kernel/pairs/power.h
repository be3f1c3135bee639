/* Powers of positive numbers, and the loops that make flows of distances: v[j] for the columns
 * of a row segment. */
#ifndef SW_KERNEL_PAIRS_POWER_H
#define SW_KERNEL_PAIRS_POWER_H

#include "kernel/exp.h"

/* x^p, x positive and normal or NaN; the relative error is near |p ln x| ulp. The bits of a NaN
 * are not those of a normal number: it is passed on at the end. */
SW_INLINE double sw_power(double x, double p) {
  double value = sw_exp(p * sw_ln(x));
  return x == x ? value : x;
}

/* v[j] = v[j]^(decay/2): from inverse squared distances to inverse distances to a decay. */
void sw_power_decay_each(int64_t n, double decay, double *v);
/* Where sw_exp has stopped at its limits: infinite, and 0. No other value changes. */
void sw_power_unlimit(int64_t n, double *v);
/* v[j] *= factor. */
void sw_power_scale(int64_t n, double factor, double *v);
/* Infinite becomes NaN. */
void sw_power_drop_infinite(int64_t n, double *v);
/* v[j] *= a b[j], rounded as (a b[j]) v[j], so that exchanging the two masses changes no bit. */
void sw_power_scale_masses(int64_t n, double a, const double *b, double *v);
/* v[j] *= x / (x + y[j]): the sender's share. */
void sw_power_scale_share(int64_t n, double x, const double *y, double *v);
/* v[j] *= factor where of[j] is `group`. */
void sw_power_scale_group(int64_t n, int32_t group, const int32_t *of, double factor, double *v);
/* v[j] = 0 where it is NaN. */
void sw_power_fill_missing(int64_t n, double *v);
/* sum[j % 8] += v[j] m[j] where m has a value: eight lanes, to be joined by sw_lanes_join. */
void sw_power_add_products(int64_t n, const double *v, const double *m, double sum[8]);

#endif
