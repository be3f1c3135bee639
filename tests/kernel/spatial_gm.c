/* Generalised moments: oracles/space.md (spatialreg, spreg, splm), and plain numpy. */
#include "kernel/spatial_real.h"

Test(spatial_gm, two_stages) {
  real_space *s = real_columbus("columbus49_colnb_edges.csv", "CRIME", "INC", "HOVAL");
  sw_spatial_spec spec = {.form = SW_SPATIAL_LAG, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[3], .454566949046, 1e-12);
  NEAR(fit.coefficient[0], 43.793442469, 1e-9);
  NEAR(fit.coefficient[1], -1.000715777, 1e-9);
  NEAR(fit.coefficient[2], -.265488986, 1e-9);
  NEAR(spatial_se(&fit, 3), .1851184481, 1e-10);
  NEAR(spatial_se(&fit, 0), 10.952229436, 1e-9);
  NEAR(spatial_se(&fit, 1), .3838577775, 1e-10);
  NEAR(spatial_se(&fit, 2), .0918516739, 1e-10);
  cr_expect(isnan(fit.loglik) && isnan(fit.aic) && isnan(fit.phi));
}

/* The optimiser of the peer stops at about 1e-9. */
Test(spatial_gm, error) {
  real_space *s = real_columbus("columbus49_colnb_edges.csv", "CRIME", "INC", "HOVAL");
  sw_spatial_spec spec = {.form = SW_SPATIAL_ERROR, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[3], .401957455, 4e-9);
  NEAR(fit.coefficient[0], 62.513752473, 1e-6);
  NEAR(fit.coefficient[1], -1.128283356, 1e-7);
  NEAR(fit.coefficient[2], -.296957305, 1e-7);
  NEAR(spatial_se(&fit, 1), .3429364, 1e-7); /* plain numpy */
  NEAR(spatial_se(&fit, 3), .1715001059, 1e-8);
}

Test(spatial_gm, both) {
  real_space *s = real_columbus("columbus49_colnb_edges.csv", "CRIME", "INC", "HOVAL");
  sw_spatial_spec spec = {.form = SW_SPATIAL_SAC, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[3], .4541714760, 1e-8);
  NEAR(fit.coefficient[0], 43.7828178383, 1e-6);
  NEAR(fit.coefficient[1], -.9948313062, 1e-7);
  NEAR(fit.coefficient[2], -.2670759701, 1e-8);
  NEAR(fit.coefficient[4], .0166471904, 1e-7);
  /* Of slopes as two stages give them; of lambda in full matrices (plain numpy). */
  NEAR(spatial_se(&fit, 0), 10.92319185, 1e-7);
  NEAR(spatial_se(&fit, 3), .18567954, 1e-8);
  NEAR(spatial_se(&fit, 4), .3411973928, 1e-8);
}

/* Instruments X, WX, WWX, WWWX; plain numpy. */
Test(spatial_gm, durbin) {
  real_space *s = real_columbus("columbus49_colnb_edges.csv", "CRIME", "INC", "HOVAL");
  sw_spatial_spec spec = {.form = SW_SPATIAL_DURBIN, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[0], 68.14749549, 1e-7);
  NEAR(fit.coefficient[4], .20327276, 1e-8);
  NEAR(fit.coefficient[5], .09109147, 1e-8);
  NEAR(spatial_se(&fit, 5), .6731815, 1e-7);
}

/* Printed in spreg's tests. */
Test(spatial_gm, rook) {
  real_space *s = real_columbus("columbus49_rook_edges.csv", "HOVAL", "INC", "CRIME");
  sw_spatial_spec spec = {.form = SW_SPATIAL_ERROR, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[0], 47.94371455, 2e-7);
  NEAR(fit.coefficient[1], .70598088, 2e-8);
  NEAR(fit.coefficient[2], -.55571746, 2e-8);
  NEAR(fit.coefficient[3], .37230161, 5e-8);
  spec.form = SW_SPATIAL_LAG;
  fit = real_fit(&spec, s);
  NEAR(fit.coefficient[0], 45.3017056, 5e-8);
  NEAR(fit.coefficient[1], .620888617, 5e-10);
  NEAR(fit.coefficient[2], -.480723451, 5e-10);
  NEAR(fit.coefficient[3], .0283622122, 5e-11);
}

Test(spatial_gm, produc) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[4], .1916626303, 1e-10);
  spec.form = SW_SPATIAL_ERROR;
  fit = real_fit(&spec, s);
  NEAR(fit.coefficient[4], .4998708426, 1e-8);
  spec.fixed = SW_SPATIAL_RANDOM;
  fit = real_fit(&spec, s);
  NEAR(fit.coefficient[5], .5480404736, 2e-9);
  NEAR(1 - 1 / sqrt(1 + 17 * fit.phi), .8871129652, 1e-9); /* theta */
}

/* Random effects in a lag model, and the transformed moments of two-way effects: plain numpy. */
Test(spatial_gm, produc_own) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_RANDOM, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[0], 1.91197495, 1e-8);
  NEAR(fit.coefficient[3], .71011141, 1e-8);
  NEAR(fit.coefficient[5], .03974083, 1e-8);
  NEAR(spatial_se(&fit, 5), .01508851, 1e-8);
  NEAR(fit.phi, 5.724889702, 1e-8);
  spec.form = SW_SPATIAL_ERROR;
  spec.fixed = SW_SPATIAL_TWO_WAY;
  fit = real_fit(&spec, s);
  NEAR(fit.coefficient[4], .4300039, 1e-7);
}

Test(spatial_gm, not_offered) {
  real_space *s = real_produc();
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_SAC, .fixed = SW_SPATIAL_RANDOM, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit;
  void *memory = real_memory(sw_spatial_workspace(&spec, 48, 17, 4));
  cr_assert_eq(sw_spatial_estimate(&spec, &s->data, memory, &fit).code, SW_SPATIAL_NOT_POSSIBLE);
  spec.form = SW_SPATIAL_LAG;
  spec.dynamic = SW_SPATIAL_DYNAMIC;
  cr_assert_eq(sw_spatial_estimate(&spec, &s->data, memory, &fit).code, SW_SPATIAL_NOT_POSSIBLE);
}

Test(spatial_gm, elect80) {
  real_space *s = real_elect80();
  sw_spatial_spec spec = {.form = SW_SPATIAL_LAG, .method = SW_SPATIAL_GM};
  sw_spatial_fit fit = real_fit(&spec, s);
  NEAR(fit.coefficient[4], .2736210125, 1e-9);
  spec.form = SW_SPATIAL_ERROR;
  fit = real_fit(&spec, s);
  NEAR(fit.coefficient[4], .6209439079, 3e-8);
}
