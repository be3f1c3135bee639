/* Derived indicators: expressions over the cells (panel/expression.c), in the order of the study. A
 * stage (lag, growth, share_of) is evaluated over all periods, transformed, and read by what comes
 * after it as an operand.
 *
 * Lag and growth are to the period before, where there is one without a break between; what they
 * leave missing for want of it is marked (`absent`), as it is no gap of the data. A share is of the
 * sum over all units of a group; those are of any rank, so ranks exchange the period's column, and
 * each adds it up in the order of units: one order, one result. */
#include "store/panel/build.h"

#include "base/log.h"
#include "panel/time.h"
#include "panel/treat.h"

#include <string.h>

/* From the back: a derived indicator hides the column of its name, for all that is derived after it
 * and for the panel. NULL: there is none, which the plan has ruled out for names that it has let
 * pass. */
sw_panel_cells *sw_panel_find_cells(sw_panel_build *build, const char *name) {
  for (int c = build->n_cells - 1; c >= 0; c--)
    if (!strcmp(build->cells[c].name, name)) return &build->cells[c];
  return NULL;
}

/* One indicator while it is derived. */
typedef struct deriving {
  sw_panel_build *build;
  const sw_derivation *derived;
  const sw_panel_cells **source; /* of each operand */
  sw_panel_cells *staged;        /* of each stage */
  const double **operand, **staged_row;
  bool *absent; /* what the operands and stages so far lack for want of a period before */
} deriving;

static int64_t units_here(const sw_panel_build *build) {
  return build->panel->hi - build->panel->lo;
}

/* Periods without one before are missing in what was lagged, and whatever it was made of was
 * missing in the period before. A growth needs both. In place, from the last period to the first,
 * as a period looks at the one before it. */
static void mark_absent(const sw_periods *periods, sw_stage_kind kind, bool *absent) {
  for (int t = periods->n - 1; t >= 0 && kind != SW_STAGE_SHARE; t--) {
    bool before = sw_treat_has_before(periods, t) && !absent[t - 1];
    absent[t] = !before || (kind == SW_STAGE_GROWTH && absent[t]);
  }
}

/* Of all operands: which of them the stage uses matters only to which cells count as gaps. What is
 * absent in one operand is absent in the result, or at least not a gap to be told of. */
static void join_absent(const deriving *d, int n_stages, bool *absent) {
  int n = d->build->panel->periods.n;
  for (int t = 0; t < n; t++) {
    for (int k = 0; k < d->derived->expression.n_operands; k++)
      absent[t] |= d->source[k]->absent && d->source[k]->absent[t];
    for (int s = 0; s < n_stages; s++)
      absent[t] |= d->staged[s].absent[t];
  }
}

/* The expression, or a stage of it, over all periods of this rank's units. O(steps x units) per
 * period; periods one after the other, as a column is one. */
static void evaluate(const deriving *d, int stage, const sw_panel_cells *out) {
  const sw_expression *expression = &d->derived->expression;
  sw_panel *panel = d->build->panel;
  for (int t = 0; t < panel->periods.n; t++) {
    for (int k = 0; k < expression->n_operands; k++)
      d->operand[k] = d->source[k]->row[t];
    for (int s = 0; s < (stage < 0 ? expression->n_stages : stage); s++)
      d->staged_row[s] = d->staged[s].row[t];
    /* Of this rank's units; sw_panel_read sums the counts over the ranks. */
    panel->log_of_nonpositive += sw_expression_eval(expression, stage, units_here(d->build),
                                                    d->operand, d->staged_row, out->row[t]);
  }
}

/* The stage before it is transformed, on this rank. Memory: the stage's cells, until the indicator
 * is whole. */
static sw_status begin_stage(sw_error *err, const deriving *d, int s) {
  sw_panel_build *build = d->build;
  const sw_periods *periods = &build->panel->periods;
  sw_panel_cells *cells = &d->staged[s];
  SW_TRY(sw_panel_cells_make(err, build->arena, d->derived->spec->name, units_here(build),
                             periods->n, cells));
  SW_NEW(err, build->arena, cells->absent, periods->n);
  join_absent(d, s, cells->absent);
  mark_absent(periods, d->derived->expression.stage[s].kind, cells->absent);
  evaluate(d, s, cells);
  return SW_OK;
}

/* One period's column of all units at a time. Collective. n doubles on every rank, one period at a
 * time. NaN of any unit makes the sum of its group NaN. */
static sw_status take_share(sw_error *err, const deriving *d, int s) {
  sw_team *team = d->build->team;
  const sw_panel *panel = d->build->panel;
  const sw_grouping *grouping =
      sw_units_grouping(&panel->units, d->derived->expression.stage[s].group);
  size_t *counts = NULL, bytes = (size_t)units_here(d->build) * sizeof(double);
  double *sum = NULL;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  if (!status) status = sw_alloc(err, (size_t)grouping->n_groups, sizeof *sum, (void **)&sum);
  status = sw_team_agree(team, err, status, 0);
  for (int t = 0; t < panel->periods.n && !status; t++) {
    double *row = d->staged[s].row[t], *all = NULL;
    status = team->all_gather(team, err, row, bytes, (void **)&all, counts);
    if (!status) {
      sw_treat_group_sums(panel->units.n, grouping, all, sum);
      sw_treat_share(panel->lo, units_here(d->build), grouping, sum, row);
    }
    sw_free(all);
  }
  sw_free(sum);
  sw_free(counts);
  return sw_team_agree(team, err, status, 0);
}

