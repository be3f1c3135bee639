/* The stop message, between nodes. Within a node it is a flag in shared memory; between nodes it
 * must travel while ranks compute, so it cannot be a collective.
 *
 * The first rank of a node that knows of it tells the nodes 1, 2, 4, ... after its own, once. Each
 * node that hears it does the same, so the message reaches a node by several paths, past nodes that
 * wait for the others and forward nothing. It takes log2(nodes) steps and as many empty messages
 * per node.
 *
 * At the end every node has told, or none has: then what is on its way is known, and received, so
 * that MPI can be finalised. */
#include "comm/private.h"

/* Step k has the tag TAG_STOP + k, so that a message tells which step it belongs to. */
enum { TAG_STOP = 77 };

/* The node 2^k places after this one, in a ring. */
static int after(const sw_comm *comm, int k) {
  return (int)((comm->team.node + (1LL << k)) % comm->team.nodes);
}

/* The node that tells this one in step k. */
static int before(const sw_comm *comm, int k) {
  return (int)((comm->team.node + comm->team.nodes - (1LL << k)) % comm->team.nodes);
}

/* ceil(log2 nodes): jumps of 1, 2, 4, ... reach every node of the ring. */
static int steps(const sw_comm *comm) {
  int count = 0;
  while ((1LL << count) < comm->team.nodes)
    count++;
  return count;
}

/* Once per run and node. A message without bytes needs no receiver that is ready, so a node at work
 * does not hold up its sender. Errors are ignored: the stop would come later, but no number would
 * be wrong. */
static void tell(sw_comm *comm) {
  for (int k = 0; k < steps(comm); k++)
    MPI_Send(NULL, 0, MPI_BYTE, after(comm, k), TAG_STOP + k, comm->leaders);
  comm->stopping = true;
}

/* Receives the messages that have arrived, without waiting. Each sender sends once, so a step
 * already heard (stop_from) is not asked about again. */
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

/* Called now and then by the thread that may call MPI, on every rank. Only leaders talk between
 * nodes; the others get their own answer back and read the node's flag. For a leader the answer
 * stays true: stop_from is kept. */
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

/* Collective over the leaders. A message that nobody receives would make MPI_Finalize hang or
 * complain. If any node has told, those that have not do so now; then exactly one message per
 * step is due at every node, and what has not come yet is waited for. */
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
