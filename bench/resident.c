/* See resident.h. */
#include "resident.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CODE = 24 };

void resident_stop(const char *text) {
  fprintf(stderr, "bench: %s\n", text);
  exit(1);
}

double resident_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void *resident_room(size_t count, size_t size) {
  sw_error err = {0};
  void *memory = NULL;
  if (sw_calloc(&err, count, size, &memory) != SW_OK) resident_stop(err.text);
  return memory;
}

double *resident_read(const char *path, size_t count) {
  double *data = resident_room(count, sizeof *data);
  FILE *file = fopen(path, "rb");
  if (!file || fread(data, sizeof *data, count, file) != count) {
    fprintf(stderr, "bench: %s does not hold %zu numbers\n", path, count);
    exit(2);
  }
  fclose(file);
  return data;
}

void resident_units(sw_units *units, int64_t n, const double *lon, const double *lat) {
  char *text = resident_room((size_t)n, CODE);
  int64_t *at = resident_room((size_t)n + 1, sizeof *at);
  uint64_t *key = resident_room((size_t)n, sizeof *key);
  for (int64_t i = 0; i < n; i++) {
    at[i + 1] = CODE * (i + 1);
    snprintf(text + at[i], CODE, "%08lld", (long long)i);
  }
  *units = (sw_units){.n = n, .text = text, .code_at = at, .key = key, .lon = lon, .lat = lat};
}

static void print_answer(const sw_run *run, const sw_memory_result *kept, double seconds) {
  const sw_summary *summary = &run->pair[0].summary;
  int64_t n = run->panel->units.n;
  double weighted = 0, values = 0, partners = 0;
  for (int64_t i = 0; i < n; i++)
    weighted += (double)(i % 7) * summary->out_strength[0][i];
  for (int64_t at = 0; kept->partner && at < n * kept->k; at++) {
    values += kept->value[0][at];
    partners += (double)(at / kept->k % 7 * kept->partner[at]);
  }
  printf("%.9f %.17g %.17g %.17g", seconds, summary->total[0], summary->max[0], weighted);
  if (kept->partner) printf(" %.17g %.17g", values, partners);
  printf("\n");
}

sw_status resident_run(sw_error *err, sw_team *team, sw_panel *panel, const char *text) {
  static const sw_reader reader = {0}; /* nothing is read */
  sw_arena *arena = NULL;
  sw_study *study = NULL;
  sw_run *run = NULL;
  sw_sink *sink = NULL;
  sw_memory_result *kept = NULL;
  SW_TRY(sw_arena_create(err, &arena));
  SW_TRY(sw_study_parse(err, arena, "bench.yaml", text, strlen(text), NULL, 0, &study));
  double began = resident_seconds();
  SW_TRY(sw_run_bind(err, team, study, &reader, panel, arena, 1, &run));
  SW_TRY(sw_run_first(err, run));
  SW_TRY(sw_sink_memory(err, run, &sink, &kept));
  SW_TRY(sw_run_rest(err, run, sink));
  print_answer(run, kept, resident_seconds() - began);
  sw_sink_memory_destroy(sink);
  sw_run_destroy(run);
  sw_arena_destroy(arena);
  return SW_OK;
}
