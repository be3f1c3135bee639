/* Whether x helps to predict y in a panel, by Dumitrescu & Hurlin (methods-regions.md section 14):
 * of each unit the Wald statistic of its own regression, over the panel their mean.
 *
 *   y_t = a + sum_k c_k y_(t-k) + sum_k b_k x_(t-k) + e_t, k = 1 .. K, T - K rows
 *   W_i = (RSS0 - RSS1)/(RSS1/(T - 3K - 1)), RSS0 without x
 *   Z-bar = sqrt(N/2K) (W-bar - K)
 *   Z-tilde = sqrt(N) (W-bar - mean E_i)/sqrt(mean V_i), for few periods:
 *     E_i = K (T_i-3K-1)/(T_i-3K-3), V_i = 2K (T_i-3K-1)^2 (T_i-2K-3)/((T_i-3K-3)^2 (T_i-3K-5))
 *
 * A unit has a T of its own: values from its first to its last period without a gap. Rows that
 * would step over a hole or a break of the panel are left out, so T_i is their number plus K.
 * Z-tilde is of the units with T_i > 5 + 3K. Units are taken to be independent of each other.
 *
 * RSS0 - RSS1 is what the columns of x explain in a QR factorisation: a sum of squares, and no
 * difference. Source: Dumitrescu & Hurlin 2012, Economic Modelling 29:1450-1460.
 *
 * One pass over units, a block at a time; `finish` on rank 0 has N, the mean of W and the moments
 * that Z-tilde takes. Cost: O(T K^2) a unit. */
#include "kernel/linear/qr.h"
#include "kernel/series/stats.h"
#include "measure/share/series.h"

#include <math.h>
#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { WALD, W_BAR, Z_BAR, Z_BAR_P, Z_TILDE, Z_TILDE_P };

/* Set by resolve. follows[t]: the job's period t is one step after the one before. */
typedef struct granger_state {
  int lags;
  const bool *follows;
} granger_state;

/* Why a unit is left out. */
typedef enum fate { USED, NO_VALUES, GAP, SHORT, CONSTANT, FATES } fate;

/* Sums over units, in their order. `long_enough`: those that Z-tilde rests on. */
typedef struct sums {
  int64_t count[FATES], long_enough;
  double wald, wald_long, expected, variance;
} sums;

/* ---- a unit ------------------------------------------------------------------------------ */

/* Its first and last period with values of both; what lies between must be whole. A gap in between
 * leaves the unit out (methods-regions.md): lags across it would be of other periods. */
static fate find_span(const sw_job *job, int64_t unit, int *first, int *last) {
  int count = 0;
  for (int t = 0; t < job->n_periods; t++) {
    double y = sw_view_at(job->input[0].view, t, unit), x = sw_view_at(job->input[1].view, t, unit);
    if (isnan(y) || isnan(x)) continue;
    if (count++ == 0) *first = t;
    *last = t;
  }
  return count == 0 ? NO_VALUES : count < *last - *first + 1 ? GAP : USED;
}

/* Whether the K periods before t follow each other up to it. */
static bool has_lags(const granger_state *state, int t) {
  /* follows[t]: t is one step after t - 1 with no break between. */
  for (int k = 0; k < state->lags; k++)
    if (!state->follows[t - k]) return false;
  return true;
}

/* Rows of 1, y lagged, x lagged, y: column by column, `rows` of them. */
static int fill_rows(const sw_job *job, int64_t unit, int first, int last, double *a) {
  const granger_state *state = job->state;
  int lags = state->lags, rows = 0;
  /* Counted first, as columns are stored one behind the other. */
  for (int t = first + lags; t <= last; t++)
    rows += has_lags(state, t);
  for (int t = first + lags, row = 0; t <= last; t++) {
    if (!has_lags(state, t)) continue;
    a[row] = 1;
    for (int k = 1; k <= lags; k++) {
      a[k * rows + row] = sw_view_at(job->input[0].view, t - k, unit);
      a[(lags + k) * rows + row] = sw_view_at(job->input[1].view, t - k, unit);
    }
    a[(2 * lags + 1) * rows + row] = sw_view_at(job->input[0].view, t, unit);
    row++;
  }
  return rows;
}

/* W of a unit that is used, and its T. The workspace: the rows, and their triangle. */
static fate wald_of(const sw_job *job, int64_t unit, double *workspace, double *wald,
                    int *periods) {
  int lags = ((const granger_state *)job->state)->lags, columns = 2 * lags + 2;
  int first = 0, last = -1;
  double *a = workspace, *r = a + columns * job->n_periods, explained = 0;
  fate found = find_span(job, unit, &first, &last);
  /* Zeros are a triangle of no rows, to which rows are appended. */
  if (found != USED) return found;
  int rows = fill_rows(job, unit, first, last, a);
  *periods = rows + lags;
  /* 2K + 1 coefficients need one row more than that at least. */
  if (rows < columns) return SHORT; /* T - 3K - 1 of 1 at least */
  memset(r, 0, (size_t)(columns * columns) * sizeof *r);
  sw_qr_append(r, columns, a, rows);
  /* Of the last column what is left is the residual: none, where y is a combination of the rest. */
  if (sw_qr_dependent(r, columns, columns) >= 0) return CONSTANT;
  const double *y = r + (columns - 1) * columns;
  /* Squares of Q'y along the columns of x: RSS0 - RSS1 without a difference of near equals. */
  for (int j = lags + 1; j < columns - 1; j++)
    explained += y[j] * y[j];
  /* RSS1/(T - 3K - 1): rows - 2K - 1 is T_i - K - 2K - 1. */
  *wald = explained / (y[columns - 1] * y[columns - 1] / (rows - 2 * lags - 1));
  return USED;
}

