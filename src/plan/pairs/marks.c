/* Tasks of the pair pass as the journal knows them: numbered whatever the nodes, marked when what
 * they leave is written, and taken over from an earlier run when all of it is sound.
 *
 * A mark holds the checksums of the stored tiles, the counts that go into the summary, and the
 * task's shares, so that a resumed run folds the same slots as one that computed everything. Order
 * matters: the stored bytes come before the mark (task/packets.c), so a run killed in between
 * computes the task again; and no order is relied on beyond that, as a mark is believed only when
 * everything matches. */
#include "plan/pairs/private.h"

#include <math.h>
#include <string.h>

/* ---- tiles of what is stored -------------------------------------------------------------- */

/* Checksums of the tasks of a matrix, two each, become checksums by tile. */
static void spread(const sw_geometry *g, const uint64_t *task, uint64_t *tile) {
  for (int64_t row = 0; row < sw_geometry_rows(g); row++)
    for (int64_t nth = 0; nth < sw_geometry_tasks_of_row(g, row); nth++, task += 2) {
      int64_t place[2];
      sw_geometry_tiles_of_task(g, row, nth, place);
      tile[place[0]] = task[0];
      if (place[1] >= 0) tile[place[1]] = task[1];
    }
}

/* *tiles (rank 0; NULL elsewhere): checksums of all tiles of all periods, for the results file;
 * owned by the caller. After the pass: every rank tells what it has marked, restored or taken. */
sw_status sw_pairs_checksums(sw_error *err, sw_run *run, int e, uint64_t **tiles) {
  sw_geometry g = sw_pairs_geometry(run, e, SW_PAIRS_STORE);
  int region = sw_pairs_region_of(e, SW_PAIRS_STORE);
  int64_t count = sw_geometry_tiles(&g), matrices = run->pair[e].summary.n_periods;
  uint64_t *all = NULL;
  *tiles = NULL;
  SW_TRY(sw_journal_checksums(err, run->team, run->journal, region, &all));
  sw_status status = SW_OK;
  if (run->team->rank == 0)
    status = sw_calloc(err, (size_t)(matrices * count), sizeof **tiles, (void **)tiles);
  for (int64_t t = 0; *tiles && t < matrices; t++)
    spread(&g, all + 2 * t * sw_geometry_tasks(&g), *tiles + t * count);
  sw_free(all);
  return sw_team_agree(run->team, err, status, 0);
}

/* ---- one task --------------------------------------------------------------------------- */

/* The whole slot. A counting pass has no slots: its shares are the counts of its rows, which wait
 * in row_start one place after their row until sw_pairs_rows_end adds them up. */
void *sw_pairs_task_shares(const sw_pairs *p, const sw_lot *lot, int64_t nth, size_t *bytes) {
  int64_t slot = sw_geometry_slot(&p->geometry), r0 = 0, r1 = 0;
  if (!p->counts) {
    *bytes = (size_t)slot * sizeof(double);
    return p->slots + lot->slot_at + nth * slot;
  }
  sw_geometry_units(&p->geometry, lot->row, &r0, &r1);
  *bytes = (size_t)(r1 - r0) * sizeof(int64_t);
  return p->plan->row_start + lot->t * p->job->n + r0 + 1;
}

/* Whether the task writes every sum of its slot: a square of whole sides does, but for the diagonal
 * one of a triangle, which has no sums of columns. */
static bool writes_all(const sw_pairs *p, const sw_lot *lot, int64_t nth) {
  const sw_geometry *g = &p->geometry;
  int64_t i0 = 0, i1 = 0, j0 = 0, j1 = 0;
  if (g->walk == SW_WALK_STRIPS || g->parts == 0 || g->rings > 0) return false;
  int64_t column = sw_geometry_column(g, lot->row, nth);
  sw_cut_square(&p->plan->cut, lot->row, &i0, &i1);
  sw_cut_square(&p->plan->cut, column, &j0, &j1);
  bool whole = i1 - i0 == p->plan->cut.side && j1 - j0 == p->plan->cut.side;
  return whole && (g->walk == SW_WALK_SQUARES || column != lot->row);
}

/* Slots are new memory, whose first touch is dear: what is written over is not touched before. */
void sw_pairs_clear_slot(const sw_pairs *p, const sw_lot *lot, int64_t nth) {
  size_t bytes = 0;
  if (p->counts) return;
  double *slot = sw_pairs_task_shares(p, lot, nth, &bytes);
  /* A strip begins its column sums itself, all of them. */
  bool begins = p->geometry.walk == SW_WALK_STRIPS && p->geometry.parts;
  if (begins) bytes = (size_t)sw_geometry_columns_at(&p->geometry) * sizeof(double);
  /* Shares by group are written without being read; but the journal has slots whole. */
  if (!p->journal) bytes -= (size_t)p->geometry.blocks * sizeof(double);
  size_t written = writes_all(p, lot, nth) ? (size_t)sw_geometry_layer(&p->geometry) : 0;
  memset(slot + written, 0, bytes - written * sizeof(double));
}

/* The worker's counts are those of this task alone: sw_pairs_task sets them back before each. */
sw_mark sw_pairs_task_mark(const sw_worker *w, const sw_lot *lot, int64_t nth) {
  sw_mark mark = {.undefined = w->undefined[lot->t], .greatest = w->greatest[lot->t]};
  sw_pairs_task_shares(w->pairs, lot, nth, &mark.share);
  return mark;
}

