/* Spillway: counter-based random numbers, a pure function of (seed, stream, item, draw), so that the
 * draws of an item do not depend on ranks, threads or order. Philox 4x32-10 (Salmon et al. 2011).
 */
#ifndef SPILLWAY_RNG_H
#define SPILLWAY_RNG_H

#include <stdint.h>

#pragma GCC visibility push(default)

typedef struct sw_rng {
  uint64_t key, item;
  uint64_t draw; /* the next draw */
} sw_rng;

/* `stream` names the use (a measure, a field of the synthetic panel), `item` what the draws are of: of
 * a unit units->key, the hash of its code, so that renumbering the units changes nothing. The seed of
 * a study is job->seed. */
sw_rng sw_rng_make(uint64_t seed, uint64_t stream, uint64_t item);
uint64_t sw_rng_u64(sw_rng *rng);
double sw_rng_uniform(sw_rng *rng); /* in (0, 1) */
double sw_rng_normal(sw_rng *rng);  /* standard normal, Box-Muller, two uniforms per draw */
uint64_t sw_rng_below(sw_rng *rng, uint64_t bound); /* 0 .. bound - 1, unbiased */
/* The block cipher itself, words in the order of the paper (for its known answers). */
void sw_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#pragma GCC visibility pop

#endif
