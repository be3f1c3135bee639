/* Values of an entry without pairs, taken period by period from an earlier file (`--reuse`): those
 * that rest on the same there. A period is found by what it rests on, not by its place, so a panel
 * with a period more or less finds those that stayed.
 *
 * A period is taken by all ranks or by none. What is by unit is read twice, first to hold it
 * against its checksums: nothing is put into the results by unit that is not sound. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/results/past_private.h"

/* ---- which ------------------------------------------------------------------------------ */

/* Rank 0: place[t], the earlier period that rests on hash[t], or -1. The whole is checked only if
 * anything could be taken. */
static void find_places(const sw_past_file *p, int job, const uint64_t *hash, int n, int *place) {
  int64_t count = 0;
  uint64_t *then = sw_past_read_all(p, job, SW_FROM_OPERANDS, &count);
  bool any = false;
  for (int t = 0; then && t < n; t++) {
    place[t] = (int)sw_past_place(hash[t], t, then, count);
    any = any || place[t] >= 0;
  }
  sw_free(then);
  if (any && !sw_past_is_sound(p, job))
    for (int t = 0; t < n; t++)
      place[t] = -1;
}

/* Holds this rank's units of an earlier period against the checksums of their blocks, which are
 * made in `room`: twice as many as the rank has. The group's checksums are lent to the reader of
 * values for the call. */
static sw_status check_units(sw_error *err, sw_past_file *p, int job, int place, uint64_t *room,
                             bool *sound) {
  sw_results *results = &p->results;
  sw_group *group = &results->schema.group[job];
  size_t blocks = (size_t)sw_past_own_blocks(results->run);
  *sound = true;
  if (sw_results_schema_find(&results->schema, job, SW_FROM_BLOCKS, 0) < 0) return SW_OK;
  group->block_checksum = room + blocks;
  memset(group->block_checksum, 0, blocks * sizeof *room);
  sw_status status = sw_past_blocks(err, p, job, place, room);
  for (int v = group->first; status == SW_OK && v < group->first + group->count; v++)
    if (results->schema.variable[v].source <= SW_FROM_IN)
      status = sw_results_checksum_read(err, results, group, v, place, 0, NULL);
  *sound = status == SW_OK && memcmp(room, group->block_checksum, blocks * sizeof *room) == 0;
  group->block_checksum = NULL;
  return status;
}

/* ---- taking ----------------------------------------------------------------------------- */

/* What the file has of a period of a variable without units; `width` numbers. Its axes may be of
 * other lengths there, as values that are only hashed may (fit.c): then it is none of ours. `to`
 * has room for them. SW_EIO also where the file's axes are others. */
static sw_status read_global(sw_error *err, const sw_past_file *p, const sw_group *group,
                             const sw_variable *variable, int place, double *to) {
  hsize_t start[SW_MAX_RANK] = {(hsize_t)place}, count[SW_MAX_RANK], is[SW_MAX_RANK];
  hid_t dataset = H5I_INVALID_HID;
  SW_TRY(sw_results_open_fitting(err, &p->results, group, variable, &dataset));
  hid_t space = H5Dget_space(dataset);
  H5Sget_simple_extent_dims(space, is, NULL);
  bool fits = variable->timed && is[0] > (hsize_t)place;
  count[0] = 1;
  for (int a = 1; a < variable->rank; a++) {
    count[a] = variable->extent[a];
    fits = fits && is[a] == count[a];
  }
  herr_t code = -1;
  if (fits) {
    hid_t memory = H5Screate_simple(variable->rank, count, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    code = H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, to);
    H5Sclose(memory);
  }
  H5Sclose(space);
  H5Dclose(dataset);
  if (code >= 0) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: %s/%s cannot be read", p->past.path, group->path,
                 variable->name);
}

/* Rank 0: the values of a period that are of no unit, and tables, which have no period. Where this
 * fails the period is computed, which overwrites what was put. Tables are the same for every period
 * and are put once for each, which does no harm. */
static sw_status take_globals(sw_error *err, sw_past_file *p, int job, int place, int t) {
  sw_results *results = &p->results;
  const sw_group *group = &results->schema.group[job];
  for (int v = group->first; v < group->first + group->count; v++) {
    const sw_variable *variable = &results->schema.variable[v];
    if (variable->source == SW_FROM_TABLE)
      SW_TRY(sw_past_take_whole(err, results, group, variable));
    if (variable->source != SW_FROM_GLOBAL) continue;
    const sw_result *result = &results->run->job[job].result[variable->index];
    double *to = result->row[0] + (size_t)t * (size_t)result->width;
    SW_TRY(read_global(err, p, group, variable, place, to));
    for (int k = 0; k < result->width; k++)
      if (variable->cell == SW_CELL_I32 && to[k] == -1) to[k] = NAN;
  }
  return SW_OK;
}

