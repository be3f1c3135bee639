/* Reading a composite's parameters: every refusal names the place and what would be right. Pure and
 * the same on every rank, as `resolve` calls it; no values are looked at, so what depends on them
 * (constant indicators, values beyond bounds) is left to finish.c. */
#include "measure/composite/spec.h"
#include "measure/names.h"
#include "measure/share/indicators.h"
#include "measure/share/series.h"
#include "spillway/node.h"

#include <math.h>
#include <string.h>

static const char *indicator(const sw_job *job, int j) {
  return job->input[j].name;
}

/* Also one under `positive` and again under `negative`, which would cancel itself. */
static sw_status refuse_twins(sw_error *err, const sw_job *job, int p) {
  for (int j = 0; j < p; j++)
    for (int k = 0; k < j; k++)
      if (strcmp(indicator(job, j), indicator(job, k)) == 0)
        return sw_fail(err, SW_EINPUT, "%s: %s: '%s' is listed twice; list it once",
                       job->input[j].where, job->name, indicator(job, j));
  return SW_OK;
}

/* ---- over ------------------------------------------------------------------------------- */

/* The text of a NODE parameter, NULL for a map or list. */
static const char *plain_text(const sw_arg *arg) {
  if (arg->node) return arg->node->kind == SW_NODE_SCALAR ? arg->node->text : NULL;
  return arg->text;
}

/* The pool: panel, period, or given bounds, which are the same in all periods and so count as one
 * pool. Ranks and z-scores rest on the data's distribution: bounds mean nothing to them. */
static sw_status read_over(sw_error *err, const sw_job *job, sw_composite_spec *spec) {
  const sw_arg *arg = sw_job_arg(job, "over");
  /* NULL for {bounds: ...}; every other map or list is refused below. */
  const char *text = plain_text(arg);
  spec->per_period = text && strcmp(text, "period") == 0;
  spec->pools = spec->per_period ? job->n_periods : 1;
  if (spec->per_period || (text && strcmp(text, "panel") == 0)) return SW_OK;
  const sw_node *bounds = sw_node_get(arg->node, "bounds");
  if (!bounds || arg->node->count != 1)
    return sw_job_fail(err, job, "over",
                       "'%s' is unknown; expected panel, period or {bounds: "
                       "{indicator: [lowest, highest], ...}}",
                       text ? text : "this");
  /* normalise was read first. */
  if (spec->normalise != SW_NORMALISE_MIN_MAX)
    return sw_job_fail(err, job, "over", "bounds go with normalise: min-max only");
  return sw_indicators_bounds(err, job, spec->p, bounds, &spec->lo, &spec->hi);
}

/* ---- weights ---------------------------------------------------------------------------- */

/* Weights of one pool: none negative, not all zero, scaled to sum 1. Weights given with a few
 * digits sum to nearly 1, which needs no note. A larger difference may be a mistake and is noted.
 * `pool`: the period, NULL where the weights hold for all. */
static sw_status check_given(sw_error *err, const sw_job *job, int p, const char *pool,
                             double *weight) {
  static const double rounding = 1e-3;
  const char *where = sw_job_arg(job, "weights")->where;
  double sum = 0;
  for (int j = 0; j < p; j++) {
    if (!(weight[j] >= 0) || isinf(weight[j]))
      return sw_job_fail(err, job, "weights", "the weight of '%s' is %g; expected 0 or more",
                         indicator(job, j), weight[j]);
    sum += weight[j];
  }
  if (!(sum > 0) || isinf(sum))
    return sw_job_fail(err, job, "weights", "the weights sum to %g; expected more than 0", sum);
  if (fabs(sum - 1) > rounding)
    sw_note(job->notes, "%s: %s: the weights%s%s sum to %.10g, not to 1; each is divided by it",
            where ? where : job->where, job->name, pool ? " of " : "", pool ? pool : "", sum);
  for (int j = 0; j < p; j++)
    weight[j] /= sum;
  return SW_OK;
}

static int find_text(const char *const *text, int count, const char *name) {
  for (int i = 0; i < count; i++)
    if (strcmp(text[i], name) == 0) return i;
  return -1;
}

/* Weight of indicator j in a table with one row per indicator and a column `weight` (or a single
 * column of any name); or, of weights by period, with one row per period and one column per
 * indicator, or the other way round. A file that has the same weight for all periods serves each.
 * `t`: the period, -1 where weights have none. Missing cells are NaN and are refused by
 * check_given. */
