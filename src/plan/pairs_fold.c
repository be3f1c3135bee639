/* Folding: the shares that tasks left in their slots go to the ranks that own the units, and are
 * added there lot by lot, which is the order pairs.h promises. Between nodes only the shares of a
 * rank's units travel: n/K * squares doubles a matrix for each of K ranks. */
#include "plan/pairs.h"

#include <string.h>

/* ---- pieces: the shares of a lot that belong to units [lo, hi) ---------------------------- */

typedef struct share_piece {
  bool of_columns;
  bool before; /* undirected: a square before the unit's own */
  int64_t first, count;
  int64_t offset; /* in the slots of the lot's node */
} share_piece;

typedef void (*piece_visit)(void *self, const sw_lot *lot, const share_piece *piece);

typedef struct visitor {
  const sw_pairs *p;
  int64_t lo, hi;
  piece_visit visit;
  void *self;
} visitor;

static void clip(const visitor *v, const sw_lot *lot, bool of_columns, bool before, int64_t first,
                 int64_t end, int64_t offset) {
  int64_t from = first > v->lo ? first : v->lo, to = end < v->hi ? end : v->hi;
  if (from >= to) return;
  share_piece piece = {of_columns, before, from, to - from, offset + (from - first)};
  v->visit(v->self, lot, &piece);
}

static void visit_squares(const visitor *v, const sw_lot *lot) {
  const sw_pairs *p = v->p;
  const sw_cut *cut = &p->plan->cut;
  bool triangle = p->walk == SW_WALK_TRIANGLE;
  int64_t i0 = 0, i1 = 0, j0 = 0, j1 = 0, offset = lot->slot_at;
  sw_cut_square(cut, lot->row, &i0, &i1);
  for (int64_t column = triangle ? lot->row : 0; column < cut->squares; column++) {
    sw_cut_square(cut, column, &j0, &j1);
    clip(v, lot, false, false, i0, i1, offset);
    for (int64_t part = 0; part < p->parts; part++)
      if (!triangle || column != lot->row)
        clip(v, lot, true, true, j0, j1, offset + cut->side * (1 + part));
    offset += sw_square_slot(p);
  }
}

static void visit_lot(const visitor *v, const sw_lot *lot) {
  const sw_pairs *p = v->p;
  if (p->walk != SW_WALK_STRIPS) {
    visit_squares(v, lot);
    return;
  }
  int64_t r0 = 0, r1 = 0;
  sw_cut_strip(&p->plan->cut, lot->row, &r0, &r1);
  clip(v, lot, false, false, r0, r1, lot->slot_at);
  if (p->parts) clip(v, lot, true, true, 0, p->job->n, lot->slot_at + p->plan->cut.strip);
}

/* ---- between nodes ---------------------------------------------------------------------- */

typedef struct packer {
  const sw_pairs *p;
  double *at; /* NULL: only count */
  size_t count;
} packer;

static void pack(void *self, const sw_lot *lot, const share_piece *piece) {
  packer *packing = self;
  (void)lot;
  if (packing->at)
    memcpy(packing->at + packing->count, packing->p->slots + piece->offset,
           (size_t)piece->count * sizeof(double));
  packing->count += (size_t)piece->count;
}

/* The shares of every rank's units in this node's slots, rank after rank. */
static void pack_all(const sw_pairs *p, double *into, size_t *bytes) {
  packer packing = {p, into, 0};
  for (int r = 0; r < p->run->team->size; r++) {
    size_t before = packing.count;
    visitor v = {.p = p, .visit = pack, .self = &packing};
    sw_partition(p->job->n, r, p->run->team->size, &v.lo, &v.hi);
    for (int64_t k = 0; k < p->n_lots; k++)
      visit_lot(&v, &p->lot[k]);
    bytes[r] = (packing.count - before) * sizeof(double);
  }
}

/* Received bytes stand by rank; only a node's first rank sends. */
static sw_status exchange(sw_error *err, sw_pairs *p, void **received, size_t *received_bytes) {
  sw_team *team = p->run->team;
  size_t *bytes = NULL, total = 0;
  double *send = NULL;
  SW_TRY(sw_calloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes));
  if (team->node_rank == 0) {
    pack_all(p, NULL, bytes);
    for (int r = 0; r < team->size; r++)
      total += bytes[r];
  }
  sw_status status = sw_alloc(err, total, 1, (void **)&send);
  if (status == SW_OK && team->node_rank == 0) pack_all(p, send, bytes);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = team->all_to_all(team, err, send, bytes, received, received_bytes);
  sw_free(send);
  sw_free(bytes);
  return status;
}

/* ---- adding in order -------------------------------------------------------------------- */

typedef struct adder {
  const sw_pairs *p;
  int64_t lo, own;
  const double *from;         /* next received share of the lot's node; NULL: in the node's slots */
  double *a, *b, *in, *strip; /* by unit: before and from the own square, received, in this strip */
} adder;

static void add_to(double *sum, const double *share, int64_t count) {
  for (int64_t k = 0; k < count; k++)
    sum[k] += share[k];
}

