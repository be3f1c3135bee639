/* Threads of a rank from the affinity mask. A launcher binds each rank to cores of its own, or
 * leaves all ranks of a machine on one mask; in both cases each core must get one thread.
 * Collective, so it is asked at the start by all ranks, even where the user gives a number of
 * threads. */
#include "comm/private.h"

#include <sched.h>
#include <unistd.h>

/* The cores of the mask divided by the ranks of this machine with the same mask, at least 1.
 * Masks that overlap without being equal are not recognised as sharing. comm->machine, not
 * comm->node: the small nodes of tests still share the real cores. */
int sw_comm_cores(sw_team *team) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  /* EINVAL: the machine has more processors than a cpu_set_t has bits (1,024). Then no mask is
   * taken to mean all processors. */
  bool masked = sched_getaffinity(0, sizeof mine, &mine) == 0;
  long cores = masked ? CPU_COUNT(&mine) : sysconf(_SC_NPROCESSORS_ONLN);
  int started = 0, ranks = 0, sharing = 0;
  MPI_Initialized(&started); /* not for a team of one, which has no communicator */
  MPI_Comm machine = started ? sw_comm_of(team)->machine : MPI_COMM_NULL;
  if (started) MPI_Comm_size(machine, &ranks);
  /* Every rank shows its mask to the others in turn. A masked set of all zeros, without a mask,
   * is equal everywhere, as it should be. */
  for (int r = 0; r < ranks; r++) {
    cpu_set_t other = mine;
    MPI_Bcast(&other, sizeof other, MPI_BYTE, r, machine);
    sharing += CPU_EQUAL(&other, &mine);
  }
  long threads = cores / (sharing > 0 ? sharing : 1);
  return threads > 0 ? (int)threads : 1;
}
