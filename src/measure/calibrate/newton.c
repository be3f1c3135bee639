/* What a round's sums lead to, on rank 0: Newton's steps for the coefficients, which for this
 * likelihood are those of iterated weighted least squares, and in the end errors and fit. The
 * deviance is 2 sum [F ln(F/mu) - (F - mu)]; as ln mu is linear in the regressors, of flows it
 * needs but sums that never change. */
#include "measure/calibrate/calibrate.h"

#include "kernel/linear/cholesky.h"

#include <math.h>
#include <string.h>

enum { MOST_ROUNDS = 200, MOST_HALVED = 30 };
static const double CLOSE = 1e-12; /* relative change of the deviance */
/* Of a step where the deviance rests: about 1e-12 at a maximum; some tenths where there is none, as
 * regressors are logarithms and the ln mu of separated pairs falls by 1 with each step. */
static const double MOVES = 1e-4;

/* ---- terms ------------------------------------------------------------------------------- */

/* Which coefficients there are: all, or, beside effects of one side, those of the other and the
 * distance. K and A fall away beside row effects, which take up constant and row mass. */
static int terms_of(const sw_calibration *c, int term[SW_FIT_TERMS]) {
  int count = 0;
  for (int p = 0; p < SW_FIT_TERMS; p++)
    if (c->constraint == SW_FREE || p == SW_FIT_L || (p == SW_FIT_B && c->constraint != SW_DOUBLY))
      term[count++] = p;
  return count;
}

/* The square of those terms, by column, out of gram, which holds the lower triangle of 4 x 4, row
 * by row. */
static void fill_square(const double gram[10], const int *term, int count, double *a) {
  for (int p = 0; p < count; p++)
    for (int s = 0; s <= p; s++)
      a[s * count + p] = a[p * count + s] = gram[term[p] * (term[p] + 1) / 2 + term[s]];
}

/* Columns are scaled to 1, as masses and distances are of all sizes. A diagonal of 0: a regressor
 * without any spread. */
static bool factor(double *a, int count, double *scale) {
  for (int p = 0; p < count; p++) {
    scale[p] = 1 / sqrt(a[p * count + p]);
    if (!(a[p * count + p] > 0)) return false;
  }
  for (int p = 0; p < count; p++)
    for (int s = 0; s < count; s++)
      a[p * count + s] *= scale[p] * scale[s];
  return sw_cholesky_factor(a, count);
}

/* b becomes gram^-1 b. Solved in the scaled system, scaled back afterwards. */
static bool solve(const double gram[10], const int *term, int count, double *b) {
  double a[16], scale[SW_FIT_TERMS];
  fill_square(gram, term, count, a);
  if (!factor(a, count, scale)) return false;
  for (int p = 0; p < count; p++)
    b[p] *= scale[p];
  sw_cholesky_solve(a, count, b);
  for (int p = 0; p < count; p++)
    b[p] *= scale[p];
  return true;
}

/* ---- the first rounds -------------------------------------------------------------------- */

/* Too few pairs, or nothing flows: there is nothing to estimate. Sums over flows that never change
 * are kept here once and for all. */
void sw_fit_count(const sw_fit_sums *sums, sw_fit *fit) {
  fit->pairs = sums->pairs;
  fit->flow = sums->flow;
  fit->flow_ln = sums->flow_ln - sums->ln_rows; /* with effects: F ln(F/total of its row) */
  fit->flow_square = sums->flow_square;
  memcpy(fit->flow_with, sums->flow_with, sizeof fit->flow_with);
  memcpy(fit->gram, sums->gram, sizeof fit->gram);
  memcpy(fit->before, sums->score, sizeof fit->before);
  fit->phase = sums->flow > 0 && sums->pairs > SW_FIT_TERMS ? SW_FIT_STEP : SW_FIT_FAILED;
}

/* The step from mu = (F + mean F)/2: all pairs as if nothing flowed, and what flows change. The
 * first weighted least squares step from that mu is linear in two sums: all pairs, and pairs with
 * flow (methods-regions.md, calibrate). */
static void start(const sw_calibration *c, const sw_fit_sums *sums, sw_fit *fit) {
  int term[SW_FIT_TERMS], count = terms_of(c, term);
  double mean = fit->flow / fit->pairs, zero = mean / 2 * (log(mean / 2) - 1);
  double gram[10], b[SW_FIT_TERMS];
  for (int q = 0; q < 10; q++)
    gram[q] = mean / 2 * fit->gram[q] + sums->gram[q];
  for (int p = 0; p < count; p++)
    b[p] = zero * fit->before[p] + sums->score[p];
  fit->phase = solve(gram, term, count, b) ? SW_FIT_STEP : SW_FIT_FAILED;
  for (int p = 0; p < count; p++)
    fit->term[p] = b[p];
  memset(fit->before, 0, sizeof fit->before); /* sums until here; too long a step is halved to 0 */
}

/* ---- steps ------------------------------------------------------------------------------- */

/* 2 sum [F ln F - F ln mu - (F - mu)]: three sums of the flows and one of mu. */
static double deviance_of(const sw_calibration *c, const sw_fit_sums *sums, const sw_fit *fit) {
  double linear = 0;
  for (int p = 0; p < SW_FIT_TERMS; p++)
    linear += fit->term[p] * fit->flow_with[p];
  if (c->constraint != SW_FREE) return 2 * (fit->flow_ln - linear + sums->ln_rows);
  return 2 * (fit->flow_ln - linear - fit->flow + sums->score[SW_FIT_K]);
}

/* Half way back, where the deviance has risen: from a far start the step may be too long. Steps of
 * a concave likelihood are safe when they are short. */
