/* Multiscale geographically weighted regression, by period (methods-space.md section 10): each
 * variable has a bandwidth of its own,
 *
 *   y_i = sum_j b_ij x_ij + e_i
 *
 * y and x standardised (divisor n), found by backfitting: beginning with a GWR, term by term f_j +
 * e is regressed on x_j alone with the best bandwidth for it, until the fits change by less than
 * 1e-5.
 *
 * Pass BACKFIT has an item for each period, as every step rests on the one before; it takes seconds
 * for 3,000 units, minutes for 10,000, and leaves off when the run is asked to stop. Standard
 * errors and effective parameters need what each y does to each coefficient, n^2 k numbers: pass
 * SPREAD takes a few columns at a time, an item each, through the same steps again. Cost: n^2 a
 * step of BACKFIT, n^2 times the bandwidth a step of SPREAD.
 *
 * Sources: Fotheringham, Yang & Kang 2017, Annals of the AAG 107:1247-1265; Yu et al. 2020,
 * Geographical Analysis 52:87-106 (inference).
 *
 * Records of BACKFIT have the residuals, coefficients and the bandwidth of every step of a period;
 * `finish` hands them on, and SPREAD walks through the same steps with columns of the identity in
 * the place of y. The third pass, over units, places results of this rank's units. */
#include "measure/model/mgwr.h"

#include "spillway/node.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { COEFFICIENT, STD_ERROR, T_VALUE, FITTED, RESIDUAL, CONDITION, BANDWIDTH, ENP, AICC, R2 };

/* ---- results ----------------------------------------------------------------------------- */

static void place(const sw_job *job, int q, int column, int t, int64_t unit, double value) {
  job->result[q].row[column * job->n_periods + t][unit - job->first] = value;
}

/* The observation of a unit; -1: it has none. Observations stand by unit, ascending: bisection in
 * O(log n). */
static int64_t find(const sw_mgwr_model *m, sw_mgwr_fitted *f, int64_t unit) {
  const double *of = sw_mgwr_units(m, f);
  int64_t lo = 0, hi = (int64_t)f->n;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    if (of[middle] < (double)unit)
      lo = middle + 1;
    else
      hi = middle;
  }
  return f->why == 0 && lo < (int64_t)f->n && of[lo] == (double)unit ? lo : -1;
}

/* tr S: the effective parameters of all terms. They lie behind the n x k sums of squares. Each
 * chunk has added its columns' diagonal elements. */
static double trace_of(const sw_mgwr_model *m, const double *sums) {
  double sum = 0;
  for (int j = 0; j < m->k; j++)
    sum += sums[m->n * m->k + j];
  return sum;
}

/* s^2 = RSS / (n - tr S), in the scale of standardised y; fitted values and residuals in y's
 * own. */
static void place_unit(const sw_job *job, int t, int64_t unit, sw_mgwr_fitted *f,
                       const double *sums) {
  const sw_mgwr_model *m = job->state;
  int64_t i = find(m, f, unit);
  /* Residual variance with n - tr S degrees of freedom, as mgwr has it. */
  double e = i < 0 ? NAN : sw_mgwr_residuals(m, f)[i] * f->scale, df = f->n - trace_of(m, sums);
  double s2 = df > 0 ? f->rss / df : NAN;
  for (int j = 0; j < m->k; j++) {
    double b = i < 0 ? NAN : f->number[i * m->k + j];
    /* sums: squares of row i of the matrix that takes y to coefficient j, over all columns; the
     * variance is s^2 times it. */
    double se = i < 0 ? NAN : sqrt(sums[i * m->k + j] * s2);
    place(job, COEFFICIENT, j, t, unit, b);
    place(job, STD_ERROR, j, t, unit, se);
    place(job, T_VALUE, j, t, unit, b / se);
  }
  /* scale: of y; coefficients are left standardised, as mgwr prints them. */
  place(job, RESIDUAL, 0, t, unit, e);
  place(job, FITTED, 0, t, unit, i < 0 ? NAN : sw_view_at(job->input[0].view, t, unit) - e);
  place(job, CONDITION, 0, t, unit, i < 0 ? NAN : sw_mgwr_conditions(m, f)[i]);
}

