/* Local Moran's I by unit (methods.md and methods-space.md section 10):
 *
 *   I_i = z_i (Wz)_i / m2,  z = x - mean x,  m2 = sum z^2/n
 *
 * over the units with a value, W among these; `divisor: n-1` takes m2 as sum z^2/(n - 1). With
 * `with` bivariate, zx_i (Wzy)_i/(sx sy); with `population` of empirical Bayes rates x/population;
 * with `difference` of x_t - x_{t-difference}.
 *
 * Inference is conditional: a unit keeps its value, its neighbours' values are drawn from all other
 * units (kernel/local). Expectation and variance are those of these draws, exactly; p counts draws.
 * Conventions: spdep divides by n, esda and GeoDa by n - 1. esda draws once for all units; here the
 * draws of units are independent, and the same for all periods and variables.
 *
 * Sources: Anselin 1995; Sokal, Oden and Thomson 1998 (moments); Assuncao and Reis 1999 (rates);
 * Benjamini and Hochberg 1995, Caldas de Castro and Singer 2006 (false discovery rate).
 *
 * The second pass reads p and quadrants that this rank has placed in the first, and counts classes
 * in partials. Rates and differences are computed whenever a value is asked for rather than kept: a
 * population keeps the values it was made of. */
#include <math.h>

#include "measure/local/lisa.h"
#include "measure/share/series.h"

/* The outputs, in the order of the descriptor. */
enum {
  VALUE,
  EXPECTED,
  VARIANCE,
  Z,
  DEVIATE,
  LAG,
  P_VALUE,
  QUADRANT,
  SIGNIFICANT,
  CLASS,
  QUADRANT_COUNT,
  CLASS_COUNT,
  N_USED
};
enum { DIVISOR_N, DIVISOR_N_1 };
enum { QUADRANTS = 4, CLASSES = 1 + 3 * QUADRANTS };

static const char *const quadrant_label[] = {"HH", "LH", "LL", "HL"};
static const char *const class_label[] = {
    "not significant", "HH 0.05", "HH 0.01",  "HH 0.001", "LH 0.05", "LH 0.01", "LH 0.001",
    "LL 0.05",         "LL 0.01", "LL 0.001", "HL 0.05",  "HL 0.01", "HL 0.001"};

/* Of empirical Bayes rates in a period: the rate of all, and the variance between units. a may be
 * negative in small samples; bayes_at then leaves it out. */
typedef struct rates {
  double b, a;
} rates;

typedef struct moran_state {
  sw_lisa lisa;
  int with, population; /* inputs; 0: there is none */
  double n_less;        /* 1: divisor n - 1 */
  const int *before;    /* by period; NULL: no difference */
  rates *rate;          /* by period; made in `prepare` */
} moran_state;

/* ---- values ----------------------------------------------------------------------------- */

/* Assuncao and Reis: (r - b)/sqrt(v), v = a + b/p, if that is negative b/p. A population of zero or
 * less, or events below zero, have no rate. NaN of either input makes the comparisons false. */
static double rate_at(const sw_job *job, int t, int64_t unit, double *population) {
  const moran_state *state = job->state;
  double events = sw_view_at(job->input[0].view, t, unit);
  *population = sw_view_at(job->input[state->population].view, t, unit);
  return events >= 0 && *population > 0 ? events / *population : NAN;
}

static double bayes_at(const sw_job *job, int t, int64_t unit) {
  const moran_state *state = job->state;
  rates of = state->rate[t];
  double population, rate = rate_at(job, t, unit, &population), v = of.a + of.b / population;
  if (v < 0) v = of.b / population;
  return (rate - of.b) / sqrt(v);
}

/* What is permuted and averaged: a rate, a difference or the value itself. lisa.c asks for this
 * wherever it needs a value, so nothing else has to know the three forms. */
static double value_at(const sw_job *job, int variable, int t, int64_t unit) {
  const moran_state *state = job->state;
  if (state->population) return bayes_at(job, t, unit);
  sw_view view = job->input[variable == 0 ? 0 : state->with].view;
  if (!state->before) return sw_view_at(view, t, unit);
  if (state->before[t] < 0) return NAN;
  return sw_view_at(view, t, unit) - sw_view_at(view, state->before[t], unit);
}

/* b = sum e/sum p; s2 = sum p (r - b)^2/sum p; a = s2 - b n/sum p. In the order of units, over all
 * of them, on every rank: the same bits. */
