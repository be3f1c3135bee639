/* Arithmetic on one dense front: eliminating its pivots, and the entries of the inverse at them
 * from those at the rows below. Pivots go in panels of eight, so that what most of the time goes
 * into are products of eight rows or columns at a time. */
#ifndef SW_KERNEL_SPARSE_DENSE_H
#define SW_KERNEL_SPARSE_DENSE_H

#include "kernel/sparse/plan.h"

enum { SW_DENSE_PANEL = 32 }; /* pivots at a time, at most */

/* Numbers of scratch for fronts of up to that stride. */
#define SW_DENSE_WORK(stride) (3 * SW_DENSE_PANEL * (stride))

/* The part of a front in the factor, or in a tangent. */
typedef struct sw_front_part {
  double *top; /* pivots rows of `stride` */
  double *low; /* rows - pivots rows of `pivots` */
} sw_front_part;

/* Eliminates the pivots in f, which then holds L, D and U as the factor does, and below them the
 * update for the parent. False: a pivot is 0 or no number. */
bool sw_dense_eliminate(sw_front front, double *f, double *work);
/* The derivative of the same: f, the front's derivative, becomes that of L, D, U and the update. */
void sw_dense_eliminate_tangent(sw_front front, sw_front_part factor, double *f, double *work);
/* With M = [0 A; A' -I], eliminated in pairs, f is the corner at -I, symmetric: at the pivots it
 * becomes c_kk and, beyond the diagonal, (c_kj - u_kj c_kk) / d_k. */
void sw_dense_eliminate_gram(sw_front front, sw_front_part factor, double *f, double *work);

/* z holds A^-1 at the rows below the pivots, and receives it at the pivots. */
void sw_dense_invert(sw_front front, sw_front_part factor, double *z, double *work);
/* And its derivative in `slope`. */
void sw_dense_invert_tangent(sw_front front, sw_front_part factor, sw_front_part tangent, double *z,
                             double *slope, double *work);
/* And (A A')^-1 in x, of what sw_dense_eliminate_gram left. */
void sw_dense_invert_gram(sw_front front, sw_front_part factor, sw_front_part gram, double *z,
                          double *x, double *work);

#endif
