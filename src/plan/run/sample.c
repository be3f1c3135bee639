/* `verify` of entries without pairs. What is cheap is computed in whole. An entry is tried for a
 * moment, as `check` does; if that is not enough for one of its passes, and what it has of a period
 * rests on that period alone, a random sample of its periods is computed, about as many as have the
 * wanted number of tiles. Its other periods are taken from the file, for the entries that rest on
 * them.
 *
 * Not by less than a period: a value by period is folded from all of its tiles, records of items
 * are not in the file, and what rests on an entry wants whole columns. So entries that mix periods,
 * and those with tables of data, are computed in whole, however long they take.
 *
 * Collective, as all passes are. Chosen periods depend on the seed and the entry's name alone, so a
 * repeated `verify` with the same seed looks at the same ones. */
#include "plan/run/describe.h"
#include "plan/run/private.h"

#include "base/hash.h"
#include "base/rng.h"

#include <string.h>

/* Of all passes. Of passes over units and items; pairs are verified by their own tiles. */
static int64_t count_tiles(const sw_job *job) {
  int64_t tiles = 0;
  for (int pass = 0; pass < job->n_passes; pass++)
    if (job->pass[pass].domain != SW_PAIRS) tiles += sw_tiling_make(job, pass).tasks;
  return tiles;
}

/* The periods that have so many tiles, one at least: every set of them with the same chance. By the
 * name of the entry, so that each draws its own, whatever else the study has. The usual draw
 * without replacement: period t is taken with chance left / (n - t), where `left` are still wanted.
 * O(n). At least one period is drawn, as a sample of none would prove nothing. */
static void draw(const sw_run *run, const sw_job *job, bool *wanted) {
  int64_t n = job->n_periods, left = n * run->sampling->tiles / count_tiles(job);
  sw_rng rng = sw_rng_make(run->sampling->seed, sw_hash64(job->name, strlen(job->name), 0), 0);
  if (left < 1) left = 1;
  for (int64_t t = 0; t < n; t++) {
    wanted[t] = (int64_t)sw_rng_below(&rng, (uint64_t)(n - t)) < left;
    left -= wanted[t];
  }
}

/* `wanted`, and what the file has no sound values of. The periods that are not wanted are taken
 * from the file first, so that entries which rest on them see them; then the wanted ones are
 * computed over them. Where the measure cannot do with fewer periods all are computed. */
static sw_status compute_some(sw_error *err, sw_run *run, int e, bool *wanted, bool *taken) {
  sw_past *past = run->sampling->past;
  int n = run->job[e].n_periods;
  bool done = false;
  draw(run, &run->job[e], wanted);
  SW_TRY(sw_run_operand_hash(err, run, e));
  SW_TRY(past->periods(past, err, e, run->operand_hash[e], n, taken));
  for (int t = 0; t < n; t++)
    wanted[t] = wanted[t] || !taken[t];
  SW_TRY(sw_run_some(err, run, e, wanted, &done));
  if (!done) return sw_run_compute(err, run, e);
  run->sampling->computed[e] = wanted;
  return SW_OK;
}

/* Four ways out, from the cheapest: no sampling possible or worth it, then whole; a trial that
 * finishes, then whole; a trial cut short, then some. */
sw_status sw_run_sampled(sw_error *err, sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  bool *wanted = NULL;
  if (!run->sampling->past || !sw_run_is_by_period(run, e) || job->n_periods < 2 ||
      count_tiles(job) <= run->sampling->tiles || sw_run_is_read_as_integer(run, e))
    return sw_run_compute(err, run, e);
  run->tries = true;
  sw_status status = sw_run_compute(err, run, e);
  run->tries = false;
  SW_TRY(status);
  if (!run->untried[e]) return SW_OK;
  run->untried[e] = false;
  status =
      sw_arena_alloc(err, run->arena, 2 * (size_t)job->n_periods, sizeof *wanted, (void **)&wanted);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  return compute_some(err, run, e, wanted, wanted + job->n_periods);
}
