/* Totals and ratios of groups of units, from county to prefecture to province to nation
 * (methods-regions.md section 16):
 *
 *   sum: a_g = sum_{i in g} a_i        ratio: r_g = sum_{i in g} a_i / sum_{i in g} b_i
 *
 * A ratio is of sums, never a mean of ratios; a unit counts where it has both. None that does, or a
 * sum of zero below the line: undefined. With a reference group, the gap to it as difference and as
 * ratio. What it rests on: the share of the group's units, and of a ratio that of its denominator.
 *
 * `by` with one column has its groups as axis. With several, all groups of all columns stand on one
 * axis, "COLUMN: GROUP", the first column's first; every unit counts once in each column.
 *
 * An item is a period of one quantity: it adds up all groups in the order of units, so that a sum
 * has one order whatever the ranks. O(n) for each, and memory by the groups alone.
 *
 * Source: by definition. */
#include "measure/names.h"
#include "measure/share/series.h"
#include "spillway/node.h"
#include "spillway/resample.h"

#include <math.h>
#include <string.h>

enum { VALUE, GAP, GAP_RATIO, COVERAGE, COVERAGE_TOTAL, NATIONAL, NATIONAL_COVERAGE, OUTPUTS };

/* What is added up in one group: both sides of the units that have both, how many these are, and
 * the lower side of all units that have it. Of a sum the upper side and the number. */
typedef struct heap {
  double above, below, units, below_of_all;
} heap;

typedef struct quantity {
  int above, below; /* inputs; below -1: a sum */
} quantity;

/* Places are the groups of all columns; the nation stands behind the last. */
typedef struct roll_state {
  int n_quantities, n_sums;
  const char *const *name;
  const quantity *quantity;
  int n_levels;
  const sw_grouping **level;
  const int *first; /* n_levels: the place of the first group of each */
  int n_places;
  const char *const *label; /* n_places + 1, as the rest */
  const double *members;
  int reference; /* a place; -1: none */
} roll_state;

/* ---- tile ------------------------------------------------------------------------------- */

/* NaN on either side leaves a unit out of the ratio, but its denominator is still counted for
 * coverage. */
static void add(heap *to, double above, double below, bool both, double times) {
  if (!isnan(below)) to->below_of_all += times * below;
  if (!both) return;
  to->above += times * above;
  to->below += times * below;
  to->units += times;
}

/* A unit without a value is not in `units`, which makes coverage the share of members with one.
 * Each unit goes into one group of every column, and into the nation, once or (`times`) as often as
 * it was drawn. */
static void add_up(const sw_job *job, int t, const quantity *q, const int32_t *times, heap *heaps) {
  const roll_state *state = job->state;
  const double *above = job->input[q->above].view.row[t];
  const double *below = q->below < 0 ? NULL : job->input[q->below].view.row[t];
  for (int64_t unit = 0; unit < job->n; unit++) {
    double a = above[unit], b = below ? below[unit] : 0, count = times ? times[unit] : 1;
    bool both = !isnan(a) && !isnan(b);
    if (count == 0) continue;
    for (int l = 0; l < state->n_levels; l++)
      add(&heaps[state->first[l] + state->level[l]->of[unit]], a, b, both, count);
    add(&heaps[state->n_places], a, b, both, count);
  }
}

