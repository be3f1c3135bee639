/* Geographically weighted regression, by period (methods-space.md section 10): at each unit's place
 * its own coefficients,
 *
 *   b_i = (X'W_i X)^-1 X'W_i y,  w_ij = K(d_ij / h)
 *
 * with the kernel's bandwidth h a distance, or at each place the distance to the k-th nearest unit,
 * itself counted. With `time_scale` all periods are fitted together, d^2 = d_S^2 + (tau dt)^2
 * (Huang et al. 2010). The bandwidth is searched for by AICc or cross-validation (gwr_search.c).
 *
 * Passes over units, each with all inputs gathered: those of the search; the fits, whose residuals
 * give s^2; then what needs s^2 or the residuals of others. Cost: n^2 distances per pass, and n^2
 * k^2 multiplications; memory n k per thread.
 *
 * Sources: Fotheringham, Brunsdon & Charlton 2002; Brunsdon et al. 1996; Huang, Wu & Barry 2010.
 *
 * What goes from pass to pass: the search hands on its choice by set (gwr_search.c); `fit` leaves
 * the residual and the squared reach of each observation as operands and, by set, s^2 and the
 * critical |t| as its result; `local` reads both. A thread shares nothing but gathered inputs and
 * the distances' points; its bench is packed anew for each tile and set.
 * Sums of the partials (RSS, tr S, ...) are merged in block order, so s^2 does not depend on ranks
 * or threads. */
#include "measure/model/gwr.h"

#include "spillway/node.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* The outputs, in the order of the descriptor. */
enum {
  COEFFICIENT,
  STD_ERROR,
  T_VALUE,
  LOCAL_R2,
  FITTED,
  RESIDUAL,
  CONDITION,
  BANDWIDTH,
  AICC,
  ENP,
  R2
};
enum { OWN_RESIDUAL, REACH }; /* operands of the fits */

/* What the fits of a set add up to, and what `finish` makes of it. */
typedef struct sums {
  double n, why, defined, rss, tss, trace, squares;
} sums;
typedef struct known {
  double s2, critical; /* |t| that counts */
} known;

/* ---- fits -------------------------------------------------------------------------------- */

static void place(const sw_job *job, int q, int column, int t, int64_t unit, double value) {
  job->result[q].row[column * job->n_periods + t][unit - job->first] = value;
}

/* Read again by `local`, on whatever rank: that is why they are operands and not results alone. */
static void place_operand(const sw_job *job, int column, int t, int64_t unit, double value) {
  const sw_view *to = &job->operand_local[((const sw_gwr_model *)job->state)->fit];
  to->row[column * job->n_periods + t][unit - to->first] = value;
}

/* What a unit has that is not fitted. */
static void place_nothing(const sw_job *job, int t, int64_t unit) {
  int k = ((const sw_gwr_model *)job->state)->k;
  for (int q = COEFFICIENT; q <= T_VALUE; q++)
    for (int j = 0; j < k; j++)
      place(job, q, j, t, unit, NAN);
  for (int q = LOCAL_R2; q <= CONDITION; q++)
    place(job, q, 0, t, unit, NAN);
  place_operand(job, OWN_RESIDUAL, t, unit, NAN);
  place_operand(job, REACH, t, unit, NAN);
}

/* Places what a fit gives; errors are scaled once the variance is known. */
static void place_fit(const sw_job *job, int t, int64_t unit, double residual,
                      const sw_gwr_fit *fit) {
  int k = ((const sw_gwr_model *)job->state)->k;
  for (int j = 0; j < k; j++) {
    place(job, COEFFICIENT, j, t, unit, fit->b[j]);
    /* The root of the diagonal of A A': the standard error at a residual variance of 1
     * (kernel/linear/gwr.h). */
    place(job, STD_ERROR, j, t, unit, fit->root[j]); /* times s in the last pass */
  }
  place(job, FITTED, 0, t, unit, fit->fitted);
  place(job, RESIDUAL, 0, t, unit, residual);
  place(job, CONDITION, 0, t, unit, fit->condition);
  place_operand(job, OWN_RESIDUAL, t, unit, residual);
}

