/* connectedness: who moves with whom, and who leads (methods.md and methods-space.md section 13;
 * Diebold & Yilmaz 2012, 2014).
 *
 * A ridge VAR with one lag of all series, standardised; theta_ij is the share of the variance of
 * i's forecasts, h = 0 .. H-1 rows ahead, that comes from shocks to j, after the generalised
 * decomposition, shares of a row summing to 1. The matrix is stored with the sender as its row:
 *
 *   value(j, i) = theta_ij,  from_i = sum_{j != i} theta_ij,  to_j = sum_{i != j} theta_ij,
 *   net = to - from,  total_connectedness = mean of from,
 *
 * in [0,1], not divided by n. With so few periods the ridge decides much: `by_ridge` has the index
 * under thirteen of them, `null` that of series whose periods are permuted, each by itself, under
 * the same ridge. The ridge is c times the mean square of the lagged series: `auto` takes the c of
 * the least error of leave-one-out, the larger of equal ones, over the whole series; `each` in each
 * window.
 *
 * The arithmetic is in kernel/causality, all of it of low rank. Passes: means of periods; series as
 * operands; Gram matrices and the ridge; the fit of each window; totals under other ridges and of
 * draws; what units send and receive; pairs. Windows are standardised by themselves. */
#include "measure/pair/connectedness.h"

#include <math.h>
#include <string.h>

enum { CHUNK = SW_DECOMPOSITION_CHUNK };

/* c = 10^(-3, -2.5, .., 3): the grid of methods-space.md section 13. */
const double sw_connect_ridge[SW_CONNECT_RIDGES] = {
    1e-3, 3.1622776601683794e-3, 1e-2, 3.1622776601683794e-2, 1e-1, 3.1622776601683794e-1,
    1,    3.1622776601683794,    1e1,  3.1622776601683794e1,  1e2,  3.1622776601683794e2,
    1e3,
};

/* ---- a window's decomposition ---------------------------------------------------------------- */

/* Records have room for the longest window: shorter ones use the first part of `matrix`. */
size_t sw_connect_model_bytes(const sw_connectedness *c) {
  return sizeof(sw_connect_model) + sw_decomposition_doubles(c->longest) * sizeof(double);
}

const sw_connect_model *sw_connect_model_at(const sw_connectedness *c, const void *all,
                                            int window) {
  return (const void *)((const char *)all + (size_t)window * sw_connect_model_bytes(c));
}

/* The matrices stay in the record; the decomposition only points into it. */
sw_decomposition sw_connect_decomposition(const sw_connectedness *c,
                                          const sw_connect_model *model) {
  sw_decomposition d = {.used = (int64_t)model->used,
                        .lambda = model->lambda,
                        .delta = model->delta,
                        .total = model->total};
  sw_decomposition_place(&d, (int)model->rows, c->horizon, (double *)model->matrix);
  return d;
}

/* Outputs of windows stand at the period that ends the window, those of a whole series at 0. */
double *sw_connect_numbers(const sw_job *job, int output, int window) {
  const sw_connectedness *c = job->state;
  const sw_result *result = &job->result[sw_connect_form(c, output)];
  return result->row[0] + (size_t)window * (size_t)result->width;
}

/* ---- workspace ------------------------------------------------------------------------------- */

/* Of a thread, cut up. */
typedef struct bench {
  void *work;      /* of the kernel */
  double *series;  /* 2 series */
  double *grams;   /* Gram matrices */
  double *fit;     /* matrices of a decomposition that is not kept */
  double *numbers; /* of a chunk: 2 numbers, and SW_CONNECT_VECTORS vectors */
} bench;

