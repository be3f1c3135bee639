/* The indicators of the synthetic panel, streamed unit by unit.
 *
 * A unit's level in a period is the sum of: its centrality z (density, income, services and
 * innovation decay with distance from the centres), smooth spatial fields (endowments, an
 * industrial legacy, the environment), paths shared by the nation, its province and its
 * prefecture, and noise of its own that follows an AR(1). Industry shares are a logit of
 * utilities in z and time: farming far from the centres, manufacturing at middle ranks (a
 * quadratic in z), producer services and finance in the centres. Logs are linear, so that ratios
 * behave; the industries of a unit sum to its GDP to the last digit. Incomes converge slowly. */
#include "cli/synth/synth.h"

#include <math.h>
#include <stdio.h>

/* The named indicators, in the order of columns. Industries stand together, AGRICULTURE first. */
typedef enum named {
  POPULATION,
  GDP,
  AGRICULTURE,
  MANUFACTURING,
  PRODUCER_SERVICES,
  FINANCE,
  OTHER_SERVICES,
  INCOME,
  INVESTMENT,
  TRADE,
  PATENTS,
  PM25,
  GREEN_COVER,
  ENERGY_INTENSITY
} named;

enum { INDUSTRIES = OTHER_SERVICES - AGRICULTURE + 1 };

static const struct {
  const char *name;
  int decimals;
  double sd, persistence; /* of the unit's own noise: deviation (of the log), AR(1) coefficient */
} series[SW_SYNTH_NAMED] = {
    [POPULATION] = {"population", 0, 0.03, 0.95},
    [GDP] = {"gdp", 2, 0.10, 0.9}, /* noise of GDP per head; millions */
    [AGRICULTURE] = {"agriculture", 2, 0.25, 0.9},
    [MANUFACTURING] = {"manufacturing", 2, 0.25, 0.9},
    [PRODUCER_SERVICES] = {"producer_services", 2, 0.20, 0.9},
    [FINANCE] = {"finance", 2, 0.20, 0.9},
    [OTHER_SERVICES] = {"other_services", 2, 0.10, 0.9},
    [INCOME] = {"income", 0, 0.06, 0.9},
    [INVESTMENT] = {"investment", 2, 0.15, 0.8},
    [TRADE] = {"trade", 2, 0.30, 0.85},
    [PATENTS] = {"patents", 0, 0.35, 0.85},
    [PM25] = {"pm25", 2, 0.08, 0.7},
    [GREEN_COVER] = {"green_cover", 2, 0.15, 0.95},
    [ENERGY_INTENSITY] = {"energy_intensity", 4, 0.12, 0.9},
};
static const int generic_decimals = 4;

/* Paths that units share, by period: log deviations of nation, provinces and prefectures. */
typedef struct paths {
  int periods;
  double *nation, *province, *seat; /* [t], [p * periods + t], [s * periods + t] */
} paths;

/* What a generic indicator is made of: its weights on centrality, shared paths and one field, its
 * growth per period, and the law of its noise. */
typedef struct loading {
  double centrality, shared, field, growth, sd, persistence;
  int which; /* field */
} loading;

/* What no period changes of a unit: centrality, place from west (-1) to east (1), the log of people
 * in the first period, fields, and the shared paths of its nation, province and prefecture. */
typedef struct place {
  double z, east, log_people;
  double field[SW_SYNTH_FIELDS];
  const double *nation, *province, *seat;
} place;

/* A stationary AR(1) of a unit and indicator, advanced once per period. */
typedef struct noise {
  sw_rng rng;
  double value;
} noise;

/* Panels begin in 2001; those of more than 25 periods end in 2025. */
int sw_synth_first_year(int periods) {
  return periods <= 25 ? 2001 : 2026 - periods;
}

/* ---- shared paths ------------------------------------------------------------------------ */

/* Draws an AR(1) with drift, begun at a random level: growth rates and gaps that last. With
 * persistence 1 it is a random walk, as the nation's is. */
static void walk(uint64_t seed, uint64_t stream, uint64_t item, double start, double drift,
                 double persistence, double step, int periods, double *out) {
  sw_rng rng = sw_rng_make(seed, stream, item);
  double value = start * sw_rng_normal(&rng);
  for (int t = 0; t < periods; t++) {
    out[t] = value;
    value = persistence * value + drift + step * sw_rng_normal(&rng);
  }
}

/* The nation grows by 5% a period. Provinces begin about 18% apart and prefectures 12%; both gaps
 * close slowly and new ones open. */
