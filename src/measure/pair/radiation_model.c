/* radiation_model: flows out of a unit that are taken up by what is nearest (methods.md section 5;
 * Simini, Gonzalez, Maritan & Barabasi 2012):
 *
 *   T_ij = O_i m_i m_j / ((m_i + s_ij)(m_i + s_ij + m_j))
 *
 * s_ij is the mass of the units nearer to i than j, without i and j; equal distances, to a
 * micrometre, come one after another in code order, so that a row sums to O_i (1 - m_i/M), M all
 * mass. O is the mass or `out`. `finite` divides by 1 - m_i/M (Masucci, Serras, Johansson & Batty
 * 2013): a row sums to O_i.
 *
 * What is not plain: a unit without mass sends all it has to the nearest that has some, the limit
 * of the formula, which then reads 0/0. A unit whose mass is missing, or that has no distance from
 * i, is no part of row i: its pair is NaN and its mass is nowhere in between. M of a row is the
 * mass that has a place in it. `finite` where no other unit has mass: NaN.
 *
 * The order of a row rests on distances alone, so it is made once for all periods of a window; it
 * is most of the time of a single period. On a network that changes it is made for each of its
 * states that the periods have.
 *
 * Cost: n log n per row for the order, n per row and period for the flows; with several periods the
 * order is shared and eight periods run in the lanes of one loop. Memory of a thread: 9 n
 * doubles. */
#include "kernel/rows/radiation.h"
#include "kernel/rows/woven.h"
#include "kernel/space/order.h"
#include "measure/share/distance.h"
#include "measure/share/flows.h"

#include <math.h>
#include <string.h>

enum { LANES = SW_RADIATION_LANES };
/* The engine weaves results as LANES periods side by side. */
_Static_assert((int)SW_ROW_PERIODS == (int)LANES && (int)SW_WOVEN == (int)LANES,
               "periods of a row are lanes of its loops, and woven as the engine wants them");

/* Operands: masses, then what units send where that is another column (has_out). */
typedef struct radiation {
  const sw_distance *distance;
  bool has_out, finite;
  bool in_range; /* kernel/rows/radiation.h; known when masses are */
} radiation;

/* What ends the run: a partial of pass 0. Of `range` likewise how many, and the first of them. Each
 * of the two has a place of its own, so the message names the first of either kind. */
typedef struct refused {
  sw_negatives negative, range;
} refused;

/* ---- resolve ---------------------------------------------------------------------------- */

/* One pass places masses, one goes over pairs row by row (row_prepare, row_periods). */
static sw_status resolve(sw_error *err, sw_job *job) {
  radiation *r = NULL;
  SW_NEW(err, job->arena, r, 1);
  *r = (radiation){.distance = sw_job_distance(job, "distance"),
                   .has_out = sw_job_inputs(job, "out").count > 0,
                   .finite = sw_job_arg(job, "finite")->number != 0};
  job->state = r;
  job->directed = true;
  sw_job_pass(job,
              /* The order needs no operand; it follows from distances, in row_prepare. */
              (sw_pass){.domain = SW_UNITS, .partial = sizeof(refused), .operand = 1 + r->has_out});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .woven = true});
  return SW_OK;
}

/* ---- pass 0: masses --------------------------------------------------------------------- */

/* Products of three masses and sums of all must stay numbers, and none may vanish. 1e90^3 and n
 * 1e180 stay below 1e308, 1e-90^3 above 1e-308. */
static const double least_mass = 1e-90, most_mass = 1e90;

/* Masses beyond the range of the kernel: the first is kept for the message, the others are
 * counted. */
static void see_range(const sw_job *job, int64_t unit, int t, sw_negatives *seen) {
  for (int k = 0; k < job->n_inputs; k++) {
    double x = sw_view_at(job->input[k].view, t, unit);
    if (!(x > most_mass || (x > 0 && x < least_mass))) continue;
    if (seen->count++ == 0) {
      seen->unit = unit;
      seen->period = t;
      seen->input = k;
      seen->value = x;
    }
  }
}

