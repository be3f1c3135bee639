/* market_segmentation: how far the prices of two units move apart (methods.md section 8; the
 * relative price method of Parsley and Wei).
 *
 *   a_ijk = |d ln p_ik - d ln p_jk|      of the change since the period before
 *   b_ijk = a_ijk - mean of a_k over the pairs of the period
 *   V_ij  = variance of b_ijk over the goods that both have (divisor: their number, 2 at least)
 *
 * segmentation of a unit: mean of V over its partners; integration: 1/sqrt(segmentation); national:
 * mean of segmentation over the units. Pairs are those of `weights`, or all. What is common to all
 * pairs (transport of a good, its season) goes with the mean of the good, so V depends on which
 * pairs there are.
 *
 * Pass 0 leaves the changes of ln p; pass 1 the means of goods: over links, or of all pairs out of
 * sorted changes, sum_{i<j} |x_i - x_j| = sum_r (2r - n + 1) x_(r); pass 2 indices by unit; then
 * pairs. Without weights cost is n^2 K per period twice. */
#include "kernel/space/links.h"
#include "measure/share/series.h"
#include "spillway/measure.h"

#include <math.h>
#include <stdlib.h>

/* The outputs, in the order of the descriptor. */
enum { VALUE, SEGMENTATION, INTEGRATION, NATIONAL };
enum { CHANGES, MEANS, UNITS, PAIRS }; /* passes */
enum { GRAIN = 16, LEAST_GOODS = 2 };
#define ROUNDING 1e-13 /* of changes of ln p: what is no farther apart moves together */

typedef struct segmentation {
  int goods;
  bool indices;          /* prices are chain indices: of them ln is the change */
  const bool *follows;   /* by period; NULL: of indices, every period has a change */
  const sw_links *links; /* NULL: all pairs */
  /* Links may be one-way; a pair counts once, whichever end names it. */
  sw_links back; /* their rows the other way round, without values */
} segmentation;

/* A sum and how many numbers are in it. */
typedef struct sum {
  double sum, count;
} sum;

/* ---- pass 0: changes --------------------------------------------------------------------- */

/* A price of 0 or less has no logarithm: missing, and counted. */
static double change_of(const sw_job *job, int good, int t, int64_t unit) {
  const segmentation *s = job->state;
  sw_view view = job->input[good].view;
  double now = sw_view_at(view, t, unit);
  /* Chain indices (last year = 100) are changes already: their logarithm is the change. */
  if (s->indices) return now > 0 ? log(now) : NAN;
  if (!s->follows[t]) return NAN;
  double before = sw_view_at(view, t - 1, unit);
  return now > 0 && before > 0 ? log(now) - log(before) : NAN;
}

/* The partial: how many prices are not above zero. */
static void place_changes(const sw_job *job, const sw_tile *tile, int64_t *refused) {
  const segmentation *s = job->state;
  sw_view to = job->operand_local[CHANGES];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int k = 0; k < s->goods; k++)
      for (int t = 0; t < job->n_periods; t++) {
        *refused += sw_view_at(job->input[k].view, t, unit) <= 0;
        to.row[k * job->n_periods + t][unit - to.first] = change_of(job, k, t, unit);
      }
}

/* q of methods-space.md section 8, step 2. */
static double apart(const sw_job *job, int good, int t, int64_t i, int64_t j) {
  const double *q = job->operand[CHANGES].row[good * job->n_periods + t];
  return fabs(q[i] - q[j]);
}

/* ---- pass 1: means of goods -------------------------------------------------------------- */

/* Of linked pairs, each once, whichever way it is linked. of[k * n_periods + t]. A pair linked both
 * ways is added by its lower end. */
