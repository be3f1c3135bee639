/* Spatial models of a cross-section by maximum likelihood, against spatialreg (R 4.2.2, spatialreg
 * 1.2-6) and the numbers of shared/oracles. */
#include "kernel/spatial_data.h"

#include <criterion/criterion.h>
#include <math.h>

/* ---- Columbus ------------------------------------------------------------------------------ */

Test(spatial_fit, columbus_lag) {
  spatial_set set = spatial_columbus();
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_LAG});
  NEAR(fit.coefficient[0], 45.0792505, 1e-6);
  NEAR(fit.coefficient[1], -1.0316157, 5e-8);
  NEAR(fit.coefficient[2], -.2659263, 5e-8);
  NEAR(fit.coefficient[3], .4310231976, 5e-8);
  NEAR(fit.loglik, -182.390427167, 5e-10);
  NEAR(fit.sigma2, 95.49449671, 1e-6);
  NEAR(spatial_se(&fit, 3), .1176807241, 5e-9);
  NEAR(spatial_se(&fit, 0), 7.1773464733, 5e-8);
  NEAR(spatial_se(&fit, 1), .3051429676, 5e-9);
  NEAR(spatial_se(&fit, 2), .0884986197, 5e-9);
  NEAR(fit.aic, 2 * 182.390427167 + 10, 1e-9);
  cr_expect_eq(fit.warnings, 0);
  cr_expect_eq(fit.spec.information, SW_SPATIAL_EXPECTED);
}

Test(spatial_fit, columbus_error) {
  spatial_set set = spatial_columbus();
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_ERROR});
  NEAR(fit.coefficient[0], 59.893218914, 5e-7);
  NEAR(fit.coefficient[1], -.941311941, 5e-8);
  NEAR(fit.coefficient[2], -.302250213, 5e-8);
  NEAR(fit.coefficient[3], .5617902656, 5e-8);
  NEAR(fit.loglik, -183.380468953, 5e-10);
  NEAR(fit.sigma2, 95.574500484, 1e-6);
  NEAR(spatial_se(&fit, 3), .1338686730, 5e-9);
}

Test(spatial_fit, columbus_durbin) {
  spatial_set set = spatial_columbus();
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_DURBIN});
  static const double wanted[] = {42.822415501, -.914223197, -.293737777,
                                  -.520283563,  .245640276,  .4263355122};
  cr_assert_eq(fit.terms.count, 6);
  for (int i = 0; i < 6; i++)
    NEAR(fit.coefficient[i], wanted[i], 2e-6);
  NEAR(fit.loglik, -181.39351084, 5e-9);
  NEAR(fit.sigma2, 91.791217453, 1e-6);
  NEAR(spatial_se(&fit, 5), .1562343905, 5e-9);
}

Test(spatial_fit, columbus_durbin_error) {
  spatial_set set = spatial_columbus();
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_DURBIN_ERROR});
  static const double wanted[] = {73.545132926, -1.051672689, -.275608424,
                                  -1.156710909, .111691183,   .425399001};
  for (int i = 0; i < 6; i++)
    NEAR(fit.coefficient[i], wanted[i], 5e-7);
  NEAR(fit.loglik, -181.584626933, 5e-10);
  NEAR(fit.sigma2, 92.530900013, 1e-6);
  NEAR(spatial_se(&fit, 3), .578628744, 1e-7);
  NEAR(spatial_se(&fit, 4), .198992716, 1e-7);
  int n = fit.terms.count;
  NEAR(sqrt(fit.vcov[n + 1] + fit.vcov[3 * n + 3] + 2 * fit.vcov[3 * n + 1]), .647863554, 1e-7);
  NEAR(sqrt(fit.vcov[2 * n + 2] + fit.vcov[4 * n + 4] + 2 * fit.vcov[4 * n + 2]), .234628844, 1e-7);
}

/* The coefficient of W INC has two digits interchanged in the list of oracles. */
Test(spatial_fit, columbus_slx) {
  spatial_set set = spatial_columbus();
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_SLX});
  static const double wanted[] = {75.028747897, -1.108929278, -.289728323, -1.370972450,
                                  .191760788};
  for (int i = 0; i < 5; i++)
    NEAR(fit.coefficient[i], wanted[i], 1e-9);
  NEAR(fit.loglik, -184.078185608, 5e-10);
}

