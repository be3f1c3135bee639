/* Conditional draws of a unit: it keeps its value, and its k neighbours are replaced by k distinct
 * others, in an order of their own, each sequence as likely as any. A draw is a pure function of
 * (seed, key of the unit, number of the draw, population), so it depends on no rank, thread, tile
 * or restart, and serves all variables and all periods with the same population. The first k of a
 * draw are the draw of k. Eight draws are made at a time, one in each lane. */
#ifndef SW_KERNEL_LOCAL_DRAWS_H
#define SW_KERNEL_LOCAL_DRAWS_H

#include <stddef.h>
#include <stdint.h>

enum { SW_DRAW_LANES = 8 };

typedef struct sw_draws {
  uint64_t key, item; /* of the study's seed; of the unit */
  int64_t others;     /* how many there are to draw from */
  int64_t self;       /* the unit's own place in the population: never drawn */
  int64_t k;          /* at most `others` */
  uint32_t *word;     /* the rest is workspace */
  int32_t *shuffled;
} sw_draws;

/* For populations up to n and up to k neighbours; 64-byte aligned. */
size_t sw_draws_workspace(int64_t n, int64_t k);
/* `key`: units->key of the unit; `population`: units with a value, the unit among them at `self`.
 */
sw_draws sw_draws_begin(uint64_t seed, uint64_t key, int64_t population, int64_t self, int64_t k,
                        void *workspace);
/* Draws first .. first + 7: place[j * SW_DRAW_LANES + lane] is the j-th of a draw, its place in the
 * population. */
void sw_draws_fill(const sw_draws *draws, int64_t first, int32_t *restrict place);

#endif
