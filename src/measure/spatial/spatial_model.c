/* Spatial models of a cross-section or a panel (methods-space.md section 12):
 *
 *   lag           y = rho W y + X b + e                 durbin        the same with W X t
 *   error         y = X b + u, u = lambda W2 u + e      durbin_error  the same with W X t
 *   slx           y = X b + W X t + e                   sac           rho and lambda
 *
 * with effects of units, of periods, of both, or random ones of units; by maximum likelihood or by
 * instruments and moments; static or with y of the period before. A change of x in one unit acts in
 * others: S = (I - rho W)^-1 (I b + W t) is the matrix of effects, told by its means (direct,
 * indirect, total), by what each unit receives and gives, and, where asked for, itself.
 *
 * Values of all variables are needed of every unit in every period: a lag over a missing neighbour
 * is undefined.
 *
 * Sources: Ord 1975; Anselin 1988; LeSage & Pace 2009; Lee & Yu 2010; Elhorst 2014.
 *
 * Passes: MISSING (a fold over units: which values are missing), MODELS (an item for each model),
 * then, of one model alone, UNITS (residuals and what each unit receives and gives) and PAIRS (the
 * matrix of effects, `spillover`). */
#include "measure/spatial/spatial_model.h"
#include "measure/spatial/spatial_outputs.h"

#include <math.h>
#include <string.h>

/* ---- missing values ----------------------------------------------------------------------------
 */

/* Of an input in a period: how many values are missing, and the first unit of these. Doubles, so
 * that a partial is one array of numbers. */
typedef struct gap {
  double count, first;
} gap;

/* `first` is n where nothing is missing: no unit. */
static void start_gaps(const sw_job *job, int pass, void *all) {
  gap *to = all;
  if (pass != SW_SPATIAL_MISSING) return;
  for (int i = 0; i < job->n_inputs * job->n_periods; i++)
    to[i] = (gap){0, (double)job->n};
}

/* A logarithm of zero is infinite or missing: neither can be fitted. isfinite: infinite values are
 * refused with the missing ones. */
static void look_for_gaps(const sw_job *job, const sw_tile *tile, gap *out) {
  for (int i = 0; i < job->n_inputs; i++)
    for (int t = 0; t < job->n_periods; t++) {
      gap *to = &out[i * job->n_periods + t];
      for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
        if (isfinite(sw_view_at(job->input[i].view, t, unit))) continue;
        if (to->count++ == 0) to->first = (double)unit;
      }
    }
}

/* Blocks come in the order of units, so the first gap of all is that of the first block with one.
 */
static void merge_gaps(const sw_job *job, int pass, void *all, const void *part) {
  gap *to = all;
  const gap *from = part;
  for (int i = 0; pass == SW_SPATIAL_MISSING && i < job->n_inputs * job->n_periods; i++) {
    if (to[i].count == 0) to[i].first = from[i].first;
    to[i].count += from[i].count;
  }
}

/* The first gap of a model's input, and how many values are missing of it. The first gap by period,
 * then by unit: the same message for any ranks. */
static sw_status check_gap(sw_error *err, sw_job *job, const sw_spatial_one *one, int input,
                           const char *param, const gap *gaps) {
  double count = 0;
  int first = -1;
  for (int t = one->from; t <= one->to; t++) {
    count += gaps[input * job->n_periods + t].count;
    if (first < 0 && count > 0) first = t;
  }
  if (count == 0) return SW_OK;
  int64_t unit = (int64_t)gaps[input * job->n_periods + first].first;
  const char *of = job->periods->cross_section ? "" : sw_job_period(job, first);
  return sw_job_fail(err, job, param,
                     "'%s' has no value of unit %s%s%s (%.0f missing, with what `balanced` leaves "
                     "out): a spatial model "
                     "needs those of all units in all periods; restrict `periods`, units by "
                     "`where`, or write missing: "
                     "drop-units",
                     job->input[input].name, sw_unit_code(job->units, unit), *of ? " in " : "", of,
                     count);
}

/* Model by model: a variable that only some models use is looked at in their windows alone. A
 * window of a grid may leave out the periods in which a variable is missing. */
