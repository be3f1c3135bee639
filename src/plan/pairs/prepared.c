/* Rows that are prepared once for several matrices: what rests on the row alone (distances, their
 * order) is made once, and then serves all periods of a stretch. Called by pairs.c, once for each
 * stretch that a thread takes.
 *
 * A thread holds the states of a batch of rows, as many as fit into STATES_BYTES, and goes with
 * them through the stretch's matrices, SW_ROW_PERIODS at a time. So all strips of the stretch are
 * under way together; what each of them keeps from batch to batch is its slot, its counts and its
 * hashers. A strip is a task like any other: it is skipped when it is done, and marked when it is
 * whole. Values, sums and checksums are those of the strip alone. */
#include "plan/pairs/private.h"

#include <string.h>

enum { STATES_BYTES = 16 << 20, LEAST_ROWS = 8 };

/* The buffers of partners, of one period of those that go together. */
typedef struct picks {
  sw_pick *pick;
  int64_t *pick_at, *pick_end, *link_at, room;
} picks;

struct sw_prepared {
  size_t state_bytes; /* of one row */
  int64_t rows;       /* whose states there is room for */
  char *states;
  int matrices;       /* of the longest stretch */
  sw_strip *strip;    /* those of the stretch that are to be computed */
  sw_hasher **hasher; /* n_quantities + 1 for each of them; NULL where nothing is hashed */
  picks picks[SW_ROW_PERIODS];
};

/* ---- room ------------------------------------------------------------------------------- */

/* Whole cache lines, so that states of neighbouring rows share none. */
static size_t padded_state(const sw_job *job) {
  return (job->measure->row_state(job) + 63) / 64 * 64;
}

/* How many rows' states are held. A single matrix uses each state at once. More rows mean fewer and
 * larger packets. */
static int64_t rows_held(size_t state, int64_t strip, int matrices) {
  int64_t rows = matrices > 1 ? (int64_t)(STATES_BYTES / state) : 1;
  if (matrices > 1 && rows < LEAST_ROWS) rows = LEAST_ROWS;
  return rows < strip ? rows : strip;
}

/* For the estimate. */
double sw_pairs_state_bytes(const sw_job *job, const sw_cut *cut, int matrices) {
  size_t state = padded_state(job);
  return (double)state * (double)rows_held(state, cut->strip, matrices);
}

/* Checksums of what is stored, one set per strip of a stretch; only where a journal needs them. */
static sw_status open_hashers(sw_error *err, const sw_pairs *p, struct sw_prepared *own) {
  if (!p->stores || !p->journal) return SW_OK;
  size_t count = (size_t)(p->n_quantities + 1) * (size_t)own->matrices;
  SW_TRY(sw_calloc(err, count, sizeof *own->hasher, (void **)&own->hasher));
  for (size_t k = 0; k < count; k++)
    SW_TRY(sw_hasher_create(err, &own->hasher[k]));
  return SW_OK;
}

/* Buffers of partners, one per period that goes together. The worker's own ones serve the first. */
static sw_status open_picks(sw_error *err, sw_worker *w) {
  struct sw_prepared *own = w->prepared;
  int64_t rows = w->pairs->plan->cut.strip;
  own->picks[0] = (picks){NULL, w->pick_at, w->pick_end, w->link_at, 0};
  for (int k = 1; k < SW_ROW_PERIODS; k++) {
    picks *one = &own->picks[k];
    SW_TRY(sw_calloc(err, (size_t)rows * 3 + 1, sizeof *one->pick_at, (void **)&one->pick_at));
    one->pick_end = one->pick_at + rows + 1;
    one->link_at = one->pick_end + rows;
  }
  return SW_OK;
}

/* Opens what a worker needs for prepared rows. On failure the worker is closed, and this with
 * it. */
sw_status sw_pairs_prepared_open(sw_error *err, sw_worker *w) {
  const sw_pairs *p = w->pairs;
  struct sw_prepared *own = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *own, (void **)&own));
  w->prepared = own;
  for (int64_t k = 0; k < p->n_stretches; k++)
    if (p->stretch[k].t1 - p->stretch[k].t0 > own->matrices)
      own->matrices = p->stretch[k].t1 - p->stretch[k].t0;
  own->state_bytes = padded_state(p->job);
  own->rows = rows_held(own->state_bytes, p->plan->cut.strip, own->matrices);
  SW_TRY(sw_alloc(err, (size_t)own->rows, own->state_bytes, (void **)&own->states));
  SW_TRY(sw_alloc(err, (size_t)own->matrices, sizeof *own->strip, (void **)&own->strip));
  SW_TRY(open_picks(err, w));
  return open_hashers(err, p, own);
}

