/* Market shares of centres by the probability model of Huff (methods.md and methods-regions.md,
 * section 5):
 *
 *   P_ik = A_k^a d_ik^-b / sum_l A_l^a d_il^-b,  market of k = sum_i P_ik demand_i
 *
 * d_ik from the unit to the centre. A centre is its own customer at the distance within it, d_kk =
 * 2/3 sqrt(area/pi) (`self: distance`); without an area its shares are undefined. `self: own`: it
 * is wholly its own. A centre without a distance or an attraction is left out of a unit's sum.
 *
 * Passes as in field_strength.c: attractions, then weights of a block of units, once for each state
 * of the distances, with the shares of every period.
 *
 * Source: Huff 1964, Defining and estimating a trading area, Journal of Marketing 28(3). */
#include "kernel/flows/fields.h"
#include "measure/share/flows.h"
#include "measure/space/centres.h"

#include <math.h>
#include <string.h>

enum { VALUE, MARKET };        /* outputs */
enum { ATTRACTION, DEMAND };   /* inputs */
enum { ATTRACTIONS, SHARES };  /* passes */
enum { DISTANCE, OWN };        /* self, in the order of its choices */
enum { ROOM = SW_BLOCK + 16 }; /* of a row of a tile: kernels may fill a whole vector more */

/* set first, so that functions of centres take its address. */
typedef struct huff {
  sw_centres set;
  double exponent;
  int self;
} huff;

/* What the pass over attractions leaves of a block. */
typedef struct attractions {
  sw_negatives negative;
  int64_t without_demand; /* units and periods */
} attractions;

/* ---- tiles ------------------------------------------------------------------------------ */

/* C says that pow(NaN, 0) is 1; a missing attraction is missing whatever the exponent. Demand
 * missing: the unit's market counts nowhere. */
static void place(const sw_job *job, const sw_tile *tile, attractions *seen) {
  const huff *h = job->state;
  const sw_view *local = &job->operand_local[ATTRACTIONS];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      double a = sw_view_at(job->input[ATTRACTION].view, t, unit);
      sw_flows_see(job, unit, t, &seen->negative);
      seen->without_demand += isnan(sw_view_at(job->input[DEMAND].view, t, unit));
      local->row[t][unit - local->first] = isnan(a) ? a : pow(a, h->exponent);
    }
}

static double attraction_of(const sw_job *job, int c, int t) {
  const huff *h = job->state;
  return job->operand[ATTRACTIONS].row[t][h->set.unit[c]];
}

/* Weights of a block, by centre. A centre's own is that of the distance within it, in the scale of
 * the others. The row holds all units of the block; the centre's own place is overwritten. */
static void weights(const sw_job *job, int t, const sw_tile *tile, double *w) {
  const huff *h = job->state;
  for (int c = 0; c < h->set.n; c++) {
    int64_t unit = h->set.unit[c];
    double *row = w + (int64_t)c * ROOM;
    sw_centres_weights(job, &h->set, c, t, true, tile->lo, tile->hi, row);
    if (unit < tile->lo || unit >= tile->hi) continue;
    row[unit - tile->lo] =
        pow(sw_share_distance_within(h->set.distance, job->units, unit), -h->set.decay) /
        h->set.scale;
  }
}

static double *row_of(const sw_job *job, const sw_tile *tile, int c, int t) {
  return job->result[VALUE].row[c * job->n_periods + t] + (tile->lo - job->first);
}

static bool lacks_area(const sw_job *job, const huff *h, int c) {
  return h->self == DISTANCE &&
         isnan(sw_share_distance_within(h->set.distance, job->units, h->set.unit[c]));
}

/* A centre that keeps to itself, or whose distance to itself is not known. self: own gives the unit
 * to itself entirely: 1 for itself and 0 for others. */
static void own_units(const sw_job *job, int t, const sw_tile *tile) {
  const huff *h = job->state;
  for (int k = 0; k < h->set.n; k++) {
    int64_t unit = h->set.unit[k];
    bool known = h->self == DISTANCE && !lacks_area(job, h, k);
    if (unit < tile->lo || unit >= tile->hi || known) continue;
    for (int c = 0; c < h->set.n; c++)
      row_of(job, tile, c, t)[unit - tile->lo] = h->self == DISTANCE ? NAN : c == k;
  }
}

