/* How far two numbers are apart: missing ones, tolerance, zeros, the infinite, overflow. */
#include "kernel/series/change.h"

#include <criterion/criterion.h>
#include <float.h>

static const sw_tolerance none = {0, 0};

Test(change, missing) {
  cr_expect_eq(sw_change_of(NAN, NAN, none), SW_SAME);
  cr_expect_eq(sw_change_of(NAN, -NAN, none), SW_SAME);
  cr_expect_eq(sw_change_of(NAN, 0, none), SW_APPEARED);
  cr_expect_eq(sw_change_of(0, NAN, none), SW_DISAPPEARED);
  cr_expect_eq(sw_change_of(0, NAN, (sw_tolerance){1, 1e300}), SW_DISAPPEARED);
}

Test(change, exact) {
  cr_expect_eq(sw_change_of(0.0, -0.0, none), SW_SAME);
  cr_expect_eq(sw_change_of(1, nextafter(1, 2), none), SW_MOVED);
  cr_expect_eq(sw_change_of(0, DBL_TRUE_MIN, none), SW_MOVED);
}

/* atol + rtol |new|: the bound itself is equal, and it is taken of the new number. */
Test(change, tolerance) {
  cr_expect_eq(sw_change_of(1, 1.5, (sw_tolerance){0, .5}), SW_SAME);
  cr_expect_eq(sw_change_of(1, 1.5, (sw_tolerance){0, .4999}), SW_MOVED);
  cr_expect_eq(sw_change_of(1, 2, (sw_tolerance){.5, 0}), SW_SAME);
  cr_expect_eq(sw_change_of(2, 1, (sw_tolerance){.5, 0}), SW_MOVED);
  cr_expect_eq(sw_change_of(2, 1, (sw_tolerance){.5, .5}), SW_SAME);
}

Test(change, infinite) {
  sw_tolerance wide = {1, 1};
  cr_expect_eq(sw_change_of(INFINITY, INFINITY, none), SW_SAME);
  cr_expect_eq(sw_change_of(1, INFINITY, wide), SW_MOVED);
  cr_expect_eq(sw_change_of(-INFINITY, INFINITY, wide), SW_MOVED);
  cr_expect_eq(sw_change_relative(INFINITY, 1, INFINITY), 1);
  cr_expect_eq(sw_change_relative(INFINITY, -INFINITY, INFINITY), 2);
  cr_expect_eq(sw_change_of(-DBL_MAX, DBL_MAX, wide), SW_MOVED, "twice as far as the bound");
  cr_expect_eq(sw_change_of(-DBL_MAX, DBL_MAX, (sw_tolerance){2, 0}), SW_SAME);
  cr_expect_eq(sw_change_relative(INFINITY, -DBL_MAX, DBL_MAX), 2);
}

Test(change, relative) {
  cr_expect_eq(sw_change_relative(0, 0, 0), 0);
  cr_expect_eq(sw_change_relative(3, 0, 3), 1);
  cr_expect_eq(sw_change_relative(1, 3, 4), .25);
  cr_expect_eq(sw_change_relative(1, 4, 3), .25);
  cr_expect_eq(sw_change_relative(2, 1, -1), 2);
  cr_expect_gt(sw_change_relative(nextafter(1, 2) - 1, 1, nextafter(1, 2)), 0);
  cr_expect_eq(sw_change_relative(DBL_TRUE_MIN, 0, DBL_TRUE_MIN), 1);
}
