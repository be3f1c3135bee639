/* The trend of each unit's series (methods-regions.md section 9c): a line by least squares, the
 * test of Mann & Kendall with Sen's slope, and Pettitt's test for a change. Time is the number of
 * the period (a year; or months, quarters, days as panel/time.h counts them), so unequal spacing
 * counts; missing values are left out. Fewer than four values:
 * undefined.
 *
 *   S = sum_(i<j) sgn(x_j - x_i),  Z = (S - sgn S)/sd,
 *   sd^2 = [n(n-1)(2n+5) - sum_ties t(t-1)(2t+5)]/18, with `hamed-rao` times
 *          1 + 2/(n(n-1)(n-2)) sum_k (n-k)(n-k-1)(n-k-2) rho_k
 *
 * rho_k are autocorrelations of the ranks of x less Sen's line, those that differ from zero at 5%;
 * a correction of zero or less leaves Z and Sen's limits undefined. Limits are at 95%, and
 * undefined where they lie beyond the slopes of all pairs. A change is after `change_point`, a
 * number of the axis `time`: the year, or the first day of the period.
 *
 * The partial counts units for the summary: how many rise, fall, and change when, at 5%.
 *
 * Sources: Mann 1945; Sen 1968; Kendall 1975; Pettitt 1979; Hamed & Rao 1998. */
#include "kernel/series/trend.h"
#include "measure/share/series.h"

#include <math.h>

/* The outputs, in the order of the descriptor. */
enum {
  SLOPE,
  SLOPE_SE,
  INTERCEPT,
  P_VALUE,
  MK_S,
  MK_Z,
  MK_P,
  SEN,
  SEN_LO,
  SEN_HI,
  CHANGE_POINT,
  PETTITT_P,
  N_USED
};

/* Of those units whose trend is defined; `uncorrected`: not so by the correction alone. Changes by
 * period follow, n_periods of them. */
typedef struct counts {
  int64_t rising, falling, level, untested, changed, uncorrected, change[];
} counts;

static size_t counts_bytes(const sw_job *job) {
  return sizeof(counts) + (size_t)job->n_periods * sizeof(int64_t);
}

/* ---- tile ------------------------------------------------------------------------------- */

/* The unit's values that are there, and their times. Returns how many. */
static int read_series(const sw_job *job, int64_t unit, double *time, double *x) {
  int n = 0;
  for (int t = 0; t < job->n_periods; t++) {
    double value = sw_view_at(job->input[0].view, t, unit);
    if (isnan(value)) continue;
    time[n] = sw_series_time(job, t);
    x[n++] = value;
  }
  return n;
}

/* The job's period of that time; -1: none, as of NaN. */
static int period_of(const sw_job *job, double time) {
  for (int t = 0; t < job->n_periods; t++)
    if (sw_series_time(job, t) == time) return t;
  return -1;
}

/* The number that the period of that time has on the axis `time`; NaN: there is none. */
static double on_axis(const sw_job *job, double time) {
  if (!sw_periods_in_days(job->periods)) return time;
  int t = period_of(job, time);
  return t < 0 ? NAN : (double)sw_periods_axis(job->periods, job->period[t]);
}

/* Counts rising, falling and changed series for the summary. */
static void count(const sw_job *job, bool hamed_rao, const sw_trend *trend, counts *out) {
  bool clear = trend->mk_p <= 0.05;
  out->rising += clear && trend->mk_s > 0;
  out->falling += clear && trend->mk_s < 0;
  out->level += trend->mk_p > 0.05;
  out->untested += isnan(trend->mk_p);
  /* S is that of a series long enough, whose values differ. */
  out->uncorrected += hamed_rao && isnan(trend->mk_p) && !isnan(trend->change);
  int t = trend->pettitt_p <= 0.05 ? period_of(job, trend->change) : -1;
  if (t < 0) return;
  out->changed++;
  out->change[t]++;
}

/* Places the statistics of one series. */
static void place(const sw_job *job, int64_t at, int n, const sw_trend *trend) {
  const double value[] = {[SLOPE] = trend->slope,
                          [SLOPE_SE] = trend->slope_se,
                          [INTERCEPT] = trend->intercept,
                          [P_VALUE] = trend->p_value,
                          [MK_S] = trend->mk_s,
                          [MK_Z] = trend->mk_z,
                          [MK_P] = trend->mk_p,
                          [SEN] = trend->sen,
                          [SEN_LO] = trend->sen_lo,
                          [SEN_HI] = trend->sen_hi,
                          [CHANGE_POINT] = on_axis(job, trend->change),
                          [PETTITT_P] = trend->pettitt_p,
                          [N_USED] = n};
  for (int q = SLOPE; q <= N_USED; q++)
    job->result[q].row[0][at] = value[q];
}

/* The workspace: times, values, and what the kernel asks for. */
static void tile_trend(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  bool hamed_rao = sw_job_arg(job, "autocorrelation")->number != 0;
  double *time = workspace, *x = time + job->n_periods, *scratch = x + job->n_periods;
  int64_t first = job->input[0].view.first;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    int n = read_series(job, unit, time, x);
    sw_trend trend = sw_trend_of(time, x, n, hamed_rao, scratch);
    place(job, unit - first, n, &trend);
    count(job, hamed_rao, &trend, out);
  }
}

/* Adds counters. */
static void merge_trend(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  int64_t *into = all;
  const int64_t *from = part;
  for (size_t i = 0; i < counts_bytes(job) / sizeof(int64_t); i++)
    into[i] += from[i];
}

