/* Folding: the shares of a window's tasks become results, those by unit on the ranks that own the
 * units, the others on rank 0. Shares of a sum are added in the order of tasks.
 *
 * A rank is served by one rank of each node, which packs what concerns it of every task of the
 * node: numbers of its rows, columns of its units and, for rank 0, totals. Sender and receiver walk
 * the same tasks in the same order, and so agree on the layout without describing it. On one node
 * each rank packs for itself, task by task, with no message. Volume: what results by unit take,
 * and n doubles per task where columns are summed. */
#include "plan/sums/private.h"

#include "base/arena.h"
#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* A rank that results go to: units [lo, hi) are its own; `totals`: it is rank 0. */
typedef struct receiver {
  int64_t lo, hi;
  bool totals;
} receiver;

static receiver receiver_of(const sums_pass *p, int rank) {
  receiver r = {.totals = rank == 0};
  sw_partition(p->job->n, rank, p->run->team->size, &r.lo, &r.hi);
  return r;
}

/* ---- packing ---------------------------------------------------------------------------- */

/* Appends `count` doubles to what is packed; `at` NULL: only counts them. */
static int64_t append(double *at, int64_t place, const double *from, int64_t count) {
  if (at) memcpy(at + place, from, (size_t)count * sizeof *at);
  return place + count;
}

/* What of a task's share concerns a receiver. Returns the number of doubles; `at` NULL: only counts
 * them, by the same code, so that room and content agree. */
static int64_t pack(const sw_sums *s, int64_t task, const double *share, receiver to, double *at) {
  int64_t place = 0;
  if (task >= s->tasks) {
    place = append(at, 0, share + to.lo, to.hi - to.lo);
    return s->columns_too ? append(at, place, share + s->job->n + to.lo, to.hi - to.lo) : place;
  }
  int64_t first = s->task_at[task], end = s->task_at[task + 1];
  for (int64_t k = first; k < end; k++)
    if (s->unit[k] >= to.lo && s->unit[k] < to.hi)
      place = append(at, place, share + (k - first) * s->width, s->width);
  share += (end - first) * s->width;
  if (to.totals) place = append(at, place, share, sw_sums_totals(s));
  if (s->has_columns) place = append(at, place, share + sw_sums_totals(s) + to.lo, to.hi - to.lo);
  return place;
}

/* Packs this node's tasks for every rank that this one serves, rank after rank: called twice by
 * sw_team_exchange, first to count (`into` NULL), then to fill. Ranks of other nodes are dealt to
 * the ranks of this one in turn, so that all of them pack. */
static void pack_all(void *self, double *into, size_t *bytes) {
  const sums_pass *p = self;
  const sw_team *team = p->run->team;
  int64_t count = 0;
  int t = 0;
  for (int r = 0; r < team->size; r++) {
    int64_t before = count;
    for (int64_t m = p->first; r % team->node_size == team->node_rank && m < p->end; m++)
      count += pack(p->sums, sw_sums_nth(p, m, &t), p->slots + (m - p->first) * p->sums->share,
                    receiver_of(p, r), into ? into + count : NULL);
    bytes[r] = (size_t)(count - before) * sizeof(double);
  }
}

/* ---- placing ---------------------------------------------------------------------------- */

/* The number of a result by unit. */
static double *cell(const sums_pass *p, const sw_result *result, int t, int label, int64_t unit) {
  return &result->row[label * p->matrices + t][unit - p->run->panel->lo];
}

/* A sum that no double can hold is no number; the totals of the pairs tell of it (pairs/totals.c).
 */
static double held(double sum) {
  return isinf(sum) ? NAN : sum;
}

/* Numbers of a row. An undirected unit receives from a group what it sends to it. */
static void place_row(const sums_pass *p, int t, int64_t unit, const double *row) {
  const sw_sums *s = p->sums;
  for (int g = 0; g < s->groups; g++) {
    *cell(p, s->sent, t, g, unit) = held(row[g]);
    if (!s->has_columns) *cell(p, s->received, t, g, unit) = held(row[g]);
  }
  row += s->groups;
  /* Where the pair pass has made the rings of matrix t, the row has none, and its place is
   * skipped. */
  for (int r = 0; r < s->rings && sw_sums_rings_left(s, t); r++)
    *cell(p, s->ring_plan->out, t, r, unit) = row[r];
  row += s->rings;
  for (int c = 0; s->row_centres && c < s->centres; c++)
    *cell(p, s->to, t, c, unit) = row[c];
}

