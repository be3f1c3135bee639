/* What rank 0 makes of a composite's folds: pools that cannot be scored, warnings (one per
 * indicator, however many periods it concerns), bounds and weights. It runs once per pass, in
 * serial; what later passes need goes into `result`, which every rank gets. Tables and values by
 * period are written straight to the outputs, which count on rank 0 only. */
#include "measure/composite/scores.h"

#include "kernel/series/entropy.h"

#include <math.h>
#include <string.h>

static const sw_composite_spec *spec_of(const sw_job *job) {
  return job->state;
}

/* An indicator that is constant in the pool does not discriminate: its weight is 0. */
static void mark_constants(const sw_composite_spec *spec, sw_composite_range pool, bool *constant) {
  for (int j = 0; j < spec->p; j++)
    constant[j] = sw_composite_constant(spec, pool, j);
}

static const char *pool_name(const sw_job *job, int pool) {
  return spec_of(job)->per_period ? sw_job_period(job, pool) : "the panel";
}

/* A pool without complete rows, or in which nothing varies, has no scores. For the whole panel that
 * is an error, as the entry would be all NaN; of one period it is a note, as other periods have
 * scores. */
static sw_status check_pool(sw_error *err, const sw_job *job, int pool, sw_composite_range r) {
  const sw_composite_spec *spec = spec_of(job);
  int constant = 0;
  for (int j = 0; j < spec->p; j++)
    constant += sw_composite_constant(spec, r, j);
  if (*r.rows > 0 && constant < spec->p) return SW_OK;
  /* A pool with rows in which all is constant, or one without rows. */
  const char *what = *r.rows > 0 ? "no indicator varies" : "no unit has a value of every indicator";
  if (!spec->per_period)
    return sw_fail(err, SW_EINPUT, "%s: %s: %s; a score needs %s", job->where, job->name, what,
                   *r.rows > 0 ? "an indicator that differs between units or periods"
                               : "rows that are complete: see `missing` of the panel");
  sw_note(job->notes, "%s: %s: in %s %s: its scores are missing", job->where, job->name,
          pool_name(job, pool), what);
  return SW_OK;
}

/* At most one warning of each sort for an indicator, however many periods it concerns: else a panel
 * of forty years would flood its log. Constant over an empty pool: check_pool has reported it. */
static void note_indicator(const sw_job *job, const void *all, int j) {
  const sw_composite_spec *spec = spec_of(job);
  int constant = 0, first = -1;
  double outside = 0;
  for (int pool = 0; pool < spec->pools; pool++) {
    sw_composite_range r = sw_composite_range_at(spec, all, pool);
    outside += r.outside[j];
    if (*r.rows == 0 || !sw_composite_constant(spec, r, j)) continue;
    constant++;
    if (first < 0) first = pool;
  }
  const char *where = job->input[j].where, *name = job->input[j].name;
  if (outside > 0)
    sw_note(job->notes,
            "%s: %s: %.0f value%s of '%s' lie%s outside its bounds [%g, %g] and %s set to the "
            "nearer bound",
            where, job->name, outside, outside == 1 ? "" : "s", name, outside == 1 ? "s" : "",
            spec->lo[j], spec->hi[j], outside == 1 ? "is" : "are");
  if (constant == 1)
    sw_note(job->notes, "%s: %s: '%s' is constant in %s: weight 0", where, job->name, name,
            pool_name(job, first));
  /* Names the first period only. */
  if (constant > 1)
    sw_note(job->notes, "%s: %s: '%s' is constant in %d periods, the first %s: weight 0 there",
            where, job->name, name, constant, pool_name(job, first));
}

/* The sense of each indicator, so that the file says which way its bounds are turned. */
static void write_signs(const sw_job *job) {
  const sw_composite_spec *spec = spec_of(job);
  for (int j = 0; j < spec->p; j++)
    job->result[SW_COMPOSITE_SIGN].row[0][j] = j < spec->n_positive ? 1 : -1;
}

