/* The distribution of a variable over units by period (methods-regions.md section 9): its kernel
 * density on a grid, the bandwidth, and the number of modes. The arithmetic is in
 * kernel/series/density.h.
 *
 *   f(x) = sum_i phi((x - x_i)/h) / (n h),  phi the standard normal density
 *
 * One grid serves all periods, so that densities can be compared point by point: from the least
 * value less three bandwidths, over all periods, to the largest with three more. Modes are local
 * maxima of 1% of the largest or more: stray units in the tails make others.
 *
 * Two passes over items. The first has an item per period: bandwidth and ends. Its `finish` makes
 * the grid, and the second has an item for some points of a period: a sum over all units for each.
 * The grid follows from values, so it is an output, the coordinate of its axis.
 *
 * Sources: Silverman 1986; Sheather and Jones 1991. */
#include "kernel/series/density.h"
#include "kernel/series/stats.h"
#include "spillway/measure.h"
#include "spillway/node.h"

#include <math.h>
#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { DENSITY, POINT, BANDWIDTH, MODES, N_USED };
enum { SPREAD, SUMS }; /* passes */
/* A period of few units is shared by threads too, and one of many is copied seldom. */
enum { POINTS_A_TILE = 16, MOST_POINTS = 100000 };
enum { GRID_BEYOND = 3 }; /* bandwidths */
static const double least_mode = .01;

/* How the bandwidth is found. */
typedef enum rule { SILVERMAN, SHEATHER_JONES, GIVEN } rule;

typedef struct distribution_state {
  rule rule;
  double bandwidth;  /* GIVEN */
  int points, tiles; /* of a period */
} distribution_state;

/* What a period leaves in the first pass. */
typedef struct spread {
  int64_t n;
  double least, most, bandwidth;
} spread;

/* What `finish` makes of it: one grid, and the periods again. */
typedef struct grid {
  double lo, hi;
  spread period[];
} grid;

/* ---- tiles ------------------------------------------------------------------------------ */

/* Gathers the values that are there, in the order of units; returns their number. */
static int64_t gather(const sw_job *job, int t, double *x) {
  const double *value = job->input[0].view.row[t];
  int64_t n = 0;
  for (int64_t i = 0; i < job->n; i++)
    if (!isnan(value[i])) x[n++] = value[i];
  return n;
}

/* First pass: a period's ends and bandwidth. NaN: it has no density. */
static void tile_spread(const sw_job *job, int t, spread *out, double *x) {
  const distribution_state *state = job->state;
  int64_t n = out->n = gather(job, t, x);
  sw_stats_sort_values(x, n, x + job->n);
  out->least = n > 0 ? x[0] : NAN;
  out->most = n > 0 ? x[n - 1] : NAN;
  out->bandwidth = state->rule == SILVERMAN        ? sw_density_silverman(x, n)
                   : state->rule == SHEATHER_JONES ? sw_density_sheather_jones(x, n)
                   : n > 0                         ? state->bandwidth
                                                   : NAN;
}

/* Point k of the grid. Both ends are met exactly, whatever rounding does between. */
static double point_at(const grid *g, int points, int k) {
  return k == points - 1 ? g->hi : g->lo + (g->hi - g->lo) * k / (points - 1);
}

/* Second pass: densities at some points of a period, each a sum over all its units in their
 * order. */
static void tile_sums(const sw_job *job, int64_t item, double *density, double *x) {
  const distribution_state *state = job->state;
  const grid *g = job->folded[SPREAD];
  int t = (int)(item / state->tiles), first = (int)(item % state->tiles) * POINTS_A_TILE;
  int count = state->points - first < POINTS_A_TILE ? state->points - first : POINTS_A_TILE;
  double at[POINTS_A_TILE], h = g->period[t].bandwidth;
  for (int k = 0; k < count; k++) {
    at[k] = point_at(g, state->points, first + k);
    density[k] = NAN;
  }
  if (!isnan(h)) sw_density_at(x, gather(job, t, x), h, at, count, density);
}

static void tile_distribution(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  if (tile->pass == SPREAD)
    tile_spread(job, (int)tile->lo, out, workspace);
  else
    tile_sums(job, tile->lo, out, workspace);
}

