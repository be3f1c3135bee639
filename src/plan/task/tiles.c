/* The tasks of a pass over units or items, from the queue to the journal; tiles.h says what is
 * promised. Called by run/tiles.c, which prepares inputs before and folds afterwards.
 *
 * Unlike pair tasks, these leave everything in memory: slots (partials or records), rows of results
 * and operands. So a mark carries all of it as its share, and a resumed run copies it back instead
 * of computing it. The slots are complete either way, and the fold that follows sees no difference.
 *
 * Invariant: a task is computed by exactly one thread, and what it leaves is written by that thread
 * alone: units of different tasks do not overlap, nor do slots. */
#include "plan/task/tiles.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/stop.h"
#include "plan/task/stop.h"

#include <omp.h>
#include <string.h>

enum { LEFT, COMPUTED, MARKED }; /* states of a task, as this rank knows them */

static const double try_seconds = 2; /* `check` and `verify` try a pass for so long */

/* ---- tasks and their bytes ---------------------------------------------------------------- */

/* The k-th task of this rank (units) or node (items), as all ranks and the journal number it. Tasks
 * of units are consecutive, those of items `nodes` apart. */
static int64_t number_of(const sw_tiles *s, int64_t k) {
  return s->first + k * s->step;
}

/* NULL when the pass leaves nothing to fold. Slots of a rank, or of a node, are numbered by k, not
 * by task. */
static char *slot_of(const sw_tiles *s, int64_t k) {
  return s->tiling.slot ? s->slots + (size_t)k * s->tiling.slot : NULL;
}

/* Copies a row's units of a task into the share, or out of it; returns what follows in the share. A
 * memcpy and not an assignment, so that NaN payloads and -0 come back as they were. */
static char *copy_row(char *share, double *row, int64_t count, bool out_of_share) {
  size_t bytes = (size_t)count * sizeof *row;
  if (out_of_share)
    memcpy(row, share, bytes);
  else
    memcpy(share, row, bytes);
  return share + bytes;
}

/* Copies all that a task leaves between its places and the share that the journal keeps: the slot,
 * then its units of each unit output that is on, then of each operand row; sw_tiling_share has the
 * same sum. Items have nothing but their slot. The order is fixed, as another run reads it. `share`
 * has room for sw_tiling_share bytes. Operands are copied whether or not a later pass reads them:
 * what is read is not known here. */
static void copy_share(const sw_tiles *s, int64_t k, char *share, bool out_of_share) {
  const sw_job *job = s->job;
  int64_t lo, hi, first = s->run->panel->lo;
  if (s->tiling.slot && out_of_share) memcpy(slot_of(s, k), share, s->tiling.slot);
  if (s->tiling.slot && !out_of_share) memcpy(share, slot_of(s, k), s->tiling.slot);
  if (s->tiling.domain != SW_UNITS) return;
  share += s->tiling.slot;
  sw_tiling_range(&s->tiling, number_of(s, k), &lo, &hi);
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_result *result = &job->result[q];
    if (!sw_tiling_fills(result)) continue;
    for (int r = 0; r < result->width * sw_result_periods(job, result); r++)
      share = copy_row(share, result->row[r] + (lo - first), hi - lo, out_of_share);
  }
  /* The operand's view is const for measures; the pass that makes it may write. */
  double *const *operand = (double *const *)job->operand_local[s->pass].row;
  for (int r = 0; r < job->pass[s->pass].operand * job->n_periods; r++)
    share = copy_row(share, operand[r] + (lo - first), hi - lo, out_of_share);
}

/* ---- the journal -------------------------------------------------------------------------- */

/* How an entry is cut whose weights are made in the run is not known when the journal is laid out:
 * such an entry is computed from its beginning. So is a pass of several rounds: marks do not say of
 * which they are. Both are decided by the study alone, hence alike in every run of it. */
static bool keeps_marks(const sw_run *run, int entry, int pass) {
  return run->journal && !sw_entry_is_late(&run->study->entry[entry]) &&
         !run->job[entry].pass[pass].again;
}

/* Behind the regions of each entry's pairs; every entry has room for the most passes. Numbers of
 * regions are fixed by the number of entries, whatever is on. */
int sw_tiles_region(const sw_run *run, int entry, int pass) {
  return SW_PAIR_REGIONS * run->study->n_entries + SW_MAX_PASSES * entry + pass;
}

