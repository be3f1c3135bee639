/* What follows from the strengths: totals, means, extremes, and where the rows of kept partners
 * begin. Called after the pair pass of a job, on all ranks, as everything here is collective.
 *
 * Sums over units run in blocks of SW_BLOCK, joined in order on rank 0. Ranks own whole blocks, in
 * order, so the bits of a total do not depend on how many ranks there are; nor on how matrices were
 * walked, as strengths do not. */
#include "plan/pairs/private.h"

#include "base/log.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- totals ----------------------------------------------------------------------------- */

/* The sums of this rank's blocks of units that have a strength, each from left to right. */
static void sum_blocks(const sw_pairs *p, int t, double *block) {
  int64_t own = p->run->panel->hi - p->run->panel->lo;
  const double *strength = p->plan->summary.out_strength[t];
  for (int64_t b = 0; b * SW_BLOCK < own; b++) {
    block[b] = 0.0;
    for (int64_t k = b * SW_BLOCK; k < (b + 1) * SW_BLOCK && k < own; k++)
      if (!isnan(strength[k])) block[b] += strength[k];
  }
}

/* The total of one matrix, to every rank. `block` and `counts` are room that the caller has made,
 * so that nothing here can fail on one rank alone before the collectives; on rank 0 the sum runs
 * over blocks in the order of ranks. */
static sw_status total_of(sw_error *err, sw_pairs *p, int t, double *block, size_t *counts) {
  sw_team *team = p->run->team;
  int64_t own = p->run->panel->hi - p->run->panel->lo, blocks = (own + SW_BLOCK - 1) / SW_BLOCK;
  double *all = NULL, total = 0.0;
  size_t bytes = 0;
  sum_blocks(p, t, block);
  SW_TRY(team->gather(team, err, block, (size_t)blocks * sizeof *block, 0, (void **)&all, counts));
  if (team->rank == 0) {
    /* Some ranks may have no units, and no blocks. */
    for (int r = 0; r < team->size; r++)
      bytes += counts[r];
    for (size_t b = 0; b < bytes / sizeof *all; b++)
      total += all[b];
  }
  sw_free(all);
  SW_TRY(team->broadcast(team, err, &total, sizeof total, 0));
  p->plan->summary.total[t] = total;
  return SW_OK;
}

/* Notes values that float32 cannot keep: values are rounded to it unless the study says otherwise,
 * and the largest one tells whether that leaves infinities or nothing. */
static void note_range(const sw_pairs *p) {
  const sw_summary *summary = &p->plan->summary;
  double most = 0;
  if (sw_study_is_wide(p->run->study, p->entry) || p->plan->keep.kind == SW_KEEP_SUMMARY) return;
  for (int t = 0; t < summary->n_periods; t++)
    if (summary->max[t] > most) most = summary->max[t];
  if (most > FLT_MAX || (most > 0 && most < FLT_MIN))
    sw_note(p->job->notes,
            "%s: %s: the largest value, %.4g, is out of the range of float32 (%.2g to %.2g); write "
            "precision: float64",
            p->job->where, p->job->name, most, (double)FLT_MIN, (double)FLT_MAX);
}

/* A sum that no double can hold is no number. Every rank has the totals, which say so, as strengths
 * are sums of them; a strength alone may be too large where values of both signs cancel. */
static void drop_infinite(sw_pairs *p, int t) {
  sw_summary *summary = &p->plan->summary;
  int64_t own = p->run->panel->hi - p->run->panel->lo;
  for (int64_t i = 0; i < own; i++) {
    if (isinf(summary->out_strength[t][i])) summary->out_strength[t][i] = NAN;
    if (isinf(summary->in_strength[t][i])) summary->in_strength[t][i] = NAN;
  }
  if (isfinite(summary->total[t]) || summary->pairs[t] == 0) return;
  summary->total[t] = NAN;
  sw_note(
      p->job->notes,
      "%s: %s: sums of its pairs are larger than doubles can be, and missing; give its inputs in "
      "a larger unit",
      p->job->where, p->job->name);
}

/* Without the diagonal; for measures of links the number of links. */
int64_t sw_pairs_ordered(const sw_pairs *p, int t) {
  if (p->job->links_only) return sw_pair_links(p->plan, t)->row_start[p->job->n];
  return p->job->n * (p->job->n - 1);
}

/* p->undefined and p->greatest become those of all ranks, and with the strengths fill the summary
 * on every rank. A matrix without any value has no total, mean and maximum. */
