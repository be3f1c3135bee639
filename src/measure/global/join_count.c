/* Join counts by period, of a variable of zeros and ones (methods-space.md section 10):
 *
 *   BB = 1/2 sum w_ij x_i x_j,  WW = 1/2 sum w_ij (1 - x_i)(1 - x_j),
 *   BW = 1/2 sum w_ij (x_i - x_j)^2
 *
 * w_ij is 1 for each link, whatever its weight, so a mutual link is one join. Moments and z are
 * those of nonfree sampling: all permutations of the values over the units with one, islands among
 * them (spdep counts islands among the values and leaves them out of n, which is neither).
 *
 * A period is an item, with the whole column in sight. With `permutations` a second pass draws.
 *
 * Sources: Moran 1948; Cliff & Ord 1981. */
#include "kernel/autocorrelation/join_count.h"

#include <math.h>

#include "measure/space/neighbours.h"
#include "measure/space/permuted.h"
#include "spillway/measure.h"

/* The outputs: of each kind of join five, in the order of join_count.h. */
enum { COUNT, EXPECTED, VARIANCE, Z, P_SIM, OF_KIND };
enum { N_USED = SW_JOINS * OF_KIND, N_ONES };

typedef struct join_state {
  sw_links weights; /* each of weight 1 */
  bool standardised;
  double **x; /* by period: zeros and ones, missing NaN */
  sw_permuted permuted;
} join_state;

static int output_of(int kind, int what) {
  return kind * OF_KIND + what;
}

static double *numbers_of(const sw_job *job, int kind, int what) {
  return job->result[output_of(kind, what)].row[0];
}

/* ---- passes ------------------------------------------------------------------------------ */

/* Of two classes the first counts 0, the second 1. Any other class is missing, as a value without a
 * class is. Plain numbers pass as they are; what is neither 0 nor 1 is found by the kernel and
 * refused in finish. */
static double value_of(const sw_input *input, int t, int64_t unit) {
  double x = input->view.row[t][unit];
  if (input->n_classes == 0) return x;
  x -= input->class_first;
  return x == 0 || x == 1 ? x : NAN;
}

/* Classes are made zeros and ones once, for both passes. Costs 8 bytes per unit and period. It runs
 * in `prepare`, once before the tiles, which only read. */
static sw_status read_values(sw_error *err, sw_job *job, join_state *state) {
  SW_NEW(err, job->arena, state->x, job->n_periods);
  for (int t = 0; t < job->n_periods; t++) {
    SW_NEW(err, job->arena, state->x[t], job->n);
    for (int64_t i = 0; i < job->n; i++)
      state->x[t][i] = value_of(&job->input[0], t, i);
  }
  return SW_OK;
}

/* Values are read once, before the first pass. */
static sw_status prepare_joins(sw_error *err, sw_job *job, int pass) {
  join_state *state = job->state;
  if (pass != state->permuted.pass) return read_values(err, job, state);
  state->permuted.of = state->x;
  return sw_permuted_prepare(err, job, &state->permuted);
}

/* An item of the first pass is a period. */
static void tile_joins(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const join_state *state = job->state;
  if (tile->pass == state->permuted.pass)
    sw_permuted_tile(job, &state->permuted, tile, out, workspace);
  else
    *(sw_join_count *)out = sw_join_count_compute(&state->weights, state->x[tile->lo], workspace);
}

static size_t workspace_joins(const sw_job *job) {
  const join_state *state = job->state;
  size_t one = sw_join_count_workspace(job->n), two = sw_permuted_workspace(job, &state->permuted);
  return one > two ? one : two;
}

/* ---- finish ------------------------------------------------------------------------------ */

/* Names the first such unit of the period. %.15g, so that 0.9999999 is not shown as 1. */
static sw_status check_binary(sw_error *err, const sw_job *job, const sw_join_count *record,
                              int t) {
  if (!record->not_binary) return SW_OK;
  int64_t unit = record->not_binary - 1;
  return sw_job_fail(err, job, "of", "'%s' is %.15g for unit %s in period %s; expected 0 or 1",
                     job->input[0].name, record->odd, sw_unit_code(job->units, unit),
                     sw_job_period(job, t));
}

/* Reasons from the most general on: without variation every count is fixed, and its variance 0 or
 * undefined. z exists only with a variance above 0. */
static void place_kind(sw_job *job, const sw_join_count *record, int kind, int t) {
  double off = record->count[kind] - record->expected[kind], variance = record->variance[kind];
  const char *why = record->n_used < 2                                    ? "fewer than 2 values"
                    : record->ones == 0 || record->ones == record->n_used ? "constant"
                    : isnan(variance)                                     ? "too few units"
                                                                          : "no variance";
  numbers_of(job, kind, COUNT)[t] = record->count[kind];
  numbers_of(job, kind, EXPECTED)[t] = record->expected[kind];
  numbers_of(job, kind, VARIANCE)[t] = variance;
  numbers_of(job, kind, Z)[t] = variance > 0 ? off / sqrt(variance) : NAN;
  for (int q = COUNT; q < OF_KIND; q++)
    sw_job_undefined(job, output_of(kind, q), t, why);
}