/* Rows hold y less its mean over the set, not scaled: residuals are in y's own unit. */
static void fit_observation(const sw_job *job, int t, int64_t unit, int64_t i, double bandwidth,
                            sw_gwr_bench *b, sums *to) {
  const sw_gwr_model *m = job->state;
  /* NaN: fewer units than the bandwidth asks for are within reach of this place. */
  sw_gwr_fit *fit = &b->solved;
  double h2 = sw_gwr_reach(m, b, bandwidth);
  if (!(h2 > 0)) return;
  place_operand(job, REACH, t, unit, h2);
  sw_gwr_weights(m->kernel, b->rows.n, b->d2, h2, b->w);
  /* Terms that are not independent there leave the fit undefined: `defined` does not count it. */
  if (!sw_gwr_solve(&b->rows, b->w, i, b->work, fit)) return;
  /* y was centred by sw_gwr_standardise; fitted is in y's own unit, so the mean is put back. */
  double about = b->rows.row[i * b->rows.stride + m->k];
  double residual = about + b->rows.mean[m->k] - fit->fitted;
  place_fit(job, t, unit, residual, fit);
  to->defined++;
  to->rss += residual * residual;
  to->tss += about * about;
  to->trace += fit->leverage;
  to->squares += fit->squares;
}

/* All periods of a set share the unit's distances: they are made once, and only if it is
 * observed. */
static void fit_unit(const sw_job *job, int set, int64_t unit, double bandwidth, sw_gwr_bench *b,
                     sums *to) {
  const sw_gwr_model *m = job->state;
  bool looked = false;
  for (int t = set * m->together; t < (set + 1) * m->together; t++) {
    /* why: the set cannot be fitted at all, and every unit of it is NaN. */
    int64_t i = to->why != 0 ? -1 : sw_gwr_find(b, unit, t);
    place_nothing(job, t, unit);
    if (i < 0) continue;
    /* n distances per unit, made when the first of its periods is there. */
    if (!looked) sw_gwr_look(job, unit, b);
    looked = true;
    /* With a time scale distances also depend on the period. */
    sw_gwr_look_at(job, t, b);
    fit_observation(job, t, unit, i, bandwidth, b, to);
  }
}

/* Every tile finds the same n and reason of a set; the merge keeps one of them. */
static void tile_fits(const sw_job *job, const sw_tile *tile, sums *to, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  for (int set = 0; set < m->sets; set++) {
    double bandwidth = sw_gwr_bandwidth(job, set);
    sw_gwr_pack(job, set, b);
    to[set].n = (double)b->rows.n;
    /* NaN: no bandwidth had a criterion. */
    to[set].why = b->why ? b->why : isnan(bandwidth) ? SW_GWR_NONE : 0;
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      fit_unit(job, set, unit, bandwidth, b, &to[set]);
  }
}

/* ---- what rests on all fits -------------------------------------------------------------- */

/* Counts of a set: units with a fit, then by term those whose t counts, above and below zero. */
static int counts(const sw_gwr_model *m) {
  return 1 + 2 * m->k;
}

/* Scales a unit's standard errors by s, and counts significant ones: last pass. */
static void scale_errors(const sw_job *job, int t, int64_t unit, const known *of, double *count) {
  int k = ((const sw_gwr_model *)job->state)->k;
  int64_t at = unit - job->first;
  count[0]++;
  for (int j = 0; j < k; j++) {
    double *se = &job->result[STD_ERROR].row[j * job->n_periods + t][at];
    /* root x s is the standard error. */
    *se *= sqrt(of->s2);
    double value = job->result[COEFFICIENT].row[j * job->n_periods + t][at] / *se;
    place(job, T_VALUE, j, t, unit, value);
    /* Counts of |t| above the critical value, for the summary. */
    if (fabs(value) >= of->critical) count[1 + 2 * j + (value < 0)]++;
  }
}

/* Residuals and y of a set, by observation. */
static void take_residuals(const sw_job *job, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  for (int64_t o = 0; o < b->rows.n; o++) {
    b->e[o] = job->operand[m->fit].row[OWN_RESIDUAL * job->n_periods + b->period[o]][b->unit[o]];
    b->y[o] = b->rows.row[o * b->rows.stride + m->k];
  }
}

