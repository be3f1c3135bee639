/* How many units an entry's numbers rest on, period by period. A Gini that falls because units came
 * and went is no fall of inequality: where the number changes, a warning says so, and
 * `balanced: true` keeps the units that have values of all inputs in all periods of the entry.
 *
 * A balanced entry takes copies of its inputs, in which the values of all other units are missing.
 * They are made anew whenever the entry runs, once its inputs are there; bind.c, views, hashes and
 * `verify` see columns like any other. What it has of the other units is missing, too. Cost: n*T
 * doubles for each input, and one pass over them. */
#include "plan/run/private.h"

#include <math.h>
#include <string.h>

/* A timeless column has one row for all periods. */
static int rows_of(const sw_column *column) {
  return column->timeless ? 1 : column->n_periods;
}

/* The row of an input in the job's period t. Row of this rank's units; the period is one of the
 * panel's. */
static const double *row_at(const sw_run *run, int e, int input, int t) {
  return sw_run_input_row(run, e, input, run->job[e].period[t]);
}

/* ---- balanced ----------------------------------------------------------------------------- */

/* The columns that views look at from here on, without their rows. Collective only by the caller's
 * agreement; the same on every rank. Matrices below the entry borrow its sources (run/matrices.c)
 * and are balanced with it. */
sw_status sw_run_balance_bind(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_sources *source = &run->private->source[e];
  const sw_job *job = &run->job[e];
  if (!entry->balanced) return SW_OK;
  if (job->n_inputs == 0)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: balanced: %s takes no values by unit, of which some could be missing; "
                   "leave it out",
                   entry->where, entry->name, entry->measure->name);
  SW_NEW(err, run->arena, source->whole, job->n_inputs);
  for (int i = 0; i < job->n_inputs; i++) {
    sw_column *copy = NULL;
    SW_NEW(err, run->arena, copy, 1);
    /* The original stays in `whole`: rows are copied from it before each run. */
    source->whole[i] = source->column[i];
    *copy = *source->column[i];
    copy->n_periods = copy->timeless ? copy->n_periods : job->n_periods;
    copy->period = copy->timeless ? copy->period : job->period;
    SW_NEW(err, run->arena, copy->row, rows_of(copy));
    source->column[i] = copy;
  }
  return SW_OK;
}

/* Room for this rank's units, which stays until the run ends. Made once: an entry that runs again
 * fills the same rows. */
static sw_status make_rows(sw_error *err, sw_run *run, int e) {
  int64_t own = run->panel->hi - run->panel->lo;
  for (int i = 0; i < run->job[e].n_inputs; i++) {
    sw_column *copy = run->private->source[e].column[i];
    double *block = NULL;
    if (copy->row[0]) continue;
    SW_TRY(sw_alloc(err, (size_t)rows_of(copy) * (size_t)own, sizeof *block, (void **)&block));
    SW_TRY(sw_run_keep_block(err, run, block));
    for (int r = 0; r < rows_of(copy); r++)
      copy->row[r] = block + r * own;
  }
  return SW_OK;
}

/* Copies unit k of all inputs, or leaves it out of all; returns whether it is kept. The copy must
 * be whole before that is known, so all rows are looked at, also after the first gap. */
static bool copy_unit(const sw_run *run, int e, int64_t k) {
  const sw_sources *source = &run->private->source[e];
  const sw_job *job = &run->job[e];
  bool whole = true;
  for (int i = 0; i < job->n_inputs; i++)
    for (int r = 0; r < rows_of(source->column[i]); r++) {
      double value = sw_run_column_row(source->whole[i], sw_job_seen_at(job, r))[k];
      source->column[i]->row[r][k] = value;
      /* Obstacles are missing where nothing is lacking, which is no want of data. */
      whole = whole && (!isnan(value) || job->input[i].part_of);
    }
  for (int i = 0; !whole && i < job->n_inputs; i++)
    for (int r = 0; r < rows_of(source->column[i]); r++)
      source->column[i]->row[r][k] = NAN;
  return whole;
}

/* The first run of an entry says what it keeps; pairs run twice. An entry that keeps nobody is
 * refused: all of it would be missing. Collective. Must follow the inputs' own runs. In a plan
 * (untried) the inputs have no values, and nothing is said. */
sw_status sw_run_balance(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  const sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo, kept = 0;
  if (!entry->balanced || run->untried[e]) return SW_OK;
  SW_TRY(sw_team_agree(run->team, err, make_rows(err, run, e), 0));
  for (int64_t k = 0; k < own; k++)
    kept += copy_unit(run, e, k);
  SW_TRY(run->team->sum_i64(run->team, err, &kept, 1));
  if (kept == 0 && job->n_periods == 1)
    return sw_fail(err, SW_EINPUT, "%s: %s: balanced: no unit has values of all its inputs",
                   entry->where, entry->name);
  if (kept == 0)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: balanced: no unit has values in all its %d periods; list those that "
                   "units have under periods",
                   entry->where, entry->name, job->n_periods);
  if (run->team->rank == 0 && !run->repeats[e])
    sw_log(SW_LOG_INFO, "%s: balanced: %lld of %lld units have values in all its periods",
           entry->name, (long long)kept, (long long)job->n);
  return SW_OK;
}