/* By pass: a period's backfitting, a chunk of the spread of its smoothers, then units placed out of
 * both. */
static void tile_mgwr(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_mgwr_model *m = job->state;
  if (tile->pass == SW_MGWR_BACKFIT) {
    sw_mgwr_backfit(job, (int)tile->lo, out, workspace);
    return;
  }
  if (tile->pass == SW_MGWR_SPREAD) {
    sw_mgwr_spread(job, tile->lo, out, workspace);
    return;
  }
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      place_unit(job, t, unit,
                 (sw_mgwr_fitted *)((const char *)job->folded[SW_MGWR_BACKFIT] +
                                    (size_t)t * sw_mgwr_fitted_bytes(m)),
                 (const double *)job->folded[SW_MGWR_SPREAD] +
                     (size_t)t * sw_mgwr_spread_doubles(m));
}

/* Why a period has no fit, for its reason in the file. */
static const char *why_of(const sw_job *job, int why) {
  const sw_mgwr_model *m = job->state;
  if (why == SW_MGWR_COLLINEAR) return "a local fit is undefined: its terms are not independent";
  if (why == SW_GWR_FEW) return "too few units have all variables";
  if (why == SW_GWR_WIDE) return "fewer units than a bandwidth has";
  int column = why - SW_GWR_CONSTANT;
  const char *text =
      sw_arena_printf(job->arena, "'%s' is constant", job->input[column == m->k ? 0 : column].name);
  return text ? text : "a variable is constant";
}

/* The bandwidths are those of the last round. */
static void place_period(sw_job *job, int t, sw_mgwr_fitted *f, const double *sums) {
  const sw_mgwr_model *m = job->state;
  /* Step 0 is the start, then k steps of each round. */
  const double *last = sw_mgwr_steps(m, f) + 1 + ((int)f->rounds - 1) * m->k;
  double trace = trace_of(m, sums);
  for (int j = 0; j < m->k; j++) {
    job->result[BANDWIDTH].row[0][t * m->k + j] = f->why != 0 ? NAN : last[j];
    job->result[ENP].row[0][t * m->k + j] = f->why != 0 ? NAN : sums[m->n * m->k + j];
  }
  /* RSS of standardised y, whose total is n: 1 - RSS/n. */
  job->result[AICC].row[0][t] = f->why != 0 ? NAN : sw_gwr_aicc(f->n, f->rss, trace);
  job->result[R2].row[0][t] = f->why != 0 ? NAN : 1 - f->rss / f->n;
  for (int q = COEFFICIENT; f->why != 0 && q <= R2; q++)
    sw_job_undefined(job, q, t, why_of(job, (int)f->why));
  /* Noted, as the result is that of the last round. */
  if (f->why == 0 && f->rounds == SW_MGWR_ROUNDS)
    sw_note(job->notes, "%s: %s: %d rounds of backfitting, and still changing", job->where,
            job->name, SW_MGWR_ROUNDS);
}

/* The last period, a line for each term. */
static void say(sw_job *job, sw_mgwr_fitted *f, const double *sums) {
  const sw_mgwr_model *m = job->state;
  const double *last = sw_mgwr_steps(m, f) + 1 + ((int)f->rounds - 1) * m->k;
  if (f->why != 0) return;
  for (int j = 0; j < m->k; j++) {
    double enp = sums[m->n * m->k + j];
    sw_job_say(job,
               "%s: bandwidth %.0f nearest units, %.4g effective parameters, |t| >= %.3f counts",
               sw_job_find_axis(job, "term")->label[j], last[j], enp,
               /* As gwr: Bonferroni over the term's own effective parameters. */
               gsl_cdf_tdist_Qinv(.05 / fmax(enp, 1) / 2, fmax(f->n - 1, 1)));
  }
}

