/* Order of a unit's subsystems and their synergy (methods-regions.md, section "1, 7"). An indicator
 * has an order degree within its bounds, a subsystem the mean of those of its indicators, and the
 * whole a synergy: the mean of the subsystems' changes since the base period, with the sign of the
 * least (kernel/series/composite.h). The base is the first period of the entry, or the one before.
 *
 * Bounds are given, or are the least and the greatest of the panel over the rows complete in all
 * indicators of the subsystem, as composites have them; an indicator that does not vary has weight
 * 0. Values beyond given bounds are counted, not clipped. A subsystem of a unit and period that
 * lacks an indicator has no order. No change is taken across a break of the panel or, from period
 * to period, across a hole.
 *
 * Passes over units: bounds (and what lies beyond given ones), then orders and synergy.
 *
 * Source: Meng & Han 2000. */
#include "kernel/series/composite.h"
#include "kernel/series/entropy.h"
#include "kernel/series/stats.h"
#include "measure/share/indicators.h"
#include "measure/share/series.h"
#include "spillway/node.h"

#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { ORDER, SYNERGY };
/* So that the changes of a unit's systems, and degrees of a system, are arrays on the stack. */
enum { MAX_SYSTEMS = 32, MAX_INDICATORS = 128 };

/* The inputs of a system: [first, first + positive) and, behind, the negative ones. */
typedef struct subsystem {
  int first, positive, count;
} subsystem;

typedef struct synergy_state {
  int k, p; /* systems, indicators of all of them */
  const subsystem *system;
  bool previous, geometric;
  const int *base;             /* n_periods: the period of the job each is compared with; -1 */
  const double *lo, *hi;       /* given bounds, or NULL */
  const double *given, *alpha; /* weights of indicators and, with form: weighted, of systems */
} synergy_state;

/* The numbers of the first pass: of each indicator the bounds found, values beyond given ones, and
 * (its result alone) the weight within its system. */
typedef struct bounds {
  double *lo, *hi, *beyond, *weight;
} bounds;

/* The four arrays lie one behind another, p doubles each. A partial of the pass has the first
 * three; `weight` lies beyond its end and may be touched in the result alone. */
static bounds bounds_at(const synergy_state *state, const void *numbers) {
  double *at = (double *)numbers;
  return (bounds){at, at + state->p, at + 2 * state->p, at + 3 * state->p};
}

/* ---- pass 0: bounds --------------------------------------------------------------------- */

/* Degrees are of complete rows only: false when one is missing. */
static bool read_system(const sw_job *job, const subsystem *s, int t, int64_t unit, double *e) {
  bool complete = true;
  for (int j = 0; j < s->count; j++) {
    e[j] = sw_view_at(job->input[s->first + j].view, t, unit);
    complete = complete && !isnan(e[j]);
  }
  return complete;
}

/* Row by row of the panel, since one missing indicator leaves out the others of its system, too. */
static void tile_bounds(const sw_job *job, const sw_tile *tile, void *out) {
  const synergy_state *state = job->state;
  bounds b = bounds_at(state, out);
  double e[MAX_INDICATORS];
  for (int t = 0; t < job->n_periods; t++)
    for (int s = 0; s < state->k; s++)
      for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
        const subsystem *system = &state->system[s];
        if (!read_system(job, system, t, unit, e)) continue;
        for (int j = 0; j < system->count; j++) {
          int i = system->first + j;
          b.lo[i] = e[j] < b.lo[i] ? e[j] : b.lo[i];
          b.hi[i] = e[j] > b.hi[i] ? e[j] : b.hi[i];
          b.beyond[i] += state->lo && (e[j] < state->lo[i] || e[j] > state->hi[i]);
        }
      }
}

/* Bounds start empty (the least above the greatest), so an indicator without any complete row keeps
 * them so; weigh() tells it by that. */
static void start_synergy(const sw_job *job, int pass, void *all) {
  const synergy_state *state = job->state;
  memset(all, 0, job->pass[pass].partial);
  if (pass > 0) return;
  bounds b = bounds_at(state, all);
  for (int i = 0; i < state->p; i++) {
    b.lo[i] = INFINITY;
    b.hi[i] = -INFINITY;
  }
}

/* ---- pass 1: orders and synergy --------------------------------------------------------- */

/* What the summary says of a period: units by the sign of their synergy, and of each system the
 * units with an order and its sum. Doubles alone, so that partials are added number by number. */
enum { ABOVE, ZERO, BELOW, SIGNS };

