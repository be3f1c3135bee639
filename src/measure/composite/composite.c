/* Composite score of a unit (methods.md section 1): each indicator is normalised to x', weighted
 * and summed, score = sum_j w_j x'_j, or compared with the best and the worst (TOPSIS); and what
 * stands in the way of a better score.
 *
 * Passes, each over the rows complete in every indicator and only those:
 *   range   rows, lowest, highest and sum of each indicator, in each pool
 *   spread  z-score: squared deviations       sorted  rank: the pool's values in order (ITEMS)
 *   sums    data-driven weights: sum of x'    second  p ln p, squared deviations or cross products
 *   score   the scores
 * A pool is the whole panel, or one period. Weights stand behind the ranges when they are given or
 * equal, in the result of `second` when the data say them.
 *
 * Each pass needs what the one before has left on every rank (job->folded), hence so many; squared
 * deviations are taken from a mean known beforehand, as the difference of large sums of squares
 * would lose the digits. Sums run by blocks of units in the engine's order, so the bits do not
 * depend on ranks.
 *
 * Sources: Shannon 1948; Hwang & Yoon 1981 (TOPSIS); Diakoulaki, Mavrotas & Papayannakis 1995
 * (CRITIC). */
#include "measure/composite/rows.h"
#include "measure/composite/scores.h"

#include "kernel/series/entropy.h"
#include "measure/names.h"

#include <math.h>
#include <string.h>

static const sw_composite_spec *spec_of(const sw_job *job) {
  return job->state;
}

/* ---- arithmetic on rows ----------------------------------------------------------------- */

/* Comparisons instead of fmin: the row is complete. The sum runs in the order of units. Values
 * outside given bounds are only counted here; scaling clamps them and finish_range warns. */
static void fold_range(const sw_composite_spec *spec, sw_composite_range r, const double *x) {
  *r.rows += 1;
  for (int j = 0; j < spec->p; j++) {
    r.lo[j] = x[j] < r.lo[j] ? x[j] : r.lo[j];
    r.hi[j] = x[j] > r.hi[j] ? x[j] : r.hi[j];
    r.sum[j] += x[j];
    if (spec->lo && (x[j] < spec->lo[j] || x[j] > spec->hi[j])) r.outside[j] += 1;
  }
}

/* Sums of squares of x, before scaling, about its mean in the pool: what z-scores divide by.
 * Constant indicators add zeros. */
static void fold_spread(const sw_composite_spec *spec, const sw_composite_bench *b, double *into) {
  for (int j = 0; j < spec->p; j++)
    into[j] += (b->x[j] - b->scale[j].mean) * (b->x[j] - b->scale[j].mean);
}

/* x' as the weights see it, in place of x: with the study's shift, by which published entropy
 * weights avoid ln 0 (not needed here: 0 ln 0 counts as 0). Scores are made without it (score_of).
 * A constant indicator stays 0, for its weight is 0 whatever is added. */
static void scale_row(const sw_composite_spec *spec, const sw_composite_bench *b) {
  for (int j = 0; j < spec->p; j++)
    b->x[j] = sw_scaled(&b->scale[j], b->x[j]) + (b->scale[j].constant ? 0 : spec->shift);
}

/* What each kind of weights needs, p numbers: ENTROPY sums of p ln p, CV of squares; CRITIC the
 * packed triangle of cross products, for correlations. `sum`: of x' over the pool; b->mean: its
 * mean. */
