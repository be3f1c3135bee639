/* The pair pass of one job: what its files share.
 *
 * A matrix is walked in one of three ways: the squares of the upper triangle (undirected, dense or
 * summary), all squares (directed, dense, or summary where both orders of a pair share work), or
 * strips of whole rows (everything that must see a row). Strengths are sums over fixed segments in
 * a fixed order, the same in all three: sent by i     = [tree over squares J < I(i)] + [sum over
 * squares J >= I(i)]   (undirected) = sum over squares J in order (directed) received by j = tree
 * over strips, each the sum over its row segments          (directed) where a square's share of a
 * row (or column) is a sum in eight lanes (kernel/pairs/lanes.h), and a tree adds neighbours in a
 * fixed binary order (plan/pairs/ladder.h). Where a walk over the triangle makes sums by group, too
 * (plan/pairs/blocks.h), the share is the sum of the unit's shares in the groups of the square's
 * columns (or rows), in the order in which these first appear there.
 *
 * Gaps are left out of all sums; one that nothing was added to is -0.0 on its way
 * (kernel/pairs/lanes.h) and NaN in the results. So nothing has to be counted by unit, and slots
 * are sums alone.
 *
 * A measure of links only is walked in strips too, over its links and nothing else; its sums run
 * over the links in code order.
 *
 * Every task of a walk writes its shares into its own slot in node-shared memory; when all tasks
 * of a window of periods are done, each node adds what neighbours in the tree it has and sends the
 * sums to the ranks that own the units. Cost: n^2 (or n^2/2) pairs over the ranks; the slots
 * of a matrix hold n * squares doubles (strips: n * strips; about 256 strips, never more than 512)
 * over all nodes. A node sends the sums of its rows, and n doubles for each block of the columns'
 * tree that its rows make, at most 4 log2(squares) blocks. */
#ifndef SW_PLAN_PAIRS_PRIVATE_H
#define SW_PLAN_PAIRS_PRIVATE_H

#include "base/hash.h"
#include "kernel/pairs/lanes.h"
#include "measure/outputs.h"
#include "plan/pairs/pairs.h"
#include "plan/task/packets.h"
#include "plan/task/queue.h"

/* A row of squares or a strip, of one matrix: the unit of work that is dealt to nodes. Its tasks
 * (one for each square, or the strip) are what the threads of that node take from its queue. */
typedef struct sw_lot {
  int t;
  int64_t row;     /* square row, or strip */
  int64_t task_at; /* its first task among the node's tasks of this window */
  int64_t slot_at; /* where its slots begin in sw_pairs.slots, in doubles */
} sw_lot;

/* A strip of several matrices, [t0, t1): what a thread takes at a time where rows are prepared once
 * for them. Each of its lots is a task of its own all the same: stored, marked and skipped. */
typedef struct sw_stretch {
  int64_t row;
  int t0, t1;
} sw_stretch;

