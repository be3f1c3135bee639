/* Folding: adds the shares that tasks left in their slots, in the order that private.h promises,
 * into the strengths of units. Called once per window by pairs.c, after a barrier has made all
 * slots final; collective.
 *
 * On one node every rank adds the shares of its own units, straight from the slots. Between nodes
 * the slots stay where they are, as all of them would be n * squares doubles per matrix. Each node
 * adds what it has of a row; of the columns' tree it adds the blocks that it has whole, and sends
 * those sums: for a run of neighbouring rows their sums, and at most two blocks per level for each
 * unit. The receiver takes the blocks into its own ladder, which goes on from there. A tree makes
 * this possible without changing a bit: blocks are the same whoever adds them; sums from left to
 * right would have to wait for the node before.
 *
 * Sender and receiver agree on the layout of messages without describing it: both derive it from
 * the cut and from sw_pairs_lot_node (pack_run, add_run, find_streams). */
#include "plan/pairs/blocks.h"
#include "plan/pairs/private.h"

#include "kernel/pairs/groups.h"
#include "kernel/pairs/lanes.h"
#include "plan/pairs/ladder.h"

#include <math.h>
#include <string.h>

/* ---- shares of a lot for units [lo, hi), added into sums that begin with unit lo ------------ */

/* Units [lo, hi). */
typedef struct span {
  int64_t lo, hi;
} span;

/* The layer under way, from the beginning of each slot on. */
static int64_t layer_at(const sw_pairs *p) {
  return p->layer * sw_geometry_layer(&p->geometry);
}

/* Adds to sum (which begins with unit units.lo) a share of units [first, end) that lies at `offset`
 * in the slots, as far as the two overlap. */
static void add_share(const sw_pairs *p, span units, int64_t first, int64_t end, int64_t offset,
                      double *sum) {
  int64_t from = first > units.lo ? first : units.lo, to = end < units.hi ? end : units.hi;
  for (int64_t k = from; k < to; k++)
    sum[k - units.lo] += p->slots[offset + k - first];
}

/* Where there are sums by group, a unit's share is the sum of those in the groups of square
 * `other`; the shares of unit `first` begin at `share`. */
static void add_groups(const sw_pairs *p, span units, int64_t first, int64_t end, int64_t other,
                       const double *share, double *sum) {
  const int64_t *at = p->plan->blocks->at + other;
  int64_t from = first > units.lo ? first : units.lo, to = end < units.hi ? end : units.hi;
  if (from >= to) return;
  sw_groups_add_shares(to - from, at[1] - at[0], share + from - first, p->plan->cut.side,
                       sum + from - units.lo);
}

/* The lot's row sums: of a row of squares one share a square, added in the order of columns. In a
 * triangle the row begins on the diagonal; what lies before comes out of the columns' tree. */
static void add_rows(const sw_pairs *p, const sw_lot *lot, span units, double *sum) {
  int64_t slot = sw_geometry_slot(&p->geometry), first = 0, end = 0;
  sw_geometry_units(&p->geometry, lot->row, &first, &end);
  /* Most lots are not about these units: skip the walk over their squares. */
  if (first >= units.hi || end <= units.lo) return;
  for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, lot); nth++)
    if (p->geometry.blocks)
      add_groups(p, units, first, end, sw_geometry_column(&p->geometry, lot->row, nth),
                 sw_pairs_block_shares(p, p->slots + lot->slot_at + nth * slot).row, sum);
    else
      add_share(p, units, first, end, lot->slot_at + layer_at(p) + nth * slot, sum);
}

/* ---- numbers of whole rows --------------------------------------------------------------- */

/* Places the numbers of units' rows, `numbers` of each from `from` on, into the results by unit. A
 * label's numbers of all matrices stand together. */
static void place_numbers(const sw_pairs *p, int t, int64_t first, int64_t count,
                          const double *from) {
  int64_t numbers = p->geometry.numbers, matrices = p->plan->summary.n_periods, at = 0;
  for (int q = 0; numbers && p->job->measure->output[q].name; q++) {
    const sw_result *result = &p->job->result[q];
    if (!result->output->by_row || result->off) continue;
    for (int label = 0; label < result->width; label++, at++)
      for (int64_t k = 0; k < count; k++)
        result->row[label * matrices + t][first - p->run->panel->lo + k] = from[k * numbers + at];
  }
}

/* Where the numbers of unit `first`, a row of the lot, stand in the slots. */
static const double *numbers_of_lot(const sw_pairs *p, const sw_lot *lot, int64_t first) {
  int64_t r0 = 0, r1 = 0;
  sw_geometry_units(&p->geometry, lot->row, &r0, &r1);
  return p->slots + lot->slot_at + sw_geometry_numbers_at(&p->geometry) +
         (first - r0) * p->geometry.numbers;
}

