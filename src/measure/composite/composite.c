/* Composite score of a unit (methods.md section 1): each indicator is normalised to x', weighted
 * and summed, score = sum_j w_j x'_j.
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
 * depend on ranks. Whoever leaves rows out does it by the same test (read_row), or counts and sums
 * would not match.
 *
 * Sources: Shannon 1948; Diakoulaki, Mavrotas & Papayannakis 1995 (CRITIC). */
#include "measure/composite/spec.h"

#include "kernel/series/entropy.h"
#include "measure/names.h"

#include <math.h>
#include <string.h>

static const sw_composite_spec *spec_of(const sw_job *job) {
  return job->state;
}

/* `t`: the job's own period. */
static int pool_of(const sw_composite_spec *spec, int t) {
  return spec->per_period ? t : 0;
}

/* ---- arithmetic on rows ----------------------------------------------------------------- */

/* A thread's workspace: p scales of a pool, a row of p values, p means; behind these, for ranks,
 * the scratch of the sort. Sizes in workspace_composite. */
typedef struct bench {
  sw_scaling *scale;
  double *x, *mean;
} bench;

/* sw_scaling holds doubles and pointers, so what follows an array of them is aligned. */
static bench bench_of(const sw_composite_spec *spec, void *workspace) {
  sw_scaling *scale = workspace;
  double *x = (double *)(scale + spec->p);
  return (bench){scale, x, x + spec->p};
}

/* False when the row lacks a value: a score of the remaining indicators would be another score. All
 * of x is filled either way. */
static bool read_row(const sw_job *job, int t, int64_t unit, double *x) {
  bool complete = true;
  for (int j = 0; j < job->n_inputs; j++) {
    x[j] = sw_view_at(job->input[j].view, t, unit);
    complete = complete && !isnan(x[j]);
  }
  return complete;
}

/* Most values that a pool can have: room for rows that turn out incomplete, too. */
static size_t sorted_doubles(const sw_job *job, const sw_composite_spec *spec) {
  return (size_t)job->n * (size_t)(spec->per_period ? 1 : job->n_periods);
}

/* How each indicator is scaled in the pool, out of what the passes so far have left; asked for once
 * per tile and pool, in the thread's workspace. Without rows mean is 0/0, but then there is no row
 * to scale. Given bounds replace those of the data. */
static void make_scales(const sw_job *job, const sw_composite_spec *spec, int pool,
                        sw_scaling *scale) {
  sw_composite_range r = sw_composite_range_at(spec, job->folded[spec->range], pool);
  for (int j = 0; j < spec->p; j++) {
    scale[j] = (sw_scaling){.by = spec->normalise,
                            .negative = j >= spec->n_positive,
                            .constant = sw_composite_constant(spec, r, j),
                            .lo = spec->lo ? spec->lo[j] : r.lo[j],
                            .hi = spec->hi ? spec->hi[j] : r.hi[j],
                            .mean = r.sum[j] / *r.rows,
                            .m = (int64_t)*r.rows};
    if (spec->spread >= 0 && job->folded[spec->spread]) /* not yet while it is being folded */
      scale[j].sd = ((const double *)job->folded[spec->spread])[pool * spec->p + j];
    if (spec->sorted >= 0)
      scale[j].sorted = (const double *)job->folded[spec->sorted] +
                        (size_t)(pool * spec->p + j) * sorted_doubles(job, spec);
  }
}

/* Comparisons instead of fmin: the row is complete. The sum runs in the order of units. Values
 * outside given bounds are only counted here; scaling clamps them and finish_range warns. */
static void fold_range(const sw_job *job, const sw_composite_spec *spec, sw_composite_range r,
                       const double *x) {
  *r.rows += 1;
  for (int j = 0; j < job->n_inputs; j++) {
    r.lo[j] = x[j] < r.lo[j] ? x[j] : r.lo[j];
    r.hi[j] = x[j] > r.hi[j] ? x[j] : r.hi[j];
    r.sum[j] += x[j];
    if (spec->lo && (x[j] < spec->lo[j] || x[j] > spec->hi[j])) r.outside[j] += 1;
  }
}

/* Squares of deviations from the mean of x, before scaling: what z-scores divide by. Constant
 * indicators add zeros. */
static void fold_spread(const sw_composite_spec *spec, const bench *b, double *into) {
  for (int j = 0; j < spec->p; j++)
    into[j] += (b->x[j] - b->scale[j].mean) * (b->x[j] - b->scale[j].mean);
}

/* x' as the weights see it, in place of x: with the study's shift, by which published entropy
 * weights avoid ln 0 (not needed here: 0 ln 0 counts as 0). Scores are made without it (score_of).
 * A constant indicator stays 0, for its weight is 0 whatever is added. */
