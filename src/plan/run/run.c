/* The order of a run: what needs no pair result first (so that bad values are found and `above` is
 * counted before the results file is made), then the pairs and what rests on them. */
#include "plan/descriptor/descriptor.h"
#include "plan/run/describe.h"
#include "plan/run/private.h"
#include "plan/task/stop.h"
#include "plan/task/tiles.h"

#include "base/clock.h"
#include "base/stop.h"

#include <math.h>
#include <string.h>

/* ---- room for results ------------------------------------------------------------------- */

static sw_status alloc_rows(sw_error *err, sw_run *run, double **row, int64_t rows,
                            int64_t length) {
  double *block = NULL;
  SW_TRY(sw_alloc(err, (size_t)(rows * length), sizeof *block, (void **)&block));
  SW_TRY(sw_run_keep_block(err, run, block));
  for (int64_t k = 0; k < rows * length; k++)
    block[k] = NAN;
  for (int64_t r = 0; r < rows; r++)
    row[r] = block + r * length;
  return SW_OK;
}

static sw_status alloc_results(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo;
  for (int q = 0; job->measure->output[q].name; q++) {
    sw_result *result = &job->result[q];
    int64_t rows = (int64_t)result->width * job->n_periods;
    if (result->off || result->output->shape == SW_PAIR) continue;
    if (result->output->shape == SW_UNIT) SW_TRY(alloc_rows(err, run, result->row, rows, own));
    if (result->output->shape == SW_GLOBAL) SW_TRY(alloc_rows(err, run, result->row, 1, rows));
    if (result->output->shape == SW_TABLE)
      SW_TRY(alloc_rows(err, run, result->row, 1, result->width));
  }
  if (!run->study->entry[e].is_pair) return SW_OK;
  sw_summary *summary = &run->pair[e].summary;
  SW_TRY(alloc_rows(err, run, summary->out_strength, summary->n_periods, own));
  return alloc_rows(err, run, summary->in_strength, summary->n_periods, own);
}

/* ---- undefined values ------------------------------------------------------------------- */

static int64_t count_nan(const double *values, int64_t count) {
  int64_t nan = 0;
  for (int64_t k = 0; k < count; k++)
    nan += isnan(values[k]) != 0;
  return nan;
}

static sw_status count_undefined(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo, count = 0;
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_result *result = &job->result[q];
    int64_t rows = (int64_t)result->width * job->n_periods;
    if (result->off) continue;
    if (result->output->shape == SW_UNIT)
      for (int64_t r = 0; r < rows; r++)
        count += count_nan(result->row[r], own);
    if (result->output->shape == SW_GLOBAL && run->team->rank == 0)
      count += count_nan(result->row[0], rows);
  }
  SW_TRY(run->team->sum_i64(run->team, err, &count, 1));
  job->undefined = count;
  return SW_OK;
}

/* ---- jobs ------------------------------------------------------------------------------- */

static void say_notes(sw_run *run) {
  struct sw_run_private *own = run->private;
  for (; own->notes_said < own->notes.count; own->notes_said++)
    if (run->team->rank == 0) sw_log(SW_LOG_WARN, "%s", own->notes.text[own->notes_said]);
}

/* Between entries all ranks look whether any was asked. */
static sw_status stop_if_asked(sw_error *err, sw_run *run) {
  return sw_team_agree(run->team, err, sw_stop_asked() ? sw_task_stopped(err) : SW_OK, 0);
}

/* `check` does not try what rests on values that it did not compute. */
static void pass_on_untried(sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  for (int i = 0; i < entry->n_needs; i++)
    if (entry->need[i].entry >= 0 && run->untried[entry->need[i].entry]) run->untried[e] = true;
}

static sw_status run_plain(sw_error *err, sw_run *run, int e) {
  double began = sw_clock();
  SW_TRY(stop_if_asked(err, run));
  pass_on_untried(run, e);
  sw_status status = sw_run_passes(err, run, e);
  sw_run_passes_release(run, e);
  if (status == SW_OK) status = sw_run_check_integers(err, run, e);
  if (status == SW_OK) status = count_undefined(err, run, e);
  if (status == SW_OK && !run->no_pairs) status = sw_run_operand_hash(err, run, e);
  say_notes(run);
  run->seconds_unit += sw_clock() - began;
  return status;
}

static sw_status count_above(sw_error *err, sw_run *run, int e) {
  SW_TRY(sw_pairs_rows_alloc(err, run, e));
  SW_TRY(sw_pairs_run(err, run, e, NULL));
  return sw_pairs_rows_end(err, run, e);
}

/* Operands, and then the pairs; `sink` NULL: only what must be known before the file exists. */
static sw_status run_pair(sw_error *err, sw_run *run, int e, sw_sink *sink) {
  double began = sw_clock();
  SW_TRY(stop_if_asked(err, run));
  pass_on_untried(run, e);
  sw_status status = sw_run_passes(err, run, e);
  if (status == SW_OK) status = sw_run_check_integers(err, run, e);
  run->seconds_unit += sw_clock() - began;
  began = sw_clock();
  if (status == SW_OK && (sink || run->past) && !run->operand_hash[e])
    status = sw_run_operand_hash(err, run, e);
  if (status == SW_OK && sink)
    status = sw_pairs_run(err, run, e, sink);
  else if (status == SW_OK && !run->no_pairs && run->pair[e].keep.kind == SW_KEEP_ABOVE)
    status = count_above(err, run, e);
  sw_run_passes_release(run, e);
  say_notes(run);
  run->seconds_pairs += sw_clock() - began;
  return status;
}

sw_status sw_run_sample(sw_error *err, sw_run *run, int e, const char *wanted, sw_sink *sink) {
  run->sample = wanted;
  sw_status status = sw_run_passes(err, run, e);
  if (status == SW_OK) status = sw_pairs_run(err, run, e, sink);
  sw_run_passes_release(run, e);
  run->sample = NULL;
  return status;
}

sw_status sw_run_regions(sw_error *err, const sw_run *run, const sw_region **regions, int *count) {
  sw_region *region = NULL;
  *count = sw_tiles_region(run, run->study->n_entries, 0);
  SW_NEW(err, run->arena, region, *count);
  for (int e = 0; e < run->study->n_entries; e++) {
    sw_pairs_regions(run, e, region);
    sw_tiles_regions(run, e, region);
  }
  *regions = region;
  return SW_OK;
}

sw_status sw_run_first(sw_error *err, sw_run *run) {
  const sw_study *study = run->study;
  sw_status status = SW_OK;
  for (int i = 0; status == SW_OK && i < study->n_entries; i++)
    status = alloc_results(err, run, i);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  say_notes(run);
  for (int i = 0; i < study->n_entries; i++) {
    int e = study->order[i];
    if (study->entry[e].is_pair && run->pair[e].keep.kind == SW_KEEP_LINKS)
      SW_TRY(sw_pairs_link_rows(err, run, e));
    if (run->after_pairs[e]) continue;
    SW_TRY(study->entry[e].is_pair ? run_pair(err, run, e, NULL) : run_plain(err, run, e));
  }
  return SW_OK;
}

sw_status sw_run_rest(sw_error *err, sw_run *run, sw_sink *sink) {
  const sw_study *study = run->study;
  for (int i = 0; i < study->n_entries; i++) {
    int e = study->order[i];
    if (study->entry[e].is_pair)
      SW_TRY(run_pair(err, run, e, sink));
    else if (run->after_pairs[e])
      SW_TRY(run_plain(err, run, e));
  }
  return SW_OK;
}
