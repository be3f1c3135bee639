/* What `resolve` has declared: passes, axes, and which outputs are on. Called once per job, when it
 * is bound and before anything is computed; the descriptor itself has been checked before
 * (check.c).
 *
 * Invariants: a job that comes through is one whose passes the engine runs in the order written,
 * and whose every output has room in memory, in the file, and a pass that fills it. `resolve` is
 * pure and the same on every rank, so all find the same.
 *
 * Complexity: quadratic in outputs and axes, which are tens. Memory: none. */
#include "plan/descriptor/descriptor.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "measure/names.h"
#include "measure/outputs.h"
#include "plan/study/parse.h"
#include "plan/task/resource.h"

/* SW_EINTERNAL: the fault is the measure's, but the message begins with the place in the study, as
 * that is what shows it. Any thread; format as printf. */
sw_status sw_job_fault(sw_error *err, const sw_job *job, const char *format, ...) {
  char text[SW_ERROR_TEXT / 2];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return sw_fail(err, SW_EINTERNAL, "%s: %s: measure %s: %s", job->where, job->name,
                 job->measure->name, text);
}

/* For messages about the one of the three that a measure of pairs has; check.c has seen to it that
 * it has one, so never NULL for such a measure. */
const char *sw_name_of_pairs(const sw_measure *measure) {
  if (measure->segment) return "segment";
  if (measure->block) return "block";
  return measure->whole_row ? "whole_row" : "row_periods";
}

/* The first output at or after `q` that has this shape and is on, and that a tile, finish or the
 * pairs themselves fill; NULL: none. Outputs of the engine (of_pairs) and those by_row have fillers
 * of their own. */
static const sw_output *find_on(const sw_job *job, int q, sw_shape shape) {
  for (; job->measure->output[q].name; q++)
    if (job->measure->output[q].shape == shape && !job->result[q].off &&
        !job->measure->output[q].of_pairs && !job->measure->output[q].by_row)
      return &job->measure->output[q];
  return NULL;
}

/* The first pair output of a group (NULL: of none) that is on; NULL: none. It is stored as
 * `value`. */
static const sw_output *find_pair(const sw_job *job, const char *group) {
  for (int q = 0; job->measure->output[q].name; q++)
    if (!job->result[q].off && sw_output_is_of(&job->measure->output[q], group))
      return &job->measure->output[q];
  return NULL;
}

/* Of outputs that are on: the descriptor alone does not say whether an entry has pairs. job->group:
 * that of a matrix below another result; NULL: the entry's own pairs. */
bool sw_job_has_pairs(const sw_job *job) {
  return find_pair(job, job->group) != NULL;
}

/* ---- passes ----------------------------------------------------------------------------- */

/* Whether an argument names the pairs of another entry. An argument that was left out has count
 * 0. */
static bool takes_pairs(const sw_job *job) {
  for (int p = 0; job->measure->param[p].name; p++)
    if (job->measure->param[p].type == SW_P_PAIRS && job->arg[p].count > 0) return true;
  return false;
}

/* Fields that belong to another domain are refused: they would be ignored silently, against the
 * intent of their author. Sizes that the engine would compute with must make sense. No item at all
 * is allowed: a measure may find nothing to do. SW_BLOCK is the unit in which ranks own units; a
 * grain that divides it never crosses from one rank to the next. Items that see links belong to
 * periods in equal shares, by which the engine finds the links that each needs (run/links.c). */
