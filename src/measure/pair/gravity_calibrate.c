/* Gravity whose exponents are estimated from observed flows (methods-regions.md section 5): the
 * rounds of the estimate are measure/calibrate's, here is what becomes of it. Expected flows are
 * A_i B_j d_ij^-c, by masses or by effects; the residual of a pair that the table lacks is that of
 * a zero, or none where only pairs of the table count. */
#include "measure/pair/gravity_calibrate.h"

#include "kernel/pairs/power.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In the order of sw_constraint. */
static const char *const what[] = {"none", "origin", "destination", "doubly"};

/* ---- terms ------------------------------------------------------------------------------- */

/* Names of the coefficients, and their places. Rows are destinations where these have effects. A
 * constraint replaces the mass term of its side and the constant by effects; `doubly` both. */
static int terms_of(sw_constraint constraint, const char *name[SW_FIT_TERMS],
                    int place[SW_FIT_TERMS]) {
  static const char *const all[] = {"constant", "origin", "destination", "distance"};
  int count = 0;
  for (int p = 0; p < SW_FIT_TERMS; p++) {
    bool has = constraint == SW_FREE || p == SW_FIT_L || (p == SW_FIT_B && constraint != SW_DOUBLY);
    if (!has) continue;
    place[count] = p;
    name[count++] = p == SW_FIT_B && constraint == SW_DESTINATION ? "origin" : all[p];
  }
  return count;
}

/* Of two outputs of one name the one that is on: numbers by period, or of the only one. */
static sw_result *result_of(const sw_job *job, const char *name) {
  for (int q = 0; job->measure->output[q].name; q++)
    if (strcmp(job->measure->output[q].name, name) == 0 && !job->result[q].off)
      return &job->result[q];
  return NULL; /* never: one of each name is on */
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* What would be estimated may not be given; what an estimate does not know of would be wrong. */
static sw_status refuse_given(sw_error *err, const sw_job *job) {
  static const char *const estimated[] = {"decay", "exponent", "constant"}, *const other[] = {
                                                                                "share",
                                                                                "same_group"};
  for (size_t k = 0; k < sizeof estimated / sizeof *estimated; k++)
    if (sw_job_arg(job, estimated[k])->given)
      return sw_job_fail(err, job, estimated[k],
                         "it is estimated from the flows; leave out `%s`, or `calibrate`",
                         estimated[k]);
  for (size_t k = 0; k < sizeof other / sizeof *other; k++)
    if (sw_job_arg(job, other[k])->given)
      return sw_job_fail(
          err, job, other[k],
          "an estimate from flows has no such factor; leave out `%s`, or `calibrate`", other[k]);
  return SW_OK;
}

/* Outputs that only an estimate has; of two forms, by period and as a table, the one that fits the
 * number of periods: one period gives a table. The first output, the flow itself, stays. */
static void switch_off(sw_job *job, bool on) {
  for (int q = 1; job->measure->output[q].name; q++) {
    const sw_output *output = &job->measure->output[q];
    if (output->of_pairs) continue;
    bool by_period = output->shape == SW_GLOBAL && output->axis[0];
    bool table = output->shape == SW_TABLE;
    job->result[q].off = !on || (by_period && job->n_periods == 1) || (table && job->n_periods > 1);
  }
}

/* Four passes: masses, with negative ones counted; the rounds; A and B as operands; the pairs.
 * Passes are numbered by SW_GRAVITY_*, as gravity.c relies on. */
sw_status sw_gravity_fit_resolve(sw_error *err, sw_job *job, sw_gravity_fit *fit) {
  const sw_arg *flows = sw_job_arg(job, "calibrate.flows"),
               *constraint = sw_job_arg(job, "calibrate.constraint"),
               *zeros = sw_job_arg(job, "calibrate.zeros");
  sw_calibration *c = &fit->calibration;
  fit->on = flows->flow != NULL;
  switch_off(job, fit->on);
  if (!fit->on && (constraint->given || zeros->given))
    return sw_job_fail(err, job, "calibrate.flows", "is missing: the flows to estimate from");
  if (!fit->on) return SW_OK;
  SW_TRY(refuse_given(err, job));
  c->flow = flows->flow;
  c->distance = sw_job_distance(job, "distance");
  c->constraint = (sw_constraint)constraint->number;
  c->absent = zeros->number != 0;
  c->masses = SW_GRAVITY_MASSES;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = sizeof(sw_negatives), .operand = 1});
  SW_TRY(sw_calibrate_resolve(err, job, c));
  /* 16 units per tile: A_i by effects is a sum over all partners. */
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .grain = 16, .operand = 2});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .no_fold = true});
  job->directed = true;
  const char **name = NULL;
  int place[SW_FIT_TERMS];
  SW_NEW(err, job->arena, name, SW_FIT_TERMS);
  int count = terms_of(c->constraint, name, place);
  sw_job_axis(job, (sw_axis){.name = "term", .n = count, .label = name});
  return SW_OK;
}

