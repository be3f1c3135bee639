/* How far I - sign r V keeps positive pivots. */
#ifndef SW_KERNEL_SPARSE_EDGE_H
#define SW_KERNEL_SPARSE_EDGE_H

#include "kernel/sparse/sparse.h"

/* `value`: of V on the plan's pattern, symmetric where `symmetric`. `within`: a positive r for
 * which the pivots are positive. out: the greatest such r but for rounding, from within (of a V
 * that is not symmetric nine digits of it); INFINITY: there is none. Of a symmetric V it is the
 * reciprocal of its greatest eigenvalue, times `sign`; of one without negative entries, of its
 * spectral radius. */
sw_status sw_sparse_edge(sw_error *err, const sw_sparse_plan *plan, const double *value,
                         bool symmetric, double sign, double within, double *out);

#endif