static sw_status check_fields(sw_error *err, const sw_job *job, int k) {
  const sw_pass *pass = &job->pass[k];
  bool units = pass->domain == SW_UNITS, items = pass->domain == SW_ITEMS;
  if (!units && (pass->partial || pass->operand || pass->gathered))
    return sw_job_fault(err, job, "pass %d: partial, operand and gathered are of passes over units",
                        k);
  if (!items && (pass->items || pass->record))
    return sw_job_fault(err, job, "pass %d: items and record are of passes over items", k);
  if (items && (pass->items < 0 || pass->record == 0))
    return sw_job_fault(err, job, "pass %d: %lld items of %zu bytes; an item fills its record", k,
                        (long long)pass->items, pass->record);
  /* A rank's units begin at a block: a tile of another length would reach over to another rank. */
  bool rows = pass->domain == SW_PAIRS && job->measure->block;
  if (rows && (pass->grain < 0 || pass->grain > SW_MAX_ROWS))
    return sw_job_fault(err, job, "pass %d: a grain of %lld rows; 1 to %d, or 0", k,
                        (long long)pass->grain, SW_MAX_ROWS);
  if (!rows && (pass->grain < 0 || (pass->grain && (!units || SW_BLOCK % pass->grain))))
    return sw_job_fault(err, job,
                        "pass %d: a grain of %lld; over units a divisor of %d, over pairs with "
                        "`block` rows",
                        k, (long long)pass->grain, SW_BLOCK);
  if (pass->operand < 0)
    return sw_job_fault(err, job, "pass %d: %d operand columns; expected 0 or more", k,
                        pass->operand);
  if (pass->over_pairs && (!units || !pass->result || pass->operand || pass->gathered))
    return sw_job_fault(err, job,
                        "pass %d: a pass over_pairs is over units, with a result, not gathered, "
                        "no operand",
                        k);
  if (pass->from != 0 &&
      (pass->domain != SW_PAIRS || !job->measure->fold_both || !job->measure->finish))
    return sw_job_fault(err, job, "pass %d: from is of pairs, with fold_both and finish", k);
  if (pass->links && !items)
    return sw_job_fault(err, job, "pass %d: links are seen by passes over items", k);
  if (pass->links && pass->items % job->n_periods)
    return sw_job_fault(err, job,
                        "pass %d: %lld items see links of %d periods; give each period as many", k,
                        (long long)pass->items, job->n_periods);
  if (pass->links && !takes_pairs(job))
    return sw_job_fault(err, job, "pass %d sees links, and no parameter names pairs", k);
  if (pass->again && (!units || pass->operand || !pass->result || !job->measure->again))
    return sw_job_fault(
        err, job,
        "pass %d: again is of passes over units that leave a result and no operand, "
        "beside the function `again`",
        k);
  if (pass->domain == SW_PAIRS && pass->result)
    return sw_job_fault(err, job, "pass %d: a pass over pairs has no finish, and so no result", k);
  return SW_OK;
}

/* One pass: its domain, its fields, its place, and that the functions it needs are there. Pairs
 * come last because what other passes of the job leave is what pairs are computed from. Messages
 * name the pass by its number, from 0, as `resolve` has declared it. */
static sw_status check_pass(sw_error *err, const sw_job *job, int k) {
  const sw_pass *pass = &job->pass[k];
  if ((int)pass->domain < SW_UNITS || pass->domain > SW_PAIRS)
    return sw_job_fault(err, job, "pass %d: unknown domain %d; expected one of sw_domain", k,
                        (int)pass->domain);
  SW_TRY(check_fields(err, job, k));
  if (pass->domain == SW_PAIRS && k < job->n_passes - 1)
    return sw_job_fault(err, job,
                        "pass %d is over pairs, and %d comes after it; pairs are computed last: "
                        "declare that pass after all others",
                        k, k + 1);
  if (pass->domain != SW_PAIRS && !job->measure->tile)
    return sw_job_fault(err, job, "pass %d is over %s, and there is no tile", k,
                        pass->domain == SW_UNITS ? "units" : "items");
  if (pass->partial && !job->measure->merge)
    return sw_job_fault(err, job, "pass %d leaves a partial, and there is no merge to join them",
                        k);
  if (pass->result && !job->measure->finish)
    return sw_job_fault(err, job, "pass %d leaves a result, and there is no finish to fill it", k);
  return SW_OK;
}

/* sw_job_pass counts passes beyond the room without storing them, so that here the true number can
 * be told. The same holds for axes. At least one pass, as a job without any would be all
 * missing. */
static sw_status check_passes(sw_error *err, const sw_job *job) {
  if (job->n_passes < 1)
    return sw_job_fault(err, job, "resolve declares no pass; expected at least one");
  if (job->n_passes > SW_MAX_PASSES)
    return sw_job_fault(err, job, "resolve declares %d passes; expected at most %d", job->n_passes,
                        SW_MAX_PASSES);
  for (int k = 0; k < job->n_passes; k++)
    SW_TRY(check_pass(err, job, k));
  return SW_OK;
}

/* O(passes). */
static bool has_pass(const sw_job *job, sw_domain domain) {
  for (int k = 0; k < job->n_passes; k++)
    if (job->pass[k].domain == domain) return true;
  return false;
}

