/* Preloaded by test_stop.py: the word to stop comes before MPI has started. */
#include <mpi.h>
#include <signal.h>

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided) {
  raise(SIGUSR1);
  return PMPI_Init_thread(argc, argv, required, provided);
}
