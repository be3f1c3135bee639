/* The order of a run. What needs no pair result comes first (sw_run_first): bad values are found
 * there in seconds and not after hours of pairs, and the entries of `above` are counted, without
 * which the results file could not be laid out. Then, with the file there, the pairs and what rests
 * on them (sw_run_rest).
 *
 * Entries run one after the other in study->order, each over all ranks and threads. All functions
 * are collective; between entries all ranks agree whether to go on, so a stop ends every rank at
 * the same place. */
#include "plan/descriptor/descriptor.h"
#include "plan/run/describe.h"
#include "plan/run/private.h"
#include "plan/sums/sums.h"
#include "plan/task/stop.h"
#include "plan/task/tiles.h"

#include "base/clock.h"
#include "base/stop.h"

#include <math.h>
#include <string.h>

/* ---- room for results ------------------------------------------------------------------- */

/* `rows` pointers into one block of rows * length doubles, all NaN: what no tile fills is missing,
 * and is counted as such. The run owns the block. Memory is touched here by the thread that calls,
 * before any pass. */
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

/* Room for everything an entry keeps in memory to the end: its rows, or this rank's share of them,
 * and the strengths of its pairs. On every rank, though only rank 0's GLOBAL and TABLE numbers
 * count: they are small, and the code is the same everywhere. Row arrays were made by bind; columns
 * that point at them see the numbers from here on. What has the numbers of another output shares
 * its rows. sw_sums_same: sums of an undirected matrix are the same in both directions, and are
 * kept once. */
static sw_status alloc_results(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo;
  for (int q = 0; job->measure->output[q].name; q++) {
    sw_result *result = &job->result[q];
    int64_t rows = (int64_t)result->width * sw_result_periods(job, result);
    bool unit = result->output->shape == SW_UNIT;
    int same = sw_sums_same(run, e, q);
    if (result->off || result->output->shape == SW_PAIR) continue;
    if (same >= 0)
      memcpy(result->row, job->result[same].row, (size_t)rows * sizeof *result->row);
    else
      SW_TRY(alloc_rows(err, run, result->row, unit ? rows : 1, unit ? own : rows));
  }
  if (!run->study->entry[e].is_pair) return SW_OK;
  sw_summary *summary = &run->pair[e].summary;
  SW_TRY(alloc_rows(err, run, summary->out_strength, summary->n_periods, own));
  return alloc_rows(err, run, summary->in_strength, summary->n_periods, own);
}

/* ---- undefined values ------------------------------------------------------------------- */

/* isnan and not v != v, as it is no hot loop. */
static int64_t count_nan(const double *values, int64_t count) {
  int64_t nan = 0;
  for (int64_t k = 0; k < count; k++)
    nan += isnan(values[k]) != 0;
  return nan;
}

/* NaN among the results, for the log and the summary: units are counted where they are, period
 * values on rank 0. Tables are settings and weights, of which a NaN says nothing. Collective.
 * Counts are exact whole numbers, so their sum does not depend on ranks. */
