/* See transform.h. The partial of the pass: by period the sum and the count of log growth, where
 * means are wanted, and how many values have no logarithm. Sums are added in the order of blocks.
 *
 *
 * Measures of pairs of series call resolve once, tile/merge/finish in their first passes and
 * sw_transform_unit(s) afterwards from any thread: all of it reads inputs and the folded means and
 * writes to the caller's room. */
#include "measure/transform/transform.h"

#include "measure/share/series.h"

#include <float.h>
#include <math.h>

/* ---- values of a unit -------------------------------------------------------------------- */

static bool has_logarithm(sw_transform_kind kind) {
  return kind == SW_RELATIVE_GROWTH || kind == SW_GROWTH;
}

/* ln x, or x; NaN where there is none. <= 0 under a logarithm: missing, and counted by the pass. */
static double level_of(const sw_job *job, const sw_transform *series, int t, int64_t unit) {
  double x = sw_view_at(job->input[series->input].view, t, unit);
  if (!has_logarithm(series->kind)) return x;
  return x > 0 ? log(x) : NAN;
}

/* Values of a unit one after the other, before means are taken out: a logarithm is made once. x of
 * t is the "before" of t + 1: a walk makes one logarithm per period. */
typedef struct walk {
  int t; /* the period of `level`; -1: none yet */
  double level, scale;
} walk;

static const walk beginning = {.t = -1, .scale = 1};

/* What is not equal stays so, whatever the scale. Scaled by a power of two no digit changes; only
 * underflow could make two values equal. */
static double difference(double now, double before, double scale) {
  double v = now * scale - before * scale;
  return v == 0 && now != before ? copysign(DBL_MIN, now - before) : v;
}

/* Levels are differences from 0, so that one expression serves all kinds. */
static double next_value(const sw_job *job, const sw_transform *series, int s, int64_t unit,
                         walk *at) {
  int t = series->at[s];
  double before = at->level, now = level_of(job, series, t, unit);
  if (series->kind == SW_LEVEL)
    before = 0;
  else if (at->t != t - 1)
    before = level_of(job, series, t - 1, unit);
  at->t = t;
  at->level = now;
  return difference(now, before, at->scale);
}

/* Value s of a unit, and the size of what it is made of. */
static double take_value(const sw_job *job, const sw_transform *series, int s, int64_t unit,
                         walk *at, double *size) {
  const double *mean = job->folded[series->pass];
  double v = next_value(job, series, s, unit, at);
  /* A difference has the rounding of its levels: changes far below 1e-3 of the levels are that
   * (SW_TRANSFORM_ROUNDING). */
  double from =
      series->kind == SW_LEVEL ? fabs(v) : fmax(fabs(v), 1e-3 * fabs(at->level * at->scale));
  if (from > *size) *size = from;
  if (series->kind != SW_RELATIVE_GROWTH) return v;
  /* As all others grow: what is left is rounding, which has no sign and correlates with nothing. */
  double relative = v - mean[s];
  return fabs(relative) <= SW_TRANSFORM_ROUNDING * from ? 0 : relative;
}

/* Whether products of values of that size, or of their rounding, are out of range. 2^400 squared
 * stays below 2^1024 even in sums of many terms. */
static bool is_extreme(double size) {
  return size >= 0x1p400 || (size > 0 && size <= 0x1p-400);
}

/* The power of two that brings a unit's levels to about 1. What is made of pairs of series asks for
 * no unit of measurement, so such a series is taken in another one. */
static double scale_of(const sw_job *job, const sw_transform *series, int64_t unit) {
  double most = 0;
  for (int s = 0; s < series->length; s++)
    for (int t = series->at[s] - (series->kind == SW_DIFFERENCE); t <= series->at[s]; t++) {
      double x = fabs(level_of(job, series, t, unit));
      if (x > most) most = x; /* NaN is not larger */
    }
  int by = most > 0 ? -ilogb(most) : 0;
  return ldexp(1, by < 1000 ? by : 1000); /* of the smallest numbers 2^1074, which is none */
}

