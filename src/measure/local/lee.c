/* Lee's L of two variables, and its local form (methods-space.md section 10):
 *
 *   L_i = n (W zx)_i (W zy)_i / sqrt(SSx SSy)
 *   L = n/sum_i w_i^2 . sum_i (W zx)_i (W zy)_i / sqrt(SSx SSy),  w_i the sum of row i
 *
 * over the units with both. How two variables go together in neighbourhoods: Pearson's correlation
 * of their spatial lags, scaled by how smooth each is. Inference on L_i is conditional, the
 * neighbours being drawn with both their values; z is by mean and variance of these draws. L has
 * its expectation and variance over all permutations of units, exactly (kernel/local/lee.h).
 *
 * Sources: Lee 2001; Lee 2004.
 *
 * Both variables are drawn together: the same neighbours give a value of each, since the draws are
 * of units and not of values. */
#include "kernel/local/lee.h"

#include <math.h>

#include "measure/local/lisa.h"

/* The outputs, in the order of the descriptor: by unit, then of the whole. */
enum { VALUE, Z, P_VALUE, SIGNIFICANT, L, EXPECTED, L_VARIANCE, EXACT, N_USED };
enum { GLOBAL = SW_LISA_DECISION + 1 }; /* the pass over periods */

typedef struct lee_state {
  sw_lisa lisa;
} lee_state;

