/* The results file as data: which groups, axes and variables a run writes, of what extent. Made
 * from the bound run after the counting passes, so that every size is known; the files that create,
 * write, complete, measure, verify and reuse results all read it.
 *
 * Invariants:
 *   - a pure function of the run, the same on every rank and again in a later run: a file that is
 *     not as the schema says is not of this study;
 *   - group[j] is of job j, its variables stand together, checksums last;
 *   - datasets over units have a chunk of a whole period, dense matrices a chunk of a square, the
 *     part that one task writes; a chunk never exceeds its dataset.
 *
 * Complexity: O(variables). All texts and arrays are the caller's arena's, or the descriptor's. */
#include "store/results/private.h"

#include <string.h>

#include "base/arena.h"
#include "measure/outputs.h"

/* HDF5 addresses bytes within a chunk by 32 bits: it must stay below 4 GiB. */
static const uint64_t most_chunk_bytes = (uint64_t)1 << 31;
static const hsize_t entries_a_chunk = 1 << 17; /* 0.5 MB of floats */

/* The schema while it is made. `job`, `group`, `job_index`: of the entry that is being added. One
 * variable or group is added at a time, at the end. */
typedef struct maker {
  sw_arena *arena;
  const sw_run *run;
  sw_results_schema *schema;
  const sw_job *job;
  sw_group *group;
  int job_index;
} maker;

/* The order of sw_source counts: sources up to SW_FROM_STORED are written by all ranks. */
bool sw_results_written_by_all(sw_source source) {
  return source <= SW_FROM_STORED;
}

/* A walk over the group's variables: there are a dozen, and it is called once per packet. */
int sw_results_schema_find(const sw_results_schema *schema, int job, sw_source source, int index) {
  const sw_group *group = &schema->group[job];
  for (int v = group->first; v < group->first + group->count; v++)
    if (schema->variable[v].source == source && schema->variable[v].index == index) return v;
  return -1;
}

/* The measure's first pair output at or after `*output` that is not off, and its place in *output;
 * NULL when there is none. *output is left at the output found, so the caller goes on from the
 * next. */
static const sw_output *next_quantity(const sw_job *job, int *output) {
  for (; job->measure->output[*output].name; ++*output) {
    const sw_output *found = &job->measure->output[*output];
    if (found->shape == SW_PAIR && !job->result[*output].off) return found;
  }
  return NULL;
}

/* The next variable, of the group that is being added. There is room: sw_results_schema_make
 * counted. Texts are borrowed; a unit that is left out is "1". */
static sw_variable *add(maker *m, const char *name, const char *long_name, const char *units,
                        sw_h5_cell cell, sw_source source, int index) {
  sw_variable *variable = &m->schema->variable[m->schema->n_variables++];
  *variable = (sw_variable){.name = name,
                            .long_name = long_name && *long_name ? long_name : name,
                            .units = units && *units ? units : "1",
                            .cell = cell,
                            .source = source,
                            .index = index};
  m->group->count++;
  return variable;
}

/* The next variable, one that the file has itself. Of `text->of` see add_summary. */
static sw_variable *add_of(maker *m, sw_source source, sw_h5_cell cell) {
  const sw_layout_text *text = sw_layout_of(source);
  return add(m, text->name, text->long_name, text->units, cell, source, 0);
}

/* Axes come slowest first, as HDF5 counts them. `chunk` is cut to the extent, as HDF5 wants. An
 * axis named `time` counts as time only where it comes first. */
static void add_axis(sw_variable *variable, const char *name, hsize_t extent, hsize_t chunk) {
  variable->timed |= variable->rank == 0 && strcmp(name, SW_NAME_TIME) == 0;
  variable->axis[variable->rank] = name;
  variable->extent[variable->rank] = extent;
  variable->chunk[variable->rank++] = chunk < extent ? chunk : extent;
}

/* A scale once per group, whatever the number of variables along it; those of the root are not the
 * group's. SW_MAX_SCALES is enough: the axes of a measure's own, and of a pair result at most
 * `entry`, `unit_edge`, `tile` and `block` besides. Linear in the scales. */
static void add_scale(maker *m, sw_scale scale) {
  static const char *const common[] = {SW_NAME_UNIT, SW_NAME_UNIT_TO, SW_NAME_TIME};
  for (int i = 0; i < 3; i++)
    if (strcmp(scale.name, common[i]) == 0) return;
  for (int i = 0; i < m->group->n_scales; i++)
    if (strcmp(scale.name, m->group->scale[i].name) == 0) return;
  m->group->scale[m->group->n_scales++] = scale;
}

