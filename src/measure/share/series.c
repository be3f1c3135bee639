/* What measures of whole series ask of time: which period lies a span before, which follow each
 * other, where the panel breaks (series.h). Only names, counts and the table of periods are looked
 * at, so every rank decides and warns alike. Called by `resolve`. */
#include "measure/share/series.h"

#include <string.h>

/* Integers, or labels of a form that panel/time.c reads. Texts such as "before" have no order:
 * measures of change refuse them. */
bool sw_series_is_known(const sw_job *job) {
  return job->periods->integer || job->periods->unit != SW_TIME_UNKNOWN;
}

double sw_series_time(const sw_job *job, int t) {
  return (double)job->periods->value[job->period[t]];
}

/* In years of whole numbers, else in steps of the panel; the same unit as `span`. */
double sw_series_passed(const sw_job *job, int s, int t) {
  return (double)sw_periods_passed(job->periods, job->period[s], job->period[t]);
}

/* The first period that lies another distance from the one before than the second from the first;
 * 0: none. */
int sw_series_uneven(const sw_job *job) {
  for (int t = 2; t < job->n_periods; t++)
    if (sw_series_passed(job, t - 1, t) != sw_series_passed(job, 0, 1)) return t;
  return 0;
}

const char *sw_series_when(const sw_job *job, int t) {
  if (job->periods->cross_section) return "";
  const char *text = sw_arena_printf(job->arena, " in %s", sw_job_period(job, t));
  return text ? text : "";
}

/* A break stands at the first period of the new definition. The values before and from it on
 * measure different things, so no difference crosses it. */
bool sw_series_broken(const sw_job *job, int s, int t) {
  const sw_periods *periods = job->periods;
  for (int b = 0; b < periods->n_breaks; b++)
    if (periods->break_period[b] > job->period[s] && periods->break_period[b] <= job->period[t])
      return true;
  return false;
}

/* Steps of the panel from the job's period t - 1 to t; 0 where a hole lies between. Periods between
 * two of the entry may exist in the panel without the entry having them. */
static int steps_to(const sw_job *job, int t) {
  const sw_periods *periods = job->periods;
  for (int p = job->period[t - 1] + 1; p <= job->period[t]; p++)
    if (periods->follows && !periods->follows[p]) return 0;
  return job->period[t] - job->period[t - 1];
}

/* Which periods follow the one before by the shortest step of the entry, without a break or a hole.
 * The entry's own step: of every fifth year it is five years (see series.h). */
sw_status sw_series_follow(sw_error *err, sw_job *job, const char *what, const bool **out) {
  bool *follows = NULL;
  int least = 0, holes = 0, at = 0;
  SW_NEW(err, job->arena, follows, job->n_periods);
  for (int t = 1; t < job->n_periods; t++) {
    int steps = steps_to(job, t);
    if (steps > 0 && (least == 0 || steps < least)) least = steps;
  }
  for (int t = 1; t < job->n_periods; t++) {
    bool step = least > 0 && steps_to(job, t) == least;
    /* Breaks are no holes: they are told by warn_of_breaks. */
    follows[t] = step && !sw_series_broken(job, t - 1, t);
    if (!step && holes++ == 0) at = t;
  }
  *out = follows;
  if (holes > 0)
    sw_note(job->notes,
            "%s: %s: %s is more than one step after %s%s: %s that would step over a hole are left "
            "out",
            job->where, job->name, sw_job_period(job, at), sw_job_period(job, at - 1),
            holes > 1 ? ", and so are other periods" : "", what);
  return SW_OK;
}

/* A score relative to its own period says nothing of the change between two, and what has no time
 * does not change. */
static sw_status refuse_input(sw_error *err, const sw_job *job, const char *param) {
  sw_inputs inputs = sw_job_inputs(job, param);
  for (int i = inputs.first; i < inputs.first + inputs.count; i++) {
    if (job->input[i].timeless)
      return sw_fail(err, SW_EINPUT,
                     "%s: %s: '%s' has one value for all periods and does not change; expected "
                     "values by period",
                     job->input[i].where, job->name, job->input[i].name);
    if (job->input[i].per_period_normalised)
      return sw_fail(err, SW_EINPUT,
                     "%s: %s: '%s' is normalised per period and cannot be compared over time; "
                     "normalise over the panel, or by bounds",
                     job->input[i].where, job->name, job->input[i].name);
  }
  return SW_OK;
}

/* Numbers before and after a break do not measure the same; whoever names it may still want all.
 * One note per break; what crosses it is left out by the measure. */
static void warn_of_breaks(const sw_job *job, int from, int to) {
  for (int t = from + 1; t <= to; t++)
    if (sw_series_broken(job, t - 1, t))
      sw_note(job->notes, "%s: %s: the panel has a break before %s, within its periods", job->where,
              job->name, sw_job_period(job, t));
}