/* Parts of a workspace begin on cache lines: vectors are loaded from there. */
static size_t whole(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

/* A row of the regression is a value and the one before it, hence one row less than values. */
static int most_rows(const sw_connectedness *c) {
  return c->series.length - 1;
}

static size_t chunk_doubles(const sw_connectedness *c) {
  return CHUNK * (2 + SW_CONNECT_VECTORS * (size_t)c->longest);
}

/* Bytes; `b` NULL: these alone. One layout for all passes: a thread's workspace is made once, for
 * the largest. */
static size_t cut(const sw_connectedness *c, void *workspace, bench *b) {
  int rows = most_rows(c);
  size_t size[] = {whole(sw_decomposition_workspace(rows)),
                   whole(2 * (size_t)c->series.length * sizeof(double)),
                   whole(sw_grams_doubles(rows) * sizeof(double)),
                   whole(sw_decomposition_doubles(rows) * sizeof(double)),
                   whole(chunk_doubles(c) * sizeof(double))};
  size_t at[5], sum = 0;
  for (int k = 0; k < 5; k++) {
    at[k] = sum;
    sum += size[k];
  }
  char *base = workspace;
  if (b)
    *b = (bench){base, (double *)(void *)(base + at[1]), (double *)(void *)(base + at[2]),
                 (double *)(void *)(base + at[3]), (double *)(void *)(base + at[4])};
  return sum;
}

static size_t workspace(const sw_job *job) {
  size_t units = cut(job->state, NULL, NULL), pairs = sw_connect_pairs_bytes(job->state);
  return units > pairs ? units : pairs;
}

/* ---- items ----------------------------------------------------------------------------------- */

/* Leave-one-out under each ridge, from one Gram matrix: no fit is repeated. Where too few rows
 * follow each other the record says so by NaN, and `finish` finds the reason. */
static void tile_grams(const sw_job *job, int scope, sw_connect_ridges *out, const bench *b) {
  const sw_connectedness *c = job->state;
  const sw_connect_window *window = c->by == SW_CONNECT_EACH ? &c->window[scope] : &c->whole;
  sw_connect_reader reader = {job, window, -1, b->series};
  sw_series_source from = sw_connect_source(&reader);
  sw_grams grams;
  out->rows = window->rows;
  /* NaN first: without series that vary there is nothing to fit. */
  out->scale = NAN;
  for (int k = 0; k < SW_CONNECT_RIDGES; k++)
    out->leave_out[k] = NAN;
  if (window->rows < SW_CONNECT_LEAST) return;
  sw_grams_place(&grams, window->rows, b->grams);
  sw_grams_find(&from, &grams, b->work);
  out->used = (double)grams.used;
  out->scale = grams.used > 0 ? sw_grams_scale(&grams) : NAN;
  /* lambda = c tr(ZZ')/T: the scale is found once, the ridges are multiples of it. */
  for (int k = 0; k < SW_CONNECT_RIDGES && grams.used > 0; k++)
    out->leave_out[k] = sw_grams_leave_out(&grams, sw_connect_ridge[k] * out->scale, b->work);
}

/* The series of a window once more, and its fit. Draws differ from the fit itself by a permutation
 * that the reader applies; everything else is one code. */
static bool fit(const sw_job *job, int w, int64_t draw, double lambda, bool sends, double *matrix,
                const bench *b, sw_decomposition *out) {
  const sw_connectedness *c = job->state;
  sw_connect_reader reader = {job, &c->window[w], draw, b->series};
  sw_series_source from = sw_connect_source(&reader);
  sw_grams grams;
  *out = (sw_decomposition){.delta = NAN, .total = NAN};
  if (from.rows < SW_CONNECT_LEAST) return false;
  sw_grams_place(&grams, from.rows, b->grams);
  sw_decomposition_place(out, from.rows, c->horizon, matrix);
  sw_grams_find(&from, &grams, b->work);
  return sw_decomposition_find(&from, &grams, lambda, c->shrink, sends, out, b->work);
}

/* Of the window, or of the whole series for all of them. */
static const sw_connect_ridges *ridges_of(const sw_job *job, int w) {
  /* AUTO has one scope, EACH one for each window. */
  const sw_connect_ridges *all = job->folded[SW_CONNECT_GRAMS];
  return &all[sw_connect_scope(job->state, w)];
}

/* With what units send (`sends`), which the totals under other ridges do without. */
static void tile_model(const sw_job *job, int w, sw_connect_model *out, const bench *b) {
  sw_decomposition d;
  double lambda = ridges_of(job, w)->lambda;
  out->found = fit(job, w, -1, lambda, true, out->matrix, b, &d);
  out->lambda = lambda;
  out->delta = d.delta;
  out->total = d.total;
  out->rows = d.rows;
  out->used = (double)d.used;
}

/* Of a window first the ridges, then the draws. Each number is an item of its own: totals of draws
 * are as independent as windows. */
static void tile_total(const sw_job *job, int64_t item, double *out, const bench *b) {
  const sw_connectedness *c = job->state;
  int64_t each = SW_CONNECT_RIDGES + c->draws, k = item % each;
  int w = (int)(item / each);
  const sw_connect_ridges *ridges = ridges_of(job, w);
  bool draw = k >= SW_CONNECT_RIDGES;
  sw_decomposition d;
  fit(job, w, draw ? k - SW_CONNECT_RIDGES : -1,
      draw ? ridges->lambda : sw_connect_ridge[k] * ridges->scale, false, b->fit, b, &d);
  *out = d.total;
}

/* ---- units ----------------------------------------------------------------------------------- */

/* What a unit sends to itself is no connection: from = 1 - own. */
static void place_unit(const sw_job *job, int w, int64_t unit, int u, const double *own,
                       const double *to, const double *vector) {
  const sw_connectedness *c = job->state;
  sw_view operand = job->operand_local[SW_CONNECT_UNITS];
  int64_t at = unit - operand.first, row = unit - job->first;
  int rows = c->window[w].rows, t = w;
  /* The operands are what the pass over pairs needs of a unit: the vectors of
   * kernel/causality/decomposition.h. */
  for (int q = 0; q < SW_CONNECT_VECTORS; q++)
    for (int s = 0; s < rows; s++)
      operand.row[sw_connect_row(c, w, q, s)][at] =
          vector[((size_t)q * (size_t)c->longest + (size_t)s) * CHUNK + (size_t)u];
  /* Rows of theta sum to 1, so what i receives from others is what it does not get from itself. */
  double from = 1 - own[u];
  job->result[sw_connect_form(c, SW_CONNECT_FROM)].row[t][row] = from;
  job->result[sw_connect_form(c, SW_CONNECT_TO)].row[t][row] = to[u];
  job->result[sw_connect_form(c, SW_CONNECT_NET)].row[t][row] = to[u] - from;
}

/* What each unit receives and sends in window w, by chunks of units. */
static void tile_window(const sw_job *job, const sw_tile *tile, int w, const bench *b) {
  const sw_connectedness *c = job->state;
  const sw_connect_model *model = sw_connect_model_at(c, job->folded[SW_CONNECT_MODEL], w);
  sw_connect_reader reader = {job, &c->window[w], -1, b->series};
  sw_series_source from = sw_connect_source(&reader);
  /* The window has no model: its numbers stay NaN (clear_units). */
  if (model->found == 0) return;
  sw_decomposition d = sw_connect_decomposition(c, model);
  double *vector = b->numbers + 2 * CHUNK;
  size_t size = (size_t)c->longest * CHUNK;
  sw_decomposition_units out = {b->numbers, b->numbers + CHUNK, vector + SW_CONNECT_RECEIVER * size,
                                vector + SW_CONNECT_FIRST * size,
                                vector + SW_CONNECT_SECOND * size};
  /* Chunks of units share a pass over the matrices of the fit. */
  for (int64_t unit = tile->lo; unit < tile->hi && !sw_job_stops(job); unit += CHUNK) {
    int count = (int)(tile->hi - unit < CHUNK ? tile->hi - unit : CHUNK);
    sw_decomposition_chunk(&from, &d, unit, count, &out, b->work);
    for (int u = 0; u < count; u++)
      place_unit(job, w, unit + u, u, out.own, out.to, vector);
  }
}

/* Everything missing, before windows are filled in. Operands of a unit that takes no part stay NaN,
 * and so do its pairs. */
static void clear_units(const sw_job *job, const sw_tile *tile) {
  const sw_connectedness *c = job->state;
  sw_view operand = job->operand_local[SW_CONNECT_UNITS];
  for (int r = 0; r < job->pass[SW_CONNECT_UNITS].operand * job->n_periods; r++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      operand.row[r][unit - operand.first] = NAN;
  for (int q = SW_CONNECT_FROM; q <= SW_CONNECT_NET; q += 2)
    for (int t = 0; t < (c->rolls ? job->n_periods : 1); t++)
      for (int64_t unit = tile->lo; unit < tile->hi; unit++)
        job->result[sw_connect_form(c, q)].row[t][unit - job->first] = NAN;
}

/* By pass; the order of the cases is that of the passes. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_connectedness *c = job->state;
  bench b;
  cut(c, workspace, &b);
  switch (tile->pass) {
  case SW_CONNECT_MEANS:
    sw_transform_tile(job, &c->series, tile, out);
    break;
  case SW_CONNECT_SERIES:
    sw_connect_place(job, tile, out, b.series);
    break;
  case SW_CONNECT_GRAMS:
    tile_grams(job, (int)tile->lo, out, &b);
    break;
  case SW_CONNECT_MODEL:
    tile_model(job, (int)tile->lo, out, &b);
    break;
  case SW_CONNECT_TOTALS:
    tile_total(job, tile->lo, out, &b);
    break;
  default:
    clear_units(job, tile);
    for (int w = 0; w < c->windows; w++)
      tile_window(job, tile, w, &b);
  }
}

/* ---- merge and finish ------------------------------------------------------------------------ */

/* Counts by place of the series, of the second pass: whole numbers. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  const sw_connectedness *c = job->state;
  if (pass == SW_CONNECT_MEANS) {
    sw_transform_merge(&c->series, all, part);
    return;
  }
  double *to = all;
  const double *from = part;
  for (int s = 0; s < c->series.length; s++)
    to[s] += from[s];
}

/* The least error, the larger ridge of equal ones. */
static void choose(const sw_connectedness *c, sw_connect_ridges *of) {
  int best = -1;
  for (int k = 0; k < SW_CONNECT_RIDGES; k++)
    /* <= and ascending ridges: of equal errors the larger ridge is kept. */
    if (!isnan(of->leave_out[k]) && (best < 0 || of->leave_out[k] <= of->leave_out[best])) best = k;
  of->choice = c->by == SW_CONNECT_GIVEN ? -1 : best;
  of->lambda = c->by == SW_CONNECT_GIVEN ? c->lambda
               : best < 0                ? NAN
                                         : sw_connect_ridge[best] * of->scale;
}

/* All numbers of an output missing, before windows are filled in. Periods that end no window have
 * no value either. */
static void clear(const sw_job *job, int output) {
  const sw_connectedness *c = job->state;
  const sw_result *result = &job->result[sw_connect_form(c, output)];
  for (int k = 0; k < result->width * (c->rolls ? job->n_periods : 1); k++)
    result->row[0][k] = NAN;
}

/* After the Gram matrices: the ridge of each scope, and the table that shows how it was chosen. */
static void finish_grams(sw_job *job, sw_connect_ridges *of) {
  const sw_connectedness *c = job->state;
  for (int k = 0; k < sw_connect_scopes(c); k++)
    choose(c, &of[k]);
  /* Where one ridge serves all windows, its leave-one-out stands in a table without time. */
  if (c->by == SW_CONNECT_EACH && c->rolls) clear(job, SW_CONNECT_LEAVE_OUT);
  for (int k = 0; k < sw_connect_scopes(c); k++) {
    bool each = c->by == SW_CONNECT_EACH && c->rolls;
    double *to = each ? sw_connect_numbers(job, SW_CONNECT_LEAVE_OUT, k)
                      : job->result[SW_CONNECT_LEAVE_OUT].row[0];
    memcpy(to, of[k].leave_out, sizeof of[k].leave_out);
  }
  sw_connect_note_ridges(job, c, of);
}

/* Windows by their last period; the other periods have no value. */
static void finish_models(sw_job *job, const void *all) {
  const sw_connectedness *c = job->state;
  clear(job, SW_CONNECT_TOTAL);
  clear(job, SW_CONNECT_LAMBDA);
  clear(job, SW_CONNECT_DELTA);
  clear(job, SW_CONNECT_USED);
  for (int w = 0; w < c->windows; w++) {
    const sw_connect_model *model = sw_connect_model_at(c, all, w);
    *sw_connect_numbers(job, SW_CONNECT_TOTAL, w) = model->total;
    *sw_connect_numbers(job, SW_CONNECT_LAMBDA, w) = model->lambda;
    *sw_connect_numbers(job, SW_CONNECT_DELTA, w) = model->delta;
    *sw_connect_numbers(job, SW_CONNECT_USED, w) = model->used;
  }
  sw_connect_why(job, c, all);
}

/* Items of a window stand together: ridges, then draws. */
static void finish_totals(sw_job *job, const double *all) {
  const sw_connectedness *c = job->state;
  size_t draws = (size_t)c->draws;
  clear(job, SW_CONNECT_BY_RIDGE);
  if (draws > 0) clear(job, SW_CONNECT_NULL);
  /* Records of a window stand together, as tile_total numbers the items. */
  for (int w = 0; w < c->windows; w++, all += SW_CONNECT_RIDGES + draws) {
    memcpy(sw_connect_numbers(job, SW_CONNECT_BY_RIDGE, w), all, SW_CONNECT_RIDGES * sizeof *all);
    if (draws > 0)
      memcpy(sw_connect_numbers(job, SW_CONNECT_NULL, w), all + SW_CONNECT_RIDGES,
             draws * sizeof *all);
  }
  sw_connect_say(job, c, job->folded[SW_CONNECT_GRAMS]);
}

/* Rank 0: hands records on, and fills the tables of its pass. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_connectedness *c = job->state;
  /* The means of a transform have a `finish` of their own; all other passes hand their records
   * on. */
  if (pass == SW_CONNECT_MEANS) return sw_transform_finish(err, job, &c->series, all, result);
  if (job->pass[pass].result > 0) memcpy(result, all, job->pass[pass].result);
  if (pass == SW_CONNECT_GRAMS) finish_grams(job, result);
  if (pass == SW_CONNECT_MODEL) finish_models(job, all);
  if (pass == SW_CONNECT_TOTALS) finish_totals(job, all);
  return SW_OK;
}

/* ---- the descriptor's functions -------------------------------------------------------------- */

/* Windows are found after the second pass, which has counted values by period; pointers into
 * operands once these lie in their final place. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  sw_connectedness *c = job->state;
  if (pass > SW_CONNECT_SERIES) SW_TRY(sw_connect_windows(err, job, c));
  return pass == SW_CONNECT_PAIRS ? sw_connect_point(err, job, c) : SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------------ */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable whose series are connected"},
    SW_PARAM_TRANSFORM,
    {.name = "horizon",
     .type = SW_P_INTEGER,
     .fallback = "10",
     .lo = 1,
     .hi = 1000,
     .help = "periods ahead whose forecasts are decomposed: h = 0 .. horizon - 1"},
    {.name = "ridge",
     .type = SW_P_NODE,
     .fallback = "auto",
     .help =
         "auto: by leave-one-out over the whole series; each: in each window; or a number above "
         "0, of series standardised to variance 1"},
    {.name = "shrink",
     .type = SW_P_NODE,
     .fallback = "auto",
     .help = "of the covariance of residuals towards its diagonal: auto (Schafer and Strimmer "
             "2005), or a number from 0 to 1"},
    {.name = "window",
     .type = SW_P_NODE,
     .fallback = "none",
     .help = "none, or {length: 20, step: 1}: a matrix for each so many values of the series, at "
             "the window's last period"},
    {.name = "permutations",
     .type = SW_P_INTEGER,
     .fallback = "0",
     .lo = 0,
     .hi = 1000000,
     .help = "of the periods of each series by itself, for `null`; 0: none"},
    {0}};

