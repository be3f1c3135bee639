/* Inequality between units by period, and its parts between and within groups (methods.md and
 * methods-regions.md, section 9): Gini with Dagum's parts, Theil T and L, Hoover, coefficient of
 * variation, Atkinson, ratios of quantiles, polarisation; with `matrices` each group, and each two
 * groups, by themselves. The arithmetic is in kernel/series/inequality.h and dagum.h.
 *
 *   G = sum_ij p_i p_j |y_i - y_j| / (2 mu)         hoover = sum p |y - mu| / (2 mu)
 *   T = sum s ln(y/mu) = sum_g S_g ln(S_g/P_g) + sum_g S_g T_g
 *   L = sum p ln(mu/y) = sum_g P_g ln(P_g/S_g) + sum_g P_g L_g
 *
 * An item is a period, or a period and a grouping. All of these need a whole column (the Gini its
 * order), so the pass is over items with gathered inputs; an item is one thread's work from end to
 * end, and its sums have one order. Items share nothing: each makes and sorts the period's sample
 * anew. `matrices` is a second pass, an item a period, as its records are large
 * (inequality_gaps.h).
 *
 * Sources: Gini 1912; Theil 1967; Dagum 1997, Empirical Economics 22:515-531; Williamson 1965;
 * Atkinson 1970; Esteban and Ray 1994. */
#include "measure/global/inequality_numbers.h"
#include "measure/names.h"
#include "measure/share/series.h"

#include <math.h>
#include <string.h>

enum {
  WHOLE,
  MATRICES
}; /* passes
    * A matrix of groups is written for each period: 2000 make 32 MB. */
enum { MOST_GROUPS = 2000 };

/* ---- tile ------------------------------------------------------------------------------- */

/* Items of a period stand together: the whole, then each grouping. So records come in that order to
 * finish, and item / items_per_period is the period.
 * Records of a pass stand in the order of items, whichever rank computed them. */
static int items_per_period(const inequality_state *state) {
  return 1 + state->n_groupings;
}

/* g = -1: the period as a whole. */
static void tile_whole(const sw_job *job, int t, int g, inequality_record *r, void *workspace) {
  const inequality_state *state = job->state;
  sw_sample sample = sw_inequality_sample_of(job, t, workspace);
  r->n = sample.n;
  r->zeros = sample.zeros;
  r->wrong = sample.wrong;
  r->wrong_weight = sample.wrong_weight;
  if (sample.wrong >= 0) {
    /* Nothing is computed of a sample that will be refused; `whole` and `parts` stay zero. */
    r->wrong_value = job->input[sample.wrong_weight ? 1 : 0].view.row[t][sample.wrong];
    return;
  }
  if (g < 0)
    sw_inequality_whole(job, &sample, sample.y_up, sample.n, r, workspace);
  else
    r->parts = sw_inequality_by_group(&sample, state->grouping[g]->of, state->grouping[g]->n_groups,
                                      job->n, workspace);
}

/* What the sample and its groups take of the workspace; the scratch of the matrices is behind. */
static size_t sample_bytes(const sw_job *job) {
  const inequality_state *state = job->state;
  return sw_inequality_workspace(job->n, state->most_groups);
}

/* The sample is made again: keeping it from the first pass would cost n numbers per period.
 * Wrong values need no check here: the first pass has been through all periods, and its `finish`
 * has ended the run if there are any. */
static void tile_matrices(const sw_job *job, int t, sw_gaps *r, void *workspace) {
  const inequality_state *state = job->state;
  sw_sample sample = sw_inequality_sample_of(job, t, workspace);
  sw_gaps_compute(r, &sample, state->matrices, (double *)((char *)workspace + sample_bytes(job)));
}

static void tile_inequality(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  /* In a period item 0 is the whole, which tile_whole knows as g = -1. */
  int each = items_per_period(job->state);
  if (tile->pass == MATRICES)
    tile_matrices(job, (int)tile->lo, out, workspace);
  else
    tile_whole(job, (int)(tile->lo / each), (int)(tile->lo % each) - 1, out, workspace);
}

