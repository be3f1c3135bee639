/* Values into classes (classes.h). Each item sorts its period alone. Where quantiles are pooled it
 * leaves the sorted values, and the quantiles of all are found among them without a merged copy;
 * where they are of each period it leaves the breaks. Sums run in the order of units. O(n log n)
 * per period; memory: pooled, n numbers per period until finish, else the breaks. */
#include "measure/share/classes.h"

#include <math.h>

#include "kernel/series/quantile.h"
#include "kernel/series/stats.h"
#include "kernel/space/links.h"
#include "spillway/node.h"

/* What an item leaves. `number`: n sorted values where quantiles are pooled, else the breaks. */
typedef struct record {
  int64_t n, distinct; /* values; how many are different, up to the number of classes */
  double scale;        /* what they are over; NaN: nothing can be */
  double lo, hi;
  double number[];
} record;

/* ---- values ------------------------------------------------------------------------------- */

/* The unit's value, or its neighbours' mean, over the period's scale: relative classes are of x
 * over the mean of its period. NaN for units without a value. */
static double value_of(const sw_classes *classes, sw_view view, int t, double scale, int64_t unit) {
  double x = sw_view_at(view, t, unit);
  if (isnan(x) || !classes->lag) return x / scale;
  return sw_links_lag(classes->lag, classes->standardised, view.row[t], unit) / scale;
}

/* The mean of the period, over those that are there. NaN, a mean of 0 or less: nothing can be
 * relative to it. Without values 1, as nothing is divided. */
static double scale_of(const sw_classes *classes, const double *x, int64_t n) {
  double sum = 0, count = 0;
  if (!classes->relative) return 1;
  for (int64_t i = 0; i < n; i++)
    if (!isnan(x[i])) {
      sum += x[i];
      count += 1;
    }
  return count == 0 ? 1 : sum > 0 ? sum / count : NAN;
}

/* ---- items -------------------------------------------------------------------------------- */

/* Given breaks need no numbers: the record is its head alone. */
size_t sw_classes_record(const sw_classes *classes, int64_t n) {
  size_t numbers = classes->breaks ? 0 : classes->pooled ? (size_t)n : (size_t)classes->n - 1;
  return sizeof(record) + numbers * sizeof(double);
}

size_t sw_classes_workspace(int64_t n) {
  return 2 * (size_t)n * sizeof(double);
}

/* A lag needs all values of the period: hence an item for a period, and not a tile of units. */
void sw_classes_tile(const sw_classes *classes, const sw_job *job, int t, void *out,
                     void *workspace) {
  record *r = out;
  sw_view view = job->input[classes->input].view;
  double *value = workspace, *spare = value + job->n;
  /* The scale is found of the values themselves, also where the classes are of their lag. */
  r->scale = scale_of(classes, view.row[t], job->n);
  if (classes->breaks) return;
  for (int64_t i = 0; i < job->n; i++) {
    double x = value_of(classes, view, t, r->scale, i);
    if (!isnan(x)) value[r->n++] = x;
  }
  sw_stats_sort_values(value, r->n, spare);
  r->lo = r->n ? value[0] : NAN;
  r->hi = r->n ? value[r->n - 1] : NAN;
  /* Counted only up to the number of classes: more are not needed. */
  r->distinct = sw_quantile_distinct(value, r->n, classes->n);
  if (!classes->pooled) {
    sw_quantile_breaks(value, r->n, classes->n, r->number);
    return;
  }
  for (int64_t i = 0; i < r->n; i++)
    r->number[i] = value[i];
}

/* ---- finish ------------------------------------------------------------------------------- */

/* Of a period: what values are over, then the breaks. Of n classes n - 1 breaks, and the scale in
 * front of them. */
static double *how_in(const sw_classes *classes, double *how, int t) {
  return how + (size_t)t * (size_t)classes->n;
}

size_t sw_classes_count(const sw_classes *classes, int periods) {
  return (size_t)periods * (size_t)classes->n;
}

/* A sample that does not vary has no classes. One without values has none either, and is not
 * counted: what is missing is said elsewhere. */
