/* Whether the units of a variable x converge (methods-regions.md section 9b), from period `from`
 * (0) to period `to`, T years (or steps of the panel) later:
 *
 *   sigma: sd (n - 1) of ln x by period; its trend by least squares, with Newey & West's error; the
 *          test of Pitman & Morgan that both ends are as wide, and T2 of Carree & Klomp
 *   beta:  (1/T) ln(x_T/x_0) = a + b ln x_0 + controls at 0 + theta W ln x_0 + e
 *          speed -ln(1 + bT)/T, half-life ln 2/speed
 *          or the same with a spatial lag of growth, spatial errors, or both lags (`spatial`)
 *
 * Units are those with a value above 0 in every period from 0 to T, and with all controls at 0: one
 * set for all figures. `logs: false` takes x for ln x and any value. The lag W ln x_0 is over
 * neighbours in that set, with rows standardised anew; 0 without one. A break of the panel between
 * 0 and T leaves figures of periods alone: what compares periods is undefined.
 *
 * Sources: Barro & Sala-i-Martin 1992; Newey & West 1987; Pitman 1939; Morgan 1939; Carree & Klomp
 * 1997.
 *
 * Here are the entry and its descriptor; the numbers are found by convergence_figures.c. What can
 * go wrong there is left as a code in its record; `finish` on rank 0 turns the code into a refusal
 * with names (convergence_words.c) before it places anything. */
#include "measure/model/convergence.h"
#include "kernel/space/in_use.h"
#include "measure/share/series.h"

#include <string.h>

/* ---- resolve ---------------------------------------------------------------------------- */

static sw_status resolve_periods(sw_error *err, sw_job *job, convergence_state *state) {
  state->to = job->n_periods - 1;
  SW_TRY(sw_series_period(err, job, "from", &state->from));
  SW_TRY(sw_series_period(err, job, "to", &state->to));
  if (state->from > state->to || (state->from == state->to && job->n_periods > 1))
    return sw_job_fail(err, job, sw_job_arg(job, "to")->count ? "to" : "from",
                       "%s is not before %s; convergence is from an earlier period to a later one",
                       sw_job_period(job, state->from), sw_job_period(job, state->to));
  SW_TRY(sw_series_check_between(err, job, "of", 2, state->from, state->to));
  state->years = sw_series_passed(job, state->from, state->to);
  state->broken = sw_series_broken(job, state->from, state->to);
  return SW_OK;
}

static sw_status resolve_weights(sw_error *err, sw_job *job, convergence_state *state) {
  state->weights = sw_job_weights(job, "weights");
  if (!state->weights && sw_job_arg(job, "spatial")->given)
    return sw_job_fail(err, job, "spatial", "%s needs `weights`", sw_job_arg(job, "spatial")->text);
  if (!state->weights) return SW_OK;
  /* Refused before data are read: links are known in resolve. */
  if (state->weights->row_start[job->n] == 0)
    return sw_job_fail(err, job, "weights", "no unit has a neighbour; a lag needs links");
  state->standardised = sw_links_row_standardised(state->weights);
  state->spatial = (int)sw_job_arg(job, "spatial")->number;
  return SW_OK;
}

static sw_status declare_terms(sw_error *err, sw_job *job, convergence_state *state) {
  /* Terms of slx: constant, initial, controls, the lag last; a spatial model replaces that list by
   * its own (convergence_spatial.c). */
  const char **label = NULL;
  state->controls = sw_job_inputs(job, "controls");
  bool model = sw_convergence_is_model(state);
  state->terms = CONTROLS + state->controls.count + (state->weights != NULL);
  job->result[LOGLIK].off = !model;
  if (model) SW_TRY(sw_convergence_spatial_resolve(err, job, state));
  SW_NEW(err, job->arena, label, state->terms);
  if (state->weights && !model) label[state->terms - 1] = "W_initial";
  label[CONSTANT_TERM] = "constant";
  label[INITIAL] = "initial";
  for (int c = 0; c < state->controls.count; c++) {
    const char *name = job->input[state->controls.first + c].name;
    /* Columns may not have the name of a term: labels of the axis must differ. */
    if (strcmp(name, "constant") == 0 || strcmp(name, "initial") == 0 ||
        strcmp(name, "W_initial") == 0 || strcmp(name, "rho") == 0 || strcmp(name, "lambda") == 0)
      return sw_job_fail(err, job, "controls", "'%s' is a term of the model; rename the column",
                         name);
    label[CONTROLS + c] = name;
  }
  if (model) SW_TRY(sw_convergence_spatial_terms(err, job, state, label));
  sw_job_axis(job, (sw_axis){.name = "term", .n = state->terms, .label = label});
  return SW_OK;
}

/* Periods first: their distance is T; terms last, as a spatial model adds its own. */
static sw_status resolve_convergence(sw_error *err, sw_job *job) {
  convergence_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->logs = sw_job_arg(job, "logs")->number != 0;
  state->hc1 = sw_job_arg(job, "se")->number != 0;
  SW_TRY(resolve_periods(err, job, state));
  SW_TRY(resolve_weights(err, job, state));
  SW_TRY(declare_terms(err, job, state));
  /* A period's units depend on all periods, so nothing of an earlier file can be taken by
   * period. */
  job->pooled = true; /* units are those of all periods */
  sw_job_pass(
      job, (sw_pass){.domain = SW_ITEMS, .items = 1, .record = sw_convergence_record(job, state)});
  return SW_OK;
}

/* ---- finish ----------------------------------------------------------------------------- */

static void place(const sw_job *job, const convergence_found *r) {
  double *to[LOGLIK + 1];
  for (int q = SD; q <= LOGLIK; q++)
    to[q] = job->result[q].off ? NULL : job->result[q].row[0];
  sw_convergence_put(job, r, to);
}

