/* Productivity by data envelopment analysis (methods.md section 15): how far a unit is from the
 * frontier that all units span, and how this changes. A program for each unit and period
 * (kernel/frontier), of constant or variable returns to scale; `efficiency` is
 *
 *   output        1/phi, phi what all outputs can be multiplied by with these inputs
 *   input         theta, what all inputs can be multiplied by with these outputs
 *   directional   1/(1 + beta), beta (`inefficiency`) the share by which outputs rise as inputs
 *                 fall, or with bad outputs as these fall and inputs stay
 *
 * in (0,1], 1 on the frontier. Bad outputs are weakly disposable, in either of the radial
 * orientations they stay as they are. What differs from 1 by less than 1e-9 is 1. `super` takes the
 * unit itself out of the frontier: efficient units have 1 and more. scale_efficiency is the
 * efficiency under constant returns over that under variable ones. `slack`: what is left of inputs
 * and lacks of outputs at the frontier, as much as there can be, counted in means of the variable.
 *
 * The frontier of a period is spanned by the observations of `reference`: the period's, those of a
 * window that ends with it (the first periods: of the first whole window), or those of all periods.
 *
 * Indices compare a period (1) with the one before it (0). E^s(t) is the efficiency of the unit's
 * observation t before the frontier of s, G before that of all periods:
 *
 *   malmquist    efficiency_change = E^1(1)/E^0(0)
 *                technical_change = sqrt(E^0(1)/E^1(1) E^0(0)/E^1(0)),  index their product
 *   global       index = G(1)/G(0), efficiency_change as above, technical_change the rest
 *   luenberger   index = 1/2 (B^0(0) - B^0(1) + B^1(0) - B^1(1)), B the beta; efficiency_change
 *                B^0(0) - B^1(1), technical_change the rest
 *
 * Above 1 (luenberger: 0) is progress. With bad outputs and `directional` malmquist is the
 * Malmquist-Luenberger index. cumulated is the product (luenberger: sum) since the first period.
 * No point of the frontier of another period, of variable returns or `super`: infeasible.
 *
 * Passes over units, all inputs gathered; a thread has a solver of its own. Where a frontier is of
 * all periods, a first pass finds who is on that of its period, and nobody else spans it. The
 * programs follow. `peers` are the weights l of the observations that a unit is measured by, as
 * pairs: the programs leave them as operands, the units and their weights, and a pass over pairs
 * spreads them over rows. With `bootstrap` a further pass over units draws
 * (productivity_bootstrap.c).
 *
 * Sources: Charnes, Cooper & Rhodes 1978; Banker, Charnes & Cooper 1984; Andersen & Petersen 1993;
 * Chambers, Chung & Fare 1996, 1998; Fare, Grosskopf, Norris & Zhang 1994; Chung, Fare & Grosskopf
 * 1997; Pastor & Lovell 2005; Tulkens & Vanden Eeckaut 1995 (references). */
#include "measure/unit/productivity.h"

#include <string.h>

#include "measure/share/series.h"

enum { LEAST_DRAWS = 100 };
enum { GRAIN = 8 }; /* units of a tile: what a run that is killed computes anew */

/* ---- tile ------------------------------------------------------------------------------- */

static void tile_productivity(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_productivity *p = job->state;
  if (tile->pass == p->draw) {
    sw_productivity_draw_tile(job, tile, workspace);
    return;
  }
  for (int64_t unit = tile->lo; unit < tile->hi && !sw_job_stops(job); unit++)
    if (tile->pass == p->edges)
      sw_productivity_edges(job, workspace, unit);
    else
      sw_productivity_unit(job, workspace, unit, out);
}

static size_t workspace_productivity(const sw_job *job) {
  size_t programs =
      sizeof(sw_productivity_thread) + SW_OPTIMA * (size_t)job->n_periods * sizeof(double);
  size_t draws = sw_productivity_draw_workspace(job);
  return programs > draws ? programs : draws;
}

static sw_status open_productivity(sw_error *err, const sw_job *job, int pass, void *workspace) {
  const sw_productivity *p = job->state;
  sw_productivity_thread *w = workspace;
  *w = (sw_productivity_thread){.err = err};
  if (job->pass[pass].domain == SW_PAIRS) return SW_OK;
  if (pass == p->draw) return sw_productivity_draw_open(err, job, workspace);
  const sw_frontier *f = pass == p->edges ? &p->edge : &p->frontier;
  sw_status status = sw_frontier_open(err, f, &w->solver);
  if (status != SW_OK) sw_frontier_close(w->solver); /* close is not called then */
  return status;
}

