/* Spatial models of a panel with fixed effects, US states 1970-1986 (Munnell 1990), against splm
 * 1.6-5 and independent scripts; numbers of shared/oracles. */
#include "kernel/spatial_data.h"

#include <criterion/criterion.h>
#include <math.h>

static sw_spatial_fit fit_of(const spatial_set *set, sw_spatial_form form, sw_spatial_fixed fixed,
                             sw_spatial_correction correction) {
  return spatial_fit(set,
                     (sw_spatial_spec){.form = form, .fixed = fixed, .correction = correction});
}

static void expect_slopes(const sw_spatial_fit *fit, const double *wanted, int count,
                          double tolerance) {
  for (int i = 0; i < count; i++)
    NEAR(fit->coefficient[fit->terms.x + i], wanted[i], tolerance);
}

/* Delta error of the total effect of variable j of a Durbin model, (b + t)/(1 - rho). */
static double total_se(const sw_spatial_fit *fit, int j) {
  int n = fit->terms.count, at[] = {fit->terms.x + j, fit->terms.lag_x + j, fit->terms.rho};
  double rest = 1 - fit->coefficient[at[2]], sum = 0;
  double slope[] = {1 / rest, 1 / rest,
                    (fit->coefficient[at[0]] + fit->coefficient[at[1]]) / rest / rest};
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      sum += slope[a] * slope[b] * fit->vcov[at[a] * n + at[b]];
  return sqrt(sum);
}

Test(spatial_panel, lag_plain) {
  static const double unit[] = {-.0465818929, .1874325223, .6250901756, -.0044815898};
  static const double both[] = {-.034862111, .159126098, .687930643, -.003472617};
  spatial_set set = spatial_produc();
  SPATIAL_SKIP(set);
  sw_spatial_fit fit = fit_of(&set, SW_SPATIAL_LAG, SW_SPATIAL_UNIT, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[4], .2746887035, 2e-8);
  expect_slopes(&fit, unit, 4, 2e-8);
  NEAR(fit.sigma2, .001111379465, 2e-12);
  NEAR(fit.loglik, 1609.72003, 5e-6);
  fit = fit_of(&set, SW_SPATIAL_LAG, SW_SPATIAL_TWO_WAY, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[4], .196664167, 5e-9);
  expect_slopes(&fit, both, 4, 1e-9);
  NEAR(fit.sigma2, .000993189405, 1e-12);
  NEAR(fit.loglik, 1659.4476945, 5e-8);
  fit = fit_of(&set, SW_SPATIAL_LAG, SW_SPATIAL_TIME, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[4], -.005745250, 1e-9);
  NEAR(fit.sigma2, .007421413316, 2e-12);
  NEAR(fit.loglik, 842.7244220, 2e-7);
  fit = fit_of(&set, SW_SPATIAL_LAG, SW_SPATIAL_NONE, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[5], -.002075, 5e-7);
  NEAR(fit.loglik, 827.0419660, 1e-7);
}

Test(spatial_panel, error_plain) {
  static const double unit[] = {.005143840, .205302559, .782253979, -.002231665};
  spatial_set set = spatial_produc();
  SPATIAL_SKIP(set);
  sw_spatial_fit fit = fit_of(&set, SW_SPATIAL_ERROR, SW_SPATIAL_UNIT, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[4], .557401309, 2e-8);
  expect_slopes(&fit, unit, 4, 1e-9);
  NEAR(fit.sigma2, .000976486181, 1e-11);
  NEAR(fit.loglik, 1634.0206805, 5e-8);
  fit = fit_of(&set, SW_SPATIAL_ERROR, SW_SPATIAL_TIME, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[4], .496230167, 2e-8);
  NEAR(fit.loglik, 900.0543847, 1e-7);
  fit = fit_of(&set, SW_SPATIAL_ERROR, SW_SPATIAL_TWO_WAY, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[4], .390864029, 2e-8);
  NEAR(fit.sigma2, .000933324734, 1e-11);
  NEAR(fit.loglik, 1672.3382695, 5e-8);
  fit = fit_of(&set, SW_SPATIAL_ERROR, SW_SPATIAL_NONE, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[5], .520843, 5e-7);
  NEAR(fit.loglik, 897.0619006, 5e-8);
}

