/* Computes one task: a square of a matrix, with its values and the shares of its rows and columns
 * in the strengths, or a strip (strip.c), or a diagonal square (diagonal.c), or two squares
 * opposite each other (both.c). Called by each thread of pairs.c for each task that it takes from
 * the queue; touches the worker, the task's own slot and the packet, so no lock is needed.
 *
 * Most rows of most matrices have no gaps. So a square is first computed as if it had none
 * (`smooth`), with one pass over each row; only where a NaN turns up is it computed again with the
 * slower scan. The bits are the same either way: lanes are added in the same order, and a gap adds
 * zero. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* Makes the mirrored half of a triangle's square, then hands the packet on with the task's mark.
 * The transposition copies the stored bits: (j, i) need not be evaluated or rounded again. */
static void send_packet(sw_worker *w, sw_packet *packet, const sw_lot *lot, int64_t nth) {
  sw_pairs *p = w->pairs;
  int64_t rows = packet->piece.i1 - packet->piece.i0, columns = packet->piece.j1 - packet->piece.j0;
  for (int q = 0; packet->mirror && q < p->n_quantities; q++)
    sw_lanes_transpose(packet->data[q], rows, columns, p->element,
                       packet->data[p->n_quantities + q]);
  sw_pairs_end_packet(w, packet, lot, nth);
  sw_packets_put(p->packets, packet);
}

/* ---- a square --------------------------------------------------------------------------- */

typedef struct square {
  int t;
  int64_t i0, i1, j0, j1;
  int64_t row, column;              /* of the cut */
  bool diagonal, mirrored;          /* mirrored: stands for its transpose too */
  double *row_share, *column_share; /* in the slot: sums of rows; of columns, by segment */
} square;

/* A row that may have gaps, or meets the unit's own place: its gaps are found, counted and set to
 * -0.0, and it is added to `lane` (NULL: columns are not summed). Returns its sum. A gap of a
 * mirrored square is two undefined pairs. */
static double scan_row(sw_worker *w, const square *s, double *v, int64_t i, double *lane) {
  double sum = 0.0, greatest = 0.0;
  int64_t columns = s->j1 - s->j0, gaps = 0, own = s->diagonal ? i - s->j0 : -1;
  if (!s->diagonal) sw_lanes_scan(v, columns, &sum, &greatest);
  /* Off the diagonal the quick scan says by its sum whether there are gaps at all. */
  bool fills = s->diagonal || isnan(sum) || w->pairs->geometry.blocks;
  if (fills) gaps = sw_lanes_scan_gaps(v, columns, own, &sum, &greatest);
  if (lane) (fills ? sw_lanes_add : sw_lanes_add_values)(lane, v, columns);
  w->undefined[s->t] += s->mirrored ? 2 * gaps : gaps;
  if (greatest > w->greatest[s->t]) w->greatest[s->t] = greatest;
  return sum;
}

/* What sums of columns begin with: 0 where every pair has a value, else nothing. */
static void clear_lanes(sw_worker *w, bool smooth) {
  int64_t count = SW_LANES * sw_pairs_row_length(w->pairs);
  if (w->pairs->geometry.blocks) return; /* see sw_pairs_blocks_begin */
  if (smooth)
    memset(w->lanes, 0, (size_t)count * sizeof *w->lanes);
  else
    sw_lanes_begin(w->lanes, count);
}

/* After the last row of a segment its lanes are joined into the slot and begin again. In a task
 * begun anew the slot is simply written over. */
static void end_segment(sw_worker *w, const square *s, int64_t part, bool smooth) {
  int64_t side = w->pairs->plan->cut.side, columns = s->j1 - s->j0;
  sw_lanes_join_rows(w->lanes, sw_pairs_row_length(w->pairs), columns,
                     s->column_share + part * side);
  clear_lanes(w, smooth);
}

/* The last square may have fewer segments than the slot has room for: nothing is in these. */
static void end_columns(const sw_pairs *p, const square *s, int64_t part) {
  int64_t side = p->plan->cut.side;
  for (; part < p->geometry.parts; part++)
    sw_lanes_begin(s->column_share + part * side, side);
}

/* A square on the diagonal has each pair's mirror among its rows, and no pair of a unit with
 * itself.
 */
