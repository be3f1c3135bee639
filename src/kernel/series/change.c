/* How far two numbers are apart. */
#include "kernel/series/change.h"

bool sw_change_within(double distance, double was, double is, sw_tolerance within) {
  if (isinf(was) || isinf(is)) return was == is;
  if (isinf(distance)) /* it overflowed, and so may the bound */
    return fabs(was / 2 - is / 2) <= within.absolute / 2 + within.relative * fabs(is / 2);
  return distance <= within.absolute + within.relative * fabs(is);
}

sw_change sw_change_of(double was, double is, sw_tolerance within) {
  if (was == is) return SW_SAME;
  if (isnan(was)) return isnan(is) ? SW_SAME : SW_APPEARED;
  if (isnan(is)) return SW_DISAPPEARED;
  return sw_change_within(fabs(was - is), was, is, within) ? SW_SAME : SW_MOVED;
}

double sw_change_relative(double distance, double was, double is) {
  if (was == is && distance == 0) return 0;
  if (isinf(was) || isinf(is)) return isinf(was) && isinf(is) ? 2 : 1;
  double most = fmax(fabs(was), fabs(is));
  return isinf(distance) ? fabs(was / most - is / most) : distance / most;
}
