/* Effects of both sides, on rank 0. Those of rows follow from their sums, so the likelihood is one
 * of the columns' effects v and the coefficient y of ln d,
 *
 *   f(v, y) = sum_i O_i ln sum_j e^(v_j + y l_ij) - sum_j D_j v_j - y sum F l,
 *
 * which is convex: Newton's method, each step by conjugate gradients, preconditioned by the sums of
 * columns. A product with its second derivative is a round over all pairs, like its gradient; plain
 * balancing in turns takes hundreds where regions hang together loosely. v is known up to a
 * constant, along which nothing moves.
 *
 * Who calls: sw_calibrate_finish on rank 0 after each round, sw_calibrate_again on every rank
 * between rounds; state lives in the round's result (sw_fit_room), which the engine broadcasts and
 * journals, so an interrupted estimate goes on where it was.
 * Phases of a period: COUNT, STEP and SOLVE in turn, then ASIDE and PART for the errors, LAST,
 * DONE. Each is one round over all pairs. */
#include "measure/calibrate/calibrate.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 100, MOST_SOLVES = 500, MOST_HALVED = 30 };
static const double MOVES = .05; /* of a last step: no maximum */

/* ---- vectors ----------------------------------------------------------------------------- */

/* Lanes are not needed: all are made on one rank, in one order. */
static double dot(int64_t n, const double *a, const double *b) {
  double sum = 0;
  for (int64_t j = 0; j < n; j++)
    sum += a[j] * b[j];
  return sum;
}

/* residual' preconditioner^-1 residual; columns without flow have weight 0. The preconditioner is
 * diagonal: sums of columns. */
static double weighted(int64_t n, const double *residual, const double *weight) {
  double sum = 0;
  for (int64_t j = 0; j < n; j++)
    if (weight[j] > 0) sum += residual[j] * residual[j] / weight[j];
  return sum;
}

/* ---- conjugate gradients ----------------------------------------------------------------- */

/* Begins at a step of zero; room->residual holds what it is to undo. limit is relative to the first
 * residual. */
static void begin_solve(int64_t n, sw_fit *fit, sw_fit_room *room, bool with_y, double limit) {
  memset(room->step, 0, (size_t)n * sizeof(double));
  for (int64_t j = 0; j < n; j++)
    room->direction[j] = room->weight[j] > 0 ? room->residual[j] / room->weight[j] : 0;
  if (!with_y) fit->residual_y = 0;
  fit->step_y = 0;
  fit->direction = with_y ? fit->residual_y / fit->preconditioner_y : 0;
  fit->product = weighted(n, room->residual, room->weight) +
                 (with_y ? fit->residual_y * fit->residual_y / fit->preconditioner_y : 0);
  fit->limit = limit * limit * fit->product;
  fit->solves = 0;
}

/* `turned`: the second derivative times the direction. True: the step is there. alpha = r'z / p'Ap,
 * beta = r'z new / r'z old, z = M^-1 r: textbook conjugate gradients, a product with A per
 * round. */
static bool go_on(int64_t n, const double *turned, double turned_y, bool with_y, sw_fit *fit,
                  sw_fit_room *room) {
  double along = dot(n, room->direction, turned) + (with_y ? fit->direction * turned_y : 0);
  /* Along the constant vector of v the likelihood does not move: curvature 0. */
  if (!(along > 0)) return true; /* flat: as far as it goes */
  double far = fit->product / along;
  for (int64_t j = 0; j < n; j++) {
    room->step[j] += far * room->direction[j];
    room->residual[j] -= far * turned[j];
  }
  if (with_y) {
    fit->step_y += far * fit->direction;
    fit->residual_y -= far * turned_y;
  }
  double product = weighted(n, room->residual, room->weight) +
                   (with_y ? fit->residual_y * fit->residual_y / fit->preconditioner_y : 0);
  /* MOST_SOLVES bounds rounds of a singular problem. */
  if (product <= fit->limit || ++fit->solves >= MOST_SOLVES) return true;
  double keep = product / fit->product;
  for (int64_t j = 0; j < n; j++)
    room->direction[j] =
        (room->weight[j] > 0 ? room->residual[j] / room->weight[j] : 0) + keep * room->direction[j];
  if (with_y) fit->direction = fit->residual_y / fit->preconditioner_y + keep * fit->direction;
  fit->product = product;
  return false;
}