/* The values of a period, and as many for their sort. */
static size_t workspace_distribution(const sw_job *job) {
  return 2 * (size_t)job->n * sizeof(double);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* Why a period has no bandwidth, in the order of the tests. */
static const char *why_none(const spread *s) {
  if (s->n == 0) return "no unit has a value";
  if (s->n == 1) return "fewer than 2 values";
  return sw_stats_vary(s->least, s->most) ? "the values are too sparse for sheather-jones"
                                          : "constant";
}

/* Makes the grid, from the ends of all periods. Periods without a bandwidth have no part in it.
 * Rank 0. */
static void finish_spread(sw_job *job, const spread *all, grid *g) {
  const distribution_state *state = job->state;
  g->lo = INFINITY;
  g->hi = -INFINITY;
  memcpy(g->period, all, (size_t)job->n_periods * sizeof *all);
  for (int t = 0; t < job->n_periods; t++) {
    const spread *s = &all[t];
    job->result[BANDWIDTH].row[0][t] = s->bandwidth;
    job->result[N_USED].row[0][t] = (double)s->n;
    if (isnan(s->bandwidth)) {
      for (int q = DENSITY; q <= MODES; q++)
        if (q != POINT) sw_job_undefined(job, q, t, why_none(s));
      continue;
    }
    g->lo = fmin(g->lo, s->least - GRID_BEYOND * s->bandwidth);
    g->hi = fmax(g->hi, s->most + GRID_BEYOND * s->bandwidth);
  }
  for (int k = 0; k < state->points; k++)
    job->result[POINT].row[0][k] = g->lo <= g->hi ? point_at(g, state->points, k) : NAN;
}

/* Warns where the grid is coarser than a bandwidth: a peak narrower than the grid may fall between
 * two points, as of levels with a long tail. One note, of the narrowest. */
static void note_coarse(const sw_job *job, const grid *g) {
  const distribution_state *state = job->state;
  double step = (g->hi - g->lo) / (state->points - 1), narrow = INFINITY;
  int at = 0, coarse = 0;
  for (int t = 0; t < job->n_periods; t++) {
    double h = g->period[t].bandwidth;
    coarse += h < step;
    if (!(h < narrow)) continue;
    narrow = h;
    at = t;
  }
  if (coarse > 0)
    sw_note(job->notes,
            "%s: %s: points are %.4g apart, more than the bandwidth in %d of %d periods (%.4g in "
            "%s): peaks and modes between them may be missed; take more points, or logarithms",
            job->where, job->name, step, coarse, job->n_periods, narrow, sw_job_period(job, at));
}

/* Second finish: densities to their places, and modes, which need a whole period. Records stand by
 * period, then by tile; the last tile of a period may be part empty. */
static void finish_sums(sw_job *job, const double *all) {
  const distribution_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++, all += (int64_t)state->tiles * POINTS_A_TILE) {
    double *density = job->result[DENSITY].row[0] + (int64_t)t * state->points;
    memcpy(density, all, (size_t)state->points * sizeof *density);
    job->result[MODES].row[0][t] =
        isnan(density[0]) ? NAN : sw_density_modes(density, state->points, least_mode);
  }
}

/* Rank 0; `result` goes to all ranks as job->folded[SPREAD]. */
static sw_status finish_distribution(sw_error *err, sw_job *job, int pass, const void *all,
                                     void *result) {
  (void)err;
  if (pass == SPREAD) {
    finish_spread(job, all, result);
    note_coarse(job, result);
  } else {
    finish_sums(job, all);
  }
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* The rule, or a number of the study. A text that is neither is shown as it stands. */
static sw_status read_bandwidth(sw_error *err, const sw_job *job, distribution_state *state) {
  const sw_node *node = sw_job_arg(job, "bandwidth")->node;
  sw_error ignored = {0};
  const char *text = node->kind == SW_NODE_SCALAR ? node->text : "";
  if (strcmp(text, "silverman") == 0)
    state->rule = SILVERMAN;
  else if (strcmp(text, "sheather-jones") == 0)
    state->rule = SHEATHER_JONES;
  else if (sw_node_number(&ignored, node, &state->bandwidth) == SW_OK && state->bandwidth > 0)
    state->rule = GIVEN;
  else
    return sw_job_fail(err, job, "bandwidth",
                       "found %s%s%s; expected silverman, sheather-jones or a number above 0",
                       *text ? "'" : "", *text ? text : "a list or a map", *text ? "'" : "");
  return SW_OK;
}

/* Two passes (see the head of the file); the second has an item for POINTS_A_TILE points of a
 * period. */
static sw_status resolve_distribution(sw_error *err, sw_job *job) {
  distribution_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  job->pooled = true; /* the grid rests on all periods */
  state->points = (int)sw_job_arg(job, "points")->number;
  state->tiles = (state->points + POINTS_A_TILE - 1) / POINTS_A_TILE;
  SW_TRY(read_bandwidth(err, job, state));
  sw_job_axis(job, (sw_axis){.name = "point", .n = state->points});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods,
                             .record = sizeof(spread),
                             .result = sizeof(grid) + (size_t)job->n_periods * sizeof(spread)});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = (int64_t)job->n_periods * state->tiles,
                             .record = POINTS_A_TILE * sizeof(double)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
    {.name = "points",
     .type = SW_P_INTEGER,
     .fallback = "200",
     .lo = 2,
     .hi = MOST_POINTS,
     .help = "points of the grid, the same in all periods"},
    {.name = "bandwidth",
     .type = SW_P_NODE,
     .fallback = "silverman",
     .help = "silverman, sheather-jones, or a number in the unit of the variable"},
    {0}};

static const sw_output outputs[] = {
    {.name = "density",
     .long_name = "kernel density at the points of the grid",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"point"}},
    {.name = "point",
     .long_name = "value of the variable at each point of the grid",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"point"}},
    {.name = "bandwidth", .long_name = "bandwidth", .units = "1", .shape = SW_GLOBAL},
    {.name = "modes",
     .long_name = "local maxima of the density, of 1% of the largest or more",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {.name = "n_used",
     .long_name = "units with a value",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"bandwidth", "silverman", "h = .9 min(s, IQR/1.34) n^-.2"},
    {"bandwidth", "sheather-jones",
     "h solves h = [1/(2 sqrt(pi) n S(1.357 (S(a)/-T(b))^(1/7) h^(5/7)))]^(1/5), S and T the "
     "integrals of f times its 4th and 6th derivative"},
    {"bandwidth", "*", "h given"},
    {0}};

const sw_measure sw_measure_distribution = {
    .name = "distribution",
    .title = "Distribution over units: kernel density and modes by period",
    .formula = "f(x) = sum_i phi((x - x_i)/h)/(n h), phi the standard normal density, on points "
               "from min - 3h to max + 3h over all periods; modes: local maxima of 1% of the "
               "largest or more",
    .variant = variants,
    .source = "Silverman 1986; Sheather and Jones 1991, J. Royal Statistical Society B 53:683-690",
    .version = 1,
    .headline = "modes",
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_distribution,
    .tile = tile_distribution,
    .finish = finish_distribution,
    .workspace = workspace_distribution,
};
