/* Sums of industries; see industries.h. Of a period there are 2 + 4n doubles: the whole units and
 * the values below zero; n sums over the whole units; n sums of the period before, over the same;
 * by column the units with a value, and the sum over these. Counts are doubles, exact up to 2^53.
 *
 * They are a partial of a pass over units: within a block units are added in their order, blocks in
 * theirs, so the bits do not depend on ranks or threads. */
#include "measure/share/industries.h"

#include "measure/share/series.h"

#include <math.h>
#include <string.h>

/* ---- reading ---------------------------------------------------------------------------- */

/* Inputs of several parameters as one set, in the order in which they are given: the rest of this
 * file knows columns only. */
sw_status sw_industries_of(sw_error *err, sw_job *job, const char *const *params, int n_params,
                           sw_industries *set) {
  int n = 0, *input = NULL;
  for (int p = 0; p < n_params; p++)
    n += sw_job_inputs(job, params[p]).count;
  SW_NEW(err, job->arena, input, n);
  set->n = 0;
  for (int p = 0; p < n_params; p++) {
    sw_inputs in = sw_job_inputs(job, params[p]);
    for (int k = 0; k < in.count; k++)
      input[set->n++] = in.first + k;
  }
  set->input = input;
  return SW_OK;
}

/* The axis of industries, once or twice. */
sw_status sw_industries_axes(sw_error *err, sw_job *job, const char *to) {
  sw_inputs in = sw_job_inputs(job, "industries");
  const char **name = NULL;
  SW_NEW(err, job->arena, name, in.count);
  for (int k = 0; k < in.count; k++)
    name[k] = job->input[in.first + k].name;
  sw_job_axis(job, (sw_axis){.name = "industry", .n = in.count, .label = name});
  if (to) sw_job_axis(job, (sw_axis){.name = to, .n = in.count, .label = name});
  return SW_OK;
}

/* Columns of the table are called like the inputs. Read in resolve, for all periods: a missing cell
 * is refused before data are read. */
sw_status sw_industries_base(sw_error *err, sw_job *job, sw_industries *set) {
  SW_TRY(sw_table_base_over(err, job, &set->complete));
  if (!sw_job_arg(job, "base")->table) return SW_OK;
  SW_NEW(err, job->arena, set->given, (int64_t)job->n_periods * set->n);
  for (int t = 0; t < job->n_periods; t++)
    for (int k = 0; k < set->n; k++) {
      const char *name = job->input[set->input[k]].name;
      double *value = &set->given[t * set->n + k];
      SW_TRY(sw_table_cell(err, job, "base", t, name, value));
      if (set->shares && *value < 0)
        return sw_job_fail(err, job, "base", "%s: the value of '%s'%s is %g; shares need 0 or more",
                           sw_job_arg(job, "base")->table->file, name, sw_series_when(job, t),
                           *value);
    }
  return SW_OK;
}

/* ---- the fold --------------------------------------------------------------------------- */

enum { WHOLE, BELOW, SUMS }; /* places in a period's doubles; the arrays begin at SUMS */

/* 2 + 4n doubles, as the head of the file has them. */
static size_t width(const sw_industries *set) {
  return SUMS + 4 * (size_t)set->n;
}

/* Array 0: sums, 1: sums in the period before, 2: units with a value, 3: sums over these. */
static const double *at(const sw_industries *set, const double *sums, int t, int array) {
  return sums + (size_t)t * width(set) + SUMS + (size_t)array * (size_t)set->n;
}

size_t sw_industries_bytes(const sw_job *job, const sw_industries *set) {
  return (size_t)job->n_periods * width(set) * sizeof(double);
}

double sw_industries_whole(const sw_industries *set, const double *sums, int t) {
  return sums[(size_t)t * width(set) + WHOLE];
}

/* The four rows of sums of a period, in the order of industries.h. */
const double *sw_industries_sums(const sw_industries *set, const double *sums, int t) {
  return at(set, sums, t, 0);
}

const double *sw_industries_sums_before(const sw_industries *set, const double *sums, int t) {
  return at(set, sums, t, 1);
}

const double *sw_industries_there(const sw_industries *set, const double *sums, int t) {
  return at(set, sums, t, 2);
}

const double *sw_industries_sums_there(const sw_industries *set, const double *sums, int t) {
  return at(set, sums, t, 3);
}

/* The base that the study gives, else the sums over whole units. */
const double *sw_industries_base_at(const sw_industries *set, const double *sums, int t) {
  return set->given ? set->given + (int64_t)t * set->n : at(set, sums, t, 0);
}

/* Only asked for where set->before[t] is a period. */
const double *sw_industries_base_before(const sw_industries *set, const double *sums, int t) {
  return set->given ? set->given + (int64_t)set->before[t] * set->n : at(set, sums, t, 1);
}

/* Clears the flags of the units that lack column k in period t; with `all`, counts and sums the
 * others there, and counts what is below zero. Without `all` (the period before) flags are cleared
 * and nothing is counted twice. */
