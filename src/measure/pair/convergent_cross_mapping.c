/* convergent_cross_mapping: which series drives which in a coupled system (methods-space.md section
 * 4; Sugihara et al. 2012). What drives a series leaves its trace in it, so the past of the driven
 * one tells the driver, and not the other way round:
 *
 *   the column's series is embedded (kernel/causality/embedding.h), the row's is predicted at t +
 *   horizon out of the values it has at the times of the nearest neighbours of t;
 *   rho: Pearson's r of the predictions with the values;   high: the row drives the column
 *
 * The dimension of each embedding is the one in which that series forecasts itself best, a step
 * ahead, unless it is given; of at most 10, and of so few that E + 3 points are left. With
 * `dimension_of: target` it is that of the series which is predicted, as in mpEDM and kEDM.
 *
 * rho of whole series is skill. It speaks for causation only where it grows with the library, the
 * points among which neighbours are sought. `library: [sizes]` gives the mean rho of all pairs for
 * libraries drawn of each unit's points, the smaller ones parts of the larger.
 *
 * Passes: one for each variable (measure/transform), tables of neighbours by unit, libraries,
 * pairs.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "measure/pair/cross_mapping.h"
#include "spillway/node.h"

enum { AUTO_MOST = 10, SPARE_POINTS = 3, MOST_PERIODS = 1 << SW_CCM_PERIOD_BITS };
enum { LEAST_GRAIN = 64 };

/* ---- passes ------------------------------------------------------------------------------- */

/* Passes are told apart by number, since `from` and `library` add some. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_ccm *c = job->state;
  if (tile->pass == c->tables)
    sw_ccm_make_tables(job, tile, out, workspace);
  else if (tile->pass == c->libraries)
    sw_ccm_map_libraries(job, tile, out, workspace);
  else
    sw_transform_tile(job, tile->pass == c->of.pass ? &c->of : &c->from, tile, out);
}

/* Merges by pass; all parts are counters or sums. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  const sw_ccm *c = job->state;
  if (pass == c->tables) {
    /* All fields of sw_ccm_counts are int64 counters. */
    int64_t *to = all;
    for (size_t k = 0; k < sizeof(sw_ccm_counts) / sizeof *to; k++)
      to[k] += ((const int64_t *)part)[k];
  } else if (pass == c->libraries) {
    /* Sums of rho are merged in block order. */
    sw_ccm_sum *to = all;
    for (int s = 0; s < c->n_sizes; s++) {
      to[s].sum += ((const sw_ccm_sum *)part)[s].sum;
      to[s].count += ((const sw_ccm_sum *)part)[s].count;
    }
  } else {
    sw_transform_merge(pass == c->of.pass ? &c->of : &c->from, all, part);
  }
}

/* "dimension 1 of 12 units, 2 of 30 units; 3 units have none" The text has room for every dimension
 * there may be. */
static void say_dimensions(sw_job *job, const sw_ccm *c, const sw_ccm_counts *counts) {
  char text[SW_MOST_DIMENSION * 32] = "";
  size_t at = 0;
  for (int d = c->first; d <= c->last; d++)
    if (counts->dimension[d] > 0)
      at += (size_t)snprintf(text + at, sizeof text - at, "%s %d of %lld unit%s", at ? "," : "", d,
                             (long long)counts->dimension[d], counts->dimension[d] == 1 ? "" : "s");
  int64_t none = counts->dimension[0];
  if (none > 0)
    sw_job_say(job,
               "dimension%s%s %lld unit%s none: the series does not vary, or not enough of it "
               "is there",
               text, at ? ";" : "", (long long)none, none == 1 ? " has" : "s have");
  else
    sw_job_say(job, "dimension%s", text);
}

/* Says which dimensions were taken, and warns of what is left out and of random walks. */
static void finish_tables(sw_job *job, const sw_ccm *c, const sw_ccm_counts *counts) {
  say_dimensions(job, c, counts);
  if (counts->points_left_out > 0)
    sw_note(job->notes,
            "%s: %s: %lld point%s of %lld unit%s with a missing value in the embedding %s left out",
            job->where, job->name, (long long)counts->points_left_out,
            counts->points_left_out == 1 ? "" : "s", (long long)counts->with_gaps,
            counts->with_gaps == 1 ? "" : "s", counts->points_left_out == 1 ? "is" : "are");
  for (int v = 0; v <= c->two; v++)
    sw_transform_note_walks(job, v == 0 ? &c->of : &c->from, counts->walks[v], counts->tried[v],
                            "map each other well, whatever drives what");
}

