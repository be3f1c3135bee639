/* Market and supplier access (Redding and Venables 2004): flows have effects of senders and
 * receivers and an exponent of the distance,
 *
 *   E F_ij = e^(s_i) e^(m_j) d_ij^-c,
 *
 * estimated by Poisson pseudo-maximum likelihood. Market access of i is what it can send to,
 * supplier access what it can have sent to it:
 *
 *   MA_i = sum_{j != i} e^(m_j) d_ij^-c + e^(m_i) d_ii^-c,  SA_i the same of s with d_ji.
 *
 * Effects are known up to a factor that one side may take from the other; here both sides have the
 * same sum of effects. A unit that receives nothing is no market to others, one that sends nothing
 * no supplier. Where no other unit has a distance both are undefined. */
#include "measure/unit/market_access.h"

#include "kernel/pairs/lanes.h"
#include "kernel/pairs/power.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 2 * SW_ARC_CHUNK };

/* Effects of both sides; no masses (-1). */
sw_status sw_access_resolve(sw_error *err, sw_job *job, const sw_flow *flow, sw_market_access *a) {
  sw_calibration *c = &a->calibration;
  a->on = true;
  c->flow = flow;
  c->distance = sw_job_distance(job, "distance");
  c->constraint = SW_DOUBLY;
  c->masses = -1;
  c->both_ways = true;
  SW_TRY(sw_calibrate_resolve(err, job, c));
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .grain = 16, .operand = 2});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .grain = 16});
  return SW_OK;
}

sw_status sw_access_prepare(sw_error *err, sw_job *job, sw_market_access *a, int pass) {
  (void)pass;
  return sw_calibrate_prepare(err, job, &a->calibration);
}

/* The rounds and the sums use the workspace in turn. */
static size_t length_of(const sw_job *job) {
  size_t rows = sw_calibrate_workspace(job);
  size_t sums = (size_t)(COLUMNS + 16) * sizeof(double);
  return rows > sums ? rows : sums;
}

size_t sw_access_workspace(const sw_job *job) {
  return length_of(job);
}

/* ---- effects ----------------------------------------------------------------------------- */

/* Row t: e^s; row n_periods + t: e^m. Effects become operands, since sums need those of all
 * units. */
static void place(const sw_job *job, const sw_calibration *c, int t, int64_t unit,
                  void *workspace) {
  double *const *to = job->operand_local[SW_ACCESS_EFFECTS].row;
  int64_t at = unit - job->operand_local[SW_ACCESS_EFFECTS].first;
  to[t][at] = sw_calibrate_row(job, c, t, unit, workspace);
  to[job->n_periods + t][at] = sw_calibrate_column(job, c, t, unit);
}

/* What e^m is multiplied by, and e^s divided. Every rank adds the same numbers in one order.
 * sqrt(sum of e^s / sum of e^m): afterwards both sums are equal. */
static double factor_of(const sw_job *job, int t) {
  const double *s = job->operand[SW_ACCESS_EFFECTS].row[t],
               *m = job->operand[SW_ACCESS_EFFECTS].row[job->n_periods + t];
  double sent = 0, received = 0;
  for (int64_t i = 0; i < job->n; i++) {
    sent += s[i];
    received += m[i];
  }
  return sqrt(sent / received);
}

/* ---- sums -------------------------------------------------------------------------------- */

/* Whether any other unit has a distance. Rarely asked: only where a sum is 0. */
static bool reaches(const sw_calibration *c, const sw_distance *d, int64_t n, int64_t unit) {
  for (int64_t j = 0; j < n; j++) {
    double v = NAN;
    if (j == unit) continue;
    sw_distances_inverse_squares(d, &c->points, unit, j, j + 1, &v);
    if (!isnan(v)) return true;
  }
  return false;
}

/* sum_{j != i} of[j] d_ij^-c; NaN where no other unit has a distance, which is asked only where the
 * sum is 0. Lanes are joined in a fixed order, so bits do not depend on the block. */
