/* Computes a square on the diagonal of an undirected matrix of which only sums are kept, evaluating
 * each pair once. Computed whole, such a square evaluates each of its pairs twice, which matters
 * where a matrix has few squares: with a single one, half of all work would be repeats. Called by
 * task.c.
 *
 * Rows go in steps of STEP. A row is evaluated from the first unit of its step on; what it finds
 * beyond the step stands for the mirrored pairs too, and is added to the lanes of those columns as
 * in a square off the diagonal. When a column's turn as a row comes, its lanes hold its partners
 * before its step, each in the lane (kernel/pairs/lanes.h) and in the order in which a scan of the
 * whole row would have added it, and the scan goes on from there: the bits are those of the square
 * computed whole, which is what the other walks do. Pairs inside a step are evaluated twice, so the
 * cost is STEP/side more than half of the square.
 *
 * Where the measure adds up its values itself (`fold`), what lies beyond the steps is left to it as
 * long as no gap is met, which leaves pairs of a step alone to be evaluated twice.
 *
 * Invariant: the worker's lanes are zero before and after each task; while
 * it runs, lanes of nothing are -0.0 (kernel/pairs/lanes.h). */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

enum { STEP = 64 }; /* a multiple of SW_LANES, so that a column's lane is its index in the row */

/* Adds row i0 + at, whose values from its step on are in v, and returns the sum of the whole row.
 * `at`: its place in the square, which begins with i0; `own`: columns of its step, its own place
 * among them; `beyond`: columns after the step. On return v has -0.0 where it had gaps. */
static double finish_row(sw_worker *w, int t, int64_t i0, double *v, int64_t at, int64_t own,
                         int64_t beyond) {
  int64_t side = sw_pairs_row_length(w->pairs), step = at - at % STEP;
  double sum[SW_LANES], greatest = -INFINITY;
  /* The partners before the step left their values in the lanes of this column. */
  for (int l = 0; l < SW_LANES; l++)
    sum[l] = w->lanes[l * side + at];
  v[at % STEP] = NAN;
  sw_pairs_rings_take(w, at);
  sw_pairs_rings_row(w, t, i0 + at, i0 + step, i0 + step + own, at, -1, v);
  sw_pairs_rings_row(w, t, i0 + at, i0 + step + own, i0 + step + own + beyond, at, step + own,
                     v + own);
  /* The place of the unit itself was made a gap so that it adds nothing; it is not an undefined
   * pair. */
  int64_t gaps = sw_lanes_gaps(v, own, sum, &greatest) - 1;
  /* A value beyond the step stands for (i, j) and (j, i). Lanes go on where they stopped: `own` is
   * a multiple of SW_LANES whenever anything lies beyond. */
  gaps += 2 * sw_lanes_gaps(v + own, beyond, sum, &greatest);
  /* v has its gaps filled by now, so that the columns' sums stay numbers. */
  sw_lanes_add(w->lanes + (at % SW_LANES) * side + (at - at % STEP) + own, v + own, beyond);
  w->undefined[t] += gaps;
  if (greatest > w->greatest[t]) w->greatest[t] = greatest;
  return sw_lanes_join(sum);
}

/* The pairs within a step, of rows [step, end): each row's lanes, with what the steps before have
 * left in those of its column, into w->fold. False when a gap is met. */
static bool begin_step(sw_worker *w, int t, int64_t i0, int64_t step, int64_t end) {
  int64_t side = sw_pairs_row_length(w->pairs), own = end - step;
  double *v = w->all[w->pairs->quantity[0]], greatest = w->greatest[t];
  for (int64_t i = step, rows; i < end; i += rows) {
    rows = sw_pairs_fill(w, t, i, end, step, end);
    for (int64_t r = 0, at = i - i0; r < rows; r++) {
      double *sum = w->fold + (at + r) * SW_LANES, *row = v + r * w->stride;
      for (int l = 0; l < SW_LANES; l++)
        sum[l] = w->lanes[l * side + at + r];
      row[(at + r) % STEP] = NAN;
      sw_pairs_rings_take(w, at + r);
      sw_pairs_rings_row(w, t, i + r, step, end, at + r, -1, row);
      if (sw_lanes_gaps(row, own, sum, &greatest) > 1) return false;
    }
  }
  w->greatest[t] = greatest;
  return true;
}

/* The whole square in this way; false when a gap is met: lanes, counts and the greatest are then
 * spoilt. Lanes begin with 0.0, which is right where every row has a partner without a gap. */
static bool fold_steps(sw_worker *w, int t, int64_t i0, int64_t i1, double *row_share) {
  const sw_job *job = w->pairs->job;
  sw_pairs_rings_begin(w);
  for (int64_t step = i0, end; step < i1; step = end) {
    end = step + STEP < i1 ? step + STEP : i1;
    if (!begin_step(w, t, i0, step, end)) return false;
    sw_fold sums = {w->fold + (step - i0) * SW_LANES,
                    w->lanes + (end - i0),
                    w->stride,
                    w->greatest[t],
                    sw_pairs_rings(w),
                    sw_pairs_rings_at(w, step - i0, end - i0)};
    if (end < i1) job->measure->fold(job, t, step, end, end, i1, &sums, w->workspace);
    w->greatest[t] = sums.greatest;
    for (int64_t at = step - i0; at < end - i0; at++) {
      row_share[at] = sw_lanes_join(w->fold + at * SW_LANES);
      if (isnan(row_share[at])) return false;
    }
    w->evaluated += (double)((end - step) * (i1 - step));
  }
  sw_pairs_rings_end(w, row_share, i1 - i0, 0);
  return true;
}

/* Fills row_share[0 .. i1 - i0) of a triangle's diagonal square. It has no column shares: each row
 * holds both directions already. */
void sw_pairs_diagonal_task(sw_worker *w, int t, int64_t i0, int64_t i1, double *row_share) {
  const sw_pairs *p = w->pairs;
  double *v = w->all[p->quantity[0]];
  int64_t rows = 0, lanes = SW_LANES * sw_pairs_row_length(p);
  double evaluated = w->evaluated, greatest = w->greatest[t];
  if (w->fold && i1 - i0 > 1 && !w->meets_gaps) {
    bool folded = fold_steps(w, t, i0, i1, row_share);
    memset(w->lanes, 0, (size_t)lanes * sizeof *w->lanes);
    if (folded) return;
    w->meets_gaps = true;
    w->evaluated = evaluated;
    w->greatest[t] = greatest;
  }
  sw_lanes_begin(w->lanes, lanes);
  sw_pairs_rings_begin(w);
  for (int64_t step = i0; step < i1; step += STEP) {
    /* The last step may be shorter; nothing lies beyond it then. */
    int64_t end = step + STEP < i1 ? step + STEP : i1;
    for (int64_t i = step; i < end; i += rows) {
      rows = sw_pairs_fill(w, t, i, end, step, i1);
      for (int64_t r = 0, at = i - i0; r < rows; r++)
        row_share[at + r] = finish_row(w, t, i0, v + r * w->stride, at + r, end - step, i1 - end);
    }
    w->evaluated += (double)((end - step) * (i1 - step));
  }
  sw_pairs_rings_end(w, row_share, i1 - i0, 0);
  /* The lanes of this square's columns were used up as rows; the next square begins from zero. */
  memset(w->lanes, 0, (size_t)lanes * sizeof *w->lanes);
}