typedef struct sw_pairs {
  sw_run *run;
  int entry;
  const sw_job *job;
  sw_pair_plan *plan;
  sw_pair_work work;
  const sw_result *results; /* the job's, with their rows, which are out of a segment's reach */
  bool counts;              /* a counting pass: no sink, no slots, no sums */
  bool ranks;               /* of these, one that counts by strength */
  sw_geometry geometry;
  bool stores;         /* tasks leave packets for the sink */
  sw_journal *journal; /* NULL: nothing is marked */
  int region;          /* the pass's place in the journal's table of regions */
  int element;         /* bytes of a stored dense number */
  int n_quantities;
  int quantity[SW_MAX_QUANTITIES]; /* index of each among the measure's pair outputs, on or off */
  int n_pair_outputs;
  int decides; /* keep: significant: of the measure's pair outputs the one that says so; else -1 */
  /* The window: matrices [t0, t1), which are computed and folded together, and the lots of this
   * node in it. Lots, slots, queue and `done` are made anew for each window. */
  int t0, t1;
  double **ring_out, *ring_count;   /* results by ring, which the guard of the pass hides */
  int layer;                        /* fold.c: 0 of strengths, k + 1 of ring k */
  int64_t n_lots, n_tasks, n_slots; /* of this node */
  sw_lot *lot;
  double *slots;  /* node-shared: each task writes its shares into its own slot, without locks */
  int slots_for;  /* matrices of the window that they were made for */
  sw_queue queue; /* of the node's tasks, or of its stretches */
  sw_stretch *stretch; /* NULL: tasks are taken one by one */
  int64_t n_stretches;
  int64_t *bins; /* node-shared: SW_RANK_BINS counts of each matrix of the window; RANK only */
  char *done;    /* node-shared, by task: not 0: it need not be computed; NULL: all must */
  int *past;     /* by matrix: the same one in the earlier results, -1: none; NULL: none at all */
  sw_past_figures *past_figures; /* by matrix; filled on rank 0 only */
  sw_packets *packets;
  double from;        /* values of at least this are counted; NaN: none */
  int64_t *reached;   /* by matrix: how many there are, of all ranks */
  int64_t *undefined; /* by matrix: ordered pairs without a value, of this rank's tasks */
  double *greatest;   /* by matrix: the largest value, -INFINITY when there is none */
} sw_pairs;

/* What one thread works with, for one window. Nothing of it is shared until it is merged. */
typedef struct sw_worker {
  sw_pairs *pairs;
  void *workspace;
  bool opened;   /* by the measure's open */
  double *block; /* of all buffers below */
  double **all;  /* as the measure fills them, NULL where not wanted: `grain` rows */
  double *row[SW_ROW_PERIODS * SW_MAX_QUANTITIES]; /* where `all` points to; of several periods
                                                      where rows are prepared */
  double *woven[SW_MAX_QUANTITIES];   /* as `row`, of all periods that go together (woven.c) */
  double *woven_columns, *woven_sums; /* sums of columns, and of a row by square, woven; or NULL */
  int64_t grain;                      /* rows that the measure is asked for at a time */
  int64_t stride;     /* doubles from one row to the next, of `all` and of `lanes` */
  double *strength;   /* of a segment, where partners are not ordered by value; else NULL */
  bool folds;         /* the measure adds up squares itself */
  double *fold;       /* then eight lanes of each row of a square; NULL where these go by group */
  double *both;       /* lanes of two squares opposite each other (both.c), or NULL */
  double *ring_block; /* of sums by ring; NULL where the pass makes none */
  double *ring_key,
      *ring_own; /* keys of a row; counts of pairs that have no mirror in the square */
  sw_ring_lanes ring;
  sw_lane_groups groups; /* of a square, where there are sums by group */
  double *gaps;          /* in the slot: of the square, between groups of its rows and columns */
  double *lanes;         /* SW_LANES rows of column sums under way, sw_pairs_row_length apart; not
                            in use where there are sums by group */
  double *row_a, *row_b; /* strips: sums before (undirected: by level) and from the own square */
  int64_t level_stride;
  int64_t *undefined; /* by matrix, of the task under way: what its journal mark says */
  double *greatest;
  int64_t *undefined_all; /* of all this thread's tasks */
  double *greatest_all;
  sw_hasher **hasher; /* of a strip that leaves several packets: partners, then each quantity */
  double evaluated;
  int64_t tasks;
  bool meets_gaps; /* a value that is NaN was met */
  bool is_writer;  /* the thread that calls the sink */
  sw_error error;
  /* Strips that keep partners: those of row r of the batch stand at pick[pick_at[r] ..
   * pick_end[r]), with room up to pick_at[r + 1]; link_at: the row's next link that no segment has
   * met. */
  struct sw_pick *pick;
  int64_t *pick_at, *pick_end, *link_at;
  int64_t room; /* entries that `pick` can hold */
  /* RANK: counts by strength of the batch under way, and how many were counted; sets of them for
   * periods that go together. */
  uint32_t *bins, *bin_sets;
  int64_t binned;
  struct sw_prepared *prepared; /* prepared.c; NULL where rows are not prepared */
} sw_worker;