Test(spatial_panel, durbin_plain) {
  static const double both[] = {-.009657931, .159436951, .750628150,  -.001463315,
                                -.061959810, .017610221, -.279400176, -.003160903};
  spatial_set set = spatial_produc();
  SPATIAL_SKIP(set);
  sw_spatial_fit fit = fit_of(&set, SW_SPATIAL_DURBIN, SW_SPATIAL_UNIT, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[8], .493304352, 5e-9);
  NEAR(fit.loglik, 1655.0190283, 1e-7);
  fit = fit_of(&set, SW_SPATIAL_DURBIN, SW_SPATIAL_TWO_WAY, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[8], .368846210, 3e-8);
  expect_slopes(&fit, both, 8, 1e-8);
  NEAR(fit.sigma2, .000919222746, 2e-12);
  NEAR(total_se(&fit, 2), .06155652, 1e-8);
  NEAR(fit.loglik, 1680.4735321, 1e-7);
  fit = fit_of(&set, SW_SPATIAL_DURBIN_ERROR, SW_SPATIAL_TWO_WAY, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[8], .362017670, 1e-8);
  NEAR(fit.loglik, 1677.9758570, 1e-7);
  fit = fit_of(&set, SW_SPATIAL_DURBIN_ERROR, SW_SPATIAL_UNIT, SW_SPATIAL_PLAIN);
  NEAR(fit.coefficient[8], .490708724, 2e-8);
  NEAR(fit.loglik, 1649.7337190, 1e-7);
  fit = fit_of(&set, SW_SPATIAL_SLX, SW_SPATIAL_TWO_WAY, SW_SPATIAL_PLAIN);
  NEAR(fit.loglik, 1642.7383628, 1e-7);
}

Test(spatial_panel, lee_yu) {
  spatial_set set = spatial_produc();
  SPATIAL_SKIP(set);
  sw_spatial_fit fit = fit_of(&set, SW_SPATIAL_LAG, SW_SPATIAL_UNIT, SW_SPATIAL_LEE_YU);
  NEAR(fit.coefficient[4], .2746887035, 2e-8);
  NEAR(fit.sigma2, .001180840682, 2e-12);
  NEAR(fit.loglik, 1491.750762, 1e-6);
  NEAR(spatial_se(&fit, 4), .0242401552, 5e-10);
  cr_expect_eq(fit.effective, 48 * 16);
  fit = fit_of(&set, SW_SPATIAL_LAG, SW_SPATIAL_TWO_WAY, SW_SPATIAL_LEE_YU);
  NEAR(fit.coefficient[4], .209994528992, 1e-12); /* the zero of the score by another program */
  NEAR(fit.sigma2, .001076504060, 1e-12);
  NEAR(fit.loglik, 1502.178321, 1e-6);
  NEAR(spatial_se(&fit, 4), .0284072055, 5e-10);
  fit = fit_of(&set, SW_SPATIAL_DURBIN, SW_SPATIAL_TWO_WAY, SW_SPATIAL_LEE_YU);
  NEAR(fit.coefficient[8], .412403145825, 1e-12);
  NEAR(fit.sigma2, .000988881365, 1e-11);
  NEAR(fit.loglik, 1525.715886, 1e-6);
  fit = fit_of(&set, SW_SPATIAL_ERROR, SW_SPATIAL_TWO_WAY, SW_SPATIAL_LEE_YU);
  NEAR(fit.coefficient[4], .437430467, 2e-8);
  fit = fit_of(&set, SW_SPATIAL_DURBIN_ERROR, SW_SPATIAL_TWO_WAY, SW_SPATIAL_LEE_YU);
  NEAR(fit.coefficient[8], .410068395, 2e-8);
  fit = fit_of(&set, SW_SPATIAL_DURBIN, SW_SPATIAL_TIME, SW_SPATIAL_LEE_YU);
  NEAR(fit.coefficient[8], .453630922, 2e-8);
}
