/* Coupling coordination of a unit's systems (methods.md section 2):
 *
 *   D = sqrt(C T),  T = sum_s alpha_s U_s,  C by `form` (kernel/series/coupling.h)
 *
 * and with it the class of D by `breaks`, half-open [lo, hi), the last closed, borders up to
 * rounding; the lagging system (smallest score, ties to the first named, up to rounding); the
 * balance min U / max U. All scores zero, or one missing: undefined. With equal alpha and the
 * product form D is sqrt(GM(U)): C cancels.
 *
 * One pass over units: each unit and period stands for itself. What the fold carries is only
 * whether a score leaves [0,1], since a tile cannot fail and the message should name one place.
 *
 * Sources: the product form as used since Liao 1999; Wang, Kong, Ren, Zhang & Dai 2021, J. Natural
 * Resources 36(3):793-810 (wang2021); Fan 2024 (dispersion). */
#include "kernel/series/coupling.h"
#include "measure/share/series.h"
#include "measure/share/systems.h"

#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { COUPLING, DEVELOPMENT, COORDINATION, CLASS, LAGGING, BALANCE, CLASS_FROM, ALPHA };
/* So that a unit's scores are an array on the stack. */
enum { MAX_SYSTEMS = 32 };

/* Set by resolve. `alpha`: k weights of sum 1. `breaks`: ascending within (0, 1); n of them make n
 * + 1 classes. */
typedef struct coupling_state {
  int k; /* systems */
  sw_coupling_form form;
  const double *alpha;
  int n_breaks;
  const double *breaks;
} coupling_state;

/* The first score outside [0,1] in the order of units, and how many there are: a fold, so that one
 * clear line is said and is the same for any number of ranks. All zero: none, which is what an
 * absent `start` gives. */
typedef struct stray {
  int64_t count, unit;
  int system, period;
  double value;
} stray;

/* ---- arithmetic ------------------------------------------------------------------------- */

/* What rounding leaves of numbers that are equal in exact arithmetic, relative: 2^-47, 64 halves of
 * a last bit. C has some 2k such roundings and T as many, of which the root of their product takes
 * half, with k up to MAX_SYSTEMS; three systems have six. */
static const double rounding = 0x1p-47;

/* Classes count from 1: the breaks at or below d. A d that only rounding keeps below a break is on
 * it, and belongs to the upper class. 0, the integer for "undefined", when d is NaN. */
static int class_of(const coupling_state *state, double d) {
  int above = 0;
  while (above < state->n_breaks && d >= state->breaks[above] * (1 - rounding))
    above++;
  return isnan(d) ? 0 : above + 1;
}

/* The smallest score. */
static double lowest(const double *u, int k) {
  double least = u[0];
  for (int s = 1; s < k; s++)
    least = u[s] < least ? u[s] : least;
  return least;
}

/* The first of those that are the smallest, up to rounding. */
static int lagging(const double *u, int k) {
  double most = lowest(u, k) * (1 + rounding);
  int at = 0;
  while (u[at] > most)
    at++;
  return at;
}

/* Scores are all there: no NaN to look out for. */
static double largest(const double *u, int k) {
  double most = u[0];
  for (int s = 1; s < k; s++)
    most = u[s] > most ? u[s] : most;
  return most;
}

/* ---- tile ------------------------------------------------------------------------------- */

/* False when a score is missing; strays are counted, and placed all the same: the run ends at
 * `finish`. A NaN is not counted, as both comparisons are false. */
static bool read_scores(const sw_job *job, int t, int64_t unit, double *u, stray *out) {
  bool complete = true;
  for (int s = 0; s < job->n_inputs; s++) {
    u[s] = sw_view_at(job->input[s].view, t, unit);
    complete = complete && !isnan(u[s]);
    if (!sw_systems_is_outside(u[s])) continue;
    /* The assignment resets the count to 1, which it is. */
    if (out->count++ == 0)
      *out = (stray){.count = 1, .unit = unit, .system = s, .period = t, .value = u[s]};
  }
  return complete;
}

/* Scores are all there. All zero: C is NaN by its formula, and with it D and its class; no system
 * lags then, and the balance is 0/0. */
static void place(const sw_job *job, int t, int64_t at, const double *u) {
  const coupling_state *state = job->state;
  double c = sw_coupling(state->form, u, state->k), d = NAN;
  double development = sw_development(u, state->alpha, state->k), most = largest(u, state->k);
  d = sqrt(c * development);
  job->result[COUPLING].row[t][at] = c;
  job->result[DEVELOPMENT].row[t][at] = development;
  job->result[COORDINATION].row[t][at] = d;
  job->result[CLASS].row[t][at] = class_of(state, d);
  /* Where all scores are zero none lags. */
  job->result[LAGGING].row[t][at] = most > 0 ? lagging(u, state->k) : -1;
  job->result[BALANCE].row[t][at] = lowest(u, state->k) / most;
}

