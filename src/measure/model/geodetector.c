/* The geographical detector, by period (methods-regions.md section 14): which factors go with y,
 * by the share of its variance that lies between their strata,
 *
 *   q = 1 - sum N_h s_h^2/(N s^2),  F = (N - L) q/((L - 1)(1 - q)) with (L - 1, N - L)
 *
 * and what two factors explain together. A factor is a column of groups or classes, which are its
 * strata, or a number that is cut into classes. All factors of a period rest on the same units,
 * those that have y and all of them; strata of one unit are left out of a q. The diagonal of the
 * interactions is q itself.
 *
 * An item is a period: classes need a whole column in order. Cost: a sort for each factor, and a
 * pass over the units for each pair; `natural` n k log n.
 *
 * Source: Wang et al. 2010, Int. J. Geographical Information Science 24:107-127; Wang, Zhang & Fu
 * 2016, Ecological Indicators 67:250-256.
 *
 * Records have one length, so period t is found by multiplication: n and whether y varies, then q,
 * F, p by factor, then q and type by pair, then what the factor is like. Whatever is computed is by
 * one thread per period; nothing is shared but the gathered inputs. */
#include "kernel/classes/detector.h"
#include "kernel/classes/jenks.h"
#include "kernel/series/quantile.h"
#include "kernel/series/stats.h"
#include "measure/share/series.h"
#include "spillway/measure.h"

#include <math.h>
#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { Q, F, P_VALUE, INTERACTION, INTERACTION_TYPE };
enum { QUANTILE, EQUAL, NATURAL };                     /* discretise, in the order of its choices */
enum { PER_FACTOR = 3, ONE_STRATUM = 1, TOO_FEW = 2 }; /* q, f, p; what a factor is like */

/* Set by resolve. */
typedef struct detector_state {
  int factors, classes, discretise, most; /* most: classes of any factor */
  bool noncentral;
} detector_state;

/* What a period leaves; by factor q, f, p; by pair of factors q and type; by factor what it is like
 * and its strata of one unit. */
typedef struct record {
  int64_t n;
  bool varies; /* y */
  double number[];
} record;

/* The workspace of a period; n units of each. */
typedef struct bench {
  void *shared; /* of the kernels */
  double *sorted, *scratch, *y;
  double *breaks; /* classes */
  int32_t *unit;  /* of the sample */
  int32_t *class; /* factor by factor */
} bench;

/* ---- sizes ------------------------------------------------------------------------------- */

/* What the kernels share, one after the other. */
static size_t shared_bytes(const sw_job *job) {
  const detector_state *state = job->state;
  size_t detect = sw_detector_workspace(job->n, state->most);
  /* The two kernels run one after the other: the larger need is enough. 16 bytes are the strictest
   * alignment behind. */
  size_t jenks = state->discretise == NATURAL ? sw_jenks_workspace(job->n, state->classes) : 0;
  size_t most = detect > jenks ? detect : jenks;
  return (most + 15) / 16 * 16;
}

/* Bytes of a thread, in the order of bench_of. */
static size_t workspace_detector(const sw_job *job) {
  const detector_state *state = job->state;
  size_t n = (size_t)job->n;
  /* sorted, scratch, y; breaks; unit and the classes of each factor. */
  return shared_bytes(job) + (3 * n + (size_t)state->classes) * sizeof(double) +
         (1 + (size_t)state->factors) * n * sizeof(int32_t);
}

static bench bench_of(const sw_job *job, void *workspace) {
  const detector_state *state = job->state;
  bench b = {.shared = workspace};
  b.sorted = (double *)((char *)workspace + shared_bytes(job));
  b.scratch = b.sorted + job->n;
  b.y = b.scratch + job->n;
  b.breaks = b.y + job->n;
  b.unit = (int32_t *)(b.breaks + state->classes);
  b.class = b.unit + job->n;
  return b;
}

/* Where a record's parts begin. Pairs are stored twice, (f, g) and (g, f), so that the matrix is
 * copied as it is. */
static double *pair_of(const detector_state *state, double *number, int f, int g) {
  return number + PER_FACTOR * state->factors + 2 * (f * state->factors + g);
}

