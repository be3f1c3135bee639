/* Ordinary least squares y = X b + e of values in memory, and the covariances of b: classical, HC1,
 * and a sandwich around any sum of scores. A constant is a column of X like any other. Nothing
 * allocates; matrices stand by column. */
#ifndef SW_KERNEL_LINEAR_OLS_H
#define SW_KERNEL_LINEAR_OLS_H

#include <stddef.h>
#include <stdint.h>

/* Arrays lie in the workspace. */
typedef struct sw_ols {
  int64_t n;
  int k;
  double *b;        /* k */
  double *root;     /* k x k: (X'X)^-1 = root root' */
  double *residual; /* n */
  double rss, tss;  /* sums of squares: of residuals; of y about its mean */
} sw_ols;

/* Bytes that a fit needs; they are the fit's as long as it is used. */
size_t sw_ols_workspace(int64_t n, int k);
/* x: k columns of n values, without NaN; n >= k. Returns -1, or the first column that is a linear
 * combination of those before it: then nothing is filled. */
int sw_ols_fit(const double *const *x, const double *y, int64_t n, int k, void *workspace,
               sw_ols *fit);

/* s^2 (X'X)^-1, k x k. */
void sw_ols_classical(const double *root, int k, double s2, double *vcov);
/* factor (X'X)^-1 M (X'X)^-1. `meat`: M = sum of s s' over independent scores, symmetric. `work`:
 * k x k. */
void sw_ols_sandwich(const double *root, int k, const double *meat, double factor, double *work,
                     double *vcov);
/* The sandwich of s = x e with n/(n - k) (MacKinnon & White 1985). `work`: 2 k x k. */
void sw_ols_hc1(const sw_ols *fit, const double *const *x, double *work, double *vcov);

#endif
