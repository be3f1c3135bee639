/* Pairs as input: what one entry keeps of its pairs, read back from where it is stored and given to
 * another as links by period. They are read back rather than kept, since what is kept of all
 * periods may be larger than a node's memory, and since a resumed run has not computed all of
 * it.
 *
 * A pass that sees links runs in windows of periods. Memory of a node: the links of a window, 12
 * bytes each and 9 for each unit and period; a window takes as many periods as fit in
 * team->window_bytes, but as many as the node has threads (so that none is idle), and one period
 * more, the one before. While a period is read, each rank holds its own part of it once more, 16
 * bytes for each kept place. No bit depends on the windows.
 *
 * All functions but sw_run_links_bind and sw_run_links_bytes are collective. */
#include "plan/pairs/pairs.h"
#include "plan/run/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_DENSE = 5000, /* units: the bound up to which all pairs are kept without being asked for */
  BATCH = 1 << 20    /* numbers that are read at a time */
};

/* ---- which ------------------------------------------------------------------------------ */

/* The place of the quantity among those stored (outputs that are on), -1: it is off. Quantities of
 * pairs are stored under running numbers, of those that are on alone; this is the number that the
 * sink knows. */
static int stored_place(const sw_job *job, const char *quantity) {
  int place = 0;
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_output *output = &job->measure->output[q];
    if (output->shape != SW_PAIR) continue;
    bool wanted = !quantity || strcmp(output->name, quantity) == 0;
    if (wanted && (quantity || !job->result[q].off)) return job->result[q].off ? -1 : place;
    place += !job->result[q].off;
  }
  return -1;
}

/* Fails for an entry that stores nothing or too much. Dense results above MOST_DENSE units are
 * refused, as all their pairs would have to lie in a node's memory at once. */
sw_status sw_run_links_source(sw_error *err, const sw_run *run, const sw_need *need,
                              sw_link_source *source) {
  const sw_job *from = &run->job[need->entry];
  const sw_keep *keep = &run->pair[need->entry].keep;
  if (!run->study->entry[need->entry].is_pair)
    return sw_fail(err, SW_EINPUT, "%s: %s: with the parameters that %s has, there are no pairs",
                   need->where, need->name, from->name);
  if (!sw_keep_stores(keep->kind))
    return sw_fail(err, SW_EINPUT,
                   "%s: %s keeps no pairs, only sums of them; give it keep: dense, links, {top: "
                   "k}, {above: x} or {share: s}",
                   need->where, from->name);
  if (keep->kind == SW_KEEP_DENSE && from->n > MOST_DENSE)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s keeps all pairs of %lld units, too many for links (%d at most); give it "
                   "keep: links, {top: k}, {above: x} or {share: s}",
                   need->where, from->name, (long long)from->n, MOST_DENSE);
  *source = (sw_link_source){.entry = need->entry};
  source->quantity = stored_place(from, need->quantity);
  if (source->quantity < 0)
    return sw_fail(err, SW_EINPUT, "%s: %s: with the parameters that %s has, there is no '%s'",
                   need->where, need->name, from->name, need->quantity);
  return SW_OK;
}

/* A density of the strongest pairs is that of the selection: with {top: k}, it follows from k and
 * the number of units alone. Said once for each entry that takes pairs, of its first source. */
static void note_selection(sw_run *run, const sw_job *to, const sw_link_source *source) {
  const sw_keep *keep = &run->pair[source->entry].keep;
  char kept[60];
  if (keep->kind == SW_KEEP_TOP)
    snprintf(kept, sizeof kept, "top: %lld", (long long)keep->top);
  else if (keep->kind == SW_KEEP_ABOVE)
    snprintf(kept, sizeof kept, "above: %g", keep->above);
  else if (keep->kind == SW_KEEP_SHARE)
    snprintf(kept, sizeof kept, "share: %g", keep->share);
  else
    return;
  sw_note(&run->private->notes,
          "%s: %s: its links are those that %s keeps, {%s}: a density is that of this selection; "
          "keep: dense or an observed flow has all pairs",
          to->where, to->name, run->job[source->entry].name, kept);
}

