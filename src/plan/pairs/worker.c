/* What a thread works with: its buffers, and the packets it fills. A worker is opened by its own
 * thread, which thus is the first to touch its memory, and lives for one window. */
#include "plan/pairs/blocks.h"
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* ---- a thread's buffers ----------------------------------------------------------------- */

/* Rounds a length up so that at least eight doubles lie behind it: measures may fill whole
 * vectors, and run over the end of what they were asked for. A multiple of eight keeps rows on
 * cache lines. */
static int64_t padded(int64_t count) {
  return (count + 15) & ~(int64_t)7;
}

/* A strip's column sums run over a segment of rows. Where rows come in batches (`above`), every
 * column's lanes must wait from one to the next; elsewhere lanes of one square's length do, and
 * stay in cache. Whole rows have no lanes. */
bool sw_pairs_keeps_lanes(const sw_pairs *p) {
  return p->geometry.parts && p->geometry.walk == SW_WALK_STRIPS &&
         sw_keep_is_counted(p->plan->keep.kind) && !sw_measure_fills_rows(p->job->measure);
}

/* Doubles from one row of lanes to the next, and of the buffer of each quantity. */
int64_t sw_pairs_row_length(const sw_pairs *p) {
  bool whole = sw_measure_fills_rows(p->job->measure) || sw_pairs_keeps_lanes(p);
  int64_t length = padded(whole ? p->job->n : p->plan->cut.side);
  /* 512 doubles are a page: the eight lanes of a column would fall into the same few sets of the
   * first cache and push each other out. Three lines more spread them. */
  return length % 512 ? length : length + 24;
}

/* sw_job_check has held the grain of the pass against SW_MAX_ROWS. */
int64_t sw_pairs_grain(const sw_job *job) {
  const sw_pass *pass = &job->pass[job->n_passes - 1];
  if (!job->measure->block) return 1;
  return pass->grain ? pass->grain : 8;
}

bool sw_pairs_folds(const sw_job *job) {
  return job->measure->fold && !job->pass[job->n_passes - 1].no_fold;
}

/* Whether a quantity is evaluated for every pair: strengths and partners need the first one, and
 * the one that decides what is kept. */
static bool is_wanted(const sw_pairs *p, int q) {
  /* Strips fetch the other quantities of the partners they keep, whole rows have them. */
  bool all = p->geometry.walk != SW_WALK_STRIPS || sw_measure_fills_rows(p->job->measure);
  return q == 0 || p->quantity[q] == p->decides || (p->stores && all);
}

static int wanted_quantities(const sw_pairs *p) {
  int count = 0;
  for (int q = 0; q < p->n_quantities; q++)
    count += is_wanted(p, q);
  return count;
}

/* A strip of `above` comes in several packets, so its checksum is made as they come, in hashers of
 * the thread. Links share the code, as their packets are entries too. Prepared rows have hashers
 * for each matrix (prepared.c). */
static sw_status open_hashers(sw_error *err, const sw_pairs *p, sw_worker *w) {
  sw_keep_kind kind = p->plan->keep.kind;
  if (!p->stores || !p->journal || !sw_keep_has_entries(kind)) return SW_OK;
  if (p->stretch) return SW_OK;
  SW_TRY(sw_calloc(err, (size_t)p->n_quantities + 1, sizeof *w->hasher, (void **)&w->hasher));
  for (int q = 0; q <= p->n_quantities; q++)
    SW_TRY(sw_hasher_create(err, &w->hasher[q]));
  return SW_OK;
}

/* Levels of the counter that strip.c adds shares before the own square in: one per bit of the
 * number of squares. A directed row is one sum. */
static int levels_of(const sw_pairs *p) {
  int levels = 1;
  while (!p->job->directed && p->plan->cut.squares >> levels)
    levels++;
  return levels;
}

/* What the measure opens for this thread. Its error is the worker's from now on: segments may
 * record a failure there. */
static sw_status open_measure(const sw_pairs *p, sw_worker *w) {
  const sw_measure *measure = p->job->measure;
  if (!measure->open) return SW_OK;
  SW_TRY(measure->open(&w->error, p->job, p->job->n_passes - 1, w->workspace));
  w->opened = true;
  return SW_OK;
}

