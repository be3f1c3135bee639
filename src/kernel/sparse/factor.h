/* Walks over the fronts, for the files of this room. */
#ifndef SW_KERNEL_SPARSE_FACTOR_H
#define SW_KERNEL_SPARSE_FACTOR_H

#include "kernel/sparse/dense.h"

sw_front_part sw_front_part_of(const sw_fronts *f, int64_t s, double *factor);
/* Into s->tangent: the derivative of the factor where A changes as -V does; the corner. */
void sw_sparse_factor_tangent(sw_sparse *s, const double *value);
void sw_sparse_factor_gram(sw_sparse *s);

#endif
