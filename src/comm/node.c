/* Memory shared by the ranks of a node; a node of one rank shares with nobody and takes plain
 * memory. */
#include "comm/private.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

static size_t node_room(sw_team *team) {
  uint64_t room = SIZE_MAX;
  if (team->node_size > 1 && team->node_rank == 0) room = sw_comm_shared_room();
  MPI_Bcast(&room, 1, MPI_UINT64_T, 0, sw_comm_of(team)->node);
  return room;
}

static void forget(sw_window *made) {
  if (!made) return;
  if (made->shared)
    sw_comm_shared_unmap(made->memory, made->shared);
  else
    sw_free(made->memory);
  free(made);
}

static sw_status node_alloc(sw_team *team, sw_error *err, size_t bytes, void **out) {
  sw_comm *comm = sw_comm_of(team);
  sw_window *made = calloc(1, sizeof *made);
  *out = NULL;
  bytes = bytes > 0 ? bytes : 1;
  sw_status status = made ? SW_OK : sw_fail(err, SW_ENOMEM, "no memory for a shared window");
  if (status == SW_OK && team->node_size == 1) status = sw_calloc(err, bytes, 1, &made->memory);
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

void sw_comm_free_windows(sw_comm *comm) {
  while (comm->windows)
    node_free(&comm->team, comm->windows->memory);
}

static sw_status node_barrier(sw_team *team, sw_error *err) {
  /* Stores before it are seen by loads after it, on every rank of the node. */
  atomic_thread_fence(memory_order_seq_cst);
  int code = MPI_Barrier(sw_comm_of(team)->node);
  atomic_thread_fence(memory_order_seq_cst);
  return sw_comm_check(err, code, "MPI_Barrier");
}

/* Node k's part to every other node, between the first ranks of the nodes. */
static sw_status share_parts(sw_error *err, sw_comm *comm, char *shared, const size_t *start) {
  for (int k = 0; k < comm->team.nodes; k++)
    SW_TRY(sw_comm_bcast(err, comm->leaders, comm->piece, shared + start[k],
                         start[k + 1] - start[k], k));
  return SW_OK;
}

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
  team->node_free = node_free;
  team->node_barrier = node_barrier;
  team->node_room = node_room;
  team->share = share;
}