/* Both forms of an output: of the whole series, and by period. */
#define UNIT_FORMS(of, text, colours)                                                              \
  {.name = of,                                                                                     \
   .long_name = text,                                                                              \
   .units = "1",                                                                                   \
   .shape = SW_UNIT,                                                                               \
   .timeless = true,                                                                               \
   .palette = colours},                                                                            \
  {                                                                                                \
    .name = of, .long_name = text, .units = "1", .shape = SW_UNIT, .palette = colours              \
  }
#define INDEX_FORMS(of, text, along, drawn, kind)                                                  \
  {.name = of,                                                                                     \
   .long_name = text,                                                                              \
   .units = "1",                                                                                   \
   .shape = SW_TABLE,                                                                              \
   .number = kind,                                                                                 \
   .axis = {along},                                                                                \
   .show = drawn},                                                                                 \
  {                                                                                                \
    .name = of, .long_name = text, .units = "1", .shape = SW_GLOBAL, .number = kind, .axis = {     \
      along                                                                                        \
    }                                                                                              \
  }

/* In the order of the enumeration of connectedness.h. */
static const sw_output outputs[] = {
    {.name = "value",
     .long_name = "share of the column's forecast variance that comes from the row",
     .units = "1",
     .shape = SW_PAIR},
    UNIT_FORMS("from", "share of forecast variance that comes from others", SW_PALETTE_DEFAULT),
    UNIT_FORMS("to", "sum of shares of the others' forecast variance that come from here",
               SW_PALETTE_DEFAULT),
    UNIT_FORMS("net", "what is sent less what is received", SW_DIVERGING_0),
    INDEX_FORMS("total_connectedness", "mean share of forecast variance that comes from others",
                NULL, SW_SHOW_DEFAULT, SW_FLOAT64),
    INDEX_FORMS("by_ridge", "total connectedness under other ridges", "ridge", SW_SHOW_LINE,
                SW_FLOAT64),
    INDEX_FORMS("null", "total connectedness of series with permuted periods", "draw",
                SW_SHOW_DEFAULT, SW_FLOAT64),
    INDEX_FORMS("lambda", "ridge in force", NULL, SW_SHOW_DEFAULT, SW_FLOAT64),
    INDEX_FORMS("delta", "shrinkage of the covariance of residuals in force", NULL, SW_SHOW_DEFAULT,
                SW_FLOAT64),
    INDEX_FORMS("n_used", "series that take part", NULL, SW_SHOW_DEFAULT, SW_INT32),
    INDEX_FORMS("leave_out", "mean square error of leave-one-out under each ridge", "ridge",
                SW_SHOW_LINE, SW_FLOAT64),
    {0}};