static sw_status refuse_gaps(sw_error *err, sw_job *job, const gap *gaps) {
  const sw_spatial_state *s = job->state;
  const char *y = sw_job_arg(job, "y")->given ? "y" : "grid.y";
  const char *x = sw_job_arg(job, "x")->given ? "x" : "grid.x";
  for (int m = 0; m < s->n_models; m++) {
    const sw_spatial_one *one = &s->model[m];
    SW_TRY(check_gap(err, job, one, one->y, y, gaps));
    for (int j = 0; j < one->k; j++)
      SW_TRY(check_gap(err, job, one, one->x[j], x, gaps));
  }
  return SW_OK;
}

/* ---- passes -------------------------------------------------------------------------------------
 */

/* Gaps and units by tiles of units; each model is an item. The three kinds of work share one
 * function of the descriptor. */
static void tile_model(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  if (tile->pass == SW_SPATIAL_MISSING)
    look_for_gaps(job, tile, out);
  else if (tile->pass == SW_SPATIAL_MODELS)
    sw_spatial_item(job, tile->lo, out, workspace);
  else
    sw_spatial_fill_units(job, tile, workspace);
}

/* On rank 0. Refusals come before tables, which are filled from models that could be fitted, then
 * warnings, and the summary last. */
static sw_status finish_model(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_spatial_state *s = job->state;
  if (pass == SW_SPATIAL_MISSING) return refuse_gaps(err, job, all);
  if (pass != SW_SPATIAL_MODELS) return SW_OK;
  SW_TRY(sw_spatial_refuse(err, job, all));
  sw_spatial_place(job, all);
  sw_spatial_warn(job, all);
  SW_TRY(sw_spatial_say(err, job, all));
  if (!s->grid) memcpy(result, all, sw_spatial_record(job));
  return SW_OK;
}

/* Of the pass that needs most. One workspace per thread serves all passes in turn. */
static size_t workspace_model(const sw_job *job) {
  size_t bytes = sw_spatial_item_workspace(job), pairs = sw_spatial_spillover_workspace(job);
  size_t units = sw_spatial_units_workspace(job);
  bytes = bytes > units ? bytes : units;
  return bytes > pairs ? bytes : pairs;
}

/* Only pairs need a factor of their own per thread. */
static sw_status open_model(sw_error *err, const sw_job *job, int pass, void *workspace) {
  return pass == SW_SPATIAL_PAIRS ? sw_spatial_spillover_open(err, job, workspace) : SW_OK;
}

/* ---- resolve ------------------------------------------------------------------------------- */

/* The record of one model is the result of its pass, and so reaches all ranks, who need its
 * coefficients for units and pairs; those of a grid stay on rank 0, where the tables are filled. */
static void declare_passes(sw_job *job, const sw_spatial_state *s) {
  size_t gaps = (size_t)job->n_inputs * (size_t)job->n_periods;
  size_t record = sw_spatial_record(job);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = gaps * sizeof(gap)});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = s->n_models,
                             .record = record,
                             .result = s->grid ? 0 : record});
  if (s->grid) return;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  if (sw_job_arg(job, "spillover")->count == 0) return;
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
  job->directed = true;
  job->whole_series = true;
  job->defines_diagonal = true;
  job->by = SW_BY_ABSOLUTE; /* effects may all be below zero */
}

/* Read (spatial_spec.c), declared (spatial_terms.c), then the passes; nothing has looked at
 * values. */
