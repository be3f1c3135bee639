/* Lane sums. Written on vectors of eight doubles, which the compiler lowers to what the machine
 * has: the order of additions is the same on all of them. */
#include "kernel/lanes.h"

#include <math.h>
#include <string.h>

typedef double v8 __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t m8 __attribute__((vector_size(64), aligned(8), may_alias));

double sw_lanes_join(const double l[SW_LANES]) {
  return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

SW_INLINE void raise_to(v8 *most, const v8 *x) {
  m8 above = *x > *most;
  *most = (v8)(((m8)*x & above) | ((m8)*most & ~above));
}

/* Two running maxima: one alone would wait for itself at every step. */
SW_HOT void sw_lanes_row(const double *restrict v, int64_t n, double *restrict lane, double *sum,
                         double *greatest) {
  v8 add = {0}, most = {0}, other;
  most -= INFINITY;
  other = most;
  int64_t whole = n - n % SW_LANES, pairs = n - n % (2 * SW_LANES), k = 0;
  for (; k < pairs; k += 2 * SW_LANES) {
    v8 x = *(const v8 *)(v + k), y = *(const v8 *)(v + k + SW_LANES);
    add += x;
    add += y;
    raise_to(&most, &x);
    raise_to(&other, &y);
    *(v8 *)(lane + k) += x;
    *(v8 *)(lane + k + SW_LANES) += y;
  }
  raise_to(&most, &other);
  if (k < whole) {
    v8 x = *(const v8 *)(v + k);
    add += x;
    raise_to(&most, &x);
    *(v8 *)(lane + k) += x;
  }
  double lanes[SW_LANES], tops[SW_LANES], top = -INFINITY;
  memcpy(lanes, &add, sizeof lanes);
  memcpy(tops, &most, sizeof tops);
  for (k = whole; k < n; k++) {
    lanes[k - whole] += v[k];
    if (v[k] > top) top = v[k];
    lane[k] += v[k];
  }
  for (int l = 0; l < SW_LANES; l++)
    if (tops[l] > top) top = tops[l];
  *sum = sw_lanes_join(lanes);
  *greatest = top;
}

SW_HOT void sw_lanes_scan(const double *v, int64_t n, double *sum, double *greatest) {
  v8 add = {0}, most;
  for (int k = 0; k < SW_LANES; k++)
    most[k] = -INFINITY;
  int64_t whole = n - n % SW_LANES;
  for (int64_t k = 0; k < whole; k += SW_LANES) {
    v8 x = *(const v8 *)(v + k);
    add += x;
    raise_to(&most, &x);
  }
  double lanes[SW_LANES], top = -INFINITY;
  memcpy(lanes, &add, sizeof lanes);
  for (int64_t k = whole; k < n; k++) {
    lanes[k - whole] += v[k];
    if (v[k] > top) top = v[k];
  }
  for (int k = 0; k < SW_LANES; k++)
    if (most[k] > top) top = most[k];
  *sum = sw_lanes_join(lanes);
  *greatest = top;
}

SW_HOT int64_t sw_lanes_gaps(double *v, int64_t n, double lanes[SW_LANES], double *greatest) {
  v8 add = *(v8 *)lanes, most;
  m8 present = {0};
  for (int k = 0; k < SW_LANES; k++)
    most[k] = -INFINITY;
  int64_t whole = n - n % SW_LANES, numbers = 0;
  for (int64_t k = 0; k < whole; k += SW_LANES) {
    v8 x = *(const v8 *)(v + k);
    m8 is_number = x == x;
    raise_to(&most, &x);
    x = (v8)((m8)x & is_number);
    present -= is_number;
    add += x;
    *(v8 *)(v + k) = x;
  }
  memcpy(lanes, &add, sizeof add);
  double top = *greatest;
  for (int64_t k = whole; k < n; k++) {
    if (v[k] > top) top = v[k];
    numbers += !isnan(v[k]);
    v[k] = isnan(v[k]) ? 0.0 : v[k];
    lanes[k - whole] += v[k];
  }
  for (int k = 0; k < SW_LANES; k++) {
    if (most[k] > top) top = most[k];
    numbers += present[k];
  }
  *greatest = top;
  return n - numbers;
}

int64_t sw_lanes_scan_gaps(double *v, int64_t n, int64_t skip, double *sum, double *greatest) {
  double lanes[SW_LANES] = {0};
  *greatest = -INFINITY;
  if (skip >= 0) v[skip] = NAN;
  int64_t gaps = sw_lanes_gaps(v, n, lanes, greatest);
  *sum = sw_lanes_join(lanes);
  return gaps - (skip >= 0);
}

/* Blocks without a hit, which are nearly all, are passed over by comparing vectors. */
enum { SEEK = 32 };

SW_HOT int64_t sw_next_above(const double *v, int64_t from, int64_t n, double threshold) {
  int64_t k = from;
  for (; k + SEEK <= n; k += SEEK) {
    int hits = 0;
    for (int l = 0; l < SEEK; l++)
      hits |= v[k + l] > threshold;
    if (hits) break;
  }
  while (k < n && !(v[k] > threshold))
    k++;
  return k;
}

SW_HOT void sw_lanes_add(double *restrict lane, const double *restrict v, int64_t n) {
  for (int64_t k = 0; k < n; k++)
    lane[k] += v[k];
}

SW_HOT void sw_lanes_join_rows(const double *lanes, int64_t stride, int64_t n, double *out) {
  const double *l0 = lanes, *l1 = l0 + stride, *l2 = l1 + stride, *l3 = l2 + stride;
  const double *l4 = l3 + stride, *l5 = l4 + stride, *l6 = l5 + stride, *l7 = l6 + stride;
  for (int64_t k = 0; k < n; k++)
    out[k] = ((l0[k] + l4[k]) + (l2[k] + l6[k])) + ((l1[k] + l5[k]) + (l3[k] + l7[k]));
}

SW_HOT void sw_store_float(const double *restrict v, int64_t n, float *restrict out) {
  for (int64_t k = 0; k < n; k++)
    out[k] = (float)v[k];
}

/* Blocks of 16 x 16 keep both sides in cache lines that are used whole. */
enum { BLOCK = 16 };

#define TRANSPOSE(type)                                                                            \
  do {                                                                                             \
    const type *from = in;                                                                         \
    type *to = out;                                                                                \
    for (int64_t i0 = 0; i0 < rows; i0 += BLOCK)                                                   \
      for (int64_t j0 = 0; j0 < columns; j0 += BLOCK)                                              \
        for (int64_t j = j0; j < j0 + BLOCK && j < columns; j++)                                   \
          for (int64_t i = i0; i < i0 + BLOCK && i < rows; i++)                                    \
            to[j * rows + i] = from[i * columns + j];                                              \
  } while (0)

void sw_transpose(const void *in, int64_t rows, int64_t columns, int size, void *out) {
  if (size == 4)
    TRANSPOSE(float);
  else
    TRANSPOSE(double);
}
