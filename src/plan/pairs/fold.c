/* Folding: the shares that tasks left in their slots are added in the order private.h promises. On
 * one node every rank adds those of its units. Between nodes each node adds what it has of a row,
 * and of the columns' tree the blocks it has whole, and sends only the sums: of a run of
 * neighbouring rows their sums and at most two blocks a level for each unit. */
#include "plan/pairs/private.h"

#include "plan/pairs/ladder.h"

#include <string.h>

/* ---- shares of a lot for units [lo, hi), added into sums that begin with unit lo ------------ */

typedef struct span {
  int64_t lo, hi;
} span;

static void add_share(const sw_pairs *p, span units, int64_t first, int64_t end, int64_t offset,
                      double *sum) {
  int64_t from = first > units.lo ? first : units.lo, to = end < units.hi ? end : units.hi;
  for (int64_t k = from; k < to; k++)
    sum[k - units.lo] += p->slots[offset + k - first];
}

static void rows_of_lot(const sw_pairs *p, int64_t row, int64_t *first, int64_t *end) {
  if (p->walk == SW_WALK_STRIPS)
    sw_cut_strip(&p->plan->cut, row, first, end);
  else
    sw_cut_square(&p->plan->cut, row, first, end);
}

static void add_rows(const sw_pairs *p, const sw_lot *lot, span units, double *sum) {
  int64_t squares = p->plan->cut.squares, first = 0, end = 0, tasks = 1;
  if (p->walk != SW_WALK_STRIPS) tasks = squares - (p->walk == SW_WALK_TRIANGLE ? lot->row : 0);
  rows_of_lot(p, lot->row, &first, &end);
  if (first >= units.hi || end <= units.lo) return;
  for (int64_t nth = 0; nth < tasks; nth++)
    add_share(p, units, first, end, lot->slot_at + nth * sw_pairs_square_slot(p), sum);
}

static void add_columns(const sw_pairs *p, const sw_lot *lot, int64_t part, span units,
                        double *sum) {
  const sw_cut *cut = &p->plan->cut;
  bool triangle = p->walk == SW_WALK_TRIANGLE;
  int64_t first = triangle ? lot->row + 1 : 0, before = triangle ? 1 : 0, j0 = 0, j1 = 0;
  if (p->walk == SW_WALK_STRIPS) {
    add_share(p, units, 0, p->job->n, lot->slot_at + cut->strip, sum);
    return;
  }
  int64_t from = units.lo / cut->side > first ? units.lo / cut->side : first;
  int64_t offset = lot->slot_at + cut->side * (1 + part);
  for (int64_t column = from; column < cut->squares; column++) {
    sw_cut_square(cut, column, &j0, &j1);
    if (j0 >= units.hi) return;
    add_share(p, units, j0, j1, offset + (column - first + before) * sw_pairs_square_slot(p), sum);
  }
}

/* ---- the columns' tree -------------------------------------------------------------------- */

/* Leaves are row segments: strips, or squares where strips are as large. */
static sw_status open_ladder(sw_error *err, const sw_pairs *p, int64_t width, sw_ladder *ladder) {
  const sw_cut *cut = &p->plan->cut;
  bool squares = p->walk == SW_WALK_TRIANGLE || cut->strip < cut->side;
  int parts = squares && p->job->directed ? (int)cut->strips_a_square : 1;
  return sw_ladder_create(err, squares ? cut->squares : cut->strips, parts, width, ladder);
}

static int64_t leaf_of(const sw_pairs *p, const sw_ladder *ladder, int64_t row, int64_t part) {
  if (p->walk == SW_WALK_STRIPS) {
    part = row % ladder->parts;
    row /= ladder->parts;
  }
  return row / sw_pairs_rows_a_group(p) << ladder->shift | part;
}

/* A lot's column shares (without a width: only which blocks they make). */
static void climb(const sw_pairs *p, const sw_lot *lot, span units, sw_ladder *ladder) {
  int64_t group = sw_pairs_rows_a_group(p), next = lot->row + 1;
  for (int64_t part = 0; part < p->parts; part++) {
    if (lot->row % group == 0) sw_ladder_add(ladder, 0, leaf_of(p, ladder, lot->row, part));
    if (ladder->width) add_columns(p, lot, part, units, sw_ladder_sum(ladder, ladder->count - 1));
    if (next % group == 0 || next == sw_pairs_rows_of_walk(p)) sw_ladder_settle(ladder);
  }
}

/* Whether a block has shares of the units: in a triangle, rows before theirs. */
static bool concerns(const sw_pairs *p, const sw_ladder *blocks, int k, span units) {
  if (p->walk != SW_WALK_TRIANGLE) return units.lo < units.hi;
  return units.lo < units.hi &&
         blocks->index[k] << blocks->level[k] < (units.hi - 1) / p->plan->cut.side;
}

