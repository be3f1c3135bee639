/* Loops over a row of pairs by group; see groups.h. Gaps are added as zeros instead of being
 * branched around. Counts are doubles, which are exact, so that they go through the same vector
 * lanes. */
#include "kernel/pairs/groups.h"

#include "kernel/pairs/lanes.h"

SW_INLINE double present(double v) {
  return v == v ? v : 0.0;
}
SW_INLINE double one_if(double v) {
  return v == v ? 1.0 : 0.0;
}

/* Lanes are local, so that they stay in registers; begun by what the caller has, as lanes of zeros
 * that the compiler sees are cut into single numbers. */
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

SW_HOT void sw_groups_add(int64_t n, const double *restrict v, double *restrict sum) {
  for (int64_t j = 0; j < n; j++)
    sum[j] += v[j] == v[j] ? v[j] + 0.0 : sw_lanes_nothing;
}
