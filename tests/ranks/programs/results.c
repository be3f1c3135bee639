/* Writes the results of the hand-made run: results OUT.h5 [float64] [deflate]; started by
 * tests/results/test_writer.py with and without mpirun. */
#include "results_fixture.h"

#include "comm/comm.h"

static bool has(int argc, char **argv, const char *word) {
  for (int i = 2; i < argc; i++)
    if (strcmp(argv[i], word) == 0) return true;
  return false;
}

int main(int argc, char **argv) {
  sw_error err = {0};
  sw_team *team = NULL;
  static fixture f;
  if (argc < 2) return 2;
  bool serial = has(argc, argv, "serial"); /* no MPI at all */
  sw_status status =
      serial ? sw_team_serial(&err, &team) : sw_comm_start(&err, &argc, &argv, &team);
  if (status != SW_OK) return 1;
  fixture_make(&f, team, argv[1], has(argc, argv, "float64"), has(argc, argv, "deflate"));
  status = fixture_write(&err, &f, argv[1]);
  double bytes = 0;
  if (status == SW_OK) status = sw_results_bytes(&err, &f.run, &bytes);
  if (status != SW_OK && team->rank == 0) fprintf(stderr, "%s\n", err.text);
  if (team->rank == 0 && status == SW_OK)
    printf("%.0f bytes foreseen, %lld undefined\n", bytes, (long long)f.job[UNIT].undefined);
  fixture_destroy(&f);
  if (serial)
    sw_team_serial_destroy(team);
  else
    sw_comm_stop(team);
  return status == SW_OK ? 0 : 1;
}