/* An axis that the measure's `resolve` declared, chunked whole. sw_job_check has seen to it that it
 * is there. With a coordinate the positions are values of an output, which is a variable of its
 * own. */
static void add_own_axis(maker *m, sw_variable *variable, const char *name) {
  const sw_axis *axis = sw_job_find_axis(m->job, name);
  hsize_t n = (hsize_t)axis->n;
  add_axis(variable, sw_axis_name(axis), n, n);
  if (sw_job_has_coordinate(m->job, name)) return; /* a variable */
  add_scale(m, (sw_scale){.name = sw_axis_name(axis),
                          .n = n,
                          .label = axis->label,
                          .number = axis->number,
                          .units = axis->units ? axis->units : "1"});
}

/* All units of a period in one chunk, as long as it stays within HDF5's bound; of 8 bytes each,
 * which the widest number takes. `width`: of the axes behind, multiplied. Fewer units where a
 * component for each of many own axes would exceed the bound. */
static hsize_t units_a_chunk(const sw_job *job, int width) {
  uint64_t most = most_chunk_bytes / (8 * (uint64_t)(width > 0 ? width : 1));
  return (uint64_t)job->n < most ? (hsize_t)job->n : (hsize_t)most;
}

/* An output that is not by pair: by unit, by period alone, or a table. Whole numbers have no NaN,
 * so undefined ones are not counted. What is not by unit is contiguous: chunk[0] 0 tells it. */
static void add_result(maker *m, int index) {
  const sw_job *job = m->job;
  const sw_result *result = &job->result[index];
  const sw_output *output = result->output;
  sw_source source = output->shape == SW_UNIT     ? SW_FROM_UNIT
                     : output->shape == SW_GLOBAL ? SW_FROM_GLOBAL
                                                  : SW_FROM_TABLE;
  sw_h5_cell cell = output->number == SW_INT32 ? SW_CELL_I32 : SW_CELL_F64;
  sw_variable *variable =
      add(m, output->name, output->long_name, output->units, cell, source, index);
  variable->output = output;
  /* Whole numbers have no NaN to count. */
  variable->counted = cell == SW_CELL_F64;
  if (source != SW_FROM_TABLE && !output->timeless)
    add_axis(variable, SW_NAME_TIME, (hsize_t)job->n_periods, 1);
  variable->width = result->width;
  variable->turned = source == SW_FROM_UNIT && output->axis_first;
  variable->scale = sw_output_is_coordinate(output);
  if (source == SW_FROM_UNIT && !variable->turned)
    add_axis(variable, SW_NAME_UNIT, (hsize_t)job->n, units_a_chunk(job, result->width));
  for (int a = 0; a < SW_MAX_OWN && output->axis[a]; a++)
    add_own_axis(m, variable, output->axis[a]);
  if (variable->turned)
    add_axis(variable, SW_NAME_UNIT, (hsize_t)job->n, units_a_chunk(job, result->width));
  if (source != SW_FROM_UNIT) variable->chunk[0] = 0; /* small: contiguous */
}

/* ---- pair results ----------------------------------------------------------------------- */

/* Results of a whole series are one matrix, without an axis of time. Others have it first. */
static void add_time(maker *m, sw_variable *variable) {
  if (!m->job->whole_series) add_axis(variable, SW_NAME_TIME, (hsize_t)m->job->n_periods, 1);
}

/* A chunk is a square of the cut, hence written whole by one task. Chunks at the ends reach beyond
 * the data and are stored whole. */
static void add_dense(maker *m, const sw_pair_plan *plan, sw_variable *variable) {
  add_time(m, variable);
  add_axis(variable, SW_NAME_UNIT, (hsize_t)m->job->n, (hsize_t)plan->cut.side);
  add_axis(variable, SW_NAME_UNIT_TO, (hsize_t)m->job->n, (hsize_t)plan->cut.side);
}

/* A chunk is a strip, hence written whole by one task. `rank` counts partners, the strongest
 * first. */
static void add_top(maker *m, const sw_pair_plan *plan, sw_variable *variable) {
  add_time(m, variable);
  add_axis(variable, SW_NAME_UNIT, (hsize_t)m->job->n, (hsize_t)plan->cut.strip);
  add_axis(variable, SW_NAME_RANK, (hsize_t)plan->keep.top, (hsize_t)plan->keep.top);
}

/* Entries of all periods follow each other; `row_start` tells where a row's begin. Chunks of 2^17
 * entries: large enough for one request to be worth its while, small enough to keep the last
 * chunk's waste low. */
static void add_entries(const sw_pair_plan *plan, sw_variable *variable) {
  add_axis(variable, SW_NAME_ENTRY, (hsize_t)plan->n_entries, entries_a_chunk);
}

