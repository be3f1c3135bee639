/* What a thread works with: its buffers, and the packets it fills. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* ---- a thread's buffers ----------------------------------------------------------------- */

/* Measures may fill whole vectors: rows are padded to one. */
static int64_t padded(int64_t count) {
  return (count + 15) & ~(int64_t)7;
}

bool sw_pairs_keeps_lanes(const sw_pairs *p) {
  return p->parts && p->walk == SW_WALK_STRIPS &&
         (p->plan->keep.kind == SW_KEEP_ABOVE || p->job->measure->whole_row);
}

int64_t sw_pairs_row_length(const sw_pairs *p) {
  bool whole = p->job->measure->whole_row || sw_pairs_keeps_lanes(p);
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

sw_status sw_pairs_worker_open(sw_error *err, sw_pairs *p, sw_worker *w) {
  *w = (sw_worker){.pairs = p};
  int matrices = p->plan->summary.n_periods;
  int64_t length = sw_pairs_row_length(p), strip = padded(p->plan->cut.strip);
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

void sw_pairs_worker_close(sw_worker *w) {
  sw_free(w->block);
  sw_free(w->workspace);
  sw_free(w->pick_at);
  sw_free(w->pick);
  for (int q = 0; w->hasher && q <= w->pairs->n_quantities; q++)
    sw_hasher_destroy(w->hasher[q]);
  sw_free(w->hasher);
}

/* ---- dense storage ---------------------------------------------------------------------- */

void sw_pairs_store_row(const sw_pairs *p, sw_packet *packet, const sw_worker *w, int64_t row,
                        int64_t columns, int64_t diagonal) {
  for (int q = 0; q < p->n_quantities; q++) {
    const double *from = w->all[p->quantity[q]];
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
  for (int k = 0; k < parts; k++)
    packet->data[k] = (char *)packet->memory + (size_t)k * part;
  packet->piece = (sw_piece){SW_PIECE_RECT, .job = p->entry, .t = t, i0, i1, j0, j1};
  packet->mirror = mirror;
  packet->n_quantities = p->n_quantities;
  packet->ends_task = false;
  return packet;
}
