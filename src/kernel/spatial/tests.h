/* Which spatial term least squares lacks, and whether effects of units may be random.
 *
 * Lagrange multiplier tests of y = X b + e (Anselin 1988; robust forms: Anselin, Bera, Florax &
 * Yoon 1996; panels: Elhorst 2010), of the demeaned data where there are fixed effects. With e the
 * residuals, s2 = e'e/N, a = e'Wy/s2, c = e'We/s2, t = T tr(WW + W'W) and
 * J = t + (W X b)'M(W X b)/s2:
 *
 *   lag a^2/J, error c^2/t, robust lag (a - c)^2/(J - t),
 *   robust error (c - t a/J)^2/(t (1 - t/J)), SARMA: robust lag + error, of 2 degrees of freedom
 *
 * With `correction: lee-yu` all is counted in the dimensions of the transformed data: T - 1 for T
 * with effects of units (Debarsy & Ertur 2010), and n - 1 for n with effects of periods where rows
 * of W sum to 1. Random effects are taken out as fixed ones are, which is right whatever they are;
 * variables that do not vary within units go with them.
 *
 * Moran's I of the same residuals has the exact moments of a regression with normal errors (Cliff &
 * Ord 1981), in which the effects count as regressors. */
#ifndef SW_KERNEL_SPATIAL_TESTS_H
#define SW_KERNEL_SPATIAL_TESTS_H

#include "kernel/spatial/fit.h"

typedef struct sw_spatial_test {
  double value, p;
  int df;
} sw_spatial_test;

/* NaN: undefined, as where W has no links. Where errors have weights of their own, the tests of the
 * error take these, and the robust tests and SARMA, which are of one matrix, are undefined. */
typedef struct sw_spatial_tests {
  sw_spatial_test lm_lag, lm_error, rlm_lag, rlm_error, sarma;
  double moran, moran_expected, moran_variance, moran_z, moran_p; /* p: two-sided, normal */
} sw_spatial_tests;

/* Of the regression on x alone; of slx on x and W x, and of dynamic models on y(-1), W y(-1), too.
 * Bytes, 64-byte aligned. */
size_t sw_spatial_tests_workspace(const sw_spatial_spec *spec, int64_t n, int periods, int k);
sw_spatial_wrong sw_spatial_tests_of(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                     void *workspace, sw_spatial_tests *out);

/* Hausman's test of two estimates that agree if the second is right: d'(V_1 - V_2)^-1 d of their
 * coefficients, chi-square.
 *
 *   random effects, or fixed ones of units: fixed against random, of the slopes that both have
 *   error models without effects: least squares against maximum likelihood (Pace & LeSage 2008),
 *     the covariance of least squares being s2 (X'X)^-1 X'(B'B)^-1 X (X'X)^-1
 *
 * Covariances are those that the fits report, as `correction` has them. NaN, with `indefinite`,
 * where V_1 - V_2 is not positive definite; NaN for other models. To be called after
 * sw_spatial_estimate; `fit` stays as it is, so `workspace` is memory of its own. */
typedef struct sw_spatial_hausman {
  sw_spatial_test test;
  bool indefinite;
  double form; /* d'(V_1 - V_2)^-1 d itself, which other programs print even then */
} sw_spatial_hausman;

bool sw_spatial_has_hausman(const sw_spatial_spec *spec);
size_t sw_spatial_hausman_workspace(const sw_spatial_spec *spec, int64_t n, int periods, int k);
sw_spatial_wrong sw_spatial_hausman_of(const sw_spatial_data *data, const sw_spatial_fit *fit,
                                       void *workspace, sw_spatial_hausman *out);

#endif