/* Two walks for extreme series only: the first tells the size. */
double sw_transform_unit(const sw_job *job, const sw_transform *series, int64_t unit, double *out) {
  double size = 0;
  walk at = beginning;
  for (int s = 0; s < series->length; s++)
    out[s] = take_value(job, series, s, unit, &at, &size);
  if (has_logarithm(series->kind) || !is_extreme(size)) return size;
  at = (walk){.t = -1, .scale = scale_of(job, series, unit)};
  size = 0;
  for (int s = 0; s < series->length; s++)
    out[s] = take_value(job, series, s, unit, &at, &size);
  return size;
}

/* Of levels, which lie beside each other as they are wanted. Each period is a line of its own, too
 * far from the one before to be foreseen: those of the next units are asked for. Levels need no
 * arithmetic, so they are copied SW_SERIES units wide. */
static void copy_levels(const sw_job *job, const sw_transform *series, int64_t unit, int count,
                        double *out, double size[SW_SERIES]) {
  sw_view view = job->input[series->input].view;
  for (int s = 0; s < series->length; s++, out += SW_SERIES) {
    const double *x = view.row[series->at[s]] + (unit - view.first);
    __builtin_prefetch(x + SW_SERIES);
    for (int k = 0; k < SW_SERIES; k++)
      out[k] = k < count ? x[k] : 0;
    for (int k = 0; k < SW_SERIES; k++)
      size[k] = fabs(out[k]) > size[k] ? fabs(out[k]) : size[k];
  }
}

/* Those that sw_transform_unit would scale, as it does. `work`: a series. One by one: they are
 * rare. */
static void take_extremes(const sw_job *job, const sw_transform *series, int64_t unit, int count,
                          double *out, double size[SW_SERIES], double *work) {
  for (int k = 0; k < count; k++) {
    if (has_logarithm(series->kind) || !is_extreme(size[k])) continue;
    size[k] = sw_transform_unit(job, series, unit + k, work);
    for (int s = 0; s < series->length; s++)
      out[s * SW_SERIES + k] = work[s];
  }
}

/* Lanes beyond `count` are zeros, which the caller ignores. */
void sw_transform_units(const sw_job *job, const sw_transform *series, int64_t unit, int count,
                        double *out, double size[SW_SERIES]) {
  walk at[SW_SERIES];
  for (int k = 0; k < SW_SERIES; k++) {
    at[k] = beginning;
    size[k] = 0;
  }
  if (series->kind == SW_LEVEL) copy_levels(job, series, unit, count, out, size);
  for (int s = 0; series->kind != SW_LEVEL && s < series->length; s++)
    for (int k = 0; k < SW_SERIES; k++)
      out[s * SW_SERIES + k] =
          k < count ? take_value(job, series, s, unit + k, &at[k], &size[k]) : 0;
  take_extremes(job, series, unit, count, out, size, out + SW_SERIES * series->length);
}

/* ---- the pass that finds means ----------------------------------------------------------- */

/* Counts and sums of one block; `without` counts cells, not units. */
void sw_transform_tile(const sw_job *job, const sw_transform *series, const sw_tile *tile,
                       void *out) {
  double *sum = out, *count = sum + series->length, *without = count + series->length;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    for (int t = 0; has_logarithm(series->kind) && t < sw_job_seen(job); t++)
      *without += sw_view_at(job->input[series->input].view, t, unit) <= 0;
    walk at = beginning;
    for (int s = 0; series->kind == SW_RELATIVE_GROWTH && s < series->length; s++) {
      double v = next_value(job, series, s, unit, &at);
      if (isnan(v)) continue;
      sum[s] += v;
      count[s]++;
    }
  }
}

/* In block order: one order of additions. */
void sw_transform_merge(const sw_transform *series, void *all, const void *part) {
  int count = 2 * series->length + 1;
  double *to = all;
  const double *from = part;
  for (int i = 0; i < count; i++)
    to[i] += from[i];
}