/* The lot's column sums of one row segment (`part`), added into sum. A slot has the shares of rows
 * first, then those of columns, `side` doubles for each part. In a triangle the diagonal square has
 * no column shares (its rows hold both directions): columns begin behind it, at the second task. */
static void add_columns(const sw_pairs *p, const sw_lot *lot, int64_t part, span units,
                        double *sum) {
  const sw_cut *cut = &p->plan->cut;
  const sw_geometry *g = &p->geometry;
  bool triangle = g->walk == SW_WALK_TRIANGLE;
  int64_t first = triangle ? lot->row + 1 : 0, before = triangle ? 1 : 0, j0 = 0, j1 = 0;
  if (g->walk == SW_WALK_STRIPS) {
    add_share(p, units, 0, p->job->n, lot->slot_at + sw_geometry_columns_at(g), sum);
    return;
  }
  /* The first square with one of the units; the loop ends behind the last. */
  int64_t from = units.lo / cut->side > first ? units.lo / cut->side : first;
  int64_t offset = lot->slot_at + layer_at(p) + sw_geometry_columns_at(g) + part * cut->side;
  for (int64_t column = from; column < cut->squares; column++) {
    sw_cut_square(cut, column, &j0, &j1);
    if (j0 >= units.hi) return;
    int64_t slot = (column - first + before) * sw_geometry_slot(g);
    if (g->blocks)
      add_groups(p, units, j0, j1, lot->row,
                 sw_pairs_block_shares(p, p->slots + lot->slot_at + slot).column, sum);
    else
      add_share(p, units, j0, j1, offset + slot, sum);
  }
}

/* ---- the columns' tree -------------------------------------------------------------------- */

/* A ladder for the columns of one matrix. Its leaves are row segments, strips, or whole squares
 * where strips are as large as them; a triangle has one leaf per square. The choice rests on the
 * cut alone, so that the squares' walk and the strips' walk make the same tree. `width` 0: only
 * blocks, no sums. */
static sw_status open_ladder(sw_error *err, const sw_pairs *p, int64_t width, sw_ladder *ladder) {
  const sw_cut *cut = &p->plan->cut;
  bool squares = p->geometry.walk == SW_WALK_TRIANGLE || cut->strip < cut->side;
  int parts = squares && p->job->directed ? (int)cut->strips_a_square : 1;
  return sw_ladder_create(err, squares ? cut->squares : cut->strips, parts, width, ladder);
}

/* The key of a leaf. Strips that nest in squares are split into square and part, so that the tree
 * of strips is the same as that of squares with parts; several rows of squares in a group share a
 * leaf. */
static int64_t leaf_of(const sw_pairs *p, const sw_ladder *ladder, int64_t row, int64_t part) {
  if (p->geometry.walk == SW_WALK_STRIPS) {
    part = row % ladder->parts;
    row /= ladder->parts;
  }
  return row / sw_geometry_rows_per_group(&p->geometry) << ladder->shift | part;
}

/* Adds a lot's column shares to a ladder; without a width it only finds which blocks they make. A
 * group of rows is one leaf: its first row opens it, the others are added in order, the last (or
 * the matrix's last) settles it. Lots must come in the order of rows, a group's without a gap,
 * which sw_pairs_lot_node grants. */
static void climb(const sw_pairs *p, const sw_lot *lot, span units, sw_ladder *ladder) {
  int64_t group = sw_geometry_rows_per_group(&p->geometry), next = lot->row + 1;
  for (int64_t part = 0; part < p->geometry.parts; part++) {
    if (lot->row % group == 0) sw_ladder_add(ladder, 0, leaf_of(p, ladder, lot->row, part));
    if (ladder->width) add_columns(p, lot, part, units, sw_ladder_sum(ladder, ladder->count - 1));
    if (next % group == 0 || next == sw_geometry_rows(&p->geometry)) sw_ladder_settle(ladder);
  }
}

/* Whether a block has shares of the units. In a triangle only rows before a unit's square have; a
 * block that begins at or behind it would be nothing for them and is not sent: the receiver adds
 * that itself. */
static bool concerns(const sw_pairs *p, const sw_ladder *blocks, int k, span units) {
  if (p->geometry.walk != SW_WALK_TRIANGLE) return units.lo < units.hi;
  return units.lo < units.hi &&
         blocks->index[k] << blocks->level[k] < (units.hi - 1) / p->plan->cut.side;
}

