/* Joins of lanes by group, sums of strips and of shares, against plain loops: the same bits for
 * every number of rows and columns. */
#include "kernel/pairs/groups.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MOST = 21, GROUPS = 3, STRIDE = 24 };

static double plain_join(const double *l) {
  return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

static void draw(double *to, int count) {
  for (int k = 0; k < count; k++)
    to[k] = fmod((k + 1) * .6180339887498949, 1) * pow(10, k % 5);
}

static void is_clear(const double *lanes, int count) {
  for (int k = 0; k < count; k++)
    cr_assert(lanes[k] == 0 && !signbit(lanes[k]), "lane %d", k);
}

Test(groups, joins_of_rows) {
  double lanes[MOST * SW_LANES], before[MOST * SW_LANES], out[MOST + 1];
  for (int rows = 0; rows <= MOST; rows++) {
    draw(lanes, MOST * SW_LANES);
    memcpy(before, lanes, sizeof lanes);
    out[rows] = 77;
    sw_groups_join(lanes, rows, out);
    for (int r = 0; r < rows; r++)
      cr_assert(out[r] == plain_join(before + r * SW_LANES));
    cr_assert(out[rows] == 77);
    is_clear(lanes, rows * SW_LANES);
    for (int k = rows * SW_LANES; k < MOST * SW_LANES; k++)
      cr_assert(lanes[k] == before[k]);
  }
}

Test(groups, joins_of_columns) {
  double lanes[SW_LANES * STRIDE], before[SW_LANES * STRIDE], out[MOST + 1], one[SW_LANES];
  for (int n = 0; n <= MOST; n++) {
    draw(lanes, SW_LANES * STRIDE);
    memcpy(before, lanes, sizeof lanes);
    out[n] = 77;
    sw_groups_join_columns(lanes, STRIDE, n, out);
    for (int c = 0; c < n; c++) {
      for (int l = 0; l < SW_LANES; l++)
        one[l] = before[l * STRIDE + c];
      cr_assert(out[c] == plain_join(one));
    }
    cr_assert(out[n] == 77);
    is_clear(lanes, SW_LANES * STRIDE); /* behind the last column, too */
  }
}

Test(groups, sums_of_rows) {
  double v[GROUPS * STRIDE], sum[GROUPS];
  draw(v, GROUPS * STRIDE);
  for (int n = 0; n <= MOST; n++) {
    sw_lane_rows of = {v, STRIDE, GROUPS, n};
    sw_groups_sum_rows(&of, sum);
    for (int r = 0; r < GROUPS; r++) {
      double lane[SW_LANES] = {0};
      for (int k = 0; k < n; k++)
        lane[k % SW_LANES] += v[r * STRIDE + k];
      cr_assert(sum[r] == plain_join(lane));
    }
  }
}

/* In the order of groups, then onto what is there; what nothing was added to stays so. */
Test(groups, sums_of_shares) {
  double share[GROUPS * STRIDE], sum[STRIDE], before[STRIDE];
  draw(share, GROUPS * STRIDE);
  for (int k = 0; k < GROUPS; k++)
    share[k * STRIDE + 1] = sw_lanes_nothing;
  for (int groups = 1; groups <= GROUPS; groups++)
    for (int n = 2; n <= MOST; n++) {
      draw(sum, STRIDE);
      sum[1] = sw_lanes_nothing;
      memcpy(before, sum, sizeof sum);
      sw_groups_add_shares(n, groups, share, STRIDE, sum);
      for (int c = 0; c < n; c++) {
        double want = share[c];
        for (int k = 1; k < groups; k++)
          want += share[k * STRIDE + c];
        want += before[c];
        cr_assert_eq(memcmp(&sum[c], &want, sizeof want), 0);
      }
      cr_assert(sw_lanes_is_nothing(sum[1]) && sum[n] == before[n]);
    }
}