static sw_status resolve_model(sw_error *err, sw_job *job) {
  sw_spatial_state *s = NULL;
  SW_NEW(err, job->arena, s, 1);
  job->state = s;
  /* Values of all periods decide together, so nothing can be taken over by period. */
  job->pooled = true;
  SW_TRY(sw_spatial_read(err, job, s));
  SW_TRY(sw_spatial_declare(err, job, s));
  declare_passes(job, s);
  sw_spatial_warn_dense(job);
  if (s->grid)
    sw_job_foresee(job, "%d models of %lld units and up to %d period%s", s->n_models,
                   (long long)job->n, s->most_periods, s->most_periods == 1 ? "" : "s");
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "form",
     .type = SW_P_CHOICE,
     .choices = "lag|error|durbin|durbin_error|slx|sac",
     .help = "lag (SAR): rho W y; error (SEM): lambda W u; durbin (SDM), durbin_error (SDEM): with "
             "W X, too; slx: W X alone; sac (SARAR): rho and lambda"},
    {.name = "y",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "the variable that is explained; of several models grid.y"},
    {.name = "x",
     .type = SW_P_COLUMNS,
     .fallback = "",
     .distinct = true,
     .help = "the variables that explain it; of several models grid.x"},
    {.name = "weights",
     .type = SW_P_WEIGHTS,
     .fallback = "",
     .help = "W, a weights matrix of the study; of several models grid.weights"},
    {.name = "error_weights",
     .type = SW_P_WEIGHTS,
     .fallback = "",
     .help = "W2, of the errors; else W"},
    {.name = "fixed",
     .type = SW_P_CHOICE,
     .fallback = "none",
     .choices = "none|unit|time|two-way|random",
     .help = "effects; none: a constant; random: of units, independent of x"},
    {.name = "effects_form",
     .type = SW_P_CHOICE,
     .fallback = "kkp",
     .choices = "kkp|baltagi",
     .help =
         "random effects beside spatial errors: kkp: both are spatial; baltagi: the errors alone"},
    {.name = "correction",
     .type = SW_P_CHOICE,
     .fallback = "lee-yu",
     .choices = "lee-yu|none",
     .help = "fixed effects: by transformation, or means taken out and nothing else"},
    {.name = "dynamic",
     .type = SW_P_CHOICE,
     .fallback = "false",
     .choices = "false|lag|lag_and_space",
     .help = "y(-1), or y(-1) and W y(-1), among the terms; bias corrected"},
    {.name = "method",
     .type = SW_P_CHOICE,
     .fallback = "ml",
     .choices = "ml|gm",
     .help = "maximum likelihood; instruments X, W X, W W X and moments of the errors"},
    {.name = "logdet",
     .type = SW_P_CHOICE,
     .fallback = "auto",
     .choices = "auto|eigen|sparse",
     .help = "how ln|I - rho W| is computed, exactly in each case"},
    {.name = "information",
     .type = SW_P_CHOICE,
     .fallback = "auto",
     .choices = "auto|expected|observed",
     .help = "which gives standard errors; auto: expected up to 20,000 units (sac: 4,000)"},
    {.name = "se",
     .type = SW_P_CHOICE,
     .fallback = "delta",
     .choices = "delta|draws",
     .help = "of effects: delta method, or draws of the coefficients, with percentiles"},
    {.name = "draws",
     .type = SW_P_INTEGER,
     .fallback = "1000",
     .lo = 2,
     .hi = 1e8,
     .help = "how many"},
    {.name = "spillover",
     .type = SW_P_MATRICES,
     .fallback = "",
     .choices = "terms",
     .help =
         "the matrix of effects of these variables, as pairs: what each unit gives to each; with "
         "every key of a pair entry: keep, by, precision, blocks, rings, centres"},
    {.name = "grid.y",
     .type = SW_P_COLUMNS,
     .fallback = "",
     .distinct = true,
     .help =
         "many models in one entry: a model of each of these, in the place of y; then nothing is "
         "written by unit"},
    {.name = "grid.x",
     .type = SW_P_COLUMN_MAP,
     .fallback = "",
     .distinct = true,
     .help = "by each of these lists of variables, in the place of x"},
    {.name = "grid.weights",
     .type = SW_P_WEIGHTS_LIST,
     .fallback = "",
     .distinct = true,
     .help = "by each of these matrices, in the place of weights"},
    {.name = "grid.periods",
     .type = SW_P_NODE,
     .fallback = "",
     .help = "in each of these windows: [[1990, 1999], [2000, 2009]]"},
    {0}};

#define ONE(ID, label, text, a, b, ...)                                                            \
  [SW_SPATIAL_OUT_##ID] = {.name = #label,                                                         \
                           .long_name = text,                                                      \
                           .units = "1",                                                           \
                           .shape = SW_TABLE,                                                      \
                           .axis = {a, b},                                                         \
                           __VA_ARGS__},
#define OF_GRID(ID, label, text, a, b, ...)                                                        \
  [SW_SPATIAL_OUT_COUNT + SW_SPATIAL_OUT_##ID] = {.name = #label,                                  \
                                                  .long_name = text,                               \
                                                  .units = "1",                                    \
                                                  .shape = SW_TABLE,                               \
                                                  .axis = {"model", a, b},                         \
                                                  __VA_ARGS__},
