/* Reads the panel of STUDY.yaml and prints the bytes this rank took from files for it; started by
 * tests/ranks/test_panel_h5.py. */
#include "comm/comm.h"
#include "plan/reader.h"

#include <stdio.h>
#include <stdlib.h>

/* What read(2) and its like gave to this process. */
static long long bytes_read(void) {
  long long bytes = -1;
  FILE *file = fopen("/proc/self/io", "r");
  if (!file || fscanf(file, "rchar: %lld", &bytes) != 1) return -1;
  fclose(file);
  return bytes;
}

static sw_status read_panel(sw_error *err, sw_team *team, sw_arena *arena, const char *path) {
  const char *text = NULL;
  size_t length = 0;
  sw_study *study = NULL;
  sw_panel *panel = NULL;
  SW_TRY(sw_text_read(err, team, arena, path, &text, &length));
  SW_TRY(sw_study_parse(err, arena, path, text, length, NULL, 0, &study));
  long long before = bytes_read();
  SW_TRY(sw_panel_read(err, team, study, arena, &panel));
  printf("rank %d read %lld bytes\n", team->rank, bytes_read() - before);
  sw_panel_destroy(panel);
  return SW_OK;
}

int main(int argc, char **argv) {
  sw_error err = {0};
  sw_team *team = NULL;
  sw_arena *arena = NULL;
  if (sw_comm_start(&err, &argc, &argv, &team) != SW_OK || argc != 2) return 1;
  sw_status status = sw_arena_create(&err, &arena);
  if (status == SW_OK) status = read_panel(&err, team, arena, argv[1]);
  if (status != SW_OK && team->rank == 0) fprintf(stderr, "%s\n", err.text);
  sw_arena_destroy(arena);
  sw_comm_stop(team);
  return status == SW_OK ? 0 : 1;
}