/* The reach of the first pass is kept, so no bandwidth is searched for again. */
static void finish_unit(const sw_job *job, int set, int64_t unit, sw_gwr_bench *b, double *count) {
  const sw_gwr_model *m = job->state;
  const known *of = (const known *)job->folded[m->fit] + set;
  bool looked = false;
  for (int t = set * m->together; t < (set + 1) * m->together; t++) {
    sw_view at = job->operand[m->fit];
    double h2 = at.row[REACH * job->n_periods + t][unit];
    /* A unit without a fit has a NaN residual, and stays NaN. */
    if (isnan(at.row[OWN_RESIDUAL * job->n_periods + t][unit])) continue;
    if (!looked) sw_gwr_look(job, unit, b);
    looked = true;
    sw_gwr_look_at(job, t, b);
    sw_gwr_weights(m->kernel, b->rows.n, b->d2, h2, b->w);
    place(job, LOCAL_R2, 0, t, unit, sw_gwr_local_r2(b->rows.n, b->w, b->y, b->e));
    scale_errors(job, t, unit, of, count);
  }
}

/* Sets are packed anew: to keep them would cost n k numbers per thread and set. */
static void tile_local(const sw_job *job, const sw_tile *tile, double *count, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  for (int set = 0; set < m->sets; set++, count += counts(m)) {
    sw_gwr_pack(job, set, b);
    /* why was found in `fit` from the same rows; here it is found again. */
    if (b->why) continue;
    take_residuals(job, b);
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      finish_unit(job, set, unit, b, count);
  }
}

/* ---- passes ------------------------------------------------------------------------------ */

static size_t workspace_gwr(const sw_job *job) {
  return sw_gwr_bench_bytes(job);
}

/* The passes of the search come first; their number depends on the kernel and the grid. */
static void tile_gwr(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_gwr_model *m = job->state;
  sw_gwr_bench b = sw_gwr_bench_at(job, workspace);
  if (tile->pass == m->local)
    tile_local(job, tile, out, &b);
  else if (tile->pass == m->fit)
    tile_fits(job, tile, out, &b);
  else
    sw_gwr_search_tile(job, tile, out, &b);
}

/* Counts and sums add up. n and why are the same in every block that has seen the set, and 0 in
 * none: the larger of both. */
static void merge_gwr(const sw_job *job, int pass, void *all, const void *part) {
  const sw_gwr_model *m = job->state;
  if (pass < m->fit) {
    sw_gwr_search_merge(job, pass, all, part);
    return;
  }
  double *to = all;
  const double *from = part;
  size_t numbers = job->pass[pass].partial / sizeof *to, of_sums = sizeof(sums) / sizeof *to;
  for (size_t q = 0; q < numbers; q++) {
    bool known_by_all = pass == m->fit && q % of_sums < 2; /* n and why */
    to[q] = known_by_all ? fmax(to[q], from[q]) : to[q] + from[q];
  }
}

/* ---- finish ------------------------------------------------------------------------------ */

static const char *in_period(const sw_job *job, int set) {
  const sw_gwr_model *m = job->state;
  const char *text = sw_arena_printf(job->arena, " in %s", sw_job_period(job, set));
  /* Together all periods are one set: no period to name. */
  return m->together > 1 || job->periods->cross_section || !text ? "" : text;
}

/* Why a period has no fit, for its reason in the file. */
static const char *why_of(const sw_job *job, int why) {
  const sw_gwr_model *m = job->state;
  if (why == SW_GWR_FEW) return "too few units have all variables";
  if (why == SW_GWR_WIDE) return "fewer units than the bandwidth has";
  if (why == SW_GWR_NONE) return "no bandwidth has a defined criterion";
  /* Columns of the rows: constant, x, y; inputs: y, x. Column j is input j, and y is input 0. */
  int column = why - SW_GWR_CONSTANT;
  const char *text =
      sw_arena_printf(job->arena, "'%s' is constant", job->input[column == m->k ? 0 : column].name);
  return text ? text : "a variable is constant";
}

/* Nothing of a set is defined: a line, and the reason on each result. */
static void leave_out(sw_job *job, int set, const sums *s) {
  const sw_gwr_model *m = job->state;
  const char *why = why_of(job, (int)s->why);
  for (int t = set * m->together; t < (set + 1) * m->together; t++)
    for (int q = COEFFICIENT; q <= R2; q++) {
      if (q >= BANDWIDTH) job->result[q].row[0][t] = NAN;
      sw_job_undefined(job, q, t, why);
    }
}

/* Standard errors of `v1` count tr S, the others 2 tr S - tr S'S. The critical |t| is at 5% over
 * the effective parameters per term (da Silva & Fotheringham 2016, Geographical Analysis
 * 48:233-247). */
