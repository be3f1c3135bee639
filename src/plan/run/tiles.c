/* Passes over units and over items: their inputs and operands, their tasks (task/tiles.c), and what
 * the tasks leave. Partials merge in block order and records stand in item order on rank 0, where
 * `finish` runs once; its bytes go to every rank. Whoever computed a task, the order of additions
 * is the same, so the bits do not depend on ranks or threads.
 *
 * All functions but the views are collective. Messages per pass: partials of n / SW_BLOCK blocks,
 * or the records, to rank 0; operands of n*T doubles per column to every node. */
#include "plan/task/tiles.h"
#include "measure/said.h"
#include "plan/descriptor/descriptor.h"
#include "plan/run/private.h"
#include "plan/task/resource.h"

#include "base/clock.h"

#include <string.h>

/* How long `check` and `verify` let rounds go on before they leave off. */
enum { ROUNDS_SECONDS = 2 };

/* ---- views ------------------------------------------------------------------------------ */

/* The place of a panel period in a column; columns of results may have fewer periods, or one row
 * for all. O(periods of the column), and asked once for each row of a view. */
static int source_period(const sw_column *column, int period) {
  if (column->timeless) return 0;
  for (int i = 0; i < column->n_periods; i++)
    if (column->period[i] == period) return i;
  return -1; /* bind has checked that it is there */
}

/* The period must be one of the column's. */
const double *sw_run_column_row(const sw_column *column, int period) {
  return column->row[source_period(column, period)];
}

/* For the operand hash, which runs when no pass has views in place. This rank's units alone. */
const double *sw_run_input_row(const sw_run *run, int e, int input, int period) {
  return sw_run_column_row(run->private->source[e].column[input], period);
}

/* This rank's rows of every input, by the job's own period index: measures count periods from 0 and
 * never see which of the panel's they are. Made anew for each pass, because gather_inputs turns the
 * views of one pass into views of all units. Arena memory for the pointers, a few for each pass;
 * the rows are those of the columns. */
static sw_status view_inputs(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  for (int i = 0; i < job->n_inputs; i++) {
    const sw_column *column = run->private->source[e].column[i];
    double **row = NULL;
    SW_NEW(err, run->arena, row, sw_job_seen(job));
    for (int t = 0; t < sw_job_seen(job); t++)
      row[t] = column->row[source_period(column, sw_job_seen_at(job, t))];
    job->input[i].view = (sw_view){row, run->panel->lo};
  }
  return SW_OK;
}

/* The inputs with all units, kept in `shared` until the pass ends: for measures whose tile needs a
 * whole column. n*T doubles per node for each input. Values of other nodes come over the network: n
 * - own doubles for each row and node. */
static sw_status gather_inputs(sw_error *err, sw_run *run, int e, void **shared) {
  sw_job *job = &run->job[e];
  for (int i = 0; i < job->n_inputs; i++) {
    double **row = (double **)job->input[i].view.row; /* of view_inputs */
    SW_TRY(sw_run_gather_rows(err, run, row, sw_job_seen(job), &shared[i]));
    for (int t = 0; t < sw_job_seen(job); t++)
      row[t] = (double *)shared[i] + t * sw_run_row_stride(job->n);
    job->input[i].view.first = 0;
  }
  return SW_OK;
}

/* Room for the operand columns of all units, once per node, in which the tiles of its ranks fill
 * their own: row[c * n_periods + t]. Not initialised: a tile fills its units in every row that is
 * read later. It stays until sw_run_passes_release, as passes over pairs read it. Collective. Rows
 * lie in the node's memory, and each rank writes its own units of them. */
static sw_status place_operand(sw_error *err, sw_run *run, int e, int pass) {
  sw_job *job = &run->job[e];
  int rows = job->pass[pass].operand * job->n_periods;
  int64_t stride = sw_run_row_stride(job->n);
  void **shared = &run->private->operand_shared[pass];
  double **row = NULL;
  sw_status status = sw_arena_alloc(err, run->arena, 2 * (size_t)rows, sizeof *row, (void **)&row);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  SW_TRY(run->team->node_alloc_bare(run->team, err, (size_t)stride * (size_t)rows * sizeof **row,
                                    shared));
  for (int r = 0; r < rows; r++) {
    row[r] = (double *)*shared + r * stride;
    row[rows + r] = row[r] + run->panel->lo;
  }
  job->operand[pass] = (sw_view){row, 0};
  job->operand_local[pass] = (sw_view){row + rows, run->panel->lo};
  return SW_OK;
}

