/* What an entry's sums rest on: its groups, its limits, its centres, and the order and the tasks of
 * its rows. All of it follows from the study, the units and, for `top` centres, one column; so it
 * is the same on every rank, and for any number of them. */
#include "plan/sums/private.h"

#include "base/arena.h"
#include "panel/unit_table.h"
#include "plan/descriptor/descriptor.h"
#include "plan/task/centres.h"

#include <limits.h>
#include <string.h>

/* Rows of a task: so many that their sums of columns, n numbers, are few beside n^2. */
enum { LEAST_ROWS = 64, MOST_TASKS = 256 };

/* ---- centres ---------------------------------------------------------------------------- */

/* Centres in the order of the study or of their size; their codes label the axis. */
static sw_status make_centres(sw_error *err, sw_run *run, int e, sw_sums *s) {
  const char **label = NULL;
  SW_TRY(sw_centres_find(err, run, e, &run->study->entry[e].sums.centres, NULL, &s->centres,
                         &s->centre));
  SW_NEW(err, run->arena, label, s->centres);
  for (int c = 0; c < s->centres; c++)
    label[c] = sw_unit_code(&run->panel->units, s->centre[c]);
  sw_job_axis(&run->job[e], (sw_axis){.name = SW_AXIS_CENTRE, .n = s->centres, .label = label});
  return SW_OK;
}

/* ---- groups ----------------------------------------------------------------------------- */

/* At most MOST_TASKS tasks per group as long as they are high enough to be worth a message. */
static int64_t rows_of_task(int64_t n) {
  int64_t high = (n + MOST_TASKS - 1) / MOST_TASKS;
  return high < LEAST_ROWS ? LEAST_ROWS : high;
}

/* Cuts the rows into tasks: strips of rows of one group, so that a task's totals go to one row of
 * the table of blocks. `task_at` has one place more than there are tasks. */
static sw_status cut_tasks(sw_error *err, sw_run *run, sw_sums *s) {
  int64_t n = run->panel->units.n, high = rows_of_task(n);
  int groups = s->groups ? s->groups : 1;
  for (int g = 0; g < groups; g++)
    s->tasks += (s->group_at[g + 1] - s->group_at[g] + high - 1) / high;
  SW_NEW(err, run->arena, s->task_at, s->tasks + 1);
  SW_NEW(err, run->arena, s->task_group, s->tasks + 1);
  int64_t task = 0;
  for (int g = 0; g < groups; g++)
    for (int64_t at = s->group_at[g]; at < s->group_at[g + 1]; at += high, task++) {
      s->task_at[task] = at;
      s->task_group[task] = g;
    }
  s->task_at[task] = n;
  return SW_OK;
}

/* Undirected pairs are summed by squares. A walk over the triangle makes these sums itself
 * (run->pair[].blocks), where no rings are asked for: rings need distances, which only this pass
 * has. */
static sw_status cut_squares(sw_error *err, sw_run *run, int e, const sw_grouping *group,
                             sw_sums *s) {
  sw_cut cut = sw_cut_make(run->panel->units.n, run->study->tile);
  SW_TRY(sw_blocks_make(err, run->arena, &cut, group, s->unit, rows_of_task(cut.n), &s->squares));
  if (!run->study->entry[e].sums.n_rings) run->pair[e].blocks = s->squares;
  return SW_OK;
}

/* The groups of `blocks`, or one group of all units without them; then tasks either way. */
static sw_status make_blocks(sw_error *err, sw_run *run, int e, sw_sums *s) {
  const sw_sums_spec *spec = &run->study->entry[e].sums;
  const sw_grouping *group = NULL;
  if (spec->blocks) {
    group = sw_units_grouping(&run->panel->units, spec->blocks);
    if (!group)
      return sw_fail(err, SW_EINPUT, "%s: %s: blocks: '%s' is not a group of the units",
                     spec->blocks_where, run->job[e].name, spec->blocks);
    s->groups = group->n_groups;
    SW_TRY(sw_job_group_axes(err, &run->job[e], SW_AXIS_BLOCK, SW_AXIS_BLOCK_TO, group));
  }
  SW_TRY(sw_units_by_group(err, run->arena, run->panel->units.n, group, &s->group_at, &s->unit));
  /* Links are always directed; bind_pair says so later. */
  if (group && !run->job[e].directed && !run->job[e].links_only)
    SW_TRY(cut_squares(err, run, e, group, s));
  return cut_tasks(err, run, s);
}

/* ---- outputs ---------------------------------------------------------------------------- */

/* Gives the job a descriptor of its own: results without time where pairs have none, and counts
 * as whole numbers where n^2 fits into 32 bits. The measure's is shared by all entries, and
 * constant. */
