/* Loops over a row of pairs for models of flows, mu_j = e^(k + b x_j + g l_j), l the logarithm of
 * the distance. Sums are in eight lanes, so a row's bits depend on the row alone. */
#ifndef SW_KERNEL_FLOWS_ROW_H
#define SW_KERNEL_FLOWS_ROW_H

#include <stdint.h>

/* Weighted sums of 1, x, l and of their products. */
enum { SW_ROW_1, SW_ROW_X, SW_ROW_L, SW_ROW_XX, SW_ROW_XL, SW_ROW_LL, SW_ROW_SUMS };

/* l holds inverse squares v, 1/d^2 = v e^shift: they become ln d, and ok 1; without a distance 0
 * and 0. */
void sw_row_logs(int64_t n, double shift, double *l, double *ok);
/* mu = ok open e^(k + b x + g l). */
void sw_row_flows(int64_t n, double k, double b, double g, const double *x, const double *l,
                  const double *ok, const double *open, double *mu);
/* mu = ok open. */
void sw_row_mask(int64_t n, const double *ok, const double *open, double *mu);
/* mu = mu^2. */
void sw_row_square(int64_t n, double *mu);
void sw_row_moments(int64_t n, const double *mu, const double *x, const double *l,
                    double sum[SW_ROW_SUMS]);
/* out += factor mu. */
void sw_row_add(int64_t n, double factor, const double *mu, double *out);
/* out += factor mu (z + y l - mean); returns the sum of what is added, times l. */
double sw_row_turn(int64_t n, double factor, double mean, double y, const double *mu,
                   const double *z, const double *l, double *out);

#endif
