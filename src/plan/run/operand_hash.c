/* Hashes of what results rest on, one for each period of a job. They are written into the results
 * file; a later run with --reuse takes over the matrices of those periods whose hash is the same.
 * So the hash must cover everything that can change a bit, and should cover nothing else, for what
 * is hashed needlessly is computed again.
 *
 * Libraries and compiler are not in it: --reuse compares sw_run_build for the whole file first.
 * Blocks of SW_BLOCK units are hashed where they are and joined in block order on rank 0, so that
 * the number of ranks does not matter. One pass over n*T values per input; 8 bytes per block and
 * period are sent. */
#include "plan/run/describe.h"

#include "base/hash.h"
#include "kernel/hot.h"
#include "kernel/space/geodesic.h"
#include "plan/pairs/blocks.h"
#include "plan/run/private.h"
#include "plan/task/resource.h"
#include "spillway/version.h"

#include <string.h>

/* Chained by sw_hash64, with the hash so far as seed: order counts, and no buffer holds all that is
 * hashed. NULL (a column that the units file does not have) adds nothing. */
static uint64_t add(uint64_t hash, const void *bytes, size_t length) {
  return bytes ? sw_hash64(bytes, length, hash) : hash;
}

/* With the terminating zero, so that "ab","c" and "a","bc" differ. */
static uint64_t add_text(uint64_t hash, const char *text) {
  return text ? add(hash, text, strlen(text) + 1) : hash;
}

/* ---- what all periods share -------------------------------------------------------------- */

/* All of the table, also what this job does not look at: which unit a row belongs to decides the
 * meaning of every matrix, and which columns a measure reads is not declared. O(n). Missing columns
 * are NULL and add nothing, so a panel without coordinates has one form. */
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

/* By content, after styling: a file renamed or reordered gives the same links and the same hash.
 * Every matrix of weights and every table of distances that an argument names, and the links that
 * `keep` names besides. `kept` is hashed once, whether a parameter names it or `keep` alone.
 * Networks are hashed by period (add_networks), as are flows. */
static uint64_t hash_named(uint64_t hash, const sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  /* A flow's own links are hashed by period (add_flows). */
  const sw_links *kept = run->pair[e].links_by_matrix ? NULL : run->pair[e].links;
  for (int p = 0; job->measure->param[p].name; p++) {
    hash = sw_resource_hash_links(hash, job->arg[p].weights);
    if (job->arg[p].weights == kept) kept = NULL;
    for (int k = 0; job->arg[p].weights_list && k < job->arg[p].count; k++)
      hash = sw_resource_hash_links(hash, job->arg[p].weights_list[k]);
  }
  hash = sw_resource_hash_links(hash, kept);
  for (int p = 0; job->measure->param[p].name; p++) {
    const sw_distance *distance = job->arg[p].distance;
    static const int64_t version = SW_GEODESIC_VERSION;
    if (distance && !distance->state) hash = sw_resource_hash_links(hash, distance->links);
    if (distance && distance->kind == SW_GEODESIC) hash = add(hash, &version, sizeof version);
    /* By it a distance within a unit is a time. */
    if (distance && distance->access_kmh > 0)
      hash = add(hash, &distance->access_kmh, sizeof distance->access_kmh);
  }
  return hash;
}

/* Names of classes among the inputs: a class that no unit is of counts too. Labels in the order of
 * the numbers that stand for them. */
static uint64_t hash_classes(uint64_t hash, const sw_job *job) {
  for (int i = 0; i < job->n_inputs; i++)
    for (int k = 0; k < job->input[i].n_classes; k++)
      hash = add_text(hash, job->input[i].class_label[k]);
  return hash;
}

/* Tables given beside the panel, by content; their file names are in the parameters. O(numbers of
 * the table). */
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

/* Periods do not enter here; join_all adds each period's label and inputs. The precision of the
 * stored matrix and the tile are part of it because matrices are taken over as stored, tile by
 * tile. The fifth number belongs to entries with pairs only, so that others keep their hash when
 * sums over pairs change. */
static uint64_t hash_common(const sw_run *run, int e, const char *parameters) {
  const sw_job *job = &run->job[e];
  int64_t numbers[] = {job->measure->version, run->study->tile, sw_study_is_wide(run->study, e),
                       (int64_t)run->study->seed,
                       run->pair[e].rings ? SW_RINGS_VERSION : SW_SUMS_VERSION};
  size_t counted = run->study->entry[e].is_pair ? 5 : 4;
  uint64_t hash = hash_units(&run->panel->units);
  hash = add_text(hash, job->measure->name);
  hash = add_text(hash, parameters);
  hash = add_text(hash, sw_instruction_set());
  hash = add(hash, numbers, counted * sizeof *numbers);
  int64_t centres = SW_CENTRES_VERSION, blocks = SW_BLOCKS_VERSION;
  if (run->study->entry[e].sums.centres.where && job->defines_diagonal)
    hash = add(hash, &centres, sizeof centres);
  if (sw_blocks_in_walk(run, e)) hash = add(hash, &blocks, sizeof blocks);
  hash = hash_named(hash, run, e);
  hash = hash_classes(hash, job);
  return hash_tables(hash, job);
}

/* ---- inputs ----------------------------------------------------------------------------- */

/* This rank's blocks, period by period of the job's inputs: hashes[t * blocks + b], over all inputs
 * in their order. Runs by local rows; a rank's units begin at a block, and only the last block of
 * all may be short, so the blocks are the same for any number of ranks. A block is hashed where it
 * lies, O(n T) over all ranks together, with nothing copied. */
