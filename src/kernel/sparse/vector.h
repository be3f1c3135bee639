/* Eight numbers as one value, in whatever registers the variant of the function has. */
#ifndef SW_KERNEL_SPARSE_VECTOR_H
#define SW_KERNEL_SPARSE_VECTOR_H

#include "kernel/hot.h"

#include <stdint.h>

/* All helpers are inlined: how a vector is handed over is no question. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef double sw_v8 __attribute__((vector_size(64), aligned(8), may_alias));

SW_INLINE sw_v8 sw_v8_load(const double *p) {
  return *(const sw_v8 *)p;
}
SW_INLINE void sw_v8_store(double *p, sw_v8 x) {
  *(sw_v8 *)p = x;
}
SW_INLINE sw_v8 sw_v8_spread(double x) {
  return (sw_v8){x, x, x, x, x, x, x, x};
}
/* a b + c, rounded once. */
SW_INLINE sw_v8 sw_v8_fma(sw_v8 a, sw_v8 b, sw_v8 c) {
  sw_v8 r;
  for (int l = 0; l < 8; l++)
    r[l] = __builtin_fma(a[l], b[l], c[l]);
  return r;
}

/* y[j] -= a x[j] */
SW_INLINE void sw_subtract_row(int64_t from, int64_t to, double a, const double *restrict x,
                               double *restrict y) {
  for (int64_t j = from; j < to; j++)
    y[j] = __builtin_fma(-a, x[j], y[j]);
}

#endif
