/* Loops over a row of pairs by group and by ring; see groups.h. Gaps are added as zeros instead of
 * being branched around. Counts are doubles, which are exact, so that they go through the same
 * vector lanes. */
#include "kernel/pairs/groups.h"

#include "kernel/pairs/lanes.h"

SW_INLINE void see(double v, int lane, double *sum, double *values) {
  double there = v == v ? 1.0 : 0.0;
  sum[lane] += v == v ? v : 0.0;
  values[lane] += there;
}

SW_HOT static void gather(int64_t count, const int32_t *restrict unit, const double *restrict v,
                          double *restrict sum, double *restrict values) {
  int64_t k = 0;
  for (; k + SW_LANES <= count; k += SW_LANES)
    for (int l = 0; l < SW_LANES; l++)
      see(v[unit[k + l]], l, sum, values);
  for (; k < count; k++)
    see(v[unit[k]], (int)(k % SW_LANES), sum, values);
}

void sw_groups_sum(int64_t count, const int32_t *unit, const double *v, double *sum,
                   double *values) {
  double lane[SW_LANES] = {0}, number[SW_LANES] = {0};
  gather(count, unit, v, lane, number);
  *sum = sw_lanes_join(lane);
  *values = sw_lanes_join(number);
}

/* A column outside the ring is a gap of it. */
SW_HOT static void ring(int64_t n, const double *restrict key, double least, double below,
                        const double *restrict v, double *restrict sum, double *restrict values) {
  int64_t k = 0;
  for (; k + SW_LANES <= n; k += SW_LANES)
    for (int l = 0; l < SW_LANES; l++) {
      double d = key[k + l], x = v[k + l];
      double there = ((d >= least) & (d < below) & (x == x)) ? 1.0 : 0.0;
      sum[l] += there != 0.0 ? x : 0.0;
      values[l] += there;
    }
  for (; k < n; k++)
    if (key[k] >= least && key[k] < below) see(v[k], (int)(k % SW_LANES), sum, values);
}

void sw_groups_ring(int64_t n, const double *key, double least, double below, const double *v,
                    double *sum, double *values) {
  double lane[SW_LANES] = {0}, number[SW_LANES] = {0};
  ring(n, key, least, below, v, lane, number);
  *sum = sw_lanes_join(lane);
  *values = sw_lanes_join(number);
}

SW_HOT void sw_groups_add(int64_t n, const double *restrict v, double *restrict sum) {
  for (int64_t j = 0; j < n; j++)
    sum[j] += v[j] == v[j] ? v[j] + 0.0 : sw_lanes_nothing;
}
