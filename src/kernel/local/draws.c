/* Draws without replacement by Fisher and Yates: step j takes position x_j, uniform in [j, N), and
 * puts what stands at j there. The random word of step j of draw d of a unit is word j mod 4 of the
 * Philox block with the counter (j / 4, d, unit), so no word depends on another.
 *
 * Few neighbours: positions are not moved in an array but looked up among the steps before, which
 * eight lanes do at once, without a branch. Many: the array itself, moved and set right again after
 * each draw, because looking up costs k^2. Both are the same algorithm and give the same draws.
 *
 * x_j is the high half of word * (N - j), after Lemire 2019. The few words that would make some
 * positions likelier (fewer than N in 2^32) are replaced, one lane at a time, by words of counters
 * that no step uses. */
#include "kernel/local/draws.h"

#include "kernel/hot.h"
#include "spillway/rng.h"

/* Ten rounds are Philox4x32-10 of the standard (Salmon et al. 2011). */
enum { LANES = SW_DRAW_LANES, ROUNDS = 10 };
/* Looking up costs k^2/2 comparisons of eight lanes, moving k random accesses a lane. */
enum { FEW = 20 }; /* neighbours up to which looking up is quicker */

typedef int32_t i8 __attribute__((vector_size(LANES * sizeof(int32_t)), aligned(4), may_alias));

static const uint64_t stream = UINT64_C(0x7065726d757465); /* "permute" */

/* Words come in blocks of four steps. */
static size_t padded_words(int64_t k) {
  return (size_t)((k + 3) / 4 * 4) * LANES;
}

size_t sw_draws_workspace(int64_t n, int64_t k) {
  size_t bytes = (2 * padded_words(k) + (size_t)n) * sizeof(uint32_t);
  return (bytes + 63) / 64 * 64;
}

/* The array exists where many neighbours are drawn only; it is the identity between draws. */
sw_draws sw_draws_begin(uint64_t seed, uint64_t key, int64_t population, int64_t self, int64_t k,
                        void *workspace) {
  sw_draws d = {.key = sw_rng_make(seed, stream, 0).key,
                .item = key,
                .others = population - 1,
                .self = self,
                .k = k,
                .word = workspace};
  d.shuffled = (int32_t *)(d.word + 2 * padded_words(k));
  for (int64_t i = 0; k > FEW && i < d.others; i++)
    d.shuffled[i] = (int32_t)i;
  return d;
}

/* The block cipher of base/rng.c, for eight draws: loops over lanes become vectors. A round waits
 * for the one before, so that two blocks at a time take little longer than one. High and low halves
 * of products stand apart because vectors have them apart. The constants are Philox's multipliers
 * and Weyl increments. */
SW_INLINE void words_of(int blocks, uint64_t key, uint64_t item, uint32_t block, uint32_t draw,
                        uint32_t *restrict out) {
  uint32_t c0[2 * LANES], c1[2 * LANES], c2[2 * LANES], c3[2 * LANES];
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int l = 0; l < blocks * LANES; l++) {
    c0[l] = block + (uint32_t)(l / LANES);
    c1[l] = draw + (uint32_t)(l % LANES);
    c2[l] = (uint32_t)item;
    c3[l] = (uint32_t)(item >> 32);
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (int l = 0; l < blocks * LANES; l++) {
      uint32_t a = c0[l], b = c2[l];
      c0[l] = (uint32_t)(UINT64_C(0xCD9E8D57) * b >> 32) ^ c1[l] ^ k0;
      c1[l] = UINT32_C(0xCD9E8D57) * b;
      c2[l] = (uint32_t)(UINT64_C(0xD2511F53) * a >> 32) ^ c3[l] ^ k1;
      c3[l] = UINT32_C(0xD2511F53) * a;
    }
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  for (int b = 0; b < blocks; b++, out += 4 * LANES)
    for (int l = 0; l < LANES; l++) {
      out[l] = c0[b * LANES + l];
      out[LANES + l] = c1[b * LANES + l];
      out[2 * LANES + l] = c2[b * LANES + l];
      out[3 * LANES + l] = c3[b * LANES + l];
    }
}

/* Counters of steps are below 2^30: those from 2^31 on are for words drawn again. `time` changes
 * the key, so each try has a word of its own. */
