/* Moran's I by period (methods.md and methods-space.md section 10):
 *
 *   I = n / S0 * z'Wz / z'z,  z = x - mean x
 *
 * with its expectation, its variances under normality and randomisation, z and a two-sided p-value
 * by randomisation. A period is an item, with the whole column in sight; the weights are those
 * among the units with a value, standardised anew: dropping a neighbour from a row that sums to 1
 * would else weigh its unit down. The arithmetic is in kernel/space/moran.h.
 *
 * With `with` bivariate: x and the lag of the other variable, whose values are what is permuted, in
 * the moments too. With `by_distance` a correlogram: I by bands of distance, each with rows of
 * sum 1. With `permutations` a second pass draws.
 *
 * Sources: Moran 1950; Cliff & Ord 1981; Wartenberg 1985 (bivariate).
 *
 * What is computed: O(links) for each period and matrix, plus O(links) for each draw. `finish` on
 * rank 0 copies records to outputs and gives the reasons of what is undefined. */
#include "kernel/space/moran.h"

#include <math.h>
#include <string.h>

#include "kernel/autocorrelation/bivariate.h"
#include "measure/space/bands.h"
#include "measure/space/neighbours.h"
#include "measure/space/permuted.h"
#include "spillway/measure.h"

/* The outputs: by period up to P_SIM, then, from BY_BAND on, the same by period and band, and two
 * by band. */
enum {
  I,
  EXPECTED,
  VARIANCE_NORMALITY,
  VARIANCE_RANDOMISATION,
  Z,
  P_VALUE,
  N_USED,
  P_SIM,
  BY_BAND,
  PAIRS = 2 * BY_BAND,
  NO_NEIGHBOUR
};

/* row_standardised: found from the matrix itself, as a file may hold one that is so already. */
typedef struct moran_state {
  sw_bands bands; /* n 0: none, one matrix */
  int n_weights;
  sw_links *weights; /* of bands made in `prepare` */
  bool *row_standardised;
  sw_islands islands;
  bool with;
  sw_permuted permuted;
} moran_state;

/* ---- passes ------------------------------------------------------------------------------ */

/* Bands are resources, made once per node before the pass; their links are borrowed from there.
 * Called for each pass, with the same outcome for the weights. */
static sw_status prepare_moran(sw_error *err, sw_job *job, int pass) {
  moran_state *state = job->state;
  for (int b = 0; b < state->bands.n; b++) {
    state->weights[b] = sw_bands_links(job, &state->bands, b);
    state->row_standardised[b] = true;
  }
  if (pass != state->permuted.pass) return SW_OK;
  state->permuted.of = job->input[0].view.row;
  if (state->with) state->permuted.with = job->input[1].view.row;
  return sw_permuted_prepare(err, job, &state->permuted);
}

/* The item is the period of a matrix, and the record the whole answer: `finish` only copies. What
 * is not defined is NaN. */
static void tile_moran(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const moran_state *state = job->state;
  if (tile->pass == state->permuted.pass) {
    sw_permuted_tile(job, &state->permuted, tile, out, workspace);
    return;
  }
  /* Items go by matrix, then period: as `finish` reads them. */
  int64_t k = tile->lo / job->n_periods, t = tile->lo % job->n_periods;
  const double *x = job->input[0].view.row[t];
  *(sw_moran *)out =
      state->with ? sw_moran_bivariate(&state->weights[k], state->row_standardised[k],
                                       state->islands, x, job->input[1].view.row[t], workspace)
                  : sw_moran_compute(&state->weights[k], state->row_standardised[k], state->islands,
                                     x, workspace);
}

/* The workspace of the pass that needs more. */
static size_t workspace_moran(const sw_job *job) {
  const moran_state *state = job->state;
  size_t one = state->with ? sw_moran_bivariate_workspace(job->n) : sw_moran_workspace(job->n);
  size_t two = sw_permuted_workspace(job, &state->permuted);
  return one > two ? one : two;
}

/* ---- finish ------------------------------------------------------------------------------ */

/* Says why I and what follows from it are missing: all of them, or the variances alone where units
 * are too few. A z or p that is missing though the variance is there: the variance is 0, with equal
 * weights between all units. sw_job_undefined ignores figures that have a value. */
static void say_why(sw_job *job, const sw_moran *record, int first, int t) {
  static const char *const why[] = {[SW_MORAN_FEW] = "fewer than 2 values",
                                    [SW_MORAN_CONSTANT] = "constant",
                                    [SW_MORAN_NO_LINKS] = "no links among the units with a value"};
  for (int q = I; q <= P_SIM; q++) {
    if (q == N_USED) continue;
    if (record->undefined != SW_MORAN_DEFINED)
      sw_job_undefined(job, first + q, t, why[record->undefined]);
    else
      sw_job_undefined(job, first + q, t,
                       isnan(record->variance_randomisation) ? "too few units for a variance"
                                                             : "no variance: equal weights");
  }
}

