/* Checksums of what a task stores. Each part of a piece (partners, each quantity) has a hash, and a
 * hash over these in order is the checksum. It is made in two ways that must agree: of packets,
 * before they are written, for the journal's mark and the results file; and of what a sink gives
 * back, for a run that is taken up again, for `verify`, and for tiles taken from an earlier results
 * file, which are copied to the new one on the way. Hashed are the bytes as stored (float32 or
 * float64), so nothing is rounded before it is compared.
 *
 * Invariants: a checksum depends on the tile and its values, never on ranks, threads or packets;
 * what cannot be read counts as unsound, not as an error, and its task is computed again. */
#include "plan/pairs/private.h"

/* Entries are read in portions of so many: a strip of a low threshold may hold most of its pairs.
 */
enum { READ_ENTRIES = 1 << 18 };

/* Partners, quantities, and the lengths of rows. */
typedef uint64_t parts_hash[SW_PACKET_PARTS + 2];

static uint64_t join(const uint64_t *part, int count) {
  return sw_hash64(part, (size_t)count * sizeof *part, 0);
}

/* A hash of the lengths of a strip's rows. Entries are stored without a mark where a row ends, so
 * without it the same numbers divided among other rows would pass as the same tile. Lengths, not
 * positions: those depend on the strips before, and differ between two files. */
static uint64_t hash_rows(const sw_pairs *p, const int64_t *row_start, int64_t strip) {
  uint64_t hash = 0;
  int64_t r0 = 0, r1 = 0;
  sw_cut_strip(&p->plan->cut, strip, &r0, &r1);
  for (int64_t row = r0; row < r1; row++) {
    int64_t length = row_start[row + 1] - row_start[row];
    hash = sw_hash64(&length, sizeof length, hash);
  }
  return hash;
}

/* ---- packets ---------------------------------------------------------------------------- */

/* Adds a packet to the hashes of its strip. A strip of `above` leaves several packets, whose sizes
 * follow SW_BATCH_ENTRIES, and prepared rows come in batches; so the hashes run on from packet to
 * packet, and the checksum comes with the last one. The hashers belong to the thread, which
 * computes a strip as a whole. */
static void digest_batch(sw_worker *w, sw_packet *packet) {
  const sw_pairs *p = w->pairs;
  size_t count = (size_t)sw_piece_count(&packet->piece);
  /* Rectangles have no partners. */
  int first = packet->piece.kind == SW_PIECE_RECT, parts = 0;
  parts_hash part = {0};
  if (!first) sw_hasher_add(w->hasher[0], packet->partner, count * sizeof(int32_t));
  for (int q = 0; q < packet->n_quantities; q++)
    sw_hasher_add(w->hasher[q + 1], packet->data[q], count * (size_t)p->element);
  if (!packet->ends_task) return;
  for (int q = first; q <= packet->n_quantities; q++)
    part[parts++] = sw_hasher_end(w->hasher[q]);
  /* Tasks number the strips of all periods in turn: the remainder is the strip. */
  if (packet->piece.kind == SW_PIECE_ENTRIES)
    part[parts++] = hash_rows(p, p->plan->row_start + packet->piece.t * p->job->n,
                              packet->task % p->plan->cut.strips);
  packet->mark.checksum[0] = join(part, parts);
}

/* One half of a packet that is a tile of its own: `first` is 0, or n_quantities for the mirrored
 * half. `bytes`: of one quantity. */
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

/* Called before the packet is put into the queue, by the thread that filled it: hashing is spread
 * over all threads so, and the data is still in its cache. Without a journal nobody reads the
 * marks. */
void sw_pairs_digest_packet(sw_worker *w, sw_packet *packet) {
  if (!w->pairs->journal) return;
  if (w->hasher) {
    digest_batch(w, packet);
    return;
  }
  size_t bytes = (size_t)sw_piece_count(&packet->piece) * (size_t)w->pairs->element;
  packet->mark.checksum[0] = digest_half(packet, 0, bytes);
  if (packet->mirror) packet->mark.checksum[1] = digest_half(packet, packet->n_quantities, bytes);
}

/* ---- what is stored --------------------------------------------------------------------- */

/* A piece on its way: read, hashed, and written to its place in `to`. Piece and target have the
 * same shape, but their own matrix and positions in each file. */
