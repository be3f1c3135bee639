/* How a mass is spread over its units and over space, by period, of all units or of each group
 * (methods-regions.md section 16):
 *
 * - primacy, S_1 >= S_2 >= ... the masses: S_1/S_2, S_1/(S_2 + S_3 + S_4), 2 S_1/(S_2 + ... +
 * S_11);
 * - the rank-size rule: ln(R - 1/2) = a - zeta ln S, R the rank, of masses above zero;
 * - the centre of gravity, the direction of sum m u, u unit vectors of places, and its way from
 *   period to period; the means of degrees (planar) beside it;
 * - the standard deviational ellipse, in Lambert's azimuthal equal-area projection at that centre.
 *
 * Units without a mass are left out; those with a mass and no place are ranked, but have no share
 * in centre and ellipse. A mass below zero is refused. An item is a period, of all groups: a group
 * is a run of an order of the units that is made once. n log n a period, for the ranks. The
 * arithmetic is in kernel/series/rank_size.h and kernel/space/ellipse.h.
 *
 * Sources: Jefferson 1939; Gabaix & Ibragimov 2011; Lefever 1926; Yuill 1971. */
#include <math.h>
#include <string.h>

#include "kernel/series/rank_size.h"
#include "kernel/series/stats.h"
#include "kernel/space/ellipse.h"
#include "kernel/space/sphere.h"
#include "measure/share/series.h"
#include "panel/unit_table.h"

/* The quantities: identifier, name, long name, unit. Each is an output of periods, and one of
 * periods and groups, of which one is on. */
#define QUANTITIES(Q)                                                                              \
  Q(PRIMACY_2, "primacy_2", "largest mass over the second", "1")                                   \
  Q(PRIMACY_4, "primacy_4", "largest mass over the next three", "1")                               \
  Q(PRIMACY_11, "primacy_11", "twice the largest mass over the next ten", "1")                     \
  Q(RANK_SIZE, "rank_size", "exponent zeta of ranks on masses; 1: Zipf's law", "1")                \
  Q(RANK_SIZE_SE, "rank_size_se", "standard error of zeta, zeta sqrt(2/n)", "1")                   \
  Q(ZIPF, "zipf", "exponent of masses on ranks", "1")                                              \
  Q(CENTRE_LON, "centre_lon", "longitude of the centre of gravity", "degrees_east")                \
  Q(CENTRE_LAT, "centre_lat", "latitude of the centre of gravity", "degrees_north")                \
  Q(PLANAR_LON, "planar_lon", "weighted mean of longitudes as numbers", "degrees_east")            \
  Q(PLANAR_LAT, "planar_lat", "weighted mean of latitudes as numbers", "degrees_north")            \
  Q(AXIS_MAJOR, "axis_major", "long half axis of the ellipse", "km")                               \
  Q(AXIS_MINOR, "axis_minor", "short half axis of the ellipse", "km")                              \
  Q(ANGLE, "angle", "long axis of the ellipse, clockwise from north", "degrees")                   \
  Q(AREA, "ellipse_area", "area of the ellipse", "km2")                                            \
  Q(INSIDE, "share_inside", "share of the mass within the ellipse", "1")                           \
  Q(MOVED_KM, "moved_km", "way of the centre since the entry's period before", "km")               \
  Q(MOVED_BEARING, "moved_bearing", "direction of that way, clockwise from north", "degrees")      \
  Q(N_USED, "n_used", "units with a mass", "1")

#define IDENTIFIER(id, name, long_name, units) id,
enum { QUANTITIES(IDENTIFIER) COUNT };

/* Set by resolve. Units of group g are unit[start[g] .. start[g + 1]), by code. */
typedef struct distribution {
  int groups;
  int grouped; /* what is added to a quantity's number: 0, or COUNT by group */
  const int64_t *start;
  const int32_t *unit;
  const char *const *label; /* of groups, NULL without */
  int64_t top;
  sw_ellipse_form form;
  bool has_places, moves;
  double *x, *y, *z; /* unit vectors of the units, after prepare */
} distribution;

/* What an item leaves of a group. */
typedef struct spread {
  sw_rank_size ranks;
  sw_centre centre;
  sw_ellipse ellipse;
  int64_t used, unplaced; /* units with a mass; those of them without a place */
  int64_t wrong;          /* the first unit with a mass below zero, -1: none */
  double wrong_value;
  bool is_zero; /* all masses are */
} spread;

/* ---- tile ------------------------------------------------------------------------------- */

