/* Market potential of a unit (methods.md section 5):
 *
 *   P_i = sum_{j != i} M_j / d_ij^c + M_i / d_ii^c + foreign_i,  d_ii = 2/3 sqrt(area_i / pi)
 *
 * d_ii is the mean distance from the centre of a disc of the unit's area. `own: half` takes it to
 * c/2, `none` leaves the own market out. `foreign`, markets abroad, is a constant or a column.
 * Markets that have no mass or no distance are left out of the sum, as pairs without a value are
 * left out of strengths; undefined is P_i where the own term is, where no other unit has a market,
 * or where it is larger than a double can be.
 *
 * Distances do not depend on the period. So this is a pass over units with the masses gathered, and
 * not one over pairs: a tile makes the weights of a row once and applies them to all periods. Cost:
 * n^2 weights and n^2 multiplications per period, over the ranks; nothing of size n^2 is kept.
 *
 * Sources: Harris 1954, The market as a factor in the localization of industry in the United
 * States; the distance within a unit: Head and Mayer 2000, Non-Europe; the half exponent: Redding
 * and Venables 2004. */
#include "kernel/pairs/lanes.h"
#include "kernel/pairs/power.h"
#include "measure/share/distance.h"
#include "measure/share/flows.h"
#include "measure/unit/market_access.h"

#include <math.h>
#include <string.h>

/* Units of a tile: it costs n distances per unit, and is what a run that is killed computes anew.
 * Columns of a block: its weights stay in the first cache for all periods; whole chunks of points,
 * so that the quick formula for near ones serves. */
enum { GRAIN = 16, COLUMNS = 2 * SW_ARC_CHUNK };
enum { MASSES, POTENTIAL }; /* passes */
enum { FULL, HALF, NONE };  /* own, in the order of its choices */

typedef struct market_potential {
  double decay, own_decay;
  const sw_distance *distance;
  double scale, before; /* of the weights, and of inverse squares before the power; distance.h */
  int own;
  int foreign; /* its input; -1: a constant */
  double constant;
  sw_arc_points points;    /* ready after prepare */
  sw_market_access access; /* form: redding-venables, which has passes of its own */
} market_potential;

/* What the pass over masses leaves of a block. A flexible array: one count per period. */
typedef struct masses {
  sw_negatives negative;
  int64_t missing[]; /* by period */
} masses;

/* ---- arithmetic ------------------------------------------------------------------------- */

/* M_i / d_ii^c of a mass; no area or a missing mass: NaN. (2/3) sqrt(area/pi) from
 * market_potential's formula; the exponent is c or c/2. */
static double own_market(const sw_job *job, int64_t unit, double mass) {
  const market_potential *m = job->state;
  double within = sw_share_distance_within(m->distance, job->units, unit);
  return within > 0 ? mass / pow(within, m->own_decay) : NAN;
}

/* Missing in the column: the unit's potential is undefined. Added after everything else, so that it
 * does not hide a missing own term. */
static double foreign_market(const sw_job *job, int t, int64_t unit) {
  const market_potential *m = job->state;
  return m->foreign < 0 ? m->constant : sw_view_at(job->input[m->foreign].view, t, unit);
}

/* Whether any other unit has a mass and a distance: asked only where the sum is zero. */
static bool has_market(const sw_job *job, int t, int64_t unit) {
  const market_potential *m = job->state;
  for (int64_t j = 0; j < job->n; j++) {
    double v = NAN;
    if (j == unit || isnan(job->operand[MASSES].row[t][j])) continue;
    sw_distances_inverse_squares(sw_job_distance_in(job, m->distance, t), &m->points, unit, j,
                                 j + 1, &v);
    if (!isnan(v)) return true;
  }
  return false;
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* Masses are operands: a row needs those of all units. */
static void place_masses(const sw_job *job, const sw_tile *tile, masses *seen) {
  const sw_view *local = &job->operand_local[MASSES];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      double mass = sw_view_at(job->input[0].view, t, unit);
      sw_flows_see(job, unit, t, &seen->negative);
      seen->missing[t] += isnan(mass);
      local->row[t][unit - local->first] = mass;
    }
}