static rates rates_of(const sw_job *job, int t) {
  double events = 0, people = 0, n = 0, spread = 0, population;
  for (int64_t i = 0; i < job->n; i++) {
    double rate = rate_at(job, t, i, &population);
    if (isnan(rate)) continue;
    events += sw_view_at(job->input[0].view, t, i);
    people += population;
    n += 1;
  }
  double b = events / people;
  for (int64_t i = 0; i < job->n; i++) {
    double rate = rate_at(job, t, i, &population);
    if (!isnan(rate)) spread += population * (rate - b) * (rate - b);
  }
  return (rates){b, spread / people - b * n / people};
}

/* Rates need sums over all units, which are gathered by now. */
static sw_status prepare_moran(sw_error *err, sw_job *job, int pass) {
  /* The populations that sw_lisa_prepare makes ask for values, which need the rates. */
  moran_state *state = job->state;
  if (pass == SW_LISA_STATISTICS && state->population) {
    SW_NEW(err, job->arena, state->rate, job->n_periods);
    for (int t = 0; t < job->n_periods; t++)
      state->rate[t] = rates_of(job, t);
  }
  return sw_lisa_prepare(err, job, &state->lisa, pass);
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* A value less its mean, and a weighted sum of such, in standard deviations with the chosen
 * divisor: value sqrt(n - less)/sqrt(sum z^2). */
static double in_deviations(const moran_state *state, const sw_lisa_set *set, int variable, int c,
                            double value) {
  const sw_lisa_column *x = &set->column[variable * set->table.stride + c];
  return value * sqrt(((double)set->table.count - state->n_less) / x->squares);
}

/* The scale of z_i: 1/m2, or 1/(sx sy). NaN where a variable does not vary. */
static double factor_of(const moran_state *state, const sw_lisa_set *set, int c) {
  const sw_lisa_column *x = &set->column[c];
  /* Univariate: sqrt of a square would round; the sum itself is used. */
  const sw_lisa_column *y = state->with ? &set->column[set->table.stride + c] : x;
  double n = (double)set->table.count - state->n_less;
  if (!x->varies || !y->varies || !(n > 0)) return NAN;
  return n / (x == y ? x->squares : sqrt(x->squares) * sqrt(y->squares));
}

/* Expectation and variance are those of the lag under draws, scaled as I is. */
static void put_unit(const sw_job *job, const sw_lisa_set *set, int c, int64_t unit,
                     const sw_lisa_row *row) {
  const moran_state *state = job->state;
  int of = state->with ? 1 : 0, t = set->period[c];
  double own = sw_lisa_own(set, 0, c, row), lag = row->unit.observed[c];
  double factor = factor_of(state, set, c) * own, value = factor * lag;
  /* The lag alone is random under the draws: I_i = factor lag, whose moments scale by factor and
   * factor^2. */
  sw_local_moments m = sw_lisa_moments(set, of, c, row);
  double expected = factor * m.mean, variance = factor * factor * m.variance;
  double z = variance > 0 ? (value - expected) / sqrt(variance) : NAN;
  bool there = isfinite(value);
  /* `own` is the sign: I_i falls with the lag where z_i is negative. */
  double p = there ? sw_lisa_p(&state->lisa, row, c, own, z) : NAN;
  int quadrant = own > 0 ? (lag > 0 ? 1 : 4) : (lag > 0 ? 2 : 3);
  sw_lisa_put(job, VALUE, t, unit, there ? value : NAN);
  sw_lisa_put(job, EXPECTED, t, unit, there ? expected : NAN);
  sw_lisa_put(job, VARIANCE, t, unit, there ? variance : NAN);
  sw_lisa_put(job, Z, t, unit, z);
  sw_lisa_put(job, DEVIATE, t, unit, there ? in_deviations(state, set, 0, c, own) : NAN);
  sw_lisa_put(job, LAG, t, unit, there ? in_deviations(state, set, of, c, lag) : NAN);
  sw_lisa_put_p(job, P_VALUE, t, unit, p);
  sw_lisa_put(job, QUADRANT, t, unit, there ? quadrant : NAN);
}

/* 0: p above .05; else three levels of each quadrant, as the usual cluster map has them.
 * `significant` beside it heeds the false discovery rate, and this does not. */
static double class_of(double quadrant, double p) {
  if (isnan(p)) return NAN;
  int level = p <= .001 ? 3 : p <= .01 ? 2 : p <= .05 ? 1 : 0;
  return level ? 3 * (quadrant - 1) + level : 0;
}

/* What the partial of the second pass holds: units by period, quadrant and class. */
typedef struct counts {
  int64_t quadrant[QUADRANTS], class[CLASSES];
} counts;

/* Per period: the partial has n_periods counts. */
static void tile_classes(const sw_job *job, const sw_tile *tile, counts *count) {
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = tile->lo - job->first; i < tile->hi - job->first; i++) {
      double quadrant = job->result[QUADRANT].row[t][i];
      double class = class_of(quadrant, job->result[P_VALUE].row[t][i]);
      job->result[CLASS].row[t][i] = class;
      if (isnan(class)) continue;
      count[t].quadrant[(int)quadrant - 1]++;
      count[t].class[(int)class]++;
    }
}

