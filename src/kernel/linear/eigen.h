/* Eigenvalues of a small general matrix, and their sizes. Plain arithmetic in one order: a BLAS
 * would give other last bits on another processor. */
#ifndef SW_KERNEL_LINEAR_EIGEN_H
#define SW_KERNEL_LINEAR_EIGEN_H

#include <complex.h>
#include <stdbool.h>

/* Complex numbers of scratch: the matrix, and two rows. */
#define SW_EIGEN_SCRATCH(n) ((n) * ((n) + 2))

/* value[n] of n x n finite numbers, row by row, in no order; `scratch`: SW_EIGEN_SCRATCH(n). False:
 * they were not found in many steps, and all are NaN. */
bool sw_eigen_values(int n, const double *a, double complex *value, double complex *scratch);
/* |lambda|, descending, of n x n finite numbers, row by row; `scratch`: SW_EIGEN_SCRATCH(n). False:
 * they were not found in many steps, and all are NaN. */
bool sw_eigen_sizes(int n, const double *a, double *size, double complex *scratch);

#endif
