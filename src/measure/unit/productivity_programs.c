/* The programs of `productivity`: all periods of a unit, one after the other, with its indices,
 * slacks and peers. What is found of a unit depends on its own programs alone. */
#include "measure/unit/productivity.h"

#include <math.h>

static const double NEAR_ONE = 1e-9;
/* Optima of a unit by period: before its own frontier; before that of the period before; of the
 * period before, before its own; before the frontier of all periods. */
enum { OWN, ON_BEFORE, OF_BEFORE, ON_ALL };

/* ---- programs --------------------------------------------------------------------------- */

static void technology(const sw_job *job, int t, int *from, int *to) {
  const sw_productivity *p = job->state;
  *from = t;
  *to = t + 1;
  if (p->reference == OF_WINDOW) {
    *to = t + 1 > p->window ? t + 1 : p->window;
    *from = *to - p->window;
  }
  if (p->reference == OF_ALL) {
    *from = 0;
    *to = job->n_periods;
  }
}

static int variables_of(const sw_job *job) {
  return sw_frontier_variables(&((const sw_productivity *)job->state)->frontier);
}

/* Behind the conversion by orientation, 1 where it is so near. An observation that belongs to the
 * frontier's cannot lie beyond it. */
static double efficiency_of(const sw_productivity *p, double rho, bool within) {
  double e = p->frontier.orientation == SW_TO_INPUT    ? rho
             : p->frontier.orientation == SW_TO_OUTPUT ? 1 / rho
                                                       : 1 / (1 + rho);
  if (fabs(e - 1) < NEAR_ONE || (within && e > 1)) return 1;
  return isfinite(e) ? e : NAN;
}

/* beta of an efficiency; 0, and not nearly so, of 1. */
static double inefficiency_of(double efficiency) {
  return 1 / efficiency - 1;
}

/* The more serious of two. */
static int worse(int a, int b) {
  return a > b ? a : b;
}

static int status_of(const sw_frontier_found *found, double efficiency) {
  if (found->state == SW_FRONTIER_FAILED) return UNSOLVED;
  return found->state == SW_FRONTIER_INFEASIBLE || isnan(efficiency) ? INFEASIBLE : SOLVED;
}

/* The efficiency of the observation (unit, t) before the frontier of [from, to). */
static double ask(const sw_job *job, sw_productivity_thread *w, int64_t unit, int t, int from,
                  int to, int *status) {
  const sw_productivity *p = job->state;
  sw_frontier_found found = {SW_FRONTIER_FAILED, NAN};
  if (sw_frontier_begin(w->err, w->solver, unit, t, from, to, false) != SW_OK) return NAN;
  if (sw_frontier_solve(w->err, w->solver, p->variable_returns, &found) != SW_OK) return NAN;
  double e = efficiency_of(p, found.rho, t >= from && t < to);
  *status = worse(*status, status_of(&found, e));
  return e;
}

/* ---- a unit in a period ----------------------------------------------------------------- */

static void put(const sw_job *job, int output, int t, int64_t unit, double value) {
  sw_result *result = &job->result[output];
  if (!result->off) result->row[t][unit - job->first] = value;
}

/* No solution uses more observations than it has rows. */
static int most_peers(const sw_job *job) {
  return ((const sw_productivity *)job->state)->has_peers ? variables_of(job) + 1 : 0;
}

/* The operands of a unit: pairs of a unit and its weight; those behind the last are missing. */
static void put_peers(const sw_job *job, const sw_productivity_thread *w, int t, int64_t unit,
                      bool there) {
  int64_t at[SW_FRONTIER_MOST + 1];
  double lambda[SW_FRONTIER_MOST + 1];
  int most = most_peers(job), count = 0;
  if (most == 0) return;
  const sw_view *to = &job->operand_local[((const sw_productivity *)job->state)->programs];
  if (there) count = sw_frontier_peers(w->solver, most, at, lambda);
  for (int k = 0; k < most; k++) {
    to->row[2 * k * job->n_periods + t][unit - to->first] =
        k < count ? (double)(at[k] / job->n_periods) : NAN;
    to->row[(2 * k + 1) * job->n_periods + t][unit - to->first] = k < count ? lambda[k] : NAN;
  }
}

int sw_productivity_peers(const sw_job *job) {
  return 2 * most_peers(job);
}

/* For the draws, which need those of all units. */
static void put_efficiency(const sw_job *job, int t, int64_t unit, double efficiency) {
  const sw_view *to = &job->operand_local[((const sw_productivity *)job->state)->programs];
  if (((const sw_productivity *)job->state)->draws > 0)
    to->row[sw_productivity_peers(job) * job->n_periods + t][unit - to->first] = efficiency;
}

