/* The pair pass of one job: what its files share.
 *
 * A matrix is walked in one of three ways: the squares of the upper triangle (undirected, dense or
 * summary), all squares (directed, dense), or strips of whole rows (everything that must see a
 * row). Strengths are sums over fixed segments in a fixed order, the same in all three:
 *   sent by i     = [tree over squares J < I(i)] + [sum over squares J >= I(i)]   (undirected)
 *                 = sum over squares J in order                                   (directed)
 *   received by j = tree over strips, each the sum over its row segments          (directed)
 * where a square's share of a row (or column) is a sum in eight lanes (kernel/pairs/lanes.h), and a
 * tree adds neighbours in a fixed binary order (plan/pairs/ladder.h).
 *
 * A measure of links only is walked in strips too, over its links and nothing else; its sums run
 * over the links in code order.
 *
 * Every task of a walk writes its shares into its own slot in node-shared memory; when all tasks
 * of a window of periods are done, each node adds what neighbours in the tree it has and sends the
 * sums to the ranks that own the units. Cost: n^2 (or n^2/2) pairs over the ranks; slots
 * n * squares doubles a matrix (strips: n * strips, at most 256) over the nodes; messages a node:
 * of its rows their sums, and n doubles for each block of its rows, at most 4 log2(squares). */
#ifndef SW_PLAN_PAIRS_PRIVATE_H
#define SW_PLAN_PAIRS_PRIVATE_H

#include "base/hash.h"
#include "measure/outputs.h"
#include "plan/pairs/pairs.h"
#include "plan/task/packets.h"
#include "plan/task/queue.h"

/* A row of squares or a strip, of one matrix: the unit that is dealt to nodes. */
typedef struct sw_lot {
  int t;
  int64_t row;     /* square row, or strip */
  int64_t task_at; /* its first task among the node's */
  int64_t slot_at; /* its slots, in doubles */
} sw_lot;

typedef struct sw_pairs {
  sw_run *run;
  int entry;
  const sw_job *job;
  sw_pair_plan *plan;
  sw_sink *sink; /* NULL: only count the entries of `above` */
  sw_walk walk;
  bool stores;         /* tasks leave packets for the sink */
  sw_journal *journal; /* NULL: nothing is marked */
  int region;
  int element; /* bytes of a stored dense number */
  int n_quantities;
  int quantity[SW_MAX_QUANTITIES]; /* index of each among the measure's pair outputs */
  int n_pair_outputs;
  int64_t parts; /* row segments along a square for column sums; 0 without */
  /* The window of matrices under way, and the lots of each node in it. */
  int t0, t1;
  int64_t n_lots, n_tasks, n_slots; /* of this node */
  sw_lot *lot;
  double *slots; /* node-shared */
  sw_queue queue;
  char *done; /* node-shared, by task: done by an earlier run; NULL: none */
  int *past;  /* by matrix: the same one in the earlier results, -1: none; NULL: none at all */
  sw_past_figures *past_figures; /* rank 0 */
  sw_packets *packets;
  int64_t *undefined; /* by matrix, of this rank's tasks */
  double *greatest;
} sw_pairs;

/* What a thread works with. */
typedef struct sw_worker {
  sw_pairs *pairs;
  void *workspace;
  double *block;                  /* of all buffers below */
  double *all[SW_MAX_QUANTITIES]; /* as the measure fills them, NULL where not wanted */
  double *lanes;
  double *row_a, *row_b; /* strips: sums before (undirected: by level) and from the own square */
  int64_t level_stride;
  int64_t *undefined; /* by matrix, of the task under way */
  double *greatest;
  int64_t *undefined_all; /* of all this thread's tasks */
  double *greatest_all;
  sw_hasher **hasher; /* of a strip's entries: partners, then each quantity */
  double evaluated;
  int64_t tasks;
  bool meets_gaps; /* a value that is NaN was met */
  bool is_writer;  /* the thread that calls the sink */
  sw_error error;
  struct sw_pick *pick;                  /* strips that keep partners */
  int64_t *pick_at, *pick_end, *link_at; /* by row of the strip */
  int64_t room;
} sw_worker;

typedef struct sw_pick {
  double value;
  int32_t to;
} sw_pick;

/* lots.c */
int sw_pairs_lot_node(const sw_pairs *p, int t, int64_t row);
int64_t sw_pairs_rows_a_group(const sw_pairs *p);
int64_t sw_pairs_slots_a_matrix(const sw_pairs *p); /* doubles, over all nodes */
/* Lots of a node in the window; `lot` NULL counts only. Returns their number. */
int64_t sw_pairs_lots_of_node(const sw_pairs *p, int node, sw_lot *lot, int64_t *tasks,
                              int64_t *slots);
int64_t sw_pairs_rows_of_walk(const sw_pairs *p);
int64_t sw_pairs_square_slot(const sw_pairs *p);