/* d_ij^-c / scale of a block of columns, 0 for the unit itself and where there is no distance.
 * Weights without the scale, which one multiplication adds at the end. */
static void weights(const sw_job *job, const sw_distance *d, int64_t unit, int64_t j0, int64_t j1,
                    double *w) {
  const market_potential *m = job->state;
  sw_distances_inverse_squares(d, &m->points, unit, j0, j1, w);
  if (unit >= j0 && unit < j1) w[unit - j0] = NAN;
  if (m->before != 1) sw_power_scale(j1 - j0, m->before, w);
  sw_power_decay_each(j1 - j0, m->decay, w);
  sw_power_unlimit(j1 - j0, w);
  sw_power_fill_missing(j1 - j0, w);
}

/* The periods from t0 on that have the same distances. Runs of periods with one network share the
 * weights of a row. */
static int same_until(const sw_job *job, int t0) {
  const sw_distance *d = ((const market_potential *)job->state)->distance;
  int t = t0 + 1;
  while (t < job->n_periods && sw_job_distance_in(job, d, t) == sw_job_distance_in(job, d, t0))
    t++;
  return t;
}

/* The sums of a unit in periods [t0, t1), which have the same distances. SW_LANES sums per period,
 * joined at the end in a fixed order. */
static void add_markets(const sw_job *job, int t0, int t1, int64_t unit, double *w, double *lanes) {
  const market_potential *m = job->state;
  const sw_distance *d = sw_job_distance_in(job, m->distance, t0);
  for (int64_t j0 = 0; j0 < job->n; j0 += COLUMNS) {
    int64_t j1 = j0 + COLUMNS < job->n ? j0 + COLUMNS : job->n;
    weights(job, d, unit, j0, j1, w);
    for (int t = t0; t < t1; t++)
      sw_power_add_products(j1 - j0, w, job->operand[MASSES].row[t] + j0, lanes + t * SW_LANES);
  }
}

/* O(n) weights and O(n) products per period, for one unit. */
static void potential(const sw_job *job, int64_t unit, double *w, double *lanes) {
  const market_potential *m = job->state;
  int64_t first = job->input[0].view.first; /* rows of results begin with this rank's units */
  memset(lanes, 0, (size_t)job->n_periods * SW_LANES * sizeof *lanes);
  for (int t0 = 0, t1; t0 < job->n_periods; t0 = t1) {
    t1 = same_until(job, t0);
    add_markets(job, t0, t1, unit, w, lanes);
  }
  for (int t = 0; t < job->n_periods; t++) {
    double sum = m->scale * sw_lanes_join(lanes + t * SW_LANES);
    if (sum == 0 && !has_market(job, t, unit)) sum = NAN;
    if (m->own != NONE) sum += own_market(job, unit, sw_view_at(job->input[0].view, t, unit));
    sum += foreign_market(job, t, unit);
    job->result[0].row[t][unit - first] = isinf(sum) ? NAN : sum;
  }
}

/* To market access; what comes from abroad is no part of supplier access. Foreign markets add to
 * what the unit can sell, not to what it can buy. */
static void add_foreign(const sw_job *job, const sw_tile *tile) {
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      job->result[0].row[t][unit - job->first] += foreign_market(job, t, unit);
}

/* Domestic access, or potentials of units directly; see the head of the file. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const market_potential *m = job->state;
  if (m->access.on) {
    sw_access_tile(job, &m->access, tile, out, workspace);
    if (tile->pass == SW_ACCESS_SUMS) add_foreign(job, tile);
    return;
  }
  if (tile->pass == MASSES) {
    place_masses(job, tile, out);
    return;
  }
  double *w = workspace;
  /* A kernel may fill a whole vector beyond what it is asked for. */
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    potential(job, unit, w, w + COLUMNS + 16);
}