/* Places the record of period t and matrix k. */
static void place(sw_job *job, const moran_state *state, const sw_moran *record, int k, int t) {
  /* Outputs along `distance` are [t][band]; without bands there is one matrix and `at` is t. */
  int first = state->bands.n ? BY_BAND : 0, at = t * state->n_weights + k;
  const double value[] = {[I] = record->i,
                          [EXPECTED] = record->expected,
                          [VARIANCE_NORMALITY] = record->variance_normality,
                          [VARIANCE_RANDOMISATION] = record->variance_randomisation,
                          [Z] = record->z,
                          [P_VALUE] = record->p_value,
                          [N_USED] = record->n_used};
  for (int q = I; q <= N_USED; q++)
    if (!job->result[first + q].off) job->result[first + q].row[0][at] = value[q];
  say_why(job, record, first, t);
}

/* Second finish: p of draws. p_sim counts draws at least as extreme as the observed I, so there is
 * none where I is not defined. */
static void place_draws(sw_job *job, const moran_state *state, const void *all) {
  int first = state->bands.n ? BY_BAND : 0;
  for (int k = 0; k < state->n_weights; k++)
    for (int t = 0; t < job->n_periods; t++) {
      int at = t * state->n_weights + k;
      bool defined = !isnan(job->result[first + I].row[0][at]);
      job->result[first + P_SIM].row[0][at] =
          defined ? sw_permuted_p(job, &state->permuted, all, k, 0, t) : NAN;
    }
}

/* Pairs are counted once. The links of a band are symmetric in pattern, so half of them are
 * pairs. */
static void say_bands(sw_job *job, const moran_state *state) {
  const sw_bands *bands = &state->bands;
  for (int b = 0; b < bands->n; b++) {
    const char *unit = strcmp(bands->units, "km") == 0 ? " km" : "";
    double pairs = (double)state->weights[b].row_start[job->n] / 2;
    job->result[PAIRS].row[0][b] = pairs;
    job->result[NO_NEIGHBOUR].row[0][b] = (double)state->weights[b].islands;
    sw_job_say(job, "(%g, %g]%s: %.10g pairs; units without a neighbour: %lld of %lld",
               b ? bands->limit[b - 1] : 0.0, bands->limit[b], unit, pairs,
               (long long)state->weights[b].islands, (long long)job->n);
  }
}

/* Rank 0. Records stand by matrix and period; outputs by period and matrix. */
static sw_status finish_moran(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err;
  (void)result;
  const moran_state *state = job->state;
  const sw_moran *record = all;
  if (pass == state->permuted.pass) {
    place_draws(job, state, all);
    return SW_OK;
  }
  for (int k = 0; k < state->n_weights; k++)
    for (int t = 0; t < job->n_periods; t++)
      place(job, state, &record[k * job->n_periods + t], k, t);
  say_bands(job, state);
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* The links are there when `resolve` is called, the values are not: so a matrix without any link is
 * refused, and islands are reported, before data are read. A unit that lacks a neighbour only in a
 * period in which its neighbours lack a value is handled by the kernel and not reported. */
static sw_status resolve_weights(sw_error *err, sw_job *job, moran_state *state) {
  const sw_links *weights;
  if (state->bands.n > 0) {
    if (sw_job_weights(job, "weights"))
      sw_note(job->notes, "%s: %s: by_distance has weights of its own; `weights` has no effect",
              job->where, job->name);
    return SW_OK;
  }
  SW_TRY(sw_job_neighbours(err, job, &weights));
  if (!weights)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: 'weights' is missing: a weights matrix of the study, or by_distance",
                   job->where, job->name);
  if (weights->row_start[job->n] == 0)
    return sw_job_fail(err, job, "weights", "no unit has a neighbour; Moran's I needs links");
  if (weights->islands > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s no neighbour (islands: %s)", job->where, job->name,
            (long long)weights->islands, weights->islands == 1 ? " has" : "s have",
            sw_job_arg(job, "islands")->text);
  state->weights[0] = *weights;
  state->row_standardised[0] = sw_links_row_standardised(weights);
  return SW_OK;
}

/* Which outputs there are: by period alone, or by period and band; draws and the bivariate form
 * leave some out. The variance under normality is of one variable's own moments: with two variables
 * there is none. */
static void choose_outputs(sw_job *job, const moran_state *state) {
  bool by_band = state->bands.n > 0;
  for (int q = I; q <= P_SIM; q++) {
    bool off = (q == P_SIM && state->permuted.permutations == 0) ||
               (q == VARIANCE_NORMALITY && state->with);
    job->result[q].off = by_band || off;
    job->result[BY_BAND + q].off = !by_band || off;
  }
  job->result[PAIRS].off = job->result[NO_NEIGHBOUR].off = !by_band;
}

/* Bands make their own weights, from coordinates; else the study's are used. Values are not there
 * yet: what is refused here costs no reading of data. */
