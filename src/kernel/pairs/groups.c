/* Loops over a row of pairs by group; see groups.h. Called for each row of a square where sums by
 * group are made (plan/pairs/blocks.c, plan/sums/task.c), so they cost about as much as the sums of
 * the row itself. Gaps are added as zeros instead of being branched around. Counts are doubles,
 * which are exact, so that they go through the same vector lanes. */
#include "kernel/pairs/groups.h"

#include "kernel/pairs/lanes.h"

/* The value, or 0 for a gap; 1 or 0 for the count. */
SW_INLINE double present(double v) {
  return v == v ? v : 0.0;
}
SW_INLINE double one_if(double v) {
  return v == v ? 1.0 : 0.0;
}

/* The sum of chosen columns, into lanes. Lanes are local, so that they stay in registers; they
 * begin with what the caller has, since lanes of zeros that the compiler sees are cut into single
 * numbers. */
SW_HOT static void gather(int64_t count, const int32_t *restrict unit, const double *restrict v,
                          double *restrict sum, double *restrict values) {
  double s[SW_LANES], c[SW_LANES];
  int64_t k = 0;
  for (int l = 0; l < SW_LANES; l++)
    s[l] = sum[l], c[l] = values[l];
  for (; k + SW_LANES <= count; k += SW_LANES)
    for (int l = 0; l < SW_LANES; l++) {
      double x = v[unit[k + l]];
      s[l] += present(x);
      c[l] += one_if(x);
    }
  for (int l = 0; l < SW_LANES; l++)
    sum[l] = s[l], values[l] = c[l];
  for (; k < count; k++) {
    sum[k % SW_LANES] += present(v[unit[k]]);
    values[k % SW_LANES] += one_if(v[unit[k]]);
  }
}

/* The same of columns in a run, without the indices. */
SW_HOT static void walk(int64_t count, const double *restrict v, double *restrict sum,
                        double *restrict values) {
  double s[SW_LANES], c[SW_LANES];
  int64_t k = 0;
  for (int l = 0; l < SW_LANES; l++)
    s[l] = sum[l], c[l] = values[l];
  for (; k + SW_LANES <= count; k += SW_LANES)
    for (int l = 0; l < SW_LANES; l++) {
      s[l] += present(v[k + l]);
      c[l] += one_if(v[k + l]);
    }
  for (int l = 0; l < SW_LANES; l++)
    sum[l] = s[l], values[l] = c[l];
  for (; k < count; k++) {
    sum[k % SW_LANES] += present(v[k]);
    values[k % SW_LANES] += one_if(v[k]);
  }
}

/* Adds columns [from, to) of a row, all of one group, each to the lane that its place in the row
 * gives it: the bits do not depend on where runs begin. */
SW_INLINE void add_run(const double *restrict v, int64_t from, int64_t to, double *restrict sum) {
  double s[SW_LANES];
  for (; from < to && from % SW_LANES; from++)
    sum[from % SW_LANES] += v[from];
  for (int l = 0; l < SW_LANES; l++)
    s[l] = sum[l];
  for (; from + SW_LANES <= to; from += SW_LANES)
    for (int l = 0; l < SW_LANES; l++)
      s[l] += v[from + l];
  for (int l = 0; l < SW_LANES; l++)
    sum[l] = s[l];
  for (; from < to; from++)
    sum[from % SW_LANES] += v[from];
}

/* Where the run of one group that begins with of[k] ends, of n. Compares eight at a time. Units of
 * a group mostly follow each other in code, so runs are long. */
SW_INLINE int64_t end_of_run(const int32_t *of, int64_t k, int64_t n) {
  const int32_t group = of[k];
  for (int32_t other = 0; k + SW_LANES <= n; k += SW_LANES) {
    for (int l = 0; l < SW_LANES; l++)
      other |= of[k + l] ^ group;
    if (other) break;
  }
  while (k < n && of[k] == group)
    k++;
  return k;
}

/* Runs of one group, each added at a time; then the row into its lane of columns. */
SW_HOT void sw_groups_add_row(const sw_lane_groups *groups, int64_t stride, int64_t r,
                              int64_t place, int64_t n, const double *v) {
  const int32_t *of = groups->of_column + place;
  double *row = groups->row + r * SW_LANES;
  for (int64_t k = 0, end; k < n; k = end) {
    end = end_of_run(of, k, n);
    add_run(v, k, end, row + of[k] * groups->high * SW_LANES);
  }
  if (!groups->column) return;
  double *column = groups->column + (groups->of_row[r] * SW_LANES + r % SW_LANES) * stride + place;
  sw_lanes_add(column, v, n);
}

/* As sw_lanes_join, by vectors: the sums are the same. */
typedef double v8 __attribute__((vector_size(64), aligned(8), may_alias));
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef double v2 __attribute__((vector_size(16), aligned(8), may_alias));

/* Joins the lanes of rows, four rows at a time, which share their shuffles. Lanes are cleared by
 * whole lines of the cache: stores are what this loop waits for. */
SW_HOT void sw_groups_join(double *restrict lanes, int64_t rows, double *restrict out) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    v4 half[4];
    for (int q = 0; q < 4; q++) {
      double *of = lanes + (r + q) * SW_LANES;
      half[q] = *(const v4 *)of + *(const v4 *)(of + 4);
      *(v8 *)of = (v8){0};
    }
    v4 ac = __builtin_shufflevector(half[0], half[2], 0, 1, 4, 5) +
            __builtin_shufflevector(half[0], half[2], 2, 3, 6, 7);
    v4 bd = __builtin_shufflevector(half[1], half[3], 0, 1, 4, 5) +
            __builtin_shufflevector(half[1], half[3], 2, 3, 6, 7);
    *(v4 *)(out + r) =
        __builtin_shufflevector(ac, bd, 0, 4, 2, 6) + __builtin_shufflevector(ac, bd, 1, 5, 3, 7);
  }
  for (; r < rows; r++) {
    double *l = lanes + r * SW_LANES;
    v4 four = *(const v4 *)l + *(const v4 *)(l + 4);
    *(v8 *)l = (v8){0};
    v2 two = __builtin_shufflevector(four, four, 0, 1) + __builtin_shufflevector(four, four, 2, 3);
    out[r] = two[0] + two[1];
  }
}