static void see_rings(sw_worker *w, const square *s, int64_t i, double *v) {
  if (!w->ring_block) return;
  if (s->diagonal) v[i - s->j0] = NAN;
  sw_pairs_rings_row(w, s->t, i, s->j0, s->j1, i - s->i0, s->diagonal ? -1 : 0, v);
}

/* Computes the square row by row. With `smooth` each row is summed, added to the lanes and searched
 * for its largest value in one pass; false when a gap is met after all: the lanes are then spoilt,
 * and the square is to be begun again. Values are stored before they are summed, as that puts -0.0
 * into gaps; for the packet NaN stays NaN. */
static bool compute_square(sw_worker *w, const square *s, sw_packet *packet, bool smooth) {
  const sw_pairs *p = w->pairs;
  int64_t columns = s->j1 - s->j0, part = 0, rows = 0, row = 0;
  /* Rows of a segment: strips that nest in the square, so that strips have the same sums. */
  int64_t high = p->geometry.parts > 1 ? p->plan->cut.strip : p->plan->cut.side;
  bool by_group = p->geometry.blocks > 0;
  bool sums_columns = p->geometry.parts && (s->mirrored || p->job->directed) && !by_group;
  double most = w->greatest[s->t], greatest = 0.0;
  int64_t reached = 0;
  sw_pairs_rings_begin(w);
  sw_pairs_blocks_begin(w, s->row, s->column, smooth, s->row_share);
  for (int64_t i = s->i0; i < s->i1; i++, row++) {
    if (row == rows) rows = sw_pairs_fill(w, s->t, i, s->i1, s->j0, s->j1), row = 0;
    double *v = w->all[p->quantity[0]] + row * w->stride;
    if (packet)
      sw_pairs_store_row(p, packet, w, row, i - s->i0, columns, s->diagonal ? i - s->j0 : -1);
    see_rings(w, s, i, v);
    int64_t place = (i - s->i0) % high;
    double *lane = w->lanes + (place % SW_LANES) * w->stride, whole = 0;
    double *share = by_group ? &whole : &s->row_share[i - s->i0];
    if (smooth) {
      if (by_group)
        sw_lanes_scan(v, columns, share, &greatest);
      else
        sw_lanes_row(v, columns, lane, share, &greatest);
      if (isnan(*share)) return false;
      if (greatest > most) most = greatest;
      if (by_group) sw_pairs_blocks_row(w, i - s->i0, columns, -1, 0, v);
    } else {
      int64_t before = w->undefined[s->t];
      *share = scan_row(w, s, v, i, sums_columns ? lane : NULL);
      if (by_group)
        sw_pairs_blocks_row(w, i - s->i0, columns, s->diagonal ? i - s->j0 : -1,
                            w->undefined[s->t] - before, v);
    }
    if (p->geometry.reaches) reached += sw_lanes_reach(v, columns, p->from);
    if (sums_columns && (place == high - 1 || i == s->i1 - 1)) end_segment(w, s, part++, smooth);
  }
  if (sums_columns) end_columns(p, s, part);
  sw_pairs_put_reached(p, s->row_share, reached);
  sw_pairs_rings_end(w, s->row_share, s->i1 - s->i0, s->diagonal ? 0 : columns);
  sw_pairs_blocks_end(w, s->row, s->column, s->row_share);
  /* Only now: a square that is begun again must leave nothing in the counts. */
  if (smooth) w->greatest[s->t] = most;
  return true;
}

/* As `smooth` by a measure that adds up its values itself: a square has one segment of rows, and
 * row r of it lane r mod 8, as there. False when a gap is met: lanes are spoilt, too. */
static bool fold_square(sw_worker *w, const square *s) {
  const sw_job *job = w->pairs->job;
  int64_t rows = s->i1 - s->i0;
  sw_fold sums = {w->fold,
                  w->lanes,
                  w->stride,
                  w->greatest[s->t],
                  sw_pairs_rings(w),
                  sw_pairs_rings_at(w, 0, 0),
                  NULL};
  sw_pairs_rings_begin(w);
  memset(w->fold, 0, (size_t)(SW_LANES * rows) * sizeof *w->fold);
  job->measure->fold(job, s->t, s->i0, s->i1, s->j0, s->j1, &sums, w->workspace);
  for (int64_t r = 0; r < rows; r++) {
    s->row_share[r] = sw_lanes_join(w->fold + r * SW_LANES);
    if (isnan(s->row_share[r])) return false;
  }
  end_segment(w, s, 0, true);
  sw_pairs_rings_end(w, s->row_share, rows, s->j1 - s->j0);
  w->greatest[s->t] = sums.greatest;
  return true;
}

