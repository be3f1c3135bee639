/* Values of an entry without pairs, taken whole from an earlier file (`--reuse`). By unit each rank
 * reads its own units and holds them against the checksums of its blocks; the rest is rank 0's.
 *
 * Values are read twice, first to check and then to take: nothing is put into the results of the
 * run before every rank knows that all is sound, so there is nothing to take back. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/results/past_private.h"

/* Without an axis of time there is one period. Of the schema, hence of this run; has_operands makes
 * sure that the file has as many. */
static int periods_of(const sw_variable *variable) {
  return variable->timed ? (int)variable->extent[0] : 1;
}

/* Chains all values by unit onto the checksums of this rank's blocks, as finish.c did. Room for the
 * checksums is taken from the arena of the past. */
static sw_status chain_units(sw_error *err, sw_results *results, sw_group *group) {
  SW_TRY(sw_results_checksum_unit(err, results, group));
  for (int v = group->first; v < group->first + group->count; v++) {
    const sw_variable *variable = &results->schema.variable[v];
    for (int t = 0; variable->source <= SW_FROM_IN && t < periods_of(variable); t++)
      SW_TRY(sw_results_checksum_read(err, results, group, v, t, t, NULL));
  }
  return SW_OK;
}

/* Whether this rank's values by unit are what was written. Reads each value by unit once. *match is
 * true also where nothing is by unit. */
static sw_status match_units(sw_error *err, sw_results *results, sw_group *group, bool *match) {
  const sw_panel *panel = results->run->panel;
  int v = sw_results_schema_find(&results->schema, group->job, SW_FROM_BLOCKS, 0);
  *match = true;
  if (v < 0) return SW_OK; /* nothing is by unit */
  const sw_variable *sums = &results->schema.variable[v];
  size_t count = 0, own = (size_t)((panel->hi - panel->lo + SW_BLOCK - 1) / SW_BLOCK);
  size_t periods = (size_t)periods_of(sums), blocks = (size_t)sums->extent[sums->rank - 1];
  uint64_t *then = NULL;
  sw_status status =
      sw_results_read_fitting(err, results, group, sums, H5T_NATIVE_UINT64, (void **)&then, &count);
  if (status == SW_OK) status = chain_units(err, results, group);
  for (size_t t = 0; status == SW_OK && t < periods; t++)
    *match = *match && memcmp(then + t * blocks + panel->lo / SW_BLOCK,
                              group->block_checksum + t * own, own * sizeof *then) == 0;
  sw_free(then);
  return status;
}

/* ---- taking ----------------------------------------------------------------------------- */

/* The reverse of pack in finish.c: of whole numbers -1 is what was missing. O(units * width). */
static void unpack(const sw_variable *variable, double *const *row, int t, int width, int64_t units,
                   const void *in) {
  int periods = periods_of(variable);
  for (int k = 0; k < width; k++) {
    double *to = row[(size_t)k * (size_t)periods + (size_t)t];
    for (int64_t i = 0; i < units; i++) {
      size_t at = (size_t)i * (size_t)width + (size_t)k;
      bool whole = variable->cell == SW_CELL_I32;
      double value = whole ? ((const int32_t *)in)[at] : ((const double *)in)[at];
      to[i] = whole && value == -1 ? NAN : value;
    }
  }
}

/* `place` is the file's period, `t` the run's. Whole numbers come as int32. */
sw_status sw_past_take_units(sw_error *err, sw_results *results, sw_group *group, int v, int place,
                             int t) {
  const sw_variable *variable = &results->schema.variable[v];
  const sw_result *result = &results->run->job[group->job].result[variable->index];
  int64_t units = results->run->panel->hi - results->run->panel->lo;
  void *values = NULL;
  SW_TRY(sw_alloc(err, (size_t)(units + 1) * (size_t)result->width, 8, &values));
  sw_status status = sw_results_checksum_read(err, results, group, v, place, t, values);
  if (status == SW_OK) unpack(variable, result->row, t, result->width, units, values);
  sw_free(values);
  return status;
}

/* On rank 0. Values that were missing become NaN again. */
sw_status sw_past_take_whole(sw_error *err, sw_results *results, const sw_group *group,
                             const sw_variable *variable) {
  double *to = results->run->job[group->job].result[variable->index].row[0], *values = NULL;
  size_t count = 0;
  sw_status status = sw_results_read_fitting(err, results, group, variable, H5T_NATIVE_DOUBLE,
                                             (void **)&values, &count);
  for (size_t k = 0; status == SW_OK && k < count; k++)
    to[k] = variable->cell == SW_CELL_I32 && values[k] == -1 ? NAN : values[k];
  sw_free(values);
  return status;
}

/* All values of the group into the job's results: by unit this rank's, the rest on rank 0. After
 * all ranks have found everything sound. */
static sw_status take_values(sw_error *err, sw_results *results, sw_group *group) {
  for (int v = group->first; v < group->first + group->count; v++) {
    const sw_variable *variable = &results->schema.variable[v];
    bool whole = variable->source == SW_FROM_GLOBAL || variable->source == SW_FROM_TABLE;
    for (int t = 0; variable->source == SW_FROM_UNIT && t < periods_of(variable); t++)
      SW_TRY(sw_past_take_units(err, results, group, v, t, t));
    if (whole && results->team->rank == 0)
      SW_TRY(sw_past_take_whole(err, results, group, variable));
  }
  if (results->team->rank != 0) return SW_OK;
  SW_TRY(sw_past_take_reasons(err, results, group, -1));
  return sw_past_take_said(err, results, group);
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Whether the file's operand hashes are these, in this order: then its periods are the run's. The
 * comparison includes the number of periods: another selection is another result. */
static bool has_operands(const sw_past_file *p, int job, const uint64_t *hash, int n) {
  int64_t count = 0;
  uint64_t *then = sw_past_read_all(p, job, SW_FROM_OPERANDS, &count);
  bool same = then && count == n && memcmp(then, hash, (size_t)n * sizeof *then) == 0;
  sw_free(then);
  return same;
}

/* Whether all ranks say yes. Collective. */
static sw_status all_do(sw_error *err, sw_team *team, bool *yes) {
  double no = !*yes;
  SW_TRY(team->max_f64(team, err, &no, 1));
  *yes = no == 0;
  return SW_OK;
}

/* Values by unit are read only when the operands are the same. Collective. Three questions, each
 * asked of all ranks before the next: are the operands the same, are the values sound, have all
 * taken theirs. */
sw_status sw_past_values(sw_past *self, sw_error *err, int job, const uint64_t *hash, int n,
                         bool *taken) {
  sw_past_file *p = self->self;
  sw_team *team = p->results.team;
  sw_group *group = &p->results.schema.group[job];
  *taken = p->usable[job];
  if (team->rank == 0) *taken = *taken && has_operands(p, job, hash, n) && sw_past_is_sound(p, job);
  SW_TRY(all_do(err, team, taken));
  if (!*taken) return SW_OK;
  sw_status status = match_units(err, &p->results, group, taken);
  if (status == SW_EIO) { /* bytes that cannot be read: computed */
    sw_error_clear(err);
    status = SW_OK;
    *taken = false;
  }
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(all_do(err, team, taken));
  if (!*taken && team->rank == 0)
    sw_log(SW_LOG_WARN, "%s: %s: values by unit do not match their checksums; they are computed",
           p->past.path, group->path);
  status = *taken ? take_values(err, &p->results, group) : SW_OK;
  group->block_checksum = NULL;
  return sw_team_agree(team, err, status, 0);
}
