/* Binding, the part of an entry's inputs: which column each of its names is, of the panel or of
 * another entry's result, and which periods it has by them. Called by bind.c in study->order, so
 * the job whose result is an input is bound before the job that takes it. Local; the same on every
 * rank but for the local rows. */
#include "plan/run/private.h"

#include "base/text.h"
#include "measure/names.h"
#include "panel/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- columns ---------------------------------------------------------------------------- */

/* Labels are checked here and not in refs.c: those of an axis exist only after `resolve` of the
 * entry that declares it. The name that is nearest in spelling is offered among labels, the first
 * position among numbers, where no spelling is near another. */
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
 * written one way). -1: none. Linear in the axis; called once for each label that a study writes.
 * Two numbers are equal by value, so that 100 finds 100.0. */
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

/* The position that the labels of a need mean among all of the result's axes, the last fastest. The
 * inverse of the position k of sw_result (spillway/measure.h): the last axis runs fastest. */
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

/* The one output by unit of that name that is on, which of its forms resolve decides; NULL: none
 * is. */
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
 * other name. Strengths have a row for each matrix: one for a whole series, else one for each
 * period of the job. A centre-only entry has no sums over all pairs, so its strengths do not
 * exist. */
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
    if (!sw_keep_walks(run->pair[need->entry].keep.kind))
      return sw_fail(err, SW_EINPUT,
                     "%s: %s computes the pairs of its centres alone; give it keep: summary",
                     need->where, job->name);
    column->row = strcmp(need->quantity, SW_NAME_IN_STRENGTH) == 0 ? summary->in_strength
                                                                   : summary->out_strength;
    column->timeless = job->whole_series;
    return SW_OK;
  }
  return result_rows(err, job, need, column);
}

/* The number of each unit's group, as a column without time. Memory: 8 bytes for each unit of this
 * rank, once for each need, kept to the end of the run. Groups are numbered from 0; class names
 * come from name_classes. */
static sw_status group_column(sw_error *err, sw_run *run, const sw_need *need, sw_column *column) {
  const sw_grouping *grouping = sw_units_grouping(&run->panel->units, need->name);
  int64_t own = run->panel->hi - run->panel->lo;
  double *row = NULL;
  if (!grouping)
    return sw_fail(err, SW_EINPUT, "%s: there is no group column '%s'", need->where, need->name);
  SW_TRY(sw_alloc(err, (size_t)own, sizeof *row, (void **)&row));
  SW_TRY(sw_run_keep_block(err, run, row));
  for (int64_t k = 0; k < own; k++)
    row[k] = grouping->of[run->panel->lo + k];
  SW_NEW(err, run->arena, column->row, 1);
  column->row[0] = row;
  column->name = need->name;
  column->timeless = true;
  return SW_OK;
}

/* Columns of the panel are shared by all entries; a column that stands for a result is made for
 * each need, as it borrows the rows of the job. */
static sw_status find_source(sw_error *err, sw_run *run, const sw_need *need, sw_column **column) {
  if (need->entry < 0 && need->group < 0) {
    *column = sw_panel_column(run->panel, need->name);
    if (*column) return SW_OK;
    return sw_fail(err, SW_EINPUT, "%s: there is no indicator '%s'", need->where, need->name);
  }
  SW_NEW(err, run->arena, *column, 1);
  if (need->group >= 0) return group_column(err, run, need, *column);
  return result_column(err, run, need, *column);
}

/* The names of the numbers of an input: groups, or classes of the output that it is. Labels belong
 * to the panel or to the other job, which live as long as this one. Without classes n_classes stays
 * 0, and numbers are just numbers. */
static void name_classes(const sw_run *run, const sw_need *need, sw_input *input) {
  if (need->group >= 0) {
    const sw_grouping *grouping = sw_units_grouping(&run->panel->units, need->name);
    input->n_classes = grouping->n_groups;
    input->class_label = grouping->label;
    return;
  }
  const sw_job *job = &run->job[need->entry];
  const sw_result *result = find_on(job, need->quantity);
  const char *name = result ? result->output->classes : NULL;
  const sw_axis *axis = name ? sw_job_find_axis(job, name) : NULL;
  if (!axis || !axis->label) return;
  input->n_classes = axis->n;
  input->class_label = axis->label;
  input->class_first = result->output->class_first;
}

/* Names and sources of the inputs, in the order of the needs, which is that of the parameters
 * (sw_job_inputs counts on it). Views follow before each pass (tiles.c). Also what passes from an
 * input's job to this one: normalisation by period, z-scores, and whether a pair result must be
 * there first (after_pairs is transitive). O(needs x labels). What must be known before `resolve`
 * is settled here; what needs its answer (which outputs are on) was settled for the other entry,
 * which comes before this one in the order. */
