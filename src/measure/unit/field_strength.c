/* Fields of centres over the units, and whose hinterland each unit is (methods.md and
 * methods-regions.md, section 5):
 *
 *   E_cj = M_c / d_cj^a,  or M_c e^(-a d_cj)
 *
 * The hinterland of a unit is the centre with the largest field there, `second` the next largest.
 * A centre belongs to itself and its own field there is undefined; a mass of zero makes no field,
 * and the unit of such a centre belongs to another. Ties go by the code of the centre. Between two
 * centres their fields are equal at d/(1 + (M_j/M_i)^(1/a)) from the first, or at d/2 +
 * ln(M_i/M_j)/(2a). The sphere of a centre are the units of its hinterland, itself included.
 *
 * A pass over units leaves the masses, of which tiles want those of the centres; a second one makes
 * the weights of a block of units once, for each state of the distances, and multiplies them by the
 * masses of every period. Cost: k n weights, k n products and comparisons per period.
 *
 * Sources: Reilly 1931, The law of retail gravitation; Converse 1949, New laws of retail
 * gravitation; field strength of cities as potentials of single centres, after Stewart 1942. */
#include "kernel/flows/fields.h"
#include "kernel/pairs/power.h"
#include "measure/share/flows.h"
#include "measure/space/centres.h"
#include "spillway/node.h"

#include <math.h>
#include <string.h>

enum { VALUE, HINTERLAND, SECOND, BREAKING, UNITS, MASS, AREA }; /* outputs */
enum { MASSES, FIELDS };                                         /* passes */
enum { ROOM = SW_BLOCK + 16 }; /* of a row of a tile: kernels may fill a whole vector more */

/* Of a sphere: units, mass and area. partial[(t * centres + c) * PARTS]. */
enum { PARTS = 3 };

/* ---- fields ----------------------------------------------------------------------------- */

/* Masses as operands, since a tile needs those of all centres. */
static void place_masses(const sw_job *job, const sw_tile *tile, sw_negatives *seen) {
  const sw_view *local = &job->operand_local[MASSES];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      sw_flows_see(job, unit, t, seen);
      local->row[t][unit - local->first] = sw_view_at(job->input[0].view, t, unit);
    }
}

/* Centres are units; their masses stand in the gathered operand. */
static double mass_of(const sw_job *job, const sw_centres *set, int c, int t) {
  return job->operand[MASSES].row[t][set->unit[c]];
}

/* What a thread has: weights by centre; masses of a period and where its fields go; whose fields
 * are the strongest at each unit. */
typedef struct workspace {
  double *w, *first_of, *second_of, *mass, **field;
} workspace;

/* Order: weights, first, second, masses, pointers. */
static workspace workspace_of(const sw_centres *set, void *memory) {
  int64_t k = set->n, rows = k * ROOM;
  double *at = memory;
  workspace room = {.w = at, .first_of = at + rows};
  room.second_of = room.first_of + ROOM;
  room.mass = room.second_of + ROOM, room.field = (double **)(room.mass + k);
  return room;
}

/* Weights of every centre and two rows of the block, masses, and pointers to where the fields
 * go. */
static size_t workspace_bytes(const sw_job *job) {
  const sw_centres *set = job->state;
  size_t k = (size_t)set->n;
  return ((k + 2) * ROOM + k) * sizeof(double) + k * sizeof(double *);
}

/* A centre with a field is the first at its own unit, and who is first among the others is second.
 *
 * A tie between two centres goes to the lower code, as by_code has it. */
static void own_units(const sw_job *job, const sw_centres *set, int t, const sw_tile *tile,
                      const workspace *room) {
  for (int c = 0; c < set->n; c++) {
    int64_t u = set->unit[c] - tile->lo;
    if (u < 0 || set->unit[c] >= tile->hi || !(mass_of(job, set, c, t) > 0)) continue;
    room->second_of[u] = room->first_of[u];
    room->first_of[u] = c;
  }
}

/* Where a centre's fields of the block go. */
static double *row_of(const sw_job *job, int c, int t, const sw_tile *tile) {
  return job->result[VALUE].row[c * job->n_periods + t] + (tile->lo - job->first);
}

/* Weights of all centres. Meanwhile the rows that their fields will be written to are fetched. */
static void weights(const sw_job *job, const sw_centres *set, int t, const sw_tile *tile,
                    const workspace *room) {
  for (int c = 0; c < set->n; c++) {
    sw_fields_fetch(tile->hi - tile->lo, row_of(job, c, t, tile));
    sw_centres_weights(job, set, c, t, false, tile->lo, tile->hi, room->w + (int64_t)c * ROOM);
  }
}