/* Which regions of the journal an entry's tiles take. */
void sw_tiles_regions(const sw_run *run, int entry, sw_region *regions) {
  const sw_job *job = &run->job[entry];
  if (run->study->entry[entry].group) return; /* its passes are another entry's */
  if (sw_entry_is_late(&run->study->entry[entry])) return;
  for (int pass = 0; pass < job->n_passes; pass++) {
    if (job->pass[pass].domain == SW_PAIRS || job->pass[pass].again) continue;
    sw_tiling tiling = sw_tiling_make(job, pass);
    regions[sw_tiles_region(run, entry, pass)] =
        (sw_region){tiling.tasks, sw_tiling_share(&tiling)};
  }
}

/* Marks task k if it is computed and not marked. Several threads may come upon it, the one that
 * computed it and the one that marks everything: the exchange lets one of them through. Only tasks
 * of this rank are COMPUTED here, so no task is marked by two ranks. `share` is the thread's own
 * room. s->part tells in the checksum which periods the task was of. */
static sw_status mark(sw_error *err, sw_tiles *s, int64_t k, void *share) {
  char computed = COMPUTED;
  if (!__atomic_compare_exchange_n(&s->state[k], &computed, MARKED, false, __ATOMIC_SEQ_CST,
                                   __ATOMIC_SEQ_CST))
    return SW_OK;
  sw_mark m = {.checksum = {s->part}, .share = sw_tiling_share(&s->tiling)};
  copy_share(s, k, share, false);
  SW_TRY(sw_journal_mark(err, s->run->journal, s->region, number_of(s, k), &m, share));
  if (!s->run->repeats[s->entry]) __atomic_add_fetch(&s->run->tasks_computed, 1, __ATOMIC_RELAXED);
  return SW_OK;
}

/* `share`: room for one task's share, the thread's own. Called once by one thread, and after a stop
 * by the one that is left. */
static sw_status mark_all(sw_error *err, sw_tiles *s, void *share) {
  for (int64_t k = 0; k < s->count; k++)
    SW_TRY(mark(err, s, k, share));
  return SW_OK;
}

/* Task k is computed: marks it if marks are written by now. The first thread that finds the pass
 * long marks what was done before. Another task that ends at that moment must not be missed: its
 * thread stores the state, then looks at `marks`; the first one sets `marks`, then looks at states.
 * As both are sequentially consistent, one of them sees the other; with anything weaker neither
 * might. Marks cost more than most tasks; a pass shorter than `mark_after` seconds never writes
 * any. */
static sw_status note_task(sw_error *err, sw_tiles *s, int64_t k, void *share) {
  __atomic_store_n(&s->state[k], COMPUTED, __ATOMIC_SEQ_CST);
  if (!keeps_marks(s->run, s->entry, s->pass)) return SW_OK;
  if (__atomic_load_n(&s->marks, __ATOMIC_SEQ_CST)) return mark(err, s, k, share);
  if (sw_clock() - s->began < s->run->team->mark_after) return SW_OK;
  if (__atomic_exchange_n(&s->marks, true, __ATOMIC_SEQ_CST)) return mark(err, s, k, share);
  return mark_all(err, s, share);
}

/* ---- taking over -------------------------------------------------------------------------- */

/* Takes a task over if the journal has a sound mark of it. There are no stored bytes to check: all
 * that it left is in the share, which has its checksum. A run may take other periods from an
 * earlier file than the run before it did: then the marks are of another pass, and tell so. `share`
 * is room for one; it may have been written to even where the task is not taken over. */
static sw_status restore_task(sw_error *err, sw_tiles *s, int64_t k, void *share) {
  sw_mark m = {.share = sw_tiling_share(&s->tiling)};
  if (!sw_journal_find(s->run->journal, s->region, number_of(s, k), &m, share) ||
      m.checksum[0] != s->part)
    return SW_OK;
  copy_share(s, k, share, true);
  s->done[k] = 1;
  s->run->tasks_restored += !s->run->repeats[s->entry];
  return sw_journal_keep(err, s->run->journal, s->region, number_of(s, k), &m);
}

/* Before the threads start. The ranks of a node take its item tasks in turn and fill its shared
 * slots; tasks over units are this rank's own. O(tasks), each a read of the journal. Done before
 * any thread computes, so no task is taken twice. */
