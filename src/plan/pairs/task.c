/* One square of a matrix: its values, and the shares of its rows and columns in the strengths. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* ---- a thread's buffers ----------------------------------------------------------------- */

/* Measures may fill whole vectors: rows are padded to one. */
static int64_t padded(int64_t count) {
  return (count + 15) & ~(int64_t)7;
}

bool sw_keeps_lanes(const sw_pairs *p) {
  return p->parts && p->walk == SW_WALK_STRIPS &&
         (p->plan->keep.kind == SW_KEEP_ABOVE || p->job->measure->whole_row);
}

int64_t sw_row_length(const sw_pairs *p) {
  bool whole = p->job->measure->whole_row || sw_keeps_lanes(p);
  int64_t length = padded(whole ? p->job->n : p->plan->cut.side);
  /* Rows a page apart would fall into the same few lines of the first cache. */
  return length % 512 ? length : length + 24;
}

static int wanted_quantities(const sw_pairs *p) {
  /* Strips fetch the other quantities of the partners they keep, whole rows have them. */
  bool all = p->walk != SW_WALK_STRIPS || p->job->measure->whole_row;
  return p->stores && all ? p->n_quantities : 1;
}

/* A strip of `above` comes in several packets, so its checksum is made as they come. */
static sw_status open_hashers(sw_error *err, const sw_pairs *p, sw_worker *w) {
  sw_keep_kind kind = p->plan->keep.kind;
  if (!p->stores || !p->journal || (kind != SW_KEEP_ABOVE && kind != SW_KEEP_LINKS)) return SW_OK;
  SW_TRY(sw_calloc(err, (size_t)p->n_quantities + 1, sizeof *w->hasher, (void **)&w->hasher));
  for (int q = 0; q <= p->n_quantities; q++)
    SW_TRY(sw_hasher_create(err, &w->hasher[q]));
  return SW_OK;
}

/* Sums of a row before its own square: one a bit of the number of squares. */
static int levels_of(const sw_pairs *p) {
  int levels = 1;
  while (!p->job->directed && p->plan->cut.squares >> levels)
    levels++;
  return levels;
}

sw_status sw_worker_open(sw_error *err, sw_pairs *p, sw_worker *w) {
  *w = (sw_worker){.pairs = p};
  int matrices = p->plan->summary.n_periods;
  int64_t length = sw_row_length(p), strip = padded(p->plan->cut.strip);
  int wanted = wanted_quantities(p);
  int levels = levels_of(p);
  int64_t doubles = length * (wanted + SW_LANES) + (levels + 1) * strip + 4 * padded(matrices);
  size_t bytes = p->job->measure->workspace ? p->job->measure->workspace(p->job) : 0;
  SW_TRY(sw_calloc(err, (size_t)doubles, sizeof(double), (void **)&w->block));
  if (bytes) SW_TRY(sw_alloc(err, bytes, 1, &w->workspace));
  double *at = w->block;
  for (int q = 0; q < wanted; q++, at += length)
    w->all[p->quantity[q]] = at;
  w->lanes = at;
  w->row_a = w->lanes + SW_LANES * length;
  w->level_stride = strip;
  w->row_b = w->row_a + levels * strip;
  w->greatest = w->row_b + strip;
  w->greatest_all = w->greatest + padded(matrices);
  w->undefined = (int64_t *)(w->greatest_all + padded(matrices));
  w->undefined_all = w->undefined + padded(matrices);
  for (int t = 0; t < matrices; t++)
    w->greatest_all[t] = -INFINITY;
  SW_TRY(open_hashers(err, p, w));
  if (p->walk == SW_WALK_STRIPS) {
    int64_t rows = p->plan->cut.strip;
    SW_TRY(sw_calloc(err, (size_t)rows * 3 + 1, sizeof *w->pick_at, (void **)&w->pick_at));
    w->pick_end = w->pick_at + rows + 1;
    w->link_at = w->pick_end + rows;
  }
  return SW_OK;
}