/* What is refused is placed as well: `finish` ends the run before anyone reads it. Every value is
 * placed, so operands never hold what an earlier start has left. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  refused *seen = out;
  sw_view to = job->operand_local[0];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      sw_flows_see(job, unit, t, &seen->negative);
      see_range(job, unit, t, &seen->range);
      for (int k = 0; k < job->n_inputs; k++)
        to.row[k * job->n_periods + t][unit - to.first] = sw_view_at(job->input[k].view, t, unit);
    }
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  refused *to = all;
  const refused *more = part;
  sw_flows_merge(job, pass, &to->negative, &more->negative);
  sw_flows_merge(job, pass, &to->range, &more->range);
}

/* Negative values are refused first; a mass out of range may be mended by another unit. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const refused *seen = all;
  const sw_negatives *range = &seen->range;
  SW_TRY(sw_flows_finish(err, job, pass, &seen->negative, result));
  if (range->count == 0) return SW_OK;
  return sw_job_fail(
      err, job, range->input ? "out" : "mass",
      "%s of unit %s in %s is %g (%lld in all); expected 0, or %g to %g: give it in another unit",
      job->input[range->input].name, sw_unit_code(job->units, range->unit),
      sw_job_period(job, range->period), range->value, (long long)range->count, least_mass,
      most_mass);
}

/* Whether no flow but 0 can be very small: the least of what is sent, times the least mass twice,
 * over twice the square of all mass; and no product of masses very large. In range, the loops may
 * multiply in any order without underflow (kernel/rows/radiation.h). */
static bool is_in_range(const sw_job *job) {
  double least = INFINITY, most = 0, n = (double)job->n;
  for (int k = 0; k < job->n_inputs; k++)
    for (int t = 0; t < job->n_periods; t++) {
      const double *x = job->operand[0].row[k * job->n_periods + t];
      for (int64_t i = 0; i < job->n; i++) {
        if (x[i] > 0 && x[i] < least) least = x[i];
        if (x[i] > most) most = x[i];
      }
    }
  return most < 1e80 && least * least * (least / (2 * n * n * most * most)) > 1e-270;
}

/* Only to refuse what is no distance or mass; rows need no points. Every rank sees all masses. Zero
 * distances between different units are refused here, before hours of work. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  sw_arc_points unused;
  if (pass == 0) return SW_OK;
  SW_TRY(sw_share_distances(err, job, "distance", &unused));
  ((radiation *)job->state)->in_range = is_in_range(job);
  return SW_OK;
}

/* ---- pass 1: the order of a row --------------------------------------------------------- */

/* order[0 .. placed): by distance; behind it the units without one, and i itself. n int32 behind
 * the count. */
typedef struct row_order {
  int64_t placed;
  int32_t order[];
} row_order;

/* Of a thread. `woven` holds the masses of periods [t0, t1); the same room serves to sort, so
 * whoever prepares a row says that nothing is woven. */
typedef struct work {
  int t0, t1;
  double *woven; /* LANES numbers per unit */
  double *spare; /* a row */
  int64_t unit;  /* on a network that changes: whose row is in `own`, and in which state */
  const sw_distance *state;
  row_order *own;
} work;

static size_t order_bytes(const sw_job *job) {
  return sizeof(row_order) + (size_t)job->n * sizeof(int32_t);
}

static bool changes(const sw_job *job) {
  return ((const radiation *)job->state)->distance->n_states > 1;
}

/* Nothing is prepared where the order is not that of all periods. 64: a state of no length would
 * still need an address. */
static size_t row_state(const sw_job *job) {
  return changes(job) ? 64 : order_bytes(job);
}

/* The thread's struct stands in the first bytes. */
enum { HEAD = 128 };
_Static_assert(sizeof(work) <= HEAD, "the thread's struct fits before its buffers");

static size_t workspace(const sw_job *job) {
  size_t own = changes(job) ? order_bytes(job) : 0;
  return HEAD + (size_t)job->n * (LANES + 1) * sizeof(double) + own;
}

