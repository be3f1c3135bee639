/* Woven rows: sums to the bit as those of each row alone, in every instruction set that this
 * machine runs; rows and back. Quotients by steps are those of a division. */
#include "kernel/rows/woven.h"

#include "kernel/pairs/lanes.h"
#include "kernel/rows/radiation.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 300 };

static double row[SW_WOVEN][MOST], woven[MOST * SW_WOVEN], column[MOST * SW_WOVEN];
static double *at[SW_WOVEN];

/* Values of any size; some rows have gaps, one has nothing else, one only -0.0. */
static void fill(int64_t n) {
  srand(11);
  for (int l = 0; l < SW_WOVEN; l++) {
    at[l] = row[l];
    for (int64_t j = 0; j < n; j++) {
      double x = exp(rand() % 40) * (rand() % 2 ? 1 : -1) / 3;
      row[l][j] = l == 5 ? NAN : l == 6 ? -0.0 : l % 2 && rand() % 5 == 0 ? NAN : x;
    }
  }
}

static void expect_sums(int64_t n, int periods, bool columns) {
  sw_woven_sums sums;
  static double own[MOST];
  for (int64_t k = 0; k < n * SW_WOVEN; k++)
    column[k] = k % 3 ? sw_lanes_nothing : 1.5;
  sw_woven_take(woven, n, periods, columns ? column : NULL, &sums);
  for (int l = 0; l < periods; l++) {
    double sum = 0, greatest = 0;
    memcpy(own, row[l], (size_t)n * sizeof *own);
    int64_t gaps = sw_lanes_scan_gaps(own, n, -1, &sum, &greatest);
    cr_assert(memcmp(&sum, &sums.sum[l], sizeof sum) == 0, "%d of %d: %a, not %a", l, (int)n,
              sums.sum[l], sum);
    cr_assert_eq(greatest, sums.greatest[l]);
    cr_assert_eq(n - gaps, (int64_t)sums.numbers[l]);
    for (int64_t j = 0; columns && j < n; j++) {
      double before = (j * SW_WOVEN + l) % 3 ? sw_lanes_nothing : 1.5, wanted = before + own[j];
      cr_assert(memcmp(&wanted, &column[j * SW_WOVEN + l], sizeof wanted) == 0);
    }
  }
}

Test(woven, sums) {
  for (int set = SW_SET_COUNT - 1; set >= 0; set--) {
    sw_set_at_most((sw_set_of)set);
    for (int64_t n = 1; n < MOST; n += n < 20 ? 1 : 37)
      for (int periods = 1; periods <= SW_WOVEN; periods++) {
        fill(n);
        sw_woven_weave(n, periods, (const double *const *)at, woven);
        expect_sums(n, periods, false);
        expect_sums(n, periods, true);
      }
  }
}

Test(woven, there_and_back) {
  static double back[SW_WOVEN][MOST];
  double *to[SW_WOVEN];
  for (int l = 0; l < SW_WOVEN; l++)
    to[l] = back[l];
  for (int64_t n = 1; n < 40; n++)
    for (int periods = 1; periods <= SW_WOVEN; periods++) {
      fill(n);
      memset(back, 0, sizeof back);
      sw_woven_weave(n, periods, (const double *const *)at, woven);
      for (int64_t k = 0; k < n * SW_WOVEN; k++) {
        int l = k % SW_WOVEN < periods ? (int)(k % SW_WOVEN) : periods - 1;
        cr_assert(memcmp(&woven[k], &row[l][k / SW_WOVEN], sizeof *woven) == 0);
      }
      sw_woven_unweave(n, periods, woven, to);
      for (int l = 0; l < periods; l++)
        cr_assert(memcmp(back[l], row[l], (size_t)n * sizeof(double)) == 0);
      cr_assert(periods == SW_WOVEN || back[periods][0] == 0);
    }
}

/* ---- quotients by steps ------------------------------------------------------------------- */

/* A double in [1, 2) of random bits, or next to a power of two or to a short number, where a
 * quotient is most often near the middle of two numbers. */
static double drawn(int kind) {
  uint64_t bits = (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand();
  bits &= ((uint64_t)1 << 52) - 1;
  if (kind == 1) bits &= 31;
  if (kind == 2) bits |= ((uint64_t)1 << 52) - 32;
  if (kind == 3) bits &= ~(((uint64_t)1 << 30) - 1);
  bits |= 0x3ff0000000000000u;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Rows of one unit each side: own and mass are chosen so that the formula is one quotient of
 * products, of all kinds of numbers. */
Test(woven, quotients_by_steps) {
  enum { N = 256, ROUNDS = 2000 };
  static double mass[N * SW_WOVEN], by_steps[N * SW_WOVEN], divided[N * SW_WOVEN];
  static int32_t order[N];
  srand(5);
  for (int k = 0; k < N; k++)
    order[k] = k;
  for (int round = 0; round < ROUNDS; round++) {
    sw_radiation_lanes lanes = {.periods = SW_WOVEN, .in_range = true};
    for (int k = 0; k < N * SW_WOVEN; k++)
      mass[k] = k % 50 == 7   ? 0
                : k % 70 == 9 ? NAN
                              : ldexp(drawn((round + k) % 4), rand() % 60 - 30);
    for (int l = 0; l < SW_WOVEN; l++) {
      lanes.own[l] = ldexp(drawn(round % 4), rand() % 40 - 20);
      lanes.factor[l] = ldexp(drawn(rand() % 4), rand() % 40 - 20);
    }
    sw_radiation_together((sw_radiation_row){order, N}, &lanes, mass, by_steps);
    lanes.in_range = false;
    sw_radiation_together((sw_radiation_row){order, N}, &lanes, mass, divided);
    for (int k = 0; k < N * SW_WOVEN; k++)
      cr_assert(memcmp(&by_steps[k], &divided[k], sizeof *divided) == 0, "%a, not %a", by_steps[k],
                divided[k]);
  }
}