/* ---- between nodes ------------------------------------------------------------------------ */

/* Neighbouring rows of a matrix on one node: [row, the row returned). */
static int64_t end_of_run(const sw_pairs *p, int t, int64_t row) {
  int node = sw_pairs_lot_node(p, t, row);
  do
    row++;
  while (row < sw_pairs_rows_of_walk(p) && sw_pairs_lot_node(p, t, row) == node);
  return row;
}

/* How many of a row of squares (or strip) are the rank's, and the first of them. */
static int64_t own_rows(const sw_pairs *p, int64_t row, span units, int64_t *first) {
  int64_t end = 0;
  rows_of_lot(p, row, first, &end);
  *first = *first > units.lo ? *first : units.lo;
  end = end < units.hi ? end : units.hi;
  return end > *first ? end - *first : 0;
}

/* A run for one rank's units: sums of its rows, then the blocks of its columns. `at` NULL: counts.
 */
static int64_t pack_run(const sw_pairs *p, const sw_lot *lot, int64_t rows, span units,
                        sw_ladder *ladder, double *at) {
  int64_t count = 0;
  ladder->count = 0;
  ladder->width = at ? units.hi - units.lo : 0;
  for (int64_t k = 0; k < rows; k++) {
    int64_t first = 0, own = own_rows(p, lot[k].row, units, &first);
    if (at && own) {
      memset(at + count, 0, (size_t)own * sizeof *at);
      add_rows(p, &lot[k], (span){first, first + own}, at + count);
    }
    count += own;
    climb(p, &lot[k], units, ladder);
  }
  for (int k = 0; k < ladder->count; k++) {
    if (!concerns(p, ladder, k, units)) continue;
    if (at) memcpy(at + count, sw_ladder_sum(ladder, k), (size_t)ladder->width * sizeof *at);
    count += units.hi - units.lo;
  }
  return count;
}

/* The runs of this node for every rank, rank after rank; a node's ranks share the ranks to serve.
 */
static void pack_all(const sw_pairs *p, sw_ladder *ladder, double *into, size_t *bytes) {
  const sw_team *team = p->run->team;
  int64_t count = 0;
  for (int r = 0; r < team->size; r++) {
    int64_t before = count;
    span units = {0, 0};
    sw_partition(p->job->n, r, team->size, &units.lo, &units.hi);
    for (int64_t k = 0; r % team->node_size == team->node_rank && k < p->n_lots;) {
      const sw_lot *lot = &p->lot[k];
      int64_t rows = end_of_run(p, lot->t, lot->row) - lot->row;
      count += pack_run(p, lot, rows, units, ladder, into ? into + count : NULL);
      k += rows;
    }
    bytes[r] = (size_t)(count - before) * sizeof(double);
  }
}

static sw_status widest(sw_error *err, const sw_pairs *p, sw_ladder *ladder) {
  int64_t width = 0, lo = 0, hi = 0;
  for (int r = 0; r < p->run->team->size; r++) {
    sw_partition(p->job->n, r, p->run->team->size, &lo, &hi);
    width = hi - lo > width ? hi - lo : width;
  }
  return open_ladder(err, p, width, ladder);
}

/* Received bytes stand by rank, so by node. */
static sw_status exchange(sw_error *err, sw_pairs *p, void **received) {
  sw_team *team = p->run->team;
  size_t *bytes = NULL, total = 0;
  double *send = NULL;
  sw_ladder ladder = {0};
  sw_status status = sw_calloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes);
  if (status == SW_OK) status = widest(err, p, &ladder);
  if (status == SW_OK) pack_all(p, &ladder, NULL, bytes);
  for (int r = 0; status == SW_OK && r < team->size; r++)
    total += bytes[r];
  if (status == SW_OK) status = sw_alloc(err, total, 1, (void **)&send);
  if (status == SW_OK) pack_all(p, &ladder, send, bytes);
  sw_ladder_destroy(&ladder);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = team->all_to_all(team, err, send, bytes, received, NULL);
  sw_free(send);
  sw_free(bytes);
  return status;
}

/* ---- adding in order ---------------------------------------------------------------------- */

typedef struct adder {
  const sw_pairs *p;
  span units;
  double *rows;        /* by unit: sums of rows; undirected: from the own square on */
  sw_ladder ladder;    /* of the columns */
  sw_ladder shape;     /* the blocks of a run */
  const double **from; /* by node: what comes next of it */
} adder;

