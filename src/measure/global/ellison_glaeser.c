/* Geographic concentration of industries beyond that of their plants, and of every pair of them
 * together (methods.md and methods-regions.md, section 6). With shares s_mk = e_mk/E_k of unit m in
 * industry k, and x_m the unit's share of all:
 *
 *   g_k = sum_m (s_mk - x_m)^2
 *   gamma_k = [g_k - (1 - sum x^2) H_k]/[(1 - sum x^2)(1 - H_k)]              form: eg
 *   gamma_k = [(sum s^2 - sum x^2)/(1 - sum x^2) - H_k]/(1 - H_k)             form: maurel-sedillot
 *   coagglomeration_kl = sum_m (s_mk - x_m)(s_ml - x_m)/(1 - sum x^2)
 *
 * x is the share of the total of all industries, or the mean of the shares; with the mean each row
 * of the matrix, diagonal included, sums to 0. H is the concentration of the industry's plants,
 * given, or sum_m (e_mk^2/p_mk)/E_k^2 from the numbers of plants p, all of a unit of one size.
 *
 * First a pass over units for the sums; then items, each a few industries of a period against all
 * (kernel/pairs/agglomeration.h). Units that lack an industry are left out, as x is of all.
 *
 * Sources: Ellison & Glaeser 1997; Maurel & Sedillot 1999; Ellison, Glaeser & Kerr 2010.
 *
 * The first pass leaves, by period, the sums by industry and, with numbers of plants, e^2/p by
 * industry: partials of blocks, merged in block order. `finish` hands them to every rank. A band
 * reads whole columns, and makes rows k0 .. k1 of the matrix from the diagonal on.
 * Time: n^2/2 pairs of industries times m units a period; memory of a record: BAND (n + 2)
 * numbers. */
#include "kernel/pairs/agglomeration.h"
#include "measure/share/industries.h"
#include "measure/share/series.h"
#include "spillway/node.h"

#include <math.h>
#include <string.h>

/* Outputs. */
enum { GAMMA, G, COAGGLOMERATION, COVERAGE, N_USED };
/* Passes. */
enum { SUMS, BANDS };
enum {
  BAND = 64,
  SAID = 3
}; /* industries of an item; pairs that the summary tells
    * Choices of `x`. */
enum { SEPARATE, TOTAL, MEAN };

typedef struct eg_state {
  int n, bands; /* industries; items of a period */
  bool sedillot;
  int x;
  int plants;      /* where their numbers begin among the inputs; -1: not given */
  const double *h; /* n_periods * n as given; NULL: not given */
  sw_industries set;
} eg_state;

static const char *name_of(const sw_job *job, int k) {
  return job->input[sw_job_inputs(job, "industries").first + k].name;
}

/* ---- records ---------------------------------------------------------------------------- */

/* A study of few industries needs no whole band.
 * Rows that a record has room for. */
static int rows_of(const eg_state *state) {
  return state->n < BAND ? state->n : BAND;
}

/* Of a band: pairs, g, squares, both sums of x^2. All are as long as the longest. The two sums of
 * x^2 differ where g takes the share of the total and pairs the mean of the shares (x:
 * separate). */
static size_t record_numbers(const eg_state *state) {
  size_t rows = (size_t)rows_of(state);
  return rows * ((size_t)state->n + 2) + 2;
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* Where the sums of plants begin in the partial.
 * Behind those of the industries, n for each period. */
static size_t plants_at(const sw_job *job) {
  const eg_state *state = job->state;
  return sw_industries_bytes(job, &state->set) / sizeof(double);
}

/* e^2/p of whole units. A unit with output and no plants makes the industry's H undefined. */
static void add_plants(const sw_job *job, const sw_tile *tile, double *sums, double *value) {
  const eg_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++, sums += state->n)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      if (!sw_industries_read(job, &state->set, t, unit, value)) continue;
      for (int k = 0; k < state->n; k++) {
        double plants = sw_view_at(job->input[state->plants + k].view, t, unit);
        /* plants missing or 0 under a value above 0: the size of its plants is not known. value 0
         * adds nothing. */
        if (value[k] > 0) sums[k] += plants > 0 ? value[k] * value[k] / plants : NAN;
      }
    }
}