static void close_productivity(const sw_job *job, int pass, void *workspace) {
  if (job->pass[pass].domain == SW_PAIRS) return;
  if (pass == ((const sw_productivity *)job->state)->draw)
    sw_productivity_draw_close(workspace);
  else
    sw_frontier_close(((sw_productivity_thread *)workspace)->solver);
}

/* ---- fold ------------------------------------------------------------------------------- */

/* Whole numbers. */
static void merge_productivity(const sw_job *job, int pass, void *all, const void *part) {
  (void)job, (void)pass;
  for (int k = 0; k < STATUSES; k++)
    ((sw_productivity_counts *)all)->of[k] += ((const sw_productivity_counts *)part)->of[k];
}

static sw_status finish_productivity(sw_error *err, sw_job *job, int pass, const void *all,
                                     void *result) {
  (void)err, (void)result;
  const sw_productivity *p = job->state;
  if (pass != p->programs) return SW_OK;
  const int64_t *of = ((const sw_productivity_counts *)all)->of;
  long long cells = (long long)job->n * job->n_periods;
  if (of[MISSING])
    sw_note(job->notes,
            "%s: %s: %lld of %lld observations span no frontier: a value is missing, or all inputs "
            "or all outputs are 0",
            job->where, job->name, (long long)of[MISSING], cells);
  if (of[INFEASIBLE])
    sw_note(job->notes,
            "%s: %s: %lld of %lld observations have an infeasible program, and no value there",
            job->where, job->name, (long long)of[INFEASIBLE], cells);
  if (of[UNSOLVED])
    sw_note(job->notes, "%s: %s: the solver found no optimum for %lld of %lld observations",
            job->where, job->name, (long long)of[UNSOLVED], cells);
  for (int t = 0; p->index != NO_INDEX && t < job->n_periods; t++)
    for (int q = EFFICIENCY_CHANGE; q <= CUMULATED && !p->follows[t]; q++)
      if (t > 0 || q != CUMULATED) sw_job_undefined(job, q, t, "no period one step before");
  return SW_OK;
}

