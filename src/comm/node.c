/* Memory shared by the ranks of a node. Invariants: every page is touched when it is allocated, so
 * that a file system that is too small says so here, in words, and never later by SIGBUS, and so
 * that the room left is what statvfs says; a node of one rank shares with nobody and takes plain
 * memory. */
#include "comm/private.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"

enum { SW_LINE = 64, SW_FOLDER = 4096 };
static const size_t margin = 1 << 20; /* the library's own bookkeeping in a window's file */

/* The folder where Open MPI puts the file behind a shared window. The tool interface knows; where
 * it does not, the library's documented default. */
static void backing_folder(char folder[SW_FOLDER]) {
  int provided, index, count;
  MPI_T_cvar_handle handle;
  folder[0] = '\0';
  if (MPI_T_init_thread(MPI_THREAD_FUNNELED, &provided) == MPI_SUCCESS) {
    if (MPI_T_cvar_get_index("osc_sm_backing_directory", &index) == MPI_SUCCESS &&
        MPI_T_cvar_handle_alloc(index, NULL, &handle, &count) == MPI_SUCCESS) {
      if (count <= SW_FOLDER) MPI_T_cvar_read(handle, folder);
      MPI_T_cvar_handle_free(&handle);
    }
    MPI_T_finalize();
  }
  folder[SW_FOLDER - 1] = '\0';
  if (folder[0] == '\0') strcpy(folder, "/dev/shm");
}

/* Bytes free there; SIZE_MAX when the file system does not say. */
static size_t room_in(const char *folder) {
  struct statvfs fs;
  if (statvfs(folder, &fs) != 0 || fs.f_blocks == 0) return SIZE_MAX;
  return (size_t)fs.f_bavail * fs.f_frsize;
}

static size_t node_room(sw_team *team) {
  sw_comm *comm = sw_comm_of(team);
  uint64_t room = SIZE_MAX;
  if (team->node_size > 1 && team->node_rank == 0) {
    char folder[SW_FOLDER];
    backing_folder(folder);
    room = room_in(folder);
    if (room != SIZE_MAX) room = room > margin ? room - margin : 0;
  }
  MPI_Bcast(&room, 1, MPI_UINT64_T, 0, comm->node);
  return room;
}

/* On the node's first rank, whose file it is. */
static sw_status check_room(sw_error *err, const sw_team *team, size_t bytes) {
  char folder[SW_FOLDER];
  if (team->node_rank != 0) return SW_OK;
  backing_folder(folder);
  size_t room = room_in(folder);
  if (room == SIZE_MAX || (room >= margin && bytes <= room - margin)) return SW_OK;
  return sw_fail(err, SW_ENOMEM,
                 "%s: shared memory has %.1f MB free, and %.1f MB are needed once a node; give it "
                 "more (e.g. --shm-size of the container) or use one rank a node with threads",
                 folder, (double)room / 1e6, (double)bytes / 1e6);
}

/* Each rank zeroes its share: the pages are there from now on, spread over the node's memory. */
static sw_status touch(sw_error *err, sw_comm *comm, char *memory, size_t bytes) {
  size_t ranks = (size_t)comm->team.node_size, rank = (size_t)comm->team.node_rank;
  size_t share = (bytes / ranks / SW_LINE + 1) * SW_LINE, lo = rank * share;
  if (lo < bytes) memset(memory + lo, 0, bytes - lo < share ? bytes - lo : share);
  SW_MPI(err, MPI_Barrier(comm->node));
  return SW_OK;
}

static sw_status open_window(sw_error *err, sw_comm *comm, size_t bytes, sw_window *made) {
  MPI_Aint mine = comm->team.node_rank == 0 ? (MPI_Aint)(bytes + SW_LINE) : 0, size = 0;
  int unit = 1;
  void *base = NULL;
  SW_MPI(err, MPI_Win_allocate_shared(mine, 1, MPI_INFO_NULL, comm->node, &base, &made->window));
  SW_MPI(err, MPI_Win_shared_query(made->window, 0, &size, &unit, &base));
  /* Mappings begin on pages, so every rank finds the same offset. */
  made->memory = (char *)base + (SW_LINE - (uintptr_t)base % SW_LINE) % SW_LINE;
  return touch(err, comm, made->memory, bytes);
}

static void forget(sw_window *made) {
  if (!made) return;
  if (made->window != MPI_WIN_NULL)
    MPI_Win_free(&made->window);
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
  if (made) made->window = MPI_WIN_NULL;
  if (status == SW_OK && team->node_size == 1) status = sw_calloc(err, bytes, 1, &made->memory);
  if (status == SW_OK && team->node_size > 1) status = check_room(err, team, bytes);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) {
    if (team->node_size > 1) status = open_window(err, comm, bytes, made);
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
