/* grey_relational_grade: how near the courses of two units are to each other (methods.md section
 * 4).
 *
 *   xi_t = (min + rho max)/(|a_it - a_jt| + rho max), value = mean of xi_t,
 *
 * a an image of the series: x over its first value (initial) or over its mean. min and max of
 * |a_it - a_jt| are over the periods of the pair, so that a value belongs to its pair, or with
 * `bounds: panel`, as Deng has it, over all pairs and periods of the study. Two images that are
 * equal but for rounding, as those of a series and its treble: 1. A series without a first value,
 * or whose divisor is 0, has none; otherwise a pair uses the periods that both have.
 *
 * Pass 0 leaves images; pass 1 finds, of `panel`, the greatest and least difference in each period
 * out of sorted images, which no pair is looked at for; then pairs.
 *
 * Source: Deng 1989, Journal of Grey System 1:1-24. */
#include "kernel/comovement/grey.h"
#include "kernel/pairs/lanes.h"
#include "measure/share/series.h"
#include "spillway/measure.h"

#include <math.h>
#include <stdlib.h>

/* The passes: images of the units, then the bounds of their differences. */
enum { IMAGES, BOUNDS };
enum { ROWS = 16 };    /* of a block */
#define ROUNDING 1e-12 /* of images: what is no farther apart is equal */

/* What a series is divided by; in the order of the choices. */
typedef enum image { INITIAL, MEAN } image;

typedef struct bounds {
  double least, most; /* of a period or of all: of differences between two units */
} bounds;

typedef struct grey {
  image image;
  double rho;
  int pairs; /* the pass over pairs */
  bool of_panel;
  bounds all;       /* ready after prepare, of `panel` */
  double limits[2]; /* the same */
} grey;

/* ---- pass 0: images ---------------------------------------------------------------------- */

/* The first period of the job, or the mean over the periods that a unit has. */
static double divisor_of(const sw_job *job, image by, int64_t unit) {
  double sum = 0;
  int count = 0;
  if (by == INITIAL) return sw_view_at(job->input[0].view, 0, unit);
  for (int t = 0; t < job->n_periods; t++) {
    double x = sw_view_at(job->input[0].view, t, unit);
    if (isnan(x)) continue;
    sum += x;
    count++;
  }
  return sum / count;
}

/* Units without an image, by why their divisor is none. 0 and missing are told apart, since only
 * `initial` lets one mend the second by `mean`. */
typedef struct without {
  int64_t zero, missing;
} without;

/* Images of a tile of units: series over their first value, or over their mean. */
static void place_images(const sw_job *job, const sw_tile *tile, without *count) {
  const grey *g = job->state;
  sw_view to = job->operand_local[IMAGES];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    double by = divisor_of(job, g->image, unit);
    count->zero += by == 0;
    count->missing += isnan(by) != 0;
    for (int t = 0; t < job->n_periods; t++)
      /* x/0 would be infinite: no image instead. */
      to.row[t][unit - to.first] = by == 0 ? NAN : sw_view_at(job->input[0].view, t, unit) / by;
  }
}

/* ---- pass 1: bounds over the panel ------------------------------------------------------- */

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Of one period, from sorted images, O(n log n): the greatest difference is the range, the least a
 * gap between neighbours in order. */
static void find_bounds(const sw_job *job, int t, bounds *found, double *sorted) {
  int64_t n = 0;
  for (int64_t i = 0; i < job->n; i++) {
    double a = job->operand[IMAGES].row[t][i];
    if (!isnan(a)) sorted[n++] = a;
  }
  /* {infinity, 0} of an empty or single sample: it bounds nothing in finish. */
  *found = (bounds){INFINITY, 0};
  qsort(sorted, (size_t)n, sizeof *sorted, compare);
  for (int64_t i = 1; i < n; i++)
    found->least = fmin(found->least, sorted[i] - sorted[i - 1]);
  if (n > 1) found->most = sorted[n - 1] - sorted[0];
}

static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  if (tile->pass == IMAGES)
    place_images(job, tile, out);
  else
    find_bounds(job, (int)tile->lo, out, workspace);
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)job, (void)pass; /* of images: items are not merged */
  without *to = all;
  to->zero += ((const without *)part)->zero;
  to->missing += ((const without *)part)->missing;
}

/* Notes units without an image, all of whose pairs are undefined. */
static void note_without(sw_job *job, const without *count) {
  const grey *g = job->state;
  const char *what = g->image == INITIAL ? "first value" : "mean";
  int64_t all = count->zero + count->missing;
  if (all > 0)
    sw_note(job->notes,
            "%s: %s: %lld unit%s %s no image, as the %s of '%s' is 0 (%lld) or missing (%lld): the "
            "pairs are undefined%s",
            job->where, job->name, (long long)all, all == 1 ? "" : "s", all == 1 ? "has" : "have",
            what, job->input[0].name, (long long)count->zero, (long long)count->missing,
            g->image == INITIAL ? "; image: mean needs no first value" : "");
}

/* Rank 0: the bounds over all periods, where they are of the panel. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err;
  const grey *g = job->state;
  const bounds *period = all;
  if (pass == IMAGES) note_without(job, all);
  if (pass != BOUNDS || !g->of_panel) return SW_OK;
  /* Over all periods, as the grade's min and max are of the whole panel. */
  bounds found = {INFINITY, 0};
  for (int t = 0; t < job->n_periods; t++) {
    found.least = fmin(found.least, period[t].least);
    found.most = fmax(found.most, period[t].most);
  }
  *(bounds *)result = found;
  return SW_OK;
}

/* ---- pairs ------------------------------------------------------------------------------- */