static sw_status restore(sw_error *err, sw_tiles *s) {
  const sw_team *team = s->run->team;
  bool shared = s->tiling.domain == SW_ITEMS;
  void *share = NULL;
  SW_TRY(sw_alloc(err, sw_tiling_share(&s->tiling) + 1, 1, &share));
  sw_status status = SW_OK;
  for (int64_t k = 0; status == SW_OK && k < s->count; k++)
    if (!shared || k % team->node_size == team->node_rank) status = restore_task(err, s, k, share);
  sw_free(share);
  return status;
}

/* ---- beginning and end --------------------------------------------------------------------- */

/* Which tasks are this rank's or its node's. Items go to nodes in turn, so that expensive and cheap
 * ones mix, and then to whichever thread of the node is free. Units are computed where they are
 * kept. Items may differ in cost by orders of magnitude, units hardly. */
static void deal(sw_tiles *s) {
  const sw_run *run = s->run;
  if (s->tiling.domain == SW_ITEMS) {
    int64_t nodes = run->team->nodes, node = run->team->node;
    s->first = node;
    s->step = nodes;
    s->count = s->tiling.tasks > node ? (s->tiling.tasks - node - 1) / nodes + 1 : 0;
  } else { /* a rank owns whole blocks, and grain divides SW_BLOCK: no task is of two ranks */
    s->first = run->panel->lo / s->tiling.grain;
    s->step = 1;
    s->count = (run->panel->hi + s->tiling.grain - 1) / s->tiling.grain - s->first;
    /* A rank without units may have lo at the end of the panel, within the last task. */
    if (run->panel->hi == run->panel->lo) s->count = 0;
  }
}

/* What tells marks of these periods from those of others: 0 is of all. Tasks keep the numbers and
 * the room that they have in a pass over all periods (sw_tiles_regions). The hash is odd, hence
 * never 0, which is that of all periods. */
static void be_part(sw_tiles *s) {
  const sw_job *job = s->job;
  if (!s->run->whole) return;
  sw_tiling whole = sw_tiling_make(s->run->whole, s->pass);
  sw_tiling_keep_grain(&s->tiling, &whole);
  s->part = sw_hash64(job->period, (size_t)job->n_periods * sizeof *job->period, 1) | 1;
}

/* What is of this rank alone. Records and partials are zeroed, as measures are promised. `done` of
 * units is this rank's; of items it is shared by the node (sw_tiles_open). */
static sw_status open_own(sw_error *err, sw_tiles *s) {
  SW_TRY(sw_calloc(err, (size_t)s->count + 1, 1, (void **)&s->state));
  if (s->tiling.domain == SW_ITEMS) return SW_OK;
  SW_TRY(sw_calloc(err, (size_t)s->count * s->tiling.slot + 1, 1, (void **)&s->slots));
  return sw_calloc(err, (size_t)s->count + 1, 1, (void **)&s->done);
}

/* Between agreements only node_alloc, which agrees itself. A failure leaves what sw_tiles_close can
 * release. The last barrier makes restored records and `done` final before any thread takes a task.
 * Collective. Memory: slots of this rank, or of the node once. */
sw_status sw_tiles_open(sw_error *err, sw_run *run, int entry, int pass, sw_tiles *s) {
  sw_team *team = run->team;
  *s = (sw_tiles){.run = run,
                  .job = &run->job[entry],
                  .entry = entry,
                  .pass = pass,
                  .region = sw_tiles_region(run, entry, pass),
                  .tiling = sw_tiling_make(&run->job[entry], pass)};
  be_part(s);
  deal(s);
  SW_TRY(sw_team_agree(team, err, open_own(err, s), 0));
  SW_TRY(sw_queue_open(err, team, s->count, s->tiling.domain == SW_ITEMS, &s->queue));
  if (s->tiling.domain == SW_ITEMS) {
    size_t bytes = (size_t)s->count * s->tiling.slot + 1;
    SW_TRY(team->node_alloc(team, err, bytes, (void **)&s->slots));
    SW_TRY(team->node_alloc(team, err, (size_t)s->count + 1, (void **)&s->done));
  }
  if (!keeps_marks(run, entry, pass) || !(run->resumes || run->repeats[entry])) return SW_OK;
  SW_TRY(sw_team_agree(team, err, restore(err, s), 0));
  return team->node_barrier(team, err);
}

