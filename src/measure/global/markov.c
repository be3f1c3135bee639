/* Transitions of units between classes of a variable (methods-regions.md section 11): classes and
 * leaps by unit, the chain that their counts make, and tests of whether it is the same under
 * several conditions.
 *
 *   p_ij = N_ij / N_i., over pairs of periods `span` apart, both with a class
 *   pi = pi P;  m_ij = 1 + sum_(k != j) p_ik m_kj
 *   LR = 2 sum N_ij|s ln(p_ij|s/p_ij),  Q = sum N_i.|s (p_ij|s - p_ij)^2/p_ij
 *
 * A condition s is the class of the spatial lag (`weights`), the class of another variable or a
 * group column (`given`), a part of time (`split`), else the group. It is that of the period of
 * departure.
 *
 * Three passes: the breaks of quantiles, which need whole columns, items; the classes by unit; the
 * counts, one item over the classes of all units.
 *
 * Sources: Shorrocks 1978; Bartholomew 1973; Kemeny & Snell 1976; Rey 2001; Bickenbach & Bode 2003.
 */
#include <math.h>

#include "kernel/space/moran.h"
#include "measure/share/chain_tables.h"
#include "measure/share/classes.h"
#include "measure/share/leaps.h"
#include "measure/share/series.h"

/* The outputs. */
enum {
  CLASS,
  LEAP,
  LEAP_OVERALL,
  MOVE,
  COUNT,
  PROBABILITY,
  FIRST_PASSAGE,
  STEADY_STATE,
  CLOSED_STATE,
  PRAIS,
  STAY,
  SHORROCKS,
  DET_MOBILITY,
  EIGEN_MOBILITY,
  MIXING_HALF_LIFE,
  BARTHOLOMEW,
  BARTHOLOMEW_STEPS,
  LEAPS_UP,
  LEAPS_DOWN,
  N_USED,
  LEAPS_BY,
  LEAPS_UP_BY,
  LEAPS_DOWN_BY,
  OVERALL_UP_BY,
  OVERALL_DOWN_BY,
  CONDITIONAL_COUNT,
  CONDITIONAL_PROBABILITY,
  LR,
  LR_P,
  Q,
  Q_P,
  DF
};

typedef struct markov_state {
  int units_pass, counts_pass;
  sw_class_source of, given; /* given.numbers.n 0 and not named: no condition by class */
  bool has_given;
  int n_variables;
  const sw_classes *variable[2]; /* that quantiles or means are taken of */
  int few; /* periods with fewer different values of `of` than classes; rank 0 */
  sw_leaps leaps;
} markov_state;

/* ---- classes ---------------------------------------------------------------------------- */

/* Whether classes are quantiles of each period, which keep their shares of the units. */
static bool is_each(const markov_state *state) {
  return !state->of.named && !state->of.numbers.breaks && !state->of.numbers.pooled;
}

/* What the first pass says of a variable. */
static const double *how_of(const sw_job *job, const markov_state *state, int place) {
  const double *how = job->folded[0];
  return place > 0 ? how + sw_classes_count(state->variable[0], job->n_periods) : how;
}

/* The class of a unit in a period, from 1; 0: it has none. */
static int class_at(const sw_job *job, const sw_class_source *from, int t, int64_t unit) {
  const markov_state *state = job->state;
  if (from->named) return sw_classes_named(from->named, sw_view_at(from->named->view, t, unit));
  return sw_classes_of(&from->numbers, job, how_of(job, state, from->place), t, unit);
}

/* The class less that of another period; NaN where either is missing. */
static double apart(double to, double from) {
  return to > 0 && from > 0 ? to - from : NAN;
}

/* Who has moved, as Rey has it: nobody 0, the unit 1, its neighbours 2, both 3. */
static double move_of(double own, double others) {
  return isnan(own) || isnan(others) ? NAN : (own != 0) + 2 * (others != 0);
}

/* Operand rows: classes of all periods, then their conditions. */
static void fill_classes(const sw_job *job, const sw_tile *tile, sw_view row, int t) {
  const markov_state *state = job->state;
  for (int64_t i = tile->lo; i < tile->hi; i++) {
    int class = class_at(job, &state->of, t, i);
    row.row[t][i - row.first] = class;
    job->result[CLASS].row[t][i - job->first] = class;
    if (state->has_given)
      row.row[job->n_periods + t][i - row.first] = class_at(job, &state->given, t, i);
  }
}

