/* The descriptor of a measure before anything is read: an error in it is reported in one line here,
 * before it can do harm in a run. Called when the program starts, for every measure of the
 * catalogue and every one that a program of its own adds (cli/verbs/compute.c). The rules are those
 * of spillway/measure.h; rules about a job, which need `resolve`, are in job.c.
 *
 * Invariant: looks at the descriptor alone, so every rank finds the same, and nothing need be
 * agreed on. Each message says what would be right. The order of checks matters: what later ones
 * and their messages use, a name first of all, is checked before. */
#include "plan/descriptor/descriptor.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "measure/names.h"
#include "measure/outputs.h"
#include "plan/study/parse.h"
#include "spillway/resample.h"

/* Always fails, with SW_EINTERNAL: the fault is the author's of the measure, not the user's. */
static sw_status fault(sw_error *err, const sw_measure *measure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The message is made first, in half of the text's room, so that the name before it has room
 * too. */
static sw_status fault(sw_error *err, const sw_measure *measure, const char *format, ...) {
  char text[SW_ERROR_TEXT / 2];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return sw_fail(err, SW_EINTERNAL, "measure %s: %s", measure->name, text);
}

/* NULL or "". */
static bool is_empty(const char *text) {
  return !text || !*text;
}

/* ---- what it is ------------------------------------------------------------------------- */

/* What every measure has. Lists and functions that all others rely on are looked for here, so that
 * no later check meets NULL. Results carry title, formula and source, which may not be empty. */
static sw_status check_identity(sw_error *err, const sw_measure *measure) {
  if (is_empty(measure->name))
    return sw_fail(err, SW_EINTERNAL,
                   "a measure has no name; give .name, by which studies call it");
  if (!sw_form_is_identifier(measure->name))
    return fault(err, measure,
                 "its name must be letters, digits and '_', not beginning with a digit");
  if (is_empty(measure->title)) return fault(err, measure, "no title; say what it is in one line");
  if (is_empty(measure->formula)) return fault(err, measure, "no formula; give it in plain text");
  if (is_empty(measure->source))
    return fault(err, measure, "no source; name the publication, or 'by definition'");
  if (measure->version < 1)
    return fault(err, measure, "version %d; versions begin at 1", measure->version);
  /* As int: an enum may be unsigned, and a descriptor may hold any number. */
  if ((int)measure->kind < SW_KIND_UNIT || measure->kind > SW_KIND_COMPOSITE)
    return fault(err, measure, "unknown kind %d; expected one of SW_KIND_UNIT to SW_KIND_COMPOSITE",
                 (int)measure->kind);
  if (!measure->param) return fault(err, measure, "param is NULL; give a list that ends with {0}");
  if (!measure->output)
    return fault(err, measure, "output is NULL; give a list that ends with {0}");
  if (!measure->output[0].name) return fault(err, measure, "no outputs; declare what it computes");
  if (!measure->resolve) return fault(err, measure, "no resolve; it declares the passes");
  return SW_OK;
}

/* ---- parameters ------------------------------------------------------------------------- */

/* Reads the default of parameter p, or (`alias` not NULL) the value that an alias sets, as a study
 * file's value would be, by the same code, so that one that no study could give is found. One that
 * names weights or groups means those of a study that is not there yet, and is not read. "" is no
 * default, NULL asks for one.
 *
 * The study that it is read in has as much of one as the reader looks at: coordinates by their
 * usual names, and an entry without any given value, so that the default is what is read. */
static sw_status read_own(sw_error *err, sw_arena *arena, const sw_measure *measure, int p,
                          const sw_measure *alias) {
  const sw_param *param = &measure->param[p];
  if (!alias && is_empty(param->fallback)) return SW_OK;
  if (param->type == SW_P_WEIGHTS || param->type == SW_P_WEIGHTS_LIST ||
      param->type == SW_P_GROUPINGS)
    return SW_OK;
  sw_arg *arg = NULL;
  sw_naming *naming = NULL;
  /* The reader fills arg[p] and naming[p], by the parameter's own place. */
  SW_NEW(err, arena, arg, p + 1);
  SW_NEW(err, arena, naming, p + 1);
  sw_node node = {.kind = SW_NODE_SCALAR, .file = "default", .text = ""};
  sw_study study = {.arena = arena, .file = "default", .units = {.lon = "lon", .lat = "lat"}};
  sw_study_reader in = {.arena = arena, .study = &study};
  const char *where = sw_arena_printf(arena, "measure %s", measure->name);
  sw_entry entry = {.measure = measure,
                    .name = "param",
                    .where = where,
                    .node = &node,
                    .arg = arg,
                    .naming = naming};
  if (!where) return sw_fail(err, SW_ENOMEM, "out of memory for a measure's defaults");
  sw_error said = {0};
  sw_status status = alias ? sw_study_set_arg(&said, &in, &entry, p, alias->alias_value)
                           : sw_study_read_arg(&said, &in, &entry, p, NULL);
  if (status == SW_OK) return SW_OK;
  /* What was set has a place in no file: the message begins after it. */
  const char *text = alias ? strstr(said.text, ": param: ") : NULL;
  if (text) return fault(err, alias, "it sets %s", text + strlen(": param: "));
  /* A bad default is not the user's input, so its status changes; lack of memory stays what it
   * is. */
  return sw_fail(err, status == SW_EINPUT ? SW_EINTERNAL : status, "%s", said.text);
}

/* Types for which lo and hi are limits. Of other types lo and hi are not looked at. */
static bool is_number(sw_ptype type) {
  return type == SW_P_NUMBER || type == SW_P_INTEGER || type == SW_P_NUMBERS;
}

/* One parameter by itself; names that the engine reads of every entry, or of every one with pairs,
 * are not a measure's. Returns the first fault. `by` is the engine's only for measures with pairs:
 * others may have a parameter of that name. */
static sw_status check_param(sw_error *err, const sw_measure *measure, const sw_param *param) {
  const char *name = param->name;
  bool is_by = strcmp(name, "by") == 0 && sw_measure_has_pairs(measure);
  static const char *const own[] = {"as", "periods", "balanced", "keep"};
  bool is_own = is_by;
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    is_own |= strcmp(name, own[i]) == 0;
  if (is_own)
    return fault(err, measure,
                 "parameter %s: the engine reads `%s` of every entry itself; choose another name",
                 name, name);
  if ((int)param->type < SW_P_NUMBER || param->type > SW_P_NODE)
    return fault(err, measure, "parameter %s: unknown type %d; expected one of sw_ptype", name,
                 (int)param->type);
  /* The engine reads the links of `keep: links` from it. */
  if (strcmp(name, "weights") == 0 && param->type != SW_P_WEIGHTS &&
      sw_measure_has_shape(measure, SW_PAIR))
    return fault(err, measure,
                 "parameter weights: beside pair outputs it names the links of keep: links; make "
                 "it SW_P_WEIGHTS, or choose another name");
  if (!param->help)
    return fault(err, measure, "parameter %s: no help; describe it in one line", name);
  if (param->type == SW_P_CHOICE && is_empty(param->choices))
    return fault(err, measure, "parameter %s: a choice without choices; write \"one|other\"", name);
  if (param->type == SW_P_PAIRS && !is_empty(param->fallback))
    return fault(err, measure,
                 "parameter %s: pairs of another entry have no default; leave fallback NULL, or "
                 "\"\" where they may be left out",
                 name);
  if (param->or_number && param->type != SW_P_COLUMN)
    return fault(err, measure, "parameter %s: or_number is of a SW_P_COLUMN", name);
  /* Written so that a NaN in either is refused too. Both 0 means any number, and passes. */
  if (is_number(param->type) && !(param->lo <= param->hi))
    return fault(err, measure, "parameter %s: lo is %g and hi %g; lo must not be above hi", name,
                 param->lo, param->hi);
  return SW_OK;
}

/* Compares a parameter with those before it: two of a name, or a third of pairs (a job has two sets
 * of links). Quadratic in the parameters, a few tens at most. */
static sw_status check_twins(sw_error *err, const sw_measure *measure, const sw_param *param) {
  const sw_param *pairs = NULL;
  for (const sw_param *other = measure->param; other < param; other++) {
    if (strcmp(other->name, param->name) == 0)
      return fault(err, measure, "two parameters are called '%s'; give each a name of its own",
                   param->name);
    if (param->type != SW_P_PAIRS || other->type != SW_P_PAIRS) continue;
    if (pairs)
      return fault(err, measure, "parameters %s, %s and %s are pair results; a job has two at most",
                   pairs->name, other->name, param->name);
    pairs = other;
  }
  return SW_OK;
}

/* What the largest centres go by, without `by`. `choices` of such a parameter names the column
 * whose values rank the units. */
static sw_status check_centres(sw_error *err, const sw_measure *measure, const sw_param *param) {
  bool found = false;
  if (param->type != SW_P_CENTRES) return SW_OK;
  for (const sw_param *other = measure->param; other->name; other++) {
    if (other != param && other->type == SW_P_CENTRES)
      return fault(err, measure, "parameters %s and %s are both of centres; a job has one set",
                   param->name, other->name);
    found |=
        param->choices && strcmp(other->name, param->choices) == 0 && other->type == SW_P_COLUMN;
  }
  if (found) return SW_OK;
  return fault(err, measure,
               "parameter %s: `choices` names no SW_P_COLUMN, by which the largest go",
               param->name);
}

/* Compares names, as groups have no index. */
static bool has_group(const sw_measure *measure, const char *name) {
  for (const sw_output *output = measure->output; output->name; output++)
    if (output->group && strcmp(output->group, name) == 0) return true;
  return false;
}

/* What asks for the matrices of a group, and the group itself, are there for each other. */
static sw_status check_matrices(sw_error *err, const sw_measure *measure, const sw_param *param) {
  if (param->type == SW_P_MATRICES && !has_group(measure, param->name))
    return fault(err, measure, "parameter %s asks for matrices, and no output is of a group %s",
                 param->name, param->name);
  return SW_OK;
}

/* All parameters are checked before any default is read: reading relies on types and choices. The
 * arena is for the defaults alone and goes with them. Done at every start, for every measure. */
static sw_status check_params(sw_error *err, const sw_measure *measure) {
  sw_arena *arena = NULL;
  sw_status status = SW_OK;
  for (const sw_param *param = measure->param; param->name; param++) {
    SW_TRY(check_param(err, measure, param));
    SW_TRY(check_twins(err, measure, param));
    SW_TRY(check_matrices(err, measure, param));
    SW_TRY(check_centres(err, measure, param));
  }
  SW_TRY(sw_arena_create(err, &arena));
  for (int p = 0; status == SW_OK && measure->param[p].name; p++)
    status = read_own(err, arena, measure, p, NULL);
  sw_arena_destroy(arena);
  return status;
}

/* ---- outputs ---------------------------------------------------------------------------- */

/* NULL equals NULL only. */
static bool same_text(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

/* An output or axis becomes a dataset in the group of its result, so it must be a name that needs
 * no quoting, and not one that the file has there itself. Which those are depends on whether there
 * are pairs; the message says when that is the reason. Names of the file that depend on the study,
 * group_NAME, are let pass for outputs: job.c looks at them when the study is known. */
static sw_status check_name(sw_error *err, const sw_measure *measure, const char *what,
                            const char *name) {
  bool pairs = sw_measure_has_pairs(measure);
  if (!sw_form_is_identifier(name))
    return fault(err, measure,
                 "%s '%s': expected letters, digits and '_', not beginning with a digit", what,
                 name);
  if (!sw_name_is_taken(name, pairs)) return SW_OK;
  /* Whether a study has a column of groups of that name is seen when it is bound. */
  if (strcmp(what, "output") == 0 && sw_name_is_of_group(name)) return SW_OK;
  return fault(err, measure, "%s %s: the results file itself uses `%s`%s; choose another name",
               what, name, name, sw_name_is_taken(name, false) ? "" : " beside pair outputs");
}

static int count_axes(const sw_output *output) {
  int count = 0;
  while (count < SW_MAX_OWN && output->axis[count])
    count++;
  return count;
}

/* Axes stand one after the other from the first on, and no two of an output have one name. Readers
 * such as xarray take two dimensions of one name for one dimension; hence NAME_to with the same
 * labels. */
static sw_status check_axes(sw_error *err, const sw_measure *measure, const sw_output *output) {
  int count = count_axes(output);
  for (int a = count; a < SW_MAX_OWN; a++)
    if (output->axis[a])
      return fault(err, measure, "output %s: axis[%d] without axis[%d]; the first is axis[0]",
                   output->name, a, count);
  if (count > 0 && output->shape == SW_PAIR)
    return fault(err, measure, "output %s: the axis %s; pair outputs have no axes of their own",
                 output->name, output->axis[0]);
  for (int a = 0; a < count; a++) {
    SW_TRY(check_name(err, measure, "axis", output->axis[a]));
    for (int b = 0; b < a; b++)
      if (strcmp(output->axis[a], output->axis[b]) == 0)
        return fault(
            err, measure,
            "output %s: the axis %s twice, which readers merge into one; declare %s_to with "
            "the same labels",
            output->name, output->axis[a], output->axis[a]);
  }
  return SW_OK;
}

/* Whether two outputs are stored alike: such ones are no variants of each other. Variants of one
 * name must differ here, as `resolve` leaves the one on whose form fits. */
static bool same_form(const sw_output *a, const sw_output *b) {
  bool same = a->shape == b->shape && a->timeless == b->timeless;
  for (int i = 0; i < SW_MAX_OWN; i++)
    same = same && same_text(a->axis[i], b->axis[i]);
  return same;
}

/* A group of pair outputs becomes a group of the file beside what else the result has, so it has a
 * name of its own; its parameter says for which labels. An output and a group of one name would be
 * a dataset and a group at one path. */
static sw_status check_group(sw_error *err, const sw_measure *measure, const sw_output *output) {
  const char *group = output->group;
  if (!group) return SW_OK;
  if (output->shape != SW_PAIR)
    return fault(err, measure, "output %s: the group %s; only pair outputs have groups",
                 output->name, group);
  SW_TRY(check_name(err, measure, "group", group));
  for (const sw_output *other = measure->output; other->name; other++)
    if (!other->group && strcmp(other->name, group) == 0)
      return fault(err, measure, "an output and a group are both called '%s'; rename one", group);
  for (const sw_param *param = measure->param; param->name; param++)
    if (param->type == SW_P_MATRICES && strcmp(param->name, group) == 0) return SW_OK;
  return fault(err, measure, "group %s: no parameter of that name is SW_P_MATRICES; declare it",
               group);
}

/* Linear. */
static bool has_param(const sw_measure *measure, const char *name) {
  for (const sw_param *param = measure->param; param->name; param++)
    if (strcmp(param->name, name) == 0) return true;
  return false;
}

/* Whom the engine fills besides tiles: numbers of whole rows, and sums that it adds itself.
 * `of_pairs` is set by the engine in copies of descriptors (study/sums.c), never by a measure. */
static sw_status check_filler(sw_error *err, const sw_measure *measure, const sw_output *output) {
  if (output->of_parameters && output->shape != SW_TABLE)
    return fault(err, measure, "output %s: of_parameters is of tables; remove it", output->name);
  if (output->of_pairs)
    return fault(err, measure, "output %s: of_pairs is for the engine alone; remove it",
                 output->name);
  if (output->given && !has_param(measure, output->given))
    return fault(err, measure, "output %s: given: there is no parameter '%s'", output->name,
                 output->given);
  if (!output->by_row) return SW_OK;
  if (output->shape != SW_UNIT)
    return fault(err, measure, "output %s: by_row is of unit outputs", output->name);
  if (!measure->whole_row)
    return fault(err, measure, "output %s: by_row, and no whole_row to fill it", output->name);
  return SW_OK;
}

/* One output by itself and against those before it. Pairs are stored in the study's precision, in
 * one dataset per quantity, of which the first is called `value`. The order: name, shape and number
 * first, as later checks rest on them. */
static sw_status check_output(sw_error *err, const sw_measure *measure, const sw_output *output) {
  SW_TRY(check_name(err, measure, "output", output->name));
  if ((int)output->shape < SW_UNIT || output->shape > SW_TABLE)
    return fault(err, measure, "output %s: unknown shape %d; expected one of sw_shape",
                 output->name, (int)output->shape);
  if (output->number != SW_FLOAT64 && output->number != SW_INT32)
    return fault(err, measure, "output %s: unknown number %d; expected SW_FLOAT64 or SW_INT32",
                 output->name, (int)output->number);
  if (output->shape == SW_PAIR && output->number != SW_FLOAT64)
    return fault(err, measure,
                 "output %s: pairs are stored as the study's precision says; give "
                 "SW_FLOAT64",
                 output->name);
  SW_TRY(check_filler(err, measure, output));
  if (output->classes && (output->shape != SW_UNIT || output->number != SW_INT32))
    return fault(err, measure, "output %s: classes are of whole numbers by unit; give SW_INT32",
                 output->name);
  if (output->timeless && output->shape != SW_UNIT)
    return fault(err, measure, "output %s: timeless is of unit outputs; %s", output->name,
                 output->shape == SW_PAIR ? "of pairs resolve sets whole_series"
                                          : "what has neither unit nor time is an SW_TABLE");
  if (output->shape != SW_PAIR && sw_measure_has_pairs(measure) &&
      strcmp(output->name, SW_NAME_VALUE) == 0)
    return fault(err, measure,
                 "output " SW_NAME_VALUE ": the first pair output is stored as `" SW_NAME_VALUE
                 "`; choose another name");
  /* Variants of a name, of which resolve leaves one on, differ in their form. */
  for (const sw_output *other = measure->output; other < output; other++)
    if (strcmp(other->name, output->name) == 0 && same_form(other, output) &&
        same_text(other->group, output->group))
      return fault(err, measure, "two outputs are called '%s'; give each a name of its own",
                   output->name);
  SW_TRY(check_group(err, measure, output));
  return check_axes(err, measure, output);
}

/* Bounds of one output: which numbers a measure can make again of a sample (spillway/resample.h).
 */
static sw_status check_interval(sw_error *err, const sw_measure *measure, const sw_output *output) {
  const sw_resample *resample = measure->resample;
  if (!output->interval) return SW_OK;
  if (!resample)
    return fault(err, measure, "output %s: interval, and no resample to draw for", output->name);
  if (output->shape == SW_PAIR || output->number != SW_FLOAT64 || output->timeless)
    return fault(err, measure,
                 "output %s: interval is of numbers by period, or of tables; not of pairs, whole "
                 "numbers and what is timeless",
                 output->name);
  if (output->shape == (resample->together ? SW_UNIT : SW_TABLE))
    return fault(err, measure, "output %s: interval of %s; resample is %s", output->name,
                 resample->together ? "values by unit" : "a table",
                 resample->together ? "together" : "by period");
  if (output->shape == SW_UNIT && !resample->factor)
    return fault(err, measure, "output %s: interval of values by unit, and no factor of these",
                 output->name);
  return SW_OK;
}

/* `plain` is set by the engine in copies of descriptors (measure/resample), never by a measure. */
static sw_status check_resample(sw_error *err, const sw_measure *measure) {
  int outputs = 0, bounded = 0;
  for (const sw_output *output = measure->output; output->name; output++, outputs++) {
    SW_TRY(check_interval(err, measure, output));
    bounded += output->interval;
  }
  if (measure->plain) return fault(err, measure, "plain is for the engine alone; remove it");
  if (!measure->resample) return SW_OK;
  if (!measure->resample->numbers)
    return fault(err, measure, "resample without numbers, which make it");
  if (bounded == 0 || outputs > SW_MAX_INTERVALS)
    return fault(err, measure, "resample: %d of %d outputs say interval; expected one, of %d",
                 bounded, outputs, SW_MAX_INTERVALS);
  return SW_OK;
}

/* Whether the choice is one of the parameter's; one without choices takes any value. */
static bool is_choice(const sw_param *param, const char *choice) {
  size_t length = strlen(choice);
  if (param->type != SW_P_CHOICE) return true;
  for (const char *at = param->choices; *at; at += strcspn(at, "|"), at += *at == '|')
    if (strcspn(at, "|") == length && strncmp(at, choice, length) == 0) return true;
  return false;
}

/* The list ends with an entry without a parameter. "*" as a choice stands for any value given. */
static sw_status check_variants(sw_error *err, const sw_measure *measure) {
  for (const sw_variant *v = measure->variant; v && v->param; v++) {
    const sw_param *param = measure->param;
    while (param->name && strcmp(param->name, v->param) != 0)
      param++;
    if (!param->name || !v->choice || !is_choice(param, v->choice))
      return fault(err, measure, "variant %s: %s: no such parameter or choice", v->param,
                   v->choice ? v->choice : "-");
    if (!v->formula || !*v->formula)
      return fault(err, measure, "variant %s: %s: no formula", v->param, v->choice);
  }
  return SW_OK;
}

/* A headline is looked for among all outputs, whether on or not: which are on is not known yet. The
 * number of pair outputs is bounded by the arrays in workers of the pair pass (SW_MAX_QUANTITIES,
 * SW_MAX_BY_ROW). */
static sw_status check_outputs(sw_error *err, const sw_measure *measure) {
  int pairs = 0, by_row = 0;
  bool has_headline = measure->headline == NULL;
  for (const sw_output *output = measure->output; output->name; output++) {
    SW_TRY(check_output(err, measure, output));
    pairs += output->shape == SW_PAIR;
    by_row += output->by_row;
    has_headline |= measure->headline && strcmp(output->name, measure->headline) == 0;
  }
  if (pairs > SW_MAX_QUANTITIES)
    return fault(err, measure, "%d pair outputs; expected at most %d", pairs, SW_MAX_QUANTITIES);
  if (by_row > SW_MAX_BY_ROW)
    return fault(err, measure, "%d outputs by_row; expected at most %d", by_row, SW_MAX_BY_ROW);
  if (!has_headline)
    return fault(err, measure, "the headline '%s' is not one of its outputs; name one, or none",
                 measure->headline);
  return SW_OK;
}

/* ---- what fills them -------------------------------------------------------------------- */

/* Whether a tile is needed: outputs by_row are filled with the rows of pairs. */
static bool has_tiled(const sw_measure *measure) {
  for (const sw_output *output = measure->output; output->name; output++)
    if (output->shape == SW_UNIT && !output->by_row) return true;
  return false;
}

/* Every output needs a function that fills it; a function that no output needs is a slip as well,
 * as it would never be called. What depends on passes is left to job.c. The messages name the
 * function that is missing or too many. Pairs of groups count among pairs here, as the same
 * function fills them. */
static sw_status check_functions(sw_error *err, const sw_measure *measure) {
  bool pairs = sw_measure_has_shape(measure, SW_PAIR);
  if (measure->kind == SW_KIND_PAIR && !sw_measure_has_pairs(measure))
    return fault(err, measure, "of kind pair, without a pair output; declare one");
  int fills = (measure->segment != NULL) + (measure->block != NULL) + (measure->whole_row != NULL) +
              (measure->row_periods != NULL);
  if (fills > 1)
    return fault(err, measure,
                 "%d of segment, block, whole_row and row_periods; the engine calls one of them",
                 fills);
  if ((measure->fold || measure->fold_both) && !measure->block && !measure->segment)
    return fault(err, measure,
                 "fold without segment or block; the engine repeats squares with gaps by these");
  if (measure->fold && measure->fold_both)
    return fault(err, measure, "fold and fold_both; the engine calls one of them");
  if (pairs && fills == 0)
    return fault(err, measure,
                 "pair outputs, and no segment, block, whole_row or row_periods to fill them");
  if (!pairs && fills)
    return fault(err, measure, "%s without a pair output to fill; declare one",
                 sw_name_of_pairs(measure));
  bool prepares = measure->row_periods != NULL;
  if ((measure->row_state != NULL) != prepares || (measure->row_prepare != NULL) != prepares)
    return fault(err, measure, "row_state, row_prepare and row_periods go together");
  if (measure->rows_ahead && !measure->whole_row)
    return fault(err, measure, "rows_ahead without whole_row, which it tells of the next rows");
  if (has_tiled(measure) && !measure->tile)
    return fault(err, measure, "unit outputs, and no tile to fill them");
  if ((sw_measure_has_shape(measure, SW_GLOBAL) || sw_measure_has_shape(measure, SW_TABLE)) &&
      !measure->finish)
    return fault(err, measure, "global outputs or tables, and no finish to fill them");
  if (measure->start && !measure->merge)
    return fault(err, measure, "start without merge; partials are joined by merge");
  if (measure->close && !measure->open)
    return fault(err, measure, "close without open; it frees what open has created");
  if (measure->open && !measure->workspace)
    return fault(err, measure, "open without workspace; what it creates is kept there");
  return SW_OK;
}

/* ---- aliases ---------------------------------------------------------------------------- */

/* The measure may be one that is checked by itself too; twice does no harm. An alias of an alias
 * would need two values set by one entry. */
static sw_status check_target(sw_error *err, const sw_measure *alias) {
  const sw_measure *measure = alias->alias_of;
  if (measure->alias_of)
    return fault(err, alias, "an alias of the alias %s; name the measure itself", measure->name);
  SW_TRY(sw_measure_check(err, measure));
  if (measure->kind == SW_KIND_COMPOSITE)
    return fault(err, alias, "an alias of %s, which no entry of `measures` is", measure->name);
  return SW_OK;
}

/* An alias has nothing of its own besides its name and title: anything else it gives would be
 * ignored. The value it sets is read by the reader of arguments, as an entry would give it, so a
 * value that no study could give is found here. */
static sw_status check_alias(sw_error *err, const sw_measure *alias) {
  sw_arena *arena = NULL;
  int p = 0;
  if (!sw_form_is_identifier(alias->name))
    return fault(err, alias,
                 "its name must be letters, digits and '_', not beginning with a digit");
  if (is_empty(alias->title)) return fault(err, alias, "no title; say what it is in one line");
  if (alias->param || alias->output || alias->resolve)
    return fault(err, alias, "an alias has no parameters, outputs or functions of its own");
  SW_TRY(check_target(err, alias));
  const sw_param *param = alias->alias_of->param;
  while (param[p].name && (!alias->alias_param || strcmp(param[p].name, alias->alias_param) != 0))
    p++;
  if (!param[p].name)
    return fault(err, alias, "it sets '%s', which %s does not have; name one of its parameters",
                 alias->alias_param ? alias->alias_param : "", alias->alias_of->name);
  if (is_empty(alias->alias_value))
    return fault(err, alias, "it sets %s to nothing; give the value as a study would write it",
                 param[p].name);
  /* An arena of its own: what is read is only checked. */
  SW_TRY(sw_arena_create(err, &arena));
  sw_status status = read_own(err, arena, alias->alias_of, p, alias);
  sw_arena_destroy(arena);
  return status;
}

/* The first error is reported; the others appear when it is corrected. O(length of the descriptor).
 * Nothing is kept; called again for a measure it says the same. */
sw_status sw_measure_check(sw_error *err, const sw_measure *measure) {
  if (measure->alias_of && !is_empty(measure->name)) return check_alias(err, measure);
  SW_TRY(check_identity(err, measure));
  SW_TRY(check_params(err, measure));
  SW_TRY(check_outputs(err, measure));
  SW_TRY(check_resample(err, measure));
  SW_TRY(sw_measure_check_show(err, measure));
  SW_TRY(check_variants(err, measure));
  return check_functions(err, measure);
}