sw_status sw_run_bind_inputs(sw_error *err, sw_run *run, int e) {
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
    job->input[i].timeless = run->private->source[e].column[i]->timeless;
    job->input[i].part_of = need->part_of;
    job->input[i].label = need->part_of ? need->label[0] : NULL;
    /* Gaps of a file's column are counted by the reader; those of a result are not known before it
     * is computed, so any is assumed: has_gaps chooses the loops that look out for NaN. */
    job->has_gaps |= need->entry >= 0 || run->private->source[e].column[i]->missing > 0;
    if (need->entry >= 0 || need->group >= 0) name_classes(run, need, &job->input[i]);
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
  run->after_pairs[e] |= entry->n_pair_needs > 0 || sw_entry_is_late(entry);
  run->from_stored[e] = run->after_pairs[e] && !sums && !entry->is_pair;
  return SW_OK;
}

/* ---- periods ---------------------------------------------------------------------------- */

/* `period` is an index into the panel's periods, as are all of column->period. What has no time has
 * every period. Linear in the column's periods, of which there are tens. */
static bool has_period(const sw_column *column, int period) {
  if (column->timeless) return true;
  for (int i = 0; i < column->n_periods; i++)
    if (column->period[i] == period) return true;
  return false;
}

/* The first need of an entry, column or pairs, that lacks the period; NULL: none. The one matrix of
 * a whole series is of every period. Names are told in the order of the needs, so the message is
 * the same on every rank. */
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
 * not in spelling), else by spelling. NULL: the panel has no period that is near. */
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
    if (t < 0 && run->panel->periods.cross_section)
      return sw_fail(err, SW_EINPUT, "%s: %s: periods: the panel is a cross-section; leave it out",
                     entry->where, entry->name);
    if (t < 0) {
      const char *near = nearest_period(&run->panel->periods, entry->period[i]);
      return sw_fail(err, SW_EINPUT, "%s: %s: the panel has no period %s%s%s", entry->where,
                     entry->name, entry->period[i], near ? "; the nearest is " : "",
                     near ? near : "");
    }
    const sw_need *lacking = lacking_need(run, e, t);
    const char *flow = sw_run_flow_lacking(run, e, t);
    if (lacking || flow)
      return sw_fail(err, SW_EINPUT, "%s: %s: %s has no period %s", entry->where, entry->name,
                     lacking ? lacking->name : flow, entry->period[i]);
    marked[t] = true;
  }
  return SW_OK;
}

/* Whether the pairs of an entry are the same in all periods: of a whole series, or a flow without
 * time. Asked before the job is bound to periods. */
static bool has_no_time(const sw_run *run, int e) {
  int flow = run->study->entry[e].flow;
  return run->job[e].whole_series || (flow && run->private->flow[flow - 1].timeless);
}

/* Whether the entry takes such pairs and nothing else. Of other needs `entry` may be none. Then one
 * period stands for all (bind_timeless). */
static bool is_timeless(const sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  bool all = entry->n_needs == 0 && entry->n_pair_needs > 0;
  for (int k = 0; all && k < entry->n_pair_needs; k++)
    all = has_no_time(run, entry->need[k].entry);
  return all;
}

/* One period stands for all: what the entry computes is computed once. */
static sw_status bind_timeless(sw_error *err, const sw_run *run, int e, sw_job *job) {
  const sw_entry *entry = &run->study->entry[e];
  job->is_timeless = true;
  job->n_periods = 1;
  if (entry->n_periods == 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: %s: %s is of all periods together; leave `periods` out",
                 entry->where, entry->name, entry->need[0].name);
}

/* The job's periods, in the panel's order however they are listed: those listed, else those that
 * every input has. An entry that lists none may take results of entries with fewer periods, and
 * then has fewer itself; none in common is an error, as an empty result would be a silent one. */
sw_status sw_run_bind_periods(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  int all = run->panel->periods.n, *period = NULL;
  bool *marked = NULL;
  SW_NEW(err, run->arena, marked, all);
  SW_NEW(err, run->arena, period, all);
  SW_TRY(mark_asked(err, run, e, marked));
  for (int t = 0; t < all; t++)
    if (entry->n_periods ? marked[t] : !lacking_need(run, e, t) && !sw_run_flow_lacking(run, e, t))
      period[job->n_periods++] = t;
  job->period = period;
  if (job->n_periods == 0)
    return sw_fail(err, SW_EINPUT, "%s: %s: its inputs have no period in common", entry->where,
                   entry->name);
  return is_timeless(run, e) ? bind_timeless(err, run, e, job) : SW_OK;
}
