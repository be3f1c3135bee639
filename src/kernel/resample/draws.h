/* Samples of units drawn with replacement, as how often each unit stands in them. Of draw d every
 * unit u makes one pick, keyed by (seed, u, d): a unit of its own stratum, each as likely. So a
 * sample has as many units as there are, and of each stratum as many as it has; and it is the same
 * for any ranks, threads and periods, and for whoever asks for draw d alone. */
#ifndef SW_KERNEL_RESAMPLE_DRAWS_H
#define SW_KERNEL_RESAMPLE_DRAWS_H

#include <stddef.h>
#include <stdint.h>

/* The key of the picks: sw_rng_make(seed, SW_RESAMPLE_STREAM, key of the unit), at draw d. */
#define SW_RESAMPLE_STREAM UINT64_C(0x626f6f7473747261)

typedef struct sw_strata {
  int64_t n;
  int count;
  const int32_t *of;     /* n: the stratum of each unit; NULL: there is one */
  const int64_t *start;  /* count + 1: where a stratum begins in `member` */
  const int32_t *member; /* n: units by stratum, ascending within each */
} sw_strata;

size_t sw_strata_workspace(int64_t n, int count);
/* `of` NULL: all units are one stratum. */
sw_strata sw_strata_make(const int32_t *of, int count, int64_t n, void *workspace);

/* Draws 2 pair and 2 pair + 1, which share their random words: n counts each. `key`: of units. */
void sw_resample_pair(uint64_t seed, const uint64_t *key, const sw_strata *strata, int64_t pair,
                      int32_t *first, int32_t *second);

#endif
