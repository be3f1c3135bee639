/* Shift-share: a unit's change over `span` periods, taken apart (methods-regions.md section 6). e
 * is an industry of the unit, E of the base, without k their totals; 0 and 1 are the two periods:
 *
 *   national     sum_k e0_k (G - 1)            G = E1/E0, G_k = E1_k/E0_k
 *   mix          sum_k e0_k (G_k - G)
 *   competitive  sum_k (e1_k - e0_k G_k)
 *
 * which sum to e1 - e0, also where an industry begins at zero. `esteban-marquillas` takes the
 * growth of an industry, g_k = e1_k/e0_k, at the size h_k that it would have in the base:
 *
 *   competitive  sum_k h_k (g_k - G_k),  h_k = e0 E0_k/E0
 *   allocation   sum_k (e0_k - h_k) (g_k - G_k)
 *
 * and is undefined where an industry of the unit begins at zero. Both are where one of the base
 * does. Without `total` totals are the sums of the industries. The base is over units that have all
 * columns in both periods. Two passes: the sums, then the units.
 *
 * Sources: Dunn 1960; Esteban-Marquillas 1972. */
#include "measure/share/industries.h"
#include "measure/share/series.h"

#include <math.h>
#include <string.h>

/* Outputs. */
enum { NATIONAL, MIX, COMPETITIVE, ALLOCATION, COVERAGE, COVERAGE_TOTAL, N_USED };
/* Passes. */
enum { SUMS, UNITS };
enum { SAID = 3 }; /* units that the summary names */

typedef struct shift_state {
  int n;             /* industries */
  bool has_total;    /* the set's last column is the total */
  bool esteban;      /* form: esteban-marquillas */
  int last;          /* the last period that is compared with another */
  sw_industries set; /* of the industries and the total */
} shift_state;

/* Of the last period, for the summary: units with a competitive part, those that gained by it, and
 * the largest gains, ties in the order of units. A partial, merged in block order. */
typedef struct gains {
  double used, gained;
  int count;
  int64_t unit[SAID];
  double value[SAID];
} gains;

/* Of the base, from one period to another: NaN where it begins at zero. */
typedef struct growth {
  double *by_industry, *share; /* G_k; E0_k/E0 */
  double all;                  /* G */
} growth;

/* ---- arithmetic ------------------------------------------------------------------------- */

/* The total among the columns, or their sum. A study may give totals that are more than the sum of
 * its industries. */
static double total_of(const shift_state *state, const double *column) {
  double sum = 0;
  if (state->has_total) return column[state->n];
  for (int k = 0; k < state->n; k++)
    sum += column[k];
  return sum;
}

/* x/0 is no growth: NaN, not infinity. */
static double ratio(double to, double from) {
  return from == 0 ? NAN : to / from;
}

/* G and G_k of the base, once per tile and period. */
static void grow(const shift_state *state, const double *before, const double *now, growth *g) {
  double total = total_of(state, before);
  g->all = ratio(total_of(state, now), total);
  for (int k = 0; k < state->n; k++) {
    g->by_industry[k] = ratio(now[k], before[k]);
    g->share[k] = ratio(before[k], total);
  }
}

/* At zero in the unit nothing is divided: only the base's growth needs a beginning above zero. The
 * three parts sum to e1 - e0 in exact arithmetic. */
static void classic(const shift_state *state, const growth *g, const double *before,
                    const double *now, double *out) {
  out[NATIONAL] = out[MIX] = out[COMPETITIVE] = 0;
  for (int k = 0; k < state->n; k++) {
    out[NATIONAL] += before[k] * (g->all - 1);
    out[MIX] += before[k] * (g->by_industry[k] - g->all);
    out[COMPETITIVE] += now[k] - before[k] * g->by_industry[k];
  }
}

/* Instead of the competitive part. h_k is the unit's industry as if the unit were structured like
 * the base. */
static void homothetic(const shift_state *state, const growth *g, const double *before,
                       const double *now, double *out) {
  double total = total_of(state, before);
  out[COMPETITIVE] = out[ALLOCATION] = 0;
  for (int k = 0; k < state->n; k++) {
    double size = total * g->share[k], faster = ratio(now[k], before[k]) - g->by_industry[k];
    out[COMPETITIVE] += size * faster;
    out[ALLOCATION] += (before[k] - size) * faster;
  }
}

/* ---- gains ------------------------------------------------------------------------------ */

/* Kept descending; a later unit comes behind an equal one. SAID places: insertion is cheap. */
static void put_gain(gains *g, int64_t unit, double value) {
  int place = g->count;
  while (place > 0 && g->value[place - 1] < value)
    place--;
  if (place == SAID) return;
  if (g->count < SAID) g->count++;
  for (int i = g->count - 1; i > place; i--) {
    g->unit[i] = g->unit[i - 1];
    g->value[i] = g->value[i - 1];
  }
  g->unit[place] = unit;
  g->value[place] = value;
}