static size_t workspace_trend(const sw_job *job) {
  return (2 * (size_t)job->n_periods + sw_trend_scratch(job->n_periods)) * sizeof(double);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* What slopes are counted by, where that is no year: of dates a day, even if they are a year
 * apart. NULL: a year, or the panel's own whole number. */
static const char *counted_by(const sw_periods *periods) {
  switch (periods->integer ? SW_TIME_NUMBER : periods->unit) {
  case SW_TIME_HALF:
    return "half-year";
  case SW_TIME_QUARTER:
    return "quarter";
  case SW_TIME_MONTH:
    return "month";
  case SW_TIME_WEEK:
    return "week";
  case SW_TIME_DAY:
    return "day";
  default:
    return NULL;
  }
}

/* Of changes the period that most of them come after, the first of equal ones. */
static sw_status finish_trend(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)pass, (void)result;
  const counts *of = all;
  const char *by = counted_by(job->periods);
  int most = 0;
  if (by) sw_job_say(job, "slopes are per %s", by);
  for (int t = 1; t < job->n_periods; t++)
    if (of->change[t] > of->change[most]) most = t;
  const char *untested = of->untested == 0 ? ""
                                           : sw_arena_printf(job->arena, ", %lld without a test",
                                                             (long long)of->untested);
  if (!untested) return sw_fail(err, SW_ENOMEM, "out of memory for the summary of %s", job->name);
  sw_job_say(job, "Mann-Kendall at 5%%: %lld rising, %lld falling, %lld neither%s",
             (long long)of->rising, (long long)of->falling, (long long)of->level, untested);
  if (of->changed > 0)
    sw_job_say(job, "Pettitt at 5%%: %lld with a change, most often after %s (%lld)",
               (long long)of->changed, sw_job_period(job, most), (long long)of->change[most]);
  if (of->uncorrected > 0)
    sw_note(job->notes,
            "%s: %s: of %lld unit%s the correction by Hamed and Rao leaves no variance: z, p and "
            "the limits of Sen's slope are undefined",
            job->where, job->name, (long long)of->uncorrected, of->uncorrected == 1 ? "" : "s");
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

static sw_status resolve_trend(sw_error *err, sw_job *job) {
  SW_TRY(sw_series_check(err, job, "of", SW_TREND_LEAST));
  job->whole_series = true;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = counts_bytes(job)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
    {.name = "autocorrelation",
     .type = SW_P_CHOICE,
     .fallback = "none",
     .choices = "none|hamed-rao",
     .help = "what the variance of Mann & Kendall's S is corrected for"},
    {0}};

#define BY_UNIT .units = "1", .shape = SW_UNIT, .timeless = true

static const sw_output outputs[] = {
    {.name = "slope",
     .palette = SW_DIVERGING_0,
     .long_name = "slope by least squares, per unit of time",
     BY_UNIT},
    {.name = "slope_se", .long_name = "standard error of the slope", BY_UNIT},
    {.name = "intercept", .long_name = "value of the line at time 0", BY_UNIT},
    {.name = "p_value", .long_name = "two-sided p-value of the slope", BY_UNIT},
    {.name = "mk_s", .palette = SW_DIVERGING_0, .long_name = "S of Mann and Kendall", BY_UNIT},
    {.name = "mk_z", .palette = SW_DIVERGING_0, .long_name = "standard deviate of S", BY_UNIT},
    {.name = "mk_p", .long_name = "two-sided p-value of S", BY_UNIT},
    {.name = "sen",
     .palette = SW_DIVERGING_0,
     .long_name = "Sen's slope, per unit of time",
     BY_UNIT},
    {.name = "sen_lo",
     .palette = SW_DIVERGING_0,
     .long_name = "Sen's slope, lower limit at 95%",
     BY_UNIT},
    {.name = "sen_hi",
     .palette = SW_DIVERGING_0,
     .long_name = "Sen's slope, upper limit at 95%",
     BY_UNIT},
    {.name = "change_point", .long_name = "last period before the change (Pettitt)", BY_UNIT},
    {.name = "pettitt_p", .long_name = "p-value of the change", BY_UNIT},
    {.name = "n_used", .long_name = "periods with a value", .number = SW_INT32, BY_UNIT},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"autocorrelation", "none", "sd^2 = [n(n-1)(2n+5) - sum_ties t(t-1)(2t+5)]/18"},
    {"autocorrelation", "hamed-rao",
     "sd^2 = [n(n-1)(2n+5) - sum_ties t(t-1)(2t+5)]/18 x [1 + 2/(n(n-1)(n-2)) sum_k "
     "(n-k)(n-k-1)(n-k-2) rho_k]"},
    {0}};

const sw_measure sw_measure_trend = {
    .name = "trend",
    .title = "Trend of a unit's series: slope, Mann-Kendall, Sen, Pettitt",
    .formula = "slope by least squares on time; S = sum_(i<j) sgn(x_j - x_i), Z = (S - sgn S)/sd; "
               "Sen: median of (x_j - x_i)/(t_j - t_i); Pettitt: max |sum_(i<=t<j) sgn(x_i - x_j)|",
    .variant = variants,
    .source = "Mann 1945; Sen 1968; Kendall 1975; Pettitt 1979; Hamed & Rao 1998, J. Hydrology "
              "204:182-196",
    .version = 1,
    .headline = "slope",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_trend,
    .tile = tile_trend,
    .merge = merge_trend,
    .finish = finish_trend,
    .workspace = workspace_trend,
};