/* All ranks have filled their units. Collective: a barrier of the node, then an exchange between
 * nodes. */
static sw_status share_operand(sw_error *err, sw_run *run, int e, int pass) {
  int rows = run->job[e].pass[pass].operand * run->job[e].n_periods;
  return sw_run_share_rows(err, run, rows, run->private->operand_shared[pass]);
}

/* ---- folding on rank 0 ------------------------------------------------------------------ */

/* Partials come in rank order, which is block order, as ranks own consecutive blocks, so the sum
 * does not depend on who computed which. Merged one by one from the left, O(n / SW_BLOCK) calls of
 * `merge` on rank 0 while others wait; a tree would be as deterministic. Without partials `merge`
 * is not called. */
static sw_status merge_partials(sw_error *err, const sw_job *job, int pass, const char *all,
                                size_t bytes, void **merged) {
  size_t partial = job->pass[pass].partial;
  SW_TRY(sw_calloc(err, partial, 1, merged));
  if (job->measure->start) job->measure->start(job, pass, *merged);
  for (size_t at = 0; at < bytes; at += partial)
    job->measure->merge(job, pass, *merged, all + at);
  return SW_OK;
}

/* Records of items come node by node, while items were dealt to nodes in turn: task k was node k %
 * nodes's. Only the last task may have fewer items than its slot has room for, so slots put in task
 * order leave all records in item order without gaps. O(bytes), one copy. */
static sw_status order_records(sw_error *err, const sw_run *run, const sw_tiles *tiles,
                               const char *all, void **ordered) {
  const sw_tiling *tiling = &tiles->tiling;
  size_t slot = tiling->slot;
  SW_TRY(sw_alloc(err, (size_t)tiling->tasks * slot, 1, ordered));
  for (int64_t node = 0; node < run->team->nodes; node++)
    for (int64_t k = node; k < tiling->tasks; k += run->team->nodes, all += slot)
      memcpy((char *)*ordered + (size_t)k * slot, all, slot);
  return SW_OK;
}

/* The item records of a node lie in memory that its ranks share: its first rank sends them all. 0
 * for the others of the node, which still take part in the gather. */
static size_t bytes_to_fold(const sw_run *run, const sw_tiles *tiles) {
  if (tiles->tiling.domain == SW_ITEMS && run->team->node_rank != 0) return 0;
  return (size_t)tiles->count * tiles->tiling.slot;
}

/* Zeroed. A pass may have hundreds of rounds, but `again` compares only the last two: two rooms
 * that take turns are enough. */
static sw_status room_for_result(sw_error *err, sw_run *run, int e, int pass, void **result) {
  sw_job *job = &run->job[e];
  size_t bytes = job->pass[pass].result;
  void **spare = &run->private->spare_result;
  if (!job->pass[pass].again) return sw_arena_alloc(err, run->arena, bytes, 1, result);
  if (job->folded[pass] && *spare) {
    *result = *spare;
    memset(*result, 0, bytes);
  } else {
    SW_TRY(sw_arena_alloc(err, run->arena, bytes, 1, result));
  }
  *spare = (void *)job->folded[pass];
  return SW_OK;
}

/* Rank 0 folds and finishes; every rank gets the result bytes. `finish` may refuse the input, which
 * the agreement tells the other ranks before they wait for the broadcast. The result is zeroed
 * arena memory: later passes and the outputs read it through job->folded. A lost line of what
 * `finish` says is a lack of memory, and fails the pass. */
