/* Getis and Ord's local G and G*, hot and cold spots (methods-space.md section 10):
 *
 *   z_i = (sum_j w_ij x_j - w_i m)/sqrt(s2 (N sum_j w_ij^2 - w_i^2)/(N - 1)),  w_i = sum_j w_ij
 *
 * G* (`star`) includes the unit itself: N = n, m and s2 of all units, s2 with divisor N. G leaves
 * it out: N = n - 1, m and s2 of the others. The value is sum w x/sum x, of the others for G. The
 * unit's own weight is 1, of row-standardised rows the largest of its row, and the row is then
 * standardised anew, as spdep does with the unit in its list and esda by default. p is by
 * conditional permutation: the unit keeps its value.
 *
 * Beside it by period the general G of all pairs of neighbours, sum w_ij x_i x_j/sum x_i x_j, i !=
 * j, with its expectation and z under permutation; it needs values of zero or more.
 *
 * Sources: Getis and Ord 1992; Ord and Getis 1995. esda's variance of z has w_i in the place of sum
 * w^2, which is the same for binary weights alone. */
#include <math.h>

#include "kernel/local/general_g.h"
#include "kernel/series/stats.h"
#include "measure/local/lisa.h"

/* The outputs, in the order of the descriptor: by unit, then of the whole. */
enum { VALUE, Z, P_VALUE, SIGNIFICANT, GLOBAL, GLOBAL_EXPECTED, GLOBAL_Z, GLOBAL_P, N_USED };
enum { GENERAL = SW_LISA_DECISION + 1 }; /* the pass over periods */

typedef struct getis_state {
  sw_lisa lisa;
  bool star;
} getis_state;