static sw_status draw_paths(sw_error *err, const sw_synth_country *country, int periods,
                            paths *all) {
  size_t T = (size_t)periods;
  all->periods = periods;
  SW_TRY(sw_alloc(err, T, sizeof(double), (void **)&all->nation));
  SW_TRY(sw_alloc(err, T * (size_t)country->n_provinces, sizeof(double), (void **)&all->province));
  SW_TRY(sw_alloc(err, T * (size_t)country->n_seats, sizeof(double), (void **)&all->seat));
  uint64_t seed = country->seed;
  walk(seed, SW_SYNTH_NATION, 0, 0, 0.05, 1, 0.015, periods, all->nation);
  for (int p = 0; p < country->n_provinces; p++)
    walk(seed, SW_SYNTH_PROVINCE, (uint64_t)p, 0.18, 0, 0.98, 0.02, periods,
         all->province + (size_t)p * T);
  for (int s = 0; s < country->n_seats; s++)
    walk(seed, SW_SYNTH_PREFECTURE, (uint64_t)s, 0.12, 0, 0.96, 0.02, periods,
         all->seat + (size_t)s * T);
  return SW_OK;
}

/* Generic indicators differ in what moves them, so that composites have something to weigh. */
static loading draw_loading(uint64_t seed, int indicator) {
  sw_rng rng = sw_rng_make(seed, SW_SYNTH_LOADING, (uint64_t)indicator);
  loading out = {.centrality = 0.4 * sw_rng_normal(&rng), .shared = sw_rng_normal(&rng)};
  out.field = 0.4 * sw_rng_normal(&rng);
  out.growth = 0.03 * sw_rng_normal(&rng);
  out.sd = 0.1 + 0.2 * sw_rng_uniform(&rng);
  out.persistence = 0.6 + 0.35 * sw_rng_uniform(&rng);
  out.which = (int)sw_rng_below(&rng, SW_SYNTH_FIELDS);
  return out;
}

/* ---- a unit ------------------------------------------------------------------------------ */

/* Everything about the unit that no period changes: density by centrality times land, more for a
 * seat. */
static void settle_place(const sw_synth_country *country, const paths *shared, int64_t unit,
                         place *out) {
  double x = country->x[unit], y = country->y[unit];
  int seat = country->prefecture[unit], province = country->seat[seat].province;
  sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_FIXED, (uint64_t)unit);
  out->z = country->centrality[unit];
  out->east = x / sw_synth_half_width();
  for (int f = 0; f < SW_SYNTH_FIELDS; f++)
    out->field[f] = sw_synth_field(country, f, x, y);
  const double typical = 4.4; /* log people per km2 */
  double log_density = typical + 0.95 * out->z + 0.3 * out->field[0] + 0.3 * sw_rng_normal(&rng);
  double people = exp(log_density) * country->land[unit];
  /* A seat is a city on top of that: by rank and size, whatever its land. */
  double size = country->seat[seat].mass * pow(country->n_seats, sw_synth_rank_size);
  if (unit == country->unit_of[seat])
    people += 0.35 * exp(typical) * country->area / (double)country->n * pow(size, 0.8);
  out->log_people = log(people);
  out->nation = shared->nation;
  out->province = shared->province + (size_t)province * (size_t)shared->periods;
  out->seat = shared->seat + (size_t)seat * (size_t)shared->periods;
}

/* The next value of a noise, of deviation `sd`. The first one has the stationary law, so that no
 * period is special. */
static double next_noise(noise *state, int t, double sd, double persistence) {
  double draw = sw_rng_normal(&state->rng);
  state->value = t == 0
                     ? sd * draw
                     : persistence * state->value + sd * sqrt(1 - persistence * persistence) * draw;
  return state->value;
}

/* Shares of the industries in GDP, a logit of utilities; they sum to 1 up to rounding. z: farming
 * falls with centrality, services rise, manufacturing is highest at middle ranks. e: noise by
 * indicator. */
static void industry_shares(const place *at, int t, const double *e, double share[INDUSTRIES]) {
  double z = at->z, legacy = at->field[1], sum = 0;
  share[AGRICULTURE - AGRICULTURE] = -0.7 - 0.75 * z - 0.03 * t + 0.2 * at->field[0];
  share[MANUFACTURING - AGRICULTURE] = 0.35 + 0.2 * z - 0.18 * z * z + 0.35 * legacy - 0.01 * t;
  share[PRODUCER_SERVICES - AGRICULTURE] = -1.5 + 0.5 * z + 0.03 * t;
  share[FINANCE - AGRICULTURE] = -2.0 + 0.6 * z + 0.02 * t;
  share[OTHER_SERVICES - AGRICULTURE] = 0.4 + 0.08 * z + 0.008 * t;
  for (int k = 0; k < INDUSTRIES; k++) {
    share[k] = exp(share[k] + e[AGRICULTURE + k]);
    sum += share[k];
  }
  for (int k = 0; k < INDUSTRIES; k++)
    share[k] /= sum;
}

