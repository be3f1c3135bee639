/* The collective calls of a team: what sw_team promises, by MPI. Only the thread that started MPI
 * calls them (MPI_THREAD_FUNNELED). Invariants:
 *
 * - a rank learns that another is out of memory before anything is sent, so that all return
 *   together; what is needed before that moment was allocated at the start;
 * - no MPI call moves more than comm->piece bytes, as its counts are int;
 * - bytes_sent counts what this rank hands to each other rank, agreed sizes included. A
 *   broadcast counts at its root, however the library's tree spreads it. It is for the summary
 *   only.
 *
 * Nothing here adds floating-point numbers: their sum would depend on the number of ranks. */
#include "comm/private.h"

#include <string.h>

#include "base/arena.h"

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* `buffer` from rank `root` of `group` to all of it, in pieces. Every rank passes the same `bytes`,
 * or they would disagree on the number of calls. `bytes` 0 makes no call. */
sw_status sw_comm_bcast(sw_error *err, MPI_Comm group, size_t piece, void *buffer, size_t bytes,
                        int root) {
  for (size_t at = 0; at < bytes; at += piece)
    SW_MPI(err,
           MPI_Bcast((char *)buffer + at, (int)smaller(piece, bytes - at), MPI_BYTE, root, group));
  return SW_OK;
}

/* Collective. `mine` is this rank's status after it tried to get memory for what comes. All ranks
 * return with or all without a failure; a rank without a failure reports that another has one. One
 * int is enough, and a stack variable: agreeing itself must not need memory. err->shared tells the
 * caller that no further agreement is needed. */
sw_status sw_comm_memory(sw_error *err, sw_comm *comm, sw_status mine) {
  int failed = mine != SW_OK;
  if (comm->team.size > 1) comm->team.bytes_sent += sizeof failed;
  SW_MPI(err, MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, comm->world));
  if (failed && mine == SW_OK)
    mine = sw_fail(err, SW_ENOMEM, "out of memory: another rank cannot receive what is sent");
  if (failed) err->shared = true;
  return mine;
}

static sw_status broadcast(sw_team *team, sw_error *err, void *buffer, size_t bytes, int root) {
  if (team->rank == root) team->bytes_sent += bytes * (uint64_t)(team->size - 1);
  sw_comm *comm = sw_comm_of(team);
  return sw_comm_bcast(err, comm->world, comm->piece, buffer, bytes, root);
}

/* First half of a gather. Fills counts[size] with the bytes of every rank, on all ranks, so that
 * all choose the same way of sending; *total is their sum. On ranks that receive, *all has room
 * for it. All ranks return the same status. */
static sw_status prepare_gather(sw_error *err, sw_comm *comm, size_t bytes, bool receives,
                                size_t *counts, void **all, size_t *total) {
  uint64_t mine = bytes;
  comm->team.bytes_sent += sizeof mine * (uint64_t)(comm->team.size - 1);
  SW_MPI(err, MPI_Allgather(&mine, 1, MPI_UINT64_T, counts, 1, MPI_UINT64_T, comm->world));
  *total = 0;
  for (int r = 0; r < comm->team.size; r++)
    *total += counts[r];
  /* At least a byte, so that *all is not NULL where everybody sends nothing. */
  sw_status status = receives ? sw_alloc(err, *total > 0 ? *total : 1, 1, all) : SW_OK;
  return sw_comm_memory(err, comm, status);
}

/* Small parts in one call. The total is at most comm->piece, so counts and displacements fit an
 * int. */
static sw_status gather_at_once(sw_error *err, sw_comm *comm, const void *send, int root, char *all,
                                const size_t *counts) {
  int size = comm->team.size, *count = comm->counts_at, at = 0;
  for (int r = 0; r < size; r++) {
    count[r] = (int)counts[r];
    count[size + r] = at;
    at += count[r];
  }
  int mine = count[comm->team.rank];
  int code = root < 0 ? MPI_Allgatherv(send, mine, MPI_BYTE, all, count, count + size, MPI_BYTE,
                                       comm->world)
                      : MPI_Gatherv(send, mine, MPI_BYTE, all, count, count + size, MPI_BYTE, root,
                                    comm->world);
  return sw_comm_check(err, code, "MPI_Gatherv");
}

