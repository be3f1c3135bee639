/* The triangle R of a tall matrix A by Householder reflections, R'R = A'A. Rows may come in pieces,
 * one unit after the other, so that A is never whole in memory; cross products A'A would lose half
 * of the digits. Matrices stand by column: r[j * k + i] is row i of column j. Nothing allocates;
 * sums run in eight lanes, so the bits depend on the rows and their pieces alone. */
#ifndef SW_KERNEL_LINEAR_QR_H
#define SW_KERNEL_LINEAR_QR_H

#include <stdint.h>

/* Sum of products in eight lanes. */
double sw_dot(const double *a, const double *b, int64_t n);

/* Appends m rows of k columns (a[j * m + i]) to the triangle r, k x k, of what came before; zeros
 * to begin with. `a` is used up. */
void sw_qr_append(double *r, int k, double *a, int64_t m);

/* Appends the rows of another triangle, which is used up. */
void sw_qr_join(double *r, int k, double *other);

/* Length of column j of the triangle, which is that of the column of A. */
double sw_qr_length(const double *r, int k, int j);
/* The first of the columns [0, count) that is a linear combination of those before it, to 1e-10 of
 * its length; -1. */
int sw_qr_dependent(const double *r, int k, int count);
/* Of the triangle r of [X y], (k + 1) x (k + 1): the coefficients b of y = X b + e, and
 * root = R^-1, k x k, of which (X'X)^-1 = root root'. Returns -1, or the first dependent column of
 * X; then b and root are not filled. */
int sw_qr_solve(const double *r, int k, double *b, double *root);

#endif
