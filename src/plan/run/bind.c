/* Binding: every entry of the study becomes a job with its inputs, periods, weights, distance, axes
 * and result rows. This is the step between the panel read and the first number computed:
 * afterwards every size is known (the estimate and the layout of the results file rest on that) and
 * whatever the study asks wrongly has been refused.
 *
 * Invariants: every rank makes the same decisions from the same names and counts, so the jobs are
 * equal on all ranks except for the local rows; no value is looked at, which is left to the passes.
 * Jobs are bound in study->order, so the job whose result is an input is bound before the job that
 * takes it. Everything lives in the run's arena; sw_run_destroy releases the rest. */
#include "plan/descriptor/descriptor.h"
#include "plan/run/private.h"
#include "plan/sums/sums.h"
#include "plan/task/resource.h"

#include "base/text.h"
#include "measure/names.h"
#include "panel/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- columns ---------------------------------------------------------------------------- */

/* Labels are checked here and not in refs.c: those of an axis exist only after `resolve` of the
 * entry that declares it. */
static sw_status unknown_label(sw_error *err, const sw_need *need, const sw_axis *axis,
                               const char *label) {
  char text[SW_NUMBER_ROOM], hint[SW_HINT_ROOM];
  const char *near = axis->label ? sw_nearest(label, axis->label, axis->n) : NULL;
  if (!near && axis->number && axis->n > 0)
    return sw_fail(err, SW_EINPUT, "%s: %s: there is no %s '%s'; the first is %s", need->where,
                   need->name, sw_axis_name(axis), label, sw_show_number(axis->number[0], text));
  return sw_fail(err, SW_EINPUT, "%s: %s: there is no %s '%s'%s", need->where, need->name,
                 sw_axis_name(axis), label, sw_did_you_mean(label, near, hint));
}

/* The position with that label; of numbers the one of that value, however it is written ("inf" is
 * written one way). -1: none. */
static int find_label(const sw_axis *axis, const char *label) {
  double value = NAN;
  char shown[SW_NUMBER_ROOM];
  if (axis->number) sw_parse_number(label, strlen(label), &value);
  for (int k = 0; k < axis->n; k++) {
    const char *text = axis->number ? sw_show_number(axis->number[k], shown) : axis->label[k];
    if (strcmp(text, label) == 0 || (axis->number && axis->number[k] == value)) return k;
  }
  return -1;
}

/* The position that the labels of a need mean among all of the result's axes, the last fastest. */
static sw_status find_position(sw_error *err, const sw_job *job, const sw_result *result,
                               const sw_need *need, int *position) {
  *position = 0;
  for (int a = 0; a < SW_MAX_OWN; a++) {
    if (!result->output->axis[a] != !need->label[a])
      return sw_fail(err, SW_EINPUT, "%s: %s: with the parameters that %s has, its axes are others",
                     need->where, need->name, job->name);
    if (!result->output->axis[a]) break;
    /* sw_job_check has refused outputs that are on without their axes: the axis is found. */
    const sw_axis *axis = sw_job_find_axis(job, result->output->axis[a]);
    int k = find_label(axis, need->label[a]);
    if (k < 0) return unknown_label(err, need, axis, need->label[a]);
    *position = *position * axis->n + k;
  }
  return SW_OK;
}

/* The output by unit of that name that is on, which of variants resolve decides. NULL: none is. */
static const sw_result *find_on(const sw_job *job, const char *quantity) {
  for (int q = 0; job->measure->output[q].name; q++)
    if (job->result[q].output->shape == SW_UNIT && !job->result[q].off &&
        strcmp(job->result[q].output->name, quantity) == 0)
      return &job->result[q];
  return NULL;
}

/* The rows of a unit result that a need names, as a column: column->row points at the job's row
 * pointers of one label. The rows are only shaped now; alloc_results fills the pointers in place
 * before any pass runs, so the column may be handed out already.
 *
 * refs.c has checked the names against the descriptor; what only `resolve` decides (an output
 * switched off, the labels of an axis) is checked here. */
static sw_status result_rows(sw_error *err, const sw_job *job, const sw_need *need,
                             sw_column *column) {
  const sw_result *result = find_on(job, need->quantity);
  int position = 0;
  if (!result)
    return sw_fail(err, SW_EINPUT, "%s: %s: with the parameters that %s has, there is no '%s'",
                   need->where, need->name, job->name, need->quantity);
  SW_TRY(find_position(err, job, result, need, &position));
  /* row[position * n_periods + t]: a label's periods stand together (see sw_result). */
  column->row = result->row + (ptrdiff_t)position * sw_result_periods(job, result);
  column->timeless = result->output->timeless;
  return SW_OK;
}

