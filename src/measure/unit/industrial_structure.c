/* The structure of a unit's industries (methods.md and methods-regions.md, section 6). With shares
 * s_ik = e_ik/sum_k e_ik, and s_k those of the base:
 *
 *   krugman         sum_k |s_ik - s_k|, in [0,2]; diversity is its inverse
 *   specialisation  max_k s_ik/s_k
 *   hhi             sum_k s_ik^2; normalised (hhi - 1/m)/(1 - 1/m) of m industries
 *   rationalisation sum_k s_ik ln(s_ik/l_ik), l the shares of labour; deviation
 *                   sum_k s_ik |s_ik/l_ik - 1|
 *   upgrading       tertiary over secondary; hierarchy sum k s_k of the three sectors; fu2010
 *                   3 t1 + 2 t2 + t3, t the angles of the sectors' shares to their axes
 *   moore_angle     between the shares of t - span and of t
 *   gradient        (s_ik/s_k) (e_ik/L_ik)/(E_k/L_k)
 *
 * Two passes: sums over units (the base, and the coverage also with a given base), then the units.
 * The arithmetic is in kernel/series/structure.h. `against: rest` takes the unit out of the base of
 * krugman, diversity and specialisation; location quotients, and the gradient with them, are
 * against all.
 *
 * Sources: Krugman 1991; Duranton & Puga 2000; Moore 1978; Gan, Zheng & Yu 2011; Fu 2010. */
#include "kernel/series/structure.h"
#include "measure/share/industries.h"
#include "measure/share/sectors.h"
#include "measure/share/series.h"

#include <math.h>
#include <string.h>

/* Outputs; those of a unit and period without axes come first. */
enum {
  KRUGMAN,
  HHI,
  HHI_NORMALISED,
  DIVERSITY,
  SPECIALISATION,
  RATIONALISATION,
  DEVIATION,
  UPGRADING,
  HIERARCHY,
  FU2010,
  MOORE_ANGLE,
  GRADIENT,
  COVERAGE,
  N_USED
};
/* Passes. */
enum { SUMS, UNITS };

typedef struct structure_state {
  int n;                /* industries */
  sw_industries output; /* of these */
  sw_industries both;   /* of these, then their labour, for productivity; n = 0 without labour */
  int labour;           /* where labour begins among the inputs */
  bool rest;            /* against: rest */
  const int *sector;    /* by industry, 0 primary to 2 tertiary; NULL: none are told */
  const int *before;    /* by period */
} structure_state;

/* The workspace, of one thread: n numbers each. other: shares of the period before, or the base
 * without the unit. */
typedef struct room {
  double *value, *share, *base, *other, *labour;
} room;

static room room_of(const structure_state *state, void *workspace) {
  double *at = workspace;
  size_t n = (size_t)state->n;
  return (room){at, at + n, at + 2 * n, at + 3 * n, at + 4 * n};
}

static size_t workspace_structure(const sw_job *job) {
  const structure_state *state = job->state;
  return 5 * (size_t)state->n * sizeof(double) + SW_BLOCK;
}

/* ---- a unit ----------------------------------------------------------------------------- */

/* `all`: the sums of the base. NaN of an empty base or a unit that is all of it stays in `out`. */
static void against_base(const structure_state *state, const double *all, const room *r,
                         double *out) {
  const double *base = r->base;
  if (state->rest) {
    if (!sw_structure_rest(state->n, all, r->value, r->other)) return;
    base = r->other;
  } else if (!(base[0] >= 0)) {
    return; /* the base is empty */
  }
  out[KRUGMAN] = sw_structure_distance(state->n, r->share, base);
  out[DIVERSITY] = out[KRUGMAN] > 0 ? 1 / out[KRUGMAN] : NAN;
  out[SPECIALISATION] = sw_structure_most(state->n, r->share, base);
}

/* Without sectors none of the three is on. hierarchy in [1, 3]: 1 s1 + 2 s2 + 3 s3. */
static void by_sector(const structure_state *state, const double *share, double *out) {
  double s[SW_SECTORS] = {0};
  if (!state->sector) return;
  for (int k = 0; k < state->n; k++)
    s[state->sector[k]] += share[k];
  out[UPGRADING] = s[1] > 0 ? s[2] / s[1] : NAN;
  out[HIERARCHY] = s[0] + 2 * s[1] + 3 * s[2];
  out[FU2010] = sw_structure_fu(s);
}

