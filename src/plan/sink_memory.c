/* Results in memory; NaN (or -1) wherever nothing was written. */
#include "plan/sink_memory.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

typedef struct memory {
  sw_sink sink;
  const sw_run *run;
  int n_results;
  sw_memory_result *result;
} memory;

static sw_status keep_rect(sw_sink *sink, sw_error *err, int job, int quantity, int t, int64_t i0,
                           int64_t i1, int64_t j0, int64_t j1, const void *data) {
  memory *m = sink->self;
  (void)err;
  int64_t n = m->run->job[job].n, at = 0;
  for (int64_t i = i0; i < i1; i++)
    for (int64_t j = j0; j < j1; j++, at++)
      m->result[job].value[quantity][(t * n + i) * n + j] =
          m->run->study->float64 ? ((const double *)data)[at] : ((const float *)data)[at];
  return SW_OK;
}

static void keep_part(memory *m, int job, int64_t at, int64_t count, const int32_t *partner,
                      const double *const *value) {
  sw_memory_result *result = &m->result[job];
  int stored = 0;
  for (int64_t k = 0; k < count; k++)
    result->partner[at + k] = partner[k];
  for (int q = 0; q < 8; q++) {
    if (!result->value[q]) continue;
    for (int64_t k = 0; k < count; k++)
      result->value[q][at + k] = value[stored][k];
    stored++;
  }
}

static sw_status keep_top(sw_sink *sink, sw_error *err, int job, int t, int64_t i0, int64_t i1,
                          int64_t k, const int32_t *partner, const double *const *value) {
  memory *m = sink->self;
  (void)err;
  keep_part(m, job, (t * m->run->job[job].n + i0) * k, (i1 - i0) * k, partner, value);
  return SW_OK;
}

static sw_status keep_entries(sw_sink *sink, sw_error *err, int job, int64_t at, int64_t count,
                              const int32_t *partner, const double *const *value) {
  (void)err;
  keep_part(sink->self, job, at, count, partner, value);
  return SW_OK;
}

static int64_t room_of(const sw_run *run, int e) {
  const sw_pair_plan *plan = &run->pair[e];
  int64_t n = run->job[e].n, matrices = plan->summary.n_periods;
  if (plan->keep.kind == SW_KEEP_DENSE) return matrices * n * n;
  if (plan->keep.kind == SW_KEEP_TOP) return matrices * n * plan->keep.top;
  return plan->keep.kind == SW_KEEP_SUMMARY ? 0 : plan->n_entries;
}

static sw_status make_room(sw_error *err, const sw_run *run, int e, sw_memory_result *result) {
  int64_t room = room_of(run, e);
  const sw_job *job = &run->job[e];
  if (room == 0) return SW_OK;
  result->k = run->pair[e].keep.top;
  SW_TRY(sw_alloc(err, (size_t)room, sizeof *result->partner, (void **)&result->partner));
  for (int64_t k = 0; k < room; k++)
    result->partner[k] = -1;
  int pair_output = 0;
  for (int q = 0; job->measure->output[q].name; q++) {
    if (job->measure->output[q].shape != SW_PAIR) continue;
    double **value = &result->value[pair_output++];
    if (job->result[q].off) continue;
    SW_TRY(sw_alloc(err, (size_t)room, sizeof **value, (void **)value));
    for (int64_t k = 0; k < room; k++)
      (*value)[k] = NAN;
  }
  return SW_OK;
}

sw_status sw_sink_memory(sw_error *err, const sw_run *run, sw_sink **sink,
                         sw_memory_result **result) {
  memory *m = calloc(1, sizeof *m);
  if (!m) return sw_fail(err, SW_ENOMEM, "out of memory: no sink");
  m->sink = (sw_sink){m, keep_rect, keep_top, keep_entries};
  m->run = run;
  m->n_results = run->study->n_entries;
  *sink = &m->sink;
  SW_TRY(sw_calloc(err, (size_t)m->n_results, sizeof *m->result, (void **)&m->result));
  for (int e = 0; e < m->n_results; e++)
    if (run->study->entry[e].is_pair) SW_TRY(make_room(err, run, e, &m->result[e]));
  *result = m->result;
  return SW_OK;
}

void sw_sink_memory_destroy(sw_sink *sink) {
  if (!sink) return;
  memory *m = sink->self;
  for (int e = 0; m->result && e < m->n_results; e++) {
    sw_free(m->result[e].partner);
    for (int q = 0; q < 8; q++)
      sw_free(m->result[e].value[q]);
  }
  sw_free(m->result);
  free(m);
}