static uint32_t word_again(const sw_draws *d, int64_t j, uint32_t draw, uint32_t time) {
  uint32_t counter[4] = {UINT32_C(0x80000000) | (uint32_t)j, draw, (uint32_t)d->item,
                         (uint32_t)(d->item >> 32)};
  uint32_t key[2] = {(uint32_t)d->key, (uint32_t)(d->key >> 32) ^ (time << 2)}, out[4];
  sw_philox(counter, key, out);
  return out[0];
}

/* Lemire's test: the low half below 2^32 mod bound would be biased. */
static uint32_t below_again(const sw_draws *d, int64_t j, uint32_t draw, uint32_t word,
                            uint32_t bound) {
  uint32_t reject = -bound % bound; /* 2^32 mod bound */
  uint64_t product = (uint64_t)word * bound;
  for (uint32_t time = 1; (uint32_t)product < reject; time++)
    product = (uint64_t)word_again(d, j, draw, time) * bound;
  return (uint32_t)(product >> 32);
}

/* word[j] of each lane becomes x_j. `low half < bound` is a cheap necessary condition of `low half
 * < 2^32 mod bound`: it is rare, and only then is the word looked at again. */
SW_INLINE void positions(const sw_draws *d, uint32_t first, uint32_t *restrict word) {
  for (int64_t j = 0; j < d->k; j++) {
    uint32_t bound = (uint32_t)(d->others - j), *at = word + j * LANES, x[LANES], doubtful = 0;
    for (int l = 0; l < LANES; l++) {
      uint64_t product = (uint64_t)at[l] * bound;
      doubtful |= (uint32_t)product < bound;
      x[l] = (uint32_t)j + (uint32_t)(product >> 32);
    }
    for (int l = 0; doubtful && l < LANES; l++)
      x[l] = (uint32_t)j + below_again(d, j, first + (uint32_t)l, at[l], bound);
    for (int l = 0; l < LANES; l++)
      at[l] = x[l];
  }
}

/* `put`: what step j wrote at x_j. What stands at a position is what the last step that wrote there
 * has put, else the position itself. Masks in place of branches; eight draws advance together. */
SW_INLINE void look_up(const sw_draws *d, const i8 *restrict x, i8 *restrict put,
                       i8 *restrict place) {
  const i8 zero = {0}, self = zero + (int32_t)d->self;
  for (int64_t j = 0; j < d->k; j++) {
    i8 step = zero + (int32_t)j, taken = x[j], moved = step;
    for (int64_t before = 0; before < j; before++) {
      i8 here = x[before] == x[j], there = x[before] == step;
      taken = (here & put[before]) | (~here & taken);
      moved = (there & put[before]) | (~there & moved);
    }
    put[j] = moved;
    place[j] = taken - (taken >= self); /* a mask is -1: those behind the unit move up by one */
  }
}

/* Only the positions that were written are restored: those of the steps and of what they took. */
static void shuffle(const sw_draws *d, const uint32_t *word, int32_t *place) {
  int32_t *at = d->shuffled;
  for (int l = 0; l < LANES; l++) {
    for (int64_t j = 0; j < d->k; j++) {
      uint32_t x = word[j * LANES + l];
      int32_t taken = at[x];
      at[x] = at[j];
      at[j] = taken;
      /* Positions at or behind the unit's own are one further, as it is not among the others. */
      place[j * LANES + l] = taken + (taken >= d->self);
    }
    for (int64_t j = 0; j < d->k; j++) {
      uint32_t x = word[j * LANES + l];
      at[x] = (int32_t)x;
      at[j] = (int32_t)j;
    }
  }
}

/* Several steps of a block of four words are left unused where k is no multiple of four. Two blocks
 * at a time as long as both are needed. */
SW_HOT void sw_draws_fill(const sw_draws *draws, int64_t first, int32_t *restrict place) {
  uint32_t *word = draws->word;
  int64_t block = 0;
  for (; 4 * (block + 1) < draws->k; block += 2)
    words_of(2, draws->key, draws->item, (uint32_t)block, (uint32_t)first,
             word + 4 * block * LANES);
  if (4 * block < draws->k)
    words_of(1, draws->key, draws->item, (uint32_t)block, (uint32_t)first,
             word + 4 * block * LANES);
  positions(draws, (uint32_t)first, word);
  if (draws->k > FEW)
    shuffle(draws, word, place);
  else
    look_up(draws, (const i8 *)word, (i8 *)(word + padded_words(draws->k)), (i8 *)place);
}