/* The second pass also counts classes, as these need what is significant. */
static void tile_moran(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const moran_state *state = job->state;
  if (tile->pass == SW_LISA_STATISTICS) {
    sw_lisa_tile(job, &state->lisa, tile, SW_LOCAL_LAG, state->with ? 1 : 0, put_unit, VALUE,
                 QUADRANT, workspace);
    return;
  }
  sw_lisa_tile_significant(job, &state->lisa, tile, P_VALUE, SIGNIFICANT);
  tile_classes(job, tile, out);
}

/* Whole numbers: any order gives the same. Counts are integers, so blocks may be merged in any
 * grouping. */
static void merge_moran(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  counts *into = all;
  const counts *from = part;
  for (int t = 0; t < job->n_periods; t++) {
    for (int k = 0; k < QUADRANTS; k++)
      into[t].quadrant[k] += from[t].quadrant[k];
    for (int k = 0; k < CLASSES; k++)
      into[t].class[k] += from[t].class[k];
  }
}

static size_t workspace_moran(const sw_job *job) {
  const moran_state *state = job->state;
  return sw_lisa_workspace(job, &state->lisa);
}

/* Reasons of all local statistics, and that of `difference`. */
static void say_why(sw_job *job) {
  const moran_state *state = job->state;
  sw_lisa_say_why(job, &state->lisa, VALUE, CLASS);
  for (int t = 0; state->before && t < job->n_periods; t++)
    for (int q = VALUE; q <= CLASS && state->before[t] < 0; q++)
      sw_job_undefined(job, q, t, "no period that much before");
}

/* Counts by quadrant and class are known after the second pass. */
static sw_status finish_moran(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)result;
  const moran_state *state = job->state;
  const counts *count = all;
  /* The first pass leaves p in its operand, and has nothing to finish. */
  if (pass == SW_LISA_STATISTICS) return SW_OK;
  for (int t = 0; t < job->n_periods; t++) {
    for (int k = 0; k < QUADRANTS; k++)
      job->result[QUADRANT_COUNT].row[0][t * QUADRANTS + k] = (double)count[t].quadrant[k];
    for (int k = 0; k < CLASSES; k++)
      job->result[CLASS_COUNT].row[0][t * CLASSES + k] = (double)count[t].class[k];
  }
  sw_lisa_put_used(job, &state->lisa, N_USED);
  say_why(job);
  sw_lisa_say(job, &state->lisa);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* `difference: D`: the variable less its value D before. */
static sw_status read_difference(sw_error *err, sw_job *job, moran_state *state) {
  bool any;
  int difference = (int)sw_job_arg(job, "difference")->number;
  if (difference == 0) return SW_OK;
  SW_TRY(sw_series_check_span(err, job, "of", "difference", difference));
  job->pooled = true; /* a period rests on the one before it, too */
  return sw_series_all_before(err, job, difference, &state->before, &any);
}