/* Of the period `from`, -1: there is none, to period t. `from` is as leaps->before has it, so no
 * break of the panel lies between. */
static void fill_leaps(const sw_job *job, const sw_tile *tile, sw_view row, int from, int t,
                       double *out) {
  for (int64_t i = tile->lo; i < tile->hi; i++)
    out[i - job->first] =
        from < 0 ? NAN : apart(row.row[t][i - row.first], row.row[from][i - row.first]);
}

/* Who moved, by the classes of units and of their neighbours. */
static void fill_moves(const sw_job *job, const sw_tile *tile, sw_view row, int from, int t,
                       double *out) {
  double *const *others = row.row + job->n_periods;
  for (int64_t i = tile->lo; i < tile->hi; i++) {
    int64_t at = i - row.first;
    out[i - job->first] = from < 0 ? NAN
                                   : move_of(apart(row.row[t][at], row.row[from][at]),
                                             apart(others[t][at], others[from][at]));
  }
}

/* Classes of all periods come first, as leaps look back. */
static void fill_units(const sw_job *job, const sw_tile *tile) {
  const markov_state *state = job->state;
  sw_view row = job->operand_local[tile->pass];
  int last = job->n_periods - 1, first = state->leaps.overall ? 0 : -1;
  for (int t = 0; t <= last; t++)
    fill_classes(job, tile, row, t);
  for (int t = 0; t <= last; t++) {
    int from = state->leaps.before[t];
    fill_leaps(job, tile, row, from, t, job->result[LEAP].row[t]);
    if (!job->result[MOVE].off) fill_moves(job, tile, row, from, t, job->result[MOVE].row[t]);
  }
  fill_leaps(job, tile, row, first, last, job->result[LEAP_OVERALL].row[0]);
}

static void tile_markov(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const markov_state *state = job->state;
  if (tile->pass == state->units_pass)
    fill_units(job, tile);
  else if (tile->pass == state->counts_pass) {
    sw_leaps_tally tally = sw_leaps_in(&state->leaps, job->n_periods, out);
    sw_leaps_tally_all(&state->leaps, job, job->operand[state->units_pass].row, &tally);
  } else
    sw_classes_tile(state->variable[tile->lo / job->n_periods], job,
                    (int)(tile->lo % job->n_periods), out, workspace);
}

static size_t workspace_markov(const sw_job *job) {
  return sw_classes_workspace(job->n);
}

/* ---- finish: breaks --------------------------------------------------------------------- */

/* The results of all variables stand behind each other, as how_of looks them up. */
static sw_status finish_classes(sw_error *err, sw_job *job, const char *all, double *result) {
  markov_state *state = job->state;
  size_t stride = job->pass[0].record;
  for (int v = 0; v < state->n_variables; v++) {
    sw_classes_seen seen;
    SW_TRY(sw_classes_finish(err, state->variable[v], job,
                             all + (size_t)(v * job->n_periods) * stride, stride, result, &seen));
    result += sw_classes_count(state->variable[v], job->n_periods);
    bool of = state->variable[v] == &state->of.numbers;
    if (of) state->few = seen.few;
    sw_classes_note(job, state->variable[v], &seen, !of || state->variable[v]->pooled);
  }
  return SW_OK;
}

/* ---- finish: tables --------------------------------------------------------------------- */

/* What the conditions are, in words. */
static const char *conditions_of(const sw_job *job) {
  if (sw_job_weights(job, "weights")) return "classes of the lag";
  if (sw_job_inputs(job, "given").count) return "classes of the condition";
  if (sw_job_arg(job, "split")->count) return "parts of time";
  return "groups";
}

/* Transitions without a condition are told, as the tests rest on fewer. */
static void place_conditions(sw_job *job, const sw_leaps *leaps, const sw_leaps_tally *tally) {
  if (leaps->conditions == 0) return;
  sw_homogeneity test =
      sw_chain_conditions(job, leaps->conditions, leaps->classes, tally->conditional);
  if (*tally->without > 0)
    sw_note(job->notes,
            "%s: %s: %.0f transitions are under no condition, and left out of its tests",
            job->where, job->name, *tally->without);
  if (!isnan(test.lr))
    sw_job_say(
        job, "homogeneity over %d %s: LR %.10g (p %.3g), Q %.10g (p %.3g), %.0f degrees of freedom",
        leaps->conditions, conditions_of(job), test.lr, test.lr_p, test.q, test.q_p, test.df);
}

