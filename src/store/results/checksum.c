/* Hashes and checksums of a results file: what each result rests on, and what its numbers are. They
 * are stored beside the numbers, so that `verify` finds damaged bytes and a later run can take what
 * is sound from the file (past.c) without computing it.
 *
 *   operand_hash    by period: all that the results rest on (plan/run/operand_hash.c)
 *   tile_checksum   by period and tile: stored pairs, out of the journal, hashed as they were
 * written block_checksum  by period and block of SW_BLOCK units: all values by unit, made here
 *   value_checksum  of the group: all other values
 *
 * A hash over units must not depend on how many ranks there are. So it is by block: a rank's units
 * are whole blocks, and XXH3 is chained, each call seeded with the last, over the group's variables
 * in the schema's order. Both the writer and the checker must keep to that order. */
#include "store/results/private.h"

#include <string.h>

#include "base/arena.h"
#include "base/hash.h"

/* The group's variable of that kind; -1 when it has none. Of the kinds that a group has once;
 * `index` is 0 for them. */
static int variable_of(const sw_results *results, const sw_group *group, sw_source source) {
  return sw_results_schema_find(&results->schema, group->job, source, 0);
}

/* The last block may be short. lo of every rank is a multiple of SW_BLOCK. */
static int64_t blocks_of(int64_t units) {
  return (units + SW_BLOCK - 1) / SW_BLOCK;
}

/* Periods of the group's blocks: one for a whole series. As many as the file has rows of block
 * checksums. */
static int periods_of(const sw_results *results, const sw_group *group) {
  const sw_job *job = &results->run->job[group->job];
  return job->whole_series ? 1 : job->n_periods;
}

/* What has no time is chained onto the blocks of the first period, as finish.c writes it then. `t`
 * is a period of the group. */
bool sw_results_is_of_block(const sw_variable *variable, int t) {
  return variable->source <= SW_FROM_IN && (variable->timed || t == 0);
}

/* Begins the checksums of this rank's blocks: zeroed, [t * own blocks + b]. Memory: 8 bytes for
 * each block and period of this rank, in the file's arena. */
sw_status sw_results_checksum_unit(sw_error *err, sw_results *results, sw_group *group) {
  int64_t own = blocks_of(results->run->panel->hi - results->run->panel->lo);
  SW_NEW(err, results->arena, group->block_checksum, periods_of(results, group) * own + 1);
  return SW_OK;
}

/* Chains the next variable's numbers of period t, `unit_bytes` per unit, onto the checksums of this
 * rank's blocks. O(bytes). Called with the buffer that is written next, so hashing costs no second
 * pass over memory that is no longer in cache. */
void sw_results_checksum_block(const sw_results *results, sw_group *group, int t, const void *data,
                               size_t unit_bytes) {
  int64_t units = results->run->panel->hi - results->run->panel->lo, own = blocks_of(units);
  for (int64_t b = 0; b < own; b++) {
    /* Within this rank's units; only the last block of all may be short. */
    int64_t first = b * SW_BLOCK, left = units - first;
    uint64_t *checksum = &group->block_checksum[t * own + b];
    *checksum = sw_hash64((const char *)data + (size_t)first * unit_bytes,
                          (size_t)(left < SW_BLOCK ? left : SW_BLOCK) * unit_bytes, *checksum);
  }
}

/* ---- to rank 0 -------------------------------------------------------------------------- */

/* Memory of rank 0: all checksums of one group twice for a moment. */

/* Brings every rank's checksums to rank 0 and puts them in the order of the file: ranks hold
 * consecutive blocks, each sends [period][its blocks], wanted is [period][all blocks]. *out
 * (sw_free) stays NULL on other ranks. Collective. */
static sw_status gather_blocks(sw_error *err, sw_results *results, sw_group *group,
                               uint64_t **out) {
  sw_team *team = results->team;
  int periods = periods_of(results, group);
  int64_t blocks = blocks_of(results->run->job[group->job].n), at = 0;
  size_t own = (size_t)(blocks_of(results->run->panel->hi - results->run->panel->lo) * periods);
  uint64_t *all = NULL;
  size_t *bytes = NULL;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status =
        team->gather(team, err, group->block_checksum, own * sizeof *all, 0, (void **)&all, bytes);
  if (status == SW_OK && team->rank == 0)
    status = sw_calloc(err, (size_t)(blocks * periods), sizeof **out, (void **)out);
  /* `from` walks through what the ranks sent, `at` is the first block of rank r in the file. */
  const uint64_t *from = all;
  for (int r = 0; *out && r < team->size; r++) { /* rank 0, when all went well */
    int64_t count = (int64_t)(bytes[r] / sizeof *all) / periods;
    for (int t = 0; t < periods; t++, from += count)
      memcpy(*out + t * blocks + at, from, (size_t)count * sizeof *all);
    at += count;
  }
  sw_free(all);
  sw_free(bytes);
  return sw_team_agree(team, err, status, 0);
}

