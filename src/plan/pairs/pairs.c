/* The pair pass of a job, window by window: tasks go from the node's shared queue to threads, full
 * buffers to the writing thread, shares to the units' owners. Steps 7 and 8 in the life of a datum;
 * see private.h for order and cost.
 *
 * Every rank of a node takes tasks from one queue, so that a slow one does less; nodes have their
 * lots dealt beforehand, as a queue over nodes would cost messages. Nothing that a task leaves
 * depends on who computes it or when. One thread of each rank, number 0, calls the sink and the
 * team, because MPI and HDF5 are used by one thread per rank; it computes too, and writes between
 * its tasks.
 *
 * Called by run/run.c, once to count (`above`) and once to store; and by `verify` with a sample.
 * Collective: all ranks go through the same windows, and between two collectives a failure is kept,
 * then agreed on. */
#include "plan/pairs/blocks.h"
#include "plan/pairs/private.h"

#include "plan/descriptor/descriptor.h"
#include "plan/task/resource.h"

#include "base/clock.h"

#include <math.h>
#include <omp.h>
#include <string.h>

enum { BLOCKS_BYTES = 8 << 20 };

/* ---- beginning and end ------------------------------------------------------------------- */

/* Fills in what follows from plan and job. On failure `end` still releases what was made. In flight
 * are at most two packets per thread: one that it fills and one that waits to be written; where
 * rows are prepared it fills one for each period that goes together. */
static sw_status begin(sw_error *err, sw_pairs *p) {
  int pair_output = 0, matrices = p->plan->summary.n_periods;
  p->decides = -1;
  for (int q = 0; p->job->measure->output[q].name; q++) {
    if (p->job->measure->output[q].shape != SW_PAIR) continue;
    if (!p->job->result[q].off) p->quantity[p->n_quantities++] = pair_output;
    if (p->plan->keep.kind == SW_KEEP_SIGNIFICANT &&
        strcmp(p->job->measure->output[q].name, SW_SIGNIFICANT) == 0)
      p->decides = pair_output;
    pair_output++;
  }
  p->n_pair_outputs = pair_output;
  p->ranks = p->work.pass == SW_PAIRS_RANK;
  p->counts = p->ranks || p->work.pass == SW_PAIRS_COUNT;
  p->geometry = sw_pairs_geometry(p->run, p->entry, p->work.pass);
  if (p->geometry.rings) {
    p->ring_out = p->plan->rings->out->row;
    p->ring_count = p->plan->rings->count->row[0];
  }
  /* Rounds mark what they have found, not their tasks (share.c). */
  p->journal = p->ranks ? NULL : p->run->journal;
  p->region = sw_pairs_region_of(p->entry, p->work.pass);
  /* A summary keeps no pairs, and a counting pass stores nothing. */
  p->stores = !p->counts && p->plan->keep.kind != SW_KEEP_SUMMARY;
  p->element = sw_study_is_wide(p->run->study, p->entry) ? 8 : 4;
  bool counts = p->job->counts && p->geometry.reaches && p->work.pass == SW_PAIRS_STORE;
  p->from = counts ? p->job->pass[p->job->n_passes - 1].from : NAN;
  SW_TRY(sw_calloc(err, (size_t)matrices, sizeof *p->undefined, (void **)&p->undefined));
  SW_TRY(sw_calloc(err, (size_t)matrices, sizeof *p->reached, (void **)&p->reached));
  SW_TRY(sw_alloc(err, (size_t)matrices, sizeof *p->greatest, (void **)&p->greatest));
  for (int t = 0; t < matrices; t++)
    p->greatest[t] = -INFINITY;
  int filled = p->job->measure->row_periods ? SW_ROW_PERIODS : 1;
  return sw_packets_create(err, (filled + 1) * p->run->n_threads + 2, &p->packets);
}

static void end(sw_pairs *p) {
  sw_packets_destroy(p->packets);
  sw_free(p->undefined);
  sw_free(p->reached);
  sw_free(p->greatest);
}