/* ---- between nodes ------------------------------------------------------------------------ */

/* The end of the run that begins with `row`: neighbouring rows of a matrix that are on one node.
 * Sums of a run are what one node adds before it sends. */
static int64_t end_of_run(const sw_pairs *p, int t, int64_t row) {
  int node = sw_pairs_lot_node(p, t, row);
  do
    row++;
  while (row < sw_geometry_rows(&p->geometry) && sw_pairs_lot_node(p, t, row) == node);
  return row;
}

/* How many of the units are rows of this row of squares (or strip), and the first of them. */
static int64_t own_rows(const sw_pairs *p, int64_t row, span units, int64_t *first) {
  int64_t end = 0;
  sw_geometry_units(&p->geometry, row, first, &end);
  *first = *first > units.lo ? *first : units.lo;
  end = end < units.hi ? end : units.hi;
  return end > *first ? end - *first : 0;
}

/* Packs a run for one rank's units: the sums and numbers of its rows, then the blocks of its
 * columns' tree. Returns the number of doubles. `at` NULL: only counts them, by the same code, so
 * that room and content agree. The ladder has memory for the widest rank; its width is set to this
 * one's. */
static int64_t pack_run(const sw_pairs *p, const sw_lot *lot, int64_t rows, span units,
                        sw_ladder *ladder, double *at) {
  int64_t count = 0;
  ladder->count = 0;
  ladder->width = at ? units.hi - units.lo : 0;
  for (int64_t k = 0; k < rows; k++) {
    int64_t first = 0, own = own_rows(p, lot[k].row, units, &first);
    if (at && own) {
      sw_lanes_begin(at + count, own);
      add_rows(p, &lot[k], (span){first, first + own}, at + count);
      memcpy(at + count + own, numbers_of_lot(p, &lot[k], first),
             (size_t)(own * p->geometry.numbers) * sizeof *at);
    }
    count += own * (1 + p->geometry.numbers);
    climb(p, &lot[k], units, ladder);
  }
  for (int k = 0; k < ladder->count; k++) {
    if (!concerns(p, ladder, k, units)) continue;
    if (at) memcpy(at + count, sw_ladder_sum(ladder, k), (size_t)ladder->width * sizeof *at);
    count += units.hi - units.lo;
  }
  return count;
}

/* What packing goes by, and works in. */
typedef struct packing {
  const sw_pairs *p;
  sw_ladder ladder;
} packing;

/* Packs the runs of this node for every rank, rank after rank, in the order of lots. The ranks of a
 * node share this work: rank r of the team is served by one of them, so it gets one message per
 * node. */
static void pack_all(void *self, double *into, size_t *bytes) {
  packing *all = self;
  const sw_pairs *p = all->p;
  const sw_team *team = p->run->team;
  int64_t count = 0;
  for (int r = 0; r < team->size; r++) {
    int64_t before = count;
    span units = {0, 0};
    sw_partition(p->job->n, r, team->size, &units.lo, &units.hi);
    for (int64_t k = 0; r % team->node_size == team->node_rank && k < p->n_lots;) {
      const sw_lot *lot = &p->lot[k];
      int64_t rows = end_of_run(p, lot->t, lot->row) - lot->row;
      count += pack_run(p, lot, rows, units, &all->ladder, into ? into + count : NULL);
      k += rows;
    }
    bytes[r] = (size_t)(count - before) * sizeof(double);
  }
}

/* A ladder with room for the units of whichever rank has most. */
static sw_status widest(sw_error *err, const sw_pairs *p, sw_ladder *ladder) {
  int64_t width = 0, lo = 0, hi = 0;
  for (int r = 0; r < p->run->team->size; r++) {
    sw_partition(p->job->n, r, p->run->team->size, &lo, &hi);
    width = hi - lo > width ? hi - lo : width;
  }
  return open_ladder(err, p, width, ladder);
}

/* Sends what every rank needs. *received: by sending rank, and so by node, as exactly one rank of
 * each node serves this one, and ranks are ordered by node. Collective. */
static sw_status exchange(sw_error *err, sw_pairs *p, void **received) {
  packing all = {.p = p};
  sw_status status = widest(err, p, &all.ladder);
  status = sw_team_exchange(err, p->run->team, status, pack_all, &all, received);
  sw_ladder_destroy(&all.ladder);
  return status;
}

/* ---- adding in order ---------------------------------------------------------------------- */