static void fold_second(const sw_composite_spec *spec, const sw_composite_bench *b,
                        const double *sum, double *into) {
  for (int j = 0; j < spec->p; j++) {
    double apart = b->x[j] - b->mean[j];
    if (spec->weighting == SW_WEIGHTING_ENTROPY) into[j] += sw_p_log_p(b->x[j], sum[j]);
    if (spec->weighting == SW_WEIGHTING_CV) into[j] += apart * apart;
    for (int k = 0; spec->weighting == SW_WEIGHTING_CRITIC && k <= j; k++)
      into[sw_packed(j, k)] += apart * (b->x[k] - b->mean[k]);
  }
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* Each complete row of the block widens its pool's range in the partial. */
static void range_tile(const sw_job *job, const sw_tile *tile, void *out,
                       const sw_composite_bench *b) {
  const sw_composite_spec *spec = spec_of(job);
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      if (sw_composite_read_row(job, spec->p, t, unit, b->x))
        fold_range(spec, sw_composite_range_at(spec, out, sw_composite_pool(spec, t)), b->x);
}

/* Passes spread, sums and second: what each complete row adds to its pool's numbers in `out`. Only
 * `second` has sums to look back at. */
static void sum_tile(const sw_job *job, const sw_tile *tile, double *out,
                     const sw_composite_bench *b) {
  const sw_composite_spec *spec = spec_of(job);
  int width = tile->pass == spec->second ? sw_composite_second_doubles(spec) : spec->p;
  const double *sums = tile->pass == spec->second ? job->folded[spec->sums] : NULL;
  for (int t = 0; t < job->n_periods; t++) {
    int pool = sw_composite_pool(spec, t);
    /* `sums` is the whole pool's, from the pass before. */
    double *into = out + pool * width;
    const double *sum = sums ? sums + pool * spec->p : NULL;
    /* Once per period: units of a tile share the pool. */
    sw_composite_scales(job, spec, pool, b->scale);
    for (int j = 0; sum && j < spec->p; j++)
      b->mean[j] = sum[j] / (double)b->scale[j].m;
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      if (!sw_composite_read_row(job, spec->p, t, unit, b->x)) continue;
      /* Spread is of x itself; the others are of x'. */
      if (tile->pass == spec->spread) {
        fold_spread(spec, b, into);
        continue;
      }
      scale_row(spec, b);
      if (sum) fold_second(spec, b, sum, into);
      for (int j = 0; !sum && j < spec->p; j++)
        into[j] += b->x[j];
    }
  }
}

/* An item is an indicator of a pool, its record the pool's values, ascending; those beyond the
 * complete rows stay zero and are never looked at (scale.m). Gathered inputs: a rank needs all
 * values of the pool, not those of its units. Cost of the whole pass: p sorts of n*T values, and
 * n*T*p doubles that every rank keeps. The record is as long as the largest pool. */
static void sorted_tile(const sw_job *job, const sw_tile *tile, double *out, void *workspace) {
  const sw_composite_spec *spec = spec_of(job);
  int pool = (int)(tile->lo / spec->p), j = (int)(tile->lo % spec->p);
  int64_t m = 0;
  sw_composite_bench b = sw_composite_bench_of(spec, workspace);
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = 0; sw_composite_pool(spec, t) == pool && unit < job->n; unit++)
      if (sw_composite_read_row(job, spec->p, t, unit, b.x)) out[m++] = b.x[j];
  /* The scratch lies behind the means; complete rows have no NaN, which cannot be sorted. */
  sw_stats_sort_values(out, m, b.mean + spec->p);
}

/* Which passes there are depends on the parameters; those that are not needed are -1 and equal no
 * tile's pass. */
static void tile_composite(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_composite_spec *spec = spec_of(job);
  sw_composite_bench b = sw_composite_bench_of(spec, workspace);
  if (tile->pass == spec->range)
    range_tile(job, tile, out, &b);
  else if (tile->pass == spec->sorted)
    sorted_tile(job, tile, out, workspace);
  else if (tile->pass == spec->score)
    sw_composite_score_tile(job, tile, out, workspace);
  else
    sum_tile(job, tile, out, &b);
}

/* The bench; behind it, for ranks, the sort's scratch, as large as a record, or what scores want:
 * no pass wants both. */
static size_t workspace_composite(const sw_job *job) {
  const sw_composite_spec *spec = spec_of(job);
  size_t scores = sw_composite_scores_workspace(spec);
  size_t sort = spec->sorted >= 0 ? sw_composite_sorted_doubles(job, spec) * sizeof(double) : 0;
  return sw_composite_bench_bytes(spec) + (sort > scores ? sort : scores);
}

/* ---- folds ------------------------------------------------------------------------------ */

/* Infinite ends, which any value replaces; a pool without rows keeps them, and does not vary.
 * memset gives zeros; only the ends need other beginnings. */