/* Where the numbers of a pool go: both shapes have them in the same order, [pool][indicator]. NULL:
 * the output is off. */
static double *place_of(const sw_job *job, int output, int pool) {
  const sw_composite_spec *spec = spec_of(job);
  const sw_result *result = &job->result[output + (spec->per_period ? SW_COMPOSITE_BY_PERIOD : 0)];
  return result->off ? NULL : result->row[0] + pool * spec->p;
}

/* The bounds in force, given or found; NaN for a pool without rows. Off for ranks and z-scores,
 * which have none. */
static void write_bounds(const sw_job *job, sw_composite_range r, int pool) {
  const sw_composite_spec *spec = spec_of(job);
  double *lower = place_of(job, SW_COMPOSITE_LOWER, pool);
  double *upper = place_of(job, SW_COMPOSITE_UPPER, pool);
  for (int j = 0; lower && j < spec->p; j++) {
    lower[j] = spec->lo ? spec->lo[j] : *r.rows > 0 ? r.lo[j] : NAN;
    upper[j] = spec->hi ? spec->hi[j] : *r.rows > 0 ? r.hi[j] : NAN;
  }
}

/* One array for all pools: with the panel as one pool it has p numbers. */
static void write_weights(const sw_job *job, const double *weight) {
  const sw_composite_spec *spec = spec_of(job);
  memcpy(place_of(job, SW_COMPOSITE_WEIGHT, 0), weight,
         (size_t)spec->pools * (size_t)spec->p * sizeof *weight);
}

/* Weights that do not depend on x': given or equal, with 0 for what is constant in the pool and the
 * others scaled up to sum 1. Given weights are thus not what the study says where something is
 * constant, which the note of the indicator tells. */
static sw_status set_weights(sw_error *err, const sw_job *job, const void *ranges, double *weight) {
  const sw_composite_spec *spec = spec_of(job);
  bool *constant = NULL;
  SW_NEW(err, job->arena, constant, spec->p);
  for (int pool = 0; pool < spec->pools; pool++) {
    double *w = weight + pool * spec->p;
    for (int j = 0; j < spec->p; j++)
      /* Equal weights are ones, scaled below. */
      w[j] = spec->given ? spec->given[pool * spec->p + j] : 1;
    mark_constants(spec, sw_composite_range_at(spec, ranges, pool), constant);
    if (!sw_weights_normalise(spec->p, constant, w))
      sw_note(job->notes,
              "%s: %s: all given weights are on indicators that are constant in %s: the others get "
              "equal weights",
              job->where, job->name, pool_name(job, pool));
  }
  return SW_OK;
}

/* Of a period without scores: of its weights, too. Reasons are by period, hence only for pools that
 * are periods. */
static void say_why(sw_job *job, sw_composite_range r, int t) {
  const sw_composite_spec *spec = spec_of(job);
  bool varies = false;
  for (int j = 0; j < spec->p; j++)
    varies |= !sw_composite_constant(spec, r, j);
  if (varies && *r.rows > 0) return;
  const char *why = *r.rows > 0 ? "no indicator varies" : "no unit has a value of every indicator";
  sw_job_undefined(job, SW_COMPOSITE_SCORE, t, why);
  sw_job_undefined(job, SW_COMPOSITE_WEIGHT + SW_COMPOSITE_BY_PERIOD, t, why);
  sw_job_undefined(job, SW_COMPOSITE_ENTROPY + SW_COMPOSITE_BY_PERIOD, t, why);
}

/* The result is the ranges as they are, for every rank's scaling, then the weights if they are
 * known by now. */