/* Classes that the chain cannot do with as they are. Of quantiles of each period none is to be
 * empty in any; of others it is enough that some unit is of it some time. */
static void note_chain(const sw_job *job, const sw_chain *chain, const sw_leaps_tally *tally) {
  const markov_state *state = job->state;
  bool each = is_each(state);
  int k = state->leaps.classes, never = 0;
  for (int c = 0; c < k; c++)
    never += tally->members[c] == 0;
  if (never == k) return; /* why it has no classes has been told */
  const char *few =
      each && state->few > 0
          ? sw_arena_printf(job->arena, "; %d period%s fewer different values than classes",
                            state->few, state->few == 1 ? " has" : "s have")
          : "";
  if (each && few && *tally->empty > 0)
    sw_note(job->notes,
            "%s: %s: %.0f of the %d classes of %d periods have no unit, as breaks are equal%s",
            job->where, job->name, *tally->empty, k * job->n_periods, job->n_periods, few);
  else if (never > 0)
    sw_note(job->notes, "%s: %s: %d of %d classes have no unit in any period", job->where,
            job->name, never, k);
  if (chain->only_entered > 0)
    sw_note(job->notes,
            "%s: %s: %d class%s entered and never left, as no unit has a later period: taken for "
            "absorbing",
            job->where, job->name, chain->only_entered,
            chain->only_entered == 1 ? " is" : "es are");
}

/* Rank 0: k x k numbers, however many units there are. */
static sw_status finish_counts(sw_error *err, sw_job *job, const double *all) {
  const markov_state *state = job->state;
  const sw_leaps *leaps = &state->leaps;
  sw_leaps_tally tally = sw_leaps_in(leaps, job->n_periods, all);
  const sw_chain *chain = NULL;
  SW_TRY(sw_chain_tables(err, job, leaps->classes, tally.count, tally.last, &chain));
  sw_leaps_tables(job, leaps, &tally);
  sw_leaps_say(job, leaps, &tally);
  if (is_each(state) && chain->n > 0)
    sw_job_say(job,
               "classes are quantiles of each period: each keeps its share of the units, so leaps "
               "up and down balance by construction; classes: [breaks] or over: pooled do not");
  place_conditions(job, leaps, &tally);
  note_chain(job, chain, &tally);
  return SW_OK;
}

/* After the pass over units nothing is to be done: its results are in place. */
static sw_status finish_markov(sw_error *err, sw_job *job, int pass, const void *all,
                               void *result) {
  const markov_state *state = job->state;
  if (pass == state->units_pass) return SW_OK;
  if (pass == state->counts_pass) return finish_counts(err, job, all);
  return finish_classes(err, job, all, result);
}

/* ---- resolve: classes ------------------------------------------------------------------- */

/* What makes classes of numbers has nothing to do where they are there. */
static sw_status refuse_with_names(sw_error *err, const sw_job *job, const sw_class_source *of,
                                   bool with_numbers) {
  static const char *const params[] = {"classes", "over", "relative", "weights"};
  if (of->named->n_classes < 2 || of->named->n_classes > SW_CHAIN_MOST)
    return sw_job_fail(err, job, "of", "'%s' has %d classes; expected 2 to %d", of->named->name,
                       of->named->n_classes, SW_CHAIN_MOST);
  for (int i = 0; i < 4; i++) {
    bool both = with_numbers && i < 2; /* those are of the condition, then */
    if (!sw_job_arg(job, params[i])->given || both) continue;
    return sw_job_fail(err, job, params[i],
                       "'%s' is of classes already; leave %s out, or give the numbers they are of",
                       of->named->name, params[i]);
  }
  return SW_OK;
}

static void add_variable(markov_state *state, sw_class_source *from) {
  from->place = state->n_variables;
  state->variable[state->n_variables++] = &from->numbers;
}

/* ---- resolve: conditions ---------------------------------------------------------------- */

/* One condition at a time: matrices by two of them are those of their combinations. */
static sw_status check_conditions(sw_error *err, const sw_job *job) {
  static const char *const params[] = {"weights", "given", "split"};
  const char *first = NULL;
  for (int i = 0; i < 3; i++) {
    if (!sw_job_arg(job, params[i])->given) continue;
    if (first)
      return sw_job_fail(
          err, job, params[i],
          "stands beside %s; an entry takes one condition: move one of them to another "
          "entry",
          first);
    first = params[i];
  }
  return SW_OK;
}

/* The class of the lag or of another variable. The breaks of `of` are not those of another: that
 * has as many classes, by quantiles. */