/* The same by group. Where there are rings, too, sums by group are not made here (plan/sums). */
static bool fold_groups(sw_worker *w, const square *s) {
  const sw_job *job = w->pairs->job;
  sw_fold sums = {.stride = w->stride, .greatest = w->greatest[s->t], .groups = &w->groups};
  sw_pairs_blocks_begin(w, s->row, s->column, true, s->row_share);
  job->measure->fold(job, s->t, s->i0, s->i1, s->j0, s->j1, &sums, w->workspace);
  if (!sw_pairs_blocks_end(w, s->row, s->column, s->row_share)) return false;
  w->greatest[s->t] = sums.greatest;
  return true;
}

/* Without an expected gap; false when one is met. */
static bool smooth_square(sw_worker *w, const square *s, sw_packet *packet) {
  if (!w->folds) return compute_square(w, s, packet, true);
  return w->fold ? fold_square(w, s) : fold_groups(w, s);
}

/* Squares without column sums gain nothing from the one pass, and the diagonal has its own place to
 * skip; they are scanned at once. Lanes are zero between tasks, as the quick way wants them. */
static void run_square(sw_worker *w, const square *s, sw_packet *packet) {
  const sw_pairs *p = w->pairs;
  bool sums_columns = p->geometry.parts && (s->mirrored || p->job->directed);
  /* A thread that has met a gap will likely meet more: it stops trying, which changes no bit. */
  bool smooth = sums_columns && !w->meets_gaps;
  if (smooth && s->diagonal && w->both && s->i1 - s->i0 > 1) {
    if (sw_pairs_both_diagonal(w, s->t, s->i0, s->i1, s->row_share)) return;
    clear_lanes(w, true);
    w->meets_gaps = true;
  }
  smooth = smooth && !s->diagonal;
  if (smooth && smooth_square(w, s, packet)) return;
  w->meets_gaps |= smooth;
  if (sums_columns) clear_lanes(w, false);
  compute_square(w, s, packet, false);
  if (sums_columns) clear_lanes(w, true);
}

/* ---- two squares opposite each other ------------------------------------------------------ */

/* The lot of the square opposite the one of lot->row and `column`, whose task there is number
 * lot->row, if both are to be computed here: they then go together. */
static const sw_lot *opposite(const sw_pairs *p, const sw_lot *lot, int64_t column) {
  const sw_lot *other = NULL;
  if (column == lot->row || sw_pairs_lot_node(p, lot->t, column) != p->run->team->node) return NULL;
  other = sw_pairs_find_lot(p, lot->t, column);
  bool done = p->done && (p->done[other->task_at + lot->row] || p->done[lot->task_at + column]);
  return done ? NULL : other;
}

/* By values, one after the other; each has its own counts. */
static void run_squares(sw_worker *w, const square *s, const square *back, const sw_lot *lot,
                        const sw_lot *other) {
  run_square(w, s, NULL);
  sw_pairs_end_task(w, lot, other->row);
  sw_pairs_task_end(w, s->t);
  sw_pairs_task_begin(w, s->t);
  run_square(w, back, NULL);
  sw_pairs_end_task(w, other, lot->row);
}

/* Squares without a gap have nothing undefined, and may both be marked with the greatest of both.
 */