static void start_composite(const sw_job *job, int pass, void *all) {
  const sw_composite_spec *spec = spec_of(job);
  memset(all, 0, job->pass[pass].partial);
  if (pass != spec->range) return;
  for (int pool = 0; pool < spec->pools; pool++)
    for (int j = 0; j < spec->p; j++) {
      sw_composite_range_at(spec, all, pool).lo[j] = INFINITY;
      sw_composite_range_at(spec, all, pool).hi[j] = -INFINITY;
    }
}

/* Adds b to a. Neither holds NaN: only complete rows are folded. */
static void merge_range(const sw_composite_spec *spec, sw_composite_range a, sw_composite_range b) {
  *a.rows += *b.rows;
  for (int j = 0; j < spec->p; j++) {
    a.lo[j] = b.lo[j] < a.lo[j] ? b.lo[j] : a.lo[j];
    a.hi[j] = b.hi[j] > a.hi[j] ? b.hi[j] : a.hi[j];
    a.sum[j] += b.sum[j];
    a.outside[j] += b.outside[j];
  }
}

/* In block order, one block after the other: floating sums keep their bits. */
static void merge_composite(const sw_job *job, int pass, void *all, const void *part) {
  const sw_composite_spec *spec = spec_of(job);
  if (pass == spec->range) {
    for (int pool = 0; pool < spec->pools; pool++)
      merge_range(spec, sw_composite_range_at(spec, all, pool),
                  sw_composite_range_at(spec, part, pool));
    return;
  }
  if (pass == spec->score) {
    sw_composite_scores_merge(spec, all, part);
    return;
  }
  double *sum = all;
  for (size_t i = 0; i < job->pass[pass].partial / sizeof *sum; i++)
    sum[i] += ((const double *)part)[i];
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* `partial` and `result` in doubles. Passes of a composite have no operands: rows are read from
 * inputs. */
static int add_pass(sw_job *job, size_t partial, size_t result) {
  job->pass[job->n_passes] = (sw_pass){
      .domain = SW_UNITS, .partial = partial * sizeof(double), .result = result * sizeof(double)};
  return job->n_passes++;
}

/* `range` comes first and `score` last; the result of range has room for the weights behind it.
 * Weights that are given or equal need no pass of their own: the range pass says what is
 * constant. */
static void declare_passes(sw_job *job, sw_composite_spec *spec) {
  size_t cells = (size_t)spec->pools * (size_t)spec->p;
  spec->range =
      add_pass(job, sw_composite_range_doubles(spec), sw_composite_range_doubles(spec) + cells);
  if (spec->normalise == SW_NORMALISE_Z_SCORE) spec->spread = add_pass(job, cells, cells);
  if (spec->normalise == SW_NORMALISE_RANK) {
    size_t record = sw_composite_sorted_doubles(job, spec) * sizeof(double);
    spec->sorted = job->n_passes++;
    job->pass[spec->sorted] = (sw_pass){
        .domain = SW_ITEMS, .items = (int64_t)cells, .record = record, .result = record * cells};
  }
  if (spec->weighting != SW_WEIGHTING_EQUAL && spec->weighting != SW_WEIGHTING_GIVEN) {
    spec->sums = add_pass(job, cells, cells);
    spec->second =
        add_pass(job, (size_t)spec->pools * (size_t)sw_composite_second_doubles(spec), cells);
  }
  spec->score = add_pass(job, 0, 0);
  job->pass[spec->score].partial = sw_composite_scores_partial(spec);
}

/* Base indicators have an axis of their own only where they are others than the indicators. */
static sw_status declare_axes(sw_error *err, sw_job *job, const sw_composite_spec *spec) {
  const char **name = NULL;
  SW_NEW(err, job->arena, name, spec->p);
  for (int j = 0; j < spec->p; j++)
    name[j] = job->input[j].name;
  sw_job_axis(job, (sw_axis){.name = SW_NAME_INDICATOR, .n = spec->p, .label = name});
  if (spec->n_parts)
    sw_job_axis(job, (sw_axis){.name = "base_indicator", .n = spec->n_leaves, .label = spec->leaf});
  return SW_OK;
}

/* Of each pair of variants one is on at most: bounds only where they decide the scores, entropy
 * where it decides the weights. Outputs come in twos, timeless and by period. */
static void choose_outputs(sw_job *job, const sw_composite_spec *spec) {
  const bool on[] = {[SW_COMPOSITE_WEIGHT] = true,
                     [SW_COMPOSITE_LOWER] = spec->normalise == SW_NORMALISE_MIN_MAX,
                     [SW_COMPOSITE_UPPER] = spec->normalise == SW_NORMALISE_MIN_MAX,
                     [SW_COMPOSITE_ENTROPY] = spec->weighting == SW_WEIGHTING_ENTROPY};
  for (int q = SW_COMPOSITE_WEIGHT; q <= SW_COMPOSITE_ENTROPY; q += 2) {
    job->result[q].off = !on[q] || spec->per_period;
    job->result[q + SW_COMPOSITE_BY_PERIOD].off = !on[q] || !spec->per_period;
  }
  job->result[SW_COMPOSITE_OBSTACLE].off = !spec->obstacles || spec->n_parts > 0;
  job->result[SW_COMPOSITE_BASE].off = spec->n_parts == 0;
  job->result[SW_COMPOSITE_SHORTFALL].off = !spec->obstacles;
}

/* Everything that follows from the entry alone: passes, which variants of outputs are on, what
 * inputs made of the score must know. */
static sw_status resolve_composite(sw_error *err, sw_job *job) {
  sw_composite_spec *spec = NULL;
  SW_NEW(err, job->arena, spec, 1);
  SW_TRY(sw_composite_read(err, job, spec));
  job->state = spec;
  declare_passes(job, spec);
  choose_outputs(job, spec);
  /* Whoever measures change over time must know that a score is relative to its period, also when
   * only an indicator of it is. */
  job->scores_per_period = spec->per_period;
  for (int j = 0; j < spec->p; j++)
    job->scores_per_period = job->scores_per_period || job->input[j].per_period_normalised;
  /* With bounds and weights that no data decide, a period's scores rest on that period alone;
   * otherwise all periods of the pool come in, and --reuse must see that. */
  bool settled =
      spec->lo && (spec->weighting == SW_WEIGHTING_EQUAL || spec->weighting == SW_WEIGHTING_GIVEN);
  if (spec->topsis && !spec->ideal_bounds) settled = false; /* the best of all periods */
  job->pooled = !spec->per_period && !settled;
  job->scores_unbounded = spec->normalise == SW_NORMALISE_Z_SCORE && !spec->topsis;
  return declare_axes(err, job, spec);
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "positive",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .fallback = "",
     .help = "indicators of which more is better"},
    {.name = "negative",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .fallback = "",
     .help = "indicators of which less is better"},
    {.name = "normalise",
     .type = SW_P_CHOICE,
     .fallback = "min-max",
     .choices = SW_NORMALISE_CHOICES,
     .help =
         "how indicators are made comparable; z-scores are not in [0,1]: no entropy, no coupling"},
    {.name = "over",
     .type = SW_P_NODE,
     .fallback = "panel",
     .help = "the pool: panel, period, or {bounds: {indicator: [lowest, highest], ...}}"},
    {.name = "weights",
     .type = SW_P_NODE,
     .fallback = "entropy",
     .help = "entropy, equal, critic, cv; {indicator: weight, ...}, {from: results.h5} or {file: "
             "w.csv}: given ones are divided by their sum"},
    {.name = "shift",
     .type = SW_P_NUMBER,
     .fallback = "0",
     .lo = 0,
     .hi = 1,
     .help = "added to x' where weights are computed, a habit of published entropy weights"},
    {.name = SW_NAME_SCORE,
     .type = SW_P_CHOICE,
     .fallback = "weighted",
     .choices = "weighted|topsis",
     .help = "the weighted sum, or the closeness to the ideal"},
    {.name = "ideal",
     .type = SW_P_CHOICE,
     .fallback = "panel",
     .choices = "panel|bounds",
     .help = "topsis: the best and the worst x' of the pool, or 1 and 0"},
    {.name = "weighting",
     .type = SW_P_CHOICE,
     .fallback = "inside",
     .choices = "inside|outside",
     .help = "topsis: weights inside the squares of distances, or outside"},
    {.name = "obstacles",
     .type = SW_P_BOOL,
     .fallback = "false",
     .help = "what each indicator takes from the score, in shares; of composites within it, their "
             "indicators"},
    {0}};

