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
 * Where the measure adds up its values itself (`fold`), all but squares of SW_LANES rows is left to
 * it as long as no gap is met, and pairs of these alone are evaluated twice.
 *
 * Invariant: the worker's lanes are zero before and after each task; while
 * it runs, lanes of nothing are -0.0 (kernel/pairs/lanes.h). */
#include "plan/pairs/blocks.h"
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

enum { STEP = 64 }; /* a multiple of SW_LANES, so that a column's lane is its index in the row */

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

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

/* The sums by group of row `at` of the square so far: partners before its part have left them in
 * the lanes of its column. */
static void begin_groups(const sw_worker *w, int64_t square, int64_t at) {
  const sw_lane_groups *g = &w->groups;
  const int64_t *of_square = w->pairs->plan->blocks->at + square;
  for (int64_t k = 0; k < of_square[1] - of_square[0]; k++)
    for (int l = 0; l < SW_LANES; l++)
      g->row[(k * g->high + at) * SW_LANES + l] = g->column[(k * SW_LANES + l) * w->stride + at];
}

/* The groups' lanes of rows and columns from here on. */
static sw_lane_groups groups_from(const sw_worker *w, int64_t row, int64_t column) {
  sw_lane_groups g = w->groups;
  g.of_row += row;
  g.of_column += column;
  g.row += row * SW_LANES;
  g.column += column;
  return g;
}

/* Pairs of row `at` and the few columns [first, end), without gaps; all count from the square's
 * first unit, `first` a multiple of SW_LANES. What they are to columns comes with the rows of
 * these. */
static void add_groups(const sw_worker *w, int64_t square, int64_t at, int64_t first, int64_t end,
                       const double *v) {
  const sw_lane_groups *g = &w->groups;
  begin_groups(w, square, at);
  for (int64_t c = first; c < end; c++)
    g->row[(g->of_column[c] * g->high + at) * SW_LANES + c % SW_LANES] += v[c - first];
}

/* The pairs within a part, of rows [first, end): each row's lanes, with what the parts before have
 * left in those of its column, into w->fold, or into those of its groups. False when a gap is met.
 */
static bool begin_part(sw_worker *w, int t, int64_t i0, int64_t first, int64_t end) {
  int64_t side = sw_pairs_row_length(w->pairs), own = end - first;
  double *v = w->all[w->pairs->quantity[0]], greatest = w->greatest[t], ignored[SW_LANES] = {0};
  for (int64_t i = first, rows; i < end; i += rows) {
    rows = sw_pairs_fill(w, t, i, end, first, end);
    for (int64_t r = 0, at = i - i0; r < rows; r++) {
      double *sum = w->fold ? w->fold + (at + r) * SW_LANES : ignored, *row = v + r * w->stride;
      for (int l = 0; w->fold && l < SW_LANES; l++)
        sum[l] = w->lanes[l * side + at + r];
      /* A unit with itself is the one gap that a row may have. */
      row[i + r - first] = NAN;
      sw_pairs_rings_take(w, at + r);
      sw_pairs_rings_row(w, t, i + r, first, end, at + r, -1, row);
      if (sw_lanes_gaps(row, own, sum, &greatest) > 1) return false;
      if (!w->fold) add_groups(w, i0 / w->pairs->plan->cut.side, at + r, first - i0, end - i0, row);
    }
  }
  w->greatest[t] = greatest;
  w->evaluated += (double)(own * own);
  return true;
}

/* Rows [first, end) against columns [end, beyond), added up by the measure. */
static void fold_beyond(sw_worker *w, int t, int64_t i0, int64_t first, int64_t end,
                        int64_t beyond) {
  const sw_job *job = w->pairs->job;
  sw_lane_groups groups;
  sw_fold sums = {.stride = w->stride,
                  .greatest = w->greatest[t],
                  .rings = sw_pairs_rings(w),
                  .ring = sw_pairs_rings_at(w, first - i0, end - i0)};
  if (end == beyond) return;
  if (w->fold) {
    sums.row = w->fold + (first - i0) * SW_LANES;
    sums.column = w->lanes + (end - i0);
  } else {
    groups = groups_from(w, first - i0, end - i0);
    sums.groups = &groups;
  }
  job->measure->fold(job, t, first, end, end, beyond, &sums, w->workspace);
  w->greatest[t] = sums.greatest;
  w->evaluated += (double)((end - first) * (beyond - end));
}

/* Joins the lanes of rows [first, end); false where there was a gap. */
static bool join_rows(const sw_worker *w, int64_t first, int64_t end, double *row_share) {
  for (int64_t at = first; at < end; at++) {
    row_share[at] = sw_lanes_join(w->fold + at * SW_LANES);
    if (isnan(row_share[at])) return false;
  }
  return true;
}

/* The whole square in this way; false when a gap is met: lanes, counts and the greatest are then
 * spoilt. Lanes begin with 0.0, which is right where every row has a partner without a gap. Within
 * a step rows go by parts, as pairs of a part are evaluated twice and on their way through memory:
 * of the whole step these would be a tenth of the time. */
static bool fold_steps(sw_worker *w, int t, int64_t i0, int64_t i1, double *row_share) {
  int64_t square = i0 / w->pairs->plan->cut.side;
  sw_pairs_rings_begin(w);
  sw_pairs_blocks_begin(w, square, square, true, row_share);
  for (int64_t step = i0, end; step < i1; step = end) {
    end = least(step + STEP, i1);
    for (int64_t part = step, last; part < end; part = last) {
      last = least(part + SW_LANES, end);
      if (!begin_part(w, t, i0, part, last)) return false;
      fold_beyond(w, t, i0, part, last, end);
    }
    fold_beyond(w, t, i0, step, end, i1);
    if (w->fold && !join_rows(w, step - i0, end - i0, row_share)) return false;
  }
  sw_pairs_rings_end(w, row_share, i1 - i0, 0);
  return sw_pairs_blocks_end(w, square, square, row_share);
}

/* Fills row_share[0 .. i1 - i0) of a triangle's diagonal square. It has no column shares: each row
 * holds both directions already. */
bool sw_pairs_diagonal_task(sw_worker *w, int t, int64_t i0, int64_t i1, double *row_share) {
  const sw_pairs *p = w->pairs;
  double *v = w->all[p->quantity[0]];
  int64_t rows = 0, lanes = SW_LANES * sw_pairs_row_length(p);
  double evaluated = w->evaluated, greatest = w->greatest[t];
  if (w->folds && i1 - i0 > 1 && !w->meets_gaps) {
    bool folded = fold_steps(w, t, i0, i1, row_share);
    if (w->fold) memset(w->lanes, 0, (size_t)lanes * sizeof *w->lanes);
    if (folded) return true;
    w->meets_gaps = true;
    w->evaluated = evaluated;
    w->greatest[t] = greatest;
  }
  if (p->geometry.blocks) return false;
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
  return true;
}
