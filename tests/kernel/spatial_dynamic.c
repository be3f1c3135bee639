/* Dynamic panels and the correction of Yu, de Jong & Lee: oracles/space.md (own, full matrices). */
#include "kernel/spatial_real.h"

/* Terms: four x, y(-1), W y(-1), rho. */
Test(spatial_dynamic, units) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT, .dynamic = SW_SPATIAL_DYNAMIC_SPACE};
  sw_spatial_fit fit = real_fit(&spec, s);
  const double *plain = fit.uncorrected, *b = fit.coefficient;
  cr_assert(plain != NULL && fit.terms.count == 7 && fit.periods == 16 && fit.first == 1);
  NEAR(plain[6], .666207519, 2e-8);
  NEAR(plain[4], .754684834, 2e-8);
  NEAR(plain[5], -.635043237, 2e-8);
  NEAR(plain[0], -.038269379, 2e-9);
  NEAR(plain[1], .021537309, 2e-9);
  NEAR(plain[2], .241378119, 2e-9);
  NEAR(plain[3], -.002584596, 2e-9);
  NEAR(fit.loglik, 1910.3145219, 1e-7);
  NEAR(b[4], .840769538, 1e-8);
  NEAR(b[5], -.676536161, 2e-8);
  NEAR(b[0], -.034658101, 2e-9);
  NEAR(b[1], .007678904, 2e-9);
  NEAR(b[2], .188066272, 2e-9);
  NEAR(b[3], -.002661474, 2e-9);
  NEAR(b[6], .682565930, 2e-8);
  NEAR(b[2] / (1 - b[6]), .5924577397, 3e-8);                /* short run, total of ln emp */
  NEAR(b[2] / (1 - b[4] - b[5] - b[6]), 1.2275810743, 1e-7); /* long run */
  NEAR(fit.sigma2, 3.71917242e-4, 1e-11);                    /* plain numpy, and standard errors */
  NEAR(spatial_se(&fit, 4), 2.12106936e-2, 1e-9);
  NEAR(spatial_se(&fit, 6), 2.38593593e-2, 1e-9);
  spec.correction = SW_SPATIAL_PLAIN;
  fit = real_fit(&spec, s);
  cr_expect(fit.uncorrected == NULL);
  NEAR(fit.sigma2, .000352863744, 1e-12);
  NEAR(fit.coefficient[6], .666207519, 2e-8);
}

/* y(-1) alone, effects of periods too (in the dimensions of Helmert's transformation), lags of x:
 * the same by plain numpy with full matrices. */
Test(spatial_dynamic, forms) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT, .dynamic = SW_SPATIAL_DYNAMIC};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.uncorrected[5], .2131121291, 1e-9);
  NEAR(fit.coefficient[4], .61181651, 1e-8);
  NEAR(fit.coefficient[5], .19649954, 1e-8);
  NEAR(fit.sigma2, 7.04378631599e-4, 1e-11);
  spec.fixed = SW_SPATIAL_TWO_WAY;
  spec.dynamic = SW_SPATIAL_DYNAMIC_SPACE;
  fit = real_fit(&spec, s);
  NEAR(fit.uncorrected[6], .4565176561, 3e-8);
  NEAR(fit.loglik, 1943.2129123, 1e-7);
  NEAR(fit.coefficient[4], .904870003, 1e-8);
  NEAR(fit.coefficient[5], -.492755289, 3e-8);
  NEAR(fit.coefficient[6], .458093535, 3e-8);
  NEAR(fit.sigma2, 3.43198547e-4, 1e-11);
  NEAR(spatial_se(&fit, 6), 3.65023574e-2, 1e-9);
  spec.form = SW_SPATIAL_DURBIN;
  spec.fixed = SW_SPATIAL_UNIT;
  fit = real_fit(&spec, s);
  NEAR(fit.coefficient[2], .180529328, 1e-8);
  NEAR(fit.coefficient[6], -.0574163305, 3e-8);
  NEAR(fit.coefficient[8], .871738584, 1e-8);
  NEAR(fit.coefficient[9], -.753788586, 1e-8);
  NEAR(fit.coefficient[10], .710626094, 3e-8);
}

/* y = 1.2 y(-1) + a little: no sum of responses exists. */
Test(spatial_dynamic, not_stationary) {
  real_space *s = real_produc();
  double *y = calloc(48 * 17, sizeof *y);
  uint64_t state = 1;
  for (int i = 0; i < 48 * 17; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    y[i] = (i < 48 ? 1 + i % 7 : 1.2 * y[i - 48]) + 1e-3 * (double)(state >> 11) * 0x1p-53;
  }
  s->data.y = y;
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT, .dynamic = SW_SPATIAL_DYNAMIC};
  sw_spatial_fit fit = real_fit(&spec, s);
  cr_expect(fit.warnings & SW_SPATIAL_NOT_STATIONARY);
  for (int j = 0; j < fit.terms.count; j++)
    cr_expect_eq(fit.coefficient[j], fit.uncorrected[j]);
}