/* All numbers of a worker lie in one block, each array on a cache line, so that no thread writes to
 * a line that another one uses. On failure the worker can be closed as it is. */
sw_status sw_pairs_worker_open(sw_pairs *p, sw_worker *w) {
  sw_error *err = &w->error;
  *w = (sw_worker){.pairs = p, .grain = sw_pairs_grain(p->job), .stride = sw_pairs_row_length(p)};
  w->all = w->row;
  int64_t woven = sw_pairs_woven_room(p);
  int periods = sw_pairs_row_sets(p);
  int lanes = sw_measure_fills_rows(p->job->measure) ? 0 : SW_LANES;
  int matrices = p->plan->summary.n_periods;
  int64_t length = w->stride, strip = padded(p->plan->cut.strip);
  int wanted = wanted_quantities(p);
  int levels = levels_of(p);
  bool ordered = p->geometry.walk == SW_WALK_STRIPS && p->plan->keep.by != SW_BY_LARGEST;
  bool folds = p->geometry.walk == SW_WALK_TRIANGLE && !p->stores && sw_pairs_folds(p->job) &&
               (!p->geometry.rings || p->job->measure->fold_rings);
  if (p->geometry.blocks) folds &= p->job->pass[p->job->n_passes - 1].fold_groups;
  /* Lanes of rows, and of columns, by group. */
  int64_t by_group = p->geometry.blocks ? SW_LANES * p->plan->blocks->most * length : 0;
  int64_t both = sw_pairs_folds_both(p) ? sw_pairs_both_room(p) : 0;
  /* Quantities, strengths, lanes of rows and of columns, row sums by level and row_b, and four
   * arrays by matrix. */
  bool by_row = folds && !p->geometry.blocks;
  int64_t doubles =
      length * (periods * wanted * w->grain + ordered + lanes + (by_row ? SW_LANES : 0)) +
      (levels + 1) * strip + 4 * padded(matrices) + woven + 2 * by_group + both;
  size_t bytes = p->job->measure->workspace ? p->job->measure->workspace(p->job) : 0;
  /* Together they may fill a huge page, which spares look-ups of addresses. */
  int64_t before = (doubles + 7) & ~(int64_t)7;
  SW_TRY(sw_alloc(err, (size_t)before * sizeof(double) + bytes, 1, (void **)&w->block));
  memset(w->block, 0, (size_t)before * sizeof(double));
  if (bytes) w->workspace = w->block + before;
  double *at = w->block;
  for (int t = 0; t < periods; t++)
    for (int q = 0; q < p->n_quantities; q++) {
      if (!is_wanted(p, q)) continue;
      w->row[t * p->n_pair_outputs + p->quantity[q]] = at;
      at += w->grain * length;
    }
  if (ordered) w->strength = at, at += length;
  w->folds = folds;
  if (by_row) w->fold = at, at += SW_LANES * length;
  if (both) w->both = at, at += both;
  sw_pairs_woven_open(w, at);
  at += woven;
  w->groups = (sw_lane_groups){.high = length, .row = at, .column = at + by_group};
  at += 2 * by_group;
  w->lanes = at;
  /* Squares set their lanes themselves; strips leave them as they begin. */
  if (p->geometry.walk == SW_WALK_STRIPS) sw_lanes_begin(w->lanes, lanes * length);
  w->row_a = w->lanes + lanes * length;
  w->level_stride = strip;
  w->row_b = w->row_a + levels * strip;
  w->greatest = w->row_b + strip;
  w->greatest_all = w->greatest + padded(matrices);
  /* An int64_t has the size of a double; zero bytes are 0. */
  w->undefined = (int64_t *)(w->greatest_all + padded(matrices));
  w->undefined_all = w->undefined + padded(matrices);
  for (int t = 0; t < matrices; t++)
    w->greatest_all[t] = -INFINITY;
  SW_TRY(open_hashers(err, p, w));
  SW_TRY(sw_pairs_rings_open(err, w));
  if (p->geometry.walk == SW_WALK_STRIPS) {
    int64_t rows = p->plan->cut.strip;
    SW_TRY(sw_calloc(err, (size_t)rows * 3 + 1, sizeof *w->pick_at, (void **)&w->pick_at));
    w->pick_end = w->pick_at + rows + 1;
    /* pick_at has one more, for the end of the last row. */
    w->link_at = w->pick_end + rows;
  }
  if (p->ranks) SW_TRY(sw_pairs_rank_open(err, w, p->stretch ? SW_ROW_PERIODS : 1));
  if (p->stretch) SW_TRY(sw_pairs_prepared_open(err, w));
  return open_measure(p, w);
}