static const sw_output outputs[] = {
    {.name = SW_NAME_SCORE, .long_name = "composite score", .units = "1", .shape = SW_UNIT},
    {.name = SW_NAME_WEIGHT,
     .long_name = "weight of the indicator",
     .units = "1",
     .shape = SW_TABLE,
     .of_parameters = true,
     .axis = {SW_NAME_INDICATOR}},
    {.name = SW_NAME_WEIGHT,
     .long_name = "weight of the indicator in the period",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {SW_NAME_INDICATOR}},
    {.name = "lower",
     .long_name = "value that counts as the lowest",
     .units = "1",
     .shape = SW_TABLE,
     .of_parameters = true,
     .axis = {SW_NAME_INDICATOR}},
    {.name = "lower",
     .long_name = "value that counts as the lowest in the period",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {SW_NAME_INDICATOR}},
    {.name = "upper",
     .long_name = "value that counts as the highest",
     .units = "1",
     .shape = SW_TABLE,
     .of_parameters = true,
     .axis = {SW_NAME_INDICATOR}},
    {.name = "upper",
     .long_name = "value that counts as the highest in the period",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {SW_NAME_INDICATOR}},
    {.name = "entropy",
     .long_name = "entropy of the indicator",
     .units = "1",
     .shape = SW_TABLE,
     .of_parameters = true,
     .axis = {SW_NAME_INDICATOR}},
    {.name = "entropy",
     .long_name = "entropy of the indicator in the period",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {SW_NAME_INDICATOR}},
    {.name = "sign",
     .long_name = "1: more is better; -1: less is better",
     .units = "1",
     .shape = SW_TABLE,
     .number = SW_INT32,
     .of_parameters = true,
     .axis = {SW_NAME_INDICATOR}},
    {.name = SW_NAME_OBSTACLE,
     .long_name = "share of the indicator in what the score lacks",
     .units = "1",
     .shape = SW_UNIT,
     .axis = {SW_NAME_INDICATOR}},
    {.name = SW_NAME_OBSTACLE,
     .long_name = "share of the base indicator in what the score lacks",
     .units = "1",
     .shape = SW_UNIT,
     .axis = {"base_indicator"}},
    {.name = SW_NAME_SHORTFALL,
     .long_name = "what the weighted score lacks to 1, the whole of the obstacles",
     .units = "1",
     .shape = SW_UNIT},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"normalise", "min-max", "x' = (x - lo)/(hi - lo), (hi - x)/(hi - lo) for a negative one"},
    {"normalise", "rank", "x' = (average rank - 1)/(m - 1), 1 - x' for a negative one"},
    {"normalise", "z-score", "x' = (x - mean)/sd, divisor m - 1, -x' for a negative one"},
    {"weights", "entropy", "w_j = (1 - e_j)/sum(1 - e), e_j = -sum p ln p / ln m, p = x'/sum x'"},
    {"weights", "equal", "w_j equal"},
    {"weights", "critic", "w_j from sd_j sum_k (1 - r_jk)"},
    {"weights", "cv", "w_j from sd_j/mean_j"},
    {"weights", "*", "w_j as given, divided by their sum"},
    {SW_NAME_SCORE, "weighted", "score = sum_j w_j x'_j"},
    {SW_NAME_SCORE, "topsis", "score = d-/(d+ + d-), distances to the best and to the worst"},
    {"ideal", "bounds", "best x' = 1, worst x' = 0"},
    {"weighting", "outside", "d = sqrt(sum w_j (x'_j - x0_j)^2)"},
    {"obstacles", "true", "O_j = w_j (1 - x'_j)/sum_k w_k (1 - x'_k)"},
    {0}};

const sw_measure sw_measure_composite = {
    .name = "composite",
    .title = "Composite score from weighted indicators",
    .formula =
        "over the m rows complete in all indicators; sum_j w_j = 1; constant in the pool: w_j "
        "= 0",
    .variant = variants,
    .source =
        "Shannon 1948; Hwang and Yoon 1981 (TOPSIS); Diakoulaki, Mavrotas and Papayannakis 1995 "
        "(CRITIC)",
    .version = 1,
    .kind = SW_KIND_COMPOSITE,
    .param = params,
    .output = outputs,
    .resolve = resolve_composite,
    .tile = tile_composite,
    .start = start_composite,
    .merge = merge_composite,
    .finish = sw_composite_finish,
    .workspace = workspace_composite,
};