static const sw_variant variants[] = {
    {"ridge", "auto",
     "lambda = c tr(ZZ')/T, c of 10^(-3, -2.5 .. 3) by leave-one-out over the whole series"},
    {"ridge", "each",
     "lambda = c tr(ZZ')/T, c of 10^(-3, -2.5 .. 3) by leave-one-out in each window"},
    {"ridge", "*", "lambda as given"},
    {"shrink", "auto", "delta by the residuals' correlations (Schafer and Strimmer 2005)"},
    {"shrink", "*", "delta as given"},
    {"window", "*", "of each window by itself"},
    SW_TRANSFORM_VARIANTS,
    {0}};

/* flops and bytes: of 20 periods and 10 horizons. */
const sw_measure sw_measure_connectedness = {
    .name = "connectedness",
    .title = "Connectedness of series: who moves with whom, and who leads",
    .formula = "theta_ij = s_jj^-1 sum_{h < H} (Phi^h S)_ij^2 over its sum over j, Phi of a ridge "
               "VAR with "
               "one lag of standardised series, S = delta diag + (1 - delta) E'E/T; value(j, i) = "
               "theta_ij; "
               "from_i = sum_{j != i} theta_ij, to_j = sum_{i != j} theta_ij, net = to - from, "
               "total_connectedness = mean of from",
    .variant = variants,
    .source =
        "Diebold and Yilmaz 2012, International Journal of Forecasting 28:57-66; 2014, Journal "
        "of Econometrics 182:119-134; Schafer and Strimmer 2005, Statistical Applications in "
        "Genetics and Molecular Biology 4:32 (shrinkage)",
    .version = 2,
    .headline = "total_connectedness",
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 400,
    .bytes = 160,
    .leaves_off = true,
    .resolve = sw_connect_resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .block = sw_connect_block,
    .workspace = workspace,
};