static sw_status resolve_moran(sw_error *err, sw_job *job) {
  moran_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->islands = (sw_islands)(int)sw_job_arg(job, "islands")->number;
  state->with = sw_job_inputs(job, "with").count > 0;
  SW_TRY(sw_bands_resolve(err, job, "by_distance", "distance", &state->bands));
  /* One matrix, or one for each band: all loops run over n_weights. */
  state->n_weights = state->bands.n ? state->bands.n : 1;
  SW_NEW(err, job->arena, state->weights, state->n_weights);
  SW_NEW(err, job->arena, state->row_standardised, state->n_weights);
  SW_TRY(resolve_weights(err, job, state));
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = (int64_t)state->n_weights * job->n_periods,
                             .record = sizeof(sw_moran)});
  state->permuted = (sw_permuted){.form = SW_PERMUTE_PRODUCT,
                                  .islands = state->islands,
                                  .n_weights = state->n_weights,
                                  .weights = state->weights,
                                  .standardised = state->row_standardised};
  sw_permuted_resolve(job, &state->permuted);
  choose_outputs(job, state);
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
    {.name = "with",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "bivariate: the variable of the neighbours"},
    {.name = "weights",
     .type = SW_P_WEIGHTS,
     .fallback = "",
     .help = "a weights matrix of the study; needed unless there is by_distance"},
    {.name = "islands",
     .type = SW_P_CHOICE,
     .fallback = "adjust",
     .choices = SW_ISLANDS_CHOICES,
     .help = "units without a neighbour: out of the scale n, in with a zero lag, or left out"},
    SW_PARAM_PERMUTATIONS,
    {.name = "by_distance",
     .type = SW_P_NUMBERS,
     .fallback = "",
     .help = "a correlogram: upper limits of bands of distance, in km; rows of a band sum to 1"},
    {.name = "distance",
     .type = SW_P_DISTANCE,
     .fallback = "",
     .help = "of by_distance: great-circle (without it, too) | geodesic | {file: d.csv} | "
             "{pairs: NAME} | {network: {...}}"},
    {0}};

#define OUTPUTS(...)                                                                               \
  {.name = "I",                                                                                    \
   .long_name = "Moran's I",                                                                       \
   .units = "1",                                                                                   \
   .shape = SW_GLOBAL,                                                                             \
   .show = SW_SHOW_BAND,                                                                           \
   .with = {"expected", "variance_randomisation"},                                                 \
   __VA_ARGS__},                                                                                   \
      {.name = "expected",                                                                         \
       .long_name = "expectation of I",                                                            \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       __VA_ARGS__},                                                                               \
      {.name = "variance_normality",                                                               \
       .long_name = "variance of I under normality",                                               \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       __VA_ARGS__},                                                                               \
      {.name = "variance_randomisation",                                                           \
       .long_name = "variance of I under randomisation",                                           \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       __VA_ARGS__},                                                                               \
      {.name = "z",                                                                                \
       .long_name = "standard deviate of I under randomisation",                                   \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       __VA_ARGS__},                                                                               \
      {.name = "p_value",                                                                          \
       .long_name = "two-sided p-value under randomisation",                                       \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       __VA_ARGS__},                                                                               \
      {.name = "n_used",                                                                           \
       .long_name = "values in the mean; the scale n has fewer with islands: adjust",              \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       .number = SW_INT32,                                                                         \
       __VA_ARGS__},                                                                               \
  {                                                                                                \
    .name = "p_sim",                                                                               \
    .long_name = "one-sided p-value by permutations, of the nearer tail: (min(R, L) + 1)/(M + 1)", \
    .units = "1", .shape = SW_GLOBAL, __VA_ARGS__                                                  \
  }

static const sw_output outputs[] = {OUTPUTS(.axis = {NULL}),
                                    OUTPUTS(.axis = {"distance"}),
                                    {.name = "pairs",
                                     .long_name = "pairs of units in the band",
                                     .units = "1",
                                     .shape = SW_TABLE,
                                     .axis = {"distance"}},
                                    {.name = "no_neighbour",
                                     .long_name = "units without another in the band",
                                     .units = "1",
                                     .shape = SW_TABLE,
                                     .number = SW_INT32,
                                     .axis = {"distance"}},
                                    {0}};

static const sw_variant variants[] = {
    {"with", "*", "bivariate: I = n/S0 zx'W zy/sqrt(zx'zx zy'zy), moments by permuting y"},
    {"by_distance", "*", "W by band (a, b] of distance, rows of sum 1"},
    {0}};

const sw_measure sw_measure_moran = {
    .name = "moran",
    .title = "Moran's I, global spatial autocorrelation",
    .formula = "I = n/S0 z'Wz/z'z, z = x - mean x; weights among the units with a value, "
               "standardised anew where the matrix is row-standardised",
    .variant = variants,
    .source = "Moran 1950, Biometrika 37:17-23; Cliff and Ord 1981, Spatial Processes",
    .version = 2,
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_moran,
    .prepare = prepare_moran,
    .tile = tile_moran,
    .finish = finish_moran,
    .workspace = workspace_moran,
};
