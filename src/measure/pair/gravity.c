/* gravity: F_ij = K M_i^a M_j^b / d_ij^c, times x_i/(x_i + x_j) with `share`, times a factor within
 * a group (methods.md section 5; Isard 1954). M is the geometric mean of the masses.
 *
 * Pass 0 leaves the operands A = k M^a and B = k' M^b (one column when a = b) and the share's
 * column; constants, the Earth's radius and the scale of the arc are folded into k, so that the
 * loop over pairs, which is nearly all of the time, has none of them. Pass 1 gives (A_i B_j)
 * d_ij^-c. With a = b, no share and a symmetric distance (i, j) and (j, i) are one product of the
 * same factors: the same bits, and the engine computes each pair once.
 *
 * Distances are never stored: n^2 of them would be as large as the result. They come from unit
 * vectors (kernel/space/arc.h), from those of the ellipsoid (geodesic.h) or from given links (of a
 * network those of the period), as powers of d^-2, which needs no square root. A pair without a
 * distance is NaN, and so is one whose flow is larger than a double can be.
 *
 * Functions run in this order: resolve on every rank, tile of pass 0, merge and finish on rank 0,
 * prepare on every rank, then segment or fold on all threads, which read the state and the operands
 * and write nothing else. With `calibrate` gravity_calibrate.c takes the place of all but the first
 * pass. */
#include "measure/pair/gravity_calibrate.h"

#include "kernel/pairs/arc_fold.h"
#include "kernel/pairs/power.h"
#include "spillway/measure.h"
#include "spillway/node.h"

#include <math.h>

/* Set by resolve; a, b, decay as in the formula. scale_a, scale_b: k and k'. The operand columns
 * stand in the order A, B, share, as far as they are there. */
typedef struct gravity {
  double decay, a, b;
  double scale_a, scale_b, before; /* before: of inverse squares, 1 but for large decays */
  int columns;                     /* operands: A, B when a != b, the share last */
  bool has_share;
  const sw_distance *distance;
  const sw_grouping *same; /* NULL: no factor within groups */
  double factor;
  sw_arc_points points; /* great circle, ready after prepare */
  bool checked;         /* after prepare: a flow may leave the range of doubles */
  double own_decay;     /* of the distance within a unit; 0: it is left out */
  sw_gravity_fit fit;   /* `calibrate` */
} gravity;

enum { NONE, FULL, HALF }; /* own, in the order of its choices */

/* ---- resolve ---------------------------------------------------------------------------- */

/* {group: NAME, factor: x}. A factor of 0 takes the pairs within a group out without making them
 * missing. Checked in resolve, before any data are read: the groups of the units are known. */
static sw_status read_same_group(sw_error *err, const sw_job *job, gravity *g) {
  static const char *const keys[] = {"group", "factor", NULL};
  const sw_node *node = sw_job_arg(job, "same_group")->node;
  if (!node) return SW_OK;
  const sw_node *group = sw_node_get(node, "group"), *factor = sw_node_get(node, "factor");
  if (!group || !factor)
    return sw_job_fail(err, job, "same_group", "expected {group: province, factor: 2}");
  SW_TRY(sw_node_check_keys(err, node, keys));
  const char *name;
  SW_TRY(sw_node_text(err, group, &name));
  SW_TRY(sw_node_number(err, factor, &g->factor));
  /* Finite, as sw_node_number takes nothing else. */
  if (g->factor < 0)
    return sw_node_fail(err, factor, "factor is %g; expected 0 or more", g->factor);
  g->same = sw_units_grouping(job->units, name);
  if (!g->same)
    return sw_node_fail(err, group,
                        "%s: '%s' is not a group of the units; list it under units: groups",
                        job->name, name);
  return SW_OK;
}

/* K and what turns the distances of the kernel into those of the study. The kernel gives v =
 * 1/(scale arc^2), and 1/d^2 = v scale/R^2; to the power of decay/2 the factor is one number. With
 * a = b each side takes its root, so that A and B are one column, half the memory of operands; else
 * A takes it all. */
static void fold_constants(const sw_job *job, gravity *g) {
  double scale = sw_job_arg(job, "constant")->number;
  scale *= sw_share_distance_factor(g->distance, g->decay, &g->before);
  g->scale_a = g->a == g->b ? sqrt(scale) : scale;
  g->scale_b = g->a == g->b ? g->scale_a : 1;
}

