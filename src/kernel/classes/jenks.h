/* Natural breaks: the k classes of ascending values whose sum of squares about their means is
 * least, exactly, by dynamic programming over the different values (Fisher 1958; Jenks 1977). The
 * best beginning of the last class does not fall as values are added, so each class is found by
 * halving: k m log m steps for m different values, a tenth of a second for 10^5 of them. Of equal
 * sums the lower break is taken. Nothing allocates. */
#ifndef SW_KERNEL_CLASSES_JENKS_H
#define SW_KERNEL_CLASSES_JENKS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the workspace, 16-byte aligned. */
size_t sw_jenks_workspace(int64_t n, int k);
/* breaks[0 .. k - 1): the largest value of each class but the last, so that classes are closed on
 * the right (sw_quantile_class). n >= 1, no NaN. With fewer different values than classes each has
 * its own, and the last breaks are the largest value: their classes are empty. */
void sw_jenks_breaks(const double *sorted, int64_t n, int k, void *workspace, double *breaks);

#endif