/* The general G reads gathered inputs as they are, and needs no population. */
static sw_status prepare_getis(sw_error *err, sw_job *job, int pass) {
  getis_state *state = job->state;
  return pass == GENERAL ? SW_OK : sw_lisa_prepare(err, job, &state->lisa, pass);
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* The sum over the neighbours, of values less their mean, its moments and the weights. */
typedef struct weighted {
  double lag, w, of; /* of: the sum of values that the value is a share of */
  sw_local_moments moments;
} weighted;

/* The sum that G is of, its weights and its moments; with `star` the unit counts itself. */
static weighted weighted_of(const sw_job *job, const sw_lisa_set *set, int c,
                            const sw_lisa_row *row) {
  const getis_state *state = job->state;
  const sw_lisa_column *x = &set->column[c];
  /* own, and the lag of the row, are of values less the column's mean (lisa.h); the share in `of`
   * is of the values themselves, hence n mean is added back. */
  double n = (double)set->table.count, own = sw_lisa_own(set, 0, c, row);
  double all = x->sum + n * x->mean;
  if (!state->star)
    return (weighted){row->unit.observed[c], row->w, all - (own + x->mean),
                      sw_lisa_moments(set, 0, c, row)};
  /* `self` as the head of the file has it. A standardised row summed to 1 before; with the unit it
   * sums to w, and 1/w makes it 1 again. */
  double self = state->lisa.standardised ? row->heaviest : 1, w = row->w + self;
  double scale = state->lisa.standardised ? 1 / w : 1;
  double w2 = (row->w2 + self * self) * scale * scale;
  return (weighted){(row->unit.observed[c] + self * own) * scale, w * scale, all,
                    sw_local_lag_moments(n, x->sum, x->squares, w * scale, w2)};
}

/* Sums are of values less the mean m: w m is added for the share, and falls out of z. */
static void put_unit(const sw_job *job, const sw_lisa_set *set, int c, int64_t unit,
                     const sw_lisa_row *row) {
  const getis_state *state = job->state;
  const sw_lisa_column *x = &set->column[c];
  weighted g = weighted_of(job, set, c, row);
  double value = (g.lag + g.w * x->mean) / g.of, z = NAN;
  if (x->varies && g.moments.variance > 0) z = (g.lag - g.moments.mean) / sqrt(g.moments.variance);
  /* isfinite: sums of values near the largest double may overflow. */
  bool there = x->varies && isfinite(g.lag);
  sw_lisa_put(job, VALUE, set->period[c], unit, isfinite(value) ? value : NAN);
  sw_lisa_put(job, Z, set->period[c], unit, z);
  sw_lisa_put_p(job, P_VALUE, set->period[c], unit,
                there ? sw_lisa_p(&state->lisa, row, c, 1, z) : NAN);
}

/* Statistics by tiles of units, then what is significant, then the general G by items. */
static void tile_getis(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const getis_state *state = job->state;
  const sw_lisa *lisa = &state->lisa;
  if (tile->pass == SW_LISA_STATISTICS)
    sw_lisa_tile(job, lisa, tile, SW_LOCAL_LAG, 0, put_unit, VALUE, P_VALUE, workspace);
  else if (tile->pass == SW_LISA_DECISION)
    sw_lisa_tile_significant(job, lisa, tile, P_VALUE, SIGNIFICANT);
  else
    *(sw_general_g *)out = sw_general_g_compute(lisa->weights, lisa->standardised,
                                                job->input[0].view.row[tile->lo], workspace);
}

/* One workspace serves both kinds of pass in turn: the larger of their needs. */
static size_t workspace_getis(const sw_job *job) {
  const getis_state *state = job->state;
  size_t local = sw_lisa_workspace(job, &state->lisa), general = sw_general_g_workspace(job->n);
  return local > general ? local : general;
}

/* ---- finish ----------------------------------------------------------------------------- */

/* The general G by period, with reasons where there is none. */
static void put_general(sw_job *job, const sw_general_g *record) {
  static const char *const why[] = {[SW_GENERAL_G_FEW] = "fewer than 4 values",
                                    [SW_GENERAL_G_NEGATIVE] = "a value below zero",
                                    [SW_GENERAL_G_NOTHING] = "fewer than two values above zero",
                                    [SW_GENERAL_G_NO_LINKS] =
                                        "no links among the units with a value"};
  for (int t = 0; t < job->n_periods; t++) {
    const sw_general_g *g = &record[t];
    job->result[GLOBAL].row[0][t] = g->g;
    job->result[GLOBAL_EXPECTED].row[0][t] = g->expected;
    job->result[GLOBAL_Z].row[0][t] = g->z;
    job->result[GLOBAL_P].row[0][t] = sw_normal_two_sided(g->z);
    for (int q = GLOBAL; q <= GLOBAL_P; q++)
      sw_job_undefined(job, q, t,
                       g->undefined ? why[g->undefined] : "no variance: equal values or weights");
  }
}

static sw_status finish_getis(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  /* Three passes end here: after the statistics there is nothing to place, after the decision what
   * is said of the units, after the third the general G. */
  (void)err, (void)result;
  const getis_state *state = job->state;
  if (pass == GENERAL) put_general(job, all);
  if (pass != SW_LISA_DECISION) return SW_OK;
  sw_lisa_finish(job, &state->lisa, N_USED, VALUE, SIGNIFICANT);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Two passes of lisa.h by unit, then one by period for the general G. */
static sw_status resolve_getis(sw_error *err, sw_job *job) {
  getis_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->star = sw_job_arg(job, "star")->number != 0;
  state->lisa.n_variables = 1;
  SW_TRY(sw_lisa_resolve(err, job, &state->lisa));
  sw_job_pass(
      job, (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = sizeof(sw_general_g)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix of the study"},
    {.name = "star",
     .type = SW_P_BOOL,
     .fallback = "true",
     .help = "true: G*, with the unit itself; false: G, without"},
    SW_LISA_PARAMS("999"),
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .long_name = "share of the neighbourhood in the sum of the variable",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "z",
     .palette = SW_DIVERGING_0,
     .long_name = "standard deviate of G: above zero a hot spot, below a cold one",
     .units = "1",
     .shape = SW_UNIT},
    SW_LISA_P_VALUE,
    SW_LISA_SIGNIFICANT,
    {.name = "global", .long_name = "general G", .units = "1", .shape = SW_GLOBAL},
    {.name = "global_expected",
     .long_name = "expectation of the general G",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "global_z",
     .long_name = "standard deviate of the general G under permutation",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "global_p",
     .long_name = "two-sided p-value of the general G, by its z",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "n_used",
     .long_name = "values in the mean; units without a neighbour among them",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

static const sw_variant variants[] = {
    {"star", "true", "sums over j with i, w_ii 1, of row-standardised rows the largest weight"},
    {"star", "false", "sums over j without i, N = n - 1, m and s2 of the others"},
    SW_LISA_VARIANTS,
    {0}};

const sw_measure sw_measure_getis_ord = {
    .name = "getis_ord",
    .title = "Getis and Ord's G: hot and cold spots",
    .formula = "G_i = sum w_ij x_j/sum x_j, z = (sum w x - w_i m)/sqrt(s2 (N sum w^2 - w_i^2)/(N - "
               "1)); general G: sum w_ij x_i x_j/sum x_i x_j, i != j",
    .variant = variants,
    .source = "Getis and Ord 1992, Geographical Analysis 24:189-206; Ord and Getis 1995, "
              "Geographical Analysis 27:286-306",
    .version = 1,
    .headline = "significant",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_getis,
    .prepare = prepare_getis,
    .tile = tile_getis,
    .finish = finish_getis,
    .workspace = workspace_getis,
};
