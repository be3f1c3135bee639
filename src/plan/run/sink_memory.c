/* The sink port in memory, for tests and small programs: the engine runs without HDF5. Everything
 * the engine stores lies in arrays of the size of the whole result; NaN (or -1 for partners)
 * remains wherever nothing was written, so a test sees what the engine left out. The engine's
 * writing thread calls it; nothing here is locked.
 *
 * Not used by any verb. O(1) for each number that is written or read; memory: all that the results
 * have, in doubles. */
#include "plan/run/sink_memory.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

/* `result` by entry: empty for entries without pairs. */
typedef struct memory {
  sw_sink sink;
  const sw_run *run;
  int n_results;
  sw_memory_result *result;
} memory;

/* Where number `k` of a piece stands in its result. The pieces are row-major without gaps; the
 * result is [t][i][j] (dense), [t][i][r] (top) or one row (entries, whose `at` counts over all
 * periods). `k` counts from the beginning of the piece. */
static int64_t place_of(const memory *m, const sw_piece *piece, int64_t k) {
  int64_t n = m->run->job[piece->job].n;
  if (piece->kind == SW_PIECE_ENTRIES) return piece->at + k;
  if (piece->kind == SW_PIECE_TOP) return (piece->t * n + piece->i0) * piece->k + k;
  int64_t columns = piece->j1 - piece->j0;
  return (piece->t * n + piece->i0 + k / columns) * n + piece->j0 + k % columns;
}

/* `stored` counts only outputs that are on, as the engine does, while value[] has a place for every
 * pair output: so the outputs that are off are stepped over. NULL: there is no such quantity. 8:
 * the room of sw_memory_result. */
static double *values_of(const memory *m, int job, int stored) {
  for (int q = 0; q < 8; q++)
    if (m->result[job].value[q] && stored-- == 0) return m->result[job].value[q];
  return NULL;
}

/* Write. Dense numbers arrive as the study's precision says; kept as double either way, so a test
 * compares with what a file would give back. Casting float to double is exact, so nothing is lost
 * before the comparison. */
static sw_status keep(sw_sink *sink, sw_error *err, const sw_piece *piece, int quantity,
                      const void *data) {
  memory *m = sink->self;
  bool wide = sw_study_is_wide(m->run->study, piece->job);
  double *value = quantity < 0 ? NULL : values_of(m, piece->job, quantity);
  (void)err;
  for (int64_t k = 0; k < sw_piece_count(piece); k++) {
    int64_t at = place_of(m, piece, k);
    if (quantity == SW_PARTNERS)
      m->result[piece->job].partner[at] = ((const int32_t *)data)[k];
    else
      value[at] = wide ? ((const double *)data)[k] : ((const float *)data)[k];
  }
  return SW_OK;
}

/* Read back, in the precision in which it was written: float to double and back keeps every bit.
 * What was never written comes back as NaN or -1. */
static sw_status give(sw_sink *sink, sw_error *err, const sw_piece *piece, int quantity,
                      void *data) {
  memory *m = sink->self;
  bool wide = sw_study_is_wide(m->run->study, piece->job);
  const double *value = quantity < 0 ? NULL : values_of(m, piece->job, quantity);
  (void)err;
  for (int64_t k = 0; k < sw_piece_count(piece); k++) {
    int64_t at = place_of(m, piece, k);
    if (quantity == SW_PARTNERS)
      ((int32_t *)data)[k] = m->result[piece->job].partner[at];
    else if (wide)
      ((double *)data)[k] = value[at];
    else
      ((float *)data)[k] = (float)value[at];
  }
  return SW_OK;
}

/* Numbers of one quantity. `above` and `links` have as many as were counted before: that is why the
 * sink is made after sw_run_first. `summary` stores none. 0: nothing is stored. */
static int64_t room_of(const sw_run *run, int e) {
  const sw_pair_plan *plan = &run->pair[e];
  int64_t n = run->job[e].n, matrices = plan->summary.n_periods;
  if (plan->keep.kind == SW_KEEP_DENSE) return matrices * n * n;
  if (plan->keep.kind == SW_KEEP_TOP) return matrices * n * plan->keep.top;
  return sw_keep_stores(plan->keep.kind) ? plan->n_entries : 0;
}

/* Arrays of one entry. Partners have room even for dense results, which do not use it: tests are
 * small, and the code is one. */
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

/* *sink is set first, so that the caller can destroy what a failure leaves. Serial teams only: each
 * rank would have an array of its own with its own tasks in it. Arrays are made for pair entries
 * alone, once the counts are known. */
sw_status sw_sink_memory(sw_error *err, const sw_run *run, sw_sink **sink,
                         sw_memory_result **result) {
  memory *m = calloc(1, sizeof *m);
  if (!m) return sw_fail(err, SW_ENOMEM, "out of memory: cannot create a sink");
  m->sink = (sw_sink){.self = m, .write = keep, .read = give};
  m->run = run;
  m->n_results = run->study->n_entries;
  *sink = &m->sink;
  SW_TRY(sw_calloc(err, (size_t)m->n_results, sizeof *m->result, (void **)&m->result));
  for (int e = 0; e < m->n_results; e++)
    if (run->study->entry[e].is_pair) SW_TRY(make_room(err, run, e, &m->result[e]));
  *result = m->result;
  return SW_OK;
}

/* Also of a sink that was not finished: what is not there is NULL. */
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