/* Mean and variance of W in a panel of T periods; there is a variance from T = 3K + 6 on. */
static void add_moments(sums *s, double wald, double periods, double lags) {
  /* a = T - 3K; the formulas of the head in it. */
  double a = periods - 3 * lags;
  s->count[USED]++;
  s->wald += wald;
  /* a > 5: the variance has the factor 1/(T - 3K - 5). */
  if (!(a > 5)) return;
  s->long_enough++;
  s->wald_long += wald;
  s->expected += lags * (a - 1) / (a - 3);
  s->variance += 2 * lags * (a - 1) * (a - 1) * (a + lags - 3) / ((a - 3) * (a - 3) * (a - 5));
}

/* A tile of units: each has a regression of its own, and leaves its Wald statistic in sums. */
static void tile_granger(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const granger_state *state = job->state;
  int64_t first = job->input[0].view.first;
  sums *s = out;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    double wald = NAN;
    int periods = 0;
    fate found = wald_of(job, unit, workspace, &wald, &periods);
    /* WALD is timeless: row 0 alone. */
    job->result[WALD].row[0][unit - first] = found == USED ? wald : NAN;
    if (found == USED)
      add_moments(s, wald, periods, state->lags);
    else
      s->count[found]++;
  }
}

static size_t workspace_granger(const sw_job *job) {
  size_t columns = 2 * (size_t)((const granger_state *)job->state)->lags + 2;
  return columns * ((size_t)job->n_periods + columns) * sizeof(double);
}

/* Counts and sums of two parts. */
static void merge_granger(const sw_job *job, int pass, void *all, const void *part) {
  (void)job, (void)pass;
  sums *to = all;
  const sums *from = part;
  /* Counts are whole numbers; sums are merged in block order. */
  for (int f = 0; f < FATES; f++)
    to->count[f] += from->count[f];
  to->long_enough += from->long_enough;
  to->wald += from->wald;
  to->wald_long += from->wald_long;
  to->expected += from->expected;
  to->variance += from->variance;
}

/* ---- finish ------------------------------------------------------------------------------ */

/* "1 without values, 3 constant or predicted exactly": the kinds that there are. */
static const char *say_fates(const sw_job *job, const sums *s) {
  int lags = ((const granger_state *)job->state)->lags;
  const char *text = "";
  const char *const what[FATES] = {
      [NO_VALUES] = "without values",
      [GAP] = "with a gap",
      [SHORT] = sw_arena_printf(job->arena, "with fewer than %d periods", 3 * lags + 2),
      [CONSTANT] = "constant or predicted exactly"};
  /* USED is no reason to be left out. */
  for (int f = USED + 1; text && f < FATES; f++)
    if (s->count[f] > 0 && what[f])
      text = sw_arena_printf(job->arena, "%s%s%lld %s", text, *text ? ", " : "",
                             (long long)s->count[f], what[f]);
  return text;
}

/* Notes which units have no part in the test, and why: a test over few units is another test. */
static void note_left_out(sw_job *job, const sums *s) {
  int lags = ((const granger_state *)job->state)->lags;
  int64_t out = 0;
  for (int f = USED + 1; f < FATES; f++)
    out += s->count[f];
  const char *parts = out > 0 ? say_fates(job, s) : NULL;
  if (parts)
    sw_note(job->notes, "%s: %s: %lld of %lld units are left out: %s", job->where, job->name,
            (long long)out, (long long)job->n, parts);
  /* Some units are too short for the moments of Z-tilde. */
  if (s->long_enough > 0 && s->long_enough < s->count[USED])
    sw_note(job->notes, "%s: %s: z_tilde is of the %lld units with more than %d periods",
            job->where, job->name, (long long)s->long_enough, 5 + 3 * lags);
}

static void place(sw_job *job, int output, double value, const char *why) {
  job->result[output].row[0][0] = value;
  if (isnan(value)) sw_job_undefined(job, output, 0, why);
}

