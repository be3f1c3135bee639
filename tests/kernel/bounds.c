/* Bounds out of draws: places of order statistics, the published acceleration and places of Efron
 * and Tibshirani's spatial test, what is undefined; and which units a draw picks. */
#include "kernel/resample/bounds.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/resample/draws.h"
#include "spillway/rng.h"

enum { DRAWS = 999 };
static double draw[DRAWS], scratch[DRAWS];

/* 1 .. 999, from the last to the first. */
static void descending(void) {
  for (int b = 0; b < DRAWS; b++)
    draw[b] = DRAWS - b;
}

Test(bounds, percentile_places) {
  descending();
  sw_bounds b = sw_bounds_percentile(draw, DRAWS, .95, 500, scratch);
  cr_expect(b.lo == 25 && b.hi == 975 && b.undefined == 0, "%.17g %.17g", b.lo, b.hi);
  descending();
  b = sw_bounds_percentile(draw, DRAWS, .9, 500, scratch);
  cr_expect(b.lo == 50 && b.hi == 950, "%.17g %.17g", b.lo, b.hi);
  descending();
  b = sw_bounds_percentile(draw, 100, .9, 950, scratch); /* 900 .. 999, place 5.05 */
  cr_expect(fabs(b.lo - 904.05) < 1e-9 && fabs(b.hi - 994.95) < 1e-9, "%.17g %.17g", b.lo, b.hi);
}

Test(bounds, undefined) {
  cr_expect_eq(sw_bounds_least(.95), 39);
  cr_expect_eq(sw_bounds_least(.9), 19);
  cr_expect_eq(sw_bounds_least(.999), 1999);
  descending();
  for (int b = 0; b < DRAWS; b += 3)
    draw[b] = NAN;
  sw_bounds b = sw_bounds_percentile(draw, DRAWS, .95, 500, scratch);
  cr_expect(b.undefined == 333 && b.lo > 20 && b.hi < 980, "%.17g %.17g", b.lo, b.hi);
  descending();
  b = sw_bounds_percentile(draw, DRAWS, .95, NAN, scratch);
  cr_expect(isnan(b.lo) && isnan(b.hi), "no estimate");
  descending();
  b = sw_bounds_percentile(draw, 38, .95, 500, scratch);
  cr_expect(isnan(b.lo) && isnan(b.hi), "38 draws");
  descending();
  b = sw_bounds_bca(draw, DRAWS, .95, 0, 0, scratch);
  cr_expect(isnan(b.lo), "all lie above");
  for (int k = 0; k < DRAWS; k++)
    draw[k] = 7;
  b = sw_bounds_bca(draw, DRAWS, .95, 7, .3, scratch);
  cr_expect(b.lo == 7 && b.hi == 7, "all are equal");
}

/* Efron and Tibshirani 1993, 14.3: the variance of the 26 scores A of the spatial test. */
Test(bounds, spatial_test) {
  static const double a[26] = {48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                               0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};
  sw_jackknife sums = {0};
  sw_pull pull = {0};
  double estimate = NAN;
  for (int out = -1; out < 26; out++) {
    double n = 0, mean = 0, square = 0;
    for (int i = 0; i < 26; i++)
      if (i != out) n += 1, mean += a[i];
    mean /= n;
    for (int i = 0; i < 26; i++)
      if (i != out) square += (a[i] - mean) * (a[i] - mean);
    if (out < 0)
      estimate = square / n;
    else
      sw_jackknife_add(&sums, estimate - square / n, 0);
  }
  sw_jackknife_close(&sums, &pull);
  cr_expect(fabs(estimate - 171.5) < .05, "%.6g", estimate);
  cr_expect(fabs(sw_pull_acceleration(&pull, 1, 0) - .061) < 5e-4, "%.6g",
            sw_pull_acceleration(&pull, 1, 0));
  cr_expect_eq(sw_pull_acceleration(&pull, -2, 0), -sw_pull_acceleration(&pull, 1, 0));
  /* z0 = .146 and a = .061 move .05 and .95 to .110 and .985. */
  descending();
  sw_bounds b = sw_bounds_bca(draw, DRAWS, .9, 558.5, .061, scratch);
  cr_expect(fabs(b.lo / 1000 - .110) < 1e-3 && fabs(b.hi / 1000 - .985) < 1e-3, "%g %g", b.lo,
            b.hi);
}

/* Two quantities at once: the acceleration of a combination is that of the combined estimates. */
Test(bounds, combinations) {
  sw_jackknife both = {0}, one = {0};
  sw_pull of_both = {0}, of_one = {0};
  for (int g = 0; g < 3; g++) {
    for (int i = 0; i < 4 + g; i++) {
      double x = sin(7 * g + i), y = cos(3 * i + g * g);
      sw_jackknife_add(&both, x, y);
      sw_jackknife_add(&one, 2 * x - 3 * y, 0);
    }
    sw_jackknife_add(&both, NAN, 1);
    sw_jackknife_close(&both, &of_both);
    sw_jackknife_close(&one, &of_one);
  }
  double a = sw_pull_acceleration(&of_both, 2, -3), b = sw_pull_acceleration(&of_one, 1, 0);
  cr_expect(fabs(a - b) < 1e-14 && a != 0, "%.17g %.17g", a, b);
}

/* ---- draws ------------------------------------------------------------------------------ */

/* Each unit's pick is a word of its own stream, among the units of its group. */
Test(draws, picks) {
  enum { N = 11 };
  static const int32_t group[N] = {2, 0, 0, 2, 2, 1, 0, 2, 0, 2, 2};
  uint64_t key[N];
  int32_t times[2][N], want[N];
  for (int i = 0; i < N; i++)
    key[i] = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(i + 1);
  for (int by_group = 0; by_group < 2; by_group++) {
    void *room = malloc(sw_strata_workspace(N, 3));
    sw_strata strata = sw_strata_make(by_group ? group : NULL, by_group ? 3 : 1, N, room);
    for (int pair = 0; pair < 40; pair++) {
      sw_resample_pair(5, key, &strata, pair, times[0], times[1]);
      for (int k = 0; k < 2; k++) {
        memset(want, 0, sizeof want);
        for (int u = 0; u < N; u++) {
          int member[N], count = 0;
          for (int i = 0; i < N; i++)
            if (!by_group || group[i] == group[u]) member[count++] = i;
          sw_rng rng = sw_rng_make(5, SW_RESAMPLE_STREAM, key[u]);
          rng.draw = (uint64_t)(2 * pair + k);
          uint64_t word = sw_rng_u64(&rng);
          want[member[(unsigned __int128)word * (unsigned)count >> 64]]++;
        }
        cr_assert_eq(memcmp(want, times[k], sizeof want), 0, "draw %d", 2 * pair + k);
      }
    }
    free(room);
  }
}
