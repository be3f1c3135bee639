/* Least squares at one place, the observations weighted by how near they are: the arithmetic of
 * geographically weighted regression. The caller gives squared distances; places are no matter
 * here.
 *
 * Two ways to the same fit. The search for a bandwidth makes many fits at each place and only
 * compares them: these go by normal equations of standardised variables. Of a bisquare kernel,
 * (1 - d^2/h^2)^2 = 1 - 2 d^2/h^2 + d^4/h^4, all bandwidths of a place come out of one walk over
 * the observations in order of distance. The fit that is reported goes by QR.
 *
 * Nothing allocates. Bits depend on the observations, their order and the place alone. */
#ifndef SW_KERNEL_LINEAR_GWR_H
#define SW_KERNEL_LINEAR_GWR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SW_GWR_MOST_TERMS = 40 };

typedef enum sw_gwr_kernel { SW_GWR_BISQUARE, SW_GWR_GAUSSIAN, SW_GWR_EXPONENTIAL } sw_gwr_kernel;

/* The distance to a neighbour times this is a bandwidth that has the neighbour within. */
#define SW_GWR_BEYOND 1.0000001

/* Rows of k terms, the first of them 1, and y: row[i * stride + j], zeros behind y. */
typedef struct sw_gwr_rows {
  int64_t n;
  int k, stride;
  double *row;
  double *mean, *scale; /* k + 1 each: what standardising took out; of the constant 0 and 1 */
} sw_gwr_rows;

/* Whole vectors of the widest machine. */
static inline int sw_gwr_stride(int k) {
  return (k + 8) / 8 * 8;
}

/* Takes means out of x and y, and divides x by its standard deviation. Returns -1, or the first
 * column that is constant (k: y). */
int sw_gwr_standardise(sw_gwr_rows *rows);

/* Indices of d2 in ascending order, ties by index, of the `most` least ones and perhaps some
 * beyond; NaN are left out. Returns how many stand in order: `most` at least, where there are as
 * many. `work`: n + 2 integers. */
int64_t sw_gwr_order(const double *d2, int64_t n, int64_t most, int32_t *order, int32_t *work);

/* Weights of squared distances at bandwidth sqrt(h2): bisquare (1 - u^2)^2 below u = 1, gaussian
 * exp(-u^2/2), exponential exp(-u). NaN has no weight. */
void sw_gwr_weights(sw_gwr_kernel kernel, int64_t n, const double *d2, double h2, double *w);

/* ---- trial fits -------------------------------------------------------------------------- */

/* Sums of products of the columns, right of the diagonal, k x stride each, times 1, d^2 and d^4 of
 * the observations order[from .. to), added. */
void sw_gwr_walk(const sw_gwr_rows *rows, const int32_t *order, int64_t from, int64_t to,
                 const double *d2, double *sums);
/* The same times w, into k x stride. */
void sw_gwr_sum(const sw_gwr_rows *rows, const double *w, double *sums);
/* Of column j alone: sums of w x times each column of values, n rows of `columns`; returns the sum
 * of w x^2. */
double sw_gwr_combine(const sw_gwr_rows *rows, const double *w, int j, const double *values,
                      int64_t columns, double *sums);
/* Bisquare sums at h2 out of those of sw_gwr_walk up to it. */
void sw_gwr_at(const sw_gwr_rows *rows, const double *walked, double h2, double *sums);
/* Residual and leverage of observation i, which lies at the place itself. False: the terms are not
 * independent there. `work`: k * (k + 2). */
bool sw_gwr_try(const sw_gwr_rows *rows, const double *sums, int64_t i, double *work,
                double *residual, double *leverage);

/* ---- the fit ----------------------------------------------------------------------------- */

typedef struct sw_gwr_fit {
  double *b;                /* k coefficients of the variables as they were */
  double *root;             /* k: standard errors at a residual variance of 1 */
  double fitted;            /* of observation i */
  double leverage, squares; /* of row i of the hat matrix: element i; the sum of squares */
  double condition;         /* of the columns w x scaled to length 1 */
} sw_gwr_fit;

/* Largest over smallest singular value of the k x k matrix, its columns scaled to length 1; used
 * up. */
double sw_gwr_condition(double *a, int k);
/* Doubles of work that a fit needs. */
size_t sw_gwr_work(int k);
/* At observation i with weights w. False, and nothing is filled but NaN: the reciprocal condition
 * of X'WX, columns scaled to length 1, is below 1e-12. `fit` has room for b and root. */
bool sw_gwr_solve(const sw_gwr_rows *rows, const double *w, int64_t i, double *work,
                  sw_gwr_fit *fit);

/* 1 - sum w e^2 / sum w (y - weighted mean)^2 over the observations that have a residual. */
double sw_gwr_local_r2(int64_t n, const double *w, const double *y, const double *e);

/* n ln(RSS/n) + n ln(2 pi) + n (n + tr S)/(n - 2 - tr S); NaN where it has no meaning. */
double sw_gwr_aicc(double n, double rss, double trace);

#endif