typedef struct adder {
  const sw_pairs *p;
  span units;
  double *rows;        /* by unit: sums of rows; undirected: from the own square on */
  sw_ladder ladder;    /* of the columns, of the matrix under way */
  sw_ladder shape;     /* which blocks a run has, without sums */
  const double **from; /* by node: what comes next in its message; counts behind */
} adder;

/* Nothing was added: none of the unit's pairs has a value. */
static double strength(double sum) {
  return sw_lanes_is_nothing(sum) ? NAN : sum;
}

/* The matrix is added up: writes its strengths, or its sums of a ring. The ladder is left with one
 * block, the root, or with none where columns are not summed apart (undirected strips hold the
 * whole sum in their rows). A matrix taken from an earlier file has its strengths already, and most
 * of its slots are empty: what was added of them is dropped. A unit none of whose pairs has a value
 * has no strength: 0 would be taken for a small one. */
static void end_matrix(adder *a, int t) {
  sw_summary *summary = &a->p->plan->summary;
  int64_t own = a->units.hi - a->units.lo, place = a->units.lo - a->p->run->panel->lo;
  const double *columns = a->ladder.count ? sw_ladder_sum(&a->ladder, 0) : NULL;
  int layer = a->p->layer;
  double *ring = layer ? a->p->ring_out[(layer - 1) * summary->n_periods + t] : NULL;
  for (int64_t k = 0; k < own && !sw_pairs_is_past(a->p, t); k++) {
    double column = columns ? columns[k] : sw_lanes_nothing;
    double sent = a->p->job->directed ? a->rows[k] : column + a->rows[k];
    if (ring) {
      ring[place + k] = strength(sent);
      continue;
    }
    summary->out_strength[t][place + k] = strength(sent);
    summary->in_strength[t][place + k] = strength(a->p->job->directed ? column : sent);
  }
  sw_lanes_begin(a->rows, own);
  a->ladder.count = 0;
}

/* Adds the next `count` doubles of a message and moves on in it. */
static void add_all(double *sum, const double **from, int64_t count) {
  for (int64_t k = 0; k < count; k++)
    sum[k] += (*from)[k];
  *from += count;
}

/* Takes up a run as pack_run packed it: the same rows and blocks in the same order. Blocks that
 * were not sent, as they do not concern the units, are added as nothing, so that the ladder still
 * sees every key and joins the same blocks. */
static void add_run(adder *a, int t, int64_t row, int64_t end) {
  const sw_pairs *p = a->p;
  const double **from = &a->from[sw_pairs_lot_node(p, t, row)];
  a->shape.count = 0;
  for (; row < end; row++) {
    int64_t first = 0, own = own_rows(p, row, a->units, &first);
    sw_lot lot = {.t = t, .row = row};
    if (own) {
      add_all(a->rows + first - a->units.lo, from, own);
      place_numbers(p, t, first, own, *from);
      *from += own * p->geometry.numbers;
    }
    climb(p, &lot, a->units, &a->shape);
  }
  for (int k = 0; k < a->shape.count; k++) {
    double *sum = sw_ladder_add(&a->ladder, a->shape.level[k], a->shape.index[k]);
    if (concerns(p, &a->shape, k, a->units)) add_all(sum, from, a->units.hi - a->units.lo);
    sw_ladder_settle(&a->ladder);
  }
}

/* Finds where each node's message begins: behind those of the nodes before. Their lengths are
 * counted again from the shape of the runs, over the whole window, as pack_run counted them. */
static void find_streams(adder *a, const double *received) {
  const sw_pairs *p = a->p;
  int64_t *count = (int64_t *)(a->from + p->run->team->nodes);
  for (int t = p->t0; t < p->t1; t++)
    for (int64_t row = 0, end; row < sw_geometry_rows(&p->geometry); row = end) {
      int node = sw_pairs_lot_node(p, t, row);
      end = end_of_run(p, t, row);
      a->shape.count = 0;
      for (int64_t k = row; k < end; k++) {
        int64_t first = 0;
        sw_lot lot = {.t = t, .row = k};
        climb(p, &lot, a->units, &a->shape);
        count[node] += own_rows(p, k, a->units, &first) * (1 + p->geometry.numbers);
      }
      for (int k = 0; k < a->shape.count; k++)
        if (concerns(p, &a->shape, k, a->units)) count[node] += a->units.hi - a->units.lo;
    }
  for (int node = 0; node < p->run->team->nodes; node++) {
    a->from[node] = received;
    received += count[node];
  }
}

/* Adds all matrices of the window in the order of rows, whichever node has them. On one node the
 * lots are all rows in order, so they are simply taken one by one. */