/* Collective, also after a failure half-way: what was not made is NULL. */
void sw_tiles_close(sw_tiles *s) {
  sw_team *team = s->run->team;
  bool shared = s->tiling.domain == SW_ITEMS;
  sw_queue_close(&s->queue);
  if (shared && s->slots) team->node_free(team, s->slots);
  if (shared && s->done) team->node_free(team, s->done);
  if (!shared) {
    sw_free(s->slots);
    sw_free(s->done);
  }
  sw_free(s->state);
}

/* ---- threads ------------------------------------------------------------------------------- */

typedef struct worker {
  void *workspace, *share;
  bool opened; /* by the measure's open */
  sw_turn turn;
  double reported; /* when progress was last told, by the thread that speaks */
  sw_error error;
} worker;

/* Only for display. Tasks that are taken count as done. At most ten times per second. */
static void report(const sw_tiles *s, worker *w) {
  const sw_progress *progress = &s->run->progress;
  double now = sw_clock();
  if (!w->turn.speaks || !progress->report || now - w->reported < 0.1) return;
  w->reported = now;
  double share = (double)sw_queue_taken(&s->queue) / (double)s->count;
  progress->report(progress->self, s->job->name, s->tiling.domain == SW_ITEMS ? "items" : "units",
                   share * (double)s->tiling.whole, (double)s->tiling.whole);
}

/* A trial is cut after `try_seconds`. */
static bool tries(const sw_tiles *s) {
  return s->run->no_pairs || s->run->tries;
}

/* -1: none is left, or the time that `check` gives to a pass is over. `check` computes only a
 * beginning of a long pass, to find what is wrong with the values and how long a run would take.
 * The queue may have more for other threads. */
static int64_t next_task(sw_tiles *s, worker *w) {
  if (tries(s) && sw_clock() - s->began > try_seconds) return -1;
  return sw_queue_take(&s->queue, &w->turn);
}

/* Calls the measure: once for a block of units, once for each item of a task. A partial begins as
 * `start` leaves it (else zeros); a record is zeros. Units: lo and hi are units of the panel;
 * items: one call for each, with its own record. */
static void compute(const sw_tiles *s, int64_t k, void *workspace) {
  const sw_measure *measure = s->job->measure;
  size_t record = s->job->pass[s->pass].record;
  char *slot = slot_of(s, k);
  int64_t lo, hi;
  sw_tiling_range(&s->tiling, number_of(s, k), &lo, &hi);
  if (s->tiling.domain == SW_UNITS) {
    if (slot && measure->start) measure->start(s->job, s->pass, slot);
    measure->tile(s->job, &(sw_tile){s->pass, lo, hi}, slot, workspace);
    return;
  }
  for (int64_t item = lo; item < hi; item++)
    measure->tile(s->job, &(sw_tile){s->pass, item, item + 1},
                  slot ? slot + (size_t)(item - lo) * record : NULL, workspace);
}

/* A thread's workspace with what the measure opens there, and where a journal is kept room for one
 * task's share. A failure is this thread's; the others go on until they see it. *w is closed in any
 * case. The size of the workspace is asked by each thread: a measure answers the same each time. */
static sw_status open_worker(const sw_tiles *s, worker *w) {
  const sw_measure *measure = s->job->measure;
  size_t bytes = measure->workspace ? measure->workspace(s->job) : 0;
  if (bytes) SW_TRY(sw_alloc(&w->error, bytes, 1, &w->workspace));
  /* Zeros: the last task over units fills less, and all of the share is written. */
  if (keeps_marks(s->run, s->entry, s->pass))
    SW_TRY(sw_calloc(&w->error, sw_tiling_share(&s->tiling) + 1, 1, &w->share));
  if (measure->open) SW_TRY(measure->open(&w->error, s->job, s->pass, w->workspace));
  w->opened = measure->open != NULL;
  return SW_OK;
}

/* A workspace that could not be opened is freed alone. */
static void close_worker(const sw_tiles *s, worker *w) {
  const sw_measure *measure = s->job->measure;
  if (w->opened && measure->close) measure->close(s->job, s->pass, w->workspace);
  sw_free(w->workspace);
  sw_free(w->share);
}

