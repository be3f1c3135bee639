/* Two squares opposite each other of a directed matrix of which only sums are kept, for a measure
 * whose values of a pair in both orders share work (`fold_both`). Called by task.c for the upper
 * one of them where both are this node's and neither is done; each keeps its slot and its mark, so
 * a resumed run, or one on other nodes, may compute one alone. The sums are those of the square
 * computed alone (task.c): the same lanes, each in the same order.
 *
 * A square on the diagonal goes by steps, segments of its rows: pairs of a step by values, what
 * lies behind it in both orders. The sums over columns before a step are then in the lanes of the
 * order back, by row, and are gone on with.
 *
 * Where the measure counts what reaches a number each square's count is in its slot: there it is
 * the journal's too, and a task that is begun again counts once.
 *
 * Invariant: the worker's lanes are zero before and after each task. */
#include "plan/pairs/private.h"

#include "kernel/pairs/groups.h"
#include "kernel/pairs/lanes.h"
#include "measure/said.h"

#include <math.h>
#include <string.h>

/* Only for squares of which sums alone are kept; a pass may forbid it (no_fold). */
bool sw_pairs_folds_both(const sw_pairs *p) {
  const sw_pass *pass = &p->job->pass[p->job->n_passes - 1];
  return p->geometry.walk == SW_WALK_SQUARES && !p->stores && p->job->measure->fold_both &&
         !pass->no_fold;
}

/* ---- room ------------------------------------------------------------------------------- */

/* Rows of a segment, as in task.c. */
static int64_t height(const sw_pairs *p) {
  return p->geometry.parts > 1 ? p->plan->cut.strip : p->plan->cut.side;
}

/* Doubles of a worker: lanes of the rows of a segment, of rows of the square opposite, and of its
 * columns by segment. */
int64_t sw_pairs_both_room(const sw_pairs *p) {
  int64_t segments = p->geometry.parts * height(p);
  return SW_LANES * (sw_pairs_row_length(p) + height(p) + segments);
}

/* Where the measure adds, for matrix t: the worker's own lanes. */
static sw_fold_both sums_of(const sw_worker *w, int t) {
  const sw_pairs *p = w->pairs;
  double *back_row = w->both, *row = back_row + SW_LANES * w->stride;
  return (sw_fold_both){.row = row,
                        .column = w->lanes,
                        .back_row = back_row,
                        .back_column = row + SW_LANES * height(p),
                        .stride = w->stride,
                        .high = height(p),
                        .greatest = w->greatest[t],
                        .from = p->from};
}

static void clear(double *sum, int64_t n) {
  memset(sum, 0, (size_t)n * sizeof *sum);
}

/* ---- segments --------------------------------------------------------------------------- */

/* Turns lanes of rows into sums, and clears them; false where one is NaN. */
static bool join_rows(double *lanes, int64_t rows, double *share) {
  bool numbers = true;
  sw_groups_join(lanes, rows, share);
  for (int64_t r = 0; r < rows; r++)
    numbers &= !isnan(share[r]);
  return numbers;
}

/* Sums the columns of the square opposite, of segments from `first` on. Its lanes lie by the place
 * in the square, and begin with that of the segment's first row: a shift that all rows of a segment
 * have in common. */
static void join_back(const sw_pairs *p, const sw_fold_both *sums, int64_t rows, int64_t first,
                      int64_t columns, double *share) {
  for (int64_t part = first; part * sums->high < columns; part++) {
    const double *l = sums->back_column + part * sums->high * SW_LANES;
    double *sum = share + part * p->plan->cut.side + sums->row_at;
    int64_t at[SW_LANES];
    for (int64_t k = 0; k < SW_LANES; k++)
      at[k] = (part * sums->high + k) % SW_LANES;
    /* As sw_lanes_join. */
    for (int64_t r = 0; r < rows; r++, l += SW_LANES)
      sum[r] = ((l[at[0]] + l[at[4]]) + (l[at[2]] + l[at[6]])) +
               ((l[at[1]] + l[at[5]]) + (l[at[3]] + l[at[7]]));
  }
}