sw_status sw_pairs_totals(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  sw_summary *summary = &p->plan->summary;
  int64_t own = p->run->panel->hi - p->run->panel->lo;
  SW_TRY(team->sum_i64(team, err, p->undefined, summary->n_periods));
  SW_TRY(team->max_f64(team, err, p->greatest, summary->n_periods));
  double *block = NULL;
  size_t *counts = NULL;
  sw_status status = sw_alloc(err, (size_t)(own / SW_BLOCK + 1), sizeof *block, (void **)&block);
  if (status == SW_OK) status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  status = sw_team_agree(team, err, status, 0);
  for (int t = 0; status == SW_OK && t < summary->n_periods; t++) {
    status = total_of(err, p, t, block, counts);
    summary->undefined[t] = p->undefined[t];
    summary->pairs[t] = sw_pairs_ordered(p, t) - p->undefined[t];
    drop_infinite(p, t);
    bool any = summary->pairs[t] > 0;
    if (!any) summary->total[t] = NAN;
    summary->mean[t] = any ? summary->total[t] / (double)summary->pairs[t] : NAN;
    summary->max[t] = any ? p->greatest[t] : NAN;
  }
  if (status == SW_OK) note_range(p);
  sw_free(block);
  sw_free(counts);
  return status;
}

/* ---- where rows begin ------------------------------------------------------------------- */

/* Node-shared, zeroed, one for the end: counts come in at row + 1. Frees what an earlier call has
 * made. */
sw_status sw_pairs_rows_alloc(sw_error *err, sw_run *run, int entry) {
  sw_pair_plan *plan = &run->pair[entry];
  if (plan->row_start) run->team->node_free(run->team, plan->row_start);
  size_t rows = (size_t)plan->summary.n_periods * (size_t)run->job[entry].n + 1;
  return run->team->node_alloc(run->team, err, rows * sizeof *plan->row_start,
                               (void **)&plan->row_start);
}

/* Adds up the counts of all nodes: a row was counted on one node, elsewhere it is 0. Only the first
 * rank of a node brings its counts, as its ranks share one copy, and writes the sums back. In
 * portions of 2^20, as the collective counts with int; every rank goes through all of them. */
static sw_status join_counts(sw_error *err, sw_run *run, int64_t *count, int64_t n) {
  sw_team *team = run->team;
  int64_t *sum = NULL;
  sw_status status = sw_calloc(err, (size_t)n, sizeof *sum, (void **)&sum);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK && team->node_rank == 0) memcpy(sum, count, (size_t)n * sizeof *sum);
  for (int64_t at = 0; status == SW_OK && at < n; at += 1 << 20)
    status = team->sum_i64(team, err, sum + at, (int)(n - at < 1 << 20 ? n - at : 1 << 20));
  if (status == SW_OK && team->node_rank == 0) memcpy(count, sum, (size_t)n * sizeof *sum);
  sw_free(sum);
  return status;
}

/* Counts become positions: row_start[t * n + i] is where row i of matrix t begins among the
 * entries of all matrices. The counting pass has ended with a barrier, so the node's counts are
 * all there. */
sw_status sw_pairs_rows_end(sw_error *err, sw_run *run, int entry) {
  sw_team *team = run->team;
  sw_pair_plan *plan = &run->pair[entry];
  int64_t n = run->job[entry].n, matrices = plan->summary.n_periods;
  for (int64_t t = 0; team->nodes > 1 && t < matrices; t++)
    SW_TRY(join_counts(err, run, plan->row_start + t * n + 1, n));
  for (int t = 0; plan->cutoff && team->node_rank == 0 && t < matrices; t++)
    sw_pairs_share_rows(plan, t, n);
  if (team->node_rank == 0)
    for (int64_t k = 0; k < matrices * n; k++)
      plan->row_start[k + 1] += plan->row_start[k];
  /* Only now may the other ranks of the node read. */
  SW_TRY(team->node_barrier(team, err));
  plan->n_entries = plan->row_start[matrices * n];
  return SW_OK;
}

/* Positions for `keep: links`: the rows are those of the weights, or of the flow, known without
 * computing anything. The last row of a matrix and the first of the next write the same number. */
sw_status sw_pairs_link_rows(sw_error *err, sw_run *run, int entry) {
  const sw_job *job = &run->job[entry];
  sw_pair_plan *plan = &run->pair[entry];
  SW_TRY(sw_pairs_rows_alloc(err, run, entry));
  plan->n_entries = 0;
  for (int t = 0; t < plan->summary.n_periods; t++) {
    const int64_t *row_start = sw_pair_links(plan, t)->row_start;
    for (int64_t i = 0; run->team->node_rank == 0 && i <= job->n; i++)
      plan->row_start[t * job->n + i] = plan->n_entries + row_start[i];
    plan->n_entries += row_start[job->n];
  }
  return run->team->node_barrier(run->team, err);
}
