/* A strip of whole rows: everything that must see a row. Sums are those of task.c, over the
 * same segments in the same order. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

typedef struct strip {
  int t;
  int64_t r0, r1;
  int64_t b0, b1;     /* rows under way: partners are kept for so many at a time */
  int64_t high;       /* rows of a segment of column sums */
  double *row_sum;    /* slot: of each row */
  double *column_sum; /* slot: of each column over the strip, or NULL */
  sw_packet *packet;
} strip;

/* The share of a square before the own one: a level of row_a for each bit of the squares so far,
 * the ladder of plan/pairs/ladder.h for one number. */
static void add_before(sw_worker *w, int64_t row, int64_t square, double sum) {
  double *level = w->row_a + row;
  for (; square & 1; square >>= 1, level += w->level_stride)
    sum += *level;
  *level = sum;
}

static double sum_before(const sw_worker *w, int64_t row, int64_t squares) {
  const double *level = w->row_a + row;
  double sum = 0.0;
  for (; squares; squares >>= 1, level += w->level_stride)
    if (squares & 1) sum += *level;
  return sum;
}

/* One segment of row i: sums, extremes, partners. v ends with gaps as zeros. */
static void see_segment(sw_worker *w, const strip *s, int64_t i, int64_t j0, int64_t j1,
                        double *v) {
  const sw_pairs *p = w->pairs;
  double sum = 0.0, greatest = 0.0;
  int64_t own = i >= j0 && i < j1 ? i - j0 : -1;
  if (own >= 0) v[own] = NAN;
  sw_lanes_scan(v, j1 - j0, &sum, &greatest);
  sw_pairs_picks_see(w, s->t, s->b0, i, j0, j1, v, greatest);
  if (!p->sink) return;
  if (isnan(sum)) w->undefined[s->t] += sw_lanes_scan_gaps(v, j1 - j0, own, &sum, &greatest);
  if (greatest > w->greatest[s->t]) w->greatest[s->t] = greatest;
  int64_t square = j0 / p->plan->cut.side, own_square = i / p->plan->cut.side;
  if (p->job->directed || square >= own_square)
    (p->job->directed ? w->row_a : w->row_b)[i - s->r0] += sum;
  else
    add_before(w, i - s->r0, square, sum);
}

/* The last row of a segment, or of the strip. */
static bool ends_segment(const strip *s, int64_t i) {
  return i == s->r1 - 1 || (i - s->r0) % s->high == s->high - 1;
}

static void add_column_sums(sw_worker *w, const strip *s, double *lanes, int64_t j0, int64_t j1) {
  int64_t stride = sw_pairs_row_length(w->pairs), count = j1 - j0;
  /* Lane 0 takes the joined sums; it is cleared with the others. */
  sw_lanes_join_rows(lanes, stride, count, lanes);
  sw_lanes_add(s->column_sum + j0, lanes, count);
  for (int lane = 0; lane < SW_LANES; lane++)
    memset(lanes + lane * stride, 0, (size_t)count * sizeof *lanes);
}

/* ---- measures of segments: columns outside, so that their operands stay in cache ---------- */

/* The square to begin with. Of strongest partners the own one, where a strip has one: codes go by
 * regions, and strong partners found early make the rest quick to pass over. An undirected row is
 * summed apart before its own square and from it on, so that its additions keep their order. */
static int64_t first_square(const sw_pairs *p, const strip *s) {
  const sw_cut *cut = &p->plan->cut;
  bool free = !p->job->directed && p->plan->keep.kind == SW_KEEP_TOP && cut->strip < cut->side;
  return free ? s->b0 / cut->side : 0;
}

static void strip_by_segments(sw_worker *w, const strip *s) {
  const sw_pairs *p = w->pairs;
  int64_t stride = sw_pairs_row_length(p), squares = p->plan->cut.squares, j0 = 0, j1 = 0;
  int64_t first = first_square(p, s);
  double *v = w->all[p->quantity[0]];
  for (int64_t nth = 0; nth < squares; nth++) {
    sw_cut_square(&p->plan->cut, (first + nth) % squares, &j0, &j1);
    double *lanes = w->lanes + (sw_pairs_keeps_lanes(p) ? j0 : 0);
    for (int64_t i = s->b0; i < s->b1; i++) {
      p->job->measure->segment(p->job, s->t, i, j0, j1, w->all, w->workspace);
      see_segment(w, s, i, j0, j1, v);
      if (!s->column_sum) continue;
      int64_t place = (i - s->r0) % s->high;
      sw_lanes_add(lanes + (place % SW_LANES) * stride, v, j1 - j0);
      if (ends_segment(s, i)) add_column_sums(w, s, lanes, j0, j1);
    }
  }
  if (!s->packet) return;
  for (int64_t i = s->b0; i < s->b1; i++)
    sw_pairs_picks_end_row(w, s->packet, s->t, s->b0, i);
}

/* ---- measures of whole rows ------------------------------------------------------------- */