/* Integer outputs have no NaN of their own in the file; 0 and -1 are documented with them. */
static void place_nothing(const sw_job *job, int t, int64_t at) {
  for (int q = COUPLING; q <= BALANCE; q++)
    job->result[q].row[t][at] = q == CLASS ? 0 : q == LAGGING ? -1 : NAN;
}

/* Fills every unit output of its units in every period; a score outside [0,1] goes into the block's
 * stray. Units outside, so that the first stray is the first by unit. */
static void tile_coupling(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  int64_t first = job->input[0].view.first;
  double u[MAX_SYSTEMS];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++) {
      if (read_scores(job, t, unit, u, out))
        place(job, t, unit - first, u);
      else
        place_nothing(job, t, unit - first);
    }
}

/* `all` comes first in the order of units, so its stray is kept. */
static void merge_coupling(const sw_job *job, int pass, void *all, const void *part) {
  (void)job;
  (void)pass;
  stray *into = all;
  const stray *from = part;
  int64_t count = into->count + from->count;
  /* The count is set after: copying would overwrite the sum. */
  if (into->count == 0) *into = *from;
  into->count = count;
}

/* ---- finish ----------------------------------------------------------------------------- */

/* Rank 0. The settings in force are written as tables, so that the file explains its classes. */
static sw_status finish_coupling(sw_error *err, sw_job *job, int pass, const void *all,
                                 void *result) {
  (void)pass;
  (void)result;
  const coupling_state *state = job->state;
  const stray *bad = all;
  if (bad->count > 0)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: '%s' of unit %s%s is %.10g, outside [0,1] (%lld such scores); use "
                   "a composite, whose scores are in [0,1]",
                   job->input[bad->system].where, job->name, job->input[bad->system].name,
                   sw_unit_code(job->units, bad->unit), sw_series_when(job, bad->period),
                   bad->value, (long long)bad->count);
  /* Class i begins at break i - 1, the first at 0. */
  for (int i = 0; i <= state->n_breaks; i++)
    job->result[CLASS_FROM].row[0][i] = i ? state->breaks[i - 1] : 0;
  memcpy(job->result[ALPHA].row[0], state->alpha, (size_t)state->k * sizeof(double));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

static const char *const ten_classes[] = {
    "extreme imbalance", "severe imbalance",    "moderate imbalance",   "mild imbalance",
    "near imbalance",    "barely coordinated",  "primary coordination", "intermediate coordination",
    "good coordination", "quality coordination"};

/* Strictly ascending: equal breaks would make a class that nothing falls into. */
static sw_status check_breaks(sw_error *err, const sw_job *job, const sw_arg *breaks) {
  for (int i = 0; i < breaks->count; i++) {
    /* The break before; 0 bounds the first from below, and is no break itself. */
    double low = i ? breaks->numbers[i - 1] : 0;
    if (!(breaks->numbers[i] > low) || !(breaks->numbers[i] < 1))
      return sw_job_fail(err, job, "breaks",
                         "%g after %g; expected ascending breaks between 0 and 1",
                         breaks->numbers[i], low);
  }
  return SW_OK;
}

/* Nine breaks by tenths, as written or by default: the ten classes of the field have names, all
 * others are numbered. (i + 1) / 10.0 and the text "0.3" are the same double: both are rounded
 * correctly. */
static bool is_tenths(const sw_arg *breaks) {
  bool tenths = breaks->count == 9;
  for (int i = 0; tenths && i < 9; i++)
    tenths = breaks->numbers[i] == (i + 1) / 10.0;
  return tenths;
}

/* Labels given, or the names of the field, or "class 1", "class 2", ... */
static sw_status label_classes(sw_error *err, sw_job *job, int classes) {
  const sw_arg *labels = sw_job_arg(job, "labels");
  const char *const *label = ten_classes;
  if (labels->count > 0 && labels->count != classes)
    return sw_job_fail(err, job, "labels", "%d labels for %d classes; %d breaks make %d classes",
                       labels->count, classes, classes - 1, classes);
  if (labels->count > 0)
    label = labels->texts;
  else if (!is_tenths(sw_job_arg(job, "breaks"))) {
    char **number = NULL;
    SW_NEW(err, job->arena, number, classes);
    for (int i = 0; i < classes; i++)
      if (!(number[i] = sw_arena_printf(job->arena, "class %d", i + 1)))
        return sw_fail(err, SW_ENOMEM, "out of memory for labels");
    label = (const char *const *)number;
  }
  sw_job_axis(job, (sw_axis){.name = "class_label", .n = classes, .label = label});
  return SW_OK;
}