static sw_status table_weight(sw_error *err, const sw_job *job, const sw_table *table, int j, int t,
                              double *weight) {
  const char *name = indicator(job, j), *period = t >= 0 ? sw_job_period(job, t) : NULL;
  int row = find_text(table->row, table->n_rows, name), column = -1;
  if (row >= 0) {
    column = find_text(table->column, table->n_columns, "weight");
    /* indicator,anything: the column is unambiguous. */
    if (column < 0 && table->n_columns == 1) column = 0;
    if (column < 0 && period) column = sw_series_find(job, table->column, table->n_columns, t);
  } else if (period) {
    column = find_text(table->column, table->n_columns, name);
    row = sw_series_find(job, table->row, table->n_rows, t);
  }
  if (row >= 0 && column >= 0) {
    *weight = table->value[(size_t)row * (size_t)table->n_columns + (size_t)column];
    return SW_OK;
  }
  return sw_job_fail(
      err, job, "weights",
      "%s has no weight of '%s'%s%s; expected one row per indicator and a column 'weight'",
      table->file, name, period ? " in " : "", period ? period : "");
}

/* Every pool's weights out of the table; the period is a label there only if pools are periods. */
static sw_status read_table(sw_error *err, const sw_job *job, const sw_table *table,
                            const sw_composite_spec *spec, double *weight) {
  for (int pool = 0; pool < spec->pools; pool++)
    for (int j = 0; j < spec->p; j++)
      SW_TRY(table_weight(err, job, table, j, spec->per_period ? pool : -1,
                          &weight[pool * spec->p + j]));
  return SW_OK;
}

/* Given weights by pool: a table may have them by period, a map holds for all. */
static sw_status read_given(sw_error *err, const sw_job *job, const sw_arg *arg,
                            sw_composite_spec *spec) {
  double *weight = NULL;
  SW_NEW(err, job->arena, weight, spec->pools * spec->p);
  if (arg->table) {
    SW_TRY(read_table(err, job, arg->table, spec, weight));
  } else {
    SW_TRY(sw_indicators_weights(err, job, spec->p, arg->node, weight));
    /* A copy for each pool, so that later passes need not know where the weights are from. */
    for (int pool = 1; pool < spec->pools; pool++)
      memcpy(weight + pool * spec->p, weight, (size_t)spec->p * sizeof *weight);
  }
  for (int pool = 0; pool < spec->pools; pool++)
    SW_TRY(check_given(err, job, spec->p,
                       arg->table && spec->per_period ? sw_job_period(job, pool) : NULL,
                       weight + pool * spec->p));
  /* Set last: what was refused is not in force. */
  spec->given = weight;
  spec->weighting = SW_WEIGHTING_GIVEN;
  return SW_OK;
}

/* Given weights, or the kind that the data decide. Entropy takes logarithms of shares and the
 * coefficient of variation divides by the mean; neither goes with values below zero. */
static sw_status read_weights(sw_error *err, const sw_job *job, sw_composite_spec *spec) {
  static const char *const names[] = {"entropy", "equal", "critic", "cv"};
  const sw_arg *arg = sw_job_arg(job, "weights");
  /* A table was read at binding, out of {file: ...} or {from: ...}. */
  if (arg->table || (arg->node && arg->node->kind == SW_NODE_MAP))
    return read_given(err, job, arg, spec);
  const char *text = plain_text(arg);
  int which = text ? find_text(names, 4, text) : -1;
  if (which < 0) {
    const char *near = text ? sw_nearest(text, names, 4) : NULL;
    return sw_job_fail(err, job, "weights",
                       "'%s' is unknown%s%s%s entropy, equal, "
                       "critic, cv, {indicator: weight, ...}, {from: results.h5} or {file: "
                       "w.csv}",
                       text ? text : "a list", near ? "; did you mean '" : "", near ? near : "",
                       near ? "'? Expected" : "; expected");
  }
  spec->weighting = (sw_weighting)which;
  if (spec->normalise == SW_NORMALISE_Z_SCORE &&
      (spec->weighting == SW_WEIGHTING_ENTROPY || spec->weighting == SW_WEIGHTING_CV))
    return sw_job_fail(err, job, "weights",
                       "%s weights need values of zero or more, and z-scores "
                       "are not; write normalise: min-max, or weights: equal",
                       names[which]);
  return SW_OK;
}