/* A band of industries against all: matrix products in registers, n^2 / 2 pairs of m units. */
static void tile_band(const sw_job *job, int item, double *record, void *workspace) {
  const eg_state *state = job->state;
  int t = item / state->bands, k0 = item % state->bands * BAND;
  int k1 = k0 + BAND < state->n ? k0 + BAND : state->n;
  const double **column = workspace;
  /* The last band may have fewer rows. */
  sw_agglomeration of = {.n = state->n,
                         .regions = job->n,
                         .value = column,
                         .sum = sw_industries_sums(&state->set, job->folded[SUMS], t),
                         .mean_of_g = state->x == MEAN,
                         .mean_of_pairs = state->x != TOTAL};
  for (int k = 0; k < state->n; k++)
    column[k] = job->input[state->set.input[k]].view.row[t];
  /* As record_numbers counts them: rows of pairs, g, squares; both sums at the end. */
  double *g = record + rows_of(state) * state->n;
  sw_agglomeration_band band = {.pairs = record, .g = g, .squares = g + rows_of(state)};
  sw_agglomeration_compute(&of, k0, k1, &band, column + state->n);
  double *x = record + record_numbers(state) - 2;
  x[0] = band.x_of_g;
  x[1] = band.x_of_pairs;
}

/* Bands by items; sums of industries by tiles of units. */
static void tile_eg(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const eg_state *state = job->state;
  if (tile->pass == BANDS) {
    tile_band(job, (int)tile->lo, out, workspace);
    return;
  }
  sw_industries_fold(job, &state->set, tile->lo, tile->hi, out, workspace);
  if (state->plants >= 0) add_plants(job, tile, (double *)out + plants_at(job), workspace);
}

/* The larger of both passes, in one formula. */
static size_t workspace_eg(const sw_job *job) {
  const eg_state *state = job->state;
  size_t n = (size_t)state->n;
  /* A byte for each unit of a block, for sw_industries_fold, and columns with their values; the
   * passes share it. */
  return SW_BLOCK + 2 * n * sizeof(double) + sw_agglomeration_workspace(state->n, rows_of(state));
}

static size_t sums_bytes(const sw_job *job) {
  const eg_state *state = job->state;
  size_t plants = state->plants >= 0 ? (size_t)job->n_periods * (size_t)state->n : 0;
  return (plants_at(job) + plants) * sizeof(double);
}

/* Bands are items, whose records are not merged.
 * The engine merges blocks in their order: one order of additions for any ranks. */
static void merge_eg(const sw_job *job, int pass, void *all, const void *part) {
  const eg_state *state = job->state;
  if (pass != SUMS) return;
  sw_industries_merge(job, &state->set, all, part);
  for (size_t i = plants_at(job); i < sums_bytes(job) / sizeof(double); i++)
    ((double *)all)[i] += ((const double *)part)[i];
}

/* ---- finish ----------------------------------------------------------------------------- */

/* Rounding apart, nothing is left: all is in one unit, or in one plant.
 * 2^-43, about 1e-13: sums of up to 10^5 squares of shares round to 1 within less. */
static double rest_of(double x) {
  return 1 - x > 0x1p-43 ? 1 - x : NAN;
}

/* The concentration of the plants of industry k. */
static double plants_of(const sw_job *job, int t, int k) {
  const eg_state *state = job->state;
  if (state->h) return state->h[t * state->n + k];
  const double *sums = job->folded[SUMS];
  /* (sum_m e^2/p)/E^2: of plants of equal size within a unit, the sum of their squared shares. */
  double all = sw_industries_sums(&state->set, sums, t)[k];
  return sums[plants_at(job) + (size_t)(t * state->n + k)] / (all * all);
}

/* H of 1, all plants in one, leaves nothing to divide by. */
static double gamma_of(const eg_state *state, double g, double squares, double x, double h) {
  double rest = rest_of(x);
  /* eg: (g/(1 - sum x^2) - H)/(1 - H), the published form divided through. */
  double raw = state->sedillot ? (squares - x) / rest : g / rest;
  return (raw - h) / rest_of(h);
}

