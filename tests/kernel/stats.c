/* Sorting: against the definition, on lengths around the run, with ties. */
#include "kernel/series/stats.h"

#include <criterion/criterion.h>

static uint64_t state = 1;
static double draw(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 58); /* 64 values: many ties */
}

Test(stats, sorts_are_stable) {
  for (int64_t n = 0; n < 200; n++) {
    double key[200] = {0}, value[200], scratch[200];
    int32_t order[200], spare[200];
    for (int64_t i = 0; i < n; i++) {
      key[i] = value[i] = draw();
      order[i] = (int32_t)i;
    }
    sw_stats_sort_index(key, n, order, spare);
    sw_stats_sort_values(value, n, scratch);
    for (int64_t i = 0; i < n; i++)
      cr_assert_eq(value[i], key[order[i]]);
    for (int64_t i = 1; i < n; i++)
      cr_assert(key[order[i - 1]] < key[order[i]] ||
                (key[order[i - 1]] == key[order[i]] && order[i - 1] < order[i]));
  }
}

Test(stats, ties_share_their_rank) {
  static const double x[5] = {1, 2, 2, 2, 7};
  cr_expect_eq(sw_stats_average_rank(x, 5, 1), 1);
  cr_expect_eq(sw_stats_average_rank(x, 5, 2), 3);
  cr_expect_eq(sw_stats_average_rank(x, 5, 7), 5);
}

Test(stats, p_values) {
  cr_expect_float_eq(sw_normal_two_sided(1.959963984540054), .05, 1e-15);
  cr_expect(isnan(sw_normal_two_sided(NAN)));
}
