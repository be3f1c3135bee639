/* The pass that makes an entry's sums: tasks from the node's queue to its threads, shares into
 * node-shared slots and into the journal, window by window as the pair pass goes
 * (plan/pairs/pairs.c). Nothing goes to the sink, so there are no packets: a task ends with its
 * mark. The bits of a share depend on its task alone, and fold.c adds shares in the order of tasks:
 * results are the same for any number of ranks and threads.
 *
 * Collective: all ranks go through the same windows; between two collectives a failure is kept,
 * then agreed on. */
#include "plan/sums/private.h"

#include "base/arena.h"
#include "base/clock.h"
#include "plan/task/resource.h"
#include "plan/task/tiles.h"

#include <omp.h>
#include <string.h>

/* ---- numbers ---------------------------------------------------------------------------- */

/* Regions of the journal follow those of all tiles, one per entry. */
int sw_sums_region(const sw_run *run, int entry) {
  return sw_tiles_region(run, run->study->n_entries, 0) + entry;
}

void sw_sums_regions(const sw_run *run, int e, sw_region *regions) {
  const sw_sums *s = sw_sums_of(run, e);
  if (!s) return;
  regions[sw_sums_region(run, e)] = (sw_region){run->pair[e].summary.n_periods * sw_sums_tasks(s),
                                                (size_t)s->share * sizeof(double)};
}

int64_t sw_sums_count(const sw_run *run, int e) {
  const sw_sums *s = sw_sums_of(run, e);
  return s ? run->pair[e].summary.n_periods * sw_sums_tasks(s) : 0;
}

/* How many doubles task leaves: its rows' numbers, its totals, and sums of all columns where they
 * are kept; or a centre's row, and its column. */
int64_t sw_sums_share(const sw_sums *s, int64_t task) {
  int64_t n = s->job->n;
  if (task >= s->tasks) return s->columns_too ? 2 * n : n;
  int64_t rows = s->task_at[task + 1] - s->task_at[task];
  return rows * s->width + sw_sums_totals(s) + (s->has_columns ? n : 0);
}

/* Pairs that a task evaluates, for progress and the estimate. Links are counted as if every row had
 * as many. */
static double evaluates(const sw_sums *s, int64_t task) {
  double row = s->links
                   ? (double)sw_pair_links(s->links, 0)->row_start[s->job->n] / (double)s->job->n
                   : (double)s->job->n;
  if (task >= s->tasks) return s->columns_too ? 2 * row : row;
  return row * (double)(s->task_at[task + 1] - s->task_at[task]);
}

/* Nodes take contiguous, even parts of the window's tasks. The cut is known to all, as fold.c
 * relies on it. */
int64_t sw_sums_first(const sums_pass *p, int node) {
  int64_t all = (p->t1 - p->t0) * (sw_sums_tasks(p->sums) - p->skipped);
  return all * node / p->run->team->nodes;
}

/* Matrix and task of this node's k-th task of the window; the number of it in the journal. */
static int64_t task_of(const sums_pass *p, int64_t k, int *t) {
  return sw_sums_nth(p, p->first + k, t);
}

static int64_t number_of(const sums_pass *p, int64_t k) {
  int t = 0;
  int64_t task = task_of(p, k, &t);
  return t * sw_sums_tasks(p->sums) + task;
}

static double *slot_of(const sums_pass *p, int64_t k) {
  return p->slots + k * p->sums->share;
}

/* ---- the journal ------------------------------------------------------------------------ */

/* What the journal keeps of a task: its share alone, as nothing goes to the sink. */
static sw_mark mark_of(const sums_pass *p, int64_t k) {
  int t = 0;
  int64_t task = task_of(p, k, &t);
  return (sw_mark){.share = (size_t)sw_sums_share(p->sums, task) * sizeof(double)};
}

/* Marks a task done. Without a journal (`verify`, tests) there is nothing to mark. */
static sw_status mark(sw_error *err, const sums_pass *p, int64_t k) {
  sw_mark m = mark_of(p, k);
  if (!p->journal) return SW_OK;
  return sw_journal_mark(err, p->journal, p->region, number_of(p, k), &m, slot_of(p, k));
}

/* Takes over what an earlier run has done. The ranks of a node take its tasks in turn. A share has
 * its checksum, so there is nothing else to look at. `share`: a buffer, so that a damaged record
 * leaves nothing in the slot. */
static sw_status restore(sw_error *err, sums_pass *p) {
  const sw_team *team = p->run->team;
  void *share = NULL;
  sw_status status = sw_alloc(err, (size_t)p->sums->share, sizeof(double), &share);
  for (int64_t k = team->node_rank; status == SW_OK && k < p->end - p->first;
       k += team->node_size) {
    sw_mark m = mark_of(p, k);
    if (!sw_journal_find(p->journal, p->region, number_of(p, k), &m, share)) continue;
    memcpy(slot_of(p, k), share, m.share);
    p->done[k] = 1;
    p->run->tasks_restored++;
    status = sw_journal_keep(err, p->journal, p->region, number_of(p, k), &m);
  }
  sw_free(share);
  return status;
}

