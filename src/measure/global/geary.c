/* Geary's C by period (methods-space.md section 10):
 *
 *   C = (n - 1)/(2 S0) * sum w_ij (x_i - x_j)^2 / sum (x_i - mean x)^2
 *
 * with its variances under normality and randomisation, z and a two-sided p-value by randomisation.
 * Below 1: neighbours are alike; z is (C - 1)/sd and has the sign that esda gives it, the opposite
 * of spdep's. Islands and missing values are treated as for Moran's I (moran.c).
 *
 * A period is an item, with the whole column in sight. With `permutations` a second pass draws.
 *
 * Sources: Geary 1954; Cliff & Ord 1981. */
#include "kernel/autocorrelation/geary.h"

#include <math.h>

#include "measure/space/neighbours.h"
#include "measure/space/permuted.h"
#include "spillway/measure.h"

/* The outputs, in the order of the descriptor. */
enum { C, EXPECTED, VARIANCE_NORMALITY, VARIANCE_RANDOMISATION, Z, P_VALUE, P_SIM, N_USED };

typedef struct geary_state {
  const sw_links *weights;
  sw_islands islands;
  bool row_standardised; /* found from the matrix itself, as a file may hold one that is so already
                          */
  sw_permuted permuted;
} geary_state;

/* ---- passes ------------------------------------------------------------------------------ */

/* Only draws need a preparation. */
static sw_status prepare_geary(sw_error *err, sw_job *job, int pass) {
  geary_state *state = job->state;
  if (pass != state->permuted.pass) return SW_OK;
  state->permuted.of = job->input[0].view.row;
  return sw_permuted_prepare(err, job, &state->permuted);
}

/* The record is the whole answer; finish only copies. */
static void tile_geary(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const geary_state *state = job->state;
  if (tile->pass == state->permuted.pass) {
    sw_permuted_tile(job, &state->permuted, tile, out, workspace);
    return;
  }
  *(sw_geary *)out = sw_geary_compute(state->weights, state->row_standardised, state->islands,
                                      job->input[0].view.row[tile->lo], workspace);
}

/* One workspace serves both passes, hence the larger of the two. */
static size_t workspace_geary(const sw_job *job) {
  const geary_state *state = job->state;
  size_t one = sw_geary_workspace(job->n), two = sw_permuted_workspace(job, &state->permuted);
  return one > two ? one : two;
}

/* ---- finish ------------------------------------------------------------------------------ */

/* The reason is handed over for every output; whoever writes the file reads it only where the
 * output has no value. Few units or equal weights leave C defined and z not, so these reasons come
 * last. */
static void say_why(sw_job *job, const sw_geary *record, int t) {
  static const char *const why[] = {[SW_MORAN_FEW] = "fewer than 2 values",
                                    [SW_MORAN_CONSTANT] = "constant",
                                    [SW_MORAN_NO_LINKS] = "no links among the units with a value"};
  for (int q = C; q <= P_SIM; q++)
    if (record->undefined != SW_MORAN_DEFINED)
      sw_job_undefined(job, q, t, why[record->undefined]);
    else
      sw_job_undefined(job, q, t,
                       isnan(record->variance_randomisation) ? "too few units for a variance"
                                                             : "no variance: equal weights");
}

/* No p where C is not defined. The pass of permutations comes behind the first, whose C stands in
 * the results by then. */
static sw_status finish_geary(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)result;
  const geary_state *state = job->state;
  const sw_geary *record = all;
  for (int t = 0; t < job->n_periods; t++) {
    if (pass == state->permuted.pass) {
      bool defined = !isnan(job->result[C].row[0][t]);
      job->result[P_SIM].row[0][t] =
          defined ? sw_permuted_p(job, &state->permuted, all, 0, 0, t) : NAN;
      continue;
    }
    job->result[C].row[0][t] = record[t].c;
    job->result[EXPECTED].row[0][t] = record[t].expected;
    job->result[VARIANCE_NORMALITY].row[0][t] = record[t].variance_normality;
    job->result[VARIANCE_RANDOMISATION].row[0][t] = record[t].variance_randomisation;
    job->result[Z].row[0][t] = record[t].z;
    job->result[P_VALUE].row[0][t] = record[t].p_value;
    job->result[N_USED].row[0][t] = record[t].n_used;
    say_why(job, &record[t], t);
  }
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Links are known before values: a matrix without any is refused at once. The note on islands names
 * the rule in force, since it changes n and thereby all moments. Whether the rows are standardised
 * is found once here and passed on to every permutation. */
static sw_status resolve_geary(sw_error *err, sw_job *job) {
  const sw_arg *islands = sw_job_arg(job, "islands");
  const sw_links *weights;
  geary_state *state = NULL;
  SW_TRY(sw_job_neighbours(err, job, &weights));
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->weights = weights;
  state->islands = (sw_islands)(int)islands->number;
  state->row_standardised = sw_links_row_standardised(weights);
  if (weights->row_start[job->n] == 0)
    return sw_job_fail(err, job, "weights", "no unit has a neighbour; Geary's C needs links");
  if (weights->islands > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s no neighbour (islands: %s)", job->where, job->name,
            (long long)weights->islands, weights->islands == 1 ? " has" : "s have", islands->text);
  sw_job_pass(job,
              (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = sizeof(sw_geary)});
  state->permuted = (sw_permuted){.form = SW_PERMUTE_SQUARES,
                                  .islands = state->islands,
                                  .n_weights = 1,
                                  .weights = weights,
                                  .standardised = &state->row_standardised};
  sw_permuted_resolve(job, &state->permuted);
  job->result[P_SIM].off = state->permuted.permutations == 0;
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix of the study"},
    {.name = "islands",
     .type = SW_P_CHOICE,
     .fallback = "adjust",
     .choices = SW_ISLANDS_CHOICES,
     .help = "units without a neighbour: out of the scale n, in without links, or left out"},
    SW_PARAM_PERMUTATIONS,
    {0}};

#define NUMBER .units = "1", .shape = SW_GLOBAL

static const sw_output outputs[] = {
    {.name = "C",
     .show = SW_SHOW_BAND,
     .with = {"expected", "variance_randomisation"},
     .long_name = "Geary's C; below 1: neighbours are alike",
     NUMBER},
    {.name = "expected", .long_name = "expectation of C", NUMBER},
    {.name = "variance_normality", .long_name = "variance of C under normality", NUMBER},
    {.name = "variance_randomisation", .long_name = "variance of C under randomisation", NUMBER},
    {.name = "z",
     .long_name = "standard deviate of C under randomisation; below 0: neighbours are alike",
     NUMBER},
    {.name = "p_value", .long_name = "two-sided p-value under randomisation", NUMBER},
    {.name = "p_sim",
     .long_name = "one-sided p-value by permutations, of the nearer tail: (min(R, L) + 1)/(M + 1)",
     NUMBER},
    {.name = "n_used",
     .long_name = "values in the mean; the scale n has fewer with islands: adjust",
     .number = SW_INT32,
     NUMBER},
    {0}};

const sw_measure sw_measure_geary = {
    .name = "geary",
    .title = "Geary's C, global spatial autocorrelation",
    .formula = "C = (n - 1)/(2 S0) sum w_ij (x_i - x_j)^2/sum (x_i - mean x)^2; weights among the "
               "units with a value, standardised anew where the matrix is row-standardised",
    .source = "Geary 1954, The Incorporated Statistician 5:115-145; Cliff and Ord 1981, Spatial "
              "Processes",
    .version = 1,
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_geary,
    .prepare = prepare_geary,
    .tile = tile_geary,
    .finish = finish_geary,
    .workspace = workspace_geary,
};