/* What rounding leaves of a unit that grows as the base does is no gain. 2^-43 of the unit's size:
 * rounding of sums of some hundred terms. */
static void see_gain(const shift_state *state, gains *g, int64_t unit, const double *now,
                     double competitive) {
  double size = 0;
  if (isnan(competitive)) return;
  for (int k = 0; k < state->n; k++)
    size += fabs(now[k]);
  g->used++;
  if (!(competitive > 0x1p-43 * size)) return;
  g->gained++;
  put_gain(g, unit, competitive);
}

static void merge_gains(gains *all, const gains *part) {
  all->used += part->used;
  all->gained += part->gained;
  for (int i = 0; i < part->count; i++)
    put_gain(all, part->unit[i], part->value[i]);
}

/* Of the last comparison only. */
static void say_gains(sw_job *job, const gains *g) {
  const shift_state *state = job->state;
  const char *most = g->count ? ", most " : "";
  for (int i = 0; most && i < g->count; i++)
    most = sw_arena_printf(job->arena, "%s%s%s (%.4g)", most, i ? ", " : "",
                           sw_unit_code(job->units, g->unit[i]), g->value[i]);
  if (most)
    sw_job_say(job, "%s against %s: %.0f of %.0f units gain by the competitive part%s",
               sw_job_period(job, state->last), sw_job_period(job, state->set.before[state->last]),
               g->gained, g->used, most);
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* Columns of a unit; the total may be missing where it is not used. False: an industry is. Values
 * may be negative here: changes of output are. */
static bool read_unit(const sw_job *job, const shift_state *state, int t, int64_t unit,
                      double *column) {
  bool there = true;
  sw_industries_read(job, &state->set, t, unit, column);
  for (int k = 0; k < state->n; k++)
    there &= !isnan(column[k]);
  return there;
}

/* `room`: four rows of the set's columns. The growth of the base is made once per tile and period.
 * before and now, then the two rows of growth. */
static void place_period(const sw_job *job, const sw_tile *tile, int t, double *room, gains *seen) {
  const shift_state *state = job->state;
  size_t n = (size_t)state->set.n;
  double *before = room, *now = room + n;
  growth g = {.by_industry = room + 2 * n, .share = room + 3 * n};
  int from = state->set.before[t];
  if (from >= 0)
    grow(state, sw_industries_base_before(&state->set, job->folded[SUMS], t),
         sw_industries_base_at(&state->set, job->folded[SUMS], t), &g);
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    double out[] = {NAN, NAN, NAN, NAN};
    if (from >= 0 && read_unit(job, state, from, unit, before) &&
        read_unit(job, state, t, unit, now)) {
      classic(state, &g, before, now, out);
      if (state->esteban) homothetic(state, &g, before, now, out);
      if (t == state->last) see_gain(state, seen, unit, now, out[COMPETITIVE]);
    }
    for (int q = NATIONAL; q <= ALLOCATION; q++)
      if (!job->result[q].off) job->result[q].row[t][unit - job->first] = out[q];
  }
}

/* Sums of the industries, then the parts of each unit's change. */
static void tile_shift(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const shift_state *state = job->state;
  if (tile->pass == SUMS) {
    sw_industries_fold(job, &state->set, tile->lo, tile->hi, out, workspace);
    return;
  }
  for (int t = 0; t < job->n_periods; t++)
    place_period(job, tile, t, workspace, out);
}

/* A byte per unit of a block behind, for the fold's flags. */
static size_t workspace_shift(const sw_job *job) {
  const shift_state *state = job->state;
  return 4 * (size_t)state->set.n * sizeof(double) + SW_BLOCK;
}