static sw_status finish_range(sw_error *err, sw_job *job, const void *all, double *result) {
  const sw_composite_spec *spec = spec_of(job);
  for (int pool = 0; pool < spec->pools; pool++) {
    sw_composite_range r = sw_composite_range_at(spec, all, pool);
    SW_TRY(check_pool(err, job, pool, r));
    if (spec->per_period) say_why(job, r, pool);
    write_bounds(job, r, pool);
  }
  for (int j = 0; j < spec->p; j++)
    note_indicator(job, all, j);
  write_signs(job);
  memcpy(result, all, sw_composite_range_doubles(spec) * sizeof *result);
  /* The data decide the weights, after two more passes. */
  if (spec->second >= 0) return SW_OK;
  SW_TRY(set_weights(err, job, all, result + sw_composite_range_doubles(spec)));
  write_weights(job, result + sw_composite_range_doubles(spec));
  return SW_OK;
}

/* Divisor m - 1. With one row 0/0, but then every indicator is constant and the sd is not used. */
static void finish_spread(const sw_job *job, const double *square, double *sd) {
  const sw_composite_spec *spec = spec_of(job);
  for (int pool = 0; pool < spec->pools; pool++) {
    sw_composite_range r = sw_composite_range_at(spec, job->folded[spec->range], pool);
    for (int j = 0; j < spec->p; j++)
      sd[pool * spec->p + j] = sqrt(square[pool * spec->p + j] / (*r.rows - 1));
  }
}

/* False: the formula gives no indicator any weight, and those that vary share equally. Entropy of
 * equal shares everywhere, or no correlation to tell apart. */
static bool pool_weights(const sw_composite_spec *spec, double m, const double *sum,
                         const double *second, const bool *constant, double *weight) {
  if (spec->weighting == SW_WEIGHTING_ENTROPY)
    return sw_entropy_weights(spec->p, m, sum, second, constant, weight);
  if (spec->weighting == SW_WEIGHTING_CV)
    return sw_cv_weights(spec->p, m, sum, second, constant, weight);
  return sw_critic_weights(spec->p, second, constant, weight);
}

/* e of each indicator; of one that is constant 1, which tells nothing apart. NaN without rows. */
static void write_entropy(const sw_job *job, int pool, double m, const double *sum,
                          const double *p_log_p) {
  const sw_composite_spec *spec = spec_of(job);
  double *entropy = place_of(job, SW_COMPOSITE_ENTROPY, pool);
  for (int j = 0; entropy && j < spec->p; j++)
    entropy[j] = m > 0 ? sw_entropy(p_log_p[j], sum[j], m) : NAN;
}

/* Weights out of the second pass, pool by pool. `constant` lives in the arena: finish runs once. */
static sw_status finish_second(sw_error *err, sw_job *job, const double *second, double *weight) {
  const sw_composite_spec *spec = spec_of(job);
  bool *constant = NULL;
  SW_NEW(err, job->arena, constant, spec->p);
  for (int pool = 0; pool < spec->pools; pool++) {
    sw_composite_range r = sw_composite_range_at(spec, job->folded[spec->range], pool);
    const double *sum = (const double *)job->folded[spec->sums] + pool * spec->p;
    /* As in the ranges: what does not vary has weight 0, however it is computed. */
    mark_constants(spec, r, constant);
    const double *of_pool = second + pool * sw_composite_second_doubles(spec);
    write_entropy(job, pool, *r.rows, sum, of_pool);
    if (!pool_weights(spec, *r.rows, sum, of_pool, constant, weight + pool * spec->p))
      sw_note(job->notes, "%s: %s: in %s all indicators discriminate equally: equal weights",
              job->where, job->name, pool_name(job, pool));
  }
  write_weights(job, weight);
  return SW_OK;
}

/* Sums and sorted values are passed on unchanged: all records in item order are the array that
 * sw_composite_scales indexes. Pass by pass, in the order they were declared. */
sw_status sw_composite_finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_composite_spec *spec = spec_of(job);
  if (pass == spec->range) return finish_range(err, job, all, result);
  if (pass == spec->second) return finish_second(err, job, all, result);
  if (pass == spec->spread) finish_spread(job, all, result);
  if (pass == spec->score && spec->obstacles) sw_composite_say(job, all);
  if (pass == spec->sums || pass == spec->sorted) memcpy(result, all, job->pass[pass].result);
  return SW_OK;
}
