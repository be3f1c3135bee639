/* The insides of filter.h, for filter.c and filter_plan.c. */
#ifndef SW_KERNEL_SPATIAL_FILTER_INSIDE_H
#define SW_KERNEL_SPATIAL_FILTER_INSIDE_H

#include "kernel/sparse/sparse.h"
#include "kernel/spatial/filter.h"

/* A plan as it lies in memory: this, the eigenvalues (re[n], im[n]), the plan of the factor. */
typedef struct sw_filter_body {
  sw_filter_plan head;
  size_t eigen_at, sparse_at; /* bytes from the beginning; eigen_at 0: there are none */
  double radius;              /* no eigenvalue is larger, nearly */
} sw_filter_body;

/* tr G'G near rho = 0, where its formula divides by rho^2: values at Chebyshev's nodes. */
enum { SW_FILTER_NEAR = 8 };

struct sw_filter {
  const sw_filter_body *body;
  const sw_links *w;
  const sw_filter_grid *grid;
  sw_sparse sparse;
  double rho;
  double *block, *vector; /* a block of right-hand sides; 2 n numbers */
  bool has_near;
  double near[SW_FILTER_NEAR];
};

size_t sw_filter_size(const sw_filter_body *body, const sw_sparse_plan *sparse);

#endif