/* A result of another entry as a column, with that entry's periods. A name that is no output of the
 * measure is a strength: the engine keeps these for every pair entry, and refs.c has refused every
 * other name. */
static sw_status result_column(sw_error *err, sw_run *run, const sw_need *need, sw_column *column) {
  const sw_job *job = &run->job[need->entry];
  column->name = need->name;
  column->n_periods = job->n_periods;
  column->period = job->period;
  if (!sw_job_result(job, need->quantity)) { /* a strength */
    const sw_summary *summary = &run->pair[need->entry].summary;
    if (!run->study->entry[need->entry].is_pair)
      return sw_fail(err, SW_EINPUT, "%s: %s: with the parameters that %s has, there are no pairs",
                     need->where, need->name, job->name);
    if (job->whole_series)
      return sw_fail(err, SW_EINPUT,
                     "%s: %s is one matrix over all periods: it has no series by period by period "
                     "by period by period",
                     need->where, need->name);
    column->row = strcmp(need->quantity, SW_NAME_IN_STRENGTH) == 0 ? summary->in_strength
                                                                   : summary->out_strength;
    return SW_OK;
  }
  return result_rows(err, job, need, column);
}

/* Columns of the panel are shared by all entries; a column that stands for a result is made for
 * each need, as it borrows the rows of the job. */
static sw_status find_source(sw_error *err, sw_run *run, const sw_need *need, sw_column **column) {
  if (need->entry < 0) {
    *column = sw_panel_column(run->panel, need->name);
    if (*column) return SW_OK;
    return sw_fail(err, SW_EINPUT, "%s: there is no indicator '%s'", need->where, need->name);
  }
  SW_NEW(err, run->arena, *column, 1);
  return result_column(err, run, need, *column);
}

/* Names and sources of the inputs, in the order of the needs, which is that of the parameters
 * (sw_job_inputs counts on it). Views follow before each pass (tiles.c). Also what passes from an
 * input's job to this one: normalisation by period, z-scores, and whether a pair result must be
 * there first (after_pairs is transitive). */
static sw_status bind_inputs(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  bool sums = false;
  job->n_inputs = entry->n_needs;
  SW_NEW(err, run->arena, job->input, entry->n_needs);
  SW_NEW(err, run->arena, run->private->source[e].column, entry->n_needs);
  for (int i = 0; i < entry->n_needs; i++) {
    const sw_need *need = &entry->need[i];
    SW_TRY(find_source(err, run, need, &run->private->source[e].column[i]));
    job->input[i].name = need->name;
    job->input[i].where = need->where;
    /* Gaps of a file's column are counted by the reader; those of a result are not known before it
     * is computed, so any is assumed: has_gaps chooses the loops that look out for NaN. */
    job->has_gaps |= need->entry >= 0 || run->private->source[e].column[i]->missing > 0;
    if (need->entry < 0) continue;
    job->input[i].per_period_normalised = run->job[need->entry].scores_per_period;
    job->input[i].unbounded = run->job[need->entry].scores_unbounded;
    run->after_pairs[e] = run->after_pairs[e] || run->after_pairs[need->entry] ||
                          run->study->entry[need->entry].is_pair;
    /* Strengths are sums of all pairs, of which a file has those that are kept. */
    if (run->study->entry[need->entry].is_pair ||
        (run->after_pairs[need->entry] && !run->from_stored[need->entry]))
      sums = true;
  }
  SW_TRY(sw_run_links_bind(err, run, e));
  run->after_pairs[e] |= entry->n_pair_needs > 0;
  run->from_stored[e] = run->after_pairs[e] && !sums && !entry->is_pair;
  return SW_OK;
}

/* ---- periods ---------------------------------------------------------------------------- */

/* `period` is an index into the panel's periods, as are all of column->period. What has no time has
 * every period. */
static bool has_period(const sw_column *column, int period) {
  if (column->timeless) return true;
  for (int i = 0; i < column->n_periods; i++)
    if (column->period[i] == period) return true;
  return false;
}

/* The first need of an entry, column or pairs, that lacks the period; NULL: none. The one matrix of
 * a whole series is of every period. */
