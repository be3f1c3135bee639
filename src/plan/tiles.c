/* Passes over units and over items: tiles run on OpenMP threads, each into its own slot; partials
 * merge in block order and records stand in item order on rank 0, where `finish` runs once; its
 * bytes go to every rank. So the bits do not depend on ranks or threads.
 * Messages a pass: partials of n / SW_BLOCK blocks, or the records, to rank 0; operands n*T. */
#include "plan/descriptor.h"
#include "plan/private.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* ---- views ------------------------------------------------------------------------------ */

static int source_period(const sw_column *column, int period) {
  for (int i = 0; i < column->n_periods; i++)
    if (column->period[i] == period) return i;
  return -1; /* bind has checked that it is there */
}

const double *sw_input_row(const sw_run *run, int e, int input, int period) {
  const sw_column *column = run->private->source[e].column[input];
  return column->row[source_period(column, period)];
}

/* The job's periods of every input, this rank's rows of them. */
static sw_status view_inputs(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  for (int i = 0; i < job->n_inputs; i++) {
    const sw_column *column = run->private->source[e].column[i];
    double **row = NULL;
    SW_NEW(err, run->arena, row, job->n_periods);
    for (int t = 0; t < job->n_periods; t++)
      row[t] = column->row[source_period(column, job->period[t])];
    job->input[i].view = (sw_view){row, run->panel->lo};
  }
  return SW_OK;
}

/* All rows of them, kept in `shared`. */
static sw_status gather_inputs(sw_error *err, sw_run *run, int e, void **shared) {
  sw_job *job = &run->job[e];
  for (int i = 0; i < job->n_inputs; i++) {
    double **row = (double **)job->input[i].view.row; /* of view_inputs */
    SW_TRY(sw_gather_rows(err, run, row, job->n_periods, &shared[i]));
    for (int t = 0; t < job->n_periods; t++)
      row[t] = (double *)shared[i] + (int64_t)t * job->n;
    job->input[i].view.first = 0;
  }
  return SW_OK;
}

static sw_status view_operand(sw_error *err, sw_run *run, int e, int pass, void **local) {
  sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo;
  int rows = job->pass[pass].operand * job->n_periods;
  double **row = NULL;
  SW_NEW(err, run->arena, row, rows);
  SW_TRY(sw_alloc(err, (size_t)rows * (size_t)own, sizeof(double), local));
  for (int r = 0; r < rows; r++)
    row[r] = (double *)*local + r * own;
  job->operand_local[pass] = (sw_view){row, run->panel->lo};
  return SW_OK;
}

static sw_status share_operand(sw_error *err, sw_run *run, int e, int pass) {
  sw_job *job = &run->job[e];
  int rows = job->pass[pass].operand * job->n_periods;
  void **shared = &run->private->operand_shared[pass];
  double **row = NULL;
  sw_status status = sw_arena_alloc(err, run->arena, (size_t)rows, sizeof *row, (void **)&row);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  SW_TRY(sw_gather_rows(err, run, job->operand_local[pass].row, rows, shared));
  for (int r = 0; r < rows; r++)
    row[r] = (double *)*shared + r * job->n;
  job->operand[pass] = (sw_view){row, 0};
  return SW_OK;
}

/* ---- tiles ------------------------------------------------------------------------------ */

typedef struct tiling {
  int64_t count; /* of this rank's tiles */
  size_t slot;   /* bytes of a tile's slot */
  char *slots;   /* count slots, in tile order */
} tiling;

static sw_tile tile_of(const sw_run *run, const sw_job *job, int pass, int64_t k) {
  sw_tile tile = {.pass = pass};
  if (job->pass[pass].domain == SW_ITEMS) {
    tile.lo = k * run->team->size + run->team->rank;
    tile.hi = tile.lo + 1;
  } else {
    tile.lo = run->panel->lo + k * SW_BLOCK;
    tile.hi = tile.lo + SW_BLOCK < run->panel->hi ? tile.lo + SW_BLOCK : run->panel->hi;
  }
  return tile;
}

static int64_t tile_count(const sw_run *run, const sw_job *job, int pass) {
  int64_t items = job->pass[pass].items, size = run->team->size, rank = run->team->rank;
  if (job->pass[pass].domain == SW_ITEMS) return items > rank ? (items - rank - 1) / size + 1 : 0;
  return (run->panel->hi - run->panel->lo + SW_BLOCK - 1) / SW_BLOCK;
}

static sw_status run_tiles(sw_error *err, const sw_run *run, const sw_job *job, int pass,
                           tiling *tiles) {
  const sw_measure *measure = job->measure;
  size_t bytes = measure->workspace ? measure->workspace(job) : 0;
  bool failed = false;
#pragma omp parallel num_threads(run->n_threads)
  {
    void *workspace = NULL;
    sw_error mine = {0};
    bool ready = bytes == 0 || sw_alloc(&mine, bytes, 1, &workspace) == SW_OK;
    if (!ready) {
#pragma omp atomic write
      failed = true;
    }
#pragma omp for schedule(dynamic, 1)
    for (int64_t k = 0; k < tiles->count; k++) {
      void *out = tiles->slot ? tiles->slots + (size_t)k * tiles->slot : NULL;
      sw_tile tile = tile_of(run, job, pass, k);
      if (out && measure->start && job->pass[pass].domain == SW_UNITS)
        measure->start(job, pass, out);
      if (ready) measure->tile(job, &tile, out, workspace);
    }
    sw_free(workspace);
  }
  return failed ? sw_fail(err, SW_ENOMEM, "out of memory: %zu bytes of workspace a thread", bytes)
                : SW_OK;
}