/* The mean skill by size of library: convergence is that it grows. */
static void finish_libraries(sw_job *job, const sw_ccm *c, const sw_ccm_sum *of) {
  int most = 0, least = 0;
  /* Pairs over all libraries of a size, drawn of each unit's own points. */
  double *mean = job->result[SW_CCM_BY_LIBRARY].row[0];
  for (int s = 0; s < c->n_sizes; s++) {
    mean[s] = of[s].sum / of[s].count; /* 0/0: no pair has a value */
    if (c->size[s] > c->size[most]) most = s;
    if (c->size[s] < c->size[least]) least = s;
  }
  if (isnan(mean[least]))
    sw_job_undefined(job, SW_CCM_BY_LIBRARY, 0, "no pair has a library of that size");
  else if (most != least)
    sw_job_say(job, "mean rho of all pairs: %.4g with libraries of %lld points, %.4g with %lld",
               mean[least], (long long)c->size[least], mean[most], (long long)c->size[most]);
}

/* By pass; those before the tables are of the transforms. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_ccm *c = job->state;
  if (pass == c->tables)
    finish_tables(job, c, all);
  else if (pass == c->libraries)
    finish_libraries(job, c, all);
  else
    return sw_transform_finish(err, job, pass == c->of.pass ? &c->of : &c->from, all, result);
  return SW_OK;
}

/* By target, units in the order of their dimension. The kernel maps panels of one dimension. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  sw_ccm *c = job->state;
  (void)err;
  if (pass != c->libraries || !c->by_target) return SW_OK;
  int64_t count = 0;
  /* start[last + 1] closes the last list. */
  for (int d = c->first; d <= c->last + 1; d++) {
    c->start[d] = count;
    for (int64_t i = 0; d <= c->last && i < job->n; i++)
      if (sw_ccm_fact(job, SW_CCM_DIMENSION_FACT, i) == d) c->unit[count++] = (int32_t)i;
  }
  return SW_OK;
}

/* The largest of all passes. */
static size_t workspace(const sw_job *job) {
  const sw_ccm *c = job->state;
  size_t most = sw_ccm_tables_workspace(job), pairs = sw_ccm_block_workspace(job);
  size_t libraries = c->libraries >= 0 ? sw_ccm_libraries_workspace(job) : 0;
  most = pairs > most ? pairs : most;
  return libraries > most ? libraries : most;
}

/* ---- resolve ------------------------------------------------------------------------------- */

/* `dimension`: auto, from 1 to AUTO_MOST, or a number; `lag` and `horizon` belong to it. */
static sw_status read_dimension(sw_error *err, const sw_job *job, sw_ccm *c) {
  const sw_node *node = sw_job_arg(job, "dimension")->node;
  const char *text = node->kind == SW_NODE_SCALAR ? node->text : "";
  sw_error ignored = {0};
  int64_t given = 0;
  c->lag = (int)sw_job_arg(job, "lag")->number;
  c->horizon = (int)sw_job_arg(job, "horizon")->number;
  /* AUTO_MOST = 10: methods-space.md section 4. */
  c->first = 1;
  c->last = AUTO_MOST;
  c->by_target = strcmp(sw_job_arg(job, "dimension_of")->text, "target") == 0;
  if (strcmp(text, "auto") == 0) return SW_OK;
  if (sw_node_integer(&ignored, node, &given) != SW_OK || given < 1 || given > SW_MOST_DIMENSION)
    return sw_job_fail(err, job, "dimension", "'%s': expected auto or a whole number from 1 to %d",
                       text, SW_MOST_DIMENSION);
  c->first = c->last = (int)given;
  c->by_target = false; /* it is the same for all */
  return SW_OK;
}