static double *like_of(const detector_state *state, double *number, int f) {
  return number + PER_FACTOR * state->factors + 2 * state->factors * state->factors + 2 * f;
}

static size_t record_bytes(const detector_state *state) {
  size_t factors = (size_t)state->factors;
  return sizeof(record) +
         (PER_FACTOR * factors + 2 * factors * factors + 2 * factors) * sizeof(double);
}

/* ---- classes ----------------------------------------------------------------------------- */

/* Whether a value counts: of classes those that have a name alone. */
static bool is_there(const sw_input *input, double value) {
  if (input->n_classes == 0) return !isnan(value);
  return value >= input->class_first && value < input->class_first + input->n_classes;
}

/* The units that have y and all factors, and their y. One sample for all factors: q of different
 * factors are then comparable, and q12 too. */
static int64_t take_sample(const sw_job *job, int t, bench *b) {
  int64_t n = 0;
  for (int64_t i = 0; i < job->n; i++) {
    bool whole = true;
    for (int f = 0; whole && f < job->n_inputs; f++)
      whole = is_there(&job->input[f], sw_view_at(job->input[f].view, t, i));
    if (!whole) continue;
    b->y[n] = sw_view_at(job->input[0].view, t, i);
    b->unit[n++] = (int32_t)i;
  }
  return n;
}

/* Equal: between the least and the greatest of the period's sample. Quantiles as in
 * methods-regions.md (type 7, closed above), natural breaks by Jenks, equal widths. */
static void find_breaks(const detector_state *state, const bench *b, int64_t n) {
  double lo = b->sorted[0], hi = b->sorted[n - 1];
  if (state->discretise == QUANTILE) sw_quantile_breaks(b->sorted, n, state->classes, b->breaks);
  if (state->discretise == NATURAL)
    sw_jenks_breaks(b->sorted, n, state->classes, b->shared, b->breaks);
  for (int c = 1; state->discretise == EQUAL && c < state->classes; c++)
    b->breaks[c - 1] = lo + (hi - lo) * c / state->classes;
}

/* The class of each unit of the sample; returns how many classes there may be. *few: a number has
 * fewer values than classes. Classes from 0. Class names keep their numbers, whichever of them
 * occur in the period. */
static int classify(const sw_job *job, int t, int f, const bench *b, int64_t n, bool *few) {
  const detector_state *state = job->state;
  const sw_input *input = &job->input[1 + f];
  int32_t *class = b->class + f * job->n;
  *few = false;
  if (input->n_classes > 0) {
    for (int64_t i = 0; i < n; i++)
      class[i] = (int32_t)sw_view_at(input->view, t, b->unit[i]) - input->class_first;
    return input->n_classes;
  }
  for (int64_t i = 0; i < n; i++)
    b->sorted[i] = sw_view_at(input->view, t, b->unit[i]);
  sw_stats_sort_values(b->sorted, n, b->scratch);
  /* `few` is about different values, not units: equal breaks leave classes empty, and k stays. */
  *few = sw_quantile_distinct(b->sorted, n, state->classes) < state->classes;
  find_breaks(state, b, n);
  for (int64_t i = 0; i < n; i++)
    class[i] =
        sw_quantile_class(b->breaks, state->classes - 1, sw_view_at(input->view, t, b->unit[i])) -
        1;
  return state->classes;
}

static int classes_of(const sw_job *job, int f) {
  int named = job->input[1 + f].n_classes;
  /* Numbers have the classes the entry asks for. */
  return named > 0 ? named : ((const detector_state *)job->state)->classes;
}

/* ---- tile -------------------------------------------------------------------------------- */

/* The classes of all factors are kept: pairs cross them without a sort. */
static void detect_factor(const sw_job *job, int t, int f, const bench *b, record *r) {
  const detector_state *state = job->state;
  bool few;
  int classes = classify(job, t, f, b, r->n, &few);
  sw_detector d = sw_detector_of(b->y, b->class + f * job->n, r->n, classes, b->shared);
  double *number = r->number + PER_FACTOR * f, *like = like_of(state, r->number, f);
  /* F rests on strata of two units or more (kernel/classes/detector.h). */
  number[Q] = d.q;
  number[F] = d.f;
  number[P_VALUE] = sw_detector_p(&d, state->noncentral);
  /* What is found is noted once for the entry, by finish. */
  like[0] = d.strata < 2 ? ONE_STRATUM : few ? TOO_FEW : 0;
  like[1] = d.single;
}