/* ---- folding on rank 0 ------------------------------------------------------------------ */

/* Partials come in rank order, which is block order. */
static sw_status merge_partials(sw_error *err, const sw_job *job, int pass, const char *all,
                                size_t bytes, void **merged) {
  size_t partial = job->pass[pass].partial;
  SW_TRY(sw_calloc(err, partial, 1, merged));
  if (job->measure->start) job->measure->start(job, pass, *merged);
  for (size_t at = 0; at < bytes; at += partial)
    job->measure->merge(job, pass, *merged, all + at);
  return SW_OK;
}

/* Records come rank by rank; item i was rank i % size's. */
static sw_status order_records(sw_error *err, const sw_run *run, const sw_job *job, int pass,
                               const char *all, void **ordered) {
  size_t record = job->pass[pass].record;
  int64_t items = job->pass[pass].items, size = run->team->size;
  SW_TRY(sw_alloc(err, (size_t)items * record, 1, ordered));
  for (int64_t r = 0; r < size; r++)
    for (int64_t i = r; i < items; i += size, all += record)
      memcpy((char *)*ordered + (size_t)i * record, all, record);
  return SW_OK;
}

static sw_status fold(sw_error *err, sw_run *run, int e, int pass, const tiling *tiles) {
  sw_job *job = &run->job[e];
  sw_team *team = run->team;
  size_t result_bytes = job->pass[pass].result;
  void *all = NULL, *ordered = NULL, *result = NULL;
  size_t *counts = NULL, total = 0;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  if (status == SW_OK) status = sw_arena_alloc(err, run->arena, result_bytes, 1, &result);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status =
        team->gather(team, err, tiles->slots, (size_t)tiles->count * tiles->slot, 0, &all, counts);
  if (status == SW_OK && team->rank == 0) {
    for (int r = 0; r < team->size; r++)
      total += counts[r];
    status = job->pass[pass].domain == SW_ITEMS
                 ? order_records(err, run, job, pass, all, &ordered)
                 : merge_partials(err, job, pass, all, total, &ordered);
    if (status == SW_OK && job->measure->finish)
      status = job->measure->finish(err, job, pass, ordered, result);
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

static sw_status compute_tiles(sw_error *err, sw_run *run, int e, int pass, tiling *tiles) {
  sw_job *job = &run->job[e];
  const sw_pass *p = &job->pass[pass];
  tiles->count = tile_count(run, job, pass);
  tiles->slot = p->domain == SW_ITEMS ? p->record : p->partial;
  SW_TRY(sw_calloc(err, (size_t)tiles->count * tiles->slot, 1, (void **)&tiles->slots));
  if (job->measure->prepare) SW_TRY(job->measure->prepare(err, job, pass));
  sw_guard guard = {0};
  sw_status status = sw_guard_begin(err, job, pass, &guard);
  if (status == SW_OK) status = run_tiles(err, run, job, pass, tiles);
  return sw_guard_end(err, job, pass, status, &guard);
}

static sw_status run_pass(sw_error *err, sw_run *run, int e, int pass) {
  sw_job *job = &run->job[e];
  const sw_pass *p = &job->pass[pass];
  bool gathered = p->domain == SW_ITEMS || p->gathered;
  tiling tiles = {0};
  void **shared = NULL, *local = NULL;
  sw_status status =
      sw_arena_alloc(err, run->arena, (size_t)job->n_inputs, sizeof *shared, (void **)&shared);
  if (status == SW_OK) status = view_inputs(err, run, e);
  status = sw_team_agree(run->team, err, status, 0);
  if (status == SW_OK && gathered) status = gather_inputs(err, run, e, shared);
  if (status == SW_OK && p->operand) status = view_operand(err, run, e, pass, &local);
  if (status == SW_OK) status = compute_tiles(err, run, e, pass, &tiles);
  status = sw_team_agree(run->team, err, status, 0);
  if (status == SW_OK && (tiles.slot || job->measure->finish))
    status = fold(err, run, e, pass, &tiles);
  if (status == SW_OK && p->operand) status = share_operand(err, run, e, pass);
  if (status == SW_OK && job->measure->build)
    status = sw_team_agree(run->team, err, job->measure->build(err, job, pass), 0);
  for (int i = 0; shared && i < job->n_inputs; i++)
    if (shared[i]) run->team->node_free(run->team, shared[i]);
  sw_free(local);
  sw_free(tiles.slots);
  return status;
}

sw_status sw_run_passes(sw_error *err, sw_run *run, int e) {
  for (int pass = 0; pass < run->job[e].n_passes; pass++)
    if (run->job[e].pass[pass].domain != SW_PAIRS) SW_TRY(run_pass(err, run, e, pass));
  return SW_OK;
}

void sw_run_passes_release(sw_run *run, int e) {
  (void)e;
  for (int pass = 0; pass < SW_MAX_PASSES; pass++) {
    void **shared = &run->private->operand_shared[pass];
    if (*shared) run->team->node_free(run->team, *shared);
    *shared = NULL;
  }
}
