/* The tasks of a pass over units or over items: dealt to ranks and threads, journaled, stopped in
 * good order and taken over from an earlier run, as those of pairs are.
 *
 * A pass over units is computed where the units are: its tasks belong to the rank that owns them.
 * Tasks over items are dealt to nodes in turn; the ranks of a node share a queue and the records.
 * A task is marked in the journal with all that it left: its slot and its units' values. Marks cost
 * writes, and most passes take less than any reader would notice: none is written before the pass
 * has taken team->mark_after seconds; then all that is done is marked, and from there on each task
 * as it ends.
 * Memory: the slots of the rank's (units) or the node's (items) tasks. No messages but the word to
 * stop. */
#ifndef SW_PLAN_TASK_TILES_H
#define SW_PLAN_TASK_TILES_H

#include "plan/task/queue.h"
#include "plan/task/state.h"
#include "plan/walk/tiling.h"

typedef struct sw_tiles {
  sw_run *run;
  const sw_job *job;
  int entry, pass, region;
  sw_tiling tiling;
  int64_t first, step, count; /* tasks first, first + step, ...: of this rank, or of its node */
  char *slots;                /* theirs, in order; items: node-shared */
  char *state;                /* theirs, atomic: left, computed by this rank, or marked by it */
  char *done;                 /* theirs; items: node-shared: done by an earlier run */
  sw_queue queue;             /* of the rank's tasks (units) or of the node's (items) */
  bool marks;                 /* atomic: tasks are marked from now on */
  uint64_t part;              /* 0, or a hash of the periods where they are not all of the entry */
  bool cut_short;             /* `check`: the time to try is over */
  double began;               /* when the threads first began, by sw_clock; 0: not yet */
  int64_t computed;           /* tasks of this rank, summed over its threads at their end */
} sw_tiles;

/* The journal's region of the pass. */
int sw_tiles_region(const sw_run *run, int entry, int pass);
/* Tasks of every pass of an entry that is not over pairs, at their places in the table. */
void sw_tiles_regions(const sw_run *run, int entry, sw_region *regions);

/* Room, and what an earlier run has done of it. Collective. */
sw_status sw_tiles_open(sw_error *err, sw_run *run, int entry, int pass, sw_tiles *tiles);
/* What sw_tiles_run computes next: tasks [begin, end) of all, where those before `begin` have been
 * computed. Without a call, all. Collective. */
sw_status sw_tiles_window(sw_error *err, sw_tiles *tiles, int64_t begin, int64_t end);
/* All tasks that are not done. SW_ESTOPPED when the run was asked to stop. Collective. */
sw_status sw_tiles_run(sw_error *err, sw_tiles *tiles);
/* Releases what open made. Met by all ranks in the same order. */
void sw_tiles_close(sw_tiles *tiles);

#endif