/* Symmetric, so both cells are filled at once. The cross of f and g has classes(f) x classes(g)
 * cells, of which those present are its strata. */
static void detect_pair(const sw_job *job, int f, int g, const bench *b, record *r) {
  const detector_state *state = job->state;
  sw_detector d = sw_detector_cross(b->y, b->class + f * job->n, classes_of(job, f),
                                    b->class + g * job->n, classes_of(job, g), r->n, b->shared);
  double *there = pair_of(state, r->number, f, g), *back = pair_of(state, r->number, g, f);
  there[0] = back[0] = d.q;
  there[1] = back[1] =
      sw_detector_interaction(r->number[PER_FACTOR * f + Q], r->number[PER_FACTOR * g + Q], d.q);
}

/* Factors first: an interaction is judged by the q of both. */
static void tile_detector(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const detector_state *state = job->state;
  bench b = bench_of(job, workspace);
  record *r = out;
  int t = (int)tile->lo;
  r->n = take_sample(job, t, &b);
  for (int64_t i = 1; i < r->n; i++)
    /* y varies if two values differ; sums of a constant could round away from 0. */
    r->varies |= b.y[i] != b.y[0];
  size_t numbers = (record_bytes(state) - sizeof *r) / sizeof(double);
  /* An empty sample has no number at all; the record comes zeroed, which would read as q = 0. */
  for (size_t i = 0; r->n == 0 && i < numbers; i++)
    r->number[i] = NAN;
  if (r->n == 0) return;
  for (int f = 0; f < state->factors; f++)
    detect_factor(job, t, f, &b, r);
  for (int f = 0; f < state->factors; f++) {
    /* q of a factor crossed with itself is its own. */
    pair_of(state, r->number, f, f)[0] = r->number[PER_FACTOR * f + Q];
    for (int g = f + 1; g < state->factors; g++)
      detect_pair(job, f, g, &b, r);
  }
}

/* ---- finish ------------------------------------------------------------------------------ */

static const record *record_at(const sw_job *job, const void *all, int t) {
  return (const record *)((const char *)all + (size_t)t * record_bytes(job->state));
}

/* Strata that are alone, and samples that are empty, leave q undefined. */
static void place(sw_job *job, int t, const record *r) {
  const detector_state *state = job->state;
  int factors = state->factors;
  /* By what explains more: no units, then y, then the factors. */
  const char *why = r->n == 0    ? "no unit has all variables"
                    : !r->varies ? "y is constant"
                                 : "a factor has one stratum";
  double *number = (double *)r->number;
  for (int f = 0; f < factors; f++) {
    for (int q = Q; q <= P_VALUE; q++)
      job->result[q].row[0][t * factors + f] = number[PER_FACTOR * f + q];
    for (int g = 0; g < factors; g++) {
      const double *pair = pair_of(state, number, f, g);
      int at = (t * factors + f) * factors + g;
      job->result[INTERACTION].row[0][at] = pair[0];
      /* Type 0 is "none", as an integer cannot be NaN. */
      job->result[INTERACTION_TYPE].row[0][at] = r->n == 0 ? 0 : pair[1];
      if (isnan(pair[0]))
        for (int q = Q; q <= INTERACTION; q++)
          sw_job_undefined(job, q, t, why);
    }
  }
}

