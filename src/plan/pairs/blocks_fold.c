/* Folding sums by group: the shares that the tasks of a window have left in their slots become
 * results, those by unit on the ranks that own the units, those between groups on rank 0; see
 * blocks.h. Called once per window by pairs.c, after a barrier has made all slots final.
 *
 * A unit's shares are met in the order of squares when rows of squares are walked in order: in
 * those before its own it is a column. On one node every rank reads the slots, and units while
 * strengths are made of the same shares (fold.c); between nodes each node packs what concerns a
 * rank of its tasks, and the receiver walks the same tasks, so that both agree on the layout
 * without describing it. */
#include "plan/pairs/blocks.h"

#include "base/arena.h"
#include "kernel/pairs/groups.h"
#include "plan/pairs/private.h"

#include <math.h>
#include <string.h>

/* Units [lo, hi) of a rank, or of one of its threads; `totals`: it is rank 0. */
typedef struct receiver {
  int64_t lo, hi;
  bool totals;
} receiver;

/* Sums between groups of one matrix, under way; kept on rank 0 alone. */
typedef struct between {
  double *strip; /* by strip, of each group */
  double *gaps;  /* by group, of each group */
} between;

/* A task, and its shares: in the slot or, `packed`, one behind the other as `pack` leaves them. */
typedef struct task {
  int64_t row, column; /* squares */
  const double *from;
  bool packed;
} task;

/* ---- what of a task concerns a receiver ----------------------------------------------------- */

/* The units of a square that are the receiver's: its rows, or its columns. */
typedef struct side {
  int64_t square, other; /* whose groups the shares are of */
  int64_t first, own;    /* units */
  int64_t share, strip;  /* where these begin in the slot */
} side;

/* Finds the two sides of a task that concern a receiver: rows, then columns, of which the diagonal
 * has none. Returns how many sides there are. */
static int sides_of(const sw_pairs *p, const task *of, receiver to, side out[2]) {
  const sw_blocks *b = p->plan->blocks;
  const sw_cut *cut = &p->plan->cut;
  int64_t at = sw_geometry_blocks_at(&p->geometry), rows = b->most * cut->side;
  out[0] = (side){.square = of->row, .other = of->column, .share = at, .strip = at + 2 * rows};
  out[1] = (side){.square = of->column,
                  .other = of->row,
                  .share = at + rows,
                  .strip = at + 2 * rows + b->most * b->most_strips};
  /* A side is cut to the receiver's units; `own` may be 0. */
  for (int k = 0; k < 2; k++) {
    int64_t first = 0, end = 0;
    sw_cut_square(cut, out[k].square, &first, &end);
    out[k].share -= first;
    first = first > to.lo ? first : to.lo;
    end = end < to.hi ? end : to.hi;
    out[k].first = first;
    out[k].own = end > first ? end - first : 0;
    out[k].share += first;
  }
  return of->row == of->column ? 1 : 2;
}

static int64_t groups_of(const sw_blocks *b, int64_t square) {
  return b->at[square + 1] - b->at[square];
}

static int64_t strips_of(const sw_blocks *b, int64_t square) {
  return b->square_at[square + 1] - b->square_at[square];
}

/* Appends `count` doubles; `at` NULL: only counts them. */
static int64_t append(double *at, int64_t place, const double *from, int64_t count) {
  if (at && count) memcpy(at + place, from, (size_t)count * sizeof *at);
  return place + count;
}

/* Packs what of a task concerns a receiver: shares of its units, and for rank 0 sums of strips and
 * gaps. Returns the number of doubles; `at` NULL: only counts them, by the same code, so that room
 * and content agree. */
static int64_t pack(const sw_pairs *p, const task *of, receiver to, double *at) {
  const sw_blocks *b = p->plan->blocks;
  side s[2];
  int64_t place = 0;
  const double *gaps = of->from;
  int sides = sides_of(p, of, to, s);
  for (int k = 0; k < sides; k++) {
    for (int64_t g = 0; g < groups_of(b, s[k].other); g++)
      place =
          append(at, place, at ? of->from + s[k].share + g * p->plan->cut.side : NULL, s[k].own);
    if (to.totals)
      place =
          append(at, place, at ? of->from + s[k].strip : NULL, strips_of(b, s[k].square) * b->most);
  }
  if (at) gaps += sw_geometry_slot(&p->geometry) - b->most * b->most;
  return to.totals ? append(at, place, gaps, b->most * b->most) : place;
}

/* ---- placing -------------------------------------------------------------------------------- */

/* The number of a result by unit, in its row of this rank's memory. */
static double *cell(const sw_pairs *p, int output, int t, int group, int64_t unit) {
  return &p->results[output].row[group * p->plan->summary.n_periods + t][unit - p->run->panel->lo];
}

/* Places the shares of a side's units over the groups of the other square; returns what follows
 * them. The first square of a group sets a sum, later ones add, the last one ends it. What a unit
 * receives is what it sends, and has the same rows. */