/* The kernel compares all centres at each unit in one pass. `fetched`: by weights. */
static void fields(const sw_job *job, const sw_centres *set, int t, const sw_tile *tile,
                   bool fetched, const workspace *room) {
  int64_t at = tile->lo - job->first, n = tile->hi - tile->lo;
  for (int c = 0; c < set->n; c++) {
    room->mass[c] = mass_of(job, set, c, t) * set->scale;
    room->field[c] = row_of(job, c, t, tile);
  }
  sw_fields_strongest(n, set->n, set->by_code, room->mass, room->w, ROOM, room->field, fetched,
                      room->first_of, room->second_of);
  for (int c = 0; c < set->n && set->checked; c++)
    sw_power_drop_infinite(n, room->field[c]);
  own_units(job, set, t, tile, room);
  memcpy(job->result[HINTERLAND].row[t] + at, room->first_of, (size_t)n * sizeof(double));
  memcpy(job->result[SECOND].row[t] + at, room->second_of, (size_t)n * sizeof(double));
}

/* Masses and areas that are missing are left out. Sums by sphere, of this block's units, merged in
 * block order. */
static void spheres(const sw_job *job, const sw_centres *set, int t, const sw_tile *tile,
                    const double *whose, double *sphere) {
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    double c = whose[unit - tile->lo], mass = sw_view_at(job->input[0].view, t, unit);
    double area = job->units->area ? job->units->area[unit] : NAN;
    if (isnan(c)) continue;
    double *of = sphere + (t * set->n + (int)c) * PARTS;
    of[0] += 1;
    of[1] += isnan(mass) ? 0 : mass;
    of[2] += isnan(area) ? 0 : area;
  }
}

/* Weights are made anew only where the distances of a period are others than those before. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *memory) {
  const sw_centres *set = job->state;
  if (tile->pass == MASSES) {
    place_masses(job, tile, out);
    return;
  }
  workspace room = workspace_of(set, memory);
  for (int t = 0; t < job->n_periods; t++) {
    const bool anew = sw_centres_changes(job, set, t);
    if (anew) weights(job, set, t, tile, &room);
    fields(job, set, t, tile, anew, &room);
    spheres(job, set, t, tile, room.first_of, out);
  }
}

/* Merges by pass. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  const sw_centres *set = job->state;
  double *sum = all;
  const double *more = part;
  if (pass == MASSES)
    sw_flows_merge(job, pass, all, part);
  else
    for (int64_t k = 0; k < (int64_t)job->n_periods * set->n * PARTS; k++)
      sum[k] += more[k];
}

/* ---- between centres -------------------------------------------------------------------- */

/* Measured from a. Without a field of both there is none; nor where the field of one is larger all
 * the way, as an exponential one can be. O(k^2) per period, on rank 0. */
static double breaking_point(const sw_job *job, const sw_centres *set, int a, int b, int t) {
  double d = sw_centres_apart(job, set, a, b, t);
  double from = mass_of(job, set, a, t), to = mass_of(job, set, b, t);
  if (!(from > 0 && to > 0)) return NAN;
  /* pow(M_j/M_i, 1/a): where both fields are equal, 1 + that is d over the distance from i. */
  if (!set->exponential) return d / (1 + pow(to / from, 1 / set->decay));
  double at = d / 2 + log(from / to) / (2 * set->decay);
  return at >= 0 && at <= d ? at : NAN;
}

/* Spheres are totals, so what is missing within them lowers them. */
static void note_missing(sw_job *job) {
  int64_t masses = 0, areas = 0;
  for (int64_t i = 0; i < job->n; i++) {
    for (int t = 0; t < job->n_periods; t++)
      masses += isnan(job->operand[MASSES].row[t][i]);
    areas += job->units->area && isnan(job->units->area[i]);
  }
  if (masses)
    sw_note(job->notes, "%s: %s: '%s' is missing in %lld of %lld cells: spheres are without them",
            job->where, job->name, job->input[0].name, (long long)masses,
            (long long)job->n * job->n_periods);
  if (areas)
    sw_note(job->notes, "%s: %s: %lld of %lld units have no area: spheres are without them",
            job->where, job->name, (long long)areas, (long long)job->n);
}