static void scale_row(const sw_composite_spec *spec, const bench *b) {
  for (int j = 0; j < spec->p; j++)
    b->x[j] = sw_scaled(&b->scale[j], b->x[j]) + (b->scale[j].constant ? 0 : spec->shift);
}

/* `sum`: of x' over the pool, b->mean its mean. What each kind of weights needs, p numbers, or the
 * packed triangle of cross products for CRITIC. */
static void fold_second(const sw_composite_spec *spec, const bench *b, const double *sum,
                        double *into) {
  for (int j = 0; j < spec->p; j++) {
    double apart = b->x[j] - b->mean[j];
    if (spec->weighting == SW_WEIGHTING_ENTROPY) into[j] += sw_p_log_p(b->x[j], sum[j]);
    if (spec->weighting == SW_WEIGHTING_CV) into[j] += apart * apart;
    for (int k = 0; spec->weighting == SW_WEIGHTING_CRITIC && k <= j; k++)
      into[sw_packed(j, k)] += apart * (b->x[k] - b->mean[k]);
  }
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* Each complete row widens its pool's range in the block's partial. */
static void range_tile(const sw_job *job, const sw_tile *tile, void *out, const bench *b) {
  const sw_composite_spec *spec = spec_of(job);
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      if (read_row(job, t, unit, b->x))
        fold_range(job, spec, sw_composite_range_at(spec, out, pool_of(spec, t)), b->x);
}

/* Passes spread, sums and second: what each complete row adds to its pool's numbers in `out`. Only
 * `second` has sums to look back at. */
static void sum_tile(const sw_job *job, const sw_tile *tile, double *out, const bench *b) {
  const sw_composite_spec *spec = spec_of(job);
  int width = tile->pass == spec->second ? sw_composite_second_doubles(spec) : spec->p;
  const double *sums = tile->pass == spec->second ? job->folded[spec->sums] : NULL;
  for (int t = 0; t < job->n_periods; t++) {
    int pool = pool_of(spec, t);
    double *into = out + pool * width;
    const double *sum = sums ? sums + pool * spec->p : NULL;
    /* Once per period: units of a tile share the pool. */
    make_scales(job, spec, pool, b->scale);
    for (int j = 0; sum && j < spec->p; j++)
      b->mean[j] = sum[j] / (double)b->scale[j].m;
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      if (!read_row(job, t, unit, b->x)) continue;
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
 * n*T*p doubles that every rank keeps. */
static void sorted_tile(const sw_job *job, const sw_tile *tile, double *out, void *workspace) {
  const sw_composite_spec *spec = spec_of(job);
  int pool = (int)(tile->lo / spec->p), j = (int)(tile->lo % spec->p);
  int64_t m = 0;
  bench b = bench_of(spec, workspace);
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = 0; pool_of(spec, t) == pool && unit < job->n; unit++)
      if (read_row(job, t, unit, b.x)) out[m++] = b.x[j];
  /* The scratch lies behind the means; complete rows have no NaN, which cannot be sorted. */
  sw_stats_sort_values(out, m, b.mean + spec->p);
}

/* Behind the ranges when they do not depend on x' (finish_range), else the result of `second`. */
static const double *weights_of(const sw_job *job, int pool) {
  const sw_composite_spec *spec = spec_of(job);
  const double *all = spec->second >= 0 ? job->folded[spec->second]
                                        : (const double *)job->folded[spec->range] +
                                              sw_composite_range_doubles(spec);
  return all + pool * spec->p;
}

/* Weights sum to 1 up to rounding: a bounded score is kept within [0,1], as measures of coupling
 * refuse anything above. It cannot fall below 0. Z-scores have no bounds. */
static double score_of(const sw_composite_spec *spec, const bench *b, const double *weight) {
  double score = 0;
  for (int j = 0; j < spec->p; j++)
    score += weight[j] * sw_scaled(&b->scale[j], b->x[j]);
  return spec->normalise != SW_NORMALISE_Z_SCORE && score > 1 ? 1 : score;
}

/* `score - first`: so that it is indexed by the unit of the panel. An incomplete row has no
 * score. */
static void score_tile(const sw_job *job, const sw_tile *tile, const bench *b) {
  const sw_composite_spec *spec = spec_of(job);
  int64_t first = job->input[0].view.first;
  for (int t = 0; t < job->n_periods; t++) {
    int pool = pool_of(spec, t);
    const double *weight = weights_of(job, pool);
    double *score = job->result[SW_COMPOSITE_SCORE].row[t] - first;
    make_scales(job, spec, pool, b->scale);
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      score[unit] = read_row(job, t, unit, b->x) ? score_of(spec, b, weight) : NAN;
  }
}

/* Which passes there are depends on the parameters; those that are not needed are -1 and equal no
 * tile's pass. */
static void tile_composite(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_composite_spec *spec = spec_of(job);
  bench b = bench_of(spec, workspace);
  if (tile->pass == spec->range)
    range_tile(job, tile, out, &b);
  else if (tile->pass == spec->sorted)
    sorted_tile(job, tile, out, workspace);
  else if (tile->pass == spec->score)
    score_tile(job, tile, &b);
  else
    sum_tile(job, tile, out, &b);
}

/* What bench_of lays out; for ranks also the sort's scratch, as large as a record. */
static size_t workspace_composite(const sw_job *job) {
  const sw_composite_spec *spec = spec_of(job);
  size_t bytes = (size_t)spec->p * (sizeof(sw_scaling) + 2 * sizeof(double));
  return bytes + (spec->sorted >= 0 ? sorted_doubles(job, spec) * sizeof(double) : 0);
}

/* ---- folds ------------------------------------------------------------------------------ */

/* Infinite ends, which any value replaces; a pool without rows keeps them, and does not vary. */
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
  double *sum = all;
  for (size_t i = 0; i < job->pass[pass].partial / sizeof *sum; i++)
    sum[i] += ((const double *)part)[i];
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* `partial` and `result` in doubles. */
static int add_pass(sw_job *job, size_t partial, size_t result) {
  job->pass[job->n_passes] = (sw_pass){
      .domain = SW_UNITS, .partial = partial * sizeof(double), .result = result * sizeof(double)};
  return job->n_passes++;
}

/* `range` comes first and `score` last; the result of range has room for the weights behind it. */
static void declare_passes(sw_job *job, sw_composite_spec *spec) {
  size_t cells = (size_t)spec->pools * (size_t)spec->p;
  spec->range =
      add_pass(job, sw_composite_range_doubles(spec), sw_composite_range_doubles(spec) + cells);
  if (spec->normalise == SW_NORMALISE_Z_SCORE) spec->spread = add_pass(job, cells, cells);
  if (spec->normalise == SW_NORMALISE_RANK) {
    size_t record = sorted_doubles(job, spec) * sizeof(double);
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
}

static sw_status declare_axis(sw_error *err, sw_job *job, int p) {
  const char **name = NULL;
  SW_NEW(err, job->arena, name, p);
  for (int j = 0; j < p; j++)
    name[j] = job->input[j].name;
  sw_job_axis(job, (sw_axis){.name = SW_NAME_INDICATOR, .n = p, .label = name});
  return SW_OK;
}

/* Everything that follows from the entry alone: passes, which variants of outputs are on, what
 * inputs made of the score must know. */
static sw_status resolve_composite(sw_error *err, sw_job *job) {
  sw_composite_spec *spec = NULL;
  SW_NEW(err, job->arena, spec, 1);
  SW_TRY(sw_composite_read(err, job, spec));
  job->state = spec;
  declare_passes(job, spec);
  /* Of each pair of variants one is on; bounds only where they decide the scores. */
  bool bounded = spec->normalise == SW_NORMALISE_MIN_MAX;
  for (int q = SW_COMPOSITE_WEIGHT; q <= SW_COMPOSITE_UPPER; q += 2) {
    bool on = q == SW_COMPOSITE_WEIGHT || bounded;
    job->result[q].off = !on || spec->per_period;
    job->result[q + SW_COMPOSITE_BY_PERIOD].off = !on || !spec->per_period;
  }
  /* Whoever measures change over time must know that a score is relative to its period, also when
   * only an indicator of it is. */
  job->scores_per_period = spec->per_period;
  for (int j = 0; j < spec->p; j++)
    job->scores_per_period = job->scores_per_period || job->input[j].per_period_normalised;
  /* With bounds and weights that no data decide, a period's scores rest on that period alone;
   * otherwise all periods of the pool come in, and --reuse must see that. */
  bool settled =
      spec->lo && (spec->weighting == SW_WEIGHTING_EQUAL || spec->weighting == SW_WEIGHTING_GIVEN);
  job->pooled = !spec->per_period && !settled;
  job->scores_unbounded = spec->normalise == SW_NORMALISE_Z_SCORE;
  return declare_axis(err, job, spec->p);
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
    {0}};

const sw_measure sw_measure_composite = {
    .name = "composite",
    .title = "Composite score from weighted indicators",
    .formula = "score = sum_j w_j x'_j, over the m rows complete in all indicators; sum_j w_j = 1; "
               "constant in the pool: w_j = 0",
    .variant = variants,
    .source = "Shannon 1948; Diakoulaki, Mavrotas and Papayannakis 1995 (CRITIC)",
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
