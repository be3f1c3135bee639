/* Where I - rho W is regular: the open interval about 0 between the reciprocals of W's least and
 * greatest real eigenvalues; and all eigenvalues of a small W. */
#ifndef SW_KERNEL_SPARSE_SPECTRUM_H
#define SW_KERNEL_SPARSE_SPECTRUM_H

#include "kernel/sparse/sparse.h"
#include "spillway/weights.h"

/* W is similar to a symmetric matrix by a positive diagonal: w_ij w_ji >= 0, both are 0 or neither,
 * and their quotients agree along every way, up to the rounding of rows that were divided by their
 * sums. */
sw_status sw_similar_to_symmetric(sw_error *err, const sw_links *w, bool *similar);

/* What is known of W before its eigenvalues are. */
typedef struct sw_spectrum_of {
  const sw_links *links;
  const sw_sparse_plan *plan;
  bool similar;       /* to a symmetric matrix: all eigenvalues are real */
  bool rows_sum_to_1; /* all rows with a link do */
} sw_spectrum_of;

typedef struct sw_interval {
  double least, most;                 /* infinite: no end */
  bool least_is_bound, most_is_bound; /* the spectral radius of |W| says so, no eigenvalue */
} sw_interval;

/* By the signs of pivots, from within. Of a W that is not similar to a symmetric matrix the ends
 * are
 * +-1 over the spectral radius of |W|; without negative weights that is the greatest eigenvalue. */
sw_status sw_spectrum_interval(sw_error *err, const sw_spectrum_of *of, sw_interval *out);

/* re[n] and im[n], ascending by re where W is similar to a symmetric matrix (im is then 0). n is
 * some thousands at most: it takes n x n numbers, and n^3 steps. */
sw_status sw_spectrum_eigenvalues(sw_error *err, const sw_links *w, bool similar, double *re,
                                  double *im);
/* The interval that they leave. */
sw_interval sw_spectrum_between(int64_t n, const double *re, const double *im);

#endif