/* The pairs that entry e takes, once the entries that have them are bound: `keep` is settled then,
 * and which outputs are on. Order: entry->need has columns first, pairs behind them. */
sw_status sw_run_links_bind(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  if (entry->n_pair_needs == 0) return SW_OK;
  sw_link_source *source;
  SW_NEW(err, run->arena, source, entry->n_pair_needs);
  for (int k = 0; k < entry->n_pair_needs; k++)
    SW_TRY(sw_run_links_source(err, run, &entry->need[entry->n_needs + k], &source[k]));
  run->private->links[e] = source;
  note_selection(run, &run->job[e], &source[0]);
  return SW_OK;
}

/* The matrix of the other entry that belongs to period t of the job; bind has seen to it that there
 * is one. A whole series has one for all. Linear in the periods, and asked a few times for each. */
int sw_run_links_matrix(const sw_run *run, int e, int k, int t) {
  const sw_job *from = &run->job[run->private->links[e][k].entry];
  int matrix = 0;
  if (from->whole_series) return 0;
  while (from->period[matrix] != run->job[e].period[t])
    matrix++;
  return matrix;
}

/* ---- sizes ------------------------------------------------------------------------------ */

/* Kept places of rows [i0, i1) of a matrix: at most so many links. O(1): rows of a fixed number, or
 * differences of row starts that have been counted. */
static int64_t places(const sw_run *run, const sw_link_source *source, int m, int64_t i0,
                      int64_t i1) {
  const sw_pair_plan *plan = &run->pair[source->entry];
  int64_t n = run->panel->units.n;
  if (plan->keep.kind == SW_KEEP_TOP) return (i1 - i0) * plan->keep.top;
  if (plan->keep.kind == SW_KEEP_DENSE) return (i1 - i0) * n;
  /* Of `above` nothing is known before it is counted. */
  return plan->row_start ? plan->row_start[m * n + i1] - plan->row_start[m * n + i0] : 0;
}

/* For estimates and for windows; what the links are in the end may be fewer, as undefined pairs are
 * none. */
int64_t sw_run_links_most(const sw_run *run, const sw_link_source *source, int matrix) {
  return places(run, source, matrix, 0, run->panel->units.n);
}

/* Bytes of the links of a period: a value and a partner per link, a double and an int32_t; n + 1
 * row starts with two numbers behind them; a mark, a byte, per unit. */
static int64_t period_bytes(const sw_run *run, int e, int t) {
  int64_t n = run->panel->units.n, bytes = 0;
  for (int k = 0; k < run->study->entry[e].n_pair_needs; k++) {
    const sw_link_source *source = &run->private->links[e][k];
    bytes += places(run, source, sw_run_links_matrix(run, e, k, t), 0, n) * 12 + 8 * (n + 3) + n;
  }
  return bytes;
}

/* The end of the window that begins with period t0. A window has at least as many periods as the
 * node has threads, even beyond window_bytes, since a thread works on one period and idle ones
 * would cost more than memory. */
static int window_end(const sw_run *run, int e, int t0) {
  int threads = run->n_threads * run->team->node_size, t1 = t0;
  int64_t bytes = 0;
  for (; t1 < run->job[e].n_periods; t1++) {
    bytes += period_bytes(run, e, t1);
    if (t1 - t0 >= threads && bytes > run->team->window_bytes) break;
  }
  return t1;
}

/* For estimates, before anything is counted: the most of a node at a time. The larger of a window
 * with the period before it, and of what a rank holds besides while it reads. */
double sw_run_links_bytes(const sw_run *run, int e) {
  double most = 0;
  if (!run->private->links[e]) return 0;
  for (int t = 0; t < run->job[e].n_periods; t++) {
    double bytes = 0, one = (double)period_bytes(run, e, t);
    for (int s = t > 0 ? t - 1 : 0; s < window_end(run, e, t); s++)
      bytes += (double)period_bytes(run, e, s);
    bytes += one / 12 * 16;
    if (bytes > most) most = bytes;
  }
  return most;
}