/* The sample, and behind it what matrices of groups need. */
static size_t workspace_inequality(const sw_job *job) {
  const sw_grouping *matrices = ((const inequality_state *)job->state)->matrices;
  size_t scratch = matrices ? sw_dagum_scratch(matrices->n_groups) : 0;
  return sample_bytes(job) + scratch * sizeof(double);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* The item of the whole period speaks for its groupings: they have the same sample. */
static sw_status check_record(sw_error *err, const sw_job *job, const inequality_record *r, int t) {
  if (r->wrong < 0) return SW_OK;
  const sw_input *input = &job->input[r->wrong_weight ? 1 : 0];
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: '%s' of unit %s%s is %.10g; expected values and weights of 0 or more",
                 input->where, job->name, input->name, sw_unit_code(job->units, r->wrong),
                 sw_series_when(job, t), r->wrong_value);
}

/* Of all indices, or of Theil's L and its parts, and of the ratios of quantiles, alone. By
 * quantity: with zeros Theil L is infinite, hence undefined, while T and the others are not. */
static void say_why(sw_job *job, const inequality_record *r, int t) {
  const char *why = r->n == 0              ? "no unit has a value"
                    : isnan(r->whole.gini) ? "all are zero"
                                           : NULL;
  for (int q = GINI; q <= ATKINSON; q++) {
    bool logs = q == THEIL_L || q == L_BETWEEN || q == L_WITHIN;
    bool ratio = q >= P90_P10 && q <= P90_P50;
    if (why || logs) sw_job_undefined(job, q, t, why ? why : "a value is zero");
    if (!why && ratio) sw_job_undefined(job, q, t, "the lower quantile is zero");
  }
}

/* Where the numbers of period t stand: (time, axes) of each output that is on. Those of the parts
 * at their first grouping. */
static void rows_of(const sw_job *job, int t, double **to) {
  for (int q = 0; q < OUTPUTS; q++) {
    const sw_result *result = &job->result[q];
    to[q] = result->off ? NULL : result->row[0] + (size_t)t * (size_t)result->width;
  }
}

/* Numbers by period, then lines for the summary, of the first and the last. */
static sw_status finish_matrices(sw_error *err, sw_job *job, const char *all) {
  const sw_grouping *matrices = ((const inequality_state *)job->state)->matrices;
  size_t bytes = job->pass[MATRICES].record;
  for (int t = 0; t < job->n_periods; t++)
    sw_gaps_place(job, BY_GROUP, t, (const sw_gaps *)(all + (size_t)t * bytes), matrices);
  return sw_gaps_say(err, job, all, matrices);
}

/* `r` walks over the periods, at the record of the whole. One note for all periods with zeros, as
 * the panel may have many. */