static sw_status resolve_given(sw_error *err, sw_job *job, markov_state *state,
                               const sw_classes *classes) {
  const sw_links *links = sw_job_weights(job, "weights");
  sw_inputs given = sw_job_inputs(job, "given");
  sw_class_source *from = &state->given;
  state->has_given = links || given.count > 0;
  if (!state->has_given) return SW_OK;
  from->numbers = *classes;
  if (links) {
    from->numbers.lag = links;
    from->numbers.standardised = sw_links_row_standardised(links);
    if (links->row_start[links->n] == 0)
      return sw_job_fail(err, job, "weights", "no unit has a neighbour");
  } else {
    from->numbers.input = given.first;
    from->numbers.breaks = NULL;
    from->numbers.relative = false;
    if (job->input[given.first].n_classes > 0) from->named = &job->input[given.first];
  }
  return SW_OK;
}

/* How many conditions there are, and their names on an axis; none: their outputs are off. */
static sw_status resolve_conditions(sw_error *err, sw_job *job, markov_state *state) {
  sw_leaps *leaps = &state->leaps;
  const char *const *label = NULL;
  if (state->has_given)
    SW_TRY(sw_classes_label(err, job, &state->given, &leaps->conditions, &label));
  else if (sw_job_arg(job, "split")->given)
    SW_TRY(sw_leaps_split(err, job, leaps, &label));
  else if (leaps->grouping) {
    leaps->condition_of = leaps->grouping;
    leaps->conditions = leaps->grouping->n_groups;
    label = leaps->grouping->label;
  }
  for (int q = CONDITIONAL_COUNT; q <= DF; q++)
    job->result[q].off = leaps->conditions == 0;
  job->result[MOVE].off = !sw_job_weights(job, "weights");
  if (leaps->conditions)
    sw_job_axis(job, (sw_axis){.name = "given_label", .n = leaps->conditions, .label = label});
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* The group column: leaps by group, and a condition where there is no other. */
static sw_status resolve_groups(sw_error *err, sw_job *job, sw_leaps *leaps) {
  const sw_arg *groups = sw_job_arg(job, "groups");
  for (int q = LEAPS_BY; q <= OVERALL_DOWN_BY; q++)
    job->result[q].off = groups->count == 0;
  if (groups->count == 0) return SW_OK;
  if (groups->count > 1)
    return sw_job_fail(err, job, "groups", "%d group columns; expected one", groups->count);
  leaps->grouping = sw_units_grouping(job->units, groups->texts[0]);
  if (!leaps->grouping)
    return sw_job_fail(err, job, "groups", "'%s' is not a group column of the units",
                       groups->texts[0]);
  return SW_OK;
}

static sw_status resolve_axes(sw_error *err, sw_job *job, markov_state *state) {
  int k = 0;
  double *closed = NULL;
  SW_TRY(sw_classes_label(err, job, &state->of, &k, &state->leaps.label));
  state->leaps.classes = k;
  sw_job_axis(job, (sw_axis){.name = "class_label", .n = k, .label = state->leaps.label});
  sw_job_axis(job, (sw_axis){.name = "class_label_to", .n = k, .label = state->leaps.label});
  SW_NEW(err, job->arena, closed, k);
  for (int i = 0; i < k; i++)
    closed[i] = i + 1;
  sw_job_axis(job, (sw_axis){.name = "closed", .n = k, .number = closed});
  return SW_OK;
}

/* Declares the passes. Classes with names need no breaks, so there is no first pass then. */
static void declare_passes(sw_job *job, markov_state *state) {
  size_t record = 0, result = 0;
  for (int v = 0; v < state->n_variables; v++) {
    size_t bytes = sw_classes_record(state->variable[v], job->n);
    record = bytes > record ? bytes : record;
    result += sw_classes_count(state->variable[v], job->n_periods) * sizeof(double);
  }
  if (state->n_variables)
    sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                               .items = (int64_t)state->n_variables * job->n_periods,
                               .record = record,
                               .result = result});
  state->units_pass = sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                                 .operand = 1 + state->has_given,
                                                 .gathered = state->given.numbers.lag != NULL});
  size_t counts = sw_leaps_count(&state->leaps, job->n_periods) * sizeof(double);
  state->counts_pass =
      sw_job_pass(job, (sw_pass){.domain = SW_ITEMS, .items = 1, .record = counts});
}