static void add_window(adder *a) {
  const sw_pairs *p = a->p;
  const sw_lot *lot = p->lot;
  bool by_group = sw_blocks_in_pairs(p->run, p->entry);
  for (int t = p->t0; t < p->t1; t++) {
    for (int64_t row = 0, end; row < sw_geometry_rows(&p->geometry); row = end) {
      end = p->run->team->nodes > 1 ? end_of_run(p, t, row) : row + 1;
      if (p->run->team->nodes > 1) {
        add_run(a, t, row, end);
        continue;
      }
      int64_t first = 0, own = own_rows(p, row, a->units, &first);
      add_rows(p, lot, a->units, a->rows);
      if (own && p->geometry.numbers)
        place_numbers(p, t, first, own, numbers_of_lot(p, lot, first));
      climb(p, lot, a->units, &a->ladder);
      if (by_group) sw_pairs_blocks_place(p, lot, a->units.lo, a->units.hi);
      lot++;
    }
    end_matrix(a, t);
  }
}

/* Places what `verify` has computed again, without a fold: rows of wanted tasks are whole. */
void sw_pairs_place_sample(const sw_pairs *p) {
  for (int64_t k = 0; p->geometry.numbers && k < p->n_lots; k++) {
    const sw_lot *lot = &p->lot[k];
    int64_t first = 0, end = 0;
    if (p->done[lot->task_at]) continue;
    sw_geometry_units(&p->geometry, lot->row, &first, &end);
    place_numbers(p, lot->t, first, end - first, numbers_of_lot(p, lot, first));
  }
}

/* `from` has room behind the nodes' pointers for their counts, which find_streams needs once. */
static sw_status open_adder(sw_error *err, adder *a) {
  int64_t own = a->units.hi - a->units.lo;
  size_t nodes = (size_t)a->p->run->team->nodes;
  SW_TRY(sw_alloc(err, (size_t)own, sizeof *a->rows, (void **)&a->rows));
  sw_lanes_begin(a->rows, own);
  SW_TRY(sw_calloc(err, 2 * nodes, sizeof *a->from, (void **)&a->from));
  SW_TRY(open_ladder(err, a->p, 0, &a->shape));
  return open_ladder(err, a->p, own, &a->ladder);
}

/* Strengths of some of this rank's units. `received`: of all of them, NULL on one node. */
static sw_status fold_units(sw_error *err, const sw_pairs *p, span units, const double *received) {
  adder a = {.p = p, .units = units};
  sw_status status = open_adder(err, &a);
  if (status == SW_OK && received) find_streams(&a, received);
  if (status == SW_OK) add_window(&a);
  sw_ladder_destroy(&a.ladder);
  sw_ladder_destroy(&a.shape);
  sw_free(a.from);
  sw_free(a.rows);
  return status;
}

/* A unit's sums are its own, so threads share the units: whole lines of them, as they write beside
 * each other. Messages are read from front to back, and by one thread. */
static sw_status fold_by_threads(sw_error *err, const sw_pairs *p) {
  int64_t lo = p->run->panel->lo, hi = p->run->panel->hi, threads = p->run->n_threads;
  int64_t each = ((hi - lo + threads - 1) / threads + SW_LANES - 1) / SW_LANES * SW_LANES;
  sw_status status = SW_OK;
#pragma omp parallel for num_threads((int)threads) schedule(static, 1)
  for (int64_t k = 0; k < threads; k++) {
    int64_t first = lo + k * each, end = first + each;
    sw_error mine = {0};
    if (first >= hi) continue;
    if (fold_units(&mine, p, (span){first, end < hi ? end : hi}, NULL) == SW_OK) continue;
#pragma omp critical(sw_pairs_fold)
    {
      status = mine.status;
      *err = mine;
    }
  }
  return status;
}

/* Nothing here waits for other ranks after the exchange, so a local failure is kept until all agree
 * at the end. */
static sw_status fold_layer(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  void *received = NULL;
  sw_status status = SW_OK;
  if (team->nodes > 1) {
    SW_TRY(exchange(err, p, &received));
    status = fold_units(err, p, (span){p->run->panel->lo, p->run->panel->hi}, received);
  } else {
    status = fold_by_threads(err, p);
  }
  sw_free(received);
  return sw_team_agree(team, err, status, 0);
}

/* Fills out_strength and in_strength of this rank's units for matrices [t0, t1), and their sums by
 * ring. */
sw_status sw_pairs_fold(sw_error *err, sw_pairs *p) {
  for (p->layer = 0; p->layer <= p->geometry.rings; p->layer++)
    SW_TRY(fold_layer(err, p));
  return p->geometry.rings ? sw_pairs_rings_count(err, p) : SW_OK;
}