/* A centre's row and, unless the rows of all units have it, its column: that is `column`, or the
 * row's mirror (NULL). */
static void place_centre(const sums_pass *p, int t, int c, receiver me, const double *row,
                         const double *column) {
  const sw_sums *s = p->sums;
  for (int64_t k = 0; k < me.hi - me.lo; k++) {
    *cell(p, s->from, t, c, me.lo + k) = row[k];
    if (!s->row_centres) *cell(p, s->to, t, c, me.lo + k) = column ? column[k] : row[k];
  }
}

/* Rank 0 adds a task's totals to those of its matrix. Rings take counts alone here: their sums come
 * from the results by unit (rings.c). */
static void place_totals(const sums_pass *p, int t, int64_t task, const double *totals) {
  const sw_sums *s = p->sums;
  int G = s->groups, R = s->rings;
  for (int g = 0; g < G; g++) {
    int64_t at = ((int64_t)t * G + s->task_group[task]) * G + g;
    s->block->row[0][at] += totals[g];
    s->block_count->row[0][at] += totals[G + g];
  }
  totals += 2 * (int64_t)G;
  for (int r = 0; r < R && sw_sums_rings_left(s, t); r++)
    s->ring_plan->count->row[0][t * R + r] += totals[r];
}

/* Takes up what pack has packed for this rank; returns the number of doubles. */
static int64_t place(const sums_pass *p, int t, int64_t task, receiver me, const double *from) {
  const sw_sums *s = p->sums;
  int64_t own = me.hi - me.lo, at = 0;
  if (task >= s->tasks) {
    place_centre(p, t, (int)(task - s->tasks), me, from, s->columns_too ? from + own : NULL);
    return s->columns_too ? 2 * own : own;
  }
  for (int64_t k = s->task_at[task]; k < s->task_at[task + 1]; k++) {
    if (s->unit[k] < me.lo || s->unit[k] >= me.hi) continue;
    place_row(p, t, s->unit[k], from + at);
    at += s->width;
  }
  if (me.totals) {
    place_totals(p, t, task, from + at);
    at += sw_sums_totals(s);
  }
  /* Columns are added task by task, in the order of tasks: that fixes their bits. */
  if (!s->has_columns) return at;
  for (int64_t k = 0; k < own; k++)
    *cell(p, s->received, t, s->task_group[task], me.lo + k) += from[at + k];
  return at + own;
}

/* ---- the window ------------------------------------------------------------------------- */

static void zero(const sw_result *result, int64_t first, int64_t count) {
  for (int64_t k = first; result && k < first + count; k++)
    result->row[0][k] = 0;
}

/* What is added to begins with zero; it held NaN, or what a first try has left. */
static void begin_matrix(const sums_pass *p, int t, receiver me) {
  const sw_sums *s = p->sums;
  int64_t blocks = (int64_t)s->groups * s->groups;
  if (p->skipped) return;
  zero(s->block, t * blocks, blocks);
  zero(s->block_count, t * blocks, blocks);
  if (sw_sums_rings_left(s, t)) zero(s->ring_plan->count, (int64_t)t * s->rings, s->rings);
  for (int g = 0; s->has_columns && g < s->groups; g++)
    for (int64_t unit = me.lo; unit < me.hi; unit++)
      *cell(p, s->received, t, g, unit) = sw_lanes_nothing;
}

/* Ends sums and their counts: a sum of no values is NaN, and so is one that overflowed. */
static void end_totals(const sw_result *sum, const sw_result *values, int64_t first,
                       int64_t count) {
  for (int64_t k = first; sum && k < first + count; k++)
    sum->row[0][k] = values->row[0][k] == 0 ? NAN : held(sum->row[0][k]);
}