/* The difference before the passes: it decides which periods have values. */
static sw_status resolve_moran(sw_error *err, sw_job *job) {
  moran_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  sw_inputs with = sw_job_inputs(job, "with"), population = sw_job_inputs(job, "population");
  job->state = state;
  state->with = with.count ? with.first : 0;
  state->population = population.count ? population.first : 0;
  state->n_less = sw_job_arg(job, "divisor")->number == DIVISOR_N_1;
  /* Rates are of events and a population; a difference of rates would need a variance of its
   * own. */
  if (state->population && (state->with || sw_job_arg(job, "difference")->number != 0))
    return sw_job_fail(err, job, "population",
                       "rates go neither with `with` nor with `difference`");
  SW_TRY(read_difference(err, job, state));
  state->lisa.n_variables = state->with ? 2 : 1;
  state->lisa.value = value_at;
  sw_job_axis(job, (sw_axis){.name = "quadrant_label", .n = QUADRANTS, .label = quadrant_label});
  sw_job_axis(job, (sw_axis){.name = "class_label", .n = CLASSES, .label = class_label});
  SW_TRY(sw_lisa_resolve(err, job, &state->lisa));
  /* Pass 1 is declared by sw_lisa_resolve without a partial; here it gets one, for the counts. */
  job->pass[SW_LISA_DECISION].partial = (size_t)job->n_periods * sizeof(counts);
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable; with `population`, the events"},
    {.name = "with",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "bivariate: the variable of the neighbours"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix of the study"},
    SW_LISA_PARAMS("999"),
    {.name = "divisor",
     .type = SW_P_CHOICE,
     .fallback = "n",
     .choices = "n|n-1",
     .help = "of the variance: n as spdep, n - 1 as esda and GeoDa"},
    {.name = "population",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "empirical Bayes rates of `of` in this population"},
    {.name = "difference",
     .type = SW_P_INTEGER,
     .fallback = "0",
     .lo = 0,
     .hi = 100000,
     .help = "of the change over so many years, or steps of the panel; 0: of the values"},
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .palette = SW_DIVERGING_0,
     .long_name = "local Moran's I",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "expected",
     .long_name = "expectation of I under conditional permutation",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "variance",
     .long_name = "variance of I under conditional permutation",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "z",
     .palette = SW_DIVERGING_0,
     .long_name = "standard deviate of I under conditional permutation",
     .units = "1",
     .shape = SW_UNIT},
    /* Moran's scatter plot: I_i is the one times the other. */
    {.name = "deviate",
     .palette = SW_DIVERGING_0,
     .long_name = "value less the mean, in standard deviations",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "lag",
     .show = SW_SHOW_SCATTER,
     .with = {"deviate"},
     .palette = SW_DIVERGING_0,
     .long_name = "spatial lag of the values, in standard deviations",
     .units = "1",
     .shape = SW_UNIT},
    SW_LISA_P_VALUE,
    {.name = "quadrant",
     .long_name = "the unit's value and its neighbours': 1 HH, 2 LH, 3 LL, 4 HL; a value at the "
                  "mean counts as low",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = "quadrant_label",
     .class_first = 1},
    SW_LISA_SIGNIFICANT,
    {.name = "class",
     .long_name = "0: p above 0.05; quadrant with p at most 0.05, 0.01, 0.001: 1 to 3 HH, 4 to 6 "
                  "LH, 7 to 9 LL, 10 to 12 HL",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = "class_label",
     .class_first = 0},
    {.name = "quadrant_count",
     .long_name = "units in the quadrant",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32,
     .axis = {"quadrant_label"}},
    {.name = "class_count",
     .long_name = "units in the class",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32,
     .axis = {"class_label"}},
    {.name = "n_used",
     .long_name = "values in the mean; units without a neighbour among them",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

static const sw_variant variants[] = {
    {"with", "*", "bivariate: I_i = zx_i (W zy)_i/(sx sy)"},
    {"population", "*",
     "x: empirical Bayes rates (r - b)/sqrt(a + b/p), r = events/population p, b = sum events/sum "
     "p, a = sum p (r - b)^2/sum p - b n/sum p; b/p where a + b/p < 0"},
    {"divisor", "n-1", "m2 = sum z^2/(n - 1)"},
    SW_LISA_VARIANTS,
    {0}};

const sw_measure sw_measure_local_moran = {
    .name = "local_moran",
    .title = "Local Moran's I: clusters and outliers",
    .formula = "I_i = z_i (Wz)_i/m2, z = x - mean x, m2 = sum z^2/n; conditional permutation: z_i "
               "stays, its neighbours are drawn from the other units",
    .variant = variants,
    .source = "Anselin 1995, Geographical Analysis 27:93-115; Sokal, Oden and Thomson 1998, "
              "Geographical Analysis 30:331-354; Assuncao and Reis 1999, Statistics in Medicine "
              "18:2147-2162",
    .version = 1,
    .headline = "significant",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_moran,
    .prepare = prepare_moran,
    .tile = tile_moran,
    .merge = merge_moran,
    .finish = finish_moran,
    .workspace = workspace_moran,
};