Test(spatial_fit, columbus_sac) {
  spatial_set set = spatial_columbus();
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_SAC});
  static const double wanted[] = {47.783766490, -1.025893576, -.281650907, .368067340, .166679320};
  for (int i = 0; i < 5; i++)
    NEAR(fit.coefficient[i], wanted[i], i ? 2e-6 : 1e-4);
  NEAR(fit.loglik, -182.234759159, 5e-10);
  NEAR(fit.sigma2, 95.604195148, 1e-4);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_SAC, .lags_of_x = true});
  NEAR(fit.coefficient[fit.terms.rho], .3155693, 2e-6);
  NEAR(fit.coefficient[fit.terms.lambda], .1541543, 2e-6);
  NEAR(fit.loglik, -181.342156182, 5e-10);
}

static void expect_errors(const sw_spatial_fit *fit, const double *wanted) {
  for (int i = 0; i < fit->terms.count; i++)
    NEAR(spatial_se(fit, i) / wanted[i], 1, 1e-6);
}

/* Standard errors by sacsarlm. */
Test(spatial_fit, columbus_sac_errors) {
  static const double plain[] = {9.9026588634224, .3263261414343, .0900334552766, .196676455282,
                                 .296605466151};
  static const double lags[] = {68.2572152302553, .4403251550851, .0999403704853, 1.6911265681732,
                                .2870241444020,   .945805005678,  1.064322672818};
  spatial_set set = spatial_columbus();
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_SAC});
  expect_errors(&fit, plain);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_SAC, .lags_of_x = true});
  expect_errors(&fit, lags);
}

/* Weights of 1: rows have sums of their own, and the constant a lag (style "B"). */
Test(spatial_fit, columbus_binary) {
  static const double durbin[] = {54.1796901226809, -.9421988479447, -.2874208625195,
                                  -2.1249073670146, -.1246055525440, .0523728862669,
                                  .0811500212980};
  static const double durbin_se[] = {5.8176105653517, .3271492547649, .0873773246278,
                                     2.7562935058472, .1355991741591, .0402461069097,
                                     .0334362621527};
  static const double error[] = {57.6042716767746, -1.0865180871317, -.2794547587179,
                                 3.0733642015317,  -.2741185244847,  .0384894230961,
                                 .0751599790086};
  spatial_set set = spatial_columbus();
  set.links = spatial_links(49, columbus_start, columbus_to, NULL, false);
  spatial_filters(&set);
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_DURBIN});
  for (int i = 0; i < 7; i++)
    NEAR(fit.coefficient[i] / durbin[i], 1, 1e-6);
  expect_errors(&fit, durbin_se);
  NEAR(fit.loglik, -179.4932477316589, 1e-9);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_LAG});
  NEAR(fit.coefficient[3], .0519811216041, 1e-8);
  NEAR(spatial_se(&fit, 3), .0144280044761, 1e-9);
  NEAR(fit.loglik, -180.9952642449997, 1e-9);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_DURBIN_ERROR});
  for (int i = 0; i < 7; i++)
    NEAR(fit.coefficient[i] / error[i], 1, 1e-6);
  NEAR(fit.loglik, -180.3846380873981, 1e-9);
}

/* ln|A| out of a table that models share: the same fit. */
Test(spatial_fit, table_of_logdet) {
  spatial_set set = spatial_columbus(), shared = spatial_columbus();
  sw_error err;
  sw_filter_grid *grid = calloc(1, sizeof *grid);
  cr_assert_eq(sw_filter_grid_fill(&err, set.plan, set.links, grid), SW_OK);
  for (int i = 0; i < 2; i++) {
    void *room = aligned_alloc(64, (set.plan->workspace + 63) / 64 * 64);
    *(i ? &shared.other : &shared.filter) = sw_filter_at(set.plan, set.links, grid, room);
  }
  for (int form = SW_SPATIAL_LAG; form <= SW_SPATIAL_SAC; form++) {
    sw_spatial_spec spec = {.form = (sw_spatial_form)form};
    sw_spatial_fit a = spatial_fit(&set, spec), b = spatial_fit(&shared, spec),
                   again = spatial_fit(&shared, spec);
    size_t count = (size_t)(a.terms.count * a.terms.count);
    cr_expect_eq(memcmp(b.vcov, again.vcov, count * sizeof(double)), 0);
    NEAR(b.loglik, a.loglik, 1e-11);
    for (int i = 0; i < a.terms.count; i++)
      NEAR(b.coefficient[i], a.coefficient[i], 1e-10 * (1 + fabs(a.coefficient[i])));
  }
}