/* The worker may point to the partners of any period; it gets those of the first back, and frees
 * what is its own of them. */
void sw_pairs_prepared_close(sw_worker *w) {
  struct sw_prepared *own = w->prepared;
  if (!own) return;
  for (int k = 0; k < SW_ROW_PERIODS; k++) {
    sw_free(own->picks[k].pick);
    if (k > 0) sw_free(own->picks[k].pick_at);
  }
  w->pick = NULL;
  if (own->picks[0].pick_at) w->pick_at = own->picks[0].pick_at;
  int hashers = own->hasher ? (w->pairs->n_quantities + 1) * own->matrices : 0;
  for (int k = 0; k < hashers; k++)
    sw_hasher_destroy(own->hasher[k]);
  w->hasher = NULL;
  sw_free(own->hasher);
  sw_free(own->strip);
  sw_free(own->states);
  sw_free(own);
  w->prepared = NULL;
}

/* ---- which matrix ----------------------------------------------------------------------- */

/* Hands the worker the values, partners and hashers of one strip: the `k`-th of those that go
 * together, number `at` among those of the stretch. What it does next is about that strip. */
static void turn_to(sw_worker *w, int k, int at) {
  struct sw_prepared *own = w->prepared;
  picks *to = &own->picks[k];
  w->all = w->row + k * w->pairs->n_pair_outputs;
  w->pick = to->pick, w->room = to->room;
  w->pick_at = to->pick_at, w->pick_end = to->pick_end, w->link_at = to->link_at;
  if (w->bin_sets) w->bins = w->bin_sets + k * SW_RANK_BINS;
  if (own->hasher) w->hasher = own->hasher + at * (w->pairs->n_quantities + 1);
}

/* Begins a batch of strip s. The buffer of partners may have grown, or have been lost in the
 * attempt, so it is put back either way. */
static bool begin_batch(sw_worker *w, int k, sw_strip *s) {
  picks *one = &w->prepared->picks[k];
  bool ready = sw_pairs_batch_begin(w, s);
  one->pick = w->pick, one->room = w->room;
  return ready;
}

/* ---- a batch of rows -------------------------------------------------------------------- */

/* Strips [first, first + count) of the stretch, of neighbouring periods. */
typedef struct group {
  int64_t row; /* of the walk */
  int first, count;
} group;

/* Packets for all strips of the group, or none: what was taken is given back, as other threads may
 * wait for it. */
static bool begin_batches(sw_worker *w, const group *g, int64_t b0, int64_t b1) {
  sw_strip *strip = w->prepared->strip + g->first;
  for (int k = 0; k < g->count; k++) {
    turn_to(w, k, g->first + k);
    strip[k].b0 = b0, strip[k].b1 = b1;
    if (begin_batch(w, k, &strip[k])) continue;
    while (--k >= 0)
      if (strip[k].packet) sw_packets_return(w->pairs->packets, strip[k].packet);
    return false;
  }
  return true;
}

/* The state of row i. Held are those from row `first` on, or, of a single matrix, one. */
static char *state_of(const struct sw_prepared *own, int64_t first, int64_t i) {
  return own->states + (own->matrices > 1 ? (size_t)(i - first) * own->state_bytes : 0);
}