/* Merges by pass. */
static void merge_shift(const sw_job *job, int pass, void *all, const void *part) {
  const shift_state *state = job->state;
  if (pass == SUMS)
    sw_industries_merge(job, &state->set, all, part);
  else
    merge_gains(all, part);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* The share in the units used of the industries, by units, and of the total, by value. */
static void place_coverage(sw_job *job, const double *sums, int t) {
  const shift_state *state = job->state;
  const sw_industries *set = &state->set;
  for (int k = 0; k < state->n; k++)
    job->result[COVERAGE].row[0][t * state->n + k] =
        sw_industries_there(set, sums, t)[k] / (double)job->n;
  job->result[N_USED].row[0][t] = sw_industries_whole(set, sums, t);
  if (!state->has_total) return;
  double all = sw_industries_sums_there(set, sums, t)[state->n];
  job->result[COVERAGE_TOTAL].row[0][t] =
      set->before[t] < 0 ? NAN : ratio(sw_industries_sums(set, sums, t)[state->n], all);
}

/* An industry of the base that begins at zero leaves no growth to compare any unit with. Parts that
 * rest on G_k are undefined for all units then. */
static void say_why(sw_job *job, const double *sums, int t) {
  const shift_state *state = job->state;
  const sw_industries *set = &state->set;
  const char *none = set->before[t] < 0 ? "no period is the span before it" : NULL;
  const char *zero = NULL;
  for (int k = 0; !none && !zero && k < state->n; k++)
    if (sw_industries_base_before(set, sums, t)[k] == 0)
      zero = sw_arena_printf(job->arena, "'%s' of the base begins at zero",
                             job->input[set->input[k]].name);
  for (int q = NATIONAL; q <= COVERAGE_TOTAL; q++)
    if (none && q != COVERAGE)
      sw_job_undefined(job, q, t, none);
    else if (zero && q >= MIX && q <= ALLOCATION)
      sw_job_undefined(job, q, t, zero);
}

/* After the sums: what is not covered, and reasons; after the units: who gained. */
static sw_status finish_shift(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const shift_state *state = job->state;
  if (pass == UNITS) {
    say_gains(job, all);
    return SW_OK;
  }
  SW_TRY(sw_industries_check(err, job, &state->set, all));
  sw_industries_say(job, &state->set, all, "all values in both periods");
  for (int t = 0; t < job->n_periods; t++) {
    place_coverage(job, all, t);
    say_why(job, all, t);
  }
  memcpy(result, all, sw_industries_bytes(job, &state->set));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Sums over two periods, then units. A missing industry makes sums of different sets, so coverage
 * is told. */
static sw_status resolve_shift(sw_error *err, sw_job *job) {
  static const char *const params[] = {"industries", "total"};
  bool any = false;
  shift_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  int span = (int)sw_job_arg(job, "span")->number;
  state->n = sw_job_inputs(job, "industries").count;
  state->has_total = sw_job_inputs(job, "total").count > 0;
  state->esteban = sw_job_arg(job, "form")->number != 0;
  SW_TRY(sw_series_check_span(err, job, "industries", "span", span));
  SW_TRY(sw_industries_of(err, job, params, 2, &state->set));
  SW_TRY(sw_industries_base(err, job, &state->set));
  SW_TRY(sw_series_all_before(err, job, span, &state->set.before, &any));
  SW_TRY(sw_industries_axes(err, job, NULL));
  for (int t = 0; t < job->n_periods; t++)
    if (state->set.before[t] >= 0) state->last = t;
  job->result[ALLOCATION].off = !state->esteban;
  job->result[COVERAGE_TOTAL].off = !state->has_total;
  job->pooled = true;
  size_t bytes = sw_industries_bytes(job, &state->set);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = sizeof(gains)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "industries",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "output or employment by industry"},
    {.name = "total",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "the total of all industries; left out: the sum of those listed"},
    SW_PARAM_BASE,
    SW_PARAM_BASE_OVER,
    {.name = "span",
     .type = SW_P_INTEGER,
     .fallback = "1",
     .lo = 1,
     .hi = 10000,
     .help = "years (of other periods: steps) from one period to the other"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "classic",
     .choices = "classic|esteban-marquillas",
     .help = "esteban-marquillas takes an allocation effect out of the competitive one"},
    {0}};

/* In the unit of the industries. */
#define BY_UNIT .units = "1", .shape = SW_UNIT

static const sw_output outputs[] = {
    {.name = "national",
     .palette = SW_DIVERGING_0,
     .long_name = "change at the growth of the base",
     BY_UNIT},
    {.name = "mix",
     .palette = SW_DIVERGING_0,
     .long_name = "change by industries that grow faster in the base",
     BY_UNIT},
    {.name = "competitive",
     .palette = SW_DIVERGING_0,
     .long_name = "change by growing faster than the base",
     BY_UNIT},
    {.name = "allocation",
     .palette = SW_DIVERGING_0,
     .long_name = "change by having more of what it is good at",
     BY_UNIT},
    {.name = "coverage",
     .long_name = "share of the units with a value",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"industry"}},
    {.name = "coverage_total",
     .long_name = "share of the total in units with all values in both periods",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "n_used",
     .long_name = "units with all values in both periods",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"base", "own", "E the sums over the units"},
    {"base", "*", "E of the table"},
    {"base_over", "complete", "over the units that have all values in both periods"},
    {"total", "", "e0, E0, E1 without an industry: the sums of the industries"},
    {"form", "classic", "competitive sum (e1_k - e0_k G_k)"},
    {"form", "esteban-marquillas",
     "competitive sum h_k (g_k - G_k), allocation sum (e0_k - h_k)(g_k - G_k), h_k = e0 E0_k/E0, "
     "g_k = e1_k/e0_k"},
    {0}};

const sw_measure sw_measure_shift_share = {
    .name = "shift_share",
    .title = "Shift-share: the parts of a unit's change",
    .formula = "national sum e0_k (G - 1); mix sum e0_k (G_k - G); G = E1/E0, G_k = E1_k/E0_k",
    .variant = variants,
    .source = "Dunn 1960, Papers of the Regional Science Association 6:97-112; "
              "Esteban-Marquillas 1972, Regional and Urban Economics 2:249-261",
    .version = 1,
    .headline = "competitive",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_shift,
    .tile = tile_shift,
    .merge = merge_shift,
    .finish = finish_shift,
    .workspace = workspace_shift,
};