/* LR of the lag and of the common factor (spatialreg LR.Sarlm). */
Test(spatial_fit, columbus_restrictions) {
  spatial_set set = spatial_columbus();
  sw_spatial_spec spec = {.form = SW_SPATIAL_DURBIN};
  sw_spatial_data data = spatial_data(&set);
  void *room = aligned_alloc(64, (sw_spatial_workspace(&spec, 49, 1, 2) + 63) / 64 * 64);
  sw_spatial_fit fit;
  sw_spatial_restriction lr[SW_SPATIAL_RESTRICTIONS];
  cr_assert_eq(sw_spatial_estimate(&spec, &data, room, &fit).code, SW_SPATIAL_FITTED);
  cr_assert_eq(sw_spatial_restrict(&data, &fit, room, lr), 3);
  cr_expect_eq(lr[0].against, SW_SPATIAL_LAG);
  NEAR(lr[0].lr, 1.993832654, 1e-8);
  cr_expect_eq(lr[0].df, 2);
  cr_expect_eq(lr[1].against, SW_SPATIAL_ERROR);
  NEAR(lr[1].lr, 3.973916227, 1e-8);
  cr_expect_eq(lr[1].df, 2);
  NEAR(lr[2].lr, 2 * (184.078185608 - 181.39351084), 1e-7);
  cr_expect_eq(lr[2].df, 1);
}

/* ---- 3,107 counties ------------------------------------------------------------------------- */

Test(spatial_fit, elect80_logs) {
  spatial_set set = spatial_elect80(true);
  SPATIAL_SKIP(set);
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_LAG});
  NEAR(fit.coefficient[fit.terms.rho], .5429021112, 1e-7);
  NEAR(fit.loglik, 2095.47364726, 5e-8);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_DURBIN});
  NEAR(fit.coefficient[fit.terms.rho], .60856899313, 1e-7);
  NEAR(fit.loglik, 2195.40924049, 5e-8);
}

Test(spatial_fit, elect80_levels) {
  static const double lag[] = {-.11119042992, .34146194970, .76140587916, -.00817524524,
                               .5415235987};
  static const double durbin[] = {.069850484810,  .325711842933,  .927826330008,  -.005932021012,
                                  -.040483885722, -.728490102286, -.004679830695, .667849394659};
  static const double error[] = {.1323074157, .4012661955, .8993496191, -.0092724819, .709840205};
  spatial_set set = spatial_elect80(false);
  SPATIAL_SKIP(set);
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_LAG});
  for (int i = 0; i < 5; i++)
    NEAR(fit.coefficient[i], lag[i], 1e-7);
  NEAR(fit.loglik, 4003.1065437889, 1e-9);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_DURBIN});
  for (int i = 0; i < 8; i++)
    NEAR(fit.coefficient[i], durbin[i], 1e-7);
  NEAR(fit.loglik, 4148.3021038438, 1e-9);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_ERROR});
  for (int i = 0; i < 5; i++)
    NEAR(fit.coefficient[i], error[i], 1e-7);
  NEAR(fit.loglik, 4119.27262184, 1e-8);
}

Test(spatial_fit, elect80_durbin_error_slx_sac) {
  static const double lags[] = {.379476007, -.154026764, -.016371957};
  static const double slx[] = {.1007551742, .3500076026,  .9349384952, -.0078085088,
                               .4768868403, -.1133240630, -.0194304884};
  spatial_set set = spatial_elect80(false);
  SPATIAL_SKIP(set);
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_DURBIN_ERROR});
  NEAR(fit.coefficient[fit.terms.lambda], .676405849, 1e-7);
  for (int i = 0; i < 3; i++)
    NEAR(fit.coefficient[fit.terms.lag_x + i], lags[i], 1e-7);
  NEAR(fit.loglik, 4151.96390421, 1e-8);
  fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_SLX});
  for (int i = 0; i < 7; i++)
    NEAR(fit.coefficient[i], slx[i], 1e-10);
  NEAR(fit.loglik, 3535.22756949, 1e-8);
  fit = spatial_fit(&set,
                    (sw_spatial_spec){.form = SW_SPATIAL_SAC, .information = SW_SPATIAL_OBSERVED});
  NEAR(fit.coefficient[fit.terms.rho], -.344210215, 1e-6);
  NEAR(fit.coefficient[fit.terms.lambda], .855885705, 1e-6);
  NEAR(fit.loglik, 4148.45548876, 1e-8);
}