/* ---- reading ---------------------------------------------------------------------------- */

typedef struct link {
  double value;
  int32_t to;
} link;

/* A rank's part of a period while it is read: rows [lo, hi). */
typedef struct reading {
  sw_run *run;
  const sw_link_source *source;
  int matrix;
  int64_t lo, hi;
  link *link; /* of its rows, one behind the other */
  int64_t count;
  int32_t *partner; /* a batch as it is stored */
  void *value;
  uint8_t *seen; /* of all units, the node's: 1 once a defined pair is met. Ranks write the same */
} reading;

/* Rows go to the ranks of a node in equal parts. Those of a dense matrix are stored in squares,
 * `step` rows high, which are not cut: no two ranks read the same one. */
static void deal_rows(reading *r) {
  const sw_pair_plan *plan = &r->run->pair[r->source->entry];
  const sw_team *team = r->run->team;
  int64_t n = r->run->panel->units.n;
  int64_t step = plan->keep.kind == SW_KEEP_DENSE ? plan->cut.side : 1;
  int64_t parts = (n + step - 1) / step;
  r->lo = parts * team->node_rank / team->node_size * step;
  r->hi = parts * (team->node_rank + 1) / team->node_size * step;
  if (r->lo > n) r->lo = n;
  if (r->hi > n) r->hi = n;
}

/* The end of the batch that begins with row i: as many rows as have BATCH places, and one even if
 * it alone has more. */
static int64_t batch_end(const reading *r, int64_t i) {
  const sw_pair_plan *plan = &r->run->pair[r->source->entry];
  int64_t end = i + (plan->keep.kind == SW_KEEP_DENSE ? plan->cut.side : 1);
  if (plan->keep.kind != SW_KEEP_DENSE)
    while (end < r->hi && places(r->run, r->source, r->matrix, i, end + 1) <= BATCH)
      end++;
  return end < r->hi ? end : r->hi;
}

/* The piece that holds rows [i0, i1). What the sink can read at once: a rectangle over all columns,
 * k partners of rows, or entries one behind the other. */
static sw_piece piece_of(const reading *r, int64_t i0, int64_t i1) {
  const sw_pair_plan *plan = &r->run->pair[r->source->entry];
  int64_t n = r->run->panel->units.n;
  sw_piece piece = {.job = r->source->entry, .t = r->matrix, .i0 = i0, .i1 = i1};
  if (plan->keep.kind == SW_KEEP_DENSE) {
    piece.kind = SW_PIECE_RECT;
    piece.j1 = n;
  } else if (plan->keep.kind == SW_KEEP_TOP) {
    piece.kind = SW_PIECE_TOP;
    piece.k = plan->keep.top;
  } else {
    piece.kind = SW_PIECE_ENTRIES;
    piece.at = plan->row_start[r->matrix * n + i0];
    piece.count = places(r->run, r->source, r->matrix, i0, i1);
  }
  return piece;
}

/* Partners of a row are distinct, so no ties can occur. */
static int by_partner(const void *a, const void *b) {
  int32_t x = ((const link *)a)->to, y = ((const link *)b)->to;
  return (x > y) - (x < y);
}

/* Appends the row's links out of `count` stored places that begin at `at` of the batch, by partner;
 * stored they are by value. Returns how many they are. The order by partner makes rows comparable,
 * and sums over links independent of how strong they are. NaN is an undefined pair and no link.
 * Several ranks may set the same byte of `seen`, always to 1. */