static void add_links(const sw_job *job, const sw_tile *tile, sum *of) {
  const segmentation *s = job->state;
  for (int64_t i = tile->lo; i < tile->hi; i++)
    for (int64_t e = s->links->row_start[i]; e < s->links->row_start[i + 1]; e++) {
      int64_t j = s->links->to[e];
      if (j == i || (j < i && sw_links_at(s->links, j, i) >= 0)) continue;
      for (int k = 0; k < s->goods; k++)
        for (int t = 0; t < job->n_periods; t++) {
          double a = apart(job, k, t, i, j);
          if (isnan(a)) continue;
          of[k * job->n_periods + t].sum += a;
          of[k * job->n_periods + t].count++;
        }
    }
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Of all pairs, of one good in one period. sum over i < j of |x_i - x_j|: the r-th in order is
 * greater than r others and less than n - 1 - r. */
static void add_all(const sw_job *job, int64_t item, sum *of, double *sorted) {
  const double *q = job->operand[CHANGES].row[item];
  int64_t n = 0;
  for (int64_t i = 0; i < job->n; i++)
    if (!isnan(q[i])) sorted[n++] = q[i];
  qsort(sorted, (size_t)n, sizeof *sorted, compare);
  for (int64_t r = 0; r < n; r++)
    of->sum += (double)(2 * r - n + 1) * sorted[r];
  of->count = 0.5 * (double)n * (double)(n - 1);
}

/* ---- V of a pair ------------------------------------------------------------------------- */

/* Two walks over the goods: squares of deviations keep the digits that a difference of sums would
 * lose. NaN where a good is missing on either side, or has no mean. */
static double variance_between(const sw_job *job, int t, int64_t i, int64_t j) {
  const segmentation *s = job->state;
  const double *mean = job->folded[MEANS];
  double sum_b = 0, squares = 0;
  int goods = 0;
  for (int k = 0; k < s->goods; k++) {
    double b = apart(job, k, t, i, j) - mean[k * job->n_periods + t];
    if (isnan(b)) continue;
    sum_b += b;
    goods++;
  }
  if (goods < LEAST_GOODS) return NAN;
  for (int k = 0; k < s->goods; k++) {
    double b = apart(job, k, t, i, j) - mean[k * job->n_periods + t];
    if (!isnan(b)) squares += (b - sum_b / goods) * (b - sum_b / goods);
  }
  /* Below ROUNDING of each good all moved together: exactly 0 rather than noise. */
  return squares > goods * ROUNDING * ROUNDING ? squares / goods : 0;
}

/* ---- pass 2: units ----------------------------------------------------------------------- */

static void add_partner(sum *of, double v) {
  if (isnan(v)) return;
  of->sum += v;
  of->count++;
}

/* Partners of unit i are those that it is linked to and those that are linked to it, in the order
 * of units. Both lists ascend, so partners are merged in one walk. */
static double over_links(const sw_job *job, int t, int64_t i) {
  const segmentation *s = job->state;
  const sw_links *out = s->links, *in = &s->back;
  int64_t p = out->row_start[i], q = in->row_start[i];
  sum of = {0, 0};
  while (p < out->row_start[i + 1] || q < in->row_start[i + 1]) {
    int32_t x = p < out->row_start[i + 1] ? out->to[p] : INT32_MAX;
    int32_t y = q < in->row_start[i + 1] ? in->to[q] : INT32_MAX;
    int32_t j = x < y ? x : y;
    p += x == j;
    q += y == j;
    if (j != i) add_partner(&of, variance_between(job, t, i, j));
  }
  return of.count > 0 ? of.sum / of.count : NAN;
}

/* Without weights O(n K) per unit and period. */
static double segmentation_of(const sw_job *job, int t, int64_t i) {
  const segmentation *s = job->state;
  sum of = {0, 0};
  if (s->links) return over_links(job, t, i);
  for (int64_t j = 0; j < job->n; j++)
    if (j != i) add_partner(&of, variance_between(job, t, i, j));
  return of.sum / of.count; /* 0/0: no partner has a value */
}

/* The partial: sums by period. */
static void place_units(const sw_job *job, const sw_tile *tile, sum *of) {
  int64_t first = job->first;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      double index = segmentation_of(job, t, unit);
      job->result[SEGMENTATION].row[t][unit - first] = index;
      /* 1/sqrt(0) is no integration: undefined. */
      job->result[INTEGRATION].row[t][unit - first] = index > 0 ? 1 / sqrt(index) : NAN;
      add_partner(&of[t], index);
    }
}

/* By pass: changes of prices, means over pairs or links, then the units. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const segmentation *s = job->state;
  if (tile->pass == CHANGES)
    place_changes(job, tile, out);
  else if (tile->pass == UNITS)
    place_units(job, tile, out);
  else if (s->links)
    add_links(job, tile, out);
  else
    add_all(job, tile->lo, out, workspace);
}

/* CHANGES counts prices; the others sums with their numbers, in block order. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  if (pass == CHANGES) {
    *(int64_t *)all += *(const int64_t *)part;
    return;
  }
  sum *to = all;
  const sum *from = part;
  for (size_t c = 0; c < job->pass[pass].partial / sizeof *to; c++) {
    to[c].sum += from[c].sum;
    to[c].count += from[c].count;
  }
}

static void note_refused(sw_job *job, int64_t refused) {
  if (refused > 0)
    sw_note(job->notes, "%s: %s: %lld price%s not above 0 %s no logarithm: missing", job->where,
            job->name, (long long)refused, refused == 1 ? "" : "s", refused == 1 ? "has" : "have");
}

/* Rank 0: means of goods, which later passes take out, and the national index. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err;
  const segmentation *s = job->state;
  const sum *of = all;
  double *mean = result;
  if (pass == CHANGES) note_refused(job, *(const int64_t *)all);
  /* A good without any pair: 0/0, and it drops out of V. */
  for (int c = 0; pass == MEANS && c < s->goods * job->n_periods; c++)
    mean[c] = of[c].sum / of[c].count;
  for (int t = 0; pass == UNITS && t < job->n_periods; t++) {
    job->result[NATIONAL].row[0][t] = of[t].sum / of[t].count;
    if (of[t].count == 0)
      for (int q = SEGMENTATION; q <= NATIONAL; q++)
        sw_job_undefined(job, q, t,
                         s->indices || s->follows[t]
                             ? "no pair has a change of two goods"
                             : "there is no change since the period before");
  }
  return SW_OK;
}