/* A partner. `strength` is what partners are ordered by: the value, its magnitude, or its negative.
 * `key` is 2 * column, and 1 more where the value is -strength: it orders as the column does. Two
 * whole words, as partners are copied often, and a word written in parts is slow to read again. */
typedef struct sw_pick {
  double strength;
  int64_t key;
} sw_pick;

/* A strip under way. */
typedef struct sw_strip {
  int t;
  int64_t r0, r1;
  int64_t b0, b1;     /* the batch of rows under way; all of [r0, r1) but for `above` */
  int64_t high;       /* rows of a segment of column sums: the lower of strip and square */
  double *row_sum;    /* slot: of each row */
  double *column_sum; /* slot: of each column over the strip, or NULL */
  sw_packet *packet;  /* of the batch; NULL when the task stores nothing */
} sw_strip;

/* lots.c */
int sw_pairs_lot_node(const sw_pairs *p, int t, int64_t row);
/* Lots of a node in the window; `lot` NULL counts only. Returns their number. */
int64_t sw_pairs_lots_of_node(const sw_pairs *p, int node, sw_lot *lot, int64_t *tasks,
                              int64_t *slots);
const sw_lot *sw_pairs_find_lot(const sw_pairs *p, int t, int64_t row); /* one of this node */
/* Stretches of this node in the window; `threads`: of the node, the same on its ranks. `out` NULL
 * counts only. Returns their number. */
int64_t sw_pairs_stretches(const sw_pairs *p, double threads, sw_stretch *out);

/* numbers.c */
int sw_pairs_region_of(int entry, sw_pair_pass pass);
/* The number of a task among all of the job, whatever the nodes. */
int64_t sw_pairs_task_number(const sw_pairs *p, const sw_lot *lot, int64_t nth);
int64_t sw_pairs_tasks_of_lot(const sw_pairs *p, const sw_lot *lot);

/* marks.c: tasks as the journal knows them.
 * Where a task's shares lie: in its slot, or, in a counting pass, its rows' counts in row_start. */
void *sw_pairs_task_shares(const sw_pairs *p, const sw_lot *lot, int64_t nth, size_t *bytes);
/* The task is about to be computed: what it may leave unwritten of its slot is cleared. */
void sw_pairs_clear_slot(const sw_pairs *p, const sw_lot *lot, int64_t nth);
/* The mark of the task that the worker has just done, without checksums. */
sw_mark sw_pairs_task_mark(const sw_worker *w, const sw_lot *lot, int64_t nth);
/* The task is computed. end_packet attaches the journal mark to its last packet, so that the mark
 * is written after the bytes; end_task marks a task that stores nothing at once. */
void sw_pairs_end_packet(sw_worker *w, sw_packet *packet, const sw_lot *lot, int64_t nth);
void sw_pairs_end_task(sw_worker *w, const sw_lot *lot, int64_t nth);
/* Finds the tasks of the window that need not be computed and puts their shares in place: those
 * that an earlier run has done or the earlier results hold, or that are not sampled. Collective. */
sw_status sw_pairs_restore(sw_error *err, sw_pairs *p);

/* digest.c: checksums of what a task stores. */
void sw_pairs_digest_packet(sw_worker *w, sw_packet *packet);
/* Where a matrix is stored. */
typedef struct sw_stored {
  sw_sink *sink;
  int t;
  const int64_t *row_start; /* n + 1 positions of its rows among the entries; NULL without */
} sw_stored;
sw_stored sw_pairs_stored_here(const sw_pairs *p, int t);
/* The checksum of what is stored at `from`, which is copied to `to` on the way (NULL: only read).
 * *readable: false when it cannot be read, or its length is not that of its place in `to`. */