static void put_slacks(const sw_job *job, sw_productivity_thread *w, int t, int64_t unit,
                       bool there, int *status) {
  const sw_frontier *f = &((const sw_productivity *)job->state)->frontier;
  double slack[SW_FRONTIER_MOST];
  bool solved = false;
  if (there && sw_frontier_slacks(w->err, w->solver, slack, &solved) == SW_OK && !solved)
    *status = worse(*status, UNSOLVED);
  for (int v = 0; v < f->inputs + f->outputs; v++)
    job->result[SLACK].row[v * job->n_periods + t][unit - job->first] = solved ? slack[v] : NAN;
}

/* The observation before its own frontier: under the other returns first, as slacks are those of
 * the entry's. */
static double place_own(const sw_job *job, sw_productivity_thread *w, int64_t unit, int t,
                        int *status) {
  const sw_productivity *p = job->state;
  sw_frontier_found other = {SW_FRONTIER_SOLVED, NAN}, found = other;
  bool scales = !job->result[SCALE_EFFICIENCY].off;
  int from, to;
  technology(job, t, &from, &to);
  if (sw_frontier_begin(w->err, w->solver, unit, t, from, to, p->super) != SW_OK) return NAN;
  if (scales && sw_frontier_solve(w->err, w->solver, !p->variable_returns, &other) != SW_OK)
    return NAN;
  if (sw_frontier_solve(w->err, w->solver, p->variable_returns, &found) != SW_OK) return NAN;
  double e = efficiency_of(p, found.rho, !p->super);
  double o = efficiency_of(p, other.rho, !p->super), ratio = p->variable_returns ? o / e : e / o;
  *status = worse(*status, status_of(&found, e));
  if (scales) *status = worse(*status, status_of(&other, o));
  put(job, EFFICIENCY, t, unit, e);
  put(job, INEFFICIENCY, t, unit, inefficiency_of(e));
  put(job, SCALE_EFFICIENCY, t, unit, fabs(ratio - 1) < NEAR_ONE ? 1 : ratio);
  put_slacks(job, w, t, unit, !isnan(e), status);
  put_peers(job, w, t, unit, !isnan(e));
  put_efficiency(job, t, unit, e);
  return e;
}

static void place_nothing(const sw_job *job, const sw_productivity_thread *w, int64_t unit, int t) {
  const sw_frontier *f = &((const sw_productivity *)job->state)->frontier;
  for (int q = EFFICIENCY; q <= CUMULATED; q++)
    put(job, q, t, unit, NAN);
  for (int v = 0; v < f->inputs + f->outputs; v++)
    job->result[SLACK].row[v * job->n_periods + t][unit - job->first] = NAN;
  put_peers(job, w, t, unit, false);
  put_efficiency(job, t, unit, NAN);
}

/* ---- indices ---------------------------------------------------------------------------- */

static double *optima(const sw_job *job, sw_productivity_thread *w, int which) {
  return w->optimum + which * job->n_periods;
}

/* What the index of period t asks besides: the observation t before the frontier of t - 1, and the
 * other way round. Frontiers that are the same are asked once. */
static void ask_across(const sw_job *job, sw_productivity_thread *w, int64_t unit, int t,
                       int *status) {
  const sw_productivity *p = job->state;
  int from, to, from_before, to_before;
  if (p->index == GLOBAL) return;
  technology(job, t, &from, &to);
  technology(job, t - 1, &from_before, &to_before);
  if (from == from_before) {
    optima(job, w, ON_BEFORE)[t] = optima(job, w, OWN)[t];
    optima(job, w, OF_BEFORE)[t] = optima(job, w, OWN)[t - 1];
    return;
  }
  optima(job, w, ON_BEFORE)[t] = ask(job, w, unit, t, from_before, to_before, status);
  optima(job, w, OF_BEFORE)[t] = ask(job, w, unit, t - 1, from, to, status);
}