/* A decay of 2 by great circle, which has loops of its own without the power. before == 1: no
 * factor has to be put in front of the power. */
static bool is_common(const gravity *g) {
  return g->distance->kind == SW_GREAT_CIRCLE && g->decay == 2 && g->before == 1;
}

/* Gravity within a unit, by the mean distance from the centre of a disc of its area. d_ii = (2/3)
 * sqrt(area/pi), as for the market potential (methods.md section 5). */
static sw_status resolve_own(sw_error *err, sw_job *job, gravity *g) {
  int own = (int)sw_job_arg(job, "own")->number;
  if (own == NONE) return SW_OK;
  if (!job->units->area)
    return sw_job_fail(err, job, "own",
                       "the distance within a unit needs areas: give their column under units: "
                       "area, or write own: none");
  if (sw_job_arg(job, "calibrate.flows")->flow)
    return sw_job_fail(err, job, "own",
                       "flows between units say nothing of what stays within one; leave it out");
  sw_share_distance_note_within(job, g->distance, "a unit", "own: none");
  /* `half`: the exponent c/2 within a unit (methods-regions.md, market potential). */
  g->own_decay = own == HALF ? g->decay / 2 : g->decay;
  job->defines_diagonal = true;
  return SW_OK;
}

/* The distance is there already (bound before `resolve`), and whether it is symmetric decides
 * whether pairs are directed. Counts of masses below zero are the partial; everything else of a
 * unit is an operand. */
static sw_status resolve(sw_error *err, sw_job *job) {
  gravity *g = NULL;
  SW_NEW(err, job->arena, g, 1);
  const sw_arg *exponent = sw_job_arg(job, "exponent");
  if (exponent->count != 2)
    return sw_job_fail(err, job, "exponent",
                       "%d numbers; expected two, for the row's and the column's mass: [1, 1]",
                       exponent->count);
  g->distance = sw_job_distance(job, "distance");
  g->decay = sw_job_arg(job, "decay")->number;
  g->a = exponent->numbers[0];
  g->b = exponent->numbers[1];
  g->has_share = sw_job_inputs(job, "share").count > 0;
  /* A, then B where it differs, then the share. */
  g->columns = 1 + (g->a != g->b) + g->has_share;
  SW_TRY(read_same_group(err, job, g));
  fold_constants(job, g);
  job->state = g;
  SW_TRY(resolve_own(err, job, g));
  SW_TRY(sw_gravity_fit_resolve(err, job, &g->fit));
  if (g->fit.on) {
    g->columns = 1;
    g->a = g->b = g->scale_a = 1; /* the mass as it is, for the estimate */
    return SW_OK;
  }
  /* With a share or different exponents value(j, i) is another number. */
  job->directed = g->a != g->b || g->has_share || !g->distance->symmetric;
  job->n_passes = 2;
  job->pass[0] =
      (sw_pass){.domain = SW_UNITS, .partial = sizeof(sw_negatives), .operand = g->columns};
  job->pass[1] = (sw_pass){.domain = SW_PAIRS,
                           .fold_groups = true,
                           /* The fold has loops for the common case only: one column of masses,
                            * decay 2, no groups. */
                           .no_fold = !is_common(g) || job->directed || g->same};
  return SW_OK;
}

/* ---- pass 0: masses --------------------------------------------------------------------- */

/* By logarithms, as a product of masses may overflow; a single mass is taken as it is, to the bit.
 * A zero mass makes the mean zero. */
static double geometric_mean(const sw_job *job, sw_inputs in, int t, int64_t unit) {
  double first = sw_view_at(job->input[in.first].view, t, unit), logs = 0;
  if (in.count == 1) return first;
  /* log of a negative mass is NaN; such masses end the run in finish. */
  for (int k = in.first; k < in.first + in.count; k++)
    logs += log(sw_view_at(job->input[k].view, t, unit)); /* log 0 = -inf, exp(-inf) = 0 */
  return exp(logs / in.count);
}