/* The order of checks: time first, as without it the others mean nothing. */
sw_status sw_series_check(sw_error *err, sw_job *job, const char *param, int least) {
  return sw_series_check_between(err, job, param, least, 0, job->n_periods - 1);
}

/* Refuses a measure over time where periods are unknown or too few, and warns of breaks. */
sw_status sw_series_check_between(sw_error *err, sw_job *job, const char *param, int least,
                                  int from, int to) {
  int periods = to - from + 1;
  if (!sw_series_is_known(job))
    return sw_job_fail(err, job, param,
                       "the periods are texts such as '%s', whose spacing is unknown; expected "
                       "periods of a known form (2001, 2001Q1, 2001-01, 2001-01-31), or a format "
                       "in `time` of the panel",
                       sw_job_period(job, 0));
  if (periods < least)
    return sw_job_fail(err, job, param, "%d period%s; expected %d or more", periods,
                       periods == 1 ? "" : "s", least);
  SW_TRY(refuse_input(err, job, param));
  warn_of_breaks(job, from, to);
  return SW_OK;
}

/* The job's period that lies `span` before its t-th; -1: none, or a break lies between. The entry
 * may leave out periods of the panel: the one a span before must be among its own. */
int sw_series_before(const sw_job *job, int t, int span) {
  int before = sw_periods_before(job->periods, job->period[t], span);
  if (before < 0) return -1;
  for (int s = t - 1; s >= 0; s--)
    if (job->period[s] == before) return sw_series_broken(job, s, t) ? -1 : s;
  return -1;
}

/* Told apart from sw_series_check_span: no period at all is not refused here. */
sw_status sw_series_all_before(sw_error *err, sw_job *job, int span, const int **out, bool *any) {
  int *before = NULL;
  SW_NEW(err, job->arena, before, job->n_periods);
  *any = false;
  for (int t = 0; t < job->n_periods; t++) {
    before[t] = sw_series_before(job, t, span);
    *any |= before[t] >= 0;
  }
  *out = before;
  return SW_OK;
}

/* The smallest distance between two periods that follow each other in the entry is what a span was
 * most likely meant to be. Differences in unsigned numbers: no overflow, whatever the values. */
static sw_status refuse_span(sw_error *err, const sw_job *job, const char *param, int span) {
  const int64_t *value = job->periods->value;
  uint64_t least = UINT64_MAX;
  for (int t = 1; t < job->n_periods; t++) {
    uint64_t apart = (uint64_t)value[job->period[t]] - (uint64_t)value[job->period[t - 1]];
    if (apart < least) least = apart;
  }
  if (job->periods->integer && least != (uint64_t)span)
    return sw_job_fail(err, job, param,
                       "no two periods of the entry are %d apart without a break between; the "
                       "nearest are %llu apart: expected such a number, as in `%s: %llu`",
                       span, (unsigned long long)least, param, (unsigned long long)least);
  return sw_job_fail(err, job, param,
                     "no two periods of the entry are %d apart without a break between; expected a "
                     "span that leads from one to another",
                     span);
}

/* Refuses a span that no two periods have. */
sw_status sw_series_check_span(sw_error *err, sw_job *job, const char *of, const char *param,
                               int span) {
  SW_TRY(sw_series_check(err, job, of, 2));
  for (int t = 1; t < job->n_periods; t++)
    if (sw_series_before(job, t, span) >= 0) return SW_OK;
  return refuse_span(err, job, param, span);
}

/* As it is written first; then as the panel reads it, in another form. "2001" and "2001-01-01" may
 * be one period, in the reading of the panel. */
int sw_series_find(const sw_job *job, const char *const *label, int count, int t) {
  for (int i = 0; i < count; i++)
    if (strcmp(label[i], sw_job_period(job, t)) == 0) return i;
  for (int i = 0; i < count; i++)
    if (sw_periods_find(job->periods, label[i]) == job->period[t]) return i;
  return -1;
}

/* *at is untouched without an argument: it holds the caller's default. */
sw_status sw_series_period(sw_error *err, const sw_job *job, const char *param, int *at) {
  const sw_arg *arg = sw_job_arg(job, param);
  if (arg->count == 0) return SW_OK;
  if (arg->count > 1) return sw_job_fail(err, job, param, "%d periods; expected one", arg->count);
  for (*at = 0; *at < job->n_periods; ++*at)
    if (sw_series_find(job, arg->texts, 1, *at) == 0) return SW_OK;
  return sw_job_fail(err, job, param, "'%s' is not a period of the entry; it has %s to %s",
                     arg->texts[0], sw_job_period(job, 0), sw_job_period(job, job->n_periods - 1));
}
