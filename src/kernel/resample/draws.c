/* Picks of units. Word d of the stream of unit u, times the units of its stratum, has the place of
 * the pick in its high half (Lemire 2019). The words that would make some places likelier are not
 * drawn again: of 3,000 units a place is off by 2 in 10^16, and a pick depends on no other.
 *
 * Two draws come of one block of the cipher (base/rng.c), so draws are made by twos: O(n), nothing
 * allocated. */
#include "kernel/resample/draws.h"

#include "spillway/rng.h"

#include <string.h>

size_t sw_strata_workspace(int64_t n, int count) {
  return ((size_t)count + 1) * sizeof(int64_t) + (((size_t)n + 1) / 2) * sizeof(double);
}

/* A stable deal: units stay ascending within their stratum. While they are dealt, start[g + 1] is
 * where the next of stratum g goes; afterwards it is where the stratum ends. */
sw_strata sw_strata_make(const int32_t *of, int count, int64_t n, void *workspace) {
  int64_t *start = workspace;
  int32_t *member = (int32_t *)(start + count + 1);
  memset(start, 0, ((size_t)count + 1) * sizeof *start);
  for (int64_t i = 0; of && i < n; i++)
    if (of[i] + 2 <= count) start[of[i] + 2]++;
  for (int g = 2; of && g <= count; g++)
    start[g] += start[g - 1];
  for (int64_t i = 0; i < n; i++)
    member[of ? start[of[i] + 1]++ : i] = (int32_t)i;
  if (!of) start[1] = n;
  return (sw_strata){.n = n, .count = of ? count : 1, .of = of, .start = start, .member = member};
}

/* The unit that a word means, among those of a stratum. */
static int32_t picked(const sw_strata *strata, int g, uint64_t word) {
  int64_t first = strata->start[g];
  uint64_t among = (uint64_t)(strata->start[g + 1] - first);
  return strata->member[first + (int64_t)(((unsigned __int128)word * among) >> 64)];
}

/* A block has the words of an even draw and of the odd one that follows. */
void sw_resample_pair(uint64_t seed, const uint64_t *key, const sw_strata *strata, int64_t pair,
                      int32_t *first, int32_t *second) {
  sw_rng rng = sw_rng_make(seed, SW_RESAMPLE_STREAM, 0);
  uint32_t half[2] = {(uint32_t)rng.key, (uint32_t)(rng.key >> 32)}, word[4];
  memset(first, 0, (size_t)strata->n * sizeof *first);
  memset(second, 0, (size_t)strata->n * sizeof *second);
  for (int64_t u = 0; u < strata->n; u++) {
    uint32_t counter[4] = {(uint32_t)pair, (uint32_t)((uint64_t)pair >> 32), (uint32_t)key[u],
                           (uint32_t)(key[u] >> 32)};
    int g = strata->of ? strata->of[u] : 0;
    sw_philox(counter, half, word);
    first[picked(strata, g, (uint64_t)word[1] << 32 | word[0])]++;
    second[picked(strata, g, (uint64_t)word[3] << 32 | word[2])]++;
  }
}
