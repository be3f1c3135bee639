/* Join counts of one variable of zeros and ones with their moments (methods-space.md section 10):
 * links between two ones (BB), two zeros (WW) and between both (BW). Each link counts one, whatever
 * its weight, and a pair linked in both directions counts one. */
#ifndef SW_KERNEL_AUTOCORRELATION_JOIN_COUNT_H
#define SW_KERNEL_AUTOCORRELATION_JOIN_COUNT_H

#include "kernel/space/in_use.h"

enum { SW_JOIN_BB, SW_JOIN_WW, SW_JOIN_BW, SW_JOINS };

typedef struct sw_join_count {
  double count[SW_JOINS], expected[SW_JOINS], variance[SW_JOINS];
  double n_used, ones;
  int64_t not_binary; /* 1 + the first unit whose value is neither; 0: all are */
  double odd;         /* that value */
} sw_join_count;

size_t sw_join_count_workspace(int64_t n);
/* `links` of weight 1. x: n values, missing NaN. All units with a value count, those without a link
 * too, as their values are among those permuted. Without two values: NaN. */
sw_join_count sw_join_count_compute(const sw_links *links, const double *x, void *workspace);

#endif
