/* Lane sums, and the other loops over a row of pair values that the walks over pairs call for
 * each segment (plan/pairs). Nothing is allocated; any thread, each on arrays of its own.
 *
 * Floating-point addition is not associative, so a sum must have one order, and that of a plain
 * loop cannot be vectorised. Eight lanes are an order that every machine can follow. They are
 * written as two vectors of four doubles, which the compiler lowers to what the machine has. (Of
 * vectors of eight it makes single comparisons on machines without AVX-512.) */
#include "kernel/pairs/lanes.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { HALF = SW_LANES / 2 };

/* aligned(8): segments begin anywhere in an array. may_alias: they are read through pointers to
 * double. m4 is the mask that a comparison of two v4 gives, -1 or 0. */
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t m4 __attribute__((vector_size(32), aligned(8), may_alias));

/* A fixed tree, the one in which a register of eight is halved, then halved again. */
double sw_lanes_join(const double l[SW_LANES]) {
  return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

/* Sums and greatest of the eight lanes, under way. low: lanes 0 to 3, high: 4 to 7. */
typedef struct tally {
  v4 low, high, most_low, most_high;
} tally;

/* Sums go on from `lanes`; maxima begin anew, as joining them has no order that matters. */
SW_INLINE void tally_begin(tally *t, const double lanes[SW_LANES]) {
  t->low = *(const v4 *)lanes;
  t->high = *(const v4 *)(lanes + HALF);
  for (int l = 0; l < HALF; l++)
    t->most_low[l] = t->most_high[l] = -INFINITY;
}

/* most = max(most, x) by lanes; NaN is over nothing, so a NaN in x leaves `most`. Through arrays
 * the compiler knows the choice to be a maximum, one instruction; written with masks it becomes
 * two or three. */
SW_INLINE void raise_to(v4 *most, const v4 *x) {
  double a[HALF], b[HALF];
  memcpy(a, most, sizeof a);
  memcpy(b, x, sizeof b);
  for (int l = 0; l < HALF; l++)
    a[l] = b[l] > a[l] ? b[l] : a[l];
  memcpy(most, a, sizeof a);
}

/* One step of eight numbers. */
SW_INLINE void tally_add(tally *t, const v4 *low, const v4 *high) {
  t->low += *low;
  t->high += *high;
  raise_to(&t->most_low, low);
  raise_to(&t->most_high, high);
}

/* Writes the lanes. The last numbers, fewer than eight, go to the first lanes, where element k
 * mod 8 belongs. *greatest is raised, not set. */
SW_INLINE void tally_end(const tally *t, const double *rest, int64_t n, double lanes[SW_LANES],
                         double *greatest) {
  double most[SW_LANES];
  memcpy(lanes, &t->low, sizeof t->low);
  memcpy(lanes + HALF, &t->high, sizeof t->high);
  memcpy(most, &t->most_low, sizeof t->most_low);
  memcpy(most + HALF, &t->most_high, sizeof t->most_high);
  for (int64_t k = 0; k < n; k++) {
    lanes[k] += rest[k];
    if (rest[k] > *greatest) *greatest = rest[k];
  }
  for (int l = 0; l < SW_LANES; l++)
    if (most[l] > *greatest) *greatest = most[l];
}

/* The case without gaps, which nearly all rows are: the row's sum, its greatest value and the
 * sums of columns in one pass over the row, which is in cache only now. A NaN shows in *sum; the
 * caller then begins the square anew with sw_lanes_scan_gaps, as `lane` is spoilt
 * (plan/pairs/task.c). */
SW_INLINE void tally_row(const double *restrict v, int64_t n, double *restrict lane,
                         double *restrict lanes, double *greatest) {
  int64_t whole = n - n % SW_LANES;
  tally t;
  tally_begin(&t, lanes);
  for (int64_t k = 0; k < whole; k += SW_LANES) {
    v4 low = *(const v4 *)(v + k), high = *(const v4 *)(v + k + HALF);
    tally_add(&t, &low, &high);
    *(v4 *)(lane + k) += low;
    *(v4 *)(lane + k + HALF) += high;
  }
  for (int64_t k = whole; k < n; k++)
    lane[k] += v[k];
  tally_end(&t, v + whole, n - whole, lanes, greatest);
}

/* The usual way of a row: sum, maximum and columns in one pass. */
SW_HOT void sw_lanes_row(const double *restrict v, int64_t n, double *restrict lane, double *sum,
                         double *greatest) {
  double lanes[SW_LANES] = {0}, top = -INFINITY;
  tally_row(v, n, lane, lanes, &top);
  *sum = sw_lanes_join(lanes);
  *greatest = top;
}

SW_HOT void sw_lanes_add_row(const double *restrict v, int64_t n, double *restrict row,
                             double *restrict column, double most[SW_LANES]) {
  tally_row(v, n, column, row, &most[0]);
}

/* The sum of a segment alone. A NaN shows in it, and costs no test. */
SW_HOT void sw_lanes_scan(const double *v, int64_t n, double *sum, double *greatest) {
  double lanes[SW_LANES] = {0}, top = -INFINITY;
  int64_t whole = n - n % SW_LANES;
  tally t;
  tally_begin(&t, lanes);
  for (int64_t k = 0; k < whole; k += SW_LANES) {
    v4 low = *(const v4 *)(v + k), high = *(const v4 *)(v + k + HALF);
    tally_add(&t, &low, &high);
  }
  tally_end(&t, v + whole, n - whole, lanes, &top);
  *sum = sw_lanes_join(lanes);
  *greatest = top;
}

/* Whether a row has a gap at all: decides between the smooth and the slow way. */
SW_HOT bool sw_lanes_has_gap(const double *v, int64_t n) {
  int64_t whole = n - n % SW_LANES, gaps = 0;
  m4 found = {0};
  for (int64_t k = 0; k < whole; k += SW_LANES) {
    v4 low = *(const v4 *)(v + k), high = *(const v4 *)(v + k + HALF);
    found |= (low != low) | (high != high);
  }
  for (int l = 0; l < HALF; l++)
    gaps |= found[l];
  for (int64_t k = whole; k < n; k++)
    gaps |= isnan(v[k]) != 0;
  return gaps != 0;
}

/* NaN become -0.0, -0.0 becomes 0.0 (by adding 0.0). NaN are not counted in `numbers`. A mask is -1
 * where there is a number, so subtracting it counts one. */
SW_INLINE void fill_gaps(v4 *x, m4 *numbers) {
  static const v4 nothing = {-0.0, -0.0, -0.0, -0.0};
  m4 is_number = *x == *x;
  *x += (v4){0};
  *x = (v4)(((m4)*x & is_number) | ((m4)nothing & ~is_number));
  *numbers -= is_number;
}

/* As raise_to, by a mask: for loops that also test for NaN, in which the compiler would take the
 * arrays of raise_to number by number. */
SW_INLINE void raise_by_mask(v4 *most, const v4 *x) {
  m4 over = *x > *most;
  *most = (v4)(((m4)*x & over) | ((m4)*most & ~over));
}

/* lane += x, as fill_gaps would leave x. */
SW_INLINE void add_numbers(double *lane, const v4 *x) {
  m4 ignored = {0};
  v4 filled = *x;
  fill_gaps(&filled, &ignored);
  *(v4 *)lane += filled;
}

/* One pass over a row that may have gaps, its values still in cache or in registers. */
SW_HOT void sw_lanes_take(const double *restrict v, int64_t n, double *restrict lane, double *sum,
                          double *greatest) {
  double lanes[SW_LANES] = {0}, top = -INFINITY;
  int64_t whole = n - n % SW_LANES;
  tally t;
  tally_begin(&t, lanes);
  for (int64_t k = 0; k < whole; k += SW_LANES) {
    v4 low = *(const v4 *)(v + k), high = *(const v4 *)(v + k + HALF);
    t.low += low;
    t.high += high;
    raise_by_mask(&t.most_low, &low);
    raise_by_mask(&t.most_high, &high);
    add_numbers(lane + k, &low);
    add_numbers(lane + k + HALF, &high);
  }
  for (int64_t k = whole; k < n; k++)
    lane[k] += isnan(v[k]) ? sw_lanes_nothing : v[k] + 0.0;
  tally_end(&t, v + whole, n - whole, lanes, &top);
  *sum = sw_lanes_join(lanes);
  *greatest = top;
}

/* Returns how many NaN there were. Maxima are taken before the gaps become -0.0: a row of negative
 * values has a negative maximum. A -0.0 in the place of a gap does not change a sum, so the bits
 * are those of adding the numbers alone, each in its own lane. */
SW_HOT int64_t sw_lanes_gaps(double *v, int64_t n, double lanes[SW_LANES], double *greatest) {
  int64_t whole = n - n % SW_LANES, numbers = 0;
  m4 present = {0};
  tally t;
  tally_begin(&t, lanes);
  for (int64_t k = 0; k < whole; k += SW_LANES) {
    v4 low = *(const v4 *)(v + k), high = *(const v4 *)(v + k + HALF);
    raise_to(&t.most_low, &low);
    raise_to(&t.most_high, &high);
    fill_gaps(&low, &present);
    fill_gaps(&high, &present);
    t.low += low;
    t.high += high;
    *(v4 *)(v + k) = low;
    *(v4 *)(v + k + HALF) = high;
  }
  /* The tail needs its gaps filled, so it is not left to tally_end. */
  tally_end(&t, NULL, 0, lanes, greatest);
  for (int64_t k = whole; k < n; k++) {
    if (v[k] > *greatest) *greatest = v[k];
    numbers += !isnan(v[k]);
    v[k] = isnan(v[k]) ? sw_lanes_nothing : v[k] + 0.0;
    lanes[k - whole] += v[k];
  }
  /* Four counts, as the low and the high half were counted together. */
  for (int l = 0; l < HALF; l++)
    numbers += present[l];
  return n - numbers;
}

/* `skip` is the unit's own place on the diagonal, where a measure may leave anything: made a
 * gap, it is in no sum, and is then taken from the count. */
int64_t sw_lanes_scan_gaps(double *v, int64_t n, int64_t skip, double *sum, double *greatest) {
  double lanes[SW_LANES];
  sw_lanes_begin(lanes, SW_LANES);
  *greatest = -INFINITY;
  if (skip >= 0) v[skip] = NAN;
  int64_t gaps = sw_lanes_gaps(v, n, lanes, greatest);
  *sum = sw_lanes_join(lanes);
  return gaps - (skip >= 0);
}

/* Counts without branches: NaN fails the comparison. */
SW_HOT int64_t sw_lanes_reach(const double *v, int64_t n, double from) {
  int64_t count = 0;
  for (int64_t k = 0; k < n; k++)
    count -= v[k] >= from ? -1 : 0; /* a mask as wide as the numbers */
  return count;
}

/* For rows of strongest partners and of values above a threshold: hits are rare, and blocks without
 * one, nearly all, are skipped by comparing vectors. */
enum { SEEK = 32 };

/* ---- several rows at a time --------------------------------------------------------------- */

/* A few rows under way. `lane`: where each is added to columns; NULL: nowhere. */
typedef struct few {
  const double *v;
  int64_t stride, n;
  double **lane;
  double *sum, *greatest;
} few;

/* Sum and greatest of row r out of its lanes; the last numbers of the row, fewer than eight, go to
 * the first lanes. In the order of sw_lanes_scan, by choices rather than branches: which number is
 * the greatest cannot be foreseen. */
SW_INLINE void end_row(const few *of, int r, double lanes[SW_LANES], const double most[SW_LANES]) {
  int64_t whole = of->n - of->n % SW_LANES;
  const double *rest = of->v + r * of->stride + whole;
  double top = -INFINITY;
  for (int64_t k = 0; k < of->n - whole; k++) {
    lanes[k] += rest[k];
    top = rest[k] > top ? rest[k] : top;
  }
  for (int l = 0; l < SW_LANES; l++)
    top = most[l] > top ? most[l] : top;
  of->sum[r] = sw_lanes_join(lanes);
  of->greatest[r] = top;
  double *lane = of->lane ? of->lane[r] + whole : NULL;
  for (int64_t k = 0; lane && k < of->n - whole; k++)
    lane[k] += isnan(rest[k]) ? sw_lanes_nothing : rest[k] + 0.0;
}

#define SW_VEC_FILE "kernel/pairs/lanes_set.h"
#include "kernel/vec_each.h"

static const int together_of[] = SW_SETS(TOGETHER);
static void (*const take_of[])(const few *of, int64_t rows) = SW_SETS(take_few);
static int64_t (*const reaching_of[])(const double *v, int64_t n, double threshold,
                                      int32_t *at) = SW_SETS(reaching);

/* Rows in groups of as many as the registers hold, the rest one by one: same bits either way. */
static void each_few(const sw_lane_rows *of, int64_t place, double *lanes, int64_t apart,
                     double *sum, double *greatest) {
  sw_set_of set = sw_set();
  double *lane[SW_LANES];
  for (int64_t r = 0, rows; r < of->rows; r += rows) {
    rows = of->rows - r < together_of[set] ? 1 : together_of[set];
    for (int64_t q = 0; lanes && q < rows; q++)
      lane[q] = lanes + (place + r + q) % SW_LANES * apart;
    few now = {of->v + r * of->stride, of->stride, of->n,
               lanes ? lane : NULL,    sum + r,    greatest + r};
    take_of[set](&now, rows);
  }
}

void sw_lanes_scan_rows(const sw_lane_rows *of, double *sum, double *greatest) {
  each_few(of, 0, NULL, 0, sum, greatest);
}

void sw_lanes_take_rows(const sw_lane_rows *of, int64_t place, double *lanes, int64_t apart,
                        double *sum, double *greatest) {
  each_few(of, place, lanes, apart, sum, greatest);
}

/* ---- seeking ------------------------------------------------------------------------------ */

/* The first k in [from, n) whose value is over the threshold (`or_equal`: reaches it), else n.
 * `or_equal` is a constant in both callers. */
SW_INLINE int64_t seek(const double *v, int64_t from, int64_t n, double threshold, bool or_equal) {
  int64_t k = from;
  for (; k + SEEK <= n; k += SEEK) {
    /* Masks as wide as the numbers: packing them to int costs more than comparing. */
    int64_t hits = 0;
    for (int l = 0; l < SEEK; l++)
      hits |= (or_equal ? v[k + l] >= threshold : v[k + l] > threshold) ? -1 : 0;
    if (hits) break;
  }
  /* Within the block with a hit, or in the tail. */
  while (k < n && !(or_equal ? v[k] >= threshold : v[k] > threshold))
    k++;
  return k;
}

SW_HOT int64_t sw_lanes_next_above(const double *v, int64_t from, int64_t n, double threshold) {
  return seek(v, from, n, threshold, false);
}

SW_HOT int64_t sw_lanes_next_reaching(const double *v, int64_t from, int64_t n, double threshold) {
  return seek(v, from, n, threshold, true);
}

int64_t sw_lanes_reaching(const double *v, int64_t n, double threshold, int32_t *at) {
  return reaching_of[sw_set()](v, n, threshold, at);
}

/* The k-th largest of the maxima of SW_BOUND_LANES lanes: each is another number of v, so at least
 * k numbers reach it. What is behind the last whole round of lanes is not looked at, which may only
 * lower it. Its rank is counted rather than sorted for: no branches, and vectors of comparisons. */
SW_HOT double sw_lanes_bound(const double *v, int64_t n, int64_t k) {
  double most[SW_BOUND_LANES], reaching[SW_BOUND_LANES] = {0}, bound = -INFINITY;
  for (int l = 0; l < SW_BOUND_LANES; l++)
    most[l] = -INFINITY;
  for (int64_t at = 0; at + SW_BOUND_LANES <= n; at += SW_BOUND_LANES)
    for (int l = 0; l < SW_BOUND_LANES; l++)
      most[l] = v[at + l] > most[l] ? v[at + l] : most[l];
  for (int other = 0; other < SW_BOUND_LANES; other++)
    for (int l = 0; l < SW_BOUND_LANES; l++)
      reaching[l] += most[other] >= most[l] ? 1.0 : 0.0;
  for (int l = 0; l < SW_BOUND_LANES; l++)
    if (reaching[l] >= (double)k && most[l] > bound) bound = most[l];
  return bound;
}

SW_HOT void sw_lanes_negate(const double *restrict v, int64_t n, double *restrict out) {
  for (int64_t k = 0; k < n; k++)
    out[k] = -v[k];
}

SW_HOT void sw_lanes_magnitude(const double *restrict v, int64_t n, double *restrict out) {
  for (int64_t k = 0; k < n; k++)
    out[k] = __builtin_fabs(v[k]);
}

SW_HOT void sw_lanes_add(double *restrict lane, const double *restrict v, int64_t n) {
  for (int64_t k = 0; k < n; k++)
    lane[k] += v[k];
}

/* + 0.0, as a value of -0.0 must not look like nothing (lanes.h). */
SW_HOT void sw_lanes_add_values(double *restrict lane, const double *restrict v, int64_t n) {
  for (int64_t k = 0; k < n; k++)
    lane[k] += v[k] + 0.0;
}

/* `out` may be `lanes` itself, its row 0: all eight numbers of k are read before out[k] is
 * written, and `out` is not restrict. */
SW_HOT void sw_lanes_join_rows(const double *lanes, int64_t stride, int64_t n, double *out) {
  const double *l0 = lanes, *l1 = l0 + stride, *l2 = l1 + stride, *l3 = l2 + stride;
  const double *l4 = l3 + stride, *l5 = l4 + stride, *l6 = l5 + stride, *l7 = l6 + stride;
  for (int64_t k = 0; k < n; k++)
    out[k] = ((l0[k] + l4[k]) + (l2[k] + l6[k])) + ((l1[k] + l5[k]) + (l3[k] + l7[k]));
}

/* Rounded to nearest. A value beyond the range of float becomes infinite. */
SW_HOT void sw_lanes_store_float(const double *restrict v, int64_t n, float *restrict out) {
  for (int64_t k = 0; k < n; k++)
    out[k] = (float)v[k];
}

/* ---- the mirror image of a square, which is stored beside it ---------------------------- */

/* Registers of 16 bytes, which every x86-64 shuffles at once. */
typedef float f4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef double d2 __attribute__((vector_size(16), aligned(8), may_alias));

/* A patch of 4 x 4, of 2 x 2: rows `in_stride` apart are read, columns become rows `out_stride`
 * apart. */
SW_INLINE void turn_floats(const float *in, int64_t in_stride, float *out, int64_t out_stride) {
  f4 a = *(const f4 *)in, b = *(const f4 *)(in + in_stride);
  f4 c = *(const f4 *)(in + 2 * in_stride), d = *(const f4 *)(in + 3 * in_stride);
  f4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  f4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  f4 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  f4 cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(f4 *)out = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  *(f4 *)(out + out_stride) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  *(f4 *)(out + 2 * out_stride) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(f4 *)(out + 3 * out_stride) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

SW_INLINE void turn_doubles(const double *in, int64_t in_stride, double *out, int64_t out_stride) {
  d2 a = *(const d2 *)in, b = *(const d2 *)(in + in_stride);
  *(d2 *)out = __builtin_shufflevector(a, b, 0, 2);
  *(d2 *)(out + out_stride) = __builtin_shufflevector(a, b, 1, 3);
}

/* Patches within blocks of one cache line across, so that lines are whole on both sides: row by
 * row, each write would touch another line. */
#define TRANSPOSE(type, patch, turn)                                                               \
  enum { BLOCK = 64 / sizeof(type) };                                                              \
  int64_t high = rows - rows % patch, wide = columns - columns % patch;                            \
  for (int64_t i0 = 0; i0 < high; i0 += BLOCK)                                                     \
    for (int64_t j0 = 0; j0 < wide; j0 += BLOCK)                                                   \
      for (int64_t j = j0; j < j0 + BLOCK && j < wide; j += patch)                                 \
        for (int64_t i = i0; i < i0 + BLOCK && i < high; i += patch)                               \
          turn(in + i * columns + j, columns, out + j * rows + i, rows);                           \
  for (int64_t j = 0; j < columns; j++)                                                            \
    for (int64_t i = j < wide ? high : 0; i < rows; i++)                                           \
      out[j * rows + i] = in[i * columns + j];

SW_HOT static void transpose_floats(const float *restrict in, int64_t rows, int64_t columns,
                                    float *restrict out){TRANSPOSE(float, 4, turn_floats)}

SW_HOT static void transpose_doubles(const double *restrict in, int64_t rows, int64_t columns,
                                     double *restrict out) {
  TRANSPOSE(double, 2, turn_doubles)
}

void sw_lanes_transpose(const void *in, int64_t rows, int64_t columns, int size, void *out) {
  if (size == 4)
    transpose_floats(in, rows, columns, out);
  else
    transpose_doubles(in, rows, columns, out);
}
