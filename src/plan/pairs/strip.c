/* Computes a strip of whole rows, for everything that must see a row: kept partners, measures of
 * whole rows, directed summaries, links. Called by task.c, once per task; one thread computes the
 * strip, and so owns its rows' picks, counts and slot.
 *
 * Its sums are those of task.c, over the same segments in the same order, so that strengths are the
 * same bits whichever way a matrix is walked: a study may change `keep` and no strength changes. A
 * row is summed in eight lanes over each square's columns; what comes before the own square of an
 * undirected matrix is added in a tree, the rest from left to right. Columns of a directed matrix
 * are summed in eight lanes over the rows of a segment, and segments within the strip from top to
 * bottom. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* Adds the share of a square before the own one to a binary counter: row_a has a level for each bit
 * of the number of squares, and a carry joins two halves. It is the tree of plan/pairs/ladder.h for
 * one number: the other walk adds these shares as columns, block by block on several nodes. */
static void add_before(sw_worker *w, int64_t row, int64_t square, double sum) {
  double *level = w->row_a + row;
  for (; square & 1; square >>= 1, level += w->level_stride)
    sum += *level;
  *level = sum;
}

/* The root of that tree over `squares` leaves: blocks that are left, from the last (smallest) to
 * the first, as a ladder raises and joins them. */
static double sum_before(const sw_worker *w, int64_t row, int64_t squares) {
  const double *level = w->row_a + row;
  double sum = sw_lanes_nothing;
  for (; squares; squares >>= 1, level += w->level_stride)
    if (squares & 1) sum += *level;
  return sum;
}

/* The sum of a row that has been taken in. `before`: squares before the row's own one, which is
 * also the number of leaves in its tree. */
static double row_sum(const sw_worker *w, const sw_strip *s, int64_t row) {
  int64_t before = (s->r0 + row) / w->pairs->plan->cut.side;
  return (w->pairs->job->directed ? w->row_a[row] : sum_before(w, row, before)) + w->row_b[row];
}

/* Adds the sum of row i over a square's columns. Segments of one sum must come in the order of
 * columns; undirected rows keep two sums apart, so that a walk may begin with the own square. */
static void add_square(sw_worker *w, const sw_strip *s, int64_t i, int64_t square, double sum) {
  const sw_pairs *p = w->pairs;
  if (p->job->directed || square >= i / p->plan->cut.side)
    (p->job->directed ? w->row_a : w->row_b)[i - s->r0] += sum;
  else
    add_before(w, i - s->r0, square, sum);
}

/* Where row i has its own place among columns [j0, j1), or -1. */
static int64_t own_place(int64_t i, int64_t j0, int64_t j1) {
  return i >= j0 && i < j1 ? i - j0 : -1;
}

/* Takes in one segment of row i that has been summed, and added to its columns where these are
 * summed: partners, which need gaps to be NaN, then sums again where there are gaps. A counting
 * pass has no sums at all. On return v may have other gaps. */
static void see_summed(sw_worker *w, const sw_strip *s, int64_t i, int64_t j0, int64_t j1,
                       double *v, double sum, double greatest) {
  const sw_pairs *p = w->pairs;
  sw_pairs_picks_see(w, s->t, s->b0, i, j0, j1, v, greatest);
  if (p->counts) return;
  /* A NaN shows in the sum; only a row with gaps is scanned again. */
  if (isnan(sum))
    w->undefined[s->t] += sw_lanes_scan_gaps(v, j1 - j0, own_place(i, j0, j1), &sum, &greatest);
  if (greatest > w->greatest[s->t]) w->greatest[s->t] = greatest;
  add_square(w, s, i, j0 / p->plan->cut.side, sum);
}

/* Takes in one segment of row i: its sum, greatest value and columns in one pass, then the rest.
 * `lane`: the columns' sums, NULL where there are none. */
static void see_segment(sw_worker *w, const sw_strip *s, int64_t i, int64_t j0, int64_t j1,
                        double *v, double *lane) {
  double sum = 0.0, greatest = 0.0;
  int64_t own = own_place(i, j0, j1);
  if (own >= 0) v[own] = NAN;
  if (lane)
    sw_lanes_take(v, j1 - j0, lane, &sum, &greatest);
  else
    sw_lanes_scan(v, j1 - j0, &sum, &greatest);
  see_summed(w, s, i, j0, j1, v, sum, greatest);
}

/* Rows that are looked at together, so that they stay in the first cache from one look to the next.
 */
enum { ROWS_AT_ONCE = 8 };