/* Means of changes over the units, which some measures take out; notes values without a
 * logarithm. */
sw_status sw_transform_finish(sw_error *err, sw_job *job, const sw_transform *series,
                              const void *all, void *result) {
  (void)err;
  const double *sum = all, *count = sum + series->length;
  /* Unweighted over the units that have the change (methods-space.md section 4). */
  double *mean = result, without = count[series->length];
  for (int s = 0; s < series->length; s++)
    mean[s] = sum[s] / count[s]; /* 0/0: no unit has a value */
  if (without > 0)
    sw_note(job->notes, "%s: %s: %.0f value%s of %s not above 0 %s no logarithm: missing",
            job->where, job->name, without, without == 1 ? "" : "s", job->input[series->input].name,
            without == 1 ? "has" : "have");
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Changes exist where a period follows the one before; levels everywhere. */
static sw_status find_periods(sw_error *err, sw_job *job, sw_transform *series) {
  int *at = NULL;
  SW_TRY(sw_series_follow(err, job, "changes and lags", &series->follows));
  SW_NEW(err, job->arena, at, job->n_periods);
  for (int t = 0; t < job->n_periods; t++)
    if (series->kind == SW_LEVEL || series->follows[t]) at[series->length++] = t;
  series->at = at;
  return SW_OK;
}

/* Reads `transform`, and declares the pass that finds the means. */
sw_status sw_transform_resolve(sw_error *err, sw_job *job, const char *of, int least,
                               sw_transform *series) {
  *series = (sw_transform){.kind = (sw_transform_kind)(int)sw_job_arg(job, "transform")->number,
                           .input = sw_job_inputs(job, of).first};
  /* A change needs one more period than there are changes. */
  int periods = least + (series->kind != SW_LEVEL);
  SW_TRY(sw_series_check(err, job, of, periods));
  SW_TRY(find_periods(err, job, series));
  if (series->length < least)
    return sw_job_fail(err, job, of,
                       "%d change%s from a period to the next without a hole or a break between; "
                       "expected %d or more",
                       series->length, series->length == 1 ? "" : "s", least);
  size_t length = (size_t)series->length;
  series->pass = sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                            .partial = (2 * length + 1) * sizeof(double),
                                            .result = length * sizeof(double)});
  return SW_OK;
}

/* ---- random walks ------------------------------------------------------------------------ */

/* Regression of v_t on v_(t-1): Dickey & Fuller's t of slope - 1, against its 5% quantile with a
 * constant. */
bool sw_transform_walks(int rows, const int *row, const double *v) {
  double n = rows, x = 0, y = 0, xx = 0, xy = 0, squares = 0;
  for (int r = 0; r < rows; r++) {
    x += v[row[r] - 1] / n;
    y += v[row[r]] / n;
  }
  for (int r = 0; r < rows; r++) {
    xx += (v[row[r] - 1] - x) * (v[row[r] - 1] - x);
    xy += (v[row[r] - 1] - x) * (v[row[r]] - y);
  }
  double slope = xy / xx;
  for (int r = 0; r < rows; r++) {
    double e = v[row[r]] - y - slope * (v[row[r] - 1] - x);
    squares += e * e;
  }
  /* -2.9: the quantile moves from -3.0 to -2.89 between 20 and 100 rows. */
  return (slope - 1) / sqrt(squares / (n - 2) / xx) > -2.9; /* its quantile at some 20 to 100 */
}

/* Warns where most series may be random walks: these move together by chance. */
void sw_transform_note_walks(sw_job *job, const sw_transform *series, int64_t walks, int64_t tried,
                             const char *mislead) {
  /* Half of the series: fewer are what chance leaves. */
  if (2 * walks <= tried) return;
  sw_note(job->notes,
          "%s: %s: %lld of %lld series of %s may be random walks (Dickey and Fuller), and levels "
          "of such %s; take growth or difference",
          job->where, job->name, (long long)walks, (long long)tried, job->input[series->input].name,
          mislead);
}