static void tile_roll_up(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  const roll_state *state = job->state;
  add_up(job, (int)(tile->lo / state->n_quantities),
         &state->quantity[tile->lo % state->n_quantities], NULL, out);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* What people read of a place: units without a group are the rest. */
static const char *read_label(const sw_job *job, int place) {
  const roll_state *state = job->state;
  const char *label = state->label[place];
  size_t end = strlen(label);
  if (end == 0) return "(the rest)";
  bool bare = end > 2 && strcmp(label + end - 2, ": ") == 0;
  const char *text = bare ? sw_arena_printf(job->arena, "%s(the rest)", label) : label;
  return text ? text : label;
}

/* Only exact zero below the line is refused: a small denominator is the user's to judge. */
static double value_of(const roll_state *state, int q, const heap *h) {
  if (h->units == 0) return NAN;
  if (state->quantity[q].below < 0) return h->above;
  return h->below != 0 ? h->above / h->below : NAN;
}

/* Where [place][quantity] of period t stands. The dataset is (time, group, quantity), the last axis
 * fastest. */
static double *at(const sw_job *job, int output, int t, int place, int q) {
  const roll_state *state = job->state;
  return job->result[output].row[0] +
         ((size_t)t * (size_t)state->n_places + (size_t)place) * (size_t)state->n_quantities + q;
}

/* Values of all groups of a quantity, and of the nation; then gaps, as any group may be the
 * reference. `to`: by output its numbers of the period, [place][quantity]. */
static void put_values(const roll_state *state, int q, const heap *heaps, double *const *to) {
  int quantities = state->n_quantities;
  for (int g = 0; g < state->n_places; g++)
    to[VALUE][g * quantities + q] = value_of(state, q, &heaps[g]);
  /* The nation is reported in outputs of its own: it is no position on the axis of groups. */
  to[NATIONAL][q] = value_of(state, q, &heaps[state->n_places]);
  if (state->reference < 0) return;
  double reference = value_of(state, q, &heaps[state->reference]);
  for (int g = 0; g < state->n_places; g++) {
    double value = to[VALUE][g * quantities + q];
    to[GAP][g * quantities + q] = value - reference;
    to[GAP_RATIO][g * quantities + q] = reference != 0 ? value / reference : NAN;
  }
}

static void place_quantity(const sw_job *job, int t, int q, const heap *heaps) {
  const roll_state *state = job->state;
  double *to[OUTPUTS] = {[NATIONAL] = job->result[NATIONAL].row[0] + t * state->n_quantities};
  for (int k = VALUE; k <= GAP_RATIO; k++)
    if (!job->result[k].off) to[k] = at(job, k, t, 0, 0);
  put_values(state, q, heaps, to);
  /* Outputs along `ratio` leave out the sums, which are the first quantities. */
  int ratios = state->n_quantities - state->n_sums, ratio = q - state->n_sums;
  for (int g = 0; g < state->n_places; g++) {
    *at(job, COVERAGE, t, g, q) = heaps[g].units / state->members[g];
    if (ratio >= 0)
      job->result[COVERAGE_TOTAL].row[0][(t * state->n_places + g) * ratios + ratio] =
          heaps[g].below_of_all != 0 ? heaps[g].below / heaps[g].below_of_all : NAN;
  }
  const heap *nation = &heaps[state->n_places];
  job->result[NATIONAL_COVERAGE].row[0][t * state->n_quantities + q] =
      nation->units / state->members[state->n_places];
}

/* Of a period that lacks a value: why, which the values of all groups and quantities share. The
 * reason is for the whole output in that period, though quantities may differ in theirs. */
static void say_why(sw_job *job, int t, const heap *heaps) {
  const roll_state *state = job->state;
  bool none = false, zero = false;
  for (int q = 0; q < state->n_quantities; q++, heaps += state->n_places + 1)
    for (int g = 0; g < state->n_places; g++) {
      bool lacks = isnan(value_of(state, q, &heaps[g]));
      none |= lacks && heaps[g].units == 0;
      zero |= lacks && heaps[g].units != 0;
    }
  const char *why = !zero   ? "no unit of the group has a value"
                    : !none ? "the denominator of the group is zero"
                            : "no unit of the group has a value, or its denominator is zero";
  /* Reasons of values that are defined are not shown, so all may be given here. */
  sw_job_undefined(job, VALUE, t, why);
  sw_job_undefined(job, NATIONAL, t, "no unit has a value, or the denominator is zero");
  sw_job_undefined(job, COVERAGE_TOTAL, t, "the denominator of the group is zero");
  if (state->reference < 0) return;
  sw_job_undefined(job, GAP, t, "the group or the reference has no value");
  sw_job_undefined(job, GAP_RATIO, t,
                   "the group or the reference has no value, or the reference is zero");
}

/* One note for a quantity, however many groups and periods it concerns. */
static void note_coverage(const sw_job *job, int q) {
  /* partly: some units of the group lack a value. none: all do; such a group has no lowest
   * share. */
  const roll_state *state = job->state;
  int partly = 0, none = 0, low_t = 0, low_g = 0;
  double lowest = 1;
  for (int t = 0; t < job->n_periods; t++)
    for (int g = 0; g < state->n_places; g++) {
      double share = *at(job, COVERAGE, t, g, q);
      partly += share < 1 && share > 0;
      none += share == 0;
      if (share >= lowest || share == 0) continue;
      lowest = share;
      low_t = t;
      low_g = g;
    }
  int all = job->n_periods * state->n_places;
  if (partly > 0)
    sw_note(job->notes,
            "%s: %s: '%s' leaves out units without a value in %d of %d groups and periods; the "
            "lowest share of units is %.0f%%, of %s%s",
            job->where, job->name, state->name[q], partly, all, 100 * lowest,
            read_label(job, low_g), sw_series_when(job, low_t));
  if (none > 0)
    sw_note(job->notes, "%s: %s: '%s' has no unit with a value in %d of %d groups and periods",
            job->where, job->name, state->name[q], none, all);
}

/* ---- what the summary says -------------------------------------------------------------- */

/* The place of a level that comes next by value, downward or upward; -1: none is left. O(groups)
 * for each place that is said, and few are said. */
static int next_place(const sw_job *job, int level, int q, const bool *said, bool downward) {
  const roll_state *state = job->state;
  int best = -1, t = job->n_periods - 1;
  for (int k = 0; k < state->level[level]->n_groups; k++) {
    int g = state->first[level] + k;
    double value = *at(job, VALUE, t, g, q);
    if (said[g] || isnan(value)) continue;
    double held = best < 0 ? NAN : *at(job, VALUE, t, best, q);
    if (best < 0 || (downward ? value > held : value < held)) best = g;
  }
  return best;
}

/* "22 0.193 (-0.1546)": with a reference its gap. */
static const char *say_place(const sw_job *job, const char *before, int level, int g, int q) {
  const roll_state *state = job->state;
  int t = job->n_periods - 1;
  const char *label = state->level[level]->label[g - state->first[level]];
  const char *text = sw_arena_printf(job->arena, "%s%s%s %.4g", before, *before ? ", " : "",
                                     *label ? label : "(the rest)", *at(job, VALUE, t, g, q));
  if (!text || state->reference < 0 || g == state->reference) return text;
  return sw_arena_printf(job->arena, "%s (%+.4g)", text, *at(job, GAP, t, g, q));
}

/* The last period of a quantity, by groups of a column: all where they are few, else both ends. */
static void say_level(sw_job *job, int level, int q, bool *said) {
  enum { FEW = 8, ENDS = 3 };
  const roll_state *state = job->state;
  const char *text[2] = {"", ""};
  int groups = state->level[level]->n_groups, many = groups > FEW, t = job->n_periods - 1;
  /* end 0: the largest first, downward; end 1: the lowest, upward, not said before. */
  for (int end = 0; end < 1 + many; end++)
    for (int k = 0; text[end] && k < (many ? ENDS : FEW); k++) {
      int g = next_place(job, level, q, said, end == 0);
      if (g < 0) break;
      said[g] = true;
      text[end] = say_place(job, text[end], level, g, q);
    }
  if (!text[0] || !text[1] || !*text[0]) return;
  const char *reference = state->reference < 0 ? "" : read_label(job, state->reference);
  sw_job_say(job, "%s%s: nation %.4g; %s: %s%s%s%s%s", state->name[q], sw_series_when(job, t),
             job->result[NATIONAL].row[0][t * state->n_quantities + q], state->level[level]->name,
             text[0], many ? ", ..., the lowest " : "", text[1], *reference ? "; gaps are to " : "",
             reference);
}

/* Lines for the first QUANTITIES only: a study may roll up hundreds of columns. */
static sw_status say(sw_error *err, sw_job *job) {
  enum { QUANTITIES = 8 };
  const roll_state *state = job->state;
  bool *said = NULL;
  int most = state->n_quantities < QUANTITIES ? state->n_quantities : QUANTITIES;
  SW_NEW(err, job->arena, said, state->n_places);
  for (int q = 0; q < most; q++) {
    memset(said, 0, (size_t)state->n_places * sizeof *said);
    for (int l = 0; l < state->n_levels; l++)
      say_level(job, l, q, said);
  }
  return SW_OK;
}

/* Records stand by period, then by quantity. */
static sw_status finish_roll_up(sw_error *err, sw_job *job, int pass, const void *all,
                                void *result) {
  (void)pass, (void)result;
  const roll_state *state = job->state;
  const heap *heaps = all;
  for (int t = 0; t < job->n_periods; t++) {
    say_why(job, t, heaps);
    for (int q = 0; q < state->n_quantities; q++, heaps += state->n_places + 1)
      place_quantity(job, t, q, heaps);
  }
  for (int q = 0; q < state->n_quantities; q++)
    note_coverage(job, q);
  return say(err, job);
}

/* ---- units drawn anew ------------------------------------------------------------------- */

static size_t workspace_again(const sw_job *job) {
  return ((size_t)((const roll_state *)job->state)->n_places + 1) * sizeof(heap);
}

static void numbers_again(const sw_job *job, int t, const int32_t *times, double *const *to,
                          void *workspace) {
  const roll_state *state = job->state;
  for (int q = 0; q < state->n_quantities; q++) {
    memset(workspace, 0, workspace_again(job));
    add_up(job, t, &state->quantity[q], times, workspace);
    put_values(state, q, workspace, to);
  }
}

static const sw_resample resample = {.workspace = workspace_again, .numbers = numbers_again};

/* ---- resolve ---------------------------------------------------------------------------- */

/* Sums come first, then ratios: columns of `sum` are the first inputs. */
static sw_status find_quantities(sw_error *err, sw_job *job, roll_state *state) {
  const sw_arg *ratio = sw_job_arg(job, "ratio");
  sw_inputs sums = sw_job_inputs(job, "sum");
  const char **name = NULL;
  quantity *found = NULL;
  state->n_sums = sums.count;
  state->n_quantities = sums.count + ratio->n_names;
  if (state->n_quantities == 0)
    /* Ratios stand in the inputs by twos, above then below, behind the columns of `sum`. */
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: nothing to roll up; give sum: [a], or ratio: {NAME: [a, b]}",
                   job->where, job->name);
  SW_NEW(err, job->arena, name, state->n_quantities);
  SW_NEW(err, job->arena, found, state->n_quantities);
  for (int q = 0; q < state->n_sums; q++) {
    name[q] = job->input[sums.first + q].name;
    found[q] = (quantity){sums.first + q, -1};
  }
  for (int r = 0; r < ratio->n_names; r++) {
    int first = sw_job_inputs(job, "ratio").first + 2 * r;
    if (ratio->column_counts[r] != 2)
      return sw_job_fail(err, job, "ratio", "%s: %d column%s; expected two: [above, below]",
                         ratio->names[r], ratio->column_counts[r],
                         ratio->column_counts[r] == 1 ? "" : "s");
    if (!*ratio->names[r]) return sw_job_fail(err, job, "ratio", "a ratio without a name");
    name[state->n_sums + r] = ratio->names[r];
    found[state->n_sums + r] = (quantity){first, first + 1};
    /* A quantity is addressed by its name on the axis: names must differ. */
    for (int q = 0; q < state->n_sums; q++)
      if (strcmp(name[q], ratio->names[r]) == 0)
        return sw_job_fail(err, job, "ratio", "'%s' is a sum, too; choose another name", name[q]);
  }
  state->name = name;
  state->quantity = found;
  return SW_OK;
}