/* Computes rows [b0, b1) of the group's strips; false: there is no packet, or no memory. */
static bool run_rows(sw_worker *w, const group *g, int64_t first, int64_t b0, int64_t b1) {
  const sw_job *job = w->pairs->job;
  const struct sw_prepared *own = w->prepared;
  const sw_strip *strip = own->strip + g->first;
  bool woven = w->woven[w->pairs->quantity[0]] && g->count > 1;
  if (!begin_batches(w, g, b0, b1)) return false;
  if (woven) sw_pairs_woven_begin(w, strip, g->count);
  for (int k = 0; k < g->count && !(woven && w->woven_columns) && b0 == strip->r0; k++)
    sw_pairs_strip_columns(w, &strip[k]);
  for (int64_t i = b0; i < b1; i++) {
    char *state = state_of(own, first, i);
    /* A single matrix: the state is made when its turn comes. */
    if (own->matrices == 1) job->measure->row_prepare(job, i, state, w->workspace);
    job->measure->row_periods(job, strip[0].t, strip[0].t + g->count, i, state,
                              woven ? w->woven : w->row, w->workspace);
    if (woven && sw_pairs_woven_row(w, strip, g->count, i)) continue;
    for (int k = 0; k < g->count; k++) {
      turn_to(w, k, g->first + k);
      sw_pairs_strip_row(w, &strip[k], i);
    }
  }
  if (woven) sw_pairs_woven_end(w, strip, g->count);
  for (int k = 0; k < g->count; k++) {
    turn_to(w, k, g->first + k);
    sw_pairs_batch_end(w, &strip[k], sw_pairs_find_lot(w->pairs, strip[k].t, g->row));
  }
  return true;
}

/* Cuts rows [b0, b1) into as many batches as the one of the group's strips with most entries
 * wants. */
static bool run_group(sw_worker *w, const group *g, int64_t b0, int64_t b1) {
  const struct sw_prepared *own = w->prepared;
  for (int64_t b = b0, end; b < b1; b = end) {
    end = b1;
    for (int k = 0; k < g->count; k++) {
      int64_t wanted = sw_pairs_picks_batch(w->pairs, own->strip[g->first + k].t, b, b1);
      if (wanted < end) end = wanted;
    }
    if (!run_rows(w, g, b0, b, end)) return false;
    /* A stretch is long: what others have filled meanwhile must not wait for its end. */
    while (w->is_writer && sw_packets_write(w->pairs->packets)) {
    }
  }
  return true;
}

/* ---- the stretch ------------------------------------------------------------------------ */

/* Begins the strips that are not done; returns their number. */
static int begin_strips(sw_worker *w, const sw_stretch *stretch) {
  const sw_pairs *p = w->pairs;
  struct sw_prepared *own = w->prepared;
  int count = 0;
  for (int t = stretch->t0; t < stretch->t1; t++) {
    const sw_lot *lot = sw_pairs_find_lot(p, t, stretch->row);
    if (p->done && p->done[lot->task_at]) continue;
    sw_pairs_task_begin(w, t);
    sw_pairs_clear_slot(p, lot, 0);
    turn_to(w, 0, count);
    if (sw_pairs_strip_begin(w, lot, &own->strip[count]))
      count++;
    else
      sw_pairs_strip_columns(w, &own->strip[count]);
  }
  return count;
}

/* Prepares a batch of rows, then lets all groups of periods see it before the next one is
 * prepared. */
static bool run_batch(sw_worker *w, int64_t row, int count, int64_t b0, int64_t b1) {
  const struct sw_prepared *own = w->prepared;
  for (int64_t i = b0; i < b1 && own->matrices > 1; i++)
    w->pairs->job->measure->row_prepare(w->pairs->job, i, state_of(own, b0, i), w->workspace);
  for (group g = {.row = row}; g.first < count; g.first += g.count) {
    int t = own->strip[g.first].t;
    for (g.count = 1; g.first + g.count < count && g.count < SW_ROW_PERIODS; g.count++)
      if (own->strip[g.first + g.count].t != t + g.count) break;
    if (!run_group(w, &g, b0, b1)) return false;
  }
  return true;
}

/* Computes a stretch: all its strips that are not done, batch by batch. When memory has run out,
 * tasks under way are neither sent whole nor marked. */
void sw_pairs_stretch_task(sw_worker *w, const sw_stretch *stretch) {
  const struct sw_prepared *own = w->prepared;
  int count = begin_strips(w, stretch);
  if (count == 0) return;
  int64_t r0 = own->strip[0].r0, r1 = own->strip[0].r1;
  /* A single matrix holds one state at a time, and so has no reason to be cut. */
  int64_t rows = own->matrices > 1 ? own->rows : r1 - r0;
  for (int64_t b0 = r0, b1; b0 < r1; b0 = b1) {
    b1 = b0 + rows < r1 ? b0 + rows : r1;
    if (!run_batch(w, stretch->row, count, b0, b1)) return;
  }
  for (int k = 0; k < count; k++)
    sw_pairs_task_end(w, own->strip[k].t);
}