static void end_matrix(adder *a, int t) {
  sw_summary *summary = &a->p->plan->summary;
  int64_t own = a->units.hi - a->units.lo;
  const double *columns = a->ladder.count ? sw_ladder_sum(&a->ladder, 0) : NULL;
  for (int64_t k = 0; k < own && !sw_pairs_is_past(a->p, t); k++) { /* those are there already */
    double column = columns ? columns[k] : 0.0;
    double sent = a->p->job->directed ? a->rows[k] : column + a->rows[k];
    summary->out_strength[t][k] = sent;
    summary->in_strength[t][k] = a->p->job->directed ? column : sent;
  }
  memset(a->rows, 0, (size_t)own * sizeof *a->rows);
  a->ladder.count = 0;
}

static void add_all(double *sum, const double **from, int64_t count) {
  for (int64_t k = 0; k < count; k++)
    sum[k] += (*from)[k];
  *from += count;
}

/* Rows [row, end) of one node as pack_run left them. */
static void add_run(adder *a, int t, int64_t row, int64_t end) {
  const sw_pairs *p = a->p;
  const double **from = &a->from[sw_pairs_lot_node(p, t, row)];
  a->shape.count = 0;
  for (; row < end; row++) {
    int64_t first = 0, own = own_rows(p, row, a->units, &first);
    sw_lot lot = {.t = t, .row = row};
    if (own) add_all(a->rows + first - a->units.lo, from, own);
    climb(p, &lot, a->units, &a->shape);
  }
  for (int k = 0; k < a->shape.count; k++) {
    double *sum = sw_ladder_add(&a->ladder, a->shape.level[k], a->shape.index[k]);
    if (concerns(p, &a->shape, k, a->units)) add_all(sum, from, a->units.hi - a->units.lo);
    sw_ladder_settle(&a->ladder);
  }
}

/* What comes from a node stands behind what comes from those before. */
static void find_streams(adder *a, const double *received) {
  const sw_pairs *p = a->p;
  int64_t *count = (int64_t *)(a->from + p->run->team->nodes);
  for (int t = p->t0; t < p->t1; t++)
    for (int64_t row = 0, end; row < sw_pairs_rows_of_walk(p); row = end) {
      int node = sw_pairs_lot_node(p, t, row);
      end = end_of_run(p, t, row);
      a->shape.count = 0;
      for (int64_t k = row; k < end; k++) {
        int64_t first = 0;
        sw_lot lot = {.t = t, .row = k};
        climb(p, &lot, a->units, &a->shape);
        count[node] += own_rows(p, k, a->units, &first);
      }
      for (int k = 0; k < a->shape.count; k++)
        if (concerns(p, &a->shape, k, a->units)) count[node] += a->units.hi - a->units.lo;
    }
  for (int node = 0; node < p->run->team->nodes; node++) {
    a->from[node] = received;
    received += count[node];
  }
}

static void add_window(adder *a) {
  const sw_pairs *p = a->p;
  const sw_lot *lot = p->lot;
  for (int t = p->t0; t < p->t1; t++) {
    for (int64_t row = 0, end; row < sw_pairs_rows_of_walk(p); row = end) {
      end = p->run->team->nodes > 1 ? end_of_run(p, t, row) : row + 1;
      if (p->run->team->nodes > 1) {
        add_run(a, t, row, end);
        continue;
      }
      add_rows(p, lot, a->units, a->rows);
      climb(p, lot++, a->units, &a->ladder);
    }
    end_matrix(a, t);
  }
}

static sw_status open_adder(sw_error *err, adder *a) {
  int64_t own = a->units.hi - a->units.lo;
  size_t nodes = (size_t)a->p->run->team->nodes;
  SW_TRY(sw_calloc(err, (size_t)own, sizeof *a->rows, (void **)&a->rows));
  SW_TRY(sw_calloc(err, 2 * nodes, sizeof *a->from, (void **)&a->from));
  SW_TRY(open_ladder(err, a->p, 0, &a->shape));
  return open_ladder(err, a->p, own, &a->ladder);
}

sw_status sw_pairs_fold(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  void *received = NULL;
  if (team->nodes > 1) SW_TRY(exchange(err, p, &received));
  adder a = {.p = p, .units = {p->run->panel->lo, p->run->panel->hi}};
  sw_status status = open_adder(err, &a);
  if (status == SW_OK && received) find_streams(&a, received);
  if (status == SW_OK) add_window(&a);
  sw_ladder_destroy(&a.ladder);
  sw_ladder_destroy(&a.shape);
  sw_free(a.from);
  sw_free(a.rows);
  sw_free(received);
  return sw_team_agree(team, err, status, 0);
}
