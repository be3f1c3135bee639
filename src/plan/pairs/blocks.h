/* Sums by group of an undirected matrix (`blocks`), by the squares that its pairs are cut into.
 *
 * A unit's sum over a group = sum over squares J in order of its shares, each the sum over the
 * units of the group in J in eight lanes, unit j in lane (j - first of J) mod 8
 * (kernel/pairs/lanes.h): so a unit's row and its mirrored column have the same shares. The sum
 * between two groups = sum over strips of rows of the one, in order, of the sum over J of the
 * strip's shares; a strip is rows of one group and one square.
 *
 * A unit's share of strength in a square is the sum of its shares over the groups there, in the
 * order of `group`: so nothing is added up twice. This holds wherever the walk is the triangle and
 * sw_blocks_fit, whether or not the sums by group are taken from it.
 *
 * Where the walk is the triangle its tasks leave these shares in their slots, and nothing else; no
 * pair is evaluated for them alone (blocks.c, blocks_fold.c). Else plan/sums makes the same numbers
 * out of whole rows. Cost: n * squares * most doubles in the slots of a matrix. */
#ifndef SW_PLAN_PAIRS_BLOCKS_H
#define SW_PLAN_PAIRS_BLOCKS_H

#include "plan/pairs/pairs.h"

/* Groups by square; from the run's arena, the same on every rank. */
typedef struct sw_blocks {
  int groups;
  int64_t most, shares;        /* groups of a square at most, of all squares together */
  const int32_t *place;        /* by unit: its group, counted among those of its square */
  const int64_t *at;           /* squares + 1: where a square's groups begin in: */
  const int32_t *group;        /* which they are, as they first appear, and */
  const int64_t *members;      /* how many units each has there */
  const int64_t *first, *last; /* by group: squares that have units of it */
  const int64_t *whole;        /* by group: its units */
  const int32_t *unit;         /* units by group, then by code: the order of strips */
  int64_t strips, most_strips; /* in all; of a square at most */
  int64_t *strip_at;           /* strips + 1: where one begins in `unit` */
  int *strip_group;
  bool *begins_task;        /* the first of its task, rows of a group as plan/sums takes them */
  const int64_t *square_at; /* squares + 1: where a square's strips begin in: */
  const int32_t *strip;     /* which they are, in order */
  int sent, received, sum, count; /* outputs that are theirs */
} sw_blocks;

/* `unit`: by group, then by code; tasks have `high` rows of a group. Results are the caller's to
 * fill in. */
sw_status sw_blocks_make(sw_error *err, sw_arena *arena, const sw_cut *cut,
                         const sw_grouping *grouping, const int32_t *unit, int64_t high,
                         sw_blocks **blocks);
/* Whether a walk over the triangle makes them: else slots would take too much. */
bool sw_blocks_fit(const sw_blocks *blocks, const sw_cut *cut);
/* Whether the walk over a bound entry's pairs makes shares in them, and strengths out of these. */
bool sw_blocks_in_walk(const sw_run *run, int entry);
/* Whether the storing pass makes results of them: an earlier file has no shares of what is taken
 * from it. */
bool sw_blocks_in_pairs(const sw_run *run, int entry);
/* Doubles behind a slot's other shares. */
int64_t sw_blocks_room(const sw_blocks *blocks, const sw_cut *cut);

#endif