/* ---- score and obstacles ---------------------------------------------------------------- */

/* What is said of an ideal where there is none would be ignored silently. */
static sw_status read_score(sw_error *err, const sw_job *job, sw_composite_spec *spec) {
  static const char *const of_topsis[] = {"ideal", "weighting"};
  spec->topsis = sw_job_arg(job, SW_NAME_SCORE)->number != 0;
  spec->ideal_bounds = sw_job_arg(job, "ideal")->number != 0;
  spec->outside = sw_job_arg(job, "weighting")->number != 0;
  for (int i = 0; i < 2 && !spec->topsis; i++)
    if (sw_job_arg(job, of_topsis[i])->number != 0)
      return sw_job_fail(err, job, of_topsis[i],
                         "goes with score: topsis; add it, or leave this out");
  if (spec->ideal_bounds && spec->normalise == SW_NORMALISE_Z_SCORE)
    return sw_job_fail(err, job, "ideal",
                       "z-scores have no bounds; write ideal: panel, or normalise: min-max");
  return SW_OK;
}

/* The place of a base indicator by its name: one that stands in several composites is one. */
static int place_leaf(const char **leaf, int *count, const char *name) {
  int k = find_text(leaf, *count, name);
  if (k >= 0) return k;
  leaf[*count] = name;
  return (*count)++;
}

/* Inputs behind the indicators are those of indicators that are composites (plan/study/nested.c):
 * what each lacks, without a label, and its obstacles by their labels. */
static sw_status read_obstacles(sw_error *err, const sw_job *job, sw_composite_spec *spec) {
  int p = spec->p, *leaf_of = NULL, *shortfall = NULL;
  const char **leaf = NULL;
  sw_composite_part *part = NULL;
  spec->obstacles = sw_job_arg(job, "obstacles")->number != 0;
  if (!spec->obstacles) return SW_OK;
  if (spec->normalise == SW_NORMALISE_Z_SCORE)
    return sw_job_fail(
        err, job, "obstacles",
        "z-scores have no best value to fall short of%s; normalise by min-max or rank",
        sw_job_arg(job, "obstacles")->given
            ? ""
            : ", and a composite that this is an indicator of asks for obstacles");
  SW_NEW(err, job->arena, leaf, job->n_inputs);
  SW_NEW(err, job->arena, leaf_of, p);
  SW_NEW(err, job->arena, shortfall, p);
  SW_NEW(err, job->arena, part, job->n_inputs);
  for (int j = 0; j < p; j++)
    shortfall[j] = -1;
  for (int i = p; i < job->n_inputs; i++)
    if (!job->input[i].label) shortfall[job->input[i].part_of - 1] = i;
  for (int j = 0; j < p; j++) {
    leaf_of[j] = shortfall[j] < 0 ? place_leaf(leaf, &spec->n_leaves, indicator(job, j)) : -1;
    for (int i = p; i < job->n_inputs; i++)
      if (job->input[i].part_of - 1 == j && job->input[i].label)
        part[spec->n_parts++] =
            (sw_composite_part){j, i, place_leaf(leaf, &spec->n_leaves, job->input[i].label)};
  }
  spec->leaf = leaf;
  spec->leaf_of = leaf_of;
  spec->shortfall = shortfall;
  spec->part = part;
  return SW_OK;
}

/* n_positive: the inputs of `positive` come first, as it is the first parameter. Passes start at
 * -1, none. */
sw_status sw_composite_read(sw_error *err, const sw_job *job, sw_composite_spec *spec) {
  int positive = sw_job_inputs(job, "positive").count;
  *spec = (sw_composite_spec){.p = positive + sw_job_inputs(job, "negative").count,
                              .n_positive = positive,
                              .shift = sw_job_arg(job, "shift")->number,
                              .range = -1,
                              .spread = -1,
                              .sorted = -1,
                              .sums = -1,
                              .second = -1,
                              .score = -1};
  if (spec->p == 0)
    return sw_fail(err, SW_EINPUT, "%s: %s: no indicators; name some under positive or negative",
                   job->where, job->name);
  spec->normalise = (sw_normalise)(int)sw_job_arg(job, "normalise")->number;
  SW_TRY(refuse_twins(err, job, spec->p));
  SW_TRY(read_over(err, job, spec));
  SW_TRY(read_weights(err, job, spec));
  SW_TRY(read_score(err, job, spec));
  return read_obstacles(err, job, spec);
}