static sw_status prepare_productivity(sw_error *err, sw_job *job, int pass) {
  if (job->pass[pass].domain == SW_PAIRS) return SW_OK;
  const sw_productivity *p = job->state;
  SW_TRY(sw_productivity_prepare(err, job));
  if (pass == p->programs && p->edges >= 0) return sw_productivity_pack(err, job);
  return pass == p->draw ? sw_productivity_sample_periods(err, job) : SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

static int choice_of(const sw_job *job, const char *param) {
  return (int)sw_job_arg(job, param)->number;
}

/* A column that is both an input and an output would make every unit efficient. */
static sw_status read_variables(sw_error *err, sw_job *job, sw_frontier *f) {
  f->inputs = sw_job_inputs(job, "inputs").count;
  f->outputs = sw_job_inputs(job, "outputs").count;
  f->bad = sw_job_inputs(job, "bad").count;
  int variables = sw_frontier_variables(f);
  if (f->inputs == 0) return sw_job_fail(err, job, "inputs", "the list is empty; give a column");
  if (f->outputs == 0) return sw_job_fail(err, job, "outputs", "the list is empty; give a column");
  if (variables > SW_FRONTIER_MOST)
    return sw_job_fail(err, job, "inputs", "%d inputs and outputs; %d at most", variables,
                       SW_FRONTIER_MOST);
  for (int v = f->inputs; v < variables; v++)
    for (int w = 0; w < v; w++)
      if (strcmp(job->input[v].name, job->input[w].name) == 0)
        return sw_job_fail(err, job, v < f->inputs + f->outputs ? "outputs" : "bad",
                           "'%s' is %s already; a column has one part", job->input[v].name,
                           w < f->inputs ? "an input" : "an output");
  return SW_OK;
}

/* What does not go together. */
static sw_status check_choices(sw_error *err, sw_job *job, const sw_productivity *p) {
  bool directional = p->frontier.orientation == SW_TO_DIRECTION;
  if (p->variable_returns && p->frontier.bad)
    return sw_job_fail(
        err, job, "bad",
        "bad outputs go with `scale: crs`; under variable returns weak disposability "
        "takes another model (Kuosmanen 2005)");
  if (p->index == LUENBERGER && !directional)
    return sw_job_fail(err, job, "index",
                       "luenberger is of directional distances; expected "
                       "`orient: directional`");
  if (p->super && p->index != NO_INDEX)
    return sw_job_fail(err, job, "super",
                       "an index compares efficiencies before whole frontiers; expected `index: "
                       "none`, or no `super`");
  if (p->reference != OF_WINDOW && sw_job_arg(job, "window")->given)
    return sw_job_fail(err, job, "window", "periods of a window; expected `reference: window`");
  if (p->draws > 0 && p->draws < LEAST_DRAWS)
    return sw_job_fail(err, job, "bootstrap", "%d draws give no bounds; expected %d or more, or 0",
                       p->draws, LEAST_DRAWS);
  if (p->draws > 0 && (directional || p->super || p->frontier.bad || p->reference != OF_PERIOD))
    return sw_job_fail(
        err, job, "bootstrap",
        "draws are of radial efficiencies within a period; expected `orient: output` "
        "or `input`, `reference: period`, no `bad` and no `super`");
  if (p->reference != OF_PERIOD && p->has_peers)
    return sw_job_fail(err, job, "peers",
                       "pairs of units are of one period; expected `reference: period`");
  if (p->reference == OF_WINDOW && p->window > job->n_periods)
    return sw_job_fail(err, job, "window", "%d periods; the entry has %d", p->window,
                       job->n_periods);
  return SW_OK;
}

static sw_status read_index(sw_error *err, sw_job *job, sw_productivity *p) {
  static const char *const roles[] = {"inputs", "outputs", "bad"};
  if (p->index == NO_INDEX) return SW_OK;
  for (int k = 0; k < 2 + (p->frontier.bad > 0); k++)
    SW_TRY(sw_series_check(err, job, roles[k], 2));
  if (p->variable_returns)
    sw_note(job->notes,
            "%s: %s: under variable returns an index leaves out what changes with scale; total "
            "productivity is that of `scale: crs`",
            job->where, job->name);
  return sw_series_follow(err, job, "changes", &p->follows);
}

static sw_status name_axes(sw_error *err, sw_job *job, const sw_frontier *f) {
  static const char *const status[STATUSES] = {"solved", "infeasible", "missing", "unsolved"};
  const char **name = NULL;
  SW_NEW(err, job->arena, name, f->inputs + f->outputs);
  for (int v = 0; v < f->inputs + f->outputs; v++)
    name[v] = job->input[v].name;
  sw_job_axis(job, (sw_axis){.name = "variable", .n = f->inputs + f->outputs, .label = name});
  sw_job_axis(job, (sw_axis){.name = "status_label", .n = STATUSES, .label = status});
  return SW_OK;
}

/* Cooper, Seiford and Tone's rule of thumb: with fewer units most are efficient. */
static void warn_of_few(const sw_job *job, const sw_frontier *f) {
  int sum = 3 * sw_frontier_variables(f), product = f->inputs * (f->outputs + f->bad);
  int wanted = sum > product ? sum : product;
  if (job->n < wanted)
    sw_note(job->notes,
            "%s: %s: %lld units for %d inputs and outputs: many are efficient for want of others; "
            "%d or more are advised",
            job->where, job->name, (long long)job->n, sw_frontier_variables(f), wanted);
}

/* A frontier of all periods has many observations, of which few are on that of their own period:
 * these are found first. */
static void declare_passes(sw_job *job, sw_productivity *p) {
  bool has_all = p->reference == OF_ALL || p->index == GLOBAL;
  p->edges = p->draw = -1;
  if (has_all && !p->super)
    p->edges = sw_job_pass(
        job, (sw_pass){.domain = SW_UNITS, .gathered = true, .grain = GRAIN, .operand = 1});
  p->programs = sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                           .gathered = true,
                                           .grain = GRAIN,
                                           .operand = sw_productivity_peers(job) + (p->draws > 0),
                                           .partial = sizeof(sw_productivity_counts)});
  if (p->draws > 0)
    p->draw =
        sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .gathered = true, .grain = SW_DRAW_GRAIN});
  if (sw_productivity_peers(job) > 0) sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
}

