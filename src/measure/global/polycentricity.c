/* How many centres a region has, by period and group (methods-regions.md 5b): of the flows of a
 * pair result within each group, how much each unit of it receives,
 *
 * - the rank-size rule of what units receive: ln(R - 1/2) = a - zeta ln S, R the rank, S > 0; the
 *   larger zeta, the more alike they are; and the first over the second, S_1/S_2;
 * - Green's index (1 - sd/(max/2)) density: 0 where one unit receives all, near 1 where all receive
 *   alike and every unit is linked to every other; sd over units, not n - 1.
 *
 * A flow is a kept pair of two units of one group with a value above 0; a negative value is
 * refused. A unit none of whose pairs is defined is no part of its group. A group of one unit, or
 * without flows, has no index. An item is a period, with all groups. Pairs of a whole series give
 * results without time.
 *
 * Sources: Green 2007, Urban Studies 44:2077-2103; Gabaix & Ibragimov 2011. */
#include <math.h>
#include <string.h>

#include "kernel/series/rank_size.h"
#include "kernel/series/stats.h"
#include "measure/share/series.h"
#include "panel/unit_table.h"

/* The outputs, by period and, behind them, without time. */
#define POLYCENTRICITY(Q)                                                                          \
  Q(SLOPE, "slope", "exponent zeta of ranks on what units receive")                                \
  Q(SLOPE_SE, "slope_se", "standard error of that exponent, zeta sqrt(2/n)")                       \
  Q(PRIMACY, "primacy", "what the first unit receives over the second")                            \
  Q(GREEN, "green", "Green's index of polycentricity")

#define IDENTIFIER(id, text, said) id,
enum { POLYCENTRICITY(IDENTIFIER) COUNT };

/* Set by resolve, the same on every rank. Units of group g are unit[start[g] .. start[g + 1]), by
 * code. */
typedef struct regions {
  const sw_grouping *grouping;
  const int64_t *start;
  const int32_t *unit;
  int form; /* of the results: 0, or COUNT without time */
} regions;

/* What an item, a period, leaves of each group. */
typedef struct centres {
  double value[COUNT];
  int64_t wrong[2]; /* of the first negative value of the period, in its first group; -1: none */
} centres;

/* ---- tile ------------------------------------------------------------------------------- */

/* A thread's workspace: n doubles each. */
typedef struct room {
  double *received, *size, *scratch;
} room;

static size_t workspace_polycentricity(const sw_job *job) {
  return 3 * (size_t)job->n * sizeof(double);
}

static room room_in(void *workspace, int64_t n) {
  double *at = workspace;
  return (room){at, at + n, at + 2 * n};
}

/* Adds up what every unit receives out of its own group; counts the links within groups in the
 * value of GREEN, which needs them. False: a value is below 0. One pass over the links. */
static bool add_flows(const sw_links *links, const int32_t *group, double *received, centres *out) {
  memset(received, 0, (size_t)links->n * sizeof *received);
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
      int32_t to = links->to[k];
      double flow = links->value[k];
      if (flow < 0) {
        out->wrong[0] = i;
        out->wrong[1] = to;
        return false;
      }
      if (!(flow > 0) || to == i || group[to] != group[i]) continue;
      received[to] += flow;
      out[group[i]].value[GREEN] += 1;
    }
  return true;
}

/* Green's index over n sizes, ascending. The largest standard deviation is that of 0 and the
 * maximum alone, max/2, hence the factor 2. Sizes are taken over the maximum, so that squares
 * cannot overflow. */
static double green_of(const double *size, int64_t n, double links) {
  double mean = 0, squares = 0, most = n > 0 ? size[n - 1] : 0;
  if (n < 2 || !(most > 0)) return NAN;
  for (int64_t i = 0; i < n; i++)
    mean += size[i] / most;
  mean /= (double)n;
  for (int64_t i = 0; i < n; i++)
    squares += (size[i] / most - mean) * (size[i] / most - mean);
  return (1 - 2 * sqrt(squares / (double)n)) * (links / ((double)n * (double)(n - 1)));
}

/* All figures of a group, out of one sort. Units none of whose pairs is defined (links->outside)
 * are left out, not counted as 0. */
static void measure_group(const regions *r, const sw_links *links, int g, room *at, centres *out) {
  int64_t n = 0;
  for (int64_t k = r->start[g]; k < r->start[g + 1]; k++)
    if (!links->outside || !links->outside[r->unit[k]]) at->size[n++] = at->received[r->unit[k]];
  sw_stats_sort_values(at->size, n, at->scratch);
  sw_rank_size ranks = sw_rank_size_of(at->size, n, n, at->scratch);
  out->value[GREEN] = green_of(at->size, n, out->value[GREEN]);
  out->value[SLOPE] = ranks.zeta;
  out->value[SLOPE_SE] = ranks.zeta_se;
  out->value[PRIMACY] = ranks.primacy_2;
}