/* Sums columns [from, columns) of a segment, and clears all lanes. */
static void join_columns(sw_worker *w, int64_t from, int64_t columns, double *share) {
  sw_lanes_join_rows(w->lanes + from, w->stride, columns - from, share + from);
  clear(w->lanes, SW_LANES * w->stride);
}

/* Turns segment `part` into shares; false where the sum of a row is NaN. On the diagonal, where
 * both slots are one, columns begin with those of the segment, and sums of the square back behind
 * it. */
static bool join_segment(sw_worker *w, const sw_fold_both *sums, int64_t rows, int64_t part,
                         int64_t columns, double *slot, double *back_slot) {
  const sw_pairs *p = w->pairs;
  int64_t at = sw_geometry_columns_at(&p->geometry);
  bool diagonal = slot == back_slot;
  if (!join_rows(sums->row, rows, slot + sums->row_at)) return false;
  join_columns(w, diagonal ? sums->row_at : 0, columns, slot + at + part * p->plan->cut.side);
  join_back(p, sums, rows, diagonal ? part + 1 : 0, columns, back_slot + at);
  return true;
}

static bool are_numbers(const double *share, int64_t n) {
  for (int64_t k = 0; k < n; k++)
    if (isnan(share[k])) return false;
  return true;
}

/* Shares of segments that a last, shorter square does not have: nothing. */
static void end_parts(const sw_pairs *p, int64_t rows, double *share) {
  int64_t side = p->plan->cut.side;
  for (int64_t part = 0; part < p->geometry.parts; part++)
    if (part * height(p) >= rows) sw_lanes_begin(share + part * side, side);
}

/* ---- squares ---------------------------------------------------------------------------- */

/* Computes both squares; false where a value is NaN: slots, lanes and the greatest are then spoilt,
 * and the caller computes each square alone. */
bool sw_pairs_both_squares(sw_worker *w, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                           double *slot, double *back_slot) {
  const sw_pairs *p = w->pairs;
  int64_t columns = j1 - j0, at = sw_geometry_columns_at(&p->geometry);
  sw_fold_both sums = sums_of(w, t);
  clear(sums.back_row, SW_LANES * w->stride);
  for (int64_t row = i0, part = 0; row < i1; row += sums.high, part++) {
    int64_t end = row + sums.high < i1 ? row + sums.high : i1;
    sums.row_at = row - i0;
    clear(sums.row, SW_LANES * sums.high * (1 + p->geometry.parts));
    p->job->measure->fold_both(p->job, t, row, end, j0, j1, &sums, w->workspace);
    if (!join_segment(w, &sums, end - row, part, columns, slot, back_slot)) return false;
  }
  sw_lanes_join_rows(sums.back_row, w->stride, columns, back_slot);
  if (!are_numbers(back_slot, columns)) return false;
  end_parts(p, i1 - i0, slot + at);
  end_parts(p, columns, back_slot + at);
  sw_pairs_put_reached(p, slot, sums.reached);
  sw_pairs_put_reached(p, back_slot, sums.back_reached);
  w->greatest[t] = sums.greatest;
  return true;
}

/* Adds the pairs within a step, of rows and columns [i, end), by their values; self is left out.
 * False: a value is NaN. */
static bool add_step(sw_worker *w, int t, int64_t i, int64_t end, sw_fold_both *sums) {
  const double *v = w->all[w->pairs->quantity[0]];
  int64_t place = sums->row_at, count = end - i;
  for (int64_t r = 0, rows; r < count; r += rows) {
    rows = sw_pairs_fill(w, t, i + r, end, i, end);
    for (int64_t k = r; k < r + rows; k++) {
      const double *x = v + (k - r) * w->stride;
      /* Lanes follow places in the square, as in the measure's own loops, so the bits are the
       * same. */
      double *lane = sums->row + k * SW_LANES;
      double *column = sums->column + k % SW_LANES * sums->stride + place;
      for (int64_t c = 0; c < count; c++) {
        if (c == k) continue;
        if (isnan(x[c])) return false;
        lane[(place + c) % SW_LANES] += x[c];
        column[c] += x[c];
        if (x[c] > sums->greatest) sums->greatest = x[c];
        sums->reached += x[c] >= sums->from;
      }
    }
  }
  return true;
}