/* Weights of one block, and lanes of all periods. */
static size_t workspace(const sw_job *job) {
  const market_potential *m = job->state;
  if (m->access.on) return sw_access_workspace(job);
  return (size_t)(COLUMNS + 16 + job->n_periods * SW_LANES) * sizeof(double);
}

/* ---- folds ------------------------------------------------------------------------------ */

/* Rounds merge sums; masses merge counts. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  const market_potential *m = job->state;
  if (m->access.on) {
    sw_calibrate_merge(job, &m->access.calibration, all, part);
    return;
  }
  masses *sum = all;
  const masses *more = part;
  sw_flows_merge(job, pass, &sum->negative, &more->negative);
  for (int t = 0; t < job->n_periods; t++)
    sum->missing[t] += more->missing[t];
}

/* The sums of all units are over fewer markets then, and smaller. One line, of the period that
 * lacks most. */
static void note_missing(sw_job *job, const masses *seen) {
  int most = 0, periods = 0;
  for (int t = 0; t < job->n_periods; t++) {
    periods += seen->missing[t] > 0;
    if (seen->missing[t] > seen->missing[most]) most = t;
  }
  if (periods == 0) return;
  bool named = job->n_periods > 1;
  sw_note(job->notes,
          "%s: %s: '%s' is missing for %lld of %lld units%s%s%s: every potential is without their "
          "markets",
          job->where, job->name, job->input[0].name, (long long)seen->missing[most],
          (long long)job->n, named ? " in " : "", named ? sw_job_period(job, most) : "",
          periods > 1 ? " and for as many or fewer in other periods" : "");
}

/* The pass over masses has a partial, the other one has none. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  market_potential *m = job->state;
  if (m->access.on) {
    sw_access_finish(job, &m->access, pass, all, result);
    return SW_OK;
  }
  if (pass != MASSES) return SW_OK;
  const masses *seen = all;
  SW_TRY(sw_flows_finish(err, job, pass, &seen->negative, result));
  note_missing(job, seen);
  return SW_OK;
}

/* Asked between rounds, on every rank. */
static bool again(const sw_job *job, int pass) {
  const market_potential *m = job->state;
  (void)pass;
  return sw_calibrate_again(job, &m->access.calibration);
}

/* Called also where access was never resolved; nothing is freed then. */
static void destroy(sw_job *job) {
  market_potential *m = job->state;
  if (m) sw_calibrate_destroy(&m->access.calibration);
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Harris's sum is of masses, the other form of flows. Keys of the other form are refused by
 * name. */
static sw_status resolve_access(sw_error *err, sw_job *job, market_potential *m) {
  const sw_flow *flow = sw_job_arg(job, "flows")->flow;
  if (sw_job_arg(job, "decay")->given)
    return sw_job_fail(err, job, "decay", "form: redding-venables estimates it; leave it out");
  if (sw_job_inputs(job, "mass").count)
    return sw_job_fail(err, job, "mass", "is for form: harris; the other form rests on flows");
  if (!flow)
    return sw_job_fail(err, job, "flows", "form: redding-venables needs flows: one of `pairs`");
  m->access.own = m->own != NONE;
  m->access.own_exponent = m->own == HALF ? .5 : 1;
  return sw_access_resolve(err, job, flow, &m->access);
}

/* Parameters of the other form are refused, as they would be without meaning. */
static sw_status check_harris(sw_error *err, const sw_job *job) {
  if (sw_job_inputs(job, "mass").count == 0)
    return sw_job_fail(err, job, "mass", "is missing: size of a market: income, output, people");
  if (sw_job_arg(job, "flows")->flow)
    return sw_job_fail(err, job, "flows", "are for form: redding-venables");
  return SW_OK;
}

/* `foreign` is a number or a column. */
static sw_status resolve(sw_error *err, sw_job *job) {
  market_potential *m = NULL;
  SW_NEW(err, job->arena, m, 1);
  m->own = (int)sw_job_arg(job, "own")->number;
  m->decay = sw_job_arg(job, "decay")->number;
  m->own_decay = m->own == HALF ? m->decay / 2 : m->decay;
  m->distance = sw_job_distance(job, "distance");
  const sw_arg *foreign = sw_job_arg(job, "foreign");
  m->foreign = foreign->count ? sw_job_inputs(job, "foreign").first : -1;
  m->constant = m->foreign < 0 && foreign->given ? foreign->number : 0;
  m->scale = sw_share_distance_factor(m->distance, m->decay, &m->before);
  if (m->own != NONE && !job->units->area)
    return sw_job_fail(
        err, job, "own",
        "the own market needs areas: give their column under units: area, or write own: none");
  if (m->own != NONE) sw_share_distance_note_within(job, m->distance, "a unit", "own: none");
  job->state = m;
  bool is_harris = sw_job_arg(job, "form")->number == 0;
  sw_job_result(job, "supplier")->off = is_harris;
  if (!is_harris) return resolve_access(err, job, m);
  SW_TRY(check_harris(err, job));
  size_t partial = sizeof(masses) + (size_t)job->n_periods * sizeof(int64_t);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = partial, .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .grain = GRAIN});
  return SW_OK;
}

