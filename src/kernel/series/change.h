/* How far two numbers are apart, as a comparison of results sees it. Missing is NaN; two missing
 * numbers are equal, and a number that comes or goes is a change of its own kind, without size. */
#ifndef SW_KERNEL_SERIES_CHANGE_H
#define SW_KERNEL_SERIES_CHANGE_H

#include <math.h>
#include <stdbool.h>

typedef struct sw_tolerance {
  double relative, absolute; /* both zero: equal is equal, and -0 equals 0 */
} sw_tolerance;

typedef enum sw_change { SW_SAME, SW_MOVED, SW_APPEARED, SW_DISAPPEARED } sw_change;

/* |old - new| is within absolute + relative |new|; the infinite equals only itself. */
bool sw_change_within(double distance, double was, double is, sw_tolerance within);
sw_change sw_change_of(double was, double is, sw_tolerance within);
/* |was - is| / max(|was|, |is|), in [0,2]: 1 when one of them is zero or infinite. `distance` is
 * |was - is|, which of large integers only the caller knows exactly. */
double sw_change_relative(double distance, double was, double is);

#endif
