/* A study run again and again by one process with its panel in memory, and what the machine can do.
 *
 *   bench_study measures                    of the catalogue: NAME KIND FLOPS BYTES, one a line
 *   bench_study bounds THREADS              fma divide root cache memory, a second (throughput.h)
 *   bench_study run STUDY THREADS REPEATS   one line a run (after LONG seconds no more than two):
 *      unit pairs whole processor evaluated busy fma divide root
 *
 * Seconds of the passes over units and items, of those over pairs, and from binding to the last
 * result; processor seconds of the same; pairs evaluated; seconds that the threads spent in pair
 * tiles, added up; and the rates of one thread measured just before. The panel is read once. No
 * MPI, no results file: stored pairs go to memory. The catalogue holds `bench_nothing` besides. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "plan/run/engine.h"
#include "plan/run/sink_memory.h"
#include "throughput.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONG = 20 };

static double processor_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the catalogue and the machine ---------------------------------------------------------- */

static void print_measures(void) {
  static const char *const kind[] = {"unit", "pair", "global", "model", "composite"};
  for (int i = 0; i < sw_measure_count(); i++) {
    const sw_measure *m = sw_measure_at(i);
    if (m->alias_of) continue;
    printf("%s %s %g %g\n", m->name, kind[m->kind], m->flops, m->bytes);
  }
}

static void print_bounds(int threads) {
  throughput t = throughput_of_threads(threads);
  traffic b = traffic_of_threads(threads);
  printf("%.6g %.6g %.6g %.6g %.6g\n", t.fma, t.divide, t.root, b.cache, b.memory);
}

/* ---- a run ---------------------------------------------------------------------------------- */

typedef struct bench {
  sw_team *team;
  sw_arena *arena;
  sw_study *study;
  sw_panel *panel;
  int threads;
} bench;

static sw_status bench_open(sw_error *err, bench *b, const char *path) {
  const char *text = NULL;
  size_t length = 0;
  SW_TRY(sw_team_serial(err, &b->team));
  SW_TRY(sw_arena_create(err, &b->arena));
  SW_TRY(sw_text_read(err, b->team, b->arena, path, &text, &length));
  SW_TRY(sw_study_parse(err, b->arena, path, text, length, NULL, 0, &b->study));
  return sw_panel_read(err, b->team, b->study, b->arena, &b->panel);
}

static void print_run(const sw_run *run, double whole, double processor, throughput t) {
  double busy = 0;
  for (int k = 0; k < run->n_threads; k++)
    busy += run->busy_seconds[k];
  printf("%.9f %.9f %.9f %.9f %.0f %.9f %.6g %.6g %.6g\n", run->seconds_unit, run->seconds_pairs,
         whole, processor, run->pairs_evaluated, busy, t.fma, t.divide, t.root);
  fflush(stdout);
}

static sw_status bench_run(sw_error *err, bench *b) {
  sw_arena *arena = NULL;
  sw_run *run = NULL;
  sw_sink *sink = NULL;
  sw_memory_result *kept = NULL;
  throughput rates = throughput_measure();
  SW_TRY(sw_arena_create(err, &arena));
  double began = sw_clock(), used = processor_seconds();
  SW_TRY(sw_run_bind(err, b->team, b->study, &sw_store_reader, b->panel, arena, b->threads, &run));
  SW_TRY(sw_run_first(err, run));
  SW_TRY(sw_sink_memory(err, run, &sink, &kept));
  SW_TRY(sw_run_rest(err, run, sink));
  print_run(run, sw_clock() - began, processor_seconds() - used, rates);
  sw_sink_memory_destroy(sink);
  sw_run_destroy(run);
  sw_arena_destroy(arena);
  return SW_OK;
}

static sw_status bench_repeat(sw_error *err, bench *b, const char *path, int repeats) {
  SW_TRY(bench_open(err, b, path));
  double began = sw_clock();
  for (int k = 0; k < repeats && (k < 2 || sw_clock() - began < LONG); k++)
    SW_TRY(bench_run(err, b));
  sw_panel_destroy(b->panel);
  sw_arena_destroy(b->arena);
  sw_team_serial_destroy(b->team);
  return SW_OK;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int usage(void) {
  fprintf(stderr, "usage: bench_study measures\n"
                  "       bench_study bounds THREADS\n"
                  "       bench_study run STUDY THREADS REPEATS\n");
  return 2;
}

int main(int argc, char **argv) {
  sw_error err = {0};
  bench b = {0};
  const char *verb = argc > 1 ? argv[1] : "";
  sw_log_setup(SW_LOG_ERROR, 0);
  sw_alloc_keep(); /* as the program does */
  if (argc == 2 && !strcmp(verb, "measures")) {
    print_measures();
    return 0;
  }
  b.threads = argc > 2 ? atoi(argv[argc == 5 ? 3 : 2]) : 0;
  if (b.threads < 1) return usage();
  omp_set_num_threads(b.threads);
  if (argc == 3 && !strcmp(verb, "bounds")) {
    print_bounds(b.threads);
    return 0;
  }
  if (argc != 5 || strcmp(verb, "run") != 0) return usage();
  if (bench_repeat(&err, &b, argv[2], atoi(argv[4])))
    fprintf(stderr, "bench_study: %s\n", err.text);
  return err.status != SW_OK;
}