/* Computes a square on the diagonal, step by step; false as above. */
bool sw_pairs_both_diagonal(sw_worker *w, int t, int64_t i0, int64_t i1, double *slot) {
  const sw_pairs *p = w->pairs;
  int64_t columns = i1 - i0;
  sw_fold_both sums = sums_of(w, t);
  clear(sums.back_row, SW_LANES * w->stride);
  for (int64_t row = i0, part = 0; row < i1; row += sums.high, part++) {
    int64_t end = row + sums.high < i1 ? row + sums.high : i1;
    sums.row_at = row - i0;
    sums.column_at = end - i0;
    clear(sums.row, SW_LANES * sums.high * (1 + p->geometry.parts));
    /* What earlier steps have added to these units as columns begins their lanes as rows. */
    for (int64_t r = 0; r < end - row; r++)
      for (int l = 0; l < SW_LANES; l++)
        sums.row[r * SW_LANES + l] = sums.back_row[l * w->stride + sums.row_at + r];
    if (!add_step(w, t, row, end, &sums)) return false;
    if (end < i1) p->job->measure->fold_both(p->job, t, row, end, end, i1, &sums, w->workspace);
    if (!join_segment(w, &sums, end - row, part, columns, slot, slot)) return false;
  }
  if (!are_numbers(slot, columns)) return false;
  end_parts(p, columns, slot + sw_geometry_columns_at(&p->geometry));
  sw_pairs_put_reached(p, slot, sums.reached + sums.back_reached);
  w->greatest[t] = sums.greatest;
  return true;
}

/* ---- what is counted -------------------------------------------------------------------- */

/* A count goes where the journal keeps it, so that a task begun again counts once. */
void sw_pairs_put_reached(const sw_pairs *p, double *slot, int64_t reached) {
  if (p->geometry.reaches) slot[sw_geometry_reached_at(&p->geometry)] = (double)reached;
}

/* Adds up the counts of matrix t of the window over this node's slots. */
static int64_t reached_of(const sw_pairs *p, int t) {
  const sw_geometry *g = &p->geometry;
  double reached = 0; /* whole numbers, far below 2^53 */
  for (int64_t l = 0; l < p->n_lots; l++)
    for (int64_t nth = 0; p->lot[l].t == t && nth < sw_pairs_tasks_of_lot(p, &p->lot[l]); nth++)
      reached +=
          p->slots[p->lot[l].slot_at + nth * sw_geometry_slot(g) + sw_geometry_reached_at(g)];
  return (int64_t)reached;
}

/* The counts of a window over all nodes. Collective. NaN: the measure does not count. */
sw_status sw_pairs_reached(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  if (isnan(p->from)) return SW_OK;
  for (int t = p->t0; t < p->t1; t++)
    p->reached[t] = team->node_rank == 0 ? reached_of(p, t) : 0;
  return team->sum_i64(team, err, p->reached + p->t0, p->t1 - p->t0);
}

/* Hands the measure what was counted, for its last words. Rank 0. */
static sw_status finish(sw_error *err, sw_pairs *p) {
  sw_job *job = &p->run->job[p->entry];
  const sw_summary *summary = &p->plan->summary;
  sw_reached *counted = NULL;
  SW_NEW(err, job->arena, counted, summary->n_periods);
  for (int t = 0; t < summary->n_periods; t++)
    counted[t] = (sw_reached){summary->pairs[t], p->reached[t]};
  SW_TRY(job->measure->finish(err, job, job->n_passes - 1, counted, NULL));
  if (!job->said->lost) return SW_OK;
  return sw_fail(err, SW_ENOMEM, "%s: out of memory for what it says", job->name);
}

/* After the last window. Collective. */
sw_status sw_pairs_counted(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  if (isnan(p->from)) return SW_OK;
  return sw_team_agree(team, err, team->rank == 0 ? finish(err, p) : SW_OK, 0);
}
