/* Hashes of what results rest on, by period, folded in block order so that ranks do not matter. */
#include "plan/run/describe.h"

#include "base/hash.h"
#include "kernel/hot.h"
#include "plan/run/private.h"
#include "spillway/version.h"

#include <string.h>

static uint64_t add(uint64_t hash, const void *bytes, size_t length) {
  return bytes ? sw_hash64(bytes, length, hash) : hash;
}

static uint64_t add_text(uint64_t hash, const char *text) {
  return text ? add(hash, text, strlen(text) + 1) : hash;
}

/* ---- what all periods share -------------------------------------------------------------- */

static uint64_t hash_units(const sw_units *units) {
  size_t n = (size_t)units->n;
  uint64_t hash = add(0, units->text, (size_t)units->code_at[n]);
  hash = add(hash, units->lon, n * sizeof(double));
  hash = add(hash, units->lat, n * sizeof(double));
  hash = add(hash, units->area, n * sizeof(double));
  for (int g = 0; g < units->n_groupings; g++) {
    const sw_grouping *grouping = &units->grouping[g];
    hash = add_text(hash, grouping->name);
    for (int k = 0; k < grouping->n_groups; k++)
      hash = add_text(hash, grouping->label[k]);
    hash = add(hash, grouping->of, n * sizeof *grouping->of);
  }
  return hash;
}

static uint64_t hash_links(uint64_t hash, const sw_links *links) {
  if (!links) return hash;
  size_t n = (size_t)links->n, count = (size_t)links->row_start[n];
  hash = add(hash, links->row_start, (n + 1) * sizeof *links->row_start);
  hash = add(hash, links->to, count * sizeof *links->to);
  return add(hash, links->value, count * sizeof *links->value);
}

static uint64_t hash_tables(uint64_t hash, const sw_job *job) {
  for (int p = 0; job->measure->param[p].name; p++) {
    const sw_table *table = job->arg[p].table;
    if (!table) continue;
    for (int r = 0; r < table->n_rows; r++)
      hash = add_text(hash, table->row[r]);
    for (int c = 0; c < table->n_columns; c++)
      hash = add_text(hash, table->column[c]);
    hash = add(hash, table->value,
               (size_t)table->n_rows * (size_t)table->n_columns * sizeof *table->value);
  }
  return hash;
}

static uint64_t hash_common(const sw_run *run, int e, const char *parameters) {
  const sw_job *job = &run->job[e];
  int64_t numbers[] = {job->measure->version, run->study->tile, run->study->float64,
                       (int64_t)run->study->seed};
  uint64_t hash = hash_units(&run->panel->units);
  hash = add_text(hash, job->measure->name);
  hash = add_text(hash, parameters);
  hash = add_text(hash, sw_instruction_set());
  hash = add(hash, numbers, sizeof numbers);
  hash = hash_links(hash, job->weights);
  if (job->distance) hash = hash_links(hash, job->distance->links);
  return hash_tables(hash, job);
}

/* ---- inputs ----------------------------------------------------------------------------- */

/* This rank's blocks, period by period of the job: hashes[t * blocks + b], over all inputs. */
static void hash_inputs(const sw_run *run, int e, int64_t blocks, uint64_t *hashes) {
  const sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo;
  memset(hashes, 0, (size_t)(job->n_periods * blocks) * sizeof *hashes);
  for (int i = 0; i < job->n_inputs; i++)
    for (int t = 0; t < job->n_periods; t++) {
      const double *row = sw_run_input_row(run, e, i, job->period[t]);
      for (int64_t b = 0; b < blocks; b++) {
        int64_t first = b * SW_BLOCK, left = own - first;
        uint64_t *hash = &hashes[t * blocks + b];
        *hash = add(*hash, row + first, (size_t)(left < SW_BLOCK ? left : SW_BLOCK) * sizeof *row);
      }
    }
}

/* All blocks of a period in order: those of rank 0, of rank 1, ... */
static uint64_t join_period(const uint64_t *all, const size_t *bytes, int ranks, int n_periods,
                            int t, uint64_t hash) {
  for (int r = 0; r < ranks; r++) {
    size_t blocks = bytes[r] / sizeof *all / (size_t)n_periods;
    for (size_t b = 0; b < blocks; b++)
      hash = add(hash, all + (size_t)t * blocks + b, sizeof *all);
    all += bytes[r] / sizeof *all;
  }
  return hash;
}

static sw_status join_all(sw_error *err, sw_run *run, int e, const uint64_t *all,
                          const size_t *bytes) {
  const sw_job *job = &run->job[e];
  const char *parameters = sw_run_parameters(run->arena, run, e);
  if (!parameters) return sw_fail(err, SW_ENOMEM, "%s: no memory for its parameters", job->name);
  uint64_t *out = run->operand_hash[e], common = hash_common(run, e, parameters), whole = common;
  for (int t = 0; t < job->n_periods; t++) {
    out[t] = join_period(all, bytes, run->team->size, job->n_periods, t, common);
    out[t] = add_text(out[t], sw_job_period(job, t));
    whole = add(whole, &out[t], sizeof *out);
  }
  if (job->pooled || job->whole_series)
    for (int t = 0; t < job->n_periods; t++)
      out[t] = whole;
  return SW_OK;
}

sw_status sw_run_operand_hash(sw_error *err, sw_run *run, int e) {
  sw_team *team = run->team;
  sw_job *job = &run->job[e];
  int64_t blocks = (run->panel->hi - run->panel->lo + SW_BLOCK - 1) / SW_BLOCK;
  uint64_t *mine = NULL, *all = NULL;
  size_t *bytes = NULL, own = (size_t)(blocks * job->n_periods) * sizeof *mine;
  sw_status status = sw_arena_alloc(err, run->arena, (size_t)job->n_periods, sizeof *mine,
                                    (void **)&run->operand_hash[e]);
  if (status == SW_OK) status = sw_alloc(err, own + 8, 1, (void **)&mine);
  if (status == SW_OK) status = sw_alloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) {
    hash_inputs(run, e, blocks, mine);
    status = team->gather(team, err, mine, own, 0, (void **)&all, bytes);
  }
  if (status == SW_OK && team->rank == 0) status = join_all(err, run, e, all, bytes);
  sw_free(mine);
  sw_free(all);
  sw_free(bytes);
  return sw_team_agree(team, err, status, 0);
}