/* Straight into the results of the run. */
static sw_status take_units(sw_error *err, sw_past_file *p, int job, int place, int t) {
  sw_results *results = &p->results;
  sw_group *group = &results->schema.group[job];
  for (int v = group->first; v < group->first + group->count; v++)
    if (results->schema.variable[v].source == SW_FROM_UNIT)
      SW_TRY(sw_past_take_units(err, results, group, v, place, t));
  return SW_OK;
}

/* ---- the whole -------------------------------------------------------------------------- */

/* unsound[t]: 1 where this rank finds that the earlier period cannot be taken. Bytes that cannot be
 * read are a period that is computed, not an error. On rank 0 the globals are taken already here:
 * they are overwritten if the period is computed after all. */
static sw_status check_periods(sw_error *err, sw_past_file *p, int job, int n, const int *place,
                               uint64_t *room, double *unsound) {
  for (int t = 0; t < n; t++) {
    bool sound = true;
    if (place[t] < 0) continue;
    sw_status status = check_units(err, p, job, place[t], room, &sound);
    if (status == SW_OK && sound && p->results.team->rank == 0)
      status = take_globals(err, p, job, place[t], t);
    unsound[t] = !sound || status == SW_EIO;
    if (status != SW_EIO) SW_TRY(status);
    sw_error_clear(err);
  }
  return SW_OK;
}

/* The periods that all ranks have agreed to be sound, into the results. */
static sw_status take_sound(sw_error *err, sw_past_file *p, int job, int n, const int *place,
                            const double *unsound, uint64_t *room, bool *taken) {
  sw_group *group = &p->results.schema.group[job];
  /* Reading chains onto checksums, which are not looked at again: all periods have room for one. */
  sw_status status = SW_OK;
  for (int t = 0; status == SW_OK && t < n; t++) {
    taken[t] = place[t] >= 0 && unsound[t] == 0;
    if (place[t] >= 0 && unsound[t] != 0 && p->results.team->rank == 0)
      sw_log(SW_LOG_WARN, "%s: %s, %s: values do not match their checksums; they are computed",
             p->past.path, group->path, sw_job_period(&p->results.run->job[job], t));
    group->block_checksum = room;
    if (taken[t]) status = take_units(err, p, job, place[t], t);
    if (taken[t] && status == SW_OK && p->results.team->rank == 0)
      status = sw_past_take_reasons(err, &p->results, group, t);
  }
  group->block_checksum = NULL;
  return status;
}

/* Between two agreements only what is local. Collective: three reductions and a broadcast per
 * entry. taken[] is the same on all ranks. Memory: twice the checksums of this rank's blocks for
 * each period, though one period is checked at a time. */
sw_status sw_past_periods(sw_past *self, sw_error *err, int job, const uint64_t *hash, int n,
                          bool *taken) {
  sw_past_file *p = self->self;
  sw_team *team = p->results.team;
  size_t blocks = (size_t)sw_past_own_blocks(p->results.run);
  int *place = NULL;
  double *unsound = NULL, lacking = !p->usable[job];
  uint64_t *room = NULL;
  memset(taken, 0, (size_t)n * sizeof *taken);
  /* Ranks open the file each for itself: one may have failed where others did not. */
  SW_TRY(team->max_f64(team, err, &lacking, 1));
  if (lacking != 0) return SW_OK;
  sw_status status = sw_alloc(err, (size_t)n, sizeof *place, (void **)&place);
  if (status == SW_OK) status = sw_calloc(err, (size_t)n, sizeof *unsound, (void **)&unsound);
  if (status == SW_OK)
    status = sw_alloc(err, (2 * blocks + 1) * (size_t)n, sizeof *room, (void **)&room);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) {
    memset(place, 0xff, (size_t)n * sizeof *place); /* -1 */
    if (team->rank == 0) find_places(p, job, hash, n, place);
    status = team->broadcast(team, err, place, (size_t)n * sizeof *place, 0);
  }
  if (status == SW_OK)
    status = sw_team_agree(team, err, check_periods(err, p, job, n, place, room, unsound), 0);
  if (status == SW_OK) status = team->max_f64(team, err, unsound, n);
  if (status == SW_OK)
    status = sw_team_agree(team, err, take_sound(err, p, job, n, place, unsound, room, taken), 0);
  sw_free(place);
  sw_free(unsound);
  sw_free(room);
  return status;
}