/* C says that pow(NaN, 0) is 1; a missing mass makes a missing flow whatever the exponent. */
static double raised(double mass, double exponent) {
  return exponent == 1 || isnan(mass) ? mass : pow(mass, exponent);
}

/* row[column * n_periods + t]: operands of this rank's units. */
static void place(const sw_job *job, const gravity *g, int t, int64_t unit) {
  double *const *row = job->operand_local[0].row;
  int64_t at = unit - job->operand_local[0].first;
  double mass = geometric_mean(job, sw_job_inputs(job, "mass"), t, unit);
  /* k of the formula is part of the operand, so pairs multiply twice and no more. */
  row[t][at] = g->scale_a * raised(mass, g->a);
  if (g->a != g->b) row[job->n_periods + t][at] = g->scale_b * raised(mass, g->b);
  if (g->has_share)
    row[(g->columns - 1) * job->n_periods + t][at] =
        sw_view_at(job->input[sw_job_inputs(job, "share").first].view, t, unit);
}

/* Negative masses are placed as well: `finish` ends the run before their results are read. Units
 * outside, so that the first negative is the first by unit. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const gravity *g = job->state;
  if (tile->pass > 0) {
    sw_gravity_fit_tile(job, &g->fit, tile, out, workspace);
    return;
  }
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    /* sw_flows_see counts masses below zero. */
    for (int t = 0; t < job->n_periods; t++) {
      sw_flows_see(job, unit, t, out);
      place(job, job->state, t, unit);
    }
}

/* ---- pass 1: pairs ---------------------------------------------------------------------- */

/* Logarithms of the least and greatest of an operand that are above zero. Over all units and
 * periods: prepare runs on every rank, from gathered operands. */
static void range_of(const sw_job *job, int column, double *least, double *most) {
  double lo = INFINITY, hi = 0;
  for (int t = 0; t < job->n_periods; t++) {
    const double *x = job->operand[0].row[column * job->n_periods + t];
    for (int64_t i = 0; i < job->n; i++) {
      if (x[i] > 0 && x[i] < lo) lo = x[i];
      if (x[i] > hi) hi = x[i];
    }
  }
  *least = hi > 0 ? log(lo) : 0;
  *most = hi > 0 ? log(hi) : 0;
}

/* By the greatest masses and the nearest places that there can be: flows that overflow are no
 * numbers, and are looked for where there may be some. Where the least vanish a line says so: they
 * are 0, and their partners in no order but that of codes. The same on every rank. In logarithms,
 * as the bounds themselves may be out of range. */
static void find_range(sw_job *job, gravity *g) {
  double least[3], most[3], half = g->decay / 2, before = log(g->before);
  range_of(job, 0, &least[0], &most[0]);
  range_of(job, g->a != g->b, &least[1], &most[1]);
  sw_share_distance_range(g->distance, &least[2], &most[2]);
  double near = half * (most[2] + before), far = half * (least[2] + before);
  double factor = g->same && g->factor > 1 ? log(g->factor) : 0;
  bool vanishes = fmin(fmin(least[2], far), least[0] + least[1] + fmin(far, 0)) < -SW_SHARE_SAFE;
  /* `checked`: the loops then look for infinite flows. It costs a pass over each segment, so it is
   * not always on. */
  g->checked = vanishes || !(fmax(most[2], near) < SW_SHARE_SAFE) ||
               !(fmax(most[0] + most[1], most[0] + most[1] + near) + factor < SW_SHARE_SAFE);
  if (vanishes)
    sw_note(job->notes,
            "%s: %s: flows of small masses far apart may be smaller than doubles can be, and are "
            "then 0; lower the decay (%g), or give masses and distances in other units",
            job->where, job->name, g->decay);
}

/* Whether the points' flag holds for all masses as well: sw_arc_flows takes them. sw_arc_flows by
 * steps gives exact bits only within a range of weights. */
static bool masses_in_range(const sw_job *job, const gravity *g) {
  int columns = (1 + (g->a != g->b)) * job->n_periods;
  for (int k = 0; k < columns; k++)
    if (!sw_arc_weights_in_range(job->n, job->operand[0].row[k])) return false;
  return true;
}