/* ---- steps ------------------------------------------------------------------------------- */

static void set_effects(int64_t n, double *effect, const double *from, double by,
                        const double *step) {
  for (int64_t j = 0; j < n; j++)
    effect[j] = from[j] + by * step[j];
}

/* From the flows into columns; rows that the first round has counted. ln of the column totals: the
 * exact solution if distance did not matter. */
static void begin(const sw_calibration *c, int64_t n, int t, const sw_fit_sums *sums, sw_fit *fit,
                  double *effect) {
  sw_fit_count(sums, fit);
  for (int64_t j = 0; j < n; j++)
    effect[j] = c->open[t][j] > 0 ? log(c->column_total[t][j]) : 0;
  fit->term[SW_FIT_B] = 1;
  fit->flow_with[SW_FIT_B] = 0; /* of effects it changes, and is made in place */
}

/* How far the sums of columns, and that of mu ln d, are from those of the flows. Relative to all
 * flow, so that 1e-13 means the same in any unit. */
static double distance_from(const sw_calibration *c, int64_t n, int t, const double *columns,
                            const sw_fit_sums *sums, const sw_fit *fit) {
  double off = 0;
  for (int64_t j = 0; j < n; j++)
    off += fabs(columns[j] - c->column_total[t][j]);
  return (off + fabs(sums->score[SW_FIT_L] - fit->flow_with[SW_FIT_L])) / fit->flow;
}

/* f(v, y) of the head. */
static double objective_of(const sw_calibration *c, int64_t n, int t, const double *effect,
                           const sw_fit_sums *sums, const sw_fit *fit) {
  return sums->ln_rows - dot(n, c->column_total[t], effect) -
         fit->term[SW_FIT_L] * fit->flow_with[SW_FIT_L];
}

/* The step again at half its length, from where it began: the round before was in vain. */
static void halve(int64_t n, sw_fit *fit, sw_fit_room *room, double *effect) {
  double by = 1 / (double)(1 << (++fit->halved < MOST_HALVED ? fit->halved : MOST_HALVED));
  set_effects(n, effect, room->before, by, room->step);
  fit->term[SW_FIT_L] = fit->before[SW_FIT_L] + by * fit->step_y;
  if (fit->halved >= MOST_HALVED) fit->phase = SW_FIT_FAILED;
}

/* At rest: within 1e-13 of all flow, or where rounding lets it come no nearer. Rounding: the
 * gradient no longer halves though it is small. */
static bool rests(const sw_fit *fit, double gradient) {
  return gradient <= 1e-13 || (fit->rounds > 0 && gradient < 1e-10 && gradient > fit->gradient / 2);
}

/* Whether the step that led to rest was a long one: effects of separated groups move apart by 1
 * with each step, and those of others by less than can be seen. */
static bool is_separated(int64_t n, const sw_fit *fit, const sw_fit_room *room) {
  double low = INFINITY, high = -INFINITY;
  for (int64_t j = 0; j < n; j++) {
    if (!(room->weight[j] > 0)) continue;
    low = fmin(low, room->step[j]);
    high = fmax(high, room->step[j]);
  }
  return high - low > MOVES || fabs(fit->step_y) > MOVES;
}