/* ---- threads ---------------------------------------------------------------------------- */

/* At most ten times per second. Tells the share of the node's tasks that are claimed, as if it were
 * that of all nodes: they have about as much each. */
static void report(const sw_pairs *p, double *last) {
  double now = sw_clock();
  if (!p->run->progress.report || now - *last < 0.1) return;
  *last = now;
  double done = (double)sw_queue_taken(&p->queue) / (double)p->queue.tasks;
  double matrices = p->plan->summary.n_periods, n = (double)p->job->n;
  p->run->progress.report(p->run->progress.self, p->job->name, "pairs",
                          (p->t0 + done * (p->t1 - p->t0)) * n * n, matrices * n * n);
}

/* A thread's loop over tasks. A task that is begun is always finished and marked; the stop is asked
 * about before a task is taken, so that run_window can tell from the queue whether any was left. */
static void work(sw_pairs *p, sw_worker *w) {
  double last = sw_clock();
  sw_turn turn = {.speaks = w->is_writer, .asked = last};
  for (int64_t task; (task = sw_queue_take(&p->queue, &turn)) >= 0;) {
    /* What others have filled meanwhile goes first: packets are few, and who lacks one waits. */
    while (w->is_writer && sw_packets_write(p->packets)) {
    }
    /* A disk that is full: what would be computed from here on could not be stored. */
    if (w->is_writer && sw_packets_status(&w->error, p->packets) != SW_OK) break;
    if (p->stretch)
      sw_pairs_stretch_task(w, &p->stretch[task]);
    else if (!p->done || !p->done[task])
      sw_pairs_task(w, task);
    if (w->error.status != SW_OK) break;
    if (w->is_writer) report(p, &last);
  }
  if (w->error.status != SW_OK) sw_queue_fail(&p->queue, &w->error);
}

/* Adds a thread's counts to those of the rank. Counts are integers and maxima, so the order in
 * which threads come does not matter. */
static void merge_worker(sw_pairs *p, const sw_worker *w) {
  for (int t = p->t0; t < p->t1; t++) {
    p->undefined[t] += w->undefined_all[t];
    if (w->greatest_all[t] > p->greatest[t]) p->greatest[t] = w->greatest_all[t];
  }
  p->run->tasks_computed += w->tasks;
  p->run->pairs_evaluated += w->evaluated;
}

/* All tasks of the window, on all threads of this rank. When it returns, every packet has been
 * written or dropped after a failure. No early way out inside: a thread that could not open its
 * buffers still drains or closes, else the writing thread would wait for it for ever. */
static void run_threads(sw_pairs *p) {
  /* One where a library is not thread-safe, see task/tiles.c. */
  int threads = p->job->pass[p->job->n_passes - 1].one_thread ? 1 : p->run->n_threads;
#pragma omp parallel num_threads(threads)
  {
/* The barrier at its end keeps anyone from putting a packet before the queue is set up. */
#pragma omp single
    sw_packets_begin(p->packets, p->work.sink, p->journal, p->region, omp_get_num_threads() - 1);
    sw_worker w;
    double began = sw_clock();
    bool ready = sw_pairs_worker_open(p, &w) == SW_OK;
    w.is_writer = omp_get_thread_num() == 0;
    if (!ready) sw_queue_fail(&p->queue, &w.error);
    if (ready) work(p, &w);
    double busy = sw_clock() - began;
    if (w.is_writer)
      sw_packets_drain(p->packets);
    else
      sw_packets_close(p->packets);
/* One thread at a time; pairs_evaluated is a double, and not atomic. */
#pragma omp critical(sw_pairs_merge)
    {
      if (ready) merge_worker(p, &w);
      p->run->busy_seconds[omp_get_thread_num()] += busy;
    }
    sw_pairs_worker_close(&w);
  }
}

