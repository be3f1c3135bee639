/* Inequality between units by period, and its parts between and within groups (methods.md section
 * 9): Gini with Dagum's parts, Theil T and L, Hoover, coefficient of variation. The arithmetic is
 * in kernel/series/inequality.h.
 *
 *   G = sum_ij p_i p_j |y_i - y_j| / (2 mu)         hoover = sum p |y - mu| / (2 mu)
 *   T = sum s ln(y/mu) = sum_g S_g ln(S_g/P_g) + sum_g S_g T_g
 *   L = sum p ln(mu/y) = sum_g P_g ln(P_g/S_g) + sum_g P_g L_g
 *
 * An item is a period, or a period and a grouping. All of these need a whole column (the Gini its
 * order), so the pass is over items with gathered inputs; an item is one thread's work from end to
 * end, and its sums have one order. Items share nothing: each makes and sorts the period's sample
 * anew.
 *
 * Sources: Gini 1912; Theil 1967; Dagum 1997, Empirical Economics 22:515-531; Williamson 1965. */
#include "kernel/series/inequality.h"
#include "spillway/measure.h"

#include <math.h>
#include <string.h>

enum {
  GINI,
  THEIL_T,
  THEIL_L,
  T_BETWEEN,
  T_WITHIN,
  L_BETWEEN,
  L_WITHIN,
  G_WITHIN,
  G_BETWEEN_NET,
  G_TRANSVARIATION,
  HOOVER,
  CV,
  N_USED
};

/* Set by resolve. most_groups: of any grouping, for the size of the workspace. */
typedef struct inequality_state {
  bool weighted;
  int n_groupings, most_groups;
  const sw_grouping **grouping;
} inequality_state;

/* What an item leaves: one of `whole` and `parts`, and what the sample was like. `wrong`: the first
 * unit with a negative value or weight, -1 for none; a tile cannot fail, so `finish` does. */
typedef struct record {
  sw_inequality whole;       /* of a period */
  sw_inequality_parts parts; /* of a period and a grouping */
  int64_t n, zeros, wrong;
  double wrong_value;
  bool wrong_weight;
} record;

/* ---- tile ------------------------------------------------------------------------------- */

/* Items of a period stand together: the whole, then each grouping. So records come in that order to
 * finish, and item / items_per_period is the period. */
static int items_per_period(const inequality_state *state) {
  return 1 + state->n_groupings;
}

/* g = -1: the period as a whole. The columns are views from unit 0 (gathered), as groups are
 * indexed by unit of the whole panel. */
static void tile_inequality(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const inequality_state *state = job->state;
  /* The item's number, taken apart. */
  int t = (int)(tile->lo / items_per_period(state)),
      g = (int)(tile->lo % items_per_period(state)) - 1;
  const double *x = job->input[0].view.row[t];
  const double *weight = state->weighted ? job->input[1].view.row[t] : NULL;
  sw_sample sample = sw_inequality_sample_make(x, weight, job->n, workspace);
  record *r = out;
  r->n = sample.n;
  r->zeros = sample.zeros;
  r->wrong = sample.wrong;
  r->wrong_weight = sample.wrong_weight;
  if (sample.wrong >= 0) {
    /* Nothing is computed of a sample that will be refused; `whole` and `parts` stay zero. */
    r->wrong_value = (sample.wrong_weight ? weight : x)[sample.wrong];
    return;
  }
  if (g < 0)
    r->whole = sw_inequality_compute(&sample);
  else
    r->parts = sw_inequality_by_group(&sample, state->grouping[g]->of, state->grouping[g]->n_groups,
                                      job->n, workspace);
}

/* The sample, and what Dagum's parts need of groups. */
static size_t workspace_inequality(const sw_job *job) {
  const inequality_state *state = job->state;
  return sw_inequality_workspace(job->n, state->most_groups);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* The item of the whole period speaks for its groupings: they have the same sample. */
static sw_status check_record(sw_error *err, const sw_job *job, const record *r, int t) {
  if (r->wrong < 0) return SW_OK;
  const sw_input *input = &job->input[r->wrong_weight ? 1 : 0];
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: '%s' of unit %s in %s is %.10g; expected values and weights of 0 or more",
                 input->where, job->name, input->name, sw_unit_code(job->units, r->wrong),
                 sw_job_period(job, t), r->wrong_value);
}

/* Of all indices, or of Theil's L and its parts alone. */
static void say_why(sw_job *job, const record *r, int t) {
  const char *why = r->n == 0              ? "no unit has a value"
                    : isnan(r->whole.gini) ? "all are zero"
                                           : NULL;
  for (int q = GINI; q <= CV; q++) {
    bool logs = q == THEIL_L || q == L_BETWEEN || q == L_WITHIN;
    if (why || logs) sw_job_undefined(job, q, t, why ? why : "a value is zero");
  }
}

/* N_USED is an integer output; results are doubles until they are written. */
static void place_whole(sw_job *job, const record *r, int t) {
  say_why(job, r, t);
  const double value[] = {r->whole.gini, r->whole.theil_t, r->whole.theil_l};
  for (int q = 0; q < 3; q++)
    job->result[GINI + q].row[0][t] = value[q];
  job->result[HOOVER].row[0][t] = r->whole.hoover;
  job->result[CV].row[0][t] = r->whole.cv;
  job->result[N_USED].row[0][t] = (double)r->n;
}