/* A parameter of pairs that nothing looks at would cost their reading, their whole size for each
 * period. */
static sw_status check_links(sw_error *err, const sw_job *job) {
  bool seen = !takes_pairs(job);
  for (int k = 0; k < job->n_passes; k++)
    seen |= job->pass[k].links;
  return seen ? SW_OK
              : sw_job_fault(err, job,
                             "a parameter names pairs, and no pass sees links; set links in one");
}

/* Results of fewer periods than inputs have: what they rest on is hashed as one, and the engine
 * finds what else an argument brings by the periods of results. `seen`: the measure looks at more
 * periods than it has results for. */
static sw_status check_seen(sw_error *err, const sw_job *job) {
  if (!job->seen) return SW_OK;
  if (!job->pooled) return sw_job_fault(err, job, "results are of some of its periods; set pooled");
  for (int p = 0; job->measure->param[p].name; p++)
    if (job->arg[p].flow || (job->arg[p].distance && job->arg[p].distance->state) ||
        job->measure->param[p].type == SW_P_PAIRS)
      return sw_job_fault(err, job,
                          "results are of some of its periods, beside pairs, flows or distances of "
                          "all of them");
  return SW_OK;
}

/* The file's checksums of values by unit are by matrix, of which a whole series has one. Where all
 * pairs are of groups the units' values have their own time, and the caller does not ask. */
static sw_status check_timeless(sw_error *err, const sw_job *job) {
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_output *output = &job->measure->output[q];
    if (output->shape == SW_UNIT && !output->timeless && !job->result[q].off)
      return sw_job_fault(err, job,
                          "output %s is by period, beside %s; make it timeless, or a measure of "
                          "its own",
                          output->name,
                          sw_job_has_pairs(job) ? "one matrix over all periods" : "whole_series");
  }
  return SW_OK;
}

/* Whole rows are asked for where pairs are. A by_row output has no other filler. */
static sw_status check_by_row(sw_error *err, const sw_job *job) {
  for (int q = 0; job->measure->output[q].name; q++)
    if (job->measure->output[q].by_row && !job->result[q].off && !sw_job_has_pairs(job))
      return sw_job_fault(err, job, "output %s is by_row, and no pair output is on; switch it off",
                          job->measure->output[q].name);
  return SW_OK;
}

/* Every output that is on has a pass that may fill it, and pairs are not computed for nothing. Unit
 * outputs are rows of the rank that owns the units, which only a pass over units has; global ones
 * and tables are filled by `finish`, which follows passes over units or items, never pairs. The
 * first fault found is told. */
static sw_status check_domains(sw_error *err, const sw_job *job) {
  const sw_output *unit = find_on(job, 0, SW_UNIT), *pair = find_on(job, 0, SW_PAIR);
  const sw_output *whole = find_on(job, 0, SW_GLOBAL);
  if (!whole) whole = find_on(job, 0, SW_TABLE);
  if (unit && !has_pass(job, SW_UNITS))
    return sw_job_fault(err, job,
                        "output %s is by unit, and no pass is over units; an item has no rows of "
                        "units: let it leave a result, and fill %s in a pass over units",
                        unit->name, unit->name);
  if (whole && !has_pass(job, SW_UNITS) && !has_pass(job, SW_ITEMS))
    return sw_job_fault(err, job,
                        "output %s is filled by finish, which ends a pass over units or items; "
                        "declare one",
                        whole->name);
  if (pair && !has_pass(job, SW_PAIRS))
    return sw_job_fault(err, job, "output %s is of pairs, and no pass is; declare it, the last",
                        pair->name);
  if (!pair && has_pass(job, SW_PAIRS))
    return sw_job_fault(err, job, "a pass over pairs, and no pair output is on");
  if (!pair && job->measure->kind == SW_KIND_PAIR)
    return sw_job_fault(err, job, "of kind pair, and every pair output is off; leave one on");
  SW_TRY(check_by_row(err, job));
  /* Matrices of groups have groups of their own in the file, and their own time. */
  bool apart = pair && !sw_job_has_pairs(job);
  if (unit && job->whole_series && !apart) return check_timeless(err, job);
  return SW_OK;
}

/* ---- axes ------------------------------------------------------------------------------- */

/* The first axis that has this name in the file; NULL: none. By the name in the file, which may be
 * the study's (`as`) and not the measure's. */
