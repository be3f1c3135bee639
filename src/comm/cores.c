/* Threads of a rank from the affinity mask: a launcher binds each rank to cores of its own, or
 * leaves them all on one mask; in both cases a core must get one thread. */
#include "comm/private.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SW_MASK = sizeof(cpu_set_t) };

int sw_comm_cores(sw_team *team) {
  sw_comm *comm = sw_comm_of(team);
  cpu_set_t mine;
  CPU_ZERO(&mine);
  /* More processors than the mask has bits: no mask, all processors of the machine. */
  bool masked = sched_getaffinity(0, sizeof mine, &mine) == 0;
  long cores = masked ? CPU_COUNT(&mine) : sysconf(_SC_NPROCESSORS_ONLN);
  int ranks = 1, sharing = 0;
  MPI_Comm_size(comm->machine, &ranks);
  char *all = calloc((size_t)ranks, SW_MASK);
  if (!all) abort(); /* before anything else was allocated */
  MPI_Allgather(&mine, SW_MASK, MPI_BYTE, all, SW_MASK, MPI_BYTE, comm->machine);
  for (int r = 0; r < ranks; r++)
    sharing += memcmp(all + (size_t)r * SW_MASK, &mine, SW_MASK) == 0;
  free(all);
  long threads = cores / (sharing > 0 ? sharing : 1);
  return threads > 0 ? (int)threads : 1;
}