/* ---- windows ---------------------------------------------------------------------------- */

/* How many matrices go together: as many as have their slots in window_bytes of a node, one at
 * least. More in a window means fewer barriers and folds, and evener nodes; no bit depends on it. A
 * counting pass has no slots and takes all at once. */
static int window_end(const sw_pairs *p) {
  int64_t left = p->plan->summary.n_periods - p->t0, bytes = p->run->team->window_bytes;
  /* Sums by group make slots several times as large, and to touch memory for the first time costs
   * more than to write there: slots of few matrices, used again by the next. */
  if (p->geometry.blocks && bytes > BLOCKS_BYTES) bytes = BLOCKS_BYTES;
  int64_t fit = sw_geometry_window(&p->geometry, bytes);
  if (p->ranks) fit = p->run->team->window_bytes / (SW_RANK_BINS * (int64_t)sizeof *p->bins);
  if (fit < 1) fit = 1;
  return p->t0 + (int)(fit < left ? fit : left);
}

/* Where rows are prepared, threads take stretches. They must be the same on all ranks of a node,
 * which share a queue but may have unequal numbers of threads. */
static sw_status open_stretches(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  double threads = p->run->n_threads;
  SW_TRY(team->max_f64(team, err, &threads, 1));
  threads *= team->node_size;
  p->n_stretches = sw_pairs_stretches(p, threads, NULL);
  /* One more, so that a node without lots has stretches, of which there are none. */
  size_t room = (size_t)p->n_stretches + 1;
  sw_status status = sw_alloc(err, room, sizeof *p->stretch, (void **)&p->stretch);
  SW_TRY(sw_team_agree(team, err, status, 0));
  sw_pairs_stretches(p, threads, p->stretch);
  return SW_OK;
}

/* Those of the window before serve one of as many matrices, of which each node has the same lots.
 */
static sw_status open_slots(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  if (p->slots && p->slots_for == p->t1 - p->t0) return SW_OK;
  if (p->slots) team->node_free(team, p->slots);
  p->slots = NULL;
  p->slots_for = p->t1 - p->t0;
  /* 64 more, so that a node without lots has memory of its own, too. */
  size_t bytes = (size_t)p->n_slots * sizeof *p->slots;
  return team->node_alloc_bare(team, err, bytes + 64, (void **)&p->slots);
}

/* Makes the window's lots, slots and queue. Slots are cleared task by task. node_alloc is
 * collective and agrees on failure itself; between such calls only sw_alloc can fail alone, and is
 * agreed on. On failure close_window releases what was made. */
static sw_status open_window(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  p->t1 = window_end(p);
  p->n_lots = sw_pairs_lots_of_node(p, team->node, NULL, &p->n_tasks, &p->n_slots);
  sw_status status = sw_alloc(err, (size_t)p->n_lots, sizeof *p->lot, (void **)&p->lot);
  SW_TRY(sw_team_agree(team, err, status, 0));
  sw_pairs_lots_of_node(p, team->node, p->lot, &p->n_tasks, &p->n_slots);
  SW_TRY(open_slots(err, p));
  if (p->job->measure->row_periods) SW_TRY(open_stretches(err, p));
  SW_TRY(sw_queue_open(err, team, p->stretch ? p->n_stretches : p->n_tasks, true, &p->queue));
  SW_TRY(sw_pairs_restore(err, p));
  return p->ranks ? sw_pairs_rank_begin(err, p) : SW_OK;
}

/* Runs the threads, then agrees on what came of it: a failure of a thread, one of writing, or a
 * stop that has left tasks undone. A stop that comes after the last task was claimed is not one of
 * this window. The barrier makes all slots of the node final before anyone folds them. A sample has
 * no strengths, and matrices that are all taken have theirs. */
