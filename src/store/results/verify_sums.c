/* `verify`, what needs no pair computed again: checksums of all that is stored, hashes of what the
 * results rest on, and that contents are those of the study; names, attributes and axes are
 * verify_layout.c's.
 *
 * A difference is not an error: it is counted and reported in the verdict. A dataset that is not as
 * the schema says ends the verdict with a line: nothing of it can be compared. */
#include <stdio.h>
#include <string.h>

#include "plan/run/describe.h"
#include "store/layout/contents.h"
#include "store/results/private.h"
#include "store/results/verify.h"

/* ---- checksums -------------------------------------------------------------------------- */

/* All checksums of one kind, as many as the schema says; sw_free, also on failure. The group has
 * them. After a failure *sums may hold memory. */
static sw_status read_sums(sw_error *err, const sw_results *results, const sw_group *group,
                           sw_source source, uint64_t **sums) {
  const sw_variable *variable =
      &results->schema.variable[sw_results_schema_find(&results->schema, group->job, source, 0)];
  size_t count = 0;
  return sw_results_read_fitting(err, results, group, variable, H5T_NATIVE_UINT64, (void **)sums,
                                 &count);
}

/* Hashes every stored tile as the sink gives it back. A strip without rows has the checksum 0 and
 * is skipped. Each tile is read once; memory: one tile. */
static sw_status check_tiles(sw_error *err, sw_results *results, const sw_group *group,
                             sw_verdict *verdict) {
  sw_run *run = results->run;
  uint64_t *sums = NULL, now = 0;
  int64_t tiles = sw_pairs_tiles(run, group->job);
  sw_status status = read_sums(err, results, group, SW_FROM_TILES, &sums);
  for (int t = 0; t < run->pair[group->job].summary.n_periods; t++)
    /* The loops end at the first error, not at the first difference. */
    for (int64_t k = 0; status == SW_OK && k < tiles; k++, verdict->sums++) {
      status = sw_pairs_digest_tile(err, run, group->job, &results->sink, t, k, &now);
      if (status != SW_OK || now == sums[t * tiles + k] || !now) continue;
      verdict->sums_differ++;
      sw_verdict_say(verdict, "%s, %s, tile %lld: what is stored does not match its checksum",
                     group->path, sw_verdict_period(&run->job[group->job], t), (long long)k);
    }
  sw_free(sums);
  return status;
}

/* Chains the values of each block in the order in which finish.c wrote them: variable by variable,
 * period by period. The team is of one, so all blocks are this rank's. Memory: one period of one
 * variable, and the checksums of all blocks. */
static sw_status check_blocks(sw_error *err, sw_results *results, sw_group *group,
                              sw_verdict *verdict) {
  const sw_job *job = &results->run->job[group->job];
  uint64_t *sums = NULL;
  int64_t blocks = (job->n + SW_BLOCK - 1) / SW_BLOCK;
  int periods = job->whole_series ? 1 : job->n_periods;
  SW_TRY(sw_results_checksum_unit(err, results, group));
  sw_status status = read_sums(err, results, group, SW_FROM_BLOCKS, &sums);
  /* All blocks of a variable and period are read at once, then compared below. */
  for (int v = group->first; status == SW_OK && v < group->first + group->count; v++)
    for (int t = 0; status == SW_OK && t < periods; t++)
      if (sw_results_is_of_block(&results->schema.variable[v], t))
        status = sw_results_checksum_read(err, results, group, v, t, t, NULL);
  for (int64_t k = 0; status == SW_OK && k < periods * blocks; k++, verdict->sums++) {
    if (group->block_checksum[k] == sums[k]) continue;
    verdict->sums_differ++;
    sw_verdict_say(
        verdict, "%s, %s, units %s to %s: what is stored does not match its checksum", group->path,
        sw_verdict_period(job, (int)(k / blocks)), sw_verdict_unit(results, k % blocks * SW_BLOCK),
        sw_verdict_unit(results,
                        k % blocks == blocks - 1 ? job->n - 1 : (k % blocks + 1) * SW_BLOCK - 1));
  }
  sw_free(sums);
  return status;
}

/* One checksum for all of the group that is neither by unit nor by pair. The values themselves were
 * compared one by one; the checksum is compared as --reuse relies on it. */
static sw_status check_whole(sw_error *err, sw_results *results, const sw_group *group,
                             sw_verdict *verdict) {
  uint64_t *sum = NULL, now = 0;
  sw_status status = read_sums(err, results, group, SW_FROM_VALUES, &sum);
  if (status == SW_OK) status = sw_results_checksum_values(err, results, group, &now);
  verdict->sums++;
  if (status == SW_OK && now != *sum) {
    verdict->sums_differ++;
    sw_verdict_say(verdict, "%s: values by period, or tables, do not match their checksum",
                   group->path);
  }
  sw_free(sum);
  return status;
}