/* Releases a worker, as far as it was opened. */
void sw_pairs_worker_close(sw_worker *w) {
  const sw_job *job = w->pairs->job;
  sw_pairs_prepared_close(w);
  if (w->opened && job->measure->close) job->measure->close(job, job->n_passes - 1, w->workspace);
  sw_free(w->bin_sets);
  sw_free(w->block);
  sw_free(w->ring_block);
  sw_free(w->pick_at);
  sw_free(w->pick);
  for (int q = 0; w->hasher && q <= w->pairs->n_quantities; q++)
    sw_hasher_destroy(w->hasher[q]);
  sw_free(w->hasher);
}

/* ---- values ----------------------------------------------------------------------------- */

/* Fills as many rows as the measure gains by; returns their number. */
int64_t sw_pairs_fill(sw_worker *w, int t, int64_t i, int64_t i1, int64_t j0, int64_t j1) {
  const sw_job *job = w->pairs->job;
  int64_t rows = i1 - i < w->grain ? i1 - i : w->grain;
  if (job->measure->block)
    job->measure->block(job, t, i, i + rows, j0, j1, w->all, w->stride, w->workspace);
  else
    job->measure->segment(job, t, i, j0, j1, w->all, w->workspace);
  return rows;
}

/* A single pair, by the same code. */
void sw_pairs_fill_pair(sw_worker *w, int t, int64_t i, int64_t j, double *const *out) {
  const sw_job *job = w->pairs->job;
  if (job->measure->block)
    job->measure->block(job, t, i, i + 1, j, j + 1, out, 0, w->workspace);
  else
    job->measure->segment(job, t, i, j, j + 1, out, w->workspace);
}

/* ---- dense storage ---------------------------------------------------------------------- */

/* Copies row `at` of the worker's into the packet, in the precision of the file. `diagonal`: the
 * column of the unit's own place, or -1; a measure may leave anything there unless it defines it,
 * so it is stored as NaN. To be called before the row is summed. */
void sw_pairs_store_row(const sw_pairs *p, sw_packet *packet, const sw_worker *w, int64_t at,
                        int64_t row, int64_t columns, int64_t diagonal) {
  for (int q = 0; q < p->n_quantities; q++) {
    const double *from = w->all[p->quantity[q]] + at * w->stride;
    char *to = (char *)packet->data[q] + (size_t)(row * columns) * (size_t)p->element;
    if (p->element == 4)
      sw_lanes_store_float(from, columns, (float *)to);
    else
      memcpy(to, from, (size_t)columns * sizeof(double));
    if (diagonal < 0 || p->job->defines_diagonal) continue;
    if (p->element == 4)
      ((float *)to)[diagonal] = NAN;
    else
      ((double *)to)[diagonal] = NAN;
  }
}

/* A packet for a square, with room for its mirror image. NULL: no memory, and the task fails. */
sw_packet *sw_pairs_begin_rect(sw_worker *w, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                               bool mirror) {
  sw_pairs *p = w->pairs;
  sw_packet *packet = sw_packets_take(p->packets, w->is_writer);
  size_t part = (size_t)((i1 - i0) * (j1 - j0)) * (size_t)p->element;
  int parts = p->n_quantities * (mirror ? 2 : 1);
  if (sw_packets_room(&w->error, packet, part * (size_t)parts) != SW_OK) {
    sw_packets_return(p->packets, packet);
    return NULL;
  }
  /* Quantities in order, then, mirrored, their other halves in the same order. */
  for (int k = 0; k < parts; k++)
    packet->data[k] = (char *)packet->memory + (size_t)k * part;
  packet->piece = (sw_piece){SW_PIECE_RECT, .job = p->entry, .t = t, i0, i1, j0, j1};
  packet->mirror = mirror;
  packet->n_quantities = p->n_quantities;
  packet->ends_task = false; /* packets are used again */
  return packet;
}
