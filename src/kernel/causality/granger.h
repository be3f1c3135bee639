/* Granger's test of all pairs: does a sender's series help predict a receiver's, beyond the p last
 * values of the receiver's own (methods-space.md section 4).
 *
 * Over the rows of the test, [1, own lags] of a unit has the orthonormal basis [1/sqrt T, Q], found
 * once for the unit, and e is the rest of its values beside it, of length 1. The sender's lags
 * count only as the space they span, so the same Q serves a unit as receiver and as sender. Of a
 * pair
 *
 *   B = Q_j'Q_i, c = Q_j'e_i, A = I - B B',  g = c'A^-1 c = (RSS0 - RSS1)/RSS0
 *   F = (g/p)/((1 - g)/df)
 *
 * with j the sender: p (p + 1) products and a Cholesky factorisation. A pivot that is below 1e-10
 * of what the lag has about its mean leaves the pair without a value; 1 - g is held at the rounding
 * of 1 at least, so that F of a perfect prediction is large and not infinite.
 *
 * The bits of a pair depend on its numbers alone: products go by fma in the order of rows, and what
 * follows has the same operations on each instruction set (granger_set.h). */
#ifndef SW_KERNEL_CAUSALITY_GRANGER_H
#define SW_KERNEL_CAUSALITY_GRANGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SW_GRANGER_LAGS = 20 };
#define SW_GRANGER_SINGULAR 1e-10   /* of a lag's squares about its mean: less is none of its own */
#define SW_GRANGER_ROUNDING 0x1p-52 /* 1 - g at least */
/* Of Q and e less is 0. Products of two such numbers are whole multiples of 2^-404 and so are their
 * sums: what a pair divides is 0 or far above the least that reg_div_by_steps takes (vec.h). */
#define SW_GRANGER_LEAST 0x1p-150
enum { SW_GRANGER_GRAIN = 32 }; /* rows of a block for which its columns are read once */

/* Of one unit: v a series, row[0 .. rows) the places in it that the test predicts, each with `lags`
 * values before it. basis[l * rows + r] is Q; rest[r] is e, NaN where the lags predict all (NULL:
 * not wanted); pivot[l] what pivot l of a pair must reach when the unit sends. `size`: of what the
 * values were made of, whose rounding they have. False: its lags are constant or collinear, or some
 * value is missing, and all is NaN. */
bool sw_granger_unit(int lags, int rows, const int *row, const double *v, double size,
                     double *basis, double *rest, double *pivot);

/* Operands of all units, from unit 0: number r of lag l at [l * rows + r]. */
typedef struct sw_granger {
  int lags, rows;
  const double *const *sender;   /* lags * rows: Q */
  const double *const *receiver; /* (lags + 1) * rows: Q, then e */
  const double *const *pivot;    /* lags: of senders */
} sw_granger;

/* Degrees of freedom of RSS1. */
static inline int sw_granger_df(int lags, int rows) {
  return rows - 2 * lags - 1;
}

/* F of senders [i0, i1) and receivers [j0, j1): out[(i - i0) * stride + j - j0]. */
size_t sw_granger_workspace(int lags, int rows);
void sw_granger_block(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      double *out, int64_t stride, void *workspace);

/* F of one pair, over those of the rows in which the sender's lags, the receiver's value and its
 * lags are all there; *df: its degrees of freedom. NaN where these are none. from_..: the size of
 * what values were made of, where it is larger than theirs; 0: it is not. `work`:
 * sw_granger_pair_room doubles. */
size_t sw_granger_pair_room(int lags, int rows);
double sw_granger_pair(int lags, int rows, const int *row, const double *sender, double from_sender,
                       const double *receiver, double from_receiver, double *work, int *df);

#endif