/* Sums of nothing are NaN. Those of rows are so already. */
static void end_matrix(const sums_pass *p, int t, receiver me) {
  const sw_sums *s = p->sums;
  int64_t blocks = (int64_t)s->groups * s->groups;
  if (p->skipped) return;
  /* Totals are rank 0's alone. */
  if (me.totals) {
    end_totals(s->block, s->block_count, t * blocks, blocks);
  }
  for (int g = 0; s->has_columns && g < s->groups; g++)
    for (int64_t unit = me.lo; unit < me.hi; unit++) {
      double *sum = cell(p, s->received, t, g, unit);
      *sum = sw_lanes_is_nothing(*sum) ? NAN : held(*sum);
    }
}

/* Where a node's message begins: behind those of the nodes before, as pack counts them. */
static void find_streams(const sums_pass *p, receiver me, const double *received,
                         const double **from) {
  int t = 0;
  for (int node = 0; node < p->run->team->nodes; node++) {
    from[node] = received;
    for (int64_t m = sw_sums_first(p, node); m < sw_sums_first(p, node + 1); m++)
      received += pack(p->sums, sw_sums_nth(p, m, &t), p->slots, me, NULL);
  }
}

/* Places all tasks of the window in order, whichever node has them, so that sums do not depend on
 * how tasks are dealt. `from` NULL: one node, whose tasks are packed one by one into `own`. */
static void place_all(const sums_pass *p, receiver me, const double **from, double *own) {
  for (int t = p->t0; t < p->t1; t++)
    begin_matrix(p, t, me);
  for (int node = 0; node < p->run->team->nodes; node++)
    for (int64_t m = sw_sums_first(p, node); m < sw_sums_first(p, node + 1); m++) {
      int t = 0;
      int64_t task = sw_sums_nth(p, m, &t);
      if (from) {
        from[node] += place(p, t, task, me, from[node]);
        continue;
      }
      pack(p->sums, task, p->slots + (m - p->first) * p->sums->share, me, own);
      place(p, t, task, me, own);
    }
  for (int t = p->t0; t < p->t1; t++)
    end_matrix(p, t, me);
}

/* Places what `verify` has computed again: no fold, as a sample has rows of whole tasks and no
 * totals. */
void sw_sums_place_sample(const sums_pass *p) {
  const sw_sums *s = p->sums;
  for (int64_t m = p->first; m < p->end; m++) {
    int t = 0;
    int64_t task = sw_sums_nth(p, m, &t);
    const double *row = p->slots + (m - p->first) * s->share;
    receiver me = receiver_of(p, 0);
    /* Not wanted, hence not computed (pass_over). */
    if (p->done[m - p->first]) continue;
    if (task >= s->tasks) {
      place_centre(p, t, (int)(task - s->tasks), me, row, s->columns_too ? row + s->job->n : NULL);
      continue;
    }
    for (int64_t k = s->task_at[task]; k < s->task_at[task + 1]; k++, row += s->width)
      place_row(p, t, s->unit[k], row);
  }
}

/* Folds a window. Collective: the exchange, then the agreement. Between them a rank works alone,
 * and a failure is kept until all agree. Memory: what is received for the rank's own units, and one
 * share. */
sw_status sw_sums_fold(sw_error *err, sums_pass *p) {
  sw_team *team = p->run->team;
  void *received = NULL;
  const double **from = NULL;
  double *own = NULL;
  receiver me = {p->run->panel->lo, p->run->panel->hi, team->rank == 0};
  if (team->nodes > 1) SW_TRY(sw_team_exchange(err, p->run->team, SW_OK, pack_all, p, &received));
  sw_status status = sw_alloc(err, (size_t)p->sums->share, sizeof *own, (void **)&own);
  if (status == SW_OK) status = sw_alloc(err, (size_t)team->nodes, sizeof *from, (void **)&from);
  if (status == SW_OK && received) find_streams(p, me, received, from);
  if (status == SW_OK) place_all(p, me, received ? from : NULL, own);
  sw_free(own);
  sw_free(from);
  sw_free(received);
  return sw_team_agree(team, err, status, 0);
}