static const sw_need *lacking_need(const sw_run *run, int e, int period) {
  const sw_entry *entry = &run->study->entry[e];
  for (int i = 0; i < entry->n_needs; i++)
    if (!has_period(run->private->source[e].column[i], period)) return &entry->need[i];
  for (int i = entry->n_needs; i < entry->n_needs + entry->n_pair_needs; i++) {
    const sw_job *from = &run->job[entry->need[i].entry];
    const sw_column pairs = {.n_periods = from->n_periods, .period = from->period};
    if (!from->whole_series && !has_period(&pairs, period)) return &entry->need[i];
  }
  return NULL;
}

/* The nearest period: by time where the order is known (1999 is nearer to 2000 than to 1990, but
 * not in spelling), else by spelling. */
static const char *nearest_period(const sw_periods *periods, const char *label) {
  int near = sw_periods_nearest(periods, label);
  return near < 0 ? sw_nearest(label, periods->label, periods->n) : periods->label[near];
}

/* Marks the panel's periods that `periods:` lists. A listed period that an input lacks is an error:
 * the user asked for it by name. */
static sw_status mark_asked(sw_error *err, const sw_run *run, int e, bool *marked) {
  const sw_entry *entry = &run->study->entry[e];
  for (int i = 0; i < entry->n_periods; i++) {
    int t = sw_periods_find(&run->panel->periods, entry->period[i]);
    if (t < 0) {
      const char *near = nearest_period(&run->panel->periods, entry->period[i]);
      return sw_fail(err, SW_EINPUT, "%s: %s: the panel has no period %s%s%s", entry->where,
                     entry->name, entry->period[i], near ? "; the nearest is " : "",
                     near ? near : "");
    }
    const sw_need *lacking = lacking_need(run, e, t);
    if (lacking)
      return sw_fail(err, SW_EINPUT, "%s: %s: %s has no period %s", entry->where, entry->name,
                     lacking->name, entry->period[i]);
    marked[t] = true;
  }
  return SW_OK;
}

/* The job's periods, in the panel's order however they are listed: those listed, else those that
 * every input has. An entry that lists none may take results of entries with fewer periods, and
 * then has fewer itself; none in common is an error, as an empty result would be a silent one. */
static sw_status bind_periods(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  int all = run->panel->periods.n, *period = NULL;
  bool *marked = NULL;
  SW_NEW(err, run->arena, marked, all);
  SW_NEW(err, run->arena, period, all);
  SW_TRY(mark_asked(err, run, e, marked));
  for (int t = 0; t < all; t++)
    if (entry->n_periods ? marked[t] : !lacking_need(run, e, t)) period[job->n_periods++] = t;
  job->period = period;
  if (job->n_periods == 0)
    return sw_fail(err, SW_EINPUT, "%s: %s: its inputs have no period in common", entry->where,
                   entry->name);
  return SW_OK;
}

/* ---- resources -------------------------------------------------------------------------- */

/* {file: ...} or {from: ...} and nothing else: the form of a table for both SW_P_TABLE and
 * SW_P_NODE. A composite's map of weights {indicator: weight} is no table unless its one indicator
 * has such a name. */
static bool asks_for_file(const sw_node *node) {
  return node && node->kind == SW_NODE_MAP && node->count == 1 &&
         (sw_node_get(node, "file") || sw_node_get(node, "from"));
}

/* Weights, distance and tables. Collective, and called on all ranks only after they have agreed
 * that columns and periods are bound: the readers inside communicate, and they agree on their
 * status themselves. */
static sw_status bind_resources(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  for (int p = 0; job->measure->param[p].name; p++) {
    sw_ptype type = job->measure->param[p].type;
    const sw_naming *naming = &entry->naming[p];
    sw_arg *arg = &entry->arg[p];
    if (type == SW_P_WEIGHTS && naming->weights >= 0)
      SW_TRY(sw_run_weights(err, run, naming->weights, &arg->weights));
    /* "" may be a distance's default: then nothing was named. */
    if (type == SW_P_DISTANCE && naming->distance.node) {
      SW_TRY(sw_run_distance(err, run, e, p, &arg->distance));
      job->has_gaps |= arg->distance->has_gaps;
    }
    sw_table *table = NULL;
    if ((type == SW_P_TABLE || type == SW_P_NODE) && asks_for_file(entry->arg[p].node)) {
      SW_TRY(run->reader->table(err, run->team, run->arena, entry->arg[p].node, run->study->file,
                                entry->name, &table));
      entry->arg[p].table = table;
    }
  }
  return entry->links >= 0 ? sw_run_weights(err, run, entry->links, &run->pair[e].links) : SW_OK;
}

