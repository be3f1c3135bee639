/* Results of entries without pairs, taken from an earlier results file (`--reuse`) instead of being
 * computed: bootstraps, permutations and models are not drawn again because another column was
 * revised, or because the study has one more entry.
 *
 * By period where what an entry has of a period rests on that period alone: the periods whose
 * operand hash the earlier file has are taken, and the entry is computed with the others only
 * (some.c). Else all of an entry or nothing: what its passes leave for each other is not in the
 * file, so one period that has changed has them run over all. The lines that an entry says of
 * itself (sw_job_say), and what its passes warn of, are of all its periods together, and so is such
 * an entry.
 *
 * Pairs are taken matrix by matrix (plan/pairs/past.c).
 *
 * Collective throughout. Nothing of the earlier file is trusted without its hash: `values` and
 * `periods` (store/results/past) check what they give by its checksums. */
#include "measure/said.h"
#include "plan/run/describe.h"
#include "plan/run/private.h"

/* Missing and -1 are one in the file where numbers are whole. A new file is the same for that;
 * whoever computes with them could take one for the other: a lagging system of -1 for none. */
bool sw_run_is_read_as_integer(const sw_run *run, int e) {
  for (int other = 0; other < run->study->n_entries; other++) {
    const sw_entry *entry = &run->study->entry[other];
    for (int i = 0; i < entry->n_needs; i++) {
      if (entry->need[i].entry != e) continue;
      const sw_result *result = sw_job_result(&run->job[e], entry->need[i].quantity);
      if (result && result->output->number == SW_INT32) return true;
    }
  }
  return false;
}

/* All passes, over all periods. Operands are released whether they worked or not. The journal's
 * marks are used as in any run. */
sw_status sw_run_compute(sw_error *err, sw_run *run, int e) {
  sw_status status = sw_run_passes(err, run, e);
  sw_run_passes_release(run, e);
  return status;
}

/* taken[t] becomes wanted[t], the opposite; how many are taken. The same on every rank. In
 * place. */
static int invert(bool *taken, int n) {
  int count = 0;
  for (int t = 0; t < n; t++) {
    count += taken[t];
    taken[t] = !taken[t];
  }
  return count;
}

/* Where some periods are taken and the others cannot be computed alone, all are computed: what was
 * taken is overwritten with the same bits. So they are where those that were computed say
 * something: it would be said of them alone. `again` is a maximum over ranks, as rank 0 alone knows
 * what was said; all ranks must go the same way. Counts of what was taken are for the summary. */
static sw_status take_periods(sw_error *err, sw_run *run, int e, bool *part) {
  int n = run->job[e].n_periods;
  int notes = run->private->notes.count;
  bool done = false;
  SW_TRY(run->past->periods(run->past, err, e, run->operand_hash[e], n, part));
  int taken = invert(part, n);
  if (taken == n) {
    run->results_taken++;
    return SW_OK;
  }
  if (taken > 0) SW_TRY(sw_run_some(err, run, e, part, &done));
  double again = !done || run->job[e].said->part; /* rank 0 knows what was said */
  SW_TRY(run->team->max_f64(run->team, err, &again, 1));
  if (again != 0) {
    run->private->notes.count = notes; /* of the part alone */
    return sw_run_compute(err, run, e);
  }
  run->parts_taken++;
  run->periods_taken += taken;
  run->periods_of += n;
  return SW_OK;
}

/* The order of the questions: sampling; no earlier file; what may not be taken; by period; as a
 * whole. The operand hash must be there before anything is asked of the past. */
sw_status sw_run_plain_results(sw_error *err, sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  bool taken = false, says = false, *part = NULL;
  if (run->sampling) return sw_run_sampled(err, run, e);
  if (!run->past || run->no_pairs || sw_run_is_read_as_integer(run, e))
    return sw_run_compute(err, run, e);
  sw_status status =
      sw_arena_alloc(err, run->arena, (size_t)job->n_periods, sizeof *part, (void **)&part);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  SW_TRY(sw_run_operand_hash(err, run, e));
  bool by_period = sw_run_is_by_period(run, e);
  if (by_period) SW_TRY(run->past->says(run->past, err, e, &says));
  if (by_period && !says) return take_periods(err, run, e, part);
  SW_TRY(run->past->values(run->past, err, e, run->operand_hash[e],
                           job->whole_series ? 1 : job->n_periods, &taken));
  run->results_taken += taken;
  return taken ? SW_OK : sw_run_compute(err, run, e);
}