/* Large parts: each rank's in turn, by pieces. All ranks walk over r in the same order. To all
 * ranks it is a broadcast from r; to one root it is r's messages to it, and ranks that are
 * neither r nor the root do nothing. */
static sw_status gather_in_turn(sw_error *err, sw_comm *comm, const void *send, int root, char *all,
                                const size_t *counts) {
  int rank = comm->team.rank;
  bool receives = root < 0 || rank == root;
  size_t start = 0;
  for (int r = 0; r < comm->team.size; start += counts[r++]) {
    /* The own part is copied: `send` is const, and a broadcast from here must start in `all`. */
    if (receives && r == rank && counts[r] > 0) memcpy(all + start, send, counts[r]);
    if (root < 0) {
      SW_TRY(sw_comm_bcast(err, comm->world, comm->piece, all + start, counts[r], r));
      continue;
    }
    if (r == root || (rank != r && rank != root)) continue;
    for (size_t at = 0; at < counts[r]; at += comm->piece) {
      int bytes = (int)smaller(comm->piece, counts[r] - at);
      if (rank == r)
        SW_MPI(err, MPI_Send((const char *)send + at, bytes, MPI_BYTE, root, 0, comm->world));
      else
        SW_MPI(err,
               MPI_Recv(all + start + at, bytes, MPI_BYTE, r, 0, comm->world, MPI_STATUS_IGNORE));
    }
  }
  return SW_OK;
}

/* To `root`, or to every rank when root < 0. *all (sw_alloc, the caller's) is NULL where nothing
 * is received and after a failure; `all` itself may be NULL only where nothing is received.
 * `counts` may be NULL. */
static sw_status gather_to(sw_team *team, sw_error *err, const void *send, size_t bytes, int root,
                           void **all, size_t *counts) {
  sw_comm *comm = sw_comm_of(team);
  bool receives = root < 0 || team->rank == root;
  size_t *count = comm->counts, total = 0;
  _Static_assert(sizeof(size_t) == sizeof(uint64_t), "counts travel as uint64");
  if (all) *all = NULL;
  sw_status status = prepare_gather(err, comm, bytes, receives, count, all, &total);
  if (status == SW_OK) {
    char *room = receives ? *all : NULL;
    status = total <= comm->piece ? gather_at_once(err, comm, send, root, room, count)
                                  : gather_in_turn(err, comm, send, root, room, count);
    if (root < 0) team->bytes_sent += bytes * (uint64_t)(team->size - 1);
    if (!receives) team->bytes_sent += bytes;
  }
  if (status != SW_OK && receives && *all) {
    sw_free(*all);
    *all = NULL;
  }
  if (counts) memcpy(counts, count, (size_t)team->size * sizeof *count);
  return status;
}

static sw_status gather(sw_team *team, sw_error *err, const void *send, size_t bytes, int root,
                        void **all, size_t *counts) {
  return gather_to(team, err, send, bytes, root, all, counts);
}

static sw_status all_gather(sw_team *team, sw_error *err, const void *send, size_t bytes,
                            void **all, size_t *counts) {
  return gather_to(team, err, send, bytes, -1, all, counts);
}

static size_t sum_of(const size_t *values, int count) {
  size_t sum = 0;
  for (int i = 0; i < count; i++)
    sum += values[i];
  return sum;
}

/* Step s: to rank + s, from rank - s, piece by piece. A rank enters piece k of step s only after
 * all earlier ones, and both partners of a piece meet at the same (s, k): no deadlock.
 * MPI_Alltoallv would need int displacements, and more than 2 GB per rank is usual for a large
 * panel. Step 0 is the rank's part to itself. One message is under way per rank, so no memory is
 * needed for more. */