/* Points of a series that has all values. NULL `at`: they are counted. A point is a time with all E
 * lagged values and a value `horizon` later. */
static int whole_points(const sw_ccm *c, int length, int dimension, int horizon, int *depth,
                        int32_t *at) {
  sw_embedding e = {.run = c->run, .length = length, .lag = c->lag};
  int count = 0;
  sw_embedding_depth(&e, horizon, dimension, false, depth);
  for (int t = 0; t < length; t++) {
    if (depth[t] < dimension) continue;
    if (at) at[count] = (t + horizon) * SW_MAPPING_LANES;
    count++;
  }
  return count;
}

/* As many values as the least dimension needs: each point has E + 1 neighbours, and a forecast of a
 * step ahead one point more. The least length for which resolve can succeed; find_points then
 * counts in earnest. */
static int least_values(const sw_ccm *c) {
  int e = c->first, back = (e - 1) * c->lag, before = -c->horizon > back ? -c->horizon : back;
  int map = e + 2 + (c->horizon > 0 ? back + c->horizon : before);
  int forecast = c->first < c->last ? e + SPARE_POINTS + back + 1 : 0;
  return map > forecast ? map : forecast;
}

/* A series of changes has no value in the first period of a stretch. */
static sw_status find_runs(sw_error *err, sw_job *job, sw_ccm *c) {
  int *run = NULL;
  bool *there = NULL;
  SW_NEW(err, job->arena, run, job->n_periods);
  SW_NEW(err, job->arena, there, job->n_periods);
  for (int s = 0; s < c->of.length; s++)
    there[c->of.at[s]] = true;
  for (int t = 0; t < job->n_periods; t++)
    /* run[t]: how many periods without a break or a hole lead to t; -1: the series has no value
     * there. */
    run[t] = !there[t] ? -1 : t > 0 && c->of.follows[t] && there[t - 1] ? run[t - 1] + 1 : 0;
  c->run = run;
  SW_NEW(err, job->arena, c->row, job->n_periods);
  for (int t = 0; t < job->n_periods; t++)
    if (run[t] > 0) c->row[c->rows++] = t;
  return SW_OK;
}

/* Whether there are points enough, also for the forecasts that choose the dimension. E + 2 points:
 * E + 1 neighbours and the point itself. */
static bool is_possible(const sw_ccm *c, int length, int dimension, int *depth) {
  bool given = c->first == c->last;
  return whole_points(c, length, dimension, c->horizon, depth, NULL) >= dimension + 2 &&
         (given || whole_points(c, length, dimension, 1, depth, NULL) >= dimension + SPARE_POINTS);
}

/* How many points a series without gaps has in each dimension; refuses series that are too
 * short. */
static sw_status find_points(sw_error *err, sw_job *job, sw_ccm *c) {
  int *depth = NULL, most = c->first == c->last ? c->last : c->first;
  SW_NEW(err, job->arena, depth, job->n_periods);
  if (!is_possible(c, job->n_periods, c->first, depth))
    return sw_job_fail(
        err, job, "of",
        "%d points of dimension %d without a hole or a break between; expected %d or more",
        whole_points(c, job->n_periods, c->first, c->horizon, depth, NULL), c->first, c->first + 2);
  /* Dimensions are tried as far as all of them are possible: the last such one is the largest. */
  for (int d = c->first; d <= c->last && is_possible(c, job->n_periods, d, depth); d++)
    most = d;
  c->last = most;
  c->by_target &= c->first < c->last;
  for (int d = c->first; d <= c->last; d++) {
    /* Points of a whole series by dimension, which units without gaps share. */
    SW_NEW(err, job->arena, c->whole[d].at, job->n_periods);
    c->whole[d].points = whole_points(c, job->n_periods, d, c->horizon, depth, c->whole[d].at);
  }
  return SW_OK;
}