static sw_status count_undefined(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo, count = 0;
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_result *result = &job->result[q];
    int64_t rows = (int64_t)result->width * sw_result_periods(job, result);
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

/* Notes are left by every rank or by rank 0 alone (in finish); only rank 0 speaks, and the counter
 * goes on everywhere, so nothing is reported twice. The notes of a failed step are said as well:
 * they may tell why. */
static void say_notes(sw_run *run) {
  struct sw_run_private *own = run->private;
  for (; own->notes_said < own->notes.count; own->notes_said++)
    if (run->team->rank == 0) sw_log(SW_LOG_WARN, "%s", own->notes.text[own->notes_said]);
}

/* A signal may reach only some ranks. Between entries they agree, and end together or go on
 * together; within a pass the tasks do this themselves (plan/task/tiles.c, plan/pairs). Not within
 * an entry's passes: these ask by themselves, task by task. */
static sw_status stop_if_asked(sw_error *err, sw_run *run) {
  return sw_team_agree(run->team, err, sw_stop_asked() ? sw_task_stopped(err) : SW_OK, 0);
}

/* `check` gives up passes that would take long. Whatever takes their results as input would compute
 * with NaN and report nonsense, so it is not tried either. An entry becomes untried by any of its
 * inputs, pairs or weights, however far above: entries run in the order of what they need, so the
 * mark moves down by itself. */
static void pass_on_untried(sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  for (int i = 0; i < entry->n_needs + entry->n_pair_needs; i++)
    if (entry->need[i].entry >= 0 && run->untried[entry->need[i].entry]) run->untried[e] = true;
  for (int i = 0; i < entry->n_weight_needs; i++)
    run->untried[e] |= run->untried[entry->weight_need[i]->entry];
}

/* An entry without pairs. Its passes' operands are released whether it worked or not. The operand
 * hash is made also where there is no earlier file: it tells readers which periods rest on the same
 * data, and a later run. Everything that the entry needs is there: study->order has seen to it.
 * Steps are skipped once one has failed, but the notes are said and the time is counted. */
static sw_status run_plain(sw_error *err, sw_run *run, int e) {
  double began = sw_clock();
  SW_TRY(stop_if_asked(err, run));
  pass_on_untried(run, e);
  sw_run_notes_are_of(run, e);
  sw_status status = sw_run_later(err, run, e);
  if (status == SW_OK) status = sw_run_balance(err, run, e);
  /* Before the passes: what stands in an earlier file beyond these notes is of its passes. */
  if (status == SW_OK) status = sw_run_note_units(err, run, e);
  if (status == SW_OK) status = sw_run_plain_results(err, run, e);
  if (status == SW_OK) sw_run_balance_results(run, e);
  if (status == SW_OK) status = sw_run_check_integers(err, run, e);
  if (status == SW_OK) status = count_undefined(err, run, e);
  if (status == SW_OK && !run->no_pairs && !run->operand_hash[e])
    status = sw_run_operand_hash(err, run, e);
  say_notes(run);
  run->seconds_unit += sw_clock() - began;
  return status;
}

/* Computes every pair once and only counts, by row; the rest of the run computes them again and
 * writes them at their places. Twice the arithmetic, but no pass over n^2 values on disk, and rows
 * whose places are known can be written in any order. What the strongest share begins with is found
 * before, in two to four rounds over all pairs. Without it the places of rows in the file would be
 * known only when all rows before them are done. The counting pass stores nothing and has its own
 * region in the journal, so a long count is continued as well. */
static sw_status count_rows(sw_error *err, sw_run *run, int e) {
  if (run->pair[e].keep.kind == SW_KEEP_SHARE) SW_TRY(sw_pairs_cutoffs(err, run, e));
  SW_TRY(sw_pairs_rows_alloc(err, run, e));
  SW_TRY(sw_pairs_run(err, run, e, (sw_pair_work){.pass = SW_PAIRS_COUNT}));
  return sw_pairs_rows_end(err, run, e);
}

/* Whether the rows of an entry's kept pairs are counted before the file is laid out. `top` and
 * `dense` have rows of a known length, `links` those of the weights. */
static bool is_counted(const sw_run *run, int e) {
  return run->study->entry[e].is_pair && !run->no_pairs &&
         sw_keep_is_counted(run->pair[e].keep.kind);
}

/* The pairs of an entry, or of matrices below one, when its passes have run. `sink` NULL is the
 * first round. Sums by blocks, rings and centres follow the walk that stores, as they use what it
 * leaves. */
static sw_status run_pairs(sw_error *err, sw_run *run, int e, sw_sink *sink) {
  sw_status status = SW_OK;
  sw_run_matrices_take(run, e);
  /* Also in the first round when there is an earlier file: how many of its entries are taken over
   * has to be known for the count. */
  if ((sink || run->past) && !run->operand_hash[e]) status = sw_run_operand_hash(err, run, e);
  if (status == SW_OK && !sink && is_counted(run, e)) status = count_rows(err, run, e);
  if (status == SW_OK && sink && sw_keep_walks(run->pair[e].keep.kind))
    status = sw_pairs_run(err, run, e, (sw_pair_work){.pass = SW_PAIRS_STORE, .sink = sink});
  if (status == SW_OK && sink) status = sw_sums_run(err, run, e, NULL);
  return status;
}

/* What an entry without pairs of its own has besides the matrices below it: it counts as a plain
 * one otherwise. */
static sw_status run_rest_of_plain(sw_error *err, sw_run *run, int e) {
  if (run->study->entry[e].is_pair) return SW_OK;
  SW_TRY(count_undefined(err, run, e));
  if (run->no_pairs || run->operand_hash[e]) return SW_OK;
  return sw_run_operand_hash(err, run, e);
}

/* Whether pairs are computed with an entry. Own pairs, or matrices below. */
static bool computes_pairs(const sw_run *run, int e) {
  return run->study->entry[e].is_pair || sw_run_matrices_next(run, e, e) >= 0;
}

/* Whether sw_run_first ends with an entry that sw_run_rest begins with: then its operands need not
 * be made twice. Not where a pass has waited. The last entry of the first round and the first of
 * the second are the same one: then its operands stay in memory between the rounds. */
static bool comes_next(const sw_run *run, int e) {
  const sw_study *study = run->study;
  int last = -1, next = -1;
  for (int pass = 0; pass < run->job[e].n_passes; pass++)
    if (run->job[e].pass[pass].over_pairs) return false;
  for (int i = 0; i < study->n_entries; i++) {
    int other = study->order[i];
    if (study->entry[other].group) continue;
    if (!run->after_pairs[other]) last = other;
    if (next < 0 && (computes_pairs(run, other) || run->after_pairs[other])) next = other;
  }
  return last == e && next == e && !run->no_pairs;
}

/* An entry with pairs, its own or below it, called twice: by sw_run_first with sink NULL, to find
 * bad values in its passes over units and to count rows; then by sw_run_rest with the sink. Where
 * another entry runs in between the passes over units run both times, as operands (n*T doubles per
 * node) are not kept: they are O(n), the pairs O(n^2), and only one entry's operands exist at a
 * time. Both calls do the same but for the pairs, so the second finds the same bits and, with a
 * journal, the marks of the first. */
static sw_status run_pair(sw_error *err, sw_run *run, int e, sw_sink *sink) {
  double began = sw_clock();
  SW_TRY(stop_if_asked(err, run));
  pass_on_untried(run, e);
  sw_run_notes_are_of(run, e);
  sw_status status = sw_run_later(err, run, e);
  if (status == SW_OK) status = sw_run_balance(err, run, e);
  if (status == SW_OK) status = sw_run_note_units(err, run, e);
  /* Rests on the study alone, as what passes leave to the pairs is in the journal. */
  run->job[e].counts =
      run->study->entry[e].is_pair && !run->sampling && run->pair[e].keep.kind == SW_KEEP_SUMMARY;
  run->before_pairs = !sink && !is_counted(run, e);
  if (status == SW_OK && !(sink && run->private->operands_stay))
    status = sw_run_passes(err, run, e);
  run->before_pairs = false;
  if (status == SW_OK) sw_run_balance_results(run, e);
  if (status == SW_OK) status = sw_run_check_integers(err, run, e);
  if (status == SW_OK) status = run_rest_of_plain(err, run, e);
  run->seconds_unit += sw_clock() - began;
  began = sw_clock();
  if (status == SW_OK && run->study->entry[e].is_pair) status = run_pairs(err, run, e, sink);
  for (int m = e; status == SW_OK && (m = sw_run_matrices_next(run, e, m)) >= 0;)
    status = run_pairs(err, run, m, sink);
  /* Once more: whole rows may have filled some. */
  if (status == SW_OK) sw_run_balance_results(run, e);
  if (status == SW_OK && sink) status = sw_run_check_integers(err, run, e);
  run->private->operands_stay = status == SW_OK && !sink && comes_next(run, e);
  if (!run->private->operands_stay) sw_run_passes_release(run, e);
  say_notes(run);
  run->seconds_pairs += sw_clock() - began;
  return status;
}

/* For `verify`: operands first, as in run_pair, then only the wanted tasks. `own` is the entry
 * whose passes make the operands. `sums`: which sums to recompute; NULL: none. Nothing is marked in
 * the journal and nothing is stored: `sink` compares. */
sw_status sw_run_sample(sw_error *err, sw_run *run, int e, const char *pairs, const char *sums,
                        sw_sink *sink) {
  sw_pair_work work = {.pass = SW_PAIRS_SAMPLE, .sink = sink, .sample = pairs};
  const sw_entry *entry = &run->study->entry[e];
  int own = entry->group ? entry->parent : e;
  sw_run_notes_are_of(run, own);
  sw_status status = sw_run_balance(err, run, own);
  if (status == SW_OK) status = sw_run_passes(err, run, own);
  sw_run_matrices_take(run, e);
  if (status == SW_OK && sw_keep_walks(run->pair[e].keep.kind))
    status = sw_pairs_run(err, run, e, work);
  if (status == SW_OK && sums) status = sw_sums_run(err, run, e, sums);
  if (status == SW_OK) sw_run_balance_results(run, own);
  sw_run_passes_release(run, e);
  return status;
}

/* The journal's table. Regions of pairs come first, SW_PAIR_REGIONS for each entry (the walk that
 * stores, the one that counts rows, what the rounds of `share` have found), then a region for each
 * possible pass (sw_tiles_region), then one for the sums of each entry; asked for the entry behind
 * the last, sw_sums_region says how many there are in all. Regions that nothing uses stay zero: no
 * tasks. Numbers of regions must not depend on what is on or off: the same study has the same
 * regions in every run, or a journal could not be taken up. */
sw_status sw_run_regions(sw_error *err, const sw_run *run, const sw_region **regions, int *count) {
  sw_region *region = NULL;
  *count = sw_sums_region(run, run->study->n_entries);
  SW_NEW(err, run->arena, region, *count);
  for (int e = 0; e < run->study->n_entries; e++) {
    sw_pairs_regions(run, e, region);
    sw_tiles_regions(run, e, region);
    sw_sums_regions(run, e, region);
  }
  *regions = region;
  return SW_OK;
}

/* The allocation of all entries comes first and in one agreement: a run short of memory ends before
 * anything is computed. The rows of `links` follow from the weights alone, so they need no counting
 * pass. study->order is walked once; what needs pairs is left for sw_run_rest. After this the sizes
 * of everything are known, and the results file can be laid out. */
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
    if (run->after_pairs[e] || study->entry[e].group) continue;
    SW_TRY(computes_pairs(run, e) ? run_pair(err, run, e, NULL) : run_plain(err, run, e));
  }
  return SW_OK;
}

/* In study->order again, so that what rests on a pair result runs after it. Plain entries that
 * needed no pairs have run already. `sink` writes as pairs are computed, and is read by entries
 * that take pairs as input. */
sw_status sw_run_rest(sw_error *err, sw_run *run, sw_sink *sink) {
  const sw_study *study = run->study;
  run->private->stored = sink;
  for (int i = 0; i < study->n_entries; i++) {
    int e = study->order[i];
    if (study->entry[e].group) continue;
    if (computes_pairs(run, e))
      SW_TRY(run_pair(err, run, e, sink));
    else if (run->after_pairs[e])
      SW_TRY(run_plain(err, run, e));
  }
  return SW_OK;
}

/* Their inputs that need no pairs have been computed by sw_run_first. For `verify`: `stored` is the
 * file that is verified. */
sw_status sw_run_from_stored(sw_error *err, sw_run *run, sw_sink *stored) {
  const sw_study *study = run->study;
  run->private->stored = stored;
  SW_TRY(sw_run_later_all(err, run));
  for (int i = 0; i < study->n_entries; i++)
    if (run->from_stored[study->order[i]]) SW_TRY(run_plain(err, run, study->order[i]));
  return SW_OK;
}