/* Rounds a value to an integer of 10^-decimals: what is written and what is summed are the same
 * integers. Cut at 1e13, so that any value fits int64_t with four decimals. */
static int64_t scaled(double value, int decimals) {
  static const double power[] = {1, 1e1, 1e2, 1e3, 1e4};
  return llround(fmin(value, 1e13) * power[decimals]);
}

/* The named indicators of a unit in period t, as integers scaled by their decimals; e: its own
 * noise by indicator. GDP is the sum of the rounded industries, so that shares of a study sum to 1
 * to the last digit. */
static void named_values(const place *at, int t, const double *e, int64_t *out) {
  double z = at->z, share[INDUSTRIES];
  double regional = at->province[t] + at->seat[t];
  double people = exp(at->log_people + t * (0.003 + 0.004 * z) + e[POPULATION]);
  people = fmax(people, 1);
  /* Gaps in income close by 1.2% a year. */
  double gap = (0.28 * z + 0.2 * at->field[0] + 0.35 * at->east) * exp(-0.012 * t);
  double gdp_pc = exp(10.2 + gap + at->nation[t] + regional + e[GDP]);
  /* Millions. */
  double gdp = people * gdp_pc / 1e6;
  industry_shares(at, t, e, share);
  out[GDP] = 0;
  for (int k = 0; k < INDUSTRIES; k++) {
    out[AGRICULTURE + k] = scaled(gdp * share[k], 2);
    out[GDP] += out[AGRICULTURE + k];
  }
  if (out[GDP] == 0) out[GDP] = out[OTHER_SERVICES] = 1; /* a unit of no one's still has a mass */
  /* Makers pollute and use energy, advice and finance invent. */
  double maker = share[MANUFACTURING - AGRICULTURE];
  double brain = share[PRODUCER_SERVICES - AGRICULTURE] + share[FINANCE - AGRICULTURE];
  out[POPULATION] = scaled(people, 0);
  out[INCOME] = scaled(0.55 * 30000 * pow(gdp_pc / 30000, 0.75) * exp(e[INCOME]), 0);
  out[INVESTMENT] = scaled(gdp * 0.4 * exp(0.1 * at->field[2] - 0.1 * z + e[INVESTMENT]), 2);
  out[TRADE] = scaled(gdp * exp(-2.2 + 1.2 * at->east + 0.4 * z + maker + e[TRADE]), 2);
  out[PATENTS] = scaled(people * 1e-4 * exp(-1 + 0.6 * z + 4 * brain + 0.08 * t + e[PATENTS]), 0);
  double dirt = 3.4 + maker + 0.12 * z + 0.25 * at->field[2] - 0.02 * t + 0.3 * at->province[t];
  out[PM25] = scaled(exp(dirt + e[PM25]), 2);
  /* A logit, so that the share stays within 0 and 100%. */
  double green = 0.2 - 0.45 * z + 0.5 * at->field[2] + 0.01 * t + e[GREEN_COVER];
  out[GREEN_COVER] = scaled(100 / (1 + exp(-green)), 2);
  out[ENERGY_INTENSITY] =
      scaled(exp(-0.6 + 1.8 * maker - 0.03 * t - 0.5 * regional + e[ENERGY_INTENSITY]), 4);
}

/* Loglinear as the named ones, around 100. */
static double generic_value(const place *at, int t, const loading *made, double e) {
  return 100 * exp(made->centrality * at->z + made->field * at->field[made->which] +
                   made->shared * (at->province[t] + at->seat[t]) + made->growth * t + e);
}

/* ---- the file ---------------------------------------------------------------------------- */

/* What a unit's rows are made with; all by indicator but for the paths. */
typedef struct workspace {
  paths shared;
  loading *made;   /* generic indicators, from 0 */
  noise *own;      /* of the unit at hand, by indicator */
  sw_rng *absence; /* likewise */
  double *e;
  int64_t *value;
} workspace;

/* Generic indicators are x15, x16, ...: numbered as columns. */
static void write_header(sw_synth_out *out, int indicators) {
  sw_synth_text(out, "code,year");
  for (int k = 0; k < SW_SYNTH_NAMED; k++)
    sw_synth_printf(out, ",%s", series[k].name);
  for (int k = SW_SYNTH_NAMED; k < indicators; k++)
    sw_synth_printf(out, ",x%d", k + 1);
  sw_synth_char(out, '\n');
}

/* One line. Whether a cell is left empty is drawn from a stream of its own, so that all other
 * values are the same with and without --missing. */