/* `library: [10, 20, ...]`: sizes that the series allow, each once. */
static sw_status read_library(sw_error *err, sw_job *job, sw_ccm *c) {
  const sw_node *node = sw_job_arg(job, "library")->node;
  /* A library needs the E + 1 neighbours of each of its points. */
  int64_t *size = NULL, least = c->last + 2, most = c->whole[c->last].points;
  double *number = NULL;
  if (node->kind == SW_NODE_SCALAR && strcmp(node->text, "whole") == 0) return SW_OK;
  if (node->kind != SW_NODE_LIST || node->count == 0)
    return sw_job_fail(err, job, "library", "expected whole, or a list of numbers of points");
  SW_NEW(err, job->arena, size, node->count);
  SW_NEW(err, job->arena, number, node->count);
  for (int s = 0; s < node->count; s++) {
    SW_TRY(sw_node_integer(err, node->item[s], &size[s]));
    if (size[s] < least || size[s] > most)
      return sw_node_fail(err, node->item[s],
                          "%s: library: %lld point%s too %s: with dimension%s %d a library has "
                          "%lld to %lld points here%s",
                          job->name, (long long)size[s], size[s] == 1 ? " is" : "s are",
                          size[s] < least ? "few" : "many", c->first < c->last ? "s up to" : "",
                          c->last, (long long)least, (long long)most,
                          c->last > 1 ? "; give a lower `dimension`" : "");
    /* Each size is a position on the axis. */
    for (int k = 0; k < s; k++)
      if (size[k] == size[s])
        return sw_node_fail(err, node->item[s], "%s: library: %lld stands twice", job->name,
                            (long long)size[s]);
    number[s] = (double)size[s];
  }
  c->n_sizes = node->count;
  c->size = size;
  sw_job_axis(job,
              (sw_axis){.name = "library", .n = c->n_sizes, .number = number, .units = "points"});
  return SW_OK;
}

/* A tile of tables costs T^2 steps per unit and dimension: some 10^8 of them. The more units, the
 * closer together lies the table of each; fewer than the rows of a strip of pairs would make more
 * tasks than pairs have. T^2 for the distances between points, E for the dimensions. */
static int64_t grain_of(const sw_job *job, const sw_ccm *c) {
  double work = (double)job->n_periods * job->n_periods * c->last;
  int64_t grain = SW_BLOCK;
  while (grain > LEAST_GRAIN && (double)grain * work > 2e8)
    grain /= 2;
  return grain;
}

/* Tables, libraries where they are asked for, pairs. */
static sw_status declare_passes(sw_error *err, sw_job *job, sw_ccm *c) {
  c->libraries = -1;
  c->grain = grain_of(job, c);
  c->tables = sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                         .grain = c->grain,
                                         /* Tables of neighbours travel as operands, so every rank
                                          * has those of all units. */
                                         .operand = sw_ccm_operands(c),
                                         .partial = sizeof(sw_ccm_counts)});
  job->result[SW_CCM_BY_LIBRARY].off = c->n_sizes == 0;
  if (c->n_sizes > 0)
    c->libraries = sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                              /* Few columns at a time: libraries unpack tables of
                                               * their own. */
                                              .grain = SW_CCM_COLUMNS,
                                              .partial = (size_t)c->n_sizes * sizeof(sw_ccm_sum)});
  if (c->n_sizes > 0 && c->by_target) SW_NEW(err, job->arena, c->unit, job->n);
  c->pairs = sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .grain = SW_CCM_ROWS});
  return SW_OK;
}

/* What `check` tells of memory: tables of neighbours are the most that a study of many units
 * holds. */
static void foresee(sw_job *job, const sw_ccm *c) {
  /* Operands are held once per node. */
  double bytes = (double)sw_ccm_operands(c) * job->n_periods * (double)job->n * sizeof(double);
  if (c->first == c->last)
    sw_job_foresee(job,
                   "%d values of a series: %d points of dimension %d; tables of neighbours "
                   "take %.3g MB per node",
                   c->of.length, c->whole[c->last].points, c->last, bytes / 1e6);
  else
    sw_job_foresee(job,
                   "%d values of a series: dimensions 1 to %d, of %d to %d points; tables of "
                   "neighbours take %.3g MB per node",
                   c->of.length, c->last, c->whole[1].points, c->whole[c->last].points,
                   bytes / 1e6);
}