/* Stored pairs, by how they are kept. */
static void add_stored(maker *m, const sw_pair_plan *plan, sw_variable *variable) {
  if (plan->keep.kind == SW_KEEP_DENSE)
    add_dense(m, plan, variable);
  else if (plan->keep.kind == SW_KEEP_TOP)
    add_top(m, plan, variable);
  else
    add_entries(plan, variable);
}

/* By period and edge: n + 1 positions, so that the last row has an end. Positions are among all
 * entries, not within the period. One more than units, so that row i is [start[i], start[i +
 * 1]). */
static void add_row_start(maker *m) {
  sw_variable *variable = add_of(m, SW_FROM_ROW_START, SW_CELL_I64);
  hsize_t edges = (hsize_t)m->job->n + 1;
  add_time(m, variable);
  add_axis(variable, SW_NAME_UNIT_EDGE, edges, edges);
}

/* Int32: panels have fewer than 2^31 units. Of the same form as the values. What orders the
 * partners is said in the long name, except of links, which have no order. */
static void add_partner(maker *m, const sw_pair_plan *plan) {
  sw_variable *variable = add_of(m, SW_FROM_PARTNER, SW_CELL_I32);
  if (plan->keep.kind != SW_KEEP_LINKS) variable->long_name = sw_layout_ordered[plan->keep.by];
  add_stored(m, plan, variable);
}

/* The first quantity is called `value` in every pair result, so that readers find it; others by
 * their names. `stored` counts as the sink does: outputs that are off have no place. The unit and
 * the long name are the output's. */
static void add_quantities(maker *m, const sw_pair_plan *plan) {
  sw_h5_cell cell = sw_study_is_wide(m->run->study, m->job_index) ? SW_CELL_F64 : SW_CELL_F32;
  const sw_output *output = NULL;
  for (int r = 0, stored = 0; (output = next_quantity(m->job, &r)); r++, stored++) {
    sw_variable *variable = add(m, stored == 0 ? SW_NAME_VALUE : output->name, output->long_name,
                                output->units, cell, SW_FROM_STORED, stored);
    variable->output = output;
    add_stored(m, plan, variable);
  }
}

/* Sums and extremes of the first quantity, whatever `keep` says: they are what a summary keeps, and
 * what `match` in past.c takes over. Always doubles, as sums of many. Six figures, in the order of
 * sw_layout_figures. */
static sw_status add_summary(sw_error *err, maker *m) {
  int first = 0;
  const sw_output *output = next_quantity(m->job, &first);
  if (!output)
    return sw_fail(err, SW_EINTERNAL, "%s: a pair measure without a quantity", m->job->name);
  for (int i = 0; i < SW_FIGURES; i++) {
    sw_source source = sw_layout_figures[i];
    const sw_layout_text *text = sw_layout_of(source);
    /* Of which quantity, since a measure may have several. */
    const char *say =
        sw_arena_printf(m->arena, "%s%s%s", text->long_name, text->of, output->long_name);
    if (!say) return sw_fail(err, SW_ENOMEM, "out of memory for the names of results");
    sw_variable *variable = add(m, text->name, say, text->units ? text->units : output->units,
                                source == SW_FROM_PAIRS ? SW_CELL_I64 : SW_CELL_F64, source, 0);
    variable->counted = source != SW_FROM_PAIRS;
    variable->output = sw_layout_figure_output(source);
    add_time(m, variable);
    if (sw_results_written_by_all(source))
      add_axis(variable, SW_NAME_UNIT, (hsize_t)m->job->n, units_a_chunk(m->job, 1));
    else
      variable->chunk[0] = 0;
  }
  return SW_OK;
}

/* Variables of a pair result, by what it keeps: a dense matrix, the top partners of each unit, the
 * entries of `above`, `share` or `links`, or a summary alone. Bare axes (unit_edge, entry) have no
 * positions worth storing. */
static sw_status add_pairs(sw_error *err, maker *m) {
  const sw_pair_plan *plan = &m->run->pair[m->job_index];
  bool entries = sw_keep_has_entries(plan->keep.kind);
  /* Axes without coordinate: it would be as long as the data. */
  if (entries) {
    add_row_start(m);
    add_scale(m, (sw_scale){.name = SW_NAME_UNIT_EDGE, .n = (hsize_t)m->job->n + 1, .bare = true});
    add_scale(m, (sw_scale){.name = SW_NAME_ENTRY, .n = (hsize_t)plan->n_entries, .bare = true});
  }
  if (plan->keep.kind == SW_KEEP_TOP)
    add_scale(m, (sw_scale){.name = SW_NAME_RANK, .n = (hsize_t)plan->keep.top, .first = 1});
  if (entries || plan->keep.kind == SW_KEEP_TOP) add_partner(m, plan);
  if (sw_keep_stores(plan->keep.kind)) add_quantities(m, plan);
  return sw_keep_walks(plan->keep.kind) ? add_summary(err, m) : SW_OK;
}

