/* Eight numbers as two vectors of four, which every variant of a function has registers for; tiles
 * of four rows by eight numbers, in eight registers. */
#ifndef SW_KERNEL_SPARSE_VECTOR_H
#define SW_KERNEL_SPARSE_VECTOR_H

#include "kernel/hot.h"

#include <stdint.h>

/* All helpers are inlined: how a vector is handed over is no question. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef double sw_v4 __attribute__((vector_size(32), aligned(8), may_alias));

typedef struct sw_v8 {
  sw_v4 low, high;
} sw_v8;

SW_INLINE sw_v8 sw_v8_load(const double *p) {
  return (sw_v8){*(const sw_v4 *)p, *(const sw_v4 *)(p + 4)};
}
SW_INLINE void sw_v8_store(double *p, sw_v8 x) {
  *(sw_v4 *)p = x.low;
  *(sw_v4 *)(p + 4) = x.high;
}
SW_INLINE sw_v4 sw_v4_fma(double a, sw_v4 b, sw_v4 c) {
  sw_v4 r;
  for (int l = 0; l < 4; l++)
    r[l] = __builtin_fma(a, b[l], c[l]);
  return r;
}
/* a b + c, rounded once. */
SW_INLINE sw_v8 sw_v8_fma(double a, sw_v8 b, sw_v8 c) {
  return (sw_v8){sw_v4_fma(a, b.low, c.low), sw_v4_fma(a, b.high, c.high)};
}

/* Four times eight sums. */
typedef struct sw_tile {
  sw_v8 a, b, c, d;
} sw_tile;

SW_INLINE sw_tile sw_tile_load(const double *a, const double *b, const double *c, const double *d) {
  return (sw_tile){sw_v8_load(a), sw_v8_load(b), sw_v8_load(c), sw_v8_load(d)};
}
SW_INLINE void sw_tile_store(sw_tile t, double *a, double *b, double *c, double *d) {
  sw_v8_store(a, t.a);
  sw_v8_store(b, t.b);
  sw_v8_store(c, t.c);
  sw_v8_store(d, t.d);
}
/* Each row gains its factor times v. */
SW_INLINE sw_tile sw_tile_fma(double a, double b, double c, double d, sw_v8 v, sw_tile t) {
  return (sw_tile){sw_v8_fma(a, v, t.a), sw_v8_fma(b, v, t.b), sw_v8_fma(c, v, t.c),
                   sw_v8_fma(d, v, t.d)};
}

/* y[j] -= a x[j] */
SW_INLINE void sw_subtract_row(int64_t from, int64_t to, double a, const double *restrict x,
                               double *restrict y) {
#pragma GCC ivdep
  for (int64_t j = from; j < to; j++)
    y[j] = __builtin_fma(-a, x[j], y[j]);
}

#endif