static const sw_axis *find_stored(const sw_job *job, const char *name) {
  for (int a = 0; a < job->n_axes; a++)
    if (strcmp(sw_axis_name(&job->axis[a]), name) == 0) return &job->axis[a];
  return NULL;
}

/* The axis's name in the file. One that comes from the study need not be an identifier, as columns
 * have any names, but is one part of a path. The prefix group_ is what sw_job_group_axes puts
 * before a name of the file's own, so such a name is not looked at again. */
static sw_status check_stored_name(sw_error *err, const sw_job *job, const sw_axis *axis) {
  const char *as = sw_axis_name(axis);
  bool group = axis->as && strncmp(as, SW_NAME_GROUP_PREFIX, strlen(SW_NAME_GROUP_PREFIX)) == 0;
  if (!as[0] || strchr(as, '/') || as[0] == '.')
    return sw_job_fault(err, job, "axis %s: '%s' cannot be a name in a results file", axis->name,
                        as);
  if (!group && sw_name_is_taken(as, sw_job_has_pairs(job)))
    return sw_job_fault(err, job, "axis %s: the results file itself uses `%s`; choose another name",
                        as, as);
  if (sw_job_find_axis(job, axis->name) != axis || find_stored(job, as) != axis)
    return sw_job_fault(err, job, "the axis %s is declared twice; once is enough for all outputs",
                        as);
  return SW_OK;
}

/* Positions are labels or numbers. They are written as they are, so none may be missing. Those that
 * an output gives are values. Numbers must be numbers: NaN would make a coordinate that nothing can
 * be found by. */
static sw_status check_positions(sw_error *err, const sw_job *job, const sw_axis *axis) {
  bool computed = sw_job_has_coordinate(job, axis->name);
  if (computed && (axis->label || axis->number || axis->as))
    return sw_job_fault(err, job,
                        "axis %s: labels, numbers or another name, and the output %s gives its "
                        "positions",
                        axis->name, axis->name);
  if (computed) return SW_OK;
  if (axis->label && axis->number)
    return sw_job_fault(err, job, "axis %s: labels and numbers; give one of them", axis->name);
  if (axis->units && !axis->number)
    return sw_job_fault(err, job, "axis %s: units '%s' of labels; numbers have units", axis->name,
                        axis->units);
  for (int k = 0; k < axis->n; k++) {
    if (axis->number && isnan(axis->number[k]))
      return sw_job_fault(err, job, "axis %s: number %d is NaN", axis->name, k);
    if (!axis->number && (!axis->label || !axis->label[k]))
      return sw_job_fault(err, job, "axis %s: %d labels, and that of %d is NULL", axis->name,
                          axis->n, k);
  }
  return SW_OK;
}

/* An axis is a dataset of its own beside the outputs, and so has a name that may be one. The name
 * in the descriptor is an identifier, whatever the file calls it. */
static sw_status check_axis(sw_error *err, const sw_job *job, const sw_axis *axis) {
  if (!axis->name || !sw_form_is_identifier(axis->name))
    return sw_job_fault(err, job,
                        "axis '%s': expected letters, digits and '_', not beginning with a digit",
                        axis->name ? axis->name : "");
  SW_TRY(check_stored_name(err, job, axis));
  return check_positions(err, job, axis);
}

/* Passes have been checked first, since coordinates are found among outputs. */
static sw_status check_axes(sw_error *err, const sw_job *job) {
  if (job->n_axes < 0 || job->n_axes > SW_MAX_AXES)
    return sw_job_fault(err, job, "resolve declares %d axes; expected at most %d", job->n_axes,
                        SW_MAX_AXES);
  for (int a = 0; a < job->n_axes; a++)
    SW_TRY(check_axis(err, job, &job->axis[a]));
  return SW_OK;
}

/* ---- outputs ---------------------------------------------------------------------------- */

/* An axis whose positions are values (of a table) has a length only in the file; rows of units
 * cannot be laid out by it. */

/* `name`: one of an output's axes, NULL for none. An axis without positions would make a dataset
 * without values. */
