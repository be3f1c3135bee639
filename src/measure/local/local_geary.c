/* Local Geary's c by unit, of one variable or of several (methods-space.md section 10):
 *
 *   c_i = mean over variables of sum_j w_ij (u_i - u_j)^2,  u with standard deviation 1 (n - 1)
 *
 * Small: the unit is like its neighbours. Conditional permutation draws the neighbours, all of
 * their variables together. z is by the exact moments of these draws: sum w a of the squared
 * distances a_j between the unit and the others, whose sums expand in those of powers and products
 * of u, so that they take no pass over the others for each unit. A unit that lacks one variable is
 * left out.
 *
 * Sources: Anselin 1995; Anselin 2019 (several variables). spdep and this divide by n - 1, esda's
 * Geary_Local standardises by n. */
#include <math.h>

#include "measure/local/lisa.h"

/* The outputs, in the order of the descriptor. */
enum { VALUE, Z, P_VALUE, SIGNIFICANT, N_USED };

enum { MOST = 64 }; /* variables */

/* Of a column of two variables, the sums over all units of u_a u_b, u_a^2 u_b, u_a^2 u_b^2. p21 of
 * (a, b) and of (b, a) together have both mixed third powers. */
typedef struct products {
  double p11, p21, p22;
} products;

typedef struct geary_state {
  sw_lisa lisa;
  products **sums; /* by population: [(a * variables + b) * stride + column] */
} geary_state;

/* ---- moments ---------------------------------------------------------------------------- */

static products *place_of(const sw_lisa_set *set, products *sums, int a, int b) {
  return sums + (a * set->table.n_variables + b) * set->table.stride;
}

/* Sums run over units in their order, all columns side by side. */
static void add_products(const sw_lisa_set *set, int a, int b, products *sum) {
  for (int64_t i = 0; i < set->table.count; i++) {
    const double *u = set->table.value[a] + i * set->table.stride;
    const double *v = set->table.value[b] + i * set->table.stride;
    for (int c = 0; c < set->n_periods; c++) {
      sum[c].p11 += u[c] * v[c];
      sum[c].p21 += u[c] * u[c] * v[c];
      sum[c].p22 += u[c] * u[c] * v[c] * v[c];
    }
  }
}

/* Products of each two variables, in both orders, as u_a^2 u_b is not u_a u_b^2. O(n variables^2
 * columns), once per population. */
static sw_status prepare_geary(sw_error *err, sw_job *job, int pass) {
  geary_state *state = job->state;
  sw_lisa *lisa = &state->lisa;
  int variables = lisa->n_variables;
  SW_TRY(sw_lisa_prepare(err, job, lisa, pass));
  if (pass != SW_LISA_STATISTICS) return SW_OK;
  SW_NEW(err, job->arena, state->sums, lisa->n_sets);
  for (int s = 0; s < lisa->n_sets; s++) {
    const sw_lisa_set *set = &lisa->set[s];
    SW_NEW(err, job->arena, state->sums[s], variables * variables * set->table.stride);
    for (int a = 0; a < variables; a++)
      for (int b = 0; b < variables; b++)
        add_products(set, a, b, place_of(set, state->sums[s], a, b));
  }
  return SW_OK;
}

/* Sums over all units j of a_j = sum_v (u_vi - u_vj)^2 and of a_j^2: the unit itself adds nothing.
 * Sums of u are zero. With u and v the unit's own values of two variables, (u - u_j)^2 (v - v_j)^2
 * is expanded; terms with a sum of u_j or v_j alone are 0. a_j = sum_v, so a_j^2 is the sum over
 * all pairs of variables. */
static void distances_from(const geary_state *state, const sw_lisa_set *set, int c,
                           const sw_lisa_row *row, double *sum, double *squares) {
  products *sums = state->sums[set - state->lisa.set];
  double n = (double)set->table.count;
  *sum = *squares = 0;
  for (int a = 0; a < set->table.n_variables; a++) {
    double u = sw_lisa_own(set, a, c, row);
    *sum += n * u * u + place_of(set, sums, a, a)[c].p11;
    for (int b = 0; b < set->table.n_variables; b++) {
      double v = sw_lisa_own(set, b, c, row);
      const products *ab = &place_of(set, sums, a, b)[c], *ba = &place_of(set, sums, b, a)[c];
      double aa = place_of(set, sums, a, a)[c].p11, bb = place_of(set, sums, b, b)[c].p11;
      *squares += n * u * u * v * v + u * u * bb + v * v * aa + 4 * u * v * ab->p11 -
                  2 * u * ba->p21 - 2 * v * ab->p21 + ab->p22;
    }
  }
}