/* Rank 0. `within` counts the units of spheres; no field reaches the others. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_centres *set = job->state;
  const double *sphere = all;
  sw_unreached unreached = {0};
  if (pass == MASSES) return sw_flows_finish(err, job, pass, all, result);
  for (int t = 0; t < job->n_periods; t++) {
    double within = 0;
    for (int a = 0; a < set->n; a++) {
      int64_t at = (int64_t)t * set->n + a;
      within += sphere[at * PARTS];
      for (int p = 0; p < PARTS; p++)
        if (!job->result[UNITS + p].off) job->result[UNITS + p].row[0][at] = sphere[at * PARTS + p];
      for (int b = 0; b < set->n; b++)
        job->result[BREAKING].row[0][at * set->n + b] = breaking_point(job, set, a, b, t);
    }
    sw_unreached_see(&unreached, t, job->n - (int64_t)within);
  }
  sw_centres_note_missing(job, set, "they have no field there");
  note_missing(job);
  sw_unreached_note(job, &unreached);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* A number, the exponent; or {exponential: rate}. 1e-9 to 100: beyond that fields vanish or are
 * infinite. */
static sw_status read_decay(sw_error *err, const sw_job *job, sw_centres *set) {
  static const char *const keys[] = {"exponential", NULL};
  const sw_node *node = sw_job_arg(job, "decay")->node, *rate = NULL;
  double decay = 0;
  if (node->kind == SW_NODE_MAP) {
    SW_TRY(sw_node_check_keys(err, node, keys));
    rate = sw_node_get(node, "exponential");
  }
  if (node->kind == SW_NODE_LIST || (node->kind == SW_NODE_MAP && !rate))
    return sw_job_fail(err, job, "decay",
                       "expected the exponent of the distance, as 2, or {exponential: 0.01}");
  SW_TRY(sw_node_number(err, rate ? rate : node, &decay));
  if (!(decay >= 1e-9 && decay <= 100))
    return sw_job_fail(err, job, "decay", "%g is out of range; expected more than 0, to 100",
                       decay);
  sw_centres_decay(set, decay, rate != NULL);
  return SW_OK;
}

/* Areas are only summed where the study has them. */
static sw_status resolve(sw_error *err, sw_job *job) {
  sw_centres *set = NULL;
  SW_NEW(err, job->arena, set, 1);
  SW_TRY(sw_centres_resolve(err, job, true, set));
  SW_TRY(read_decay(err, job, set));
  job->result[AREA].off = !job->units->area;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = sizeof(sw_negatives), .operand = 1});
  size_t spheres = (size_t)job->n_periods * (size_t)set->n * PARTS * sizeof(double);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = spheres});
  job->state = set;
  return SW_OK;
}

/* Whether a field may overflow is known from the largest mass, so most runs need no look at each.
 * O(periods x centres). */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  sw_centres *set = job->state;
  double most = 0;
  if (pass != FIELDS) return SW_OK;
  for (int t = 0; t < job->n_periods; t++)
    for (int c = 0; c < set->n; c++)
      most = fmax(most, mass_of(job, set, c, t));
  SW_TRY(sw_centres_prepare(err, job, set));
  set->checked = sw_centres_may_overflow(set, most);
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "mass", .type = SW_P_COLUMN, .help = "size of a centre: people, output"},
    SW_PARAM_CENTRES("mass"),
    SW_PARAM_DISTANCE,
    {.name = "decay",
     .type = SW_P_NODE,
     .fallback = "2",
     .help = "exponent a of the distance, or {exponential: a}: e^(-a d)"},
    {.name = NULL}};

static const sw_output output[] = {
    {.name = "value",
     .long_name = "field strength of the centre",
     .units = "1",
     .shape = SW_UNIT,
     .axis = {SW_CENTRES_AXIS},
     .log = true},
    {.name = "hinterland",
     .long_name = "hinterland: the centre with the strongest field",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = SW_CENTRES_AXIS},
    {.name = "second",
     .long_name = "the centre with the second strongest field",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = SW_CENTRES_AXIS},
    {.name = "breaking_point",
     .long_name = "distance from the row's centre to the breaking point with the column's, in the "
                  "unit of `distance`",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {SW_CENTRES_AXIS, SW_CENTRES_AXIS_TO}},
    {.name = "sphere_units",
     .long_name = "units of the centre's sphere",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32,
     .axis = {SW_CENTRES_AXIS}},
    {.name = "sphere_mass",
     .long_name = "mass of the centre's sphere",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {SW_CENTRES_AXIS}},
    {.name = "sphere_area",
     .long_name = "area of the centre's sphere",
     .units = "km2",
     .shape = SW_GLOBAL,
     .axis = {SW_CENTRES_AXIS}},
    {.name = NULL}};

const sw_measure sw_measure_field_strength = {
    .name = "field_strength",
    .title = "Fields of centres, hinterlands and breaking points",
    .formula = "E_cj = M_c / d_cj^a, or M_c e^(-a d_cj); hinterland: the largest",
    .source = "Reilly 1931; Stewart 1942; Converse 1949",
    .version = 1,
    .headline = "sphere_mass",
    .kind = SW_KIND_UNIT,
    .param = param,
    .output = output,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .workspace = workspace_bytes,
};