/* Calibration prepares its own links; Harris only distances. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  market_potential *m = job->state;
  if (m->access.on) return sw_access_prepare(err, job, &m->access, pass);
  return pass == POTENTIAL ? sw_share_distances(err, job, "distance", &m->points) : SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "mass",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "size of a market: income, output, people; form harris needs it"},
    SW_PARAM_DISTANCE,
    {.name = "decay",
     .type = SW_P_NUMBER,
     .fallback = "1",
     .lo = 1e-3,
     .hi = 100,
     .help = "exponent c of the distance"},
    {.name = "own",
     .type = SW_P_CHOICE,
     .fallback = "full",
     .choices = "full|half|none",
     .help = "the unit's own market: in full, with half the exponent, or left out"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "harris",
     .choices = "harris|redding-venables",
     .help = "the sum of masses over distances, or of effects of receivers, out of flows"},
    {.name = "flows",
     .type = SW_P_FLOW,
     .fallback = "",
     .help = "form redding-venables: an observed flow, of `pairs`"},
    {.name = "foreign",
     .type = SW_P_COLUMN,
     .fallback = "",
     .or_number = true,
     .lo = 0,
     .hi = 1e300,
     .help = "markets abroad, a constant or a variable, added to the sum"},
    {.name = NULL}};

static const sw_output output[] = {
    {.name = "value", .log = true, .long_name = "market potential", .units = "1", .shape = SW_UNIT},
    {.name = "supplier",
     .log = true,
     .long_name = "supplier access",
     .units = "1",
     .shape = SW_UNIT},
    {.name = NULL}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"own", "full", "plus M_i / d_ii^c, d_ii = 2/3 sqrt(area / pi)"},
    {"own", "half", "plus M_i / d_ii^(c/2), d_ii = 2/3 sqrt(area / pi)"},
    {"own", "none", "which is left out"},
    {"form", "redding-venables",
     "M_j the effect e^(m_j) of receivers in E F_ij = e^(s_i) e^(m_j) d_ij^-c; supplier: of s; "
     "sum_i e^(s_i) = sum_j e^(m_j)"},
    {"foreign", "*",
     "plus the foreign market, which is a part of the result: over its distance already"},
    {0}};

const sw_measure sw_measure_market_potential = {
    .name = "market_potential",
    .title = "Market potential of a unit",
    .formula = "P_i = sum_{j != i} M_j / d_ij^c, and the own market",
    .variant = variants,
    .source = "Harris 1954; Head and Mayer 2000; Redding and Venables 2004",
    .version = 2,
    .kind = SW_KIND_UNIT,
    .param = param,
    .output = output,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .again = again,
    .destroy = destroy,
    .finish = finish,
    .workspace = workspace,
};