/* ---- tile ------------------------------------------------------------------------------- */

/* Places a unit's c, z and p in one period: called by sw_lisa_tile for each column. */
static void put_unit(const sw_job *job, const sw_lisa_set *set, int c, int64_t unit,
                     const sw_lisa_row *row) {
  const geary_state *state = job->state;
  double sum, squares, observed = row->unit.observed[c], z = NAN;
  bool there = isfinite(observed);
  for (int v = 0; v < set->table.n_variables; v++)
    there = there && set->column[v * set->table.stride + c].varies;
  distances_from(state, set, c, row, &sum, &squares);
  /* a_j takes the place of the values in the weighted sum: the neighbours are drawn among the other
   * n - 1, and the unit's own a is 0, so no sum changes by leaving it out. */
  sw_local_moments m =
      sw_local_lag_moments((double)(set->table.count - 1), sum, squares, row->w, row->w2);
  if (there && m.variance > 0) z = (observed - m.mean) / sqrt(m.variance);
  /* The mean over the variables; z and p are of the sum, which orders draws alike. */
  sw_lisa_put(job, VALUE, set->period[c], unit, there ? observed / set->table.n_variables : NAN);
  sw_lisa_put(job, Z, set->period[c], unit, z);
  sw_lisa_put_p(job, P_VALUE, set->period[c], unit,
                there ? sw_lisa_p(&state->lisa, row, c, 1, z) : NAN);
}

/* Two passes: statistics with draws, then what is significant. */
static void tile_geary(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)out;
  const geary_state *state = job->state;
  if (tile->pass == SW_LISA_STATISTICS)
    sw_lisa_tile(job, &state->lisa, tile, SW_LOCAL_SQUARES, 0, put_unit, VALUE, P_VALUE, workspace);
  else
    sw_lisa_tile_significant(job, &state->lisa, tile, P_VALUE, SIGNIFICANT);
}

static size_t workspace_geary(const sw_job *job) {
  const geary_state *state = job->state;
  return sw_lisa_workspace(job, &state->lisa);
}

static sw_status finish_geary(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)all, (void)result;
  const geary_state *state = job->state;
  if (pass != SW_LISA_DECISION) return SW_OK;
  sw_lisa_finish(job, &state->lisa, N_USED, VALUE, SIGNIFICANT);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Standardising is what makes variables of different units comparable in the sum. */
static sw_status resolve_geary(sw_error *err, sw_job *job) {
  geary_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  if (job->n_inputs > MOST)
    return sw_job_fail(err, job, "of", "%d variables; %d at most", job->n_inputs, MOST);
  state->lisa.n_variables = job->n_inputs;
  state->lisa.standardises = true;
  return sw_lisa_resolve(err, job, &state->lisa);
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMNS, .distinct = true, .help = "one variable or several"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix of the study"},
    SW_LISA_PARAMS("999"),
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .long_name = "local Geary's c: mean over variables of squared distances to the neighbours",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "z",
     .palette = SW_DIVERGING_0,
     .long_name = "standard deviate of c under conditional permutation: below zero like its "
                  "neighbours, above unlike them",
     .units = "1",
     .shape = SW_UNIT},
    SW_LISA_P_VALUE,
    SW_LISA_SIGNIFICANT,
    {.name = "n_used",
     .long_name = "units with values of all variables; those without a neighbour among them",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

static const sw_variant variants[] = {SW_LISA_VARIANTS, {0}};

const sw_measure sw_measure_local_geary = {
    .name = "local_geary",
    .title = "Local Geary's c: units like or unlike their neighbours",
    .formula =
        "c_i = mean over variables of sum_j w_ij (u_i - u_j)^2, u with standard deviation 1 "
        "(divisor n - 1, as spdep; esda's is n); the neighbours' variables are drawn together",
    .variant = variants,
    .source = "Anselin 1995, Geographical Analysis 27:93-115; Anselin 2019, Geographical Analysis "
              "51:133-150",
    .version = 1,
    .headline = "significant",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_geary,
    .prepare = prepare_geary,
    .tile = tile_geary,
    .finish = finish_geary,
    .workspace = workspace_geary,
};