static int64_t take_row(reading *r, int64_t row, int64_t at, int64_t count) {
  bool dense = r->run->pair[r->source->entry].keep.kind == SW_KEEP_DENSE;
  bool wide = sw_study_is_wide(r->run->study, r->source->entry);
  int64_t before = r->count;
  for (int64_t k = at; k < at + count; k++) {
    double value = wide ? ((const double *)r->value)[k] : (double)((const float *)r->value)[k];
    int32_t to = dense ? (int32_t)(k - at) : r->partner[k];
    /* A damaged file that is verified may name a unit that is none; the partner's own check says
     * so. */
    bool is_unit = to >= 0 && to < r->run->panel->units.n;
    if (!is_unit || isnan(value)) continue;
    r->link[r->count++] = (link){value, to};
    if (to != row) r->seen[row] = r->seen[to] = 1;
  }
  if (!dense) qsort(r->link + before, (size_t)(r->count - before), sizeof(link), by_partner);
  return r->count - before;
}

/* Reads this rank's rows; degree[i] is the number of links of unit i. One thread for each rank, as
 * the sink is used by one; the order of batches is that of rows. */
static sw_status read_rows(sw_error *err, reading *r, int64_t *degree) {
  sw_sink *sink = r->run->private->stored;
  for (int64_t i = r->lo, end; i < r->hi; i = end) {
    end = batch_end(r, i);
    sw_piece piece = piece_of(r, i, end);
    if (piece.kind != SW_PIECE_RECT) SW_TRY(sink->read(sink, err, &piece, SW_PARTNERS, r->partner));
    SW_TRY(sink->read(sink, err, &piece, r->source->quantity, r->value));
    for (int64_t row = i, at = 0; row < end; row++) {
      int64_t count = places(r->run, r->source, r->matrix, row, row + 1);
      degree[row] = take_row(r, row, at, count);
      at += count;
    }
  }
  return SW_OK;
}

/* Room for all places of the rank's rows, and for the largest batch. The largest batch is found by
 * walking the batches once: the walk costs nothing beside reading. */
static sw_status open_reading(sw_error *err, reading *r) {
  int64_t most = 0;
  deal_rows(r);
  for (int64_t i = r->lo, end; i < r->hi; i = end) {
    end = batch_end(r, i);
    int64_t count = places(r->run, r->source, r->matrix, i, end);
    most = count > most ? count : most;
  }
  int64_t all = places(r->run, r->source, r->matrix, r->lo, r->hi);
  SW_TRY(sw_alloc(err, (size_t)all + 1, sizeof *r->link, (void **)&r->link));
  SW_TRY(sw_alloc(err, (size_t)most + 1, sizeof *r->partner, (void **)&r->partner));
  return sw_alloc(err, (size_t)most + 1, sizeof(double), &r->value);
}

/* NULL is allowed: the rooms may be missing after a failure. */
static void close_reading(reading *r) {
  sw_free(r->link);
  sw_free(r->partner);
  sw_free(r->value);
}

/* ---- a period --------------------------------------------------------------------------- */

/* Degrees, which stand one place further, become the beginnings of rows. Returns how many units
 * have no link. */
static int64_t add_degrees(int64_t *row_start, int64_t n) {
  int64_t islands = 0;
  for (int64_t i = 0; i < n; i++) {
    islands += row_start[i + 1] == 0;
    row_start[i + 1] += row_start[i];
  }
  return islands;
}

/* Of what keeps the strongest pairs alone: known[i], whether any pair of unit i is defined, kept or
 * not. Its strengths, sums of all, are NaN where none is. *known stays NULL of other forms.
 * Collective. A pair that was not kept may still be defined: a unit without a kept pair is then no
 * outsider. Every rank gets all n marks, in the order of units. */
static sw_status find_known(sw_error *err, sw_run *run, const sw_link_source *source, int matrix,
                            uint8_t **known) {
  sw_team *team = run->team;
  const sw_summary *sums = &run->pair[source->entry].summary;
  sw_keep_kind kind = run->pair[source->entry].keep.kind;
  int64_t own = run->panel->hi - run->panel->lo;
  uint8_t *mine = NULL;
  size_t *counts = NULL;
  *known = NULL;
  if (kind != SW_KEEP_TOP && !sw_keep_is_counted(kind)) return SW_OK;
  sw_status status = sw_alloc(err, (size_t)own + 1, 1, (void **)&mine);
  if (status == SW_OK) status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) {
    for (int64_t k = 0; k < own; k++)
      mine[k] = !isnan(sums->out_strength[matrix][k]) || !isnan(sums->in_strength[matrix][k]);
    status = team->all_gather(team, err, mine, (size_t)own, (void **)known, counts);
  }
  sw_free(mine);
  sw_free(counts);
  return status;
}

