/* Random effects: oracles/space.md (splm, own, Elhorst's code); standard errors by plain numpy from
 * the derivatives of the whole covariance matrix of 816 observations. */
#include "kernel/spatial_real.h"

Test(spatial_random, lag) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_RANDOM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[5], .1616145, 5e-8);
  NEAR(fit.phi, 21.317479, 2e-5); /* the likelihood is flat there */
  NEAR(fit.sigma2, .001246404731, 1e-10);
  NEAR(fit.loglik, 1426.5767052, 1e-7);
  NEAR(fit.coefficient[0], 1.65815, 5e-6);
  NEAR(fit.coefficient[1], .0129451, 5e-8);
  NEAR(fit.coefficient[2], .2255537, 1e-7);
  NEAR(fit.coefficient[3], .6708107, 1e-7);
  NEAR(fit.coefficient[4], -.0057972, 5e-8);
  NEAR(spatial_se(&fit, 0), .167815420, 1e-7);
  NEAR(spatial_se(&fit, 3), .0285792294, 1e-8);
  NEAR(spatial_se(&fit, 5), .0188223256, 1e-8);
  NEAR(fit.sigma2_se, 6.36329026e-5, 1e-10);
  NEAR(fit.phi_se, 4.49770888, 1e-5);
  /* Second derivatives of the whole likelihood, by differences of it (plain numpy). */
  spec.information = SW_SPATIAL_OBSERVED;
  fit = real_fit(&spec, s);
  NEAR(spatial_se(&fit, 0), .16637252, 2e-6);
  NEAR(spatial_se(&fit, 1), .02757763, 2e-6);
  NEAR(spatial_se(&fit, 5), .02905625, 2e-6);
  NEAR(fit.phi_se, 8.296001, 1e-3);
}

/* The same likelihood by plain numpy. */
Test(spatial_random, durbin) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {.form = SW_SPATIAL_DURBIN, .fixed = SW_SPATIAL_RANDOM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[9], .48730635, 5e-8);
  NEAR(fit.coefficient[7], -.38958884, 1e-7);
  NEAR(fit.loglik, 1504.952468, 1e-6);
  NEAR(fit.phi, 7.6335473, 1e-5);
}

Test(spatial_random, kkp) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {.form = SW_SPATIAL_ERROR, .fixed = SW_SPATIAL_RANDOM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[5], .526464782, 5e-8); /* this one by the zero of the score */
  NEAR(fit.phi, 6.624776, 2e-6);
  NEAR(fit.loglik, 1491.9115586, 1e-7);
  NEAR(spatial_se(&fit, 0), .141589375, 1e-7);
  NEAR(spatial_se(&fit, 5), .0344809793, 1e-8);
  NEAR(fit.phi_se, 1.40627165, 1e-6);
  spec.information = SW_SPATIAL_OBSERVED;
  fit = real_fit(&spec, s);
  NEAR(spatial_se(&fit, 0), .15531908, 2e-6);
  NEAR(spatial_se(&fit, 4), .00110102, 2e-8);
  NEAR(spatial_se(&fit, 5), .03334243, 2e-6);
  NEAR(fit.phi_se, 1.5513164, 1e-4);
}

Test(spatial_random, baltagi) {
  real_space *s = real_produc();
  real_ridge(s);
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_ERROR, .fixed = SW_SPATIAL_RANDOM, .effects_form = SW_SPATIAL_BALTAGI};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[5], .538876458, 2e-8);
  NEAR(fit.phi, 7.495179, 2e-6);
  NEAR(fit.sigma2, .001052223611, 1e-11);
  NEAR(fit.loglik, 1491.6588498, 1e-7);
  NEAR(spatial_se(&fit, 0), .139379787, 1e-7);
  NEAR(spatial_se(&fit, 3), .0244060552, 1e-8);
  NEAR(spatial_se(&fit, 5), .0349683687, 1e-8);
  NEAR(fit.sigma2_se, 5.52428968e-5, 1e-10);
  NEAR(fit.phi_se, 1.59624279, 1e-6);
}

/* Variables without any variation between units: no effect of units is found, and all three are the
 * pooled model. */
Test(spatial_random, no_effect) {
  enum { N = 48, T = 17 };
  real_space *s = real_produc();
  real_ridge(s);
  for (int v = 0; v < 5; v++) {
    double *x = (double *)(v < 4 ? s->set.x[v] : s->data.y);
    for (int i = 0; i < N; i++) {
      double mean = 0;
      for (int t = 0; t < T; t++)
        mean += x[t * N + i] / T;
      for (int t = 0; t < T; t++)
        x[t * N + i] += (v == 4) - mean;
    }
  }
  sw_spatial_spec pooled = {.form = SW_SPATIAL_ERROR}, spec = pooled;
  sw_spatial_fit wanted = real_fit(&pooled, s);
  spec.fixed = SW_SPATIAL_RANDOM;
  for (int form = 0; form < 2; form++) {
    spec.effects_form = form ? SW_SPATIAL_BALTAGI : SW_SPATIAL_KKP;
    sw_spatial_fit fit = real_fit(&spec, s);
    NEAR(fit.phi, 0, 0);
    cr_expect(isnan(fit.phi_se));
    NEAR(fit.loglik, wanted.loglik, 1e-5);
    for (int j = 0; j < 6; j++) {
      NEAR(fit.coefficient[j], wanted.coefficient[j], 1e-7);
      NEAR(spatial_se(&fit, j), spatial_se(&wanted, j), 1e-6);
    }
  }
  spec.form = pooled.form = SW_SPATIAL_LAG;
  wanted = real_fit(&pooled, s);
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.phi, 0, 0);
  for (int j = 0; j < 6; j++) {
    NEAR(fit.coefficient[j], wanted.coefficient[j], 1e-9);
    NEAR(spatial_se(&fit, j), spatial_se(&wanted, j), 1e-9);
  }
}

/* Without rho and lambda, and what is not offered. */
Test(spatial_random, others) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {.form = SW_SPATIAL_SLX, .fixed = SW_SPATIAL_RANDOM};
  sw_spatial_fit fit = real_fit(&spec, s);
  cr_expect(fit.phi > 0 && fit.terms.count == 9 && isfinite(fit.loglik));
  spec.form = SW_SPATIAL_DURBIN_ERROR;
  sw_spatial_fit more = real_fit(&spec, s);
  cr_expect(more.loglik > fit.loglik, "%.9g %.9g", more.loglik, fit.loglik);
  spec.form = SW_SPATIAL_SAC;
  void *memory = real_memory(sw_spatial_workspace(&spec, 48, 17, 4));
  cr_expect_eq(sw_spatial_estimate(&spec, &s->data, memory, &fit).code, SW_SPATIAL_NOT_POSSIBLE);
  spec.form = SW_SPATIAL_ERROR;
  spec.effects_form = SW_SPATIAL_BALTAGI; /* without a ridge */
  memory = real_memory(sw_spatial_workspace(&spec, 48, 17, 4));
  cr_expect_eq(sw_spatial_estimate(&spec, &s->data, memory, &fit).code, SW_SPATIAL_NOT_POSSIBLE);
}