/* Parts in this order: struct, woven masses, a row, an order. */
static work *open_work(const sw_job *job, void *room) {
  work *w = room;
  w->woven = (double *)((char *)room + HEAD);
  w->spare = w->woven + LANES * job->n;
  w->own = (row_order *)(w->spare + job->n);
  return w;
}

/* Keys are monotone in distance; equal ones within a micrometre go by code. */
static void sort_row(const sw_job *job, const sw_distance *distance, int64_t i, work *w,
                     row_order *row) {
  double *key = w->woven + sw_order_work(job->n);
  sw_order_keys(distance, i, job->n, key);
  row->placed = sw_order_sort(key, job->n, sw_order_same(distance), w->woven, row->order);
}

/* Sorting uses the room of woven masses, so nothing is woven afterwards. */
static void row_prepare(const sw_job *job, int64_t i, void *state, void *room) {
  const radiation *r = job->state;
  work *w = open_work(job, room);
  w->t0 = w->t1 = -1;
  w->unit = -1;
  if (!changes(job)) sort_row(job, r->distance, i, w, state);
}

/* On a network that changes: sorted anew, unless the last one asked for is the same. Rows are asked
 * for in turn, so the last order is often the right one. */
static const row_order *order_in(const sw_job *job, int t, int64_t i, work *w) {
  const sw_distance *state = sw_job_distance_in(job, ((const radiation *)job->state)->distance, t);
  if (w->unit != i || w->state != state) sort_row(job, state, i, w, w->own);
  w->unit = i;
  w->state = state;
  return w->own;
}

/* ---- flows ------------------------------------------------------------------------------ */

/* A row of one period: what the unit sends, its mass, and the masses of all. */
typedef struct row_flows {
  double sent, own;
  const double *mass;
} row_flows;

/* Operands: masses in rows 0 .. T - 1, what is sent behind them. */
static row_flows row_of(const sw_job *job, int t, int64_t i) {
  const radiation *r = job->state;
  double *const *row = job->operand[0].row;
  return (row_flows){
      .sent = row[(r->has_out ? job->n_periods : 0) + t][i], .own = row[t][i], .mass = row[t]};
}

/* O_i; with `finite` over 1 - m_i/M = s/(m_i + s), s the mass of all others. */
static double send(const sw_job *job, row_flows flows, double others) {
  const radiation *r = job->state;
  return r->finite ? flows.sent * ((flows.own + others) / others) : flows.sent;
}

/* The limit for a unit without mass: all goes to the first that has some. Pairs stay NaN where a
 * mass is missing, and all of them where nothing is defined. Numbers of `out` are `stride` apart.
 *
 * T_ij -> O_i for the first j with mass as m_i -> 0, and 0 for all behind it. */
static void send_to_nearest(sw_radiation_row row, row_flows flows, double sent, double *out,
                            int64_t stride) {
  bool found = false;
  for (int64_t k = 0; k < row.placed; k++) {
    int64_t j = row.order[k];
    double mass = flows.mass[j];
    out[j * stride] = isnan(mass) || isnan(sent) ? NAN : !found && mass > 0 ? sent : 0;
    found |= mass > 0;
  }
}

/* What the loops leave out: units without a place in the row. Units that are not placed have no
 * distance from i; i itself is among them. */
static void end_row(const sw_job *job, const row_order *row, row_flows flows, double sent,
                    double *out, int64_t stride) {
  if (flows.own == 0)
    send_to_nearest((sw_radiation_row){row->order, row->placed}, flows, sent, out, stride);
  for (int64_t k = row->placed; k < job->n; k++)
    out[row->order[k] * stride] = NAN;
}

/* out holds s_ij first, then the flows. */
static void one_period(const sw_job *job, int t, int64_t i, const row_order *row, double *out) {
  row_flows flows = row_of(job, t, i);
  double others = sw_radiation_before((sw_radiation_row){row->order, row->placed}, flows.mass, out);
  double sent = send(job, flows, others);
  sw_radiation_flows(job->n, flows.own, sent * flows.own, flows.mass, out);
  end_row(job, row, flows, sent, out, 1);
}

/* Lanes beyond the last period repeat it. Repeating keeps every lane defined; its results are not
 * written. */