/* `seen` becomes the opposite, of units of which nothing else is `known`. Where that is NULL all
 * pairs are stored, or those that weights link: a unit without places is one without links. Whether
 * any is left. `outside` tells measures which units the matrix says nothing of, as opposed to units
 * without links. */
static bool find_outside(const sw_run *run, const sw_link_source *source, int matrix, int64_t n,
                         const uint8_t *known, uint8_t *seen) {
  bool any = false;
  for (int64_t i = 0; i < n; i++) {
    bool may = known ? !known[i] : places(run, source, matrix, i, i + 1) > 0;
    seen[i] = !seen[i] && may;
    any = any || seen[i];
  }
  return any;
}

/* Puts what this rank has read at its place among the node's. Ranks write disjoint ranges, so no
 * lock is needed. */
static void place_links(const reading *r, const int64_t *row_start, double *value, int32_t *to) {
  int64_t at = row_start[r->lo];
  for (int64_t k = 0; k < r->count; k++) {
    value[at + k] = r->link[k].value;
    to[at + k] = r->link[k].to;
  }
}

/* One matrix: every rank reads its rows, the node's first rank adds up where they begin, and each
 * puts its own in place. The barriers are those of the node's shared memory. shared[0] has rows and
 * marks, shared[1] values and partners; both are freed by drop_periods, in any case. Partners lie
 * behind the values, which keeps both aligned. */
sw_status sw_run_links_load(sw_error *err, sw_run *run, const sw_link_source *source, int matrix,
                            void *shared[2], sw_links *view) {
  sw_team *team = run->team;
  const sw_job *from = &run->job[source->entry];
  int64_t n = from->n;
  reading r = {.run = run, .source = source, .matrix = matrix};
  void **rows = &shared[0], **links = &shared[1];
  uint8_t *known = NULL;
  SW_TRY(find_known(err, run, source, matrix, &known));
  sw_status status =
      team->node_alloc(team, err, (size_t)(n + 3) * sizeof(int64_t) + (size_t)n, rows);
  if (status == SW_OK) {
    r.seen = (uint8_t *)((int64_t *)*rows + n + 3);
    status = open_reading(err, &r);
    if (status == SW_OK) status = read_rows(err, &r, (int64_t *)*rows + 1);
    status = sw_team_agree(team, err, status, 0);
  }
  int64_t *row_start = *rows;
  if (status == SW_OK) status = team->node_barrier(team, err);
  /* Behind the rows, for the other ranks: islands, and whether any unit is outside. */
  if (status == SW_OK && team->node_rank == 0) {
    row_start[n + 1] = add_degrees(row_start, n);
    row_start[n + 2] = find_outside(run, source, r.matrix, n, known, r.seen);
  }
  if (status == SW_OK) status = team->node_barrier(team, err);
  if (status == SW_OK) status = team->node_alloc(team, err, (size_t)row_start[n] * 12 + 16, links);
  if (status == SW_OK) {
    double *value = *links;
    int32_t *to = (int32_t *)(value + row_start[n]);
    place_links(&r, row_start, value, to);
    sw_keep_kind kind = run->pair[source->entry].keep.kind;
    *view = (sw_links){.n = n,
                       .row_start = row_start,
                       .to = to,
                       .value = value,
                       .islands = row_start[n + 1],
                       .outside = row_start[n + 2] ? r.seen : NULL,
                       .all_kept = kind == SW_KEEP_DENSE,
                       .symmetric =
                           !from->directed && (kind == SW_KEEP_DENSE || kind == SW_KEEP_ABOVE)};
    status = team->node_barrier(team, err);
  }
  close_reading(&r);
  sw_free(known);
  return status;
}

