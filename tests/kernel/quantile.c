/* Quantiles at whole-number positions, alone and pooled; classes, ties, nothing. */
#include "kernel/series/quantile.h"
#include "kernel/series/stats.h"

#include <criterion/criterion.h>

static uint64_t state = 7;
/* `kinds`: of so many values, negative ones too. */
static double draw(int kinds) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)((int)(state >> 33) % kinds - kinds / 3) / 7;
}

/* R's quantile(x, type = 7). */
Test(quantile, type_seven) {
  static const double x[5] = {1, 2, 4, 7, 11};
  cr_expect_eq(sw_quantile(x, 5, 0, 4), 1);
  cr_expect_eq(sw_quantile(x, 5, 1, 4), 2);
  cr_expect_eq(sw_quantile(x, 5, 4, 4), 11);
  cr_expect_float_eq(sw_quantile(x, 5, 1, 5), 1.8, 1e-15);
  cr_expect_float_eq(sw_quantile(x, 5, 9, 10), 9.4, 1e-14);
  cr_expect_eq(sw_quantile(x, 1, 1, 3), 1);
  cr_expect(isnan(sw_quantile(x, 0, 1, 2)));
}

/* methods-regions.md, the quantile rule: of 91 values the seventh decile is x[63] itself, so that
 * x[63] is of class 7. numpy.percentile is one last bit below it for these values. */
Test(quantile, a_position_that_is_a_place) {
  double x[91], breaks[9];
  for (int i = 0; i < 91; i++)
    x[i] = sin(i * .7) * .37 + i * .1;
  double spare[91];
  sw_stats_sort_values(x, 91, spare);
  sw_quantile_breaks(x, 91, 10, breaks);
  for (int c = 1; c < 10; c++)
    cr_expect_eq(breaks[c - 1], x[9 * c]);
  cr_expect_eq(sw_quantile_class(breaks, 9, x[63]), 7);
  cr_expect_eq(sw_quantile_class(breaks, 9, x[64]), 8);
}

Test(quantile, classes) {
  static const double breaks[3] = {1, 1, 2}, unknown[3] = {1, NAN, 2};
  static const double x[5] = {.5, 1, 1.5, 2, 2.5};
  static const int right[5] = {1, 1, 3, 3, 4}, left[5] = {1, 3, 3, 4, 4};
  for (int i = 0; i < 5; i++) {
    cr_expect_eq(sw_quantile_class(breaks, 3, x[i]), right[i]);
    cr_expect_eq(sw_quantile_class_of_breaks(breaks, 3, x[i]), left[i]);
  }
  cr_expect_eq(sw_quantile_class(breaks, 3, NAN), 0);
  cr_expect_eq(sw_quantile_class_of_breaks(breaks, 3, NAN), 0);
  cr_expect_eq(sw_quantile_class(unknown, 3, 1.5), 0);
  cr_expect_eq(sw_quantile_class(breaks, 0, 3), 1);
  /* .1 + .2 is above .3 as a double, and compared as it is. */
  cr_expect_eq(sw_quantile_class((double[]){.3}, 1, .1 + .2), 2);
}

/* Several series against one that is merged and sorted, to the bit: few values and many, ties. */
Test(quantile, pooled_is_merged) {
  for (int round = 0; round < 60; round++) {
    double part[6][40], all[240], spare[240];
    sw_sorted series[6];
    int64_t n = 0;
    int kinds = round % 3 == 0 ? 4 : 100000;
    for (int s = 0; s < 6; s++) {
      series[s] = (sw_sorted){part[s], (round * 7 + s * 13) % 40};
      for (int64_t i = 0; i < series[s].n; i++)
        all[n++] = part[s][i] = draw(kinds);
      sw_stats_sort_values(part[s], series[s].n, spare);
    }
    sw_stats_sort_values(all, n, spare);
    for (int k = 1; k <= 7; k++)
      for (int c = 0; c <= k; c++)
        cr_assert_eq(sw_quantile_pooled(series, 6, c, k), sw_quantile(all, n, c, k));
    int64_t kinds_there = sw_quantile_distinct(all, n, 1000), count = 1;
    for (int64_t i = 1; i < n; i++)
      count += all[i] != all[i - 1];
    cr_assert_eq(kinds_there, count);
    cr_assert_eq(sw_quantile_pooled_distinct(series, 6, 1000), count);
    cr_assert_eq(sw_quantile_pooled_distinct(series, 6, 3), count < 3 ? count : 3);
  }
}

Test(quantile, nothing_pooled) {
  sw_sorted none[2] = {{NULL, 0}, {NULL, 0}};
  double breaks[4];
  cr_expect(isnan(sw_quantile_pooled(none, 2, 1, 2)));
  cr_expect_eq(sw_quantile_pooled_distinct(none, 2, 5), 0);
  sw_quantile_pooled_breaks(none, 2, 5, breaks);
  cr_expect(isnan(breaks[0]) && isnan(breaks[3]));
  cr_expect_eq(sw_quantile_class(breaks, 4, 1), 0);
}

Test(quantile, pooled_extremes) {
  static const double a[3] = {-1.7e308, -0.0, 5e-324}, b[2] = {0.0, 1.7e308};
  sw_sorted series[2] = {{a, 3}, {b, 2}};
  static const double want[5] = {-1.7e308, 0, 0, 5e-324, 1.7e308};
  for (int c = 0; c < 5; c++)
    cr_expect_eq(sw_quantile_pooled(series, 2, c, 4), want[c]);
}
