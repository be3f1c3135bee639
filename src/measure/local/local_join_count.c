/* Local join counts by unit, of a variable of zeros and ones (methods-space.md section 10):
 *
 *   BB_i = x_i sum_j w_ij x_j,  w 1 for every link
 *
 * and with `with` the co-location of two, x_i sum_j w_ij y_j. Where x_i is 1 the count of ones
 * among k neighbours, drawn from the n - 1 others, is hypergeometric: p is exact, without draws,
 * and so are expectation and variance in z. Where x_i is 0 the count is 0 and there is nothing to
 * test. `permutations` takes p by as many draws instead, as esda and GeoDa do.
 *
 * Sources: Anselin and Li 2019; Cliff and Ord 1981. */
#include <math.h>

#include "kernel/local/hypergeometric.h"
#include "measure/local/lisa.h"

/* The outputs, in the order of the descriptor. */
enum { VALUE, Z, P_VALUE, SIGNIFICANT, N_USED };

typedef struct joins_state {
  sw_lisa lisa;
  int with; /* the variable of the neighbours: 0 or 1 */
} joins_state;

/* ---- what is refused -------------------------------------------------------------------- */

/* Every rank sees all values, and refuses the same one. It is called in prepare, since values are
 * there only then. */
static sw_status check_values(sw_error *err, const sw_job *job) {
  static const char *const param[] = {"of", "with"};
  for (int v = 0; v < job->n_inputs; v++)
    for (int t = 0; t < job->n_periods; t++)
      for (int64_t i = 0; i < job->n; i++) {
        double x = sw_view_at(job->input[v].view, t, i);
        if (isnan(x) || x == 0 || x == 1) continue;
        return sw_job_fail(err, job, param[v], "'%s' is %g for unit %s%s%s; expected 0 or 1",
                           job->input[v].name, x, sw_unit_code(job->units, i),
                           job->periods->cross_section ? "" : " in ",
                           job->periods->cross_section ? "" : sw_job_period(job, t));
      }
  return SW_OK;
}

static sw_status prepare_joins(sw_error *err, sw_job *job, int pass) {
  joins_state *state = job->state;
  if (pass == SW_LISA_STATISTICS) SW_TRY(check_values(err, job));
  return sw_lisa_prepare(err, job, &state->lisa, pass);
}

/* ---- tile ------------------------------------------------------------------------------- */

/* By the counts of draws, or by the distribution. */
static double p_of(const joins_state *state, const sw_lisa_set *set, int c,
                   const sw_lisa_row *row) {
  const sw_lisa_column *y = &set->column[state->with * set->table.stride + c];
  double own = sw_lisa_own(set, state->with, c, row), least, most;
  /* The exact law: of n - 1 others, y->sum - own are ones, k are drawn, observed is the count among
   * these. */
  if (state->lisa.permutations) return sw_lisa_p(&state->lisa, row, c, 1, 0);
  sw_hypergeometric(set->table.count - 1, (int64_t)(y->sum - own), row->unit.k,
                    (int64_t)row->unit.observed[c], &least, &most);
  /* least: P(count >= observed); most: P(count <= observed). */
  double nearer = least < most ? least : most;
  switch (state->lisa.alternative) {
  case SW_GREATER:
    return least;
  case SW_LESS:
    return most;
  /* Twice the nearer tail may pass 1. */
  case SW_TWO_SIDED:
    return fmin(1, 2 * nearer);
  case SW_FOLDED:
    return nearer;
  }
  return NAN;
}

/* A unit of 0 has the count 0, and neither z nor p. */
static void put_unit(const sw_job *job, const sw_lisa_set *set, int c, int64_t unit,
                     const sw_lisa_row *row) {
  const joins_state *state = job->state;
  int t = set->period[c];
  double own = sw_lisa_own(set, 0, c, row), z = NAN, p = NAN;
  if (own == 1) {
    /* Mean and variance of a hypergeometric count, as the general moments of a sum of draws give
     * them for zeros and ones. */
    sw_local_moments m = sw_lisa_moments(set, state->with, c, row);
    if (m.variance > 0) z = (row->unit.observed[c] - m.mean) / sqrt(m.variance);
    p = p_of(state, set, c, row);
  }
  sw_lisa_put(job, VALUE, t, unit, own == 1 ? row->unit.observed[c] : 0);
  sw_lisa_put(job, Z, t, unit, z);
  sw_lisa_put_p(job, P_VALUE, t, unit, p);
}