/* One line for each factor and kind, of the first period in which it is so. */
static void note_factor(const sw_job *job, const void *all, int f) {
  const detector_state *state = job->state;
  const char *name = job->input[1 + f].name;
  /* Three kinds of notes: one stratum, few values, single units. */
  int first[3] = {-1, -1, -1}, count[3] = {0};
  for (int t = 0; t < job->n_periods; t++) {
    const record *r = record_at(job, all, t);
    const double *like = like_of(state, (double *)r->number, f);
    bool is[3] = {r->n > 0 && like[0] == ONE_STRATUM, r->n > 0 && like[0] == TOO_FEW,
                  r->n > 0 && like[1] > 0};
    for (int k = 0; k < 3; k++)
      if (is[k] && count[k]++ == 0) first[k] = t;
  }
  for (int k = 0; k < 3; k++) {
    if (count[k] == 0) continue;
    const double *like = like_of(state, (double *)record_at(job, all, first[k])->number, f);
    const char *more = count[k] > 1 ? " and other periods" : "";
    const char *period = sw_series_when(job, first[k]);
    if (k == 0)
      sw_note(job->notes, "%s: %s: '%s' has one stratum%s%s; its q is undefined there", job->where,
              job->name, name, period, more);
    else if (k == 1)
      sw_note(job->notes, "%s: %s: '%s' has fewer different values than %d classes%s%s", job->where,
              job->name, name, state->classes, period, more);
    else
      sw_note(job->notes, "%s: %s: %d strat%s of '%s' with a single unit%s%s left out", job->where,
              job->name, (int)like[1], like[1] == 1 ? "um" : "a", name, period, more);
  }
}

/* The factor with the largest q of those not said yet, the first of equal ones; -1: none is left.
 *
 * O(factors^2) for lines, of a few dozen factors. */
static int next_factor(const detector_state *state, const double *number, const bool *said) {
  int best = -1;
  for (int f = 0; f < state->factors; f++)
    if (!said[f] && !isnan(number[PER_FACTOR * f]) &&
        (best < 0 || number[PER_FACTOR * f] > number[PER_FACTOR * best]))
      best = f;
  return best;
}

/* The factors of the last period, strongest first, each a line, and the pair that explains most. */
static sw_status say(sw_error *err, sw_job *job, const record *r) {
  static const char *const type[] = {
      "none",        "nonlinear weakening",  "one-factor weakening", "two-factor enhancement",
      "independent", "nonlinear enhancement"};
  const detector_state *state = job->state;
  const char *period = sw_series_when(job, job->n_periods - 1);
  double *number = (double *)r->number;
  int a = -1, b = -1;
  bool *said = NULL;
  SW_NEW(err, job->arena, said, state->factors);
  for (int f; r->n > 0 && (f = next_factor(state, number, said)) >= 0;) {
    const double *of = number + PER_FACTOR * f;
    sw_job_say(job, "q of %s%s %.4g (F %.6g, p %.4g)", job->input[1 + f].name, period, of[Q], of[F],
               of[P_VALUE]);
    said[f] = true;
  }
  for (int f = 0; r->n > 0 && f < state->factors; f++)
    for (int g = f + 1; g < state->factors; g++) {
      double q = pair_of(state, number, f, g)[0];
      /* Type 0: q of one of the two is undefined, or the pair is of one factor. */
      if (isnan(q) || pair_of(state, number, f, g)[1] == 0) continue; /* of one factor alone */
      if (a >= 0 && !(q > pair_of(state, number, a, b)[0])) continue;
      a = f;
      b = g;
    }
  if (a >= 0)
    sw_job_say(job, "most together%s: %s and %s %.4g, %s", period, job->input[1 + a].name,
               job->input[1 + b].name, pair_of(state, number, a, b)[0],
               type[(int)pair_of(state, number, a, b)[1]]);
  return SW_OK;
}

