/* Moran's I by period (methods.md section 10):
 *
 *   I = n / S0 * z'Wz / z'z,  z = x - mean x
 *
 * with its expectation, its variances under normality and randomisation, z and a two-sided p-value
 * by randomisation. A period is an item, with the whole column in sight; the weights are those
 * among the units with a value, standardised anew: dropping a neighbour from a row that sums to 1
 * would else weigh its unit down. The arithmetic is in kernel/space/moran.h.
 *
 * Sources: Moran 1950; Cliff & Ord 1981. */
#include "kernel/space/moran.h"
#include "spillway/measure.h"

#include <math.h>

enum { I, EXPECTED, VARIANCE_NORMALITY, VARIANCE_RANDOMISATION, Z, P_VALUE, N_USED };

/* row_standardised: found from the matrix itself, as a file may hold one that is so already. */
typedef struct moran_state {
  const sw_links *weights;
  sw_islands islands;
  bool row_standardised;
} moran_state;

/* The item is the period, and the record the whole answer: `finish` only copies. What is not
 * defined is NaN. */
static void tile_moran(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const moran_state *state = job->state;
  const double *x = job->input[0].view.row[tile->lo];
  *(sw_moran *)out =
      sw_moran_compute(state->weights, state->row_standardised, state->islands, x, workspace);
}

static size_t workspace_moran(const sw_job *job) {
  return sw_moran_workspace(job->n);
}

/* Of I and all that follows from it; of the variances alone where units are too few for them. */
static void say_why(sw_job *job, const sw_moran *record, int t) {
  static const char *const why[] = {[SW_MORAN_FEW] = "fewer than 2 values",
                                    [SW_MORAN_CONSTANT] = "constant",
                                    [SW_MORAN_NO_LINKS] = "no links among the units with a value"};
  for (int q = I; q <= P_VALUE; q++)
    if (record->undefined != SW_MORAN_DEFINED)
      sw_job_undefined(job, q, t, why[record->undefined]);
    else
      sw_job_undefined(job, q, t,
                       isnan(record->variance_randomisation) ? "too few units for a variance"
                                                             : "no variance: equal weights");
}

/* Records stand by period. */
static sw_status finish_moran(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err;
  (void)pass;
  (void)result;
  const sw_moran *record = all;
  for (int t = 0; t < job->n_periods; t++) {
    job->result[I].row[0][t] = record[t].i;
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

/* The links are there when `resolve` is called, the values are not: so a matrix without any link is
 * refused, and islands are reported, before data are read. A unit that lacks a neighbour only in a
 * period in which its neighbours lack a value is handled by the kernel and not reported. */
static sw_status resolve_moran(sw_error *err, sw_job *job) {
  const sw_arg *islands = sw_job_arg(job, "islands");
  const sw_links *weights = sw_job_weights(job, "weights");
  moran_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  state->weights = weights;
  state->islands = (sw_islands)(int)islands->number;
  state->row_standardised = sw_links_row_standardised(weights);
  if (weights->row_start[job->n] == 0)
    return sw_job_fail(err, job, "weights", "no unit has a neighbour; Moran's I needs links");
  if (weights->islands > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s no neighbour (islands: %s)", job->where, job->name,
            (long long)weights->islands, weights->islands == 1 ? " has" : "s have", islands->text);
  job->state = state;
  job->n_passes = 1;
  job->pass[0] = (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = sizeof(sw_moran)};
  return SW_OK;
}

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix of the study"},
    {.name = "islands",
     .type = SW_P_CHOICE,
     .fallback = "adjust",
     .choices = SW_ISLANDS_CHOICES,
     .help = "units without a neighbour: out of the scale n, in with a zero lag, or left out"},
    {0}};

static const sw_output outputs[] = {
    {.name = "I",
     .show = SW_SHOW_BAND,
     .with = {"expected", "variance_randomisation"},
     .long_name = "Moran's I",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "expected", .long_name = "expectation of I", .units = "1", .shape = SW_GLOBAL},
    {.name = "variance_normality",
     .long_name = "variance of I under normality",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "variance_randomisation",
     .long_name = "variance of I under randomisation",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "z",
     .long_name = "standard deviate of I under randomisation",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "p_value",
     .long_name = "two-sided p-value under randomisation",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "n_used",
     .long_name = "values in the mean; the scale n has fewer with islands: adjust",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

const sw_measure sw_measure_moran = {
    .name = "moran",
    .title = "Moran's I, global spatial autocorrelation",
    .formula = "I = n/S0 z'Wz/z'z, z = x - mean x; weights among the units with a value, "
               "standardised anew where the matrix is row-standardised",
    .source = "Moran 1950, Biometrika 37:17-23; Cliff and Ord 1981, Spatial Processes",
    .version = 2,
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_moran,
    .tile = tile_moran,
    .finish = finish_moran,
    .workspace = workspace_moran,
};