static sw_status finish_inequality(sw_error *err, sw_job *job, int pass, const void *all,
                                   void *result) {
  (void)result;
  const inequality_state *state = job->state;
  if (pass == MATRICES) return finish_matrices(err, job, all);
  const inequality_record *r = all;
  int with_zeros = 0, groups = state->n_groupings;
  double *to[OUTPUTS];
  /* A negative value ends the run at its first period, in the order of periods: the message does
   * not depend on who computed what. */
  for (int t = 0; t < job->n_periods; t++, r += items_per_period(state)) {
    SW_TRY(check_record(err, job, r, t));
    with_zeros += r->zeros > 0;
    rows_of(job, t, to);
    say_why(job, r, t);
    sw_inequality_put(state, r, to);
    for (int g = 0; g < groups; g++)
      sw_inequality_put_parts(&r[1 + g].parts, g, to);
  }
  if (with_zeros > 0)
    sw_note(job->notes,
            "%s: %s: '%s' is zero for some units in %d period%s: Theil L is undefined "
            "there",
            job->where, job->name, job->input[0].name, with_zeros, with_zeros == 1 ? "" : "s");
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* A variable per head counts a small unit as much as a large one unless it is weighted by
 * population. That it is one is guessed from its name, hence a note and no error. */
static void note_per_capita(const sw_job *job) {
  const char *name = job->input[0].name;
  if (ends_with(name, "_pc") || ends_with(name, "pcgdp") || strstr(name, "per_capita") ||
      strstr(name, "percapita") || strstr(name, "pc_"))
    sw_note(job->notes,
            "%s: %s: '%s' looks like a variable per head, and no weight is given: every unit "
            "counts the same; write weight: population to weight by it",
            job->where, job->name, name);
}

/* A group column of the units, on which the workspace rests. `groups` and `matrices` have been
 * checked against the study; that the units' table kept the column is checked here. */
static sw_status find_grouping(sw_error *err, const sw_job *job, const char *param, int k,
                               const sw_grouping **grouping) {
  inequality_state *state = job->state;
  const char *name = sw_job_arg(job, param)->texts[k];
  *grouping = sw_units_grouping(job->units, name);
  if (!*grouping)
    return sw_job_fail(err, job, param,
                       "'%s' is not a group column of the units; list it under groups there", name);
  /* One workspace serves the items of all groupings. */
  if ((*grouping)->n_groups > state->most_groups) state->most_groups = (*grouping)->n_groups;
  return SW_OK;
}

/* Groupings of the units file by name. Without any, the outputs of the parts are off and the axis
 * is not declared. */
static sw_status find_groupings(sw_error *err, sw_job *job, inequality_state *state) {
  const sw_arg *groups = sw_job_arg(job, "groups");
  state->n_groupings = groups->count;
  SW_NEW(err, job->arena, state->grouping, groups->count);
  for (int g = 0; g < groups->count; g++)
    SW_TRY(find_grouping(err, job, "groups", g, &state->grouping[g]));
  if (groups->count > 0)
    sw_job_axis(job, (sw_axis){.name = "grouping", .n = groups->count, .label = groups->texts});
  /* The outputs of the parts stand together.
   * With no `groups` there is nothing to divide the indices by. */
  for (int q = T_BETWEEN; q <= G_TRANSVARIATION; q++)
    job->result[q].off = groups->count == 0;
  return SW_OK;
}

/* One column of groups, the axes of its matrices, and what is polarised: its groups, else those of
 * the first of `groups`. What is without groups is off. */
static sw_status find_matrices(sw_error *err, sw_job *job, inequality_state *state) {
  const sw_arg *matrices = sw_job_arg(job, "matrices");
  /* Matrices are of one column: two columns would need axes of two lengths under one name. */
  if (matrices->count > 1)
    return sw_job_fail(err, job, "matrices", "%d group columns; expected one", matrices->count);
  for (int q = 0; q < SW_GAPS_OUTPUTS; q++)
    job->result[BY_GROUP + q].off = matrices->count == 0;
  if (matrices->count > 0) {
    SW_TRY(find_grouping(err, job, "matrices", 0, &state->matrices));
    if (state->matrices->n_groups > MOST_GROUPS)
      return sw_job_fail(err, job, "matrices", "'%s' has %d groups; %d at most",
                         state->matrices->name, state->matrices->n_groups, MOST_GROUPS);
    SW_TRY(sw_job_group_axes(err, job, "of_group", "to_group", state->matrices));
  }
  state->polarised = state->matrices      ? state->matrices
                     : state->n_groupings ? state->grouping[0]
                                          : NULL;
  job->result[POLARISATION].off = !state->polarised;
  return SW_OK;
}

/* The aversions are an axis, hence each of them once. */
static sw_status read_aversions(sw_error *err, sw_job *job, inequality_state *state) {
  const sw_arg *aversion = sw_job_arg(job, "epsilon");
  state->n_aversions = aversion->count;
  state->aversion = aversion->numbers;
  /* The record has room for MOST_AVERSIONS. */
  if (aversion->count > MOST_AVERSIONS)
    return sw_job_fail(err, job, "epsilon", "%d numbers; %d at most", aversion->count,
                       MOST_AVERSIONS);
  for (int k = 0; k < aversion->count; k++)
    for (int l = 0; l < k; l++)
      if (aversion->numbers[k] == aversion->numbers[l])
        return sw_job_fail(err, job, "epsilon", "%g is listed twice", aversion->numbers[k]);
  job->result[ATKINSON].off = aversion->count == 0;
  if (aversion->count > 0)
    sw_job_axis(job,
                (sw_axis){.name = "epsilon", .n = aversion->count, .number = aversion->numbers});
  return SW_OK;
}

/* A number that changes nothing would otherwise pass for something it is not. */
static void note_idle(const sw_job *job) {
  const sw_arg *alpha = sw_job_arg(job, "er_alpha");
  if (alpha->given && job->result[POLARISATION].off)
    sw_note(job->notes,
            "%s: %s: `er_alpha` is of the polarisation of groups; without `groups` or "
            "`matrices` it changes nothing",
            alpha->where, job->name);
}

/* An item for each period and for each grouping in it, as items_per_period has them. */
static sw_status resolve_inequality(sw_error *err, sw_job *job) {
  inequality_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->weighted = sw_job_inputs(job, "weight").count > 0;
  state->alpha = sw_job_arg(job, "er_alpha")->number;
  /* Groupings before matrices: what is polarised may be the first of them. */
  SW_TRY(find_groupings(err, job, state));
  SW_TRY(read_aversions(err, job, state));
  SW_TRY(find_matrices(err, job, state));
  if (!state->weighted) note_per_capita(job);
  note_idle(job);
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = (int64_t)job->n_periods * items_per_period(state),
                             .record = sizeof(inequality_record)});
  /* Without `matrices` there is no second pass, and nothing asks for MATRICES. */
  if (!state->matrices) return SW_OK;
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods,
                             .record = sw_gaps_bytes(state->matrices->n_groups)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable, zero or more"},
    {.name = "weight",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "e.g. population, if the variable is per head"},
    {.name = "groups",
     .type = SW_P_GROUPINGS,
     .fallback = "",
     .help = "group columns of the units, for the parts"},
    {.name = "matrices",
     .type = SW_P_GROUPINGS,
     .fallback = "",
     .help = "a group column: also the inequality of each group and between each two"},
    {.name = "epsilon",
     .type = SW_P_NUMBERS,
     .fallback = "[0.5, 1, 2]",
     .lo = 0,
     .hi = 20,
     .help = "aversions to inequality, of Atkinson's index"},
    {.name = "er_alpha",
     .type = SW_P_NUMBER,
     .fallback = "1.3",
     .lo = 1e-6,
     .hi = 1.6,
     .help = "of the polarisation of the groups of matrices, else of the first of groups"},
    {0}};