/* Returns how many tasks this thread has computed; restored ones are skipped. Ends at this thread's
 * first error, or when there is nothing more to take. */
static int64_t work(sw_tiles *s, worker *w) {
  int64_t computed = 0;
  for (int64_t k; w->error.status == SW_OK && (k = next_task(s, w)) >= 0;) {
    if (s->done[k]) continue;
    compute(s, k, w->workspace);
    if (s->job->measure->leaves_off && sw_stop_asked()) sw_task_stopped(&w->error);
    /* What a measure opened may have failed: then the task is left undone. */
    if (w->error.status != SW_OK) break;
    computed++;
    note_task(&w->error, s, k, w->share);
    report(s, w);
  }
  return computed;
}

/* No barrier inside: a thread that fails to open leaves, and the others meet it at the end. A
 * library that is not thread-safe has one thread: several that wait for each other would each hold
 * a task, and a stop would wait for all of these. With one thread, `n_threads` of other passes stay
 * as they are. */
static void run_threads(sw_tiles *s) {
  int threads = s->job->pass[s->pass].one_thread ? 1 : s->run->n_threads;
#pragma omp parallel num_threads(threads)
  {
    worker w = {.turn = {.speaks = omp_get_thread_num() == 0, .asked = s->began}};
    int64_t computed = 0;
    if (open_worker(s, &w) == SW_OK) computed = work(s, &w);
    if (w.error.status != SW_OK) sw_queue_fail(&s->queue, &w.error);
    __atomic_add_fetch(&s->computed, computed, __ATOMIC_RELAXED);
    close_worker(s, &w);
  }
}

/* ---- the pass ------------------------------------------------------------------------------ */

/* After a stop: marks what was computed before marks were written, on every rank, as the whole pass
 * is left unfinished. What cannot be marked is computed again. In the thread that calls, when all
 * others have ended. */
static void keep_computed(sw_tiles *s) {
  sw_error ignored = {0}; /* the run ends, and says why already */
  void *share = NULL;
  if (!keeps_marks(s->run, s->entry, s->pass)) return;
  if (sw_calloc(&ignored, sw_tiling_share(&s->tiling) + 1, 1, &share) == SW_OK)
    mark_all(&ignored, s, share);
  sw_free(share);
}

/* `check`: whether the pass was left off on any rank, and then how long it would take on these
 * ranks, as the slowest of them estimates. Its tasks are taken to cost alike; a node's ranks share
 * its items. Collective. s->computed is of this rank. */
static sw_status estimate_rest(sw_error *err, sw_tiles *s) {
  double ranks = s->tiling.domain == SW_ITEMS ? s->run->team->node_size : 1;
  double took = sw_clock() - s->began, each = took / (double)(s->computed > 0 ? s->computed : 1);
  double most[] = {sw_queue_left(&s->queue) > 0,
                   took + each * (double)sw_queue_left(&s->queue) / ranks};
  SW_TRY(s->run->team->max_f64(s->run->team, err, most, 2));
  s->cut_short = most[0] > 0;
  if (s->cut_short) s->run->seconds_untried += most[1];
  return SW_OK;
}

/* How many of the first `end` of all tasks are this rank's, or its node's: they are dealt as in
 * `deal`. */
static int64_t count_below(const sw_tiles *s, int64_t end) {
  return end > s->first ? (end - s->first - 1) / s->step + 1 : 0;
}

sw_status sw_tiles_window(sw_error *err, sw_tiles *s, int64_t begin, int64_t end) {
  return sw_queue_window(err, &s->queue, count_below(s, begin), count_below(s, end));
}

/* Runs the threads and agrees on what came of it. A stop that came after the last task was claimed
 * is not one of this pass: it is complete, and the run leaves off at the next place. Collective.
 * Called once per window; `began` stays that of the first. */
sw_status sw_tiles_run(sw_error *err, sw_tiles *s) {
  sw_team *team = s->run->team;
  if (s->began == 0) s->began = sw_clock();
  run_threads(s);
  SW_TRY(team->node_barrier(team, err)); /* from here on nobody takes a task */
  sw_status status = sw_team_agree(team, err, sw_queue_status(err, &s->queue), 0);
  if (status == SW_ESTOPPED) keep_computed(s);
  SW_TRY(status);
  return tries(s) ? estimate_rest(err, s) : SW_OK;
}