typedef struct passage {
  const sw_pairs *p;
  const sw_stored *from, *to; /* to: NULL when it is only looked at */
  sw_piece piece, target;
  bool *readable;
} passage;

/* Reads one portion and copies it when there is a target. SW_EIO on reading makes the tile unsound
 * and is no failure; every other status, and a failure to write, is one. */
static sw_status pass_portion(sw_error *err, const passage *way, const sw_piece *from,
                              const sw_piece *to, int quantity, void *buffer) {
  sw_error unreadable = {0}; /* kept apart: EIO must leave no message behind */
  sw_status status = way->from->sink->read(way->from->sink, &unreadable, from, quantity, buffer);
  if (status == SW_EIO) *way->readable = false;
  if (status != SW_OK && status != SW_EIO) *err = unreadable;
  if (status != SW_OK) return status == SW_EIO ? SW_OK : status;
  return way->to ? way->to->sink->write(way->to->sink, err, to, quantity, buffer) : SW_OK;
}

/* Hashes one part of a piece: a quantity, or SW_PARTNERS. Rectangles and rows of top partners
 * are read at once, as large as a packet; entries go in portions, as they may be as many as all
 * pairs. */
static sw_status pass_part(sw_error *err, const passage *way, int quantity, void *buffer,
                           uint64_t *digest) {
  sw_hasher *hasher = NULL;
  size_t size = quantity == SW_PARTNERS ? sizeof(int32_t) : (size_t)way->p->element;
  sw_piece from = way->piece, to = way->target;
  SW_TRY(sw_hasher_create(err, &hasher));
  sw_status status = SW_OK;
  int64_t end = from.at + from.count;
  do {
    /* The last portion is what is left, and a strip without entries has one portion of none. */
    if (from.kind == SW_PIECE_ENTRIES)
      to.count = from.count = end - from.at < READ_ENTRIES ? end - from.at : READ_ENTRIES;
    status = pass_portion(err, way, &from, &to, quantity, buffer);
    if (status == SW_OK && *way->readable)
      sw_hasher_add(hasher, buffer, (size_t)sw_piece_count(&from) * size);
    from.at += from.count;
    to.at += to.count;
  } while (status == SW_OK && *way->readable && from.kind == SW_PIECE_ENTRIES && from.at < end);
  *digest = sw_hasher_end(hasher);
  sw_hasher_destroy(hasher);
  return status;
}

/* The checksum of a whole piece; parts in the order that digest_half and digest_batch have.
 * `strip`: of entries, whose row lengths are part of the checksum; else not looked at. */
static sw_status pass_piece(sw_error *err, const passage *way, int64_t strip, uint64_t *checksum) {
  parts_hash part = {0};
  int count = 0;
  void *buffer = NULL;
  /* One buffer serves all parts; doubles are the largest of them. */
  int64_t most = way->piece.kind == SW_PIECE_ENTRIES ? READ_ENTRIES : sw_piece_count(&way->piece);
  SW_TRY(sw_alloc(err, (size_t)most + 1, sizeof(double), &buffer));
  sw_status status = SW_OK;
  for (int q = way->piece.kind == SW_PIECE_RECT ? 0 : SW_PARTNERS;
       q < way->p->n_quantities && status == SW_OK && *way->readable; q++)
    status = pass_part(err, way, q, buffer, &part[count++]);
  if (way->piece.kind == SW_PIECE_ENTRIES)
    part[count++] = hash_rows(way->p, way->from->row_start, strip);
  *checksum = join(part, count);
  sw_free(buffer);
  return status;
}

/* A square as a piece of the matrix that `at` names. */
static sw_piece square_piece(const sw_pairs *p, const sw_stored *at, int64_t row, int64_t column) {
  sw_piece piece = {SW_PIECE_RECT, .job = p->entry, .t = at->t};
  sw_cut_square(&p->plan->cut, row, &piece.i0, &piece.i1);
  sw_cut_square(&p->plan->cut, column, &piece.j0, &piece.j1);
  return piece;
}

/* A strip as a piece: whole rows, k partners each, or entries. The positions of entries come from
 * at->row_start, and so may be damaged when it was read from a file. */
