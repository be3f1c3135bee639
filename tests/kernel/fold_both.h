/* Sums of pairs in both orders, value by value as spillway/fold.h says, against those of a fold. A
 * test that includes this says before how many units it has at most (BOTH_UNITS) and how far its
 * rows of values are apart (BOTH_STRIDE). */
#ifndef SW_TESTS_KERNEL_FOLD_BOTH_H
#define SW_TESTS_KERNEL_FOLD_BOTH_H

#include "kernel/pairs/lanes.h"
#include "spillway/fold.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { WIDE = BOTH_UNITS + 24 };

typedef struct lanes {
  double row[BOTH_UNITS * SW_LANES], column[SW_LANES * WIDE], back_row[SW_LANES * WIDE];
  double back_column[3 * BOTH_UNITS * SW_LANES], greatest;
  int64_t reached, back_reached;
} lanes;

static void add_plainly(const double *f, const sw_fold_both *at, int64_t i0, int64_t i1, int64_t j0,
                        int64_t j1, lanes *to) {
  for (int64_t i = i0; i < i1; i++)
    for (int64_t j = j0; j < j1; j++) {
      double there = f[i * BOTH_STRIDE + j], back = f[j * BOTH_STRIDE + i];
      int64_t own = i - i0, r = own + at->row_at, c = j - j0 + at->column_at;
      to->row[own * SW_LANES + c % SW_LANES] += there;
      to->column[own % SW_LANES * WIDE + c] += there;
      to->back_row[r % SW_LANES * WIDE + c] += back;
      to->back_column[(c / at->high * at->high + own) * SW_LANES + c % SW_LANES] += back;
      if (there > to->greatest) to->greatest = there;
      if (back > to->greatest) to->greatest = back;
      to->reached += there >= at->from;
      to->back_reached += back >= at->from;
    }
}

/* NaN in the same places, else the same bits. */
static bool is_same(const double *a, const double *b, size_t n) {
  bool same = true;
  for (size_t k = 0; k < n; k++)
    same = same && ((isnan(a[k]) && isnan(b[k])) || memcmp(&a[k], &b[k], sizeof *a) == 0);
  return same;
}

/* `fold`: the one that is tested, of `values`; `from`: from where on they are counted, NaN: not. */
static void expect_both(void (*fold)(int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                                     sw_fold_both *sums),
                        const double *values, double from, int64_t i0, int64_t i1, int64_t j0,
                        int64_t j1, int64_t high, int64_t row_at, int64_t column_at) {
  static lanes want, got;
  memset(&want, 0, sizeof want);
  memset(&got, 0, sizeof got);
  sw_fold_both sums = {.row = got.row,
                       .column = got.column,
                       .back_row = got.back_row,
                       .back_column = got.back_column,
                       .stride = WIDE,
                       .high = high,
                       .row_at = row_at,
                       .column_at = column_at,
                       .greatest = -2,
                       .from = from};
  want.greatest = -2;
  add_plainly(values, &sums, i0, i1, j0, j1, &want);
  fold(i0, i1, j0, j1, &sums);
  cr_assert(is_same(want.row, got.row, BOTH_UNITS * SW_LANES), "rows");
  cr_assert(is_same(want.column, got.column, SW_LANES * WIDE), "columns");
  cr_assert(is_same(want.back_row, got.back_row, SW_LANES * WIDE), "rows back");
  cr_assert(is_same(want.back_column, got.back_column, 3 * BOTH_UNITS * SW_LANES), "columns back");
  cr_assert_eq(want.greatest, sums.greatest);
  cr_assert_eq(want.reached, sums.reached, "reached");
  cr_assert_eq(want.back_reached, sums.back_reached, "reached back");
}

#endif