/* A thread's arrays of n each. */
typedef struct bench {
  double *size, *east, *north;
  sw_places places;
} bench;

/* size, east, north and six arrays of the places. */
static size_t workspace_distribution(const sw_job *job) {
  return 9 * (size_t)job->n * sizeof(double);
}

/* Divides the workspace; the arrays hold one group at a time. */
static bench bench_in(void *workspace, int64_t n) {
  double *at = workspace;
  sw_places places = {.x = at + 3 * n,
                      .y = at + 4 * n,
                      .z = at + 5 * n,
                      .lon = at + 6 * n,
                      .lat = at + 7 * n,
                      .mass = at + 8 * n};
  return (bench){.size = at, .east = at + n, .north = at + 2 * n, .places = places};
}

/* The places of a group stand together: centre and ellipse read them several times. */
static void add_place(const sw_job *job, int64_t unit, double mass, sw_places *p) {
  const distribution *d = job->state;
  p->x[p->n] = d->x[unit];
  /* In the order of codes within a group: sums have one order. */
  p->y[p->n] = d->y[unit];
  p->z[p->n] = d->z[unit];
  p->lon[p->n] = job->units->lon[unit];
  p->lat[p->n] = job->units->lat[unit];
  p->mass[p->n++] = mass;
}

/* Masses of the group's units, and the places of those above zero: a mass of zero weighs nothing.

 * A mass of zero is ranked, and counts in `used`, but weighs nothing in centre and ellipse. */
static void collect(const sw_job *job, int t, int g, bench *b, spread *out) {
  const distribution *d = job->state;
  out->wrong = -1;
  b->places.n = 0;
  for (int64_t k = d->start[g]; k < d->start[g + 1]; k++) {
    /* Nothing is computed of a group with a mass below zero: `finish` refuses the study. */
    int32_t unit = d->unit[k];
    double mass = job->input[0].view.row[t][unit];
    if (isnan(mass)) continue;
    if (mass < 0 && out->wrong < 0) {
      out->wrong = unit;
      out->wrong_value = mass;
    }
    b->size[out->used++] = mass;
    if (!d->has_places || !(mass > 0)) continue;
    bool placed = !isnan(job->units->lon[unit]) && !isnan(job->units->lat[unit]);
    out->unplaced += !placed;
    if (placed) add_place(job, unit, mass, &b->places);
  }
}

/* A micrometre: no two units are told apart by less. */
static const double same_km = 1e-9;

/* East is at hand as scratch until places are projected. Axes of the
 * ellipse below same_km are rounding and count as zero. */
static void measure_group(const sw_job *job, int t, int g, bench *b, spread *out) {
  const distribution *d = job->state;
  collect(job, t, g, b, out);
  if (out->wrong >= 0) return;
  sw_stats_sort_values(b->size, out->used, b->east);
  out->is_zero = out->used > 0 && b->size[out->used - 1] == 0;
  out->ranks = sw_rank_size_of(b->size, out->used, d->top, b->east);
  out->centre = sw_centre_of(&b->places);
  sw_centre_project(&out->centre, &b->places, b->east, b->north);
  out->ellipse = sw_ellipse_of(b->places.n, b->east, b->north, b->places.mass, d->form, same_km);
}

