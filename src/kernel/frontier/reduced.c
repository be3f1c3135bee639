/* Reduced costs of all observations under the prices of a program: what a program spends most of
 * its time on, as it has few rows and as many columns as there are observations. Each number
 * depends on its own observation alone, so that instruction sets agree on it. */
#include "kernel/frontier/frontier.h"

#include "kernel/hot.h"

/* Variables outside: each row of data is read once, in order. A missing value makes NaN. */
SW_HOT void sw_frontier_reduced(int variables, const double *const *row, int64_t lo, int count,
                                const double *price, const double *scale, double constant,
                                double *out) {
  double cost[SW_FRONTIER_BLOCK], size[SW_FRONTIER_BLOCK];
  for (int j = 0; j < count; j++) {
    cost[j] = constant;
    size[j] = 0;
  }
  for (int v = 0; v < variables; v++) {
    const double *z = row[v] + lo;
    double p = price[v], s = scale[v];
    for (int j = 0; j < count; j++) {
      cost[j] += p * z[j];
      size[j] += s * z[j];
    }
  }
  for (int j = 0; j < count; j++)
    out[j] = cost[j] / size[j];
}
