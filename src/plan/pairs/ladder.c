/* A binary counter of partial sums: blocks wait until their other half is there, as bits of a
 * counter carry. Used by fold.c for vectors of units, on the sending and on the receiving node;
 * strip.c has the same thing for one number per row.
 *
 * Invariants: blocks stand in the order of their keys, and no two neighbours are halves of one
 * block, but for the last before it is settled. Which blocks are joined depends on keys alone,
 * never on who adds them or on how many came at once; so the bits of the root are the same for any
 * number of nodes. */
#include "plan/pairs/ladder.h"

#include "base/arena.h"
#include "kernel/pairs/lanes.h"

/* The smallest b with 2^b >= count: levels above the leaves. */
static int bits(int64_t count) {
  int bits = 0;
  while (((int64_t)1 << bits) < count)
    bits++;
  return bits;
}

/* Keys of a row take 2^shift places, of which only `parts` are leaves: rows then begin at whole
 * blocks, and a row's parts are joined before rows are. */
sw_status sw_ladder_create(sw_error *err, int64_t rows, int parts, int64_t width,
                           sw_ladder *ladder) {
  *ladder = (sw_ladder){.width = width, .rows = rows, .parts = parts, .shift = bits(parts)};
  ladder->root = ladder->shift + bits(rows);
  /* Two blocks per level where the first key is in the middle, and the one that is added. */
  size_t blocks = 2 * (size_t)ladder->root + 2;
  return sw_alloc(err, blocks * (size_t)width, sizeof(double), (void **)&ladder->memory);
}

void sw_ladder_destroy(sw_ladder *ladder) {
  sw_free(ladder->memory);
  ladder->memory = NULL;
}

/* The vector begins as a sum of nothing, so that a leaf may be added into from several lots. */
double *sw_ladder_add(sw_ladder *ladder, int level, int64_t index) {
  int last = ladder->count++;
  ladder->level[last] = level;
  ladder->index[last] = index;
  double *sum = sw_ladder_sum(ladder, last);
  sw_lanes_begin(sum, ladder->width);
  return sum;
}

/* Whether there is a leaf of that key. Others are gaps that rounding up to 2^shift and 2^root
 * leaves. */
static bool is_key(const sw_ladder *ladder, int64_t key) {
  int64_t part = key & (((int64_t)1 << ladder->shift) - 1);
  return key < ladder->rows << ladder->shift && part < ladder->parts;
}

/* The last block's first half stands right before it: same level, one index lower. */
static bool follows_its_half(const sw_ladder *ladder) {
  int last = ladder->count - 1;
  return last > 0 && ladder->level[last - 1] == ladder->level[last] &&
         ladder->index[last - 1] == ladder->index[last] - 1;
}

/* Adds the last block to the one before it: earlier keys on the left, always. */
static void join(sw_ladder *ladder) {
  int last = --ladder->count;
  double *sum = sw_ladder_sum(ladder, last - 1);
  const double *half = sw_ladder_sum(ladder, last);
  for (int64_t k = 0; k < ladder->width; k++)
    sum[k] += half[k];
}

/* Raises the last block as far as it goes. It stops at the root; when its first half is not here
 * (it lies with another node, which sends it apart); or when its second half is still to come. A
 * block whose second half has no keys rises alone. The first key of a half says whether it has any:
 * rows and parts are dense from their beginning. */
void sw_ladder_settle(sw_ladder *ladder) {
  for (;;) {
    int last = ladder->count - 1, level = ladder->level[last];
    bool second = ladder->index[last] & 1;
    if (level == ladder->root) return;
    if (second && !follows_its_half(ladder)) return;
    if (!second && is_key(ladder, (ladder->index[last] + 1) << level)) return;
    if (second) join(ladder);
    last = ladder->count - 1;
    ladder->level[last]++;
    ladder->index[last] >>= 1;
  }
}
