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
 *   bounds - fused multiply-adds a second; pairs a second of the operations of gravity and of
 *            coupling, in registers
 *
 * Seconds are processor time of binding the study, the operands, the pairs and the folding of
 * strengths: on one thread the wall clock's, less what other processes took. */
#include "plan/run/engine.h"
#include "plan/run/sink_memory.h"
#include "throughput.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INDUSTRIES = 20, GIVEN = 4 + INDUSTRIES, COLUMNS = 2 + GIVEN, CODE = 24 };

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

static void stop(const sw_error *err) {
  fprintf(stderr, "bench_pairs: %s\n", err->text);
  exit(1);
}

static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *room(size_t count, size_t size) {
  sw_error err = {0};
  void *memory = NULL;
  if (sw_calloc(&err, count, size, &memory) != SW_OK) stop(&err);
  return memory;
}

/* ---- the panel -------------------------------------------------------------------------- */

static double *read_columns(const char *path, int64_t n) {
  double *data = room((size_t)n * COLUMNS, sizeof *data);
  FILE *file = fopen(path, "rb");
  if (!file || fread(data, sizeof *data, (size_t)n * COLUMNS, file) != (size_t)n * COLUMNS) {
    fprintf(stderr, "bench_pairs: %s does not hold %d columns of %lld numbers\n", path, COLUMNS,
            (long long)n);
    exit(2);
  }
  fclose(file);
  return data;
}

static void make_units(sw_units *units, int64_t n, const double *data) {
  char *text = room((size_t)n, CODE);
  int64_t *at = room((size_t)n + 1, sizeof *at);
  uint64_t *key = room((size_t)n, sizeof *key);
  for (int64_t i = 0; i < n; i++) {
    at[i + 1] = CODE * (i + 1);
    snprintf(text + at[i], CODE, "%08lld", (long long)i);
  }
  *units =
      (sw_units){.n = n, .text = text, .code_at = at, .key = key, .lon = data, .lat = data + n};
}

static sw_panel *make_panel(int64_t n, double *data) {
  static const char *const name[] = {"mass", "s1",  "s2",  "s3",  "e1",  "e2",  "e3",  "e4",
                                     "e5",   "e6",  "e7",  "e8",  "e9",  "e10", "e11", "e12",
                                     "e13",  "e14", "e15", "e16", "e17", "e18", "e19", "e20"};
  static const char *const label[] = {"2000"};
  static const int64_t year[] = {2000};
  static const int period[] = {0};
  sw_panel *panel = room(1, sizeof *panel);
  make_units(&panel->units, n, data);
  panel->periods = (sw_periods){.n = 1, .integer = true, .value = year, .label = label};
  panel->hi = n;
  panel->n_columns = GIVEN;
  panel->column = room(GIVEN, sizeof *panel->column);
  for (int c = 0; c < GIVEN; c++) {
    double **row = room(1, sizeof *row);
    row[0] = data + (2 + c) * n;
    panel->column[c] = (sw_column){.name = name[c], .n_periods = 1, .period = period, .row = row};
  }
  return panel;
}

/* ---- a run ------------------------------------------------------------------------------ */

static void print_answer(const sw_run *run, double seconds) {
  const sw_summary *summary = &run->pair[0].summary;
  double weighted = 0;
  for (int64_t i = 0; i < run->panel->units.n; i++)
    weighted += (double)(i % 7) * summary->out_strength[0][i];
  printf("%.9f %.17g %.17g %.17g\n", seconds, summary->total[0], summary->max[0], weighted);
}

static sw_status run_once(sw_error *err, sw_team *team, sw_panel *panel, const char *text) {
  static const sw_reader reader = {0}; /* nothing is read */
  sw_arena *arena = NULL;
  sw_study *study = NULL;
  sw_run *run = NULL;
  sw_sink *sink = NULL;
  sw_memory_result *kept = NULL;
  SW_TRY(sw_arena_create(err, &arena));
  SW_TRY(sw_study_parse(err, arena, "bench.yaml", text, strlen(text), NULL, 0, &study));
  double began = processor_seconds();
  SW_TRY(sw_run_bind(err, team, study, &reader, panel, arena, 1, &run));
  SW_TRY(sw_run_first(err, run));
  SW_TRY(sw_sink_memory(err, run, &sink, &kept));
  SW_TRY(sw_run_rest(err, run, sink));
  print_answer(run, processor_seconds() - began);
  sw_sink_memory_destroy(sink);
  sw_run_destroy(run);
  sw_arena_destroy(arena);
  return SW_OK;
}

static void answer(sw_team *team, sw_panel *panel, const char *command) {
  sw_error err = {0};
  sw_status status = SW_OK;
  if (strcmp(command, "bounds\n") == 0) {
    mixes m = mixes_measure();
    printf("%.6g %.6g %.6g\n", throughput_measure().fma, m.gravity, m.coupling);
  } else {
    int which = 0;
    while (which < 2 && strcmp(command, command_of[which]) != 0)
      which++;
    status = run_once(&err, team, panel, study_text[which]);
  }
  if (status != SW_OK) stop(&err);
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
  if (sw_team_serial(&err, &team) != SW_OK) stop(&err);
  sw_panel *panel = make_panel(n, read_columns(argv[1], n));
  while (fgets(command, sizeof command, stdin))
    answer(team, panel, command);
  sw_team_serial_destroy(team);
  return 0;
}