/* Units of a block without a centre in their sums, other than centres that are their own. A unit
 * with a share of any centre is reached; so is a centre whose shares only its area is lacking for,
 * which has a note of its own. */
static double count_unreached(const sw_job *job, int t, const sw_tile *tile, const double *sum) {
  const huff *h = job->state;
  double count = 0;
  for (int64_t u = 0; u < tile->hi - tile->lo; u++) {
    bool any = sum[u] > 0;
    for (int c = 0; !any && c < h->set.n; c++)
      any = !isnan(row_of(job, tile, c, t)[u]) ||
            (h->set.unit[c] == tile->lo + u && lacks_area(job, h, c));
    count += !any;
  }
  return count;
}

/* market[]: by period and centre, and behind them by period the units that reach none. Two walks
 * over the centres: the sum first, then shares of it. */
static void shares(const sw_job *job, int t, const sw_tile *tile, const double *w, double *sum,
                   double *market) {
  const huff *h = job->state;
  int64_t n = tile->hi - tile->lo;
  const sw_view *demand = &job->input[DEMAND].view;
  memset(sum, 0, (size_t)n * sizeof *sum);
  for (int c = 0; c < h->set.n; c++)
    sw_fields_add(n, attraction_of(job, c, t), w + (int64_t)c * ROOM, sum);
  for (int c = 0; c < h->set.n; c++)
    sw_fields_share(n, attraction_of(job, c, t), w + (int64_t)c * ROOM, sum,
                    row_of(job, tile, c, t));
  own_units(job, t, tile);
  /* Counts of units stand behind the markets, in doubles. */
  market[job->n_periods * h->set.n + t] += count_unreached(job, t, tile, sum);
  for (int c = 0; c < h->set.n; c++)
    market[t * h->set.n + c] +=
        sw_fields_product(n, row_of(job, tile, c, t), demand->row[t] + (tile->lo - demand->first));
}

/* As in field_strength.c; the sums of a block stand behind the weights. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *memory) {
  const huff *h = job->state;
  double *w = memory;
  if (tile->pass == ATTRACTIONS) {
    place(job, tile, out);
    return;
  }
  for (int t = 0; t < job->n_periods; t++) {
    if (sw_centres_changes(job, &h->set, t)) weights(job, t, tile, w);
    shares(job, t, tile, w, w + (int64_t)h->set.n * ROOM, out);
  }
}

static size_t workspace(const sw_job *job) {
  const huff *h = job->state;
  return (size_t)(h->set.n + 1) * ROOM * sizeof(double);
}

/* ---- folds ------------------------------------------------------------------------------ */

/* In block order. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  const huff *h = job->state;
  if (pass == ATTRACTIONS) {
    attractions *sum = all;
    const attractions *more = part;
    sw_flows_merge(job, pass, &sum->negative, &more->negative);
    sum->without_demand += more->without_demand;
    return;
  }
  for (int64_t k = 0; k < (int64_t)job->n_periods * (h->set.n + 1); k++)
    ((double *)all)[k] += ((const double *)part)[k];
}

/* `units`: by period. Markets are sums of shares times demand, over all units. */
static void note_unreached(sw_job *job, const double *units) {
  sw_unreached unreached = {0};
  for (int t = 0; t < job->n_periods; t++)
    sw_unreached_see(&unreached, t, (int64_t)units[t]);
  sw_unreached_note(job, &unreached);
}

/* One line for all of them. */
static void note_areas(sw_job *job, const huff *h) {
  int count = 0, first = 0;
  for (int c = h->set.n; c-- > 0;)
    if (lacks_area(job, h, c)) count++, first = c;
  if (count)
    sw_note(job->notes,
            "%s: %s: %d of %d centres have no area, first %s: shares at their own units are "
            "undefined, and markets without their demand; give areas, or write self: own",
            job->where, job->name, count, h->set.n, sw_unit_code(job->units, h->set.unit[first]));
}