static sw_status resolve_markov(sw_error *err, sw_job *job) {
  markov_state *state = NULL;
  sw_classes classes = {0};
  sw_inputs of = sw_job_inputs(job, "of");
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  job->pooled = true;
  classes.input = of.first;
  SW_TRY(sw_classes_read(err, job, SW_CHAIN_MOST, &classes));
  classes.relative = sw_job_arg(job, "relative")->number != 0;
  SW_TRY(check_conditions(err, job));
  SW_TRY(resolve_given(err, job, state, &classes));
  state->of = (sw_class_source){.numbers = classes, .place = -1};
  bool with_numbers = state->has_given && !state->given.named;
  if (job->input[of.first].n_classes > 0) {
    state->of.named = &job->input[of.first];
    SW_TRY(refuse_with_names(err, job, &state->of, with_numbers));
  } else
    add_variable(state, &state->of);
  if (with_numbers) add_variable(state, &state->given);
  /* A place among the others of its period is no level that can be followed over time. */
  job->scores_per_period = !state->of.named && !classes.breaks && !classes.pooled;
  SW_TRY(sw_leaps_span(err, job, &state->leaps));
  SW_TRY(resolve_groups(err, job, &state->leaps));
  SW_TRY(resolve_axes(err, job, state));
  SW_TRY(resolve_conditions(err, job, state));
  /* Last, as it takes a name that is free. */
  if (state->leaps.grouping)
    SW_TRY(sw_job_group_axes(err, job, "group", NULL, state->leaps.grouping));
  declare_passes(job, state);
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of",
     .type = SW_P_COLUMN,
     .help = "the variable; or the classes of another result, e.g. ccd.class"},
    {.name = "classes",
     .type = SW_P_NODE,
     .fallback = "5",
     .help = "a number of classes, by quantiles, closed above; or a list of breaks, [lo, hi)"},
    {.name = "over",
     .type = SW_P_CHOICE,
     .fallback = "per-period",
     .choices = "per-period|pooled",
     .help = "quantiles of each period, by which leaps up and down balance; or of all together"},
    {.name = "relative",
     .type = SW_P_BOOL,
     .fallback = "false",
     .help = "of the variable over its mean in the period"},
    {.name = "span",
     .type = SW_P_INTEGER,
     .fallback = "1",
     .lo = 1,
     .hi = 100000,
     .help = "from one class to the next: years of whole numbers, else steps of the panel"},
    {.name = "weights",
     .type = SW_P_WEIGHTS,
     .fallback = "",
     .help = "a matrix by the class of the spatial lag, in the period of departure"},
    {.name = "given",
     .type = SW_P_COLUMN,
     .or_group = true,
     .fallback = "",
     .help = "a matrix by the class of this variable (as many, by quantiles), or by group"},
    {.name = "split",
     .type = SW_P_TEXTS,
     .fallback = "",
     .distinct = true,
     .help = "a matrix for each part of time; the periods at which parts begin"},
    {.name = "groups",
     .type = SW_P_GROUPINGS,
     .fallback = "",
     .help = "a group column: leaps by group, and without another condition a matrix by group"},
    {0}};

#define BY_UNIT .units = "1", .shape = SW_UNIT
#define NUMBER .units = "1", .shape = SW_TABLE
#define BY_CLASS NUMBER, .axis = {"class_label"}
#define SQUARE NUMBER, .axis = {"class_label", "class_label_to"}
#define BY_GIVEN                                                                                   \
  NUMBER, .show = SW_SHOW_MATRIX, .axis = {"given_label", "class_label", "class_label_to"}
#define BY_PERIOD .units = "1", .shape = SW_GLOBAL, .number = SW_INT32
#define BY_GROUP BY_PERIOD, .axis = {"group"}
#define OF_GROUP NUMBER, .number = SW_INT32, .axis = {"group"}

