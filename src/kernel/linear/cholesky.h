/* Symmetric positive definite systems of small size by Cholesky's factorisation, a[j * n + i] by
 * column. For covariances and normal equations of effects; least squares themselves go by qr.h. */
#ifndef SW_KERNEL_LINEAR_CHOLESKY_H
#define SW_KERNEL_LINEAR_CHOLESKY_H

#include <stdbool.h>

/* Replaces the lower triangle of a by L, LL' = a. False: a is not positive definite, to 1e-12 of
 * its diagonal. */
bool sw_cholesky_factor(double *a, int n);
/* Replaces x by a^-1 x. */
void sw_cholesky_solve(const double *l, int n, double *x);
/* x' a^-1 x; NaN where a is not positive definite. `work`: n * n + n doubles. */
double sw_cholesky_form(const double *a, int n, const double *x, double *work);

#endif
