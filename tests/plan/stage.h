/* A study run in one process without files: a panel of one column `x` made by hand, a team of one
 * and a sink in memory. */
#ifndef TEST_PLAN_STAGE_H
#define TEST_PLAN_STAGE_H

#include "plan/run/sink_memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { T = 2 }; /* periods */

typedef struct stage {
  sw_error err;
  sw_arena *arena;
  sw_team *team;
  sw_study *study;
  sw_panel panel;
  sw_column column;
  sw_run *run;
  sw_sink *sink;
  sw_memory_result *kept;
  double *x[T]; /* the column, by period */
} stage;

/* `n` units of codes 000000, 000001, ...; x may be NaN. */
static sw_status stage_panel(stage *s, int64_t n, double (*x)(int64_t unit, int t)) {
  static const char *const label[T] = {"2001", "2002"};
  static const int64_t value[T] = {2001, 2002};
  static const int period[T] = {0, 1};
  char *text = NULL;
  int64_t *at = NULL;
  SW_TRY(sw_arena_alloc(&s->err, s->arena, (size_t)n * 8, 1, (void **)&text));
  SW_TRY(sw_arena_alloc(&s->err, s->arena, (size_t)n + 1, sizeof *at, (void **)&at));
  s->column = (sw_column){.name = "x", .n_periods = T, .period = period, .row = s->x};
  for (int64_t i = 0; i <= n; i++)
    at[i] = 8 * i;
  for (int64_t i = 0; i < n; i++)
    snprintf(text + 8 * i, 8, "%06d", (int)i);
  for (int t = 0; t < T; t++) {
    SW_TRY(sw_arena_alloc(&s->err, s->arena, (size_t)n, sizeof(double), (void **)&s->x[t]));
    for (int64_t i = 0; i < n; i++) {
      s->x[t][i] = x(i, t);
      s->column.missing += isnan(s->x[t][i]) != 0;
    }
  }
  s->panel = (sw_panel){.units = {.n = n, .text = text, .code_at = at},
                        .periods = {.n = T, .integer = true, .value = value, .label = label},
                        .hi = n,
                        .n_columns = 1,
                        .column = &s->column};
  return SW_OK;
}

/* Runs the study of this text, as far as it comes: s->err says why it ended. With several threads
 * its periods go one by one, with one all together. */
static inline sw_status stage_run(stage *s, int64_t n, double (*x)(int64_t unit, int t),
                                  const char *text, const sw_measure *const *extra, int n_extra,
                                  int threads) {
  static const sw_reader no_reader = {0};
  memset(s, 0, sizeof *s);
  SW_TRY(sw_arena_create(&s->err, &s->arena));
  SW_TRY(sw_team_serial(&s->err, &s->team));
  if (threads > 1) s->team->window_bytes = 1;
  SW_TRY(sw_study_parse(&s->err, s->arena, "study.yaml", text, strlen(text), extra, n_extra,
                        &s->study));
  SW_TRY(stage_panel(s, n, x));
  SW_TRY(
      sw_run_bind(&s->err, s->team, s->study, &no_reader, &s->panel, s->arena, threads, &s->run));
  SW_TRY(sw_run_first(&s->err, s->run));
  SW_TRY(sw_sink_memory(&s->err, s->run, &s->sink, &s->kept));
  return sw_run_rest(&s->err, s->run, s->sink);
}

static void stage_close(stage *s) {
  sw_sink_memory_destroy(s->sink);
  sw_run_destroy(s->run);
  sw_team_serial_destroy(s->team);
  sw_arena_destroy(s->arena);
}

#endif