/* What --reuse goes by: whoever changed it could have old numbers taken for new ones. Entries that
 * rest on pairs are skipped, since the run has not computed what they rest on. Hashes are made here
 * where the run has not made them. */
static sw_status check_operands(sw_error *err, sw_results *results, const sw_group *group,
                                sw_verdict *verdict) {
  sw_run *run = results->run;
  const sw_job *job = &run->job[group->job];
  uint64_t *sums = NULL;
  if (run->after_pairs[group->job]) return SW_OK;
  if (!run->operand_hash[group->job]) SW_TRY(sw_run_operand_hash(err, run, group->job));
  sw_status status = read_sums(err, results, group, SW_FROM_OPERANDS, &sums);
  int hashes = job->whole_series ? 1 : job->n_periods;
  for (int t = 0; status == SW_OK && t < hashes; t++, verdict->sums++) {
    if (sums[t] == run->operand_hash[group->job][t]) continue;
    verdict->sums_differ++;
    sw_verdict_say(verdict,
                   "%s, %s: " SW_NAME_OPERAND_HASH " is not that of the inputs of the results",
                   group->path, sw_verdict_period(job, t));
  }
  sw_free(sums);
  return status;
}

/* ---- what else is there ------------------------------------------------------------------- */

/* Whether `path` is that of one of ours, or of a group that one of ours is in. `group` begins with
 * a slash, `path` does not. */
static bool leads_to(const char *path, const char *group, const char *name) {
  char own[1024];
  snprintf(own, sizeof own, "%s%s%s", group + 1, *name ? "/" : "", name);
  size_t length = strlen(path);
  return strncmp(own, path, length) == 0 && (own[length] == '\0' || own[length] == '/');
}

/* In a group of the root: of the weights, only those of the study's matrices. */
static bool is_of_study(const sw_study *study, const char *path) {
  if (strncmp(path, SW_NAME_WEIGHTS "/", strlen(SW_NAME_WEIGHTS "/")) != 0) return true;
  path += strlen(SW_NAME_WEIGHTS "/");
  for (int i = 0; i < study->n_weights; i++) {
    size_t length = strlen(study->weights[i].name);
    if (strncmp(path, study->weights[i].name, length) == 0 && strchr("/", path[length]))
      return true;
  }
  return false;
}

/* Groups have the axes of the root, axes of their own, variables. O(variables of the schema) for
 * each object of the file. */
static bool is_expected(const sw_results *results, const char *path) {
  const sw_results_schema *schema = &results->schema;
  static const char *const everywhere[] = {"", SW_NAME_UNIT, SW_NAME_UNIT_TO, SW_NAME_TIME,
                                           SW_NAME_TIME_LABEL};
  if (sw_name_is_of_root(path)) return true;
  if (strchr(path, '/') && sw_layout_is_of_root(path))
    return is_of_study(results->run->study, path);
  for (int g = 0; g < schema->n_groups; g++) {
    const sw_group *group = &schema->group[g];
    for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++)
      if (leads_to(path, group->path, everywhere[i])) return true;
    for (int i = 0; i < group->n_scales; i++)
      if (leads_to(path, group->path, group->scale[i].name)) return true;
    for (int v = group->first; v < group->first + group->count; v++)
      if (leads_to(path, group->path, schema->variable[v].name)) return true;
  }
  return false;
}

/* Whoever reads the file would take it for a result of the study. */
static sw_status check_contents(sw_error *err, const sw_results *results, sw_verdict *verdict) {
  sw_contents in;
  sw_status status = sw_contents_begin(err, results->arena, results->file, SW_AS_MADE, &in);
  for (sw_item item; status == SW_OK && sw_contents_next(&in, &item);)
    if (!is_expected(results, item.path))
      sw_verdict_say(verdict, "/%s: the study defines no such %s", item.path,
                     item.kind == SW_ITEM_VARIABLE ? "variable"
                     : item.kind == SW_ITEM_AXIS   ? "axis"
                                                   : "group");
  return sw_contents_end(&in, status);
}

/* ---- the whole --------------------------------------------------------------------------- */

/* The order: what is there, how it is laid out, then sums group by group. The first error ends it,
 * a difference does not. */
sw_status sw_results_check_sums(sw_error *err, sw_results *results, sw_verdict *verdict) {
  SW_TRY(check_contents(err, results, verdict));
  SW_TRY(sw_results_check_layout(err, results, verdict));
  for (int g = 0; g < results->schema.n_groups; g++) {
    sw_group *group = &results->schema.group[g];
    SW_TRY(check_operands(err, results, group, verdict));
    if (sw_results_schema_find(&results->schema, group->job, SW_FROM_TILES, 0) >= 0)
      SW_TRY(check_tiles(err, results, group, verdict));
    if (sw_results_schema_find(&results->schema, group->job, SW_FROM_BLOCKS, 0) >= 0)
      SW_TRY(check_blocks(err, results, group, verdict));
    SW_TRY(check_whole(err, results, group, verdict));
  }
  return SW_OK;
}