/* Quantities of a group are called so, as columns of groups are. */
#define OF_GROUP(name) SW_NAME_GROUP_PREFIX name

/* Bounds by resampling are of all but counts of units. */
#define COUNT .units = "1", .shape = SW_GLOBAL, .number = SW_INT32
#define BY_PERIOD .units = "1", .shape = SW_GLOBAL, .interval = true
#define BY_GROUPING BY_PERIOD, .axis = {"grouping"}
#define OF_ONE BY_PERIOD, .axis = {"of_group"}
#define OF_TWO BY_PERIOD, .show = SW_SHOW_MATRIX, .axis = {"of_group", "to_group"}

static const sw_output outputs[] = {
    {.name = "gini", .long_name = "Gini coefficient", BY_PERIOD},
    {.name = "theil_t", .long_name = "Theil T", BY_PERIOD},
    {.name = "theil_l", .long_name = "Theil L, mean log deviation", BY_PERIOD},
    {.name = "theil_t_between",
     .show = SW_SHOW_PARTS,
     .with = {"theil_t"},
     .long_name = "Theil T between groups",
     BY_GROUPING},
    {.name = "theil_t_within",
     .show = SW_SHOW_PARTS,
     .with = {"theil_t"},
     .long_name = "Theil T within groups",
     BY_GROUPING},
    {.name = "theil_l_between",
     .show = SW_SHOW_PARTS,
     .with = {"theil_l"},
     .long_name = "Theil L between groups",
     BY_GROUPING},
    {.name = "theil_l_within",
     .show = SW_SHOW_PARTS,
     .with = {"theil_l"},
     .long_name = "Theil L within groups",
     BY_GROUPING},
    {.name = "gini_within",
     .show = SW_SHOW_PARTS,
     .with = {"gini"},
     .long_name = "Gini within groups (Dagum)",
     BY_GROUPING},
    {.name = "gini_between_net",
     .show = SW_SHOW_PARTS,
     .with = {"gini"},
     .long_name = "Gini between groups, net (Dagum)",
     BY_GROUPING},
    {.name = "gini_transvariation",
     .show = SW_SHOW_PARTS,
     .with = {"gini"},
     .long_name = "Gini of transvariation (Dagum)",
     BY_GROUPING},
    {.name = "hoover", .long_name = "Hoover index", BY_PERIOD},
    {.name = "cv",
     .long_name = "coefficient of variation, population sd over mean; weighted: Williamson's",
     BY_PERIOD},
    {.name = "n_used", .long_name = "units with a value and a weight", COUNT},
    {.name = "p90_p10", .long_name = "90th percentile over the 10th, unweighted", BY_PERIOD},
    {.name = "p80_p20", .long_name = "80th percentile over the 20th, unweighted", BY_PERIOD},
    {.name = "p90_p50", .long_name = "90th percentile over the median, unweighted", BY_PERIOD},
    {.name = "polarisation", .long_name = "polarisation of groups (Esteban and Ray)", BY_PERIOD},
    {.name = "atkinson", .long_name = "Atkinson index by aversion", .axis = {"epsilon"}, BY_PERIOD},
    {.name = OF_GROUP("n"),
     .long_name = "units of the group with a value and a weight",
     .axis = {"of_group"},
     COUNT},
    {.name = OF_GROUP("mean"), .long_name = "mean of the group, by the weight", OF_ONE},
    {.name = OF_GROUP("gini"), .long_name = "Gini coefficient within the group", OF_ONE},
    {.name = OF_GROUP("theil_t"), .long_name = "Theil T within the group", OF_ONE},
    {.name = "share_within_gini",
     .long_name = "share of the Gini that is within the group",
     OF_ONE},
    {.name = "share_within_theil_t",
     .long_name = "share of Theil T that is within the group",
     OF_ONE},
    {.name = "between_gini",
     .long_name = "Gini between two groups (Dagum); of one its own",
     OF_TWO},
    {.name = "overlap",
     .long_name = "overlap of two groups, 1 less Dagum's relative economic affluence",
     OF_TWO},
    {.name = "share_net",
     .long_name = "share of the Gini that is between two groups, net; the same in both places",
     OF_TWO},
    {.name = "share_transvariation",
     .long_name = "share of the Gini by the overlap of two groups; the same in both places",
     OF_TWO},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"weight", "", "p = 1/n"},
    {"weight", "*", "p the share of the weight"},
    {"groups", "*",
     "Theil: within + between = T, L; Dagum: within + between net + transvariation = G"},
    {"matrices", "*",
     "A_jh = sum p_k p_l (y_k - y_l)+, k of group j, l of h; G_jh = (A_jh + A_hj)/(P_j P_h (mu_j + "
     "mu_h)), overlap = 1 - |A_jh - A_hj|/(A_jh + A_hj); shares of G: A_jj/(mu G) within, |A_jh - "
     "A_hj|/(mu G) net, 2 min(A_jh, A_hj)/(mu G) transvariation"},
    {0}};

const sw_measure sw_measure_inequality = {
    .name = "inequality",
    .title = "Inequality between units, and between and within groups",
    .formula =
        "G = sum p_i p_j |y_i - y_j|/(2 mu); T = sum s ln(y/mu), s the share of the total; L = "
        "sum p ln(mu/y); Atkinson 1 - [sum p (y/mu)^(1-e)]^(1/(1-e)), 1 - exp(-L) at e = 1; "
        "polarisation sum P_g^(1+a) P_h |mu_g - mu_h|/mu over groups",
    .variant = variants,
    .source = "Theil 1967; Dagum 1997, Empirical Economics 22:515-531; Williamson 1965; Atkinson "
              "1970; Esteban and Ray 1994, Econometrica 62:819-851",
    .version = 2,
    .kind = SW_KIND_GLOBAL,
    .resample = &sw_inequality_resample,
    .param = params,
    .output = outputs,
    .resolve = resolve_inequality,
    .tile = tile_inequality,
    .finish = finish_inequality,
    .workspace = workspace_inequality,
};