/* ---- results ---------------------------------------------------------------------------- */

/* Positions of the output's axes, multiplied; 1 without any, 0 where `resolve` did not declare one,
 * which an output that is off may have. */
static int width_of(const sw_job *job, const sw_output *output) {
  int width = 1;
  for (int a = 0; a < SW_MAX_OWN && output->axis[a]; a++) {
    const sw_axis *axis = sw_job_find_axis(job, output->axis[a]);
    width *= axis ? axis->n : 0;
  }
  return width;
}

/* Row pointers only: a UNIT result has one per label and period, GLOBAL and TABLE results have one
 * block behind row[0]. The numbers are allocated by alloc_results (run.c), once the estimate has
 * found that they fit. Pair results have no rows: they go to the sink. */
static sw_status shape_results(sw_error *err, sw_run *run, sw_job *job) {
  int outputs = 0;
  while (job->measure->output[outputs].name)
    outputs++;
  SW_NEW(err, run->arena, job->why, (int64_t)outputs * job->n_periods + 1);
  for (int q = 0; job->measure->output[q].name; q++) {
    sw_result *result = &job->result[q];
    const sw_output *output = result->output;
    result->width = width_of(job, output);
    if (output->shape == SW_PAIR) continue;
    SW_NEW(err, run->arena, result->row,
           output->shape == SW_UNIT ? (int64_t)result->width * sw_result_periods(job, result) : 1);
    /* What is by unit alone rests on all periods, and what takes it as input does too. */
    job->pooled = job->pooled || (output->timeless && !result->off);
  }
  return SW_OK;
}

/* Decides how a pair entry's matrix is cut and what is kept of it, and makes room for its summary.
 * The defaults of `keep` are settled here because they need n and `resolve` (links_only). The
 * limits come from the order of the run: `above` and `share` must be counted before the results
 * file is laid out, so it cannot rest on a pair result, which exists only after that. */
static sw_status bind_pair(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  sw_pair_plan *plan = &run->pair[e];
  plan->cut = sw_cut_make(job->n, run->study->tile);
  plan->keep = entry->keep;
  plan->keep.by = entry->by >= 0 ? (sw_by)entry->by : job->by;
  if (job->links_only) {
    /* A link and its way back are two values, and either may be missing. */
    job->directed = true;
    if (plan->keep.kind == SW_KEEP_DEFAULT) plan->keep.kind = SW_KEEP_LINKS;
    if (plan->keep.kind != SW_KEEP_LINKS && plan->keep.kind != SW_KEEP_SUMMARY)
      return sw_fail(
          err, SW_EINPUT,
          "%s: %s: its pairs are the links of its weights; write keep: links or keep: summary",
          entry->where, entry->name);
  }
  if (plan->keep.kind == SW_KEEP_DEFAULT)
    plan->keep.kind = job->n <= 5000 ? SW_KEEP_DENSE : SW_KEEP_SUMMARY;
  /* Not an error: the same study may run on a subset of units. Partners beyond the last are NaN. */
  if (plan->keep.kind == SW_KEEP_TOP && plan->keep.top > job->n - 1)
    sw_note(&run->private->notes, "%s: keep: {top: %lld}: a unit has at most %lld partners",
            entry->name, (long long)plan->keep.top, (long long)job->n - 1);
  /* entries.c has seen to `keep: links` as written; this catches links_only without weights. */
  if ((plan->keep.kind == SW_KEEP_LINKS || job->links_only) && !plan->links)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: keep: links needs weights: the name of a weights matrix", entry->where,
                   entry->name);
  if (sw_keep_is_counted(plan->keep.kind) && run->after_pairs[e])
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: keep: {%s: ...} cannot use another pair result as input; use {top: k}, "
                   "or a second study",
                   entry->where, entry->name, plan->keep.kind == SW_KEEP_ABOVE ? "above" : "share");
  for (int q = 0; job->measure->output[q].name; q++)
    plan->n_quantities += job->measure->output[q].shape == SW_PAIR && !job->result[q].off;
  sw_summary *summary = &plan->summary;
  summary->n_periods = job->whole_series ? 1 : job->n_periods;
  if (plan->keep.kind == SW_KEEP_SHARE) SW_NEW(err, run->arena, plan->cutoff, summary->n_periods);
  SW_NEW(err, run->arena, summary->out_strength, summary->n_periods);
  SW_NEW(err, run->arena, summary->in_strength, summary->n_periods);
  SW_NEW(err, run->arena, summary->total, summary->n_periods);
  SW_NEW(err, run->arena, summary->mean, summary->n_periods);
  SW_NEW(err, run->arena, summary->max, summary->n_periods);
  SW_NEW(err, run->arena, summary->pairs, summary->n_periods);
  SW_NEW(err, run->arena, summary->undefined, summary->n_periods);
  return SW_OK;
}