sw_status sw_gravity_fit_prepare(sw_error *err, sw_job *job, sw_gravity_fit *fit, int pass) {
  /* The calibration holds links and distances that must be in place from the rounds on. */
  return pass >= SW_GRAVITY_ROUNDS ? sw_calibrate_prepare(err, job, &fit->calibration) : SW_OK;
}

/* ---- operands ---------------------------------------------------------------------------- */

/* A_i and B_j. Where rows are destinations, what is by row is B. A missing mass is a missing flow;
 * one of zero, or an effect without flow, is none. Effects are of the side that the constraint
 * names; masses of the other. */
static void place(const sw_job *job, const sw_calibration *c, int t, int64_t unit,
                  void *workspace) {
  double *const *to = job->operand_local[SW_GRAVITY_OPERANDS].row;
  int64_t at = unit - job->operand_local[SW_GRAVITY_OPERANDS].first;
  double row = sw_calibrate_row(job, c, t, unit, workspace);
  double column = sw_calibrate_column(job, c, t, unit);
  bool turned = c->constraint == SW_DESTINATION;
  if (isnan(job->operand[SW_GRAVITY_MASSES].row[t][unit]) && c->constraint != SW_DOUBLY) {
    column = NAN;
    if (c->constraint == SW_FREE) row = NAN;
  }
  to[t][at] = turned ? column : row;
  to[job->n_periods + t][at] = turned ? row : column;
}

/* Tiles of the calibration, then expected flows out of its result. */
void sw_gravity_fit_tile(const sw_job *job, const sw_gravity_fit *fit, const sw_tile *tile,
                         void *out, void *workspace) {
  const sw_calibration *c = &fit->calibration;
  if (tile->pass == SW_GRAVITY_ROUNDS) {
    sw_calibrate_tile(job, c, tile, out, workspace);
    return;
  }
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++)
      place(job, c, t, unit, workspace);
}

/* ---- tables ------------------------------------------------------------------------------ */

/* The estimates of all periods in one line per period, as the file of results says nothing else of
 * pairs and constraint. 400 bytes hold four terms with their errors. */
static void say(sw_job *job, const sw_calibration *c, int t, int count,
                const char *const name[SW_FIT_TERMS], const int term[SW_FIT_TERMS]) {
  const sw_fit *fit = sw_calibrate_fit(job, c, t);
  char text[400];
  size_t used = 0;
  for (int p = 0; p < count; p++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %.6g (%.2g)", p ? ", " : "",
                             name[p], fit->term[term[p]], fit->std_error[term[p]]);
  sw_job_say(job, "%s%s%s, constraint %s, %.0f pairs%s: %s; common part %.4g", c->flow->name,
             job->n_periods > 1 ? " in " : "", job->n_periods > 1 ? sw_job_period(job, t) : "",
             what[c->constraint], fit->pairs, c->absent ? " of the table" : "", text,
             fit->common_part);
}

