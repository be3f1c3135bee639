/* How far two numbers are apart, for `spillway diff`. The bound is relative to the new number,
 * as in numpy's isclose. The difference of two large doubles may overflow; then scaled numbers
 * are compared.
 *
 * Called by store/diff for every pair of values, so it does no more than two comparisons where
 * values are equal. */
#include "kernel/series/change.h"

/* `distance` is the caller's |was - is|, as of 64-bit integers only the caller knows it exactly.
 * NaN has been sorted out before. */
bool sw_change_within(double distance, double was, double is, sw_tolerance within) {
  /* Infinity minus infinity is NaN, and no finite tolerance covers an infinite distance. */
  if (isinf(was) || isinf(is)) return was == is;
  /* The difference overflowed, and so may the bound: halves of both are compared. */
  if (isinf(distance))
    return fabs(was / 2 - is / 2) <= within.absolute / 2 + within.relative * fabs(is / 2);
  return distance <= within.absolute + within.relative * fabs(is);
}

/* Equal first, so that -0 and 0 and two equal infinities are the same under any tolerance. */
sw_change sw_change_of(double was, double is, sw_tolerance within) {
  if (was == is) return SW_SAME;
  if (isnan(was)) return isnan(is) ? SW_SAME : SW_APPEARED;
  if (isnan(is)) return SW_DISAPPEARED;
  return sw_change_within(fabs(was - is), was, is, within) ? SW_SAME : SW_MOVED;
}

/* The order of many changes in a report. Zero against a number is 1 and opposite infinities are 2,
 * the largest there is; the quotient is never NaN. Symmetric in both numbers, unlike the bound: a
 * report must not depend on which run came first. */
double sw_change_relative(double distance, double was, double is) {
  if (was == is && distance == 0) return 0;
  if (isinf(was) || isinf(is)) return isinf(was) && isinf(is) ? 2 : 1;
  double most = fmax(fabs(was), fabs(is));
  return isinf(distance) ? fabs(was / most - is / most) : distance / most;
}