static size_t tally_doubles(const synergy_state *state) {
  return SIGNS + 2 * (size_t)state->k;
}

/* Weights are those of the whole panel, found on rank 0 and passed on. Reads job->folded[0], the
 * result of the first pass: this runs in the second pass only. NaN where an indicator is missing;
 * the geometric mean has none of a degree below 0, which given bounds allow. */
static double order_of(const sw_job *job, int s, int t, int64_t unit) {
  const synergy_state *state = job->state;
  const subsystem *system = &state->system[s];
  bounds b = bounds_at(state, job->folded[0]);
  double u[MAX_INDICATORS];
  if (!read_system(job, system, t, unit, u)) return NAN;
  for (int j = 0; j < system->count; j++) {
    int i = system->first + j;
    u[j] = sw_order_degree(u[j], b.lo[i], b.hi[i], j >= system->positive);
  }
  return sw_order_of(system->count, u, b.weight + system->first, state->geometric);
}

/* `at`: of the unit among this rank's rows, where its orders stand already. NaN without a base, or
 * where a system has no order in either of the two periods. A rank has all periods of its units, so
 * no other rank is asked. */
static double synergy_of(const sw_job *job, int t, int64_t at) {
  const synergy_state *state = job->state;
  double change[MAX_SYSTEMS];
  if (state->base[t] < 0) return NAN;
  for (int s = 0; s < state->k; s++) {
    double *const *row = job->result[ORDER].row + s * job->n_periods;
    change[s] = row[t][at] - row[state->base[t]][at];
  }
  return sw_synergy(state->k, change, state->alpha);
}

/* All orders of the tile first: synergy looks back to another period. Both outputs are written to
 * rows of this unit alone, so tiles need no lock; the sums go to the tile's own partial. */
static void tile_orders(const sw_job *job, const sw_tile *tile, double *out) {
  const synergy_state *state = job->state;
  int64_t first = job->input[0].view.first;
  for (int t = 0; t < job->n_periods; t++) {
    double *sums = out + (size_t)t * tally_doubles(state) + SIGNS;
    for (int s = 0; s < state->k; s++)
      for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
        double order = order_of(job, s, t, unit);
        job->result[ORDER].row[s * job->n_periods + t][unit - first] = order;
        if (isnan(order)) continue;
        sums[2 * s] += 1;
        sums[2 * s + 1] += order;
      }
  }
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      double synergy = synergy_of(job, t, unit - first);
      job->result[SYNERGY].row[t][unit - first] = synergy;
      if (isnan(synergy)) continue;
      double *signs = out + (size_t)t * tally_doubles(state);
      signs[synergy > 0 ? ABOVE : synergy < 0 ? BELOW : ZERO] += 1;
    }
}

/* Bounds first, as order degrees need them. */
static void tile_synergy(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  if (tile->pass == 0)
    tile_bounds(job, tile, out);
  else
    tile_orders(job, tile, out);
}

/* In block order. Least and greatest do not depend on the order, sums do in their last digits: the
 * fixed order of blocks gives the same file with any number of threads and ranks. */
static void merge_synergy(const sw_job *job, int pass, void *all, const void *part) {
  const synergy_state *state = job->state;
  size_t n = job->pass[pass].partial / sizeof(double);
  double *sum = all;
  if (pass == 0) {
    bounds a = bounds_at(state, all), b = bounds_at(state, part);
    for (int i = 0; i < state->p; i++) {
      a.lo[i] = b.lo[i] < a.lo[i] ? b.lo[i] : a.lo[i];
      a.hi[i] = b.hi[i] > a.hi[i] ? b.hi[i] : a.hi[i];
      a.beyond[i] += b.beyond[i];
    }
    return;
  }
  for (size_t i = 0; i < n; i++)
    sum[i] += ((const double *)part)[i];
}

/* ---- finish ----------------------------------------------------------------------------- */

static const char *system_name(const sw_job *job, int s) {
  return sw_job_arg(job, "systems")->names[s];
}

/* Weights of a system's indicators, of which those that are constant have none. Fails where a
 * system has no complete row at all, or none of its indicators varies: its order would be 0/0. With
 * given bounds no indicator counts as constant, since its degree is defined all the same. */
