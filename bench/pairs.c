/* One thread of the engine on a panel in memory: n units, one period, `keep: summary`.
 *
 *   bench_pairs FILE N
 *
 * FILE holds columns of N doubles: lon, lat, mass, three scores, output by 20 industries. Commands
 * come on standard input, one a line, and each is answered by a line:
 *
 *   gravity | coupling | similarity
 *          - seconds, total, greatest, sum of out-strength times (unit mod 7)
 *
 *   bounds - fused multiply-adds a second; pairs a second of the operations of gravity, of
 *            coupling and of similarity, in registers
 *
 * Answers of runs are those of resident.h. */
#include "base/arena.h"
#include "resident.h"
#include "throughput.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDUSTRIES = 20, GIVEN = 4 + INDUSTRIES, COLUMNS = 2 + GIVEN };

static const char *const command_of[] = {"gravity\n", "coupling\n", "similarity\n"};
static const char *const study_text[] = {
    "study: bench\n"
    "panel: {file: none.csv, unit: unit}\n"
    "units: {file: none.csv, unit: unit, lon: lon, lat: lat}\n"
    "measures:\n"
    "  - gravity: {mass: mass, distance: great-circle, decay: 2, keep: summary}\n"
    "output: {file: none.h5}\n",
    "study: bench\n"
    "panel: {file: none.csv, unit: unit}\n"
    "measures:\n"
    "  - pairwise_coupling: {systems: [s1, s2, s3], keep: summary}\n"
    "output: {file: none.h5}\n",
    "study: bench\n"
    "panel: {file: none.csv, unit: unit}\n"
    "measures:\n"
    "  - structural_similarity: {shares: [e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, "
    "e14, e15, e16, e17, e18, e19, e20], keep: summary}\n"
    "output: {file: none.h5}\n"};

/* ---- the panel -------------------------------------------------------------------------- */

static sw_panel *make_panel(int64_t n, double *data) {
  static const char *const name[] = {"mass", "s1",  "s2",  "s3",  "e1",  "e2",  "e3",  "e4",
                                     "e5",   "e6",  "e7",  "e8",  "e9",  "e10", "e11", "e12",
                                     "e13",  "e14", "e15", "e16", "e17", "e18", "e19", "e20"};
  static const char *const label[] = {"2000"};
  static const int64_t year[] = {2000};
  static const int period[] = {0};
  sw_panel *panel = resident_room(1, sizeof *panel);
  resident_units(&panel->units, n, data, data + n);
  panel->periods = (sw_periods){.n = 1, .integer = true, .value = year, .label = label};
  panel->hi = n;
  panel->n_columns = GIVEN;
  panel->column = resident_room(GIVEN, sizeof *panel->column);
  for (int c = 0; c < GIVEN; c++) {
    double **row = resident_room(1, sizeof *row);
    row[0] = data + (2 + c) * n;
    panel->column[c] = (sw_column){.name = name[c], .n_periods = 1, .period = period, .row = row};
  }
  return panel;
}

/* ---- commands --------------------------------------------------------------------------- */

static void answer(sw_team *team, sw_panel *panel, const char *command) {
  sw_error err = {0};
  sw_status status = SW_OK;
  if (strcmp(command, "bounds\n") == 0) {
    mixes m = mixes_measure();
    printf("%.6g %.6g %.6g %.6g %.6g %.6g\n", throughput_measure().fma, m.gravity, m.coupling,
           m.product, m.gravity_divided, m.coupling_divided);
  } else {
    int which = 0;
    while (which < 2 && strcmp(command, command_of[which]) != 0)
      which++;
    status = resident_run(&err, team, panel, study_text[which]);
  }
  if (status != SW_OK) resident_stop(err.text);
  fflush(stdout);
}

int main(int argc, char **argv) {
  sw_error err = {0};
  sw_team *team = NULL;
  char command[64];
  int64_t n = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
  if (n < 2) {
    fprintf(stderr, "usage: bench_pairs FILE N, commands on standard input\n");
    return 2;
  }
  sw_alloc_keep(); /* as the program does */
  if (sw_team_serial(&err, &team) != SW_OK) resident_stop(err.text);
  sw_panel *panel = make_panel(n, resident_read(argv[1], (size_t)n * COLUMNS));
  while (fgets(command, sizeof command, stdin))
    answer(team, panel, command);
  sw_team_serial_destroy(team);
  return 0;
}