static sw_status resolve_productivity(sw_error *err, sw_job *job) {
  static const sw_orientation orientation[] = {SW_TO_OUTPUT, SW_TO_INPUT, SW_TO_DIRECTION};
  sw_productivity *p = NULL;
  SW_NEW(err, job->arena, p, 1);
  job->state = p;
  p->frontier.orientation = orientation[choice_of(job, "orient")];
  p->variable_returns = choice_of(job, "scale") == 1;
  p->index = (sw_productivity_index)choice_of(job, "index");
  p->reference = (sw_productivity_reference)choice_of(job, "reference");
  p->window = choice_of(job, "window");
  p->super = choice_of(job, "super");
  p->draws = choice_of(job, "bootstrap");
  p->has_peers = !job->result[PEERS].off; /* the matrix has a job of its own later on */
  SW_TRY(read_variables(err, job, &p->frontier));
  SW_TRY(check_choices(err, job, p));
  SW_TRY(read_index(err, job, p));
  SW_TRY(name_axes(err, job, &p->frontier));
  warn_of_few(job, &p->frontier);
  job->result[INEFFICIENCY].off = p->frontier.orientation != SW_TO_DIRECTION;
  job->result[SCALE_EFFICIENCY].off = p->frontier.bad || p->super;
  for (int q = EFFICIENCY_CHANGE; q <= CUMULATED; q++)
    job->result[q].off = p->index == NO_INDEX;
  for (int q = CORRECTED; q <= UPPER; q++)
    job->result[q].off = p->draws == 0;
  job->pooled = p->index != NO_INDEX || p->reference != OF_PERIOD;
  job->directed = true;
  declare_passes(job, p);
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "inputs",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "what is used: capital, labour, energy; as amounts, none negative"},
    {.name = "outputs",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "what is made of it: value added; as amounts, none negative"},
    {.name = "bad",
     .type = SW_P_COLUMNS,
     .fallback = "",
     .distinct = true,
     .help = "bad outputs, such as emissions: weakly disposable"},
    {.name = "scale",
     .type = SW_P_CHOICE,
     .fallback = "crs",
     .choices = "crs|vrs",
     .help = "returns to scale: constant (CCR), variable (BCC)"},
    {.name = "orient",
     .type = SW_P_CHOICE,
     .fallback = "output",
     .choices = "output|input|directional",
     .help = "more outputs, less inputs, or both; with `bad`, more outputs and less of these"},
    {.name = "index",
     .type = SW_P_CHOICE,
     .fallback = "none",
     .choices = "none|malmquist|global|luenberger",
     .help = "of the change since the period before; malmquist and directional with `bad`: "
             "Malmquist-Luenberger"},
    {.name = "reference",
     .type = SW_P_CHOICE,
     .fallback = "period",
     .choices = "period|window|all",
     .help = "whose observations span the frontier: the period's, those of a window that ends with "
             "it, of all periods"},
    {.name = "window",
     .type = SW_P_INTEGER,
     .fallback = "3",
     .lo = 1,
     .hi = 100000,
     .help = "periods of it, with `reference: window`"},
    {.name = "super",
     .type = SW_P_BOOL,
     .fallback = "false",
     .help = "super-efficiency: a unit does not span its own frontier"},
    {.name = "bootstrap",
     .type = SW_P_INTEGER,
     .fallback = "0",
     .lo = 0,
     .hi = 1e6,
     .help =
         "draws of Simar and Wilson's bootstrap: efficiency without its bias, with bounds of 95%; "
         "0: none"},
    {.name = "peers",
     .type = SW_P_MATRICES,
     .fallback = "",
     .help =
         "the weights of the units that each unit is measured by, as pairs: the row is measured "
         "by the column; with every key of a pair entry: keep, by, blocks, rings, centres"},
    {0}};