static void tile_distribution(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const distribution *d = job->state;
  bench b = bench_in(workspace, job->n);
  spread *spreads = out;
  /* Groups one after another: the arrays of the bench serve each in turn. */
  for (int g = 0; g < d->groups; g++)
    measure_group(job, (int)tile->lo, g, &b, &spreads[g]);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* The first unit of the first period that is wrong, in whichever group it is. Items of several
 * groups may each have found one; the lowest unit is named, which does not depend on how units are
 * grouped. */
static sw_status check_masses(sw_error *err, const sw_job *job, const spread *all) {
  const distribution *d = job->state;
  for (int t = 0; t < job->n_periods; t++) {
    const spread *of = all + (size_t)t * (size_t)d->groups, *first = NULL;
    for (int g = 0; g < d->groups; g++)
      if (of[g].wrong >= 0 && (!first || of[g].wrong < first->wrong)) first = &of[g];
    if (first)
      return sw_job_fail(err, job, "of", "'%s' of unit %s%s is %.10g; expected masses of 0 or more",
                         job->input[0].name, sw_unit_code(job->units, first->wrong),
                         sw_series_when(job, t), first->wrong_value);
  }
  return SW_OK;
}

/* One of both forms is on: by period, or by period and group. */
static void put(const sw_job *job, int quantity, int t, int g, double value) {
  const distribution *d = job->state;
  /* `grouped` is COUNT where groups are asked for, which leads to the second copy of the
   * outputs. */
  sw_result *result = &job->result[quantity + d->grouped];
  if (!result->off) result->row[0][(size_t)t * (size_t)d->groups + (size_t)g] = value;
}

/* Places the figures of a group in their outputs. */
static void place(const sw_job *job, int t, int g, const spread *s) {
  const double value[] = {[PRIMACY_2] = s->ranks.primacy_2,    [PRIMACY_4] = s->ranks.primacy_4,
                          [PRIMACY_11] = s->ranks.primacy_11,  [RANK_SIZE] = s->ranks.zeta,
                          [RANK_SIZE_SE] = s->ranks.zeta_se,   [ZIPF] = s->ranks.zipf,
                          [CENTRE_LON] = s->centre.lon,        [CENTRE_LAT] = s->centre.lat,
                          [PLANAR_LON] = s->centre.planar_lon, [PLANAR_LAT] = s->centre.planar_lat,
                          [AXIS_MAJOR] = s->ellipse.major,     [AXIS_MINOR] = s->ellipse.minor,
                          [ANGLE] = s->ellipse.angle,          [AREA] = s->ellipse.area,
                          [INSIDE] = s->ellipse.inside};
  for (int q = PRIMACY_2; q <= INSIDE; q++)
    put(job, q, t, g, value[q]);
  put(job, N_USED, t, g, (double)s->used);
}

/* The way since the period before; `before` NULL: there is none, or a break lies between. */
static void place_move(const sw_job *job, int t, int g, const spread *before, const spread *now) {
  double km = NAN, bearing = NAN;
  /* NaN also where one of the two has no centre (sw_centre_move). */
  if (before) sw_centre_move(&before->centre, &now->centre, &km, &bearing);
  put(job, MOVED_KM, t, g, km);
  put(job, MOVED_BEARING, t, g, bearing);
}

/* Of all units together: of groups each may have a reason of its own. */
static void say_why(sw_job *job, int t, const spread *s, bool comes_first) {
  /* Reasons in the order of what explains more: no mass, all zero, then what the quantity itself
   * needs. */
  const char *none = s->used == 0 ? "no unit has a mass" : s->is_zero ? "all are zero" : NULL;
  bool no_centre = isnan(s->centre.x);
  for (int q = PRIMACY_2; q <= PRIMACY_11; q++)
    sw_job_undefined(job, q, t, none ? none : "too few units, or all zero but the largest");
  for (int q = RANK_SIZE; q <= ZIPF; q++)
    sw_job_undefined(job, q, t, none ? none : "fewer than 3 masses above zero, or all equal");
  for (int q = CENTRE_LON; q <= PLANAR_LAT; q++)
    sw_job_undefined(job, q, t, none ? none : "no mass has a place, or they lie opposite");
  for (int q = AXIS_MAJOR; q <= INSIDE; q++)
    sw_job_undefined(job, q, t,
                     none        ? none
                     : no_centre ? "there is no centre"
                                 : "fewer than 3 masses with a place, or on one line");
  for (int q = MOVED_KM; q <= MOVED_BEARING; q++)
    sw_job_undefined(job, q, t,
                     comes_first ? "there is no period before" : "no centre, or no move");
}

/* Where the centres of the first and of the last period lie apart. */
static void say_move(sw_job *job, const char *of, const spread *first, const spread *last) {
  double km, bearing;
  sw_centre_move(&first->centre, &last->centre, &km, &bearing);
  if (isnan(km)) return;
  sw_job_say(
      job, "centre of gravity%s%s (lon, lat): %.4f, %.4f in %s; %.4f, %.4f in %s; %.4g km apart",
      of ? " of " : "", of ? of : "", first->centre.lon, first->centre.lat, sw_job_period(job, 0),
      last->centre.lon, last->centre.lat, sw_job_period(job, job->n_periods - 1), km);
}

/* Of groups those that moved furthest, some of them; equal ways by the order of groups. */
static void say_moves(sw_job *job, const spread *all) {
  enum { SAID = 3 };
  const distribution *d = job->state;
  const spread *last = all + (size_t)(job->n_periods - 1) * (size_t)d->groups;
  int said[SAID];
  /* First against last, over the whole series; a break within makes them incomparable. */
  if (job->n_periods < 2 || !d->moves || sw_series_broken(job, 0, job->n_periods - 1)) return;
  for (int k = 0; k < SAID && k < d->groups; k++) {
    double most = -1;
    said[k] = -1;
    for (int g = 0; g < d->groups; g++) {
      double km, bearing;
      bool known = false;
      for (int j = 0; j < k; j++)
        /* km is NaN without a centre at either end, and then greater than nothing. */
        known |= said[j] == g;
      sw_centre_move(&all[g].centre, &last[g].centre, &km, &bearing);
      if (known || !(km > most)) continue;
      most = km;
      said[k] = g;
    }
    if (said[k] < 0) return;
    const char *label = d->label ? d->label[said[k]] : NULL;
    if (label && !*label) label = "the rest";
    say_move(job, label, &all[said[k]], &last[said[k]]);
  }
}

/* Units that are ranked and lie nowhere: the most of any period. */
static void note_unplaced(const sw_job *job, const spread *all) {
  const distribution *d = job->state;
  int64_t most = 0;
  for (int t = 0; t < job->n_periods; t++) {
    int64_t count = 0;
    for (int g = 0; g < d->groups; g++)
      /* A unit is in one group, so counts of groups add up to units. */
      count += all[t * d->groups + g].unplaced;
    if (count > most) most = count;
  }
  if (most > 0)
    sw_note(job->notes,
            "%s: %s: %lld unit%s a mass and no coordinates: ranked, but without a share in centre "
            "and ellipse",
            job->where, job->name, (long long)most, most == 1 ? " has" : "s have");
}

/* Rank 0: places all figures, compares each centre with that of the period before, and says what
 * moved. */
static sw_status finish_distribution(sw_error *err, sw_job *job, int pass, const void *all,
                                     void *result) {
  (void)pass, (void)result;
  const distribution *d = job->state;
  const spread *spreads = all, *now = spreads;
  SW_TRY(check_masses(err, job, spreads));
  for (int t = 0; t < job->n_periods; t++, now += d->groups) {
    /* Across a break of the panel nothing is compared: what was measured changed there. */
    bool comes_first = t == 0 || sw_series_broken(job, t - 1, t);
    for (int g = 0; g < d->groups; g++) {
      place(job, t, g, &now[g]);
      place_move(job, t, g, comes_first ? NULL : &now[g] - d->groups, &now[g]);
    }
    if (!d->grouped) say_why(job, t, now, comes_first);
  }
  note_unplaced(job, spreads);
  say_moves(job, spreads);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* With `by` figures are by group, without it of all units: two sets of outputs, of which one is
 * off. */
static sw_status resolve_groups(sw_error *err, sw_job *job, distribution *d) {
  const sw_arg *by = sw_job_arg(job, "by");
  const sw_grouping *grouping = NULL;
  if (by->count > 1)
    return sw_job_fail(err, job, "by", "%d group columns; expected one", by->count);
  if (by->count == 1) {
    grouping = sw_units_grouping(job->units, by->texts[0]);
    SW_TRY(sw_job_group_axes(err, job, "group", NULL, grouping));
    d->label = grouping->label;
  }
  /* COUNT leads to the second half of `outputs`, those by group. */
  d->grouped = grouping ? COUNT : 0;
  for (int q = 0; q < COUNT; q++) {
    job->result[q].off = grouping != NULL;
    job->result[COUNT + q].off = grouping == NULL;
  }
  d->groups = grouping ? grouping->n_groups : 1;
  return sw_units_by_group(err, job->arena, job->n, grouping, &d->start, &d->unit);
}

/* Both forms of a quantity. */
static void leave_out(sw_job *job, int from, int to) {
  for (int q = from; q <= to; q++)
    job->result[q].off = job->result[COUNT + q].off = true;
}

/* What is left out of a study without coordinates; and the way of a centre where it is not known
 * which period comes before, or masses of two periods are not of one scale. */
static void resolve_places(sw_job *job, distribution *d) {
  d->has_places = job->units->lon && job->units->lat;
  /* One period alone needs no order, and moves nowhere. Masses normalised per period are
   * on a scale of their own in each, so that their centres cannot be compared. */
  d->moves = d->has_places && (job->n_periods < 2 || sw_series_is_known(job)) &&
             !job->input[0].per_period_normalised;
  if (!d->has_places) {
    leave_out(job, CENTRE_LON, MOVED_BEARING);
    sw_note(job->notes,
            "%s: %s: the units have no coordinates (lon and lat): no centre, no ellipse",
            job->where, job->name);
  } else if (!d->moves) {
    leave_out(job, MOVED_KM, MOVED_BEARING);
    sw_note(job->notes, "%s: %s: without moved_km: %s", job->where, job->name,
            job->input[0].per_period_normalised ? "masses are normalised per period"
                                                : "the order of periods is unknown");
  }
  for (int t = 1; d->moves && t < job->n_periods; t++)
    if (sw_series_broken(job, t - 1, t))
      sw_note(job->notes, "%s: %s: the panel has a break before %s: moved_km is missing there",
              job->where, job->name, sw_job_period(job, t));
}

/* An item is a period; places come from the units, and need no pass. */
static sw_status resolve_distribution(sw_error *err, sw_job *job) {
  const sw_arg *top = sw_job_arg(job, "top");
  distribution *d = NULL;
  SW_NEW(err, job->arena, d, 1);
  d->top = top->given ? (int64_t)top->number : INT64_MAX;
  d->form = (sw_ellipse_form)(int)sw_job_arg(job, "ellipse")->number;
  job->state = d;
  job->pooled = true; /* a centre is compared with that of the period before */
  SW_TRY(resolve_groups(err, job, d));
  resolve_places(job, d);
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods,
                             .record = (size_t)d->groups * sizeof(spread)});
  return SW_OK;
}