/* By group; pointers stay NULL where a group has none. In the arena, as the arrays of pointers live
 * with the results; what they point to is freed one by one. */
static sw_status room_for_checksums(sw_error *err, sw_results *results) {
  int n = results->schema.n_groups;
  SW_NEW(err, results->arena, results->blocks, n + 1);
  SW_NEW(err, results->arena, results->tiles, n + 1);
  return SW_OK;
}

/* After write_units, before rank 0 writes. Every rank walks the groups in the same order.
 * Collective. Tile checksums come from the journal or from what was taken; after a failure what was
 * gathered is freed by sw_results_checksum_free. */
sw_status sw_results_checksum_gather(sw_error *err, sw_results *results) {
  int n = results->schema.n_groups;
  SW_TRY(sw_team_agree(results->team, err, room_for_checksums(err, results), 0));
  for (int g = 0; g < n; g++) {
    sw_group *group = &results->schema.group[g];
    /* The same groups on every rank, as the schema is the same. */
    if (group->block_checksum) SW_TRY(gather_blocks(err, results, group, &results->blocks[g]));
    if (variable_of(results, group, SW_FROM_TILES) >= 0)
      SW_TRY(sw_pairs_checksums(err, results->run, group->job, &results->tiles[g]));
  }
  return SW_OK;
}

/* Also when gathering stopped halfway or was never begun. NULL is allowed throughout. */
void sw_results_checksum_free(sw_results *results) {
  for (int g = 0; g < results->schema.n_groups; g++) {
    if (results->blocks) sw_free(results->blocks[g]);
    if (results->tiles) sw_free(results->tiles[g]);
  }
}

/* ---- writing ---------------------------------------------------------------------------- */

/* Writes one dataset of checksums; nothing when the group has none of that kind. `value` NULL where
 * there should be some: a failure. Negative on any failure, with HDF5's reason on its stack. */
static herr_t put(const sw_results *results, hid_t at, const sw_group *group, sw_source source,
                  const uint64_t *value) {
  int v = variable_of(results, group, source);
  if (v < 0) return 0;
  hid_t dataset = H5Dopen2(at, results->schema.variable[v].name, H5P_DEFAULT);
  if (dataset < 0) return -1;
  herr_t code =
      value ? H5Dwrite(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) : -1;
  return H5Dclose(dataset) < 0 ? -1 : code;
}

/* `values` is the checksum of all that is neither by unit nor by pair. On rank 0 alone, once
 * everything else is written. */
herr_t sw_results_checksum_put(const sw_results *results, hid_t at, const sw_group *group,
                               uint64_t values) {
  /* Groups are an array of the schema: the place is the job's. */
  int g = (int)(group - results->schema.group);
  if (put(results, at, group, SW_FROM_OPERANDS, results->run->operand_hash[group->job]) < 0 ||
      put(results, at, group, SW_FROM_TILES, results->tiles[g]) < 0 ||
      put(results, at, group, SW_FROM_BLOCKS, results->blocks[g]) < 0)
    return -1;
  return put(results, at, group, SW_FROM_VALUES, &values);
}

/* ---- reading ---------------------------------------------------------------------------- */

/* Reads the whole dataset, of the length that the file says, as an earlier file may have more
 * periods; of a length that its bytes can hold. A length beyond the file's own size can only be a
 * damaged header: it is refused before memory is asked for. */
static sw_status hash_whole(sw_error *err, const sw_results *results, const sw_group *group,
                            const sw_variable *variable, uint64_t *sum) {
  void *values = NULL;
  hid_t dataset = H5I_INVALID_HID;
  SW_TRY(sw_results_open_fitting(err, results, group, variable, &dataset));
  size_t count = sw_h5_length(dataset), size = sw_h5_cell_bytes(variable->cell);
  sw_status status = sw_h5_is_longer_than_file(dataset, count)
                         ? sw_h5_fail(err, results->path, "be read")
                         : sw_alloc(err, count + 1, size, &values);
  if (status == SW_OK && H5Dread(dataset, sw_h5_memory_type(variable->cell), H5S_ALL, H5S_ALL,
                                 H5P_DEFAULT, values) < 0)
    status = sw_h5_fail(err, results->path, "be read");
  if (status == SW_OK) *sum = sw_hash64(values, count * size, *sum);
  sw_free(values);
  H5Dclose(dataset);
  return status;
}

