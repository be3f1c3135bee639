/* What tiles and finish leave, looked at while a job runs. A tile writes through plain pointers, so
 * it may write where it must not, and what it spoils shows elsewhere. A tile over items has
 * gathered columns and no rows of its own: filling a unit output by their index it would write
 * beyond this rank's rows. What is not by unit has its place on rank 0 alone. The same goes for
 * segments of pairs.
 *
 * So results that a pass may not fill are kept out of its reach: while it runs their rows point at
 * a block of marks, which is looked at afterwards. What is written there does no harm, and is
 * reported with the measure's name. Cost: a column of marks for each output that is kept out of
 * reach, and a look at it. Called by run/tiles.c and pairs/pairs.c around each pass.
 *
 * Used by all ranks around each pass, from the thread that drives it; tiles run on other threads in
 * between and see only the changed row pointers. */
#include "plan/descriptor/descriptor.h"

#include <math.h>
#include <string.h>

/* ---- out of reach ----------------------------------------------------------------------- */

/* A NaN that no arithmetic makes: operations give the default NaN or hand on the payload of an
 * operand, and no other NaN has this one (it spells SPILL!). So a tile that stores NaN is detected
 * as well. 0x7ff8 is the quiet NaN of doubles; the lower six bytes are its payload. */
static double mark(void) {
  const uint64_t bits = UINT64_C(0x7ff85350494c4c21);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Whether tiles of the pass may fill a result, or have nothing to reach it by. True also for what
 * has nothing to hide. */
static bool may_fill(const sw_job *job, int pass, const sw_result *result) {
  if (result->off || result->output->shape == SW_PAIR) return true; /* they have no rows */
  if (result->output->of_pairs) return false;
  if (result->output->by_row) return job->pass[pass].domain == SW_PAIRS; /* the fold does */
  return result->output->shape == SW_UNIT && job->pass[pass].domain == SW_UNITS;
}

/* Points the rows of result q at marks. The block is as long as a gathered column (all n units, not
 * this rank's), as that is what a tile may take the rows for; all rows share it, as it need only
 * tell that something was written. `block` is set first, so that sw_guard_end releases it after a
 * failure in between. Memory: n doubles for each output kept out of reach, and its pointers, for
 * the length of a pass. */
static sw_status hide(sw_error *err, sw_job *job, int q, sw_guard *guard) {
  sw_result *result = &job->result[q];
  bool unit = result->output->shape == SW_UNIT;
  int64_t all = (int64_t)result->width * sw_result_periods(job, result);
  int64_t rows = unit ? all : 1, count = unit ? job->n : all;
  double value = mark(), **row = NULL;
  SW_TRY(sw_alloc(err, (size_t)count, sizeof(double), (void **)&guard->block[q]));
  guard->count[q] = count;
  for (int64_t k = 0; k < count; k++)
    guard->block[q][k] = value;
  SW_TRY(sw_alloc(err, (size_t)rows, sizeof *row, (void **)&row));
  for (int64_t r = 0; r < rows; r++)
    row[r] = guard->block[q];
  result->row = row;
  guard->hides = true;
  return SW_OK;
}

/* What is hidden follows from outputs and domain, so `hides` is the same on every rank; lack of
 * memory is not, and the caller agrees on the status. *guard must be zero before, and sw_guard_end
 * must be called whatever comes of this. O(n) per hidden output. */
sw_status sw_guard_begin(sw_error *err, sw_job *job, int pass, sw_guard *guard) {
  size_t outputs = 0;
  while (job->measure->output[outputs].name)
    outputs++;
  SW_TRY(sw_calloc(err, outputs, sizeof *guard->block, (void **)&guard->block));
  SW_TRY(sw_calloc(err, outputs, sizeof *guard->count, (void **)&guard->count));
  SW_TRY(sw_calloc(err, outputs, sizeof *guard->result, (void **)&guard->result));
  /* The rows that stood there, to be put back. */
  memcpy(guard->result, job->result, outputs * sizeof *guard->result);
  for (int q = 0; job->measure->output[q].name; q++)
    if (!may_fill(job, pass, &job->result[q])) SW_TRY(hide(err, job, q, guard));
  return SW_OK;
}

/* The fault in words. Which functions fill what differs by domain, so the advice does too. Always
 * fails. */
static sw_status told(sw_error *err, const sw_job *job, int pass, const sw_output *output) {
  if (job->pass[pass].domain == SW_PAIRS)
    return sw_job_fault(err, job,
                        "pass %d is over pairs, and %s fills output %s; it fills `out`, finish or "
                        "a pass over units the other outputs",
                        pass, sw_name_of_pairs(job->measure), output->name);
  if (job->pass[pass].domain == SW_ITEMS)
    return sw_job_fault(err, job,
                        "pass %d is over items, and its tile fills output %s; an item fills its "
                        "record, finish or a pass over units the outputs",
                        pass, output->name);
  return sw_job_fault(err, job,
                      "pass %d is over units, and its tile fills output %s, which finish fills, "
                      "out of partials",
                      pass, output->name);
}

/* By bytes: a NaN does not equal itself. O(count); all of it is read only where nothing was
 * touched. */
static bool is_touched(const double *block, int64_t count) {
  const double value = mark();
  for (int64_t k = 0; k < count; k++)
    if (memcmp(&block[k], &value, sizeof value) != 0) return true;
  return false;
}

/* Puts the rows back and releases all, also after a failure; then nothing is looked at, and
 * `status` is handed on. What one rank's tiles have done another's may not have: where `hides` is
 * set the caller agrees on the result. The first output that was touched is named; the others are
 * put back all the same. */
sw_status sw_guard_end(sw_error *err, sw_job *job, int pass, sw_status status, sw_guard *guard) {
  for (int q = 0; guard->result && job->measure->output[q].name; q++) {
    double **stood = guard->result[q].row;
    if (!guard->block[q]) continue;
    /* Not so where `hide` has failed between its two allocations. */
    if (job->result[q].row != stood) {
      if (status == SW_OK && is_touched(guard->block[q], guard->count[q]))
        status = told(err, job, pass, &job->measure->output[q]);
      sw_free(job->result[q].row);
      job->result[q].row = stood;
    }
    sw_free(guard->block[q]);
  }
  sw_free(guard->block);
  sw_free(guard->count);
  sw_free(guard->result);
  return status;
}

/* ---- whole numbers ---------------------------------------------------------------------- */

/* The first value that an int32 cannot hold; NULL: none. NaN is stored as -1. Numbers are kept as
 * doubles until the file is written, and converting would round or wrap them silently. -1 is what
 * NaN becomes, so a measure may also store it. */
static const double *find_odd(const double *value, int64_t count) {
  for (int64_t k = 0; k < count; k++)
    if (!isnan(value[k]) && (value[k] != trunc(value[k]) || fabs(value[k]) > INT32_MAX))
      return &value[k];
  return NULL;
}

/* This rank's values of output q: its units, or what rank 0 has of the others. O(values); stops at
 * the first fault. */
static sw_status check_result(sw_error *err, const sw_run *run, const sw_job *job, int q) {
  const sw_result *result = &job->result[q];
  bool unit = result->output->shape == SW_UNIT;
  int64_t all = (int64_t)result->width * sw_result_periods(job, result);
  int64_t rows = unit ? all : 1, count = unit ? run->panel->hi - run->panel->lo : all;
  for (int64_t r = 0; r < rows; r++) {
    const double *odd = find_odd(result->row[r], count);
    if (odd)
      return sw_job_fault(err, job,
                          "output %s is int32, and %.17g is stored in it; store whole numbers or "
                          "NaN, or declare it SW_FLOAT64",
                          result->output->name, *odd);
  }
  return SW_OK;
}

/* Collective if any output is int32, which all ranks know alike; the first fault of any rank is
 * told to all. After `finish`, when all values are there. Rank 0 looks at what is not by unit. */
sw_status sw_run_check_integers(sw_error *err, sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  sw_status status = SW_OK;
  bool any = false;
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_output *output = &job->measure->output[q];
    if (output->number != SW_INT32 || output->shape == SW_PAIR || job->result[q].off) continue;
    if (status == SW_OK && (output->shape == SW_UNIT || run->team->rank == 0))
      status = check_result(err, run, job, q);
    any = true;
  }
  return any ? sw_team_agree(run->team, err, status, 0) : SW_OK;
}