sw_status sw_pairs_digest_stored(sw_error *err, const sw_pairs *p, const sw_stored *from,
                                 const sw_stored *to, int64_t row, int64_t nth,
                                 uint64_t checksum[2], bool *readable);

/* past.c: matrices that an earlier results file holds. */
sw_status sw_pairs_past(sw_error *err, sw_pairs *p); /* which they are; collective */
bool sw_pairs_is_past(const sw_pairs *p, int t);
bool sw_pairs_all_past(const sw_pairs *p); /* of the window */
/* Copies the tasks of the window that the earlier file holds soundly; they then count as done. */
sw_status sw_pairs_take(sw_error *err, sw_pairs *p);
/* Sets the counts and maxima of taken matrices from the earlier file, in place of what was summed
 * over those of their tasks that had to be computed. */
void sw_pairs_past_figures(sw_pairs *p);
void sw_pairs_past_end(sw_pairs *p);

/* worker.c */
/* Column sums of a strip outlive a batch of its rows, so lanes are as long as whole rows. */
bool sw_pairs_keeps_lanes(const sw_pairs *p);
int64_t sw_pairs_row_length(const sw_pairs *p);
/* Asks the measure for rows from i on against columns [j0, j1), in w->all: as many as it takes at a
 * time, no further than i1. Returns their number. Not for measures of whole rows. */
int64_t sw_pairs_fill(sw_worker *w, int t, int64_t i, int64_t i1, int64_t j0, int64_t j1);
/* The same of the pair (i, j), all quantities that `out` has room for: a vector each. */
void sw_pairs_fill_pair(sw_worker *w, int t, int64_t i, int64_t j, double *const *out);
/* Puts row `from` of w->all into the packet as its row `row`. */
void sw_pairs_store_row(const sw_pairs *p, sw_packet *packet, const sw_worker *w, int64_t from,
                        int64_t row, int64_t columns, int64_t diagonal);
/* A packet for a rectangle, with room for `mirror`ed data too; NULL when memory has run out: the
 * worker's error says so, and the packet is given back. May wait for a free packet. */
sw_packet *sw_pairs_begin_rect(sw_worker *w, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                               bool mirror);
/* A failure is in the worker's error too. */
sw_status sw_pairs_worker_open(sw_pairs *p, sw_worker *worker);
void sw_pairs_worker_close(sw_worker *worker);

/* task.c */
void sw_pairs_task(sw_worker *worker, int64_t task);
/* Before and behind each task of matrix t: the worker's counts are those of the task alone, which
 * its mark wants, and are then added to the thread's. */
void sw_pairs_task_begin(sw_worker *w, int t);
void sw_pairs_task_end(sw_worker *w, int t);

/* diagonal.c: square [i0, i1) of an undirected matrix, sums only. False: it is left undone, as
 * there are sums by group, and it has gaps or a measure that does not add up values. */
bool sw_pairs_diagonal_task(sw_worker *worker, int t, int64_t i0, int64_t i1, double *row_share);

/* blocks.c: shares in sums by group, all that a slot has then. Begin and end do nothing where there
 * are none. */
typedef struct sw_block_shares {
  double *row, *column; /* by group of the other side, `side` each: of rows, of columns */
  double *row_strip, *column_strip; /* by strip, `most` groups each */
  double *gaps;                     /* by group of rows, `most` groups of columns each */
} sw_block_shares;
sw_block_shares sw_pairs_block_shares(const sw_pairs *p, double *slot);
/* Squares `row` and `column` of the cut. `smooth`: no gap is expected. */
void sw_pairs_blocks_begin(sw_worker *w, int64_t row, int64_t column, bool smooth, double *slot);
void sw_pairs_blocks_row(sw_worker *w, int64_t r, int64_t n, int64_t own, int64_t gaps,
                         const double *v);