/* ---- jobs ------------------------------------------------------------------------------- */

/* What `resolve` may look at: names, arguments, counts, the tables of units and periods. */
static sw_status begin_job(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  int outputs = 0;
  while (entry->measure->output[outputs].name)
    outputs++;
  *job = (sw_job){.measure = entry->measure,
                  .name = entry->name,
                  .where = entry->where,
                  .arg = entry->arg,
                  .n = run->panel->units.n,
                  .first = run->panel->lo,
                  .units = &run->panel->units,
                  .periods = &run->panel->periods,
                  .arena = run->arena,
                  .notes = &run->private->notes,
                  .seed = run->study->seed};
  /* One more than needed, so that a measure without outputs does not ask for nothing. */
  SW_NEW(err, run->arena, job->result, outputs + 1);
  for (int q = 0; q < outputs; q++)
    job->result[q].output = &entry->measure->output[q];
  return SW_OK;
}

/* Whether an entry has pairs follows from the outputs that `resolve` has left on; until now is_pair
 * said only that its measure may have some. A `keep` that has become pointless is refused, as
 * silently ignoring it would hide a wrong parameter. */
static sw_status settle_pairs(sw_error *err, sw_run *run, int e) {
  sw_entry *entry = &run->study->entry[e];
  bool asked = entry->keep.kind != SW_KEEP_DEFAULT || entry->group;
  entry->is_pair = sw_job_has_pairs(&run->job[e]);
  if (entry->is_pair || !asked) return SW_OK;
  if (entry->group)
    return sw_fail(err, SW_EINPUT, "%s: %s: with these parameters there are no such pairs",
                   entry->where, entry->name);
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: with these parameters it has no pairs to keep; remove `keep`",
                 entry->keep_where, entry->name);
}

/* Sums over pairs. Their distance is the first that the entry names, else great circles. Both the
 * reader of a distance and the choice of centres communicate, so nobody may have left before. */
static sw_status bind_sums(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  const sw_distance *distance = NULL;
  for (int p = 0; !distance && entry->measure->param[p].name; p++)
    distance = entry->arg[p].distance;
  if (entry->sums.n_rings && !distance) SW_TRY(sw_run_great_circles(err, run, e, &distance));
  return sw_sums_bind(err, run, e, distance);
}

/* The entry itself: names, periods and resources; then the measure's own `resolve`. */
static sw_status resolve_job(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  sw_status status = begin_job(err, run, e);
  if (status == SW_OK) status = bind_inputs(err, run, e);
  if (status == SW_OK) status = bind_periods(err, run, e);
  if (status == SW_OK) status = sw_run_balance_bind(err, run, e);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  SW_TRY(bind_resources(err, run, e));
  sw_run_matrices_unasked(run, e);
  return sw_team_agree(run->team, err, job->measure->resolve(err, job), 0);
}

/* Matrices below an entry: its job is there already (sw_run_matrices_begin), as the entry stands
 * before it in the order; only links of its own are not. */
static sw_status resolve_matrices(sw_error *err, sw_run *run, int e) {
  int links = run->study->entry[e].links;
  return links >= 0 ? sw_run_weights(err, run, links, &run->pair[e].links) : SW_OK;
}

/* One entry, in three steps between which all ranks agree, since bind_resources communicates: names
 * and periods; shared resources; then the measure's own `resolve`, checked against the rules of the
 * descriptor. `resolve` comes after the resources because it may look at the weights' links. */
static sw_status bind_job(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  SW_TRY(entry->group ? resolve_matrices(err, run, e) : resolve_job(err, run, e));
  SW_TRY(sw_team_agree(run->team, err, bind_sums(err, run, e), 0));
  sw_status status = entry->group ? SW_OK : sw_job_check(err, &run->job[e]);
  if (status == SW_OK) status = sw_run_matrices_begin(err, run, e);
  if (status == SW_OK) status = settle_pairs(err, run, e);
  if (status == SW_OK && entry->is_pair) status = bind_pair(err, run, e);
  if (status == SW_OK) status = shape_results(err, run, &run->job[e]);
  return sw_team_agree(run->team, err, status, 0);
}