/* Rank 0: markets of the centres, and notes on what is missing in them. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const huff *h = job->state;
  if (pass == SHARES) {
    memcpy(job->result[MARKET].row[0], all,
           (size_t)job->n_periods * (size_t)h->set.n * sizeof(double));
    note_areas(job, h);
    sw_centres_note_missing(job, &h->set, "shares there are those of the other centres alone");
    note_unreached(job, (const double *)all + (int64_t)job->n_periods * h->set.n);
    return SW_OK;
  }
  const attractions *sum = all;
  SW_TRY(sw_flows_finish(err, job, pass, &sum->negative, result));
  if (sum->without_demand)
    sw_note(job->notes, "%s: %s: '%s' is missing in %lld of %lld cells: markets are without them",
            job->where, job->name, job->input[DEMAND].name, (long long)sum->without_demand,
            (long long)job->n * job->n_periods);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* area is needed for d_kk alone. */
static sw_status resolve(sw_error *err, sw_job *job) {
  huff *h = NULL;
  SW_NEW(err, job->arena, h, 1);
  SW_TRY(sw_centres_resolve(err, job, false, &h->set));
  sw_centres_decay(&h->set, sw_job_arg(job, "decay")->number, false);
  h->exponent = sw_job_arg(job, "attraction_exponent")->number;
  h->self = (int)sw_job_arg(job, "self")->number;
  if (h->self == DISTANCE && !job->units->area)
    return sw_job_fail(err, job, "self",
                       "a centre's distance to itself needs areas: give their column under units: "
                       "area, or write self: own");
  if (h->self == DISTANCE)
    sw_share_distance_note_within(job, h->set.distance, "a centre", "self: own");
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = sizeof(attractions), .operand = 1});
  size_t markets = (size_t)job->n_periods * (size_t)(h->set.n + 1) * sizeof(double);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = markets});
  job->state = h;
  return SW_OK;
}

/* Before the second pass, when attractions are gathered. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  huff *h = job->state;
  return pass == SHARES ? sw_centres_prepare(err, job, &h->set) : SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "attraction",
     .type = SW_P_COLUMN,
     .help = "what draws to a centre: floor space, jobs"},
    SW_PARAM_CENTRES("attraction"),
    {.name = "demand", .type = SW_P_COLUMN, .help = "what a unit spends: people, income"},
    SW_PARAM_DISTANCE,
    {.name = "attraction_exponent",
     .type = SW_P_NUMBER,
     .fallback = "1",
     .lo = 0,
     .hi = 100,
     .help = "exponent a of the attraction"},
    {.name = "decay",
     .type = SW_P_NUMBER,
     .fallback = "2",
     .lo = 1e-3,
     .hi = 100,
     .help = "exponent b of the distance"},
    {.name = "self",
     .type = SW_P_CHOICE,
     .fallback = "distance",
     .choices = "distance|own",
     .help = "a centre's own unit: by the distance within it, or wholly its own"},
    {.name = NULL}};

static const sw_output output[] = {{.name = "value",
                                    .long_name = "market share of the centre",
                                    .units = "1",
                                    .shape = SW_UNIT,
                                    .axis = {SW_CENTRES_AXIS}},
                                   {.name = "market",
                                    .long_name = "market of the centre: demand drawn",
                                    .units = "1",
                                    .shape = SW_GLOBAL,
                                    .axis = {SW_CENTRES_AXIS}},
                                   {.name = NULL}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"self", "distance", "of a centre itself d_kk = 2/3 sqrt(area / pi)"},
    {"self", "own", "a centre is wholly its own"},
    {0}};

const sw_measure sw_measure_huff = {
    .name = "huff",
    .title = "Market shares of centres by Huff's model",
    .formula = "P_ik = A_k^a d_ik^-b / sum_l A_l^a d_il^-b, market of k = sum_i P_ik demand_i",
    .variant = variants,
    .source = "Huff 1964",
    .version = 1,
    .headline = "market",
    .kind = SW_KIND_UNIT,
    .param = param,
    .output = output,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .workspace = workspace,
};