/* The same values, in the same order and as the same bytes, as complete_group writes. Sources from
 * SW_FROM_GLOBAL to SW_FROM_PAIRS, by the order of sw_source. */
sw_status sw_results_checksum_values(sw_error *err, const sw_results *results,
                                     const sw_group *group, uint64_t *sum) {
  *sum = 0;
  for (int v = group->first; v < group->first + group->count; v++) {
    const sw_variable *variable = &results->schema.variable[v];
    if (variable->source >= SW_FROM_GLOBAL && variable->source <= SW_FROM_PAIRS)
      SW_TRY(hash_whole(err, results, group, variable, sum));
  }
  return SW_OK;
}

/* The part of a variable that holds units [lo, lo + units) of period t, as HDF5 selects it. In a
 * turned variable the units are the last axis; t is not looked at where there is no time. */
void sw_results_units(const sw_variable *variable, int t, int64_t lo, int64_t units, hsize_t *start,
                      hsize_t *count) {
  int by = variable->turned ? variable->rank - 1 : variable->timed ? 1 : 0;
  for (int a = 0; a < variable->rank; a++) {
    start[a] = 0;
    count[a] = variable->extent[a];
  }
  if (variable->timed) start[0] = (hsize_t)t, count[0] = 1;
  start[by] = (hsize_t)lo;
  count[by] = (hsize_t)units;
}

/* Rows by columns become columns by rows; `cell` bytes each. Both rooms are the caller's and do not
 * overlap. */
void sw_results_turn(int64_t rows, int64_t columns, size_t cell, const void *from, void *to) {
  for (int64_t i = 0; i < rows; i++)
    for (int64_t k = 0; k < columns; k++)
      memcpy((char *)to + (size_t)(k * rows + i) * cell,
             (const char *)from + (size_t)(i * columns + k) * cell, cell);
}

/* The selected part of a variable. Independent of other ranks. The dataspace is the variable's own,
 * whose selection is overwritten. */
static sw_status read_units(sw_error *err, sw_results *results, int v, const hsize_t *start,
                            const hsize_t *count, void *to) {
  const sw_variable *variable = &results->schema.variable[v];
  hid_t memory = H5Screate_simple(variable->rank, count, NULL);
  H5Sselect_hyperslab(results->space[v], H5S_SELECT_SET, start, NULL, count, NULL);
  herr_t code = H5Dread(results->dataset[v], sw_h5_memory_type(variable->cell), memory,
                        results->space[v], H5P_DEFAULT, to);
  H5Sclose(memory);
  return code >= 0 ? SW_OK : sw_h5_fail(err, results->path, "be read");
}

/* Reads this rank's units of period t of variable v and chains them onto period `into` of the
 * group's checksums. `units` NULL: the values themselves are not wanted. Not collective. `into` is
 * another period than `t` where an earlier file has it at another place. Memory: this rank's units
 * of one variable, twice where it is turned. */
sw_status sw_results_checksum_read(sw_error *err, sw_results *results, sw_group *group, int v,
                                   int t, int into, void *units) {
  const sw_variable *variable = &results->schema.variable[v];
  const sw_panel *panel = results->run->panel;
  hsize_t start[SW_MAX_RANK], count[SW_MAX_RANK];
  int64_t own_units = panel->hi - panel->lo;
  sw_results_units(variable, t, panel->lo, own_units, start, count);
  size_t cell = sw_h5_cell_bytes(variable->cell);
  size_t width = (size_t)(variable->width > 1 ? variable->width : 1), a_unit = width * cell;
  void *own = units, *turned = NULL;
  if (!units) SW_TRY(sw_alloc(err, (size_t)own_units + 1, a_unit, &own));
  sw_status status =
      variable->turned ? sw_alloc(err, (size_t)own_units + 1, a_unit, &turned) : SW_OK;
  if (status == SW_OK) status = read_units(err, results, v, start, count, turned ? turned : own);
  if (status == SW_OK && turned) sw_results_turn((int64_t)width, own_units, cell, turned, own);
  /* Hashed as they are in memory, which is how they were hashed before they were written. */
  if (status == SW_OK) sw_results_checksum_block(results, group, into, own, a_unit);
  sw_free(turned);
  if (!units) sw_free(own);
  return status;
}