void sw_worker_close(sw_worker *w) {
  sw_free(w->block);
  sw_free(w->workspace);
  sw_free(w->pick_at);
  sw_free(w->pick);
  for (int q = 0; w->hasher && q <= w->pairs->n_quantities; q++)
    sw_hasher_destroy(w->hasher[q]);
  sw_free(w->hasher);
}

/* ---- dense storage ---------------------------------------------------------------------- */

void sw_store_row(const sw_pairs *p, sw_packet *packet, const sw_worker *w, int64_t row,
                  int64_t columns, int64_t diagonal) {
  for (int q = 0; q < p->n_quantities; q++) {
    const double *from = w->all[p->quantity[q]];
    char *to = (char *)packet->data[q] + (size_t)(row * columns) * (size_t)p->element;
    if (p->element == 4)
      sw_store_float(from, columns, (float *)to);
    else
      memcpy(to, from, (size_t)columns * sizeof(double));
    if (diagonal < 0 || p->job->defines_diagonal) continue;
    if (p->element == 4)
      ((float *)to)[diagonal] = NAN;
    else
      ((double *)to)[diagonal] = NAN;
  }
}

sw_packet *sw_begin_rect(sw_worker *w, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                         bool mirror) {
  sw_pairs *p = w->pairs;
  sw_packet *packet = sw_packets_take(p->packets, w->is_writer);
  size_t part = (size_t)((i1 - i0) * (j1 - j0)) * (size_t)p->element;
  int parts = p->n_quantities * (mirror ? 2 : 1);
  if (sw_packet_room(&w->error, packet, part * (size_t)parts) != SW_OK) {
    sw_packets_return(p->packets, packet);
    return NULL;
  }
  for (int k = 0; k < parts; k++)
    packet->data[k] = (char *)packet->memory + (size_t)k * part;
  packet->piece = (sw_piece){SW_PIECE_RECT, .job = p->entry, .t = t, i0, i1, j0, j1};
  packet->mirror = mirror;
  packet->n_quantities = p->n_quantities;
  packet->ends_task = false;
  return packet;
}

static void send_packet(sw_worker *w, sw_packet *packet, const sw_lot *lot, int64_t nth) {
  sw_pairs *p = w->pairs;
  int64_t rows = packet->piece.i1 - packet->piece.i0, columns = packet->piece.j1 - packet->piece.j0;
  for (int q = 0; packet->mirror && q < p->n_quantities; q++)
    sw_transpose(packet->data[q], rows, columns, p->element, packet->data[p->n_quantities + q]);
  sw_end_packet(w, packet, lot, nth);
  sw_packets_put(p->packets, packet);
}

/* ---- a square --------------------------------------------------------------------------- */

typedef struct square {
  int t;
  int64_t i0, i1, j0, j1;
  bool diagonal, mirrored; /* mirrored: stands for its transpose too */
  double *row_share, *column_share;
} square;

/* A row that may have gaps, or has its own place: cleaned, then added. `lane` NULL: the columns are
 * not summed. */
static double scan_row(sw_worker *w, const square *s, double *v, int64_t i, double *lane) {
  double sum = 0.0, greatest = 0.0;
  int64_t columns = s->j1 - s->j0, gaps = 0, own = s->diagonal ? i - s->j0 : -1;
  if (!s->diagonal) sw_lanes_scan(v, columns, &sum, &greatest);
  if (s->diagonal || isnan(sum)) gaps = sw_lanes_scan_gaps(v, columns, own, &sum, &greatest);
  if (lane) sw_lanes_add(lane, v, columns);
  w->undefined[s->t] += s->mirrored ? 2 * gaps : gaps;
  if (greatest > w->greatest[s->t]) w->greatest[s->t] = greatest;
  return sum;
}

/* After the last row of a segment its lanes are joined and begin again. */
static void end_segment(const sw_pairs *p, sw_worker *w, const square *s, int64_t part) {
  int64_t side = sw_row_length(p), columns = s->j1 - s->j0;
  sw_lanes_join_rows(w->lanes, side, columns, s->column_share + part * p->plan->cut.side);
  memset(w->lanes, 0, (size_t)(SW_LANES * side) * sizeof *w->lanes);
}

/* With `smooth` a row without gaps is added in one pass; false when a gap is met after all: the
 * square is then begun again. */
