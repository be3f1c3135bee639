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

SW_HOT static void walk(int64_t count, const double *restrict v, double *restrict sum,
                        double *restrict values) {
  int64_t k = 0;
  for (; k + SW_LANES <= count; k += SW_LANES)
    for (int l = 0; l < SW_LANES; l++)
      see(v[k + l], l, sum, values);
  for (; k < count; k++)
    see(v[k], (int)(k % SW_LANES), sum, values);
}

void sw_groups_sum_run(int64_t count, const double *v, double *sum, double *values) {
  double lane[SW_LANES] = {0}, number[SW_LANES] = {0};
  walk(count, v, lane, number);
  *sum = sw_lanes_join(lane);
  *values = sw_lanes_join(number);
}

enum { AT_ONCE = 4 }; /* rings for which a row is read */

/* A column outside a ring is a gap of it. `count`: a constant in each caller. */
SW_INLINE void rings(int count, int64_t n, const double *restrict key, const double *least,
                     const double *below, const double *restrict v,
                     double sum[restrict AT_ONCE][SW_LANES],
                     double values[restrict AT_ONCE][SW_LANES]) {
  int64_t k = 0;
  for (; k + SW_LANES <= n; k += SW_LANES)
    for (int r = 0; r < count; r++)
      for (int l = 0; l < SW_LANES; l++) {
        double d = key[k + l], x = v[k + l];
        double there = ((d >= least[r]) & (d < below[r]) & (x == x)) ? 1.0 : 0.0;
        sum[r][l] += there != 0.0 ? x : 0.0;
        values[r][l] += there;
      }
  for (; k < n; k++)
    for (int r = 0; r < count; r++)
      if (key[k] >= least[r] && key[k] < below[r])
        see(v[k], (int)(k % SW_LANES), sum[r], values[r]);
}

#define RINGS(count)                                                                               \
  SW_HOT static void rings_##count(int64_t n, const double *restrict key, const double *least,     \
                                   const double *below, const double *restrict v,                  \
                                   double sum[restrict AT_ONCE][SW_LANES],                         \
                                   double values[restrict AT_ONCE][SW_LANES]) {                    \
    rings(count, n, key, least, below, v, sum, values);                                            \
  }
RINGS(1)
RINGS(2)
RINGS(3)
RINGS(4)

void sw_groups_rings(int64_t n, const double *key, int count, const double *least, const double *v,
                     double *sum, double *values) {
  void (*const few[AT_ONCE])(int64_t, const double *, const double *, const double *,
                             const double *, double(*)[SW_LANES],
                             double(*)[SW_LANES]) = {rings_1, rings_2, rings_3, rings_4};
  for (int r0 = 0; r0 < count; r0 += AT_ONCE) {
    int some = count - r0 < AT_ONCE ? count - r0 : AT_ONCE;
    double lane[AT_ONCE][SW_LANES] = {{0}}, number[AT_ONCE][SW_LANES] = {{0}}, below[AT_ONCE];
    for (int r = 0; r < some; r++)
      below[r] = r0 + r ? least[r0 + r - 1] : INFINITY;
    few[some - 1](n, key, least + r0, below, v, lane, number);
    for (int r = 0; r < some; r++) {
      sum[r0 + r] = sw_lanes_join(lane[r]);
      values[r0 + r] = sw_lanes_join(number[r]);
    }
  }
}

SW_HOT void sw_groups_add(int64_t n, const double *restrict v, double *restrict sum) {
  for (int64_t j = 0; j < n; j++)
    sum[j] += v[j] == v[j] ? v[j] + 0.0 : sw_lanes_nothing;
}