static void see_sample(const sw_classes *classes, int64_t n, int64_t distinct, double lo, double hi,
                       double *breaks, sw_classes_seen *seen) {
  if (n == 0) return;
  seen->samples++;
  /* sw_stats_vary: more than rounding. */
  if (sw_stats_vary(lo, hi)) {
    seen->few += distinct < classes->n;
    return;
  }
  seen->constant++;
  for (int k = 0; k < classes->n - 1; k++)
    breaks[k] = NAN;
}

static const record *record_of(const void *records, size_t stride, int t) {
  return (const record *)((const char *)records + (size_t)t * stride);
}

/* The breaks of all periods together, the same in each. Quantiles among several sorted arrays,
 * without merging them: O(k T log n). */
static sw_status pool(sw_error *err, const sw_classes *classes, const sw_job *job,
                      const void *records, size_t stride, double *breaks, sw_classes_seen *seen) {
  sw_sorted *sorted = NULL;
  int64_t n = 0;
  double lo = NAN, hi = NAN;
  SW_NEW(err, job->arena, sorted, job->n_periods);
  for (int t = 0; t < job->n_periods; t++) {
    const record *r = record_of(records, stride, t);
    sorted[t] = (sw_sorted){r->number, r->n};
    n += r->n;
    if (!(r->lo >= lo) && r->n) lo = r->lo;
    /* !(a >= NAN) is true: the first period with values sets both ends. */
    if (!(r->hi <= hi) && r->n) hi = r->hi;
  }
  sw_quantile_pooled_breaks(sorted, job->n_periods, classes->n, breaks);
  see_sample(classes, n, sw_quantile_pooled_distinct(sorted, job->n_periods, classes->n), lo, hi,
             breaks, seen);
  return SW_OK;
}

/* `how`, which all later passes get: of each period the scale, then the breaks. */
sw_status sw_classes_finish(sw_error *err, const sw_classes *classes, const sw_job *job,
                            const void *records, size_t stride, double *how,
                            sw_classes_seen *seen) {
  double *all = NULL;
  *seen = (sw_classes_seen){0};
  SW_NEW(err, job->arena, all, classes->n);
  if (!classes->breaks && classes->pooled)
    SW_TRY(pool(err, classes, job, records, stride, all, seen));
  for (int t = 0; t < job->n_periods; t++) {
    const record *r = record_of(records, stride, t);
    double *to = how_in(classes, how, t);
    /* Three sources of breaks: the study, all periods together, this period. */
    const double *from = classes->breaks ? classes->breaks : classes->pooled ? all : r->number;
    to[0] = r->scale;
    seen->no_mean += isnan(r->scale);
    for (int k = 0; k < classes->n - 1; k++)
      to[1 + k] = from[k];
    if (!classes->breaks && !classes->pooled)
      see_sample(classes, r->n, r->distinct, r->lo, r->hi, to + 1, seen);
  }
  return SW_OK;
}

static const char *plural(int count) {
  return count == 1 ? "" : "s";
}

/* `few`: fewer values than classes matter to the measure that asks. */
void sw_classes_note(const sw_job *job, const sw_classes *classes, const sw_classes_seen *seen,
                     bool few) {
  const char *name = job->input[classes->input].name, *lag = classes->lag ? "the lag of " : "";
  if (seen->constant && seen->constant == seen->samples)
    sw_note(job->notes, "%s: %s: %s'%s' does not vary: it has no classes", job->where, job->name,
            lag, name);
  else if (seen->constant)
    sw_note(job->notes, "%s: %s: %s'%s' does not vary in %d period%s: it has no classes there",
            job->where, job->name, lag, name, seen->constant, plural(seen->constant));
  if (seen->few && few)
    sw_note(job->notes, "%s: %s: %s'%s' has fewer different values than the %d classes%s",
            job->where, job->name, lag, name, classes->n,
            classes->pooled ? "" : " in some periods");
  if (seen->no_mean)
    sw_note(job->notes,
            "%s: %s: the mean of '%s' is not above 0 in %d period%s; relative to it there are no "
            "classes",
            job->where, job->name, name, seen->no_mean, plural(seen->no_mean));
}

