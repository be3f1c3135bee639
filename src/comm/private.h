/* What the files of comm share; not for other floors.
 *
 * Invariants: `team` is the first member, so that a sw_team of this floor is a sw_comm; every rank
 * holds its windows in the same order, as all ranks meet every node_alloc and node_free. */
#ifndef SW_COMM_PRIVATE_H
#define SW_COMM_PRIVATE_H

#include <mpi.h>

#include "comm/comm.h"

/* Memory shared by a node's ranks; `memory` is what node_alloc gave. */
typedef struct sw_window sw_window;
struct sw_window {
  void *memory;
  size_t shared; /* its bytes; 0: the node has one rank, the memory is sw_calloc's */
  sw_window *next;
};

typedef struct sw_comm {
  sw_team team;
  MPI_Comm world;   /* all ranks, a communicator of our own */
  MPI_Comm machine; /* the ranks that can share memory */
  MPI_Comm node;    /* the same, or a part of it in tests (SPILLWAY_NODE_RANKS) */
  MPI_Comm leaders; /* the first rank of each node, by node; MPI_COMM_NULL on the others */
  MPI_Comm end;     /* all ranks again, where they meet after a failure */
  MPI_Comm alone;   /* this rank */
  int64_t patience; /* ms that a rank waits there for the others */
  size_t piece;     /* bytes a single MPI call may move: its counts are int */
  size_t *counts;   /* a number for each rank, for the collective under way */
  int *counts_at;   /* counts and displacements of a gather: two for each rank */
  sw_window *windows;
  unsigned files_made; /* names tried for files of shared memory: no name is used twice */
  bool stopping;       /* this node has told the others to stop (comm/stop.c) */
  uint32_t stop_from;  /* bit k: the word to stop has come from the node 2^k before */
} sw_comm;

static inline sw_comm *sw_comm_of(sw_team *team) {
  return (sw_comm *)team;
}

/* SW_EINTERNAL with MPI's own words when `code` is not MPI_SUCCESS. */
sw_status sw_comm_check(sw_error *err, int code, const char *call);

#define SW_MPI(err, call) SW_TRY(sw_comm_check((err), (call), #call))

/* Collective. `mine`: whether this rank has memory for what it will receive. All ranks return
 * SW_OK, or none does: SW_ENOMEM where only another rank lacks it. */
sw_status sw_comm_memory(sw_error *err, sw_comm *comm, sw_status mine);
sw_status sw_comm_bcast(sw_error *err, MPI_Comm group, size_t piece, void *buffer, size_t bytes,
                        int root);

/* `bytes` of zeros that all ranks of the node share. Collective over the node. SW_OK with NULL:
 * another rank of it failed, and says why. SW_ENOMEM: there is no room. */
sw_status sw_comm_shared_map(sw_error *err, sw_comm *comm, size_t bytes, void **memory);
void sw_comm_shared_unmap(void *memory, size_t bytes);
/* Bytes that can still be shared; SIZE_MAX where that is not known. */
size_t sw_comm_shared_room(void);

void sw_comm_set_collectives(sw_team *team);
void sw_comm_set_node(sw_team *team);
void sw_comm_free_windows(sw_comm *comm);
void sw_comm_set_stop(sw_team *team);
/* Called by every rank at the end, so that no stop message remains in flight. */
void sw_comm_end_stop(sw_comm *comm);

#endif