static void several_periods(const sw_job *job, int t0, int t1, int64_t i, const row_order *order,
                            double *out, work *w) {
  const radiation *r = job->state;
  sw_radiation_row row = {order->order, order->placed};
  sw_radiation_lanes lanes = {.periods = t1 - t0, .in_range = r->in_range};
  row_flows flows[LANES];
  const double *mass[LANES];
  double others[LANES] = {0}, sent[LANES];
  for (int l = 0; l < LANES; l++) {
    flows[l] = row_of(job, t0 + l < t1 ? t0 + l : t1 - 1, i);
    mass[l] = flows[l].mass;
  }
  /* Consecutive rows of a window share the woven masses. */
  if (w->t0 != t0 || w->t1 != t1) sw_woven_weave(job->n, t1 - t0, mass, w->woven);
  w->t0 = t0, w->t1 = t1;
  /* Totals only where `finite` divides by them. */
  if (r->finite) sw_radiation_totals(row, w->woven, others);
  for (int l = 0; l < LANES; l++) {
    sent[l] = send(job, flows[l], others[l]);
    lanes.own[l] = flows[l].own;
    lanes.factor[l] = sent[l] * flows[l].own;
  }
  sw_radiation_together(row, &lanes, w->woven, out);
  for (int l = 0; t0 + l < t1; l++)
    end_row(job, order, flows[l], sent[l], out + l, LANES);
}

/* On a network that changes each period has an order of its own: one after the other. LANES apart,
 * as the engine reads woven rows. */
static void each_period(const sw_job *job, int t0, int t1, int64_t i, double *out, work *w) {
  for (int t = t0; t < t1; t++) {
    one_period(job, t, i, order_in(job, t, i, w), w->spare);
    for (int64_t j = 0; j < job->n; j++)
      out[j * LANES + t - t0] = w->spare[j];
  }
}

/* Flows of row i in periods [t0, t1), by the order of distances that was prepared; where distances
 * change, each period has an order of its own. */
static void row_periods(const sw_job *job, int t0, int t1, int64_t i, const void *state,
                        double *const *out, void *room) {
  work *w = open_work(job, room);
  if (t1 - t0 == 1)
    one_period(job, t0, i, changes(job) ? order_in(job, t0, i, w) : state, out[0]);
  else if (changes(job))
    each_period(job, t0, t1, i, out[0], w);
  else
    several_periods(job, t0, t1, i, state, out[0], w);
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "mass", .type = SW_P_COLUMN, .help = "an indicator; what takes flows up"},
    {.name = "out", .type = SW_P_COLUMN, .fallback = "", .help = "what a unit sends; its mass"},
    SW_PARAM_DISTANCE,
    {.name = "finite",
     .type = SW_P_BOOL,
     .fallback = "false",
     .help = "for a country that ends at its borders: over 1 - m_i/M, M the mass of all units, so "
             "that the flows of a unit add up to what it sends; without it, to 1 - m_i/M of that"},
    {.name = NULL}};

static const sw_output output[] = {{.name = "value",
                                    .log = true,
                                    .long_name = "flow of the radiation model",
                                    .units = "1",
                                    .shape = SW_PAIR},
                                   {.name = NULL}};

/* The formula by its variants. */
static const sw_variant variants[] = {{"finite", "true", "over 1 - m_i/M"}, {0}};

const sw_measure sw_measure_radiation_model = {
    .name = "radiation_model",
    .title = "Flows by the radiation model",
    .formula = "T_ij = O_i m_i m_j / ((m_i + s_ij)(m_i + s_ij + m_j)), s_ij the mass nearer to i "
               "than j",
    .variant = variants,
    .source = "Simini, Gonzalez, Maritan & Barabasi 2012, Nature 484; Masucci, Serras, Johansson & "
              "Batty 2013, Physical Review E 88",
    .version = 2,
    .kind = SW_KIND_PAIR,
    .param = param,
    .output = output,
    .flops = 6,
    .bytes = 40,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .row_state = row_state,
    .row_prepare = row_prepare,
    .row_periods = row_periods,
    .workspace = workspace,
};