/* `at`: [period][grouping]. The outputs of the parts stand in the order of `value`. */
static void place_parts(const sw_job *job, const record *r, int at) {
  const sw_inequality_parts *p = &r->parts;
  const double value[] = {p->theil_t_between,    p->theil_t_within, p->theil_l_between,
                          p->theil_l_within,     p->gini_within,    p->gini_between_net,
                          p->gini_transvariation};
  for (int q = 0; q < 7; q++)
    job->result[T_BETWEEN + q].row[0][at] = value[q];
}

/* `r` walks over the periods, at the record of the whole. One note for all periods with zeros, as
 * the panel may have many. */
static sw_status finish_inequality(sw_error *err, sw_job *job, int pass, const void *all,
                                   void *result) {
  (void)pass;
  (void)result;
  const inequality_state *state = job->state;
  const record *r = all;
  int with_zeros = 0, groups = state->n_groupings;
  for (int t = 0; t < job->n_periods; t++, r += items_per_period(state)) {
    SW_TRY(check_record(err, job, r, t));
    with_zeros += r->zeros > 0;
    place_whole(job, r, t);
    for (int g = 0; g < groups; g++)
      place_parts(job, r + 1 + g, t * groups + g);
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

/* Groupings of the units file by name. Without any, the outputs of the parts are off and the axis
 * is not declared. */
static sw_status find_groupings(sw_error *err, sw_job *job, inequality_state *state) {
  const sw_arg *groups = sw_job_arg(job, "groups");
  state->n_groupings = groups->count;
  /* `groups` has been checked against the study; that the units' table kept the column is checked
   * here. */
  SW_NEW(err, job->arena, state->grouping, groups->count);
  for (int g = 0; g < groups->count; g++) {
    state->grouping[g] = sw_units_grouping(job->units, groups->texts[g]);
    if (!state->grouping[g])
      return sw_job_fail(err, job, "groups",
                         "'%s' is not a group column of the units; list it under groups there",
                         groups->texts[g]);
    /* One workspace serves the items of all groupings. */
    if (state->grouping[g]->n_groups > state->most_groups)
      state->most_groups = state->grouping[g]->n_groups;
  }
  job->axis[0] = (sw_axis){.name = "grouping", .n = groups->count, .label = groups->texts};
  job->n_axes = groups->count > 0;
  /* The outputs of the parts stand together. */
  for (int q = T_BETWEEN; q <= G_TRANSVARIATION; q++)
    job->result[q].off = groups->count == 0;
  return SW_OK;
}

/* An item for each period and for each grouping in it, as items_per_period has them. */
static sw_status resolve_inequality(sw_error *err, sw_job *job) {
  inequality_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->weighted = sw_job_inputs(job, "weight").count > 0;
  SW_TRY(find_groupings(err, job, state));
  if (!state->weighted) note_per_capita(job);
  job->n_passes = 1;
  job->pass[0] = (sw_pass){.domain = SW_ITEMS,
                           .items = (int64_t)job->n_periods * items_per_period(state),
                           .record = sizeof(record)};
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
    {0}};

#define BY_PERIOD .shape = SW_GLOBAL
#define BY_GROUPING .shape = SW_GLOBAL, .axis = {"grouping"}

static const sw_output outputs[] = {
    {.name = "gini", .long_name = "Gini coefficient", .units = "1", BY_PERIOD},
    {.name = "theil_t", .long_name = "Theil T", .units = "1", BY_PERIOD},
    {.name = "theil_l", .long_name = "Theil L, mean log deviation", .units = "1", BY_PERIOD},
    {.name = "theil_t_between", .long_name = "Theil T between groups", .units = "1", BY_GROUPING},
    {.name = "theil_t_within", .long_name = "Theil T within groups", .units = "1", BY_GROUPING},
    {.name = "theil_l_between", .long_name = "Theil L between groups", .units = "1", BY_GROUPING},
    {.name = "theil_l_within", .long_name = "Theil L within groups", .units = "1", BY_GROUPING},
    {.name = "gini_within", .long_name = "Gini within groups (Dagum)", .units = "1", BY_GROUPING},
    {.name = "gini_between_net",
     .long_name = "Gini between groups, net (Dagum)",
     .units = "1",
     BY_GROUPING},
    {.name = "gini_transvariation",
     .long_name = "Gini of transvariation (Dagum)",
     .units = "1",
     BY_GROUPING},
    {.name = "hoover", .long_name = "Hoover index", .units = "1", BY_PERIOD},
    {.name = "cv",
     .long_name = "coefficient of variation, population sd over mean; weighted: Williamson's",
     .units = "1",
     BY_PERIOD},
    {.name = "n_used",
     .long_name = "units with a value and a weight",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"weight", "", "p = 1/n"},
    {"weight", "*", "p the share of the weight"},
    {"groups", "*",
     "Theil: within + between = T, L; Dagum: within + between net + transvariation = G"},
    {0}};

const sw_measure sw_measure_inequality = {
    .name = "inequality",
    .title = "Inequality between units, and between and within groups",
    .formula =
        "G = sum p_i p_j |y_i - y_j|/(2 mu); T = sum s ln(y/mu), s the share of the total; L = "
        "sum p ln(mu/y)",
    .variant = variants,
    .source = "Theil 1967; Dagum 1997, Empirical Economics 22:515-531; Williamson 1965",
    .version = 2,
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_inequality,
    .tile = tile_inequality,
    .finish = finish_inequality,
    .workspace = workspace_inequality,
};