static sw_status finish_convergence(sw_error *err, sw_job *job, int pass, const void *all,
                                    void *result) {
  (void)pass, (void)result;
  const convergence_found *r = all;
  SW_TRY(sw_convergence_refuse(err, job, r));
  place(job, r);
  sw_convergence_tell(job, r);
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable, e.g. income per head"},
    {.name = "logs",
     .type = SW_P_BOOL,
     .fallback = "true",
     .help = "of its logarithms; false: it is one already, or a rate"},
    {.name = "controls",
     .type = SW_P_COLUMNS,
     .fallback = "",
     .help = "conditional convergence: these, as they are at `from`",
     .distinct = true},
    {.name = "weights",
     .type = SW_P_WEIGHTS,
     .fallback = "",
     .help = "a weights matrix of the study, for a spatial form"},
    {.name = "spatial",
     .type = SW_P_CHOICE,
     .fallback = "slx",
     .choices = "slx|lag|error|durbin",
     .help =
         "with weights: the lag of the initial value is a term (slx), or a spatial model of "
         "growth: "
         "lag of growth, spatial errors, lags of growth and of all terms; the speed is that of the "
         "coefficient of the initial value, before what comes back from neighbours"},
    {.name = "se",
     .type = SW_P_CHOICE,
     .fallback = "classical",
     .choices = "classical|hc1",
     .help = "standard errors; hc1: robust to heteroskedasticity"},
    {.name = "from",
     .type = SW_P_TEXTS,
     .fallback = "",
     .help = "the first period; else the entry's"},
    {.name = "to", .type = SW_P_TEXTS, .fallback = "", .help = "the last period; else the entry's"},
    {0}};

/* Bounds by resampling are of estimates: not of errors, tests and counts. */
#define BY_PERIOD .units = "1", .shape = SW_GLOBAL, .interval = true
#define NUMBER .units = "1", .shape = SW_TABLE
#define BY_TERM .units = "1", .shape = SW_TABLE, .axis = {"term"}
#define DRAWN .interval = true

static const sw_output outputs[] = {
    {.name = "sd", .long_name = "standard deviation (n - 1) of the logarithm", BY_PERIOD},
    {.name = "cv", .long_name = "coefficient of variation, sd (n - 1) over mean", BY_PERIOD},
    {.name = "sigma_slope", .long_name = "trend of sd, per unit of time", NUMBER, DRAWN},
    {.name = "sigma_se", .long_name = "standard error of the trend (Newey-West)", NUMBER},
    {.name = "sigma_p", .long_name = "p-value of the trend (Newey-West)", NUMBER},
    {.name = "pitman_t", .long_name = "t of Pitman-Morgan, above 0: narrower at the end", NUMBER},
    {.name = "pitman_p", .long_name = "p-value of Pitman-Morgan, two-sided", NUMBER},
    {.name = "t2", .long_name = "T2 of Carree-Klomp, of both ends", NUMBER},
    {.name = "t2_p", .long_name = "p-value of T2", NUMBER},
    {.name = "coefficient",
     .with = {"std_error"},
     .palette = SW_DIVERGING_0,
     .long_name = "coefficient of mean annual growth on the term",
     BY_TERM,
     DRAWN},
    {.name = "std_error", .long_name = "standard error of the coefficient", BY_TERM},
    {.name = "p_value", .long_name = "two-sided p-value of the coefficient", BY_TERM},
    {.name = "speed", .long_name = "speed of convergence, per unit of time", NUMBER, DRAWN},
    {.name = "speed_se", .long_name = "standard error of the speed", NUMBER},
    {.name = "half_life", .long_name = "time in which half of a gap closes", NUMBER, DRAWN},
    {.name = "r2", .long_name = "share of the variance of growth that is explained", NUMBER, DRAWN},
    {.name = "n_used",
     .long_name = "units with values in every period",
     .number = SW_INT32,
     NUMBER},
    {.name = "loglik", .long_name = "log-likelihood of the spatial model", NUMBER},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"logs", "true", "z = ln x"},
    {"logs", "false", "z = x"},
    {"controls", "*", "+ c'controls_0, conditional"},
    {"weights", "*", "+ theta W z_0 unless `spatial` is another model"},
    {"spatial", "lag", "g = rho W g + a + b z_0, by maximum likelihood"},
    {"spatial", "error", "errors u = lambda W u + e, by maximum likelihood"},
    {"spatial", "durbin", "g = rho W g + a + b z_0 + theta W z_0, by maximum likelihood"},
    {"se", "hc1", "errors: n/(n - k) (X'X)^-1 sum x x' e^2 (X'X)^-1"},
    {0}};

const sw_measure sw_measure_convergence = {
    .name = "convergence",
    .title = "Convergence of units: sigma, beta, speed and half-life",
    .formula =
        "sigma: sd (n - 1) of z by period, its trend, Pitman-Morgan of both ends; beta: (z_T - "
        "z_0)/T = a + b z_0, speed -ln(1 + bT)/T, half-life ln 2/speed",
    .variant = variants,
    .source = "Barro & Sala-i-Martin 1992, J. Political Economy 100:223-251; Newey & West 1987; "
              "Pitman 1939, Morgan 1939; Carree & Klomp 1997",
    .version = 1,
    .headline = "speed",
    .kind = SW_KIND_MODEL,
    .balances = true,
    .resample = &sw_convergence_resample,
    .param = params,
    .output = outputs,
    .resolve = resolve_convergence,
    .tile = sw_convergence_tile,
    .finish = finish_convergence,
    .workspace = sw_convergence_workspace,
};
