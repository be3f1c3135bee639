/* Memory shared by the ranks of a node: gathered columns, weights, queues and slots of a pass stand
 * there once per node instead of once per rank. A node of one rank shares with nobody and takes
 * plain memory, which is not limited by /dev/shm.
 *
 * Windows are identified by their address. All ranks meet every node_alloc and node_free in the
 * same order (private.h). */
#include "comm/private.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

/* The first rank's answer for all: other processes take of /dev/shm meanwhile, and ranks that
 * saw different numbers would decide differently. */
static size_t node_room(sw_team *team) {
  uint64_t room = SIZE_MAX;
  if (team->node_size > 1 && team->node_rank == 0) room = sw_comm_shared_room();
  MPI_Bcast(&room, 1, MPI_UINT64_T, 0, sw_comm_of(team)->node);
  return room;
}

/* Gives back a window that may be half made. Local: other ranks keep their mapping until they
 * let go of it, and the memory lives as long as any of them does. */
static void forget(sw_window *made) {
  if (!made) return;
  if (made->shared)
    sw_comm_shared_unmap(made->memory, made->shared);
  else
    sw_free(made->memory);
  free(made);
}

/* Collective over the whole team, not the node alone: it agrees twice, so that no rank goes on
 * without its window while others wait in the next collective.
 *
 * First everybody gets what it needs alone; only if all have that do the ranks of a node enter
 * sw_comm_shared_map, which is collective itself and must not be entered by some. Shared memory is
 * zero in any case, as a new file is; `zeroed` is about plain memory. */
static sw_status make_window(sw_team *team, sw_error *err, size_t bytes, bool zeroed, void **out) {
  sw_comm *comm = sw_comm_of(team);
  sw_window *made = calloc(1, sizeof *made);
  *out = NULL;
  bytes = bytes > 0 ? bytes : 1;
  sw_status status = made ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a shared window");
  if (status == SW_OK && team->node_size == 1)
    status = (zeroed ? sw_calloc : sw_alloc)(err, bytes, 1, &made->memory);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) {
    if (team->node_size > 1) status = sw_comm_shared_map(err, comm, bytes, &made->memory);
    if (team->node_size > 1 && made->memory) made->shared = bytes;
    /* Nodes of one rank agree too: every rank of the team meets the same calls. */
    status = sw_team_agree(team, err, status, 0);
  }
  if (status != SW_OK) {
    forget(made);
    return status;
  }
  made->next = comm->windows;
  comm->windows = made;
  *out = made->memory;
  return SW_OK;
}

static sw_status node_alloc(sw_team *team, sw_error *err, size_t bytes, void **out) {
  return make_window(team, err, bytes, true, out);
}

static sw_status node_alloc_bare(sw_team *team, sw_error *err, size_t bytes, void **out) {
  return make_window(team, err, bytes, false, out);
}

/* Local, nothing is sent. NULL and memory that is no window are ignored. */
static void node_free(sw_team *team, void *memory) {
  sw_comm *comm = sw_comm_of(team);
  for (sw_window **link = &comm->windows; memory && *link; link = &(*link)->next)
    if ((*link)->memory == memory) {
      sw_window *made = *link;
      *link = made->next;
      forget(made);
      return;
    }
}

/* At the end, also after a failure: frees what the run did not free. */
void sw_comm_free_windows(sw_comm *comm) {
  while (comm->windows)
    node_free(&comm->team, comm->windows->memory);
}

/* MPI_Barrier brings the ranks together but promises nothing about ordinary stores to memory
 * that MPI does not know. The fences do: stores before it on any rank of the node are seen by
 * loads after it on every other. */
static sw_status node_barrier(sw_team *team, sw_error *err) {
  atomic_thread_fence(memory_order_seq_cst);
  int code = MPI_Barrier(sw_comm_of(team)->node);
  atomic_thread_fence(memory_order_seq_cst);
  return sw_comm_check(err, code, "MPI_Barrier");
}

/* Node k's part to every other node, between the first ranks of the nodes. Each node holds the
 * whole array once, so one copy per node travels, not one per rank. */
static sw_status share_parts(sw_error *err, sw_comm *comm, char *shared, const size_t *start) {
  for (int k = 0; k < comm->team.nodes; k++)
    SW_TRY(sw_comm_bcast(err, comm->leaders, comm->piece, shared + start[k],
                         start[k + 1] - start[k], k));
  return SW_OK;
}

/* The first barrier: all ranks of this node have stored their part. The last: nobody reads
 * before the leader has received everything. An MPI failure in between leaves the leader alone
 * with it, as everywhere; sw_comm_meet then ends the run. */
static sw_status share(sw_team *team, sw_error *err, void *shared, const size_t *start) {
  sw_comm *comm = sw_comm_of(team);
  SW_TRY(node_barrier(team, err));
  if (team->nodes > 1 && team->node_rank == 0) {
    SW_TRY(share_parts(err, comm, shared, start));
    team->bytes_sent += (start[team->node + 1] - start[team->node]) * (uint64_t)(team->nodes - 1);
  }
  return node_barrier(team, err);
}

void sw_comm_set_node(sw_team *team) {
  team->node_alloc = node_alloc;
  team->node_alloc_bare = node_alloc_bare;
  team->node_free = node_free;
  team->node_barrier = node_barrier;
  team->node_room = node_room;
  team->share = share;
}