/* Every stage in turn; all ranks meet the agreement of each. Collective. The order of stages is
 * that in which they were parsed: inner ones first. */
static sw_status run_stages(sw_error *err, const deriving *d) {
  const sw_periods *periods = &d->build->panel->periods;
  for (int s = 0; s < d->derived->expression.n_stages; s++) {
    sw_stage_kind kind = d->derived->expression.stage[s].kind;
    SW_TRY(sw_team_agree(d->build->team, err, begin_stage(err, d, s), 0));
    if (kind == SW_STAGE_SHARE) SW_TRY(take_share(err, d, s));
    if (kind == SW_STAGE_LAG) sw_treat_lag(units_here(d->build), periods, d->staged[s].row);
    if (kind == SW_STAGE_GROWTH) sw_treat_growth(units_here(d->build), periods, d->staged[s].row);
  }
  return SW_OK;
}

/* Room, and the cells that the operands name: columns, or derived before (plan.c). A source is
 * never NULL here (plan.c). */
static sw_status begin(sw_error *err, deriving *d) {
  const sw_expression *expression = &d->derived->expression;
  sw_arena *arena = d->build->arena;
  SW_NEW(err, arena, d->source, expression->n_operands);
  SW_NEW(err, arena, d->operand, expression->n_operands);
  SW_NEW(err, arena, d->staged, expression->n_stages);
  SW_NEW(err, arena, d->staged_row, expression->n_stages);
  SW_NEW(err, arena, d->absent, d->build->panel->periods.n);
  for (int k = 0; k < expression->n_operands; k++)
    d->source[k] = sw_panel_find_cells(d->build, expression->operand[k]);
  return SW_OK;
}

/* The cells are added last, so that an expression that names its own indicator reads the column
 * below it. Collective only by the caller's agreement. */
static sw_status finish(sw_error *err, const deriving *d) {
  sw_panel_build *build = d->build;
  sw_panel_cells out = {0};
  SW_TRY(sw_panel_cells_make(err, build->arena, d->derived->spec->name, units_here(build),
                             build->panel->periods.n, &out));
  join_absent(d, d->derived->expression.n_stages, d->absent);
  out.absent = d->absent;
  evaluate(d, -1, &out);
  build->cells[build->n_cells++] = out;
  return SW_OK;
}

/* ---- what lag and growth ask of the periods ---------------------------------------------- */

/* Shares look at no other period. */
static bool looks_back(const sw_expression *expression) {
  for (int s = 0; s < expression->n_stages; s++)
    if (expression->stage[s].kind != SW_STAGE_SHARE) return true;
  return false;
}

/* A lag is of one step of the periods: of years with a hole, 2011 after 2002, nothing is one year
 * before 2011. Where that holds of all periods a lag would be missing everywhere. Always fails. */
static sw_status refuse_steps(sw_error *err, const sw_periods *periods, const sw_derive *derive) {
  char step[SW_TIME_ROOM];
  return sw_node_fail(err, derive->node,
                      "derive: %s: no period is one step (%s) after another, so lag and growth are "
                      "missing everywhere; leave out periods until the rest are evenly spaced",
                      derive->name, sw_time_say_step(periods, step));
}

/* Texts have no order that is known, let alone a distance. Every rank decides alike. Checked for
 * each indicator that is needed, before it costs anything. */
static sw_status check_periods(sw_error *err, const sw_panel_build *build,
                               const sw_derivation *derived) {
  const sw_periods *periods = &build->panel->periods;
  char step[SW_TIME_ROOM];
  if (!looks_back(&derived->expression)) return SW_OK;
  if (periods->n == 1) /* all would be missing */
    return sw_node_fail(err, derived->spec->node,
                        "derive: %s: lag and growth look back, and the panel %s; expected two "
                        "periods or more",
                        derived->spec->name,
                        periods->cross_section ? "is a cross-section" : "has one period");
  if (!periods->value)
    return sw_node_fail(err, derived->spec->node,
                        "derive: %s: lag and growth need periods whose order and spacing are "
                        "known; " SW_TIME_UNKNOWN_HINT,
                        derived->spec->name, periods->label[0]);
  if (periods->holes && periods->holes == periods->n - 1)
    return refuse_steps(err, periods, derived->spec);
  if (periods->holes && build->team->rank == 0)
    sw_log(SW_LOG_WARN,
           "derive: %s: %d of %d periods %s not one step (%s) after the one before; lag and "
           "growth are missing there",
           derived->spec->name, periods->holes, periods->n, periods->holes == 1 ? "is" : "are",
           sw_time_say_step(periods, step));
  return SW_OK;
}

/* One indicator. Whatever fails, the cells of its stages are given back. Collective. Everything
 * else that was made lies in the arena. */
static sw_status derive_one(sw_error *err, sw_panel_build *build, const sw_derivation *derived) {
  deriving d = {.build = build, .derived = derived};
  sw_status status = check_periods(err, build, derived);
  if (!status) status = begin(err, &d);
  status = sw_team_agree(build->team, err, status, 0);
  if (!status) status = run_stages(err, &d);
  if (!status) status = sw_team_agree(build->team, err, finish(err, &d), 0);
  for (int s = 0; d.staged && s < derived->expression.n_stages; s++)
    sw_panel_cells_free(&d.staged[s]);
  return status;
}

/* In the order of the study: what follows may rest on it. */
sw_status sw_panel_derive(sw_error *err, sw_panel_build *build) {
  for (int d = 0; d < build->plan.n_derived; d++)
    if (build->plan.derived[d].needed) SW_TRY(derive_one(err, build, &build->plan.derived[d]));
  return SW_OK;
}
