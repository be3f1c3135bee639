/* What a unit reaches, and in what time (methods.md and methods-regions.md, section 5):
 *
 *   mean_time_i = sum_{j != i} M_j t_ij / sum M_j,  potential_i = sum M_j / t_ij,
 *
 * over the units j that are reached, i.e. that have a time; reached_i is their share of the mass of
 * all other units. count_within, mass_within: the units with t_ij up to a limit, which belongs to
 * it, and their mass, the unit itself included, in the count also where its own mass is missing.
 * No unit reaches others that have no mass in a period. Nothing reached: undefined.
 *
 * A pass over units leaves the masses and their totals; in a second one a row's times are listed
 * once for each state of the distances and summed with the masses of every period. Cost: n times as
 * many products per period as a unit reaches others; nothing of size n^2 is kept.
 *
 * Sources: Hansen 1959, How accessibility shapes land use; Ingram 1971; Geurs and van Wee 2004. */
#include "kernel/flows/reach.h"
#include "measure/share/distance.h"
#include "measure/share/flows.h"

#include <math.h>
#include <string.h>

enum { MEAN_TIME, POTENTIAL, REACHED, COUNT_WITHIN, MASS_WITHIN }; /* outputs */
enum { MASSES, TIMES };                                            /* passes */
enum { GRAIN = 16 }; /* units of a tile: what a run that is killed computes anew */

typedef struct accessibility {
  const sw_distance *distance;
  int limits;
  const double *limit; /* as written */
  const double *far;   /* what belongs to it: with the rounding of distances that are computed */
  sw_arc_points points;
} accessibility;

/* By period, of the units with a mass. Missing masses are counted by period, for the note. */
typedef struct total {
  double mass;
  int64_t units;
} total;

/* What the pass over masses leaves of a block. */
typedef struct masses {
  sw_negatives negative;
  total total[]; /* by period */
} masses;

/* ---- masses ----------------------------------------------------------------------------- */

/* Masses of a tile as operands, with what is wrong with them. */
static void place_masses(const sw_job *job, const sw_tile *tile, masses *seen) {
  const sw_view *local = &job->operand_local[MASSES];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      double mass = sw_view_at(job->input[0].view, t, unit);
      sw_flows_see(job, unit, t, &seen->negative);
      seen->total[t].units += !isnan(mass);
      seen->total[t].mass += isnan(mass) ? 0 : mass;
      local->row[t][unit - local->first] = mass;
    }
}

/* ---- times ------------------------------------------------------------------------------ */

/* What a thread has of a row: whom it reaches, in which time, and their masses in a period. Lists
 * hold units that have a time; masses are gathered to them. */
typedef struct reach {
  int64_t count;
  double *time, *mass;
  int32_t *to;
} reach;

static reach reach_in(const sw_job *job, void *memory) {
  int64_t room = job->n + 16; /* a kernel may fill a whole vector more */
  double *at = memory;
  return (reach){0, at, at + room, (int32_t *)(at + 2 * room)};
}

static size_t workspace(const sw_job *job) {
  return (size_t)(job->n + 16) * (2 * sizeof(double) + sizeof(int32_t));
}

/* Times as they were given. The diagonal of a table is left out: a unit is not reached by
 * itself. */
static void list_given(const sw_links *links, int64_t i, reach *r) {
  for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
    if (links->to[k] == i || isnan(links->value[k])) continue;
    r->to[r->count] = links->to[k];
    r->time[r->count++] = links->value[k];
  }
}

/* In place: an entry is written behind the one that is read, or where it stands. The kernel gives
 * inverse squares; NaN stays NaN and drops out. */
static void list_computed(const sw_job *job, const sw_distance *d, int64_t i, reach *r) {
  const accessibility *a = job->state;
  double scale = sw_distances_scale(d);
  sw_distances_inverse_squares(d, &a->points, i, 0, job->n, r->time);
  for (int64_t j = 0; j < job->n; j++) {
    double v = r->time[j];
    if (j == i || isnan(v)) continue;
    r->to[r->count] = (int32_t)j;
    r->time[r->count++] = 1 / sqrt(v * scale);
  }
}

/* The one place where a row of times is obtained. Given times are taken as they are, others as
 * km. */