/* The bands of period t: their rows of the matrix from the diagonal on, and below it what stands
 * mirrored. */
static void place_period(sw_job *job, const double *records, int t) {
  const eg_state *state = job->state;
  size_t n = (size_t)state->n, numbers = record_numbers(state);
  double *matrix = job->result[COAGGLOMERATION].row[0] + (size_t)t * n * n;
  for (int b = 0; b < state->bands; b++) {
    const double *pairs = records + (size_t)(t * state->bands + b) * numbers;
    const double *g = pairs + (size_t)rows_of(state) * n, *squares = g + rows_of(state);
    const double *x = pairs + numbers - 2;
    size_t k0 = (size_t)b * BAND, k1 = k0 + BAND < n ? k0 + BAND : n;
    for (size_t k = k0; k < k1; k++) {
      job->result[G].row[0][(size_t)t * n + k] = g[k - k0];
      if (!job->result[GAMMA].off)
        job->result[GAMMA].row[0][(size_t)t * n + k] =
            gamma_of(state, g[k - k0], squares[k - k0], x[0], plants_of(job, t, (int)k));
      for (size_t l = k; l < n; l++)
        /* Both places at once: the matrix is symmetric, and bands reach from the diagonal on. */
        matrix[k * n + l] = matrix[l * n + k] = pairs[(k - k0) * n + l] / rest_of(x[1]);
    }
  }
}

/* By what is missing first: units, then industries. */
static void say_why(sw_job *job, int t) {
  const eg_state *state = job->state;
  /* used: units that have a value of every industry; others are in no sum. */
  double used = sw_industries_whole(&state->set, job->folded[SUMS], t);
  bool given = state->h != NULL;
  for (int q = GAMMA; q <= COAGGLOMERATION; q++)
    sw_job_undefined(job, q, t,
                     used == 0             ? "no unit has a value of every industry"
                     : used == 1           ? "one unit"
                     : q == GAMMA && given ? "an industry is nowhere, or in one plant"
                     : q == GAMMA          ? "an industry is nowhere, or has no plants somewhere"
                                           : "an industry is nowhere, or all are in one unit");
}

/* Two industries among all, and their number. */
typedef struct together {
  int k, l;
  double value;
} together;

/* The SAID strongest of the last period, the strongest first, ties in the order of the study. An
 * insertion into SAID places: O(n^2) for the walk over the pairs. */
static int strongest(const double *matrix, int n, together found[SAID]) {
  int count = 0;
  for (int k = 0; k < n; k++)
    for (int l = k + 1; l < n; l++) {
      together one = {k, l, matrix[k * n + l]};
      int place = count;
      while (place > 0 && found[place - 1].value < one.value)
        place--;
      if (isnan(one.value) || place == SAID) continue;
      if (count < SAID) count++;
      memmove(found + place + 1, found + place, (size_t)(count - 1 - place) * sizeof *found);
      found[place] = one;
    }
  return count;
}

/* Says the pairs of industries that are most together in the last period. */
static void say_pairs(sw_job *job) {
  const eg_state *state = job->state;
  int n = state->n, last = job->n_periods - 1;
  together found[SAID];
  /* The matrix of the last period has been filled by place_period. */
  const double *matrix = job->result[COAGGLOMERATION].row[0] + (size_t)last * (size_t)(n * n);
  int count = strongest(matrix, n, found);
  const char *text = "";
  for (int i = 0; text && i < count; i++)
    text = sw_arena_printf(job->arena, "%s%s %s and %s %.4g", text, i ? "," : "",
                           name_of(job, found[i].k), name_of(job, found[i].l), found[i].value);
  if (text && count) sw_job_say(job, "most together%s:%s", sw_series_when(job, last), text);
}