static sw_status exchange(sw_error *err, sw_comm *comm, const char *send, const size_t *send_bytes,
                          char *recv, const size_t *recv_bytes) {
  int size = comm->team.size, rank = comm->team.rank;
  for (int s = 0; s < size; s++) {
    int to = (rank + s) % size, from = (rank - s + size) % size;
    const char *out = send + sum_of(send_bytes, to);
    char *in = recv + sum_of(recv_bytes, from);
    size_t out_left = send_bytes[to], in_left = recv_bytes[from];
    while (out_left > 0 || in_left > 0) {
      /* One side may be through while the other has pieces left: it then talks to MPI_PROC_NULL. */
      int out_now = (int)smaller(comm->piece, out_left),
          in_now = (int)smaller(comm->piece, in_left);
      SW_MPI(err, MPI_Sendrecv(out, out_now, MPI_BYTE, out_now ? to : MPI_PROC_NULL, 1, in, in_now,
                               MPI_BYTE, in_now ? from : MPI_PROC_NULL, 1, comm->world,
                               MPI_STATUS_IGNORE));
      out += out_now;
      in += in_now;
      out_left -= (size_t)out_now;
      in_left -= (size_t)in_now;
    }
  }
  return SW_OK;
}

/* See sw_team. A failure before the agreement is kept, not returned: every rank must reach
 * sw_comm_memory. A caller that passes no recv_bytes knows them already. */
static sw_status all_to_all(sw_team *team, sw_error *err, const void *send,
                            const size_t *send_bytes, void **recv, size_t *recv_bytes) {
  sw_comm *comm = sw_comm_of(team);
  size_t *count = comm->counts;
  *recv = NULL;
  int code = MPI_Alltoall(send_bytes, 1, MPI_UINT64_T, count, 1, MPI_UINT64_T, comm->world);
  sw_status status = sw_comm_check(err, code, "MPI_Alltoall");
  size_t total = status == SW_OK ? sum_of(count, team->size) : 0;
  if (status == SW_OK) status = sw_alloc(err, total > 0 ? total : 1, 1, recv);
  status = sw_comm_memory(err, comm, status);
  if (status == SW_OK) status = exchange(err, comm, send, send_bytes, *recv, count);
  if (status != SW_OK) {
    sw_free(*recv);
    *recv = NULL;
  }
  team->bytes_sent += sizeof *count * (uint64_t)(team->size - 1);
  team->bytes_sent += sum_of(send_bytes, team->size) - send_bytes[team->rank];
  if (recv_bytes) memcpy(recv_bytes, count, (size_t)team->size * sizeof *count);
  return status;
}

/* Element-wise over all ranks, in place; 8 bytes per value. Minima, maxima and sums of integers are
 * the same in any order, so the bits do not depend on the ranks. */
static sw_status reduce(sw_team *team, sw_error *err, void *values, int count, MPI_Datatype type,
                        MPI_Op op) {
  if (team->size > 1) team->bytes_sent += 8 * (uint64_t)count;
  SW_MPI(err, MPI_Allreduce(MPI_IN_PLACE, values, count, type, op, sw_comm_of(team)->world));
  return SW_OK;
}

static sw_status sum_i64(sw_team *team, sw_error *err, int64_t *values, int count) {
  return reduce(team, err, values, count, MPI_INT64_T, MPI_SUM);
}

static sw_status min_f64(sw_team *team, sw_error *err, double *values, int count) {
  return reduce(team, err, values, count, MPI_DOUBLE, MPI_MIN);
}

static sw_status max_f64(sw_team *team, sw_error *err, double *values, int count) {
  return reduce(team, err, values, count, MPI_DOUBLE, MPI_MAX);
}

static sw_status barrier(sw_team *team, sw_error *err) {
  SW_MPI(err, MPI_Barrier(sw_comm_of(team)->world));
  return SW_OK;
}

/* Fills the table of functions by which the engine communicates; a team of one has others
 * (plan/ports/team.c). */
void sw_comm_set_collectives(sw_team *team) {
  team->broadcast = broadcast;
  team->gather = gather;
  team->all_gather = all_gather;
  team->all_to_all = all_to_all;
  team->sum_i64 = sum_i64;
  team->min_f64 = min_f64;
  team->max_f64 = max_f64;
  team->barrier = barrier;
}