static sw_status run_window(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  run_threads(p);
  /* A stop is said only where nothing failed. */
  sw_status status = p->queue.failed ? SW_OK : sw_packets_status(err, p->packets);
  if (status == SW_OK) status = sw_queue_status(err, &p->queue);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->node_barrier(team, err));
  if (p->ranks) return sw_pairs_rank_end(err, p);
  if (p->work.pass == SW_PAIRS_SAMPLE) sw_pairs_place_sample(p);
  bool sums = p->work.pass == SW_PAIRS_STORE && !sw_pairs_all_past(p);
  if (sums) SW_TRY(sw_pairs_fold(err, p));
  if (sums) SW_TRY(sw_pairs_reached(err, p));
  bool blocks = p->work.pass == SW_PAIRS_STORE && sw_blocks_in_pairs(p->run, p->entry);
  return blocks ? sw_pairs_blocks_fold(err, p) : SW_OK;
}

/* Met by all ranks in the same order, as node_free is; pointers are set back for the next
 * window. */
static void close_window(sw_pairs *p) {
  sw_queue_close(&p->queue);
  if (p->done) p->run->team->node_free(p->run->team, p->done);
  if (p->bins) p->run->team->node_free(p->run->team, p->bins);
  p->bins = NULL;
  p->done = NULL;
  sw_free(p->lot);
  sw_free(p->stretch);
  p->stretch = NULL;
  p->lot = NULL;
}

/* All windows in turn; a window is closed in any case. Slots are kept between them, as sizes are
 * alike. */
static sw_status run_windows(sw_error *err, sw_pairs *p) {
  int matrices = p->plan->summary.n_periods;
  sw_status status = SW_OK;
  for (p->t0 = 0; status == SW_OK && p->t0 < matrices; p->t0 = p->t1) {
    status = open_window(err, p);
    if (status == SW_OK) status = run_window(err, p);
    close_window(p);
  }
  if (p->slots) p->run->team->node_free(p->run->team, p->slots);
  p->slots = NULL;
  return status;
}

/* Counts and figures of matrices that were taken are set
 * only after the threads' own have been merged, and before they are summed over ranks.
 *
 * The guard over the measure's unit outputs comes before anything collective but `prepare`, and
 * what it returns is agreed on once with what `begin` does. */
sw_status sw_pairs_run(sw_error *err, sw_run *run, int entry, sw_pair_work work) {
  sw_pairs p = {
      .run = run, .entry = entry, .job = &run->job[entry], .plan = &run->pair[entry], .work = work};
  sw_guard guard = {0};
  int pass = p.job->n_passes - 1;
  SW_TRY(sw_resource_prepare(err, run, entry, pass));
  sw_status status = begin(err, &p);
  if (status == SW_OK) status = sw_guard_begin(err, &run->job[entry], pass, &guard);
  status = sw_team_agree(run->team, err, status, 0);
  p.results = guard.result;
  /* Numbers of rows are not taken from earlier results, nor what is counted of all pairs: all of
   * their matrices are computed. */
  bool takes = run->past && !p.geometry.numbers && isnan(p.from);
  if (status == SW_OK && takes) status = sw_pairs_past(err, &p);
  if (status == SW_OK) status = run_windows(err, &p);
  /* The guard may find on one rank alone that a segment has filled what it may not. Whether it
   * hides anything is the same on every rank, and so is the status here: all ranks agree again, or
   * none. */
  bool agree = status == SW_OK && guard.hides;
  status = sw_guard_end(err, &run->job[entry], pass, status, &guard);
  if (agree) {
    status = sw_team_agree(run->team, err, status, 0);
    run->slipped = run->slipped || status == SW_EINTERNAL;
  }
  if (status == SW_OK && p.past) sw_pairs_past_figures(&p);
  if (status == SW_OK && work.pass == SW_PAIRS_STORE) status = sw_pairs_totals(err, &p);
  if (status == SW_OK && work.pass == SW_PAIRS_STORE) status = sw_pairs_counted(err, &p);
  sw_pairs_past_end(&p);
  end(&p);
  return status;
}