static void tile_joins(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)out;
  const joins_state *state = job->state;
  if (tile->pass == SW_LISA_STATISTICS)
    /* state->with chooses the table whose values are summed over the neighbours. */
    sw_lisa_tile(job, &state->lisa, tile, SW_LOCAL_LAG, state->with, put_unit, VALUE, P_VALUE,
                 workspace);
  else
    sw_lisa_tile_significant(job, &state->lisa, tile, P_VALUE, SIGNIFICANT);
}

static size_t workspace_joins(const sw_job *job) {
  const joins_state *state = job->state;
  return sw_lisa_workspace(job, &state->lisa);
}

/* ---- finish and resolve ------------------------------------------------------------------ */

/* Not sw_lisa_finish: z and p are undefined for another reason than the value. The value is a count
 * also where x_i is 0. */
static sw_status finish_joins(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)all, (void)result;
  const joins_state *state = job->state;
  if (pass != SW_LISA_DECISION) return SW_OK;
  sw_lisa_put_used(job, &state->lisa, N_USED);
  sw_lisa_say_why(job, &state->lisa, VALUE, VALUE);
  for (int q = Z; q <= SIGNIFICANT; q++)
    for (int t = 0; t < job->n_periods; t++)
      sw_job_undefined(job, q, t, "no unit of 1 has a neighbour");
  sw_lisa_say(job, &state->lisa);
  return SW_OK;
}

/* Values of 0 and 1 are not centred, so that counts are whole numbers and exact. */
static sw_status resolve_joins(sw_error *err, sw_job *job) {
  joins_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  /* The input `with` is number 1, behind `of`. */
  state->with = sw_job_inputs(job, "with").count ? 1 : 0;
  state->lisa.n_variables = state->with + 1;
  state->lisa.as_they_are = state->lisa.binary = true;
  return sw_lisa_resolve(err, job, &state->lisa);
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable, of zeros and ones"},
    {.name = "with",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "co-location: the neighbours' variable, of zeros and ones"},
    {.name = "weights",
     .type = SW_P_WEIGHTS,
     .help = "a weights matrix of the study; each of its links counts 1"},
    SW_LISA_PARAMS("0"),
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .long_name = "neighbours of 1, of a unit of 1; else 0",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "z",
     .palette = SW_DIVERGING_0,
     .long_name = "standard deviate of the count, of units of 1",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "p_value",
     .long_name = "p-value by the hypergeometric distribution, of units of 1",
     .units = "1",
     .shape = SW_UNIT},
    SW_LISA_SIGNIFICANT,
    {.name = "n_used",
     .long_name = "units with a value; those without a neighbour among them",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

static const sw_variant variants[] = {
    {"with", "*", "x_i sum_j w_ij y_j"},
    {"alternative", "folded", "p: the smaller one of both tails, each with what is observed"},
    {"alternative", "two-sided", "p: twice the smaller one of both tails, at most 1"},
    SW_LISA_VARIANT_FDR,
    {0}};

const sw_measure sw_measure_local_join_count = {
    .name = "local_join_count",
    .title = "Local join counts: ones beside ones",
    .formula =
        "BB_i = x_i sum_j w_ij x_j, w 1 for every link; of a unit of 1 with k neighbours the "
        "count is hypergeometric (n - 1 others, ones among them, k)",
    .variant = variants,
    .source =
        "Anselin and Li 2019, Journal of Geographical Systems 21:189-210; Cliff and Ord 1981, "
        "Spatial Processes",
    .version = 1,
    .headline = "significant",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_joins,
    .prepare = prepare_joins,
    .tile = tile_joins,
    .finish = finish_joins,
    .workspace = workspace_joins,
};