/* The same of rows from i on, which stand in v and go into the lanes from `place` on. */
static void see_segments(sw_worker *w, const sw_strip *s, int64_t i, int64_t rows, int64_t j0,
                         int64_t j1, double *v, int64_t place, double *lanes) {
  double sum[ROWS_AT_ONCE], greatest[ROWS_AT_ONCE];
  const sw_lane_rows of = {v, w->stride, rows, j1 - j0};
  for (int64_t r = 0, own; r < rows; r++)
    if ((own = own_place(i + r, j0, j1)) >= 0) v[r * w->stride + own] = NAN;
  if (lanes)
    sw_lanes_take_rows(&of, place, lanes, w->stride, sum, greatest);
  else
    sw_lanes_scan_rows(&of, sum, greatest);
  for (int64_t r = 0; r < rows; r++)
    see_summed(w, s, i + r, j0, j1, v + r * w->stride, sum[r], greatest[r]);
}

/* A segment of rows is complete for columns [j0, j1): joins their lanes, adds them to the strip's
 * column sums and clears them. Segments of a strip come from top to bottom, as fold.c adds the
 * squares of a group. */
static void add_column_sums(sw_worker *w, const sw_strip *s, double *lanes, int64_t j0,
                            int64_t j1) {
  int64_t stride = sw_pairs_row_length(w->pairs), count = j1 - j0;
  /* Lane 0 takes the joined sums; it is cleared with the others. */
  sw_lanes_join_rows(lanes, stride, count, lanes);
  sw_lanes_add(s->column_sum + j0, lanes, count);
  for (int lane = 0; lane < SW_LANES; lane++)
    sw_lanes_begin(lanes + lane * stride, count);
}

/* ---- measures of segments: columns outside, so that their operands stay in cache ---------- */

/* The square to begin with. For strongest partners it is the own one, where the strip lies in one
 * square: codes go by regions, and strong partners found early make the rest quick to skip. It must
 * be undirected: such a row is summed apart before its own square and from it on, so that the
 * additions of each part keep their order. Links and directed sums need columns from the first. */
static int64_t first_square(const sw_pairs *p, const sw_strip *s) {
  const sw_cut *cut = &p->plan->cut;
  bool free = !p->job->directed && p->plan->keep.kind == SW_KEEP_TOP && cut->strip < cut->side;
  return free ? s->b0 / cut->side : 0;
}

/* Takes in rows from i on of the columns under way, and adds them to their lanes where columns are
 * summed. Returns their number: of `rows`, a few of one segment. */
static int64_t take_segments(sw_worker *w, const sw_strip *s, int64_t i, int64_t rows, int64_t j0,
                             int64_t j1, double *v, double *lanes) {
  /* A row's lane is its index within the segment, as in a square. */
  int64_t place = (i - s->r0) % s->high;
  if (rows > s->high - place) rows = s->high - place;
  if (rows > ROWS_AT_ONCE) rows = ROWS_AT_ONCE;
  see_segments(w, s, i, rows, j0, j1, v, place, s->column_sum ? lanes : NULL);
  bool ends = place + rows == s->high || i + rows == s->r1;
  if (s->column_sum && ends) add_column_sums(w, s, lanes, j0, j1);
  return rows;
}

/* Columns outside, rows inside: the operands of a square's columns stay in cache for all rows of
 * the batch. Lanes are as long as a square and serve one after the other, but where batches
 * interrupt a segment (`above`): then each column has lanes of its own. */
static void strip_by_segments(sw_worker *w, const sw_strip *s) {
  const sw_pairs *p = w->pairs;
  int64_t squares = p->plan->cut.squares, j0 = 0, j1 = 0;
  int64_t first = first_square(p, s);
  for (int64_t nth = 0; nth < squares; nth++) {
    sw_cut_square(&p->plan->cut, (first + nth) % squares, &j0, &j1);
    double *lanes = w->lanes + (sw_pairs_keeps_lanes(p) ? j0 : 0);
    for (int64_t i = s->b0, rows; i < s->b1; i += rows) {
      rows = sw_pairs_fill(w, s->t, i, s->b1, j0, j1);
      for (int64_t r = 0; r < rows;)
        r += take_segments(w, s, i + r, rows - r, j0, j1, w->all[p->quantity[0]] + r * w->stride,
                           lanes);
    }
  }
  if (!s->packet) return;
  for (int64_t i = s->b0; i < s->b1; i++)
    sw_pairs_picks_end_row(w, s->packet, s->t, s->b0, i);
}

/* ---- measures of whole rows ------------------------------------------------------------- */

/* Takes the row in square by square, in the segments that other walks have. Dense rows are stored
 * before, as that fills their gaps. The row is whole, so its sum is final; columns are
 * added row after row, as there is no walk by squares that would have to agree. */