/* Values other than 0 and 1 are refused here, as a tile cannot fail. */
static sw_status finish_joins(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)result;
  const join_state *state = job->state;
  const sw_join_count *record = all;
  for (int t = 0; t < job->n_periods; t++) {
    for (int kind = 0; kind < SW_JOINS && pass == state->permuted.pass; kind++)
      numbers_of(job, kind, P_SIM)[t] = sw_permuted_p(job, &state->permuted, all, 0, kind, t);
    if (pass == state->permuted.pass) continue;
    SW_TRY(check_binary(err, job, &record[t], t));
    for (int kind = 0; kind < SW_JOINS; kind++)
      place_kind(job, &record[t], kind, t);
    job->result[N_USED].row[0][t] = record[t].n_used;
    job->result[N_ONES].row[0][t] = record[t].ones;
  }
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* The same links with weights of 1, for the loops that read weights. row_sum is of the old weights
 * and would be wrong of these: NULL. The structure of rows is shared with the matrix of the study,
 * which nobody writes. */
static sw_status make_binary(sw_error *err, sw_job *job, const sw_links *weights, sw_links *out) {
  double *one = NULL;
  int64_t count = weights->row_start[job->n];
  SW_NEW(err, job->arena, one, count);
  for (int64_t e = 0; e < count; e++)
    one[e] = 1;
  *out = *weights;
  out->value = one;
  out->row_sum = NULL;
  return SW_OK;
}

/* Islands take part in permutations (see above): hence SW_ISLANDS_ZERO. */
static sw_status resolve_joins(sw_error *err, sw_job *job) {
  const sw_links *weights;
  join_state *state = NULL;
  SW_TRY(sw_job_neighbours(err, job, &weights));
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  if (job->input[0].n_classes > 0 && job->input[0].n_classes != 2)
    return sw_job_fail(err, job, "of", "'%s' has %d classes; expected 2, or zeros and ones",
                       job->input[0].name, job->input[0].n_classes);
  if (weights->row_start[job->n] == 0)
    return sw_job_fail(err, job, "weights", "no unit has a neighbour; joins are links");
  if (weights->islands > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s no neighbour", job->where, job->name,
            (long long)weights->islands, weights->islands == 1 ? " has" : "s have");
  SW_TRY(make_binary(err, job, weights, &state->weights));
  sw_job_pass(
      job, (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = sizeof(sw_join_count)});
  state->permuted = (sw_permuted){.form = SW_PERMUTE_JOINS,
                                  .islands = SW_ISLANDS_ZERO,
                                  .n_weights = 1,
                                  .weights = &state->weights,
                                  .standardised = &state->standardised};
  sw_permuted_resolve(job, &state->permuted);
  for (int kind = 0; kind < SW_JOINS; kind++)
    job->result[output_of(kind, P_SIM)].off = state->permuted.permutations == 0;
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of",
     .type = SW_P_COLUMN,
     .help = "the variable: zeros and ones, or the result of two classes, the second counted 1"},
    {.name = "weights",
     .type = SW_P_WEIGHTS,
     .help = "a weights matrix of the study; each of its links counts 1"},
    SW_PARAM_PERMUTATIONS,
    {0}};

#define NUMBER .units = "1", .shape = SW_GLOBAL
#define KIND(name_, said)                                                                          \
  {.name = name_,                                                                                  \
   .show = SW_SHOW_BAND,                                                                           \
   .with = {name_ "_expected", name_ "_variance"},                                                 \
   .long_name = "links between " said,                                                             \
   NUMBER},                                                                                        \
      {.name = name_ "_expected", .long_name = "expectation under permutation", NUMBER},           \
      {.name = name_ "_variance", .long_name = "variance under permutation", NUMBER},              \
      {.name = name_ "_z", .long_name = "standard deviate under permutation", NUMBER}, {           \
    .name = name_ "_p_sim",                                                                        \
    .long_name = "one-sided p-value by permutations, of the nearer tail: (min(R, L) + 1)/(M + 1)", \
    NUMBER                                                                                         \
  }

static const sw_output outputs[] = {
    KIND("bb", "two ones"),
    KIND("ww", "two zeros"),
    KIND("bw", "a one and a zero"),
    {.name = "n_used", .long_name = "units with a value", .number = SW_INT32, NUMBER},
    {.name = "n_ones", .long_name = "units whose value is 1", .number = SW_INT32, NUMBER},
    {0}};

const sw_measure sw_measure_join_count = {
    .name = "join_count",
    .title = "Join counts, links between ones, zeros and both",
    .formula = "BB = 1/2 sum w_ij x_i x_j, WW = 1/2 sum w_ij (1 - x_i)(1 - x_j), BW = 1/2 sum w_ij "
               "(x_i - x_j)^2, w_ij 1 for a link; z by nonfree sampling",
    .source = "Moran 1948, Journal of the Royal Statistical Society B 10:243-251; Cliff and Ord "
              "1981, Spatial Processes",
    .version = 1,
    .headline = "bb_z",
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_joins,
    .prepare = prepare_joins,
    .tile = tile_joins,
    .finish = finish_joins,
    .workspace = workspace_joins,
};