/* Records are by period; notes and lines by factor. */
static sw_status finish_detector(sw_error *err, sw_job *job, int pass, const void *all,
                                 void *result) {
  (void)pass, (void)result;
  for (int t = 0; t < job->n_periods; t++)
    place(job, t, record_at(job, all, t));
  for (int f = 0; f < ((const detector_state *)job->state)->factors; f++)
    note_factor(job, all, f);
  return say(err, job, record_at(job, all, job->n_periods - 1));
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Axes of factors, by their names. */
static sw_status declare_factors(sw_error *err, sw_job *job, detector_state *state) {
  const char **label = NULL;
  SW_NEW(err, job->arena, label, state->factors);
  for (int f = 0; f < state->factors; f++) {
    const sw_input *input = &job->input[1 + f];
    label[f] = input->name;
    if (strcmp(input->name, job->input[0].name) == 0)
      /* x among the factors would explain itself: q = 1. */
      return sw_job_fail(err, job, "factors", "'%s' is y, too; leave it out", input->name);
    /* Workspace and records are sized for the factor with most classes. */
    if (classes_of(job, f) > state->most) state->most = classes_of(job, f);
  }
  sw_job_axis(job, (sw_axis){.name = "factor", .n = state->factors, .label = label});
  sw_job_axis(job, (sw_axis){.name = "factor_to", .n = state->factors, .label = label});
  return SW_OK;
}

/* `most` decides the workspace: named classes may be more than `classes`. */
static sw_status resolve_detector(sw_error *err, sw_job *job) {
  detector_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->factors = sw_job_inputs(job, "factors").count;
  state->classes = (int)sw_job_arg(job, "classes")->number;
  state->discretise = (int)sw_job_arg(job, "discretise")->number;
  state->noncentral = sw_job_arg(job, "test")->number != 0;
  SW_TRY(declare_factors(err, job, state));
  sw_job_pass(
      job, (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = record_bytes(state)});
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "y", .type = SW_P_COLUMN, .help = "the variable that is explained"},
    {.name = "factors",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .or_group = true,
     .help = "indicators, which are cut into classes, classes of results, or group columns of the "
             "units"},
    {.name = "classes",
     .type = SW_P_INTEGER,
     .fallback = "5",
     .lo = 2,
     .hi = 1000,
     .help = "of an indicator"},
    {.name = "discretise",
     .type = SW_P_CHOICE,
     .fallback = "quantile",
     .choices = "quantile|equal|natural",
     .help = "classes of as many units, of equal width, or with the least sum of squares within"},
    {.name = "test",
     .type = SW_P_CHOICE,
     .fallback = "central",
     .choices = "central|noncentral",
     .help = "the law of F; the noncentral one changes when a constant is added to y"},
    {0}};

#define BY_FACTOR .units = "1", .shape = SW_GLOBAL, .axis = {"factor"}
#define BY_PAIR .units = "1", .shape = SW_GLOBAL, .axis = {"factor", "factor_to"}

static const sw_output outputs[] = {
    {.name = "q", .long_name = "share of the variance of y between strata", BY_FACTOR},
    {.name = "f", .long_name = "F of q", BY_FACTOR},
    {.name = "p_value", .long_name = "p-value of F", BY_FACTOR},
    {.name = "interaction", .long_name = "q of the strata of two factors together", BY_PAIR},
    {.name = "interaction_type",
     .palette = SW_CATEGORIES,
     .long_name = "1 nonlinear weakening, 2 one-factor weakening, 3 two-factor enhancement, 4 "
                  "independent, 5 nonlinear enhancement, 0 none",
     .number = SW_INT32,
     BY_PAIR},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"discretise", "quantile", "classes by quantiles at (n - 1) c/k, closed on the right"},
    {"discretise", "equal", "classes of equal width, closed on the right"},
    {"discretise", "natural", "classes with the least sum of squares within (Jenks)"},
    {"test", "central", "p of the central F"},
    {"test", "noncentral",
     "p of the noncentral F, lambda = [sum Y_h^2 - (sum sqrt(N_h) Y_h)^2/N]/s^2"},
    {0}};

const sw_measure sw_measure_geodetector = {
    .name = "geodetector",
    .title = "Geographical detector: factors and interactions",
    .formula = "q = 1 - sum N_h s_h^2/(N s^2), strata of one unit left out; F = (N - L) q/((L - "
               "1)(1 - q)); type by the joint q against those of both factors",
    .variant = variants,
    .source = "Wang et al. 2010, Int. J. Geographical Information Science 24:107-127; Wang, Zhang "
              "and Fu 2016, Ecological Indicators 67:250-256; Fisher 1958 and Jenks 1977 (natural)",
    .version = 1,
    .headline = "q",
    .kind = SW_KIND_MODEL,
    .param = params,
    .output = outputs,
    .resolve = resolve_detector,
    .tile = tile_detector,
    .finish = finish_detector,
    .workspace = workspace_detector,
};