/* Distances that arguments may name: as many different ones at most. */
static int count_distances(const sw_study *study) {
  int count = 0;
  for (int e = 0; e < study->n_entries; e++) {
    count += study->entry[e].sums.n_rings > 0;
    for (int p = 0; study->entry[e].measure->param[p].name; p++)
      count += study->entry[e].measure->param[p].type == SW_P_DISTANCE;
  }
  return count;
}

/* Arrays by entry. All come zeroed from the arena, which sw_run_destroy relies on when binding
 * fails half-way. */
static sw_status begin_run(sw_error *err, sw_run *run) {
  int n = run->study->n_entries;
  SW_NEW(err, run->arena, run->busy_seconds, run->n_threads);
  SW_NEW(err, run->arena, run->private, 1);
  struct sw_run_private *own = run->private;
  own->notes.arena = run->arena;
  SW_NEW(err, run->arena, run->job, n);
  SW_NEW(err, run->arena, run->pair, n);
  SW_NEW(err, run->arena, run->made, n * SW_MAX_RESOURCES);
  SW_NEW(err, run->arena, run->sums, n);
  SW_NEW(err, run->arena, run->after_pairs, n);
  SW_NEW(err, run->arena, run->from_stored, n);
  SW_NEW(err, run->arena, run->untried, n);
  SW_NEW(err, run->arena, run->repeats, n);
  SW_NEW(err, run->arena, run->operand_hash, n);
  SW_NEW(err, run->arena, own->source, n);
  SW_NEW(err, run->arena, own->links, n);
  SW_NEW(err, run->arena, own->distance, count_distances(run->study));
  SW_NEW(err, run->arena, own->weights, run->study->n_weights);
  SW_NEW(err, run->arena, own->operand_shared, SW_MAX_PASSES);
  return SW_OK;
}

/* *out is set as soon as there is something to release: the caller destroys the run on failure,
 * too, and all ranks get there alike, since every step ends in an agreement. */
sw_status sw_run_bind(sw_error *err, sw_team *team, const sw_study *study, const sw_reader *reader,
                      sw_panel *panel, sw_arena *arena, int n_threads, sw_run **out) {
  sw_run *run = NULL;
  SW_TRY(sw_team_agree(team, err, sw_arena_alloc(err, arena, 1, sizeof *run, (void **)&run), 0));
  run->team = team;
  run->study = study;
  run->reader = reader;
  run->panel = panel;
  run->arena = arena;
  run->n_threads = n_threads;
  SW_TRY(sw_team_agree(team, err, begin_run(err, run), 0));
  *out = run; /* from here on sw_run_destroy releases what was made */
  for (int i = 0; i < study->n_entries; i++)
    SW_TRY(bind_job(err, run, study->order[i]));
  return SW_OK;
}

/* Takes `block` over, also when it fails. A list of its own because the arena holds no large
 * arrays: these are 64-byte aligned and released one by one. */
sw_status sw_run_keep_block(sw_error *err, sw_run *run, void *block) {
  struct sw_run_private *own = run->private;
  if (own->n_blocks == own->room_blocks) {
    int room = own->room_blocks ? 2 * own->room_blocks : 64;
    void **more = realloc(own->block, (size_t)room * sizeof *more);
    if (!more) {
      sw_free(block);
      return sw_fail(err, SW_ENOMEM, "out of memory: %d blocks", room);
    }
    own->block = more;
    own->room_blocks = room;
  }
  own->block[own->n_blocks++] = block;
  return SW_OK;
}

/* Collective: node_free must be met by all ranks in the same order. Works on a run of which binding
 * failed: measures see their job only where begin_job has run. */
void sw_run_destroy(sw_run *run) {
  if (!run || !run->private) return;
  for (int e = 0; run->job && e < run->study->n_entries; e++) {
    bool own = !run->study->entry[e].group; /* else the state is that of another entry */
    if (own && run->job[e].measure && run->job[e].measure->destroy)
      run->job[e].measure->destroy(&run->job[e]);
    if (run->pair[e].row_start) run->team->node_free(run->team, run->pair[e].row_start);
  }
  sw_resource_destroy(run);
  sw_run_resources_destroy(run);
}