static const double *place_units(const sw_pairs *p, int t, const side *s, const double *share,
                                 int64_t stride) {
  const sw_blocks *b = p->plan->blocks;
  for (int64_t k = b->at[s->other]; k < b->at[s->other + 1]; k++, share += stride) {
    int g = b->group[k];
    bool first = b->first[g] == s->other, last = b->last[g] == s->other;
    if (s->own) sw_groups_place(s->own, share, first, last, cell(p, b->sent, t, g, s->first));
  }
  return share;
}

/* Adds the strips of a side; rank 0. */
static void add_strips(const sw_blocks *b, const side *s, const double *strip, between *to) {
  for (int64_t k = b->square_at[s->square]; k < b->square_at[s->square + 1]; k++, strip += b->most)
    for (int64_t g = b->at[s->other]; g < b->at[s->other + 1]; g++)
      to->strip[(int64_t)b->strip[k] * b->groups + b->group[g]] += strip[g - b->at[s->other]];
}

/* Adds up gaps, as pairs without a value. Ordered pairs count: a mirrored square has each gap
 * twice. */
static void add_gaps(const sw_blocks *b, const task *of, const double *gaps, between *to) {
  for (int64_t k = b->at[of->row]; k < b->at[of->row + 1]; k++)
    for (int64_t m = b->at[of->column]; m < b->at[of->column + 1]; m++) {
      double found = gaps[(k - b->at[of->row]) * b->most + m - b->at[of->column]];
      to->gaps[b->group[k] * b->groups + b->group[m]] += found;
      if (of->row != of->column) to->gaps[b->group[m] * b->groups + b->group[k]] += found;
    }
}

/* Places a task's shares for a receiver. Where they are packed, returns where the next task's
 * begin; in a slot they stand at fixed places. */
static const double *place(const sw_pairs *p, int t, const task *of, receiver me, between *to) {
  const sw_blocks *b = p->plan->blocks;
  const double *at = of->from;
  side s[2];
  int sides = sides_of(p, of, me, s);
  for (int k = 0; k < sides; k++) {
    if (!of->packed) at = of->from + s[k].share;
    at = place_units(p, t, &s[k], at, of->packed ? s[k].own : p->plan->cut.side);
    if (!me.totals) continue;
    if (!of->packed) at = of->from + s[k].strip;
    add_strips(b, &s[k], at, to);
    at += strips_of(b, s[k].square) * b->most;
  }
  if (!me.totals) return at;
  if (!of->packed) at = of->from + sw_geometry_slot(&p->geometry) - b->most * b->most;
  add_gaps(b, of, at, to);
  return at + b->most * b->most;
}

/* ---- a matrix ------------------------------------------------------------------------------- */

/* Sums and gaps begin at 0 for each matrix. */
static void begin_between(const sw_blocks *b, between *to) {
  memset(to->strip, 0, (size_t)(b->strips * b->groups) * sizeof *to->strip);
  memset(to->gaps, 0, (size_t)b->groups * (size_t)b->groups * sizeof *to->gaps);
}

/* Adds to a group's sums those of the task that begins with strip k; returns where it ends. Its
 * first strip has them in the end. */
static int64_t add_task(const sw_blocks *b, int64_t k, double *strip, double *sum) {
  double *whole = strip + k * b->groups;
  int64_t end = k + 1;
  for (; end < b->strips && !b->begins_task[end]; end++)
    for (int g = 0; g < b->groups; g++)
      whole[g] += strip[end * b->groups + g];
  for (int g = 0; g < b->groups; g++)
    sum[g] += whole[g];
  return end;
}

/* Ends a matrix: sums of its tasks in the order of groups, and counts. Pairs with a value are those
 * of a group with another, less the gaps; self is none. A sum without pairs, or beyond doubles, is
 * NaN. */
static void end_between(const sw_pairs *p, int t, const between *from) {
  const sw_blocks *b = p->plan->blocks;
  int64_t all = (int64_t)b->groups * b->groups;
  double *sum = p->results[b->sum].row[0] + t * all;
  double *count = p->results[b->count].row[0] + t * all;
  memset(sum, 0, (size_t)all * sizeof *sum);
  for (int64_t k = 0, end; k < b->strips; k = end)
    end = add_task(b, k, from->strip, sum + (int64_t)b->strip_group[k] * b->groups);
  for (int64_t k = 0; k < all; k++) {
    int64_t g = k / b->groups, h = k % b->groups;
    count[k] = (double)(b->whole[g] * (b->whole[h] - (g == h))) - from->gaps[k];
    if (count[k] == 0 || isinf(sum[k])) sum[k] = NAN;
  }
}

/* Rank 0's memory: strips x groups doubles, and groups^2. */
static sw_status open_between(sw_error *err, const sw_blocks *b, between *to) {
  SW_TRY(sw_alloc(err, (size_t)(b->strips * b->groups), sizeof *to->strip, (void **)&to->strip));
  return sw_alloc(err, (size_t)b->groups * (size_t)b->groups, sizeof *to->gaps, (void **)&to->gaps);
}

static void close_between(between *to) {
  sw_free(to->strip);
  sw_free(to->gaps);
}