/* Before the pairs, on every rank. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  gravity *g = job->state;
  if (g->fit.on) return sw_gravity_fit_prepare(err, job, &g->fit, pass);
  if (pass == 0) return SW_OK;
  /* Distances with zeros between different units are refused here, with both names. */
  SW_TRY(sw_share_distances(err, job, "distance", &g->points));
  find_range(job, g);
  if (is_common(g)) g->points.by_steps = g->points.by_steps && masses_in_range(job, g);
  job->pass[pass].no_fold = job->pass[pass].no_fold || g->checked;
  return SW_OK;
}

/* A_i B_j d_ij^-c for a segment of row i. (A_i B_j) first, then the power of the distance: one
 * order, hence one value for (i, j) and (j, i). */
static void flows(const gravity *g, const sw_distance *d, double a, const double *b, int64_t i,
                  int64_t j0, int64_t j1, double *out) {
  if (is_common(g)) {
    sw_arc_flows(&g->points, i, j0, j1, a, b, out);
    return;
  }
  sw_distances_inverse_squares(d, &g->points, i, j0, j1, out);
  if (g->before != 1) sw_power_scale(j1 - j0, g->before, out);
  sw_power_decay_each(j1 - j0, g->decay, out);
  if (g->checked) sw_power_unlimit(j1 - j0, out);
  sw_power_scale_masses(j1 - j0, a, b + j0, out);
}

/* K M_i^(a + b) d_ii^-c; of a unit without an area undefined. The share of a unit in itself and
 * what its group changes are those of other pairs. The area's distance is in km: the constants of
 * the kernel are taken out again. */
static double within(const sw_job *job, const gravity *g, int t, int64_t i) {
  double *const *row = job->operand[0].row;
  double d = sw_share_distance_within(g->distance, job->units, i);
  double b = row[(g->a != g->b ? job->n_periods : 0) + t][i];
  double value = row[t][i] * b / (g->scale_a * g->scale_b) * sw_job_arg(job, "constant")->number *
                 pow(d, -g->own_decay);
  if (!(d > 0)) return NAN;
  /* x_i/(x_i + x_i) is a half. */
  if (g->has_share) value /= 2;
  return g->same && g->same->label[g->same->of[i]][0] ? value * g->factor : value;
}

/* Called for every row and segment, so there is nothing here but loops over contiguous columns.
 * Operands are gathered, from unit 0. */
static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  (void)workspace;
  const gravity *g = job->state;
  if (g->fit.on) {
    sw_gravity_fit_segment(job, &g->fit, t, i, j0, j1, out);
    return;
  }
  /* Hot: no look-ups by name, no allocation. */
  double *const *row = job->operand[0].row;
  /* B is A where there is one column. */
  const double *b = row[(g->a != g->b ? job->n_periods : 0) + t];
  flows(g, sw_job_distance_in(job, g->distance, t), row[t][i], b, i, j0, j1, out[0]);
  if (g->has_share) {
    /* The share's column is the last. */
    const double *x = row[(g->columns - 1) * job->n_periods + t];
    sw_power_scale_share(j1 - j0, x[i], x + j0, out[0]);
  }
  /* Units of no group (an empty label) are in none together. */
  if (g->same && g->same->label[g->same->of[i]][0])
    sw_power_scale_group(j1 - j0, g->same->of[i], g->same->of + j0, g->factor, out[0]);
  if (g->own_decay > 0 && i >= j0 && i < j1) out[0][i - j0] = within(job, g, t, i);
  if (g->checked) sw_power_drop_infinite(j1 - j0, out[0]);
}

/* The common case with one column of masses, sums alone; resolve and prepare say where. Greatest
 * values travel in the struct, since several calls add to the same sums. */
static void fold(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                 sw_fold *sums, void *workspace) {
  const gravity *g = job->state;
  const double *a = job->operand[0].row[t];
  sw_lane_sums to = {sums->row, sums->column, sums->stride, sums->greatest, sums->groups};
  sw_arc_fold_flows(&g->points, a, a, i0, i1, j0, j1, &to, sums->rings, &sums->ring, workspace);
  sums->greatest = to.greatest;
}

static size_t workspace(const sw_job *job) {
  const gravity *g = job->state;
  /* What pass 1 needs; pass 0 needs none. */
  if (g->fit.on) return sw_calibrate_workspace(job);
  return job->pass[1].no_fold ? 0 : sw_arc_fold_workspace();
}

