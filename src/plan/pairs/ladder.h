/* Sums of vectors in the order of a fixed binary tree, so that whoever holds neighbouring leaves
 * may add them before sending and no bit changes.
 *
 * Leaves are numbered by rows and parts of a row: key = row << shift | part. A block (level, index)
 * is the sum of keys [index << level, (index + 1) << level). Leaves come in the order of their
 * keys, not necessarily from the first one; two blocks become one when they are halves of it, a
 * block alone is raised a level as it is when its other half has no keys. After all keys one block
 * is left; after some of them, at most two per level: those are what is sent, and taken up by
 * another ladder as they are. */
#ifndef SW_PLAN_PAIRS_LADDER_H
#define SW_PLAN_PAIRS_LADDER_H

#include "spillway/status.h"

/* At most two blocks per level, and keys of an int64 make 63 levels. */
enum { SW_LADDER_BLOCKS = 128 };

typedef struct sw_ladder {
  int64_t width; /* doubles of a vector; 0: only which blocks there are */
  int64_t rows;
  int parts, shift, root;      /* root: the level of the last block */
  int count;                   /* blocks, in order */
  int level[SW_LADDER_BLOCKS]; /* of each block: it covers 2^level keys, from index << level on */
  int64_t index[SW_LADDER_BLOCKS];
  double *memory; /* the blocks' vectors, one behind the other */
} sw_ladder;

sw_status sw_ladder_create(sw_error *err, int64_t rows, int parts, int64_t width,
                           sw_ladder *ladder);
void sw_ladder_destroy(sw_ladder *ladder);
/* Doubles of a block's vector; blocks beyond the last are room. */
static inline double *sw_ladder_sum(const sw_ladder *ladder, int block) {
  return ladder->memory + block * ladder->width;
}
/* A block of nothing (kernel/pairs/lanes.h), behind all others; the caller adds into what is
 * returned. */
double *sw_ladder_add(sw_ladder *ladder, int level, int64_t index);
/* The last block is whole: joins it with the halves before it that wait for it. */
void sw_ladder_settle(sw_ladder *ladder);

#endif