/* False where a share of a row is NaN: a gap was met where none was expected. */
bool sw_pairs_blocks_end(sw_worker *w, int64_t row, int64_t column, double *slot);
/* blocks_fold.c: on one node, what a lot's shares are of units [lo, hi) becomes results. */
void sw_pairs_blocks_place(const sw_pairs *p, const sw_lot *lot, int64_t lo, int64_t hi);
/* What else the window's shares are becomes results, behind sw_pairs_fold. Collective. */
sw_status sw_pairs_blocks_fold(sw_error *err, sw_pairs *p);

/* both.c: squares of a directed matrix, sums only. False where a value is NaN. */
bool sw_pairs_folds_both(const sw_pairs *p);
int64_t sw_pairs_both_room(const sw_pairs *p); /* doubles of a worker */
bool sw_pairs_both_squares(sw_worker *w, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                           double *slot, double *back_slot);
bool sw_pairs_both_diagonal(sw_worker *w, int t, int64_t i0, int64_t i1, double *slot);
/* Puts into a slot how many of its square's values reach p->from. */
void sw_pairs_put_reached(const sw_pairs *p, double *slot, int64_t reached);
sw_status sw_pairs_reached(sw_error *err, sw_pairs *p); /* of the window; collective */
/* Tells the measure, behind the totals. Collective. */
sw_status sw_pairs_counted(sw_error *err, sw_pairs *p);

/* rings.c: sums by ring of a square; nothing where the pass makes none. */
sw_status sw_pairs_rings_open(sw_error *err, sw_worker *w);
const sw_ring_limits *sw_pairs_rings(const sw_worker *w); /* NULL: none */
void sw_pairs_rings_begin(sw_worker *w);
/* Where sums of the square begin for a part of it that begins with this row and column. */
sw_ring_lanes sw_pairs_rings_at(const sw_worker *w, int64_t row, int64_t column);
/* Adds values of row i and columns [j0, j1), NaN at its own place and in gaps, which are the
 * square's `row` and begin with its `column`, -1: for the row alone, as their mirrors are values of
 * the square too. */
void sw_pairs_rings_row(sw_worker *w, int t, int64_t i, int64_t j0, int64_t j1, int64_t row,
                        int64_t column, const double *v);
void sw_pairs_rings_take(sw_worker *w, int64_t row);
void sw_pairs_rings_end(sw_worker *w, double *slot, int64_t rows, int64_t columns);
sw_status sw_pairs_rings_count(sw_error *err, sw_pairs *p); /* of the window; collective */

/* strip.c */
void sw_pairs_strip_task(sw_worker *worker, const sw_lot *lot);
/* Begins a strip, but for its column sums; false when rounding has left it without rows. */
bool sw_pairs_strip_begin(sw_worker *w, const sw_lot *lot, sw_strip *s);
void sw_pairs_strip_columns(const sw_worker *w, const sw_strip *s); /* sums of nothing */
/* Room and packet for rows [b0, b1) of the strip; false when memory has run out. */
bool sw_pairs_batch_begin(sw_worker *w, sw_strip *s);
/* Takes in whole row i, which stands in w->all. */
void sw_pairs_strip_row(sw_worker *w, const sw_strip *s, int64_t i);
/* Takes in a row that has been summed: `sum` by square, `stride` apart. */
void sw_pairs_strip_sums(sw_worker *w, const sw_strip *s, int64_t i, const double *sum,
                         int64_t stride);
/* The batch is whole: sends it, with the strip's mark if it is the last. */
void sw_pairs_batch_end(sw_worker *w, const sw_strip *s, const sw_lot *lot);

/* prepared.c: rows that are prepared once for the matrices of a stretch. */
sw_status sw_pairs_prepared_open(sw_error *err, sw_worker *w);
void sw_pairs_prepared_close(sw_worker *w);
void sw_pairs_stretch_task(sw_worker *w, const sw_stretch *stretch);