/* Chunks are added in order. One order of sums for any ranks. */
static void add_chunks(const sw_job *job, const double *all, double *sums) {
  const sw_mgwr_model *m = job->state;
  size_t each = sw_mgwr_spread_doubles(m);
  for (int t = 0; t < job->n_periods; t++, sums += each)
    for (int64_t chunk = 0; chunk < m->chunks; chunk++, all += each)
      for (size_t q = 0; q < each; q++)
        sums[q] += all[q];
}

/* The backfitting's records are handed on; after the spread a period's figures are complete. */
static sw_status finish_mgwr(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_mgwr_model *m = job->state;
  (void)err;
  /* Records are the result as they are. */
  if (pass == SW_MGWR_BACKFIT) memcpy(result, all, job->pass[SW_MGWR_BACKFIT].result);
  if (pass != SW_MGWR_SPREAD) return SW_OK;
  add_chunks(job, all, result);
  for (int t = 0; t < job->n_periods; t++) {
    sw_mgwr_fitted *f = (sw_mgwr_fitted *)((const char *)job->folded[SW_MGWR_BACKFIT] +
                                           (size_t)t * sw_mgwr_fitted_bytes(m));
    const double *sums = (const double *)result + (size_t)t * sw_mgwr_spread_doubles(m);
    place_period(job, t, f, sums);
    if (t == job->n_periods - 1) say(job, f, sums);
  }
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Bandwidths: searched for, or a number of nearest units for each term. */
static sw_status read_bandwidths(sw_error *err, sw_job *job, sw_mgwr_model *m) {
  const sw_node *node = sw_job_arg(job, "bandwidth")->node;
  double *of = NULL;
  /* aicc: bandwidths are searched for (m->bandwidth stays NULL). */
  if (node->kind == SW_NODE_SCALAR && strcmp(node->text, "aicc") == 0) return SW_OK;
  if (node->kind != SW_NODE_LIST || node->count != m->k)
    return sw_job_fail(
        err, job, "bandwidth",
        "expected aicc, or a list of %d numbers of nearest units, the constant's first", m->k);
  SW_NEW(err, job->arena, of, m->k);
  for (int j = 0; j < m->k; j++) {
    SW_TRY(sw_node_number(err, node->item[j], &of[j]));
    /* 3: two neighbours and the unit, for one coefficient. */
    if (of[j] != floor(of[j]) || of[j] < 3 || of[j] > (double)job->n)
      return sw_job_fail(err, job, "bandwidth",
                         "%g nearest units; expected whole numbers from 3 to %lld", of[j],
                         (long long)job->n);
  }
  m->bandwidth = of;
  return SW_OK;
}

/* Chunks of columns are as many in each period; those beyond a period's observations do nothing. */
static void declare_passes(sw_job *job, sw_mgwr_model *m) {
  size_t periods = (size_t)job->n_periods, each = sw_mgwr_spread_doubles(m) * sizeof(double);
  /* 256 columns of an n x n matrix at a time: n 256 (k + 2) doubles per thread instead of n^2 k. */
  m->chunks = (job->n + SW_MGWR_COLUMNS - 1) / SW_MGWR_COLUMNS;
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods,
                             .record = sw_mgwr_fitted_bytes(m),
                             .result = periods * sw_mgwr_fitted_bytes(m)});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods * m->chunks,
                             .record = each,
                             .result = periods * each});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
}

/* `all`: the GWR to begin with, of all terms; `one`: the regressions of a single term. Kernels
 * other than the bisquare cannot share sums between bandwidths, so fewer of these are tried at a
 * time. */
