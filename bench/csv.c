/* The reading of a long CSV panel, and the panel.
 *
 *   bench_csv write FOLDER UNITS PERIODS unit|period short|long   panel.csv and study.yaml
 *   bench_csv read FOLDER THREADS rows|panel                      one line of figures
 *
 * rows: from the file to rows of numbers and codes; panel: the whole reading, the rows put into the
 * panel's columns as well. The figures: seconds, processor seconds, peak memory in bytes. */
#include "base/clock.h"
#include "base/log.h"
#include "base/rng.h"
#include "plan/ports/reader.h"
#include "store/panel/rows.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char study_text[] = "study: bench-csv\n"
                                 "panel: {file: panel.csv, unit: unit, time: month}\n"
                                 "measures:\n"
                                 "  - inequality: {of: income}\n"
                                 "  - inequality: {of: jobs, as: other}\n"
                                 "output: {file: out.h5}\n";

/* ---- write ------------------------------------------------------------------------------- */

/* short: two decimals, as tables are published; long: 17 digits, as programs write doubles. */
static void put_row(FILE *file, int64_t unit, int64_t period, bool is_long) {
  sw_rng rng = sw_rng_make(1, (uint64_t)period, (uint64_t)unit);
  double income = 100 + 1000 * sw_rng_uniform(&rng);
  int jobs = (int)sw_rng_below(&rng, 100000);
  int month = 190001 + (int)(period / 12 * 100 + period % 12);
  fprintf(file, is_long ? "%06d,%d,%.17g,%d\n" : "%06d,%d,%.2f,%d\n", (int)unit, month, income,
          jobs);
}

static int write_panel(const char *folder, int64_t units, int64_t periods, bool by_period,
                       bool is_long) {
  char path[4096];
  snprintf(path, sizeof path, "%s/study.yaml", folder);
  FILE *study = fopen(path, "w");
  snprintf(path, sizeof path, "%s/panel.csv", folder);
  FILE *file = fopen(path, "w");
  if (!study || !file) {
    perror(path);
    return 1;
  }
  fputs(study_text, study);
  fputs("unit,month,income,jobs\n", file);
  for (int64_t i = 0; i < units * periods; i++) {
    int64_t unit = by_period ? i % units : i / periods;
    put_row(file, unit, by_period ? i / units : i % periods, is_long);
  }
  return fclose(study) || fclose(file);
}

/* ---- read -------------------------------------------------------------------------------- */

static sw_status read_study(sw_error *err, sw_arena *arena, const char *folder, sw_study **study) {
  char *path = sw_arena_printf(arena, "%s/study.yaml", folder);
  if (!path) return sw_fail(err, SW_ENOMEM, "out of memory");
  return sw_study_parse(err, arena, path, study_text, strlen(study_text), NULL, 0, study);
}

static sw_status rows_alone(sw_error *err, sw_team *team, sw_arena *arena, const sw_study *study) {
  sw_panel_plan plan = {0};
  sw_panel_rows rows = {0};
  SW_TRY(sw_panel_plan_make(err, arena, study, &plan));
  SW_TRY(sw_panel_rows_create(err, arena, study->panel.file[0], study->panel.path[0], plan.n_raw,
                              &rows));
  sw_status status = sw_panel_csv_read(err, team, arena, &study->panel, &plan, &rows);
  sw_panel_rows_destroy(&rows);
  return status;
}

static double processor_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static sw_status measure(sw_error *err, const char *folder, bool whole) {
  sw_team *team = NULL;
  sw_arena *arena = NULL;
  sw_study *study = NULL;
  sw_panel *panel = NULL;
  SW_TRY(sw_team_serial(err, &team));
  SW_TRY(sw_arena_create(err, &arena));
  SW_TRY(read_study(err, arena, folder, &study));
  double began = sw_clock(), used = processor_seconds();
  if (whole)
    SW_TRY(sw_panel_read(err, team, study, arena, &panel));
  else
    SW_TRY(rows_alone(err, team, arena, study));
  printf("%.6f %.6f %.0f\n", sw_clock() - began, processor_seconds() - used, sw_peak_memory());
  sw_panel_destroy(panel);
  sw_arena_destroy(arena);
  sw_team_serial_destroy(team);
  return SW_OK;
}

int main(int argc, char **argv) {
  sw_error err = {0};
  if (argc == 7 && !strcmp(argv[1], "write"))
    return write_panel(argv[2], atoll(argv[3]), atoll(argv[4]), !strcmp(argv[5], "period"),
                       !strcmp(argv[6], "long"));
  if (argc != 5 || strcmp(argv[1], "read") != 0) {
    fprintf(stderr, "usage: bench_csv write FOLDER UNITS PERIODS unit|period short|long\n"
                    "       bench_csv read FOLDER THREADS rows|panel\n");
    return 2;
  }
  sw_log_setup(SW_LOG_WARN, 0);
  omp_set_num_threads(atoi(argv[3]));
  if (measure(&err, argv[2], !strcmp(argv[4], "panel")))
    fprintf(stderr, "bench_csv: %s\n", err.text);
  return err.status != SW_OK;
}