static const sw_output outputs[] = {
    {.name = "efficiency",
     .long_name = "efficiency: 1 on the frontier",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "inefficiency",
     .long_name = "directional distance to the frontier",
     .units = "1",
     .shape = SW_UNIT,
     .given = "orient"},
    {.name = "scale_efficiency",
     .long_name = "scale efficiency: under constant returns over under variable ones",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "efficiency_change",
     .long_name = "change of efficiency since the period before",
     .units = "1",
     .shape = SW_UNIT,
     .palette = SW_DIVERGING_1,
     .given = "index"},
    {.name = "technical_change",
     .long_name = "shift of the frontier since the period before",
     .units = "1",
     .shape = SW_UNIT,
     .palette = SW_DIVERGING_1,
     .given = "index"},
    {.name = "index",
     .long_name = "productivity against the period before",
     .units = "1",
     .shape = SW_UNIT,
     .palette = SW_DIVERGING_1,
     .given = "index"},
    {.name = "cumulated",
     .long_name = "productivity against the first period",
     .units = "1",
     .shape = SW_UNIT,
     .palette = SW_DIVERGING_1,
     .given = "index"},
    {.name = "status",
     .long_name = "what became of the programs: 0 solved, 1 infeasible, 2 missing, 3 unsolved",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = "status_label",
     .class_first = 0},
    {.name = "slack",
     .long_name = "what is left of the input, or lacks of the output, at the frontier",
     .units = "1",
     .shape = SW_UNIT,
     .axis = {"variable"}},
    {.name = "efficiency_corrected",
     .long_name = "efficiency less its bias",
     .units = "1",
     .shape = SW_UNIT,
     .given = "bootstrap"},
    {.name = "efficiency_lo",
     .long_name = "lower bound of the efficiency, 95%",
     .units = "1",
     .shape = SW_UNIT,
     .given = "bootstrap"},
    {.name = "efficiency_hi",
     .long_name = "upper bound of the efficiency, 95%",
     .units = "1",
     .shape = SW_UNIT,
     .given = "bootstrap"},
    {.name = "value",
     .long_name = "weight of the peer",
     .units = "1",
     .shape = SW_PAIR,
     .group = "peers",
     .given = "peers"},
    {0}};

static const sw_variant variants[] = {
    {"scale", "vrs", "sum l = 1"},
    {"orient", "input", "efficiency theta = min: (theta x, y, b) in T"},
    {"orient", "output", "efficiency 1/phi, phi = max: (x, phi y, b) in T"},
    {"orient", "directional",
     "efficiency 1/(1 + beta), beta = max: ((1 - beta) x, (1 + beta) y) in T, with bad outputs (x, "
     "(1 + beta) y, (1 - beta) b) in T"},
    {"index", "malmquist",
     "E^s(t) the efficiency of t before the frontier of s: efficiency_change E^1(1)/E^0(0), "
     "technical_change sqrt(E^0(1)/E^1(1) E^0(0)/E^1(0)), index their product"},
    {"index", "global",
     "index G(1)/G(0), G before the frontier of all periods; efficiency_change E^1(1)/E^0(0), "
     "technical_change the rest"},
    {"index", "luenberger",
     "index 1/2 (B^0(0) - B^0(1) + B^1(0) - B^1(1)), B^s(t) the beta of t before the frontier of "
     "s; efficiency_change B^0(0) - B^1(1), technical_change the rest"},
    {"super", "true", "T without the unit itself"},
    {"bootstrap", "*",
     "efficiency_corrected 2 e - mean e_b, e_b before the frontier of draw b, whose units have "
     "efficiencies of a smoothed distribution of e; bounds 2 e less the quantiles .975 and .025 of "
     "e_b"},
    {0}};

const sw_measure sw_measure_productivity = {
    .name = "productivity",
    .title = "Efficiency and productivity by data envelopment",
    .formula = "T = {(x, y, b): sum l x_j <= x, sum l y_j >= y, sum l b_j = b, l >= 0} over the "
               "observations j of `reference`",
    .variant = variants,
    .source = "Charnes, Cooper & Rhodes 1978; Banker, Charnes & Cooper 1984; Andersen & Petersen "
              "1993; Chambers, Chung & Fare 1998; Fare, Grosskopf, Norris & Zhang 1994; Chung, "
              "Fare & Grosskopf 1997; Pastor & Lovell 2005; Simar & Wilson 1998",
    .version = 1,
    .kind = SW_KIND_UNIT,
    .flops = 1,
    .bytes = 8,
    .leaves_off = true,
    .param = params,
    .output = outputs,
    .resolve = resolve_productivity,
    .prepare = prepare_productivity,
    .tile = tile_productivity,
    .whole_row = sw_productivity_row,
    .merge = merge_productivity,
    .finish = finish_productivity,
    .workspace = workspace_productivity,
    .open = open_productivity,
    .close = close_productivity,
};