static void strip_by_rows(sw_worker *w, const strip *s) {
  const sw_pairs *p = w->pairs;
  int64_t stride = sw_pairs_row_length(p), n = p->job->n, j0 = 0, j1 = 0;
  double *v = w->all[p->quantity[0]];
  for (int64_t i = s->b0; i < s->b1; i++) {
    p->job->measure->whole_row(p->job, s->t, i, w->all, w->workspace);
    if (s->packet && s->packet->piece.kind == SW_PIECE_RECT)
      sw_pairs_store_row(p, s->packet, w, i - s->r0, n, i);
    for (int64_t square = 0; square < p->plan->cut.squares; square++) {
      sw_cut_square(&p->plan->cut, square, &j0, &j1);
      see_segment(w, s, i, j0, j1, v + j0);
    }
    if (s->packet && s->packet->piece.kind != SW_PIECE_RECT)
      sw_pairs_picks_end_row(w, s->packet, s->t, s->b0, i);
    if (!s->column_sum) continue;
    int64_t place = (i - s->r0) % s->high;
    sw_lanes_add(w->lanes + (place % SW_LANES) * stride, v, n);
    if (ends_segment(s, i)) add_column_sums(w, s, w->lanes, 0, n);
  }
}

/* ---- measures of links: nothing else has a value ------------------------------------------- */

static void strip_by_links(sw_worker *w, const strip *s) {
  const sw_pairs *p = w->pairs;
  const sw_links *links = p->job->weights;
  const double *v = w->all[p->quantity[0]];
  for (int64_t i = s->b0; i < s->b1; i++) {
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
      int32_t j = links->to[k];
      p->job->measure->segment(p->job, s->t, i, j, j + 1, w->all, w->workspace);
      if (s->packet) w->pick[w->pick_end[i - s->b0]++] = (sw_pick){v[0], j};
      if (isnan(v[0])) {
        w->undefined[s->t]++;
        continue;
      }
      w->row_a[i - s->r0] += v[0];
      s->column_sum[j] += v[0];
      if (v[0] > w->greatest[s->t]) w->greatest[s->t] = v[0];
    }
    if (s->packet) sw_pairs_picks_end_row(w, s->packet, s->t, s->b0, i);
  }
  w->evaluated += (double)(links->row_start[s->b1] - links->row_start[s->b0]);
}

/* ---- the task --------------------------------------------------------------------------- */

static sw_packet *begin_packet(sw_worker *w, const strip *s) {
  sw_pairs *p = w->pairs;
  if (p->plan->keep.kind == SW_KEEP_DENSE)
    return sw_pairs_begin_rect(w, s->t, s->b0, s->b1, 0, p->job->n, false);
  sw_packet *packet = sw_packets_take(p->packets, w->is_writer);
  if (sw_pairs_picks_packet(&w->error, w, packet, s->t, s->b0, s->b1) == SW_OK) return packet;
  sw_packets_return(p->packets, packet);
  return NULL;
}

/* Rows [b0, b1): false when memory has run out. The packet stays with the strip. */
static bool run_batch(sw_worker *w, strip *s) {
  sw_pairs *p = w->pairs;
  if (sw_pairs_picks_begin(&w->error, w, s->t, s->b0, s->b1) != SW_OK) return false;
  s->packet = p->stores ? begin_packet(w, s) : NULL;
  if (p->stores && !s->packet) return false;
  if (p->job->links_only)
    strip_by_links(w, s);
  else if (p->job->measure->whole_row)
    strip_by_rows(w, s);
  else
    strip_by_segments(w, s);
  return true;
}

/* The strip is whole: its row sums, and the mark with its last packet. */
static void end_strip(sw_worker *w, const strip *s, const sw_lot *lot) {
  const sw_pairs *p = w->pairs;
  for (int64_t row = 0; p->sink && row < s->r1 - s->r0; row++) {
    int64_t before = (s->r0 + row) / p->plan->cut.side;
    s->row_sum[row] =
        (p->job->directed ? w->row_a[row] : sum_before(w, row, before)) + w->row_b[row];
  }
  if (!p->job->links_only) w->evaluated += (double)(s->r1 - s->r0) * (double)p->job->n;
  if (!s->packet) {
    sw_pairs_end_task(w, lot, 0);
    return;
  }
  sw_pairs_end_packet(w, s->packet, lot, 0);
  sw_packets_put(p->packets, s->packet);
}

void sw_pairs_strip_task(sw_worker *w, const sw_lot *lot) {
  sw_pairs *p = w->pairs;
  const sw_cut *cut = &p->plan->cut;
  strip s = {.t = lot->t, .high = cut->strip < cut->side ? cut->strip : cut->side};
  sw_cut_strip(cut, lot->row, &s.r0, &s.r1);
  s.row_sum = p->slots + lot->slot_at;
  if (p->parts && p->sink) s.column_sum = s.row_sum + cut->strip;
  if (s.column_sum) memset(s.column_sum, 0, (size_t)p->job->n * sizeof *s.column_sum);
  for (int q = 0; w->hasher && q <= p->n_quantities; q++)
    sw_hasher_begin(w->hasher[q]);
  if (s.r0 >= s.r1) return;
  memset(w->row_a, 0, (size_t)(s.r1 - s.r0) * sizeof *w->row_a);
  memset(w->row_b, 0, (size_t)(s.r1 - s.r0) * sizeof *w->row_b);
  for (s.b0 = s.r0; s.b0 < s.r1; s.b0 = s.b1) {
    s.b1 = sw_pairs_picks_batch(p, s.t, s.b0, s.r1);
    if (!run_batch(w, &s)) return;
    if (!s.packet || s.b1 == s.r1) continue;
    sw_pairs_digest_packet(w, s.packet);
    sw_packets_put(p->packets, s.packet);
  }
  end_strip(w, &s, lot);
}
