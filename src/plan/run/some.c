/* An entry without pairs computed for some of its periods. The measure is asked again: `resolve`
 * sees a job of these periods alone, as if the study had listed no others, and its passes run as
 * ever. The rows of results by unit are those of the whole entry, so tiles fill them in place; what
 * is by period alone is copied to its places afterwards.
 *
 * That this gives the bits of all periods computed together is what a job promises that is not
 * `pooled`; the sweep over the catalogue holds every measure to it. Where the measure declares for
 * fewer periods something else than for all, nothing is computed and the caller computes all.
 *
 * Used by --reuse (take.c) and by `verify` (sample.c). All functions but the first are called on
 * all ranks alike. */
#include "measure/said.h"
#include "plan/descriptor/descriptor.h"
#include "plan/run/private.h"

#include <math.h>
#include <string.h>

/* False for what has values that belong to no period, and for entries with pairs: theirs are taken
 * matrix by matrix. */
bool sw_run_is_by_period(const sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  if (job->pooled || job->whole_series || run->private->links[e] || run->study->entry[e].is_pair ||
      sw_run_matrices_next(run, e, e) >= 0)
    return false;
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_output *output = job->result[q].output;
    if (job->result[q].off) continue;
    if (output->timeless || (output->shape == SW_TABLE && !output->of_parameters)) return false;
  }
  return true;
}

/* ---- the job ---------------------------------------------------------------------------- */

/* What resolve sees, as begin_job of bind.c leaves it: inputs, arguments and gaps of the whole.
 * Sources of inputs are those of run->private, by entry, and need no copy. Only what `resolve` may
 * look at is handed on; what it declares it declares anew. */
static sw_status begin_part(sw_error *err, sw_run *run, const sw_job *whole, const bool *wanted,
                            sw_job *job) {
  int outputs = 0, *period = NULL;
  while (whole->measure->output[outputs].name)
    outputs++;
  *job = (sw_job){.measure = whole->measure,
                  .name = whole->name,
                  .where = whole->where,
                  .arg = whole->arg,
                  .n = whole->n,
                  .first = whole->first,
                  .units = whole->units,
                  .periods = whole->periods,
                  .has_gaps = whole->has_gaps,
                  .n_inputs = whole->n_inputs,
                  .input = whole->input,
                  .arena = whole->arena,
                  .notes = whole->notes,
                  .seed = whole->seed,
                  .stops = whole->stops};
  SW_NEW(err, run->arena, job->result, outputs + 1);
  for (int q = 0; q < outputs; q++)
    job->result[q].output = &whole->measure->output[q];
  SW_NEW(err, run->arena, period, whole->n_periods);
  for (int t = 0; t < whole->n_periods; t++)
    if (wanted[t]) period[job->n_periods++] = whole->period[t];
  job->period = period;
  return SW_OK;
}

/* Whether the part has the passes and outputs that the whole has, and its tasks have room where the
 * journal keeps those of the whole. Fewer items or as many, the same grain and shares that fit:
 * then the tasks of the part can use the journal's places of the whole. */
static bool is_alike(const sw_job *part, const sw_job *whole) {
  bool alike = part->n_passes == whole->n_passes && part->n_axes == whole->n_axes &&
               !part->pooled && !part->whole_series;
  for (int k = 0; alike && k < part->n_axes; k++)
    alike = part->axis[k].n == whole->axis[k].n;
  for (int q = 0; part->measure->output[q].name; q++)
    alike = alike && part->result[q].off == whole->result[q].off;
  for (int p = 0; alike && p < part->n_passes; p++) {
    alike = part->pass[p].domain == whole->pass[p].domain;
    if (!alike || part->pass[p].domain == SW_PAIRS) continue;
    sw_tiling mine = sw_tiling_make(part, p), theirs = sw_tiling_make(whole, p);
    alike = mine.whole <= theirs.whole && part->pass[p].grain == whole->pass[p].grain;
    sw_tiling_keep_grain(&mine, &theirs);
    alike = alike && sw_tiling_share(&mine) <= sw_tiling_share(&theirs);
  }
  return alike;
}

/* `resolve` again. What it warns of was said when the whole was bound. A measure that refuses the
 * fewer periods is none that can do with them, which is no error. *can false without an error: the
 * caller computes all periods instead. Only a lack of memory, or an error that is no refusal, ends
 * the run. */
static sw_status resolve_part(sw_error *err, sw_run *run, int e, bool *can) {
  sw_job *job = &run->job[e];
  int said = run->private->notes.count;
  sw_run_matrices_unasked(run, e);
  sw_status status = job->measure->resolve(err, job);
  if (status == SW_OK) status = sw_job_check(err, job);
  run->private->notes.count = said;
  *can = status == SW_OK;
  if (status != SW_EINPUT && status != SW_EINTERNAL) return status;
  sw_error_clear(err);
  return SW_OK;
}

/* ---- results ---------------------------------------------------------------------------- */

