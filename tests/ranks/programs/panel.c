/* Reads the rows of the panel of STUDY.yaml, an .h5, and prints what it took of this rank: bytes
 * out of files, and the growth of its peak memory; started by tests/ranks/test_panel_h5.py. */
#include "base/clock.h"
#include "comm/comm.h"
#include "plan/ports/reader.h"
#include "store/panel/rows.h"

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

static sw_status read_rows(sw_error *err, sw_team *team, sw_arena *arena, const char *path) {
  const char *text = NULL;
  size_t length = 0;
  sw_study *study = NULL;
  sw_panel_plan plan = {0};
  sw_panel_rows rows = {0};
  SW_TRY(sw_text_read(err, team, arena, path, &text, &length));
  SW_TRY(sw_study_parse(err, arena, path, text, length, NULL, 0, &study));
  const sw_panel_spec *panel = &study->panel;
  SW_TRY(sw_panel_plan_make(err, arena, study, &plan));
  SW_TRY(sw_panel_rows_create(err, arena, panel->file[0], panel->path[0], plan.n_raw, &rows));
  long long before = bytes_read();
  double peak = sw_peak_memory();
  sw_status status = sw_panel_h5_read(err, team, arena, panel, &plan, &rows);
  printf("rank %d read %lld bytes, grew by %.0f bytes\n", team->rank, bytes_read() - before,
         sw_peak_memory() - peak);
  sw_panel_rows_destroy(&rows);
  return status;
}

int main(int argc, char **argv) {
  sw_error err = {0};
  sw_team *team = NULL;
  sw_arena *arena = NULL;
  if (sw_comm_start(&err, &argc, &argv, &team) != SW_OK || argc != 2) return 1;
  sw_status status = sw_arena_create(&err, &arena);
  if (status == SW_OK) status = read_rows(&err, team, arena, argv[1]);
  if (status != SW_OK && team->rank == 0) fprintf(stderr, "%s\n", err.text);
  sw_arena_destroy(arena);
  sw_comm_stop(team);
  return status == SW_OK ? 0 : 1;
}