static bool compute_square(sw_worker *w, const square *s, sw_packet *packet, bool smooth) {
  const sw_pairs *p = w->pairs;
  const sw_job *job = p->job;
  int64_t side = sw_row_length(p), columns = s->j1 - s->j0, part = 0;
  int64_t high = p->parts > 1 ? p->plan->cut.strip : p->plan->cut.side;
  bool sums_columns = p->parts && (s->mirrored || job->directed);
  double *v = w->all[p->quantity[0]], most = w->greatest[s->t], greatest = 0.0;
  for (int64_t i = s->i0; i < s->i1; i++) {
    job->measure->segment(job, s->t, i, s->j0, s->j1, w->all, w->workspace);
    if (packet) sw_store_row(p, packet, w, i - s->i0, columns, s->diagonal ? i - s->j0 : -1);
    int64_t place = (i - s->i0) % high;
    double *lane = w->lanes + (place % SW_LANES) * side, *share = &s->row_share[i - s->i0];
    if (smooth) {
      sw_lanes_row(v, columns, lane, share, &greatest);
      if (isnan(*share)) return false;
      if (greatest > most) most = greatest;
    } else {
      *share = scan_row(w, s, v, i, sums_columns ? lane : NULL);
    }
    if (sums_columns && (place == high - 1 || i == s->i1 - 1)) end_segment(p, w, s, part++);
  }
  if (smooth) w->greatest[s->t] = most;
  return true;
}

static void run_square(sw_worker *w, const square *s, sw_packet *packet) {
  const sw_pairs *p = w->pairs;
  bool sums_columns = p->parts && (s->mirrored || p->job->directed);
  /* The bits are the same either way: a thread that has met a gap only stops hoping for none. */
  bool smooth = sums_columns && !s->diagonal && !w->meets_gaps;
  if (smooth && compute_square(w, s, packet, true)) return;
  w->meets_gaps |= smooth;
  if (smooth) memset(w->lanes, 0, (size_t)(SW_LANES * sw_row_length(p)) * sizeof *w->lanes);
  compute_square(w, s, packet, false);
}

static void square_task(sw_worker *w, const sw_lot *lot, int64_t nth) {
  sw_pairs *p = w->pairs;
  int64_t column = p->walk == SW_WALK_TRIANGLE ? lot->row + nth : nth;
  square s = {.t = lot->t, .diagonal = column == lot->row};
  s.mirrored = p->walk == SW_WALK_TRIANGLE && !s.diagonal;
  sw_cut_square(&p->plan->cut, lot->row, &s.i0, &s.i1);
  sw_cut_square(&p->plan->cut, column, &s.j0, &s.j1);
  s.row_share = p->slots + lot->slot_at + nth * sw_square_slot(p);
  s.column_share = s.row_share + p->plan->cut.side;
  if (s.diagonal && p->walk == SW_WALK_TRIANGLE && !p->stores) {
    sw_diagonal_task(w, s.t, s.i0, s.i1, s.row_share);
    sw_end_task(w, lot, nth);
    return;
  }
  sw_packet *packet = NULL;
  if (p->stores) {
    packet = sw_begin_rect(w, s.t, s.i0, s.i1, s.j0, s.j1, s.mirrored);
    if (!packet) return;
  }
  run_square(w, &s, packet);
  w->evaluated += (double)((s.i1 - s.i0) * (s.j1 - s.j0));
  if (packet)
    send_packet(w, packet, lot, nth);
  else
    sw_end_task(w, lot, nth);
}

/* ---- any task --------------------------------------------------------------------------- */

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

void sw_pairs_task(sw_worker *w, int64_t task) {
  const sw_lot *lot = find_lot(w->pairs, task);
  int t = lot->t;
  w->undefined[t] = 0;
  w->greatest[t] = -INFINITY;
  if (w->pairs->walk == SW_WALK_STRIPS)
    sw_strip_task(w, lot);
  else
    square_task(w, lot, task - lot->task_at);
  w->undefined_all[t] += w->undefined[t];
  if (w->greatest[t] > w->greatest_all[t]) w->greatest_all[t] = w->greatest[t];
}