/* What the entry has of units that are not kept becomes missing: a measure may have a value of a
 * unit without looking at its inputs, as a market potential without the own market has. Whole
 * numbers stay: they have no NaN, and of a unit without inputs the measure has written the one that
 * says so (class 0, lagging -1). Local. Row 0 of input 0 stands for all: a unit that is left out is
 * missing in every row. */
void sw_run_balance_results(sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo;
  if (!run->study->entry[e].balanced || run->untried[e]) return;
  const double *kept = row_at(run, e, 0, 0); /* left out of one input, left out of all */
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_result *result = &job->result[q];
    if (result->off || result->output->shape != SW_UNIT || result->output->number == SW_INT32)
      continue;
    for (int64_t r = 0; r < (int64_t)result->width * sw_result_periods(job, result); r++)
      for (int64_t k = 0; k < own; k++)
        if (isnan(kept[k])) result->row[r][k] = NAN;
  }
}

/* ---- the number of units ------------------------------------------------------------------ */

/* Units of this rank with a value of every input in period t. Input by input over short runs of
 * units, whose marks stay in the first-level cache: row_at looks the row up once per run, not once
 * per value. Obstacles do not count, as in copy_unit. */
static int64_t count_units(const sw_run *run, int e, int t) {
  enum { RUN = 2048 };
  int64_t own = run->panel->hi - run->panel->lo, count = own;
  for (int64_t k0 = 0; k0 < own; k0 += RUN) {
    int64_t here = own - k0 < RUN ? own - k0 : RUN;
    unsigned char missing[RUN] = {0};
    for (int i = 0; i < run->job[e].n_inputs; i++) {
      if (run->job[e].input[i].part_of) continue;
      const double *row = row_at(run, e, i, t) + k0;
      for (int64_t k = 0; k < here; k++)
        missing[k] |= row[k] != row[k];
    }
    for (int64_t k = 0; k < here; k++)
      count -= missing[k];
  }
  return count;
}

#define CHANGES "the number of units with values changes: "
#define ALONE "one unit alone has values in "

/* By these two lines a note of an earlier file is known for one that any run says anew
 * (run/notes.c). */
bool sw_run_is_of_units(const char *line, size_t length) {
  return memmem(line, length, ": " CHANGES, sizeof CHANGES + 1) ||
         memmem(line, length, ": " ALONE, sizeof ALONE + 1);
}

/* Which period has fewest units, and which has most; the first of equals. O(periods). All equal:
 * nothing is said. */
static void note_change(const sw_run *run, const sw_entry *entry, const sw_job *job,
                        const int64_t *count) {
  int least = 0, most = 0;
  for (int t = 1; t < job->n_periods; t++) {
    if (count[t] < count[least]) least = t;
    if (count[t] > count[most]) most = t;
  }
  if (count[least] == count[most]) return;
  sw_note(&run->private->notes,
          "%s: %s: " CHANGES "%lld of %lld in %s, %lld in %s; "
          "balanced: true keeps those that have them in all periods",
          entry->where, entry->name, (long long)count[least], (long long)job->n,
          sw_job_period(job, least), (long long)count[most], sw_job_period(job, most));
}

/* Numbers that compare units say nothing of one alone: a Gini of 0, the score of the only one. One
 * note for all such periods; the first is named. */
static void note_alone(const sw_run *run, const sw_entry *entry, const sw_job *job,
                       const int64_t *count) {
  int periods = 0, first = -1;
  for (int t = 0; t < job->n_periods; t++) {
    if (count[t] != 1) continue;
    if (first < 0) first = t;
    periods++;
  }
  if (periods == 0) return;
  sw_note(&run->private->notes, "%s: %s: " ALONE "%s%s; there it is compared with no other",
          entry->where, entry->name, sw_job_period(job, first),
          periods > 1 ? " and other periods" : "");
}

/* Of entries whose numbers are made of all units together; a value by unit rests on its own. The
 * same notes on every rank. Collective. Measures that balance by themselves (`balances`) choose
 * their units and say so. Called once an entry's inputs are there. */
sw_status sw_run_note_units(sw_error *err, sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  sw_kind kind = job->measure->kind;
  bool joint = kind == SW_KIND_GLOBAL || kind == SW_KIND_MODEL || kind == SW_KIND_COMPOSITE;
  if (!joint || job->n_inputs == 0 || run->untried[e]) return SW_OK;
  int64_t *count = NULL;
  sw_status status =
      sw_arena_alloc(err, run->arena, (size_t)job->n_periods, sizeof *count, (void **)&count);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  for (int t = 0; t < job->n_periods; t++)
    count[t] = count_units(run, e, t);
  SW_TRY(run->team->sum_i64(run->team, err, count, job->n_periods));
  if (!job->measure->balances) note_change(run, &run->study->entry[e], job, count);
  note_alone(run, &run->study->entry[e], job, count);
  return SW_OK;
}