/* Bounds reach the kernel before the pass over pairs. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  (void)err;
  grey *g = job->state;
  /* limits are the form in which the kernel wants the bounds. */
  if (pass == g->pairs && g->of_panel) {
    g->all = *(const bounds *)job->folded[BOUNDS];
    g->limits[0] = g->all.least;
    g->limits[1] = g->all.most;
  }
  return SW_OK;
}

/* The workspace: what grades need, or sorted images. */
static size_t workspace(const sw_job *job) {
  const grey *g = job->state;
  /* The passes of a thread use the workspace in turn. */
  size_t grades = sw_grey_workspace(job->n_periods);
  size_t sorted = g->of_panel ? (size_t)job->n * sizeof(double) : 0;
  return grades > sorted ? grades : sorted;
}

/* The periods that both have, one after the other. The same arithmetic as the kernel's, in the
 * order of periods. */
static double one_by_one(const sw_job *job, const grey *g, int64_t i, int64_t j) {
  double *const *a = job->operand[IMAGES].row, sum = 0, size = 0;
  bounds of = {INFINITY, 0};
  int count = 0;
  for (int t = 0; t < job->n_periods; t++) {
    double apart = fabs(a[t][i] - a[t][j]);
    if (isnan(apart)) continue;
    of.least = apart < of.least ? apart : of.least;
    of.most = apart > of.most ? apart : of.most;
    size = fmax(size, fmax(fabs(a[t][i]), fabs(a[t][j])));
    count++;
  }
  /* A series without its first value has no initial image at all. */
  if (count == 0 || (g->image == INITIAL && (isnan(a[0][i]) || isnan(a[0][j])))) return NAN;
  if (g->of_panel) of = g->all;
  /* Equal but for rounding: both bounds are rounding, and their quotient would be noise. */
  if (of.most <= ROUNDING * size && of.most < INFINITY) return 1;
  for (int t = 0; t < job->n_periods; t++) {
    double apart = fabs(a[t][i] - a[t][j]);
    if (!isnan(apart)) sum += 1 / (apart + g->rho * of.most);
  }
  return (of.least + g->rho * of.most) * sum / count;
}

/* What has a hole, two images that may be equal (0 times infinity) or differences out of range is
 * gone through one by one. */
static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  (void)t;
  const grey *g = job->state;
  const sw_grey of = {.periods = job->n_periods,
                      .image = (const double *const *)job->operand[IMAGES].row,
                      .rho = g->rho,
                      .bounds = g->of_panel ? g->limits : NULL};
  /* The kernel leaves NaN for whatever it cannot decide. */
  sw_grey_grades(&of, i0, i1, j0, j1, out[0], stride, workspace);
  for (int64_t i = i0; i < i1; i++) {
    double *v = out[0] + (i - i0) * stride;
    if (!sw_lanes_has_gap(v, j1 - j0)) continue;
    for (int64_t j = j0; j < j1; j++)
      if (isnan(v[j - j0])) v[j - j0] = one_by_one(job, g, i, j);
  }
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Passes: images, bounds where they are of the whole panel, pairs. */
static sw_status resolve(sw_error *err, sw_job *job) {
  grey *g = NULL;
  SW_NEW(err, job->arena, g, 1);
  job->state = g;
  g->image = (image)(int)sw_job_arg(job, "image")->number;
  g->rho = sw_job_arg(job, "rho")->number;
  g->of_panel = sw_job_arg(job, "bounds")->number != 0;
  SW_TRY(sw_series_check(err, job, "of", 2));
  /* rho 0 would make every pair at its nearest period 0/0. */
  if (!(g->rho > 0))
    return sw_job_fail(err, job, "rho", "rho is %g; expected a number above 0, up to 1", g->rho);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .operand = 1, .partial = sizeof(without)});
  if (g->of_panel)
    sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                               .items = job->n_periods,
                               .record = sizeof(bounds),
                               .result = sizeof(bounds)});
  g->pairs = sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .grain = ROWS});
  job->whole_series = true;
  job->pooled = true;
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable whose courses are compared: levels"},
    {.name = "image",
     .type = SW_P_CHOICE,
     .fallback = "initial",
     .choices = "initial|mean",
     .help = "what a series is divided by: its first value, or its mean"},
    {.name = "rho",
     .type = SW_P_NUMBER,
     .fallback = "0.5",
     .lo = 0,
     .hi = 1,
     .help = "the distinguishing coefficient, above 0: the smaller, the farther values are apart"},
    {.name = "bounds",
     .type = SW_P_CHOICE,
     .fallback = "pair",
     .choices = "pair|panel",
     .help = "least and greatest difference: of the pair, or of all pairs of the study"},
    {0}};

static const sw_output outputs[] = {{.name = "value",
                                     .long_name = "grey relational grade of two units",
                                     .units = "1",
                                     .shape = SW_PAIR},
                                    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"image", "initial", "a_t = x_t/x_1"},
    {"image", "mean", "a_t = x_t over the mean of x"},
    {"bounds", "pair", "min and max over the periods of the pair"},
    {"bounds", "panel", "min and max over all pairs and periods: a value depends on all units"},
    {0}};

/* flops and bytes: of 20 periods. */
const sw_measure sw_measure_grey_relational_grade = {
    .name = "grey_relational_grade",
    .title = "Grey relational grade of the courses of two units",
    .formula = "mean over t of (min + rho max)/(d_t + rho max), d_t = |a_it - a_jt|",
    .variant = variants,
    .source = "Deng 1989, Journal of Grey System 1:1-24",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 200,
    .bytes = 160,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .block = block,
    .workspace = workspace,
};