static const sw_output outputs[] = {
    {.name = "class",
     .palette = SW_SEQUENTIAL,
     .long_name = "class, from 1 in the order of class_label; 0 undefined",
     .number = SW_INT32,
     .classes = "class_label",
     .class_first = 1,
     BY_UNIT},
    {.name = "leap",
     .palette = SW_DIVERGING_0,
     .long_name = "class less that of the period a span before",
     BY_UNIT},
    {.name = "leap_overall",
     .palette = SW_DIVERGING_0,
     .long_name = "class in the last period less that in the first",
     .timeless = true,
     BY_UNIT},
    {.name = "move",
     .palette = SW_CATEGORIES,
     .long_name = "who changed class: 0 nobody, 1 the unit, 2 its neighbours, 3 both; -1 undefined",
     .number = SW_INT32,
     BY_UNIT},
    {.name = "count", .long_name = "transitions", .number = SW_INT32, SQUARE},
    {.name = "probability", .long_name = "probability of a transition", SQUARE},
    {.name = "first_passage",
     .long_name =
         "mean number of spans until the class is first reached; on the diagonal until it is "
         "again; inf: not certain",
     SQUARE},
    {.name = "steady_state",
     .long_name = "share of the class in the long run, from the shares of the last period",
     BY_CLASS},
    {.name = "closed_state",
     .long_name = "shares within each set of classes that is never left, by its lowest class",
     NUMBER,
     .axis = {"closed", "class_label"}},
    {.name = "prais", .long_name = "probability of leaving the class", BY_CLASS},
    {.name = "stay", .long_name = "mean number of spans in the class at a time", BY_CLASS},
    {.name = "shorrocks", .long_name = "mobility (k - tr P)/(k - 1)", NUMBER},
    {.name = "det_mobility", .long_name = "mobility 1 - |det P|", NUMBER},
    {.name = "eigen_mobility", .long_name = "mobility 1 - |lambda_2|", NUMBER},
    {.name = "mixing_half_life",
     .long_name = "spans in which the memory of a class halves",
     NUMBER},
    {.name = "bartholomew",
     .long_name = "mobility k (1 - sum pi_i p_ii)/(k - 1), pi the steady state",
     NUMBER},
    {.name = "bartholomew_steps",
     .long_name = "mobility sum pi_i p_ij |i - j|/(k - 1), pi the steady state",
     NUMBER},
    {.name = "leaps_up", .long_name = "units whose class is higher than a span before", BY_PERIOD},
    {.name = "leaps_down", .long_name = "units whose class is lower than a span before", BY_PERIOD},
    {.name = "n_used", .long_name = "units with a class here and a span before", BY_PERIOD},
    {.name = "leaps_by",
     .long_name = "units of the group in another class than a span before",
     BY_GROUP},
    {.name = "leaps_up_by", .long_name = "units of the group in a higher class", BY_GROUP},
    {.name = "leaps_down_by", .long_name = "units of the group in a lower class", BY_GROUP},
    {.name = "overall_up_by",
     .long_name = "units of the group that leapt up from the first period to the last",
     OF_GROUP},
    {.name = "overall_down_by",
     .long_name = "units of the group that leapt down from the first period to the last",
     OF_GROUP},
    {.name = "conditional_count",
     .long_name = "transitions under a condition",
     .number = SW_INT32,
     BY_GIVEN},
    {.name = "conditional_probability", .long_name = "probability under a condition", BY_GIVEN},
    {.name = "lr", .long_name = "likelihood ratio of homogeneity over the conditions", NUMBER},
    {.name = "lr_p", .long_name = "p-value of lr, by chi-squared", NUMBER},
    {.name = "q", .long_name = "Pearson's Q of homogeneity over the conditions", NUMBER},
    {.name = "q_p", .long_name = "p-value of q, by chi-squared", NUMBER},
    {.name = "df", .long_name = "degrees of freedom of lr and q", .number = SW_INT32, NUMBER},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"over", "per-period",
     "without breaks: quantiles of each period (type 7), classes closed above"},
    {"over", "pooled",
     "without breaks: quantiles of all periods together (type 7), classes closed above"},
    {"relative", "true", "of the variable over its mean in the period"},
    {"weights", "*", "s the class of the spatial lag in the period of departure"},
    {"given", "*", "s the class of the other variable in the period of departure"},
    {"split", "*", "s the part of time"},
    {0}};

const sw_measure sw_measure_markov = {
    .name = "markov",
    .title = "Transitions and leaps between classes of a variable",
    .formula = "p_ij = N_ij/N_i.; pi = pi P; m_ij = 1 + sum_(k != j) p_ik m_kj; LR = 2 sum N_ij|s "
               "ln(p_ij|s/p_ij), Q = sum N_i.|s (p_ij|s - p_ij)^2/p_ij",
    .variant = variants,
    .source =
        "Shorrocks 1978; Bartholomew 1973; Kemeny & Snell 1976; Rey 2001, Geographical Analysis "
        "33:195-214; Bickenbach & Bode 2003",
    .version = 1,
    .headline = "shorrocks",
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_markov,
    .tile = tile_markov,
    .finish = finish_markov,
    .workspace = workspace_markov,
};
