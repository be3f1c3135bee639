/* Checksums of what a task stores: of each part of its pieces (partners, quantities) a hash, and of
 * these in order one. Made of packets before they are written and, the same, of what the sink gives
 * back. */
#include "plan/pairs.h"

enum { READ_ENTRIES = 1 << 18 };

typedef uint64_t parts_hash[SW_PACKET_PARTS + 1];

static uint64_t join(const uint64_t *part, int count) {
  return sw_hash64(part, (size_t)count * sizeof *part, 0);
}

/* ---- packets ---------------------------------------------------------------------------- */

static void digest_entries(sw_worker *w, sw_packet *packet) {
  size_t count = (size_t)packet->piece.count;
  parts_hash part = {0};
  sw_hasher_add(w->hasher[0], packet->partner, count * sizeof(int32_t));
  for (int q = 0; q < packet->n_quantities; q++)
    sw_hasher_add(w->hasher[q + 1], packet->data[q], count * (size_t)w->pairs->element);
  if (!packet->ends_task) return;
  for (int q = 0; q <= packet->n_quantities; q++)
    part[q] = sw_hasher_end(w->hasher[q]);
  packet->mark.checksum[0] = join(part, packet->n_quantities + 1);
}

static uint64_t digest_half(const sw_packet *packet, int first, size_t bytes) {
  parts_hash part = {0};
  int count = 0;
  if (packet->piece.kind == SW_PIECE_TOP)
    part[count++] =
        sw_hash64(packet->partner, (size_t)sw_piece_count(&packet->piece) * sizeof(int32_t), 0);
  for (int q = 0; q < packet->n_quantities; q++)
    part[count++] = sw_hash64(packet->data[first + q], bytes, 0);
  return join(part, count);
}

void sw_packet_digest(sw_worker *w, sw_packet *packet) {
  if (!w->pairs->journal) return;
  if (packet->piece.kind == SW_PIECE_ENTRIES) {
    digest_entries(w, packet);
    return;
  }
  size_t bytes = (size_t)sw_piece_count(&packet->piece) * (size_t)w->pairs->element;
  packet->mark.checksum[0] = digest_half(packet, 0, bytes);
  if (packet->mirror) packet->mark.checksum[1] = digest_half(packet, packet->n_quantities, bytes);
}

/* ---- what is stored --------------------------------------------------------------------- */

/* One part of a piece, read in portions (entries are many), hashed. */
static sw_status digest_part(sw_error *err, const sw_pairs *p, const sw_piece *whole, int quantity,
                             void *buffer, uint64_t *digest) {
  sw_hasher *hasher = NULL;
  size_t size = quantity == SW_PARTNERS ? sizeof(int32_t) : (size_t)p->element;
  sw_piece piece = *whole;
  SW_TRY(sw_hasher_create(err, &hasher));
  sw_status status = SW_OK;
  int64_t end = whole->at + whole->count;
  do {
    if (piece.kind == SW_PIECE_ENTRIES)
      piece.count = end - piece.at < READ_ENTRIES ? end - piece.at : READ_ENTRIES;
    status = p->sink->read(p->sink, err, &piece, quantity, buffer);
    if (status == SW_OK) sw_hasher_add(hasher, buffer, (size_t)sw_piece_count(&piece) * size);
    piece.at += piece.count;
  } while (status == SW_OK && piece.kind == SW_PIECE_ENTRIES && piece.at < end);
  *digest = sw_hasher_end(hasher);
  sw_hasher_destroy(hasher);
  return status;
}

static sw_status digest_piece(sw_error *err, const sw_pairs *p, const sw_piece *piece,
                              uint64_t *checksum) {
  parts_hash part = {0};
  int count = 0;
  void *buffer = NULL;
  int64_t most = piece->kind == SW_PIECE_ENTRIES ? READ_ENTRIES : sw_piece_count(piece);
  SW_TRY(sw_alloc(err, (size_t)most + 1, sizeof(double), &buffer));
  sw_status status = SW_OK;
  for (int q = piece->kind == SW_PIECE_RECT ? 0 : SW_PARTNERS;
       q < p->n_quantities && status == SW_OK; q++)
    status = digest_part(err, p, piece, q, buffer, &part[count++]);
  *checksum = join(part, count);
  sw_free(buffer);
  return status;
}

static sw_status digest_square(sw_error *err, const sw_pairs *p, int t, int64_t row, int64_t column,
                               uint64_t *checksum) {
  sw_piece piece = {SW_PIECE_RECT, .job = p->entry, .t = t};
  sw_cut_square(&p->plan->cut, row, &piece.i0, &piece.i1);
  sw_cut_square(&p->plan->cut, column, &piece.j0, &piece.j1);
  return digest_piece(err, p, &piece, checksum);
}

static sw_status digest_strip(sw_error *err, const sw_pairs *p, int t, int64_t strip,
                              uint64_t *checksum) {
  const int64_t *start = p->plan->row_start + t * p->job->n;
  sw_piece piece = {SW_PIECE_RECT, .job = p->entry, .t = t, .j1 = p->job->n};
  sw_cut_strip(&p->plan->cut, strip, &piece.i0, &piece.i1);
  if (piece.i0 >= piece.i1) return SW_OK;
  if (p->plan->keep.kind == SW_KEEP_TOP) {
    piece.kind = SW_PIECE_TOP;
    piece.k = p->plan->keep.top;
  } else if (p->plan->keep.kind != SW_KEEP_DENSE) {
    piece.kind = SW_PIECE_ENTRIES;
    piece.at = start[piece.i0];
    piece.count = start[piece.i1] - start[piece.i0];
  }
  return digest_piece(err, p, &piece, checksum);
}

sw_status sw_stored_digest(sw_error *err, const sw_pairs *p, const sw_lot *lot, int64_t nth,
                           uint64_t checksum[2]) {
  bool triangle = p->walk == SW_WALK_TRIANGLE;
  int64_t column = triangle ? lot->row + nth : nth;
  checksum[0] = checksum[1] = 0;
  if (p->walk == SW_WALK_STRIPS) return digest_strip(err, p, lot->t, lot->row, &checksum[0]);
  SW_TRY(digest_square(err, p, lot->t, lot->row, column, &checksum[0]));
  if (triangle && nth > 0) SW_TRY(digest_square(err, p, lot->t, column, lot->row, &checksum[1]));
  return SW_OK;
}

sw_status sw_tile_digest(sw_error *err, sw_run *run, int e, sw_sink *sink, int t, int64_t tile,
                         uint64_t *checksum) {
  sw_pairs p = {.run = run,
                .entry = e,
                .job = &run->job[e],
                .plan = &run->pair[e],
                .sink = sink,
                .n_quantities = run->pair[e].n_quantities,
                .element = run->study->float64 ? 8 : 4};
  int64_t squares = p.plan->cut.squares;
  *checksum = 0;
  if (sw_walk_of(run, e, false) == SW_WALK_STRIPS) return digest_strip(err, &p, t, tile, checksum);
  return digest_square(err, &p, t, tile / squares, tile % squares, checksum);
}