/* Rows by unit are the whole's own; what is on rank 0 alone has room of the part's own. Tables rest
 * on parameters alone, and have no period to be told apart by. Rows of unit results are pointers
 * into the whole's rows, period by period, so that nothing is copied for them. NaN first, as in
 * alloc_results (run.c). */
static sw_status share_rows(sw_error *err, sw_run *run, const bool *wanted, const sw_job *whole,
                            sw_job *part) {
  int outputs = 0;
  while (part->measure->output[outputs].name)
    outputs++;
  SW_NEW(err, run->arena, part->why, (int64_t)outputs * part->n_periods + 1);
  SW_NEW(err, run->arena, part->said, 1);
  for (int q = 0; part->measure->output[q].name; q++) {
    sw_result *mine = &part->result[q];
    const sw_result *theirs = &whole->result[q];
    mine->width = theirs->width;
    if (mine->off || mine->output->shape == SW_PAIR) continue;
    if (mine->output->shape == SW_TABLE) {
      mine->row = theirs->row;
      continue;
    }
    int n = part->n_periods, all = whole->n_periods, i = 0;
    int64_t rows = mine->output->shape == SW_UNIT ? (int64_t)mine->width * n : 1;
    SW_NEW(err, run->arena, mine->row, rows);
    if (mine->output->shape == SW_GLOBAL) {
      SW_NEW(err, run->arena, mine->row[0], (int64_t)n * mine->width);
      for (int64_t k = 0; k < (int64_t)n * mine->width; k++)
        mine->row[0][k] = NAN;
      continue;
    }
    for (int t = 0; t < all; t++) {
      if (!wanted[t]) continue;
      for (int k = 0; k < mine->width; k++)
        mine->row[k * n + i] = theirs->row[k * all + t];
      i++;
    }
  }
  return SW_OK;
}

/* Values by period to their places, and why some are undefined; what other ranks than 0 have of
 * them does not count. `why` has an entry for each output and period. Done on every rank, since it
 * is harmless where the numbers do not count. */
static void place_globals(const bool *wanted, const sw_job *part, const sw_job *whole) {
  for (int q = 0; part->measure->output[q].name; q++) {
    const sw_result *mine = &part->result[q];
    for (int t = 0, i = 0; t < whole->n_periods; t++)
      if (wanted[t]) whole->why[q * whole->n_periods + t] = part->why[q * part->n_periods + i++];
    if (mine->off || mine->output->shape != SW_GLOBAL) continue;
    size_t width = (size_t)mine->width;
    for (int t = 0, i = 0; t < whole->n_periods; t++)
      if (wanted[t])
        memcpy(whole->result[q].row[0] + (size_t)t * width, mine->row[0] + (size_t)i++ * width,
               width * sizeof(double));
  }
}

/* A tile fills what is defined, and rows come filled with NaN: what was there before must not stay
 * for what the measure computed. Only the wanted periods are cleared: part->result[q].row has no
 * others. */
static void clear_rows(const sw_run *run, const sw_job *part) {
  int64_t own = run->panel->hi - run->panel->lo;
  for (int q = 0; part->measure->output[q].name; q++) {
    const sw_result *mine = &part->result[q];
    if (mine->off || mine->output->shape != SW_UNIT) continue;
    for (int64_t r = 0; r < (int64_t)mine->width * part->n_periods; r++)
      for (int64_t k = 0; k < own; k++)
        mine->row[r][k] = NAN;
  }
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Everything of the run (passes, tiles, hashes) goes by run->job[e], which is the part's while it
 * runs; on every path it is the whole's again afterwards. part->destroy is called, as `resolve` or
 * passes may have made something of their own. */
sw_status sw_run_some(sw_error *err, sw_run *run, int e, const bool *wanted, bool *done) {
  sw_job *whole = NULL, *at = &run->job[e];
  bool can = false;
  *done = false;
  sw_status status = sw_arena_alloc(err, run->arena, 1, sizeof *whole, (void **)&whole);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  *whole = *at;
  status = begin_part(err, run, whole, wanted, at);
  if (status == SW_OK) status = resolve_part(err, run, e, &can);
  can = can && status == SW_OK && is_alike(at, whole);
  if (can) status = share_rows(err, run, wanted, whole, at);
  status = sw_team_agree(run->team, err, status, 0);
  /* From here on `can` is the same on every rank: resolve is. */
  if (status == SW_OK && can) {
    clear_rows(run, at);
    int notes = run->private->notes.count;
    run->whole = whole;
    status = sw_run_passes(err, run, e);
    sw_run_passes_release(run, e);
    run->whole = NULL;
    if (status == SW_OK) place_globals(wanted, at, whole);
    whole->said->part = at->said->used > 0 || run->private->notes.count > notes;
    *done = status == SW_OK;
  }
  if (at->measure->destroy) at->measure->destroy(at);
  *at = *whole;
  return status;
}