/* The shares are borrowed until the mark is written. They stay: slots and row_start outlive the
 * window's packets, and nobody else writes to them. A task in which the measure has failed is not
 * marked. */
void sw_pairs_end_packet(sw_worker *w, sw_packet *packet, const sw_lot *lot, int64_t nth) {
  const sw_pairs *p = w->pairs;
  if (!p->journal || w->error.status != SW_OK) return;
  packet->mark = sw_pairs_task_mark(w, lot, nth);
  packet->shares = sw_pairs_task_shares(p, lot, nth, &packet->mark.share);
  packet->task = sw_pairs_task_number(p, lot, nth);
  packet->ends_task = true;
  sw_pairs_digest_packet(w, packet);
}

/* For tasks that leave no packet: summaries and counts. Any thread; its checksums are zero. A
 * failure stays in the worker's error, where the loop over tasks looks. */
void sw_pairs_end_task(sw_worker *w, const sw_lot *lot, int64_t nth) {
  const sw_pairs *p = w->pairs;
  if (!p->journal || w->error.status != SW_OK) return;
  sw_mark mark = sw_pairs_task_mark(w, lot, nth);
  sw_journal_mark(&w->error, p->journal, p->region, sw_pairs_task_number(p, lot, nth), &mark,
                  sw_pairs_task_shares(p, lot, nth, &mark.share));
}

/* ---- taking over ------------------------------------------------------------------------ */

/* Takes a task over if the journal has a sound mark of it and the stored bytes match its checksums;
 * else *done stays false and it is computed like any other. Only then are shares and counts put in
 * place: `shares` is a buffer, so a record that turns out damaged leaves nothing behind. */
static sw_status restore_task(sw_error *err, sw_pairs *p, const sw_lot *lot, int64_t nth,
                              void *shares, bool *done) {
  int64_t task = sw_pairs_task_number(p, lot, nth);
  sw_mark mark = {0};
  uint64_t checksum[2] = {0};
  void *place = sw_pairs_task_shares(p, lot, nth, &mark.share);
  *done = false;
  if (!sw_journal_find(p->journal, p->region, task, &mark, shares)) return SW_OK;
  if (p->stores) {
    sw_stored here = sw_pairs_stored_here(p, lot->t);
    bool readable = true;
    SW_TRY(sw_pairs_digest_stored(err, p, &here, NULL, lot->row, nth, checksum, &readable));
    /* Zeros of a mirrored half that does not exist are compared too, and match. */
    if (!readable || memcmp(checksum, mark.checksum, sizeof checksum) != 0) return SW_OK;
  }
  memcpy(place, shares, mark.share);
  p->undefined[lot->t] += mark.undefined;
  if (mark.greatest > p->greatest[lot->t]) p->greatest[lot->t] = mark.greatest;
  *done = true;
  p->run->tasks_restored++;
  /* The rank that restored a task now answers for it when checksums are collected. */
  return sw_journal_keep(err, p->journal, p->region, task, &mark);
}

/* The ranks of a node take its tasks in turn, as reading back is what a resume costs. They write to
 * different bytes of p->done and to different slots. */
static sw_status restore_tasks(sw_error *err, sw_pairs *p, void *shares) {
  int64_t number = 0;
  for (int64_t k = 0; k < p->n_lots; k++) {
    const sw_lot *lot = &p->lot[k];
    for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, lot); nth++, number++) {
      bool done = false;
      if (number % p->run->team->node_size != p->run->team->node_rank) continue;
      SW_TRY(restore_task(err, p, lot, nth, shares, &done));
      if (done) p->done[lot->task_at + nth] = 1;
    }
  }
  return SW_OK;
}

/* Takes over what an earlier run has done. `shares`: a buffer, so that a damaged record leaves
 * nothing in a slot. */
static sw_status restore(sw_error *err, sw_pairs *p) {
  void *shares = NULL;
  SW_TRY(sw_alloc(err, (size_t)sw_geometry_slot(&p->geometry), sizeof(double), &shares));
  sw_status status = restore_tasks(err, p, shares);
  sw_free(shares);
  return status;
}

/* What is not in the sample (`verify`) is skipped as if it were done. All ranks of the node write
 * the same ones. */
static void pass_over(const sw_pairs *p) {
  for (int64_t k = 0; k < p->n_lots; k++)
    for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, &p->lot[k]); nth++)
      if (!p->work.sample[sw_pairs_task_number(p, &p->lot[k], nth)])
        p->done[p->lot[k].task_at + nth] = 1;
}

/* Fills p->done, which stays NULL when there is nothing to skip. Whether there is follows from what
 * all ranks know, so all leave early or none. The barrier at the end makes p->done final before any
 * thread takes a task. A task of the journal goes before one of the earlier results: it is in its
 * place already. */
sw_status sw_pairs_restore(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  void *done = NULL;
  bool resumes = p->journal && p->run->resumes;
  if (!resumes && !p->work.sample && !p->past && !p->ranks) return SW_OK;
  SW_TRY(team->node_alloc(team, err, (size_t)p->n_tasks + 1, &done));
  p->done = done;
  if (p->work.sample) pass_over(p);
  sw_status status = resumes ? restore(err, p) : SW_OK;
  if (status == SW_OK && p->past) status = sw_pairs_take(err, p);
  SW_TRY(sw_team_agree(team, err, status, 0));
  return team->node_barrier(team, err);
}