static sw_status prepare_lee(sw_error *err, sw_job *job, int pass) {
  lee_state *state = job->state;
  /* L reads gathered inputs as they are; it needs no population and no draws. */
  return pass == GLOBAL ? SW_OK : sw_lisa_prepare(err, job, &state->lisa, pass);
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* z = (observed - mean of the draws)/sd of the draws. Sums are of draws less what is observed, so
 * the numerator is -mean, and near the observed value squares keep their digits. Where all others
 * are neighbours no draw moves: a spread within the slack is rounding (set_slack of lisa.c). */
static double deviate(const sw_lisa *lisa, const sw_lisa_row *row, int c) {
  double draws = (double)lisa->permutations, mean = row->unit.sum[c] / draws;
  double variance = row->unit.squares[c] / draws - mean * mean;
  double slack = row->unit.slack[c];
  return variance > slack * slack ? -mean / sqrt(variance) : NAN;
}

/* Places a unit's L, z and p in one period: called by sw_lisa_tile for each column. */
static void put_unit(const sw_job *job, const sw_lisa_set *set, int c, int64_t unit,
                     const sw_lisa_row *row) {
  const lee_state *state = job->state;
  /* y's columns stand behind those of x: one stride further. */
  const sw_lisa_column *x = &set->column[c], *y = &set->column[set->table.stride + c];
  double n = (double)set->table.count;
  /* Roots of the two factors apart: their product may overflow where they do not. */
  double value = n * row->unit.observed[c] / (sqrt(x->squares) * sqrt(y->squares));
  bool there = x->varies && y->varies && isfinite(value);
  double z = there ? deviate(&state->lisa, row, c) : NAN;
  sw_lisa_put(job, VALUE, set->period[c], unit, there ? value : NAN);
  sw_lisa_put(job, Z, set->period[c], unit, z);
  sw_lisa_put_p(job, P_VALUE, set->period[c], unit,
                there ? sw_lisa_p(&state->lisa, row, c, 1, z) : NAN);
}

/* As for Getis and Ord's G; the global L is a third pass. */
static void tile_lee(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const lee_state *state = job->state;
  const sw_lisa *lisa = &state->lisa;
  if (tile->pass == SW_LISA_STATISTICS)
    sw_lisa_tile(job, lisa, tile, SW_LOCAL_PRODUCT, 0, put_unit, VALUE, P_VALUE, workspace);
  else if (tile->pass == SW_LISA_DECISION)
    sw_lisa_tile_significant(job, lisa, tile, P_VALUE, SIGNIFICANT);
  else
    *(sw_lee *)out =
        sw_lee_compute(lisa->weights, lisa->standardised, job->input[0].view.row[tile->lo],
                       job->input[1].view.row[tile->lo], workspace);
}

static size_t workspace_lee(const sw_job *job) {
  const lee_state *state = job->state;
  size_t local = sw_lisa_workspace(job, &state->lisa);
  size_t global = sw_lee_workspace(state->lisa.weights);
  return local > global ? local : global;
}

/* ---- finish ----------------------------------------------------------------------------- */

/* The global L by period, with reasons where there is none. */
static void put_global(sw_job *job, const sw_lee *record) {
  static const char *const why[] = {[SW_LEE_DEFINED] = "no variance",
                                    [SW_LEE_FEW] = "fewer than 4 values",
                                    [SW_LEE_CONSTANT] = "constant",
                                    [SW_LEE_NO_LINKS] = "no links among the units with values"};
  for (int t = 0; t < job->n_periods; t++) {
    job->result[L].row[0][t] = record[t].l;
    job->result[EXPECTED].row[0][t] = record[t].expected;
    job->result[L_VARIANCE].row[0][t] = record[t].variance;
    job->result[EXACT].row[0][t] = record[t].exact;
    for (int q = L; q <= EXACT; q++)
      sw_job_undefined(job, q, t, why[record[t].undefined]);
  }
}

static sw_status finish_lee(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)result;
  const lee_state *state = job->state;
  if (pass == GLOBAL) put_global(job, all);
  if (pass != SW_LISA_DECISION) return SW_OK;
  sw_lisa_finish(job, &state->lisa, N_USED, VALUE, SIGNIFICANT);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Two passes of lisa.h by unit, then one by period for L: domain ITEMS, a period per item. */
static sw_status resolve_lee(sw_error *err, sw_job *job) {
  lee_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->lisa.n_variables = 2;
  SW_TRY(sw_lisa_resolve(err, job, &state->lisa));
  /* Unlike local Moran's I, the local L has no exact moments here. */
  if (state->lisa.permutations == 0)
    return sw_job_fail(err, job, "permutations",
                       "0; the distribution of the local L is by draws alone, 999 by default");
  sw_job_pass(job,
              (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = sizeof(sw_lee)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "with", .type = SW_P_COLUMN, .help = "the other variable"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix of the study"},
    SW_LISA_PARAMS("999"),
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .palette = SW_DIVERGING_0,
     .long_name = "local L of Lee",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "z",
     .palette = SW_DIVERGING_0,
     .long_name = "standard deviate of the local L, by mean and variance of the draws",
     .units = "1",
     .shape = SW_UNIT},
    SW_LISA_P_VALUE,
    SW_LISA_SIGNIFICANT,
    {.name = "L",
     .show = SW_SHOW_BAND,
     .with = {"expected", "variance_exact"},
     .long_name = "Lee's L",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "expected",
     .long_name = "expectation of L under permutation",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "variance",
     .long_name = "variance of L by Lee's formula, as spdep prints it",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "variance_exact",
     .long_name =
         "variance of L over all permutations of units; Lee's where both variables are one",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "n_used",
     .long_name = "units with both values; those without a neighbour among them",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

static const sw_variant variants[] = {SW_LISA_VARIANTS, {0}};

const sw_measure sw_measure_lee = {
    .name = "lee",
    .title = "Lee's L: how two variables go together in space",
    .formula = "L_i = n (W zx)_i (W zy)_i/sqrt(SSx SSy); L = n/sum w_i^2 sum (W zx)_i (W "
               "zy)_i/sqrt(SSx SSy)",
    .variant = variants,
    .source = "Lee 2001, Journal of Geographical Systems 3:369-385; Lee 2004, Environment and "
              "Planning A 36:1687-1703",
    .version = 1,
    .headline = "L",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_lee,
    .prepare = prepare_lee,
    .tile = tile_lee,
    .finish = finish_lee,
    .workspace = workspace_lee,
};