/* ---- threads ---------------------------------------------------------------------------- */

/* Reports the share of the node's tasks that are claimed, ten times per second at most. */
static void report(const sums_pass *p, double *last) {
  const sw_progress *progress = &p->run->progress;
  double now = sw_clock(), n = (double)p->job->n, whole = (double)p->matrices * n * n;
  if (!progress->report || now - *last < 0.1) return;
  *last = now;
  double done = (double)sw_queue_taken(&p->queue) / (double)(p->end - p->first);
  progress->report(progress->self, p->job->name, "pairs", (p->t0 + done * (p->t1 - p->t0)) * n * n,
                   whole);
}

/* One thread's work: tasks from the queue until there are none, one failed, or the user stops it.
 * `speaks`: this thread reports progress and looks for the signal to stop. */
static void work(sums_pass *p, sums_worker *w, bool speaks) {
  double last = sw_clock();
  sw_turn turn = {.speaks = speaks, .asked = last};
  int64_t computed = 0;
  for (int64_t k; w->error.status == SW_OK && (k = sw_queue_take(&p->queue, &turn)) >= 0;) {
    int t = 0;
    int64_t task = task_of(p, k, &t);
    if (p->done && p->done[k]) continue;
    if (task < p->sums->tasks && !sw_sums_rows_left(p->sums, t)) continue;
    sw_sums_task(w, t, task, slot_of(p, k));
    w->evaluated += evaluates(p->sums, task);
    computed++;
    /* What a measure opened may have failed: then the task is left undone. */
    if (w->error.status == SW_OK) mark(&w->error, p, k);
    if (speaks) report(p, &last);
  }
  __atomic_add_fetch(&p->run->tasks_computed, computed, __ATOMIC_RELAXED);
}

/* Runs the threads of this rank. No barrier inside: a thread that fails to open leaves, and the
 * others meet it at the end. A measure whose library is not thread-safe has one thread. */
static void run_threads(sums_pass *p) {
  int threads = p->job->pass[p->job->n_passes - 1].one_thread ? 1 : p->run->n_threads;
#pragma omp parallel num_threads(threads)
  {
    sums_worker w;
    double began = sw_clock();
    if (sw_sums_open_worker(p, &w) == SW_OK) work(p, &w, omp_get_thread_num() == 0);
    if (w.error.status != SW_OK) sw_queue_fail(&p->queue, &w.error);
/* One thread at a time: pairs_evaluated is a double, and not atomic. */
#pragma omp critical(sw_sums_merge)
    p->run->pairs_evaluated += w.evaluated;
    sw_sums_close_worker(&w);
    p->run->busy_seconds[omp_get_thread_num()] += sw_clock() - began;
  }
}

/* ---- windows ---------------------------------------------------------------------------- */

/* The end of the window: as many matrices as have their slots in window_bytes, one at least; no bit
 * depends on it. */
static int window_end(const sums_pass *p) {
  int64_t tasks = sw_sums_tasks(p->sums) - p->skipped;
  int64_t bytes = tasks * p->sums->share * (int64_t)sizeof(double);
  int64_t fit = p->run->team->window_bytes / (bytes > 0 ? bytes : 1), left = p->matrices - p->t0;
  fit = fit > 1 ? fit : 1;
  return p->t0 + (int)(fit < left ? fit : left);
}

/* For a sample: tasks that are not wanted are skipped as if they were done. */
static void pass_over(const sums_pass *p) {
  for (int64_t k = 0; k < p->end - p->first; k++)
    p->done[k] = !p->wanted[number_of(p, k)];
}

/* Opens a window: slots and marks of this node's tasks, the queue, and what an earlier run has
 * left. Collective. What was made before a failure is released by close_window. */
static sw_status open_window(sw_error *err, sums_pass *p) {
  sw_team *team = p->run->team;
  p->t1 = window_end(p);
  p->first = sw_sums_first(p, team->node);
  p->end = sw_sums_first(p, team->node + 1);
  /* 64 more, so that a node without tasks has memory of its own, too. */
  size_t bytes = (size_t)((p->end - p->first) * p->sums->share) * sizeof *p->slots;
  SW_TRY(team->node_alloc(team, err, bytes + 64, (void **)&p->slots));
  SW_TRY(sw_queue_open(err, team, p->end - p->first, true, &p->queue));
  bool resumes = p->journal && p->run->resumes;
  if (!resumes && !p->wanted) return SW_OK;
  SW_TRY(team->node_alloc(team, err, (size_t)(p->end - p->first) + 1, (void **)&p->done));
  if (p->wanted) pass_over(p);
  SW_TRY(sw_team_agree(team, err, resumes ? restore(err, p) : SW_OK, 0));
  return team->node_barrier(team, err);
}