/* ---- folds ------------------------------------------------------------------------------ */

/* Merges what the two kinds of passes leave. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  const gravity *g = job->state;
  if (pass == 0)
    sw_flows_merge(job, pass, all, part);
  else
    sw_calibrate_merge(job, &g->fit.calibration, all, part);
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const gravity *g = job->state;
  return pass == 0 ? sw_flows_finish(err, job, pass, all, result)
                   : sw_gravity_fit_finish(job, &g->fit, pass, all, result);
}

static bool again(const sw_job *job, int pass) {
  const gravity *g = job->state;
  (void)pass;
  return sw_calibrate_again(job, &g->fit.calibration);
}

/* Called on every rank at the end of the job, also when resolve has failed. */
static void destroy(sw_job *job) {
  gravity *g = job->state;
  if (g) sw_calibrate_destroy(&g->fit.calibration);
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "mass", .type = SW_P_COLUMNS, .help = "indicators; several: their geometric mean"},
    SW_PARAM_DISTANCE,
    {.name = "decay",
     .type = SW_P_NUMBER,
     .fallback = "2",
     .lo = 1e-3,
     .hi = 100,
     .help = "exponent c of the distance"},
    {.name = "exponent",
     .type = SW_P_NUMBERS,
     .fallback = "[1, 1]",
     .lo = 0,
     .hi = 100,
     .help = "exponents a, b of the row's and the column's mass"},
    {.name = "constant",
     .type = SW_P_NUMBER,
     .fallback = "1",
     .lo = 1e-300,
     .hi = 1e300,
     .help = "K"},
    {.name = "share",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "x: times x_i/(x_i + x_j), which makes the flow directed"},
    {.name = "same_group",
     .type = SW_P_NODE,
     .fallback = "",
     .help = "{group: province, factor: 2}: pairs of one group are multiplied"},
    {.name = "own",
     .type = SW_P_CHOICE,
     .fallback = "none",
     .choices = "none|full|half",
     .help = "gravity within a unit, by the distance within it: in full, with half the exponent"},
    {.name = "calibrate.flows",
     .type = SW_P_FLOW,
     .fallback = "",
     .help = "an observed flow, of `pairs`: exponents and constant are estimated from it; of "
             "`coefficient` the term constant is ln K, origin a, destination b, distance -c"},
    {.name = "calibrate.constraint",
     .type = SW_P_CHOICE,
     .fallback = "none",
     .choices = "none|origin|destination|doubly",
     .help = "effects of origins, destinations or both in place of masses"},
    {.name = "calibrate.zeros",
     .type = SW_P_CHOICE,
     .fallback = "all",
     .choices = "all|absent",
     .help = "pairs that the table lacks: zeros (all), or not in the estimate"},
    {.name = NULL}};

static const sw_output output[] = {{.name = "value",
                                    .log = true,
                                    .long_name = "gravity between units",
                                    .units = "1",
                                    .shape = SW_PAIR},
                                   SW_GRAVITY_OUTPUTS,
                                   {.name = NULL}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"share", "*", "times x_i / (x_i + x_j), x the share"},
    {"same_group", "*", "times the factor, of pairs of one group"},
    {"own", "full", "F_ii by d_ii = 2/3 sqrt(area / pi)"},
    {"own", "half", "F_ii by d_ii^(c/2), d_ii = 2/3 sqrt(area / pi)"},
    {"calibrate.flows", "*", "a, b, c and K by Poisson pseudo-maximum likelihood"},
    {0}};

const sw_measure sw_measure_gravity = {
    .name = "gravity",
    .title = "Gravity between units",
    .formula = "F_ij = K M_i^a M_j^b / d_ij^c, M the geometric mean of the masses",
    .variant = variants,
    .source = "Isard 1954, Location theory and trade theory, Quarterly Journal of Economics 68(2); "
              "estimates: Santos Silva and Tenreyro 2006",
    .version = 2,
    .kind = SW_KIND_PAIR,
    .param = param,
    .output = output,
    .flops = 27,
    .bytes = 40,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .again = again,
    .destroy = destroy,
    .segment = segment,
    .fold = fold,
    .fold_rings = true,
    .workspace = workspace,
};