static sw_status check_output_axis(sw_error *err, const sw_job *job, const sw_output *output,
                                   const char *name) {
  const sw_axis *axis = name ? sw_job_find_axis(job, name) : NULL;
  if (name && !axis)
    return sw_job_fault(err, job,
                        "output %s has the axis %s, which resolve does not declare; declare it, or "
                        "switch the output off",
                        output->name, name);
  if (axis && output->shape == SW_UNIT && sw_job_has_coordinate(job, name))
    return sw_job_fault(err, job,
                        "output %s is by unit, and its axis %s has positions that follow from "
                        "values",
                        output->name, name);
  if (axis && axis->n < 1)
    return sw_job_fault(err, job,
                        "output %s has the axis %s, which is empty; switch the output off",
                        output->name, name);
  return SW_OK;
}

/* The name of its dataset: the first pair output that is on is `value` whatever it is called, as
 * readers look for that. The first that is on, not the first declared: with the first switched off
 * the second takes its place. */
static const char *stored_name(const sw_job *job, const sw_output *output) {
  return output == find_pair(job, output->group) ? SW_NAME_VALUE : output->name;
}

/* NULL equals NULL. */
static bool is_same_group(const sw_output *a, const sw_output *b) {
  return a->group && b->group ? strcmp(a->group, b->group) == 0 : a->group == b->group;
}

/* group_COLUMN is what the file calls a column of groups at its root: of an output of such a name
 * the study decides whether it can be. This is the user's to mend: SW_EINPUT, with the column to
 * rename. */
static sw_status check_group_column(sw_error *err, const sw_job *job, const char *name) {
  const char *column = name + strlen(SW_NAME_GROUP_PREFIX);
  if (!sw_name_is_of_group(name) || !job->units || !sw_units_grouping(job->units, column))
    return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: the group column '%s' would be `%s` in the results file, which is a "
                 "quantity of this entry; rename the column",
                 job->where, job->name, column, name);
}

/* An output that is on, against those before it and against axes, which are all datasets of one
 * group; those of other groups are other paths. The descriptor may have several of a name, of which
 * resolve leaves one on. An output that is a coordinate has its axis's name on purpose. */
static sw_status check_result(sw_error *err, const sw_job *job, int q) {
  const sw_output *output = &job->measure->output[q];
  const char *name = stored_name(job, output);
  for (int r = 0; r < q; r++)
    if (!job->result[r].off && is_same_group(output, &job->measure->output[r]) &&
        strcmp(stored_name(job, &job->measure->output[r]), name) == 0)
      return sw_job_fault(err, job,
                          "two outputs that are on are stored as '%s'; resolve switches one off, "
                          "or names differ",
                          name);
  if (output->group && find_stored(job, output->group))
    return sw_job_fault(err, job, "a group and an axis are both called '%s'; rename one",
                        output->group);
  if (output->group) return SW_OK;
  SW_TRY(check_group_column(err, job, name));
  if (sw_output_is_coordinate(output) && output->number != SW_FLOAT64)
    return sw_job_fault(err, job, "output %s gives the positions of its axis; give SW_FLOAT64",
                        name);
  if (!sw_output_is_coordinate(output) && find_stored(job, name))
    return sw_job_fault(err, job, "an output and an axis are both called '%s'; rename one", name);
  for (int a = 0; a < SW_MAX_OWN; a++)
    SW_TRY(check_output_axis(err, job, output, output->axis[a]));
  return SW_OK;
}

/* Nobody is offered an output whose parameter is left out (study/refs.c). `given` names the
 * parameter that an output hangs on. */
static sw_status check_given(sw_error *err, const sw_job *job, int q) {
  const sw_output *output = &job->measure->output[q];
  if (!output->given || sw_job_arg(job, output->given)->given) return SW_OK;
  return sw_job_fault(err, job, "output %s is on without %s; switch it off then", output->name,
                      output->given);
}

/* Passes before domains: check_domains walks over passes that are known to be sound. What is off is
 * not checked: it may have axes that were not declared. */
sw_status sw_job_check(sw_error *err, const sw_job *job) {
  bool any = false;
  SW_TRY(check_passes(err, job));
  SW_TRY(check_links(err, job));
  SW_TRY(check_seen(err, job));
  SW_TRY(check_domains(err, job));
  SW_TRY(sw_resource_check(err, job));
  SW_TRY(check_axes(err, job));
  for (int q = 0; job->measure->output[q].name; q++) {
    if (job->result[q].off) continue;
    SW_TRY(check_result(err, job, q));
    SW_TRY(check_given(err, job, q));
    any = true;
  }
  return any ? SW_OK : sw_job_fault(err, job, "every output is off; leave one on");
}