/* Vectors of the units serve all periods. */
static sw_status prepare_distribution(sw_error *err, sw_job *job, int pass) {
  (void)pass;
  distribution *d = job->state;
  /* prepare is called on each rank once a pass; there is one pass. */
  if (!d->has_places || d->x) return SW_OK;
  SW_NEW(err, job->arena, d->x, 3 * job->n);
  d->y = d->x + job->n;
  d->z = d->y + job->n;
  sw_sphere_vectors(job->n, job->units->lon, job->units->lat, d->x, d->y, d->z);
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the mass: people, output, income; zero or more"},
    {.name = "by",
     .type = SW_P_GROUPINGS,
     .fallback = "",
     .help = "a group column: each group by itself, instead of all units together"},
    {.name = "top",
     .type = SW_P_INTEGER,
     .fallback = "",
     .lo = 3,
     .hi = 1e300,
     .help = "of the rank-size rule: so many of the largest; all"},
    {.name = "ellipse",
     .type = SW_P_CHOICE,
     .fallback = "yuill",
     .choices = "yuill|arcgis|crimestat",
     .help = "what the standard deviations are multiplied by to make half axes"},
    {0}};

#define NUMBER_OF(id) id == N_USED ? SW_INT32 : SW_FLOAT64
#define BY_PERIOD(id, text, said, unit)                                                            \
  {.name = text, .long_name = said, .units = unit, .shape = SW_GLOBAL, .number = NUMBER_OF(id)},
