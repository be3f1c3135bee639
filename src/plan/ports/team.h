/* The ranks that work on a study together, as `plan` and `store` see them. `comm` implements it
 * with MPI; sw_team_serial is the same thing for one process.
 *
 * Every call is collective over the team (or over the node, where it says so) and must be met by
 * all ranks in the same order. A local failure must therefore not leave a function between two
 * collectives: keep the status, then let sw_team_agree make it everybody's. Only one thread per
 * rank calls these. */
#ifndef SW_PLAN_PORTS_TEAM_H
#define SW_PLAN_PORTS_TEAM_H

#include "spillway/status.h"

enum { SW_WINDOW_BYTES = 64 << 20, SW_MARK_AFTER_MS = 500 };

typedef struct sw_team sw_team;
struct sw_team {
  int rank, size;           /* in the team */
  int node, nodes;          /* this rank's node */
  int node_rank, node_size; /* in the node; ranks of a node are consecutive in the team */
  void *self;               /* the implementation's */
  const void *mpi;          /* points at the MPI_Comm of this rank alone, by which it opens what
                               other ranks write too; NULL when serial */
  int64_t window_bytes; /* of a node's memory that a walk over pairs takes at a time for its sums:
                           how many matrices go together; no bit of a result depends on it */
  double mark_after; /* seconds that a pass over units or items may take before its tasks are marked
                        in the journal */
  uint64_t bytes_sent; /* by this rank in all calls so far, counted by the implementation */

  sw_status (*broadcast)(sw_team *, sw_error *, void *buffer, size_t bytes, int root);
  /* Every rank's `bytes` to the root, in rank order: *all (sw_alloc, owned by the caller) and
   * counts[size] on the root; *all NULL elsewhere. counts may be NULL elsewhere. */
  sw_status (*gather)(sw_team *, sw_error *, const void *send, size_t bytes, int root, void **all,
                      size_t *counts);
  /* The same to every rank. counts[size] everywhere. */
  sw_status (*all_gather)(sw_team *, sw_error *, const void *send, size_t bytes, void **all,
                          size_t *counts);
  /* send_bytes[r] bytes to rank r, consecutive in `send`; *recv (sw_alloc) in rank order. */
  sw_status (*all_to_all)(sw_team *, sw_error *, const void *send, const size_t *send_bytes,
                          void **recv, size_t *recv_bytes);
  /* Element-wise, in place. Sums are of integers only: floating sums would depend on the ranks. */
  sw_status (*sum_i64)(sw_team *, sw_error *, int64_t *values, int count);
  sw_status (*min_f64)(sw_team *, sw_error *, double *values, int count);
  sw_status (*max_f64)(sw_team *, sw_error *, double *values, int count);
  sw_status (*barrier)(sw_team *, sw_error *);
  /* Not collective: called now and then by a rank at work. `mine`: this rank was asked to stop.
   * True once any rank was; the word is passed on between nodes. */
  bool (*stopping)(sw_team *, bool mine);
  /* One copy of `shared` (from node_alloc) per node: node k's ranks have filled the bytes
   * [start[k], start[k+1]); after the call every node's copy has all of [0, start[nodes]). Team
   * ranks are ordered by node, so the ranks of a node are consecutive. Ends with a node_barrier. */
  sw_status (*share)(sw_team *, sw_error *, void *shared, const size_t *start);

  /* Memory shared by the ranks of a node (64-byte aligned, zeroed): collective over the node's
   * ranks, which pass the same `bytes`. All node_alloc and node_free of a study are met by all
   * ranks of the team in the same order. */
  sw_status (*node_alloc)(sw_team *, sw_error *, size_t bytes, void **out);
  /* The same, for what is written before it is read: zeroed or not, so that each page is first
   * touched by the thread that fills it. */
  sw_status (*node_alloc_bare)(sw_team *, sw_error *, size_t bytes, void **out);
  void (*node_free)(sw_team *, void *memory);
  sw_status (*node_barrier)(sw_team *, sw_error *); /* also a memory fence */
  /* Bytes the node's shared memory can still take; SIZE_MAX when unknown or not limited. */
  size_t (*node_room)(sw_team *);
};

/* All ranks learn the worst of their statuses and its text: of SW_EINPUT errors the one with the
 * lowest `order` (e.g. a line number), else of the lowest rank. */
sw_status sw_team_agree(sw_team *team, sw_error *err, sw_status mine, int64_t order);

/* Doubles for every rank, rank after rank, to `into` (NULL: nothing is written yet); bytes[r]: of
 * rank r. Called twice, and must say the same. */
typedef void sw_team_pack(void *self, double *into, size_t *bytes);
/* Sends what is packed for each rank; *received: by sending rank, the caller's to free. `mine`:
 * what this rank has come to before. A rank that fails, or runs out of memory here, is agreed on
 * before anything is sent, as the others would wait for it for ever. */
sw_status sw_team_exchange(sw_error *err, sw_team *team, sw_status mine, sw_team_pack *pack,
                           void *self, void **received);

/* A team of one, without MPI. */
sw_status sw_team_serial(sw_error *err, sw_team **team);
void sw_team_serial_destroy(sw_team *team);

#endif