/* ---- units -------------------------------------------------------------------------------- */

/* From 1; 0: the unit has no value. Given breaks make classes [lo, hi), quantiles make them closed
 * above (methods-regions.md). */
int sw_classes_of(const sw_classes *classes, const sw_job *job, const double *how, int t,
                  int64_t unit) {
  const double *of = how + (size_t)t * (size_t)classes->n;
  double x = value_of(classes, job->input[classes->input].view, t, of[0], unit);
  return classes->breaks ? sw_quantile_class_of_breaks(of + 1, classes->n - 1, x)
                         : sw_quantile_class(of + 1, classes->n - 1, x);
}

/* ---- resolve ------------------------------------------------------------------------------ */

/* A list of breaks: as many classes, and one more. Ascending strictly: equal breaks would make a
 * class that no value can have. */
static sw_status read_breaks(sw_error *err, const sw_job *job, const sw_node *list, int most,
                             sw_classes *classes) {
  double *breaks = NULL;
  if (list->count < 1 || list->count >= most)
    return sw_job_fail(err, job, "classes", "%d breaks; expected 1 to %d, or a number of classes",
                       list->count, most - 1);
  SW_NEW(err, job->arena, breaks, list->count);
  for (int i = 0; i < list->count; i++) {
    /* The same breaks in all periods. */
    SW_TRY(sw_node_number(err, list->item[i], &breaks[i]));
    if (i && !(breaks[i] > breaks[i - 1]))
      return sw_job_fail(err, job, "classes", "%g after %g; expected ascending breaks", breaks[i],
                         breaks[i - 1]);
  }
  classes->n = list->count + 1;
  classes->breaks = breaks;
  return SW_OK;
}

/* `classes`: a number of them, or breaks, which become the larger part of a definition. */
sw_status sw_classes_read(sw_error *err, const sw_job *job, int most, sw_classes *classes) {
  const sw_node *node = sw_job_arg(job, "classes")->node;
  int64_t n = 0;
  classes->pooled = sw_job_arg(job, "over")->number != 0;
  if (node->kind == SW_NODE_MAP)
    return sw_job_fail(err, job, "classes",
                       "found a map; expected a number of classes, or a list of breaks");
  if (node->kind == SW_NODE_LIST) return read_breaks(err, job, node, most, classes);
  SW_TRY(sw_node_integer(err, node, &n));
  if (n < 2 || n > most)
    return sw_job_fail(err, job, "classes",
                       "%lld is out of range; expected 2 to %d classes, or a list of breaks",
                       (long long)n, most);
  classes->n = (int)n;
  return SW_OK;
}

/* "under 0.5", "0.5 to 0.8", "0.8 and over"; of quantiles "class 1". 15 digits show the number as
 * the study wrote it, without the tail of its binary form. */
static const char *label_of(const sw_job *job, const sw_classes *classes, int i) {
  const double *breaks = classes->breaks;
  if (!breaks) return sw_arena_printf(job->arena, "class %d", i + 1);
  if (i == 0) return sw_arena_printf(job->arena, "under %.15g", breaks[0]);
  if (i + 1 == classes->n) return sw_arena_printf(job->arena, "%.15g and over", breaks[i - 1]);
  return sw_arena_printf(job->arena, "%.15g to %.15g", breaks[i - 1], breaks[i]);
}

/* Names of classes: those of another result, or made of breaks. */
sw_status sw_classes_label(sw_error *err, const sw_job *job, const sw_class_source *from, int *n,
                           const char *const **out) {
  const char **label = NULL;
  *n = from->named ? from->named->n_classes : from->numbers.n;
  *out = from->named ? from->named->class_label : NULL;
  if (*out) return SW_OK;
  SW_NEW(err, job->arena, label, *n);
  for (int i = 0; i < *n; i++)
    if (!(label[i] = label_of(job, &from->numbers, i)))
      return sw_fail(err, SW_ENOMEM, "%s: out of memory for its labels", job->name);
  *out = label;
  return SW_OK;
}
