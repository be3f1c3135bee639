/* Values of an entry without pairs, taken whole from an earlier file (`--reuse`). By unit each rank
 * reads its own units and holds them against the checksums of its blocks; the rest is rank 0's.
 *
 * Values are read twice, first to check and then to take: nothing is put into the results of the
 * run before every rank knows that all is sound, so there is nothing to take back. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "store/results/private.h"

/* Without an axis of time there is one period. */
static int periods_of(const sw_variable *variable) {
  return variable->timed ? (int)variable->extent[0] : 1;
}

/* Chains all values by unit onto the checksums of this rank's blocks, as finish.c did. */
static sw_status chain_units(sw_error *err, sw_results *results, sw_group *group) {
  SW_TRY(sw_results_checksum_unit(err, results, group));
  for (int v = group->first; v < group->first + group->count; v++) {
    const sw_variable *variable = &results->schema.variable[v];
    for (int t = 0; variable->source <= SW_FROM_IN && t < periods_of(variable); t++)
      SW_TRY(sw_results_checksum_read(err, results, group, v, t, t, NULL));
  }
  return SW_OK;
}

sw_status sw_results_values_match(sw_error *err, sw_results *results, sw_group *group,
                                  bool *match) {
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

/* The reverse of pack in finish.c: of whole numbers -1 is what was missing. */
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

static sw_status take_units(sw_error *err, sw_results *results, sw_group *group, int v) {
  const sw_variable *variable = &results->schema.variable[v];
  const sw_result *result = &results->run->job[group->job].result[variable->index];
  int64_t units = results->run->panel->hi - results->run->panel->lo;
  void *values = NULL;
  SW_TRY(sw_alloc(err, (size_t)(units + 1) * (size_t)result->width, 8, &values));
  sw_status status = SW_OK;
  for (int t = 0; status == SW_OK && t < periods_of(variable); t++) {
    status = sw_results_checksum_read(err, results, group, v, t, t, values);
    if (status == SW_OK) unpack(variable, result->row, t, result->width, units, values);
  }
  sw_free(values);
  return status;
}

static sw_status take_whole(sw_error *err, sw_results *results, const sw_group *group,
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

sw_status sw_results_values_take(sw_error *err, sw_results *results, sw_group *group) {
  for (int v = group->first; v < group->first + group->count; v++) {
    const sw_variable *variable = &results->schema.variable[v];
    bool whole = variable->source == SW_FROM_GLOBAL || variable->source == SW_FROM_TABLE;
    if (variable->source == SW_FROM_UNIT) SW_TRY(take_units(err, results, group, v));
    if (whole && results->team->rank == 0) SW_TRY(take_whole(err, results, group, variable));
  }
  return SW_OK;
}