static sw_status weigh(sw_error *err, const sw_job *job, int s, bounds found, double *weight) {
  const synergy_state *state = job->state;
  const subsystem *system = &state->system[s];
  bool constant[MAX_INDICATORS];
  int varying = 0;
  for (int j = 0; j < system->count; j++) {
    int i = system->first + j;
    constant[j] = !state->lo && !sw_stats_vary(found.lo[i], found.hi[i]);
    varying += !constant[j];
    weight[i] = state->given ? state->given[i] : 1;
    if (constant[j] && found.lo[i] <= found.hi[i])
      sw_note(job->notes, "%s: %s: '%s' is constant in the panel: weight 0", job->input[i].where,
              job->name, job->input[i].name);
  }
  if (!(found.lo[system->first] <= found.hi[system->first]))
    return sw_job_fail(err, job, "systems",
                       "%s: no unit has a value of every indicator in a period",
                       system_name(job, s));
  if (varying == 0)
    return sw_job_fail(err, job, "systems",
                       "%s: no indicator varies; an order needs one that differs between units or "
                       "periods",
                       system_name(job, s));
  if (!sw_weights_normalise(system->count, constant, weight + system->first))
    sw_note(job->notes,
            "%s: %s: %s: all given weights are on indicators that are constant: the others get "
            "equal weights",
            job->where, job->name, system_name(job, s));
  return SW_OK;
}

/* Given bounds replace those found; what lies beyond them is warned of, not cut off. */
static sw_status finish_bounds(sw_error *err, const sw_job *job, const void *all, void *result) {
  const synergy_state *state = job->state;
  bounds found = bounds_at(state, all), kept = bounds_at(state, result);
  for (int s = 0; s < state->k; s++)
    SW_TRY(weigh(err, job, s, found, kept.weight));
  for (int i = 0; i < state->p; i++) {
    kept.lo[i] = state->lo ? state->lo[i] : found.lo[i];
    kept.hi[i] = state->hi ? state->hi[i] : found.hi[i];
    bool one = found.beyond[i] == 1;
    if (found.beyond[i] > 0)
      sw_note(job->notes,
              "%s: %s: %.0f value%s of '%s' lie%s outside its bounds [%g, %g]: %s outside [0, 1]",
              job->input[i].where, job->name, found.beyond[i], one ? "" : "s", job->input[i].name,
              one ? "s" : "", kept.lo[i], kept.hi[i],
              one ? "its order degree lies" : "their order degrees lie");
  }
  return SW_OK;
}

/* The last period that has a base, and how the systems have gone between the two. Says nothing
 * where no period has one. A system without any order in one of the two periods is left out of the
 * line of means. */
static void say(sw_job *job, const double *all) {
  const synergy_state *state = job->state;
  int t = job->n_periods - 1;
  while (t > 0 && state->base[t] < 0)
    t--;
  if (state->base[t] < 0) return;
  const double *now = all + (size_t)t * tally_doubles(state);
  const double *before = all + (size_t)state->base[t] * tally_doubles(state);
  const char *text = "";
  for (int s = 0; text && s < state->k; s++) {
    const double *a = before + SIGNS + 2 * s, *b = now + SIGNS + 2 * s;
    if (a[0] == 0 || b[0] == 0) continue;
    text = sw_arena_printf(job->arena, "%s%s%s %.3f to %.3f", text, *text ? "; " : "",
                           system_name(job, s), a[1] / a[0], b[1] / b[0]);
  }
  sw_job_say(job, "%s against %s: synergy above 0 in %.0f of %.0f units, below 0 in %.0f",
             sw_job_period(job, t), sw_job_period(job, state->base[t]), now[ABOVE],
             now[ABOVE] + now[ZERO] + now[BELOW], now[BELOW]);
  if (text && *text)
    sw_job_say(job, "mean order, %s to %s: %s", sw_job_period(job, state->base[t]),
               sw_job_period(job, t), text);
}