/* woven.c: rows of several periods side by side, as a measure may leave them. A strip's `count`
 * periods are taken in row by row between a begin and an end, of which there are several where a
 * strip has batches. */
int sw_pairs_row_sets(const sw_pairs *p);       /* rows of a quantity that a worker has */
int64_t sw_pairs_woven_room(const sw_pairs *p); /* doubles of a worker; 0: nothing is woven */
void sw_pairs_woven_open(sw_worker *w, double *room);
void sw_pairs_woven_begin(sw_worker *w, const sw_strip *strip, int count);
bool sw_pairs_woven_row(sw_worker *w, const sw_strip *strip, int count, int64_t i);
void sw_pairs_woven_end(sw_worker *w, const sw_strip *strip, int count);

/* pick.c: the partners a strip keeps (top, above, links). */
sw_pick sw_pairs_pick(const sw_pairs *p, double value, int64_t to);
static inline int32_t sw_pairs_pick_to(sw_pick pick) {
  return (int32_t)(pick.key >> 1);
}
int64_t sw_pairs_picks_batch(const sw_pairs *p, int t, int64_t b0, int64_t r1);
sw_status sw_pairs_picks_begin(sw_error *err, sw_worker *w, int t, int64_t r0, int64_t r1);
/* Row i's values for columns [j0, j1), NaN at its own place and where undefined; `greatest`: their
 * largest. Each row must be shown all segments; links need them in the order of columns. */
void sw_pairs_picks_see(sw_worker *w, int t, int64_t r0, int64_t i, int64_t j0, int64_t j1,
                        const double *v, double greatest);
/* Row i has been seen whole: puts its partners in order into the packet, with all quantities. */
void sw_pairs_picks_end_row(sw_worker *w, sw_packet *packet, int t, int64_t r0, int64_t i);
/* Turns a free packet into one with room for the partners of rows [r0, r1). */
sw_status sw_pairs_picks_packet(sw_error *err, const sw_worker *w, sw_packet *packet, int t,
                                int64_t r0, int64_t r1);

/* share.c: the strongest share of all pairs. */
sw_region sw_pairs_rank_region(const sw_run *run, int entry);
/* The worker has `sets` of counters from here on, the first of which is in use. */
sw_status sw_pairs_rank_open(sw_error *err, sw_worker *w, int sets);
/* Counts strengths of matrix t; at the end of a batch the counts are added to those of the node. */
void sw_pairs_rank_see(sw_worker *w, int t, int64_t count, const double *strength, double greatest);
void sw_pairs_rank_flush(sw_worker *w, int t);
/* Passes over the matrices of the window that need no counting. Collective. */
sw_status sw_pairs_rank_begin(sw_error *err, sw_pairs *p);
/* The window's counts narrow down what is kept. Collective. */
sw_status sw_pairs_rank_end(sw_error *err, sw_pairs *p);
/* COUNT: pairs of row i that are kept if no tie decides, and ties, in one number each half. */
void sw_pairs_share_count(sw_worker *w, int t, int64_t i, int64_t count, const double *strength,
                          double greatest);
/* These numbers of matrix t become counts: ties are given out in the order of rows. */
void sw_pairs_share_rows(const sw_pair_plan *plan, int t, int64_t n);
/* What no kept pair of matrix t is weaker than; -INFINITY when that is not known. */
double sw_pairs_share_least(const sw_pairs *p, int t);

/* fold.c: the slots of a window become strengths of units. Collective. */
sw_status sw_pairs_fold(sw_error *err, sw_pairs *p);
/* The numbers of the rows of a sample, in one process. */
void sw_pairs_place_sample(const sw_pairs *p);

/* totals.c */
/* Ordered pairs of a matrix, with a value or without. */
int64_t sw_pairs_ordered(const sw_pairs *p, int matrix);
/* Totals, means and maxima of all matrices, out of the strengths. Collective. */
sw_status sw_pairs_totals(sw_error *err, sw_pairs *p);

#endif