void sw_pairs_strip_row(sw_worker *w, const sw_strip *s, int64_t i) {
  const sw_pairs *p = w->pairs;
  int64_t n = p->job->n, row = i - s->r0, j0 = 0, j1 = 0;
  double *v = w->all[p->quantity[0]];
  bool rect = s->packet && s->packet->piece.kind == SW_PIECE_RECT;
  if (rect) sw_pairs_store_row(p, s->packet, w, 0, i - s->b0, n, i);
  w->row_a[row] = w->row_b[row] = sw_lanes_nothing;
  for (int64_t square = 0; square < p->plan->cut.squares; square++) {
    sw_cut_square(&p->plan->cut, square, &j0, &j1);
    see_segment(w, s, i, j0, j1, v + j0, s->column_sum ? s->column_sum + j0 : NULL);
  }
  if (!p->counts) s->row_sum[row] = row_sum(w, s, row);
  if (s->packet && !rect) sw_pairs_picks_end_row(w, s->packet, s->t, s->b0, i);
}

/* Ends row i out of sums by square that are there already, in the order of a row that is summed
 * here. */
void sw_pairs_strip_sums(sw_worker *w, const sw_strip *s, int64_t i, const double *sum,
                         int64_t stride) {
  int64_t row = i - s->r0;
  w->row_a[row] = w->row_b[row] = sw_lanes_nothing;
  for (int64_t square = 0; square < w->pairs->plan->cut.squares; square++)
    add_square(w, s, i, square, sum[square * stride]);
  s->row_sum[row] = row_sum(w, s, row);
}

/* Where the measure puts the numbers of row i's unit: into the slot, which a counting pass does not
 * have. What it does not fill is missing. */
static void place_numbers(sw_worker *w, const sw_strip *s, int64_t i) {
  const sw_pairs *p = w->pairs;
  double *at =
      s->row_sum + sw_geometry_numbers_at(&p->geometry) + (i - s->r0) * p->geometry.numbers;
  double **out = w->all + p->n_pair_outputs;
  for (int64_t k = 0; k < p->geometry.numbers; k++)
    at[k] = NAN;
  for (int q = 0; p->geometry.numbers && p->job->measure->output[q].name; q++) {
    if (!p->job->measure->output[q].by_row) continue;
    *out++ = p->job->result[q].off ? NULL : at;
    if (!p->job->result[q].off) at += p->job->result[q].width;
  }
}

/* Tells of rows [i, b1), as many as the measure is told of at a time. */
static void tell_ahead(sw_worker *w, const sw_strip *s, int64_t i) {
  const sw_job *job = w->pairs->job;
  int32_t unit[SW_ROWS_AHEAD];
  int count = 0;
  for (; count < SW_ROWS_AHEAD && i + count < s->b1; count++)
    unit[count] = (int32_t)(i + count);
  job->measure->rows_ahead(job, s->t, count, unit, w->workspace);
}

/* Rows of a batch that come whole. */
static void strip_by_rows(sw_worker *w, const sw_strip *s) {
  const sw_pairs *p = w->pairs;
  for (int64_t i = s->b0; i < s->b1; i++) {
    if (p->job->measure->rows_ahead && (i - s->b0) % SW_ROWS_AHEAD == 0) tell_ahead(w, s, i);
    place_numbers(w, s, i);
    p->job->measure->whole_row(p->job, s->t, i, w->all, w->workspace);
    sw_pairs_strip_row(w, s, i);
  }
}

/* ---- measures of links: nothing else has a value ------------------------------------------- */

/* Evaluates the links of each row and nothing else; the cost is the number of links, not n^2. Row
 * sums run over a row's links in code order, column sums over rows in order, both without lanes.
 * links_only is directed, and kept as links or summary (bind.c), so a counting pass never comes
 * here and column_sum is there. */
static void strip_by_links(sw_worker *w, const sw_strip *s) {
  const sw_pairs *p = w->pairs;
  const sw_links *links = sw_pair_links(p->plan, s->t);
  const double *v = w->all[p->quantity[0]];
  for (int64_t i = s->b0; i < s->b1; i++) {
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
      int32_t j = links->to[k];
      sw_pairs_fill_pair(w, s->t, i, j, w->all);
      if (s->packet) w->pick[w->pick_end[i - s->b0]++] = sw_pairs_pick(p, v[0], j);
      if (isnan(v[0])) {
        w->undefined[s->t]++;
        continue;
      }
      /* + 0.0: a value of -0.0 must not look like nothing (kernel/pairs/lanes.h). */
      w->row_a[i - s->r0] += v[0] + 0.0;
      s->column_sum[j] += v[0] + 0.0;
      if (v[0] > w->greatest[s->t]) w->greatest[s->t] = v[0];
    }
    if (s->packet) sw_pairs_picks_end_row(w, s->packet, s->t, s->b0, i);
  }
  w->evaluated += (double)(links->row_start[s->b1] - links->row_start[s->b0]);
}