/* An item: one period, all groups. */
static void tile_polycentricity(const sw_job *job, const sw_tile *tile, void *out,
                                void *workspace) {
  const regions *r = job->state;
  const sw_links *links = &job->links[tile->lo];
  room at = room_in(workspace, job->n);
  centres *all = out;
  all->wrong[0] = -1;
  if (!add_flows(links, r->grouping->of, at.received, all)) return;
  for (int g = 0; g < r->grouping->n_groups; g++)
    measure_group(r, links, g, &at, &all[g]);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* Flows are weights: a negative one has no meaning here, and the pair is named. */
static sw_status refuse(sw_error *err, const sw_job *job, int t, const int64_t wrong[2]) {
  return sw_job_fail(err, job, "result",
                     "%s%sthe pair %s to %s is below 0; expected flows of 0 or "
                     "more",
                     job->is_timeless ? "" : sw_job_period(job, t), job->is_timeless ? "" : ": ",
                     sw_unit_code(job->units, wrong[0]), sw_unit_code(job->units, wrong[1]));
}

/* Rank 0: copies records, and says why a figure that no group has is undefined. */
static sw_status finish_polycentricity(sw_error *err, sw_job *job, int pass, const void *all,
                                       void *result) {
  (void)pass, (void)result;
  const regions *r = job->state;
  const centres *found = all;
  int groups = r->grouping->n_groups;
  for (int t = 0; t < job->n_periods; t++, found += groups) {
    bool any[COUNT] = {0};
    if (found->wrong[0] >= 0) return refuse(err, job, t, found->wrong);
    for (int g = 0; g < groups; g++)
      for (int q = 0; q < COUNT; q++) {
        job->result[r->form + q].row[0][(int64_t)t * groups + g] = found[g].value[q];
        any[q] |= !isnan(found[g].value[q]);
      }
    for (int q = 0; q < COUNT; q++)
      if (!any[q])
        sw_job_undefined(job, r->form + q, t,
                         q == GREEN     ? "no group has flows between its units"
                         : q == PRIMACY ? "no group has two units that receive"
                                        : "no group has 3 units that differ in what they receive");
  }
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Two sets of outputs, by period and without time, of which one is off. */
static sw_status resolve_polycentricity(sw_error *err, sw_job *job) {
  const sw_arg *by = sw_job_arg(job, "by");
  regions *r = NULL;
  SW_NEW(err, job->arena, r, 1);
  if (by->count > 1)
    return sw_job_fail(err, job, "by", "%d group columns; expected one", by->count);
  r->grouping = sw_units_grouping(job->units, by->texts[0]);
  r->form = job->is_timeless ? COUNT : 0;
  job->state = r;
  job->whole_series = job->is_timeless;
  for (int q = 0; q < COUNT; q++)
    job->result[COUNT - r->form + q].off = true;
  SW_TRY(sw_job_group_axes(err, job, "group", NULL, r->grouping));
  SW_TRY(sw_units_by_group(err, job->arena, job->n, r->grouping, &r->start, &r->unit));
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods,
                             .record = (size_t)r->grouping->n_groups * sizeof(centres),
                             .links = true});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "result",
     .type = SW_P_PAIRS,
     .help = "a pair result: flows, of which those that it keeps count"},
    {.name = "by",
     .type = SW_P_GROUPINGS,
     .help = "a group column: regions, each with the flows between its own units"},
    {0}};

#define BY_PERIOD(id, text, said)                                                                  \
  {.name = text, .long_name = said, .units = "1", .shape = SW_GLOBAL, .axis = {"group"}},
#define TIMELESS(id, text, said)                                                                   \
  {.name = text, .long_name = said, .units = "1", .shape = SW_TABLE, .axis = {"group"}},

static const sw_output outputs[] = {POLYCENTRICITY(BY_PERIOD) POLYCENTRICITY(TIMELESS){0}};

const sw_measure sw_measure_polycentricity = {
    .name = "polycentricity",
    .title = "Polycentricity of regions by the flows within them",
    .formula =
        "S_j = sum of the flows into j from the other units of its group; ln(R - 1/2) = a - zeta "
        "ln "
        "S, se zeta sqrt(2/n); primacy S_1/S_2; Green (1 - sd/(max/2)) L/(n(n - 1)), L flows above "
        "0",
    .source = "Green 2007, Urban Studies 44:2077-2103; Gabaix and Ibragimov 2011, J. of Business & "
              "Economic Statistics 29:24-39",
    .version = 1,
    .kind = SW_KIND_GLOBAL,
    .headline = "green",
    .param = params,
    .output = outputs,
    .resolve = resolve_polycentricity,
    .tile = tile_polycentricity,
    .finish = finish_polycentricity,
    .workspace = workspace_polycentricity,
};