static void both_tasks(sw_worker *w, const square *s, const sw_lot *lot, const sw_lot *other) {
  sw_pairs *p = w->pairs;
  square back = {.t = s->t, .i0 = s->j0, .i1 = s->j1, .j0 = s->i0, .j1 = s->i1};
  back.row_share = p->slots + other->slot_at + lot->row * sw_geometry_slot(&p->geometry);
  back.column_share = back.row_share + sw_geometry_columns_at(&p->geometry);
  sw_pairs_clear_slot(p, other, lot->row);
  bool folded = !w->meets_gaps && sw_pairs_both_squares(w, s->t, s->i0, s->i1, s->j0, s->j1,
                                                        s->row_share, back.row_share);
  if (folded) {
    sw_pairs_end_task(w, lot, other->row);
    sw_pairs_end_task(w, other, lot->row);
    w->tasks++;
  } else {
    w->meets_gaps = true;
    clear_lanes(w, true);
    run_squares(w, s, &back, lot, other);
  }
  w->evaluated += 2 * (double)((s->i1 - s->i0) * (s->j1 - s->j0));
}

/* Computes the task `nth` of a row of squares. In a triangle the row begins on the diagonal, and
 * all squares beyond it are mirrored. If no packet can be had the task ends here, unmarked; the
 * error is in the worker. */
static void square_task(sw_worker *w, const sw_lot *lot, int64_t nth) {
  sw_pairs *p = w->pairs;
  const sw_geometry *g = &p->geometry;
  int64_t column = sw_geometry_column(g, lot->row, nth);
  square s = {.t = lot->t, .row = lot->row, .column = column, .diagonal = column == lot->row};
  s.mirrored = sw_geometry_mirrors(g, lot->row, nth);
  sw_cut_square(&p->plan->cut, lot->row, &s.i0, &s.i1);
  sw_cut_square(&p->plan->cut, column, &s.j0, &s.j1);
  s.row_share = p->slots + lot->slot_at + nth * sw_geometry_slot(g);
  s.column_share = s.row_share + sw_geometry_columns_at(g);
  if (s.diagonal && g->walk == SW_WALK_TRIANGLE && !p->stores &&
      sw_pairs_diagonal_task(w, s.t, s.i0, s.i1, s.row_share)) {
    sw_pairs_end_task(w, lot, nth);
    return;
  }
  const sw_lot *other = w->both ? opposite(p, lot, column) : NULL;
  if (other) {
    both_tasks(w, &s, lot, other);
    return;
  }
  sw_packet *packet = NULL;
  if (p->stores) {
    packet = sw_pairs_begin_rect(w, s.t, s.i0, s.i1, s.j0, s.j1, s.mirrored);
    if (!packet) return;
  }
  run_square(w, &s, packet);
  w->evaluated += (double)((s.i1 - s.i0) * (s.j1 - s.j0));
  if (packet)
    send_packet(w, packet, lot, nth);
  else
    sw_pairs_end_task(w, lot, nth);
}

/* ---- any task --------------------------------------------------------------------------- */

/* The lot of a task: the last one that begins at or before it. Lots are in the order of their
 * tasks, and there is at least one when there is a task; O(log lots). */
static const sw_lot *find_lot(const sw_pairs *p, int64_t task) {
  int64_t low = 0, high = p->n_lots - 1;
  while (low < high) {
    int64_t middle = (low + high + 1) / 2;
    if (p->lot[middle].task_at <= task)
      low = middle;
    else
      high = middle - 1;
  }
  return &p->lot[low];
}

/* Counts of a task stand apart until it ends: one that is left half-way counts nothing. */
void sw_pairs_task_begin(sw_worker *w, int t) {
  w->undefined[t] = 0;
  w->greatest[t] = -INFINITY;
}

void sw_pairs_task_end(sw_worker *w, int t) {
  w->undefined_all[t] += w->undefined[t];
  if (w->greatest[t] > w->greatest_all[t]) w->greatest_all[t] = w->greatest[t];
  w->tasks++;
}

/* `task`: among this node's tasks of the window. */
void sw_pairs_task(sw_worker *w, int64_t task) {
  const sw_lot *lot = find_lot(w->pairs, task);
  int64_t nth = task - lot->task_at;
  /* Below the diagonal: with the one opposite. */
  if (w->both && nth < lot->row && opposite(w->pairs, lot, nth)) return;
  sw_pairs_task_begin(w, lot->t);
  sw_pairs_clear_slot(w->pairs, lot, nth);
  if (w->pairs->geometry.walk == SW_WALK_STRIPS)
    sw_pairs_strip_task(w, lot);
  else
    square_task(w, lot, nth);
  sw_pairs_task_end(w, lot->t);
}