static void write_row(sw_synth_out *out, const sw_synth_country *country, int64_t unit, int year,
                      workspace *work, const sw_synth_options *options) {
  sw_synth_code(out, country, unit);
  sw_synth_char(out, ',');
  sw_synth_decimal(out, year, 0);
  for (int k = 0; k < options->indicators; k++) {
    sw_synth_char(out, ',');
    if (options->missing > 0 && sw_rng_uniform(&work->absence[k]) < options->missing) continue;
    int decimals = k < SW_SYNTH_NAMED ? series[k].decimals : generic_decimals;
    sw_synth_decimal(out, work->value[k], decimals);
  }
  sw_synth_char(out, '\n');
}

/* Writes all rows of a unit. Each indicator has its own stream: one more of them leaves the others
 * as they are, and one more period leaves the earlier ones. */
static void write_unit(sw_synth_out *out, const sw_synth_country *country, int64_t unit,
                       workspace *work, const sw_synth_options *options) {
  place at;
  settle_place(country, &work->shared, unit, &at);
  for (int k = 0; k < options->indicators; k++) {
    work->own[k].rng = sw_rng_make(country->seed, SW_SYNTH_NOISE + (uint64_t)k, (uint64_t)unit);
    work->absence[k] = sw_rng_make(country->seed, SW_SYNTH_MISSING + (uint64_t)k, (uint64_t)unit);
  }
  int first = sw_synth_first_year(options->periods);
  for (int t = 0; t < options->periods; t++) {
    for (int k = 0; k < SW_SYNTH_NAMED; k++)
      work->e[k] = next_noise(&work->own[k], t, series[k].sd, series[k].persistence);
    named_values(&at, t, work->e, work->value);
    for (int k = SW_SYNTH_NAMED; k < options->indicators; k++) {
      const loading *made = &work->made[k];
      double e = next_noise(&work->own[k], t, made->sd, made->persistence);
      work->value[k] = scaled(generic_value(&at, t, made, e), generic_decimals);
    }
    write_row(out, country, unit, first + t, work, options);
  }
}

/* On failure the caller releases what there is: all pointers begin as NULL. */
static sw_status prepare(sw_error *err, const sw_synth_country *country,
                         const sw_synth_options *options, workspace *work) {
  size_t p = (size_t)options->indicators;
  SW_TRY(draw_paths(err, country, options->periods, &work->shared));
  SW_TRY(sw_alloc(err, p, sizeof *work->made, (void **)&work->made));
  SW_TRY(sw_calloc(err, p, sizeof *work->own, (void **)&work->own));
  SW_TRY(sw_calloc(err, p, sizeof *work->absence, (void **)&work->absence));
  SW_TRY(sw_calloc(err, p, sizeof *work->e, (void **)&work->e));
  SW_TRY(sw_calloc(err, p, sizeof *work->value, (void **)&work->value));
  for (int k = SW_SYNTH_NAMED; k < options->indicators; k++)
    work->made[k] = draw_loading(country->seed, k);
  return SW_OK;
}

static void release(workspace *work) {
  sw_free(work->shared.nation);
  sw_free(work->shared.province);
  sw_free(work->shared.seat);
  sw_free(work->made);
  sw_free(work->own);
  sw_free(work->absence);
  sw_free(work->e);
  sw_free(work->value);
}

/* Its own noise is drawn from the beginning, like that of the panel; no other moves people. */
sw_status sw_synth_people(sw_error *err, const sw_synth_country *country,
                          const sw_synth_options *options, double *people) {
  workspace work = {0};
  sw_status status = prepare(err, country, options, &work);
  for (int64_t i = 0; status == SW_OK && i < country->n; i++) {
    noise own = {.rng = sw_rng_make(country->seed, SW_SYNTH_NOISE + POPULATION, (uint64_t)i)};
    int last = options->periods - 1;
    place at;
    settle_place(country, &work.shared, i, &at);
    for (int t = 0; t <= last; t++)
      work.e[POPULATION] =
          next_noise(&own, t, series[POPULATION].sd, series[POPULATION].persistence);
    named_values(&at, last, work.e, work.value);
    people[i] = (double)work.value[POPULATION];
  }
  release(&work);
  return status;
}

/* Streams the panel: memory does not grow with units times periods. Ends at the first failure to
 * write. */
sw_status sw_synth_write_panel(sw_error *err, sw_synth_out *out, const sw_synth_country *country,
                               const sw_synth_options *options) {
  workspace work = {0};
  sw_status status = prepare(err, country, options, &work);
  if (status == SW_OK) write_header(out, options->indicators);
  for (int64_t i = 0; status == SW_OK && i < country->n; i++) {
    write_unit(out, country, i, &work, options);
    status = out->status;
  }
  release(&work);
  return status;
}