/* All sources of the entry, in their order. */
static sw_status load_period(sw_error *err, sw_run *run, int e, int t) {
  for (int k = 0; k < run->study->entry[e].n_pair_needs; k++) {
    sw_link_source *source = &run->private->links[e][k];
    SW_TRY(sw_run_links_load(err, run, source, sw_run_links_matrix(run, e, k, t),
                             &source->shared[2 * t], &source->view[t]));
  }
  return SW_OK;
}

/* Releases periods below `end`; met by all ranks in the same order. Called with rising `end`; what
 * was freed before is NULL. */
static void drop_periods(sw_run *run, int e, int end) {
  for (int k = 0; k < run->study->entry[e].n_pair_needs; k++) {
    sw_link_source *source = &run->private->links[e][k];
    for (int s = 0; source->shared && s < 2 * end; s++) {
      if (source->shared[s]) run->team->node_free(run->team, source->shared[s]);
      source->shared[s] = NULL;
      source->view[s / 2] = (sw_links){0};
    }
  }
}

/* ---- windows ---------------------------------------------------------------------------- */

/* Room for the views of a source, all empty. Called again for a second pass of the same job: views
 * are kept. */
static sw_status open_views(sw_error *err, sw_run *run, int n_periods, sw_link_source *source) {
  if (source->view) return SW_OK;
  SW_NEW(err, run->arena, source->view, n_periods);
  SW_NEW(err, run->arena, source->shared, 2 * n_periods);
  return SW_OK;
}

/* Views for the job. What was stored can be read from here on. `settle` makes what other ranks have
 * written readable. From here on job->links is valid for the tiles of this pass; the views of
 * periods outside the window are empty. */
static sw_status begin(sw_error *err, sw_run *run, int e) {
  sw_link_source *source = run->private->links[e];
  sw_sink *sink = run->private->stored;
  sw_job *job = &run->job[e];
  int count = run->study->entry[e].n_pair_needs;
  sw_status status = SW_OK;
  for (int k = 0; status == SW_OK && k < count; k++)
    status = open_views(err, run, job->n_periods, &source[k]);
  if (status == SW_OK && sink->settle) status = sink->settle(sink, err);
  job->links = source[0].view;
  job->second_links = count > 1 ? source[1].view : NULL;
  return sw_team_agree(run->team, err, status, 0);
}

/* The tasks [*task, ...) that see no period from t1 on: tasks are numbered by items, items by
 * periods. One of many items may reach over the end of a window: it waits for the next, which is
 * then made to hold it whole. */
static int64_t tasks_below(const sw_tiles *tiles, int64_t items) {
  return items >= tiles->tiling.whole ? tiles->tiling.tasks : items / tiles->tiling.grain;
}

/* The pass of entry e, window by window. The period before the window is kept, as measures compare
 * a period with the one before it. Progress needs at least one whole task in each window, hence the
 * inner loop. */
sw_status sw_run_links_pass(sw_error *err, sw_run *run, int e, sw_tiles *tiles) {
  sw_job *job = &run->job[e];
  int64_t each = tiles->tiling.whole / job->n_periods, task = 0;
  sw_status status = begin(err, run, e);
  for (int loaded = 0; status == SW_OK && task < tiles->tiling.tasks;) {
    int first = (int)(task * tiles->tiling.grain / each), end = window_end(run, e, first);
    while (tasks_below(tiles, end * each) == task)
      end++;
    drop_periods(run, e, first > 0 ? first - 1 : 0);
    if (loaded < first - 1) loaded = first - 1;
    for (; status == SW_OK && loaded < end; loaded++)
      status = load_period(err, run, e, loaded);
    if (status == SW_OK) status = sw_tiles_window(err, tiles, task, tasks_below(tiles, end * each));
    if (status == SW_OK) status = sw_tiles_run(err, tiles);
    task = tasks_below(tiles, end * each);
  }
  drop_periods(run, e, job->n_periods);
  job->links = job->second_links = NULL;
  return status;
}