/* numbers.c */
sw_walk sw_pairs_walk_of(const sw_run *run, int entry, bool counts);
int64_t sw_pairs_parts_of(const sw_run *run, int entry, sw_walk walk);
int sw_pairs_region_of(int entry, bool counts);
/* The number of a task among all of the job, whatever the nodes. */
int64_t sw_pairs_task_number(const sw_pairs *p, const sw_lot *lot, int64_t nth);
/* Tasks of a lot: squares of a row of the walk, 1 for a strip. */
int64_t sw_pairs_tasks_of_lot(const sw_pairs *p, const sw_lot *lot);

/* marks.c: tasks as the journal knows them.
 * A task's shares: in its slot, or, when `above` is counted, among the beginnings of rows. */
void *sw_pairs_task_shares(const sw_pairs *p, const sw_lot *lot, int64_t nth, size_t *bytes);
/* The mark of the task that the worker has just done, without checksums. */
sw_mark sw_pairs_task_mark(const sw_worker *w, const sw_lot *lot, int64_t nth);
/* What the last packet of a task carries, or what is marked at once when it left none. */
void sw_pairs_end_packet(sw_worker *w, sw_packet *packet, const sw_lot *lot, int64_t nth);
void sw_pairs_end_task(sw_worker *w, const sw_lot *lot, int64_t nth);
/* Tasks of the window that an earlier run has done: their shares are put in place. Collective. */
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
/* The same of what is stored, copied to `to` on the way (NULL: only looked at). *readable: false
 * when it cannot be read, or has another length than its place there. */
sw_status sw_pairs_digest_stored(sw_error *err, const sw_pairs *p, const sw_stored *from,
                                 const sw_stored *to, int64_t row, int64_t nth,
                                 uint64_t checksum[2], bool *readable);

/* past.c: matrices that an earlier results file holds. */
sw_status sw_pairs_past(sw_error *err, sw_pairs *p); /* which they are; collective */
bool sw_pairs_is_past(const sw_pairs *p, int t);
bool sw_pairs_all_past(const sw_pairs *p); /* of the window */
/* Tasks of the window that can be taken are copied and count as done. */
sw_status sw_pairs_take(sw_error *err, sw_pairs *p);
/* Their figures, instead of those of tasks that were computed after all. */
void sw_pairs_past_figures(sw_pairs *p);
void sw_pairs_past_end(sw_pairs *p);

/* worker.c */
/* Column sums outlive a batch of rows: lanes of whole rows. */
bool sw_pairs_keeps_lanes(const sw_pairs *p);
int64_t sw_pairs_row_length(const sw_pairs *p);
void sw_pairs_store_row(const sw_pairs *p, sw_packet *packet, const sw_worker *w, int64_t row,
                        int64_t columns, int64_t diagonal);
/* A packet for a rectangle, with room for `mirror`ed data too; NULL when memory has run out. */
sw_packet *sw_pairs_begin_rect(sw_worker *w, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                               bool mirror);
sw_status sw_pairs_worker_open(sw_error *err, sw_pairs *p, sw_worker *worker);
void sw_pairs_worker_close(sw_worker *worker);

/* task.c */
void sw_pairs_task(sw_worker *worker, int64_t task);

/* diagonal.c: square [i0, i1) of an undirected matrix, sums only. */
void sw_pairs_diagonal_task(sw_worker *worker, int t, int64_t i0, int64_t i1, double *row_share);

/* strip.c */
void sw_pairs_strip_task(sw_worker *worker, const sw_lot *lot);

/* pick.c: the partners a strip keeps (top, above, links). */
int64_t sw_pairs_picks_batch(const sw_pairs *p, int t, int64_t b0, int64_t r1);
sw_status sw_pairs_picks_begin(sw_error *err, sw_worker *w, int t, int64_t r0, int64_t r1);
/* A segment of row i (NaN at its own place and where undefined); `greatest` of it. */
void sw_pairs_picks_see(sw_worker *w, int t, int64_t r0, int64_t i, int64_t j0, int64_t j1,
                        const double *v, double greatest);
/* Row i has been seen whole: its partners in order into the packet, with all quantities. */
void sw_pairs_picks_end_row(sw_worker *w, sw_packet *packet, int t, int64_t r0, int64_t i);
/* Entries kept by a strip, and a packet with room for them. */
sw_status sw_pairs_picks_packet(sw_error *err, const sw_worker *w, sw_packet *packet, int t,
                                int64_t r0, int64_t r1);

/* fold.c */
sw_status sw_pairs_fold(sw_error *err, sw_pairs *p);

/* totals.c */
/* Ordered pairs of a matrix, with a value or without. */
int64_t sw_pairs_ordered(const sw_pairs *p);
sw_status sw_pairs_totals(sw_error *err, sw_pairs *p);

#endif