static void list(const sw_job *job, int t, int64_t i, reach *r) {
  const accessibility *a = job->state;
  const sw_distance *d = sw_job_distance_in(job, a->distance, t);
  r->count = 0;
  if (d->kind == SW_GIVEN)
    list_given(d->links, i, r);
  else
    list_computed(job, d, i, r);
}

/* Whoever reaches all others reaches the whole, whatever the rounding of two sums. number counts
 * partners with a mass; all of them: the share is exactly 1. */
static double share_reached(const sw_reach_sums *sums, const total *all, double own) {
  bool there = !isnan(own);
  if (sums->number == (double)(all->units - there)) return sums->mass > 0 ? 1 : NAN;
  double others = all->mass - (there ? own : 0);
  return others > 0 ? fmin(1, sums->mass / others) : NAN;
}

/* Limits hold the unit itself: time 0. */
static void place(const sw_job *job, int t, int64_t unit, const reach *r) {
  const accessibility *a = job->state;
  const total *all = (const total *)job->folded[MASSES] + t;
  double own = job->operand[MASSES].row[t][unit];
  int64_t at = unit - job->first;
  sw_reach_sums sums = sw_reach_all(r->count, r->mass, r->time);
  job->result[MEAN_TIME].row[t][at] = sums.mass > 0 ? sums.mass_time / sums.mass : NAN;
  job->result[POTENTIAL].row[t][at] = sums.number > 0 ? sums.mass_over_time : NAN;
  job->result[REACHED].row[t][at] = share_reached(&sums, all, own);
  for (int k = 0; k < a->limits; k++) {
    double number = 0, mass = 0;
    sw_reach_within(r->count, r->mass, r->time, a->far[k], &number, &mass);
    job->result[COUNT_WITHIN].row[k * job->n_periods + t][at] = number + 1;
    job->result[MASS_WITHIN].row[k * job->n_periods + t][at] = mass + (isnan(own) ? 0 : own);
  }
}

/* Networks may change between periods; other distances do not. */
static bool changes(const sw_job *job, int t) {
  const sw_distance *d = ((const accessibility *)job->state)->distance;
  return t == 0 || sw_job_distance_in(job, d, t) != sw_job_distance_in(job, d, t - 1);
}

/* Times of a row are listed once per state, masses gathered per period. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *memory) {
  if (tile->pass == MASSES) {
    place_masses(job, tile, out);
    return;
  }
  reach r = reach_in(job, memory);
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      if (changes(job, t)) list(job, t, unit, &r);
      sw_reach_gather(r.count, r.to, job->operand[MASSES].row[t], r.mass);
      place(job, t, unit, &r);
    }
}

/* ---- folds ------------------------------------------------------------------------------ */

/* Sums over tiles. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  masses *sum = all;
  const masses *more = part;
  sw_flows_merge(job, pass, &sum->negative, &more->negative);
  for (int t = 0; t < job->n_periods; t++) {
    sum->total[t].mass += more->total[t].mass;
    sum->total[t].units += more->total[t].units;
  }
}

/* Totals of masses go to every rank by the partial of the first pass; the second has neither
 * partial nor result. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  if (pass != MASSES) return SW_OK;
  const masses *seen = all;
  SW_TRY(sw_flows_finish(err, job, pass, &seen->negative, result));
  memcpy(result, seen->total, (size_t)job->n_periods * sizeof(total));
  int64_t missing = 0;
  for (int t = 0; t < job->n_periods; t++)
    missing += job->n - seen->total[t].units;
  if (missing)
    sw_note(job->notes,
            "%s: %s: '%s' is missing in %lld of %lld cells: no unit reaches these units there",
            job->where, job->name, job->input[0].name, (long long)missing,
            (long long)job->n * job->n_periods);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* A limit belongs to what it limits, also where rounding would put a computed distance beyond it
 * (as rings have it); times that are given are compared as they are. Relative 2^-40 and a
 * micrometre, as rings of distance have it (kernel/space). */