static void add_piece(void *self, const sw_lot *lot, const share_piece *piece) {
  adder *adding = self;
  const sw_pairs *p = adding->p;
  (void)lot;
  const double *share = adding->from ? adding->from : p->slots + piece->offset;
  if (adding->from) adding->from += piece->count;
  int64_t at = piece->first - adding->lo;
  double *sum = NULL;
  if (!p->job->directed)
    sum = piece->before ? adding->a : adding->b;
  else if (!piece->of_columns)
    sum = adding->a;
  else /* several rows of squares a strip: the strip's sum is made first */
    sum = p->walk == SW_WALK_SQUARES && p->plan->cut.strip > p->plan->cut.side ? adding->strip
                                                                               : adding->in;
  add_to(sum + at, share, piece->count);
}

static void end_strip(adder *adding, int64_t next_row) {
  const sw_cut *cut = &adding->p->plan->cut;
  if (adding->p->walk != SW_WALK_SQUARES || cut->strip <= cut->side) return;
  if (next_row < cut->squares && next_row * cut->side % cut->strip) return;
  add_to(adding->in, adding->strip, adding->own);
  memset(adding->strip, 0, (size_t)adding->own * sizeof *adding->strip);
}

static void end_matrix(adder *adding, int t) {
  sw_summary *summary = &adding->p->plan->summary;
  bool directed = adding->p->job->directed;
  for (int64_t k = 0; k < adding->own; k++) {
    double sent = adding->a[k] + adding->b[k];
    summary->out_strength[t][k] = sent;
    summary->in_strength[t][k] = directed ? adding->in[k] : sent;
  }
  memset(adding->a, 0, 4 * (size_t)adding->own * sizeof *adding->a);
}

/* The lots of one node in the window, and the shares of this rank's units in them. */
typedef struct node_stream {
  sw_lot *lot;
  int64_t taken;
  const double *from;
} node_stream;

/* Every lot of the window in order; shares of other nodes' lots come in that order from them. */
static void add_window(adder *adding, node_stream *streams) {
  const sw_pairs *p = adding->p;
  visitor v = {p, adding->lo, adding->lo + adding->own, add_piece, adding};
  int64_t rows = sw_rows_of_walk(p), number = 0;
  for (int t = p->t0; t < p->t1; t++) {
    for (int64_t row = 0; row < rows; row++, number++) {
      node_stream *stream = &streams[sw_lot_node(p, number)];
      adding->from = stream->from;
      visit_lot(&v, &stream->lot[stream->taken++]);
      stream->from = adding->from;
      end_strip(adding, row + 1);
    }
    end_matrix(adding, t);
  }
}

static sw_status list_lots(sw_error *err, const sw_pairs *p, int node, node_stream *stream) {
  int64_t tasks = 0, slots = 0;
  int64_t count = sw_lots_of_node(p, node, NULL, &tasks, &slots);
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *stream->lot, (void **)&stream->lot));
  sw_lots_of_node(p, node, stream->lot, &tasks, &slots);
  return SW_OK;
}

/* Nodes send in their order, so each stream begins where the one before ends. */
static sw_status open_streams(sw_error *err, const sw_pairs *p, const adder *adding,
                              const double *received, node_stream *streams) {
  packer before = {p, NULL, 0};
  visitor v = {p, adding->lo, adding->lo + adding->own, pack, &before};
  for (int node = 0; node < p->run->team->nodes; node++) {
    SW_TRY(list_lots(err, p, node, &streams[node]));
    if (!received) continue;
    streams[node].from = received + before.count;
    int64_t tasks = 0, slots = 0;
    int64_t lots = sw_lots_of_node(p, node, NULL, &tasks, &slots);
    for (int64_t k = 0; k < lots; k++)
      visit_lot(&v, &streams[node].lot[k]);
  }
  return SW_OK;
}

static sw_status add_all(sw_error *err, sw_pairs *p, const double *received) {
  int nodes = p->run->team->nodes;
  adder adding = {.p = p, .lo = p->run->panel->lo, .own = p->run->panel->hi - p->run->panel->lo};
  node_stream *streams = NULL;
  SW_TRY(sw_calloc(err, (size_t)nodes, sizeof *streams, (void **)&streams));
  sw_status status = sw_calloc(err, 4 * (size_t)adding.own, sizeof *adding.a, (void **)&adding.a);
  adding.b = adding.a + adding.own;
  adding.in = adding.b + adding.own;
  adding.strip = adding.in + adding.own;
  if (status == SW_OK) status = open_streams(err, p, &adding, received, streams);
  if (status == SW_OK) add_window(&adding, streams);
  for (int node = 0; node < nodes; node++)
    sw_free(streams[node].lot);
  sw_free(streams);
  sw_free(adding.a);
  return status;
}

sw_status sw_pairs_fold(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  void *received = NULL;
  size_t *bytes = NULL;
  if (team->nodes > 1) {
    SW_TRY(sw_alloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes));
    sw_status status = exchange(err, p, &received, bytes);
    sw_free(bytes);
    SW_TRY(status);
  }
  sw_status status = add_all(err, p, received);
  sw_free(received);
  return sw_team_agree(team, err, status, 0);
}