/* The order matters: the library depends on the points, and these on dimension and gaps. */
static sw_status resolve(sw_error *err, sw_job *job) {
  sw_ccm *c = NULL;
  SW_NEW(err, job->arena, c, 1);
  job->state = c;
  /* `from`: another variable is mapped than the one that is embedded. */
  c->two = sw_job_inputs(job, "from").count > 0;
  SW_TRY(read_dimension(err, job, c));
  if (job->n_periods > MOST_PERIODS)
    return sw_job_fail(err, job, "of", "%d periods; expected %d or fewer", job->n_periods,
                       MOST_PERIODS);
  int least = least_values(c);
  SW_TRY(sw_transform_resolve(err, job, "of", least, &c->of));
  if (c->two) SW_TRY(sw_transform_resolve(err, job, "from", least, &c->from));
  SW_TRY(find_runs(err, job, c));
  SW_TRY(find_points(err, job, c));
  SW_TRY(read_library(err, job, c));
  SW_TRY(declare_passes(err, job, c));
  job->directed = job->whole_series = job->pooled = true;
  foresee(job, c);
  return SW_OK;
}

/* ---- descriptor ---------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of",
     .type = SW_P_COLUMN,
     .help = "the variable of the column's unit, which is embedded: what is driven"},
    {.name = "from",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "of the row's unit, which is predicted: what drives; left out: the same"},
    {.name = "transform",
     .type = SW_P_CHOICE,
     .fallback = "level",
     .choices = "relative-growth|growth|difference|level",
     .help = "of the series; relative-growth: log growth less its mean over the units"},
    {.name = "dimension",
     .type = SW_P_NODE,
     .fallback = "auto",
     .help = "terms of an embedding, 1 to 20; auto: of 1 to 10 the one in which the series "
             "forecasts itself best"},
    {.name = "dimension_of",
     .type = SW_P_CHOICE,
     .fallback = "library",
     .choices = "library|target",
     .help = "whose dimension it is: of the series that is embedded, or of the one that is "
             "predicted"},
    {.name = "lag",
     .type = SW_P_INTEGER,
     .fallback = "1",
     .lo = 1,
     .hi = 1000,
     .help = "periods between the terms of an embedding"},
    {.name = "horizon",
     .type = SW_P_INTEGER,
     .fallback = "0",
     .lo = -1000,
     .hi = 1000,
     .help = "periods from a point to what is predicted of it; below 0: it lies before the point"},
    {.name = "library",
     .type = SW_P_NODE,
     .fallback = "whole",
     .help = "whole; or a list of numbers of points: the mean rho of libraries of each size, too"},
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .long_name = "skill of cross mapping: the row drives the column",
     .units = "1",
     .shape = SW_PAIR,
     .palette = SW_DIVERGING_0},
    {.name = "dimension",
     .long_name = "dimension of the embedding",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .timeless = true},
    {.name = "by_library",
     .long_name = "mean skill of all pairs by points of the library",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"library"},
     .show = SW_SHOW_LINE},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"transform", "relative-growth", "x = d ln of the variable less its mean over the units"},
    {"transform", "growth", "x = d ln of the variable"},
    {"transform", "difference", "x = d of the variable"},
    {"transform", "level", "x = the variable"},
    {"dimension_of", "library", "E of the column's series"},
    {"dimension_of", "target", "E of the row's series"},
    {0}};

/* flops and bytes: of 40 points of dimension 3. */
const sw_measure sw_measure_convergent_cross_mapping = {
    .name = "convergent_cross_mapping",
    .title = "Convergent cross mapping: which series drives which",
    .formula = "rho = r(x_i(t + horizon), sum_c w_c x_i(t_c + horizon)), t_c the E + 1 nearest "
               "neighbours of t in (x_j(t), x_j(t - lag), .., E terms), w_c = max(exp(-d_c/d_1), "
               "1e-6), normalised: i drives j",
    .variant = variants,
    .source = "Sugihara, May, Ye, Hsieh, Deyle, Fogarty and Munch 2012, Science 338:496-500; "
              "Sugihara and May 1990, Nature 344:734-741 (simplex projection)",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 560,
    .bytes = 64,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .block = sw_ccm_block,
    .workspace = workspace,
};