/* Systems are called as the study wrote them. */
static sw_status name_systems(sw_error *err, sw_job *job) {
  const char **name = NULL;
  SW_NEW(err, job->arena, name, job->n_inputs);
  for (int s = 0; s < job->n_inputs; s++)
    name[s] = job->input[s].name;
  sw_job_axis(job, (sw_axis){.name = "system", .n = job->n_inputs, .label = name});
  return SW_OK;
}

/* Everything that can be refused without values. The partial is the stray; there is no result, as
 * no later pass needs one. */
static sw_status resolve_coupling(sw_error *err, sw_job *job) {
  const sw_arg *breaks = sw_job_arg(job, "breaks");
  coupling_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  if (job->n_inputs < 2 || job->n_inputs > MAX_SYSTEMS)
    return sw_job_fail(err, job, "systems", "%d system%s; expected 2 to %d", job->n_inputs,
                       job->n_inputs == 1 ? "" : "s", MAX_SYSTEMS);
  SW_TRY(sw_systems_bounded(err, job, "systems"));
  SW_TRY(check_breaks(err, job, breaks));
  state->k = job->n_inputs;
  state->form = (sw_coupling_form)(int)sw_job_arg(job, "form")->number;
  state->n_breaks = breaks->count;
  state->breaks = breaks->numbers;
  SW_TRY(sw_systems_weights(err, job, "systems", "alpha", &state->alpha));
  SW_TRY(label_classes(err, job, breaks->count + 1));
  /* The integers of `lagging` are indices into this axis. */
  SW_TRY(name_systems(err, job));
  job->state = state;
  job->n_passes = 1;
  job->pass[0] = (sw_pass){.domain = SW_UNITS, .partial = sizeof(stray)};
  for (int s = 0; s < job->n_inputs; s++)
    job->scores_per_period = job->scores_per_period || job->input[s].per_period_normalised;
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "systems",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "two or more scores in [0,1]"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "product",
     .choices = SW_COUPLING_FORMS,
     .help = "of the coupling C; with product and equal alpha D is sqrt(GM(U)): C cancels"},
    {.name = "alpha",
     .type = SW_P_NODE,
     .fallback = "equal",
     .help = "weights of the systems in T: equal, or a list"},
    {.name = "breaks",
     .type = SW_P_NUMBERS,
     .fallback = "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]",
     .lo = 0,
     .hi = 1,
     .help = "between the classes of D, half-open [lo, hi), the last closed"},
    {.name = "labels",
     .type = SW_P_TEXTS,
     .fallback = "",
     .help = "names of the classes, one more than breaks"},
    {0}};

static const sw_output outputs[] = {
    {.name = "coupling", .long_name = "coupling degree C", .units = "1", .shape = SW_UNIT},
    {.name = "development",
     .long_name = "development T, weighted mean of the systems",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "coordination",
     .long_name = "coupling coordination degree D",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "class",
     .palette = SW_SEQUENTIAL,
     .long_name = "class of D, from 1 in the order of class_label; 0 undefined",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = "class_label",
     .class_first = 1},
    {.name = "lagging",
     .long_name = "lagging system, an index into system; -1 undefined",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = "system"},
    {.name = "balance", .long_name = "smallest score over largest", .units = "1", .shape = SW_UNIT},
    {.name = "class_from",
     .long_name = "lowest D of the class",
     .units = "1",
     .shape = SW_TABLE,
     .of_parameters = true,
     .axis = {"class_label"}},
    {.name = "alpha",
     .long_name = "weight of the system in T",
     .units = "1",
     .shape = SW_TABLE,
     .of_parameters = true,
     .axis = {"system"}},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"form", "product", "C = GM(U)/AM(U)"},
    {"form", "wang2021", "C = sqrt([1 - mean |U_i - U_j|] (prod U_i/max U)^(1/(k-1)))"},
    {"form", "dispersion", "C = 1 - 2 sd(U)"},
    {0}};

const sw_measure sw_measure_coupling_coordination = {
    .name = "coupling_coordination",
    .title = "Coupling coordination degree of a unit's systems",
    .formula = "D = sqrt(C T), T = sum alpha_s U_s",
    .variant = variants,
    .source = "Liao 1999; Wang et al. 2021, J. Natural Resources 36(3):793-810; Fan 2024",
    .version = 2,
    .headline = "coordination",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_coupling,
    .tile = tile_coupling,
    .merge = merge_coupling,
    .finish = finish_coupling,
};