/* Of an estimate that has not converged everything is missing, with one reason. */
static void fill_period(sw_job *job, const sw_calibration *c, int t, int count,
                        const int term[SW_FIT_TERMS]) {
  static const char *const by_period[] = {"deviance", "common_part", "r2"};
  const sw_fit *fit = sw_calibrate_fit(job, c, t);
  const char *failed =
      fit->separated ? SW_FIT_SEPARATED : "the flows do not determine the coefficients";
  bool good = fit->phase == SW_FIT_DONE;
  const double number[] = {fit->deviance, fit->common_part, fit->r2};
  for (int p = 0; p < count; p++) {
    result_of(job, "coefficient")->row[0][t * count + p] = good ? fit->term[term[p]] : NAN;
    result_of(job, "std_error")->row[0][t * count + p] = good ? fit->std_error[term[p]] : NAN;
  }
  for (int q = 0; q < 3; q++) {
    sw_result *result = result_of(job, by_period[q]);
    result->row[0][t] = good ? number[q] : NAN;
    if (!good) sw_job_undefined(job, (int)(result - job->result), t, failed);
  }
  if (good) return;
  sw_job_undefined(job, (int)(result_of(job, "coefficient") - job->result), t, failed);
  sw_job_undefined(job, (int)(result_of(job, "std_error") - job->result), t, failed);
}

/* After the rounds their result; after the last pass tables and lines. */
sw_status sw_gravity_fit_finish(sw_job *job, const sw_gravity_fit *fit, int pass, const void *all,
                                void *result) {
  const sw_calibration *c = &fit->calibration;
  const char *name[SW_FIT_TERMS];
  int term[SW_FIT_TERMS], count = terms_of(c->constraint, name, term);
  /* The rounds are told through their result; tables follow after the last pass. */
  if (pass == SW_GRAVITY_ROUNDS) {
    sw_calibrate_finish(job, c, all, result);
    return SW_OK;
  }
  for (int t = 0; t < job->n_periods; t++) {
    fill_period(job, c, t, count, term);
    if (sw_calibrate_fit(job, c, t)->phase == SW_FIT_DONE) say(job, c, t, count, name, term);
  }
  return SW_OK;
}

/* ---- pairs ------------------------------------------------------------------------------- */

/* Pairs that the table lacks first, then those that it has, few in a row: a search for j0, then a
 * walk. */
static void residuals(const sw_job *job, const sw_calibration *c, int t, int64_t i, int64_t j0,
                      int64_t j1, const double *value, double *out) {
  const sw_links *flows = &c->flow->links[job->period[t]];
  for (int64_t j = j0; j < j1; j++)
    out[j - j0] = c->absent ? NAN : -value[j - j0];
  for (int64_t k = sw_links_from(flows, i, j0); k < flows->row_start[i + 1]; k++) {
    if (flows->to[k] >= j1) break;
    int64_t at = flows->to[k] - j0;
    out[at] = flows->value[k] - value[at];
  }
}

/* out[0]: A_i B_j d_ij^-c; out[1], where it is stored, the residual. */
void sw_gravity_fit_segment(const sw_job *job, const sw_gravity_fit *fit, int t, int64_t i,
                            int64_t j0, int64_t j1, double *const *out) {
  const sw_calibration *c = &fit->calibration;
  double *const *row = job->operand[SW_GRAVITY_OPERANDS].row;
  /* The slope of ln d is below zero where distance hinders: decay is its opposite. */
  double decay = -sw_calibrate_fit(job, c, t)->term[SW_FIT_L];
  sw_distances_inverse_squares(sw_calibrate_distance(job, c, t, false), &c->points, i, j0, j1,
                               out[0]);
  sw_power_scale(j1 - j0, sw_distances_scale(c->distance), out[0]);
  sw_power_decay_each(j1 - j0, decay, out[0]);
  sw_power_scale_masses(j1 - j0, row[t][i], row[job->n_periods + t] + j0, out[0]);
  /* Large effects may overflow with near places. */
  sw_power_drop_infinite(j1 - j0, out[0]);
  if (out[1]) residuals(job, c, t, i, j0, j1, out[0], out[1]);
}