/* Runs the window's tasks and folds them. The barrier makes all slots of the node final before
 * anyone folds them. */
static sw_status run_window(sw_error *err, sums_pass *p) {
  sw_team *team = p->run->team;
  run_threads(p);
  SW_TRY(sw_team_agree(team, err, sw_queue_status(err, &p->queue), 0));
  SW_TRY(team->node_barrier(team, err));
  if (!p->wanted) return sw_sums_fold(err, p);
  sw_sums_place_sample(p);
  return SW_OK;
}

/* Releases a window. All ranks come here in the same order, as node_free is collective. */
static void close_window(sums_pass *p) {
  sw_team *team = p->run->team;
  sw_queue_close(&p->queue);
  if (p->slots) team->node_free(team, p->slots);
  if (p->done) team->node_free(team, p->done);
  p->slots = NULL;
  p->done = NULL;
}

/* Makes the sums of an entry; called by the engine after its pair pass. `wanted`: a sample of tasks
 * for `verify`, else NULL. Collective. */
sw_status sw_sums_run(sw_error *err, sw_run *run, int entry, const char *wanted) {
  if (!sw_sums_of(run, entry)) return SW_OK;
  sums_pass p = {.run = run,
                 .entry = entry,
                 .region = sw_sums_region(run, entry),
                 .job = &run->job[entry],
                 .sums = run->sums[entry],
                 .journal = run->journal,
                 .wanted = wanted,
                 .matrices = run->pair[entry].summary.n_periods};
  sw_status status = SW_OK;
  /* A sample is of rows all the same: those of its tasks are whole. */
  if (!wanted && sw_blocks_in_pairs(run, entry)) p.skipped = p.sums->tasks;
  if (p.skipped && !p.sums->centres) return SW_OK;
  /* Else the pair pass has prepared it. */
  if (!sw_keep_walks(run->pair[entry].keep.kind))
    status = sw_resource_prepare(err, run, entry, p.job->n_passes - 1);
  for (p.t0 = 0; status == SW_OK && p.t0 < p.matrices; p.t0 = p.t1) {
    p.t1 = p.t0 + 1;
    /* Nothing is left to do for the matrix: the pair pass made its rings. */
    if (!p.sums->centres && !sw_sums_rows_left(p.sums, p.t0)) continue;
    status = open_window(err, &p);
    if (status == SW_OK) status = run_window(err, &p);
    close_window(&p);
  }
  if (status == SW_OK && p.sums->rings && !wanted) status = sw_sums_ring_totals(err, &p);
  if (status == SW_OK && p.sums->rings) sw_sums_hold_rings(&p);
  return status;
}

/* ---- estimate --------------------------------------------------------------------------- */

/* Whether rings are all that rows are wanted for, and the pair pass makes them: then rows cost
 * nothing here. For the estimate. */
static bool leaves_rows(const sw_run *run, int e) {
  const sw_sums *s = run->sums[e];
  return !s->groups && !s->row_centres && sw_pairs_geometry(run, e, SW_PAIRS_STORE).rings > 0;
}

/* Pairs that the pass of sums evaluates beside the pair pass, for the estimate. */
double sw_sums_pairs(const sw_run *run, int e) {
  const sw_sums *s = sw_sums_of(run, e);
  double pairs = 0;
  int64_t first = s && sw_blocks_in_pairs(run, e) ? s->tasks : 0;
  for (int64_t task = first; s && task < sw_sums_tasks(s); task++)
    if (task >= s->tasks || !leaves_rows(run, e)) pairs += evaluates(s, task);
  return pairs * run->pair[e].summary.n_periods;
}

/* Memory of this pass beyond the operands, per rank: slots of a window, and buffers of the
 * threads. */
double sw_sums_bytes(const sw_run *run, int e) {
  const sw_sums *s = sw_sums_of(run, e);
  if (!s) return 0;
  double tasks = (double)(sw_blocks_in_pairs(run, e) ? s->centres : sw_sums_tasks(s));
  double slots = 8.0 * tasks * (double)s->share;
  double window = (double)run->team->window_bytes / (slots > 1 ? slots : 1);
  if (window > run->pair[e].summary.n_periods) window = run->pair[e].summary.n_periods;
  double rows = 8.0 * (double)s->job->n * (double)(sw_pairs_grain(s->job) + 1);
  return slots * (window > 1 ? window : 1) + rows * run->n_threads;
}