/* Groups of all columns, with how many units each has. With one column labels are the groups', else
 * they name the column, as two may have groups of one name. */
static sw_status find_places(sw_error *err, sw_job *job, roll_state *state) {
  const sw_arg *by = sw_job_arg(job, "by");
  int *first = NULL;
  const char **label = NULL;
  double *members = NULL;
  /* sw_job_inputs and groupings of the job live as long as the job: names and labels are
   * borrowed. */
  state->n_levels = by->count;
  SW_NEW(err, job->arena, state->level, by->count);
  SW_NEW(err, job->arena, first, by->count);
  for (int l = 0; l < by->count; l++) {
    state->level[l] = sw_units_grouping(job->units, by->texts[l]);
    if (!state->level[l])
      return sw_job_fail(err, job, "by",
                         "'%s' is not a group column of the units; list it under groups there",
                         by->texts[l]);
    first[l] = state->n_places;
    state->n_places += state->level[l]->n_groups;
  }
  SW_NEW(err, job->arena, label, state->n_places + 1);
  SW_NEW(err, job->arena, members, state->n_places + 1);
  for (int l = 0; l < by->count; l++) {
    const sw_grouping *level = state->level[l];
    for (int g = 0; g < level->n_groups; g++) {
      label[first[l] + g] =
          by->count == 1 ? level->label[g]
                         : sw_arena_printf(job->arena, "%s: %s", level->name, level->label[g]);
      if (!label[first[l] + g]) return sw_fail(err, SW_ENOMEM, "out of memory for labels");
    }
    /* members counts all units of the group, with a value or not. */
    for (int64_t unit = 0; unit < job->n; unit++)
      members[first[l] + level->of[unit]] += 1;
  }
  label[state->n_places] = "national";
  members[state->n_places] = (double)job->n;
  state->first = first;
  state->label = label;
  state->members = members;
  return SW_OK;
}