static sw_status read_limits(sw_error *err, sw_job *job, accessibility *a) {
  const sw_arg *within = sw_job_arg(job, "within");
  double *far = NULL;
  a->limits = within->count;
  a->limit = within->numbers;
  if (a->limits == 0)
    return sw_job_fail(err, job, "within", "the list is empty; give limits of time, as [60, 120]");
  SW_NEW(err, job->arena, far, a->limits);
  for (int k = 0; k < a->limits; k++) {
    if (k && !(a->limit[k] > a->limit[k - 1]))
      return sw_job_fail(err, job, "within", "%g comes after %g; limits ascend", a->limit[k],
                         a->limit[k - 1]);
    far[k] = a->limit[k];
    if (a->distance->kind != SW_GIVEN) far[k] = a->limit[k] * (1 + 0x1p-40) + 1e-9;
  }
  /* Beyond the network's own limit nothing is known: a unit there would be counted as out of
   * reach. */
  double known = a->distance->within;
  if (known > 0 && a->limits > 0 && a->limit[a->limits - 1] > known)
    return sw_job_fail(err, job, "within",
                       "%g lies beyond the network's own `within: %g`; raise that, or lower this",
                       a->limit[a->limits - 1], known);
  a->far = far;
  const char *units = a->distance->units;
  if (!units) units = a->distance->kind == SW_GIVEN ? "1" : "km";
  sw_job_axis(job, (sw_axis){.name = "within", .n = a->limits, .number = a->limit, .units = units});
  return SW_OK;
}

/* Masses first, then sums of a row at a time. */
static sw_status resolve(sw_error *err, sw_job *job) {
  accessibility *a = NULL;
  SW_NEW(err, job->arena, a, 1);
  a->distance = sw_job_distance(job, "distance");
  SW_TRY(read_limits(err, job, a));
  if (a->distance->kind != SW_GIVEN)
    sw_note(job->notes,
            "%s: %s: distance: %s is a length: times and limits are km; give times as {file: "
            "minutes.csv} or by a network",
            job->where, job->name, sw_job_arg(job, "distance")->text);
  size_t totals = (size_t)job->n_periods * sizeof(total);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .partial = sizeof(masses) + totals,
                             .result = totals,
                             .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .grain = GRAIN});
  job->state = a;
  return SW_OK;
}

/* Checks the distances once, before the pass that uses them. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  accessibility *a = job->state;
  return pass == TIMES ? sw_share_distances(err, job, "distance", &a->points) : SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "mass", .type = SW_P_COLUMN, .help = "what is reached: people, jobs, output"},
    {.name = "distance",
     .type = SW_P_DISTANCE,
     .fallback = "great-circle",
     .help = "a time: {file: minutes.csv}, {pairs: NAME} or {network: {...}}; lengths are taken as "
             "they are"},
    {.name = "within",
     .type = SW_P_NUMBERS,
     .fallback = "[60, 120]",
     .lo = 1e-9,
     .hi = 1e300,
     .help = "limits of time, ascending"},
    {.name = NULL}};

static const sw_output output[] = {{.name = "mean_time",
                                    .long_name = "mean time to the mass that is reached",
                                    .units = "1",
                                    .shape = SW_UNIT},
                                   {.name = "potential",
                                    .long_name = "potential: masses over times",
                                    .units = "1",
                                    .shape = SW_UNIT,
                                    .log = true},
                                   {.name = "reached",
                                    .long_name = "share of the mass of all others that is reached",
                                    .units = "1",
                                    .shape = SW_UNIT},
                                   {.name = "count_within",
                                    .long_name = "units within the limit, itself included",
                                    .units = "1",
                                    .shape = SW_UNIT,
                                    .number = SW_INT32,
                                    .axis = {"within"}},
                                   {.name = "mass_within",
                                    .long_name = "mass within the limit, its own included",
                                    .units = "1",
                                    .shape = SW_UNIT,
                                    .axis = {"within"},
                                    .log = true},
                                   {.name = NULL}};

const sw_measure sw_measure_accessibility = {
    .name = "accessibility",
    .title = "Accessibility: mean time, potential, what is within reach",
    .formula =
        "mean time = sum_{j != i} M_j t_ij / sum M_j over reached j; potential sum M_j / t_ij",
    .source = "Hansen 1959; Ingram 1971; Geurs and van Wee 2004",
    .version = 2,
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
