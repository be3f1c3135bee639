/* Random numbers as a pure function of (seed, stream, item, draw): Philox 4x32-10 of Salmon,
 * Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A generator with a
 * running state would give other numbers under other ranks and threads; here the synthetic panel
 * and the sample of `verify` are the same for any number of them.
 *
 * The counter is (draw / 2, item), the key a mix of seed and stream; a block of four words gives
 * two draws of 64 bits. The numbers are part of what a seed means: a change here changes every
 * synthetic panel. */
#include "base/rng.h"

#include <math.h>

/* Philox 4x32 with 10 rounds (Salmon et al. 2011): random numbers by counter and key, so that any
 * rank can make any of them. The constants are those of the paper. */
void sw_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t a = UINT64_C(0xD2511F53) * c0, b = UINT64_C(0xCD9E8D57) * c2;
    uint32_t next0 = (uint32_t)(b >> 32) ^ c1 ^ k0, next2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c0 = next0;
    c1 = (uint32_t)b;
    c2 = next2;
    c3 = (uint32_t)a;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014). A bijection, so different seeds, or
 * different streams of one seed, never share a key. */
static uint64_t mix(uint64_t x) {
  x += UINT64_C(0x9E3779B97F4A7C15);
  x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
  return x ^ (x >> 31);
}

/* Two draws of one counter. */
static void block_of(const sw_rng *rng, uint64_t out[2]) {
  uint64_t block = rng->draw / 2;
  uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)rng->item,
                         (uint32_t)(rng->item >> 32)};
  uint32_t key[2] = {(uint32_t)rng->key, (uint32_t)(rng->key >> 32)}, word[4];
  sw_philox(counter, key, word);
  out[0] = (uint64_t)word[1] << 32 | word[0];
  out[1] = (uint64_t)word[3] << 32 | word[2];
}

/* The seed is mixed before the stream is added, so that seed 1, stream 2 is not seed 2, stream
 * 1. */
sw_rng sw_rng_make(uint64_t seed, uint64_t stream, uint64_t item) {
  return (sw_rng){.key = mix(mix(seed) + stream), .item = item, .draw = 0};
}

/* A block is computed for each draw and half of it dropped: keeping the other half would be a
 * state to carry. */
uint64_t sw_rng_u64(sw_rng *rng) {
  uint64_t pair[2];
  block_of(rng, pair);
  return pair[rng->draw++ & 1];
}

/* The upper 52 bits and a half: every value is a double exactly, and neither 0 nor 1 is reached,
 * so that a logarithm of it is finite. */
static double to_unit(uint64_t bits) {
  return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double sw_rng_uniform(sw_rng *rng) {
  return to_unit(sw_rng_u64(rng));
}

/* Box-Muller, the cosine alone. On an even draw, the usual case, both uniforms come from one
 * block; the numbers are the same as by two calls of sw_rng_u64. */
double sw_rng_normal(sw_rng *rng) {
  uint64_t pair[2];
  if (rng->draw & 1) {
    pair[0] = sw_rng_u64(rng);
    pair[1] = sw_rng_u64(rng);
  } else {
    block_of(rng, pair);
    rng->draw += 2;
  }
  return sqrt(-2 * log(to_unit(pair[0]))) * cos(2 * M_PI * to_unit(pair[1]));
}

/* Lemire 2019: the high word of a product. The first 2^64 mod bound low words would make some
 * results likelier, so they are drawn again. 0 for bound 0. */
uint64_t sw_rng_below(sw_rng *rng, uint64_t bound) {
  if (bound == 0) return 0;
  /* 2^64 mod bound, in arithmetic modulo 2^64. */
  uint64_t reject = -bound % bound;
  for (;;) {
    unsigned __int128 product = (unsigned __int128)sw_rng_u64(rng) * bound;
    if ((uint64_t)product >= reject) return (uint64_t)(product >> 64);
  }
}