/* A group by its label, of several columns also without the column where one alone has it; else
 * `national`, all units together. */
static sw_status find_reference(sw_error *err, const sw_job *job, roll_state *state) {
  const sw_arg *arg = sw_job_arg(job, "reference");
  const char *text = arg->node && arg->node->kind == SW_NODE_SCALAR ? arg->node->text : NULL;
  int found = 0;
  state->reference = -1;
  if (!text) return sw_job_fail(err, job, "reference", "expected the name of a group");
  /* Without an argument there are no gaps. */
  if (!arg->given || strcmp(text, "none") == 0) return SW_OK;
  for (int l = 0; l < state->n_levels; l++)
    for (int g = 0; g < state->level[l]->n_groups; g++) {
      int place = state->first[l] + g;
      bool same = strcmp(state->level[l]->label[g], text) == 0;
      if (!same && strcmp(state->label[place], text) != 0) continue;
      state->reference = place;
      found++;
    }
  /* A group called "national" goes before the nation itself. */
  if (found == 0 && strcmp(text, state->label[state->n_places]) == 0) {
    state->reference = state->n_places;
    return SW_OK;
  }
  if (found == 1) return SW_OK;
  if (found > 1)
    return sw_job_fail(err, job, "reference", "several columns have a group '%s'; write '%s'", text,
                       state->label[state->reference]);
  const char *near = sw_nearest(text, state->label, state->n_places + 1);
  return sw_job_fail(err, job, "reference", "there is no group '%s'%s%s%s", text,
                     near ? "; did you mean '" : "; expected a label of `by`, or national",
                     near ? near : "", near ? "'?" : "");
}