/* The first pass leaves coverage and the sums that bands need; the second the indices. */
static sw_status finish_eg(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const eg_state *state = job->state;
  (void)err;
  for (int t = 0; t < job->n_periods; t++) {
    if (pass == BANDS) {
      place_period(job, all, t);
      say_why(job, t);
    } else {
      sw_industries_coverage(job, &state->set, all, t, &job->result[COVERAGE].row[0][t * state->n],
                             &job->result[N_USED].row[0][t]);
    }
  }
  if (pass == BANDS) {
    say_pairs(job);
    return SW_OK;
  }
  /* Only the first pass comes here: what it has left out is told once. */
  sw_industries_warn(job, &state->set, all);
  sw_industries_say(job, &state->set, all, "a value of every industry");
  memcpy(result, all, sums_bytes(job));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* `why` drops the node's own message, since "a number" is not all that may stand here. */
static sw_status read_number(sw_error *err, const sw_job *job, const sw_node *node, double *h) {
  sw_error why = {0};
  if (sw_node_number(&why, node, h) == SW_OK) return SW_OK;
  return sw_job_fail(err, job, "plant_hhi",
                     "'%s' is unknown; expected none, a number for all industries, one for each, "
                     "or {file: hhi.csv}",
                     node->text);
}

/* H of industry k in period t by what the study has: a number for all, a list, a map, a table. */
static sw_status read_one(sw_error *err, const sw_job *job, const sw_arg *arg, int t, int k,
                          double *h) {
  const sw_node *node = arg->node, *item = NULL;
  /* A table by industry alone holds for all periods; else the row is that of the period. */
  if (arg->table)
    return sw_table_timeless(job, "plant_hhi", name_of(job, k), h)
               ? SW_OK
               : sw_table_cell(err, job, "plant_hhi", t, name_of(job, k), h);
  if (node->kind == SW_NODE_SCALAR) return read_number(err, job, node, h);
  if (node->kind == SW_NODE_LIST && k < node->count) item = node->item[k];
  if (node->kind == SW_NODE_MAP) item = sw_node_get(node, name_of(job, k));
  if (item) return sw_node_number(err, item, h);
  return sw_job_fail(err, job, "plant_hhi",
                     "none for '%s'; give one for each industry, a number for all, or {file: "
                     "hhi.csv}",
                     name_of(job, k));
}

/* A name that is none of the industries is misspelt, or of another study. */
static sw_status check_names(sw_error *err, const sw_job *job, const eg_state *state,
                             const sw_node *map) {
  const char **name = NULL;
  SW_NEW(err, job->arena, name, state->n + 1); /* zeros: the last ends the list */
  for (int k = 0; k < state->n; k++)
    name[k] = name_of(job, k);
  return sw_node_check_keys(err, map, name);
}

/* The concentration of plants: a number for each industry, a map, or a table by period. */
static sw_status read_plant_hhi(sw_error *err, sw_job *job, eg_state *state) {
  const sw_arg *arg = sw_job_arg(job, "plant_hhi");
  double *h = NULL;
  const sw_node *node = arg->node;
  if (!arg->table && node->kind == SW_NODE_SCALAR && strcmp(node->text, "none") == 0) return SW_OK;
  if (!arg->table && node->kind == SW_NODE_LIST && node->count != state->n)
    return sw_job_fail(err, job, "plant_hhi", "%d number%s for %d industries; give one for each",
                       node->count, node->count == 1 ? "" : "s", state->n);
  if (!arg->table && node->kind == SW_NODE_MAP) SW_TRY(check_names(err, job, state, node));
  SW_NEW(err, job->arena, h, (int64_t)job->n_periods * state->n);
  /* Read for each period, since a table may have rows by period. */
  for (int t = 0; t < job->n_periods; t++)
    for (int k = 0; k < state->n; k++) {
      double *value = &h[t * state->n + k];
      SW_TRY(read_one(err, job, arg, t, k, value));
      if (!(*value >= 0 && *value <= 1))
        return sw_job_fail(err, job, "plant_hhi", "%g for '%s'; expected 0 to 1", *value,
                           name_of(job, k));
    }
  state->h = h;
  return SW_OK;
}

/* Plants stand in the order of the industries: no names would match them. */
static sw_status read_plants(sw_error *err, sw_job *job, eg_state *state) {
  sw_inputs plants = sw_job_inputs(job, "plants");
  state->plants = plants.count ? plants.first : -1;
  if (plants.count == 0) return SW_OK;
  if (state->h)
    return sw_job_fail(err, job, "plants",
                       "plant_hhi gives the concentration of plants already; remove one of them");
  if (plants.count != state->n)
    return sw_job_fail(err, job, "plants",
                       "%d column%s for %d industries; give one for each, in the same order",
                       plants.count, plants.count == 1 ? "" : "s", state->n);
  return SW_OK;
}

/* H before the outputs: without plants there is g, and no gamma. */
static sw_status resolve_eg(sw_error *err, sw_job *job) {
  static const char *const params[] = {"industries"};
  eg_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->set.shares = true;
  SW_TRY(sw_industries_of(err, job, params, 1, &state->set));
  state->n = state->set.n;
  if (state->n < 2)
    return sw_job_fail(err, job, "industries",
                       "%d industry; each is compared with all: give two or more", state->n);
  state->bands = (state->n + BAND - 1) / BAND;
  state->sedillot = sw_job_arg(job, "form")->number != 0;
  state->x = (int)sw_job_arg(job, "x")->number;
  SW_TRY(read_plant_hhi(err, job, state));
  SW_TRY(read_plants(err, job, state));
  /* Axes `industry` and `industry_to` have the same labels. */
  SW_TRY(sw_industries_axes(err, job, "industry_to"));
  job->result[GAMMA].off = !state->h && state->plants < 0;
  size_t bytes = sums_bytes(job);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = (int64_t)job->n_periods * state->bands,
                             .record = record_numbers(state) * sizeof(double)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "industries",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "employment or output by industry, two or more"},
    {.name = "plant_hhi",
     .type = SW_P_NODE,
     .fallback = "none",
     .help = "H, concentration of each industry's plants: a number for all, a list, {industry: H}, "
             "or {file: hhi.csv} by industry or by period and industry"},
    {.name = "plants",
     .type = SW_P_COLUMNS,
     .fallback = "",
     .distinct = true,
     .help = "instead: numbers of plants by industry, as many, in the same order"},
    {.name = "x",
     .type = SW_P_CHOICE,
     .fallback = "separate",
     .choices = "separate|total|mean",
     .help = "a unit's share of the total of all industries, or the mean of its shares; separate: "
             "total for gamma and g, mean for the pairs"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "eg",
     .choices = "eg|maurel-sedillot",
     .help = "of gamma"},
    {0}};