static void halve(sw_fit *fit) {
  for (int p = 0; p < SW_FIT_TERMS; p++)
    fit->term[p] = (fit->term[p] + fit->before[p]) / 2;
  if (++fit->halved > MOST_HALVED) fit->phase = SW_FIT_FAILED;
}

/* Flows of zero that a term predicts perfectly: its coefficient goes to infinity. */
static bool is_separated(const double *step, int count) {
  for (int p = 0; p < count; p++)
    if (fabs(step[p]) > MOVES) return true;
  return false;
}

/* The estimate is taken one step beyond where the deviance rests, as the step is there already.
 * Deviance first: a step that raised it is halved before anything is solved. */
static void step(const sw_calibration *c, const sw_fit_sums *sums, sw_fit *fit) {
  int term[SW_FIT_TERMS], count = terms_of(c, term);
  double deviance = deviance_of(c, sums, fit), b[SW_FIT_TERMS];
  bool first = fit->rounds == 0;
  if (!isfinite(deviance) ||
      (!first && deviance > fit->deviance + 1e-9 * fabs(fit->deviance) + 1e-9 * fit->flow)) {
    halve(fit);
    return;
  }
  bool rests = !first && fabs(deviance - fit->deviance) <= CLOSE * (fabs(deviance) + .1);
  /* Score: what flows have with each term, less what mu has. */
  for (int p = 0; p < count; p++)
    b[p] = fit->flow_with[term[p]] - sums->score[term[p]];
  fit->phase = !solve(sums->gram, term, count, b) ? SW_FIT_FAILED
               : rests                            ? SW_FIT_LAST
                                                  : SW_FIT_STEP;
  memcpy(fit->before, fit->term, sizeof fit->before);
  for (int p = 0; p < count; p++)
    fit->term[term[p]] += b[p];
  fit->deviance = deviance;
  fit->halved = 0;
  /* Terms that the first step could tell apart and this cannot: the weights of pairs have gone. */
  bool lost = !first && fit->phase == SW_FIT_FAILED;
  fit->separated = lost || (fit->phase == SW_FIT_LAST && is_separated(b, count));
  /* MOST_ROUNDS: no maximum is that far off. */
  if (++fit->rounds > MOST_ROUNDS || fit->separated) fit->phase = SW_FIT_FAILED;
}

/* ---- the end ----------------------------------------------------------------------------- */

/* gram^-1 meat gram^-1, term by term b' meat b with b a column of gram^-1, and HC1's factor N/(N -
 * K). Beside effects, whose number grows with the units, there is no factor. */
static void errors(const sw_calibration *c, const sw_fit_sums *sums, sw_fit *fit) {
  int term[SW_FIT_TERMS], count = terms_of(c, term);
  double freedom = fit->pairs - (c->constraint == SW_FREE ? count : 0);
  for (int p = 0; p < count; p++) {
    double b[SW_FIT_TERMS] = {0}, meat[16], variance = 0;
    b[p] = 1;
    bool good = solve(sums->gram, term, count, b) && freedom > 0;
    fill_square(sums->meat, term, count, meat);
    for (int r = 0; r < count; r++)
      for (int s = 0; s < count; s++)
        variance += b[r] * meat[r * count + s] * b[s];
    fit->std_error[term[p]] = good ? sqrt(variance * fit->pairs / freedom) : NAN;
  }
}

/* Of sums about the rows' means: those of l - x. Only the coefficient of ln d is left there:
 * element (l, l) of the triangle. */
static void less_columns(const double from[10], double to[10]) {
  to[9] = from[9] - 2 * from[8] + from[5];
}

/* The correlation is that over all pairs of the fit, zeros too. */
void sw_fit_last(const sw_fit_sums *sums, const sw_calibration *c, sw_fit *fit) {
  sw_fit_sums own = *sums;
  double n = fit->pairs, linear = 0;
  if (c->constraint == SW_DOUBLY) { /* ln d less what columns explain of it */
    less_columns(sums->gram, own.gram);
    less_columns(sums->meat, own.meat);
  }
  errors(c, &own, fit);
  for (int p = 0; p < SW_FIT_TERMS; p++)
    linear += fit->term[p] * fit->flow_with[p];
  if (c->constraint == SW_FREE)
    fit->deviance = 2 * (fit->flow_ln - linear - fit->flow + sums->mu);
  else if (c->constraint != SW_DOUBLY)
    fit->deviance = 2 * (fit->flow_ln - linear + sums->ln_rows);
  double both = sums->flow_mu - fit->flow * sums->mu / n;
  double flow = fit->flow_square - fit->flow * fit->flow / n;
  double mu = sums->mu_square - sums->mu * sums->mu / n;
  /* 2 sum min(F, mu)/(sum F + sum mu). */
  fit->common_part = 2 * sums->common / (fit->flow + sums->mu);
  fit->r2 = both * both / (flow * mu);
  fit->phase = SW_FIT_DONE;
}

/* SW_FIT_START is left out with effects: those start from the flows themselves. */
void sw_fit_newton(const sw_calibration *c, const sw_fit_sums *sums, sw_fit *fit) {
  switch ((sw_fit_phase)fit->phase) {
  case SW_FIT_COUNT:
    sw_fit_count(sums, fit);
    if (fit->phase == SW_FIT_STEP && c->constraint == SW_FREE) fit->phase = SW_FIT_START;
    return;
  case SW_FIT_START:
    start(c, sums, fit);
    return;
  case SW_FIT_STEP:
    step(c, sums, fit);
    return;
  default:
    sw_fit_last(sums, c, fit);
  }
}
