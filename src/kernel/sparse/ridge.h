/* K = I + c A A', A = I - rho W, without A A': the corner that is left when
 * [-I sqrt(c) A'; sqrt(c) A I] has lost its first half. That matrix is quasi-definite, so that any
 * order of elimination is stable (Vanderbei 1995, SIAM J. Optimization 5:100-113).
 *
 * For random effects whose errors alone are spatial: T phi I + (B'B)^-1 = B^-1 (I + T phi B B')
 * B'^-1. A plan is flat and const, an sw_ridge belongs to a thread, as those of filter.h. */
#ifndef SW_KERNEL_SPARSE_RIDGE_H
#define SW_KERNEL_SPARSE_RIDGE_H

#include "spillway/weights.h"

typedef struct sw_ridge_plan sw_ridge_plan;
typedef struct sw_ridge sw_ridge;

/* As a resource of the engine makes it: an object, its bytes into `out` (64-byte aligned), its end.
 */
sw_status sw_ridge_plan_begin(sw_error *err, const sw_links *w, void **object, size_t *bytes);
sw_status sw_ridge_plan_fill(sw_error *err, const sw_links *w, void *object, void *out);
void sw_ridge_plan_end(void *object);
/* The same for a caller without resources. */
sw_status sw_ridge_plan_create(sw_error *err, const sw_links *w, sw_ridge_plan **plan);
void sw_ridge_plan_destroy(sw_ridge_plan *plan);

size_t sw_ridge_workspace(const sw_ridge_plan *plan);
/* `workspace`: 64-byte aligned. */
sw_ridge *sw_ridge_at(const sw_ridge_plan *plan, const sw_links *w, void *workspace);
/* Factors K at any rho and c >= 0; false: it is singular to rounding. What follows asks for it. */
bool sw_ridge_set(sw_ridge *ridge, double rho, double c);
double sw_ridge_logdet(const sw_ridge *ridge); /* ln|K| */
/* x = K^-1 b of `count` columns, b[c * n + i]; x may be b. */
void sw_ridge_solve(sw_ridge *ridge, int count, const double *b, double *x);
double sw_ridge_trace_inverse(sw_ridge *ridge); /* tr K^-1 */
/* tr K^-1, and d ln|K| / d rho, by one walk. */
void sw_ridge_traces(sw_ridge *ridge, double *inverse, double *slope);

#endif