static sw_piece strip_piece(const sw_pairs *p, const sw_stored *at, int64_t strip) {
  sw_piece piece = {SW_PIECE_RECT, .job = p->entry, .t = at->t, .j1 = p->job->n};
  sw_cut_strip(&p->plan->cut, strip, &piece.i0, &piece.i1);
  if (p->plan->keep.kind == SW_KEEP_TOP) {
    piece.kind = SW_PIECE_TOP;
    piece.k = p->plan->keep.top;
  } else if (p->plan->keep.kind != SW_KEEP_DENSE) {
    piece.kind = SW_PIECE_ENTRIES;
    piece.at = at->row_start[piece.i0];
    piece.count = at->row_start[piece.i1] - piece.at;
  }
  return piece;
}

/* `row` and `column` count squares. */
static sw_status pass_square(sw_error *err, passage *way, int64_t row, int64_t column,
                             uint64_t *checksum) {
  way->piece = square_piece(way->p, way->from, row, column);
  if (way->to) way->target = square_piece(way->p, way->to, row, column);
  return pass_piece(err, way, -1, checksum);
}

/* A strip that rounding has left without rows has the checksum 0, as the journal has for a task
 * that nobody marks. */
static sw_status pass_strip(sw_error *err, passage *way, int64_t strip, uint64_t *checksum) {
  way->piece = strip_piece(way->p, way->from, strip);
  way->target = way->to ? strip_piece(way->p, way->to, strip) : way->piece;
  int64_t rows = way->piece.i1 - way->piece.i0, count = way->piece.count;
  *checksum = 0;
  if (rows <= 0) return SW_OK;
  if (count < 0 || count > rows * way->p->job->n || count != way->target.count)
    *way->readable = false; /* row positions that cannot be: read nothing by them */
  return *way->readable ? pass_piece(err, way, strip, checksum) : SW_OK;
}

/* The checksums of one task's tiles: `row` and `nth` as a lot counts. The second one is that of the
 * mirrored square of a triangle, 0 where there is none. Any rank, alone; not collective. */
sw_status sw_pairs_digest_stored(sw_error *err, const sw_pairs *p, const sw_stored *from,
                                 const sw_stored *to, int64_t row, int64_t nth,
                                 uint64_t checksum[2], bool *readable) {
  int64_t column = sw_geometry_column(&p->geometry, row, nth);
  bool mirrors = sw_geometry_mirrors(&p->geometry, row, nth);
  passage way = {.p = p, .from = from, .to = to, .readable = readable};
  checksum[0] = checksum[1] = 0;
  *readable = true;
  if (p->geometry.walk == SW_WALK_STRIPS) return pass_strip(err, &way, row, &checksum[0]);
  SW_TRY(pass_square(err, &way, row, column, &checksum[0]));
  if (mirrors && *readable) return pass_square(err, &way, column, row, &checksum[1]);
  return SW_OK;
}

/* Matrix t in this run's own results file. */
sw_stored sw_pairs_stored_here(const sw_pairs *p, int t) {
  const int64_t *start = p->plan->row_start;
  return (sw_stored){p->work.sink, t, start ? start + t * p->job->n : NULL};
}

/* For `verify`, which has no pass under way: builds as much of one as the checksum needs. Tiles of
 * a dense matrix are numbered row by row whatever the walk, so a mirrored square is a tile like any
 * other. Here what cannot be read is a failure. */
sw_status sw_pairs_digest_tile(sw_error *err, sw_run *run, int e, sw_sink *sink, int t,
                               int64_t tile, uint64_t *checksum) {
  sw_pairs p = {.run = run,
                .entry = e,
                .job = &run->job[e],
                .plan = &run->pair[e],
                .work = {.pass = SW_PAIRS_SAMPLE, .sink = sink},
                .geometry = sw_pairs_geometry(run, e, SW_PAIRS_SAMPLE),
                .n_quantities = run->pair[e].n_quantities,
                .element = sw_study_is_wide(run->study, e) ? 8 : 4};
  sw_stored here = sw_pairs_stored_here(&p, t);
  int64_t squares = p.plan->cut.squares;
  bool readable = true;
  passage way = {.p = &p, .from = &here, .readable = &readable};
  SW_TRY(p.geometry.walk == SW_WALK_STRIPS
             ? pass_strip(err, &way, tile, checksum)
             : pass_square(err, &way, tile / squares, tile % squares, checksum));
  if (!readable)
    return sw_fail(err, SW_EIO, "%s, tile %lld: what is stored cannot be read", run->job[e].name,
                   (long long)tile);
  return SW_OK;
}