static sw_status settle_outputs(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  sw_measure *measure = NULL;
  sw_output *output = NULL;
  int count = 0;
  while (job->measure->output[count].name)
    count++;
  SW_NEW(err, run->arena, measure, 1);
  SW_NEW(err, run->arena, output, count + 1);
  memcpy(output, job->measure->output, (size_t)count * sizeof *output);
  for (int q = 0; q < count; q++) {
    job->result[q].output = &output[q];
    if (!output[q].of_pairs) continue;
    bool counts = strcmp(output[q].name, sw_sums_name(SW_SUM_BLOCK_COUNT)) == 0 ||
                  strcmp(output[q].name, sw_sums_name(SW_SUM_RING_COUNT)) == 0;
    if (counts && (double)job->n * (double)job->n < INT32_MAX) output[q].number = SW_INT32;
    if (!job->whole_series) continue;
    if (output[q].shape == SW_GLOBAL) output[q].shape = SW_TABLE;
    output[q].timeless = output[q].shape == SW_UNIT;
  }
  *measure = *job->measure;
  measure->output = output;
  job->measure = measure;
  return SW_OK;
}

/* Finds the results that sums go to, by the names of the outputs; NULL where one is not asked for.
 * The pair pass knows the same results by their index (s->squares). */
static void find_results(const sw_job *job, sw_sums *s, sw_ring_plan *rings) {
  sw_ring_plan none, *r = rings ? rings : &none;
  sw_result **place[SW_SUMS] = {[SW_SUM_BLOCK] = &s->block,  [SW_SUM_BLOCK_COUNT] = &s->block_count,
                                [SW_SUM_SENT] = &s->sent,    [SW_SUM_RECEIVED] = &s->received,
                                [SW_SUM_RING] = &r->sum,     [SW_SUM_RING_COUNT] = &r->count,
                                [SW_SUM_RING_OUT] = &r->out, [SW_SUM_FROM_CENTRE] = &s->from,
                                [SW_SUM_TO_CENTRE] = &s->to};
  for (int k = 0; k < SW_SUMS; k++)
    for (int q = 0; job->measure->output[q].name; q++)
      if (job->measure->output[q].of_pairs &&
          strcmp(job->measure->output[q].name, sw_sums_name(k)) == 0)
        *place[k] = &job->result[q];
  if (!s->squares) return;
  s->squares->sent = (int)(s->sent - job->result);
  s->squares->received = (int)(s->received - job->result);
  s->squares->sum = (int)(s->block - job->result);
  s->squares->count = (int)(s->block_count - job->result);
}

/* Which numbers a row has: groups, rings, and centres where rows come whole (private.h has the
 * order). The share of a task is the largest of all, so that slots are of one size. */
static void settle_sizes(const sw_job *job, sw_sums *s) {
  /* Links are always directed; bind_pair says so later. */
  bool directed = job->directed || job->links_only, whole = sw_measure_fills_rows(job->measure);
  s->has_columns = s->groups && directed;
  s->row_centres = s->centres && directed && whole;
  s->columns_too = s->centres && directed && !whole;
  s->width = s->groups + s->rings + (s->row_centres ? s->centres : 0);
  if (!s->width) s->tasks = 0; /* of centres alone no other rows are wanted */
  for (int64_t task = 0; task < sw_sums_tasks(s); task++)
    if (sw_sums_share(s, task) > s->share) s->share = sw_sums_share(s, task);
}

/* Plans the sums of entry e; does nothing where none are asked for. Called while entries are bound.
 * `top` centres agree among the ranks where they communicate; all else is the same on every rank,
 * and is agreed on by the caller. */
sw_status sw_sums_bind(sw_error *err, sw_run *run, int e, const sw_distance *distance) {
  const sw_sums_spec *spec = &run->study->entry[e].sums;
  sw_sums *s = NULL;
  sw_ring_plan *rings = NULL;
  if (!spec->blocks && !spec->n_rings && !spec->centres.where) return SW_OK;
  if (!sw_job_has_pairs(&run->job[e]))
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: with these parameters it has no pairs to sum; leave blocks, rings and "
                   "centres out",
                   run->job[e].where, run->job[e].name);
  SW_NEW(err, run->arena, s, 1);
  s->job = &run->job[e];
  s->links = run->job[e].links_only ? &run->pair[e] : NULL;
  SW_TRY(settle_outputs(err, run, e));
  SW_TRY(make_blocks(err, run, e, s));
  if (spec->n_rings) SW_TRY(sw_sums_bind_rings(err, run, e, distance, &rings));
  if (spec->centres.where) SW_TRY(make_centres(err, run, e, s));
  find_results(s->job, s, rings);
  s->ring_plan = run->pair[e].rings = rings;
  s->rings = rings ? rings->rings.n : 0;
  settle_sizes(s->job, s);
  run->sums[e] = s;
  return SW_OK;
}

/* The result that has the same numbers as result q, or -1. Where pairs are summed by squares they
 * are undirected: a unit receives what it sends, and the numbers are kept once. */
int sw_sums_same(const sw_run *run, int e, int q) {
  const sw_sums *s = sw_sums_of(run, e);
  return s && s->squares && q == s->squares->received ? s->squares->sent : -1;
}

int sw_sums_centres(const sw_run *run, int e) {
  const sw_sums *s = sw_sums_of(run, e);
  return s ? s->centres : 0;
}

const char *sw_sums_centre(const sw_run *run, int e, int index) {
  return sw_unit_code(&run->panel->units, run->sums[e]->centre[index]);
}