/* Joins lanes of columns, `stride` apart, and clears them up to the stride: what fills up must be
 * zero for the next square. */
SW_HOT void sw_groups_join_columns(double *lanes, int64_t stride, int64_t n, double *restrict out) {
  double *l0 = lanes, *l1 = l0 + stride, *l2 = l1 + stride, *l3 = l2 + stride;
  double *l4 = l3 + stride, *l5 = l4 + stride, *l6 = l5 + stride, *l7 = l6 + stride;
  int64_t c = 0;
  for (; c + 8 <= n; c += 8) {
#define OF(l) *(v8 *)((l) + c)
    *(v8 *)(out + c) =
        ((OF(l0) + OF(l4)) + (OF(l2) + OF(l6))) + ((OF(l1) + OF(l5)) + (OF(l3) + OF(l7)));
    OF(l0) = OF(l1) = OF(l2) = OF(l3) = OF(l4) = OF(l5) = OF(l6) = OF(l7) = (v8){0};
#undef OF
  }
  for (; c < n; c++) {
    out[c] = ((l0[c] + l4[c]) + (l2[c] + l6[c])) + ((l1[c] + l5[c]) + (l3[c] + l7[c]));
    l0[c] = l1[c] = l2[c] = l3[c] = l4[c] = l5[c] = l6[c] = l7[c] = 0;
  }
  for (; c < stride; c++)
    l0[c] = l1[c] = l2[c] = l3[c] = l4[c] = l5[c] = l6[c] = l7[c] = 0;
}

/* Sums of shares over groups, column by column: groups in order, then one addition to the sum. */
SW_HOT void sw_groups_add_shares(int64_t n, int64_t groups, const double *restrict share,
                                 int64_t stride, double *restrict sum) {
  int64_t c = 0;
  for (; c + 8 <= n; c += 8) {
    v8 all = *(const v8 *)(share + c);
    for (int64_t k = 1; k < groups; k++)
      all += *(const v8 *)(share + k * stride + c);
    *(v8 *)(sum + c) += all;
  }
  for (; c < n; c++) {
    double all = share[c];
    for (int64_t k = 1; k < groups; k++)
      all += share[k * stride + c];
    sum[c] += all;
  }
}

/* A sum as results have it, NaN for nothing and for overflow: -0.0 is nothing
 * (kernel/pairs/lanes.h). By bits, as comparing doubles with -0.0 takes a branch for each sum. */
SW_INLINE double number(double sum) {
  const uint64_t sign = UINT64_C(1) << 63, infinite = UINT64_C(0x7ff) << 52;
  union {
    double sum;
    uint64_t bits;
  } of = {sum}, missing = {NAN};
  return of.bits == sign || (of.bits & ~sign) == infinite ? missing.sum : sum;
}

/* Four cases instead of a test per element. */
SW_HOT void sw_groups_place(int64_t n, const double *restrict share, bool first, bool last,
                            double *restrict sum) {
  if (first && last)
    for (int64_t k = 0; k < n; k++)
      sum[k] = number(share[k]);
  else if (first)
    for (int64_t k = 0; k < n; k++)
      sum[k] = share[k];
  else if (last)
    for (int64_t k = 0; k < n; k++)
      sum[k] = number(sum[k] + share[k]);
  else
    for (int64_t k = 0; k < n; k++)
      sum[k] += share[k];
}

/* As sw_lanes_scan, without the greatest. */
SW_HOT void sw_groups_sum_rows(const sw_lane_rows *of, double *restrict sum) {
  for (int64_t r = 0; r < of->rows; r++) {
    const double *v = of->v + r * of->stride;
    v4 low = {0}, high = {0};
    double l[SW_LANES];
    int64_t k = 0;
    for (; k + SW_LANES <= of->n; k += SW_LANES) {
      low += *(const v4 *)(v + k);
      high += *(const v4 *)(v + k + 4);
    }
    *(v4 *)l = low;
    *(v4 *)(l + 4) = high;
    for (; k < of->n; k++)
      l[k % SW_LANES] += v[k];
    sum[r] = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
  }
}

/* The sum over chosen units, with a count of those that have a value. */
void sw_groups_sum(int64_t count, const int32_t *unit, const double *v, double *sum,
                   double *values) {
  double lane[SW_LANES] = {0}, number[SW_LANES] = {0};
  gather(count, unit, v, lane, number);
  *sum = sw_lanes_join(lane);
  *values = sw_lanes_join(number);
}

void sw_groups_sum_run(int64_t count, const double *v, double *sum, double *values) {
  double lane[SW_LANES] = {0}, number[SW_LANES] = {0};
  walk(count, v, lane, number);
  *sum = sw_lanes_join(lane);
  *values = sw_lanes_join(number);
}

/* Adding 0.0 turns a value of -0.0 into 0.0: -0.0 means nothing (lanes.h). */
SW_HOT void sw_groups_add(int64_t n, const double *restrict v, double *restrict sum) {
  for (int64_t j = 0; j < n; j++)
    sum[j] += v[j] == v[j] ? v[j] + 0.0 : sw_lanes_nothing;
}
