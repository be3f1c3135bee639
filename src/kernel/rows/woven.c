/* Woven rows: summed as they are, and turned to rows only where these are wanted. Summing a woven
 * row needs no exchange between lanes: a register holds as many periods, and each of the eight
 * lanes of a sum (kernel/pairs/lanes.h) is a register.
 *
 * A woven row holds the periods of a partner side by side, [j][SW_WOVEN]. Called by passes over
 * pairs of measures that fill several periods at once. */
#include "kernel/rows/woven.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <stddef.h>

/* Units of a block, a multiple of SW_LANES: 64 units times 8 periods are 4 KiB, which stay in the
 * first cache. */
enum { BLOCK = 64 };

#define SW_VEC_FILE "kernel/rows/woven_set.h"
#include "kernel/vec_each.h"

static void (*const take[])(const double *v, int64_t n, int periods, double *column,
                            sw_woven_sums *sums) = SW_SETS(take);

void sw_woven_take(const double *v, int64_t n, int periods, double *column, sw_woven_sums *sums) {
  take[sw_set()](v, n, periods, column, sums);
}

/* ---- weaving ---------------------------------------------------------------------------- */

/* Lanes beyond the last period repeat it, so that no lane is undefined; they are not read back. */
enum { QUAD = 4 };
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));

/* Four units by four periods: four vectors read, turned, four written. */
SW_INLINE void turn(const double *in, int64_t in_stride, double *out, int64_t out_stride) {
  v4 a = *(const v4 *)in, b = *(const v4 *)(in + in_stride);
  v4 c = *(const v4 *)(in + 2 * in_stride), d = *(const v4 *)(in + 3 * in_stride);
  v4 even_ab = __builtin_shufflevector(a, b, 0, 4, 2, 6);
  v4 odd_ab = __builtin_shufflevector(a, b, 1, 5, 3, 7);
  v4 even_cd = __builtin_shufflevector(c, d, 0, 4, 2, 6);
  v4 odd_cd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
  *(v4 *)out = __builtin_shufflevector(even_ab, even_cd, 0, 1, 4, 5);
  *(v4 *)(out + out_stride) = __builtin_shufflevector(odd_ab, odd_cd, 0, 1, 4, 5);
  *(v4 *)(out + 2 * out_stride) = __builtin_shufflevector(even_ab, even_cd, 2, 3, 6, 7);
  *(v4 *)(out + 3 * out_stride) = __builtin_shufflevector(odd_ab, odd_cd, 2, 3, 6, 7);
}

/* Rows of four periods at a time: each is read once. */
SW_HOT void sw_woven_weave(int64_t n, int periods, const double *const *row,
                           double *restrict woven) {
  int64_t ends = n - n % QUAD;
  for (int l = 0; l < SW_WOVEN; l += QUAD) {
    const double *from[QUAD];
    for (int k = 0; k < QUAD; k++)
      from[k] = row[l + k < periods ? l + k : periods - 1];
    for (int64_t j = 0; j < ends; j += QUAD) {
      double quad[QUAD * QUAD];
      for (int k = 0; k < QUAD; k++)
        *(v4 *)(quad + k * QUAD) = *(const v4 *)(from[k] + j);
      turn(quad, QUAD, woven + j * SW_WOVEN + l, SW_WOVEN);
    }
    for (int64_t j = ends; j < n; j++)
      for (int k = 0; k < QUAD; k++)
        woven[j * SW_WOVEN + l + k] = from[k][j];
  }
}

/* Four periods at a time where there are four. Rows of periods are any distance apart, so each is
 * written by itself. */
SW_HOT void sw_woven_unweave(int64_t n, int periods, const double *restrict woven,
                             double *const *row) {
  int whole = periods - periods % QUAD;
  int64_t ends = n - n % QUAD;
  for (int l = 0; l < whole; l += QUAD)
    for (int64_t j = 0; j < ends; j += QUAD) {
      double quad[QUAD * QUAD];
      turn(woven + j * SW_WOVEN + l, SW_WOVEN, quad, QUAD);
      for (int k = 0; k < QUAD; k++)
        *(v4 *)(row[l + k] + j) = *(const v4 *)(quad + k * QUAD);
    }
  for (int l = 0; l < periods; l++)
    for (int64_t j = l < whole ? ends : 0; j < n; j++)
      row[l][j] = woven[j * SW_WOVEN + l];
}