/* ---- hashes and checksums ----------------------------------------------------------------- */

/* What `verify`, `diff` and a run that takes over unchanged periods stand on. Tiles: the squares of
 * a dense matrix row by row, else the strips; blocks: of SW_BLOCK units, over all that the group
 * has by unit. Small, so contiguous. A summary stores no pairs and has no tiles; `value_checksum`
 * is one number. In this order: operands, tiles, blocks, values. */
static void add_checksums(maker *m, bool by_unit) {
  const sw_job *job = m->job;
  const sw_pair_plan *plan = &m->run->pair[m->job_index];
  bool pair = m->run->study->entry[m->job_index].is_pair;
  sw_variable *variable = add_of(m, SW_FROM_OPERANDS, SW_CELL_U64);
  add_time(m, variable);
  variable->chunk[0] = 0;
  if (pair && sw_keep_stores(plan->keep.kind)) {
    hsize_t tiles = (hsize_t)sw_pairs_tiles(m->run, m->job_index);
    variable = add_of(m, SW_FROM_TILES, SW_CELL_U64);
    add_time(m, variable);
    add_axis(variable, SW_NAME_TILE, tiles, tiles);
    variable->chunk[0] = 0;
    add_scale(m, (sw_scale){.name = SW_NAME_TILE, .n = tiles, .bare = true});
  }
  if (by_unit) {
    hsize_t blocks = ((hsize_t)job->n + SW_BLOCK - 1) / SW_BLOCK;
    variable = add_of(m, SW_FROM_BLOCKS, SW_CELL_U64);
    add_time(m, variable);
    add_axis(variable, SW_NAME_BLOCK, blocks, blocks);
    variable->chunk[0] = 0;
    add_scale(m, (sw_scale){.name = SW_NAME_BLOCK, .n = blocks, .bare = true});
  }
  add_of(m, SW_FROM_VALUES, SW_CELL_U64);
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Those that are off too. Room is counted by the descriptor, not by what is on. */
static int outputs_of(const sw_job *job) {
  int count = 0;
  while (job->measure->output[count].name)
    count++;
  return count;
}

/* Outputs of the measure in its order, then pairs, then checksums, which need to know whether
 * anything is by unit. A group's path is that of its entry; composites lie below a group of their
 * own. */
static sw_status add_group(sw_error *err, maker *m, int j) {
  const sw_job *job = m->job = &m->run->job[j];
  bool composite = job->measure->kind == SW_KIND_COMPOSITE;
  m->job_index = j;
  m->group = &m->schema->group[j];
  m->group->job = j;
  m->group->first = m->schema->n_variables;
  m->group->own_time = !job->is_timeless && job->n_periods != job->periods->n;
  m->group->path =
      sw_arena_printf(m->arena, "%s/%s", composite ? "/" SW_NAME_COMPOSITES : "", job->name);
  if (!m->group->path) return sw_fail(err, SW_ENOMEM, "out of memory for the names of results");
  for (int r = 0; r < outputs_of(job); r++)
    if (job->result[r].output->shape != SW_PAIR && !job->result[r].off) add_result(m, r);
  if (m->run->study->entry[j].is_pair) SW_TRY(add_pairs(err, m));
  /* Asked of the variables that are there: a measure may have all its outputs by unit off. */
  bool by_unit = false;
  for (int v = m->group->first; v < m->group->first + m->group->count; v++)
    by_unit |= m->schema->variable[v].source <= SW_FROM_IN;
  add_checksums(m, by_unit);
  return SW_OK;
}

/* 13 covers what a pair result has besides its outputs: row_start, partner, six of the summary,
 * four of checksums. A variable may not move once it is added, so the room is made before. The room
 * is an upper bound. *schema is whole on success only. */
sw_status sw_results_schema_make(sw_error *err, sw_arena *arena, const sw_run *run,
                                 sw_results_schema *schema) {
  int n = run->study->n_entries, most = 0;
  for (int j = 0; j < n; j++)
    most += outputs_of(&run->job[j]) + 13;
  *schema = (sw_results_schema){.n_groups = n};
  SW_NEW(err, arena, schema->group, n > 0 ? n : 1);
  SW_NEW(err, arena, schema->variable, most > 0 ? most : 1);
  maker m = {.arena = arena, .run = run, .schema = schema};
  for (int j = 0; j < n; j++)
    SW_TRY(add_group(err, &m, j));
  return SW_OK;
}