static double sum_of(const sw_calibration *c, const sw_distance *d, const double *of, double decay,
                     int64_t n, int64_t unit, double *w) {
  double lanes[SW_LANES] = {0};
  for (int64_t j0 = 0; j0 < n; j0 += COLUMNS) {
    int64_t j1 = j0 + COLUMNS < n ? j0 + COLUMNS : n;
    sw_distances_inverse_squares(d, &c->points, unit, j0, j1, w);
    if (unit >= j0 && unit < j1) w[unit - j0] = NAN;
    sw_power_scale(j1 - j0, sw_distances_scale(d), w);
    sw_power_decay_each(j1 - j0, decay, w);
    sw_power_fill_missing(j1 - j0, w);
    sw_power_add_products(j1 - j0, w, of + j0, lanes);
  }
  double sum = sw_lanes_join(lanes);
  return sum == 0 && !reaches(c, d, n, unit) ? NAN : sum;
}

/* own_exponent is 1, or .5 for `half`. */
static double within(const sw_job *job, const sw_market_access *a, int64_t unit, double decay) {
  double d = sw_share_distance_within(a->calibration.distance, job->units, unit);
  return d > 0 ? pow(d, -decay * a->own_exponent) : NAN;
}

/* `factor`: of period t. supplier access takes distances towards the unit. */
static void fill(const sw_job *job, const sw_market_access *a, int t, double factor, int64_t unit,
                 double *w) {
  const sw_calibration *c = &a->calibration;
  const double *s = job->operand[SW_ACCESS_EFFECTS].row[t],
               *m = job->operand[SW_ACCESS_EFFECTS].row[job->n_periods + t];
  const sw_fit *fit = sw_calibrate_fit(job, c, t);
  double decay = -fit->term[SW_FIT_L];
  double market = NAN, supply = NAN;
  if (fit->phase == SW_FIT_DONE) {
    market = sum_of(c, sw_calibrate_distance(job, c, t, false), m, decay, job->n, unit, w);
    supply = sum_of(c, sw_calibrate_distance(job, c, t, true), s, decay, job->n, unit, w);
    if (a->own) {
      double inside = within(job, a, unit, decay);
      market += m[unit] * inside;
      supply += s[unit] * inside;
    }
  }
  sw_job_result(job, "value")->row[t][unit - job->first] = market * factor;
  sw_job_result(job, "supplier")->row[t][unit - job->first] = supply / factor;
}

/* ---- the pass ---------------------------------------------------------------------------- */

/* Factors are made per tile and period: O(n), beside n^2 of the sums. */
void sw_access_tile(const sw_job *job, const sw_market_access *a, const sw_tile *tile, void *out,
                    void *workspace) {
  if (tile->pass == SW_ACCESS_ROUNDS) {
    sw_calibrate_tile(job, &a->calibration, tile, out, workspace);
    return;
  }
  for (int t = 0; t < job->n_periods; t++) {
    double factor = tile->pass == SW_ACCESS_SUMS ? factor_of(job, t) : 1;
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      if (tile->pass == SW_ACCESS_EFFECTS)
        place(job, &a->calibration, t, unit, workspace);
      else
        fill(job, a, t, factor, unit, workspace);
  }
}

/* The rounds' `finish` also runs here, as the descriptor has one. */
void sw_access_finish(sw_job *job, const sw_market_access *a, int pass, const void *all,
                      void *result) {
  const sw_calibration *c = &a->calibration;
  if (pass == SW_ACCESS_ROUNDS) sw_calibrate_finish(job, c, all, result);
  if (pass != SW_ACCESS_SUMS) return;
  for (int t = 0; t < job->n_periods; t++) {
    const sw_fit *fit = sw_calibrate_fit(job, c, t);
    const char *in = job->n_periods > 1 ? " in " : "";
    const char *period = job->n_periods > 1 ? sw_job_period(job, t) : "";
    if (fit->phase == SW_FIT_DONE)
      sw_job_say(job,
                 "%s%s%s: exponent of the distance %.6g (%.2g), of %.0f pairs; common part %.4g",
                 c->flow->name, in, period, -fit->term[SW_FIT_L], fit->std_error[SW_FIT_L],
                 fit->pairs, fit->common_part);
    else
      sw_job_say(job, "%s%s%s: %s", c->flow->name, in, period,
                 fit->separated ? SW_FIT_SEPARATED : "the flows do not determine the effects");
  }
}