static sw_status fold(sw_error *err, sw_run *run, int e, int pass, const sw_tiles *tiles) {
  sw_job *job = &run->job[e];
  sw_team *team = run->team;
  size_t result_bytes = job->pass[pass].result;
  void *all = NULL, *ordered = NULL, *result = NULL;
  size_t *counts = NULL, total = 0;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  if (status == SW_OK) status = room_for_result(err, run, e, pass, &result);
  /* Rooms are made: no rank may miss the gather. */
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = team->gather(team, err, tiles->slots, bytes_to_fold(run, tiles), 0, &all, counts);
  if (status == SW_OK && team->rank == 0) {
    for (int r = 0; r < team->size; r++)
      total += counts[r];
    status = job->pass[pass].domain == SW_ITEMS
                 ? order_records(err, run, tiles, all, &ordered)
                 : merge_partials(err, job, pass, all, total, &ordered);
    if (status == SW_OK && job->measure->finish)
      status = job->measure->finish(err, job, pass, ordered, result);
    if (status == SW_OK && job->said->lost)
      status = sw_fail(err, SW_ENOMEM, "%s: out of memory for what it says", job->name);
  }
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK && result_bytes) status = team->broadcast(team, err, result, result_bytes, 0);
  job->folded[pass] = result;
  sw_free(counts);
  sw_free(all);
  sw_free(ordered);
  return status;
}

/* ---- a pass ----------------------------------------------------------------------------- */

/* The tasks of the pass, between the measure's `prepare` and the guard that keeps its results from
 * what they may not fill. Whether the guard hides anything is the same on every rank, so the last
 * agreement is either met by all or by none. run->slipped tells that a fault of the measure was
 * found, whatever else the run says. */
static sw_status compute_tiles(sw_error *err, sw_run *run, int e, int pass, sw_tiles *tiles) {
  sw_job *job = &run->job[e];
  SW_TRY(sw_tiles_open(err, run, e, pass, tiles));
  SW_TRY(sw_resource_prepare(err, run, e, pass));
  sw_guard guard = {0};
  sw_status status = sw_team_agree(run->team, err, sw_guard_begin(err, job, pass, &guard), 0);
  if (status == SW_OK)
    status =
        job->pass[pass].links ? sw_run_links_pass(err, run, e, tiles) : sw_tiles_run(err, tiles);
  bool agree = status == SW_OK && guard.hides;
  status = sw_guard_end(err, job, pass, status, &guard);
  if (!agree) return status;
  status = sw_team_agree(run->team, err, status, 0);
  run->slipped = run->slipped || status == SW_EINTERNAL;
  return status;
}

/* What follows the tiles. A pass that `check` has cut short has nothing to fold: its slots are
 * incomplete, and nothing that rests on it will be tried. The order: fold, then operands to all,
 * then `build`, which sees both on every rank. */
static sw_status finish_pass(sw_error *err, sw_run *run, int e, int pass, const sw_tiles *tiles) {
  sw_job *job = &run->job[e];
  if (tiles->cut_short) {
    run->untried[e] = true;
    return SW_OK;
  }
  if (tiles->tiling.slot || job->measure->finish) SW_TRY(fold(err, run, e, pass, tiles));
  if (job->pass[pass].operand) SW_TRY(share_operand(err, run, e, pass));
  if (!job->measure->build) return SW_OK;
  return sw_team_agree(run->team, err, job->measure->build(err, job, pass), 0);
}

/* One pass from its views to its folded bytes. Failures are agreed on step by step, so all ranks
 * reach the releases at the end together: node_free is collective. Memory that is taken for the
 * pass is given back at its end on every path. */
static sw_status run_pass(sw_error *err, sw_run *run, int e, int pass) {
  sw_job *job = &run->job[e];
  const sw_pass *p = &job->pass[pass];
  bool gathered = p->domain == SW_ITEMS || p->gathered;
  sw_tiles tiles = {.run = run};
  void **shared = NULL;
  sw_status status =
      sw_arena_alloc(err, run->arena, (size_t)job->n_inputs, sizeof *shared, (void **)&shared);
  if (status == SW_OK) status = view_inputs(err, run, e);
  status = sw_team_agree(run->team, err, status, 0);
  if (status == SW_OK && gathered) status = gather_inputs(err, run, e, shared);
  if (status == SW_OK && p->operand) status = place_operand(err, run, e, pass);
  if (status == SW_OK) status = compute_tiles(err, run, e, pass, &tiles);
  if (status == SW_OK) status = finish_pass(err, run, e, pass, &tiles);
  sw_tiles_close(&tiles);
  for (int i = 0; shared && i < job->n_inputs; i++)
    if (shared[i]) run->team->node_free(run->team, shared[i]);
  return status;
}