/* Productivity of the unit's industries over that of the base; sums of both are over the units that
 * are whole in both. Leaves the unit's labour in r->labour. A unit that lacks labour in an industry
 * has no gradient there, and others keep theirs. */
static void gradients(const sw_job *job, int t, int64_t unit, const room *r) {
  const structure_state *state = job->state;
  const double *sums =
      (const double *)((const char *)job->folded[SUMS] + sw_industries_bytes(job, &state->output));
  const double *all = sw_industries_base_at(&state->both, sums, t), *labour = all + state->n;
  for (int k = 0; k < state->n; k++) {
    double own = sw_view_at(job->input[state->labour + k].view, t, unit);
    r->labour[k] = own;
    /* A base of zero: 0/0, or a division by it. */
    double value = own > 0 && all[k] > 0 && labour[k] > 0 && r->base[k] > 0
                       ? r->share[k] / r->base[k] * (r->value[k] / own) / (all[k] / labour[k])
                       : NAN;
    job->result[GRADIENT].row[k * job->n_periods + t][unit - job->first] = value;
  }
}

/* Theil's sum with l_k = 0 < y_k is NaN (methods-regions.md). */
static void against_labour(const structure_state *state, const room *r, double *out) {
  for (int k = 0; k < state->n; k++)
    if (!(r->labour[k] >= 0)) return;
  if (!sw_structure_shares(state->n, r->labour, r->labour)) return;
  out[RATIONALISATION] = sw_structure_theil(state->n, r->share, r->labour);
  out[DEVIATION] = sw_structure_deviation(state->n, r->share, r->labour);
}

/* The unit must be whole in both periods. Both shares are of the same industries. */
static void against_before(const sw_job *job, int t, int64_t unit, const room *r, double *out) {
  const structure_state *state = job->state;
  int before = state->before[t];
  if (before >= 0 && sw_industries_read(job, &state->output, before, unit, r->other) &&
      sw_structure_shares(state->n, r->other, r->other))
    out[MOORE_ANGLE] = sw_structure_angle(state->n, r->other, r->share);
}

/* In this order, as later parts use r->share. */
static void compute(const sw_job *job, int t, int64_t unit, const double *all, const room *r,
                    double *out) {
  const structure_state *state = job->state;
  double equal = 1.0 / state->n;
  out[HHI] = sw_structure_concentration(state->n, r->share);
  out[HHI_NORMALISED] = state->n > 1 ? (out[HHI] - equal) / (1 - equal) : NAN;
  against_base(state, all, r, out);
  by_sector(state, r->share, out);
  against_before(job, t, unit, r, out);
  if (state->both.n == 0) return;
  gradients(job, t, unit, r);
  against_labour(state, r, out);
}

/* All outputs of the unit, NaN where it is not whole or all its industries are zero. One row of
 * numbers per unit, copied to the outputs that are on. */