/* After a STEP round: judge the step just made, then begin the next system. */
static void see_gradient(const sw_calibration *c, int64_t n, int t, const sw_fit_sums *sums,
                         const double *columns, sw_fit *fit, sw_fit_room *room, double *effect) {
  double objective = objective_of(c, n, t, effect, sums, fit);
  double gradient = distance_from(c, n, t, columns, sums, fit);
  bool first = fit->rounds == 0;
  /* A gradient that falls is progress too, where the objective is flat to rounding. */
  bool nearer = first || gradient < fit->gradient || objective <= fit->objective;
  bool done = rests(fit, gradient);
  if (!done && (!isfinite(objective) || !nearer)) {
    halve(n, fit, room, effect);
    return;
  }
  fit->halved = 0;
  fit->objective = objective;
  fit->gradient = gradient;
  for (int64_t j = 0; j < n; j++) {
    room->residual[j] = c->column_total[t][j] - columns[j];
    room->weight[j] = columns[j];
  }
  fit->residual_y = fit->flow_with[SW_FIT_L] - sums->score[SW_FIT_L];
  fit->preconditioner_y = sums->gram[9];
  memcpy(room->before, effect, (size_t)n * sizeof *effect);
  fit->before[SW_FIT_L] = fit->term[SW_FIT_L];
  fit->separated = done && !first && is_separated(n, fit, room);
  if (fit->separated) {
    fit->phase = SW_FIT_FAILED;
    return;
  }
  /* Phase ASIDE wants what columns explain of ln d, which the error of y needs. */
  if (done) {
    memset(room->direction, 0, (size_t)n * sizeof(double));
    fit->direction = 1;
    fit->deviance = 2 * (fit->flow_ln + objective);
    fit->phase = SW_FIT_ASIDE;
    return;
  }
  /* Inexact Newton: the nearer the solution, the more exact the step. */
  double limit = fmin(.1, sqrt(gradient));
  begin_solve(n, fit, room, true, limit);
  fit->phase =
      ++fit->rounds > MOST_STEPS || !(fit->preconditioner_y > 0) ? SW_FIT_FAILED : SW_FIT_SOLVE;
}

/* ---- a round ----------------------------------------------------------------------------- */

/* One phase per round; sums are of what tiles added up in that phase. */
void sw_fit_balance(const sw_job *job, const sw_calibration *c, int t, const sw_fit_sums *sums,
                    const double *columns, sw_fit_room *room) {
  int64_t n = job->n;
  sw_fit *fit = &room->fit[t];
  double *effect = room->effect + t * n;
  switch ((sw_fit_phase)fit->phase) {
  case SW_FIT_COUNT:
    begin(c, n, t, sums, fit, effect);
    return;
  case SW_FIT_STEP:
    see_gradient(c, n, t, sums, columns, fit, room, effect);
    return;
  case SW_FIT_SOLVE:
    /* The step is complete: apply it and judge it in the next round. */
    if (!go_on(n, columns, sums->turned_l, true, fit, room)) return;
    set_effects(n, effect, room->before, 1, room->step);
    fit->term[SW_FIT_L] = fit->before[SW_FIT_L] + fit->step_y;
    fit->phase = SW_FIT_STEP;
    return;
  case SW_FIT_ASIDE: /* what columns explain of ln d, beside rows */
    memcpy(room->residual, columns, (size_t)n * sizeof(double));
    begin_solve(n, fit, room, false, 1e-11);
    fit->phase = SW_FIT_PART;
    return;
  case SW_FIT_PART:
    if (!go_on(n, columns, 0, false, fit, room)) return;
    memcpy(room->direction, room->step, (size_t)n * sizeof(double));
    fit->phase = SW_FIT_LAST;
    return;
  default:
    sw_fit_last(sums, c, fit);
  }
}

/* ---- all periods ------------------------------------------------------------------------- */

/* The next result: what the last one had, and a step of those periods that were looked at. The
 * result begins as a copy of the one before; slots without a period keep it. */
void sw_calibrate_finish(const sw_job *job, const sw_calibration *c, const void *all,
                         void *result) {
  const void *before = job->folded[c->pass];
  sw_fit_room room = sw_fit_room_of(job, c, result);
  if (before) memcpy(result, before, sw_fit_room_bytes(job, c));
  for (int slot = 0; slot < sw_fit_slots(job, c); slot++) {
    const char *part = (const char *)all + (size_t)slot * sw_fit_part_bytes(job, c);
    int t = sw_fit_period(job, c, slot);
    if (t < 0) continue;
    if (c->constraint == SW_DOUBLY)
      sw_fit_balance(job, c, t, (const sw_fit_sums *)part,
                     (const double *)(part + sizeof(sw_fit_sums)), &room);
    else
      sw_fit_newton(c, (const sw_fit_sums *)part, &room.fit[t]);
  }
}

/* On every rank from the same bytes: all decide alike. */
bool sw_calibrate_again(const sw_job *job, const sw_calibration *c) {
  const sw_fit_room room = sw_fit_room_of(job, c, job->folded[c->pass]);
  for (int t = 0; t < job->n_periods; t++)
    if (room.fit[t].phase != SW_FIT_DONE && room.fit[t].phase != SW_FIT_FAILED) return true;
  return false;
}