#define BY_UNIT .units = "1", .shape = SW_UNIT, .timeless = true, .axis = {"effect_term"}

static const sw_output outputs[] = {
    SW_SPATIAL_TABLES(ONE) SW_SPATIAL_TABLES(
        OF_GRID)[SW_SPATIAL_OUT_RESIDUAL] = {.name = "residual",
                                             .long_name =
                                                 "residual, effects and spatial terms taken out",
                                             .units = "1",
                                             .shape = SW_UNIT,
                                             .palette = SW_DIVERGING_0},
    [SW_SPATIAL_OUT_RECEIVED] = {.name = "received",
                                 .long_name =
                                     "effect of a change in all other units; rows of W that "
                                     "sum to 1 make it the total less the unit's own",
                                 BY_UNIT,
                                 .palette = SW_DIVERGING_0},
    [SW_SPATIAL_OUT_RECEIVED_SE] = {.name = "received_se",
                                    .long_name = "standard error of what the unit receives",
                                    BY_UNIT},
    [SW_SPATIAL_OUT_GIVEN] = {.name = "given",
                              .long_name =
                                  "effect of a change in the unit on all others; ranks units",
                              BY_UNIT,
                              .palette = SW_DIVERGING_0},
    [SW_SPATIAL_OUT_GIVEN_SE] = {.name = "given_se",
                                 .long_name = "standard error of what the unit gives",
                                 BY_UNIT},
    {.name = "effect",
     .long_name = "effect of a change of the variable in the sender on y of the receiver",
     .units = "1",
     .shape = SW_PAIR,
     .palette = SW_DIVERGING_0,
     .group = "spillover"},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"form", "lag", "y = rho W y + X b + e"},
    {"form", "error", "y = X b + u, u = lambda W2 u + e"},
    {"form", "durbin", "y = rho W y + X b + W X t + e"},
    {"form", "durbin_error", "y = X b + W X t + u, u = lambda W2 u + e"},
    {"form", "slx", "y = X b + W X t + e"},
    {"form", "sac", "y = rho W y + X b + u, u = lambda W2 u + e"},
    {"fixed", "unit", "effects of units"},
    {"fixed", "time", "effects of periods"},
    {"fixed", "two-way", "effects of units and periods"},
    {"fixed", "random", "random effects of units, phi = s_mu^2/s_e^2"},
    {"dynamic", "lag", "+ g y(-1)"},
    {"dynamic", "lag_and_space", "+ g y(-1) + d W y(-1)"},
    {"method", "ml", "maximum likelihood, concentrated on rho and lambda"},
    {"method", "gm", "2SLS with X, W X, W W X; moments of Kelejian and Prucha"},
    {"se", "draws", "errors of effects: sd of draws from N(b, V), percentiles"},
    {0}};

const sw_measure sw_measure_spatial_model = {
    .name = "spatial_model",
    .title = "Spatial models: lag, error, Durbin, and their effects",
    .formula = "effects S = (I - rho W)^-1 (I b + W t), S_ij = dy_i/dx_j: direct tr S/n, total "
               "1'S1/n, indirect their difference; of a unit received sum_{j != i} S_ij, given "
               "sum_{j != i} S_ji",
    .variant = variants,
    .source =
        "Ord 1975, JASA 70:120-126; Anselin 1988, Spatial Econometrics; LeSage and Pace 2009, "
        "Introduction to Spatial Econometrics; Lee and Yu 2010, J. Econometrics 154:165-185; "
        "Elhorst 2014, Spatial Econometrics; Yu, de Jong and Lee 2008, J. Econometrics "
        "146:118-134; Kapoor, Kelejian and Prucha 2007",
    .version = 1,
    .headline = "pseudo_r2",
    .kind = SW_KIND_MODEL,
    .param = params,
    .output = outputs,
    .resolve = resolve_model,
    .tile = tile_model,
    .start = start_gaps,
    .merge = merge_gaps,
    .finish = finish_model,
    .workspace = workspace_model,
    .open = open_model,
    .whole_row = sw_spatial_spillover_row,
    .rows_ahead = sw_spatial_spillover_ahead,
};