static const sw_output outputs[] = {
    {.name = "gamma",
     .long_name = "concentration beyond that of plants",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"industry"}},
    {.name = "g",
     .long_name = "concentration, sum of squared differences of shares",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"industry"}},
    {.name = "coagglomeration",
     .palette = SW_DIVERGING_0,
     .long_name = "coagglomeration of two industries",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"industry", "industry_to"}},
    {.name = "coverage",
     .long_name = "share of the units with a value",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"industry"}},
    {.name = "n_used",
     .long_name = "units with a value of every industry",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"form", "eg", "gamma_k = [g_k - (1 - sum x^2) H_k]/[(1 - sum x^2)(1 - H_k)]"},
    {"form", "maurel-sedillot", "gamma_k = [(sum s^2 - sum x^2)/(1 - sum x^2) - H_k]/(1 - H_k)"},
    {"x", "separate", "x of gamma and g: share of the total; of pairs: mean of the shares"},
    {"x", "total", "x the share of the total of all industries"},
    {"x", "mean", "x the mean of the shares"},
    {"plants", "*", "H_k = sum_m (e_mk^2/p_mk)/E_k^2"},
    {0}};

const sw_measure sw_measure_ellison_glaeser = {
    .name = "ellison_glaeser",
    .title = "Concentration of industries, and of their pairs",
    .formula =
        "g_k = sum_m (s_mk - x_m)^2; coagglomeration_kl = sum_m (s_mk - x_m)(s_ml - x_m)/(1 - "
        "sum x^2)",
    .variant = variants,
    .source = "Ellison & Glaeser 1997, Journal of Political Economy 105:889-927; Maurel & Sedillot "
              "1999; Ellison, Glaeser & Kerr 2010, American Economic Review 100:1195-1213",
    .version = 1,
    .headline = "g",
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_eg,
    .tile = tile_eg,
    .merge = merge_eg,
    .finish = finish_eg,
    .workspace = workspace_eg,
};