static void hash_inputs(const sw_run *run, int e, int64_t blocks, uint64_t *hashes) {
  const sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo;
  memset(hashes, 0, (size_t)(sw_job_seen(job) * blocks) * sizeof *hashes);
  for (int i = 0; i < job->n_inputs; i++)
    for (int t = 0; t < sw_job_seen(job); t++) {
      const double *row = sw_run_input_row(run, e, i, sw_job_seen_at(job, t));
      for (int64_t b = 0; b < blocks; b++) {
        int64_t first = b * SW_BLOCK, left = own - first;
        uint64_t *hash = &hashes[t * blocks + b];
        *hash = add(*hash, row + first, (size_t)(left < SW_BLOCK ? left : SW_BLOCK) * sizeof *row);
      }
    }
}

/* All blocks of a period in the order of units: those of rank 0, of rank 1, ... What a rank sent
 * has its periods one behind the other; how many blocks it has follows from its bytes, and may be
 * none. `all` is walked rank by rank, so the order of units is kept. */
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

/* What the pairs that the entry takes rest on, and how they are kept, is in the hash that their own
 * entry has. `verify` does not compute it, and does not look at this one. A taken entry's hash
 * stands for all that it rests on, so the chain reaches down to the columns of files. */
static uint64_t add_pairs(uint64_t hash, const sw_run *run, int e, int t) {
  for (int k = 0; k < run->study->entry[e].n_pair_needs; k++) {
    const uint64_t *theirs = run->operand_hash[run->private->links[e][k].entry];
    if (theirs) hash = add(hash, &theirs[sw_run_links_matrix(run, e, k, t)], sizeof *theirs);
  }
  return hash;
}

/* Observed flows in period t, with zeros and what stays within units, as both change results. */
static uint64_t add_flows(uint64_t hash, const sw_job *job, int t) {
  for (int p = 0; job->measure->param[p].name; p++) {
    const sw_flow *flow = job->arg[p].flow;
    if (!flow) continue;
    hash = sw_resource_hash_links(hash, &flow->links[job->period[t]]);
    hash = add(hash, flow->own[job->period[t]], (size_t)job->n * sizeof(double));
  }
  return hash;
}

/* What a network is in that period: a railway that opens years later is none of its concern. */
static uint64_t add_networks(uint64_t hash, const sw_job *job, int t) {
  for (int p = 0; job->measure->param[p].name; p++) {
    const sw_distance *distance = job->arg[p].distance;
    if (distance && distance->state)
      hash = sw_resource_hash_links(hash, sw_job_distance_in(job, distance, t)->links);
  }
  return hash;
}

/* Rank 0. Each period's hash starts from what all share, then takes its blocks and its label; which
 * other periods the study lists is none of its concern. Where values of a period depend on other
 * periods (pooled normalisation, one matrix over all), every period gets the hash of all: any
 * change anywhere changes them all. out[] has one hash for each period of results. Where periods
 * are mixed they are equal, and --reuse takes all or nothing. */
static sw_status join_all(sw_error *err, sw_run *run, int e, const uint64_t *all,
                          const size_t *bytes) {
  const sw_job *job = &run->job[e];
  bool mixes = job->pooled || job->whole_series;
  const char *parameters = sw_run_hashed_parameters(run->arena, run, e, mixes);
  if (!parameters)
    return sw_fail(err, SW_ENOMEM, "%s: out of memory for its parameters", job->name);
  uint64_t *out = run->operand_hash[e], common = hash_common(run, e, parameters), whole = common;
  int seen = sw_job_seen(job); /* more than have results only where periods are mixed */
  for (int t = 0; t < seen; t++) {
    uint64_t one = join_period(all, bytes, run->team->size, seen, t, common);
    one = add_text(one, sw_job_seen_period(job, t));
    if (!job->seen) one = add_flows(add_pairs(one, run, e, t), job, t);
    if (!job->seen) one = add_networks(one, job, t);
    whole = add(whole, &one, sizeof one);
    if (!mixes) out[t] = one;
  }
  /* What looks across periods may heed where a series breaks. */
  for (int b = 0; b < job->periods->n_breaks; b++)
    whole = add_text(whole, job->periods->label[job->periods->break_period[b]]);
  /* And how far its periods are apart, which of whole numbers their labels say. */
  for (int t = 0; !job->periods->integer && job->periods->value && t < seen; t++)
    whole = add(whole, &job->periods->value[sw_job_seen_at(job, t)], sizeof *job->periods->value);
  if (mixes)
    for (int t = 0; t < job->n_periods; t++)
      out[t] = whole;
  return SW_OK;
}

/* Results are arena memory and stay for the writing of the file; on ranks other than 0 they stay
 * zero. Called once the inputs are final: an input that is itself a result has been computed by
 * then, and is hashed by its values. Collective. Called twice for an entry it gives the same
 * hashes, but takes arena memory again; callers ask first whether it is there. */
sw_status sw_run_operand_hash(sw_error *err, sw_run *run, int e) {
  sw_team *team = run->team;
  sw_job *job = &run->job[e];
  int64_t blocks = (run->panel->hi - run->panel->lo + SW_BLOCK - 1) / SW_BLOCK;
  uint64_t *mine = NULL, *all = NULL;
  size_t *bytes = NULL, own = (size_t)(blocks * sw_job_seen(job)) * sizeof *mine;
  sw_status status = sw_arena_alloc(err, run->arena, (size_t)job->n_periods, sizeof *mine,
                                    (void **)&run->operand_hash[e]);
  /* 8 more, as a rank without units has no hashes and still needs something to send. */
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