/* The test in one line. */
static void say(sw_job *job, const sums *s, double mean, double z_tilde) {
  int lags = ((const granger_state *)job->state)->lags;
  if (s->count[USED] == 0) return;
  const char *deviate =
      isnan(z_tilde)
          ? sw_arena_printf(job->arena, "no z_tilde, as no unit has more than %d periods",
                            5 + 3 * lags)
          : sw_arena_printf(job->arena, "z_tilde %.6g, p %.4g", z_tilde,
                            sw_normal_two_sided(z_tilde));
  if (!deviate) return;
  sw_job_say(job,
             "mean Wald %.6g of %lld unit%s with %d lag%s: %s; units are taken as independent of "
             "each other",
             mean, (long long)s->count[USED], s->count[USED] == 1 ? "" : "s", lags,
             lags == 1 ? "" : "s", deviate);
}

/* Rank 0: Dumitrescu & Hurlin's means and deviates, with reasons where they are undefined. */
static sw_status finish_granger(sw_error *err, sw_job *job, int pass, const void *all,
                                void *result) {
  (void)err, (void)pass, (void)result;
  const sums *s = all;
  double lags = ((const granger_state *)job->state)->lags;
  double n = (double)s->count[USED];
  /* 0/0 without units, and sqrt(0/..): NaN with its reason. */
  double mean = s->wald / n, z_bar = sqrt(n / (2 * lags)) * (mean - lags);
  double z_tilde = (s->wald_long - s->expected) / sqrt(s->variance);
  const char *few = "no unit is left", *fewer = "no unit has more than 5 + 3 lags periods";
  place(job, W_BAR, mean, few);
  /* Two-sided, as W is large or small against K. */
  place(job, Z_BAR, z_bar, few);
  place(job, Z_BAR_P, sw_normal_two_sided(z_bar), few);
  place(job, Z_TILDE, z_tilde, fewer);
  place(job, Z_TILDE_P, sw_normal_two_sided(z_tilde), fewer);
  if (n == 0) sw_job_undefined(job, WALD, 0, few);
  note_left_out(job, s);
  say(job, s, mean, z_tilde);
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* What would make the test meaningless is refused: y as its own cause, and scores made anew each
 * period. */
static sw_status refuse_inputs(sw_error *err, const sw_job *job) {
  const sw_input *x = &job->input[1];
  if (strcmp(job->input[0].name, x->name) == 0)
    return sw_job_fail(err, job, "x", "'%s' is y, too; name another variable", x->name);
  if (x->per_period_normalised)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: '%s' is normalised per period and cannot be compared over time; "
                   "normalise over the panel, or by bounds",
                   x->where, job->name, x->name);
  return SW_OK;
}

/* One pass over units; the panel is taken as a whole series. */
static sw_status resolve_granger(sw_error *err, sw_job *job) {
  granger_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  state->lags = (int)sw_job_arg(job, "lags")->number;
  SW_TRY(refuse_inputs(err, job));
  /* 3K + 2: the least T with a degree of freedom. */
  SW_TRY(sw_series_check(err, job, "y", 3 * state->lags + 2));
  SW_TRY(sw_series_follow(err, job, "lags", &state->follows));
  job->state = state;
  job->whole_series = true;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = sizeof(sums)});
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "y", .type = SW_P_COLUMN, .help = "the variable that is predicted"},
    {.name = "x", .type = SW_P_COLUMN, .help = "the variable that may help to predict it"},
    {.name = "lags",
     .type = SW_P_INTEGER,
     .fallback = "1",
     .lo = 1,
     .hi = 100,
     .help = "periods of the past, K: of the entry's own step"},
    {0}};

#define ONE .units = "1", .shape = SW_TABLE

static const sw_output outputs[] = {
    {.name = "wald",
     .long_name = "Wald statistic of x in the unit's own regression",
     .units = "1",
     .shape = SW_UNIT,
     .timeless = true},
    {.name = "w_bar", .long_name = "mean of the units' Wald statistics", ONE},
    {.name = "z_bar", .long_name = "standard deviate of w_bar, for many periods", ONE},
    {.name = "z_bar_p", .long_name = "two-sided p-value of z_bar", ONE},
    {.name = "z_tilde",
     .long_name = "standard deviate of w_bar, for few periods; units taken as independent",
     ONE},
    {.name = "z_tilde_p", .long_name = "two-sided p-value of z_tilde", ONE},
    {0}};

const sw_measure sw_measure_panel_granger = {
    .name = "panel_granger",
    .title = "Granger causality in a panel (Dumitrescu and Hurlin)",
    .formula = "W_i = (RSS0 - RSS1)/(RSS1/(T - 3K - 1)); z_bar = sqrt(N/2K) (mean W - K); z_tilde "
               "= sqrt(N) (mean W - mean E)/sqrt(mean V), E and V those of W in T periods; units "
               "are taken as independent of each other",
    .source = "Dumitrescu and Hurlin 2012, Economic Modelling 29:1450-1460",
    .version = 1,
    .headline = "w_bar",
    .kind = SW_KIND_MODEL,
    .param = params,
    .output = outputs,
    .resolve = resolve_granger,
    .tile = tile_granger,
    .merge = merge_granger,
    .finish = finish_granger,
    .workspace = workspace_granger,
};
