/* Threads of a rank from the affinity mask: a launcher binds each rank to cores of its own, or
 * leaves them all on one mask; in both cases a core must get one thread. */
#include "comm/private.h"

#include <sched.h>
#include <unistd.h>

int sw_comm_cores(sw_team *team) {
  sw_comm *comm = sw_comm_of(team);
  cpu_set_t mine;
  CPU_ZERO(&mine);
  /* More processors than the mask has bits: no mask, all processors of the machine. */
  bool masked = sched_getaffinity(0, sizeof mine, &mine) == 0;
  long cores = masked ? CPU_COUNT(&mine) : sysconf(_SC_NPROCESSORS_ONLN);
  int ranks = 1, sharing = 0;
  MPI_Comm_size(comm->machine, &ranks);
  for (int r = 0; r < ranks; r++) {
    cpu_set_t other = mine;
    MPI_Bcast(&other, sizeof other, MPI_BYTE, r, comm->machine);
    sharing += CPU_EQUAL(&other, &mine);
  }
  long threads = cores / (sharing > 0 ? sharing : 1);
  return threads > 0 ? (int)threads : 1;
}
