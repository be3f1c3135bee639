/* The covariance of a panel regression's coefficients out of the sums of its scores; the formulas
 * are in panel_errors.c. Rank 0, in finish: k x k matrices, however large the panel. `sums` holds
 * products of scores by unit, or sums of scores by cluster or period, as the form needs. */
#include "measure/model/panel_errors.h"

#include "kernel/linear/ols.h"

#include <math.h>
#include <string.h>

/* Fewer periods than these are too few for sums over time to settle. */
enum { FEW_PERIODS = 20, FEW_CLUSTERS = 20 };

/* ---- clusters ---------------------------------------------------------------------------- */

/* G/(G-1) (n-1)/(n-K). Effects of units lie within clusters and are not counted. */
static double small_sample(const sw_panel_errors *errors, const sw_panel_fit *fit,
                           double clusters) {
  double n = (double)fit->counts.cells, k = errors->k;
  bool units = fit->effects == SW_EFFECTS_TWO_WAY || fit->effects == SW_EFFECTS_UNIT;
  if (errors->small == SW_PANEL_NONE) return 1;
  if (errors->small == SW_PANEL_STATA) k += fit->counts.time_effects + units;
  /* n: cells used; K: coefficients, with period effects and one for the units' constants (Stata);
   * `sss` counts the coefficients alone. */
  return clusters / (clusters - 1) * (n - 1) / (n - k);
}

/* Products of the sums by cluster; returns how many clusters have a cell. */
static int64_t multiply_groups(const sw_panel_errors *errors, const double *sums, double *meat) {
  int k = errors->k, groups = errors->clusters->n_groups;
  int64_t used = 0;
  for (int g = 0; g < groups; g++) {
    /* A group without a cell has sums of zero: it must not count among the clusters. */
    used += sums[groups * k + g] > 0;
    for (int q = 0; q < k; q++)
      for (int p = 0; p < k; p++)
        meat[q * k + p] += sums[g * k + p] * sums[g * k + q];
  }
  return used;
}

/* A cluster adds one dimension to the meat: with few of them errors are too small, and said to
 * be. */
static sw_status cluster(sw_error *err, sw_job *job, const sw_panel_errors *errors,
                         const sw_panel_fit *fit, const double *sums, double *meat, double *factor,
                         double *df) {
  int64_t clusters = fit->counts.units;
  if (errors->clusters)
    clusters = multiply_groups(errors, sums, meat);
  else
    /* Clustered by unit, the products were added unit by unit. */
    memcpy(meat, sums, (size_t)(errors->k * errors->k) * sizeof *meat);
  if (clusters < 2)
    return sw_job_fail(err, job, "cluster",
                       "all values are of one cluster; expected two or more, or errors: "
                       "conventional");
  if (clusters < FEW_CLUSTERS)
    sw_note(job->notes,
            "%s: %s: errors by %lld clusters are too small; they are meant for %d or more",
            job->where, job->name, (long long)clusters, FEW_CLUSTERS);
  *factor = small_sample(errors, fit, (double)clusters);
  *df = (double)clusters - 1;
  return SW_OK;
}

/* ---- over time --------------------------------------------------------------------------- */

/* Products of two periods' sums, both ways when they differ. Periods that no unit has are zeros.
 * h_t h_s' with 1 - |t - s|/(L + 1): 0 where further apart than L steps; apart counts steps of the
 * panel, not periods of the entry. */
static void multiply_periods(const sw_panel_errors *errors, int n_periods, int64_t lags,
                             const double *h, double *meat) {
  int k = errors->k;
  for (int t = 0; t < n_periods; t++)
    for (int s = 0; s < n_periods; s++) {
      int64_t apart = errors->step[t] - errors->step[s];
      apart = apart < 0 ? -apart : apart;
      if (apart > lags) continue;
      double weight = 1 - (double)apart / (double)(lags + 1);
      for (int q = 0; q < k; q++)
        for (int p = 0; p < k; p++)
          meat[q * k + p] += weight * h[t * k + p] * h[s * k + q];
    }
}

/* Bartlett weights up to `lags` steps of time; by default Newey & West's floor(4 (T/100)^(2/9)). */
static sw_status driscoll_kraay(sw_error *err, sw_job *job, const sw_panel_errors *errors,
                                const sw_panel_fit *fit, const double *sums, double *meat,
                                double *df) {
  int periods = fit->counts.periods;
  int64_t lags = errors->lags;
  if (lags < 0) lags = (int64_t)floor(4 * pow(periods / 100.0, 2.0 / 9.0));
  if (periods < 2)
    return sw_job_fail(err, job, "errors", "driscoll-kraay sums over periods; there is %d",
                       periods);
  if (periods < FEW_PERIODS)
    sw_note(job->notes,
            "%s: %s: Driscoll-Kraay errors of %d periods are too small; they are meant for %d or "
            "more",
            job->where, job->name, periods, FEW_PERIODS);
  multiply_periods(errors, job->n_periods, lags, sums, meat);
  /* T - 1 degrees of freedom (methods-regions.md section 14). */
  *df = periods - 1;
  return SW_OK;
}

/* ---- all --------------------------------------------------------------------------------- */

/* Products were added in another order above and below the diagonal. The halves differ by rounding
 * only. */
static void make_symmetric(double *meat, int k) {
  for (int p = 0; p < k; p++)
    for (int q = p + 1; q < k; q++)
      meat[q * k + p] = meat[p * k + q] = (meat[q * k + p] + meat[p * k + q]) / 2;
}

/* Conley's: products within units, and those of neighbours, which a pass over pairs has added. */
sw_status sw_panel_errors_covariance(sw_error *err, sw_job *job, const sw_panel_errors *errors,
                                     const sw_panel_fit *fit, const double *sums,
                                     const double *neighbours, double *vcov, double *df) {
  int k = errors->k;
  double *meat = NULL, *work = NULL, factor = 1;
  /* Conventional errors keep the residual degrees of freedom. */
  *df = (double)fit->df;
  if (errors->form == SW_PANEL_CONVENTIONAL) {
    sw_ols_classical(fit->root, k, fit->s2, vcov);
    return SW_OK;
  }
  SW_NEW(err, job->arena, meat, k * k);
  SW_NEW(err, job->arena, work, k * k);
  if (errors->form == SW_PANEL_CLUSTER)
    SW_TRY(cluster(err, job, errors, fit, sums, meat, &factor, df));
  if (errors->form == SW_PANEL_DRISCOLL_KRAAY)
    SW_TRY(driscoll_kraay(err, job, errors, fit, sums, meat, df));
  for (int i = 0; errors->form == SW_PANEL_CONLEY && i < k * k; i++)
    meat[i] = sums[i] + neighbours[i];
  make_symmetric(meat, k);
  /* B meat B with (X'X)^-1 = root root'. */
  sw_ols_sandwich(fit->root, k, meat, factor, work, vcov);
  return SW_OK;
}
