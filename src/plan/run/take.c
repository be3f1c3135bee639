/* Results of entries without pairs, taken from an earlier results file (`--reuse`) instead of being
 * computed. All of an entry or nothing: a pass sees all periods of its job, and what passes leave
 * for each other is not in the file, so one period that has changed has them run anyway.
 * Bootstraps, permutations and models are then not drawn again because another column was revised,
 * or because the study has one more entry.
 *
 * Pairs are taken matrix by matrix (plan/pairs/past.c). */
#include "plan/run/describe.h"
#include "plan/run/private.h"

/* Missing and -1 are one in the file where numbers are whole. For the new file that is the same; an
 * entry that computes with them would see the difference. */
static bool is_read_as_integer(const sw_run *run, int e) {
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

sw_status sw_run_take(sw_error *err, sw_run *run, int e, bool *taken) {
  sw_past *past = run->past;
  const sw_job *job = &run->job[e];
  *taken = false;
  if (!past || run->no_pairs || is_read_as_integer(run, e)) return SW_OK;
  SW_TRY(sw_run_operand_hash(err, run, e));
  SW_TRY(past->values(past, err, e, run->operand_hash[e], job->whole_series ? 1 : job->n_periods,
                      taken));
  run->results_taken += *taken;
  return SW_OK;
}
