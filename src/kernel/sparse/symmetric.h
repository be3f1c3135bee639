/* Eigenvalues of a dense symmetric matrix of some thousands of rows. Plain arithmetic in one order:
 * a BLAS would give other last bits on another processor, and GSL takes whatever BLAS it finds. */
#ifndef SW_KERNEL_SPARSE_SYMMETRIC_H
#define SW_KERNEL_SPARSE_SYMMETRIC_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers of scratch. */
#define SW_SYMMETRIC_WORK(n) (6 * ((n) + 8))

/* Of the lower triangle of a[i * n + j], which is used up. value[n], ascending. False: they were
 * not found in many steps. */
bool sw_symmetric_eigenvalues(int64_t n, double *a, double *value, double *work);

#endif