/* ---- its life --------------------------------------------------------------------------- */

/* A packet for the batch; NULL when memory has run out, which the worker's error then says. */
static sw_packet *begin_packet(sw_worker *w, const sw_strip *s) {
  sw_pairs *p = w->pairs;
  if (p->plan->keep.kind == SW_KEEP_DENSE)
    return sw_pairs_begin_rect(w, s->t, s->b0, s->b1, 0, p->job->n, false);
  sw_packet *packet = sw_packets_take(p->packets, w->is_writer);
  if (sw_pairs_picks_packet(&w->error, w, packet, s->t, s->b0, s->b1) == SW_OK) return packet;
  sw_packets_return(p->packets, packet);
  return NULL;
}

/* The packet stays with the strip, as the last one carries its mark. */
bool sw_pairs_batch_begin(sw_worker *w, sw_strip *s) {
  sw_pairs *p = w->pairs;
  s->packet = NULL;
  if (sw_pairs_picks_begin(&w->error, w, s->t, s->b0, s->b1) != SW_OK) return false;
  if (p->stores) s->packet = begin_packet(w, s);
  return !p->stores || s->packet;
}

/* The strip is whole: writes its row sums into the slot, then sends the last packet with the mark,
 * or marks the task at once. The slot must be final by then, as the mark copies it. */
static void end_strip(sw_worker *w, const sw_strip *s, const sw_lot *lot) {
  const sw_pairs *p = w->pairs;
  bool sums = !p->counts && !sw_measure_fills_rows(p->job->measure);
  for (int64_t row = 0; sums && row < s->r1 - s->r0; row++)
    s->row_sum[row] = row_sum(w, s, row);
  if (!p->job->links_only) w->evaluated += (double)(s->r1 - s->r0) * (double)p->job->n;
  if (!s->packet) {
    sw_pairs_end_task(w, lot, 0);
    return;
  }
  sw_pairs_end_packet(w, s->packet, lot, 0);
  sw_packets_put(p->packets, s->packet);
}

/* Batches follow one another; all but the last are sent without a mark. */
void sw_pairs_batch_end(sw_worker *w, const sw_strip *s, const sw_lot *lot) {
  if (w->bins) sw_pairs_rank_flush(w, s->t);
  if (s->b1 == s->r1) {
    end_strip(w, s, lot);
  } else if (s->packet) {
    sw_pairs_digest_packet(w, s->packet);
    sw_packets_put(w->pairs->packets, s->packet);
  }
}

/* A strip that rounding has left without rows has a slot all the same, with sums of nothing;
 * it is not marked, and costs nothing to compute again. */
bool sw_pairs_strip_begin(sw_worker *w, const sw_lot *lot, sw_strip *s) {
  sw_pairs *p = w->pairs;
  const sw_cut *cut = &p->plan->cut;
  *s = (sw_strip){.t = lot->t, .high = cut->strip < cut->side ? cut->strip : cut->side};
  sw_cut_strip(cut, lot->row, &s->r0, &s->r1);
  s->b0 = s->b1 = s->r0;
  s->row_sum = p->slots + lot->slot_at;
  if (p->geometry.parts && !p->counts)
    s->column_sum = s->row_sum + sw_geometry_columns_at(&p->geometry);
  for (int q = 0; w->hasher && q <= p->n_quantities; q++)
    sw_hasher_begin(w->hasher[q]);
  return s->r0 < s->r1;
}

/* Column sums are added to; the task is not to depend on what lay in its slot. */
void sw_pairs_strip_columns(const sw_worker *w, const sw_strip *s) {
  if (s->column_sum) sw_lanes_begin(s->column_sum, w->pairs->job->n);
}

/* ---- the task --------------------------------------------------------------------------- */

/* A task of whole rows: batch by batch, as many rows as a packet holds. */
void sw_pairs_strip_task(sw_worker *w, const sw_lot *lot) {
  sw_pairs *p = w->pairs;
  sw_strip s;
  bool any = sw_pairs_strip_begin(w, lot, &s);
  sw_pairs_strip_columns(w, &s);
  if (!any) return;
  sw_lanes_begin(w->row_a, s.r1 - s.r0);
  sw_lanes_begin(w->row_b, s.r1 - s.r0);
  for (; s.b0 < s.r1; s.b0 = s.b1) {
    s.b1 = sw_pairs_picks_batch(p, s.t, s.b0, s.r1);
    /* Memory has run out: the task is neither sent nor marked. */
    if (!sw_pairs_batch_begin(w, &s)) return;
    if (p->job->links_only)
      strip_by_links(w, &s);
    else if (p->job->measure->whole_row)
      strip_by_rows(w, &s);
    else
      strip_by_segments(w, &s);
    sw_pairs_batch_end(w, &s, lot);
  }
}