static known add_up(sw_job *job, int set, const sums *s) {
  const sw_gwr_model *m = job->state;
  /* Residual degrees of freedom: n - tr S (v1), or n - 2 tr S + tr S'S, that of S as a projection
   * that is none. */
  double df = s->defined - (m->v1 ? s->trace : 2 * s->trace - s->squares);
  double tests = s->trace / m->k; /* as many independent ones of each term */
  known of = {.s2 = df > 0 ? s->rss / df : NAN};
  /* A t of each term at each place is not n k independent tests: Bonferroni over tr S / k of
   * them. */
  of.critical = gsl_cdf_tdist_Qinv(.05 / fmax(tests, 1) / 2, fmax(s->defined - 1, 1));
  double aicc = sw_gwr_aicc(s->defined, s->rss, s->trace);
  for (int t = set * m->together; t < (set + 1) * m->together; t++) {
    job->result[BANDWIDTH].row[0][t] = sw_gwr_bandwidth(job, set);
    job->result[AICC].row[0][t] = aicc;
    job->result[ENP].row[0][t] = s->defined > 0 ? s->trace : NAN;
    job->result[R2].row[0][t] = s->tss > 0 ? 1 - s->rss / s->tss : NAN;
    if (isnan(aicc)) sw_job_undefined(job, AICC, t, "too many effective parameters");
    if (isnan(of.s2)) {
      sw_job_undefined(job, STD_ERROR, t, "no degrees of freedom are left");
      sw_job_undefined(job, T_VALUE, t, "no degrees of freedom are left");
    }
  }
  return of;
}

/* One line of all fits whose terms are not independent, with the set that has most. */
static void note_collinear(sw_job *job, const sums *all) {
  const sw_gwr_model *m = job->state;
  double most = 0, of = 0;
  int worst = 0, sets = 0;
  for (int set = 0; set < m->sets; set++) {
    /* why: nothing was to be fitted, so nothing is lost. */
    double lost = all[set].why != 0 ? 0 : all[set].n - all[set].defined;
    sets += lost > 0;
    if (lost <= most) continue;
    most = lost;
    of = all[set].n;
    worst = set;
  }
  if (most > 0)
    sw_note(job->notes,
            "%s: %s: %.0f of %.0f local fits%s%s are undefined: their terms are not independent "
            "within the bandwidth",
            job->where, job->name, most, of, in_period(job, worst),
            sets > 1 ? ", and as many or fewer in other periods," : "");
}

/* What is made here goes to all ranks, for the last pass. */
static sw_status finish_fits(sw_job *job, const sums *all, known *found) {
  const sw_gwr_model *m = job->state;
  for (int set = 0; set < m->sets; set++)
    if (all[set].why != 0)
      leave_out(job, set, &all[set]);
    else
      found[set] = add_up(job, set, &all[set]);
  note_collinear(job, all);
  return SW_OK;
}

/* The last set: its bandwidth, then a line for each term. */
static void say(sw_job *job, const double *all) {
  const sw_gwr_model *m = job->state;
  int set = m->sets - 1, t = job->n_periods - 1;
  const double *count = all + set * counts(m);
  const known *of = (const known *)job->folded[m->fit] + set;
  /* A set without any fit has said why. */
  if (count[0] == 0) return;
  sw_job_say(job, "bandwidth%s %.6g %s, AICc %.6g, %.4g effective parameters, R2 %.4g",
             in_period(job, set), job->result[BANDWIDTH].row[0][t],
             m->adaptive                     ? "nearest units"
             : m->distance->kind == SW_GIVEN ? "in the unit of the distances"
                                             : "km",
             job->result[AICC].row[0][t], job->result[ENP].row[0][t], job->result[R2].row[0][t]);
  for (int j = 0; j < m->k; j++)
    sw_job_say(job, "%s: above zero in %.0f, below in %.0f of %.0f local fits (|t| >= %.3f)",
               sw_job_find_axis(job, "term")->label[j], count[1 + 2 * j], count[2 + 2 * j],
               count[0], of->critical);
}

