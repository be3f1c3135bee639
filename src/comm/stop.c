/* The word to stop, between nodes. The first rank of a node that knows of it tells the nodes 1, 2,
 * 4, ... after its own, once; so it reaches everybody in log2(nodes) steps, past nodes that are
 * waiting for the others, with as many messages of no bytes a node. At the end every node has told,
 * or none: then what is on its way is known, and received. */
#include "comm/private.h"

enum { TAG_STOP = 77 };

static int after(const sw_comm *comm, int k) {
  return (int)((comm->team.node + (1LL << k)) % comm->team.nodes);
}

static int before(const sw_comm *comm, int k) {
  return (int)((comm->team.node + comm->team.nodes - (1LL << k)) % comm->team.nodes);
}

static int steps(const sw_comm *comm) {
  int count = 0;
  while ((1LL << count) < comm->team.nodes)
    count++;
  return count;
}

static void tell(sw_comm *comm) {
  for (int k = 0; k < steps(comm); k++)
    MPI_Send(NULL, 0, MPI_BYTE, after(comm, k), TAG_STOP + k, comm->leaders);
  comm->stopping = true;
}

/* Words that have come. */
static bool listen(sw_comm *comm) {
  for (int k = 0; k < steps(comm); k++) {
    int there = 0;
    if (comm->stop_from >> k & 1) continue;
    MPI_Iprobe(before(comm, k), TAG_STOP + k, comm->leaders, &there, MPI_STATUS_IGNORE);
    if (!there) continue;
    MPI_Recv(NULL, 0, MPI_BYTE, before(comm, k), TAG_STOP + k, comm->leaders, MPI_STATUS_IGNORE);
    comm->stop_from |= 1u << k;
  }
  return comm->stop_from != 0;
}

static bool stopping(sw_team *team, bool mine) {
  sw_comm *comm = sw_comm_of(team);
  if (comm->leaders == MPI_COMM_NULL || team->nodes == 1) return mine;
  bool heard = listen(comm);
  if ((mine || heard) && !comm->stopping) tell(comm);
  return mine || heard;
}

void sw_comm_set_stop(sw_team *team) {
  team->stopping = stopping;
}

void sw_comm_end_stop(sw_comm *comm) {
  int told = comm->stopping, any = 0;
  if (comm->leaders == MPI_COMM_NULL || comm->team.nodes == 1) return;
  MPI_Allreduce(&told, &any, 1, MPI_INT, MPI_MAX, comm->leaders);
  if (!any) return;
  if (!comm->stopping) tell(comm);
  for (int k = 0; k < steps(comm); k++)
    if (!(comm->stop_from >> k & 1))
      MPI_Recv(NULL, 0, MPI_BYTE, before(comm, k), TAG_STOP + k, comm->leaders, MPI_STATUS_IGNORE);
}