static void place_unit(const sw_job *job, int t, int64_t unit, const double *all, const room *r) {
  const structure_state *state = job->state;
  double out[GRADIENT];
  for (int q = 0; q < GRADIENT; q++)
    out[q] = NAN;
  if (sw_industries_read(job, &state->output, t, unit, r->value) &&
      sw_structure_shares(state->n, r->value, r->share))
    compute(job, t, unit, all, r, out);
  else if (state->both.n)
    for (int k = 0; k < state->n; k++)
      job->result[GRADIENT].row[k * job->n_periods + t][unit - job->first] = NAN;
  for (int q = 0; q < GRADIENT; q++)
    if (!job->result[q].off) job->result[q].row[t][unit - job->first] = out[q];
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* Two folds share the pass: outputs alone, and outputs with labour. */
static void tile_structure(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const structure_state *state = job->state;
  size_t bytes = sw_industries_bytes(job, &state->output);
  if (tile->pass == SUMS) {
    sw_industries_fold(job, &state->output, tile->lo, tile->hi, out, workspace);
    if (state->both.n)
      sw_industries_fold(job, &state->both, tile->lo, tile->hi, (double *)((char *)out + bytes),
                         workspace);
    return;
  }
  room r = room_of(state, workspace);
  for (int t = 0; t < job->n_periods; t++) {
    const double *all = sw_industries_base_at(&state->output, job->folded[SUMS], t);
    if (!sw_structure_shares(state->n, all, r.base)) r.base[0] = NAN;
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      place_unit(job, t, unit, all, &r);
  }
}

/* Sums of industries by tiles; `both` are those of output and labour. */
static void merge_structure(const sw_job *job, int pass, void *all, const void *part) {
  const structure_state *state = job->state;
  size_t bytes = sw_industries_bytes(job, &state->output);
  if (pass != SUMS) return;
  sw_industries_merge(job, &state->output, all, part);
  if (state->both.n)
    sw_industries_merge(job, &state->both, (double *)((char *)all + bytes),
                        (const double *)((const char *)part + bytes));
}

/* ---- finish ----------------------------------------------------------------------------- */

/* Reasons that hold for all units of a period. */
static void say_why(sw_job *job, int t) {
  const structure_state *state = job->state;
  if (state->n == 1) sw_job_undefined(job, HHI_NORMALISED, t, "one industry");
  if (state->before[t] < 0)
    sw_job_undefined(job, MOORE_ANGLE, t, "no period is the span before it");
}

/* Both sets of sums, one behind the other. */
static size_t all_bytes(const sw_job *job) {
  const structure_state *state = job->state;
  return sw_industries_bytes(job, &state->output) +
         (state->both.n ? sw_industries_bytes(job, &state->both) : 0);
}

/* Refuses a base with gaps, writes the coverage, and hands the sums to every rank. */
static sw_status finish_structure(sw_error *err, sw_job *job, int pass, const void *all,
                                  void *result) {
  const structure_state *state = job->state;
  if (pass != SUMS) return SW_OK;
  const double *both =
      (const double *)((const char *)all + sw_industries_bytes(job, &state->output));
  SW_TRY(sw_industries_check(err, job, &state->output, all));
  if (state->both.n) SW_TRY(sw_industries_check(err, job, &state->both, both));
  sw_industries_warn(job, state->both.n ? &state->both : &state->output,
                     state->both.n ? both : all);
  sw_industries_say(job, &state->output, all, "a value of every industry");
  for (int t = 0; t < job->n_periods; t++) {
    sw_industries_coverage(job, &state->output, all, t, &job->result[COVERAGE].row[0][t * state->n],
                           &job->result[N_USED].row[0][t]);
    say_why(job, t);
  }
  memcpy(result, all, all_bytes(job));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Labour matches industries by order. */
static sw_status read_labour(sw_error *err, sw_job *job, structure_state *state) {
  static const char *const params[] = {"industries", "labour"};
  sw_inputs labour = sw_job_inputs(job, "labour");
  if (labour.count == 0) return SW_OK;
  if (labour.count != state->n)
    return sw_job_fail(err, job, "labour",
                       "%d column%s for %d industries; give one for each, in the same order",
                       labour.count, labour.count == 1 ? "" : "s", state->n);
  state->labour = labour.first;
  state->both.shares = true;
  SW_TRY(sw_industries_of(err, job, params, 2, &state->both));
  return sw_industries_base(err, job, &state->both);
}

/* The angle needs periods whose spacing is known, all else does not: so only a span that is written
 * is refused where it leads nowhere. *pooled is set where some period has an earlier one. */
static sw_status read_span(sw_error *err, sw_job *job, structure_state *state) {
  const sw_arg *span = sw_job_arg(job, "span");
  if (span->given)
    SW_TRY(sw_series_check_span(err, job, "industries", "span", (int)span->number));
  else if (job->n_periods > 1 && sw_series_is_known(job))
    SW_TRY(sw_series_check(err, job, "industries", 2));
  return sw_series_all_before(err, job, (int)span->number, &state->before, &job->pooled);
}

/* base before labour, since labour's base has the same table. */
static sw_status resolve_structure(sw_error *err, sw_job *job) {
  static const char *const params[] = {"industries"};
  structure_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->output.shares = true;
  SW_TRY(sw_industries_of(err, job, params, 1, &state->output));
  state->n = state->output.n;
  state->rest = sw_job_arg(job, "against")->number != 0;
  SW_TRY(sw_industries_axes(err, job, NULL));
  SW_TRY(sw_industries_base(err, job, &state->output));
  SW_TRY(read_labour(err, job, state));
  SW_TRY(sw_sectors_read(err, job, &state->sector));
  SW_TRY(read_span(err, job, state));
  for (int q = RATIONALISATION; q <= GRADIENT; q++) {
    bool of_labour = q == RATIONALISATION || q == DEVIATION || q == GRADIENT;
    bool of_sectors = q == UPGRADING || q == HIERARCHY || q == FU2010;
    job->result[q].off = (of_labour && !state->both.n) || (of_sectors && !state->sector);
  }
  size_t bytes = all_bytes(job);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "industries",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "output or employment by industry; shares are of their sum"},
    {.name = "labour",
     .type = SW_P_COLUMNS,
     .fallback = "",
     .distinct = true,
     .help = "labour by industry, as many, in the same order"},
    {.name = "against",
     .type = SW_P_CHOICE,
     .fallback = "all",
     .choices = "all|rest",
     .help = "of krugman, diversity, specialisation: the whole base, or the base without the unit"},
    SW_PARAM_BASE,
    SW_PARAM_BASE_OVER,
    {.name = "order",
     .type = SW_P_NODE,
     .fallback = "as-given",
     .help = "which industries are primary, secondary, tertiary: three of them as given, else [a, "
             "[b, c], [d, e]]"},
    {.name = "span",
     .type = SW_P_INTEGER,
     .fallback = "1",
     .lo = 1,
     .hi = 10000,
     .help = "years (of other periods: steps) of moore_angle"},
    {0}};

#define BY_UNIT .units = "1", .shape = SW_UNIT

static const sw_output outputs[] = {
    {.name = "krugman", .long_name = "distance of the shares from the base", BY_UNIT},
    {.name = "hhi", .long_name = "concentration, sum of squared shares", BY_UNIT},
    {.name = "hhi_normalised", .long_name = "concentration, scaled to [0,1]", BY_UNIT},
    {.name = "diversity", .long_name = "relative diversity, 1/krugman", BY_UNIT},
    {.name = "specialisation",
     .log = true,
     .long_name = "relative specialisation, max share/base",
     BY_UNIT},
    {.name = "rationalisation", .long_name = "Theil of output against labour, 0 balance", BY_UNIT},
    {.name = "deviation", .long_name = "structural deviation of output from labour", BY_UNIT},
    {.name = "upgrading", .log = true, .long_name = "tertiary over secondary sector", BY_UNIT},
    {.name = "hierarchy", .long_name = "sum of sector number times share, in [1,3]", BY_UNIT},
    {.name = "fu2010", .long_name = "angles of the sectors to their axes, weighted", BY_UNIT},
    {.name = "moore_angle",
     .long_name = "angle between the shares of two periods",
     .units = "rad",
     .shape = SW_UNIT},
    {.name = "gradient",
     .long_name = "location quotient times relative productivity",
     .axis = {"industry"},
     BY_UNIT},
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
    {"base", "own", "s_k of the sums over the units"},
    {"base", "*", "s_k of the table"},
    {"base_over", "complete", "over the units that have all industries"},
    {"against", "rest", "krugman, diversity, specialisation: s_k without the unit"},
    {"labour", "*",
     "rationalisation sum s_ik ln(s_ik/l_ik); deviation sum s_ik |s_ik/l_ik - 1|; gradient "
     "(s_ik/s_k) (e_ik/L_ik)/(E_k/L_k)"},
    {0}};

const sw_measure sw_measure_industrial_structure = {
    .name = "industrial_structure",
    .title = "Structure of a unit's industries, and its change",
    .formula = "krugman sum_k |s_ik - s_k|; hhi sum s_ik^2; specialisation max s_ik/s_k; upgrading "
               "s_3/s_2; hierarchy sum k s_k; moore_angle of s(t - span), s(t)",
    .variant = variants,
    .source = "Krugman 1991, Geography and Trade; Duranton & Puga 2000, Urban Studies 37:533-555; "
              "Moore 1978, Review of Income and Wealth 24:105-110; Gan, Zheng & Yu 2011; Fu 2010",
    .version = 1,
    .headline = "krugman",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_structure,
    .tile = tile_structure,
    .merge = merge_structure,
    .finish = finish_structure,
    .workspace = workspace_structure,
};