/* ---- pairs ------------------------------------------------------------------------------- */

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  (void)workspace;
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = variance_between(job, t, i, j);
}

static size_t workspace(const sw_job *job) {
  return (size_t)job->n * sizeof(double);
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Means of goods: over the links of units, or an item per good and period, which sorts. Small tiles
 * for UNITS, as each unit costs n or its partners times K. */
static void declare_passes(sw_job *job, const segmentation *s) {
  size_t means = (size_t)(s->goods * job->n_periods);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .operand = s->goods, .partial = sizeof(int64_t)});
  sw_job_pass(job, s->links ? (sw_pass){.domain = SW_UNITS,
                                        .partial = means * sizeof(sum),
                                        .result = means * sizeof(double)}
                            : (sw_pass){.domain = SW_ITEMS,
                                        .items = (int64_t)means,
                                        .record = sizeof(sum),
                                        .result = means * sizeof(double)});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .grain = GRAIN,
                             .partial = (size_t)job->n_periods * sizeof(sum)});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
}

/* A counting sort by partner, so that rows ascend. A row of `back` lists the units that link to
 * it. */
static sw_status turn_links(sw_error *err, const sw_job *job, const sw_links *links,
                            sw_links *back) {
  int64_t *start = NULL, *next = NULL;
  int32_t *to = NULL;
  SW_NEW(err, job->arena, start, links->n + 1);
  SW_NEW(err, job->arena, next, links->n + 1);
  SW_NEW(err, job->arena, to, links->row_start[links->n] + 1);
  for (int64_t e = 0; e < links->row_start[links->n]; e++)
    start[links->to[e] + 1]++;
  for (int64_t i = 0; i < links->n; i++)
    start[i + 1] += start[i];
  for (int64_t i = 0; i < links->n; i++)
    next[i] = start[i];
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++)
      to[next[links->to[e]]++] = (int32_t)i;
  *back = (sw_links){.n = links->n, .row_start = start, .to = to};
  return SW_OK;
}

/* Goods, links and periods; then the passes. */
static sw_status resolve(sw_error *err, sw_job *job) {
  segmentation *s = NULL;
  SW_NEW(err, job->arena, s, 1);
  job->state = s;
  s->goods = sw_job_inputs(job, "prices").count;
  s->indices = sw_job_arg(job, "input")->number != 0;
  s->links = sw_job_weights(job, "weights");
  if (s->links) SW_TRY(turn_links(err, job, s->links, &s->back));
  if (s->goods < LEAST_GOODS)
    return sw_job_fail(err, job, "prices", "%d good; the variance is over two or more", s->goods);
  /* Indices need no period before: each stands for a change. */
  if (!s->indices) {
    SW_TRY(sw_series_check(err, job, "prices", 2));
    SW_TRY(sw_series_follow(err, job, "changes", &s->follows));
  }
  declare_passes(job, s);
  job->links_only = s->links != NULL;
  job->pooled = !s->indices; /* a change is of two periods */
  job->by = SW_BY_SMALLEST;
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "prices",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "of each good: its price, or a chain index"},
    {.name = "input",
     .type = SW_P_CHOICE,
     .fallback = "price",
     .choices = "price|chain-index",
     .help =
         "what they are: prices, or indices on the period before, whose ln is the change: 1.02"},
    {.name = "weights",
     .type = SW_P_WEIGHTS,
     .fallback = "",
     .help = "whose links are the pairs; left out: all pairs"},
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .long_name = "variance of relative prices between two units",
     .units = "1",
     .shape = SW_PAIR},
    {.name = "segmentation",
     .long_name = "market segmentation: mean variance of relative prices with the partners",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "integration",
     .long_name = "market integration: 1 over the root of segmentation",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "national",
     .long_name = "mean segmentation of the units",
     .units = "1",
     .shape = SW_GLOBAL},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {{"input", "price", "q = d ln p since the period before"},
                                      {"input", "chain-index", "q = ln of the index"},
                                      {"weights", "*", "pairs: the links of `weights`"},
                                      {"weights", "", "pairs: all"},
                                      {0}};

/* flops and bytes: of ten goods. */
const sw_measure sw_measure_market_segmentation = {
    .name = "market_segmentation",
    .title = "Market segmentation by relative prices",
    .formula = "V_ij = variance over goods of |q_ik - q_jk| less its mean over the pairs; "
               "segmentation: mean of V over the partners; integration = 1/sqrt(segmentation)",
    .variant = variants,
    .source =
        "Parsley and Wei 2001, Journal of International Economics 55:87-105; Lu and Chen 2009, "
        "Economic Research Journal 44(3)",
    .version = 1,
    .headline = "national",
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 80,
    .bytes = 160,
    .resolve = resolve,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .segment = segment,
    .workspace = workspace,
};
