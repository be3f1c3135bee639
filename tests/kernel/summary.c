/* What is said of a weights matrix: a hand case, and the sums of Columbus by spdep. */
#include "kernel/weights/summary.h"

#include <criterion/criterion.h>
#include <math.h>

static sw_error err;

/* 0 > 1 (2), 1 > 0 (1), 1 > 2 (3); 3 > 4, 4 > 3 (1 each); 5 alone. */
Test(summary, by_hand) {
  static const int64_t start[] = {0, 1, 3, 3, 4, 5, 5};
  static const int32_t to[] = {1, 0, 2, 4, 3};
  static const double value[] = {2, 1, 3, 1, 1};
  sw_links links = {.n = 6, .row_start = start, .to = to, .value = value};
  sw_links_summary s;
  cr_assert_eq(sw_links_summarise(&err, &links, &s), SW_OK);
  cr_assert(s.links == 5 && s.least == 0 && s.least_unit == 2 && s.most == 2 && s.most_unit == 1);
  cr_assert(s.islands == 2 && s.components == 3 && s.largest == 3 && s.one_way == 1);
  cr_assert(fabs(s.mean - 5 / 6.0) < 1e-15 && s.least_value == 1 && s.most_value == 3);
  cr_assert_eq(s.s0, 8);
  /* Pairs both ways: 3, 3 (0, 1), 3, 3 (1, 2), 2, 2 (3, 4): squares 9 9 9 9 4 4, halved. */
  cr_assert_eq(s.s1, 22);
  /* Out and in of each unit: 3, 6, 3, 2, 2, 0. */
  cr_assert_eq(s.s2, 9 + 36 + 9 + 4 + 4);
}