static sw_status declare_axes(sw_error *err, sw_job *job, const roll_state *state) {
  sw_job_axis(job, (sw_axis){.name = "quantity", .n = state->n_quantities, .label = state->name});
  if (state->n_quantities > state->n_sums)
    sw_job_axis(job, (sw_axis){.name = "ratio",
                               .n = state->n_quantities - state->n_sums,
                               .label = state->name + state->n_sums});
  if (state->n_levels == 1) return sw_job_group_axes(err, job, "group", NULL, state->level[0]);
  sw_job_axis(job, (sw_axis){.name = "group", .n = state->n_places, .label = state->label});
  return SW_OK;
}

/* Places before the reference, which is one of them. */
static sw_status resolve_roll_up(sw_error *err, sw_job *job) {
  roll_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  SW_TRY(find_quantities(err, job, state));
  SW_TRY(find_places(err, job, state));
  SW_TRY(find_reference(err, job, state));
  SW_TRY(declare_axes(err, job, state));
  job->state = state;
  job->result[GAP].off = job->result[GAP_RATIO].off = state->reference < 0;
  job->result[COVERAGE_TOTAL].off = state->n_quantities == state->n_sums;
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = (int64_t)job->n_periods * state->n_quantities,
                             .record = ((size_t)state->n_places + 1) * sizeof(heap)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "sum",
     .type = SW_P_COLUMNS,
     .fallback = "[]",
     .distinct = true,
     .help = "columns of which groups have totals"},
    {.name = "ratio",
     .type = SW_P_COLUMN_MAP,
     .fallback = "{}",
     .help = "ratios of totals: {openness: [trade, gdp]}"},
    {.name = "by", .type = SW_P_GROUPINGS, .help = "one group column of the units, or several"},
    {.name = "reference",
     .type = SW_P_NODE,
     .fallback = "none",
     .help = "the group that others are compared with; national: all units together"},
    {0}};

/* Bounds by resampling are of all but shares of units that have a value. */
#define BY_GROUP .units = "1", .shape = SW_GLOBAL, .axis = {"group", "quantity"}
#define DRAWN .interval = true

static const sw_output outputs[] = {
    {.name = SW_NAME_VALUE, .long_name = "total or ratio of totals of the group", BY_GROUP, DRAWN},
    {.name = "gap",
     .palette = SW_DIVERGING_0,
     .long_name = "value less that of the reference",
     BY_GROUP,
     DRAWN},
    {.name = "gap_ratio",
     .palette = SW_DIVERGING_1,
     .log = true,
     .long_name = "value over that of the reference",
     BY_GROUP,
     DRAWN},
    {.name = "coverage", .long_name = "share of the group's units that it rests on", BY_GROUP},
    {.name = "coverage_total",
     .long_name = "share of the group's denominator that it rests on",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"group", "ratio"}},
    {.name = "national",
     .long_name = "total or ratio of totals of all units",
     .units = "1",
     DRAWN,
     .shape = SW_GLOBAL,
     .axis = {"quantity"}},
    {.name = "national_coverage",
     .long_name = "share of all units that it rests on",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"quantity"}},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"reference", "*", "gap = value_g - value_ref, gap_ratio = value_g / value_ref"}, {0}};

const sw_measure sw_measure_roll_up = {
    .name = "roll_up",
    .title = "Totals and ratios of totals by group",
    .formula = "sum: sum_g a; ratio: sum_g a / sum_g b over the units that have both",
    .variant = variants,
    .source = "by definition",
    .version = 1,
    .kind = SW_KIND_GLOBAL,
    .resample = &resample,
    .param = params,
    .output = outputs,
    .resolve = resolve_roll_up,
    .tile = tile_roll_up,
    .finish = finish_roll_up,
};