#define BY_GROUP(id, text, said, unit)                                                             \
  {.name = text,                                                                                   \
   .long_name = said,                                                                              \
   .units = unit,                                                                                  \
   .shape = SW_GLOBAL,                                                                             \
   .number = NUMBER_OF(id),                                                                        \
   .axis = {"group"}},

static const sw_output outputs[] = {QUANTITIES(BY_PERIOD) QUANTITIES(BY_GROUP){0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"ellipse", "yuill", "half axes sqrt(lambda)"},
    {"ellipse", "arcgis", "half axes sqrt(2 lambda)"},
    {"ellipse", "crimestat", "half axes sqrt(2 M/(M - 2) lambda), M = sum m"},
    {"top", "*", "zeta of the largest alone"},
    {0}};

const sw_measure sw_measure_spatial_distribution = {
    .name = "spatial_distribution",
    .title = "Primacy, rank-size rule, centre and ellipse of a mass",
    .formula = "S_1/S_2; S_1/(S_2 + S_3 + S_4); 2 S_1/(S_2 + ... + S_11); ln(R - 1/2) = a - zeta "
               "ln S, se zeta sqrt(2/n); centre: direction of sum m u; ellipse: lambda of sum m "
               "dd'/sum m in Lambert's azimuthal equal-area projection at the centre, d from the "
               "weighted mean",
    .variant = variants,
    .source = "Jefferson 1939, Geographical Review 29:226-232; Gabaix and Ibragimov 2011, J. of "
              "Business & Economic Statistics 29:24-39; Lefever 1926, American J. of Sociology "
              "32:88-94; Yuill 1971, Geografiska Annaler B 53:28-39",
    .version = 1,
    .headline = "primacy_2",
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_distribution,
    .prepare = prepare_distribution,
    .tile = tile_distribution,
    .finish = finish_distribution,
    .workspace = workspace_distribution,
};