/* Which pass ended: the fits, the local figures, or a step of the search. */
static sw_status finish_gwr(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_gwr_model *m = job->state;
  (void)err;
  if (pass == m->fit) return finish_fits(job, all, result);
  if (pass == m->local)
    say(job, all);
  else
    sw_gwr_search_finish(job, pass, all, result);
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* A number is checked here; whether a period has as many units is known with the values
 * (sw_gwr_pack). */
static sw_status read_bandwidth(sw_error *err, const sw_job *job, sw_gwr_model *m) {
  const sw_node *node = sw_job_arg(job, "bandwidth")->node;
  const char *text = node->kind == SW_NODE_SCALAR ? node->text : "";
  sw_error ignored = {0};
  m->by = strcmp(text, "cv") == 0 ? SW_GWR_CV : SW_GWR_AICC;
  if (strcmp(text, "cv") == 0 || strcmp(text, "aicc") == 0) return SW_OK;
  /* A number may be meant as km or as units: `adaptive` decides, and the number is checked for
   * it. */
  m->by = SW_GWR_GIVEN;
  if (sw_node_number(&ignored, node, &m->bandwidth) != SW_OK || !(m->bandwidth > 0))
    return sw_job_fail(err, job, "bandwidth", "'%s': expected aicc, cv or a number above 0", text);
  if (!m->adaptive) return SW_OK;
  /* k + 2: a bisquare kernel gives the last of them no weight, and a fit needs one more than its
   * terms. */
  if (m->bandwidth != floor(m->bandwidth) || m->bandwidth < m->k + 2)
    return sw_job_fail(err, job, "bandwidth",
                       "%s nearest units for %d terms; expected a whole number of %d or more", text,
                       m->k, m->k + 2);
  if (m->bandwidth > (double)m->most)
    return sw_job_fail(err, job, "bandwidth", "%s nearest units of %lld; expected as many or fewer",
                       text, (long long)m->most);
  return SW_OK;
}

/* Periods on an axis in km; without a scale each is a set of its own. */
static sw_status read_time(sw_error *err, sw_job *job, sw_gwr_model *m) {
  double scale = sw_job_arg(job, "time_scale")->number, *along = NULL;
  const sw_periods *p = job->periods;
  SW_NEW(err, job->arena, along, job->n_periods);
  m->together = scale > 0 ? job->n_periods : 1;
  m->sets = job->n_periods / m->together;
  m->most = job->n * m->together;
  m->along = along;
  /* dt is in units of time: periods must have values with a step. */
  if (scale > 0 && job->n_periods > 1 && (!p->value || p->step == 0))
    return sw_job_fail(err, job, "time_scale",
                       "the time between periods is not known; expected periods that are years, "
                       "dates or numbers");
  for (int t = 1; scale > 0 && t < job->n_periods; t++)
    along[t] = scale * (double)sw_periods_passed(p, job->period[0], job->period[t]);
  job->pooled = m->together > 1;
  /* Observations are counted in int32. */
  if (m->most > INT32_MAX / 2)
    return sw_job_fail(err, job, "y", "%lld observations in one model; expected fewer than 10^9",
                       (long long)m->most);
  return SW_OK;
}

/* A task costs n steps per unit, and rank 0 keeps a part of each: some 500 tasks at most. 16 units
 * cost 16 n k^2: small tiles keep threads busy to the end. */
static int64_t grain_of(const sw_job *job) {
  int64_t grain = 16;
  while (grain < SW_BLOCK && job->n > 500 * grain)
    grain *= 2;
  return grain;
}

/* Passes: those of the search, the fits, and the figures that need s of all fits. */
static sw_status resolve_gwr(sw_error *err, sw_job *job) {
  /* m->k counts the constant, which stands for y among the inputs: k = 1 + (inputs - 1). */
  sw_gwr_model *m = NULL;
  SW_NEW(err, job->arena, m, 1);
  job->state = m;
  m->k = job->n_inputs;
  m->kernel = (sw_gwr_kernel)(int)sw_job_arg(job, "kernel")->number;
  m->adaptive = sw_job_arg(job, "adaptive")->number != 0;
  m->v1 = sw_job_arg(job, "se")->number != 0;
  /* A network's distances may change with periods; gwr refuses those (sw_share_distance_steady). */
  SW_TRY(sw_share_distance_steady(err, job, "distance", &m->distance));
  m->scale = sw_distances_scale(m->distance);
  if (m->k > SW_GWR_MOST_TERMS)
    return sw_job_fail(err, job, "x", "%d variables; %d at most", m->k - 1, SW_GWR_MOST_TERMS - 1);
  SW_TRY(read_time(err, job, m));
  SW_TRY(read_bandwidth(err, job, m));
  SW_TRY(sw_gwr_declare_terms(err, job, m->k));
  int64_t grain = grain_of(job);
  sw_gwr_search_declare(job, m, grain);
  m->fit = sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                      .grain = grain,
                                      .gathered = true,
                                      .operand = 2,
                                      .partial = (size_t)m->sets * sizeof(sums),
                                      .result = (size_t)m->sets * sizeof(known)});
  m->local =
      sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                 .grain = grain,
                                 .gathered = true,
                                 .partial = (size_t)m->sets * (size_t)counts(m) * sizeof(double)});
  return SW_OK;
}

