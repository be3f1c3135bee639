/* Tails of the hypergeometric distribution: how many of k drawn, without replacement, are among the
 * `ones` of `all`. */
#ifndef SW_KERNEL_LOCAL_HYPERGEOMETRIC_H
#define SW_KERNEL_LOCAL_HYPERGEOMETRIC_H

#include <stdint.h>

/* The probabilities of `count` or more, and of `count` or fewer. */
void sw_hypergeometric(int64_t all, int64_t ones, int64_t k, int64_t count, double *at_least,
                       double *at_most);

#endif