/* Of period t against the one before; what is infeasible makes NaN. */
static void place_index(const sw_job *job, sw_productivity_thread *w, int64_t unit, int t,
                        double *cumulated) {
  const sw_productivity *p = job->state;
  double own = optima(job, w, OWN)[t], before = optima(job, w, OWN)[t - 1];
  double on_before = optima(job, w, ON_BEFORE)[t], of_before = optima(job, w, OF_BEFORE)[t];
  double change = own / before, technical = sqrt(on_before / own * (before / of_before));
  double index = change * technical;
  if (p->index == GLOBAL) {
    index = optima(job, w, ON_ALL)[t] / optima(job, w, ON_ALL)[t - 1];
    technical = index / change;
  }
  if (p->index == LUENBERGER) {
    own = inefficiency_of(own);
    before = inefficiency_of(before);
    change = before - own;
    technical = .5 * (own - inefficiency_of(on_before) + (inefficiency_of(of_before) - before));
    index = change + technical;
  }
  *cumulated = p->index == LUENBERGER ? *cumulated + index : *cumulated * index;
  put(job, EFFICIENCY_CHANGE, t, unit, change);
  put(job, TECHNICAL_CHANGE, t, unit, technical);
  put(job, INDEX, t, unit, index);
  put(job, CUMULATED, t, unit, *cumulated);
}

/* A period that is compared with none. The first counts as 1 (0) in what is cumulated; later ones
 * leave nothing to go on from. */
static void place_no_index(const sw_job *job, int64_t unit, int t, double *cumulated) {
  const sw_productivity *p = job->state;
  *cumulated = t == 0 && p->frontier.used[0][unit] ? (p->index == LUENBERGER ? 0 : 1) : NAN;
  for (int q = EFFICIENCY_CHANGE; q <= INDEX; q++)
    put(job, q, t, unit, NAN);
  put(job, CUMULATED, t, unit, *cumulated);
}

/* ---- peers ------------------------------------------------------------------------------ */

/* Units that are no peers have no weight: missing, so that they are no partners. */
void sw_productivity_row(const sw_job *job, int t, int64_t i, double *const *out, void *workspace) {
  (void)workspace;
  const sw_view *from = &job->operand[((const sw_productivity *)job->state)->programs];
  for (int64_t j = 0; j < job->n; j++)
    out[0][j] = NAN;
  for (int k = 0; k < variables_of(job) + 1; k++) {
    double peer = from->row[2 * k * job->n_periods + t][i];
    if (!isnan(peer)) out[0][(int64_t)peer] = from->row[(2 * k + 1) * job->n_periods + t][i];
  }
}

/* ---- tile ------------------------------------------------------------------------------- */

void sw_productivity_unit(const sw_job *job, sw_productivity_thread *w, int64_t unit,
                          sw_productivity_counts *count) {
  const sw_productivity *p = job->state;
  double cumulated = NAN;
  for (int t = 0; t < job->n_periods; t++) {
    int status = SOLVED;
    bool there = p->frontier.used[t][unit], compared = false;
    for (int k = 0; k < SW_OPTIMA; k++)
      optima(job, w, k)[t] = NAN;
    if (there) optima(job, w, OWN)[t] = place_own(job, w, unit, t, &status);
    if (there && p->index == GLOBAL)
      optima(job, w, ON_ALL)[t] = ask(job, w, unit, t, 0, job->n_periods, &status);
    if (t > 0 && p->index != NO_INDEX)
      compared = there && p->frontier.used[t - 1][unit] && p->follows[t];
    if (!there) {
      place_nothing(job, w, unit, t);
      status = MISSING;
    }
    if (compared) {
      ask_across(job, w, unit, t, &status);
      place_index(job, w, unit, t, &cumulated);
    } else if (p->index != NO_INDEX)
      place_no_index(job, unit, t, &cumulated);
    put(job, STATUS, t, unit, status);
    count->of[status]++;
  }
}

/* ---- edges ------------------------------------------------------------------------------ */

/* By outputs, whatever the orientation, under variable returns unless there are bad outputs: an
 * observation before this frontier can be replaced by others with the same bad outputs in any
 * program, of any technology that has these others. */
void sw_productivity_edges(const sw_job *job, sw_productivity_thread *w, int64_t unit) {
  const sw_productivity *p = job->state;
  const sw_view *to = &job->operand_local[p->edges];
  for (int t = 0; t < job->n_periods; t++) {
    double *is_edge = &to->row[t][unit - to->first];
    sw_frontier_found found = {SW_FRONTIER_FAILED, NAN};
    *is_edge = 0;
    if (!p->edge.used[t][unit]) continue;
    if (sw_frontier_begin(w->err, w->solver, unit, t, t, t + 1, false) != SW_OK ||
        sw_frontier_solve(w->err, w->solver, p->edge.bad == 0, &found) != SW_OK)
      return;
    *is_edge = found.state == SW_FRONTIER_FAILED || found.rho < 1 + NEAR_ONE;
  }
}