static void see(const sw_job *job, const sw_industries *set, int t, int k, int64_t lo, int64_t hi,
                char *flags, double *all) {
  sw_view view = job->input[set->input[k]].view;
  const double *value = view.row[t] + (lo - view.first);
  for (int64_t u = 0; u < hi - lo; u++) {
    bool below = set->shares && value[u] < 0, there = !isnan(value[u]) && !below;
    flags[u] &= there;
    if (!all) continue;
    all[BELOW] += below;
    if (!there) continue;
    all[SUMS + 2 * set->n + k] += 1;
    all[SUMS + 3 * set->n + k] += value[u];
  }
}

/* Units in their order, one thread: one sum per block. */
static double sum_flagged(sw_view view, int t, int64_t lo, int64_t hi, const char *flags) {
  const double *value = view.row[t] + (lo - view.first);
  double sum = 0;
  for (int64_t u = 0; u < hi - lo; u++)
    if (flags[u]) sum += value[u];
  return sum;
}

/* Column by column, as they lie in memory: first which units are whole, then their sums. A period
 * without one before has nothing to be compared with, and no whole unit. */
void sw_industries_fold(const sw_job *job, const sw_industries *set, int64_t lo, int64_t hi,
                        double *sums, char *flags) {
  /* Without `before` every period is compared with itself, and all flags start at 1. */
  for (int t = 0; t < job->n_periods; t++, sums += width(set)) {
    int before = set->before ? set->before[t] : t;
    memset(flags, before >= 0, (size_t)(hi - lo));
    for (int k = 0; k < set->n; k++) {
      see(job, set, t, k, lo, hi, flags, sums);
      if (set->before && before >= 0) see(job, set, before, k, lo, hi, flags, NULL);
    }
    for (int64_t u = 0; u < hi - lo; u++)
      sums[WHOLE] += flags[u];
    for (int k = 0; k < set->n; k++) {
      sw_view view = job->input[set->input[k]].view;
      sums[SUMS + k] += sum_flagged(view, t, lo, hi, flags);
      if (set->before && before >= 0)
        sums[SUMS + set->n + k] += sum_flagged(view, before, lo, hi, flags);
    }
  }
}

/* Counts and sums alike are added. */
void sw_industries_merge(const sw_job *job, const sw_industries *set, double *all,
                         const double *part) {
  for (size_t i = 0; i < (size_t)job->n_periods * width(set); i++)
    all[i] += part[i];
}

/* ---- finish ----------------------------------------------------------------------------- */

/* A base that lacks a unit is no base of the whole. Own sums of incomplete columns are refused by
 * default: the quotients of a US county differ by that (methods.md section 6). */
sw_status sw_industries_check(sw_error *err, const sw_job *job, const sw_industries *set,
                              const double *sums) {
  if (set->given || set->complete) return SW_OK;
  for (int t = 0; t < job->n_periods; t++)
    for (int k = 0; k < set->n; k++) {
      double lacking = (double)job->n - sw_industries_there(set, sums, t)[k];
      if (lacking > 0)
        return sw_job_fail(err, job, "base",
                           "own sums are too small if cells are missing: '%s' lacks %.0f of %lld "
                           "units%s%s; give base: {file: national.csv}, or write base_over: "
                           "complete",
                           job->input[set->input[k]].name, lacking, (long long)job->n,
                           sw_series_when(job, t),
                           set->shares && sums[(size_t)t * width(set) + BELOW] > 0
                               ? " (values below zero count as missing)"
                               : "");
    }
  return SW_OK;
}

/* Where values are shares of a whole: what is below zero is left out, and told. */
void sw_industries_warn(const sw_job *job, const sw_industries *set, const double *sums) {
  double below = 0;
  for (int t = 0; t < job->n_periods; t++)
    below += sums[(size_t)t * width(set) + BELOW];
  if (below > 0)
    sw_note(job->notes,
            "%s: %s: %.0f value%s below zero count%s as missing: shares are of values of 0 or more",
            job->where, job->name, below, below == 1 ? "" : "s", below == 1 ? "s" : "");
}

/* Coverage is by column, over all units of the study. */
void sw_industries_coverage(const sw_job *job, const sw_industries *set, const double *sums, int t,
                            double *coverage, double *whole) {
  for (int k = 0; k < set->n; k++)
    coverage[k] = sw_industries_there(set, sums, t)[k] / (double)job->n;
  *whole = sw_industries_whole(set, sums, t);
}

/* The fewest whole units of any period that is compared; silent where all are whole, as a line that
 * says "all units" says nothing. */
void sw_industries_say(sw_job *job, const sw_industries *set, const double *sums,
                       const char *what) {
  double least = INFINITY, most = -1;
  int fewest = 0;
  for (int t = 0; t < job->n_periods; t++) {
    double whole = sw_industries_whole(set, sums, t);
    if (set->before && set->before[t] < 0) continue;
    most = fmax(most, whole);
    if (!(whole < least)) continue;
    least = whole;
    fewest = t;
  }
  if (!(least < (double)job->n)) return;
  if (least == most)
    sw_job_say(job, "%.0f of %lld units have %s", least, (long long)job->n, what);
  else
    sw_job_say(job, "%.0f to %.0f of %lld units have %s, the fewest in %s", least, most,
               (long long)job->n, what, sw_job_period(job, fewest));
}