static sw_status prepare_gwr(sw_error *err, sw_job *job, int pass) {
  /* Points of the distances are made once, before the first pass, and shared by threads read
   * only. */
  sw_gwr_model *m = job->state;
  return pass == 0 ? sw_share_distances(err, job, "distance", &m->points) : SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    SW_GWR_PARAMS,
    {.name = "adaptive",
     .type = SW_P_BOOL,
     .fallback = "true",
     .help = "the bandwidth is a number of nearest units, the unit itself counted; false: a "
             "distance"},
    {.name = "bandwidth",
     .type = SW_P_NODE,
     .fallback = "aicc",
     .help = "aicc, cv (cross-validation), or a number of units or km"},
    {.name = "time_scale",
     .type = SW_P_NUMBER,
     .fallback = "0",
     .lo = 0,
     .hi = 1e9,
     .help = "km that a period counts for, all periods being fitted together; 0: each alone"},
    {.name = "se",
     .type = SW_P_CHOICE,
     .fallback = "gwr4",
     .choices = "gwr4|v1",
     .help = "residual variance over n - 2 tr S + tr S'S, or over n - tr S"},
    SW_PARAM_DISTANCE,
    {0}};

#define BY_TERM .units = "1", .shape = SW_UNIT, .axis = {"term"}
#define BY_UNIT .units = "1", .shape = SW_UNIT
#define BY_TIME .units = "1", .shape = SW_GLOBAL

static const sw_output outputs[] = {
    {.name = "coefficient", .palette = SW_DIVERGING_0, .long_name = "local coefficient", BY_TERM},
    {.name = "std_error", .long_name = "standard error of the coefficient", BY_TERM},
    {.name = "t",
     .palette = SW_DIVERGING_0,
     .long_name = "coefficient over its standard error",
     BY_TERM},
    {.name = "local_r2", .long_name = "R2 of the unit's neighbours, each by its own fit", BY_UNIT},
    {.name = "fitted", .long_name = "fitted value of y", BY_UNIT},
    {.name = "residual",
     .palette = SW_DIVERGING_0,
     .long_name = "y less its fitted value",
     BY_UNIT},
    {.name = "condition", .long_name = "condition number of the local design", BY_UNIT},
    {.name = "bandwidth", .long_name = "bandwidth: nearest units, or a distance", BY_TIME},
    {.name = "aicc", .long_name = "corrected Akaike criterion", BY_TIME},
    {.name = "enp", .long_name = "effective number of parameters, tr S", BY_TIME},
    {.name = "r2", .long_name = "share of the variance of y that the local fits explain", BY_TIME},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    SW_GWR_KERNELS,
    {"adaptive", "true", "h the distance to the k-th nearest unit, itself counted, x 1.0000001"},
    {"adaptive", "false", "h a distance"},
    {"bandwidth", "aicc", "n ln(RSS/n) + n ln 2 pi + n (n + tr S)/(n - 2 - tr S) is least"},
    {"bandwidth", "cv", "mean (e_i/(1 - s_ii))^2 is least"},
    {"bandwidth", "*", "the bandwidth is given"},
    {"se", "gwr4", "s^2 = RSS/(n - 2 tr S + tr S'S)"},
    {"se", "v1", "s^2 = RSS/(n - tr S)"},
    {0}};

const sw_measure sw_measure_gwr = {
    .name = "gwr",
    .title = "Geographically weighted regression",
    .formula =
        "A_i = (X'W_i X)^-1 X'W_i, b_i = A_i y, S has rows x_i' A_i; Var b_i = A_i A_i' s^2; "
        "with time_scale tau d^2 = d_S^2 + (tau dt)^2",
    .variant = variants,
    .source = "Fotheringham, Brunsdon and Charlton 2002; Huang, Wu and Barry 2010, Int. J. "
              "Geographical Information Science 24:383-401",
    .version = 1,
    .headline = "r2",
    .kind = SW_KIND_MODEL,
    .param = params,
    .output = outputs,
    .resolve = resolve_gwr,
    .prepare = prepare_gwr,
    .tile = tile_gwr,
    .merge = merge_gwr,
    .finish = finish_gwr,
    .workspace = workspace_gwr,
};