/* `check` leaves rounds off as it does long passes, whatever a single one takes. How many there
 * would be is not known: they are taken to be ten times as long. A pass of rounds is cut only
 * between rounds, so the trial may take longer than ROUNDS_SECONDS by one of them. */
static sw_status leave_off(sw_error *err, sw_run *run, int e, double began) {
  double took = sw_clock() - began;
  SW_TRY(run->team->max_f64(run->team, err, &took, 1));
  if (took < ROUNDS_SECONDS) return SW_OK;
  run->untried[e] = true;
  run->seconds_untried += 10 * took;
  return SW_OK;
}

/* A pass of several rounds. Its last result stays, and is not made again where passes are. Rounds
 * end when the measure says so (`again`), on the same round on every rank, as its answer rests on
 * folded bytes alone. */
static sw_status run_rounds(sw_error *err, sw_run *run, int e, int pass) {
  sw_job *job = &run->job[e];
  bool tries = run->no_pairs || run->tries, goes_on = true;
  double began = sw_clock();
  if (run->repeats[e] && job->folded[pass]) return SW_OK;
  job->folded[pass] = NULL;
  run->private->spare_result = NULL;
  while (goes_on) {
    SW_TRY(run_pass(err, run, e, pass));
    goes_on = !run->untried[e] && job->measure->again(job, pass);
    if (goes_on && tries) SW_TRY(leave_off(err, run, e, began));
    goes_on = goes_on && !run->untried[e];
  }
  if (run->untried[e]) job->folded[pass] = NULL; /* not the last result: it must not stay */
  return SW_OK;
}

/* A pass over all pairs takes as long as these. What it found stays in job->folded. Such a pass
 * runs once, however often the passes of its entry do. */
static bool has_run(const sw_job *job, int pass) {
  return job->pass[pass].over_pairs && job->folded[pass];
}

/* Of a plan and of the first round: a pass over all pairs waits for sw_run_rest. */
static bool is_left_out(const sw_run *run, int e, int pass) {
  const sw_job *job = &run->job[e];
  if (job->pass[pass].domain == SW_PAIRS || run->untried[e]) return true;
  /* What is verified is compared before its pairs are. */
  bool before = run->before_pairs && !run->sampling;
  bool waits = job->pass[pass].over_pairs && (run->no_pairs || before);
  return waits || has_run(job, pass);
}

/* Passes over pairs are the business of sw_pairs_run, which comes last. What resolve has asked for
 * is made before the first pass, so that `prepare` may look at it. Passes may run again: they say
 * again what they say. A second call for the same entry makes operands anew and repeats what passes
 * leave; folded results are the same bits. */
sw_status sw_run_passes(sw_error *err, sw_run *run, int e) {
  bool said = false;
  if (run->private->operands_stay) sw_run_passes_release(run, e);
  for (int pass = 0; pass < run->job[e].n_passes; pass++)
    said = said || has_run(&run->job[e], pass);
  if (!said) sw_said_clear(&run->job[e]);
  if (!run->untried[e]) SW_TRY(sw_resource_make(err, run, e));
  for (int pass = 0; pass < run->job[e].n_passes; pass++)
    if (!is_left_out(run, e, pass))
      SW_TRY(run->job[e].pass[pass].again ? run_rounds(err, run, e, pass)
                                          : run_pass(err, run, e, pass));
  run->repeats[e] = true;
  return SW_OK;
}

/* Only one job at a time has operands, so all there are belong to it. Collective. Safe when there
 * are none. */
void sw_run_passes_release(sw_run *run, int e) {
  (void)e;
  for (int pass = 0; pass < SW_MAX_PASSES; pass++) {
    void **shared = &run->private->operand_shared[pass];
    if (*shared) run->team->node_free(run->team, *shared);
    *shared = NULL;
  }
  run->private->operands_stay = false;
}