/* ---- one node ------------------------------------------------------------------------------- */

/* Task `nth` of a lot, with its shares in this node's slots. */
static task task_at(const sw_pairs *p, const sw_lot *lot, int64_t nth) {
  return (task){.row = lot->row,
                .column = sw_geometry_column(&p->geometry, lot->row, nth),
                .from = p->slots + lot->slot_at + nth * sw_geometry_slot(&p->geometry)};
}

/* Places shares of units [lo, hi) out of one lot. Called beside the strengths (fold.c), which are
 * made of the same shares: so these are read once. */
void sw_pairs_blocks_place(const sw_pairs *p, const sw_lot *lot, int64_t lo, int64_t hi) {
  for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, lot); nth++) {
    task of = task_at(p, lot, nth);
    place(p, lot->t, &of, (receiver){lo, hi, false}, NULL);
  }
}

/* Sums between groups, out of the slots; on one node the lots are all rows in order. */
static void place_between(const sw_pairs *p, between *to) {
  for (int64_t k = 0; k < p->n_lots; k++) {
    const sw_lot *lot = &p->lot[k];
    if (lot->row == 0) begin_between(p->plan->blocks, to);
    for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, lot); nth++) {
      task of = task_at(p, lot, nth);
      place(p, lot->t, &of, (receiver){.totals = true}, to);
    }
    if (lot->row == sw_geometry_rows(&p->geometry) - 1) end_between(p, lot->t, to);
  }
}

/* ---- several nodes -------------------------------------------------------------------------- */

/* Packs this node's tasks for every rank that this one serves, rank after rank. Called twice by
 * sw_team_exchange: to count, then to fill. */
static void pack_all(void *self, double *into, size_t *bytes) {
  const sw_pairs *p = self;
  const sw_team *team = p->run->team;
  int64_t count = 0;
  for (int r = 0; r < team->size; r++) {
    int64_t before = count;
    receiver to = {.totals = r == 0};
    sw_partition(p->job->n, r, team->size, &to.lo, &to.hi);
    for (int64_t k = 0; r % team->node_size == team->node_rank && k < p->n_lots; k++)
      for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, &p->lot[k]); nth++) {
        task of = task_at(p, &p->lot[k], nth);
        count += pack(p, &of, to, into ? into + count : NULL);
      }
    bytes[r] = (size_t)(count - before) * sizeof(double);
  }
}

/* All tasks of the window in order, whichever node has them. `from`: by node, what comes next in
 * its message; NULL at first: only counts what each has, so that messages are told apart. */
static void place_received(const sw_pairs *p, receiver me, const double **from, int64_t *count,
                           between *to) {
  const sw_geometry *g = &p->geometry;
  for (int t = p->t0; t < p->t1; t++) {
    if (!count && me.totals) begin_between(p->plan->blocks, to);
    for (int64_t row = 0; row < sw_geometry_rows(g); row++) {
      int node = sw_pairs_lot_node(p, t, row);
      for (int64_t nth = 0; nth < sw_geometry_tasks_of_row(g, row); nth++) {
        task of = {.row = row, .column = sw_geometry_column(g, row, nth), .packed = true};
        if (count) {
          count[node] += pack(p, &of, me, NULL);
          continue;
        }
        of.from = from[node];
        from[node] = place(p, t, &of, me, to);
      }
    }
    if (!count && me.totals) end_between(p, t, to);
  }
}

/* Places what other nodes have sent: counts first, to tell the messages apart, then places.
 * O(tasks) twice, without a description of the layout on the wire. */
static sw_status place_messages(sw_error *err, const sw_pairs *p, const double *received,
                                between *to) {
  const sw_team *team = p->run->team;
  receiver me = {p->run->panel->lo, p->run->panel->hi, team->rank == 0};
  const double **from = NULL;
  int64_t *count = NULL;
  sw_status status = sw_calloc(err, (size_t)team->nodes, sizeof *count, (void **)&count);
  if (status == SW_OK) status = sw_alloc(err, (size_t)team->nodes, sizeof *from, (void **)&from);
  if (status == SW_OK) {
    place_received(p, me, NULL, count, NULL);
    for (int node = 0; node < team->nodes; node++) {
      from[node] = received;
      received += count[node];
    }
    place_received(p, me, from, NULL, to);
  }
  sw_free(from);
  sw_free(count);
  return status;
}

/* Collective: the exchange, where there are several nodes, and the agreement. Nothing waits for
 * other ranks between them: a failure is kept until all agree. */
sw_status sw_pairs_blocks_fold(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  void *received = NULL;
  between to = {0};
  if (team->nodes > 1) SW_TRY(sw_team_exchange(err, p->run->team, SW_OK, pack_all, p, &received));
  sw_status status = team->rank == 0 ? open_between(err, p->plan->blocks, &to) : SW_OK;
  if (status == SW_OK && team->nodes > 1)
    status = place_messages(err, p, received, &to);
  else if (status == SW_OK && team->rank == 0)
    place_between(p, &to);
  close_between(&to);
  sw_free(received);
  return sw_team_agree(team, err, status, 0);
}