/* A period without a base has a reason: the first, or what lies between. */
static sw_status finish_synergy(sw_error *err, sw_job *job, int pass, const void *all,
                                void *result) {
  const synergy_state *state = job->state;
  if (pass == 0) return finish_bounds(err, job, all, result);
  for (int t = 0; t < job->n_periods; t++)
    if (state->base[t] < 0)
      sw_job_undefined(job, SYNERGY, t,
                       t == 0 ? "the base period" : "a break or a hole since the base period");
  say(job, all);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Inputs stand system by system, of each the positive ones first. */
static sw_status find_systems(sw_error *err, sw_job *job, synergy_state *state) {
  const sw_arg *arg = sw_job_arg(job, "systems");
  subsystem *system = NULL;
  int first = 0;
  state->k = arg->n_names;
  state->p = job->n_inputs;
  if (state->k < 2 || state->k > MAX_SYSTEMS)
    return sw_job_fail(err, job, "systems", "%d system%s; expected 2 to %d", state->k,
                       state->k == 1 ? "" : "s", MAX_SYSTEMS);
  SW_NEW(err, job->arena, system, state->k);
  for (int s = 0; s < state->k; s++) {
    int positive = arg->column_counts[2 * s], count = positive + arg->column_counts[2 * s + 1];
    if (count > MAX_INDICATORS)
      return sw_job_fail(err, job, "systems", "%s: %d indicators; expected %d at most",
                         arg->names[s], count, MAX_INDICATORS);
    system[s] = (subsystem){first, positive, count};
    first += count;
  }
  state->system = system;
  return SW_OK;
}

/* The text of a NODE parameter; NULL for a map or list. */
static const char *plain_text(const sw_arg *arg) {
  if (arg->node) return arg->node->kind == SW_NODE_SCALAR ? arg->node->text : NULL;
  return arg->text;
}

/* `bounds`: of the panel, or given by indicator. */
static sw_status read_bounds(sw_error *err, const sw_job *job, synergy_state *state) {
  const sw_arg *arg = sw_job_arg(job, "bounds");
  const char *text = plain_text(arg);
  if (text && strcmp(text, "panel") == 0) return SW_OK;
  if (text)
    return sw_job_fail(err, job, "bounds",
                       "'%s' is unknown; expected panel, or {indicator: [lowest, highest], ...}",
                       text);
  return sw_indicators_bounds(err, job, state->p, arg->node, &state->lo, &state->hi);
}

/* None below zero; those of a system not all zero. Scaled once the constant ones are known. Fails
 * on another text, on a list, on an indicator without a weight, and on a system whose sum is 0 or
 * not finite. */
static sw_status read_weights(sw_error *err, const sw_job *job, synergy_state *state) {
  const sw_arg *arg = sw_job_arg(job, "weights");
  const char *text = plain_text(arg);
  double *weight = NULL;
  if (text && strcmp(text, "equal") == 0) return SW_OK;
  if (text || arg->node->kind != SW_NODE_MAP)
    return sw_job_fail(err, job, "weights",
                       "'%s' is unknown; expected equal, or {indicator: weight, ...}",
                       text ? text : "a list");
  SW_NEW(err, job->arena, weight, state->p);
  SW_TRY(sw_indicators_weights(err, job, state->p, arg->node, weight));
  for (int s = 0; s < state->k; s++) {
    double sum = 0;
    for (int i = state->system[s].first, j = 0; j < state->system[s].count; i++, j++) {
      if (!(weight[i] >= 0))
        return sw_job_fail(err, job, "weights", "the weight of '%s' is %g; expected 0 or more",
                           job->input[i].name, weight[i]);
      sum += weight[i];
    }
    if (!(sum > 0) || isinf(sum))
      return sw_job_fail(err, job, "weights", "those of %s sum to %g; expected more than 0",
                         system_name(job, s), sum);
  }
  state->given = weight;
  return SW_OK;
}

/* Weights of systems: of sum 1 in state->alpha, equal ones 1/k each. The geometric form has none:
 * alpha stays NULL, by which sw_synergy knows it. */
static sw_status read_alpha(sw_error *err, const sw_job *job, synergy_state *state) {
  const sw_arg *arg = sw_job_arg(job, "alpha");
  const char *text = plain_text(arg);
  bool equal = text && strcmp(text, "equal") == 0;
  double *alpha = NULL, sum = 0;
  if (sw_job_arg(job, "form")->number == 0)
    return equal ? SW_OK
                 : sw_job_fail(err, job, "alpha",
                               "goes with form: weighted; add it, or leave "
                               "this out");
  if (!equal && (text || arg->node->kind != SW_NODE_LIST || arg->node->count != state->k))
    return sw_job_fail(err, job, "alpha", "expected equal, or a list of %d weights", state->k);
  SW_NEW(err, job->arena, alpha, state->k);
  for (int s = 0; s < state->k; s++) {
    alpha[s] = 1;
    if (!equal) SW_TRY(sw_node_number(err, arg->node->item[s], &alpha[s]));
    if (!(alpha[s] >= 0))
      return sw_job_fail(err, job, "alpha", "the weight of %s is %g; expected 0 or more",
                         system_name(job, s), alpha[s]);
    sum += alpha[s];
  }
  if (!(sum > 0) || isinf(sum))
    return sw_job_fail(err, job, "alpha", "the weights sum to %g; expected more than 0", sum);
  for (int s = 0; s < state->k; s++)
    alpha[s] /= sum;
  state->alpha = alpha;
  return SW_OK;
}

/* A hole: the panel itself lacks what would be between. Periods that the entry leaves out are not
 * wanted between. */
static bool is_hole(const sw_job *job, int t) {
  const sw_periods *periods = job->periods;
  return job->period[t] == job->period[t - 1] + 1 && periods->follows &&
         !periods->follows[job->period[t]];
}

/* base[0] is -1 under either rule: the first period is the base, or has none before it. With base:
 * first a hole between the two does no harm, as the change is from level to level. */
static sw_status find_bases(sw_error *err, const sw_job *job, synergy_state *state) {
  int *base = NULL;
  SW_NEW(err, job->arena, base, job->n_periods);
  base[0] = -1;
  for (int t = 1; t < job->n_periods; t++) {
    base[t] = state->previous ? t - 1 : 0;
    if (sw_series_broken(job, base[t], t) || (state->previous && is_hole(job, t))) base[t] = -1;
  }
  state->base = base;
  return SW_OK;
}

/* Systems first: bounds and weights are read by their indicators. Periods must be of known spacing,
 * as changes are compared. */
static sw_status resolve_synergy(sw_error *err, sw_job *job) {
  synergy_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  SW_TRY(find_systems(err, job, state));
  SW_TRY(sw_series_check(err, job, "systems", 2));
  state->previous = sw_job_arg(job, "base")->number != 0;
  state->geometric = sw_job_arg(job, "mean")->number != 0;
  SW_TRY(read_bounds(err, job, state));
  SW_TRY(read_weights(err, job, state));
  SW_TRY(read_alpha(err, job, state));
  SW_TRY(find_bases(err, job, state));
  job->state = state;
  job->pooled = true;
  sw_job_axis(
      job, (sw_axis){.name = "system", .n = state->k, .label = sw_job_arg(job, "systems")->names});
  size_t numbers = (size_t)state->p * sizeof(double);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = 3 * numbers, .result = 4 * numbers});
  sw_job_pass(job,
              (sw_pass){.domain = SW_UNITS,
                        .partial = (size_t)job->n_periods * tally_doubles(state) * sizeof(double)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "systems",
     .type = SW_P_COLUMN_MAP,
     .choices = "positive|negative",
     .distinct = true,
     .help = "two subsystems or more, by name: indicators of which more, or less, is better"},
    {.name = "base",
     .type = SW_P_CHOICE,
     .fallback = "first",
     .choices = "first|previous",
     .help = "the period that changes are since: the entry's first, or the one before"},
    {.name = "bounds",
     .type = SW_P_NODE,
     .fallback = "panel",
     .help = "of order degrees: the panel's least and greatest, or {indicator: [lowest, highest], "
             "...}"},
    {.name = "weights",
     .type = SW_P_NODE,
     .fallback = "equal",
     .help = "of indicators in their subsystem: equal, or {indicator: weight, ...}"},
    {.name = "mean",
     .type = SW_P_CHOICE,
     .fallback = "arithmetic",
     .choices = "arithmetic|geometric",
     .help = "of the order degrees in a subsystem"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "geometric",
     .choices = "geometric|weighted",
     .help = "of the changes of subsystems"},
    {.name = "alpha",
     .type = SW_P_NODE,
     .fallback = "equal",
     .help = "form: weighted: equal, or a weight for each subsystem"},
    {0}};

static const sw_output outputs[] = {
    {.name = "order",
     .long_name = "order degree of the subsystem",
     .units = "1",
     .shape = SW_UNIT,
     .axis = {"system"}},
    {.name = "synergy",
     .palette = SW_DIVERGING_0,
     .long_name = "synergy of the subsystems' changes since the base period",
     .units = "1",
     .shape = SW_UNIT},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"mean", "arithmetic", "u_s = sum w_j u_j"},
    {"mean", "geometric", "u_s = prod u_j^w_j"},
    {"form", "geometric", "synergy = sign(min du) (prod |du_s|)^(1/k)"},
    {"form", "weighted", "synergy = sign(min du) sum l_s |du_s|"},
    {0}};

const sw_measure sw_measure_synergy = {
    .name = "synergy",
    .title = "Order of a unit's subsystems, and their synergy",
    .formula =
        "u_j = (e - b)/(a - b), (a - e)/(a - b) for a negative one, b and a the bounds; du_s "
        "= u_s less that of the base period",
    .variant = variants,
    .source = "Meng and Han 2000",
    .version = 1,
    .headline = "synergy",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_synergy,
    .tile = tile_synergy,
    .start = start_synergy,
    .merge = merge_synergy,
    .finish = finish_synergy,
};