static sw_status resolve_mgwr(sw_error *err, sw_job *job) {
  sw_mgwr_model *m = NULL;
  double *along = NULL;
  const sw_distance *distance = NULL;
  SW_TRY(sw_share_distance_steady(err, job, "distance", &distance));
  SW_NEW(err, job->arena, m, 1);
  SW_NEW(err, job->arena, along, job->n_periods);
  job->state = m;
  m->k = job->n_inputs;
  m->n = job->n;
  if (m->k > SW_GWR_MOST_TERMS)
    return sw_job_fail(err, job, "x", "%d variables; %d at most", m->k - 1, SW_GWR_MOST_TERMS - 1);
  m->all = (sw_gwr_model){.k = m->k,
                          .sets = job->n_periods,
                          .together = 1,
                          .kernel = (sw_gwr_kernel)(int)sw_job_arg(job, "kernel")->number,
                          .adaptive = true,
                          .along = along,
                          .distance = distance,
                          .most = job->n,
                          /* The first pass of each search tries up to this many; 15 where each
                           * costs a look at all rows. */
                          .list = SW_GWR_LIST};
  m->all.scale = sw_distances_scale(m->all.distance);
  if (m->all.kernel != SW_GWR_BISQUARE) m->all.list = 15;
  m->one = m->all;
  m->one.k = 1;
  SW_TRY(read_bandwidths(err, job, m));
  SW_TRY(sw_gwr_declare_terms(err, job, m->k));
  declare_passes(job, m);
  return SW_OK;
}

/* Points are shared by both models and all threads. */
static sw_status prepare_mgwr(sw_error *err, sw_job *job, int pass) {
  sw_mgwr_model *m = job->state;
  if (pass != SW_MGWR_BACKFIT) return SW_OK;
  SW_TRY(sw_share_distances(err, job, "distance", &m->all.points));
  m->one.points = m->all.points;
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    SW_GWR_PARAMS,
    {.name = "bandwidth",
     .type = SW_P_NODE,
     .fallback = "aicc",
     .help = "aicc, or numbers of nearest units, the constant's first"},
    SW_PARAM_DISTANCE,
    {0}};

#define BY_TERM .units = "1", .shape = SW_UNIT, .axis = {"term"}
#define BY_UNIT .units = "1", .shape = SW_UNIT
#define BY_TIME .units = "1", .shape = SW_GLOBAL

static const sw_output outputs[] = {
    {.name = "coefficient",
     .palette = SW_DIVERGING_0,
     .long_name = "local coefficient of standardised variables",
     BY_TERM},
    {.name = "std_error", .long_name = "standard error of the coefficient", BY_TERM},
    {.name = "t",
     .palette = SW_DIVERGING_0,
     .long_name = "coefficient over its standard error",
     BY_TERM},
    {.name = "fitted", .long_name = "fitted value of y", BY_UNIT},
    {.name = "residual",
     .palette = SW_DIVERGING_0,
     .long_name = "y less its fitted value",
     BY_UNIT},
    {.name = "condition", .long_name = "condition number of the local design", BY_UNIT},
    {.name = "bandwidth", .long_name = "nearest units", BY_TIME, .axis = {"term"}},
    {.name = "enp", .long_name = "effective number of parameters", BY_TIME, .axis = {"term"}},
    {.name = "aicc", .long_name = "corrected Akaike criterion", BY_TIME},
    {.name = "r2", .long_name = "share of the variance of y that the local fits explain", BY_TIME},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    SW_GWR_KERNELS,
    {"bandwidth", "aicc", "the bandwidth of each term has the least AICc of f_j + e on x_j"},
    {"bandwidth", "*", "bandwidths are given"},
    {0}};

const sw_measure sw_measure_mgwr = {
    .name = "mgwr",
    .title = "Multiscale geographically weighted regression",
    .formula =
        "y_i = sum_j b_ij x_ij + e_i, all standardised; f_j + e on x_j in turn, weights by the "
        "k_j nearest, until the fits change by less than 1e-5; s^2 = RSS/(n - tr S)",
    .variant = variants,
    .source = "Fotheringham, Yang and Kang 2017, Annals of the AAG 107:1247-1265; Yu et al. 2020, "
              "Geographical Analysis 52:87-106",
    .version = 1,
    .headline = "r2",
    .kind = SW_KIND_MODEL,
    .leaves_off = true,
    .param = params,
    .output = outputs,
    .resolve = resolve_mgwr,
    .prepare = prepare_mgwr,
    .tile = tile_mgwr,
    .finish = finish_mgwr,
    .workspace = sw_mgwr_workspace,
};
